//! The morning page: what a water officer needs within ten seconds on a phone. The township in a few lines, what has
//! changed since yesterday, then the sources, the worst first.

mod asked;
mod cache;
mod changes;
mod map;
mod rows;
mod spark;
mod summary;
#[cfg(test)]
mod test_kit;
#[cfg(test)]
mod tests;
mod view;

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use asked::Asked;
use cache::Cache;
use view::Seen;

use super::guard::AsViewer;
use super::model::Overview;
use super::state::Web;
use super::templates::html;
use crate::locales::{Lang, for_programs, within};

/// The query, or why it cannot be read.
type Asking = Result<Query<asked::Query>, QueryRejection>;

/// The routes of this page.
pub(super) fn routes() -> Router<Web> {
    let cache = Arc::new(Cache::default());
    let page = move |visitor: AsViewer, state: State<Web>, query: Asking| {
        let cache = cache.clone();
        async move { page(visitor, state, query, &cache) }
    };
    Router::new().route("/", get(page))
}

/// What the page has around its live part.
#[derive(Serialize)]
struct Around {
    /// Where the live part is.
    live: String,
}

/// The page, or with `part` what is live of it. A query that cannot be read asks for everything.
fn page(
    AsViewer(visitor): AsViewer,
    State(web): State<Web>,
    query: Asking,
    cache: &Cache,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let only_part = !query.part.is_empty();
    let asked = Asked::from(query);
    let overview = web.workplace.overview.borrow().clone();
    let part = within(visitor.lang, || {
        cache.part(&overview, visitor.lang, &asked, |view| web.templates.text("morning/part", view))
    });
    let part = match part {
        Ok(part) => part,
        Err(error) => {
            return visitor.answer(|| html(StatusCode::INTERNAL_SERVER_ERROR, Err(error)));
        }
    };
    if only_part {
        return visitor.answer(|| html(StatusCode::OK, Ok(part.to_string())));
    }
    let around = Around { live: asked.address(true) };
    web.templates.page_around(&visitor, &web.shown(), "morning/page", &around, &part)
}

/// A number that changes with what readers see of the sources, and not with the time that it is shown at.
pub(super) fn seen(overview: &Overview) -> u64 {
    let mut hasher = DefaultHasher::new();
    let written = for_programs(Lang::Chinese, || {
        serde_json::to_writer(Hashing(&mut hasher), &Seen::of(overview))
    });
    if let Err(error) = written {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot tell what has changed");
    }
    hasher.finish()
}

/// Hashes what is written.
struct Hashing<'a>(&'a mut DefaultHasher);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
