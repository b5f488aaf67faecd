//! Whether a paragraph of the section states only what the words of figures state: their numbers with their hedges, and
//! their words with what they are true of. Filters and slices of a template could take these away.

use std::ops::Range;

use crate::locales::{Lang, Text, figures as names, report as words};

/// What a paragraph states otherwise than the words of a figure do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unquoted {
    /// A number that stands in no figure's words, and the clause with it.
    Number { number: String, clause: String },
    /// A piece of a figure's words without what they are true of, and the words.
    Cut { piece: String, whole: String },
    /// A figure's words beside a word by which they state something else: 突破55万元, 去年投入55万元.
    Altered { word: String, whole: String, clause: String },
}

impl Unquoted {
    pub fn text(&self) -> Text {
        match self {
            Self::Number { number, clause } => words::number_not_of_a_figure(number, clause),
            Self::Cut { piece, whole } => words::words_cut(piece, whole),
            Self::Altered { word, whole, clause } => words::words_altered(word, whole, clause),
        }
    }
}

/// What words are true of ends with one of these; a number and its classifier may follow (监测的3处河沟未出现断流).
const HEADS: [&str; 6] = ["监测的", "供水的", "部分", "期间", "watched ", "some "];
/// What says that something did not happen begins with one of these.
const DENIALS: [&str; 3] = ["未有", "未出现", "was short of"];
/// The time of which an English sentence is true begins with one of these.
const TIMES: [&str; 3] = [" throughout ", " from ", " on "];
/// Shortest piece of words that is looked for, bytes: four Chinese characters. Engineering judgement, confidence 0.7:
/// a shorter one states nothing.
const PIECE_MIN: usize = 12;

/// Words right before a number, or before 部分 and the like, that make another of it. 近 is one of them, unless it is a
/// part of 附近 or the like.
const BEFORE: [&str; 27] = [
    "超",
    "超过",
    "超出",
    "突破",
    "逾",
    "不足",
    "不到",
    "不满",
    "低于",
    "高于",
    "多于",
    "少于",
    "大于",
    "小于",
    "将近",
    "接近",
    "至少",
    "至多",
    "不少于",
    "不超过",
    "不低于",
    "最少",
    "全部",
    "所有",
    "全体",
    "几乎",
    "翻番",
];
const BEFORE_EN: [&str; 10] = [
    "more than ",
    "less than ",
    "nearly ",
    "almost ",
    "over ",
    "under ",
    "up to ",
    "at least ",
    "at most ",
    "all ",
];
const NEAR: char = '近';
const NOT_NEAR: [char; 5] = ['附', '最', '靠', '邻', '临'];
/// Words right behind a number that make another of it.
const BEHIND: [&str; 12] =
    ["以上", "以下", "以内", "左右", "上下", "开外", "不到", "不足", "有余", "多", "余", "的一半"];
const BEHIND_EN: [&str; 5] = [" or more", " or less", " or so", " at least", " at most"];
/// Words before a number in its clause that make it one of another time, of a share or of a plan.
const OTHERS: [&str; 19] = [
    "日均",
    "人均",
    "户均",
    "亩均",
    "年均",
    "平均",
    "每天",
    "每日",
    "每人",
    "每户",
    "去年",
    "上年",
    "前年",
    "往年",
    "明年",
    "预计",
    "力争",
    "计划",
    "拟投入",
];
const OTHERS_EN: [&str; 5] = ["last year", "next year", "on average", "a day,", "planned to"];
/// What is no such word although one stands in it, by the built-in wording.
const NO_OTHERS: [&str; 2] = ["计划蓄水量", "planned to be stored"];
/// The whole of a place; a township speaks for itself alone.
const PLACES: [&str; 12] = [
    "全国",
    "全省",
    "全自治区",
    "全市",
    "全州",
    "全盟",
    "全县",
    "全区",
    "全旗",
    "全镇",
    "全乡",
    "全街道",
];
/// What ends a clause.
const ENDS: [char; 10] = ['，', '。', '；', '：', '？', '！', ';', ':', '.', '\n'];

