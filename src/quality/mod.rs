//! Quality tests of readings, series and pumps: one reading at a time, in bounded memory. Pure. They only set flags; no
//! value is clamped, invented or discarded. `docs/quality.md` explains each for its users.

mod attenuated;
mod flat_line;
mod gap;
mod gross_range;
mod idle_fall;
mod no_flow;
mod presets;
mod pump_state;
mod rate;
mod series;
mod settings;
mod spike;
mod verdict;

pub use attenuated::Attenuated;
pub use flat_line::FlatLine;
pub use gap::time_gap;
pub use gross_range::gross_range;
pub use idle_fall::IdleFall;
pub use no_flow::NoFlow;
pub use presets::{Preset, presets};
pub use pump_state::{PumpState, RUNNING_SHARE};
pub use rate::rate_of_change;
pub use series::{SeriesTests, neighbour_ms};
pub use settings::{AttenuatedRule, FlatRule, Limits, PumpRule, SeriesRules, SourceRule};
pub use spike::spike;
pub use verdict::Verdict;
