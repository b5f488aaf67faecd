//! The SensorThings view of a running hub, as a client of other people's sees it, and over sockets.

use hanqing::core::{Flag, Reading, Reason, Series};
use hanqing::store::{Sqlite, Store};
use hanqing::wire::{Batch, Epoch};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::context::{Context, Process, get, wait_for};
use crate::office::office;
use crate::peers::python;

const STATION: &str = "pond-dongmen-1";
const LEVEL: &str = "pond-dongmen-1/level";

/// Readings of the level, a minute apart: more than a page of the client, so that it follows links.
const LEVELS: i64 = 1_000;

struct Hub {
    context: Context,
    _running: (Process, Process),
}

fn start() -> Timestamp {
    "2022-08-01T00:00:00Z".parse().unwrap()
}

/// A hub whose store has a day of a pond, with one reading missing and one that failed, and some of its pump.
fn hub() -> Hub {
    let context = Context::new();
    context.hub_config();
    let at = |minute: i64| start() + SignedDuration::from_mins(minute);
    let (level, power): (Series, Series) =
        (LEVEL.parse().unwrap(), "pump-dongmen-1/power".parse().unwrap());
    let of_level = |minute: i64| {
        let good = Reading::good(level.clone(), at(minute), 98.0 + minute as f64 / 1_000.0);
        match minute {
            5 => Reading::missing(level.clone(), at(minute), Reason::Timeout, vec![]),
            6 => Reading { flag: Flag::Fail, reason: Some(Reason::Spike), ..good },
            _ => good,
        }
    };
    let levels = (0..LEVELS).map(of_level);
    let powers = (0..20).map(|minute| Reading::good(power.clone(), at(minute), 3.7));
    let batch = Batch {
        gateway: "gw-dongmen".parse().unwrap(),
        epoch: Epoch(1),
        seq: 1,
        clock: None,
        loss: None,
        readings: levels.chain(powers).collect(),
    };
    let mut store = Sqlite::open(&context.path("store.db")).unwrap();
    store.commit(&[batch], at(LEVELS)).unwrap();
    drop(store);
    let running = office(&context);
    wait_for("the view", || match get(context.page_port(), "/sta/v1.1") {
        Ok(answer) if answer.starts_with("HTTP/1.1 200") => Ok(()),
        other => Err(format!("{other:?}")),
    });
    Hub { context, _running: running }
}

impl Hub {
    /// Status and body of what stands at a path, or at a whole address.
    fn ask(&self, path: &str) -> (u16, Value) {
        let port = self.context.page_port();
        let path = path.strip_prefix(&format!("http://127.0.0.1:{port}")).unwrap_or(path);
        let answer = get(port, &path.replace(' ', "%20")).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)))
    }
}

#[test]
fn frost_sta_client_reads_things_pages_filters_and_expansions() {
    let hub = hub();
    let url = format!("http://127.0.0.1:{}/sta/v1.1", hub.context.page_port());
    let child = python("tests/sensorthings_client.py", &[&url, STATION, LEVEL]);
    let output = child.wait_with_output().unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout)
        .expect("what frost_sta_client saw: run tests/run, which installs it");

    let (_, all) = hub.ask("/sta/v1.1/Things?$top=1000&$count=true");
    let things = seen["things"].as_array().unwrap();
    assert_eq!(things.len() as u64, all["@iot.count"].as_u64().unwrap());
    assert_eq!(seen["one"][0], STATION);
    assert_eq!(seen["one"][2], "pond");
    assert!(things.contains(&json!([STATION, seen["one"][1]])), "{things:?}");
    assert_eq!(seen["expanded"], json!([[LEVEL, "level", "unknown", "m"]]));
    assert_eq!(seen["of_station"], json!([LEVEL]));

    // Page by page: each reading of the store once, and in its order.
    let stored = hub.context.readings(LEVEL);
    assert_eq!(stored.len() as i64, LEVELS);
    let expected: Vec<Value> = stored
        .iter()
        .map(|reading| {
            let id = format!("{LEVEL}/{}", reading.observed_at.as_millisecond());
            json!([id, reading.observed_at.to_string(), reading.value()])
        })
        .collect();
    assert_eq!(seen["pages"], Value::from(expected));
    assert_eq!(seen["count"], LEVELS);
    let newest: Vec<String> =
        stored.iter().rev().take(3).map(|reading| reading.observed_at.to_string()).collect();
    assert_eq!(seen["newest"], json!(newest));
    assert_eq!(seen["selected"], json!([format!("{LEVEL}/1659312000000"), 98.0, null]));
    let narrow = seen["narrow"].as_array().unwrap();
    assert_eq!((narrow.len(), &narrow[0]), (59, &json!(98.601)));
    // Of the first twenty minutes one reading is missing.
    assert_eq!(seen["by_path"].as_array().unwrap().len(), 19);
    assert_eq!(seen["refused"], 400);
}

