//! Readings as line protocol: what a server is written (`store/line.rs`), as a file. Times are milliseconds.

use std::io::{BufRead, Write};

use anyhow::Context;
use influxdb_line_protocol::{FieldValue, ParsedLine, parse_lines};
use jiff::Timestamp;

use super::format::{Item, Sink, next_line};
use super::row::{Read, Wrong, text_of, wrong};
use crate::core::{Flag, Parameter, Reading, Series};
use crate::store::line;
use crate::wire::CounterSpec;

/// Name of the hub in what is exported: no hub of its own says it.
const HUB: &str = "export";

/// Largest line that is looked at, bytes: that of a reading with all registers that one can have takes a twentieth.
const LINE_MAX: usize = 64 * 1024;

/// Writes what stands before the readings: how the registers of `counters` behave, as far as is known at `at`.
///
/// # Errors
/// `out` takes no more.
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

/// Writes `readings`.
///
/// # Errors
/// `out` takes no more.
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
///
/// # Errors
/// The file cannot be read, or `sink` fails.
pub fn read(mut file: impl BufRead, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        let more = next_line(&mut file, LINE_MAX, &mut bytes);
        if !more.with_context(|| {
            format!("line {number}: the file is damaged or cut off here; copy it once more")
        })? {
            return Ok(());
        }
        anyhow::ensure!(
            bytes.len() <= LINE_MAX,
            "line {number}: longer than {LINE_MAX} bytes: this is no line protocol of hanqing"
        );
        let Ok(text) = std::str::from_utf8(&bytes) else {
            sink(number, Err(wrong("line", String::from_utf8_lossy(&bytes), "UTF-8")))?;
            continue;
        };
        for parsed in parse_lines(text) {
            let item = match parsed {
                Ok(parsed) => item(&parsed),
                Err(error) => Err(wrong("line", text, format!("line protocol: {error}"))),
            };
            sink(number, item)?;
        }
    }
    Ok(())
}

fn item(parsed: &ParsedLine<'_>) -> Result<Item, Box<Wrong>> {
    match parsed.series.measurement.as_str() {
        line::READINGS => reading(parsed),
        line::SERIES => counter(parsed),
        // Which batches came where is nothing that another store would have to know.
        line::BATCHES | line::GATEWAYS => Ok(Item::Nothing),
        other => Err(wrong(
            "measurement",
            other,
            "hanqing, hanqing_series, hanqing_batch or hanqing_gateway",
        )),
    }
}

fn reading(parsed: &ParsedLine<'_>) -> Result<Item, Box<Wrong>> {
    let (station, parameter) = (tag(parsed, "station")?, tag(parsed, "parameter")?);
    let unit = parameter.parse().map(|p: Parameter| p.spec().unit.symbol());
    let at_ms = parsed
        .timestamp
        .ok_or_else(|| wrong("time", "", "milliseconds since 1970 at the end of the line"))?;
    let plain = match parsed.field_value("v") {
        None => None,
        Some(FieldValue::F64(value)) => Some(*value),
        Some(other) => return Err(wrong("v", other, "a number such as 98.113")),
    };
    let halves = (half(parsed, "hi")?, half(parsed, "lo")?);
    let value = line::exact(plain, halves.0.zip(halves.1));
    // A value holds, whatever else is said of the same time.
    let (flag, reason) = if value.is_some() {
        let flag = whole(parsed, "f")?.ok_or_else(|| wrong("f", "", "a value needs its flag"))?;
        (flag, "r")
    } else {
        (i64::from(u8::from(Flag::Missing)), "m")
    };
    let reason = match whole(parsed, reason)? {
        // Nothing says why.
        None | Some(0) => "",
        Some(code) => u64::try_from(code)
            .ok()
            .and_then(line::reason_of)
            .map(|reason| reason.id())
            .ok_or_else(|| wrong("r", code, "the number of a reason"))?,
    };
    Read {
        station,
        parameter,
        unit: unit.unwrap_or_default(),
        at_ms,
        value,
        flag,
        reason,
        raw: &text_of(&registers(parsed)?),
        modulus: None,
        max_rate_per_hour: None,
    }
    .check()
    .map(Item::Row)
}

/// Most raw registers of a reading: those of one request.
const WORDS_MAX: usize = 125;

fn registers(parsed: &ParsedLine<'_>) -> Result<Vec<u16>, Box<Wrong>> {
    let Some(number) = whole(parsed, "n")? else {
        return Ok(Vec::new());
    };
    let count = usize::try_from(number)
        .ok()
        .filter(|count| *count <= WORDS_MAX)
        .ok_or_else(|| wrong("n", number, "a number of registers, at most 125"))?;
    let mut words = Vec::with_capacity(count);
    for i in 0..count.div_ceil(line::WORDS_EACH) {
        let name = format!("w{i}");
        let rule = "three registers of 16 bits in one number";
        let packed = whole(parsed, &name)?
            .and_then(|packed| u64::try_from(packed).ok())
            .ok_or_else(|| wrong("w", &name, rule))?;
        let here = (count - words.len()).min(line::WORDS_EACH);
        if packed >> (16 * here) != 0 {
            return Err(wrong("w", packed, rule));
        }
        words.extend((0..here).rev().map(|place| (packed >> (16 * place)) as u16));
    }
    Ok(words)
}

fn counter(parsed: &ParsedLine<'_>) -> Result<Item, Box<Wrong>> {
    let name = format!("{}/{}", tag(parsed, "station")?, tag(parsed, "parameter")?);
    let series: Series = name.parse().map_err(|problem: String| wrong("series", &name, problem))?;
    let number = |high: &str, low: &str| -> Result<Option<f64>, Box<Wrong>> {
        let halves = half(parsed, high)?.zip(half(parsed, low)?);
        let number = line::exact(None, halves).filter(|number| *number != 0.0);
        match number {
            Some(number) if number < 0.0 => Err(wrong("modulus", number, "a number above 0")),
            number => Ok(number),
        }
    };
    let counter = CounterSpec {
        modulus: number("modulus_hi", "modulus_lo")?,
        max_rate_per_hour: number("rate_hi", "rate_lo")?,
    };
    if counter.modulus.is_none() && counter.max_rate_per_hour.is_none() {
        return Ok(Item::Nothing);
    }
    Ok(Item::Counter(series, counter))
}

fn tag<'a>(parsed: &'a ParsedLine<'_>, name: &'static str) -> Result<&'a str, Box<Wrong>> {
    let value = parsed.tag_value(name);
    value.map(|value| value.as_str()).ok_or_else(|| wrong(name, "", "a tag that says it"))
}

/// A whole number, however the server wrote it.
fn whole(parsed: &ParsedLine<'_>, name: &str) -> Result<Option<i64>, Box<Wrong>> {
    let rule = || format!("a whole number in field {name}");
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

fn half(parsed: &ParsedLine<'_>, name: &str) -> Result<Option<u32>, Box<Wrong>> {
    let number = whole(parsed, name)?;
    number
        .map(|number| {
            u32::try_from(number)
                .map_err(|_| wrong("field", number, format!("32 bits in field {name}")))
        })
        .transpose()
}
