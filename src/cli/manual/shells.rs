//! Completions for shells. Their descriptions are English: a script is in one language for all who use the machine.

use clap::{Command, CommandFactory};
use clap_complete::{Generator, Shell};

use super::{Made, page};
use crate::cli::{Cli, help};
use crate::locales::{Lang, for_programs};

/// The scripts, under the names by which each shell finds them.
pub fn all() -> Vec<Made> {
    let command = for_programs(Lang::English, || described(&Cli::command(), ""));
    [
        (Shell::Bash, "bash/hanqing"),
        (Shell::Zsh, "zsh/_hanqing"),
        (Shell::Fish, "fish/hanqing.fish"),
    ]
    .map(|(shell, path)| Made { path: path.into(), contents: script(shell, &command) })
    .into()
}

fn script(shell: impl Generator, command: &Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command.clone(), "hanqing", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// `command` with its words, and without what is in no list: clap completes hidden commands, too.
fn described(command: &Command, path: &str) -> Command {
    let about = help::about(path);
    let arguments = command.get_arguments().cloned().map(|argument| {
        let explained = help::explanation(&argument, path, false);
        argument.help(explained.replace('`', ""))
    });
    let inner = page::documented(command)
        .map(|inner| described(inner, &help::below(path, inner.get_name())));
    let described = Command::new(kept(command.get_name()))
        .about(help::summary(&about).replace('`', ""))
        .args(arguments)
        .groups(command.get_groups().cloned())
        .subcommands(inner);
    match command.get_version() {
        Some(version) => described.version(kept(version)),
        None => described,
    }
}

/// clap takes no other names. The program ends with the scripts that they stand in.
fn kept(name: &str) -> &'static str {
    name.to_owned().leak()
}
