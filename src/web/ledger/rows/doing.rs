//! Entering, correcting and withdrawing a row: the form, what would come of it, and its saving.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::groups::{Group, groups};
use super::{
    Checked, Clerk, FormFacts, RowDeed, RowForm, RowsAnswer, RowsAsked, Saved, clerk, instead,
    page, row,
};
use crate::users::Deed;
use crate::web::guard::{AsRecorder, Signed};
use crate::web::notice::seal;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// The fields of all three forms, and which button was pressed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    item: String,
    value: String,
    unit: String,
    from: String,
    to: String,
    village: String,
    crop: String,
    work: String,
    document: String,
    reason: String,
    step: String,
    digest: String,
}

impl Sent {
    fn parts(self) -> (RowForm, String, String) {
        let Self { item, value, unit, from, to, village, crop, work, document, reason, .. } = self;
        let form = RowForm { item, value, unit, from, to, village, crop, work, document, reason };
        (form, self.step, self.digest)
    }
}

/// What was chosen before the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    item: String,
}

#[derive(Serialize)]
struct FormView {
    facts: FormFacts,
    kind: &'static str,
    /// Where it is sent.
    action: String,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct CheckedView {
    checked: Checked,
    kind: &'static str,
    action: String,
}

impl RowDeed {
    fn kind(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Correct(_) => "correct",
            Self::Withdraw(_) => "withdraw",
        }
    }

    fn action(self) -> String {
        match self {
            Self::Enter => "/ledger/enter".to_owned(),
            Self::Correct(id) => format!("/ledger/rows/{id}/correct"),
            Self::Withdraw(id) => format!("/ledger/rows/{id}/withdraw"),
        }
    }

    fn notice(self) -> &'static str {
        match self {
            Self::Enter => "entered",
            Self::Correct(_) => "corrected",
            Self::Withdraw(_) => "withdrawn",
        }
    }

    fn deed(self) -> Deed {
        match self {
            Self::Enter => Deed::RowEntered,
            Self::Correct(_) | Self::Withdraw(_) => Deed::RowCorrected,
        }
    }
}

type Id = Result<Path<i64>, PathRejection>;

pub(super) async fn open_enter(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Response {
    let item = chosen.map(|Query(chosen)| chosen.item).unwrap_or_default();
    open(&web, &visitor, RowDeed::Enter, RowForm { item, ..RowForm::default() }).await
}

pub(super) async fn open_correct(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    id: Id,
) -> Response {
    let Ok(Path(id)) = id else { return web.nowhere(&visitor) };
    open(&web, &visitor, RowDeed::Correct(id), RowForm::default()).await
}

pub(super) async fn open_withdraw(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    id: Id,
) -> Response {
    let Ok(Path(id)) = id else { return web.nowhere(&visitor) };
    open(&web, &visitor, RowDeed::Withdraw(id), RowForm::default()).await
}

pub(super) async fn enter(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    Signed(sent): Signed<Sent>,
) -> Response {
    step(&web, &visitor, RowDeed::Enter, sent).await
}

pub(super) async fn correct(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    id: Id,
    Signed(sent): Signed<Sent>,
) -> Response {
    let Ok(Path(id)) = id else { return web.nowhere(&visitor) };
    step(&web, &visitor, RowDeed::Correct(id), sent).await
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    id: Id,
    Signed(sent): Signed<Sent>,
) -> Response {
    let Ok(Path(id)) = id else { return web.nowhere(&visitor) };
    step(&web, &visitor, RowDeed::Withdraw(id), sent).await
}

/// The form.
async fn open(web: &Web, visitor: &Visitor, deed: RowDeed, form: RowForm) -> Response {
    let answer = web.workplace.rows.ask(RowsAsked::Form { deed, form }).await;
    shown(web, visitor, deed, answer)
}

/// What a form asks for, by its button: to be checked, to be changed once more, or to be saved.
async fn step(web: &Web, visitor: &Visitor, deed: RowDeed, sent: Sent) -> Response {
    let Some(by) = clerk(visitor) else { return web.nowhere(visitor) };
    let (form, step, digest) = sent.parts();
    match step.as_str() {
        "edit" => open(web, visitor, deed, form).await,
        "save" => {
            let answer = save(web, visitor, deed, by, form, digest).await;
            match answer {
                Ok(RowsAnswer::Saved(Saved { id, .. })) => {
                    let page = row::page_of(id);
                    let to = format!("{page}?notice={}", seal(visitor, &page, deed.notice()));
                    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
                }
                answer => shown(web, visitor, deed, answer),
            }
        }
        _ => {
            let answer = web.workplace.rows.ask(RowsAsked::Check { by, deed, form }).await;
            shown(web, visitor, deed, answer)
        }
    }
}

/// It goes on, and is noted, where the browser has left meanwhile. What was entered stays entered where the record
/// cannot be written; the log says so.
async fn save(
    web: &Web,
    visitor: &Visitor,
    deed: RowDeed,
    by: Clerk,
    form: RowForm,
    digest: String,
) -> anyhow::Result<RowsAnswer> {
    let (users, rows) = (web.workplace.users.clone(), web.workplace.rows.clone());
    let (id, from) = (by.id.clone(), visitor.address);
    let doing = async move {
        let done = rows.ask(RowsAsked::Save { by, deed, form, digest }).await?;
        if let RowsAnswer::Saved(Saved { id: row, detail }) = &done
            && let Err(error) = users.note(id, from, deed.deed(), format!("{row}: {detail}")).await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot write a row of the ledger into the record of deeds"
            );
        }
        Ok(done)
    };
    tokio::spawn(doing).await?
}

fn shown(
    web: &Web,
    visitor: &Visitor,
    deed: RowDeed,
    answer: anyhow::Result<RowsAnswer>,
) -> Response {
    let (kind, action) = (deed.kind(), deed.action());
    match answer {
        Ok(RowsAnswer::Form(facts)) => {
            let status = match facts.faults.is_empty() {
                true => StatusCode::OK,
                false => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let view = FormView { facts: *facts, kind, action, groups: groups() };
            page(web, visitor, status, "ledger/enter", &view)
        }
        Ok(RowsAnswer::Checked(checked)) => {
            let status = if checked.changed { StatusCode::CONFLICT } else { StatusCode::OK };
            let view = CheckedView { checked: *checked, kind, action };
            page(web, visitor, status, "ledger/checked", &view)
        }
        other => instead(web, visitor, other),
    }
}
