//! Every command and argument has words in both languages, and no word is left over.

use std::collections::BTreeSet;

use super::*;
use crate::cli::Cli;
use crate::locales::{Lang, within};

/// Every command with its words, without those below `help`.
fn commands_of(command: &Command) -> Vec<(String, &Command)> {
    let mut found = vec![(String::new(), command)];
    let mut next = 0;
    while let Some((path, command)) = found.get(next).cloned() {
        let inner = command.get_subcommands().filter(|_| !path.ends_with(HELP));
        found.extend(inner.map(|inner| (below(&path, inner.get_name()), inner)));
        next += 1;
    }
    found
}

fn built() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// The labels that the help of `command` is made of, and the names of those that are not there.
fn labels_of(path: &str, command: &Command) -> (BTreeSet<String>, Vec<String>) {
    let mut needed = vec![(path.to_owned(), String::new())];
    let mut optional = Vec::new();
    for argument in command.get_arguments() {
        let name = argument_name(argument);
        needed
            .extend(argument.get_help_heading().map(|h| (path.to_owned(), format!("heading {h}"))));
        let names = argument.get_value_names().unwrap_or_default().iter();
        let shared = names.clone().map(|value| format!("<{value}>"));
        optional.extend(shared.chain(names.map(|value| format!("{name} <{value}>"))));
        let values = argument.get_possible_values();
        optional.extend(values.iter().map(|value| format!("{name} {}", value.get_name())));
        needed.push(match argument.get_action() {
            ArgAction::Help => {
                optional.push(help_name(path, false).to_owned());
                (path.to_owned(), help_name(path, true).to_owned())
            }
            _ => (path.to_owned(), name),
        });
    }
    let mut found = BTreeSet::new();
    let mut missing = Vec::new();
    for (path, name) in needed {
        let words = match name.as_str() {
            "" => locales::find(&format!("help.{}", command_name(&path))),
            name => label(&path, name),
        };
        match words {
            Some(words) => _ = found.insert(words.name()),
            None => missing.push(format!("help.{path} {name}")),
        }
    }
    found.extend(optional.iter().filter_map(|name| Some(label(path, name)?.name())));
    (found, missing)
}

#[test]
fn every_command_and_every_argument_has_its_words() {
    let command = built();
    let missing: Vec<String> =
        commands_of(&command).iter().flat_map(|(path, c)| labels_of(path, c).1).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
#[cfg(all(
    feature = "edge",
    feature = "hub",
    feature = "influx",
    feature = "demo",
    feature = "manual"
))]
fn every_label_is_the_help_of_something() {
    let command = built();
    let used: BTreeSet<String> =
        commands_of(&command).iter().flat_map(|(path, c)| labels_of(path, c).0).collect();
    let labels = locales::messages().map(|words| words.name()).filter(|n| n.starts_with("help."));
    let unused: Vec<String> = labels.filter(|name| !used.contains(name)).collect();
    assert_eq!(unused, Vec::<String>::new());
}

/// The short and the long help of every command, below `help` too.
fn screens(lang: Lang) -> Vec<String> {
    fn add(command: &Command, screens: &mut Vec<String>) {
        let mut own = command.clone();
        screens.push(own.render_help().to_string());
        screens.push(own.render_long_help().to_string());
        command.get_subcommands().for_each(|inner| add(inner, screens));
    }
    let mut screens = Vec::new();
    add(&within(lang, || localised(Cli::command())), &mut screens);
    screens
}

/// What is no word of a language: `ids` in quotes are the same in both.
fn without_quoted(screen: &str) -> String {
    screen.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// Names that Chinese help has as they are.
const PROPER: [&str; 22] = [
    "CSV",
    "Ctrl-C",
    "DuckDB",
    "Excel",
    "HTML",
    "InfluxDB",
    "JSON",
    "LibreOffice",
    "Markdown",
    "Modbus",
    "RTU",
    "TCP",
    "UTC",
    "VictoriaMetrics",
    "Word",
    "en",
    "gzip",
    "hanqing",
    "id",
    "pandas",
    "zh",
    "zh|en",
];

#[test]
fn chinese_help_has_no_english_words() {
    let command = built();
    let mut known: BTreeSet<String> = PROPER.map(String::from).into();
    for (path, command) in commands_of(&command) {
        known.extend(path.split(' ').map(str::to_owned));
        for argument in command.get_arguments() {
            let defaults = argument.get_default_values().iter();
            known.extend(defaults.map(|value| value.to_string_lossy().into_owned()));
            let values = argument.get_possible_values();
            known.extend(values.iter().map(|value| value.get_name().to_owned()));
        }
    }
    for screen in screens(Lang::Chinese) {
        let plain = without_quoted(&screen);
        let words = plain.split(|c: char| c.is_whitespace() || !c.is_ascii());
        let words = words.map(|word| word.trim_matches(|c: char| "<>[]|.,;:()".contains(c)));
        let identifier = |word: &str| {
            word.starts_with('-')
                || word.contains(|c: char| c.is_ascii_digit() || "/._=".contains(c))
        };
        let english: Vec<&str> = words
            .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()))
            .filter(|word| !identifier(word) && !known.contains(*word))
            .collect();
        assert_eq!(english, Vec::<&str>::new(), "{screen}");
    }
}

