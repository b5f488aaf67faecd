//! The error texts of serde and toml, put into words for whoever has to correct the file: the rule and what to do.

use toml::Value;

use super::mqtt::without_password;
use crate::core::{self, did_you_mean};
use crate::locales::{Text, config as words, foreign_serde};

/// A value as messages repeat it: without what a table holds, and without a password in a URL.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "{ ... }".into(),
        list @ Value::Array(_) if has_table(list) => "[ ... ]".into(),
        other => core::shown(&without_password(&other.to_string())).into_owned(),
    }
}

fn has_table(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(elements) => elements.iter().any(has_table),
        _ => false,
    }
}

/// The rule that `message` stands for, and what to do.
pub(super) fn rule_and_hint(message: &str, value: Option<&Value>) -> (Text, Text) {
    let hint = if foreign_serde::unknown_variant(message).is_some() {
        // Two letters have nothing to be recognised by: whoever writes "cn" does not mean "en".
        let typed = value.and_then(Value::as_str).filter(|typed| typed.chars().count() > 2);
        let known = foreign_serde::expected(message);
        typed.and_then(|typed| did_you_mean(typed, known)).unwrap_or_default()
    } else if foreign_serde::no_address(message) {
        words::no_names()
    } else {
        foreign_serde::wanted(message).map(|wanted| hint(wanted, value)).unwrap_or_default()
    };
    (foreign_serde::rule(message), hint)
}

fn hint(wanted: &str, value: Option<&Value>) -> Text {
    let number_wanted = wanted.len() <= 5 && wanted.starts_with(['u', 'i', 'f']);
    let text_wanted =
        wanted.ends_with("string") || matches!(wanted, "socket address" | "string only");
    match value {
        Some(Value::String(text)) if number_wanted && text.trim().parse::<f64>().is_ok() => {
            words::remove_quotes()
        }
        Some(Value::String(text)) if wanted == "a boolean" && text.parse::<bool>().is_ok() => {
            words::remove_quotes()
        }
        Some(Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) if text_wanted => {
            words::put_in_quotes()
        }
        Some(Value::Float(_)) if number_wanted => words::no_decimals(),
        Some(Value::Array(_) | Value::Table(_)) => Text::default(),
        Some(_) if wanted == "a sequence" => words::put_in_brackets(),
        _ => Text::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
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
            ("months = [1, 2, 3, 4]", "invalid length 4, expected fewer elements in array"),
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
    }

    #[test]
    fn a_rule_comes_with_what_to_do() {
        let said = |message: &str, value: Value| rule_and_hint(message, Some(&value));
        let both = |(rule, hint): (Text, Text)| {
            Lang::ALL.map(|lang| format!("{}|{}", rule.within(lang), hint.within(lang)))
        };
        for (message, value, zh, en) in [
            (
                "invalid type: string \"1\", expected u16",
                Value::from("1"),
                "应为 0 到 65535 的整数|去掉引号",
                "must be a whole number from 0 to 65535|remove the quotes",
            ),
            (
                "invalid type: integer `1`, expected a string",
                1.into(),
                "应为引号里的文字|加上引号",
                "must be a text in quotes|put it in quotes",
            ),
            (
                "invalid type: string \"level\", expected a sequence",
                "level".into(),
                "应为列表|放进 `[ ]` 里",
                "must be a list|put it in [ ]",
            ),
            (
                "unknown variant `hob`, expected `hub` or `broker`",
                "hob".into(),
                "应为 hub、broker 之一|是不是 `hub`？",
                "must be one of hub, broker|did you mean `hub`?",
            ),
            (
                "unknown variant `cn`, expected `zh` or `en`",
                "cn".into(),
                "应为 zh、en 之一|",
                "must be one of zh, en|",
            ),
            ("200 is too much", 200.into(), "200 is too much|", "200 is too much|"),
        ] {
            assert_eq!(both(said(message, value)), [zh, en], "{message}");
        }
    }
}
