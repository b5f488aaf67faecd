//! Finds the numbers in an office's own sentences, with their hedges and units, and what each of them states.

use std::ops::Range;

use super::quantities;
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
const CLAUSE_END: [char; 7] = ['，', '、', '。', '；', '！', '？', '：'];

/// A statement of an office's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// A number with hedge and unit, and the figures that it may state.
    Number { range: Range<usize>, figures: Vec<FigureId> },
    /// A clause without a number that a figure may contradict.
    Clause(Range<usize>),
}

impl Said {
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Number { range, .. } | Self::Clause(range) => range.clone(),
        }
    }

    /// The figures that a number may state; `None` for a clause.
    pub fn figures(&self) -> Option<&[FigureId]> {
        match self {
            Self::Number { figures, .. } => Some(figures),
            Self::Clause(_) => None,
        }
    }

    /// Whether it states this figure and no other.
    pub fn states(&self, figure: FigureId) -> bool {
        matches!(self.figures(), Some([only]) if *only == figure)
    }
}

/// What the part `within` of a text says, in order.
pub(super) fn said(text: &str, within: Range<usize>) -> Vec<Said> {
    let mut said = Vec::new();
    let mut at = within.start;
    let words = text.get(within).unwrap_or("");
    for clause in words.split_inclusive(CLAUSE_END) {
        let found = numbers(clause);
        if found.is_empty() && quantities::is_statement(clause) {
            said.push(Said::Clause(at..at + clause.trim_end_matches(CLAUSE_END).len()));
        }
        for (index, (range, unit)) in found.iter().enumerate() {
            // The words of a number are those up to the next one, and after the one before.
            let from = index.checked_sub(1).map_or(0, |before| found[before].0.end);
            let to = found.get(index + 1).map_or(clause.len(), |next| next.0.start);
            let own = format!(
                "{}{}",
                clause.get(from..range.start).unwrap_or(""),
                clause.get(range.end..to).unwrap_or("")
            );
            let mut figures = quantities::figures(&own, unit);
            if figures.is_empty() {
                figures = quantities::figures(clause, unit);
            }
            let range = at + range.start..at + range.end;
            said.push(Said::Number { range, figures });
        }
        at += clause.len();
    }
    said
}

/// The numbers of a clause with hedge and unit, and their units. A month is its number without the unit.
fn numbers(clause: &str) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    let is_digit = |c: char| c.is_ascii_digit();
    while let Some(at) = clause.get(from..).and_then(|rest| rest.find(is_digit)) {
        let start = from + at;
        let rest = clause.get(start..).unwrap_or("");
        let length = rest.find(|c: char| !(is_digit(c) || c == '.')).unwrap_or(rest.len());
        let behind = rest.get(length..).unwrap_or("");
        let scaled = strip(strip(strip(behind, &OVER), &SCALES), &OVER);
        let has_scale = SCALES.iter().any(|scale| strip(behind, &OVER).starts_with(scale));
        let unit = quantities::UNITS.iter().find(|unit| scaled.starts_with(**unit));
        let unit = *unit.unwrap_or(&"");
        let after = strip(scaled.get(unit.len()..).unwrap_or(""), &BEHIND);
        let end = clause.len() - after.len();
        from = end.max(start + length);
        let is_month = unit.starts_with('月');
        let range = match is_month {
            true => start..start + length,
            false => hedge_start(clause, start)..end,
        };
        // Only money is said without a unit, and then in 万.
        let unit = if unit.is_empty() && !has_scale { UNKNOWN } else { unit };
        found.push((range, unit));
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
    use super::*;
    use FigureId as Id;

    fn stated(text: &str) -> Vec<(&str, Vec<FigureId>)> {
        let said = said(text, 0..text.len()).into_iter();
        said.map(|said| match said {
            Said::Number { range, figures } => (&text[range], figures),
            Said::Clause(range) => (&text[range], Vec::new()),
        })
        .collect()
    }

    /// The passages of the report of 2022.
    #[test]
    fn every_number_of_an_offices_passage_is_told_apart() {
        let relief = "8月份以来，我乡7个行政村普遍遭受干旱，塘堰干涸，农作物受灾约2200亩，绝收120余亩。全乡共投入抗旱设备65台、\
                      用电约3.5万度、使用汽油约1.5万升、投入资金达55万元。挽救农作物2000余亩，挽回损失人民币约1200余万。";
        assert_eq!(
            stated(relief),
            [
                ("8", vec![Id::OnsetMonth]),
                ("7个行政村", vec![Id::VillagesAffected]),
                ("塘堰干涸", vec![]),
                ("约2200亩", vec![Id::AreaAffected]),
                ("120余亩", vec![Id::AreaFailed]),
                ("65台", vec![Id::EquipmentDeployed]),
                ("约3.5万度", vec![Id::ElectricityUsed]),
                ("约1.5万升", vec![Id::GasolineUsed]),
                ("达55万元", vec![Id::FundsInvested]),
                ("2000余亩", vec![Id::AreaRescued]),
                ("约1200余万", vec![Id::LossAverted]),
            ]
        );
        let water = "我乡于4月份开展农饮工程隐患大排查，并积极争取项目资金54万元，新建6个饮水工程，解决4村15个组饮水问题，\
                     受益人数达1900人，未有一人次出现饮水困难，组织包村干部30人、清渠12公里。";
        assert_eq!(
            stated(water),
            [
                ("4", vec![Id::InspectionMonth]),
                ("54万元", vec![Id::WaterProjectFunds]),
                ("6个", vec![Id::WaterWorksBuilt]),
                ("4村", vec![Id::VillagesServed]),
                ("15个组", vec![Id::GroupsServed]),
                ("达1900人", vec![Id::PeopleServed]),
                ("未有一人次出现饮水困难", vec![]),
                ("30人", vec![]),
                ("12", vec![]),
            ]
        );
    }
}
