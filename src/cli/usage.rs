//! Errors that end the program with exit code 2.

use std::fmt;

use crate::config::FileProblem;
use crate::locales::Text;

/// Exit code of a wrong call or an unusable configuration. clap ends with the same code when it refuses arguments.
pub const EXIT_USAGE: u8 = 2;

/// Arguments that contradict each other or do not fit the configuration.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub Text);

/// All problems of a configuration.
#[derive(Debug, thiserror::Error)]
pub struct ConfigurationProblems(pub Vec<FileProblem>);

impl fmt::Display for ConfigurationProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Returns a [`UsageError`] with a message of the catalogue.
#[cfg(any(feature = "edge", feature = "hub"))]
macro_rules! bail_usage {
    ($text:literal $($rest:tt)*) => { return Err($crate::cli::usage::UsageError($crate::locales::Text::verbatim(format!($text $($rest)*))).into()) };
    ($text:expr) => { return Err($crate::cli::usage::UsageError($text).into()) };
}
#[cfg(any(feature = "edge", feature = "hub"))]
pub(super) use bail_usage;
