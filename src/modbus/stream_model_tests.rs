//! A model of units and lines in simulated time: answers come late, lost, merged, split, damaged and twice, and outlive
//! connections. No value may ever be taken for that of another request, and once the line is sound all is read again.
//! The same holds for servers that stay some requests behind, and give the oldest answer they hold to each request.
//!
//! [`Client`] makes the decisions of `transaction.rs` and `rtu_line.rs` over the real [`OpenRequests`] and
//! [`RtuRequest`], without their waiting. `HANQING_STREAM_SCHEDULES` sets the number of schedules.
//!
//! The model keeps to what the rules assume: a unit's answers come in the order of its requests; a copy begins with its
//! original; on a serial port an answer comes before twice the timeout, over TCP within 30 s (and a pause within it).

#[path = "stream_client_tests.rs"]
mod client;
#[path = "stream_world_tests.rs"]
pub mod world;

use client::{Client, Failure};
use world::{Behind, Rng, World};

/// Schedules of a test run.
const SCHEDULES: u64 = 4_000;

/// Rounds over all blocks, a second or more each, within which each is read after the line has become sound. An answer
/// that is held back comes within 30, and where no marker helps 30 more have to pass. A block that is not read by then
/// is stuck.
const ROUNDS_MAX: u32 = 60;

/// What a schedule has shown.
#[derive(Default)]
struct Seen {
    requests: u64,
    values: u64,
    /// Values while the line was bad.
    values_amid: u64,
    failures: u64,
    /// Rounds until all was read.
    rounds: u32,
}

/// What goes wrong with the line.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    Serial,
    Tcp,
    /// A server that stays behind.
    Behind,
    /// Copies of answers that come behind other answers, when it is known that they do.
    Copies,
}

struct Run {
    world: World,
    client: Client,
    seed: u64,
    seen: Seen,
}

impl Run {
    /// Reads a block; whether it had a value. The outcome is that of a request made for it, and of no other.
    fn read(&mut self, unit: u8, block: usize) -> bool {
        let before = self.world.requests;
        let outcome = self.client.read(&mut self.world, unit, block);
        let right = match &outcome {
            Ok(words) => self.world.gave(unit, block, words, before),
            Err(Failure::Exception(code)) => *code == self.world.code(),
            Err(Failure::None) => true,
        };
        let shown = outcome.as_ref().map_err(|_| "refused");
        let seed = self.seed;
        assert!(right, "seed {seed}: unit {unit} block {block}: {shown:x?} of another request");
        self.seen.failures += u64::from(matches!(outcome, Err(Failure::None)));
        self.seen.values += u64::from(outcome.is_ok());
        outcome.is_ok()
    }

    /// Some polls while the line is bad.
    fn amid(&mut self, rng: &mut Rng) {
        let blocks = self.world.blocks();
        for _ in 0..4 + rng.below(10) {
            let (unit, block) = blocks[rng.index(blocks.len())];
            for _ in 0..=rng.below(2) {
                if self.read(unit, block) {
                    break;
                }
            }
            if rng.below(3) == 0 {
                self.client.now += rng.below(3000);
            }
        }
        self.seen.values_amid = self.seen.values;
    }

    /// Polls of units whose answers come twice. It is known when one has been read alone.
    fn copies(&mut self, rng: &mut Rng) {
        let blocks = self.world.blocks();
        self.world.sound = true;
        self.world.repeat(1 + rng.below(3000));
        for (unit, block) in blocks.iter().filter(|(_, block)| *block == 0) {
            self.read(*unit, *block);
            self.client.now += 4000;
            self.read(*unit, *block);
            self.client.now += 12_000;
        }
        for _ in 0..2 + rng.below(20) {
            for (unit, block) in &blocks {
                let _ = self.read(*unit, *block) || self.read(*unit, *block);
            }
            self.client.now += 100 + rng.below(3000);
        }
        self.seen.values_amid = self.seen.values;
        self.seen.failures += 1;
    }

