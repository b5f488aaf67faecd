//! The routes of the page.

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::facts::{Done, Range, StationAsked, StationFacts};
use super::form::{CorrectionForm, WithdrawForm};
use super::view::{Outcome, View};
use super::{files, table};
use crate::core::{CorrectionKind, Role, StationId};
use crate::locales::{Lang, Text, for_programs, page_station as words, within};
use crate::users::Deed;
use crate::web::Visitor;
use crate::web::guard::{AsRecorder, AsReviewer, AsViewer, Signed};
use crate::web::model::Shown;
use crate::web::notice::{open, seal};
use crate::web::range::{self, RangeAsked, query};
use crate::web::state::Web;
use crate::web::workplace::Withdraw;

/// The span that a page shows at first: a week tells a fall from a bad reading.
const USUAL: Range = Range::Week;

/// Points of a curve on the page: four for each column that is drawn, so that its lowest and highest are in it.
const POINTS: u32 = 1500;

/// Points of a curve in a file: every reading of a month at five minutes; longer spans are of days. Engineering
/// judgement.
const FILE_POINTS: u32 = 10_000;

/// Files that are made at a time: a workbook is put together in memory. Others wait.
static FILES: Semaphore = Semaphore::const_new(2);

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(in crate::web) fn routes() -> Router<Web> {
    Router::new()
        .route("/station/{id}", get(show))
        .route("/station/{id}/data.csv", get(csv))
        .route("/station/{id}/data.xlsx", get(xlsx))
        .route("/station/{id}/corrections", post(correct))
        .route("/station/{id}/corrections/{number}/withdraw", post(withdraw))
}

/// What stands beside the span in a query.
#[derive(Debug, Default, Deserialize)]
struct Extras {
    /// What somebody has just done.
    #[serde(default)]
    notice: String,
}

type Id = Result<Path<String>, PathRejection>;
type Asked = Result<Query<RangeAsked>, QueryRejection>;
/// An answer instead of what was asked for.
type Instead = Box<Response>;

async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    id: Id,
    asked: Asked,
    extras: Result<Query<Extras>, QueryRejection>,
) -> Response {
    let notice = extras.map(|Query(extras)| extras.notice).unwrap_or_default();
    let (id, range) = match (station(&web, &visitor, id), range(&web, &visitor, asked)) {
        (Ok(id), Ok(range)) => (id, range),
        (Err(instead), _) | (_, Err(instead)) => return *instead,
    };
    let notice = open(&visitor, &page_of(&id), &notice).and_then(notice_words);
    let facts = match facts(&web, &visitor, id, range, POINTS).await {
        Ok(facts) => facts,
        Err(instead) => return *instead,
    };
    let outcome = Outcome { notice, ..Outcome::default() };
    page(&web, &visitor, &facts, range, outcome)
}

fn page(
    web: &Web,
    visitor: &Visitor,
    facts: &StationFacts,
    range: Range,
    outcome: Outcome<'_>,
) -> Response {
    let overview = web.workplace.overview.borrow().clone();
    let view = within(visitor.lang, || View::new(facts, range, &overview, visitor, outcome));
    let shown = Shown { alarms: web.shown().alarms, ..facts.shown.clone() };
    web.templates.page(visitor, &shown, "station/page", &view)
}

fn page_of(id: &StationId) -> String {
    format!("/station/{id}")
}

fn notice_words(notice: &str) -> Option<Text> {
    match notice {
        "noted" => Some(words::noted()),
        "corrected" => Some(words::was_corrected()),
        "withdrawn" => Some(words::was_withdrawn()),
        _ => None,
    }
}

/// An error as a page.
fn problem(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    title: Text,
    lines: Vec<Text>,
) -> Instead {
    Box::new(web.problem(visitor, status, title, lines))
}

fn station(web: &Web, visitor: &Visitor, id: Id) -> Result<StationId, Instead> {
    let no_such = |line| {
        let title = words::no_such_station();
        problem(web, visitor, StatusCode::NOT_FOUND, title, vec![line])
    };
    let Ok(Path(id)) = id else { return Err(no_such(words::address_unreadable())) };
    id.parse::<StationId>().map_err(|error| no_such(error.rule()))
}

