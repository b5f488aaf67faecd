//! Makes readings of one series of the values that were found for it.

use jiff::Timestamp;

use super::judge::Judge;
use super::settings::PublishedSeries;
use super::stored::Stored;
use crate::core::{Outcome, Parameter, Raw, Reading, Reason, Series};
use crate::interop::incoming::{Quality, Value};
use crate::locales::{Text, publisher as words};
use crate::quality::Verdict;

/// A series, how its values are converted, and its tests.
#[derive(Debug)]
pub(super) struct Target {
    series: Series,
    scale: f64,
    offset: f64,
    /// From the publisher's unit to the parameter's.
    factor: f64,
    judge: Judge,
}

impl Target {
    /// Of a series of which readings come every so many seconds. `None` where its unit does not convert.
    pub fn new(series: &PublishedSeries, interval_s: u32) -> Option<Self> {
        Some(Self {
            series: series.series(),
            scale: series.scale,
            offset: series.offset,
            factor: series.factor()?,
            judge: Judge::new(series, interval_s),
        })
    }

    /// The series, for people.
    pub fn name(&self) -> String {
        self.series.to_string()
    }

    /// The reading of a value that was observed at `at`, as it comes at `now`; `stored` is what came before.
    ///
    /// # Errors
    /// It is no value that the series can have.
    pub fn reading(
        &mut self,
        (value, quality): (&Value, Quality),
        (at, now): (Timestamp, Timestamp),
        stored: &Stored,
    ) -> Result<Reading, Text> {
        let value = match value {
            Value::Number(number) => (number * self.scale + self.offset) * self.factor,
            Value::Truth(truth) if self.series.parameter == Parameter::RunState => {
                f64::from(*truth)
            }
            Value::Truth(truth) => {
                let parameter = self.series.parameter.id();
                return Err(words::no_truth(self.name(), truth.to_string(), parameter));
            }
            Value::Nothing => return Ok(self.missing(at, Reason::Invalid)),
            Value::Other(said) => return Err(words::no_number(self.name(), said)),
        };
        if !value.is_finite() {
            return Ok(self.missing(at, Reason::Undecodable));
        }
        let Verdict { flag, reason } =
            self.judge.verdict((value, quality), (at, now), (&self.series, stored));
        let (series, outcome) = (self.series.clone(), Outcome::Value(value));
        Ok(Reading { series, observed_at: at, outcome, flag, reason, raw: Raw::default() })
    }

    fn missing(&self, at: Timestamp, reason: Reason) -> Reading {
        Reading::missing(self.series.clone(), at, reason, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(more: &str) -> Target {
        let text = format!("station = 'pond-1'\nparameter = 'level'\nunit = 'cm'\n{more}");
        Target::new(&toml::from_str(&text).unwrap(), 300).unwrap()
    }

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    fn read(target: &mut Target, value: Value, quality: Quality, s: i64) -> Result<Reading, Text> {
        target.reading((&value, quality), (at(s), at(s)), &Stored::default())
    }

    fn judged(
        target: &mut Target,
        value: Value,
        quality: Quality,
    ) -> (Option<f64>, u8, &'static str) {
        let reading = read(target, value, quality, 0).unwrap();
        (reading.value(), reading.flag.into(), reading.reason.map_or("", Reason::id))
    }

    #[test]
    fn values_are_converted_and_tested_as_a_gateway_does() {
        let mut target =
            target("scale = 0.1\noffset = 50\nrange = [0, 8]\nquality = { expected = [0, 4] }");
        let good = Quality::Good;
        assert_eq!(judged(&mut target, Value::Number(1500.0), good), (Some(2.0), 1, ""));
        assert_eq!(judged(&mut target, Value::Number(4500.0), good), (Some(5.0), 3, "unexpected"));
        assert_eq!(
            judged(&mut target, Value::Number(-1000.0), good),
            (Some(-0.5), 4, "out_of_range")
        );
        assert_eq!(
            judged(&mut target, Value::Number(1500.0), Quality::Uncertain),
            (Some(2.0), 3, "invalid")
        );
        assert_eq!(
            judged(&mut target, Value::Number(1500.0), Quality::Bad),
            (Some(2.0), 4, "invalid")
        );
        assert_eq!(judged(&mut target, Value::Nothing, good), (None, 9, "invalid"));
        for number in [f64::NAN, f64::INFINITY, -f64::MAX] {
            let (value, flag, _) = judged(&mut target, Value::Number(number), good);
            assert!(flag == 9 && value.is_none() || flag == 4, "{number}");
        }
        for (value, says) in [
            (Value::Other("\"high\"".into()), "the value of pond-1/level, \"high\", is no number"),
            (Value::Truth(true), "the value of pond-1/level is true, and level is no state"),
        ] {
            let problem = read(&mut target, value, good, 0).unwrap_err();
            assert_eq!(problem.within(crate::locales::Lang::English), says);
        }
    }

    #[test]
    fn a_truth_is_a_state_and_the_range_is_the_parameters_where_none_is_given() {
        let text = "station = 'pump-1'\nparameter = 'run_state'\nunit = '1'";
        let mut target = Target::new(&toml::from_str(text).unwrap(), 60).unwrap();
        assert_eq!(judged(&mut target, Value::Truth(true), Quality::Good), (Some(1.0), 1, ""));
        assert_eq!(judged(&mut target, Value::Truth(false), Quality::Good), (Some(0.0), 1, ""));
        let other = judged(&mut target, Value::Number(7.0), Quality::Good);
        assert_eq!(other, (Some(7.0), 4, "out_of_range"));
        // A code, and none that is true or false.
        let text = "station = 'rain-1'\nparameter = 'wind_direction'\nunit = 'deg'";
        let mut target = Target::new(&toml::from_str(text).unwrap(), 60).unwrap();
        assert!(read(&mut target, Value::Truth(true), Quality::Good, 0).is_err());
        let volts = "station = 'pump-1'\nparameter = 'level'\nunit = 'V'";
        assert!(Target::new(&toml::from_str(volts).unwrap(), 60).is_none());
    }
}
