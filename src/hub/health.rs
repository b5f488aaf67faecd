//! What a hub says of itself: to whoever asks `/health`, at the head of its page, in its metrics and in its log.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::HubState;
use super::inbox::Sender;
use super::ingest::BIRTHS_AGAIN;
use super::outage::{Outage, instant};
use super::state::NAMED_MAX;
use crate::core::GatewayId;
use crate::locales::{Text, hub as words, publisher};
use crate::support::{Moment, lock};
use crate::web::Health;
use crate::wire::{Channel, Topic};

/// How long writes to the store may fail, or one may take, before it is reported. Engineering judgement.
const WRITE_OUTAGE_MAX: Duration = Duration::from_secs(60);

/// How long copying from a server may fail before it is reported: as long as writing.
const COPY_OUTAGE_MAX: Duration = WRITE_OUTAGE_MAX;

/// Age at which the local copy of a server's readings no longer shows the present, though copying goes on. Engineering
/// judgement.
const COPY_AGE_MAX: Duration = Duration::from_secs(300);

/// How long the page may fail to be made anew, or take to be made, before it is reported. Engineering judgement: it is
/// made each second.
const PAGE_OUTAGE_MAX: Duration = Duration::from_secs(60);

/// Part of a gateway's quarantine from which on it is told. Engineering judgement.
const QUARANTINE_TOLD_FROM: f64 = 0.01;

/// What may be wrong with the hub itself. With any of it `/health` answers 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connection to the broker, or none that lasts.
    Broker,
    /// Readings are not stored.
    Store,
    /// The broker passes no readings on, of any gateway.
    Readings,
    /// The broker does not share readings among a group.
    Sharing,
    /// Births and statuses are not received.
    Births,
    /// Acknowledgements reach no gateway, or the broker refuses them.
    Acknowledgements,
    /// Page and report do not follow the server.
    Copy,
    /// The page does not follow the store.
    Page,
    /// The store's write-ahead log grows.
    Log,
    /// The store's file is damaged, or the server has lost what it had.
    Damage,
    /// Alarms cannot be written down.
    Alarms,
}

impl Fault {
    /// All that there is, in the order in which it is told.
    pub const ALL: [Self; 11] = [
        Self::Broker,
        Self::Store,
        Self::Readings,
        Self::Sharing,
        Self::Births,
        Self::Acknowledgements,
        Self::Copy,
        Self::Page,
        Self::Log,
        Self::Damage,
        Self::Alarms,
    ];

    /// As metrics name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Store => "store",
            Self::Readings => "readings",
            Self::Sharing => "sharing",
            Self::Births => "births",
            Self::Acknowledgements => "acknowledgements",
            Self::Copy => "copy",
            Self::Page => "page",
            Self::Log => "log",
            Self::Damage => "damage",
            Self::Alarms => "alarms",
        }
    }
}

impl HubState {
    /// What is wrong at `now`, and what is amiss with single gateways.
    pub fn health(&self, now: Moment) -> Health {
        let notes = self.notes(now);
        let more = notes.len().saturating_sub(NAMED_MAX);
        let line = |(sender, notes): (Sender, Vec<Text>)| {
            Text::chain([name(&sender), Text::clauses(notes)])
        };
        let mut warnings = self.warnings(now);
        warnings.extend(notes.into_iter().take(NAMED_MAX).map(line));
        warnings.extend((more > 0).then(|| words::more_gateways(more)));
        warnings.extend(lock(&self.unregistered).clone());
        Health { problems: self.problems(now), warnings, last_commit: self.last_commit() }
    }

    /// What is wrong with the hub at `now`, for a person; empty where all is well.
    pub fn problems(&self, now: Moment) -> Vec<Text> {
        self.faults(now).into_iter().map(|(_, said)| said).collect()
    }

    /// What is worth a look, of no single gateway.
    pub fn warnings(&self, now: Moment) -> Vec<Text> {
        let own = self.own_clock(now);
        let differs = lock(&self.said_clocks).own_suspected(now).map(words::own_clock_differs);
        // Said once, by whoever knows most.
        let own = own.or(differs);
        let unsteady = lock(&self.broker).unsteady(now);
        let upkeep = lock(&self.upkeep);
        let ending = upkeep.warnings(now.time);
        let alarms = self.alarms.warning();
        let said = upkeep.not_taken().into_iter().chain(alarms).chain(own).chain(unsteady);
        said.chain(ending).collect()
    }

