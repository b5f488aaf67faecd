//! Years and days within a line of text, such as a title or a line below a table.

use super::{Days, Years, in_text};

/// Most characters of a line that are looked through; a title is far shorter.
const CHARACTERS_MAX: usize = 200;

/// Most characters of a date within a line.
const DATE_MAX: usize = 40;

/// Words behind a day that make it another one: 8月以来 is not August.
const NOT_ITSELF: [&str; 9] = ["以来", "以后", "以前", "之前", "之后", "前", "后", "起", "左右"];

/// Words behind a month whose days nobody has fixed.
const VAGUE: [&str; 3] = ["初", "底", "末"];

/// The one year in `text`.
pub(super) fn year_in(text: &str, range: (i16, i16)) -> Option<i16> {
    let chars: Vec<char> = text.chars().filter(|c| *c != ' ').take(CHARACTERS_MAX).collect();
    let mut years = Vec::new();
    for at in 0..chars.len() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let four: String = chars.iter().skip(at).take(4).collect();
        let is_four = four.len() == 4 && four.bytes().all(|b| b.is_ascii_digit());
        let behind: String = chars.iter().skip(at + 4).take(6).collect();
        let inside = before.is_some_and(|c| c.is_ascii_digit() || *c == '.' || *c == ',');
        if is_four && !inside && (is_of_a_date(&behind) || before.is_none() && behind.is_empty()) {
            years.extend(four.parse().ok().filter(|year: &i16| (range.0..=range.1).contains(year)));
        }
    }
    years.dedup();
    match years.as_slice() {
        [year] => Some(*year),
        _ => None,
    }
}

/// Whether what follows four digits makes them a year. 2022.5 may be a number; 2022.5.1 is none.
fn is_of_a_date(behind: &str) -> bool {
    let digit_at = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if behind.starts_with('年') {
        return true;
    }
    if let Some(rest) = behind.strip_prefix(['-', '/', '~', '—', '至']) {
        return digit_at(rest);
    }
    let dotted =
        behind.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    dotted.and_then(|rest| rest.strip_prefix('.')).is_some_and(digit_at)
}

/// The one day or span in `text`.
pub(super) fn days_in(text: &str, years: Years) -> Option<Days> {
    let chars: Vec<char> = text.chars().filter(|c| *c != ' ').take(CHARACTERS_MAX).collect();
    let mut found: Vec<Days> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        // Not what is left of a date that cannot be read: 8月1日 of 2202年8月1日.
        let is_rest = before.is_some_and(|c| "年月-/.~—、".contains(*c));
        let is_digit = chars.get(at).is_some_and(char::is_ascii_digit);
        let begins = is_digit && !is_rest;
        match begins.then(|| date_at(&chars, at, years)).flatten() {
            Some((end, days)) => {
                if is_another(&chars, end) {
                    return None;
                }
                found.push(days);
                at = end;
            }
            // Not into the middle of a number.
            None if is_digit => {
                let digits = chars.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
                at += digits;
            }
            None => at += 1,
        }
    }
    found.dedup();
    match found.as_slice() {
        [days] => Some(*days),
        _ => None,
    }
}

/// The longest date that begins at `at`, with its end.
fn date_at(chars: &[char], at: usize, years: Years) -> Option<(usize, Days)> {
    let is_of_date =
        |c: &char| c.is_ascii_digit() || "年月日号份.-/~—至到上中下旬半全".contains(*c);
    let run: Vec<char> =
        chars.iter().skip(at).take(DATE_MAX).take_while(|c| is_of_date(c)).copied().collect();
    (1..=run.len()).rev().find_map(|length| {
        let date: String = run.iter().take(length).collect();
        // Never a part of a number.
        let next = chars.get(at + length).is_some_and(char::is_ascii_digit);
        if next && date.ends_with(|c: char| c.is_ascii_digit()) || !is_plainly_a_date(&date) {
            return None;
        }
        Some((at + length, in_text(&date, years).ok()?))
    })
}

/// Whether it cannot be anything else than a date: it has a month 月, or year, month and day.
fn is_plainly_a_date(date: &str) -> bool {
    let signs = date.chars().filter(|c| matches!(c, '-' | '/' | '.')).count();
    let year = date.chars().take_while(char::is_ascii_digit).count() == 4;
    date.contains('月') || year && signs >= 2
}

/// Whether what follows a date makes it another day, or none.
fn is_another(chars: &[char], end: usize) -> bool {
    let behind: String = chars.iter().skip(end).take(2).collect();
    let mut next = behind.chars();
    // A span whose end cannot be read, or one more day.
    let goes_on = next.next().is_some_and(|c| "至到-/.~—、".contains(c))
        && next.next().is_some_and(|c| c.is_ascii_digit());
    let after_month =
        end.checked_sub(1).and_then(|last| chars.get(last)).is_some_and(|c| *c == '月');
    goes_on
        || NOT_ITSELF.iter().any(|word| behind.starts_with(word))
        || after_month && VAGUE.iter().any(|word| behind.starts_with(word))
}
