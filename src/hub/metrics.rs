//! A hub's metrics as OpenMetrics 1.0 text (docs/monitoring.md).

mod township;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use super::HubState;
use super::health::Fault;
use super::inbox::Sender;
use super::publishers::Noted;
use super::troubles::Trouble;
use crate::core::GatewayId;
use crate::support::openmetrics::{Labels, Writer};
use crate::support::{Moment, lock};
pub(super) use township::TownshipShown;

/// One scrape: the state at `now`, the store's file, and the township where the hub has pages.
#[derive(Debug)]
pub(super) struct Scrape {
    pub state: Arc<HubState>,
    pub township: Option<TownshipShown>,
    pub store: PathBuf,
    pub now: Moment,
}

pub(super) fn encode(scrape: Scrape) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("hanqing_hub");
    registry.register_collector(Box::new(scrape));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

/// A metric: its name, its help, and where its value comes from.
type Entry<T> = (&'static str, &'static str, T);
type Count = fn(&HubState) -> &AtomicU64;
type Flag = fn(&HubState) -> bool;
type Seconds = fn(&HubState, Moment) -> Option<f64>;

const COUNTERS: [Entry<Count>; 9] = [
    ("readings", "Readings stored that were not there before", |state| &state.readings),
    ("batches", "Batches committed, repeated ones included", |state| &state.batches),
    ("commits", "Commits", |state| &state.commits),
    ("quarantined", "Messages in quarantine because they could not be read", |state| {
        &state.quarantined
    }),
    ("refused", "Readings in quarantine because they can never be stored", |state| &state.refused),
    ("refused_births", "Births of which something is in quarantine", |state| &state.births_refused),
    ("replaced", "Values that replaced others, which are kept", |state| &state.replaced),
    ("dropped", "Messages dropped because too many of their gateway waited", |state| {
        &state.dropped
    }),
    ("dropped_acks", "Acknowledgements not sent because too many waited", |state| {
        &state.acks_dropped
    }),
];

const FLAGS: [Entry<Flag>; 3] = [
    ("broker_connected", "1 while the broker is connected", HubState::broker_connected),
    ("store_writes", "1 while writes to the store succeed", HubState::writes),
    (
        "configuration_refused",
        "1 while a configuration that was reloaded last is not in force",
        HubState::keeps_old_configuration,
    ),
];

/// In seconds. A time that is not known has no value.
const TIMES: [Entry<Seconds>; 3] = [
    ("commit_time", "Time that all commits took together", |state, _| {
        Some(state.commit_time().as_secs_f64())
    }),
    ("committed_age", "Time since the last commit", |state, now| {
        Some(state.commit_age(now)?.as_secs_f64())
    }),
    (
        "copied_age",
        "Time since page and report were brought up to date with the server",
        |state, now| Some(state.copy_age(now)?.as_secs_f64()),
    ),
];

/// A count of one gateway.
type Of = fn(&Trouble) -> u64;

/// Of the gateways with most trouble only: their number must not be up to them.
const BY_GATEWAY: [Entry<Of>; 4] = [
    ("gateway_refused", "Readings of a gateway in quarantine", |trouble| trouble.refused.count),
    (
        "gateway_refused_births",
        "Births of a gateway of which something is in quarantine",
        |trouble| trouble.births.count,
    ),
    ("gateway_quarantined", "Messages of a gateway that could not be read", |trouble| {
        trouble.unreadable.count
    }),
    ("gateway_dropped", "Messages of a gateway dropped because too many waited", |trouble| {
        trouble.dropped
    }),
];

/// What came of the messages of another program that publishes readings.
type OfPublisher = fn(&Noted) -> u64;

