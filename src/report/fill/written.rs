//! Numbers in Chinese characters, or in digits of the full width: 两千亩, 十余座, ２０００亩.

use std::ops::Range;

const NUMERALS: [char; 27] = [
    '〇', '零', '一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万',
    '亿', '０', '１', '２', '３', '４', '５', '６', '７', '８', '９',
];
/// Some: a number where a greater numeral or a unit follows.
const SOME: char = '几';
/// Several: a number where a greater numeral follows, as in 数十台.
const SEVERAL: char = '数';
const GREATER: [char; 5] = ['十', '百', '千', '万', '亿'];
const OVER: [char; 3] = ['余', '多', '来'];
/// Units behind such numbers, the longer ones first.
const UNITS: [&str; 29] = [
    "个行政村",
    "千瓦时",
    "立方米",
    "个村",
    "个组",
    "亩次",
    "人次",
    "台套",
    "台次",
    "公里",
    "月份",
    "亩",
    "度",
    "升",
    "元",
    "台",
    "套",
    "个",
    "处",
    "村",
    "组",
    "人",
    "名",
    "月",
    "座",
    "条",
    "户",
    "眼",
    "辆",
];
/// What a single 一 does not count: 统一组织, 一度.
const NOT_OF_ONE: [&str; 4] = ["组", "度", "月", "名"];
/// What makes no number of what follows: 第三组, 统一个.
const NO_NUMBER_BEHIND: [char; 8] = ['第', '统', '唯', '同', '专', '任', '逐', '家'];
/// What makes no number of what stands before: 三个方面.
const NO_NUMBER_BEFORE: &str = "方面";

/// The numbers of a clause that are not written in ASCII digits, with their units, and their units by themselves.
pub(super) fn numbers(clause: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = clause.get(from..).and_then(|rest| rest.find(begins)) {
        let start = from + at;
        let rest = clause.get(start..).unwrap_or("");
        let is_part = |c: char| NUMERALS.contains(&c) || matches!(c, SOME | SEVERAL | '．');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(length);
        from = start + length;
        let unit = behind.trim_start_matches(OVER);
        let Some(unit) = UNITS.iter().find(|own| unit.starts_with(**own)) else { continue };
        let end = clause.len() - behind.trim_start_matches(OVER).len() + unit.len();
        let before = clause.get(..start).and_then(|before| before.chars().next_back());
        let after = clause.get(end..).unwrap_or("");
        let several = number.starts_with(SEVERAL)
            && !number.chars().nth(1).is_some_and(|next| GREATER.contains(&next));
        // 2.2千亩 is a number of its own.
        let is_part = before.is_some_and(|c| NO_NUMBER_BEHIND.contains(&c) || is_digit(c));
        let is_word = after.starts_with(NO_NUMBER_BEFORE) || several;
        let is_article = number == "一" && NOT_OF_ONE.contains(unit);
        if !is_part && !is_word && !is_article {
            found.push((start..end, *unit));
            from = end;
        }
    }
    found
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

fn begins(c: char) -> bool {
    NUMERALS.contains(&c) || matches!(c, SOME | SEVERAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_are_found_and_other_words_are_none() {
        for (clause, expected) in [
            ("农作物受灾两千亩", vec!["两千亩"]),
            ("绝收一百余亩", vec!["一百余亩"]),
            ("解决三个村饮水", vec!["三个村"]),
            ("塘堰十余座", vec!["十余座"]),
            ("投入设备几十台、水泵数百台", vec!["几十台", "数百台"]),
            ("受灾２０００亩", vec!["２０００亩"]),
            ("一方面统一组织", vec![]),
            ("三个方面", vec![]),
            ("受灾2.2千亩", vec![]),
            ("受益人数增加", vec![]),
        ] {
            let found = numbers(clause).into_iter().map(|(range, _)| &clause[range]);
            assert_eq!(found.collect::<Vec<_>>(), expected, "{clause}");
        }
    }
}
