//! What stands at an address of the view.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::address::{ROOT, Step, pairs, steps};
use super::answer::{Outcome, Page, View};
use super::entity::{Entity, Set, all, find};
use super::model::{Kind, is_id};
use super::options::{self, Options};
use crate::core::shown;
use crate::locales::{Text, things as words};
use crate::web::guard::{Https, Program};
use crate::web::problem::Problem;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// Longest address, bytes: a filter of full length, encoded. A longer head than 16 KiB no request may have.
const ADDRESS_MAX: usize = 12_000;

const PLAIN: &str = "text/plain; charset=utf-8";

/// What of the standard is met (docs/sensorthings.md).
const CONFORMANCE: [&str; 10] = [
    "datamodel",
    "resource-path/resource-path-to-entities",
    "request-data/expand",
    "request-data/select",
    "request-data/orderby",
    "request-data/top",
    "request-data/skip",
    "request-data/count",
    "request-data/filter",
    "request-data/pagination",
];

/// `/sta/v1.1` and all below it; whoever asks for another version is led there. The guard refuses what would change
/// something.
pub(in crate::web) fn routes() -> Router<Web> {
    let other = |visitor: Visitor, uri: Uri| async move {
        nowhere(uri.path(), words::other_version()).answer(&visitor)
    };
    Router::new()
        .route(ROOT, get(answer))
        .route(&format!("{ROOT}/"), get(answer))
        .route(&format!("{ROOT}/{{*path}}"), get(answer))
        .route("/sta", get(other))
        .route("/sta/", get(other))
        .route("/sta/{*path}", get(other))
}

async fn answer(
    State(web): State<Web>,
    Program(visitor): Program,
    Https(https): Https,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let scheme = if https { "https" } else { "http" };
    // The guard has looked at it: it is a name of this hub.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let base = format!("{scheme}://{host}{ROOT}");
    match found(&web, base, &uri).await {
        Ok(found) => found,
        Err(problem) => problem.answer(&visitor),
    }
}

/// What a path leads to.
enum Place {
    Set(Set),
    Entity(Entity),
}

async fn found(web: &Web, base: String, uri: &Uri) -> Outcome<Response> {
    let written = uri.path_and_query().map_or(0, |all| all.as_str().len());
    if written > ADDRESS_MAX {
        let rule = words::address_too_long(ADDRESS_MAX);
        return Err(Box::new(Problem::value("path", "", rule).hint(words::ask_for_less())));
    }
    let path = uri.path().strip_prefix(ROOT).unwrap_or_default();
    let steps = steps(path).map_err(|rule| wrong_path(path, rule))?;
    let Some(pairs) = pairs(uri.query().unwrap_or_default()) else {
        return Err(Box::new(Problem::value("query", "", words::not_encoded())));
    };
    if steps.is_empty() {
        options::none(&pairs)?;
        return Ok(Json(root(&base)).into_response());
    }
    let view = View::open(web.workplace.things.clone(), base.clone()).await?;
    let (place, rest) = walk(&view, &steps, path).await?;
    // The address of a set without what follows it, for the links of its pages.
    let at = format!("{base}{}", path.trim_end_matches('/').trim_end_matches("/$ref"));
    let names: Vec<&str> = rest.iter().map(|step| step.name.as_str()).collect();
    match (place, &names[..]) {
        (Place::Entity(entity), []) => {
            let options = Options::read(pairs, entity.kind(), true)?;
            let shown = view.rendered(&[entity], &options).await?.pop();
            Ok(Json(shown).into_response())
        }
        (Place::Entity(entity), ["$ref"]) => {
            options::none(&pairs)?;
            Ok(Json(json!({ "@iot.selfLink": view.link(&entity) })).into_response())
        }
        (Place::Entity(entity), [name]) => {
            options::none(&pairs)?;
            property(&view, &entity, name, false, path).await
        }
        (Place::Entity(entity), [name, "$value"]) => {
            options::none(&pairs)?;
            property(&view, &entity, name, true, path).await
        }
        (Place::Set(set), []) => {
            let (page, options) = page(&view, &set, pairs).await?;
            Ok(Json(view.shown(page, &options, &at).await?).into_response())
        }
        (Place::Set(set), ["$ref"]) => {
            let (page, _) = page(&view, &set, pairs).await?;
            Ok(Json(view.references(&page, &format!("{at}/$ref"))).into_response())
        }
        (Place::Set(_), [name, ..]) => Err(nowhere(name, words::nothing_of_a_set())),
        (Place::Entity(_), [_, name, ..]) => Err(nowhere(name, words::nothing_of_a_property())),
    }
}

