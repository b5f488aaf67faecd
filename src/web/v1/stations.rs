//! Stations and their state, and the gateways that read them.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::answer::{Made, answer, ask, unexpected};
use super::call::{Call, Query};
use super::facts::{ApiAnswer, ApiAsked};
use super::list::page;
use super::model::{GatewayItem, Page, StationItem};
use crate::core::StationId;
use crate::locales::api as words;
use crate::web::guard::Program;
use crate::web::problem::Problem;
use crate::web::state::Web;

/// The parameters of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct ListParams {
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// Nothing can be chosen.
#[allow(dead_code, reason = "it is a name for none")]
pub(super) struct NoParams;

impl IntoParams for NoParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

/// All stations, by id, with their thresholds and their state.
#[utoipa::path(
    get,
    path = "/api/v1/stations",
    tag = "stations",
    params(ListParams),
    responses((status = OK, description = "Found", body = Page<StationItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn stations(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let asked =
        |query: &Query| Ok(ApiAsked::Stations { after: query.after()?, most: query.limit()? });
    let part = |answer| match answer {
        ApiAnswer::Stations(part) => Some(part),
        _ => None,
    };
    let key = |station: &StationItem| station.id.clone();
    answer(&visitor, page::<ListParams, _>(&web, &call, asked, part, key).await)
}

/// One station.
#[utoipa::path(
    get,
    path = "/api/v1/stations/{station}",
    tag = "stations",
    params(("station" = String, Path, description = "Its id"), NoParams),
    responses((status = OK, description = "Found", body = StationItem)),
    security(("token" = ["read"]))
)]
pub(super) async fn station(
    State(web): State<Web>,
    Program(visitor): Program,
    path: Result<Path<String>, PathRejection>,
    call: Call,
) -> Response {
    let found = async {
        call.query::<NoParams>()?;
        let id = path.ok().and_then(|Path(id)| id.parse::<StationId>().ok());
        let none = || Problem::not_found("station", words::no_station());
        let id = id.ok_or_else(|| none().hint(words::see_the_list()))?;
        match ask(&web, ApiAsked::Station(id)).await? {
            ApiAnswer::Station(station) => Ok(call.of_content(Made::json(&station)?)),
            _ => Err(unexpected()),
        }
    };
    answer(&visitor, found.await)
}

/// All gateways, by id.
#[utoipa::path(
    get,
    path = "/api/v1/gateways",
    tag = "gateways",
    params(ListParams),
    responses((status = OK, description = "Found", body = Page<GatewayItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn gateways(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let asked =
        |query: &Query| Ok(ApiAsked::Gateways { after: query.after()?, most: query.limit()? });
    let part = |answer| match answer {
        ApiAnswer::Gateways(part) => Some(part),
        _ => None,
    };
    let key = |gateway: &GatewayItem| gateway.id.clone();
    answer(&visitor, page::<ListParams, _>(&web, &call, asked, part, key).await)
}
