//! What is wrong with something that a person wrote: one problem, and the collector of all of them.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::{Bound, Deref, DerefMut, RangeBounds};

use super::nearest;
use super::unseen::is_unseen;
use crate::locales::{Lang, Text, core as words};

/// A problem in a configuration or an import: where, what, which rule, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A key path such as `bus[0].device[2].unit`, or a row and column such as `row 7, unit`.
    pub path: String,
    /// The text as it was written; empty where something is absent.
    pub value: String,
    pub rule: Text,
    /// [`Text::default`] where there is none.
    pub hint: Text,
}

impl Problem {
    pub fn new(path: impl Into<String>, value: impl Display, rule: Text, hint: Text) -> Self {
        Self { path: path.into(), value: all_seen(&value.to_string()), rule, hint }
    }
}

/// `value` with the codes of characters that nobody sees, so that it does not look right.
fn all_seen(value: &str) -> String {
    let mut seen = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\n' | '\t' => seen.push(c),
            c if is_unseen(c) => seen.extend(c.escape_unicode()),
            c => seen.push(c),
        }
    }
    seen
}

/// `text` in one line: characters that nobody sees by their codes, and ends of lines and tabs as TOML writes them.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\t' => line.push_str("\\t"),
            c if is_unseen(c) => line.extend(c.escape_unicode()),
            c => line.push(c),
        }
    }
    line
}

impl Display for Problem {
    /// In one line, whatever was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", one_line(&self.path))?;
        if !self.value.is_empty() {
            write!(f, " = {}", one_line(&self.value))?;
        }
        let (colon, semicolon) = match Lang::current() {
            Lang::Chinese => ("：", "；"),
            Lang::English => (": ", "; "),
        };
        write!(f, "{colon}{}", one_line(&self.rule.to_string()))?;
        if !self.hint.is_empty() {
            write!(f, "{semicolon}{}", one_line(&self.hint.to_string()))?;
        }
        Ok(())
    }
}

/// Collects every problem of a file. Keys are relative to a scope, so the check of a part need not know where the part
/// is.
///
/// ```
/// use hanqing::core::Problems;
/// use hanqing::locales::Text;
///
/// let mut found = Problems::default();
/// let mut bus = found.item("bus", 0);
/// bus.within("timeout_ms", 5, 10..=60_000, Text::verbatim("1000 is usual"));
/// bus.text("name", "north", Text::default());
/// drop(bus);
/// assert_eq!(
///     found.into_list()[0].to_string(),
///     "bus[0].timeout_ms = 5: must be 10 to 60000 ms; 1000 is usual"
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
    pub fn add(&mut self, key: impl Display, value: impl Display, rule: Text, hint: Text) {
        self.found.push(Problem::new(self.path(key), value, rule, hint));
    }

    /// Adds a problem unless `right`. Returns `right`, as all checks do.
    pub fn ensure(
        &mut self,
        right: bool,
        key: impl Display,
        value: impl Display,
        rule: Text,
        hint: Text,
    ) -> bool {
        if !right {
            self.add(key, value, rule, hint);
        }
        right
    }

    /// Something has to be there; `rule` says why, such as "is required by mqtts".
    pub fn required(&mut self, present: bool, key: impl Display, rule: Text, hint: Text) -> bool {
        self.ensure(present, key, "", rule, hint)
    }

    /// A text that must not be blank.
    pub fn text(&mut self, key: impl Display, text: &str, hint: Text) -> bool {
        self.ensure(!text.trim().is_empty(), key, "\"\"", words::is_empty(), hint)
    }

    /// A value that has to lie in `range`. The rule is made from the range, so the limits stand once. Infinity lies in
    /// a range without an end: use [`positive`](Self::positive) or [`not_negative`](Self::not_negative).
    pub fn within<T: PartialOrd + Display>(
        &mut self,
        key: impl Display,
        value: T,
        range: impl RangeBounds<T>,
        hint: Text,
    ) -> bool {
        let key = key.to_string();
        let unit = match key.rsplit_once('_') {
            Some((_, unit @ ("ms" | "s" | "h"))) => format!(" {unit}"),
            _ => String::new(),
        };
        let right = range.contains(&value);
        if !right {
            let low = range.start_bound().map(ToString::to_string);
            let high = range.end_bound().map(ToString::to_string);
            self.add(key, value, range_rule(low, high, &unit), hint);
        }
        right
    }

    /// A finite number above 0.
    pub fn positive(&mut self, key: impl Display, value: f64, hint: Text) -> bool {
        self.ensure(value.is_finite() && value > 0.0, key, value, words::above(0), hint)
    }

    /// A finite number that is 0 or more.
    pub fn not_negative(&mut self, key: impl Display, value: f64, hint: Text) -> bool {
        self.ensure(value.is_finite() && value >= 0.0, key, value, words::at_least(0), hint)
    }

    /// A number that is neither infinite nor NaN.
    pub fn finite(&mut self, key: impl Display, value: f64, hint: Text) -> bool {
        self.ensure(value.is_finite(), key, value, words::finite(), hint)
    }

    /// A finite factor that is not 0.
    pub fn factor(&mut self, key: impl Display, value: f64, hint: Text) -> bool {
        self.ensure(value.is_finite() && value != 0.0, key, value, words::finite_factor(), hint)
    }

    /// The ends of a span: both finite, the first below the second.
    pub fn span(&mut self, key: impl Display, [low, high]: [f64; 2], hint: Text) -> bool {
        let right = low.is_finite() && high.is_finite() && low < high;
        let rule = words::smallest_then_largest();
        self.ensure(right, key, format!("[{low}, {high}]"), rule, hint)
    }

    /// A word that has to be among `known`; the hint is the nearest of them, or else all of them.
    pub fn one_of<'a>(
        &mut self,
        key: impl Display,
        word: &str,
        known: impl Iterator<Item = &'a str> + Clone,
        rule: Text,
    ) -> bool {
        let right = known.clone().any(|k| k == word);
        if !right {
            let all = || words::known_words(Text::list(known.clone()));
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
        hint: Text,
    ) {
        let mut seen = BTreeMap::new();
        for (index, value) in values.into_iter().enumerate() {
            if let Some(first) = seen.get(&value) {
                let first = self.path(format_args!("{list}[{first}]"));
                let rule = match key {
                    "" => words::repeats(first),
                    key => words::taken_already(key, first),
                };
                self.item(list, index).add(key, value, rule, hint.clone());
            } else {
                seen.insert(value, index);
            }
        }
    }
}

