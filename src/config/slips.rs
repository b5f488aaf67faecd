//! Slips of typing that toml's own words do not name: what is wrong with the line at which it stops.

use super::encoding::{FullWidth, full_width};
use crate::core::{half_width, is_unseen};
use crate::locales::{Text, check as words, config};

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slip {
    /// Its place in the line, characters from 1.
    pub(super) column: usize,
    pub(super) rule: Text,
    pub(super) hint: Text,
}

/// The slip in `line`, which is no TOML; `None` where it is none of those that are known.
pub(super) fn slip(line: &str) -> Option<Slip> {
    let signs = Signs::of(line);
    unseen(line)
        .or_else(|| full_width(line).map(of_full_width))
        .or_else(|| closed_full_width(line, &signs))
        .or_else(|| decimal_comma(&signs))
        .or_else(|| foreign_end(&signs))
        .or_else(|| without_value(line, &signs))
        .or_else(|| bare_value(&signs))
}

/// The lines besides `line`, counted from 1, that have a full-width sign outside texts and comments, too. None where
/// `text` has texts of several lines, whose lines do not show that they are within one.
pub(super) fn others_full_width(text: &str, line: usize) -> Vec<usize> {
    if full_width(text.lines().nth(line.saturating_sub(1)).unwrap_or_default()).is_none()
        || ["\"\"\"", "'''"].iter().any(|quotes| text.contains(quotes))
    {
        return Vec::new();
    }
    let others = (1..).zip(text.lines()).filter(|(number, _)| *number != line);
    others.filter(|(_, other)| full_width(other).is_some()).map(|(number, _)| number).collect()
}

/// Where lines end as on old Macs, which toml takes for one line: the first end.
pub(super) fn lone_return(text: &str) -> Option<(usize, Slip)> {
    let at = text.match_indices('\r').map(|(at, _)| at);
    let mut lone = at.filter(|at| !text.get(at + 1..).unwrap_or_default().starts_with('\n'));
    let at = lone.next()?;
    let (rule, hint) = (words::lone_return(), words::save_with_newlines());
    Some((at, Slip { column: 1, rule, hint }))
}

/// A line's characters outside texts and comments, with their columns from 1.
struct Signs {
    outside: Vec<(usize, char)>,
    /// The quote that is still open at the end of the line, and its column.
    open: Option<(usize, char)>,
}

impl Signs {
    fn of(line: &str) -> Self {
        let mut signs = Self { outside: Vec::new(), open: None };
        let mut escaped = false;
        for (column, c) in (1..).zip(line.chars()) {
            match signs.open {
                Some((_, quote)) => {
                    let closes = c == quote && !escaped;
                    escaped = quote == '"' && c == '\\' && !escaped;
                    signs.open = signs.open.filter(|_| !closes);
                }
                None if c == '#' => break,
                None if c == '"' || c == '\'' => signs.open = Some((column, c)),
                None => signs.outside.push((column, c)),
            }
        }
        signs
    }
}

fn of_full_width(found: FullWidth) -> Slip {
    Slip { column: found.column, rule: found.rule(), hint: found.hint() }
}

fn unseen(line: &str) -> Option<Slip> {
    let seen = |c: char| !is_unseen(c) || c == '\t' || c == '\r';
    let (column, found) = (1..).zip(line.chars()).find(|(_, c)| !seen(*c))?;
    let (rule, hint) = (words::unseen(format_args!("{:04X}", u32::from(found))), words::retype());
    Some(Slip { column, rule, hint })
}

/// A text in quotes that an input method has closed.
fn closed_full_width(line: &str, signs: &Signs) -> Option<Slip> {
    let (begin, quote) = signs.open?;
    let (column, found) =
        (1..).zip(line.chars()).skip(begin).find(|(_, c)| half_width(*c) == Some(quote))?;
    let (rule, hint) = (words::full_width(found), words::type_half(quote));
    Some(Slip { column, rule, hint })
}

