//! Reads one XML part: its paragraphs with the pieces of their text, and its content controls.

use std::ops::Range;

use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};

use super::error::{FillError, within};
use crate::locales::{Text, fill as words};

/// The namespace of Word's own elements, in both editions of the standard.
const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

/// Deepest nesting of elements. Engineering judgement: tables in tables in text boxes reach about fifty.
const DEPTH_MAX: usize = 400;

/// Most paragraphs, runs, pieces of text and content controls of a file. Engineering judgement: a hundred pages have
/// some 60,000 characters, each of which could be a run.
pub(super) const ELEMENTS_MAX: usize = 300_000;

/// The content of one `w:t`. All ranges are bytes of the part.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub tag: Range<usize>,
    /// The XML between opening and closing tag.
    pub content: Range<usize>,
    /// The text, with entities resolved.
    pub text: String,
    /// The properties of its run; empty if there are none.
    pub run_properties: Range<usize>,
    /// Its run, by its place in [`Part::runs`].
    pub run: Option<usize>,
    /// The insertion or move that it is part of, by its first byte: a tracked change.
    pub revision: Option<usize>,
    /// Whether it was moved away from here, and is shown until the change is accepted.
    pub moved_away: bool,
    /// Whether it lies in a content control whose content is locked.
    pub locked: bool,
    /// Whether its run is directly in the paragraph, not in an insertion, a link or a control.
    pub in_paragraph: bool,
    /// Whether a tab, a break or a picture separates it from the piece before.
    pub after_gap: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    pub whole: Range<usize>,
    /// Empty if there are none.
    pub properties: Range<usize>,
    pub pieces: Vec<Piece>,
    /// The element that holds it, by its first byte.
    pub parent: usize,
    /// Before which of its pieces deleted text is shown: a tracked change.
    pub deleted: Vec<usize>,
    /// Before which of its pieces a picture or another drawing stands.
    pub pictures: Vec<usize>,
    /// Its level in the outline, from 0, by its own properties or the name of its style.
    pub outline: Option<u8>,
    /// Whether it lies in a cell of a table or in a text box.
    pub nested: bool,
    /// Whether it is the copy of a text box for old programs.
    pub copy: bool,
    /// Whether it holds something besides text, so that it must not be taken out.
    pub holds_more: bool,
}

/// A run of text of one format.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub whole: Range<usize>,
    texts: usize,
    holds_more: bool,
}

impl Run {
    /// Whether it is there for one piece of text only.
    pub fn is_for_one_text(&self) -> bool {
        self.texts == 1 && !self.holds_more
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Control {
    pub names: Vec<String>,
    /// Its pieces, by paragraph and piece.
    pub pieces: Vec<(usize, usize)>,
    /// The element that marks its text as a prompt; it is removed with the prompt.
    pub prompt: Option<Range<usize>>,
    /// The style of the prompt in its runs.
    pub prompt_styles: Vec<Range<usize>>,
    /// Whether its content is locked.
    pub locked: bool,
    /// Whether text in it was deleted, which is a tracked change.
    pub deleted: bool,
}

#[derive(Debug, Default)]
pub(super) struct Part {
    /// The paragraphs in the order in which they begin.
    pub paragraphs: Vec<Paragraph>,
    pub controls: Vec<Control>,
    pub runs: Vec<Run>,
    /// The prefix of Word's namespace, with its colon.
    pub prefix: String,
    /// How many paragraphs, runs, pieces of text and content controls there are.
    pub elements: usize,
}

/// The role of an open element.
enum Meaning {
    Paragraph(usize),
    Run {
        index: usize,
        /// The range of its properties.
        properties: Range<usize>,
    },
    Control(usize),
    /// An insertion or a move.
    Revision {
        away: bool,
    },
    /// A cell of a table or a text box.
    Nest,
    /// What programs show that do not know the newer form of the same.
    Copy,
    Other,
}

struct OpenElement {
    name: String,
    meaning: Meaning,
    tag: Range<usize>,
}

struct Scan<'a> {
    part: Part,
    open: Vec<OpenElement>,
    text: &'a str,
    /// Whether a tab, a break or a picture came after the last piece.
    gap: bool,
}

/// Reads the part `name`. Refuses a document type, which could expand entities, and nesting that is too deep.
pub(super) fn read(name: &str, text: &str) -> Result<Part, FillError> {
    let wrong = |at: u64, what: Text| FillError::Xml { part: name.to_owned(), at, what };
    let mut reader = Reader::from_str(text);
    let mut scan = Scan { part: Part::default(), open: Vec::new(), text, gap: false };
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event();
        let event = event.map_err(|error| wrong(reader.error_position(), said(&error)))?;
        let here = position(start)..position(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                if scan.open.len() >= DEPTH_MAX {
                    return Err(wrong(start, words::xml_too_deep(DEPTH_MAX)));
                }
                scan.start(&tag, here);
                scan.check_size()?;
            }
            Event::Empty(tag) => {
                scan.start(&tag, here.clone());
                // An empty element has no text to replace.
                scan.close(here.end);
                scan.check_size()?;
            }
            Event::End(_) => scan.end(&here).map_err(|_| wrong(start, words::xml_entity()))?,
            Event::DocType(_) => return Err(wrong(start, words::xml_document_type())),
            Event::Eof => break,
            _ => {}
        }
    }
    if scan.open.is_empty() {
        Ok(scan.part)
    } else {
        Err(wrong(text.len() as u64, words::xml_unclosed()))
    }
}

