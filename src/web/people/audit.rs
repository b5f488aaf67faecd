//! The record of what was done, the newest first, for administrators.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::answers::failed;
use crate::locales::{Text, moment_with_seconds, page_people as words};
use crate::users::{AuditRow, UsersError};
use crate::web::guard::AsAdministrator;
use crate::web::model::Shown;
use crate::web::state::Web;

/// Rows of a page.
const ROWS: usize = 200;

#[derive(Deserialize)]
pub(super) struct Span {
    /// Rows before the one of this number.
    before: Option<i64>,
}

#[derive(Serialize)]
struct View {
    rows: Vec<RowView>,
    /// These are not the newest.
    older: bool,
    /// The number before which the next page begins.
    next: Option<i64>,
    /// The first row of all that was changed after it was written.
    broken: Option<Text>,
}

#[derive(Serialize)]
struct RowView {
    id: i64,
    at: Text,
    by: Text,
    from: Option<String>,
    deed: Text,
    detail: Text,
    sound: bool,
}

pub(super) async fn show(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
    span: Result<Query<Span>, QueryRejection>,
) -> Response {
    let Ok(Query(Span { before })) = span else {
        let lines = vec![words::before_is_a_number()];
        return web.problem(&visitor, StatusCode::BAD_REQUEST, words::no_such_rows(), lines);
    };
    let users = &web.workplace.users;
    let found = async {
        Ok::<_, UsersError>((
            users.audit(before, ROWS).await?,
            users.verify().await?,
            users.accounts().await?,
        ))
    };
    let (rows, chain, accounts) = match found.await {
        Ok(found) => found,
        Err(error) => return failed(&web, &visitor, &error),
    };
    let accounts = accounts.into_iter().map(|state| (state.account.id, state.account.name));
    let view = View {
        older: before.is_some(),
        next: rows.last().filter(|_| rows.len() == ROWS).map(|row| row.id),
        broken: chain.broken.map(|id| words::record_broken(id.to_string())),
        rows: rows_of(rows, &accounts.collect(), &web.shown()),
    };
    web.templates.page(&visitor, &web.shown(), "people/audit", &view)
}

fn rows_of(rows: Vec<AuditRow>, names: &BTreeMap<String, String>, shown: &Shown) -> Vec<RowView> {
    let of = |row: AuditRow| RowView {
        id: row.id,
        at: moment_with_seconds(row.at, shown.now, &shown.zone),
        by: match names.get(&row.by) {
            Some(name) => Text::verbatim(format_args!("{name} ({})", row.by)),
            None => row.by_in_words(),
        },
        deed: row.deed.name(),
        detail: row.detail_in_words(),
        from: row.from,
        sound: row.sound,
    };
    rows.into_iter().map(of).collect()
}
