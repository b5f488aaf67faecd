//! A message: its name, its words in both languages, and the placeholders in them.

use std::sync::OnceLock;

use super::lang::Lang;

/// The messages of a module, one text: a record a message, with its name, the names of its placeholders in the order
/// of the function's parameters, and its words in Chinese and in English. Structures of pointers would take a gateway
/// three times the room.
#[derive(Debug)]
pub struct Messages {
    pub(super) module: &'static str,
    records: &'static str,
    /// Where each record begins; worked out when the first message of the module is shown.
    starts: OnceLock<Box<[u32]>>,
}

/// Ends a record.
macro_rules! record_end {
    () => {
        "\u{1e}"
    };
}
pub(super) use record_end;

/// Ends a field of a record.
macro_rules! field_end {
    () => {
        "\u{1f}"
    };
}
pub(super) use field_end;

/// The name of a message. Only an office words messages its own way: a gateway's program has no names of them.
#[cfg(feature = "hub")]
macro_rules! own_name {
    ($name:ident) => {
        stringify!($name)
    };
}
#[cfg(not(feature = "hub"))]
macro_rules! own_name {
    ($name:ident) => {
        ""
    };
}
pub(super) use own_name;

impl Messages {
    pub(super) const fn new(module: &'static str, records: &'static str) -> Self {
        Self { module, records, starts: OnceLock::new() }
    }

    /// All of them, in the order of their declaration.
    pub(super) fn all(&'static self) -> impl Iterator<Item = Message> {
        (0..self.starts().len()).map(move |number| Message { module: self, number })
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let mut start = 0;
            let records = self.records.split_inclusive(record_end!());
            let starts = records.map(|record| {
                let this = start;
                start += record.len() as u32;
                this
            });
            starts.collect()
        })
    }
}

/// A message in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    module: &'static Messages,
    /// Which record it is.
    number: usize,
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.module, other.module) && self.number == other.number
    }
}

impl Eq for Message {}

impl Message {
    /// What the functions of the catalogue name: the record `number` of `module`.
    pub(super) const fn new(module: &'static Messages, number: usize) -> Self {
        Self { module, number }
    }

    /// `module.name`, as an office's own wording names it.
    pub fn name(&self) -> String {
        format!("{}.{}", self.module.module, self.own_name())
    }

    /// Its name within the module.
    pub(super) fn own_name(&self) -> &'static str {
        self.field(0)
    }

    /// The place of the placeholder `name` among the function's parameters.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.field(1).split_terminator(',').position(|known| known == name)
    }

    /// The words that the program was built with.
    pub fn built_in(&self, lang: Lang) -> &'static str {
        self.field(match lang {
            Lang::Chinese => 2,
            Lang::English => 3,
        })
    }

    /// The placeholders that `words` may have: those of the built-in wording.
    pub fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        placeholders(self.built_in(Lang::Chinese))
    }

    /// Whether this is its name within the module: a page asks for each label by name.
    pub(super) fn is_named(&self, own_name: &str) -> bool {
        let rest = self.records().strip_prefix(own_name);
        rest.is_some_and(|rest| rest.starts_with(field_end!()))
    }

    fn field(&self, field: usize) -> &'static str {
        let record = self.records().split(record_end!()).next().unwrap_or_default();
        record.split(field_end!()).nth(field).unwrap_or_default()
    }

    /// Its record and those after it.
    fn records(&self) -> &'static str {
        let start = self.module.starts().get(self.number);
        start.and_then(|start| self.module.records.get(*start as usize..)).unwrap_or_default()
    }
}

pub(super) fn placeholders(words: &str) -> impl Iterator<Item = &str> {
    pieces(words).filter_map(|piece| match piece {
        Piece::Placeholder(name) => Some(name),
        Piece::Words(_) => None,
    })
}

/// A part of a message's words.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    Placeholder(&'a str),
}

/// The words of a message, taken apart as `format!` does. A lone brace is taken as it is.
pub(super) fn pieces(mut rest: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let taken = match first {
            '{' | '}' if rest[1..].starts_with(first) => {
                let (words, after) = (&rest[..1], &rest[2..]);
                rest = after;
                return Some(Piece::Words(words));
            }
            '{' => match rest.find('}') {
                Some(end) => {
                    let name = &rest[1..end];
                    rest = &rest[end + 1..];
                    return Some(Piece::Placeholder(name));
                }
                None => rest.len(),
            },
            '}' => 1,
            _ => rest.find(['{', '}']).unwrap_or(rest.len()),
        };
        let (words, after) = rest.split_at(taken);
        rest = after;
        Some(Piece::Words(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_apart_whatever_they_are() {
        use Piece::{Placeholder, Words};
        for (words, expected) in [
            ("", vec![]),
            ("a {b}旱", vec![Words("a "), Placeholder("b"), Words("旱")]),
            ("{{{b}", vec![Words("{"), Placeholder("b")]),
            ("{b", vec![Words("{b")]),
            ("a}b", vec![Words("a"), Words("}"), Words("b")]),
        ] {
            assert_eq!(pieces(words).collect::<Vec<_>>(), expected, "{words}");
        }
    }
}
