//! A list in pages: the same question, and each page leads to the next.

use axum::response::Response;
use serde::Serialize;
use utoipa::IntoParams;

use super::answer::{Made, ask, unexpected};
use super::call::{Call, Query};
use super::facts::{ApiAnswer, ApiAsked, ApiPart};
use super::model::Page;
use crate::web::problem::Problem;
use crate::web::state::Web;

/// A page of a list with a tag of its content. The call has the parameters `P`, which are read into what is `asked`;
/// `part` takes the answer out, and `key` is what the next page begins after.
pub(super) async fn page<P: IntoParams, T: Serialize>(
    web: &Web,
    call: &Call,
    asked: impl FnOnce(&Query) -> Result<ApiAsked, Problem>,
    part: impl FnOnce(ApiAnswer) -> Option<ApiPart<T>>,
    key: impl FnOnce(&T) -> String,
) -> Result<Response, Problem> {
    let query = call.query::<P>()?;
    let found = part(ask(web, asked(&query)?).await?).ok_or_else(unexpected)?;
    Ok(call.of_content(made(&query, found, key)?))
}

/// A page as it is sent.
pub(super) fn made<T: Serialize>(
    query: &Query,
    part: ApiPart<T>,
    key: impl FnOnce(&T) -> String,
) -> Result<Made, Problem> {
    let last = part.items.last().filter(|_| part.more);
    let next = last.map(|item| query.next(&key(item)));
    let page = Page { items: part.items, next: next.clone() };
    Ok(Made::json(&page)?.next(next))
}
