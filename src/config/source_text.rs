//! One TOML file: its text, and at which line and column each value stands.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key_path::KeyPath;
use crate::core::Problem;

/// Largest file that is read, bytes. A township of several thousand stations fits; engineering judgement.
const FILE_SIZE_MAX: u64 = 4 << 20;

/// A problem and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file; or the environment variable or the option that set the value.
    pub file: PathBuf,
    /// Line and column, from 1, in characters; `None` where the problem has no place in a file.
    pub position: Option<(usize, usize)>,
    pub problem: Problem,
}

impl FileProblem {
    /// A problem of `file` without a line.
    pub(super) fn unplaced(file: impl Into<PathBuf>, problem: Problem) -> Self {
        Self { file: file.into(), position: None, problem }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        let Problem { path, value, .. } = &self.problem;
        match (path.is_empty(), value.is_empty()) {
            // A problem of the whole file begins with its colon.
            (true, true) => write!(f, "{}", self.problem),
            (true, false) => {
                let Problem { rule, hint, .. } = &self.problem;
                write!(f, ": {value}: {rule}; {hint}")
            }
            _ => write!(f, ": {}", self.problem),
        }
    }
}

/// A file's text, and where each of its values stands.
#[derive(Debug)]
pub(super) struct SourceText {
    pub(super) file: PathBuf,
    pub(super) text: String,
    /// Offset of each key and each element of a list, bytes.
    places: HashMap<String, usize>,
}

impl SourceText {
    pub(super) fn read(file: &Path) -> Result<Self, Box<FileProblem>> {
        let fail = |value: &str, rule: String, hint: &str| {
            Box::new(FileProblem::unplaced(file, Problem::new("", value, rule, hint)))
        };
        let unreadable = |error: std::io::Error| {
            let hint = "give the path of a UTF-8 text file that this user may read";
            fail("", format!("cannot be read: {error}"), hint)
        };
        let size = std::fs::metadata(file).map_err(unreadable)?.len();
        if size > FILE_SIZE_MAX {
            let rule = format!("is larger than {FILE_SIZE_MAX} bytes");
            return Err(fail(&size.to_string(), rule, "is this a configuration?"));
        }
        Self::parse(file, std::fs::read_to_string(file).map_err(unreadable)?)
    }

    pub(super) fn parse(file: &Path, text: String) -> Result<Self, Box<FileProblem>> {
        let mut places = HashMap::new();
        match DeTable::parse(&text) {
            Ok(table) => note_table(table.get_ref(), &KeyPath::default(), &mut places),
            Err(error) => {
                let at = error.span().map(|span| line_and_column(&text, span.start));
                let line = at.and_then(|(line, _)| text.lines().nth(line - 1));
                let problem = Problem::new(
                    "",
                    line.unwrap_or_default().trim(),
                    format!("not valid TOML: {}", error.message().replace('\n', ", ")),
                    "correct this line first: the rest of the file has not been checked",
                );
                return Err(Box::new(FileProblem { file: file.into(), position: at, problem }));
            }
        }
        Ok(Self { file: file.into(), text, places })
    }

    /// Line and column of the value at `path`; `None` where the file has none.
    pub(super) fn at(&self, path: &KeyPath) -> Option<(usize, usize)> {
        let offset = self.places.get(&path.to_string())?;
        Some(line_and_column(&self.text, *offset))
    }

    /// The problem with the position of its value, or else of the innermost table around it.
    pub(super) fn place(&self, problem: Problem) -> FileProblem {
        let mut path = KeyPath::parse(&problem.path);
        let mut at = self.at(&path);
        while at.is_none()
            && let Some((outer, _)) = path.split_last()
        {
            at = self.at(&outer);
            path = outer;
        }
        FileProblem { file: self.file.clone(), position: at, problem }
    }
}

fn note_table(table: &DeTable<'_>, path: &KeyPath, places: &mut HashMap<String, usize>) {
    for (key, value) in table {
        let inner = path.key(key.get_ref());
        places.insert(inner.to_string(), key.span().start);
        note_value(value, &inner, places);
    }
}

fn note_value(value: &Spanned<DeValue<'_>>, path: &KeyPath, places: &mut HashMap<String, usize>) {
    match value.get_ref() {
        DeValue::Table(table) => note_table(table, path, places),
        DeValue::Array(array) => {
            for (index, element) in array.iter().enumerate() {
                let inner = path.index(index);
                places.insert(inner.to_string(), element.span().start);
                note_value(element, &inner, places);
            }
        }
        _ => {}
    }
}

/// Line and column, from 1, of the byte at `offset`.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default();
    (before.matches('\n').count() + 1, column.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_each_value_stands() {
        let text = "a = 1\n[[bus]]\nname = \"塘\"\n[[bus]]\n  [[bus.device]]\n  unit = 1\n  list = [1,\n 2]\n";
        let source = SourceText::parse(Path::new("x.toml"), text.into()).unwrap();
        let at = |path: &str| source.at(&KeyPath::parse(path));
        assert_eq!(at("a"), Some((1, 1)));
        assert_eq!(at("bus[0].name"), Some((3, 1)));
        assert_eq!(at("bus[1]"), Some((4, 1)));
        assert_eq!(at("bus[1].device[0].unit"), Some((6, 3)));
        assert_eq!(at("bus[1].device[0].list[1]"), Some((8, 2)));
        assert_eq!(at("bus[2]"), None);
        let placed = source.place(Problem::new("bus[0].tcp", "", "is required", "add it"));
        assert_eq!(placed.to_string(), "x.toml:2:1: bus[0].tcp: is required; add it");
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = SourceText::parse(Path::new("x.toml"), "a = 1\nb = = 2\n".into()).unwrap_err();
        assert_eq!(error.position.map(|(line, _)| line), Some(2));
        assert_eq!(error.problem.value, "b = = 2");
    }
}
