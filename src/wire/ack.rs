//! The acknowledgement: which batches of an epoch the hub has committed.

use serde::{Deserialize, Serialize};

use super::{Epoch, FORMAT, RangeSet, WireError, check_format, read, write};
use crate::locales::wire as words;

/// Ranges that one acknowledgement names at most. Two numbers of 20 digits each and their brackets are 44 bytes, so
/// that the message stays below 44 kB, far below [`MESSAGE_SIZE_MAX`](super::MESSAGE_SIZE_MAX), whatever they are.
const RANGES_MAX: usize = 1000;

/// "I have committed these." It may come twice, late, out of order, or from any of several hubs.
#[derive(Debug, Clone, PartialEq)]
pub struct Ack {
    pub epoch: Epoch,
    /// Sequence numbers of that epoch.
    pub committed: RangeSet,
    /// Whether these are all that the hub has of the epoch: what is missing below the last of them, it has lost. A part
    /// says nothing about the numbers that it does not name.
    pub whole: bool,
    /// Whether the hub has just come: nothing that was sent before and is not named here will be acknowledged unless it
    /// is sent again.
    pub start: bool,
}

#[derive(Serialize, Deserialize)]
struct Message {
    v: u8,
    epoch: Epoch,
    ranges: Vec<[u64; 2]>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    whole: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    start: bool,
}

impl Ack {
    /// The acknowledgements of `committed`: one, or where its ranges are too many for a message several parts, which
    /// together name them all.
    pub fn parts(epoch: Epoch, committed: &RangeSet, whole: bool, start: bool) -> Vec<Self> {
        let ranges: Vec<(u64, u64)> = committed.iter().collect();
        if ranges.len() <= RANGES_MAX {
            return vec![Self { epoch, committed: committed.clone(), whole, start }];
        }
        let part = |ranges: &[(u64, u64)]| ranges.iter().copied().collect();
        let parts = ranges.chunks(RANGES_MAX).map(part);
        parts.map(|committed| Self { epoch, committed, whole: false, start: false }).collect()
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(&Message {
            v: FORMAT,
            epoch: self.epoch,
            ranges: self.committed.iter().map(|(f, l)| [f, l]).collect(),
            whole: self.whole,
            start: self.start,
        })
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let Message { v, epoch, ranges, whole, start } = read(bytes)?;
        check_format(v)?;
        if let Some([first, last]) = ranges.iter().find(|[first, last]| last < first) {
            return Err(WireError::content(words::range_backwards(first, last)));
        }
        let committed = ranges.iter().map(|&[f, l]| (f, l)).collect();
        Ok(Self { epoch, committed, whole, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MESSAGE_SIZE_MAX;

    #[test]
    fn reads_back_as_written_and_refuses_nonsense() {
        let committed: RangeSet = [(1, 3), (5, 5)].into_iter().collect();
        for (whole, start) in [(false, false), (true, false), (true, true)] {
            let parts = Ack::parts(Epoch(7), &committed, whole, start);
            let [ack] = &parts[..] else { panic!("{parts:?}") };
            assert_eq!((ack.whole, ack.start), (whole, start));
            assert_eq!(Ack::from_bytes(&ack.to_bytes()).unwrap(), *ack);
        }
        let text = r#"{"v":1,"epoch":"0000000000000007","ranges":[[3,1]]}"#;
        assert!(Ack::from_bytes(text.as_bytes()).unwrap_err().to_string().contains("backwards"));
        assert!(Ack::from_bytes(br#"{"v":9,"epoch":"0000000000000007","ranges":[]}"#).is_err());
    }

    #[test]
    fn a_hub_of_an_earlier_version_does_not_say_that_it_names_all() {
        let text = r#"{"v":1,"epoch":"0000000000000007","ranges":[[1,3]]}"#;
        let ack = Ack::from_bytes(text.as_bytes()).unwrap();
        assert!(!ack.whole && !ack.start);
    }

    #[test]
    fn an_acknowledgement_of_many_ranges_goes_in_parts_that_fit() {
        let far = u64::MAX - 1_000_000;
        let committed: RangeSet = (0..5_500).map(|i| (far + 2 * i, far + 2 * i)).collect();
        let parts = Ack::parts(Epoch(u64::MAX), &committed, true, true);
        assert_eq!(parts.len(), 6);
        let mut named = RangeSet::default();
        for part in &parts {
            assert!(!part.whole && !part.start);
            assert!(part.to_bytes().len() < MESSAGE_SIZE_MAX / 5);
            part.committed.iter().for_each(|(first, last)| named.insert_range(first, last));
        }
        assert_eq!(named, committed);
    }
}
