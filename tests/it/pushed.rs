//! Configurations that are pushed over MQTT: kept where the hub confirms them, taken back by the gateway itself where
//! they cut it off or leave it without readings, and refused where they are forged, replayed, old, or ask for too
//! much.

mod chaos;
mod kit;
mod steps;

use std::time::{Duration, Instant};

use serde_json::json;

use self::kit::{CONFIRM_S, Office};
use crate::context::{free_port, wait_for};
use crate::peers::{mosquitto_with, publish};

/// A gateway is back within two minutes; with the limit of these tests well before.
const BACK_MAX: Duration = Duration::from_secs(CONFIRM_S as u64 + 30);

#[test]
fn a_good_one_is_kept_and_outlasts_a_kill_and_the_gateways_own_file_comes_back() {
    let mut office = Office::start(&[]);
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2", "--by", "李明"]);
    assert_eq!(code, Some(0), "{said}{problem}");
    assert!(said.contains("on trial") && said.contains("kept"), "{said}");
    office.polls_each(2);
    // The office's page is made of reports.
    office.reports(|pushed| {
        pushed.in_force.is_some() && pushed.last == pushed.in_force && !pushed.unused
    });
    office.kill_and_start();
    let used = office.pushed().state.in_force.expect("one is in force");
    assert_eq!((used.by.as_str(), used.keys), ("李明", vec!["bus.field.interval_s".to_owned()]));
    office.polls_each(2);
    let (_, listed, _) = office.command(&["push", "list", "-c", &office.hub_file()]);
    assert!(listed.contains("gw-test") && listed.contains("bus.field.interval_s"), "{listed}");
    let (_, status, _) = office.command(&["status", "-c", &office.edge_file()]);
    assert!(status.contains("李明") && status.contains("bus.field.interval_s"), "{status}");

    // At the gateway, somebody wants its own file.
    let (code, said, problem) = office.command(&["push", "drop", "-c", &office.edge_file()]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.hang_up();
    office.polls_each(1);
    let state = office.pushed().state;
    assert!(state.in_force.is_none(), "{state:?}");
    // And one of the last five again.
    let number = used.number.to_string();
    let file = office.edge_file();
    let (code, said, problem) = office.command(&["push", "drop", "-c", &file, "--to", &number]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.hang_up();
    office.polls_each(2);
    let (code, said, problem) = office.push(&["--none"]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.polls_each(1);
}

#[test]
fn a_broker_without_a_hub_and_a_broker_that_is_not_there_are_left_again() {
    let mut office = Office::start(&["mqtt.url"]);
    let elsewhere = free_port();
    let config = format!("listener {elsewhere} 127.0.0.1\nallow_anonymous true\n");
    let _broker = mosquitto_with(&office.context, &config, elsewhere);
    for port in [elsewhere, free_port()] {
        let set = format!("mqtt.url=mqtt://127.0.0.1:{port}");
        let began = Instant::now();
        let (code, said, problem) = office.push(&["--set", &set]);
        assert_eq!(code, Some(1), "{said}{problem}");
        assert!(said.contains("rolled back") && said.contains("10 s"), "{said}");
        assert!(began.elapsed() < BACK_MAX, "{:?}", began.elapsed());
        office.delivers();
        assert!(office.pushed().state.in_force.is_none());
        assert!(office.edge.runs(), "it went back by itself");
    }
}

#[test]
fn one_that_leaves_a_bus_without_readings_is_taken_back_and_the_bus_is_named() {
    let office = Office::start(&["bus.*.tcp", "bus.*.timeout_ms"]);
    let set = format!("bus.field.tcp=127.0.0.1:{}", free_port());
    let (code, said, problem) = office.push(&["--set", &set]);
    assert_eq!(code, Some(1), "{said}{problem}");
    assert!(said.contains("rolled back") && said.contains("gave none: field"), "{said}");
    office.delivers();
}

#[test]
fn one_that_is_wrong_or_asks_for_too_much_never_runs() {
    let office = Office::start(&["mqtt.url"]);
    for (set, says) in [
        ("bus.field.interval_s=often", "interval_s"),
        // A year.
        ("bus.field.interval_s=31536000", "interval_s"),
        ("bus.pumps.interval_s=60", "no such place"),
        ("uplink.monthly_mb=1", "remote.allow"),
        ("mqtt.url=mqtt://broker.example:1883", "mqtt"),
    ] {
        let (code, said, problem) = office.push(&["--set", set]);
        assert_eq!(code, Some(1), "{set}: {said}{problem}");
        assert!(said.contains("refused") && said.contains(says), "{set}: {said}");
    }
    // The office's own command does not send what no gateway takes.
    for set in ["remote.allow=[]", "mqtt.key_file=/etc/shadow", "bus..x=1", "bus.field={}"] {
        let (code, _, problem) = office.push(&["--set", set]);
        assert_eq!(code, Some(2), "{set}: {problem}");
    }
    let (code, said, problem) = office.push(&["--set", "mqtt.url=mqtts://office:s3cret@broker"]);
    assert_eq!(code, Some(2), "{said}{problem}");
    assert!(problem.contains("password_file"), "{problem}");
    assert!(!format!("{said}{problem}").contains("s3cret"), "{said}{problem}");
    assert_eq!(office.connections(), 1, "nothing has interrupted it");
}

#[test]
fn whoever_signs_with_a_key_that_the_gateway_does_not_know_is_told() {
    let office = Office::start(&[]);
    let other = office.context.path("other.key").display().to_string();
    let (code, _, problem) = office.command(&["push", "key", "--out", &other]);
    assert_eq!(code, Some(0), "{problem}");
    let hub = office.hub_file();
    let (code, said, problem) = office.command(&[
        "push",
        "send",
        "-c",
        &hub,
        "--gateway",
        "gw-test",
        "--key",
        &other,
        "--set",
        "bus.field.interval_s=2",
    ]);
    assert_eq!(code, Some(1), "{said}{problem}");
    assert!(problem.contains("does not believe") && problem.contains("no signature"), "{problem}");
    office.polls_each(1);
}

#[test]
fn what_a_technician_has_changed_and_not_reloaded_does_not_come_into_force_by_a_push() {
    let office = Office::start(&[]);
    let file = std::fs::read_to_string(office.context.path("edge.toml")).unwrap();
    let half_done = file.replace("interval_s = 1\n", "interval_s = 1\ntimeout_ms = 900\n");
    for edited in [half_done.as_str(), "half a file = ["] {
        office.context.write("edge.toml", edited);
        let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2"]);
        assert_eq!(code, Some(1), "{said}{problem}");
        assert!(said.contains("refused") && said.contains("not reloaded"), "{said}");
    }
    office.delivers();
    assert_eq!(office.connections(), 1, "nothing has interrupted it");
    office.context.write("edge.toml", &half_done);
    office.hang_up();
    office.delivers();
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2"]);
    assert_eq!(code, Some(0), "{said}{problem}");
}

#[test]
fn a_state_that_is_restored_takes_the_newest_that_the_broker_has_and_nothing_older_after_it() {
    let mut office = Office::start(&[]);
    let older = office.signed("gw-test", 1_000, json!({"bus.field.interval_s": 2}));
    office.send(&older);
    office.comes_to(1_000, "kept");
    let state = office.context.path("spool.pushed/state.json");
    let copy = std::fs::read(&state).unwrap();
    office.send(&office.signed("gw-test", 2_000, json!({"bus.field.interval_s": 3})));
    office.comes_to(2_000, "kept");
    office.kill();
    std::fs::write(&state, copy).unwrap();
    office.start_edge();
    office.comes_to(2_000, "kept");
    office.polls_each(3);
    office.send(&older);
    wait_for("the count", || match office.pushed().state.refused {
        1 => Ok(()),
        seen => Err(seen),
    });
    assert_eq!(office.pushed().state.in_force.map(|used| used.number), Some(2_000));
}

#[test]
fn what_is_forged_replayed_old_for_another_or_too_large_is_counted_and_changes_nothing() {
    let office = Office::start(&[]);
    let good = office.signed("gw-test", 1_000, json!({"bus.field.interval_s": 2}));
    office.send(&good);
    office.comes_to(1_000, "kept");
    let stranger = Office::stranger();
    let mut count = 0;
    let bad = [
        stranger.message("gw-test", 2_000, json!({"bus.field.interval_s": 3})),
        office.signed("gw-other", 2_000, json!({"bus.field.interval_s": 3})),
        office.signed("gw-test", 999, json!({"bus.field.interval_s": 3})),
        office.signed("gw-test", 1_000, json!({"bus.field.interval_s": 3})),
        [&good[..good.len() - 2], b"}}"].concat(),
        b"{}".to_vec(),
        vec![b'x'; 200_000],
    ];
    for message in bad {
        office.send(&message);
        count += 1;
        wait_for("the count", || match office.pushed().state.refused {
            seen if seen == count => Ok(()),
            seen => Err((count, seen)),
        });
    }
    // The same again is no attack: brokers send what they retain.
    office.send(&good);
    let connections = office.connections();
    office.ends_connection(&vec![b'x'; 1_900_000]);
    office.delivers();
    let state = office.pushed().state;
    assert_eq!((state.highest, state.refused), (1_000, count), "{state:?}");
    assert_eq!(state.in_force.map(|used| used.number), Some(1_000));
    // The broker drops what is larger than the gateway takes, or the gateway is deaf for a while: it does not end again
    // and again.
    assert!(office.connections() <= connections + 2, "{}", office.connections());
    office.polls_each(2);
}

#[test]
fn a_packet_that_ends_each_connection_does_not_cut_the_gateway_off() {
    let office = Office::start_with(&[], &[("HANQING__MQTT__PROTOCOL", "3".into())]);
    office.delivers();
    office.ends_connection(&vec![b'x'; 1_900_000]);
    office.delivers();
    let log = office.context.log("edge");
    assert!(log.contains("may hold what is too large"), "{log}");
    publish(office.context.broker_port(), &[(kit::TOPIC, Vec::new())], true);
}

#[test]
fn a_trial_that_a_kill_interrupts_is_over_at_the_next_start() {
    let mut office = Office::start(&["bus.*.tcp"]);
    let nowhere = format!("127.0.0.1:{}", free_port());
    office.send(&office.signed("gw-test", 1_000, json!({"bus.field.tcp": nowhere})));
    office.comes_to(1_000, "on_trial");
    office.kill_and_start();
    office.comes_to(1_000, "rolled_back");
    office.delivers();
    // Nor does it begin again, though the broker has it still.
    let state = office.pushed().state;
    assert_eq!((state.highest, state.in_force), (1_000, None));
    assert!(!office.context.log("edge").contains("is kept"));
}

#[test]
fn whoever_reloads_at_the_gateway_ends_a_trial() {
    let office = Office::start(&["bus.*.tcp"]);
    let nowhere = format!("127.0.0.1:{}", free_port());
    office.send(&office.signed("gw-test", 1_000, json!({"bus.field.tcp": nowhere})));
    office.comes_to(1_000, "on_trial");
    office.hang_up();
    office.comes_to(1_000, "rolled_back");
    let last = office.pushed().state.last.expect("it was tried");
    assert!(last.why[0].en.contains("reloaded"), "{last:?}");
    office.delivers();
}

#[test]
fn windows_of_connection_do_not_keep_a_trial_from_being_confirmed_and_hold_again_after_it() {
    let office = Office::start(&["uplink.windows"]);
    // Closed, whatever the time is.
    let now = hanqing::support::Clock::system().now();
    let hour = now.to_zoned_datetime(jiff::tz::TimeZone::system()).hour();
    let window = format!("uplink.windows=[\"{:02}:00+1\"]", (hour + 6) % 24);
    let (code, said, problem) = office.push(&["--set", &window]);
    assert_eq!(code, Some(0), "{said}{problem}");
    wait_for("the window", || {
        let delivery = office.context.status().delivery;
        let closed = delivery.connected_since.is_none() && delivery.next_at.is_some();
        if closed { Ok(()) } else { Err(Box::new(delivery)) }
    });
}

#[test]
fn the_rights_that_are_shipped_let_the_office_push() {
    let office = Office::start_guarded();
    let connected = office.context.log("hub").matches("connected").count();
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2"]);
    assert_eq!(code, Some(0), "{said}{problem}");
    let (code, listed, problem) = office.command(&["push", "list", "-c", &office.hub_file()]);
    assert!(code == Some(0) && listed.contains("gw-test"), "{listed}{problem}");
    let log = office.context.log("hub");
    assert_eq!(log.matches("connected").count(), connected, "the hub stays connected: {log}");
    // With the hub's own login it would not.
    let hub = std::fs::read_to_string(office.context.path("hub.toml")).unwrap();
    office.context.write("hub.toml", hub.split("[push]").next().unwrap());
    let (code, _, problem) = office.push(&["--none"]);
    assert!(code == Some(2) && problem.contains("[push]"), "{problem}");
}

#[test]
fn a_state_that_cannot_be_written_lets_nothing_run() {
    let office = Office::start(&[]);
    office.context.write("spool.pushed", "in the place of its folder");
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2"]);
    assert_eq!(code, Some(1), "{said}{problem}");
    assert!(said.contains("refused") && said.contains("cannot be written"), "{said}");
    office.delivers();
    assert_eq!(office.connections(), 1, "nothing has interrupted it");
}

#[test]
fn a_damaged_state_keeps_no_gateway_from_starting_and_is_begun_anew_by_a_person() {
    let mut office = Office::start(&[]);
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=2"]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.kill();
    office.context.write("spool.pushed/state.json", "{\"v\":1,");
    office.start_edge();
    office.delivers();
    let status = office.pushed();
    let closed = status.closed.expect("nothing is taken").to_string();
    assert!(closed.contains("damaged") && closed.contains("push drop"), "{closed}");
    assert!(status.state.in_force.is_none());
    let (code, said, problem) = office.command(&["push", "drop", "-c", &office.edge_file()]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.hang_up();
    wait_for("the state to be begun anew", || match office.pushed() {
        status if status.closed.is_none() => Ok(()),
        status => Err(Box::new(status)),
    });
    // What the broker has retained was signed before that.
    office.delivers();
    assert!(office.pushed().state.in_force.is_none());
    let (code, said, problem) = office.push(&["--set", "bus.field.interval_s=3"]);
    assert_eq!(code, Some(0), "{said}{problem}");
    office.polls_each(3);
}

#[test]
fn without_a_section_nothing_is_listened_to_and_a_key_that_is_missing_keeps_nothing_from_running() {
    let office = Office::start(&[]);
    let file = std::fs::read_to_string(office.context.path("edge.toml")).unwrap();
    let without: String =
        file.lines().filter(|line| !kit::of_remote(line)).collect::<Vec<_>>().join("\n");
    office.context.write("edge.toml", &without);
    office.hang_up();
    wait_for("no status of it", || match office.context.status().pushed {
        None => Ok(()),
        Some(status) => Err(Box::new(status)),
    });
    office.send(&office.signed("gw-test", 1_000, json!({"bus.field.interval_s": 2})));
    office.delivers();
    assert_eq!(office.context.status().pushed, None);
    std::fs::remove_file(office.context.path("push.key.pub")).unwrap();
    office.context.write("edge.toml", &file);
    office.hang_up();
    wait_for("why it takes none", || {
        let status = office.context.status().pushed.ok_or("no status")?;
        let closed = status.closed.ok_or("open")?.to_string();
        if closed.contains("public_key_file") { Ok(()) } else { Err("another reason") }
    });
    office.delivers();
}
