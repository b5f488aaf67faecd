//! The lines of a profile for a decoding that was found: a point, and an example that proves it.

use super::probe::Candidate;
use super::profile::{ByteOrder, Function};
use crate::core::{Kind, Parameter, Unit};
use crate::locales::commissioning as said;

/// Significant digits of an expected value: more than an f32 has, fewer than the dust of a binary fraction.
const DIGITS: usize = 12;

/// What is pasted into a profile.
#[derive(Debug, Clone, Copy)]
pub struct Paste<'a> {
    pub candidate: &'a Candidate,
    pub function: Function,
    pub parameter: Option<Parameter>,
    /// In which the display shows the value; the parameter's own where nothing else is said.
    pub unit: Option<Unit>,
    /// The smallest and the largest value that the device can measure, in that unit.
    pub range: Option<[f64; 2]>,
    /// Address of the first register that was read.
    pub first: u16,
    /// The registers from there on.
    pub words: &'a [u16],
}

impl Paste<'_> {
    /// The unit of the point, where it is known.
    pub fn unit(&self) -> Option<Unit> {
        self.unit.or(self.parameter.map(|parameter| parameter.spec().unit))
    }

    /// The `[[point]]`. What only the manual can tell is left open where it is not given, so that the check asks for
    /// it.
    pub fn point(&self) -> String {
        let Self { candidate, parameter, .. } = self;
        let name = parameter.map_or("?", Parameter::id);
        let mut lines = format!(
            "[[point]]\nparameter = \"{name}\"\nfunction = {}\naddress = {}\ntype = \"{}\"\n",
            u8::from(self.function),
            candidate.address,
            candidate.point_type.name()
        );
        if candidate.order != ByteOrder::Abcd {
            lines += &format!("order = \"{}\"\n", candidate.order_name);
        }
        if candidate.scale != 1.0 {
            lines += &format!("scale = {:?}\n", candidate.scale);
        }
        lines += &format!("unit = \"{}\"\n", self.unit().map_or("?", Unit::symbol));
        if let Some([low, high]) = self.range {
            lines += &format!("valid_range = [{low:?}, {high:?}]\n");
        }
        if let (Some(parameter), Some(unit)) = (parameter, self.unit())
            && let Some(rate) = rate(*parameter, unit)
        {
            // A counter of whole numbers grows by its step at least.
            let rate = short(rate.max(candidate.scale.abs()));
            lines += &format!("{}\n", said::counter_rate());
            lines += &format!("counter = {{ max_rate_per_hour = {rate:?} }}\n");
        }
        lines
    }

    /// The `[example]` with the registers that were read and the value that they decode to, in the parameter's own
    /// unit; `None` where the parameter is not known. `source` says where the registers come from.
    pub fn example(&self, source: &str) -> Option<String> {
        let spec = self.parameter?.spec();
        let expect = self.candidate.value * self.unit()?.factor_to(spec.unit)?;
        Some(format!(
            "[example]\nsource = {source:?}\n[[example.block]]\nfunction = {}\naddress = {}\nwords = {:?}\n\
             [example.expect]\n{} = {:?}\n",
            u8::from(self.function),
            self.first,
            self.words,
            spec.id,
            short(expect)
        ))
    }
}

/// The most that a counter grows in an hour, in `unit`; `None` for what is no counter. Engineering judgement, wide on
/// purpose, since only the installation is known to whoever pastes it: a main of 1 m at 3.5 m/s, a pump station of
/// 2 MW, half as much rain again as the 201.9 mm of Zhengzhou on 20 July 2021, and a clock that runs fast by a tenth.
fn rate(parameter: Parameter, unit: Unit) -> Option<f64> {
    let spec = parameter.spec();
    if spec.kind != Kind::Counter {
        return None;
    }
    let most = match parameter {
        Parameter::VolumeTotal => 10_000.0,
        Parameter::EnergyTotal => 2_000.0,
        Parameter::RainfallTotal => 300.0,
        Parameter::RunHours => 1.1,
        _ => spec.max,
    };
    Some(most / unit.factor_to(spec.unit)?)
}

fn short(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Problems;
    use crate::device::probe::{ORDERS, Sought, rank, rows};
    use crate::device::{check, parse};

    const HEAD: &str = "id = \"own\"\nname = \"A device\"\nsource = \"its manual\"\nverified_by = \"nobody\"\n\
                        confidence = 0.5\n";

    /// The problems of a profile with the lines for the best candidate.
    fn problems(words: &[u16], expect: &str, of: (Parameter, Option<Unit>)) -> (String, String) {
        let sought = Sought { expect: Some(expect.parse().unwrap()), range: None };
        let rows = rows(Function::Holding, 10, words);
        let candidates = rank(10, &rows, &sought);
        let paste = Paste {
            candidate: &candidates[0],
            function: Function::Holding,
            parameter: Some(of.0),
            unit: of.1,
            range: Some([0.0, 1e9]),
            first: 10,
            words,
        };
        let example = paste.example("hanqing probe, unit 1, 2026-11-30").unwrap();
        let text = format!("{HEAD}{}{example}", paste.point());
        let profile = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let found = Problems::of(|found| check(&profile, found));
        (text, found.iter().map(|problem| format!("{problem:?}\n")).collect())
    }

    #[test]
    fn what_is_pasted_passes_the_check() {
        let f32_36_625 = [0x806B, 0x4212];
        for (words, expect, of) in [
            (&f32_36_625[..], "36.625", (Parameter::Flow, None)),
            (&f32_36_625, "36.625", (Parameter::Flow, Some(Unit::LitrePerSecond))),
            (&[0x0001, 0xE240], "1234.56", (Parameter::EnergyTotal, None)),
            (&[0, 7], "7000", (Parameter::EnergyTotal, Some(Unit::WattHour))),
            (&[2350], "2.35", (Parameter::Level, None)),
            (&[18345], "1834.5", (Parameter::Power, Some(Unit::Watt))),
            (&[0, 77], "77", (Parameter::VolumeTotal, None)),
            (&[0, 77], "7.7", (Parameter::RainfallTotal, None)),
            (&[9], "9", (Parameter::RunHours, None)),
        ] {
            let (text, problems) = problems(words, expect, of);
            assert_eq!(problems, "", "{text}");
        }
    }

    #[test]
    fn the_unit_is_that_of_the_display_and_the_example_that_of_the_parameter() {
        let (text, _) = problems(&[18345], "1834.5", (Parameter::Power, Some(Unit::Watt)));
        assert!(text.contains("unit = \"W\"") && text.contains("power = 1.8345\n"), "{text}");
        assert!(text.contains("scale = 0.1\n") && text.contains("valid_range = [0.0, "), "{text}");
        let (text, _) = problems(&[0, 77], "77", (Parameter::EnergyTotal, None));
        assert!(text.contains("max_rate_per_hour = 2000.0"), "{text}");
    }

    #[test]
    fn without_a_parameter_the_point_is_left_open() {
        let rows = rows(Function::Holding, 4, &[2350]);
        let sought = Sought { expect: Some("2.35".parse().unwrap()), range: None };
        let candidates = rank(4, &rows, &sought);
        let paste = Paste {
            candidate: &candidates[0],
            function: Function::Holding,
            parameter: None,
            unit: None,
            range: None,
            first: 4,
            words: &[2350],
        };
        let point = paste.point();
        assert!(point.contains("parameter = \"?\"") && point.contains("unit = \"?\""), "{point}");
        assert_eq!(paste.example("x"), None);
        assert_eq!(ORDERS.len(), 4);
    }
}
