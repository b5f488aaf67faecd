//! The lines of a help screen: as wide as they are shown, since a Chinese character takes two columns.

use crate::locales::cli as words;

/// Columns of a help screen.
const WIDTH: usize = 80;

/// Columns of what is explained. Where that is longer, its explanation begins in the next line.
const LEFT_MAX: usize = 30;

/// How much further to the right a line of usage goes on.
const FURTHER: usize = 4;

/// Something and its explanation, which may have several paragraphs.
pub struct Row {
    pub left: String,
    pub right: String,
}

/// Rows under their headings. `bold` marks headings and what is explained.
pub fn sections(sections: &[(String, Vec<Row>)], bold: impl Fn(&str) -> String) -> String {
    let mut lines = Vec::new();
    for (heading, rows) in sections {
        let widths = rows.iter().map(|row| width(&row.left)).filter(|width| *width <= LEFT_MAX);
        let column = widths.max().unwrap_or(0) + 4;
        lines.push(format!("\n{}", bold(heading)));
        for row in rows {
            let left = format!("  {}", bold(&row.left));
            let mut right = row.right.lines().flat_map(|line| wrap(line, WIDTH - column));
            let free = column.saturating_sub(2 + width(&row.left));
            let first = if free >= 2 { right.next() } else { None };
            lines.push(match first {
                Some(first) => format!("{left}{}{first}", " ".repeat(free)),
                None => left,
            });
            lines.extend(right.map(|line| format!("{}{line}", " ".repeat(column))));
        }
    }
    lines.join("\n")
}

/// Paragraphs with an empty line between them.
pub fn paragraphs<'a>(paragraphs: impl Iterator<Item = &'a str>) -> String {
    let wrapped: Vec<String> = paragraphs.map(|text| wrap(text, WIDTH).join("\n")).collect();
    wrapped.join("\n\n")
}

/// clap's lines of usage in the reader's language, without their heading, which takes columns of the first one. A line
/// that is too long goes on below, further to the right.
pub fn usage(text: &str) -> String {
    let text = calls(text);
    let column = width(&words::usage().to_string());
    let mut lines = Vec::new();
    for call in text.lines() {
        let mut line = String::new();
        let mut indent = column;
        for part in call_parts(call.trim_start()) {
            if !line.is_empty() && indent + width(&line) + width(part.trim_end()) > WIDTH {
                lines.push(" ".repeat(indent) + line.trim_end());
                line.clear();
                indent = column + FURTHER;
            }
            line.push_str(part);
        }
        lines.push(" ".repeat(indent) + &line);
    }
    lines.join("\n").trim_start().to_owned()
}

/// clap's lines of usage in the reader's language, without their heading.
pub fn calls(text: &str) -> String {
    let text = text.trim_start().trim_start_matches("Usage:").trim_start();
    text.replace("[OPTIONS]", &words::options_placeholder().to_string())
        .replace("COMMAND", &words::command_placeholder().to_string())
}

/// The parts of a line of usage that no line break may divide. An option and its value are one; what can be chosen
/// from, `<--config <FILE>|--tcp <HOST:PORT>>`, is several.
fn call_parts(call: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut depth = 0;
    for (at, c) in call.char_indices() {
        let (part, rest) = (&call[begin..at], &call[at..]);
        let breaks = match c {
            '<' | '[' => {
                depth += 1;
                false
            }
            '>' | ']' => {
                depth -= 1;
                false
            }
            ' ' if depth == 0 => {
                let has_value = rest.starts_with(" <") && !rest.starts_with(" <-");
                !(part.starts_with('-') && !part.contains(' ') && has_value)
            }
            '|' => depth == 1 && rest.starts_with("|-"),
            _ => false,
        };
        if breaks {
            parts.push(&call[begin..=at]);
            begin = at + 1;
        }
    }
    parts.push(&call[begin..]);
    parts
}

/// Whether a character takes two columns. The catalogue has none beyond the ranges that begin with the CJK radicals.
fn wide(c: char) -> bool {
    c >= '\u{2e80}'
}

