//! Who has dialled in and not said yet who it is: so few of each address that one peer locks no other out. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// Unidentified connections at one listening address. More are disconnected, so that peers cannot use up the file
/// descriptors. Engineering judgement: a county's terminals that dial in again at once identify themselves in seconds.
pub(super) const CALLERS_MAX: usize = 64;

/// Unidentified connections of one peer address. Engineering judgement: terminals behind one address of an operator
/// dial again when they are turned away, and one peer leaves the others sixty places.
const OF_PEER_MAX: usize = 4;

/// Addresses whose terminals had a place last, of which as many are remembered: they make room for others last.
/// Engineering judgement: more than a county's terminals at one listening address.
const KNOWN_MAX: usize = 256;

/// How long a peer that was named in the log is remembered, so that it is named once in that time.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Peers that are remembered, and of one address. More are named only this long after another: so naming never ends,
/// and the log grows by a line a minute. Engineering judgement.
const REMEMBERED_MAX: usize = 64;
const REMEMBERED_OF_PEER_MAX: usize = 8;
const NAMED_APART: Duration = Duration::from_secs(60);

/// The unidentified connections of a listener, by number. Times are counted from any one instant.
#[derive(Debug, Default)]
pub(super) struct Callers {
    waiting: BTreeMap<u64, Caller>,
    next: u64,
    /// Where terminals that had a place have dialled from; the newest last.
    known: VecDeque<IpAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Caller {
    peer: IpAddr,
    /// It has sent nothing yet.
    silent: bool,
}

impl Callers {
    /// Takes in a connection of `peer`. Returns its number, and that of the one that makes room for it: the oldest that
    /// has sent nothing, of the same peer where that has too many, or else the oldest. Where all places are taken, one
    /// from an address whose terminal had a place makes room last: many peers cannot lock it out.
    pub(super) fn admit(&mut self, peer: IpAddr) -> (u64, Option<u64>) {
        let of_peer = |caller: &Caller| caller.peer == peer;
        let same = self.waiting.values().filter(|caller| of_peer(caller)).count();
        let leaves = if same >= OF_PEER_MAX {
            self.oldest(of_peer)
        } else if self.waiting.len() >= CALLERS_MAX {
            let unknown = |caller: &Caller| !self.known.contains(&caller.peer);
            self.oldest(unknown).or_else(|| self.oldest(|_| true))
        } else {
            None
        };
        if let Some(number) = leaves {
            self.waiting.remove(&number);
        }
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, Caller { peer, silent: true });
        (number, leaves)
    }

    fn oldest(&self, of: impl Fn(&Caller) -> bool) -> Option<u64> {
        let mut all = self.waiting.iter().filter(|(_, caller)| of(caller));
        let first = all.clone().next();
        all.find(|(_, caller)| caller.silent).or(first).map(|(number, _)| *number)
    }

    /// The connection has sent something.
    pub(super) fn spoke(&mut self, number: u64) {
        if let Some(caller) = self.waiting.get_mut(&number) {
            caller.silent = false;
        }
    }

    /// A terminal of this address has got a place.
    pub(super) fn seated(&mut self, peer: IpAddr) {
        self.known.retain(|known| *known != peer);
        self.known.push_back(peer);
        if self.known.len() > KNOWN_MAX {
            self.known.pop_front();
        }
    }

    pub(super) fn left(&mut self, number: u64) {
        self.waiting.remove(&number);
    }
}

/// What has been named in the log within the last hour. Bounded.
#[derive(Debug)]
pub(super) struct Named<K>(BTreeMap<(IpAddr, K), Duration>);

impl<K> Default for Named<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Named<K> {
    /// Whether to name `what` of `peer` at `now`.
    pub(super) fn is_new(&mut self, peer: IpAddr, what: K, now: Duration) -> bool {
        self.0.retain(|_, at| now.saturating_sub(*at) < REMEMBERED);
        let of_peer = self.0.keys().filter(|(known, _)| *known == peer).count();
        let last = self.0.values().max().copied();
        let rare = last.is_none_or(|last| now.saturating_sub(last) >= NAMED_APART);
        let room = (self.0.len() < REMEMBERED_MAX || rare) && of_peer < REMEMBERED_OF_PEER_MAX;
        let key = (peer, what);
        if !room || self.0.contains_key(&key) {
            return false;
        }
        self.0.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn one_peer_has_four_places_and_its_own_oldest_silent_one_makes_room() {
        let mut callers = Callers::default();
        let numbers: Vec<_> = (0..4).map(|_| callers.admit(peer(1))).collect();
        assert!(numbers.iter().all(|(_, leaves)| leaves.is_none()));
        let other = callers.admit(peer(2));
        assert_eq!(other.1, None);
        callers.spoke(numbers[0].0);
        assert_eq!(callers.admit(peer(1)).1, Some(numbers[1].0));
        assert_eq!(callers.admit(peer(2)).1, None);
        // Where all have spoken, the oldest.
        for number in 0..99 {
            callers.spoke(number);
        }
        assert_eq!(callers.admit(peer(1)).1, Some(numbers[0].0));
        callers.left(numbers[2].0);
        assert_eq!(callers.admit(peer(1)).1, None);
    }

    #[test]
    fn of_all_places_the_oldest_silent_one_is_given_to_a_newcomer() {
        let mut callers = Callers::default();
        for last in 0..16 {
            for _ in 0..4 {
                assert_eq!(callers.admit(peer(last)).1, None);
            }
        }
        (0..5).for_each(|number| callers.spoke(number));
        assert_eq!(callers.admit(peer(99)), (64, Some(5)));
        assert_eq!(callers.admit(peer(98)), (65, Some(6)));
        assert_eq!(callers.waiting.len(), CALLERS_MAX);
    }

    #[test]
    fn an_address_that_had_a_place_is_not_locked_out_by_many() {
        let mut callers = Callers::default();
        callers.seated(peer(1));
        let honest = callers.admit(peer(1)).0;
        callers.spoke(honest);
        for n in 0..500_u32 {
            let from = [10, 9, (n >> 8) as u8, n as u8].into();
            let (number, leaves) = callers.admit(from);
            assert_ne!(leaves, Some(honest));
            callers.spoke(number);
        }
    }

    #[test]
    fn naming_is_bounded_and_does_not_end() {
        let mut named = Named::default();
        let s = Duration::from_secs;
        assert!(named.is_new(peer(1), 1, s(0)) && !named.is_new(peer(1), 1, s(3599)));
        assert!(named.is_new(peer(1), 1, s(3600)));
        let flood = (0..5000).filter(|what| named.is_new(peer(1), *what, s(4000))).count();
        assert_eq!(flood, REMEMBERED_OF_PEER_MAX - 1);
        let flood = (0..5000_u32)
            .filter(|n| named.is_new([10, 9, (n >> 8) as u8, *n as u8].into(), 1, s(4001)))
            .count();
        assert_eq!(flood, REMEMBERED_MAX - REMEMBERED_OF_PEER_MAX);
        assert!(!named.is_new(peer(7), 1, s(4002)));
        assert!(named.is_new(peer(7), 1, s(4061)) && !named.is_new(peer(8), 1, s(4062)));
        assert!(named.is_new(peer(8), 1, s(7700)));
    }
}
