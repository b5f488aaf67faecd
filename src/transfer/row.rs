//! A reading as a row of a table: what CSV and Parquet have in common.

use jiff::Timestamp;

use crate::core::{Flag, Kind, Outcome, Parameter, Reading, Reason, Series, hour_start_ms};
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

/// A reading, and how the register of its counter behaves where that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The reading.
    pub reading: Reading,
    /// Of a counter only.
    pub counter: Option<CounterSpec>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{column} {value:?}: {rule}")]
pub struct Wrong {
    /// The column.
    pub column: &'static str,
    /// What stands there, its beginning.
    pub value: String,
    /// What should stand there.
    pub rule: String,
}

/// Characters of a wrong value that are shown.
const SHOWN_MAX: usize = 60;

/// What is wrong in `column`.
pub(super) fn wrong(
    column: &'static str,
    value: impl ToString,
    rule: impl Into<String>,
) -> Box<Wrong> {
    Box::new(Wrong {
        column,
        value: value.to_string().chars().take(SHOWN_MAX).collect(),
        rule: rule.into(),
    })
}

/// A row as it is read, before anything of it is believed. An empty text is one that is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read<'a> {
    /// Id of the station.
    pub station: &'a str,
    /// Id of the parameter.
    pub parameter: &'a str,
    /// Symbol of the unit.
    pub unit: &'a str,
    /// Milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// The value.
    pub value: Option<f64>,
    /// Number of the flag.
    pub flag: i64,
    /// Id of the reason.
    pub reason: &'a str,
    /// Raw registers, see [`words`].
    pub raw: &'a str,
    /// The value at which a counter returns to zero.
    pub modulus: Option<f64>,
    /// The most that a counter can grow in an hour.
    pub max_rate_per_hour: Option<f64>,
}

impl Read<'_> {
    /// The row, if it can be one.
    ///
    /// # Errors
    /// The first column that cannot stand.
    pub fn check(self) -> Result<Row, Box<Wrong>> {
        let station = self.station.parse().map_err(|_| {
            wrong("station", self.station, "1 to 40 of a-z, 0-9 and '-', beginning with a letter")
        })?;
        let parameter: Parameter = self.parameter.parse().map_err(|_| {
            wrong(
                "parameter",
                self.parameter,
                "a parameter of the catalogue, such as level or energy_total",
            )
        })?;
        let unit = parameter.spec().unit.symbol();
        if self.unit != unit {
            let rule = format!("{parameter} is kept in {unit}; nothing is converted");
            return Err(wrong("unit", self.unit, rule));
        }
        let at = Timestamp::from_millisecond(self.at_ms);
        let hour = Timestamp::from_millisecond(hour_start_ms(self.at_ms));
        let (Ok(observed_at), Ok(_)) = (at, hour) else {
            return Err(wrong("observed_at", self.at_ms, "no time of the calendar"));
        };
        let flag = u8::try_from(self.flag)
            .ok()
            .and_then(|code| Flag::try_from(code).ok())
            .ok_or_else(|| {
                wrong("flag", self.flag, "1 good, 2 not evaluated, 3 suspect, 4 fail or 9 missing")
            })?;
        let reason = match self.reason {
            "" => None,
            id => Some(
                Reason::from_id(id).ok_or_else(|| wrong("reason", id, "no reason of the list"))?,
            ),
        };
        let outcome = match (self.value, flag, reason) {
            (Some(value), _, _) if !value.is_finite() => {
                return Err(wrong("value", value, "a finite number"));
            }
            (Some(value), Flag::Missing, _) => {
                return Err(wrong("value", value, "flag 9 says that there is none: empty"));
            }
            (Some(value), ..) => Outcome::Value(value),
            (None, Flag::Missing, Some(reason)) => Outcome::Missing(reason),
            (None, Flag::Missing, None) => {
                return Err(wrong("reason", "", "flag 9 needs the reason why there is no value"));
            }
            (None, flag, _) => {
                let rule =
                    format!("flag {} needs a value; without one the flag is 9", u8::from(flag));
                return Err(wrong("value", "", rule));
            }
        };
        let raw = words(self.raw)
            .ok_or_else(|| wrong("raw", self.raw, "registers such as 0x0929 0x03d9"))?;
        let counter = self.counter(parameter)?;
        Ok(Row {
            reading: Reading {
                series: Series::new(station, parameter),
                observed_at,
                outcome,
                flag,
                reason,
                raw,
            },
            counter,
        })
    }

    fn counter(&self, parameter: Parameter) -> Result<Option<CounterSpec>, Box<Wrong>> {
        let given = [("modulus", self.modulus), ("max_rate_per_hour", self.max_rate_per_hour)];
        for (column, number) in given {
            let Some(number) = number else { continue };
            if parameter.spec().kind != Kind::Counter {
                return Err(wrong(column, number, format!("{parameter} is no counter: empty")));
            }
            if !(number.is_finite() && number > 0.0) {
                return Err(wrong(column, number, "a number above 0"));
            }
        }
        Ok((self.modulus.is_some() || self.max_rate_per_hour.is_some()).then_some(CounterSpec {
            modulus: self.modulus,
            max_rate_per_hour: self.max_rate_per_hour,
        }))
    }
}

