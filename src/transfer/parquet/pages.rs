//! What the pages of a Parquet file unpack to, before the library reads them: it unpacks a page whole, whatever the
//! page's header says of its size.
//!
//! Headers are structs of Thrift's compact protocol as Apache Thrift specifies it, and their fields are
//! those of `parquet.thrift` of Apache's parquet-format.

use std::fs::File;
use std::io::{self, Read};

use ::parquet::basic::Compression;
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use ::parquet::file::reader::ChunkReader;
use flate2::read::MultiGzDecoder;

/// Most bytes that the pages take which are read at once: of each column a page and its dictionary. Ours take some
/// MiB: the library ends a page at 1 MiB, and a dictionary, too. Engineering judgement.
pub(super) const UNPACKED_MAX: u64 = 32 << 20;

/// What a value of a dictionary costs besides its bytes.
const VALUE_COST: u64 = 32;

/// Fewest bytes of a value in a dictionary: a text has its length in four, and a number is no shorter.
const VALUE_BYTES: u64 = 4;

/// Most bytes of a header, with the least and the largest value of its page.
const HEADER_MAX: u64 = 1 << 20;

/// Encodings whose values take no more room than their bytes: `PLAIN`, `PLAIN_DICTIONARY`, `RLE`,
/// `DELTA_BINARY_PACKED`, `RLE_DICTIONARY`. The others repeat parts of texts, or state numbers without their bytes.
const ENCODINGS: [i64; 5] = [0, 2, 3, 5, 8];

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Its pages unpack to more than [`UNPACKED_MAX`].
    TooMuch,
    /// The number of an encoding that is not read.
    Encoding(i64),
}

/// Goes through the pages of `group` in those columns whose names are in `columns`. `packed` is how many bytes of the
/// file may still be pages: each belongs to one column.
pub(super) fn unfit(
    file: &File,
    group: &RowGroupMetaData,
    columns: &[&str],
    packed: &mut u64,
) -> ParquetResult<Option<Unfit>> {
    let mut left = UNPACKED_MAX;
    for chunk in group.columns() {
        let name = chunk.column_path().parts().first();
        if !name.is_some_and(|name| columns.contains(&name.as_str())) {
            continue;
        }
        *packed = packed.checked_sub(chunk.byte_range().1).ok_or_else(damaged)?;
        match of_column(file, chunk, left)? {
            Ok(cost) => left = left.saturating_sub(cost),
            Err(unfit) => return Ok(Some(unfit)),
        }
    }
    Ok(None)
}

/// What the largest page and the dictionary of a column take, at most `most`.
fn of_column(
    file: &File,
    chunk: &ColumnChunkMetaData,
    most: u64,
) -> ParquetResult<Result<u64, Unfit>> {
    let (begin, mut left) = chunk.byte_range();
    let (mut page, mut dictionary) = (0, 0);
    let mut from = file.get_read(begin)?;
    while left > 0 {
        let mut head = (&mut from).take(left.min(HEADER_MAX));
        let limit = head.limit();
        let header = Header::read(&mut head)?;
        left -= limit - head.limit();
        left = left.checked_sub(header.packed).ok_or_else(damaged)?;
        let mut data = (&mut from).take(header.packed);
        let unpacked = match chunk.compression() {
            // The levels of a page of the second version stand before what is packed.
            Compression::GZIP(_) if header.compressed => {
                let levels = io::copy(&mut (&mut data).take(header.levels), &mut io::sink())?;
                levels + length(MultiGzDecoder::new(&mut data).take(most + 1))
            }
            _ => header.packed,
        };
        io::copy(&mut data, &mut io::sink())?;
        let size = unpacked.max(header.unpacked);
        match header.values {
            Some(values) if values > size / VALUE_BYTES => return Err(damaged()),
            Some(values) => dictionary = dictionary.max(size + values * VALUE_COST),
            None => page = page.max(size),
        }
        if page + dictionary > most {
            return Ok(Err(Unfit::TooMuch));
        }
        if !ENCODINGS.contains(&header.encoding) {
            return Ok(Err(Unfit::Encoding(header.encoding)));
        }
    }
    Ok(Ok(page + dictionary))
}

/// The bytes up to the end or to the first that is damaged: there the library gives up, too, and tells the row.
fn length(mut from: impl Read) -> u64 {
    let (mut buffer, mut length) = ([0; 8192], 0);
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        length += read as u64;
    }
    length
}

/// What is needed of a page's header.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    /// Bytes of the page as it is in the file, and what it unpacks to, as it says.
    packed: u64,
    unpacked: u64,
    /// Bytes before what is packed.
    levels: u64,
    compressed: bool,
    encoding: i64,
    /// The number of values, of a dictionary.
    values: Option<u64>,
}

