//! Tests of the handle, with real hashes.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::core::Role;
use crate::support::clock::Driver;

const START: &str = "2026-11-29T00:00:00Z";
const PASSWORD: &str = "the pump by the weir";

struct Office {
    dir: tempfile::TempDir,
    clock: Clock,
    driver: Driver,
}

fn account(id: &str, role: Role) -> Account {
    Account { id: id.into(), name: format!("乡政府 {id}"), role }
}

fn accounts() -> Vec<Account> {
    vec![account("huang", Role::Administrator), account("xie", Role::Viewer)]
}

impl Office {
    fn new() -> Self {
        let (clock, driver) = Clock::stepped(START.parse().unwrap());
        Self { dir: tempfile::tempdir().unwrap(), clock, driver }
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("users.db")
    }

    fn open(&self, accounts: Vec<Account>) -> Users {
        Users::open(&self.path(), accounts, self.clock.clone()).unwrap()
    }

    fn pass(&self, seconds: i64) {
        let at: Timestamp = self.clock.now();
        self.driver.advance_to(at.checked_add(SignedDuration::from_secs(seconds)).unwrap());
    }

    /// What another program does to the file meanwhile.
    fn beside(&self) -> UsersFile {
        UsersFile::open(&self.path()).unwrap()
    }
}

