//! One thing that is wrong with what somebody wrote.

use std::fmt;

/// A problem in a configuration or an import: where, what, which rule, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a key path such as `bus[0].device[2].unit`, or a row and column such as `row 7, unit`.
    pub path: String,
    /// What stands there, as it was written; empty where something is absent.
    pub value: String,
    /// The rule that it breaks.
    pub rule: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    /// A problem at `path`.
    pub fn new(
        path: impl Into<String>,
        value: impl fmt::Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), value: value.to_string(), rule: rule.into(), hint: hint.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if !self.value.is_empty() {
            write!(f, " = {}", self.value)?;
        }
        write!(f, ": {}", self.rule)?;
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}
