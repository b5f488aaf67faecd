//! Something to be said, before it is put into a language.

use std::fmt;

use super::catalogue::Message;
use super::{Argument, Lang, edited, within};

/// A message with what fills its placeholders. Shown or serialised, it is in the language that is spoken there: whoever
/// writes JSON for programs writes it within English, since JSON does not change with the language. What was read back is
/// words in one language only.
///
/// ```
/// use hanqing::locales::{Lang, Text, within};
///
/// let text = Text::list(["3", "7"]);
/// assert_eq!(text.to_string(), "3, 7");
/// assert_eq!(text.within(Lang::Chinese), "3、7");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Message(&'static Message, Vec<Argument>),
    /// A message whose placeholders are filled by name: those of templates.
    Label(&'static Message, Vec<(String, Argument)>),
    List(Vec<Argument>),
    Joined(Vec<Argument>, &'static Message),
    Verbatim(String),
}

impl Text {
    /// What the functions of the catalogue call.
    pub(crate) fn new(message: &'static Message, arguments: Vec<Argument>) -> Self {
        Self(Kind::Message(message, arguments))
    }

    pub(crate) fn label(message: &'static Message, arguments: Vec<(String, Argument)>) -> Self {
        Self(Kind::Label(message, arguments))
    }

    /// Words that are the same in both languages: what a person wrote, a name, an identifier.
    pub fn verbatim(words: impl fmt::Display) -> Self {
        Self(Kind::Verbatim(words.to_string()))
    }

    /// The elements of a list: `3, 7`, and in Chinese `3、7`.
    pub fn list<A: Into<Argument>>(elements: impl IntoIterator<Item = A>) -> Self {
        Self(Kind::List(elements.into_iter().map(Into::into).collect()))
    }

    /// Clauses of a sentence: `this; that`, and in Chinese `这；那`.
    pub fn clauses<A: Into<Argument>>(clauses: impl IntoIterator<Item = A>) -> Self {
        Self(Kind::Joined(clauses.into_iter().map(Into::into).collect(), &CLAUSES))
    }

    /// Something and what was behind it: `this: that`, and in Chinese `这：那`.
    pub fn chain<A: Into<Argument>>(parts: impl IntoIterator<Item = A>) -> Self {
        Self(Kind::Joined(parts.into_iter().map(Into::into).collect(), &CHAIN))
    }

    /// Whether there is nothing to be said.
    pub fn is_empty(&self) -> bool {
        matches!(&self.0, Kind::Verbatim(words) if words.is_empty())
    }

    /// The words in `lang`.
    pub fn within(&self, lang: Lang) -> String {
        within(lang, || self.to_string())
    }
}

static LIST: Message = Message { name: "", zh: "、", en: ", ", arguments: &[] };
static CLAUSES: Message = Message { name: "", zh: "；", en: "; ", arguments: &[] };
static CHAIN: Message = Message { name: "", zh: "：", en: ": ", arguments: &[] };

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = Lang::current();
        match &self.0 {
            Kind::Message(message, arguments) => write(f, edited::wording(message, lang), |name| {
                let place = message.arguments.iter().position(|known| *known == name)?;
                arguments.get(place)
            }),
            Kind::Label(message, arguments) => write(f, edited::wording(message, lang), |name| {
                arguments.iter().find(|(known, _)| known == name).map(|(_, argument)| argument)
            }),
            Kind::List(elements) => join(f, elements, LIST.built_in(lang)),
            Kind::Joined(parts, between) => join(f, parts, between.built_in(lang)),
            Kind::Verbatim(words) => f.write_str(words),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Argument], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

/// Writes `words` with `{name}` filled and `{{`, `}}` as braces. A placeholder that nothing fills stands as it is.
fn write<'a>(
    f: &mut fmt::Formatter<'_>,
    words: &str,
    argument: impl Fn(&str) -> Option<&'a Argument>,
) -> fmt::Result {
    for piece in pieces(words) {
        match piece {
            Piece::Words(words) => f.write_str(words)?,
            Piece::Placeholder(name) => match argument(name) {
                Some(argument) => write!(f, "{argument}")?,
                None => write!(f, "{{{name}}}")?,
            },
        }
    }
    Ok(())
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

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.to_string())
    }
}

impl Default for Text {
    /// Nothing to be said.
    fn default() -> Self {
        Self(Kind::Verbatim(String::new()))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.to_string()
    }
}

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::verbatim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static MESSAGE: Message = Message {
        name: "test.message",
        zh: "{{{what}}}有 {n} 个",
        en: "{n} of {{{what}}}",
        arguments: &["what", "n"],
    };

    #[test]
    fn placeholders_are_filled_in_the_order_of_each_language() {
        let inner = Text::list([3, 4]);
        let text = Text::new(&MESSAGE, vec![inner.into(), 5.into()]);
        assert_eq!(text.to_string(), "5 of {3, 4}");
        assert_eq!(text.within(Lang::Chinese), "{3、4}有 5 个");
        let json = within(Lang::Chinese, || serde_json::to_string(&text)).unwrap();
        assert_eq!(json, "\"{3、4}有 5 个\"");
    }

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
