//! Each role against each route.

use super::kit::{Office, PERSONS, STATION};
use crate::visit::{Answer, Visit, token};

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Least {
    Anybody,
    /// Programs of this very machine, without a login.
    Operator,
    Viewer,
    Recorder,
    Reviewer,
    Administrator,
}

/// What those get who have not signed in and may not.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// A person reads it: she is led to the login.
    Page,
    /// A program does: it is told.
    Data,
    /// A form.
    Form,
}

const ROUTES: [(&str, Kind, Least); 41] = [
    ("/", Kind::Page, Least::Viewer),
    ("/?part=1", Kind::Data, Least::Viewer),
    ("/station/STATION", Kind::Page, Least::Viewer),
    ("/station/STATION?range=year", Kind::Page, Least::Viewer),
    ("/station/STATION/data.csv", Kind::Page, Least::Viewer),
    ("/station/STATION/data.xlsx", Kind::Page, Least::Viewer),
    ("/pumps", Kind::Page, Least::Viewer),
    ("/gateways", Kind::Page, Least::Viewer),
    ("/ledger", Kind::Page, Least::Viewer),
    ("/ledger/rows/1", Kind::Page, Least::Viewer),
    ("/ledger/review", Kind::Page, Least::Viewer),
    ("/ledger/enter", Kind::Page, Least::Recorder),
    ("/ledger/rows/1/correct", Kind::Page, Least::Recorder),
    ("/ledger/rows/1/withdraw", Kind::Page, Least::Recorder),
    ("/ledger/import", Kind::Page, Least::Recorder),
    ("/ledger/template", Kind::Page, Least::Recorder),
    ("/people", Kind::Page, Least::Administrator),
    ("/audit", Kind::Page, Least::Administrator),
    ("/api/overview", Kind::Data, Least::Viewer),
    ("/api/chart/STATION/level", Kind::Data, Least::Viewer),
    ("/report/drought-relief.html", Kind::Page, Least::Viewer),
    ("/metrics", Kind::Data, Least::Operator),
    ("/health", Kind::Data, Least::Operator),
    ("/sign-in", Kind::Page, Least::Anybody),
    ("/first/nothing", Kind::Page, Least::Anybody),
    ("/station/STATION/corrections", Kind::Form, Least::Recorder),
    ("/station/STATION/corrections/1/withdraw", Kind::Form, Least::Reviewer),
    ("/ledger/enter", Kind::Form, Least::Recorder),
    ("/ledger/rows/1/correct", Kind::Form, Least::Recorder),
    ("/ledger/rows/1/withdraw", Kind::Form, Least::Recorder),
    ("/ledger/review", Kind::Form, Least::Reviewer),
    ("/ledger/import", Kind::Form, Least::Recorder),
    ("/ledger/import/enter", Kind::Form, Least::Recorder),
    ("/gateways/gw-dongmen/pin", Kind::Form, Least::Administrator),
    ("/gateways/gw-dongmen/release", Kind::Form, Least::Administrator),
    ("/gateways/gw-dongmen/revoke", Kind::Form, Least::Administrator),
    ("/gateways/gw-dongmen/reinstate", Kind::Form, Least::Administrator),
    ("/people/sun/link", Kind::Form, Least::Administrator),
    ("/people/nobody/link", Kind::Form, Least::Administrator),
    ("/people/nobody/sign-out", Kind::Form, Least::Administrator),
    ("/sign-out", Kind::Form, Least::Anybody),
];

/// Asks for a route; a form is sent with the token of the visitor's own session, and nothing else in it.
fn ask(visit: &mut Visit, path: &str, kind: Kind) -> Answer {
    let path = path.replace("STATION", STATION);
    if kind != Kind::Form {
        return visit.get(&path);
    }
    let token = token(&visit.get("/").text()).unwrap_or_default();
    visit.post(&path, &[("form_token", &token)])
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 401 || answer.status == 403 || answer.location().contains("/sign-in")
}

