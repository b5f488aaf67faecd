//! Entities: their ids, what their properties are, and what they are related to.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::area::Place;
use super::expression::Value;
use super::facts::{Extent, Things, UNKNOWN};
use super::model::{Kind, is_id};
use super::terms;
use crate::core::{Parameter, Reading, Series};
use crate::locales::{Lang, Text, things as words};

/// GeoJSON (RFC 7946).
const GEO_JSON: &str = "application/geo+json";

/// The property of a datastream by which it says that a reading ahead of the clock is left out.
pub(super) const AHEAD_AT: &str = "aheadAt";

/// An entity. What the township has is numbered as [`Things`] has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entity {
    Thing(usize),
    Location(usize),
    Datastream(usize),
    Sensor(usize),
    ObservedProperty(usize),
    FeatureOfInterest(usize),
    /// A reading of a series, with what it counts as.
    Observation(usize, Reading, Option<f64>),
}

/// What an entity is related to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Set {
    /// One, or none.
    One(Option<Entity>),
    Many(Kind, Vec<Entity>),
    /// The readings of these series.
    Observations(Vec<usize>),
}

/// The words that programs get: they do not change with the reader's language.
pub(super) fn plain(text: &Text) -> String {
    text.within(Lang::English)
}

/// All entities of a kind.
pub(super) fn all(things: &Things, kind: Kind) -> Set {
    let stations = 0..things.township.stations.len();
    let entities = match kind {
        Kind::Thing => stations.map(Entity::Thing).collect(),
        Kind::Location => {
            let placed = stations.filter(|number| things.station(*number).place.is_some());
            placed.map(Entity::Location).collect()
        }
        Kind::HistoricalLocation => Vec::new(),
        Kind::Datastream => (0..things.series.len()).map(Entity::Datastream).collect(),
        Kind::Sensor => (0..things.sensors.len()).map(Entity::Sensor).collect(),
        Kind::ObservedProperty => {
            (0..things.parameters.len()).map(Entity::ObservedProperty).collect()
        }
        Kind::FeatureOfInterest => stations.map(Entity::FeatureOfInterest).collect(),
        Kind::Observation => return Set::Observations((0..things.series.len()).collect()),
    };
    Set::Many(kind, entities)
}

/// The entity of that id; not of an observation, which is looked up in the store.
pub(super) fn find(things: &Things, kind: Kind, id: &str) -> Option<Entity> {
    match kind {
        Kind::Thing => things.station_number(id).map(Entity::Thing),
        Kind::Location => {
            let number = things.station_number(id)?;
            things.station(number).place.map(|_| Entity::Location(number))
        }
        Kind::FeatureOfInterest => things.station_number(id).map(Entity::FeatureOfInterest),
        Kind::Datastream => things.series_number(id).map(Entity::Datastream),
        Kind::Sensor => things.sensors.iter().position(|known| known == id).map(Entity::Sensor),
        Kind::ObservedProperty => {
            let place = things.parameters.iter().position(|known| known.id() == id);
            place.map(Entity::ObservedProperty)
        }
        Kind::HistoricalLocation | Kind::Observation => None,
    }
}

/// The series and the time that an observation's id names: `pond-1/level/1661990400000`.
pub(super) fn observation(id: &str) -> Option<(Series, Timestamp)> {
    let (series, at_ms) = id.rsplit_once('/')?;
    let at = Timestamp::from_millisecond(at_ms.parse().ok()?).ok()?;
    Some((series.parse().ok()?, at))
}

