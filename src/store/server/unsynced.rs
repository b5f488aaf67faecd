//! Batches that VictoriaMetrics has taken and may not have on its disk.
//!
//! It answers a write when it has the samples in its memory, and puts them on its disk in the background: nothing can
//! be asked of it that would wait for that, since `/internal/force_flush` only makes samples visible (tried with 1.79).
//! A batch therefore counts when three things are known: it was written so long ago that it is on the disk; the process
//! that took it is the one that runs now; and the record of the batch, which was written after its readings, is there.
//! Whatever may be lost is not acknowledged, and its gateway sends it again.
//!
//! A server that was started anew may have lost also what was on its disk: its files are gone, or an older copy of them
//! was put there. The last record that was surely there is looked for then.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::export;
use super::http::{Http, Query};
use crate::core::GatewayId;
use crate::locales::Text;
use crate::store::line::BATCHES;
use crate::store::{Confirmed, StoreError};
use crate::support::Stopwatch;
use crate::wire::Epoch;

/// How long it takes beyond two intervals until samples are surely on the disk. Samples wait up to two seconds for a
/// part in memory, which waits an interval, and then for a timer that runs once in an interval and a tenth; the rest is
/// for writing them (VictoriaMetrics' lib/storage/partition.go). The oldest that a kill took was 9.5 s old (1.79).
const SLACK: Duration = Duration::from_secs(5);

/// How long a record may stay unseen after that. A cluster shows what it has taken within seconds. Engineering
/// judgement.
const UNSEEN_MAX: Duration = Duration::from_secs(60);

/// How often the server is asked when its process began, at most: births come by the thousand when a hub connects. One
/// that began in between is found when the next batch has waited, which is then taken for lost. Engineering judgement.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Batches that may wait: a hundred bytes each, and more than an ingester takes in that time. Of more, their gateways
/// are told nothing and send them again. Engineering judgement.
const WAITING_MAX: usize = 200_000;

/// How long until a record that a server has lost is looked for again: its backup may have been restored. Engineering
/// judgement.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Gateways and times of records.
type Shown = BTreeSet<(String, i64)>;

/// The time after which samples are surely on the disk of a server that writes them to it within `flush`.
pub(super) fn wait(flush: Duration) -> Duration {
    flush * 2 + SLACK
}

/// A batch that was written.
struct Sent {
    gateway: GatewayId,
    epoch: Epoch,
    range: (u64, u64),
    /// Time of its record, ms: no other of this hub has the same.
    at_ms: i64,
    /// When it was written, on the stopwatch.
    written: Duration,
}

/// The batches of one hub that wait.
pub(super) struct Unsynced {
    hub: String,
    /// The time after which samples are surely on the server's disk.
    pub wait: Duration,
    since: Stopwatch,
    /// When the server's process began, as it told before the first of those that wait was written. `None` where it
    /// does not tell.
    began: Option<u64>,
    /// When it was asked for that while none waited, on the stopwatch.
    asked: Option<Duration>,
    waiting: VecDeque<Sent>,
    /// Whether the last look failed.
    failing: bool,
    /// Batches that were not shown in time since one last was.
    unseen: usize,
    /// The gateway and time of the last record that was surely on the disk of the process before.
    proof: Option<(String, i64)>,
    /// When that is looked for, on the stopwatch; `None` where the process is the one that had it.
    prove_at: Option<Duration>,
    /// Whether it was not there at the last look.
    is_gone: bool,
}

impl Unsynced {
    /// For the hub of this name, and a server that writes to its disk within `flush`.
    pub fn new(hub: &str, flush: Duration) -> Self {
        Self {
            hub: hub.into(),
            wait: wait(flush),
            since: Stopwatch::start(),
            began: None,
            asked: None,
            waiting: VecDeque::new(),
            failing: false,
            unseen: 0,
            proof: None,
            prove_at: None,
            is_gone: false,
        }
    }

    /// Is called before batches are written. Returns whether the server was started anew while none waited.
    ///
    /// # Errors
    /// It cannot be looked at: nothing more must be written to it, since nothing of that could be acknowledged.
    pub fn before_write(&mut self, http: &Http) -> Result<bool, StoreError> {
        if self.failing {
            self.see(http)?;
        }
        let now = self.since.elapsed();
        let is_recent = self.asked.is_some_and(|asked| now.saturating_sub(asked) < ASK_EVERY);
        if !self.waiting.is_empty() || is_recent {
            return Ok(false);
        }
        let began = began(http)?;
        let anew = self.is_anew(began);
        if anew {
            self.prove_at.get_or_insert(now);
        }
        self.began = began.or(self.began);
        self.asked = Some(now);
        Ok(anew)
    }

    /// Notes a batch that was written.
    pub fn note(&mut self, gateway: &GatewayId, epoch: Epoch, range: (u64, u64), at: Timestamp) {
        if self.waiting.len() < WAITING_MAX {
            let (gateway, at_ms) = (gateway.clone(), at.as_millisecond());
            let written = self.since.elapsed();
            self.waiting.push_back(Sent { gateway, epoch, range, at_ms, written });
        }
    }

