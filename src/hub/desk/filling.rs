//! The office's own Word file, filled; and filled files that wait to be fetched.

use std::time::Duration;

use crate::figures::{Severity, Statement};
use crate::locales::{Lang, Text, page_report as words, within};
use crate::report::fill::{self, FillError, Filled, Kind, Left, Passages, Replaced, part_name};
use crate::report::{self, Choice};
use crate::support::random;
use crate::water::Township;
use crate::web::{FilledFile, LeftPlace, ReplacedPlace, Uploader, WAIT_MINUTES};
use jiff::Timestamp;

/// How long a filled file waits to be fetched.
const WAIT_MAX: Duration = Duration::from_secs(60 * WAIT_MINUTES);

/// Bytes of all files that wait: two of the largest. Engineering judgement.
const BYTES_MAX: usize = 64 << 20;

/// Places that a page shows. Engineering judgement: more than a person reads.
const SHOWN_MAX: usize = 500;

/// Most letters that are shown of a text in the file.
const TEXT_MAX: usize = 400;

/// A file that waits.
#[derive(Debug)]
struct Kept {
    ticket: String,
    /// Whose it is, and in which session.
    by: (String, String),
    name: String,
    bytes: Vec<u8>,
    since: Duration,
}

/// Files that wait, the oldest first: one of each person.
#[derive(Debug, Default)]
pub(super) struct FilledFiles(Vec<Kept>);

impl FilledFiles {
    /// Keeps a file from `now` on, and returns the ticket under which it can be had. Older ones give way.
    pub fn keep(&mut self, by: &Uploader, name: String, bytes: Vec<u8>, now: Duration) -> String {
        self.expire(now);
        self.0.retain(|kept| kept.by.0 != by.id);
        let taken = |files: &Self| files.0.iter().map(|kept| kept.bytes.len()).sum::<usize>();
        while !self.0.is_empty() && taken(self).saturating_add(bytes.len()) > BYTES_MAX {
            self.0.remove(0);
        }
        let ticket = format!("{:016x}{:016x}", random::bits(), random::bits());
        let by = (by.id.clone(), by.session.clone());
        self.0.push(Kept { ticket: ticket.clone(), by, name, bytes, since: now });
        ticket
    }

    /// The file that waits under this ticket in this session. It goes on waiting: a download may break.
    pub fn get(&mut self, by: &Uploader, ticket: &str, now: Duration) -> Option<(String, Vec<u8>)> {
        self.expire(now);
        let own = |kept: &&Kept| {
            let Kept { by: (id, session), .. } = kept;
            kept.ticket == ticket && (id, session) == (&by.id, &by.session)
        };
        self.0.iter().find(own).map(|kept| (kept.name.clone(), kept.bytes.clone()))
    }

    fn expire(&mut self, now: Duration) {
        self.0.retain(|kept| now.saturating_sub(kept.since) < WAIT_MAX);
    }
}

/// Fills `office`. An office's file is Chinese, whoever fills it.
pub(super) fn filled(
    (choice, township): (Choice<'_>, &Township),
    statement: &Statement,
    now: Timestamp,
    numbers_only: bool,
    office: &[u8],
) -> anyhow::Result<Result<Filled, FillError>> {
    let documents = report::render(choice, township, statement, now, Lang::Chinese)?;
    let passages = Passages { numbers_only, ..documents.passages };
    Ok(within(Lang::Chinese, || fill::fill(office, &passages)))
}

/// What has become of the file, without its bytes.
pub(super) fn told(name: String, filled: &Filled, statement: &Statement) -> FilledFile {
    let open = statement.findings.open().count();
    let errors = statement.findings.open().filter(|f| f.severity == Severity::Error).count();
    let nothing = match (filled.replaced.is_empty(), filled.has_passage) {
        (false, _) => Text::default(),
        (true, true) => words::nothing_replaced(),
        (true, false) => words::nothing_to_fill(),
    };
    FilledFile {
        ticket: String::new(),
        name,
        replaced: filled.replaced.iter().take(SHOWN_MAX).map(replaced).collect(),
        left: filled.left.iter().take(SHOWN_MAX).map(left).collect(),
        open: [open, errors],
        nothing,
    }
}

fn replaced(replaced: &Replaced) -> ReplacedPlace {
    ReplacedPlace {
        part: part_name(&replaced.part),
        name: replaced.shown_name(),
        before: cut(&replaced.before),
        after: cut(&replaced.after),
    }
}

fn left(left: &Left) -> LeftPlace {
    let Left { kind, name, part, said, why } = left;
    LeftPlace {
        part: part_name(part),
        name: cut(name),
        why: why.clone(),
        said: cut(said),
        plan: *kind == Kind::Plan,
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, session: &str) -> Uploader {
        let lang = Lang::Chinese;
        Uploader { id: id.into(), name: format!("农业办 {id}"), session: session.into(), lang }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_filled_file_is_had_by_whose_it_is_in_her_session_for_a_quarter_of_an_hour() {
        let mut files = FilledFiles::default();
        let huang = person("huang", "one");
        let ticket = files.keep(&huang, "a.docx".into(), vec![1], MINUTE);
        assert_eq!(files.get(&person("li", "one"), &ticket, MINUTE), None);
        assert_eq!(files.get(&person("huang", "two"), &ticket, MINUTE), None);
        assert_eq!(files.get(&huang, "another", MINUTE), None);
        let file = Some(("a.docx".to_owned(), vec![1]));
        assert_eq!(files.get(&huang, &ticket, 15 * MINUTE), file);
        assert_eq!(files.get(&huang, &ticket, 15 * MINUTE), file, "a download may break");
        assert_eq!(files.get(&huang, &ticket, 16 * MINUTE), None);
    }

    #[test]
    fn the_oldest_gives_way_to_what_has_no_room() {
        let mut files = FilledFiles::default();
        let persons = ["huang", "li", "wang"].map(|id| person(id, id));
        let keep = |files: &mut FilledFiles, by: &Uploader| {
            files.keep(by, "a.docx".into(), vec![0; 30_000_000], MINUTE)
        };
        let tickets = persons.each_ref().map(|by| keep(&mut files, by));
        let there = persons.iter().zip(&tickets);
        let there = there.map(|(by, ticket)| files.get(by, ticket, MINUTE).is_some());
        assert_eq!(there.collect::<Vec<_>>(), [false, true, true]);
    }
}
