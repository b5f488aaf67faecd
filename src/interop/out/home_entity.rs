//! What Home Assistant is told of each parameter: kind of entity, class, unit.
//!
//! Classes, their units and state classes are those of its documentation of the integrations Sensor and Binary Sensor,
//! as of 2024.3; `tests/it/interop_formats.rs` holds them to its own code.

use crate::core::{Kind, Parameter, Unit};

/// A parameter as an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entity {
    pub(super) component: Component,
    /// `None` where no class has the unit.
    pub(super) device_class: Option<&'static str>,
    /// In Home Assistant's notation; `None` for a number without one.
    pub(super) unit: Option<&'static str>,
    /// How its long-term statistics are made; `None` for none.
    pub(super) state_class: Option<&'static str>,
    /// Whether it says something of the device and nothing of the water.
    pub(super) diagnostic: bool,
}

/// What a discovery message announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Component {
    Sensor,
    BinarySensor,
}

impl Component {
    /// Its level of the topic.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Sensor => "sensor",
            Self::BinarySensor => "binary_sensor",
        }
    }
}

impl Entity {
    pub(super) fn of(parameter: Parameter) -> Self {
        let spec = parameter.spec();
        Self {
            component: match parameter {
                Parameter::RunState => Component::BinarySensor,
                _ => Component::Sensor,
            },
            device_class: device_class(parameter),
            unit: unit(spec.unit),
            state_class: match spec.kind {
                Kind::Gauge => Some("measurement"),
                Kind::Counter => Some("total_increasing"),
                Kind::State => None,
            },
            diagnostic: matches!(parameter, Parameter::BatteryVoltage | Parameter::SignalStrength),
        }
    }
}

fn device_class(parameter: Parameter) -> Option<&'static str> {
    match parameter {
        Parameter::Level | Parameter::GateOpening => Some("distance"),
        Parameter::Flow => Some("volume_flow_rate"),
        Parameter::VolumeTotal => Some("water"),
        Parameter::EnergyTotal => Some("energy"),
        Parameter::Power => Some("power"),
        Parameter::Voltage | Parameter::BatteryVoltage => Some("voltage"),
        Parameter::RunState => Some("running"),
        Parameter::RunHours => Some("duration"),
        Parameter::Frequency => Some("frequency"),
        Parameter::RainfallTotal => Some("precipitation"),
        Parameter::SoilMoisture => Some("moisture"),
        Parameter::SoilTemperature | Parameter::AirTemperature | Parameter::WaterTemperature => {
            Some("temperature")
        }
        Parameter::Current => Some("current"),
        Parameter::PowerFactor => Some("power_factor"),
        Parameter::Pressure => Some("pressure"),
        Parameter::AirHumidity => Some("humidity"),
        Parameter::WindSpeed => Some("wind_speed"),
        Parameter::Ph => Some("ph"),
        Parameter::SignalStrength => Some("signal_strength"),
        // Classes of later versions only, or none.
        Parameter::WindDirection | Parameter::Conductivity | Parameter::Turbidity => None,
    }
}

/// A unit as Home Assistant writes it, of those that parameters are kept in.
fn unit(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::One => None,
        Unit::CubicMetrePerHour => Some("m³/h"),
        Unit::CubicMetre => Some("m³"),
        Unit::DegreeCelsius => Some("°C"),
        Unit::Degree => Some("°"),
        Unit::MicrosiemensPerCentimetre => Some("µS/cm"),
        other => Some(other.symbol()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unit_is_left_in_our_own_notation() {
        for parameter in Parameter::ALL {
            let entity = Entity::of(*parameter);
            let unit = entity.unit.unwrap_or_default();
            assert!(!unit.contains(['3', '2']) && !unit.starts_with("deg"), "{parameter}: {unit}");
            assert_eq!(entity.unit.is_none(), parameter.spec().unit == Unit::One);
        }
    }

    #[test]
    fn counters_grow_and_states_have_no_mean() {
        let class = |parameter| Entity::of(parameter).state_class;
        assert_eq!(class(Parameter::EnergyTotal), Some("total_increasing"));
        assert_eq!(class(Parameter::Level), Some("measurement"));
        assert_eq!(class(Parameter::WindDirection), None);
        assert_eq!(Entity::of(Parameter::RunState).component, Component::BinarySensor);
    }
}
