//! The text of a configuration that people go on with: values with comments before them.

use crate::locales::Text;

/// Adds `words` as lines of comment.
pub fn comment(text: &mut String, words: Text) {
    for line in words.to_string().lines() {
        text.push_str(&format!("# {line}\n").replace(" \n", "\n"));
    }
}

/// Adds `key = "value"`.
pub fn set(text: &mut String, key: &str, value: &str) {
    text.push_str(&format!("{key} = {}\n", quoted(value)));
}

/// `value` as a string of TOML on one line, so that it does not leave a comment either.
pub fn quoted(value: &str) -> String {
    let mut quoted = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A whole number as it is, anything else as a text, whose type the check then objects to.
pub fn number(answer: &str) -> String {
    answer.parse::<i64>().map_or_else(|_| quoted(answer), |number| number.to_string())
}

/// A number with a point as it was typed, as far as TOML writes it so; anything else as a text, whose type the check
/// then objects to.
pub fn decimal(answer: &str) -> String {
    let number = answer.parse::<f64>().ok().filter(|number| number.is_finite());
    match number {
        Some(number) => {
            let digits = answer.strip_prefix(['-', '+']).unwrap_or(answer);
            let (whole, behind) = digits.split_once('.').unwrap_or_default();
            let only_digits =
                |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
            let plain = only_digits(whole) && only_digits(behind);
            let leads = whole.len() > 1 && whole.starts_with('0');
            if plain && !leads { answer.into() } else { format!("{number:?}") }
        }
        None => quoted(answer),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_stays_as_it_was_typed_where_toml_can_say_it() {
        for (typed, written) in [
            ("216.90", "216.90"),
            ("-0.5", "-0.5"),
            ("217", "217.0"),
            ("007.5", "7.5"),
            (".5", "0.5"),
            ("nan", "\"nan\""),
            ("1,5", "\"1,5\""),
            ("", "\"\""),
        ] {
            assert_eq!(decimal(typed), written);
        }
    }

    proptest! {
        #[test]
        fn what_is_typed_is_one_value(typed in any::<String>(), number in any::<f64>()) {
            for typed in [typed, number.to_string()] {
                let text = format!("a = {}\nb = {}\n", decimal(&typed), quoted(&typed));
                let read: toml::Table = text.parse().unwrap();
                prop_assert_eq!(read["b"].as_str(), Some(typed.as_str()));
                if let Some(value) = read["a"].as_float() {
                    prop_assert_eq!(typed.parse::<f64>().unwrap(), value);
                }
            }
        }
    }
}
