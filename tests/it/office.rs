//! The other end: broker and hub, and whether everything that a gateway made is there.

use hanqing::edge::control::GatewayStatus;
use hanqing::store::Sqlite;

use crate::context::{Context, GATEWAY, Process, wait_for};
use crate::peers::mosquitto;

/// A broker, and a hub that listens.
pub fn office(context: &Context) -> (Process, Process) {
    let broker = mosquitto(context);
    let hub = context.hub();
    wait_for("the hub at the broker", || {
        let log = context.log("hub");
        if log.contains("connected to the broker") { Ok(()) } else { Err(log) }
    });
    (broker, hub)
}

/// Waits for a state of the gateway.
pub fn status(context: &Context, what: &str, is: impl Fn(&GatewayStatus) -> bool) -> GatewayStatus {
    wait_for(what, || match context.status() {
        status if is(&status) => Ok(status),
        status => Err((Box::new(status.spool), context.log("edge"))),
    })
}

/// What the hub has of the gateway.
#[derive(Debug, PartialEq)]
pub struct Arrived {
    /// The last batch.
    pub last: u64,
    /// Readings in the store.
    pub readings: u64,
    /// Readings that the gateway has told to be lost.
    pub lost: u64,
}

/// What the store has of the gateway, where nothing is missing in between.
pub fn arrived(store: &Sqlite) -> Result<Arrived, String> {
    let gateways = store.gateways().unwrap();
    let gateway = gateways.iter().find(|g| g.gateway.as_str() == GATEWAY);
    let gateway = gateway.ok_or("no gateway")?;
    if !gateway.gaps().is_empty() || gateway.delivered.len() != 1 {
        return Err(format!("{gateway:?}"));
    }
    let last = gateway.delivered.values().filter_map(|set| set.last());
    let lost = store.lost().unwrap();
    Ok(Arrived {
        last: last.max().unwrap_or(0),
        readings: store.count().unwrap(),
        lost: lost.iter().filter_map(|row| row.loss.lost).sum(),
    })
}

/// Waits until the hub has everything, to the last reading: `made` says how many were made, of the gateway's state and
/// of what has come.
pub fn complete(context: &Context, made: impl Fn(&GatewayStatus, &Arrived) -> u64) -> Arrived {
    let from = context.status().spool.last_seq;
    let store = context.store();
    wait_for("everything at the hub, once", || {
        let before = context.status();
        let arrived = arrived(&store)?;
        let after = context.status();
        let still = before.readings == after.readings && before.spool == after.spool;
        let all = arrived.last >= from && arrived.last == after.spool.last_seq;
        // What the hub has said is looked at once a second.
        let released = after.spool.batches <= 2;
        if still && all && released && arrived.readings + arrived.lost == made(&after, &arrived) {
            Ok(arrived)
        } else {
            Err(format!("{arrived:?} of {}; {:?}", made(&after, &arrived), after.spool))
        }
    })
}

/// Holds that the gateway has not ended.
pub fn runs(edge: &mut Process, context: &Context) {
    let log = context.log("edge");
    assert!(edge.runs() && !log.contains("panicked"), "{log}");
}
