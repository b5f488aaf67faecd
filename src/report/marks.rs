//! What shows in a paragraph that a clause of it was left out: marks, words and sentences that are broken.

use crate::locales::{Lang, Text, report as words};

/// Pairs of marks between which a clause was left out.
const PAIRS: [&str; 17] = [
    "，，", "，。", "，；", "；，", "；。", "；；", "。。", "。，", "。；", "。、", "、，", "、。",
    "：。", "：，", "：；", "（）", "“”",
];
/// The same in English.
const PAIRS_EN: [&str; 15] =
    [",,", ", ,", ",.", ",;", "; ;", ";;", ";.", ";,", "..", ": ;", ":;", ": .", ":.", ":,", "()"];
/// Marks that no paragraph begins with, and those that none ends with.
const FIRST: [&[char]; 2] = [&['，', '。', '；', '、', '：'], &[',', '.', ';', ':']];
const LAST: [&[char]; 2] = [&['，', '；', '、', '：'], &[',', ';', ':']];
/// The end of the words that begin a passage, such as 抗旱救灾方面，
const HEADING: &str = "方面，";
/// Ends of adverbials after which a sentence has to go on.
const ADVERBIALS: [&str; 3] = ["以来", "期间", "方面"];
const MONTH: &str = "月份";
/// Single characters that stand twice on end only by a fault of the wording: hedges and particles.
const SINGLE: [char; 6] = ['约', '余', '达', '共', '的', '了'];
/// Characters that a message shows on each side of a fault: a clause or two. Engineering judgement.
const AROUND: usize = 30;
/// Longest piece of Chinese that is looked for twice on end, characters.
const PIECE_MAX: usize = 6;

/// What is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Break {
    /// Marks with nothing between them.
    Pair(&'static str),
    /// A mark at the beginning.
    First,
    /// A mark that is no end at the end.
    Last,
    /// A piece that stands twice on end.
    Twice(String),
}

impl Break {
    /// The fault of `paragraph`, made by `template` in this `case`.
    pub fn fault(&self, template: &str, case: &Text, paragraph: &str) -> Text {
        let around = &self.around(paragraph);
        let marks = match self {
            Self::Pair(pair) => Text::verbatim(pair),
            Self::First => words::first_mark(),
            Self::Last => words::last_mark(),
            Self::Twice(word) => return words::doubled_words(template, case, word, around),
        };
        words::broken_marks(template, case, marks, around)
    }
}

impl Break {
    /// The words around the place in `paragraph`, which may be long.
    fn around(&self, paragraph: &str) -> String {
        let length = paragraph.chars().count();
        let at = match self {
            Self::Pair(pair) => paragraph.find(pair),
            Self::First => Some(0),
            Self::Last => Some(paragraph.len()),
            Self::Twice(word) => {
                let doubled = |between: &str| paragraph.find(&format!("{word}{between}{word}"));
                doubled("").or_else(|| doubled(" "))
            }
        };
        let before = at.and_then(|at| paragraph.get(..at)).unwrap_or("");
        let at = before.chars().count();
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND).min(length));
        let part: String = paragraph.chars().skip(from).take(to - from).collect();
        let [cut_before, cut_behind] =
            [from > 0, to < length].map(|cut| if cut { "…" } else { "" });
        format!("{cut_before}{part}{cut_behind}")
    }
}

