//! A request that a device refuses, taken apart: what can be read of it is read in the same poll, and what cannot be is found.

use std::ops::Range;

use super::caller::{Caller, Manner};
use super::harvest::Harvest;
use super::learned::{Lesson, LessonKind};
use super::link::ReadError;
use crate::core::Reason;
use crate::device::{Function, Planned, Request, Run, Slot};

/// What taking a request apart came to. The registers are in the harvest.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// What the device taught.
    pub(super) lessons: Vec<Lesson>,
    /// Whether anything of it could be read.
    pub(super) brought: bool,
    /// The device fell silent meanwhile.
    pub(super) silent: Option<ReadError>,
}

/// Takes apart `planned`, which the device has refused as a whole: halves it between its parts until each half is read or is
/// one part alone. That takes twice the logarithm of its parts for each part that is refused. Where two halves are read and
/// both together are not, the cause lies between them, and is looked for there.
pub(super) async fn split(
    caller: &mut Caller,
    manner: Manner,
    planned: &Planned,
    harvest: &mut Harvest,
) -> Split {
    let mut split = Split::default();
    let all = 0..planned.slots.len();
    let mut refused = Vec::from([all]);
    while let Some(range) = refused.pop() {
        let part = |range: &Range<usize>| planned.slots.get(range.clone()).unwrap_or_default();
        let Some(whole) = run(planned.request, part(&range)) else {
            continue;
        };
        if range.len() == 1 {
            harvest.lack(part(&range), Reason::Exception, caller.clock().now());
            split.lessons.push(Lesson { kind: LessonKind::Hole, run: whole });
            continue;
        }
        let middle = range.start + range.len() / 2;
        let mut read = Vec::new();
        for half in [range.start..middle, middle..range.end] {
            let slots = part(&half);
            let Some(run) = run(planned.request, slots) else {
                continue;
            };
            if let Some(error) = &split.silent {
                harvest.lack(slots, error.reason(), caller.clock().now());
                continue;
            }
            let outcome = caller.ask(manner, request(run)).await;
            let at = caller.clock().now();
            match outcome {
                Ok(words) => {
                    let from = usize::from(run.first - planned.request.address);
                    harvest.keep(slots, from, &words, at);
                    read.push(run);
                }
                Err(error) if error.refused() => refused.push(half),
                Err(error) => {
                    harvest.lack(slots, error.reason(), at);
                    if error.silent() {
                        split.silent = Some(error);
                    }
                }
            }
        }
        split.brought |= !read.is_empty();
        if let [left, right] = read[..] {
            split.lessons.push(between(caller, manner, whole, left, right).await);
        }
    }
    split
}

/// Why `left` and `right` are read, and `whole`, which holds both, is not: the first register between them that is refused, or
/// that they are refused together.
async fn between(caller: &mut Caller, manner: Manner, whole: Run, left: Run, right: Run) -> Lesson {
    let function = whole.function;
    let lesson = |kind, first, last| Lesson { kind, run: Run { function, first, last } };
    if right.first <= left.last {
        return lesson(LessonKind::Seam, whole.first, whole.last);
    }
    let seam = lesson(LessonKind::Seam, left.last, right.first);
    let gap = right.first - left.last - 1;
    let first = left.last.saturating_add(1);
    // So many registers of the gap are read, and so many are not.
    let (mut read, mut refused) = (0, gap + 1);
    let mut count = gap;
    while count > read {
        let ask = Request { function, address: first, count };
        match caller.ask(manner, ask).await {
            Ok(_) => read = count,
            Err(error) if error.refused() => refused = count,
            // Nothing more can be found out now: this much is certain.
            Err(_) => return seam,
        }
        count = if refused > gap { gap } else { read + (refused - read) / 2 };
    }
    match refused.checked_sub(1) {
        Some(before) if refused <= gap => {
            let register = first.saturating_add(before);
            lesson(LessonKind::Hole, register, register)
        }
        _ => seam,
    }
}

/// The registers from the first to the last of `slots`, which are of `of`.
fn run(of: Request, slots: &[Slot]) -> Option<Run> {
    let first = slots.iter().map(|slot| slot.offset).min()?;
    let after = slots.iter().map(|slot| slot.offset + slot.count).max()?;
    let address = |offset: usize| of.address.checked_add(u16::try_from(offset).ok()?);
    Some(Run {
        function: of.function,
        first: address(first)?,
        last: address(after.checked_sub(1)?)?,
    })
}

/// The request for all of `run`.
pub(super) fn request(run: Run) -> Request {
    let Run { function, first, last } = run;
    let count = last.saturating_sub(first).saturating_add(1);
    Request { function, address: first, count }
}

/// How a function's registers are called in messages.
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