    /// The polls of many minutes, rarer while nothing is read: one block then stands for all.
    fn behind(&mut self, rng: &mut Rng) {
        let blocks = self.world.blocks();
        self.world.sound = true;
        for _ in 0..1 + rng.below(3) {
            for (unit, block) in &blocks {
                self.read(*unit, *block);
            }
        }
        self.world.sound = false;
        self.world.behind = Some(Behind::new(rng));
        let mut lost = 0;
        for _ in 0..10 + rng.below(60) {
            let mut any = false;
            for (unit, block) in &blocks {
                any |= self.read(*unit, *block) || self.read(*unit, *block);
                if lost > 2 && !any && rng.below(4) > 0 {
                    break;
                }
            }
            lost = if any { 0 } else { lost + 1 };
            let pause = if lost > 2 { (5000 << (lost - 3).min(6)).min(300_000) } else { 1000 };
            self.client.now += pause + rng.below(300);
        }
        self.seen.values_amid = self.seen.values;
    }
}

fn run(seed: u64, trouble: Trouble) -> Seen {
    let mut rng = Rng::new(seed);
    let serial = trouble == Trouble::Serial;
    let world = World::new(&mut rng, serial);
    let mut run = Run { world, client: Client::new(serial), seed, seen: Seen::default() };
    match trouble {
        Trouble::Serial | Trouble::Tcp => run.amid(&mut rng),
        Trouble::Behind => run.behind(&mut rng),
        Trouble::Copies => run.copies(&mut rng),
    }
    run.world.sound = true;
    let mut left = run.world.blocks();
    left.retain(|(unit, block)| run.world.readable(*unit, *block));
    let blocks = left.clone();
    while !left.is_empty() {
        assert!(run.seen.rounds < ROUNDS_MAX, "seed {seed}: never read again: {left:?}");
        run.seen.rounds += 1;
        for (unit, block) in &blocks {
            if run.read(*unit, *block) {
                left.retain(|other| other != &(*unit, *block));
            }
        }
        run.client.now += 1000;
    }
    run.seen.requests = run.world.requests;
    run.seen
}

fn run_all(trouble: Trouble) {
    let number = std::env::var("HANQING_STREAM_SCHEDULES");
    let number = number.ok().map_or(SCHEDULES, |text| text.parse().unwrap());
    let mut all = Seen::default();
    let (mut read_amid, mut failed) = (0_u64, 0_u64);
    for seed in 1..=number / 2 {
        let seen = run(seed, trouble);
        read_amid += u64::from(seen.values_amid > 0);
        failed += u64::from(seen.failures > 0);
        all.rounds = all.rounds.max(seen.rounds);
        all.requests += seen.requests;
        all.values += seen.values;
    }
    let half = number / 2;
    let name = match trouble {
        Trouble::Serial => "a serial port",
        Trouble::Tcp => "TCP",
        Trouble::Behind => "a server that is behind",
        Trouble::Copies => "copies that come later",
    };
    println!(
        "{name}: {half} schedules, {} requests, {} values; {read_amid} read values while \
         the line was bad, {failed} had failures; all were read again within {} rounds",
        all.requests, all.values, all.rounds
    );
    // A test that reads nothing proves nothing, nor does one in which nothing fails.
    assert!(read_amid * 2 > half && failed * 2 > half, "{read_amid} {failed}");
}

#[test]
fn no_value_of_another_request_over_tcp() {
    run_all(Trouble::Tcp);
}

#[test]
fn no_value_of_another_request_on_a_serial_port() {
    run_all(Trouble::Serial);
}

/// Seven bytes that end a copy are as many as the answer to the next request has, and two of its first three.
#[test]
fn the_rest_of_a_copy_is_no_damaged_answer() {
    run(10_440_340, Trouble::Serial);
}

#[test]
fn no_value_of_another_request_from_a_server_that_is_behind() {
    run_all(Trouble::Behind);
}

#[test]
fn no_value_of_another_request_where_copies_come_later() {
    run_all(Trouble::Copies);
}
