//! What speaks against the evidence of a report: registers that do not count through, levels that the geometry of a
//! station contradicts, values that stand in for the office's own, and a ledger that contradicts itself.

use jiff::civil::Date;

use super::corrected::{self, CorrectedReadings, corrected};
use super::facts::Facts;
use super::figure::Figure;
use super::plausibility::{Finding, Severity};
use super::pumps::misnamed_replacements;
use super::unsourced::{self, Unsourced};
use crate::account::{
    DoubtedLevels, Entry, EntryCode, MeterEvents, PumpAccount, SegmentKind, UnusedReplacement,
};
use crate::core::Series;
use crate::locales::{Argument, Lang, Text, evidence as words, figures, for_programs};
use crate::water::StationKind;

/// Share of a register's readings that jump, above which a person has to look. Engineering judgement, confidence 0.6: a
/// sound line spoils fewer than one in a thousand.
const GLITCH_SHARE: f64 = 0.01;

/// Rows that say that somebody was short of drinking water.
const SHORT_OF_WATER: [EntryCode; 8] = [
    EntryCode::DrinkingDifficulty,
    EntryCode::PersonsShort,
    EntryCode::PersonsRelieved,
    EntryCode::PersonsInNeedOfWater,
    EntryCode::PersonsCameInNeedOfWater,
    EntryCode::WaterCarried,
    EntryCode::PersonsCameShort,
    EntryCode::PersonsRelievedNow,
];

/// A reason to doubt what figures are made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum EvidenceDoubt {
    /// Values of the township's file that stand in for the office's own.
    Unsourced(Unsourced),
    Meter(DoubtedMeter),
    /// Registers of a pump that contradict themselves or another instrument.
    Registers {
        pump: String,
        why: Text,
    },
    /// Rows that replace a meter of a pump and are not used, where no reset tells of it.
    Unused {
        pump: String,
        replacement: UnusedReplacement,
    },
    Misnamed(MisnamedRows),
    Levels(DoubtedSource),
    Corrected(CorrectedReadings),
    DrinkingContradicted(DrinkingRows),
}

/// What is wrong with a register.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MeterFault {
    /// It falls all the time, or most of its readings jump.
    Wild,
    /// It begins anew every day or two, as the counter of a session does.
    Restarts,
    /// It was reset, and no row of the ledger that fits says why.
    Reset {
        days: Vec<Date>,
        /// Rows that say so and do not fit.
        unused: Vec<UnusedReplacement>,
    },
    /// More than one in a hundred of its readings jump.
    Glitches,
}

/// A register of a pump that does not count through.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DoubtedMeter {
    pub pump: String,
    pub series: Series,
    pub fault: MeterFault,
    /// Readings that count.
    pub readings: u64,
    /// Readings that were left out.
    pub glitches: u32,
    pub resets: u32,
    /// Days with readings.
    pub days: u32,
}

/// Rows that replace a meter and name no register of any pump.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MisnamedRows {
    pub rows: Vec<RowValue>,
    /// What each names, where it names anything.
    pub named: Vec<Option<String>>,
    /// How the first pump's meter is named.
    pub example: Option<Series>,
}

/// A water source with levels that are not believed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DoubtedSource {
    pub source: String,
    pub levels: DoubtedLevels,
    /// Local time.
    pub from: String,
    pub to: String,
}

/// Rows that state that nobody was short of drinking water, and rows that say otherwise of the same days and place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DrinkingRows {
    pub zeros: Vec<RowValue>,
    pub others: Vec<RowValue>,
}

/// A row with its value, in the unit of its code.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowValue {
    pub row: i64,
    pub code: EntryCode,
    pub value: f64,
}

/// What speaks against the evidence behind `figures`.
pub(super) fn doubts(facts: &Facts<'_>, figures: &[Figure]) -> Vec<EvidenceDoubt> {
    let meters = facts.pumps.iter().flat_map(meters);
    let levels = facts.sources.iter().filter_map(|source| {
        let levels = source.doubted?;
        Some(EvidenceDoubt::Levels(DoubtedSource {
            source: source.name.clone(),
            from: facts.local(levels.first_at),
            to: facts.local(levels.last_at),
            levels,
        }))
    });
    let drinking = drinking(facts).map(EvidenceDoubt::DrinkingContradicted);
    let unsourced = unsourced::doubts(facts.township(), figures);
    let misnamed = misnamed(facts).map(EvidenceDoubt::Misnamed);
    let corrected = corrected(facts).map(EvidenceDoubt::Corrected);
    let found = drinking.into_iter().chain(misnamed).chain(meters).chain(levels);
    found.chain(corrected).chain(unsourced).collect()
}

