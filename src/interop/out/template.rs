//! A JSON document with placeholders in its texts and keys.

use serde_json::{Map, Value};

use super::pattern::Pattern;
use super::placeholder::Filling;
use crate::core::{Problems, shown};
use crate::interop::unique;
use crate::locales::{Text, interop_out as words};

/// The longest template, bytes of JSON: a page of text. Engineering judgement.
const TEMPLATE_MAX: usize = 8 * 1024;

/// A document that readings fill.
#[derive(Debug)]
pub(super) struct Template(Node);

#[derive(Debug)]
enum Node {
    /// What stands as it is: null, a truth, a number.
    Plain(Value),
    Text(Pattern),
    List(Vec<Node>),
    Table(Vec<(Pattern, Node)>),
}

impl Template {
    /// Reads the template that stands at `key`, a table or the text of a JSON document. What is wrong with it is added
    /// to `found`.
    pub(super) fn read(key: &str, given: &Value, found: &mut Problems) -> Self {
        let size = given.to_string().len();
        let rule = words::template_too_long(size, TEMPLATE_MAX);
        if !found.ensure(size <= TEMPLATE_MAX, key, "", rule, words::shorten()) {
            return Self(Node::Plain(Value::Null));
        }
        let parsed = match given {
            Value::String(text) => unique::read(text.as_bytes()).map_err(|error| (text, error)),
            other => Ok(other.clone()),
        };
        match parsed {
            Ok(document) => Self(Node::read(key, &document, found)),
            Err((text, error)) => {
                let (line, column) = (error.line(), error.column());
                let (rule, hint) = if error.is_data() {
                    let rule = words::template_key_twice(line, column, unique::key(&error));
                    (rule, words::other_name())
                } else {
                    (words::template_no_json(line, column), words::template_such_as())
                };
                found.add(key, shown(text), rule, hint);
                Self(Node::Plain(Value::Null))
            }
        }
    }

    /// The document of a reading.
    pub(super) fn fill(&self, filling: Filling<'_>) -> Value {
        self.0.fill(filling)
    }

    /// How many keys it has in all.
    pub(super) fn keys(&self) -> usize {
        self.0.keys()
    }
}

impl Node {
    fn read(key: &str, given: &Value, found: &mut Problems) -> Self {
        match given {
            Value::String(text) => Self::Text(Pattern::read(key, text, found)),
            Value::Array(list) => {
                let read = list.iter().enumerate();
                Self::List(
                    read.map(|(at, one)| Self::read(&format!("{key}[{at}]"), one, found)).collect(),
                )
            }
            Value::Object(table) => Self::Table(
                table
                    .iter()
                    .map(|(name, one)| {
                        let key = format!("{key}.{}", shown(name));
                        (read_key(&key, name, found), Self::read(&key, one, found))
                    })
                    .collect(),
            ),
            plain => Self::Plain(plain.clone()),
        }
    }

    fn fill(&self, filling: Filling<'_>) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Text(pattern) => pattern.json(filling),
            Self::List(list) => list.iter().map(|one| one.fill(filling)).collect(),
            Self::Table(table) => {
                let filled = table
                    .iter()
                    .map(|(name, one)| (name.text(|place| filling.text(place)), one.fill(filling)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
        }
    }

    fn keys(&self) -> usize {
        match self {
            Self::Plain(_) | Self::Text(_) => 0,
            Self::List(list) => list.iter().map(Self::keys).sum(),
            Self::Table(table) => table.iter().map(|(_, one)| 1 + one.keys()).sum(),
        }
    }
}

/// The key of a table: the same for all readings of a series, so that which keys there are does not depend on values.
fn read_key(key: &str, name: &str, found: &mut Problems) -> Pattern {
    let pattern = Pattern::read(key, name, found);
    if let Some(place) = pattern.places().find(|place| !place.is_of_series()) {
        let named = format!("{{{}}}", place.word());
        found.add(key, "", words::no_key(named), Text::default());
    }
    pattern
}

/// How many keys a document has in all.
pub(super) fn keys(document: &Value) -> usize {
    match document {
        Value::Array(list) => list.iter().map(keys).sum(),
        Value::Object(table) => table.values().map(|one| 1 + keys(one)).sum(),
        _ => 0,
    }
}
