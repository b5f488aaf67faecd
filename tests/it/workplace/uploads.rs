//! A clerk's file over a socket: looked at, confirmed, and entered into the ledger of a running hub.

use crate::visit::{Answer, Visit, token};
use crate::workplace::kit::Office;

const ROWS: &str = "项目,数量,单位,起始日期,截止日期,依据\n\
                    汽油,760,升,2022-08-03,2022-08-03,加油票 1\n\
                    汽油,590,升,2022-08-04,2022-08-04,加油票 2\n";

const PAGE: &str = "/ledger/import";

/// Hands in a file as a browser does.
fn hand_in(visit: &mut Visit, content: &[u8]) -> Answer {
    let shown = visit.get(PAGE);
    let token = token(&shown.text()).unwrap_or_else(|| panic!("no form: {shown:?}"));
    let part = "--the-end-of-a-part\r\nContent-Disposition: form-data; name=";
    let mut body = format!(
        "{part}\"form_token\"\r\n\r\n{token}\r\n{part}\"file\"; filename=\"8月.csv\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--the-end-of-a-part--\r\n");
    let kind = "Content-Type: multipart/form-data; boundary=the-end-of-a-part".to_owned();
    visit.ask("POST", PAGE, &[kind], &body)
}

/// The ticket of the button.
fn ticket(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("{text}"));
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_file_is_entered_by_its_clerk_in_her_session_once_and_stands_in_the_record() {
    let office = Office::open();
    let mut clerk = office.person("recorder");
    let page = hand_in(&mut clerk, ROWS.as_bytes());
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.text().contains("Enter these 2 rows"), "{}", page.text());
    let ticket = ticket(&page);
    let confirm = format!("{PAGE}/enter");
    let fields = [("ticket", ticket.as_str())];
    let mut reviewer = office.person("reviewer");
    assert_eq!(reviewer.send(PAGE, &confirm, &fields).status, 409, "somebody else's");
    let done = clerk.send(PAGE, &confirm, &fields);
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.text().contains("Rows entered: 2"), "{}", done.text());
    assert_eq!(clerk.send(PAGE, &confirm, &fields).status, 409, "pressed twice");
    let again = hand_in(&mut clerk, ROWS.as_bytes());
    assert!(again.text().contains("rows that the ledger has: 2"), "{}", again.text());
    let record = office.person("administrator").get("/audit").text();
    assert!(record.contains("imported into the ledger"), "{record}");
    assert_eq!(office.person("viewer").get(PAGE).status, 403);
}

#[test]
fn a_file_that_is_too_large_is_refused_with_a_page_and_others_are_answered_meanwhile() {
    let office = Office::open();
    let mut clerk = office.person("recorder");
    let page = hand_in(&mut clerk, &vec![b'x'; 31_000_000]);
    assert_eq!(page.status, 413, "{page:?}");
    assert!(page.text().contains("30 MB"), "{}", page.text());
    // As large as a file may be: lines of nothing that a ledger has.
    let mut other = clerk.clone();
    let lines = "汽油;760;升;2022-08-03\n".repeat(700_000);
    let (page, morning) = std::thread::scope(|scope| {
        let page = scope.spawn(|| hand_in(&mut clerk, lines.as_bytes()));
        let morning = other.get("/");
        (page.join().unwrap(), morning)
    });
    assert_eq!(morning.status, 200, "{morning:?}");
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!page.text().contains("Enter these"), "{}", page.text());
}
