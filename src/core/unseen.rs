//! Characters that change what is read without being seen.

/// Whether `c` changes what is read without being seen: a control, a mark that turns the order of letters around, or
/// something without width (Unicode Technical Report 36, 2.6 and 2.10). The end of a line is one too; a text of several
/// lines lets it pass.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, mark of Arabic letters, separator of vowels.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Blanks and joiners without width, marks of direction.
            | '\u{200b}'..='\u{200f}'
            // Ends of a line and of a paragraph, and what turns letters around.
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_that_turn_letters_around_are_unseen() {
        for c in "\0\n\t\u{7f}\u{85}\u{ad}\u{61c}\u{200b}\u{200f}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in "a旱 \u{3000}。@\u{200a}\u{2027}\u{202f}\u{206a}".chars() {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}
