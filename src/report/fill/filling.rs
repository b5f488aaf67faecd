//! Goes through an office's file: what is replaced, and what is left with which reason.

use std::collections::BTreeSet;
use std::ops::Range;

use super::edit::{Edits, NOT_TEXT, Obstacle};
use super::filled::{How, Kind, Left, Passages, Replaced};
use super::heading;
use super::numbers;
use super::place::{self, Page, Place};
use super::placeholder::{self, Form, Placeholder};
use crate::core::nearest;
use crate::figures::FigureId;
use crate::locales::{Text, report as words};

/// The document itself, where a passage is missed.
const DOCUMENT: &str = "word/document.xml";
/// Remarks of people, which hold no passage of the report.
const COMMENTS: &str = "word/comments.xml";
/// The placeholder of the whole section.
const SECTION: &str = "section";
/// Shortest name that a tag of a content control may be mistyped from, in characters. Engineering judgement: names of
/// two or three letters are near to too many words; confidence 0.8.
const NEAR_MIN: usize = 4;

pub(super) struct Filling<'a, 'b> {
    passages: &'a Passages,
    known: BTreeSet<&'a str>,
    pages: &'b [Page<'b>],
    /// By page.
    edits: &'b mut [Edits<'a>],
    replaced: Vec<Replaced>,
    left: Vec<Left>,
}