impl Entity {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Thing(_) => Kind::Thing,
            Self::Location(_) => Kind::Location,
            Self::Datastream(_) => Kind::Datastream,
            Self::Sensor(_) => Kind::Sensor,
            Self::ObservedProperty(_) => Kind::ObservedProperty,
            Self::FeatureOfInterest(_) => Kind::FeatureOfInterest,
            Self::Observation(..) => Kind::Observation,
        }
    }

    pub fn id(&self, things: &Things) -> String {
        match self {
            Self::Thing(number) | Self::Location(number) | Self::FeatureOfInterest(number) => {
                things.station(*number).id.to_string()
            }
            Self::Datastream(number) => things.series[*number].to_string(),
            Self::Sensor(number) => things.sensors[*number].clone(),
            Self::ObservedProperty(number) => things.parameters[*number].to_string(),
            Self::Observation(_, reading, _) => {
                format!("{}/{}", reading.series, reading.observed_at.as_millisecond())
            }
        }
    }

    /// What the relation of that name leads to.
    pub fn related(&self, things: &Things, name: &str) -> Set {
        let one = |entity| Set::One(Some(entity));
        let streams = |wanted: &dyn Fn(usize) -> bool| {
            let numbers = (0..things.series.len()).filter(|number| wanted(*number));
            Set::Many(Kind::Datastream, numbers.map(Entity::Datastream).collect())
        };
        match (self, name) {
            (Self::Thing(number), "Locations") => {
                let placed = things.station(*number).place.is_some();
                let locations = if placed { vec![Self::Location(*number)] } else { Vec::new() };
                Set::Many(Kind::Location, locations)
            }
            (Self::Thing(number), "Datastreams") => {
                let numbers = things.series_of(*number);
                Set::Many(Kind::Datastream, numbers.map(Entity::Datastream).collect())
            }
            (Self::Location(number), "Things") => {
                Set::Many(Kind::Thing, vec![Self::Thing(*number)])
            }
            (Self::Datastream(number), "Thing") => one(Self::Thing(things.station_of(*number))),
            (Self::Datastream(number), "Sensor") => one(Self::Sensor(things.sensor_of(*number))),
            (Self::Datastream(number), "ObservedProperty") => {
                let parameter = things.series[*number].parameter;
                let place = things.parameters.binary_search(&parameter);
                Set::One(place.ok().map(Self::ObservedProperty))
            }
            (Self::Datastream(number), "Observations") => Set::Observations(vec![*number]),
            (Self::Sensor(number), "Datastreams") => {
                streams(&|series| things.sensor_of(series) == *number)
            }
            (Self::ObservedProperty(number), "Datastreams") => {
                let parameter = things.parameters[*number];
                streams(&|series| things.series[series].parameter == parameter)
            }
            (Self::Observation(series, ..), "Datastream") => one(Self::Datastream(*series)),
            (Self::Observation(series, ..), "FeatureOfInterest") => {
                one(Self::FeatureOfInterest(things.station_of(*series)))
            }
            (Self::FeatureOfInterest(number), "Observations") => {
                Set::Observations(things.series_of(*number).collect())
            }
            _ => Set::Many(Kind::HistoricalLocation, Vec::new()),
        }
    }

    /// The properties, without the id. Of a datastream, `extent` says when its readings were made.
    pub fn properties(&self, things: &Things, extent: Extent) -> Map<String, Json> {
        let properties = match self {
            Self::Thing(number) => thing(things, *number),
            Self::Location(number) => {
                let station = things.station(*number);
                json!({
                    "name": station.name,
                    "description": plain(&words::place_of(station.name.as_str())),
                    "encodingType": GEO_JSON,
                    "location": point(things, *number),
                })
            }
            Self::Datastream(number) => datastream(things, *number, extent),
            Self::Sensor(number) => sensor(&things.sensors[*number]),
            Self::ObservedProperty(number) => observed_property(things.parameters[*number]),
            Self::FeatureOfInterest(number) => {
                let station = things.station(*number);
                // Where the place is not known, a feature without geometry (RFC 7946 §3.2).
                let nowhere = || json!({ "type": "Feature", "geometry": null, "properties": {} });
                json!({
                    "name": station.name,
                    "description": plain(&station.kind.name()),
                    "encodingType": GEO_JSON,
                    "feature": point(things, *number).unwrap_or_else(nowhere),
                })
            }
            Self::Observation(_, reading, counted) => observed(reading, *counted),
        };
        match properties {
            Json::Object(properties) => properties,
            _ => Map::new(),
        }
    }

    /// The value at the end of a path, as a filter sees it.
    pub fn value(&self, things: &Things, extent: Extent, path: &[String]) -> Value {
        let Some((first, rest)) = path.split_first() else { return Value::Null };
        if self.kind().relation(first).is_some() {
            return match self.related(things, first) {
                Set::One(Some(other)) => other.value(things, Extent::default(), rest),
                _ => Value::Null,
            };
        }
        if is_id(first) {
            return Value::Text(self.id(things));
        }
        match (self, first.as_str(), extent) {
            (Self::Observation(_, reading, counted), ..) => reading_value(reading, *counted, path),
            (Self::Datastream(_), "phenomenonTime" | "resultTime", extent) => {
                extent.span.map_or(Value::Null, |(from, to)| Value::Span(from, to))
            }
            _ => {
                let properties = self.properties(things, extent);
                let found = properties
                    .get(first)
                    .and_then(|first| rest.iter().try_fold(first, |at, name| at.get(name)));
                found.map_or(Value::Null, of_json)
            }
        }
    }
}

