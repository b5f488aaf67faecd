//! Sessions in memory: who is signed in, looked up at each request.
//!
//! How old a session is, is measured by the time that the program has run: no step of the machine's clock ends or
//! prolongs one. Only what was before the program started is taken from the clock.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use super::sessions::SessionRow;
use super::token::TokenHash;
use crate::support::Moment;

/// A session that is not used ends after this: a working day, so that a clerk signs in once a day. NIST SP 800-63B
/// (4.1.3, 4.2.3) has 30 days in all at its first level, and 12 hours at its second.
pub(super) const IDLE: Duration = Duration::from_secs(12 * 3600);

/// A session ends after this, used or not: a week, after which a browser that was left open asks again. Engineering
/// judgement.
pub(super) const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);

/// How seldom its last use is written down. A power cut shortens a session by no more.
const WRITTEN_EVERY: Duration = Duration::from_secs(300);

/// A session. The times are those that the program has run.
#[derive(Debug, Clone)]
struct Held {
    person: String,
    ends: Duration,
    idle_ends: Duration,
    seen: Timestamp,
    written: Duration,
}

impl Held {
    fn is_open(&self, up: Duration) -> bool {
        up < self.ends && up < self.idle_ends
    }
}

/// Whose a session is.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) person: String,
    /// Its last use is to be written down.
    pub(super) write: bool,
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<TokenHash, Held>);

impl Sessions {
    /// The session of this token, which is used now.
    pub(super) fn use_one(&mut self, token: &TokenHash, now: Moment) -> Option<Found> {
        let held = self.0.get_mut(token).filter(|held| held.is_open(now.up))?;
        held.idle_ends = now.up + IDLE;
        held.seen = now.time;
        let write = now.up.saturating_sub(held.written) >= WRITTEN_EVERY;
        if write {
            held.written = now.up;
        }
        Some(Found { person: held.person.clone(), write })
    }

    /// Takes over what the file has. Sessions that were known already stay as they are.
    pub(super) fn follow(&mut self, rows: Vec<SessionRow>, now: Moment) {
        let mut before = std::mem::take(&mut self.0);
        let held = rows.into_iter().map(|row| {
            let known = before.remove(&row.token).unwrap_or_else(|| read(&row, now));
            (row.token, known)
        });
        self.0 = held.collect();
    }

    /// Those that have ended by themselves.
    pub(super) fn ended(&self, up: Duration) -> Vec<TokenHash> {
        let ended = self.0.iter().filter(|(_, held)| !held.is_open(up));
        ended.map(|(token, _)| *token).collect()
    }

    /// Those of whoever is not among `persons`.
    pub(super) fn of_others(&self, persons: &BTreeSet<&str>) -> Vec<TokenHash> {
        let others = self.0.iter().filter(|(_, held)| !persons.contains(held.person.as_str()));
        others.map(|(token, _)| *token).collect()
    }

    /// How many sessions the person has, and when one of them was last used.
    pub(super) fn of(&self, person: &str, up: Duration) -> (u64, Option<Timestamp>) {
        let own = self.0.values().filter(|held| held.person == person && held.is_open(up));
        (own.clone().count() as u64, own.map(|held| held.seen).max())
    }
}

/// A session of which only the file knows. A time ahead of the clock was written by one that has been set back since:
/// the session is as young as it can be.
fn read(row: &SessionRow, now: Moment) -> Held {
    let age = |at: Timestamp| Duration::try_from(now.time.duration_since(at)).unwrap_or_default();
    Held {
        person: row.person.clone(),
        ends: now.up + ABSOLUTE.saturating_sub(age(row.begun)),
        idle_ends: now.up + IDLE.saturating_sub(age(row.seen)),
        seen: row.seen.min(now.time),
        written: now.up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn moment(up_s: u64, time: &str) -> Moment {
        Moment { up: Duration::from_secs(up_s), time: time.parse().unwrap() }
    }

    fn row(token: u8, begun: &str, seen: &str) -> SessionRow {
        let [begun, seen] = [begun, seen].map(|time| time.parse().unwrap());
        SessionRow { token: [token; 32], person: "huang".into(), begun, seen }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_after_a_week_in_any_case() {
        let day = "2026-11-01T00:00:00Z";
        let mut sessions = Sessions::default();
        sessions.follow(vec![row(1, day, day), row(2, day, day)], moment(0, day));
        // Used every eleven hours it lasts a week; unused, half a day.
        for hours in (11..7 * 24).step_by(11) {
            assert!(sessions.use_one(&[1; 32], moment(hours * HOUR, day)).is_some(), "{hours}");
        }
        assert_eq!(sessions.use_one(&[1; 32], moment(7 * 24 * HOUR, day)), None);
        assert_eq!(sessions.use_one(&[2; 32], moment(12 * HOUR, day)), None);
        assert_eq!(sessions.use_one(&[3; 32], moment(0, day)), None);
        assert_eq!(sessions.ended(Duration::from_secs(7 * 24 * HOUR)).len(), 2);
    }

    #[test]
    fn a_restart_counts_on_from_what_the_file_has() {
        let mut sessions = Sessions::default();
        let rows = vec![
            row(1, "2026-11-01T00:00:00Z", "2026-11-02T06:00:00Z"),
            row(2, "2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z"),
            row(3, "2026-10-20T00:00:00Z", "2026-11-02T06:00:00Z"),
        ];
        sessions.follow(rows, moment(0, "2026-11-02T08:00:00Z"));
        let open = |token: u8, up| sessions.0[&[token; 32]].is_open(Duration::from_secs(up));
        assert!(open(1, 0) && open(1, 10 * HOUR - 1) && !open(1, 10 * HOUR));
        assert!(!open(2, 0) && !open(3, 0));
    }

    #[test]
    fn a_step_of_the_clock_neither_ends_nor_prolongs_a_session() {
        let mut sessions = Sessions::default();
        let rows = vec![row(1, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z")];
        sessions.follow(rows.clone(), moment(0, "2026-11-01T00:00:00Z"));
        for year in ["2036-01-01T00:00:00Z", "1970-01-01T00:00:00Z"] {
            sessions.follow(rows.clone(), moment(60, year));
            assert!(sessions.use_one(&[1; 32], moment(60, year)).is_some());
        }
        // The clock was set back before a restart: no session lives longer than a new one.
        let mut sessions = Sessions::default();
        sessions.follow(rows, moment(5, "1970-01-01T00:00:00Z"));
        assert!(!sessions.0[&[1; 32]].is_open(Duration::from_secs(5) + IDLE));
        assert!(sessions.use_one(&[1; 32], moment(6, "1970-01-01T00:00:00Z")).is_some());
    }

    #[test]
    fn its_last_use_is_written_once_in_five_minutes() {
        let day = "2026-11-01T00:00:00Z";
        let mut sessions = Sessions::default();
        sessions.follow(vec![row(1, day, day)], moment(0, day));
        let mut writes = |up| sessions.use_one(&[1; 32], moment(up, day)).unwrap().write;
        let written: Vec<u64> = (0..1000).filter(|up| writes(*up)).collect();
        assert_eq!(written, [300, 600, 900]);
        let gone = |sessions: &mut Sessions| sessions.follow(vec![], moment(0, day));
        gone(&mut sessions);
        assert_eq!(sessions.use_one(&[1; 32], moment(0, day)), None);
    }
}
