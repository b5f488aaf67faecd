//! What titles and names of sheets say of all rows: their item, their crop.

use super::column::bare_unit;
use super::head::Head;
use super::lookup::{Lookup, Word};
use super::plain::{Grid, is_blank, line, squash};
use super::qualifiers;
use crate::account::EntryCode;
use crate::core::CropId;
use crate::ledger::columns::name_of;
use crate::locales::{Text, ledger as places, understanding as says};

/// Most characters of a title in which an item is looked for. Engineering judgement: titles have some thirty.
const TITLE_CHARACTERS: usize = 60;

/// Most characters of the name of an item. Engineering judgement: the longest of the ledger has nineteen.
const ITEM_CHARACTERS: usize = 20;

/// Words that are crops in every office, whether the township grows them or not.
const CROPS: &[&str] = &[
    "双季早稻",
    "双季晚稻",
    "一季晚稻",
    "一季稻",
    "单季稻",
    "双季稻",
    "再生稻",
    "早稻",
    "中稻",
    "晚稻",
    "水稻",
    "玉米",
    "小麦",
    "大麦",
    "大豆",
    "黄豆",
    "花生",
    "油菜",
    "棉花",
    "甘蔗",
    "烤烟",
    "烟叶",
    "茶叶",
    "蔬菜",
    "果树",
    "柑橘",
    "红薯",
    "马铃薯",
    "白莲",
    "莲子",
    "西瓜",
    "高粱",
];

/// The item that a title names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TitleItem {
    pub code: EntryCode,
    /// The unit in brackets behind it.
    pub unit: Option<String>,
    /// The number of its row.
    pub row: usize,
}

/// The one item that the lines above row `head` name.
pub(super) fn item(grid: &Grid<'_>, head: usize, lookup: &mut Lookup<'_>) -> Option<TitleItem> {
    let mut found: Option<TitleItem> = None;
    for row in grid.sheet.rows.iter().take(head).filter(|row| !row.hidden) {
        for cell in row.cells.iter().filter(|cell| !is_blank(cell)) {
            let text = squash(&line(cell));
            if lookup.is_remark(&text) || qualifiers::doubtful_in(&text).is_some() {
                continue;
            }
            for (code, behind) in items_in(&text, lookup) {
                if found.as_ref().is_some_and(|other| other.code != code) {
                    return None;
                }
                let inner = behind.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
                let unit = inner.and_then(|(inner, _)| bare_unit(inner));
                let unit = unit.or_else(|| found.as_ref().and_then(|item| item.unit.clone()));
                found = Some(TitleItem { code, unit, row: row.number });
            }
        }
    }
    found
}

/// The items in `text`, the longest name at each place, with what stands behind them.
fn items_in<'t>(text: &'t str, lookup: &mut Lookup<'_>) -> Vec<(EntryCode, &'t str)> {
    let ends: Vec<usize> =
        text.char_indices().map(|(at, _)| at).chain([text.len()]).take(TITLE_CHARACTERS).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < ends.len() {
        let last = (at + ITEM_CHARACTERS).min(ends.len() - 1);
        let named = (at + 2..=last).rev().find_map(|end| {
            let name = text.get(*ends.get(at)?..*ends.get(end)?)?;
            let behind = text.get(*ends.get(end)?..)?;
            // 受灾 of 受灾情况 is no item.
            let vague = behind.starts_with("情况") || name.contains(['(', ')', ':']);
            let code = if vague { None } else { lookup.item(name).found() }?;
            Some((code, behind, end))
        });
        match named {
            Some((code, behind, end)) => {
                found.push((code, behind));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// What lines around a table or its sheet's name say of the crop of rows that name none.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TitleCrop {
    /// `said`: what was used, with its place.
    One { id: CropId, written: String, said: Text },
    /// Place, value, rule and way out.
    Asked(Text, String, Text, Text),
}

/// The crop that `lines`, or the sheet's name, give to all rows; several are asked.
pub(super) fn crop(
    grid: &Grid<'_>,
    head: &Head,
    lines: &[(Text, String)],
    lookup: &mut Lookup<'_>,
) -> Option<TitleCrop> {
    if head.role("crop").is_some() || head.columns.iter().any(|c| c.crop.is_some()) {
        return None;
    }
    let sheet = (places::place_sheet(), squash(&grid.sheet.name));
    let mut named: Vec<(&Text, &str, String)> = Vec::new();
    for (place, text) in lines.iter().chain(std::iter::once(&sheet)) {
        named.extend(crops_in(text, lookup).into_iter().map(|crop| (place, text.as_str(), crop)));
    }
    let (place, text, word) = named.first()?;
    let place = (*place).clone();
    let way = says::crop_way_out(name_of("crop"), *text);
    let (rule, hint) = match lookup.crop(word) {
        Word::Found { value: id, .. } => {
            let alike =
                named.iter().all(|(_, _, other)| lookup.crop(other).found().as_ref() == Some(&id));
            if alike {
                let said = says::gathered_crop(place, lookup.township.crop_name(&id));
                return Some(TitleCrop::One { id, written: word.clone(), said });
            }
            (says::crops_in_title(name_of("crop")), way)
        }
        Word::Leave => return None,
        Word::Asked(rule, hint) => (rule, Text::clauses([hint, way])),
    };
    Some(TitleCrop::Asked(place, word.clone(), rule, hint))
}

/// The crops that `text` names.
fn crops_in(text: &str, lookup: &Lookup<'_>) -> Vec<String> {
    let mut known: Vec<String> =
        lookup.township.crops.iter().map(|crop| squash(&crop.name)).collect();
    known.extend(CROPS.iter().map(|crop| (*crop).to_owned()));
    known.sort_by_key(|crop| std::cmp::Reverse(crop.chars().count()));
    let mut rest = text.to_owned();
    let mut found = Vec::new();
    for crop in known.into_iter().filter(|crop| crop.chars().nth(1).is_some()) {
        if rest.contains(&crop) {
            rest = rest.replace(&crop, " ");
            found.push(crop);
        }
    }
    found
}
