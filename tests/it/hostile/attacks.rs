//! What one login at the broker can be used for, one attack after the other.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::Protocol;
use super::forgery::{batch, birth, bytes, empty, meter, packed};
use super::honest::{self, HONEST};
use super::scene::{DECLARED, EVIL, FOREIGN, OWN_COUNTER, OWN_LEVEL, Scene, proof};
use crate::context::{get, wait_for};

/// Ranges that a hub keeps of an epoch, and epochs of a gateway.
const RANGES_MAX: i64 = 1000;
const EPOCHS_MAX: usize = 16;

/// Sets of readings that are kept of a gateway.
const KEPT_MAX: i64 = 1000;

/// Series that a gateway may have.
const SERIES_MAX: i64 = 4000;

/// What is logged of a hostile gateway at most, bytes: some lines a minute of at most a kilobyte.
const LOGGED_MAX: usize = 100_000;

const HOUR_MS: i64 = 3_600_000;

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

#[test]
fn readings_of_anothers_station_change_nothing() {
    let mut scene = Scene::start();
    let (_, _, at_ms) = scene.seen_of_the_honest();
    scene.attack(200, |evil, round| {
        // The very times of the honest gateway's readings, an hour before them, and years before them.
        let at_ms =
            [at_ms, at_ms - HOUR_MS, 946_684_800_000 + i64::from(round)][round as usize % 3];
        let readings = json!([[0, 0, 100.0], [1, 0, 500.0], [2, 0, 222.0], [1, 600_000, 51001.0]]);
        let message = batch(0xe01, u64::from(round) + 1, at_ms, &FOREIGN, &readings);
        evil.say("readings", &bytes(&message));
    });
    scene.sets_aside(HONEST);
    let rows = "SELECT count(*) FROM reading r JOIN source s ON r.source = s.id WHERE s.gateway = 'gw-evil'";
    assert_eq!(scene.number(rows), 0);
    assert_eq!(scene.number(&rows.replace("FROM reading ", "FROM reading_hot ")), 0);
    scene.end("readings of another's station").connected_once();
}

