//! What pages and completions hold; that man(1) and shells take them is tested in `tests/it/manual.rs`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use clap::Command;

use super::*;

/// The words of every command that a list of commands has.
fn listed(command: &Command, path: &str, found: &mut BTreeSet<String>) {
    found.insert(path.to_owned());
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        listed(inner, format!("{path}-{}", inner.get_name()).trim(), found);
    }
}

fn the<'a>(made: &'a [Made], path: &str) -> &'a str {
    let found = made.iter().find(|made| made.path == path);
    &found.unwrap_or_else(|| panic!("no {path}")).contents
}

#[test]
fn every_command_has_a_page_in_both_languages_and_no_page_is_left_over() {
    let mut names = BTreeSet::new();
    listed(&Cli::command(), "hanqing", &mut names);
    assert!(names.contains("hanqing-check") && !names.contains("hanqing-manual"));
    let expected: BTreeSet<String> = ["man/man1", "man/zh_CN/man1"]
        .iter()
        .flat_map(|folder| names.iter().map(move |name| format!("{folder}/{name}.1")))
        .collect();
    let pages = pages("2026-01-02");
    assert_eq!(pages.len(), expected.len());
    assert_eq!(pages.into_iter().map(|made| made.path).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn a_page_has_every_argument_and_the_sections_that_pages_have() {
    let pages = pages("2026-01-02");
    let page = the(&pages, "man/man1/hanqing-check.1");
    for part in [
        ".TH HANQING-CHECK 1 2026-01-02 \"hanqing ",
        ".SH NAME\nhanqing\\-check \\- Check configuration files\n",
        ".SH SYNOPSIS\n\\fBhanqing check\\fR [OPTIONS] [FILE]...\n",
        ".SH ARGUMENTS\n.TP\n\\fI[FILE]...\\fR\n",
        ".TP\n    \\fB\\-\\-connect\\fR\n".replace("    ", "").as_str(),
        ".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\n",
        ".SH ENVIRONMENT\n.TP\n\\fBHANQING_LANG\\fR\n",
        ".SH \"SEE ALSO\"\n\\fBhanqing\\fR(1)\n",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    let page = the(&pages, "man/zh_CN/man1/hanqing-check.1");
    for part in [".SH 名称\nhanqing\\-check \\- 检查配置文件\n", ".SH 退出码\n", "[选项] [文件]..."]
    {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    assert!(page.contains("说\\:明\\:位\\:置、") && !page.contains('\u{200b}'), "{page}");
    let page = the(&pages, "man/man1/hanqing.1");
    assert!(!page.contains("hanqing\\-help"), "{page}");
    let files = page.split(".SH FILES\n").nth(1).unwrap().split(".SH").next().unwrap();
    assert_eq!(files.contains("/etc/hanqing/edge.toml"), cfg!(feature = "edge"), "{files}");
    assert_eq!(files.contains("/etc/hanqing/hub.toml"), cfg!(feature = "hub"), "{files}");
}

#[test]
fn a_page_without_a_day_keeps_the_places_of_its_title() {
    let pages = pages("");
    let title = the(&pages, "man/man1/hanqing.1").lines().find(|line| line.starts_with(".TH"));
    assert!(title.unwrap().starts_with(".TH HANQING 1 \"\" \"hanqing "), "{title:?}");
}

#[test]
fn the_day_is_that_of_the_variable() {
    let said = |text: &str| day(Some(OsStr::new(text))).map_err(|error| error.to_string());
    assert_eq!(day(None).unwrap(), "");
    assert_eq!(said("1767225600").unwrap(), "2026-01-01");
    assert_eq!(said("1767225599").unwrap(), "2025-12-31");
    for wrong in ["", "now", "99999999999999999", "1767225600.5"] {
        let told = said(wrong).unwrap_err();
        assert!(told.contains(&format!("`{wrong}`")) && told.contains("seconds"), "{told}");
    }
    assert!(day(Some(&OsString::from_vec(vec![0xff]))).is_err());
}

#[test]
fn completions_have_every_command_but_hidden_ones() {
    let shells = shells::all();
    let mut names = BTreeSet::new();
    listed(&Cli::command(), "hanqing", &mut names);
    for path in ["bash/hanqing", "zsh/_hanqing", "fish/hanqing.fish"] {
        let script = the(&shells, path);
        for name in names.iter().filter(|name| name.contains('-')) {
            let word = name.rsplit('-').next().unwrap_or_default();
            assert!(script.contains(word), "{word} in {path}");
        }
        // As each shell has a command: `hanqing,check)`, `(check)`, `-a "check"`.
        let command = |word: &str| {
            [format!(",{word})"), format!("({word})"), format!("-a \"{word}\"")]
                .iter()
                .any(|written| script.contains(written))
        };
        assert!(command("check") && !command("manual"), "{path}");
        assert!(script.contains("--config") || script.contains("-l config"), "{path}");
    }
}
