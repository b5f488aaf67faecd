//! Merges the rows of a file into the ledger, each of them once, even if the file is an export of the same ledger.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, Row};

use super::error::{LedgerError, sql};
use super::sqlite::{Ledger, begin, get, insert};
use super::visible::visible;
use crate::account::{Counting, Entry, EntryCode};
use crate::locales::ledger as words;

/// What an import does with one row of a file.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The row is added with this id.
    Added(i64),
    /// The ledger has this row already, with this id.
    AlreadyThere(i64),
    Refused(LedgerError),
}

impl ImportOutcome {
    /// How many rows are new, and how many the ledger has already.
    pub fn counts(outcomes: &[Self]) -> (usize, usize) {
        let of = |is: fn(&Self) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        (
            of(|outcome| matches!(outcome, Self::Added(_))),
            of(|outcome| matches!(outcome, Self::AlreadyThere(_))),
        )
    }

    /// Of each code, how many of `rows` are new, and their sum.
    pub fn sums_of_new(rows: &[Entry], outcomes: &[Self]) -> BTreeMap<EntryCode, (usize, f64)> {
        let mut sums: BTreeMap<EntryCode, (usize, f64)> = BTreeMap::new();
        for (entry, outcome) in rows.iter().zip(outcomes) {
            if let Self::Added(_) = outcome {
                let (rows, sum) = sums.entry(entry.code).or_default();
                *rows += 1;
                *sum += entry.value;
            }
        }
        // The last digits of a binary sum of decimals are noise.
        sums.values_mut().for_each(|(_, sum)| *sum = (*sum * 1e6).round() / 1e6);
        sums
    }
}

impl Ledger {
    /// Adds those of `rows` that the ledger does not have yet, in one transaction, and returns an outcome for each. If
    /// the ledger refuses one of them, it takes none.
    ///
    /// The ledger has a row already if code, value, days, village, crop, work, document, person and superseded row are
    /// equal. Each row of the ledger stands for one row of the file, so repeating an import doubles nothing, and two
    /// equal slips of one file are two rows.
    ///
    /// Rows with an `id` come from an export. A correction among them finds its row by that id, whatever id the row
    /// gets here. A row that differs from the ledger's row of its id was changed in the file; it would count twice
    /// and is refused. So is a row without an id that differs only in its value from a row of the ledger for which no
    /// row of the file stands, as in a file that was corrected; where each row is an amount of its own, two slips may
    /// be alike but for their values, and it is refused if the ledger has other rows of the file.
    pub fn import(&mut self, rows: &[Entry]) -> Result<Vec<ImportOutcome>, LedgerError> {
        let writing = begin(&mut self.db)?;
        let mut planned = plan(&writing, rows)?;
        if !planned.iter().any(|planned| matches!(planned.outcome, ImportOutcome::Refused(_))) {
            for Planned { index, outcome, supersedes, .. } in &mut planned {
                if let (ImportOutcome::Added(id), Some(row)) = (outcome, rows.get(*index)) {
                    *id = insert(&writing, &Entry { supersedes: *supersedes, ..row.clone() })?;
                }
            }
            writing.commit().map_err(sql(words::committing))?;
        }
        Ok(in_order_of_file(planned))
    }

    /// What [`Ledger::import`] would do, without doing it.
    pub fn preview(&self, rows: &[Entry]) -> Result<Vec<ImportOutcome>, LedgerError> {
        Ok(in_order_of_file(plan(&self.db, rows)?))
    }

    /// Which of the new rows, by their places in the file, differ only in their value from a row of the ledger. Each
    /// may be a further slip, or the same one corrected.
    pub fn alike(&self, rows: &[Entry]) -> Result<Vec<(usize, i64)>, LedgerError> {
        if Held::read(&self.db)?.rows.is_empty() {
            return Ok(Vec::new());
        }
        let planned = plan(&self.db, rows)?;
        let alike = planned.iter().filter_map(|planned| Some((planned.index, planned.alike?)));
        let mut alike: Vec<(usize, i64)> = alike.collect();
        alike.sort_unstable();
        Ok(alike)
    }
}

/// What is to be done with the row at `index` of a file.
struct Planned {
    index: usize,
    outcome: ImportOutcome,
    /// The row of this ledger that it supersedes.
    supersedes: Option<i64>,
    /// The row of this ledger from which it may differ only in its value.
    alike: Option<i64>,
}

fn in_order_of_file(mut planned: Vec<Planned>) -> Vec<ImportOutcome> {
    planned.sort_unstable_by_key(|planned| planned.index);
    planned.into_iter().map(|planned| planned.outcome).collect()
}

/// What two rows have in common that are equal: all but the times of entry and the reason.
#[derive(PartialEq, Eq, Hash)]
struct Same {
    texts: [String; 8],
    value: u64,
    supersedes: Option<i64>,
    withdrawn: bool,
}

