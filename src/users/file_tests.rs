//! Tests of the users' file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::core::Role;
use crate::users::{Account, token};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOON: &str = "2026-11-29T12:00:00Z";

/// A file where huang has a password and one session.
fn file() -> UsersFile {
    let mut file = UsersFile::in_memory();
    let link = file.make_link("huang", "wu", at(NOON)).unwrap();
    let link = token::hash_of(&link).unwrap();
    assert!(file.choose_password(("huang", &link), "phc", &[1; 32], None, at(NOON)).unwrap());
    file
}

fn huang(role: Role) -> Account {
    Account { id: "huang".into(), name: "财政所 黄某".into(), role }
}

#[test]
fn the_file_is_closed_to_others_and_a_newer_or_changed_one_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("users.db");
    let file = UsersFile::open(&path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert!([0o640, 0o600].contains(&mode), "{mode:o}");
    file.db.execute_batch("CREATE TRIGGER t AFTER INSERT ON session BEGIN SELECT 1; END").unwrap();
    let error = UsersFile::open(&path).unwrap_err();
    assert!(matches!(error, UsersError::ForeignTriggers { names, .. } if names == ["t"]));
    file.db.execute_batch("DROP TRIGGER t; PRAGMA user_version = 99").unwrap();
    let error = UsersFile::open(&path).unwrap_err();
    assert!(matches!(error, UsersError::Newer { found: 99, .. }));
    let error = UsersFile::open(dir.path()).unwrap_err();
    assert!(matches!(error, UsersError::Open { .. }));
}

#[test]
fn a_file_of_an_older_layout_gets_the_newest_and_keeps_what_it_has() {
    for older in 1..LAYOUTS.len() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users.db");
        let old = Connection::open(&path).unwrap();
        for tables in &LAYOUTS[..older] {
            old.execute_batch(tables).unwrap();
        }
        old.execute_batch("INSERT INTO password VALUES ('huang', 'phc', 0)").unwrap();
        drop(old);
        for _ in 0..2 {
            let file = UsersFile::open(&path).unwrap();
            assert_eq!(file.phc("huang").unwrap().as_deref(), Some("phc"));
            assert_eq!(file.invitations().unwrap(), []);
            assert_eq!(file.tokens().unwrap(), []);
        }
    }
}

#[test]
fn a_link_is_used_once_lasts_a_day_and_gives_way_to_a_newer_one() {
    let mut file = UsersFile::in_memory();
    let [old, new] = [(); 2].map(|()| file.make_link("huang", "wu", at(NOON)).unwrap());
    let [old, new] = [old, new].map(|secret| token::hash_of(&secret).unwrap());
    let whose = |file: &UsersFile, link, time| file.link_person(link, at(time)).unwrap();
    assert_eq!(whose(&file, &old, NOON), None);
    assert_eq!(whose(&file, &new, "2026-11-30T11:59:59Z").as_deref(), Some("huang"));
    assert_eq!(whose(&file, &new, "2026-11-30T12:00:00Z"), None);
    // The clock was ahead when it was made.
    assert_eq!(whose(&file, &new, "2026-11-29T11:59:59Z"), None);
    let mut choose = |link, person| {
        file.choose_password((person, link), "phc", &[1; 32], None, at(NOON)).unwrap()
    };
    assert!(!choose(&old, "huang"));
    assert!(!choose(&new, "xie"));
    assert!(choose(&new, "huang"));
    assert!(!choose(&new, "huang"), "it was used");
    assert_eq!(file.phc("huang").unwrap().as_deref(), Some("phc"));
}

