//! A row is checked, and saved as it was shown.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::Date;

use super::book::Book;
use super::reading::{self, Reader, Typed};
use super::{LedgerDesk, Source};
use crate::account::{Counting, Entry, EntryCode};
use crate::core::{CropId, VillageId};
use crate::hub::calendar;
use crate::ledger::{self, Ledger, LedgerError};
use crate::locales::{Lang, Text, page_rows as words};
use crate::support::{hex, sha256};
use crate::web::{Checked, Clerk, FieldFault, RowDeed, RowForm, RowsAnswer, Saved};

/// A row that could be entered, and what is shown of it.
struct Draft {
    entry: Entry,
    /// As if it were in force.
    counted: Entry,
    checked: Checked,
    alike: Vec<i64>,
}

impl LedgerDesk {
    /// What a row would be and change.
    pub(super) async fn check(
        &self,
        by: Clerk,
        deed: RowDeed,
        form: RowForm,
    ) -> anyhow::Result<RowsAnswer> {
        Ok(match self.checked(by, deed, form).await? {
            Ok((_, checked)) => RowsAnswer::Checked(Box::new(checked)),
            Err(instead) => instead,
        })
    }

    /// Enters a row, if its check is still what was shown.
    pub(super) async fn save(
        &self,
        by: Clerk,
        deed: RowDeed,
        form: RowForm,
        digest: String,
    ) -> anyhow::Result<RowsAnswer> {
        let _saving = self.0.saving.lock().await;
        let (entry, checked) = match self.checked(by, deed, form).await? {
            Ok(checked) => checked,
            Err(instead) => return Ok(instead),
        };
        if checked.digest != digest {
            return Ok(RowsAnswer::Checked(Box::new(Checked { changed: true, ..checked })));
        }
        self.beside(move |source| source.enter(&entry)).await
    }

    async fn checked(
        &self,
        by: Clerk,
        deed: RowDeed,
        form: RowForm,
    ) -> anyhow::Result<Result<(Entry, Checked), RowsAnswer>> {
        let draft = match self.beside(move |source| source.draft(&by, deed, form)).await? {
            Ok(draft) => draft,
            Err(instead) => return Ok(Err(instead)),
        };
        let Draft { entry, counted, checked, alike } = *draft;
        let effected = self.effect(&[counted]).await?;
        let digest = digest(&entry, &alike, &effected.marks);
        let checked = Checked { effect: effected.effect, digest, ..checked };
        Ok(Ok((entry, checked)))
    }
}

impl Source {
    /// The row that the fields are; what is answered instead where they are none.
    fn draft(
        &self,
        by: &Clerk,
        deed: RowDeed,
        form: RowForm,
    ) -> anyhow::Result<Result<Box<Draft>, RowsAnswer>> {
        let book = self.book()?;
        let old = match self.old(&book, deed)? {
            Ok(old) => old,
            Err(instead) => return Ok(Err(instead)),
        };
        let unsure = |faults: Vec<FieldFault>, form: RowForm| -> anyhow::Result<_> {
            Ok(Err(RowsAnswer::Form(Box::new(self.facts(&book, form, old, faults)?))))
        };
        let now = self.clock.now();
        let typed = match (deed, old) {
            (RowDeed::Withdraw(_), Some(old)) if old.withdrawn => {
                return Ok(Err(RowsAnswer::Refused(words::is_withdrawn(old.id))));
            }
            (RowDeed::Withdraw(_), Some(old)) => {
                match reading::text(&form.reason, words::no_reason) {
                    Ok(reason) => {
                        let entry = ledger::withdrawal(old, reason, by.name.clone(), now);
                        Typed { entry, said: None }
                    }
                    Err(words) => {
                        return unsure(vec![FieldFault { field: "reason", words }], form);
                    }
                }
            }
            _ => match self.typed(&form, old, by, now)? {
                Ok(typed) => typed,
                Err(faults) => return unsure(faults, form),
            },
        };
        let Typed { entry, said } = typed;
        let alike = if entry.withdrawn { Vec::new() } else { alike(&book, &entry) };
        if !alike.is_empty() && entry.code.counting() != Counting::Running {
            // Only one of them would count, or both for the same thing.
            let words = words::correct_instead(entry.code.name());
            let faults = vec![FieldFault { field: "value", words }];
            let mut facts = self.facts(&book, form, old, faults)?;
            let lines = self.lines()?;
            facts.instead = alike.iter().map(|row| lines.of(&book, row)).collect();
            return Ok(Err(RowsAnswer::Form(Box::new(facts))));
        }
        let lines = self.lines()?;
        let far = old.filter(|old| ledger::is_far(old.value, entry.value));
        let far = far.map(|old| words::far(old.value, entry.value, entry.code.unit_name()));
        let mut doubts: Vec<Text> = far.into_iter().collect();
        if alike.iter().any(|row| row.value == entry.value) {
            doubts.push(words::same_there());
        } else if !alike.is_empty() {
            doubts.push(words::alike_there());
        }
        let checked = Checked {
            row: lines.new_row(&entry),
            old: old.map(|old| lines.of(&book, old)),
            said: said.into_iter().collect(),
            doubts,
            alike: alike.iter().map(|row| lines.of(&book, row)).collect(),
            waits: self.two_person,
            form,
            ..Checked::default()
        };
        let reviewed_by = Some(by.name.clone());
        let counted = Entry { reviewed_by, ..entry.clone() };
        let alike = alike.iter().map(|row| row.id).collect();
        Ok(Ok(Box::new(Draft { entry, counted, checked, alike })))
    }

