//! The page of the gateways: how each is, what it says of its devices, and what an administrator does to it.

mod deeds;
mod facts;
mod report;
#[cfg(test)]
mod tests;
mod view;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::guard::AsViewer;
use super::state::Web;
use super::visitor::Visitor;
use crate::locales::Text;

pub use facts::{GatewayDeed, GatewayDeedKind, GatewayRow, LostRow, PublisherRow};

/// `/gateways`, and what can be done to one: `POST /gateways/{id}/{pin|release|revoke|reinstate}`.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/gateways", get(gateways))
        .route("/gateways/{id}/{deed}", post(deeds::deed))
}

/// What a query asks for: the page, or what is live of it alone.
#[derive(Deserialize)]
struct Asked {
    part: Option<String>,
}

async fn gateways(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    if asked.is_ok_and(|Query(asked)| asked.part.is_some()) {
        let overview = web.workplace.overview.borrow().clone();
        return web.templates.part(&visitor, "gateways/part", &view::page(&overview, None));
    }
    page(&web, &visitor, None)
}

/// The page, with what a deed has just come to.
fn page(web: &Web, visitor: &Visitor, done: Option<Text>) -> Response {
    let overview = web.workplace.overview.borrow().clone();
    web.templates.page(visitor, &web.shown(), "gateways/page", &view::page(&overview, done))
}
