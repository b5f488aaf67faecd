//! What the page of the report asks for, and what is done on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::facts::{self, Asking};
use super::filling::{self, FilledFiles};
use super::{Statements, Unstated};
use crate::core::Period;
use crate::figures::Acceptance;
use crate::hub::issue_draft::{Draft, Meanwhile};
use crate::hub::issuing::{self, Shown};
use crate::hub::{HubSettings, calendar};
use crate::ledger::Ledger;
use crate::locales::{Lang, Text, foreign, page_report as words, within};
use crate::report::{self, Document, Issue, IssueError};
use crate::support::{Clock, Stopwatch, lock};
use crate::water::Township;
use crate::web::{DeskAnswer, DeskAsked, IssuedReport, Uploader};

/// Pages and documents that are put into words at once, each in up to a second of a core. Engineering judgement.
const AT_ONCE: usize = 2;

/// How long somebody waits for her turn. As for a statement.
const TURN_WAIT: Duration = Duration::from_secs(40);

/// What was shown is remembered so many times, to say what has changed since. Engineering judgement: few people issue.
const SHOWN_MAX: usize = 16;

/// Answers what the page asks for.
#[derive(Clone)]
pub(in crate::hub) struct Desk(Arc<Source>);

struct Source {
    statements: Statements,
    settings: HubSettings,
    township: Arc<Township>,
    clock: Clock,
    running: Stopwatch,
    turns: Arc<Semaphore>,
    /// One report is issued at a time.
    issuing: tokio::sync::Mutex<()>,
    filled: Mutex<FilledFiles>,
    /// What was shown, by its digest; the oldest first.
    shown: Mutex<VecDeque<(String, Shown)>>,
}

