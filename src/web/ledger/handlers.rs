//! The routes of the page.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::facts::{Entered, UploadAsked, Uploaded, Uploader, WAIT_MINUTES, WaitingFile};
use super::form::{AnswersForm, FieldError};
use crate::locales::{Lang, for_programs, page_ledger as words, within};
use crate::users::Deed;
use crate::web::Visitor;
use crate::web::guard::{AsRecorder, BODY_MAX, Signed, SignedUpload};
use crate::web::state::Web;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(in crate::web) fn routes() -> Router<Web> {
    let upload = post(understand).layer(DefaultBodyLimit::max(BODY_MAX));
    Router::new()
        .route("/ledger/import", get(show).merge(upload))
        .route("/ledger/import/enter", post(enter))
        .route("/ledger/template", get(template))
}

/// What the page shows.
#[derive(Default, Serialize)]
struct View {
    form: AnswersForm,
    errors: Vec<FieldError>,
    /// The file that waits, for the form to be sent without choosing it again.
    ticket: String,
    waiting: Option<WaitingFile>,
    entered: Option<Entered>,
    /// No file waits.
    gone: bool,
    /// A form without a file.
    no_file: bool,
    minutes: u64,
}

async fn show(State(web): State<Web>, AsRecorder(visitor): AsRecorder) -> Response {
    page(&web, &visitor, StatusCode::OK, View::default())
}

async fn understand(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    SignedUpload { mut texts, file, held: _held }: SignedUpload,
) -> Response {
    let form = AnswersForm::of(&mut texts);
    let ticket = texts.remove("ticket").unwrap_or_default();
    let unsure = StatusCode::UNPROCESSABLE_ENTITY;
    let answers = match form.answers() {
        Ok(answers) => answers,
        Err(errors) => {
            let view = View { form, errors, ticket, ..View::default() };
            return page(&web, &visitor, unsure, view);
        }
    };
    if file.is_none() && ticket.is_empty() {
        let view = View { form, no_file: true, ..View::default() };
        return page(&web, &visitor, unsure, view);
    }
    let by = uploader(&visitor);
    let asked = UploadAsked::Understand { by, file, ticket, answers };
    answer(&web, &visitor, web.workplace.upload.ask(asked).await, form)
}

/// The fields of the button.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Confirmed {
    ticket: String,
    sheets: String,
    year: String,
    days: String,
    document: String,
    meanings: String,
    equal: String,
}

async fn enter(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    Signed(confirmed): Signed<Confirmed>,
) -> Response {
    let Confirmed { ticket, sheets, year, days, document, meanings, equal } = confirmed;
    let form = AnswersForm { sheets, year, days, document, meanings, equal };
    let (by, from) = (uploader(&visitor), visitor.address);
    let (users, entering) = (web.workplace.users.clone(), web.workplace.upload.clone());
    // It goes on, and is noted, where the browser has left meanwhile.
    let doing = async move {
        let id = by.id.clone();
        let done = entering.ask(UploadAsked::Enter { by, ticket }).await?;
        if let Uploaded::Entered(entered) = &done
            && entered.new > 0
            && let Err(error) = users.note(id, from, Deed::LedgerImported, detail(entered)).await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot write an import into the record of deeds"
            );
        }
        Ok(done)
    };
    let done = match tokio::spawn(doing).await {
        Ok(done) => done,
        Err(error) => Err(error.into()),
    };
    answer(&web, &visitor, done, form)
}

/// What the record of deeds says of an import: `101-130: 台账.xlsx`.
fn detail(entered: &Entered) -> String {
    let (first, last) = entered.numbers.unwrap_or_default();
    format!("{first}-{last} ({}): {}", entered.new, entered.file)
}

fn answer(
    web: &Web,
    visitor: &Visitor,
    done: anyhow::Result<Uploaded>,
    form: AnswersForm,
) -> Response {
    match done {
        Ok(Uploaded::Understood(waiting)) => {
            let ticket = waiting.ticket.clone();
            let view = View { form, ticket, waiting: Some(*waiting), ..View::default() };
            page(web, visitor, StatusCode::OK, view)
        }
        Ok(Uploaded::Entered(entered)) => {
            let view = View { entered: Some(entered), ..View::default() };
            page(web, visitor, StatusCode::OK, view)
        }
        Ok(Uploaded::Gone) => {
            let view = View { form, gone: true, ..View::default() };
            page(web, visitor, StatusCode::CONFLICT, view)
        }
        Ok(Uploaded::Busy) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            web.problem(visitor, status, words::not_taken(), vec![words::busy()])
        }
        Err(error) => failed(web, visitor, &error),
    }
}

fn page(web: &Web, visitor: &Visitor, status: StatusCode, view: View) -> Response {
    let view = View { minutes: WAIT_MINUTES, ..view };
    let make = || web.templates.page(visitor, &web.shown(), "ledger/import", &view);
    let mut response = within(visitor.lang, make);
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    response
}

fn failed(web: &Web, visitor: &Visitor, error: &anyhow::Error) -> Response {
    let error = for_programs(Lang::English, || format!("{error:#}"));
    tracing::error!(error, "cannot do what the page of the ledger asks for");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    web.problem(visitor, status, words::failed(), vec![words::see_the_log()])
}

fn uploader(visitor: &Visitor) -> Uploader {
    let (id, name) = visitor
        .account
        .as_ref()
        .map(|account| (account.id.clone(), account.name.clone()))
        .unwrap_or_default();
    Uploader { id, name, session: visitor.form_token.clone(), lang: visitor.lang }
}

/// The workbook to fill in.
async fn template(State(web): State<Web>, AsRecorder(visitor): AsRecorder) -> Response {
    match web.workplace.ledger_template.ask(visitor.lang).await {
        Ok(bytes) => {
            let name =
                "attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''%E5%8F%B0%E8%B4%A6.xlsx";
            ([(header::CONTENT_TYPE, XLSX), (header::CONTENT_DISPOSITION, name)], bytes)
                .into_response()
        }
        Err(error) => failed(&web, &visitor, &error),
    }
}
