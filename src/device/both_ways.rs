//! Whether a device answers a block of registers as it answers them one by one. Pure.
//!
//! Some devices answer a block with the first register right and zeros behind it, with nothing but zeros, or with
//! everything shifted, and say nothing of it. A value that reads alone shows it.

use super::plan::{Request, Run};

/// Registers of a block that are read alone, at most. Engineering judgement: a device that answers blocks with zeros
/// does so from one register on, so that the first, a middle and the last zero show it; a poll is not held up by more.
pub const SAMPLES_MAX: usize = 3;

/// How a block and its registers read alone compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Every register that was read alone is as in the block. Proves nothing where all are zero.
    Agrees,
    /// From this register on the block has zeros where single reads have values. A value may have risen from zero in
    /// between: certain only when it is so twice in a row.
    Zeros { from: u16 },
    /// This register, the first that differs, has another value alone. Values move: not conclusive, to be looked at
    /// again.
    Differs { at: u16 },
}

/// Compares the answer `words` to `block` with requests within it and their answers. Registers outside the block, and
/// those that an answer lacks, are left out.
pub fn compare(block: Request, words: &[u16], alone: &[(Request, Vec<u16>)]) -> Agreement {
    let mut zeros: Option<u16> = None;
    let mut other: Option<u16> = None;
    let least = |found: Option<u16>, at: u16| Some(found.map_or(at, |found| found.min(at)));
    let same = alone.iter().filter(|(request, _)| request.function == block.function);
    for (request, read) in same {
        for (at, own) in (request.address..=u16::MAX).zip(read) {
            match word(block, words, at) {
                Some(0) if *own != 0 => zeros = least(zeros, at),
                Some(held) if held != *own => other = least(other, at),
                _ => {}
            }
        }
    }
    match (zeros, other) {
        // Where a register with a value differs too, the values move, or the block is shifted.
        (_, Some(at)) => Agreement::Differs { at },
        (Some(from), None) => Agreement::Zeros { from },
        (None, None) => Agreement::Agrees,
    }
}

/// The registers of `block` to read alone, each a request of its own, by address: at most [`SAMPLES_MAX`], none of a
/// block of one register. Zeros come first, since they are suspicious; then registers with values from the end, which
/// show a shift.
pub fn samples(block: Request, words: &[u16]) -> Vec<Request> {
    let held = |at: &u16| word(block, words, *at);
    if block.count < 2 {
        return Vec::new();
    }
    let all: Vec<u16> = addresses(block).filter(|at| held(at).is_some()).collect();
    let (zeros, values): (Vec<u16>, Vec<u16>) = all.iter().partition(|at| held(at) == Some(0));
    let mut chosen = spread(&zeros, 0);
    // The first register of a block is right even in most wrong answers.
    let values = values.into_iter().rev().filter(|at| *at != block.address);
    chosen.extend(values.take(SAMPLES_MAX - chosen.len()));
    chosen.sort_unstable();
    chosen.into_iter().map(|at| alone(block, at)).collect()
}

/// The zeros of `block` behind its first register, which is never wrong alone, within the registers `needed`: to be
/// read alone, at most [`SAMPLES_MAX`]. Where there are more, each `turn` takes others of them.
pub fn suspects(
    block: Request,
    words: &[u16],
    needed: impl Fn(Run) -> bool,
    turn: usize,
) -> Vec<Request> {
    let zero = |at: &u16| word(block, words, *at) == Some(0);
    let needed = |at: &u16| needed(Run { function: block.function, first: *at, last: *at });
    let behind = addresses(block).skip(1);
    let zeros: Vec<u16> = behind.filter(|at| zero(at) && needed(at)).collect();
    spread(&zeros, turn).into_iter().map(|at| alone(block, at)).collect()
}

fn addresses(block: Request) -> impl Iterator<Item = u16> {
    (block.address..=u16::MAX).take(block.count.into())
}

/// What `words`, the answer to `block`, has at address `at`.
fn word(block: Request, words: &[u16], at: u16) -> Option<u16> {
    let index = usize::from(at.checked_sub(block.address)?);
    words.get(index).filter(|_| index < usize::from(block.count)).copied()
}

fn alone(block: Request, address: u16) -> Request {
    Request { function: block.function, address, count: 1 }
}

