//! The drought grade of a township, by rules that are data (`config/rules/drought-grades.toml`), with hysteresis.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};

use super::Bilingual;
use crate::core::{Problem, Problems};
use crate::locales::{Lang, Text, for_programs, foreign_toml, water as words};

/// The file that shows how rules are written.
const FORM: &str = "config/rules/drought-grades.toml";
const EMBEDDED: &str = include_str!("../../config/rules/drought-grades.toml");

/// How bad a drought is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Grade {
    /// 正常
    #[default]
    None,
    /// 轻度, blue.
    Light,
    /// 中度, yellow.
    Moderate,
    /// 严重, orange.
    Severe,
    /// 特大, red.
    Extreme,
}

impl Grade {
    pub fn name(self) -> Text {
        match self {
            Self::None => words::grade_none(),
            Self::Light => words::grade_light(),
            Self::Moderate => words::grade_moderate(),
            Self::Severe => words::grade_severe(),
            Self::Extreme => words::grade_extreme(),
        }
    }
}

impl TryFrom<u8> for Grade {
    type Error = Text;
    fn try_from(number: u8) -> Result<Self, Text> {
        Ok(match number {
            0 => Self::None,
            1 => Self::Light,
            2 => Self::Moderate,
            3 => Self::Severe,
            4 => Self::Extreme,
            _ => return Err(words::not_a_grade(number)),
        })
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> Self {
        grade as u8
    }
}

/// The quantity that a rule grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Index {
    RainlessDays,
    /// Rain of 30 days against the usual, %.
    #[serde(rename = "rain_anomaly_30")]
    RainAnomaly30,
    /// Rain of 60 days against the usual, %.
    #[serde(rename = "rain_anomaly_60")]
    RainAnomaly60,
    /// Rain of 90 days against the usual, %.
    #[serde(rename = "rain_anomaly_90")]
    RainAnomaly90,
    /// Mean relative moisture of the soil, %.
    SoilMoisture,
    /// Usable water of the reservoirs against that at normal level 兴利库容, %.
    StorageShare,
    /// Days that the water of the sources that serve people lasts.
    SupplyDays,
}

impl Index {
    pub fn name(self) -> Text {
        match self {
            Self::RainlessDays => words::rainless_days(),
            Self::RainAnomaly30 => words::rain_anomaly(30),
            Self::RainAnomaly60 => words::rain_anomaly(60),
            Self::RainAnomaly90 => words::rain_anomaly(90),
            Self::SoilMoisture => words::soil_moisture(),
            Self::StorageShare => words::storage_share(),
            Self::SupplyDays => words::supply_days(),
        }
    }
}

/// The values for which a grade holds: exactly one of the four bounds is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub grade: Grade,
    #[serde(default)]
    pub at_most: Option<f64>,
    #[serde(default)]
    pub below: Option<f64>,
    #[serde(default)]
    pub at_least: Option<f64>,
    #[serde(default)]
    pub above: Option<f64>,
}

impl Band {
    fn bounds(&self) -> [Option<f64>; 4] {
        [self.at_most, self.below, self.at_least, self.above]
    }

    /// Whether lower values are worse.
    fn falls(&self) -> bool {
        self.at_most.is_some() || self.below.is_some()
    }

    fn holds(&self, value: f64) -> bool {
        self.at_most.is_some_and(|bound| value <= bound)
            || self.below.is_some_and(|bound| value < bound)
            || self.at_least.is_some_and(|bound| value >= bound)
            || self.above.is_some_and(|bound| value > bound)
    }
}

/// A rule of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeRule {
    pub set: String,
    pub id: String,
    pub index: Index,
    /// Months in which it holds, 1 to 12.
    pub months: Vec<i8>,
    /// From light to extreme.
    pub bands: Vec<Band>,
    /// How far beyond a band the index has to lie before the grade eases.
    pub margin: f64,
    /// Days on end for which it has to lie there.
    pub clear_days: u32,
    pub source: Bilingual,
    /// How sure the numbers are, 0 to 1.
    pub confidence: f64,
}

impl GradeRule {
    /// The grade at `value`, without hysteresis.
    pub fn grade(&self, value: f64) -> Grade {
        let holding = self.bands.iter().filter(|band| band.holds(value));
        holding.map(|band| band.grade).max().unwrap_or_default()
    }

    /// The worst grade that it gives.
    fn worst(&self) -> Grade {
        self.bands.iter().map(|band| band.grade).max().unwrap_or_default()
    }

