//! A row with its history.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{Overtaken, RowHistory, RowsAnswer, RowsAsked, instead, page};
use crate::locales::{Text, page_rows as words};
use crate::web::guard::AsViewer;
use crate::web::notice::open;
use crate::web::state::Web;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Extras {
    notice: String,
}

#[derive(Serialize)]
pub(super) struct View {
    history: RowHistory,
    /// What has just been done.
    notice: Option<Text>,
    /// Who was first, where somebody comes too late with a correction.
    first: Option<Overtaken>,
}

impl View {
    /// The row that stands in the place of the one that was to be corrected.
    pub fn overtaken(first: Overtaken) -> Self {
        let Overtaken { old, new, last } = first.clone();
        let history = RowHistory {
            id: new.id,
            last,
            last_withdrawn: new.withdrawn && new.id == last,
            rows: vec![old, new],
            ..RowHistory::default()
        };
        Self { history, notice: None, first: Some(first) }
    }
}

/// The page of a row.
pub(super) fn page_of(id: i64) -> String {
    format!("/ledger/rows/{id}")
}

pub(super) async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    id: Result<Path<i64>, PathRejection>,
    extras: Result<Query<Extras>, QueryRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return web.nowhere(&visitor) };
    let notice = extras.map(|Query(extras)| extras.notice).unwrap_or_default();
    match web.workplace.rows.ask(RowsAsked::Row(id)).await {
        Ok(RowsAnswer::Row(history)) => {
            let notice = match open(&visitor, &page_of(id), &notice) {
                Some("entered") => Some(words::entered_as(id)),
                Some("corrected") => Some(words::corrected_as(id)),
                Some("withdrawn") => Some(words::withdrawn_as(id)),
                _ => None,
            };
            let view = View { history: *history, notice, first: None };
            page(&web, &visitor, StatusCode::OK, "ledger/row", &view)
        }
        other => instead(&web, &visitor, other),
    }
}
