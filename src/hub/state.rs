//! What a hub knows of itself while it runs: source of its metrics and its health.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::REMEMBERED_MAX;
use super::inbox::Sender;
use super::times::AHEAD_MAX;
use super::troubles::{Trouble, Troubles};
use crate::core::GatewayId;
use crate::locales::{Argument, Lang, Text, hub as words};
use crate::store::{Committed, QuarantineShare, Refused, Revocation};
use crate::support::lock;
use crate::web::Health;
use crate::wire::Birth;

/// How long the broker may be unreachable before it is reported: a restart takes less. Engineering judgement.
const BROKER_OUTAGE_MAX: SignedDuration = SignedDuration::from_secs(120);

/// How long writes to the store may fail before it is reported. Engineering judgement.
const WRITE_OUTAGE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Age at which the local copy of a server's readings no longer shows the present. Engineering judgement.
const COPY_AGE_MAX: SignedDuration = SignedDuration::from_secs(300);

/// A connection that ends sooner was none: whoever throws the hub out again and again must not pass for a broker that
/// works. The same as [`Reconnect`](crate::mqtt::Reconnect) has. Engineering judgement.
const CONNECTION_MIN: SignedDuration = SignedDuration::from_secs(60);

/// Part of a gateway's quarantine from which on it is told. Engineering judgement.
const QUARANTINE_TOLD_FROM: f64 = 0.01;

/// Gateways with trouble that health and metrics name. Engineering judgement: a person reads no more.
pub(super) const NAMED_MAX: usize = 50;

/// Intervals without a reading after which a broker that passes births on is taken not to share readings, and the
/// shortest time for that. Engineering judgement.
const SILENT_INTERVALS: i32 = 10;
const SILENT_MIN: SignedDuration = SignedDuration::from_secs(60);

/// How long what a gateway's readings say of the clocks counts. Engineering judgement: two polls of a slow gateway.
const CLOCKS_COUNT: SignedDuration = SignedDuration::from_hours(1);

/// Gateways with readings from ahead of time from which on the hub's own clock is suspected: two may be wrong by
/// chance. Engineering judgement.
const AHEAD_SUSPECT: usize = 3;

/// How often the log says what lasts. Engineering judgement.
const SAY_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What readings say of a gateway's clock.
#[derive(Debug)]
struct ClockSeen {
    at: Timestamp,
    /// Readings were refused, since they are from ahead of time.
    ahead: bool,
}

/// What a hub that shares readings with others has heard over its connection.
#[derive(Debug)]
struct Shared {
    since: Timestamp,
    /// Seconds between the polls of the busiest gateway that has introduced itself.
    interval_s: Option<u32>,
    heard: bool,
}

impl Shared {
    /// Whether births have come at `now`, and no readings for too long.
    fn is_silent(&self, now: Timestamp) -> bool {
        let Some(interval_s) = self.interval_s else { return false };
        let wait = SignedDuration::from_secs(interval_s.into()) * SILENT_INTERVALS;
        !self.heard && now.duration_since(self.since) > wait.max(SILENT_MIN)
    }
}

/// Counts since the start, and what is wrong now. Its `note` methods write it.
#[derive(Debug, Default)]
pub struct HubState {
    /// Readings stored that were not there before.
    pub(super) readings: AtomicU64,
    /// Batches committed, repeated ones included.
    pub(super) batches: AtomicU64,
    /// Messages in quarantine because they could not be read.
    pub(super) quarantined: AtomicU64,
    /// Readings in quarantine because they can never be stored.
    pub(super) refused: AtomicU64,
    /// Values that replaced others.
    pub(super) replaced: AtomicU64,
    /// Messages dropped, since too many of their gateway waited.
    pub(super) dropped: AtomicU64,
    /// Births of which something was put into quarantine.
    pub(super) births_refused: AtomicU64,
    /// Acknowledgements that were not sent, since too many waited.
    pub(super) acks_dropped: AtomicU64,
    pub(super) commits: AtomicU64,
    commit_us: AtomicU64,
    /// End of the last commit, ms; 0 before the first.
    committed_ms: AtomicI64,
    /// Start of the broker's outage, ms; 0 while it is connected for long enough.
    broker_lost_ms: AtomicI64,
    /// Start of the connection, ms; 0 while there is none.
    connected_ms: AtomicI64,
    /// Start of the store's outage, ms; 0 while writes succeed.
    write_failing_ms: AtomicI64,
    /// Time to which a server's readings were last copied, ms; 0 where this hub keeps no copy.
    copied_ms: AtomicI64,
    /// Damage found in the store's file.
    damage: Mutex<Option<String>>,
    troubles: Mutex<Troubles>,
    /// What the quarantine holds of each gateway, as of the last look.
    quarantine: Mutex<Vec<QuarantineShare>>,
    /// What the copy of a server leaves out of each gateway.
    left_out: Mutex<BTreeMap<GatewayId, Text>>,
    revoked: Mutex<Vec<Revocation>>,
    /// Only of a hub that shares readings with others, while it is connected.
    shared: Mutex<Option<Shared>>,
    /// Stations with readings that the township's file does not have.
    unregistered: Mutex<Option<Text>>,
    /// Births and statuses are not received: a retained one is too large.
    without_births: AtomicBool,
    /// Why the broker does not pass on acknowledgements.
    acks_refused: Mutex<Option<Text>>,
    /// What readings said of each gateway's clock last.
    clocks: Mutex<BTreeMap<GatewayId, ClockSeen>>,
    /// When the log said last that the broker does not share.
    unshared_said: Mutex<Option<Timestamp>>,
}