async fn page(view: &View, set: &Set, pairs: Vec<(String, String)>) -> Outcome<(Page, Options)> {
    let kind = match set {
        Set::Many(kind, _) => *kind,
        _ => Kind::Observation,
    };
    let options = Options::read(pairs, kind, false)?;
    Ok((view.page(set, &options).await?, options))
}

/// Goes as far as steps lead to sets and entities; returns what is left of them.
async fn walk<'a>(view: &View, steps: &'a [Step], path: &str) -> Outcome<(Place, &'a [Step])> {
    let things = &view.things;
    let Some((first, mut rest)) = steps.split_first() else {
        return Err(nowhere(path, words::address_unreadable()));
    };
    let Some(kind) = Kind::of_set(&first.name) else {
        let known = Text::list(Kind::ALL.map(Kind::set));
        return Err(nowhere(&first.name, words::sets_are(known)));
    };
    let mut place = match &first.id {
        None => Place::Set(all(things, kind)),
        Some(id) => Place::Entity(entity(view, kind, id).await?),
    };
    while let (Place::Entity(at), Some((next, after))) = (&place, rest.split_first()) {
        let Some((name, to, _)) = at.kind().relation(&next.name) else { break };
        let set = at.related(things, name);
        place = match (set, &next.id) {
            (Set::One(Some(one)), None) => Place::Entity(one),
            (Set::One(_), _) => return Err(nowhere(name, words::leads_to_one())),
            (set, None) => Place::Set(set),
            (set, Some(id)) => {
                let one = entity(view, to, id).await?;
                let there = match &set {
                    Set::Many(_, entities) => entities.contains(&one),
                    Set::Observations(series) => {
                        matches!(&one, Entity::Observation(number, ..) if series.contains(number))
                    }
                    Set::One(_) => false,
                };
                if !there {
                    return Err(nowhere(id, words::not_in_that_set()));
                }
                Place::Entity(one)
            }
        };
        rest = after;
    }
    Ok((place, rest))
}

async fn entity(view: &View, kind: Kind, id: &str) -> Outcome<Entity> {
    let found = match kind {
        Kind::Observation => view.observation(id).await?,
        kind => find(&view.things, kind, id),
    };
    found.ok_or_else(|| nowhere(id, words::no_such_entity(kind.set())))
}

/// A property of an entity, alone; as its bare value, nothing where there is none.
async fn property(
    view: &View,
    entity: &Entity,
    name: &str,
    bare: bool,
    path: &str,
) -> Outcome<Response> {
    let kind = entity.kind();
    if is_id(name) {
        let id = entity.id(&view.things);
        return Ok(match bare {
            true => ([(CONTENT_TYPE, PLAIN)], id).into_response(),
            false => Json(json!({ "@iot.id": id })).into_response(),
        });
    }
    if !kind.properties().iter().any(|(known, _)| *known == name) {
        return Err(nowhere(path, kind.no_such(name)));
    }
    let select = vec![("$select".to_owned(), name.to_owned())];
    let options = Options::read(select, kind, true)?;
    let shown = view.rendered(std::slice::from_ref(entity), &options).await?.pop();
    let value = shown.and_then(|mut shown| shown.get_mut(name).map(Value::take));
    Ok(match value {
        None | Some(Value::Null) => StatusCode::NO_CONTENT.into_response(),
        Some(value) if !bare => Json(json!({ (name): value })).into_response(),
        Some(Value::String(text)) => ([(CONTENT_TYPE, PLAIN)], text).into_response(),
        Some(value @ (Value::Array(_) | Value::Object(_))) => Json(value).into_response(),
        Some(value) => ([(CONTENT_TYPE, PLAIN)], value.to_string()).into_response(),
    })
}

/// The document at the root of the view: its sets, and what of the standard it meets.
fn root(base: &str) -> Value {
    let set = |kind: Kind| json!({ "name": kind.set(), "url": format!("{base}/{}", kind.set()) });
    let met = |class: &str| format!("http://www.opengis.net/spec/iot_sensing/1.1/req/{class}");
    json!({
        "value": Kind::ALL.map(set),
        "serverSettings": { "conformance": CONFORMANCE.map(met) },
    })
}

fn nowhere(value: &str, detail: Text) -> Box<Problem> {
    let detail = Text::chain([Text::verbatim(shown(value)), detail]);
    Box::new(Problem::not_found("path", detail).hint(words::begin_at(ROOT)))
}

fn wrong_path(path: &str, rule: Text) -> Box<Problem> {
    Box::new(Problem::value("path", path, rule).hint(words::begin_at(ROOT)))
}
