//! Tests of the book, with real files.

mod copies_tests;
mod damage_tests;

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::alarm::{Condition, Kind, Letter, Now, Rules, Seen, Watch};
use crate::locales::Text;
use crate::support::Clock;
use crate::support::clock::Driver;

const WECOM: &str = "wecom";
const MAIL: &str = "mail";

struct Office {
    dir: tempfile::TempDir,
    clock: Clock,
    driver: Driver,
}

impl Office {
    fn new() -> Self {
        let (clock, driver) = Clock::stepped("2022-08-19T00:00:00Z".parse().unwrap());
        Self { dir: tempfile::tempdir().unwrap(), clock, driver }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("alarms.db")
    }

    fn open(&self) -> AlarmBook {
        AlarmBook::open(&self.path(), self.clock.clone()).unwrap()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, hours: i64) {
        self.driver.advance_to(self.now() + SignedDuration::from_hours(hours));
    }

    /// What a watch makes of a pond that is dry, and so below all else.
    fn dry(&self) -> (Vec<Alarm>, Letter) {
        let kinds = [Kind::BelowWarning, Kind::BelowAssured, Kind::Dry];
        let seen = kinds.map(|kind| Seen {
            key: crate::alarm::Key { kind, subject: "station/pond-1".parse().unwrap() },
            condition: Condition::On,
            value: Some(0.5),
            limit: Some(0.75),
            name: Text::verbatim("石门水库"),
            said: Text::both("水位 0.5 m", "level 0.5 m"),
            behind: None,
        });
        let holds = kinds.map(|kind| (kind, SignedDuration::ZERO)).into();
        let now = Now { up: SignedDuration::ZERO, time: self.now() };
        let mut watch = Watch::resume(Rules { holds, ..Rules::default() }, Vec::new(), 0, now);
        let mut outcome = watch.look(&seen, now, &TimeZone::UTC);
        (outcome.changed, outcome.letters.remove(0))
    }

    /// A book in which that was written.
    async fn with_dry(&self) -> (AlarmBook, Vec<Alarm>, Letter) {
        let (book, (alarms, letter)) = (self.open(), self.dry());
        let channels = vec![WECOM.into(), MAIL.into()];
        book.write(alarms.clone(), vec![(letter.clone(), channels)]).await.unwrap();
        (book, alarms, letter)
    }

    fn test_letter(&self) -> Letter {
        Letter::test("黄某", self.now(), &TimeZone::UTC)
    }

    fn by(&self) -> Acknowledged {
        Acknowledged { by: "乡政府 黄某".into(), at: self.now(), note: "知道了".into() }
    }
}

async fn due(book: &AlarmBook, office: &Office) -> Vec<(String, String, u32)> {
    let due = book.due(office.now()).await.unwrap().into_iter();
    due.map(|due| (due.letter.occasion.id().into(), due.channel, due.tries)).collect()
}

fn failure(letter: &Letter, office: &Office, minutes: i64) -> Failure {
    Failure {
        letter: letter.id.clone(),
        channel: WECOM.into(),
        at: office.now(),
        next_at: Some(office.now() + SignedDuration::from_mins(minutes)),
        why: Text::both("对方拒绝", "refused"),
        of_channel: false,
    }
}

#[tokio::test]
async fn alarms_and_letters_read_back_and_a_letter_is_due_until_it_was_sent() {
    let office = Office::new();
    let (book, alarms, letter) = office.with_dry().await;
    drop(book);
    let book = office.open();
    let resumed = book.resumed().await.unwrap();
    assert_eq!((&resumed.alarms, resumed.last_id), (&alarms, alarms.last().unwrap().id));
    let raised = |channel: &str| ("raised".to_owned(), channel.to_owned(), 0);
    assert_eq!(due(&book, &office).await, [raised(MAIL), raised(WECOM)]);
    book.sent(letter.id.clone(), MAIL.into(), office.now()).await.unwrap();
    drop(book);
    let book = office.open();
    assert_eq!(due(&book, &office).await, [raised(WECOM)]);
    assert_eq!(book.history(None, 2).await.unwrap().len(), 2);
    let letters = book.letters(None, 9).await.unwrap();
    assert_eq!((letters.len(), &letters[0].letter), (1, &letter));
    let states = letters[0].deliveries.iter().map(|(_, delivery)| delivery.state);
    assert_eq!(states.collect::<Vec<_>>(), [State::Sent, State::Waiting]);
    assert_eq!(book.troubles(), []);
    // What is told has reading and limit of that time.
    let told = Alarm { limit: Some(212.5), value: Some(212.3), ..alarms[0].clone() };
    book.write(vec![told.clone()], Vec::new()).await.unwrap();
    drop(book);
    assert!(office.open().resumed().await.unwrap().alarms.contains(&told));
}

