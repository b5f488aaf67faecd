//! A gateway with its device: what the device gave, and what excuses that some of it is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::Timestamp;

use super::plan::Part;
use super::verdict::{Gone, Killed, Verdict};
use crate::context::Context;
use crate::ledger_device::LedgerDevice;

/// Units of a device, all on one bus: a kill may come between the first and the last of a poll.
pub const UNITS: u8 = 3;

/// Numbers in the store by unit, in order of their moments.
pub type Held = BTreeMap<u8, Vec<(u32, i64)>>;

/// A gateway, and what it reads.
pub struct Machine {
    /// The name of its stations, before their number.
    station: &'static str,
    pub device: LedgerDevice,
    /// Kills and orderly ends of the gateway.
    pub kills: Vec<Killed>,
    /// Spools of it that were replaced.
    pub gone: Vec<Gone>,
}

impl Machine {
    /// The device of a gateway; its stations have this name.
    pub fn start(station: &'static str) -> Self {
        let device = LedgerDevice::start(UNITS);
        Self { station, device, kills: Vec::new(), gone: Vec::new() }
    }

    /// The bus of the device, for the configuration of its gateway.
    pub fn bus(&self) -> String {
        let station = self.station;
        let devices: String = (1..=UNITS)
            .map(|unit| {
                format!("[[bus.device]]\nunit = {unit}\nprofile = \"numbers\"\nstation = \"{station}-{unit}\"\n")
            })
            .collect();
        // The long timeout: an answer that is late because this machine is busy must not count as lost.
        format!(
            "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 20000\nretries = 0\n\
             {devices}",
            self.device.port
        )
    }

    /// The series of a unit.
    pub fn series(&self, unit: u8) -> String {
        format!("{}-{unit}/flow", self.station)
    }

    /// What the store has of it. What another value has replaced is there, too.
    pub fn held(&self, context: &Context) -> Held {
        let store = context.store();
        let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let unit = |unit: u8| {
            let series = self.series(unit).parse().unwrap();
            let former = store.history(&series, from, to).unwrap();
            let mut readings = store.readings(&series, from, to).unwrap();
            readings.extend(former.into_iter().map(|one| one.reading));
            readings.sort_by_key(|reading| reading.observed_at);
            let number = |value: f64| {
                assert!(value.fract() == 0.0 && value >= 0.0, "{value}");
                value as u32
            };
            let held = readings.iter().filter_map(|reading| {
                let at_ms = reading.observed_at.as_millisecond();
                Some((number(reading.value()?), at_ms))
            });
            (unit, held.collect())
        };
        (1..=UNITS).map(unit).collect()
    }

    /// The verdict on what the store has.
    pub fn verdict(&mut self, context: &Context, due_ms: i64) -> Verdict {
        let held = self.held(context);
        Verdict::of(&self.device.ledger(), &held, (&self.kills, &self.gone), due_ms)
    }

    /// Whether something has arrived from each unit that it gave after `due_ms`.
    pub fn has_joined(&mut self, context: &Context, due_ms: i64) -> bool {
        let held = self.held(context);
        self.device.ledger().iter().all(|(unit, given)| {
            let held: BTreeSet<u32> = held[unit].iter().map(|(number, _)| *number).collect();
            given.iter().any(|(number, at_ms)| *at_ms > due_ms && held.contains(number))
        })
    }

    /// Notes that its spool is replaced now by one that has nothing that was given after `from_ms`.
    pub fn loses_spool(&mut self, context: &Context, from_ms: i64) {
        let held = self.held(context).into_iter();
        let held = held.map(|(unit, held)| (unit, held.into_iter().map(|(n, _)| n).collect()));
        let to_ms = Timestamp::now().as_millisecond();
        self.gone.push(Gone { from_ms, to_ms, held: held.collect() });
    }
}

/// The files of a gateway, by the names that they have in a test's folder.
pub fn spool(part: Part) -> [&'static str; 2] {
    match part {
        Part::Second => ["second.db", "second.db-wal"],
        _ => ["spool.db", "spool.db-wal"],
    }
}

/// Writes the configuration of the second gateway: as the first, but with a spool and a device of its own.
pub fn configure_second(context: &Context, first: &Machine, second: &Machine) {
    let text = fs::read_to_string(context.path("edge.toml")).unwrap();
    let [own, its] = [Part::Second, Part::Edge].map(|part| context.path(spool(part)[0]));
    let [own, its] = [own, its].map(|path| format!("{path:?}"));
    assert!(text.contains(&its) && text.contains(&first.bus()), "{text}");
    context.write("second.toml", &text.replace(&its, &own).replace(&first.bus(), &second.bus()));
}
