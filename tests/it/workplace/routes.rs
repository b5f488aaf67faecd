//! Every route of the workplace against everybody who can ask: nobody, a network that reads, each role, programs with a
//! token. The table says who may; one that it lacks fails.

use std::collections::BTreeSet;
use std::path::Path;

use super::kit::{Office, PERSONS, STATION};
use crate::context::{hanqing, outcome, repository};
use crate::visit::{Answer, Visit, token};

/// Who may, and what those get who may not.
#[derive(Debug, Clone, Copy, PartialEq)]
enum For {
    /// Whoever comes.
    Anybody,
    /// Whoever comes with a form that this hub has given out.
    Guest,
    /// Programs of this machine, of a network that reads, or with a token for it; persons who have signed in.
    Operator,
    /// A page from this role on; others are led to sign in.
    Page(Role),
    /// What a script asks for.
    Data(Role),
    /// A form of somebody who has signed in.
    Form(Role),
    /// What programs read: a token of any reading scope.
    Program,
    /// What takes a token that reads figures.
    Reporter,
    /// Nobody: there nothing can be changed.
    Nobody,
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Role {
    Viewer,
    Recorder,
    Reviewer,
    Administrator,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Nobody,
    /// Of a network that may read.
    Network,
    Person(Role),
    /// A program whose token reads readings.
    Reads,
    /// One whose token reads figures as well.
    Reports,
}

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gets {
    /// It is answered, well or with what is wrong with the request.
    In,
    SignIn,
    Unauthorized,
    Forbidden,
    /// 401 or 403: who has no session has no form either.
    NoForm,
    NoMethod,
}

use For::{Anybody, Data, Form, Guest, Nobody, Operator, Page, Program, Reporter};
use Role::{Administrator, Recorder, Reviewer, Viewer};

/// Method, pattern of the router, what is asked for where that is something else, and for whom it is.
const ROUTES: [(&str, &str, &str, For); 92] = [
    ("GET", "/", "", Page(Viewer)),
    ("GET", "/", "/?part=1", Data(Viewer)),
    ("GET", "/station/{id}", "", Page(Viewer)),
    ("GET", "/station/{id}/data.csv", "", Page(Viewer)),
    ("GET", "/station/{id}/data.xlsx", "", Page(Viewer)),
    ("POST", "/station/{id}/corrections", "", Form(Recorder)),
    ("POST", "/station/{id}/corrections/{number}/withdraw", "", Form(Reviewer)),
    ("GET", "/pumps", "", Page(Viewer)),
    ("GET", "/alarms", "", Page(Viewer)),
    ("GET", "/alarms", "/alarms?part=1", Data(Viewer)),
    ("POST", "/alarms/acknowledge", "", Form(Recorder)),
    ("POST", "/alarms/test", "", Form(Administrator)),
    ("GET", "/gateways", "", Page(Viewer)),
    ("POST", "/gateways/{id}/{deed}", "/gateways/gw-dongmen/pin", Form(Administrator)),
    ("POST", "/gateways/{id}/{deed}", "/gateways/gw-dongmen/release", Form(Administrator)),
    ("POST", "/gateways/{id}/{deed}", "/gateways/gw-dongmen/revoke", Form(Administrator)),
    ("POST", "/gateways/{id}/{deed}", "/gateways/gw-dongmen/reinstate", Form(Administrator)),
    ("GET", "/ledger", "", Page(Viewer)),
    ("GET", "/ledger/enter", "", Page(Recorder)),
    ("POST", "/ledger/enter", "", Form(Recorder)),
    ("GET", "/ledger/rows/{id}", "", Page(Viewer)),
    ("GET", "/ledger/rows/{id}/correct", "", Page(Recorder)),
    ("POST", "/ledger/rows/{id}/correct", "", Form(Recorder)),
    ("GET", "/ledger/rows/{id}/withdraw", "", Page(Recorder)),
    ("POST", "/ledger/rows/{id}/withdraw", "", Form(Recorder)),
    ("GET", "/ledger/review", "", Page(Viewer)),
    ("POST", "/ledger/review", "", Form(Reviewer)),
    ("GET", "/ledger/import", "", Page(Recorder)),
    ("POST", "/ledger/import", "", Form(Recorder)),
    ("POST", "/ledger/import/enter", "", Form(Recorder)),
    ("GET", "/ledger/template", "", Page(Recorder)),
    ("GET", "/report", "", Page(Viewer)),
    ("GET", "/report/figure/{id}", "/report/figure/electricity_used", Page(Viewer)),
    ("GET", "/report/of/{name}", "/report/of/drought-relief.docx", Page(Viewer)),
    ("POST", "/report/fill", "", Form(Viewer)),
    ("GET", "/report/filled/{ticket}", "/report/filled/0123", Page(Viewer)),
    ("POST", "/report/accept", "", Form(Reviewer)),
    ("POST", "/report/issue", "", Form(Reviewer)),
    ("GET", "/report/issued/{number}", "/report/issued/2022-001", Page(Viewer)),
    (
        "GET",
        "/report/issued/{number}/{name}",
        "/report/issued/2022-001/drought-relief.docx",
        Page(Viewer),
    ),
    ("GET", "/report/{name}", "/report/drought-relief.html", Page(Viewer)),
    ("GET", "/people", "", Page(Administrator)),
    ("POST", "/people/{id}/link", "/people/nobody/link", Form(Administrator)),
    ("POST", "/people/{id}/sign-out", "/people/nobody/sign-out", Form(Administrator)),
    ("GET", "/audit", "", Page(Administrator)),
    ("GET", "/api/overview", "", Data(Viewer)),
    ("GET", "/api/chart/{station}/{parameter}", "/api/chart/STATION/level", Data(Viewer)),
    // Its head: the stream itself does not end.
    ("HEAD", "/live", "", Data(Viewer)),
    ("GET", "/assets/{file}", "/assets/nothing.css", Anybody),
    ("GET", "/metrics", "", Operator),
    ("GET", "/health", "", Operator),
    ("GET", "/api/v1", "", Anybody),
    ("GET", "/api/v1/", "", Anybody),
    ("GET", "/api/v1/{*path}", "/api/v1/nothing", Anybody),
    ("GET", "/api/v1/openapi.json", "", Program),
    ("GET", "/api/v1/stations", "", Program),
    ("GET", "/api/v1/stations/{station}", "", Program),
    ("GET", "/api/v1/gateways", "", Program),
    ("GET", "/api/v1/series", "", Program),
    ("GET", "/api/v1/series/{station}/{parameter}", "/api/v1/series/STATION/level", Program),
    ("GET", "/api/v1/readings", "/api/v1/readings?series=STATION/level", Program),
    ("GET", "/api/v1/hours", "/api/v1/hours?series=STATION/level", Program),
    ("GET", "/api/v1/days", "/api/v1/days?series=STATION/level", Program),
    ("GET", "/api/v1/alarms", "", Program),
    ("GET", "/api/v1/events", "", Program),
    ("GET", "/api/v1/figures", "", Reporter),
    ("GET", "/api/v1/figures/{figure}", "/api/v1/figures/electricity_used", Reporter),
    ("GET", "/api/v1/ledger", "", Reporter),
    (
        "GET",
        "/api/v1/files/readings.csv",
        "/api/v1/files/readings.csv?series=STATION/level",
        Program,
    ),
    (
        "GET",
        "/api/v1/files/readings.parquet",
        "/api/v1/files/readings.parquet?series=STATION/level",
        Program,
    ),
    ("POST", "/api/v1/stations", "", Nobody),
    ("DELETE", "/api/v1/stations/{station}", "", Nobody),
    ("PUT", "/api/v1/ledger", "", Nobody),
    ("GET", "/sta", "", Anybody),
    ("GET", "/sta/", "", Anybody),
    ("GET", "/sta/{*path}", "/sta/v1.0/Things", Anybody),
    ("GET", "/sta/v1.1", "", Program),
    ("GET", "/sta/v1.1/", "", Program),
    ("GET", "/sta/v1.1/{*path}", "/sta/v1.1/Things", Program),
    ("GET", "/sta/v1.1/{*path}", "/sta/v1.1/Observations?$top=1", Program),
    ("POST", "/sta/v1.1/{*path}", "/sta/v1.1/Observations", Nobody),
    ("PATCH", "/sta/v1.1/{*path}", "/sta/v1.1/Things('STATION')", Nobody),
    ("GET", "/sign-in", "", Anybody),
    ("POST", "/sign-in", "", Guest),
    ("GET", "/first/{link}", "/first/nothing", Anybody),
    ("POST", "/first/{link}", "/first/nothing", Guest),
    ("GET", "/nothing", "", Anybody),
    // Paths that look like others.
    ("GET", "/Alarms", "", Anybody),
    ("GET", "/report/figure/{id}", "/report/figure/%2e%2e%2f%2e%2e%2fhub.toml", Page(Viewer)),
    ("GET", "/report/issued/{number}/{name}", "/report/issued/..%2f..%2fusers.db/x", Page(Viewer)),
    ("GET", "/report/of/{name}", "/report/of/..%2fusers.db", Page(Viewer)),
    // Last: whoever asks has left.
    ("POST", "/sign-out", "", Form(Viewer)),
];

/// Patterns of the table that the router has only as what is not found.
const NOT_ROUTED: [&str; 2] = ["/nothing", "/Alarms"];

/// The answer that the table promises.
fn expected(whom: For, method: &str, who: Who) -> Gets {
    let program = matches!(who, Who::Reads | Who::Reports);
    let changes = !matches!(method, "GET" | "HEAD");
    if whom == Nobody || program && changes {
        return Gets::NoMethod;
    }
    let may = |least: Role| match who {
        Who::Person(role) => role >= least,
        Who::Network => least == Viewer && !changes,
        _ => false,
    };
    let signed_in = matches!(who, Who::Person(_));
    match whom {
        Anybody | Guest => Gets::In,
        Operator if program => Gets::Forbidden,
        Operator => Gets::In,
        Page(role) | Data(role) | Form(role) if may(role) => Gets::In,
        Page(_) | Data(_) | Form(_) if signed_in => Gets::Forbidden,
        Page(_) => Gets::SignIn,
        Data(_) => Gets::Unauthorized,
        Form(_) => Gets::NoForm,
        Program | Reporter if who == Who::Nobody => Gets::Unauthorized,
        Reporter if who == Who::Reads => Gets::Forbidden,
        Program | Reporter => Gets::In,
        Nobody => Gets::NoMethod,
    }
}

/// Whether an answer is what was promised.
fn is(answer: &Answer, gets: Gets, whom: For) -> bool {
    let to_sign_in = answer.status == 303 && answer.location().starts_with("/sign-in");
    match gets {
        Gets::In if whom == Guest => answer.status < 500 && answer.status != 401,
        // Whoever signs out is led there.
        Gets::In if matches!(whom, Form(Viewer)) && to_sign_in => true,
        Gets::In => answer.status < 500 && ![401, 403, 405].contains(&answer.status) && !to_sign_in,
        Gets::SignIn => to_sign_in,
        Gets::Unauthorized => answer.status == 401,
        Gets::Forbidden => answer.status == 403,
        Gets::NoForm => [401, 403].contains(&answer.status) || to_sign_in,
        Gets::NoMethod => answer.status == 405,
    }
}

fn ask(visit: &mut Visit, method: &str, pattern: &str, path: &str) -> Answer {
    let path = if path.is_empty() { pattern } else { path };
    let path = path.replace("STATION", STATION);
    let path = path.replace("{station}", STATION).replace("{number}", "1");
    let path = match path.starts_with("/station/") {
        true => path.replace("{id}", STATION),
        false => path.replace("{id}", "1"),
    };
    let form = method == "POST" && !path.starts_with("/api/") && !path.starts_with("/sta/");
    if !form {
        return visit.ask(method, &path, &[], b"");
    }
    let token = token(&visit.get("/").text()).unwrap_or_default();
    visit.post(&path, &[("form_token", &token)])
}

/// Asks for all of the table as somebody; says what is not as promised.
fn check(visit: &mut Visit, who: Who, wrongs: &mut Vec<String>) {
    for (method, pattern, path, whom) in ROUTES {
        let answer = ask(visit, method, pattern, path);
        let gets = expected(whom, method, who);
        if !is(&answer, gets, whom) {
            let told = format!("{} {}", answer.status, answer.location());
            wrongs.push(format!("{who:?} at {method} {pattern} {path}: {told}, and not {gets:?}"));
        }
    }
}

/// A program with a new token of this scope.
fn program(office: &Office, scope: &str) -> Visit {
    let mut command = hanqing();
    command.args(["token", "make", scope, "--scope", scope, "-c"]);
    let (code, said, told) = outcome(command.arg(office.context.path("hub.toml")));
    assert_eq!(code, Some(0), "{said}{told}");
    let rest = said.split_once("hq_").unwrap_or_else(|| panic!("no token in {said}")).1;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
    let secret = &rest[..end.unwrap_or(rest.len())];
    let visit = office.stranger().with(&format!("Authorization: Bearer hq_{secret}"));
    // The hub sees within a second what a command has made.
    crate::context::wait_for("the token", || {
        let answer = visit.clone().get("/api/v1/stations");
        if answer.status == 200 { Ok(()) } else { Err(answer) }
    });
    visit
}

#[test]
fn everybody_gets_at_every_route_what_the_table_says() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1]);
    let mut wrongs = Vec::new();
    check(&mut office.stranger(), Who::Nobody, &mut wrongs);
    check(&mut program(&office, "read"), Who::Reads, &mut wrongs);
    check(&mut program(&office, "report"), Who::Reports, &mut wrongs);
    for [_, _, _, role] in PERSONS.iter().rev() {
        let rank = match *role {
            "viewer" => Viewer,
            "recorder" => Recorder,
            "reviewer" => Reviewer,
            _ => Administrator,
        };
        check(&mut office.person(role), Who::Person(rank), &mut wrongs);
    }
    drop(office);
    let open = Office::open_with("open_to = [\"127.0.0.0/8\"]\n");
    check(&mut open.stranger(), Who::Network, &mut wrongs);
    assert!(wrongs.is_empty(), "{} wrong: {wrongs:#?}", wrongs.len());
}

