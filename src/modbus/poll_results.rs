//! The registers of each part of a device's points in one poll, or why there are none. The memory is reused.

use jiff::Timestamp;

use crate::core::Reason;
use crate::device::Slot;

/// The parts of a device's points, each with its outcome.
#[derive(Debug)]
pub(super) struct PollResults {
    /// For each point, the index of its first part; one more entry marks the end.
    firsts: Vec<usize>,
    parts: Vec<PartResult>,
    /// The registers of all answers.
    words: Vec<u16>,
}

#[derive(Debug, Clone, Copy)]
struct PartResult {
    at: Timestamp,
    /// Start and count in `words`.
    range: Result<(usize, usize), Reason>,
}

impl PollResults {
    /// For points with these numbers of parts.
    pub(super) fn new(part_counts: impl Iterator<Item = usize>) -> Self {
        let mut firsts = Vec::new();
        let mut all = 0;
        for count in part_counts {
            firsts.push(all);
            all += count;
        }
        firsts.push(all);
        let nothing = PartResult { at: Timestamp::UNIX_EPOCH, range: Err(Reason::Exception) };
        Self { firsts, parts: vec![nothing; all], words: Vec::new() }
    }

    /// Begins a poll: each part counts as refused until there is a result.
    pub(super) fn clear(&mut self, at: Timestamp) {
        self.words.clear();
        self.parts.fill(PartResult { at, range: Err(Reason::Exception) });
    }

    /// Stores the answer `words`, which begins `from` registers into the request of the slots.
    pub(super) fn store(&mut self, slots: &[Slot], from: usize, words: &[u16], at: Timestamp) {
        let base = self.words.len();
        self.words.extend_from_slice(words);
        for slot in slots {
            let begin = (base + slot.offset).saturating_sub(from);
            self.set(slot, PartResult { at, range: Ok((begin, slot.count)) });
        }
    }

    pub(super) fn mark_missing(&mut self, slots: &[Slot], reason: Reason, at: Timestamp) {
        for slot in slots {
            self.set(slot, PartResult { at, range: Err(reason) });
        }
    }

    fn set(&mut self, slot: &Slot, result: PartResult) {
        let index = self.firsts.get(slot.point).map(|first| first + slot.part);
        if let Some(part) = index.and_then(|index| self.parts.get_mut(index)) {
            *part = result;
        }
    }

    /// Calls `with` with the parts of `point` and the time of the last, or with why its first missing part is missing.
    pub(super) fn with_point<T>(
        &self,
        point: usize,
        with: impl FnOnce(Result<&[&[u16]], Reason>, Timestamp) -> T,
    ) -> T {
        let range = self.firsts.get(point).zip(self.firsts.get(point + 1));
        let parts = range.and_then(|(first, after)| self.parts.get(*first..*after));
        let words = |part: &PartResult| {
            let (from, count) = part.range?;
            self.words.get(from..from + count).ok_or(Reason::Length)
        };
        match parts {
            // Nearly all points have one part: no allocation for them.
            Some([part]) => match words(part) {
                Ok(words) => with(Ok(&[words]), part.at),
                Err(reason) => with(Err(reason), part.at),
            },
            parts => {
                let parts = parts.unwrap_or_default();
                let last = parts.iter().map(|part| part.at).max();
                let parts: Result<Vec<_>, _> = parts.iter().map(words).collect();
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
    fn a_point_is_complete_when_all_its_parts_are() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let slot = |point, part, offset, count| Slot { point, part, offset, count };
        let mut results = PollResults::new([1, 2].into_iter());
        let see = |results: &PollResults, point| {
            results.with_point(point, |parts, at| {
                let parts = parts.map(|parts| parts.iter().map(|p| p.to_vec()).collect::<Vec<_>>());
                (parts, at.as_second())
            })
        };
        results.clear(at(1));
        assert_eq!(see(&results, 0), (Err(Reason::Exception), 1));
        results.store(&[slot(0, 0, 4, 2), slot(1, 1, 6, 1)], 4, &[7, 8, 9], at(2));
        assert_eq!(see(&results, 0), (Ok(vec![vec![7, 8]]), 2));
        assert_eq!(see(&results, 1), (Err(Reason::Exception), 2));
        results.mark_missing(&[slot(1, 0, 0, 1)], Reason::Timeout, at(3));
        assert_eq!(see(&results, 1), (Err(Reason::Timeout), 3));
        results.store(&[slot(1, 0, 0, 1)], 0, &[5], at(4));
        assert_eq!(see(&results, 1), (Ok(vec![vec![5], vec![9]]), 4));
        results.clear(at(5));
        assert_eq!(see(&results, 1), (Err(Reason::Exception), 5));
    }
}
