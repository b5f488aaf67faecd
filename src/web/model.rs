//! What the page shows: a plain view model that the hub fills. No SQL and no figure is known here.

use jiff::Timestamp;
use serde::Serialize;

/// The state of all water sources at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Overview {
    /// Name of the township, with 乡 or 镇.
    pub township: String,
    /// The instant that the overview shows; of a simulation, the simulated one.
    pub now: Timestamp,
    /// `now` comes from a simulation, not from the wall clock.
    pub simulated: bool,
    /// IANA zone that all times are printed in. An unknown zone prints as UTC, with its offset.
    pub zone: String,
    /// The water sources, in the order in which they are listed; the page groups neighbours of the same village.
    pub sources: Vec<SourceRow>,
    /// The gateways.
    pub gateways: Vec<GatewayRow>,
    /// Sums over the township.
    pub totals: Totals,
}

/// One water source.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SourceRow {
    /// Station id.
    pub id: String,
    /// Name in Chinese.
    pub name: String,
    /// Kind in Chinese: 塘堰, 水库, 河沟 ...
    pub kind_zh: String,
    /// Name of its village.
    pub village: String,
    /// Last level that counts, m.
    pub level_m: Option<f64>,
    /// Storage at that level, m3; `None` where the station has no curve.
    pub storage_m3: Option<f64>,
    /// Storage as a share of that at normal level, from 0; above 1 when it is fuller.
    pub share_of_normal: Option<f64>,
    /// `normal`, `low`, `warn`, `guard`, `dry` or `none` (no status can be given).
    pub status_id: String,
    /// The status in Chinese: 正常, 偏低, 旱警, 旱保, 干涸, 断流, 无数据.
    pub status_zh: String,
    /// Change of level, m per day; negative when it falls.
    pub trend_m_per_day: Option<f64>,
    /// Instant of the last reading that counts.
    pub observed_at: Option<Timestamp>,
    /// Seconds from `observed_at` to the overview's `now`.
    pub age_s: Option<i64>,
    /// What has to be known: why there is no value (传感器无效值), what is doubtful.
    pub note: String,
    /// Daily levels, m, oldest first, `None` on a day without data: the small chart.
    pub spark: Vec<Option<f64>>,
}

/// One gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct GatewayRow {
    /// Gateway id.
    pub id: String,
    /// The broker holds it for connected.
    pub online: bool,
    /// Last batch or status from it.
    pub last_seen: Option<Timestamp>,
    /// Life of its spool.
    pub epoch: String,
    /// Highest batch number up to which everything is committed.
    pub committed_to: u64,
    /// Batches that are missing, as ranges: `120–135`.
    pub gaps: Vec<String>,
    /// Its clock is not known to be right.
    pub clock_unset: bool,
    /// What it says is lost: from, to, how many readings, why.
    pub lost: Vec<LostRow>,
}

/// A gap that a gateway tells of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LostRow {
    /// The first that is lost.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// Readings; `None` where nobody can know.
    pub readings: Option<u64>,
    /// Why, in words.
    pub why: String,
}

/// Sums over the township.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Totals {
    /// Readings in the store.
    pub readings: u64,
    /// Sources that are dry or without flow.
    pub sources_dry: u32,
    /// Electricity of metered pumps over the event, kWh; `None` where nothing was measured yet.
    pub energy_kwh: Option<f64>,
    /// Pumps that ran in the event.
    pub pumps_ran: u32,
}
