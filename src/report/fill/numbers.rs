//! Finds the numbers in an office's own sentences, with their hedges and units, and what each of them states.

use std::ops::Range;

use super::quantities::{self, Stated};
use super::scope::{CLAUSE_END, Scope};
use super::written;
use crate::figures::FigureId;

/// Words before a number that belong to it.
const BEFORE: [&str; 12] =
    ["大约", "约", "将近", "近", "达到", "达", "不足", "超过", "超", "逾", "共计", "至少"];
/// Words behind a number that belong to it.
const OVER: [&str; 2] = ["余", "多"];
const BEHIND: [&str; 3] = ["左右", "以上", "上下"];
const SCALES: [&str; 2] = ["万", "亿"];
/// A unit that no figure has.
const UNKNOWN: &str = "?";
const SENTENCE_END: [char; 4] = ['。', '；', '！', '？'];
/// What joins two numbers into a range: 2000—2500亩.
const JOINS: [char; 10] = ['—', '–', '-', '－', '―', '─', '～', '~', '至', '到'];

/// A statement of an office's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Number(Number),
    /// A clause without a number that a figure may contradict.
    Clause(Range<usize>),
}

/// A number with hedge and unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub range: Range<usize>,
    /// The figures whose words and unit its clause has.
    pub like: Vec<FigureId>,
    /// The figure that its clause states and nothing else.
    pub figure: Option<FigureId>,
    pub bar: Option<Bar>,
}

/// What keeps a number from being replaced, whatever it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bar {
    /// It is written in Chinese characters.
    Written,
    /// It is one end of a range.
    Joined,
    /// It speaks of a part of the township, or of another time, by this word.
    Part(String),
}

impl Said {
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Number(number) => number.range.clone(),
            Self::Clause(range) => range.clone(),
        }
    }

    /// Whether it is a number that may state this figure.
    pub fn is_like(&self, figure: FigureId) -> bool {
        matches!(self, Self::Number(number) if number.like.contains(&figure))
    }
}

/// What the part `within` of a text says under `title`, in order.
pub(super) fn said(text: &str, within: Range<usize>, title: &str, scope: &Scope<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    let mut at = within.start;
    // What the sentences speak of since one began with a part of the township or another time.
    let mut topic: Option<String> = None;
    for sentence in text.get(within).unwrap_or("").split_inclusive(SENTENCE_END) {
        let first = sentence.split(CLAUSE_END).next().unwrap_or("");
        topic = match scope.topic(first) {
            Some(word) => Some(word),
            None => topic.filter(|_| !scope.is_whole(first)),
        };
        let (mut from, mut listed) = (0, false);
        for clause in sentence.split_inclusive(CLAUSE_END) {
            let bare = clause.trim_end_matches(CLAUSE_END);
            let upto = sentence.get(..from + bare.len()).unwrap_or("");
            // 绝收20亩，均在东门村 speaks of the village behind the number.
            let behind = sentence.get(from + clause.len()..).unwrap_or("");
            let behind = behind.split(CLAUSE_END).take_while(|clause| !has_digit(clause));
            let place = || scope.place(&behind.collect::<Vec<_>>().join("，"));
            let other = scope.other(upto).or_else(|| topic.clone()).or_else(place);
            let start = said.len();
            said.extend(of_clause(bare, at + from, title, scope));
            for one in said.iter_mut().skip(start) {
                let Said::Number(number) = one else { continue };
                let part = other.clone().map(Bar::Part);
                number.bar = number.bar.take().or(part);
                // 受灾、绝收100亩 is a number of both.
                number.figure = number.figure.filter(|_| !listed);
            }
            listed = clause.ends_with('、') && said.len() == start;
            from += clause.len();
        }
        at += sentence.len();
    }
    said
}

fn has_digit(clause: &str) -> bool {
    clause.contains(|c: char| c.is_ascii_digit())
}

