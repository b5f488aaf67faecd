//! The role that a handler takes stands in its arguments: without it, it does not run.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{LOCATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::hosts::is_page;
use crate::core::Role;
use crate::locales::page_people as words;
use crate::users::Scope;
use crate::web::format::encoded;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// Whoever reads.
pub(in crate::web) struct AsViewer(pub Visitor);
/// Whoever writes notes.
pub(in crate::web) struct AsRecorder(pub Visitor);
/// Whoever corrects.
pub(in crate::web) struct AsReviewer(pub Visitor);
/// Whoever looks after persons and gateways.
pub(in crate::web) struct AsAdministrator(pub Visitor);
/// A program that looks after this hub: on this machine, in a network that reads, of somebody who has signed in, or
/// with a token that is for it.
pub(in crate::web) struct AsOperator;

/// The token of the session that a request belongs to; an extension of it.
#[derive(Clone)]
pub(in crate::web) struct SessionToken(pub String);

/// The browser reaches this hub over https; an extension of each request.
#[derive(Clone, Copy)]
pub(in crate::web) struct Https(pub bool);

/// Whether a request may have what operators ask for; an extension of each request.
#[derive(Clone, Copy)]
pub(in crate::web) struct MayOperate(pub bool);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        visitor(&parts.extensions).ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl FromRequestParts<Web> for AsViewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        admit(parts, web, Role::Viewer).map(Self).map_err(|refusal| *refusal)
    }
}

impl FromRequestParts<Web> for AsRecorder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        admit(parts, web, Role::Recorder).map(Self).map_err(|refusal| *refusal)
    }
}

impl FromRequestParts<Web> for AsReviewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        admit(parts, web, Role::Reviewer).map(Self).map_err(|refusal| *refusal)
    }
}

impl FromRequestParts<Web> for AsAdministrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        admit(parts, web, Role::Administrator).map(Self).map_err(|refusal| *refusal)
    }
}

impl<S: Sync> FromRequestParts<S> for AsOperator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        if parts.extensions.get::<MayOperate>().is_some_and(|may| may.0) {
            return Ok(Self);
        }
        let words = words::operators_only();
        Err(match visitor(&parts.extensions) {
            Some(visitor) if visitor.program.is_some() => {
                super::bearer::refusal(&visitor, Scope::Operate).answer(&visitor)
            }
            Some(visitor) => super::refused(&visitor, StatusCode::UNAUTHORIZED, words),
            None => StatusCode::UNAUTHORIZED.into_response(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Https {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(false)))
    }
}

fn visitor(extensions: &Extensions) -> Option<Visitor> {
    extensions.get::<Visitor>().cloned()
}

/// The visitor, where she may do what takes `role`; else the answer that she gets instead.
fn admit(parts: &Parts, web: &Web, role: Role) -> Result<Visitor, Box<Response>> {
    let Some(visitor) = visitor(&parts.extensions) else {
        return Err(Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response()));
    };
    if visitor.may(role) {
        return Ok(visitor);
    }
    if visitor.account.is_some() {
        return Err(Box::new(web.forbidden(&visitor, role)));
    }
    if asks_for_a_page(parts) {
        return Err(Box::new(to_sign_in(parts)));
    }
    let (status, first) = (StatusCode::UNAUTHORIZED, words::sign_in_first());
    let mut answer = match is_page(parts.uri.path()) {
        true => web.problem(&visitor, status, words::not_signed_in(), vec![first]),
        false => super::refused(&visitor, status, first),
    };
    // RFC 9110 §11.6.1 wants one; no browser asks for a password by it.
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Session"));
    Err(Box::new(answer))
}

/// Whether somebody opens a page or a document, and not a script a part of one.
fn asks_for_a_page(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let by_script = parts.headers.get("sec-fetch-dest").is_some_and(|dest| dest == "empty");
    let is_part = parts.uri.query().unwrap_or_default().split('&').any(|pair| pair == "part=1");
    matches!(parts.method, Method::GET | Method::HEAD)
        && (is_page(path) || path.starts_with("/report/"))
        && !by_script
        && !is_part
}

/// The way to the sign-in page, and from there back to what was asked for.
fn to_sign_in(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let target = match wanted {
        "/" => "/sign-in".to_owned(),
        wanted => format!("/sign-in?next={}", encoded(wanted)),
    };
    (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
}
