//! Readings as Parquet, with the columns of [`COLUMNS`]: text as dictionaries, times in UTC to the millisecond.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::basic::{
    Compression, ConvertedType, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::ParquetMetaDataReader;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, Length, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row as ParquetRow};
use ::parquet::schema::types::{ColumnPath, Type, TypePtr};
use anyhow::Context;

mod pages;

use self::pages::{UNPACKED_MAX, Unfit};
use super::format::{Item, Sink};
use super::row::{COLUMNS, CellError, RawRow, Row, locate, registers_text, wrong};
use crate::core::Reading;
use crate::locales::transfer as words;
use crate::wire::CounterSpec;

fn schema() -> ParquetResult<TypePtr> {
    let column = |name: &str| {
        let (physical, logical, repetition) = match name {
            "observed_at" => (
                Physical::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
                Repetition::REQUIRED,
            ),
            "flag" => (Physical::INT32, Some(LogicalType::integer(8, false)), Repetition::REQUIRED),
            "value" | "modulus" | "max_rate_per_hour" => {
                (Physical::DOUBLE, None, Repetition::OPTIONAL)
            }
            "reason" | "raw" => {
                (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL)
            }
            _ => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
        };
        let column = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition);
        Ok(Arc::new(column.build()?))
    };
    let fields = COLUMNS.into_iter().map(column).collect::<ParquetResult<_>>()?;
    Ok(Arc::new(Type::group_type_builder("readings").with_fields(fields).build()?))
}

fn properties() -> Arc<WriterProperties> {
    let at = ColumnPath::from("observed_at");
    let properties = WriterProperties::builder()
        .set_compression(Compression::GZIP(Default::default()))
        // The times of a series are nearly equally spaced: their differences take almost no space.
        .set_column_dictionary_enabled(at.clone(), false)
        .set_column_encoding(at, Encoding::DELTA_BINARY_PACKED)
        .set_created_by(format!("hanqing version {}", env!("CARGO_PKG_VERSION")));
    Arc::new(properties.build())
}

/// Writes `readings` as a file of one row group.
pub fn write(
    out: impl Write + Send,
    readings: &[Reading],
    counter: &dyn Fn(&Reading) -> Option<CounterSpec>,
) -> anyhow::Result<()> {
    let mut groups = Groups::begin(out)?;
    groups.add(readings, counter)?;
    groups.finish()
}

/// A file that is written group by group: no more than one is in memory.
pub struct Groups<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> Groups<W> {
    pub fn begin(out: W) -> anyhow::Result<Self> {
        let file = schema().and_then(|schema| SerializedFileWriter::new(out, schema, properties()));
        file.map(Self).map_err(said)
    }

    /// Adds a row group.
    pub fn add(
        &mut self,
        readings: &[Reading],
        counter: &dyn Fn(&Reading) -> Option<CounterSpec>,
    ) -> anyhow::Result<()> {
        write_group(&mut self.0, readings, counter).map_err(said)
    }

    /// Writes the description of all groups.
    pub fn finish(self) -> anyhow::Result<()> {
        self.0.close().map(|_| ()).map_err(said)
    }
}

fn write_group(
    file: &mut SerializedFileWriter<impl Write + Send>,
    readings: &[Reading],
    counter: &dyn Fn(&Reading) -> Option<CounterSpec>,
) -> ParquetResult<()> {
    let mut group = file.next_row_group()?;
    let all = |text: fn(&Reading) -> &str| {
        readings.iter().map(move |reading| ByteArray::from(text(reading)))
    };
    required::<ByteArrayType>(&mut group, all(|r| r.series.station.as_str()))?;
    required::<ByteArrayType>(&mut group, all(|r| r.series.parameter.id()))?;
    required::<ByteArrayType>(&mut group, all(|r| r.series.parameter.spec().unit.symbol()))?;
    let times = readings.iter().map(|r| r.observed_at.as_millisecond());
    required::<Int64Type>(&mut group, times)?;
    optional::<DoubleType>(&mut group, readings.iter().map(Reading::value))?;
    let flags = readings.iter().map(|r| i32::from(u8::from(r.flag)));
    required::<Int32Type>(&mut group, flags)?;
    let reasons = readings.iter().map(|r| r.reason.map(|reason| reason.id().into()));
    optional::<ByteArrayType>(&mut group, reasons)?;
    let raw = |r: &Reading| (!r.raw.is_empty()).then(|| registers_text(&r.raw).into_bytes().into());
    optional::<ByteArrayType>(&mut group, readings.iter().map(raw))?;
    let moduli = readings.iter().map(|r| counter(r).and_then(|c| c.modulus));
    optional::<DoubleType>(&mut group, moduli)?;
    let rates = readings.iter().map(|r| counter(r).and_then(|c| c.max_rate_per_hour));
    optional::<DoubleType>(&mut group, rates)?;
    group.close()?;
    Ok(())
}

