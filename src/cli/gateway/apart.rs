//! Reads a device in a technician's command so that no block is believed that its registers alone contradict.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::blocks;
use super::read::{PartRead, options, read_in_parts, read_parts, request_with_retries};
use super::requests::Line;
use crate::core::Reason;
use crate::device::{Planned, Request, Slot};
use crate::edge::control::Failure;
use crate::modbus::{BusSettings, DeviceSettings};

/// Registers of points, by the place of the point and of its part.
type Parts = BTreeMap<(usize, usize), PartRead>;

/// A block that a device answers otherwise than its registers one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongBlock {
    bus: String,
    unit: u8,
    /// The function code.
    pub function: u8,
    /// On the wire, of the first register.
    pub address: u16,
    count: u16,
}

/// What is known of devices from one round to the next.
#[derive(Default)]
pub struct Known {
    /// One for each device that answers blocks wrongly.
    pub wrong: Vec<WrongBlock>,
    /// Devices whose blocks were seen to be right, by bus and unit.
    right: BTreeSet<(String, u8)>,
    /// Devices whose texts were read, which do not change.
    said: BTreeSet<(String, u8)>,
}

impl Known {
    /// Whether the texts of `device` are asked for now: once, where it answers.
    pub fn asks_texts(
        &mut self,
        bus: &BusSettings,
        device: &DeviceSettings,
        answers: bool,
    ) -> bool {
        answers && self.said.insert((bus.name.clone(), device.unit))
    }

    /// Reads what is planned of `device`: value by value where it answers a block wrongly, which is looked for until
    /// its blocks are seen to be right.
    pub async fn read(
        &mut self,
        line: &mut Line,
        bus: &BusSettings,
        device: &DeviceSettings,
        planned: &[Planned],
    ) -> anyhow::Result<(Parts, Option<WrongBlock>)> {
        let of_device = |wrong: &WrongBlock| wrong.bus == bus.name && wrong.unit == device.unit;
        if self.wrong.iter().any(of_device) {
            return Ok((read_apart(line, bus, device, planned).await?, None));
        }
        let parts = read_parts(line, bus, device, planned).await?;
        let key = (bus.name.clone(), device.unit);
        if self.right.contains(&key) {
            return Ok((parts, None));
        }
        let block = match find_wrong(line, device, planned, &parts).await? {
            Found::Wrong(block) => block,
            Found::Right => {
                self.right.insert(key);
                return Ok((parts, None));
            }
            Found::Nothing => return Ok((parts, None)),
        };
        let wrong = WrongBlock {
            bus: bus.name.clone(),
            unit: device.unit,
            function: block.function.into(),
            address: block.address,
            count: block.count,
        };
        self.wrong.push(wrong.clone());
        Ok((read_apart(line, bus, device, planned).await?, Some(wrong)))
    }
}

enum Found {
    Wrong(Request),
    /// Each block agrees with its registers.
    Right,
    /// Not all blocks could be compared.
    Nothing,
}

/// Compares the blocks that were answered with their registers, until one is wrong: the first of them, and those with
/// zeros.
async fn find_wrong(
    line: &mut Line,
    device: &DeviceSettings,
    planned: &[Planned],
    parts: &Parts,
) -> anyhow::Result<Found> {
    let mut all = true;
    let wide = |planned: &&Planned| planned.request.count > 1 && planned.in_parts_of.is_none();
    for (place, block) in planned.iter().filter(wide).enumerate() {
        let part = |slot: &Slot| parts.get(&(slot.point, slot.part));
        let read = block.slots.iter().filter_map(part).filter_map(|(words, _)| words.as_ref().ok());
        let read: Vec<u16> = read.flatten().copied().collect();
        let agrees = match read.as_slice() {
            [] => None,
            words if place > 0 && !words.contains(&0) => Some(true),
            _ => blocks::agrees(line, device.unit, block.request, options(device)).await?,
        };
        if agrees == Some(false) {
            return Ok(Found::Wrong(block.request));
        }
        all &= agrees == Some(true);
    }
    Ok(if all { Found::Right } else { Found::Nothing })
}

/// Reads each value by requests of its own. After a silence the remaining ones are skipped.
async fn read_apart(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    planned: &[Planned],
) -> anyhow::Result<Parts> {
    let mut parts = Parts::new();
    let mut silent: Option<Failure> = None;
    for (part, in_parts_of) in planned
        .iter()
        .flat_map(|block| block.apart().into_iter().map(|part| (part, block.in_parts_of)))
    {
        let read = match &silent {
            Some(failure) => (Err(failure.clone()), 0.0),
            None => read_alone(line, bus, device, part.request, in_parts_of).await?,
        };
        if let Err(failure) = &read.0
            && matches!(failure.reason, Reason::Timeout | Reason::Unreachable)
        {
            silent = Some(failure.clone());
        }
        for slot in &part.slots {
            parts.insert((slot.point, slot.part), read.clone());
        }
    }
    Ok(parts)
}

/// Reads the registers of one value: in one request where that agrees with its registers, otherwise one by one, and
/// where the device refuses to give it so, as the profile says.
async fn read_alone(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    request: Request,
    in_parts_of: Option<u16>,
) -> anyhow::Result<PartRead> {
    let whole = request.count == 1
        || in_parts_of.is_none()
            && blocks::agrees(line, device.unit, request, options(device)).await? == Some(true);
    if !whole {
        let read = read_in_parts(line, bus, device, request, 1).await?;
        if read.0.as_ref().err().is_none_or(|failure| failure.exception.is_none()) {
            return Ok(read);
        }
    }
    match in_parts_of {
        Some(most) if !whole => read_in_parts(line, bus, device, request, most).await,
        _ => request_with_retries(line, bus, device, request).await,
    }
}
