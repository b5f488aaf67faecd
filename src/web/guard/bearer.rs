//! The token that a program shows (RFC 6750): `Authorization: Bearer hq_…`.

use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};

use crate::locales::api as words;
use crate::users::{Scope, TokenUse, Users};
use crate::web::problem::{Kind, Problem};
use crate::web::visitor::Visitor;

/// What is asked of somebody who shows nothing.
const CHALLENGE: &str = "Bearer realm=\"hanqing\"";

const SCHEME: &[u8] = b"Bearer";

/// What a request shows.
#[derive(Debug, PartialEq)]
pub(super) enum Shown<'a> {
    /// Nothing of this kind.
    None,
    Token(&'a str),
    /// Several, or none that can be read.
    Unreadable,
}

/// The token of a request.
pub(super) fn shown(headers: &HeaderMap) -> Shown<'_> {
    let lines = headers.get_all(AUTHORIZATION).iter().map(|line| line.as_bytes().trim_ascii());
    let lines: Vec<&[u8]> = lines.collect();
    let bearers = |line: &&[u8]| {
        line.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    };
    // Another scheme is a proxy's that stands before this hub.
    let Some(line) = lines.iter().copied().find(bearers) else { return Shown::None };
    match line[SCHEME.len()..].strip_prefix(b" ").map(|token| str::from_utf8(token.trim_ascii())) {
        Some(Ok(token)) if lines.len() == 1 => Shown::Token(token),
        _ => Shown::Unreadable,
    }
}

/// Makes the visitor the program whose token it shows. Whoever shows one is that program alone: neither a session nor
/// an open network counts beside it.
///
/// # Errors
/// The token is not taken.
pub(super) fn admit(
    token: &Shown<'_>,
    visitor: &mut Visitor,
    users: Option<&Users>,
) -> Result<(), Problem> {
    let wrong = || {
        let problem = Problem::new(Kind::InvalidToken, words::token_wrong());
        let problem = problem.hint(words::token_make());
        problem.header(WWW_AUTHENTICATE, format!("{CHALLENGE}, error=\"invalid_token\""))
    };
    let token = match token {
        Shown::None => return Ok(()),
        Shown::Token(token) => token,
        Shown::Unreadable => return Err(wrong()),
    };
    let Some(users) = users else { return Err(wrong()) };
    match users.program(token, visitor.address) {
        TokenUse::Known(program) => {
            (visitor.account, visitor.reads) = (None, false);
            visitor.form_token.clear();
            visitor.program = Some(program);
            Ok(())
        }
        TokenUse::Wrong => Err(wrong()),
        TokenUse::TooOften { wait_s } => {
            let problem = Problem::new(Kind::TooManyRequests, words::tokens_too_often(wait_s));
            Err(problem.retry_after(wait_s))
        }
    }
}

/// Why somebody may not have what takes a token of the scope `needed`.
pub(super) fn refusal(visitor: &Visitor, needed: Scope) -> Problem {
    match &visitor.program {
        Some(program) => {
            let (name, has) = (program.name.as_str(), program.scope.id());
            let detail = words::scope_too_small(name, has, needed.id());
            let challenge =
                format!("{CHALLENGE}, error=\"insufficient_scope\", scope=\"{}\"", needed.id());
            let problem = Problem::new(Kind::InsufficientScope, detail);
            let problem = problem.hint(words::scope_make(needed.id()));
            problem.header(WWW_AUTHENTICATE, challenge)
        }
        None => {
            let problem = Problem::new(Kind::Unauthorized, words::token_needed());
            problem.hint(words::token_make()).header(WWW_AUTHENTICATE, CHALLENGE.into())
        }
    }
}

/// The answer to a method that changes something, where nothing can be changed.
pub(super) fn only_read() -> Problem {
    let problem = Problem::new(Kind::MethodNotAllowed, words::only_read());
    debug_assert_eq!(problem.status(), StatusCode::METHOD_NOT_ALLOWED);
    problem.header(axum::http::header::ALLOW, "GET, HEAD".into())
}

/// The answer under a name that this hub does not have.
pub(super) fn misdirected() -> Problem {
    Problem::new(Kind::Misdirected, words::no_such_host()).hint(words::ask_by_own_name())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_bearer_token_is_read_and_nothing_else() {
        let of = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(AUTHORIZATION, HeaderValue::from_static(line));
            }
            match shown(&headers) {
                Shown::None => "none".to_owned(),
                Shown::Token(token) => token.to_owned(),
                Shown::Unreadable => "unreadable".to_owned(),
            }
        };
        for (lines, found) in [
            (&[][..], "none"),
            (&["Bearer hq_1"], "hq_1"),
            (&["bearer  hq_1 "], "hq_1"),
            (&["BEARER hq_1"], "hq_1"),
            (&["Basic aHVhbmc6eA=="], "none"),
            (&["hq_1"], "none"),
            (&[""], "none"),
            (&["Bearer"], "unreadable"),
            (&["Bearerhq_1"], "unreadable"),
            (&["Basic aHVhbmc6eA==", "Bearer hq_1"], "unreadable"),
            (&["Bearer hq_1", "Bearer hq_2"], "unreadable"),
        ] {
            assert_eq!(of(lines), found, "{lines:?}");
        }
    }
}
