//! Ledger rows as a table.

use crate::account::Entry;
use crate::cli::table::{Head, Table, left, right};
use crate::ledger::visible;
use crate::locales::{Text, office as words};
use crate::water::Township;

/// A table of rows, with `before` as its first columns.
pub(super) fn table(before: impl IntoIterator<Item = Head>) -> Table {
    let heads = [
        left(words::head_item()),
        right(words::head_value()),
        left(words::head_unit()),
        left(words::head_days()),
        left(words::head_place()),
        left(words::head_document()),
        left(words::head_entered_by()),
        left(words::head_remark()),
    ];
    Table::new(before.into_iter().chain(heads))
}

/// Adds a row after the cells `before`: what, value, days, place, paper, person, and what it corrects.
pub(super) fn add(
    table: &mut Table,
    before: impl IntoIterator<Item = String>,
    entry: &Entry,
    waits: bool,
    township: &Township,
) {
    let days = if entry.from == entry.to {
        entry.from.to_string()
    } else {
        words::days(entry.from.to_string(), entry.to.to_string()).into()
    };
    let village = entry.village.as_ref().map(|id| township.village_name(id).to_owned());
    let crop = entry.crop.as_ref().map(|id| township.crop_name(id).to_owned());
    let place: Vec<String> = [village, crop, entry.work.clone()].into_iter().flatten().collect();
    let corrects = entry.supersedes.map(|old| match entry.withdrawn {
        true => words::withdraws(old, &entry.reason),
        false => words::corrects(old, &entry.reason),
    });
    let reviewed = entry.reviewed_by.as_ref().map(words::reviewed_by);
    let waits = waits.then(words::waits_for_review);
    let cells = [
        entry.code.name().into(),
        entry.value.to_string(),
        entry.code.unit_name().into(),
        days,
        place.join(" "),
        entry.document.clone(),
        entry.entered_by.clone(),
        Text::clauses([corrects, reviewed, waits].into_iter().flatten()).into(),
    ];
    table.row(before.into_iter().chain(cells.map(|cell| visible(&cell).into_owned())));
}

/// Prints rows, and marks those that are also in `pending`.
pub(super) fn print(rows: &[Entry], pending: &[Entry], township: &Township) {
    show!("{}", rows_of_ledger(rows, pending, township));
}

fn rows_of_ledger(rows: &[Entry], pending: &[Entry], township: &Township) -> Table {
    let mut table = table([right(words::head_row())]);
    for entry in rows {
        let waits = pending.iter().any(|waiting| waiting.id == entry.id);
        add(&mut table, [entry.id.to_string()], entry, waits, township);
    }
    table
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::account::EntryCode;
    use crate::cli::table::Layout;
    use crate::locales::{Lang, within};

    fn entry(pending: bool) -> Entry {
        Entry {
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
            reviewed_by: (!pending).then(|| "吴某".into()),
            withdrawn: false,
        }
    }

    fn both(layout: Layout, pending: bool) -> [String; 2] {
        let township = serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap();
        let rows = [entry(pending)];
        let pending = if pending { &rows[..] } else { &[] };
        Lang::ALL
            .map(|lang| within(lang, || rows_of_ledger(&rows, pending, &township).laid_out(layout)))
    }

    #[test]
    fn a_row_is_shown_in_both_languages_with_tabs_in_a_pipe() {
        assert_eq!(
            both(Layout::Plain, false),
            [
                "行号\t项目\t数值\t单位\t日期\t村、作物、工程\t依据\t登记人\t说明\n\
                 7\t受灾面积\t30.5\t亩\t2022-08-01 至 2022-08-05\t\t调查表\t黄某\t更正第 2 条：看错一位；吴某复核\n",
                "row\titem\tvalue\tunit\tdays\tvillage, crop, work\tdocument\tentered by\tremark\n\
                 7\tarea affected\t30.5\tmu\t2022-08-01 to 2022-08-05\t\t调查表\t黄某\t\
                 corrects row 2: 看错一位; reviewed by 吴某\n",
            ]
        );
    }

    #[test]
    fn what_an_old_row_hides_is_written_out() {
        let township = serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap();
        let entry = Entry { document: "票\u{1b}[2J\u{202e}1".into(), ..entry(false) };
        let shown = rows_of_ledger(&[entry], &[], &township).laid_out(Layout::Plain);
        assert!(shown.contains("\t票\\u{1b}[2J\\u{202e}1\t"), "{shown}");
    }

    #[test]
    fn a_row_on_a_narrow_terminal_takes_a_few_lines() {
        assert_eq!(
            both(Layout::Terminal(80), true),
            [
                "行号：7  项目：受灾面积  数值：30.5  单位：亩  日期：2022-08-01 至 2022-08-05\n\
                 依据：调查表  登记人：黄某  说明：更正第 2 条：看错一位；待复核\n",
                "row: 7  item: area affected  value: 30.5  unit: mu\n\
                 days: 2022-08-01 to 2022-08-05  document: 调查表  entered by: 黄某\n\
                 remark: corrects row 2: 看错一位; waits for a review\n",
            ]
        );
    }
}
