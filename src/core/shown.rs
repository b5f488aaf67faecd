//! Values as messages repeat them.

use std::borrow::Cow;

/// Longest value that is repeated in a message, in characters: enough to recognise it.
const SHOWN_MAX: usize = 60;

/// `text` as messages repeat it: of a long one the begin.
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Parameter, Series, StationId};
    use crate::locales::{Lang, Text};

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(shown(&"旱".repeat(SHOWN_MAX)).chars().count(), SHOWN_MAX);
        assert_eq!(shown(&"旱".repeat(5000)).chars().count(), SHOWN_MAX + 3);
    }

    #[test]
    fn a_long_name_is_not_repeated_in_full() {
        let long = "x".repeat(5000);
        let id = long.parse::<StationId>().unwrap_err();
        let parameter = long.parse::<Parameter>().unwrap_err();
        for said in [id.rule(), parameter, long.parse::<Series>().unwrap_err()] {
            let [zh, en] = Lang::ALL.map(|lang| Text::within(&said, lang));
            let cut = format!("\"{}...\"", "x".repeat(SHOWN_MAX));
            assert!(zh.contains(&cut) && en.contains(&cut), "{zh} {en}");
            assert!(zh.len().max(en.len()) < 200, "{zh} {en}");
        }
    }
}