    /// What is wrong with the hub at `now`, the most important first.
    pub fn faults(&self, now: Moment) -> Vec<(Fault, Text)> {
        let mut faults = Vec::new();
        let mut add = |fault, said: Option<Text>| faults.extend(said.map(|said| (fault, said)));
        add(Fault::Broker, lock(&self.broker).problem(now));
        add(Fault::Store, self.not_stored(now));
        add(Fault::Readings, self.all_silent(now));
        add(Fault::Sharing, self.unshared(now));
        let without = self.without_births.load(Relaxed);
        let minutes = BIRTHS_AGAIN.as_secs() / 60;
        add(Fault::Births, without.then(|| words::without_births(minutes)));
        add(Fault::Acknowledgements, self.acks_not_arriving(now));
        add(Fault::Copy, self.not_copied(now));
        add(Fault::Page, self.page_stands(now));
        add(Fault::Log, lock(&self.upkeep).log_grows());
        add(Fault::Damage, lock(&self.damage).as_deref().map(Text::verbatim));
        let lost = lock(&self.server_lost_copy).clone();
        add(Fault::Damage, lost.or_else(|| lock(&self.server_lost).clone()));
        add(Fault::Alarms, self.alarms.trouble());
        faults
    }

    /// That readings are not stored, and why.
    fn not_stored(&self, now: Moment) -> Option<Text> {
        let commits = lock(&self.commit_failing).clone();
        let outages = [commits, lock(&self.write_failing).clone()];
        let long = |outage: &Outage| outage.is_longer(WRITE_OUTAGE_MAX, now);
        let failing = outages.into_iter().flatten().filter(long).min_by_key(|outage| outage.since);
        let begun = self.write_begun();
        let slow = begun.filter(|begun| now.since(*begun) > WRITE_OUTAGE_MAX);
        let failing = failing.map(|outage| outage.said(words::store_not_written));
        let confirm = lock(&self.confirm_failing).clone().filter(long);
        failing
            .or_else(|| slow.map(|begun| words::write_hangs(instant(begun.time))))
            .or_else(|| confirm.map(|outage| outage.said(words::not_durable)))
    }

    /// Whether readings that come are stored, as far as is known: else nobody can tell whether they come.
    fn takes_readings(&self, now: Moment) -> bool {
        let begun = self.write_begun();
        self.writes() && begun.is_none_or(|begun| now.since(begun) < WRITE_OUTAGE_MAX)
    }

    /// That gateways are online and no readings come of any.
    pub(super) fn all_silent(&self, now: Moment) -> Option<Text> {
        let silence = lock(&self.arrivals).silence(now);
        let since = silence.all.filter(|_| self.takes_readings(now))?;
        Some(words::no_readings(silence.of.len(), instant(since.time)))
    }

    /// That births come, and no readings for a hub that shares them with others.
    pub(super) fn unshared(&self, now: Moment) -> Option<Text> {
        let since = lock(&self.arrivals).unshared_since(now);
        since
            .filter(|_| self.takes_readings(now))
            .map(|since| words::broker_shares_nothing(instant(since.time)))
    }

    fn acks_not_arriving(&self, now: Moment) -> Option<Text> {
        let refused = lock(&self.acks_refused).as_ref().map(words::acks_refused);
        let resends = lock(&self.resends);
        refused.or_else(|| {
            resends.are_all(now.up).then(|| words::acks_reach_nobody(resends.who(now.up).len()))
        })
    }

    fn not_copied(&self, now: Moment) -> Option<Text> {
        let failing = lock(&self.copy_failing).clone();
        let failing = failing.filter(|outage| outage.is_longer(COPY_OUTAGE_MAX, now));
        let since = self.copy_since()?;
        let old = now.since(since) > COPY_AGE_MAX;
        let behind = self.copied_to().map(|to| words::copy_behind(instant(to)));
        match failing {
            Some(outage) => {
                let failing = outage.said(words::copy_failing);
                Some(Text::clauses(std::iter::once(failing).chain(behind)))
            }
            None if old => Some(behind.unwrap_or_else(words::copy_not_begun)),
            None => None,
        }
    }

