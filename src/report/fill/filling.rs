//! Goes through an office's file: what is replaced, and what is left with which reason.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::edit::{Edits, NOT_TEXT, Obstacle};
use super::filled::{Filled, How, Kind, Left, Passages, Replaced};
use super::place::{self, Page, Place};
use super::placeholder::{self, Form, Placeholder, Stray};
use super::stale::Behind;
use super::{doubled, part};
use crate::core::nearest;
use crate::locales::{Text, fill as words};

/// The document itself, where a passage is missed.
const DOCUMENT: &str = "word/document.xml";
/// Remarks of people, which hold no passage of the report.
pub(super) const COMMENTS: &str = "word/comments.xml";
/// The placeholder of the whole section.
const SECTION: &str = "section";
/// Shortest name that a tag of a content control may be mistyped from, in characters. Engineering judgement: names of
/// two or three letters are near to too many words; confidence 0.8.
const NEAR_MIN: usize = 4;

pub(super) struct Filling<'a, 'b> {
    pub(super) passages: &'a Passages,
    known: BTreeSet<&'a str>,
    pub(super) pages: &'b [Page<'b>],
    /// By page.
    pub(super) edits: &'b mut [Edits<'a>],
    replaced: Vec<Replaced>,
    left: Vec<Left>,
    has_passage: bool,
    pub(super) behind: Vec<Behind>,
    /// The sentences that were named, by page and paragraph.
    pub(super) named: BTreeMap<(usize, usize), Vec<Range<usize>>>,
}

