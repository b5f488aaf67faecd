//! All persons, for administrators: who may do what, who is signed in, and links to choose a password with.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::answers::{failed, to};
use crate::locales::{Text, moment, page_people as words};
use crate::users::AccountState;
use crate::web::guard::{AsAdministrator, Https, NoFields, Signed, encoded};
use crate::web::model::Shown;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

#[derive(Serialize)]
struct View {
    persons: Vec<PersonView>,
    /// The link that was made just now: shown this once.
    link: Option<LinkView>,
}

#[derive(Serialize)]
struct LinkView {
    name: String,
    url: String,
}

#[derive(Serialize)]
struct PersonView {
    id: String,
    name: String,
    role: Text,
    /// Whoever looks at the page.
    own: bool,
    password: Text,
    has_password: bool,
    sessions: u64,
    last_seen: Option<Text>,
    /// What is open or amiss: a link that waits, a lock after wrong passwords.
    notes: Vec<Text>,
    link_path: String,
    sign_out_path: String,
}

impl PersonView {
    fn of(state: AccountState, visitor: &Visitor, shown: &Shown) -> Self {
        let AccountState { account, has_password, sessions, .. } = state;
        let at = |instant| moment(instant, shown.now, &shown.zone);
        let link = state.link_until.map(|until| words::link_until(at(until)));
        let lock = state.locked_until.map(|until| words::locked_until(at(until)));
        let path = encoded(&account.id);
        Self {
            own: visitor.account.as_ref().is_some_and(|own| own.id == account.id),
            role: account.role.name(),
            password: if has_password { words::has_password() } else { words::no_password() },
            has_password,
            sessions,
            last_seen: state.last_seen.map(at),
            notes: link.into_iter().chain(lock).collect(),
            link_path: format!("/people/{path}/link"),
            sign_out_path: format!("/people/{path}/sign-out"),
            id: account.id,
            name: account.name,
        }
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
) -> Response {
    page(&web, &visitor, None).await
}

/// Shows the link once, on the page that answers.
pub(super) async fn make_link(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
    Https(https): Https,
    headers: HeaderMap,
    person: Result<Path<String>, PathRejection>,
    Signed(NoFields {}): Signed<NoFields>,
) -> Response {
    let person = person.map(|Path(person)| person).unwrap_or_default();
    match web.workplace.users.make_link(person.clone(), by(&visitor)).await {
        Ok(Some(secret)) => {
            let scheme = if https { "https" } else { "http" };
            // The guard has let through a host of ours and no other.
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let url = format!("{scheme}://{host}/first/{secret}");
            page(&web, &visitor, Some((person, url))).await
        }
        Ok(None) => no_such_person(&web, &visitor),
        Err(error) => failed(&web, &visitor, &error),
    }
}

/// Ends all sessions of a person, on every machine.
pub(super) async fn sign_out_all(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
    person: Result<Path<String>, PathRejection>,
    Signed(NoFields {}): Signed<NoFields>,
) -> Response {
    let person = person.map(|Path(person)| person).unwrap_or_default();
    let users = &web.workplace.users;
    match users.accounts().await {
        Ok(known) if known.iter().any(|known| known.account.id == person) => {}
        Ok(_) => return no_such_person(&web, &visitor),
        Err(error) => return failed(&web, &visitor, &error),
    }
    match users.sign_out_all(person, by(&visitor)).await {
        Ok(_) => to("/people"),
        Err(error) => failed(&web, &visitor, &error),
    }
}

async fn page(web: &Web, visitor: &Visitor, link: Option<(String, String)>) -> Response {
    let states = match web.workplace.users.accounts().await {
        Ok(states) => states,
        Err(error) => return failed(web, visitor, &error),
    };
    let shown = web.shown();
    let link = link.map(|(person, url)| {
        let state = states.iter().find(|state| state.account.id == person);
        LinkView { name: state.map(|state| state.account.name.clone()).unwrap_or(person), url }
    });
    let persons = states.into_iter().map(|state| PersonView::of(state, visitor, &shown)).collect();
    web.templates.page(visitor, &shown, "people/page", &View { persons, link })
}

fn no_such_person(web: &Web, visitor: &Visitor) -> Response {
    let lines = vec![words::persons_are_configured()];
    web.problem(visitor, StatusCode::NOT_FOUND, words::no_such_person(), lines)
}

/// The id of whoever does it, as the record has it.
fn by(visitor: &Visitor) -> String {
    visitor.account.as_ref().map(|account| account.id.clone()).unwrap_or_default()
}
