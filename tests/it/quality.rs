//! Registers that jump and pumps that move no water, from a pymodbus server into the store: kept as they were read, and
//! flagged.

use hanqing::core::{Flag, Reading, Reason};
use serde_json::json;

use crate::context::{Context, wait_for};
use crate::peers::{Pymodbus, mosquitto};

const LEVEL: &str = "pond-dongmen-1/level";
const FLOW: &str = "pump-dongmen-1/flow";

/// Waits for the first reading of `series`, not before the `from`th, that is flagged so; gives its place.
fn flagged(
    context: &Context,
    series: &str,
    from: usize,
    flag: Flag,
    reason: Option<Reason>,
) -> (usize, Reading) {
    wait_for("a flag", || {
        let readings = context.readings(series);
        let found = readings.iter().enumerate().skip(from);
        let mut found = found.filter(|(_, r)| (r.flag, r.reason) == (flag, reason));
        match found.next() {
            Some((index, reading)) => Ok((index, reading.clone())),
            None => Err(readings.last().cloned()),
        }
    })
}

#[test]
fn a_jump_and_a_pump_without_flow_are_flagged_and_kept() {
    let context = Context::new();
    let mut field = Pymodbus::start(&json!({
        // 2.35 m; 3.25 kW; no flow.
        "1": {"4": [2350]},
        "2": {"8196": [0x4050, 0]},
        "3": {"4": [0, 0]},
    }));
    context.hub_config();
    context.edge_config(&format!(
        "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n\
         quality.level = {{ spike = [0.05, 0.2] }}\n\
         [[bus.device]]\nunit = 2\nprofile = \"ddsu666\"\nstation = \"pump-dongmen-1\"\nparameters = [\"power\"]\n\
         [[bus.device]]\nunit = 3\nprofile = \"kaifeng-xintai\"\nstation = \"pump-dongmen-1\"\nparameters = [\"flow\"]\n\
         [[pump]]\nstation = \"pump-dongmen-1\"\nrated_kw = 3.0\nno_flow_after_s = 2\n",
        field.port
    ));
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();

    // The first two have nothing to be compared with.
    wait_for("three levels", || match context.readings(LEVEL) {
        readings if readings.len() >= 3 => Ok(()),
        readings => Err(readings.len()),
    });
    field.change(&json!({"1": {"4": [9350]}}));
    let (jump, reading) = flagged(&context, LEVEL, 0, Flag::Fail, Some(Reason::Spike));
    assert_eq!((reading.value(), &*reading.raw), (Some(9.35), &[9350][..]));
    let readings = context.readings(LEVEL);
    assert!(readings[..jump].iter().all(|r| r.flag == Flag::Good && r.raw.is_empty()));
    // It stays there: a step, of which one reading is flagged.
    flagged(&context, LEVEL, jump + 1, Flag::Good, None);

    let (dry, reading) = flagged(&context, FLOW, 0, Flag::Suspect, Some(Reason::NoFlow));
    assert_eq!(reading.value(), Some(0.0));
    let readings = context.readings(FLOW);
    assert!(dry >= 2 && readings[..dry].iter().all(|r| r.flag == Flag::Good), "{readings:?}");
    // 42.25 m3/h.
    field.change(&json!({"3": {"4": [0x0000, 0x2942]}}));
    let (_, reading) = flagged(&context, FLOW, dry + 1, Flag::Good, None);
    assert_eq!(reading.value(), Some(42.25));
}