impl<'a, 'b> Filling<'a, 'b> {
    pub fn new(
        passages: &'a Passages,
        pages: &'b [Page<'b>],
        edits: &'b mut [Edits<'a>],
    ) -> Filling<'a, 'b> {
        let known = passages.texts.keys().chain(passages.absent.keys());
        let known = known.map(String::as_str).collect();
        Self {
            passages,
            known,
            pages,
            edits,
            replaced: Vec::new(),
            left: Vec::new(),
            has_passage: false,
            behind: Vec::new(),
            named: BTreeMap::new(),
        }
    }

    pub fn fill(&mut self) {
        let own = self.fill_passages();
        for page in 0..self.pages.len() {
            self.fill_controls(page);
            self.fill_placeholders(page);
        }
        self.name_stale(&own);
    }

    /// What has become of the file, still without its bytes.
    pub fn done(self) -> Filled {
        let Self { replaced, left, has_passage, .. } = self;
        Filled { docx: Vec::new(), replaced, left, has_passage }
    }

    pub(super) fn left(&mut self, page: usize, kind: Kind, name: &str, said: String, why: Text) {
        let part = self.pages[page].name.to_owned();
        self.left.push(Left { kind, name: name.to_owned(), part, said, why });
    }

    pub(super) fn replaced(
        &mut self,
        page: usize,
        how: How,
        name: &str,
        before: &str,
        after: &str,
    ) {
        let (name, part) = (name.to_owned(), self.pages[page].name.to_owned());
        let (before, after) = (shown(before), shown(after));
        self.replaced.push(Replaced { name, part, how, before, after });
    }

    /// Replaces the passages, and returns the places of all of them by page.
    fn fill_passages(&mut self) -> Vec<Vec<Place>> {
        let passages = self.passages;
        let all: Vec<(&str, Vec<Vec<Place>>)> = passages
            .titled
            .keys()
            .map(|title| {
                let places = (0..self.pages.len()).map(|page| match self.pages[page].name {
                    COMMENTS => Vec::new(),
                    _ => self.places(page, title),
                });
                (title.as_str(), places.collect())
            })
            .collect();
        // By page: the places of all passages.
        let own: Vec<Vec<Place>> = (0..self.pages.len())
            .map(|page| all.iter().flat_map(|(_, places)| places[page].clone()).collect())
            .collect();
        self.has_passage = own.iter().any(|places| !places.is_empty());
        for (title, places) in &all {
            self.fill_passage(title, places, &own);
        }
        self.name_missed(&all);
        own
    }

    /// The places of the passage `title` on a page, without those that a content control fills.
    fn places(&self, page: usize, title: &str) -> Vec<Place> {
        let (whole, edits) = (&self.pages[page], &self.edits[page]);
        let fills = |control: &&part::Control| {
            control.names.iter().any(|name| self.passages.texts.contains_key(name))
        };
        let in_control = |place: &Place| {
            whole.part.controls.iter().filter(fills).any(|control| {
                let within = |(paragraph, range): &(usize, Range<usize>)| {
                    edits.is_within(control, *paragraph, range)
                };
                !place.body.is_empty() && place.body.iter().all(within)
            })
        };
        let mut places = place::places(whole, title, self.passages.year);
        places.retain(|place| !in_control(place));
        places
    }

    /// Replaces the passage `title` at its one place that is no plan.
    fn fill_passage(&mut self, title: &str, places: &[Vec<Place>], own: &[Vec<Place>]) {
        let all = || {
            let pages = places.iter().enumerate();
            pages.flat_map(|(page, places)| places.iter().map(move |place| (page, place)))
        };
        let (planned, current): (Vec<_>, Vec<_>) =
            all().filter(|(_, place)| !place.copy).partition(|(_, place)| place.plan.is_some());
        for (page, place) in planned {
            let heading = beginning(place.plan.as_deref().unwrap_or(""));
            let said = beginning(&self.old(page, place));
            self.left(page, Kind::Plan, title, said, words::passage_of_plan(heading));
        }
        let text = self.passages.titled.get(title).and_then(Option::as_deref);
        let text = text.or(self.passages.numbers_only.then_some(""));
        let why = match (text, current.len()) {
            (Some(text), 1) => {
                let (page, place) = current[0];
                self.rewrite(page, place, title, text, own);
                let old = self.old(page, place);
                let copies = all().filter(|(_, place)| place.copy);
                let same = |(page, place): &(usize, &Place)| self.old(*page, place) == old;
                let copies: Vec<_> = copies.filter(same).collect();
                let named = self.left.len();
                for (page, place) in copies {
                    self.rewrite(page, place, title, text, own);
                }
                // What is left in the copy is left in the text box itself, and named there.
                self.left.truncate(named);
                return;
            }
            (Some(_), count) => words::passage_twice(count),
            (None, _) => words::passage_without_data(),
        };
        for (page, place) in current {
            let said = beginning(&self.old(page, place));
            self.left(page, Kind::Passage, title, said, why.clone());
        }
    }

    /// The old text of a passage.
    fn old(&self, page: usize, place: &Place) -> String {
        let texts = &self.pages[page].texts;
        let lines = place.body.iter().filter_map(|(index, range)| texts[*index].get(range.clone()));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn rewrite(&mut self, page: usize, place: &Place, title: &str, text: &str, own: &[Vec<Place>]) {
        if self.passages.numbers_only && !place.body.is_empty() {
            self.update(page, place, title);
            self.note_behind(page, place, title, &own[page]);
            return;
        }
        let old = self.old(page, place);
        let edits = &mut self.edits[page];
        let obstacle = place.body.iter().find_map(|(paragraph, range)| {
            let whole = match *paragraph == place.paragraph {
                true => place.start..range.end,
                false => range.clone(),
            };
            edits.obstacle(*paragraph, &whole, true)
        });
        let why = match (place.body.split_first(), obstacle) {
            (_, Some(obstacle)) => why(obstacle),
            (None, None) if self.pages[page].part.paragraphs[place.paragraph].nested => {
                words::passage_beside()
            }
            (None, None) => words::passage_without_text(),
            (Some(((paragraph, range), others)), None) => {
                if edits.rewrite(*paragraph, range.clone(), text) {
                    for (paragraph, range) in others {
                        edits.take_out(*paragraph, range.clone());
                    }
                    self.replaced(page, How::Passage, title, &old, text);
                    self.name_pictures(page, place, title);
                    self.note_behind(page, place, title, &own[page]);
                }
                return;
            }
        };
        self.left(page, Kind::Passage, title, beginning(&old), why);
    }

    /// Notes what stands behind a replaced passage and speaks of the same things.
    fn note_behind(&mut self, page: usize, place: &Place, title: &str, own: &[Place]) {
        if place.copy {
            return;
        }
        for (paragraph, range) in place::behind(&self.pages[page], place, own) {
            self.behind.push(Behind { page, paragraph, range, title: title.to_owned() });
        }
    }

    /// Names the pictures that stand in a replaced passage: they stay.
    fn name_pictures(&mut self, page: usize, place: &Place, title: &str) {
        let Some((last, _)) = place.body.last() else { return };
        let (whole, edits) = (&self.pages[page], &self.edits[page]);
        let parent = |index: usize| whole.part.paragraphs[index].parent;
        let has_picture = |index: usize| {
            let of = |(_, range): &(usize, Range<usize>)| range.clone();
            let body = place.body.iter().find(|(paragraph, _)| *paragraph == index).map(of);
            let whole = || (index != place.paragraph).then_some(0..usize::MAX);
            body.or_else(whole).is_some_and(|range| edits.has_picture(index, &range))
        };
        let beside = |index: &usize| parent(*index) == parent(place.paragraph);
        if (place.paragraph..=*last).filter(beside).any(has_picture) {
            self.left(page, Kind::Sentence, title, String::new(), words::picture_kept());
        }
    }

    /// Names the passages of this report for which a file with passages has no place, or only one in a plan.
    fn name_missed(&mut self, all: &[(&str, Vec<Vec<Place>>)]) {
        let has_place = |places: &[Vec<Place>]| places.iter().flatten().any(|p| p.plan.is_none());
        let placeholders = self.pages.iter().flat_map(|page| &page.placeholders);
        let mut placeholders = placeholders.flatten();
        let whole = placeholders.any(|found| found.form == Form::Sound && found.name == SECTION);
        let mut controls = self.pages.iter().flat_map(|page| &page.part.controls);
        let control = controls.any(|control| control.names.iter().any(|name| name == SECTION));
        let none = all.iter().all(|(_, places)| places.iter().all(Vec::is_empty));
        if whole || control || none {
            return;
        }
        let Some(page) = self.pages.iter().position(|page| page.name == DOCUMENT) else { return };
        for (title, places) in all {
            let text = self.passages.titled.get(*title).and_then(Option::as_deref);
            if let (Some(text), false) = (text, has_place(places)) {
                self.left(page, Kind::Passage, title, beginning(text), words::passage_missed());
            }
        }
    }

    fn fill_controls(&mut self, page: usize) {
        let passages = self.passages;
        for control in &self.pages[page].part.controls {
            let known = control.names.iter().find(|name| self.known.contains(name.as_str()));
            let Some(name) = known else {
                if let Some((name, why)) = self.mistyped(&control.names) {
                    self.left(page, Kind::Control, &name, String::new(), why);
                }
                continue;
            };
            let obstacle = self.edits[page].control_obstacle(control);
            let why = match (obstacle, passages.absent.get(name)) {
                (Some(obstacle), _) => why(obstacle),
                (None, Some(absent)) => absent.clone(),
                (None, None) => {
                    let text = passages.texts.get(name).map_or("", String::as_str);
                    match self.edits[page].control(control, text) {
                        Some(before) => {
                            self.replaced(page, How::Control, name, &before, text);
                            continue;
                        }
                        None => words::empty_control(),
                    }
                }
            };
            self.left(page, Kind::Control, name, String::new(), why);
        }
    }

    /// The name of a content control that looks like one of ours and is not, with the reason.
    fn mistyped(&self, names: &[String]) -> Option<(String, Text)> {
        let long = || self.known.iter().copied().filter(|name| name.chars().count() >= NEAR_MIN);
        let bare = |name: &String| name.trim_matches(['{', '}', '｛', '｝', ' ']).to_owned();
        let near = names.iter().find_map(|name| {
            let near = nearest(&bare(name), long())?;
            Some((name.clone(), words::left_near(near)))
        });
        // Google Docs writes tags with numbers.
        let is_id = |name: &&String| {
            let name = bare(name);
            let word = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
            (name.contains('_') || name.ends_with(".value")) && name.chars().all(word)
        };
        near.or_else(|| Some((names.iter().find(is_id)?.clone(), words::left_unknown())))
    }

    fn fill_placeholders(&mut self, page: usize) {
        let whole = &self.pages[page];
        for (index, text) in whole.texts.iter().enumerate() {
            let is_copy = whole.part.paragraphs[index].copy;
            let named = self.left.len();
            let mut left: Vec<Range<usize>> = Vec::new();
            for found in &whole.placeholders[index] {
                if self.edits[page].is_changed(index, &found.range) {
                    continue;
                }
                if let Some(why) = self.fill_placeholder(page, index, found) {
                    self.left(page, Kind::Placeholder, &found.name, String::new(), why);
                    left.push(found.range.clone());
                }
            }
            for stray in placeholder::strays(text) {
                let Stray { range, shown } = stray;
                let known = left.iter().any(|own| own.start < range.end && range.start < own.end);
                if known || self.edits[page].is_changed(index, &range) {
                    continue;
                }
                let said = beginning(text.get(shown).unwrap_or(""));
                let why = self.stray(text.get(range).unwrap_or(""));
                self.left(page, Kind::Placeholder, "", said, why);
            }
            if is_copy {
                // What is left in the copy is left in the text box itself, and named there.
                self.left.truncate(named);
            }
        }
    }

    /// Why double braces are left that hold no name.
    fn stray(&self, braces: &str) -> Text {
        let inside = braces.trim_matches(['{', '}', '｛', '｝']).trim();
        let joined = |between: &str| {
            let words: Vec<&str> = inside.split([' ', '\u{3000}', NOT_TEXT]).collect();
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(between)
        };
        let names = [joined(""), joined("_")].map(|name| name.replace(['。', '．'], "."));
        match names.iter().find(|name| self.known.contains(name.as_str())) {
            Some(near) => words::left_near(near.as_str()),
            None => words::stray_braces(),
        }
    }

    /// Replaces a placeholder; the reason where it is left.
    fn fill_placeholder(&mut self, page: usize, index: usize, found: &Placeholder) -> Option<Text> {
        let name = found.name.as_str();
        let known = self.known.contains(name);
        let near = || nearest(name, self.known.iter().copied());
        let obstacle = self.edits[page].obstacle(index, &found.range, false);
        match found.form {
            Form::Doubtful if !known => return None,
            Form::FullWidth | Form::Split | Form::BraceMissing if !known && near().is_none() => {
                return None;
            }
            Form::TooMany => return Some(words::too_many_braces()),
            Form::FullWidth => return Some(words::full_width_braces()),
            Form::BraceMissing | Form::Doubtful => return Some(words::brace_missing()),
            Form::Split | Form::Sound if known && obstacle.is_some() => return obstacle.map(why),
            Form::Split => return Some(words::split_placeholder()),
            Form::Sound => {}
        }
        if let Some(absent) = self.passages.absent.get(name) {
            return Some(absent.clone());
        }
        let Some(text) = self.passages.texts.get(name) else {
            return Some(near().map_or_else(words::left_unknown, words::left_near));
        };
        let whole = self.pages[page].texts[index].as_str();
        let before = whole.get(found.range.clone()).unwrap_or("");
        if self.edits[page].replace(index, found.range.clone(), text) {
            self.replaced(page, How::Placeholder, name, before, text);
            let front = whole.get(..found.range.start).unwrap_or("");
            let rear = self.behind_placeholder(whole, found.range.end);
            if let Some(said) = doubled::said(front, text, rear) {
                self.left(page, Kind::Sentence, name, said, words::placeholder_doubled());
            }
        }
        None
    }

    /// What stands behind a placeholder in the filled text: the text of the next one, where that follows at once.
    fn behind_placeholder<'t>(&'t self, text: &'t str, end: usize) -> &'t str {
        let rest = text.get(end..).unwrap_or("");
        let next = placeholder::placeholders(rest).into_iter().next();
        let next = next.filter(|next| next.range.start == 0 && next.form == Form::Sound);
        next.and_then(|next| self.passages.texts.get(&next.name)).map_or(rest, String::as_str)
    }
}

/// Why an obstacle keeps a text from being changed, and what to do.
pub(super) fn why(obstacle: Obstacle) -> Text {
    match obstacle {
        Obstacle::Tracked => words::tracked_changes(),
        Obstacle::Locked => words::locked_control(),
    }
}

/// Text of the file as it is shown: what is not text is `…`.
fn shown(text: &str) -> String {
    text.replace(NOT_TEXT, "…").trim().to_owned()
}

/// Longest beginning of a text that is shown, in characters: one line of a terminal in Chinese.
const BEGINNING: usize = 40;

/// How a text of the file begins.
pub(super) fn beginning(text: &str) -> String {
    let text = shown(text);
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("").trim_end_matches('…')),
        None => text,
    }
}
