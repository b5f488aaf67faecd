//! The rows that wait for a second person.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Queue, RowsAnswer, RowsAsked, clerk, instead, page};
use crate::core::Role;
use crate::locales::{Text, page_rows as words};
use crate::users::Deed;
use crate::web::guard::{AsReviewer, AsViewer, Signed};
use crate::web::notice::{open, seal};
use crate::web::state::Web;

const PAGE: &str = "/ledger/review";

/// What the name of a row's box begins with.
const BOX: &str = "row-";

/// Numbers that the record of deeds names. Engineering judgement: a line is read.
const NAMED: usize = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Extras {
    notice: String,
}

#[derive(Serialize)]
struct View {
    queue: Queue,
    /// How many were reviewed just now.
    notice: Option<Text>,
}

pub(super) async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    extras: Result<Query<Extras>, QueryRejection>,
) -> Response {
    let notice = extras.map(|Query(extras)| extras.notice).unwrap_or_default();
    let by = clerk(&visitor).filter(|_| visitor.may(Role::Reviewer));
    match web.workplace.rows.ask(RowsAsked::Queue(by)).await {
        Ok(RowsAnswer::Queue(queue)) => {
            let notice = open(&visitor, PAGE, &notice);
            let notice = notice.and_then(|n| n.parse::<usize>().ok()).map(words::reviewed);
            let view = View { queue: *queue, notice };
            page(&web, &visitor, StatusCode::OK, "ledger/review", &view)
        }
        other => instead(&web, &visitor, other),
    }
}

pub(super) async fn review(
    State(web): State<Web>,
    AsReviewer(visitor): AsReviewer,
    Signed(ticked): Signed<BTreeMap<String, String>>,
) -> Response {
    let Some(by) = clerk(&visitor) else { return web.nowhere(&visitor) };
    let rows = ticked.keys().filter_map(|name| name.strip_prefix(BOX)?.parse().ok());
    let rows: BTreeSet<i64> = rows.collect();
    let rows: Vec<i64> = rows.into_iter().collect();
    if rows.is_empty() {
        let (status, why) = (StatusCode::UNPROCESSABLE_ENTITY, vec![words::no_row_chosen()]);
        return web.problem(&visitor, status, words::nothing_done(), why);
    }
    let (users, asking) = (web.workplace.users.clone(), web.workplace.rows.clone());
    let (id, from) = (by.id.clone(), visitor.address);
    // It goes on, and is noted, where the browser has left meanwhile.
    let doing = async move {
        let done = asking.ask(RowsAsked::Review { by, rows }).await?;
        if let RowsAnswer::Reviewed(now) = &done
            && !now.is_empty()
        {
            let detail = numbers(now);
            if let Err(error) = users.note(id, from, Deed::RowsReviewed, detail).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "cannot write a review into the record of deeds"
                );
            }
        }
        Ok(done)
    };
    let done = match tokio::spawn(doing).await {
        Ok(done) => done,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(RowsAnswer::Reviewed(added)) => {
            let to = format!("{PAGE}?notice={}", seal(&visitor, PAGE, &added.len().to_string()));
            (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
        }
        other => instead(&web, &visitor, other),
    }
}

/// The first of these numbers, as the record of deeds names them.
fn numbers(rows: &[i64]) -> String {
    let named: Vec<String> = rows.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if rows.len() > NAMED { " …" } else { "" };
    format!("{}{more}", named.join(" "))
}
