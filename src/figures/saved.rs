//! What the relief was worth: harvest and money saved, by crop, with what is entered where it is not worked out.

use super::areas::{CropAreas, by_crop, crop, crop_name, damage, input, relieved};
use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts};
use super::facts::Facts;
use super::figure::Origin;
use super::rows::Rows;
use super::unwatched::{entered, short};
use crate::account::{EntryCode, Method};
use crate::core::CropId;
use crate::locales::{Text, figures as words};
use crate::water::CropKind;

/// Why the rescue of a crop has no worth.
enum Unrated {
    /// Something is missing: what people enter of it themselves may stand in its place.
    Lacking(Text),
    /// The ledger contradicts itself.
    Contradicted(Text),
}

/// The rate of `code` that the ledger gives for `crop`, %; all its rows have to agree.
fn rate(rows: Rows<'_>, code: EntryCode, crop: &CropId) -> Result<f64, Unrated> {
    let mut values = rows.of(code).into_iter().filter(|e| e.crop.as_ref() == Some(crop));
    let lacking = || Unrated::Lacking(words::rate_missing(code.name()));
    let first = values.next().ok_or_else(lacking)?;
    if values.any(|e| e.value != first.value) {
        return Err(Unrated::Contradicted(words::rates_contradict(code.name())));
    }
    if !(0.0..=100.0).contains(&first.value) {
        return Err(Unrated::Contradicted(words::rate_out_of_range(code.name())));
    }
    Ok(first.value)
}

/// The sum over crops in the making.
#[derive(Default)]
struct Sum {
    draft: Draft,
    total: Option<Span>,
    /// Why crops are left out of it.
    lacking: Vec<Text>,
    contradicted: Vec<Text>,
}

impl Sum {
    fn leave_out(&mut self, name: Text, why: Unrated) {
        match why {
            Unrated::Lacking(why) => self.lacking.push(words::not_estimated(name, why)),
            Unrated::Contradicted(why) => self.contradicted.push(words::not_estimated(name, why)),
        }
    }

    fn add(&mut self, crop: Option<CropId>, value: Span, note: Text) {
        self.draft.input(input(Origin::Crop(crop), value.value, Method::WorthOfRescue, note));
        self.total = Some(self.total.unwrap_or_default().plus(value));
    }

    /// The figure, with the rows of `code` for what is not worked out. Without them, one crop without its rates makes
    /// it absent, since a total must not leave a crop out or guess; a contradiction always does.
    fn finish(self, facts: &Facts<'_>, code: EntryCode, nothing: Text) -> Draft {
        let Sum { mut draft, total, lacking, contradicted } = self;
        let rest = entered(facts, &[code], &mut draft);
        if !contradicted.is_empty() || !lacking.is_empty() && rest.is_none() {
            contradicted.into_iter().chain(lacking).for_each(|why| draft.absent(why));
            return draft;
        }
        lacking.into_iter().for_each(|why| draft.note(why));
        let Some(rest) = rest else {
            match total {
                Some(total) => total.set_in(&mut draft),
                None => draft.absent(nothing),
            }
            return draft;
        };
        total.unwrap_or_default().plus(rest).set_in(&mut draft);
        match total {
            Some(total) => {
                draft.note(words::rated_and_entered(short(total.value), short(rest.value)));
            }
            None => draft.note(words::unrated_alone(short(rest.value))),
        }
        if !relieved(facts) {
            draft.open(words::no_relief());
        }
        draft
    }
}

/// Σ over crops of rescued area × yield × price × loss rate averted.
pub(super) fn loss_averted(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut sum = Sum::default();
    let code = EntryCode::LossAvertedUnrated;
    if damage(&mut sum.draft, drafts).is_none() {
        if !facts.rows.of(code).is_empty() {
            return sum.finish(facts, code, Text::default());
        }
        return sum.draft;
    }
    sum.draft.inherits(drafts.get(FigureId::AreaRescued));
    // Areas without a crop in them are known to be nothing.
    sum.total = Some(Span::default());
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), facts.township());
        match worth_of_rescue(id.as_ref(), areas, facts) {
            Ok((yuan, note)) => sum.add(id, yuan, words::of_crop(name, note)),
            Err(why) => sum.leave_out(name, why),
        }
    }
    sum.finish(facts, code, Text::default())
}

/// The unit of a saved harvest.
#[derive(Clone, Copy)]
enum Worth {
    Tonnes,
    Yuan,
}

/// Harvest of grain that was saved, t.
pub(super) fn grain_saved(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    saved(facts, drafts, (CropKind::Grain, Worth::Tonnes), EntryCode::GrainSavedUnrated)
}

pub(super) fn grain_saved_value(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    saved(facts, drafts, (CropKind::Grain, Worth::Yuan), EntryCode::GrainSavedValueUnrated)
}

pub(super) fn cash_crops_saved(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    saved(facts, drafts, (CropKind::Cash, Worth::Yuan), EntryCode::CashCropsSavedUnrated)
}

/// The harvest of `kind` that was saved, with the rows of `code`. A crop without a kind or rates is not worked out.
fn saved(
    facts: &Facts<'_>,
    drafts: &Drafts,
    (kind, worth): (CropKind, Worth),
    code: EntryCode,
) -> Draft {
    let township = facts.township();
    let mut sum = Sum::default();
    sum.draft.inherits(drafts.get(FigureId::AreaRescued));
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), township);
        let Some(crop) = id.as_ref().and_then(|id| crop(id, township)) else {
            sum.lacking.push(words::crop_not_in_table(name));
            continue;
        };
        match crop.kind {
            None => sum.lacking.push(words::crop_without_kind(name)),
            Some(own) if own != kind => {}
            Some(_) => match worth_of_rescue(id.as_ref(), areas, facts) {
                Ok((yuan, note)) => {
                    let value = match worth {
                        Worth::Tonnes => yuan.per(crop.price_yuan_per_kg).per(1000.0),
                        Worth::Yuan => yuan,
                    };
                    sum.add(id, value, note);
                }
                Err(why) => sum.leave_out(name, why),
            },
        }
    }
    sum.finish(facts, code, words::no_such_crop_affected())
}

/// What the rescue of a crop was worth, yuan, and how that is worked out.
fn worth_of_rescue(
    id: Option<&CropId>,
    areas: CropAreas,
    facts: &Facts<'_>,
) -> Result<(Span, Text), Unrated> {
    let rows = facts.rows;
    let id = id.ok_or_else(|| Unrated::Lacking(words::area_without_crop()))?;
    let in_table = crop(id, facts.township());
    let crop = in_table.ok_or_else(|| Unrated::Lacking(words::not_in_crop_table()))?;
    if areas.affected.is_exceeded_by(areas.failed) {
        return Err(Unrated::Contradicted(words::crop_failed_more()));
    }
    let without = rate(rows, EntryCode::LossRateWithout, id)?;
    let with = rate(rows, EntryCode::LossRateWith, id)?;
    if with > without {
        return Err(Unrated::Contradicted(words::rate_grew()));
    }
    let share = (without - with) / 100.0;
    let rescued = areas.rescued();
    let factors = [crop.yield_kg_per_mu, crop.price_yuan_per_kg, share];
    let yuan = factors.into_iter().fold(rescued, Span::times);
    let note = words::worth_of_rescue(
        rescued.value,
        crop.yield_kg_per_mu,
        crop.price_yuan_per_kg,
        format!("({without}% − {with}%)"),
        crop.source.text(),
    );
    Ok((yuan, note))
}
