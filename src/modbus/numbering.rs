//! The transaction numbers of requests over Modbus TCP, and what devices make of them.
//!
//! An answer has to carry the number of its request (Modbus messaging on TCP/IP V1.0b, 3.1.3). Some gateways do not:
//! the first answer of each connection carries any number, or every answer the number plus one, or zero. Our numbers
//! are odd and random, and none is among the last 256 that were sent, over all connections of a line. So a number that
//! was sent is never also another one plus one, nor zero, nor one that a device counts up to, and a late answer is told
//! from a habit.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::locales::{Text, modbus as words};

/// How many numbers are remembered: an answer with one of them is late, whatever habit it might show. Engineering
/// judgement: more than any gateway keeps waiting, and less than one in a hundred numbers.
const REMEMBERED: usize = 256;

/// On how many connections the first answer alone must have had a foreign number before it is accepted with any.
/// Engineering judgement: once may be a disturbance.
pub(super) const EVIDENCE_MIN: u8 = 2;

/// Which number the answers of a device carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// That of the request, as the standard says.
    #[default]
    Exact,
    /// The first answer of each connection any number, later ones that of the request.
    FirstOdd,
    /// That of the request plus one.
    PlusOne,
    /// Always zero.
    Zero,
    /// Any number, by no rule that is known here. Only where it is set: a number without a rule is no evidence.
    Any,
}

impl Numbering {
    /// Whether answers have no identity: nothing tells an answer to this request from one to another.
    pub(super) fn anonymous(self) -> bool {
        matches!(self, Self::Zero | Self::Any)
    }

    /// What the device does, in words.
    pub fn text(self) -> Text {
        match self {
            Self::Exact => words::numbers_exact(),
            Self::FirstOdd => words::numbers_first_odd(),
            Self::PlusOne => words::numbers_plus_one(),
            Self::Zero => words::numbers_zero(),
            Self::Any => words::numbers_any(),
        }
    }

    /// As the configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::FirstOdd => "first_odd",
            Self::PlusOne => "plus_one",
            Self::Zero => "zero",
            Self::Any => "any",
        }
    }
}

/// How a number differs from that of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deviation {
    None,
    /// That of an earlier request, or of one plus one: a late answer.
    Late,
    PlusOne,
    Zero,
    Other,
}

/// What is known of the numbers on one line, over all its connections.
#[derive(Debug)]
pub(super) struct Habits {
    /// From the configuration: nothing is learned.
    set: Option<Numbering>,
    learned: Numbering,
    /// Connections in a row whose first answer alone had a foreign number.
    evidence: u8,
    /// The last numbers sent, the newest at the end.
    sent: VecDeque<u16>,
    /// From which the next number is drawn.
    drawn: u64,
}

impl Habits {
    /// `seed` is random: two runs of the program should not send the same numbers.
    pub(super) fn new(set: Option<Numbering>, seed: u64) -> Self {
        let sent = VecDeque::with_capacity(REMEMBERED);
        Self { set, learned: Numbering::Exact, evidence: 0, sent, drawn: seed }
    }

    /// What applies now.
    pub(super) fn current(&self) -> Numbering {
        self.set.unwrap_or(self.learned)
    }

    /// Whether a foreign number may teach something.
    pub(super) fn learning(&self) -> bool {
        self.set.is_none() && self.learned == Numbering::Exact
    }

    /// The number of the next request: never `avoid`.
    pub(super) fn next(&mut self, avoid: Option<u16>) -> u16 {
        loop {
            // SplitMix64 (Steele, Lea and Flood, 2014).
            self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.drawn ^ (self.drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let [low, high, ..] = mixed.to_be_bytes();
            let number = u16::from_le_bytes([low | 1, high]);
            // Plus one it would be zero.
            if number == u16::MAX || avoid == Some(number) || self.sent.contains(&number) {
                continue;
            }
            if self.sent.len() >= REMEMBERED {
                self.sent.pop_front();
            }
            self.sent.push_back(number);
            return number;
        }
    }

    /// How `got` differs from `asked`, the number of the open request.
    pub(super) fn deviation(&self, asked: u16, got: u16) -> Deviation {
        if got == asked {
            Deviation::None
        } else if got == 0 {
            Deviation::Zero
        } else if got == asked.wrapping_add(1) {
            Deviation::PlusOne
        } else if self.sent.contains(&got) || self.sent.contains(&got.wrapping_sub(1)) {
            Deviation::Late
        } else {
            Deviation::Other
        }
    }

    /// The first answer of a connection had a foreign number, and the second that of its request.
    pub(super) fn saw_first_odd(&mut self) {
        self.evidence += 1;
        if self.evidence >= EVIDENCE_MIN {
            self.learn(Numbering::FirstOdd);
        }
    }

    /// On [`EVIDENCE_MIN`] connections the only answer, behind which the device closed them, differed so. Zeros too are
    /// first answers: there are no others, and first answers have the stricter rules.
    pub(super) fn learn_closing(&mut self, deviation: Deviation) {
        let plus_one = deviation == Deviation::PlusOne;
        self.learn(if plus_one { Numbering::PlusOne } else { Numbering::FirstOdd });
    }

    /// The first two answers of a connection showed this habit.
    pub(super) fn learn(&mut self, habit: Numbering) {
        self.evidence = 0;
        if self.set.is_none() {
            self.learned = habit;
        }
    }

    /// An answer contradicts what was learned.
    pub(super) fn unlearn(&mut self) {
        self.learn(Numbering::Exact);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_odd_do_not_repeat_soon_and_leave_out_what_they_shall_avoid() {
        for seed in [0, 1, 0xffff, u64::MAX] {
            let mut habits = Habits::new(None, seed);
            let mut seen = Vec::new();
            for _ in 0..20_000 {
                let number = habits.next(Some(77));
                assert!(number % 2 == 1 && number != u16::MAX && number != 77);
                assert!(!seen.iter().rev().take(REMEMBERED).any(|old| *old == number));
                seen.push(number);
            }
        }
    }

    #[test]
    fn an_answer_to_an_earlier_request_shows_no_habit() {
        let mut habits = Habits::new(None, 5);
        let earlier: Vec<u16> = (0..200).map(|_| habits.next(None)).collect();
        let asked = habits.next(None);
        for old in earlier {
            assert_eq!(habits.deviation(asked, old), Deviation::Late);
            assert_eq!(habits.deviation(asked, old + 1), Deviation::Late);
        }
        for (got, deviation) in [
            (asked, Deviation::None),
            (asked + 1, Deviation::PlusOne),
            (0, Deviation::Zero),
            (asked - 1, Deviation::Other),
        ] {
            assert_eq!(habits.deviation(asked, got), deviation);
        }
    }

    #[test]
    fn a_set_habit_is_neither_learned_nor_unlearned() {
        let mut habits = Habits::new(Some(Numbering::PlusOne), 7);
        assert!(!habits.learning());
        habits.unlearn();
        habits.learn(Numbering::Zero);
        assert_eq!(habits.current(), Numbering::PlusOne);
    }
}