fn width(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

/// Breaks `text` between words and between Chinese characters into lines of at most `most` columns. A longer word has
/// a line of its own.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() || width(line) + width(piece.trim_end()) <= most {
                line.push_str(piece);
            } else {
                lines.push(piece.to_owned());
            }
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The parts of `text` that no line break may divide.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut before = ' ';
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        let apart = before == ' ' || wide(before) || wide(c);
        let holds = quoted || "（“《".contains(before) || "，。：；、）”》？！ ".contains(c);
        if at > begin && apart && !holds {
            pieces.push(&text[begin..at]);
            begin = at;
        }
        quoted ^= c == '`';
        before = c;
    }
    pieces.push(&text[begin..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    #[test]
    fn lines_break_between_words_and_between_chinese_characters() {
        for (text, most, lines) in [
            ("", 10, &[""][..]),
            ("one two three", 8, &["one two", "three"]),
            ("a-very-long-word here", 5, &["a-very-long-word", "here"]),
            ("旱情等级，以及依据", 10, &["旱情等级，", "以及依据"]),
            ("旱情等级，以及依据", 9, &["旱情等", "级，以及", "依据"]),
            ("加 --resume 接着导出", 11, &["加 --resume", "接着导出"]),
            ("用 `hanqing ports` 看", 12, &["用", "`hanqing ports`", "看"]),
            ("写（见说明）", 6, &["写（见", "说明）"]),
        ] {
            assert_eq!(wrap(text, most), lines, "{text}");
        }
    }

    #[test]
    fn explanations_line_up_and_a_long_left_side_has_a_line_of_its_own() {
        let row = |left: &str, right: &str| Row { left: left.into(), right: right.into() };
        let rows = vec![
            row("--a <文件>", "one"),
            row("--b", "two\nthree"),
            row("--an-option-that-is-much-too-long", "four"),
        ];
        let shown = sections(&[("Options:".into(), rows)], str::to_owned);
        let expected = "\nOptions:\n  --a <文件>  one\n  --b         two\n              three\n  \
                        --an-option-that-is-much-too-long\n              four";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_long_line_of_usage_goes_on_below() {
        let group = "<--config <FILE>|--tcp <HOST:PORT>|--rtu-tcp <HOST:PORT>|--serial <PORT>>";
        let call = format!("Usage: hanqing probe [OPTIONS] --unit <1-247> --lang <zh|en> {group}");
        let parts = call_parts(call.trim_start_matches("Usage: "));
        let [first, others @ ..] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!(*first, "hanqing ");
        let others: Vec<&str> = others.iter().map(|part| part.trim_end()).collect();
        assert_eq!(
            others,
            [
                "probe",
                "[OPTIONS]",
                "--unit <1-247>",
                "--lang <zh|en>",
                "<--config <FILE>|",
                "--tcp <HOST:PORT>|",
                "--rtu-tcp <HOST:PORT>|",
                "--serial <PORT>>"
            ]
        );
        let shown = |lang, call: &str| within(lang, || usage(call));
        assert_eq!(
            shown(Lang::English, &call),
            "hanqing probe [OPTIONS] --unit <1-247> --lang <zh|en> <--config <FILE>|\n           \
             --tcp <HOST:PORT>|--rtu-tcp <HOST:PORT>|--serial <PORT>>"
        );
        assert_eq!(
            shown(Lang::Chinese, &call),
            "hanqing probe [选项] --unit <1-247> --lang <zh|en> <--config <FILE>|\n          \
             --tcp <HOST:PORT>|--rtu-tcp <HOST:PORT>|--serial <PORT>>"
        );
        let enter = "Usage: hanqing ledger enter [OPTIONS] --config <FILE> --code <CODE> --value <NUMBER> --by <NAME>\n       \
                     hanqing ledger <COMMAND>";
        assert_eq!(
            shown(Lang::English, enter),
            "hanqing ledger enter [OPTIONS] --config <FILE> --code <CODE>\n           \
             --value <NUMBER> --by <NAME>\n       hanqing ledger <COMMAND>"
        );
    }
}
