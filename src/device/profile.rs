//! A device profile: the register map of a device type, as `config/devices/*.toml` writes it.

use serde::{Deserialize, Serialize};

use super::sum::Addend;
use super::text::DeviceText;
use crate::core::{Parameter, Unit};
use crate::locales::{Text, device as words};

/// Most registers of one read, by the Modbus application protocol V1.1b3, §6.3 and §6.4.
pub const REGISTERS_MAX: u16 = 125;

/// The register map of one type of device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The file's name without `.toml`.
    pub id: String,
    /// Maker and type of the device, for people: in Chinese, then in English, or in one of them.
    pub name: String,
    /// Where the map comes from: manual, standard, driver.
    pub source: String,
    /// Who has seen it work on a real device, or why nobody has.
    pub verified_by: String,
    /// How sure the map is, 0 to 1.
    pub confidence: f64,
    /// Most registers that the device answers in one request, at most 125.
    #[serde(default = "default_registers_max")]
    pub registers_max: u16,
    /// Its values of several registers may be read by several requests, where `registers_max` is less than they take:
    /// what it answers to a part of a value is that part.
    #[serde(default)]
    pub in_parts: bool,
    #[serde(rename = "point")]
    pub points: Vec<Point>,
    /// What the device says of itself. Not polled.
    #[serde(rename = "text", default)]
    pub texts: Vec<DeviceText>,
    pub example: Option<Example>,
}

impl Profile {
    /// Its name in the reader's language. The Chinese part ends with the word of the last Chinese character; what
    /// follows is English where it has a word of four letters or more, and not just a number or a type.
    pub fn title(&self) -> Text {
        let name = self.name.trim();
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || c == '）';
        let rest = name.rfind(chinese).and_then(|last| name.get(last..));
        let Some((_, english)) = rest.and_then(|rest| rest.split_once(' ')) else {
            return Text::verbatim(name);
        };
        let mut parts = english.split(|c: char| !c.is_ascii_alphabetic());
        if !parts.any(|word| word.len() >= 4 && word.ends_with(|c: char| c.is_ascii_lowercase())) {
            return Text::verbatim(name);
        }
        let chinese = name.strip_suffix(english).unwrap_or(name);
        Text::both(chinese.trim().to_owned(), english.trim().to_owned())
    }
}

fn default_registers_max() -> u16 {
    REGISTERS_MAX
}

/// One value of a device: `(number + fraction + plus) × 10^exponent × scale + offset`, times the `factors`, in `unit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub parameter: Parameter,
    /// What the number is, where the parameter does not say it.
    pub measures: Option<Measures>,
    /// Which station of a device that gathers several. The device's settings name a station for each channel.
    pub channel: Option<String>,
    /// Function code to read it with: 1 coils, 2 discrete inputs, 3 holding, 4 input registers.
    pub function: Function,
    /// Of its first register on the wire, from 0.
    pub address: u16,
    #[serde(rename = "type")]
    pub point_type: PointType,
    /// ABCD unless the manual says otherwise.
    #[serde(default)]
    pub order: ByteOrder,
    /// The number is these bits of an unsigned one, from the lowest to the highest; 0 is the least significant.
    pub bits: Option<[u8; 2]>,
    /// Values of the number, where it is a code; a code that is not listed gives no value.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// The digits behind the decimal point, in the registers right after the number's.
    pub fraction: Option<Fraction>,
    /// Numbers of other registers that are added: sums, differences, totals in parts. All are read in one request.
    #[serde(default)]
    pub plus: Vec<Addend>,
    /// A register that holds a power of ten. `scale` is -1 where it counts decimal places.
    pub exponent: Option<Register>,
    /// Factor to the decoded number, before the unit is converted.
    #[serde(default = "one")]
    pub scale: f64,
    /// Added after the factor.
    #[serde(default)]
    pub offset: f64,
    /// Registers that hold factors, such as the ratios of transformers.
    #[serde(default)]
    pub factors: Vec<Register>,
    /// Unit of the result; converted to the parameter's canonical unit.
    pub unit: Unit,
    /// A register that names the unit in which the device reports; the value is then converted to `unit`.
    pub unit_code: Option<UnitCode>,
    /// Decoded numbers, before factor and offset, that mean "no value".
    #[serde(default)]
    pub invalid: Vec<f64>,
    /// Registers that have to lie in their `range` for the value to hold.
    #[serde(default)]
    pub requires: Vec<Register>,
    /// The range that the device can measure, in `unit`: outside it a reading fails.
    pub valid_range: Option<[f64; 2]>,
    /// Required of a counter.
    pub counter: Option<Counter>,
}

