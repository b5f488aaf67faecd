//! The readings of a gateway in other people's systems, beside its own delivery: each reading, in order, and whatever
//! their brokers do, nobody else waits.

mod heard;
mod life;

use std::collections::BTreeSet;

use hanqing::edge::ViewStatus;
use serde_json::{Value, json};

use self::heard::{Heard, Seen};
use crate::context::{Context, GATEWAY, Process, free_port, get, hanqing, outcome, wait_for};
use crate::daemon::signal;
use crate::faulty_line::{FaultyLine, Mode};
use crate::peers::{Pymodbus, mosquitto, mosquitto_with, publish};

/// Devices of one level each, as many as `units`.
fn field(units: usize) -> Pymodbus {
    let units = (1..=units).map(|unit| (unit.to_string(), json!({"4": [2350]})));
    Pymodbus::start(&Value::Object(units.collect()))
}

/// A gateway that polls them each second, with these views; its own delivery is confirmed by the broker.
fn configure(context: &Context, field: &Pymodbus, units: usize, views: &str) {
    let mut buses = format!(
        "confirm = \"broker\"\n[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n",
        field.port
    );
    for unit in 1..=units {
        buses += &format!(
            "[[bus.device]]\nunit = {unit}\nprofile = \"one-level\"\nstation = \"pond-{unit:02}\"\n"
        );
    }
    let (confirm, buses) = buses.split_once('\n').unwrap();
    let file = context.edge_config(&format!("{buses}{views}"));
    let text = std::fs::read_to_string(&file).unwrap();
    context.write("edge.toml", &format!("{confirm}\n{text}"));
}

fn view(context: &Context, name: &str) -> ViewStatus {
    let views = context.status().views;
    views.into_iter().find(|view| view.name == name).unwrap_or_else(|| panic!("no view {name}"))
}

/// Ends the gateway in order.
fn stop(edge: &mut Process) {
    signal(edge, "TERM");
    wait_for("the gateway's end", || if edge.runs() { Err("runs") } else { Ok(()) });
}

/// That `seen` is the beginning of `all`, or the other way round, but for at most `late` that were not sent any more.
fn is_beginning_of(seen: &[Seen], all: &[Seen], late: usize) {
    assert!(seen.len().abs_diff(all.len()) <= late, "{} of {}", seen.len(), all.len());
    let both = seen.len().min(all.len());
    assert_eq!(seen[..both], all[..both]);
}

#[test]
fn all_formats_get_each_reading_once_and_in_order_beside_the_own_delivery() {
    let context = Context::new();
    let field = field(2);
    let _broker = mosquitto(&context);
    let heard = Heard::at(context.broker_port());
    configure(
        &context,
        &field,
        2,
        "[[view]]\nname = \"county\"\nformat.line_protocol = { topic = \"county\" }\n\
         [[view]]\nname = \"scada\"\nformat.sparkplug = { group = \"water\" }\n\
         [[view]]\nname = \"home\"\nformat.home_assistant = { state_prefix = \"home\" }\n\
         [[view]]\nname = \"shop\"\n[view.format.json]\ntopic = \"shop/{station}\"\n\
         template = { series = \"{station}/{parameter}\", at = \"{time_ms}\", value = \"{value}\" }\n",
    );
    let mut edge = context.edge();
    wait_for("some polls", || match heard.delivered().len() {
        polled if polled >= 16 => Ok(()),
        polled => Err(polled),
    });
    let views = wait_for("all views to be confirmed", || {
        let views = context.status().views;
        let all = views.len() == 4 && views.iter().all(|view| view.confirmed_at.is_some());
        if all { Ok(views) } else { Err(views) }
    });
    assert!(views.iter().all(|view| view.lost == 0 && view.problem.is_none()), "{views:?}");
    stop(&mut edge);
    let all = heard.delivered();
    // The last two polls may not be confirmed everywhere: a view sends them at the next start.
    is_beginning_of(&heard.lines("county"), &all, 4);
    is_beginning_of(&heard.json("shop/"), &all, 4);
    let scada = heard.sparkplug("water");
    let seen: Vec<Seen> = scada.iter().map(|(seen, _)| seen.clone()).collect();
    is_beginning_of(&seen, &all, 4);
    assert!(scada.iter().any(|(_, historical)| !historical), "{scada:?}");
    // Home Assistant is told what is, not what was before it could be told.
    let home = heard.home("home");
    assert!(home.len() + 8 >= all.len(), "{home:?} of {all:?}");
    assert!(home.iter().all(|seen| all.contains(seen)), "{home:?} {all:?}");
}

