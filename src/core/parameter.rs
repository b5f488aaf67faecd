//! The catalogue of parameters that can be observed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Unit, shown};
use crate::locales::{Text, core as words};

/// How the values of a parameter behave in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A quantity at an instant: it may be averaged, never summed.
    Gauge,
    /// A register that only grows, until it rolls over or is reset: differences count.
    Counter,
    /// A code: neither averaged nor summed.
    State,
}

/// The properties of a parameter, the same for all of its series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSpec {
    /// Id in configuration, messages and files.
    pub id: &'static str,
    /// Name in the Chinese of the trade.
    pub name_zh: &'static str,
    pub name_en: &'static str,
    /// The canonical unit: all readings are kept in it.
    pub unit: Unit,
    pub kind: Kind,
    /// Smallest value physically possible in the service area; below it a reading fails the gross-range test.
    pub min: f64,
    /// Largest such value. Engineering judgement, wide on purpose: a device's own range is the sharper test.
    pub max: f64,
}

macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $name:ident: $id:literal, $zh:literal, $en:literal, $unit:ident, $kind:ident, $min:literal..$max:literal;
    )*) => {
        /// A parameter of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Parameter { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl Parameter {
            /// All parameters, in catalogue order.
            pub const ALL: &'static [Parameter] = &[$(Parameter::$name,)*];

            pub fn spec(self) -> &'static ParameterSpec {
                match self { $(Parameter::$name => &ParameterSpec {
                    id: $id, name_zh: $zh, name_en: $en, unit: Unit::$unit, kind: Kind::$kind, min: $min, max: $max,
                },)* }
            }
        }
    };
}

catalogue! {
    /// Water level above the station's datum. Elevations in Jiangxi lie between -12 m and 2158 m.
    Level: "level", "水位", "level", Metre, Gauge, -20.0..3000.0;
    /// Discharge through a meter or a section; negative is backflow.
    Flow: "flow", "流量", "flow", CubicMetrePerHour, Gauge, -100000.0..10000000.0;
    VolumeTotal: "volume_total", "累计水量", "volume register", CubicMetre, Counter, 0.0..10000000000.0;
    EnergyTotal: "energy_total", "累计电量", "energy register", KilowattHour, Counter, 0.0..1000000000.0;
    /// Active power drawn; a small negative value is a meter's zero error.
    Power: "power", "功率", "power", Kilowatt, Gauge, -10.0..10000.0;
    /// Supply voltage.
    Voltage: "voltage", "电压", "voltage", Volt, Gauge, 0.0..1000.0;
    /// 1 while a pump runs, 0 while it stands.
    RunState: "run_state", "运行状态", "run state", One, State, 0.0..1.0;
    RunHours: "run_hours", "累计运行时间", "run-hours register", Hour, Counter, 0.0..10000000.0;
    /// Output frequency of a drive, or of the mains at a meter.
    Frequency: "frequency", "频率", "frequency", Hertz, Gauge, 0.0..400.0;
    RainfallTotal: "rainfall_total", "累计雨量", "rain register", Millimetre, Counter, 0.0..1000000.0;
    /// Volumetric water content of soil: not the relative moisture that grades a drought.
    SoilMoisture: "soil_moisture", "土壤体积含水量", "soil moisture", Percent, Gauge, 0.0..100.0;
    SoilTemperature: "soil_temperature", "土壤温度", "soil temperature", DegreeCelsius, Gauge, -40.0..80.0;
    BatteryVoltage: "battery_voltage", "电池电压", "battery voltage", Volt, Gauge, 0.0..60.0;
    /// Current drawn. A current transformer's sign tells the direction.
    Current: "current", "电流", "current", Ampere, Gauge, -10000.0..10000.0;
    PowerFactor: "power_factor", "功率因数", "power factor", One, Gauge, -1.0..1.0;
    /// Gauge pressure in a pipe; negative on the suction side of a pump, no lower than a vacuum.
    Pressure: "pressure", "压力", "pressure", Kilopascal, Gauge, -101.325..10000.0;
    /// China's records are -53.0 and 49.6 degrees (national weather archives); a sensor in the sun shows more.
    AirTemperature: "air_temperature", "气温", "air temperature", DegreeCelsius, Gauge, -60.0..80.0;
    AirHumidity: "air_humidity", "相对湿度", "relative humidity", Percent, Gauge, 0.0..100.0;
    /// The strongest gust ever measured was 113.3 m/s (WMO, Barrow Island 1996).
    WindSpeed: "wind_speed", "风速", "wind speed", MetrePerSecond, Gauge, 0.0..120.0;
    /// Where the wind comes from, clockwise from north. A direction is not averaged.
    WindDirection: "wind_direction", "风向", "wind direction", Degree, State, 0.0..360.0;
    /// Below zero only where salt or motion keeps it from freezing.
    WaterTemperature: "water_temperature", "水温", "water temperature", DegreeCelsius, Gauge, -5.0..100.0;
    Conductivity: "conductivity", "电导率", "conductivity", MicrosiemensPerCentimetre, Gauge, 0.0..500000.0;
    Turbidity: "turbidity", "浊度", "turbidity", NephelometricTurbidityUnit, Gauge, 0.0..10000.0;
    Ph: "ph", "酸碱度", "pH", One, Gauge, 0.0..14.0;
    /// How far a gate is lifted.
    GateOpening: "gate_opening", "闸门开度", "gate opening", Metre, Gauge, 0.0..50.0;
    /// Of a device's radio, as received.
    SignalStrength: "signal_strength", "信号强度", "signal strength", DecibelMilliwatt, Gauge, -150.0..0.0;
}

impl ParameterSpec {
    pub fn name(&self) -> Text {
        Text::both(self.name_zh, self.name_en)
    }
}

impl Parameter {
    pub fn id(self) -> &'static str {
        self.spec().id
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Parameter {
    type Err = Text;
    fn from_str(text: &str) -> Result<Self, Text> {
        Self::ALL
            .iter()
            .copied()
            .find(|p| p.id() == text)
            .ok_or_else(|| words::not_a_parameter(format_args!("{:?}", shown(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_read_back() {
        for (i, p) in Parameter::ALL.iter().enumerate() {
            assert_eq!(p.id().parse::<Parameter>().unwrap(), *p);
            assert!(Parameter::ALL[..i].iter().all(|q| q.id() != p.id()));
            assert!(p.spec().min < p.spec().max);
            assert_eq!(serde_json::to_value(p).unwrap(), p.id());
        }
    }
}
