//! Names the sentences of an office's file that speak of the section's subjects and were not replaced.

use std::collections::BTreeMap;
use std::ops::Range;

use super::edit::NOT_TEXT;
use super::filled::Kind;
use super::filling::{COMMENTS, Filling, beginning};
use super::place::{self, Place, SENTENCE_MARKS};
use super::scope::CLAUSE_END;
use super::{heading, numbers, quantities, subjects};
use crate::locales::{Text, fill as words};

/// A sentence behind a replaced passage that speaks of the same things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Behind {
    pub page: usize,
    pub paragraph: usize,
    pub range: Range<usize>,
    /// Of the passage that was replaced.
    pub title: String,
}

impl Filling<'_, '_> {
    /// Names them; `own` are the passages of the section by page. Each sentence is named once.
    pub(super) fn name_stale(&mut self, own: &[Vec<Place>]) {
        for Behind { page, paragraph, range, title } in std::mem::take(&mut self.behind) {
            self.name(page, paragraph, range, &title, words::still_says());
        }
        let passages = self.passages;
        for title in passages.titled.keys() {
            self.name_mentions(title, own);
        }
        self.name_elsewhere(own);
    }

    /// Names a sentence, unless it was named already or says what was filled in.
    fn name(&mut self, page: usize, paragraph: usize, range: Range<usize>, title: &str, why: Text) {
        let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        let named = self.named.get(&(page, paragraph));
        if named.is_some_and(|named| named.iter().any(overlaps))
            || self.is_filled(page, paragraph, &range)
        {
            return;
        }
        let said = beginning(self.pages[page].texts[paragraph].get(range.clone()).unwrap_or(""));
        self.named.entry((page, paragraph)).or_default().push(range);
        self.left(page, Kind::Sentence, title, said, why);
    }

    /// Whether the text of `range` was filled, by a content control or by placeholders beside which it has no number.
    fn is_filled(&self, page: usize, paragraph: usize, range: &Range<usize>) -> bool {
        let text = &self.pages[page].texts[paragraph];
        let within = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        let placeholders = self.pages[page].placeholders[paragraph].iter();
        let placeholders = placeholders.map(|found| found.range.clone());
        let mut taken = self.edits[page].changed(paragraph, range);
        taken.extend(placeholders.filter(within));
        taken.sort_by_key(|range| range.start);
        let (mut rest, mut at) = (String::new(), range.start);
        for other in &taken {
            rest.push_str(text.get(at..other.start).unwrap_or(""));
            rest.push(NOT_TEXT);
            at = at.max(other.end);
        }
        rest.push_str(text.get(at..range.end).unwrap_or(""));
        !taken.is_empty() && !numbers::has_quantity(&rest)
    }

    /// Names where the title stands and no passage was recognised.
    fn name_mentions(&mut self, title: &str, own: &[Vec<Place>]) {
        let pages = self.pages;
        for (page, whole) in pages.iter().enumerate() {
            let plans = heading::plans(&whole.part.paragraphs, &whole.texts, self.passages.year);
            let taken = taken(&own[page]);
            for (index, paragraph) in whole.part.paragraphs.iter().enumerate() {
                let text = &whole.texts[index];
                let joined = text.replace(NOT_TEXT, "");
                let elsewhere = whole.name == COMMENTS || paragraph.copy || plans[index].is_some();
                if elsewhere || !joined.contains(title) {
                    continue;
                }
                let taken = taken.get(&index).map_or(&[][..], Vec::as_slice);
                let found: Vec<usize> = text.match_indices(title).map(|(at, _)| at).collect();
                let split = joined.matches(title).count() > found.len();
                let free = |at: &&usize| !taken.iter().any(|range| range.contains(*at));
                let why = match found.iter().find(free) {
                    Some(_) => words::passage_not_at_beginning(),
                    None if split => words::passage_split(),
                    None => continue,
                };
                let from = found.iter().find(free).map_or(0, |at| *at);
                let sentence = place::sentences(text, from..text.len()).into_iter().next();
                self.name(page, index, sentence.unwrap_or(from..text.len()), title, why);
            }
        }
    }

    /// Names the sentences outside plans and the section's passages that speak of its subjects: an old passage under
    /// other words than its title (抗旱工作：).
    fn name_elsewhere(&mut self, own: &[Vec<Place>]) {
        let (pages, year) = (self.pages, self.passages.year);
        for (page, whole) in pages.iter().enumerate().filter(|(_, page)| page.name != COMMENTS) {
            let plans = heading::plans(&whole.part.paragraphs, &whole.texts, year);
            let taken = taken(&own[page]);
            for (index, paragraph) in whole.part.paragraphs.iter().enumerate() {
                let text = &whole.texts[index];
                if paragraph.copy || plans[index].is_some() {
                    continue;
                }
                let is_heading = heading::level(paragraph, text).is_some();
                let taken = taken.get(&index).map_or(&[][..], Vec::as_slice);
                let mut announced = false;
                for range in place::sentences(text, 0..text.len()) {
                    let sentence = text.get(range.clone()).unwrap_or("");
                    let bare = sentence.trim_end_matches(SENTENCE_MARKS);
                    let planned = announced || heading::is_planned(bare, year);
                    announced = announced || heading::announces_plan(bare, year);
                    let of_passage =
                        |own: &Range<usize>| own.start < range.end && range.start < own.end;
                    let old = subjects::are_spoken_of(sentence, false)
                        && is_statement(sentence, is_heading)
                        && !taken.iter().any(of_passage)
                        && !planned;
                    if old {
                        self.name(page, index, range, "", words::speaks_of_same());
                    }
                }
            }
        }
    }
}

/// The ranges that these passages take, by paragraph.
fn taken(places: &[Place]) -> BTreeMap<usize, Vec<Range<usize>>> {
    let mut taken: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
    for place in places {
        let below = place.body.iter().map(|(paragraph, _)| *paragraph);
        let below = below.filter(|paragraph| *paragraph != place.paragraph);
        for paragraph in std::iter::once(place.paragraph).chain(below) {
            taken.entry(paragraph).or_default().extend(place.range_in(paragraph));
        }
    }
    taken
}

/// Whether a sentence states something of the section's subjects: with a number, or by what it begins with. A heading
/// or the words of a table's head do only with a number; a list of other matters that has 抗旱 in it does not.
fn is_statement(sentence: &str, is_heading: bool) -> bool {
    let closed = sentence.trim_end().ends_with(SENTENCE_MARKS);
    let first = sentence.split(CLAUSE_END).next().unwrap_or("");
    let begins = subjects::are_spoken_of(first, false) || quantities::is_statement(sentence);
    closed && !is_heading && begins || numbers::has_quantity(sentence)
}
