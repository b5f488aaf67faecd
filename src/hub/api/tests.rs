//! Programs' questions over a store, a ledger and a township.

use jiff::Timestamp;
use tokio::sync::watch;

use super::*;
use crate::alarm_book::AlarmBook;
use crate::core::{Reading, Series};
use crate::hub::HubSettings;
use crate::hub::desk::Statements;
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::water::Township;
use crate::web::ApiRefusal;
use crate::web::{ApiFormat, ApiSpan};
use crate::wire::{Batch, Epoch};

struct Office {
    _folder: tempfile::TempDir,
    store: Sqlite,
    api: Api,
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_659_312_000 + 60 * minute).unwrap()
}

fn batch(seq: u64, readings: Vec<Reading>) -> Batch {
    let gateway = "gw-1".parse().unwrap();
    Batch { gateway, epoch: Epoch(1), seq, clock: None, loss: None, readings }
}

fn level() -> Series {
    "pond-dongmen-1/level".parse().unwrap()
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let mut settings: HubSettings =
        toml::from_str(include_str!("../../../config/hub.toml")).unwrap();
    settings.store.path = folder.path().join("store.db");
    settings.ledger.path = folder.path().join("ledger.db");
    crate::ledger::Ledger::open(&settings.ledger.path).unwrap();
    let mut store = Sqlite::open(&settings.store.path).unwrap();
    let readings = (0..10).map(|minute| Reading::good(level(), at(minute), 98.5));
    store.commit(&[batch(1, readings.collect())], at(20)).unwrap();
    let township: Township = toml::from_str(include_str!("../../../config/township.toml")).unwrap();
    let calendar = crate::hub::calendar(&township).unwrap();
    let (_, overview) = watch::channel(Arc::default());
    let (township, clock) = (Arc::new(township), Clock::system());
    let statements = Statements::new(&settings, township.clone(), clock.clone(), false);
    let alarms = AlarmBook::open(&crate::hub::alarm_book_path(&settings), clock.clone()).unwrap();
    let api =
        Api::new(ApiSource { settings, township, calendar, clock, overview, statements, alarms });
    Office { _folder: folder, store, api }
}

impl Office {
    async fn ask(&self, asked: ApiAsked) -> ApiAnswer {
        self.api.clone().answer(asked).await.unwrap()
    }

    async fn version(&self) -> String {
        match self.ask(ApiAsked::Version).await {
            ApiAnswer::Version(version) => version,
            _ => panic!("no version"),
        }
    }
}

fn whole() -> ApiSpan {
    ApiSpan { from: Timestamp::MIN, to: Timestamp::MAX, after_ms: None }
}

#[tokio::test]
async fn the_version_changes_with_each_commit_and_with_nothing_else() {
    let mut office = office();
    let before = office.version().await;
    let readings = || ApiAsked::Readings { series: level(), span: whole(), most: 4, raw: false };
    let ApiAnswer::Readings(part) = office.ask(readings()).await else { panic!("readings") };
    assert_eq!((part.items.len(), part.more), (4, true));
    assert_eq!(office.version().await, before);
    office.store.commit(&[batch(2, vec![Reading::good(level(), at(11), 98.0)])], at(21)).unwrap();
    assert_ne!(office.version().await, before);
}

#[tokio::test]
async fn what_there_is_not_is_refused_with_the_nearest_name() {
    let office = office();
    let refusal = async |asked| match office.ask(asked).await {
        ApiAnswer::Refused(refusal) => refusal,
        _ => panic!("an answer"),
    };
    let mistyped: Series = "pond-dongmen-2/level".parse().unwrap();
    let near = Some("pond-dongmen-1/level".to_owned());
    for asked in [
        ApiAsked::Series(mistyped.clone()),
        ApiAsked::Readings { series: mistyped.clone(), span: whole(), most: 1, raw: true },
        ApiAsked::Hours { series: mistyped.clone(), span: whole(), most: 1 },
        ApiAsked::Days { series: mistyped, from: None, to: None, most: 1 },
    ] {
        assert_eq!(refusal(asked).await, ApiRefusal::NoSeries(near.clone()));
    }
    let station = ApiAsked::Station("pond-dongmen-x".parse().unwrap());
    assert!(matches!(refusal(station).await, ApiRefusal::NoStation(Some(_))));
    let listed = |station: &str| ApiAsked::SeriesList {
        station: Some(station.parse().unwrap()),
        parameter: None,
        after: String::new(),
        most: 1,
    };
    assert!(matches!(refusal(listed("pond-dongmen-x")).await, ApiRefusal::NoStation(Some(_))));
    let ApiAnswer::SeriesList(part) = office.ask(listed("pump-dongmen-1")).await else {
        panic!("no list");
    };
    assert_eq!(part.items, [], "the township's file has it, and nothing was measured");
    let figure = ApiAsked::Figure { id: "area_faild".into(), period: None };
    assert_eq!(refusal(figure).await, ApiRefusal::NoFigure(Some("area_failed".into())));
    assert!(matches!(refusal(ApiAsked::Figures(None)).await, ApiRefusal::NoPeriod(_)));
}

