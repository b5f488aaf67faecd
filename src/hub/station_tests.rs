//! What the page of a station is made from.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::core::{CorrectionKind, Flag, Outcome, Reason};
use crate::store::Store;
use crate::water::Status;
use crate::wire::{Batch, Epoch};

const TOWNSHIP: &str = r#"
    name = "t"
    zone = "Asia/Shanghai"
    [[village]]
    id = "v"
    name = "东门村"
    persons = 1
    groups = 1
    sown_area_mu = 1.0
    [[station]]
    id = "pond-1"
    name = "甲塘"
    kind = "pond"
    village = "v"
    bottom_m = 90.0
    threshold = [{ months = [1,2,3,4,5,6,7,8,9,10,11,12], quantity = "level", warn = 97.0, guard = 96.0, source = "t", confidence = 1.0 }]
    [[station]]
    id = "pump-1"
    name = "乙泵"
    kind = "pump"
    village = "v"
    pump = { source = "pond-1", rated_power_kw = 10.0, rated_flow_m3h = 50.0, rated_head_m = 10.0, irrigates_mu = 1.0 }
    [[station]]
    id = "rain-1"
    name = "雨量站"
    kind = "rain_gauge"
    village = "v"
"#;

struct Office {
    _dir: tempfile::TempDir,
    store: Sqlite,
    source: StationSource,
}

fn now() -> Timestamp {
    "2024-03-10T00:00:00Z".parse().unwrap()
}

impl Office {
    /// A township with six years of daily levels, one m higher each year back, and a month of hours of all else.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let township: Township = toml::from_str(TOWNSHIP).unwrap();
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 0);
        let path = dir.path().join("store.db");
        let mut store = Sqlite::open(&path).unwrap();
        let series = |name: &str| name.parse::<Series>().unwrap();
        let mut readings = Vec::new();
        let mut day = date(2018, 1, 1);
        while day <= date(2024, 3, 9) {
            let noon = calendar.start_of(day) + 12.hours();
            let level = 98.0 + f64::from(2024 - day.year());
            readings.push(Reading::good(series("pond-1/level"), noon, level));
            day = day.tomorrow().unwrap();
        }
        for hour in 0..24 * 9 {
            let at = calendar.start_of(date(2024, 3, 1)) + (hour as i64).hours();
            let runs = (48..60).contains(&hour);
            let power = if runs { 9.0 } else { 0.0 };
            readings.push(Reading::good(series("pump-1/power"), at, power));
            let rain = f64::from(hour / 24);
            readings.push(Reading::good(series("rain-1/rainfall_total"), at, rain));
        }
        let suspect = Reading {
            outcome: Outcome::Value(96.5),
            flag: Flag::Suspect,
            reason: Some(Reason::Unexpected),
            ..Reading::good(series("pond-1/level"), now() - 3.hours(), 96.5)
        };
        readings.push(suspect);
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq: 1,
            clock: None,
            loss: None,
            readings,
        };
        store.import(&[batch], now()).unwrap();
        let source = StationSource {
            charts: Charts::new(path),
            township: Arc::new(township),
            calendar,
            ledger: Arc::new(Book::new(dir.path().join("ledger.db"), false)),
            clock: Clock::system(),
            simulated: true,
        };
        Self { _dir: dir, store, source }
    }

    fn facts(&self, station: &str, range: Range) -> StationFacts {
        let asked = StationAsked { station: station.parse().unwrap(), range, points: 800 };
        facts(&self.source, &self.store, &asked).unwrap().unwrap()
    }
}

