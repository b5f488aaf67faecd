//! How each figure is made.

use super::catalogue::{FigureId as Id, catalogue};
use super::draft::{Draft, Drafts};
use super::facts::Facts;
use super::{areas, entered, pumps, sources};
use crate::account::EntryCode as Code;
use crate::locales::{Text, figures as words};
use crate::water::CropKind;
use Recipe::{After, Own, Peak, State, Sum, Total};

#[derive(Debug, Clone, Copy)]
pub(super) enum Recipe {
    Own(fn(&Facts<'_>) -> Draft),
    /// From other figures too, all of which stand before it in the catalogue.
    After(fn(&Facts<'_>, &Drafts) -> Draft),
    /// Sum of the rows of the period: a running total 累计值.
    Sum(&'static [Code]),
    /// What holds at the end of the period 实时值: of each village, crop and work the latest row, added up.
    State(&'static [Code]),
    /// The greatest that the state came to on any day of the period.
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
            Sum(codes) => facts.rows.sum(codes),
            State(codes) => facts.rows.state(codes),
            Peak(codes) => facts.rows.peak(codes),
            Total(parts) => total(parts, &drafts),
        };
        drafts.insert(*id, draft);
    }
    drafts
}

/// The sum of other figures; absent where all of them are.
fn total(parts: &[Id], drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let mut sum = None;
    let mut lacking = Vec::new();
    for part in parts {
        match drafts.number(*part) {
            Some(value) => {
                draft.figure(*part, value);
                sum = Some(sum.unwrap_or(0.0) + value);
            }
            None => lacking.push(part.spec().name()),
        }
    }
    match sum {
        Some(sum) => {
            draft.number(sum);
            if !lacking.is_empty() {
                draft.note(words::no_data_not_counted(Text::list(lacking)));
            }
        }
        None => draft.absent(words::no_data_for(Text::list(lacking))),
    }
    draft
}
