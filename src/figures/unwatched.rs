//! The part of a figure that no station or meter watches, and what is not worked out: people enter it, and it is added.
//!
//! Neither part stands for the other. What stations may have missed stays in the bounds, as without an entered part.

use super::counting::Span;
use super::draft::Draft;
use super::facts::Facts;
use super::rows::old_rows;
use crate::account::{Entry, EntryCode};
use crate::locales::{Text, figures as words};

/// The part of a figure that stations and meters watch.
pub(super) struct Watched {
    pub draft: Draft,
    /// `None` where nothing is known of it.
    pub value: Option<f64>,
    /// Between which values it lies; `None` where the value is certain.
    pub bounds: Option<[f64; 2]>,
    /// Why nothing is known of it.
    pub without: Text,
}

impl Watched {
    /// The figure: what is watched, plus what the rows of `codes` say of the rest.
    pub fn with(self, facts: &Facts<'_>, codes: &[EntryCode]) -> Draft {
        let Watched { mut draft, value, bounds, without } = self;
        let Some(rest) = entered(facts, codes, &mut draft) else {
            match value {
                Some(value) => {
                    draft.number(value);
                    if let Some([least, most]) = bounds {
                        draft.bounds(least, most);
                    }
                }
                None => draft.absent(without),
            }
            return draft;
        };
        let watched = value.unwrap_or(0.0);
        draft.number(watched + rest.value);
        let [least, most] = bounds.unwrap_or([watched; 2]);
        if bounds.is_some() || rest.least < rest.most {
            draft.bounds(least + rest.least, most + rest.most);
        }
        match value {
            Some(value) => draft.note(words::watched_and_entered(short(value), short(rest.value))),
            None => {
                draft.note(without);
                draft.note(words::entered_alone(short(rest.value)));
            }
        }
        draft
    }
}

/// What the rows of `codes` come to together, with each row that counts as input of `draft`; `None` without a row.
pub(super) fn entered(facts: &Facts<'_>, codes: &[EntryCode], draft: &mut Draft) -> Option<Span> {
    let mut sum: Option<Span> = None;
    for code in codes {
        let Some(counted) = facts.rows.count(*code, |_| true) else { continue };
        for (entry, part) in counted.rows {
            draft.entry(&Entry { value: part, ..entry.clone() });
        }
        counted.notes.into_iter().for_each(|note| draft.note(note));
        old_rows(&counted.old).into_iter().for_each(|why| draft.open(why));
        sum = Some(sum.unwrap_or_default().plus(counted.span));
    }
    sum
}

/// A number of a note, with a decimal at most.
pub(super) fn short(value: f64) -> String {
    super::phrase::rounded(value, 1)
}