impl Desk {
    pub fn new(
        statements: Statements,
        settings: HubSettings,
        township: Arc<Township>,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Source {
            statements,
            settings,
            township,
            clock,
            running: Stopwatch::start(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            issuing: tokio::sync::Mutex::new(()),
            filled: Mutex::default(),
            shown: Mutex::default(),
        }))
    }

    /// # Errors
    /// A file cannot be read or written; a rule or template is wrong.
    pub async fn answer(self, asked: DeskAsked) -> anyhow::Result<DeskAnswer> {
        let answer = match asked {
            DeskAsked::Report { days, by } => self.report(days, by).await,
            DeskAsked::Evidence { figure, days } => self.evidence(figure, days).await,
            DeskAsked::Document { name, days, lang } => self.document(name, days, lang).await,
            DeskAsked::Fill { days, file, numbers_only, by } => {
                self.fill(days, file, numbers_only, by).await
            }
            DeskAsked::Filled { ticket, by } => {
                let file = lock(&self.0.filled).get(&by, &ticket, self.0.running.elapsed());
                Ok(file
                    .map_or(DeskAnswer::Nothing, |(name, bytes)| DeskAnswer::File { name, bytes }))
            }
            DeskAsked::Accept { days, finding, reason, by } => {
                self.accept(days, finding, reason, by).await
            }
            DeskAsked::Issue { days, digest, lang, by } => self.issue(days, digest, lang, by).await,
            DeskAsked::Issued(number) => self.issued(number).await,
            DeskAsked::Frozen { number, name } => self.frozen(number, name).await,
        };
        answer.or_else(|error| match error.downcast_ref::<Unstated>() {
            Some(Unstated::Busy) => Ok(DeskAnswer::Busy),
            Some(Unstated::NoPeriod(why)) => Ok(DeskAnswer::NoPeriod(why.clone())),
            None => Err(error),
        })
    }

    /// Does some work beside the runtime, when it is its turn.
    async fn beside<T: Send + 'static>(
        &self,
        lang: Lang,
        work: impl FnOnce(&Source) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let Ok(turn) = timeout(TURN_WAIT, self.0.turns.clone().acquire_owned()).await else {
            return Err(Unstated::Busy.into());
        };
        let (source, turn) = (self.0.clone(), turn?);
        let work = move || {
            let _turn = turn;
            within(lang, || work(&source))
        };
        tokio::task::spawn_blocking(work).await?
    }

    async fn report(&self, days: Option<Period>, by: Uploader) -> anyhow::Result<DeskAnswer> {
        let (stated, reviewed) = self.0.statements.beside_reviewed(days).await?;
        self.beside(by.lang, move |source| {
            let issued = report::issued(&source.settings.issued)?;
            source.remember(Shown::of(&stated, &issued.issues));
            let zone = calendar(&source.township)?.zone().clone();
            let report = source.asking(&by, &zone).report(&stated, reviewed.as_deref(), &issued);
            Ok(DeskAnswer::Report(Box::new(report)))
        })
        .await
    }

    async fn evidence(&self, figure: String, days: Option<Period>) -> anyhow::Result<DeskAnswer> {
        let stated = self.0.statements.live(days).await?;
        self.beside(Lang::Chinese, move |source| {
            let of = (&*source.township, calendar(&source.township)?.zone().clone());
            let found = facts::evidence(&stated, (of.0, &of.1), &figure);
            Ok(found.map_or(DeskAnswer::Nothing, |found| DeskAnswer::Evidence(Box::new(found))))
        })
        .await
    }

    async fn document(
        &self,
        name: String,
        days: Option<Period>,
        lang: Lang,
    ) -> anyhow::Result<DeskAnswer> {
        let Some(document) = Document::ALL.into_iter().find(|own| own.file_name() == name) else {
            return Ok(DeskAnswer::Nothing);
        };
        let stated = self.0.statements.live(days).await?;
        self.beside(lang, move |source| {
            let (choice, now) = (source.settings.section_choice(), source.clock.now());
            let (township, statement) = (&source.township, &stated.statement);
            let bytes = document.render(choice, township, statement, now, lang)?;
            Ok(DeskAnswer::File { name, bytes })
        })
        .await
    }

    async fn fill(
        &self,
        days: Option<Period>,
        (name, office): (String, Vec<u8>),
        numbers_only: bool,
        by: Uploader,
    ) -> anyhow::Result<DeskAnswer> {
        let stated = self.0.statements.live(days).await?;
        self.beside(by.lang, move |source| {
            let of = (source.settings.section_choice(), &*source.township);
            let (statement, now) = (&stated.statement, source.clock.now());
            let filled = match filling::filled(of, statement, now, numbers_only, &office)? {
                Ok(filled) => filled,
                Err(why) => return Ok(DeskAnswer::Refused(vec![foreign::error(&why)])),
            };
            let mut told = filling::told(name, &filled, statement);
            if !filled.replaced.is_empty() {
                let (name, now) = (told.name.clone(), source.running.elapsed());
                told.ticket = lock(&source.filled).keep(&by, name, filled.docx, now);
            }
            Ok(DeskAnswer::Filled(Box::new(told)))
        })
        .await
    }

    async fn accept(
        &self,
        days: Period,
        key: String,
        reason: String,
        by: Uploader,
    ) -> anyhow::Result<DeskAnswer> {
        let refused = |why: Text| Ok(DeskAnswer::Refused(vec![why]));
        if let Some(why) = issuing::reason_refusal(&reason) {
            return refused(why);
        }
        let stated = self.0.statements.live(Some(days)).await?;
        self.beside(by.lang, move |source| {
            let statement = &stated.statement;
            let mut open = statement.findings.found.iter().filter(|f| f.accepted.is_none());
            let Some(finding) = open.find(|f| f.fingerprint == key) else {
                return refused(words::finding_gone());
            };
            let by = source.settings.persons.signature(&by.name)?;
            let refusal = issuing::accept_refusal(&source.settings, statement, finding, &by);
            if let Some(why) = refusal {
                return refused(facts::not_accepted(&why));
            }
            Ledger::open(&source.settings.ledger.path)?.accept(&Acceptance {
                rule: finding.rule.clone(),
                fingerprint: finding.fingerprint.clone(),
                from: statement.period.from,
                to: statement.period.to,
                reason: reason.trim().into(),
                accepted_by: by,
                accepted_at: source.clock.now(),
            })?;
            Ok(DeskAnswer::Accepted(Text::verbatim(&finding.rule)))
        })
        .await
    }

    async fn issue(
        &self,
        days: Period,
        digest: String,
        lang: Lang,
        by: Uploader,
    ) -> anyhow::Result<DeskAnswer> {
        let Ok(_turn) = timeout(TURN_WAIT, self.0.issuing.lock()).await else {
            return Ok(DeskAnswer::Busy);
        };
        let found = self.0.statements.fresh_beside_reviewed(Some(days)).await?;
        let draft = Draft::of(&self.0.statements, found);
        self.beside(by.lang, move |source| {
            let issued = report::issued(&source.settings.issued)?.issues;
            let now = Shown::of(&draft.stated, &issued);
            if now.digest() != digest {
                let changed = source.recall(&digest).map(|then| then.differences(&now));
                let unknown = || vec![words::something_changed()];
                return Ok(DeskAnswer::Changed(changed.unwrap_or_else(unknown)));
            }
            let (settings, township, at) =
                (&source.settings, &*source.township, source.clock.now());
            let standing = draft.standing();
            let against = draft.against(settings, township, &standing, (&by.name, at, lang))?;
            if !against.is_empty() {
                let against = against.iter().map(facts::said_against).collect();
                return Ok(DeskAnswer::Refused(against));
            }
            let name = settings.persons.signature(&by.name)?;
            Ok(match draft.freeze(settings, township, (&name, at, lang))? {
                Ok(Issue { number, digest, .. }) => DeskAnswer::HasIssued { number, digest },
                Err(Meanwhile::Ledger) => DeskAnswer::Changed(vec![words::ledger_meanwhile()]),
                Err(Meanwhile::Readings) => DeskAnswer::Changed(vec![words::readings_corrected()]),
            })
        })
        .await
    }

    async fn issued(&self, number: String) -> anyhow::Result<DeskAnswer> {
        let issued = self
            .beside(Lang::Chinese, move |source| {
                let all = report::issued(&source.settings.issued)?;
                let spoilt = all.unreadable.contains(&number);
                let issue = all.issues.into_iter().find(|issue| issue.number == number);
                let frozen =
                    issue.as_ref().map(|i| report::read(&source.settings.issued, &i.number));
                Ok((issue.zip(frozen), spoilt))
            })
            .await?;
        let (issue, frozen) = match issued {
            (Some(issued), _) => issued,
            (None, true) => return Ok(DeskAnswer::Refused(vec![words::was_altered()])),
            (None, false) => return Ok(DeskAnswer::Nothing),
        };
        let zone = calendar(&self.0.township)?.zone().clone();
        let files = issue.files.iter().map(|file| file.name.clone()).collect();
        let frozen = match frozen {
            Ok(frozen) if frozen.issue == issue => frozen,
            Ok(_) | Err(_) => {
                let (row, no_changes) = (facts::row(&issue, false, &zone), words::was_altered());
                let altered = IssuedReport { row, files, changes: Vec::new(), no_changes };
                return Ok(DeskAnswer::Issued(Box::new(altered)));
            }
        };
        let stated = self.0.statements.live(Some(issue.period)).await?;
        self.beside(Lang::Chinese, move |source| {
            let changes = report::changes(&frozen, &stated.statement, &source.township)?;
            let changes = changes.into_iter().map(facts::changed).collect();
            let row = facts::row(&issue, true, &zone);
            let issued = IssuedReport { row, files, changes, no_changes: Text::default() };
            Ok(DeskAnswer::Issued(Box::new(issued)))
        })
        .await
    }

    async fn frozen(&self, number: String, name: String) -> anyhow::Result<DeskAnswer> {
        self.beside(Lang::Chinese, move |source| {
            let frozen = match report::read(&source.settings.issued, &number) {
                Ok(frozen) => frozen,
                Err(IssueError::Unknown { .. }) => return Ok(DeskAnswer::Nothing),
                // A document that is not there, or a record that is none, is no other report than that either.
                Err(
                    IssueError::Altered { .. }
                    | IssueError::File { .. }
                    | IssueError::Record { .. },
                ) => {
                    return Ok(DeskAnswer::Refused(vec![words::was_altered()]));
                }
                Err(error) => return Err(error.into()),
            };
            let found = frozen.documents.into_iter().find(|(own, _)| *own == name);
            Ok(found.map_or(DeskAnswer::Nothing, |(own, bytes)| DeskAnswer::File {
                name: format!("{number}-{own}"),
                bytes,
            }))
        })
        .await
    }
}

impl Source {
    fn asking<'a>(&'a self, by: &'a Uploader, zone: &'a TimeZone) -> Asking<'a> {
        let (settings, township) = (&self.settings, &*self.township);
        Asking { settings, township, by, zone, now: self.clock.now() }
    }

    /// Keeps what was shown, unless it is what was shown last or too long.
    fn remember(&self, shown: Shown) {
        let digest = shown.digest();
        let mut kept = lock(&self.shown);
        kept.retain(|(own, _)| *own != digest);
        if shown.is_short() {
            kept.push_back((digest, shown));
        }
        if kept.len() > SHOWN_MAX {
            kept.pop_front();
        }
    }

    fn recall(&self, digest: &str) -> Option<Shown> {
        let kept = lock(&self.shown);
        kept.iter().find(|(own, _)| own == digest).map(|(_, shown)| shown.clone())
    }
}
