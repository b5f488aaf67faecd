//! One address and one question, bounded in size and time.

use axum::http::{Method, Request};
use futures_util::stream;

use super::super::connections::once;
use super::*;

fn router() -> Router {
    enrolment(Ask::new(|asked: EnrolAsked| async move {
        match asked.body.as_slice() {
            b"right" => Ok(Ok(EnrolAnswer::new(
                "gw-a".parse().unwrap(),
                asked.from.to_string(),
                String::new(),
                String::new(),
            ))),
            b"fails" => Err(anyhow::anyhow!("of a test")),
            _ => Ok(Err(EnrolRefusal::new(Refused::Unknown))),
        }
    }))
}

fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    let peer = Peer {
        address: "[::ffff:192.0.2.7]:9".parse().unwrap(),
        local: "127.0.0.1:8884".parse().unwrap(),
        tls: true,
    };
    let request = Request::builder().method(method).uri(path).extension(peer);
    request.body(body).unwrap()
}

async fn ask(method: Method, path: &str, body: Body) -> (StatusCode, Vec<u8>) {
    let answer = once(&router(), request(method, path, body)).await;
    let status = answer.status();
    (status, to_bytes(answer.into_body(), ENROLMENT_MAX).await.unwrap().to_vec())
}

async fn posted(body: impl Into<Body>) -> (StatusCode, Vec<u8>) {
    ask(Method::POST, ENROLMENT_PATH, body.into()).await
}

#[tokio::test]
async fn a_question_has_an_answer_or_a_refusal() {
    let (status, body) = posted("right").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(EnrolAnswer::from_bytes(&body).unwrap().certificate, "192.0.2.7");
    let (status, body) = posted("wrong").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(EnrolRefusal::from_bytes(&body).unwrap().refused, Refused::Unknown);
    let (status, body) = posted("fails").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!String::from_utf8(body).unwrap().contains("of a test"));
    for (method, path, status) in [
        (Method::GET, ENROLMENT_PATH, StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/", StatusCode::NOT_FOUND),
        (Method::GET, "/health", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(method, path, Body::empty()).await.0, status, "{path}");
    }
}

#[test]
fn what_is_printed_of_a_question_has_no_secret() {
    let asked = EnrolAsked { body: b"SECRET".to_vec(), from: "192.0.2.7".parse().unwrap() };
    let printed = format!("{asked:?}");
    assert!(printed.contains("192.0.2.7") && !printed.contains("83, 69"), "{printed}");
}

#[tokio::test]
async fn a_question_that_is_too_long_is_refused() {
    let (status, _) = posted("x".repeat(ENROLMENT_MAX)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = posted("x".repeat(ENROLMENT_MAX + 1)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_does_not_end_is_refused() {
    let endless = stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let (status, _) = posted(Body::from_stream(endless)).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn so_many_are_worked_on_at_once_and_no_more() {
    let router = enrolment(Ask::new(|_| std::future::pending()));
    let asked = || once(&router, request(Method::POST, ENROLMENT_PATH, "right".into()));
    let mut waiting = Vec::new();
    for _ in 0..AT_ONCE {
        let mut asked = Box::pin(asked());
        let late = timeout(Duration::from_secs(1), asked.as_mut()).await;
        assert!(late.is_err());
        waiting.push(asked);
    }
    let late = asked().await;
    assert_eq!(late.status(), StatusCode::TOO_MANY_REQUESTS);
    let said = to_bytes(late.into_body(), ENROLMENT_MAX).await.unwrap();
    assert_eq!(EnrolRefusal::from_bytes(&said).unwrap(), EnrolRefusal::too_often(5));
    // Who waits gets the first place that is free.
    let mut patient = Box::pin(asked());
    assert!(timeout(Duration::from_secs(1), patient.as_mut()).await.is_err());
    drop(waiting);
    assert!(timeout(Duration::from_secs(10), patient.as_mut()).await.is_err(), "it was refused");
    drop(patient);
    assert!(timeout(Duration::from_secs(1), asked()).await.is_err());
}
