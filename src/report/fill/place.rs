//! Finds the passages of the section in an office's file, and what stands behind them.

use std::ops::Range;

use super::edit::NOT_TEXT;
use super::part::{Paragraph, Part};
use super::placeholder::Placeholder;
use super::{heading, lead, subjects};

/// Ends of a sentence, where it is asked whether it speaks of the section's subjects.
pub(super) const SENTENCE_MARKS: [char; 4] = ['。', '；', '！', '？'];

/// One part of the file with the text of its paragraphs.
pub(super) struct Page<'a> {
    pub name: &'a str,
    pub part: &'a Part,
    /// By paragraph.
    pub texts: Vec<String>,
    /// What stands in braces, by paragraph.
    pub placeholders: Vec<Vec<Placeholder>>,
}

/// A place where a passage of the section stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub paragraph: usize,
    /// Where its numbering or title begins in the paragraph.
    pub start: usize,
    /// Paragraphs and ranges of its text; empty where none was found below its title.
    pub body: Vec<(usize, Range<usize>)>,
    /// The words that make it part of a plan.
    pub plan: Option<String>,
    /// Whether it is the copy of a text box for old programs.
    pub copy: bool,
}

impl Place {
    /// The range of paragraph `index` that it takes, with its title.
    pub fn range_in(&self, index: usize) -> Option<Range<usize>> {
        let of = |(_, range): &(usize, Range<usize>)| range.clone();
        let body = self.body.iter().find(|(paragraph, _)| *paragraph == index).map(of);
        match body {
            Some(body) if index == self.paragraph => Some(self.start..body.end),
            None if index == self.paragraph => Some(self.start..usize::MAX),
            other => other,
        }
    }
}

/// The places of the passage `title` on a page, for a report of `year`.
pub(super) fn places(page: &Page<'_>, title: &str, year: i16) -> Vec<Place> {
    let paragraphs = &page.part.paragraphs;
    let plans = heading::plans(paragraphs, &page.texts, year);
    let mut places = Vec::new();
    for (index, text) in page.texts.iter().enumerate() {
        for found in lead::leads(text, title) {
            let body = match found.body {
                Some(from) => {
                    let to = lead::end(text, from, found.number);
                    let length = text.get(from..to).unwrap_or("").trim_end_matches(is_blank).len();
                    let range = from..from + length;
                    if range.is_empty() { Vec::new() } else { vec![(index, range)] }
                }
                None => lines_below(page, index),
            };
            let own: String = body
                .iter()
                .filter_map(|(paragraph, range)| page.texts[*paragraph].get(range.clone()))
                .collect();
            let before = text.get(..found.start).unwrap_or("");
            let sentence = || heading::planning_sentence(before, &own, year);
            places.push(Place {
                paragraph: index,
                start: found.start,
                body,
                plan: plans[index].clone().or_else(sentence),
                copy: paragraphs[index].copy,
            });
        }
    }
    places
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == NOT_TEXT
}

/// The text below a title that stands alone in paragraph `index`, up to the next heading.
fn lines_below(page: &Page<'_>, index: usize) -> Vec<(usize, Range<usize>)> {
    let paragraphs = &page.part.paragraphs;
    let mut body = Vec::new();
    for (below, paragraph) in paragraphs.iter().enumerate().skip(index + 1) {
        let text = &page.texts[below];
        if text.trim_matches(is_blank).is_empty() && paragraph.parent == paragraphs[index].parent {
            continue;
        }
        if !goes_on(paragraph, &paragraphs[index], text) || !heading::is_closed(text) {
            break;
        }
        let from = text.len() - text.trim_start_matches(is_blank).len();
        let to = lead::end(text, from, None);
        if to == from {
            break;
        }
        let length = text.get(from..to).unwrap_or("").trim_end_matches(is_blank).len();
        body.push((below, from..from + length));
        if to < text.len() {
            break;
        }
    }
    body
}

/// Whether `next` may go on with what `first` is about: it lies beside it and is no heading.
fn goes_on(next: &Paragraph, first: &Paragraph, text: &str) -> bool {
    next.parent == first.parent && heading::level(next, text).is_none()
}

/// What stands behind the passage at `place` and speaks of the same things, as ranges of paragraphs; `own` are the
/// passages of the section on this page.
pub(super) fn behind(page: &Page<'_>, place: &Place, own: &[Place]) -> Vec<(usize, Range<usize>)> {
    let paragraphs = &page.part.paragraphs;
    let Some((last, range)) = place.body.last() else { return Vec::new() };
    let mut found = Vec::new();
    let mut right_behind = true;
    for (index, text) in page.texts.iter().enumerate().skip(*last) {
        let from = if index == *last { range.end } else { 0 };
        let blank = text.get(from..).unwrap_or("").trim_matches(is_blank).is_empty();
        if index > *last {
            let goes_on = goes_on(&paragraphs[index], &paragraphs[*last], text);
            let beside = paragraphs[index].parent == paragraphs[*last].parent;
            if !(goes_on || blank && beside) {
                break;
            }
        }
        let starts = own.iter().filter(|other| *other != place);
        let starts = starts.filter_map(|other| other.range_in(index)).map(|range| range.start);
        let next = starts.filter(|start| *start >= from).min();
        let to = next.unwrap_or(text.len()).min(text.len());
        let before = found.len();
        for sentence in sentences(text, from..to) {
            let words = text.get(sentence.clone()).unwrap_or("");
            right_behind = subjects::are_spoken_of(words, right_behind);
            if right_behind {
                join(&mut found, index, sentence);
            }
        }
        if next.is_some() || index > *last && !blank && found.len() == before {
            break;
        }
    }
    found
}

/// Adds a sentence, to the one before where they follow upon each other.
fn join(found: &mut Vec<(usize, Range<usize>)>, index: usize, sentence: Range<usize>) {
    match found.last_mut() {
        Some((paragraph, range)) if *paragraph == index && range.end == sentence.start => {
            range.end = sentence.end;
        }
        _ => found.push((index, sentence)),
    }
}

/// The sentences in `range` of a text, with their marks.
pub(super) fn sentences(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut at = range.start;
    let within = text.get(range).unwrap_or("");
    let sentence = |sentence: &str| {
        let range = at..at + sentence.len();
        at = range.end;
        range
    };
    within.split_inclusive(SENTENCE_MARKS).map(sentence).collect()
}
