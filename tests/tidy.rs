//! The style that can be checked, checked: who imports whom, how long files are, what is banned and what to use
//! instead.
//!
//! Text is judged, not syntax: comments and quoted text are blanked first, and the rest is looked at line by line as
//! rustfmt leaves it.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/functions.rs"]
mod functions;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rules::{ANYTHING, BANS, EVERYWHERE, IMPORTS, PURE, Where};
use source::{blank, test_lines};

/// Lines from which a file should be split: said, but not held against it.
const LINES_SOFT: usize = 400;

/// Lines that no file may pass.
const LINES_HARD: usize = 600;

/// Lines from which a function should be split: said, but not held against it.
const FUNCTION_SOFT: usize = 70;

/// Lines that no function may pass.
const FUNCTION_HARD: usize = 100;

/// Columns that a comment may fill.
const COMMENT_WIDTH: usize = 120;

/// Files that may need each other in a circle, inside a module.
const CIRCLE_MOST: usize = 3;

/// Notes to oneself. Put together here, so that this file does not hold them.
fn notes() -> [String; 3] {
    [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|parts| parts.concat())
}

/// What is wrong with the file at `path` (from the root, with forward slashes) that holds `text`.
fn check(path: &str, text: &str) -> Vec<String> {
    let code = blank(text);
    let tests = test_lines(path, &code);
    let mut found = imports(path, &code);
    found.extend(bans(path, &code, &tests));
    let lines = text.lines().count();
    if lines > LINES_HARD {
        found.push(format!("{path}: {lines} lines, at most {LINES_HARD}; split it by noun"));
    }
    if path.starts_with("src/") && !text.trim_start().starts_with("//!") {
        found.push(format!("{path}:1: no module doc; begin with //! and say what it is for"));
    }
    found.extend(functions_and_comments(path, text, &code, &tests));
    found.extend(words::outside_the_catalogue(path, text, &tests));
    for (number, line) in text.lines().enumerate() {
        let words = || line.split(|c: char| !c.is_ascii_alphanumeric());
        if let Some(note) = notes().iter().find(|note| words().any(|word| word == *note)) {
            found.push(format!("{path}:{}: {note}; do it, or file an issue", number + 1));
        }
    }
    found
}

/// Functions that are too long, public items without a doc, comments that are too wide.
fn functions_and_comments(path: &str, text: &str, code: &str, tests: &[bool]) -> Vec<String> {
    let mut found = Vec::new();
    for function in functions::functions(code) {
        let functions::Function { line, name, lines } = function;
        if lines > FUNCTION_HARD {
            found.push(format!(
                "{path}:{line}: {name} has {lines} lines, at most {FUNCTION_HARD}; split it"
            ));
        } else if lines > FUNCTION_SOFT && path.starts_with("src/") && !tests[line - 1] {
            println!(
                "{path}:{line}: {name} has {lines} lines; from {FUNCTION_SOFT} on it should be split"
            );
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let code_lines: Vec<&str> = code.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("//") && line.chars().count() > COMMENT_WIDTH {
            found.push(format!("{path}:{}: a comment wider than {COMMENT_WIDTH} columns", at + 1));
        }
        let expects = code_lines[at].contains(".expect(") && path.starts_with("src/") && !tests[at];
        if expects && !says_why(&lines[at..]) {
            found.push(format!(
                "{path}:{}: .expect( without a sentence that says why it cannot fail",
                at + 1
            ));
        }
        let item = ITEMS.iter().any(|item| trimmed.starts_with(item))
            || FUNCTIONS.iter().any(|head| line.starts_with(head));
        if item && path.starts_with("src/") && !tests[at] && !has_doc(&lines[..at]) {
            found.push(format!("{path}:{}: a public item without a doc", at + 1));
        }
    }
    found
}

/// Whether the `.expect(` in the first of these lines gives a reason of some words.
fn says_why(lines: &[&str]) -> bool {
    let two = lines.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    let reason = two.split(".expect(").nth(1).unwrap_or_default().trim_start();
    reason.starts_with('"') && reason.split('"').nth(1).unwrap_or_default().split(' ').count() >= 3
}

/// What needs a doc, wherever it stands. Fields, variants and methods need one only where their name does not say it
/// all.
const ITEMS: [&str; 5] = ["pub struct ", "pub enum ", "pub trait ", "pub const ", "pub type "];

/// Functions that need a doc, which belong to no type.
const FUNCTIONS: [&str; 3] = ["pub fn ", "pub async fn ", "pub const fn "];

/// Whether these lines end with a doc, and attributes after it.
fn has_doc(before: &[&str]) -> bool {
    let mut rest = before.iter().rev().map(|line| line.trim());
    while let Some(line) = rest.next() {
        if line.starts_with("///") || line.starts_with("$(#[") {
            return true;
        }
        if !line.ends_with(']')
            || (!line.starts_with("#[") && !rest.any(|line| line.starts_with("#[")))
        {
            return false;
        }
    }
    false
}

/// Imports that the table does not allow.
fn imports(path: &str, code: &str) -> Vec<String> {
    let Some(module) = path.strip_prefix("src/").and_then(|p| p.split('/').next()) else {
        return Vec::new();
    };
    let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == module) else {
        return vec![format!(
            "{path}: module {module} is not in the import table; add it to tests/tidy.rs and ARCHITECTURE.md"
        )];
    };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        for name in first_names(&code[at + "crate::".len()..]) {
            let known = IMPORTS.iter().any(|(module, _)| *module == name);
            let free = name == module || name == EVERYWHERE;
            if known && !free && *allowed != ANYTHING && !allowed.contains(&name) {
                found.insert(format!(
                    "{path}:{line}: {module} imports {name}; it may import {allowed:?}, see ARCHITECTURE.md"
                ));
            }
        }
    }
    found.into_iter().collect()
}

