//! What is wrong with the arguments of a command, in the reader's language: made from the kind and the parts of clap's
//! error, whose own sentences nobody sees.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{help_layout, values};
use crate::locales::{Text, cli as words, core};

/// The whole message: what is wrong, the usage, and where `command` explains itself.
pub fn message(error: &clap::Error, command: &str) -> String {
    let mut message = format!("hanqing: {}\n", usage_error(error));
    if let Some(usage) = error.get(ContextKind::Usage) {
        let usage = help_layout::usage(&usage.to_string());
        message.push_str(&format!("\n{}{usage}\n", words::usage()));
    }
    message + &format!("\n{}\n", words::see_help(command))
}

/// What is wrong with the arguments.
pub fn usage_error(error: &clap::Error) -> Text {
    let argument = one(error, ContextKind::InvalidArg);
    let value = one(error, ContextKind::InvalidValue);
    let command = one(error, ContextKind::InvalidSubcommand);
    let said = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => words::unknown_option(argument),
        ErrorKind::UnknownArgument => words::unexpected_argument(argument),
        ErrorKind::InvalidSubcommand => words::unknown_command(command),
        ErrorKind::MissingSubcommand => words::command_missing(command),
        ErrorKind::MissingRequiredArgument => {
            words::missing(required(&many(error, ContextKind::InvalidArg)))
        }
        ErrorKind::InvalidValue if value.is_empty() => words::value_missing(argument),
        ErrorKind::InvalidValue => words::unknown_value(argument, value),
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error);
            words::wrong_value(argument, value, source.map(values::rule).unwrap_or_default())
        }
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::TooManyValues => words::one_value_too_many(argument, value),
        ErrorKind::TooFewValues => {
            let [least, given] = numbers(error, ContextKind::MinValues);
            words::too_few_values(argument, least, given)
        }
        ErrorKind::WrongNumberOfValues => {
            let [right, given] = numbers(error, ContextKind::ExpectedNumValues);
            words::wrong_number_of_values(argument, right, given)
        }
        ErrorKind::NoEquals => words::no_equals(argument),
        ErrorKind::InvalidUtf8 => words::not_unicode(),
        _ => words::unusable_arguments(),
    };
    match hint(error) {
        Some(hint) => Text::clauses([said, hint]),
        None => said,
    }
}

/// The nearest word that is known, else all of them.
fn hint(error: &clap::Error) -> Option<Text> {
    let near =
        [ContextKind::SuggestedArg, ContextKind::SuggestedValue, ContextKind::SuggestedSubcommand];
    if let Some(word) = near.into_iter().find_map(|kind| many(error, kind).pop()) {
        return Some(core::did_you_mean(word));
    }
    let known =
        [ContextKind::ValidValue, ContextKind::ValidSubcommand].map(|kind| many(error, kind));
    let known = known.concat();
    (!known.is_empty()).then(|| core::known_words(Text::list(known)))
}

fn conflict(error: &clap::Error) -> Text {
    let argument = match one(error, ContextKind::InvalidArg) {
        "" => one(error, ContextKind::InvalidSubcommand),
        argument => argument,
    };
    let others = many(error, ContextKind::PriorArg);
    if others == [argument] {
        words::given_twice(argument)
    } else if others.is_empty() {
        words::conflict_unknown(argument)
    } else {
        words::conflict(argument, Text::list(others.into_iter().map(quoted)))
    }
}

/// The arguments that are missing: those that are needed, then those of which one is.
fn required(arguments: &[&str]) -> Text {
    let choices: Vec<Option<Text>> = arguments.iter().map(|argument| choice(argument)).collect();
    let needed = arguments.iter().zip(&choices).filter(|(_, choice)| choice.is_none());
    let needed = Text::list(needed.map(|(argument, _)| quoted(argument)));
    let needed = (!needed.to_string().is_empty()).then_some(needed);
    let all = needed.into_iter().chain(choices.into_iter().flatten());
    all.reduce(words::and_either).unwrap_or_default()
}

/// One of several; clap writes that as `<--one <FILE>|--other <FILE>>` or `<ROWS|--all>`.
fn choice(argument: &str) -> Option<Text> {
    let inner = argument.strip_prefix('<')?.strip_suffix('>')?;
    if !inner.starts_with('-') && !inner.contains("|-") {
        return None;
    }
    let choices = inner.replace("|-", "\n-");
    let choices = choices.lines().map(|choice| match choice.strip_prefix('-') {
        Some(_) => Text::verbatim(quoted(choice)),
        None => Text::verbatim(quoted(&format!("<{choice}>"))),
    });
    choices.reduce(words::either)
}

fn quoted(argument: &str) -> String {
    format!("`{argument}`")
}

fn one(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

fn many(error: &clap::Error, kind: ContextKind) -> Vec<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text],
        Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The number of values that is right, and that which was given.