/// Chinese numerals, what makes a number of them vague, and what is counted with them.
const NUMERALS: &str = "〇零一二两三四五六七八九十百千万亿";
const VAGUE: &str = "余多几数来";
const UNITS: &str = "个座亩元人户村组台处条口眼头只辆度升吨瓦米天次场名倍成";
/// Numerals that alone are words of idioms: 一次, 万户, 千人.
const IDIOMS: [&str; 5] = ["一", "百", "千", "万", "亿"];
/// Ends of hedges: a number after one may have no unit (近百万).
const HEDGES: [char; 6] = ['近', '约', '超', '逾', '达', '上'];
/// Numbers in English words; `one` is a word of other use, too.
const NUMBERS_EN: &str = "two three four five six seven eight nine ten eleven twelve fifteen twenty \
    thirty forty fifty sixty dozen dozens hundred hundreds thousand thousands million millions";

/// What `paragraph` states otherwise than the `said` words of figures do. Dates and names, `others`, may have numbers,
/// too, and say which place is the whole. Capitals make no difference.
pub(super) fn unquoted(paragraph: &str, said: &[String], others: &[String]) -> Vec<Unquoted> {
    let lower = paragraph.to_ascii_lowercase();
    let found_in = |words: &String| found(&lower, &words.to_ascii_lowercase());
    let text = |at: &Range<usize>| paragraph.get(at.clone()).unwrap_or("").to_owned();
    let clause = |at: &Range<usize>| text(&clause(paragraph, at));
    let all = |words: &[String]| words.iter().flat_map(found_in).collect::<Vec<Range<usize>>>();
    let mut known = all(others);
    let mut altered = Vec::new();
    for at in all(said) {
        match alters(&lower, &at, others) {
            Some(word) => altered.push((at, word)),
            None => known.push(at),
        }
    }
    let is_inside =
        |at: &Range<usize>, all: &[Range<usize>]| all.iter().any(|one| lies_in(at, one));
    altered.retain(|(at, _)| !is_inside(at, &known));
    let mut unquoted = Vec::new();
    for (at, word) in &altered {
        let within = altered.iter().any(|(other, _)| other != at && lies_in(at, other));
        let said = Unquoted::Altered { word: word.clone(), whole: text(at), clause: clause(at) };
        if !within && !unquoted.contains(&said) {
            unquoted.push(said);
        }
    }
    known.extend(altered.into_iter().map(|(at, _)| at));
    let numbers = numbers(paragraph).into_iter().filter(|at| !is_inside(at, &known));
    unquoted.extend(numbers.map(|at| Unquoted::Number { number: text(&at), clause: clause(&at) }));
    for whole in said {
        let in_lower = whole.to_ascii_lowercase();
        let cut = pieces(&in_lower).into_iter().flat_map(|piece| found(&lower, piece));
        let mut cut = cut.filter(|at| !is_inside(at, &known));
        if let Some(at) = cut.next() {
            unquoted.push(Unquoted::Cut { piece: text(&at), whole: whole.clone() });
        }
    }
    unquoted
}

fn lies_in(at: &Range<usize>, other: &Range<usize>) -> bool {
    other.start <= at.start && at.end <= other.end
}

