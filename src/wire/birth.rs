//! What a gateway announces: its birth (what it observes) and its status (online or offline).

use std::collections::HashSet;

use jiff::Timestamp;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use super::unknown::may_be_parameter;
use super::{
    Epoch, FORMAT, SERIES_MAX, ShownTime, UnknownSeries, WireError, at_place, check_count,
    check_format, read, write,
};
use crate::core::{IdError, Parameter, Series, Unit, shown};
use crate::locales::{Text, core as core_words, wire as words};

/// The longest version and digest of a configuration, characters: ours have 5 and 16. Engineering judgement.
const WORD_MAX: usize = 64;

/// The longest interval, seconds: 31 days. Nothing that is read less often than monthly needs a gateway. Engineering
/// judgement.
const INTERVAL_MAX_S: u32 = 31 * 24 * 3600;

/// Retained at `…/birth`: what the gateway observes, how often, and how its counters behave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Birth {
    v: u8,
    /// Version of the gateway's program.
    pub version: String,
    /// Digest of the gateway's configuration: changes with it.
    pub config: String,
    /// The epoch of its batches from now on; the hub answers with what it has of it. `None` if the sender does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    pub series: Vec<BirthSeries>,
}

/// One series of a gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BirthSeries {
    pub series: Series,
    /// Of `counter`. A birth that was read has the parameter's own unit.
    pub unit: Unit,
    /// Seconds between polls.
    pub interval_s: u32,
    /// Only for a counter, in `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterSpec>,
}

/// How a counter's register behaves, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CounterSpec {
    /// The value at which it rolls over to zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulus: Option<f64>,
    /// The most it can grow in an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rate_per_hour: Option<f64>,
}

#[derive(Deserialize)]
struct Message {
    v: u8,
    version: String,
    config: String,
    #[serde(default)]
    epoch: Option<Epoch>,
    series: Vec<Row>,
}

/// A series as it is written: a version to come may have parameters and units that this one does not know.
#[derive(Deserialize)]
struct Row {
    series: String,
    unit: String,
    interval_s: u32,
    #[serde(default)]
    counter: Option<CounterSpec>,
}

impl Birth {
    pub fn new(version: &str, config: String, series: Vec<BirthSeries>) -> Self {
        Self { v: FORMAT, version: version.into(), config, epoch: None, series }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Names the place and the mistake: no JSON, a series that is unknown or listed twice, a unit that is not the
    /// parameter's, numbers that no counter has, too many series.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_message(read(bytes)?, None)
    }

    /// Reads a message without the series whose parameter this version does not know, and these.
    ///
    /// # Errors
    /// As for [`Birth::from_bytes`]: but an unknown parameter is none.
    pub fn known_from_bytes(bytes: &[u8]) -> Result<(Self, UnknownSeries), WireError> {
        let mut left_out = UnknownSeries::default();
        Ok((Self::from_message(read(bytes)?, Some(&mut left_out))?, left_out))
    }

    fn from_message(
        message: Message,
        mut left_out: Option<&mut UnknownSeries>,
    ) -> Result<Self, WireError> {
        check_format(message.v)?;
        let Message { v, version, config, epoch, series: rows } = message;
        for (field, text) in [("version", &version), ("config", &config)] {
            if text.chars().nth(WORD_MAX).is_some() {
                return Err(WireError::content(words::too_long(field, WORD_MAX)));
            }
        }
        check_count("series", rows.len(), SERIES_MAX)?;
        let mut series: Vec<BirthSeries> = Vec::with_capacity(rows.len());
        for (i, row) in rows.into_iter().enumerate() {
            let read = row
                .read(left_out.as_deref_mut())
                .map_err(|problem| at_place("series", i, problem))?;
            series.extend(read);
        }
        let mut seen = HashSet::with_capacity(series.len());
        if let Some(twice) = series.iter().find(|one| !seen.insert(&one.series)) {
            return Err(WireError::content(words::series_twice(twice.series.to_string())));
        }
        Ok(Self { v, version, config, epoch, series })
    }
}

