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
        let (before, after) = (last_two(before), first_two(after));
        let form = form(before, after, raw.contains(NOT_TEXT));
        let range = inside - before.len()..end + after.len();
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

fn last_two(braces: &str) -> &str {
    let start = braces.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
    braces.get(start..).unwrap_or("")
}

fn first_two(braces: &str) -> &str {
    let end = braces.char_indices().nth(2).map_or(braces.len(), |(at, _)| at);
    braces.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_what_was_meant_to_be_one_are_found() {
        for (text, expected) in [
            (
                "用电{{a_b}}、{{ 抗旱用电量 }}；",
                vec![("a_b", Form::Sound), ("抗旱用电量", Form::Sound)],
            ),
            ("{{ {{a}} {{{b}}}", vec![("a", Form::Sound), ("b", Form::Sound)]),
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
        assert_eq!(placeholders("电{{{a}}}度")[0].range, 4..9);
    }
}
