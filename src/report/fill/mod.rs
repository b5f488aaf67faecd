//! Fills the office's own Word file: replaces placeholders, content controls and passages, and keeps every other byte.
//!
//! The file may contain:
//! - text such as `{{electricity_used}}` or `{{抗旱用电量}}`, even if Word split it over several runs;
//! - content controls whose tag or title is such a name;
//! - passages that begin with given words (抗旱救灾方面，), up to the next passage of that form (…方面，) or the paragraph's end.

mod edit;
mod package;
mod part;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use package::FILE_MAX;
use zip::result::ZipError;

use crate::core::nearest;
use crate::locales::{Text, foreign, report as words};
use edit::Edits;
use part::Part;

/// Longest name of a placeholder, in characters: longer than any figure's, so that braces in other text are ignored.
const NAME_MAX: usize = 60;

/// The end of a heading within a paragraph: 安全饮水方面，
const HEADING: &str = "方面，";
/// Longest heading before 方面, in characters. Engineering judgement: 抗旱救灾 has four, 安全生产和应急管理 nine.
const HEADING_MAX: usize = 16;
/// Words before 方面 that do not make a heading.
const NO_HEADING: [&str; 2] = ["一", "另一"];
const SENTENCE_END: [char; 6] = ['。', '；', '！', '？', '：', '\n'];

/// The texts for the office's file.
#[derive(Debug, Clone, Default)]
pub struct Passages {
    /// Text by the name of its placeholder; a line break begins a new paragraph.
    pub texts: BTreeMap<String, String>,
    /// Names without a value, with the reason.
    pub absent: BTreeMap<String, Text>,
    /// Passages by the words that they begin with.
    pub leading: BTreeMap<String, String>,
}

/// How a place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `{{name}}`
    Placeholder,
    Control,
    /// By the words that a passage begins with.
    Passage,
}

/// A replaced place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The name, or the words of a passage.
    pub name: String,
    /// The part of the file, such as `word/document.xml`.
    pub part: String,
    pub how: How,
    pub before: String,
}

/// A place that was left as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub name: String,
    pub part: String,
    /// Why, and what to do.
    pub why: Text,
}

/// A filled file with its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub docx: Vec<u8>,
    pub replaced: Vec<Replaced>,
    pub left: Vec<Left>,
}

/// Why a file cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    #[error("{}", words::no_archive(.0))]
    Archive(Text),
    #[error("{}", words::old_word())]
    Old,
    #[error("{}", words::no_document())]
    NoDocument,
    #[error("{}", words::too_large(what, most))]
    TooLarge { what: Text, most: u64 },
    /// A part is not valid XML at byte `at`.
    #[error("{}", words::xml_wrong(part, at, what))]
    Xml { part: String, at: u64, what: Text },
}

impl From<ZipError> for FillError {
    fn from(error: ZipError) -> Self {
        Self::Archive(match error {
            ZipError::Io(error) => foreign::io(&error),
            ZipError::InvalidArchive(_) | ZipError::FileNotFound => words::zip_invalid(),
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                words::zip_unsupported()
            }
            ZipError::InvalidPassword => words::zip_password(),
            other => foreign::said(other),
        })
    }
}

impl From<std::io::Error> for FillError {
    fn from(error: std::io::Error) -> Self {
        Self::Archive(foreign::io(&error))
    }
}

/// Fills `docx` with `passages`.
pub fn fill(docx: &[u8], passages: &Passages) -> Result<Filled, FillError> {
    let parts = package::parts(docx)?;
    let mut changed = BTreeMap::new();
    let (mut replaced, mut left) = (Vec::new(), Vec::new());
    for (name, text) in &parts {
        let part = part::read(name, text)?;
        let mut filling = Filling {
            name,
            part: &part,
            edits: Edits::new(&part),
            passages,
            replaced: &mut replaced,
            left: &mut left,
        };
        filling.passages();
        filling.controls();
        filling.placeholders();
        let made = filling.edits.apply(text);
        if made != *text {
            // The result must be as valid as the original.
            part::read(name, &made)?;
            changed.insert(name.clone(), made);
        }
    }
    Ok(Filled { docx: package::with(docx, &changed)?, replaced, left })
}

struct Filling<'a> {
    name: &'a str,
    part: &'a Part,
    edits: Edits<'a>,
    passages: &'a Passages,
    replaced: &'a mut Vec<Replaced>,
    left: &'a mut Vec<Left>,
}

