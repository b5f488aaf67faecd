//! What toml says of a file that it cannot parse, in the reader's language.

use super::{Argument, Text, config as words, foreign_serde};

/// Toml's words, by its sources of version 1.2, and ours.
const SYNTAX: &[(&str, &str)] = &[
    ("duplicate key", "设置项重复"),
    ("key with no value", "设置项没有值"),
    ("missing value for key", "设置项没有值"),
    ("missing value", "缺少值"),
    ("invalid value", "值无效"),
    ("invalid key", "设置项的名称无效"),
    ("invalid unquoted key", "不带引号的名称里有不允许的字符"),
    ("unquoted keys cannot be empty", "缺少设置项的名称"),
    ("keys cannot be multi-line basic strings", "名称不能写成三个双引号的多行文字"),
    ("keys cannot be multi-line literal strings", "名称不能写成三个单引号的多行文字"),
    ("invalid key-value pair", "不是 `名称 = 值` 的写法"),
    ("extra `=`", "多了一个 `=`"),
    ("unexpected key or value", "值的后面还有别的内容"),
    ("unexpected content", "有多余的内容"),
    ("unexpected content between comment and newline", "注释之后、换行之前有多余的内容"),
    ("invalid comment character", "注释里有不允许的字符"),
    ("missing comment start", "注释缺少 `#`"),
    ("carriage return must be followed by newline", "回车符后面必须是换行符"),
    ("invalid table", "表头无效"),
    ("missing table open", "表头缺少 `[`"),
    ("unclosed table", "表头缺少 `]`"),
    ("unclosed array table", "表头缺少 `]]`"),
    ("missing array opening", "列表缺少 `[`"),
    ("unclosed array", "列表缺少 `]`"),
    ("extra comma in array", "列表里多了逗号"),
    ("unexpected `=` in array", "列表里多了 `=`"),
    ("missing comma between array elements", "列表的两个元素之间缺少逗号"),
    ("missing inline table opening", "缺少 `{`"),
    ("unclosed inline table", "缺少 `}`"),
    ("extra comma in inline table", "`{ }` 里多了逗号"),
    ("missing comma between key-value pairs", "`{ }` 里的两项之间缺少逗号"),
    ("extra assignment between key-value pairs", "`{ }` 里多了 `=`"),
    ("missing assignment between key-value pairs", "`{ }` 里缺少 `=`"),
    ("missing key for inline table element", "`{ }` 里缺少设置项的名称"),
    ("invalid inline table element", "`{ }` 里有一项无效"),
    ("invalid basic string", "双引号里的文字有误"),
    ("invalid literal string", "单引号里的文字有误"),
    ("invalid multi-line basic string", "三个双引号里的文字有误"),
    ("invalid multi-line literal string", "三个单引号里的文字有误"),
    ("invalid string", "文字有误"),
    ("string values must be quoted", "缺少值，或者文字没有带引号"),
    ("missing opening quote", "缺少开头的引号"),
    ("missing escaped value", "反斜杠后面的字符不对"),
    ("too few unicode value digits", "字符编号的位数不够"),
    ("invalid integer number", "整数写得不对"),
    ("invalid hexadecimal number", "十六进制数写得不对"),
    ("invalid octal number", "八进制数写得不对"),
    ("invalid binary number", "二进制数写得不对"),
    ("invalid float", "小数写得不对"),
    ("invalid mantissa", "数的整数部分写得不对"),
    ("invalid fraction", "数的小数部分写得不对"),
    ("invalid exponent", "数的指数部分写得不对"),
    ("unexpected leading zero", "数的前面多了 0"),
    ("unexpected sign", "多了正负号"),
    ("redundant numeric sign", "正负号重复"),
    ("integers with a radix cannot be signed", "`0x`、`0o`、`0b` 开头的数不能带正负号"),
    ("radix must be lowercase", "`0x`、`0o`、`0b` 的字母应小写"),
    ("redundant integer number prefix", "数的前缀重复"),
    ("`_` may only go between digits", "`_` 只能放在数字之间"),
    ("invalid boolean", "真假值写得不对"),
    ("invalid datetime", "日期或时间写得不对"),
    ("invalid date-time", "日期或时间写得不对"),
    ("invalid date", "日期写得不对"),
    ("invalid time", "时间写得不对"),
    ("invalid offset", "时差写得不对"),
    ("cannot recurse further; max recursion depth met", "嵌套太深"),
    ("recursion limit", "嵌套太深"),
];

