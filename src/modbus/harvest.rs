//! What one poll of a device has brought: the registers of each part of its points, or why there are none. Reused from poll to
//! poll.

use jiff::Timestamp;

use crate::core::Reason;
use crate::device::Slot;

/// The parts of a device's points, each with what came of it.
#[derive(Debug)]
pub(super) struct Harvest {
    /// Of each point, which is its first among all parts.
    firsts: Vec<usize>,
    found: Vec<Found>,
    /// The registers of all answers.
    words: Vec<u16>,
}

/// What came of a part.
#[derive(Debug, Clone, Copy)]
struct Found {
    at: Timestamp,
    /// From where on its registers lie, and how many.
    got: Result<(usize, usize), Reason>,
}

impl Harvest {
    /// Of points with so many parts each.
    pub(super) fn new(parts: impl Iterator<Item = usize>) -> Self {
        let mut firsts = Vec::new();
        let mut all = 0;
        for count in parts {
            firsts.push(all);
            all += count;
        }
        firsts.push(all);
        let nothing = Found { at: Timestamp::UNIX_EPOCH, got: Err(Reason::Exception) };
        Self { firsts, found: vec![nothing; all], words: Vec::new() }
    }

    /// Begins a poll: each part counts as refused until something comes of it.
    pub(super) fn clear(&mut self, at: Timestamp) {
        self.words.clear();
        self.found.fill(Found { at, got: Err(Reason::Exception) });
    }

    /// The answer `words`, which begins at `from` of the request that the slots are of.
    pub(super) fn keep(&mut self, slots: &[Slot], from: usize, words: &[u16], at: Timestamp) {
        let base = self.words.len();
        self.words.extend_from_slice(words);
        for slot in slots {
            let begin = (base + slot.offset).saturating_sub(from);
            self.put(slot, Ok((begin, slot.count)), at);
        }
    }

    /// There is no answer for these.
    pub(super) fn lack(&mut self, slots: &[Slot], reason: Reason, at: Timestamp) {
        for slot in slots {
            self.put(slot, Err(reason), at);
        }
    }

    fn put(&mut self, slot: &Slot, got: Result<(usize, usize), Reason>, at: Timestamp) {
        let place = self.firsts.get(slot.point).map(|first| first + slot.part);
        if let Some(found) = place.and_then(|place| self.found.get_mut(place)) {
            *found = Found { at, got };
        }
    }

    /// Calls `with` with the parts of `point` and when the last of them came, or with the reason why the first that lacks does.
    pub(super) fn of<T>(
        &self,
        point: usize,
        with: impl FnOnce(Result<&[&[u16]], Reason>, Timestamp) -> T,
    ) -> T {
        let range = self.firsts.get(point).zip(self.firsts.get(point + 1));
        let found = range.and_then(|(first, after)| self.found.get(*first..*after));
        let words = |found: &Found| {
            let (from, count) = found.got?;
            self.words.get(from..from + count).ok_or(Reason::Length)
        };
        match found {
            // Nearly all points have one part.
            Some([found]) => match words(found) {
                Ok(words) => with(Ok(&[words]), found.at),
                Err(reason) => with(Err(reason), found.at),
            },
            found => {
                let found = found.unwrap_or_default();
                let last = found.iter().map(|found| found.at).max();
                let parts: Result<Vec<_>, _> = found.iter().map(words).collect();
                let parts = parts.as_deref().map_err(|reason| *reason);
                with(parts, last.unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_there_when_all_its_parts_are() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let slot = |point, part, offset, count| Slot { point, part, offset, count };
        let mut harvest = Harvest::new([1, 2].into_iter());
        let see = |harvest: &Harvest, point| {
            harvest.of(point, |parts, at| {
                let parts = parts.map(|parts| parts.iter().map(|p| p.to_vec()).collect::<Vec<_>>());
                (parts, at.as_second())
            })
        };
        harvest.clear(at(1));
        assert_eq!(see(&harvest, 0), (Err(Reason::Exception), 1));
        harvest.keep(&[slot(0, 0, 4, 2), slot(1, 1, 6, 1)], 4, &[7, 8, 9], at(2));
        assert_eq!(see(&harvest, 0), (Ok(vec![vec![7, 8]]), 2));
        assert_eq!(see(&harvest, 1), (Err(Reason::Exception), 2));
        harvest.lack(&[slot(1, 0, 0, 1)], Reason::Timeout, at(3));
        assert_eq!(see(&harvest, 1), (Err(Reason::Timeout), 3));
        harvest.keep(&[slot(1, 0, 0, 1)], 0, &[5], at(4));
        assert_eq!(see(&harvest, 1), (Ok(vec![vec![5], vec![9]]), 4));
        harvest.clear(at(5));
        assert_eq!(see(&harvest, 1), (Err(Reason::Exception), 5));
    }
}
