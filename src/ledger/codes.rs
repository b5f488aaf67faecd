//! The codes of the ledger, as people write them.

use crate::account::EntryCode;
use crate::core::nearest;
use crate::locales::{Lang, Text, ledger as words};

/// Codes that are named where none was meant for sure.
const NAMED: usize = 3;

/// How much of a name in letters has to be alike. Engineering judgement: below it, words of one length seem near.
const LIKENESS_MIN: f64 = 0.4;

/// Characters that many names have: sharing them makes no name near.
const COMMON: &str = "抗旱未的数量面积人合计备注";

/// The code with this id, or with this name in either language.
pub fn code(text: &str) -> Option<EntryCode> {
    EntryCode::from_id(text).or_else(|| EntryCode::named(text))
}

/// What may have been meant by `text`, which is no code.
enum Near {
    /// By a slip of the keys.
    One(EntryCode),
    /// The nearest first; none where nothing is like it.
    Some(Vec<EntryCode>),
}

fn near(text: &str) -> Near {
    let names: Vec<(EntryCode, [String; 3])> = EntryCode::ALL
        .iter()
        .map(|code| {
            let name = code.name();
            (*code, [code.id().into(), name.within(Lang::Chinese), name.within(Lang::English)])
        })
        .collect();
    let near = nearest(text, names.iter().flat_map(|(_, names)| names.iter().map(String::as_str)));
    if let Some(code) = near.and_then(code) {
        return Near::One(code);
    }
    let shares =
        |name: &str| text.chars().any(|c| !c.is_ascii() && name.contains(c) && !COMMON.contains(c));
    let likeness = |names: &[String; 3]| {
        let each = names.iter().map(|name| strsim::normalized_damerau_levenshtein(text, name));
        each.fold(0.0, f64::max)
    };
    let ranked = names.iter().map(|(code, names)| (likeness(names), *code, names));
    let ranked = ranked.filter(|(likeness, _, names)| {
        names.iter().any(|name| shares(name)) || text.is_ascii() && *likeness >= LIKENESS_MIN
    });
    let mut ranked: Vec<(f64, EntryCode)> =
        ranked.map(|(likeness, code, _)| (likeness, code)).collect();
    // Stable: of equal ones, those that come first in the catalogue.
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    Near::Some(ranked.into_iter().map(|(_, code)| code).collect())
}

/// What may have been meant by `text`, which is no code, at most `most` of them, the nearest first.
pub fn near_codes(text: &str, most: usize) -> Vec<EntryCode> {
    let mut codes = match near(text) {
        Near::One(code) => vec![code],
        Near::Some(codes) => codes,
    };
    codes.truncate(most);
    codes
}

/// What may have been meant by `text`, which is no code: the one that is near, else the nearest ones, if any are.
pub fn codes_near(text: &str) -> Text {
    match near(text) {
        Near::One(code) => words::did_you_mean_code(label(code)),
        Near::Some(codes) if codes.is_empty() => words::codes_listed(EntryCode::ALL.len()),
        Near::Some(codes) => {
            let labels = codes.into_iter().take(NAMED).map(label);
            words::codes_are(EntryCode::ALL.len(), Text::list(labels))
        }
    }
}

/// A code as its reader writes it: by its id, in Chinese with its name.
pub fn label(code: EntryCode) -> Text {
    let with_name = words::code_with_name(code.name(), code.id());
    Text::both(with_name.within(Lang::Chinese), code.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_suggested_by_id_and_by_name_in_either_language() {
        for (text, zh, en) in [
            ("gasolin", "是不是汽油（`gasoline`）？", "did you mean gasoline?"),
            ("受災面积", "是不是受灾面积（`area_affected`）？", "did you mean area_affected?"),
            ("area effected", "是不是受灾面积（`area_affected`）？", "did you mean area_affected?"),
        ] {
            let said = codes_near(text);
            assert_eq!((said.within(Lang::Chinese).as_str(), said.to_string().as_str()), (zh, en));
        }
    }

    #[test]
    fn where_none_is_near_at_most_three_that_share_characters_are_named() {
        let said = codes_near("县里拨的抗旱款");
        let zh = said.within(Lang::Chinese);
        let all = EntryCode::ALL.len();
        assert!(zh.starts_with("相近的项目有：") && zh.contains("拨款"), "{zh}");
        assert!(
            zh.ends_with(&format!("全部 {all} 种见 `hanqing ledger template` 做的工作簿")),
            "{zh}"
        );
        assert_eq!(zh.matches('、').count(), 2, "{zh}");
    }

    #[test]
    fn where_nothing_is_like_it_no_code_is_named() {
        let said = codes_near("甲乙丙");
        assert!(said.within(Lang::Chinese).starts_with("台账项目共"), "{said}");
        assert!(codes_near("").to_string().starts_with("all "));
    }

    #[test]
    fn every_code_is_found_by_its_id_and_its_names() {
        for known in EntryCode::ALL {
            let name = known.name();
            for name in [known.id(), &name.to_string(), &name.within(Lang::Chinese)] {
                assert_eq!(code(name), Some(*known), "{name}");
            }
        }
    }
}
