//! The error texts of serde and toml, put into words for whoever has to correct the file: the rule and what to do.

use toml::Value;

use super::key_path::{KeyPath, Step};
use super::mqtt::without_password;
use crate::core::{self, did_you_mean};
use crate::locales::{Text, check as own, config as words, core as rules, foreign_serde};

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

/// The rule of a number whose key says more than its type does, and what to do: a unit id and the frame of a serial
/// line have the rule that a number outside their limits breaks, whatever stands there.
pub(super) fn rule_of_key(
    path: &KeyPath,
    message: &str,
    value: Option<&Value>,
) -> Option<(Text, Text)> {
    if is_longer_than_a_pair(path, message) {
        return Some((words::must_be_list_of(2), Text::default()));
    }
    let Some(Step::Key(key)) = path.0.last() else { return None };
    #[cfg(feature = "edge")]
    let list = match path.0.iter().rev().nth(1) {
        Some(Step::Key(list)) => list.as_str(),
        _ => "",
    };
    let wanted = foreign_serde::wanted(message)?;
    let (rule, way_out) = match (key.as_str(), wanted) {
        ("unit", "u8") if value.is_some_and(is_several) => {
            (rules::between(1, 247), own::a_device_each())
        }
        ("unit", "u8") => (rules::between(1, 247), words::reserved_units()),
        #[cfg(feature = "edge")]
        ("baud", "u32") => {
            let speeds = super::line::SPEEDS.map(|speed| speed.to_string());
            (words::must_be_one_of(Text::list(&speeds)), Text::default())
        }
        ("stop_bits", "u8") => (rules::between(1, 2), words::leave_it_out_for(1)),
        #[cfg(feature = "edge")]
        ("retries", "u32") => (within(&super::polling::RETRIES, ""), words::leave_it_out_for(1)),
        #[cfg(feature = "edge")]
        ("timeout_ms", "u64") => {
            (within(&super::polling::TIMEOUT_MS, " ms"), words::usual_timeout())
        }
        #[cfg(feature = "edge")]
        (key, "u32") if is_interval(key) || is_interval(list) => {
            (within(&super::polling::INTERVAL_S, " s"), words::intervals())
        }
        _ => return None,
    };
    let hint = hint(wanted, value);
    Some((rule, if hint.is_empty() { way_out } else { hint }))
}

/// Whether a list has too many elements where it is a pair: a point of a curve, two limits.
fn is_longer_than_a_pair(path: &KeyPath, message: &str) -> bool {
    let key = path.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    let pairs = ["points", "valid_range", "range", "range_m", "bits", "expected"];
    let pair = key.is_some_and(|key| pairs.contains(&key));
    pair && foreign_serde::too_long(message)
}

/// Whether several things stand where one belongs: a list, or a text such as `1,2` or `1-3`.
fn is_several(value: &Value) -> bool {
    let number = |part: &str| part.trim().parse::<u8>().is_ok();
    match value {
        Value::Array(elements) => elements.len() > 1,
        Value::String(text) => {
            let parts: Vec<&str> = text.split([',', '，', '-', ';']).collect();
            parts.len() > 1 && parts.into_iter().all(number)
        }
        _ => false,
    }
}

/// Whether `key` says how often something is polled, of a bus or of single parameters.
#[cfg(feature = "edge")]
fn is_interval(key: &str) -> bool {
    matches!(key, "interval_s" | "drought_interval_s" | "intervals_s" | "drought_intervals_s")
}

#[cfg(feature = "edge")]
fn within<T: std::fmt::Display>(range: &std::ops::RangeInclusive<T>, unit: &str) -> Text {
    rules::between(range.start().to_string(), format!("{}{unit}", range.end()))
}

/// How a table or a list that something else was written for is written, by the key that it has.
pub(super) fn form_of_key(path: &KeyPath, message: &str, value: &Value) -> Option<Text> {
    let Some(Step::Key(key)) = path.0.last() else { return None };
    let wanted = foreign_serde::wanted(message)?;
    match (wanted, value) {
        ("a sequence", Value::Table(_)) => {
            let keys = path.0.iter().filter_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Index(_) => None,
            });
            Some(own::write_double(keys.collect::<Vec<_>>().join(".")))
        }
        (table, Value::String(_)) if table.starts_with("struct ") => {
            form_of_table(key).map(own::write_so)
        }
        ("a string", Value::Table(_)) if key == "tcp" || key == "rtu_tcp" => {
            Some(own::write_so(format!("{key} = \"192.168.1.10:502\"")))
        }
        ("newtype variant", Value::String(format)) => {
            Some(own::write_so(format!("format.{format} = {{}}")))
        }
        _ => None,
    }
}

/// How the table `key` of a gateway's file is written within one line.
fn form_of_table(key: &str) -> Option<&'static str> {
    match key {
        "serial" => Some("serial = { port = \"/dev/ttyUSB0\", baud = 9600 }"),
        "dtu" => Some("dtu = { listen = \"0.0.0.0:6000\" }"),
        "spool" => Some("spool = { path = \"/var/lib/hanqing/spool.db\" }"),
        "mqtt" => Some("mqtt = { url = \"mqtt://127.0.0.1:1883\" }"),
        "metrics" => Some("metrics = { listen = \"127.0.0.1:9464\" }"),
        _ => None,
    }
}