pub(super) fn one() -> f64 {
    1.0
}

/// What a point measures of its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measures {
    /// Of a level: the distance from the sensor down to the water 空高. The installation's adjustment reverses it.
    Distance,
}

/// The value of a number that is a code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The number in the register.
    pub code: f64,
    pub value: f64,
}

/// The digits behind a number's decimal point, read in one request with the number, since the two belong together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fraction {
    #[serde(rename = "type")]
    pub point_type: PointType,
    /// The number's where it is not given.
    pub order: Option<ByteOrder>,
    /// 0.001 where it counts thousandths.
    #[serde(default = "one")]
    pub scale: f64,
}

/// Another register that a point's value depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The point's where it is not given.
    pub function: Option<Function>,
    /// Address of its first register on the wire, from 0.
    pub address: u16,
    #[serde(rename = "type", default = "u16_type")]
    pub point_type: PointType,
    #[serde(default)]
    pub order: ByteOrder,
    /// The number is these bits of an unsigned one, from the lowest to the highest.
    pub bits: Option<[u8; 2]>,
    #[serde(default = "one")]
    pub scale: f64,
    /// Added after the factor.
    #[serde(default)]
    pub offset: f64,
    /// Limits of its number after factor and offset; outside them the point has no value.
    pub range: Option<[f64; 2]>,
}

pub(super) fn u16_type() -> PointType {
    PointType::U16
}

/// A register that names the unit in which a device reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitCode {
    /// The point's where it is not given.
    pub function: Option<Function>,
    /// Address on the wire, from 0.
    pub address: u16,
    /// The units by their codes; any other code gives no value.
    pub units: Vec<CodedUnit>,
}

/// A unit and the code that a device has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodedUnit {
    pub code: u16,
    pub unit: Unit,
}

/// A run of registers that a point needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub function: Function,
    /// First address on the wire.
    pub address: u16,
    pub count: u16,
}

impl Point {
    /// Number of registers of the number and its fraction.
    pub(super) fn own_registers(&self) -> u16 {
        let fraction = self.fraction.map(|fraction| fraction.point_type.registers());
        self.point_type.registers() + fraction.unwrap_or_default()
    }

    /// Number of registers that are read in one request for the number: its own, with its fraction, and up to those
    /// that are added to it.
    pub fn registers(&self) -> u16 {
        self.span().count
    }

    /// The runs of registers that decode the point, its own first, in the order that [`decode`](super::decode()) needs.
    pub fn parts(&self) -> Vec<Part> {
        let depends = self.depends().map(|register| Part {
            function: register.function.unwrap_or(self.function),
            address: register.address,
            count: register.point_type.registers(),
        });
        let unit = self.unit_code.iter().map(|unit| Part {
            function: unit.function.unwrap_or(self.function),
            address: unit.address,
            count: 1,
        });
        std::iter::once(self.span()).chain(depends).chain(unit).collect()
    }

    /// The registers that it depends on, without the unit's, in the order of its parts.
    pub(super) fn depends(&self) -> impl Iterator<Item = &Register> {
        let exponent = self.exponent.iter();
        exponent.chain(&self.factors).chain(&self.requires)
    }
}

/// How a counter's register behaves, in the point's `unit`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The value at which the register returns to zero; absent where it never does in practice.
    pub modulus: Option<f64>,
    /// The most that the register can grow in an hour.
    pub max_rate_per_hour: f64,
}

/// A Modbus function code that reads. The bits that codes 1 and 2 return are handled as registers that hold 0 or 1, so
/// that plan, slots and decoding are the same for all four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Function {
    Coils = 1,
    DiscreteInputs = 2,
    Holding = 3,
    Input = 4,
}

impl Function {
    /// Whether it reads single bits rather than registers.
    pub fn bits(self) -> bool {
        matches!(self, Self::Coils | Self::DiscreteInputs)
    }
}

impl TryFrom<u8> for Function {
    type Error = Text;
    fn try_from(code: u8) -> Result<Self, Text> {
        match code {
            1 => Ok(Self::Coils),
            2 => Ok(Self::DiscreteInputs),
            3 => Ok(Self::Holding),
            4 => Ok(Self::Input),
            _ => Err(words::function_does_not_read(code)),
        }
    }
}