/// A number with a comma for its point, after `=`.
fn decimal_comma(signs: &Signs) -> Option<Slip> {
    let text: String = signs.outside.iter().map(|(_, c)| *c).collect();
    let number = |text: &str| {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        (digits > 0).then_some(digits)
    };
    for (at, _) in text.match_indices('=') {
        let value = text.get(at + 1..).unwrap_or_default().trim_start();
        let begin = value.trim_start_matches(['+', '-']);
        let Some(whole) = number(begin) else { continue };
        let Some(rest) = begin.get(whole..).and_then(|rest| rest.strip_prefix(',')) else {
            continue;
        };
        let Some(decimals) = number(rest) else { continue };
        let after = rest.get(decimals..).unwrap_or_default();
        // 1,216.9: the comma is between thousands. What 3,600 means nobody knows.
        let point = after.strip_prefix('.').and_then(number).filter(|_| decimals == 3);
        let behind = point.map_or(0, |digits| digits + 1);
        let after = after.get(behind..).unwrap_or_default().trim_start();
        if !after.is_empty() && !after.starts_with(['}', ',']) {
            continue;
        }
        let begins = text.len().checked_sub(value.len())?;
        let index = text.get(..begins)?.chars().count();
        let (column, _) = *signs.outside.get(index)?;
        let end = value.len().checked_sub(rest.len())? + decimals + behind;
        let written = value.get(..end)?;
        let (whole, pointed) = (written.replace(',', ""), written.replace(',', "."));
        let (rule, hint) = match (point, decimals) {
            (Some(_), _) => (words::comma_in_number(), words::write_point(whole)),
            (None, 3) => (words::comma_in_number(), words::write_either(whole, pointed)),
            (None, _) => (words::comma_for_point(), words::write_point(pointed)),
        };
        return Some(Slip { column, rule, hint });
    }
    None
}

/// `;` at the end, or a comment as other languages have them.
fn foreign_end(signs: &Signs) -> Option<Slip> {
    let comment = signs.outside.windows(2).find_map(|pair| match pair {
        [(first, '/'), (second, '/')] if second - first == 1 => Some(*first),
        _ => None,
    });
    let end = signs.outside.iter().find(|(_, c)| *c == ';').map(|(column, _)| *column);
    match (comment, end) {
        (Some(column), None) => {
            Some(Slip { column, rule: words::foreign_comment(), hint: words::comment_sign() })
        }
        (_, Some(column)) => {
            Some(Slip { column, rule: words::semicolon(), hint: words::remove_it_here() })
        }
        (None, None) => None,
    }
}

/// `unit =` and nothing after it.
fn without_value(line: &str, signs: &Signs) -> Option<Slip> {
    let last = signs.outside.iter().rev().find(|(_, c)| !c.is_whitespace());
    let (column, _) = last.filter(|(_, c)| *c == '=' && signs.open.is_none())?;
    let whole = signs.outside.iter().filter(|(_, c)| *c == '=').count() == 1;
    // A text in quotes is a value.
    let behind = line.chars().skip(*column).find(|c| !c.is_whitespace());
    let empty = behind.is_none_or(|c| c == '#');
    (whole && empty).then(|| Slip {
        column: *column,
        rule: words::no_value_here(),
        hint: config::correct_this_line(),
    })
}

/// A number with its unit, a hexadecimal one without `0x`, or a word for yes and no, none of which has quotes.
fn bare_value(signs: &Signs) -> Option<Slip> {
    let begins = |c: char| c == '=' || c == '[' || c == ',';
    let ends = |c: char| c == ',' || c == ']' || c == '}';
    let mut rest = signs.outside.as_slice();
    while let Some(at) = rest.iter().position(|(_, c)| begins(*c)) {
        rest = rest.get(at + 1..)?;
        let until = rest.iter().position(|(_, c)| ends(*c)).unwrap_or(rest.len());
        let value = rest.get(..until)?;
        let first = value.iter().find(|(_, c)| !c.is_whitespace()).map(|(column, _)| *column);
        let value: String = value.iter().map(|(_, c)| *c).collect();
        if let Some((column, (rule, hint))) = first.zip(bare(value.trim())) {
            return Some(Slip { column, rule, hint });
        }
    }
    None
}

