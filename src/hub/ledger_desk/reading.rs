//! The fields of a form as a row of the ledger, by the ledger's own rules.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::Date;

use super::faults;
use crate::account::{Entry, EntryCode};
use crate::core::Period;
use crate::ledger::{self, Wanted, typed_value, wanted};
use crate::locales::{Text, page_rows as words};
use crate::water::Township;
use crate::web::{FieldFault, RowForm};

/// What stands for the whole township, and for all crops, in the fields that choose one.
pub(super) const ALL: &str = "-";

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub entry: Entry,
    /// How its value was converted.
    pub said: Option<Text>,
}

/// What is read with the fields.
pub(super) struct Reader<'a> {
    pub township: &'a Township,
    pub code: EntryCode,
    /// The row that is to be corrected.
    pub old: Option<&'a Entry>,
    /// Who enters it.
    pub by: &'a str,
    pub now: Timestamp,
    /// The day of the office.
    pub today: Date,
}

#[derive(Default)]
struct Faults(Vec<FieldFault>);

impl Faults {
    fn keep<T>(&mut self, field: &'static str, read: Result<T, Text>) -> Option<T> {
        read.map_err(|words| self.0.push(FieldFault { field, words })).ok()
    }
}

/// A text of a row.
pub(super) fn text(text: &str, missing: fn() -> Text) -> Result<String, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Err(missing());
    }
    ledger::refused_text(text).map_or_else(|| Ok(text.to_owned()), Err)
}

impl Reader<'_> {
    /// # Errors
    /// All that is wrong with the fields.
    pub fn read(&self, form: &RowForm) -> Result<Typed, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let code = self.code;
        let value = typed_value(&form.value, &form.unit, code);
        let value = faults.keep("value", value.map_err(|fault| faults::of_value(fault, code)));
        let from = faults.keep("from", self.day(&form.from));
        let to = match form.to.trim().is_empty() {
            true => from,
            false => faults.keep("to", self.day(&form.to)),
        };
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            faults.keep::<()>("to", Err(words::days_reversed()));
        }
        let [village_wanted, crop_wanted, work_wanted] = wanted(code);
        let villages = self.township.villages.iter().map(|village| &village.id);
        let old = self.old.and_then(|old| old.village.clone());
        let village = chosen(&form.village, villages, village_wanted, old, words::choose_village);
        let village = faults.keep("village", village);
        let crops = self.township.crops.iter().map(|crop| &crop.id);
        let old = self.old.and_then(|old| old.crop.clone());
        let crop = chosen(&form.crop, crops, crop_wanted, old, words::choose_crop);
        let crop = faults.keep("crop", crop);
        let work = faults.keep("work", self.work(&form.work, work_wanted));
        if let (Some(from), Some(to), Some(work)) = (from, to, &work) {
            let days = Period { from, to };
            let known = (self.township, self.today);
            let fault = ledger::refused_row(code, days, work.as_deref(), known);
            if let Some(fault) = fault {
                faults.keep::<()>(fault.field, Err(fault.text()));
            }
        }
        let document = faults.keep("document", text(&form.document, words::no_document));
        let reason = match self.old {
            Some(_) => faults.keep("reason", text(&form.reason, words::no_reason)),
            None => Some(String::new()),
        };
        let read = (value, from, to, village, crop, work, document, reason);
        match read {
            (
                Some(value),
                Some(from),
                Some(to),
                Some(village),
                Some(crop),
                Some(work),
                Some(document),
                Some(reason),
            ) if faults.0.is_empty() => Ok(Typed {
                entry: Entry {
                    id: 0,
                    code,
                    value: value.value,
                    from,
                    to,
                    village,
                    crop,
                    work,
                    document,
                    entered_by: self.by.to_owned(),
                    entered_at: self.now,
                    reason,
                    supersedes: self.old.map(|old| old.id),
                    reviewed_by: None,
                    withdrawn: false,
                },
                said: value.said,
            }),
            _ => Err(faults.0),
        }
    }

    /// `2022-08-15`, as browsers send it.
    fn day(&self, typed: &str) -> Result<Date, Text> {
        let day: Date = typed.trim().parse().map_err(|_| words::day_for_example())?;
        ledger::refused_day(day, self.today.year()).map_or(Ok(day), Err)
    }

    fn work(&self, typed: &str, wanted: Wanted) -> Result<Option<String>, Text> {
        let typed = typed.trim();
        match wanted {
            Wanted::Never => Ok(self.old.and_then(|old| old.work.clone())),
            Wanted::MayBe if typed.is_empty() => Ok(None),
            Wanted::Always | Wanted::MayBe => text(typed, words::no_work).map(Some),
        }
    }
}

/// The one of `known` that a field chooses: none where the item has none, or where it is of all of them.
fn chosen<'a, T: Clone + Display + 'a>(
    typed: &str,
    mut known: impl Iterator<Item = &'a T>,
    wanted: Wanted,
    old: Option<T>,
    missing: fn() -> Text,
) -> Result<Option<T>, Text> {
    match (wanted, typed.trim()) {
        (Wanted::Never, _) => Ok(old),
        (_, ALL) | (Wanted::MayBe, "") => Ok(None),
        (_, id) => {
            known.find(|known| known.to_string() == id).cloned().map(Some).ok_or_else(missing)
        }
    }
}
