//! What the words of a head say beside the item: a day, a village, nothing that changes the numbers, or something that
//! has to be asked.

use jiff::civil::Date;

use super::column::{Column, Meaning, bare_unit};
use super::context::Found;
use super::day::{self, Years};
use super::head::Head;
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::title::Gathered;
use super::{days, words};
use crate::ledger::book::Cell;
use crate::ledger::columns::name_of;
use crate::locales::{Text, understanding as says};

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
const OF_A_DAY: &[&str] = &["受灾情况", "旱情", "情况", "数据", "数"];

/// Before the letters of a column that the clerk leaves out. Blanks do not count.
pub(super) const COLUMN_WORDS: [&str; 2] = ["列", "column"];

/// What parts a head from a unit without brackets.
pub(super) const BEFORE_UNIT: [char; 4] = [' ', '\u{3000}', '，', ','];

/// Whether a head has 其中 in it.
pub(super) fn is_among(head: &str) -> bool {
    head.contains("其中")
}

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

/// Whether a line is the label of a day: 日期, 截至.
pub(super) fn names_a_day(text: &str) -> bool {
    words::names_day(text) && !days::is_of_filling(text)
}

/// The year that `text` is, and nothing else: 2022年, 2022年度.
pub(super) fn year_alone(text: &str) -> Option<i16> {
    let squashed = squash(text);
    let plain = squashed.trim_matches(['(', ')', ':']);
    let number = OF_A_DAY.iter().fold(plain, |text, word| text.strip_suffix(word).unwrap_or(text));
    let number = number.strip_suffix("年度").or_else(|| number.strip_suffix('年'))?;
    day::year_in(&format!("{number}年"), ANY_YEAR.range).filter(|_| number.chars().count() == 4)
}

/// Settles what the upper levels of the columns' heads say: their days and villages; the rest is asked.
pub(super) fn settle(grid: &Grid<'_>, head: &mut Head, gathered: &Gathered, found: &mut Found) {
    let number = grid.sheet.rows.get(head.rows.start).map_or(1, |row| row.number);
    let with_days = head.role("from").is_some() || head.role("to").is_some();
    let mut asked: Vec<String> = Vec::new();
    for column in &mut head.columns {
        let measured = matches!(
            column.meaning,
            Meaning::Item(..) | Meaning::Village(_) | Meaning::Role("value")
        );
        if !measured || grid.sheet.hidden_columns.contains(&column.index) {
            continue;
        }
        let mut ask = |word: &str, rule: Text, hint: Text| {
            if !asked.iter().any(|known| known == word) {
                asked.push(word.to_owned());
                found.add(grid.place(number, column.index, says::head()), word, rule, hint);
            }
        };
        for word in column.over.clone() {
            match days_of(&word, gathered, with_days) {
                Ok(days) => column.days = days.or(column.days),
                Err((rule, hint)) => ask(&word, rule, hint),
            }
        }
        if let Some(word) = column.village_over.as_deref().filter(|_| !is_village(column)) {
            let rule = says::village_over(word, name_of("village"));
            ask(&column.head, rule, says::village_over_way_out(&column.head));
        }
    }
}

/// Asks about the line right above the head that begins over another column than the first: it may be a level of the
/// head, and no title.
pub(super) fn ask_line_above(grid: &Grid<'_>, head: &Head, lookup: &Lookup<'_>, found: &mut Found) {
    let Some(at) = head.rows.start.checked_sub(1).filter(|at| *at > 0) else { return };
    let Some(row) = grid.sheet.rows.get(at).filter(|row| !row.hidden) else { return };
    if row.cells.first().is_none_or(|cell| !is_blank(cell)) {
        return;
    }
    for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell)) {
        let text = line(cell);
        let squashed = squash(&text);
        let plain = squashed.contains(':')
            || words::is_label(&text)
            || days_alone(&text, ANY_YEAR).is_some()
            || bare_unit(&squashed).is_some()
            || is_harmless(&text)
            || lookup.is_remark(&text);
        let measured = |c: &Column| c.index == index && matches!(c.meaning, Meaning::Item(..));
        if !plain && head.columns.iter().any(measured) {
            let place = grid.place(row.number, index, says::head());
            found.add(place, &text, says::level_unclear(), says::remark_way_out(text.as_ref()));
        }
    }
}

fn is_village(column: &Column) -> bool {
    matches!(column.meaning, Meaning::Village(_))
}

/// The days that a word of a head gives its columns; `None` where they are those of the table.
fn days_of(
    word: &str,
    gathered: &Gathered,
    with_days: bool,
) -> Result<Option<(Date, Date)>, (Text, Text)> {
    let unclear = || Err((says::level_unclear(), says::level_way_out(word)));
    if doubtful_in(word).is_some() {
        return unclear();
    }
    if let Some(year) = year_alone(word) {
        let of_table = gathered.days.map(|(from, to)| (from.year(), to.year()));
        let of_table = of_table.or(gathered.years.named.map(|year| (year, year)));
        return match of_table {
            Some((from, to)) if (from, to) != (year, year) => {
                let other = if from == year { to } else { from };
                Err((says::year_over(year, other), says::day_over_way_out(word)))
            }
            Some(_) if !with_days => Ok(None),
            _ => Err((says::level_unclear(), says::day_over_way_out(word))),
        };
    }
    let Some(days) = days_alone(word, gathered.years) else { return unclear() };
    let holds = |(from, to)| from <= days.0 && days.1 <= to;
    // The day on which a form was filled in says nothing of the numbers.
    let inside = gathered.filed || gathered.days.is_none_or(holds);
    if inside && !with_days {
        return Ok(Some(days));
    }
    let own = says::span(days.0.to_string(), days.1.to_string());
    Err((says::days_over(own), says::day_over_way_out(word)))
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod tests;
