//! Whether a paragraph of the section states only what the words of figures state: their numbers with their hedges, and
//! their words with what they are true of. Filters and slices of a template could take these away.

use std::ops::Range;

use crate::locales::{Lang, Text, figures as names, report as words};

/// What a paragraph states otherwise than the words of a figure do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unquoted {
    /// A number that stands in no figure's words.
    Number(String),
    /// A piece of a figure's words without what they are true of, and the words.
    Cut { piece: String, whole: String },
}

impl Unquoted {
    /// What is wrong with `paragraph`.
    pub fn text(&self, paragraph: &str) -> Text {
        match self {
            Self::Number(number) => words::number_not_of_a_figure(number, paragraph),
            Self::Cut { piece, whole } => words::words_cut(piece, whole),
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

/// Words after which a number stands for another one. 近 is one of them, unless it is a part of 附近 or the like.
const ALTERING: [&str; 6] = ["超", "超过", "逾", "不足", "不到", "低于"];
const ALTERING_EN: [&str; 4] = ["more than ", "less than ", "nearly ", "almost "];
const NEAR: char = '近';
const NOT_NEAR: [char; 5] = ['附', '最', '靠', '邻', '临'];

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
/// too. Capitals make no difference.
pub(super) fn unquoted(paragraph: &str, said: &[String], others: &[String]) -> Vec<Unquoted> {
    let lower = paragraph.to_ascii_lowercase();
    let whole = |words: &String| found(&lower, &words.to_ascii_lowercase());
    let unaltered = |at: &Range<usize>| !lower.get(..at.start).is_some_and(alters);
    let all = said.iter().flat_map(whole).filter(unaltered);
    let all: Vec<Range<usize>> = all.chain(others.iter().flat_map(whole)).collect();
    let inside =
        |at: &Range<usize>| all.iter().any(|one| one.start <= at.start && at.end <= one.end);
    let text = |at: &Range<usize>| paragraph.get(at.clone()).unwrap_or("").to_owned();
    let numbers = numbers(paragraph).into_iter().filter(|at| !inside(at));
    let mut unquoted: Vec<Unquoted> = numbers.map(|at| Unquoted::Number(text(&at))).collect();
    for whole in said {
        let in_lower = whole.to_ascii_lowercase();
        let cut = pieces(&in_lower).into_iter().flat_map(|piece| found(&lower, piece));
        let mut cut = cut.filter(|at| !inside(at));
        if let Some(at) = cut.next() {
            unquoted.push(Unquoted::Cut { piece: text(&at), whole: whole.clone() });
        }
    }
    unquoted
}

/// Whether the words that follow `before` stand for another number because of it: 超过55万元.
fn alters(before: &str) -> bool {
    let near = before.strip_suffix(NEAR);
    ALTERING.iter().chain(&ALTERING_EN).any(|word| before.ends_with(word))
        || near.is_some_and(|rest| !rest.ends_with(NOT_NEAR))
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
mod tests {
    use super::*;

    fn cut(piece: &str, whole: &str) -> Unquoted {
        Unquoted::Cut { piece: piece.to_owned(), whole: whole.to_owned() }
    }

    const GASOLINE: &str = "约1.5万升";
    const IN_PART: &str = "3.4万度以上（数据不全）";
    const CHANNELS: &str = "监测的3处河沟未出现断流";
    const PONDS: &str = "部分塘堰干涸";
    const NOBODY: &str = "整个旱情期间监测的2处饮水水源供水的900人未有一人次出现饮水困难情况";
    const NOBODY_EN: &str = "nobody was short of drinking water throughout the drought";

    fn said() -> Vec<String> {
        [GASOLINE, IN_PART, CHANNELS, PONDS, NOBODY, NOBODY_EN, "55万元", "5万元"]
            .map(str::to_owned)
            .into()
    }

    #[test]
    fn words_may_stand_as_they_are_and_so_may_dates() {
        for paragraph in [
            "2022年8月1日以来，汽油约1.5万升，投入资金达55万元，用电3.4万度以上（数据不全）。",
            "监测的3处河沟未出现断流，部分塘堰干涸，防止河沟断流，附近5万元。",
            "整个旱情期间，全乡上下一心，一个都不少，分三个方面，千方百计保万户用水。",
            "Nobody was short of drinking water throughout the drought.",
        ] {
            let dates = ["2022年8月1日".to_owned()];
            assert_eq!(unquoted(paragraph, &said(), &dates), Vec::new(), "{paragraph}");
        }
        assert_eq!(unquoted(NOBODY, &said(), &[]), Vec::new());
    }

    #[test]
    fn a_number_without_its_hedge_or_scope_is_named() {
        for (paragraph, expected) in [
            ("汽油1.5万升", &["1", "5"][..]),
            ("用电3.4万度", &["3", "4"]),
            ("用电3.4万度以上", &["3", "4"]),
            ("3处河沟未出现断流", &["3"]),
            ("资金155万元", &["155"]),
            ("资金超过55万元", &["55"]),
            ("资金近5万元", &["5"]),
            ("more than 5万元", &["5"]),
            ("资金55万元0", &["0"]),
            ("2021年投入65台", &["2021", "65"]),
            ("投入六十五台、近百万资金、十余座、近百处", &["六十五", "百万", "十余", "百"]),
            ("some of Twenty-one pumps", &["Twenty"]),
            ("投入６５台", &["６５"]),
        ] {
            let number = |unquoted| match unquoted {
                Unquoted::Number(number) => Some(number),
                Unquoted::Cut { .. } => None,
            };
            let found: Vec<String> =
                unquoted(paragraph, &said(), &[]).into_iter().filter_map(number).collect();
            assert_eq!(found, expected, "{paragraph}");
        }
    }

    #[test]
    fn words_without_what_they_are_true_of_are_named() {
        for (paragraph, piece, whole) in [
            ("本乡河沟未出现断流", "河沟未出现断流", CHANNELS),
            ("塘堰干涸", "塘堰干涸", PONDS),
            ("我乡未有一人次出现饮水困难情况", "未有一人次出现饮水困难情况", NOBODY),
            (
                "Nobody was short of drinking water.",
                "Nobody was short of drinking water",
                NOBODY_EN,
            ),
        ] {
            let found = unquoted(paragraph, &said(), &[]);
            assert!(found.contains(&cut(piece, whole)), "{paragraph}: {found:?}");
        }
    }

    #[test]
    fn what_is_known_in_part_says_so() {
        for part in ["（数据不全）", "（待核实）"] {
            let said = [format!("部分河沟断水{part}")];
            let found = unquoted("部分河沟断水。", &said, &[]);
            assert_eq!(found, [cut("部分河沟断水", &said[0])]);
        }
    }
}
