//! The persons who enter, review, accept and issue, as the office lists them, and who of them a text means.

use serde::{Deserialize, Serialize};

use crate::core::{Problems, Role, is_unseen};
use crate::locales::{Text, config_hub as list_words, core as core_words, ledger as words};

/// Fewest letters of a last word that is taken for a name of its own: 黄某 in 财政所 黄某, but not 某 in 黄 某. Chinese
/// names have two letters and more.
const NAME_MIN: usize = 2;

/// A person of the office, `[[person]]` in `hub.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Unique in the list.
    pub id: String,
    pub name: String,
    /// The office that she works in, such as 财政所.
    pub office: String,
    /// What she may do in the workplace; without it she does not sign in.
    #[serde(default)]
    pub role: Option<Role>,
}

impl Person {
    /// Office and name, as they are written in the ledger.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.office.trim(), self.name.trim())
    }

    /// The spellings that mean her, without blanks and punctuation.
    fn spellings(&self) -> [String; 4] {
        let [id, name, office] = [&self.id, &self.name, &self.office].map(|text| letters(text));
        [id, format!("{office}{name}"), format!("{name}{office}"), name]
    }
}

/// The persons whom the office lists. Without any, names are compared as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Persons(Vec<Person>);

/// Why a text means nobody of the list.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.text())]
pub enum PersonError {
    /// The text names nobody.
    Empty,
    Unknown {
        text: String,
        /// The persons of the list whose name `text` has in it, under another office.
        alike: Vec<String>,
        /// All persons of the list.
        listed: Vec<String>,
    },
    /// Several persons have this name.
    Several { text: String, ids: Vec<String> },
}

impl PersonError {
    pub fn text(&self) -> Text {
        match self {
            Self::Empty => words::person_empty(),
            // Somebody else's spelling is never proposed: whoever is not listed would sign as a colleague.
            Self::Unknown { text, alike, listed } if alike.is_empty() => {
                words::person_unknown(text, words::persons_are(Text::list(listed)))
            }
            Self::Unknown { text, alike, .. } => {
                words::person_unknown(text, words::person_alike(Text::list(alike)))
            }
            Self::Several { text, ids } => words::person_several(text, Text::list(ids)),
        }
    }
}

/// How two texts, each of which names a person, stand to one another.
#[derive(Debug, Clone, PartialEq)]
pub enum Separation {
    /// They name two persons.
    Apart,
    /// They name one person; without a list, also where one of the names is part of the other.
    Same,
    /// Nobody can say: the first text means nobody of the list.
    Unlisted(PersonError),
}

impl From<Vec<Person>> for Persons {
    fn from(persons: Vec<Person>) -> Self {
        Self(persons)
    }
}

impl Persons {
    /// The persons in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whom `text` means: by id, by office and name, or by a name that only one person has. Blanks, punctuation and the
    /// width of letters make no difference.
    ///
    /// # Errors
    /// It means nobody of the list, or several of it.
    pub fn find(&self, text: &str) -> Result<&Person, PersonError> {
        let sought = letters(text);
        if sought.is_empty() {
            return Err(PersonError::Empty);
        }
        // An id goes before office and name, and both before a name alone, which several may have.
        for spelling in 0..4 {
            let here: Vec<&Person> =
                self.iter().filter(|person| person.spellings()[spelling] == sought).collect();
            match here[..] {
                [] => {}
                [person] => return Ok(person),
                _ => {
                    let ids = here.iter().map(|person| person.id.clone()).collect();
                    return Err(PersonError::Several { text: text.trim().into(), ids });
                }
            }
        }
        let told = |person: &Person| format!("{} ({})", person.id, person.full_name());
        let named = |person: &&Person| {
            let name = letters(&person.name);
            name.chars().count() >= NAME_MIN && sought.contains(&name)
        };
        let alike = self.iter().filter(named).map(told).collect();
        let listed = self.iter().map(told).collect();
        Err(PersonError::Unknown { text: text.trim().into(), alike, listed })
    }

