//! The language of a command: who decides it, and what never changes with it.

use std::collections::BTreeMap;

use crate::context::{Context, hanqing, outcome, repository};

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// What `hanqing check` prints of a file with one mistake, with these variables and arguments.
fn check(variables: &[(&str, &str)], arguments: &[&str]) -> (String, String) {
    let broken = repository("tests/bad_configs/edge-broker.toml");
    let mut command = hanqing();
    command.envs(variables.iter().copied()).arg("check").args(arguments).arg(broken);
    let (code, printed, told) = outcome(&mut command);
    assert_eq!(code, Some(2), "{printed}{told}");
    (printed, told)
}

#[test]
fn the_nearest_choice_of_a_language_holds() {
    for (variables, arguments, chinese) in [
        (&[][..], &[][..], false),
        (&[("LANG", "zh_CN.UTF-8")], &[], true),
        (&[("LANG", "en_GB.UTF-8")], &[], false),
        (&[("LANG", "C.UTF-8")], &[], false),
        (&[("LANG", "en_GB.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")], &[], true),
        (&[("LC_MESSAGES", "zh_CN"), ("LC_ALL", "en_US")], &[], false),
        (&[("LANG", "zh_CN.UTF-8"), ("HANQING_LANG", "en")], &[], false),
        (&[("HANQING_LANG", "en")], &["--lang", "zh"], true),
        (&[("HANQING_LANG", "zh")], &["--lang=en"], false),
    ] {
        let (printed, told) = check(variables, arguments);
        assert_eq!(printed.chars().any(is_chinese), chinese, "{variables:?}: {printed}");
        assert_eq!(told, "", "{variables:?}");
    }
}

#[test]
fn an_unknown_language_is_said_once_and_english_spoken() {
    for (variables, arguments, place) in [
        (&[("LANG", "fr_FR.UTF-8")][..], &[][..], "LANG = fr_FR.UTF-8"),
        (&[("HANQING_LANG", "klingon")], &[], "HANQING_LANG = klingon"),
        (&[], &["--lang", "de"], "--lang = de"),
    ] {
        let (printed, told) = check(variables, arguments);
        assert!(!printed.chars().any(is_chinese), "{printed}");
        assert_eq!(told.matches(place).count(), 1, "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let (printed, told) = check(&[("LANG", "zh_CN.UTF-8")], &["--lang", "de"]);
    assert!(printed.chars().any(is_chinese), "{printed}");
    assert!(told.starts_with("hanqing: --lang = de：没有这种语言"), "{told}");
}

#[test]
fn an_offices_own_wording_is_used_and_its_broken_lines_are_named() {
    let context = Context::new();
    let own = context.write(
        "zh-CN.txt",
        "# ours\ncore.did_you_mean = 您要写的是 `{word}` 吗？\ncore.nowhere = 无\ncore.below = 小于 {hihg}\n",
    );
    let folder = own.parent().unwrap().to_str().unwrap();
    let broken = context
        .write("edge.toml", "gatway = \"gw-1\"\n[mqtt]\nurl = \"mqtt://127.0.0.1\"\n[[bus]]\n");
    let (code, printed, told) = outcome(
        hanqing().env("HANQING_LOCALES", folder).args(["check", "--lang", "zh"]).arg(&broken),
    );
    assert_eq!(code, Some(2));
    assert!(printed.contains("您要写的是 `gateway` 吗？"), "{printed}");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].contains("zh-CN.txt 第 3 行") && lines[0].contains("core.nowhere"), "{told}");
    assert!(lines[1].contains("zh-CN.txt 第 4 行") && lines[1].contains("hihg"), "{told}");
}

/// The files of a report that is made while `lang` is spoken, by name.
fn report(context: &Context, lang: &str) -> BTreeMap<String, Vec<u8>> {
    let out = context.path(&format!("report-{lang}"));
    let (code, printed, told) = outcome(
        hanqing()
            .env("HANQING_LANG", lang)
            .args(["report", "-c"])
            .arg(context.path("hub.toml"))
            .arg("--out")
            .arg(&out),
    );
    assert!(matches!(code, Some(0 | 1)), "{printed}{told}");
    let spoken = if lang == "zh" { "抗旱救灾" } else { "Drought relief" };
    assert!(printed.contains(spoken), "{printed}");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    std::fs::read_dir(out).unwrap().map(file).collect()
}

/// A hub that has heard nothing yet.
fn hub() -> Context {
    let context = Context::new();
    context.hub_config();
    drop(hanqing::store::Sqlite::open(&context.path("store.db")).unwrap());
    context
}

