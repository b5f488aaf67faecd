//! Headings of an office's file: which paragraphs are headings, and which of them are those of a plan.

use super::lead::{self, TITLE_END};
use super::part::Paragraph;

/// Longest heading, in characters. Engineering judgement: headings of official documents fill one line of 28
/// characters, seldom two; confidence 0.7.
const HEADING_MAX: usize = 50;
/// Longest sentence that leads to a list, in characters. Engineering judgement: two to three lines; confidence 0.6.
const LEADING_MAX: usize = 80;
/// Ends of a sentence: a paragraph with one of them is no heading.
const SENTENCE_MARKS: [char; 4] = ['。', '；', '！', '？'];
const CLOSING: [char; 8] = ['。', '；', '！', '？', '”', '）', ';', '.'];

/// Words of the headings of a plan.
const PLAN: [&str; 11] =
    ["计划", "打算", "安排", "展望", "下一步", "明年", "来年", "下阶段", "下步", "今后", "思路"];
/// Words of the headings of what was done, also beside those of a plan.
const DONE: [&str; 7] = ["总结", "汇报", "回顾", "小结", "情况", "成效", "完成"];
/// Words with which a sentence about a plan begins.
const FUTURE: [&str; 7] = ["下一步", "明年", "来年", "下阶段", "下步", "今后", "接下来"];

/// The level of a heading that is known to be one by nothing but its shape.
const LEVEL_UNKNOWN: u8 = 8;
/// The level of a sentence that leads to a list, below all headings.
const LEVEL_LEADING: u8 = 9;
/// The level of a line with the title of a passage only.
const LEVEL_TITLE: u8 = 10;

/// Whether a text ends as a sentence does.
pub(super) fn is_closed(text: &str) -> bool {
    text.trim_end().ends_with(CLOSING)
}

/// The level of a heading, 0 for the title of the document; `None` where the paragraph is none.
pub(super) fn level(paragraph: &Paragraph, text: &str) -> Option<u8> {
    let text = text.trim();
    if text.is_empty() || paragraph.nested {
        return None;
    }
    let number = lead::number(text).map(|(_, number)| number);
    let shaped = text.chars().count() <= HEADING_MAX
        && !text.contains(SENTENCE_MARKS)
        && (number.is_some() || !text.contains(['，', ',', '：', ':']));
    let numbered = number.map(|number| match (number.close, number.chinese) {
        ('、', true) => 1,
        ('）', true) => 2,
        ('、', false) => 3,
        ('）' | '①', _) => 4,
        _ => 5,
    });
    match (paragraph.outline, shaped) {
        (Some(_), _) | (None, true) if numbered.is_some() && shaped => numbered,
        (Some(outline), _) => Some(outline),
        (None, true) if is_title(text) => Some(LEVEL_TITLE),
        (None, true) => Some(LEVEL_UNKNOWN),
        (None, false) => None,
    }
}

/// Whether the text is the title of a passage and nothing else: 抗旱救灾方面
fn is_title(text: &str) -> bool {
    text.trim_end_matches(['：', ':', '，', ',']).ends_with(TITLE_END)
}

/// Under which plan each paragraph stands: the words of its heading.
pub(super) fn plans(paragraphs: &[Paragraph], texts: &[String], year: i16) -> Vec<Option<String>> {
    let mut plan: Option<(u8, String)> = None;
    let mut plans = Vec::new();
    for (paragraph, text) in paragraphs.iter().zip(texts) {
        let text = text.trim();
        // A passage that begins here speaks for itself.
        let planned = is_plan(text.split(TITLE_END).next().unwrap_or(""), year);
        match level(paragraph, text) {
            // A heading without a number stands above those with one, where it says what the part is about.
            Some(LEVEL_UNKNOWN) if planned => plan = Some((0, text.to_owned())),
            Some(LEVEL_UNKNOWN) if says_done(text) => plan = None,
            Some(level) if planned => plan = Some((level, text.to_owned())),
            Some(level) => plan = plan.filter(|(above, _)| *above < level),
            None if planned && leads_to_list(text) && !paragraph.nested && plan.is_none() => {
                plan = Some((LEVEL_LEADING, text.to_owned()));
            }
            None => {}
        }
        plans.push(plan.as_ref().map(|(_, heading)| heading.clone()));
    }
    plans
}

fn leads_to_list(text: &str) -> bool {
    text.ends_with(['：', ':']) && text.chars().count() <= LEADING_MAX
}

fn says_done(text: &str) -> bool {
    DONE.iter().any(|word| text.contains(word))
}

