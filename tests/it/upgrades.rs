//! What an office and a gateway had with an earlier version: spools and stores are brought up to date with all that is
//! in them, files of a later version are refused with the way back, and old configurations are in order or explained.
//!
//! `HANQING_SPOOLED_READINGS=1000000 tests/run cargo test --release --test it upgrades` is the long run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::context::{Context, GATEWAY, hanqing, looked_for, outcome, repository, wait_for};
use crate::office::{arrived, office};

/// Readings that are spooled if HANQING_SPOOLED_READINGS is not set.
const SPOOLED: u64 = 5_000;

/// Readings of a batch, by turns of the one and the other series, one a second.
const EACH: u64 = 10;

const SERIES: [&str; 2] = ["pond-dongmen-1/level", "channel-dongmen-1/level"];

/// When the first reading was made, ms.
const BEGIN_MS: i64 = 1_659_283_200_000;

/// Longest wait for a million readings, on a machine that does other things as well.
const ARRIVES_MAX: Duration = Duration::from_secs(1800);

/// Time between two looks at them.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The tables of a spool as the programs of before made them, by layout.
const SPOOLS: [(i64, &str); 2] = [
    (
        1,
        "CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL,
             payload_bytes INTEGER NOT NULL, dropped_readings INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE batch (seq INTEGER PRIMARY KEY, readings INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;",
    ),
    (
        2,
        "CREATE TABLE batch (
             seq INTEGER PRIMARY KEY, first INTEGER, readings INTEGER NOT NULL, payload BLOB NOT NULL
         ) STRICT;
         CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
             dropped INTEGER NOT NULL, thinned INTEGER NOT NULL, known_ms INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE released (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
         CREATE TABLE held (seq INTEGER PRIMARY KEY, boot INTEGER NOT NULL) STRICT;
         CREATE TABLE traffic (month TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
         INSERT INTO traffic VALUES ('', 0);",
    ),
];

/// A value that tells which reading it is of.
fn value(number: u64) -> f64 {
    (number % 9_973) as f64
}

/// Makes the spool of a gateway that has `last` batches for an office that it has not reached yet.
fn make_spool(path: &Path, (layout, tables): (i64, &str), last: u64) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; BEGIN").unwrap();
    connection.execute_batch(tables).unwrap();
    connection.pragma_update(None, "user_version", layout).unwrap();
    let insert = "INSERT INTO batch (seq, readings, payload) VALUES (?1, ?2, ?3)";
    let mut insert = connection.prepare(insert).unwrap();
    for seq in 1..=last {
        let begun = (seq - 1) * EACH;
        let rows: Vec<String> = (0..EACH)
            .map(|place| format!("[{},{},{}]", place % 2, place * 1000, value(begun + place)))
            .collect();
        let message = format!(
            "{{\"v\":1,\"gateway\":\"{GATEWAY}\",\"epoch\":\"0000000000000009\",\"seq\":{seq},\"at\":{},\
             \"series\":[\"{}\",\"{}\"],\"readings\":[{}]}}",
            BEGIN_MS + 1000 * begun.cast_signed(),
            SERIES[0],
            SERIES[1],
            rows.join(",")
        );
        insert.execute((seq, EACH, message.into_bytes())).unwrap();
    }
    drop(insert);
    let zeros = if layout == 1 { "0" } else { "0, 0, 0" };
    let life = format!(
        "INSERT INTO life SELECT '{GATEWAY}', 9, {}, sum(length(payload)), {zeros} FROM batch; COMMIT",
        last + 1
    );
    connection.execute_batch(&life).unwrap();
}

fn spooled() -> u64 {
    let named = std::env::var("HANQING_SPOOLED_READINGS").ok();
    named.map_or(SPOOLED, |many| many.parse().expect("HANQING_SPOOLED_READINGS is a number"))
}

/// A gateway that asks its only device once a day, and sends what waits as fast as it can.
fn quiet_gateway(context: &Context) {
    context.edge_config(
        "[uplink]\nbacklog_kb_s = 0\n[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:9\"\ninterval_s = 86400\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-lifang-1\"\n",
    );
}

#[test]
fn what_an_older_gateway_has_spooled_arrives_to_the_last_reading() {
    for spool in SPOOLS {
        let context = Context::new();
        context.hub_config();
        quiet_gateway(&context);
        let last = spooled() / EACH;
        make_spool(&context.path("spool.db"), spool, last);
        let _office = office(&context);
        let _edge = context.edge();
        let store = context.store();
        let all = looked_for(ARRIVES_MAX, LOOK_EVERY, || match arrived(&store) {
            Ok(arrived) if arrived.last >= last => Ok(arrived),
            other => Err((other, context.log("edge"))),
        });
        let all = all.unwrap_or_else(|seen| panic!("layout {}: {seen:?}", spool.0));
        assert_eq!(all.lost, 0);
        // One more where a day begins meanwhile.
        assert!(all.readings - last * EACH <= 1, "{all:?} of {}", last * EACH);
        for (series, turn) in SERIES.into_iter().zip(0_u64..) {
            let readings = context.readings(series);
            assert_eq!(readings.len() as u64, last * EACH / 2);
            for (reading, number) in readings.iter().zip((turn..).step_by(2)) {
                let at = BEGIN_MS + 1000 * number.cast_signed();
                let found = (reading.observed_at.as_millisecond(), reading.value());
                assert_eq!(found, (at, Some(value(number))));
            }
        }
        assert!(context.quarantine().is_empty());
        wait_for("the gateway to hear of it", || match context.spool() {
            spool if spool.waiting <= 1 => Ok(()),
            spool => Err(spool),
        });
        let told = "brought the spool into the layout of this version";
        assert!(context.log("edge").contains(told), "{}", context.log("edge"));
    }
}

#[test]
fn a_store_of_an_older_version_is_brought_up_to_date_by_the_hub_and_by_nobody_who_only_reads() {
    for (layout, readings) in [(1, 145), (2, 145), (3, 217)] {
        let context = Context::new();
        context.hub_config();
        let kept = repository(&format!("tests/stores/layout-{layout}.db"));
        fs::copy(kept, context.path("store.db")).unwrap();
        let before = fs::read(context.path("store.db")).unwrap();
        for (lang, says) in
            [("en", "let hanqing hub open it once"), ("zh", "先让 `hanqing hub` 打开一次")]
        {
            let mut export = hanqing();
            export
                .env("HANQING_LANG", lang)
                .args(["export", "--format", "csv", "-c"])
                .arg(context.path("hub.toml"));
            let (code, _, said) = outcome(export.arg("--out").arg(context.path("all.csv")));
            assert!(code == Some(1) && said.contains(says), "layout {layout}: {said}");
        }
        assert!(fs::read(context.path("store.db")).unwrap() == before);
        let _office = office(&context);
        assert_eq!(context.store().count().unwrap(), readings);
        let log = context.log("hub");
        assert!(log.contains("the store has the layout of this version"), "{log}");
    }
}

/// Says in `file` that it is of a later version.
fn make_newer(file: &Path) -> Vec<u8> {
    let connection = Connection::open(file).unwrap();
    let left = "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)";
    connection.execute_batch(left).unwrap();
    drop(connection);
    fs::read(file).unwrap()
}

#[test]
fn a_file_of_a_later_version_is_refused_with_the_way_back_and_stays_as_it_is() {
    let context = Context::new();
    context.hub_config();
    quiet_gateway(&context);
    {
        let _office = office(&context);
        let _edge = context.edge();
        context.spool();
        for file in ["ledger.db", "users.db", "alarms.db"] {
            wait_for(file, || if context.path(file).exists() { Ok(()) } else { Err("not there") });
        }
    }
    for (file, command, en, zh) in [
        ("spool.db", vec!["edge"], "let that version send everything", "先用那个版本把数据发完"),
        ("store.db", vec!["hub"], "the backup of before the update", "更新前的备份"),
        ("ledger.db", vec!["ledger", "list"], "what was entered since", "先用那个版本导出新登记的"),
        ("users.db", vec!["user", "list"], "the backup of before the update", "更新前的备份"),
        ("alarms.db", vec!["alarm", "list"], "move the file away", "把这个文件移走"),
    ] {
        let path = context.path(file);
        let kept = fs::read(&path).unwrap();
        let newer = make_newer(&path);
        let config = if file == "spool.db" { "edge.toml" } else { "hub.toml" };
        for (lang, again, says) in [("en", "install the version again", en), ("zh", "请换回", zh)]
        {
            let mut program = hanqing();
            program.env("HANQING_LANG", lang).args(&command);
            let (code, _, said) = outcome(program.arg("-c").arg(context.path(config)));
            assert!(code.is_some_and(|code| code != 0), "{file}: {said}");
            assert!(said.contains("99") && said.contains(again) && said.contains(says), "{said}");
        }
        assert!(fs::read(&path).unwrap() == newer, "{file} has changed");
        fs::write(&path, kept).unwrap();
    }
}

/// The examples of earlier versions, a folder each.
fn examples() -> Vec<PathBuf> {
    let all = fs::read_dir(repository("tests/upgrades")).unwrap();
    let mut folders: Vec<PathBuf> =
        all.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 5, "{folders:?}");
    folders
}

