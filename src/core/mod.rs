//! The vocabulary: ids, parameters, units, flags, readings, hours, days, problems. Level 0: no clock, file, socket, log
//! or runtime.

mod calendar;
mod chart_point;
mod correction;
mod day;
mod flag;
mod host_name;
mod hour;
mod id;
mod nearest;
mod network;
mod parameter;
mod problem;
mod raw;
mod reading;
mod role;
mod rollup;
mod rows;
mod shown;
pub mod toml_text;
mod unit;
mod unseen;

pub use calendar::{Calendar, Period};
pub use chart_point::ChartPoint;
pub use correction::{Correction, CorrectionKind, Withdrawal};
pub use day::DayCell;
pub use flag::{Flag, Reason};
pub use host_name::{check_bracketed, check_host, full_width_in, half_width, same_host};
pub use hour::{HOUR_MS, HourCell, hour_start_ms};
pub use id::{AssetId, CropId, GatewayId, IdError, Series, StationId, VillageId};
pub use nearest::nearest;
pub use network::{Network, NetworkError};
pub use parameter::{Kind, Parameter, ParameterSpec};
pub use problem::{Problem, Problems, Scope, did_you_mean};
pub use raw::Raw;
pub use reading::{Outcome, Reading};
pub use role::Role;
pub use rollup::Rollup;
pub use rows::RowNumbers;
pub use shown::shown;
pub use unit::Unit;
pub use unseen::is_unseen;
