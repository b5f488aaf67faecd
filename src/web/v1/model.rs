//! What the interface hands out. Ids and names are the same in every language; names that people read are there in
//! Chinese and English.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The address of the next page; null after the last.
    pub next: Option<String>,
}

/// A station: one water source, pump or gauge.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Station)]
pub struct StationItem {
    #[schema(example = "pond-dongmen-1")]
    pub id: String,
    pub name: String,
    /// pond, reservoir, channel, well, tank, pump, rain_gauge or soil.
    #[schema(example = "pond")]
    pub kind: String,
    /// The village's id.
    pub village: String,
    pub village_name: String,
    /// The gateway that reads it, where the township's file names one.
    pub gateway: Option<String>,
    /// Where it stands (WGS 84), degrees.
    pub place: Option<PlaceItem>,
    /// Levels of a water source, m above the station's datum.
    pub bottom_m: Option<f64>,
    pub dead_m: Option<f64>,
    pub normal_m: Option<f64>,
    pub crest_m: Option<f64>,
    /// Drought-limit values by month.
    pub thresholds: Vec<ThresholdItem>,
    /// Flood-limit levels by month.
    pub flood_limits: Vec<FloodLimitItem>,
    /// Persons that a tank supplies.
    pub serves_persons: Option<u32>,
    /// Of a pump: the source that it draws on, and its plate.
    pub pump: Option<PumpItem>,
    /// How a water source is now; null of other stations, and as long as nothing is known.
    pub state: Option<StateItem>,
}

/// A place on the earth, degrees.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Place)]
pub struct PlaceItem {
    pub longitude: f64,
    pub latitude: f64,
}

/// Drought-limit values of some months.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Threshold)]
pub struct ThresholdItem {
    /// 1 to 12.
    pub months: Vec<i8>,
    /// Levels, m: low, the drought-warning level, and the level that protects key users; null where a storage cannot be
    /// told as a level.
    pub low_m: Option<f64>,
    pub warning_m: Option<f64>,
    pub assured_m: Option<f64>,
}

/// A flood-limit level of some months.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FloodLimit)]
pub struct FloodLimitItem {
    /// 1 to 12.
    pub months: Vec<i8>,
    pub level_m: f64,
}

/// A pump's plate.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Pump)]
pub struct PumpItem {
    pub source: String,
    pub rated_power_kw: f64,
    pub rated_flow_m3h: f64,
}

/// The state of a water source.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = State)]
pub struct StateItem {
    /// normal, low, warn, guard or dry; null where none can be given.
    pub status: Option<String>,
    /// The last level that counts, m.
    pub level_m: Option<f64>,
    pub storage_m3: Option<f64>,
    /// Storage as a share of that at the normal level.
    pub share_of_normal: Option<f64>,
    /// m a day; negative when it falls.
    pub trend_m_per_day: Option<f64>,
    /// When the level was observed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub observed_at: Option<Timestamp>,
    /// The time of a later reading that is ahead of the hub's clock and is left out; null where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ahead_at: Option<Timestamp>,
    /// Days that the usable water lasts.
    pub supply_days: Option<u32>,
}

/// A series: one parameter at one station.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Series)]
pub struct SeriesItem {
    #[schema(example = "pond-dongmen-1/level")]
    pub series: String,
    pub station: String,
    #[schema(example = "level")]
    pub parameter: String,
    pub name_zh: String,
    pub name_en: String,
    /// The unit of all its values.
    #[schema(example = "m")]
    pub unit: String,
    /// gauge, counter or state.
    #[schema(example = "gauge")]
    pub kind: String,
    /// The last reading that is not ahead of the hub's clock; only where one series is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<ReadingItem>,
    /// The time of a later reading that is ahead of the hub's clock and is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ahead_at: Option<Timestamp>,
}

/// A reading. Where there is no value, `value` is null and never 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Reading)]
pub struct ReadingItem {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In the unit of the series; null where nothing was read (`reason`), or where people say that it is wrong
    /// (`correction`).
    pub value: Option<f64>,
    /// QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
    #[schema(minimum = 1, maximum = 9)]
    pub flag: u8,
    /// Why the flag is not good.
    pub reason: Option<String>,
    /// What people say of it: wrong or shifted; null where nothing, and with `raw=true`.
    pub correction: Option<String>,
    /// The value as it came, where a correction makes another of it.
    pub stored: Option<f64>,
    /// The registers as the device sent them, where they are kept: `0x0929 0x03d9`.
    pub registers: Option<String>,
}

/// The readings of a span.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingsPage {
    pub series: String,
    pub unit: String,
    /// Values are as they came: no correction is applied.
    pub raw: bool,
    pub items: Vec<ReadingItem>,
    /// The address of the next page; null after the last.
    pub next: Option<String>,
}

