//! The rules: data with expressions, checked as they are loaded.

use std::collections::BTreeSet;

use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use super::super::catalogue::FigureId;
use crate::core::{Problem, Problems};
use crate::locales::{Text, figures as words, foreign, foreign_toml, water};
use crate::water::Bilingual;

/// The file that shows how rules are written.
const FORM: &str = "config/rules/plausibility.toml";
/// The rules that come with the program.
const EMBEDDED: &str = include_str!("../../../config/rules/plausibility.toml");

/// Instructions that one expression may take: the shipped ones take some ten.
const FUEL: u64 = 10_000;

/// How grave it is to break a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Rarely wrong, worth a look.
    Hint,
    /// Has to be looked at before the report is signed.
    Warning,
    /// The report contradicts itself.
    Error,
}

impl Severity {
    pub fn name(self) -> Text {
        match self {
            Self::Hint => words::hint(),
            Self::Warning => words::warning(),
            Self::Error => words::error(),
        }
    }
}

/// The kind of place that a rule is checked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Township,
    Village,
    Crop,
    Pump,
}

impl Scope {
    /// The names that an expression may use.
    fn names(self) -> BTreeSet<&'static str> {
        let own: &[&str] = match self {
            Self::Township => &[
                "sown_area",
                "persons",
                "groups",
                "event_days",
                "crop_value_max",
                "high_value_share",
                "electricity_coverage",
                "storage_coverage",
                "rain_entered",
                "rainless_mm",
                "area_in_drought_most",
            ],
            Self::Village => &[
                "area_affected",
                "area_damaged",
                "area_failed",
                "area_in_drought",
                "area_standing",
                "area_replanted",
                "persons_short",
                "persons_affected",
                "persons_in_need",
                "persons_relieved_now",
                "households_affected",
                "sown_area",
                "persons",
            ],
            Self::Crop => {
                &["area_affected", "area_damaged", "area_failed", "sown_area", "crop_value"]
            }
            Self::Pump => &["energy", "volume", "hours", "head", "power", "event_days"],
        };
        let figures = FigureId::ALL.iter().map(|figure| figure.spec().id);
        let of_township = figures.filter(|_| self == Self::Township);
        own.iter().copied().chain(of_township).collect()
    }
}

/// A rule as it is written in the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub scope: Scope,
    /// The rule in words.
    pub text: Bilingual,
    /// Expression that has to be true for the rule to be checked.
    #[serde(default)]
    pub when: Option<String>,
    pub value: String,
    /// Expression of the least that the value may be.
    #[serde(default)]
    pub at_least: Option<String>,
    /// Expression of the most that the value may be.
    #[serde(default)]
    pub at_most: Option<String>,
    pub severity: Severity,
    /// Whether what breaks it contradicts itself by arithmetic or by definition: then nobody can accept it.
    #[serde(default)]
    pub arithmetic: bool,
    /// Where to look.
    pub look: Bilingual,
    pub source: Bilingual,
    /// How sure the rule is, 0 to 1.
    pub confidence: f64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// The rules of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Errors
    /// As [`Rules::parse`]; a test makes sure that there are none.
    pub fn embedded() -> Result<Self, Vec<Problem>> {
        Self::parse(EMBEDDED)
    }

    /// The rules of a file's text.
    ///
    /// # Errors
    /// Every problem of it at once: text that is not TOML, an expression that does not compile or has an unknown
    /// name, a rule without a bound, a duplicate id.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut file: File = toml::from_str(text).map_err(|error| {
            let rule = foreign_toml::error(&error, text);
            vec![Problem::new("file", "", rule, water::rules_form(FORM))]
        })?;
        // An office's own file may be a copy of one from before rules said what is arithmetic.
        let arithmetic = arithmetic_rules();
        for rule in &mut file.rule {
            rule.arithmetic |= arithmetic.contains(&rule.id);
        }
        let mut found = Problems::default();
        let ids = file.rule.iter().map(|rule| &rule.id);
        found.unique("rule", "id", ids, words::ids_differ());
        let environment = environment();
        for (index, rule) in file.rule.iter().enumerate() {
            let found = &mut found.item("rule", index);
            let bounded = rule.at_least.is_some() || rule.at_most.is_some();
            found.ensure(bounded, "", &rule.id, words::no_bound(), words::give_bounds());
            for (field, text) in
                [("text", &rule.text), ("look", &rule.look), ("source", &rule.source)]
            {
                text.check(field, found);
            }
            let sourced = (0.0..=1.0).contains(&rule.confidence) && !rule.source.is_empty();
            let (must, hint) = (water::confidence_and_source(), words::say_source());
            found.ensure(sourced, "source", rule.source.text(), must, hint);
            for (field, text) in rule.expressions() {
                check_expression(&environment, rule.scope, field, text, found);
            }
        }
        found.result(Self { rules: file.rule })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

impl Rule {
    /// Its expressions with the names of their fields.
    pub(super) fn expressions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let own = [("value", self.value.as_str())].into_iter();
        own.chain(self.when.as_deref().map(|text| ("when", text)))
            .chain(self.at_least.as_deref().map(|text| ("at_least", text)))
            .chain(self.at_most.as_deref().map(|text| ("at_most", text)))
    }
}

/// Ids of the shipped rules whose breach is a contradiction of arithmetic.
fn arithmetic_rules() -> BTreeSet<String> {
    let shipped: File = toml::from_str(EMBEDDED).unwrap_or_default();
    let rules = shipped.rule.into_iter().filter(|rule| rule.arithmetic);
    rules.map(|rule| rule.id).collect()
}

/// The environment that expressions are compiled and evaluated in.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_fuel(Some(FUEL));
    environment
}

fn check_expression(
    environment: &Environment<'_>,
    scope: Scope,
    field: &str,
    text: &str,
    found: &mut Problems,
) {
    match environment.compile_expression(text) {
        Ok(expression) => {
            let known = scope.names();
            let names = expression.undeclared_variables(false).into_iter();
            if let Some(unknown) = names.filter(|name| !known.contains(name.as_str())).min() {
                found.add(field, text, words::unknown_name(unknown), words::names_are_in(FORM));
            }
        }
        Err(error) => {
            let rule = words::expression_wrong(foreign::said(error));
            found.add(field, text, rule, words::expression_example());
        }
    }
}
