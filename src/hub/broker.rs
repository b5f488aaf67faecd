//! How the connection to the broker goes: whether it is there, lasts, and why it was lost.

use std::collections::VecDeque;
use std::time::Duration;

use super::outage::{self, Outage, with_reason};
use crate::locales::{Text, hub as words};
use crate::support::Moment;
use crate::wire::{PROBLEM_MAX, cut};

/// How long the broker may be unreachable before it is reported: a restart takes less. Engineering judgement.
const OUTAGE_MAX: Duration = Duration::from_secs(120);

/// A connection that ends sooner was none: whoever throws the hub out again and again must not pass for a broker that
/// works. The same as [`Reconnect`](crate::mqtt::Reconnect) has. Engineering judgement.
const CONNECTION_MIN: Duration = Duration::from_secs(60);

/// So many connections that ended within the last hour are told, even if each of them lasted. Engineering judgement:
/// one each ten minutes.
const LOSSES_TOLD_FROM: usize = 6;
const LOSSES_COUNT: Duration = Duration::from_secs(3600);

/// Times of losses that are remembered: more than can be told of one by one.
const LOSSES_MAX: usize = 100;

/// The connection to the broker.
#[derive(Debug, Default)]
pub struct Broker {
    connected: Option<Moment>,
    /// `None` while it is connected for long enough.
    lost: Option<Outage>,
    /// Why the last connection ended, or none was made.
    why: Text,
    /// When connections ended, by the uptime, the newest last.
    losses: VecDeque<Duration>,
}

impl Broker {
    pub fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    pub fn connects(&mut self, now: Moment) {
        self.connected = Some(now);
    }

    /// There is no connection at `now`: it has ended, or none was made.
    pub fn is_away(&mut self, now: Moment) {
        let connected = self.connected.take();
        if connected.is_some() {
            if self.losses.len() >= LOSSES_MAX {
                self.losses.pop_front();
            }
            self.losses.push_back(now.up);
        }
        if connected.is_some_and(|since| now.since(since) >= CONNECTION_MIN) {
            self.lost = None;
        }
        outage::note(&mut self.lost, self.why.clone(), now);
    }

    /// Notes why there is no connection.
    pub fn note_reason(&mut self, why: &Text) {
        self.why = cut(why.clone(), PROBLEM_MAX);
        if let Some(lost) = &mut self.lost {
            lost.why = self.why.clone();
        }
    }

    /// What is wrong at `now`: no connection for too long, or none that lasts.
    pub fn problem(&self, now: Moment) -> Option<Text> {
        let lasts = self.connected.is_some_and(|since| now.since(since) >= CONNECTION_MIN);
        let lost = self.lost.as_ref().filter(|lost| !lasts && lost.is_longer(OUTAGE_MAX, now))?;
        Some(match self.connected {
            Some(_) => lost.said(words::no_lasting_connection),
            None => lost.said(words::broker_unreachable),
        })
    }

    /// That connections end often, though they may last.
    pub fn unsteady(&self, now: Moment) -> Option<Text> {
        let recent = |at: &&Duration| now.up.saturating_sub(**at) <= LOSSES_COUNT;
        let losses = self.losses.iter().filter(recent).count();
        let told = (losses >= LOSSES_TOLD_FROM).then(|| words::connection_unsteady(losses))?;
        Some(with_reason(told, &self.why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(s: i64) -> Moment {
        let time = Timestamp::from_second(1_800_000_000 + s).unwrap();
        Moment { up: Duration::from_secs(s.try_into().unwrap()), time }
    }

    fn problem(broker: &Broker, s: i64) -> Option<String> {
        broker.problem(at(s)).map(|text| text.to_string())
    }

    #[test]
    fn a_broker_that_is_away_is_told_with_the_reason_until_a_connection_lasts() {
        let mut broker = Broker::default();
        broker.is_away(at(0));
        broker.note_reason(&Text::verbatim("nothing listens on port 1883"));
        broker.is_away(at(100));
        assert_eq!(problem(&broker, 120), None);
        let said = "the broker has been unreachable since 2027-01-15T08:00:00Z: nothing listens on port 1883";
        assert_eq!(problem(&broker, 121).as_deref(), Some(said));
        broker.connects(at(122));
        assert!(problem(&broker, 130).unwrap().contains("no connection to the broker has lasted"));
        assert_eq!(problem(&broker, 182), None);
        // An outage after it begins anew, and has a reason of its own.
        broker.is_away(at(200));
        broker.note_reason(&Text::verbatim("shutting down"));
        assert_eq!(problem(&broker, 320), None);
        assert!(problem(&broker, 321).unwrap().ends_with("08:03:20Z: shutting down"));
    }

    #[test]
    fn a_client_that_is_thrown_out_every_few_seconds_is_told_so() {
        let mut broker = Broker::default();
        broker.is_away(at(0));
        for n in 0..13 {
            broker.connects(at(10 * n + 1));
            broker.is_away(at(10 * n + 9));
            broker.note_reason(&Text::verbatim("another client has our id"));
        }
        broker.connects(at(131));
        let said = problem(&broker, 131).unwrap();
        assert!(
            said.contains("08:00:00Z") && said.ends_with(": another client has our id"),
            "{said}"
        );
        assert_eq!(problem(&broker, 191), None);
    }

    #[test]
    fn connections_that_last_and_are_lost_often_are_told_for_an_hour() {
        let mut broker = Broker::default();
        let told = |broker: &Broker, s| broker.unsteady(at(s)).map(|text| text.to_string());
        for n in 0..6 {
            assert_eq!(told(&broker, 300 * n), None);
            broker.connects(at(300 * n));
            broker.is_away(at(300 * n + 299));
            broker.note_reason(&Text::verbatim("shutting down"));
        }
        broker.connects(at(1800));
        assert_eq!(problem(&broker, 1900), None);
        let said = told(&broker, 1900).unwrap();
        assert!(said.contains("6") && said.contains("shutting down"), "{said}");
        assert_eq!(told(&broker, 300 + 3600), None);
        for n in 0..1000 {
            broker.connects(at(n));
            broker.is_away(at(n));
        }
        assert_eq!(broker.losses.len(), LOSSES_MAX);
    }
}