/// At most [`SAMPLES_MAX`] of `all`, from its first to its last; each `turn` begins one later.
fn spread(all: &[u16], turn: usize) -> Vec<u16> {
    let last = all.len().saturating_sub(1);
    let mut chosen: Vec<u16> = match all.len() {
        0..=SAMPLES_MAX => all.to_vec(),
        len => (0..SAMPLES_MAX)
            .filter_map(|n| all.get((n * last / (SAMPLES_MAX - 1) + turn) % len).copied())
            .collect(),
    };
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::device::Function;

    fn request(address: u16, count: u16) -> Request {
        Request { function: Function::Holding, address, count }
    }

    fn chosen(requests: &[Request]) -> Vec<u16> {
        assert!(requests.iter().all(|request| request.count == 1));
        requests.iter().map(|request| request.address).collect()
    }

    #[test]
    fn zeros_in_the_block_and_values_alone_are_told_from_values_that_move() {
        let block = request(10, 5);
        let words = [123, 0, 0, 0, 77];
        let of = |alone: &[(u16, u16)]| {
            let alone = alone.iter().map(|(at, word)| (request(*at, 1), vec![*word]));
            compare(block, &words, &alone.collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), Agreement::Agrees);
        assert_eq!(of(&[(11, 0), (14, 77)]), Agreement::Agrees);
        assert_eq!(of(&[(13, 5), (12, 9), (11, 0)]), Agreement::Zeros { from: 12 });
        assert_eq!(of(&[(10, 124), (11, 0)]), Agreement::Differs { at: 10 });
        assert_eq!(of(&[(14, 0)]), Agreement::Differs { at: 14 });
        assert_eq!(of(&[(11, 5), (14, 78)]), Agreement::Differs { at: 14 });
        // Outside the block nothing is compared.
        assert_eq!(of(&[(9, 5), (15, 5)]), Agreement::Agrees);
        let other = Request { function: Function::Input, ..request(11, 1) };
        assert_eq!(compare(block, &words, &[(other, vec![5])]), Agreement::Agrees);
        let wide = (request(11, 2), vec![0, 50_000]);
        assert_eq!(compare(block, &words, &[wide]), Agreement::Zeros { from: 12 });
    }

    #[test]
    fn zeros_are_read_alone_first_then_values_from_the_end() {
        assert_eq!(chosen(&samples(request(0, 5), &[123, 0, 0, 0, 0])), [1, 2, 4]);
        assert_eq!(chosen(&samples(request(0, 5), &[0; 5])), [0, 2, 4]);
        assert_eq!(chosen(&samples(request(7, 4), &[1, 2, 0, 4])), [8, 9, 10]);
        assert_eq!(chosen(&samples(request(7, 2), &[1, 2])), [8]);
        assert!(samples(request(7, 1), &[0]).is_empty() && samples(request(7, 3), &[]).is_empty());
        assert_eq!(chosen(&samples(request(u16::MAX, 2), &[1, 2])), [0_u16; 0]);
    }

    #[test]
    fn each_turn_takes_other_zeros_of_what_is_needed() {
        let block = request(0, 8);
        let needed = |run: Run| run.first != 3;
        let of = |turn| chosen(&suspects(block, &[0; 8], needed, turn));
        assert_eq!([of(0), of(1), of(2)], [[1, 4, 7], [1, 2, 5], [2, 4, 6]]);
        assert!(suspects(block, &[1; 8], |_| true, 0).is_empty());
    }

    proptest! {
        #[test]
        fn an_honest_device_agrees_and_one_that_sends_zeros_does_not(
            address: u16,
            words in prop::collection::vec(prop_oneof![Just(0_u16), any::<u16>()], 0..130),
            count in 0_u16..130,
            right in 0_usize..130,
        ) {
            let block = request(address, count);
            let read = |asked: &[Request]| -> Vec<(Request, Vec<u16>)> {
                let word = |r: &Request| words[usize::from(r.address - address)];
                asked.iter().map(|r| (*r, vec![word(r)])).collect()
            };
            let asked = samples(block, &words);
            prop_assert!(asked.len() <= SAMPLES_MAX);
            prop_assert_eq!(compare(block, &words, &read(&asked)), Agreement::Agrees);
            let mut sent = words.clone();
            sent.iter_mut().skip(right).for_each(|word| *word = 0);
            let alone = read(&suspects(block, &sent, |_| true, 0));
            match compare(block, &sent, &alone) {
                Agreement::Agrees => prop_assert!(alone.iter().all(|(_, word)| word == &[0])),
                Agreement::Zeros { from } => prop_assert!(usize::from(from - address) >= right),
                Agreement::Differs { .. } => prop_assert!(false, "zeros only"),
            }
        }
    }
}
