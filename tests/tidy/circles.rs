//! Circles of files inside a module: files that need each other to be understood.
//!
//! A name counts as an import of the file that defines it: what a `mod.rs` re-exports is followed to where it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{blank, test_lines};

/// The files of one module by their path below `src/`, with blanked code from which tests are cut.
type Files = BTreeMap<String, String>;

/// Cuts comments, quoted text and tests from the text of a file.
pub fn production(path: &str, text: &str) -> String {
    let code = blank(text);
    let tests = test_lines(path, &code);
    let lines = code.lines().zip(tests);
    lines.map(|(line, test)| if test { "\n".to_owned() } else { format!("{line}\n") }).collect()
}

/// The circles of more than `most` files in `files`, which are those of one module.
pub fn circles(files: &Files, most: usize) -> Vec<Vec<String>> {
    let edges: BTreeMap<&str, BTreeSet<String>> =
        files.iter().map(|(path, code)| (path.as_str(), imports(files, path, code))).collect();
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from.to_owned()];
        while let Some(next) = open.pop() {
            for to in edges.get(next.as_str()).into_iter().flatten() {
                if seen.insert(to.clone()) {
                    open.push(to.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<String>> =
        files.keys().map(|path| (path.as_str(), reach(path))).collect();
    let mut found = BTreeSet::new();
    for (path, to) in &reached {
        let circle = to.iter().filter(|other| reached[other.as_str()].contains(*path));
        let circle: Vec<String> = circle.cloned().collect();
        if circle.len() > most {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// The files that the file at `path` imports from.
fn imports(files: &Files, path: &str, code: &str) -> BTreeSet<String> {
    let here = module_of(path);
    let mut found = BTreeSet::new();
    for (public, names) in paths(code, &here) {
        // What a mod.rs re-exports is imported by whoever uses it, not by the mod.rs.
        if public && path.ends_with("mod.rs") {
            continue;
        }
        found.extend(resolve(files, &names, 0));
    }
    found.remove(path);
    found
}

/// `store/server/copy.rs` is the module `store::server::copy`.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// The file of a module.
fn file_of(files: &Files, module: &[String]) -> Option<String> {
    let path = module.join("/");
    [format!("{path}.rs"), format!("{path}/mod.rs")].into_iter().find(|p| files.contains_key(p))
}

/// The file that defines what the path `names` leads to, which begins with the top module.
fn resolve(files: &Files, names: &[String], depth: usize) -> Option<String> {
    let mut known = 0;
    for length in 1..=names.len() {
        if file_of(files, &names[..length]).is_some() {
            known = length;
        }
    }
    let file = file_of(files, names.get(..known)?)?;
    let Some(name) = names.get(known) else { return Some(file) };
    if depth > 8 {
        return Some(file);
    }
    // A name that the file itself imports or re-exports is defined elsewhere.
    for (_, path) in paths(&files[&file], &names[..known]) {
        let other = path.len() > known && path.last() == Some(name) && path != names;
        if other && let Some(found) = resolve(files, &path, depth + 1) {
            return Some(found);
        }
    }
    Some(file)
}

/// All paths into the own top module that `code`, which is that of the module `here`, names, each from the top module
/// on, and whether it is re-exported.
fn paths(code: &str, here: &[String]) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let top = format!("crate::{}::", here[0]);
    for start in ["super::", "self::", top.as_str()] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
            let public = code[line..at].trim_start().starts_with("pub");
            tree(&code[at..], Vec::new(), &mut |path| {
                if let Some(path) = absolute(&path, here) {
                    found.push((public, path));
                }
            });
        }
    }
    // `use name::…` of a child, as a mod.rs has it.
    for (at, _) in code.match_indices("use ") {
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let head = code[line..at].trim();
        let rest = &code[at + 4..];
        let first: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let outer = ["super", "self", "crate", "std", ""].contains(&first.as_str());
        let declared = code.contains(&format!("mod {first};"));
        if (head.is_empty() || head.starts_with("pub")) && !outer && declared {
            tree(rest, Vec::new(), &mut |path| {
                found.push((!head.is_empty(), [here, &path[..]].concat()));
            });
        }
    }
    found
}

/// A path with `super`, `self` and `crate` resolved; `None` where it leaves the top module.
fn absolute(path: &[String], here: &[String]) -> Option<Vec<String>> {
    let mut base = here.to_vec();
    let mut rest = path;
    while let Some(first) = rest.first() {
        match first.as_str() {
            "super" => {
                base.pop()?;
            }
            "self" => {}
            "crate" => base.clear(),
            _ => break,
        }
        rest = &rest[1..];
    }
    let path = [&base[..], rest].concat();
    (path.first() == here.first()).then_some(path)
}

/// Calls `found` with each path of the tree of names that `text` begins with: `a::{b, c::d}` gives `a::b` and
/// `a::c::d`.
fn tree<'a>(text: &'a str, mut path: Vec<String>, found: &mut dyn FnMut(Vec<String>)) -> &'a str {
    let mut rest = text.trim_start();
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !name.is_empty() {
            path.push(name.to_owned());
        }
        rest = after;
        let Some(after) = rest.strip_prefix("::") else { break };
        rest = after;
        if let Some(group) = rest.strip_prefix('{') {
            rest = group.trim_start();
            while !rest.starts_with('}') && !rest.is_empty() {
                rest = tree(rest, path.clone(), found).trim_start();
                let next = rest.find([',', '}']).unwrap_or(rest.len());
                rest = rest[next..].trim_start_matches(',').trim_start();
            }
            return rest.strip_prefix('}').unwrap_or(rest);
        }
    }
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    found(path);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), production(path, text));
        texts.iter().map(own).collect()
    }

    #[test]
    fn re_exports_are_followed_to_the_file_that_defines_the_name() {
        let found = files(&[
            (
                "m/mod.rs",
                "mod a;\nmod b;\npub use a::A;\npub use b::{B, Other as C};\npub struct Own;",
            ),
            ("m/a.rs", "use super::{B, Own};\npub struct A;"),
            ("m/b.rs", "use crate::m::A;\npub struct B;\npub struct Other;"),
        ]);
        assert_eq!(circles(&found, 1), [["m/a.rs", "m/b.rs"]]);
        assert_eq!(circles(&found, 2), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_mod_that_uses_its_children_and_is_used_by_them_is_part_of_a_circle() {
        let found = files(&[
            ("m/mod.rs", "mod a;\nmod b;\nuse a::{self, f};\npub struct Own;"),
            ("m/a.rs", "fn f() -> super::b::B { todo() }"),
            ("m/b.rs", "use super::Own;\npub struct B;"),
        ]);
        assert_eq!(circles(&found, 2), [["m/a.rs", "m/b.rs", "m/mod.rs"]]);
    }

    #[test]
    fn tests_comments_and_other_modules_are_no_imports() {
        let found = files(&[
            ("m/mod.rs", "mod a;\nmod b;\n"),
            (
                "m/a.rs",
                "// super::b::B\nuse crate::n::b::B;\n#[cfg(test)]\nmod tests {\n    use super::super::b::B;\n}\n",
            ),
            ("m/b.rs", "use super::a::A;\n"),
        ]);
        assert_eq!(circles(&found, 1), Vec::<Vec<String>>::new());
    }
}