const BY_PUBLISHER: [Entry<OfPublisher>; 6] = [
    ("publisher_messages", "Messages of a publisher that were looked at", |noted| noted.messages),
    ("publisher_readings", "Readings that its messages held", |noted| noted.readings),
    ("publisher_refused", "Values and parts of its messages that were refused", |noted| {
        noted.refused
    }),
    ("publisher_unmapped", "Values of a publisher that no series takes", |noted| {
        noted.unmapped.count
    }),
    ("publisher_breaks", "Breaks of the numbers of its Sparkplug messages", |noted| noted.breaks),
    ("publisher_unknown_aliases", "Sparkplug values with an alias of no known birth", |noted| {
        noted.unknown_aliases
    }),
];

fn labels(sender: &Sender) -> Labels {
    vec![("gateway", sender.as_ref().map_or("?", GatewayId::as_str).into())]
}

/// How many buses and devices of a gateway are in which state, as it said last.
fn by_state(state: &HubState, writer: &mut Writer<'_>) -> fmt::Result {
    let states = state.states();
    let buses = states.iter().map(|(gateway, states)| (gateway, &states.buses));
    let devices = states.iter().map(|(gateway, states)| (gateway, &states.devices));
    let values = |(gateway, counts): (&GatewayId, &BTreeMap<&'static str, u64>)| {
        let gateway = gateway.to_string();
        let counts = counts.iter().map(move |(state, count)| {
            (vec![("gateway", gateway.clone()), ("state", (*state).into())], *count)
        });
        counts.collect::<Vec<_>>()
    };
    let help = "Buses of a gateway in a state, as it said last; a state without any is left out";
    writer.gauges("gateway_buses", help, None, buses.flat_map(values))?;
    let help = "Devices of a gateway in a state, as it said last; a state without any is left out";
    writer.gauges("gateway_devices", help, None, devices.flat_map(values))
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (state, mut writer) = (&self.state, Writer(encoder));
        let version = vec![("version", env!("CARGO_PKG_VERSION").into())];
        writer.info("program", "The hub's program", version)?;
        for (name, help, value) in COUNTERS {
            writer.counter(name, help, None, value(state).load(Relaxed))?;
        }
        for (name, help, value) in FLAGS {
            writer.gauge(name, help, None, Some(u64::from(value(state))))?;
        }
        for (name, help, value) in TIMES {
            writer.gauge(name, help, Some(Unit::Seconds), value(state, self.now))?;
        }
        let faults = state.faults(self.now);
        let values = Fault::ALL.iter().map(|fault| {
            let now = faults.iter().any(|(found, _)| found == fault);
            (vec![("problem", fault.name().into())], u64::from(now))
        });
        let help = "1 while this is wrong with the hub, as /health says it";
        writer.gauges("problem", help, None, values)?;
        let open = state.alarms.count();
        let open = open.iter().map(|(kind, count)| (vec![("kind", kind.id().into())], *count));
        writer.gauges("alarms_open", "Alarms of a kind that are open", None, open)?;
        let failed = state.alarms.failed();
        let help = "Attempts to send a letter of alarms that failed";
        writer.counter("alarm_letters_failed", help, None, failed)?;
        let help = "Letters of alarms that wait to be sent, counted by channel";
        writer.gauge("alarm_letters_waiting", help, None, Some(state.alarms.waiting()))?;
        let silent = state.silent_gateways(self.now);
        let help = "Gateways that are online and send no readings";
        writer.gauge("silent_gateways", help, None, silent)?;
        let unacknowledged = Some(state.resending_gateways(self.now));
        let help = "Gateways that repeat what was acknowledged";
        writer.gauge("resending_gateways", help, None, unacknowledged)?;
        let worst = state.worst();
        for (name, help, count) in BY_GATEWAY {
            let values = worst.iter().map(|(sender, trouble)| (labels(sender), count(trouble)));
            writer.counters(name, help, None, values.filter(|(_, count)| *count > 0))?;
        }
        let publishers = state.noted_of_publishers();
        for (name, help, count) in BY_PUBLISHER {
            let values = publishers
                .iter()
                .map(|(gateway, noted)| (vec![("gateway", gateway.to_string())], count(noted)));
            writer.counters(name, help, None, values)?;
        }
        let parts = state.fullest();
        let parts = parts.iter().map(|(sender, part)| (labels(sender), *part));
        let help = "Part of its room in the quarantine that a gateway takes";
        writer.gauges("gateway_quarantine_ratio", help, None, parts)?;
        by_state(state, &mut writer)?;
        if let Some(township) = &self.township {
            township.write(&mut writer)?;
        }
        let ends = lock(&state.upkeep).certificates();
        let ends = ends.iter().map(|end| {
            (vec![("certificate", end.whose.id().into())], end.seconds_left(self.now.time))
        });
        let help = "Time until the end of a certificate of the last connection, below zero after it; absent without TLS";
        writer.gauges("certificate_expires", help, Some(Unit::Seconds), ends)?;
        let log = lock(&state.upkeep).log();
        writer.gauge("wal", "Size of the store's write-ahead log", Some(Unit::Bytes), log)?;
        let size = std::fs::metadata(&self.store).ok().map(|file| file.len());
        writer.gauge("store_size", "Size of the store's file", Some(Unit::Bytes), size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{CertificateEnd, Whose};
    use crate::store::Committed;
    use jiff::Timestamp;
    use std::time::Duration;

    #[test]
    fn a_metric_without_a_value_is_left_out() {
        let state = Arc::new(HubState::default());
        let time: Timestamp = "2026-11-26T00:00:10Z".parse().unwrap();
        let now = Moment { up: Duration::from_secs(10), time };
        let scrape = |state: &Arc<HubState>| {
            let store = "/nowhere/store.db".into();
            encode(Scrape { state: state.clone(), township: None, store, now }).unwrap()
        };
        let text = scrape(&state);
        assert!(text.contains("\nhanqing_hub_readings_total 0\n"), "{text}");
        assert!(!text.contains("committed_age") && !text.contains("store_size"), "{text}");
        let committed = Committed { new_readings: 7, ..Committed::default() };
        // The clock has been set back since.
        let at = Moment { up: Duration::from_secs(6), time: time + Duration::from_secs(9000) };
        state.note_commit(1, &committed, Duration::from_millis(250), at);
        state.note_broker(true, false, now);
        let connected = scrape(&state);
        assert!(connected.contains("hanqing_hub_broker_connected 1\n"), "{connected}");
        assert!(connected.contains("hanqing_hub_silent_gateways 0\n"), "{connected}");
        state.note_broker(false, false, now);
        state.note_damage("page 7".into());
        state.note_log(Some(4096), now);
        let ends = time + jiff::SignedDuration::from_secs(90);
        state.note_certificates(vec![CertificateEnd { whose: Whose::Own, at: ends }]);
        for n in 0..1000 {
            state.note_dropped(&Some(format!("gw-{n}").parse().unwrap()), now);
        }
        let text = scrape(&state);
        for line in [
            "hanqing_hub_readings_total 7",
            "hanqing_hub_committed_age_seconds 4.0",
            "hanqing_hub_commit_time_seconds 0.25",
            "hanqing_hub_broker_connected 0",
            "hanqing_hub_store_writes 1",
            "hanqing_hub_problem{problem=\"store\"} 0",
            "hanqing_hub_problem{problem=\"damage\"} 1",
            "hanqing_hub_dropped_total 1000",
            "hanqing_hub_alarms_open{kind=\"dry\"} 0",
            "hanqing_hub_alarm_letters_failed_total 0",
            "hanqing_hub_wal_bytes 4096",
            "hanqing_hub_certificate_expires_seconds{certificate=\"own\"} 90.0",
            "hanqing_hub_gateway_dropped_total{gateway=\"gw-0\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(!text.contains("silent_gateways"), "{text}");
        assert_eq!(text.matches("gateway_dropped_total{").count(), 50);
        assert!(text.ends_with("# EOF\n"));
    }
}
