//! The acknowledgement: which batches of an epoch the hub has committed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Epoch, FORMAT, RangeSet, WireError, check_format, read, write};
use crate::locales::wire as words;

/// The most that a range takes in the message, bytes: two numbers of 20 digits, and brackets and commas.
const RANGE_BYTES: usize = 44;

/// What the message takes without its ranges, bytes.
const FRAME_BYTES: usize = 100;

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
    /// The hub's time; a hub of an earlier version does not say it.
    pub at: Option<Timestamp>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

impl Ack {
    /// This acknowledgement in messages of at most `bytes_max` bytes, or of one range where that is more: itself, or
    /// parts that together name the same numbers. Only the last of them says that the hub has just come: by then all
    /// that it has is named.
    pub fn parts(&self, bytes_max: usize) -> Vec<Self> {
        if self.to_bytes().len() <= bytes_max {
            return vec![self.clone()];
        }
        let ranges: Vec<(u64, u64)> = self.committed.iter().collect();
        let each = (bytes_max.saturating_sub(FRAME_BYTES) / RANGE_BYTES).max(1);
        let part = |ranges: &[(u64, u64)]| Self {
            epoch: self.epoch,
            committed: ranges.iter().copied().collect(),
            whole: false,
            start: false,
            at: self.at,
        };
        let mut parts: Vec<Self> = ranges.chunks(each).map(part).collect();
        if let Some(last) = parts.last_mut() {
            last.start = self.start;
        }
        parts
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(&Message {
            v: FORMAT,
            epoch: self.epoch,
            ranges: self.committed.iter().map(|(f, l)| [f, l]).collect(),
            whole: self.whole,
            start: self.start,
            at: self.at,
        })
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let Message { v, epoch, ranges, whole, start, at } = read(bytes)?;
        check_format(v)?;
        if let Some([first, last]) = ranges.iter().find(|[first, last]| last < first) {
            return Err(WireError::content(words::range_backwards(first, last)));
        }
        let committed = ranges.iter().map(|&[f, l]| (f, l)).collect();
        Ok(Self { epoch, committed, whole, start, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_as_written_and_refuses_nonsense() {
        let committed: RangeSet = [(1, 3), (5, 5)].into_iter().collect();
        for (whole, start) in [(false, false), (true, false), (true, true)] {
            let at = start.then(|| "2026-11-26T00:00:00.123Z".parse().unwrap());
            let ack = Ack { epoch: Epoch(7), committed: committed.clone(), whole, start, at };
            assert_eq!(Ack::from_bytes(&ack.to_bytes()).unwrap(), ack);
            assert_eq!(ack.parts(1000), [ack]);
        }
        let text = r#"{"v":1,"epoch":"0000000000000007","ranges":[[3,1]]}"#;
        assert!(Ack::from_bytes(text.as_bytes()).unwrap_err().to_string().contains("backwards"));
        assert!(Ack::from_bytes(br#"{"v":9,"epoch":"0000000000000007","ranges":[]}"#).is_err());
    }

    #[test]
    fn a_hub_of_an_earlier_version_does_not_say_that_it_names_all() {
        let text = r#"{"v":1,"epoch":"0000000000000007","ranges":[[1,3]]}"#;
        let ack = Ack::from_bytes(text.as_bytes()).unwrap();
        assert!(!ack.whole && !ack.start && ack.at.is_none());
    }

    #[test]
    fn an_acknowledgement_of_many_ranges_goes_in_parts_that_fit() {
        let far = u64::MAX - 1_000_000;
        let committed: RangeSet = (0..5_500).map(|i| (far + 2 * i, far + 2 * i)).collect();
        let at = Some(Timestamp::MAX);
        let ack = Ack { epoch: Epoch(u64::MAX), committed, whole: true, start: true, at };
        for bytes_max in [200, 2_000, 44_000] {
            let parts = ack.parts(bytes_max);
            let mut named = RangeSet::default();
            for part in &parts {
                assert!(!part.whole && part.at == at && part.to_bytes().len() <= bytes_max);
                part.committed.iter().for_each(|(first, last)| named.insert_range(first, last));
            }
            assert_eq!(named, ack.committed);
            let starts: Vec<bool> = parts.iter().map(|part| part.start).collect();
            assert_eq!(starts.iter().position(|start| *start), Some(parts.len() - 1));
        }
        // One range always goes.
        assert_eq!(ack.parts(0).len(), 5_500);
    }
}
