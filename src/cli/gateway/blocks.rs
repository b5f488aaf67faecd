//! Whether a device answers a block of registers as it answers them one by one, seen from a technician's command.

use super::requests::{Line, RequestOptions};
use crate::device::both_ways::{Agreement, compare, samples};
use crate::device::{Function, Request};

/// Registers of the block that is read of a unit of which nothing is known. Engineering judgement: a value of 32 bits
/// and its neighbour.
const COUNTS: [u16; 2] = [4, 2];

/// A block, its answer, and registers of it that were read alone.
type BothWays = (Vec<u16>, Vec<(Request, Vec<u16>)>);

/// Whether `unit` answers blocks from address 0 on rightly; `None` where that was not seen.
pub async fn unit_agrees(
    line: &mut Line,
    unit: u8,
    function: Function,
    options: RequestOptions,
) -> anyhow::Result<Option<bool>> {
    for count in COUNTS {
        let block = Request { function, address: 0, count };
        if line.read(unit, block, options).await?.outcome.is_ok() {
            return agrees(line, unit, block, options).await;
        }
    }
    Ok(None)
}

/// Whether `unit` answers `block` as its registers one by one; `None` where that cannot be told, since it refuses
/// single registers, all are zero, or the values move.
pub async fn agrees(
    line: &mut Line,
    unit: u8,
    block: Request,
    options: RequestOptions,
) -> anyhow::Result<Option<bool>> {
    let Some(first) = both_ways(line, unit, block, options).await? else {
        return Ok(None);
    };
    let seen = |(words, alone): &BothWays| compare(block, words, alone);
    let once = seen(&first);
    if once == Agreement::Agrees {
        let zero = |(_, words): &(Request, Vec<u16>)| words.iter().all(|word| *word == 0);
        return Ok((!first.1.iter().all(zero)).then_some(true));
    }
    // A value may have moved between the two reads: what differs is looked at again.
    let Some(second) = both_ways(line, unit, block, options).await? else {
        return Ok(None);
    };
    Ok(match (once, seen(&second)) {
        (Agreement::Zeros { .. }, Agreement::Zeros { .. }) => Some(false),
        (_, Agreement::Agrees) => Some(true),
        _ if first == second => Some(false),
        _ => None,
    })
}

/// The registers of `block` read one by one, with the request of which they would be the answer: from `named`, which it
/// holds, to the first on either side that cannot be read alone. `None` where `named` itself cannot.
pub async fn registers_alone(
    line: &mut Line,
    unit: u8,
    block: Request,
    named: u16,
    options: RequestOptions,
) -> anyhow::Result<Option<(Request, Vec<u16>)>> {
    let end = u32::from(block.address) + u32::from(block.count);
    let end = u16::try_from(end - 1).unwrap_or(u16::MAX);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for address in named..=end {
        let request = Request { address, count: 1, ..block };
        let Ok(words) = line.read(unit, request, options).await?.outcome else { break };
        after.extend(words);
    }
    if after.is_empty() {
        return Ok(None);
    }
    for address in (block.address..named).rev() {
        let request = Request { address, count: 1, ..block };
        let Ok(words) = line.read(unit, request, options).await?.outcome else { break };
        before.extend(words);
    }
    let address = named.saturating_sub(u16::try_from(before.len())?);
    before.reverse();
    before.append(&mut after);
    let count = u16::try_from(before.len())?;
    Ok(Some((Request { address, count, ..block }, before)))
}

async fn both_ways(
    line: &mut Line,
    unit: u8,
    block: Request,
    options: RequestOptions,
) -> anyhow::Result<Option<BothWays>> {
    let Ok(words) = line.read(unit, block, options).await?.outcome else {
        return Ok(None);
    };
    let mut alone = Vec::new();
    for request in samples(block, &words) {
        let Ok(own) = line.read(unit, request, options).await?.outcome else {
            return Ok(None);
        };
        alone.push((request, own));
    }
    Ok((!alone.is_empty()).then_some((words, alone)))
}