impl<'a, 'b> Filling<'a, 'b> {
    pub fn new(
        passages: &'a Passages,
        pages: &'b [Page<'b>],
        edits: &'b mut [Edits<'a>],
    ) -> Filling<'a, 'b> {
        let known = passages.texts.keys().chain(passages.absent.keys());
        let known = known.map(String::as_str).collect();
        Self { passages, known, pages, edits, replaced: Vec::new(), left: Vec::new() }
    }

    pub fn fill(&mut self) {
        self.fill_passages();
        for page in 0..self.pages.len() {
            self.fill_controls(page);
            self.fill_placeholders(page);
        }
    }

    pub fn done(self) -> (Vec<Replaced>, Vec<Left>) {
        (self.replaced, self.left)
    }

    fn left(&mut self, page: usize, kind: Kind, name: &str, said: String, why: Text) {
        let part = self.pages[page].name.to_owned();
        self.left.push(Left { kind, name: name.to_owned(), part, said, why });
    }

    fn replaced(&mut self, page: usize, how: How, name: &str, before: &str) {
        let part = self.pages[page].name.to_owned();
        self.replaced.push(Replaced { name: name.to_owned(), part, how, before: shown(before) });
    }

    fn fill_passages(&mut self) {
        let passages = self.passages;
        let all: Vec<(&str, Vec<Vec<Place>>)> = passages
            .titled
            .keys()
            .map(|title| {
                let places = self.pages.iter().map(|page| match page.name {
                    COMMENTS => Vec::new(),
                    _ => place::places(page, title, passages.year),
                });
                (title.as_str(), places.collect())
            })
            .collect();
        // By page: the places of all passages.
        let own: Vec<Vec<Place>> = (0..self.pages.len())
            .map(|page| all.iter().flat_map(|(_, places)| places[page].clone()).collect())
            .collect();
        for (title, places) in &all {
            self.fill_passage(title, places, &own);
            self.name_mentions(title, &own);
        }
        self.name_missed(&all);
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
            for (paragraph, range) in &place.body {
                self.update(page, *paragraph, range.clone(), title);
            }
            self.name_behind(page, place, title, &own[page]);
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
            (None, None) => words::passage_without_text(),
            (Some(((paragraph, range), others)), None) => {
                if edits.rewrite(*paragraph, range.clone(), text) {
                    for (paragraph, range) in others {
                        edits.take_out(*paragraph, range.clone());
                    }
                    self.replaced(page, How::Passage, title, &old);
                    self.name_behind(page, place, title, &own[page]);
                }
                return;
            }
        };
        self.left(page, Kind::Passage, title, beginning(&old), why);
    }

    /// Replaces the numbers in an office's own sentences by those of this report.
    fn update(&mut self, page: usize, paragraph: usize, within: Range<usize>, title: &str) {
        let whole = &self.pages[page].texts[paragraph];
        let said = numbers::said(whole, within);
        let stated = |figure: FigureId| said.iter().filter(|said| said.states(figure)).count();
        let year = self.passages.year.to_string();
        for said in &said {
            let old = whole.get(said.range()).unwrap_or("");
            let behind = whole.get(said.range().end..).unwrap_or("");
            if old == year && behind.starts_with('年') {
                continue;
            }
            let obstacle = self.edits[page].obstacle(paragraph, &said.range(), false);
            let why = match (said.figures(), obstacle) {
                (None, _) => words::clause_kept(),
                (Some(_), Some(obstacle)) => why(obstacle),
                (Some([figure]), None) if stated(*figure) > 1 => {
                    words::number_twice(figure.spec().name())
                }
                (Some([figure]), None) => match self.passages.figures.get(figure) {
                    Some(Ok(new)) => {
                        if self.edits[page].replace(paragraph, said.range(), new) {
                            self.replaced(page, How::Number, figure.id(), old);
                        }
                        continue;
                    }
                    Some(Err(absent)) => words::number_kept(figure.spec().name(), absent),
                    None => words::number_unknown(),
                },
                (Some(_), None) => words::number_unknown(),
            };
            self.left(page, Kind::Sentence, title, old.to_owned(), why);
        }
    }

    /// Names what stands behind a replaced passage and speaks of the same things.
    fn name_behind(&mut self, page: usize, place: &Place, title: &str, own: &[Place]) {
        if place.copy {
            return;
        }
        let whole = &self.pages[page];
        for (paragraph, range) in place::behind(whole, place, own) {
            let said = beginning(whole.texts[paragraph].get(range).unwrap_or(""));
            self.left(page, Kind::Sentence, title, said, words::still_says());
        }
    }

    /// Names where the title stands and no passage was recognised.
    fn name_mentions(&mut self, title: &str, own: &[Vec<Place>]) {
        for (page, whole) in self.pages.iter().enumerate() {
            let plans = heading::plans(&whole.part.paragraphs, &whole.texts, self.passages.year);
            for (index, paragraph) in whole.part.paragraphs.iter().enumerate() {
                let text = &whole.texts[index];
                let joined = text.replace(NOT_TEXT, "");
                let elsewhere = whole.name == COMMENTS || paragraph.copy || plans[index].is_some();
                if elsewhere || !joined.contains(title) {
                    continue;
                }
                let taken: Vec<Range<usize>> =
                    own[page].iter().filter_map(|place| place.range_in(index)).collect();
                let found: Vec<usize> = text.match_indices(title).map(|(at, _)| at).collect();
                let split = joined.matches(title).count() > found.len();
                let free = |at: &&usize| !taken.iter().any(|range| range.contains(*at));
                let why = match found.iter().find(free) {
                    Some(_) => words::passage_not_at_beginning(),
                    None if split => words::passage_split(),
                    None => continue,
                };
                let from = found.iter().find(free).map_or(0, |at| *at);
                let said = beginning(text.get(from..).unwrap_or(""));
                self.left(page, Kind::Sentence, title, said, why);
            }
        }
    }

    /// Names the passages of this report for which a file with passages has no place, or only one in a plan.
    fn name_missed(&mut self, all: &[(&str, Vec<Vec<Place>>)]) {
        let has_place = |places: &[Vec<Place>]| places.iter().flatten().any(|p| p.plan.is_none());
        let placeholders = self.pages.iter().flat_map(|page| &page.texts);
        let mut placeholders = placeholders.flat_map(|text| placeholder::placeholders(text));
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
                            self.replaced(page, How::Control, name, &before);
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
            for found in placeholder::placeholders(text) {
                if self.edits[page].is_changed(index, &found.range) {
                    continue;
                }
                if let Some(why) = self.fill_placeholder(page, index, &found) {
                    self.left(page, Kind::Placeholder, &found.name, String::new(), why);
                }
            }
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
        let before = self.pages[page].texts[index].get(found.range.clone()).unwrap_or("");
        if self.edits[page].replace(index, found.range.clone(), text) {
            self.replaced(page, How::Placeholder, name, before);
        }
        None
    }
}

fn why(obstacle: Obstacle) -> Text {
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
fn beginning(text: &str) -> String {
    let text = shown(text);
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("").trim_end_matches('…')),
        None => text,
    }
}
