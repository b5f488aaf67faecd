//! Whoever asks: her language, who she is, and what she may do. `guard` finds it out before any page is made.

use std::net::IpAddr;

use axum::http::{Method, Uri};

use crate::core::Role;
use crate::locales::Lang;
use crate::users::{Account, Program};

/// Longest address of a page that is led back to, bytes. Ours have some 200 at most.
pub(super) const PAGE_MAX: usize = 1_000;

/// Whoever asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Visitor {
    pub lang: Lang,
    /// The request names the language: the choice is kept.
    pub chooses: bool,
    /// The page that she is on: its path, with what its query asks for; `/` where that cannot be led back to.
    pub page: String,
    /// Where she comes from, or the proxy that hides it; `None` where that is one on this machine, or a trusted one.
    pub address: Option<IpAddr>,
    /// Who has signed in.
    pub account: Option<Account>,
    /// The program that shows a token; then there is no session, and no network counts.
    pub program: Option<Program>,
    /// The token that forms of this session carry; empty without a session.
    pub form_token: String,
    /// Whether her network may read without signing in.
    pub reads: bool,
}

impl Visitor {
    /// Whether she may do what takes `role`.
    pub fn may(&self, role: Role) -> bool {
        let of_network = self.reads && role == Role::Viewer;
        of_network || self.account.as_ref().is_some_and(|account| account.role >= role)
    }
}

/// The page that a request is about, to lead back to: what a form is sent to stands below its page. The language, what
/// is live and what has just been done are not part of it. Only a path of ours (RFC 3986 §4.2: `//` begins a host).
pub(super) fn page_of(method: &Method, uri: &Uri) -> String {
    let path = uri.path();
    if path.starts_with("//") || path.contains('\\') || path.len() > PAGE_MAX {
        return "/".to_owned();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        let own = ["/station/", "/first/", "/ledger/"].iter().any(|start| path.starts_with(start));
        // The forms of a row have pages of their own: /ledger/rows/7/correct.
        let of_row = path.starts_with("/ledger/rows/");
        let depth = if of_row {
            5
        } else if own {
            3
        } else {
            2
        };
        let parts: Vec<&str> = path.split('/').take(depth).collect();
        return parts.join("/");
    }
    let passing = ["lang=", "part=", "notice="];
    let lasts =
        |pair: &&str| !pair.is_empty() && !passing.iter().any(|start| pair.starts_with(start));
    let query: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(lasts).collect();
    let query = query.join("&");
    match query.is_empty() || path.len() + query.len() > PAGE_MAX {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_led_back_to_with_what_it_asks_for() {
        let long = format!("/?village={}", "x".repeat(PAGE_MAX));
        for (method, asked, page) in [
            (Method::GET, "/", "/"),
            (Method::GET, "/?lang=en", "/"),
            (Method::GET, "/?by=kind&lang=en&status=dry", "/?by=kind&status=dry"),
            (Method::GET, "/?part=1&by=kind", "/?by=kind"),
            (Method::GET, "/station/a?range=7d&notice=noted", "/station/a?range=7d"),
            (Method::POST, "/station/a/corrections", "/station/a"),
            (Method::POST, "/station/a/corrections/7/withdraw", "/station/a"),
            (Method::POST, "/people/a/link", "/people"),
            (Method::POST, "/first/secret", "/first/secret"),
            (Method::POST, "/ledger/import/enter", "/ledger/import"),
            (Method::POST, "/ledger/rows/7/correct", "/ledger/rows/7/correct"),
            (Method::POST, "/sign-in", "/sign-in"),
            (Method::GET, "//elsewhere.example/", "/"),
            (Method::GET, &long, "/"),
        ] {
            assert_eq!(page_of(&method, &asked.parse().unwrap()), page, "{asked}");
        }
    }
}
