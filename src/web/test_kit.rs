//! What the tests of pages need: a workplace with canned answers, persons of each role, and requests as browsers send
//! them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use tokio::sync::watch;

use super::alarms::{AlarmsAnswer, AlarmsAsked};
use super::connections::once;
use super::guard::{Access, Peer};
use super::ledger::{Entered, UploadAsked, Uploaded, WaitingFile};
use super::model::{Health, Overview, Shown};
use super::pumps::PumpsFacts;
use super::report::{DeskAnswer, DeskAsked};
use super::router::office;
use super::station::{CorrectionAsked, Done, StationFacts};
use super::workplace::{Ask, Operation, Withdraw, Workplace};
use crate::core::{Period, Role};
use crate::locales::{Lang, Text};
use crate::support::Clock;
use crate::users::{Account, Chosen, Session, Users};

/// The name under which requests of the kit ask.
pub const HOST_NAME: &str = "127.0.0.1:8080";

/// A workplace for tests, and who works there.
pub struct Kit {
    pub users: Users,
    pub overview: watch::Sender<Arc<Overview>>,
    /// What was asked of the hub that changes something.
    pub asked: Arc<Mutex<Vec<String>>>,
    pub workplace: Workplace,
    pub access: Access,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The cookies that it sets, `name=value`.
    pub fn cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        lines.map(|line| line.split(';').next().unwrap().to_owned()).collect()
    }
}

/// The id of the kit's person of that role.
pub fn id_of(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Recorder => "recorder",
        Role::Reviewer => "reviewer",
        Role::Administrator => "administrator",
    }
}

/// The password of each.
pub fn password_of(role: Role) -> String {
    format!("three goats {} a fence", 7 + role as u8)
}

fn accounts() -> Vec<Account> {
    let account = |role| Account {
        id: id_of(role).into(),
        name: format!("农业办 <b>{}</b>", id_of(role)),
        role,
    };
    Role::ALL.map(account).into()
}

/// The answers of a hub that knows of no station and does whatever it is asked.
fn workplace(
    users: Users,
    overview: watch::Receiver<Arc<Overview>>,
    asked: &Arc<Mutex<Vec<String>>>,
) -> Workplace {
    let note = |asked: &Arc<Mutex<Vec<String>>>, what: String| {
        crate::support::lock(asked).push(what);
    };
    let [corrected, withdrawn, done, handed_in] = [0; 4].map(|_| asked.clone());
    let shown = overview.clone();
    let day = jiff::civil::date(2022, 9, 1);
    Workplace {
        overview,
        users,
        station: Ask::new(|_| async { Ok(None::<StationFacts>) }),
        correct: Ask::new(move |correction: CorrectionAsked| {
            note(&corrected, format!("correct {} by {}", correction.series, correction.by));
            async { Ok(Done::As(1)) }
        }),
        withdraw: Ask::new(move |withdraw: Withdraw| {
            note(&withdrawn, format!("withdraw {} by {}", withdraw.id, withdraw.by));
            async { Ok(Done::As(2)) }
        }),
        pumps: Ask::new(move |_| {
            let overview = shown.borrow().clone();
            let shown = Shown {
                township: overview.township.clone(),
                now: overview.now,
                simulated: overview.simulated,
                zone: overview.zone.clone(),
                alarms: overview.alarms.open.len(),
            };
            let period = Period { from: day, to: day };
            let facts = PumpsFacts { shown, period, is_over: false, pumps: Vec::new() };
            async move { Ok(Arc::new(facts)) }
        }),
        gateway: Ask::new(move |deed| {
            note(&done, format!("{deed:?}"));
            async { Ok(Ok(Text::verbatim("done"))) }
        }),
        upload: Ask::new(move |handed: UploadAsked| {
            let (what, answer) = handed_in_as(handed);
            note(&handed_in, what);
            async { Ok(answer) }
        }),
        ledger_template: Ask::new(|lang: Lang| async move { Ok(format!("rows in {lang}").into()) }),
        rows: super::ledger::rows_for_tests(asked.clone()),
        desk: Ask::new(|asked: DeskAsked| async move { Ok(at_the_desk(asked)) }),
        alarms: Ask::new(|asked: AlarmsAsked| async move {
            let no = Text::verbatim("no such channel");
            Ok(match asked {
                AlarmsAsked::Show(_) => AlarmsAnswer::Shown(Box::default()),
                AlarmsAsked::Acknowledge { .. } => AlarmsAnswer::Acknowledged(Err(no)),
                AlarmsAsked::Test { .. } => AlarmsAnswer::Tested(Err(no)),
            })
        }),
        api: Ask::new(super::v1::canned),
        things: super::sta::canned_things(),
        chart: Ask::new(|asked: super::ChartAsked| async move {
            anyhow::ensure!(asked.points != 13, "the disk is gone");
            let series = asked.series.to_string();
            Ok(serde_json::json!([series, asked.from, asked.to, asked.points]))
        }),
    }
}

