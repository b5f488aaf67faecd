//! Quality tests on single readings, series and pumps, one reading at a time, in bounded memory. Pure. They flag and nothing
//! else: nothing is clamped, invented or thrown away. `docs/quality.md` explains each for its users.

mod attenuated;
mod flat_line;
mod gap;
mod gross_range;
mod idle_fall;
mod no_flow;
mod presets;
mod rate;
mod running;
mod settings;
mod spike;
mod verdict;
mod watch;

pub use attenuated::Attenuated;
pub use flat_line::FlatLine;
pub use gap::time_gap;
pub use gross_range::gross_range;
pub use idle_fall::IdleFall;
pub use no_flow::NoFlow;
pub use presets::{Preset, presets};
pub use rate::rate_of_change;
pub use running::{RUNNING_SHARE, Running};
pub use settings::{AttenuatedRule, FlatRule, Limits, PumpRule, SeriesRules, SourceRule};
pub use spike::spike;
pub use verdict::Verdict;
pub use watch::{Watch, neighbour_ms};
