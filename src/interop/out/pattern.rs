//! A text with placeholders.

use serde_json::Value;

use super::placeholder::{Filling, Placeholder};
use crate::core::{Problems, shown};
use crate::locales::{Text, core as core_words, interop_out as words};

/// A text with placeholders; a brace itself stands twice.
#[derive(Debug, Default)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Words(String),
    Place(Placeholder),
}

/// Why a text is no pattern: the rule that it breaks, and the way out.
type Broken = (Text, Text);

impl Pattern {
    /// Reads `text`, which stands at `key`; what is wrong with it is added to `found`.
    pub(super) fn read(key: &str, text: &str, found: &mut Problems) -> Self {
        Self::parse(text).unwrap_or_else(|(rule, hint)| {
            found.add(key, format_args!("{:?}", shown(text)), rule, hint);
            Self::default()
        })
    }

    fn parse(text: &str) -> Result<Self, Broken> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            words.push_str(before);
            if let Some(after) = brace.strip_prefix("{{") {
                words.push('{');
                rest = after;
            } else if let Some(after) = brace.strip_prefix("}}") {
                words.push('}');
                rest = after;
            } else {
                let (word, after) = brace
                    .strip_prefix('{')
                    .and_then(|inside| inside.split_once('}'))
                    .ok_or_else(|| (words::lone_brace(), all_placeholders()))?;
                if !words.is_empty() {
                    pieces.push(Piece::Words(std::mem::take(&mut words)));
                }
                pieces.push(Piece::Place(known(word)?));
                rest = after;
            }
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        Ok(Self(pieces))
    }

    /// Its placeholders.
    pub(super) fn places(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(_) => None,
            Piece::Place(place) => Some(*place),
        })
    }

    /// What stands between the placeholders.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Place(_) => None,
        })
    }

    /// The text, where each placeholder is what `write` makes of it.
    pub(super) fn text(&self, mut write: impl FnMut(Placeholder) -> String) -> String {
        self.0.iter().fold(String::new(), |mut text, piece| {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Place(place) => text.push_str(&write(*place)),
            }
            text
        })
    }

    /// What it stands for in JSON: a text that is one placeholder and nothing else has that one's type.
    pub(super) fn json(&self, filling: Filling<'_>) -> Value {
        match self.0.as_slice() {
            [Piece::Place(place)] => filling.value(*place),
            _ => self.text(|place| filling.text(place)).into(),
        }
    }
}

fn known(word: &str) -> Result<Placeholder, Broken> {
    Placeholder::of(word).ok_or_else(|| {
        let named = format!("{{{}}}", shown(word));
        (words::no_placeholder(named), all_placeholders())
    })
}

/// The way out where a placeholder is wrong: all that there are.
fn all_placeholders() -> Text {
    let all = Placeholder::ALL.map(|place| format!("{{{}}}", place.word()));
    core_words::known_words(Text::list(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        Problems::of(|found| {
            Pattern::read("topic", text, found);
        })
        .iter()
        .map(ToString::to_string)
        .collect()
    }

    #[test]
    fn a_placeholder_that_does_not_exist_is_named_with_those_that_do() {
        let [problem] = &said("a/{stations}/b")[..] else { unreachable!("one problem") };
        assert!(
            problem.starts_with("topic = \"a/{stations}/b\": there is no placeholder {stations}")
        );
        for place in Placeholder::ALL {
            assert!(problem.contains(&format!("{{{}}}", place.word())), "{problem}");
        }
    }

    #[test]
    fn a_brace_stands_twice_or_in_a_pair() {
        for bad in ["{", "}", "a{station", "a}b", "{{{", "{station}}", "{}"] {
            assert_eq!(said(bad).len(), 1, "{bad}");
        }
        let pattern = Pattern::parse("{{{station}}} {{x}} }}{{").unwrap();
        assert_eq!(pattern.text(|place| place.word().to_uppercase()), "{STATION} {x} }{");
    }
}
