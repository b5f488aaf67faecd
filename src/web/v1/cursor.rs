//! Where a page begins: after a key. What a program holds of it is opaque, good for its own question only, and has no
//! character that an address would have to escape.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::{hex, sha256};

/// Longest cursor, bytes: that of the longest key.
const LENGTH_MAX: usize = 200;

/// Digits that tell one question from another.
const CHECK: usize = 8;

/// The cursor after `key` of the pages that `question` asks for.
pub(super) fn seal(question: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}{key}", check(question)))
}

/// The key of a cursor; `None` where it is none of this question.
pub(super) fn open(question: &str, cursor: &str) -> Option<String> {
    if cursor.len() > LENGTH_MAX {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let key = text.strip_prefix(&check(question))?;
    Some(key.to_owned())
}

fn check(question: &str) -> String {
    let mut digits = hex(&sha256(question.as_bytes()));
    digits.truncate(CHECK);
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_opens_for_its_question_only_and_needs_no_escape(key in "\\PC{0,30}", other in ".{1,5}") {
            let cursor = seal("readings?series=pond-1/level", &key);
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            prop_assert!(cursor.bytes().all(plain), "{}", cursor);
            prop_assert_eq!(open("readings?series=pond-1/level", &cursor), Some(key));
            prop_assert_eq!(open(&format!("readings?series=pond-1/level&{other}"), &cursor), None);
        }

        #[test]
        fn what_is_no_cursor_is_none(text in ".{0,300}") {
            prop_assert_eq!(open("readings", &text), None);
        }
    }
}
