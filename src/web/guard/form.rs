//! Forms, each with the token of its session, or before anybody has signed in, of the browser that the page was sent
//! to. No other site knows it.

use std::time::Duration;

use axum::Form;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::cookies::{Cookie, same_token};
use super::roles::Https;
use crate::locales::{Text, page_people as words};
use crate::support::hex;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// Longest form, bytes: our longest field has some thousand characters.
const FORM_MAX: usize = 64 * 1024;

/// How long a form may take to arrive. On the slowest mobile line 64 KiB take some seconds. Engineering judgement.
const FORM_WAIT: Duration = Duration::from_secs(20);

/// Random bytes of a token of forms: 256 bit, as many as a session's.
const TOKEN_BYTES: usize = 32;

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// A form of somebody who has signed in, whose `form_token` is that of her session. The last argument of a handler.
pub(in crate::web) struct Signed<T>(pub T);

/// A form of somebody who has not, whose `form_token` is that of the cookie beside it.
pub(in crate::web) struct GuestForm<T>(pub T);

/// The token of forms of a browser in which nobody has signed in.
pub(in crate::web) struct Guest {
    pub token: String,
    /// The browser does not have it yet.
    new: bool,
    https: bool,
}

impl Guest {
    /// Whoever asks as one who has not signed in: what a page for her shows, and sends back.
    pub fn visitor(&self, visitor: &Visitor) -> Visitor {
        let form_token = self.token.clone();
        Visitor { account: None, form_token, ..visitor.clone() }
    }

    /// Lets the browser have the token with the page.
    pub fn keep(&self, mut page: Response) -> Response {
        if self.new {
            Cookie::Form.keep(&mut page, self.https, &self.token);
        }
        page
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let https = https(&parts.extensions);
        if let Some(token) = of_cookie(&parts.headers, https) {
            return Ok(Self { token: token.to_owned(), new: false, https });
        }
        let mut random = [0; TOKEN_BYTES];
        if SystemRandom::new().fill(&mut random).is_err() {
            tracing::error!("the system gives no random numbers");
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Ok(Self { token: hex(&random), new: true, https })
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for Signed<T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let own = request.extensions().get::<Visitor>().map(|visitor| visitor.form_token.clone());
        read(request, web, own.unwrap_or_default()).await.map(Self).map_err(|refusal| *refusal)
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for GuestForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let own = of_cookie(request.headers(), https(request.extensions())).map(str::to_owned);
        read(request, web, own.unwrap_or_default()).await.map(Self).map_err(|refusal| *refusal)
    }
}

fn https(extensions: &Extensions) -> bool {
    extensions.get::<Https>().is_some_and(|https| https.0)
}

/// The token of the cookie, where it has the length of ours.
fn of_cookie(headers: &HeaderMap, https: bool) -> Option<&str> {
    Cookie::Form.of(headers, https).filter(|token| token.len() == TOKEN_BYTES * 2)
}

/// Why a form was not taken.
enum Fault {
    NoForm,
    TooLong,
    TooSlow,
    OldToken,
    Fields,
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::OldToken => StatusCode::FORBIDDEN,
            Self::Fields => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn lines(self) -> Vec<Text> {
        match self {
            Self::NoForm => vec![words::no_form()],
            Self::TooLong => vec![words::form_too_long(FORM_MAX / 1024)],
            Self::TooSlow => vec![words::form_too_slow(FORM_WAIT.as_secs())],
            Self::OldToken => vec![words::form_outdated(), words::open_the_page_again()],
            Self::Fields => vec![words::fields_unreadable(), words::open_the_page_again()],
        }
    }
}

/// The fields of the form that a request carries, if its token is `own`.
async fn read<T: DeserializeOwned>(
    request: Request,
    web: &Web,
    own: String,
) -> Result<T, Box<Response>> {
    let visitor = request.extensions().get::<Visitor>().cloned();
    match fields(request, &own).await {
        Ok(fields) => Ok(fields),
        Err(fault) => Err(Box::new(match visitor {
            Some(visitor) => {
                let (status, title) = (fault.status(), words::form_not_taken());
                web.problem(&visitor, status, title, fault.lines())
            }
            None => fault.status().into_response(),
        })),
    }
}

async fn fields<T: DeserializeOwned>(request: Request, own: &str) -> Result<T, Fault> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(URLENCODED)) {
        return Err(Fault::NoForm);
    }
    let body = timeout(FORM_WAIT, to_bytes(request.into_body(), FORM_MAX)).await;
    let body = body.map_err(|_| Fault::TooSlow)?.map_err(|_| Fault::TooLong)?;
    let token: Token = parsed(body.clone()).await.map_err(|_| Fault::OldToken)?;
    if !same_token(&token.form_token, own) {
        return Err(Fault::OldToken);
    }
    // The handler's fields are the others.
    let body = String::from_utf8(body.to_vec()).map_err(|_| Fault::NoForm)?;
    let own = |pair: &&str| !pair.starts_with("form_token=");
    let others: Vec<&str> = body.split('&').filter(own).collect();
    parsed(others.join("&").into()).await.map_err(|why| {
        tracing::debug!(why, "a form cannot be read");
        Fault::Fields
    })
}

#[derive(Deserialize)]
struct Token {
    form_token: String,
}

async fn parsed<T: DeserializeOwned>(body: Bytes) -> Result<T, String> {
    let request = Request::post("/").header(CONTENT_TYPE, URLENCODED).body(Body::from(body));
    let request = request.map_err(|error| error.to_string())?;
    let form: Result<Form<T>, _> = Form::from_request(request, &()).await;
    form.map(|form| form.0).map_err(|error| error.body_text())
}

/// The form of a button: the token is all it sends.
#[derive(Deserialize)]
pub(in crate::web) struct NoFields {}
