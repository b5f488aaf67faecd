//! Tests of the page as a whole.

use super::asked::{Asked, By};
use super::test_kit::{full, overview, place, row};
use super::view::View;
use super::*;
use crate::account::{Change, ChangeKind, Morning};
use crate::alarm::Kind;
use crate::core::Role;
use crate::locales::Text;
use crate::water::{StationKind, Status};
use crate::web::alarms::{OpenAlarm, OpenAlarms};
use crate::web::gateways::GatewayRow;
use crate::web::model::SourceRow;
use crate::web::templates::Templates;
use crate::web::test_kit::Kit;

/// The live part in that language.
fn part_in(lang: Lang, overview: &Overview, asked: &Asked) -> String {
    within(lang, || {
        Templates::new()
            .text("morning/part", &View::of(overview, asked))
            .map_err(|e| format!("{e:#}"))
    })
    .unwrap()
}

fn part(overview: &Overview) -> String {
    part_in(Lang::Chinese, overview, &Asked::default())
}

#[test]
fn the_page_says_all_in_both_languages() {
    let mut overview = overview(4);
    overview.problems = vec![Text::both("磁盘已满", "the disk is full")];
    overview.notes = vec![Text::both("一处要核对", "one to check")];
    let alarm = OpenAlarm {
        id: 7,
        kind: Kind::BelowAssured,
        station: Some("pond-1".parse().unwrap()),
        name: Text::verbatim("大塘"),
        said: Text::both("水位 101.90 m", "level 101.90 m"),
        raised_at: overview.now,
        acknowledged: false,
    };
    let open = vec![alarm; 7];
    overview.alarms = Arc::new(OpenAlarms { open, incomplete: Text::default() });
    let zh = part_in(Lang::Chinese, &overview, &Asked::default());
    for words in [
        "磁盘已满",
        "一处要核对",
        "水位 101.90 m",
        "无人确认",
        "另有 2 条未解除",
        "至少中度干旱",
        "至少 23",
        "某标准",
        "缺少墒情站",
        "常年 30 mm",
        "为正常蓄水的 40%",
        "为常年同期的 50%",
        "为去年同期的 50%",
        "7 处中 5 处有数据",
        "2 处旱警或更差",
        "至多 1\u{202f}300",
        "至少 5\u{202f}678",
        "1 台无数据",
        "抗旱期（8月1日起）用电",
        "2 个网关中 1 个离线",
        "核查问题：错误 1，其他 2",
        "正常 → 旱警",
        "离旱保 0.32",
        "远低于常年",
        "10 分钟内",
    ] {
        assert!(zh.contains(words), "{words} is not in {zh}");
    }
    let en = part_in(Lang::English, &overview, &Asked::default());
    for words in [
        "the disk is full",
        "at least moderate drought",
        "a standard",
        "1 of 2 gateways offline",
        "normal → drought warning",
        "to guarantee 0.32",
        "much below usual",
    ] {
        assert!(en.contains(words), "{words} is not in {en}");
    }
}

#[test]
fn every_text_from_outside_is_escaped() {
    const EVIL: &str = "<script>\"'&{{ 7 * 7 }}";
    let evil = || Text::verbatim(EVIL);
    let mut all = overview(1);
    let mut morning = Morning::clone(all.morning.as_ref().unwrap());
    morning.lacking = vec![evil()];
    morning.today.as_mut().unwrap().reasons[0].source = evil();
    morning.changes.push(Change { station: None, name: None, kind: ChangeKind::PumpStarted });
    all.morning = Some(Arc::new(morning));
    all.township = EVIL.into();
    all.problems = vec![evil()];
    all.notes = vec![evil()];
    all.gateways.push(GatewayRow { id: EVIL.into(), ..GatewayRow::default() });
    all.sources = vec![SourceRow {
        name: EVIL.into(),
        village: EVIL.into(),
        note: evil(),
        supply: evil(),
        place: place(1),
        spark: vec![Some(1.0)],
        ..full(0)
    }];
    for by in By::ALL {
        let asked = Asked { by, village: EVIL.into(), ..Asked::default() };
        let page = part_in(Lang::Chinese, &all, &asked);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("49"), "no template is taken from outside: {page}");
    }
}

