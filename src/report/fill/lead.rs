//! Recognises in a text where a passage begins: numbering, title, mark.
//!
//! An office writes 抗旱救灾方面，… as （六）抗旱救灾方面，… or 六是抗旱救灾方面：… too. All positions are bytes of
//! the text.

use super::edit::NOT_TEXT;

/// The end of a passage's title: 安全饮水方面
pub(super) const TITLE_END: &str = "方面";
/// Marks between a title and its text.
const MARKS: [char; 5] = ['，', ',', '：', ':', '。'];
/// Longest title before 方面, in characters. Engineering judgement: 抗旱救灾 has four, 安全生产和应急管理 nine.
const TITLE_MAX: usize = 16;
/// What stands before 方面 where it makes no title: 一方面, 三个方面, 等方面.
const NO_TITLE: [char; 12] =
    ['一', '个', '些', '各', '多', '几', '两', '等', '这', '该', '哪', '同'];
const SENTENCE_END: [char; 9] = ['。', '；', ';', '！', '？', '：', ':', '\n', NOT_TEXT];
/// A word between numbering and title: 六是在抗旱救灾方面，…
const IN: &str = "在";

/// The kind of a numbering, with its number: （六）, 六、, 六是, 第六，, 6., ⑥.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub open: Option<char>,
    pub close: char,
    /// Whether it is written in Chinese characters.
    pub chinese: bool,
    pub value: u32,
}

impl Number {
    /// Whether `other` is the next one of the same kind.
    fn is_before(self, other: Number) -> bool {
        other == Number { value: self.value + 1, ..self }
    }
}

/// The beginning of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lead {
    /// Where it begins, with its numbering.
    pub start: usize,
    /// Where its text begins, behind title and mark; `None` where the title stands alone in a line.
    pub body: Option<usize>,
    pub number: Option<Number>,
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == NOT_TEXT
}

/// The numbering at the beginning of `text`, with its length.
pub(super) fn number(text: &str) -> Option<(usize, Number)> {
    let first = text.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        let value = u32::from(first) - u32::from('①') + 1;
        let number = Number { open: None, close: '①', chinese: false, value };
        return Some((first.len_utf8(), number));
    }
    let open = match first {
        '(' | '（' => Some('（'),
        '第' | '其' => Some('第'),
        _ => None,
    };
    let from = open.map_or(0, |_| first.len_utf8());
    let rest = text.get(from..)?;
    let is_numeral = |c: char| digit(c).is_some() || c == '十';
    let length = rest.find(|c| !is_numeral(c)).unwrap_or(rest.len());
    let numeral = rest.get(..length)?;
    let value = value(numeral)?;
    let close = rest.get(length..)?.chars().next()?;
    let end = from + length + close.len_utf8();
    let close = match (open, close) {
        (Some('（') | None, ')' | '）') => '）',
        (None, '、' | '.' | '．') => '、',
        (None | Some('第'), '是') => '是',
        (Some('第'), '，' | ',') => '，',
        _ => return None,
    };
    let chinese = !numeral.starts_with(|c: char| c.is_ascii_digit());
    Some((end, Number { open, close, chinese, value }))
}

/// The value of a numeral of one or two digits: 6, 12, 六, 十二, 二十.
fn value(numeral: &str) -> Option<u32> {
    let one = |text: &str| {
        let mut digits = text.chars();
        let value = digits.next().and_then(digit);
        value.filter(|_| digits.next().is_none())
    };
    match numeral.split_once('十') {
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { one(tens)? };
            let ones = if ones.is_empty() { 0 } else { one(ones)? };
            Some(tens * 10 + ones)
        }
        None if (1..=2).contains(&numeral.chars().count()) => {
            numeral.chars().try_fold(0, |value, c| Some(value * 10 + digit(c)?))
        }
        None => None,
    }
}

