//! How long the plan of 10,000 points takes: in one device, and in a hundred.
//!
//! `tests/bench/planner` runs it.

use hanqing::device::{Costs, Point, Terms, plan};
use hanqing::support::Stopwatch;

const POINTS: u16 = 10_000;
const RUNS: usize = 21;

/// The most that it may take, ms.
const TARGET_MS: f64 = 50.0;

/// Points with holes of all sizes between them, not in order.
fn points(count: u16) -> Vec<Point> {
    let pattern: Point = toml::from_str(
        "parameter = 'flow'\nfunction = 3\naddress = 0\ntype = 'u16'\nunit = 'm3/h'",
    )
    .expect("a point");
    (0..count)
        .map(|index| {
            let mut point = pattern.clone();
            // 7919 is prime to any count here: each place once. Six registers a point, less or more by up to two.
            let place = u32::from(index) * 7919 % u32::from(count);
            point.address = u16::try_from(place * 6 + place * place % 5).expect("an address");
            point
        })
        .collect()
}

fn main() {
    // A line of 9600 baud.
    let terms = Terms {
        registers_max: 125,
        holes: Vec::new(),
        seams: Vec::new(),
        wrong: Vec::new(),
        in_parts: false,
        costs: Costs { request_us: 25_800.0, register_us: 2083.0 },
    };
    println!(
        "| devices | points of each | requests | median ms | longest ms |\n|---|---|---|---|---|"
    );
    let mut slow = false;
    for devices in [1, 100] {
        let each = POINTS / devices;
        let points = points(each);
        let refs: Vec<&Point> = points.iter().collect();
        let mut requests = 0;
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let watch = Stopwatch::start();
                requests = (0..devices).map(|_| plan(&refs, &terms).len()).sum();
                watch.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let (median, longest) = (times[RUNS / 2], times[RUNS - 1]);
        println!("| {devices} | {each} | {requests} | {median:.2} | {longest:.2} |");
        slow |= median > TARGET_MS;
    }
    assert!(!slow, "slower than {TARGET_MS} ms");
}
