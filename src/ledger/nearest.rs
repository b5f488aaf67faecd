//! The known word that a mistyped one was probably meant to be.

/// Most single-character edits between what was typed and what is suggested. Engineering judgement: two slips of the
/// finger, or a forgotten or doubled letter or two; further away a suggestion misleads.
const EDITS_MAX: usize = 3;

/// The word of `known` that is nearest to `typed`, if one is near enough to be worth suggesting.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .map(|word| (edits(&typed, word), word))
        .filter(|(distance, word)| *distance <= EDITS_MAX.min(word.chars().count() / 2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein distance in characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("东门", "东门村"), 1);
        assert_eq!(edits("same", "same"), 0);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["gasoline", "area_failed", "area_affected"];
        assert_eq!(nearest("Gasolin", known.into_iter()), Some("gasoline"));
        assert_eq!(
            nearest("area_faild", known.into_iter()),
            Some("area_failed")
        );
        assert_eq!(nearest("diesel", known.into_iter()), None);
    }
}
