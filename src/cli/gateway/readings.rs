//! What `hanqing read` has of a point: a row of its table, a reading of its document.

use serde::Serialize;

use super::numbers::{hex, of_point, reference, single};
use super::read::{PartRead, named};
use crate::cli::table::{Cell, Head, Tone, left, right};
use crate::core::{Flag, Reason, Series};
use crate::device::{self, DecodeError};
use crate::edge::control::Failure;
use crate::locales::{Argument, Text, gateway as words};
use crate::modbus::{BusSettings, DeviceSettings, Given, ReadError};
use crate::quality::{Verdict, gross_range};

/// A point that was read.
pub struct PointReading {
    bus: String,
    unit: u8,
    profile: String,
    series: Series,
    channel: Option<String>,
    value: Result<f64, Reason>,
    /// The value as it is shown.
    shown: String,
    verdict: Verdict,
    exception: Option<u8>,
    remark: Text,
    parts: Vec<Registers>,
    ms: f64,
}

/// A run of registers of a point.
#[derive(Clone, Serialize)]
struct Registers {
    function: u8,
    /// On the wire, from 0.
    address: u16,
    /// As manuals write it: 40013.
    reference: String,
    /// `None` where they could not be read.
    words: Option<Vec<u16>>,
}

/// A reading of the document.
#[derive(Serialize)]
struct Reading<'a> {
    bus: &'a str,
    unit: u8,
    profile: &'a str,
    station: String,
    parameter: &'static str,
    channel: Option<&'a str>,
    value: Option<f64>,
    #[serde(rename = "in")]
    measure: &'static str,
    flag: u8,
    reason: Option<&'static str>,
    exception: Option<u8>,
    remark: Option<String>,
    registers: &'a [Registers],
    ms: f64,
}

/// The heads of the table.
pub fn heads() -> [Head; 11] {
    [
        left(words::head_station()),
        right(words::head_unit()),
        left(words::head_parameter()),
        right(words::head_value()),
        left(words::head_measure()),
        left(words::head_quality()),
        left(words::head_remark()),
        left(words::head_raw()),
        right(words::head_function()),
        right(words::head_address()),
        right(words::head_ms()),
    ]
}

impl PointReading {
    /// What `parts` say of `given`: those of its point's runs of registers, in their order.
    pub fn new(
        bus: &BusSettings,
        device: &DeviceSettings,
        given: Given<'_>,
        parts: &[&PartRead],
    ) -> Self {
        let point = given.point;
        let registers: Vec<&[u16]> =
            parts.iter().filter_map(|(words, _)| words.as_deref().ok()).collect();
        let failure = parts.iter().find_map(|(words, _)| words.as_ref().err());
        let value = match failure {
            Some(failure) => Err(failure.reason),
            None => given.measure(&registers),
        };
        let verdict = match value {
            Ok(value) => gross_range(value, given.value_range(), None),
            Err(reason) => Verdict::of(Flag::Missing, reason),
        };
        let fault = device::decode(point, &registers).err();
        let run = |(part, (words, _)): (device::Part, &&PartRead)| Registers {
            function: part.function.into(),
            address: part.address,
            reference: reference(part.function, part.address),
            words: words.as_ref().ok().cloned(),
        };
        Self {
            bus: bus.name.clone(),
            unit: device.unit,
            profile: device.profile.clone(),
            channel: point.channel.clone(),
            value,
            shown: value.map_or("—".into(), |value| match given.curve {
                Some(_) => single(value),
                None => of_point(point, &registers, value),
            }),
            remark: explanation(verdict.reason, failure, fault),
            exception: failure.and_then(|failure| failure.exception),
            verdict,
            parts: each_once(point.parts().into_iter().zip(parts).map(run)),
            ms: parts.iter().map(|(_, ms)| ms).fold(0.0, |a, b| a.max(*b)),
            series: given.series,
        }
    }

    pub fn has_value(&self) -> bool {
        self.value.is_ok()
    }

    /// Whether the device answered at all, if only with an exception.
    pub fn answered(&self) -> bool {
        self.exception.is_some() || self.parts.iter().any(|part| part.words.is_some())
    }

    /// Its row of the table.
    pub fn row(&self) -> [Cell; 11] {
        let spec = self.series.parameter.spec();
        let hex = |part: &Registers| part.words.as_deref().map(hex);
        let raw: Vec<String> = self.parts.iter().filter_map(hex).collect();
        let first = self.parts.first();
        let tone = match self.verdict.flag {
            Flag::Good => Tone::Good,
            Flag::NotEvaluated | Flag::Suspect => Tone::Warn,
            Flag::Fail | Flag::Missing => Tone::Bad,
        };
        let flag: String = self.verdict.flag.name().into();
        [
            self.series.station.to_string().into(),
            self.unit.to_string().into(),
            named(spec).into(),
            self.shown.clone().into(),
            spec.unit.to_string().into(),
            Cell::toned(flag, tone),
            String::from(self.remark.clone()).into(),
            raw.join(" | ").into(),
            first.map_or(String::new(), |part| part.function.to_string()).into(),
            first.map_or(String::new(), |part| part.address.to_string()).into(),
            format!("{:.0}", self.ms).into(),
        ]
    }

    /// Its reading of the document.
    pub fn document(&self) -> impl Serialize + '_ {
        let spec = self.series.parameter.spec();
        // What is shown has no dust; a power of ten it has rounded.
        let shown = |value: f64| match self.shown.contains('e') {
            true => value,
            false => self.shown.parse().unwrap_or(value),
        };
        Reading {
            bus: &self.bus,
            unit: self.unit,
            profile: &self.profile,
            station: self.series.station.to_string(),
            parameter: spec.id,
            channel: self.channel.as_deref(),
            value: self.value.ok().map(shown),
            measure: spec.unit.symbol(),
            flag: self.verdict.flag.into(),
            reason: self.verdict.reason.map(Reason::id),
            exception: self.exception,
            remark: (!self.remark.is_empty()).then(|| self.remark.to_string()),
            registers: &self.parts,
            ms: (self.ms * 10.0).round() / 10.0,
        }
    }
}

/// Each run once: several conditions may look at one register.
fn each_once(runs: impl Iterator<Item = Registers>) -> Vec<Registers> {
    let mut once: Vec<Registers> = Vec::new();
    for run in runs {
        let place = |run: &Registers| {
            let count = run.words.as_ref().map(Vec::len);
            (run.function, run.address, count)
        };
        if !once.iter().any(|known| place(known) == place(&run)) {
            once.push(run);
        }
    }
    once
}

fn explanation(
    reason: Option<Reason>,
    failure: Option<&Failure>,
    fault: Option<DecodeError>,
) -> Text {
    let name = reason.map(Reason::name).unwrap_or_default();
    match (failure, fault) {
        (Some(failure), _) => match failure.exception {
            Some(code) => {
                words::with_detail(words::with_code(name, code), ReadError::meaning_of(code))
            }
            None => name,
        },
        (None, Some(fault)) => words::with_detail(name, Argument::of(fault)),
        (None, None) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_that_is_read_for_several_reasons_stands_once() {
        let run = |address, words: Option<Vec<u16>>| Registers {
            function: 3,
            address,
            reference: String::new(),
            words,
        };
        let runs = [
            run(8, Some(vec![1, 2])),
            run(71, Some(vec![0])),
            run(71, Some(vec![0])),
            run(8, Some(vec![1])),
            run(9, None),
            run(9, None),
        ];
        let once = each_once(runs.into_iter());
        let addresses: Vec<u16> = once.iter().map(|run| run.address).collect();
        assert_eq!(addresses, [8, 71, 8, 9]);
    }
}
