//! Whom a request asks for. A page of another site can make a browser send requests here under its own name (DNS
//! rebinding): only the names that this hub has are answered.

use axum::http::header::HOST;
use axum::http::{HeaderMap, Method, Uri};

use super::access::Access;
use super::peer::Peer;
use crate::support::host_name::{is_this_machine, name_of};

/// A name under which this hub was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// As the browser has it in an origin: name and port.
    pub written: String,
    /// Browsers reach this name over https.
    pub https: bool,
}

/// The name that a request asks for; `None` where it is no name of this hub, or there is not exactly one.
pub(super) fn host(uri: &Uri, headers: &HeaderMap, peer: Peer, access: &Access) -> Option<Host> {
    let mut lines = headers.get_all(HOST).iter();
    let (Some(only), None) = (lines.next(), lines.next()) else { return None };
    let written = only.to_str().ok()?.to_ascii_lowercase();
    if uri.authority().is_some_and(|asked| !asked.as_str().eq_ignore_ascii_case(&written)) {
        return None;
    }
    let name = name_of(&written)?;
    let named = access.hosts.iter().any(|host| bare(host).eq_ignore_ascii_case(name));
    let https = peer.tls || (access.tls && named);
    // The address where the pages are served, and the one that this connection was made to.
    let own = [access.listen.ip(), peer.local.ip()];
    (named || is_this_machine(name, &own)).then_some(Host { written, https })
}

/// A host as the configuration has it: an IPv6 address may stand in brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether a browser says that another site makes it send this: by an image, a script or a form. A link that somebody
/// follows to a page is no harm. Another port of the same machine is another program.
pub(super) fn is_foreign(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).map(|value| value.as_bytes());
    match said("sec-fetch-site") {
        None | Some(b"same-origin" | b"none") => return false,
        Some(_) => {}
    }
    let follows = said("sec-fetch-mode") == Some(b"navigate")
        && matches!(said("sec-fetch-dest"), None | Some(b"document"));
    !(follows && matches!(*method, Method::GET | Method::HEAD) && is_page(path))
}

/// Whether a person reads what stands at `path`, and not a program.
pub(super) fn is_page(path: &str) -> bool {
    let of_programs = ["/api/", "/report/", "/assets/", "/sta/"];
    !of_programs.iter().any(|start| path.starts_with(start))
        && !["/live", "/metrics", "/health", "/sta"].contains(&path)
}

/// Whether what stands at `path` is an interface by which programs read: nothing there can be changed.
pub(in crate::web) fn is_interface(path: &str) -> bool {
    ["/api/v1", "/sta"].iter().any(|start| {
        path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
