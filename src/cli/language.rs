//! The language of a command.

use std::fmt;
use std::path::Path;

use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

use crate::locales::choice::Asked;
#[cfg(feature = "hub")]
use crate::locales::edited;
use crate::locales::{Lang, for_programs, speak};

/// Chooses the language of this call, before its arguments are parsed: their help and their errors have it, too. Says
/// once where an unknown language was asked for, and what is wrong with an office's own wording.
pub fn choose() {
    let configured = files(arguments()).find_map(|file| lang_of(Path::new(&file)));
    let asked = Asked { configured, ..Asked::of_environment(argument(arguments())) };
    let (lang, unknown) = asked.choose();
    speak(lang);
    #[cfg(feature = "hub")]
    let problems = edited::load(&edited::folder());
    #[cfg(not(feature = "hub"))]
    let problems = Vec::new();
    for problem in unknown.into_iter().chain(problems) {
        complain!("hanqing: {problem}");
    }
}

/// Speaks the language that a configuration asks for, unless the call or `HANQING_LANG` names one.
pub fn configured(lang: Option<Lang>) {
    let asked = Asked { configured: lang, ..Asked::of_environment(argument(arguments())) };
    speak(asked.choose().0);
}

/// Runs a daemon. Whatever it keeps, stores and logs is English; people are answered in the language that they ask in.
pub fn as_daemon<T>(run: impl FnOnce() -> T) -> T {
    let own = Lang::current();
    speak(Lang::English);
    let done = run();
    speak(own);
    done
}

/// The configuration files among the arguments: what is wrong with a file is said in its own language, too.
fn files(arguments: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    arguments.skip(1).filter_map(|argument| {
        let file = argument.strip_prefix("--config=").unwrap_or(&argument);
        (!file.starts_with('-') && file.ends_with(".toml")).then(|| file.to_owned())
    })
}

/// The longest configuration that is looked into for its language, bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The language that a configuration asks for at its top, though the rest of it may be wrong.
fn lang_of(file: &Path) -> Option<Lang> {
    let about = std::fs::metadata(file).ok()?;
    if !about.is_file() || about.len() > FILE_BYTES_MAX {
        return None;
    }
    let text = std::fs::read_to_string(file).ok()?;
    let top = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    let value = top.filter_map(|line| line.strip_prefix("lang")?.trim_start().strip_prefix('='));
    let word = value.last()?.trim_start().strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
    Lang::of(word)
}

fn arguments() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}

/// The value of `--lang`, as far as it can be told before the arguments are parsed.
fn argument(arguments: impl Iterator<Item = String>) -> Option<String> {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--lang") {
            Some("") => return arguments.next(),
            Some(rest) if rest.starts_with('=') => return rest.get(1..).map(str::to_owned),
            _ => {}
        }
    }
    None
}

/// The fields of a log line, which administrators and their tools read: always in English.
pub struct EnglishFields(DefaultFields);

impl EnglishFields {
    pub fn new() -> Self {
        Self(DefaultFields::new())
    }
}

impl<'writer> FormatFields<'writer> for EnglishFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        for_programs(Lang::English, || self.0.format_fields(writer, fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_among_arguments() {
        for (line, lang) in [
            ("hanqing --lang zh status", Some("zh")),
            ("hanqing status --lang=en", Some("en")),
            ("hanqing status --language en", None),
            ("hanqing status -- --lang en", None),
            ("hanqing --lang", None),
        ] {
            let found = argument(line.split(' ').map(String::from));
            assert_eq!(found.as_deref(), lang, "{line}");
        }
    }
}
