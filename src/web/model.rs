//! What the page shows: the rows that the hub fills. Words for them are made in `view`.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use super::alarms::OpenAlarms;
use super::gateways::GatewayRow;
use crate::account::{Morning, Rank};
use crate::core::{Flag, StationId};
use crate::locales::{Lang, Text, for_programs};
use crate::water::{Place, StationKind, Status};

/// The state of all water sources at one instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Name of the township, with 乡 or 镇.
    pub township: String,
    /// The instant that the overview shows; of a simulation, the simulated one.
    pub now: Timestamp,
    /// `now` comes from a simulation, not from the wall clock.
    pub simulated: bool,
    /// The zone that all times are printed in.
    #[serde(serialize_with = "zone_name")]
    pub zone: TimeZone,
    /// The water sources, in the order in which they are listed; the page groups neighbours of the same village.
    pub sources: Vec<SourceRow>,
    pub gateways: Vec<GatewayRow>,
    /// What is wrong with the hub itself, so that what is shown may not be all there is: as `/health` says it.
    #[serde(serialize_with = "all_in_chinese")]
    pub problems: Vec<Text>,
    /// What is amiss with the township's file or with gateways that have no row, or worth a look.
    #[serde(serialize_with = "all_in_chinese")]
    pub notes: Vec<Text>,
    pub totals: Totals,
    /// Whether the broker is connected.
    pub broker: bool,
    /// Seconds since the local copy of a server's readings was brought up to date; `None` without a server.
    pub copy_age_s: Option<i64>,
    /// What is worked out every few minutes; `None` until it is for the first time.
    #[serde(serialize_with = "morning_in_chinese")]
    pub morning: Option<Arc<Morning>>,
    /// Findings of the check of figures that are open: errors, and others.
    pub findings: Option<[u32; 2]>,
    /// The alarms that are open.
    #[serde(serialize_with = "alarms")]
    pub alarms: Arc<OpenAlarms>,
}

/// What every page shows of the township.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Name of the township, with 乡 or 镇.
    pub township: String,
    /// The instant that is shown; of a simulation, the simulated one.
    pub now: Timestamp,
    pub simulated: bool,
    pub zone: TimeZone,
    /// How many alarms are open.
    pub alarms: usize,
}

/// What `/health` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// What is wrong with the hub itself, each with its reason where one is known: it answers 503.
    pub problems: Vec<Text>,
    /// What is amiss with single gateways, by name, or worth a look. The hub does its work.
    pub warnings: Vec<Text>,
    /// End of the last commit; `None` before the first.
    pub last_commit: Option<Timestamp>,
}

fn zone_name<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    zone.iana_name().serialize(serializer)
}

/// JSON is for programs: its words are the same for every reader.
pub(super) fn in_chinese<S: Serializer>(words: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words.within(Lang::Chinese))
}

pub(super) fn all_in_chinese<S: Serializer>(
    words: &[Text],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(words.iter().map(|words| words.within(Lang::Chinese)))
}

fn morning_in_chinese<S: Serializer>(
    morning: &Option<Arc<Morning>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    for_programs(Lang::Chinese, || morning.as_deref().serialize(serializer))
}

fn alarms<S: Serializer>(open: &Arc<OpenAlarms>, serializer: S) -> Result<S::Ok, S::Error> {
    open.as_ref().serialize(serializer)
}

impl Default for Overview {
    /// What is shown before anything is known.
    fn default() -> Self {
        Overview {
            township: String::new(),
            now: Timestamp::UNIX_EPOCH,
            simulated: false,
            zone: TimeZone::UTC,
            sources: Vec::new(),
            gateways: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            totals: Totals::default(),
            broker: false,
            copy_age_s: None,
            morning: None,
            findings: None,
            alarms: Arc::default(),
        }
    }
}

/// One water source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceRow {
    pub id: StationId,
    pub name: String,
    pub kind: StationKind,
    pub village: String,
    /// Last level that counts, m.
    pub level_m: Option<f64>,
    /// Storage at that level, m3; `None` where the station has no curve, or its geometry contradicts the level.
    pub storage_m3: Option<f64>,
    /// Storage as a share of that at normal level, from 0; above 1 when it is fuller.
    pub share_of_normal: Option<f64>,
    /// `None` where no status can be given.
    pub status: Option<Status>,
    /// Change of level, m per day; negative when it falls.
    pub trend_m_per_day: Option<f64>,
    /// Instant of the last reading that counts.
    pub observed_at: Option<Timestamp>,
    /// Instant of a reading that lies ahead of the hub's clock, where there is one: it says nothing of now.
    pub ahead_at: Option<Timestamp>,
    /// Seconds from `observed_at` to the overview's `now`.
    pub age_s: Option<i64>,
    /// Why there is no value (传感器无效值), or what is doubtful.
    #[serde(serialize_with = "in_chinese")]
    pub note: Text,
    /// Change of level over the last week, m per day.
    pub trend_week_m_per_day: Option<f64>,
    /// The next worse status that has a threshold, and how far the level is above it, m.
    pub next_limit: Option<(Status, f64)>,
    /// Days that the usable water lasts, and how they come about.
    pub supply_days: Option<u32>,
    #[serde(serialize_with = "in_chinese")]
    pub supply: Text,
    /// The level among those of the same days of earlier years.
    pub rank: Option<Rank>,
    /// Flag of the last reading.
    pub flag: Option<Flag>,
    pub persons: Option<u32>,
    pub place: Option<Place>,
    /// Daily levels for the small chart, m, oldest first, `None` on a day without data.
    pub spark: Vec<Option<f64>>,
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
    pub pumps_ran: u32,
    /// Pumps that run at this moment, and those of which that is not known.
    pub pumps_running: u32,
    pub pumps_unknown: u32,
}
