//! What the page shows: the rows that the hub fills. Words for them are made in `view`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::core::StationId;
use crate::locales::{Lang, Text};
use crate::water::{StationKind, Status};

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
fn in_chinese<S: Serializer>(words: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words.within(Lang::Chinese))
}

fn all_in_chinese<S: Serializer>(words: &[Text], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(words.iter().map(|words| words.within(Lang::Chinese)))
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
    /// Seconds from `observed_at` to the overview's `now`.
    pub age_s: Option<i64>,
    /// Why there is no value (传感器无效值), or what is doubtful.
    #[serde(serialize_with = "in_chinese")]
    pub note: Text,
    /// Daily levels for the small chart, m, oldest first, `None` on a day without data.
    pub spark: Vec<Option<f64>>,
}

/// One gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct GatewayRow {
    pub id: String,
    /// The broker holds it for connected.
    pub online: bool,
    /// Last batch or status from it.
    pub last_seen: Option<Timestamp>,
    /// Life of its spool.
    pub epoch: String,
    /// Highest batch number up to which everything is committed.
    pub committed_to: u64,
    /// Batches that are missing, as ranges: `120–135`. The first ones.
    pub gaps: Vec<String>,
    /// How many more ranges are missing.
    pub more_gaps: u64,
    /// Its clock is not known to be right.
    pub clock_unset: bool,
    pub lost: Vec<LostRow>,
    /// What is amiss with it.
    #[serde(serialize_with = "all_in_chinese")]
    pub notes: Vec<Text>,
}

/// Readings that a gateway reports as lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LostRow {
    /// Instant of the first lost reading.
    pub from: Timestamp,
    /// Instant of the last.
    pub to: Timestamp,
    /// How many; `None` where nobody can know.
    pub readings: Option<u64>,
    #[serde(serialize_with = "in_chinese")]
    pub why: Text,
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
}
