//! Reads JSON and puts what is wrong with it into words.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::row;
use crate::core::shown;
use crate::locales::{Text, wire as words};

/// Reads a `T`; the error is the place in it and what is wrong there.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (String, Text)> {
    // Keeping track of the place costs a third of the time, so it is done where there is something wrong.
    serde_json::from_slice(bytes).or_else(|_| parse_with_places(bytes))
}

fn parse_with_places<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (String, Text)> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let message = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), problem(error.inner())))?;
    deserializer.end().map_err(|error| (".".into(), problem(&error)))?;
    Ok(message)
}

fn problem(error: &serde_json::Error) -> Text {
    match error.classify() {
        Category::Eof => words::json_ends_early(),
        Category::Syntax | Category::Io => words::not_json(error.line(), error.column()),
        Category::Data => {
            let said = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            data_problem(said.strip_suffix(&place).unwrap_or(&said))
        }
    }
}

/// What serde says of data of the wrong shape. The rest is said by our own types, in words already.
fn data_problem(said: &str) -> Text {
    if let Some(name) = said.strip_prefix("missing field ") {
        return words::field_missing(name.trim_matches('`'));
    }
    if let Some((word, _)) =
        said.strip_prefix("unknown variant `").and_then(|rest| rest.rsplit_once("`, expected "))
    {
        return words::word_unknown(format_args!("{:?}", shown(word)));
    }
    match said.rsplit_once(", expected ") {
        Some((found, wanted)) if found.starts_with("invalid ") => words::must_be(kind(wanted)),
        _ => Text::verbatim(said),
    }
}

fn kind(wanted: &str) -> Text {
    match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => {
            words::a_whole_number()
        }
        "f32" | "f64" => words::a_number(),
        "a string" | "string" => words::a_text(),
        "a map" => words::an_object(),
        "a sequence" => words::an_array(),
        row::EXPECTED => words::a_row(),
        _ if wanted.starts_with("struct ") => words::an_object(),
        _ => Text::verbatim(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ack, Status};
    use crate::locales::{Lang, within};

    #[test]
    fn what_is_wrong_is_said_in_both_languages() {
        let says = |text: &str| {
            let error = Ack::from_bytes(text.as_bytes()).unwrap_err();
            Lang::ALL.map(|lang| within(lang, || error.to_string()))
        };
        for (text, zh, en) in [
            ("{\"v\":1", "不合格式：JSON 没有结束", ": the JSON ends too early"),
            ("[]x", "整条消息不合格式：", "not a message of this kind (the message as a whole): "),
            ("{]", "第 1 行第 2 列起不是 JSON", "no JSON from line 1, column 2 on"),
            ("{\"v\":1}", "缺少 `epoch`", "missing field `epoch`"),
            ("{\"v\":\"x\"}", "`v` 处不合格式：应为整数", "at `v`: must be a whole number"),
            (
                "{\"v\":1,\"epoch\":\"7\"}",
                "`epoch` 处不合格式：\"7\" 不是缓存周期，应为 16 位十六进制数字",
                "at `epoch`: \"7\" is not an epoch: 16 hexadecimal digits",
            ),
        ] {
            let [said_zh, said_en] = says(text);
            assert!(said_zh.contains(zh), "{said_zh}");
            assert!(said_en.contains(en), "{said_en}");
        }
        assert!(Status::from_bytes(b"[]").is_err());
    }
}
