//! The rows of the ledger as pages show them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::account::Entry;
use crate::ledger::RowsInForce;
use crate::locales::moment;
use crate::water::Township;
use crate::web::{PAGE_ROWS, RowFilter, RowLine, RowList, RowState};

/// All rows, with how things stand with each.
pub(super) struct Book {
    pub all: Vec<Entry>,
    pub in_force: BTreeSet<i64>,
    /// Those that wait, by id.
    pub pending: BTreeSet<i64>,
    pub superseded_by: BTreeMap<i64, i64>,
}

/// What rows are shown with.
pub(super) struct Lines<'a> {
    pub township: &'a Township,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Book {
    pub fn of(all: Vec<Entry>, two_person: bool) -> Self {
        let rows = RowsInForce::of(all.clone(), two_person);
        let ids = |rows: &[Entry]| rows.iter().map(|row| row.id).collect();
        Self {
            in_force: ids(&rows.in_force),
            pending: ids(&rows.pending),
            superseded_by: all.iter().filter_map(|row| Some((row.supersedes?, row.id))).collect(),
            all,
        }
    }

    pub fn get(&self, id: i64) -> Option<&Entry> {
        self.all.binary_search_by_key(&id, |row| row.id).ok().and_then(|at| self.all.get(at))
    }

    /// The number that the next row gets, if nobody enters another before it.
    pub fn next(&self) -> i64 {
        self.all.last().map_or(0, |row| row.id) + 1
    }

    /// Whether `row` is `last` or one that it has taken the place of.
    pub fn is_before(&self, row: i64, last: i64) -> bool {
        let old = |id: &i64| self.get(*id)?.supersedes;
        std::iter::successors(Some(last), old).any(|id| id == row)
    }

    pub fn state(&self, row: &Entry) -> RowState {
        if self.in_force.contains(&row.id) {
            RowState::Counts
        } else if self.pending.contains(&row.id) {
            RowState::Waits
        } else if row.withdrawn && !self.superseded_by.contains_key(&row.id) {
            RowState::Withdrawn
        } else {
            RowState::Superseded
        }
    }

    /// The rows that `filter` asks for, the newest first, a page of them.
    pub fn list(&self, filter: &RowFilter, lines: &Lines<'_>) -> RowList {
        let person = filter.person.trim().to_lowercase();
        let is_by = |name: &str| name.to_lowercase().contains(&person);
        let asked = |row: &&Entry| {
            let state = self.state(row);
            let state = match filter.state {
                Some(wanted) => state == wanted,
                None => matches!(state, RowState::Counts | RowState::Waits),
            };
            let village = row.village.as_ref().map(|id| id.as_str());
            state
                && filter.item.is_none_or(|item| row.code == item)
                && filter.village.as_deref().is_none_or(|id| village == Some(id))
                && filter.from.is_none_or(|from| row.to >= from)
                && filter.to.is_none_or(|to| row.from <= to)
                && (is_by(&row.entered_by) || row.reviewed_by.as_deref().is_some_and(is_by))
        };
        let rows: Vec<&Entry> = self.all.iter().rev().filter(asked).collect();
        let pages = rows.len().div_ceil(PAGE_ROWS).max(1);
        let page = filter.page.clamp(1, pages);
        let of_page = rows.iter().skip((page - 1) * PAGE_ROWS).take(PAGE_ROWS);
        RowList {
            rows: of_page.map(|row| lines.of(self, row)).collect(),
            in_all: rows.len(),
            page,
            pages,
            waiting: self.pending.len(),
            villages: lines.villages(),
        }
    }
}

impl Lines<'_> {
    /// A row of `book`.
    pub fn of(&self, book: &Book, row: &Entry) -> RowLine {
        RowLine {
            superseded_by: book.superseded_by.get(&row.id).copied(),
            state: Some(book.state(row)),
            ..self.new_row(row)
        }
    }

    /// A row that is not entered yet.
    pub fn new_row(&self, row: &Entry) -> RowLine {
        let village = row.village.as_ref().map(|id| self.township.village_name(id).to_owned());
        let crop = row.crop.as_ref().map(|id| self.township.crop_name(id).to_owned());
        RowLine {
            id: row.id,
            item: row.code.name(),
            value: row.value.to_string(),
            unit: row.code.unit_name(),
            from: row.from.to_string(),
            to: row.to.to_string(),
            of: village.into_iter().chain(crop).chain(row.work.clone()).collect(),
            document: row.document.clone(),
            entered_by: row.entered_by.clone(),
            at: moment(row.entered_at, self.now, &self.zone),
            reviewed_by: row.reviewed_by.clone(),
            supersedes: row.supersedes,
            reason: row.reason.clone(),
            withdrawn: row.withdrawn,
            superseded_by: None,
            state: None,
        }
    }

    /// Id and name of each village.
    pub fn villages(&self) -> Vec<(String, String)> {
        let villages = self.township.villages.iter();
        villages.map(|village| (village.id.to_string(), village.name.clone())).collect()
    }

    pub fn crops(&self) -> Vec<(String, String)> {
        let crops = self.township.crops.iter();
        crops.map(|crop| (crop.id.to_string(), crop.name.clone())).collect()
    }
}