#[test]
fn before_anything_is_known_the_page_says_so() {
    let nothing = Overview::default();
    let page = part(&nothing);
    assert!(page.contains("还没有水源"), "{page}");
    assert!(page.contains("正在计算"), "{page}");
    assert!(page.contains("还没有网关报到"), "{page}");
    let new = Overview { sources: vec![row("pond-1")], ..nothing };
    let page = part(&new);
    assert!(page.contains("尚无数据") && page.contains("class=s-none"), "{page}");
    assert!(!page.contains("NaN"), "{page}");
}

#[test]
fn a_day_without_a_grade_has_none() {
    let mut overview = overview(1);
    let mut morning = Morning::clone(overview.morning.as_ref().unwrap());
    morning.today = None;
    morning.changes.clear();
    overview.morning = Some(Arc::new(morning));
    let page = part(&overview);
    assert!(page.contains("s-none\">不明"), "{page}");
}

#[test]
fn nothing_has_changed_only_where_both_days_have_data() {
    let said = |compared, sources| {
        let mut overview = overview(sources);
        let mut morning = Morning::clone(overview.morning.as_ref().unwrap());
        morning.changes.clear();
        morning.compared = compared;
        overview.morning = Some(Arc::new(morning));
        part(&overview)
    };
    assert!(said(8, 8).contains("没有变化。"));
    assert!(said(3, 8).contains("两天都有数据的 3 处水源没有变化，另外 5 处无法比较"));
    let page = said(0, 8);
    assert!(page.contains("无法比较") && !page.contains("没有变化"), "{page}");
}

#[test]
fn none_that_is_known_of_is_not_zero() {
    let mut overview = overview(1);
    let mut morning = Morning::clone(overview.morning.as_ref().unwrap());
    overview.totals.pumps_running = 0;
    for (low, unknown, shown) in
        [(0, 5, "<b>—"), (3, 5, "<b>至少 3"), (3, 0, "<b>3"), (0, 0, "<b>0")]
    {
        morning.drinking.persons_low = low;
        morning.drinking.persons_unknown = unknown;
        overview.totals.pumps_running = low;
        overview.totals.pumps_unknown = unknown;
        overview.morning = Some(Arc::new(morning.clone()));
        let page = part(&overview);
        assert!(page.matches(shown).count() >= 2, "{shown}: {page}");
    }
}

#[test]
fn the_worst_stand_first_and_the_unknown_before_those_that_are_well() {
    let source = |id: &str, status, days| SourceRow { status, supply_days: days, ..row(id) };
    let mut all = overview(0);
    all.sources = vec![
        source("a-normal", Some(Status::Normal), None),
        source("a-none", None, None),
        source("a-warn-9", Some(Status::Warn), Some(9)),
        source("a-warn", Some(Status::Warn), None),
        source("a-warn-2", Some(Status::Warn), Some(2)),
        source("a-dry", Some(Status::Dry), None),
        source("a-low", Some(Status::Low), None),
    ];
    let page = part(&all);
    let table = &page[page.find("<table").unwrap()..];
    let at = |id: &str| table.find(&format!("/{id}>")).unwrap();
    let order = ["a-dry", "a-warn-2", "a-warn-9", "a-warn", "a-none", "a-low", "a-normal"];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{table}");
}

#[test]
fn filters_leave_out_what_does_not_fit() {
    let overview = overview(24);
    let rows = |asked: &Asked| {
        let page = part_in(Lang::English, &overview, asked);
        page.matches("<th scope=row>").count()
    };
    assert_eq!(rows(&Asked::default()), 24);
    assert_eq!(rows(&Asked { status: "none".into(), ..Asked::default() }), 6);
    assert_eq!(rows(&Asked { kind: "tank".into(), ..Asked::default() }), 8);
    assert_eq!(rows(&Asked { village: "第3村".into(), ..Asked::default() }), 2);
    for by in By::ALL {
        assert_eq!(rows(&Asked { by, ..Asked::default() }), 24);
    }
    let none = Asked { village: "<b>".into(), ..Asked::default() };
    let page = part_in(Lang::English, &overview, &none);
    assert!(page.contains("No source fits.") && page.contains("Show all sources"), "{page}");
}

