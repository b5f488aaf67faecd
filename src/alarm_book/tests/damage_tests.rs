//! What of a file that somebody has changed is used, and when it is set aside.

use rusqlite::Connection;

use super::*;

fn set_aside(office: &Office) -> bool {
    let names = std::fs::read_dir(office.dir.path()).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.any(|name| name.contains(".damaged-"))
}

/// Changes the text of the table of alarms as SQLite keeps it.
fn redeclare(office: &Office, sql: &str) {
    let db = Connection::open(office.path()).unwrap();
    db.execute_batch("PRAGMA writable_schema = ON").unwrap();
    db.execute(&format!("UPDATE sqlite_schema SET sql = {sql} WHERE name = 'alarm'"), []).unwrap();
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_passed_over_and_told_and_the_others_count() {
    let office = Office::new();
    let (book, alarms, letter) = office.with_dry().await;
    book.write(Vec::new(), vec![(office.test_letter(), vec![WECOM.into()])]).await.unwrap();
    assert_eq!(due(&book, &office).await.len(), 3);
    drop(book);
    redeclare(&office, "replace(sql, ') STRICT', ')')");
    let db = Connection::open(office.path()).unwrap();
    let later = "UPDATE alarm SET raised_ms = 'later' WHERE kind = 'below-warning'";
    assert_eq!(db.execute(later, []).unwrap(), 1);
    drop(db);
    redeclare(&office, "sql || ' STRICT'");
    let db = Connection::open(office.path()).unwrap();
    let bytes = "UPDATE letter SET body = CAST(x'ff' AS TEXT) WHERE occasion = 'test'";
    assert_eq!(db.execute(bytes, []).unwrap(), 1);
    let many = "UPDATE delivery SET tries = 5000000000 WHERE channel = 'mail'";
    assert_eq!(db.execute(many, []).unwrap(), 1);

    AlarmBook::looks(&office.path()).unwrap();
    let book = office.open();
    let resumed = book.resumed().await.unwrap();
    let read: Vec<&Alarm> =
        alarms.iter().filter(|alarm| alarm.key.kind != Kind::BelowWarning).collect();
    assert_eq!(resumed.alarms.iter().collect::<Vec<_>>(), read);
    assert_eq!(resumed.last_id, alarms.iter().map(|alarm| alarm.id).max().unwrap());
    assert_eq!(due(&book, &office).await, [("raised".to_owned(), WECOM.to_owned(), 0)]);
    book.sent(letter.id, WECOM.into(), office.now()).await.unwrap();
    assert_eq!(book.history(None, 9).await.unwrap().len(), 2);
    // What only the history meets is counted as well, and each row once.
    book.letters(None, 9).await.unwrap();
    assert_eq!(due(&book, &office).await, []);
    let told: Vec<String> = book.troubles().iter().map(|found| found.text.to_string()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("3 rows of the file of alarms cannot be read"), "{told:?}");
    assert!(!set_aside(&office), "the whole book for three rows");
}

#[tokio::test]
async fn a_file_is_set_aside_where_it_is_proven_that_somebody_has_changed_it() {
    for change in ["DROP TABLE delivery", "CREATE UNIQUE INDEX one_each ON alarm (subject)"] {
        let office = Office::new();
        let (book, alarms, _) = office.with_dry().await;
        let other = Connection::open(office.path()).unwrap();
        // A table that goes is met by the next letter, an index that refuses rows by the next alarm.
        if change.starts_with("CREATE") {
            other.execute("DELETE FROM alarm", []).unwrap();
        }
        other.execute_batch(change).unwrap();
        let letters = vec![(office.test_letter(), vec![MAIL.into()])];
        book.write(alarms.clone(), letters).await.unwrap();
        assert!(set_aside(&office), "{change}");
        assert_eq!(book.history(None, 9).await.unwrap().len(), alarms.len(), "{change}");
        assert_eq!(due(&book, &office).await.len(), 3, "{change}");
    }
    // What does no harm may be there.
    let office = Office::new();
    let (book, ..) = office.with_dry().await;
    drop(book);
    let other = Connection::open(office.path()).unwrap();
    other.execute_batch("CREATE INDEX own ON alarm (kind); CREATE TABLE own_notes (x)").unwrap();
    AlarmBook::looks(&office.path()).unwrap();
}