/// A hub with the ledger of 2022.
fn office() -> Context {
    let context = hub();
    let (code, _, told) = outcome(
        hanqing()
            .args(["ledger", "import", "--yes", "-c"])
            .arg(context.path("hub.toml"))
            .arg(repository("config/examples/2022/ledger.csv")),
    );
    assert_eq!(code, Some(0), "{told}");
    context
}

#[test]
fn documents_and_json_do_not_change_with_the_language_of_the_terminal() {
    let context = hub();
    let ledger = repository("config/examples/2022/ledger.csv");
    let mut entered = Vec::new();
    for lang in ["zh", "en"] {
        let (code, printed, told) = outcome(
            hanqing()
                .env("HANQING_LANG", lang)
                .args(["ledger", "import", "--yes", "-c"])
                .arg(context.path("hub.toml"))
                .arg(&ledger),
        );
        assert_eq!(code, Some(0), "{told}");
        entered.push(printed);
    }
    assert!(entered[0].chars().any(is_chinese), "{entered:?}");
    assert!(!entered[1].chars().any(is_chinese), "{entered:?}");
    let (chinese, english) = (report(&context, "zh"), report(&context, "en"));
    assert_eq!(chinese.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
    for (name, bytes) in &chinese {
        if name.ends_with(".json") || name.ends_with(".md") {
            // They differ by when they were made, to the minute at most.
            let text = |bytes: &[u8]| without_time(&String::from_utf8_lossy(bytes));
            assert_eq!(text(bytes), text(&english[name]), "{name}");
        }
    }
}

/// `text` without the lines that say when it was made.
fn without_time(text: &str) -> String {
    let made = |line: &&str| {
        !["出具时间", "Made on", "\"made_at\"", "\"computed_at\""]
            .iter()
            .any(|word| line.contains(word))
    };
    text.lines().filter(made).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_broken_file_is_spoken_of_in_its_own_language() {
    let context = Context::new();
    let broken = context.write(
        "edge.toml",
        "lang = \"zh\" # ours\ngateway = \"gw-1\"\ncolour = 1\n[mqtt]\nurl = 1\n",
    );
    let (code, printed, _) = outcome(hanqing().arg("check").arg(&broken));
    assert_eq!(code, Some(2));
    assert!(printed.contains("没有这个设置项"), "{printed}");
    // Whoever asks for another language gets it; of an unknown one nobody hears what would not be so.
    let (_, printed, told) =
        outcome(hanqing().env("LANG", "fr_FR").args(["status", "-c"]).arg(&broken));
    assert!(told.contains("没有这个设置项") && !told.contains("fr_FR"), "{printed}{told}");
    let (_, printed, _) = outcome(hanqing().args(["--lang", "en", "check"]).arg(&broken));
    assert!(!printed.chars().any(is_chinese), "{printed}");
}

#[test]
fn an_offices_own_wording_is_no_part_of_json_and_of_what_is_kept() {
    let context = office();
    context.write(
        "zh-CN.txt",
        "figures.since_month = 自{month}月起\nfigures.no_rows = 缺{names}的台账\nfigures.entered = 手填\n",
    );
    let plain = report(&context, "zh");
    let own = context.path("own");
    let (code, printed, told) = outcome(
        hanqing()
            .env("HANQING_LANG", "zh")
            .env("HANQING_LOCALES", context.path(""))
            .args(["report", "-c"])
            .arg(context.path("hub.toml"))
            .arg("--out")
            .arg(&own),
    );
    assert!(matches!(code, Some(0 | 1)), "{printed}{told}");
    assert_eq!(told, "", "each line is right");
    let section = std::fs::read_to_string(own.join("drought-relief.md")).unwrap();
    assert!(section.contains("缺“成灾面积”的台账"), "{section}");
    for name in ["figures.json", "statement.json"] {
        let made = std::fs::read(own.join(name)).unwrap();
        let text = |bytes: &[u8]| without_time(&String::from_utf8_lossy(bytes));
        assert_eq!(text(&made), text(&plain[name]), "{name}");
    }
}

#[test]
fn a_folder_of_wording_that_is_not_there_a_pipe_and_many_wrong_lines_are_named() {
    let context = Context::new();
    let told = |folder: &str| {
        let (code, _, told) =
            outcome(hanqing().env("HANQING_LOCALES", folder).args(["profile", "list"]));
        assert_eq!(code, Some(0), "{told}");
        told
    };
    assert!(told("/nowhere/at/all").contains("there is no such folder"));
    assert_eq!(told(""), "");
    let folder = context.path("");
    let folder = folder.to_str().unwrap();
    let pipe = context.path("en.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert!(told(folder).contains("it is no regular file"));
    std::fs::remove_file(pipe).unwrap();
    context.write("en.txt", &"nonsense\n".repeat(5000));
    let many = told(folder);
    assert!(many.lines().count() < 20 && many.contains("more wrong lines: 4990"), "{many}");
}
