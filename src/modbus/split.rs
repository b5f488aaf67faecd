//! Splits a request that a device refuses: reads what it can in the same poll, and finds the registers that it cannot.

use std::ops::Range;

use super::error::ReadError;
use super::master::{BusMaster, RequestOptions};
use super::poll_results::PollResults;
use super::quirks::{Quirk, QuirkKind};
use crate::core::Reason;
use crate::device::{Function, Planned, Request, Run, Slot};

/// The outcome of splitting a request. The registers are in the poll results.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) quirks: Vec<Quirk>,
    pub(super) got_registers: bool,
    /// Set where the device fell silent meanwhile.
    pub(super) silent: Option<ReadError>,
}

/// Halves `planned`, which the device has refused, until each piece is read or is a single part: for each refused part,
/// that takes twice the logarithm of all parts. Where both halves are read, the cause lies between them.
pub(super) async fn split(
    master: &mut BusMaster,
    options: RequestOptions,
    planned: &Planned,
    results: &mut PollResults,
) -> Split {
    let mut split = Split::default();
    let all = 0..planned.slots.len();
    let mut refused = Vec::from([all]);
    while let Some(range) = refused.pop() {
        let part = |range: &Range<usize>| planned.slots.get(range.clone()).unwrap_or_default();
        let Some(whole) = span(planned.request, part(&range)) else {
            continue;
        };
        if range.len() == 1 {
            results.mark_missing(part(&range), Reason::Exception, master.clock().now());
            split.quirks.push(Quirk { kind: QuirkKind::Hole, run: whole });
            continue;
        }
        let middle = range.start + range.len() / 2;
        let mut read = Vec::new();
        for half in [range.start..middle, middle..range.end] {
            let slots = part(&half);
            let Some(run) = span(planned.request, slots) else {
                continue;
            };
            if let Some(error) = &split.silent {
                results.mark_missing(slots, error.reason(), master.clock().now());
                continue;
            }
            let outcome = master.read(options, request(run)).await;
            let at = master.clock().now();
            match outcome {
                Ok(words) => {
                    let from = usize::from(run.first - planned.request.address);
                    results.store(slots, from, &words, at);
                    read.push(run);
                }
                Err(error) if error.refused() => refused.push(half),
                Err(error) => {
                    results.mark_missing(slots, error.reason(), at);
                    if error.silent() {
                        split.silent = Some(error);
                    }
                }
            }
        }
        split.got_registers |= !read.is_empty();
        if let [left, right] = read[..] {
            split.quirks.push(find_cause(master, options, whole, left, right).await);
        }
    }
    split
}

/// Why `left` and `right` are read but not `whole`: a register between them is refused, or the two in one request.
async fn find_cause(
    master: &mut BusMaster,
    options: RequestOptions,
    whole: Run,
    left: Run,
    right: Run,
) -> Quirk {
    let function = whole.function;
    let quirk = |kind, first, last| Quirk { kind, run: Run { function, first, last } };
    if right.first <= left.last {
        return quirk(QuirkKind::Seam, whole.first, whole.last);
    }
    let seam = quirk(QuirkKind::Seam, left.last, right.first);
    let gap = right.first - left.last - 1;
    let first = left.last.saturating_add(1);
    // The gap is read up to `read` registers, and refused from `refused` on.
    let (mut read, mut refused) = (0, gap + 1);
    let mut count = gap;
    while count > read {
        let request = Request { function, address: first, count };
        match master.read(options, request).await {
            Ok(_) => read = count,
            Err(error) if error.refused() => refused = count,
            // Nothing more can be found out now. That they are refused together is certain.
            Err(_) => return seam,
        }
        count = if refused > gap { gap } else { read + (refused - read) / 2 };
    }
    match refused.checked_sub(1) {
        Some(before) if refused <= gap => {
            let register = first.saturating_add(before);
            quirk(QuirkKind::Hole, register, register)
        }
        _ => seam,
    }
}

/// The registers from the first to the last of `slots`, which are relative to `base`.
fn span(base: Request, slots: &[Slot]) -> Option<Run> {
    let first = slots.iter().map(|slot| slot.offset).min()?;
    let after = slots.iter().map(|slot| slot.offset + slot.count).max()?;
    let address = |offset: usize| base.address.checked_add(u16::try_from(offset).ok()?);
    Some(Run {
        function: base.function,
        first: address(first)?,
        last: address(after.checked_sub(1)?)?,
    })
}

pub(super) fn request(run: Run) -> Request {
    let Run { function, first, last } = run;
    let count = last.saturating_sub(first).saturating_add(1);
    Request { function, address: first, count }
}

/// Names registers in messages: `holding registers 4 to 9`.
pub(super) fn registers(run: &Run) -> String {
    let name = match run.function {
        Function::Coils => "coil",
        Function::DiscreteInputs => "discrete input",
        Function::Holding => "holding register",
        Function::Input => "input register",
    };
    if run.first == run.last {
        format!("{name} {}", run.first)
    } else {
        format!("{name}s {} to {}", run.first, run.last)
    }
}