/// Most registers of a reading: those of one request.
const WORDS_MAX: usize = 125;

/// Raw registers as text: `0x0929 0x03d9`. A spreadsheet takes that for no number.
pub fn text_of(raw: &[u16]) -> String {
    let words: Vec<String> = raw.iter().map(|word| format!("{word:#06x}")).collect();
    words.join(" ")
}

/// Raw registers of a text; `None` where it is none.
fn words(text: &str) -> Option<Vec<u16>> {
    let words: Option<Vec<u16>> = text
        .split_ascii_whitespace()
        .take(WORDS_MAX + 1)
        .map(|word| {
            let digits = word
                .strip_prefix("0x")
                .filter(|d| d.len() == 4 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u16::from_str_radix(digits, 16).ok()
        })
        .collect();
    words.filter(|words| words.len() <= WORDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Read<'static> {
        Read {
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
            assert_eq!(words(&text_of(&raw)), Some(raw));
        }
        for bad in ["929", "0x929", "0x+929", "0x09290", "0xzzzz", &"0x0000 ".repeat(126)] {
            assert_eq!(words(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_is_named_by_column_value_and_rule() {
        let reason = Reason::ALL[0].id();
        let good = Read { reason, ..good() };
        let row = good.check().unwrap();
        assert_eq!(row.reading.raw, [0x0929, 0xffff]);
        assert_eq!(row.counter.unwrap().modulus, Some(1e6));
        for (bad, says) in [
            (Read { station: "Pump", ..good }, r#"station "Pump": 1 to 40"#),
            (Read { parameter: "depth", ..good }, "parameter \"depth\""),
            (Read { unit: "Wh", ..good }, "unit \"Wh\": energy_total is kept in kWh"),
            (Read { at_ms: i64::MAX, ..good }, "observed_at \"9223"),
            (Read { value: Some(f64::NAN), ..good }, "value \"NaN\": a finite"),
            (Read { flag: 9, ..good }, "value \"12.5\": flag 9"),
            (Read { flag: 9, value: None, reason: "", ..good }, "reason \"\": flag 9"),
            (Read { value: None, ..good }, "value \"\": flag 3 needs"),
            (Read { flag: 257, ..good }, "flag \"257\""),
            (Read { reason: "because", ..good }, "reason \"because\""),
            (Read { raw: "12", ..good }, "raw \"12\""),
            (Read { modulus: Some(0.0), ..good }, "modulus \"0\": a number above 0"),
            (
                Read { parameter: "level", unit: "m", ..good },
                "modulus \"1000000\": level is no counter",
            ),
        ] {
            let error = bad.check().unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
