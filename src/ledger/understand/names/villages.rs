//! Villages: 东门, 东门村委会, 东门行政村 and 清源乡东门村 are 东门村 where it is the one that fits.

use super::{Named, hint_of_unknown, plain};
use crate::core::VillageId;
use crate::locales::{Text, cells as words, ledger};
use crate::water::{Township, Village};

/// What a village is called behind its own name, the longer words first.
const KINDS: [&str; 8] =
    ["村民委员会", "居民委员会", "村委会", "居委会", "村委", "行政村", "社区", "村"];

/// Ends of the names of parts of a village.
const PARTS: [&str; 4] = ["组", "自然村", "生产队", "屯"];

/// How the words for the township's own office end.
pub(super) const OWN_LEVEL: &str = "本级";

/// What the whole township is called.
const WHOLE: [&str; 19] = [
    "全乡",
    "全镇",
    "全街道",
    "全场",
    "本乡",
    "本镇",
    "本街道",
    "我乡",
    "我镇",
    "全乡合计",
    "全镇合计",
    "全乡镇",
    "乡镇本级",
    "wholetownship",
    "thewholetownship",
    "乡本级",
    "镇本级",
    "街道本级",
    "本级",
];

/// What a county is called, where the file of the township is that of a county.
const WHOLE_COUNTY: [&str; 8] =
    ["全县", "本县", "我县", "县本级", "全区", "本区", "我区", "区本级"];

/// Ends of the names of counties.
const COUNTIES: [&str; 4] = ["县", "区", "市", "旗"];

/// Characters beside the name of a village by which it is not meant, or not alone: 除东门村外, 非东门村, 东门村等.
const BESIDE: [char; 8] = ['除', '非', '外', '等', '至', '到', '和', '与'];

/// What may be each village, or all of them together.
const EACH: [&str; 6] = ["各村", "所有村", "全部村", "全乡各村", "全镇各村", "每村"];

/// What stands behind a township's name where it is its office.
const OFFICES: [&str; 7] = ["", "人民政府", "政府", "本级", "办事处", "全乡", "全镇"];

pub(super) fn village(text: &str, township: &Township) -> Named<VillageId> {
    let villages = &township.villages;
    let exactly = fitting(villages, |village| village.id.as_str() == text || village.name == text);
    if let Some(found) = chosen(&exactly, Named::Exactly) {
        return found;
    }
    let name = plain(text);
    let exactly = fitting(villages, |village| plain(&village.name) == name);
    if let Some(found) = chosen(&exactly, Named::Exactly) {
        return found;
    }
    let whole = plain(&township.name);
    let stem = stem(name.strip_prefix(whole.as_str()).unwrap_or(&name)).to_owned();
    let near = fitting(villages, |village| self::stem(&plain(&village.name)) == stem);
    if let Some(found) = chosen(&near, Named::Near) {
        return found;
    }
    if PARTS.iter().any(|end| name.ends_with(end)) {
        let of =
            villages.iter().find(|village| name.starts_with(self::stem(&plain(&village.name))));
        let hint = of.map_or_else(words::write_its_village, |village| {
            ledger::did_you_mean(village.name.as_str())
        });
        return Named::Asked(words::is_a_group(), hint);
    }
    let named = villages.iter().filter(|village| name.contains(self::stem(&plain(&village.name))));
    if name.contains(BESIDE) && named.count() > 0 {
        return Named::Asked(ledger::not_one_village(), words::a_row_for_each());
    }
    if EACH.contains(&name.as_str()) {
        return Named::Asked(words::each_or_all(), words::say_each_or_all());
    }
    if is_several(text, township) {
        return Named::Asked(words::several_villages(), words::a_row_for_each());
    }
    let known = villages.iter().map(|village| (village.id.as_str(), village.name.as_str()));
    let leave = words::leave_it_out(super::in_one_line(text));
    let hint = Text::clauses([hint_of_unknown(text, known), leave]);
    Named::Asked(ledger::no_such_village(), hint)
}

fn fitting(villages: &[Village], fits: impl Fn(&Village) -> bool) -> Vec<&Village> {
    villages.iter().filter(|village| fits(village)).collect()
}

/// The one that fits, or the question which of several.
fn chosen(
    fitting: &[&Village],
    how: fn(VillageId) -> Named<VillageId>,
) -> Option<Named<VillageId>> {
    match fitting {
        [] => None,
        [one] => Some(how(one.id.clone())),
        [one, other, ..] => {
            let rule = ledger::of_the_same_name(one.id.as_str(), other.id.as_str());
            Some(Named::Asked(rule, ledger::write_the_id()))
        }
    }
}

/// A village's own name: 东门 of 东门村村委会.
fn stem(name: &str) -> &str {
    let shorter =
        KINDS.iter().find_map(|kind| name.strip_suffix(kind).filter(|rest| !rest.is_empty()));
    shorter.map_or(name, stem)
}

fn is_several(text: &str, township: &Township) -> bool {
    let parts = text
        .split(['、', '，', ',', '；', ';', '/', ' ', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let is_one = |part: &str| {
        let stem = self::stem(part);
        township
            .villages
            .iter()
            .any(|village| village.name == part || self::stem(&village.name) == stem)
    };
    let parts: Vec<&str> = parts.collect();
    parts.len() > 1 && parts.iter().all(|part| is_one(part))
}

pub(super) fn is_township(text: &str, township: &Township) -> bool {
    let name = plain(text);
    let of_the_name = name.strip_prefix(plain(&township.name).as_str());
    let county = COUNTIES.iter().any(|end| township.name.ends_with(end));
    WHOLE.contains(&name.as_str())
        || county && WHOLE_COUNTY.contains(&name.as_str())
        || !township.name.is_empty() && of_the_name.is_some_and(|rest| OFFICES.contains(&rest))
}