/// Whether a heading is that of a plan for the time after `year`.
fn is_plan(heading: &str, year: i16) -> bool {
    let later = names_later_year(heading, year) && !heading.contains(&year.to_string());
    (later || PLAN.iter().any(|word| heading.contains(word))) && !says_done(heading)
}

/// Whether the text speaks of a year after `year`: 2023年, 二〇二三年.
fn names_later_year(text: &str, year: i16) -> bool {
    text.match_indices('年').any(|(at, _)| {
        let before = text.get(..at).unwrap_or("");
        let digits: Vec<u32> = before.chars().rev().map_while(lead::digit).take(4).collect();
        let named = digits.iter().rev().fold(0, |value, digit| value * 10 + digit);
        digits.len() == 4 && i64::from(named) > i64::from(year)
    })
}

/// The sentence by which a passage within a paragraph is about a plan: one before it (下一步，…), or its own first one.
pub(super) fn planning_sentence(before: &str, own: &str, year: i16) -> Option<String> {
    let first = own.split(SENTENCE_MARKS).next().unwrap_or("").trim();
    if is_planned(first, year) {
        return Some(first.to_owned());
    }
    let mut sentences = before.split(SENTENCE_MARKS);
    sentences.find(|sentence| announces_plan(sentence, year)).map(|said| said.trim().to_owned())
}

/// Whether a sentence is itself about a plan.
pub(super) fn is_planned(sentence: &str, year: i16) -> bool {
    let sentence = sentence.trim();
    FUTURE.iter().any(|word| sentence.starts_with(word)) || names_later_year(sentence, year)
}

/// Whether what follows a sentence in its paragraph is about a plan.
pub(super) fn announces_plan(sentence: &str, year: i16) -> bool {
    let sentence = sentence.trim();
    let numbered = lead::number(sentence);
    let bare = sentence.get(numbered.map_or(0, |(length, _)| length)..).unwrap_or("").trim();
    let begins = FUTURE.iter().any(|word| bare.starts_with(word));
    let heads = numbered.is_some() && bare.chars().count() <= HEADING_MAX;
    begins || ((heads || leads_to_list(sentence)) && is_plan(bare, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(lines: &[&str]) -> Vec<bool> {
        let paragraphs = vec![Paragraph::default(); lines.len()];
        let texts: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        plans(&paragraphs, &texts, 2022).iter().map(Option::is_some).collect()
    }

    #[test]
    fn a_plan_reaches_to_the_next_heading_of_its_level() {
        let lines = [
            "清源乡2022年工作总结和2023年工作计划",
            "一、2022年工作总结",
            "抗旱救灾方面，今年。",
            "二、2023年重点工作",
            "（一）水利",
            "抗旱救灾方面，明年。",
            "三、存在的问题",
            "问题。",
        ];
        assert_eq!(planned(&lines), [false, false, false, true, true, true, false, false]);
    }

    #[test]
    fn a_plan_without_a_number_and_a_leading_sentence_are_seen() {
        let lines = ["2022年总结", "一、水利", "下年工作打算", "一、水利", "抗旱救灾方面，继续。"];
        assert_eq!(planned(&lines), [false, false, true, true, true]);
        let lines = ["一、水利", "下一步，重点做好以下工作：", "抗旱救灾方面", "甲。", "二、农业"];
        assert_eq!(planned(&lines), [false, true, true, true, false]);
        let cell = Paragraph { nested: true, ..Paragraph::default() };
        let texts = ["计划".to_owned(), "抗旱救灾方面，今年。".to_owned()];
        let plans = plans(&[cell, Paragraph::default()], &texts, 2022);
        assert_eq!(plans, [None, None], "a cell of a table is no heading");
    }

    #[test]
    fn a_short_passage_with_a_number_is_no_plan_for_what_it_says() {
        assert_eq!(planned(&["（六）抗旱救灾方面，安排资金5万元"]), [false]);
        assert_eq!(planned(&["（六）下一步抗旱救灾方面"]), [true]);
    }

    #[test]
    fn a_sentence_within_the_paragraph_says_that_it_is_a_plan() {
        for (before, own, planned) in [
            ("信访维稳方面，明年再说。", "8月以来，旧。", false),
            ("一、总结。", "旧。", false),
            ("二、2023年计划。", "旧。", true),
            ("下一步，我乡重点做好以下工作：", "旧。", true),
            ("", "明年新建3个工程。", true),
            ("", "二〇二三年新建3个工程。", true),
            ("", "2021年以来，旧。", false),
        ] {
            let said = planning_sentence(before, own, 2022);
            assert_eq!(said.is_some(), planned, "{before}{own}: {said:?}");
        }
    }
}
