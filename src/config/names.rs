//! Names of the township and of what is in it, as pages, reports and letters show them.

use crate::core::{Problems, is_unseen, shown};
use crate::locales::{Text, config_hub as words};

/// Longest name, characters: several times that of the longest official name of a place. Engineering judgement.
const NAME_MAX: usize = 100;

/// A name that is there, can be seen, and fits into a line; `use_of_it` says what it is for.
pub(super) fn check_name(name: &str, use_of_it: Text, found: &mut Problems) {
    if !found.text("name", name, use_of_it) {
        return;
    }
    let right = !name.contains(is_unseen) && name.chars().count() <= NAME_MAX;
    let (rule, hint) = (words::no_name(NAME_MAX), words::type_name_anew());
    found.ensure(right, "name", shown(name), rule, hint);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> Vec<String> {
        let found = Problems::of(|found| check_name(name, words::report_names_it(), found));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_can_be_seen_and_fits_into_a_line() {
        let longest = "塘".repeat(NAME_MAX);
        for right in ["东门1号泵站", "Pond (upper) No. 2", "ꊈ村", longest.as_str()] {
            assert_eq!(said(right), Vec::<String>::new());
        }
        let long = "塘".repeat(NAME_MAX + 1);
        for wrong in ["\u{200b}\u{200d}", "东门\n村", "塘\n", "\u{202e}塘", "塘\t", &long] {
            let [said] = said(wrong).try_into().unwrap();
            assert!(said.starts_with("name = ") && said.contains("at most 100"), "{said}");
            assert!(said.contains("type the name anew") && !said.contains('\n'), "{said}");
        }
        let [said] = said(&"塘".repeat(5000)).try_into().unwrap();
        assert!(said.chars().count() < 300, "{said}");
    }

    #[test]
    fn a_name_that_is_blank_is_none() {
        let [said] = said(" \u{3000}").try_into().unwrap();
        assert!(said.contains("must not be empty"), "{said}");
    }
}