/// What toml expected instead, and the parts of dates that it counts.
const EXPECTED: &[(&str, &str)] = &[
    ("newline", "换行"),
    ("key", "设置项的名称"),
    ("value", "值"),
    ("digits", "数字"),
    ("letters", "字母"),
    ("numbers", "数字"),
    ("characters", "字符"),
    ("printable characters", "可显示的字符"),
    ("non-double-quote visible characters", "双引号以外的可显示字符"),
    ("non-single-quote visible characters", "单引号以外的可显示字符"),
    ("non-single-quote characters", "单引号以外的字符"),
    ("unicode hexadecimal value", "十六进制的字符编号"),
    ("basic string", "双引号里的文字"),
    ("literal string", "带引号的文字"),
    ("multi-line basic string", "三个双引号里的文字"),
    ("multi-line literal string", "三个单引号里的文字"),
    ("unquoted string", "不带引号的名称"),
    ("year or hour", "年或时"),
    ("month", "月"),
    ("day", "日"),
    ("hour", "时"),
    ("hours", "时"),
    ("minute", "分"),
    ("minutes", "分"),
    ("second", "秒"),
    ("nanosecond", "秒的小数"),
    ("nanoseconds overflowed", "九位以内的秒的小数"),
    ("a four-digit year (YYYY)", "四位的年"),
    ("a two-digit month (MM)", "两位的月"),
    ("a two-digit day (DD)", "两位的日"),
    ("a two-digit hour (HH)", "两位的时"),
    ("a two-digit minute (MM)", "两位的分"),
    ("a two-digit second (SS)", "两位的秒"),
    ("`-` (YYYY-MM) or `:` (HH:MM)", "`-` 或 `:`"),
    ("`-` (MM-DD)", "`-`"),
    ("`:` (HH:MM)", "`:`"),
    ("`T` between date and time", "日期和时间之间的 `T`"),
    ("+OFFSET", "`+` 和时差"),
    ("-OFFSET", "`-` 和时差"),
];

/// Why `text` could not be read as TOML of some type, with line and column.
pub fn error(error: &toml::de::Error, text: &str) -> Text {
    let message = error.message();
    let what = match known(message) {
        Some(what) => what,
        None => foreign_serde::whole(message),
    };
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return what };
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    words::at_line(before.matches('\n').count() + 1, column, what)
}

/// Why a text is not TOML: `message` is toml's own. Words that are not known here are repeated as they are.
pub fn syntax(message: &str) -> Text {
    known(message).unwrap_or_else(|| Text::verbatim(message.replace('\n', ", ")))
}

fn known(message: &str) -> Option<Text> {
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected)),
        None => (message, None),
    };
    let what = translated(SYNTAX, what)?;
    Some(match expected {
        None => what,
        Some("nothing") => words::toml_expected_nothing(what),
        Some(expected) => {
            words::toml_expected(what, Text::list(expected.split(", ").map(expected_words)))
        }
    })
}

