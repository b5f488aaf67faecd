//! A reading as a row of a table, the same for CSV and Parquet.

use jiff::Timestamp;

use crate::core::{Flag, Kind, Outcome, Parameter, Reading, Reason, Series, hour_start_ms};
use crate::locales::{Text, transfer as words};
use crate::wire::CounterSpec;

/// The columns, in order.
pub const COLUMNS: [&str; 10] = [
    "station",
    "parameter",
    "unit",
    "observed_at",
    "value",
    "flag",
    "reason",
    "raw",
    "modulus",
    "max_rate_per_hour",
];

/// The column named `name` in each of [`COLUMNS`], as `find` locates it; an error if a required one is missing.
pub fn locate(
    find: impl Fn(&str) -> Option<usize>,
) -> anyhow::Result<[Option<usize>; COLUMNS.len()]> {
    const OPTIONAL: [&str; 4] = ["reason", "raw", "modulus", "max_rate_per_hour"];
    let places = COLUMNS.map(find);
    for (name, place) in COLUMNS.iter().zip(places) {
        anyhow::ensure!(
            place.is_some() || OPTIONAL.contains(name),
            words::no_column(name, COLUMNS.join(","))
        );
    }
    Ok(places)
}

/// A reading and, for a counter, how its register behaves if that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub reading: Reading,
    pub counter: Option<CounterSpec>,
}

/// A wrong value in a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", words::cell(*column, format!("{value:?}"), rule))]
pub struct CellError {
    pub column: &'static str,
    /// Its first characters.
    pub value: String,
    /// What the column must hold.
    pub rule: Text,
}

/// Characters of a wrong value that are shown.
const SHOWN_MAX: usize = 60;

/// The error of a `value` in `column` that breaks `rule`.
pub(super) fn wrong(column: &'static str, value: impl ToString, rule: Text) -> Box<CellError> {
    let value = value.to_string().chars().take(SHOWN_MAX).collect();
    Box::new(CellError { column, value, rule })
}

/// A row as read from a file, not yet checked. An empty text means that the cell is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawRow<'a> {
    pub station: &'a str,
    pub parameter: &'a str,
    pub unit: &'a str,
    /// Milliseconds since 1970, UTC.
    pub at_ms: i64,
    pub value: Option<f64>,
    pub flag: i64,
    pub reason: &'a str,
    /// Raw registers as [`registers_text`] writes them.
    pub raw: &'a str,
    /// The value at which a counter rolls over to zero.
    pub modulus: Option<f64>,
    pub max_rate_per_hour: Option<f64>,
}

impl RawRow<'_> {
    /// The row, or the first column whose value is wrong.
    pub fn check(self) -> Result<Row, Box<CellError>> {
        let station = self
            .station
            .parse()
            .map_err(|_| wrong("station", self.station, words::station_id()))?;
        let parameter: Parameter = self
            .parameter
            .parse()
            .map_err(|_| wrong("parameter", self.parameter, words::parameter_id()))?;
        let unit = parameter.spec().unit.symbol();
        if self.unit != unit {
            return Err(wrong("unit", self.unit, words::unit_of(parameter.id(), unit)));
        }
        let at = Timestamp::from_millisecond(self.at_ms);
        let hour = Timestamp::from_millisecond(hour_start_ms(self.at_ms));
        let (Ok(observed_at), Ok(_)) = (at, hour) else {
            return Err(wrong("observed_at", self.at_ms, words::time_of_the_calendar()));
        };
        let flag = u8::try_from(self.flag).ok().and_then(|code| Flag::try_from(code).ok());
        let flag = flag.ok_or_else(|| wrong("flag", self.flag, words::flag_meanings()))?;
        let reason = match self.reason {
            "" => None,
            id => {
                let known = Reason::from_id(id);
                Some(known.ok_or_else(|| wrong("reason", id, words::known_reason()))?)
            }
        };
        let outcome = match (self.value, flag, reason) {
            (Some(value), _, _) if !value.is_finite() => {
                return Err(wrong("value", value, words::finite()));
            }
            (Some(value), Flag::Missing, _) => {
                return Err(wrong("value", value, words::empty_with_flag_9()));
            }
            (Some(value), ..) => Outcome::Value(value),
            (None, Flag::Missing, Some(reason)) => Outcome::Missing(reason),
            (None, Flag::Missing, None) => {
                return Err(wrong("reason", "", words::flag_9_needs_reason()));
            }
            (None, flag, _) => {
                return Err(wrong("value", "", words::flag_needs_value(u8::from(flag))));
            }
        };
        let raw =
            registers(self.raw).ok_or_else(|| wrong("raw", self.raw, words::registers_as()))?;
        let raw = raw.into();
        let counter = self.counter(parameter)?;
        let series = Series::new(station, parameter);
        Ok(Row { reading: Reading { series, observed_at, outcome, flag, reason, raw }, counter })
    }

    fn counter(&self, parameter: Parameter) -> Result<Option<CounterSpec>, Box<CellError>> {
        let Self { modulus, max_rate_per_hour, .. } = *self;
        for (column, number) in [("modulus", modulus), ("max_rate_per_hour", max_rate_per_hour)] {
            let Some(number) = number else { continue };
            if parameter.spec().kind != Kind::Counter {
                let rule = words::empty_without_counter(parameter.id());
                return Err(wrong(column, number, rule));
            }
            if !(number.is_finite() && number > 0.0) {
                return Err(wrong(column, number, words::above_0()));
            }
        }
        let given = modulus.is_some() || max_rate_per_hour.is_some();
        Ok(given.then_some(CounterSpec { modulus, max_rate_per_hour }))
    }
}