#[test]
fn groups_have_their_headings() {
    let overview = overview(24);
    let page = part_in(Lang::Chinese, &overview, &Asked { by: By::Kind, ..Asked::default() });
    for kind in [StationKind::Pond, StationKind::Reservoir, StationKind::Tank] {
        let name = kind.name().within(Lang::Chinese);
        assert!(page.contains(&format!("scope=\"rowgroup\">{name} <small>8 处")), "{page}");
    }
}

#[test]
fn a_thousand_sources_with_charts_and_places_render_within_the_fuel() {
    let mut overview = overview(1000);
    for (n, row) in overview.sources.iter_mut().enumerate() {
        row.spark = vec![Some(1.0); 30];
        row.place = place(n);
    }
    let page = part(&overview);
    assert_eq!(page.matches("class=\"spark\"").count(), 1000);
    assert_eq!(page.matches("class=\"m-").count(), 1000);
}

#[test]
fn the_time_alone_changes_nothing_that_is_seen() {
    let first = overview(5);
    let mut second = first.clone();
    second.now += jiff::SignedDuration::from_secs(1);
    second.totals.readings += 5;
    for row in &mut second.sources {
        row.age_s = row.age_s.map(|age| age + 1);
    }
    second.gateways[0].committed_to += 1;
    second.gateways[0].last_seen = Some(second.now);
    assert_eq!(seen(&first), seen(&second));
    let mut lower = second.clone();
    lower.sources[0].level_m = Some(1.0);
    assert_ne!(seen(&second), seen(&lower));
    let mut offline = second.clone();
    offline.gateways[0].online = false;
    assert_ne!(seen(&second), seen(&offline));
}

#[tokio::test]
async fn the_page_stands_around_its_live_part() {
    let kit = Kit::new();
    kit.overview.send_replace(Arc::new(overview(8)));
    let viewer = kit.session(Role::Viewer).await;
    let answer = kit.get("/?by=kind&status=none&lang=en", Some(&viewer)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let page = &answer.body;
    assert_eq!(page.matches("<th scope=row>").count(), 2, "{page}");
    assert!(page.contains("<html lang=\"en\">"), "{page}");
    let live = "data-live=\"&#x2f;?part=1&amp;by=kind&amp;status=none\"";
    assert!(page.contains(live), "{page}");
    assert!(page.contains("<h1>This morning</h1>") && !page.contains("&lt;h1"), "{page}");
    let part = kit.get("/?part=1&by=kind&status=none&lang=en", Some(&viewer)).await.body;
    assert!(!part.contains("<html") && page.contains(part.trim_end()), "{part}");
    // The same name twice cannot be read: the page shows all.
    let all = kit.get("/?by=kind&by=status", Some(&viewer)).await;
    assert_eq!(all.body.matches("<th scope=row>").count(), 8);
}

#[tokio::test]
async fn five_hundred_sources_fit_into_the_frame() {
    let kit = Kit::new();
    kit.overview.send_replace(Arc::new(overview(500)));
    let viewer = kit.session(Role::Viewer).await;
    for lang in Lang::ALL {
        let page = kit.get(&format!("/?lang={lang}"), Some(&viewer)).await.body;
        let charts = page.split("<svg class=\"spark\"").skip(1);
        let charts: usize = charts.filter_map(|rest| rest.find("</svg>")).sum();
        let size = page.len() - charts;
        assert!(size <= 120 * 1024, "{size} bytes in {lang}, without {charts} of charts");
    }
}

#[tokio::test]
async fn what_was_worked_out_long_ago_says_for_when() {
    let kit = Kit::new();
    let viewer = kit.session(Role::Viewer).await;
    for (hours, said) in [(1, false), (2, true)] {
        let shown = overview(8);
        let now = shown.now + jiff::SignedDuration::from_hours(hours);
        kit.overview.send_replace(Arc::new(Overview { now, ..shown }));
        let page = kit.get("/?lang=en", Some(&viewer)).await.body;
        assert_eq!(page.contains("are being worked out anew"), said, "{page}");
    }
}
