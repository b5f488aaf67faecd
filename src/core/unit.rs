//! Units in which devices report and parameters are stored.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A conventional metre of water, Pa.
const METRE_OF_WATER_PA: f64 = 9806.65;

/// A physical unit. Each belongs to one dimension; conversion within it is a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    #[serde(rename = "m")]
    Metre,
    #[serde(rename = "cm")]
    Centimetre,
    #[serde(rename = "mm")]
    Millimetre,
    // Pressures, read as the length of a water column: see `base`.
    #[serde(rename = "MPa")]
    Megapascal,
    #[serde(rename = "kPa")]
    Kilopascal,
    #[serde(rename = "Pa")]
    Pascal,
    #[serde(rename = "hPa")]
    Hectopascal,
    #[serde(rename = "bar")]
    Bar,
    #[serde(rename = "mbar")]
    Millibar,
    #[serde(rename = "kg/cm2")]
    KilogramForcePerSquareCentimetre,
    #[serde(rename = "psi")]
    PoundForcePerSquareInch,
    #[serde(rename = "mH2O")]
    MetreOfWater,
    #[serde(rename = "mmH2O")]
    MillimetreOfWater,
    #[serde(rename = "m3/h")]
    CubicMetrePerHour,
    #[serde(rename = "L/s")]
    LitrePerSecond,
    #[serde(rename = "L/min")]
    LitrePerMinute,
    #[serde(rename = "L/h")]
    LitrePerHour,
    #[serde(rename = "m3/s")]
    CubicMetrePerSecond,
    #[serde(rename = "m3/min")]
    CubicMetrePerMinute,
    #[serde(rename = "m3/d")]
    CubicMetrePerDay,
    #[serde(rename = "m3")]
    CubicMetre,
    #[serde(rename = "L")]
    Litre,
    #[serde(rename = "kWh")]
    KilowattHour,
    #[serde(rename = "Wh")]
    WattHour,
    #[serde(rename = "MWh")]
    MegawattHour,
    #[serde(rename = "kW")]
    Kilowatt,
    #[serde(rename = "W")]
    Watt,
    #[serde(rename = "MW")]
    Megawatt,
    #[serde(rename = "V")]
    Volt,
    #[serde(rename = "mV")]
    Millivolt,
    #[serde(rename = "A")]
    Ampere,
    #[serde(rename = "mA")]
    Milliampere,
    #[serde(rename = "Hz")]
    Hertz,
    #[serde(rename = "h")]
    Hour,
    #[serde(rename = "min")]
    Minute,
    #[serde(rename = "s")]
    Second,
    #[serde(rename = "%")]
    Percent,
    #[serde(rename = "degC")]
    DegreeCelsius,
    #[serde(rename = "m/s")]
    MetrePerSecond,
    #[serde(rename = "km/h")]
    KilometrePerHour,
    #[serde(rename = "deg")]
    Degree,
    #[serde(rename = "uS/cm")]
    MicrosiemensPerCentimetre,
    #[serde(rename = "mS/cm")]
    MillisiemensPerCentimetre,
    #[serde(rename = "NTU")]
    NephelometricTurbidityUnit,
    #[serde(rename = "dBm")]
    DecibelMilliwatt,
    /// No unit: a state or a code.
    #[serde(rename = "1")]
    One,
}

/// A unit's dimension. The pressure of a water column counts as a length here.
#[derive(PartialEq, Eq)]
enum Dimension {
    Length,
    Flow,
    Volume,
    Energy,
    Power,
    Voltage,
    Frequency,
    Time,
    Share,
    Temperature,
    Current,
    Speed,
    Angle,
    Conductivity,
    Turbidity,
    Signal,
    None,
}