/// The first names of a path, `core` of `core::Flag`, and of each path of a group, `{core::Flag, wire}`.
fn first_names(rest: &str) -> Vec<&str> {
    let name = |text| -> &str {
        let text: &str = text;
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        &text[..end.unwrap_or(text.len())]
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut depth = 0;
    let mut names = vec![name(group.trim_start())];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Banned words.
fn bans(path: &str, code: &str, tests: &[bool]) -> Vec<String> {
    let source = path.starts_with("src/");
    let pure = PURE.iter().any(|module| path.starts_with(module));
    let mut found = Vec::new();
    for ban in BANS {
        if ban.except.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            let test = tests.get(number).copied().unwrap_or(false);
            let holds = match ban.holds {
                Where::Production => source && !test,
                Where::Source => source,
                Where::Tests => test,
                Where::Pure => pure && !test,
            };
            if !holds {
                continue;
            }
            if let Some(word) = ban.words.iter().find(|word| has(line, word)) {
                let instead = ban.instead;
                found.push(format!("{path}:{}: {word}; {instead}", number + 1));
            }
        }
    }
    found
}

/// Whether `line` has `word`, and not as the end of a longer one.
fn has(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let begins = !word.starts_with(|c: char| c.is_alphanumeric());
        begins || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    rust_files(&root.join("tests"), &mut files);
    files.sort();
    assert!(files.len() > 50, "{} files: is this the root?", files.len());
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let lines = text.lines().count();
        if lines > LINES_SOFT {
            println!("{path}: {lines} lines; from {LINES_SOFT} on a file should be split");
        }
        found.extend(check(&path, &text));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_import_table_has_no_module_that_is_not_there() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, allowed) in IMPORTS {
        assert!(source.join(module).exists(), "src/{module}");
        let known = |name: &str| name == "*" || IMPORTS.iter().any(|(module, _)| *module == name);
        assert!(allowed.iter().all(|name| known(name)), "{module}: {allowed:?}");
    }
}

/// All files of the tree that it keeps, by their path from the root.
fn all_files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.to_owned()];
    let mut files = BTreeMap::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let own = ![".git", "target", "out", ".venv", ".node"].contains(&name);
            if own && path.is_dir() {
                open.push(path);
            } else if own {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                let text = std::fs::read(&path).unwrap();
                files.insert(name, String::from_utf8(text).unwrap_or_default());
            }
        }
    }
    files
}

