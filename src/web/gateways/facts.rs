//! What the page of the gateways is made from, and what can be done to a gateway.

use jiff::Timestamp;
use serde::Serialize;

use crate::core::{GatewayId, StationId};
use crate::locales::Text;
use crate::web::model::{all_in_chinese, in_chinese};
use crate::wire::GatewayReport;

/// One gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct GatewayRow {
    pub id: String,
    /// The broker holds it for connected.
    pub online: bool,
    /// It, or its last will, has said whether it is.
    pub said_so: bool,
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
    /// Version of its program, and digest of its configuration.
    pub version: Option<String>,
    pub config: Option<String>,
    /// Stations that belong to it, and how: those that the township's file gives it, and those pinned to it.
    pub declared: Vec<StationId>,
    pub pinned: Vec<StationId>,
    /// Since when its readings do not count, where it is revoked.
    pub revoked_since: Option<Timestamp>,
    /// What it says of its spool, buses and devices.
    pub report: Option<GatewayReport>,
    /// What is known of it where it is another program that publishes readings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<PublisherRow>,
    /// What is amiss with it.
    #[serde(serialize_with = "all_in_chinese")]
    pub notes: Vec<Text>,
}

/// Another program that publishes readings.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct PublisherRow {
    /// The format of its messages, as in the hub's configuration.
    pub format: String,
    /// Values that no series of the configuration takes.
    pub unmapped: u64,
    /// The first names of these.
    pub names: Vec<String>,
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

/// Something that an administrator does to a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayDeed {
    pub gateway: GatewayId,
    pub kind: GatewayDeedKind,
    /// Office and name of who does it.
    pub by: String,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum GatewayDeedKind {
    /// The station belongs to this gateway from now on.
    Pin(StationId),
    /// The station belongs to the first gateway that sends readings of it.
    Release(StationId),
    /// Its readings since then do not count.
    Revoke { since: Timestamp, reason: String },
    /// They count again.
    Reinstate,
}
