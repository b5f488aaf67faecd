//! The examples have no problem, and every problem of broken files is reported.

use std::path::Path;
#[cfg(feature = "demo")]
use std::path::PathBuf;

use super::*;
#[cfg(feature = "hub")]
use crate::locales::{Lang, within};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(feature = "demo")]
fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[cfg(feature = "demo")]
#[test]
fn every_file_of_the_examples_is_right() {
    let folders =
        ["config", "config/devices", "config/examples/2022", "config/examples/2022/gateways"];
    let mut kinds = Vec::new();
    for file in folders.into_iter().flat_map(files) {
        let report = check_file(&file);
        let lines: Vec<String> = report.problems.iter().map(|p| p.to_string()).collect();
        assert_eq!(lines, Vec::<String>::new(), "{}", file.display());
        kinds.push(report.kind);
    }
    for kind in
        [FileKind::Edge, FileKind::Hub, FileKind::Township, FileKind::Profile, FileKind::Scenario]
    {
        assert!(kinds.contains(&kind), "no {} among the examples", kind.name());
    }
}

/// What a user reads of `file` in the language that is spoken here.
#[cfg(feature = "demo")]
fn report(file: &Path) -> String {
    let report = check_file(file);
    assert!(!report.problems.is_empty(), "{} is not broken", file.display());
    let mut text = format!("{}\n", report.kind.name());
    for problem in &report.problems {
        let line = problem.to_string().replace(&format!("{}/", root().display()), "");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Each broken file has the report that a user sees, in both languages. `HANQING_BLESS=1` writes them anew: read them
/// before you commit.
#[cfg(feature = "demo")]
#[test]
fn every_broken_file_says_all_that_is_wrong_with_it() {
    let bless = std::env::var_os("HANQING_BLESS").is_some();
    let broken = files("tests/bad_configs");
    assert!(broken.len() >= 12, "{} broken files", broken.len());
    let mut differences = Vec::new();
    for file in broken {
        for (lang, extension) in [(Lang::English, "expected"), (Lang::Chinese, "zh.expected")] {
            let text = within(lang, || report(&file));
            let expected = file.with_extension(extension);
            if bless {
                std::fs::write(&expected, &text).unwrap();
            }
            let known = std::fs::read_to_string(&expected).unwrap_or_default();
            if known != text {
                differences.push(format!("{}:\n{text}", expected.display()));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[cfg(feature = "demo")]
fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A rule or a hint of a Chinese report has no English alone.
#[cfg(feature = "demo")]
#[test]
fn every_problem_is_said_in_chinese() {
    let mut english = Vec::new();
    for file in files("tests/bad_configs") {
        for problem in within(Lang::Chinese, || check_file(&file)).problems {
            let said = [problem.problem.rule, problem.problem.hint];
            let said = said.map(|text| text.within(Lang::Chinese));
            let outside = |text: &String| {
                let words: String = text.split('`').step_by(2).collect();
                words.chars().any(|c| c.is_ascii_alphabetic()) && !words.contains(is_chinese)
            };
            english.extend(said.into_iter().filter(outside));
        }
    }
    assert_eq!(english, Vec::<String>::new());
}

#[cfg(feature = "hub")]
#[test]
fn the_language_is_a_setting() {
    let text = std::fs::read_to_string(root().join("config/hub.toml")).unwrap();
    let settings: crate::hub::HubSettings =
        toml::from_str(&text.replace("# lang = ", "lang = ")).unwrap();
    assert_eq!(settings.lang, Some(Lang::Chinese));
    let settings: crate::hub::HubSettings = toml::from_str(&text).unwrap();
    assert_eq!(settings.lang, None);
}

#[cfg(feature = "hub")]
#[test]
fn a_hub_is_loaded_with_its_township_and_reports_both() {
    let folder = tempfile::tempdir().unwrap();
    let hub = folder.path().join("hub.toml");
    std::fs::copy(root().join("config/hub.toml"), &hub).unwrap();
    let missing = load_hub(&hub, &[]).unwrap_err();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].file.ends_with("township.toml"));
    std::fs::copy(root().join("config/township.toml"), folder.path().join("township.toml"))
        .unwrap();
    let (settings, township) = load_hub(&hub, &[]).unwrap();
    assert_eq!(settings.township, folder.path().join("township.toml"));
    assert!(!township.villages.is_empty());
    let set = [("web.listen".to_owned(), "nowhere".to_owned())];
    let problems = load_hub(&hub, &set).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "--set web.listen: web.listen = \"nowhere\": must be an address and port such as 127.0.0.1:8080; names are not looked up: 127.0.0.1 is this machine, 0.0.0.0 any address of it"
    );
    assert_eq!(
        within(Lang::Chinese, || problems[0].to_string()),
        "--set web.listen：web.listen = \"nowhere\"：应为地址加端口，如 127.0.0.1:8080；不能写主机名：127.0.0.1 是本机，0.0.0.0 是本机的所有地址"
    );
}

#[cfg(feature = "edge")]
#[test]
fn a_users_profile_takes_the_place_of_a_shipped_one_unless_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = std::fs::read_to_string(root().join("config/devices/sdm630.toml")).unwrap();
    let renamed = shipped.replacen("name = \"", "name = \"our ", 1);
    std::fs::write(folder.path().join("sdm630.toml"), renamed).unwrap();
    let wrong = shipped.replacen("confidence = ", "confidence = 1", 1);
    std::fs::write(folder.path().join("other.toml"), wrong).unwrap();
    let (profiles, problems) = profiles(Some(folder.path()));
    assert!(profiles["sdm630"].name.starts_with("our "));
    assert!(!profiles.contains_key("other"));
    let paths: Vec<&str> = problems.iter().map(|p| p.problem.path.as_str()).collect();
    assert_eq!(paths, ["id", "confidence"]);
}