impl Same {
    fn of(row: &Entry, supersedes: Option<i64>) -> Self {
        // No name is empty, so that an empty text is none.
        let text = |text: Option<&str>| visible(text.unwrap_or_default()).into_owned();
        Self {
            texts: [
                row.code.id().to_owned(),
                row.from.to_string(),
                row.to.to_string(),
                text(row.village.as_ref().map(|id| id.as_str())),
                text(row.crop.as_ref().map(|id| id.as_str())),
                text(row.work.as_deref()),
                text(Some(&row.document)),
                text(Some(&row.entered_by)),
            ],
            value: bits(row.value),
            supersedes,
            withdrawn: row.withdrawn,
        }
    }

    /// All that tells what was counted, where, when, and by which paper.
    fn what(&self) -> &[String] {
        self.texts.split_last().map_or(&[], |(_person, what)| what)
    }

    /// That of a row of [`HELD`].
    fn held(row: &Row<'_>) -> Result<Self, LedgerError> {
        let mut texts: [String; 8] = Default::default();
        for (column, text) in texts.iter_mut().enumerate() {
            let held: Option<String> = get(row, column + 1)?;
            *text = held.map_or(String::new(), |held| visible(&held).into_owned());
        }
        let (value, supersedes) = (bits(get(row, 9)?), get(row, 10)?);
        Ok(Self { texts, value, supersedes, withdrawn: get(row, 11)? })
    }
}

/// Equal numbers have equal bits: 0 and -0 too, and what is the same in the 15 digits that a workbook keeps.
fn bits(value: f64) -> u64 {
    let kept: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    (kept + 0.0).to_bits()
}

const HELD: &str = "SELECT id, code, from_day, to_day, village, crop, work, document, entered_by, value, supersedes, \
                    withdrawn FROM entry ORDER BY id";

/// The rows of the ledger, and those that are to be added to it.
#[derive(Default)]
struct Held {
    /// The ids of equal rows that no row of the file stands for yet, in falling order.
    free: HashMap<Same, Vec<i64>>,
    /// Rows that supersede another and are not superseded, by what they tell and their value.
    corrections: HashMap<(Vec<String>, u64), Vec<i64>>,
    /// Those of them for which a row of the file stands.
    met: HashSet<i64>,
    /// The code of each row, and the row that supersedes it.
    rows: HashMap<i64, (String, Option<i64>)>,
    last: i64,
}

impl Held {
    fn read(db: &Connection) -> Result<Self, LedgerError> {
        let mut held = Self::default();
        let mut statement = db.prepare_cached(HELD).map_err(sql(words::looking_for_duplicate))?;
        let mut rows = statement.query([]).map_err(sql(words::looking_for_duplicate))?;
        while let Some(row) = rows.next().map_err(sql(words::looking_for_duplicate))? {
            let id = get(row, 0)?;
            let same = Same::held(row)?;
            held.add(id, get(row, 1)?, same.supersedes);
            held.free.entry(same).or_default().push(id);
        }
        for (same, ids) in &held.free {
            let last =
                ids.iter().filter(|id| held.rows.get(id).is_some_and(|(_, by)| by.is_none()));
            let last: Vec<i64> = last.copied().collect();
            if same.supersedes.is_some() && !same.withdrawn && !last.is_empty() {
                let key = (same.what().to_vec(), same.value);
                held.corrections.entry(key).or_default().extend(last);
            }
        }
        held.free.values_mut().for_each(|ids| ids.reverse());
        Ok(held)
    }

    fn add(&mut self, id: i64, code: String, supersedes: Option<i64>) {
        self.last = self.last.max(id);
        if let Some((_, by)) = supersedes.and_then(|old| self.rows.get_mut(&old)) {
            *by = Some(id);
        }
        self.rows.insert(id, (code, None));
    }

    /// A row that equals `same`, if one is left: that with the id `exported` before others.
    fn take(&mut self, same: &Same, exported: i64) -> Option<i64> {
        let free = self.free.get_mut(same)?;
        match free.binary_search_by(|id| exported.cmp(id)) {
            Ok(own) => Some(free.remove(own)),
            Err(_) => free.pop(),
        }
    }

    /// A correction that equals `same`, if one is left: the file was corrected as the ledger was.
    fn take_correction(&mut self, same: &Same) -> Option<i64> {
        if self.corrections.is_empty() {
            return None;
        }
        let id = self.corrections.get_mut(&(same.what().to_vec(), same.value))?.pop()?;
        self.met.insert(id);
        Some(id)
    }

