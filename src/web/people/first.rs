//! A password for the first time, or a new one: by a link that works once.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::answers::{begin, failed};
use crate::locales::{Text, page_people as words};
use crate::users::{Account, Chosen};
use crate::web::guard::{Guest, GuestForm, Https};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    id: &'a str,
    role: Text,
    problem: Option<Text>,
}

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    guest: Guest,
    link: Result<Path<String>, PathRejection>,
) -> Response {
    let answer = match account(&web, link.ok()).await {
        Some((_, account)) => page(&web, &visitor, &guest, &account, None),
        None => no_such_link(&web, &guest.visitor(&visitor)),
    };
    unnamed(answer)
}

pub(super) async fn choose(
    State(web): State<Web>,
    visitor: Visitor,
    Https(https): Https,
    guest: Guest,
    link: Result<Path<String>, PathRejection>,
    form: Result<GuestForm<PasswordForm>, Response>,
) -> Response {
    let GuestForm(form) = match form {
        Ok(form) => form,
        Err(refusal) => return unnamed(refusal),
    };
    let Some((link, account)) = account(&web, link.ok()).await else {
        return unnamed(no_such_link(&web, &guest.visitor(&visitor)));
    };
    if form.password != form.again {
        let problem = Some(words::not_the_same());
        return unnamed(page(&web, &visitor, &guest, &account, problem));
    }
    let users = &web.workplace.users;
    let answer = match users.choose_password(link, form.password, visitor.address).await {
        Ok(Chosen::Done(session)) => begin(&session, https, "/"),
        Ok(Chosen::NoSuchLink) => no_such_link(&web, &guest.visitor(&visitor)),
        Ok(Chosen::Refused(why)) => page(&web, &visitor, &guest, &account, Some(why)),
        Ok(Chosen::Busy) => {
            let mut answer = page(&web, &visitor, &guest, &account, Some(words::busy()));
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            answer
        }
        Err(error) => failed(&web, &visitor, &error),
    };
    unnamed(answer)
}

/// The link, and whose it is.
async fn account(web: &Web, link: Option<Path<String>>) -> Option<(String, Account)> {
    let Path(link) = link?;
    let account = web.workplace.users.link_account(&link).await?;
    Some((link, account))
}

fn no_such_link(web: &Web, visitor: &Visitor) -> Response {
    let lines = vec![words::link_does_not_work(), words::ask_for_another_link()];
    web.problem(visitor, StatusCode::NOT_FOUND, words::no_such_link(), lines)
}

fn page(
    web: &Web,
    visitor: &Visitor,
    guest: &Guest,
    account: &Account,
    problem: Option<Text>,
) -> Response {
    let status = match problem {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let view = View { name: &account.name, id: &account.id, role: account.role.name(), problem };
    let visitor = guest.visitor(visitor);
    let mut page = web.templates.page(&visitor, &web.shown(), "people/first", &view);
    *page.status_mut() = status;
    guest.keep(page)
}

/// No address that a browser tells anybody may hold the link: it tells where it comes from by host alone.
fn unnamed(mut answer: Response) -> Response {
    let policy = HeaderValue::from_static("strict-origin");
    answer.headers_mut().insert(REFERRER_POLICY, policy);
    answer
}
