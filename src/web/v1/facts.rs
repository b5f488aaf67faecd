//! What the interface asks the hub for, and what it gets.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::mpsc;

use super::model::{
    AlarmItem, DayItem, EventItem, FigureEvidence, FiguresFound, GatewayItem, HourItem, LedgerItem,
    ReadingItem, SeriesItem, StationItem,
};
use crate::core::{GatewayId, Parameter, Period, Series, StationId};
use crate::locales::Text;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiAsked {
    /// What changes whenever something is committed to the store.
    Version,
    Stations {
        after: Option<StationId>,
        most: usize,
    },
    Station(StationId),
    SeriesList {
        station: Option<StationId>,
        parameter: Option<Parameter>,
        after: String,
        most: usize,
    },
    Series(Series),
    /// With `raw`, values as they came; else as corrections have them.
    Readings {
        series: Series,
        span: ApiSpan,
        most: usize,
        raw: bool,
    },
    Hours {
        series: Series,
        span: ApiSpan,
        most: usize,
    },
    /// From the first day to before the second.
    Days {
        series: Series,
        from: Option<Date>,
        to: Option<Date>,
        most: usize,
    },
    Gateways {
        after: Option<GatewayId>,
        most: usize,
    },
    /// Alarms that are open, or all; those before the one of that id.
    Alarms {
        open: bool,
        before: Option<i64>,
        most: usize,
    },
    /// The droughts that the ledger names.
    Events,
    /// The figures of the period, or of the ledger's last drought.
    Figures(Option<Period>),
    Figure {
        id: String,
        period: Option<Period>,
    },
    Ledger {
        after: i64,
        most: usize,
    },
    /// All readings of the span as a file; of all series where none is named.
    File {
        format: ApiFormat,
        station: Option<StationId>,
        parameter: Option<Parameter>,
        from: Timestamp,
        to: Timestamp,
    },
}

/// A span of time, ms since 1970: from its first instant to before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiSpan {
    pub from: Timestamp,
    pub to: Timestamp,
    /// The key that the page begins after.
    pub after_ms: Option<i64>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiFormat {
    Csv,
    Parquet,
}

/// Part of what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiPart<T> {
    pub items: Vec<T>,
    /// There is more after the last of `items`.
    pub more: bool,
}

/// A file, piece by piece.
pub type ApiStream = mpsc::Receiver<io::Result<Vec<u8>>>;

/// What came of it.
pub enum ApiAnswer {
    Version(String),
    Stations(ApiPart<StationItem>),
    Station(Box<StationItem>),
    SeriesList(ApiPart<SeriesItem>),
    Series(Box<SeriesItem>),
    Readings(ApiPart<ReadingItem>),
    Hours(ApiPart<HourItem>),
    Days(ApiPart<DayItem>),
    Gateways(ApiPart<GatewayItem>),
    Alarms(ApiPart<AlarmItem>),
    Events(Vec<EventItem>),
    Figures(FiguresFound),
    Figure(Box<FigureEvidence>),
    Ledger(ApiPart<LedgerItem>),
    File(ApiStream),
    Refused(ApiRefusal),
}

/// Why something is not answered.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiRefusal {
    /// There is none of this name; the nearest one.
    NoStation(Option<String>),
    NoSeries(Option<String>),
    NoFigure(Option<String>),
    /// So much is asked for already: again after so many seconds.
    Busy {
        retry_s: u64,
    },
    /// It takes longer than anybody should wait.
    TooMuch,
    /// The ledger names no drought.
    NoPeriod(Text),
}
