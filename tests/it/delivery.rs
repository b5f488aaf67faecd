//! From registers of a pymodbus server through mosquitto into the store: what was polled arrives, once, whoever fails
//! on the way.

use serde_json::json;

use crate::context::{Context, GATEWAY, Process, SpoolSeen, wait_for};
use crate::peers::{Pymodbus, mosquitto};

const LEVEL: &str = "pond-dongmen-1/level";
const ENERGY: &str = "pump-dongmen-1/energy_total";

/// Readings that each poll of [`Chain`]'s gateway makes, and so each batch holds.
const READINGS_PER_POLL: u64 = 4;

/// A gateway with a level sensor (unit 1, `one-level`) and an energy meter (unit 2, `ddsu666`), a broker and a hub.
struct Chain {
    field: Pymodbus,
    broker: Process,
    hub: Process,
    edge: Process,
    context: Context,
}

impl Chain {
    fn start() -> Self {
        let context = Context::new();
        // 2.35 m of water; 228 V, 3.25 kW, 2048.5 kWh, with the two registers between them that are read along.
        let field = Pymodbus::start(&json!({
            "1": {"4": [2350]},
            "2": {"8192": [0x4364, 0, 0, 0, 0x4050, 0], "16384": [0x4500, 0x0800]},
        }));
        context.hub_config();
        context.edge_config(&format!(
            "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
             [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\nadjust.level = {{ offset = 216.9 }}\n\
             [[bus.device]]\nunit = 2\nprofile = \"ddsu666\"\nstation = \"pump-dongmen-1\"\n\
             parameters = [\"voltage\", \"power\", \"energy_total\"]\n",
            field.port
        ));
        let broker = mosquitto(&context);
        let hub = context.hub();
        let edge = context.edge();
        Self { context, field, broker, hub, edge }
    }

    /// Waits until the spool has grown by `polls` more batches.
    fn polls(&self, polls: u64) -> SpoolSeen {
        let before = self.context.spool().last_seq;
        wait_for("more polls", || match self.context.spool() {
            seen if seen.last_seq >= before + polls => Ok(seen),
            seen => Err(seen),
        })
    }

    /// Waits until the hub has committed something.
    fn arrives(&self) {
        wait_for("the first readings", || {
            let readings = self.context.readings(LEVEL).len();
            if readings > 0 { Ok(()) } else { Err(readings) }
        });
    }

    /// Waits until everything polled up to now has left the spool, then holds the store against it: one epoch, no gap,
    /// as many readings as were polled and not one more.
    fn complete(&self) {
        let polled = self.context.spool().last_seq;
        let (last, counted) = wait_for("an empty spool and a complete store", || {
            let (gateway, counted) = {
                let store = self.context.store();
                let gateways = store.gateways().unwrap();
                let found = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY);
                (found, store.count().unwrap())
            };
            let spool = self.context.spool();
            let gateway = gateway.ok_or("no gateway in the store".to_owned())?;
            let last = gateway
                .delivered
                .values()
                .flat_map(|set| set.iter())
                .map(|(_, last)| last)
                .max()
                .unwrap_or(0);
            let whole = gateway.gaps().is_empty() && gateway.delivered.len() == 1;
            // One batch may be on its way at any moment: the gateway polls on.
            if whole && last >= polled && spool.waiting <= 1 && counted == last * READINGS_PER_POLL
            {
                Ok((last, counted))
            } else {
                Err(format!("{polled} polled, {spool:?}, {counted} readings, {gateway:?}"))
            }
        });
        assert_eq!(counted, last * READINGS_PER_POLL);
        let levels = self.context.readings(LEVEL);
        assert!(levels.len() as u64 >= last);
        assert!(levels.windows(2).all(|w| w[0].observed_at < w[1].observed_at));
        assert!(levels.iter().all(|reading| reading.value().is_some()), "{levels:?}");
    }
}

#[test]
fn registers_of_a_real_server_arrive_as_values() {
    let mut chain = Chain::start();
    let near = |value: Option<f64>, expected: f64| {
        value.is_some_and(|value| (value - expected).abs() < 1e-6)
    };
    for (series, expected) in [
        (LEVEL, 219.25),
        (ENERGY, 2048.5),
        ("pump-dongmen-1/power", 3.25),
        ("pump-dongmen-1/voltage", 228.0),
    ] {
        let first = wait_for(series, || {
            let readings = chain.context.readings(series);
            readings.into_iter().next().ok_or("no reading")
        });
        assert!(near(first.value(), expected), "{first:?}");
    }
    chain.field.change(&json!({"1": {"4": [1350]}}));
    wait_for("the level on the page", || {
        let overview = chain.context.overview();
        let sources = overview["sources"].as_array().cloned().unwrap_or_default();
        let pond = sources.into_iter().find(|s| s["id"] == "pond-dongmen-1");
        match pond {
            Some(pond) if near(pond["level_m"].as_f64(), 218.25) => Ok(()),
            pond => Err(format!("{pond:?}")),
        }
    });
    chain.complete();
    wait_for("a gateway without gaps on the page", || {
        let overview = chain.context.overview();
        let gateways = overview["gateways"].as_array().cloned().unwrap_or_default();
        let gateway = gateways.into_iter().find(|g| g["id"] == GATEWAY);
        match gateway {
            Some(g) if g["gaps"] == json!([]) && g["online"] == json!(true) => Ok(()),
            gateway => Err(format!("{gateway:?}")),
        }
    });
}

#[test]
fn a_broker_that_lost_everything_loses_no_reading() {
    let mut chain = Chain::start();
    chain.arrives();
    chain.broker.kill();
    chain.polls(3);
    chain.broker = mosquitto(&chain.context);
    chain.complete();
}

#[test]
fn a_hub_that_was_killed_goes_on_where_it_was() {
    let mut chain = Chain::start();
    chain.arrives();
    chain.hub.kill();
    chain.polls(3);
    chain.hub = chain.context.hub();
    chain.complete();
}

#[test]
fn a_gateway_that_was_killed_goes_on_in_the_same_epoch() {
    let mut chain = Chain::start();
    chain.arrives();
    let before = chain.polls(1);
    chain.edge.kill();
    chain.edge = chain.context.edge();
    let after = chain.polls(2);
    assert_eq!(before.epoch, after.epoch);
    assert!(after.last_seq > before.last_seq);
    chain.complete();
}

#[test]
fn a_spool_that_was_replaced_begins_a_new_epoch_beside_the_old() {
    let mut chain = Chain::start();
    chain.arrives();
    let before = chain.context.spool();
    chain.complete();
    chain.edge.kill();
    for part in ["spool.db", "spool.db-wal", "spool.db-shm"] {
        let _not_there = std::fs::remove_file(chain.context.path(part));
    }
    chain.edge = chain.context.edge();
    let after = chain.polls(2);
    assert_ne!(before.epoch, after.epoch);
    let gateway = wait_for("batches of both", || {
        let gateways = chain.context.store().gateways().unwrap();
        let gateway = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY).unwrap();
        let last = |epoch| gateway.delivered.get(&epoch).and_then(|set| set.last());
        if last(after.epoch) >= Some(after.last_seq) { Ok(gateway) } else { Err(gateway) }
    });
    assert!(gateway.gaps().is_empty() && gateway.delivered.len() == 2, "{gateway:?}");
    assert!(gateway.delivered[&before.epoch].contains(before.last_seq));
}
