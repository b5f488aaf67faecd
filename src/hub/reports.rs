//! What gateways say of themselves, kept while the hub runs: the broker retains it, so that it comes again.

use std::collections::BTreeMap;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::wire::{Birth, GatewayReport, STATES};

/// Bytes of all reports as they were read, at most: a thousand of our largest gateways'. Engineering judgement.
const BYTES_MAX: usize = 8 << 20;

/// What a state counts as that this version does not know.
const OTHER: &str = "other";

/// What all count as of a gateway that is not connected: nobody knows how they are.
const UNKNOWN: &str = "unknown";

/// What a device counts as that answers and has never given a value.
const NO_VALUES: &str = "no_values";

/// How many buses and devices of a gateway are in which state; a state that none is in is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct States {
    pub buses: BTreeMap<&'static str, u64>,
    pub devices: BTreeMap<&'static str, u64>,
}

impl States {
    /// As a gateway has said last that is connected now, or is not.
    fn of(report: &GatewayReport, connected: bool) -> Self {
        let word = |said: &str| match connected {
            true => STATES.into_iter().find(|word| *word == said).unwrap_or(OTHER),
            false => UNKNOWN,
        };
        let mut states = Self::default();
        for bus in &report.buses {
            // Earlier versions say so of a line that cannot be opened.
            let line = if bus.state == "offline" { "unreachable" } else { bus.state.as_str() };
            let line = word(line);
            *states.buses.entry(line).or_default() += 1;
            for device in &bus.devices {
                let silent = connected && device.gives_no_values();
                let state = if silent { NO_VALUES } else { word(&device.state) };
                *states.devices.entry(state).or_default() += 1;
            }
        }
        states
    }

    fn not_online(&self) -> u64 {
        let all = self.buses.iter().chain(&self.devices);
        all.filter(|(state, _)| **state != "online").map(|(_, count)| count).sum()
    }
}

/// The newest of each gateway, within bounds.
#[derive(Debug, Default)]
pub(super) struct Reports {
    reports: BTreeMap<GatewayId, (GatewayReport, usize)>,
    /// Version and digest of the configuration.
    births: BTreeMap<GatewayId, (String, String)>,
    bytes: usize,
}

impl Reports {
    /// Notes a report that takes `bytes`; where all together take too many, the largest is forgotten.
    pub fn note(&mut self, gateway: GatewayId, report: GatewayReport, bytes: usize) {
        self.bytes += bytes;
        let before = self.reports.insert(gateway, (report, bytes));
        self.bytes -= before.map_or(0, |(_, bytes)| bytes);
        while self.bytes > BYTES_MAX || self.reports.len() > REMEMBERED_MAX {
            let largest = self.reports.iter().max_by_key(|(_, (_, bytes))| *bytes);
            let Some(gateway) = largest.map(|(gateway, _)| gateway.clone()) else { break };
            self.bytes -= self.reports.remove(&gateway).map_or(0, |(_, bytes)| bytes);
        }
    }

    pub fn of(&self, gateway: &GatewayId) -> Option<&GatewayReport> {
        self.reports.get(gateway).map(|(report, _)| report)
    }

    /// How many buses and devices are in which state, as their gateways said last, where these are `connected`: of the
    /// `most` gateways with most that are not online, since their number must not be up to them.
    pub fn states(
        &self,
        most: usize,
        connected: impl Fn(&GatewayId) -> bool,
    ) -> Vec<(GatewayId, States)> {
        let all = self.reports.iter();
        let of = |(gateway, (report, _)): (&GatewayId, &(GatewayReport, usize))| {
            (gateway.clone(), States::of(report, connected(gateway)))
        };
        let mut all: Vec<_> = all.map(of).collect();
        all.sort_by_key(|(_, states)| std::cmp::Reverse(states.not_online()));
        all.truncate(most);
        all
    }

    pub fn note_birth(&mut self, gateway: &GatewayId, birth: &Birth) {
        if self.births.len() < REMEMBERED_MAX || self.births.contains_key(gateway) {
            let said = (birth.version.clone(), birth.config.clone());
            self.births.insert(gateway.clone(), said);
        }
    }

    pub fn born(&self, gateway: &GatewayId) -> Option<&(String, String)> {
        self.births.get(gateway)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{BusSaid, ClockState, DeviceSaid, ReportHead, SpoolReport, TrafficReport};

    #[test]
    fn states_are_counted_of_the_gateways_that_are_worst_and_unknown_words_are_other() {
        let said = |bus: &str, devices: &[&str]| {
            let devices = devices.iter().map(|state| DeviceSaid {
                unit: 1,
                profile: "p".into(),
                station: "pond-1".parse().unwrap(),
                state: (*state).into(),
                since: None,
                seen: false,
                success: None,
                reason: None,
                error: None,
            });
            let bus = BusSaid {
                name: "b".into(),
                state: bus.into(),
                since: None,
                error: None,
                polls: 1,
                missed: 0,
                busy: 0.0,
                devices: devices.collect(),
            };
            let mut report = report("1");
            report.buses.push(bus);
            report
        };
        let mut reports = Reports::default();
        let mut note = |id: &str, report| reports.note(id.parse().unwrap(), report, 100);
        note("gw-1", said("online", &["online", "online"]));
        note("gw-2", said("offline", &["unreachable", "unreachable", "asleep"]));
        note("gw-3", said("suspect", &["never"]));
        let worst = reports.states(2, |_| true);
        let ids: Vec<&str> = worst.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["gw-2", "gw-3"]);
        assert_eq!(worst[0].1.buses, [("unreachable", 1)].into());
        assert_eq!(worst[0].1.devices, [("other", 1), ("unreachable", 2)].into());
        let gone = reports.states(9, |gateway| gateway.as_str() != "gw-2");
        assert_eq!(gone[0].1.buses, [("unknown", 1)].into());
        assert_eq!(gone[0].1.devices, [("unknown", 3)].into());
        let mut mute = said("online", &["online"]);
        mute.buses[0].devices[0].success = Some(0.0);
        assert_eq!(States::of(&mute, true).devices, [("no_values", 1)].into());
    }

    fn report(version: &str) -> GatewayReport {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let head = ReportHead {
            gateway: "gw-1".parse().unwrap(),
            at,
            version: version.into(),
            config: "c".into(),
            up_since: at,
            clock: ClockState::Good,
        };
        GatewayReport::new(head, SpoolReport::default(), TrafficReport::default())
    }

    #[test]
    fn the_newest_of_each_gateway_is_kept_and_all_together_are_bounded() {
        let mut reports = Reports::default();
        let gateway = |n: usize| format!("gw-{n}").parse::<GatewayId>().unwrap();
        reports.note(gateway(1), report("1"), 100);
        reports.note(gateway(1), report("2"), 200);
        assert_eq!((reports.of(&gateway(1)).unwrap().version.as_str(), reports.bytes), ("2", 200));
        for n in 2..1000 {
            reports.note(gateway(n), report("3"), 60_000);
        }
        assert!(reports.bytes <= BYTES_MAX && reports.of(&gateway(1)).is_some());
        let kept = reports.reports.values().map(|(_, bytes)| bytes).sum::<usize>();
        assert_eq!(kept, reports.bytes);
        let birth = Birth::new("0.1.0", "digest".into(), vec![]);
        reports.note_birth(&gateway(7), &birth);
        assert_eq!(reports.born(&gateway(7)), Some(&("0.1.0".to_owned(), "digest".to_owned())));
    }
}