#[test]
fn a_broker_that_hangs_or_is_away_holds_up_nobody_else_and_gets_what_it_missed() {
    const UNITS: usize = 30;
    let context = Context::new();
    let field = field(UNITS);
    let _broker = mosquitto(&context);
    let port = context.broker_port();
    let heard = Heard::at(port);
    let (hanging, away) = (FaultyLine::to(port), FaultyLine::to(port));
    let views = format!(
        "[[view]]\nname = \"hangs\"\nbacklog_max = 100\nmqtt.url = \"mqtt://127.0.0.1:{}\"\n\
         format.line_protocol = {{ topic = \"hangs\" }}\n\
         [[view]]\nname = \"away\"\nmqtt.url = \"mqtt://127.0.0.1:{}\"\nformat.sparkplug = {{ group = \"away\" }}\n\
         [[view]]\nname = \"near\"\nformat.line_protocol = {{ topic = \"near\" }}\n",
        hanging.port, away.port
    );
    configure(&context, &field, UNITS, &views);
    let mut edge = context.edge();
    wait_for("all views to be confirmed", || {
        let views = context.status().views;
        let all = views.iter().all(|view| view.confirmed_at.is_some());
        if all { Ok(()) } else { Err(views) }
    });
    // It takes everything and answers nothing.
    hanging.set(Mode::BlackHole);
    away.set(Mode::Refuse);
    let poll = UNITS as u64;
    let status = wait_for("a backlog that is bounded", || {
        let status = context.status();
        let [hangs, away] = ["hangs", "away"].map(|name| view(&context, name));
        let both = hangs.lost > 2 * poll && away.backlog > 5 * poll && away.problem.is_some();
        if both { Ok(status) } else { Err(status.views) }
    });
    let [hangs, away_now, near] = [0, 1, 2].map(|index| status.views[index].clone());
    assert!(hangs.backlog <= 100, "{hangs:?}");
    assert_eq!((away_now.lost, near.lost), (0, 0));
    // Nobody else waits for it: what waits is what has just been polled.
    assert!(near.backlog <= 2 * poll && status.spool.readings <= 2 * poll, "{status:?}");
    let (code, said, error) =
        outcome(hanqing().args(["status", "-c"]).arg(context.path("edge.toml")));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(said.contains("View hangs: ") && said.contains(" readings passed over"), "{said}");
    assert!(said.contains("View away: not connected, "), "{said}");

    // Whatever went into the hole is lost on this connection.
    hanging.set(Mode::Reset);
    hanging.set(Mode::Pass);
    away.set(Mode::Pass);
    let views = wait_for("the views to catch up", || {
        let views = context.status().views;
        let caught_up = |view: &ViewStatus| view.connected_since.is_some() && view.backlog <= poll;
        if views.iter().all(caught_up) { Ok(views) } else { Err(views) }
    });
    // What had been there when it connected is not: what is polled afterwards.
    wait_for("news", || match heard.sparkplug("away").last() {
        Some((_, false)) => Ok(()),
        last => Err(last.cloned()),
    });
    stop(&mut edge);
    let all = heard.delivered();
    is_beginning_of(&heard.lines("near"), &all, 2 * UNITS);
    // Order and times of what is sent again do not change, and nothing is left out within the bound.
    let hung = heard.lines("hangs");
    let got: BTreeSet<&Seen> = hung.iter().collect();
    let lost = all.iter().filter(|seen| !got.contains(seen)).count() as u64;
    assert!(views[0].lost > 0 && lost <= views[0].lost + 2 * poll, "{lost} {views:?}");
    let scada = heard.sparkplug("away");
    let got: BTreeSet<&Seen> = scada.iter().map(|(seen, _)| seen).collect();
    let left_out: Vec<_> = all.iter().filter(|seen| !got.contains(seen)).collect();
    assert!(left_out.len() <= 2 * UNITS, "{left_out:?}");
    let old = scada.iter().filter(|(_, historical)| *historical).count();
    assert!(old as u64 > 5 * poll, "{old} of {}", scada.len());
}