#[test]
fn a_new_password_ends_all_sessions_but_the_one_it_begins() {
    let mut file = file();
    for n in 2..6 {
        assert!(file.sign_in("huang", "phc", &[n; 32], None, at(NOON)).unwrap());
    }
    file.note_attempts("huang", 7, at(NOON)).unwrap();
    let link = token::hash_of(&file.make_link("huang", "wu", at(NOON)).unwrap()).unwrap();
    assert_eq!(file.sessions().unwrap().len(), 5, "a link by itself ends nothing");
    assert!(file.choose_password(("huang", &link), "new", &[9; 32], None, at(NOON)).unwrap());
    let left: Vec<_> = file.sessions().unwrap().into_iter().map(|row| row.token).collect();
    assert_eq!(left, [[9; 32]]);
    assert!(file.attempts().unwrap().is_empty());
    // The password was changed while the old one was being looked at.
    assert!(!file.sign_in("huang", "phc", &[7; 32], None, at(NOON)).unwrap());
}

#[test]
fn ten_thousand_sign_ins_leave_ten_sessions_of_each_and_a_thousand_in_all() {
    let mut file = file();
    let token = |n: u32| {
        let mut token = [0; 32];
        token[..4].copy_from_slice(&n.to_be_bytes());
        token
    };
    for n in 10..10_010 {
        assert!(file.sign_in("huang", "phc", &token(n), None, at(NOON)).unwrap());
    }
    let own = file.sessions().unwrap();
    assert_eq!(own.len(), 10);
    assert!((10_000..10_010).all(|n| own.iter().any(|row| row.token == token(n))));
    let writing = file.writing().unwrap();
    for n in 20_000..22_000 {
        let person = format!("person-{}", n % 500);
        crate::users::sessions::begin(&writing, &person, &token(n), at(NOON)).unwrap();
    }
    writing.commit().unwrap();
    assert_eq!(file.sessions().unwrap().len(), 1000);
}

#[test]
fn the_state_of_a_person_is_told_by_the_file() {
    let mut file = file();
    let accounts = [huang(Role::Viewer)];
    let state = |file: &UsersFile, time| file.states(&accounts, at(time)).unwrap().remove(0);
    let noon = state(&file, NOON);
    assert!(noon.has_password && noon.sessions == 1 && noon.link_until.is_none());
    assert_eq!(noon.last_seen, Some(at(NOON)));
    // Half a day later the session is over.
    assert_eq!(state(&file, "2026-11-30T00:00:00Z").sessions, 0);
    file.note_attempts("huang", 7, at("2026-11-29T12:00:04Z")).unwrap();
    file.make_link("huang", "", at(NOON)).unwrap();
    let later = state(&file, NOON);
    assert_eq!(later.locked_until, Some(at("2026-11-29T12:00:04Z")));
    assert_eq!(later.link_until, Some(at("2026-11-30T12:00:00Z")));
    assert_eq!(state(&file, "2026-11-29T12:00:05Z").locked_until, None);
    let reset = file.reset("huang", "wu", at(NOON)).unwrap();
    assert!(reset.sessions == 1 && reset.had_password);
    let bare = state(&file, NOON);
    assert!(!bare.has_password && bare.sessions == 0 && bare.link_until.is_none());
    assert!(file.persons().unwrap().is_empty());
}

#[test]
fn first_links_are_for_administrators_until_one_has_a_password() {
    let mut file = UsersFile::in_memory();
    let other = Account { id: "wu".into(), ..huang(Role::Administrator) };
    let clerk = Account { id: "xie".into(), ..huang(Role::Reviewer) };
    let accounts = [huang(Role::Administrator), clerk, other];
    let links = file.first_links(&accounts, at(NOON)).unwrap();
    let ids: Vec<&str> = links.iter().map(|(account, _)| account.id.as_str()).collect();
    assert_eq!(ids, ["huang", "wu"]);
    let link = token::hash_of(&links[1].1).unwrap();
    assert!(file.choose_password(("wu", &link), "phc", &[1; 32], None, at(NOON)).unwrap());
    assert!(file.first_links(&accounts, at(NOON)).unwrap().is_empty());
    assert!(file.first_links(&[], at(NOON)).unwrap().is_empty());
}
