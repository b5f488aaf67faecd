//! What serde says of a value that is not of the type it is read into: taken apart, and in the reader's language.

use super::{Text, config as words};

/// The key that does not belong, where that is what `message` says.
pub fn unknown_field(message: &str) -> Option<&str> {
    quoted_after(message, "unknown field ")
}

/// The key that is missing, where that is what `message` says.
pub fn missing_field(message: &str) -> Option<&str> {
    quoted_after(message, "missing field ")
}

/// The name that is not in a closed list, where that is what `message` says.
pub fn unknown_variant(message: &str) -> Option<&str> {
    quoted_after(message, "unknown variant ")
}

/// The text between the first pair of backticks after `prefix`, with which `message` begins.
fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.split('`').nth(1)
}

/// The names that `message` expects: those in backticks after `expected`.
pub fn expected(message: &str) -> Vec<&str> {
    let Some((_, names)) = message.split_once(", expected") else {
        return Vec::new();
    };
    names.split('`').skip(1).step_by(2).collect()
}

/// The length of the list that `message` expects.
pub fn expected_length(message: &str) -> Option<usize> {
    let (_, length) = message.split_once("expected an array of length ")?;
    length.trim().parse().ok()
}

/// Whether `message` is that of a list that has more elements than it should.
pub fn too_long(message: &str) -> bool {
    wanted(message) == Some("fewer elements in array")
}

/// Serde's name of the type that `message` expects, where a value of another type is what it says.
pub fn wanted(message: &str) -> Option<&str> {
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "];
    let (_, wanted) = message.rsplit_once(", expected ")?;
    wrong.iter().any(|prefix| message.starts_with(prefix)).then(|| wanted.trim())
}

/// Whether `message` is that of a text that is no address with a port.
pub fn no_address(message: &str) -> bool {
    message.trim() == "invalid socket address syntax"
}

/// How jiff's errors begin where a text is no date or no time.
const OF_DATES: [&str; 8] = [
    "failed to parse ",
    "failed to find ",
    "expected four digit year",
    "expected six digit year",
    "expected two digit ",
    "expected `-` separator",
    "expected no separator",
    "parsed ",
];

/// The rule that `message` stands for. What is not known here is the words of a type of ours, which are in the reader's
/// language already.
pub fn rule(message: &str) -> Text {
    if unknown_variant(message).is_some() {
        return words::must_be_one_of(Text::list(expected(message)));
    }
    if no_address(message) {
        return words::must_be_address();
    }
    if OF_DATES.iter().any(|begins| message.starts_with(begins)) {
        return words::must_be_date();
    }
    match wanted(message) {
        Some(wanted) => must_be(wanted),
        None => Text::verbatim(message.trim().replace('\n', ", ")),
    }
}

/// The rule of a value that has to be `wanted`, by serde's name of its type.
fn must_be(wanted: &str) -> Text {
    match wanted {
        "u8" => words::must_be_whole_between(u8::MIN, u8::MAX),
        "u16" => words::must_be_whole_between(u16::MIN, u16::MAX),
        "u32" => words::must_be_whole_between(u32::MIN, u32::MAX),
        "u64" | "usize" => words::must_be_whole_from_0(),
        "i8" => words::must_be_whole_between(i8::MIN, i8::MAX),
        "i16" => words::must_be_whole_between(i16::MIN, i16::MAX),
        "i32" | "i64" | "isize" => words::must_be_whole(),
        "f32" | "f64" => words::must_be_number(),
        "a string" | "string" => words::must_be_text(),
        "path string" => words::must_be_path(),
        "a boolean" => words::must_be_truth(),
        "a sequence" => words::must_be_list(),
        "a map" | "newtype variant" => words::must_be_table(),
        "socket address" => words::must_be_address(),
        "a date string" | "a timestamp string" => words::must_be_date(),
        "string only" | "variant identifier" => words::must_be_name(),
        "fewer elements in array" | "fewer elements in map" => words::must_be_shorter(),
        table if table.starts_with("struct ") || table.starts_with("internally tagged enum ") => {
            words::must_be_table()
        }
        both if both.starts_with("a text or ") => words::must_be_words(),
        other => match other.strip_prefix("an array of length ") {
            Some(length) => words::must_be_list_of(length),
            None => words::must_be(other),
        },
    }
}

/// What `message` says of a file that is read without looking at the places of its values.
pub fn whole(message: &str) -> Text {
    if let Some(key) = unknown_field(message) {
        return words::unknown_key_among(key, Text::list(expected(message)));
    }
    if let Some(key) = missing_field(message) {
        return words::key_required(key);
    }
    match unknown_variant(message) {
        Some(value) => words::name_not_among(value, Text::list(expected(message))),
        None => rule(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn serdes_types_become_words() {
        assert_eq!(unknown_field("unknown field `a`, expected `b`"), Some("a"));
        assert_eq!(missing_field("missing field `a`"), Some("a"));
        assert_eq!(expected("unknown variant `a`, expected `b` or `c`"), ["b", "c"]);
        assert_eq!(expected_length("invalid length 2, expected an array of length 3"), Some(3));
        for (message, zh, en) in [
            (
                "invalid type: string \"1\", expected u16",
                "应为 0 到 65535 的整数",
                "must be a whole number from 0 to 65535",
            ),
            (
                "invalid type: map, expected a string",
                "应为引号里的文字",
                "must be a text in quotes",
            ),
            (
                "invalid length 2, expected an array of length 3",
                "应为 3 个元素的列表",
                "must be an array of length 3",
            ),
            (
                "invalid length 3, expected fewer elements in array",
                "元素太多",
                "has too many elements",
            ),
            ("invalid type: integer `1`, expected struct Inner", "应为表", "must be a table"),
            (
                "unknown field `a`, expected `b` or `c`",
                "没有 `a` 这个设置项；这里可用的有：b、c",
                "`a` is not a known key; known here: b, c",
            ),
            ("missing field `a`", "缺少 `a`", "`a` is required"),
            (
                "unknown variant `a`, expected `b` or `c`",
                "没有 `a`；可用的有：b、c",
                "`a` is not known; known: b, c",
            ),
            ("200 is too much", "200 is too much", "200 is too much"),
        ] {
            let said = whole(message);
            assert_eq!((said.within(Lang::Chinese), said.to_string()), (zh.into(), en.into()));
        }
    }

    #[test]
    fn a_text_that_is_no_date_is_recognised() {
        for text in ["2022-13-01", "22-08-01", "2022-02-30", "tomorrow", "", "2022/08/01"] {
            let error = text.parse::<jiff::civil::Date>().unwrap_err();
            assert_eq!(rule(&error.to_string()), words::must_be_date(), "{text}: {error}");
        }
        let error = "2022-08-01".parse::<jiff::Timestamp>().unwrap_err();
        assert_eq!(rule(&error.to_string()), words::must_be_date(), "{error}");
    }
}