/// What the readings of an hour or a day come to. Only those that count enter values and growth.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Rollup)]
pub struct RollupItem {
    pub counted: u32,
    pub suspect: u32,
    pub failed: u32,
    pub missing: u32,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    pub last: Option<f64>,
    /// What a counter grew by, and the most that it can have.
    pub increment: Option<f64>,
    pub increment_max: Option<f64>,
    pub rollovers: u32,
    pub resets: u32,
    pub glitches: u32,
}

/// An hour of a series.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Hour)]
pub struct HourItem {
    /// Its first instant.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[serde(flatten)]
    pub rollup: RollupItem,
}

/// A day of a series, by the office's calendar.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Day)]
pub struct DayItem {
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Hours with a reading that counts.
    pub covered_h: u32,
    #[serde(flatten)]
    pub rollup: RollupItem,
}

/// Hours of a span.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellsPage<T> {
    pub series: String,
    pub unit: String,
    pub items: Vec<T>,
    /// The address of the next page; null after the last.
    pub next: Option<String>,
}

/// A gateway.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Gateway)]
pub struct GatewayItem {
    pub id: String,
    /// The broker holds it for connected.
    pub online: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
    /// Version of its program, as it says.
    pub version: Option<String>,
    /// Ranges of batches that are missing.
    pub gaps: u64,
    /// Stations that belong to it.
    pub stations: Vec<String>,
    /// Since when its readings do not count.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_since: Option<Timestamp>,
    /// The format of another program that publishes readings; nothing is acknowledged to it. Null of a gateway.
    pub publisher: Option<String>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Alarm)]
pub struct AlarmItem {
    pub id: i64,
    /// What it is: below-warning, below-assured, dry and others.
    pub kind: String,
    pub urgent: bool,
    /// What it is of: `station/pond-1`, `gateway/gw-1`, `hub/broker`.
    pub subject: String,
    pub name: String,
    pub said_zh: String,
    pub said_en: String,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    #[schema(value_type = String, format = DateTime)]
    pub raised_at: Timestamp,
    pub acknowledged_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub escalated_at: Option<Timestamp>,
    /// When it ended; null while it goes on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cleared_at: Option<Timestamp>,
}

/// A drought that the ledger names.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventItem {
    /// Its row of the ledger.
    pub row: i64,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day after its last.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// It has begun and is not over.
    pub current: bool,
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct FiguresFound {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day after the last.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub items: Vec<FigureItem>,
    /// As in other lists; always null, since all figures are on one page.
    pub next: Option<String>,
}

/// A figure. Absent is null and never 0.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Figure)]
pub struct FigureItem {
    #[schema(example = "energy_total")]
    pub id: String,
    pub name_zh: String,
    pub name_en: String,
    /// A number; of some figures a day.
    #[schema(value_type = Option<f64>)]
    pub value: Option<f64>,
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
    pub unit: String,
    /// measured, mixed, derived, entered or attested.
    pub class: String,
    /// The words of the report; null where nothing can be said.
    pub phrase_zh: Option<String>,
    pub phrase_en: Option<String>,
    /// Share of the hours with data, 0 to 1.
    pub coverage: Option<f64>,
    /// Least and most that the true value can be, where that is open; the most is null where there is no bound.
    pub least: Option<f64>,
    pub most: Option<f64>,
    /// Whether the evidence carries the words: proved, and others.
    pub claim: String,
}

/// A figure with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FigureEvidence {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day after the last.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub figure: FigureItem,
    pub formula_zh: String,
    pub formula_en: String,
    pub inputs: Vec<InputItem>,
    /// Why it is absent, or what a reader has to know.
    pub notes_zh: Vec<String>,
    pub notes_en: Vec<String>,
    /// Version of the program that worked it out.
    pub code_version: String,
}

/// An input of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Input)]
pub struct InputItem {
    /// A series `pump-1/energy_total`, a row `ledger:17`, another figure `figure:area_failed`, or a crop `crop:rice`.
    pub from: String,
    /// Its contribution, in the figure's unit.
    pub value: Option<f64>,
    /// Share of the period's hours with data, 0 to 1.
    pub coverage: Option<f64>,
    pub note_zh: String,
    pub note_en: String,
}

/// A row of the ledger. A correction is a row of its own, which supersedes another.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LedgerRow)]
pub struct LedgerItem {
    pub id: i64,
    #[schema(example = "area_affected")]
    pub code: String,
    pub value: f64,
    pub unit: String,
    /// The first day that it is about.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day after the last.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub village: Option<String>,
    pub crop: Option<String>,
    pub work: Option<String>,
    pub document: String,
    pub entered_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub entered_at: Timestamp,
    pub reviewed_by: Option<String>,
    /// The row that this one corrects.
    pub supersedes: Option<i64>,
    /// It takes back the row that it supersedes.
    pub withdrawn: bool,
    /// Whether it counts: it is not superseded or withdrawn, and was reviewed where that is asked for.
    pub in_force: bool,
}
