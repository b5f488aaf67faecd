//! Tests of charts: what is drawn is well-formed, bounded and inside the plot, whatever comes in.

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::locales::{Lang, within};

/// What a chart of a year may be at most, bytes.
const YEAR_BYTES_MAX: usize = 60 * 1024;

static ZONE: TimeZone = TimeZone::UTC;

fn start() -> Timestamp {
    "2022-01-01T00:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    start() + minutes.minutes()
}

fn point(minutes: i64, value: f64) -> ChartPoint {
    let from = after(minutes);
    ChartPoint { from, min: value - 0.2, mean: value, max: value + 0.2, counted: 3, suspect: 0 }
}

fn chart(line: &[ChartPoint], days: i64) -> Chart<'_> {
    Chart {
        id: "level".into(),
        title: Text::verbatim("东门大塘"),
        name: Text::both("水位", "level"),
        unit: Text::verbatim("m"),
        decimals: 2,
        least_span: 0.1,
        span: (start(), after(days * 1440)),
        now: after(days * 1440),
        zone: &ZONE,
        by_days: false,
        line,
        raw: &[],
        last_year: &[],
        usual: &[],
        bars: Vec::new(),
        rain: Vec::new(),
        lanes: Vec::new(),
        limits: Vec::new(),
        corrected: Vec::new(),
        second: None,
    }
}

fn ever() -> (Timestamp, Timestamp) {
    (Timestamp::MIN, Timestamp::MAX)
}

fn days(days: i64, amount: impl Fn(i64) -> f64) -> Vec<Bar> {
    let bar = |day: i64| Bar {
        from: after(day * 1440),
        to: after((day + 1) * 1440),
        amount: amount(day),
    };
    (0..days).map(bar).collect()
}

