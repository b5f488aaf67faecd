//! Charts against the readings they are made of.

use jiff::SignedDuration;

use super::*;

fn filled(store: &mut Sqlite, hours: i64) {
    let readings = (0..hours * 6).map(|i| good("pond-1/level", 10 * i, (i % 37) as f64));
    store.commit(&[batch(1, readings.collect())], at(60 * hours)).unwrap();
}

#[test]
fn a_chart_has_no_more_points_than_asked_for_and_hides_no_peak() {
    let file = File::new();
    let mut store = file.open();
    filled(&mut store, 24 * 30);
    store.commit(&[batch(2, vec![good("pond-1/level", 7777, 500.0)])], at(0)).unwrap();
    let name = series("pond-1/level");
    let all = all_readings(&store, "pond-1/level").len() as u32;
    // By readings, by hours, by days.
    for (points, most) in [(5000, 5000), (700, 700), (10, 10), (1, 1)] {
        let chart = store.chart(&name, at(0), at(60 * 24 * 30), points).unwrap();
        assert!(
            chart.len() <= most && chart.len() * 2 >= most.min(4000),
            "{points}: {}",
            chart.len()
        );
        assert!(chart.is_sorted_by(|a, b| a.from < b.from));
        assert_eq!(chart.iter().map(|p| p.counted).sum::<u32>(), all, "{points}");
        assert_eq!(chart.iter().map(|p| p.max).fold(0.0, f64::max), 500.0);
        assert!(chart.iter().all(|p| p.min <= p.mean && p.mean <= p.max));
        let sum: f64 = chart.iter().map(|p| p.mean * f64::from(p.counted)).sum();
        let mean: f64 =
            all_readings(&store, "pond-1/level").iter().filter_map(Reading::value).sum();
        assert!((sum - mean).abs() < 1e-6 * mean, "{points}: {sum} {mean}");
    }
}

#[test]
fn a_chart_leaves_out_what_does_not_count() {
    let file = File::new();
    let mut store = file.open();
    let readings = vec![
        good("pond-1/level", 0, 1.0),
        flagged("pond-1/level", 1, 9.0, Flag::Fail),
        missing("pond-1/level", 200, Reason::Timeout),
        good("pond-1/level", 400, 3.0),
    ];
    store.commit(&[batch(1, readings)], at(0)).unwrap();
    let name = series("pond-1/level");
    for points in [3, 8, 4000] {
        let chart = store.chart(&name, at(0), at(480), points).unwrap();
        assert_eq!(chart.iter().map(|p| p.max).collect::<Vec<_>>(), [1.0, 3.0]);
    }
    assert_eq!(store.chart(&name, at(480), at(0), 10).unwrap(), []);
    assert_eq!(store.chart(&name, at(0), at(480), 0).unwrap(), []);
    let ever = store.chart(&name, Timestamp::MIN, Timestamp::MAX, 1000).unwrap();
    assert_eq!(ever.len(), 1);
    let one = at(0) + SignedDuration::from_millis(1);
    assert_eq!(store.chart(&name, at(0), one, 1000).unwrap().len(), 1);
}

#[test]
fn a_reading_of_a_full_hour_stands_at_it_whenever_somebody_looks() {
    let file = File::new();
    let mut store = file.open();
    let readings = (0..24 * 8).map(|h| good("pond-1/level", 60 * h, h as f64));
    store.commit(&[batch(1, readings.collect())], at(0)).unwrap();
    let name = series("pond-1/level");
    let now = at(60 * 24 * 8) - SignedDuration::from_millis(1_234_567);
    for (hours, points) in [(24, 1500), (7 * 24, 1500), (7 * 24, 50_000), (24, 361)] {
        let from = now - SignedDuration::from_hours(hours);
        let chart = store.chart(&name, from, now, points).unwrap();
        assert_eq!(chart.len() as i64, hours, "{points}");
        let full = |point: &crate::core::ChartPoint| point.from == at(60 * point.mean as i64);
        assert!(chart.iter().all(full), "{points}: {:?}", chart[0]);
    }
    // The first point begins with the span, though the step that it lies in begins before it.
    let from = at(0) + SignedDuration::from_secs(59 * 60 + 59);
    let chart = store.chart(&name, from, now, 600).unwrap();
    assert_eq!(chart[0].from, at(60));
    assert!(chart.len() <= 600);
}
