//! The columns of a ledger table, in the order in which the documentation lists them.

use crate::locales::{Text, ledger as words};

/// A column: its id, the names that offices use, and its width in an exported workbook, in characters.
pub(super) struct Column {
    pub id: &'static str,
    /// As messages name it: the id, and in Chinese the first of `names`.
    pub name: fn() -> Text,
    pub names: &'static [&'static str],
    pub width: f64,
    /// Whether a file may lack it, because the importer knows a default.
    pub optional: bool,
}

const fn required(
    id: &'static str,
    name: fn() -> Text,
    names: &'static [&'static str],
    width: f64,
) -> Column {
    Column { id, name, names, width, optional: false }
}

const fn optional(
    id: &'static str,
    name: fn() -> Text,
    names: &'static [&'static str],
    width: f64,
) -> Column {
    Column { id, name, names, width, optional: true }
}

pub(super) const COLUMNS: [Column; 13] = [
    required("code", words::column_code, &["项目", "代码", "项目代码"], 22.0),
    required("value", words::column_value, &["数值", "数量"], 12.0),
    required("unit", words::column_unit, &["单位"], 8.0),
    required("from", words::column_from, &["起", "开始日期", "日期"], 12.0),
    required("to", words::column_to, &["止", "结束日期"], 12.0),
    optional("village", words::column_village, &["村", "行政村"], 12.0),
    optional("crop", words::column_crop, &["作物"], 14.0),
    optional("work", words::column_work, &["工程", "工程名称"], 22.0),
    required("document", words::column_document, &["依据", "凭据"], 34.0),
    required("entered_by", words::column_entered_by, &["登记人"], 16.0),
    optional("entered_at", words::column_entered_at, &["登记时间"], 24.0),
    optional("reason", words::column_reason, &["更正原因"], 24.0),
    optional("supersedes", words::column_supersedes, &["更正行号"], 10.0),
];

/// Columns that only an export has. An import recognises the rows of an export by `row` and skips the other two.
pub(super) const EXPORT_ONLY: [Column; 3] = [
    optional("row", words::column_row, &["行号"], 12.0),
    optional("reviewed_by", words::column_reviewed_by, &["复核人"], 12.0),
    optional("superseded_by", words::column_superseded_by, &["被更正为"], 12.0),
];

/// What messages call the column `id`.
pub(super) fn name_of(id: &str) -> Text {
    let column = COLUMNS.iter().chain(&EXPORT_ONLY).find(|column| column.id == id);
    column.map_or_else(|| Text::verbatim(id), |column| (column.name)())
}

/// The id of the column with this head; `None` if there is no such column.
pub(super) fn id_of(head: &str) -> Option<&'static str> {
    // Brackets explain: 数值（亩） is 数值.
    let plain = head.split(['(', '（']).next().unwrap_or(head).trim();
    // In English people write Entered by for entered_by.
    let id = plain.to_ascii_lowercase().replace(' ', "_");
    let known = COLUMNS.iter().find(|c| c.id == id || c.names.contains(&plain));
    known.map(|column| column.id)
}

/// Whether a row of heads names the columns that make a table a ledger.
pub(super) fn is_ledger_head(heads: &[String]) -> bool {
    let ids: Vec<_> = heads.iter().filter_map(|head| id_of(head)).collect();
    ["code", "value", "unit"].iter().all(|id| ids.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn heads_of_both_languages_are_known() {
        for (head, id) in [
            ("code", Some("code")),
            ("Entered by", Some("entered_by")),
            ("value (mu)", Some("value")),
            ("数值（亩）", Some("value")),
            ("登记人", Some("entered_by")),
            ("序号", None),
        ] {
            assert_eq!(id_of(head), id, "{head}");
        }
    }

    #[test]
    fn messages_name_a_column_as_an_exported_file_does() {
        for column in COLUMNS.iter().chain(&EXPORT_ONLY) {
            let name = (column.name)();
            assert_eq!(name.to_string(), column.id);
            assert_eq!(name.within(Lang::Chinese), column.names[0]);
        }
    }
}
