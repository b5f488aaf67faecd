//! An office that pushes, its hub and broker, and a gateway with one bus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use hanqing::edge::pushed::PushedStatus;
use hanqing::support::hex;
use hanqing::support::signature::Signer;
use hanqing::wire::{Birth, GatewayReport, PushedConfig, PushedSaid, SignedConfig, signed_bytes};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::context::{Context, GATEWAY, Process, hanqing, outcome, repository, wait_for};
use crate::daemon::signal;
use crate::hostile::scene::{PASSWORD, passwords};
use crate::peers::{Pymodbus, listener, mosquitto, mosquitto_with, publish};

/// How long a trial lasts in these tests, s: the shortest that can be set.
pub const CONFIRM_S: u32 = 10;

/// How long it lasts where somebody asks for another time, such as the 90 s that gateways have by themselves.
fn confirm_s() -> u32 {
    let asked = std::env::var("HANQING_PUSH_CONFIRM_S").ok();
    asked.map_or(CONFIRM_S, |asked| asked.parse().expect("HANQING_PUSH_CONFIRM_S has seconds"))
}

/// Where configurations are pushed to.
pub const TOPIC: &str = "hanqing/v1/gw-test/config";

/// Whoever signs.
pub struct Hand(Signer);

impl Hand {
    /// A message with a signature of this hand.
    pub fn message(&self, gateway: &str, number: u64, set: Value) -> Vec<u8> {
        let set: BTreeMap<String, Value> = serde_json::from_value(set).unwrap();
        let of = (Timestamp::UNIX_EPOCH, "office".to_owned());
        let text = PushedConfig::new(gateway.parse().unwrap(), number, of, set).to_text();
        let signature = hex(&self.0.sign(&signed_bytes(&text)));
        SignedConfig::new(text, signature).to_bytes()
    }
}

/// The office, and its gateway.
pub struct Office {
    pub context: Context,
    pub edge: Process,
    pub hub: Process,
    pub broker: Process,
    hand: Hand,
    births: Births,
    environment: Vec<(&'static str, String)>,
    _field: Pymodbus,
}

/// Makes the office's key, and the files of a gateway that lets it push settings of these patterns, and of the hub.
fn configure(context: &Context, field_port: u16, allow: &[&str]) -> String {
    let key = context.path("push.key");
    let made = outcome(hanqing().args(["push", "key", "--out"]).arg(&key));
    assert_eq!(made.0, Some(0), "{made:?}");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let pem = std::fs::read_to_string(&key).unwrap();
    let mut allowed = "\"bus.*.interval_s\"".to_owned();
    allow.iter().for_each(|pattern| write!(allowed, ", {pattern:?}").unwrap());
    context.edge_config(&format!(
        "[remote]\npublic_key_file = \"push.key.pub\"\nallow = [{allowed}]\nconfirm_s = {}\n\
         [[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n",
        confirm_s(),
        field_port
    ));
    context.hub_config();
    pem
}

/// Births that a listener hears.
type Births = Receiver<(Instant, Vec<u8>)>;

fn births(context: &Context) -> Births {
    listener(context.broker_port(), format!("hanqing/v1/{GATEWAY}/birth"))
}

/// Whether a line of `edge.toml` belongs to `[remote]`.
pub fn of_remote(line: &str) -> bool {
    ["[remote]", "public_key_file", "allow =", "confirm_s"].iter().any(|own| line.starts_with(own))
}

impl Office {
    /// Starts everything; beside the intervals, settings of these patterns may be pushed.
    pub fn start(allow: &[&str]) -> Self {
        Self::start_with(allow, &[])
    }

