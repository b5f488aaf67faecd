//! The rows of the ledger in the browser: a list, each row with its history, the forms that enter, correct and withdraw
//! one, and the rows that wait for a second person. What a row would change in the report is shown before it is saved.

mod doing;
mod facts;
mod groups;
mod list;
mod review;
mod row;
#[cfg(test)]
mod test_kit;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

pub use facts::{
    Checked, Clerk, Effect, FieldFault, FigureChange, FormFacts, ItemFacts, Overtaken, PAGE_ROWS,
    Queue, QueueRow, RowDeed, RowFilter, RowForm, RowHistory, RowLine, RowList, RowState,
    RowsAnswer, RowsAsked, Saved,
};
#[cfg(test)]
pub use test_kit::rows_for_tests;

use crate::locales::{Lang, for_programs, page_rows as words, within};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

pub(in crate::web) fn routes() -> Router<Web> {
    Router::new()
        .route("/ledger", get(list::show))
        .route("/ledger/enter", get(doing::open_enter).post(doing::enter))
        .route("/ledger/rows/{id}", get(row::show))
        .route("/ledger/rows/{id}/correct", get(doing::open_correct).post(doing::correct))
        .route("/ledger/rows/{id}/withdraw", get(doing::open_withdraw).post(doing::withdraw))
        .route("/ledger/review", get(review::show).post(review::review))
}

/// Whoever has signed in.
fn clerk(visitor: &Visitor) -> Option<Clerk> {
    let account = visitor.account.as_ref()?;
    Some(Clerk { id: account.id.clone(), name: account.name.clone() })
}

fn page<V: Serialize>(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    template: &str,
    view: &V,
) -> Response {
    let make = || web.templates.page(visitor, &web.shown(), template, view);
    let mut response = within(visitor.lang, make);
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    response
}

/// What is answered where the page cannot be what was asked for.
fn instead(web: &Web, visitor: &Visitor, answer: anyhow::Result<RowsAnswer>) -> Response {
    match answer {
        Ok(RowsAnswer::Overtaken(first)) => {
            let view = row::View::overtaken(*first);
            page(web, visitor, StatusCode::CONFLICT, "ledger/row", &view)
        }
        Ok(RowsAnswer::Refused(why)) => {
            web.problem(visitor, StatusCode::CONFLICT, words::nothing_done(), vec![why])
        }
        Ok(RowsAnswer::Busy) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            web.problem(visitor, status, words::nothing_done(), vec![words::busy()])
        }
        Ok(_) => web.nowhere(visitor),
        Err(error) => {
            let error = for_programs(Lang::English, || format!("{error:#}"));
            tracing::error!(error, "cannot do what a page of the ledger's rows asks for");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            web.problem(visitor, status, words::failed(), vec![words::see_the_log()])
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