/// The rows of the ledger that replace a meter and name none; `None` without any.
fn misnamed(facts: &Facts<'_>) -> Option<MisnamedRows> {
    let rows: Vec<&Entry> = misnamed_replacements(facts).collect();
    let pump = facts.township().stations.iter().find(|s| s.kind == StationKind::Pump);
    (!rows.is_empty()).then(|| MisnamedRows {
        named: rows.iter().map(|row| row.work.clone()).collect(),
        rows: rows.into_iter().map(RowValue::of).collect(),
        example: pump.and_then(|pump| PumpAccount::registers(pump).into_iter().next()),
    })
}

/// The doubts of a pump's registers, one each; what contradicts itself is said of the pump, once. Rows of the ledger
/// that do not fit are said with the reset that they do not explain, or on their own.
pub(super) fn meters(pump: &PumpAccount) -> Vec<EvidenceDoubt> {
    let contradicted = pump.contradiction.clone().map(|why| {
        let pump = pump.name.clone();
        EvidenceDoubt::Registers { pump, why }
    });
    let doubted = |events: &MeterEvents| {
        let resets = pump.segments.iter().filter(|segment| {
            segment.series == events.series && segment.kind == SegmentKind::Reset
        });
        let days: Vec<Date> = resets.map(|segment| segment.from).collect();
        let seen = events.readings + u64::from(events.glitches);
        let fault = if events.is_wild() || events.restarts() {
            match (&pump.contradiction, events.is_wild()) {
                (Some(_), _) => return None,
                (None, true) => MeterFault::Wild,
                (None, false) => MeterFault::Restarts,
            }
        } else if !days.is_empty() {
            let own = pump.unused.iter().filter(|unused| unused.series == events.series);
            MeterFault::Reset { days, unused: own.cloned().collect() }
        } else if f64::from(events.glitches) > GLITCH_SHARE * seen as f64 {
            MeterFault::Glitches
        } else {
            return None;
        };
        Some(DoubtedMeter {
            pump: pump.name.clone(),
            series: events.series.clone(),
            fault,
            readings: events.readings,
            glitches: events.glitches,
            resets: events.resets,
            days: events.days,
        })
    };
    let doubted: Vec<DoubtedMeter> = pump.meters.iter().filter_map(doubted).collect();
    let told = |unused: &UnusedReplacement| {
        let of = |meter: &DoubtedMeter| {
            meter.series == unused.series && matches!(meter.fault, MeterFault::Reset { .. })
        };
        doubted.iter().any(of)
    };
    let unused = pump.unused.iter().filter(|unused| !told(unused));
    let unused = unused.map(|unused| EvidenceDoubt::Unused {
        pump: pump.name.clone(),
        replacement: unused.clone(),
    });
    let unused: Vec<EvidenceDoubt> = unused.collect();
    let doubted = doubted.into_iter().map(EvidenceDoubt::Meter);
    contradicted.into_iter().chain(doubted).chain(unused).collect()
}

/// The rows of the ledger that contradict each other on drinking water; `None` where none do.
fn drinking(facts: &Facts<'_>) -> Option<DrinkingRows> {
    let stated = facts.rows.of(EntryCode::DrinkingDifficulty);
    let zeros: Vec<&Entry> = stated.into_iter().filter(|entry| entry.value == 0.0).collect();
    let rows = SHORT_OF_WATER.into_iter().flat_map(|code| facts.rows.of(code));
    let others: Vec<&Entry> = rows
        .filter(|entry| entry.value > 0.0 && zeros.iter().any(|zero| denies(zero, entry)))
        .collect();
    let contradicted = zeros.into_iter().filter(|zero| others.iter().any(|row| denies(zero, row)));
    let zeros: Vec<RowValue> = contradicted.map(RowValue::of).collect();
    let others = others.into_iter().map(RowValue::of).collect();
    (!zeros.is_empty()).then_some(DrinkingRows { zeros, others })
}

/// Whether a row that states that nobody was short of water is about the people of `other`, on some day of it.
fn denies(zero: &Entry, other: &Entry) -> bool {
    let same_days = zero.from <= other.to && other.from <= zero.to;
    same_days && (zero.village.is_none() || zero.village == other.village)
}

impl RowValue {
    fn of(entry: &Entry) -> RowValue {
        RowValue { row: entry.id, code: entry.code, value: entry.value }
    }

    fn text(&self) -> Text {
        words::row_of(self.row, self.code.name(), self.value, self.code.unit_name())
    }
}

