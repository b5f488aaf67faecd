//! What the head of a column says.

use super::super::columns::{EXPORT_ONLY, id_of, is_aside, name_of};
use super::lookup::{Lookup, Word};
use super::plain::squash;
use super::{names, unit, words};
use crate::account::EntryCode;
use crate::core::{CropId, VillageId};
use crate::locales::{Lang, Text, understanding as says};

/// Between the words of a head of several levels.
const LEVEL: &str = " / ";

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// A column of the ledger, by its id.
    Role(&'static str),
    /// Values of an item.
    Item(EntryCode, Option<CropId>),
    /// Values of a village; `None` for the township.
    Village(Option<VillageId>),
    /// Sums, of one item where it is named.
    Total(Option<EntryCode>),
    /// Nothing of the ledger.
    Aside,
    /// The clerk leaves it out.
    Leave,
    /// It has no head.
    Nameless,
    Unknown,
}

/// A column with its head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// From 0.
    pub index: usize,
    /// As the file has it; of several levels all.
    pub head: String,
    pub meaning: Meaning,
    /// The unit in the head.
    pub unit: Option<String>,
    /// The name of its crop as the head has it.
    pub crop_written: Option<String>,
}

impl Column {
    /// What is asked of a head that may be an item: rule and way out.
    pub fn question(&self) -> Option<(Text, Text)> {
        let unknown = self.meaning == Meaning::Unknown;
        self.head.split(LEVEL).filter(|_| unknown).find_map(names::question)
    }

    /// As it is shown to whoever confirms; `None` where it is left out.
    pub fn said(&self, lookup: &Lookup<'_>) -> Option<Text> {
        let name = match &self.meaning {
            Meaning::Role(id) => name_of(id),
            Meaning::Item(code, None) => code.name(),
            Meaning::Item(code, Some(crop)) => {
                says::item_of_crop(code.name(), lookup.township.crop_name(crop))
            }
            Meaning::Village(None) => says::whole_township(),
            Meaning::Village(Some(id)) => Text::verbatim(lookup.township.village_name(id)),
            Meaning::Total(_) => return Some(says::total_column()),
            _ => return None,
        };
        Some(match &self.unit {
            Some(unit) => says::in_unit(name, unit),
            None => name,
        })
    }
}

/// What one word of a head says.
enum Kind {
    Leave,
    Role(&'static str),
    Item(EntryCode),
    Crop(CropId),
    Village(Option<VillageId>),
    Total,
    Unit,
    Aside,
    Unknown,
}

/// What `text` says, with the unit in it. `exported` tells whether the head is that of our own export.
fn kind(text: &str, exported: bool, lookup: &mut Lookup<'_>) -> (Kind, Option<String>) {
    let squashed = squash(text);
    let squashed = words::without_among(&squashed);
    let (name, unit) = words::split_unit(squashed);
    let meant = lookup.meaning(text).or_else(|| lookup.meaning(name)).map(str::to_owned);
    if meant.as_deref() == Some("-") {
        return (Kind::Leave, unit);
    }
    let name = meant.as_deref().map_or_else(|| name.to_owned(), squash);
    let meant = meant.is_some();
    let of_export = EXPORT_ONLY.iter().find(|c| name == c.id || name == c.names[0]);
    if let Some(column) = of_export {
        let is_row = column.id == "row" && (exported || name == "row");
        return (if is_row { Kind::Role("row") } else { Kind::Aside }, unit);
    }
    // In English people write Entered by for entered_by.
    let as_it_is = id_of(text.trim()).filter(|_| !meant);
    if let Some(id) = as_it_is.or_else(|| id_of(&name)) {
        return (Kind::Role(id), unit.or_else(|| unit_behind(squashed)));
    }
    let plain = name.split('(').next().unwrap_or_default();
    if is_aside(plain) {
        return (Kind::Aside, unit);
    }
    if words::is_total(&name) {
        return (Kind::Total, unit);
    }
    (named(&name, squashed, lookup), unit)
}

/// The unit in the bracket of a head that goes on behind it: 数值(万元)合计.
fn unit_behind(squashed: &str) -> Option<String> {
    let (_, rest) = squashed.split_once('(')?;
    let (inner, _) = rest.rsplit_once(')')?;
    let inner = words::without_unit_word(inner);
    unit::is_unit(inner).then(|| inner.to_owned())
}

/// What a head is that is no column of the ledger.
fn named(name: &str, squashed: &str, lookup: &mut Lookup<'_>) -> Kind {
    // The name of an item may have brackets of its own.
    for text in [squashed, name] {
        if let Word::Found { value, .. } = lookup.item(text) {
            let doubtful = words::is_doubtful(squashed, &value.name().within(Lang::Chinese));
            return if doubtful { Kind::Unknown } else { Kind::Item(value) };
        }
    }
    if unit::is_unit(name) {
        return Kind::Unit;
    }
    if words::is_doubtful(name, "") {
        return Kind::Unknown;
    }
    if let Some(village) = lookup.village(name).found() {
        return Kind::Village(village);
    }
    lookup.crop(name).found().map_or(Kind::Unknown, Kind::Crop)
}

/// The column at `index` with these words in its head, from the top.
pub(super) fn column(
    index: usize,
    texts: &[String],
    exported: bool,
    lookup: &mut Lookup<'_>,
) -> Column {
    let mut column = Column {
        index,
        head: texts.join(LEVEL),
        meaning: Meaning::Nameless,
        unit: None,
        crop_written: None,
    };
    if texts.is_empty() {
        return column;
    }
    let joined = texts.concat();
    if texts.len() > 1 && lookup.leaves(&column.head) {
        column.meaning = Meaning::Leave;
        return column;
    }
    if texts.len() > 1
        && let (Kind::Item(code), unit) = kind(&joined, exported, lookup)
    {
        column.meaning = Meaning::Item(code, None);
        column.unit = unit;
        return column;
    }
    let (mut role, mut item, mut crop, mut village) = (None, None, None, None);
    let (mut total, mut aside, mut doubtful) = (false, false, false);
    for text in texts {
        let (kind, unit) = kind(text, exported, lookup);
        column.unit = unit.or(column.unit);
        match kind {
            Kind::Leave => {
                column.meaning = Meaning::Leave;
                return column;
            }
            // The label of a row of units below the heads.
            Kind::Role("unit") if role.is_some() => {}
            Kind::Role(id) => role = Some(id),
            Kind::Item(code) => item = Some(code),
            Kind::Crop(id) => {
                crop = Some(id);
                column.crop_written = Some(squash(words::without_among(text)));
            }
            Kind::Village(id) => village = Some(id),
            Kind::Total => total = true,
            Kind::Unit => column.unit = Some(squash(text)),
            Kind::Aside => aside = true,
            Kind::Unknown => doubtful |= words::is_doubtful(&squash(text), ""),
        }
    }
    let measured = role.is_none() || role == Some("value");
    column.meaning = match (role, item, village) {
        _ if doubtful => Meaning::Unknown,
        (_, item, _) if total => Meaning::Total(item),
        (_, Some(code), _) if measured => Meaning::Item(code, crop),
        (Some(id), ..) => Meaning::Role(id),
        (_, _, Some(village)) => Meaning::Village(village),
        _ if aside => Meaning::Aside,
        _ => Meaning::Unknown,
    };
    column
}
