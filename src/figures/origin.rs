//! Where an input of a figure comes from.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::FigureId;
use crate::core::{CropId, Series};

/// Where an input of a figure comes from; in JSON the text that [`Display`](fmt::Display) writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A station's series: `pump-dongmen-1/energy_total`.
    Series(Series),
    /// A row of the ledger: `ledger:17`.
    Ledger(i64),
    /// Another figure: `figure:area_failed`; of an earlier year, whose days ended on a day: `figure:storage_total@2021-11-15`.
    Figure(FigureId, Option<Date>),
    /// A crop of the township's table: `crop:seed-rice`; `crop:none` for rows of the ledger that name none.
    Crop(Option<CropId>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Series(series) => series.fmt(f),
            Self::Ledger(row) => write!(f, "ledger:{row}"),
            Self::Figure(id, None) => write!(f, "figure:{id}"),
            Self::Figure(id, Some(end)) => write!(f, "figure:{id}@{end}"),
            Self::Crop(Some(id)) => write!(f, "crop:{id}"),
            Self::Crop(None) => f.write_str("crop:none"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
