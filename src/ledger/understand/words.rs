//! Words that an office's table has beside those of the ledger, and that are recognised.

use super::plain::squash;
use super::unit::is_unit;

/// How the word for a total or subtotal ends.
const TOTALS: &[&str] = &["合计", "小计", "总计", "共计", "累计", "乡计", "镇计", "县计", "街道计"];

/// Of what a total may be.
const TOTALS_OF: [&str; 12] = [
    "截至本月",
    "本月",
    "当月",
    "本日",
    "本周",
    "本旬",
    "本季",
    "本年",
    "本期",
    "本页",
    "以上",
    "上述",
];

/// Words anywhere in a remark or a paper by which a row may be a total.
const TOTALS_WITHIN: [&str; 5] = ["合计", "小计", "总计", "共计", "累计"];

/// Words anywhere in a row by which it may not count: a slip that was taken back, an entry in red.
const VOID: [&str; 8] = ["作废", "注销", "冲销", "红字", "红冲", "冲红", "冲减", "废票"];

/// Most characters of the name of a total. Engineering judgement: 清源乡人民政府本页合计 has eleven.
const TOTAL_CHARACTERS: usize = 12;

/// That a cell holds what the one above holds.
const DITTO: &[&str] = &["同上", "同前", "〃", "″", "\"", "''", "”", "“", "々"];

/// That a cell of a matrix holds nothing.
const NOTHING: &[&str] = &["-", "--", "—", "——", "–", "－", "/", "\\"];

/// How lines below and above a table begin.
const LABELS: &[&str] = &[
    "制表人",
    "制表",
    "填表人",
    "填表",
    "填报人",
    "填报",
    "审核人",
    "审核",
    "复核人",
    "复核",
    "负责人",
    "单位负责人",
    "填报单位",
    "报送单位",
    "编制单位",
    "单位",
    "计量单位",
    "注",
    "备注",
    "说明",
    "日期",
    "填报日期",
    "报出日期",
    "填表日期",
    "制表日期",
    "统计日期",
    "报送日期",
    "时间",
    "联系电话",
    "电话",
    "签字",
    "盖章",
    "分管领导",
    "主要领导",
    "经办人",
    "登记人",
    "统计人",
    "联系人",
    "截至",
    "截止",
];

/// Labels of whoever answers for the numbers, the first of them first.
pub(super) const PERSONS: &[&str] =
    &["登记人", "填报人", "填表人", "制表人", "经办人", "填表", "制表"];

/// Labels of the day of a table.
const DAYS: &[&str] = &["日期", "截至", "截止", "时间"];

/// Heads that say that a column is not what the drought did: of last year, planned, a share.
const DOUBTFUL: &[&str] = &[
    "上年", "去年", "同期", "往年", "常年", "计划", "预计", "上月", "上周", "上期", "增减", "占比",
    "比例",
];

/// Words for a multiple that stand before a unit.
const SCALES: &[(char, f64)] = &[('万', 1e4), ('亿', 1e8)];

/// Whether `text` names a total.
pub(super) fn is_total(text: &str) -> bool {
    let squashed = squash(text);
    let plain = squashed.split('(').next().unwrap_or_default().trim_end_matches(':');
    plain.chars().count() <= TOTAL_CHARACTERS && TOTALS.iter().any(|end| plain.ends_with(end))
}

/// Whether `text` is the word for a total and nothing else but of what time or page: 本月合计.
pub(super) fn is_total_alone(text: &str) -> bool {
    let squashed = squash(text);
    let plain = squashed.trim_end_matches(':');
    let of = TOTALS_OF.iter().find_map(|of| plain.strip_prefix(of)).unwrap_or(plain);
    TOTALS.contains(&of)
}

/// The word for a total within `text`.
pub(super) fn total_within(text: &str) -> Option<&'static str> {
    within(text, &TOTALS_WITHIN)
}

/// The word within `text` by which its row may not count.
pub(super) fn void_within(text: &str) -> Option<&'static str> {
    within(text, &VOID)
}