impl Header {
    fn read(from: impl Read) -> ParquetResult<Self> {
        let mut compact = Compact { from };
        let fields = compact.fields()?;
        let size = |field: &Field| u64::try_from(field.number().ok()?).ok();
        let (mut unpacked, mut packed) = (None, None);
        let mut header = Self {
            packed: 0,
            unpacked: 0,
            levels: 0,
            compressed: true,
            encoding: -1,
            values: None,
        };
        for (id, field) in &fields {
            match id {
                1 | 4 => {
                    field.number()?;
                }
                2 => unpacked = size(field),
                3 => packed = size(field),
                5 => header.encoding = number_of(field.fields()?, 2)?,
                7 => {
                    let own = field.fields()?;
                    header.encoding = number_of(own, 2)?;
                    header.values = Some(unsigned(number_of(own, 1)?)?);
                }
                8 => {
                    let own = field.fields()?;
                    header.encoding = number_of(own, 4)?;
                    let [levels, more] = [number_of(own, 5)?, number_of(own, 6)?].map(unsigned);
                    header.levels = levels? + more?;
                    let found = own.iter().rev().find(|(id, _)| *id == 7);
                    header.compressed = !matches!(found, Some((_, Field::Truth(false))));
                }
                _ => return Err(damaged()),
            }
        }
        header.unpacked = unpacked.ok_or_else(damaged)?;
        header.packed = packed.ok_or_else(damaged)?;
        Ok(header)
    }
}

fn unsigned(number: i64) -> ParquetResult<u64> {
    u64::try_from(number).map_err(|_| damaged())
}

/// The number in the last field `id`.
fn number_of(fields: &[(i64, Field)], id: i64) -> ParquetResult<i64> {
    let found = fields.iter().rev().find(|(own, _)| *own == id);
    found.ok_or_else(damaged)?.1.number()
}

/// A field of a header.
#[derive(Debug)]
enum Field {
    Truth(bool),
    /// A number of 32 bits, as all are of which a header needs to know.
    Number(i64),
    /// A text, or a number of 64 bits.
    Other,
    Fields(Vec<(i64, Field)>),
}

impl Field {
    fn number(&self) -> ParquetResult<i64> {
        match self {
            Self::Number(number) => Ok(*number),
            _ => Err(damaged()),
        }
    }

    fn fields(&self) -> ParquetResult<&[(i64, Field)]> {
        match self {
            Self::Fields(fields) => Ok(fields),
            _ => Err(damaged()),
        }
    }
}

/// Most fields of a struct; a page's header has up to eight in each.
const FIELDS_MAX: usize = 16;

/// How deep structs lie in one another: the header, that of its kind, and its statistics.
const DEPTH: usize = 3;

/// Reads structs of the compact protocol.
struct Compact<R> {
    from: R,
}

impl<R: Read> Compact<R> {
    fn fields(&mut self) -> ParquetResult<Vec<(i64, Field)>> {
        self.fields_at(DEPTH)
    }

    fn fields_at(&mut self, depth: usize) -> ParquetResult<Vec<(i64, Field)>> {
        let (mut fields, mut last) = (Vec::new(), 0);
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(fields);
            }
            last = match head >> 4 {
                0 => self.number()?,
                step => last + i64::from(step),
            };
            let field = match head & 0xF {
                1 => Field::Truth(true),
                2 => Field::Truth(false),
                5 => Field::Number(self.number()?),
                6 => {
                    self.number()?;
                    Field::Other
                }
                8 => {
                    let length = self.unsigned()?;
                    let passed = io::copy(&mut (&mut self.from).take(length), &mut io::sink())?;
                    if passed < length {
                        return Err(damaged());
                    }
                    Field::Other
                }
                12 if depth > 1 => Field::Fields(self.fields_at(depth - 1)?),
                _ => return Err(damaged()),
            };
            if fields.len() >= FIELDS_MAX {
                return Err(damaged());
            }
            fields.push((last, field));
        }
    }

    fn byte(&mut self) -> ParquetResult<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// Seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> ParquetResult<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    /// The sign is in the lowest bit.
    fn number(&mut self) -> ParquetResult<i64> {
        let number = self.unsigned()?;
        let half = i64::try_from(number >> 1).map_err(|_| damaged())?;
        Ok(if number & 1 == 1 { -half - 1 } else { half })
    }
}

/// A page whose header is not as it must be.
fn damaged() -> ParquetError {
    ParquetError::General(super::PANICKED.into())
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
