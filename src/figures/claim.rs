//! Whether the words of a figure may be printed: what its evidence entails.

use serde::{Deserialize, Serialize};

use super::phrase::rounded;
use crate::locales::{Text, figures as words};

/// What the evidence says of the statement that a figure's words make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The evidence entails it.
    Proved,
    /// The evidence shows that it is false; the words, if there are any, say what is true.
    Refuted,
    /// It may be true or false; the words, if there are any, say the part that is known.
    #[default]
    Open,
}

impl Verdict {
    pub fn name(self) -> Text {
        match self {
            Self::Proved => words::proved(),
            Self::Refuted => words::refuted(),
            Self::Open => words::open(),
        }
    }
}

/// The verdict on a figure's words, with its grounds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Claim {
    pub verdict: Verdict,
    /// Why it is not proved; empty where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Text>,
}

/// The ground of a claim whose words do not hold for all values from `least` to `most`, which may be infinite.
pub fn open_by_bounds([least, most]: [f64; 2]) -> Text {
    match most.is_finite() {
        true => words::bounds_too_wide(rounded(least, 2), rounded(most, 2)),
        false => words::not_bounded(rounded(least, 2)),
    }
}
