//! Readings moved out and in by the program itself, backups beside a running hub, and what a kill leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hanqing::core::{Reading, Series};
use hanqing::ledger::Ledger;
use hanqing::locales::Text;
use hanqing::store::server::Server;
use hanqing::store::server::copy::{Copier, Reach};
use hanqing::store::{Quarantine, Refused, Sqlite, Store};
use hanqing::support::Clock;
use hanqing::transfer::Import;
use hanqing::wire::{Batch, Epoch};
use jiff::Timestamp;

use crate::context::{Context, Process, get, hanqing, looked_for, outcome, wait_for};
use crate::victoria::Victoria;

/// Longest that a command that is to be killed may take to get where it is to be killed.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Time between two looks at it: it is there for a moment only.
const LOOK_EVERY: Duration = Duration::from_millis(1);

fn command(context: &Context, name: &str, arguments: &[&str]) -> Command {
    let mut command = hanqing();
    command.args([name, "-c"]).arg(context.path("hub.toml")).args(arguments);
    command
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Fills the store with `count` readings of two series, and makes a ledger.
fn fill(context: &Context, count: i64) {
    context.hub_config();
    let mut store = Sqlite::open(&context.path("store.db")).unwrap();
    let level: Series = "pond-dongmen-1/level".parse().unwrap();
    let power: Series = "pump-dongmen-1/power".parse().unwrap();
    for (seq, first) in (1..).zip((0..count).step_by(10_000)) {
        let readings = (first..count.min(first + 10_000)).map(|i| {
            let series = if i % 2 == 0 { &level } else { &power };
            let at = Timestamp::from_millisecond(1_659_283_200_000 + i * 997).unwrap();
            Reading::good(series.clone(), at, i as f64 / 7.0)
        });
        let batch = Batch {
            gateway: "gw-test".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings: readings.collect(),
        };
        store.commit(&[batch], Timestamp::UNIX_EPOCH).unwrap();
    }
    Ledger::open(&context.path("ledger.db")).unwrap();
}

/// Everything that a store holds.
fn all(path: &Path) -> Vec<Reading> {
    let store = Sqlite::open_reader(path).unwrap();
    let of = |series| store.readings(&series, Timestamp::MIN, Timestamp::MAX).unwrap();
    store.series().unwrap().into_iter().flat_map(of).collect()
}

/// The backups in `disk` that have their name.
fn backups(disk: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(disk).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_none()).collect()
}

#[test]
fn every_format_goes_out_and_into_another_store() {
    let (from, to) = (Context::new(), Context::new());
    fill(&from, 3_001);
    to.hub_config();
    for format in ["csv", "parquet", "line"] {
        // The name says nothing: what it holds is told from its content.
        let out = text(&from.path(&format!("{format}.data")));
        let export = ["--format", format, "--out", &out];
        let (code, said, problems) = outcome(&mut command(&from, "export", &export));
        assert_eq!((code, problems.as_str()), (Some(0), ""));
        assert!(said.contains("3001"), "{said}");
        for path in ["store.db", "store.db-wal", "store.db-shm"] {
            let _left = fs::remove_file(to.path(path));
        }
        let (code, said, problems) = outcome(&mut command(&to, "import", &[&out]));
        assert_eq!((code, problems.as_str()), (Some(0), ""), "{format}");
        assert!(said.contains("new: 3001, replaced: 0, already there: 0"), "{said}");
        assert_eq!(all(&to.path("store.db")), all(&from.path("store.db")));
        let mut again = command(&to, "import", &[&out]);
        let (_, said, _) = outcome(again.env("HANQING_LANG", "zh"));
        assert!(said.contains("新增 0 个，更改 0 个，已有 3001 个"), "{said}");
    }
}

#[test]
fn a_table_goes_to_a_server_twice_and_is_there_once() {
    let context = Context::new();
    fill(&context, 3_001);
    let out = context.path("out");
    let export = ["--format", "parquet", "--out", &text(&out)];
    assert_eq!(outcome(&mut command(&context, "export", &export)).0, Some(0));
    let victoria = Victoria::start(&context);
    let settings = victoria.settings();
    for _ in 0..2 {
        let mut server = Server::open(&settings, "hub-1").unwrap();
        let mut problem = |problem: Text| panic!("{problem}");
        let gateway = "import".parse().unwrap();
        let known = Default::default();
        let clock = Clock::system();
        let mut import = Import::new(&mut server, gateway, known, clock, &mut problem, &|_| {});
        import.import(&out).unwrap();
        assert_eq!(import.imported().readings, 3_001);
    }
    victoria.flush();
    let path = context.path("copy.db");
    let mut copy = Sqlite::open(&path).unwrap();
    let mut copier = Copier::new(&settings, Default::default()).unwrap();
    copier.pass(&mut copy, Clock::system().now(), Reach::New).unwrap();
    assert_eq!(all(&path), all(&context.path("store.db")));
    let gateway = copy.gateways().unwrap().remove(0);
    assert_eq!((gateway.delivered.len(), gateway.gaps()), (1, vec![]));
}

