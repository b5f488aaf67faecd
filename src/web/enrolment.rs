//! Where gateways ask for their certificates: one address, one question, JSON.
//!
//! It is no page: it has a port and a certificate of its own, and a browser has nothing to do here. Who asks is known
//! by the code in the question.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::post;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::guard::Peer;
use super::workplace::Ask;
use crate::wire::{ENROLMENT_MAX, ENROLMENT_PATH, EnrolAnswer, EnrolRefusal, Refused};

/// How long a question may take to arrive. On the slowest mobile line 1 KiB takes some seconds. Engineering judgement.
const QUESTION_WAIT: Duration = Duration::from_secs(20);

/// Questions that are worked on at once; others wait for a place. Each takes some milliseconds.
const AT_ONCE: usize = 8;

/// How long one waits for a place, before it is told to come again after as long.
const PLACE_WAIT: Duration = Duration::from_secs(5);

/// A question that has arrived.
pub struct EnrolAsked {
    /// With the secret of a code in it.
    pub body: Vec<u8>,
    pub from: IpAddr,
}

impl fmt::Debug for EnrolAsked {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolAsked").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What the hub says to it.
pub type EnrolAnswered = Result<EnrolAnswer, EnrolRefusal>;

#[derive(Clone)]
struct Desk {
    ask: Ask<EnrolAsked, EnrolAnswered>,
    places: Arc<Semaphore>,
}

/// The one address.
pub fn enrolment(ask: Ask<EnrolAsked, EnrolAnswered>) -> Router {
    let desk = Desk { ask, places: Arc::new(Semaphore::new(AT_ONCE)) };
    Router::new().route(ENROLMENT_PATH, post(answer)).with_state(desk)
}

async fn answer(State(desk): State<Desk>, request: Request) -> Response {
    let Some(peer) = request.extensions().get::<Peer>().copied() else {
        tracing::error!("a request without its connection");
        return refusal(StatusCode::INTERNAL_SERVER_ERROR, Refused::Unable);
    };
    let body = match timeout(QUESTION_WAIT, to_bytes(request.into_body(), ENROLMENT_MAX)).await {
        Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT, Refused::Request),
        Ok(Err(_)) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, Refused::Request),
        Ok(Ok(body)) => body.to_vec(),
    };
    let Ok(Ok(_place)) = timeout(PLACE_WAIT, desk.places.acquire()).await else {
        let again = EnrolRefusal::too_often(PLACE_WAIT.as_secs());
        return json(status(again.refused), again.to_bytes());
    };
    let asked = EnrolAsked { body, from: peer.address.ip().to_canonical() };
    match desk.ask.ask(asked).await {
        Ok(Ok(answer)) => json(StatusCode::OK, answer.to_bytes()),
        Ok(Err(refusal)) => json(status(refusal.refused), refusal.to_bytes()),
        Err(error) => {
            tracing::error!(%error, "cannot answer a gateway that asks for its certificate");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, Refused::Unable)
        }
    }
}

fn status(refused: Refused) -> StatusCode {
    match refused {
        Refused::Unknown | Refused::Revoked | Refused::OtherGateway | Refused::Reserved => {
            StatusCode::FORBIDDEN
        }
        Refused::Expired | Refused::Used => StatusCode::GONE,
        Refused::Request => StatusCode::UNPROCESSABLE_ENTITY,
        Refused::TooOften => StatusCode::TOO_MANY_REQUESTS,
        Refused::Unable | Refused::Other => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn refusal(status: StatusCode, refused: Refused) -> Response {
    json(status, EnrolRefusal::new(refused).to_bytes())
}

fn json(status: StatusCode, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
#[path = "enrolment_tests.rs"]
mod tests;
