//! Levels against thresholds.

use Condition::{Between, Off, On, Unknown};
use jiff::tz::TimeZone;

use super::*;
use crate::water::Township;

/// A pond with limits from May to September, and a flood limit in June.
fn pond() -> Station {
    let text = r#"name = "t"
        [[station]]
        id = "pond-1"
        name = "大塘"
        kind = "pond"
        village = "v"
        bottom_m = 100.0
        dead_m = 100.5
        normal_m = 105.0
        crest_m = 106.0
        [[station.threshold]]
        months = [5, 6, 7, 8, 9]
        quantity = "level"
        warn = 103.0
        guard = 102.0
        source = "t"
        confidence = 1.0
        [[station.flood]]
        months = [6]
        level_m = 105.2
        source = "t"
        confidence = 1.0"#;
    toml::from_str::<Township>(text).unwrap().stations.remove(0)
}

fn at(text: &str) -> Timestamp {
    format!("2022-{text}:00+08:00").parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 0)
}

/// The conditions of dry, assured, warning and flood, and of falls and rises where they are watched.
fn conditions(level: &Level, now: &str, fast_m_per_hour: Option<f64>) -> Vec<Condition> {
    let calendar = calendar();
    let rules = LevelRules { calendar: &calendar, fast_m_per_hour, simulated: false };
    let seen = level.seen(&pond(), at(now), &rules);
    seen.into_iter().map(|seen| seen.condition).collect()
}

/// A level of so many metres, seen at once.
fn of(level_m: f64, now: &str) -> Vec<Condition> {
    let mut level = Level::default();
    level.note(&pond(), at(now), Some(level_m));
    conditions(&level, now, None)
}

#[test]
fn a_level_and_its_limit_look_the_same_only_where_they_are() {
    for (level, limit, shown) in [
        (217.5, 217.61, ["217.50", "217.61"]),
        (217.609, 217.61, ["217.609", "217.610"]),
        (217.61, 217.61, ["217.61", "217.61"]),
        (0.1 + 0.2, 0.3, ["0.30", "0.30"]),
    ] {
        assert_eq!(metres(level, limit), shown);
    }
}

#[test]
fn it_is_on_at_the_threshold_and_off_five_centimetres_above() {
    for (level_m, expected) in [
        (104.0, [Off, Off, Off]),
        (103.06, [Off, Off, Off]),
        (103.04, [Off, Off, Between]),
        (103.0, [Off, Off, On]),
        (102.04, [Off, Between, On]),
        (102.0, [Off, On, On]),
        (100.09, [Between, On, On]),
        (100.05, [On, On, On]),
    ] {
        assert_eq!(of(level_m, "08-01T12:00")[..3], expected, "{level_m}");
    }
    assert_eq!(of(105.3, "06-01T12:00")[3], On);
    assert_eq!(of(105.2, "06-01T12:00")[3], Between);
    assert_eq!(of(105.1, "06-01T12:00")[3], Off);
    assert_eq!(of(105.9, "07-01T12:00")[3], Off, "July has no flood limit");
}

#[test]
fn the_limits_are_those_of_the_month_of_the_levels_day() {
    assert_eq!(of(101.0, "09-30T23:59"), [Off, On, On, Off]);
    assert_eq!(of(101.0, "10-01T00:01"), [Off, Off, Off, Off], "October has none");
    let mut level = Level::default();
    level.note(&pond(), at("09-30T23:00"), Some(101.0));
    assert_eq!(conditions(&level, "10-01T01:00", None)[..3], [Off, On, On], "of September");
}

#[test]
fn a_reading_below_the_bottom_changes_nothing_and_three_in_a_row_mean_that_nobody_knows() {
    let mut level = Level::default();
    let note = |level: &mut Level, minute: u32, value| {
        level.note(&pond(), at(&format!("08-01T12:{minute:02}")), value);
    };
    note(&mut level, 0, Some(101.9));
    assert_eq!(conditions(&level, "08-01T12:00", None), [Off, On, On, Off]);
    for minute in [5, 10] {
        note(&mut level, minute, Some(-8.0));
        assert_eq!(conditions(&level, "08-01T12:10", None), [Off, On, On, Off], "{minute}");
    }
    note(&mut level, 15, Some(-8.0));
    assert_eq!(conditions(&level, "08-01T12:15", None)[..3], [Unknown; 3]);
    note(&mut level, 20, None);
    assert_eq!(conditions(&level, "08-01T12:20", None)[..3], [Unknown; 3]);
    note(&mut level, 25, Some(101.9));
    assert_eq!(conditions(&level, "08-01T12:25", None), [Off, On, On, Off]);
    // Nothing rises by more than nine tenths of its depth within the hour.
    note(&mut level, 30, Some(100.2));
    note(&mut level, 35, Some(105.9));
    assert_eq!(level.believed(at("08-01T12:35")), Some((at("08-01T12:30"), 100.2)));
}

#[test]
fn without_a_level_for_two_days_nothing_is_known() {
    let mut level = Level::default();
    assert_eq!(conditions(&level, "08-01T12:00", None)[..3], [Unknown; 3]);
    level.note(&pond(), at("08-01T12:00"), Some(101.0));
    assert_eq!(conditions(&level, "08-03T12:00", None)[..3], [Off, On, On]);
    assert_eq!(conditions(&level, "08-03T12:01", None)[..3], [Unknown; 3]);
    // What comes late says nothing new.
    level.note(&pond(), at("07-01T12:00"), Some(104.0));
    assert_eq!(conditions(&level, "08-03T12:00", None)[..3], [Off, On, On]);
}

#[test]
fn a_rapid_change_is_measured_over_the_last_hour_and_only_where_the_office_says_what_is_rapid() {
    let mut level = Level::default();
    let noted = [("10:00", 104.0), ("11:30", 104.0), ("11:45", 103.9), ("12:00", 103.7)];
    for (time, value) in noted {
        level.note(&pond(), at(&format!("08-01T{time}")), Some(value));
    }
    let fast = |limit: f64, now: &str| {
        let all = conditions(&level, now, Some(limit));
        [all[4], all[5]]
    };
    assert_eq!(conditions(&level, "08-01T12:00", None).len(), 4);
    assert_eq!(fast(0.29, "08-01T12:00"), [On, Off]);
    assert_eq!(fast(0.35, "08-01T12:00"), [Between, Off]);
    assert_eq!(fast(0.5, "08-01T12:00"), [Off, Off]);
    assert_eq!(fast(0.29, "08-01T13:01"), [Unknown, Unknown], "of another hour");
    let mut rising = Level::default();
    rising.note(&pond(), at("08-01T11:00"), Some(103.0));
    assert_eq!(conditions(&rising, "08-01T11:00", Some(0.3))[4..], [Unknown, Unknown], "one level");
    rising.note(&pond(), at("08-01T12:00"), Some(103.4));
    assert_eq!(conditions(&rising, "08-01T12:00", Some(0.3))[4..], [Off, On]);
}

#[test]
fn what_is_kept_of_a_gauge_is_bounded_and_a_value_that_is_replaced_counts_once() {
    let mut level = Level::default();
    let begin = at("08-01T12:00");
    for second in 0..1000 {
        level.note(&pond(), begin + SignedDuration::from_secs(second), Some(103.0));
    }
    assert_eq!(level.window.len(), WINDOW_MAX);
    level.note(&pond(), begin + SignedDuration::from_secs(999), Some(103.2));
    assert_eq!((level.window.len(), level.window.back().unwrap().1), (WINDOW_MAX, 103.2));
}
