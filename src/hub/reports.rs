//! What gateways say of themselves, kept while the hub runs: the broker retains it, so that it comes again.

use std::collections::BTreeMap;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::wire::{Birth, GatewayReport};

/// Bytes of all reports as they were read, at most: a thousand of our largest gateways'. Engineering judgement.
const BYTES_MAX: usize = 8 << 20;

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
    use crate::wire::{ClockState, ReportHead, SpoolReport, TrafficReport};

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