/// What is wrong with a value without quotes, where it is one of these.
fn bare(value: &str) -> Option<(Text, Text)> {
    let meant = match value.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" => "true",
        "no" | "off" | "false" => "false",
        _ => "",
    };
    if !meant.is_empty() && value != meant {
        return Some((words::no_truth(value), words::true_or_false(meant)));
    }
    let digits = value.strip_suffix(['h', 'H']).unwrap_or(value);
    let decimal = digits.chars().filter(char::is_ascii_digit).count();
    let hexadecimal = digits.len() <= 8 && digits.chars().all(|c| c.is_ascii_hexdigit());
    // 60h are hours, and 2000H is a register; 1e5 is a number, and cafe a word.
    let letters = digits.len() > decimal || (digits != value && decimal == 4);
    if hexadecimal && letters && decimal > 0 && value.parse::<f64>().is_err() {
        let meant = format!("0x{}", digits.to_ascii_uppercase());
        return Some((words::hexadecimal_begins(), words::write_point(meant)));
    }
    let number = value.trim_start_matches(['+', '-']);
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (number, unit) = number.split_at_checked(end)?;
    number.parse::<f64>().ok()?;
    let unit = unit.trim();
    let letters = unit.strip_prefix("m3").unwrap_or(unit);
    let is_unit = letters.chars().all(|c| c.is_alphabetic() || "%°³²·/".contains(c));
    (is_unit && !unit.is_empty()).then(|| (words::unit_behind(unit), words::number_alone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_named_with_its_place() {
        let said = |line: &str| slip(line).map(|slip| (slip.column, slip.rule));
        for (line, column, rule) in [
            ("profile = \"sdm630”", 18, words::full_width('”')),
            ("profile = \"sdm630＂ # x", 18, words::full_width('＂')),
            ("a = 'x’", 7, words::full_width('’')),
            ("a = “x”", 5, words::full_width('“')),
            ("adjust.level = { offset = 216,90 }", 27, words::comma_for_point()),
            ("offset = -216,90", 10, words::comma_for_point()),
            ("l = { a = 1,5, b = 2 }", 11, words::comma_for_point()),
            ("unit = 2;", 9, words::semicolon()),
            ("unit = 2; // x", 9, words::semicolon()),
            ("unit = 2 // x", 10, words::foreign_comment()),
            ("unit =", 6, words::no_value_here()),
            ("unit = # the pump's", 6, words::no_value_here()),
            ("unit = 2\0", 9, words::unseen("0000")),
            ("unit = 2\u{200b}", 9, words::unseen("200B")),
            ("adjust.level = { offset = 1,216.9 }", 27, words::comma_in_number()),
            ("interval_s = 3,600", 14, words::comma_in_number()),
            ("interval_s = 60s", 14, words::unit_behind("s")),
            ("interval_s = 60h", 14, words::unit_behind("h")),
            ("l = { scale = 100%, a = 2 }", 15, words::unit_behind("%")),
            ("a = 2.5 m3/h # x", 5, words::unit_behind("m3/h")),
            ("rts = yes", 7, words::no_truth("yes")),
            ("s = { rts = True }", 13, words::no_truth("True")),
            ("words = [0001, 04D2]", 16, words::hexadecimal_begins()),
            ("address = 2000H", 11, words::hexadecimal_begins()),
        ] {
            assert_eq!(said(line), Some((column, rule)), "{line}");
        }
        for other in [
            "b = = 2",
            "a = [1, 2",
            "url = \"mqtt://x",
            "a = \"b\"",
            "a = \"b\" c",
            "b = =",
            "",
            "[bus",
            "a = word",
            "a = 4x0005",
            "a = 1e5 2",
            "a = 2022-08-01x",
            "a = cafe",
        ] {
            assert_eq!(said(other), None, "{other}");
        }
        let hint = slip("{ offset = 216,90 }").unwrap().hint;
        assert_eq!(hint, words::write_point("216.90"));
        let hint = |line: &str| slip(line).unwrap().hint;
        assert_eq!(hint("{ offset = -1,216.9 }"), words::write_point("-1216.9"));
        assert_eq!(hint("a = 3,600"), words::write_either("3600", "3.600"));
        assert_eq!(hint("a = [04d2]"), words::write_point("0x04D2"));
        assert_eq!(hint("a = -60 s"), words::number_alone());
    }

    #[test]
    fn every_line_with_a_full_width_sign_is_named() {
        let text = "a ＝ 1\nb = 2 # 号：\nc = \"，\"\n【d】\ne = “x”\n";
        assert_eq!(others_full_width(text, 1), [4, 5]);
        assert_eq!(others_full_width(text, 2), [0; 0]);
        assert_eq!(others_full_width("a ＝ 1\nb = \"\"\"\n，\n\"\"\"\n", 1), [0; 0]);
    }

    #[test]
    fn a_return_alone_is_found() {
        assert_eq!(lone_return("a = 1\r\nb = 2\n"), None);
        assert_eq!(lone_return("a = 1\rb = 2\r").map(|(at, _)| at), Some(5));
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_odd(line in "[a=,;/0-9\"'”“ ＝{}#.\\\\\u{200b}旱h%x-]{0,30}") {
            if let Some(slip) = slip(&line) {
                proptest::prop_assert!((1..=line.chars().count()).contains(&slip.column));
            }
        }
    }
}