    /// The text that the ledger keeps of `text`, which a person wrote to name herself: office and name of whom of the
    /// list she means, and without a list what she wrote.
    ///
    /// # Errors
    /// As [`find`](Self::find), and without a list where it is empty.
    pub fn signature(&self, text: &str) -> Result<String, PersonError> {
        let written = text.trim();
        if self.is_empty() {
            let named = !letters(written).is_empty();
            return if named { Ok(written.into()) } else { Err(PersonError::Empty) };
        }
        Ok(self.find(written)?.full_name())
    }

    /// How `done_by`, of what was done, stands to `by`, of who wants to act on it. With a list, `by` has to be of it.
    pub fn separation(&self, done_by: &str, by: &str) -> Separation {
        if self.is_empty() {
            return if same_name(done_by, by) { Separation::Same } else { Separation::Apart };
        }
        match (self.find(done_by), self.find(by)) {
            (Ok(one), Ok(other)) if one.id == other.id => Separation::Same,
            (Ok(_), Ok(_)) => Separation::Apart,
            (Err(error), _) | (_, Err(error)) => Separation::Unlisted(error),
        }
    }

    /// Adds what is wrong in the list: a field that is empty or has what cannot be seen, a person listed twice, an id
    /// that is another's name or as those of the record.
    pub fn check(&self, found: &mut Problems) {
        for (index, person) in self.iter().enumerate() {
            let found = &mut found.item("person", index);
            for (key, text) in
                [("id", &person.id), ("name", &person.name), ("office", &person.office)]
            {
                // Blanks and punctuation make no difference between persons, so they name nobody.
                let named = !letters(text).is_empty();
                let (rule, hint) = (core_words::is_empty(), list_words::say_who_it_is());
                found.ensure(named, key, format!("{text:?}"), rule, hint);
                // They make one person look like another, in the ledger and in the record.
                let is_seen = !text.chars().any(is_unseen);
                let (rule, hint) = (list_words::with_control(), list_words::remove_control());
                found.ensure(is_seen, key, format!("{text:?}"), rule, hint);
            }
            let is_own = person.id.trim().chars().next().map(usual_width) != Some('@');
            let (rule, hint) = (list_words::id_of_the_record(), list_words::another_id());
            found.ensure(is_own, "id", &person.id, rule, hint);
        }
        let once = list_words::one_entry_a_person;
        found.unique("person", "id", self.iter().map(|person| letters(&person.id)), once());
        let full_names = self.iter().map(|person| letters(&person.full_name()));
        found.unique("person", "name", full_names, once());
        for (index, person) in self.iter().enumerate() {
            let id = Some(letters(&person.id)).filter(|id| !id.is_empty());
            let Some(id) = id else { continue };
            let mut others = self.iter().enumerate().filter(|(other, _)| *other != index);
            if let Some((other, _)) = others.find(|(_, other)| other.spellings()[1..].contains(&id))
            {
                let rule = list_words::id_names_another(format_args!("person[{other}]"));
                found.item("person", index).add("id", &person.id, rule, list_words::another_id());
            }
        }
    }
}

/// Whether two names may be one person's: they are the same apart from blanks and punctuation, or one is part of the
/// other, as 黄某 of 财政所 黄某, or the names behind two offices are the same.
fn same_name(one: &str, other: &str) -> bool {
    let alike = |one: &str, other: &str| {
        !one.is_empty() && !other.is_empty() && (one.contains(other) || other.contains(one))
    };
    let last = |text: &str| letters(text.split_whitespace().last().unwrap_or_default());
    let own = |text: &str| Some(last(text)).filter(|name| name.chars().count() >= NAME_MIN);
    alike(&letters(one), &letters(other))
        || own(one).zip(own(other)).is_some_and(|(one, other)| alike(&one, &other))
}

/// The letters and digits of `text`, in lower case and of usual width.
pub(super) fn letters(text: &str) -> String {
    let usual = text.chars().map(usual_width).filter(|c| c.is_alphanumeric());
    usual.flat_map(char::to_lowercase).collect()
}

/// A full-width letter of ASCII as ASCII.
fn usual_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
#[path = "persons_tests.rs"]
mod tests;
