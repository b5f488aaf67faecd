//! Pages for man(1) and completions, with those who read them: mandoc, and bash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::{hanqing, outcome};

/// All that `hanqing manual` writes, with these variables, by its path.
fn written(folder: &Path, variables: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut command = hanqing();
    command.env_remove("SOURCE_DATE_EPOCH").envs(variables.iter().copied());
    let (code, _, told) = outcome(command.args(["manual", "--out"]).arg(folder));
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_owned();
                found.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// mandoc, which shows pages and looks at them.
fn mandoc(arguments: &[&str], pages: &[PathBuf]) -> (Option<i32>, String, String) {
    outcome(Command::new("mandoc").args(arguments).args(pages))
}

#[test]
fn the_same_files_are_written_wherever_and_in_whatever_language() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let words = tempfile::tempdir().unwrap();
    std::fs::write(words.path().join("en.txt"), "manual.name = WORD OF AN OFFICE\n").unwrap();
    let day = ("SOURCE_DATE_EPOCH", "1767225600");
    let files = written(one.path(), &[day]);
    let folder = words.path().to_str().unwrap();
    let elsewhere = [day, ("HANQING_LANG", "zh"), ("HANQING_LOCALES", folder), ("COLUMNS", "40")];
    assert_eq!(files, written(other.path(), &elsewhere));
    assert!(files.contains_key(Path::new("man/zh_CN/man1/hanqing-check.1")));
}

#[test]
fn mandoc_takes_every_page_and_shows_it_in_its_language() {
    let folder = tempfile::tempdir().unwrap();
    let files = written(folder.path(), &[("SOURCE_DATE_EPOCH", "1767225600")]);
    let pages: Vec<PathBuf> = files
        .keys()
        .filter(|path| path.extension().is_some_and(|extension| extension == "1"))
        .map(|path| folder.path().join(path))
        .collect();
    assert!(pages.len() > 50, "{}", pages.len());
    let (code, found, told) = mandoc(&["-Tlint", "-Wwarning"], &pages);
    assert_eq!((code, found.as_str(), told.as_str()), (Some(0), "", ""));
    for (page, parts) in [
        ("man/man1/hanqing-check.1", ["SYNOPSIS\nhanqing check [OPTIONS] [FILE]...", "--connect"]),
        ("man/zh_CN/man1/hanqing-check.1", ["用法\nhanqing check [选项] [文件]...", "--connect"]),
    ] {
        let (code, shown, _) = mandoc(&["-Tutf8"], &[folder.path().join(page)]);
        let shown = without_overstrikes(&shown);
        let shown: Vec<&str> = shown.lines().map(str::trim).collect();
        let shown = shown.join("\n");
        assert_eq!(code, Some(0));
        for part in parts {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    // What is no page is refused: the silence above says something.
    let wrong = folder.path().join("wrong.1");
    std::fs::write(&wrong, ".TH WRONG 1 2026-01-01\n.XX\ntext\n").unwrap();
    let (code, _, _) = mandoc(&["-Tlint", "-Wwarning"], &[wrong]);
    assert_ne!(code, Some(0));
}

/// Bold and underlined characters as they are written once.
fn without_overstrikes(shown: &str) -> String {
    let mut plain = String::new();
    for c in shown.chars() {
        if c == '\u{8}' {
            plain.pop();
        } else {
            plain.push(c);
        }
    }
    plain
}

#[test]
fn bash_completes_commands_options_and_values() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &[]);
    // As readline does: by the function that `complete` has registered, with the words and the place among them.
    let script = r#"
        set -u
        . "$1/bash/hanqing"
        shift
        registered=$(complete -p hanqing)
        function=${registered#* -F }
        function=${function%% *}
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        "$function" hanqing "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    for (line, offered) in [
        ("hanqing rep", "report\n"),
        ("hanqing stat", "status\n"),
        ("hanqing man", "\n"),
        ("hanqing report iss", "issue\n"),
        ("hanqing check --con", "--config\n--connect\n"),
        ("hanqing check --conn", "--connect\n"),
        ("hanqing export --form", "--format\n"),
        ("hanqing export --format c", "csv\n"),
    ] {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", script, "bash"]).arg(folder.path()).args(line.split(' '));
        let (code, printed, told) = outcome(&mut bash);
        assert_eq!((code, printed.as_str(), told.as_str()), (Some(0), offered, ""), "{line}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_and_a_wrong_day_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (code, _, told) = outcome(hanqing().args(["manual", "--out"]).arg(&file));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("cannot write") && told.contains("file/man"), "{told}");
    let mut command = hanqing();
    let command = command.env("SOURCE_DATE_EPOCH", "yesterday").args(["manual", "--out"]);
    let (code, _, told) = outcome(command.arg(folder.path().join("pages")));
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("SOURCE_DATE_EPOCH") && told.contains("`yesterday`"), "{told}");
    assert!(!folder.path().join("pages").exists());
}