#[test]
fn a_broker_that_takes_less_gets_smaller_messages_and_what_fits_into_none_is_told() {
    const UNITS: usize = 30;
    let context = Context::new();
    let field = field(UNITS);
    let _broker = mosquitto(&context);
    let small = free_port();
    // It names its limit when it accepts a connection.
    let config =
        format!("listener {small} 127.0.0.1\nallow_anonymous true\nmax_packet_size 1000\n");
    let _small = mosquitto_with(&context, &config, small);
    let (heard, heard_small) = (Heard::at(context.broker_port()), Heard::at(small));
    let long = "x".repeat(1000);
    let views = format!(
        "[[view]]\nname = \"lines\"\nmqtt.url = \"mqtt://127.0.0.1:{small}\"\n\
         format.line_protocol = {{ topic = \"lines\" }}\n\
         [[view]]\nname = \"long\"\nmqtt.url = \"mqtt://127.0.0.1:{small}\"\n\
         format.json = {{ topic = \"long/{{station}}\", template = '{{\"value\": \"{{value}}\", \"long\": \"{long}\"}}' }}\n"
    );
    configure(&context, &field, UNITS, &views);
    let mut edge = context.edge();
    wait_for("lines of three polls", || match heard_small.lines("lines").len() {
        few if few < 3 * UNITS => Err(few),
        _ => Ok(()),
    });
    let long = wait_for("what cannot be sent to be given up", || {
        let long = view(&context, "long");
        if long.lost > 0 { Ok(long) } else { Err(long) }
    });
    assert_eq!(long.confirmed_at, None);
    let [lines, _] = &context.status().views[..] else { panic!("two views") };
    assert_eq!((lines.lost, lines.problem.as_ref()), (0, None));
    stop(&mut edge);
    is_beginning_of(&heard_small.lines("lines"), &heard.delivered(), 2 * UNITS);
    assert_eq!(heard_small.of("long").len(), 0);
}

