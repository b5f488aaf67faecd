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
    required("code", words::column_code, CODES, 22.0),
    required("value", words::column_value, VALUES, 12.0),
    required("unit", words::column_unit, &["单位", "计量单位"], 8.0),
    required("from", words::column_from, FIRST_DAYS, 12.0),
    required("to", words::column_to, LAST_DAYS, 12.0),
    optional("village", words::column_village, VILLAGES, 12.0),
    optional("crop", words::column_crop, &["作物", "作物名称", "农作物", "作物种类"], 14.0),
    optional("work", words::column_work, &["工程", "工程名称", "饮水工程名称"], 22.0),
    required("document", words::column_document, DOCUMENTS, 34.0),
    required("entered_by", words::column_entered_by, PERSONS, 16.0),
    optional("entered_at", words::column_entered_at, &["登记时间", "录入时间"], 24.0),
    optional("reason", words::column_reason, &["更正原因"], 24.0),
    optional("supersedes", words::column_supersedes, &["更正行号"], 10.0),
];

// The first name of each column is that of an export; the others are what offices write.
const CODES: &[&str] =
    &["项目", "代码", "项目代码", "项目名称", "内容", "事项", "指标", "指标名称", "品名"];
const VALUES: &[&str] = &["数值", "数量", "金额", "数额", "面积", "数据"];
const FIRST_DAYS: &[&str] = &[
    "起",
    "开始日期",
    "日期",
    "时间",
    "起始日期",
    "开始时间",
    "起始时间",
    "起日",
    "发生日期",
    "发生时间",
    "统计日期",
    "调查日期",
    "起止日期",
    "起止时间",
    "统计时间",
    "月份",
    "统计月份",
    "所属月份",
];
const LAST_DAYS: &[&str] =
    &["止", "结束日期", "截止日期", "结束时间", "终止日期", "截止时间", "止日"];
const VILLAGES: &[&str] =
    &["村", "行政村", "村名", "村别", "村名称", "村委会", "所在村", "受灾村", "受旱村", "填报村"];
const DOCUMENTS: &[&str] = &[
    "依据",
    "凭据",
    "凭证号",
    "凭证",
    "凭证编号",
    "来源",
    "数据来源",
    "票据号",
    "票据",
    "票号",
    "单据号",
    "单据",
    "发票号",
    "文号",
    "依据文件",
    "原始凭证",
];
const PERSONS: &[&str] = &["登记人", "经办人", "填报人", "填表人", "制表人", "录入人", "记录人"];

/// Heads of columns that offices keep beside and that the ledger does not have.
const ASIDE: &[&str] = &[
    "序号",
    "编号",
    "行号",
    "序",
    "备注",
    "说明",
    "附注",
    "备考",
    "经办单位",
    "填报单位",
    "报送单位",
    "单位名称",
    "审核",
    "审核人",
    "复核",
    "电话",
    "联系电话",
    "手机",
    "手机号",
    "联系人",
    "负责人",
    "签字",
    "签名",
    "盖章",
    "是否付款",
    "付款情况",
    "付款方式",
    "用途",
    "地点",
    "组别",
    "小组",
    "村民小组",
];

/// Whether a column with this head, without blanks and brackets, is left out.
pub(super) fn is_aside(plain: &str) -> bool {
    ASIDE.contains(&plain)
}

/// Columns that only an export has. An import recognises the rows of an export by `row`, takes `withdrawn` from it and
/// skips the other two.
pub(super) const EXPORT_ONLY: [Column; 4] = [
    optional("row", words::column_row, &["行号"], 12.0),
    optional("reviewed_by", words::column_reviewed_by, &["复核人"], 12.0),
    optional("superseded_by", words::column_superseded_by, &["被更正为"], 12.0),
    optional("withdrawn", words::column_withdrawn, &["作废"], 8.0),
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
