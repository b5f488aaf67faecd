//! Who works here: signing in and out, the first password, and for administrators all persons and the record of what
//! was done.

mod answers;
mod audit;
mod first;
mod page;
mod sign_in;

use axum::Router;
use axum::routing::{get, post};

use super::state::Web;

/// The routes of these pages.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/first/{link}", get(first::show).post(first::choose))
        .route("/people", get(page::show))
        .route("/people/{id}/link", post(page::make_link))
        .route("/people/{id}/sign-out", post(page::sign_out_all))
        .route("/audit", get(audit::show))
}
