//! What a hub knows of itself while it runs: source of its metrics and its health.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::alarms::{AlarmState, Arrived};
use super::arrivals::Arrivals;
use super::broker::Broker;
use super::clocks::Clocks;
use super::copies::Copies;
use super::inbox::Sender;
use super::letters_out::LettersOut;
use super::outage::{self, Outage};
use super::publishers::{Noted, Publishers, PublishersSeen};
use super::reports::{Reports, States};
use super::resends::Resends;
use super::troubles::{Trouble, Troubles};
use super::upkeep::Upkeep;
use crate::core::GatewayId;
use crate::locales::{Lang, Text, hub as words};
use crate::mqtt::CertificateEnd;
use crate::store::{Committed, QuarantineShare, Refused, Revocation};
#[cfg(feature = "influx")]
use crate::support::ShownCertificates;
use crate::support::{Moment, lock};
use crate::web::PublisherRow;
use crate::wire::{Batch, Birth, Epoch, GatewayReport, GatewayState, RangeSet, Status};

/// Gateways with trouble that health and metrics name. Engineering judgement: a person reads no more.
pub(super) const NAMED_MAX: usize = 50;

/// How long what readings say of this machine's clock counts. Engineering judgement: two polls of a slow gateway.
const CLOCKS_COUNT: Duration = Duration::from_secs(3600);

/// How often the log says what lasts. Engineering judgement.
const SAY_AGAIN: Duration = Duration::from_secs(3600);

/// A commit that took longer may have kept readings waiting: from its end on they are missed anew. Engineering
/// judgement.
const LONG_COMMIT: Duration = Duration::from_secs(10);

/// How far the local copy of a server's readings reaches.
#[derive(Debug, Clone, Copy)]
struct Copied {
    /// When it was last brought up to date, or when this hub began to.
    since: Moment,
    /// To when it reached then; `None` where nothing was copied yet.
    to: Option<Timestamp>,
}

/// Counts since the start, and what is wrong now. Its `note` methods write it.
#[derive(Debug, Default)]
pub struct HubState {
    /// Letters of alarms for the connection to the broker.
    pub(super) letters_out: LettersOut,
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
    /// End of the last commit.
    committed: Mutex<Option<Moment>>,
    pub(super) broker: Mutex<Broker>,
    /// Nothing is written into the store for now, readings aside.
    pub(super) write_failing: Mutex<Option<Outage>>,
    /// No readings are stored for now.
    pub(super) commit_failing: Mutex<Option<Outage>>,
    /// Nothing of what a server has taken becomes durable for now.
    pub(super) confirm_failing: Mutex<Option<Outage>>,
    /// Start of the write under way.
    write_begun: Mutex<Option<Moment>>,
    /// The local copy of a server's readings, where this hub keeps one.
    copied: Mutex<Option<Copied>>,
    pub(super) copy_failing: Mutex<Option<Outage>>,
    /// The page is not made anew for now.
    pub(super) page_failing: Mutex<Option<Outage>>,
    /// Start of the page's making that is under way.
    page_begun: Mutex<Option<Moment>>,
    /// Damage found in the store's file.
    pub(super) damage: Mutex<Option<String>>,
    /// What the server has lost, as seen by whoever writes to it.
    pub(super) server_lost: Mutex<Option<Text>>,
    /// The same as the copy of its readings sees it.
    pub(super) server_lost_copy: Mutex<Option<Text>>,
    pub(super) troubles: Mutex<Troubles>,
    /// Other programs whose readings are taken.
    pub(super) publishers: Mutex<PublishersSeen>,
    /// What the quarantine holds of each gateway, as of the last look.
    pub(super) quarantine: Mutex<Vec<QuarantineShare>>,
    /// What the copy of a server leaves out of each gateway.
    pub(super) left_out: Mutex<BTreeMap<GatewayId, Text>>,
    pub(super) revoked: Mutex<Vec<Revocation>>,
    /// What gateways say of themselves.
    reports: Mutex<Reports>,
    pub(super) arrivals: Mutex<Arrivals>,
    pub(super) resends: Mutex<Resends>,
    pub(super) copies: Mutex<Copies>,
    /// Stations with readings that the township's file does not have.
    pub(super) unregistered: Mutex<Option<Text>>,
    /// Births and statuses are not received: a retained one is too large.
    pub(super) without_births: AtomicBool,
    /// Why the broker does not pass on acknowledgements.
    pub(super) acks_refused: Mutex<Option<Text>>,
    pub(super) upkeep: Mutex<Upkeep>,
    /// What gateways said of their clocks.
    pub(super) said_clocks: Mutex<Clocks>,
    /// What readings of gateways say against this machine's clock, and when they did, by the uptime.
    own_clock: Mutex<Option<(Text, Duration)>>,
    /// When the log said last what lasts, by the uptime.
    lasting_said: Mutex<Option<Duration>>,
    /// What alarms look at of what has come.
    pub(super) arrived: Arrived,
    /// What is known of alarms.
    pub(super) alarms: AlarmState,
}