/// Most registers of a reading: those of one request.
pub(super) const REGISTERS_MAX: usize = 125;

/// Raw registers as text: `0x0929 0x03d9`. A spreadsheet does not take that for a number.
pub fn registers_text(raw: &[u16]) -> String {
    let registers: Vec<String> = raw.iter().map(|register| format!("{register:#06x}")).collect();
    registers.join(" ")
}

/// Reads what [`registers_text`] writes.
fn registers(text: &str) -> Option<Vec<u16>> {
    let register = |word: &str| {
        let digits = word.strip_prefix("0x").filter(|digits| digits.len() == 4)?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
    };
    let words = text.split_ascii_whitespace().take(REGISTERS_MAX + 1);
    let registers: Option<Vec<u16>> = words.map(register).collect();
    registers.filter(|registers| registers.len() <= REGISTERS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> RawRow<'static> {
        RawRow {
            station: "pump-1",
            parameter: "energy_total",
            unit: "kWh",
            at_ms: 1_659_283_200_123,
            value: Some(12.5),
            flag: 3,
            reason: "",
            raw: "0x0929 0xffff",
            modulus: Some(1e6),
            max_rate_per_hour: None,
        }
    }

    #[test]
    fn registers_read_back() {
        for raw in [vec![], vec![0x0929, 0xffff, 0]] {
            assert_eq!(registers(&registers_text(&raw)), Some(raw));
        }
        for bad in ["929", "0x929", "0x+929", "0x09290", "0xzzzz", &"0x0000 ".repeat(126)] {
            assert_eq!(registers(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_column_value_and_rule() {
        let reason = Reason::ALL[0].id();
        let good = RawRow { reason, ..good() };
        let row = good.check().unwrap();
        assert_eq!(*row.reading.raw, [0x0929, 0xffff]);
        assert_eq!(row.counter.unwrap().modulus, Some(1e6));
        for (bad, says) in [
            (RawRow { station: "Pump", ..good }, r#"station "Pump": 1 to 40"#),
            (RawRow { parameter: "depth", ..good }, "parameter \"depth\""),
            (RawRow { unit: "Wh", ..good }, "unit \"Wh\": energy_total must be in kWh"),
            (RawRow { at_ms: i64::MAX, ..good }, "observed_at \"9223"),
            (RawRow { value: Some(f64::NAN), ..good }, "value \"NaN\": a finite"),
            (RawRow { flag: 9, ..good }, "value \"12.5\": must be empty with flag 9"),
            (RawRow { flag: 9, value: None, reason: "", ..good }, "reason \"\": flag 9"),
            (RawRow { value: None, ..good }, "value \"\": flag 3 needs"),
            (RawRow { flag: 257, ..good }, "flag \"257\""),
            (RawRow { reason: "because", ..good }, "reason \"because\""),
            (RawRow { raw: "12", ..good }, "raw \"12\""),
            (RawRow { modulus: Some(0.0), ..good }, "modulus \"0\": a number above 0"),
            (
                RawRow { parameter: "level", unit: "m", ..good },
                "modulus \"1000000\": must be empty: level is not a counter",
            ),
        ] {
            let error = bad.check().unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
