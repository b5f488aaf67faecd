//! Reads the registers of one value by several requests, so that no value is made of an old and a new part. Pure.
//!
//! The parts are asked for in turn, and the first ones again. Where every part but the last reads the same twice, none
//! of them changed around the moment at which the last was read: together they are what the device held at that moment,
//! unless a part changed and changed back. Where they move, the asking goes on in turn, and each following part may be
//! the one in the middle.

use super::plan::Request;

/// The parts of one value, while they are read.
#[derive(Debug)]
pub struct InParts {
    parts: Vec<Request>,
    answers: Vec<Vec<u16>>,
}

impl InParts {
    /// To read `request` by requests of at most `most` registers; 0 counts as 1.
    pub fn new(request: Request, most: u16) -> Self {
        let most = most.max(1);
        let starts = (0..request.count).step_by(most.into());
        let part = |offset: u16| Request {
            address: request.address.saturating_add(offset),
            count: most.min(request.count - offset),
            ..request
        };
        Self { parts: starts.map(part).collect(), answers: Vec::new() }
    }

    /// The requests of a value that stands still: its parts, and all but the last again.
    pub fn least(request: Request, most: u16) -> Vec<Request> {
        let parts = Self::new(request, most).parts;
        let again = parts.len().saturating_sub(1);
        parts.iter().chain(parts.iter().take(again)).copied().collect()
    }

    /// The request to make next; `None` when the value is whole, or has moved all the time: for two turns after the
    /// first answers that could have been whole.
    pub fn next(&self) -> Option<Request> {
        let most = (4 * self.parts.len()).saturating_sub(1);
        if self.words().is_some() || self.answers.len() >= most {
            return None;
        }
        self.parts.get(self.answers.len() % self.parts.len().max(1)).copied()
    }

    /// Takes the answer to the request that was next.
    pub fn answered(&mut self, words: Vec<u16>) {
        self.answers.push(words);
    }

    /// The registers of the value, as they were at one moment; `None` while that is not known.
    pub fn words(&self) -> Option<Vec<u16>> {
        let count = self.parts.len();
        let start = self.answers.len().checked_sub((2 * count).checked_sub(1)?)?;
        let window = self.answers.get(start..)?;
        let (twice, again) = (window.iter().take(count - 1), window.iter().skip(count));
        if !twice.eq(again) {
            return None;
        }
        // The window begins with any part: its first answers, in order of the parts.
        let at = |part: usize| window.get((part + count - start % count) % count);
        let parts: Option<Vec<&Vec<u16>>> = (0..count).map(at).collect();
        Some(parts?.into_iter().flatten().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::device::Function;

    fn request(address: u16, count: u16) -> Request {
        Request { function: Function::Holding, address, count }
    }

    /// Reads a value of `count` registers; `held` gives them at each request.
    fn read(count: u16, most: u16, held: impl Fn(usize) -> Vec<u16>) -> (Option<Vec<u16>>, usize) {
        let mut parts = InParts::new(request(100, count), most);
        let mut asked = 0;
        while let Some(part) = parts.next() {
            assert!(part.count <= most.max(1) && part.address >= 100);
            let from = usize::from(part.address - 100);
            parts.answered(held(asked)[from..from + usize::from(part.count)].to_vec());
            asked += 1;
        }
        (parts.words(), asked)
    }

    #[test]
    fn a_value_that_stands_still_costs_each_part_but_the_last_twice() {
        assert_eq!(read(1, 1, |_| vec![7]), (Some(vec![7]), 1));
        assert_eq!(read(2, 1, |_| vec![7, 8]), (Some(vec![7, 8]), 3));
        assert_eq!(read(4, 1, |_| vec![1, 2, 3, 4]), (Some(vec![1, 2, 3, 4]), 7));
        assert_eq!(read(4, 3, |_| vec![1, 2, 3, 4]), (Some(vec![1, 2, 3, 4]), 3));
        assert_eq!(read(3, 4, |_| vec![1, 2, 3]), (Some(vec![1, 2, 3]), 1));
        assert_eq!(read(2, 0, |_| vec![7, 8]).1, 3);
    }

    #[test]
    fn a_carry_between_two_parts_is_read_again_and_a_value_that_never_rests_is_none() {
        // 0x0001ffff + 1 between the two requests.
        let carry = |n| if n == 0 { vec![1, 0xffff] } else { vec![2, 0] };
        assert_eq!(read(2, 1, carry), (Some(vec![2, 0]), 4));
        // The low half moves with each request, the high one stands.
        let low_first = |n: usize| vec![n as u16, 5];
        let (words, asked) = read(2, 1, low_first);
        assert!(words.is_some_and(|words| words[1] == 5) && asked == 4);
        let restless = |n: usize| vec![n as u16; 2];
        assert_eq!(read(2, 1, restless), (None, 7));
        assert_eq!(read(4, 1, |n| vec![n as u16; 4]), (None, 15));
    }

    proptest! {
        /// A counter that only grows is never read torn.
        #[test]
        fn what_is_read_is_what_was_held_at_one_moment(
            count in 1_u16..5,
            most in 1_u16..4,
            begin in 0_u64..0x2_0000_0000,
            // Too small for a register to come round within a turn.
            steps in prop::collection::vec(prop_oneof![Just(0_u64), 0_u64..0x4000], 20),
            swapped: bool,
        ) {
            let mask = u64::MAX >> (64 - 16 * u32::from(count));
            let held = |n: usize| {
                let value = begin + steps.iter().take(n).sum::<u64>();
                let words = (0..count).rev().map(|at| ((value & mask) >> (16 * at)) as u16);
                let mut words: Vec<u16> = words.collect();
                if swapped {
                    words.reverse();
                }
                words
            };
            // A counter that comes round while it is read may change and change back.
            prop_assume!(begin + steps.iter().sum::<u64>() <= mask);
            let (words, asked) = read(count, most, held);
            if let Some(words) = words {
                prop_assert!((0..asked).any(|n| held(n) == words), "{words:?}");
            }
        }
    }
}