/// Gives `person` the password.
async fn chosen(users: &Users, person: &str) -> Session {
    let link = users.make_link(person.into(), "wu".into()).await.unwrap().unwrap();
    match users.choose_password(link, PASSWORD.into(), None).await.unwrap() {
        Chosen::Done(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn sign_in(users: &Users, person: &str, password: &str) -> SignIn {
    let from = Some(IpAddr::from([192, 0, 2, 7]));
    users.sign_in(person.into(), password.into(), from).await.unwrap()
}

async fn signed_in(users: &Users, person: &str) -> Session {
    match sign_in(users, person, PASSWORD).await {
        SignIn::Done(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn deeds(users: &Users) -> Vec<(Deed, String)> {
    let rows = users.audit(None, 1000).await.unwrap();
    assert!(rows.iter().all(|row| row.sound));
    rows.into_iter().rev().map(|row| (row.deed, row.by)).collect()
}

#[tokio::test]
async fn a_person_chooses_a_password_signs_in_and_out() {
    let office = Office::new();
    let users = office.open(accounts());
    let links = users.first_links().await.unwrap();
    assert_eq!(links.len(), 1);
    let link = links[0].1.clone();
    assert_eq!(users.link_account(&link).await.unwrap().id, "huang");
    let short = users.choose_password(link.clone(), "short".into(), None).await.unwrap();
    assert!(matches!(short, Chosen::Refused(_)), "{short:?}");
    let done = users.choose_password(link.clone(), PASSWORD.into(), None).await.unwrap();
    let Chosen::Done(first) = done else { panic!("{done:?}") };
    assert_eq!(users.session(&first.token), Some(first.clone()));
    assert_eq!(users.link_account(&link).await, None);
    let again = users.choose_password(link, PASSWORD.into(), None).await.unwrap();
    assert_eq!(again, Chosen::NoSuchLink);
    assert!(users.first_links().await.unwrap().is_empty());

    let second = signed_in(&users, "乡政府 huang").await;
    assert_ne!(second.token, first.token);
    assert_ne!(second.form_token, first.form_token);
    users.sign_out(&second.token).await.unwrap();
    users.sign_out(&second.token).await.unwrap();
    assert_eq!(users.session(&second.token), None, "a token is worth nothing afterwards");
    assert!(users.session(&first.token).is_some());
    for forged in ["", "x", &"0".repeat(64), &"0".repeat(1 << 20)] {
        assert_eq!(users.session(forged), None);
    }
    let by = |deed| (deed, "huang".to_owned());
    let expected = [
        (Deed::LinkMade, String::new()),
        by(Deed::PasswordChosen),
        by(Deed::SignedIn),
        by(Deed::SignedOut),
    ];
    assert_eq!(deeds(&users).await, expected);
}

#[tokio::test]
async fn the_wrong_password_no_password_and_nobody_are_told_apart_by_nobody() {
    let office = Office::new();
    let users = office.open(accounts());
    chosen(&users, "huang").await;
    for (person, password) in [
        ("huang", "the pump by the wier"),
        ("huang", ""),
        ("xie", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
    ] {
        assert_eq!(sign_in(&users, person, password).await, SignIn::Wrong, "{person}");
    }
    // A megabyte is not even hashed.
    assert_eq!(sign_in(&users, "huang", &"x".repeat(1 << 20)).await, SignIn::Wrong);
    let failed: Vec<String> = deeds(&users)
        .await
        .into_iter()
        .filter(|(deed, _)| *deed == Deed::SignInFailed)
        .map(|(_, by)| by)
        .collect();
    // What was written where nobody of that name is may be a password, and is not kept.
    assert_eq!(failed, ["huang", "huang", "xie", "", "", "huang"]);
}

#[tokio::test]
async fn after_five_failures_a_person_waits_also_with_the_right_password_and_after_a_restart() {
    let office = Office::new();
    let users = office.open(accounts());
    let before = chosen(&users, "huang").await;
    for _ in 0..5 {
        assert_eq!(sign_in(&users, "huang", "").await, SignIn::Wrong);
    }
    assert_eq!(sign_in(&users, "huang", PASSWORD).await, SignIn::TooOften { wait_s: 1 });
    let state = users.accounts().await.unwrap().remove(0);
    assert_eq!(state.locked_until.unwrap().to_string(), "2026-11-29T00:00:01Z");
    assert!(users.session(&before.token).is_some(), "whoever is signed in stays so");
    office.pass(1);
    assert_eq!(sign_in(&users, "huang", "").await, SignIn::Wrong);
    drop(users);
    let users = office.open(accounts());
    assert_eq!(sign_in(&users, "huang", PASSWORD).await, SignIn::TooOften { wait_s: 2 });
    office.pass(2);
    signed_in(&users, "huang").await;
    assert_eq!(users.accounts().await.unwrap().remove(0).locked_until, None);
    assert_eq!(sign_in(&users, "huang", "").await, SignIn::Wrong);
}

#[tokio::test]
async fn a_link_is_the_way_out_of_a_wait() {
    let office = Office::new();
    let users = office.open(accounts());
    for _ in 0..5 {
        sign_in(&users, "huang", "").await;
    }
    assert!(matches!(sign_in(&users, "huang", "").await, SignIn::TooOften { .. }));
    chosen(&users, "huang").await;
    signed_in(&users, "huang").await;
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_end_with_the_person() {
    let office = Office::new();
    let users = office.open(accounts());
    let huang = chosen(&users, "huang").await;
    let xie = chosen(&users, "xie").await;
    drop(users);
    office.pass(3600);
    // Her role is that of the configuration now.
    let users = office.open(vec![account("huang", Role::Viewer)]);
    assert_eq!(users.session(&huang.token).unwrap().account.role, Role::Viewer);
    assert_eq!(users.session(&xie.token), None);
    assert_eq!(sign_in(&users, "xie", PASSWORD).await, SignIn::Wrong);
    drop(users);
    // Listed again, she has to sign in again.
    let users = office.open(accounts());
    assert_eq!(users.session(&xie.token), None);
    assert!(users.session(&huang.token).is_some());
    office.pass(12 * 3600);
    assert_eq!(users.session(&huang.token), None);
    signed_in(&users, "huang").await;
    assert_eq!(office.beside().sessions().unwrap().len(), 1, "what has ended is taken out");
}

#[tokio::test]
async fn the_last_use_is_in_the_file_at_the_latest_five_minutes_later() {
    let office = Office::new();
    let users = office.open(accounts());
    let session = chosen(&users, "huang").await;
    office.pass(299);
    users.session(&session.token).unwrap();
    assert_eq!(users.accounts().await.unwrap()[0].last_seen, Some(office.clock.now()));
    assert_eq!(office.beside().sessions().unwrap()[0].seen.to_string(), START);
    office.pass(1);
    users.session(&session.token).unwrap();
    users.accounts().await.unwrap();
    assert_eq!(office.beside().sessions().unwrap()[0].seen, office.clock.now());
}

#[tokio::test]
async fn what_is_done_beside_the_hub_holds_at_once() {
    let office = Office::new();
    let users = office.open(accounts());
    let session = chosen(&users, "huang").await;
    for _ in 0..5 {
        sign_in(&users, "huang", "").await;
    }
    let now = office.clock.now();
    office.beside().reset("huang", "", now).unwrap();
    let state = users.accounts().await.unwrap().remove(0);
    assert_eq!((state.has_password, state.sessions, state.locked_until), (false, 0, None));
    assert_eq!(users.session(&session.token), None);
    let link = office.beside().make_link("huang", "", now).unwrap();
    assert_eq!(users.link_account(&link).await.unwrap().id, "huang");
}

#[tokio::test]
async fn all_sessions_of_a_person_end_together() {
    let office = Office::new();
    let users = office.open(accounts());
    let first = chosen(&users, "huang").await;
    let second = signed_in(&users, "huang").await;
    let xie = chosen(&users, "xie").await;
    assert_eq!(users.sign_out_all("huang".into(), "xie".into()).await.unwrap(), 2);
    assert!([&first, &second].iter().all(|session| users.session(&session.token).is_none()));
    assert!(users.session(&xie.token).is_some());
    assert_eq!(users.make_link("nobody".into(), "xie".into()).await.unwrap(), None);
}

#[tokio::test]
async fn rows_that_are_cut_off_the_record_are_missed() {
    let office = Office::new();
    let users = office.open(accounts());
    let session = chosen(&users, "huang").await;
    users.sign_out(&session.token).await.unwrap();
    let sound = users.verify().await.unwrap();
    assert_eq!((sound.rows, sound.broken), (3, None));
    let file = office.beside();
    // What another program adds is no harm.
    file.db.execute_batch("DELETE FROM attempt").unwrap();
    office.beside().make_link("xie", "@console", office.clock.now()).unwrap();
    assert_eq!(users.verify().await.unwrap().broken, None);
    let cut = "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE id > 2;";
    file.db.execute_batch(cut).unwrap();
    assert_eq!(file.verify().unwrap().broken, None, "the rows that are left do not show it");
    assert_eq!(users.verify().await.unwrap().broken, Some(3));
    // Not even once others stand in their place.
    users.note("huang".into(), None, Deed::NoteMade, "a".into()).await.unwrap();
    users.note("huang".into(), None, Deed::NoteMade, "b".into()).await.unwrap();
    assert_eq!(users.verify().await.unwrap().broken, Some(3));
}

#[tokio::test]
async fn as_much_is_written_for_whoever_is_not_there() {
    let office = Office::new();
    let users = office.open(accounts());
    chosen(&users, "huang").await;
    let file = office.beside();
    let mut version = file.version().unwrap();
    for person in ["huang", "nobody", "xie", "", "@stranger"] {
        assert_eq!(sign_in(&users, person, "a wrong password").await, SignIn::Wrong);
        let now = file.version().unwrap();
        assert_ne!(now, version, "{person:?}");
        version = now;
    }
    let rows: Vec<String> = file.attempts().unwrap().into_keys().collect();
    assert_eq!(rows, ["@stranger", "huang", "xie"]);
    // It is no person's: nobody waits for it, and it is not shown.
    let states = users.accounts().await.unwrap();
    assert_eq!(states.len(), 2);
    drop(users);
    let users = office.open(accounts());
    assert!(users.accounts().await.unwrap().iter().all(|state| state.locked_until.is_none()));
    assert!(matches!(sign_in(&users, "huang", PASSWORD).await, SignIn::Done(_)));
}

#[tokio::test]
async fn many_attempts_at_once_are_no_way_around_the_limit() {
    let office = Office::new();
    let users = office.open(accounts());
    chosen(&users, "huang").await;
    let mut attempts = tokio::task::JoinSet::new();
    for n in 0..40 {
        let users = users.clone();
        attempts.spawn(async move { sign_in(&users, "huang", &format!("guess {n}")).await });
    }
    let (mut wrong, mut refused) = (0, 0);
    for outcome in attempts.join_all().await {
        match outcome {
            SignIn::Wrong => wrong += 1,
            SignIn::Busy | SignIn::TooOften { .. } => refused += 1,
            SignIn::Done(_) => panic!("a guess was right"),
        }
    }
    assert!(wrong <= 5 && wrong + refused == 40, "{wrong} tried");
}

#[tokio::test]
async fn a_flood_of_failures_takes_few_rows_and_is_counted() {
    let office = Office::new();
    let users = office.open(accounts());
    let asked = users.ask(|keeper| {
        for _ in 0..1000 {
            keeper.failed(None, None)?;
        }
        Ok(())
    });
    asked.await.unwrap();
    assert_eq!(users.audit(None, 1000).await.unwrap().len(), 60);
    office.pass(3600);
    users.audit(None, 1).await.unwrap();
    let rows = users.audit(None, 1000).await.unwrap();
    assert_eq!((rows.len(), rows[0].not_listed()), (61, Some(940)));
    assert_eq!(users.verify().await.unwrap().broken, None);
}

/// The bytes of the file and of what SQLite lays beside it.
fn bytes(office: &Office) -> Vec<u8> {
    let entries = std::fs::read_dir(office.dir.path()).unwrap();
    entries.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn no_secret_is_in_the_file_and_what_is_deleted_is_gone() {
    let office = Office::new();
    let users = office.open(accounts());
    let link = users.make_link("huang".into(), "wu".into()).await.unwrap().unwrap();
    let session = match users.choose_password(link.clone(), PASSWORD.into(), None).await.unwrap() {
        Chosen::Done(session) => session,
        other => panic!("{other:?}"),
    };
    let open = users.make_link("xie".into(), "wu".into()).await.unwrap().unwrap();
    let holds = |all: &[u8], text: &[u8]| all.windows(text.len()).any(|window| window == text);
    let all = bytes(&office);
    assert!(holds(&all, b"$argon2id$v=19$m=19456,t=2,p=1$"), "the file is looked at");
    for secret in [&link, &open, &session.token, &session.form_token] {
        assert!(!holds(&all, secret.as_bytes()));
        let raw: Vec<u8> =
            (0..32).map(|n| u8::from_str_radix(&secret[2 * n..2 * n + 2], 16).unwrap()).collect();
        assert!(!holds(&all, &raw));
    }
    assert!(!holds(&all, PASSWORD.as_bytes()));
    let hash = token::hash_of(&session.token).unwrap();
    assert!(holds(&all, &hash), "of a token there is its hash");
    users.sign_out(&session.token).await.unwrap();
    let file = office.beside();
    drop(users);
    file.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    assert!(!holds(&bytes(&office), &hash));
}
