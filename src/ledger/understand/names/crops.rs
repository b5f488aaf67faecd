//! Crops: 制种 is 杂交水稻制种 where that is the one crop whose name has it; early and late rice are rice.

use super::{Named, hint_of_unknown, plain};
use crate::core::CropId;
use crate::locales::{Text, cells as words, ledger};
use crate::water::{Crop, Township};

/// Names of one crop.
const SAME: [&[&str]; 8] = [
    &["水稻", "稻", "稻谷", "稻子"],
    &["玉米", "苞谷", "包谷", "苞米"],
    &["红薯", "甘薯", "番薯", "地瓜", "红苕"],
    &["马铃薯", "土豆", "洋芋"],
    &["大豆", "黄豆"],
    &["花生", "落花生"],
    &["油菜", "油菜籽"],
    &["烤烟", "烟叶", "烟草"],
];

/// Rice by its season, where a township does not tell the seasons apart.
const SEASONS_OF_RICE: [&str; 11] = [
    "早稻",
    "中稻",
    "晚稻",
    "一季稻",
    "一季晚稻",
    "单季稻",
    "双季稻",
    "双季早稻",
    "双季晚稻",
    "再生稻",
    "一晚",
];

/// Words that many crops have in their names and that name none.
const OF_MANY: [&str; 8] =
    ["作物", "农作物", "粮食", "粮食作物", "经济作物", "其他", "其它", "全部"];

/// Fewest characters of a word that is looked for within names. Engineering judgement: one alone is in too many.
const WITHIN_MIN: usize = 2;

pub(super) fn crop(text: &str, township: &Township) -> Named<CropId> {
    let crops = &township.crops;
    let name = plain(text);
    let is_named = |crop: &Crop, words: &[&str]| words.contains(&plain(&crop.name).as_str());
    let exactly = fitting(crops, |crop| crop.id.as_str() == text || crop.name == text);
    if let Some(found) = chosen(&exactly, Named::Exactly) {
        return found;
    }
    let exactly = fitting(crops, |crop| plain(&crop.name) == name);
    if let Some(found) = chosen(&exactly, Named::Exactly) {
        return found;
    }
    let of_season = SEASONS_OF_RICE.contains(&name.as_str()).then_some("稻");
    let same = SAME.iter().find(|words| words.contains(&of_season.unwrap_or(&name)));
    if let Some(words) = same {
        let near = fitting(crops, |crop| is_named(crop, words));
        // 水稻 within 杂交水稻制种 is not that crop.
        return chosen(&near, Named::Near).unwrap_or_else(|| unknown(text, crops));
    }
    // Nor is 杂交水稻, which is eaten, the crop that gives its seed.
    if name.ends_with('稻') || name.chars().count() < WITHIN_MIN || OF_MANY.contains(&name.as_str())
    {
        return unknown(text, crops);
    }
    let near = fitting(crops, |crop| plain(&crop.name).contains(&name));
    match near.as_slice() {
        [one] => Named::Near(one.id.clone()),
        [] => unknown(text, crops),
        several => {
            let names = Text::list(several.iter().map(|crop| crop.name.as_str()));
            Named::Asked(words::not_clear(), words::one_of_these(names))
        }
    }
}

fn fitting(crops: &[Crop], fits: impl Fn(&Crop) -> bool) -> Vec<&Crop> {
    crops.iter().filter(|crop| fits(crop)).collect()
}

/// The one that fits, or the question which of several.
fn chosen(fitting: &[&Crop], how: fn(CropId) -> Named<CropId>) -> Option<Named<CropId>> {
    match fitting {
        [] => None,
        [one] => Some(how(one.id.clone())),
        [one, other, ..] => {
            let rule = ledger::of_the_same_name(one.id.as_str(), other.id.as_str());
            Some(Named::Asked(rule, ledger::write_the_id()))
        }
    }
}

fn unknown(text: &str, crops: &[Crop]) -> Named<CropId> {
    let known = crops.iter().map(|crop| (crop.id.as_str(), crop.name.as_str()));
    Named::Asked(ledger::no_such_crop(), hint_of_unknown(text, known))
}
