//! The acknowledgement: which batches of an epoch the hub has committed.

use serde::{Deserialize, Serialize};

use super::{Epoch, FORMAT, RangeSet, WireError, check_format, read, write};
use crate::locales::wire as words;

/// "I have committed these." It may come twice, late, out of order, or from any of several hubs.
#[derive(Debug, Clone, PartialEq)]
pub struct Ack {
    pub epoch: Epoch,
    /// Sequence numbers of that epoch.
    pub committed: RangeSet,
}

#[derive(Serialize, Deserialize)]
struct Message {
    v: u8,
    epoch: Epoch,
    ranges: Vec<[u64; 2]>,
}

impl Ack {
    pub fn to_bytes(&self) -> Vec<u8> {
        write(&Message {
            v: FORMAT,
            epoch: self.epoch,
            ranges: self.committed.iter().map(|(f, l)| [f, l]).collect(),
        })
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let message: Message = read(bytes)?;
        check_format(message.v)?;
        if let Some([first, last]) = message.ranges.iter().find(|[first, last]| last < first) {
            return Err(WireError::Content(words::range_backwards(first, last)));
        }
        Ok(Self {
            epoch: message.epoch,
            committed: message.ranges.iter().map(|&[f, l]| (f, l)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_as_written_and_refuses_nonsense() {
        let ack = Ack { epoch: Epoch(7), committed: [(1, 3), (5, 5)].into_iter().collect() };
        assert_eq!(Ack::from_bytes(&ack.to_bytes()).unwrap(), ack);
        let text = r#"{"v":1,"epoch":"0000000000000007","ranges":[[3,1]]}"#;
        assert!(Ack::from_bytes(text.as_bytes()).unwrap_err().to_string().contains("backwards"));
        assert!(Ack::from_bytes(br#"{"v":9,"epoch":"0000000000000007","ranges":[]}"#).is_err());
    }
}