#[test]
fn whenever_the_gateway_is_killed_a_view_gets_everything() {
    let context = Context::new();
    let field = field(2);
    let _broker = mosquitto(&context);
    let heard = Heard::at(context.broker_port());
    let views = "[[view]]\nname = \"county\"\nformat.line_protocol = { topic = \"county\" }\n";
    configure(&context, &field, 2, views);
    let mut edge = context.edge();
    for _ in 0..3 {
        let before = heard.delivered().len();
        wait_for("more polls", || match heard.delivered().len() {
            polled if polled >= before + 6 => Ok(()),
            polled => Err(polled),
        });
        edge.kill();
        edge = context.edge();
    }
    let polled = heard.delivered();
    wait_for("everything in the view", || {
        let got: BTreeSet<Seen> = heard.lines("county").into_iter().collect();
        let missing: Vec<&Seen> = polled.iter().filter(|seen| !got.contains(seen)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
    });
    let county = view(&context, "county");
    assert_eq!((county.lost, county.problem), (0, None));
}

#[test]
fn a_reload_begins_views_and_forgets_them() {
    let context = Context::new();
    let field = field(1);
    let _broker = mosquitto(&context);
    let heard = Heard::at(context.broker_port());
    configure(&context, &field, 1, "");
    let edge = context.edge();
    assert_eq!(context.status().views, []);
    let county = "[[view]]\nname = \"county\"\nformat.line_protocol = { topic = \"county\" }\n";
    configure(&context, &field, 1, county);
    signal(&edge, "HUP");
    wait_for("the view", || match heard.lines("county").len() {
        0 => Err("no line"),
        _ => Ok(()),
    });
    configure(&context, &field, 1, "");
    signal(&edge, "HUP");
    wait_for("no view", || match context.status().views {
        views if views.is_empty() => Ok(()),
        views => Err(views),
    });
}

#[test]
fn what_a_broker_retains_and_is_too_large_does_not_stop_a_view() {
    let context = Context::new();
    let field = field(1);
    let _broker = mosquitto(&context);
    let port = context.broker_port();
    let topic = format!("spBv1.0/town/NCMD/{GATEWAY}");
    publish(port, &[(topic.as_str(), vec![b'x'; 1_900_000])], true);
    let views = format!(
        "[[view]]\nname = \"scada\"\nmqtt = {{ url = \"mqtt://127.0.0.1:{port}\", protocol = \"3\" }}\n\
         format.sparkplug = {{ group = \"town\" }}\n"
    );
    configure(&context, &field, 1, &views);
    let _edge = context.edge();
    wait_for("that the view says so", || match context.log("edge") {
        log if log.contains("subscribes to nothing for an hour") => Ok(()),
        log => Err(log),
    });
    let before = view(&context, "scada").confirmed_at;
    wait_for("the view to go on", || {
        let scada = view(&context, "scada");
        let goes_on = scada.connected_since.is_some() && scada.confirmed_at > before;
        if goes_on { Ok(()) } else { Err(scada) }
    });
}

#[test]
fn a_view_that_may_not_write_says_so_and_holds_up_nobody() {
    let context = Context::new();
    let field = field(1);
    let port = context.broker_port();
    let acl =
        context.write("acl", "topic readwrite hanqing/#\ntopic readwrite near\ntopic read #\n");
    // As root, mosquitto becomes a user who cannot look into the folder of a test.
    let config = format!(
        "user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nacl_file {}\n",
        acl.display()
    );
    let _broker = mosquitto_with(&context, &config, port);
    let heard = Heard::at(port);
    let page = free_port();
    let views = format!(
        "[[view]]\nname = \"denied\"\nbacklog_max = 100\nformat.line_protocol = {{ topic = \"denied\" }}\n\
         [[view]]\nname = \"near\"\nformat.line_protocol = {{ topic = \"near\" }}\n\
         [metrics]\nlisten = \"127.0.0.1:{page}\"\n"
    );
    configure(&context, &field, 1, &views);
    let mut edge = context.edge();
    let denied = wait_for("the view's problem", || {
        let denied = view(&context, "denied");
        let told = denied.problem.is_some() && denied.backlog >= 3;
        if told { Ok(denied) } else { Err(denied) }
    });
    let problem = denied.problem.unwrap().to_string();
    assert!(problem.contains("write denied"), "{problem}");
    assert_eq!((denied.confirmed_at, denied.connected_since), (None, None));
    wait_for("the other view", || match heard.lines("near").len() {
        few if few < 3 => Err(few),
        _ => Ok(()),
    });
    let metrics = get(page, "/metrics").unwrap();
    for line in [
        "hanqing_view_connected{view=\"denied\"} 0",
        "hanqing_view_connected{view=\"near\"} 1",
        "hanqing_view_lost_readings_total{view=\"denied\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    let said = "no broker for this view; its readings wait view=\"denied\"";
    assert_eq!(context.log("edge").matches(said).count(), 1, "{}", context.log("edge"));
    stop(&mut edge);
    assert_eq!(heard.of("denied").len(), 0);
    is_beginning_of(&heard.lines("near"), &heard.delivered(), 2);
}
