//! The help of every command, in the reader's language.
//!
//! clap parses and knows which arguments there are; what is said about them are labels of the catalogue. They are named
//! by the words of the command and the argument, `report issue --by`; where many commands share an option, by the
//! option alone.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::{Str, StyledStr};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use super::help_errors;
use super::help_layout::{self, Row};
use super::usage::EXIT_USAGE;
use crate::locales::{self, Message, Text, cli as words};

/// Parses the arguments of the program. Help and version are printed, and so is what is wrong with the arguments; the
/// program then ends with the code that is returned.
pub fn parse<C: CommandFactory + FromArgMatches>(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<C, ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Only what ends the program is shown, so that only then words are looked up.
    try_parse(&mut C::command(), &arguments).or_else(|_| {
        let mut command = localised(C::command());
        try_parse(&mut command, &arguments).map_err(|error| show(&error, &command, &arguments))
    })
}

fn try_parse<C: FromArgMatches>(
    command: &mut Command,
    arguments: &[OsString],
) -> Result<C, clap::Error> {
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    C::from_arg_matches_mut(&mut matches)
}

fn show(error: &clap::Error, command: &Command, arguments: &[OsString]) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => {
            // An error means that whoever read it has gone.
            let _closed = error.print();
        }
        _ => eprint!("{}", help_errors::message(error, &called(command, arguments))),
    }
    if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS }
}

/// The words of the command that `arguments` call.
fn called(command: &Command, arguments: &[OsString]) -> String {
    let mut called = command.get_name().to_owned();
    let mut command = command;
    for argument in arguments.iter().skip(1) {
        if let Some(inner) = command.find_subcommand(argument).filter(|c| c.get_name() != HELP) {
            called = format!("{called} {}", inner.get_name());
            command = inner;
        }
    }
    called
}

/// The command that clap adds to those that have commands.
pub const HELP: &str = "help";

/// `command` with the names of values and the help of all commands in the language that is spoken now.
pub fn localised(command: Command) -> Command {
    let mut command = named(command);
    command.build();
    with_screens(command, "")
}

fn named(command: Command) -> Command {
    command
        .mut_args(|argument| match argument.get_value_names() {
            Some(names) => {
                let names = names.iter().map(|name| value_name(&argument, name));
                let names: Vec<Str> = names.collect();
                argument.value_names(names)
            }
            None => argument,
        })
        // So that clap tells a short and a long help apart; the screens follow once it is built.
        .before_long_help(" ")
        .mut_subcommands(named)
}

/// The name of a value: that of the argument's own, else that which arguments share.
fn value_name(argument: &Arg, name: &Str) -> Str {
    match label(&argument_name(argument), &format!("<{name}>")) {
        // clap takes no other names. The program ends with what they are shown in.
        Some(words) => Str::from(&*Text::label(words, Vec::new()).to_string().leak()),
        None => name.clone(),
    }
}

fn with_screens(mut command: Command, path: &str) -> Command {
    let usage = help_layout::usage(&command.render_usage().to_string());
    let [short, long] = [false, true].map(|long| screen(&command, path, &usage, long));
    command
        .help_template("{before-help}")
        .before_help(StyledStr::from(short))
        .before_long_help(StyledStr::from(long))
        .mut_subcommands(|inner| {
            let path = below(path, inner.get_name());
            with_screens(inner, &path)
        })
}

/// The words of a command below that of `path`. Below `help` are the commands that it explains.
pub fn below(path: &str, name: &str) -> String {
    let above = path.strip_suffix(HELP).map_or(path, str::trim_end);
    format!("{above} {name}").trim_start().to_owned()
}

/// The whole help of a command. The short one has the first paragraph of what the command does, the long one all.
fn screen(command: &Command, path: &str, usage: &str, long: bool) -> String {
    let style = command.get_styles().get_literal();
    let bold = |text: &str| format!("{style}{text}{style:#}");
    let about = about(path);
    let about = match long {
        true => help_layout::paragraphs(about.split("\n\n")),
        false => help_layout::paragraphs(std::iter::once(summary(&about))),
    };
    let sections: Vec<(String, Vec<Row>)> = sections(command, path, long)
        .into_iter()
        .map(|(heading, rows)| (heading.to_string(), rows))
        .collect();
    let usage = format!("{}{usage}", bold(&words::usage().to_string()));
    format!("{about}\n\n{usage}\n{}\n", help_layout::sections(&sections, bold))
}

