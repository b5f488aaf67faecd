//! Ledger rows as lines of text.

use crate::account::Entry;
use crate::water::Township;

/// A row on one line: `head`, what, value, days, place, paper, persons, and what it corrects.
pub(super) fn line(head: &str, entry: &Entry, township: &Township) -> String {
    let days = if entry.from == entry.to {
        entry.from.to_string()
    } else {
        format!("{}至{}", entry.from, entry.to)
    };
    let village = entry.village.as_ref().map(|id| township.village_name(id).to_owned());
    let crop = entry.crop.as_ref().map(|id| township.crop_name(id).to_owned());
    let place: Vec<String> = [village, crop, entry.work.clone()].into_iter().flatten().collect();
    let mut parts = vec![
        head.to_owned(),
        format!("{} {} {}", entry.code.name_zh(), entry.value, entry.code.unit()),
        days,
        place.join(" "),
        entry.document.clone(),
        entry.entered_by.clone(),
    ];
    parts.extend(entry.supersedes.map(|old| format!("更正第{old}条：{}", entry.reason)));
    parts.extend(entry.reviewed_by.as_ref().map(|by| format!("{by}复核")));
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// Prints rows, one per line, and marks those that are also in `pending`.
pub(super) fn print(rows: &[Entry], pending: &[Entry], township: &Township) {
    for entry in rows {
        let waits = pending.iter().any(|waiting| waiting.id == entry.id);
        let mark = if waits { "  待复核" } else { "" };
        say!("{}{mark}", line(&entry.id.to_string(), entry, township));
    }
}
