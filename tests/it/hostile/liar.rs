//! A hostile gateway that knows everything: the honest gateway's epoch, numbers, times and series, our formats and our
//! limits. It draws what it says from a seed.

use std::env;
use std::path::Path;

use hanqing::wire::{BootId, Epoch, packed};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::forgery::{batch, birth, bytes, meter};
use super::honest::HONEST;
use super::scene::{EVIL, FOREIGN, OWN_COUNTER, OWN_LEVEL, Scene};
use crate::context::{hanqing, outcome};

/// Messages in a run of all tests.
const MESSAGES: u32 = 3_000;

/// Messages after which it waits until it is heard, and looks at the honest gateway anew: what is said faster than the
/// hub takes it is dropped, and lies to nobody.
const LOOK_EVERY: u32 = 150;

const DAY_MS: i64 = 86_400_000;

/// What it knows of the honest gateway.
struct Known {
    epoch: Epoch,
    seq: u64,
    at_ms: i64,
}

/// A message: topic, payload, whether it is retained.
type Lie = (String, Vec<u8>, bool);

struct Liar {
    random: ChaCha8Rng,
    seq: u64,
}

fn own(channel: &str) -> String {
    format!("hanqing/v1/{EVIL}/{channel}")
}

fn theirs(channel: &str) -> String {
    format!("hanqing/v1/{HONEST}/{channel}")
}

