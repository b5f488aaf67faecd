//! The known word that a mistyped one was probably meant to be.

/// The word of `known` nearest to `typed`, where one is near enough to be worth suggesting: a third of its letters may
/// differ, at least one, at most three. Engineering judgement: further away a suggestion misleads.
pub(super) fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().collect();
    known
        .into_iter()
        .map(|word| (edits(&typed, word), word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters have to be put in, taken out, replaced or exchanged with their neighbour to get from one to the other.
fn edits(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, j) + usize::from(letter != other))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let exchanged =
                i > 0 && j > 0 && a.get(i - 1) == Some(other) && b.get(j - 1) == Some(letter);
            if exchanged {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// ``did you mean `word`?``, or nothing.
pub(super) fn did_you_mean<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(typed, known).map(|word| format!("did you mean `{word}`?"))
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
    }
}
