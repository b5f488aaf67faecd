//! The rows that wait for a second person, each with what it would change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::effect::Before;
use super::{LedgerDesk, Source, faults};
use crate::account::Entry;
use crate::core::Role;
use crate::ledger::Separation;
use crate::locales::{Text, page_rows as words};
use crate::support::{Stopwatch, lock};
use crate::web::{Clerk, Effect, Queue, QueueRow, RowsAnswer};

/// Rows that are shown at once: what somebody looks through before she reviews them. Engineering judgement.
const ROWS: usize = 50;

/// How long effects of single rows are worked out for; the rest has theirs together. Engineering judgement: nobody
/// waits longer for a page.
const EFFECTS_WITHIN: Duration = Duration::from_secs(2);

/// Effects that have been worked out, by the numbers of their rows; they are good as long as nothing changes.
#[derive(Default)]
pub(super) struct Effects(Mutex<Option<Kept>>);

struct Kept {
    stand: Stand,
    by_rows: BTreeMap<Vec<i64>, Effect>,
}

/// What effects rest on.
#[derive(Clone)]
struct Stand {
    /// Of the ledger.
    version: u64,
    before: Before,
}

impl Stand {
    fn is(&self, other: &Self) -> bool {
        let same = match (&self.before, &other.before) {
            (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
            (Err(one), Err(other)) => one == other,
            _ => false,
        };
        same && self.version == other.version
    }
}

impl Effects {
    fn get(&self, stand: &Stand, rows: &[i64]) -> Option<Effect> {
        let kept = lock(&self.0);
        let good = kept.as_ref().filter(|kept| kept.stand.is(stand))?;
        good.by_rows.get(rows).cloned()
    }

    fn put(&self, stand: &Stand, rows: Vec<i64>, effect: Effect) {
        let mut kept = lock(&self.0);
        if kept.as_ref().is_some_and(|kept| !kept.stand.is(stand)) {
            *kept = None;
        }
        let new = || Kept { stand: stand.clone(), by_rows: BTreeMap::new() };
        kept.get_or_insert_with(new).by_rows.insert(rows, effect);
    }

    /// How many are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        lock(&self.0).as_ref().map_or(0, |kept| kept.by_rows.len())
    }
}

/// The rows behind a queue, as if they were reviewed.
struct Waiting {
    /// Those that are shown.
    shown: Vec<Entry>,
    /// All that she may review.
    may: Vec<Entry>,
    /// Of the ledger.
    version: u64,
}

impl LedgerDesk {
    /// The rows that wait; for `by`, who may review, with what they would change.
    pub(super) async fn queue(&self, by: Option<Clerk>) -> anyhow::Result<RowsAnswer> {
        let reviews = by.is_some();
        let (mut queue, waiting) = self.beside(move |source| source.waiting(by.as_ref())).await?;
        let Waiting { shown, may, version } = waiting;
        if !reviews || shown.is_empty() {
            return Ok(RowsAnswer::Queue(Box::new(queue)));
        }
        let stand = Stand { version, before: self.as_it_stands().await? };
        if !may.is_empty() {
            queue.all = self.kept_effect(&stand, &may).await?;
        }
        let began = Stopwatch::start();
        for (row, entry) in queue.rows.iter_mut().zip(&shown) {
            if began.elapsed() > EFFECTS_WITHIN {
                break;
            }
            row.effect = Some(self.kept_effect(&stand, std::slice::from_ref(entry)).await?);
        }
        Ok(RowsAnswer::Queue(Box::new(queue)))
    }

    /// What `rows` would change, worked out once.
    async fn kept_effect(&self, stand: &Stand, rows: &[Entry]) -> anyhow::Result<Effect> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        if let Some(effect) = self.0.effects.get(stand, &ids) {
            return Ok(effect);
        }
        let effect = self.effect(rows).await?.effect;
        self.0.effects.put(stand, ids, effect.clone());
        Ok(effect)
    }
}

impl Source {
    /// The rows that wait, those first that `by` may review, of each kind the oldest first.
    fn waiting(&self, by: Option<&Clerk>) -> anyhow::Result<(Queue, Waiting)> {
        let (book, lines) = (self.book()?, self.lines()?);
        let mut queue = Queue {
            two_person: self.two_person,
            in_all: book.pending.len(),
            reviewers: Text::list(self.who_may(Role::Reviewer)),
            ..Queue::default()
        };
        let judged = |row: &Entry| {
            let why = match by.map(|by| self.persons.separation(&row.entered_by, &by.name)) {
                None | Some(Separation::Apart) => None,
                Some(Separation::Same) => Some(words::your_own()),
                Some(Separation::Unlisted(why)) => Some(faults::of_person(&why)),
            };
            (by.is_some() && why.is_none(), why)
        };
        let all = book.pending.iter().filter_map(|id| book.get(*id));
        let mut all: Vec<(&Entry, (bool, Option<Text>))> =
            all.map(|row| (row, judged(row))).collect();
        all.sort_by_key(|(_, (may, _))| !*may);
        let reviewed = |row: &Entry| {
            let reviewed_by = Some(by.map_or_else(String::new, |by| by.name.clone()));
            Entry { reviewed_by, ..row.clone() }
        };
        let may = all.iter().filter(|(_, (may, _))| *may).map(|(row, _)| reviewed(row)).collect();
        let mut shown = Vec::new();
        for (row, (may, why)) in all.into_iter().take(ROWS) {
            let old = row.supersedes.and_then(|old| book.get(old));
            let old = old.map(|old| lines.of(&book, old));
            queue.rows.push(QueueRow { row: lines.of(&book, row), old, may, why, effect: None });
            shown.push(reviewed(row));
        }
        Ok((queue, Waiting { shown, may, version: book.version }))
    }
}
