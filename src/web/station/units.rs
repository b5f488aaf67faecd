//! How values of each parameter are written on the page.

use crate::core::{Parameter, Unit};
use crate::locales::Text;

/// Decimals that the sensors of a parameter carry. Engineering judgement: one more is noise.
pub(super) fn decimals(parameter: Parameter) -> usize {
    match parameter {
        Parameter::Level
        | Parameter::Power
        | Parameter::BatteryVoltage
        | Parameter::PowerFactor
        | Parameter::Ph
        | Parameter::GateOpening => 2,
        Parameter::RunState
        | Parameter::WindDirection
        | Parameter::Conductivity
        | Parameter::SignalStrength => 0,
        _ => 1,
    }
}

/// The least height of an axis, in the unit of the parameter: a smaller one would show noise as if it were something.
/// Engineering judgement.
pub(super) fn least_span(parameter: Parameter) -> f64 {
    match parameter {
        Parameter::Level | Parameter::PowerFactor | Parameter::GateOpening => 0.2,
        Parameter::SoilMoisture | Parameter::SoilTemperature | Parameter::Voltage => 5.0,
        _ => 1.0,
    }
}

/// A unit as people read it.
pub(super) fn unit_words(unit: Unit) -> Text {
    Text::verbatim(match unit {
        Unit::CubicMetre => "m³",
        Unit::CubicMetrePerHour => "m³/h",
        Unit::DegreeCelsius => "°C",
        Unit::Degree => "°",
        Unit::MicrosiemensPerCentimetre => "µS/cm",
        Unit::One => "",
        other => other.symbol(),
    })
}

/// A value with the decimals of its parameter; `—` where it is not finite.
pub(super) fn value(parameter: Parameter, value: f64) -> String {
    match value.is_finite() {
        true => format!("{value:.*}", decimals(parameter)),
        false => "—".to_owned(),
    }
}

/// The same with its unit.
pub(super) fn with_unit(parameter: Parameter, of: f64) -> String {
    let unit = unit_words(parameter.spec().unit).to_string();
    format!("{} {unit}", value(parameter, of)).trim_end().to_owned()
}