impl Row {
    /// Checks the numbers as an import does, and converts them to the parameter's unit. `None` where this version does
    /// not know the parameter.
    fn read(self, left_out: Option<&mut UnknownSeries>) -> Result<Option<BirthSeries>, Text> {
        let Self { series: name, unit, interval_s, counter } = self;
        if !(1..=INTERVAL_MAX_S).contains(&interval_s) {
            return Err(words::interval_wrong(interval_s, INTERVAL_MAX_S));
        }
        let not_one = || core_words::not_a_series(format_args!("{:?}", shown(&name)));
        let (station, parameter) = name.split_once('/').ok_or_else(not_one)?;
        let station = station.parse().map_err(|error: IdError| error.rule())?;
        let known: Parameter = match (parameter.parse(), left_out) {
            (Ok(known), _) => known,
            (Err(_), Some(left_out)) if may_be_parameter(parameter) => {
                left_out.note(format_args!("{name}"));
                return Ok(None);
            }
            (Err(problem), _) => return Err(problem),
        };
        let into = known.spec().unit;
        let read: Result<Unit, serde::de::value::Error> =
            Unit::deserialize(unit.as_str().into_deserializer());
        let factor = read.ok().and_then(|unit| unit.factor_to(into));
        let shown_unit = shown(&unit);
        let factor = factor
            .ok_or_else(|| words::unit_does_not_convert(&*shown_unit, &*name, into.symbol()))?;
        let counter = counter.map(|counter| counter.read(factor)).transpose()?;
        let series = Series::new(station, known);
        Ok(Some(BirthSeries { series, unit: into, interval_s, counter }))
    }
}

impl CounterSpec {
    fn read(self, factor: f64) -> Result<Self, Text> {
        let read = |field, number: Option<f64>| match number.map(|number| number * factor) {
            Some(wrong) if !(wrong.is_finite() && wrong > 0.0) => Err(words::not_above_zero(field)),
            right => Ok(right),
        };
        Ok(Self {
            modulus: read("counter.modulus", self.modulus)?,
            max_rate_per_hour: read("counter.max_rate_per_hour", self.max_rate_per_hour)?,
        })
    }
}

/// Whether a gateway is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayState {
    Online,
    /// Announced by the gateway itself, or by the broker as its last will.
    Offline,
}

/// Retained at `…/status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    v: u8,
    pub state: GatewayState,
    /// By the gateway's clock. A last will carries the time when the connection was made.
    pub since: Timestamp,
    /// Absent if the gateway says nothing about its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockState>,
    /// What a clock that is good showed when this was sent. A retained copy says nothing about the present. Absent in a
    /// last will, and from a gateway of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownTime>,
}

/// Whether a gateway knows its clock to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    Good,
    /// Not known to be right: readings are held back for a while, then sent as suspect.
    Provisional,
}

impl Status {
    pub fn new(state: GatewayState, since: Timestamp) -> Self {
        Self { v: FORMAT, state, since, clock: None, shown: None }
    }

    pub fn with_clock(self, clock: ClockState) -> Self {
        Self { clock: Some(clock), ..self }
    }

    pub fn with_shown(self, shown: Option<ShownTime>) -> Self {
        Self { shown, ..self }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let status: Self = read(bytes)?;
        check_format(status.v)?;
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};
    use crate::wire::PROBLEM_MAX;

