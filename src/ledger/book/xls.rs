//! An .xls workbook of Excel 97 or later, and the .et of WPS, which is the same: its sheets, shared strings, formats.
//!
//! The records are read here, one by one, and not by calamine, which takes memory for all cells between the first and
//! the last, and tells neither hidden rows and columns nor formats.

use std::io::{Cursor, Read};

use super::day::Epoch;
use super::grid::{Budget, Grid, cut};
use super::record::{
    self, Pieces, Record, Records, byte_at, record, records_damaged, u16_at, u32_at,
};
use super::xlsx::Common;
use super::{BYTES_MAX, Book, problems, xls_sheet};
use crate::core::Problem;
use crate::locales::book as words;

/// The version of Excel 97 and later.
const BIFF8: u16 = 0x0600;

/// Bytes of records that are gone through for all sheets together, by those that there are.
const PASSES: usize = 4;

/// Most records over which the shared strings go on. Engineering judgement: each but the last holds some 8 KB.
const PIECES_MAX: usize = 1 << 16;

/// The bit of a font that is struck through.
const FONT_STRUCK: u16 = 0x08;

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    hidden: bool,
    begin: usize,
}

/// Reads the workbook in the OLE container `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Book, Problem> {
    let stream = stream(bytes)?;
    let first = record(&stream, 0)?;
    if first.kind != record::BEGIN || u16_at(first.data, 0)? != BIFF8 {
        return Err(problems::other_kind(words::before_1997()));
    }
    let mut common = Common::default();
    let listed = globals(&stream, first.next, &mut common)?;
    let computed = stores_results(&stream);
    let mut budget = Budget::default();
    budget.memory(common.strings.cost() + stream.len())?;
    let mut passed = stream.len().saturating_mul(PASSES);
    let mut book = Book { sheets: Vec::new(), lettered: true };
    for sheet in listed {
        let records = Records::new(&stream, sheet.begin)?;
        let from = xls_sheet::Source { records, common: &common, computed };
        let grid = Grid::new(&mut budget, sheet.name, sheet.hidden)?;
        book.sheets.push(xls_sheet::read(&from, grid, &mut passed)?);
    }
    Ok(book)
}

/// The stream of the workbook.
fn stream(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let damaged = |_| problems::damaged(words::archive_damaged());
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    // An .xlsx with a password lies encrypted in such a container ([MS-OFFCRYPTO] 1.3.3).
    if container.is_stream("/EncryptedPackage") {
        return Err(problems::has_password());
    }
    for (name, refused) in [
        ("/WordDocument", words::word_file as fn() -> _),
        ("/PowerPoint Document", words::slides as fn() -> _),
    ] {
        if container.is_stream(name) {
            return Err(problems::refused("", refused(), words::copy_table()));
        }
    }
    if !container.is_stream("/Workbook") {
        let old = container.is_stream("/Book");
        return Err(match old {
            true => problems::other_kind(words::before_1997()),
            false => problems::refused("", words::other_ole(), words::check_file()),
        });
    }
    let found = container.open_stream("/Workbook").map_err(damaged)?;
    let mut stream = Vec::new();
    found.take(BYTES_MAX as u64).read_to_end(&mut stream).map_err(damaged)?;
    Ok(stream)
}

/// Reads what all sheets have in common, from the record at `at` on.
fn globals(stream: &[u8], mut at: usize, common: &mut Common) -> Result<Vec<Listed>, Problem> {
    let mut listed = Vec::new();
    let mut budget = Budget::default();
    loop {
        let Record { kind, data, next } = record(stream, at)?;
        at = next;
        match kind {
            record::END => return Ok(listed),
            record::PASSWORD => return Err(problems::has_password()),
            record::DATE_MODE if u16_at(data, 0)? == 1 => common.epoch = Epoch::Since1904,
            record::FORMAT => {
                let code = Pieces::new(vec![data.get(2..).unwrap_or_default()]).text()?;
                common.styles.define(u16_at(data, 0)?, &code);
            }
            record::FONT => common.styles.font(u16_at(data, 2)? & FONT_STRUCK != 0),
            record::STYLE => {
                let font = usize::from(u16_at(data, 0)?);
                // There is no font 4 (2.5.129).
                let font = if font > 4 { font - 1 } else { font };
                if !common.styles.push(u16_at(data, 2)?, font) {
                    return Err(records_damaged());
                }
            }
            record::SHEET => {
                budget.sheet()?;
                let name = Pieces::new(vec![data.get(6..).unwrap_or_default()]).short_text()?;
                // Charts and macros have no cells.
                if byte_at(data, 5)? == 0 {
                    listed.push(Listed {
                        name: cut(&name).to_owned(),
                        hidden: byte_at(data, 4)? & 3 != 0,
                        begin: u32_at(data, 0)? as usize,
                    });
                }
            }
            record::STRINGS => {
                let mut pieces = vec![data];
                loop {
                    let Record { kind, data, next } = record(stream, at)?;
                    if kind != record::CONTINUE {
                        break;
                    }
                    if pieces.len() >= PIECES_MAX {
                        return Err(records_damaged());
                    }
                    pieces.push(data);
                    at = next;
                }
                strings(pieces, common)?;
            }
            _ => {}
        }
    }
}

fn strings(pieces: Vec<&[u8]>, common: &mut Common) -> Result<(), Problem> {
    let mut pieces = Pieces::new(pieces);
    let _uses = pieces.u32()?;
    for _ in 0..pieces.u32()? {
        common.strings.push(&pieces.text()?)?;
    }
    Ok(())
}

/// Whether any formula has a result. Some programs store none: an empty text stands for each then.
fn stores_results(stream: &[u8]) -> bool {
    let mut at = 0;
    while let Ok(Record { kind, data, next }) = record(stream, at) {
        at = next;
        if kind == record::FORMULA && !xls_sheet::is_empty_result(data) {
            return true;
        }
    }
    false
}

#[cfg(test)]
#[path = "xls_tests.rs"]
mod tests;
