//! Readings as line protocol, as `store::line` writes them to a server. Times are in milliseconds.

use std::io::{BufRead, Write};

use influxdb_line_protocol::{FieldValue, ParsedLine, parse_lines};
use jiff::Timestamp;

use super::format::{Item, Sink, next_line};
use super::row::{CellError, REGISTERS_MAX, RawRow, registers_text, wrong};
use crate::core::{Flag, Parameter, Reading, Series};
use crate::locales::{foreign, transfer as words};
use crate::store::line;
use crate::wire::CounterSpec;

/// Name of the hub in an export. No real hub is called that.
const HUB: &str = "export";

/// Largest line that is read, bytes: a reading with the most registers needs a twentieth.
const LINE_MAX: usize = 64 * 1024;

/// Writes the lines before the readings: how the registers of `counters` behave, as known at `at`.
pub fn begin<'a>(
    out: &mut impl Write,
    counters: impl Iterator<Item = (&'a Series, &'a CounterSpec)>,
    at: Timestamp,
) -> anyhow::Result<()> {
    let mut text = b"# hanqing; precision ms\n".to_vec();
    for (series, counter) in counters {
        line::series(&mut text, HUB, None, series, Some(*counter), at);
    }
    Ok(out.write_all(&text)?)
}

/// Writes `readings`, a line each.
pub fn write(mut out: impl Write, readings: &[Reading]) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for reading in readings {
        text.clear();
        line::reading(&mut text, None, reading).map_err(anyhow::Error::msg)?;
        out.write_all(&text)?;
    }
    Ok(())
}

/// Hands each line to `sink`, with its number.
pub fn read(mut file: impl BufRead, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        if !next_line(&mut file, number, LINE_MAX, &mut bytes)? {
            return Ok(());
        }
        anyhow::ensure!(bytes.len() <= LINE_MAX, words::line_not_of_ours(number, LINE_MAX));
        let Ok(text) = std::str::from_utf8(&bytes) else {
            sink(number, Err(wrong("line", String::from_utf8_lossy(&bytes), words::utf8())))?;
            continue;
        };
        for parsed in parse_lines(text) {
            let item = match parsed {
                Ok(parsed) => item(&parsed),
                Err(error) => Err(wrong("line", text, words::line_protocol(foreign::said(error)))),
            };
            sink(number, item)?;
        }
    }
    Ok(())
}

fn item(parsed: &ParsedLine<'_>) -> Result<Item, Box<CellError>> {
    match parsed.series.measurement.as_str() {
        line::READINGS => reading(parsed),
        line::SERIES => counter(parsed),
        // Which batches came to which hub does not concern another store.
        line::BATCHES | line::GATEWAYS => Ok(Item::Nothing),
        other => Err(wrong("measurement", other, words::measurements())),
    }
}

fn reading(parsed: &ParsedLine<'_>) -> Result<Item, Box<CellError>> {
    let (station, parameter) = (tag(parsed, "station")?, tag(parsed, "parameter")?);
    let unit = parameter.parse().map(|p: Parameter| p.spec().unit.symbol());
    let at_ms = parsed.timestamp.ok_or_else(|| wrong("time", "", words::milliseconds()))?;
    let plain = match parsed.field_value("v") {
        None => None,
        Some(FieldValue::F64(value)) => Some(*value),
        Some(other) => return Err(wrong("v", other, words::number())),
    };
    let halves = (half(parsed, "hi")?, half(parsed, "lo")?);
    let value = line::exact(plain, halves.0.zip(halves.1));
    // A value counts, whatever else the line says about the same time.
    let (flag, reason) = if value.is_some() {
        let flag = whole(parsed, "f")?.ok_or_else(|| wrong("f", "", words::value_needs_flag()))?;
        (flag, "r")
    } else {
        (i64::from(u8::from(Flag::Missing)), "m")
    };
    let reason = match whole(parsed, reason)? {
        None | Some(0) => "",
        Some(code) => u64::try_from(code)
            .ok()
            .and_then(line::reason_of)
            .map(|reason| reason.id())
            .ok_or_else(|| wrong("r", code, words::number_of_reason()))?,
    };
    RawRow {
        station,
        parameter,
        unit: unit.unwrap_or_default(),
        at_ms,
        value,
        flag,
        reason,
        raw: &registers_text(&registers(parsed)?),
        modulus: None,
        max_rate_per_hour: None,
    }
    .check()
    .map(Item::Row)
}

fn registers(parsed: &ParsedLine<'_>) -> Result<Vec<u16>, Box<CellError>> {
    let Some(number) = whole(parsed, "n")? else {
        return Ok(Vec::new());
    };
    let count = usize::try_from(number)
        .ok()
        .filter(|count| *count <= REGISTERS_MAX)
        .ok_or_else(|| wrong("n", number, words::number_of_registers()))?;
    let mut words = Vec::with_capacity(count);
    for i in 0..count.div_ceil(line::WORDS_EACH) {
        let name = format!("w{i}");
        let packed = whole(parsed, &name)?
            .and_then(|packed| u64::try_from(packed).ok())
            .ok_or_else(|| wrong("w", &name, words::packed_registers()))?;
        let here = (count - words.len()).min(line::WORDS_EACH);
        if packed >> (16 * here) != 0 {
            return Err(wrong("w", packed, words::packed_registers()));
        }
        words.extend((0..here).rev().map(|place| (packed >> (16 * place)) as u16));
    }
    Ok(words)
}

fn counter(parsed: &ParsedLine<'_>) -> Result<Item, Box<CellError>> {
    let name = format!("{}/{}", tag(parsed, "station")?, tag(parsed, "parameter")?);
    let series = name.parse::<Series>().map_err(|problem| wrong("series", &name, problem))?;
    let number = |high: &str, low: &str| {
        let halves = half(parsed, high)?.zip(half(parsed, low)?);
        match line::exact(None, halves).filter(|number| *number != 0.0) {
            Some(number) if number < 0.0 => Err(wrong("modulus", number, words::above_0())),
            number => Ok(number),
        }
    };
    let counter = CounterSpec {
        modulus: number("modulus_hi", "modulus_lo")?,
        max_rate_per_hour: number("rate_hi", "rate_lo")?,
    };
    let given = counter.modulus.or(counter.max_rate_per_hour).is_some();
    Ok(if given { Item::Counter(series, counter) } else { Item::Nothing })
}

fn tag<'a>(parsed: &'a ParsedLine<'_>, name: &'static str) -> Result<&'a str, Box<CellError>> {
    let value = parsed.tag_value(name);
    value.map(|value| value.as_str()).ok_or_else(|| wrong(name, "", words::tag_missing()))
}

/// A whole number, in whatever type the server wrote it.
fn whole(parsed: &ParsedLine<'_>, name: &str) -> Result<Option<i64>, Box<CellError>> {
    let rule = || words::whole_number(name);
    match parsed.field_value(name) {
        None => Ok(None),
        Some(FieldValue::I64(number)) => Ok(Some(*number)),
        Some(FieldValue::U64(number)) => {
            i64::try_from(*number).map(Some).map_err(|_| wrong("field", number, rule()))
        }
        Some(FieldValue::F64(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Ok(Some(*number as i64))
        }
        Some(other) => Err(wrong("field", other, rule())),
    }
}

/// Half of the bits of a number that is stored exactly.
fn half(parsed: &ParsedLine<'_>, name: &str) -> Result<Option<u32>, Box<CellError>> {
    let Some(number) = whole(parsed, name)? else { return Ok(None) };
    let half = u32::try_from(number);
    half.map(Some).map_err(|_| wrong("field", number, words::bits_32(name)))
}