impl DoubtedMeter {
    fn text(&self) -> Text {
        let what = self.series.parameter.spec().name();
        match &self.fault {
            MeterFault::Wild => words::meter_wild(what, self.readings, self.glitches),
            MeterFault::Restarts => words::meter_restarts(what, self.days, self.resets),
            MeterFault::Glitches => words::meter_glitches(what, self.readings, self.glitches),
            MeterFault::Reset { days, unused } => {
                let days = Text::list(days.iter().map(Argument::of));
                match unused.is_empty() {
                    true => words::meter_reset(what, days),
                    false => {
                        let why = Text::clauses(unused.iter().map(UnusedReplacement::text));
                        words::meter_reset_unused(what, days, why)
                    }
                }
            }
        }
    }

    /// Number and value of the rows of the ledger that say that it was replaced and do not fit.
    fn rows(&self) -> impl Iterator<Item = &(i64, f64)> {
        let unused = match &self.fault {
            MeterFault::Reset { unused, .. } => unused.as_slice(),
            MeterFault::Wild | MeterFault::Restarts | MeterFault::Glitches => &[],
        };
        unused.iter().flat_map(|unused| &unused.rows)
    }

    fn fingerprint(&self) -> String {
        let Self { series, readings, glitches, resets, .. } = self;
        let own = format!("{series}:readings={readings},glitches={glitches},resets={resets}");
        let rows = self.rows().map(|(row, value)| format!(",{row}={value}"));
        rows.fold(own, |own, row| own + &row)
    }
}

impl MisnamedRows {
    fn text(&self) -> Text {
        let named = |(row, named): (&RowValue, &Option<String>)| match named {
            Some(named) => words::row_named(row.row, named),
            None => words::row_without_name(row.row),
        };
        words::replacement_misnamed(Text::list(self.rows.iter().zip(&self.named).map(named)))
    }
}

impl EvidenceDoubt {
    /// The finding that a report has because of it. An acceptance holds for exactly these numbers.
    pub(super) fn finding(&self) -> Finding {
        Finding {
            severity: self.severity(),
            place: self.place(),
            text: self.text(),
            look: self.look(),
            source: self.source(),
            arithmetic: self.is_contradiction(),
            ..Finding::told(self.rule(), &self.fingerprint(), self.from().into_iter().collect())
        }
    }