/// What a clause that begins at `at` says.
fn of_clause(clause: &str, at: usize, title: &str, scope: &Scope<'_>) -> Vec<Said> {
    let found = numbers(clause, &scope.year());
    if found.is_empty() && quantities::is_statement(clause) {
        return vec![Said::Clause(at..at + clause.len())];
    }
    let placed = |range: &Range<usize>| at + range.start..at + range.end;
    let written = written::numbers(clause).into_iter().filter(|(range, _)| {
        !found.iter().any(|own| own.whole.start < range.end && range.start < own.whole.end)
    });
    let mut said: Vec<Said> = written
        .map(|(range, unit)| {
            let before = clause.get(..range.start).unwrap_or("");
            let behind = clause.get(range.end..).unwrap_or("");
            let like = Stated { before, unit, behind }.like();
            let range = placed(&range);
            Said::Number(Number { range, like, figure: None, bar: Some(Bar::Written) })
        })
        .collect();
    for (index, own) in found.iter().enumerate() {
        let before = marked(clause, 0..own.range.start, &found);
        let behind = marked(clause, own.whole.end..clause.len(), &found);
        let stated = Stated { before: &before, unit: own.unit, behind: &behind };
        let before = index.checked_sub(1).is_some_and(|before| joins(clause, &found[before], own));
        let joined = before || found.get(index + 1).is_some_and(|next| joins(clause, own, next));
        said.push(Said::Number(Number {
            range: placed(&own.range),
            like: stated.like(),
            figure: stated.figure(title, scope),
            bar: joined.then_some(Bar::Joined),
        }));
    }
    said.sort_by_key(|said| said.range().start);
    said
}

/// Whether two numbers that follow upon each other are the ends of a range.
fn joins(clause: &str, one: &Found, next: &Found) -> bool {
    let between = clause.get(one.whole.end..next.whole.start).unwrap_or("").trim();
    !between.is_empty() && between.chars().all(|c| JOINS.contains(&c))
}

/// The part `within` of a clause, its numbers as `#` with their units.
fn marked(clause: &str, within: Range<usize>, found: &[Found]) -> String {
    let mut words = String::new();
    let mut at = within.start;
    let inside = |own: &&Found| within.start <= own.whole.start && own.whole.end <= within.end;
    for own in found.iter().filter(inside) {
        words.push_str(clause.get(at..own.whole.start).unwrap_or(""));
        words.push('#');
        words.push_str(own.unit.trim_start_matches('个'));
        at = own.whole.end;
    }
    words.push_str(clause.get(at..within.end).unwrap_or(""));
    words
}

/// Whether a text states a quantity: a number with a unit, which is no month.
pub(super) fn has_quantity(text: &str) -> bool {
    let counts = |found: &Found| {
        !found.unit.is_empty() && found.unit != UNKNOWN && !found.unit.starts_with('月')
    };
    numbers(text, "").iter().any(counts) || !written::numbers(text).is_empty()
}

/// A number of a clause.
struct Found {
    /// What is replaced: with hedge and unit; of a month the number alone.
    range: Range<usize>,
    /// With hedge and unit, also of a month.
    whole: Range<usize>,
    unit: &'static str,
}

/// The numbers of a clause with hedge and unit, without the year of the report.
fn numbers(clause: &str, year: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    let is_digit = |c: char| c.is_ascii_digit();
    while let Some(at) = clause.get(from..).and_then(|rest| rest.find(is_digit)) {
        let start = from + at;
        let rest = clause.get(start..).unwrap_or("");
        if !year.is_empty() && rest.starts_with(year) {
            from = start + year.len();
            continue;
        }
        let length = rest.find(|c: char| !(is_digit(c) || c == '.')).unwrap_or(rest.len());
        let behind = rest.get(length..).unwrap_or("");
        let scaled = strip(strip(strip(behind, &OVER), &SCALES), &OVER);
        let has_scale = SCALES.iter().any(|scale| strip(behind, &OVER).starts_with(scale));
        let unit = quantities::UNITS.iter().find(|unit| scaled.starts_with(**unit));
        let unit = *unit.unwrap_or(&"");
        let after = strip(scaled.get(unit.len()..).unwrap_or(""), &BEHIND);
        let end = clause.len() - after.len();
        let hedged = hedge_start(clause, start);
        from = end.max(start + length);
        let is_month = unit.starts_with('月');
        let range = if is_month { start..start + length } else { hedged..end };
        // Only money is said without a unit, and then in 万.
        let unit = if unit.is_empty() && !has_scale { UNKNOWN } else { unit };
        let whole = if is_month { start..end } else { hedged..end };
        found.push(Found { range, whole, unit });
    }
    found
}

