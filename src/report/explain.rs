//! The provenance of a figure as a tree: stations, days, meter events, and ledger rows.

use serde::Serialize;

use super::filters::{self, number, percent};
use super::origin::origin;
use crate::account::{Entry, PumpAccount};
use crate::core::{CropId, Series, StationId};
use crate::figures::{Caveat, Claim, Figure, FigureId, FigureInput, Origin, Statement, Verdict};
use crate::locales::{Text, report as words};
use crate::water::Township;

/// Most levels of figures below figures: the deepest chain of the catalogue has three.
const DEPTH_MAX: usize = 8;

/// A node of the tree: a statement in words, and the inputs behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub text: Text,
    /// Of a figure: whether the evidence carries its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Explanation>,
    /// What a page shows more of.
    #[serde(skip)]
    pub lead: Option<Lead>,
}

/// Where more of a statement can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// The readings of a station.
    Station(StationId),
    /// A row of the ledger.
    Row(i64),
    /// Another figure of the statement.
    Figure(FigureId),
}

fn leaf(text: Text) -> Explanation {
    node(text, Vec::new())
}

fn node(text: Text, from: Vec<Explanation>) -> Explanation {
    Explanation { text, claim: None, from, lead: None }
}

/// The tree of the figure `id`, with the names of `township`; `None` if the statement does not have it.
pub fn explain(statement: &Statement, township: &Township, id: FigureId) -> Option<Explanation> {
    let figure = statement.figure(id)?;
    let tree = Tree { statement, township, by_names: false };
    Some(tree.of_figure(figure, 0))
}

/// The same for people who know no ids: figures, stations and crops have their names alone.
pub fn explain_by_names(
    statement: &Statement,
    township: &Township,
    id: FigureId,
) -> Option<Explanation> {
    let figure = statement.figure(id)?;
    let tree = Tree { statement, township, by_names: true };
    Some(tree.of_figure(figure, 0))
}

struct Tree<'a> {
    statement: &'a Statement,
    township: &'a Township,
    by_names: bool,
}

