//! The kinds of entities, their properties and relations (OGC 18-088, 8.2), and what a filter may ask of them.

use super::expression::{Expression, Function, Value};
use crate::core::nearest;
use crate::locales::{Text, things as words};

/// A kind of entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Thing,
    Location,
    HistoricalLocation,
    Datastream,
    Sensor,
    ObservedProperty,
    Observation,
    FeatureOfInterest,
}

/// What a value of a property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Number,
    Text,
    Time,
    /// An object, of whose members nothing is known beforehand.
    Object,
    /// Such an object that is a place.
    Place,
    Area,
    /// Whatever it is.
    Any,
}

/// A relation: its name, what it leads to, and whether to many.
pub(super) type Relation = (&'static str, Kind, bool);

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Thing,
        Self::Location,
        Self::HistoricalLocation,
        Self::Datastream,
        Self::Sensor,
        Self::ObservedProperty,
        Self::Observation,
        Self::FeatureOfInterest,
    ];

    /// The name of the set of all of them.
    pub fn set(self) -> &'static str {
        match self {
            Self::Thing => "Things",
            Self::Location => "Locations",
            Self::HistoricalLocation => "HistoricalLocations",
            Self::Datastream => "Datastreams",
            Self::Sensor => "Sensors",
            Self::ObservedProperty => "ObservedProperties",
            Self::Observation => "Observations",
            Self::FeatureOfInterest => "FeaturesOfInterest",
        }
    }

    /// The properties beside its id.
    pub fn properties(self) -> &'static [(&'static str, Type)] {
        use Type::{Number, Object, Place, Text, Time};
        match self {
            Self::Thing => &[("name", Text), ("description", Text), ("properties", Object)],
            Self::Location => &[
                ("name", Text),
                ("description", Text),
                ("encodingType", Text),
                ("location", Place),
            ],
            Self::HistoricalLocation => &[("time", Time)],
            Self::Datastream => &[
                ("name", Text),
                ("description", Text),
                ("observationType", Text),
                ("unitOfMeasurement", Object),
                ("observedArea", Place),
                ("phenomenonTime", Time),
                ("resultTime", Time),
                ("properties", Object),
            ],
            Self::Sensor => {
                &[("name", Text), ("description", Text), ("encodingType", Text), ("metadata", Text)]
            }
            Self::ObservedProperty => &[
                ("name", Text),
                ("definition", Text),
                ("description", Text),
                ("properties", Object),
            ],
            Self::Observation => &[
                ("phenomenonTime", Time),
                ("resultTime", Time),
                ("result", Number),
                ("resultQuality", Object),
                ("parameters", Object),
            ],
            Self::FeatureOfInterest => {
                &[("name", Text), ("description", Text), ("encodingType", Text), ("feature", Place)]
            }
        }
    }

    pub fn relations(self) -> &'static [Relation] {
        match self {
            Self::Thing => &[
                ("Locations", Self::Location, true),
                ("HistoricalLocations", Self::HistoricalLocation, true),
                ("Datastreams", Self::Datastream, true),
            ],
            Self::Location => &[
                ("Things", Self::Thing, true),
                ("HistoricalLocations", Self::HistoricalLocation, true),
            ],
            Self::HistoricalLocation => {
                &[("Thing", Self::Thing, false), ("Locations", Self::Location, true)]
            }
            Self::Datastream => &[
                ("Thing", Self::Thing, false),
                ("Sensor", Self::Sensor, false),
                ("ObservedProperty", Self::ObservedProperty, false),
                ("Observations", Self::Observation, true),
            ],
            Self::Sensor | Self::ObservedProperty => &[("Datastreams", Self::Datastream, true)],
            Self::Observation => &[
                ("Datastream", Self::Datastream, false),
                ("FeatureOfInterest", Self::FeatureOfInterest, false),
            ],
            Self::FeatureOfInterest => &[("Observations", Self::Observation, true)],
        }
    }

    pub fn relation(self, name: &str) -> Option<Relation> {
        self.relations().iter().copied().find(|(known, ..)| *known == name)
    }

    pub fn of_set(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.set() == name)
    }

    /// All names that an entity of this kind has.
    pub fn names(self) -> Vec<&'static str> {
        let properties = self.properties().iter().map(|(name, _)| *name);
        let relations = self.relations().iter().map(|(name, ..)| *name);
        ["id"].into_iter().chain(properties).chain(relations).collect()
    }

    /// What stands at the end of a path from an entity of this kind.
    pub fn type_of(self, path: &[String]) -> Result<Type, Text> {
        let Some((first, rest)) = path.split_first() else { return Ok(Type::Any) };
        if let Some((name, to, many)) = self.relation(first) {
            return match (many, rest) {
                (true, _) => Err(words::to_many(name)),
                (false, []) => Err(words::entity_is_no_value(name)),
                // It is looked up of the entities that are listed, not of others.
                (false, [time]) if to == Self::Datastream && time.ends_with("Time") => {
                    Err(words::no_time_of_others(format!("{name}/{time}")))
                }
                (false, rest) => to.type_of(rest),
            };
        }
        if is_id(first) && rest.is_empty() {
            return Ok(Type::Text);
        }
        let property = self.properties().iter().find(|(name, _)| name == first);
        match (property, rest) {
            (Some((_, Type::Object | Type::Place)), [_, ..]) => Ok(Type::Any),
            (Some((_, of)), []) => Ok(*of),
            _ => Err(self.no_such(&path.join("/"))),
        }
    }

    /// What is to be said of a name that an entity of this kind does not have.
    pub fn no_such(self, name: &str) -> Text {
        let known = self.names();
        match nearest(name, known.iter().copied()) {
            Some(near) => words::property_near(self.set(), near),
            None => words::properties_are(self.set(), Text::list(known)),
        }
    }

    /// Whether `filter` can be asked of entities of this kind; in vain, the part that cannot and why.
    pub fn check(self, filter: &Expression) -> Result<(), (String, Text)> {
        match self.checked(filter)? {
            Type::Bool | Type::Any => Ok(()),
            _ => Err((filter.to_string(), words::no_condition())),
        }
    }

    fn checked(self, part: &Expression) -> Result<Type, (String, Text)> {
        let wrong = |rule: Text| Err((part.to_string(), rule));
        match part {
            Expression::Any(parts) | Expression::All(parts) => {
                parts.iter().try_for_each(|part| self.check(part))?;
                Ok(Type::Bool)
            }
            Expression::Not(part) => self.check(part).map(|()| Type::Bool),
            Expression::Compare(_, sides) => {
                let [left, right] = [self.checked(&sides[0])?, self.checked(&sides[1])?];
                if [Type::Object, Type::Place].iter().any(|one| [left, right].contains(one)) {
                    return wrong(words::object_is_no_value());
                }
                match left == right || left == Type::Any || right == Type::Any {
                    true => Ok(Type::Bool),
                    false => wrong(words::types_differ(left.name(), right.name())),
                }
            }
            Expression::Call(function, arguments) => {
                let (takes, gives) = signature(*function);
                for (argument, takes) in arguments.iter().zip(takes) {
                    self.expects(argument, takes)?;
                }
                Ok(gives)
            }
            Expression::Path(path) => self.type_of(path).or_else(wrong),
            Expression::Literal(value) => Ok(match value {
                Value::Null => Type::Any,
                Value::Bool(_) => Type::Bool,
                Value::Number(_) => Type::Number,
                Value::Text(_) => Type::Text,
                Value::Time(_) | Value::Span(..) => Type::Time,
                Value::Place(_) => Type::Place,
                Value::Area(_) => Type::Area,
            }),
        }
    }

    fn expects(self, part: &Expression, expected: Type) -> Result<(), (String, Text)> {
        match self.checked(part)? {
            Type::Any => Ok(()),
            found if found == expected => Ok(()),
            found => Err((part.to_string(), words::type_expected(expected.name(), found.name()))),
        }
    }
}

impl Type {
    fn name(self) -> Text {
        match self {
            Self::Bool => words::type_condition(),
            Self::Number => words::type_number(),
            Self::Text => words::type_text(),
            Self::Time => words::type_time(),
            Self::Place => words::type_place(),
            Self::Area => words::type_area(),
            Self::Object | Self::Any => words::type_object(),
        }
    }
}

/// What a function takes, as far as it takes so many, and what it gives.
fn signature(function: Function) -> ([Type; 2], Type) {
    use Function as F;
    match function {
        F::SubstringOf | F::StartsWith | F::EndsWith => ([Type::Text; 2], Type::Bool),
        F::GeoIntersects | F::StIntersects | F::StWithin => ([Type::Place, Type::Area], Type::Bool),
        F::Year | F::Month | F::Day | F::Hour | F::Minute => ([Type::Time; 2], Type::Number),
    }
}

/// Whether a name means the id of an entity.
pub(super) fn is_id(name: &str) -> bool {
    matches!(name, "id" | "@iot.id")
}
