//! Why a file of the office cannot be read, and the way out.

use std::fmt::Display;
use std::io::{self, ErrorKind};

use super::{CELLS_MAX, COLUMNS_MAX, ROWS_MAX};
use crate::core::Problem;
use crate::locales::{Text, book as words, foreign};

/// A file that is refused as a whole.
pub(super) fn refused(value: impl Display, rule: Text, hint: Text) -> Problem {
    Problem::new(words::place_file(), value, rule, hint)
}

/// A file of another kind, that a spreadsheet can save as a workbook.
pub(super) fn other_kind(rule: Text) -> Problem {
    refused("", rule, words::save_as_workbook())
}

pub(super) fn damaged(why: Text) -> Problem {
    refused("", words::damaged(why), words::save_again())
}

/// What a reader says of an archive whose bytes it could not read.
pub(super) fn unreadable(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::FileTooLarge => refused("", words::unpacks_to_too_much(), words::check_file()),
        ErrorKind::QuotaExceeded => refused("", words::cell_too_long(), words::check_file()),
        _ => damaged(words::archive_damaged()),
    }
}

pub(super) fn has_password() -> Problem {
    refused("", words::has_password(), words::save_without_password())
}

pub(super) fn too_many_cells() -> Problem {
    refused("", words::too_many_cells(CELLS_MAX), words::split_or_check())
}

pub(super) fn too_much_text() -> Problem {
    refused("", words::too_much_text(), words::split_or_check())
}

pub(super) fn too_many_sheets(most: usize) -> Problem {
    refused("", words::too_many_sheets(most), words::split_or_check())
}

pub(super) fn too_many_merged(most: usize) -> Problem {
    refused("", words::too_many_merged(most), words::split_or_check())
}

pub(super) fn too_many_hidden(most: usize) -> Problem {
    refused("", words::too_many_hidden(most), words::save_again())
}

pub(super) fn too_many_events() -> Problem {
    refused("", words::too_many_events(), words::check_file())
}

/// More rows than a file may have, at the row with this number.
pub(super) fn too_many_rows(number: usize) -> Problem {
    row(number, words::too_many_rows(ROWS_MAX), words::split_or_check())
}

/// A cell beyond the columns that are read, at the column from 0.
pub(super) fn too_many_columns(number: usize, column: usize) -> Problem {
    let cell = format!("{}{number}", letters(column));
    let rule = words::too_many_columns(COLUMNS_MAX);
    Problem::new(words::place_row(number), cell, rule, words::columns_to_the_left())
}

/// Merged cells that overlap, at the column from 0.
pub(super) fn merged_overlap(number: usize, column: usize) -> Problem {
    let place = words::place_row(number);
    Problem::new(place, letters(column), words::merged_overlap(), words::save_again())
}

/// A problem of a whole row.
pub(super) fn row(number: usize, rule: Text, hint: Text) -> Problem {
    Problem::new(words::place_row(number), "", rule, hint)
}

/// A record of a text file that is not in order.
pub(super) fn record(number: usize, error: &csv::Error) -> Problem {
    row(number, words::text_unreadable(foreign::csv(error)), words::check_quotes())
}

/// The letters of a column, from 0.
pub(super) fn letters(index: usize) -> String {
    let (mut text, mut left) = (Vec::new(), index + 1);
    while left > 0 {
        left -= 1;
        text.push(b'A' + (left % 26) as u8);
        left /= 26;
    }
    text.iter().rev().copied().map(char::from).collect()
}
