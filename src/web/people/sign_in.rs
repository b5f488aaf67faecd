//! Signing in and out.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::answers::{begin, failed, to};
use crate::locales::{Text, page_people as words};
use crate::users::SignIn;
use crate::web::guard::{Cookie, Guest, GuestForm, Https, NoFields, SessionToken, Signed};
use crate::web::state::Web;
use crate::web::visitor::{PAGE_MAX, Visitor};

/// When whoever found everything busy may try again, s: a password takes a twentieth of a second.
const BUSY_S: u64 = 5;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    person: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Serialize)]
struct View<'a> {
    /// As it was typed.
    person: &'a str,
    next: &'a str,
    problem: Option<Text>,
}

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    guest: Guest,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let next = wanted.map(|wanted| wanted.0.next).unwrap_or_default();
    let next = local(&next);
    if visitor.account.is_some() {
        return to(next);
    }
    page(&web, &visitor, &guest, View { person: "", next, problem: None })
}

pub(super) async fn sign_in(
    State(web): State<Web>,
    visitor: Visitor,
    Https(https): Https,
    guest: Guest,
    old: Option<Extension<SessionToken>>,
    GuestForm(form): GuestForm<SignInForm>,
) -> Response {
    let (users, next) = (&web.workplace.users, local(&form.next));
    let person = form.person.trim();
    let (status, problem, wait_s) =
        match users.sign_in(person.to_owned(), form.password, visitor.address).await {
            Ok(SignIn::Done(session)) => {
                if let Some(Extension(SessionToken(old))) = old
                    && let Err(error) = users.sign_out(&old).await
                {
                    return failed(&web, &visitor, &error);
                }
                return begin(&session, https, next);
            }
            Ok(SignIn::Wrong) => (StatusCode::UNAUTHORIZED, words::wrong(), None),
            Ok(SignIn::TooOften { wait_s }) => {
                (StatusCode::TOO_MANY_REQUESTS, words::too_often(minutes(wait_s)), Some(wait_s))
            }
            Ok(SignIn::Busy) => (StatusCode::SERVICE_UNAVAILABLE, words::busy(), Some(BUSY_S)),
            Err(error) => return failed(&web, &visitor, &error),
        };
    let view = View { person, next, problem: Some(problem) };
    let mut answer = page(&web, &visitor, &guest, view);
    *answer.status_mut() = status;
    if let Some(wait_s) = wait_s {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_s));
    }
    answer
}

/// Whole minutes of a wait, at least one.
fn minutes(wait_s: u64) -> u64 {
    wait_s.div_ceil(60).max(1)
}

/// Ends the session. Whose session has ended already is led to the same page.
pub(super) async fn sign_out(
    State(web): State<Web>,
    visitor: Visitor,
    Https(https): Https,
    session: Option<Extension<SessionToken>>,
    form: Result<Signed<NoFields>, Response>,
) -> Response {
    let Some(Extension(SessionToken(token))) = session else { return to("/sign-in") };
    if let Err(refusal) = form {
        return refusal;
    }
    if let Err(error) = web.workplace.users.sign_out(&token).await {
        return failed(&web, &visitor, &error);
    }
    let mut answer = to("/sign-in");
    Cookie::Session.forget(&mut answer, https);
    answer
}

fn page(web: &Web, visitor: &Visitor, guest: &Guest, view: View<'_>) -> Response {
    let page = web.templates.page(&guest.visitor(visitor), &web.shown(), "people/sign_in", &view);
    guest.keep(page)
}

/// `next`, if it is a path of ours; else the first page. A browser reads `//` and `/\` as the name of another host, and
/// drops tabs and line ends before it looks.
fn local(next: &str) -> &str {
    let plain = next.len() <= PAGE_MAX && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let ours = next.starts_with('/') && !next.starts_with("//");
    let elsewhere = !next.starts_with("/sign-in") && !next.starts_with("/sign-out");
    if plain && ours && elsewhere { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_led_back_to() {
        let long = format!("/{}", "a".repeat(PAGE_MAX));
        for (next, path) in [
            ("/station/pond-1?range=7d", "/station/pond-1?range=7d"),
            ("/", "/"),
            ("", "/"),
            ("//evil.example", "/"),
            ("///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\\b", "/"),
            ("\\\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\n/evil.example", "/"),
            (" /people", "/"),
            ("/people\r\nSet-Cookie: a=b", "/"),
            ("/人", "/"),
            ("/sign-in?next=/", "/"),
            ("/sign-out", "/"),
            (&long, "/"),
        ] {
            assert_eq!(local(next), path, "{next:?}");
        }
    }

    #[test]
    fn a_wait_is_said_in_minutes() {
        assert_eq!([0, 1, 60, 61, 900].map(minutes), [1, 1, 1, 2, 15]);
    }
}
