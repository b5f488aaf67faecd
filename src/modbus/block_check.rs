//! Checks, at the first contact with a device, that it answers blocks as it answers their registers alone.
//!
//! Only zeros in a block are suspicious. A block whose zeros are zeros alone too proves nothing, as a pump may stand:
//! it is checked again at pauses that double up to four hours.

use std::time::Duration;

use super::error::ReadError;
use super::master::{BusMaster, RequestOptions};
use crate::device::both_ways::{Agreement, compare, suspects};
use crate::device::{Request, Run};

/// The first and the longest pause before a block that proved nothing is checked again. Engineering judgement: a pump
/// that irrigates runs for hours, and eighteen requests a day cost a bus nothing.
const PAUSE_FIRST: Duration = Duration::from_secs(3600);
const PAUSE_MOST: Duration = Duration::from_secs(4 * 3600);

/// Most blocks of a device that are remembered. Its plans have a few dozen; engineering judgement.
const BLOCKS_MAX: usize = 256;

/// Which blocks of a device have been checked. Times are those of a clock that nobody sets.
#[derive(Debug, Default)]
pub(super) struct BlockChecks(Vec<Checked>);

#[derive(Debug)]
struct Checked {
    block: Request,
    /// How often it has been checked.
    turn: usize,
    pause: Duration,
    /// When it is checked again; never where it is cleared.
    again_at: Option<Duration>,
}

impl BlockChecks {
    /// How often `block` has been checked, if it is to be checked now.
    pub(super) fn due(&self, block: &Request, now: Duration) -> Option<usize> {
        match self.0.iter().find(|checked| checked.block == *block) {
            None => Some(0),
            Some(checked) => checked.again_at.filter(|at| *at <= now).map(|_| checked.turn),
        }
    }

    pub(super) fn record(&mut self, block: Request, verdict: Verdict, now: Duration) {
        let known = self.0.iter().position(|checked| checked.block == block);
        let mut checked = known.map(|index| self.0.swap_remove(index)).unwrap_or(Checked {
            block,
            turn: 0,
            pause: PAUSE_FIRST,
            again_at: None,
        });
        checked.turn += 1;
        checked.again_at = match verdict {
            Verdict::Right => None,
            Verdict::Moved | Verdict::Wrong => Some(now),
            Verdict::Unproven => Some(now + checked.pause),
        };
        if verdict == Verdict::Unproven {
            checked.pause = (checked.pause * 2).min(PAUSE_MOST);
        }
        if self.0.len() >= BLOCKS_MAX {
            self.0.clear();
        }
        self.0.push(checked);
    }

    /// All blocks are checked again: it may be another device, or another firmware.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

/// What a check of a block has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its last register that matters has a value, and its zeros are zeros alone too.
    Right,
    /// Its zeros are zeros alone too; there is no value behind them.
    Unproven,
    /// A register was zero in the block and not alone, but not twice in a row: its value rose meanwhile. Or a value of
    /// several registers agrees in a way that proves nothing for the next one.
    Moved,
    /// Twice in a row it had zeros where registers read alone have values, or a value of several registers another one.
    Wrong,
}

/// How the registers of one value compare, read in one request as `words` and one by one as `alone`, of a device that
/// answers blocks wrongly. Zeros at the end and equal registers agree by chance.
pub(super) fn check_value(words: &[u16], alone: &[u16]) -> Verdict {
    let telling = alone.last().is_some_and(|last| *last != 0)
        && alone.windows(2).any(|pair| pair.first() != pair.last());
    match words == alone {
        true if telling => Verdict::Right,
        true => Verdict::Moved,
        false => Verdict::Wrong,
    }
}

/// Checks the answer `words` to `block`, of which the registers `needed` matter. Returns the answer to use, a newer one
/// where the block was read again; it is of no use where the verdict is [`Verdict::Wrong`].
///
/// # Errors
/// The block was suspicious, and could not be read again.
pub(super) async fn check(
    master: &mut BusMaster,
    options: RequestOptions,
    (block, words): (Request, Vec<u16>),
    needed: &[Run],
    turn: usize,
) -> Result<(Vec<u16>, Verdict), ReadError> {
    let matters = |run: Run| needed.iter().any(|needed| needed.touches(&run));
    let asked = suspects(block, &words, matters, turn);
    if asked.is_empty() {
        return Ok((words, Verdict::Right));
    }
    let alone = read_alone(master, options, &asked).await;
    if !matches!(compare(block, &words, &alone), Agreement::Zeros { .. }) {
        let last = needed.iter().map(|run| run.last).max();
        let last = last.and_then(|last| words.get(usize::from(last.checked_sub(block.address)?)));
        let valued = last.is_some_and(|word| *word != 0) && alone.len() == asked.len();
        return Ok((words, if valued { Verdict::Right } else { Verdict::Unproven }));
    }
    let words = master.read(options, block).await?;
    let alone = read_alone(master, options, &asked).await;
    let verdict = match compare(block, &words, &alone) {
        Agreement::Zeros { .. } => Verdict::Wrong,
        _ => Verdict::Moved,
    };
    Ok((words, verdict))
}

/// Reads each register alone, and leaves out those that the device does not give: some refuse the half of a value. It
/// stops at the first silence, which would cost a timeout each.
async fn read_alone(
    master: &mut BusMaster,
    options: RequestOptions,
    asked: &[Request],
) -> Vec<(Request, Vec<u16>)> {
    let mut alone = Vec::with_capacity(asked.len());
    for request in asked {
        match master.try_read(options, *request).await {
            Ok(words) => alone.push((*request, words)),
            Err(error) if error.refused() => {}
            Err(_) => break,
        }
    }
    alone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Function;

    #[test]
    fn a_block_that_proved_nothing_is_checked_again_at_pauses_up_to_four_hours() {
        let block = Request { function: Function::Holding, address: 0, count: 9 };
        let mut checks = BlockChecks::default();
        let hours = |hours: u64| Duration::from_secs(3600 * hours);
        let mut at = Vec::new();
        for hour in 0..20 {
            if checks.due(&block, hours(hour)).is_some() {
                at.push(hour);
                checks.record(block, Verdict::Unproven, hours(hour));
            }
        }
        assert_eq!(at, [0, 1, 3, 7, 11, 15, 19]);
        assert_eq!(checks.due(&block, hours(200)), Some(7));
        checks.record(block, Verdict::Moved, hours(200));
        assert_eq!(checks.due(&block, hours(200)), Some(8));
        checks.record(block, Verdict::Right, hours(200));
        assert_eq!(checks.due(&block, hours(9999)), None);
        checks.forget();
        assert_eq!(checks.due(&block, hours(9999)), Some(0));
        for address in 0..1000 {
            checks.record(Request { address, ..block }, Verdict::Right, hours(0));
        }
        assert!(checks.0.len() <= BLOCKS_MAX);
    }
}
