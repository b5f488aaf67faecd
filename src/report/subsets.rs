//! Fills a wording with every subset of the claims that stand in one of its sentences, and looks for what breaks.
//!
//! In each rendering a claim is one private character, so that it can be found in the text; the words that it stands
//! for are put in its place before the text is looked at.

use std::collections::BTreeSet;

use minijinja::value::Value;

use super::claims::{Claims, Said};
use super::marks::{Break, breaks, ends_after_adverbial, sentences};
use super::render::{Templates, wording};
use crate::figures::FigureId;
use crate::locales::{Lang, Text, report as words};

/// Most figures of one sentence of which every subset is tried: 2 × 2^12 renderings take about two seconds in a build
/// for tests. Beyond it, those with one or two of the figures, or without one or two. The longest built-in one has 7.
const FIGURES_MAX: usize = 12;
/// First of the private characters.
const FIRST: u32 = 0xE000;

/// A set of figures.
type Set = BTreeSet<FigureId>;

/// A wording template in one language, with words for each figure.
pub(super) struct Wording<'a> {
    pub templates: &'a Templates,
    pub lang: Lang,
    pub template: &'static str,
    /// What it may say besides its claims.
    pub about: Value,
    /// Names of figures are looked for in it.
    pub source: &'a str,
    pub words: &'a dyn Fn(FigureId) -> Text,
}

/// The private character of a figure.
fn sign(id: FigureId) -> char {
    char::from_u32(FIRST + id as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The figure that a private character stands for.
fn figure(c: char) -> Option<FigureId> {
    let index = u32::from(c).checked_sub(FIRST)?;
    FigureId::ALL.get(usize::try_from(index).ok()?).copied()
}

impl Wording<'_> {
    /// All faults, each once with the smallest case that shows it. A wording that cannot be filled has none here.
    pub fn faults(&self) -> Vec<Text> {
        let all: Set = self.named();
        let Some(whole) = self.fill(&all) else { return Vec::new() };
        let mut found =
            Found { wording: self, whole: &whole, seen: Vec::new(), faults: Vec::new() };
        if let Some(nothing) = self.fill(&Set::new()) {
            found.look(&words::without_figures(), &nothing);
        }
        found.look(&words::with_every_figure(), &whole);
        for sentence in self.groups(&all, &whole) {
            if sentence.len() > FIGURES_MAX {
                let (n, most) = (sentence.len(), FIGURES_MAX);
                found.faults.push(words::too_many_in_sentence(self.template, n, most));
            }
            let others: Set = all.iter().filter(|id| !sentence.contains(id)).copied().collect();
            let subsets = subsets(&sentence);
            for some in &subsets {
                if let Some(text) = self.fill(some) {
                    found.look(&self.case(some, &all, true), &text);
                }
            }
            for some in subsets.iter().rev() {
                let with_others: Set = some.union(&others).copied().collect();
                if let Some(text) = self.fill(&with_others) {
                    found.look(&self.case(&with_others, &all, false), &text);
                }
            }
        }
        found.faults
    }

    /// The faults of this `case`, in which only `present` have words.
    pub fn faults_of(&self, case: &Text, present: &BTreeSet<FigureId>) -> Vec<Text> {
        let filled = self.fill(&self.named()).zip(self.fill(present));
        let Some((whole, text)) = filled else { return Vec::new() };
        let mut found =
            Found { wording: self, whole: &whole, seen: Vec::new(), faults: Vec::new() };
        found.look(case, &text);
        found.faults
    }

    /// The figures that the template names.
    fn named(&self) -> Set {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names: BTreeSet<&str> = self.source.split(|c| !is_name(c)).collect();
        FigureId::ALL.iter().copied().filter(|id| names.contains(id.id())).collect()
    }

    /// The figures of each sentence where all have words; those that are printed nowhere then are tried with each.
    fn groups(&self, all: &Set, whole: &str) -> Vec<Vec<FigureId>> {
        let of = |text: &str| -> Vec<FigureId> {
            all.iter().copied().filter(|id| text.contains(sign(*id))).collect()
        };
        let silent: Vec<FigureId> =
            all.iter().copied().filter(|id| !whole.contains(sign(*id))).collect();
        let groups = sentences(self.lang, whole).map(of).filter(|group| !group.is_empty());
        groups.map(|group| [group, silent.clone()].concat()).collect()
    }

    /// The wording where only `present` have words.
    fn fill(&self, present: &Set) -> Option<String> {
        let claim = |id: &FigureId| {
            let words = present.contains(id).then(|| Text::verbatim(sign(*id)));
            Said::with(*id, words)
        };
        let claims: Claims = FigureId::ALL.iter().map(claim).collect();
        wording(self.templates, self.lang, &self.about, claims).ok()
    }

    /// `text` with words in place of the private characters.
    fn in_words(&self, text: &str) -> String {
        let mut said = String::new();
        for c in text.chars() {
            match figure(c) {
                Some(id) => said += &(self.words)(id).within(self.lang),
                None => said.push(c),
            }
        }
        said
    }

    fn case(&self, present: &Set, all: &Set, few: bool) -> Text {
        let names = |ids: Vec<&FigureId>| Text::list(ids.into_iter().map(|id| id.spec().name()));
        let missing: Vec<&FigureId> = all.difference(present).collect();
        match (few, missing.is_empty(), present.is_empty()) {
            (_, _, true) => words::without_figures(),
            (_, true, _) => words::with_every_figure(),
            (true, ..) => words::with_only(names(present.iter().collect())),
            (false, ..) => words::without(names(missing)),
        }
    }
}

/// The subsets of `figures`, the smallest first; beyond [`FIGURES_MAX`] the smallest and the largest.
fn subsets(figures: &[FigureId]) -> Vec<Set> {
    let n = figures.len();
    if n > FIGURES_MAX {
        let mut all = vec![Set::new()];
        for one in figures {
            for other in figures {
                all.push([*one, *other].into());
            }
        }
        let without =
            |some: &Set| figures.iter().copied().filter(|id| !some.contains(id)).collect();
        let rest: Vec<Set> = all.iter().map(without).collect();
        all.extend(rest);
        return all;
    }
    let of = |mask: u32| -> Set {
        let taken = figures.iter().enumerate().filter(|(at, _)| (mask >> at) & 1 == 1);
        taken.map(|(_, id)| *id).collect()
    };
    let mut masks: Vec<u32> = (0..1u32 << n).collect();
    masks.sort_by_key(|mask| mask.count_ones());
    masks.into_iter().map(of).collect()
}

/// The faults so far.
struct Found<'a> {
    wording: &'a Wording<'a>,
    /// The wording where all figures have words.
    whole: &'a str,
    seen: Vec<Seen>,
    faults: Vec<Text>,
}

