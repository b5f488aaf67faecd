//! Answers that several of these pages give.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use crate::locales::{Lang, for_programs, page_people as words};
use crate::support::error_chain;
use crate::users::{Session, UsersError};
use crate::web::guard::Cookie;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// What somebody gets when the file of persons cannot be read or written.
pub(super) fn failed(web: &Web, visitor: &Visitor, error: &UsersError) -> Response {
    let error = for_programs(Lang::English, || error_chain(error));
    tracing::error!(error, "the file of persons cannot be used");
    let lines = vec![words::users_failed()];
    web.problem(visitor, StatusCode::INTERNAL_SERVER_ERROR, words::it_failed(), lines)
}

/// The way to `path`, for somebody whose session begins.
pub(super) fn begin(session: &Session, https: bool, path: &str) -> Response {
    let mut answer = to(path);
    Cookie::Session.keep(&mut answer, https, &session.token);
    Cookie::Form.forget(&mut answer, https);
    answer
}

/// The way to `path`, which is one of our own.
pub(super) fn to(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path.to_owned())]).into_response()
}
