//! What was understood of a file, with what the ledger makes of it and who stands for its rows.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::account::Entry;
use crate::core::Problem;
use crate::ledger::{
    ImportOutcome, Ledger, LedgerError, Persons, RowRead, SheetRead, Understanding,
};
use crate::locales::{Text, ledger as rules, office, page_ledger as words, understanding as files};
use crate::support::sha256;
use crate::web::Uploader;

/// A file that was understood.
pub(super) struct Judged {
    pub understanding: Understanding,
    /// The rows of all sheets as they would be entered.
    pub rows: Vec<Entry>,
    /// What the ledger would do with each.
    pub planned: Vec<ImportOutcome>,
    /// What is wrong beside what is wrong with the file itself: rows that the ledger refuses, or that somebody else has
    /// to hand in.
    pub refused: Vec<Problem>,
    /// Whom the file names instead of who hands it in, and in how many new rows.
    pub others: BTreeSet<String>,
    pub others_rows: usize,
}

impl Judged {
    /// Who hands a file in stands for its new rows. Where rows count by two persons, she cannot stand for those that
    /// the file says somebody else has entered: that one could review them then.
    pub fn of(
        understanding: Understanding,
        book: &Ledger,
        by: &Uploader,
        persons: &Persons,
        two_person: bool,
    ) -> Result<Self, LedgerError> {
        let mut rows: Vec<Entry> = understanding.rows().map(|row| row.entry.clone()).collect();
        let planned = book.preview(&rows)?;
        let mut judged = Self {
            understanding,
            rows: Vec::new(),
            planned: Vec::new(),
            refused: Vec::new(),
            others: BTreeSet::new(),
            others_rows: 0,
        };
        let mut renamed = false;
        let places = judged.understanding.sheets.iter();
        let places = places.flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet, row)));
        for (((sheet, read), row), outcome) in places.zip(&mut rows).zip(&planned) {
            if !matches!(outcome, ImportOutcome::Added(_)) || row.entered_by == by.name {
                continue;
            }
            let own = persons.find(&row.entered_by).is_ok_and(|person| person.id == by.id);
            if !own && two_person {
                let rule = words::somebody_else(&by.name);
                let place = place(&judged.understanding, sheet, read);
                let hint = words::hand_in_herself();
                judged.refused.push(Problem::new(place, &row.entered_by, rule, hint));
                continue;
            }
            if !own {
                judged.others.insert(row.entered_by.clone());
                judged.others_rows += 1;
            }
            row.entered_by.clone_from(&by.name);
            renamed = true;
        }
        judged.planned = if renamed { book.preview(&rows)? } else { planned };
        judged.rows = rows;
        judged.refuse();
        Ok(judged)
    }

    /// Adds what the ledger refuses.
    fn refuse(&mut self) {
        let understanding = &self.understanding;
        let places = understanding.sheets.iter();
        let places = places.flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet, row)));
        for ((sheet, row), outcome) in places.zip(&self.planned) {
            if let ImportOutcome::Refused(error) = outcome {
                let place = place(understanding, sheet, row);
                let rule = Text::verbatim(error);
                self.refused.push(Problem::new(place, "", rule, Text::default()));
            }
        }
    }

    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.understanding.all_problems().chain(&self.refused)
    }

    pub fn has_problems(&self) -> bool {
        self.problems().next().is_some()
    }

    /// How many rows are new, and how many the ledger has already.
    pub fn counts(&self) -> (usize, usize) {
        ImportOutcome::counts(&self.planned)
    }

    /// The same for the same rows with the same outcomes. Which numbers new rows get is no part of it.
    pub fn digest(&self) -> [u8; 32] {
        let mut all = Digest::default();
        for (row, outcome) in self.rows.iter().zip(&self.planned) {
            match outcome {
                ImportOutcome::Added(_) => all.add(format_args!("new {row:?}")),
                ImportOutcome::AlreadyThere(id) => all.add(format_args!("{id} {row:?}")),
                ImportOutcome::Refused(_) => all.add(format_args!("refused {row:?}")),
            }
        }
        for problem in self.problems() {
            all.add(format_args!("{} {}", problem.path, problem.value));
        }
        all.0
    }
}

/// A chain of SHA-256: each of the one before it and what is added.
#[derive(Default)]
struct Digest([u8; 32]);

impl Digest {
    fn add(&mut self, what: std::fmt::Arguments<'_>) {
        let mut text = crate::support::hex(&self.0);
        // Writing into a text does not fail.
        let _ = write!(text, " {what}");
        self.0 = sha256(text.as_bytes());
    }
}

/// Where a row stands in the file, for a problem with it.
fn place(understanding: &Understanding, sheet: &SheetRead, row: &RowRead) -> Text {
    let place = match &row.column {
        Some(column) => office::row_and_column(row.number, column),
        None => rules::place_row(row.number),
    };
    match &sheet.name {
        Some(name) if understanding.sheets.len() > 1 => files::in_sheet(name, place),
        _ => place,
    }
}
