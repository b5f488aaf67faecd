//! The commands over an office's files.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::*;
use crate::cli::table::Layout;
use crate::core::{Flag, Period, Reading};
use crate::hub::HubSettings;
use crate::interop::incoming::Format;
use crate::locales::{Lang, within};
use crate::store::{Owners, Sqlite, Store};
use crate::users::{CONSOLE, Invitation};
use crate::water::Township;
use crate::wire::{Batch, Epoch};
use list::{Gateway, Pinned};

fn china() -> Calendar {
    Calendar::new(TimeZone::fixed(jiff::tz::offset(8)), 8)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(time: &str) -> Reading {
    Reading::good("pond-1/level".parse().unwrap(), at(time), 1.5)
}

/// An office where gw-a has sent readings of pond-1, and pond-9 is declared to be of gw-z.
fn office() -> (tempfile::TempDir, Office) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let township: Township = toml::from_str("name = \"t\"").unwrap();
    let township_file = dir.path().join("township.toml");
    std::fs::write(&township_file, "name = \"t\"").unwrap();
    let hub = format!(
        "township = {township_file:?}\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[store]\npath = {path:?}\n\
         [ledger]\npath = {:?}\n",
        dir.path().join("ledger.db")
    );
    let settings: HubSettings = toml::from_str(&hub).unwrap();
    let mut store = Sqlite::open(&path).unwrap();
    let declared = BTreeMap::from([("pond-9".parse().unwrap(), "gw-z".parse().unwrap())]);
    let mut owners = Owners::open(&path, declared).unwrap();
    for (seq, came, readings) in [
        (1, "2026-11-01T01:00:00Z", vec![read("2026-11-01T00:10:00Z")]),
        (
            2,
            "2026-11-02T01:00:00Z",
            vec![read("2026-11-02T00:10:00Z"), read("2026-11-02T00:20:00Z")],
        ),
    ] {
        let gateway = "gw-a".parse().unwrap();
        let batch = Batch { gateway, epoch: Epoch(1), seq, clock: None, loss: None, readings };
        assert_eq!(owners.check(&mut [batch.clone()], at(came)).unwrap(), []);
        store.commit(&[batch], at(came)).unwrap();
    }
    let now = at("2026-11-02T01:00:00Z");
    (dir, Office { settings, township, calendar: china(), owners, now })
}

fn said(done: anyhow::Result<()>) -> String {
    done.unwrap_err().to_string()
}

#[test]
fn a_station_is_pinned_and_released_by_its_name_and_a_mistyped_one_gets_a_hint() {
    let (_dir, mut office) = office();
    let (pond, a): (StationId, GatewayId) = ("pond-1".parse().unwrap(), "gw-a".parse().unwrap());
    let (typo, other): (StationId, GatewayId) =
        ("pond-11".parse().unwrap(), "gw-aa".parse().unwrap());
    assert_eq!(said(office.pin(&typo, &a)), "there is no station pond-11; did you mean pond-1?");
    assert_eq!(said(office.release(&typo)), "pond-11 is not pinned; did you mean pond-1?");
    let declared = said(office.pin(&"pond-9".parse().unwrap(), &a));
    assert!(declared.contains("township.toml gives pond-9 to gw-z"), "{declared}");
    assert!(said(office.release(&"pond-9".parse().unwrap())).contains("township.toml"));
    // One that has not been heard yet may be a successor; the other may be a mistake, so that it is told.
    let unheard = office.names().unwrap().gateway(&other).unwrap_err().to_string();
    assert_eq!(unheard, "there is no gateway gw-aa; did you mean gw-a?");
    office.pin(&pond, &other).unwrap();
    assert_eq!(office.owners.pin_of(&pond).unwrap().unwrap().gateway, other);
    office.release(&pond).unwrap();
    assert_eq!(office.owners.pin_of(&pond).unwrap(), None);
}

