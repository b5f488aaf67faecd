//! All routes, and what every request passes before it reaches one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Router, middleware};

use super::guard::{Access, Uploads, guard, refused};
use super::headers::secure;
use super::shares::{REQUESTS, Shares, in_turn};
use super::state::Web;
use super::templates::Templates;
use super::visitor::Visitor;
use super::workplace::{Operation, Workplace};
use super::{
    alarms, api, assets, gateways, ledger, live, morning, people, pumps, report, sta, station, v1,
};
use crate::locales::page as words;

/// The workplace: every page, the API, the report's documents, and what operators ask for.
pub fn office(workplace: Workplace, operation: Operation, access: Access) -> Router {
    let web = Web { workplace, templates: Arc::new(Templates::new()), uploads: Uploads::new() };
    let pages = Router::new()
        .merge(morning::routes())
        .merge(station::routes())
        .merge(pumps::routes())
        .merge(alarms::routes())
        .merge(gateways::routes())
        .merge(ledger::routes())
        .merge(people::routes())
        .merge(live::routes())
        .merge(assets::routes())
        .merge(report::routes())
        .merge(api::routes())
        .merge(v1::routes())
        .merge(sta::routes())
        .fallback(no_such_page)
        .with_state(web);
    guarded(pages.merge(api::operation(operation)), Arc::new(access))
}

/// Only what operators ask for: of a hub that only ingests.
pub fn ingester(operation: Operation, access: Access) -> Router {
    let nowhere = |visitor: Visitor| async move { in_a_line(&visitor) };
    guarded(api::operation(operation).fallback(nowhere), Arc::new(access))
}

/// The answer to an unknown path: a page for a browser, a line for a program.
async fn no_such_page(State(web): State<Web>, visitor: Visitor, headers: HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    match accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        true => web.nowhere(&visitor),
        false => in_a_line(&visitor),
    }
}

fn in_a_line(visitor: &Visitor) -> Response {
    refused(visitor, StatusCode::NOT_FOUND, words::no_such_page())
}

/// Adds the guard, what one visitor may take up at once, and the headers that every answer has.
fn guarded(router: Router, access: Arc<Access>) -> Router {
    router
        .layer(middleware::from_fn_with_state(Shares::new(REQUESTS), in_turn))
        .layer(middleware::from_fn_with_state(access, guard))
        .layer(middleware::from_fn(secure))
}