/// A hub's answers about a report that has two documents and nothing else.
fn at_the_desk(asked: DeskAsked) -> DeskAnswer {
    let DeskAsked::Document { name, days: None, lang } = asked else { return DeskAnswer::Nothing };
    match name.as_str() {
        "drought-relief.docx" | "drought-relief.html" => {
            DeskAnswer::File { name, bytes: format!("a document in {lang}").into_bytes() }
        }
        "no-period.docx" => DeskAnswer::NoPeriod(Text::both("先登记抗旱期", "enter the event")),
        "busy.docx" => DeskAnswer::Busy,
        _ => DeskAnswer::Nothing,
    }
}

/// What the hub is asked with a file, and a hub's answer: any file has a row to enter, and waits as `t1`.
fn handed_in_as(asked: UploadAsked) -> (String, Uploaded) {
    match asked {
        UploadAsked::Understand { by, file, ticket, answers } => {
            let (file, bytes) = file.unwrap_or_else(|| (format!("kept as {ticket}"), Vec::new()));
            let what = format!("look at {file} of {} bytes by {}: {answers:?}", bytes.len(), by.id);
            let waiting = WaitingFile { ticket: "t1".into(), file, new: 1, ..Default::default() };
            (what, Uploaded::Understood(Box::new(waiting)))
        }
        UploadAsked::Enter { by, ticket } if ticket == "t1" => {
            let entered = Entered {
                file: "台账 <b>.xlsx".into(),
                new: 1,
                there: 0,
                numbers: Some((7, 7)),
                unreviewed: true,
            };
            (format!("enter {ticket} by {}", by.id), Uploaded::Entered(entered))
        }
        UploadAsked::Enter { by, ticket } => {
            (format!("enter {ticket} by {}", by.id), Uploaded::Gone)
        }
    }
}

pub fn operation() -> Operation {
    Operation {
        metrics: Arc::new(|| Some("# EOF\n".into())),
        health: Arc::new(|| Health {
            problems: vec![Text::verbatim("the disk is full")],
            ..Health::default()
        }),
    }
}

impl Kit {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other access than on loopback by http.
    pub fn with(change: impl FnOnce(&mut Access)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let users = Users::open(&path, accounts(), Clock::system()).unwrap();
        let (overview, receiver) = watch::channel(Arc::new(Overview {
            township: "示例乡".into(),
            ..Overview::default()
        }));
        let asked = Arc::default();
        let mut access = Access {
            hosts: Vec::new(),
            open_to: Vec::new(),
            proxies: Vec::new(),
            tls: false,
            listen: "127.0.0.1:8080".parse().unwrap(),
            lang: Lang::Chinese,
            users: Some(users.clone()),
        };
        change(&mut access);
        let workplace = workplace(users.clone(), receiver, &asked);
        Self { users, overview, asked, workplace, access, _folder: folder }
    }

    /// The users' file, for what is done beside the hub.
    pub fn users_file(&self) -> std::path::PathBuf {
        self._folder.path().join("users.db")
    }

    pub fn router(&self) -> Router {
        office(self.workplace.clone(), operation(), self.access.clone())
    }

    /// A session of the kit's person of that role.
    pub async fn session(&self, role: Role) -> Session {
        let link = self.users.make_link(id_of(role).into(), "test".into()).await.unwrap().unwrap();
        match self.users.choose_password(link, password_of(role), None).await.unwrap() {
            Chosen::Done(session) => session,
            other => panic!("{other:?}"),
        }
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = once(&self.router(), request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A page as that session's browser asks for it.
    pub async fn get(&self, path: &str, session: Option<&Session>) -> Answer {
        self.ask(asked(Method::GET, path, session, &[], "")).await
    }

    /// A form as that session's browser sends it, with the session's token.
    pub async fn post(&self, path: &str, session: Option<&Session>, fields: &str) -> Answer {
        let token = session.map(|session| session.form_token.as_str()).unwrap_or_default();
        let body = format!("form_token={token}&{fields}");
        self.ask(asked(Method::POST, path, session, &[], &body)).await
    }
}

/// A request as a browser on the hub's own machine sends it. An empty value of `headers` takes the header away.
pub fn asked(
    method: Method,
    path: &str,
    session: Option<&Session>,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Body> {
    let changes = method != Method::GET && method != Method::HEAD;
    let mut request = Request::builder().method(method).uri(path);
    let mut all = vec![("host", HOST_NAME.to_owned())];
    if let Some(session) = session {
        all.push(("cookie", format!("hanqing={}", session.token)));
    }
    if changes {
        all.push(("origin", format!("http://{HOST_NAME}")));
        all.push(("content-type", "application/x-www-form-urlencoded".into()));
    }
    all.retain(|(name, _)| !headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    let others = headers.iter().filter(|(_, value)| !value.is_empty());
    let others = others.map(|(name, value)| (*name, (*value).to_owned()));
    for (name, value) in all.into_iter().chain(others) {
        request = request.header(name, value);
    }
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(peer("127.0.0.1:50000"));
    request
}

/// A connection from there.
pub fn peer(address: &str) -> Peer {
    let local: SocketAddr = "127.0.0.1:8080".parse().unwrap();
    Peer { address: address.parse().unwrap(), local, tls: false }
}
