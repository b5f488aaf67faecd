//! Text of the ledger as a terminal and a spreadsheet show it.

use std::borrow::Cow;

use crate::core::is_unseen;

/// `text` in one line, as the importer reads a cell of several, with what cannot be seen written out: `\u{1b}`. Rows of
/// before such characters were refused may hold them.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return text.into();
    }
    let lines = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty());
    let mut shown = String::with_capacity(text.len());
    for c in lines.collect::<Vec<_>>().join(" ").chars() {
        if is_unseen(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_that_turn_letters_around_are_written_out() {
        for (text, shown) in [
            ("加油票 17 号", "加油票 17 号"),
            ("票\u{1b}[2J", "票\\u{1b}[2J"),
            ("a\u{202e}b\u{9b}", "a\\u{202e}b\\u{9b}"),
            ("加油票\r\n 第3联\n", "加油票 第3联"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
