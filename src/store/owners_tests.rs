//! Who may speak for a station, over files.

use std::path::PathBuf;

use super::*;
use crate::locales::Lang;
use crate::store::tests::{at, batch, born, gateway, good};
use crate::store::{Sqlite, Store};
use crate::wire::BirthSeries;

struct File {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        Self { _dir: dir, path }
    }

    fn open(&self) -> Owners {
        Owners::open(&self.path, BTreeMap::new()).unwrap()
    }
}

fn station(name: &str) -> StationId {
    name.parse().unwrap()
}

/// A batch of one reading of each of these series.
fn of(name: &str, seq: u64, series: &[&str]) -> Batch {
    let readings = series.iter().map(|series| good(series, 0, 1.0)).collect();
    Batch { gateway: gateway(name), ..batch(seq, readings) }
}

fn owner_of(owners: &Owners, name: &str) -> Option<String> {
    owners.pin_of(&station(name)).unwrap().map(|pin| pin.gateway.to_string())
}

/// The series that are left in each batch, and the problems of what was taken out.
fn checked(owners: &mut Owners, batches: &mut [Batch]) -> (Vec<Vec<String>>, Vec<Refused>) {
    let refused = owners.check(batches, at(1)).unwrap();
    let names = |batch: &Batch| batch.readings.iter().map(|r| r.series.to_string()).collect();
    (batches.iter().map(names).collect(), refused)
}

#[test]
fn a_station_belongs_to_the_first_that_is_heard_and_another_is_refused_by_name() {
    let file = File::new();
    let mut owners = file.open();
    // Of two in one commit, the one that came first.
    let mut batches = [
        of("gw-dongmen", 1, &["pond-1/level", "pump-1/power"]),
        of("gw-a", 1, &["pond-1/level", "pond-2/level"]),
    ];
    let (left, refused) = checked(&mut owners, &mut batches);
    assert_eq!(left, [vec!["pond-1/level", "pump-1/power"], vec!["pond-2/level"]]);
    let [refused] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(
        refused.batch,
        Batch { readings: vec![good("pond-1/level", 0, 1.0)], ..of("gw-a", 1, &[]) }
    );
    assert_eq!(
        refused.problem.to_string(),
        "pond-1 belongs to gw-dongmen (pinned 2022-08-01); gw-a has sent readings of it. If it was moved: \
         hanqing gateway pin pond-1 gw-a"
    );
    let zh = refused.problem.within(Lang::Chinese);
    assert!(
        zh.starts_with("测站 pond-1 属于网关 gw-dongmen（2022-08-01 绑定），网关 gw-a 却"),
        "{zh}"
    );

    // It holds after a restart too, and several stations are told in one problem.
    let mut owners = file.open();
    let mut batches = [of("gw-a", 2, &["pond-1/level", "pump-1/power", "pond-2/level"])];
    let (left, refused) = checked(&mut owners, &mut batches);
    assert_eq!(left, [["pond-2/level"]]);
    assert_eq!(refused.len(), 1);
    let problem = refused[0].problem.to_string();
    assert!(problem.ends_with("Further stations of which this holds: 1"), "{problem}");
    assert_eq!(refused[0].batch.readings.len(), 2);
}

#[test]
fn the_township_goes_before_what_is_pinned() {
    let file = File::new();
    let mut owners = file.open();
    checked(&mut owners, &mut [of("gw-a", 1, &["pond-1/level"])]);
    let declared = BTreeMap::from([(station("pond-1"), gateway("gw-b"))]);
    let mut owners = Owners::open(&file.path, declared).unwrap();
    let mut batches = [of("gw-a", 2, &["pond-1/level"]), of("gw-b", 1, &["pond-1/level"])];
    let (left, refused) = checked(&mut owners, &mut batches);
    assert_eq!(left, [vec![], vec!["pond-1/level"]]);
    let problem = refused[0].problem.to_string();
    assert!(
        problem.contains("declared in the township's file") && !problem.contains("pin "),
        "{problem}"
    );
}

