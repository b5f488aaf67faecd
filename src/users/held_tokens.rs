//! Tokens of programs in memory: looked up at each request.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::token::TokenHash;
use super::tokens::{Scope, TokenRow};
use crate::support::Moment;

/// How seldom its last use is written down: a program asks every minute, and a disk need not know.
const WRITTEN_EVERY: Duration = Duration::from_secs(3600);

/// A program that has shown its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The token's name.
    pub name: String,
    pub scope: Scope,
}

/// A token that is in force, or was.
#[derive(Debug)]
struct Held {
    program: Program,
    until: Timestamp,
    revoked: bool,
    /// When its use was last written, by the time that the program has run.
    written: Option<Duration>,
}

/// All tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens(HashMap<TokenHash, Held>);

impl Tokens {
    /// The program of this token, which is used now, and whether that is to be written down.
    pub(super) fn use_one(&mut self, token: &TokenHash, now: Moment) -> Option<(Program, bool)> {
        let held = self.0.get_mut(token)?;
        if held.revoked || now.time >= held.until {
            return None;
        }
        let due = |written: Duration| now.up.saturating_sub(written) >= WRITTEN_EVERY;
        let write = held.written.is_none_or(due);
        if write {
            held.written = Some(now.up);
        }
        Some((held.program.clone(), write))
    }

    /// Takes over what the file has.
    pub(super) fn follow(&mut self, rows: Vec<(TokenHash, TokenRow)>) {
        let before = std::mem::take(&mut self.0);
        let held = rows.into_iter().map(|(token, row)| {
            let written = before.get(&token).and_then(|held| held.written);
            let program = Program { name: row.name, scope: row.scope };
            let (until, revoked) = (row.until, row.revoked_at.is_some());
            (token, Held { program, until, revoked, written })
        });
        self.0 = held.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(up_s: u64, time: &str) -> Moment {
        Moment { up: Duration::from_secs(up_s), time: time.parse().unwrap() }
    }

    fn row(revoked: bool) -> TokenRow {
        let at: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        TokenRow {
            name: "county".into(),
            scope: Scope::Read,
            made_by: "@console".into(),
            made_at: at,
            until: "2026-12-01T00:00:00Z".parse().unwrap(),
            used_at: None,
            revoked_at: revoked.then_some(at),
        }
    }

    #[test]
    fn a_token_opens_until_it_ends_or_is_revoked_and_its_use_is_written_hourly() {
        let (token, day) = ([7; 32], "2026-11-02T00:00:00Z");
        let mut tokens = Tokens::default();
        tokens.follow(vec![(token, row(false))]);
        let mut written = Vec::new();
        for up in (0..8000).step_by(100) {
            let (program, write) = tokens.use_one(&token, moment(up, day)).unwrap();
            assert_eq!((program.name.as_str(), program.scope), ("county", Scope::Read));
            written.extend(write.then_some(up));
            // What the file says again does not make it new.
            tokens.follow(vec![(token, row(false))]);
        }
        assert_eq!(written, [0, 3600, 7200]);
        assert_eq!(tokens.use_one(&[8; 32], moment(0, day)), None);
        assert!(tokens.use_one(&token, moment(0, "2026-11-30T23:59:59.999Z")).is_some());
        assert_eq!(tokens.use_one(&token, moment(0, "2026-12-01T00:00:00Z")), None);
        tokens.follow(vec![(token, row(true))]);
        assert_eq!(tokens.use_one(&token, moment(0, day)), None);
        tokens.follow(Vec::new());
        assert!(tokens.0.is_empty());
    }
}