    /// What the fields say, as a new row or in place of `old`.
    fn typed(
        &self,
        form: &RowForm,
        old: Option<&Entry>,
        by: &Clerk,
        now: Timestamp,
    ) -> anyhow::Result<Result<Typed, Vec<FieldFault>>> {
        let Some(code) = old.map(|old| old.code).or_else(|| ledger::code(form.item.trim())) else {
            // The form says what is wrong with the item.
            return Ok(Err(Vec::new()));
        };
        let today = calendar(&self.township)?.zone().to_datetime(now).date();
        let township = &self.township;
        let reader = Reader { township, code, old, by: &by.name, now, today };
        let typed = reader.read(form);
        let unchanged = |typed: &Typed| {
            let entry = &typed.entry;
            old.is_some_and(|old| {
                !old.withdrawn && old.value == entry.value && what(old) == what(entry)
            })
        };
        Ok(match typed {
            Ok(typed) if unchanged(&typed) => {
                Err(vec![FieldFault { field: "value", words: words::nothing_changed() }])
            }
            typed => typed,
        })
    }

    fn enter(&self, entry: &Entry) -> anyhow::Result<RowsAnswer> {
        let entered = Ledger::open(&self.path)?.append(std::slice::from_ref(entry));
        match entered {
            Ok(ids) => {
                let id = ids.first().copied().unwrap_or(0);
                Ok(RowsAnswer::Saved(Saved { id, detail: detail(entry) }))
            }
            // A command beside the page was first.
            Err(LedgerError::AlreadySuperseded { row, .. }) => {
                let book = self.book()?;
                let Some(old) = book.get(row) else { return Ok(RowsAnswer::NoRow) };
                Ok(self.overtaken(&book, old)?.unwrap_or(RowsAnswer::NoRow))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What the record of deeds says of a row.
fn detail(entry: &Entry) -> String {
    let item = entry.code.name().within(Lang::Chinese);
    let mut detail = format!("{item} {} {}", entry.value, entry.code.unit());
    if let Some(old) = entry.supersedes {
        let mark = if entry.withdrawn { "×" } else { "←" };
        // Writing into a text does not fail.
        let _ = write!(detail, " {mark} {old}: {}", entry.reason);
    }
    detail
}

/// All that a row says but its value, who entered it and when.
type What<'a> =
    (EntryCode, [Date; 2], Option<&'a VillageId>, Option<&'a CropId>, Option<&'a str>, &'a str);

fn what(row: &Entry) -> What<'_> {
    let (village, crop, work) = (row.village.as_ref(), row.crop.as_ref(), row.work.as_deref());
    (row.code, [row.from, row.to], village, crop, work, &row.document)
}

/// The rows that count or wait and differ from `row` at most in value and person, but for the one in whose place it is.
fn alike<'b>(book: &'b Book, row: &Entry) -> Vec<&'b Entry> {
    let is_alike = |other: &&Entry| {
        let there = book.in_force.contains(&other.id) || book.pending.contains(&other.id);
        let own = || row.supersedes.is_some_and(|old| book.is_before(other.id, old));
        there && !other.withdrawn && what(other) == what(row) && !own()
    };
    book.all.iter().filter(is_alike).collect()
}

/// The same for the same row, beside the same rows, with the same effect in words.
fn digest(entry: &Entry, alike: &[i64], marks: &str) -> String {
    let entry = Entry { entered_at: Timestamp::UNIX_EPOCH, ..entry.clone() };
    hex(&sha256(format!("{entry:?} {alike:?} {marks}").as_bytes()))
}