    fn page_stands(&self, now: Moment) -> Option<Text> {
        let failing = lock(&self.page_failing).clone();
        let failing = failing.filter(|outage| outage.is_longer(PAGE_OUTAGE_MAX, now));
        let begun = self.page_begun();
        let slow = begun.filter(|begun| now.since(*begun) > PAGE_OUTAGE_MAX);
        let failing = failing.map(|outage| outage.said(words::page_not_refreshed));
        failing.or_else(|| slow.map(|begun| words::page_not_refreshed(instant(begun.time))))
    }

    /// Since when each gateway is silent that is online; none while nobody can tell.
    pub(super) fn silent(&self, now: Moment) -> BTreeMap<GatewayId, Moment> {
        match self.takes_readings(now) {
            true => lock(&self.arrivals).silence(now).of,
            false => BTreeMap::new(),
        }
    }

    /// How many gateways are online and send no readings; `None` while nobody can tell.
    pub(super) fn silent_gateways(&self, now: Moment) -> Option<u64> {
        let takes_readings = self.takes_readings(now);
        let arrivals = lock(&self.arrivals);
        let known = takes_readings && arrivals.are_watched();
        known.then(|| arrivals.silence(now).of.len() as u64)
    }

    /// How many gateways repeat what was acknowledged.
    pub(super) fn resending_gateways(&self, now: Moment) -> u64 {
        lock(&self.resends).who(now.up).len() as u64
    }

    /// What is amiss with each gateway that has trouble.
    pub fn notes(&self, now: Moment) -> BTreeMap<Sender, Vec<Text>> {
        let shares = lock(&self.quarantine).clone();
        let holds = |sender: &Sender| {
            let share = shares.iter().find(|share| share.gateway == *sender);
            share.is_some_and(|share| share.rows + share.unreadable > 0)
        };
        let mut notes = lock(&self.troubles).notes(now.up, holds);
        for (gateway, what) in lock(&self.left_out).iter() {
            notes.entry(Some(gateway.clone())).or_default().push(what.clone());
        }
        for (gateway, what) in lock(&self.said_clocks).notes(now) {
            notes.entry(Some(gateway.clone())).or_default().push(what);
        }
        for share in shares.iter().filter(|share| share.full >= QUARANTINE_TOLD_FROM) {
            let of = notes.entry(share.gateway.clone()).or_default();
            let percent = (share.full * 100.0).floor().min(100.0);
            of.push(words::quarantine_holds(share.rows, percent));
            let full = words::quarantine_is_full();
            if share.full >= 1.0 && !of.contains(&full) {
                of.insert(0, full);
            }
        }
        for gateway in lock(&self.resends).who(now.up) {
            let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
            let said = words::acks_do_not_reach(gateway.as_str(), topic);
            notes.entry(Some(gateway)).or_default().insert(0, said);
        }
        for (gateway, since) in lock(&self.copies).who(now) {
            notes
                .entry(Some(gateway))
                .or_default()
                .insert(0, words::two_spools(instant(since.time)));
        }
        let publishers = lock(&self.publishers);
        for (gateway, what) in publishers.notes() {
            notes.entry(Some(gateway.clone())).or_default().push(what);
        }
        // What a gateway keeps, another program does not.
        let full = words::quarantine_is_full();
        let lost = |(gateway, _): &(&Sender, &mut Vec<Text>)| {
            gateway.as_ref().is_some_and(|gateway| publishers.has(gateway))
        };
        for (gateway, of) in notes.iter_mut().filter(lost) {
            let count = lock(&self.troubles).dropped(gateway);
            let dropped = words::messages_dropped(count);
            for note in of {
                if *note == full {
                    *note = publisher::quarantine_full();
                } else if *note == dropped {
                    *note = publisher::messages_lost(count);
                }
            }
        }
        drop(publishers);
        if self.takes_readings(now) {
            for (gateway, since) in lock(&self.arrivals).silence(now).of {
                let said = match self.is_publisher(&gateway) {
                    true => publisher::silent_since(instant(since.time)),
                    false => words::gateway_silent(instant(since.time)),
                };
                notes.entry(Some(gateway)).or_default().insert(0, said);
            }
        }
        for revocation in lock(&self.revoked).iter() {
            let of = notes.entry(Some(revocation.gateway.clone())).or_default();
            of.insert(0, words::revoked_since(instant(revocation.since)));
        }
        notes
    }
}

/// How a sender is named.
pub(super) fn name(sender: &Sender) -> Text {
    sender.as_ref().map_or_else(words::no_gateway_named, |gateway| Text::verbatim(gateway.as_str()))
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