    /// Rows for which none of the file stands and which nothing supersedes, up to the id `last`: by all but value and
    /// person.
    fn unmet(&self, last: i64) -> HashMap<&[String], (i64, f64)> {
        let mut unmet: HashMap<&[String], (i64, f64)> = HashMap::new();
        for (same, ids) in self.free.iter().filter(|(same, _)| !same.withdrawn) {
            for id in ids.iter().filter(|id| **id <= last && !self.met.contains(id)) {
                if self.rows.get(id).is_some_and(|(_, by)| by.is_none()) {
                    let row = (*id, f64::from_bits(same.value));
                    let first = unmet.entry(same.what()).or_insert(row);
                    if *id < first.0 {
                        *first = row;
                    }
                }
            }
        }
        unmet
    }

    /// Whether a row of `code` may supersede `old`.
    fn may_supersede(&self, old: i64, code: EntryCode) -> Result<(), LedgerError> {
        match self.rows.get(&old) {
            None => Err(LedgerError::NoSuchRow(old)),
            Some((held, _)) if held != code.id() => {
                Err(LedgerError::OtherCode { row: old, old: held.clone(), new: code })
            }
            Some((_, Some(by))) => Err(LedgerError::AlreadySuperseded { row: old, by: *by }),
            Some(_) => Ok(()),
        }
    }
}

/// What is to be done with each of `rows`, in the order in which it is done.
fn plan(db: &Connection, rows: &[Entry]) -> Result<Vec<Planned>, LedgerError> {
    let mut held = Held::read(db)?;
    let last = held.last;
    // Exported rows in order of their ids, so that a correction follows its row in any file. New rows come last.
    let mut order: Vec<(usize, &Entry)> = rows.iter().enumerate().collect();
    order.sort_by_key(|(_, row)| (row.id == 0, row.id));
    // Each exported id with the row of this ledger, and with what it says.
    let mut exported: BTreeMap<i64, (i64, Same)> = BTreeMap::new();
    let mut planned = Vec::with_capacity(rows.len());
    for (index, row) in order {
        let known = row.supersedes.and_then(|old| Some(exported.get(&old)?.0));
        let supersedes = known.or(row.supersedes);
        let same = Same::of(row, supersedes);
        let outcome = match exported.get(&row.id) {
            Some((id, first)) if *first == same => ImportOutcome::AlreadyThere(*id),
            Some(_) => ImportOutcome::Refused(LedgerError::Changed(row.id)),
            None => place(&mut held, row, &same, known, last),
        };
        if let (ImportOutcome::Added(id) | ImportOutcome::AlreadyThere(id), 1..) =
            (&outcome, row.id)
        {
            exported.entry(row.id).or_insert((*id, same));
        }
        planned.push(Planned { index, outcome, supersedes, alike: None });
    }
    refuse_changed(&held, last, rows, &mut planned);
    Ok(planned)
}

/// Refuses new rows that differ only in their value from a row of the ledger for which none of the file stands.
fn refuse_changed(held: &Held, last: i64, rows: &[Entry], planned: &mut [Planned]) {
    let again = planned.iter().any(|row| matches!(row.outcome, ImportOutcome::AlreadyThere(_)));
    let unmet = held.unmet(last);
    if unmet.is_empty() {
        return;
    }
    for planned in planned {
        let Some(row) = rows.get(planned.index) else { continue };
        let new = matches!(planned.outcome, ImportOutcome::Added(_));
        let told_apart = row.code.counting() == Counting::Running && !again;
        if !new || row.id != 0 || row.supersedes.is_some() {
            continue;
        }
        let same = Same::of(row, None);
        if let Some((id, held)) = unmet.get(same.what()) {
            if told_apart {
                planned.alike = Some(*id);
                continue;
            }
            let error = LedgerError::OtherValue { row: *id, held: *held, new: row.value };
            planned.outcome = ImportOutcome::Refused(error);
        }
    }
}

/// Finds the row of the ledger that equals `row`, or adds it. `last` is the highest id before the import, `known` the
/// row of this ledger that an exported one supersedes.
fn place(
    held: &mut Held,
    row: &Entry,
    same: &Same,
    known: Option<i64>,
    last: i64,
) -> ImportOutcome {
    if let Some(id) = held.take(same, row.id) {
        return ImportOutcome::AlreadyThere(id);
    }
    if row.id == 0
        && same.supersedes.is_none()
        && let Some(id) = held.take_correction(same)
    {
        return ImportOutcome::AlreadyThere(id);
    }
    if row.id > 0 {
        if row.id <= last {
            return ImportOutcome::Refused(LedgerError::Changed(row.id));
        }
        if let (Some(old), None) = (row.supersedes, known) {
            return ImportOutcome::Refused(LedgerError::WithoutOld(old));
        }
    }
    if same.withdrawn && same.supersedes.is_none() {
        return ImportOutcome::Refused(LedgerError::NothingWithdrawn);
    }
    if let Some(Err(error)) = same.supersedes.map(|old| held.may_supersede(old, row.code)) {
        return ImportOutcome::Refused(error);
    }
    let id = held.last + 1;
    held.add(id, row.code.id().to_owned(), same.supersedes);
    ImportOutcome::Added(id)
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