/// What the library says: the system's errors as they are, the rest in its own words.
fn said(error: ParquetError) -> anyhow::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => anyhow::Error::new(*error),
            Err(inner) => anyhow::Error::msg(words::library(inner.to_string())),
        },
        ParquetError::General(said) if said == PANICKED => {
            anyhow::Error::msg(words::page_undecodable())
        }
        other => anyhow::Error::msg(words::library(other.to_string())),
    }
}

type Group<'a, W> = SerializedRowGroupWriter<'a, W>;

fn required<T: DataType>(
    group: &mut Group<'_, impl Write + Send>,
    values: impl Iterator<Item = T::T>,
) -> ParquetResult<()> {
    column::<T>(group, &values.collect::<Vec<_>>(), None)
}

fn optional<T: DataType>(
    group: &mut Group<'_, impl Write + Send>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> ParquetResult<()> {
    let mut levels = Vec::with_capacity(cells.size_hint().0);
    let mut values = Vec::new();
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    column::<T>(group, &values, Some(&levels))
}

fn column<T: DataType>(
    group: &mut Group<'_, impl Write + Send>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> ParquetResult<()> {
    let missing = || ParquetError::IndexOutOfBound(COLUMNS.len(), COLUMNS.len());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// Copies the row groups of `parts`, in order, into one file.
pub fn join(
    out: impl Write + Send,
    parts: impl Iterator<Item = anyhow::Result<File>>,
) -> anyhow::Result<()> {
    let schema = schema().map_err(said)?;
    let mut file = SerializedFileWriter::new(out, schema, properties()).map_err(said)?;
    for part in parts {
        append(&mut file, &part?).map_err(said)?;
    }
    file.close().map_err(said)?;
    Ok(())
}

fn append(file: &mut SerializedFileWriter<impl Write + Send>, part: &File) -> ParquetResult<()> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(part)?;
    for group in metadata.row_groups() {
        let mut joined = file.next_row_group()?;
        for column in group.columns() {
            let close = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: group.num_rows().unsigned_abs(),
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            joined.append_column(part, close)?;
        }
        joined.close()?;
    }
    Ok(())
}

/// Most bytes of a text in a row. The longest of ours is the list of registers, with some hundred numbers.
const TEXT_MAX: usize = 4096;

/// Most bytes of the description of columns and pages at the end of a file: that of ours has some 2 KB for each 100,000
/// readings.
const FOOTER_MAX: u32 = 16 << 20;

/// Where, from the end of a file, the length of this description stands.
const FOOTER_END: u64 = 8;

/// Most rows that are told to be wrong. A file with more is the wrong one.
const WRONG_MAX: u64 = 1_000;

/// Hands each row to `sink`, counted from 1.
pub fn read(file: File, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    check_footer(&file)?;
    let reader = catch_panic(|| SerializedFileReader::new(file.try_clone()?));
    let reader = reader.map_err(said).with_context(words::damaged)?;
    let root = reader.metadata().file_metadata().schema();
    let known = root.get_fields().iter().filter(|field| COLUMNS.contains(&field.name()));
    let fields: Vec<TypePtr> = known.cloned().collect();
    for field in &fields {
        let column = field.name();
        anyhow::ensure!(fits(column, field), words::wrong_type(column));
    }
    let places = locate(|column| fields.iter().rposition(|field| field.name() == column))?;
    for column in reader.metadata().row_groups().iter().flat_map(|g| g.columns()) {
        let compression = column.compression();
        anyhow::ensure!(
            matches!(compression, Compression::GZIP(_) | Compression::UNCOMPRESSED),
            words::compression(compression.to_string())
        );
    }
    let asked = Type::group_type_builder(root.name()).with_fields(fields).build().map_err(said)?;
    let (mut number, mut wrong, mut packed) = (0, 0, Length::len(&file));
    for index in 0..reader.num_row_groups() {
        let metadata = reader.metadata().row_group(index);
        let unfit = catch_panic(|| pages::unfit(&file, metadata, &COLUMNS, &mut packed));
        match unfit.map_err(said).with_context(|| words::damaged_row(number + 1))? {
            None => {}
            Some(Unfit::TooMuch) => {
                anyhow::bail!(words::pages_too_large(number + 1, UNPACKED_MAX >> 20))
            }
            Some(Unfit::Encoding(encoding)) => anyhow::bail!(words::encoding(encoding)),
        }
        let group = catch_panic(|| reader.get_row_group(index));
        let group = group.map_err(said).with_context(words::damaged)?;
        let rows = catch_panic(|| RowIter::from_row_group(Some(asked.clone()), group.as_ref()));
        let mut rows = rows.map_err(said).with_context(words::damaged)?;
        loop {
            let row = catch_panic(|| rows.next().transpose());
            let row = row.map_err(said).with_context(|| words::damaged_row(number + 1))?;
            let Some(row) = row else { break };
            number += 1;
            let checked = row_of(&row, number, &places)?;
            wrong += u64::from(checked.is_err());
            sink(number, checked.map(Item::Row))?;
            anyhow::ensure!(wrong < WRONG_MAX, words::too_many_wrong(number, WRONG_MAX));
        }
    }
    Ok(())
}

