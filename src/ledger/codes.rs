//! The codes of the ledger, as people write them.

use crate::account::EntryCode;
use crate::core::nearest;
use crate::locales::{Lang, Text, ledger as words};

/// Codes that are named where none was meant for sure.
const NAMED: usize = 10;

/// The code with this id, or with this name in either language.
pub fn code(text: &str) -> Option<EntryCode> {
    EntryCode::from_id(text).or_else(|| EntryCode::named(text))
}

/// What may have been meant by `text`, which is no code: the one that is near, else the nearest ones.
pub fn codes_near(text: &str) -> Text {
    let names: Vec<(EntryCode, [String; 3])> = EntryCode::ALL
        .iter()
        .map(|code| {
            let name = code.name();
            (*code, [code.id().into(), name.within(Lang::Chinese), name.within(Lang::English)])
        })
        .collect();
    let near = nearest(text, names.iter().flat_map(|(_, names)| names.iter().map(String::as_str)));
    if let Some(code) = near.and_then(code) {
        return words::did_you_mean_code(label(code));
    }
    let likeness = |names: &[String; 3]| {
        let each = names.iter().map(|name| strsim::normalized_damerau_levenshtein(text, name));
        each.fold(0.0, f64::max)
    };
    let mut ranked: Vec<(f64, EntryCode)> =
        names.iter().map(|(code, names)| (likeness(names), *code)).collect();
    // Stable: of equal ones, those that come first in the catalogue.
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let labels = ranked.iter().take(NAMED).map(|(_, code)| label(*code));
    words::codes_are(EntryCode::ALL.len(), Text::list(labels))
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
    fn where_none_is_near_the_nearest_ten_are_named() {
        let said = codes_near("县里拨的抗旱款");
        let zh = said.within(Lang::Chinese);
        let all = EntryCode::ALL.len();
        assert!(zh.starts_with(&format!("台账项目共 {all} 种，最接近的是：")), "{zh}");
        assert!(zh.contains("抗旱期（`drought_event`）"), "{zh}");
        assert_eq!(zh.matches('、').count(), 9, "{zh}");
        let en = said.to_string();
        assert!(en.starts_with(&format!("the nearest of the {all} codes are ")), "{en}");
        assert_eq!(en.matches(", ").count(), 9, "{en}");
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
