//! What other systems call our units and parameters: terms of QUDT (qudt.org), and of ODM2 (vocabulary.odm2.org) where
//! that is more exact. Where neither has one, it is a name of our own.

use serde_json::{Value, json};

use super::entity::plain;
use crate::core::{Parameter, Unit};
use crate::locales::{Text, things as words};

/// A number with a unit, as all of our results are.
pub(super) const MEASUREMENT: &str =
    "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement";

/// The unit of a parameter: its name, how it is written, and its term.
pub(super) fn unit(unit: Unit) -> Value {
    let (name, term) = match unit {
        Unit::Metre => (words::unit_metre(), "M"),
        Unit::Millimetre => (words::unit_millimetre(), "MilliM"),
        Unit::CubicMetrePerHour => (words::unit_cubic_metre_per_hour(), "M3-PER-HR"),
        Unit::CubicMetre => (words::unit_cubic_metre(), "M3"),
        Unit::KilowattHour => (words::unit_kilowatt_hour(), "KiloW-HR"),
        Unit::Kilowatt => (words::unit_kilowatt(), "KiloW"),
        Unit::Volt => (words::unit_volt(), "V"),
        Unit::Ampere => (words::unit_ampere(), "A"),
        Unit::Hertz => (words::unit_hertz(), "HZ"),
        Unit::Hour => (words::unit_hour(), "HR"),
        Unit::Percent => (words::unit_percent(), "PERCENT"),
        Unit::DegreeCelsius => (words::unit_degree_celsius(), "DEG_C"),
        Unit::Kilopascal => (words::unit_kilopascal(), "KiloPA"),
        Unit::MetrePerSecond => (words::unit_metre_per_second(), "M-PER-SEC"),
        Unit::Degree => (words::unit_degree(), "DEG"),
        Unit::MicrosiemensPerCentimetre => {
            (words::unit_microsiemens_per_centimetre(), "MicroS-PER-CentiM")
        }
        Unit::NephelometricTurbidityUnit => (words::unit_nephelometric_turbidity_unit(), "NTU"),
        Unit::DecibelMilliwatt => (words::unit_decibel_milliwatt(), "DeciB_M"),
        Unit::One => (words::unit_one(), "UNITLESS"),
        // No parameter is kept in another unit: the test below goes through all.
        other => (Text::verbatim(other.symbol()), "UNITLESS"),
    };
    let definition = format!("http://qudt.org/vocab/unit/{term}");
    json!({ "name": plain(&name), "symbol": unit.symbol(), "definition": definition })
}

/// The term of a parameter.
pub(super) fn parameter(parameter: Parameter) -> String {
    let odm2 = |term: &str| format!("http://vocabulary.odm2.org/variablename/{term}/");
    let qudt = |term: &str| format!("http://qudt.org/vocab/quantitykind/{term}");
    match parameter {
        Parameter::Level => odm2("gageHeight"),
        Parameter::Flow => odm2("discharge"),
        Parameter::VolumeTotal => qudt("Volume"),
        Parameter::EnergyTotal => qudt("ActiveEnergy"),
        Parameter::Power => qudt("ActivePower"),
        Parameter::Voltage => qudt("Voltage"),
        Parameter::RunHours => qudt("Time"),
        Parameter::Frequency => qudt("Frequency"),
        Parameter::RainfallTotal => odm2("precipitation"),
        Parameter::SoilMoisture => odm2("volumetricWaterContent"),
        Parameter::SoilTemperature | Parameter::AirTemperature | Parameter::WaterTemperature => {
            odm2("temperature")
        }
        Parameter::BatteryVoltage => odm2("batteryVoltage"),
        Parameter::Current => qudt("ElectricCurrent"),
        Parameter::PowerFactor => qudt("PowerFactor"),
        Parameter::Pressure => qudt("GaugePressure"),
        Parameter::AirHumidity => odm2("relativeHumidity"),
        Parameter::WindSpeed => odm2("windSpeed"),
        Parameter::WindDirection => odm2("windDirection"),
        Parameter::Conductivity => odm2("electricalConductivity"),
        Parameter::Turbidity => odm2("turbidity"),
        Parameter::Ph => odm2("pH"),
        Parameter::RunState | Parameter::GateOpening | Parameter::SignalStrength => {
            format!("urn:hanqing:parameter:{parameter}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_a_term_and_a_unit_that_other_systems_know() {
        for one in Parameter::ALL.iter().copied() {
            let unit = unit(one.spec().unit);
            let is_one = unit["definition"] == "http://qudt.org/vocab/unit/UNITLESS";
            assert_eq!(is_one, one.spec().unit == Unit::One, "{one}: {unit}");
            assert!(parameter(one).contains(':'), "{one}");
        }
    }
}