/// A kind of fault that was found, and need not be told again.
#[derive(PartialEq, Eq)]
enum Seen {
    Broken(Break),
    /// A sentence without any content, by its text.
    Empty(String),
}

impl Found<'_> {
    fn look(&mut self, case: &Text, text: &str) {
        let template = self.wording.template;
        for paragraph in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let said = self.wording.in_words(paragraph);
            for broken in breaks(self.wording.lang, &said) {
                let fault = broken.fault(template, case, &said);
                self.add(Seen::Broken(broken), fault);
            }
        }
        for sentence in sentences(self.wording.lang, text) {
            let said = self.wording.in_words(sentence);
            if self.says_nothing(sentence, &said) {
                let fault = words::said_nothing(template, case, &said);
                self.add(Seen::Empty(said), fault);
            }
        }
    }

    fn add(&mut self, kind: Seen, fault: Text) {
        if !self.seen.contains(&kind) {
            self.seen.push(kind);
            self.faults.push(fault);
        }
    }

    /// Whether a sentence is what is left of one whose figures are missing. One that stands there just so when none is
    /// missing is meant.
    fn says_nothing(&self, sentence: &str, said: &str) -> bool {
        let lang = self.wording.lang;
        if lang == Lang::Chinese && ends_after_adverbial(said) {
            return true;
        }
        // In Chinese the words of the onset, 8月份以来, are an adverbial.
        let carries = |id| lang == Lang::English || id != FigureId::OnsetMonth;
        let carried = sentence.chars().filter_map(figure).any(carries);
        !carried && !sentences(lang, self.whole).any(|meant| meant == sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subset_of_a_sentence_is_tried_once_as_long_as_there_are_few() {
        let few = &FigureId::ALL[..3];
        let all = subsets(few);
        assert_eq!(all.len(), 8);
        assert!(all[0].is_empty() && all[7].len() == 3);
        let many = subsets(&FigureId::ALL[..FIGURES_MAX + 1]);
        assert!(many.iter().all(|set| set.len() <= 2 || set.len() >= FIGURES_MAX - 1));
        assert!(many.len() < 1 << FIGURES_MAX);
    }
}
