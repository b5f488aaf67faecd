//! Values of the township's file that stand in for the office's own: what rests on them is to be known before a report
//! is signed.

use std::collections::BTreeSet;

use super::catalogue::FigureId;
use super::evidence::EvidenceDoubt;
use super::figure::{Figure, Origin};
use super::plausibility::Severity;
use crate::account::Method;
use crate::core::{CropId, StationId};
use crate::locales::{Lang, Text, evidence as words};
use crate::water::{Bilingual, Township};

/// Confidence from which a value counts as known. Engineering judgement, confidence 0.6: below it the files of the
/// program hold guesses and values of other places.
const KNOWN: f64 = 0.7;

/// What the source of a value says that is not the office's own, in Chinese and in English.
const MARKS: [&str; 2] = ["应换成", "to be replaced"];

/// Most names that a finding lists.
const NAMES_MAX: usize = 6;

/// A table of the township's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Yields and prices.
    Crops,
    Thresholds,
    Demand,
    Irrigation,
    Climate,
}

/// Values of one table that the office has to replace.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unsourced {
    pub table: Table,
    /// The crops or stations that they are of; empty where the table has only one value.
    pub names: Vec<String>,
    /// The figures of the section that rest on them, with their values.
    pub printed: Vec<(FigureId, f64)>,
    /// Each value, for which an acceptance holds.
    values: Vec<String>,
}

impl Unsourced {
    pub fn rule(&self) -> &'static str {
        match self.table {
            Table::Crops => "crops-to-replace",
            Table::Thresholds => "thresholds-to-replace",
            Table::Demand => "demand-to-replace",
            Table::Irrigation => "irrigation-to-replace",
            Table::Climate => "climate-to-replace",
        }
    }

    pub fn severity(&self) -> Severity {
        if self.printed.is_empty() { Severity::Hint } else { Severity::Warning }
    }

    pub fn text(&self) -> Text {
        let value = match self.table {
            Table::Crops => words::guessed_crops(self.listed()),
            Table::Thresholds => words::guessed_thresholds(self.listed()),
            Table::Demand => words::guessed_demand(),
            Table::Irrigation => words::guessed_irrigation(),
            Table::Climate => words::guessed_climate(),
        };
        if self.printed.is_empty() {
            return value;
        }
        let figures = self.printed.iter().map(|(figure, _)| figure.spec().name());
        words::guess_is_printed(value, Text::list(figures))
    }

    fn listed(&self) -> Text {
        let first = Text::list(self.names.iter().take(NAMES_MAX));
        match self.names.len().checked_sub(NAMES_MAX) {
            Some(more @ 1..) => words::and_more(first, more),
            _ => first,
        }
    }

    pub fn fingerprint(&self) -> String {
        self.values.join(",")
    }
}

fn is_guess(source: &Bilingual, confidence: f64) -> bool {
    let marked = |lang| MARKS.iter().any(|mark| source.text().within(lang).contains(mark));
    confidence < KNOWN || Lang::ALL.into_iter().any(marked)
}

/// What of `township` stands in for the office's own, table by table. Where printed `figures` rest on a part of a
/// table, only that part is named.
pub(super) fn doubts(township: &Township, figures: &[Figure]) -> Vec<EvidenceDoubt> {
    let one = |table, value: String| Unsourced {
        table,
        names: Vec::new(),
        printed: Vec::new(),
        values: vec![value],
    };
    let demand = township.demand.as_ref().filter(|d| is_guess(&d.source, d.confidence));
    let irrigation = township.irrigation.as_ref().filter(|i| is_guess(&i.source, i.confidence));
    let climate = township.climate.as_ref().filter(|c| is_guess(&c.source, c.confidence));
    let tables = [
        crops(township, figures),
        thresholds(township, figures),
        demand.map(|d| one(Table::Demand, d.litres_per_person_day.to_string())),
        irrigation.map(|i| {
            one(Table::Irrigation, format!("{}/{}", i.canal_efficiency, i.pass_m3_per_mu))
        }),
        climate.map(|c| one(Table::Climate, format!("{:?}/{}", c.rain_mm, c.rainless_mm))),
    ];
    tables.into_iter().flatten().map(EvidenceDoubt::Unsourced).collect()
}

/// The figures of the section that are printed.
fn printed(figures: &[Figure]) -> impl Iterator<Item = &Figure> {
    figures.iter().filter(|figure| figure.narrative && figure.words.is_some())
}

/// The table without names; `None` where there are no guesses in it.
fn table(table: Table, rows: Vec<(&str, String, bool)>, printed: &[&Figure]) -> Option<Unsourced> {
    let used = rows.iter().any(|(.., used)| *used);
    let rows: Vec<_> = rows.into_iter().filter(|(.., row)| *row || !used).collect();
    let names: Vec<String> = rows.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let value = |figure: &&Figure| (figure.id, figure.number().unwrap_or(0.0));
    let printed = if used { printed.iter().map(value).collect() } else { Vec::new() };
    let values = rows.into_iter().map(|(_, value, _)| value).collect();
    (!names.is_empty()).then_some(Unsourced { table, names, printed, values })
}

