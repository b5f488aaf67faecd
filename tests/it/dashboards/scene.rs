//! A VictoriaMetrics with what a running hub and gateway put there, and what asks it as Grafana does.

use std::collections::BTreeSet;
use std::time::Duration;

use hanqing::core::{GatewayId, Reading};
use hanqing::store::line;
use hanqing::support::Clock;
use hanqing::wire::{Batch, Epoch, LossCause, LossRecord};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::boards::{Query, Store};
use super::filled::{RANGE_S, STEP_S, filled};
use super::server::{Asked, Server};
use crate::context::{Context, GATEWAY, free_port, get, wait_for};
use crate::peers::{Pymodbus, mosquitto, publish};
use crate::victoria::Victoria;

/// Between two readings of the past.
const MINUTE: Duration = Duration::from_secs(60);

/// Between two scrapes, as in deploy/container.
const SCRAPED_EVERY: Duration = Duration::from_secs(30);

/// So often each page is taken in.
const SCRAPES: u32 = 6;

/// A server that is filled.
pub struct Scene {
    victoria: Victoria,
    _context: Context,
    /// The end of the past that is put there.
    now: Timestamp,
}

/// What a page of metrics says.
fn page(port: u16) -> Result<String, String> {
    let answer = get(port, "/metrics").map_err(|error| error.to_string())?;
    match answer.split_once("\r\n\r\n") {
        Some((head, text)) if head.starts_with("HTTP/1.1 200") => Ok(text.to_owned()),
        _ => Err(answer),
    }
}

/// The page once it has all of these.
fn page_with(port: u16, wanted: &[&str]) -> String {
    wait_for("metrics", || {
        let text = page(port)?;
        match wanted.iter().find(|wanted| !text.contains(**wanted)) {
            Some(missing) => Err(format!("no {missing} in {text}")),
            None => Ok(text),
        }
    })
}

const COMMITS: &str = "hanqing_hub_commits_total";
const ANSWERS: &str = "hanqing_device_successes_total";

/// What a page of metrics has of a counter, of all labels together.
fn total(page: &str, counter: &str) -> f64 {
    let lines = page.lines().filter(|line| line.starts_with(counter));
    lines.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
}

/// Waits until a counter is above `before`.
fn grows(port: u16, counter: &str, before: f64) {
    wait_for(counter, || {
        let now = total(&page(port)?, counter);
        if now > before { Ok(()) } else { Err(format!("{now}, not more than {before}")) }
    });
}