impl HubState {
    /// Notes a commit of `batches` batches that took `took` and ended at `now`.
    pub fn note_commit(&self, batches: u64, committed: &Committed, took: Duration, now: Moment) {
        self.commits.fetch_add(1, Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_us.fetch_add(us, Relaxed);
        *lock(&self.committed) = Some(now);
        let nothing = committed.delivered.is_empty() && committed.later.is_empty();
        let mut failing = lock(&self.commit_failing);
        if failing.is_none() {
            *failing = lock(&self.write_failing).take();
        }
        if failing.is_some() || took > LONG_COMMIT {
            lock(&self.arrivals).resume(now);
        }
        self.note_written();
        match committed.left.first() {
            // A server that takes nothing of anybody is told as one that is away.
            Some((_, why)) if nothing => outage::note(&mut failing, why.clone(), now),
            _ => *failing = None,
        }
        drop(failing);
        self.batches.fetch_add(batches, Relaxed);
        self.readings.fetch_add(committed.new_readings, Relaxed);
        self.replaced.fetch_add(committed.replaced, Relaxed);
        self.note_senders(committed, now);
    }

    /// Notes that readings of these batches came, and what became of them: those that are committed are acknowledged at
    /// `now`, or as soon as they are durable.
    pub fn note_batches(
        &self,
        batches: &[(GatewayId, Epoch, u64)],
        committed: &Committed,
        now: Moment,
    ) {
        let (mut arrivals, mut resends) = (lock(&self.arrivals), lock(&self.resends));
        for (gateway, epoch, seq) in batches {
            arrivals.note_readings(gateway, now);
            if lock(&self.copies).note(gateway, *epoch, now) {
                tracing::warn!(%gateway, "two spools send under one gateway's name: a copied storage card?");
            }
            let key = (gateway.clone(), *epoch);
            let holds =
                |sets: &BTreeMap<_, RangeSet>| sets.get(&key).is_some_and(|set| set.contains(*seq));
            if holds(&committed.delivered) || holds(&committed.later) {
                resends.note(gateway, *epoch, *seq, now.up);
            }
        }
    }

    /// Notes what a gateway says of its clock in a status that came just now. Returns what the log has to say of it.
    pub fn note_clock(&self, gateway: &GatewayId, status: &Status, now: Moment) -> Option<Text> {
        let trusted = !self.is_revoked(gateway);
        trusted.then(|| lock(&self.said_clocks).note(gateway, status, now)).flatten()
    }

    /// Whether a gateway is revoked, as of the last look into the store.
    pub fn is_revoked(&self, gateway: &GatewayId) -> bool {
        lock(&self.revoked).iter().any(|revoked| revoked.gateway == *gateway)
    }

    /// Notes what readings say against this machine's clock, if anything.
    pub fn note_own_clock(&self, said: Option<Text>, now: Moment) {
        *lock(&self.own_clock) = said.map(|said| (said, now.up));
    }

    /// What readings say against this machine's clock; nothing where none have come for long.
    pub(super) fn own_clock(&self, now: Moment) -> Option<Text> {
        let recent = |at: &Duration| now.up.saturating_sub(*at) <= CLOCKS_COUNT;
        lock(&self.own_clock).as_ref().filter(|(_, at)| recent(at)).map(|(said, _)| said.clone())
    }

    /// Flags good readings that were timed by a clock that differs from this machine's, unless that is suspected.
    pub fn doubt_clocks(&self, batches: &mut [Batch], now: Moment) {
        let suspected = self.own_clock(now).is_some();
        let said = lock(&self.said_clocks);
        if !suspected && said.own_suspected(now).is_none() {
            batches.iter_mut().for_each(|batch| said.doubt(batch, now));
        }
    }

    /// Logs once an hour, as long as that lasts, what nothing else in the log shows: that readings stay away.
    pub fn log_what_lasts(&self, now: Moment) {
        let problem = self.unshared(now).or_else(|| self.all_silent(now));
        let Some(problem) = problem.map(|problem| problem.within(Lang::English)) else { return };
        let mut said = lock(&self.lasting_said);
        if said.is_some_and(|said| now.up.saturating_sub(said) < SAY_AGAIN) {
            return;
        }
        *said = Some(now.up);
        tracing::warn!(problem, "the hub receives no readings");
    }

    /// Notes when the certificates of a new connection end.
    pub fn note_certificates(&self, certificates: Vec<CertificateEnd>) {
        lock(&self.upkeep).note_certificates(certificates);
    }

    /// Notes that a new configuration was not taken at `at`, and why.
    pub fn note_not_taken(&self, at: Timestamp, problems: Vec<Text>) {
        lock(&self.upkeep).note_not_taken(at, problems);
    }

    /// Whether the configuration is not the one that was to be.
    pub(super) fn keeps_old_configuration(&self) -> bool {
        lock(&self.upkeep).not_taken().is_some()
    }

    /// Takes note of the certificates that a server shows from now on.
    #[cfg(feature = "influx")]
    pub(super) fn watch_server(&self, shown: ShownCertificates) {
        lock(&self.upkeep).watch_server(shown);
    }

    /// Notes how large the store's log is, and logs what needs a person in time.
    pub fn note_log(&self, bytes: Option<u64>, now: Moment) {
        let mut upkeep = lock(&self.upkeep);
        upkeep.note_log(bytes);
        for problem in upkeep.due(now) {
            tracing::warn!(problem, "the hub needs somebody to look after it");
        }
    }

    /// Notes by gateway what was not stored.
    fn note_senders(&self, committed: &Committed, now: Moment) {
        let mut troubles = lock(&self.troubles);
        for Refused { batch, problem } in &committed.refused {
            let readings = batch.readings.len() as u64;
            self.refused.fetch_add(readings, Relaxed);
            troubles.note_refused(&Some(batch.gateway.clone()), readings, problem, now.up);
        }
        let left = committed.left.iter().map(|(gateway, _)| gateway);
        let unwell: BTreeSet<&GatewayId> = left.chain(&committed.full).collect();
        let stored = committed.delivered.keys().chain(committed.later.keys());
        let stored = stored.map(|(gateway, _)| gateway);
        for gateway in stored.filter(|gateway| !unwell.contains(gateway)) {
            troubles.note_stored(&Some(gateway.clone()));
        }
        for (gateway, why) in &committed.left {
            troubles.note_left(&Some(gateway.clone()), why);
        }
        for gateway in &committed.full {
            troubles.note_full(&Some(gateway.clone()));
        }
    }

    /// Notes that an attempt to write into the store begins.
    pub fn note_write_begun(&self, now: Moment) {
        *lock(&self.write_begun) = Some(now);
    }

    /// Notes that the store can be written.
    pub fn note_written(&self) {
        *lock(&self.write_begun) = None;
        *lock(&self.write_failing) = None;
    }

    /// Notes that an attempt to write into the store has failed.
    pub fn note_write_failure(&self, why: Text, now: Moment) {
        *lock(&self.write_begun) = None;
        outage::note(&mut lock(&self.write_failing), why, now);
    }

    /// Notes whether some of what the store had only taken has become durable since it was asked last, and whether more
    /// waits for that.
    pub fn note_confirmed(&self, some: bool, waiting: bool, now: Moment) {
        let mut failing = lock(&self.confirm_failing);
        if some || !waiting {
            *failing = None;
        } else {
            outage::note(&mut failing, Text::default(), now);
        }
    }

    /// Notes that nobody can tell whether what the store has taken has become durable.
    pub fn note_confirm_failure(&self, why: Text, now: Moment) {
        outage::note(&mut lock(&self.confirm_failing), why, now);
    }

    /// Notes a message that cannot be read.
    pub fn note_unreadable(&self, sender: &Sender, why: &Text, now: Moment) {
        self.quarantined.fetch_add(1, Relaxed);
        lock(&self.troubles).note_unreadable(sender, why, now.up);
    }

    /// Notes a message that was dropped, since its sender has too many waiting.
    pub fn note_dropped(&self, sender: &Sender, now: Moment) {
        self.dropped.fetch_add(1, Relaxed);
        lock(&self.troubles).note_dropped(sender, now.up);
    }

    /// Notes parameters that this version does not know.
    pub fn note_unknown(&self, gateway: &GatewayId, unknown: &Text, now: Moment) {
        lock(&self.troubles).note_unknown(&Some(gateway.clone()), unknown, now.up);
    }

    /// Notes that a message was not taken, since its gateway's part of the quarantine is full.
    pub fn note_full(&self, gateway: &GatewayId) {
        lock(&self.troubles).note_full(&Some(gateway.clone()));
    }

    /// Notes a birth, and what of it was put into quarantine.
    pub fn note_birth(
        &self,
        gateway: &GatewayId,
        birth: &Birth,
        refused: Option<&Text>,
        now: Moment,
    ) {
        if let Some(why) = refused {
            self.births_refused.fetch_add(1, Relaxed);
            lock(&self.troubles).note_birth(&Some(gateway.clone()), why, now.up);
        }
        lock(&self.reports).note_birth(gateway, birth);
        let interval_s = birth.series.iter().map(|one| one.interval_s).min();
        lock(&self.arrivals).note_birth(gateway, interval_s);
    }

    /// Notes what a gateway says of itself, in a message of `bytes` bytes.
    pub fn note_report(&self, gateway: GatewayId, report: GatewayReport, bytes: usize) {
        lock(&self.reports).note(gateway, report, bytes);
    }

    /// The last that a gateway said of itself since the hub's start.
    pub(super) fn report_of(&self, gateway: &GatewayId) -> Option<GatewayReport> {
        lock(&self.reports).of(gateway).cloned()
    }

    /// The states of buses and devices of the gateways that have most that are not online.
    pub(super) fn states(&self) -> Vec<(GatewayId, States)> {
        let reports = lock(&self.reports);
        let arrivals = lock(&self.arrivals);
        reports.states(NAMED_MAX, |gateway| arrivals.is_online(gateway))
    }

    /// Version and digest of the configuration by a gateway's last birth since the hub's start.
    pub(super) fn born(&self, gateway: &GatewayId) -> Option<(String, String)> {
        lock(&self.reports).born(gateway).cloned()
    }

    /// Whether it is another program that publishes readings: nothing is acknowledged to it.
    pub fn is_publisher(&self, gateway: &GatewayId) -> bool {
        lock(&self.publishers).has(gateway)
    }

    /// What the page shows of each publisher.
    pub(super) fn publishers(&self) -> BTreeMap<GatewayId, PublisherRow> {
        lock(&self.publishers).rows().collect()
    }

    /// What has come of the messages of each publisher.
    pub(super) fn noted_of_publishers(&self) -> Vec<(GatewayId, Noted)> {
        lock(&self.publishers).noted()
    }

    /// Begins with the publishers of the configuration.
    pub(super) fn begin_publishers(&self, publishers: &Publishers) {
        lock(&self.publishers).begin(publishers.formats());
    }

    /// Notes that the broker is connected: from now on publishers are silent where nothing comes of them.
    pub(super) fn note_publishers_awaited(&self, now: Moment) {
        let mut arrivals = lock(&self.arrivals);
        lock(&self.publishers).each(|gateway| arrivals.note_status(gateway, true, now));
    }

    /// Notes what came of a publisher's message beside readings.
    pub(super) fn note_published(&self, gateway: &GatewayId, noted: Noted) {
        lock(&self.publishers).note(gateway, noted);
    }

    /// Notes why the broker does not let the hub have a publisher's messages, if it does not.
    pub(super) fn note_publisher_refused(&self, gateway: &GatewayId, refused: Option<Text>) {
        lock(&self.publishers).note_refused(gateway, refused);
    }

    /// Notes whether the broker holds a gateway for connected.
    pub fn note_status(&self, gateway: &GatewayId, status: &Status, now: Moment) {
        let online = status.state == GatewayState::Online;
        lock(&self.arrivals).note_status(gateway, online, now);
    }

    /// Notes whether the broker is connected; with `shares`, it gives readings to one hub of a group.
    pub fn note_broker(&self, connected: bool, shares: bool, now: Moment) {
        let (mut broker, mut arrivals) = (lock(&self.broker), lock(&self.arrivals));
        if connected {
            broker.connects(now);
            arrivals.connects(shares, now);
        } else {
            broker.is_away(now);
            arrivals.ends();
        }
    }

    /// Notes why there is no connection to the broker.
    pub fn note_broker_problem(&self, why: &Text) {
        lock(&self.broker).note_reason(why);
    }

    /// Notes whether births, statuses and what publishers send are left out, since a message was too large.
    pub fn note_without_births(&self, without: bool) {
        self.without_births.store(without, Relaxed);
    }

    /// Notes acknowledgements that the broker did not take, and why it takes none.
    pub fn note_acks(&self, dropped: u64, refused: Option<Text>) {
        self.acks_dropped.fetch_add(dropped, Relaxed);
        *lock(&self.acks_refused) = refused;
    }

    /// Notes stations with readings that the township's file does not have; `None` where it has all. Logs it where that
    /// is new.
    pub fn note_unregistered(&self, stations: Option<Text>) {
        let mut known = lock(&self.unregistered);
        if let Some(stations) = stations.as_ref().filter(|new| known.as_ref() != Some(*new)) {
            tracing::warn!(%stations, "there are readings of stations that the township does not have");
        }
        *known = stations;
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

    /// Notes that a local copy of a server's readings is kept from `now` on, and to when it reached before.
    pub fn note_copy(&self, reaches_to: Option<Timestamp>, now: Moment) {
        *lock(&self.copied) = Some(Copied { since: now, to: reaches_to });
    }

    /// Notes that the local copy of a server's readings reaches to `now`.
    pub fn note_copied(&self, now: Moment) {
        *lock(&self.copied) = Some(Copied { since: now, to: Some(now.time) });
        *lock(&self.copy_failing) = None;
    }

    /// Notes that the server's readings could not be copied.
    pub fn note_copy_failure(&self, why: Text, now: Moment) {
        outage::note(&mut lock(&self.copy_failing), why, now);
    }

    /// Notes that what the page shows begins to be made anew.
    pub fn note_page_begun(&self, now: Moment) {
        *lock(&self.page_begun) = Some(now);
    }

    /// Notes that what the page shows was made anew at `now`, or why it was not.
    pub fn note_page(&self, failed: Option<Text>, now: Moment) {
        *lock(&self.page_begun) = None;
        let mut failing = lock(&self.page_failing);
        match failed {
            Some(why) => outage::note(&mut failing, why, now),
            None => *failing = None,
        }
    }

    /// Notes when the record was made that the server does not have any more, as whoever writes to it sees it.
    pub fn note_server_lost(&self, gone: Option<Timestamp>) {
        *lock(&self.server_lost) = gone.map(|at| words::server_lost(outage::instant(at)));
    }

    /// The same as the copy sees it.
    pub fn note_server_lost_copy(&self, gone: Option<Timestamp>) {
        *lock(&self.server_lost_copy) = gone.map(|at| words::server_lost_copy(outage::instant(at)));
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
    pub fn commit_age(&self, now: Moment) -> Option<Duration> {
        Some(now.since((*lock(&self.committed))?))
    }

    /// Time since the local copy was brought up to date; `None` where this hub keeps no copy, or nothing was copied
    /// yet. Up to this hub's start only the clock can tell it.
    pub fn copy_age(&self, now: Moment) -> Option<SignedDuration> {
        let copied = (*lock(&self.copied))?;
        let before = copied.since.time.duration_since(copied.to?);
        Some(before.saturating_add(SignedDuration::try_from(now.since(copied.since)).ok()?))
    }

    /// Since when the local copy has not been brought up to date: since its last time, or since the hub's start.
    pub(super) fn copy_since(&self) -> Option<Moment> {
        lock(&self.copied).map(|copied| copied.since)
    }

    /// To when the local copy reaches; `None` where there is none, or nothing was copied yet.
    pub(super) fn copied_to(&self) -> Option<Timestamp> {
        lock(&self.copied).and_then(|copied| copied.to)
    }

    pub(super) fn write_begun(&self) -> Option<Moment> {
        *lock(&self.write_begun)
    }

    pub(super) fn page_begun(&self) -> Option<Moment> {
        *lock(&self.page_begun)
    }

    pub(super) fn last_commit(&self) -> Option<Timestamp> {
        lock(&self.committed).map(|committed| committed.time)
    }

    pub fn broker_connected(&self) -> bool {
        lock(&self.broker).is_connected()
    }

    pub fn replaced(&self) -> u64 {
        self.replaced.load(Relaxed)
    }

    /// Whether the last attempts to write into the store succeeded.
    pub fn writes(&self) -> bool {
        let commits = lock(&self.commit_failing).is_none();
        commits && lock(&self.write_failing).is_none()
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
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