impl HubState {
    /// Notes a commit of `batches` batches that took `took` and ended at `now`.
    pub fn note_commit(&self, batches: u64, committed: &Committed, took: Duration, now: Timestamp) {
        self.commits.fetch_add(1, Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_us.fetch_add(us, Relaxed);
        self.committed_ms.store(now.as_millisecond(), Relaxed);
        // A server that takes nothing of anybody is told as one that is away.
        if committed.delivered.is_empty() && !committed.left.is_empty() {
            self.note_write_failure(now);
        } else {
            self.note_written();
        }
        self.batches.fetch_add(batches, Relaxed);
        self.readings.fetch_add(committed.new_readings, Relaxed);
        self.replaced.fetch_add(committed.replaced, Relaxed);
        self.note_senders(committed);
        self.note_clocks(committed, now);
    }

    /// Notes which gateways' readings were from ahead of time.
    fn note_clocks(&self, committed: &Committed, now: Timestamp) {
        let is_ahead = |refused: &&Refused| {
            let mut readings = refused.batch.readings.iter();
            readings.any(|reading| reading.observed_at.duration_since(now) > AHEAD_MAX)
        };
        let ahead: BTreeSet<&GatewayId> = committed
            .refused
            .iter()
            .filter(is_ahead)
            .map(|refused| &refused.batch.gateway)
            .collect();
        let mut clocks = lock(&self.clocks);
        let delivered = committed.delivered.keys().map(|(gateway, _)| gateway);
        for gateway in ahead.iter().copied().chain(delivered) {
            if clocks.contains_key(gateway) || clocks.len() < REMEMBERED_MAX {
                let seen = ClockSeen { at: now, ahead: ahead.contains(gateway) };
                clocks.insert(gateway.clone(), seen);
            }
        }
    }

    /// How many gateways' readings are from ahead of time at `now`, where that suggests that it is this machine's clock
    /// that is wrong: those of several, or of all that send.
    fn clock_suspected(&self, now: Timestamp) -> Option<usize> {
        let clocks = lock(&self.clocks);
        let recent = |seen: &&ClockSeen| now.duration_since(seen.at).abs() <= CLOCKS_COUNT;
        let recent: Vec<&ClockSeen> = clocks.values().filter(recent).collect();
        let ahead = recent.iter().filter(|seen| seen.ahead).count();
        (ahead >= AHEAD_SUSPECT || (ahead > 0 && ahead == recent.len())).then_some(ahead)
    }

    /// Logs once an hour that births come and no readings, as long as that lasts.
    pub fn log_what_lasts(&self, now: Timestamp) {
        let Some(since) = self.unshared_since(now) else { return };
        let mut said = lock(&self.unshared_said);
        if said.is_some_and(|said| now.duration_since(said).abs() < SAY_AGAIN) {
            return;
        }
        *said = Some(now);
        let problem = words::broker_shares_nothing(Argument::of(since)).within(Lang::English);
        tracing::warn!(problem, "the hub receives no readings");
    }

    /// Since when the broker passes on births and no readings; `None` where it does not look like that.
    fn unshared_since(&self, now: Timestamp) -> Option<Timestamp> {
        let shared = lock(&self.shared);
        shared.as_ref().filter(|shared| shared.is_silent(now)).map(|shared| shared.since)
    }

    /// Notes by gateway what was not stored.
    fn note_senders(&self, committed: &Committed) {
        let mut troubles = lock(&self.troubles);
        for Refused { batch, problem } in &committed.refused {
            let readings = batch.readings.len() as u64;
            self.refused.fetch_add(readings, Relaxed);
            troubles.note_refused(&Some(batch.gateway.clone()), readings, problem);
        }
        let left = committed.left.iter().map(|(gateway, _)| gateway);
        let unwell: BTreeSet<&GatewayId> = left.chain(&committed.full).collect();
        let stored = committed.delivered.keys().map(|(gateway, _)| gateway);
        for gateway in stored.filter(|gateway| !unwell.contains(gateway)) {
            troubles.note_stored(&Some(gateway.clone()));
        }
        for (gateway, why) in &committed.left {
            troubles.note_left(&Some(gateway.clone()), why);
        }
        for gateway in &committed.full {
            troubles.note_full(&Some(gateway.clone()));
        }
        if !committed.delivered.is_empty()
            && let Some(shared) = lock(&self.shared).as_mut()
        {
            shared.heard = true;
        }
    }

    /// Notes that the store can be written.
    pub fn note_written(&self) {
        self.write_failing_ms.store(0, Relaxed);
    }

    pub fn note_write_failure(&self, now: Timestamp) {
        start_outage(&self.write_failing_ms, now);
    }

    /// Notes a message that cannot be read.
    pub fn note_unreadable(&self, sender: &Sender, why: &Text) {
        self.quarantined.fetch_add(1, Relaxed);
        lock(&self.troubles).note_unreadable(sender, why);
    }

    /// Notes a message that was dropped, since its sender has too many waiting.
    pub fn note_dropped(&self, sender: &Sender) {
        self.dropped.fetch_add(1, Relaxed);
        lock(&self.troubles).note_dropped(sender);
    }

    /// Notes parameters that this version does not know.
    pub fn note_unknown(&self, gateway: &GatewayId, unknown: &Text) {
        lock(&self.troubles).note_unknown(&Some(gateway.clone()), unknown);
    }

    /// Notes that a message was not taken, since its gateway's part of the quarantine is full.
    pub fn note_full(&self, gateway: &GatewayId) {
        lock(&self.troubles).note_full(&Some(gateway.clone()));
    }

    /// Notes a birth, and what of it was put into quarantine.
    pub fn note_birth(&self, gateway: &GatewayId, birth: &Birth, refused: Option<&Text>) {
        if let Some(why) = refused {
            self.births_refused.fetch_add(1, Relaxed);
            lock(&self.troubles).note_birth(&Some(gateway.clone()), why);
        }
        let interval_s = birth.series.iter().map(|one| one.interval_s).min();
        if let Some(shared) = lock(&self.shared).as_mut() {
            shared.interval_s = [shared.interval_s, interval_s].into_iter().flatten().min();
        }
    }

    /// Notes whether the broker is connected; with `shares`, it gives readings to one hub of a group.
    pub fn note_broker(&self, connected: bool, shares: bool, now: Timestamp) {
        if connected {
            self.connected_ms.store(now.as_millisecond(), Relaxed);
            let shared = Shared { since: now, interval_s: None, heard: false };
            *lock(&self.shared) = shares.then_some(shared);
            return;
        }
        let lasted = noted(&self.connected_ms)
            .is_some_and(|since| now.duration_since(since) >= CONNECTION_MIN);
        self.connected_ms.store(0, Relaxed);
        *lock(&self.shared) = None;
        if lasted {
            self.broker_lost_ms.store(now.as_millisecond(), Relaxed);
        } else {
            start_outage(&self.broker_lost_ms, now);
        }
    }

    /// Notes whether births and statuses are left out, since a retained one is too large.
    pub fn note_without_births(&self, without: bool) {
        self.without_births.store(without, Relaxed);
    }

    /// Notes acknowledgements that the broker did not take, and why it takes none.
    pub fn note_acks(&self, dropped: u64, refused: Option<Text>) {
        self.acks_dropped.fetch_add(dropped, Relaxed);
        *lock(&self.acks_refused) = refused;
    }

    /// Notes stations with readings that the township's file does not have; `None` where it has all.
    pub fn note_unregistered(&self, stations: Option<Text>) {
        *lock(&self.unregistered) = stations;
    }

    /// Notes what the quarantine holds, and which gateways are revoked.
    pub fn note_quarantine(&self, shares: Vec<QuarantineShare>, revoked: Vec<Revocation>) {
        *lock(&self.quarantine) = shares;
        *lock(&self.revoked) = revoked;
    }

    /// Notes what the local copy of a server's readings leaves out of each gateway.
    #[cfg(feature = "influx")]
    pub fn note_left_out(&self, left_out: BTreeMap<GatewayId, Text>) {
        *lock(&self.left_out) = left_out;
    }

    /// Notes that the local copy of a server's readings reaches to `now`.
    pub fn note_copied(&self, now: Timestamp) {
        self.copied_ms.store(now.as_millisecond(), Relaxed);
    }

    pub fn note_damage(&self, found: String) {
        *lock(&self.damage) = Some(found);
    }

    pub fn readings(&self) -> u64 {
        self.readings.load(Relaxed)
    }

    /// Time that all commits took together.
    pub fn commit_time(&self) -> Duration {
        Duration::from_micros(self.commit_us.load(Relaxed))
    }

    /// Time since the last commit; `None` before the first.
    pub fn commit_age(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(noted(&self.committed_ms)?))
    }

