//! The error texts of serde and toml: parsed, and put into words for whoever has to correct the file.

use toml::Value;

use crate::core::did_you_mean;

/// Longest value that is repeated in a message, in characters: enough to recognise it.
const SHOWN_MAX: usize = 60;

/// The key that does not belong, where that is what `message` says.
pub(super) fn unknown_field(message: &str) -> Option<&str> {
    quoted_after(message, "unknown field ")
}

/// The key that is missing, where that is what `message` says.
pub(super) fn missing_field(message: &str) -> Option<&str> {
    quoted_after(message, "missing field ")
}

/// The name that is not in a closed list, where that is what `message` says.
pub(super) fn unknown_variant(message: &str) -> Option<&str> {
    quoted_after(message, "unknown variant ")
}

/// The text between the first pair of backticks after `prefix`, with which `message` begins.
fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.split('`').nth(1)
}

/// The names that `message` expects: those in backticks after `expected`.
pub(super) fn expected(message: &str) -> Vec<&str> {
    let Some((_, names)) = message.split_once(", expected") else {
        return Vec::new();
    };
    names.split('`').skip(1).step_by(2).collect()
}

/// A value as messages repeat it.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Table(_) => return "{ ... }".into(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The rule that `message` stands for, and what to do.
pub(super) fn rule_and_hint(message: &str, value: Option<&Value>) -> (String, String) {
    if unknown_variant(message).is_some() {
        let known = expected(message);
        let typed = value.and_then(Value::as_str).unwrap_or_default();
        let hint = did_you_mean(typed, known.iter().copied()).unwrap_or_default();
        return (format!("must be one of {}", known.join(", ")), hint);
    }
    if message.trim() == "invalid socket address syntax" {
        let hint = "names are not looked up: 127.0.0.1 is this machine, 0.0.0.0 any address of it";
        return (format!("must be {}", type_in_words("socket address")), hint.into());
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "];
    match message.rsplit_once(", expected ") {
        Some((_, wanted)) if wrong.iter().any(|prefix| message.starts_with(prefix)) => {
            let wanted = wanted.trim();
            (format!("must be {}", type_in_words(wanted)), hint(wanted, value))
        }
        _ => (message.trim().replace('\n', ", "), String::new()),
    }
}

fn type_in_words(wanted: &str) -> String {
    let words = match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "string" => "a text in quotes",
        "path string" => "a path in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "socket address" => "an address and port such as 127.0.0.1:8080",
        "string only" | "variant identifier" => "a name in quotes",
        struct_name if struct_name.starts_with("struct ") => "a table",
        other => other,
    };
    words.into()
}

fn hint(wanted: &str, value: Option<&Value>) -> String {
    let number_wanted = wanted.len() <= 5 && wanted.starts_with(['u', 'i', 'f']);
    let text_wanted =
        matches!(wanted, "a string" | "string" | "path string" | "socket address" | "string only");
    let hint = match value {
        Some(Value::String(text)) if number_wanted && text.trim().parse::<f64>().is_ok() => {
            "remove the quotes"
        }
        Some(Value::String(text)) if wanted == "a boolean" && text.parse::<bool>().is_ok() => {
            "remove the quotes"
        }
        Some(Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) if text_wanted => {
            "put it in quotes"
        }
        Some(Value::Float(_)) if number_wanted => "leave the decimal places out",
        Some(Value::Array(_) | Value::Table(_)) => "",
        Some(_) if wanted == "a sequence" => "put it in [ ]",
        _ => "",
    };
    hint.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        #[serde(default)]
        port: u16,
        #[serde(default)]
        name: String,
        confirm: Option<Confirm>,
        months: Option<[f64; 3]>,
        listen: Option<std::net::SocketAddr>,
        list: Option<Vec<i8>>,
        path: Option<std::path::PathBuf>,
        on: Option<bool>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Confirm {
        Hub,
        Broker,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        station: String,
    }

    /// The texts are not part of what serde and toml promise: where a new version words them otherwise, this test
    /// fails, and not the messages to users.
    #[test]
    fn serde_and_toml_say_what_is_relied_upon() {
        for (text, message) in [
            (
                "prot = 1",
                "unknown field `prot`, expected one of `port`, `name`, `confirm`, `months`, `listen`, `list`, `path`, `on`, `inner`",
            ),
            ("inner = {}", "missing field `station`"),
            ("confirm = 'hob'", "unknown variant `hob`, expected `hub` or `broker`"),
            ("port = '1'", "invalid type: string \"1\", expected u16"),
            ("port = 70000", "invalid value: integer `70000`, expected u16"),
            ("port = 1.5", "invalid type: floating point `1.5`, expected u16"),
            ("name = 1", "invalid type: integer `1`, expected a string"),
            ("months = [1, 2]", "invalid length 2, expected an array of length 3"),
            ("months = 1", "invalid type: integer `1`, expected an array of length 3"),
            ("listen = 'x'", "invalid socket address syntax"),
            ("listen = 1", "invalid type: integer `1`, expected socket address"),
            ("list = 1", "invalid type: integer `1`, expected a sequence"),
            ("path = 1", "invalid type: integer `1`, expected path string"),
            ("on = 'true'", "invalid type: string \"true\", expected a boolean"),
            ("inner = 1", "invalid type: integer `1`, expected struct Inner"),
        ] {
            let tree: Value = Value::Table(text.parse().unwrap());
            let error = serde_path_to_error::deserialize::<_, Sample>(tree).unwrap_err();
            assert_eq!(error.inner().message().trim(), message, "{text}");
        }
        assert_eq!(unknown_field("unknown field `a`, expected `b`"), Some("a"));
        assert_eq!(missing_field("missing field `a`"), Some("a"));
        assert_eq!(expected("unknown variant `a`, expected `b` or `c`"), ["b", "c"]);
    }

    #[test]
    fn serdes_types_become_words() {
        let said = |message: &str, value: Value| rule_and_hint(message, Some(&value));
        let (rule, hint) = said("invalid type: string \"1\", expected u16", "1".into());
        assert_eq!(rule, "must be a whole number from 0 to 65535");
        assert_eq!(hint, "remove the quotes");
        let (rule, hint) = said("invalid type: integer `1`, expected a string", 1.into());
        assert_eq!(
            (rule.as_str(), hint.as_str()),
            ("must be a text in quotes", "put it in quotes")
        );
        let (rule, _) = said("200 is too much", 200.into());
        assert_eq!(rule, "200 is too much");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(shown(&Value::from("旱".repeat(100))).chars().count(), SHOWN_MAX + 3);
    }
}
