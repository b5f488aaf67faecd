//! Alarms, droughts, figures and rows of the ledger.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use utoipa::IntoParams;

use super::answer::{Made, answer, ask, unexpected};
use super::call::{Call, Query};
use super::facts::{ApiAnswer, ApiAsked};
use super::list::page;
use super::model::{AlarmItem, EventItem, FigureEvidence, FiguresFound, LedgerItem, Page};
use super::stations::{ListParams, NoParams};
use crate::locales::api as words;
use crate::web::guard::{Program, Reporter};
use crate::web::problem::Problem;
use crate::web::state::Web;

/// Which alarms.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct AlarmParams {
    /// Only those that go on.
    #[param(default = false)]
    open: Option<bool>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// A period of whole days; without it the last drought that the ledger names.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct PeriodParams {
    /// The first day.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The day after the last.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// Alarms, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/alarms",
    tag = "alarms",
    params(AlarmParams),
    responses((status = OK, description = "Found", body = Page<AlarmItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn alarms(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let asked = |query: &Query| {
        let (open, before, most) = (query.flag("open")?, query.after()?, query.limit()?);
        Ok(ApiAsked::Alarms { open, before, most })
    };
    let part = |answer| match answer {
        ApiAnswer::Alarms(part) => Some(part),
        _ => None,
    };
    let key = |alarm: &AlarmItem| alarm.id.to_string();
    answer(&visitor, page::<AlarmParams, _>(&web, &call, asked, part, key).await)
}

/// The droughts that the ledger names, in order.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "figures",
    params(NoParams),
    responses((status = OK, description = "Found", body = Page<EventItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn events(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let found = async {
        call.query::<NoParams>()?;
        let ApiAnswer::Events(items) = ask(&web, ApiAsked::Events).await? else {
            return Err(unexpected());
        };
        Ok(call.of_content(Made::json(&Page { items, next: None })?))
    };
    answer(&visitor, found.await)
}

/// The figures of a period. They are worked out one request at a time.
#[utoipa::path(
    get,
    path = "/api/v1/figures",
    tag = "figures",
    params(PeriodParams),
    responses((status = OK, description = "Found", body = FiguresFound)),
    security(("token" = ["report"]))
)]
pub(super) async fn figures(
    State(web): State<Web>,
    Reporter(visitor): Reporter,
    call: Call,
) -> Response {
    let found = async {
        let period = call.query::<PeriodParams>()?.period()?;
        match ask(&web, ApiAsked::Figures(period)).await? {
            ApiAnswer::Figures(figures) => Ok(call.of_content(Made::json(&figures)?)),
            _ => Err(unexpected()),
        }
    };
    answer(&visitor, found.await)
}

/// A figure with where it comes from.
#[utoipa::path(
    get,
    path = "/api/v1/figures/{figure}",
    tag = "figures",
    params(("figure" = String, Path, description = "Its id"), PeriodParams),
    responses((status = OK, description = "Found", body = FigureEvidence)),
    security(("token" = ["report"]))
)]
pub(super) async fn figure(
    State(web): State<Web>,
    Reporter(visitor): Reporter,
    path: Result<Path<String>, PathRejection>,
    call: Call,
) -> Response {
    let found = async {
        let period = call.query::<PeriodParams>()?.period()?;
        let Ok(Path(id)) = path else {
            let none = Problem::not_found("figure", words::no_figure());
            return Err(none.hint(words::see_the_list()));
        };
        match ask(&web, ApiAsked::Figure { id, period }).await? {
            ApiAnswer::Figure(figure) => Ok(call.of_content(Made::json(&figure)?)),
            _ => Err(unexpected()),
        }
    };
    answer(&visitor, found.await)
}

/// All rows of the ledger, also superseded ones, in the order of their numbers.
#[utoipa::path(
    get,
    path = "/api/v1/ledger",
    tag = "figures",
    params(ListParams),
    responses((status = OK, description = "Found", body = Page<LedgerItem>)),
    security(("token" = ["report"]))
)]
pub(super) async fn ledger(
    State(web): State<Web>,
    Reporter(visitor): Reporter,
    call: Call,
) -> Response {
    let asked = |query: &Query| {
        Ok(ApiAsked::Ledger { after: query.after()?.unwrap_or(0), most: query.limit()? })
    };
    let part = |answer| match answer {
        ApiAnswer::Ledger(part) => Some(part),
        _ => None,
    };
    let key = |row: &LedgerItem| row.id.to_string();
    answer(&visitor, page::<ListParams, _>(&web, &call, asked, part, key).await)
}
