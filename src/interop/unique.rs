//! JSON in which no key stands twice.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::core::shown;

/// Begins what is said of a key that stands twice in one object.
const TWICE: &str = "twice: ";

/// Reads a document. A key that stands twice in one object is an error of data (`is_data`), and nothing else is.
pub(super) fn read(document: &[u8]) -> serde_json::Result<Value> {
    let mut read = serde_json::Deserializer::from_slice(document);
    let value = Unique.deserialize(&mut read)?;
    read.end()?;
    Ok(value)
}

/// The key that stands twice, of an error of data; it is short enough to be shown.
pub(super) fn key(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said = error.to_string();
    let key = said.strip_suffix(&place).unwrap_or(&said);
    key.strip_prefix(TWICE).unwrap_or(key).to_owned()
}

/// Reads a value, and takes no key twice.
struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = access.next_element_seed(Self)? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{TWICE}{}", shown(&key))));
            }
            members.insert(key, access.next_value_seed(Self)?);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_in_one_object_is_named() {
        let error = read(b"{\"a\": {\"b\": 1},\n \"b\": [{\"c d\": 1, \"c d\": 2}]}").unwrap_err();
        assert!(error.is_data() && key(&error) == "c d", "{error}");
        assert_eq!((error.line(), error.column()), (2, 23));
        let apart = read(b"{\"a\": {\"a\": [1, -2, 0.5, null, true, \"x\"]}}").unwrap();
        assert_eq!(apart, serde_json::json!({"a": {"a": [1, -2, 0.5, null, true, "x"]}}));
        assert!(read(b"1 2").unwrap_err().is_syntax() && read(b"[").unwrap_err().is_eof());
    }
}