/// Refuses a description of more bytes than any file of ours has: the library takes many times as much for it.
fn check_footer(file: &File) -> anyhow::Result<()> {
    let mut end = [0; 4];
    let begin = Length::len(file).checked_sub(FOOTER_END).with_context(words::damaged)?;
    file.read_exact_at(&mut end, begin).with_context(words::damaged)?;
    let length = u32::from_le_bytes(end);
    anyhow::ensure!(length <= FOOTER_MAX, words::damaged());
    Ok(())
}

/// A row with its columns at `places`.
fn row_of(
    row: &ParquetRow,
    number: u64,
    places: &[Option<usize>; COLUMNS.len()],
) -> anyhow::Result<Result<Row, Box<CellError>>> {
    if let Some(column) = row.get_column_iter().find_map(|(name, field)| too_long(name, field)) {
        anyhow::bail!(words::text_too_long(number, column, TEXT_MAX));
    }
    let mut cells = [&Field::Null; COLUMNS.len()];
    let found: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
    for (cell, place) in cells.iter_mut().zip(places) {
        if let Some(field) = place.and_then(|place| found.get(place)) {
            *cell = field;
        }
    }
    Ok(checked(cells))
}

/// The name of a column whose text is longer than any of ours. Each row has a copy of it, though the file has it once.
fn too_long<'a>(name: &'a str, field: &Field) -> Option<&'a str> {
    matches!(field, Field::Str(text) if text.len() > TEXT_MAX).then_some(name)
}

/// The error that stands for a panic.
const PANICKED: &str = "panicked";

/// Runs `read`. The library panics on pages with damaged bits; its reader is not used again after that.
fn catch_panic<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General(PANICKED.into())))
}

/// Whether a panic at `place` is one that [`catch_panic`] catches, so that it need not be reported.
pub fn is_caught_panic(place: &str) -> bool {
    place.contains("parquet") && !place.starts_with("src/")
}

/// Whether `field` has a type that is read as `column`.
fn fits(column: &str, field: &Type) -> bool {
    if !field.is_primitive() || field.get_basic_info().repetition() == Repetition::REPEATED {
        return false;
    }
    let physical = field.get_physical_type();
    let converted = field.get_basic_info().converted_type();
    match column {
        "observed_at" => {
            let known = [ConvertedType::TIMESTAMP_MILLIS, ConvertedType::TIMESTAMP_MICROS];
            physical == Physical::INT64 && known.contains(&converted)
        }
        "flag" => {
            let whole = [
                ConvertedType::NONE,
                ConvertedType::UINT_8,
                ConvertedType::INT_8,
                ConvertedType::INT_32,
            ];
            (physical == Physical::INT32 && whole.contains(&converted))
                || (physical == Physical::INT64
                    && [ConvertedType::NONE, ConvertedType::INT_64].contains(&converted))
        }
        "value" | "modulus" | "max_rate_per_hour" => physical == Physical::DOUBLE,
        _ => physical == Physical::BYTE_ARRAY && converted == ConvertedType::UTF8,
    }
}

fn checked(cells: [&Field; COLUMNS.len()]) -> Result<Row, Box<CellError>> {
    let [station, parameter, unit, at, value, flag, reason, raw, modulus, rate] = cells;
    let at_ms = match at {
        Field::TimestampMillis(ms) => *ms,
        Field::TimestampMicros(us) if us % 1000 == 0 => us / 1000,
        other => return Err(wrong("observed_at", other, words::typed_time())),
    };
    let flag = match flag {
        Field::UByte(flag) => i64::from(*flag),
        Field::Byte(flag) => i64::from(*flag),
        Field::Int(flag) => i64::from(*flag),
        Field::Long(flag) => *flag,
        other => return Err(wrong("flag", other, words::flag_codes())),
    };
    RawRow {
        station: text(station),
        parameter: text(parameter),
        unit: text(unit),
        at_ms,
        value: number(value),
        flag,
        reason: text(reason),
        raw: text(raw),
        modulus: number(modulus),
        max_rate_per_hour: number(rate),
    }
    .check()
}

/// The text of a cell that [`fits`]; "" if it is empty.
fn text(field: &Field) -> &str {
    match field {
        Field::Str(text) => text,
        _ => "",
    }
}

/// The number of a cell that [`fits`]. NaN is what some programs write for an empty cell.
fn number(field: &Field) -> Option<f64> {
    match field {
        Field::Double(number) if !number.is_nan() => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