    /// Whether the server does not show what it takes.
    pub fn is_unseen(&self) -> bool {
        self.unseen > 0
    }

    /// Looks at the server, if batches have waited long enough.
    pub fn look(&mut self, http: &Http) -> Result<Confirmed, StoreError> {
        let now = self.since.elapsed();
        let mut confirmed = match self.see(http)? {
            Some((shown, began)) => self.settle(now, began, &shown),
            None => Confirmed { waiting: !self.waiting.is_empty(), ..Confirmed::default() },
        };
        self.prove(http, now);
        let proof = self.proof.as_ref().filter(|_| self.is_gone);
        confirmed.gone = proof.and_then(|(_, at_ms)| Timestamp::from_millisecond(*at_ms).ok());
        Ok(confirmed)
    }

    /// Has the next look look for what was lost, without waiting.
    #[cfg(test)]
    pub fn look_again_now(&mut self) {
        self.prove_at = Some(Duration::ZERO);
    }

    /// Looks, at a server that was started anew, whether it still has what was on its disk before.
    fn prove(&mut self, http: &Http, now: Duration) {
        if self.prove_at.is_none_or(|at| now < at) {
            return;
        }
        let Some(proof) = &self.proof else {
            self.prove_at = None;
            return;
        };
        // Where it cannot be looked at, it is tried again with the next batches.
        let Ok(shown) = records(http, &self.hub, (proof.1, proof.1)) else { return };
        let is_gone = !shown.contains(proof);
        self.prove_at = is_gone.then(|| now + LOOK_AGAIN);
        if is_gone && !self.is_gone {
            let gateway = &proof.0;
            tracing::error!(
                gateway,
                "the server was started anew and has lost what it had on its disk; restore its backup"
            );
        }
        self.is_gone = is_gone;
    }

    /// The records that the server shows of batches that have waited long enough, and when its process began; `None`
    /// where there are no such batches.
    fn see(&mut self, http: &Http) -> Result<Option<(Shown, Option<u64>)>, StoreError> {
        let now = self.since.elapsed();
        let is_due = |sent: &&Sent| now.saturating_sub(sent.written) >= self.wait;
        let times = self.waiting.iter().take_while(is_due).map(|sent| sent.at_ms);
        let span = times.clone().min().zip(times.max());
        // The records first: another process that began between the two is then taken for what it is.
        let seen = span.map(|span| {
            let shown = records(http, &self.hub, span)?;
            Ok((shown, began(http)?))
        });
        let seen = seen.transpose();
        self.failing = seen.is_err();
        seen
    }

    fn is_anew(&self, began: Option<u64>) -> bool {
        self.began.zip(began).is_some_and(|(before, now)| before != now)
    }

    /// What becomes of the batches at `now`, of a server whose process `began` then and that has `shown` records.
    fn settle(&mut self, now: Duration, began: Option<u64>, shown: &Shown) -> Confirmed {
        let anew = self.is_anew(began);
        self.began = began.or(self.began);
        let mut confirmed = Confirmed::default();
        if anew {
            self.prove_at.get_or_insert(now);
            confirmed.lost = self.waiting.len();
            self.waiting.clear();
            let batches = confirmed.lost;
            tracing::warn!(
                batches,
                "the server was started anew; what it may have lost is not acknowledged"
            );
            return confirmed;
        }
        let (wait, mut unseen) = (self.wait, 0);
        let mut proof = None;
        self.waiting.retain(|sent| {
            let age = now.saturating_sub(sent.written);
            if age < wait {
                return true;
            }
            if shown.contains(&(sent.gateway.to_string(), sent.at_ms)) {
                let key = (sent.gateway.clone(), sent.epoch);
                let set = confirmed.delivered.entry(key).or_default();
                set.insert_range(sent.range.0, sent.range.1);
                proof = Some((sent.gateway.to_string(), sent.at_ms));
                return false;
            }
            let given_up = age >= wait + UNSEEN_MAX;
            unseen += usize::from(given_up);
            !given_up
        });
        if !confirmed.delivered.is_empty() {
            self.unseen = 0;
        }
        if self.prove_at.is_none() {
            self.proof = proof.or(self.proof.take());
        }
        self.unseen += unseen;
        if unseen > 0 {
            tracing::warn!(
                batches = unseen,
                "the server does not show batches that it took; they are not acknowledged"
            );
        }
        confirmed.lost = unseen;
        confirmed.waiting = !self.waiting.is_empty();
        confirmed
    }
}

/// A line of an export, as far as it matters: the times of the records of a gateway's epoch.
#[derive(Deserialize)]
struct Line {
    metric: Metric,
    timestamps: Vec<i64>,
}

#[derive(Deserialize)]
struct Metric {
    gateway: String,
}

