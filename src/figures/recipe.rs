//! How each figure is made.

use super::catalogue::{FigureId as Id, catalogue};
use super::counting::Span;
use super::draft::{Draft, Drafts};
use super::drinking::short_now;
use super::facts::Facts;
use super::storage::{self, SizeClass};
use super::{areas, drinking, entered, pumps, rain, saved, sources};
use crate::account::{Counting, EntryCode as Code};
use crate::locales::{Text, figures as words};
use crate::water::CropKind;
use Recipe::{After, Own, Peak, Rows, Total};

#[derive(Debug, Clone, Copy)]
pub(super) enum Recipe {
    Own(fn(&Facts<'_>) -> Draft),
    /// From other figures too, all of which stand before it in the catalogue.
    After(fn(&Facts<'_>, &Drafts) -> Draft),
    /// What the rows of the period come to, by how their codes count ([`Counting`]).
    Rows(&'static [Code]),
    /// The greatest that the state came to on one day of the period, by the rows that hold on it.
    Peak(&'static [Code]),
    /// Sum of other figures, which stand before it in the catalogue; those that are absent are named.
    Total(&'static [Id]),
}

macro_rules! recipes {
    ($($name:ident: $id:literal, $zh:literal, $en:literal, $unit:literal, $class:ident, $print:expr,
        $formula:expr, $source:literal, $passage:literal, $recipe:expr;)*) => {
        impl Id {
            pub(super) fn recipe(self) -> Recipe {
                match self { $(Id::$name => $recipe,)* }
            }
        }
    };
}
catalogue!(recipes);

pub(super) fn drafts(facts: &Facts<'_>) -> Drafts {
    let mut drafts = Drafts::default();
    for id in Id::ALL {
        let draft = match id.recipe() {
            Own(make) => make(facts),
            After(make) => make(facts, &drafts),
            Rows(codes) => facts.rows.counted(codes),
            Peak(codes) => facts.rows.peak(codes),
            Total(parts) => total(parts, &drafts),
        };
        drafts.insert(*id, draft);
    }
    drafts
}

/// The sum of other figures; absent where all of them are, and without an upper bound where one is that may be more
/// than nothing.
pub(super) fn total(parts: &[Id], drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let mut sum: Option<Span> = None;
    let mut lacking = Vec::new();
    for part in parts {
        match Span::of(drafts.get(*part)) {
            Some(span) => {
                draft.inherits(drafts.get(*part));
                draft.figure(*part, span.value);
                sum = Some(sum.unwrap_or_default().plus(span));
            }
            None => lacking.push(*part),
        }
    }
    let names = Text::list(lacking.iter().map(|part| part.spec().name()));
    match sum {
        Some(mut sum) => {
            if lacking.iter().any(|part| !is_running(*part)) {
                sum.most = f64::INFINITY;
            }
            sum.set_in(&mut draft);
            if !lacking.is_empty() {
                draft.note(words::no_data_not_counted(names));
            }
        }
        None => draft.absent(words::no_data_for(names)),
    }
    draft
}

/// Whether a figure is a sum of slips: without a slip nothing was spent. A state that nobody entered is not known.
fn is_running(figure: Id) -> bool {
    let running = |code: &Code| code.counting() == Counting::Running;
    matches!(figure.recipe(), Rows(codes) if codes.iter().all(running))
}
