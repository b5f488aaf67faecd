//! Handing in a file, as browsers and as forgers do it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use super::FILE_MAX;
use crate::core::Role;
use crate::users::Session;
use crate::web::test_kit::{Answer, Kit, asked};

const BOUNDARY: &str = "----of-the-tests";

/// A part of a form: its name, that of its file, and its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn request(session: &Session, headers: &[(&str, &str)], body: Vec<u8>) -> Request<Body> {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut all = vec![("content-type", kind.as_str())];
    all.extend_from_slice(headers);
    let mut request = asked(Method::POST, "/ledger/import", Some(session), &all, "");
    *request.body_mut() = Body::from(body);
    request
}

async fn hand_in(kit: &Kit, session: &Session, parts: &[Part<'_>]) -> Answer {
    let token: Part<'_> = ("form_token", None, session.form_token.as_bytes());
    let parts: Vec<Part<'_>> = [token].iter().chain(parts).copied().collect();
    kit.ask(request(session, &[], body(&parts))).await
}

fn was_asked(kit: &Kit) -> Vec<String> {
    kit.asked.lock().unwrap().clone()
}

#[tokio::test]
async fn a_file_is_looked_at_and_its_rows_are_entered_by_a_button() {
    let kit = Kit::new();
    let session = kit.session(Role::Recorder).await;
    let file: Part<'_> = ("file", Some("8月台账 <b>.xlsx"), b"rows");
    let page = hand_in(&kit, &session, &[file, ("year", None, b"2022")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("8月台账 &lt;b&gt;.xlsx"), "{}", page.body);
    assert!(page.body.contains("登记这 1 条"), "{}", page.body);
    assert!(page.body.contains("name=\"ticket\" value=\"t1\""), "{}", page.body);
    assert!(page.body.contains("name=\"year\" value=\"2022\""), "{}", page.body);
    let done = kit.post("/ledger/import/enter", Some(&session), "ticket=t1").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(done.body.contains("登记了 1 条") && done.body.contains("复核"), "{}", done.body);
    let asked = was_asked(&kit);
    assert!(asked[0].starts_with("look at 8月台账 <b>.xlsx of 4 bytes by recorder"), "{asked:?}");
    assert!(asked[0].contains("year: Some(2022)"), "{asked:?}");
    assert_eq!(asked[1..], ["enter t1 by recorder"]);
    let record = kit.users.audit(None, 1).await.unwrap();
    assert_eq!(record[0].deed, crate::users::Deed::LedgerImported);
    assert_eq!((&*record[0].by, &*record[0].detail), ("recorder", "7-7 (1): 台账 <b>.xlsx"));
    let token: Part<'_> = ("form_token", None, session.form_token.as_bytes());
    let again = request(&session, &[("accept-language", "en")], body(&[token, file]));
    let english = kit.ask(again).await.body;
    assert!(english.contains("Enter this row") && !english.contains("these 1"), "{english}");
}

#[tokio::test]
async fn a_question_is_answered_without_choosing_the_file_again() {
    let kit = Kit::new();
    let session = kit.session(Role::Reviewer).await;
    let none: Part<'_> = ("file", Some(""), b"");
    let parts: [Part<'_>; 3] =
        [("ticket", None, b"t0"), none, ("meanings", None, "备注=-".as_bytes())];
    let page = hand_in(&kit, &session, &parts).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let asked = was_asked(&kit);
    assert!(asked[0].starts_with("look at kept as t0 "), "{asked:?}");
    assert!(asked[0].contains(r#"("备注", "-")"#), "{asked:?}");
    let page = hand_in(&kit, &session, &[none]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("没有选文件"), "{}", page.body);
}

#[tokio::test]
async fn a_wrong_answer_is_shown_with_what_was_typed() {
    let kit = Kit::new();
    let session = kit.session(Role::Recorder).await;
    let parts: [Part<'_>; 2] = [("file", Some("a.csv"), b"x"), ("days", None, b"<august>")];
    let page = hand_in(&kit, &session, &parts).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("value=\"&lt;august&gt;\""), "{}", page.body);
    assert!(page.body.contains("aria-describedby=\"wrong-days\""), "{}", page.body);
    assert_eq!(was_asked(&kit), [""; 0]);
}

#[tokio::test]
async fn what_comes_from_elsewhere_or_without_the_token_of_the_session_is_refused() {
    let kit = Kit::new();
    let session = kit.session(Role::Recorder).await;
    let other = kit.session(Role::Reviewer).await;
    let file: Part<'_> = ("file", Some("a.csv"), b"rows");
    let own: Part<'_> = ("form_token", None, session.form_token.as_bytes());
    let wrong: Part<'_> = ("form_token", None, other.form_token.as_bytes());
    for parts in [vec![file], vec![file, own], vec![wrong, file], vec![]] {
        let answer = kit.ask(request(&session, &[], body(&parts))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    let elsewhere = [("origin", "http://evil.example")];
    let answer = kit.ask(request(&session, &elsewhere, body(&[own, file]))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let foreign = "form_token=0&ticket=t1";
    let path = "/ledger/import/enter";
    let answer = kit.ask(asked(Method::POST, path, Some(&session), &[], foreign)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(was_asked(&kit), [""; 0]);
}

#[tokio::test]
async fn other_forms_several_files_and_what_is_too_large_are_not_taken() {
    let kit = Kit::new();
    let session = kit.session(Role::Recorder).await;
    let answer = kit.post("/ledger/import", Some(&session), "file=rows").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", answer.body);
    let file: Part<'_> = ("file", Some("a.csv"), b"rows");
    let answer = hand_in(&kit, &session, &[file, file]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    let long = vec![b'x'; 65 * 1024];
    let answer = hand_in(&kit, &session, &[file, ("document", None, &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    let mut large = vec![b'x'; FILE_MAX + 1];
    let answer = hand_in(&kit, &session, &[("file", Some("a.csv"), &large)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("30 MB"), "{}", answer.body);
    assert_eq!(was_asked(&kit), [""; 0]);
    large.pop();
    let answer = hand_in(&kit, &session, &[("file", Some("a.csv"), &large)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // The body as a whole is cut too, and a file that ends too early is not taken.
    let endless = vec![b'x'; 2 * FILE_MAX + 1];
    let answer = hand_in(&kit, &session, &[("file", Some("a.csv"), &endless)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let token: Part<'_> = ("form_token", None, session.form_token.as_bytes());
    let mut cut = body(&[token, file]);
    cut.truncate(cut.len() - BOUNDARY.len() - 8);
    let answer = kit.ask(request(&session, &[], cut)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
}

#[tokio::test]
async fn a_file_that_no_longer_waits_is_not_entered() {
    let kit = Kit::new();
    let session = kit.session(Role::Recorder).await;
    let answer = kit.post("/ledger/import/enter", Some(&session), "ticket=t0&year=2022").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(answer.body.contains("15 分钟"), "{}", answer.body);
}

#[tokio::test]
async fn recorders_find_the_page_and_the_workbook_to_fill_in() {
    let kit = Kit::new();
    let viewer = kit.session(Role::Viewer).await;
    let recorder = kit.session(Role::Recorder).await;
    let link = "href=\"/ledger/import\"";
    assert!(!kit.get("/ledger", Some(&viewer)).await.body.contains(link));
    assert!(kit.get("/ledger", Some(&recorder)).await.body.contains(link));
    let page = kit.get("/ledger/import?lang=en", Some(&recorder)).await;
    assert!(page.body.contains("Import into the ledger"), "{}", page.body);
    assert!(!page.body.contains("Enter these"), "{}", page.body);
    let refused = kit.get("/ledger/import", Some(&viewer)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("这需要“录入”的权限"), "{}", refused.body);
    let file = kit.get("/ledger/template", Some(&recorder)).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.body.starts_with("rows in "), "{}", file.body);
}
