//! One TOML file: its text, and at which line and column each value stands.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key_path::{KeyPath, Step};
use super::{encoding, secrets, slips, twice};
use crate::core::{Problem, shown as core_shown};
use crate::locales::{Text, check as slips_words, config as words, core, foreign, foreign_toml};

/// Largest file that is read, bytes. A county of ten thousand stations takes 4.3 MiB; engineering judgement.
const FILE_SIZE_MAX: u64 = 16 << 20;

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
        let file = self.file.display();
        let place = Text::verbatim(match self.position {
            Some((line, column)) => format!("{file}:{line}:{column}"),
            None => file.to_string(),
        });
        let Problem { path, value, rule, hint } = &self.problem;
        if !path.is_empty() {
            return write!(f, "{}", Text::chain([place, Text::verbatim(&self.problem)]));
        }
        // A problem of the whole file, or of one of its lines.
        let line = Some(Text::verbatim(value)).filter(|_| !value.is_empty());
        let rest = line.into_iter().chain([rule.clone()]);
        let said = Text::chain(std::iter::once(place).chain(rest));
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        write!(f, "{}", Text::clauses(std::iter::once(&said).chain(hint)))
    }
}

/// A file's text, and where each of its values stands.
#[derive(Debug)]
pub(super) struct SourceText {
    pub(super) file: PathBuf,
    pub(super) text: String,
    /// Offset of each key and each element of a list, bytes; made when something is looked for. A file that is in order
    /// has no use for them, and they take as long as reading it.
    places: OnceCell<HashMap<String, usize>>,
}

impl SourceText {
    pub(super) fn read(file: &Path) -> Result<Self, Box<FileProblem>> {
        let fail = |value: &str, rule: Text, hint: Text| {
            Box::new(FileProblem::unplaced(file, Problem::new("", value, rule, hint)))
        };
        let unreadable = |why: Text| fail("", words::unreadable(why), words::give_text_file());
        let failed = |error: std::io::Error| unreadable(foreign::io(&error));
        // A device never ends, and a pipe keeps whoever opens it waiting.
        if !std::fs::metadata(file).map_err(failed)?.is_file() {
            return Err(unreadable(core::no_regular_file()));
        }
        let mut opened = File::open(file).map_err(failed)?.take(FILE_SIZE_MAX + 1);
        let mut text = Vec::new();
        opened.read_to_end(&mut text).map_err(failed)?;
        if text.len() as u64 > FILE_SIZE_MAX {
            let rule = words::larger_than(FILE_SIZE_MAX);
            return Err(fail("", rule, words::is_it_configuration()));
        }
        Self::parse(file, encoding::text(file, text)?)
    }

    pub(super) fn parse(file: &Path, text: String) -> Result<Self, Box<FileProblem>> {
        let (position, problem) = match DeTable::parse(&text)
            .map(|table| too_large(table.get_ref()))
        {
            Ok(None) => return Ok(Self { file: file.into(), text, places: OnceCell::new() }),
            Ok(Some(TooLarge { mut steps, at, number })) => {
                steps.reverse();
                let (rule, hint) = (slips_words::too_many_digits(), slips_words::fewer_digits());
                let path = KeyPath(steps).to_string();
                let problem = Problem::new(path, core_shown(&number), rule, hint);
                (Some(line_and_column(&text, at)), problem)
            }
            Err(error) => not_toml(&text, &error),
        };
        Err(Box::new(FileProblem { file: file.into(), position, problem }))
    }

