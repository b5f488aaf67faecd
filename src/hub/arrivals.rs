//! What comes of each gateway over the connection: whether readings stay away although their gateway is there.

use std::collections::BTreeMap;
use std::time::Duration;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::support::Moment;

/// Intervals without a reading after which a gateway that is online is silent, and the shortest time for that.
/// Engineering judgement: a gateway sends each poll at once, also one that no device answers, so two in a row are
/// missing by then; one whose line is down is offline for its broker after a minute and a half at most.
const SILENT_INTERVALS: u32 = 2;
const SILENT_MIN: Duration = Duration::from_secs(60);

/// Intervals without a reading after which a broker that passes births on is taken not to share readings: the other
/// hubs of the group may have had all of them by chance.
const UNSHARED_INTERVALS: u32 = 10;

/// What is known of one gateway.
#[derive(Debug, Default)]
struct Arrival {
    /// Seconds between its polls: the shortest of its series.
    interval_s: Option<u32>,
    /// Since when the broker holds it for connected, as told over this connection.
    online: Option<Moment>,
    /// When readings of it came last.
    heard: Option<Moment>,
}

/// Gateways that are online and send no readings.
#[derive(Debug, Default, PartialEq)]
pub struct Silence {
    /// Since when nothing has come of any gateway, where all that are online are silent.
    pub all: Option<Moment>,
    /// Since when nothing has come of each that is silent.
    pub of: BTreeMap<GatewayId, Moment>,
}

/// What has come.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// Since when readings that are sent arrive, as far as the hub knows: it is connected and can store them.
    since: Option<Moment>,
    /// Only of a hub that shares readings with others.
    shared: Option<Shared>,
    of: BTreeMap<GatewayId, Arrival>,
}

/// What a hub that shares readings has heard over its connection.
#[derive(Debug, Default)]
struct Shared {
    /// Seconds between the polls of the busiest gateway that has introduced itself.
    interval_s: Option<u32>,
    heard: bool,
}

impl Arrivals {
    /// A connection begins. With `shares`, other hubs get readings that this one does not see.
    pub fn connects(&mut self, shares: bool, now: Moment) {
        self.since = Some(now);
        self.shared = shares.then(Shared::default);
        self.forget_who_is_online();
    }

    /// The connection has ended.
    pub fn ends(&mut self) {
        (self.since, self.shared) = (None, None);
        self.forget_who_is_online();
    }

    fn forget_who_is_online(&mut self) {
        self.of.values_mut().for_each(|arrival| arrival.online = None);
    }

    /// Readings can be stored again at `now`.
    pub fn resume(&mut self, now: Moment) {
        self.since = self.since.map(|_| now);
    }

    fn arrival(&mut self, gateway: &GatewayId) -> Option<&mut Arrival> {
        if !self.of.contains_key(gateway) && self.of.len() >= REMEMBERED_MAX {
            return None;
        }
        Some(self.of.entry(gateway.clone()).or_default())
    }

    /// A birth has come, whose gateway polls every so many seconds; `None` where it observes nothing.
    pub fn note_birth(&mut self, gateway: &GatewayId, interval_s: Option<u32>) {
        if let Some(shared) = &mut self.shared {
            shared.interval_s = [shared.interval_s, interval_s].into_iter().flatten().min();
        }
        if let Some(arrival) = self.arrival(gateway) {
            arrival.interval_s = interval_s;
        }
    }

    /// A status has come.
    pub fn note_status(&mut self, gateway: &GatewayId, online: bool, now: Moment) {
        if let Some(arrival) = self.arrival(gateway) {
            arrival.online = online.then(|| arrival.online.unwrap_or(now));
        }
    }

    /// Whether the broker holds `gateway` for connected, as far as the hub knows now.
    pub fn is_online(&self, gateway: &GatewayId) -> bool {
        self.of.get(gateway).is_some_and(|arrival| arrival.online.is_some())
    }

    /// Readings have come and been dealt with.
    pub fn note_readings(&mut self, gateway: &GatewayId, now: Moment) {
        if let Some(shared) = &mut self.shared {
            shared.heard = true;
        }
        if let Some(arrival) = self.arrival(gateway) {
            arrival.heard = Some(now);
        }
    }

    /// Since when the broker passes on births and no readings to this hub, which shares them with others.
    pub fn unshared_since(&self, now: Moment) -> Option<Moment> {
        let (since, shared) = (self.since?, self.shared.as_ref()?);
        let longest = longest(shared.interval_s?, UNSHARED_INTERVALS);
        (!shared.heard && now.since(since) > longest).then_some(since)
    }

    /// Whether silence can be told: not while there is no connection, nor by a hub that shares readings.
    pub fn are_watched(&self) -> bool {
        self.since.is_some() && self.shared.is_none()
    }

