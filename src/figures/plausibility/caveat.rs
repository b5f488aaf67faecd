//! What the figures of a report do not have in them, for a reason that no rule of plausibility sees.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::Finding;
use crate::core::{GatewayId, StationId};
use crate::locales::{Text, figures as words};

/// A reservation under which the figures of a period stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Caveat {
    /// Readings of a gateway that was revoked do not count.
    Revoked {
        gateway: GatewayId,
        /// Since when its readings do not count, local time.
        since: DateTime,
        /// The day on which it was revoked.
        noted: Date,
        /// Readings in the period that do not count.
        readings: u64,
        /// The stations that they are of.
        stations: BTreeSet<StationId>,
    },
    /// Hours are being folded anew, after a counter's rule or what counts has changed.
    Pending { hours: u64 },
}

impl Caveat {
    /// The finding that a report has because of it. Both have to be looked at before the report is signed.
    pub(super) fn finding(&self) -> Finding {
        match self {
            Self::Revoked { gateway, since, readings, stations, .. } => {
                let (readings, stations) = (*readings, stations.len());
                let of = format!("{gateway}:since={since},readings={readings},stations={stations}");
                let from = [("readings", readings as f64), ("stations", stations as f64)];
                let from = from.map(|(name, value)| (name.to_owned(), value)).into();
                Finding {
                    place: Text::verbatim(gateway),
                    text: self.text(),
                    value: readings as f64,
                    look: words::look_at_gateways(),
                    source: words::source_revocation(),
                    ..Finding::told("revoked_gateway", &of, from)
                }
            }
            Self::Pending { hours } => {
                let (of, value) = (format!(":hours={hours}"), *hours as f64);
                let from = BTreeMap::from([("hours".to_owned(), value)]);
                Finding {
                    place: words::whole_township(),
                    text: self.text(),
                    value,
                    look: words::repeat_report(),
                    source: words::source_store(),
                    ..Finding::told("hours_pending", &of, from)
                }
            }
        }
    }

    /// What it says, without whom it is about.
    fn text(&self) -> Text {
        match self {
            Self::Revoked { since, noted, readings, stations, .. } => {
                let since = since.strftime("%Y-%m-%d %H:%M").to_string();
                words::readings_revoked(since, *readings, stations.len(), noted.to_string())
            }
            Self::Pending { hours } => words::hours_pending(*hours),
        }
    }

    /// The whole of it in a sentence.
    pub fn sentence(&self) -> Text {
        self.finding().sentence()
    }

    /// Whether it bears on figures of `station`.
    pub fn concerns(&self, station: &StationId) -> bool {
        match self {
            Self::Revoked { stations, .. } => stations.contains(station),
            Self::Pending { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::super::{Acceptance, Findings};
    use super::*;
    use crate::core::Period;
    use crate::locales::Lang;

    fn revoked(readings: u64) -> Caveat {
        Caveat::Revoked {
            gateway: "gw-x".parse().unwrap(),
            since: date(2022, 8, 3).at(8, 30, 0, 0),
            noted: date(2022, 8, 5),
            readings,
            stations: ["pond-1", "pump-1"].map(|id| id.parse().unwrap()).into(),
        }
    }

    fn none() -> Findings {
        Findings { found: Vec::new(), checked: 0, unchecked: Vec::new() }
    }

    #[test]
    fn what_is_not_counted_is_a_finding_that_has_to_be_looked_at() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 10) };
        let caveats = [revoked(120), Caveat::Pending { hours: 7 }];
        let findings = none().under(&caveats, &[], &[], period);
        assert_eq!(findings.open().count(), 2);
        let [zh, en] = Lang::ALL.map(|lang| findings.found[0].sentence().within(lang));
        assert_eq!(
            zh,
            "gw-x：这个网关已在 2022-08-05 吊销，它自 2022-08-03 08:30 起的读数不计入：本时段有 2 个测站的 120 个读数"
        );
        assert_eq!(
            en,
            "gw-x: it was revoked on 2022-08-05, and its readings since 2022-08-03 08:30 are not counted: in this period \
             120 readings of 2 stations"
        );
        assert_eq!(
            findings.found[1].sentence().to_string(),
            "the township: 7 hours are being recomputed, figures may still change"
        );
        assert!(findings.found[0].is_at("gw-x"));

        // An acceptance holds for exactly these readings.
        let acceptance = Acceptance {
            rule: findings.found[0].rule.clone(),
            fingerprint: findings.found[0].fingerprint.clone(),
            from: period.from,
            to: period.to,
            reason: "the pond was read by hand".into(),
            accepted_by: "刘某".into(),
            accepted_at: Timestamp::UNIX_EPOCH,
        };
        let open = |readings| {
            let acceptances = std::slice::from_ref(&acceptance);
            none().under(&[revoked(readings)], &[], acceptances, period).open().count()
        };
        assert_eq!((open(120), open(121)), (0, 1));
    }

    #[test]
    fn it_bears_on_its_own_stations() {
        let at = |id: &str| revoked(1).concerns(&id.parse().unwrap());
        assert!(at("pond-1") && at("pump-1") && !at("pond-2"));
        assert!(!Caveat::Pending { hours: 1 }.concerns(&"pond-1".parse().unwrap()));
    }
}
