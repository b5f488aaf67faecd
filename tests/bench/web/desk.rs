//! What a clerk waits for: her workbook understood, the report after an entry; and what a program waits for.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::both;
use crate::client::Line;
use crate::form::Form;
use crate::office::{Office, until};
use crate::row;
use crate::visit::{Visit, token};

/// Rows of the workbook, times that each thing is asked for, and observations of a page.
const ROWS: usize = 1000;
const TIMES: usize = 10;
const OBSERVATIONS: usize = 1000;

/// Who enters.
const CLERK: &str = "huang";

/// More of the hub's configuration: the clerk.
pub const CONFIG: &str =
    "[[person]]\nid = \"huang\"\nname = \"黄某\"\noffice = \"财政所\"\nrole = \"recorder\"\n";

/// A command beside the running hub, and what it prints.
fn hanqing(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanqing"));
    command.args(arguments).arg("-c").arg(folder.join("hub.toml")).stdin(Stdio::null());
    let output = command.output().expect("hanqing");
    let [said, told] =
        [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    assert!(output.status.success(), "{arguments:?}: {said}{told}");
    said
}

/// The clerk, signed in with a password that she has just chosen.
fn clerk(office: &Office, folder: &Path) -> Visit {
    let said = hanqing(folder, &["user", "link", CLERK]);
    let rest = said.rsplit_once("/first/").expect("a link").1;
    let secret: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let (mut visit, path) = (Visit::to(office.port), format!("/first/{secret}"));
    until("the form of a password", || visit.get(&path).status == 200);
    let form = Form::of(&visit.get(&path).text(), "").expect("a form");
    let word = "ponds fall slowly in autumn";
    let form = form.fill_all("password", word).fill_all("again", word);
    let form = Form { action: if form.action.is_empty() { path } else { form.action }, ..form };
    assert_eq!(form.send(&mut visit).status, 303);
    visit
}

/// A clerk's file of so many rows, each of another document.
fn rows() -> String {
    let mut text = "项目,数量,单位,起始日期,截止日期,依据\n".to_owned();
    for n in 0..ROWS {
        let (month, day) = (n / 28 % 12 + 1, n % 28 + 1);
        let date = format!("2019-{month:02}-{day:02}");
        text += &format!("汽油,{},升,{date},{date},加油票 {n}\n", n + 1);
    }
    text
}

/// From the form's first byte to the page that shows what was understood.
pub fn workbook(office: &Office, folder: &Path) {
    let mut visit = clerk(office, folder);
    let file = rows();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let shown = visit.get("/ledger/import").text();
        let token = token(&shown).expect("a form");
        let part = "--the-end-of-a-part\r\nContent-Disposition: form-data; name=";
        let body = format!(
            "{part}\"form_token\"\r\n\r\n{token}\r\n{part}\"file\"; filename=\"1000.csv\"\r\n\r\n{file}\
             \r\n--the-end-of-a-part--\r\n"
        );
        let kind = "Content-Type: multipart/form-data; boundary=the-end-of-a-part".to_owned();
        let begun = Instant::now();
        let page = visit.ask("POST", "/ledger/import", &[kind], body.as_bytes());
        times.push(begun.elapsed());
        assert_eq!(page.status, 200);
        assert!(page.text().contains(&format!("Enter these {ROWS} rows")), "{page:?}");
    }
    row("a workbook of 1,000 rows shown as understood", both(&times), "1,000 ms");
}

/// The report's page right after a row was entered by a command beside the hub.
pub fn report(office: &Office, folder: &Path) {
    let year = jiff::Timestamp::now().strftime("%Y").to_string();
    let (from, to) =
        (format!("{year}-01-01"), jiff::Timestamp::now().strftime("%Y-%m-%d").to_string());
    let enter = |code: &str, value: &str, from: &str, to: &str, document: &str| {
        let what =
            ["ledger", "enter", "--code", code, "--value", value, "--from", from, "--to", to];
        hanqing(folder, &[&what[..], &["--document", document, "--by", CLERK]].concat());
    };
    enter("drought_event", "1", &from, &to, "bench");
    let mut line = Line::open(office.port).expect("the hub");
    let first = line.get("/report").expect("the report");
    assert_eq!(first.status, 200);
    row("the live report, first time", format!("{:.0} ms", ms(first.whole)), "");
    let mut times = Vec::new();
    for n in 0..TIMES {
        let document = format!("bench {n}");
        enter("gasoline", &(100 + n).to_string(), &to, &to, &document);
        let got = line.get("/report").expect("the report");
        assert_eq!(got.status, 200);
        times.push(got.whole);
    }
    row("the live report after an entry", both(&times), "500 ms");
    let again: Vec<Duration> =
        (0..TIMES).map(|_| line.get("/report").expect("the report").whole).collect();
    row("the live report again", both(&again), "");
}

/// A page of observations, the newest first, and further back.
pub fn things(office: &Office) {
    let mut line = Line::open(office.port).expect("the hub");
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for station in office.levels.iter().take(TIMES) {
        let of =
            format!("/sta/v1.1/Datastreams('{station}%2Flevel')/Observations?$top={OBSERVATIONS}");
        for (skip, times) in [(0, &mut near), (5 * OBSERVATIONS, &mut far)] {
            let path = format!("{of}&$skip={skip}&$orderby=phenomenonTime%20desc");
            let got = line.get(&path).expect("observations");
            let page: serde_json::Value = serde_json::from_slice(&got.body).expect("JSON");
            let found = page["value"].as_array().map_or(0, Vec::len);
            assert_eq!((got.status, found), (200, OBSERVATIONS), "{path}: {page:.300}");
            times.push(got.whole);
        }
    }
    row("SensorThings, a page of 1,000 observations", both(&near), "50 ms");
    row("SensorThings, the same 5,000 further back", both(&far), "");
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
