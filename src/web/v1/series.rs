//! Series, their readings, and what hours and days come to.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use csv::{Terminator, WriterBuilder};
use utoipa::IntoParams;

use super::answer::{Made, answer, ask, failed, unexpected};
use super::call::{Call, Query, Written};
use super::facts::{ApiAnswer, ApiAsked, ApiPart};
use super::list::made;
use super::model::{CellsPage, DayItem, HourItem, Page, ReadingItem, ReadingsPage, SeriesItem};
use super::stations::NoParams;
use crate::core::Series;
use crate::locales::api as words;
use crate::web::guard::Program;
use crate::web::problem::Problem;
use crate::web::state::Web;

/// Which series.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct SeriesParams {
    /// Only those of this station.
    station: Option<String>,
    /// Only those of this parameter, such as `level`.
    parameter: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// A span of readings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct SpanParams {
    /// Station and parameter.
    #[param(example = "pond-dongmen-1/level")]
    series: String,
    /// Not before this instant (RFC 3339, with its offset); without it from the first reading.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Before this instant; without it up to the last reading.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Values as they came, without what people have said of them.
    #[param(default = false)]
    raw: Option<bool>,
    /// `json` or `csv`; without it as the header `Accept` says.
    #[param(pattern = "^(json|csv)$")]
    format: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// A span of hours.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct HoursParams {
    /// Station and parameter.
    #[param(example = "pond-dongmen-1/level")]
    series: String,
    /// Not before this instant (RFC 3339, with its offset).
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// A span of days.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct DaysParams {
    /// Station and parameter.
    #[param(example = "pond-dongmen-1/level")]
    series: String,
    /// The first day.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The day after the last.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 10_000, default = 1_000)]
    limit: Option<u32>,
    /// Where the page begins: of `next` of the page before, and good for the same question only.
    cursor: Option<String>,
}

/// The series of the store, by name.
#[utoipa::path(
    get,
    path = "/api/v1/series",
    tag = "series",
    params(SeriesParams),
    responses((status = OK, description = "Found", body = Page<SeriesItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn series_list(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let web = &web;
    let found = async {
        let query = &call.query::<SeriesParams>()?;
        let asked = ApiAsked::SeriesList {
            station: query.parsed("station", |_| words::rule_station())?,
            parameter: query.parsed("parameter", |_| words::rule_parameter())?,
            after: query.after()?.unwrap_or_default(),
            most: query.limit()?,
        };
        let asked = &asked;
        let make = || async move {
            let ApiAnswer::SeriesList(part) = ask(web, asked.clone()).await? else {
                return Err(unexpected());
            };
            made(query, part, |one| one.series.clone())
        };
        call.of_store(web, make).await
    };
    answer(&visitor, found.await)
}

/// One series with its last reading.
#[utoipa::path(
    get,
    path = "/api/v1/series/{station}/{parameter}",
    tag = "series",
    params(
        ("station" = String, Path, description = "Station id"),
        ("parameter" = String, Path, description = "Parameter id"),
        NoParams
    ),
    responses((status = OK, description = "Found", body = SeriesItem)),
    security(("token" = ["read"]))
)]
pub(super) async fn series_one(
    State(web): State<Web>,
    Program(visitor): Program,
    path: Result<Path<(String, String)>, PathRejection>,
    call: Call,
) -> Response {
    let web = &web;
    let found = async {
        call.query::<NoParams>()?;
        let parts = path.ok().map(|Path((station, parameter))| format!("{station}/{parameter}"));
        let series = parts.and_then(|name| name.parse::<Series>().ok());
        let none = || Problem::not_found("series", words::no_series());
        let series = series.ok_or_else(|| none().hint(words::see_the_list()))?;
        // Which reading is the last one depends on the clock as well.
        match ask(web, ApiAsked::Series(series)).await? {
            ApiAnswer::Series(series) => Ok(call.of_content(Made::json(&series)?)),
            _ => Err(unexpected()),
        }
    };
    answer(&visitor, found.await)
}