impl From<Function> for u8 {
    fn from(function: Function) -> u8 {
        function as u8
    }
}

/// Type of a value in its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointType {
    /// A coil or a discrete input.
    Bit,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
    /// Four decimal digits, one in each half byte.
    Bcd16,
    /// Eight decimal digits.
    Bcd32,
    /// Sixteen decimal digits.
    Bcd64,
}

impl PointType {
    /// Its name in a profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bit => "bit",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bcd16 => "bcd16",
            Self::Bcd32 => "bcd32",
            Self::Bcd64 => "bcd64",
        }
    }

    /// The least and the largest number of a whole type; `None` of a float.
    pub(super) fn whole_numbers(self) -> Option<[f64; 2]> {
        let (two_16, two_32, two_64) = (65_536.0, 4_294_967_296.0, 18_446_744_073_709_551_616.0);
        Some(match self {
            Self::F32 | Self::F64 => return None,
            Self::Bit => [0.0, 1.0],
            Self::U16 => [0.0, two_16 - 1.0],
            Self::I16 => [-two_16 / 2.0, two_16 / 2.0 - 1.0],
            Self::U32 => [0.0, two_32 - 1.0],
            Self::I32 => [-two_32 / 2.0, two_32 / 2.0 - 1.0],
            // Beyond 2^53 a float has no ones.
            Self::U64 => [0.0, two_64],
            Self::I64 => [-two_64 / 2.0, two_64 / 2.0],
            Self::Bcd16 => [0.0, 9_999.0],
            Self::Bcd32 => [0.0, 99_999_999.0],
            Self::Bcd64 => [0.0, 9_999_999_999_999_999.0],
        })
    }

    pub fn registers(self) -> u16 {
        match self {
            Self::Bit | Self::U16 | Self::I16 | Self::Bcd16 => 1,
            Self::U32 | Self::I32 | Self::F32 | Self::Bcd32 => 2,
            Self::U64 | Self::I64 | Self::F64 | Self::Bcd64 => 4,
        }
    }
}

/// Order of the bytes of a value of several registers, A the most significant. The same holds for eight bytes: words
/// reversed (CDAB), bytes within words swapped (BADC), or both (DCBA).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ByteOrder {
    /// Big-endian, as in the Modbus specification.
    #[default]
    Abcd,
    /// Words reversed.
    Cdab,
    /// Bytes swapped within words.
    Badc,
    /// Little-endian.
    Dcba,
}

/// Registers as a device sent them, and the values that they must decode to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Where the registers come from.
    pub source: String,
    pub block: Vec<ExampleBlock>,
    /// The expected value by parameter or by `parameter@channel`, in its canonical unit. That of the parameter holds
    /// for all channels that are not named.
    pub expect: std::collections::BTreeMap<String, f64>,
}

/// A run of registers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleBlock {
    pub function: Function,
    pub address: u16,
    pub words: Vec<u16>,
}

#[cfg(test)]
mod tests {
    use crate::device::{parse, shipped};
    use crate::locales::Lang;

    #[test]
    fn a_name_in_two_languages_is_shown_in_one() {
        let (_, text) = shipped()[0];
        let mut profile = parse(text).unwrap();
        for (name, zh, en) in [
            (
                "QDY30 投入式液位计 Submersible level sensor",
                "QDY30 投入式液位计",
                "Submersible level sensor",
            ),
            (
                "电磁流量计（开封型） Flow meter of the type",
                "电磁流量计（开封型）",
                "Flow meter of the type",
            ),
            ("东门水表 No. 3", "东门水表 No. 3", "东门水表 No. 3"),
            ("A pump house's controller", "A pump house's controller", "A pump house's controller"),
            ("水表", "水表", "水表"),
        ] {
            profile.name = name.into();
            let title = profile.title();
            assert_eq!([title.within(Lang::Chinese), title.within(Lang::English)], [zh, en]);
        }
    }

    #[test]
    fn every_shipped_profile_has_a_name_in_both_languages() {
        for (id, text) in shipped() {
            let title = parse(text).unwrap().title();
            let (zh, en) = (title.within(Lang::Chinese), title.within(Lang::English));
            assert!(zh != en && en.is_ascii(), "{id}: {zh} / {en}");
        }
    }
}
