//! Which keys a gateway's configuration has, by the types that it is read into. Pure.
//!
//! No list says them. A key is followed into the type as a file that has it alone would be, and what the type asks for
//! at its end says what it is.

use std::cell::RefCell;

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::wire::is_never_pushed;

/// What stands for any one part of a key in a pattern.
const ANY: &str = "*";

/// What a pattern of keys leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leads {
    /// A setting, as far as can be told.
    Setting,
    /// Settings of these names; of each element of a list, if it ends before one.
    Group { names: Vec<&'static str>, of_each: bool },
    /// Nothing: the part at this place, from 0, is none of these.
    Nowhere { at: usize, known: Vec<&'static str> },
}

/// What `parts` lead to in what is read as `T`. A `*` stands for any key that there is and that may be pushed.
pub(super) fn leads<T: DeserializeOwned>(parts: &[&str]) -> Leads {
    let ending = RefCell::new(Ending::Unsure);
    // It always ends with an error: that of having arrived.
    let _arrived = T::deserialize(Probe { parts, at: 0, in_list: false, ending: &ending });
    let (at, names) = match ending.into_inner() {
        Ending::Leads(leads) => return leads,
        Ending::Unsure => return Leads::Setting,
        Ending::AnyOf(at, names) => (at, names),
    };
    let one = |name: &&'static str| {
        let mut parts = parts.to_vec();
        parts.splice(at..=at, [*name]);
        !is_never_pushed(&parts) && leads::<T>(&parts) == Leads::Setting
    };
    match names.iter().any(one) {
        true => Leads::Setting,
        false => Leads::Nowhere { at, known: Vec::new() },
    }
}

/// How following a key has ended.
enum Ending {
    Leads(Leads),
    /// At a `*` in this place, which stands for one of these names.
    AnyOf(usize, Vec<&'static str>),
    /// Before its end: a part of it is of a closed list, such as a parameter.
    Unsure,
}

/// Pretends to be a file with one key.
#[derive(Clone, Copy)]
struct Probe<'a> {
    parts: &'a [&'a str],
    /// The parts before this one have been followed.
    at: usize,
    /// Whether the last of these named an element of a list.
    in_list: bool,
    ending: &'a RefCell<Ending>,
}

impl<'a> Probe<'a> {
    fn part(&self) -> Option<&'a str> {
        self.parts.get(self.at).copied()
    }

    fn inside(self, in_list: bool) -> Self {
        Self { at: self.at + 1, in_list, ..self }
    }

    fn end(&self, ending: Ending) -> Error {
        self.ending.replace(ending);
        Error::custom("")
    }

    fn group(&self, names: &[&'static str], of_each: bool) -> Error {
        self.end(Ending::Leads(Leads::Group { names: names.to_vec(), of_each }))
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    /// Whatever has nothing inside.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        let leads = match self.part() {
            Some(_) => Leads::Nowhere { at: self.at, known: Vec::new() },
            // An element of a list is no setting: the list is.
            None if self.in_list => Leads::Nowhere { at: self.at - 1, known: Vec::new() },
            None => Leads::Setting,
        };
        Err(self.end(Ending::Leads(leads)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.part() {
            None => Err(self.group(names, false)),
            Some(ANY) => Err(self.end(Ending::AnyOf(self.at, names.to_vec()))),
            Some(part) if names.contains(&part) => visitor.visit_map(One(Some(self))),
            Some(_) => {
                let known = names.to_vec();
                Err(self.end(Ending::Leads(Leads::Nowhere { at: self.at, known })))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.part() {
            None => Err(self.group(&[], false)),
            Some(_) => visitor.visit_map(One(Some(self))),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(One(Some(self)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct enum identifier ignored_any
    }
}

/// The one key of a table, or the one element of a list.
struct One<'a>(Option<Probe<'a>>);

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(part) = self.0.and_then(|probe| probe.part()) else { return Ok(None) };
        let key: StrDeserializer<'_, Error> = part.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let probe = self.0.take().ok_or_else(|| Error::custom(""))?;
        seed.deserialize(probe.inside(false))
    }
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(probe) = self.0.take() else { return Ok(None) };
        if probe.part().is_some() {
            return seed.deserialize(probe.inside(true)).map(Some);
        }
        let read = seed.deserialize(Probe { in_list: false, ..probe });
        // A list of tables that the key ends before.
        if let Ending::Leads(Leads::Group { of_each, .. }) = &mut *probe.ending.borrow_mut() {
            *of_each = true;
        }
        read.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::EdgeSettings;

    fn of(pattern: &str) -> Leads {
        let parts: Vec<&str> = pattern.split('.').collect();
        leads::<EdgeSettings>(&parts)
    }

    #[test]
    fn what_a_gateway_reads_is_a_setting() {
        for pattern in [
            "drought",
            "mqtt.url",
            "mqtt.*",
            "mqtt.protocol",
            "uplink.windows",
            "uplink.*",
            "bus.*.interval_s",
            "bus.pumps.tcp",
            "bus.*.*",
            "bus.*.serial.baud",
            "bus.*.serial.*",
            "bus.*.health.*",
            "bus.*.device.*.gap_ms",
            "bus.*.device.3.parameters",
            "bus.*.device.*.adjust.level.offset",
            "bus.*.device.*.adjust.*.offset",
            "bus.*.device.*.intervals_s.level",
            "bus.*.device.*.channels.a",
            "bus.*.device.*.quality.*.expected",
            "pump.*.*",
        ] {
            assert_eq!(of(pattern), Leads::Setting, "{pattern}");
        }
    }

    #[test]
    fn a_group_is_none_and_names_what_is_in_it() {
        for (pattern, name, each) in [
            ("bus", "interval_s", true),
            ("bus.*", "interval_s", false),
            ("bus.*.device", "gap_ms", true),
            ("bus.interval_s", "interval_s", false),
            ("uplink", "windows", false),
            ("bus.*.device.*.adjust.level", "offset", false),
        ] {
            match of(pattern) {
                Leads::Group { names, of_each } => {
                    assert!(names.contains(&name) && of_each == each, "{pattern}: {names:?}");
                }
                other => panic!("{pattern}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_there_is_not_leads_nowhere() {
        for (pattern, place, near) in [
            ("uplink.windos", 1, Some("windows")),
            ("droughts", 0, Some("drought")),
            ("bus.*.interval", 2, Some("interval_s")),
            ("bus.*.device.*.gap", 4, Some("gap_ms")),
            ("bus.*.*.interval_s", 2, None),
            ("drought.x", 1, None),
            ("uplink.windows.x", 2, None),
            ("uplink.*.x", 1, None),
        ] {
            match of(pattern) {
                Leads::Nowhere { at, known } => {
                    let there = near.is_none_or(|near| known.contains(&near));
                    assert!(at == place && there, "{pattern}: {at} {known:?}");
                }
                other => panic!("{pattern}: {other:?}"),
            }
        }
    }
}