impl Tree<'_> {
    fn of_figure(&self, figure: &Figure, depth: usize) -> Explanation {
        // Of the figures below it, those that are proved need no word.
        let claimed = depth == 0 || figure.claim.verdict != Verdict::Proved;
        let mut from: Vec<Explanation> = claimed.then(|| claim(figure)).into_iter().collect();
        from.push(leaf(words::explain_formula(&figure.formula)));
        if let Some([least, most]) = figure.bounds.filter(|[least, most]| least != most) {
            from.push(leaf(match most.is_finite() {
                true => words::true_between(number(least), number(most)),
                false => words::true_at_least(number(least)),
            }));
        }
        if figure.coverage.is_some() {
            from.push(leaf(words::explain_coverage(percent(figure.coverage))));
        }
        let whole = self.statement.caveats.iter().filter(|c| matches!(c, Caveat::Pending { .. }));
        from.extend(whole.filter(|_| depth == 0).map(|c| leaf(words::explain_note(c.sentence()))));
        let mut told = figure.claim.grounds.clone();
        for note in &figure.notes {
            if !told.contains(note) {
                from.push(leaf(words::explain_note(note)));
                told.push(note.clone());
            }
        }
        let inputs = figure.inputs.iter();
        from.extend(inputs.map(|input| self.of_input(figure, input, depth)));
        let (name, id, class) = (figure.name(), figure.id.id(), figure.class.name());
        let value = filters::figure_value(figure);
        let text = match (&figure.words, self.by_names) {
            (Some(phrase), false) => words::explain_phrase(name, id, value, phrase, class),
            (None, false) => words::explain_figure(name, id, value, class),
            (Some(phrase), true) => words::explain_phrase_named(name, value, phrase, class),
            (None, true) => words::explain_figure_named(name, value, class),
        };
        let lead = (figure.period == self.statement.period).then_some(Lead::Figure(figure.id));
        Explanation { text, claim: Some(figure.claim.clone()), from, lead }
    }

    fn of_input(&self, figure: &Figure, input: &FigureInput, depth: usize) -> Explanation {
        let value = match input.value {
            Some(value) => words::number_unit(number(value), figure.unit_name()),
            None => words::no_data(),
        };
        let method = match input.coverage {
            Some(share) => words::method_coverage(input.method.name(), percent(Some(share))),
            None => input.method.name(),
        };
        let id = input.from.to_string();
        let from = if self.by_names { origin(&id, self.township) } else { Text::verbatim(id) };
        let text = words::explain_input(from, value, method);
        let text = match input.note.is_empty() {
            true => text,
            false => Text::clauses([&text, &input.note]),
        };
        let from = match &input.from {
            Origin::Figure(id, end) if depth < DEPTH_MAX => {
                let other = match end {
                    Some(end) => self.statement.earlier_figure(*id, *end),
                    None => self.statement.figure(*id),
                };
                other.map(|other| self.of_figure(other, depth + 1)).into_iter().collect()
            }
            Origin::Ledger(row) => self.of_row(*row),
            // The statement knows the series of its own period only.
            Origin::Series(series) if figure.period == self.statement.period => {
                let concerns = |caveat: &&Caveat| caveat.concerns(&series.station);
                let caveats = self.statement.caveats.iter().filter(concerns);
                let mut from = self.of_series(series);
                from.extend(caveats.map(|caveat| leaf(words::explain_note(caveat.sentence()))));
                from
            }
            Origin::Crop(crop) if self.by_names => self.of_crop(crop.as_ref()),
            Origin::Figure(..) | Origin::Series(_) | Origin::Crop(_) => Vec::new(),
        };
        let lead = match &input.from {
            Origin::Ledger(row) => Some(Lead::Row(*row)),
            Origin::Series(series) => Some(Lead::Station(series.station.clone())),
            Origin::Figure(..) | Origin::Crop(_) => None,
        };
        Explanation { lead, ..node(text, from) }
    }

    /// The rows that say what a crop lost.
    fn of_crop(&self, crop: Option<&CropId>) -> Vec<Explanation> {
        let row = |row| {
            let text = origin(&Origin::Ledger(row).to_string(), self.township);
            Explanation { lead: Some(Lead::Row(row)), ..node(text, self.of_row(row)) }
        };
        self.statement.rows_of_crop(crop).map(row).collect()
    }

    fn of_row(&self, row: i64) -> Vec<Explanation> {
        let found = self.statement.entries.iter().find(|e| e.id == row);
        let Some(entry) = found else {
            return Vec::new();
        };
        let Entry { code, from, to, .. } = entry;
        let days = filters::days(*from, *to);
        let village = entry.village.as_ref().map(|id| self.township.village_name(id));
        let crop = entry.crop.as_ref().map(|id| self.township.crop_name(id));
        let at = filters::minute(entry.entered_at, self.township);
        let value = words::number_unit(number(entry.value), code.unit_name());
        let mut row = words::explain_row(code.name(), value, days);
        for place in [village, crop, entry.work.as_deref()].into_iter().flatten() {
            row = words::explain_pair(row, place);
        }
        let mut rows =
            vec![leaf(row), leaf(words::explain_document(&entry.document, &entry.entered_by, at))];
        if let Some(correction) = filters::correction(entry) {
            rows.push(leaf(correction));
        }
        rows
    }

    /// The events and days of a pump's meter, or the name of a source; with what people have corrected.
    fn of_series(&self, series: &Series) -> Vec<Explanation> {
        let read = |pump: &&PumpAccount| {
            let quantities = [&pump.energy_kwh, &pump.volume_m3, &pump.run_hours];
            quantities.iter().any(|quantity| quantity.series == *series)
                || pump.station == series.station
        };
        if let Some(pump) = self.statement.pumps.iter().find(read) {
            let village = self.township.village_name(&pump.village);
            let mut from = vec![leaf(words::explain_pair(&pump.name, village))];
            let events = pump.segments.iter().filter(|s| s.series == *series);
            from.extend(events.map(|segment| leaf(filters::segment(segment))));
            from.extend(self.corrected(&pump.name));
            if pump.energy_kwh.series == *series {
                from.extend(days(pump));
            }
            return from;
        }
        let found = self.statement.sources.iter().find(|s| s.station == series.station);
        found.map_or(Vec::new(), |source| {
            let source_and_kind = words::explain_pair(&source.name, source.kind.name());
            let mut from = vec![leaf(words::explain_pair(source_and_kind, &source.village))];
            from.extend(self.corrected(&source.name));
            from
        })
    }

    /// What people have corrected of the readings of a source or pump.
    fn corrected(&self, name: &str) -> impl Iterator<Item = Explanation> {
        self.statement.corrected(name).map(|finding| leaf(words::explain_note(&finding.text)))
    }
}

