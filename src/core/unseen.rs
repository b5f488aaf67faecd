//! Characters that change what is read without being seen.

/// Whether `c` changes what is read without being seen: a control, or a mark that turns the order of letters around
/// (Unicode Technical Report 36, 2.6). The end of a line is one too; a text of several lines lets it pass.
pub fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_that_turn_letters_around_are_unseen() {
        for c in "\0\n\t\u{7f}\u{85}\u{202a}\u{202e}\u{2066}\u{2069}".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in "a旱 \u{3000}。@\u{2029}\u{2065}\u{206a}".chars() {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}