/// The value at the end of a path of an observation, made without the whole of it: filters ask it of many.
pub(super) fn reading_value(reading: &Reading, counted: Option<f64>, path: &[String]) -> Value {
    let Some((first, rest)) = path.split_first() else { return Value::Null };
    match (first.as_str(), rest) {
        ("phenomenonTime" | "resultTime", []) => Value::Time(reading.observed_at),
        ("result", []) => result(reading, counted).map_or(Value::Null, Value::Number),
        ("id" | "@iot.id", []) => {
            let at_ms = reading.observed_at.as_millisecond();
            Value::Text(format!("{}/{at_ms}", reading.series))
        }
        ("resultQuality", [part]) => match part.as_str() {
            "flag" => Value::Number(f64::from(u8::from(reading.flag))),
            "name" => Value::Text(plain(&reading.flag.name())),
            "reason" => {
                reading.reason.map_or(Value::Null, |reason| Value::Text(reason.id().into()))
            }
            "counts" => Value::Bool(counted.is_some()),
            _ => Value::Null,
        },
        ("parameters", [part]) if part == "asItCame" => {
            came(reading, counted).map_or(Value::Null, Value::Number)
        }
        _ => Value::Null,
    }
}

fn of_json(json: &Json) -> Value {
    match json {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.as_f64().map_or(Value::Null, Value::Number),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(members) => place_of(members).map_or(Value::Null, Value::Place),
        Json::Null | Json::Array(_) => Value::Null,
    }
}

/// The place that an object is, if it is a GeoJSON point.
fn place_of(members: &Map<String, Json>) -> Option<Place> {
    if members.get("type").and_then(Json::as_str) != Some("Point") {
        return None;
    }
    let [x, y] = members.get("coordinates")?.as_array()?.as_slice() else { return None };
    Some([x.as_f64()?, y.as_f64()?])
}

fn thing(things: &Things, number: usize) -> Json {
    let station = things.station(number);
    let village = things.township.village_name(&station.village);
    json!({
        "name": station.name,
        "description": format!("{}, {village}", plain(&station.kind.name())),
        "properties": {
            "kind": station.kind,
            "village": station.village,
            "villageName": village,
            "township": things.township.name,
        },
    })
}

fn point(things: &Things, number: usize) -> Option<Json> {
    let place = things.station(number).place?;
    Some(json!({ "type": "Point", "coordinates": [place.longitude, place.latitude] }))
}

fn datastream(things: &Things, number: usize, extent: Extent) -> Json {
    let Series { parameter, .. } = things.series[number];
    let station = things.station(things.station_of(number));
    let spec = parameter.spec();
    let mut made = json!({
        "name": format!("{} {}", station.name, spec.name_en),
        "description": plain(&words::series_of(spec.name(), station.name.as_str())),
        "observationType": terms::MEASUREMENT,
        "unitOfMeasurement": terms::unit(spec.unit),
        "properties": { "kind": spec.kind },
    });
    if let Some(area) = point(things, things.station_of(number)) {
        made["observedArea"] = area;
    }
    if let Some(at) = extent.ahead_at {
        made["properties"][AHEAD_AT] = at.to_string().into();
    }
    if let Some((from, to)) = extent.span {
        let span = format!("{from}/{to}");
        made["phenomenonTime"] = span.as_str().into();
        made["resultTime"] = span.into();
    }
    made
}

fn sensor(profile: &str) -> Json {
    let description = match profile {
        UNKNOWN => words::sensor_unknown(),
        profile => words::sensor_of(profile),
    };
    let (encoding, metadata) = ("text/plain", profile);
    json!({
        "name": profile,
        "description": plain(&description),
        "encodingType": encoding,
        "metadata": metadata,
    })
}

fn observed_property(parameter: Parameter) -> Json {
    let spec = parameter.spec();
    json!({
        "name": spec.name_en,
        "definition": terms::parameter(parameter),
        "description": format!("{} ({})", spec.name_en, spec.name_zh),
        "properties": { "nameZh": spec.name_zh, "kind": spec.kind },
    })
}

/// What a reading is shown as: what it counts as, else as it came.
fn result(reading: &Reading, counted: Option<f64>) -> Option<f64> {
    counted.or_else(|| reading.value())
}

/// The value that came, where it counts as another.
fn came(reading: &Reading, counted: Option<f64>) -> Option<f64> {
    reading.value().filter(|came| counted.is_some_and(|counted| counted != *came))
}

fn observed(reading: &Reading, counted: Option<f64>) -> Json {
    let at = reading.observed_at.to_string();
    let came = came(reading, counted).map(|came| ("asItCame".to_owned(), came.into()));
    let parameters: Map<String, Json> = came.into_iter().collect();
    json!({
        "phenomenonTime": at,
        "resultTime": at,
        "result": result(reading, counted),
        "resultQuality": {
            "flag": u8::from(reading.flag),
            "name": plain(&reading.flag.name()),
            "reason": reading.reason.map(|reason| reason.id()),
            "counts": counted.is_some(),
        },
        "parameters": parameters,
    })
}