/// The clause of `paragraph` with what stands `at` a place of it.
fn clause(paragraph: &str, at: &Range<usize>) -> Range<usize> {
    let is_digit = |at: usize| {
        paragraph.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    // A point before a digit is a part of a number.
    let ends = paragraph.char_indices().filter(|(_, c)| ENDS.contains(c));
    let mut ends = ends.filter(|(place, c)| *c != '.' || !is_digit(place + 1));
    let mut start = 0;
    let end = loop {
        match ends.next() {
            Some((place, c)) if place < at.start => start = place + c.len_utf8(),
            Some((place, _)) if place < at.end => {}
            Some((place, _)) => break place,
            None => break paragraph.len(),
        }
    };
    start..end
}

/// The word beside what stands `at` a place of `text` by which it states something else.
fn alters(text: &str, at: &Range<usize>, others: &[String]) -> Option<String> {
    let (before, behind) = (text.get(..at.start)?, text.get(at.end..)?);
    let said = text.get(at.clone())?;
    // What has no number is altered only where it tells a part.
    let is_part =
        ["部分", "个别", "多数", "少数", "some "].iter().any(|part| said.starts_with(part));
    let has_number = said.contains(|c: char| c.is_ascii_digit());
    if !is_part && !has_number {
        return None;
    }
    let near = before.strip_suffix(NEAR).filter(|rest| !rest.ends_with(NOT_NEAR));
    let right_before = BEFORE.iter().chain(&BEFORE_EN).filter(|word| before.ends_with(**word));
    let right_before = right_before.max_by_key(|word| word.len()).map(|word| (*word).to_owned());
    let right_before = right_before.or_else(|| near.map(|_| NEAR.to_string()));
    let right_behind = BEHIND.iter().chain(&BEHIND_EN).find(|word| behind.starts_with(**word));
    let right_behind = right_behind.filter(|_| has_number).map(|word| (*word).to_owned());
    let mut lead = text.get(clause(text, at).start..at.start)?.to_owned();
    NO_OTHERS.iter().for_each(|words| lead = lead.replace(words, ""));
    let place = PLACES
        .iter()
        .find(|place| lead.contains(**place) && !others.iter().any(|other| other == *place));
    let other = OTHERS.iter().chain(&OTHERS_EN).find(|word| lead.contains(**word));
    right_before.or(right_behind).or_else(|| other.or(place).map(|word| (*word).to_owned()))
}

/// Where `words`, if there are any, stand in `text`.
fn found(text: &str, words: &str) -> Vec<Range<usize>> {
    if words.is_empty() {
        return Vec::new();
    }
    text.match_indices(words).map(|(at, words)| at..at + words.len()).collect()
}

/// The pieces of a figure's words that state more than the whole of them. Those with a number need no search: the
/// number is looked for.
fn pieces(said: &str) -> Vec<&str> {
    let heads = HEADS.iter().flat_map(|head| found(said, head));
    let tails = heads.flat_map(|head| [head.end, past_number(said, head.end)]);
    let denials = DENIALS.iter().flat_map(|denial| found(said, denial)).map(|at| at.start);
    let tails = tails.chain(denials).filter_map(|at| said.get(at..));
    let parts = [names::known_part(""), names::entered_part("")];
    let in_part: Vec<String> =
        Lang::ALL.iter().flat_map(|lang| parts.each_ref().map(|part| part.within(*lang))).collect();
    let ends = TIMES.into_iter().chain(in_part.iter().map(String::as_str));
    let ends = ends.flat_map(|end| found(said, end)).filter_map(|at| said.get(..at.start));
    let states = |piece: &&str| {
        let whole = piece.len() == said.len();
        piece.len() >= PIECE_MIN && !whole && !piece.contains(|c: char| c.is_ascii_digit())
    };
    tails.chain(ends).filter(states).collect()
}

/// The place behind a number and its classifier, if one begins at `at`.
fn past_number(words: &str, at: usize) -> usize {
    let rest = words.get(at..).unwrap_or("");
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let classifier = rest.get(digits..).and_then(|rest| rest.chars().next());
    match classifier {
        Some(classifier) if digits > 0 => at + digits + classifier.len_utf8(),
        _ => at,
    }
}

/// Where numbers stand in `text`: runs of digits, and numbers in words.
pub(super) fn numbers(text: &str) -> Vec<Range<usize>> {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let mut all = runs(text, is_digit);
    let written = runs(text, |c| NUMERALS.contains(c) || VAGUE.contains(c));
    all.extend(written.into_iter().filter_map(|run| in_numerals(text, run)));
    let words = runs(text, |c| c.is_ascii_alphabetic() || c == '_');
    all.extend(words.into_iter().filter(|word| {
        let word = text.get(word.clone()).unwrap_or("");
        NUMBERS_EN.split(' ').any(|number| word.eq_ignore_ascii_case(number))
    }));
    all.sort_by_key(|at| at.start);
    all
}

/// The longest pieces of `text` all of whose characters are `of` a kind.
fn runs(text: &str, of: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| of(*c)) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = end,
            _ => runs.push(at..end),
        }
    }
    runs
}

/// Where a number stands in a run of numerals: 七个, 十余座, 近百万. The rest of a number in digits, an ordinal and an
/// idiom are none.
fn in_numerals(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    let number = text.get(run.clone())?.trim_start_matches(|c| VAGUE.contains(c));
    let at = run.end - number.len()..run.end;
    let before = text.get(..at.start)?.chars().next_back();
    let after = text.get(at.end..)?;
    let after_hedge = before.is_some_and(|c| HEDGES.contains(&c));
    let idiom = number == "一" || (IDIOMS.contains(&number) && !after_hedge);
    let has_unit = after.starts_with(|c| UNITS.contains(c)) && !after.starts_with("个方面");
    let counted = has_unit && !idiom;
    let hedged = after_hedge && number.chars().filter(|c| NUMERALS.contains(*c)).count() > 1;
    let other = before.is_some_and(|c| c == '第' || c.is_ascii_digit());
    (!number.is_empty() && !other && (counted || hedged)).then_some(at)
}

#[cfg(test)]
#[path = "quoted_tests.rs"]
mod tests;
