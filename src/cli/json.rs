//! What `--json` prints: one document on standard output, and nothing beside it.

use serde::Serialize;

/// The version of the documents, their `format`: a key that is added later does not change it.
pub const FORMAT: u32 = 1;

/// Prints `value` as one JSON document that ends with a line end. A closed pipe is ignored, as everywhere.
///
/// # Errors
///
/// A value that JSON cannot hold, such as a map whose keys are no text.
pub fn print(value: &impl Serialize) -> anyhow::Result<()> {
    say!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// What is printed where there is nothing else to tell than what failed.
#[cfg(feature = "edge")]
#[derive(Serialize)]
struct Failed {
    format: u32,
    error: String,
    /// What is told besides, in the language of the command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

/// Prints why `done` has failed, where it has: a program that reads standard output is to find a document there, too.
#[cfg(feature = "edge")]
pub fn or_error<T>(done: anyhow::Result<T>) -> anyhow::Result<T> {
    if let Err(error) = &done {
        failed(error, &[])?;
    }
    done
}

/// Prints why nothing came of a command, and what the user is told besides.
///
/// # Errors
///
/// As of [`print()`].
#[cfg(feature = "edge")]
pub fn failed(error: &anyhow::Error, hints: &[crate::locales::Text]) -> anyhow::Result<()> {
    use crate::locales::{Lang, foreign, within};

    let error = within(Lang::English, || foreign::chain(error).to_string());
    let hints = hints.iter().map(ToString::to_string).collect();
    print(&Failed { format: FORMAT, error, hints })
}

/// Prints `value` as one line: a document of a command that goes on printing them.
///
/// # Errors
///
/// As of [`print()`].
#[cfg(feature = "edge")]
pub fn print_line(value: &impl Serialize) -> anyhow::Result<()> {
    say!("{}", serde_json::to_string(value)?);
    Ok(())
}
