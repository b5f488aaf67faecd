//! What is left of batches that a gateway could not keep: the gap record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A batch with this stands for all from `first` to its own number: their readings are gone but for those that it carries. A hub
/// that commits it counts all of them as come, and keeps the record beside its gaps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Remains {
    /// First number that it stands for; its own where none was given to what is lost.
    pub first: u64,
    /// Readings lost. `None` where nobody can know.
    pub lost: Option<u64>,
    /// Time of the first of them, as far as is known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub from: Timestamp,
    /// Time of the last of them.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub to: Timestamp,
    /// Why.
    pub why: LostTo,
}

/// Why readings are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostTo {
    /// The spool was full, and the oldest were thinned to one an hour and series.
    Thinned,
    /// The spool was full, and the oldest were dropped.
    Full,
    /// They could not be written for too long, and there was no room left in memory.
    Unwritten,
    /// The spool's file, or a part of it, could not be read any more.
    Spoilt,
}

impl LostTo {
    /// Id in messages and tables.
    pub fn id(self) -> &'static str {
        match self {
            Self::Thinned => "thinned",
            Self::Full => "full",
            Self::Unwritten => "unwritten",
            Self::Spoilt => "spoilt",
        }
    }

    /// What a person is told.
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Thinned => "存满后抽稀为每小时一个",
            Self::Full => "存满后丢弃",
            Self::Unwritten => "写盘失败",
            Self::Spoilt => "存储文件损坏",
        }
    }
}

impl Remains {
    /// Whether it can belong to batch `seq`.
    ///
    /// # Errors
    /// What contradicts itself.
    pub(super) fn check(&self, seq: u64) -> Result<(), String> {
        if self.first == 0 || self.first > seq {
            return Err(format!("remains of {} to {seq}: no such range", self.first));
        }
        if self.to < self.from {
            return Err(format!("remains from {} to {}: backwards", self.from, self.to));
        }
        Ok(())
    }

    /// Both together, where `self` was lost before `later`. What is dropped outweighs what is thinned: of the two, the worse is
    /// told.
    pub fn and(self, later: Self) -> Self {
        Self {
            first: self.first.min(later.first),
            lost: self.lost.zip(later.lost).map(|(a, b)| a.saturating_add(b)),
            from: self.from.min(later.from),
            to: self.to.max(later.to),
            why: if self.why == LostTo::Thinned { later.why } else { self.why },
        }
    }
}
