//! Totals of an office's table: they are not taken, but checked against the sum of the rows.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::context::Found;
use super::unit;
use super::value::Amount;
use crate::account::EntryCode;
use crate::locales::{Text, ledger as places, understanding as says};

/// A value that a total may sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub code: EntryCode,
    /// In the ledger's unit, and as it is written.
    pub value: f64,
    pub written: f64,
    /// By how much what is shown may differ from what is meant, as it is written.
    pub slack: f64,
    /// The unit as it is written, by its number.
    pub unit: usize,
}

/// A total that is to be checked.
#[derive(Debug, Clone)]
pub(super) struct Total {
    pub amount: Amount,
    pub unit: Option<String>,
    /// The item that it names.
    pub code: Option<EntryCode>,
    pub place: Text,
    /// The word that makes it one.
    pub word: String,
    /// Its place among what was left out.
    pub left: usize,
    /// How many parts of its column came before.
    pub before: usize,
}

/// What comes of a check.
pub(super) enum Check {
    Agrees,
    Several,
    /// The sum of the rows.
    Differs(f64),
}

/// Parts with their running sums.
#[derive(Default)]
struct Series {
    /// The numbers of the parts among all of the column.
    positions: Vec<usize>,
    parts: Vec<Part>,
    values: Vec<f64>,
    written: Vec<f64>,
    slack: Vec<f64>,
    /// How often the item, its unit, or the written unit changed up to each part.
    codes: Vec<usize>,
    measures: Vec<usize>,
    units: Vec<usize>,
}

impl Series {
    fn push(&mut self, position: usize, part: Part) {
        let last = |sums: &[f64]| sums.last().copied().unwrap_or(0.0);
        let count = |counts: &[usize]| counts.last().copied().unwrap_or(0);
        let before = self.parts.last();
        let (code, unit) =
            before.map_or((false, false), |p| (p.code != part.code, p.unit != part.unit));
        let measure = before.is_some_and(|p| p.code.unit() != part.code.unit());
        let (codes, units) = (count(&self.codes), count(&self.units));
        self.measures.push(count(&self.measures) + usize::from(measure));
        self.values.push(last(&self.values) + part.value);
        self.written.push(last(&self.written) + part.written);
        self.slack.push(last(&self.slack) + part.slack);
        self.codes.push(codes + usize::from(code));
        self.units.push(units + usize::from(unit));
        self.positions.push(position);
        self.parts.push(part);
    }

    /// The sum of `sums` over the parts of `range`.
    fn over(sums: &[f64], range: &Range<usize>) -> f64 {
        let at =
            |end: usize| end.checked_sub(1).and_then(|at| sums.get(at)).copied().unwrap_or(0.0);
        at(range.end) - at(range.start)
    }

    fn same(changes: &[usize], range: &Range<usize>) -> bool {
        changes.get(range.start) == changes.get(range.end - 1)
    }

    /// Compares `total` with the parts at `positions`; `None` where there are none.
    fn check(&self, total: &Total, positions: Range<usize>) -> Option<Check> {
        let at = |position| self.positions.partition_point(|known| *known < position);
        let range = at(positions.start)..at(positions.end);
        let first = self.parts.get(range.start).filter(|_| !range.is_empty())?;
        let one_item = Self::same(&self.codes, &range);
        if !one_item && !Self::same(&self.measures, &range) {
            return Some(Check::Several);
        }
        let own = total.unit.as_deref().filter(|unit| !unit.is_empty());
        let (sum, stated, factor) = match own {
            Some(unit) => {
                let converted = |value| unit::convert(value, unit, first.code).map(|c| c.value);
                let (Ok(stated), Ok(one)) = (converted(total.amount.value), converted(1.0)) else {
                    return Some(Check::Several);
                };
                (Self::over(&self.values, &range), stated, one)
            }
            None if Self::same(&self.units, &range) => {
                (Self::over(&self.written, &range), total.amount.value, 1.0)
            }
            None => return Some(Check::Several),
        };
        // Of the parts, what their formats may hide; of the total, half of its last place; and what adding loses.
        let slack = Self::over(&self.slack, &range) + total.amount.half;
        let agrees = (sum - stated).abs() <= slack * factor + 1e-9 * sum.abs() + 1e-9;
        // Money of several sources may have one total; areas of several kinds need not add up to anything.
        Some(match (agrees, one_item) {
            (true, _) => Check::Agrees,
            (false, true) => Check::Differs(sum / factor),
            (false, false) => Check::Several,
        })
    }
}