/// What is wrong with the XML, as far as it helps to find the place.
fn said(error: &quick_xml::Error) -> Text {
    match error {
        quick_xml::Error::Syntax(_) => words::xml_syntax(),
        quick_xml::Error::Escape(_) => words::xml_entity(),
        quick_xml::Error::Encoding(_) => words::xml_not_utf8(),
        quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            words::xml_wrong_end(expected, found)
        }
        quick_xml::Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            words::xml_extra_end(found)
        }
        _ => words::xml_ill_formed(),
    }
}

/// Adds `place` behind those that are there, unless it is the last of them.
fn push_new(places: &mut Vec<usize>, place: usize) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The level in the outline that a paragraph has by its style or by its own property. Word names its styles of headings
/// `Heading1` and so on, the Chinese Word `1` and so on.
fn outline(property: &str, value: &str) -> Option<u8> {
    let level: u8 = match property {
        "outlineLvl" => return value.parse().ok().filter(|level| *level < 9),
        _ => {
            value.trim_start_matches("Heading").trim_start_matches("heading").trim().parse().ok()?
        }
    };
    (1..=9).contains(&level).then(|| level - 1)
}

/// The value of the attribute whose name ends in `name`.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.as_ref().rsplit(':').next() == Some(name))?;
    let value = escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}

