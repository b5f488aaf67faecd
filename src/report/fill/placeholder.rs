//! Finds placeholders `{{name}}` in a text, and what was meant to be one.

use std::ops::Range;

use super::edit::NOT_TEXT;

/// Longest name of a placeholder, in characters: longer than any figure's, so that braces in other text are ignored.
const NAME_MAX: usize = 60;

/// How a placeholder is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Sound,
    /// With braces of the full width: ｛｛name｝｝.
    FullWidth,
    /// With something besides text in it.
    Split,
    /// With a brace missing: `{{name}`.
    BraceMissing,
    /// With more than two braces before or behind.
    TooMany,
    /// In single braces, or without closing ones: only a known name makes it a placeholder.
    Doubtful,
}

/// A placeholder, or what was meant to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placeholder {
    /// With its braces.
    pub range: Range<usize>,
    pub name: String,
    pub form: Form,
}

fn opens(c: char) -> bool {
    matches!(c, '{' | '｛')
}

fn closes(c: char) -> bool {
    matches!(c, '}' | '｝')
}

/// The placeholders of a text, in order.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find(opens)) {
        let start = from + open;
        let rest = text.get(start..).unwrap_or("");
        let inside = start + rest.find(|c| !opens(c)).unwrap_or(rest.len());
        let rest = text.get(inside..).unwrap_or("");
        let end = inside + rest.find(|c| opens(c) || closes(c)).unwrap_or(rest.len());
        let rest = text.get(end..).unwrap_or("");
        let behind = end + rest.find(|c| !closes(c)).unwrap_or(rest.len());
        from = behind;
        let raw = text.get(inside..end).unwrap_or("");
        let name: String = raw.chars().filter(|c| *c != NOT_TEXT).collect();
        // Without closing braces, the name ends where the word ends.
        let unclosed = behind == end;
        let name = name.trim();
        let name = if unclosed { first_word(name) } else { name };
        if !is_name(name) {
            continue;
        }
        let (before, after) = (text.get(start..inside), text.get(end..behind));
        let (before, after) = (before.unwrap_or(""), after.unwrap_or(""));
        let form = form(before, after, raw.contains(NOT_TEXT));
        let range = start..behind;
        found.push(Placeholder { range, name: name.to_owned(), form });
    }
    found
}

fn form(before: &str, after: &str, split: bool) -> Form {
    match (before.chars().count(), after.chars().count()) {
        (2, 2) if before != "{{" || after != "}}" => Form::FullWidth,
        (2, 2) if split => Form::Split,
        (2, 2) => Form::Sound,
        (2, 1) | (1, 2) => Form::BraceMissing,
        (2.., 2..) => Form::TooMany,
        _ => Form::Doubtful,
    }
}

fn is_name(name: &str) -> bool {
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '（' | '）' | '-');
    !name.is_empty() && name.chars().count() <= NAME_MAX && name.chars().all(sound)
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
    text.get(..end.unwrap_or(text.len())).unwrap_or("")
}

/// Double braces that hold no name, or whose other half is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// The braces, with what stands between them.
    pub range: Range<usize>,
    /// The range with some text beside it where the other half is missing.
    pub shown: Range<usize>,
}

/// Text that is shown beside half a pair of braces, in characters.
const BESIDE: usize = 10;

/// The double braces of a text, in order, also those of sound placeholders.
pub(super) fn strays(text: &str) -> Vec<Stray> {
    let mut found = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (range, opening) in runs(text) {
        match (opening, open.take()) {
            (true, before) => {
                found.extend(before.map(|alone| half(text, alone, true)));
                open = Some(range);
            }
            (false, Some(start)) => {
                let range = start.start..range.end;
                found.push(Stray { shown: range.clone(), range });
            }
            (false, None) => found.push(half(text, range, false)),
        }
    }
    found.extend(open.map(|alone| half(text, alone, true)));
    found
}

/// Half a pair of braces.
fn half(text: &str, range: Range<usize>, opening: bool) -> Stray {
    let shown = if opening {
        let behind = text.get(range.end..).unwrap_or("");
        let length = behind.char_indices().nth(BESIDE).map_or(behind.len(), |(at, _)| at);
        range.start..range.end + length
    } else {
        let before = text.get(..range.start).unwrap_or("");
        let start = before.char_indices().rev().nth(BESIDE - 1).map_or(0, |(at, _)| at);
        start..range.end
    };
    Stray { range, shown }
}

/// Two or more braces in a row, and whether they open.
fn runs(text: &str) -> Vec<(Range<usize>, bool)> {
    // With the number of braces.
    let mut runs: Vec<(Range<usize>, bool, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| opens(*c) || closes(*c)) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some((range, opening, count)) if range.end == at && *opening == opens(c) => {
                (range.end, *count) = (end, *count + 1);
            }
            _ => runs.push((at..end, opens(c), 1)),
        }
    }
    let double = runs.into_iter().filter(|(_, _, count)| *count > 1);
    double.map(|(range, opening, _)| (range, opening)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_braces_without_a_name_are_found_in_whole_and_in_half() {
        for (text, expected) in [
            ("断{{用电", vec!["{{用电"]),
            ("前{{ }}后", vec!["{{ }}"]),
            ("多余}}前", vec!["多余}}"]),
            ("｛｛注｝｝{单}", vec!["｛｛注｝｝"]),
            ("{{ {{a}}", vec!["{{ {{a}}", "{{a}}"]),
        ] {
            let found = strays(text).into_iter().map(|stray| &text[stray.shown]);
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn placeholders_and_what_was_meant_to_be_one_are_found() {
        for (text, expected) in [
            (
                "用电{{a_b}}、{{ 抗旱用电量 }}；",
                vec![("a_b", Form::Sound), ("抗旱用电量", Form::Sound)],
            ),
            ("{{ {{a}} {{{b}}}", vec![("a", Form::Sound), ("b", Form::TooMany)]),
            ("｛｛a｝｝{{b｝｝", vec![("a", Form::FullWidth), ("b", Form::FullWidth)]),
            ("{{a} {b}}", vec![("a", Form::BraceMissing), ("b", Form::BraceMissing)]),
            ("{{a\u{FFFC}_b}}", vec![("a_b", Form::Split)]),
            ("{a} {{b，以后", vec![("a", Form::Doubtful), ("b", Form::Doubtful)]),
            ("{{}} {{a，b}} {}", vec![]),
        ] {
            let found = placeholders(text);
            let found: Vec<(&str, Form)> =
                found.iter().map(|found| (found.name.as_str(), found.form)).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(placeholders("电{{{a}}}度")[0].range, 3..10);
    }
}