    const GOOD: &str = r#"{"v":1,"version":"0.1.0","config":"5d41402abc4b2a76","epoch":"0000000000000007",
        "series":[{"series":"pump-1/energy_total","unit":"kWh","interval_s":300,
            "counter":{"modulus":1000000,"max_rate_per_hour":30.5}},
            {"series":"pond-1/level","unit":"m","interval_s":2678400}]}"#;

    #[test]
    fn a_birth_reads_back_as_written() {
        let birth = Birth::from_bytes(GOOD.as_bytes()).unwrap();
        assert_eq!(birth.epoch, Some(Epoch(7)));
        assert_eq!(Birth::from_bytes(&birth.to_bytes()).unwrap(), birth);
    }

    #[test]
    fn a_status_says_what_the_clock_shows_and_one_of_an_earlier_version_does_not() {
        let earlier = r#"{"v":1,"state":"online","since":"2026-11-26T00:00:00Z","clock":"good"}"#;
        let read = Status::from_bytes(earlier.as_bytes()).unwrap();
        assert_eq!((read.shown, read.to_bytes()), (None, earlier.as_bytes().to_vec()));
        let at = read.since;
        let shown = ShownTime { at, boot: super::super::BootId(7), zero: -5, service: true };
        let status = read.with_shown(Some(shown));
        assert_eq!(Status::from_bytes(&status.to_bytes()).unwrap(), status);
    }

    #[test]
    fn numbers_that_no_counter_has_are_refused() {
        let long = "\u{7f}".repeat(200_000);
        for (from, to, says) in [
            ("1000000,", "0,", "above 0"),
            ("1000000,", "-5,", "above 0"),
            ("1000000,", "1e400,", "no JSON"),
            ("30.5", "-0.0", "above 0"),
            ("30.5", "0", "above 0"),
            ("\"kWh\"", "\"m\"", "does not convert to kWh"),
            ("\"kWh\"", "\"度\"", "does not convert"),
            ("\"kWh\"", &format!("\"{long}\""), "does not convert"),
            ("300,", "0,", "interval_s"),
            ("2678400", "2678401", "interval_s"),
            (
                "pond-1/level\",\"unit\":\"m\"",
                "pump-1/energy_total\",\"unit\":\"kWh\"",
                "listed twice",
            ),
            ("pond-1/level", "pond-1/chlorine", "series[1]"),
            ("0.1.0", &"x".repeat(65), "version is longer than 64"),
            ("5d41402abc4b2a76", &long, "config is longer"),
            ("0000000000000007", &long, "epoch"),
        ] {
            let bad = GOOD.replacen(from, to, 1);
            assert_ne!(bad, GOOD, "{from}");
            let error = Birth::from_bytes(bad.as_bytes()).unwrap_err();
            let [zh, en] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
            assert!(en.contains(says), "{from}: {en}");
            assert!(zh.chars().count().max(en.chars().count()) <= PROBLEM_MAX, "{zh} {en}");
        }
    }

    #[test]
    fn a_rule_in_another_unit_is_converted() {
        let watt_hours = GOOD.replacen("kWh", "Wh", 1);
        let birth = Birth::from_bytes(watt_hours.as_bytes()).unwrap();
        let counter = birth.series[0].counter.unwrap();
        assert_eq!((birth.series[0].unit, counter.modulus), (Unit::KilowattHour, Some(1000.0)));
        assert!((counter.max_rate_per_hour.unwrap() - 0.0305).abs() < 1e-12);
    }

    #[test]
    fn a_parameter_of_a_later_version_is_left_out_with_its_unit() {
        let later =
            GOOD.replacen("pond-1/level\",\"unit\":\"m\"", "pond-1/chlorine\",\"unit\":\"pH\"", 1);
        let (birth, unknown) = Birth::known_from_bytes(later.as_bytes()).unwrap();
        assert_eq!((birth.series.len(), unknown.names()), (1, &["pond-1/chlorine".to_owned()][..]));
        assert!(Birth::from_bytes(later.as_bytes()).is_err());
        assert!(Birth::known_from_bytes(GOOD.as_bytes()).unwrap().1.is_empty());
    }

    #[test]
    fn a_birth_has_no_more_series_than_allowed() {
        let written = |count: usize| {
            let one = |n| format!(r#"{{"series":"a{n}/flow","unit":"m3/h","interval_s":1}}"#);
            let series: Vec<String> = (0..count).map(one).collect();
            format!(r#"{{"v":1,"version":"","config":"","series":[{}]}}"#, series.join(","))
        };
        assert!(Birth::from_bytes(written(SERIES_MAX).as_bytes()).is_ok());
        let error = Birth::from_bytes(written(SERIES_MAX + 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("at most 4000"), "{error}");
    }
}
