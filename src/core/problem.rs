//! What is wrong with something that a person wrote: one problem, and the collector of all of them.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::{Bound, Deref, DerefMut, RangeBounds};

use super::nearest;

/// A problem in a configuration or an import: where, what, which rule, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A key path such as `bus[0].device[2].unit`, or a row and column such as `row 7, unit`.
    pub path: String,
    /// The text as it was written; empty where something is absent.
    pub value: String,
    pub rule: String,
    pub hint: String,
}

impl Problem {
    pub fn new(
        path: impl Into<String>,
        value: impl Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), value: value.to_string(), rule: rule.into(), hint: hint.into() }
    }
}

impl Display for Problem {
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

/// Collects every problem of a file. Keys are relative to a scope, so the check of a part need not know where the part
/// is.
///
/// ```
/// use hanqing::core::Problems;
///
/// let mut found = Problems::default();
/// let mut bus = found.item("bus", 0);
/// bus.within("timeout_ms", 5, 10..=60_000, "leave it out for 1000");
/// bus.text("name", "north", "it names the bus in logs");
/// drop(bus);
/// assert_eq!(
///     found.into_list()[0].to_string(),
///     "bus[0].timeout_ms = 5: must be 10 to 60000 ms; leave it out for 1000"
/// );
/// ```
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    /// Path of the part that is being checked; empty at the top of the file.
    scope: String,
}

/// A [`Problems`] that is one level deeper until this value is dropped.
#[derive(Debug)]
pub struct Scope<'a> {
    problems: &'a mut Problems,
    /// Length of the outer scope's path.
    outer: usize,
}

impl Deref for Scope<'_> {
    type Target = Problems;
    fn deref(&self) -> &Problems {
        self.problems
    }
}

impl DerefMut for Scope<'_> {
    fn deref_mut(&mut self) -> &mut Problems {
        self.problems
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        self.problems.scope.truncate(self.outer);
    }
}

impl Problems {
    pub fn of(check: impl FnOnce(&mut Self)) -> Vec<Problem> {
        let mut found = Self::default();
        check(&mut found);
        found.found
    }

    pub fn into_list(self) -> Vec<Problem> {
        self.found
    }

    /// `value` where nothing was found, else all that was found.
    pub fn result<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.found.is_empty() { Ok(value) } else { Err(self.found) }
    }

    /// The problems found so far, of all scopes.
    pub fn list(&self) -> &[Problem] {
        &self.found
    }

    /// Checks the table `key` of the present scope.
    pub fn at(&mut self, key: impl Display) -> Scope<'_> {
        let outer = self.scope.len();
        self.scope = self.path(key);
        Scope { problems: self, outer }
    }

    /// Checks the element `index` of `list`.
    pub fn item(&mut self, list: &str, index: usize) -> Scope<'_> {
        self.at(format_args!("{list}[{index}]"))
    }

    /// The full path of `key`; an empty `key` is the scope itself.
    pub fn path(&self, key: impl Display) -> String {
        let key = key.to_string();
        match (self.scope.as_str(), key.as_str()) {
            ("", _) => key,
            (scope, "") => scope.to_owned(),
            (scope, key) => format!("{scope}.{key}"),
        }
    }

    /// Adds a problem that has its full path already.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Adds a problem at `key`; `value` is empty where something is absent.
    pub fn add(
        &mut self,
        key: impl Display,
        value: impl Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.found.push(Problem::new(self.path(key), value, rule, hint));
    }

    /// Adds a problem unless `right`. Returns `right`, as all checks do.
    pub fn ensure(
        &mut self,
        right: bool,
        key: impl Display,
        value: impl Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) -> bool {
        if !right {
            self.add(key, value, rule, hint);
        }
        right
    }

    /// Something has to be there; `rule` says why, such as "is required by mqtts".
    pub fn required(
        &mut self,
        present: bool,
        key: impl Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) -> bool {
        self.ensure(present, key, "", rule, hint)
    }

    /// A text that must not be blank.
    pub fn text(&mut self, key: impl Display, text: &str, hint: impl Into<String>) -> bool {
        self.ensure(!text.trim().is_empty(), key, "\"\"", "must not be empty", hint)
    }

    /// A value that has to lie in `range`. The rule is made from the range, so the limits stand once. Infinity lies in
    /// a range without an end: use [`positive`](Self::positive) or [`not_negative`](Self::not_negative).
    pub fn within<T: PartialOrd + Display>(
        &mut self,
        key: impl Display,
        value: T,
        range: impl RangeBounds<T>,
        hint: impl Into<String>,
    ) -> bool {
        let key = key.to_string();
        let unit = match key.rsplit_once('_') {
            Some((_, unit @ ("ms" | "s" | "h"))) => format!(" {unit}"),
            _ => String::new(),
        };
        let rule = match (range.start_bound(), range.end_bound()) {
            (Bound::Included(low), Bound::Included(high)) => {
                format!("must be {low} to {high}{unit}")
            }
            (low, high) => {
                let low = match low {
                    Bound::Included(low) => Some(format!("{low}{unit} or more")),
                    Bound::Excluded(low) => Some(format!("above {low}{unit}")),
                    Bound::Unbounded => None,
                };
                let high = match high {
                    Bound::Included(high) => Some(format!("at most {high}{unit}")),
                    Bound::Excluded(high) => Some(format!("below {high}{unit}")),
                    Bound::Unbounded => None,
                };
                let bounds: Vec<String> = low.into_iter().chain(high).collect();
                format!("must be {}", bounds.join(" and "))
            }
        };
        self.ensure(range.contains(&value), key, value, rule, hint)
    }

    /// A finite number above 0.
    pub fn positive(&mut self, key: impl Display, value: f64, hint: impl Into<String>) -> bool {
        self.ensure(value.is_finite() && value > 0.0, key, value, "must be above 0", hint)
    }

    /// A finite number that is 0 or more.
    pub fn not_negative(&mut self, key: impl Display, value: f64, hint: impl Into<String>) -> bool {
        self.ensure(value.is_finite() && value >= 0.0, key, value, "must be 0 or more", hint)
    }

    /// A number that is neither infinite nor NaN.
    pub fn finite(&mut self, key: impl Display, value: f64, hint: impl Into<String>) -> bool {
        self.ensure(value.is_finite(), key, value, "must be finite", hint)
    }

    /// A finite factor that is not 0.
    pub fn factor(&mut self, key: impl Display, value: f64, hint: impl Into<String>) -> bool {
        self.ensure(value.is_finite() && value != 0.0, key, value, "must be finite and not 0", hint)
    }

    /// The ends of a span: both finite, the first below the second.
    pub fn span(
        &mut self,
        key: impl Display,
        [low, high]: [f64; 2],
        hint: impl Into<String>,
    ) -> bool {
        let right = low.is_finite() && high.is_finite() && low < high;
        let rule = "must be the smallest and the largest value, in this order";
        self.ensure(right, key, format!("[{low}, {high}]"), rule, hint)
    }

    /// A word that has to be among `known`; the hint is the nearest of them, or else all of them.
    pub fn one_of<'a>(
        &mut self,
        key: impl Display,
        word: &str,
        known: impl Iterator<Item = &'a str> + Clone,
        rule: impl Into<String>,
    ) -> bool {
        let right = known.clone().any(|k| k == word);
        if !right {
            let all = || format!("known: {}", known.clone().collect::<Vec<_>>().join(", "));
            self.add(key, word, rule, did_you_mean(word, known.clone()).unwrap_or_else(all));
        }
        right
    }

    /// The `key` of each element of `list` (the element itself where `key` is empty), of which no two may be the same.
    pub fn unique<V: Ord + Display>(
        &mut self,
        list: &str,
        key: &str,
        values: impl IntoIterator<Item = V>,
        hint: &str,
    ) {
        let mut seen = BTreeMap::new();
        for (index, value) in values.into_iter().enumerate() {
            if let Some(first) = seen.get(&value) {
                let first = self.path(format_args!("{list}[{first}]"));
                let rule = match key {
                    "" => format!("repeats {first}"),
                    key => format!("is the {key} of {first} already"),
                };
                self.item(list, index).add(key, value, rule, hint);
            } else {
                seen.insert(value, index);
            }
        }
    }
}

