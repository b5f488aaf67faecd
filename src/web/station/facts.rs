//! What the page of a station is made from, as the hub fetches it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::account::Entry;
use crate::core::{ChartPoint, Correction, Parameter, Reading, Series, StationId};
use crate::locales::Text;
use crate::water::{Station, Status};
use crate::web::Shown;

/// What is asked for of a station.
#[derive(Debug, Clone, PartialEq)]
pub struct StationAsked {
    pub station: StationId,
    pub range: Range,
    /// Points of a curve at most.
    pub points: u32,
}

/// A span of time that a reader chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Day,
    Week,
    Month,
    /// The drought event of the ledger; the year where it names none.
    Event,
    Year,
    /// The days from the first to the last.
    Own(Date, Date),
}

/// A station over a span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct StationFacts {
    pub station: Station,
    /// Name of its village.
    pub village: String,
    pub shown: Shown,
    /// The span: from its first instant to before its end.
    pub from: Timestamp,
    pub to: Timestamp,
    /// The curves of what it observes, level first. Counters are there as their growth, see `growth`.
    pub curves: Vec<Curve>,
    /// Of counters and rain: what they grew by in each hour or day.
    pub growth: Vec<Growth>,
    /// Levels of the same days of last year, moved to this year's days.
    pub last_year: Vec<ChartPoint>,
    /// The band of levels from the 25th to the 75th percentile of the same days of earlier years; empty without enough.
    pub usual: Vec<(Date, [f64; 2])>,
    /// Areal rain of the township in the span; empty for stations without a level.
    pub rain: Vec<(Timestamp, f64)>,
    /// Whether `rain` and `growth` are by hours; else by days.
    pub by_hours: bool,
    /// When the pumps that draw on this source, or this pump itself, ran.
    pub running: Vec<RunningBands>,
    /// The levels below which each status begins, by the thresholds of each month of the span.
    pub limits: Vec<LevelLimit>,
    /// Readings of the span whose flag is not good, the newest first, and whether there are more.
    pub flagged: Vec<Reading>,
    pub more_flagged: bool,
    /// Corrections and notes that bear on the span, the newest first, also withdrawn ones.
    pub corrections: Vec<Correction>,
    /// Hours, or spans of them, that are still to be folded, of any station: what is shown may be partly old.
    pub pending: u64,
    /// Rows of the ledger about it: meter replacements.
    pub entries: Vec<Entry>,
    /// Changes of its status in the span, the newest first.
    pub statuses: Vec<(Timestamp, Option<Status>)>,
}

/// A level below which a status begins, from the one instant to before the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelLimit {
    pub status: Status,
    pub level_m: f64,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The values of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pub parameter: Parameter,
    /// As they count: without what is marked as wrong, with shifts.
    pub points: Vec<ChartPoint>,
    /// As they came; empty where no correction bears on them.
    pub raw: Vec<ChartPoint>,
}

/// What a counter grew by.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    pub parameter: Parameter,
    /// Start of the hour or day, and the growth in it.
    pub steps: Vec<(Timestamp, f64)>,
    /// Starts of the steps that follow a gap, and when that begins: what grew in it is in the step.
    pub since: Vec<(Timestamp, Timestamp)>,
}

/// When a pump ran.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningBands {
    pub pump: StationId,
    pub name: String,
    /// Spans in which it was seen to run: of hours, or of days where the span is long, with the hours in each.
    pub spans: Vec<(Timestamp, Timestamp)>,
}

/// A correction that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionAsked {
    pub series: Series,
    pub from: Timestamp,
    pub to: Timestamp,
    pub kind: crate::core::CorrectionKind,
    pub reason: String,
    /// Office and name of who asks.
    pub by: String,
}

/// What became of something that somebody asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// Done; the number that it has.
    As(i64),
    /// It breaks a rule.
    Refused(Text),
}