#[tokio::test]
async fn a_letter_that_fails_holds_up_no_other_unless_the_channel_does() {
    let office = Office::new();
    let (book, _, letter) = office.with_dry().await;
    book.keep_channels(vec![WECOM.into()]).await.unwrap();
    book.write(Vec::new(), vec![(office.test_letter(), vec![WECOM.into()])]).await.unwrap();
    book.failed(failure(&letter, &office, 30)).await.unwrap();
    assert_eq!(due(&book, &office).await, [("test".to_owned(), WECOM.to_owned(), 0)]);
    book.failed(Failure { of_channel: true, ..failure(&letter, &office, 90) }).await.unwrap();
    assert_eq!(due(&book, &office).await, []);
    office.pass(2);
    assert_eq!(due(&book, &office).await.len(), 2);
    office.pass(72);
    book.failed(failure(&letter, &office, 5)).await.unwrap();
    let never = Failure { next_at: None, ..failure(&office.test_letter(), &office, 0) };
    book.failed(Failure { letter: "test-1660867200000".into(), ..never }).await.unwrap();
    assert_eq!(book.waiting().await.unwrap(), 0);
    let letters = book.letters(None, 9).await.unwrap();
    let all = letters.iter().flat_map(|row| &row.deliveries);
    let ends: Vec<_> = all.map(|(_, found)| (found.state, found.error.to_string())).collect();
    let end = |why: &str| (State::GivenUp, why.to_owned());
    assert_eq!(
        ends,
        [
            end("refused"),
            end("the channel is no longer configured"),
            end("not delivered within 3 days: refused")
        ]
    );
}

#[tokio::test]
async fn a_letter_is_given_up_after_three_days_by_whoever_sends_and_never_by_looking() {
    let office = Office::new();
    let (book, _, letter) = office.with_dry().await;
    let begun = office.now();
    let hours = |hours| begun + SignedDuration::from_hours(hours);
    let states = async || {
        let deliveries = book.letters(None, 9).await.unwrap().remove(0).deliveries;
        deliveries.into_iter().map(|(_, found)| found.state).collect::<Vec<_>>()
    };
    for looked in [hours(0), hours(73), Timestamp::MAX] {
        book.due(looked).await.unwrap();
        let waiting = book.waiting_by_channel().await.unwrap();
        assert_eq!(waiting, [(MAIL.to_owned(), 1), (WECOM.to_owned(), 1)].into(), "{looked}");
        assert_eq!(states().await, [State::Waiting; 2], "{looked}");
    }
    // Whoever looks two hours ahead gives nothing up two hours early.
    book.give_up_old(hours(71)).await.unwrap();
    assert_eq!(book.due(hours(73)).await.unwrap().len(), 2);
    book.sent(letter.id, MAIL.into(), hours(71)).await.unwrap();
    assert_eq!(book.waiting_by_channel().await.unwrap(), [(WECOM.to_owned(), 1)].into());
    book.give_up_old(hours(72)).await.unwrap();
    assert_eq!(states().await, [State::Sent, State::GivenUp]);
    assert_eq!(book.due(hours(73)).await.unwrap(), []);
    assert!(book.waiting_by_channel().await.unwrap().is_empty());
    let ended = book.letters(None, 9).await.unwrap();
    let why = ended[0].deliveries[1].1.error.to_string();
    assert_eq!(why, "not delivered within 3 days: it was not tried meanwhile");
}

#[tokio::test]
async fn what_another_program_acknowledges_or_adds_is_seen_and_the_first_who_does_it_stays() {
    let office = Office::new();
    let (book, alarms, _) = office.with_dry().await;
    let mut beside = AlarmsFile::open(&office.path()).unwrap();
    let dry = alarms.iter().find(|alarm| alarm.key.kind == Kind::Dry).unwrap().id;
    assert_eq!(beside.acknowledge(dry, &office.by()).unwrap(), Acknowledgement::Done);
    let test = beside.begin_test(&office.test_letter(), MAIL, true).unwrap();
    assert_eq!(test, TestPlace::Begun);
    assert_eq!(book.acknowledged().await.unwrap().len(), 3, "with what it implies");
    assert_eq!(due(&book, &office).await.len(), 3);
    let other = Acknowledged { by: "谢某".into(), ..office.by() };
    let again = book.acknowledge(dry, other).await.unwrap();
    assert_eq!(again, Acknowledgement::Already(office.by()));
    // A watch that does not know of it yet.
    book.write(alarms, Vec::new()).await.unwrap();
    let kept = beside.open_alarms().unwrap();
    assert!(kept.iter().all(|alarm| alarm.acknowledged == Some(office.by())));
    assert_eq!(book.acknowledge(7, office.by()).await.unwrap(), Acknowledgement::NotOpen);
}

