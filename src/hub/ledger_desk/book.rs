//! The rows of the ledger as pages show them.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::account::Entry;
use crate::core::shown;
use crate::hub::desk::Leaf;
use crate::locales::{moment, page_rows as words};
use crate::water::Township;
use crate::web::{PAGE_ROWS, RowFilter, RowLine, RowList, RowState};

/// The ledger that all pages share, with how things stand with each row.
#[derive(Clone)]
pub(super) struct Book(pub Arc<Leaf>);

impl Deref for Book {
    type Target = Leaf;

    fn deref(&self) -> &Leaf {
        &self.0
    }
}

/// What rows are shown with.
pub(super) struct Lines<'a> {
    pub township: &'a Township,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Book {
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
        let mut notes = Vec::new();
        let village = filter.village.as_deref().filter(|id| {
            let known = lines.township.villages.iter().any(|village| village.id.as_str() == *id);
            if !known {
                notes.push(words::no_such_village(shown(id).into_owned()));
            }
            known
        });
        let is_by = |name: &str| name.to_lowercase().contains(&person);
        let asked = |row: &&Entry| {
            let state = self.state(row);
            let state = match filter.state {
                Some(wanted) => state == wanted,
                None => matches!(state, RowState::Counts | RowState::Waits),
            };
            let of = row.village.as_ref().map(|id| id.as_str());
            state
                && filter.item.is_none_or(|item| row.code == item)
                && village.is_none_or(|id| of == Some(id))
                && filter.from.is_none_or(|from| row.to >= from)
                && filter.to.is_none_or(|to| row.from <= to)
                && (is_by(&row.entered_by) || row.reviewed_by.as_deref().is_some_and(is_by))
        };
        let rows: Vec<&Entry> = self.all.iter().rev().filter(asked).collect();
        let pages = rows.len().div_ceil(PAGE_ROWS).max(1);
        let page = filter.page.clamp(1, pages);
        if page != filter.page {
            notes.push(words::no_such_page(filter.page, pages, page));
        }
        let of_page = rows.iter().skip((page - 1) * PAGE_ROWS).take(PAGE_ROWS);
        RowList {
            rows: of_page.map(|row| lines.of(self, row)).collect(),
            in_all: rows.len(),
            page,
            pages,
            waiting: self.pending.len(),
            villages: lines.villages(),
            notes,
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
