//! What panels say of the growth of registers and counters: all of it, once, and where it belongs.

use std::fmt::Write as _;

use hanqing::core::Reading;
use hanqing::store::line;
use jiff::Timestamp;
use serde_json::Value;

use super::boards::{Board, Store, all};
use super::filled::{RANGE_S, STEP_S, filled};
use super::server::{Asked, Server};
use crate::context::{Context, wait_for};
use crate::victoria::Victoria;

const PUMP: &str = "pump-dongmen-1";

/// A midnight in the browser's zone, s since 1970.
const FIRST_DAY: i64 = 1_656_604_800;
const DAY_S: i64 = 86_400;

/// Days of readings before the one that is not over.
const DAYS: i64 = 3;

/// Between two readings, s: the last of a day is not at midnight.
const EVERY_S: i64 = 700;

/// What the registers grow by in an hour.
const GROWTH: f64 = 36.0;

#[test]
fn each_day_has_what_its_registers_grew_by_and_stands_at_its_beginning() {
    let context = Context::new();
    let victoria = Victoria::start(&context);
    let server = Server { port: victoria.port };
    let (first, end) = (FIRST_DAY - DAY_S / 2, FIRST_DAY + DAYS * DAY_S + DAY_S / 2);
    let (mut lines, mut info) = (Vec::new(), String::new());
    for at in (first..=end).step_by(EVERY_S as usize) {
        let grown = GROWTH * (at - first) as f64 / 3600.0;
        let time = Timestamp::from_second(at).unwrap();
        for (register, value) in [("energy_total", 500.0 + grown), ("volume_total", grown)] {
            let series = format!("{PUMP}/{register}").parse().unwrap();
            line::reading(&mut lines, None, &Reading::good(series, time, value)).unwrap();
        }
        let labels = format!("station=\"{PUMP}\",name=\"东门站\",kind=\"pump\",village=\"v\"");
        writeln!(info, "hanqing_hub_station_info{{{labels}}} 1 {}", at * 1000).unwrap();
    }
    server.post("/api/v2/write?precision=ms", &lines);
    server.post("/api/v1/import/prometheus", info.as_bytes());
    victoria.flush();

    let boards = all();
    let panels = boards.iter().filter(|board| board.store == Store::Victoria);
    let panels = panels.flat_map(|board| board.panels());
    let daily: Vec<&Value> = panels.filter(|panel| panel["interval"] == "1d").collect();
    assert_eq!(daily.len(), 2);
    for panel in daily {
        // Bars lie after the point that they are of.
        assert_eq!(panel["fieldConfig"]["defaults"]["custom"]["barAlignment"], 1, "{panel}");
        let query = filled(panel["targets"][0]["expr"].as_str().unwrap(), Store::Victoria);
        // Grafana asks for whole days.
        let asked =
            Asked::Range { begin: FIRST_DAY, end: FIRST_DAY + DAYS * DAY_S, step_s: DAY_S as u32 };
        let found = wait_for("the days", || match server.answer(&query, asked)?.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(format!("{other:?}")),
        });
        assert_eq!(found["metric"]["name"], "东门站");
        let days: Vec<(i64, f64)> = found["values"].as_array().unwrap().iter().map(point).collect();
        let whole = GROWTH * 24.0;
        let expected = [whole, whole, whole, whole / 2.0];
        assert_eq!(days.len(), expected.len(), "{days:?}");
        for ((at, value), (day, expected)) in days.iter().zip((0..).zip(expected)) {
            assert_eq!(*at, FIRST_DAY + day * DAY_S);
            // A value stands for the time until the next.
            let least = GROWTH * EVERY_S as f64 / 3600.0;
            assert!((value - expected).abs() <= least, "day {day}: {value}, not {expected}");
        }
        let sum: f64 = days.iter().map(|(_, value)| value).sum();
        let grown = GROWTH * 24.0 * 3.5;
        assert!((sum - grown).abs() <= 2.0 * GROWTH * EVERY_S as f64 / 3600.0, "{sum} of {grown}");
    }
}

/// The panel of VictoriaMetrics' dashboards that has this in its title.
fn panel<'a>(boards: &'a [Board], board: &str, title: &str) -> &'a Value {
    let mut panels = boards
        .iter()
        .filter(|one| {
            one.store == Store::Victoria && one.json["uid"] == format!("hanqing-victoria-{board}")
        })
        .flat_map(|board| board.panels());
    panels.find(|panel| panel["title"].as_str().unwrap().ends_with(title)).unwrap()
}

#[test]
fn what_a_counter_grows_by_is_told_once() {
    let context = Context::new();
    let victoria = Victoria::start(&context);
    let server = Server { port: victoria.port };
    let (scraped_every_s, jump_at) = (60, FIRST_DAY + 3000);
    let mut scraped = String::new();
    for at in (FIRST_DAY..FIRST_DAY + RANGE_S).step_by(scraped_every_s) {
        // It was there before anything was scraped.
        let dropped = if at < jump_at { 1000 } else { 1007 };
        writeln!(
            scraped,
            "hanqing_spool_dropped_readings_total{{gateway=\"gw-1\"}} {dropped} {}",
            at * 1000
        )
        .unwrap();
    }
    server.post("/api/v1/import/prometheus", scraped.as_bytes());
    victoria.flush();

    let boards = all();
    let panel = panel(&boards, "gateways", "Losses");
    let query = panel["targets"].as_array().unwrap().iter().find_map(|target| {
        target["expr"].as_str().filter(|query| query.contains("hanqing_spool_dropped"))
    });
    let query = filled(query.unwrap(), Store::Victoria);
    let asked = Asked::Range { begin: FIRST_DAY, end: FIRST_DAY + RANGE_S, step_s: STEP_S };
    let found = wait_for("the losses", || match server.answer(&query, asked)?.as_slice() {
        [one] => Ok(one.clone()),
        other => Err(format!("{other:?}")),
    });
    let points: Vec<(i64, f64)> = found["values"].as_array().unwrap().iter().map(point).collect();
    let sum: f64 = points.iter().map(|(_, value)| value).sum();
    assert_eq!(sum, 7.0, "{points:?}");
    let at = points.iter().find(|(_, value)| *value > 0.0).map(|(at, _)| *at);
    assert!(at.is_some_and(|at| (at - jump_at).abs() <= 60), "{at:?}, not {jump_at}");
}

fn point(value: &Value) -> (i64, f64) {
    (value[0].as_i64().unwrap(), value[1].as_str().unwrap().parse().unwrap())
}
