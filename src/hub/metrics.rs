//! A hub's metrics, in the text of OpenMetrics 1.0 (docs/monitoring.md).

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use super::HubState;
use crate::support::openmetrics::Writer;

/// What is shown besides the state.
#[derive(Debug)]
pub(super) struct Scrape {
    pub state: Arc<HubState>,
    pub store: PathBuf,
    pub now: Timestamp,
}

/// The text.
///
/// # Errors
/// It cannot be written.
pub(super) fn metrics(scrape: Scrape) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("hanqing_hub");
    registry.register_collector(Box::new(scrape));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (state, mut page) = (&self.state, Writer(encoder));
        page.info(
            "program",
            "The hub's program",
            vec![("version", env!("CARGO_PKG_VERSION").into())],
        )?;
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Relaxed);
        for (name, help, value) in [
            ("readings", "Readings stored that were not there before", count(&state.readings)),
            ("batches", "Batches committed, repeated ones included", count(&state.batches)),
            ("commits", "Commits", count(&state.commits)),
            (
                "quarantined",
                "Messages set aside, because they were none of ours",
                count(&state.quarantined),
            ),
            ("refused", "Readings set aside, because they cannot be stored", count(&state.refused)),
        ] {
            page.counter(name, help, None, value)?;
        }
        page.gauge(
            "commit_time",
            "Time that all commits took together",
            Some(Unit::Seconds),
            Some(count(&state.commit_us) as f64 / 1e6),
        )?;
        page.gauge(
            "broker_connected",
            "Whether the broker is there",
            None,
            Some(u64::from(state.broker_is_there())),
        )?;
        page.gauge(
            "store_writes",
            "Whether the store takes what is there",
            None,
            Some(u64::from(state.writes())),
        )?;
        let age = |ms: i64| (ms != 0).then(|| (self.now.as_millisecond() - ms) as f64 / 1e3);
        page.gauge(
            "committed_age",
            "How long ago the last commit was",
            Some(Unit::Seconds),
            age(state.committed_ms.load(Relaxed)),
        )?;
        page.gauge(
            "copied_age",
            "How long ago page and report were brought up to date with the server",
            Some(Unit::Seconds),
            age(state.copied_ms.load(Relaxed)),
        )?;
        let size = std::fs::metadata(&self.store).ok().map(|file| file.len());
        page.gauge("store_size", "Size of the store's file", Some(Unit::Bytes), size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_not_there_is_left_out() {
        let state = Arc::new(HubState::default());
        state.readings.store(7, Relaxed);
        let now: Timestamp = "2026-11-26T00:00:10Z".parse().unwrap();
        let scrape = |state: &Arc<HubState>| {
            let store = "/nowhere/store.db".into();
            metrics(Scrape { state: state.clone(), store, now }).unwrap()
        };
        let text = scrape(&state);
        assert!(text.contains("\nhanqing_hub_readings_total 7\n"), "{text}");
        assert!(!text.contains("committed_age") && !text.contains("store_size"), "{text}");
        let committed = now - jiff::SignedDuration::from_secs(4);
        state.committed(Duration::from_millis(250), committed);
        state.broker(false, now);
        let text = scrape(&state);
        for line in [
            "hanqing_hub_committed_age_seconds 4.0",
            "hanqing_hub_commit_time_seconds 0.25",
            "hanqing_hub_broker_connected 0",
            "hanqing_hub_store_writes 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
