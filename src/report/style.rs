//! Finds faults of style in the office's wording: two hedges on one number.

use crate::figures::{Hedge, parse};
use crate::locales::{Lang, figures as words};

/// Words before a number that hedge it (`domain.md` §4.1).
const BEFORE: [&str; 10] = ["约", "大约", "近", "将近", "达", "超", "超过", "不足", "至少", "多达"];
/// Words after it.
const AFTER: [&str; 6] = ["左右", "以上", "以下", "以内", "之多", "上下"];

/// The first words in `text` where the template hedges one of the `phrases` that is hedged already (约 + 1200余万元). An
/// exact number may take one hedge (达55万元); the part of one that is known (55万元以上) has its own.
pub(super) fn hedged_twice<'a>(
    text: &str,
    phrases: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let in_part = [words::known_part(""), words::entered_part("")];
    let in_part = in_part.map(|words| words.within(Lang::Chinese));
    let hedged = phrases.filter_map(|phrase| {
        let known = in_part.iter().find_map(|words| phrase.strip_suffix(words.as_str()));
        let phrase = known.unwrap_or(phrase);
        (parse(phrase)?.hedge != Hedge::Exact).then_some(phrase)
    });
    hedged.flat_map(|phrase| text.match_indices(phrase)).find_map(|(at, phrase)| {
        let (before, rest) = text.split_at_checked(at)?;
        let after = rest.strip_prefix(phrase)?;
        let word = BEFORE.iter().find(|word| before.ends_with(**word));
        let end = AFTER.iter().find(|word| after.starts_with(**word));
        (word.is_some() || end.is_some()).then(|| {
            let (word, end) = (word.unwrap_or(&""), end.unwrap_or(&""));
            format!("{word}{phrase}{end}")
        })
    })
}