/// The value of a digit, ASCII or Chinese.
pub(super) fn digit(c: char) -> Option<u32> {
    const CHINESE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let chinese = || CHINESE.iter().position(|own| *own == c).and_then(|at| u32::try_from(at).ok());
    match c {
        '零' => Some(0),
        c => c.to_digit(10).or_else(chinese),
    }
}

/// Where the sentence begins that holds `at`, and not before `from`.
pub(super) fn sentence_start(text: &str, from: usize, at: usize) -> usize {
    let before = text.get(from..at).unwrap_or("");
    let end = before.rfind(SENTENCE_END);
    let after = end.and_then(|end| Some(end + before.get(end..)?.chars().next()?.len_utf8()));
    from + after.unwrap_or(0)
}

/// Longest beginning of a sentence up to 方面 that can be numbering and title, in characters, with blanks.
const LOOK_BACK: usize = 64;

/// As [`sentence_start`]; `None` where the sentence begins farther back than a title could.
fn title_start(text: &str, from: usize, at: usize) -> Option<usize> {
    let before = text.get(from..at)?;
    let far = before.char_indices().rev().nth(LOOK_BACK).map(|(far, _)| from + far);
    let start = sentence_start(text, far.unwrap_or(from), at);
    (Some(start) != far).then_some(start)
}

/// What stands before a title: nothing but blanks, a numbering and 在. The outer `None` where there is something else.
fn before_title(text: &str) -> Option<Option<Number>> {
    let text = text.trim();
    let found = number(text);
    let rest = text.get(found.map_or(0, |(length, _)| length)..)?.trim();
    (rest.is_empty() || rest == IN).then_some(found.map(|(_, number)| number))
}

/// Where the text behind a title begins that ends at `end`. The outer `None` where no mark follows; the inner one where
/// nothing follows.
fn behind_title(text: &str, end: usize) -> Option<Option<usize>> {
    let rest = text.get(end..)?;
    let marked = rest.trim_start_matches(is_blank);
    let Some(mark) = marked.chars().next() else { return Some(None) };
    if !MARKS.contains(&mark) {
        return None;
    }
    let body = marked.get(mark.len_utf8()..)?.trim_start_matches(is_blank);
    Some((!body.is_empty()).then_some(text.len() - body.len()))
}

/// The places in `text` where a passage of this title begins.
pub(super) fn leads(text: &str, title: &str) -> Vec<Lead> {
    let lead = |(at, _): (usize, &str)| {
        let from = title_start(text, 0, at)?;
        let before = text.get(from..at)?;
        let number = before_title(before)?;
        let body = behind_title(text, at + title.len())?;
        let alone = text.get(..from)?.trim_matches(is_blank).is_empty();
        let start = from + (before.len() - before.trim_start().len());
        (body.is_some() || alone).then_some(Lead { start, body, number })
    };
    text.match_indices(title).filter_map(lead).collect()
}

/// The title with which `text` begins, and where its text begins: of 抗旱救灾方面，8月以来 the first six characters.
pub(in crate::report) fn title(text: &str) -> Option<(&str, usize)> {
    let end = text.find(TITLE_END)? + TITLE_END.len();
    let (start, number) = topic(text, 0, end - TITLE_END.len())?;
    let numbered = number.and(text.get(start..).and_then(self::number)).map_or(0, |n| n.0);
    let title = text.get(start + numbered..end)?.trim();
    let title = title.strip_prefix(IN).unwrap_or(title);
    (start == text.len() - text.trim_start().len()).then_some(())?;
    Some((title, behind_title(text, end)??))
}

