//! What the tests of alarms need: a hub's settings over files of a folder.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::AlarmSource;
use crate::core::Calendar;
use crate::hub::{HubSettings, HubState};
use crate::store::Sqlite;
use crate::support::Clock;
use crate::water::Township;

/// A pond with thresholds in every month.
pub const POND: &str = r#"
    [[station]]
    id = "pond-1"
    name = "大塘"
    kind = "pond"
    village = "v"
    bottom_m = 100.0
    dead_m = 100.5
    normal_m = 105.0
    crest_m = 106.0
    [[station.threshold]]
    months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    quantity = "level"
    warn = 103.0
    guard = 102.0
    source = "t"
    confidence = 1.0"#;

/// What alarms of a township with these stations are made from, whose levels ring at once.
pub fn source(folder: &Path, stations: &str) -> AlarmSource {
    let mut settings: HubSettings =
        toml::from_str(include_str!("../../../config/hub.toml")).unwrap();
    settings.store.path = folder.join("store.db");
    drop(Sqlite::open(&settings.store.path).unwrap());
    for kind in ["below-warning", "below-assured"] {
        settings.alarm.hold_minutes.insert(kind.into(), 0);
    }
    let township: Township = toml::from_str(&format!("name = \"t\"\n{stations}")).unwrap();
    AlarmSource {
        settings,
        township: Arc::new(township),
        calendar: Calendar::new(TimeZone::UTC, 0),
        clock: Clock::system(),
        simulated: false,
        state: Arc::new(HubState::default()),
    }
}