#[tokio::test]
async fn the_last_reading_of_a_series_is_none_that_is_ahead_of_the_clock() {
    let mut office = office();
    let now = Timestamp::from_second(Clock::system().now().as_second()).unwrap();
    let ahead = now + jiff::SignedDuration::from_hours(3);
    office.store.commit(&[batch(2, vec![Reading::good(level(), ahead, 99.9)])], now).unwrap();
    let ApiAnswer::Series(series) = office.ask(ApiAsked::Series(level())).await else {
        panic!("no series");
    };
    assert_eq!(series.latest.map(|latest| latest.at), Some(at(9)));
    assert_eq!(series.ahead_at, Some(ahead));
}

#[tokio::test]
async fn each_series_of_the_list_is_there_also_where_nothing_has_come_of_it() {
    let mut office = office();
    let named: Series = "pond-dongmen-1/flow".parse().unwrap();
    office.store.describe(&[(named, None)]).unwrap();
    let all =
        ApiAsked::SeriesList { station: None, parameter: None, after: String::new(), most: 9 };
    let ApiAnswer::SeriesList(part) = office.ask(all).await else { panic!("no list") };
    assert_eq!(part.items.len(), 2);
    for item in part.items {
        let asked = ApiAsked::Series(item.series.parse().unwrap());
        let ApiAnswer::Series(series) = office.ask(asked).await else { panic!("{}", item.series) };
        assert_eq!((series.latest.is_some(), series.ahead_at), (item.parameter == "level", None));
    }
}

#[tokio::test]
async fn a_file_of_a_span_has_what_a_list_of_it_has_also_within_a_millisecond() {
    let office = office();
    let later = |minute| at(minute) + jiff::SignedDuration::from_micros(500);
    for (from, to, count) in
        [(at(3), at(6), 3), (later(3), later(6), 3), (later(3), at(4), 0), (at(3), later(3), 1)]
    {
        let span = ApiSpan { from, to, after_ms: None };
        let readings = ApiAsked::Readings { series: level(), span, most: 100, raw: true };
        let ApiAnswer::Readings(part) = office.ask(readings).await else { panic!("readings") };
        let listed: Vec<Timestamp> = part.items.iter().map(|item| item.at).collect();
        let format = ApiFormat::Csv;
        let file = ApiAsked::File { format, station: None, parameter: None, from, to };
        let ApiAnswer::File(mut pieces) = office.ask(file).await else { panic!("no file") };
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.recv().await {
            bytes.extend(piece.unwrap());
        }
        let text = String::from_utf8(bytes).unwrap();
        let time = |line: &str| line.split(',').nth(3).unwrap().parse::<Timestamp>().unwrap();
        let filed: Vec<Timestamp> = text.lines().skip(1).map(time).collect();
        assert_eq!((filed.len(), filed), (count, listed), "{from} {to}");
    }
}

#[tokio::test]
async fn one_file_is_made_at_a_time_and_ends_when_nobody_takes_it() {
    let office = office();
    let file = |station: &str| ApiAsked::File {
        format: ApiFormat::Csv,
        station: Some(station.parse().unwrap()),
        parameter: None,
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };
    for _ in 0..3 {
        let ApiAnswer::File(mut pieces) = office.ask(file("pond-dongmen-1")).await else {
            panic!("no file");
        };
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.recv().await {
            bytes.extend(piece.unwrap());
        }
        assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), 11);
        // Dropped, it gives its place back.
        drop(office.ask(file("pond-dongmen-1")).await);
    }
    let refused = office.ask(file("nowhere")).await;
    assert!(matches!(refused, ApiAnswer::Refused(ApiRefusal::NoStation(_))));
}