/// The readings of a series, in order of time: as corrections have them, or as they came.
#[utoipa::path(
    get,
    path = "/api/v1/readings",
    tag = "readings",
    params(SpanParams),
    responses((
        status = OK,
        description = "Found",
        content((ReadingsPage = "application/json"), (String = "text/csv"))
    )),
    security(("token" = ["read"]))
)]
pub(super) async fn readings(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let web = &web;
    let found = async {
        let query = &call.query::<SpanParams>()?;
        let written = call.written(query)?;
        let series = &series_of(query)?;
        let (span, most, raw) = (query.span()?, query.limit()?, query.flag("raw")?);
        let make = || async move {
            let asked = ApiAsked::Readings { series: series.clone(), span, most, raw };
            let ApiAnswer::Readings(part) = ask(web, asked).await? else {
                return Err(unexpected());
            };
            let last = part.items.last().filter(|_| part.more);
            let next = last.map(|last| query.next(&last.at.as_millisecond().to_string()));
            let made = match written {
                Written::Csv => Made::csv(table(series, &part.items)?),
                Written::Json => Made::json(&ReadingsPage {
                    series: series.to_string(),
                    unit: unit_of(series),
                    raw,
                    items: part.items,
                    next: next.clone(),
                })?,
            };
            Ok(made.next(next))
        };
        call.of_store(web, make).await
    };
    answer(&visitor, found.await)
}

/// The hours of a series that have a reading, in order.
#[utoipa::path(
    get,
    path = "/api/v1/hours",
    tag = "readings",
    params(HoursParams),
    responses((status = OK, description = "Found", body = CellsPage<HourItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn hours(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let web = &web;
    let found = async {
        let query = &call.query::<HoursParams>()?;
        let series = &series_of(query)?;
        let (span, most) = (query.span()?, query.limit()?);
        let make = || async move {
            let asked = ApiAsked::Hours { series: series.clone(), span, most };
            let ApiAnswer::Hours(part) = ask(web, asked).await? else { return Err(unexpected()) };
            let key = |hour: &HourItem| hour.at.as_millisecond().to_string();
            cells(query, series, part, key)
        };
        call.of_store(web, make).await
    };
    answer(&visitor, found.await)
}

/// The days of a series that have a reading, in order.
#[utoipa::path(
    get,
    path = "/api/v1/days",
    tag = "readings",
    params(DaysParams),
    responses((status = OK, description = "Found", body = CellsPage<DayItem>)),
    security(("token" = ["read"]))
)]
pub(super) async fn days(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    let web = &web;
    let found = async {
        let query = &call.query::<DaysParams>()?;
        let series = &series_of(query)?;
        let ((from, to), most) = (query.days()?, query.limit()?);
        let after: Option<jiff::civil::Date> = query.after()?;
        let from = after.and_then(|after| after.tomorrow().ok()).or(from);
        let make = || async move {
            let asked = ApiAsked::Days { series: series.clone(), from, to, most };
            let ApiAnswer::Days(part) = ask(web, asked).await? else { return Err(unexpected()) };
            cells(query, series, part, |day: &DayItem| day.day.to_string())
        };
        call.of_store(web, make).await
    };
    answer(&visitor, found.await)
}

fn series_of(query: &Query) -> Result<Series, Problem> {
    query.needed("series", |_| words::rule_series())
}

fn unit_of(series: &Series) -> String {
    series.parameter.spec().unit.symbol().to_owned()
}

fn cells<T: serde::Serialize>(
    query: &Query,
    series: &Series,
    part: ApiPart<T>,
    key: impl Fn(&T) -> String,
) -> Result<Made, Problem> {
    let next = part.items.last().filter(|_| part.more).map(|last| query.next(&key(last)));
    let page = CellsPage {
        series: series.to_string(),
        unit: unit_of(series),
        items: part.items,
        next: next.clone(),
    };
    Ok(Made::json(&page)?.next(next))
}

/// The heads of a table of readings.
const HEADS: [&str; 10] = [
    "station",
    "parameter",
    "unit",
    "at",
    "value",
    "flag",
    "reason",
    "correction",
    "stored",
    "registers",
];

/// Readings as CSV (RFC 4180). No text in it is anybody's own: ids begin with a letter, registers with a 0.
fn table(series: &Series, rows: &[ReadingItem]) -> Result<Vec<u8>, Problem> {
    let written = || -> Result<Vec<u8>, csv::Error> {
        let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        table.write_record(HEADS)?;
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        for row in rows {
            table.write_record([
                series.station.as_str(),
                series.parameter.id(),
                series.parameter.spec().unit.symbol(),
                &row.at.to_string(),
                &number(row.value),
                &row.flag.to_string(),
                &text(&row.reason),
                &text(&row.correction),
                &number(row.stored),
                &text(&row.registers),
            ])?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    };
    written().map_err(|error| failed(&error.into()))
}