fn check(lang: &str, file: &Path) -> (Option<i32>, String) {
    let (code, said, problems) =
        outcome(hanqing().env("HANQING_LANG", lang).arg("check").arg(file));
    (code, said + &problems)
}

#[test]
fn configurations_of_earlier_versions_are_in_order() {
    for folder in examples() {
        for name in ["edge.toml", "hub.toml", "township.toml"] {
            let (code, said) = check("en", &folder.join(name));
            assert_eq!(code, Some(0), "{}/{name}: {said}", folder.display());
        }
    }
}

/// `text` with each key that it shows behind a `#` in force, in place of one of this name that was there before.
fn with_all_keys(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut table = (String::new(), 0);
    let mut keys = std::collections::BTreeMap::new();
    let name = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
    for line in text.lines() {
        let shown = line.strip_prefix("# ").unwrap_or(line);
        let head = shown.trim_start_matches('[').split(']').next().unwrap_or_default();
        let is_table = shown.starts_with('[') && name(head);
        let key = shown.split_once(" = ").map(|(key, _)| key).filter(|key| name(key));
        // Lists of several lines stay as they are.
        let is_whole = !shown.trim_end().ends_with('[');
        let taken = if is_table || key.is_some() && is_whole { shown } else { line };
        if is_table {
            table = (head.to_owned(), if shown.starts_with("[[") { lines.len() } else { 0 });
        }
        if let Some(key) = key.filter(|_| !taken.starts_with('#'))
            && let Some(before) = keys.insert((table.clone(), key.to_owned()), lines.len())
        {
            let before: &mut String = &mut lines[before];
            before.insert_str(0, "# ");
        }
        lines.push(taken.to_owned());
    }
    lines.join("\n")
}