impl Liar {
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.random_range(0..all.len())]
    }

    /// Once in so many times, what no reader takes: else little of what it says would get further.
    fn rarely(&mut self) -> bool {
        self.random.random_range(0..40) == 0
    }

    fn value(&mut self) -> f64 {
        let near = self.random.random_range(-1000.0..60_000.0);
        self.of(&[near, 0.0, -0.0, 1e308, -1e308, 5e-324, 218.0, 1e6])
    }

    /// The moment of a reading of the honest gateway, or anything else.
    fn time(&mut self, known: &Known) -> i64 {
        let near = self.random.random_range(-DAY_MS..DAY_MS);
        if self.rarely() {
            return self.random.random_range(i64::MIN..i64::MAX);
        }
        let choices = [
            known.at_ms,
            known.at_ms - 200 * self.random.random_range(0..50),
            known.at_ms + near,
            known.at_ms + 400 * DAY_MS,
            946_684_800_000,
            0,
            253_402_000_000_000,
        ];
        self.of(&choices)
    }

    fn number(&mut self, known: &Known) -> u64 {
        self.seq += 1;
        if self.rarely() {
            return self.of(&[0, u64::MAX]);
        }
        let far = self.random.random_range(1..i64::MAX as u64);
        let sparse = 2 * self.seq;
        self.of(&[self.seq, sparse, known.seq, known.seq + 1, 1, far, i64::MAX as u64])
    }

    fn epoch(&mut self, known: &Known) -> u64 {
        let new = self.random.random();
        self.of(&[0xabc, 0xabc, 0xabc, known.epoch.0, known.epoch.0, new, 0, u64::MAX])
    }

    fn readings(&mut self, series: usize) -> Value {
        let count = self.random.random_range(0..6);
        let rows = (0..count).map(|_| {
            let beyond = usize::from(self.rarely());
            let which = self.random.random_range(0..series) + beyond * series;
            let (after, value) = (self.of(&[0, 0, 1, 200]), self.value());
            let flag = if self.rarely() { self.of(&[9, 0, 77]) } else { self.of(&[1, 2, 3, 4]) };
            let wrong = if self.rarely() { "\u{1b}[31m" } else { "rate" };
            let reason = self.of(&["spike", "timeout", "clock", "revoked", wrong]);
            match self.random.random_range(0..6) {
                0 => json!([which, after, null, 9, reason]),
                1 => json!([which, after, value, flag, reason]),
                2 => json!([which, after, value, flag, reason, [65535, 0, 1]]),
                _ => json!([which, after, value]),
            }
        });
        Value::Array(rows.collect())
    }

    fn a_batch(&mut self, known: &Known) -> Value {
        let all = [FOREIGN[0], FOREIGN[1], FOREIGN[2], OWN_LEVEL, OWN_COUNTER, "evil-9/level"];
        let count = self.random.random_range(1..5);
        let series: Vec<&str> = (0..count).map(|_| self.of(&all)).collect();
        let (epoch, seq, at_ms) = (self.epoch(known), self.number(known), self.time(known));
        let readings = self.readings(series.len());
        let mut message = batch(epoch, seq, at_ms, &series, &readings);
        match self.random.random_range(0..20) {
            0 => message["gateway"] = json!(HONEST),
            1 => message["remains"] = self.loss(known, seq),
            2 => {
                let boot = BootId(self.random.random());
                message["clock"] = json!({"boot": boot, "zero": at_ms, "provisional": true});
            }
            _ => {}
        }
        message
    }

    fn loss(&mut self, known: &Known, seq: u64) -> Value {
        let first = self.of(&[1, seq, seq.saturating_sub(3).max(1), known.seq]);
        let lost = self.of(&[0, 1, u64::MAX]);
        let from = self.time(known);
        let to = from.saturating_add(self.of(&[0, 1000, DAY_MS, -1]));
        json!({"first": first, "lost": lost, "from": from, "to": to, "why": "full"})
    }

    fn a_birth(&mut self, known: &Known) -> Value {
        let count = self.random.random_range(1..5);
        let series = (0..count).map(|_| {
            let series = self.of(&[FOREIGN[1], FOREIGN[1], FOREIGN[0], OWN_COUNTER, OWN_LEVEL]);
            let modulus = self.of(&[1e6, 1e6 + 1.0, 0.0, -1.0, 1e-300, 1e308]);
            let rate = self.of(&[1e9, 1e-9, 0.0, -5.0]);
            let mut one = meter(series, modulus, rate);
            one["unit"] = json!(self.of(&["kWh", "kWh", "m", "W"]));
            one
        });
        let mut message = birth(&series.collect::<Vec<_>>());
        message["epoch"] = json!(Epoch(self.epoch(known)));
        message
    }

    fn a_status(&mut self) -> Value {
        let since = self.of(&[
            "9999-12-30T22:00:00Z",
            "2026-01-01T00:00:00Z",
            "-009999-01-02T01:59:59Z",
            "x",
        ]);
        let state = self.of(&["online", "offline", "dead"]);
        json!({"v": self.of(&[1, 1, 1, 2]), "state": state, "since": since})
    }

    /// A message with some bytes changed, left out, or repeated.
    fn damaged(&mut self, mut message: Vec<u8>) -> Vec<u8> {
        for _ in 0..self.random.random_range(1..4) {
            let at = self.random.random_range(0..message.len().max(1));
            match self.random.random_range(0..4) {
                0 => message.truncate(at),
                1 => message.extend_from_within(at.min(message.len())..),
                _ => {
                    if let Some(byte) = message.get_mut(at) {
                        *byte = self.random.random();
                    }
                }
            }
        }
        message
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.random.random_range(0..2000);
        match self.random.random_range(0..5) {
            0 => vec![b'['; length * 10],
            1 => packed::compress_well(&vec![b' '; 128 * length]),
            2 => packed::compress(&packed::compress(&vec![b'{'; length])),
            _ => (0..length).map(|_| self.random.random()).collect(),
        }
    }

    fn next(&mut self, known: &Known) -> Lie {
        match self.random.random_range(0..100) {
            0..40 => (own("readings"), bytes(&self.a_batch(known)), false),
            40..50 => {
                let count = self.random.random_range(0..8);
                let batches: Vec<Value> = (0..count).map(|_| self.a_batch(known)).collect();
                (own("readings"), packed::compress(&bytes(&json!(batches))), false)
            }
            50..60 => (own("birth"), bytes(&self.a_birth(known)), self.random.random()),
            60..65 => (own("status"), bytes(&self.a_status()), self.random.random()),
            65..72 => (theirs("readings"), bytes(&self.a_batch(known)), false),
            72..75 => (theirs("birth"), bytes(&self.a_birth(known)), true),
            75..80 => {
                let ranges = json!([[1, self.number(known)]]);
                let epoch = Epoch(self.epoch(known));
                let ack =
                    json!({"v": 1, "epoch": epoch, "ranges": ranges, "whole": true, "start": true});
                let topic = if self.random.random() { theirs("ack") } else { own("ack") };
                (topic, bytes(&ack), false)
            }
            80..92 => {
                let message = bytes(&self.a_batch(known));
                (own("readings"), self.damaged(message), false)
            }
            _ => {
                let channel = self.of(&["readings", "birth", "status"]);
                (own(channel), self.noise(), self.random.random())
            }
        }
    }
}

