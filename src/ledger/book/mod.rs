//! Reads a file of the office, as the clerk sees it: a workbook of any usual kind, or text with any usual separator.
//!
//! Whatever the file is, it takes at most 256 MiB and some seconds: what it unpacks to, its sheets, rows, cells and
//! texts are counted while they are read.

mod archive;
mod day;
mod decimal;
mod format;
mod grid;
mod ods;
mod ods_cell;
mod ods_table;
mod problems;
mod record;
mod section;
mod sheet;
mod shown;
mod styles;
mod text;
mod xls;
mod xls_sheet;
mod xlsx;
mod xlsx_sheet;

pub use sheet::BYTES_MAX;
pub(in crate::ledger) use sheet::{
    Book, CELLS_MAX, CHARACTERS_KEPT, COLUMNS_MAX, Cell, Fault, Merged, ROWS_MAX, Row, Sheet, Shown,
};

use archive::Archive;

use crate::core::Problem;
use crate::locales::{Text, book as words};

/// How files begin that are workbooks.
const ARCHIVE: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// How files of other kinds begin, what they are, and the way out.
type Other = (&'static [u8], fn() -> Text, fn() -> Text);
const OTHERS: [Other; 18] = [
    (b"%PDF", words::pdf, words::type_table),
    (b"\x89PNG", words::picture, words::type_table),
    (b"\xFF\xD8\xFF", words::picture, words::type_table),
    (b"GIF8", words::picture, words::type_table),
    (b"BM", words::picture, words::type_table),
    (b"II*\0", words::picture, words::type_table),
    (b"MM\0*", words::picture, words::type_table),
    (b"RIFF", words::picture, words::type_table),
    (b"{\\rtf", words::rich_text, words::copy_table),
    (b"Rar!", words::other_archive, words::unpack_first),
    (b"7z\xBC\xAF", words::other_archive, words::unpack_first),
    (b"\x1F\x8B", words::other_archive, words::unpack_first),
    (b"PK\x05\x06", words::other_archive, words::unpack_first),
    // The workbooks of Excel 2 to 5, which lie in no container.
    (b"\x09\x00\x04\x00", words::before_1997, words::save_as_workbook),
    (b"\x09\x00\x06\x00", words::before_1997, words::save_as_workbook),
    (b"\x09\x02\x06\x00", words::before_1997, words::save_as_workbook),
    (b"\x09\x04\x06\x00", words::before_1997, words::save_as_workbook),
    (b"\x09\x08", words::before_1997, words::save_as_workbook),
];

/// Reads the file `bytes`.
pub(in crate::ledger) fn open(bytes: &[u8]) -> Result<Book, Problem> {
    if bytes.is_empty() {
        return Err(problems::refused("", words::empty_file(), words::check_file()));
    }
    if bytes.len() > BYTES_MAX {
        let rule = words::too_many_bytes(BYTES_MAX);
        return Err(problems::refused(bytes.len(), rule, words::split_or_check()));
    }
    // A text may begin with the two letters of a bitmap, but has no zero byte.
    let begins = |begin: &[u8]| bytes.starts_with(begin) && (begin != b"BM" || bytes.contains(&0));
    if begins(ARCHIVE) {
        return archived(&mut Archive::open(bytes)?);
    }
    if begins(OLE) {
        return xls::read(bytes);
    }
    match OTHERS.iter().find(|(begin, ..)| begins(begin)) {
        Some((_, kind, way_out)) => Err(problems::refused("", kind(), way_out())),
        None => text::read(bytes),
    }
}

/// Reads a workbook that lies in an archive.
fn archived(archive: &mut Archive<'_>) -> Result<Book, Problem> {
    if ods::is_one(archive)? {
        return ods::read(archive);
    }
    let main = xlsx::main_part(archive)?.unwrap_or_else(|| "xl/workbook.xml".to_owned());
    if main.ends_with(".bin") {
        return Err(problems::other_kind(words::binary_workbook()));
    }
    let word = archive.begin("mimetype", 128)?;
    let word = word.starts_with(b"application/vnd.oasis.opendocument.text");
    if word || main.starts_with("word/") || archive.has_folder("word/") {
        return Err(problems::refused("", words::word_file(), words::copy_table()));
    }
    if main.starts_with("ppt/") {
        return Err(problems::refused("", words::slides(), words::copy_table()));
    }
    if !archive.has(&main) {
        return Err(problems::refused("", words::other_archive(), words::unpack_first()));
    }
    xlsx::read(archive, &main)
}

#[cfg(test)]
pub(in crate::ledger) mod test_files;
#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