/// The commands, arguments and options of a command under their headings, without headings of nothing.
pub fn sections(command: &Command, path: &str, long: bool) -> Vec<(Text, Vec<Row>)> {
    let mut sections = vec![
        (words::commands(), commands(command, path)),
        (words::arguments(), Vec::new()),
        (words::options(), Vec::new()),
    ];
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        let row = Row { left: names(argument), right: explanation(argument, path, long) };
        let heading = match argument.get_help_heading() {
            None if argument.is_positional() => words::arguments(),
            None => words::options(),
            Some(heading) => words::heading(text(path, &format!("heading {heading}"))),
        };
        match sections.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, rows)) => rows.push(row),
            None => sections.push((heading, vec![row])),
        }
    }
    sections.retain(|(_, rows)| !rows.is_empty());
    sections
}

fn commands(command: &Command, path: &str) -> Vec<Row> {
    let row = |inner: &Command| Row {
        left: inner.get_name().to_owned(),
        right: summary(&about(&below(path, inner.get_name()))).to_owned(),
    };
    command.get_subcommands().filter(|inner| !inner.is_hide_set()).map(row).collect()
}

/// What the command of these words does.
pub fn about(path: &str) -> String {
    text("", command_name(path)).to_string()
}

/// The label of the command of these words.
fn command_name(path: &str) -> &str {
    match path.rsplit(' ').next() {
        Some(HELP) => HELP,
        Some("") | None => "hanqing",
        Some(_) => path,
    }
}

/// The first paragraph of `about`, as a line of a list has it.
pub fn summary(about: &str) -> &str {
    let first = about.split("\n\n").next().unwrap_or_default();
    first.trim_end_matches(['.', '。'])
}

/// An argument as it is written: `-c, --config <FILE>`.
fn names(argument: &Arg) -> String {
    match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(_)) => format!("-{short}, {argument}"),
        (None, Some(_)) => format!("    {argument}"),
        _ => argument.to_string(),
    }
}

/// The name of an argument in the names of labels: an option as it is written, another argument in capital letters.
fn argument_name(argument: &Arg) -> String {
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => argument.get_id().as_str().to_uppercase(),
    }
}

/// What an argument is for, its default and its values.
pub fn explanation(argument: &Arg, path: &str, long: bool) -> String {
    let name = argument_name(argument);
    if matches!(argument.get_action(), ArgAction::Help) {
        return text(path, help_name(path, long)).to_string();
    }
    let mut right = text(path, &name).to_string();
    let mut notes = Vec::new();
    let shown = argument.get_action().takes_values() && !argument.is_hide_default_value_set();
    if shown && !argument.get_default_values().is_empty() {
        let values = argument.get_default_values().iter().map(|value| value.to_string_lossy());
        notes.push(words::default(Text::list(values.map(default_value))));
    }
    let values = argument.get_possible_values();
    let explained = |value: &str| {
        label(path, &format!("{name} {value}")).map(|words| Text::label(words, vec![]))
    };
    let explains = long && values.iter().any(|value| explained(value.get_name()).is_some());
    if !explains && !values.is_empty() {
        let values = values.iter().map(|value| value.get_name().to_owned());
        notes.push(words::values(Text::list(values)));
    }
    if !notes.is_empty() {
        right += &words::note(Text::clauses(notes)).to_string();
    }
    if explains {
        for value in &values {
            let about = explained(value.get_name()).unwrap_or_default();
            right += &format!("\n- {}", Text::chain([Text::verbatim(value.get_name()), about]));
        }
    }
    right
}

fn default_value(value: std::borrow::Cow<'_, str>) -> String {
    if value.contains(' ') { format!("`{value}`") } else { value.into_owned() }
}

/// The label of `--help`, which says whether there is more or less to be read.
fn help_name(path: &str, long: bool) -> &'static str {
    match (about(path).contains("\n\n"), long) {
        (false, _) => "--help",
        (true, false) => "--help, in short",
        (true, true) => "--help, in full",
    }
}

/// What the label says about an argument of a command. A test holds that there is one.
fn text(path: &str, name: &str) -> Text {
    label(path, name).map(|words| Text::label(words, Vec::new())).unwrap_or_default()
}

/// The label of an argument of a command, else that which commands share.
fn label(path: &str, name: &str) -> Option<Message> {
    let own = locales::find(&format!("help.{path} {name}"));
    own.or_else(|| locales::find(&format!("help.{name}")))
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