fn variable(name: &str, otherwise: u32) -> u32 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Has a clerk throw away what was set aside of the hostile gateway.
fn empty_quarantine(config: &Path) {
    let drop = ["quarantine", "drop", "--yes", "--gateway", EVIL, "-c"];
    let (code, said, told) = outcome(hanqing().args(drop).arg(config));
    assert_eq!(code, Some(0), "{said}{told}");
}

#[test]
fn a_gateway_that_knows_everything_changes_nothing() {
    let seed = variable("HANQING_SEED", 20_261_129);
    let messages = variable("HANQING_HOSTILE", MESSAGES);
    let mut liar = Liar { random: ChaCha8Rng::seed_from_u64(seed.into()), seq: 0 };
    let mut scene = Scene::start();
    println!("seed {seed}, {messages} messages");
    let mut honest = scene.watch();
    let (mut known, mut heard, mut emptied) = (honest(), 0, 0);
    let config = scene.context.path("hub.toml");
    scene.attack(messages, |evil, round| {
        if round % LOOK_EVERY == LOOK_EVERY - 1 {
            if evil.is_heard(round.into()) {
                heard += 1;
            } else {
                // Its part of the quarantine is full, and no room is left: it would not be acknowledged any more.
                empty_quarantine(&config);
                emptied += 1;
            }
            known = honest();
        }
        let (topic, payload, retain) = liar.next(&known);
        evil.publish(&topic, &payload, retain);
    });
    println!("heard {heard} times of {}, emptied {emptied} times", messages / LOOK_EVERY);
    assert!(heard >= messages / LOOK_EVERY / 2, "{heard}");
    scene.sets_aside(HONEST);
    scene.tells_the_gaps();
    scene.end("a gateway that knows everything").connected_once();
}

impl Scene {
    /// What the hostile gateway can know of the honest one, whenever it asks.
    fn watch(&self) -> impl FnMut() -> Known + use<> {
        let look = self.look();
        move || {
            let (epoch, seq, at_ms) = look();
            Known { epoch, seq, at_ms }
        }
    }

    /// Holds that page and command tell the honest gateway's gaps, and no other.
    fn tells_the_gaps(&self) {
        let overview = self.context.overview();
        let gateways = overview["gateways"].as_array().unwrap();
        let honest = gateways.iter().find(|row| row["id"] == HONEST).unwrap();
        assert_eq!(honest["gaps"], json!(["4–6"]), "{overview}");
        let (code, said, told) = self.command(&["gateway", "list", "--json"]);
        assert_eq!(code, Some(0), "{said}{told}");
        let rows: Vec<Value> =
            said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let row = |name: &str| rows.iter().find(|row| row["gateway"] == name).unwrap();
        assert_eq!(row(HONEST)["declared"], json!(["pond-dongmen-1", "pond-dongmen-2"]));
        assert_eq!(row(HONEST)["pinned"][0]["station"], "pump-dongmen-1");
        assert_eq!(row(EVIL)["declared"], json!([]));
    }
}
