//! The registers behind a reading.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Registers that take no memory of their own: a value has at most four.
const FEW: usize = 4;

/// The registers that a reading was made of, as the device sent them. Each reading carries them for a while, thousands
/// at once: few of them lie in the reading itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<u16>", into = "Vec<u16>")]
pub struct Raw(Words);

#[derive(Debug, Clone)]
enum Words {
    Few(u8, [u16; FEW]),
    Many(Box<[u16]>),
}

impl Raw {
    /// The registers of `parts`, one after the other.
    pub fn of(parts: &[&[u16]]) -> Self {
        let count: usize = parts.iter().map(|part| part.len()).sum();
        let all = parts.iter().flat_map(|part| part.iter().copied());
        if count > FEW {
            return Self(Words::Many(all.collect()));
        }
        let mut few = [0; FEW];
        for (word, given) in few.iter_mut().zip(all) {
            *word = given;
        }
        Self(Words::Few(u8::try_from(count).unwrap_or_default(), few))
    }
}

impl Default for Raw {
    fn default() -> Self {
        Self(Words::Few(0, [0; FEW]))
    }
}

impl Deref for Raw {
    type Target = [u16];

    fn deref(&self) -> &[u16] {
        match &self.0 {
            Words::Few(count, words) => words.get(..usize::from(*count)).unwrap_or_default(),
            Words::Many(words) => words,
        }
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl FromIterator<u16> for Raw {
    fn from_iter<I: IntoIterator<Item = u16>>(words: I) -> Self {
        Vec::from_iter(words).into()
    }
}

impl From<Vec<u16>> for Raw {
    fn from(words: Vec<u16>) -> Self {
        Self::of(&[&words])
    }
}

impl From<Raw> for Vec<u16> {
    fn from(raw: Raw) -> Self {
        raw.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_registers_is_kept_in_order() {
        for count in 0..10 {
            let words: Vec<u16> = (0..count).map(|n| n * 1000 + 7).collect();
            for cut in 0..words.len() {
                let (a, b) = words.split_at(cut);
                assert_eq!(*Raw::of(&[a, b]), words[..]);
            }
            let raw = Raw::from(words.clone());
            assert_eq!(*raw, words[..]);
            let text = serde_json::to_string(&raw).unwrap();
            assert_eq!(text, serde_json::to_string(&words).unwrap());
            assert_eq!(serde_json::from_str::<Raw>(&text).unwrap(), raw);
        }
        assert!(Raw::default().is_empty());
        assert!(size_of::<Raw>() <= size_of::<Vec<u16>>());
    }
}
