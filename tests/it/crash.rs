//! Nothing is lost: gateway, hub, broker and server are killed, stopped, frozen and cut off from each other at random,
//! their files are replaced by older ones and their clocks jump, and at the end the store holds what a device gave,
//! each number once.
//!
//! `HANQING_CRASH_FAULTS` makes each run longer, `HANQING_CRASH_SEED` looks elsewhere, and `HANQING_CRASH_KINDS` names
//! the kinds of faults, separated by commas:
//!
//!     HANQING_CRASH_SEED=7 HANQING_CRASH_FAULTS=1000 tests/run --test it crash -- --nocapture
//!
//! There are three runs, since some faults excuse the loss of what others must not lose. Where the hub's store goes,
//! the gateway has all of it still; where there are two lives of a spool, what one of them has released may be in the
//! store alone; and where readings lie on a server, the hub has a copy.

mod chain;
pub mod clocks;
mod machine;
pub mod plan;
mod settling;
mod verdict;

use std::env;
use std::time::Instant;

use self::chain::{Chain, now_ms};
use self::plan::{Kind, Part, Plan};
use crate::context::wait_for;
use crate::ledger_device::Given;

fn variable<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    match env::var(name) {
        Ok(text) => match text.parse() {
            Ok(value) => value,
            Err(_) => panic!("{name}={text:?} cannot be read"),
        },
        Err(_) => otherwise,
    }
}

/// How much likelier a run draws the kinds of faults that it alone has.
const OWN_WEIGHT: usize = 4;

/// The kinds of a run, or those of them that are asked for. Those that are its own are there several times.
fn kinds(of_this_run: impl Fn(Kind) -> bool, is_own: impl Fn(Kind) -> bool) -> Vec<Kind> {
    let weight = |kind| if is_own(kind) { OWN_WEIGHT } else { 1 };
    let all = Kind::ALL.map(|(kind, _)| kind).into_iter().filter(|kind| of_this_run(*kind));
    let all = all.flat_map(|kind| std::iter::repeat_n(kind, weight(kind)));
    let names = env::var("HANQING_CRASH_KINDS").unwrap_or_default();
    if names.is_empty() {
        return all.collect();
    }
    let asked: Vec<Kind> = names.split(',').map(|name| name.parse().unwrap()).collect();
    all.filter(|kind| asked.contains(kind)).collect()
}

/// Lets faults of these kinds happen, `count` where nobody asks for another number. In the end nothing is lost.
fn run(name: &str, count: u32, kinds: &[Kind]) {
    if kinds.is_empty() {
        println!("{name}: no fault of this run is asked for");
        return;
    }
    let seed = variable("HANQING_CRASH_SEED", 20_220_022);
    let count = variable("HANQING_CRASH_FAULTS", count);
    let plan = Plan::draw(seed, count, kinds);
    println!("{name}: HANQING_CRASH_SEED={seed}, {count} faults: {}", plan.summary());
    let begun = Instant::now();
    let mut chain = Chain::start("hub", kinds);
    chain.suffer(&plan);
    let mut outcome = chain.settle();
    if plan.faults.contains_key(&Kind::ClockEdge) {
        // What a wrong clock says of the order is wrong.
        outcome.verdict.disordered.clear();
    }
    println!(
        "{name}: seed {seed}, {count} faults in {:.1?}: {}; {} connections of the gateway, {} of the hub",
        begun.elapsed(),
        outcome.report(),
        chain.edge_line.carried(),
        chain.hub_line.carried()
    );
    let problems = chain.problems(outcome);
    if !problems.is_empty() {
        panic!("{name}, seed {seed}: {}\n{}", chain.keep(name, seed), problems.join("\n"));
    }
}

#[test]
fn nothing_is_lost_whatever_fails() {
    let of_this_run = |kind: Kind| !kind.doubles_spool() && !kind.needs_server();
    let kinds = kinds(of_this_run, |_| false);
    run("whatever fails", 12, &kinds);
}

#[test]
fn nothing_is_lost_where_a_spool_lives_twice() {
    let of_this_run = |kind: Kind| !kind.loses_store() && !kind.needs_server();
    let kinds = kinds(of_this_run, Kind::doubles_spool);
    run("a spool lives twice", 8, &kinds);
}

#[test]
fn nothing_is_lost_on_the_way_to_a_server() {
    // What has a wrong time is copied from a server within the hour, which is longer than this test waits.
    let jumps = |kind: Kind| matches!(kind, Kind::ClockEdge | Kind::ClockHub);
    let of_this_run = |kind: Kind| !kind.loses_store() && !kind.doubles_spool() && !jumps(kind);
    let kinds = kinds(of_this_run, Kind::needs_server);
    run("to a server", 8, &kinds);
}

#[test]
fn what_is_lost_is_seen() {
    // A gateway that believes the broker, which then forgets.
    let mut chain = Chain::start("broker", &[Kind::KillHub]);
    chain.kill(Part::Hub);
    let forgotten_ms = now_ms();
    wait_for("polls that the broker alone has", || {
        let ledger = chain.first.device.ledger();
        let polled = |given: &Given| given.iter().filter(|(_, at)| *at > forgotten_ms).count();
        match ledger.values().all(|given| polled(given) >= 3) {
            true => chain.waiting(),
            false => Err(format!("{ledger:?}")),
        }
    });
    chain.kill(Part::Broker);
    let due_ms = now_ms();
    chain.launch(Part::Broker);
    chain.launch(Part::Hub);
    // Ends its back-off; in order, since after a power cut it would send again what it had not noted as done with.
    chain.stop(Part::Edge);
    chain.launch(Part::Edge);
    assert_eq!(chain.joins(now_ms()), Ok(()));
    let verdict = chain.verdict(due_ms);
    assert!(!verdict.complete() && verdict.sound(), "{verdict:?}");
    assert!(verdict.lost.iter().all(|n| n.at_ms > forgotten_ms - 2000), "{verdict:?}");
}
