//! The words that are in force: an office's own, else those that the program was built with.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::lang::{Lang, for_a_program};
use super::message::Message;

/// An office's own words in one language, by the names of messages.
pub(super) type Wording = BTreeMap<String, String>;

static EDITED: OnceLock<[Wording; 2]> = OnceLock::new();

/// The words of `message`.
pub(super) fn of(message: &Message, lang: Lang) -> &'static str {
    let edited = EDITED.get().filter(|_| !for_a_program()).map(|[zh, en]| lang.pick(zh, en));
    let own =
        edited.filter(|edited| !edited.is_empty()).and_then(|edited| edited.get(&message.name()));
    own.map_or(message.built_in(lang), String::as_str)
}

/// Puts an office's own words in force, Chinese and English. Only the start of the program does; a second call changes
/// nothing.
pub(super) fn set(both: [Wording; 2]) {
    let _ = EDITED.set(both);
}
