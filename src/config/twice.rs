//! Settings and tables that stand twice in a file, for which toml says no more than that: where the first of them is.

use crate::locales::{Text, check as words};

/// Rule and hint of the key in line `line`, from 1, that toml found to be there already: `key` is its name. `None`
/// where the lines do not show why.
pub(super) fn twice(text: &str, line: usize, key: &str) -> Option<(Text, Text)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let own = *lines.get(line.checked_sub(1)?)?;
    let before = lines.get(..line - 1)?;
    match Header::of(own) {
        Some(header) => of_table(before, &header),
        None => of_key(own, before, key),
    }
}

/// The head of a table: `[a.b]` or `[[a.b]]`.
struct Header<'a> {
    name: &'a str,
    /// Whether it is that of a list.
    double: bool,
}

impl<'a> Header<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let inner = line.strip_prefix('[')?;
        let (name, double) = match inner.strip_prefix('[') {
            Some(inner) => (inner.split_once("]]")?.0, true),
            None => (inner.split_once(']')?.0, false),
        };
        Some(Self { name: name.trim(), double })
    }

    fn shown(&self) -> String {
        let Self { name, double } = self;
        if *double { format!("[[{name}]]") } else { format!("[{name}]") }
    }
}

fn of_table(before: &[&str], header: &Header<'_>) -> Option<(Text, Text)> {
    let headers: Vec<(usize, Header<'_>)> =
        (1..).zip(before).filter_map(|(at, line)| Some((at, Header::of(line)?))).collect();
    let shown = header.shown();
    if let Some((at, other)) = headers.iter().find(|(_, other)| other.name == header.name) {
        return match (header.double, other.double) {
            (false, false) => Some((words::stands_already(&shown, at), words::put_together(shown))),
            (true, false) => Some((words::one_bracket_before(at), words::two_brackets(shown))),
            (_, true) => None,
        };
    }
    let is_part =
        |name: &str| name.strip_prefix(header.name).is_some_and(|rest| rest.starts_with('.'));
    let (at, part) = headers.iter().find(|(_, other)| is_part(other.name))?;
    let rule = words::behind_its_part(part.shown(), at);
    Some((rule, words::whole_before_part(shown, at)))
}

fn of_key(own: &str, before: &[&str], key: &str) -> Option<(Text, Text)> {
    let bare = |name: &str| name.trim().trim_matches(['"', '\'']).to_owned();
    let named = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
    let name = named(own).filter(|_| !key.trim().is_empty())?;
    if bare(name.rsplit('.').next().unwrap_or_default()) != bare(key) {
        // Within its line: { a = 1, a = 2 }
        return own.contains('{').then(|| (words::twice_in_line(key), words::keep_one()));
    }
    let numbered: Vec<(usize, &&str)> = (1..).zip(before).collect();
    let same_table = numbered.iter().rev().take_while(|(_, line)| Header::of(line).is_none());
    let mut same = same_table.filter(|(_, line)| named(line).as_deref() == Some(name.as_str()));
    let (at, _) = same.next()?;
    Some((words::stands_already(&name, at), words::keep_one()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_is_named() {
        for (text, line, key, rule) in [
            ("a = 1\nb = 2\na = 3", 3, "a", words::stands_already("a", 1)),
            ("[t]\na = 1\n[u]\nx.a = 2\nx.a = 3", 5, "a", words::stands_already("x.a", 4)),
            ("s = { a = 1, a = 2 }", 1, "a", words::twice_in_line("a")),
            ("\"a\" = 1\n\"a\" = 2", 2, "\"a\"", words::stands_already("\"a\"", 1)),
            ("[t] # x\na = 1\n[t]", 3, "t", words::stands_already("[t]", 1)),
            ("[t]\na = 1\n[[t]]", 3, "t", words::one_bracket_before(1)),
            ("\n[[t.u]]\na = 1\n[[t]]", 4, "t", words::behind_its_part("[[t.u]]", 2)),
        ] {
            assert_eq!(twice(text, line, key).map(|(rule, _)| rule), Some(rule), "{text}");
            let error = text.parse::<toml::Table>().unwrap_err();
            assert!(error.message().starts_with("duplicate key"), "{text}: {error}");
        }
        for (text, line) in [("[t]\na = 1\n[u]\na = 2", 4), ("a = 1", 1), ("", 1), ("x", 9)] {
            assert_eq!(twice(text, line, "a"), None, "{text}");
        }
    }
}
