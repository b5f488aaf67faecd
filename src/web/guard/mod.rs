//! Who may come in: under which name this hub was asked, from where, by whom, and whether what changes something comes
//! from our own page; or which program, by its token. It is found out before any handler runs; handlers name the role
//! that they take.

mod access;
mod address;
mod bearer;
mod cookies;
mod form;
mod hosts;
mod origin;
mod peer;
mod program;
mod roles;
mod upload;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::language::language;
use super::visitor::{Visitor, page_of};
use crate::locales::{Text, page_people as words};
use crate::users::Scope;

pub(super) use super::format::encoded;
pub use access::Access;
pub(super) use cookies::Cookie;
pub(super) use form::{Guest, GuestForm, NoFields, Signed};
pub(super) use hosts::is_interface;
pub(super) use peer::Peer;
pub(super) use program::{Program, Reporter};
pub(super) use roles::{
    AsAdministrator, AsOperator, AsRecorder, AsReviewer, AsViewer, Https, MayOperate, SessionToken,
};
pub(super) use upload::{BODY_MAX, SignedUpload, Uploads};

/// Finds out who asks, and refuses who may not at all.
pub(super) async fn guard(
    State(access): State<Arc<Access>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (lang, chooses) = language(request.uri().query(), request.headers(), access.lang);
    let mut visitor = Visitor {
        lang,
        chooses,
        page: page_of(request.method(), request.uri()),
        address: None,
        account: None,
        program: None,
        form_token: String::new(),
        reads: false,
    };
    let Some(peer) = request.extensions().get::<Peer>().copied() else {
        tracing::error!("a request without its connection");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = request.headers();
    let Some(host) = hosts::host(request.uri(), headers, peer, &access) else {
        if hosts::is_interface(request.uri().path()) {
            return bearer::misdirected().answer(&visitor);
        }
        return refused(&visitor, StatusCode::MISDIRECTED_REQUEST, words::no_such_host());
    };
    if hosts::is_foreign(request.method(), request.uri().path(), headers) {
        return refused(&visitor, StatusCode::FORBIDDEN, words::from_another_site());
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && hosts::is_interface(request.uri().path()) {
        return bearer::only_read().answer(&visitor);
    }
    let shown = bearer::shown(headers);
    let by_token = shown != bearer::Shown::None;
    if !reads && !by_token && !origin::is_own(headers, &host) {
        return refused(&visitor, StatusCode::FORBIDDEN, words::from_another_site());
    }
    let known = address::address(headers, peer, &access);
    visitor.address = address::answers_for(known, peer, &access);
    visitor.reads = address::reads(known, &access);
    if let Err(problem) = bearer::admit(&shown, &mut visitor, access.users.as_ref()) {
        return problem.answer(&visitor);
    }
    if by_token && !reads {
        return bearer::only_read().answer(&visitor);
    }
    let token = Cookie::Session.of(headers, host.https).filter(|_| !by_token).map(str::to_owned);
    let session = access.users.as_ref().zip(token).and_then(|(users, token)| users.session(&token));
    let direct = peer.address.ip().to_canonical().is_loopback() && !address::is_forwarded(headers);
    let may_operate = match &visitor.program {
        Some(program) => program.scope.covers(Scope::Operate),
        None => direct || visitor.reads || session.is_some(),
    };
    let extensions = request.extensions_mut();
    if let Some(session) = session {
        visitor.account = Some(session.account);
        visitor.form_token = session.form_token;
        extensions.insert(SessionToken(session.token));
    }
    extensions.insert(Https(host.https));
    extensions.insert(MayOperate(may_operate));
    extensions.insert(visitor);
    next.run(request).await
}

/// An answer of plain text.
pub(super) fn refused(visitor: &Visitor, status: StatusCode, words: Text) -> Response {
    visitor.answer(|| (status, format!("{words}\n")))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
