//! The zip archive of a Word file: read within limits, and written again with some parts changed and all others copied.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::error::{FillError, within};
use crate::core::shown;
use crate::locales::fill as words;

/// Largest file, bytes. Engineering judgement: an annual report with pictures has some megabytes.
pub const FILE_MAX: usize = 64 << 20;
/// Most entries of the archive. A long report with many pictures has some hundreds.
const ENTRIES_MAX: usize = 4_000;
/// Most bytes of the parts with text together, unpacked. A report of a hundred pages has one to two megabytes.
const TEXT_MAX: u64 = 24 << 20;

/// The first bytes of an entry of the archive's directory.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// The first bytes of an OLE file: a .doc, or a .docx with a password.
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Whether a part may contain text to fill.
fn has_text(name: &str) -> bool {
    let Some(part) = name.strip_prefix("word/").and_then(|n| n.strip_suffix(".xml")) else {
        return false;
    };
    matches!(part, "document" | "footnotes" | "endnotes" | "comments")
        || ["header", "footer"].iter().any(|kind| {
            let number = part.strip_prefix(kind);
            number.is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()))
        })
}

/// The text parts of `docx`, by name.
pub(super) fn parts(docx: &[u8]) -> Result<BTreeMap<String, String>, FillError> {
    let mut archive = open(docx)?;
    let mut parts = BTreeMap::new();
    let mut left = TEXT_MAX;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        if !has_text(&name) {
            continue;
        }
        let mut bytes = Vec::new();
        // The size in the archive's directory is not trusted.
        let read = entry.take(left + 1).read_to_end(&mut bytes)? as u64;
        let Some(rest) = left.checked_sub(read) else {
            return Err(FillError::TooLarge { what: words::the_text(), most: TEXT_MAX });
        };
        left = rest;
        let not_utf8 = || FillError::Xml { part: name.clone(), at: 0, what: words::xml_not_utf8() };
        let text = String::from_utf8(bytes).map_err(|_| not_utf8())?;
        parts.insert(name, text);
    }
    if parts.contains_key("word/document.xml") { Ok(parts) } else { Err(FillError::NoDocument) }
}

fn open(docx: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, FillError> {
    if docx.len() > FILE_MAX {
        return Err(FillError::TooLarge { what: words::the_file(), most: FILE_MAX as u64 });
    }
    if docx.starts_with(&OLE) {
        return Err(FillError::Old);
    }
    // Before the directory is read: it may be as large as the file.
    let entries = docx.windows(DIRECTORY_ENTRY.len()).filter(|at| *at == DIRECTORY_ENTRY);
    within(entries.take(ENTRIES_MAX + 1).count(), ENTRIES_MAX, words::the_archive)?;
    let mut archive = ZipArchive::new(Cursor::new(docx))?;
    for index in 0..archive.len() {
        let name = archive.by_index_raw(index)?.name()?.into_owned();
        if leads_out(&name) {
            let name = shown(&name).into_owned();
            return Err(FillError::Outside { name });
        }
    }
    Ok(archive)
}

/// Whether an entry of this name would lie outside of the folder into which somebody unpacks the archive: its name is
/// absolute, or has a step upwards. Both bars part names on Windows.
fn leads_out(name: &str) -> bool {
    let bars = ['/', '\\'];
    let drive = name.as_bytes().get(1) == Some(&b':');
    drive || name.starts_with(bars) || name.split(bars).any(|part| part == "..")
}

/// `docx` with the `changed` parts; every other entry is copied without unpacking it.
pub(super) fn with(docx: &[u8], changed: &BTreeMap<String, String>) -> Result<Vec<u8>, FillError> {
    let mut archive = open(docx)?;
    let mut written = ZipWriter::new(Cursor::new(Vec::with_capacity(docx.len())));
    let comment = archive.comment().into();
    written.set_raw_comment(comment)?;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        let name = entry.name()?.into_owned();
        let Some(text) = changed.get(&name) else {
            written.raw_copy_file(entry)?;
            continue;
        };
        let options = SimpleFileOptions::default().compression_method(entry.compression());
        let options = match entry.last_modified() {
            Some(at) => options.last_modified_time(at),
            None => options,
        };
        written.start_file(name, options)?;
        written.write_all(text.as_bytes())?;
    }
    Ok(written.finish()?.into_inner())
}