/// What stands in quotes behind `start`, in each source file below `folder` that is no test.
fn quoted(folder: &Path, start: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() {
            quoted(&path, start, found);
        } else if name.ends_with(".rs") && !name.contains("test") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for (at, _) in text.match_indices(start) {
                let rest = text[at + start.len()..].trim_start();
                if let Some(rest) = rest.strip_prefix('"')
                    && let Some((route, _)) = rest.split_once('"')
                    && route.starts_with('/')
                {
                    found.insert(route.to_owned());
                }
            }
        }
    }
}

#[test]
fn the_table_has_every_route_of_the_router() {
    let mut routes = BTreeSet::new();
    quoted(&repository("src/web"), ".route(", &mut routes);
    quoted(&repository("src/web/v1"), "path =", &mut routes);
    assert!(routes.len() > 50, "{routes:?}");
    let table: BTreeSet<String> =
        ROUTES.iter().map(|(_, pattern, _, _)| (*pattern).to_owned()).collect();
    let missing: Vec<&String> = routes.difference(&table).collect();
    assert!(missing.is_empty(), "routes that the table lacks: {missing:?}");
    // SensorThings has its root in a constant.
    let gone: Vec<&String> = table
        .difference(&routes)
        .filter(|pattern| !pattern.starts_with("/sta/") && !NOT_ROUTED.contains(&pattern.as_str()))
        .collect();
    assert!(gone.is_empty(), "patterns that the router has no longer: {gone:?}");
}
