//! Changes the text of a part in its bytes, so that everything else stays as it is.

use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::escape;

use super::part::{Control, Part, Piece};

/// Stands for something other than text in a paragraph, so that no placeholder extends across it.
pub(super) const NOT_TEXT: char = '\u{FFFC}';

/// Why a range of a paragraph must not be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Part of it is a tracked change: text that would come back when somebody rejects the change.
    Tracked,
    /// It lies in a content control whose content is locked.
    Locked,
}

/// A range of a paragraph's text, and its new text.
struct Replacement {
    range: Range<usize>,
    text: String,
    /// The piece that the new text goes into.
    host: usize,
    /// Whether runs whose text is gone are taken out.
    tidy: bool,
}

pub(super) struct Edits<'a> {
    source: &'a str,
    part: &'a Part,
    /// By paragraph; their ranges do not overlap.
    replacements: BTreeMap<usize, Vec<Replacement>>,
    /// New text of the pieces of content controls, by paragraph and piece.
    controls: BTreeMap<(usize, usize), String>,
    removed: Vec<Range<usize>>,
}

impl<'a> Edits<'a> {
    /// No changes yet, of `part` as it was read from `source`.
    pub fn new(source: &'a str, part: &'a Part) -> Self {
        Self {
            source,
            part,
            replacements: BTreeMap::new(),
            controls: BTreeMap::new(),
            removed: Vec::new(),
        }
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

    /// The pieces of the paragraph that have text in `range`.
    fn pieces_in(&self, paragraph: usize, range: &Range<usize>) -> Vec<(usize, Range<usize>)> {
        let spans = self.spans(paragraph).into_iter().enumerate();
        spans.filter(|(_, span)| span.start < range.end && range.start < span.end).collect()
    }

    /// What keeps `range` of the paragraph from being changed; with `and_behind`, also deleted text right behind it.
    pub fn obstacle(
        &self,
        paragraph: usize,
        range: &Range<usize>,
        and_behind: bool,
    ) -> Option<Obstacle> {
        let whole = &self.part.paragraphs[paragraph];
        let within = self.pieces_in(paragraph, range);
        let pieces = || within.iter().map(|(index, _)| &whole.pieces[*index]);
        if pieces().any(|piece| piece.locked) {
            return Some(Obstacle::Locked);
        }
        let first = pieces().next().and_then(|piece| piece.revision);
        let spans = self.spans(paragraph);
        // Deleted text lies between the piece before it and the one behind it. The first one that ends behind the
        // beginning of the range decides: the others lie farther back.
        let before =
            |at: usize| at.checked_sub(1).and_then(|at| spans.get(at)).map_or(0, |span| span.end);
        let behind =
            |at: usize| spans.get(at).map_or(before(at), |span| span.start).max(before(at));
        let passed = whole.deleted.partition_point(|at| behind(*at) <= range.start);
        let deleted = whole
            .deleted
            .get(passed)
            .is_some_and(|at| before(*at) < range.end || and_behind && before(*at) == range.end);
        let tracked = pieces().any(|piece| piece.moved_away || piece.revision != first);
        (deleted || tracked).then_some(Obstacle::Tracked)
    }

    /// Replaces `range` of the paragraph's text by `text`, in the format of the piece in which the range begins.
    /// Returns `false` if another change overlaps.
    pub fn replace(&mut self, paragraph: usize, range: Range<usize>, text: &str) -> bool {
        let host = self.pieces_in(paragraph, &range).first().map(|(index, _)| *index);
        self.put(paragraph, range, text, host, false)
    }

    /// Replaces `range` of the paragraph's text by `text`, in the format that most of the old text has, and takes out
    /// the runs that have no text left. Returns `false` if another change overlaps.
    pub fn rewrite(&mut self, paragraph: usize, range: Range<usize>, text: &str) -> bool {
        let host = self.commonest(paragraph, &range);
        self.put(paragraph, range, text, host, true)
    }

    /// The first piece of the format that most characters in `range` have.
    fn commonest(&self, paragraph: usize, range: &Range<usize>) -> Option<usize> {
        let pieces = &self.part.paragraphs[paragraph].pieces;
        // By format: the first piece, and how many bytes of text there are.
        let mut formats: Vec<(usize, usize)> = Vec::new();
        for (index, span) in self.pieces_in(paragraph, range) {
            let length = span.end.min(range.end) - span.start.max(range.start);
            let same = |first: usize| self.same_format(&pieces[first], &pieces[index]);
            match formats.iter_mut().find(|(first, _)| same(*first)) {
                Some((_, bytes)) => *bytes += length,
                None => formats.push((index, length)),
            }
        }
        let most = formats.iter().map(|(_, bytes)| *bytes).max()?;
        formats.iter().find(|(_, bytes)| *bytes == most).map(|(first, _)| *first)
    }

    fn same_format(&self, one: &Piece, other: &Piece) -> bool {
        let of = |piece: &Piece| self.source.get(piece.run_properties.clone()).unwrap_or("");
        of(one) == of(other)
    }

    fn put(
        &mut self,
        paragraph: usize,
        range: Range<usize>,
        text: &str,
        host: Option<usize>,
        tidy: bool,
    ) -> bool {
        let Some(host) = host else { return false };
        let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        let taken = self.controls.keys().filter(|(of, _)| *of == paragraph);
        let spans = self.spans(paragraph);
        let mut in_control = taken.filter_map(|(_, piece)| spans.get(*piece));
        if in_control.any(overlaps) {
            return false;
        }
        let replacements = self.replacements.entry(paragraph).or_default();
        let free = !replacements.iter().any(|other| overlaps(&other.range));
        if free {
            replacements.push(Replacement { range, text: text.to_owned(), host, tidy });
            replacements.sort_by_key(|replacement| replacement.range.start);
        }
        free
    }

    /// What changes have taken of `range` of the paragraph's text already.
    pub fn changed(&self, paragraph: usize, range: &Range<usize>) -> Vec<Range<usize>> {
        if self.removed.contains(&self.part.paragraphs[paragraph].whole) {
            return vec![range.clone()];
        }
        let replaced = self.replacements.get(&paragraph).into_iter().flatten();
        let replaced = replaced.map(|replacement| replacement.range.clone());
        let in_control = |index: usize| self.controls.contains_key(&(paragraph, index));
        let pieces = self.pieces_in(paragraph, range).into_iter();
        let filled = pieces.filter(|(index, _)| in_control(*index)).map(|(_, span)| span);
        let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        replaced.chain(filled).filter(overlaps).collect()
    }

    /// Whether a change has taken text of `range` already.
    pub fn is_changed(&self, paragraph: usize, range: &Range<usize>) -> bool {
        !self.changed(paragraph, range).is_empty()
    }

    /// Whether a picture stands in `range` of the paragraph's text, or at one of its ends.
    pub fn has_picture(&self, paragraph: usize, range: &Range<usize>) -> bool {
        let spans = self.spans(paragraph);
        let place = |piece: &usize| {
            piece.checked_sub(1).and_then(|before| spans.get(before)).map_or(0, |span| span.end)
        };
        let mut places = self.part.paragraphs[paragraph].pictures.iter().map(place);
        places.any(|at| range.start <= at && at <= range.end)
    }

    /// Whether a content control holds all the text of `range`.
    pub fn is_within(&self, control: &Control, paragraph: usize, range: &Range<usize>) -> bool {
        let pieces = self.pieces_in(paragraph, range);
        !pieces.is_empty()
            && pieces.iter().all(|(piece, _)| control.pieces.contains(&(paragraph, *piece)))
    }

    /// Takes a whole paragraph out, or only its text where it holds something else.
    pub fn take_out(&mut self, paragraph: usize, range: Range<usize>) {
        let whole = &self.part.paragraphs[paragraph];
        if whole.holds_more {
            self.rewrite(paragraph, range, "");
        } else {
            self.removed.push(whole.whole.clone());
        }
    }

    /// The new text of the pieces that change, by paragraph and piece, and whether a run without text is taken out.
    fn texts(&self) -> BTreeMap<(usize, usize), (String, bool)> {
        let controls = self.controls.iter().map(|(place, text)| (*place, (text.clone(), false)));
        let mut texts: BTreeMap<_, _> = controls.collect();
        for (paragraph, replacements) in &self.replacements {
            let pieces = &self.part.paragraphs[*paragraph].pieces;
            for (index, (span, piece)) in self.spans(*paragraph).iter().zip(pieces).enumerate() {
                let mut made = String::new();
                let mut at = span.start;
                let (mut changed, mut tidy) = (false, false);
                for Replacement { range, text, host, tidy: tidies } in replacements {
                    if range.end <= span.start || span.end <= range.start {
                        continue;
                    }
                    (changed, tidy) = (true, tidy || *tidies);
                    let unchanged = at - span.start..range.start.max(at) - span.start;
                    made.push_str(piece.text.get(unchanged).unwrap_or(""));
                    if index == *host {
                        made.push_str(text);
                    }
                    at = range.end.min(span.end);
                }
                if changed {
                    made.push_str(piece.text.get(at - span.start..).unwrap_or(""));
                    texts.insert((*paragraph, index), (made, tidy));
                }
            }
        }
        texts
    }

    /// What keeps a content control from being filled.
    pub fn control_obstacle(&self, control: &Control) -> Option<Obstacle> {
        let piece =
            |(paragraph, piece): &(usize, usize)| &self.part.paragraphs[*paragraph].pieces[*piece];
        let mut pieces = control.pieces.iter().map(piece);
        if control.locked || pieces.clone().any(|piece| piece.locked) {
            return Some(Obstacle::Locked);
        }
        let first = pieces.clone().next().and_then(|piece| piece.revision);
        let tracked = pieces.any(|piece| piece.moved_away || piece.revision != first);
        (control.deleted || tracked).then_some(Obstacle::Tracked)
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

    /// The part with all changes.
    pub fn apply(&self) -> String {
        let source = self.source;
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        for ((paragraph, index), (text, tidy)) in &self.texts() {
            let piece = &self.part.paragraphs[*paragraph].pieces[*index];
            let run = piece.run.and_then(|run| self.part.runs.get(run));
            if let Some(run) = run.filter(|run| *tidy && text.is_empty() && run.is_for_one_text()) {
                changes.push((run.whole.clone(), String::new()));
                continue;
            }
            let tag = source.get(piece.tag.clone()).unwrap_or("");
            if !tag.contains("xml:space") && text.trim() != text {
                let with = tag.replacen('>', " xml:space=\"preserve\">", 1);
                changes.push((piece.tag.clone(), with));
            }
            changes.push((piece.content.clone(), self.content(*paragraph, piece, text)));
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
    fn content(&self, paragraph: usize, piece: &Piece, text: &str) -> String {
        let (w, source) = (&self.part.prefix, self.source);
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
