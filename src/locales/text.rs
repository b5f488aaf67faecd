//! Something to be said, before it is put into a language.

use std::borrow::Cow;
use std::fmt;

use super::lang::{Lang, for_programs};
use super::message::{Message, Messages, Piece, pieces};
use super::{Argument, wording};

/// A message with what fills its placeholders. Shown or serialised, it is in the language that is spoken there: whoever
/// writes JSON says by `for_programs` which one, since JSON does not change with the reader's language. What was read
/// back is words in one language only.
///
/// ```
/// use hanqing::locales::{Lang, Text, within};
///
/// let text = Text::list(["3", "7"]);
/// assert_eq!(text.to_string(), "3, 7");
/// assert_eq!(text.within(Lang::Chinese), "3、7");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Option<Box<Kind>>);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Message(Message, Box<[Argument]>),
    /// A message whose placeholders are filled by name: those of templates.
    Label(Message, Vec<(String, Argument)>),
    /// With what stands between in Chinese and in English.
    Joined(Vec<Argument>, &'static str, &'static str),
    /// Chinese and English.
    Both(Cow<'static, str>, Cow<'static, str>),
    Verbatim(String),
}

impl Text {
    fn of(kind: Kind) -> Self {
        Self(Some(Box::new(kind)))
    }

    /// What the functions of the catalogue call.
    #[inline(never)]
    pub(crate) fn new<const N: usize>(
        module: &'static Messages,
        number: usize,
        arguments: [Argument; N],
    ) -> Self {
        Self::of(Kind::Message(Message::new(module, number), Box::new(arguments)))
    }

    pub(crate) fn label(message: Message, arguments: Vec<(String, Argument)>) -> Self {
        Self::of(Kind::Label(message, arguments))
    }

    /// Words that are the same in both languages: what a person wrote, a name, an identifier.
    pub fn verbatim(words: impl fmt::Display) -> Self {
        let words = words.to_string();
        if words.is_empty() { Self(None) } else { Self::of(Kind::Verbatim(words)) }
    }

    /// Words that stand in both languages where they come from: in a row of a table, in an office's own file.
    pub fn both(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::Both(zh.into(), en.into()))
    }

    /// The elements of a list: `3, 7`, and in Chinese `3、7`.
    pub fn list<A: Into<Argument>>(elements: impl IntoIterator<Item = A>) -> Self {
        Self::of(Kind::Joined(elements.into_iter().map(Into::into).collect(), "、", ", "))
    }

    /// Clauses of a sentence: `this; that`, and in Chinese `这；那`.
    pub fn clauses<A: Into<Argument>>(clauses: impl IntoIterator<Item = A>) -> Self {
        Self::of(Kind::Joined(clauses.into_iter().map(Into::into).collect(), "；", "; "))
    }

    /// Something and what was behind it: `this: that`, and in Chinese `这：那`.
    pub fn chain<A: Into<Argument>>(parts: impl IntoIterator<Item = A>) -> Self {
        Self::of(Kind::Joined(parts.into_iter().map(Into::into).collect(), "：", ": "))
    }

    /// Whether there is nothing to be said.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The built-in words in `lang`, as programs get them and as they are kept.
    pub fn within(&self, lang: Lang) -> String {
        for_programs(lang, || self.to_string())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = Lang::current();
        let Some(kind) = &self.0 else { return Ok(()) };
        match kind.as_ref() {
            Kind::Message(message, arguments) => {
                write(f, wording::of(message, lang), |name| arguments.get(message.place(name)?))
            }
            Kind::Label(message, arguments) => write(f, wording::of(message, lang), |name| {
                arguments.iter().find(|(known, _)| known == name).map(|(_, argument)| argument)
            }),
            Kind::Joined(parts, zh, en) => join(f, parts, lang.pick(zh, en)),
            Kind::Both(zh, en) => f.write_str(match lang {
                Lang::Chinese => zh,
                Lang::English => en,
            }),
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

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.to_string())
    }
}

impl Default for Text {
    /// Nothing to be said.
    fn default() -> Self {
        Self(None)
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

    static MESSAGES: Messages = Messages::new(
        "test",
        "other\u{1f}\u{1f}别的\u{1f}other\u{1e}message\u{1f}what,n,\u{1f}{{{what}}}有 {n} 个\u{1f}{n} of {{{what}}}\u{1e}",
    );

    #[test]
    fn placeholders_are_filled_in_the_order_of_each_language() {
        let inner = Text::list([3, 4]);
        let text = Text::new(&MESSAGES, 1, [inner.into(), 5.into()]);
        assert_eq!(text.to_string(), "5 of {3, 4}");
        assert_eq!(text.within(Lang::Chinese), "{3、4}有 5 个");
        let json = crate::locales::within(Lang::Chinese, || serde_json::to_string(&text)).unwrap();
        assert_eq!(json, "\"{3、4}有 5 个\"");
    }
}