/// The rule that a value lies between two bounds of this unit.
fn range_rule(low: Bound<String>, high: Bound<String>, unit: &str) -> Text {
    use Bound::{Excluded, Included, Unbounded};
    let with_unit = |bound| format!("{bound}{unit}");
    match (low, high) {
        (Included(low), Included(high)) => words::between(low, with_unit(high)),
        (Excluded(low), Included(high)) => words::above_at_most(low, with_unit(high)),
        (Included(low), Excluded(high)) => words::at_least_below(low, with_unit(high)),
        (Excluded(low), Excluded(high)) => words::above_below(low, with_unit(high)),
        (Included(low), Unbounded) => words::at_least(with_unit(low)),
        (Excluded(low), Unbounded) => words::above(with_unit(low)),
        (Unbounded, Included(high)) => words::at_most(with_unit(high)),
        (Unbounded, Excluded(high)) => words::below(with_unit(high)),
        (Unbounded, Unbounded) => words::finite(),
    }
}

/// ``did you mean `word`?``, where a known word is near enough to `typed`.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Text> {
    nearest(typed, known).map(words::did_you_mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(words: &str) -> Text {
        Text::verbatim(words)
    }

    fn lines(check: impl FnOnce(&mut Problems)) -> Vec<String> {
        Problems::of(check).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_scope_ends_where_it_is_dropped() {
        let found = lines(|found| {
            let mut bus = found.item("bus", 1);
            bus.at("health").add("failures", 0, v("r"), v("h"));
            bus.add("", "", v("r"), v(""));
            drop(bus);
            found.add("name", "", v("r"), v(""));
        });
        assert_eq!(found, ["bus[1].health.failures = 0: r; h", "bus[1]: r", "name: r"]);
    }

    #[test]
    fn a_problem_is_said_in_one_line() {
        let problem = Problem::new("a\nb", "c\n\td\re\u{202e}", v("f\ng"), v("h\u{1b}"));
        assert_eq!(problem.to_string(), "a\\nb = c\\n\\td\\u{d}e\\u{202e}: f\\ng; h\\u{1b}");
    }

    #[test]
    fn a_rule_is_made_from_its_limits() {
        let found = lines(|found| {
            assert!(found.within("retries", 10, 0..=10, v("")));
            found.within("window", 0, 1..=100, v(""));
            found.within("after_s", 90_000, ..=86_400, v(""));
            found.within("months", 1, 3.., v(""));
            found.within("share", f64::NAN, (Bound::Excluded(0.0), Bound::Included(1.0)), v(""));
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
                found.positive("a", value, v(""));
                found.not_negative("b", value, v(""));
                found.finite("c", value, v(""));
                found.factor("d", value, v(""));
                found.span("e", [0.0, value], v(""));
                found.within("f", value, 0.0..=1.0, v(""));
            });
            assert_eq!(found.len(), 6, "{found:?}");
        }
    }

    #[test]
    fn repeated_and_unknown_words_are_named() {
        let found = lines(|found| {
            let mut bus = found.item("bus", 0);
            bus.unique("device", "unit", [1, 2, 1], v("h"));
            bus.unique("parameters", "", ["level", "level"], v("h"));
            bus.one_of("profile", "sdm360", ["sdm630", "pzem"].into_iter(), v("r"));
            bus.one_of("profile", "mine", ["sdm630", "pzem"].into_iter(), v("r"));
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
