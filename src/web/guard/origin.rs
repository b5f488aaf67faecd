//! What changes something has to come from our own page.

use axum::http::HeaderMap;
use axum::http::header::ORIGIN;

use super::hosts::Host;

/// Whether the browser says that a request comes from a page of this very host: by its origin, else by
/// `Sec-Fetch-Site`. Who says neither is refused: all browsers of the last five years say one of them with a form.
pub(super) fn is_own(headers: &HeaderMap, host: &Host) -> bool {
    let scheme = if host.https { "https" } else { "http" };
    let own = format!("{scheme}://{}", host.written);
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()),
        (Some(_), Some(_)) => false,
        (None, _) => {
            let mut said = headers.get_all("sec-fetch-site").iter();
            said.next().is_some_and(|said| said == "same-origin") && said.next().is_none()
        }
    }
}
