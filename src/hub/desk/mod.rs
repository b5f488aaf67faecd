//! The report on the page: statements that many ask for, and what can be done with them.
//!
//! A [`Statements`] works one statement out at a time, beside the runtime, and keeps the last ones; whoever asks for
//! the same shares it. What the store says of a period (`accounts`) is the expensive part and is kept apart from what
//! the ledger adds: after an entry only that is made anew. While the store takes readings in, a statement may be some
//! minutes behind it and says when its readings were read; a correction of readings is never left out.

mod accounts;
mod answers;
mod book;
mod facts;
mod filling;
mod stated;
mod statements;
#[cfg(test)]
mod test_kit;

pub(super) use answers::Desk;
pub(in crate::hub) use book::{Book, Leaf};
pub(in crate::hub) use stated::{BesideReviewed, Stated, Unstated};
pub(in crate::hub) use statements::Statements;

#[cfg(test)]
#[path = "answers_tests.rs"]
mod answers_tests;
#[cfg(test)]
#[path = "statements_tests.rs"]
mod statements_tests;
