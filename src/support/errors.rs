//! Errors as text.

use std::error::Error;

/// `error` with its causes, as in `the spool failed: disk is full`. A cause that only repeats the text before it is
/// left out.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let mut texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}
