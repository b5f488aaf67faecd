//! A spool or a store on a disk in main memory is warned of where a person looks: by `hanqing check`, and in the log.

use std::path::Path;

use crate::context::{Context, hanqing, outcome, wait_for};

/// Where Linux keeps shared memory: a tmpfs.
const MEMORY: &str = "/dev/shm";

/// What `hanqing check` says of a file of this test.
fn checked(context: &Context, file: &str, lang: &str) -> (Option<i32>, String) {
    let mut check = hanqing();
    check.args(["--lang", lang, "check"]).arg(context.path(file));
    let (code, said, _) = outcome(&mut check);
    (code, said)
}

#[test]
fn a_spool_in_memory_is_a_warning_of_check_and_one_line_in_the_log() {
    let context = Context::new();
    let memory = tempfile::tempdir_in(MEMORY).unwrap();
    let config = std::fs::read_to_string(context.edge_config(
        "[[bus]]\nname = \"b\"\ntcp = \"127.0.0.1:1\"\n\
        interval_s = 1\n[[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-1\"\n",
    ));
    let config = config.unwrap();
    for (lang, word) in [("zh", "内存盘"), ("en", "main memory")] {
        let (code, said) = checked(&context, "edge.toml", lang);
        assert!(code == Some(0) && !said.contains(word), "on a disk: {said}");
    }
    let spool = memory.path().join("hanqing/spool.db");
    let old = format!("{:?}", context.path("spool.db"));
    assert!(config.contains(&old));
    context.write("edge.toml", &config.replace(&old, &format!("{spool:?}")));
    for (lang, word) in [("zh", "内存盘"), ("en", "main memory")] {
        // Its folder is still to be made.
        let (code, said) = checked(&context, "edge.toml", lang);
        assert!(code == Some(2) && said.contains("mkdir -p") && said.contains(word), "{said}");
    }
    std::fs::create_dir(spool.parent().unwrap()).unwrap();
    for (lang, word) in [("zh", "内存盘"), ("en", "main memory")] {
        let (code, said) = checked(&context, "edge.toml", lang);
        let named = said.contains("spool.path") && said.contains(&spool.display().to_string());
        assert!(code == Some(0) && named && said.contains(word), "{said}");
        assert!(said.contains("OpenWrt") && said.contains("tmpfs"), "{said}");
    }
    let edge = context.edge();
    wait_for("the gateway", || {
        let log = context.log("edge");
        if log.contains("gateway running") { Ok(()) } else { Err(log) }
    });
    drop(edge);
    let log = context.log("edge");
    assert_eq!(log.matches("lies on a disk in main memory").count(), 1, "{log}");
}

#[test]
fn files_of_a_hub_in_memory_are_warned_of_each() {
    let context = Context::new();
    let memory = tempfile::tempdir_in(MEMORY).unwrap();
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let old = format!("{:?}", context.path("ledger.db"));
    let moved = |path: &Path| config.replace(&old, &format!("{:?}", path.join("ledger.db")));
    let (code, said) = checked(&context, "hub.toml", "en");
    assert!(code == Some(0) && !said.contains("main memory"), "{said}");
    context.write("hub.toml", &moved(memory.path()));
    let (code, said) = checked(&context, "hub.toml", "en");
    assert!(code == Some(0) && said.contains("ledger.path"), "{said}");
    assert_eq!(said.matches("main memory").count(), 1, "store and users lie on a disk: {said}");
    let (_, said) = checked(&context, "hub.toml", "zh");
    assert!(said.contains("ledger.path") && said.contains("内存盘"), "{said}");
}