fn range(web: &Web, visitor: &Visitor, asked: Asked) -> Result<Range, Instead> {
    range::range(asked, USUAL).map_err(|line| {
        let lines = vec![line, words::ranges_there_are()];
        problem(web, visitor, StatusCode::BAD_REQUEST, words::bad_range(), lines)
    })
}

async fn facts(
    web: &Web,
    visitor: &Visitor,
    station: StationId,
    range: Range,
    points: u32,
) -> Result<StationFacts, Instead> {
    let asked = StationAsked { station: station.clone(), range, points };
    match web.workplace.station.ask(asked).await {
        Ok(Some(facts)) => Ok(facts),
        Ok(None) => {
            let lines = vec![words::not_in_the_file(station.as_str())];
            let title = words::no_such_station();
            Err(problem(web, visitor, StatusCode::NOT_FOUND, title, lines))
        }
        Err(error) => Err(failed(web, visitor, &error)),
    }
}

/// The answer where the hub could not do what it was asked.
fn failed(web: &Web, visitor: &Visitor, error: &anyhow::Error) -> Instead {
    let error = for_programs(Lang::English, || format!("{error:#}"));
    tracing::error!(error, "cannot do what the page of a station asks for");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    problem(web, visitor, status, words::failed(), vec![words::see_the_log()])
}

async fn csv(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    id: Id,
    asked: Asked,
) -> Response {
    let make = |facts: &StationFacts| Ok(files::csv(&table::rows(facts), &facts.shown.zone)?);
    file(&web, &visitor, id, asked, ("csv", "text/csv; charset=utf-8"), make).await
}

async fn xlsx(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    id: Id,
    asked: Asked,
) -> Response {
    let make = |facts: &StationFacts| Ok(files::workbook(facts, &table::rows(facts))?);
    file(&web, &visitor, id, asked, ("xlsx", XLSX), make).await
}