#[test]
fn english_help_has_no_chinese_characters() {
    for screen in screens(Lang::English) {
        let plain = without_quoted(&screen);
        assert!(plain.chars().all(|c| c < '\u{2e80}'), "{screen}");
    }
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for screen in [Lang::Chinese, Lang::English].into_iter().flat_map(screens) {
        // A word alone in its line cannot be broken.
        for line in screen.lines().filter(|line| line.trim_start().contains(' ')) {
            let width: usize = line.chars().map(|c| 1 + usize::from(c >= '\u{2e80}')).sum();
            assert!(width <= 80, "{width}: {line}");
        }
    }
}

#[test]
#[cfg(all(feature = "edge", feature = "hub"))]
fn an_error_has_its_usage_in_lines_of_80_columns() {
    for (line, parts) in [
        ("hanqing read", 2),
        ("hanqing scan", 2),
        ("hanqing probe", 2),
        ("hanqing profile import", 2),
        ("hanqing ledger enter", 2),
        ("hanqing ledger correct", 2),
        ("hanqing status", 1),
    ] {
        for lang in Lang::ALL {
            let said = within(lang, || {
                let refused = localised(Cli::command()).try_get_matches_from(line.split(' '));
                help_errors::message(&refused.unwrap_err(), line)
            });
            let usage = said.split("\n\n").nth(1).unwrap();
            assert!(usage.starts_with(lang.pick("用法：hanqing", "Usage: hanqing")), "{said}");
            assert_eq!(usage.lines().count(), parts, "{said}");
            for line in usage.lines() {
                let width: usize = line.chars().map(|c| 1 + usize::from(c >= '\u{2e80}')).sum();
                assert!(width <= 80, "{said}");
            }
        }
    }
}

#[cfg(feature = "hub")]
fn shown(lang: Lang, line: &str) -> String {
    within(lang, || {
        let refused = localised(Cli::command()).try_get_matches_from(line.split(' '));
        refused.unwrap_err().to_string()
    })
}

#[test]
#[cfg(all(feature = "edge", feature = "hub", feature = "influx", feature = "demo"))]
fn the_help_of_the_program_is_in_both_languages() {
    insta::assert_snapshot!("help_in_chinese", shown(Lang::Chinese, "hanqing --help"));
    insta::assert_snapshot!("help_in_english", shown(Lang::English, "hanqing --help"));
}

#[test]
#[cfg(feature = "hub")]
fn a_command_has_a_short_and_a_long_help() {
    insta::assert_snapshot!("import_in_chinese", shown(Lang::Chinese, "hanqing import --help"));
    insta::assert_snapshot!("import_in_english", shown(Lang::English, "hanqing import --help"));
    insta::assert_snapshot!("import_in_short", shown(Lang::English, "hanqing import -h"));
    for line in ["hanqing help import", "hanqing import --help --lang zh"] {
        assert_eq!(shown(Lang::English, line), shown(Lang::English, "hanqing import --help"));
    }
}

#[test]
#[cfg(feature = "hub")]
fn the_command_that_refuses_its_arguments_is_named() {
    for (line, command) in [
        ("hanqing --lang zh report issue --x", "hanqing report issue"),
        ("hanqing help nothing", "hanqing"),
        ("hanqing", "hanqing"),
        ("hanqing ledger enter", "hanqing ledger enter"),
    ] {
        let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert_eq!(called(&built(), &line), command);
    }
}

#[test]
#[cfg(feature = "hub")]
fn a_right_call_is_parsed_as_before() {
    let line = ["hanqing", "--lang", "zh", "backup", "-c", "hub.toml", "--out", "/srv"];
    assert!(parse::<Cli>(line.map(OsString::from)).is_ok());
}
