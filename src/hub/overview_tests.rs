//! What the page says of sources and pumps as time goes by.

use super::*;
use crate::core::{Correction, CorrectionKind, Flag, Reading};
use crate::store::Store;
use crate::support::clock::Driver;
use crate::wire::{Batch, Epoch};
use jiff::ToSpan;

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
    name = "塘"
    kind = "pond"
    village = "v"
    bottom_m = 100.0
    crest_m = 106.0
    place = { longitude = 116.4, latitude = 27.1 }
    threshold = [{ months = [8], quantity = "level", warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 }]
    [[station]]
    id = "pump-1"
    name = "泵站"
    kind = "pump"
    village = "v"
    pump = { source = "pond-1", rated_power_kw = 10.0, rated_flow_m3h = 100.0, rated_head_m = 15.0, irrigates_mu = 20.0 }
"#;

/// A store with what is committed to it, and the page of it.
struct Scene {
    _dir: tempfile::TempDir,
    store: Sqlite,
    page: Overviews,
    clock: Clock,
    driver: Driver,
    seq: u64,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let township: Township = toml::from_str(TOWNSHIP).unwrap();
        let calendar = crate::hub::calendar(&township).unwrap();
        let mut store = Sqlite::open(&dir.path().join("store.db")).unwrap();
        store.set_calendar(&calendar).unwrap();
        let (clock, driver) = Clock::stepped("2022-08-10T00:00:00Z".parse().unwrap());
        let page = Overviews::new(OverviewSource {
            township: Arc::new(township),
            calendar,
            store: store.reader().unwrap(),
            ledger: Ledger::open(&dir.path().join("ledger.db")).unwrap(),
            two_person: false,
            clock: clock.clone(),
            simulated: false,
            taken: Arc::new(HubState::default()),
        })
        .unwrap();
        Self { _dir: dir, store, page, clock, driver, seq: 0 }
    }

    /// Commits a reading of now.
    fn read(&mut self, series: &str, value: f64) {
        self.read_at(series, value, self.clock.now());
    }

    fn read_at(&mut self, series: &str, value: f64, at: Timestamp) {
        self.seq += 1;
        let now = self.clock.now();
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq: self.seq,
            clock: None,
            loss: None,
            readings: vec![Reading::good(series.parse().unwrap(), at, value)],
        };
        self.store.commit(&[batch], now).unwrap();
    }

    fn pass(&self, minutes: i64) {
        self.driver.advance_to(self.clock.now() + minutes.minutes());
    }

    /// The page by a new look, however long the last one took.
    fn anew(&mut self) -> Overview {
        self.page.looked = None;
        self.page.make().unwrap()
    }
}

#[test]
fn a_level_grows_old_and_loses_its_status_though_nothing_is_written() {
    let mut scene = Scene::new();
    let first = scene.page.make().unwrap();
    assert_eq!((first.sources[0].level_m, first.sources[0].flag), (None, None));
    assert_eq!(first.sources[0].place.map(|place| place.longitude), Some(116.4));
    scene.read("pond-1/level", 103.0);
    scene.pass(60);
    let row = &scene.anew().sources[0];
    assert_eq!((row.level_m, row.status), (Some(103.0), Some(Status::Normal)));
    assert_eq!((row.next_limit, row.age_s), (Some((Status::Warn, 1.0)), Some(3600)));
    assert_eq!(row.flag, Some(Flag::Good));
    scene.pass(30);
    assert_eq!(scene.page.make().unwrap().sources[0].age_s, Some(5400));
    scene.pass(49 * 60);
    let row = &scene.page.make().unwrap().sources[0];
    assert_eq!((row.level_m, row.status, row.next_limit), (Some(103.0), None, None));
}

#[test]
fn a_level_that_is_ahead_of_the_clock_is_told_and_not_taken_for_that_of_now() {
    let mut scene = Scene::new();
    scene.read("pond-1/level", 103.0);
    let ahead = scene.clock.now() + 3.hours();
    scene.read_at("pond-1/level", 101.5, ahead);
    let row = scene.anew().sources.remove(0);
    assert_eq!((row.level_m, row.observed_at), (Some(103.0), Some(scene.clock.now())));
    assert_eq!((row.ahead_at, row.age_s), (Some(ahead), Some(0)));
    let note = row.note.to_string();
    assert!(note.contains("ahead of the hub's clock"), "{note}");
    scene.pass(3 * 60);
    let row = scene.anew().sources.remove(0);
    assert_eq!((row.level_m, row.ahead_at, row.age_s), (Some(101.5), None, Some(0)));
    assert_eq!(row.note, Text::default());
    // With nothing but that, there is no level.
    let mut scene = Scene::new();
    scene.read_at("pond-1/level", 101.5, ahead);
    let row = scene.anew().sources.remove(0);
    assert_eq!((row.level_m, row.ahead_at), (None, Some(ahead)));
}