    /// Which gateways are silent at `now`. A hub that shares readings cannot tell.
    pub fn silence(&self, now: Moment) -> Silence {
        let mut silence = Silence::default();
        let Some(since) = self.since.filter(|_| self.shared.is_none()) else { return silence };
        let mut watched = 0;
        for (gateway, arrival) in &self.of {
            let (Some(online), Some(interval_s)) = (arrival.online, arrival.interval_s) else {
                continue;
            };
            watched += 1;
            let from = online.max(since).max(arrival.heard.unwrap_or(online));
            if now.since(from) > longest(interval_s, SILENT_INTERVALS) {
                silence.of.insert(gateway.clone(), from);
            }
        }
        if silence.of.len() == watched {
            silence.all = silence.of.values().max().copied();
        }
        silence
    }
}

/// How long `intervals` of so many seconds are, at least [`SILENT_MIN`].
fn longest(interval_s: u32, intervals: u32) -> Duration {
    (Duration::from_secs(interval_s.into()) * intervals).max(SILENT_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(s: i64) -> Moment {
        let time = Timestamp::from_second(1_800_000_000 + s).unwrap();
        Moment { up: Duration::from_secs(s.try_into().unwrap()), time }
    }

    fn gateway(name: &str) -> GatewayId {
        name.parse().unwrap()
    }

    /// Two gateways that are online: one polls each minute, the other each five.
    fn two() -> Arrivals {
        let mut arrivals = Arrivals::default();
        arrivals.connects(false, at(0));
        for (name, interval_s) in [("gw-1", 60), ("gw-5", 300)] {
            arrivals.note_birth(&gateway(name), Some(interval_s));
            arrivals.note_status(&gateway(name), true, at(0));
        }
        arrivals
    }

    fn silent(arrivals: &Arrivals, s: i64) -> Vec<String> {
        arrivals.silence(at(s)).of.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_gateway_that_is_online_is_silent_after_two_intervals() {
        let mut arrivals = two();
        assert_eq!(silent(&arrivals, 120), [""; 0]);
        assert_eq!(silent(&arrivals, 121), ["gw-1"]);
        assert_eq!(arrivals.silence(at(600)).all, None);
        assert_eq!(silent(&arrivals, 601), ["gw-1", "gw-5"]);
        assert_eq!(arrivals.silence(at(601)).all, Some(at(0)));
        // One of them is enough to know that not all are.
        arrivals.note_readings(&gateway("gw-5"), at(610));
        assert_eq!(arrivals.silence(at(611)).all, None);
        assert_eq!(silent(&arrivals, 611), ["gw-1"]);
        arrivals.note_readings(&gateway("gw-1"), at(620));
        assert_eq!(arrivals.silence(at(640)), Silence::default());
        // Nothing is expected of one that is offline.
        arrivals.note_status(&gateway("gw-1"), false, at(650));
        assert_eq!(silent(&arrivals, 1200), [""; 0]);
        assert_eq!(arrivals.silence(at(1211)).all, Some(at(610)));
        // What a new connection brings counts from its start.
        arrivals.note_status(&gateway("gw-1"), true, at(1220));
        arrivals.ends();
        assert_eq!(silent(&arrivals, 9000), [""; 0]);
        arrivals.connects(false, at(9000));
        arrivals.note_status(&gateway("gw-1"), true, at(9001));
        assert_eq!(silent(&arrivals, 9121), [""; 0]);
        assert_eq!(silent(&arrivals, 9122), ["gw-1"]);
    }

    #[test]
    fn quick_polls_have_a_minute_and_a_store_that_failed_gives_all_of_it_again() {
        let mut arrivals = Arrivals::default();
        arrivals.connects(false, at(0));
        arrivals.note_birth(&gateway("gw-1"), Some(1));
        arrivals.note_status(&gateway("gw-1"), true, at(0));
        arrivals.note_readings(&gateway("gw-1"), at(5));
        assert_eq!(silent(&arrivals, 65), [""; 0]);
        assert_eq!(silent(&arrivals, 66), ["gw-1"]);
        arrivals.resume(at(70));
        assert_eq!(silent(&arrivals, 130), [""; 0]);
        assert_eq!(silent(&arrivals, 131), ["gw-1"]);
    }

    #[test]
    fn a_hub_that_shares_knows_only_whether_anything_comes() {
        let mut arrivals = Arrivals::default();
        arrivals.connects(true, at(0));
        arrivals.note_status(&gateway("gw-1"), true, at(0));
        assert_eq!(arrivals.unshared_since(at(10_000)), None);
        arrivals.note_birth(&gateway("gw-1"), Some(30));
        arrivals.note_birth(&gateway("gw-2"), Some(3600));
        assert_eq!(arrivals.unshared_since(at(300)), None);
        assert_eq!(arrivals.unshared_since(at(301)), Some(at(0)));
        assert_eq!(arrivals.silence(at(10_000)), Silence::default());
        arrivals.note_readings(&gateway("gw-2"), at(302));
        assert_eq!(arrivals.unshared_since(at(10_000)), None);
    }

    #[test]
    fn gateways_are_bounded_in_number() {
        let mut arrivals = Arrivals::default();
        arrivals.connects(false, at(0));
        for n in 0..REMEMBERED_MAX + 300 {
            arrivals.note_status(&gateway(&format!("gw-{n}")), true, at(0));
        }
        assert_eq!(arrivals.of.len(), REMEMBERED_MAX);
    }
}
