//! JSON documents of others.

use serde_json::Value;
use serde_json::error::Category;

use crate::interop::unique;
use crate::locales::{Text, publisher as words};

/// Reads a document. Its depth is bounded by the parser, at 128. One in which a key stands twice is refused: of two
/// values nobody knows which is meant (RFC 8259, 4).
pub(super) fn document(payload: &[u8]) -> Result<Value, Text> {
    unique::read(payload).map_err(|error| problem(&error, payload))
}

fn problem(error: &serde_json::Error, payload: &[u8]) -> Text {
    let (line, column, said) = (error.line(), error.column(), error.to_string());
    match error.classify() {
        Category::Eof => words::json_ends_early(),
        Category::Data => words::key_twice(line, column, unique::key(error)),
        Category::Syntax | Category::Io if said.starts_with("recursion limit") => {
            words::too_deep(line, column)
        }
        Category::Syntax | Category::Io if said.starts_with("number out") => {
            words::number_too_large(line, column)
        }
        Category::Syntax | Category::Io => match std::str::from_utf8(payload) {
            Err(error) => words::not_utf8(error.valid_up_to()),
            Ok(_) => words::not_json(line, column),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use proptest::prelude::*;

    #[test]
    fn what_is_wrong_is_told_with_its_place_in_both_languages() {
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        let long = format!("{{\"{0}\":1,\"{0}\":2}}", "旱".repeat(5000));
        for (text, en, zh) in [
            (
                "{\"a\":1,\n \"b\":{\"c\":1,\"c\":2}}",
                "line 2, column 15: the key c stands twice",
                "第 2 行第 15 列",
            ),
            ("{\"a\":[1,{\"a\":1}],\"a\":2}", "the key a stands twice", "键 a 重复"),
            (&long, "stands twice", "重复"),
            (&deep, "deeper than 128", "128 层"),
            ("{\"a\":1e999}", "line 1, column 10: the number is too large", "数太大"),
            ("{\"a\":NaN}", "no JSON from line 1, column 6 on", "第 1 行第 6 列起不是 JSON"),
            ("{\"a\":1} x", "no JSON from line 1, column 9 on", "不是 JSON"),
            ("{\"a\":", "ends too early", "没有结束"),
            ("", "ends too early", "没有结束"),
        ] {
            let problem = document(text.as_bytes()).unwrap_err();
            let [said, chinese] = [Lang::English, Lang::Chinese].map(|lang| problem.within(lang));
            assert!(said.contains(en), "{text:.60}: {said}");
            assert!(chinese.contains(zh) && chinese.chars().count() < 200, "{text:.60}: {chinese}");
        }
        let problem = document(b"{\"a\":\"\xff\"}").unwrap_err().within(Lang::English);
        assert!(problem.contains("no text in UTF-8 from byte 6 on"), "{problem}");
    }

    proptest! {
        #[test]
        fn a_document_is_what_serde_json_reads(text in "[\\[\\]{}\":,a-c0-9.e-]{0,40}") {
            let plain = serde_json::from_slice::<Value>(text.as_bytes());
            match (document(text.as_bytes()), plain) {
                (Ok(document), Ok(plain)) => prop_assert_eq!(document, plain),
                (Err(_), Err(_)) => {}
                (Err(problem), Ok(_)) => prop_assert!(problem.within(Lang::English).contains("twice")),
                (Ok(_), Err(error)) => prop_assert!(false, "{text}: {error}"),
            }
        }
    }
}
