//! What people read stands in the catalogue of messages: neither Chinese nor an English sentence stands elsewhere.

use super::source::literals;

/// Where words may stand outside the catalogue, and why.
const EXCEPT: &[(&str, &str)] = &[
    ("src/locales/", "the catalogue"),
    // Tables of the domain with both languages in a row.
    ("src/core/parameter.rs", "parameters"),
    ("src/figures/catalogue.rs", "figures"),
    ("src/figures/forms.rs", "forms and their items"),
    ("src/figures/phrase.rs", "hedges and units of phrases"),
    ("src/account/entry.rs", "codes of the ledger"),
    ("src/account/unit.rs", "units"),
    // Words that are recognised, not said.
    ("src/mqtt/failure.rs", "words of tokio-util"),
    ("src/store/server/write.rs", "words of InfluxDB"),
    ("src/figures/parse.rs", "phrases read back"),
    ("src/figures/wording.rs", "hedges of a configuration"),
    ("src/ledger/columns.rs", "heads in an office's file"),
    ("src/ledger/codes.rs", "characters that many names have"),
    ("src/ledger/book/format.rs", "words of number formats"),
    ("src/ledger/book/section.rs", "words of number formats"),
    ("src/ledger/book/ods_cell.rs", "the sign of an hour in a shown time"),
    ("src/ledger/understand/number", "numerals and hedges in an office's file"),
    ("src/ledger/understand/day", "dates in an office's file"),
    ("src/ledger/understand/unit", "units in an office's file"),
    ("src/ledger/understand/names", "names in an office's file"),
    ("src/ledger/understand/qualifiers.rs", "words beside an item in an office's file"),
    ("src/ledger/understand/levels.rs", "words over heads in an office's file"),
    ("src/ledger/understand/section.rs", "lines between rows in an office's file"),
    ("src/ledger/understand/titled.rs", "crops in an office's titles"),
    ("src/ledger/understand/notes.rs", "units in an office's notes"),
    ("src/ledger/understand/words.rs", "words beside the ledger's in an office's file"),
    ("src/config/register_table/vocabulary.rs", "heads and words of register tables"),
    ("src/config/secrets.rs", "what a secret is called in a configuration"),
    ("src/report/style.rs", "hedges in an office's text"),
    ("src/report/fixed.rs", "faults of a template's text"),
    ("src/report/lint.rs", "faults of a template's text"),
    ("src/report/passages.rs", "passages of an office's Word file"),
    ("src/report/fill/heading.rs", "headings of an office's Word file"),
    ("src/report/fill/lead.rs", "titles and numbering in an office's Word file"),
    ("src/report/fill/numbers.rs", "numbers in an office's Word file"),
    ("src/report/fill/quantities.rs", "words beside numbers in an office's Word file"),
    ("src/report/fill/doubled.rs", "hedges beside a placeholder in an office's Word file"),
    ("src/report/fill/scope.rs", "words of scope in an office's Word file"),
    ("src/report/fill/written.rs", "numbers written out in an office's Word file"),
    ("src/report/fill/update.rs", "numbers in an office's Word file"),
    ("src/report/fill/stale.rs", "subjects of sentences in an office's Word file"),
    ("src/report/quoted.rs", "numerals in an office's template"),
    ("src/report/fill/place.rs", "ends of sentences in an office's Word file"),
    ("src/report/fill/placeholder.rs", "braces in an office's Word file"),
    ("src/report/fill/subjects.rs", "subjects of sentences in an office's Word file"),
    ("src/figures/unsourced.rs", "marks in an office's township file"),
    ("src/report/marks.rs", "words at the ends of clauses in an office's template"),
    ("src/report/render.rs", "ends of a township's name"),
    ("src/report/template_error.rs", "what the template engine says"),
    ("src/cli/office/ledger/import.rs", "an answer typed at a question"),
    // Names of things.
    ("src/report/word.rs", "fonts"),
    ("src/ledger/export.rs", "the sheet's name, which an import looks for"),
    ("src/store/rollup.rs", "columns of SQL"),
    // For administrators.
    ("src/edge/metrics/text.rs", "help of metrics"),
    ("src/hub/metrics.rs", "help of metrics"),
    ("src/hub/metrics/township.rs", "help of metrics"),
];

/// Calls whose words are for administrators and developers only.
const NOT_FOR_USERS: &[&str] = &[
    "tracing::trace!",
    "tracing::debug!",
    "tracing::info!",
    "tracing::warn!",
    "tracing::error!",
    "expect",
    "allow",
    "serde",
    "Unexpected",
    "assert!",
    "debug_assert!",
    // The log.
    "unread.note",
    "unreachable!",
];

/// Words that make a text a statement of SQL.
const SQL: [&str; 10] = [
    "id, ", "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "PRAGMA ", "WHERE ", "DROP ",
    "ATTACH ",
];

/// Lowercase English words in a row that make a sentence.
const SENTENCE: usize = 3;

/// What `text`, the file at `path`, says to people outside the catalogue. `tests` tells which lines are test code.
pub fn outside_the_catalogue(path: &str, text: &str, tests: &[bool]) -> Vec<String> {
    if !path.starts_with("src/") || EXCEPT.iter().any(|(place, _)| path.starts_with(place)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for literal in literals(text) {
        if tests.get(literal.line - 1).is_some_and(|test| *test) {
            continue;
        }
        let place = format!("{path}:{}", literal.line);
        if literal.text.chars().any(is_chinese) {
            found.push(format!("{place}: Chinese outside src/locales: {}", literal.text));
        }
        let not_for_users =
            literal.calls.iter().any(|call| NOT_FOR_USERS.iter().any(|name| call.ends_with(name)));
        if !not_for_users && is_sentence(literal.text) {
            found.push(format!("{place}: English outside src/locales: {}", literal.text));
        }
    }
    found
}

/// Whether `c` is a Chinese character. Punctuation alone says nothing.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

fn is_sentence(text: &str) -> bool {
    if SQL.iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut row = 0;
    for word in text.trim_matches('"').split_whitespace() {
        let word = word.trim_end_matches([',', ';', ':', '.', '?']);
        let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
        row = if is_word { row + 1 } else { 0 };
        if row >= SENTENCE {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_and_logs_and_tests_left_alone() {
        let text = "fn f() {\n    tracing::warn!(n, \"it has gone away\");\n    say!(\"it has gone away\");\n    \
                    say!(\"水\");\n    let sql = \"SELECT a from b where c\";\n    g(\"one two\");\n}\n";
        let found = outside_the_catalogue("src/edge/x.rs", text, &[false; 8]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("src/edge/x.rs:3: English"), "{found:?}");
        assert!(found[1].starts_with("src/edge/x.rs:4: Chinese"), "{found:?}");
        assert_eq!(outside_the_catalogue("src/edge/x.rs", text, &[true; 8]), [""; 0]);
    }
}
