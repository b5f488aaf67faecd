//! The drought of some days, from the hub's files.

use std::path::Path;

use jiff::Timestamp;

use super::cells::StoreCells;
use super::report::reader;
use super::{HubSettings, calendar};
use crate::account::{Basis, Drought};
use crate::core::{Period, Problem};
use crate::locales::{foreign, hub as words};
use crate::water::{GradeRules, Township};

/// Works out the drought of `period` from the hub's files.
///
/// # Errors
/// The store cannot be read; the rules of the grades are wrong.
pub fn drought(
    settings: &HubSettings,
    township: &Township,
    period: Period,
    now: Timestamp,
) -> anyhow::Result<Drought> {
    let rules = rules(settings, township)?;
    let (store, calendar) = (reader(settings, township, now)?, calendar(township)?);
    let basis = Basis { township, calendar: &calendar, entries: &[], period };
    let mut cells = StoreCells { store: &store, calendar: &calendar };
    Ok(crate::account::drought(&basis, &rules, &mut cells)?)
}

/// The rules of the township's grades, with all problems as one error.
pub(super) fn rules(settings: &HubSettings, township: &Township) -> anyhow::Result<GradeRules> {
    let rules = grade_rules(settings.drought_grades.as_deref(), &township.drought_grades);
    rules.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })
}

/// The rules of `set`: the office's own where it has a file of them, the built-in ones otherwise.
///
/// # Errors
/// Every problem of the file; no rule belongs to the set.
pub fn grade_rules(path: Option<&Path>, set: &str) -> Result<GradeRules, Vec<Problem>> {
    let Some(path) = path else {
        return GradeRules::embedded(set);
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        let rule = words::grades_unreadable(foreign::io(&error));
        vec![Problem::new("drought_grades", path.display(), rule, words::grades_built_in())]
    })?;
    GradeRules::parse(&text, set)
}