#[tokio::test]
async fn a_file_that_is_deleted_or_replaced_gets_what_is_open_and_waits() {
    let office = Office::new();
    let (book, alarms, _) = office.with_dry().await;
    for part in ["", "-wal", "-shm"] {
        let path = crate::support::files::with_suffix(&office.path(), part);
        std::fs::remove_file(path).unwrap();
    }
    assert_eq!(due(&book, &office).await.len(), 2);
    let read = AlarmsFile::open(&office.path()).unwrap();
    assert_eq!(read.open_alarms().unwrap(), alarms);
    assert_eq!(read.waiting().unwrap().len(), 1);
    assert!(book.troubles()[0].text.to_string().contains("deleted or replaced"));
    drop(read);
    // An old copy, with an alarm that is over since.
    let (old, mut alarm) = (Office::new(), alarms[0].clone());
    alarm.id = 7;
    rows::put_alarm(&AlarmsFile::open(&old.path()).unwrap().db, &alarm).unwrap();
    std::fs::rename(old.path(), office.path()).unwrap();
    assert_eq!(book.open_alarms().await.unwrap(), alarms);
    let history = book.history(None, 9).await.unwrap();
    assert_eq!(history.iter().filter(|alarm| alarm.is_open()).count(), 3);
    assert_eq!(history.last().unwrap().id, 7);
}

#[tokio::test]
async fn a_spoilt_file_is_set_aside_and_a_newer_one_is_refused() {
    for spoilt in ["no database, and longer than a head of one", ""] {
        let office = Office::new();
        std::fs::write(office.path(), spoilt).unwrap();
        if spoilt.is_empty() {
            let foreign = rusqlite::Connection::open(office.path()).unwrap();
            foreign.execute_batch("CREATE TABLE alarm (x); PRAGMA user_version = 1").unwrap();
        }
        let error = AlarmBook::looks(&office.path()).unwrap_err();
        assert!(matches!(error, AlarmsError::Spoilt { .. }), "{error:?}");
        let (book, alarms, _) = office.with_dry().await;
        assert_eq!(book.history(None, 9).await.unwrap().len(), alarms.len());
        let told = book.troubles()[0].text.to_string();
        assert!(told.contains("alarms.db.damaged-20220819T000000Z"), "{told}");
        assert!(office.dir.path().join("alarms.db.damaged-20220819T000000Z").exists());
        AlarmBook::looks(&office.path()).unwrap();
    }
    let office = Office::new();
    AlarmsFile::open(&office.path()).unwrap().db.execute_batch("PRAGMA user_version = 9").unwrap();
    for error in [
        AlarmBook::looks(&office.path()).unwrap_err(),
        AlarmBook::open(&office.path(), office.clock).err().unwrap(),
    ] {
        assert!(error.to_string().contains("install the version again that wrote it"), "{error}");
    }
}

#[tokio::test]
async fn while_the_file_fails_alarms_are_open_and_letters_due_and_later_it_has_them() {
    let office = Office::new();
    let path = office.dir.path().join("later").join("alarms.db");
    let book = AlarmBook::open(&path, office.clock.clone()).unwrap();
    let (alarms, letter) = office.dry();
    let letters = vec![(letter.clone(), vec![WECOM.into()])];
    book.write(alarms.clone(), letters).await.unwrap_err();
    assert_eq!(due(&book, &office).await.len(), 1);
    assert_eq!(book.open_alarms().await.unwrap(), alarms);
    assert!(book.history(None, 9).await.is_err());
    assert_eq!(book.troubles()[0].since, office.now());
    book.sent(letter.id, WECOM.into(), office.now()).await.unwrap_err();
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    assert_eq!(due(&book, &office).await, []);
    assert_eq!(book.troubles(), []);
    let file = AlarmsFile::open(&path).unwrap();
    assert_eq!(file.open_alarms().unwrap(), alarms);
    assert_eq!(file.letters(None, 9).unwrap()[0].deliveries[0].1.state, State::Sent);
}

#[tokio::test]
async fn a_file_that_is_locked_at_the_start_is_waited_for_so_that_nothing_rings_again() {
    let office = Office::new();
    let (alarms, _) = office.dry();
    let before = AlarmBook::open(&office.path(), office.clock.clone()).unwrap();
    before.write(alarms.clone(), Vec::new()).await.unwrap();
    drop(before);
    let other = rusqlite::Connection::open(office.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let path = office.path();
    let clock = office.clock.clone();
    let opening = tokio::task::spawn_blocking(move || AlarmBook::open(&path, clock).unwrap());
    let book = opening.await.unwrap();
    assert!(!book.troubles().is_empty(), "it says so");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(book.resumed().await.unwrap().alarms, alarms);
    assert_eq!(book.open_alarms().await.unwrap(), alarms);
}