#[test]
fn each_key_that_an_example_ever_showed_is_known_or_explained() {
    for folder in examples() {
        let context = Context::new();
        let township = fs::read_to_string(folder.join("township.toml")).unwrap();
        context.write("township.toml", &township);
        for name in ["edge.toml", "hub.toml"] {
            let text = with_all_keys(&fs::read_to_string(folder.join(name)).unwrap());
            let file = context.write(name, &text);
            for (lang, unknown, known, at_top) in [
                ("en", "is not a known key", "in order", "it stands at the top of the file"),
                ("zh", "没有这个设置项", "没有问题", "它写在文件的最上面"),
            ] {
                let (_, said) = check(lang, &file);
                // Files that it names are not there; each of its keys has been read.
                assert!(said.contains("/etc/hanqing/") || said.contains(known), "{name}: {said}");
                for line in said.lines().filter(|line| line.contains(unknown)) {
                    let explained = line.contains("mqtt.share") && line.contains(at_top);
                    assert!(explained, "{}/{name}: {line}", folder.display());
                }
            }
        }
    }
}

#[test]
fn a_value_that_earlier_versions_took_is_refused_with_what_to_write() {
    let context = Context::new();
    quiet_gateway(&context);
    context.hub_config();
    let edge = fs::read_to_string(context.path("edge.toml")).unwrap();
    let hub = fs::read_to_string(context.path("hub.toml")).unwrap();
    let page = format!("listen = \"127.0.0.1:{}\"", context.page_port());
    for (name, text, from, to, en, zh) in [
        (
            "edge.toml",
            &edge,
            "127.0.0.1:9",
            "192.168.1.300:502",
            "such as 192.168.1.10:502",
            "如 192.168.1.10:502",
        ),
        (
            "edge.toml",
            &edge,
            "unit = 1",
            "unit = 1\nparameters = []",
            "leave the line out to read all",
            "就删掉这一行",
        ),
        (
            "hub.toml",
            &hub,
            page.as_str(),
            "listen = \"0.0.0.0:8080\"",
            "give certificate_file and key_file",
            "写上证书",
        ),
        (
            "hub.toml",
            &hub,
            "[web]",
            "[broker]\nlisten = \"0.0.0.0:1883\"\n[web]",
            "set allow_remote = true where a firewall",
            "可写 `allow_remote = true`",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let file = context.write(name, &text.replacen(from, to, 1));
        for (lang, says) in [("en", en), ("zh", zh)] {
            let (code, said) = check(lang, &file);
            assert!(code == Some(2) && said.contains(says), "{to}: {said}");
        }
    }
}
