//! Curves as they are drawn: runs between gaps, no denser than can be seen.

use jiff::Timestamp;

use super::Bar;
use super::plot::{Plot, SIZE};
use super::svg::Path;
use super::value_axis::VALUE_MAX;
use crate::core::ChartPoint;

/// Points of a curve at most: one for each day of a year, which is also what a wide screen shows apart.
pub const COLUMNS: f64 = 366.0;

/// Missing for longer than this many steps is a gap.
const GAP_STEPS: i64 = 2;

/// A point of a curve, in place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    pub x: f64,
    pub point: ChartPoint,
}

/// The points that lie in `plot`, in runs without a gap. Those that fall into one column are one: its lowest, highest
/// and mean value.
pub fn runs(points: &[ChartPoint], plot: &Plot) -> Vec<Vec<Placed>> {
    let inside = points.iter().filter(|point| plot.holds(point.from));
    let mut points: Vec<ChartPoint> = inside.filter_map(drawable).collect();
    points.sort_by_key(|point| point.from);
    let gap = gap_ms(&points);
    let mut found: Vec<Vec<Placed>> = Vec::new();
    let mut before: Option<(Timestamp, u64)> = None;
    for point in points {
        let x = plot.x(point.from);
        let column = (x * COLUMNS / SIZE) as u64;
        let near = before.is_some_and(|(at, _)| distance_ms(at, point.from) <= gap);
        let same = before.is_some_and(|(_, last)| last == column);
        match found.last_mut() {
            Some(run) if same => merge(run, point),
            Some(run) if near => run.push(Placed { x, point }),
            _ => found.push(vec![Placed { x, point }]),
        }
        before = Some((point.from, column));
    }
    found
}

/// A point with values that can be reckoned with; `None` where one is not finite.
fn drawable(point: &ChartPoint) -> Option<ChartPoint> {
    let [min, mean, max] = [point.min, point.mean, point.max].map(|value| {
        if value.is_finite() { Some(value.clamp(-VALUE_MAX, VALUE_MAX)) } else { None }
    });
    Some(ChartPoint { min: min?, mean: mean?, max: max?, ..*point })
}

/// Takes `point` into the last of `run`.
fn merge(run: &mut [Placed], point: ChartPoint) {
    let Some(last) = run.last_mut().map(|placed| &mut placed.point) else { return };
    let [a, b] = [last.counted, point.counted].map(|counted| f64::from(counted.max(1)));
    last.mean = (last.mean * a + point.mean * b) / (a + b);
    last.min = last.min.min(point.min);
    last.max = last.max.max(point.max);
    last.counted = last.counted.saturating_add(point.counted);
    last.suspect = last.suspect.saturating_add(point.suspect);
}

fn distance_ms(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millisecond() - from.as_millisecond()
}

/// More than this between two points is a gap, ms: some steps, of which the usual one is the median.
fn gap_ms(points: &[ChartPoint]) -> i64 {
    let pairs = points.windows(2);
    let mut steps: Vec<i64> = pairs.map(|pair| distance_ms(pair[0].from, pair[1].from)).collect();
    if steps.is_empty() {
        return 0;
    }
    let middle = steps.len() / 2;
    let (_, median, _) = steps.select_nth_unstable(middle);
    (*median).saturating_mul(GAP_STEPS)
}

/// The line of the means.
pub fn line(runs: &[Vec<Placed>], plot: &Plot) -> Path {
    let mut path = Path::default();
    for run in runs {
        match run.as_slice() {
            [alone] => path.stroke(alone.x, plot.y(alone.point.mean), 0.0),
            several => through(&mut path, several.iter().map(|p| (p.x, plot.y(p.point.mean)))),
        }
    }
    path
}

/// The area between lowest and highest, where they can be told apart.
pub fn envelope(runs: &[Vec<Placed>], plot: &Plot) -> Path {
    let mut path = Path::default();
    let apart = |p: &Placed| plot.y(p.point.min) - plot.y(p.point.max) > 1.0;
    for run in runs.iter().filter(|run| run.len() > 1 && run.iter().any(apart)) {
        let above = run.iter().map(|p| (p.x, plot.y(p.point.max)));
        let below = run.iter().rev().map(|p| (p.x, plot.y(p.point.min)));
        through(&mut path, above.chain(below));
        path.close();
    }
    path
}

fn through(path: &mut Path, points: impl Iterator<Item = (f64, f64)>) {
    for (index, (x, y)) in points.enumerate() {
        if index == 0 { path.start(x, y) } else { path.to(x, y) }
    }
}

/// A mark at each point that holds a suspect reading.
pub fn doubtful(runs: &[Vec<Placed>], plot: &Plot) -> Path {
    let mut path = Path::default();
    for placed in runs.iter().flatten().filter(|placed| placed.point.suspect > 0) {
        path.stroke(placed.x, plot.y(placed.point.mean), 0.0);
    }
    path
}

/// The bars of `plot` whose amount is above 0, no more than there are columns: of those that fall into one, the
/// greatest.
pub fn bars(bars: &[Bar], plot: &Plot) -> Vec<Bar> {
    let mut found: Vec<(u64, Bar)> = Vec::new();
    let seen = |bar: &&Bar| bar.amount.is_finite() && bar.amount > 0.0 && plot.holds(bar.from);
    for bar in bars.iter().filter(seen) {
        let column = (plot.x(bar.from) * COLUMNS / SIZE) as u64;
        match found.last_mut().filter(|(last, _)| *last == column) {
            Some((_, last)) if last.amount < bar.amount => *last = *bar,
            Some(_) => {}
            None => found.push((column, *bar)),
        }
    }
    found.into_iter().map(|(_, bar)| bar).collect()
}

/// Spans as parts of the width, from and to; those whose distance is below `apart` are one.
pub fn spans(spans: &[(Timestamp, Timestamp)], plot: &Plot, apart: f64) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        let (from, to) = (plot.x(*from), plot.x(*to));
        match found.last_mut() {
            Some((_, end)) if from - *end < apart => *end = end.max(to),
            _ if to > from => found.push((from, to)),
            _ => {}
        }
    }
    found
}
