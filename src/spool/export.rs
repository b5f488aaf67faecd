//! Reads the batches of a spool while its gateway writes to it, to carry them to the office by hand.

use std::path::Path;

use super::message::decode;
use super::queue::SpooledBatch;
use super::salvage::{Order, Salvage, last_number, numbers};
use super::schema::{note_handed, open_read_only};
use crate::locales::{Text, foreign};
use crate::wire::RangeSet;

/// What an export came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    pub gateway: String,
    pub batches: u64,
    pub readings: u64,
    /// Batches left out because their time is not known yet: they will get another time later.
    pub held: u64,
    /// The highest number among the batches; 0 without any.
    pub last: u64,
    /// What a damaged file has lost.
    pub damage: Option<Damage>,
}

/// What cannot be read of a damaged file.
#[derive(Debug, Clone, PartialEq)]
pub struct Damage {
    /// Numbers of batches that cannot be read, as far as there were such batches: where the file does not say which
    /// ones there are, these are all that there can have been.
    pub numbers: RangeSet,
    /// Why the first of them cannot be read; `None` where the file can be read, and what it holds is no batch.
    pub why: Option<Text>,
}

/// Hands the batches of the spool at `path` to `sink`, oldest first: those that the hub does not have, or `all` that
/// are there. A damaged file is read before and behind its damage. Call [`handed_over`] once they are safe where they
/// went.
pub fn export(
    path: &Path,
    all: bool,
    mut sink: impl FnMut(SpooledBatch) -> std::io::Result<()>,
) -> anyhow::Result<Exported> {
    let (connection, gateway) = open_read_only(path)?;
    // Of a damaged file whose lists cannot be read, all is exported: the hub counts each batch once.
    let held = numbers(&connection, "SELECT seq, seq FROM held");
    let released = match all {
        true => RangeSet::default(),
        false => numbers(&connection, "SELECT first, last FROM released"),
    };
    let (batches, readings, last) = (0, 0, 0);
    let mut exported =
        Exported { gateway, batches, readings, held: held.len(), last, damage: None };
    let mut damaged = RangeSet::default();
    let mut take = |batch: SpooledBatch| {
        if held.contains(batch.seq) {
            return Ok(true);
        }
        if decode(&batch.message).is_err() {
            damaged.insert(batch.seq);
            return Ok(true);
        }
        exported.batches += 1;
        exported.readings += batch.readings;
        exported.last = exported.last.max(batch.seq);
        sink(batch).map(|()| true)
    };
    let mut salvage = Salvage::new(&connection, Order::OldestFirst);
    let (mut from, end) = (1, last_number(&connection));
    while let Some((first, last)) = released.next_gap(from, end) {
        salvage.read((first, last), &mut take)?;
        from = last + 1;
    }
    for (first, last) in salvage.unreadable.iter() {
        damaged.insert_range(first, last);
    }
    if !damaged.is_empty() {
        let why = salvage.why.as_ref().map(foreign::sqlite);
        exported.damage = Some(Damage { numbers: damaged, why });
    }
    Ok(exported)
}

/// Notes in the spool at `path` that the batches of `exported` have been handed over, so that an acknowledgement of
/// the hub that takes them in releases them. A file that cannot be written stays as it is, and a damaged one is not
/// touched: its gateway then sends them, too, and the hub counts them once.
pub fn handed_over(path: &Path, exported: &Exported) {
    if exported.damage.is_none() && exported.last > 0 {
        let _not_noted = note_handed(path, exported.last).is_err();
    }
}