impl Unit {
    /// The dimension, and the factor to its base unit.
    fn base(self) -> (Dimension, f64) {
        match self {
            Unit::Metre => (Dimension::Length, 1.0),
            Unit::Centimetre => (Dimension::Length, 0.01),
            Unit::Millimetre => (Dimension::Length, 0.001),
            // Pressures by the conventional metre of water, 1000 kg/m3 x 9.80665 m/s2 = 9806.65 Pa (NIST SP 811, B.8;
            // water of 4 degrees: at 30 degrees the column is 0.4 % longer).
            Unit::Megapascal => (Dimension::Length, 1e6 / METRE_OF_WATER_PA),
            Unit::Kilopascal => (Dimension::Length, 1e3 / METRE_OF_WATER_PA),
            Unit::Pascal => (Dimension::Length, 1.0 / METRE_OF_WATER_PA),
            Unit::Hectopascal => (Dimension::Length, 1e2 / METRE_OF_WATER_PA),
            Unit::Bar => (Dimension::Length, 1e5 / METRE_OF_WATER_PA),
            Unit::Millibar => (Dimension::Length, 1e2 / METRE_OF_WATER_PA),
            // 98066.5 Pa: ten metres to the digit.
            Unit::KilogramForcePerSquareCentimetre => (Dimension::Length, 10.0),
            // 6894.757 Pa (NIST SP 811, appendix B.8).
            Unit::PoundForcePerSquareInch => (Dimension::Length, 6894.757 / METRE_OF_WATER_PA),
            Unit::MetreOfWater => (Dimension::Length, 1.0),
            Unit::MillimetreOfWater => (Dimension::Length, 0.001),
            Unit::CubicMetrePerHour => (Dimension::Flow, 1.0),
            Unit::LitrePerSecond => (Dimension::Flow, 3.6),
            Unit::LitrePerMinute => (Dimension::Flow, 0.06),
            Unit::LitrePerHour => (Dimension::Flow, 0.001),
            Unit::CubicMetrePerSecond => (Dimension::Flow, 3600.0),
            Unit::CubicMetrePerMinute => (Dimension::Flow, 60.0),
            Unit::CubicMetrePerDay => (Dimension::Flow, 1.0 / 24.0),
            Unit::CubicMetre => (Dimension::Volume, 1.0),
            Unit::Litre => (Dimension::Volume, 0.001),
            Unit::KilowattHour => (Dimension::Energy, 1.0),
            Unit::WattHour => (Dimension::Energy, 0.001),
            Unit::MegawattHour => (Dimension::Energy, 1000.0),
            Unit::Kilowatt => (Dimension::Power, 1.0),
            Unit::Watt => (Dimension::Power, 0.001),
            Unit::Megawatt => (Dimension::Power, 1000.0),
            Unit::Volt => (Dimension::Voltage, 1.0),
            Unit::Millivolt => (Dimension::Voltage, 0.001),
            Unit::Ampere => (Dimension::Current, 1.0),
            Unit::Milliampere => (Dimension::Current, 0.001),
            Unit::Hertz => (Dimension::Frequency, 1.0),
            Unit::Hour => (Dimension::Time, 1.0),
            Unit::Minute => (Dimension::Time, 1.0 / 60.0),
            Unit::Second => (Dimension::Time, 1.0 / 3600.0),
            Unit::Percent => (Dimension::Share, 1.0),
            Unit::DegreeCelsius => (Dimension::Temperature, 1.0),
            Unit::MetrePerSecond => (Dimension::Speed, 1.0),
            Unit::KilometrePerHour => (Dimension::Speed, 1.0 / 3.6),
            Unit::Degree => (Dimension::Angle, 1.0),
            Unit::MicrosiemensPerCentimetre => (Dimension::Conductivity, 1.0),
            Unit::MillisiemensPerCentimetre => (Dimension::Conductivity, 1000.0),
            Unit::NephelometricTurbidityUnit => (Dimension::Turbidity, 1.0),
            Unit::DecibelMilliwatt => (Dimension::Signal, 1.0),
            Unit::One => (Dimension::None, 1.0),
        }
    }

    /// The factor that converts a value from `self` to `to`; `None` where their dimensions differ.
    pub fn factor_to(self, to: Unit) -> Option<f64> {
        let ((from_dimension, from), (to_dimension, into)) = (self.base(), to.base());
        (from_dimension == to_dimension).then_some(if self == to { 1.0 } else { from / into })
    }

    /// The unit in print and in configuration.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Metre => "m",
            Unit::Centimetre => "cm",
            Unit::Millimetre => "mm",
            Unit::Megapascal => "MPa",
            Unit::Kilopascal => "kPa",
            Unit::Pascal => "Pa",
            Unit::Hectopascal => "hPa",
            Unit::Bar => "bar",
            Unit::Millibar => "mbar",
            Unit::KilogramForcePerSquareCentimetre => "kg/cm2",
            Unit::PoundForcePerSquareInch => "psi",
            Unit::MetreOfWater => "mH2O",
            Unit::MillimetreOfWater => "mmH2O",
            Unit::CubicMetrePerHour => "m3/h",
            Unit::LitrePerSecond => "L/s",
            Unit::LitrePerMinute => "L/min",
            Unit::LitrePerHour => "L/h",
            Unit::CubicMetrePerSecond => "m3/s",
            Unit::CubicMetrePerMinute => "m3/min",
            Unit::CubicMetrePerDay => "m3/d",
            Unit::CubicMetre => "m3",
            Unit::Litre => "L",
            Unit::KilowattHour => "kWh",
            Unit::WattHour => "Wh",
            Unit::MegawattHour => "MWh",
            Unit::Kilowatt => "kW",
            Unit::Watt => "W",
            Unit::Megawatt => "MW",
            Unit::Volt => "V",
            Unit::Millivolt => "mV",
            Unit::Ampere => "A",
            Unit::Milliampere => "mA",
            Unit::Hertz => "Hz",
            Unit::Hour => "h",
            Unit::Minute => "min",
            Unit::Second => "s",
            Unit::Percent => "%",
            Unit::DegreeCelsius => "degC",
            Unit::MetrePerSecond => "m/s",
            Unit::KilometrePerHour => "km/h",
            Unit::Degree => "deg",
            Unit::MicrosiemensPerCentimetre => "uS/cm",
            Unit::MillisiemensPerCentimetre => "mS/cm",
            Unit::NephelometricTurbidityUnit => "NTU",
            Unit::DecibelMilliwatt => "dBm",
            Unit::One => "1",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_within_a_dimension_only() {
        assert_eq!(Unit::Millimetre.factor_to(Unit::Metre), Some(0.001));
        assert_eq!(Unit::WattHour.factor_to(Unit::KilowattHour), Some(0.001));
        assert_eq!(Unit::Metre.factor_to(Unit::KilowattHour), None);
        let kpa = Unit::Kilopascal.factor_to(Unit::Metre).unwrap();
        assert!((kpa - 0.10197).abs() < 1e-5);
        let psi = Unit::PoundForcePerSquareInch.factor_to(Unit::Metre);
        assert!((psi.unwrap() - 0.70307).abs() < 1e-5);
        assert_eq!(Unit::LitrePerMinute.factor_to(Unit::CubicMetrePerHour), Some(0.06));
    }
}
