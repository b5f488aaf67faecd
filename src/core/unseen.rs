//! Characters that change what is read without being seen.

/// The characters that nothing need be drawn for (Default_Ignorable_Code_Point, DerivedCoreProperties.txt of Unicode
/// 16.0, 4,174 of them): joiners, marks that turn the order of letters around, fillers, variation selectors, tags.
const IGNORABLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether `c` changes what is read without being seen: a control, the end of a line or paragraph, an anchor of notes
/// between lines, or what Unicode lets nobody draw (Unicode Technical Report 36, 2.6 and 2.10). A text of several
/// lines lets the ends of its lines pass.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
        || IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_that_turn_letters_around_are_unseen() {
        for c in "\0\n\t\u{7f}\u{85}\u{ad}\u{61c}\u{200b}\u{200f}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in "a旱 \u{3000}。@\u{200a}\u{2027}\u{202f}\u{2070}\u{2800}\u{3163}\u{fffd}".chars()
        {
            assert!(!is_unseen(c), "{c:?}");
        }
    }

    #[test]
    fn what_unicode_lets_nobody_draw_is_unseen() {
        for c in "\u{34f}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{180b}\u{206a}\u{fe00}\u{fe0f}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e01ef}".chars() {
            assert!(is_unseen(c), "{c:?}");
        }
        // As many as the file of Unicode says that there are.
        let all = IGNORABLE.iter().map(|(first, last)| (*first..=*last).count());
        assert_eq!(all.sum::<usize>(), 4174);
        // One after the other: none twice.
        assert!(IGNORABLE.windows(2).all(|two| two[0].1 < two[1].0));
    }
}
