//! What the words of a file mean: by what the clerk says of them, else as names of the township and the ledger.

use std::collections::HashMap;

use super::names::{self, Named};
use super::plain::squash;
use super::qualifiers;
use crate::account::EntryCode;
use crate::core::{CropId, VillageId};
use crate::ledger::columns::is_aside;
use crate::locales::Text;
use crate::water::Township;

/// How the clerk says that something is left out.
const LEAVE: &str = "-";

/// What a word means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word<T> {
    /// The clerk says that it is left out.
    Leave,
    /// `said`: it is not written as it is called.
    Found { value: T, said: bool },
    /// Rule and way out.
    Asked(Text, Text),
}

impl<T: Clone> Word<T> {
    pub fn found(&self) -> Option<T> {
        match self {
            Self::Found { value, .. } => Some(value.clone()),
            _ => None,
        }
    }
}

/// Looks words up, each of them once.
pub(super) struct Lookup<'a> {
    pub township: &'a Township,
    meanings: HashMap<String, String>,
    items: HashMap<String, Word<EntryCode>>,
    villages: HashMap<String, Word<Option<VillageId>>>,
    crops: HashMap<String, Word<CropId>>,
}

impl<'a> Lookup<'a> {
    pub fn new(township: &'a Township, meanings: &[(String, String)]) -> Self {
        let meanings =
            meanings.iter().map(|(word, meaning)| (squash(word), meaning.trim().to_owned()));
        Self {
            township,
            meanings: meanings.collect(),
            items: HashMap::new(),
            villages: HashMap::new(),
            crops: HashMap::new(),
        }
    }

    /// What the clerk says that `text` means.
    pub fn meaning(&self, text: &str) -> Option<&str> {
        if self.meanings.is_empty() {
            return None;
        }
        self.meanings.get(&squash(text)).map(String::as_str)
    }

    /// Whether the clerk says that `text` is left out.
    pub fn leaves(&self, text: &str) -> bool {
        self.meaning(text) == Some(LEAVE)
    }

    /// Whether the clerk leaves out the column with these letters: 列F.
    pub fn leaves_column(&self, letters: &str) -> bool {
        !self.meanings.is_empty()
            && qualifiers::COLUMN_WORDS.iter().any(|word| self.leaves(&format!("{word}{letters}")))
    }

    /// Whether the clerk says that `text` is a remark.
    pub fn is_remark(&self, text: &str) -> bool {
        self.meaning(text).is_some_and(|meaning| meaning == "remark" || is_aside(&squash(meaning)))
    }

    pub fn item(&mut self, text: &str) -> Word<EntryCode> {
        if let Some(known) = self.items.get(text) {
            return known.clone();
        }
        let word = self.word(text, names::item);
        self.items.insert(text.to_owned(), word.clone());
        word
    }

    /// The village that `text` names; `None` for the whole township.
    pub fn village(&mut self, text: &str) -> Word<Option<VillageId>> {
        if let Some(known) = self.villages.get(text) {
            return known.clone();
        }
        let township = self.township;
        let word = self.word(text, |text| {
            if names::is_township(text, township) {
                return Named::Exactly(None);
            }
            match names::village(text, township) {
                Named::Exactly(village) => Named::Exactly(Some(village)),
                Named::Near(village) => Named::Near(Some(village)),
                Named::Asked(rule, hint) => Named::Asked(rule, hint),
            }
        });
        self.villages.insert(text.to_owned(), word.clone());
        word
    }

    pub fn crop(&mut self, text: &str) -> Word<CropId> {
        if let Some(known) = self.crops.get(text) {
            return known.clone();
        }
        let township = self.township;
        let word = self.word(text, |text| names::crop(text, township));
        self.crops.insert(text.to_owned(), word.clone());
        word
    }

    fn word<T>(&self, text: &str, named: impl Fn(&str) -> Named<T>) -> Word<T> {
        let meant = self.meaning(text);
        if meant == Some(LEAVE) {
            return Word::Leave;
        }
        match named(meant.unwrap_or(text)) {
            Named::Exactly(value) => Word::Found { value, said: meant.is_some() },
            Named::Near(value) => Word::Found { value, said: true },
            Named::Asked(rule, hint) => Word::Asked(rule, hint),
        }
    }
}