#[test]
fn what_another_process_pins_releases_and_revokes_holds_at_once() {
    let file = File::new();
    let (mut hub, mut by_hand) = (file.open(), file.open());
    checked(&mut hub, &mut [of("gw-a", 1, &["pond-1/level"])]);
    by_hand.pin(&station("pond-1"), &gateway("gw-b"), at(2)).unwrap();
    let mut batches = [of("gw-a", 2, &["pond-1/level"]), of("gw-b", 1, &["pond-1/level"])];
    assert_eq!(checked(&mut hub, &mut batches).0, [vec![], vec!["pond-1/level"]]);

    assert!(by_hand.release(&station("pond-1")).unwrap());
    assert!(!by_hand.release(&station("pond-1")).unwrap());
    checked(&mut hub, &mut [of("gw-c", 1, &["pond-1/level"])]);
    assert_eq!(owner_of(&hub, "pond-1").as_deref(), Some("gw-c"));

    by_hand.revoke(&gateway("gw-c"), at(0), at(3)).unwrap();
    let mut batches = [of("gw-c", 2, &["pond-1/level", "pond-9/level"])];
    let (left, refused) = checked(&mut hub, &mut batches);
    assert_eq!((left, refused.len()), (vec![Vec::<String>::new()], 1));
    let problem = refused[0].problem.to_string();
    assert!(
        problem.starts_with("gw-c was revoked on 2022-08-01 (readings since 2022-08-01"),
        "{problem}"
    );
    // A revoked gateway takes no station for itself.
    assert_eq!(owner_of(&hub, "pond-9"), None);
    assert_eq!(
        hub.check_birth(&gateway("gw-c"), born("pond-9/level", None, None)).unwrap().0,
        None
    );
    // A batch without readings of it, such as a record of loss, is nothing to refuse.
    assert_eq!(checked(&mut hub, &mut [of("gw-c", 3, &[])]).1, []);

    assert_eq!(by_hand.revocations().unwrap()[0].since, at(0));
    assert!(by_hand.reinstate(&gateway("gw-c")).unwrap());
    let mut batches = [of("gw-c", 4, &["pond-1/level"])];
    assert_eq!(checked(&mut hub, &mut batches).1, []);
}

#[test]
fn a_gateway_gets_no_more_stations_than_may_be_pinned() {
    let file = File::new();
    let mut owners = file.open();
    let names: Vec<String> = (0..PINS_MAX + 2).map(|i| format!("pond-x{i}/level")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut batches = [of("gw-a", 1, &names)];
    let refused = checked(&mut owners, &mut batches).1;
    assert_eq!(batches[0].readings.len() as u64, PINS_MAX);
    assert_eq!(refused[0].batch.readings.len(), 2);
    let problem = refused[0].problem.to_string();
    assert!(problem.starts_with("gw-a has 4000 stations already"), "{problem}");
    assert_eq!(owners.pins().unwrap().len() as u64, PINS_MAX);
    // Another finds room, and one that is pinned by hand is over and above.
    assert_eq!(checked(&mut owners, &mut [of("gw-b", 1, &["pond-b/level"])]).1, []);
    owners.pin(&station("pond-own"), &gateway("gw-a"), at(2)).unwrap();
    assert_eq!(checked(&mut owners, &mut [of("gw-a", 2, &["pond-own/level"])]).1, []);
}

#[test]
fn of_a_birth_the_foreign_series_do_not_stand() {
    let file = File::new();
    let mut owners = file.open();
    checked(&mut owners, &mut [of("gw-a", 1, &["pump-1/energy_total"])]);
    let mut birth = born("pump-1/energy_total", Some(1e6), Some(1e-9));
    birth.series.extend(born("pump-2/energy_total", Some(1e6), Some(50.0)).series);
    let (stands, problem) = owners.check_birth(&gateway("gw-evil"), birth.clone()).unwrap();
    let named = |birth: Birth| {
        birth.series.into_iter().map(|s: BirthSeries| s.series.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named(stands.unwrap()), ["pump-2/energy_total"]);
    let problem = problem.unwrap().to_string();
    assert!(
        problem.contains("pump-1 belongs to gw-a")
            && problem.contains("gw-evil has named it in its birth"),
        "{problem}"
    );
    let told = owners.objection_to_birth(&gateway("gw-evil"), &birth).unwrap().unwrap();
    assert_eq!(told.to_string(), problem);
}

#[test]
fn an_objection_pins_nothing() {
    let file = File::new();
    let mut owners = file.open();
    assert_eq!(owners.objection_to(&[of("gw-a", 1, &["pond-1/level"])]).unwrap(), None);
    assert_eq!(owners.pins().unwrap(), []);
    checked(&mut owners, &mut [of("gw-a", 1, &["pond-1/level"])]);
    assert!(owners.objection_to(&[of("gw-b", 1, &["pond-1/level"])]).unwrap().is_some());
}

#[test]
fn a_birth_gives_a_station_to_nobody() {
    let file = File::new();
    let (evil, birth) = (gateway("gw-evil"), born("pond-1/level", None, None));
    let mut store = Sqlite::open(&file.path).unwrap();
    store.birth(&evil, &birth, at(0)).unwrap();
    let mut owners = file.open();
    assert_eq!(owners.check_birth(&evil, birth.clone()).unwrap(), (Some(birth.clone()), None));
    assert_eq!(owners.pins().unwrap(), []);
    assert_eq!(checked(&mut owners, &mut [of("gw-a", 1, &["pond-1/level"])]).1, []);
    assert_eq!(owner_of(&owners, "pond-1").as_deref(), Some("gw-a"));
    assert!(owners.check_birth(&evil, birth.clone()).unwrap().1.is_some());
    // Nor does it take one back that was released, whoever opens the file.
    owners.release(&station("pond-1")).unwrap();
    let mut owners = file.open();
    assert_eq!(owners.check_birth(&evil, birth).unwrap().1, None);
    assert_eq!(owners.pins().unwrap(), []);
}