fn numbers(error: &clap::Error, right: ContextKind) -> [i64; 2] {
    [right, ContextKind::ActualNumValues].map(|kind| match error.get(kind) {
        Some(ContextValue::Number(number)) => i64::try_from(*number).unwrap_or_default(),
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use clap::error::Error;
    use clap::{Arg, ArgAction, Command};

    use super::*;
    use crate::locales::Lang;

    /// A command that can be called wrongly in every way.
    fn command() -> Command {
        let option = |name: &'static str| Arg::new(name).long(name);
        Command::new("hanqing")
            .subcommand(Command::new("list"))
            .subcommand(
                Command::new("read")
                    .subcommand_required(true)
                    .subcommand(Command::new("all").arg(option("deep").action(ArgAction::SetTrue))),
            )
            .arg(option("unit").value_name("N").value_parser(values::within::<u8>(1..=247)))
            .arg(option("mode").value_name("MODE").value_parser(["drought", "normal"]))
            .arg(option("pair").value_name("P").num_args(2))
            .arg(option("some").value_name("S").num_args(2..))
            .arg(option("equal").value_name("E").require_equals(true))
            .arg(option("file").value_name("FILE").conflicts_with("tcp"))
            .arg(option("tcp").value_name("HOST"))
            .arg(option("dry").action(ArgAction::SetTrue))
    }

    fn refused(command: Command, line: &str) -> [String; 2] {
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        in_both(&error)
    }

    fn in_both(error: &Error) -> [String; 2] {
        [Lang::English, Lang::Chinese].map(|lang| usage_error(error).within(lang))
    }

    #[test]
    fn every_kind_of_error_has_its_sentence_in_both_languages() {
        for (line, en, zh) in [
            (
                "--modes",
                "there is no option `--modes`; did you mean `--mode`?",
                "没有 `--modes` 这个选项；是不是 `--mode`？",
            ),
            ("--zzzzz", "there is no option `--zzzzz`", "没有 `--zzzzz` 这个选项"),
            ("list more", "unexpected argument `more`", "多出参数 `more`"),
            (
                "lisst",
                "there is no command `lisst`; did you mean `list`?",
                "没有 `lisst` 这条命令；是不是 `list`？",
            ),
            (
                "read",
                "`hanqing read` needs a command; known: all, help",
                "`hanqing read` 后面要跟一条命令；可用的有：all、help",
            ),
            (
                "--mode normall",
                "`--mode <MODE>` cannot be `normall`; did you mean `normal`?",
                "`--mode <MODE>` 不能是 `normall`；是不是 `normal`？",
            ),
            (
                "--mode xyz",
                "`--mode <MODE>` cannot be `xyz`; known: drought, normal",
                "`--mode <MODE>` 不能是 `xyz`；可用的有：drought、normal",
            ),
            (
                "--mode",
                "`--mode <MODE>` needs a value; known: drought, normal",
                "`--mode <MODE>` 要给出值；可用的有：drought、normal",
            ),
            (
                "--unit 300",
                "`--unit <N>` cannot be `300`: must be 1 to 247",
                "`--unit <N>` 不能是 `300`：应在 1 到 247 之间",
            ),
            (
                "--file a --tcp b",
                "`--file <FILE>` cannot be used together with `--tcp <HOST>`",
                "`--file <FILE>` 不能与 `--tcp <HOST>` 同时使用",
            ),
            (
                "--tcp a --tcp b",
                "`--tcp <HOST>` may be given only once",
                "`--tcp <HOST>` 只能给一次",
            ),
            ("--dry=1", "`--dry` has a value too many: `1`", "`--dry` 后面多出一个值 `1`"),
            (
                "--pair 1",
                "`--pair <P> <P>` needs 2 values; given: 1",
                "`--pair <P> <P>` 要 2 个值，给了 1 个",
            ),
            (
                "--some 1",
                "`--some <S> <S>...` needs 2 values or more; given: 1",
                "`--some <S> <S>...` 至少要 2 个值，只给了 1 个",
            ),
            (
                "--equal 1",
                "`--equal=<E>` and its value need an equals sign between them",
                "`--equal=<E>` 与值之间要用等号",
            ),
        ] {
            assert_eq!(refused(command(), &format!("hanqing {line}")), [en, zh], "{line}");
        }
    }

    #[test]
    fn what_is_missing_is_named_and_of_a_group_each_choice() {
        let group = clap::ArgGroup::new("source").args(["file", "tcp"]).required(true);
        let command = command().group(group).mut_arg("unit", |unit| unit.required(true));
        assert_eq!(
            refused(command, "hanqing --dry"),
            [
                "missing: `--unit <N>`, and either `--file <FILE>` or `--tcp <HOST>`",
                "缺少 `--unit <N>`，以及 `--file <FILE>` 或 `--tcp <HOST>`"
            ]
        );
        let [list, all] = [Arg::new("rows").num_args(1..), Arg::new("all").long("all")];
        let all = all.action(ArgAction::SetTrue);
        let group = clap::ArgGroup::new("which").args(["rows", "all"]).required(true);
        assert_eq!(
            refused(Command::new("hanqing").args([list, all]).group(group), "hanqing"),
            ["missing: `<rows>` or `--all`", "缺少 `<rows>` 或 `--all`"]
        );
    }

    #[test]
    #[cfg(unix)]
    fn an_argument_that_is_no_text_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let line = [OsStr::new("hanqing"), OsStr::from_bytes(b"--tcp=\xff")];
        let error = command().try_get_matches_from(line).unwrap_err();
        assert_eq!(in_both(&error), ["an argument is not UTF-8", "参数里有不是 UTF-8 的字符"]);
    }

    #[test]
    fn a_message_ends_with_usage_and_where_help_is() {
        let error = command().try_get_matches_from(["hanqing", "list", "--x"]).unwrap_err();
        let said = crate::locales::within(Lang::Chinese, || message(&error, "hanqing list"));
        let expected = "hanqing: 没有 `--x` 这个选项\n\n用法：hanqing list\n\n用法详见 `hanqing list --help`\n";
        assert_eq!(said, expected);
    }
}
