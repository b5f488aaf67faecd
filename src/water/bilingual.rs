//! What a file says in words: the township, rules.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::core::Problems;
use crate::locales::{Lang, Text, water as words};

/// Words of a file, written as `text.zh = "…"` and `text.en = "…"`, or as a plain text that stands for both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    /// Empty where it is not written.
    zh: String,
    en: String,
}

impl Bilingual {
    pub fn text(&self) -> Text {
        Text::both(self.zh.clone(), self.en.clone())
    }

    /// Whether it says nothing in either language.
    pub fn is_empty(&self) -> bool {
        self.zh.trim().is_empty() && self.en.trim().is_empty()
    }

    /// Adds a problem where only one of the languages is written.
    pub fn check(&self, key: &str, found: &mut Problems) {
        let of = |lang| match lang {
            Lang::Chinese => self.zh.trim(),
            Lang::English => self.en.trim(),
        };
        for lang in Lang::ALL.into_iter().filter(|lang| of(*lang).is_empty() && !self.is_empty()) {
            found.add(format!("{key}.{lang}"), "", words::not_in_both(), words::write_both(key));
        }
    }
}

impl<'de> Deserialize<'de> for Bilingual {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

impl Serialize for Bilingual {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.zh == self.en {
            return serializer.serialize_str(&self.zh);
        }
        let mut both = serializer.serialize_struct("Bilingual", 2)?;
        both.serialize_field("zh", &self.zh)?;
        both.serialize_field("en", &self.en)?;
        both.end()
    }
}

impl From<&str> for Bilingual {
    fn from(words: &str) -> Self {
        Self { zh: words.to_owned(), en: words.to_owned() }
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Bilingual;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a text or { zh = "…", en = "…" }"#)
    }

    fn visit_str<E: Error>(self, words: &str) -> Result<Bilingual, E> {
        Ok(words.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bilingual, A::Error> {
        let mut text = Bilingual { zh: String::new(), en: String::new() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "zh" => text.zh = map.next_value()?,
                "en" => text.en = map.next_value()?,
                other => return Err(A::Error::unknown_field(other, &["zh", "en"])),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct File {
        text: Bilingual,
    }

    fn read(text: &str) -> Bilingual {
        toml::from_str::<File>(text).unwrap().text
    }

    #[test]
    fn a_plain_text_stands_for_both_languages() {
        let both = read(r#"text = { zh = "来源", en = "source" }"#).text();
        assert_eq!(
            (both.to_string(), both.within(Lang::Chinese)),
            ("source".into(), "来源".into())
        );
        assert_eq!(read(r#"text = "GB/T""#).text().within(Lang::Chinese), "GB/T");
        assert!(toml::from_str::<File>("text = { fr = \"\" }").is_err());
    }

    #[test]
    fn a_missing_language_is_named() {
        let found = Problems::of(|found| read(r#"text = { zh = "来源" }"#).check("text", found));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("text.en: is missing: both"), "{}", found[0]);
        let empty = read(r#"text = "" "#);
        assert_eq!(Problems::of(|found| empty.check("text", found)), []);
        assert!(empty.is_empty());
    }
}
