//! What a file is told by, and its rows, one after another.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;

use super::csv;
use super::row::{Row, Wrong};
use crate::core::Series;
use crate::store::line;
use crate::wire::CounterSpec;

/// Takes a row with its number in the file: a line, or a row of Parquet counted from 1.
pub type Sink<'a> = dyn FnMut(u64, Result<Item, Box<Wrong>>) -> anyhow::Result<()> + 'a;

/// What a line or row says.
pub enum Item {
    /// A reading.
    Row(Row),
    /// How the register of a counter behaves.
    Counter(Series, CounterSpec),
    /// Nothing that is to be taken in.
    Nothing,
}

/// What a file holds, told by its first bytes, not by its name.
pub enum Content {
    /// Messages of a gateway, one a line.
    Messages(Box<dyn BufRead>),
    /// A table.
    Csv(Box<dyn BufRead>),
    /// Line protocol.
    Line(Box<dyn BufRead>),
    /// Parquet.
    Parquet(File),
}

/// First bytes of Parquet.
const PARQUET: &[u8] = b"PAR1";
/// First bytes of gzip.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// Opens `path` and tells what it holds. Text may be compressed by gzip.
///
/// # Errors
/// It cannot be read, or is none of them.
pub fn open(path: &Path) -> anyhow::Result<Content> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut first = Vec::new();
    file.by_ref().take(PARQUET.len() as u64).read_to_end(&mut first)?;
    file.rewind()?;
    if first == PARQUET {
        return Ok(Content::Parquet(file));
    }
    let mut text: Box<dyn BufRead> = if first.starts_with(GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file))))
    } else {
        Box::new(BufReader::new(file))
    };
    let begin = text
        .fill_buf()
        .with_context(|| format!("{}: damaged or cut off; copy it once more", path.display()))?;
    let plain = begin.strip_prefix(csv::MARK).unwrap_or(begin);
    let word = plain
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .next()
        .unwrap_or_default();
    match plain.first() {
        Some(b'{' | b'[' | 0x78) => Ok(Content::Messages(text)),
        Some(b'#') => Ok(Content::Line(text)),
        _ if word.starts_with(line::READINGS.as_bytes()) => Ok(Content::Line(text)),
        _ if super::row::COLUMNS.iter().any(|column| column.as_bytes() == word) => {
            Ok(Content::Csv(text))
        }
        _ => anyhow::bail!(
            "{}: no file of hanqing export; it takes CSV whose first line names the columns, Parquet, line protocol, and what export --spool wrote",
            path.display()
        ),
    }
}

/// Reads a line of at most `most` bytes without its end into `line`; a longer one is more than `most` bytes of it. Whether there was
/// one.
///
/// # Errors
/// The file cannot be read.
pub fn next_line(
    file: &mut impl BufRead,
    most: usize,
    line: &mut Vec<u8>,
) -> std::io::Result<bool> {
    line.clear();
    let read = file.take(most as u64 + 2).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(read > 0)
}
