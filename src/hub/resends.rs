//! Batches that come again after they were acknowledged: the acknowledgements do not reach their gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::wire::Epoch;

/// How often a batch has to come again. Engineering judgement: one or two are on their way when a line breaks.
const TIMES: u32 = 3;

/// What comes again sooner was sent before the acknowledgement could arrive: a gateway waits 30 s for it.
const APART: Duration = Duration::from_secs(10);

/// How long a batch that came again counts. A gateway without acknowledgements asks each two minutes at most by
/// sending its oldest batch again. Engineering judgement: one such message may be lost.
const COUNTS: Duration = Duration::from_secs(300);

/// The batches of one gateway that the hub has acknowledged.
#[derive(Debug)]
struct Told {
    epoch: Epoch,
    highest: u64,
    heard: Duration,
    again: Option<Again>,
}

/// A batch that has come again.
#[derive(Debug)]
struct Again {
    seq: u64,
    times: u32,
    last: Duration,
}

impl Told {
    fn resends(&self, now: Duration) -> bool {
        let often = self.again.as_ref().filter(|again| again.times >= TIMES);
        often.is_some_and(|again| now.saturating_sub(again.last) <= COUNTS)
    }
}

/// The gateways that send.
#[derive(Debug, Default)]
pub struct Resends(BTreeMap<GatewayId, Told>);

impl Resends {
    /// Notes a batch that is committed, and acknowledged at the uptime `now`.
    pub fn note(&mut self, gateway: &GatewayId, epoch: Epoch, seq: u64, now: Duration) {
        let Some(told) = self.0.get_mut(gateway).filter(|told| told.epoch == epoch) else {
            if self.0.contains_key(gateway) || self.0.len() < REMEMBERED_MAX {
                let told = Told { epoch, highest: seq, heard: now, again: None };
                self.0.insert(gateway.clone(), told);
            }
            return;
        };
        told.heard = now;
        if seq > told.highest {
            told.highest = seq;
            return;
        }
        match &mut told.again {
            Some(again) if again.seq == seq => {
                if now.saturating_sub(again.last) >= APART {
                    again.times += 1;
                    again.last = now;
                }
            }
            Some(again) if now.saturating_sub(again.last) <= COUNTS => {}
            again => *again = Some(Again { seq, times: 1, last: now }),
        }
    }

    /// The gateways that send again what was acknowledged, in order.
    pub fn who(&self, now: Duration) -> Vec<GatewayId> {
        let resend = self.0.iter().filter(|(_, told)| told.resends(now));
        resend.map(|(gateway, _)| gateway.clone()).collect()
    }

    /// Whether all gateways that send do so.
    pub fn are_all(&self, now: Duration) -> bool {
        let recent = |told: &&Told| now.saturating_sub(told.heard) <= COUNTS;
        let mut sending = self.0.values().filter(recent).peekable();
        sending.peek().is_some() && sending.all(|told| told.resends(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Duration {
        Duration::from_secs(s.try_into().unwrap())
    }

    fn told(resends: &Resends, s: i64) -> Vec<String> {
        resends.who(at(s)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_batch_that_comes_again_three_times_is_told_until_it_comes_no_more() {
        let (mut resends, one, other) =
            (Resends::default(), "gw-1".parse().unwrap(), "gw-2".parse().unwrap());
        resends.note(&one, Epoch(7), 6, at(0));
        for n in 1..=10 {
            resends.note(&one, Epoch(7), 6 + n, at(30 * n as i64));
            resends.note(&other, Epoch(7), n, at(30 * n as i64));
            // The oldest comes as a probe, twice at once.
            if n % 3 == 0 {
                resends.note(&one, Epoch(7), 6, at(30 * n as i64));
                resends.note(&one, Epoch(7), 6, at(30 * n as i64 + 1));
            }
            assert_eq!(told(&resends, 30 * n as i64).len(), usize::from(n >= 9), "{n}");
        }
        assert_eq!(told(&resends, 300), ["gw-1"]);
        assert!(!resends.are_all(at(300)));
        assert_eq!(told(&resends, 270 + 300), ["gw-1"]);
        assert_eq!(told(&resends, 270 + 301), [""; 0]);
        // Once the other is gone, it is all that send; where none sends, none is all.
        resends.note(&one, Epoch(7), 6, at(590));
        for s in [590, 610, 630] {
            resends.note(&one, Epoch(7), 6, at(s));
        }
        assert!(!resends.are_all(at(590)) && resends.are_all(at(630)));
        assert!(!resends.are_all(at(9000)));
    }

    #[test]
    fn what_comes_late_or_twice_says_nothing() {
        let (mut resends, gateway) = (Resends::default(), "gw-1".parse().unwrap());
        for seq in [9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10] {
            resends.note(&gateway, Epoch(7), seq, at(20 * seq as i64));
        }
        assert_eq!(told(&resends, 200), [""; 0]);
        // Another life of the spool begins at one.
        for epoch in 8..20 {
            resends.note(&gateway, Epoch(epoch), 1, at(300 + 20 * epoch as i64));
        }
        assert_eq!(told(&resends, 700), [""; 0]);
        for n in 0..REMEMBERED_MAX + 300 {
            resends.note(&format!("gw-{n}").parse().unwrap(), Epoch(1), 1, at(0));
        }
        assert_eq!(resends.0.len(), REMEMBERED_MAX);
    }
}
