//! The office behind the browser: the demo at its end, with persons of each role; one for all of these tests.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hanqing::config::example;
use hanqing::demo::{Options, run};
use tokio_util::sync::CancellationToken;

use super::kit::Browser;
use crate::context::{hanqing, outcome};
use crate::form::Form;
use crate::visit::Visit;
use crate::workplace::kit::{PASSWORD, choose, link};

/// Longest that the demo may take to its end in a debug build beside other tests.
const DEMO_MAX: Duration = Duration::from_secs(900);

/// A source with pumps, thresholds and a drought; and a pump.
pub const POND: &str = "pond-dongmen-1";
pub const PUMP: &str = "pump-dongmen-1";

/// The pages, and somebody of each role.
pub struct Office {
    pub base: String,
    pub port: u16,
    config: PathBuf,
    /// Id of a person by role.
    people: BTreeMap<String, String>,
    _alone: File,
}

/// The office, which is opened by the first test that asks for it; and a turn of one's own at it, since two browsers
/// beside each other make each other slow.
pub fn office() -> (&'static Office, MutexGuard<'static, ()>) {
    static OFFICE: OnceLock<Office> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    (OFFICE.get_or_init(Office::open), turn)
}

impl Office {
    fn open() -> Self {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        std::fs::create_dir_all(&out).unwrap();
        // Another run of these tests has its demo there: two would write over each other.
        let alone = File::create(out.join("lock")).unwrap();
        alone.lock().unwrap();
        let options = Options { days_per_second: 0.0, seed: None, port: 0, out };
        let (sender, receiver) = sync_channel(1);
        // It runs as long as this process does.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let finished = run(example(None).unwrap(), &options).await.unwrap();
                sender.send((finished.page.port(), finished.data.clone())).unwrap();
                finished.serve(&CancellationToken::new()).await.unwrap();
            });
        });
        let (port, data) = receiver.recv_timeout(DEMO_MAX).expect("the demo comes to its end");
        let config = data.join("hub.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let settings: toml::Table = toml::from_str(&text).unwrap();
        let persons = settings["person"].as_array().expect("the demo has persons");
        let mut people = BTreeMap::new();
        for person in persons {
            if let (Some(role), Some(id)) = (person.get("role"), person.get("id")) {
                let [role, id] = [role, id].map(|value| value.as_str().unwrap().to_owned());
                people.entry(role).or_insert(id);
            }
        }
        let base = format!("http://127.0.0.1:{port}");
        let office = Self { base, port, config, people, _alone: alone };
        for id in office.people.values() {
            let link = office.first(id);
            choose(&mut Visit::to(port), link.trim_start_matches("/first/"), PASSWORD);
        }
        office
    }

    /// Where the demo's data are.
    pub fn data(&self) -> &Path {
        self.config.parent().unwrap()
    }

    /// Somebody of a role, by id.
    pub fn person(&self, role: &str) -> &str {
        self.people.get(role).unwrap_or_else(|| panic!("the demo has no {role}"))
    }

    /// The path of a new one-time link.
    pub fn first(&self, id: &str) -> String {
        let mut command = hanqing();
        command.args(["user", "link", id, "-c"]).arg(&self.config);
        let (code, said, told) = outcome(command.stderr(Stdio::piped()));
        assert_eq!(code, Some(0), "{said}{told}");
        format!("/first/{}", link(&said).unwrap_or_else(|| panic!("no link in {said}")))
    }

    /// A browser in which nobody has signed in.
    pub fn browser(&self, lang: &str) -> Browser {
        Browser::open(&self.base, lang)
    }

    /// A browser in which somebody of this role has signed in.
    pub fn signed_in(&self, role: &str, lang: &str) -> Browser {
        let browser = self.browser(lang);
        self.sign_in(&browser, role);
        browser
    }

    /// Somebody of this role without a browser.
    pub fn visit(&self, role: &str) -> Visit {
        let mut visit = Visit::to(self.port);
        let page = visit.get("/sign-in").text();
        let form = Form::of(&page, "/sign-in").unwrap_or_else(|| panic!("no form: {page}"));
        let form = form.fill("person", self.person(role)).fill("password", PASSWORD);
        assert_eq!(form.send(&mut visit).status, 303);
        visit
    }

    /// Signs in by the form.
    pub fn sign_in(&self, browser: &Browser, role: &str) {
        browser.go("/sign-in?next=/");
        browser.fill("main input[name=person]", self.person(role));
        browser.fill("main input[name=password]", PASSWORD);
        browser.click("main form button");
        browser
            .until("somebody to be signed in", "document.querySelector('.who .person') !== null");
    }
}