/// The verdict on a figure's words with its grounds, and what is printed where the words are not.
fn claim(figure: &Figure) -> Explanation {
    let Claim { verdict, grounds } = &figure.claim;
    let printed = match (&figure.words, verdict) {
        (Some(_), Verdict::Proved) => None,
        (Some(said), _) => Some(words::explain_known(said)),
        (None, Verdict::Proved) => Some(words::explain_nothing()),
        (None, _) => Some(words::explain_withheld()),
    };
    let grounds = grounds.iter().cloned();
    let verdict = words::explain_verdict(verdict.name());
    node(verdict, printed.into_iter().chain(grounds).map(leaf).collect())
}

fn days(pump: &PumpAccount) -> Option<Explanation> {
    let drew = pump.days.iter().filter(|(_, kwh)| *kwh > 0.0);
    let from: Vec<Explanation> = drew
        .map(|(day, kwh)| leaf(Text::verbatim(format_args!("{day} {} kWh", number(*kwh)))))
        .collect();
    (!from.is_empty()).then(|| node(words::explain_days(from.len()), from))
}

impl Explanation {
    /// The tree as lines of text in the language that is spoken here, to `depth` levels below the root.
    pub fn lines(&self, depth: usize) -> Vec<String> {
        let mut lines = vec![self.text.to_string()];
        self.push_children("", depth, &mut lines);
        lines
    }

    fn push_children(&self, indent: &str, depth: usize, lines: &mut Vec<String>) {
        if depth == 0 {
            return;
        }
        for (index, node) in self.from.iter().enumerate() {
            let last = index + 1 == self.from.len();
            let (branch, further) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            lines.push(format!("{indent}{branch}{}", node.text));
            node.push_children(&format!("{indent}{further}"), depth - 1, lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::tests::{SAID, figures, statement};
    use super::*;

    #[test]
    fn the_verdict_stands_first_with_its_grounds_whatever_is_printed() {
        let township: Township = toml::from_str("name = \"t\"").unwrap();
        let mut all = figures(&SAID);
        let at = all.iter().position(|f| f.id == FigureId::ElectricityUsed).unwrap();
        let grounds = || vec![Text::verbatim("no meter in two villages")];
        let said = |words: &str| Some(Text::verbatim(words));
        for (claim, printed, expected) in [
            (Claim { verdict: Verdict::Proved, grounds: Vec::new() }, said("20 kWh"), &[][..]),
            (
                Claim { verdict: Verdict::Open, grounds: grounds() },
                said("20 kWh or more"),
                &[
                    "the report says only what is proved: “20 kWh or more”",
                    "no meter in two villages",
                ],
            ),
            (
                Claim { verdict: Verdict::Refuted, grounds: grounds() },
                None,
                &["the report does not say it", "no meter in two villages"],
            ),
        ] {
            all[at].notes.clone_from(&claim.grounds);
            (all[at].claim, all[at].words) = (claim.clone(), printed);
            let tree = explain(&statement(&all), &township, FigureId::ElectricityUsed).unwrap();
            assert_eq!(tree.claim.as_ref(), Some(&claim));
            let first = &tree.from[0];
            assert_eq!(first.text, words::explain_verdict(claim.verdict.name()));
            let told: Vec<String> = first.from.iter().map(|node| node.text.to_string()).collect();
            assert_eq!(told, expected);
            let twice = tree.lines(9).join("\n").matches("no meter in two villages").count();
            assert_eq!(twice, claim.grounds.len());
        }
    }

    #[test]
    fn a_figure_says_which_readings_do_not_count_and_that_hours_are_being_recomputed() {
        let township: Township = toml::from_str("name = \"t\"").unwrap();
        let mut statement = statement(&figures(&SAID));
        let explained = |statement: &Statement| {
            let tree = explain(statement, &township, FigureId::ElectricityUsed).unwrap();
            tree.lines(3).join("\n")
        };
        assert!(!explained(&statement).contains("gw-x"));
        let revoked = |station: &str| Caveat::Revoked {
            gateway: "gw-x".parse().unwrap(),
            since: date(2022, 8, 3).at(8, 30, 0, 0),
            noted: date(2022, 8, 5),
            readings: 120,
            stations: [station.parse().unwrap()].into(),
        };
        statement.caveats = vec![revoked("pump-2")];
        assert!(!explained(&statement).contains("gw-x"), "another station's");
        statement.caveats = vec![revoked("pump-1"), Caveat::Pending { hours: 7 }];
        let lines = explained(&statement);
        assert!(lines.contains("note: gw-x: it was revoked on 2022-08-05"), "{lines}");
        assert!(lines.contains("7 hours are being recomputed"), "{lines}");
    }
}