/// When the server's process began, s since 1970; `None` where it does not tell.
fn began(http: &Http) -> Result<Option<u64>, StoreError> {
    let mut began = None;
    let query = Query { path: "/metrics", parameters: &[], body: None };
    let refused = http.ask(query, &mut |line| {
        if let Some(value) = line.strip_prefix(b"process_start_time_seconds ") {
            let value: Option<f64> =
                std::str::from_utf8(value).ok().and_then(|v| v.trim().parse().ok());
            began = value.map(|seconds| seconds as u64);
        }
        Ok(())
    })?;
    // A proxy may keep it to itself.
    Ok(if refused.is_some() { None } else { began })
}

/// The gateways and times of the records of batches that this hub has written in a span.
fn records(http: &Http, hub: &str, (from, to): (i64, i64)) -> Result<Shown, StoreError> {
    let time = |ms| Timestamp::from_millisecond(ms).map(export::time).map_err(StoreError::corrupt);
    // A hub's name has nothing in it that would mean something there.
    let selector = format!("{{__name__=\"{BATCHES}_first\",hub=\"{hub}\"}}");
    let parameters = [
        ("match[]", &*selector),
        ("start", &time(from)?),
        ("end", &time(to)?),
        ("max_rows_per_line", export::ROWS_EACH),
    ];
    let query = Query { path: "/api/v1/export", parameters: &parameters, body: None };
    let mut shown = BTreeSet::new();
    http.read(query, &mut |line| {
        if !line.is_empty() {
            let read: Result<Line, _> = serde_json::from_slice(line);
            let line = read.map_err(|error| http.unusable(Text::verbatim(error)))?;
            let gateway = line.metric.gateway;
            shown.extend(line.timestamps.into_iter().map(|at_ms| (gateway.clone(), at_ms)));
        }
        Ok(())
    })?;
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn sent(seq: u64, written: u64) -> Sent {
        Sent {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(7),
            range: (seq, seq),
            at_ms: seq as i64,
            written: seconds(written),
        }
    }

    /// Batches 1 to 3, written at 0, 5 and 100 s.
    fn three() -> Unsynced {
        let mut unsynced = Unsynced::new("hub-1", seconds(5));
        unsynced.began = Some(1_000);
        unsynced.waiting.extend([sent(1, 0), sent(2, 5), sent(3, 100)]);
        unsynced
    }

    fn shown(seqs: &[i64]) -> Shown {
        seqs.iter().map(|seq| ("gw-1".to_owned(), *seq)).collect()
    }

    fn told(confirmed: &Confirmed) -> Vec<(u64, u64)> {
        confirmed.delivered.values().flat_map(|set| set.iter()).collect()
    }

    #[test]
    fn a_batch_counts_when_it_is_old_enough_and_shown_by_the_process_that_took_it() {
        let mut unsynced = three();
        let confirmed = unsynced.settle(seconds(14), Some(1_000), &shown(&[1, 2, 3]));
        assert_eq!((told(&confirmed), confirmed.waiting), (vec![], true), "too young");
        let confirmed = unsynced.settle(seconds(15), Some(1_000), &shown(&[1, 2, 3]));
        assert_eq!((told(&confirmed), confirmed.waiting), (vec![(1, 1)], true));
        // Not shown: it waits, and is given up after a while.
        let confirmed = unsynced.settle(seconds(60), Some(1_000), &shown(&[1]));
        assert_eq!((told(&confirmed), confirmed.lost, unsynced.is_unseen()), (vec![], 0, false));
        let confirmed = unsynced.settle(seconds(80), Some(1_000), &shown(&[1]));
        assert_eq!((told(&confirmed), confirmed.lost, unsynced.is_unseen()), (vec![], 1, true));
        // Another process: what the one before took may be gone, though it is shown.
        let confirmed = unsynced.settle(seconds(200), Some(1_100), &shown(&[3]));
        assert_eq!((told(&confirmed), confirmed.lost, confirmed.waiting), (vec![], 1, false));
        // What is written to that one counts.
        unsynced.waiting.push_back(sent(3, 210));
        let confirmed = unsynced.settle(seconds(225), Some(1_100), &shown(&[3]));
        assert_eq!((told(&confirmed), confirmed.waiting), (vec![(3, 3)], false));
        assert!(!unsynced.is_unseen());
    }

    #[test]
    fn a_server_that_does_not_tell_when_it_began_is_believed_by_its_records() {
        let mut unsynced = three();
        unsynced.began = None;
        let confirmed = unsynced.settle(seconds(20), None, &shown(&[1]));
        assert_eq!(told(&confirmed), [(1, 1)]);
        // It tells from now on.
        unsynced.settle(seconds(21), Some(1_000), &shown(&[]));
        let confirmed = unsynced.settle(seconds(22), Some(1_001), &shown(&[2]));
        assert_eq!((told(&confirmed), confirmed.lost), (vec![], 2));
    }
}
