//! What the metrics say of sources and pumps.

use super::*;
use crate::hub::HubState;
use crate::hub::metrics::{Scrape, encode};
use crate::locales::Text;
use crate::support::Moment;
use crate::web::Totals;
use std::time::Duration;

const TOWNSHIP: &str = r#"
    name = "t"
    [[village]]
    id = "v"
    name = "村"
    persons = 100
    groups = 1
    sown_area_mu = 10.0
    [[station]]
    id = "pond-1"
    name = "东门\"大\"塘"
    kind = "pond"
    village = "v"
    bottom_m = 100.0
    normal_m = 105.0
    crest_m = 106.0
    threshold = [{ months = [8], quantity = "level", warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 }]
    [[station]]
    id = "pump-1"
    name = "泵站"
    kind = "pump"
    village = "v"
    pump = { source = "pond-1", rated_power_kw = 10.0, rated_flow_m3h = 100.0, rated_head_m = 15.0, irrigates_mu = 20.0 }
"#;

fn row() -> SourceRow {
    SourceRow {
        id: "pond-1".parse().unwrap(),
        name: "东门\"大\"塘".into(),
        kind: StationKind::Pond,
        village: "村".into(),
        level_m: Some(101.5),
        storage_m3: None,
        share_of_normal: None,
        status: Some(Status::Warn),
        trend_m_per_day: None,
        observed_at: Some(now()),
        ahead_at: None,
        age_s: Some(60),
        note: Text::default(),
        trend_week_m_per_day: None,
        next_limit: None,
        supply_days: Some(12),
        supply: Text::default(),
        rank: None,
        flag: None,
        persons: None,
        place: None,
        spark: Vec::new(),
    }
}

fn now() -> Timestamp {
    "2022-08-10T00:00:00Z".parse().unwrap()
}

/// The metrics of a hub whose pages show this of its source; `None` where they show nothing yet.
fn metrics(row: Option<SourceRow>) -> String {
    let township: Township = toml::from_str(TOWNSHIP).unwrap();
    let totals = Totals { pumps_unknown: 1, ..Totals::default() };
    let shown = row.map(|row| Overview {
        township: "t".into(),
        now: now(),
        sources: vec![row],
        totals,
        ..Overview::default()
    });
    let overview = watch::Sender::new(Arc::new(shown.unwrap_or_default()));
    let shown = TownshipShown {
        calendar: crate::hub::calendar(&township).unwrap(),
        township: Arc::new(township),
        overview: overview.subscribe(),
    };
    let scrape = Scrape {
        state: Arc::new(HubState::default()),
        township: Some(shown),
        store: "/nowhere/store.db".into(),
        now: Moment { up: Duration::ZERO, time: now() },
    };
    encode(scrape).unwrap()
}

#[test]
fn a_source_stands_beside_the_limits_of_its_month() {
    let text = metrics(Some(row()));
    for line in [
        "hanqing_hub_station_info{station=\"pond-1\",name=\"东门\\\"大\\\"塘\",kind=\"pond\",village=\"村\"} 1",
        "hanqing_hub_station_info{station=\"pump-1\",name=\"泵站\",kind=\"pump\",village=\"村\"} 1",
        "hanqing_hub_source_level_meters{station=\"pond-1\"} 101.5",
        "hanqing_hub_source_age_seconds{station=\"pond-1\"} 60.0",
        "hanqing_hub_source_supply_days{station=\"pond-1\"} 12.0",
        "hanqing_hub_source_limit_meters{station=\"pond-1\",limit=\"warn\"} 102.0",
        "hanqing_hub_source_limit_meters{station=\"pond-1\",limit=\"guard\"} 101.0",
        "hanqing_hub_source_limit_meters{station=\"pond-1\",limit=\"dry\"} 100.05",
        "hanqing_hub_source_limit_meters{station=\"pond-1\",limit=\"normal\"} 105.0",
        "hanqing_hub_source_status{station=\"pond-1\",status=\"warn\"} 1",
        "hanqing_hub_source_status{station=\"pond-1\",status=\"normal\"} 0",
        "hanqing_hub_source_status{station=\"pond-1\",status=\"unknown\"} 0",
        "hanqing_hub_pumps{state=\"running\"} 0",
        "hanqing_hub_pumps{state=\"unknown\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    // What the file does not say is no limit, and a storage without a curve is none.
    assert!(!text.contains("limit=\"low\"") && !text.contains("source_storage"), "{text}");
    // In September it has none of a drought; the bottom and the crest stay.
    let later = "2022-09-10T00:00:00Z".parse().unwrap();
    let text = metrics(Some(SourceRow { observed_at: Some(later), ..row() }));
    assert!(!text.contains("limit=\"warn\"") && text.contains("limit=\"dry\""), "{text}");
}

#[test]
fn an_old_level_is_not_told_as_one_of_now() {
    let old = STALE.as_secs() + 1;
    let text = metrics(Some(SourceRow {
        age_s: Some(old),
        status: None,
        storage_m3: Some(5.0),
        share_of_normal: Some(0.5),
        ..row()
    }));
    assert!(!text.contains("source_level") && !text.contains("source_storage"), "{text}");
    for line in [
        format!("hanqing_hub_source_age_seconds{{station=\"pond-1\"}} {old}.0"),
        "hanqing_hub_source_status{station=\"pond-1\",status=\"unknown\"} 1".to_owned(),
        "hanqing_hub_source_status{station=\"pond-1\",status=\"warn\"} 0".to_owned(),
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn before_the_first_look_nothing_is_said_of_sources_and_pumps() {
    let text = metrics(None);
    assert!(!text.contains("hanqing_hub_source") && !text.contains("hanqing_hub_pumps"), "{text}");
    assert!(text.contains("hanqing_hub_station_info{station=\"pond-1\""), "{text}");
}