#[test]
fn a_page_says_what_is_missing_and_leads_to_the_next_by_the_address_that_was_asked() {
    let hub = hub();
    let port = hub.context.page_port();
    let path = "/sta/v1.1/Datastreams('pond-dongmen-1%2Flevel')/Observations?$top=400&$count=true\
                &$filter=phenomenonTime ge 2022-08-01T00:03:00Z";
    let (status, first) = hub.ask(path);
    assert_eq!((status, &first["@iot.count"]), (200, &json!(LEVELS - 3)));
    let of = |number: usize| &first["value"][number];
    assert_eq!(of(2)["result"], Value::Null);
    assert_eq!(of(2)["resultQuality"]["reason"], "timeout");
    assert_eq!(of(3)["resultQuality"]["flag"], 4);
    assert_eq!(of(3)["resultQuality"]["counts"], false);
    let mut seen = first["value"].as_array().unwrap().len();
    let mut next = first["@iot.nextLink"].as_str().map(str::to_owned);
    while let Some(address) = next {
        assert!(address.starts_with(&format!("http://127.0.0.1:{port}/sta/v1.1/")), "{address}");
        let (status, page) = hub.ask(&address);
        assert_eq!(status, 200, "{page}");
        seen += page["value"].as_array().unwrap().len();
        next = page["@iot.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(seen as i64, LEVELS - 3);

    let path =
        "/sta/v1.1/Observations?$orderby=phenomenonTime desc&$top=1&$expand=Datastream/Thing";
    let (_, newest) = hub.ask(path);
    assert_eq!(newest["value"][0]["Datastream"]["Thing"]["@iot.id"], STATION);
    let (status, problem) = hub.ask("/sta/v1.1/Observations?$filter=result gt");
    assert_eq!((status, &problem["place"]), (400, &json!("$filter:10")));
    let (status, problem) = hub.ask("/sta/v1.1/Things('nowhere')");
    assert_eq!((status, &problem["type"]), (404, &json!("urn:hanqing:problem:not-found")));
}

/// As QGIS does: how many there are of each kind of geometry, and then those on the map.
#[test]
fn a_map_counts_the_points_and_asks_for_those_on_it() {
    let hub = hub();
    let of_points = "location/type eq 'Point' or location/geometry/type eq 'Point'";
    let (status, counted) =
        hub.ask(&format!("/sta/v1.1/Locations?$top=0&$count=true&$filter={of_points}"));
    assert_eq!((status, counted.get("@iot.nextLink")), (200, None), "{counted}");
    let on = |west: f64, east: f64| {
        let ring = format!("{west} 27, {east} 27, {east} 28, {west} 28, {west} 27");
        let path = format!(
            "/sta/v1.1/Locations?$top=200&$count=false&$filter=({of_points}) and \
             (geo.intersects(location, geography'Polygon(({ring}))'))"
        );
        let (status, page) = hub.ask(&path);
        assert_eq!(status, 200, "{page}");
        page["value"].as_array().unwrap().len()
    };
    assert_eq!(on(116.0, 117.0) as u64, counted["@iot.count"].as_u64().unwrap());
    assert_eq!(on(0.0, 1.0), 0);
}
