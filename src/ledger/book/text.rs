//! A table of text, as a spreadsheet or an editor saves it: in any usual encoding, with any usual separator.
//!
//! Rows are numbered as a spreadsheet shows them: a record is a row even if a quoted cell in it spans lines, and an
//! empty line is a row.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

use super::super::export::unmarked;
use super::grid::{Budget, Grid, text_cell};
use super::{Book, problems};
use crate::core::{Problem, RowNumbers};
use crate::locales::book as words;

/// Separators that are told apart by the first lines. The last two only count if all of these lines agree.
const SEPARATORS: [char; 5] = [',', '\t', ';', '，', '|'];

/// How many of them count by most lines.
const USUAL: usize = 3;

/// Lines by which the separator is told. Engineering judgement.
const FIRST_LINES: usize = 50;

/// Stands for a separator that takes more than one byte: the unit separator of ASCII.
const UNIT_SEPARATOR: char = '\u{1f}';

/// Cells of a line in every spreadsheet since Excel 2007.
const LINE_CELLS: usize = 1 << 14;

/// One control character in so many makes a file no text. Engineering judgement.
const CONTROL_SHARE: usize = 100;

/// Reads the table `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Book, Problem> {
    let whole = decoded(bytes)?;
    let held = if let Cow::Owned(whole) = &whole { whole.len() } else { 0 };
    let text = whole.strip_prefix('\u{feff}').unwrap_or(&whole);
    if text.trim().is_empty() {
        return Err(problems::refused("", words::empty_file(), words::check_file()));
    }
    if is_markup(text) {
        return Err(problems::other_kind(words::web_page()));
    }
    let controls = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    if text.contains('\0') || controls * CONTROL_SHARE > text.len() {
        return Err(problems::refused("", words::no_text(), words::check_file()));
    }
    let separator = separator(text);
    match u8::try_from(separator) {
        Ok(separator) => table(text, separator, held),
        Err(_) => {
            let replaced = with_unit_separator(text, separator);
            drop(whole);
            table(&replaced, UNIT_SEPARATOR as u8, replaced.len())
        }
    }
}

/// The text in the encoding in which it has no error, UTF-8 first.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let odd = || problems::refused("", words::odd_encoding(), words::save_as_workbook());
    let strict = |encoding: &'static Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(odd)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return strict(UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => return strict(UTF_16BE, rest),
        _ => {}
    }
    // The ASCII in a text of UTF-16 has a zero byte each, always on the same side.
    let zeros = |side| bytes.iter().skip(side).step_by(2).any(|byte| *byte == 0);
    match (zeros(0), zeros(1)) {
        (false, false) => {}
        (false, true) => return strict(UTF_16LE, bytes),
        (true, false) => return strict(UTF_16BE, bytes),
        (true, true) => {
            return Err(problems::refused("", words::no_text(), words::check_file()));
        }
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => strict(GB18030, bytes),
    }
}

/// Whether the text is a web page or other XML, or a page that a browser saved with its pictures.
fn is_markup(text: &str) -> bool {
    let mut begin = text.trim_start().chars();
    let tag = begin.next() == Some('<')
        && begin.next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '!' | '?'));
    let head = text.trim_start().get(..13).unwrap_or_default();
    tag || head.eq_ignore_ascii_case("MIME-Version:")
}