fn translated(table: &[(&str, &'static str)], said: &str) -> Option<Text> {
    let (_, zh) = table.iter().find(|(en, _)| *en == said)?;
    Some(Text::both(*zh, said.to_owned()))
}

/// One thing that was expected: a kind of text, a sign in backticks, or a span of numbers.
fn expected_words(said: &str) -> Argument {
    if let Some(text) = translated(EXPECTED, said) {
        return text.into();
    }
    let span = said.split_once(" between ").and_then(|(what, span)| {
        let (low, high) = span.split_once(" and ")?;
        Some(words::toml_span(translated(EXPECTED, what)?, low, high))
    });
    span.map_or_else(|| said.into(), Argument::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    /// The words are not part of what toml promises: where a new version says something else, this test fails, and no
    /// Chinese reader finds English.
    #[test]
    fn what_toml_says_has_chinese_words() {
        for text in [
            "a = 1\na = 2",
            "a",
            "a =",
            "= 1",
            "a b = 1",
            "a. = 1",
            "a = = 1",
            "a = 1 b = 2",
            "a = \"open",
            "a = 'open",
            "a = \"\"\"open",
            "a = '''open",
            "a = close\"",
            "a = word",
            "a = two words",
            "a = \"\\q\"",
            "a = \"\\u12\"",
            "a = \"\\ud800\"",
            "a = \"\u{1}\"",
            "a = 1\r",
            "a = 1 # \u{1}",
            "\"\"\"a\"\"\" = 1",
            "[a",
            "[a b]",
            "[]",
            "[[a]",
            "]",
            "a = [1",
            "a = [1,,2]",
            "a = [1 2]",
            "a = [1=2]",
            "a = ]",
            "a = {b = 1",
            "a = {b = 1 c = 2}",
            "a = {b 1}",
            "a = {b = 1,, c = 2}",
            "a = {, b = 1}",
            "a = {b = = 1}",
            "a = {= 1}",
            "a = }",
            "a = 01",
            "a = 1__0",
            "a = ++1",
            "a = -0x1",
            "a = 0X1",
            "a = 0xg",
            "a = 0o9",
            "a = 0b2",
            "a = 1.",
            "a = 1.5.5",
            "a = 1e",
            "a = 1x",
            "a = tru",
            "a = 2022-13-01",
            "a = 2022-02-30",
            "a = 2022-8-1",
            "a = 2022-08-01T25:00:00",
            "a = 2022-08-01T00:00:00+25:00",
            "a = 25:00",
            "a = 12:5",
        ] {
            let Err(error) = text.parse::<toml::Table>() else { panic!("{text:?} is TOML") };
            let said = syntax(error.message());
            assert_eq!(said.to_string(), error.message(), "{text:?}");
            let zh = said.within(Lang::Chinese);
            let outside = zh.split('`').step_by(2).collect::<String>();
            assert!(!outside.contains(|c: char| c.is_ascii_alphabetic()), "{text:?}: {zh}");
            assert_ne!(zh, error.message(), "{text:?}");
        }
    }

    #[test]
    fn an_error_has_its_place() {
        let said = |text: &str| {
            let found = toml::from_str::<std::collections::BTreeMap<String, u8>>(text).unwrap_err();
            let said = error(&found, text);
            [said.within(Lang::Chinese), said.to_string()]
        };
        assert_eq!(
            said("a = 1\n'塘' = '2'\n"),
            [
                "第 2 行第 7 列：应为 0 到 255 的整数",
                "line 2, column 7: must be a whole number from 0 to 255",
            ]
        );
        assert_eq!(
            said("a = 1\na = 2\n"),
            ["第 2 行第 1 列：设置项重复", "line 2, column 1: duplicate key"]
        );
    }

    #[test]
    fn both_languages_say_what_was_expected() {
        let said = syntax("unexpected key or value, expected newline, `#`");
        assert_eq!(said.to_string(), "unexpected key or value, expected newline, `#`");
        assert_eq!(said.within(Lang::Chinese), "值的后面还有别的内容，这里应为：换行、`#`");
        let said = syntax("invalid date, expected month between 01 and 12");
        assert_eq!(said.within(Lang::Chinese), "日期写得不对，这里应为：01 到 12 的月");
        assert_eq!(syntax("never seen\nbefore").within(Lang::Chinese), "never seen, before");
    }
}
