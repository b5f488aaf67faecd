//! Cookies that say who somebody is, and that a form was sent from our own page.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Cookie {
    /// The token of a session.
    Session,
    /// The token of forms before anybody has signed in.
    Form,
}

/// Longest token that is looked at, bytes: twice what ours have.
const TOKEN_MAX: usize = 128;

impl Cookie {
    /// Over https a name that only this very host can set, over TLS (RFC 6265bis §4.1.3.2).
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-hanqing",
            (Self::Session, false) => "hanqing",
            (Self::Form, true) => "__Host-hanqing-form",
            (Self::Form, false) => "hanqing-form",
        }
    }

    /// The token that a request carries; `None` without one, or with several of the same name.
    pub fn of(self, headers: &HeaderMap, https: bool) -> Option<&str> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).map(str::trim);
        let mut values = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name == self.name(https)).then_some(value)
        });
        let (Some(token), None) = (values.next(), values.next()) else { return None };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (1..=TOKEN_MAX).contains(&token.len()).then_some(())?;
        token.bytes().all(plain).then_some(token)
    }

    /// Lets the browser keep `token` until it is closed.
    pub fn keep(self, response: &mut Response, https: bool, token: &str) {
        self.set(response, https, &format!("{}={token}; ", self.name(https)));
    }

    /// Lets the browser forget it.
    pub fn forget(self, response: &mut Response, https: bool) {
        self.set(response, https, &format!("{}=; Max-Age=0; ", self.name(https)));
    }

    fn set(self, response: &mut Response, https: bool, start: &str) {
        let secure = if https { "; Secure" } else { "" };
        let cookie = format!("{start}Path=/; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// Whether two tokens are the same; how long it takes does not tell where they differ. An empty one is none.
pub(super) fn same_token(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    let differing = std::hint::black_box(differing);
    !one.is_empty() && one.len() == other.len() && differing == 0
}