/// The separator on whose number the first lines agree.
fn separator(text: &str) -> char {
    let mut lines: Vec<[usize; SEPARATORS.len()]> = Vec::new();
    let (mut counts, mut blank, mut quoted) = ([0; SEPARATORS.len()], true, false);
    for c in text.chars().chain(['\n']) {
        match c {
            '"' => quoted = !quoted,
            '\r' | '\n' if !quoted => {
                if !blank {
                    lines.push(counts);
                }
                (counts, blank) = ([0; SEPARATORS.len()], true);
                if lines.len() >= FIRST_LINES {
                    break;
                }
            }
            _ if !quoted => {
                let counted = SEPARATORS.iter().zip(counts.iter_mut());
                counted.filter(|(own, _)| **own == c).for_each(|(_, count)| *count += 1);
            }
            _ => {}
        }
        blank &= c.is_whitespace() && c != '\t';
    }
    // How many lines have the most frequent number of a separator, and this number.
    let agreed = |index: usize| {
        let numbers = lines.iter().filter_map(|line| line.get(index)).filter(|count| **count > 0);
        let numbers: Vec<usize> = numbers.copied().collect();
        let lines_of = |count: &usize| numbers.iter().filter(|own| *own == count).count();
        numbers.iter().map(|count| (lines_of(count), *count)).max().unwrap_or_default()
    };
    let best = |from: std::ops::Range<usize>| {
        let separators = from.filter_map(|index| Some((agreed(index), *SEPARATORS.get(index)?)));
        // The first of equal ones.
        separators.rev().max_by_key(|(agreed, _)| *agreed)
    };
    let usual = best(0..USUAL);
    let rare = best(USUAL..SEPARATORS.len());
    match (usual, rare) {
        (Some(((count, _), _)), Some(((all, _), rare)))
            if all == lines.len() && count * 2 < all =>
        {
            rare
        }
        (Some((_, usual)), _) => usual,
        (None, _) => ',',
    }
}

/// `text` with another separator, outside of quotes.
fn with_unit_separator(text: &str, separator: char) -> String {
    let mut quoted = false;
    let replaced = text.chars().map(|c| {
        quoted ^= c == '"';
        if c == separator && !quoted { UNIT_SEPARATOR } else { c }
    });
    replaced.collect()
}

/// Reads a table of which `held` bytes are kept besides the file.
fn table(text: &str, separator: u8, held: usize) -> Result<Book, Problem> {
    let open = check_lines(text.as_bytes(), separator)?;
    let sound = open.and_then(|begin| text.get(..begin)).unwrap_or(text);
    let mut budget = Budget::default();
    budget.memory(held)?;
    let mut grid = Grid::new(&mut budget, String::new(), false)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(sound.as_bytes());
    let mut numbers = RowNumbers::new(text);
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        let begin = match &more {
            Ok(false) => break,
            Ok(true) => record.position(),
            Err(error) => error.position(),
        };
        let number = numbers.next(begin.map(csv::Position::byte));
        if let Err(error) = more {
            grid.problem(problems::record(number, &error));
            break;
        }
        grid.fields(number, record.len())?;
        for (column, cell) in record.iter().enumerate() {
            grid.set(number, column, text_cell(unmarked(cell)))?;
        }
    }
    if let Some(begin) = open {
        let number = numbers.next(u64::try_from(begin).ok());
        grid.problem(problems::row(number, words::quote_left_open(), words::check_quotes()));
    }
    Ok(Book { sheets: vec![grid.finish()?], lettered: false })
}

/// Where the record begins, if any, in which a quote is never closed. Refuses a line of too many cells.
fn check_lines(text: &[u8], separator: u8) -> Result<Option<usize>, Problem> {
    let (mut begin, mut cells, mut at) = (0, 0, 0);
    let mut cell_begins = true;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' if cell_begins => {
                // Two quotes within quotes are one that is meant.
                let Some(end) = closing_quote(text, at) else {
                    return Ok(Some(begin));
                };
                at = end + 1;
                cell_begins = false;
            }
            // Blank lines count to the record behind them, as csv does.
            b'\r' | b'\n' if cells == 0 && cell_begins => {}
            b'\r' | b'\n' => {
                (begin, cells, cell_begins) = (at, 0, true);
            }
            _ if byte == separator => {
                cells += 1;
                cell_begins = true;
                if cells >= LINE_CELLS {
                    return Err(problems::too_many_cells());
                }
            }
            _ => cell_begins = false,
        }
    }
    Ok(None)
}

fn closing_quote(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == b'"')?;
        match text.get(at + 1) {
            Some(b'"') => at += 2,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