/// Compares the sum of `parts` with a total beside them.
pub(super) fn compare(parts: &[Part], amount: Amount, unit: Option<String>) -> Check {
    let mut series = Series::default();
    for (position, part) in parts.iter().enumerate() {
        series.push(position, *part);
    }
    let total = Total {
        amount,
        unit,
        code: None,
        place: Text::default(),
        word: String::new(),
        left: 0,
        before: parts.len(),
    };
    series.check(&total, 0..parts.len()).unwrap_or(Check::Several)
}

/// One column with its values and totals.
#[derive(Default)]
struct Summed {
    all: Series,
    of_item: HashMap<EntryCode, Series>,
    totals: Vec<Total>,
}

/// All columns with their totals.
#[derive(Default)]
pub(super) struct Totals {
    columns: BTreeMap<usize, Summed>,
    units: HashMap<String, usize>,
}

impl Totals {
    /// The number of a unit.
    pub fn unit(&mut self, unit: &str) -> usize {
        if let Some(number) = self.units.get(unit) {
            return *number;
        }
        let number = self.units.len();
        self.units.insert(unit.to_owned(), number);
        number
    }

    pub fn part(&mut self, column: usize, part: Part) {
        let summed = self.columns.entry(column).or_default();
        let position = summed.all.parts.len();
        summed.all.push(position, part);
        summed.of_item.entry(part.code).or_default().push(position, part);
    }

    /// A total of `column`, which has the rows before it.
    pub fn total(&mut self, column: usize, total: Total) {
        let summed = self.columns.entry(column).or_default();
        let before = summed.all.parts.len();
        summed.totals.push(Total { before, ..total });
    }

    /// Checks all totals. What differs is a problem; returns what was left out and does not agree, with the reason.
    pub fn check(&self, found: &mut Found) -> Vec<(usize, Text)> {
        let mut unchecked = Vec::new();
        // A row that was not taken is missing in the sum.
        let complete = found.list.is_empty();
        for summed in self.columns.values() {
            let end = summed.all.parts.len();
            for (at, total) in summed.totals.iter().enumerate() {
                let of = |at: Option<usize>| at.and_then(|at| summed.totals.get(at));
                let earlier = of(at.checked_sub(1)).map_or(0, |total| total.before);
                let later = of(Some(at + 1)).map_or(end, |total| total.before);
                let here = total.before;
                // Of the rows since the last total, of all rows before; of a total above its rows, those below.
                let ranges = [earlier..here, 0..here, here..later, here..end, 0..end];
                let series = match total.code {
                    Some(code) => summed.of_item.get(&code),
                    None => Some(&summed.all),
                };
                let checks = series.map(|series| {
                    ranges.into_iter().filter_map(|range| series.check(total, range)).collect()
                });
                let checks: Vec<Check> = checks.unwrap_or_default();
                if checks.iter().any(|check| matches!(check, Check::Agrees)) {
                    continue;
                }
                let differs = checks.iter().find_map(|check| match check {
                    Check::Differs(sum) => Some(*sum),
                    _ => None,
                });
                match differs {
                    Some(_) if !complete => {
                        unchecked.push((total.left, places::total_after_problems()));
                    }
                    Some(sum) => {
                        let sum = (sum * 1e6).round() / 1e6;
                        let rule = says::total_differs(total.amount.value, sum);
                        let value = total.amount.value.to_string();
                        unchecked.push((total.left, rule.clone()));
                        found.add(
                            total.place.clone(),
                            &value,
                            rule,
                            says::check_total(&total.word),
                        );
                    }
                    None => unchecked.push((total.left, says::total_unchecked())),
                }
            }
        }
        unchecked
    }
}