    /// Id of its kind, in findings and acceptances.
    fn rule(&self) -> &'static str {
        match self {
            Self::Unsourced(unsourced) => unsourced.rule(),
            Self::Meter(meter) => match meter.fault {
                MeterFault::Wild => "meter-wild",
                MeterFault::Restarts => "meter-restarts",
                MeterFault::Reset { .. } => "meter-reset",
                MeterFault::Glitches => "meter-glitches",
            },
            Self::Registers { .. } => "meter-contradicted",
            Self::Unused { .. } => "replacement-unused",
            Self::Misnamed(_) => "replacement-misnamed",
            Self::Levels(_) => "levels-doubted",
            Self::Corrected(_) => corrected::RULE,
            Self::DrinkingContradicted(_) => "drinking-contradicted",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Unsourced(unsourced) => unsourced.severity(),
            Self::Meter(_)
            | Self::Registers { .. }
            | Self::Unused { .. }
            | Self::Misnamed(_)
            | Self::Levels(_) => Severity::Warning,
            Self::Corrected(_) => Severity::Hint,
            Self::DrinkingContradicted(_) => Severity::Error,
        }
    }

    /// Whether the numbers contradict each other by definition.
    fn is_contradiction(&self) -> bool {
        matches!(self, Self::DrinkingContradicted(_))
    }

    fn place(&self) -> Text {
        match self {
            Self::Meter(meter) => Text::verbatim(&meter.pump),
            Self::Registers { pump, .. } | Self::Unused { pump, .. } => Text::verbatim(pump),
            Self::Levels(levels) => Text::verbatim(&levels.source),
            Self::Corrected(corrected) => Text::verbatim(&corrected.station),
            Self::Unsourced(_) | Self::Misnamed(_) | Self::DrinkingContradicted(_) => {
                figures::whole_township()
            }
        }
    }

    /// What it says, without the place.
    fn text(&self) -> Text {
        match self {
            Self::Unsourced(unsourced) => unsourced.text(),
            Self::Meter(meter) => meter.text(),
            Self::Registers { why, .. } => why.clone(),
            Self::Unused { replacement, .. } => {
                let what = replacement.series.parameter.spec().name();
                words::replacement_unused(what, replacement.text())
            }
            Self::Misnamed(rows) => rows.text(),
            Self::Levels(DoubtedSource { levels, from, to, .. }) => {
                let worst = format!("{:.2}", levels.worst_m);
                words::levels_doubted(levels.hours, from, to, levels.doubt.name(), worst)
            }
            Self::Corrected(corrected) => corrected.text(),
            Self::DrinkingContradicted(DrinkingRows { zeros, others }) => {
                let list = |rows: &[RowValue]| Text::list(rows.iter().map(RowValue::text));
                words::drinking_contradicted(list(zeros), list(others))
            }
        }
    }

    /// Rule apart, what an acceptance holds for.
    fn fingerprint(&self) -> String {
        match self {
            Self::Unsourced(unsourced) => unsourced.fingerprint(),
            Self::Meter(meter) => meter.fingerprint(),
            Self::Registers { pump, why } => {
                let why = for_programs(Lang::English, || why.to_string());
                format!("{pump}:{why}")
            }
            Self::Unused { replacement, .. } => {
                let rows = replacement.rows.iter().map(|(row, value)| format!("{row}={value}"));
                format!("{}:{}", replacement.series, rows.collect::<Vec<_>>().join(","))
            }
            Self::Misnamed(MisnamedRows { rows, named, .. }) => {
                let rows = rows.iter().zip(named);
                let rows = rows.map(|(row, named)| {
                    let named = named.as_deref().unwrap_or_default();
                    format!("{}={}:{named}", row.row, row.value)
                });
                rows.collect::<Vec<_>>().join(",")
            }
            Self::Levels(DoubtedSource { source, levels, from, to }) => {
                format!("{source}:{from}..{to}:hours={}", levels.hours)
            }
            Self::Corrected(corrected) => corrected.fingerprint(),
            Self::DrinkingContradicted(DrinkingRows { zeros, others }) => {
                let rows = zeros.iter().chain(others);
                let rows: Vec<String> = rows.map(|r| format!("{}={}", r.row, r.value)).collect();
                rows.join(",")
            }
        }
    }

    /// The numbers that it is about, by name.
    fn from(&self) -> Vec<(String, f64)> {
        match self {
            Self::Unsourced(unsourced) => {
                let printed = unsourced.printed.iter();
                printed.map(|(figure, value)| (figure.id().to_owned(), *value)).collect()
            }
            Self::Meter(meter) => [
                ("readings", meter.readings as f64),
                ("glitches", f64::from(meter.glitches)),
                ("resets", f64::from(meter.resets)),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .chain(meter.rows().map(named_row))
            .collect(),
            Self::Registers { .. } => Vec::new(),
            Self::Unused { replacement, .. } => replacement.rows.iter().map(named_row).collect(),
            Self::Misnamed(MisnamedRows { rows, .. }) => {
                rows.iter().map(|row| named_row(&(row.row, row.value))).collect()
            }
            Self::Levels(levels) => vec![("hours".into(), f64::from(levels.levels.hours))],
            Self::Corrected(_) => Vec::new(),
            Self::DrinkingContradicted(DrinkingRows { zeros, others }) => {
                let rows = zeros.iter().chain(others);
                rows.map(|row| (format!("ledger:{}", row.row), row.value)).collect()
            }
        }
    }

    /// Where to look.
    fn look(&self) -> Text {
        match self {
            Self::Unsourced(_) => words::look_at_values(),
            Self::Meter(meter) => match &meter.fault {
                MeterFault::Wild | MeterFault::Restarts => words::look_at_register(),
                MeterFault::Reset { unused, .. } if !unused.is_empty() => {
                    words::look_at_rows_of_replacement()
                }
                MeterFault::Reset { .. } => words::look_at_replacement(),
                MeterFault::Glitches => words::look_at_line(),
            },
            Self::Registers { .. } => words::look_at_register(),
            Self::Unused { .. } => words::look_at_rows_of_replacement(),
            Self::Misnamed(MisnamedRows { example, .. }) => match example {
                Some(series) => words::look_at_name_like(Argument::of(series)),
                None => words::look_at_name(),
            },
            Self::Levels(_) => words::look_at_datum(),
            Self::Corrected(_) => words::look_at_correction(),
            Self::DrinkingContradicted(_) => words::look_at_drinking(),
        }
    }

    fn source(&self) -> Text {
        match self {
            Self::Unsourced(_) => words::source_township(),
            Self::Meter(_) | Self::Registers { .. } | Self::Unused { .. } => words::source_meters(),
            Self::Levels(_) => words::source_geometry(),
            Self::Corrected(_) => words::source_corrections(),
            Self::Misnamed(_) | Self::DrinkingContradicted(_) => words::source_ledger(),
        }
    }
}

/// A row of the ledger as a number that a finding is about.
fn named_row((row, value): &(i64, f64)) -> (String, f64) {
    (format!("ledger:{row}"), *value)
}