/// Whether 方面 at `at` ends the title of a topic: where the topic begins, and its numbering.
fn topic(text: &str, from: usize, at: usize) -> Option<(usize, Option<Number>)> {
    let start = title_start(text, from, at)?;
    let before = text.get(start..at)?;
    let blanks = before.len() - before.trim_start().len();
    let before = before.trim();
    let found = number(before);
    let title = before.get(found.map_or(0, |(length, _)| length)..)?.trim();
    let is_title = !title.contains(['，', ','])
        && !title.ends_with(NO_TITLE)
        && (1..=TITLE_MAX).contains(&title.chars().count());
    behind_title(text, at + TITLE_END.len())?;
    is_title.then_some((start + blanks, found.map(|(_, number)| number)))
}

/// Where the passage ends whose text begins at `from`: at the next topic, at the next number of its kind, or with the
/// text.
pub(super) fn end(text: &str, from: usize, own: Option<Number>) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let mut topics =
        rest.match_indices(TITLE_END).filter_map(|(at, _)| topic(text, from, from + at));
    let topic = topics.next().map(|(start, _)| start);
    let sentences = rest.match_indices(SENTENCE_END).map(|(at, mark)| from + at + mark.len());
    let mut numbered = sentences.filter_map(|at| {
        let sentence = text.get(at..)?;
        let blanks = sentence.len() - sentence.trim_start().len();
        let (_, number) = number(sentence.trim_start())?;
        own?.is_before(number).then_some(at + blanks)
    });
    topic.into_iter().chain(numbered.next()).min().unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<Option<&str>> {
        let leads = leads(text, "抗旱救灾方面").into_iter();
        leads.map(|lead| lead.body.map(|from| &text[from..end(text, from, lead.number)])).collect()
    }

    #[test]
    fn every_form_of_the_beginning_is_recognised() {
        for begin in [
            "抗旱救灾方面，",
            "（六）抗旱救灾方面，",
            "(6) 抗旱救灾方面，",
            "六是抗旱救灾方面，",
            "六、抗旱救灾方面：",
            "6.抗旱救灾方面,",
            "⑥抗旱救灾方面。",
            "第六，在抗旱救灾方面，",
            "信访维稳。　抗旱救灾方面 ，",
        ] {
            let text = format!("{begin}旧文。");
            assert_eq!(bodies(&text), [Some("旧文。")], "{begin}");
        }
        assert_eq!(bodies("（六）抗旱救灾方面："), [None]);
        assert_eq!(bodies("抗旱救灾方面"), [None]);
    }

    #[test]
    fn a_mention_is_no_beginning() {
        for text in ["落实抗旱救灾方面，的要求", "抗旱救灾方面的投入", "加大对抗旱救灾方面：的投入"]
        {
            assert_eq!(bodies(text), Vec::<Option<&str>>::new(), "{text}");
        }
    }

    #[test]
    fn a_passage_ends_at_the_next_topic_or_number_of_its_kind() {
        for (text, body) in [
            ("抗旱救灾方面，旧。一方面，甲。另一方面，乙。", "旧。一方面，甲。另一方面，乙。"),
            ("抗旱救灾方面，旧：三个方面：一是甲；二是乙。", "旧：三个方面：一是甲；二是乙。"),
            ("抗旱救灾方面，旧。民生保障方面。丙。", "旧。"),
            ("六是抗旱救灾方面，旧。一是甲。二是乙。七是加强整治。", "旧。一是甲。二是乙。"),
            ("（九）抗旱救灾方面，旧。（十）人居环境。", "旧。"),
            ("抗旱救灾方面，旧。七是加强整治。", "旧。七是加强整治。"),
        ] {
            assert_eq!(bodies(text), [Some(body)], "{text}");
        }
    }

    #[test]
    fn the_title_of_an_office_is_read_from_its_own_wording() {
        assert_eq!(title("抗旱救灾方面，8月以来。"), Some(("抗旱救灾方面", 21)));
        assert_eq!(title("（五）防旱工作方面：8月。").map(|t| t.0), Some("防旱工作方面"));
        assert_eq!(title("8月以来，一方面，干旱。"), None);
        assert_eq!(title("我乡受灾。抗旱救灾方面，8月。"), None);
    }
}
