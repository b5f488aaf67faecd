//! Recognises a file's format by its content, and what its rows become.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;

use super::csv;
use super::row::{CellError, Row};
use crate::core::Series;
use crate::locales::{Text, transfer as words};
use crate::store::line;
use crate::support::files;
use crate::wire::CounterSpec;

/// Takes a row with its number in the file: a line, or a row of Parquet, counted from 1.
pub type Sink<'a> = dyn FnMut(u64, Result<Item, Box<CellError>>) -> anyhow::Result<()> + 'a;

/// What a line or row holds.
pub enum Item {
    Row(Row),
    /// How the register of a counter behaves.
    Counter(Series, CounterSpec),
    Nothing,
}

/// A file, recognised by its first bytes and not by its name.
pub enum Content {
    /// Messages of a gateway, one a line.
    Messages(Box<dyn BufRead>),
    Csv(Box<dyn BufRead>),
    Line(Box<dyn BufRead>),
    Parquet(File),
}

/// First bytes of Parquet.
const PARQUET: &[u8] = b"PAR1";
/// First bytes of gzip.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// Opens `path` and recognises its format. Text may be compressed with gzip.
pub fn open(path: &Path) -> anyhow::Result<Content> {
    let mut file = files::open_regular(path).with_context(|| words::cannot_open(path))?;
    let mut first = Vec::new();
    let begin = file.by_ref().take(PARQUET.len() as u64).read_to_end(&mut first);
    begin.and_then(|_| file.rewind()).with_context(|| words::cannot_read(path))?;
    if first == PARQUET {
        return Ok(Content::Parquet(file));
    }
    let mut text: Box<dyn BufRead> = if first.starts_with(GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file))))
    } else {
        Box::new(BufReader::new(file))
    };
    let begin = text.fill_buf().map_err(|error| unpacked(error, words::damaged_file(path)))?;
    let plain = begin.strip_prefix(csv::MARK).unwrap_or(begin);
    let end = plain.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let word = &plain[..end.unwrap_or(plain.len())];
    match plain.first() {
        Some(b'{' | b'[' | 0x78) => Ok(Content::Messages(text)),
        Some(b'#') => Ok(Content::Line(text)),
        _ if word.starts_with(line::READINGS.as_bytes()) => Ok(Content::Line(text)),
        _ if super::row::COLUMNS.iter().any(|column| column.as_bytes() == word) => {
            Ok(Content::Csv(text))
        }
        _ => anyhow::bail!(words::not_an_export(path)),
    }
}

/// What `problem` says suffices where the error is gzip's: it says no more than that the data are damaged.
fn unpacked(error: io::Error, problem: Text) -> anyhow::Error {
    match error.raw_os_error() {
        Some(_) => anyhow::Error::new(error).context(problem),
        None => anyhow::Error::msg(problem),
    }
}

/// Reads line `number` into `line`, without its end; `false` at the end of the file. Of a line longer than `most` bytes
/// it reads a few bytes more than `most`, so that the caller can tell.
pub fn next_line(
    file: &mut impl BufRead,
    number: u64,
    most: usize,
    line: &mut Vec<u8>,
) -> anyhow::Result<bool> {
    line.clear();
    let read = file.take(most as u64 + 2).read_until(b'\n', line);
    let read = read.map_err(|error| unpacked(error, words::damaged_line(number)))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(read > 0)
}
