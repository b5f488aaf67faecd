//! Whether figures can be right: rules that are data (`config/rules/plausibility.toml`), and the findings where they
//! are broken.

mod caveat;
mod rule;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use minijinja::{Environment, Expression};
use serde::{Deserialize, Serialize, Serializer};

pub use caveat::Caveat;
pub use rule::{Rule, Rules, Scope, Severity};
pub(super) use values::{Place, places};

use super::catalogue::FigureId;
use super::phrase::rounded;
use crate::core::Period;
use crate::locales::{Lang, Text, figures as words, within};

/// Relative rounding error of sums: numbers that differ by less are equal.
const EPSILON: f64 = 1e-9;

/// A rule that a report breaks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    /// 全乡, or the name of a village, crop or pump.
    pub place: Text,
    pub text: Text,
    /// The figures and other names that it was worked out from, with their values.
    pub from: BTreeMap<String, f64>,
    pub value: f64,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
    /// Where to look.
    pub look: Text,
    /// In JSON in English.
    #[serde(serialize_with = "english")]
    pub source: Text,
    pub confidence: f64,
    /// Whether numbers contradict each other by arithmetic or definition: it is corrected, never accepted.
    pub arithmetic: bool,
    /// Rule, place and values: an acceptance holds for exactly these.
    pub fingerprint: String,
    /// Who accepted it and why; `None` where nobody did.
    pub accepted: Option<Acceptance>,
}

fn english<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    within(Lang::English, || text.serialize(serializer))
}

/// A finding accepted with a reason. It holds for exactly the numbers that it was accepted for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    pub rule: String,
    pub fingerprint: String,
    /// First day of the report's period.
    pub from: Date,
    pub to: Date,
    /// Why the figures are right all the same.
    pub reason: String,
    pub accepted_by: String,
    pub accepted_at: Timestamp,
}

/// The result of checking all rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Findings {
    /// The broken rules, the gravest first.
    pub found: Vec<Finding>,
    pub checked: usize,
    /// Ids of the rules that could be checked nowhere, for want of data.
    pub unchecked: Vec<String>,
}

/// Checks `rules` at `places`; a finding that one of `acceptances` speaks of carries it.
pub(super) fn check(
    rules: &Rules,
    places: &[Place],
    acceptances: &[Acceptance],
    period: Period,
) -> Findings {
    let mut findings = Findings { found: Vec::new(), checked: 0, unchecked: Vec::new() };
    let environment = rule::environment();
    for rule in rules.iter() {
        let check = Check::new(&environment, rule);
        let mut evaluated = false;
        for place in places.iter().filter(|place| place.scope == rule.scope) {
            let outcome = check.at(place);
            evaluated |= !matches!(outcome, Outcome::Lacking);
            findings.checked += usize::from(matches!(outcome, Outcome::Kept | Outcome::Broken(_)));
            if let Outcome::Broken(finding) = outcome {
                findings.found.push(finding.accepted_by(acceptances, period));
            }
        }
        if !evaluated {
            findings.unchecked.push(rule.id.clone());
        }
    }
    findings.found.sort_by_key(|f| std::cmp::Reverse(f.severity));
    findings
}

impl Findings {
    /// These, the findings of `caveats`, and `doubts`.
    pub(super) fn under(
        mut self,
        caveats: &[Caveat],
        doubts: &[Finding],
        acceptances: &[Acceptance],
        period: Period,
    ) -> Self {
        let more = caveats.iter().map(Caveat::finding).chain(doubts.iter().cloned());
        self.found.extend(more.map(|finding| finding.accepted_by(acceptances, period)));
        self.found.sort_by_key(|f| std::cmp::Reverse(f.severity));
        self
    }

    /// The findings that nobody has accepted, without hints.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        let grave = |f: &&Finding| f.accepted.is_none() && f.severity > Severity::Hint;
        self.found.iter().filter(grave)
    }
}

enum Outcome {
    /// Something that the rule needs is absent.
    Lacking,
    /// Its condition is false.
    NotMeant,
    Kept,
    Broken(Box<Finding>),
}

/// A rule with its expressions compiled.
struct Check<'a> {
    rule: &'a Rule,
    when: Option<Expression<'a, 'a>>,
    value: Expression<'a, 'a>,
    at_least: Option<Expression<'a, 'a>>,
    at_most: Option<Expression<'a, 'a>>,
}

/// The number of an expression at a place; `None` where something that it needs is absent.
fn number(expression: &Expression<'_, '_>, place: &Place) -> Option<f64> {
    let value = f64::try_from(expression.eval(&place.values).ok()?).ok()?;
    value.is_finite().then_some(value)
}

/// A bound at a place; the outer `None` where something that it needs is absent.
fn bound(expression: &Option<Expression<'_, '_>>, place: &Place) -> Option<Option<f64>> {
    match expression {
        Some(expression) => number(expression, place).map(Some),
        None => Some(None),
    }
}

