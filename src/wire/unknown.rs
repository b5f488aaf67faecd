//! Series whose parameter this version does not know: a newer gateway observes it.

use std::fmt;

use crate::core::shown;
use crate::locales::{Text, wire as words};

/// Names that are kept; of more, only how many there are. Engineering judgement: enough to see what it is about.
const NAMED_MAX: usize = 5;

/// The longest name of a parameter, the same as that of an id.
const WORD_MAX: usize = 40;

/// The series of a message that were left out, since this version does not know their parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownSeries {
    names: Vec<String>,
    count: usize,
}

impl UnknownSeries {
    pub(super) fn note(&mut self, name: fmt::Arguments<'_>) {
        self.count += 1;
        let name = name.to_string();
        if self.names.len() < NAMED_MAX && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first few of them, `station/parameter`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// That they are left out, and that an upgrade takes them in.
    pub fn problem(&self) -> Text {
        words::unknown_parameters(Text::list(
            self.names.iter().map(|name| shown(name).into_owned()),
        ))
    }
}

/// Whether `text` may be the name of a parameter, of a version to come.
pub(super) fn may_be_parameter(text: &str) -> bool {
    let goes_on = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() <= WORD_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_all_are_counted() {
        let mut unknown = UnknownSeries::default();
        assert!(unknown.is_empty());
        for n in 0..4000 {
            unknown.note(format_args!("pond-{n}/depth"));
            unknown.note(format_args!("pond-{n}/depth"));
        }
        assert_eq!(unknown.names().len(), NAMED_MAX);
        let said = unknown.problem().to_string();
        assert!(said.contains("pond-0/depth, pond-1/depth"), "{said}");
        assert!(said.chars().count() < crate::wire::PROBLEM_MAX, "{said}");
    }

    #[test]
    fn only_a_word_may_be_a_parameter_to_come() {
        assert!(may_be_parameter("depth") && may_be_parameter("soil_ph_2"));
        for bad in ["", "2depth", "_x", "De", "a/b", "a b", "a-b", "水深", &"x".repeat(41)] {
            assert!(!may_be_parameter(bad), "{bad}");
        }
    }
}
