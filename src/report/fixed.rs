//! What is fixed in the wording of the section: numbers that no figure states, and statements that nothing proves.

use std::ops::Range;

use super::quoted;
use crate::locales::{Lang, Text, report as words};

/// The template of the section's wording, one paragraph per line.
pub(super) const WORDING: &str = "drought-relief.txt.j2";
pub(super) const WORDING_EN: &str = "drought-relief.en.txt.j2";

/// Words of a denial or of completeness: a statement that needs evidence, and so has to come from a figure. A short
/// list of what such reports say, not of all that a language can say.
const STATEMENTS: [&str; 15] = [
    "未有",
    "未出现",
    "未发生",
    "未造成",
    "没有",
    "无一",
    "无人",
    "无忧",
    "不存在",
    "杜绝",
    "全部解决",
    "全面解决",
    "全面保障",
    "有保障",
    "均未",
];
/// What is no denial although one stands in it: a drone.
const NO_STATEMENT: &str = "无人机";
/// The same in English, in lower case: words, and words that stand together.
const STATEMENTS_EN: [&str; 7] = ["no", "none", "never", "nobody", "nothing", "neither", "nowhere"];
const PHRASES_EN: [&str; 3] = ["not a single", "all solved", "without exception"];

/// Whether a template of this name words the section.
pub(super) fn is_wording(name: &str) -> bool {
    [WORDING, WORDING_EN].contains(&name)
}

/// The faults of the text that is fixed in the `source` of a wording.
pub(super) fn fixed(lang: Lang, template: &str, source: &str) -> Vec<Text> {
    let outside = without_comments(source);
    let mut faults = numbers(template, &outside);
    faults.extend(statements(lang, template, &fixed_text(&outside)));
    faults
}

/// A template without its comments. Their line breaks are kept, so that the line numbers stay right.
pub(super) fn without_comments(source: &str) -> String {
    let mut outside = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{#") {
        outside.push_str(before);
        let (comment, next) = after.split_once("#}").unwrap_or((after, ""));
        outside.extend(comment.chars().filter(|c| *c == '\n'));
        rest = next;
    }
    outside + rest
}

/// The text of a template that is printed as it stands: what lies outside its code, and the texts in its code. Line
/// breaks are kept; a blank takes the place of code.
fn fixed_text(outside: &str) -> String {
    let mut fixed = String::new();
    let (mut code, mut quote) = (false, None);
    let mut rest = outside.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match (code, quote) {
            (false, _) if c == '{' && matches!(next, Some('{' | '%')) => {
                code = true;
                fixed.push(' ');
            }
            (true, None) if matches!(c, '}' | '%') && next == Some('}') => {
                code = false;
                rest.next();
            }
            (true, None) if matches!(c, '"' | '\'') => {
                quote = Some(c);
                fixed.push(' ');
            }
            (true, None) => fixed.extend((c == '\n').then_some(c)),
            (true, Some(end)) if c == end => quote = None,
            (false, _) | (true, Some(_)) => fixed.push(c),
        }
    }
    fixed
}

/// Numbers in the wording that do not come from a figure: next year they are wrong.
fn numbers(template: &str, outside: &str) -> Vec<Text> {
    let of_line = |(index, line): (usize, &str)| {
        let found = quoted::numbers(line).into_iter();
        let number =
            |at: Range<usize>| Some(words::fixed_number(template, index + 1, line.get(at)?));
        found.filter_map(number).collect::<Vec<_>>()
    };
    outside.lines().enumerate().flat_map(of_line).collect()
}

/// Statements in the `fixed` text of the wording that do not come from a figure: they are printed whether or not they
/// are proved.
fn statements(lang: Lang, template: &str, fixed: &str) -> Vec<Text> {
    let of_line = |(index, line): (usize, &str)| {
        let line = line.to_lowercase().replace(NO_STATEMENT, "");
        let stands = |said: &&str| match lang {
            Lang::Chinese => line.contains(*said),
            Lang::English => line.split(|c: char| !c.is_alphabetic()).any(|word| word == *said),
        };
        let said: &[&str] = lang.pick(&STATEMENTS, &STATEMENTS_EN);
        let phrases = PHRASES_EN.iter().filter(|phrase| line.contains(**phrase));
        let found = said.iter().filter(|said| stands(said)).chain(phrases);
        found.map(|said| words::fixed_statement(template, index + 1, said)).collect::<Vec<_>>()
    };
    fixed.lines().enumerate().flat_map(of_line).collect()
}
