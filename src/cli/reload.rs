//! What a daemon does with a new configuration that it cannot take: it goes on with the one before, and says so.

use std::fmt::Display;

use super::usage::ConfigurationProblems;
use crate::locales::{Lang, Text, cli as words, foreign, within};
use crate::support::service;

/// What is wrong with a configuration, in words for whoever asks later.
pub fn said(problems: &ConfigurationProblems) -> Vec<Text> {
    problems.0.iter().map(|problem| in_both(|| problem)).collect()
}

/// Logs why a configuration is not taken, and hands that over for those who look at the daemon.
pub fn not_taken(problems: Vec<Text>) -> Vec<Text> {
    for problem in &problems {
        tracing::error!("the configuration stays as it was: {problem}");
    }
    service::ready(&words::configuration_not_taken());
    problems
}

/// The same of a configuration that was in order, and that the daemon cannot run with.
pub fn failed(error: &anyhow::Error) -> Vec<Text> {
    tracing::error!("the new configuration failed, the old one stays in force: {error:#}");
    vec![in_both(|| foreign::chain(error))]
}

/// What `said` is in each language.
fn in_both<T: Display>(said: impl Fn() -> T) -> Text {
    let within = |lang| within(lang, || said().to_string());
    Text::both(within(Lang::Chinese), within(Lang::English))
}
