//! What a file is told by, and its rows, one after another.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;

use super::csv;
use super::row::{Row, Wrong};

/// Takes a row with its number in the file: a line, or a row of Parquet counted from 1.
pub type Sink<'a> = dyn FnMut(u64, Result<Row, Box<Wrong>>) -> anyhow::Result<()> + 'a;

/// What a file holds, told by its first bytes, not by its name.
pub enum Content {
    /// Messages of a gateway, one a line.
    Messages(Box<dyn BufRead>),
    /// A table.
    Csv(Box<dyn BufRead>),
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
    file.by_ref()
        .take(PARQUET.len() as u64)
        .read_to_end(&mut first)?;
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
        _ if super::row::COLUMNS
            .iter()
            .any(|column| column.as_bytes() == word) =>
        {
            Ok(Content::Csv(text))
        }
        _ => anyhow::bail!(
            "{}: no file of hanqing export; it takes CSV whose first line names the columns, Parquet, and what export --spool wrote",
            path.display()
        ),
    }
}