impl Filling<'_> {
    fn replaced(&mut self, name: &str, how: How, before: String) {
        self.replaced.push(Replaced { name: name.into(), part: self.name.into(), how, before });
    }

    fn left(&mut self, name: &str, why: Text) {
        self.left.push(Left { name: name.into(), part: self.name.into(), why });
    }

    /// Replaces a range of a paragraph, unless an earlier change overlaps it.
    fn replace(&mut self, paragraph: usize, range: Range<usize>, name: &str, how: How, text: &str) {
        let before = self.edits.text(paragraph).get(range.clone()).unwrap_or("").to_owned();
        if self.edits.replace(paragraph, range, text) {
            self.replaced(name, how, before);
        }
    }

    fn passages(&mut self) {
        let passages = self.passages;
        for index in 0..self.part.paragraphs.len() {
            let whole = self.edits.text(index);
            for (words, text) in &passages.leading {
                if let Some(range) = passage(&whole, words, &passages.leading) {
                    self.replace(index, range, words, How::Passage, text);
                }
            }
        }
    }

    fn controls(&mut self) {
        let passages = self.passages;
        for control in &self.part.controls {
            let named = control.names.iter().find(|name| {
                passages.texts.contains_key(*name) || passages.absent.contains_key(*name)
            });
            let Some(name) = named else { continue };
            match (passages.texts.get(name), passages.absent.get(name)) {
                (Some(text), _) => match self.edits.control(control, text) {
                    Some(before) => self.replaced(name, How::Control, before),
                    None => self.left(name, words::empty_control()),
                },
                (None, Some(why)) => self.left(name, words::left_no_data(why)),
                (None, None) => {}
            }
        }
    }

    fn placeholders(&mut self) {
        let passages = self.passages;
        let known: BTreeSet<&str> =
            passages.texts.keys().chain(passages.absent.keys()).map(String::as_str).collect();
        for index in 0..self.part.paragraphs.len() {
            let whole = self.edits.text(index);
            for (range, name) in placeholders(&whole) {
                if let Some(text) = passages.texts.get(name) {
                    self.replace(index, range, name, How::Placeholder, text);
                } else if let Some(why) = passages.absent.get(name) {
                    self.left(name, words::left_no_data(why));
                } else {
                    let why = match nearest(name, known.iter().copied()) {
                        Some(near) => words::left_near(near),
                        None => words::left_unknown(),
                    };
                    self.left(name, why);
                }
            }
        }
    }
}

/// The range of the passage in `whole` that begins with `words` and ends at the next heading or with the paragraph.
fn passage(whole: &str, words: &str, leading: &BTreeMap<String, String>) -> Option<Range<usize>> {
    let begins = |at: usize| {
        let before = whole.get(..at).unwrap_or("").trim_end();
        before.is_empty() || before.ends_with(SENTENCE_END)
    };
    let (start, _) = whole.match_indices(words).find(|(at, _)| begins(*at))?;
    let after = start + words.len();
    let rest = whole.get(after..)?;
    let of_ours = leading.keys().flat_map(|other| rest.match_indices(other.as_str()));
    let headings = rest.match_indices(HEADING).filter_map(|(at, _)| {
        let before = rest.get(..at)?;
        let from = before
            .rfind(SENTENCE_END)
            .map_or(0, |end| end + before[end..].chars().next().map_or(0, char::len_utf8));
        let title = before.get(from..)?.trim();
        let is_title = !title.contains('，')
            && (1..=HEADING_MAX).contains(&title.chars().count())
            && !NO_HEADING.contains(&title);
        is_title.then_some(from)
    });
    let end = of_ours
        .map(|(at, _)| at)
        .filter(|at| begins(after + at))
        .chain(headings)
        .min()
        .unwrap_or(rest.len());
    Some(start..after + end)
}

/// The placeholders of a text: their ranges with the braces, and their names.
fn placeholders(whole: &str) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = whole.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open;
        let inside = start + 2;
        let Some(length) = whole.get(inside..).and_then(|rest| rest.find("}}")) else {
            break;
        };
        let name = whole.get(inside..inside + length).unwrap_or("");
        // The last opening braces belong to the placeholder: {{ {{name}}
        if let Some(again) = name.rfind("{{") {
            from = inside + again;
            continue;
        }
        from = inside + length + 2;
        let name = name.trim();
        let sound = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '（' | '）' | '-');
        if !name.is_empty() && name.chars().count() <= NAME_MAX && name.chars().all(sound) {
            found.push((start..from, name));
        }
    }
    found
}
