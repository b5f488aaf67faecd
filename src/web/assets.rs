//! Style, scripts and icon: files of the program itself, each served under a name with its digest, so that a browser
//! keeps it for good and a new program has new names.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ring::digest::{SHA256, digest};

use crate::support::hex;

/// The one style file: the design system, then what single pages add.
pub(super) const STYLE: &str = concat!(
    include_str!("assets/style.css"),
    include_str!("assets/morning.css"),
    include_str!("assets/chart.css"),
    include_str!("assets/station.css"),
    include_str!("assets/pumps.css"),
    include_str!("assets/alarms.css"),
    include_str!("assets/gateways.css"),
    include_str!("assets/ledger.css"),
    include_str!("assets/people.css"),
    include_str!("assets/report.css"),
);

/// What follows the hub.
pub(super) const SCRIPT: &str = include_str!("assets/live.js");

/// Values of a chart by pointer, touch and keyboard.
pub(super) const CHART_SCRIPT: &str = include_str!("assets/chart.js");

const ICON: &str = include_str!("assets/icon.svg");

/// How long a file is kept: its name changes with it.
const KEPT: &str = "public, max-age=31536000, immutable";

/// The addresses of the files.
pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::new);

/// Addresses, `/assets/style-0123456789abcdef.css`.
pub(super) struct Assets {
    pub style: String,
    pub script: String,
    pub chart_script: String,
    pub icon: String,
}

impl Assets {
    fn new() -> Self {
        Self {
            style: address("style", "css", STYLE),
            script: address("live", "js", SCRIPT),
            chart_script: address("chart", "js", CHART_SCRIPT),
            icon: address("icon", "svg", ICON),
        }
    }

    /// The file at that address, with its type.
    fn file(&self, address: &str) -> Option<(&'static str, &'static str)> {
        let files = [
            (&self.style, "text/css; charset=utf-8", STYLE),
            (&self.script, "text/javascript; charset=utf-8", SCRIPT),
            (&self.chart_script, "text/javascript; charset=utf-8", CHART_SCRIPT),
            (&self.icon, "image/svg+xml", ICON),
        ];
        let found = files.into_iter().find(|(known, ..)| known.as_str() == address);
        found.map(|(_, kind, text)| (kind, text))
    }
}

/// With the first 16 digits of the text's SHA-256.
fn address(name: &str, ending: &str, text: &str) -> String {
    let digest = hex(digest(&SHA256, text.as_bytes()).as_ref());
    let short = digest.get(..16).unwrap_or(&digest);
    format!("/assets/{name}-{short}.{ending}")
}

/// `/assets/{file}`: anybody may have them, and only under these very names.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(file))
}

async fn file(name: Result<Path<String>, PathRejection>) -> Response {
    let found = name.ok().and_then(|Path(name)| ASSETS.file(&format!("/assets/{name}")));
    match found {
        Some((kind, text)) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)], text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
#[path = "assets_tests.rs"]
mod tests;