impl Scene {
    /// Runs a gateway with a pond and a hub. Beside what they write it puts the past of a pump, as a hub writes it, and
    /// their pages of metrics, as they are scraped.
    pub fn filled() -> Self {
        let context = Context::new();
        let _broker = mosquitto(&context);
        let victoria = Victoria::start(&context);
        context.hub_config();
        let hub = std::fs::read_to_string(context.path("hub.toml")).unwrap();
        let port = victoria.port;
        let server =
            format!("[store.server]\nkind = \"victoria\"\nurl = \"http://127.0.0.1:{port}\"\n");
        context.write("hub.toml", &(hub + &server));
        let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
        let own = free_port();
        context.edge_config(&format!(
            "[metrics]\nlisten = \"127.0.0.1:{own}\"\n[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
             timeout_ms = 100\nretries = 0\n[[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n\
             adjust.level = {{ offset = 216.9 }}\n[[bus.device]]\nunit = 2\nprofile = \"one-level\"\nstation = \"pond-dongmen-2\"\n",
            field.port
        ));
        let (_hub, _gateway) = (context.hub(), context.edge());
        // Once something has come, the hub hears all that is published.
        grows(context.page_port(), COMMITS, 0.0);
        let topic = format!("hanqing/v1/{GATEWAY}/readings");
        publish(context.broker_port(), &[(&topic, b"no batch".to_vec())], false);
        let scrape = || {
            let of_hub = page_with(
                context.page_port(),
                &[
                    "hanqing_hub_source_storage_cubic_meters{station=\"pond-dongmen-1\"}",
                    "hanqing_hub_gateway_quarantine_ratio{",
                    "hanqing_hub_gateway_buses{",
                    "hanqing_hub_silent_gateways",
                    "hanqing_hub_copied_age_seconds",
                ],
            );
            let of_gateway = page_with(
                own,
                &[
                    "hanqing_delivery_since_acknowledgement_seconds",
                    "hanqing_device_failures_total",
                ],
            );
            (of_hub, of_gateway)
        };
        let first = scrape();
        grows(context.page_port(), COMMITS, total(&first.0, COMMITS));
        grows(own, ANSWERS, total(&first.1, ANSWERS));
        let second = scrape();
        let now = Clock::system().now();
        let scene = Self { victoria, _context: context, now };
        for (ago, (of_hub, of_gateway)) in [(SCRAPES, first), (0, second)] {
            for scrape in ago..ago + SCRAPES {
                let at = now - SCRAPED_EVERY * scrape;
                scene.scraped(&of_hub, at, "instance=hub");
                scene.scraped(&of_gateway, at, &format!("gateway={GATEWAY}"));
            }
        }
        scene.past();
        scene.victoria.flush();
        scene
    }

    /// Takes in a page as it was scraped at a time.
    fn scraped(&self, page: &str, at: Timestamp, label: &str) {
        let at = at.as_millisecond();
        let path = format!("/api/v1/import/prometheus?timestamp={at}&extra_label={label}");
        self.server().post(&path, page.as_bytes());
    }

    /// Two hours of a pump and a pond, and a loss, in the lines that a hub writes.
    fn past(&self) {
        let gateway: GatewayId = GATEWAY.parse().unwrap();
        let mut lines = Vec::new();
        for minute in 1_u32..120 {
            let at = self.now - MINUTE * minute;
            let passed = f64::from(120 - minute);
            for (series, value) in [
                ("pond-dongmen-1/level", 219.25),
                ("pump-dongmen-1/energy_total", 4000.0 + passed / 10.0),
                ("pump-dongmen-1/volume_total", 90000.0 + passed),
                ("pump-dongmen-1/run_state", 1.0),
                ("pump-dongmen-1/power", 3.9),
                ("pump-dongmen-1/flow", 66.0),
            ] {
                let series = series.parse().unwrap();
                line::reading(&mut lines, Some(&gateway), &Reading::good(series, at, value))
                    .unwrap();
            }
        }
        let at = self.now - MINUTE;
        let loss = LossRecord { first: 1, lost: Some(7), from: at, to: at, why: LossCause::Full };
        let batch = Batch {
            gateway,
            epoch: Epoch(1),
            seq: 1,
            clock: None,
            loss: Some(loss),
            readings: Vec::new(),
        };
        line::batch(&mut lines, "hub", &batch, at);
        self.server().post("/api/v2/write?precision=ms", &lines);
    }

    /// The names of all metrics.
    pub fn names(&self) -> BTreeSet<String> {
        self.server().names()
    }

    fn server(&self) -> Server {
        Server { port: self.victoria.port }
    }

    /// What it answers to a query of a dashboard.
    ///
    /// # Panics
    /// It does not take the query.
    pub fn ask(&self, query: &Query) -> Vec<Value> {
        let text = filled(&query.text, Store::Victoria);
        let answer = self.answer(&text, query.instant);
        answer.unwrap_or_else(|error| panic!("{query:?}\n{text}\n{error}"))
    }

    /// The series that answer a query; the error is the server's.
    pub fn answer(&self, query: &str, instant: bool) -> Result<Vec<Value>, String> {
        // The hub goes on writing: what it had not written at first, it writes now.
        let end = Clock::system().now().as_second() + 1;
        let asked = match instant {
            true => Asked::Instant(end),
            false => Asked::Range { begin: end - RANGE_S, end, step_s: STEP_S },
        };
        self.server().answer(query, asked)
    }
}
