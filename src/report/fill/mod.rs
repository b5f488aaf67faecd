//! The office's own Word file, filled: placeholders, content controls and paragraphs replaced in place, all else kept byte for byte.
//!
//! What may stand in the file:
//! - text such as `{{electricity_used}}` or `{{抗旱用电量}}`, also where Word split it over several runs;
//! - a content control whose tag or title is such a name;
//! - a passage that begins with given words (抗旱救灾方面，), to the end of its paragraph or to the next passage of that form
//!   (…方面，), whichever comes first.

mod edit;
mod package;
mod part;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use package::FILE_MAX;

use crate::core::nearest;
use edit::Edits;
use part::Part;

/// Longest name of a placeholder, in characters: longer than any figure's, so that braces in other text are no placeholder.
const NAME_MAX: usize = 60;

/// What a heading within a paragraph ends with: 安全饮水方面，
const HEADING: &str = "方面，";
/// Longest heading before 方面, in characters. Engineering judgement: 抗旱救灾 has four, 安全生产和应急管理 nine.
const HEADING_MAX: usize = 16;
/// What ends like a heading and is none.
const NO_HEADING: [&str; 2] = ["一", "另一"];
/// What a sentence ends with.
const SENTENCE_END: [char; 6] = ['。', '；', '！', '？', '：', '\n'];

/// What goes into the office's file.
#[derive(Debug, Clone, Default)]
pub struct Passages {
    /// Text by the name of its placeholder; a line break begins a new paragraph.
    pub texts: BTreeMap<String, String>,
    /// Names that exist and have no value, with the reason.
    pub absent: BTreeMap<String, String>,
    /// Passages by the words that they begin with.
    pub leading: BTreeMap<String, String>,
}

/// How a place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `{{name}}`
    Placeholder,
    /// A content control.
    Control,
    /// The words that a passage begins with.
    Passage,
}

/// Something that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The name, or the words.
    pub name: String,
    /// The part of the file, such as `word/document.xml`.
    pub part: String,
    /// How the place was found.
    pub how: How,
    /// What stood there.
    pub before: String,
}

/// A place that was left as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The name.
    pub name: String,
    /// The part of the file.
    pub part: String,
    /// Why, and what to do.
    pub why: String,
}

/// A filled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The file.
    pub docx: Vec<u8>,
    /// What was replaced.
    pub replaced: Vec<Replaced>,
    /// What was left.
    pub left: Vec<Left>,
}

/// Why a file cannot be filled. Nothing is written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// It is no archive, or a damaged one.
    #[error(
        "this is no .docx file, or a damaged one ({0}): open it in Word and save it again as .docx"
    )]
    Archive(String),
    /// It is a .doc, or has a password.
    #[error("this is a .doc, or a .docx with a password: save it as .docx without one")]
    Old,
    /// It holds no document.
    #[error("the archive holds no word/document.xml: it is no Word file")]
    NoDocument,
    /// Something in it is larger than a report can be.
    #[error(
        "{what} is larger than {most}, more than a report can be: check that it is the right file"
    )]
    TooLarge {
        /// What.
        what: String,
        /// The bound.
        most: u64,
    },
    /// A part is no sound XML.
    #[error("{part}, byte {at}: {what}; open the file in Word and save it again")]
    Xml {
        /// The part.
        part: String,
        /// Byte in it.
        at: u64,
        /// What is wrong.
        what: String,
    },
}

impl FillError {
    fn archive(error: impl std::fmt::Display) -> Self {
        Self::Archive(error.to_string())
    }
}

/// Fills `docx` with `passages`.
///
/// # Errors
/// [`FillError`]: the file is damaged, is no Word file, or is larger than a report can be.
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
            // What was made has to be as sound as what was there.
            part::read(name, &made)?;
            changed.insert(name.clone(), made);
        }
    }
    Ok(Filled { docx: package::with(docx, &changed)?, replaced, left })
}

/// One part, while it is filled.
struct Filling<'a> {
    name: &'a str,
    part: &'a Part,
    edits: Edits<'a>,
    passages: &'a Passages,
    replaced: &'a mut Vec<Replaced>,
    left: &'a mut Vec<Left>,
}

impl Filling<'_> {
    fn replaced(&mut self, name: &str, how: How, before: &str) {
        self.replaced.push(Replaced {
            name: name.into(),
            part: self.name.into(),
            how,
            before: before.into(),
        });
    }

    fn left(&mut self, name: &str, why: String) {
        self.left.push(Left { name: name.into(), part: self.name.into(), why });
    }

    fn passages(&mut self) {
        let passages = self.passages;
        for index in 0..self.part.paragraphs.len() {
            let whole = self.edits.text(index);
            for (words, text) in &passages.leading {
                let Some(range) = passage(&whole, words, &passages.leading) else {
                    continue;
                };
                let before = whole.get(range.clone()).unwrap_or("").to_owned();
                if self.edits.replace(index, range, text) {
                    self.replaced(words, How::Passage, &before);
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
                    Some(before) => self.replaced(name, How::Control, &before),
                    None => self.left(
                        name,
                        "the content control holds no text: type a space into it".into(),
                    ),
                },
                (None, Some(why)) => self.left(name, format!("no data: {why}")),
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
                    let before = whole.get(range.clone()).unwrap_or("").to_owned();
                    if self.edits.replace(index, range, text) {
                        self.replaced(name, How::Placeholder, &before);
                    }
                } else if let Some(why) = passages.absent.get(name) {
                    self.left(name, format!("no data: {why}"));
                } else {
                    let why = match nearest(name, known.iter().copied()) {
                        Some(near) => format!("no figure has this name; did you mean {near}?"),
                        None => "no figure has this name; the names are in docs/figures.md".into(),
                    };
                    self.left(name, why);
                }
            }
        }
    }
}

/// Where `words` begin a passage of `whole`, and where it ends: at the next heading, or with the paragraph.
fn passage(
    whole: &str,
    words: &str,
    leading: &BTreeMap<String, String>,
) -> Option<std::ops::Range<usize>> {
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

/// The placeholders of a text: where they stand, braces included, and their names.
fn placeholders(whole: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = whole.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open;
        let inside = start + 2;
        let Some(length) = whole.get(inside..).and_then(|rest| rest.find("}}")) else {
            break;
        };
        let name = whole.get(inside..inside + length).unwrap_or("");
        // The braces that open last are the placeholder's: {{ {{name}}
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