/// What is shown as a file of that ending and type.
async fn file(
    web: &Web,
    visitor: &Visitor,
    id: Id,
    asked: Asked,
    (ending, kind): (&str, &'static str),
    make: fn(&StationFacts) -> anyhow::Result<Vec<u8>>,
) -> Response {
    let (id, range) = match (station(web, visitor, id), range(web, visitor, asked)) {
        (Ok(id), Ok(range)) => (id, range),
        (Err(instead), _) | (_, Err(instead)) => return *instead,
    };
    // It is never closed.
    let _place = FILES.acquire().await;
    let facts = match facts(web, visitor, id.clone(), range, FILE_POINTS).await {
        Ok(facts) => facts,
        Err(instead) => return *instead,
    };
    let lang = visitor.lang;
    let made = tokio::task::spawn_blocking(move || within(lang, || make(&facts))).await;
    match made.map_err(anyhow::Error::from).and_then(|made| made) {
        Ok(bytes) => {
            let name = format!("attachment; filename=\"{id}-{}.{ending}\"", name_of(range));
            ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
                .into_response()
        }
        Err(error) => *failed(web, visitor, &error),
    }
}

/// The span in the name of a file.
fn name_of(range: Range) -> String {
    match range {
        Range::Own(from, to) => format!("{from}-{to}"),
        named => query(named).trim_start_matches("range=").to_owned(),
    }
}

async fn correct(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    id: Id,
    Signed(form): Signed<CorrectionForm>,
) -> Response {
    let id = match station(&web, &visitor, id) {
        Ok(id) => id,
        Err(instead) => return *instead,
    };
    let range = form.shown_range().range(USUAL).unwrap_or(USUAL);
    let zone = web.shown().zone;
    let asked = match form.asked(&id, &zone, signature(&visitor)) {
        Ok(asked) => asked,
        Err(errors) => {
            let outcome = Outcome { typed: Some(&form), errors, ..Outcome::default() };
            return again(&web, &visitor, id, range, outcome).await;
        }
    };
    let is_note = asked.kind == CorrectionKind::Note;
    if !is_note && !visitor.may(Role::Reviewer) {
        return web.forbidden(&visitor, Role::Reviewer);
    }
    let (deed, notice) = match is_note {
        true => (Deed::NoteMade, "noted"),
        false => (Deed::Corrected, "corrected"),
    };
    let detail = format!("{} {}/{}: {}", asked.series, asked.from, asked.to, asked.reason);
    let doing = web.workplace.correct.clone();
    let doing = async move { doing.ask(asked).await };
    match done_and_noted(&web, &visitor, doing, deed, detail).await {
        Ok(Done::As(_)) => back(&visitor, &id, range, notice),
        Ok(Done::Refused(why)) => {
            let outcome = Outcome { typed: Some(&form), refused: vec![why], ..Outcome::default() };
            again(&web, &visitor, id, range, outcome).await
        }
        Err(error) => *failed(&web, &visitor, &error),
    }
}

async fn withdraw(
    State(web): State<Web>,
    AsReviewer(visitor): AsReviewer,
    path: Result<Path<(String, i64)>, PathRejection>,
    Signed(form): Signed<WithdrawForm>,
) -> Response {
    let (id, number) = match path {
        Ok(Path((id, number))) => (Ok(Path(id)), number),
        Err(error) => (Err(error), 0),
    };
    let id = match station(&web, &visitor, id) {
        Ok(id) => id,
        Err(instead) => return *instead,
    };
    let range = form.shown_range().range(USUAL).unwrap_or(USUAL);
    let refused = |why| Outcome { refused: vec![why], ..Outcome::default() };
    let reason = match form.reason() {
        Ok(reason) => reason,
        Err(why) => return again(&web, &visitor, id, range, refused(why)).await,
    };
    let (deed, detail) = (Deed::CorrectionWithdrawn, format!("{id}: {reason}"));
    let asked = Withdraw { station: id.clone(), id: number, reason, by: signature(&visitor) };
    let doing = web.workplace.withdraw.clone();
    let doing = async move { doing.ask(asked).await };
    match done_and_noted(&web, &visitor, doing, deed, detail).await {
        Ok(Done::As(_)) => back(&visitor, &id, range, "withdrawn"),
        Ok(Done::Refused(why)) => again(&web, &visitor, id, range, refused(why)).await,
        Err(error) => *failed(&web, &visitor, &error),
    }
}

/// Office and name of whoever asks.
fn signature(visitor: &Visitor) -> String {
    visitor.account.as_ref().map(|account| account.name.clone()).unwrap_or_default()
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(
    web: &Web,
    visitor: &Visitor,
    id: StationId,
    range: Range,
    outcome: Outcome<'_>,
) -> Response {
    match facts(web, visitor, id, range, POINTS).await {
        Ok(facts) => {
            let mut response = page(web, visitor, &facts, range, outcome);
            if response.status().is_success() {
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            }
            response
        }
        Err(instead) => *instead,
    }
}

/// Back to the page, so that loading it anew does nothing once more.
fn back(visitor: &Visitor, id: &StationId, range: Range, notice: &str) -> Response {
    let page = page_of(id);
    let notice = seal(visitor, &page, notice);
    let target = format!("{page}?{}&notice={notice}#corrections", query(range));
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// What `doing` comes to, in the record of deeds where it is done. It goes on, and is noted, where the browser has left
/// meanwhile. What was done stays done where the record cannot be written; the log says so.
async fn done_and_noted(
    web: &Web,
    visitor: &Visitor,
    doing: impl Future<Output = anyhow::Result<Done>> + Send + 'static,
    deed: Deed,
    detail: String,
) -> anyhow::Result<Done> {
    let by = visitor.account.as_ref().map(|account| account.id.clone()).unwrap_or_default();
    let (users, from) = (web.workplace.users.clone(), visitor.address);
    let doing = async move {
        let done = doing.await?;
        if let Done::As(number) = done
            && let Err(error) = users.note(by, from, deed, format!("{number}: {detail}")).await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot write a correction into the record of deeds"
            );
        }
        Ok(done)
    };
    tokio::spawn(doing).await?
}