impl<'a> Check<'a> {
    fn new(environment: &'a Environment<'_>, rule: &'a Rule) -> Self {
        let compile = |text: &'a String| {
            let compiled = environment.compile_expression(text);
            compiled.expect("the rules were read, and each of their expressions compiled")
        };
        Self {
            rule,
            when: rule.when.as_ref().map(compile),
            value: compile(&rule.value),
            at_least: rule.at_least.as_ref().map(compile),
            at_most: rule.at_most.as_ref().map(compile),
        }
    }

    fn at(&self, place: &Place) -> Outcome {
        if let Some(when) = &self.when {
            // An absent value compares as nothing, so the condition needs all its names to be there.
            let names = when.undeclared_variables(false);
            if !names.iter().all(|name| place.values.contains_key(name.as_str())) {
                return Outcome::Lacking;
            }
            if !when.eval(&place.values).is_ok_and(|value| value.is_true()) {
                return Outcome::NotMeant;
            }
        }
        let bounds = bound(&self.at_least, place).zip(bound(&self.at_most, place));
        let (Some(value), Some((at_least, at_most))) = (number(&self.value, place), bounds) else {
            return Outcome::Lacking;
        };
        let below = at_least.is_some_and(|least| value < least - EPSILON * least.abs().max(1.0));
        let above = at_most.is_some_and(|most| value > most + EPSILON * most.abs().max(1.0));
        if !below && !above {
            return Outcome::Kept;
        }
        let rule = self.rule;
        let expressions =
            [Some(&self.value), self.when.as_ref(), self.at_least.as_ref(), self.at_most.as_ref()];
        let names = expressions.into_iter().flatten().flat_map(|e| e.undeclared_variables(false));
        let from: BTreeMap<String, f64> =
            names.filter_map(|name| place.values.get(name.as_str()).map(|v| (name, *v))).collect();
        let values: Vec<String> = from.iter().map(|(name, v)| format!("{name}={v}")).collect();
        Outcome::Broken(Box::new(Finding {
            rule: rule.id.clone(),
            severity: rule.severity,
            place: place.name.clone(),
            text: rule.text.text(),
            fingerprint: format!("{}:{}:{}", rule.id, place.id, values.join(",")),
            from,
            value,
            at_least,
            at_most,
            look: rule.look.text(),
            source: rule.source.text(),
            confidence: rule.confidence,
            arithmetic: rule.arithmetic,
            accepted: None,
        }))
    }
}

impl Finding {
    /// A finding of `rule` that no bounds make, about the numbers `from`; an acceptance holds for exactly what `of`
    /// names. A warning without place and words, which the caller sets.
    pub(super) fn told(rule: &str, of: &str, from: BTreeMap<String, f64>) -> Finding {
        Finding {
            rule: rule.to_owned(),
            severity: Severity::Warning,
            place: Text::default(),
            text: Text::default(),
            fingerprint: format!("{rule}:{of}"),
            value: from.len() as f64,
            from,
            at_least: None,
            at_most: None,
            look: Text::default(),
            source: Text::default(),
            confidence: 1.0,
            arithmetic: false,
            accepted: None,
        }
    }

    /// With the last of `acceptances` that speaks of it; what contradicts itself by arithmetic stays open.
    fn accepted_by(mut self, acceptances: &[Acceptance], period: Period) -> Self {
        if self.arithmetic {
            return self;
        }
        let holds = |a: &&Acceptance| {
            a.rule == self.rule
                && a.fingerprint == self.fingerprint
                && (a.from, a.to) == (period.from, period.to)
        };
        self.accepted = acceptances.iter().rev().find(holds).cloned();
        self
    }

    /// Whether it was found at `place`, by its name in either language.
    pub fn is_at(&self, place: &str) -> bool {
        Lang::ALL.into_iter().any(|lang| self.place.within(lang) == place)
    }

    /// The finding in one sentence.
    pub fn sentence(&self) -> Text {
        let bound = match (self.at_least, self.at_most) {
            (Some(least), Some(most)) if least == most => words::should_be(short(least)),
            (Some(least), Some(most)) => words::should_lie_between(short(least), short(most)),
            (Some(least), None) => words::should_be_at_least(short(least)),
            (None, Some(most)) => words::should_be_at_most(short(most)),
            (None, None) => return words::finding_in_words(&self.place, &self.text),
        };
        let mut from = Text::default();
        for (id, value) in &self.from {
            let name = FigureId::from_id(id).map_or_else(|| name(id), |f| f.spec().name());
            from = match from.is_empty() {
                true => words::named_value(name, short(*value)),
                false => words::named_values(from, name, short(*value)),
            };
        }
        words::finding(&self.place, &self.text, short(self.value), bound, from)
    }
}

/// The name of what is not a figure.
fn name(id: &str) -> Text {
    match id {
        "sown_area" => words::sown_area(),
        "persons" => words::persons(),
        "groups" => words::groups(),
        "event_days" => words::event_days(),
        "crop_value_max" => words::crop_value_max(),
        "high_value_share" => words::high_value_share(),
        "electricity_coverage" => words::electricity_coverage(),
        "storage_coverage" => words::storage_coverage(),
        "rain_entered" => words::rain_entered(),
        "rainless_mm" => words::rainless_mm(),
        "area_in_drought_most" => words::area_in_drought_most(),
        "crop_value" => words::crop_value(),
        "energy" => words::energy(),
        "volume" => words::volume(),
        "hours" => words::hours(),
        "head" => words::head(),
        "power" => words::power(),
        other => Text::verbatim(other),
    }
}

/// At most three decimals.
pub(super) fn short(value: f64) -> String {
    rounded(value, 3)
}
