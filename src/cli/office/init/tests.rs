//! What is written passes the check, whatever was answered, and nothing in it is guessed.

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;

use super::answers::Answers;
use super::given::{Field, Station};
use super::{ask, hub_file, township_file};
use crate::cli::init::dialogue::Dialogue;
use crate::config::{check_hub_draft, check_township_draft};
use crate::hub::HubSettings;
use crate::locales::{Lang, within};
use crate::water::Township;

fn given(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn pond(id: &str, levels: Option<&str>) -> Station {
    let levels = levels.map(str::to_owned);
    let (id, name, kind) = (given(id), given("大塘"), given("pond"));
    Station { id, name, kind, levels, ..Station::default() }
}

fn pump(id: &str, source: &str) -> Station {
    let plate = given("7.5, 98, 14, 75");
    let (id, name, kind, source) = (given(id), given("泵"), given("pump"), given(source));
    Station { id, name, kind, plate, source, ..Station::default() }
}

/// Answers of which nothing is given.
fn empty() -> Answers {
    Answers {
        out: "/etc/hanqing/hub.toml".into(),
        township: None,
        villages: Vec::new(),
        stations: Vec::new(),
        admin: None,
        broker: None,
        allow_plaintext: false,
        listen: "127.0.0.1:8080".into(),
        data: None,
    }
}

/// Answers that lack nothing.
fn whole() -> Answers {
    Answers {
        township: given("清源乡"),
        villages: vec!["东门村,1840,16,1186.4".into()],
        stations: vec![
            pond("pond-1", Some("217.00,217.10,220.40,221.00")),
            pump("pump-1", "pond-1"),
        ],
        admin: given("huang=黄某"),
        ..empty()
    }
}

#[test]
fn the_files_are_explained_in_both_languages() {
    let mut answers = whole();
    answers.stations.push(pond("pond-2", None));
    for lang in Lang::ALL {
        let texts = within(lang, || [hub_file::text(&answers), township_file::text(&answers)]);
        let [hub, township] = &texts;
        assert_eq!(check_hub_draft(&answers.out, hub, true), []);
        assert_eq!(check_township_draft(&answers.township_file(), township), []);
        let comments = texts.iter().flat_map(|text| text.lines()).filter(|l| l.starts_with('#'));
        assert!(comments.count() > 20, "{texts:?}");
        for part in ["# id = \"pond-2\"", "# bottom_m =", "# [[station.threshold]]"] {
            assert!(township.contains(part), "{part} in {township}");
        }
    }
}

#[test]
fn what_is_not_known_is_a_comment_and_so_is_what_depends_on_it() {
    let mut answers = whole();
    answers.stations[0].levels = None;
    assert_eq!(answers.left_out().collect::<Vec<_>>(), ["pond-1", "pump-1"]);
    let read: Township = toml::from_str(&township_file::text(&answers)).unwrap();
    assert_eq!(read.stations, []);
    assert_eq!(answers.problems(), []);
    assert_eq!(answers.missing(), []);
}

#[test]
fn a_wrong_answer_is_named_with_its_option() {
    let mut answers = whole();
    answers.stations[0].levels = given("221,217.1,220.4,221");
    answers.stations[1].source = given("pond-7");
    answers.admin = given("黄某");
    answers.listen = "here".into();
    let fields: Vec<_> = answers.problems().into_iter().map(|(field, _)| field).collect();
    for field in [Field::Levels, Field::Source, Field::Admin, Field::Listen] {
        assert!(fields.contains(&Some(field)), "{field:?} in {fields:?}");
    }
    assert!(!fields.contains(&None), "{fields:?}");
}

#[test]
fn a_station_belongs_to_the_only_village_or_to_the_one_that_is_named() {
    let mut answers = whole();
    let station = answers.stations[0].clone();
    assert_eq!(answers.village_of(&station).as_deref(), Some("village-1"));
    answers.villages.push("lifang=李坊村, 1517, 14, 1042.6".into());
    assert_eq!(answers.village_of(&station), None);
    assert_eq!(answers.missing(), [Field::StationVillage]);
    for named in ["lifang", "李坊村"] {
        let station = Station { village: given(named), ..station.clone() };
        assert_eq!(answers.village_of(&station).as_deref(), Some("lifang"));
    }
}

#[test]
fn the_files_of_readings_lie_where_they_are_told() {
    let mut answers = whole();
    assert_eq!(answers.store(), Path::new("store.db"));
    answers.data = Some("/var/lib/hanqing".into());
    assert_eq!(answers.ledger(), Path::new("/var/lib/hanqing/ledger.db"));
    answers.data = Some("data".into());
    assert!(answers.store().is_absolute(), "it is meant from here, not from /etc/hanqing");
    answers.out = "hub.toml".into();
    assert_eq!(answers.store(), Path::new("data/store.db"));
}

#[test]
fn a_wrong_answer_is_asked_for_again_with_the_rule() {
    let lines = "清源乡\n东门村\n东门村,1840,16,1186.4\nlifang=李坊村,1517,14,1042.6\n\n\
                 Pond\npond-1\n大塘\nlake\npond\nvillage-9\nvillage-1\n217\n217,217.1,220.4,221\n\
                 pump-1\n泵\npump\nlifang\n7.5,98,14,75\npond-9\npond-1\n\n\
                 黄某\nhuang=黄某\n";
    for lang in Lang::ALL {
        let mut answers = empty();
        let mut output = Vec::new();
        let mut input = Cursor::new(lines.as_bytes().to_vec());
        within(lang, || {
            let mut dialogue = Dialogue { input: &mut input, output: &mut output };
            ask::ask(&mut dialogue, &mut answers)
        })
        .unwrap();
        let transcript = String::from_utf8(output).unwrap();
        assert_eq!(transcript.matches("\n> ").count(), lines.lines().count(), "{transcript}");
        assert_eq!((answers.missing(), answers.problems()), (vec![], vec![]));
        assert_eq!(answers.stations.len(), 2);
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_stays_the_value_that_it_is(
        township in any::<String>(),
        village in "[^=,，]*",
        name in any::<String>(),
        levels in any::<String>(),
        listen in any::<String>(),
        broker in any::<String>(),
    ) {
        let mut answers = whole();
        answers.township = Some(township.clone());
        answers.villages = vec![format!("{village},1840,16,1186.4")];
        answers.listen = listen.clone();
        answers.broker = Some(broker);
        answers.stations[0].name = Some(name.clone());
        answers.stations[1].plate = Some(levels);
        let hub: toml::Table = hub_file::text(&answers).parse().unwrap();
        prop_assert_eq!(hub["web"]["listen"].as_str(), Some(listen.as_str()));
        prop_assert_eq!(hub["person"][0]["office"].as_str(), Some(township.as_str()));
        answers.stations.truncate(1);
        let read: toml::Table = township_file::text(&answers).parse().unwrap();
        prop_assert_eq!(read["name"].as_str(), Some(township.as_str()));
        prop_assert_eq!(read["village"][0]["name"].as_str(), Some(village.trim()));
        prop_assert_eq!(read["station"][0]["name"].as_str(), Some(name.as_str()));
    }

    #[test]
    fn right_levels_are_those_of_the_file(bottom in -100.0..8000.0_f64, steps in prop::array::uniform3(0.01..9.0_f64)) {
        let mut level = bottom;
        let levels: Vec<f64> = std::iter::once(bottom)
            .chain(steps.into_iter().map(|step| { level += step; level }))
            .collect();
        let typed: Vec<String> = levels.iter().map(f64::to_string).collect();
        let mut answers = whole();
        answers.stations[0].levels = Some(typed.join(","));
        prop_assert_eq!(answers.problems(), []);
        let read: Township = toml::from_str(&township_file::text(&answers)).unwrap();
        let station = &read.stations[0];
        let read = [station.bottom_m, station.dead_m, station.normal_m, station.crest_m];
        prop_assert_eq!(read.to_vec(), levels.into_iter().map(Some).collect::<Vec<_>>());
        let hub: HubSettings = toml::from_str(&hub_file::text(&answers)).unwrap();
        prop_assert_eq!(hub.broker.is_some(), cfg!(feature = "demo"));
    }
}
