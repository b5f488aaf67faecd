//! Pages over a store on disk, what they cost, and what is known of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::core::{Reading, Series};
use crate::store::Store;
use crate::web::{GatewayRow, ObservationsAsked, Observed, Order};
use crate::wire::{Batch, Epoch};

const SERIES: [&str; 3] = ["pond-1/level", "pond-1/flow", "pond-2/level"];
const EACH: i64 = 100;

fn start() -> Timestamp {
    "2022-08-01T00:00:00Z".parse().unwrap()
}

fn series(name: &str) -> Series {
    name.parse().unwrap()
}

/// Readings of three series at the same minutes, of which the newest are hot.
fn filled(path: &std::path::Path) -> Sqlite {
    let mut store = Sqlite::open(path).unwrap();
    let at = |n: i64| start() + SignedDuration::from_mins(30 * n);
    let one = |name: &&str, n: i64| Reading::good(series(name), at(n), n as f64);
    let all = (0..EACH).flat_map(|n| SERIES.iter().map(move |name| one(name, n)));
    let (gateway, readings) = ("gw-1".parse().unwrap(), all.collect());
    let batch = Batch { gateway, epoch: Epoch(7), seq: 1, clock: None, loss: None, readings };
    store.commit(&[batch], at(EACH)).unwrap();
    store
}

fn parts() -> Vec<crate::web::Part> {
    let mut all = SERIES.map(series);
    all.sort();
    all.iter().map(observe::all_of).collect()
}

fn asked(order: Order, most: usize) -> ObservationsAsked {
    let (parts, budget) = (parts(), 10_000);
    ObservationsAsked { parts, order, after: None, skip: 0, most, count: false, budget, each: 1 }
}

fn page(store: &Sqlite, asked: &ObservationsAsked) -> Observed {
    match observe::observe(store, asked).unwrap() {
        ThingsAnswer::Observations(observed) => observed,
        _ => panic!("too much"),
    }
}

#[test]
fn pages_of_any_size_hold_all_readings_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("store.db"));
    let key = |order: Order, (reading, _): &(Reading, Option<f64>)| {
        let (at, series) = (reading.observed_at, reading.series.clone());
        match order {
            Order::BySeries => (Timestamp::MIN, series, at),
            _ => (at, series, Timestamp::MIN),
        }
    };
    for order in [Order::BySeries, Order::OldestFirst, Order::NewestFirst] {
        for most in [1, 7, 100, 101, 1_000] {
            let mut question = asked(order, most);
            let mut all = Vec::new();
            loop {
                let found = page(&store, &question);
                let last =
                    found.rows.last().map(|(last, _)| (last.series.clone(), last.observed_at));
                all.extend(found.rows);
                if !found.more {
                    break;
                }
                question.after = last;
            }
            let mut keys: Vec<_> = all.iter().map(|row| key(order, row)).collect();
            if order == Order::NewestFirst {
                keys.reverse();
            }
            assert!(keys.is_sorted(), "{order:?} {most}");
            assert_eq!(keys.into_iter().collect::<BTreeSet<_>>().len(), 300, "{order:?} {most}");
            assert_eq!(all.len(), 300, "{order:?} {most}");
        }
    }
}

#[test]
fn a_part_is_cut_skipped_filtered_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("store.db"));
    let mut question = asked(Order::OldestFirst, 4);
    (question.skip, question.count) = (2, true);
    let found = page(&store, &question);
    assert_eq!((found.rows.len(), found.more, found.count), (4, true, Some(300)));
    assert_eq!(found.rows[0].0.series, series("pond-2/level"));
    for part in &mut question.parts {
        part.from = start() + SignedDuration::from_mins(60);
        part.wanted = Some(Arc::new(|reading: &Reading, _: Option<f64>| {
            reading.value().is_some_and(|value| value >= 95.0)
        }));
    }
    question.skip = 0;
    let found = page(&store, &question);
    assert_eq!((found.rows.len(), found.more, found.count), (4, true, Some(15)));
    assert_eq!(found.rows[0].1, Some(95.0));
    question.parts.iter_mut().for_each(|part| part.to = part.from);
    let found = page(&store, &question);
    assert_eq!((found.rows, found.more, found.count), (Vec::new(), false, Some(0)));
}

#[test]
fn what_would_cost_more_than_it_may_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("store.db"));
    let cost = |mut question: ObservationsAsked, budget: u64| {
        question.budget = budget;
        match observe::observe(&store, &question).unwrap() {
            ThingsAnswer::Observations(observed) => Some(observed.cost),
            _ => None,
        }
    };
    // Each series has to be found, and each reading that may be among the first ten looked at.
    for (order, spent) in [(Order::BySeries, 20 + 11), (Order::NewestFirst, 3 * (20 + 11))] {
        assert_eq!(cost(asked(order, 10), 1_000), Some(spent));
        assert_eq!(cost(asked(order, 10), spent), Some(spent));
        assert_eq!(cost(asked(order, 10), spent - 1), None);
    }
    let counted = ObservationsAsked { count: true, ..asked(Order::BySeries, 10) };
    assert_eq!(cost(counted, 1_000), Some(20 + 11 + 3 * (20 + 4)));
    // Where nothing is wanted, all readings are looked at, and each is dearer by its filter.
    let nothing = |count: bool| {
        let mut question = ObservationsAsked { each: 2, count, ..asked(Order::BySeries, 1) };
        let none = |_: &Reading, _: Option<f64>| false;
        question.parts.iter_mut().for_each(|part| part.wanted = Some(Arc::new(none)));
        question
    };
    assert_eq!(cost(nothing(false), 1_000), Some(3 * (20 + 200)));
    assert_eq!((cost(nothing(false), 500), cost(nothing(true), 1_000)), (None, None));
}

