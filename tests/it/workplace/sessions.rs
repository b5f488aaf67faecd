//! Links, sessions and the record: what works once, what ends, and what cannot be made up.

use rusqlite::Connection;

use super::kit::{Office, PASSWORD, choose, link};
use crate::context::{hanqing, outcome, wait_for};
use crate::form::Form;
use crate::visit::Visit;

fn is_in(visit: &mut Visit) -> bool {
    let answer = visit.get("/");
    assert!(answer.status == 200 || answer.location().starts_with("/sign-in"), "{answer:?}");
    answer.status == 200
}

#[test]
fn the_first_start_prints_a_link_that_works_once() {
    let mut office = Office::open();
    let secret = office.first_link();
    let mut first = office.chosen(&secret);
    assert!(is_in(&mut first));
    assert_eq!(first.get("/people").status, 200);
    let again = office.stranger().get(&format!("/first/{secret}"));
    assert!(!again.text().contains("type=\"password\""), "{again:?}");
    let (mut other, answer) = office.sign_in("zhao", PASSWORD);
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(is_in(&mut other));

    // Whoever has a password is asked for it, also after a restart: there is no second first start.
    let printed = office.context.printed("hub").matches("/first/").count();
    office.hub.kill();
    office.hub = office.context.hub();
    wait_for("the page", || first.try_ask("GET", "/sign-in", &[], b""));
    assert_eq!(office.context.printed("hub").matches("/first/").count(), printed);
    assert!(!office.context.log("hub").contains("/first/"), "a link is not for the log");
    assert!(is_in(&mut first), "sessions outlive a restart");
}

#[test]
fn an_administrator_makes_links_for_the_others() {
    let office = Office::open();
    let mut administrator = office.chosen(&office.first_link());
    let page = administrator.get("/people").text();
    let form = Form::of(&page, "/people/sun/link").unwrap_or_else(|| panic!("no form: {page}"));
    let shown = form.send(&mut administrator).text();
    let secret = link(&shown).unwrap_or_else(|| panic!("no link: {shown}"));
    let mut viewer = office.chosen(&secret);
    assert!(is_in(&mut viewer));
    assert_eq!(viewer.get("/people").status, 403);

    let page = administrator.get("/people").text();
    let form = Form::of(&page, "/people/sun/sign-out").unwrap_or_else(|| panic!("no form: {page}"));
    assert_eq!(form.send(&mut administrator).status, 303);
    assert!(!is_in(&mut viewer), "all of her sessions are over");
    assert!(is_in(&mut administrator));
}

#[test]
fn a_cookie_is_worth_nothing_after_signing_out() {
    let office = Office::open();
    let mut viewer = office.person("viewer");
    let mut stolen = viewer.clone();
    assert!(is_in(&mut stolen));
    let answer = viewer.send("/", "/sign-out", &[]);
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(!is_in(&mut viewer));
    assert!(!is_in(&mut stolen), "a replayed cookie");
}

#[test]
fn made_up_cookies_are_nobodys() {
    let office = Office::open();
    let viewer = office.person("viewer");
    let (name, value) = viewer.cookies.iter().find(|(name, _)| *name == "hanqing").unwrap();
    let last = if value.ends_with('a') { "b" } else { "a" };
    let other = format!("{}{last}", &value[..value.len() - 1]);
    let made_up = [
        String::new(),
        "a".into(),
        "a".repeat(value.len()),
        "0".repeat(10_000),
        other,
        value.to_uppercase(),
        format!("{value}; {name}={value}"),
        "../../users.db".into(),
        "' OR 1=1 --".into(),
    ];
    for cookie in made_up {
        let mut visit = office.stranger();
        visit.cookies.insert(name.clone(), cookie.clone());
        assert!(!is_in(&mut visit), "{cookie:.60}");
    }
    assert!(is_in(&mut viewer.clone()));
}

#[test]
fn a_reset_beside_the_running_hub_gives_a_new_password() {
    let office = Office::open();
    let mut before = office.person("viewer");
    assert!(is_in(&mut before));
    let secret = office.link_by("reset", "sun");
    wait_for(
        "the end of her session",
        || if is_in(&mut before) { Err("she is in") } else { Ok(()) },
    );
    let (_, old) = office.sign_in("sun", PASSWORD);
    assert_ne!(old.status, 303, "the old password: {old:?}");
    let mut visit = office.stranger();
    choose(&mut visit, &secret, "quite another one");
    assert!(is_in(&mut visit));
    let (_, old) = office.sign_in("sun", PASSWORD);
    assert_ne!(old.status, 303, "the old password: {old:?}");
    let (mut new, answer) = office.sign_in("sun", "quite another one");
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(is_in(&mut new));
    assert!(!is_in(&mut before));
}

#[test]
fn nobody_is_told_who_there_is() {
    let office = Office::open();
    office.person("viewer");
    let told = |person: &str, password: &str| {
        let (_, answer) = office.sign_in(person, password);
        let text = answer.text().replace(person, "WHO");
        (
            answer.status,
            text.lines().filter(|line| !line.contains("form_token")).collect::<String>(),
        )
    };
    assert_eq!(told("sun", "not her password"), told("mallory", "not her password"));
}

#[test]
fn the_record_names_a_row_that_somebody_has_changed() {
    let mut office = Office::open();
    let mut administrator = office.chosen(&office.first_link());
    let (_, wrong) = office.sign_in("zhao", "not the password");
    assert_ne!(wrong.status, 303);
    let sound = administrator.get("/audit");
    assert_eq!(sound.status, 200);
    assert!(!sound.text().contains("class=\"alert\""), "{}", sound.text());

    office.hub.kill();
    let file = Connection::open(office.context.path("users.db")).unwrap();
    // Whoever can write the file can take the triggers away, and put them back.
    let asked = "SELECT sql FROM sqlite_schema WHERE name = 'audit_no_update'";
    let trigger: String = file.query_row(asked, [], |row| row.get(0)).unwrap();
    let change = "DROP TRIGGER audit_no_update; UPDATE audit SET done_by = 'nobody' WHERE id = 1;";
    file.execute_batch(&format!("{change} {trigger};")).unwrap();
    drop(file);
    office.hub = office.context.hub();
    wait_for("the page", || administrator.try_ask("GET", "/sign-in", &[], b""));
    let told = administrator.get("/audit").text();
    assert!(told.contains("class=\"alert\""), "{told}");
    let mut command = hanqing();
    command.args(["user", "audit", "--verify", "-c"]).arg(office.context.path("hub.toml"));
    let (code, said, told) = outcome(command.stderr(std::process::Stdio::piped()));
    assert_eq!(code, Some(1), "{said}{told}");
}