#[test]
fn a_revoked_gateways_readings_do_not_count_and_do_again_once_it_is_reinstated() {
    let (_dir, mut office) = office();
    let gateway: GatewayId = "gw-a".parse().unwrap();
    let flags = |office: &Office| {
        let store = office.reader().unwrap();
        let all = store.readings(&"pond-1/level".parse().unwrap(), Timestamp::MIN, Timestamp::MAX);
        all.unwrap().iter().map(|reading| reading.flag).collect::<Vec<_>>()
    };
    let days = |office: &Office| {
        let days =
            Period { from: "2026-11-01".parse().unwrap(), to: "2026-11-02".parse().unwrap() };
        office.reader().unwrap().rejected_in(days).unwrap()
    };
    assert!(
        said(office.revoke(&"gw-b".parse().unwrap(), "2026-11-02")).contains("did you mean gw-a")
    );
    assert!(said(office.revoke(&gateway, "2026-11-03")).contains("still to come"));
    for early in ["0000-01-01", "1999-12-31", "1026-11-02T08:15"] {
        assert!(said(office.revoke(&gateway, early)).contains("too early"), "{early}");
    }
    assert_eq!(flags(&office), [Flag::Good; 3]);
    // 08:15 in China. What came on that day is not to be trusted, whatever time it names.
    office.revoke(&gateway, "2026-11-02T08:15").unwrap();
    let later = said(office.revoke(&gateway, "2026-11-02T08:16"));
    assert!(later.contains("revoked already") && later.contains("reinstate gw-a"), "{later}");
    assert_eq!(flags(&office), [Flag::Good, Flag::Fail, Flag::Fail]);
    assert_eq!(office.reader().unwrap().pending().unwrap(), 0);
    let [rejected] = &days(&office)[..] else { panic!("{:?}", days(&office)) };
    assert_eq!((rejected.readings, rejected.stations.len()), (2, 1));
    assert_eq!(rejected.revocation.since, at("2026-11-02T00:15:00Z"));
    assert!(said(office.reinstate(&"gw-b".parse().unwrap())).contains("did you mean gw-a"));
    office.reinstate(&gateway).unwrap();
    assert_eq!((flags(&office), days(&office)), (vec![Flag::Good; 3], vec![]));
    assert_eq!(said(office.reinstate(&gateway)), "gw-a is not revoked; see hanqing gateway list");
}

#[test]
fn a_time_is_a_day_a_local_time_or_one_with_its_zone() {
    let instant = |text| instant(text, &china());
    // A township's day may begin at eight.
    assert_eq!(instant("2026-11-02").unwrap(), at("2026-11-02T00:00:00Z"));
    assert_eq!(instant("2026-11-02T08:30").unwrap(), at("2026-11-02T00:30:00Z"));
    assert_eq!(instant("2026-11-02 08:30").unwrap(), at("2026-11-02T00:30:00Z"));
    assert_eq!(instant("2026-11-02T08:30:00Z").unwrap(), at("2026-11-02T08:30:00Z"));
    for wrong in ["yesterday", "", "2026-13-02", "2026-11-02T25:00"] {
        assert!(instant(wrong).unwrap_err().is::<UsageError>(), "{wrong}");
    }
}

#[test]
fn gateways_and_stations_are_listed_in_both_languages() {
    let gateway = Gateway {
        gateway: "gw-a".parse().unwrap(),
        online: Some(true),
        heard_at: Some(at("2026-11-02T00:30:00Z")),
        declared: vec!["pond-2".parse().unwrap()],
        pinned: vec![Pinned {
            station: "pond-1".parse().unwrap(),
            since: at("2026-11-01T00:30:00Z"),
        }],
        rejected: 2,
        quarantined: 0,
        revoked_since: Some(at("2026-11-02T00:15:00Z")),
        invitation: Some(Invitation {
            gateway: "gw-a".into(),
            made_by: CONSOLE.into(),
            made_at: at("2026-11-02T00:20:00Z"),
            until: at("2026-11-03T00:20:00Z"),
            used_at: None,
            used_from: None,
        }),
        publisher: None,
    };
    let published = Gateway {
        gateway: "soil".parse().unwrap(),
        online: None,
        heard_at: None,
        declared: Vec::new(),
        pinned: Vec::new(),
        rejected: 0,
        revoked_since: None,
        invitation: None,
        publisher: Some(Format::Chirpstack),
        ..gateway
    };
    let gateways = [gateway, published];
    let (now, calendar) = (at("2026-11-02T01:00:00Z"), china());
    let shown = Lang::ALL.map(|lang| {
        within(lang, || {
            let all = list::table(&gateways, now, calendar.zone()).laid_out(Layout::Plain);
            let stations = list::stations(&gateways, now, calendar.zone());
            let codes = list::invitations(&gateways, now, calendar.zone());
            all + &stations.laid_out(Layout::Plain) + &codes.laid_out(Layout::Plain)
        })
    });
    assert_eq!(
        shown,
        [
            "网关\t状态\t最后收到\t测站数\t不计的读数\t隔离的消息\t吊销自\n\
             gw-a\t在线\t11月2日 08:30\t2\t2\t\t11月2日 08:15\n\
             soil\t别的程序发布（chirpstack），无确认\t—\t0\t\t\t\n\
             测站\t网关\t归属\npond-1\tgw-a\t绑定（11月1日 08:30）\npond-2\tgw-a\t乡镇文件\n\
             网关\t注册码\t来自\ngw-a\t11月3日 08:20 前有效\t\n",
            "gateway\tstate\tlast heard\tstations\treadings rejected\tin quarantine\trevoked since\n\
             gw-a\tonline\t2 Nov 08:30\t2\t2\t\t2 Nov 08:15\n\
             soil\tpublished (chirpstack), no acknowledgement\t—\t0\t\t\t\n\
             station\tgateway\tbelongs by\npond-1\tgw-a\tpinned (1 Nov 08:30)\npond-2\tgw-a\tthe township's file\n\
             gateway\tcode\tfrom\ngw-a\topen until 3 Nov 08:20\t\n",
        ]
    );
}