    /// The grade at `value` moved by the margin towards the worse. A held grade eases once this one is lower.
    fn eased(&self, value: f64) -> Grade {
        let falls = self.bands.first().is_some_and(Band::falls);
        self.grade(if falls { value - self.margin } else { value + self.margin })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<GradeRule>,
}

/// The rules of one set.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeRules {
    rules: Vec<GradeRule>,
}

impl GradeRules {
    /// The indices that the rules grade, each once.
    pub fn indices(&self) -> BTreeSet<Index> {
        self.rules.iter().map(|rule| rule.index).collect()
    }

    /// The ids of the rules that grade `index`.
    pub fn ids(&self, index: Index) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(move |rule| rule.index == index).map(|rule| rule.id.as_str())
    }

    pub fn embedded(set: &str) -> Result<Self, Vec<Problem>> {
        Self::parse(EMBEDDED, set)
    }

    /// The rules of `set` in a file's text.
    ///
    /// # Errors
    /// Every problem of the file at once; no rule belongs to the set.
    pub fn parse(text: &str, set: &str) -> Result<Self, Vec<Problem>> {
        let file: File = toml::from_str(text).map_err(|error| {
            let rule = foreign_toml::error(&error, text);
            vec![Problem::new("file", "", rule, words::rules_form(FORM))]
        })?;
        let mut found = Problems::default();
        for (index, rule) in file.rule.iter().enumerate() {
            check(rule, &mut found.item("rule", index));
        }
        let mut sets: Vec<&str> = file.rule.iter().map(|r| r.set.as_str()).collect();
        sets.sort_unstable();
        sets.dedup();
        let known = sets.contains(&set);
        let hint = words::sets(Text::list(sets));
        found.ensure(known, "drought_grades", set, words::no_such_set(), hint);
        let rules = file.rule.into_iter().filter(|rule| rule.set == set);
        found.result(Self { rules: rules.collect() })
    }
}

fn check(rule: &GradeRule, found: &mut Problems) {
    let months = !rule.months.is_empty() && rule.months.iter().all(|m| (1..=12).contains(m));
    let written = format!("{:?}", rule.months);
    found.ensure(months, "months", written, words::not_months(), words::name_months());
    for (index, band) in rule.bands.iter().enumerate() {
        let bounds: Vec<f64> = band.bounds().into_iter().flatten().collect();
        let one = matches!(bounds[..], [bound] if bound.is_finite());
        found.item("bands", index).ensure(one, "", "", words::one_bound(), words::bounds());
    }
    let bound = |band: &Band| band.bounds().iter().flatten().next().copied().unwrap_or(0.0);
    let worsens = rule.bands.windows(2).all(|pair| {
        let (a, b) = (bound(&pair[0]), bound(&pair[1]));
        let further = if pair[0].falls() { b < a } else { b > a };
        pair[0].falls() == pair[1].falls() && pair[0].grade < pair[1].grade && further
    });
    let hint = words::from_light_to_extreme();
    let right = !rule.bands.is_empty() && worsens;
    found.ensure(right, "bands", "", words::bands_do_not_worsen(), hint);
    found.not_negative("margin", rule.margin, words::zero_for_none());
    rule.source.check("source", found);
    let sourced = !rule.source.is_empty() && (0.0..=1.0).contains(&rule.confidence);
    let (must, hint) = (words::confidence_and_source(), words::say_source_of_numbers());
    found.ensure(sourced, "source", rule.source.text(), must, hint);
}

/// The grade that a rule gives a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    pub rule: String,
    pub index: Index,
    /// Value of the index. On a day without one, the rule keeps the grade of the day before, for `clear_days` at most.
    pub value: Option<f64>,
    /// The true value may be higher than `value`: earlier days are unknown.
    pub or_more: bool,
    /// With hysteresis.
    pub grade: Grade,
    /// The grade is that of an earlier day: the value of this day is missing, or lies in a better band, but not yet for
    /// `clear_days` on end.
    pub held: bool,
    /// Days on end without that grade after which it ends.
    pub clear_days: u32,
    #[serde(serialize_with = "english")]
    pub source: Text,
    pub confidence: f64,
}

/// For JSON, which does not change with the language.
fn english<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    for_programs(Lang::English, || text.serialize(serializer))
}

/// A rule whose index has no value on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    pub rule: String,
    pub index: Index,
}

/// What the rules say of a day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graded {
    /// The worst of `reasons`. [`Grade::None`] only where no rule could say worse if all was known; `None` where none
    /// says worse and one could, or where no rule holds.
    pub grade: Option<Grade>,
    /// A rule whose value is not known, or not known in full, could say worse than `grade`.
    pub at_least: bool,
    /// What each rule says that has a value or keeps a grade, the worst first.
    pub reasons: Vec<Reason>,
    /// The rules without a value. One that keeps a grade is among `reasons`, too.
    pub missing: Vec<Missing>,
}