    /// Time since the local copy was brought up to date; `None` where this hub keeps no copy.
    pub fn copy_age(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(noted(&self.copied_ms)?))
    }

    pub fn broker_connected(&self) -> bool {
        noted(&self.connected_ms).is_some()
    }

    pub fn replaced(&self) -> u64 {
        self.replaced.load(Relaxed)
    }

    pub fn writes(&self) -> bool {
        noted(&self.write_failing_ms).is_none()
    }

    /// What is wrong at `now`, and what is amiss with single gateways.
    pub fn health(&self, now: Timestamp) -> Health {
        let notes = self.notes();
        let more = notes.len().saturating_sub(NAMED_MAX);
        let line = |(sender, notes): (Sender, Vec<Text>)| {
            Text::chain([name(&sender), Text::clauses(notes)])
        };
        let mut warnings: Vec<Text> = Vec::new();
        warnings.extend(self.clock_suspected(now).map(words::own_clock_behind));
        warnings.extend(notes.into_iter().take(NAMED_MAX).map(line));
        warnings.extend((more > 0).then(|| words::more_gateways(more)));
        warnings.extend(lock(&self.unregistered).clone());
        Health { problems: self.problems(now), warnings, last_commit: noted(&self.committed_ms) }
    }

    /// What is amiss with each gateway that has trouble.
    pub fn notes(&self) -> BTreeMap<Sender, Vec<Text>> {
        let mut notes = lock(&self.troubles).notes();
        for (gateway, what) in lock(&self.left_out).iter() {
            notes.entry(Some(gateway.clone())).or_default().push(what.clone());
        }
        for share in
            lock(&self.quarantine).iter().filter(|share| share.full >= QUARANTINE_TOLD_FROM)
        {
            let of = notes.entry(share.gateway.clone()).or_default();
            let percent = (share.full * 100.0).floor().min(100.0);
            of.push(words::quarantine_holds(share.rows, percent));
            let full = words::quarantine_is_full();
            if share.full >= 1.0 && !of.contains(&full) {
                of.insert(0, full);
            }
        }
        for revocation in lock(&self.revoked).iter() {
            let of = notes.entry(Some(revocation.gateway.clone())).or_default();
            of.insert(0, words::revoked_since(Argument::of(revocation.since)));
        }
        notes
    }

    /// The gateways with most trouble.
    pub(super) fn worst(&self) -> Vec<(Sender, Trouble)> {
        lock(&self.troubles).worst(NAMED_MAX)
    }

    /// The gateways that the quarantine holds most of, with their parts of what it may hold, from 0 to 1.
    pub(super) fn fullest(&self) -> Vec<(Sender, f64)> {
        let shares = lock(&self.quarantine);
        let mut all: Vec<_> =
            shares.iter().map(|share| (share.gateway.clone(), share.full)).collect();
        all.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        all.truncate(NAMED_MAX);
        all
    }

    /// What is wrong with the hub at `now`, for a person; empty where all is well.
    pub fn problems(&self, now: Timestamp) -> Vec<Text> {
        let mut problems = Vec::new();
        let mut report = |since: Option<Timestamp>, longest, words: fn(Argument) -> Text| {
            let since = since.filter(|since| now.duration_since(*since) > longest);
            problems.extend(since.map(|since| words(Argument::of(since))));
        };
        let connected = noted(&self.connected_ms);
        let lasts = connected.is_some_and(|since| now.duration_since(since) >= CONNECTION_MIN);
        let broker = match connected {
            Some(_) => words::no_lasting_connection,
            None => words::broker_unreachable,
        };
        report(noted(&self.broker_lost_ms).filter(|_| !lasts), BROKER_OUTAGE_MAX, broker);
        report(noted(&self.write_failing_ms), WRITE_OUTAGE_MAX, words::store_not_written);
        report(noted(&self.copied_ms), COPY_AGE_MAX, words::copy_behind);
        problems.extend(
            self.unshared_since(now).map(|since| words::broker_shares_nothing(Argument::of(since))),
        );
        problems.extend(self.without_births.load(Relaxed).then(words::without_births));
        problems.extend(lock(&self.acks_refused).as_ref().map(words::acks_refused));
        problems.extend(lock(&self.damage).as_deref().map(Text::verbatim));
        problems
    }
}

/// How a sender is named.
pub(super) fn name(sender: &Sender) -> Text {
    sender.as_ref().map_or_else(words::no_gateway_named, |gateway| Text::verbatim(gateway.as_str()))
}

/// Notes the start of an outage, unless one is going on.
fn start_outage(ms: &AtomicI64, now: Timestamp) {
    let _was = ms.compare_exchange(0, now.as_millisecond(), Relaxed, Relaxed);
}

fn noted(ms: &AtomicI64) -> Option<Timestamp> {
    Some(ms.load(Relaxed)).filter(|ms| *ms != 0).and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