impl Scan<'_> {
    /// # Errors
    /// The part holds more than any report does.
    fn check_size(&self) -> Result<(), FillError> {
        within(self.part.elements, ELEMENTS_MAX, words::the_elements)
    }

    /// The name of a tag without the prefix of Word's namespace; other prefixes stay.
    fn name(&mut self, tag: &BytesStart<'_>) -> String {
        if self.open.is_empty() {
            let mut attributes = tag.attributes().flatten();
            let word = attributes.find(|a| NAMESPACES.contains(&a.value.as_ref()));
            let key = word.map(|a| a.key.as_ref().to_owned());
            self.part.prefix = match key.as_deref().and_then(|key| key.strip_prefix("xmlns:")) {
                Some(prefix) => format!("{prefix}:"),
                None => String::new(),
            };
        }
        let whole = tag.name().as_ref().to_owned();
        match whole.strip_prefix(&self.part.prefix) {
            Some(own) if !own.contains(':') => own.to_owned(),
            _ => whole,
        }
    }

    fn innermost<T>(&self, meant: impl Fn(&Meaning) -> Option<T>) -> Option<T> {
        self.open.iter().rev().find_map(|open| meant(&open.meaning))
    }

    fn paragraph(&self) -> Option<usize> {
        self.innermost(|meaning| match meaning {
            Meaning::Paragraph(index) => Some(*index),
            _ => None,
        })
    }

    fn control(&self) -> Option<usize> {
        self.innermost(|meaning| match meaning {
            Meaning::Control(index) => Some(*index),
            _ => None,
        })
    }

    fn inside(&self, name: &str) -> bool {
        self.open.last().is_some_and(|open| open.name == name)
    }

    fn start(&mut self, tag: &BytesStart<'_>, here: Range<usize>) {
        let name = self.name(tag);
        self.part.elements +=
            usize::from(matches!(name.as_str(), "p" | "r" | "t" | "sdt" | "rStyle"));
        self.besides_text(&name);
        self.picture(&name);
        let meaning = match name.as_str() {
            "p" => self.start_paragraph(&here),
            "r" => {
                let whole = here.clone();
                self.part.runs.push(Run { whole, ..Run::default() });
                Meaning::Run { index: self.part.runs.len() - 1, properties: 0..0 }
            }
            "sdt" => {
                self.part.controls.push(Control::default());
                Meaning::Control(self.part.controls.len() - 1)
            }
            "ins" | "moveTo" => Meaning::Revision { away: false },
            "moveFrom" => Meaning::Revision { away: true },
            "tc" | "txbxContent" => Meaning::Nest,
            fallback if fallback.ends_with(":Fallback") => Meaning::Copy,
            "tag" | "alias" | "lock" | "showingPlcHdr" if self.inside("sdtPr") => {
                self.property(&name, tag, &here);
                Meaning::Other
            }
            "rStyle" => {
                if let Some(index) = self.control() {
                    self.part.controls[index].prompt_styles.push(here.clone());
                }
                Meaning::Other
            }
            "pStyle" | "outlineLvl" if self.inside("pPr") => {
                if let (Some(index), Some(value)) = (self.paragraph(), attribute(tag, "val")) {
                    let level = outline(&name, &value);
                    let known = &mut self.part.paragraphs[index].outline;
                    *known = level.or(*known);
                }
                Meaning::Other
            }
            "tab" | "br" | "cr" | "drawing" | "pict" | "object" | "fldChar" | "sym" | "delText"
                if self.inside("r") =>
            {
                self.gap = true;
                if name == "delText" {
                    self.deleted();
                }
                Meaning::Other
            }
            _ => Meaning::Other,
        };
        self.open.push(OpenElement { name, meaning, tag: here });
    }

    fn start_paragraph(&mut self, here: &Range<usize>) -> Meaning {
        let is_nest = |meaning: &Meaning| matches!(meaning, Meaning::Nest).then_some(());
        let is_copy = |meaning: &Meaning| matches!(meaning, Meaning::Copy).then_some(());
        let paragraph = Paragraph {
            whole: here.clone(),
            parent: self.open.last().map_or(0, |open| open.tag.start),
            nested: self.innermost(is_nest).is_some(),
            copy: self.innermost(is_copy).is_some(),
            ..Paragraph::default()
        };
        self.part.paragraphs.push(paragraph);
        self.gap = false;
        Meaning::Paragraph(self.part.paragraphs.len() - 1)
    }

    /// Notes what a run or a paragraph holds besides text.
    fn besides_text(&mut self, name: &str) {
        let Some(open) = self.open.last() else { return };
        let more = match (&open.meaning, open.name.as_str()) {
            (Meaning::Run { index, .. }, _) => {
                let run = &mut self.part.runs[*index];
                match name {
                    "t" => run.texts += 1,
                    "rPr" => {}
                    _ => run.holds_more = true,
                }
                !matches!(name, "t" | "rPr" | "lastRenderedPageBreak" | "br" | "tab")
            }
            (Meaning::Paragraph(_), _) => !matches!(name, "pPr" | "r" | "proofErr"),
            (_, "pPr") => name == "sectPr",
            _ => false,
        };
        if let (true, Some(index)) = (more, self.paragraph()) {
            self.part.paragraphs[index].holds_more = true;
        }
    }

    /// Notes a picture or another drawing at this place, in its newer form only.
    fn picture(&mut self, name: &str) {
        let is_copy = |meaning: &Meaning| matches!(meaning, Meaning::Copy).then_some(());
        let is_picture = matches!(name, "drawing" | "pict" | "object");
        if let (true, None, Some(index)) = (is_picture, self.innermost(is_copy), self.paragraph()) {
            let paragraph = &mut self.part.paragraphs[index];
            push_new(&mut paragraph.pictures, paragraph.pieces.len());
        }
    }

    /// A property of a content control.
    fn property(&mut self, name: &str, tag: &BytesStart<'_>, here: &Range<usize>) {
        let Some(index) = self.control() else { return };
        let control = &mut self.part.controls[index];
        match (name, attribute(tag, "val")) {
            ("showingPlcHdr", _) => control.prompt = Some(here.clone()),
            ("lock", Some(value)) => {
                control.locked = matches!(value.as_str(), "contentLocked" | "sdtContentLocked");
            }
            ("tag" | "alias", Some(value)) => control.names.push(value),
            _ => {}
        }
    }

    /// Notes deleted text at this place.
    fn deleted(&mut self) {
        if let Some(index) = self.paragraph() {
            let paragraph = &mut self.part.paragraphs[index];
            push_new(&mut paragraph.deleted, paragraph.pieces.len());
        }
        if let Some(index) = self.control() {
            self.part.controls[index].deleted = true;
        }
    }

    /// Closes the innermost element, whose closing tag is `here`.
    fn end(&mut self, here: &Range<usize>) -> Result<(), escape::EscapeError> {
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        if open.name == "t" {
            let (tag, content) = (open.tag.clone(), open.tag.end..here.start);
            let text = escape::unescape(self.text.get(content.clone()).unwrap_or(""))?.into_owned();
            self.piece(tag, content, text);
        }
        self.close(here.end);
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let whole = open.tag.start..end;
        match (open.name.as_str(), self.open.last_mut()) {
            ("rPr", Some(parent)) => {
                if let Meaning::Run { properties, .. } = &mut parent.meaning {
                    *properties = whole.clone();
                }
            }
            ("pPr", Some(parent)) => {
                if let Meaning::Paragraph(index) = parent.meaning {
                    self.part.paragraphs[index].properties = whole.clone();
                }
            }
            _ => {}
        }
        match open.meaning {
            Meaning::Paragraph(index) => self.part.paragraphs[index].whole = whole,
            Meaning::Run { index, .. } => self.part.runs[index].whole = whole,
            _ => {}
        }
    }

    fn piece(&mut self, tag: Range<usize>, content: Range<usize>, text: String) {
        let Some(paragraph) = self.paragraph() else {
            return;
        };
        let run = self.innermost(|meaning| match meaning {
            Meaning::Run { index, properties } => Some((*index, properties.clone())),
            _ => None,
        });
        let revision = self.open.iter().rev().find_map(|open| match open.meaning {
            Meaning::Revision { away } => Some((open.tag.start, away)),
            _ => None,
        });
        let controls = &self.part.controls;
        let locked = self.innermost(|meaning| match meaning {
            Meaning::Control(index) => controls[*index].locked.then_some(()),
            _ => None,
        });
        let (run, properties) = run.unzip();
        let locked = locked.is_some();
        // The last open element is the piece, the one before its run, and the one before that the run's parent.
        let parent = self.open.len().checked_sub(3).map(|at| &self.open[at].meaning);
        let pieces = &mut self.part.paragraphs[paragraph].pieces;
        pieces.push(Piece {
            tag,
            content,
            text,
            run_properties: properties.unwrap_or(0..0),
            run,
            revision: revision.map(|(start, _)| start),
            moved_away: revision.is_some_and(|(_, away)| away),
            locked,
            in_paragraph: matches!(parent, Some(Meaning::Paragraph(_))),
            after_gap: std::mem::take(&mut self.gap),
        });
        let place = (paragraph, pieces.len() - 1);
        if let Some(control) = self.control() {
            self.part.controls[control].pieces.push(place);
        }
    }
}
