//! What the head of a column says.

use jiff::civil::Date;

use super::super::columns::{EXPORT_ONLY, id_of, is_aside, name_of};
use super::lookup::{Lookup, Word};
use super::plain::squash;
use super::{names, qualifiers, unit, words};
use crate::account::EntryCode;
use crate::core::{CropId, VillageId};
use crate::locales::{Lang, Text, understanding as says};

/// Between the words of a head of several levels.
const LEVEL: &str = " / ";

/// Most characters of a crop with its item. Engineering judgement: 杂交水稻制种不抗旱损失率 has twelve.
const ITEM_OF_CROP_MAX: usize = 16;

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
    /// Its crop, where the head names one.
    pub crop: Option<CropId>,
    /// The village that stands over an item.
    pub village_over: Option<String>,
    /// Words of its levels of which it is not known what they say.
    pub over: Vec<String>,
    /// The days of its values, where they are not those of the table.
    pub days: Option<(Date, Date)>,
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
        let name = match &self.unit {
            Some(unit) => says::in_unit(name, unit),
            None => name,
        };
        Some(match self.days {
            Some((from, to)) => {
                let days = says::span(from.to_string(), to.to_string());
                says::on_days(name, if from == to { Text::verbatim(from) } else { days })
            }
            None => name,
        })
    }
}

