//! Deeds as the page asks for them: the rules and the words are those of the command line.

use super::*;
use crate::core::{Flag, Reading};
use crate::locales::Lang;
use crate::store::Store;
use crate::wire::{Batch, Epoch};

const NOW: &str = "2022-11-02T01:00:00Z";

/// An office where gw-a has sent readings of pond-1, and the township's file gives pond-9 to gw-z.
fn office() -> (tempfile::TempDir, HubSettings, Arc<Township>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let text = r#"
        name = "t"
        [[village]]
        id = "v"
        name = "v"
        persons = 1
        groups = 1
        sown_area_mu = 1.0
        [[station]]
        id = "pond-9"
        name = "p"
        kind = "pond"
        village = "v"
        gateway = "gw-z"
        "#;
    let hub = format!(
        "township = \"township.toml\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[store]\npath = {path:?}\n\
         [ledger]\npath = {:?}\n",
        dir.path().join("ledger.db")
    );
    let mut store = Sqlite::open(&path).unwrap();
    let mut owners = Owners::open(&path, Default::default()).unwrap();
    let at: Timestamp = NOW.parse().unwrap();
    let readings = vec![Reading::good("pond-1/level".parse().unwrap(), at, 1.5)];
    let gateway = "gw-a".parse().unwrap();
    let batch = Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings };
    owners.check(&mut [batch.clone()], at).unwrap();
    store.commit(&[batch], at).unwrap();
    (dir, toml::from_str(&hub).unwrap(), Arc::new(toml::from_str(text).unwrap()))
}

fn deed(gateway: &str, kind: GatewayDeedKind) -> GatewayDeed {
    GatewayDeed { gateway: gateway.parse().unwrap(), kind, by: "office".into() }
}

#[tokio::test]
async fn deeds_are_done_or_refused_in_words() {
    let (_dir, settings, township) = office();
    let path = settings.store.path.clone();
    let deeds = deeds(settings, township, Clock::system());
    let pin = |station: &str| GatewayDeedKind::Pin(station.parse().unwrap());
    let release = |station: &str| GatewayDeedKind::Release(station.parse().unwrap());
    let revoke = |since: Timestamp| GatewayDeedKind::Revoke { since, reason: "stolen".into() };
    let hour = jiff::SignedDuration::from_hours(1);
    let (early, late) = (Timestamp::UNIX_EPOCH, Clock::system().now() + hour);
    let before = NOW.parse::<Timestamp>().unwrap() - hour;
    for (gateway, kind, done, says) in [
        ("gw-b", pin("pond-1"), true, "belonged to gw-a"),
        ("gw-a", pin("pond-11"), false, "did you mean pond-1?"),
        ("gw-a", pin("pond-9"), false, "gives pond-9 to gw-z"),
        ("gw-b", release("pond-1"), true, "is released"),
        ("gw-b", release("pond-1"), false, "is not pinned"),
        ("gw-x", revoke(before), false, "there is no gateway gw-x"),
        ("gw-a", revoke(early), false, "too early"),
        ("gw-a", revoke(late), false, "still to come"),
        ("gw-a", GatewayDeedKind::Reinstate, false, "is not revoked"),
        ("gw-a", revoke(before), true, "gw-a is revoked"),
    ] {
        let answer = deeds.ask(deed(gateway, kind.clone())).await.unwrap();
        let (is_done, said) = match answer {
            Ok(said) => (true, said),
            Err(why) => (false, why),
        };
        let said = said.within(Lang::English);
        assert_eq!(is_done, done, "{gateway} {kind:?}: {said}");
        assert!(said.contains(says), "{gateway} {kind:?}: {said}");
    }
    let flags = || {
        let store = Sqlite::open_reader(&path).unwrap();
        let all = store.readings(&"pond-1/level".parse().unwrap(), Timestamp::MIN, Timestamp::MAX);
        all.unwrap().iter().map(|reading| reading.flag).collect::<Vec<_>>()
    };
    assert_eq!(flags(), [Flag::Fail]);
    let answer = deeds.ask(deed("gw-a", GatewayDeedKind::Reinstate)).await.unwrap();
    assert!(answer.unwrap().within(Lang::English).contains("is reinstated"));
    assert_eq!(flags(), [Flag::Good]);
}