#[test]
fn a_corrected_level_says_so() {
    let mut scene = Scene::new();
    scene.read("pond-1/level", 103.0);
    assert_eq!(scene.anew().sources[0].note, Text::default());
    let correction = Correction {
        id: 0,
        series: "pond-1/level".parse().unwrap(),
        from: scene.clock.now() - 1.hours(),
        to: scene.clock.now() + 1.hours(),
        kind: CorrectionKind::Shift { by: -1.5 },
        reason: "水尺基面".into(),
        by: "水利站 陈".into(),
        at: scene.clock.now(),
        withdrawn: None,
    };
    let number = scene.store.correct(&correction).unwrap().unwrap();
    scene.store.settle().unwrap();
    let row = scene.anew().sources.remove(0);
    assert_eq!((row.level_m, row.status), (Some(101.5), Some(Status::Warn)));
    let note = row.note.within(crate::locales::Lang::Chinese);
    assert!(note.contains("更正"), "{note}");
    scene.store.withdraw(number, "水利站 李", "看错", scene.clock.now()).unwrap().unwrap();
    scene.store.settle().unwrap();
    assert_eq!(scene.anew().sources[0].note, Text::default());
}

#[test]
fn an_old_level_has_no_trend() {
    let mut scene = Scene::new();
    scene.read("pond-1/level", 103.2);
    scene.pass(24 * 60);
    scene.read("pond-1/level", 103.0);
    let trend = scene.anew().sources[0].trend_m_per_day.unwrap();
    assert!((trend - -0.2).abs() < 1e-9, "{trend}");
    scene.pass(49 * 60);
    let row = &scene.anew().sources[0];
    assert_eq!((row.level_m, row.trend_m_per_day), (Some(103.0), None));
}

#[test]
fn the_next_threshold_is_that_of_the_month_of_the_level() {
    let mut scene = Scene::new();
    scene.driver.advance_to("2022-08-31T12:00:00Z".parse().unwrap());
    scene.read("pond-1/level", 103.0);
    // In September there are no thresholds; the status is still that of August.
    scene.pass(24 * 60);
    let row = &scene.anew().sources[0];
    assert_eq!((row.status, row.next_limit), (Some(Status::Normal), Some((Status::Warn, 1.0))));
}

#[test]
fn a_pump_runs_as_long_as_its_last_word_is_fresh() {
    let mut scene = Scene::new();
    let running = |scene: &mut Scene| {
        let totals = scene.anew().totals;
        (totals.pumps_running, totals.pumps_unknown)
    };
    assert_eq!(running(&mut scene), (0, 1), "silence is no standstill");
    scene.read("pump-1/run_state", 1.0);
    assert_eq!(running(&mut scene), (1, 0));
    scene.pass(5);
    scene.read("pump-1/run_state", 0.0);
    assert_eq!(running(&mut scene), (0, 0));
    // A day later its last word says nothing.
    scene.pass(24 * 60);
    assert_eq!(running(&mut scene), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_look_is_due_where_something_was_written_and_its_pause_is_over() {
    let day = jiff::civil::date(2022, 8, 10);
    let stamp = |store| Stamp { today: day, store, ledger: 1 };
    let looked = Looked {
        stamp: stamp(1),
        sources: Vec::new(),
        pumps: PumpsNow::default(),
        running: [0, 0],
        ended: Stopwatch::start(),
        pause: Duration::from_secs(2),
    };
    assert!(!looked.is_due(stamp(1)) && !looked.is_due(stamp(2)));
    let tomorrow = Stamp { today: day.tomorrow().unwrap(), ..stamp(1) };
    assert!(looked.is_due(tomorrow), "the day does not wait");
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(looked.is_due(stamp(2)) && !looked.is_due(stamp(1)));
    tokio::time::advance(LOOK_AT_LEAST).await;
    assert!(looked.is_due(stamp(1)));
}