    /// Line and column of the value at `path`; `None` where the file has none.
    pub(super) fn at(&self, path: &KeyPath) -> Option<(usize, usize)> {
        let places = self.places.get_or_init(|| {
            let mut places = HashMap::new();
            // It is TOML, or there were no such file.
            if let Ok(table) = DeTable::parse(&self.text) {
                note_table(table.get_ref(), &KeyPath::default(), &mut places);
            }
            places
        });
        let offset = places.get(&path.to_string())?;
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

/// What is wrong with `text`, which is no TOML, and where.
fn not_toml(text: &str, error: &toml::de::Error) -> (Option<(usize, usize)>, Problem) {
    if let Some((at, slip)) = slips::lone_return(text) {
        let line = text.get(..at).and_then(|before| before.lines().last()).unwrap_or_default();
        let problem = Problem::new("", secrets::shown_line(line.trim()), slip.rule, slip.hint);
        return (Some(line_and_column(text, at)), problem);
    }
    let at = error.span().map(|span| line_and_column(text, span.start));
    let line = at.and_then(|(line, _)| text.lines().nth(line - 1)).unwrap_or_default();
    let twice =
        at.filter(|_| error.message().starts_with("duplicate key")).and_then(|(line, _)| {
            let key = error.span().and_then(|span| text.get(span)).unwrap_or_default();
            twice::twice(text, line, key)
        });
    if let (Some((rule, hint)), position) = (twice, at) {
        return (position, Problem::new("", secrets::shown_line(line.trim()), rule, hint));
    }
    let slip = slips::slip(line);
    let position = at.map(|(line, column)| (line, slip.as_ref().map_or(column, |s| s.column)));
    let (rule, hint) = match slip {
        Some(slip) => (slip.rule, slip.hint),
        None => {
            let rule = words::not_toml(foreign_toml::syntax(error.message()));
            (rule, words::correct_this_line())
        }
    };
    let others = position.map(|(line, _)| slips::others_full_width(text, line)).unwrap_or_default();
    let hint = match others.is_empty() {
        true => hint,
        false => slips_words::and_in_lines(hint, Text::list(others)),
    };
    (position, Problem::new("", secrets::shown_line(line.trim()), rule, hint))
}

/// A number that no type holds: a whole one beyond 64 bits, or one beyond the floats.
struct TooLarge {
    /// To its value, the innermost first.
    steps: Vec<Step>,
    /// Its offset, bytes.
    at: usize,
    number: String,
}

impl TooLarge {
    fn within(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// The first of the numbers that no type holds.
fn too_large(table: &DeTable<'_>) -> Option<TooLarge> {
    table.iter().find_map(|(key, value)| {
        number_too_large(value).map(|found| found.within(Step::Key(key.get_ref().to_string())))
    })
}

fn number_too_large(value: &Spanned<DeValue<'_>>) -> Option<TooLarge> {
    let number = match value.get_ref() {
        DeValue::Table(table) => return too_large(table),
        DeValue::Array(array) => {
            return array.iter().enumerate().find_map(|(index, element)| {
                number_too_large(element).map(|found| found.within(Step::Index(index)))
            });
        }
        DeValue::Integer(whole) => {
            i64::from_str_radix(whole.as_str(), whole.radix()).is_err().then(|| whole.to_string())
        }
        DeValue::Float(float) => {
            let infinite = float.as_str().parse().is_ok_and(f64::is_infinite);
            (infinite && !float.as_str().contains("inf")).then(|| float.to_string())
        }
        _ => None,
    };
    number.map(|number| TooLarge { steps: Vec::new(), at: value.span().start, number })
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
    use crate::locales::{Lang, within};

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
        let (rule, hint) = (words::required(), words::add_key("tcp"));
        let placed = source.place(Problem::new("bus[0].tcp", "", rule, hint));
        assert_eq!(placed.to_string(), "x.toml:2:1: bus[0].tcp: is required; add `tcp`");
        let zh = within(Lang::Chinese, || placed.to_string());
        assert_eq!(zh, "x.toml:2:1：bus[0].tcp：必填；加上 `tcp`");
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = SourceText::parse(Path::new("x.toml"), "a = 1\nb = = 2\n".into()).unwrap_err();
        assert_eq!(error.position.map(|(line, _)| line), Some(2));
        assert_eq!(error.problem.value, "b = = 2");
        assert_eq!(
            error.to_string(),
            "x.toml:2:5: b = = 2: not valid TOML: extra `=`, expected nothing; correct this line first: the rest of the file has not been checked"
        );
        let zh = within(Lang::Chinese, || error.to_string());
        assert_eq!(
            zh,
            "x.toml:2:5：b = = 2：TOML 语法：多了一个 `=`；先改好这一行：文件的其余部分还没有检查"
        );
    }

    #[test]
    fn a_number_that_nothing_holds_is_named() {
        for (text, at, path, value) in [
            ("a = 1\nb = 99999999999999999999\n", (2, 5), "b", "99999999999999999999"),
            (
                "[[bus]]\n[[bus.device]]\nunit = [1, -9223372036854775809]",
                (3, 12),
                "bus[0].device[0].unit[1]",
                "-9223372036854775809",
            ),
            ("c.d = { e = 1e400 }", (1, 13), "c.d.e", "1e400"),
            ("f = 0xFFFF_FFFF_FFFF_FFFF", (1, 5), "f", "0xFFFFFFFFFFFFFFFF"),
        ] {
            let error = SourceText::parse(Path::new("x.toml"), text.into()).unwrap_err();
            let found = (error.position, error.problem.path.as_str(), error.problem.value.as_str());
            assert_eq!(found, (Some(at), path, value), "{text}");
        }
        for right in ["a = -9223372036854775808", "a = [inf, nan, 1e308]", "a = 0x7FFFFFFFFFFFFFFF"]
        {
            assert!(SourceText::parse(Path::new("x.toml"), right.into()).is_ok(), "{right}");
        }
    }

    #[test]
    fn lines_of_old_macs_are_told_without_the_whole_file() {
        let error = SourceText::parse(Path::new("x.toml"), "a = 1\rb = 2\r".into()).unwrap_err();
        assert_eq!((error.position, error.problem.value.as_str()), (Some((1, 6)), "a = 1"));
        assert_eq!(error.problem.rule, slips_words::lone_return());
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        let said = || {
            let Err(problem) = SourceText::read(&file) else { panic!("it was read") };
            Lang::ALL.map(|lang| within(lang, || problem.problem.to_string()))
        };
        let hints = Lang::ALL.map(|lang| words::give_text_file().within(lang));
        assert_eq!(
            said(),
            [
                format!("：读不了：没有这个文件或目录；{}", hints[0]),
                format!(": cannot be read: no such file or directory; {}", hints[1]),
            ]
        );
        std::fs::write(&file, b"a = \"\xff\"").unwrap();
        assert!(said()[0].contains("第 6 个字节起不是 UTF-8 文本"), "{:?}", said());
        std::fs::write(&file, "[mqtt]\nurl ＝ \"x\"\n").unwrap();
        let Err(problem) = SourceText::read(&file) else { panic!("it was read") };
        assert_eq!(problem.position, Some((2, 5)));
        assert!(said()[0].contains("`＝` 是全角字符；换成半角的 `=`"), "{:?}", said());
    }

    #[test]
    fn what_never_ends_is_not_read_to_its_end() {
        let Err(problem) = SourceText::read(Path::new("/dev/zero")) else { panic!("it was read") };
        assert!(problem.to_string().contains("no regular file"), "{problem}");
    }
}
