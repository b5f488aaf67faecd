//! What goes into an office's file, and what has become of it.

use std::collections::BTreeMap;

use crate::figures::FigureId;
use crate::locales::Text;

/// The texts for the office's file.
#[derive(Debug, Clone, Default)]
pub struct Passages {
    /// Text by the name of its placeholder; a line break begins a new paragraph.
    pub texts: BTreeMap<String, String>,
    /// Names without a value, with the reason.
    pub absent: BTreeMap<String, Text>,
    /// The passages of the section by their titles (抗旱救灾方面): their text behind the title. `None` where this
    /// report says nothing under the title.
    pub titled: BTreeMap<String, Option<String>>,
    /// What this report says of the figures that an office's own sentences may state, or why it says nothing. A month
    /// is its number.
    pub figures: BTreeMap<FigureId, Result<String, Text>>,
    /// Whether passages keep the office's own words, and only the numbers in them are replaced.
    pub numbers_only: bool,
    /// The year of the report: what an office's file says of later ones is a plan.
    pub year: i16,
    /// Villages and crops of the township, as an office writes them: a sentence with one of them speaks of a part.
    pub parts: Vec<String>,
}

/// How a place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `{{name}}`
    Placeholder,
    Control,
    /// By the title that a passage begins with.
    Passage,
    /// A number in an office's own sentence.
    Number,
}

/// A replaced place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The name, or the title of a passage; of a number the id of its figure.
    pub name: String,
    /// The part of the file, such as `word/document.xml`.
    pub part: String,
    pub how: How,
    pub before: String,
    /// The new text.
    pub after: String,
}

/// What was left as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Placeholder,
    Control,
    /// A passage of the section that could not be replaced, or that the file does not have.
    Passage,
    /// A sentence that speaks of what a passage of the section is about.
    Sentence,
    /// A passage that is part of a plan for later: nobody has to look at it.
    Plan,
}

/// A place that was left as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub kind: Kind,
    /// The name, or the title of a passage; empty where the sentence stands under none.
    pub name: String,
    pub part: String,
    /// How its text begins; empty where the name says all.
    pub said: String,
    /// Why, and what to do.
    pub why: Text,
}

/// A filled file with its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub docx: Vec<u8>,
    pub replaced: Vec<Replaced>,
    pub left: Vec<Left>,
    /// Whether the file has one of the section's passages, replaced or not.
    pub has_passage: bool,
}
