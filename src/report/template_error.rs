//! What the template engine says of a wrong template, in the reader's language.

use std::error::Error as _;

use minijinja::{Error, ErrorKind};

use super::claims::Misuse;
use super::render::ReportError;
use crate::locales::{Lang, Text, report as words};

/// The error with the part of the template that it points at.
pub(super) fn template_error(name: &str, source: &str, error: &Error) -> ReportError {
    let line = error.line();
    let piece = error.range().and_then(|range| source.get(range));
    let piece = piece.filter(|piece| !piece.trim().is_empty());
    let whole_line = line.and_then(|line| source.lines().nth(line.checked_sub(1)?));
    let kind = kind(error.kind());
    let misuse = error.source().and_then(|source| source.downcast_ref::<Misuse>());
    let what = match (misuse, error.detail()) {
        (Some(misuse), _) => misuse.text(),
        (None, Some(said)) => match detail(said) {
            Some(detail) => Text::chain([kind, detail]),
            None => with_english_detail(&kind, said),
        },
        (None, None) => kind,
    };
    let what = match piece.or(whole_line) {
        Some(piece) => words::error_at(what, piece.trim()),
        None => what,
    };
    ReportError::Template { name: error.name().unwrap_or(name).into(), line, what }
}

fn kind(kind: ErrorKind) -> Text {
    match kind {
        ErrorKind::NonPrimitive => words::not_primitive(),
        ErrorKind::NonKey => words::not_key(),
        ErrorKind::InvalidOperation => words::invalid_operation(),
        ErrorKind::SyntaxError => words::syntax_error(),
        ErrorKind::TemplateNotFound => words::template_not_found(),
        ErrorKind::TooManyArguments => words::too_many_arguments(),
        ErrorKind::MissingArgument => words::missing_argument(),
        ErrorKind::UnknownFilter => words::unknown_filter(),
        ErrorKind::UnknownFunction => words::unknown_function(),
        ErrorKind::UnknownTest => words::unknown_test(),
        ErrorKind::UnknownMethod => words::unknown_method(),
        ErrorKind::BadEscape => words::bad_escape(),
        ErrorKind::UndefinedError => words::undefined_value(),
        ErrorKind::BadSerialization => words::bad_serialization(),
        ErrorKind::BadInclude => words::bad_include(),
        ErrorKind::EvalBlock => words::bad_block(),
        ErrorKind::CannotUnpack => words::cannot_unpack(),
        ErrorKind::WriteFailure => words::failed_output(),
        ErrorKind::CannotDeserialize => words::cannot_deserialize(),
        ErrorKind::OutOfFuel => words::out_of_fuel(),
        ErrorKind::InvalidDelimiter => words::bad_delimiters(),
        ErrorKind::UnknownBlock => words::unknown_block(),
        other => Text::verbatim(other),
    }
}

/// The kind of an error with a sentence that the engine has in English only: in Chinese the kind suffices, and the part
/// of the template that follows.
fn with_english_detail(kind: &Text, said: &str) -> Text {
    let english = Text::chain([kind, &Text::verbatim(said)]);
    Text::both(kind.within(Lang::Chinese), english.within(Lang::English))
}

/// What the engine adds to the kind of the error, if it is one of the sentences of its parser that are known here.
fn detail(said: &str) -> Option<Text> {
    if let Some(rest) = said.strip_prefix("unexpected ") {
        return Some(match rest.split_once(", expected ") {
            Some((found, expected)) => words::unexpected_for(token(found)?, token(expected)?),
            None => words::unexpected(token(rest)?),
        });
    }
    if let Some(rest) = said.strip_prefix("unknown statement ") {
        return Some(words::unknown_statement(rest));
    }
    let name = said.strip_suffix(" is unknown")?.rsplit(' ').next()?;
    Some(Text::both(name.to_owned(), said.to_owned()))
}

fn token(name: &str) -> Option<Text> {
    Some(match name {
        "end of input" => words::token_input_end(),
        "template-data" => words::token_text(),
        "start of variable block" => words::token_variable_start(),
        "end of variable block" => words::token_variable_end(),
        "start of block" => words::token_block_start(),
        "end of block" => words::token_block_end(),
        "identifier" => words::token_name(),
        "string" => words::token_string(),
        "integer" => words::token_integer(),
        "float" => words::token_decimal(),
        "expression" => words::token_expression(),
        "statement" | "block keyword" => words::token_statement(),
        sign if sign.starts_with('`') => Text::verbatim(sign),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, context};

    use super::*;
    use crate::locales::within;

    #[test]
    fn an_error_is_said_in_both_languages() {
        let mut environment = Environment::new();
        environment.set_debug(true);
        for (source, zh, en) in [
            (
                "好\n{{ f.area_failed",
                "模板 t 第 2 行：语法错误：",
                "template t, line 2: syntax error: ",
            ),
            (
                "{{ a | nothing }}",
                "没有这个过滤器：nothing，在",
                "unknown filter: filter nothing is unknown, in",
            ),
            (
                "{% nothing %}",
                "语法错误：没有语句 nothing，在",
                "syntax error: unknown statement nothing, in",
            ),
            (
                "{{ 1 + 'a' }}",
                "不能这样运算，在 `1 + 'a'`",
                "invalid operation: tried to use + operator",
            ),
            ("{{ \"open", "语法错误，在 `{{ \"open`", "syntax error: unexpected end of string, in"),
        ] {
            let added = environment.add_template_owned("t", source);
            let error = added.err().unwrap_or_else(|| {
                environment.get_template("t").unwrap().render(context! {}).unwrap_err()
            });
            let error = template_error("t", source, &error);
            let [chinese, english] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
            assert!(chinese.contains(zh), "{chinese}");
            assert!(english.contains(en), "{english}");
        }
    }

    #[test]
    fn what_the_parser_expected_is_said_in_both_languages() {
        let said = detail("unexpected end of input, expected end of variable block").unwrap();
        assert_eq!(said.within(Lang::Chinese), "这里应是变量结尾 `}}`，却是模板结尾");
        let words = "unexpected end of input, expected end of variable block";
        assert_eq!(said.within(Lang::English), words);
    }
}