    /// The same with more in the gateway's environment.
    pub fn start_with(allow: &[&str], environment: &[(&'static str, String)]) -> Self {
        let context = Context::new();
        let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
        let pem = configure(&context, field.port, allow);
        let broker = mosquitto(&context);
        let births = births(&context);
        let environment = environment.to_vec();
        Self::of(context, field, (broker, births), &pem, environment)
    }

    /// The same with the rights that are shipped, where each has a password.
    pub fn start_guarded() -> Self {
        let context = Context::new();
        let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
        let pem = configure(&context, field.port, &[]);
        let users = passwords(&context, &[GATEWAY, "hanqing-hub", "hanqing-push"]);
        let password = context.write("password", PASSWORD);
        for (file, user) in [("edge.toml", GATEWAY), ("hub.toml", "hanqing-hub")] {
            let text = std::fs::read_to_string(context.path(file)).unwrap();
            let url = format!("url = \"mqtt://127.0.0.1:{}\"\n", context.broker_port());
            let login = format!("{url}user = \"{user}\"\npassword_file = {password:?}\n");
            assert!(text.contains(&url), "{text}");
            context.write(file, &text.replace(&url, &login));
        }
        let hub = std::fs::read_to_string(context.path("hub.toml")).unwrap();
        let push = format!("[push]\nname = \"hanqing-push\"\npassword_file = {password:?}\n");
        context.write("hub.toml", &(hub + &push));
        let config = format!(
            "user root\nlistener {} 127.0.0.1\nallow_anonymous false\nuse_username_as_clientid true\npassword_file {}\nacl_file {}\n",
            context.broker_port(),
            users.display(),
            repository("deploy/mosquitto/hanqing.acl").display(),
        );
        let broker = mosquitto_with(&context, &config, context.broker_port());
        // Strangers hear nothing.
        let (_, births) = sync_channel(1);
        Self::of(context, field, (broker, births), &pem, Vec::new())
    }

    fn of(
        context: Context,
        field: Pymodbus,
        (broker, births): (Process, Births),
        pem: &str,
        environment: Vec<(&'static str, String)>,
    ) -> Self {
        let hub = context.hub();
        let edge = context.daemon_with("edge", "edge.toml", "edge", &environment);
        let hand = Hand(Signer::from_pem(pem).unwrap());
        let office = Self { context, edge, hub, broker, hand, births, environment, _field: field };
        office.delivers();
        office
    }

    /// Somebody whom no gateway knows.
    pub fn stranger() -> Hand {
        Hand(Signer::generate().unwrap().0)
    }

    pub fn edge_file(&self) -> String {
        self.context.path("edge.toml").display().to_string()
    }

    pub fn hub_file(&self) -> String {
        self.context.path("hub.toml").display().to_string()
    }

    /// What a command comes to.
    pub fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        outcome(hanqing().args(arguments))
    }

    /// Signs and pushes as a user does.
    pub fn push(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let (hub, key) = (self.hub_file(), self.context.path("push.key").display().to_string());
        let head = ["push", "send", "-c", &hub, "--gateway", GATEWAY, "--key", &key];
        self.command(&[&head, arguments].concat())
    }

    /// A message of the office's own.
    pub fn signed(&self, gateway: &str, number: u64, set: Value) -> Vec<u8> {
        self.hand.message(gateway, number, set)
    }

    /// Lets the broker retain a message for the gateway.
    pub fn send(&self, message: &[u8]) {
        publish(self.context.broker_port(), &[(TOPIC, message.to_vec())], true);
    }

    /// Sends what is larger than any message, which the gateway must survive.
    pub fn ends_connection(&self, message: &[u8]) {
        self.send(message);
    }

    /// What the gateway says of what was pushed.
    pub fn pushed(&self) -> PushedStatus {
        wait_for("a status of what was pushed", || self.context.status().pushed.ok_or("none yet"))
    }

    /// Connections that it has made since its last start or reload.
    pub fn connections(&self) -> u64 {
        self.context.status().delivery.connections
    }

    /// Waits until the hub acknowledges what is read from now on.
    pub fn delivers(&self) {
        let from = self.context.status();
        wait_for("an acknowledgement of new readings", || {
            let status = self.context.status();
            let seen = (status.spool.last_seq, status.spool.batches, status.delivery.problem);
            let acknowledged = status.delivery.acknowledged_at.is_some_and(|at| at > from.now);
            let new = status.spool.last_seq > from.spool.last_seq;
            if acknowledged && new && seen.2.is_none() { Ok(()) } else { Err(seen) }
        });
    }

    /// Waits until that of this number has come to `step`.
    pub fn comes_to(&self, number: u64, step: &str) {
        wait_for(step, || {
            let last = self.pushed().state.last;
            let is = last.as_ref().is_some_and(|last| {
                let at = serde_json::to_value(last.step).unwrap();
                last.number == number && at == step
            });
            if is { Ok(()) } else { Err(last) }
        });
    }

    /// Waits until the gateway announces this interval.
    pub fn polls_each(&self, seconds: u32) {
        let mut last = None;
        wait_for("the interval", || {
            while let Ok((_, birth)) = self.births.try_recv() {
                let birth = Birth::from_bytes(&birth).unwrap();
                last = birth.series.first().map(|series| series.interval_s);
            }
            if last == Some(seconds) { Ok(()) } else { Err(last) }
        });
    }

    /// Waits until the gateway's report says this of what was pushed.
    pub fn reports(&self, says: impl Fn(&PushedSaid) -> bool) {
        let reports = listener(self.context.broker_port(), format!("hanqing/v1/{GATEWAY}/report"));
        let mut last = None;
        wait_for("the report", || {
            while let Ok((_, report)) = reports.try_recv() {
                last = GatewayReport::from_bytes(&report).unwrap().pushed;
            }
            if last.as_ref().is_some_and(&says) { Ok(()) } else { Err(last.clone()) }
        });
    }

    /// Hears births of a broker that was started anew.
    pub fn listen_again(&mut self) {
        self.births = births(&self.context);
    }

    /// The interval that was announced last, if any was since the last look.
    pub fn announced(&self) -> Option<u32> {
        let births = self.births.try_iter();
        let birth = births.last().map(|(_, birth)| Birth::from_bytes(&birth).unwrap())?;
        birth.series.first().map(|series| series.interval_s)
    }

    /// Ends the gateway as a power cut would.
    pub fn kill(&mut self) {
        self.edge.kill();
    }

    /// Starts the gateway again.
    pub fn start_edge(&mut self) {
        self.edge = self.context.daemon_with("edge", "edge.toml", "edge", &self.environment);
    }

    pub fn kill_and_start(&mut self) {
        self.kill();
        self.start_edge();
        self.delivers();
    }

    /// Lets the gateway reload.
    pub fn hang_up(&self) {
        signal(&self.edge, "HUP");
    }
}