fn crops(township: &Township, figures: &[Figure]) -> Option<Unsourced> {
    let priced =
        |figure: &&Figure| figure.inputs.iter().any(|input| input.method == Method::WorthOfRescue);
    let resting: Vec<&Figure> = printed(figures).filter(priced).collect();
    let inputs = resting.iter().flat_map(|figure| &figure.inputs);
    let used: BTreeSet<&CropId> = inputs
        .filter(|input| input.method == Method::WorthOfRescue)
        .filter_map(|input| match &input.from {
            Origin::Crop(crop) => crop.as_ref(),
            _ => None,
        })
        .collect();
    let guessed = township.crops.iter().filter(|crop| is_guess(&crop.source, crop.confidence));
    let rows = guessed.map(|crop| {
        let value = format!("{}={}*{}", crop.id, crop.yield_kg_per_mu, crop.price_yuan_per_kg);
        (crop.name.as_str(), value, used.contains(&crop.id))
    });
    table(Table::Crops, rows.collect(), &resting)
}

/// Thresholds make the month of onset where no person has confirmed it.
fn thresholds(township: &Township, figures: &[Figure]) -> Option<Unsourced> {
    let of_sensors = |figure: &&Figure| {
        let confirmed = |from: &Origin| matches!(from, Origin::Ledger(_));
        figure.id == FigureId::OnsetMonth && !figure.inputs.iter().any(|i| confirmed(&i.from))
    };
    let onset: Vec<&Figure> = printed(figures).filter(of_sensors).collect();
    let inputs = onset.iter().flat_map(|figure| &figure.inputs);
    let used: BTreeSet<&StationId> = inputs
        .filter_map(|input| match &input.from {
            Origin::Series(series) => Some(&series.station),
            _ => None,
        })
        .collect();
    let mut rows = Vec::new();
    for station in &township.stations {
        let guesses: Vec<String> = station
            .thresholds
            .iter()
            .filter(|limit| is_guess(&limit.source, limit.confidence))
            .map(|limit| format!("{}={}/{}", station.id, limit.warn, limit.guard))
            .collect();
        if !guesses.is_empty() {
            rows.push((station.name.as_str(), guesses.join("+"), used.contains(&station.id)));
        }
    }
    table(Table::Thresholds, rows, &onset)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::figure::FigureInput;
    use super::*;
    use crate::core::Period;

    fn township() -> Township {
        let crop = |id: &str, name: &str, source: &str, confidence: f64| {
            format!(
                "[[crop]]\nid = \"{id}\"\nname = \"{name}\"\nsown_area_mu = 10.0\n\
                 yield_kg_per_mu = 200.0\nprice_yuan_per_kg = 40.0\nsource = \"{source}\"\nconfidence = {confidence}\n"
            )
        };
        let text = [
            "name = \"测试乡\"\n".to_owned(),
            crop("rice", "水稻", "2022年粮管所收购价", 0.9),
            crop("seed-rice", "制种", "工程经验，应换成本单位的数据", 0.9),
            crop("taro", "槟榔芋", "市场询价", 0.5),
        ];
        toml::from_str(&text.concat()).unwrap()
    }

    fn loss_averted(crops: &[&str]) -> Figure {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 10) };
        let input = |crop: &&str| FigureInput {
            from: Origin::Crop(Some(crop.parse().unwrap())),
            value: Some(1.0),
            method: Method::WorthOfRescue,
            note: Text::default(),
            coverage: None,
        };
        Figure {
            words: Some(Text::verbatim("1200余万元")),
            inputs: crops.iter().map(input).collect(),
            ..Figure::absent(FigureId::LossAverted, period, "test")
        }
    }

    fn told(figures: &[Figure]) -> Vec<(Severity, String)> {
        let found = doubts(&township(), figures).into_iter().map(|doubt| {
            let finding = doubt.finding();
            (finding.severity, finding.sentence().within(Lang::Chinese))
        });
        found.collect()
    }

    #[test]
    fn prices_that_a_printed_sum_rests_on_are_a_warning_that_names_the_crops() {
        let found = told(&[loss_averted(&["rice", "seed-rice"])]);
        let [(severity, sentence)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(*severity, Severity::Warning);
        assert!(sentence.contains("制种") && sentence.contains("挽回经济损失"), "{sentence}");
        assert!(!sentence.contains("水稻") && !sentence.contains("槟榔芋"), "{sentence}");
    }

    #[test]
    fn prices_that_nothing_printed_rests_on_are_a_hint() {
        for figures in [&[][..], &[loss_averted(&["rice"])]] {
            let found = told(figures);
            let [(severity, sentence)] = &found[..] else { panic!("{found:?}") };
            assert_eq!(*severity, Severity::Hint);
            assert!(sentence.contains("制种、槟榔芋"), "{sentence}");
        }
    }

    #[test]
    fn an_acceptance_holds_for_the_very_prices() {
        let figures = [loss_averted(&["seed-rice"])];
        let fingerprint =
            |township: &Township| doubts(township, &figures).remove(0).finding().fingerprint;
        let mut dearer = township();
        dearer.crops[1].price_yuan_per_kg = 41.0;
        assert_ne!(fingerprint(&township()), fingerprint(&dearer));
    }
}
