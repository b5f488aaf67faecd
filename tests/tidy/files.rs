//! Files that are named in comments and documents, and whether they exist.

use std::collections::BTreeSet;

/// The endings of files that belong to this tree wherever they are named. A user's own files have others.
const ENDINGS: [&str; 5] = [".rs", ".md", ".py", ".j2", ".snap"];

/// The names of files in `text` with their lines, counted from 1.
pub fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let part = |c: char| c.is_ascii_alphanumeric() || "_-./*{}<>".contains(c);
        for word in line.split(|c| !part(c)) {
            let word = word.trim_end_matches('.').trim_start_matches("./");
            let pattern = word.contains(['*', '{', '}', '<', '>']);
            if !pattern
                && !word.starts_with('.')
                && ENDINGS.iter().any(|end| word.ends_with(end) && word.len() > end.len())
            {
                found.push((number + 1, word.to_owned()));
            }
        }
    }
    found
}

/// Whether `name` is one of `files`: by its path from the root, from the folder of `path`, or by the end of a path.
pub fn exists(name: &str, path: &str, files: &BTreeSet<String>) -> bool {
    let mut beside: Vec<&str> = path.split('/').collect();
    beside.pop();
    let mut rest = name;
    while let Some(after) = rest.strip_prefix("../") {
        beside.pop();
        rest = after;
    }
    beside.push(rest);
    let end = format!("/{name}");
    files.contains(name)
        || files.contains(&beside.join("/"))
        || files.iter().any(|f| f.ends_with(&end))
}

/// The comments of Rust text: everything else is blanked, lines stay where they are.
pub fn comments(text: &str, code: &str) -> String {
    let lines = text.lines().zip(code.lines());
    lines
        .map(|(line, code)| match line.find("//") {
            Some(at) if !code.get(at..).is_some_and(|rest| rest.starts_with("//")) => {
                format!("{}\n", &line[at..])
            }
            _ => "\n".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_and_looked_up_from_where_it_stands() {
        let text = "//! See `spool/model_tests.rs`, docs/domain.md.\nlet a = \"tidy.rs\"; // *_tests.rs, .en.md\n";
        let names = named(text);
        assert_eq!(
            names,
            [
                (1, "spool/model_tests.rs".into()),
                (1, "docs/domain.md".into()),
                (2, "tidy.rs".into())
            ]
        );
        let files =
            ["src/spool/model_tests.rs", "docs/a/y.md", "docs/z.md"].map(String::from).into();
        assert!(exists("spool/model_tests.rs", "src/store/mod.rs", &files));
        assert!(exists("../z.md", "docs/a/y.md", &files));
        assert!(exists("y.md", "docs/a/x.md", &files));
        assert!(!exists("tests.rs", "src/spool/mod.rs", &files));
    }
}
