//! Which readings of other programs the hub takes: `[[publisher]]` of its configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::{GatewayId, Kind, Parameter, Series, StationId, Unit};
use crate::interop::incoming::{Format, Place, Pointers, TimeForm, dev_eui};
use crate::quality::SeriesRules;
use crate::wire::{Birth, BirthSeries, CounterSpec};

/// A program that publishes readings over the same broker, in a format of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherSettings {
    /// Its name as a gateway, no other's.
    pub gateway: GatewayId,
    pub format: Format,
    /// Topic filters of its messages.
    pub topics: Vec<String>,
    /// How often readings of its series come at least, s: when two in a row do not, it is silent.
    pub interval_s: u32,
    /// How times are written, for the formats that do not say.
    #[serde(default)]
    pub time_form: Option<TimeForm>,
    /// A reading without a time is of when it arrived.
    #[serde(default)]
    pub arrival_time: bool,
    /// JSON pointers for plain JSON: to the list of records, to the time of a record, to its name.
    #[serde(default)]
    pub records: Option<String>,
    #[serde(default)]
    pub time: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// A Sparkplug node is asked for its births where the hub needs them.
    #[serde(default)]
    pub rebirth: bool,
    #[serde(default)]
    pub series: Vec<PublishedSeries>,
}

/// A series, and where its values are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedSeries {
    pub station: StationId,
    pub parameter: Parameter,
    /// Of the value after `scale` and `offset`.
    pub unit: Unit,
    /// The value is what was published times `scale` plus `offset`.
    #[serde(default = "one")]
    pub scale: f64,
    #[serde(default)]
    pub offset: f64,
    /// The value at which a counter rolls over to zero, in `unit`.
    #[serde(default)]
    pub modulus: Option<f64>,
    /// The most that a counter can grow in an hour, in `unit`.
    #[serde(default)]
    pub max_rate_per_hour: Option<f64>,
    /// What the sensor can measure, in the parameter's unit; without it, what the parameter can be.
    #[serde(default)]
    pub range: Option<[f64; 2]>,
    /// Tests beside that of the range.
    #[serde(default)]
    pub quality: SeriesRules,

    /// Telegraf and line protocol.
    #[serde(default)]
    pub measurement: Option<String>,
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Sparkplug.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub node: Option<String>,
    #[serde(default)]
    pub device: Option<String>,
    #[serde(default)]
    pub metric: Option<String>,
    /// LoRaWAN, and `pointer` into the decoded object.
    #[serde(default)]
    pub dev_eui: Option<String>,
    #[serde(default)]
    pub pointer: Option<String>,
    /// Plain JSON, and `pointer` into the record.
    #[serde(default)]
    pub topic: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

fn one() -> f64 {
    1.0
}

impl PublishedSeries {
    pub fn series(&self) -> Series {
        Series::new(self.station.clone(), self.parameter)
    }

    /// Where its values are found in messages of `format`; `None` where it does not say.
    pub fn place(&self, format: Format) -> Option<Place> {
        Some(match format {
            Format::TelegrafJson | Format::LineProtocol => Place::Metric {
                measurement: self.measurement.clone()?,
                field: self.field.clone()?,
                tags: self.tags.clone().into_iter().collect(),
            },
            Format::Sparkplug => Place::Sparkplug {
                group: self.group.clone()?,
                node: self.node.clone()?,
                device: self.device.clone(),
                metric: self.metric.clone()?,
            },
            Format::Chirpstack | Format::ThingsStack => Place::Device {
                dev_eui: dev_eui(self.dev_eui.as_deref()?)?,
                pointer: self.pointer.clone()?,
            },
            Format::Json => Place::Json {
                topic: self.topic.clone(),
                name: self.name.clone(),
                pointer: self.pointer.clone()?,
            },
        })
    }

    /// The factor from `unit` to the parameter's; `None` where they do not convert.
    pub fn factor(&self) -> Option<f64> {
        self.unit.factor_to(self.parameter.spec().unit)
    }

    /// How its register behaves, in the parameter's unit; `None` where it is none.
    fn counter(&self) -> Option<CounterSpec> {
        let factor = self.factor()?;
        let counts = self.parameter.spec().kind == Kind::Counter;
        counts.then(|| CounterSpec {
            modulus: self.modulus.map(|modulus| modulus * factor),
            max_rate_per_hour: self.max_rate_per_hour.map(|rate| rate * factor),
        })
    }
}

impl PublisherSettings {
    /// The form of its times where its messages do not say: Telegraf's default, and line protocol's.
    pub fn form(&self) -> TimeForm {
        self.time_form.unwrap_or(match self.format {
            Format::LineProtocol => TimeForm::Ns,
            _ => TimeForm::S,
        })
    }

    /// Where the parts of a JSON document are.
    pub(super) fn pointers(&self) -> Pointers {
        let time = self.time.clone().map(|pointer| (pointer, self.form()));
        Pointers { records: self.records.clone(), time, name: self.name.clone() }
    }

    /// What a gateway announces that reads these series. It has no version, and its configuration is the office's.
    pub(super) fn birth(&self) -> Birth {
        let series = self.series.iter().map(|one| BirthSeries {
            series: one.series(),
            unit: one.parameter.spec().unit,
            interval_s: self.interval_s,
            counter: one.counter(),
        });
        Birth::new("", String::new(), series.collect())
    }
}
