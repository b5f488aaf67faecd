//! Files for the ledger that clerks hand in on the page: understood beside the runtime, kept until they are confirmed,
//! understood anew and entered.

mod judged;
mod shown;
mod waiting;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use judged::Judged;
use waiting::{File, Waiting};

use super::HubSettings;
use crate::core::Problem;
use crate::ledger::{self, Asked, EqualRows, ImportOutcome, Ledger, LedgerError, Persons};
use crate::locales::{Lang, Text, within};
use crate::support::{Clock, Stopwatch, lock};
use crate::water::Township;
use crate::web::{
    Entered, FILE_MAX, SameRows, UploadAnswers, UploadAsked, Uploaded, Uploader, WaitingFile,
};

/// Files that are worked on at once, each with up to some hundred MB and one core. Engineering judgement.
const AT_ONCE: usize = 2;

/// How long a file waits for its turn: the largest takes ten seconds. Engineering judgement.
const TURN_WAIT: Duration = Duration::from_secs(40);

// The page takes what the ledger takes.
const _: () = assert!(FILE_MAX == ledger::BYTES_MAX);

/// Takes files into the ledger.
#[derive(Clone)]
pub(super) struct Uploads(Arc<Source>);

struct Source {
    path: PathBuf,
    two_person: bool,
    persons: Persons,
    township: Arc<Township>,
    clock: Clock,
    running: Stopwatch,
    turns: Arc<Semaphore>,
    waiting: Mutex<Waiting>,
}

impl Uploads {
    pub fn new(settings: &HubSettings, township: Arc<Township>, clock: Clock) -> Self {
        Self(Arc::new(Source {
            path: settings.ledger.path.clone(),
            two_person: settings.ledger.two_person,
            persons: settings.persons.clone(),
            township,
            clock,
            running: Stopwatch::start(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Mutex::default(),
        }))
    }

    /// Says what is understood of a file, or enters what was confirmed.
    ///
    /// # Errors
    /// The ledger cannot be read or written; nothing was entered.
    pub async fn answer(self, asked: UploadAsked) -> anyhow::Result<Uploaded> {
        let Ok(turn) = timeout(TURN_WAIT, self.0.turns.clone().acquire_owned()).await else {
            return Ok(Uploaded::Busy);
        };
        let (source, turn) = (self.0, turn?);
        let lang = asked.by().lang;
        let work = move || within(lang, || source.work(asked, turn));
        Ok(tokio::task::spawn_blocking(work).await??)
    }

    /// The workbook to fill in, in that language.
    ///
    /// # Errors
    /// It cannot be put together.
    pub async fn template(self, lang: Lang) -> anyhow::Result<Vec<u8>> {
        let source = self.0;
        let make = move || within(lang, || ledger::template(&source.township, &source.persons));
        Ok(tokio::task::spawn_blocking(make).await??)
    }
}

impl Source {
    /// Does what is asked; the turn ends with it.
    fn work(
        &self,
        asked: UploadAsked,
        _turn: OwnedSemaphorePermit,
    ) -> Result<Uploaded, LedgerError> {
        match asked {
            UploadAsked::Understand { by, file, ticket, answers } => {
                let kept = lock(&self.waiting).take(&by, &ticket, self.running.elapsed());
                let (name, bytes) = match (file, kept) {
                    (Some((name, bytes)), _) => (name, bytes),
                    (None, Some(kept)) => (kept.name, kept.bytes),
                    (None, None) => return Ok(Uploaded::Gone),
                };
                let answers = asked_of(answers, &by);
                self.show(&by, name, bytes, answers, self.clock.now(), false)
            }
            UploadAsked::Enter { by, ticket } => {
                let kept = lock(&self.waiting).take(&by, &ticket, self.running.elapsed());
                kept.map_or(Ok(Uploaded::Gone), |kept| self.enter(&by, kept))
            }
        }
    }

    fn judged(
        &self,
        by: &Uploader,
        bytes: &[u8],
        answers: &Asked,
        now: Timestamp,
    ) -> Result<Judged, LedgerError> {
        let understanding = ledger::understand(bytes, answers, &self.township, now);
        let book = Ledger::open_to_read(&self.path)?;
        let mut judged = Judged::of(understanding, &book, by, &self.persons, self.two_person)?;
        if let Some(document) = &answers.document
            && let Some(rule) = ledger::refused_text(document)
        {
            judged.refused.push(Problem::new("--document", document, rule, Text::default()));
        }
        Ok(judged)
    }

    /// What is understood, with the file waiting to be confirmed.
    fn show(
        &self,
        by: &Uploader,
        name: String,
        bytes: Vec<u8>,
        answers: Asked,
        now: Timestamp,
        changed: bool,
    ) -> Result<Uploaded, LedgerError> {
        let judged = self.judged(by, &bytes, &answers, now)?;
        let shown = shown::shown(&judged, &self.township);
        let file =
            File { name: name.clone(), bytes, answers, shown_at: now, digest: judged.digest() };
        let ticket = lock(&self.waiting).keep(by, file, self.running.elapsed());
        Ok(Uploaded::Understood(Box::new(WaitingFile { ticket, file: name, changed, ..shown })))
    }

    /// Enters the rows of the file, if they are still what was shown.
    fn enter(&self, by: &Uploader, kept: File) -> Result<Uploaded, LedgerError> {
        let File { name, bytes, answers, shown_at, digest } = kept;
        let mut judged = self.judged(by, &bytes, &answers, shown_at)?;
        if judged.digest() != digest || judged.has_problems() {
            return self.show(by, name, bytes, answers, shown_at, true);
        }
        let now = self.clock.now();
        for row in judged.rows.iter_mut().filter(|row| row.entered_at == shown_at) {
            row.entered_at = now;
        }
        let outcomes = Ledger::open(&self.path)?.import(&judged.rows)?;
        // Somebody else may have corrected a row since it was looked at.
        if outcomes.iter().any(|outcome| matches!(outcome, ImportOutcome::Refused(_))) {
            return self.show(by, name, bytes, answers, shown_at, true);
        }
        let added = |outcome: &ImportOutcome| match outcome {
            ImportOutcome::Added(id) => Some(*id),
            _ => None,
        };
        let ids: Vec<i64> = outcomes.iter().filter_map(added).collect();
        Ok(Uploaded::Entered(Entered {
            file: name,
            new: ids.len(),
            there: outcomes.len().saturating_sub(ids.len()),
            numbers: ids.iter().min().copied().zip(ids.iter().max().copied()),
            unreviewed: self.two_person,
        }))
    }
}

fn asked_of(answers: UploadAnswers, by: &Uploader) -> Asked {
    Asked {
        sheets: answers.sheets,
        year: answers.year,
        days: answers.days,
        document: answers.document,
        by: Some(by.name.clone()),
        meanings: answers.meanings,
        equal_rows: answers.equal_rows.map(|rows| match rows {
            SameRows::One => EqualRows::One,
            SameRows::Each => EqualRows::Each,
        }),
    }
}

#[cfg(test)]
#[path = "uploads_tests.rs"]
mod tests;
