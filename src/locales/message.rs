//! A message: its name, its words in both languages, and the placeholders in them.

use super::lang::Lang;

/// A message in both languages.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// `module.name`, as an office's own wording names it.
    pub name: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    /// The placeholders, in the order of the function's parameters.
    pub(super) arguments: &'static [&'static str],
}

impl Message {
    /// The words that the program was built with.
    pub fn built_in(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Chinese => self.zh,
            Lang::English => self.en,
        }
    }

    /// The placeholders that `words` may have: those of the built-in wording.
    pub fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        placeholders(self.zh)
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
