//! Readings carried out by hand and those that come by radio: each is there once.

use std::io::Write;
use std::process::Command;

use serde_json::json;

use crate::context::{Context, GATEWAY, hanqing, outcome, wait_for};
use crate::peers::{Pymodbus, mosquitto};

const LEVEL: &str = "pond-dongmen-1/level";

fn export(context: &Context, lang: &str, out: &str) -> (Option<i32>, String, String) {
    outcome(
        hanqing()
            .env("HANQING_LANG", lang)
            .args(["export", "--spool"])
            .arg(context.path("spool.db"))
            .arg("--out")
            .arg(context.path(out)),
    )
}

fn import(context: &Context, lang: &str, file: &str) -> (Option<i32>, String, String) {
    let mut command: Command = hanqing();
    command.env("HANQING_LANG", lang);
    outcome(command.args(["import", "-c"]).arg(context.path("hub.toml")).arg(context.path(file)))
}

/// A gateway that polls one level a second, without a broker.
fn cut_off() -> (Context, Pymodbus) {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
    context.hub_config();
    context.edge_config(&format!(
        "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n",
        field.port
    ));
    (context, field)
}

fn polled(context: &Context, polls: u64) -> u64 {
    wait_for("polls", || match context.spool() {
        spool if spool.last_seq >= polls => Ok(spool.last_seq),
        spool => Err(spool),
    })
}

#[test]
fn what_is_carried_and_what_is_sent_is_there_once() {
    let (context, _field) = cut_off();
    let _edge = context.edge();
    polled(&context, 3);
    let (code, said, problems) = export(&context, "en", "one.jsonl.gz");
    assert_eq!(code, Some(0), "{problems}");
    assert!(said.starts_with(&format!("Gateway {GATEWAY}: written to ")), "{said}");
    let (_, said, _) = export(&context, "zh", "same.jsonl.gz");
    assert!(said.starts_with(&format!("网关 {GATEWAY}：")) && said.contains("已写入"), "{said}");
    for (lang, way_out) in [("en", "give another name"), ("zh", "请换一个名称")] {
        let (code, _, problems) = export(&context, lang, "one.jsonl.gz");
        assert!(code == Some(1) && problems.contains(way_out), "{problems}");
    }

    let nowhere = outcome(
        hanqing()
            .args(["export", "--spool", "/nowhere/spool.db", "--out"])
            .arg(context.path("two.jsonl.gz")),
    );
    assert!(
        nowhere.0 == Some(1)
            && nowhere.2.contains("give spool.path of the gateway's configuration"),
        "{nowhere:?}"
    );
    assert!(!context.path("two.jsonl.gz").exists());

    // The hub runs meanwhile, and must not forget what another has brought.
    let _hub = context.hub();
    drop(context.store());
    let (code, said, problems) = import(&context, "zh", "one.jsonl.gz");
    assert_eq!(code, Some(0), "{problems}");
    let carried = context.readings(LEVEL).len();
    assert!(
        carried >= 3 && said.contains(&format!("新增 {carried} 个，更改 0 个，已有 0 个")),
        "{said}"
    );
    let (code, said, _) = import(&context, "zh", "one.jsonl.gz");
    assert!(
        code == Some(0) && said.contains(&format!("新增 0 个，更改 0 个，已有 {carried} 个")),
        "{said}"
    );

    // Only now: what comes by radio first would not be new.
    let broker = mosquitto(&context);
    let last = context.spool().last_seq;
    wait_for("everything by radio", || match context.spool() {
        spool if spool.last_seq > last && spool.waiting <= 1 => Ok(()),
        spool => Err(spool),
    });
    // In this order: more comes meanwhile, and a batch is there with its readings. One that is still on its way may
    // have been overtaken.
    let gateway = wait_for("no gap", || {
        let gateways = context.store().gateways().unwrap();
        let gateway = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY).unwrap();
        if gateway.gaps().is_empty() { Ok(gateway) } else { Err(Box::new(gateway)) }
    });
    let readings = context.readings(LEVEL);
    assert!(readings.windows(2).all(|w| w[0].observed_at < w[1].observed_at));
    let committed: u64 =
        gateway.delivered.values().flat_map(|set| set.iter()).map(|(f, l)| l - f + 1).sum();
    assert!(readings.len() as u64 >= committed, "{committed} batches, {} readings", readings.len());
    drop(broker);
}

#[test]
fn a_damaged_file_is_imported_up_to_the_damage() {
    let (context, _field) = cut_off();
    let edge = context.edge();
    polled(&context, 4);
    let (code, ..) = export(&context, "en", "whole.jsonl.gz");
    assert_eq!(code, Some(0));
    drop(edge);
    let plain = outcome(Command::new("gzip").arg("-dc").arg(context.path("whole.jsonl.gz"))).1;
    let mut lines: Vec<&str> = plain.lines().collect();
    lines.insert(1, "{\"v\":1,\"gateway\":\"gw-test\"}");
    let mut file = std::fs::File::create(context.path("damaged.jsonl")).unwrap();
    file.write_all(lines.join("\n").as_bytes()).unwrap();
    let gzip = outcome(Command::new("gzip").arg(context.path("damaged.jsonl")));
    assert_eq!(gzip.0, Some(0), "{}", gzip.2);
    let (code, _, problems) = import(&context, "en", "damaged.jsonl.gz");
    assert_eq!(code, Some(1));
    assert!(problems.contains("damaged.jsonl.gz:2: not a message of this kind"), "{problems}");
    let (_, said, _) = import(&context, "zh", "damaged.jsonl.gz");
    assert!(said.contains(&format!("{} 批", lines.len() - 1)), "{said}");

    let bytes = std::fs::read(context.path("whole.jsonl.gz")).unwrap();
    std::fs::write(context.path("cut.jsonl.gz"), &bytes[..bytes.len() / 2]).unwrap();
    let (code, _, problems) = import(&context, "en", "cut.jsonl.gz");
    assert!(code == Some(1) && problems.contains("cut off here"), "{problems}");
    std::fs::write(context.path("none"), b"no gzip").unwrap();
    let (code, _, problems) = import(&context, "en", "none");
    assert!(
        code == Some(1) && problems.contains("none: not a file of hanqing export"),
        "{problems}"
    );
}
