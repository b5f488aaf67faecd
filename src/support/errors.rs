//! Errors as text.

use std::error::Error;

/// `error` with its causes, as in `the spool failed: disk is full`. Causes that repeat the text before are left out.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let mut texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}