fn within(text: &str, words: &[&'static str]) -> Option<&'static str> {
    // Most texts have no such word: blanks are taken out of those alone that have one of their characters.
    if !text.contains(['计', '废', '销', '红', '减']) {
        return None;
    }
    let squashed = squash(text);
    words.iter().copied().find(|word| squashed.contains(word))
}

pub(super) fn is_ditto(text: &str) -> bool {
    DITTO.contains(&text)
}

pub(super) fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// Whether a line begins with a label such as 制表人：.
pub(super) fn is_label(text: &str) -> bool {
    let squashed = squash(text);
    LABELS.iter().any(|label| {
        squashed.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

/// Whether a line names the day of the table.
pub(super) fn names_day(text: &str) -> bool {
    DAYS.iter().any(|label| text.contains(label))
}

/// The unit in a line such as 单位：亩, if it is one of measure and not an office.
pub(super) fn unit_in(text: &str) -> Option<String> {
    let squashed = squash(text);
    for (start, word) in squashed.match_indices("单位:") {
        let before = squashed.get(..start).unwrap_or_default();
        let office = ["填报", "报送", "编制", "制表", "主管", "责任", "经办", "统计"];
        if office.iter().any(|name| before.ends_with(name)) {
            continue;
        }
        let rest = squashed.get(start + word.len()..).unwrap_or_default();
        let whole = rest.trim_end_matches(')');
        let short = rest.split([')', ',', '，', '。', ';', '；']).next().unwrap_or_default();
        // 台(套) has brackets of its own.
        let closed = format!("{short})");
        let written = [rest, &closed, short, whole];
        if let Some(unit) = written.into_iter().find(|unit| is_unit(unit)) {
            return Some(unit.to_owned());
        }
    }
    None
}

/// A head without 其中 before it.
pub(super) fn without_among(squashed: &str) -> &str {
    squashed.strip_prefix("其中").map_or(squashed, |rest| rest.trim_start_matches(':'))
}

/// A head or an item without the unit that stands at its end: 数值（万元）, 金额/元.
pub(super) fn split_unit(squashed: &str) -> (&str, Option<String>) {
    let none = (squashed, None);
    if !squashed.ends_with(')') {
        let parts = squashed.rsplit_once('/');
        let parts = parts.filter(|(name, behind)| !name.is_empty() && is_unit(behind));
        return parts.map_or(none, |(name, behind)| (name, Some(behind.to_owned())));
    }
    // The bracket that the last one closes: 投入设备(台(套)).
    let mut depth = 0;
    for (start, c) in squashed.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let inner = squashed.get(start + 1..squashed.len() - 1).unwrap_or_default();
            let inner = without_unit_word(inner);
            let name = squashed.get(..start).unwrap_or_default();
            return if is_unit(inner) { (name, Some(inner.to_owned())) } else { none };
        }
    }
    none
}

/// A unit without 单位： before it.
pub(super) fn without_unit_word(squashed: &str) -> &str {
    squashed.strip_prefix("单位:").unwrap_or(squashed)
}

/// Whether a head stands only in our own export: beside it 行号 is a row of the ledger, elsewhere an office's count.
pub(super) fn is_of_export(squashed: &str) -> bool {
    ["登记时间", "更正行号", "复核人", "被更正为"].contains(&squashed)
}

/// What a cell says that is answered with yes or no; an empty one says no.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "是" | "yes" | "1" => Some(true),
        "" | "否" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Whether there is a doubtful word in a head, which the item's own name lacks.
pub(super) fn is_doubtful(head: &str, name: &str) -> bool {
    DOUBTFUL.iter().any(|word| head.contains(word) && !name.contains(word))
}

/// Whether a head is that of a corner: villages down, items across.
pub(super) fn is_corner(squashed: &str) -> bool {
    let plain = squashed.replace(['/', '\\', '＼', '|'], "");
    ["村项目", "项目村", "村名项目", "项目村名", "村别项目", "项目村别", "行政村项目", "项目行政村"]
        .contains(&plain.as_str())
}

/// A month as a day column names it: 8月.
pub(super) fn month_named(month: u8) -> String {
    format!("{month}月")
}

/// Whether a column of days has months: 8 is August there.
pub(super) fn is_month_head(head: &str) -> bool {
    ["月份", "统计月份", "所属月份"].contains(&squash(head).as_str())
}

/// A unit with 万 or 亿 before it, taken apart.
pub(super) fn scaled(unit: &str) -> (f64, &str) {
    let found = SCALES.iter().find_map(|(word, factor)| Some((*factor, unit.strip_prefix(*word)?)));
    found.unwrap_or((1.0, unit))
}

/// The multiple that a written number carries: 10,000 for 1.2万元.
pub(super) fn scale_in(text: &str) -> f64 {
    let scales = SCALES.iter().filter(|(word, _)| text.contains(*word));
    scales.map(|(_, factor)| factor).product()
}

/// The days of a table behind its title.
pub(super) fn titled(title: &str, from: jiff::civil::Date, to: jiff::civil::Date) -> String {
    let day = |day: jiff::civil::Date| format!("{}年{}月{}日", day.year(), day.month(), day.day());
    if from == to {
        format!("{title}（{}）", day(from))
    } else {
        format!("{title}（{}至{}）", day(from), day(to))
    }
}