/// What one word of a head says.
enum Kind {
    Leave,
    Role(&'static str),
    Item(EntryCode),
    ItemOfCrop(EntryCode, CropId, String),
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
    let (name, unit) = split_unit(text, squashed, lookup);
    let name = name.as_str();
    let meant = lookup.meaning(text).or_else(|| lookup.meaning(name)).map(str::to_owned);
    if meant.as_deref() == Some("-") {
        return (Kind::Leave, unit);
    }
    if lookup.is_remark(text) || lookup.is_remark(name) {
        return (Kind::Aside, unit);
    }
    let name = meant.as_deref().map_or_else(|| name.to_owned(), squash);
    let meant = meant.is_some();
    let of_export = EXPORT_ONLY.iter().find(|c| name == c.id || name == c.names[0]);
    if let Some(column) = of_export {
        let is_own = exported || name == column.id;
        return match column.id {
            "row" | "withdrawn" if is_own => (Kind::Role(column.id), unit),
            // An office's own mark is no column of the ledger: it is asked.
            "withdrawn" => (Kind::Unknown, unit),
            _ => (Kind::Aside, unit),
        };
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

/// A head without the unit at its end: 数值（万元）, 绝收面积 亩, 群众自筹，万元.
fn split_unit(text: &str, squashed: &str, lookup: &mut Lookup<'_>) -> (String, Option<String>) {
    let (name, unit) = words::split_unit(squashed);
    let parted = text.trim().rsplit_once(qualifiers::BEFORE_UNIT);
    if let Some((before, behind)) = parted.filter(|_| unit.is_none())
        && let Some(unit) = bare_unit(&squash(behind))
        && lookup.item(&squash(before)).found().is_some()
    {
        return (squash(before), Some(unit));
    }
    (name.to_owned(), unit)
}

/// The unit that `squashed` is, and nothing else: 亩, （亩）, 单位：公顷.
pub(super) fn bare_unit(squashed: &str) -> Option<String> {
    let inner = squashed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let inner = words::without_unit_word(inner.unwrap_or(squashed));
    unit::is_unit(inner).then(|| inner.to_owned())
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
    if bare_unit(name).is_some() {
        return Kind::Unit;
    }
    if words::is_doubtful(name, "") {
        return Kind::Unknown;
    }
    if let Some(village) = lookup.village(name).found() {
        return Kind::Village(village);
    }
    if let Some(crop) = lookup.crop(name).found() {
        return Kind::Crop(crop);
    }
    item_of_crop(name, lookup).unwrap_or(Kind::Unknown)
}

/// A crop and its item in one word: 水稻受灾面积.
fn item_of_crop(name: &str, lookup: &mut Lookup<'_>) -> Option<Kind> {
    if name.chars().count() > ITEM_OF_CROP_MAX {
        return None;
    }
    name.char_indices().skip(1).find_map(|(at, _)| {
        let (crop, item) = name.split_at_checked(at)?;
        let code = lookup.item(item).found().filter(|code| takes_crop(*code))?;
        let id = lookup.crop(crop).found()?;
        Some(Kind::ItemOfCrop(code, id, crop.to_owned()))
    })
}

/// Whether values of `code` may be of one crop.
pub(super) fn takes_crop(code: EntryCode) -> bool {
    use EntryCode as C;
    matches!(
        code,
        C::AreaAffected
            | C::AreaDamaged
            | C::AreaFailed
            | C::LossRateWithout
            | C::LossRateWith
            | C::AreaStanding
            | C::DroughtLight
            | C::DroughtModerate
            | C::DroughtSevere
            | C::DroughtExtreme
            | C::AreaWithoutMeans
            | C::AreaSown
            | C::AreaReplanted
    )
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
        crop: None,
        village_over: None,
        over: Vec::new(),
        days: None,
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
    let mut parts = Parts::default();
    for text in texts {
        if !parts.read(text, texts.len() > 1, exported, &mut column, lookup) {
            column.meaning = Meaning::Leave;
            return column;
        }
    }
    column.crop.clone_from(&parts.crop);
    column.meaning = parts.meaning();
    column
}

/// What the words of a head say together.
#[derive(Default)]
struct Parts {
    role: Option<&'static str>,
    item: Option<EntryCode>,
    crop: Option<CropId>,
    village: Option<Option<VillageId>>,
    total: bool,
    aside: bool,
    doubtful: bool,
}

impl Parts {
    /// Adds a word, of several levels or alone; `false` where the column is left out.
    fn read(
        &mut self,
        text: &str,
        of_levels: bool,
        exported: bool,
        column: &mut Column,
        lookup: &mut Lookup<'_>,
    ) -> bool {
        let (kind, unit) = kind(text, exported, lookup);
        column.unit = unit.or(column.unit.take());
        match kind {
            Kind::Leave => return false,
            // The label of a row of units below the heads.
            Kind::Role("unit") if self.role.is_some() => {}
            Kind::Role(id) => self.role = Some(id),
            Kind::Item(code) => self.item = Some(code),
            Kind::ItemOfCrop(code, id, written) => {
                self.item = Some(code);
                self.crop = Some(id);
                column.crop_written = Some(written);
            }
            Kind::Crop(id) => {
                self.crop = Some(id);
                column.crop_written = Some(squash(words::without_among(text)));
            }
            Kind::Village(id) => {
                column.village_over = id.is_some().then(|| text.to_owned());
                self.village = Some(id);
            }
            Kind::Total => self.total = true,
            Kind::Unit => column.unit = bare_unit(&squash(text)),
            Kind::Aside => self.aside = true,
            Kind::Unknown if of_levels && !qualifiers::is_harmless(text) => {
                column.over.push(text.to_owned());
            }
            Kind::Unknown => self.doubtful |= words::is_doubtful(&squash(text), ""),
        }
        true
    }

    fn meaning(self) -> Meaning {
        // 农作物 over 受灾 is no column of crops.
        let measured = matches!(self.role, None | Some("value" | "crop"));
        match (self.role, self.item, self.village) {
            _ if self.doubtful => Meaning::Unknown,
            (_, item, _) if self.total => Meaning::Total(item),
            (_, Some(code), _) if measured => Meaning::Item(code, self.crop),
            (Some(id), ..) => Meaning::Role(id),
            (_, _, Some(village)) => Meaning::Village(village),
            _ if self.aside => Meaning::Aside,
            _ => Meaning::Unknown,
        }
    }
}
