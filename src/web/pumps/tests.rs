//! The page of the pumps: what is said, and in which order.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use jiff::civil::date;

use super::{PumpFacts, PumpsFacts, view};
use crate::account::{Coverage, Method, OpenBy, PumpAccount, Quantity, RunGround};
use crate::core::{Period, Role};
use crate::locales::{Lang, Text, within};
use crate::web::test_kit::Kit;
use crate::web::{Ask, Shown};

fn quantity(value: Option<f64>, bounds: [f64; 2], method: Method) -> Quantity {
    let coverage = Coverage { covered_h: 12, period_h: 48, counted: 12, suspect: 0 };
    let series = "pump-1/energy_total".parse().unwrap();
    Quantity { value, bounds, method, coverage, series, note: Text::default() }
}

fn pump(name: &str, kwh: Option<f64>, findings: &[&str]) -> PumpFacts {
    let energy = match kwh {
        Some(kwh) => quantity(Some(kwh), [kwh, kwh * 2.0], Method::CounterDifference),
        None => quantity(None, [0.0, f64::INFINITY], Method::NoData),
    };
    let account = PumpAccount {
        station: "pump-1".parse().unwrap(),
        name: name.into(),
        village: "v".parse().unwrap(),
        asset: None,
        energy_kwh: energy.clone(),
        volume_m3: energy.clone(),
        run_hours: energy,
        ran: kwh.map(|_| true),
        run_ground: RunGround::Load,
        energy_open_by: BTreeSet::from([OpenBy::Gap]),
        days: Vec::new(),
        segments: Vec::new(),
        meters: Vec::new(),
        unused: Vec::new(),
        contradiction: None,
        corrections: Vec::new(),
    };
    PumpFacts {
        account,
        village: "<b>东门村</b>".into(),
        source: Some("门口塘".into()),
        running: kwh.map(|_| true),
        hours_by_day: vec![(date(2022, 8, 1), 5)],
        replacements: Vec::new(),
        findings: findings.iter().map(Text::verbatim).collect(),
    }
}

fn facts() -> PumpsFacts {
    let shown = Shown {
        alarms: 0,
        township: "示例乡".into(),
        now: "2022-08-02T00:00:00Z".parse().unwrap(),
        simulated: false,
        zone: jiff::tz::TimeZone::UTC,
    };
    let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 2) };
    let pumps = vec![
        pump("弱泵", Some(10.0), &[]),
        pump("强泵", Some(500.0), &[]),
        pump("<i>无表泵</i>", None, &[]),
        pump("疑泵", Some(1.0), &["<script>too much</script>"]),
    ];
    PumpsFacts { shown, period, is_over: false, pumps }
}

#[test]
fn doubtful_pumps_come_first_then_those_with_most_electricity() {
    let page = within(Lang::English, || view::page(&facts()));
    let names: Vec<&str> = page.pumps.iter().map(|pump| pump.name.as_str()).collect();
    assert_eq!(names, ["疑泵", "强泵", "弱泵", "<i>无表泵</i>"]);
    assert_eq!((page.running, page.unknown), (3, 1));
    let said = |text: &Text| text.within(Lang::English);
    let strong = &page.pumps[1];
    assert_eq!(said(&strong.energy.value), "500");
    assert_eq!(said(&strong.energy.within), "at most 1\u{202f}000");
    assert_eq!(said(&strong.energy.how), "register difference; at most 1\u{202f}000");
    assert_eq!(said(&strong.coverage), "25 % of hours with data");
    // What nothing bounds is said to be at least as much.
    assert_eq!(said(&page.energy.value), "at least 511");
    assert_eq!(said(&page.pumps[3].energy.value), "not known");
    // What is open at all pumps is told once.
    assert!(said(&page.more).contains("at all pumps: no data in the middle"));
    assert_eq!(page.pumps[1].findings, []);
    assert_eq!(said(&page.days), "1 Aug to 2 Aug, 2 days");
    assert!(!page.not_over.is_empty());
}

#[tokio::test]
async fn the_page_is_escaped_and_its_part_stands_alone() {
    let mut kit = Kit::new();
    kit.workplace.pumps = Ask::new(|_| async { Ok(Arc::new(facts())) });
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/pumps?range=7d&lang=en", Some(&viewer)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for raw in ["<b>东门村", "<i>无表泵", "<script>too much"] {
        assert!(!page.body.contains(raw), "{raw}");
    }
    assert!(page.body.contains("&lt;script&gt;too much") && page.body.contains("<html"));
    let part = kit.get("/pumps?range=7d&part=1", Some(&viewer)).await;
    assert!(!part.body.contains("<html") && part.body.contains("强泵"), "{}", part.body);
}

#[tokio::test]
async fn a_span_that_is_none_or_too_long_is_refused_with_words() {
    let kit = Kit::new();
    let viewer = kit.session(Role::Viewer).await;
    for (query, says) in [
        ("range=forever", "forever"),
        ("range=own&from=2021-01-01&to=2022-12-31", "400"),
        ("range=7d&range=30d", "读不懂"),
    ] {
        let answer = kit.get(&format!("/pumps?{query}"), Some(&viewer)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains(says), "{}", answer.body);
    }
    let empty = kit.get("/pumps?range=own&from=2022-08-01&to=2022-08-31", Some(&viewer)).await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.body.contains("没有泵站"), "{}", empty.body);
}

#[test]
fn a_pump_that_alone_may_have_drawn_more_says_so() {
    let mut all = facts();
    all.pumps[0].account.energy_open_by = BTreeSet::from([OpenBy::Ends, OpenBy::Reset]);
    all.shown.now = "2023-01-02T00:00:00Z".parse().unwrap();
    all.is_over = true;
    let page = within(Lang::English, || view::page(&all));
    let said: Vec<String> =
        page.pumps[0].findings.iter().map(|text| text.within(Lang::English)).collect();
    assert_eq!((page.pumps[0].name.as_str(), said.len()), ("弱泵", 1));
    assert!(said[0].contains("more electricity: resets"), "{said:?}");
    assert_eq!(page.days.within(Lang::English), "1 Aug 2022 to 2 Aug 2022, 2 days");
    assert!(page.not_over.is_empty());
}

#[test]
fn bounds_that_equal_the_number_are_not_repeated() {
    let said = |value, bounds| {
        let (value, within) = view::said(value, bounds);
        [value, within].map(|text| text.within(Lang::Chinese))
    };
    assert_eq!(said(Some(7.0), [7.0, 7.2]), ["7", ""]);
    assert_eq!(said(Some(7.0), [7.0, 9.0]), ["7", "至多 9"]);
    assert_eq!(said(Some(7.0), [5.0, 7.0]), ["7", "至少 5"]);
    assert_eq!(said(Some(7.0), [5.0, 9.0]), ["7", "5–9"]);
    assert_eq!(said(Some(7.0), [5.0, f64::INFINITY]), ["至少 5", ""]);
    assert_eq!(said(None, [0.0, 9.0]), ["不明", "至多 9"]);
    assert_eq!(said(None, [0.0, f64::INFINITY]), ["不明", ""]);
}
