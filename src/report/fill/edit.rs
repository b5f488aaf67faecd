//! Changes the text of a part in its bytes, so that everything else stays as it is.

use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::escape;

use super::part::{Control, Part, Piece};

/// Stands for something other than text in a paragraph, so that no placeholder extends across it.
const NOT_TEXT: char = '\u{FFFC}';

pub(super) struct Edits<'a> {
    part: &'a Part,
    /// By paragraph: ranges of its text, which do not overlap, and their new text.
    replacements: BTreeMap<usize, Vec<(Range<usize>, String)>>,
    /// New text of the pieces of content controls, by paragraph and piece.
    controls: BTreeMap<(usize, usize), String>,
    removed: Vec<Range<usize>>,
}

impl<'a> Edits<'a> {
    pub fn new(part: &'a Part) -> Self {
        Self { part, replacements: BTreeMap::new(), controls: BTreeMap::new(), removed: Vec::new() }
    }

    /// The original text of a paragraph: its pieces in order.
    pub fn text(&self, paragraph: usize) -> String {
        let mut text = String::new();
        for piece in &self.part.paragraphs[paragraph].pieces {
            if piece.after_gap {
                text.push(NOT_TEXT);
            }
            text.push_str(&piece.text);
        }
        text
    }

    fn spans(&self, paragraph: usize) -> Vec<Range<usize>> {
        let mut at = 0;
        let span = |piece: &Piece| {
            if piece.after_gap {
                at += NOT_TEXT.len_utf8();
            }
            let span = at..at + piece.text.len();
            at = span.end;
            span
        };
        self.part.paragraphs[paragraph].pieces.iter().map(span).collect()
    }

    /// Replaces `range` of the paragraph's text by `text`, in the format of the piece in which the range begins.
    /// Returns `false` if another change overlaps.
    pub fn replace(&mut self, paragraph: usize, range: Range<usize>, text: &str) -> bool {
        let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        let taken = self.controls.keys().filter(|(of, _)| *of == paragraph);
        let spans = self.spans(paragraph);
        let mut in_control = taken.filter_map(|(_, piece)| spans.get(*piece));
        if in_control.any(overlaps) {
            return false;
        }
        let replacements = self.replacements.entry(paragraph).or_default();
        let free = !replacements.iter().any(|(other, _)| overlaps(other));
        if free {
            replacements.push((range, text.to_owned()));
            replacements.sort_by_key(|(range, _)| range.start);
        }
        free
    }

    fn texts(&self) -> BTreeMap<(usize, usize), String> {
        let mut texts = self.controls.clone();
        for (paragraph, replacements) in &self.replacements {
            let pieces = &self.part.paragraphs[*paragraph].pieces;
            for (index, (span, piece)) in self.spans(*paragraph).iter().zip(pieces).enumerate() {
                let mut made = String::new();
                let mut at = span.start;
                let mut changed = false;
                for (range, text) in replacements {
                    if range.end <= span.start || span.end <= range.start {
                        continue;
                    }
                    changed = true;
                    let unchanged = at - span.start..range.start.max(at) - span.start;
                    made.push_str(piece.text.get(unchanged).unwrap_or(""));
                    if span.contains(&range.start) {
                        made.push_str(text);
                    }
                    at = range.end.min(span.end);
                }
                if changed {
                    made.push_str(piece.text.get(at - span.start..).unwrap_or(""));
                    texts.insert((*paragraph, index), made);
                }
            }
        }
        texts
    }

    /// Sets the text of a content control and returns the old one; `None` if the control has no text to replace.
    pub fn control(&mut self, control: &Control, text: &str) -> Option<String> {
        let first = control.pieces.first()?;
        let mut before = String::new();
        for place @ (paragraph, piece) in &control.pieces {
            before.push_str(&self.part.paragraphs[*paragraph].pieces[*piece].text);
            let text = if place == first { text } else { "" };
            self.controls.insert(*place, text.to_owned());
        }
        if let Some(prompt) = &control.prompt {
            self.removed.push(prompt.clone());
            self.removed.extend(control.prompt_styles.iter().cloned());
        }
        Some(before)
    }

    pub fn apply(&self, source: &str) -> String {
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        for ((paragraph, index), text) in &self.texts() {
            let piece = &self.part.paragraphs[*paragraph].pieces[*index];
            let tag = source.get(piece.tag.clone()).unwrap_or("");
            if !tag.contains("xml:space") && text.trim() != text {
                let with = tag.replacen('>', " xml:space=\"preserve\">", 1);
                changes.push((piece.tag.clone(), with));
            }
            changes.push((piece.content.clone(), self.content(source, *paragraph, piece, text)));
        }
        let removed = self.removed.iter().map(|range| (range.clone(), String::new()));
        changes.extend(removed);
        changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut made = String::with_capacity(source.len());
        let mut at = 0;
        for (range, text) in changes {
            if range.start < at {
                continue;
            }
            made.push_str(source.get(at..range.start).unwrap_or(""));
            made.push_str(&text);
            at = range.end;
        }
        made.push_str(source.get(at..).unwrap_or(""));
        made
    }

    /// The XML of a piece's text. A line break becomes a new paragraph, or a break where no split is possible.
    fn content(&self, source: &str, paragraph: usize, piece: &Piece, text: &str) -> String {
        let w = &self.part.prefix;
        let properties =
            source.get(self.part.paragraphs[paragraph].properties.clone()).unwrap_or("");
        let run = source.get(piece.run_properties.clone()).unwrap_or("");
        let can_split = piece.in_paragraph && !properties.contains("sectPr");
        let between = if can_split {
            format!(
                "</{w}t></{w}r></{w}p><{w}p>{properties}<{w}r>{run}<{w}t xml:space=\"preserve\">"
            )
        } else {
            format!("</{w}t><{w}br/><{w}t xml:space=\"preserve\">")
        };
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| escape::partial_escape(printable(line)).into_owned())
            .collect();
        lines.join(&between)
    }
}

/// A line without the control characters that XML does not allow.
fn printable(line: &str) -> String {
    line.chars().filter(|c| !c.is_control() || *c == '\t').collect()
}