/// ``did you mean `word`?``, where a known word is near enough to `typed`.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(typed, known).map(|word| format!("did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(check: impl FnOnce(&mut Problems)) -> Vec<String> {
        Problems::of(check).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_scope_ends_where_it_is_dropped() {
        let found = lines(|found| {
            let mut bus = found.item("bus", 1);
            bus.at("health").add("failures", 0, "r", "h");
            bus.add("", "", "r", "");
            drop(bus);
            found.add("name", "", "r", "");
        });
        assert_eq!(found, ["bus[1].health.failures = 0: r; h", "bus[1]: r", "name: r"]);
    }

    #[test]
    fn a_rule_is_made_from_its_limits() {
        let found = lines(|found| {
            assert!(found.within("retries", 10, 0..=10, ""));
            found.within("window", 0, 1..=100, "");
            found.within("after_s", 90_000, ..=86_400, "");
            found.within("months", 1, 3.., "");
            found.within("share", f64::NAN, (Bound::Excluded(0.0), Bound::Included(1.0)), "");
        });
        assert_eq!(
            found,
            [
                "window = 0: must be 1 to 100",
                "after_s = 90000: must be at most 86400 s",
                "months = 1: must be 3 or more",
                "share = NaN: must be above 0 and at most 1",
            ]
        );
    }

    #[test]
    fn numbers_that_are_none_pass_no_check() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let found = lines(|found| {
                found.positive("a", value, "");
                found.not_negative("b", value, "");
                found.finite("c", value, "");
                found.factor("d", value, "");
                found.span("e", [0.0, value], "");
                found.within("f", value, 0.0..=1.0, "");
            });
            assert_eq!(found.len(), 6, "{found:?}");
        }
    }

    #[test]
    fn repeated_and_unknown_words_are_named() {
        let found = lines(|found| {
            let mut bus = found.item("bus", 0);
            bus.unique("device", "unit", [1, 2, 1], "h");
            bus.unique("parameters", "", ["level", "level"], "h");
            bus.one_of("profile", "sdm360", ["sdm630", "pzem"].into_iter(), "r");
            bus.one_of("profile", "mine", ["sdm630", "pzem"].into_iter(), "r");
        });
        assert_eq!(
            found,
            [
                "bus[0].device[2].unit = 1: is the unit of bus[0].device[0] already; h",
                "bus[0].parameters[1] = level: repeats bus[0].parameters[0]; h",
                "bus[0].profile = sdm360: r; did you mean `sdm630`?",
                "bus[0].profile = mine: r; known: sdm630, pzem",
            ]
        );
    }
}
