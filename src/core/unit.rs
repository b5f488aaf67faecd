//! Units that devices report in and that parameters are kept in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A physical unit. Each belongs to one dimension; conversion within it is a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Unit {
    #[serde(rename = "m")]
    Metre,
    #[serde(rename = "cm")]
    Centimetre,
    #[serde(rename = "mm")]
    Millimetre,
    /// Pressure of a water column, read as a length of water: 1 kPa = 0.10197 m H2O.
    #[serde(rename = "kPa")]
    Kilopascal,
    #[serde(rename = "m3/h")]
    CubicMetrePerHour,
    #[serde(rename = "L/s")]
    LitrePerSecond,
    #[serde(rename = "m3")]
    CubicMetre,
    #[serde(rename = "L")]
    Litre,
    #[serde(rename = "kWh")]
    KilowattHour,
    #[serde(rename = "Wh")]
    WattHour,
    #[serde(rename = "kW")]
    Kilowatt,
    #[serde(rename = "W")]
    Watt,
    #[serde(rename = "V")]
    Volt,
    #[serde(rename = "Hz")]
    Hertz,
    #[serde(rename = "h")]
    Hour,
    #[serde(rename = "%")]
    Percent,
    #[serde(rename = "degC")]
    DegreeCelsius,
    /// No unit: a state or a code.
    #[serde(rename = "1")]
    One,
}

/// The dimension a unit belongs to. A water column's pressure counts as length here.
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
    None,
}

impl Unit {
    /// Dimension, and the factor that takes a value to the dimension's base unit.
    fn base(self) -> (Dimension, f64) {
        match self {
            Unit::Metre => (Dimension::Length, 1.0),
            Unit::Centimetre => (Dimension::Length, 0.01),
            Unit::Millimetre => (Dimension::Length, 0.001),
            // 1 kPa / (1000 kg/m3 x 9.80665 m/s2), water at 4 degrees.
            Unit::Kilopascal => (Dimension::Length, 0.101_971_6),
            Unit::CubicMetrePerHour => (Dimension::Flow, 1.0),
            Unit::LitrePerSecond => (Dimension::Flow, 3.6),
            Unit::CubicMetre => (Dimension::Volume, 1.0),
            Unit::Litre => (Dimension::Volume, 0.001),
            Unit::KilowattHour => (Dimension::Energy, 1.0),
            Unit::WattHour => (Dimension::Energy, 0.001),
            Unit::Kilowatt => (Dimension::Power, 1.0),
            Unit::Watt => (Dimension::Power, 0.001),
            Unit::Volt => (Dimension::Voltage, 1.0),
            Unit::Hertz => (Dimension::Frequency, 1.0),
            Unit::Hour => (Dimension::Time, 1.0),
            Unit::Percent => (Dimension::Share, 1.0),
            Unit::DegreeCelsius => (Dimension::Temperature, 1.0),
            Unit::One => (Dimension::None, 1.0),
        }
    }

    /// The factor that takes a value in `self` to `to`; `None` where the two measure different things.
    pub fn factor_to(self, to: Unit) -> Option<f64> {
        let ((from_dimension, from), (to_dimension, into)) = (self.base(), to.base());
        (from_dimension == to_dimension).then_some(if self == to { 1.0 } else { from / into })
    }

    /// The unit as it is printed and as it is written in configuration.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Metre => "m",
            Unit::Centimetre => "cm",
            Unit::Millimetre => "mm",
            Unit::Kilopascal => "kPa",
            Unit::CubicMetrePerHour => "m3/h",
            Unit::LitrePerSecond => "L/s",
            Unit::CubicMetre => "m3",
            Unit::Litre => "L",
            Unit::KilowattHour => "kWh",
            Unit::WattHour => "Wh",
            Unit::Kilowatt => "kW",
            Unit::Watt => "W",
            Unit::Volt => "V",
            Unit::Hertz => "Hz",
            Unit::Hour => "h",
            Unit::Percent => "%",
            Unit::DegreeCelsius => "degC",
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
    }
}