#[test]
fn a_command_waits_until_a_server_has_what_it_wrote_and_lets_go_of_nothing_before() {
    let context = Context::new();
    fill(&context, 50);
    let (out, store) = (context.path("out.csv"), context.path("store.db"));
    let export = ["--format", "csv", "--out", &text(&out)];
    assert_eq!(outcome(&mut command(&context, "export", &export)).0, Some(0));
    let mut victoria = Victoria::start(&context);
    let settings = format!("kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n", victoria.port);
    let hub = fs::read_to_string(context.path("hub.toml")).unwrap();
    context.write("hub.toml", &format!("{hub}[store.server]\n{settings}"));
    let (code, said, errors) = outcome(&mut command(&context, "import", &[&text(&out)]));
    assert_eq!(code, Some(0), "{said}{errors}");
    let copied = |victoria: &Victoria, name: &str| {
        let path = context.path(name);
        let mut copier = Copier::new(&victoria.settings(), Default::default()).unwrap();
        let mut copy = Sqlite::open(&path).unwrap();
        copier.pass(&mut copy, Clock::system().now(), Reach::New).unwrap();
        all(&path)
    };
    assert_eq!(copied(&victoria, "copy.db"), all(&store));

    // A message of the quarantine leaves it only once the server has its readings for sure.
    let at = Timestamp::from_millisecond(1_659_283_200_000).unwrap();
    let reading = Reading::good("pond-9/level".parse().unwrap(), at, 2.5);
    let batch = Batch {
        gateway: "gw-nine".parse().unwrap(),
        epoch: Epoch(9),
        seq: 1,
        clock: None,
        loss: None,
        readings: vec![reading.clone()],
    };
    let refused = Refused { batch, problem: Text::verbatim("was ahead") };
    let mut quarantine = Quarantine::open(&store).unwrap();
    quarantine.add_refused(at, &[refused]).unwrap();
    let retry = || {
        let mut command = hanqing();
        command.args(["quarantine", "retry", "--all", "-c"]).arg(context.path("hub.toml"));
        command
    };
    let errors = fs::File::create(context.path("retry.log")).unwrap();
    let mut process = Process(retry().stderr(errors).spawn().unwrap());
    wait_for("the readings on the server", || {
        victoria.flush();
        let shown = get(victoria.port, "/api/v1/export?match%5B%5D=hanqing_v").unwrap();
        if shown.contains("pond-9") { Ok(()) } else { Err(shown) }
    });
    victoria.kill_and_start();
    let ended = looked_for(WAIT_MAX, LOOK_EVERY, || process.0.try_wait().unwrap().ok_or(()));
    let log = fs::read_to_string(context.path("retry.log")).unwrap();
    assert_eq!(ended.map(|status| status.code()), Ok(Some(1)), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(quarantine.list(None).unwrap().len(), 1);

    let (code, said, errors) = outcome(&mut retry());
    assert_eq!(code, Some(0), "{said}{errors}");
    assert_eq!(quarantine.list(None).unwrap(), []);
    victoria.kill_and_start();
    assert!(copied(&victoria, "again.db").contains(&reading));
}

#[test]
fn what_is_asked_wrongly_is_said_before_anything_is_written() {
    let context = Context::new();
    fill(&context, 10);
    let out = text(&context.path("out"));
    for (arguments, says) in [
        (vec!["--out", &out], "--format is missing"),
        (vec!["--format", "csv"], "--out"),
        (
            vec!["--format", "csv", "--out", &out, "--from", "2022-08-02", "--to", "2022-08-01"],
            "is before",
        ),
        (vec!["--format", "csv", "--out", &out, "--spool", "x"], "cannot be used together with"),
        (vec!["--format", "xlsx", "--out", &out], "csv, parquet, line"),
    ] {
        let (code, _, problems) = outcome(&mut command(&context, "export", &arguments));
        assert!(code == Some(2) && problems.contains(says), "{arguments:?}: {problems}");
        assert!(!context.path("out").exists() && !context.path("out.parts").exists());
    }
    let (code, _, problems) = outcome(hanqing().args(["export", "--out", &out]));
    assert!(code == Some(2) && problems.contains("--spool"), "{problems}");
    let file = context.write(
        "bad.csv",
        "station,parameter,unit,observed_at,value,flag\npond-1,level,cm,2022-08-01T00:00:00Z,1,1\n",
    );
    let (code, said, problems) = outcome(&mut command(&context, "import", &[&text(&file)]));
    assert_eq!(code, Some(1));
    assert!(said.contains("readings: 0;"), "{said}");
    assert!(problems.contains("bad.csv:2: unit \"cm\""), "{problems}");
    let mut again = command(&context, "import", &[&text(&file)]);
    let (_, said, problems) = outcome(again.env("HANQING_LANG", "zh"));
    assert!(said.contains("0 个读数"), "{said}");
    assert!(problems.contains("bad.csv:2：unit = \"cm\"：level 的单位必须是 m"), "{problems}");
    assert!(problems.contains("1 行未导入"), "{problems}");
}

#[test]
fn a_hub_that_runs_is_backed_up_and_not_restored_over() {
    let context = Context::new();
    fill(&context, 20_000);
    let mut hub = context.hub();
    wait_for("the hub", || match context.log("hub") {
        log if log.contains("hub running") => Ok(()),
        log => Err(log),
    });
    let disk = context.path("disk");
    fs::create_dir(&disk).unwrap();
    // Somebody writes meanwhile: the same readings an hour later.
    let rows: String = (0..20_000)
        .map(|i| {
            let at = Timestamp::from_millisecond(1_759_283_200_000 + i * 1000).unwrap();
            format!("pond-dongmen-1,level,m,{at},{i},1\n")
        })
        .collect();
    let more = format!("station,parameter,unit,observed_at,value,flag\n{rows}");
    let more = text(&context.write("more.csv", &more));
    let mut writer = Process(command(&context, "import", &[&more]).spawn().unwrap());
    let (code, said, problems) =
        outcome(&mut command(&context, "backup", &["--out", &text(&disk)]));
    assert_eq!((code, problems.as_str()), (Some(0), ""));
    wait_for("the writer", || if writer.runs() { Err(()) } else { Ok(()) });
    let backup = backups(&disk).pop().unwrap();
    assert!(said.contains(&text(&backup)), "{said}");
    let (code, _, problems) = outcome(&mut command(&context, "restore", &[&text(&backup)]));
    assert!(code == Some(1) && problems.contains("stop it, then repeat"), "{problems}");
    assert_eq!(all(&context.path("store.db")).len(), 40_000);
    hub.kill();
    let (code, said, problems) = outcome(&mut command(&context, "restore", &[&text(&backup)]));
    assert_eq!((code, problems.as_str()), (Some(0), ""));
    assert!(said.contains("store.db.before-"), "{said}");
    let restored = all(&context.path("store.db"));
    // Whole batches of the writer, or none: the copy is of one instant.
    assert_eq!(restored.len() % 20_000, 0, "{}", restored.len());
    let _hub = context.hub();
    wait_for("the hub again", || match context.log("hub") {
        log if log.matches("hub running").count() == 2 => Ok(()),
        log => Err(log),
    });
}

#[test]
fn a_kill_leaves_no_half_file_under_a_name() {
    let context = Context::new();
    fill(&context, 300_000);
    for format in ["csv", "parquet", "line"] {
        let out = context.path(&format!("killed.{format}"));
        let name = text(&out);
        let export = ["--format", format, "--out", &name];
        let mut killed = Process(command(&context, "export", &export).spawn().unwrap());
        let part = context.path(&format!("killed.{format}.parts/part-000000"));
        let seen =
            looked_for(WAIT_MAX, LOOK_EVERY, || if part.exists() { Ok(()) } else { Err(()) });
        killed.kill();
        assert!(seen.is_ok() && !out.exists(), "{format}");
        let again = ["--resume", "--format", format, "--out", &name];
        let (code, said, problems) = outcome(&mut command(&context, "export", &again));
        assert_eq!((code, problems.as_str()), (Some(0), ""));
        assert!(said.contains("300000"), "{said}");
        let whole = text(&context.path(&format!("whole.{format}")));
        let whole_export = ["--format", format, "--out", &whole];
        assert_eq!(outcome(&mut command(&context, "export", &whole_export)).0, Some(0));
        assert!(fs::read(&out).unwrap() == fs::read(whole).unwrap(), "{format}");
    }
    let disk = context.path("disk");
    fs::create_dir(&disk).unwrap();
    let backup = ["--out", &text(&disk)];
    let mut killed = Process(command(&context, "backup", &backup).spawn().unwrap());
    let begun = looked_for(WAIT_MAX, LOOK_EVERY, || match fs::read_dir(&disk).unwrap().next() {
        Some(_) => Ok(()),
        None => Err(()),
    });
    killed.kill();
    assert!(begun.is_ok());
    assert_eq!(backups(&disk), Vec::<PathBuf>::new(), "no half backup has its name");
}
