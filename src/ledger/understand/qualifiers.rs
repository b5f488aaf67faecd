//! Words beside the item that say nothing more, or that make its numbers other ones, and days that stand alone.

use jiff::civil::Date;

use super::day::{self, Years};
use super::plain::squash;
use super::words;
use crate::ledger::book::Cell;

/// Words of which a level consists that changes nothing of the numbers below it, the longer ones first.
const HARMLESS: &[&str] = &[
    "农作物",
    "种植业",
    "基本",
    "主要",
    "农业",
    "作物",
    "受灾",
    "旱灾",
    "灾情",
    "旱情",
    "受旱",
    "情况",
    "面积",
    "数量",
    "数值",
    "抗旱",
    "投入",
    "资金",
    "用油",
    "用水",
    "用电",
    "油料",
    "燃油",
    "设备",
    "机具",
    "人力",
    "物资",
    "饮水",
    "困难",
    "人畜",
    "人口",
    "统计",
    "生产",
    "经济",
    "其中",
    "项目",
    "指标",
    "内容",
    "名称",
    "单位",
    "信息",
    "损失",
    "因旱",
    "粮食",
    "及",
    "和",
    "与",
    "的",
    "、",
    ":",
    "(",
    ")",
];

/// Words that make numbers other ones than those of the drought: planned, of another time, not yet sure, void.
const DOUBTFUL: &[&str] = &[
    "计划",
    "预计",
    "预测",
    "估计",
    "估算",
    "上年",
    "去年",
    "前年",
    "往年",
    "常年",
    "同期",
    "上月",
    "上周",
    "上期",
    "上旬数",
    "未核",
    "待核",
    "不上报",
    "作废",
    "草稿",
    "样表",
    "示例",
    "核定前",
    "仅供参考",
];

/// Words behind a day that say only that something is told of it.
pub(super) const OF_A_DAY: &[&str] = &["受灾情况", "旱情", "情况", "数据", "数"];

/// Before the letters of a column that the clerk leaves out. Blanks do not count.
pub(super) const COLUMN_WORDS: [&str; 2] = ["列", "column"];

/// What parts a head from a unit without brackets.
pub(super) const BEFORE_UNIT: [char; 4] = [' ', '\u{3000}', '，', ','];

/// Years that a head may name, whatever is meant.
pub(super) const ANY_YEAR: Years = Years { named: Some(2000), range: (1900, 2999) };

/// Whether `text` says nothing that changes the numbers.
pub(super) fn is_harmless(text: &str) -> bool {
    let squashed = squash(text);
    let mut rest = without_count(words::split_unit(&squashed).0).to_owned();
    for word in HARMLESS {
        rest = rest.replace(word, "");
    }
    rest.is_empty()
}

/// The word in `text` that makes numbers other ones.
pub(super) fn doubtful_in(text: &str) -> Option<&'static str> {
    let squashed = squash(text);
    DOUBTFUL.iter().copied().find(|word| squashed.contains(word))
}

/// `squashed` without the number of a part before it: 水稻 of 一、水稻 and (一)水稻.
pub(super) fn without_count(squashed: &str) -> &str {
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let open = squashed.strip_prefix('(');
    let from = open.unwrap_or(squashed);
    let rest = from.trim_start_matches(numeral);
    if rest.len() == from.len() {
        return squashed;
    }
    let ends: &[char] = if open.is_some() { &[')'] } else { &['、', '.', '．', ')'] };
    rest.strip_prefix(ends).unwrap_or(squashed)
}

/// The day or span that `text` names, and nothing else beside words such as 截至 and 情况.
pub(super) fn days_alone(text: &str, years: Years) -> Option<(Date, Date)> {
    let squashed = squash(text);
    let mut plain = squashed.trim_matches(['(', ')', ':']);
    for label in ["统计日期:", "日期:", "统计时间:", "时间:", "统计时段:"] {
        plain = plain.strip_prefix(label).unwrap_or(plain);
    }
    for word in OF_A_DAY {
        plain = plain.strip_suffix(word).unwrap_or(plain);
    }
    let days = day::days(&Cell::Text(plain.to_owned()), years).ok()?;
    // 2022 alone is a number or a year, and no day.
    (!plain.bytes().all(|b| b.is_ascii_digit())).then_some((days.from, days.to))
}
