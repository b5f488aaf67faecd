//! An office whose pages ask who comes: a hub, its broker, and persons of each role.

use std::process::Stdio;

use hanqing::core::Reading;
use hanqing::wire::{Batch, Epoch};
use jiff::{SignedDuration, Timestamp};

use crate::context::{Context, Process, hanqing, outcome, wait_for};
use crate::form::Form;
use crate::hostile::scene::tail;
use crate::office::office;
use crate::peers::publish;
use crate::visit::{Answer, Visit};

/// Id, name, office and role; the first one is who looks after the rest.
pub const PERSONS: [[&str; 4]; 4] = [
    ["zhao", "赵某", "党政办", "administrator"],
    ["wu", "吴某", "水务站", "reviewer"],
    ["qian", "钱某", "水务站", "recorder"],
    ["sun", "孙某", "民政办", "viewer"],
];

/// A station that readings come of.
pub const STATION: &str = "pond-dongmen-1";

/// A password that is taken from all of them.
pub const PASSWORD: &str = "ponds fall slowly in autumn";

/// The gateway whose readings these are.
const SENDER: &str = "gw-dongmen";

/// A hub that nobody reads without signing in.
pub struct Office {
    pub context: Context,
    pub hub: Process,
    _broker: Process,
}

impl Office {
    pub fn open() -> Self {
        Self::open_with("")
    }

    /// Opens one with more lines in its section `[web]`.
    pub fn open_with(web: &str) -> Self {
        let context = Context::new();
        configure(&context, web);
        let (broker, hub) = office(&context);
        wait_for("the page", || {
            let answer = Visit::to(context.page_port()).try_ask("GET", "/sign-in", &[], b"");
            match answer {
                Ok(answer) if answer.status == 200 => Ok(()),
                other => Err(format!("{other:?}\n{}", tail(&context.log("hub")))),
            }
        });
        Self { context, hub, _broker: broker }
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> Visit {
        Visit::to(self.context.page_port())
    }

    /// The secret part of the link that the first start has printed.
    pub fn first_link(&self) -> String {
        wait_for("the first link", || {
            let printed = self.context.printed("hub");
            link(&printed).ok_or_else(|| printed + &tail(&self.context.log("hub")))
        })
    }

    /// A new one-time link, made beside the running hub by `hanqing user link` or `hanqing user reset`.
    pub fn link_by(&self, command: &str, person: &str) -> String {
        link_by(&self.context, command, person)
    }

    /// Chooses [`PASSWORD`] with a link, and is signed in.
    pub fn chosen(&self, link: &str) -> Visit {
        let mut visit = self.stranger();
        choose(&mut visit, link, PASSWORD);
        visit
    }

    /// Signs in, without a look at what comes of it.
    pub fn sign_in(&self, person: &str, password: &str) -> (Visit, Answer) {
        let mut visit = self.stranger();
        let page = visit.get("/sign-in");
        let form =
            Form::of(&page.text(), "/sign-in").unwrap_or_else(|| panic!("no form: {page:?}"));
        let answer = form.fill("person", person).fill("password", password).send(&mut visit);
        (visit, answer)
    }

    /// A person of this role, signed in with a password that she has just chosen.
    pub fn person(&self, role: &str) -> Visit {
        signed_in(&self.context, role)
    }

    /// Publishes a level of [`STATION`] for each of the last hours, and waits until the hub has them.
    pub fn levels(&self, seq: u64, levels: &[f64]) {
        self.levels_before(seq, 0, levels);
    }

    /// Publishes a level for each of the hours that end so many hours ago, and waits until the hub has them.
    pub fn levels_before(&self, seq: u64, hours_ago: usize, levels: &[f64]) {
        let now = Timestamp::now();
        let readings = levels.iter().enumerate().map(|(n, level)| {
            let hours = i64::try_from(hours_ago + levels.len() - n).unwrap();
            let at = now - SignedDuration::from_hours(hours) + SignedDuration::from_mins(50);
            Reading::good(format!("{STATION}/level").parse().unwrap(), at, *level)
        });
        let readings: Vec<Reading> = readings.collect();
        let (gateway, epoch) = (SENDER.parse().unwrap(), Epoch(7));
        let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings };
        let topic = format!("hanqing/v1/{SENDER}/readings");
        let before = self.context.readings(&format!("{STATION}/level")).len();
        publish(self.context.broker_port(), &[(&topic, batch.to_bytes())], false);
        wait_for("the readings in the store", || {
            match self.context.readings(&format!("{STATION}/level")).len() {
                now if now >= before + levels.len() => Ok(()),
                now => Err((now, tail(&self.context.log("hub")))),
            }
        });
    }
}

/// A new one-time link, made beside a running hub by `hanqing user link` or `hanqing user reset`.
pub fn link_by(context: &Context, command: &str, person: &str) -> String {
    let mut program = hanqing();
    program.args(["user", command, person, "-c"]).arg(context.path("hub.toml"));
    let (code, said, told) = outcome(program.stderr(Stdio::piped()));
    assert_eq!(code, Some(0), "{said}{told}");
    link(&said).unwrap_or_else(|| panic!("no link in {said}"))
}

/// Somebody of this role, signed in at a hub's page with a password that she has just chosen.
pub fn signed_in(context: &Context, role: &str) -> Visit {
    let [id, ..] = PERSONS.iter().find(|person| person[3] == role).unwrap();
    let mut visit = Visit::to(context.page_port());
    choose(&mut visit, &link_by(context, "link", id), PASSWORD);
    visit
}

/// Chooses a password with a link, and is signed in. The hub sees within a second what a command has made.
pub fn choose(visit: &mut Visit, link: &str, password: &str) {
    let path = format!("/first/{link}");
    let form = wait_for("the form of a password", || {
        let page = visit.get(&path);
        let form = Form::of(&page.text(), "").filter(|_| page.status == 200);
        form.ok_or_else(|| format!("{} {}", page.status, page.text()))
    });
    let form = form.fill_all("password", password).fill_all("again", password);
    let form = Form { action: if form.action.is_empty() { path } else { form.action }, ..form };
    let answer = form.send(visit);
    assert_eq!(answer.status, 303, "{answer:?}");
}

/// Writes `hub.toml` with all persons; nobody reads without signing in.
pub fn configure(context: &Context, web: &str) {
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let mut config = config.replace("open_to = [\"127.0.0.0/8\"]\n", web);
    for [id, name, office, role] in PERSONS {
        let person =
            format!("id = {id:?}\nname = {name:?}\noffice = {office:?}\nrole = {role:?}\n");
        config.push_str(&format!("\n[[person]]\n{person}"));
    }
    context.write("hub.toml", &config);
}

/// The secret of the last `/first/…` that a text names.
pub fn link(text: &str) -> Option<String> {
    let rest = text.rsplit_once("/first/")?.1;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
    let secret = &rest[..end.unwrap_or(rest.len())];
    (!secret.is_empty()).then(|| secret.to_owned())
}
