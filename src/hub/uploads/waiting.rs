//! Files that wait to be confirmed: one of each person, so long, and so much of all.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::ledger::Asked;
use crate::support::random;
use crate::web::{Uploader, WAIT_MINUTES};

/// How long a file waits.
const WAIT_MAX: Duration = Duration::from_secs(60 * WAIT_MINUTES);

/// Bytes of all files that wait: two of the largest. Engineering judgement.
const BYTES_MAX: usize = 64 << 20;

/// A file that waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
    pub answers: Asked,
    /// The time of entry that its rows were shown with.
    pub shown_at: Timestamp,
    /// Of what was shown.
    pub digest: [u8; 32],
}

/// All of them, by the person's id.
#[derive(Default)]
pub(super) struct Waiting(HashMap<String, Kept>);

struct Kept {
    file: File,
    /// Not a secret: the session is.
    ticket: String,
    session: String,
    since: Duration,
}

impl Waiting {
    /// Keeps a file from `now` on, instead of another of hers, and of the oldest where there is no room. Returns the
    /// ticket under which it waits.
    pub fn keep(&mut self, by: &Uploader, file: File, now: Duration) -> String {
        self.expire(now);
        self.0.remove(&by.id);
        let new = file.bytes.len();
        while self.bytes().saturating_add(new) > BYTES_MAX {
            let oldest = self.0.iter().min_by_key(|(_, kept)| kept.since);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else { break };
            self.0.remove(&oldest);
        }
        let ticket = format!("{:016x}{:016x}", random::bits(), random::bits());
        let session = by.session.clone();
        let kept = Kept { file, ticket: ticket.clone(), session, since: now };
        self.0.insert(by.id.clone(), kept);
        ticket
    }

    /// The file that waits under this ticket in this session. It waits no longer.
    pub fn take(&mut self, by: &Uploader, ticket: &str, now: Duration) -> Option<File> {
        self.expire(now);
        let own = |kept: &Kept| kept.ticket == ticket && kept.session == by.session;
        if self.0.get(&by.id).is_some_and(own) { Some(self.0.remove(&by.id)?.file) } else { None }
    }

    fn expire(&mut self, now: Duration) {
        self.0.retain(|_, kept| now.saturating_sub(kept.since) < WAIT_MAX);
    }

    fn bytes(&self) -> usize {
        self.0.values().map(|kept| kept.file.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn person(id: &str, session: &str) -> Uploader {
        let lang = Lang::English;
        Uploader { id: id.into(), name: format!("农业办 {id}"), session: session.into(), lang }
    }

    fn file(bytes: usize) -> File {
        File {
            name: "台账.xlsx".into(),
            bytes: vec![0; bytes],
            answers: Asked::default(),
            shown_at: Timestamp::UNIX_EPOCH,
            digest: [0; 32],
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_file_is_taken_once_by_whose_it_is_and_in_her_session() {
        let mut waiting = Waiting::default();
        let huang = person("huang", "one");
        let ticket = waiting.keep(&huang, file(1), MINUTE);
        assert_eq!(waiting.take(&person("li", "one"), &ticket, MINUTE), None);
        assert_eq!(waiting.take(&person("huang", "two"), &ticket, MINUTE), None);
        assert_eq!(waiting.take(&huang, "another", MINUTE), None);
        assert_eq!(waiting.take(&huang, &ticket, MINUTE), Some(file(1)));
        assert_eq!(waiting.take(&huang, &ticket, MINUTE), None);
    }

    #[test]
    fn it_waits_a_quarter_of_an_hour_and_gives_way_to_the_next_of_hers() {
        let mut waiting = Waiting::default();
        let huang = person("huang", "one");
        let first = waiting.keep(&huang, file(1), MINUTE);
        let second = waiting.keep(&huang, file(2), MINUTE);
        assert_eq!(waiting.take(&huang, &first, MINUTE), None);
        assert_eq!(waiting.take(&huang, &second, 15 * MINUTE), Some(file(2)));
        let third = waiting.keep(&huang, file(3), MINUTE);
        assert_eq!(waiting.take(&huang, &third, 16 * MINUTE), None);
    }

    #[test]
    fn the_oldest_gives_way_where_there_is_no_room() {
        let mut waiting = Waiting::default();
        let persons = ["huang", "li", "wang"].map(|id| person(id, id));
        let mut tickets = Vec::new();
        for (minute, person) in (1..).zip(&persons) {
            tickets.push(waiting.keep(person, file(30_000_000), minute * MINUTE));
        }
        let there = persons.iter().zip(&tickets);
        let there = there.map(|(by, ticket)| waiting.take(by, ticket, 4 * MINUTE).is_some());
        assert_eq!(there.collect::<Vec<_>>(), [false, true, true]);
    }
}
