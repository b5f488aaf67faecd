//! What a program may read stands in the arguments of the handler, as a person's role does.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use super::bearer::refusal;
use crate::core::Role;
use crate::users::Scope;
use crate::web::problem::{Kind, Problem};
use crate::web::visitor::Visitor;

/// Whoever reads data: by a token, in a session, or from a network that reads without signing in.
pub(in crate::web) struct Program(pub Visitor);

/// Whoever reads figures as well.
pub(in crate::web) struct Reporter(pub Visitor);

impl<S: Sync> FromRequestParts<S> for Program {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        admit(parts, Scope::Read).map(Self).map_err(|refusal| *refusal)
    }
}

impl<S: Sync> FromRequestParts<S> for Reporter {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        admit(parts, Scope::Report).map(Self).map_err(|refusal| *refusal)
    }
}

fn admit(parts: &Parts, needed: Scope) -> Result<Visitor, Box<Response>> {
    let Some(visitor) = parts.extensions.get::<Visitor>() else {
        return Err(Box::new(Problem::bare(Kind::Failed).unspoken()));
    };
    let by_token = visitor.program.as_ref().map(|program| program.scope.covers(needed));
    match by_token.unwrap_or_else(|| visitor.may(Role::Viewer)) {
        true => Ok(visitor.clone()),
        false => Err(Box::new(refusal(visitor, needed).answer(visitor))),
    }
}
