//! Another file in the book's place: one of before, and one that is copied over it.

use rusqlite::Connection;

use super::*;
use crate::support::files::with_suffix;

/// A copy of the book as it is now.
fn copied(office: &Office) -> PathBuf {
    let copy = office.dir.path().join("copy.db");
    let db = Connection::open(office.path()).unwrap();
    db.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    copy
}

fn ends(rows: &[LetterRow]) -> Vec<(State, String)> {
    let all = rows.iter().flat_map(|row| &row.deliveries);
    all.map(|(_, delivery)| (delivery.state, delivery.error.to_string())).collect()
}

#[tokio::test]
async fn an_older_copy_that_is_copied_over_the_book_is_noticed_and_sends_nothing_again() {
    let office = Office::new();
    let (book, alarms, letter) = office.with_dry().await;
    let copy = copied(&office);
    for channel in [MAIL, WECOM] {
        book.sent(letter.id.clone(), channel.into(), office.now()).await.unwrap();
    }
    // The same file, with other contents.
    std::fs::copy(&copy, office.path()).unwrap();
    assert_eq!(due(&book, &office).await, []);
    let told = book.troubles()[0].text.to_string();
    assert!(told.contains("is an older copy"), "{told}");
    let sent = (State::Sent, String::new());
    assert_eq!(ends(&book.letters(None, 9).await.unwrap()), [sent.clone(), sent]);
    assert_eq!(book.open_alarms().await.unwrap(), alarms);
    // What comes then goes out, and is in the file.
    book.write(Vec::new(), vec![(office.test_letter(), vec![MAIL.into()])]).await.unwrap();
    assert_eq!(due(&book, &office).await.len(), 1);
    assert_eq!(AlarmsFile::open(&office.path()).unwrap().waiting().unwrap().len(), 1);
}

#[tokio::test]
async fn a_hub_that_starts_with_an_older_copy_sends_only_what_cannot_have_been_sent() {
    let office = Office::new();
    let (book, alarms, letter) = office.with_dry().await;
    let copy = copied(&office);
    book.sent(letter.id.clone(), MAIL.into(), office.now()).await.unwrap();
    // The same machine later: the book of before is put back in its place.
    let later = Office::new();
    std::fs::copy(copy, later.path()).unwrap();
    let reached = |office: &Office| with_suffix(&office.path(), ".reached");
    std::fs::copy(reached(&office), reached(&later)).unwrap();
    later.pass(1);
    let test = Letter::test("黄某", later.now(), &TimeZone::UTC);
    let added = AlarmsFile::open(&later.path()).unwrap().begin_test(&test, MAIL, true).unwrap();
    assert_eq!(added, TestPlace::Begun);
    let book = later.open();
    assert_eq!(book.resumed().await.unwrap().alarms, alarms);
    assert_eq!(due(&book, &later).await, [("test".to_owned(), MAIL.to_owned(), 0)]);
    let told = book.troubles()[0].text.to_string();
    assert!(told.contains("2 letters that wait in it may have been sent"), "{told}");
    let letters = book.letters(None, 9).await.unwrap();
    for (state, why) in ends(&letters[1..]) {
        assert_eq!(state, State::GivenUp);
        assert!(why.contains("may have been sent since"), "{why}");
    }
    drop(book);
    // From then on it is the book.
    let book = later.open();
    assert_eq!(book.troubles(), []);
    assert_eq!(due(&book, &later).await.len(), 1);
}

#[tokio::test]
async fn a_book_that_is_as_it_was_left_is_no_older_copy() {
    let office = Office::new();
    let (book, _, letter) = office.with_dry().await;
    book.failed(failure(&letter, &office, 1)).await.unwrap();
    // Another program reads and writes beside it.
    let mut beside = AlarmsFile::open(&office.path()).unwrap();
    beside.begin_test(&office.test_letter(), MAIL, true).unwrap();
    drop(beside);
    assert_eq!(due(&book, &office).await.len(), 2);
    assert_eq!(book.troubles(), []);
    drop(book);
    let book = office.open();
    office.pass(1);
    assert_eq!(due(&book, &office).await.len(), 3);
    assert_eq!(book.troubles(), []);
}

#[test]
fn a_command_tries_a_channel_once_at_a_time_and_again_after_a_pause() {
    let office = Office::new();
    let mut file = AlarmsFile::open(&office.path()).unwrap();
    let at = |seconds: i64| office.now() + SignedDuration::from_secs(seconds);
    let test = |seconds: i64| Letter::test("t", at(seconds), &TimeZone::UTC);
    let begin = |file: &mut AlarmsFile, seconds: i64, channel: &str| {
        file.begin_test(&test(seconds), channel, false).unwrap()
    };
    assert_eq!(begin(&mut file, 0, MAIL), TestPlace::Begun);
    assert_eq!(begin(&mut file, 5, MAIL), TestPlace::In(35), "one is on its way");
    assert_eq!(begin(&mut file, 5, WECOM), TestPlace::Begun, "another channel");
    let why = Text::both("对方拒绝", "refused");
    file.end_test(&test(0), MAIL, at(6), Some(&why)).unwrap();
    let failed = file.letters(None, 9).unwrap().into_iter().flat_map(|row| row.deliveries);
    assert_eq!(failed.filter(|(_, delivery)| delivery.tries == 1).count(), 1, "it was tried");
    assert_eq!(begin(&mut file, 7, MAIL), TestPlace::In(9));
    assert_eq!(begin(&mut file, 16, MAIL), TestPlace::Begun);
    file.end_test(&test(16), MAIL, at(17), None).unwrap();
    assert_eq!(begin(&mut file, 18, MAIL), TestPlace::In(9));
    // One that was killed is over at some time; a clock that is set back holds up nobody.
    assert_eq!(begin(&mut file, 45, WECOM), TestPlace::Begun);
    assert_eq!(begin(&mut file, -3600, WECOM), TestPlace::Begun);
    let states: Vec<State> =
        file.letters(None, 9).unwrap().iter().map(|row| row.deliveries[0].1.state).collect();
    assert_eq!(states.iter().filter(|state| **state == State::Sent).count(), 1);
    assert!(file.waiting().unwrap().is_empty(), "the hub sends none of them");
    // The hub sends those by its own connection, one after the other.
    assert_eq!(file.begin_test(&test(60), "broker", true).unwrap(), TestPlace::Begun);
    assert_eq!(file.begin_test(&test(90), "broker", true).unwrap(), TestPlace::Waits);
}
