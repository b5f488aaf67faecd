//! The description of the interface (OpenAPI 3.1), made from its handlers, and its routes.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::response::Response;
use axum::routing::{any, get};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Made, answer};
use super::call::Call;
use super::stations::NoParams;
use super::{files, office, series, stations};
use crate::locales::{Lang, Text, api as words};
use crate::web::guard::Program;
use crate::web::problem::{Kind, PROBLEM_JSON, Problem, ProblemSchema};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// Version of the interface. What it has stays; what is new is added.
const VERSION: &str = "1.0.0";

/// Where all of it stands.
const ROOT: &str = "/api/v1";

/// The description, made once.
type Description = Arc<OnceLock<Vec<u8>>>;

/// All routes of the interface. Methods that change something the guard answers.
pub(in crate::web) fn routes() -> Router<Web> {
    let (routes, description) = described();
    let document = Description::default();
    let given = move |program: Program, call: Call| {
        let document = document.clone();
        let made = document.get_or_init(|| description.to_string().into_bytes()).clone();
        async move { description_of(&program.0, &call, made) }
    };
    let nowhere = |visitor: Visitor| async move { nothing_there().answer(&visitor) };
    routes
        .route("/api/v1/openapi.json", get(given))
        .route("/api/v1", any(nowhere))
        .route("/api/v1/", any(nowhere))
        .route("/api/v1/{*path}", any(nowhere))
}

fn description_of(visitor: &Visitor, call: &Call, document: Vec<u8>) -> Response {
    let known = call.query::<NoParams>();
    answer(visitor, known.map(|_| call.of_content(Made::ready(document))))
}

fn nothing_there() -> Problem {
    Problem::new(Kind::NotFound, words::no_such_address())
        .hint(words::see_the_description(format!("{ROOT}/openapi.json")))
}

/// The routes, and what is said of them.
fn described() -> (Router<Web>, Value) {
    let (routes, document) = OpenApiRouter::<Web>::default()
        .routes(routes!(stations::stations))
        .routes(routes!(stations::station))
        .routes(routes!(series::series_list))
        .routes(routes!(series::series_one))
        .routes(routes!(series::readings))
        .routes(routes!(series::hours))
        .routes(routes!(series::days))
        .routes(routes!(stations::gateways))
        .routes(routes!(office::alarms))
        .routes(routes!(office::events))
        .routes(routes!(office::figures))
        .routes(routes!(office::figure))
        .routes(routes!(office::ledger))
        .routes(routes!(files::readings_csv))
        .routes(routes!(files::readings_parquet))
        .split_for_parts();
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    complete(&mut document);
    (routes, document)
}

/// Adds what all handlers have in common.
fn complete(document: &mut Value) {
    let said = |text: Text| text.within(Lang::English);
    document["info"] = json!({
        "title": "hanqing",
        "version": VERSION,
        "description": said(words::description()),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": said(words::token_make()) },
    });
    let problem = serde_json::to_value(ProblemSchema::schema()).unwrap_or_default();
    document["components"]["schemas"]["Problem"] = problem;
    let mut common = refusals();
    let unchanged = said(words::unchanged());
    let headers_of = json!({ "ETag": header(words::header_etag()) });
    common.insert("304".into(), json!({ "description": unchanged, "headers": headers_of }));
    let statuses: Vec<String> = common.keys().cloned().collect();
    document["components"]["responses"] = Value::Object(common);
    let lang = json!({
        "name": "lang", "in": "query", "required": false,
        "description": said(words::lang_parameter()),
        "schema": { "type": "string", "enum": Lang::ALL.map(|lang| lang.code()) },
    });
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        let operation = &mut item["get"];
        if operation["parameters"].is_null() {
            operation["parameters"] = json!([]);
        }
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.iter_mut().for_each(never_null);
            parameters.push(lang.clone());
        }
        let is_file = path.contains("/files/");
        operation["responses"]["200"]["headers"] = headers(is_file);
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        for status in statuses.iter().filter(|status| !(is_file && *status == "304")) {
            let reference = format!("#/components/responses/{status}");
            responses.insert(status.clone(), json!({ "$ref": reference }));
        }
    }
}

/// A parameter may be left out; it is not null.
fn never_null(parameter: &mut Value) {
    let kinds = parameter["schema"]["type"].as_array();
    if let Some(kind) = kinds.and_then(|kinds| kinds.iter().find(|kind| *kind != "null")).cloned() {
        parameter["schema"]["type"] = kind;
    }
}

fn header(says: Text) -> Value {
    json!({ "description": says.within(Lang::English), "schema": { "type": "string" } })
}

/// The headers of what is found.
fn headers(is_file: bool) -> Value {
    let cache = header(words::header_cache());
    match is_file {
        true => json!({
            "Cache-Control": cache, "Content-Disposition": header(words::header_disposition()),
        }),
        false => json!({
            "Cache-Control": cache, "ETag": header(words::header_etag()), "Link": header(words::header_link()),
        }),
    }
}

/// What is answered where nothing is handed out: of each status one answer, whatever kinds of problems it stands for.
fn refusals() -> Map<String, Value> {
    let mut refusals: Map<String, Value> = Map::new();
    for kind in Kind::ALL {
        let (status, word) = kind.of();
        let reference = json!({ "$ref": "#/components/schemas/Problem" });
        let mut headers = json!({ "Content-Language": header(words::header_language()) });
        match status.as_u16() {
            401 | 403 => headers["WWW-Authenticate"] = header(words::header_challenge()),
            405 => headers["Allow"] = header(words::header_allow()),
            429 | 503 => headers["Retry-After"] = header(words::header_retry()),
            _ => {}
        }
        let answer = refusals.entry(status.as_str()).or_insert_with(|| {
            json!({ "description": "", "headers": headers, "content": { PROBLEM_JSON: { "schema": reference } } })
        });
        let before = answer["description"].as_str().unwrap_or_default();
        let comma = if before.is_empty() { "" } else { ", " };
        answer["description"] = json!(format!("{before}{comma}{word}"));
    }
    refusals
}

/// The description as it is handed out.
#[cfg(test)]
pub(super) fn description() -> Value {
    described().1
}
