//! Readings as Parquet: the columns of [`COLUMNS`], text as dictionaries, times as UTC to the millisecond.

use std::fs::File;
use std::io::Write;
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
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::record::Field;
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::{ColumnPath, Type, TypePtr};
use anyhow::Context;

use super::format::{Item, Sink};
use super::row::{COLUMNS, Read, Row, Wrong, text_of, wrong};
use crate::core::Reading;
use crate::wire::CounterSpec;

/// What a file of ours looks like.
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
        // Times of one series grow by nearly the same each: their differences take next to nothing.
        .set_column_dictionary_enabled(at.clone(), false)
        .set_column_encoding(at, Encoding::DELTA_BINARY_PACKED)
        .set_created_by(format!("hanqing version {}", env!("CARGO_PKG_VERSION")));
    Arc::new(properties.build())
}

/// Writes `readings` as a file of one row group.
///
/// # Errors
/// `out` takes no more.
pub fn write(
    out: impl Write + Send,
    readings: &[Reading],
    counter: &dyn Fn(&Reading) -> Option<CounterSpec>,
) -> anyhow::Result<()> {
    let mut file = SerializedFileWriter::new(out, schema()?, properties())?;
    let mut group = file.next_row_group()?;
    let all = |text: fn(&Reading) -> &str| {
        readings.iter().map(move |reading| Some(ByteArray::from(text(reading))))
    };
    required::<ByteArrayType>(&mut group, all(|r| r.series.station.as_str()))?;
    required::<ByteArrayType>(&mut group, all(|r| r.series.parameter.id()))?;
    required::<ByteArrayType>(&mut group, all(|r| r.series.parameter.spec().unit.symbol()))?;
    let times = readings.iter().map(|r| Some(r.observed_at.as_millisecond()));
    required::<Int64Type>(&mut group, times)?;
    optional::<DoubleType>(&mut group, readings.iter().map(Reading::value))?;
    let flags = readings.iter().map(|r| Some(i32::from(u8::from(r.flag))));
    required::<Int32Type>(&mut group, flags)?;
    let reasons = readings.iter().map(|r| r.reason.map(|reason| reason.id().into()));
    optional::<ByteArrayType>(&mut group, reasons)?;
    let raw = |r: &Reading| (!r.raw.is_empty()).then(|| text_of(&r.raw).into_bytes().into());
    optional::<ByteArrayType>(&mut group, readings.iter().map(raw))?;
    let moduli = readings.iter().map(|r| counter(r).and_then(|c| c.modulus));
    optional::<DoubleType>(&mut group, moduli)?;
    let rates = readings.iter().map(|r| counter(r).and_then(|c| c.max_rate_per_hour));
    optional::<DoubleType>(&mut group, rates)?;
    group.close()?;
    file.close()?;
    Ok(())
}

type Group<'a, W> = SerializedRowGroupWriter<'a, W>;

fn required<T: DataType>(
    group: &mut Group<'_, impl Write + Send>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> ParquetResult<()> {
    let values: Vec<T::T> = cells.flatten().collect();
    column::<T>(group, &values, None)
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
    let missing = || ParquetError::General("a column too many".into());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// One file of the row groups of `parts`, in order, as they are.
///
/// # Errors
/// A part cannot be read, or `out` takes no more.
pub fn join(
    out: impl Write + Send,
    parts: impl Iterator<Item = anyhow::Result<File>>,
) -> anyhow::Result<()> {
    let mut file = SerializedFileWriter::new(out, schema()?, properties())?;
    for part in parts {
        let part = part?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&part)?;
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
                joined.append_column(&part, close)?;
            }
            joined.close()?;
        }
    }
    file.close()?;
    Ok(())
}

/// Hands each row to `sink`, counted from 1.
///
/// # Errors
/// The file cannot be read, its columns are others, or `sink` fails.
pub fn read(file: File, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let damaged = "damaged or cut off; copy it once more";
    let reader = calm(|| SerializedFileReader::new(file)).context(damaged)?;
    let root = reader.metadata().file_metadata().schema();
    let mut fields = Vec::new();
    let mut places = [None; COLUMNS.len()];
    for field in root.get_fields() {
        let Some(place) = COLUMNS.iter().position(|column| *column == field.name()) else {
            continue;
        };
        let column = COLUMNS[place];
        anyhow::ensure!(
            fits(column, field),
            "column {column} is of a type that is not read; export --format parquet shows which are"
        );
        places[place] = Some(fields.len());
        fields.push(field.clone());
    }
    for column in reader.metadata().row_groups().iter().flat_map(|g| g.columns()) {
        let compression = column.compression();
        anyhow::ensure!(
            matches!(compression, Compression::GZIP(_) | Compression::UNCOMPRESSED),
            "compressed by {compression}, which is not read; save it with gzip"
        );
    }
    let asked = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    for (name, place) in COLUMNS.iter().zip(places) {
        let spare = ["reason", "raw", "modulus", "max_rate_per_hour"].contains(name);
        anyhow::ensure!(place.is_some() || spare, "there is no column {name}");
    }
    let mut rows = calm(|| RowIter::from_file(Some(asked), &reader)).context(damaged)?;
    for number in 1.. {
        let row = calm(|| rows.next().transpose());
        let Some(row) = row.with_context(|| format!("row {number}: {damaged}"))? else {
            break;
        };
        let mut cells = [&Field::Null; COLUMNS.len()];
        let found: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
        for (cell, place) in cells.iter_mut().zip(places) {
            if let Some(field) = place.and_then(|place| found.get(place)) {
                *cell = field;
            }
        }
        sink(number, checked(cells).map(Item::Row))?;
    }
    Ok(())
}

/// What `read` gives. The library panics over pages whose bits are damaged: its reader is not used any more then.
fn calm<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("a page cannot be decoded".into())))
}

/// Whether a panic at `place` is one that [`calm`] catches, and nobody needs to be told of.
pub fn is_calmed(place: &str) -> bool {
    place.contains("parquet") && !place.starts_with("src/")
}

/// Whether values of `field` can be those of `column`.
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

fn checked(cells: [&Field; COLUMNS.len()]) -> Result<Row, Box<Wrong>> {
    let [station, parameter, unit, at, value, flag, reason, raw, modulus, rate] = cells;
    let at_ms = match at {
        Field::TimestampMillis(ms) => *ms,
        Field::TimestampMicros(us) if us % 1000 == 0 => us / 1000,
        other => return Err(wrong("observed_at", other, "a time, to the millisecond")),
    };
    let flag = match flag {
        Field::UByte(flag) => i64::from(*flag),
        Field::Byte(flag) => i64::from(*flag),
        Field::Int(flag) => i64::from(*flag),
        Field::Long(flag) => *flag,
        other => return Err(wrong("flag", other, "1, 2, 3, 4 or 9")),
    };
    Read {
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

/// The text of a cell that [`fits`]; nothing where it is empty.
fn text(field: &Field) -> &str {
    match field {
        Field::Str(text) => text,
        _ => "",
    }
}

/// The number of a cell that [`fits`]. What other programs write for nothing is no number, too.
fn number(field: &Field) -> Option<f64> {
    match field {
        Field::Double(number) if !number.is_nan() => Some(*number),
        _ => None,
    }
}
