//! Ledger rows as lines of text.

use crate::account::Entry;
use crate::locales::office as words;
use crate::water::Township;

/// A row on one line: `head`, what, value, days, place, paper, persons, and what it corrects.
pub(super) fn line(head: &str, entry: &Entry, township: &Township) -> String {
    let days = if entry.from == entry.to {
        entry.from.to_string()
    } else {
        words::days(entry.from.to_string(), entry.to.to_string()).to_string()
    };
    let village = entry.village.as_ref().map(|id| township.village_name(id).to_owned());
    let crop = entry.crop.as_ref().map(|id| township.crop_name(id).to_owned());
    let place: Vec<String> = [village, crop, entry.work.clone()].into_iter().flatten().collect();
    let mut parts = vec![
        head.to_owned(),
        format!("{} {} {}", entry.code.name(), entry.value, entry.code.unit_name()),
        days,
        place.join(" "),
        entry.document.clone(),
        entry.entered_by.clone(),
    ];
    let corrects = entry.supersedes.map(|old| words::corrects(old, &entry.reason));
    let reviewed = entry.reviewed_by.as_ref().map(words::reviewed_by);
    parts.extend([corrects, reviewed].into_iter().flatten().map(String::from));
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// Prints rows, one per line, and marks those that are also in `pending`.
pub(super) fn print(rows: &[Entry], pending: &[Entry], township: &Township) {
    for entry in rows {
        let waits = pending.iter().any(|waiting| waiting.id == entry.id);
        let line = line(&entry.id.to_string(), entry, township);
        match waits {
            true => say!("{line}  {}", words::waits_for_review()),
            false => say!("{line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::account::EntryCode;
    use crate::locales::{Lang, within};

    #[test]
    fn a_row_is_shown_in_both_languages() {
        let township = serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap();
        let entry = Entry {
            id: 7,
            code: EntryCode::AreaAffected,
            value: 30.5,
            from: date(2022, 8, 1),
            to: date(2022, 8, 5),
            village: None,
            crop: None,
            work: None,
            document: "调查表".into(),
            entered_by: "黄某".into(),
            entered_at: "2022-08-05T10:00:00Z".parse().unwrap(),
            reason: "看错一位".into(),
            supersedes: Some(2),
            reviewed_by: Some("吴某".into()),
        };
        let said = || line("7", &entry, &township);
        assert_eq!(
            said(),
            "7  area affected 30.5 mu  2022-08-01 to 2022-08-05  调查表  黄某  corrects row 2: 看错一位  reviewed by 吴某"
        );
        assert_eq!(
            within(Lang::Chinese, said),
            "7  受灾面积 30.5 亩  2022-08-01至2022-08-05  调查表  黄某  更正第2条：看错一位  吴某复核"
        );
    }
}
