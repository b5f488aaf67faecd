//! The rules: data with expressions, checked as they are loaded.

use std::collections::BTreeSet;

use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use super::super::catalogue::FigureId;
use crate::core::{Problem, Problems};

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
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Hint => "提示",
            Self::Warning => "警告",
            Self::Error => "错误",
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
                "event_days",
                "crop_value_max",
                "high_value_share",
                "electricity_coverage",
                "storage_coverage",
            ],
            Self::Village => {
                &["area_affected", "area_damaged", "area_failed", "sown_area", "persons"]
            }
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub scope: Scope,
    /// The rule in words, in Chinese.
    pub text: String,
    /// Expression that has to be true for the rule to be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    pub value: String,
    /// Expression of the least that the value may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// Expression of the most that the value may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
    pub severity: Severity,
    /// Where to look, in Chinese.
    pub look: String,
    pub source: String,
    /// How sure the rule is, 0 to 1.
    pub confidence: f64,
}

#[derive(Deserialize)]
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
        let file: File = toml::from_str(text).map_err(|error| {
            let hint = "config/rules/plausibility.toml shows the form";
            vec![Problem::new("file", "", error.to_string().trim(), hint)]
        })?;
        let mut found = Problems::default();
        found.unique(
            "rule",
            "id",
            file.rule.iter().map(|rule| &rule.id),
            "give each an id of its own",
        );
        let environment = environment();
        for (index, rule) in file.rule.iter().enumerate() {
            let found = &mut found.item("rule", index);
            let bounded = rule.at_least.is_some() || rule.at_most.is_some();
            let hint = "give at_least, at_most or both";
            found.ensure(bounded, "", &rule.id, "the rule has no bound", hint);
            let sourced = (0.0..=1.0).contains(&rule.confidence) && !rule.source.trim().is_empty();
            let hint = "say where it comes from and how sure it is, 0 to 1";
            let must = "a rule has a source and a confidence";
            found.ensure(sourced, "source", &rule.source, must, hint);
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
                let hint = "the names are in the head of config/rules/plausibility.toml, figures in docs/figures.md";
                found.add(field, text, format!("{unknown} is unknown here"), hint);
            }
        }
        Err(error) => {
            let hint = "an expression such as area_failed / area_affected";
            found.add(field, text, error.to_string(), hint);
        }
    }
}