fn strip<'a>(text: &'a str, words: &[&str]) -> &'a str {
    words.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text)
}

/// Where the words before a number begin that belong to it.
fn hedge_start(clause: &str, number: usize) -> usize {
    let mut before = clause.get(..number).unwrap_or("");
    while let Some(rest) = BEFORE.iter().find_map(|word| before.strip_suffix(word)) {
        before = rest;
    }
    before.len()
}

#[cfg(test)]
mod tests {
    use super::super::filled::Passages;
    use super::*;
    use FigureId as Id;

    fn of(title: &str, text: &str) -> Vec<Said> {
        let passages = Passages {
            year: 2022,
            parts: ["东门村", "东门", "仙坪村", "仙坪", "槟榔芋"].map(str::to_owned).into(),
            ..Passages::default()
        };
        said(text, 0..text.len(), title, &Scope::of(&passages))
    }

    /// The numbers of a text with the figures whose numbers may take their place.
    fn stated<'a>(title: &str, text: &'a str) -> Vec<(&'a str, Option<Id>)> {
        let said = of(title, text).into_iter();
        said.map(|said| match said {
            Said::Number(Number { range, figure, bar, .. }) => {
                (&text[range], figure.filter(|_| bar.is_none()))
            }
            Said::Clause(range) => (&text[range], None),
        })
        .collect()
    }

    /// The passages of the report of 2022.
    #[test]
    fn every_number_of_an_offices_passage_is_told_apart() {
        let relief = "8月份以来，我乡7个行政村普遍遭受干旱，塘堰干涸，农作物受灾约2200亩，绝收120余亩。全乡共投入抗旱设备65台、\
                      用电约3.5万度、使用汽油约1.5万升、投入资金达55万元。挽救农作物2000余亩，挽回损失人民币约1200余万。";
        assert_eq!(
            stated("抗旱救灾方面", relief),
            [
                ("8", Some(Id::OnsetMonth)),
                ("7个行政村", Some(Id::VillagesAffected)),
                ("塘堰干涸", None),
                ("约2200亩", Some(Id::AreaAffected)),
                ("120余亩", Some(Id::AreaFailed)),
                ("65台", Some(Id::EquipmentDeployed)),
                ("约3.5万度", Some(Id::ElectricityUsed)),
                ("约1.5万升", Some(Id::GasolineUsed)),
                ("达55万元", Some(Id::FundsInvested)),
                ("2000余亩", Some(Id::AreaRescued)),
                ("约1200余万", Some(Id::LossAverted)),
            ]
        );
        let water = "我乡于4月份开展农饮工程隐患大排查，并积极争取项目资金54万元，新建6个饮水工程，解决4村15个组饮水问题，\
                     受益人数达1900人，未有一人次出现饮水困难，组织包村干部30人、清渠12公里。";
        assert_eq!(
            stated("安全饮水方面", water),
            [
                ("4", Some(Id::InspectionMonth)),
                ("54万元", Some(Id::WaterProjectFunds)),
                ("6个", Some(Id::WaterWorksBuilt)),
                ("4村", Some(Id::VillagesServed)),
                ("15个组", Some(Id::GroupsServed)),
                ("达1900人", Some(Id::PeopleServed)),
                ("未有一人次出现饮水困难", None),
                ("30人", None),
                ("12", None),
            ]
        );
    }

    /// Turns of phrase of the report of 2022 as the office wrote it.
    #[test]
    fn longer_sentences_of_the_whole_township_are_told_apart_too() {
        for (title, text, figure) in [
            ("抗旱救灾方面", "我乡7个行政村普遍遭受不同程度的干旱。", Id::VillagesAffected),
            ("抗旱救灾方面", "另一方面加大投入。投入资金达55万元。", Id::FundsInvested),
            ("抗旱救灾方面", "通过抗旱保收措施挽救农作物2000余亩。", Id::AreaRescued),
            ("安全饮水方面", "并积极向上级部门争取项目资金54万元。", Id::WaterProjectFunds),
        ] {
            let found: Vec<_> = stated(title, text).into_iter().filter_map(|one| one.1).collect();
            assert_eq!(found, [figure], "{text}");
        }
    }

    #[test]
    fn the_year_of_the_report_and_other_openings_of_the_whole_township_are_no_hindrance() {
        for (clause, figure) in [
            ("2022年全乡受灾面积达2000亩。", Id::AreaAffected),
            ("今年农作物受灾共计2000亩。", Id::AreaAffected),
            ("累计投入抗旱资金50余万。", Id::FundsInvested),
            ("我乡共投入抗旱设备60台（套）。", Id::EquipmentDeployed),
        ] {
            let [(_, found)] = stated("抗旱救灾方面", clause)[..] else { panic!("{clause}") };
            assert_eq!(found, Some(figure), "{clause}");
        }
    }

    #[test]
    fn a_number_of_something_else_takes_no_figure() {
        for (title, text) in [
            ("抗旱救灾方面", "东门村受灾300亩，绝收20亩。绝收5亩。"),
            ("抗旱救灾方面", "去年投入资金3万元。"),
            ("抗旱救灾方面", "2021年绝收80亩。"),
            ("抗旱救灾方面", "同比减少用电2万度，用电3万度。"),
            ("抗旱救灾方面", "新购抗旱设备20台。"),
            ("抗旱救灾方面", "人均投入资金100元，户均受灾2亩。"),
            ("抗旱救灾方面", "其中水稻绝收10亩，槟榔芋受灾5亩。"),
            ("抗旱救灾方面", "平均每天用电300度，每台用汽油200升。"),
            ("抗旱救灾方面", "计划投入抗旱设备100台。"),
            ("抗旱救灾方面", "新建提灌站2处，新建蓄水池3个。"),
            ("抗旱救灾方面", "发放困难群众救助资金3万元，受益群众20人。"),
            ("抗旱救灾方面", "增雨作业设备2台。"),
            ("抗旱救灾方面", "办公用电300度。"),
            ("抗旱救灾方面", "2个行政村人饮困难。"),
            ("抗旱救灾方面", "挽回财产3万元。"),
            ("抗旱救灾方面", "8月份，投入资金20万元。9月投入资金30万元。"),
            ("抗旱救灾方面", "农作物受灾2000—2500亩。"),
            ("抗旱救灾方面", "绝收100至120亩，投入抗旱设备60-65台。"),
            ("抗旱救灾方面", "东门、仙坪2个行政村绝收20亩。"),
            ("抗旱救灾方面", "受灾、绝收100亩。"),
            ("抗旱救灾方面", "绝收20亩，均在东门。"),
            ("抗旱救灾方面", "修建水库，投入资金30万元。"),
            ("抗旱救灾方面", "新建提灌站2处，投入资金30万元，受灾2.2千亩。"),
            ("抗旱救灾方面", "受灾2,000亩，受灾两千亩，用电省3万度。"),
            ("抗旱救灾方面", "受灾2000亩（含林地500亩）。"),
            ("安全饮水方面", "10个组水压不足。"),
            ("安全饮水方面", "3月开展水质排查。"),
            ("安全饮水方面", "维修供水工程8处，新建9个。"),
        ] {
            let found = stated(title, text);
            assert!(!found.is_empty(), "{text}");
            assert!(found.iter().all(|(_, figure)| figure.is_none()), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_later_sentence_of_the_whole_township_is_told_from_one_of_a_village() {
        let text = "东门村是重灾区。绝收20亩。全乡共投入抗旱设备60台。";
        let found = stated("抗旱救灾方面", text);
        assert_eq!(found, [("20亩", None), ("60台", Some(Id::EquipmentDeployed))]);
        let text = "比去年增加500亩；投入抗旱设备60台。其中，水泵30台。投入资金50万元。";
        let found = stated("抗旱救灾方面", text).into_iter().filter_map(|one| one.1);
        let figures = [Id::EquipmentDeployed, Id::FundsInvested];
        assert_eq!(
            found.collect::<Vec<_>>(),
            figures,
            "a comparison reaches to its sentence's end"
        );
        let text = "去年旱情较轻。绝收20亩。";
        assert_eq!(stated("抗旱救灾方面", text), [("20亩", None)]);
    }
}