/// What is wrong with the answer that a visitor of this rank got.
fn wrong(answer: &Answer, rank: Option<Least>, kind: Kind, least: Least) -> Option<String> {
    let told = |what: &str| Some(format!("{what}: {} {}", answer.status, answer.location()));
    if answer.status >= 500 {
        return told("a fault");
    }
    let open = matches!(least, Least::Anybody | Least::Operator);
    if open || rank.is_some_and(|rank| rank >= least) {
        let leaves = kind == Kind::Form && answer.location() == "/sign-in";
        return if is_refused(answer) && !leaves { told("refused") } else { None };
    }
    let right = match (rank, kind) {
        (Some(_), _) => answer.status == 403,
        (None, Kind::Page) => answer.status == 303 && answer.location().starts_with("/sign-in"),
        (None, Kind::Data | Kind::Form) => answer.status == 401,
    };
    if right { None } else { told("not refused as it should be") }
}

fn rank(role: &str) -> Least {
    match role {
        "viewer" => Least::Viewer,
        "recorder" => Least::Recorder,
        "reviewer" => Least::Reviewer,
        _ => Least::Administrator,
    }
}

#[test]
fn each_role_gets_what_it_may_and_nothing_else() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1]);
    let mut wrongs = Vec::new();
    let mut check = |who: &str, visit: &mut Visit, rank: Option<Least>| {
        for (path, kind, least) in ROUTES {
            let answer = ask(visit, path, kind);
            if let Some(why) = wrong(&answer, rank, kind, least) {
                wrongs.push(format!("{who} at {path}: {why}"));
            }
        }
    };
    check("a stranger", &mut office.stranger(), None);
    for [_, _, _, role] in PERSONS {
        check(role, &mut office.person(role), Some(rank(role)));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

#[test]
fn a_recorder_writes_notes_and_only_a_reviewer_corrects() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1, 219.2]);
    let path = format!("/station/{STATION}/corrections");
    let page = format!("/station/{STATION}");
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let next = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48)).strftime("%Y-%m-%d");
    let (from, to) = (format!("{day}T00:00"), format!("{next}T00:00"));
    let send = |visit: &mut Visit, kind: &str| {
        let fields = [
            ("parameter", "level"),
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("kind", kind),
            ("by", "0.5"),
            ("reason", "read at the staff gauge"),
        ];
        visit.send(&page, &path, &fields)
    };
    let mut recorder = office.person("recorder");
    let note = send(&mut recorder, "note");
    assert_eq!(note.status, 303, "{note:?}");
    for kind in ["wrong", "shift"] {
        let answer = send(&mut recorder, kind);
        assert_eq!(answer.status, 403, "{kind}: {answer:?}");
    }
    let mut reviewer = office.person("reviewer");
    for kind in ["shift", "wrong"] {
        let answer = send(&mut reviewer, kind);
        assert_eq!(answer.status, 303, "{kind}: {answer:?}");
    }
    let again = send(&mut reviewer, "note");
    assert_eq!(again.status, 422, "it is there already: {again:?}");
    let shown = reviewer.get(&page).text();
    assert!(shown.matches("read at the staff gauge").count() >= 3, "{shown}");
}

#[test]
fn a_network_that_may_read_reads_without_a_login_and_does_nothing_else() {
    let office = Office::open_with("open_to = [\"127.0.0.0/8\"]\n");
    let mut visit = office.stranger();
    for path in ["/", "/pumps", "/gateways", "/api/overview"] {
        assert_eq!(visit.get(path).status, 200, "{path}");
    }
    for path in ["/people", "/audit"] {
        let answer = visit.get(path);
        assert_eq!((answer.status, &answer.location()[..8]), (303, "/sign-in"), "{path}");
    }
    let path = format!("/station/{STATION}/corrections");
    assert_eq!(visit.post(&path, &[("reason", "x")]).status, 401);
    let mut visit = office.stranger().with("X-Forwarded-For: 127.0.0.1");
    let answer = visit.get("/");
    assert_eq!(answer.status, 303, "a proxy that is not trusted hides who asks: {answer:?}");
}
