//! An office with a channel, a ledger and three persons, for the tests of its reports.

use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Desk, Statements};
use crate::account::{Entry, EntryCode};
use crate::core::{Calendar, Correction, CorrectionKind, Period, Reading, Role};
use crate::hub::HubSettings;
use crate::ledger::{Ledger, Person};
use crate::locales::Lang;
use crate::store::{Sqlite, Store};
use crate::support::Clock;
use crate::water::Township;
use crate::web::{DeskAnswer, DeskAsked, ReportFacts, Uploader};
use crate::wire::{Batch, Epoch};

const TOWNSHIP: &str = r#"
    name = "清源乡"
    zone = "Asia/Shanghai"
    [[village]]
    id = "v"
    name = "东门村"
    persons = 500
    groups = 5
    sown_area_mu = 3000.0
    [[station]]
    id = "channel-1"
    name = "甲渠"
    kind = "channel"
    village = "v"
    bottom_m = 90.0
    threshold = [{ months = [1,2,3,4,5,6,7,8,9,10,11,12], quantity = "level", warn = 97.0, guard = 96.0, source = "t", confidence = 1.0 }]
"#;

/// The days of the drought that [`Office::new`] enters.
pub const EVENT: Period = Period { from: date(2022, 8, 1), to: date(2022, 9, 30) };

/// An office whose files lie in a folder of their own.
pub struct Office {
    pub settings: HubSettings,
    pub statements: Statements,
    pub desk: Desk,
    pub township: Arc<Township>,
    seq: std::cell::Cell<u64>,
    _folder: tempfile::TempDir,
}

/// A row of the ledger that 黄某 of the 财政所 enters, of the whole drought.
pub fn row(code: EntryCode, value: f64) -> Entry {
    Entry {
        id: 0,
        code,
        value,
        from: EVENT.from,
        to: EVENT.to,
        village: None,
        crop: None,
        work: None,
        document: "调查表".into(),
        entered_by: "财政所 黄某".into(),
        entered_at: Timestamp::UNIX_EPOCH,
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

/// Who asks, as signed in: `huang` enters, `li` and `wu` review.
pub fn asker(id: &str, lang: Lang) -> Uploader {
    let name = match id {
        "huang" => "财政所 黄某",
        "li" => "农业办 李某",
        _ => "乡政府 吴某",
    };
    Uploader { id: id.into(), name: name.into(), session: "one".into(), lang }
}

fn persons() -> Vec<Person> {
    let person = |id: &str, name: &str, office: &str, role| Person {
        id: id.into(),
        name: name.into(),
        office: office.into(),
        role: Some(role),
    };
    vec![
        person("huang", "黄某", "财政所", Role::Recorder),
        person("li", "李某", "农业办", Role::Reviewer),
        person("wu", "吴某", "乡政府", Role::Reviewer),
    ]
}

impl Office {
    /// With readings of each day of the drought but the last, and the drought and 760 litres of gasoline in the
    /// ledger, both in force.
    pub fn new(two_person: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings: HubSettings =
            toml::from_str(include_str!("../../../config/hub.toml")).unwrap();
        settings.store.path = folder.path().join("store.db");
        settings.ledger.path = folder.path().join("ledger.db");
        settings.ledger.two_person = two_person;
        settings.issued = folder.path().join("issued");
        settings.report_templates = None;
        settings.plausibility = None;
        settings.persons = persons().into();
        let township: Arc<Township> = Arc::new(toml::from_str(TOWNSHIP).unwrap());
        let clock = Clock::system();
        let statements = Statements::new(&settings, township.clone(), clock.clone(), false);
        let desk = Desk::new(statements.clone(), settings.clone(), township.clone(), clock);
        let seq = 1.into();
        let office = Self { settings, statements, desk, township, seq, _folder: folder };
        let mut day = EVENT.from;
        while day < EVENT.to {
            office.reading(day);
            day = day.tomorrow().unwrap();
        }
        office.enter(&[row(EntryCode::DroughtEvent, 1.0), row(EntryCode::Gasoline, 760.0)]);
        office.review(&[1, 2], "农业办 李某");
        office
    }

    /// Enters rows, and returns their numbers.
    pub fn enter(&self, rows: &[Entry]) -> Vec<i64> {
        Ledger::open(&self.settings.ledger.path).unwrap().append(rows).unwrap()
    }

    pub fn review(&self, rows: &[i64], by: &str) {
        let mut ledger = Ledger::open(&self.settings.ledger.path).unwrap();
        ledger.review(rows, by, &self.settings.persons, Timestamp::UNIX_EPOCH).unwrap();
    }

    /// Takes in a level at noon.
    pub fn reading(&self, day: Date) {
        self.reading_at(day, 12);
    }

    /// Takes in a level at that hour.
    pub fn reading_at(&self, day: Date, hour: i64) {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 0);
        let at = calendar.start_of(day) + hour.hours();
        let seq = self.seq.replace(self.seq.get() + 1);
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings: vec![Reading::good("channel-1/level".parse().unwrap(), at, 98.0)],
        };
        Sqlite::open(&self.settings.store.path).unwrap().import(&[batch], at).unwrap();
    }

    /// Says that the readings of a day were wrong.
    pub fn correct_readings(&self, day: Date) {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 0);
        let from = calendar.start_of(day);
        let correction = Correction {
            id: 0,
            series: "channel-1/level".parse().unwrap(),
            from,
            to: from + 24.hours(),
            kind: CorrectionKind::Wrong,
            reason: "传感器离水".into(),
            by: "农业办 李某".into(),
            at: Timestamp::UNIX_EPOCH,
            withdrawn: None,
        };
        let mut store = Sqlite::open(&self.settings.store.path).unwrap();
        store.correct(&correction).unwrap().unwrap();
        while store.fold_pending(1_000).unwrap() {}
    }

    pub async fn ask(&self, asked: DeskAsked) -> DeskAnswer {
        self.desk.clone().answer(asked).await.unwrap()
    }

    /// The page as `by` sees it.
    pub async fn page(&self, by: &str) -> ReportFacts {
        let by = asker(by, Lang::Chinese);
        match self.ask(DeskAsked::Report { days: None, by }).await {
            DeskAnswer::Report(facts) => *facts,
            other => panic!("{other:?}"),
        }
    }

    /// What comes of it when `by` issues what was shown with that digest.
    pub async fn issue(&self, digest: &str, by: &str, lang: Lang) -> DeskAnswer {
        // Her browser speaks English, whatever she asks for.
        let by = asker(by, Lang::English);
        self.ask(DeskAsked::Issue { days: EVENT, digest: digest.into(), lang, by }).await
    }
}
