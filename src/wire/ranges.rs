//! A set of sequence numbers, stored as ranges.

use std::collections::BTreeMap;

/// A set of sequence numbers as ranges, both ends included, that neither overlap nor touch.
///
/// ```
/// let mut delivered = hanqing::wire::RangeSet::default();
/// delivered.insert_range(1, 3);
/// delivered.insert(5);
/// assert!(!delivered.contains(4));
/// delivered.insert(4);
/// assert_eq!(delivered.iter().collect::<Vec<_>>(), [(1, 5)]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RangeSet(BTreeMap<u64, u64>);

impl RangeSet {
    pub fn insert(&mut self, seq: u64) {
        self.insert_range(seq, seq);
    }

    /// Adds `first..=last`; nothing if `last < first`.
    pub fn insert_range(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        let (mut from, mut to) = (first, last);
        // Merge every range that overlaps or touches [from, to], going back from its end.
        while let Some((&f, &l)) = self.0.range(..=to.saturating_add(1)).next_back() {
            if l.saturating_add(1) < from {
                break;
            }
            self.0.remove(&f);
            from = from.min(f);
            to = to.max(l);
        }
        self.0.insert(from, to);
    }

    pub fn contains(&self, seq: u64) -> bool {
        self.0.range(..=seq).next_back().is_some_and(|(_, &last)| seq <= last)
    }

    /// The ranges in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().map(|(&first, &last)| (first, last))
    }

    /// How many ranges it has.
    pub fn ranges(&self) -> usize {
        self.0.len()
    }

    /// Whether a range of it overlaps or touches `first..=last`, so that adding that makes no further range.
    pub fn touches(&self, first: u64, last: u64) -> bool {
        let before = self.0.range(..=last.saturating_add(1)).next_back();
        before.is_some_and(|(_, end)| end.saturating_add(1) >= first)
    }

    /// The ranges missing between `from` and the largest number of the set, in order.
    pub fn gaps(&self, from: u64) -> Vec<(u64, u64)> {
        let mut gaps = Vec::new();
        let mut next = from;
        for (first, last) in self.iter() {
            if first > next {
                gaps.push((next, first - 1));
            }
            next = next.max(last.saturating_add(1));
        }
        gaps
    }

    /// The first range of numbers in `from..=to` that are not in the set; `None` if all are.
    pub fn next_gap(&self, from: u64, to: u64) -> Option<(u64, u64)> {
        let covering = self.0.range(..=from).next_back();
        let first = match covering {
            Some((_, &last)) if last >= from => last.checked_add(1)?,
            _ => from,
        };
        let end = self.0.range(first..).next().map_or(to, |(&next, _)| (next - 1).min(to));
        (first <= end).then_some((first, end))
    }

    pub fn remove_range(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        let touched: Vec<_> = self
            .0
            .range(..=last)
            .rev()
            .take_while(|&(_, &l)| l >= first)
            .map(|(&f, &l)| (f, l))
            .collect();
        for (f, l) in touched {
            self.0.remove(&f);
            if f < first {
                self.0.insert(f, first - 1);
            }
            if l > last {
                self.0.insert(last + 1, l);
            }
        }
    }

    /// How many numbers it holds.
    pub fn len(&self) -> u64 {
        self.iter().map(|(first, last)| last - first + 1).sum()
    }

    pub fn last(&self) -> Option<u64> {
        self.0.last_key_value().map(|(_, &last)| last)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(u64, u64)> for RangeSet {
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(ranges: I) -> Self {
        let mut set = Self::default();
        for (first, last) in ranges {
            set.insert_range(first, last);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn holds_what_a_plain_set_holds(
            ranges in prop::collection::vec((0u64..60, 0u64..8), 0..30),
            removed in prop::collection::vec((0u64..60, 0u64..8), 0..5),
        ) {
            let mut plain = BTreeSet::new();
            let mut set = RangeSet::default();
            for (first, length) in ranges {
                let (before, touches) = (set.ranges(), set.touches(first, first + length));
                set.insert_range(first, first + length);
                prop_assert_eq!(set.ranges() > before, !touches);
                plain.extend(first..=first + length);
            }
            for seq in 0..80 {
                prop_assert_eq!(set.contains(seq), plain.contains(&seq));
            }
            let ranges: Vec<_> = set.iter().collect();
            prop_assert!(ranges.windows(2).all(|w| w[0].1 + 1 < w[1].0));
            let missing: BTreeSet<u64> = set.gaps(0).into_iter().flat_map(|(f, l)| f..=l).collect();
            let expected: BTreeSet<u64> = (0..plain.last().map_or(0, |l| l + 1)).filter(|s| !plain.contains(s)).collect();
            prop_assert_eq!(&missing, &expected);
            prop_assert_eq!(set.len(), plain.len() as u64);
            for from in 0..70 {
                let run = (from..75).skip_while(|s| plain.contains(s)).take_while(|s| !plain.contains(s));
                let run: Vec<u64> = run.collect();
                prop_assert_eq!(set.next_gap(from, 74), run.first().map(|first| (*first, *run.last().unwrap())));
            }
            for (first, length) in removed {
                set.remove_range(first, first + length);
                plain.retain(|seq| !(first..=first + length).contains(seq));
                for seq in 0..80 {
                    prop_assert_eq!(set.contains(seq), plain.contains(&seq));
                }
            }
        }
    }
}