/// What to add where `key` is missing at the top of a gateway's file or of a device profile, and its name alone does
/// not say how it is written. Behind the first table it would belong to that.
pub(super) fn missing_at_top(key: &str) -> Option<Text> {
    match key {
        "gateway" => Some(own::add_so("gateway = \"gw-dongmen\"")),
        "verified_by" => Some(own::add_so("verified_by = \"nobody\"")),
        "confidence" => Some(own::add_so("confidence = 0.5")),
        "spool" => Some(own::add_table(key, "path = \"/var/lib/hanqing/spool.db\"")),
        "mqtt" => Some(own::add_table(key, "url = \"mqtt://127.0.0.1:1883\"")),
        _ => None,
    }
}

/// The rule that `message` stands for, and what to do.
pub(super) fn rule_and_hint(message: &str, value: Option<&Value>) -> (Text, Text) {
    let full_width = || value.and_then(Value::as_str).and_then(core::full_width_in);
    let hint = if foreign_serde::unknown_variant(message).is_some() {
        // Two letters have nothing to be recognised by: whoever writes "cn" does not mean "en".
        let typed = value.and_then(Value::as_str);
        let known = foreign_serde::expected(message);
        let near = typed.filter(|typed| typed.chars().count() > 2);
        let near = near.and_then(|typed| did_you_mean(typed, known.iter().copied()));
        near.or_else(|| typed.and_then(|typed| in_other_words(typed, known))).unwrap_or_default()
    } else if foreign_serde::no_address(message) {
        full_width().unwrap_or_else(words::no_names)
    } else {
        foreign_serde::wanted(message).map(|wanted| hint(wanted, value)).unwrap_or_default()
    };
    let hint = if hint.is_empty() { full_width().unwrap_or_default() } else { hint };
    (foreign_serde::rule(message), hint)
}

/// The one of `known` that `typed` says in other words: 水位, 米, float.
#[cfg(feature = "edge")]
fn in_other_words(typed: &str, known: Vec<&str>) -> Option<Text> {
    let meant = super::register_table::other_words(typed);
    let meant = known.into_iter().find(|word| meant.contains(word))?;
    did_you_mean(meant, [meant])
}

#[cfg(not(feature = "edge"))]
fn in_other_words(_: &str, _: Vec<&str>) -> Option<Text> {
    None
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
    fn a_wrong_form_comes_with_the_right_one() {
        let table = Value::Table(toml::Table::new());
        let at = KeyPath::parse("bus[0].device");
        let said = form_of_key(&at, "invalid type: map, expected a sequence", &table);
        assert_eq!(said, Some(own::write_double("bus.device")));
        let (at, port) = (KeyPath::parse("bus[0].serial"), Value::from("/dev/ttyUSB0"));
        let message = "invalid type: string \"/dev/ttyUSB0\", expected struct SerialSettings";
        let said = form_of_key(&at, message, &port).unwrap();
        assert!(said.to_string().contains("baud = 9600"), "{said}");
        assert_eq!(form_of_key(&KeyPath::parse("a.b"), message, &port), None);
        let slip = rule_and_hint("invalid socket address syntax", Some(&"0.0.0.0：502".into())).1;
        assert_eq!(slip, rules::full_width_inside("：", ":"));
    }

    #[test]
    fn what_stands_for_several_is_told_of() {
        let at = |path: &str, message: &str, value: Value| {
            let (rule, hint) = rule_of_key(&KeyPath::parse(path), message, Some(&value)).unwrap();
            format!("{rule}|{hint}")
        };
        let message = "invalid type: string \"1,2\", expected u8";
        for value in [Value::from("1,2"), "1-3".into(), Value::Array(vec![1.into(), 2.into()])] {
            let said = at("bus[0].device[0].unit", message, value);
            assert!(said.contains("[[bus.device]]"), "{said}");
        }
        assert!(at("bus[0].device[0].unit", message, "1".into()).contains("quotes"));
        let message = "invalid length 3, expected fewer elements in array";
        let said = at("bus[0].device[0].curve[0].points[1]", message, Value::Array(Vec::new()));
        assert_eq!(said, "must be an array of length 2|");
        let message = "invalid type: map, expected a string";
        let table = Value::Table(toml::Table::new());
        let said = form_of_key(&KeyPath::parse("bus[0].tcp"), message, &table).unwrap();
        assert!(said.to_string().contains("tcp = \"192.168.1.10:502\""), "{said}");
    }

    #[cfg(feature = "edge")]
    #[test]
    fn other_words_for_a_name_are_understood() {
        for (typed, known, meant) in [
            ("米", "`cm`, `m`", "m"),
            ("㎥/h", "`m`, `m3/h`", "m3/h"),
            ("水位", "`flow`, `level`", "level"),
            ("float", "`u16`, `f32`", "f32"),
            ("3412", "`ABCD`, `CDAB`", "CDAB"),
        ] {
            let message = format!("unknown variant `{typed}`, expected {known}");
            let (_, hint) = rule_and_hint(&message, Some(&typed.into()));
            assert_eq!(hint.to_string(), format!("did you mean `{meant}`?"));
        }
        let message = "unknown variant `度`, expected `kWh` or `deg`";
        assert!(rule_and_hint(message, Some(&"度".into())).1.is_empty());
    }

    #[cfg(feature = "edge")]
    #[test]
    fn an_interval_has_its_rule_whatever_stands_there() {
        for path in ["bus[0].interval_s", "bus[0].device[1].intervals_s.level"] {
            let message = "invalid type: string \"5min\", expected u32";
            let found = rule_of_key(&KeyPath::parse(path), message, Some(&"5min".into())).unwrap();
            assert_eq!(found.0.to_string(), "must be 0 to 86400 s", "{path}");
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
