//! Gateways that send from two spools by turns: two machines of one name, as of a copied storage card.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::support::Moment;
use crate::wire::Epoch;

/// How long an epoch that another has followed is expected to come again, and how long two that come by turns are told
/// of. Engineering judgement: two machines of one name throw each other off the broker, and wait five minutes at most
/// until they come again.
const COUNTS: Duration = Duration::from_secs(3600);

/// Epochs of a gateway that are remembered. Engineering judgement: there are seldom more copies.
const EPOCHS_MAX: usize = 4;

/// The epochs of one gateway.
#[derive(Debug, Default)]
struct Spools {
    /// With the time of their last batch; the present one is last.
    epochs: VecDeque<(Epoch, Moment)>,
    /// When an earlier one first came again, and when one did last.
    turns: Option<(Moment, Moment)>,
}

impl Spools {
    /// Notes a batch. Returns whether it shows for the first time that there are two spools.
    fn note(&mut self, epoch: Epoch, now: Moment) -> bool {
        if let Some((present, last)) = self.epochs.back_mut()
            && *present == epoch
        {
            *last = now;
            return false;
        }
        let recent = |last: Moment| now.since(last) <= COUNTS;
        let place = self.epochs.iter().position(|(earlier, _)| *earlier == epoch);
        let known = place.and_then(|place| self.epochs.remove(place));
        self.epochs.push_back((epoch, now));
        if self.epochs.len() > EPOCHS_MAX {
            self.epochs.pop_front();
        }
        if !known.is_some_and(|(_, last)| recent(last)) {
            return false;
        }
        let since = self.turns.filter(|(_, last)| recent(*last)).map(|(since, _)| since);
        self.turns = Some((since.unwrap_or(now), now));
        since.is_none()
    }
}

/// The gateways that send.
#[derive(Debug, Default)]
pub struct Copies(BTreeMap<GatewayId, Spools>);

impl Copies {
    /// Notes that a batch of `epoch` has come. Returns whether it shows for the first time that its gateway sends from
    /// two spools.
    pub fn note(&mut self, gateway: &GatewayId, epoch: Epoch, now: Moment) -> bool {
        if !self.0.contains_key(gateway) && self.0.len() >= REMEMBERED_MAX {
            return false;
        }
        self.0.entry(gateway.clone()).or_default().note(epoch, now)
    }

    /// The gateways that send from two spools by turns, and since when.
    pub fn who(&self, now: Moment) -> impl Iterator<Item = (GatewayId, Moment)> {
        let present =
            move |(since, last): (Moment, Moment)| (now.since(last) <= COUNTS).then_some(since);
        self.0.iter().filter_map(move |(gateway, spools)| {
            Some((gateway.clone(), spools.turns.and_then(present)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(minute: i64) -> Moment {
        let time = Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
        Moment { up: Duration::from_secs(60 * u64::try_from(minute).unwrap()), time }
    }

    fn told(copies: &Copies, minute: i64) -> Vec<(String, Moment)> {
        copies.who(at(minute)).map(|(gateway, since)| (gateway.to_string(), since)).collect()
    }

    #[test]
    fn two_spools_that_send_by_turns_are_told_until_an_hour_after_the_last_turn() {
        let (mut copies, gateway) = (Copies::default(), "gw-1".parse().unwrap());
        let shown: Vec<bool> = [(1, 0), (1, 1), (2, 2), (2, 3), (1, 4), (2, 5), (3, 6), (1, 7)]
            .map(|(epoch, minute)| copies.note(&gateway, Epoch(epoch), at(minute)))
            .into();
        assert_eq!(shown, [false, false, false, false, true, false, false, false]);
        assert_eq!(told(&copies, 7), [("gw-1".into(), at(4))]);
        assert_eq!(told(&copies, 67), [("gw-1".into(), at(4))]);
        assert_eq!(told(&copies, 68), []);
        // They begin anew.
        assert!(!copies.note(&gateway, Epoch(2), at(500)));
        assert!(!copies.note(&gateway, Epoch(1), at(501)), "it was away for long");
        assert!(copies.note(&gateway, Epoch(2), at(502)));
        assert_eq!(told(&copies, 503), [("gw-1".into(), at(502))]);
    }

    #[test]
    fn a_spool_that_follows_another_is_no_copy() {
        let mut copies = Copies::default();
        let gateway = "gw-1".parse().unwrap();
        for epoch in 1..50 {
            assert!(!copies.note(&gateway, Epoch(epoch), at(epoch as i64)));
        }
        assert_eq!(copies.0[&gateway].epochs.len(), EPOCHS_MAX);
        for n in 0..REMEMBERED_MAX + 300 {
            copies.note(&format!("gw-{n}").parse().unwrap(), Epoch(1), at(0));
        }
        assert_eq!(copies.0.len(), REMEMBERED_MAX);
    }
}