/// The value of an index on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    pub value: f64,
    /// The highest value that the true one may have, where earlier days are unknown: `value` where it is certain,
    /// infinite where nothing bounds it.
    pub most: f64,
}

impl From<f64> for Measure {
    fn from(value: f64) -> Self {
        Self { value, most: value }
    }
}

/// What a rule keeps from one day to the next.
#[derive(Debug, Default)]
struct Kept {
    /// The grade in force.
    grade: Grade,
    /// Days on end for which it could have eased.
    due: u32,
    /// Days on end that do not tell whether it holds: without a value, or with one that may be higher.
    unsure: u32,
}

/// Grades one day after the other.
#[derive(Debug)]
pub struct Grader<'a> {
    rules: Vec<&'a GradeRule>,
    kept: BTreeMap<&'a str, Kept>,
}

impl<'a> Grader<'a> {
    /// Grades by those of `rules` whose index `can_have` a value in this township: the others neither take part nor
    /// are missed.
    pub fn new(rules: &'a GradeRules, can_have: impl Fn(Index) -> bool) -> Self {
        let rules = rules.rules.iter().filter(|rule| can_have(rule.index)).collect();
        Self { rules, kept: BTreeMap::new() }
    }

    /// The grades of the next day, which lies in `month`.
    ///
    /// A rule whose index has no value keeps its grade, or stays silent where it had none; a value that may be higher
    /// can raise a grade but not ease it. After more than its `clear_days` of such days on end the rule forgets the
    /// grade, since what ends a drought may have gone unseen. Outside its months a rule forgets its grade, too.
    pub fn day(&mut self, month: i8, measures: &BTreeMap<Index, Measure>) -> Graded {
        let mut graded = Graded::default();
        // The worst that a rule could say if its value were known.
        let mut worst = Grade::None;
        for rule in &self.rules {
            if !rule.months.contains(&month) {
                self.kept.remove(rule.id.as_str());
                continue;
            }
            let kept = self.kept.entry(&rule.id).or_default();
            let measure = measures.get(&rule.index).copied();
            if let Some(measure) = measure {
                kept.follow(rule, measure);
                worst = worst.max(rule.grade(measure.most));
            } else {
                kept.stay_unsure(rule, Grade::None);
                worst = worst.max(rule.worst());
                graded.missing.push(Missing { rule: rule.id.clone(), index: rule.index });
                if kept.grade == Grade::None {
                    continue;
                }
            }
            graded.reasons.push(Reason {
                rule: rule.id.clone(),
                index: rule.index,
                value: measure.map(|measure| measure.value),
                or_more: measure.is_some_and(|measure| measure.most > measure.value),
                grade: kept.grade,
                held: measure.is_none_or(|measure| kept.grade > rule.grade(measure.value)),
                clear_days: rule.clear_days,
                source: rule.source.text(),
                confidence: rule.confidence,
            });
        }
        graded.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.grade));
        let known = graded.reasons.first().map(|reason| reason.grade);
        let more = known.is_none_or(|known| worst > known);
        graded.grade = known.filter(|known| *known > Grade::None || !more);
        graded.at_least = graded.grade.is_some() && more;
        graded
    }
}

impl Kept {
    /// Moves the grade of `rule` by the value of a day.
    fn follow(&mut self, rule: &GradeRule, measure: Measure) {
        let Measure { value, most } = measure;
        let (grade, eased) = (rule.grade(value), rule.eased(value));
        if grade >= self.grade {
            *self = Self { grade, ..Self::default() };
        } else if eased >= self.grade {
            (self.due, self.unsure) = (0, 0);
        } else if most > value {
            self.stay_unsure(rule, grade);
        } else {
            (self.due, self.unsure) = (self.due + 1, 0);
            if self.due >= rule.clear_days {
                (self.grade, self.due) = (eased, 0);
            }
        }
    }

    /// A day that does not tell whether the grade of `rule` holds: after more than its `clear_days` of them on end it
    /// is forgotten, and only `known` is left, which the day's value proves.
    fn stay_unsure(&mut self, rule: &GradeRule, known: Grade) {
        (self.due, self.unsure) = (0, self.unsure + 1);
        if self.unsure > rule.clear_days {
            self.grade = known;
        }
    }
}

#[cfg(test)]
#[path = "grade_tests.rs"]
mod tests;