#[test]
fn files_that_are_named_exist() {
    let files = all_files();
    let names: BTreeSet<String> = files.keys().cloned().collect();
    let mut found = Vec::new();
    for (path, text) in &files {
        let said = match path.rsplit('.').next() {
            Some("rs") => files::comments(text, &blank(text)),
            Some("md" | "yaml" | "toml") => text.clone(),
            Some("snap") => text.lines().take(5).map(|line| format!("{line}\n")).collect(),
            _ => continue,
        };
        for (line, name) in files::named(&said) {
            if !files::exists(&name, path, &names) {
                found.push(format!("{path}:{line}: there is no {name}"));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_module_has_a_large_circle_of_files() {
    let mut modules: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, text) in all_files() {
        let Some(inner) = path.strip_prefix("src/") else { continue };
        if let Some((module, _)) = inner.split_once('/')
            && inner.ends_with(".rs")
            && !test_lines(&path, "\n")[0]
        {
            let code = circles::production(&path, &text);
            modules.entry(module.to_owned()).or_default().insert(inner.to_owned(), code);
        }
    }
    let found: Vec<String> = modules
        .values()
        .flat_map(|files| circles::circles(files, CIRCLE_MOST))
        .map(|circle| format!("a circle of {} files: {}", circle.len(), circle.join(", ")))
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_table_of_imports_is_that_of_the_architecture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut said = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| L")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let names = |cell: &str| -> BTreeSet<String> {
            cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let anything = cells[3].starts_with("anything") && !cells[3].contains("but");
        let allowed = if anything { BTreeSet::from(["*".to_owned()]) } else { names(cells[3]) };
        said.insert(cells[2].trim_matches('`').to_owned(), allowed);
    }
    for (module, allowed) in IMPORTS.iter().filter(|(module, _)| !module.ends_with(".rs")) {
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(said.remove(*module), Some(allowed), "the row of {module} in ARCHITECTURE.md");
    }
    assert!(said.is_empty(), "rows of no module: {said:?}");
}

#[test]
fn every_permission_to_import_is_used() {
    let files = all_files();
    let mut unused = Vec::new();
    for (module, allowed) in IMPORTS {
        let below = format!("src/{module}/");
        let own = files.iter().filter(|(path, _)| path.starts_with(&below));
        let code: String = own.map(|(_, text)| blank(text)).collect();
        let used: BTreeSet<&str> = code
            .match_indices("crate::")
            .flat_map(|(at, _)| first_names(&code[at + "crate::".len()..]))
            .collect();
        let idle = allowed.iter().filter(|name| **name != "*" && !used.contains(**name));
        unused.extend(idle.map(|name| format!("{module} may import {name} and does not")));
    }
    assert!(unused.is_empty(), "\n{}\n", unused.join("\n"));
}

/// The findings in a file of src with a module doc and this code.
fn found(path: &str, code: &str) -> Vec<String> {
    check(path, &format!("//! A file.\n{code}\n"))
}

#[test]
fn catches_imports_that_the_table_does_not_allow() {
    let bad = [
        ("src/core/id.rs", "use crate::wire::Batch;"),
        ("src/web/view.rs", "use crate::{core::Flag, store::Store};"),
        ("src/web/view.rs", "use crate::{core::{Flag, Reason}, water, hub};"),
        ("src/store/mod.rs", "fn f() { crate::figures::compute() }"),
        ("src/support/clock.rs", "#[cfg(test)]\nmod tests {\n    use crate::core::Flag;\n}"),
        ("src/new/mod.rs", ""),
    ];
    for (path, code) in bad {
        assert_eq!(found(path, code).len(), 1, "{path}: {code}: {:?}", found(path, code));
    }
    let good = [
        ("src/core/id.rs", "use crate::core::Flag;"),
        ("src/core/id.rs", "/// As crate::wire has it.\nconst X: &str = \"crate::wire\";"),
        ("src/web/view.rs", "use crate::{core::{store, Flag}, water};"),
        ("src/cli/hub.rs", "use crate::store::Store;"),
        ("src/core/id.rs", "use other_crate::wire::Batch;"),
    ];
    for (path, code) in good {
        assert_eq!(found(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}

#[test]
fn catches_every_banned_word_where_it_is_banned() {
    let cases = [
        ("src/edge/mod.rs", "let t = std::time::Instant::now();", "src/support/clock.rs"),
        ("src/hub/mod.rs", "let t = jiff::Timestamp::now();", "src/support/clock.rs"),
        ("src/edge/mod.rs", "use tokio_modbus::prelude::*;", "src/modbus/tcp.rs"),
        ("src/edge/mod.rs", "use rumqttc::Event;", "src/mqtt/session.rs"),
        ("src/edge/desk/server.rs", "use hyper::Request;", "src/edge/metrics/server.rs"),
        (
            "src/edge/mod.rs",
            "use prometheus_client::registry::Registry;",
            "src/edge/metrics/text.rs",
        ),
        ("src/edge/metrics/server.rs", "use axum::Router;", "src/web/server.rs"),
        ("src/mqtt/session.rs", "use rumqttd::Broker;", "src/mqtt/broker.rs"),
        ("src/web/view.rs", "use rusqlite::params;", "src/store/sqlite.rs"),
        ("src/hub/mod.rs", "let x = y.unwrap();", "src/hub/tests.rs"),
        ("src/hub/mod.rs", "let x = y.expect(\"why\");", "src/hub/ingest_tests.rs"),
        ("src/hub/mod.rs", "let x = y.expect(REASON);", "src/hub/ingest_tests.rs"),
        ("src/hub/mod.rs", "panic!(\"no\");", "tests/it/main.rs"),
        ("src/hub/mod.rs", "todo!()", "tests/it/main.rs"),
        ("src/hub/mod.rs", "unimplemented!()", "tests/it/main.rs"),
        ("src/hub/tests.rs", "tokio::time::sleep(x).await;", "src/hub/mod.rs"),
        ("tests/it/main.rs", "time::sleep(x).await;", "src/hub/mod.rs"),
        ("src/hub/mod.rs", "let (a, b) = unbounded_channel();", "tests/it/main.rs"),
        ("src/hub/mod.rs", "println!(\"x\");", "src/cli/hub.rs"),
        ("src/hub/mod.rs", "eprintln!(\"x\");", "src/demo/progress.rs"),
        ("src/water/dry.rs", "use std::fs::File;", "src/hub/mod.rs"),
        ("src/figures/mod.rs", "tracing::info!(\"x\");", "src/hub/mod.rs"),
    ];
    for (bad, code, good) in cases {
        assert_eq!(found(bad, code).len(), 1, "{bad}: {code}: {:?}", found(bad, code));
        assert_eq!(found(good, code), Vec::<String>::new(), "{good}: {code}");
    }
}

#[test]
fn test_code_begins_and_ends_where_it_does() {
    let inside =
        "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n        x.unwrap();\n    }\n}\n";
    assert_eq!(found("src/hub/mod.rs", inside), Vec::<String>::new());
    let after = format!("{inside}fn c() {{\n    x.unwrap();\n}}\n");
    assert_eq!(found("src/hub/mod.rs", &after).len(), 1);
    let declared = "#[cfg(test)]\nmod tests;\nfn c() {\n    x.unwrap();\n}\n";
    assert_eq!(found("src/hub/mod.rs", declared).len(), 1);
    let item = "impl A {\n    #[cfg(test)]\n    #[allow(dead_code)]\n    fn b() {\n        x.unwrap();\n    }\n    fn c() {\n        x.unwrap();\n    }\n}\n";
    let findings = found("src/hub/mod.rs", item);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("src/hub/mod.rs:9:"), "{findings:?}");
}

#[test]
fn quoted_text_and_comments_are_no_code() {
    let code = "// x.unwrap()\n/* x.unwrap() */ const A: &str = \"x.unwrap() \\\" x.unwrap()\";\nconst B: &str = r#\"\" x.unwrap()\"#;\nconst C: [char; 3] = ['\"', '\\'', 'x'];\nfn f<'a>(x: &'a str) {}\n";
    assert_eq!(found("src/hub/mod.rs", code), Vec::<String>::new());
    assert_eq!(found("src/hub/mod.rs", &format!("{code}fn g() {{ x.unwrap() }}")).len(), 1);
}

#[test]
fn catches_long_functions_wide_comments_and_items_without_a_doc() {
    let body = "    x();\n".repeat(FUNCTION_HARD - 1);
    assert_eq!(found("src/hub/mod.rs", &format!("fn f() {{\n{body}}}\n")).len(), 1);
    let body = "    x();\n".repeat(FUNCTION_HARD - 2);
    assert_eq!(found("src/hub/mod.rs", &format!("fn f() {{\n{body}}}\n")), Vec::<String>::new());
    let wide = format!("// {}", "字".repeat(COMMENT_WIDTH - 2));
    assert_eq!(found("src/hub/mod.rs", &wide).len(), 1);
    assert_eq!(found("src/hub/mod.rs", &wide[..wide.len() - 3]), Vec::<String>::new());
    let good = "/// A doc.\n#[derive(Debug)]\npub struct A;\nstruct B;\n";
    assert_eq!(found("src/hub/mod.rs", good), Vec::<String>::new());
    assert_eq!(found("src/hub/mod.rs", "#[derive(Debug)]\npub struct A;\n").len(), 1);
    assert_eq!(found("src/hub/tests.rs", "pub struct A;\n"), Vec::<String>::new());
}

#[test]
fn catches_long_files_missing_docs_and_notes() {
    let long = "\n".repeat(LINES_HARD);
    assert_eq!(found("src/hub/mod.rs", &long).len(), 1);
    assert_eq!(check("src/hub/mod.rs", "fn f() {}\n").len(), 1);
    assert_eq!(check("tests/it/main.rs", "fn f() {}\n"), Vec::<String>::new());
    for note in notes() {
        assert_eq!(found("src/hub/mod.rs", &format!("// {note}: later")).len(), 1);
        assert_eq!(found("src/hub/mod.rs", &format!("// {note}s")), Vec::<String>::new());
    }
}