fn desk(path: PathBuf, overview: watch::Receiver<Arc<Overview>>) -> ThingsOf {
    desk_at(path, overview, Clock::system())
}

fn desk_at(path: PathBuf, overview: watch::Receiver<Arc<Overview>>, clock: Clock) -> ThingsOf {
    let text = r#"
        name = "示例乡"
        [[village]]
        id = "a"
        name = "A"
        persons = 1
        groups = 1
        sown_area_mu = 1.0
        [[station]]
        id = "pond-1"
        name = "P"
        kind = "pond"
        village = "a"
    "#;
    let township = Arc::new(toml::from_str(text).unwrap());
    ThingsOf::new(ThingsSource { store: path, township, clock, overview })
}

#[tokio::test]
async fn series_are_read_anew_when_the_store_has_new_ones_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut store = filled(&path);
    let (sender, overview) = watch::channel(Arc::new(Overview::default()));
    let desk = desk(path, overview);
    let known = async || match desk.clone().answer(ThingsAsked::Known).await.unwrap() {
        ThingsAnswer::Known(things) => things,
        _ => panic!("not known"),
    };
    let first = known().await;
    // The station that the township does not have is left out.
    assert_eq!(first.series, [series("pond-1/level"), series("pond-1/flow")]);
    assert!(Arc::ptr_eq(&first, &known().await));
    let readings = vec![Reading::good(series("pond-1/power"), start(), 1.0)];
    let gateway = "gw-1".parse().unwrap();
    let batch = Batch { gateway, epoch: Epoch(7), seq: 2, clock: None, loss: None, readings };
    store.commit(&[batch], start()).unwrap();
    assert_eq!(known().await.series.len(), 3);
    sender
        .send(Arc::new(Overview { gateways: vec![GatewayRow::default()], ..Overview::default() }))
        .unwrap();
    assert_eq!(known().await.series.len(), 3);

    let asked = ThingsAsked::Extents(vec![series("pond-1/level"), series("pond-9/level")]);
    let ThingsAnswer::Extents(extents) = desk.clone().answer(asked).await.unwrap() else {
        panic!("no extents");
    };
    let last = start() + SignedDuration::from_mins(30 * (EACH - 1));
    let whole = Extent { span: Some((start(), last)), ahead_at: None };
    assert_eq!(extents, [whole, Extent::default()]);
    let too_many = vec![series("pond-1/level"); EXTENTS_MAX + 1];
    let answer = desk.clone().answer(ThingsAsked::Extents(too_many)).await.unwrap();
    assert!(matches!(answer, ThingsAnswer::TooMuch));
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(filled(&path));
    let (_sender, overview) = watch::channel(Arc::new(Overview::default()));
    let desk = desk(path, overview);
    let taken = desk.0.places.clone().acquire_many_owned(WAITING_MAX as u32).await.unwrap();
    let answer = desk.clone().answer(ThingsAsked::Known).await.unwrap();
    assert!(matches!(answer, ThingsAnswer::Busy));
    drop(taken);
    let answer = desk.answer(ThingsAsked::Known).await.unwrap();
    assert!(matches!(answer, ThingsAnswer::Known(_)));
}

/// Whoever asks for the newest reading takes it for the state of now, as on the pages.
#[tokio::test]
async fn what_is_ahead_of_the_clock_is_left_out_until_its_time_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(filled(&path));
    let (_sender, overview) = watch::channel(Arc::new(Overview::default()));
    let at = |n: i64| start() + SignedDuration::from_mins(30 * n);
    let level = series("pond-1/level");
    let (last, minutes) = (EACH - 1, SignedDuration::from_mins(1));
    for (now, newest) in [
        (at(50), Some(50)),
        // Ten minutes ahead is of now.
        (at(60) - minutes * 10, Some(60)),
        (at(60) - minutes * 11, Some(59)),
        (at(0) - minutes * 11, None),
        (at(last), Some(last)),
    ] {
        let (clock, _driver) = Clock::stepped(now);
        let desk = desk_at(path.clone(), overview.clone(), clock);
        let mut question = asked(Order::NewestFirst, 1);
        question.parts.retain(|part| part.series == level);
        question.count = true;
        let question = ThingsAsked::Observations(question);
        let ThingsAnswer::Observations(found) = desk.clone().answer(question).await.unwrap() else {
            panic!("too much");
        };
        let times: Vec<_> = found.rows.iter().map(|(reading, _)| reading.observed_at).collect();
        assert_eq!(times, newest.map(at).into_iter().collect::<Vec<_>>(), "{now}");
        assert_eq!(found.count, Some(newest.map_or(0, |newest| newest as u64 + 1)), "{now}");
        let question = ThingsAsked::Extents(vec![level.clone()]);
        let ThingsAnswer::Extents(extents) = desk.answer(question).await.unwrap() else {
            panic!("no extents");
        };
        let span = newest.map(|newest| (at(0), at(newest)));
        let ahead_at = (newest != Some(last)).then(|| at(last));
        assert_eq!(extents, [Extent { span, ahead_at }], "{now}");
    }
}