/// Everything that is broken in `paragraph`.
pub(super) fn breaks(lang: Lang, paragraph: &str) -> Vec<Break> {
    let pairs: &[&'static str] = lang.pick(&PAIRS, &PAIRS_EN);
    let [first, last] = [FIRST, LAST].map(|marks| lang.pick(marks[0], marks[1]));
    let mut found: Vec<Break> = pairs
        .iter()
        .filter(|pair| paragraph.contains(**pair))
        .map(|pair| Break::Pair(pair))
        .collect();
    if paragraph.starts_with(first) {
        found.push(Break::First);
    }
    if paragraph.ends_with(last) {
        found.push(Break::Last);
    }
    let twice = match lang {
        Lang::Chinese => twice(paragraph),
        Lang::English => twice_in_english(paragraph),
    };
    found.extend(twice.map(Break::Twice));
    found
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A piece of Chinese that stands twice on end: 投入投入, 的的.
fn twice(paragraph: &str) -> Option<String> {
    let chars: Vec<char> = paragraph.chars().collect();
    let doubled = |length: usize| {
        let mut pieces = chars.windows(2 * length).map(|both| both.split_at(length));
        let found = pieces.find(|(one, other)| {
            one == other && one.iter().all(|c| is_han(*c) && (length > 1 || SINGLE.contains(c)))
        });
        found.map(|(one, _)| one.iter().collect())
    };
    (1..=PIECE_MAX).find_map(doubled)
}

/// A word that stands twice on end.
fn twice_in_english(paragraph: &str) -> Option<String> {
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let is_word = |word: &str| word.chars().all(char::is_alphabetic);
    let mut pairs = words.windows(2);
    let found = pairs.find(|pair| pair[0].eq_ignore_ascii_case(pair[1]) && is_word(pair[0]));
    found.map(|pair| pair[1].to_owned())
}

/// The sentences of a wording, without the words that begin a passage and without their last marks.
pub(super) fn sentences(lang: Lang, wording: &str) -> impl Iterator<Item = &str> {
    let end = lang.pick('。', '.');
    let paragraphs = wording.lines().map(str::trim).map(move |line| match lang {
        Lang::Chinese => line.split_once(HEADING).map_or(line, |(_, rest)| rest),
        Lang::English => line,
    });
    paragraphs.flat_map(move |line| line.split(end)).map(str::trim).filter(|s| !s.is_empty())
}

/// Whether a Chinese sentence ends after an adverbial: 4月份以来。
pub(super) fn ends_after_adverbial(sentence: &str) -> bool {
    let clause = sentence.rsplit(['，', '；']).next().unwrap_or(sentence);
    let month = clause.strip_suffix(MONTH);
    ADVERBIALS.iter().any(|end| clause.ends_with(end))
        || month.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '年'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_shows_in_the_marks_around_it() {
        for (lang, paragraph, expected) in [
            (Lang::Chinese, "受灾100亩，。", Break::Pair("，。")),
            (Lang::Chinese, "，受灾100亩。", Break::First),
            (Lang::Chinese, "抗旱救灾方面，", Break::Last),
            (Lang::Chinese, "投入投入资金。", Break::Twice("投入".into())),
            (Lang::Chinese, "约约100亩。", Break::Twice("约".into())),
            (Lang::English, "Hit: ;.", Break::Pair(": ;")),
            (Lang::English, "Since August:", Break::Last),
            (Lang::English, "Crops crops failed.", Break::Twice("crops".into())),
        ] {
            assert!(breaks(lang, paragraph).contains(&expected), "{paragraph}");
        }
        for (lang, paragraph) in [
            (
                Lang::Chinese,
                "抗旱救灾方面，8月份以来，我乡7个行政村先后受旱。经多方施救，挽救农作物2000余亩。",
            ),
            (Lang::English, "Since August 2022: 7 villages hit; crops affected on 1.5 mu."),
        ] {
            assert_eq!(breaks(lang, paragraph), Vec::new());
        }
    }

    #[test]
    fn a_fault_is_shown_with_the_words_around_it_and_not_the_paragraph() {
        let paragraph = format!("{}受灾，。{}", "甲".repeat(300), "乙".repeat(300));
        let fault = Break::Pair("，。").fault("t", &Text::verbatim("c"), &paragraph).to_string();
        assert!(fault.contains("甲受灾，。乙") && fault.chars().count() < 150, "{fault}");
    }

    #[test]
    fn a_sentence_does_not_end_after_its_adverbial() {
        for (sentence, broken) in [
            ("4月份以来", true),
            ("农作物受灾100亩，4月份以来", true),
            ("2022年4月份", true),
            ("整个旱情期间", true),
            ("排查完成于4月份", false),
            ("4月份以来，农作物受灾100亩", false),
        ] {
            assert_eq!(ends_after_adverbial(sentence), broken, "{sentence}");
        }
        let said: Vec<&str> = sentences(Lang::Chinese, "抗旱救灾方面，甲。乙。\n丙").collect();
        assert_eq!(said, ["甲", "乙", "丙"]);
    }
}
