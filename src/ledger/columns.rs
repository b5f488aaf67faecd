//! The columns of a ledger table, in the order in which the documentation lists them.

/// A column: its id, the names that offices use, and its width in an exported workbook, in characters.
pub(super) struct Column {
    pub id: &'static str,
    pub names: &'static [&'static str],
    pub width: f64,
    /// Whether a file may lack it, because the importer knows a default.
    pub optional: bool,
}

const fn required(id: &'static str, names: &'static [&'static str], width: f64) -> Column {
    Column { id, names, width, optional: false }
}

const fn optional(id: &'static str, names: &'static [&'static str], width: f64) -> Column {
    Column { id, names, width, optional: true }
}

pub(super) const COLUMNS: [Column; 13] = [
    required("code", &["项目", "代码", "项目代码"], 22.0),
    required("value", &["数值", "数量"], 12.0),
    required("unit", &["单位"], 8.0),
    required("from", &["起", "开始日期", "日期"], 12.0),
    required("to", &["止", "结束日期"], 12.0),
    optional("village", &["村", "行政村"], 12.0),
    optional("crop", &["作物"], 14.0),
    optional("work", &["工程", "工程名称"], 22.0),
    required("document", &["依据", "凭据"], 34.0),
    required("entered_by", &["登记人"], 16.0),
    optional("entered_at", &["登记时间"], 24.0),
    optional("reason", &["更正原因"], 24.0),
    optional("supersedes", &["更正行号"], 10.0),
];

/// Columns that only an export has. An import recognises the rows of an export by `row` and skips the other two.
pub(super) const EXPORT_ONLY: [Column; 3] = [
    optional("row", &["行号"], 12.0),
    optional("reviewed_by", &["复核人"], 12.0),
    optional("superseded_by", &["被更正为"], 12.0),
];

/// The id of the column with this head; `None` if there is no such column.
pub(super) fn id_of(head: &str) -> Option<&'static str> {
    // Brackets explain: 数值（亩） is 数值.
    let plain = head.split(['(', '（']).next().unwrap_or(head).trim();
    let known = COLUMNS.iter().find(|c| c.id == head || c.names.contains(&plain));
    known.map(|column| column.id)
}

/// Whether a row of heads names the columns that make a table a ledger.
pub(super) fn is_ledger_head(heads: &[String]) -> bool {
    let ids: Vec<_> = heads.iter().filter_map(|head| id_of(head)).collect();
    ["code", "value", "unit"].iter().all(|id| ids.contains(id))
}