#[test]
fn a_file_has_every_reading_of_some_weeks() {
    let mut office = Office::new();
    let series: Series = "rain-1/battery_voltage".parse().unwrap();
    let first: Timestamp = "2024-02-20T00:00:00Z".parse().unwrap();
    let reading = |n: i64| Reading::good(series.clone(), first + (5 * n).minutes(), 12.0);
    let batch = Batch {
        gateway: "gw-1".parse().unwrap(),
        epoch: Epoch(1),
        seq: 2,
        clock: None,
        loss: None,
        readings: (0..5000).map(reading).collect(),
    };
    office.store.import(&[batch], now()).unwrap();
    let range = own(date(2024, 2, 20), date(2024, 3, 9));
    let asked = StationAsked { station: "rain-1".parse().unwrap(), range, points: u32::MAX };
    let facts = facts(&office.source, &office.store, &asked).unwrap().unwrap();
    let curve = facts.curves.iter().find(|curve| curve.parameter == Parameter::BatteryVoltage);
    assert_eq!(curve.unwrap().points.len(), 5000);
}

fn own(from: Date, to: Date) -> Range {
    Range::Own(from, to)
}

#[test]
fn spans_are_of_the_calendar_or_end_now() {
    let calendar = Calendar::new(TimeZone::UTC, 8);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let now = at("2024-03-10T09:30:00Z");
    let event = Period { from: date(2024, 2, 1), to: date(2024, 12, 31) };
    let span = |range| Span::of(range, now, &calendar, Some(event));
    let day = span(Range::Day);
    assert_eq!((day.from, day.to), (at("2024-03-09T09:30:00Z"), now + 1.millisecond()));
    assert_eq!(day.period, Period { from: date(2024, 3, 9), to: date(2024, 3, 10) });
    assert!(day.by_hours() && span(Range::Month).by_hours() && !span(Range::Year).by_hours());
    let event = span(Range::Event);
    assert_eq!(event.period, Period { from: date(2024, 2, 1), to: date(2024, 3, 10) });
    assert_eq!((event.from, event.to), (at("2024-02-01T08:00:00Z"), at("2024-03-11T08:00:00Z")));
    assert_eq!(Span::of(Range::Event, now, &calendar, None), span(Range::Year));
    // Ends that are swapped make one day, and no span is endless.
    let swapped = span(own(date(2024, 3, 5), date(2024, 3, 1)));
    assert_eq!(swapped.period, Period { from: date(2024, 3, 5), to: date(2024, 3, 5) });
    let ever = span(own(Date::MIN, date(2024, 3, 1)));
    assert_eq!(ever.period.days(), DAYS_MAX);
}

#[test]
fn a_source_has_its_year_beside_last_year_and_what_is_usual() {
    let office = Office::new();
    let facts = office.facts("pond-1", own(date(2024, 2, 1), date(2024, 3, 9)));
    assert_eq!((facts.village.as_str(), facts.by_hours), ("东门村", false));
    let [curve] = facts.curves.as_slice() else { panic!("{:?}", facts.curves) };
    assert_eq!((curve.parameter, curve.points.len(), curve.raw.len()), (Parameter::Level, 38, 0));
    assert_eq!(curve.points[0].from, office.source.calendar.start_of(date(2024, 2, 1)));
    // The leap day has no day before it.
    assert_eq!((facts.last_year.len(), facts.last_year[0].mean), (37, 99.0));
    let leap = office.source.calendar.start_of(date(2024, 2, 29));
    assert!(facts.last_year.iter().all(|point| point.from != leap));
    assert_eq!(facts.usual.len(), 38);
    let [low, high] = facts.usual[0].1;
    assert!(99.0 < low && low < high && high < 104.0, "{low} {high}");
    assert_eq!(facts.rain.len(), 9);
    let warn = facts.limits[0];
    assert_eq!((warn.status, warn.level_m), (Status::Warn, 97.0));
    assert_eq!((warn.from, warn.to), (facts.from, facts.to));
    assert!(facts.limits.iter().any(|limit| limit.status == Status::Dry));
    assert_eq!(facts.growth, []);
}

