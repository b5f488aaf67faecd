//! Suggests the known word that a mistyped one was probably meant to be.

/// The word of `known` nearest to `typed`, if it is near enough: a third of its letters may differ, at least one, at
/// most three. Engineering judgement: a suggestion further away misleads.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&typed, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["interval_s", "unit", "profile", "kind"];
        assert_eq!(nearest("intervall_s", known), Some("interval_s"));
        assert_eq!(nearest("uint", known), Some("unit"));
        assert_eq!(nearest("Profile", known), Some("profile"));
        assert_eq!(nearest("find", known), Some("kind"));
        assert_eq!(nearest("baud", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("东门", ["东门村", "仙坪村"]), Some("东门村"));
    }
}