#[test]
fn its_own_readings_beside_forged_ones_are_taken() {
    let mut scene = Scene::start();
    let at_ms = now_ms() - HOUR_MS;
    scene.attack(1, |evil, round| {
        let readings = json!([[0, 0, 100.0], [1, 0, 218.5]]);
        let seq = u64::from(round) + 1;
        let message = batch(0xe02, seq, at_ms, &[FOREIGN[0], OWN_LEVEL], &readings);
        evil.say("readings", &bytes(&message));
    });
    let own = wait_for("its own reading", || match scene.context.readings(OWN_LEVEL).as_slice() {
        [reading] => Ok(reading.value()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(own, Some(218.5));
    scene.sets_aside(HONEST);
    scene.end("its own readings beside forged ones").connected_once();
}

#[test]
fn a_birth_describes_no_counter_of_another() {
    let mut scene = Scene::start();
    scene.attack(50, |evil, round| {
        let energy = honest::SERIES[1];
        let wrong_unit = json!({"series": energy, "unit": "m", "interval_s": 1});
        let series = [
            meter(energy, 1e6 + f64::from(round), 1e-9),
            meter(energy, 0.0, -5.0),
            meter(energy, 1e-300, 1e308),
            wrong_unit,
        ];
        // The last is one that could be: of several that wait, a hub reads the newest.
        evil.say("birth", &bytes(&birth(&[series[(round as usize + 3) % 4].clone()])));
    });
    scene.sets_aside(HONEST);
    scene.end("births of another's counter").connected_once();
}

#[test]
fn a_birth_with_an_impossible_rule_is_set_aside() {
    let mut scene = Scene::start();
    let context_rules = |scene: &Scene| scene.context.store().counters().unwrap();
    let before = context_rules(&scene);
    scene.attack(4, |evil, round| {
        let (modulus, rate) =
            [(0.0, 1.0), (-5.0, 1.0), (1e6, -5.0), (1e6, 0.0)][round as usize % 4];
        evil.say("birth", &bytes(&birth(&[meter(OWN_COUNTER, modulus, rate)])));
        evil.flush();
    });
    wait_for("a birth in the quarantine", || match scene.set_aside() {
        reasons if reasons.is_empty() => Err(scene.context.log("hub")),
        reasons => Ok(reasons),
    });
    assert_eq!(context_rules(&scene), before);
    scene.end("births with impossible rules").connected_once();
}

#[test]
fn thirty_thousand_holes_stop_no_acknowledgement() {
    let mut scene = Scene::start();
    scene.attack(17, |evil, round| {
        let first = u64::from(round % 17) * 1800;
        let holes = (first..first + 1800).map(|nth| empty(0xe9, 2 * nth + 1));
        evil.say("readings", &packed(&holes.collect::<Vec<_>>()));
    });
    // Then one message after the other, each of which asks for an acknowledgement of all.
    scene.attack(100, |evil, _| evil.say("readings", &bytes(&empty(0xe9, 1))));
    let ranges = "SELECT count(*) FROM delivered WHERE gateway = 'gw-evil'";
    assert!(scene.number(ranges) <= RANGES_MAX, "{}", scene.number(ranges));
    scene.end("holes").connected_once();
}

#[test]
fn readings_of_next_month_fill_only_their_own_quarantine() {
    let mut scene = Scene::start();
    let at_ms = now_ms() + 30 * 24 * HOUR_MS;
    scene.attack(8, |evil, round| {
        let first = 250 * u64::from(round) + 1;
        let batches = (first..first + 250)
            .map(|seq| batch(0xf1, seq, at_ms, &[OWN_LEVEL], &json!([[0, seq % 1000, 1]])));
        evil.say("readings", &packed(&batches.collect::<Vec<_>>()));
    });
    let kept = "SELECT count(*) FROM quarantine WHERE gateway = 'gw-evil' AND kept = 1";
    wait_for("a full quarantine", || match scene.number(kept) {
        KEPT_MAX => Ok(()),
        other => Err(other),
    });
    is_named_in_health(&scene);
    let ended = scene.end("readings of next month");
    ended.connected_once();
    assert!(ended.context.readings(OWN_LEVEL).is_empty());
}

/// Waits until `/health` names the hostile gateway, and holds that the hub is well all the same.
fn is_named_in_health(scene: &Scene) {
    wait_for("a name in /health", || {
        match get(scene.context.page_port(), "/health").map_err(|error| error.to_string())? {
            health if health.contains(EVIL) && health.contains(" 200 OK") => Ok(()),
            health => Err(health),
        }
    });
}

#[test]
fn a_changed_counter_rule_is_folded_beside_the_intake() {
    let mut scene = Scene::start();
    // Years of hours of its own counter.
    let hours: i64 = if proof() { 87_600 } else { 17_520 };
    let from_ms = now_ms() - hours * HOUR_MS;
    let each = 1000;
    scene.attack((hours / each) as u32 + 1, |evil, round| {
        let first = i64::from(round) * each;
        let last = (first + each).min(hours);
        if first < last {
            let rows = (first..last).map(|nth| json!([0, (nth - first) * HOUR_MS, nth]));
            let at_ms = from_ms + first * HOUR_MS;
            let readings = Value::Array(rows.collect());
            let message = batch(0xb1, u64::from(round) + 1, at_ms, &[OWN_COUNTER], &readings);
            evil.say("readings", &packed(&[message]));
        }
    });
    wait_for("its own readings", || match scene.context.readings(OWN_COUNTER).len() {
        count if count as i64 == hours => Ok(()),
        count => Err(count),
    });
    scene.attack(200, |evil, round| {
        let rule = meter(OWN_COUNTER, 1e6 + f64::from(round % 2), 1e9);
        evil.say("birth", &bytes(&birth(&[rule])));
    });
    scene.end("a rule that changes with each birth").connected_once();
}

#[test]
fn a_message_of_350_bytes_is_350_bytes_of_trouble() {
    let mut scene = Scene::start();
    let epoch = "\u{7f}".repeat(262_000);
    let text = format!(
        r#"{{"v":1,"gateway":"{EVIL}","epoch":"{epoch}","seq":1,"at":0,"series":[],"readings":[]}}"#
    );
    let bomb = hanqing::wire::packed::compress_well(text.as_bytes());
    assert!(bomb.len() < 500, "{}", bomb.len());
    let (log, store) = (scene.context.log("hub").len(), scene.store_bytes());
    scene.attack(100, |evil, round| {
        // Each is another message, so that nothing recognises it.
        let mut bomb = bomb.clone();
        bomb.extend(round.to_be_bytes());
        evil.say("readings", &bomb);
    });
    let reasons = wait_for("a reason in the quarantine", || match scene.set_aside() {
        reasons if reasons.is_empty() => Err(scene.context.log("hub")),
        reasons => Ok(reasons),
    });
    assert!(reasons.iter().all(|reason| reason.len() < 1000), "{reasons:?}");
    let grown = scene.context.log("hub").len() - log;
    let stored = scene.store_bytes() - store;
    println!("35 kB sent: the log has grown by {grown} bytes, the store by {stored}");
    assert!(grown < LOGGED_MAX, "{grown}");
    assert!(stored < 8 << 20, "{stored}");
    scene.end("messages that blow up").connected_once();
}

#[test]
fn thousands_of_epochs_become_sixteen() {
    let mut scene = Scene::start();
    scene.attack(20, |evil, round| {
        let first = 0x1_0000 + u64::from(round) * 1500;
        let epochs = (first..first + 1500).map(|epoch| empty(epoch, 1 + epoch % 3));
        evil.say("readings", &packed(&epochs.collect::<Vec<_>>()));
    });
    let epochs = |scene: &Scene| {
        let gateways = scene.context.store().gateways().unwrap();
        let evil = gateways.iter().find(|row| row.gateway.as_str() == EVIL);
        evil.map_or(0, |row| row.delivered.len())
    };
    let epochs = wait_for("its epochs", || match epochs(&scene) {
        0 => Err(scene.context.log("hub")),
        count => Ok(count),
    });
    assert!(epochs <= EPOCHS_MAX, "{epochs}");
    scene.end("epochs").connected_once();
}

#[test]
fn births_of_hundreds_of_thousands_of_series_are_capped() {
    let mut scene = Scene::start();
    scene.attack(66, |evil, round| {
        let series = (0..4_000).map(|nth| {
            let name = format!("e{round}-{nth}/level");
            json!({"series": name, "unit": "m", "interval_s": 1})
        });
        let message = bytes(&birth(&series.collect::<Vec<_>>()));
        assert!(message.len() < hanqing::wire::MESSAGE_SIZE_MAX);
        evil.say("birth", &message);
    });
    // The cap, and what the honest gateway has.
    let series = scene.number("SELECT count(*) FROM series");
    assert!(series <= SERIES_MAX + 10, "{series}");
    scene.end("births of many series").connected_once();
}

#[test]
fn ten_thousand_small_messages_delay_nobody() {
    let mut scene = Scene::start();
    let log = scene.context.log("hub").len();
    let small = bytes(&json!({"v": 1, "gateway": EVIL}));
    scene.attack(10_000, |evil, _| evil.say("readings", &small));
    let grown = scene.context.log("hub").len() - log;
    assert!(grown < LOGGED_MAX, "{grown}");
    scene.end("a flood of small messages").connected_once();
}

#[test]
fn acknowledgements_are_the_hubs_alone() {
    let mut scene = Scene::start();
    let (epoch, ..) = scene.seen_of_the_honest();
    let ack = bytes(
        &json!({"v": 1, "epoch": epoch.to_string(), "ranges": [[1, u64::MAX]], "whole": true}),
    );
    let garbage = bytes(&batch(0xe3, 1, now_ms(), &[FOREIGN[0]], &json!([[0, 0, 1.0]])));
    scene.attack(20, |evil, _| {
        evil.publish(&format!("hanqing/v1/{HONEST}/ack"), &ack, false);
        evil.publish(&format!("hanqing/v1/{HONEST}/readings"), &garbage, false);
        evil.publish(&format!("hanqing/v1/{HONEST}/birth"), b"{}", true);
    });
    // MQTT 5 says so: not authorised.
    let refused = scene.evil.client().refused();
    assert!(refused.len() >= 60 && refused.iter().all(|reason| *reason == 0x87), "{refused:?}");
    // The honest gateway has heard nothing of it: end() holds that.
    scene.end("forged acknowledgements").connected_once();
}

#[test]
fn a_gateways_login_does_not_get_at_the_hubs_session() {
    let mut scene = Scene::start();
    scene.attack(30, |evil, round| {
        evil.protocol = [Protocol::V3, Protocol::V5][round as usize % 2];
        evil.drop_connection();
        // Its client id is gw-evil whatever it says: the broker takes the user's name.
        evil.takes("hanqing-hub");
        evil.drop_connection();
        evil.takes(HONEST);
    });
    let ended = scene.end("the hub's client id");
    ended.connected_once();
}

#[test]
fn a_status_of_the_year_9999_is_seen_today() {
    let mut scene = Scene::start();
    let topic = format!("hanqing/v1/{EVIL}/status");
    let status = |since: &str| bytes(&json!({"v": 1, "state": "online", "since": since}));
    let own = bytes(&batch(0xe4, 1, now_ms(), &[OWN_LEVEL], &json!([[0, 0, 218.0]])));
    scene.attack(4, |evil, round| {
        let since = ["9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z"][round as usize % 2];
        evil.publish(&topic, &status(since), true);
        evil.say("readings", &own);
        evil.publish(&topic, &status("9999-12-30T22:00:00Z"), true);
    });
    let seen = wait_for("when it was seen", || {
        let overview = scene.context.overview();
        let gateways = overview["gateways"].as_array().unwrap();
        let seen = gateways.iter().find(|row| row["id"] == EVIL).map(|row| &row["last_seen"]);
        let seen = seen.and_then(Value::as_str).ok_or_else(|| overview.to_string())?;
        seen.parse::<Timestamp>().map_err(|error| error.to_string())
    });
    assert!(seen <= Timestamp::now(), "{seen}");
    scene.end("a status of another millennium").connected_once();
}

#[test]
fn retained_garbage_is_set_aside_once() {
    let mut scene = Scene::start();
    let topic = |channel: &str| format!("hanqing/v1/{EVIL}/{channel}");
    scene.attack(1, |evil, _| {
        evil.publish(&topic("birth"), &[0, 0xff].repeat(50_000), true);
        evil.publish(&topic("status"), b"<b>", true);
    });
    let two = |scene: &Scene| {
        wait_for("two messages in the quarantine", || match scene.set_aside() {
            reasons if reasons.len() == 2 => Ok(()),
            reasons => Err(reasons),
        });
    };
    two(&scene);
    // They come again each time that it connects.
    for connections in 2..5 {
        scene.hub.kill();
        scene.hub = scene.context.hub();
        wait_for("the hub at the broker", || {
            let log = scene.context.log("hub");
            if log.matches("connected to the broker").count() >= connections {
                Ok(())
            } else {
                Err(log)
            }
        });
        scene.honest_goes_on(5);
        two(&scene);
    }
    scene.end("retained garbage");
}

#[test]
fn a_series_that_a_second_gateway_sends_too_is_named() {
    let mut scene = Scene::start();
    let energy = honest::SERIES[1];
    // As an edge.toml that was copied, only the name changed.
    scene.attack(5, |evil, round| {
        let birth = honest::birth(hanqing::wire::Epoch(0xc1)).to_bytes();
        evil.publish(&format!("hanqing/v1/{EVIL}/birth"), &birth, true);
        let message = batch(0xc1, u64::from(round) + 1, now_ms(), &[energy], &json!([[0, 0, 9e5]]));
        evil.say("readings", &bytes(&message));
    });
    scene.sets_aside("pump-dongmen-1");
    let (code, said, told) = scene.command(&["gateway", "list"]);
    assert_eq!(code, Some(0), "{said}{told}");
    assert!(said.contains(EVIL) && said.contains(HONEST), "{said}");
    is_named_in_health(&scene);
    assert!(scene.context.readings(DECLARED).is_empty());
    scene.end("two gateways of one station").connected_once();
}