/// Reads `svg` to its end and returns the attributes `d` of its paths.
fn paths(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    if attribute.key.0 == "d" {
                        found.push(attribute.value.into_owned());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The points that begin lines or continue them: `M1 2 3 4` has (1, 2) and (3, 4).
fn coordinates(path: &str) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    for part in path.split('M').skip(1) {
        let lines = part.split(|c: char| c.is_ascii_alphabetic()).next().unwrap();
        let numbers: Vec<f64> = lines.split_whitespace().map(|n| n.parse().unwrap()).collect();
        assert!(numbers.len().is_multiple_of(2), "{path}");
        found.extend(numbers.chunks(2).map(|pair| (pair[0], pair[1])));
    }
    found
}

fn inside(svg: &str) {
    for path in paths(svg) {
        for (x, y) in coordinates(&path) {
            assert!((0.0..=1000.0).contains(&x) && (0.0..=1000.0).contains(&y), "{x} {y}");
        }
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

/// The line of a chart.
fn line_of(svg: &str) -> String {
    let (_, rest) = svg.split_once("class=\"c-line\" d=\"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn a_gap_is_a_gap() {
    let minutes = [0, 5, 10, 15, 40, 45, 50];
    let points: Vec<ChartPoint> = minutes.iter().map(|m| point(*m * 20, 3.0)).collect();
    let drawn = draw(&chart(&points, 1));
    assert_eq!(line_of(&drawn.svg).matches('M').count(), 2, "{}", drawn.svg);
    let close: Vec<ChartPoint> = (0..20).map(|n| point(n * 60, 3.0)).collect();
    assert_eq!(line_of(&draw(&chart(&close, 1)).svg).matches('M').count(), 1);
}

#[test]
fn one_point_no_point_and_points_that_are_none() {
    let alone = [point(60, 3.0)];
    let drawn = draw(&chart(&alone, 1));
    assert!(line_of(&drawn.svg).contains("h0.1"), "{}", drawn.svg);
    inside(&drawn.svg);
    let drawn = draw(&chart(&[], 1));
    assert!(drawn.empty && drawn.points.is_empty());
    inside(&drawn.svg);
    let none = [point(60, f64::NAN), point(120, f64::INFINITY), point(180, 2.0)];
    let drawn = draw(&chart(&none, 1));
    inside(&drawn.svg);
    assert!(!drawn.points.contains("NaN"), "{}", drawn.points);
    assert_eq!(line_of(&drawn.svg).matches('M').count(), 1);
}

#[test]
fn whatever_it_is_called_it_stays_text() {
    let script = "</title><script>alert(1)</script>\"'&\u{1}\u{ffff}|";
    let points = [point(60, 3.0), point(120, 2.0)];
    let spans = [(after(0), after(60))];
    let mut evil = chart(&points, 1);
    evil.title = Text::verbatim(script);
    evil.name = Text::verbatim(script);
    evil.lanes.push(Lane { name: script, spans: &spans });
    evil.limits.push(Limit {
        value: 2.5,
        span: ever(),
        class: "s-warn",
        words: Text::verbatim(script),
    });
    let drawn = draw(&evil);
    assert!(!drawn.svg.contains("<script"), "{}", drawn.svg);
    inside(&drawn.svg);
    let points: serde_json::Value = serde_json::from_str(&drawn.points).unwrap();
    assert_eq!(points["r"]["p"][0], script);
}

#[test]
fn thousands_of_points_stay_small() {
    let points: Vec<ChartPoint> =
        (0..10_000).map(|n| point(n * 52, 3.0 + (n as f64 / 90.0).sin())).collect();
    let year = chart(&points, 365);
    let drawn = draw(&year);
    inside(&drawn.svg);
    assert!(drawn.svg.len() + drawn.points.len() < YEAR_BYTES_MAX, "{}", drawn.svg.len());
}

#[test]
fn a_year_with_everything_is_small_enough() {
    let value = |n: i64| 103.0 + (n as f64 / 30.0).sin() * 2.0;
    let points: Vec<ChartPoint> = (0..1500).map(|n| point(n * 350, value(n / 4))).collect();
    let earlier: Vec<ChartPoint> = (0..365).map(|n| point(n * 1440, value(n) + 0.7)).collect();
    let spans: Vec<_> = (0..3000).map(|n| (after(n * 175), after(n * 175 + 90))).collect();
    let mut year = chart(&points, 365);
    year.last_year = &earlier;
    year.usual = &earlier;
    year.rain = days(365, |day| (day % 5) as f64 * 4.3);
    year.lanes = ["一号泵", "二号泵", "三号泵"].map(|name| Lane { name, spans: &spans }).into();
    for (value, class) in [(104.0, "s-low"), (103.0, "s-warn"), (102.0, "s-guard")] {
        let words = Text::verbatim("旱警");
        year.limits.push(Limit { value, span: ever(), class, words });
    }
    year.second = Some(Second {
        name: Text::both("蓄水量", "storage"),
        unit: Text::verbatim("m³"),
        at: Box::new(|level| Some(format!("{:.0}", level * 100.0))),
    });
    for lang in Lang::ALL {
        let drawn = within(lang, || draw(&year));
        inside(&drawn.svg);
        assert!(drawn.svg.len() < YEAR_BYTES_MAX, "{}", drawn.svg.len());
        // With its values by time it still is one chart of a page.
        assert!(drawn.points.len() < 40 * 1024, "{}", drawn.points.len());
    }
}

#[test]
fn what_it_shows_is_said_in_both_languages() {
    let points = [point(60, 3.0), point(120, 2.0), point(180, 2.5)];
    let [zh, en] = Lang::ALL.map(|lang| within(lang, || draw(&chart(&points, 1)).summary));
    assert!(zh.contains("最低 1.80 m") && zh.contains("最近 2.50 m"), "{zh}");
    assert!(en.contains("lowest 1.80 m") && en.contains("last 2.50 m"), "{en}");
}

#[test]
fn marks_tell_suspect_points_and_corrections() {
    let mut points = [point(60, 3.0), point(120, 2.0), point(180, 2.5)];
    points[1].suspect = 1;
    let mut marked = chart(&points, 1);
    marked.corrected.push((after(100), after(130)));
    let drawn = draw(&marked);
    for there in ["c-doubt", "url(#level-hatch)", "c-envelope"] {
        assert!(drawn.svg.contains(there), "{there}: {}", drawn.svg);
    }
    let classes: Vec<&str> = drawn.legend.iter().map(|key| key.class.as_str()).collect();
    assert_eq!(classes, ["k-line", "k-envelope", "k-doubt", "k-hatch"]);
}

#[test]
fn a_limit_far_away_does_not_flatten_the_curve() {
    let points = [point(60, 3.0), point(120, 2.9)];
    let mut flat = chart(&points, 1);
    for value in [2.5, -90.0] {
        let words = Text::verbatim(value);
        flat.limits.push(Limit { value, span: ever(), class: "s-warn", words });
    }
    let svg = draw(&flat).svg;
    assert!(svg.contains(">2.5</text>") && !svg.contains("-90"), "{svg}");
}

#[test]
fn what_is_made_of_days_is_told_by_its_day() {
    let points = [point(0, 3.0), point(1440, 2.5)];
    let mut days = chart(&points, 2);
    let told = |chart: &Chart<'_>| within(Lang::English, || draw(chart)).brief;
    assert!(told(&days).contains(':'), "{}", told(&days));
    days.by_days = true;
    assert!(!told(&days).contains(':') && told(&days).contains("2.50"), "{}", told(&days));
}

#[test]
fn a_limit_is_drawn_for_as_long_as_it_holds() {
    let points = [point(60, 3.0), point(1400, 2.9)];
    let mut summer = chart(&points, 1);
    for (value, span) in [(2.53, (after(-9), after(720))), (2.71, (after(720), after(1440)))] {
        let words = Text::verbatim(value);
        summer.limits.push(Limit { value, span, class: "s-warn", words });
    }
    let svg = draw(&summer).svg;
    let words = |x: &str, value: &str| {
        let mut texts = svg.split("<text class=\"c-limit-words").skip(1);
        let text = texts.find(|text| text.contains(value));
        text.is_some_and(|text| text.contains(&format!("x=\"{x}\"")))
    };
    assert!(words("50%", ">2.53</text>") && words("100%", ">2.71</text>"), "{svg}");
    summer.limits[0].span.1 = after(90);
    let svg = draw(&summer).svg;
    assert!(!svg.contains(">2.53</text>") && svg.contains(">2.71</text>"), "{svg}");
}

proptest! {
    #[test]
    fn every_chart_is_well_formed_and_inside(
        values in proptest::collection::vec((0i64..3000, proptest::num::f64::ANY), 0..60),
        name in "\\PC{0,30}",
        limit in proptest::num::f64::ANY,
        amounts in proptest::collection::vec(proptest::num::f64::ANY, 0..5),
    ) {
        let points: Vec<ChartPoint> = values.iter().map(|(at, value)| point(*at, *value)).collect();
        let spans = [(after(10), after(3)), (after(50), after(90))];
        let mut any = chart(&points, 2);
        any.title = Text::verbatim(&name);
        any.rain = days(amounts.len() as i64, |day| amounts[day as usize]);
        let words = Text::verbatim(&name);
        any.limits.push(Limit { value: limit, span: spans[1], class: "s-dry", words });
        any.lanes.push(Lane { name: &name, spans: &spans });
        any.corrected = spans.to_vec();
        inside(&draw(&any).svg);
        let mut bars = chart(&[], 2);
        bars.bars = days(amounts.len() as i64, |day| amounts[day as usize]);
        let drawn = draw(&bars);
        inside(&drawn.svg);
        prop_assert!(drawn.points.is_empty() || serde_json::from_str::<serde_json::Value>(&drawn.points).is_ok());
    }
}