#[test]
fn hours_tell_what_happened_when() {
    let office = Office::new();
    let facts = office.facts("pond-1", own(date(2024, 3, 1), date(2024, 3, 10)));
    assert!(facts.by_hours);
    let at = |day, hour: i64| office.source.calendar.start_of(date(2024, 3, day)) + hour.hours();
    let [pump] = facts.running.as_slice() else { panic!("{:?}", facts.running) };
    assert_eq!(pump.spans, [(at(3, 0), at(3, 12))]);
    assert_eq!(facts.rain.len(), 24 * 9);
    let fell: f64 = facts.rain.iter().map(|(_, mm)| mm).sum();
    assert_eq!(fell, 8.0);
    assert_eq!((facts.flagged.len(), facts.more_flagged), (1, false));
    assert_eq!(facts.statuses, [(at(10, 5), Some(Status::Warn))]);
    let own_page = office.facts("pump-1", own(date(2024, 3, 1), date(2024, 3, 10)));
    assert_eq!(own_page.running, facts.running);
    assert_eq!((own_page.rain.len(), own_page.last_year.len()), (0, 0));
    let gauge = office.facts("rain-1", own(date(2024, 3, 1), date(2024, 3, 10)));
    let [growth] = gauge.growth.as_slice() else { panic!("{:?}", gauge.growth) };
    assert_eq!(growth.steps.len(), 24 * 9);
}

#[test]
fn growth_after_a_gap_says_since_when() {
    let at = |hour: i64| now() + hour.hours();
    let step = |hour: i64, kwh: f64| (at(hour), at(hour + 1), Some(kwh));
    let counted = [step(-9, 1.0), step(-1, 5.0), step(0, 1.0), step(4, 20.0), step(5, 2.0)];
    let found = grown(Parameter::EnergyTotal, &counted, at(0));
    assert_eq!(found.steps, [(at(0), 1.0), (at(4), 20.0), (at(5), 2.0)]);
    assert_eq!(found.since, [(at(4), at(1))]);
    let found = grown(Parameter::EnergyTotal, &counted, at(-2));
    assert_eq!(found.since, [(at(-1), at(-8)), (at(4), at(1))]);
    // The first step that there is follows no gap.
    assert_eq!(grown(Parameter::EnergyTotal, &counted[..1], at(-20)).since, []);
}

#[test]
fn a_correction_bears_on_the_curve_and_is_listed_with_what_came() {
    let mut office = Office::new();
    let (from, to) = (date(2024, 2, 10), date(2024, 2, 12));
    let calendar = office.source.calendar.clone();
    let correction = Correction {
        id: 0,
        series: "pond-1/level".parse().unwrap(),
        from: calendar.start_of(from),
        to: calendar.start_of(to),
        kind: CorrectionKind::Shift { by: -1.5 },
        reason: "水尺基面".into(),
        by: "水利站 陈".into(),
        at: now(),
        withdrawn: None,
    };
    let id = office.store.correct(&correction).unwrap().unwrap();
    office.store.settle().unwrap();
    let facts = office.facts("pond-1", own(date(2024, 2, 1), date(2024, 3, 9)));
    let means = |points: &[ChartPoint]| points.iter().map(|p| p.mean).collect::<Vec<_>>();
    assert_eq!(means(&facts.curves[0].points)[8..12], [98.0, 96.5, 96.5, 98.0]);
    assert_eq!(means(&facts.curves[0].raw), [98.0, 98.0]);
    let [listed] = facts.corrections.as_slice() else { panic!("{:?}", facts.corrections) };
    assert_eq!(*listed, Correction { id, ..correction });
    let statuses: Vec<_> = facts.statuses.iter().map(|(_, status)| *status).collect();
    // The newest first; the suspect level of the last morning lies in the day after the span.
    assert_eq!(statuses, [Some(Status::Normal), Some(Status::Warn)]);
    let withdrawn = office.store.withdraw(id, "水利站 李", "看错", now()).unwrap();
    withdrawn.unwrap();
    office.store.settle().unwrap();
    let facts = office.facts("pond-1", own(date(2024, 2, 1), date(2024, 3, 9)));
    assert_eq!(means(&facts.curves[0].points), [98.0; 38]);
    assert_eq!(facts.curves[0].raw, []);
    assert!(facts.corrections[0].withdrawn.is_some());
}
