//! The rows that wait for a second person, each with what it would change.

use std::time::Duration;

use super::{LedgerDesk, Source, faults};
use crate::account::Entry;
use crate::core::Role;
use crate::ledger::Separation;
use crate::locales::{Text, page_rows as words};
use crate::support::Stopwatch;
use crate::web::{Clerk, Queue, QueueRow, RowsAnswer};

/// Rows that are shown at once: what somebody looks through before she reviews them. Engineering judgement.
const ROWS: usize = 50;

/// How long effects of single rows are worked out for; the rest has theirs together. Engineering judgement: nobody
/// waits longer for a page.
const EFFECTS_WITHIN: Duration = Duration::from_secs(2);

impl LedgerDesk {
    /// The rows that wait, for `by` where somebody has signed in.
    pub(super) async fn queue(&self, by: Option<Clerk>) -> anyhow::Result<RowsAnswer> {
        let (mut queue, waiting) = self.beside(move |source| source.waiting(by.as_ref())).await?;
        if waiting.is_empty() {
            return Ok(RowsAnswer::Queue(Box::new(queue)));
        }
        let before = self.as_it_stands().await?;
        let offered: Vec<bool> = queue.rows.iter().map(|row| row.may).collect();
        let any = offered.contains(&true);
        let all: Vec<Entry> = waiting
            .iter()
            .enumerate()
            .filter(|(at, _)| !any || offered.get(*at).is_none_or(|may| *may))
            .map(|(_, row)| row.clone())
            .collect();
        queue.all = self.effect(&before, &all).await?.effect;
        let began = Stopwatch::start();
        for (row, entry) in queue.rows.iter_mut().zip(&waiting) {
            if began.elapsed() > EFFECTS_WITHIN {
                break;
            }
            row.effect = Some(self.effect(&before, std::slice::from_ref(entry)).await?.effect);
        }
        Ok(RowsAnswer::Queue(Box::new(queue)))
    }
}

impl Source {
    /// The rows that wait, the oldest first, as they are shown and as if they were reviewed.
    fn waiting(&self, by: Option<&Clerk>) -> anyhow::Result<(Queue, Vec<Entry>)> {
        let (book, lines) = (self.book()?, self.lines()?);
        let mut queue = Queue {
            two_person: self.two_person,
            in_all: book.pending.len(),
            reviewers: Text::list(self.who_may(Role::Reviewer)),
            ..Queue::default()
        };
        let mut waiting = Vec::new();
        for row in book.pending.iter().filter_map(|id| book.get(*id)).take(ROWS) {
            let why = match by.map(|by| self.persons.separation(&row.entered_by, &by.name)) {
                None | Some(Separation::Apart) => None,
                Some(Separation::Same) => Some(words::your_own()),
                Some(Separation::Unlisted(why)) => Some(faults::of_person(&why)),
            };
            let old = row.supersedes.and_then(|old| book.get(old));
            queue.rows.push(QueueRow {
                row: lines.of(&book, row),
                old: old.map(|old| lines.of(&book, old)),
                may: by.is_some() && why.is_none(),
                why,
                effect: None,
            });
            let reviewed_by = Some(by.map_or_else(String::new, |by| by.name.clone()));
            waiting.push(Entry { reviewed_by, ..row.clone() });
        }
        Ok((queue, waiting))
    }
}
