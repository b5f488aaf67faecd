//! The clauses of a printed section, and what each speaks of.

use hanqing::figures::{Parsed, parse};

use super::kind::Kind;

/// What is printed after the part of a number that is known.
pub const IN_PART: [&str; 2] = ["（数据不全）", "（待核实）"];

/// A clause of the section.
#[derive(Debug, Clone)]
pub enum Clause {
    Of(Kind, String),
    /// Words that claim nothing: the heading of a paragraph, 面对旱情.
    Lead,
    Unknown(String),
}

/// The clauses of the paragraphs, in order.
pub fn clauses(paragraphs: &[String]) -> Vec<Clause> {
    let parts = paragraphs.iter().flat_map(|paragraph| paragraph.split(['，', '。', '；']));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(clause).collect()
}

fn clause(text: &str) -> Clause {
    let until = text.starts_with("截至") && text.ends_with('日');
    if until || matches!(text, "抗旱救灾方面" | "安全饮水方面" | "面对旱情") {
        return Clause::Lead;
    }
    match kind(text) {
        Some(kind) => Clause::Of(kind, text.to_owned()),
        None => Clause::Unknown(text.to_owned()),
    }
}

fn kind(text: &str) -> Option<Kind> {
    let has = |word: &str| text.contains(word);
    let denied = has("未出现") || has("没有") || has("未有") || has("未见");
    let either = |yes, no| Some(if denied { no } else { yes });
    let dry = has("干涸") || has("断流") || has("断水") || has("干");
    if has("塘堰") && dry {
        return either(Kind::PondsDry, Kind::PondsHold);
    }
    if has("河沟") && dry {
        return either(Kind::ChannelsDry, Kind::ChannelsFlow);
    }
    if has("水库") && dry {
        return either(Kind::ReservoirsDry, Kind::ReservoirsHold);
    }
    if has("饮水困难") {
        return either(Kind::SomebodyShort, Kind::NobodyShort);
    }
    let of = [
        ("月份以来", Kind::Onset),
        ("个行政村", Kind::Villages),
        ("农作物受灾", Kind::Affected),
        ("绝收", Kind::Failed),
        ("挽救农作物", Kind::Rescued),
        ("挽回经济损失", Kind::Averted),
        ("投入抗旱设备", Kind::Equipment),
        ("抗旱用电", Kind::Electricity),
        ("耗用汽油", Kind::Gasoline),
        ("投入抗旱资金", Kind::Funds),
        ("投入抗旱泵站", Kind::Stations),
        ("拉水送水", Kind::Carried),
        ("抢抓时机引水提水", Kind::Relief),
        ("经多方施救", Kind::Relief),
        ("排查", Kind::Inspection),
        ("饮水工程项目资金", Kind::ProjectFunds),
        ("新建饮水工程", Kind::Works),
        ("的饮水问题", Kind::Served),
        ("受益群众", Kind::People),
    ];
    of.into_iter().find(|(word, _)| has(word)).map(|(_, kind)| kind)
}

/// The first number of a clause with its hedge and unit.
pub fn number(text: &str) -> Option<Parsed> {
    let text = IN_PART.iter().fold(text.to_owned(), |text, words| text.replace(words, ""));
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for (index, from) in ends.iter().enumerate() {
        for to in ends[index + 1..].iter().rev() {
            if let Some(parsed) = parse(&text[*from..*to]) {
                return Some(parsed);
            }
        }
    }
    None
}

/// The bare numbers of a clause, in order.
pub fn digits(text: &str) -> Vec<f64> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// The year and the month of a clause: `2022年8月份`, `8月份`.
pub fn month(text: &str) -> Option<(Option<i16>, i8)> {
    let before = |word: &str| {
        let (head, _) = text.split_once(word)?;
        digits(head).last().copied()
    };
    let month = before("月份")?;
    Some((before("年").map(|year| year as i16), month as i8))
}

/// Whether a number is said to be the least only.
pub fn at_least(text: &str) -> bool {
    let mut least = ["以上", "至少"].into_iter().chain(IN_PART);
    least.any(|words| text.contains(words))
}
