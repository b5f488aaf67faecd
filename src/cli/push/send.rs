//! `hanqing push send`: signs settings and pushes them to a gateway.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::Value as Json;
use tokio::time::timeout;
use toml::Value;

use super::step;
use crate::cli::config_args::setting;
use crate::cli::language;
use crate::cli::runtime::block_on_two_threads;
use crate::cli::usage::{ConfigurationProblems, bail_usage};
use crate::config::{LoadedHub, load_hub};
use crate::core::GatewayId;
use crate::hub::HubSettings;
use crate::locales::{Argument, foreign, pushed as words};
use crate::mqtt::{OfficeLine, Taken};
use crate::support::files::read_regular;
use crate::support::signature::Signer;
use crate::support::{Clock, hex, random};
use crate::wire::{
    Channel, ConfigOutcome, ConfigState, ConfigStep, PUSHED_MAX, PushedConfig, SignedConfig, Topic,
    is_never_pushed, key_parts, signed_bytes,
};

/// The largest file of a private key, bytes: ours have 250. Engineering judgement.
const KEY_FILE_MAX: u64 = 16 * 1024;

/// Rights of others than its owner on a private key, of which there are none.
const OTHERS: u32 = 0o077;

/// Numbers are milliseconds since 1970. How far ahead of now a gateway's may be, a year: another office's clock was
/// wrong, or somebody wants the numbers used up. Engineering judgement.
const AHEAD_MAX: u64 = 366 * 24 * 3600 * 1000;

/// How long a message is waited for after one was not believed: they are judged one behind the other, within a second.
/// Engineering judgement.
const AFTER_REFUSAL: Duration = Duration::from_secs(10);

/// The arguments of `hanqing push send`.
#[derive(Args)]
pub struct Arguments {
    #[arg(short, long, value_name = "FILE", default_value = "/etc/hanqing/hub.toml")]
    config: PathBuf,
    #[arg(long, value_name = "ID")]
    gateway: GatewayId,
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    #[arg(long, conflicts_with = "set")]
    none: bool,
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    wait: u64,
}

/// The office's configuration at `path`.
pub fn hub(path: &Path) -> anyhow::Result<LoadedHub> {
    let loaded = load_hub(path, &[]).map_err(ConfigurationProblems)?;
    language::configured(loaded.0.lang);
    Ok(loaded)
}

/// A connection to the office's broker beside the hub's, subscribed to `filter`.
pub async fn line(settings: &HubSettings, filter: String) -> anyhow::Result<OfficeLine> {
    let (mqtt, name) = match &settings.push {
        Some(push) => (push.over(&settings.mqtt), push.name.clone()),
        None if settings.mqtt.user.is_some() || settings.mqtt.cert_file.is_some() => {
            bail_usage!(words::needs_login())
        }
        None => (settings.mqtt.clone(), format!("{}-push", settings.client_id)),
    };
    // Two who push at once do not throw each other out, where the broker takes names of clients as they are.
    let client = format!("{name}-{:08x}", random::bits() as u32);
    let opened = OfficeLine::open(&mqtt, (client.as_str(), name.as_str()), filter).await;
    opened.map_err(|error| anyhow::Error::msg(error.text()))
}

/// Signs, sends, and waits for what becomes of it: 0 where it is kept, 1 where it is not, or nobody answers.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let set = settings(arguments)?;
    let signer = signer(&arguments.key)?;
    let (settings, _) = hub(&arguments.config)?;
    block_on_two_threads(push(arguments, set, &signer, &settings))
}

/// What is to be pushed.
fn settings(arguments: &Arguments) -> anyhow::Result<BTreeMap<String, Json>> {
    if arguments.set.is_empty() && !arguments.none {
        bail_usage!(words::nothing_to_push());
    }
    let mut set = BTreeMap::new();
    for (key, text) in &arguments.set {
        let Some(parts) = key_parts(key) else { bail_usage!(words::no_key(key)) };
        if is_never_pushed(&parts) {
            bail_usage!(words::never(key));
        }
        let Some(value) = value(text) else { bail_usage!(words::no_value(key)) };
        if has_secret(&value) {
            bail_usage!(words::secret_in_address(key));
        }
        set.insert(key.clone(), value);
    }
    Ok(set)
}

/// A truth value, a number, a quoted text or a list as TOML writes them; anything else is text. `None` for what can
/// be no setting that is pushed.
fn value(text: &str) -> Option<Json> {
    // `1e400` is no text, and no number that there is room for.
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if is_number && text.parse::<f64>().is_ok_and(f64::is_infinite) {
        return None;
    }
    let read: Option<toml::Table> = format!("value = {text}").parse().ok();
    let read = read.filter(|table| table.len() == 1);
    pushed(read.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::from(text)))
}

/// Whether it is an address with a user or password in it: the broker would keep that for all who may read there.
fn has_secret(value: &Json) -> bool {
    match value {
        Json::String(text) => text.split_once("://").is_some_and(|(_, rest)| rest.contains('@')),
        Json::Array(list) => list.iter().any(has_secret),
        _ => false,
    }
}

fn pushed(value: Value) -> Option<Json> {
    Some(match value {
        Value::Boolean(value) => Json::Bool(value),
        Value::Integer(whole) => whole.into(),
        Value::Float(number) => Json::Number(serde_json::Number::from_f64(number)?),
        Value::String(text) => Json::String(text),
        Value::Array(list) => Json::Array(list.into_iter().map(pushed).collect::<Option<_>>()?),
        Value::Datetime(_) | Value::Table(_) => return None,
    })
}

fn signer(path: &Path) -> anyhow::Result<Signer> {
    let unreadable = |error| anyhow::Error::msg(words::cannot_read_key(path, foreign::io(&error)));
    let pem = read_regular(path, KEY_FILE_MAX).map_err(unreadable)?;
    let mode = path.metadata().map_err(unreadable)?.permissions().mode();
    if mode & OTHERS != 0 {
        bail_usage!(words::key_is_open(path));
    }
    match Signer::from_pem(&String::from_utf8_lossy(&pem)) {
        Ok(signer) => Ok(signer),
        Err(_) => bail_usage!(words::no_private_key(path)),
    }
}

async fn push(
    arguments: &Arguments,
    set: BTreeMap<String, Json>,
    signer: &Signer,
    settings: &HubSettings,
) -> anyhow::Result<ExitCode> {
    let gateway = &arguments.gateway;
    let topic = |channel| Topic::new(gateway.clone(), channel).to_string();
    let mut line = line(settings, topic(Channel::ConfigState)).await?;
    let known = timeout(super::list::SILENCE, state(&mut line, |_| true)).await;
    let (highest, refused) = match known {
        Ok(known) => known.map(|known| (known.highest, known.refused))?,
        Err(_) => (0, 0),
    };
    let now = Clock::system().now();
    let number = u64::try_from(now.as_millisecond()).unwrap_or_default();
    if highest > number.saturating_add(AHEAD_MAX) {
        return Err(anyhow::Error::msg(words::number_far_ahead(highest)));
    }
    let number = number.max(highest.saturating_add(1));
    let by = arguments.by.clone().unwrap_or_else(|| settings.client_id.clone());
    let config = PushedConfig::new(gateway.clone(), number, (now, by), set);
    config.check()?;
    let text = config.to_text();
    let signature = hex(&signer.sign(&signed_bytes(&text)));
    let message = SignedConfig::new(text, signature).to_bytes();
    if message.len() > PUSHED_MAX {
        bail_usage!(words::too_much(message.len(), PUSHED_MAX));
    }
    let config = topic(Channel::Config);
    let taken = line.retain(&config, message).await;
    match taken.map_err(|error| anyhow::Error::msg(error.text()))? {
        Taken::Yes => {}
        Taken::NobodyListens => complain!("{}", words::nobody_listens(gateway.as_str())),
        Taken::Refused(code) => {
            return Err(anyhow::Error::msg(words::refused_by_broker(config, code)));
        }
    }
    if arguments.wait == 0 {
        say!("{}", words::sent_and_left(number, gateway.as_str()));
        line.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    say!("{}", words::sent(number, gateway.as_str()));
    let waiting = Duration::from_secs(arguments.wait);
    let outcome = timeout(waiting, outcome(&mut line, gateway, (number, refused))).await;
    line.close().await;
    match outcome {
        Ok(outcome) => match outcome? {
            Some(last) if last.step == ConfigStep::Kept => return Ok(ExitCode::SUCCESS),
            Some(_) => {}
            None => complain!("{}", words::not_taken(number)),
        },
        Err(_) => complain!("{}", words::no_answer(arguments.wait)),
    }
    Ok(ExitCode::FAILURE)
}

/// Tells what becomes of the configuration of this number, until nothing more will; `None` where the gateway did not
/// believe a message since, of which it said before how many, and has not seen this one: so it was this one.
async fn outcome(
    line: &mut OfficeLine,
    gateway: &GatewayId,
    (number, mut refused): (u64, u64),
) -> anyhow::Result<Option<ConfigOutcome>> {
    let mut told = None;
    let mut unbelieved = false;
    loop {
        let next = state(line, |state| is_news(state, number, refused));
        let state = match unbelieved && told.is_none() {
            // Somebody else's may have been judged just before.
            true => match timeout(AFTER_REFUSAL, next).await {
                Ok(state) => state?,
                Err(_) => return Ok(None),
            },
            false => next.await?,
        };
        if state.highest < number {
            refused = state.refused;
            unbelieved = true;
            let why = state.refused_why.map(|why| why.text()).unwrap_or_default();
            complain!("{}", words::unbelieved_now(gateway.as_str(), why));
            continue;
        }
        let Some(last) = state.last.filter(|last| last.number == number) else {
            return Err(anyhow::Error::msg(words::overtaken(number, state.highest)));
        };
        if told != Some(last.step) {
            told = Some(last.step);
            let step = step::name(last.step);
            say!("{}", words::outcome(gateway.as_str(), Argument::of(number), step));
            last.why.iter().for_each(|why| say!("  {}", why.text()));
        }
        if last.step.is_final() {
            return Ok(Some(last));
        }
    }
}

/// Whether a state says something of the configuration of this number, or that a message was not believed beside the
/// `refused` before.
fn is_news(state: &ConfigState, number: u64, refused: u64) -> bool {
    let about = state.last.as_ref().is_some_and(|last| last.number == number);
    // A gateway that has started anew counts from 0.
    let unbelieved = state.highest < number && state.refused > 0 && state.refused != refused;
    about || state.highest > number || unbelieved
}

/// The next state that `wanted` takes.
async fn state(
    line: &mut OfficeLine,
    wanted: impl Fn(&ConfigState) -> bool,
) -> anyhow::Result<ConfigState> {
    loop {
        let message = line.next().await.map_err(|error| anyhow::Error::msg(error.text()))?;
        if let Ok(state) = ConfigState::from_bytes(message.payload())
            && wanted(&state)
        {
            return Ok(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_not_believed_is_news_and_one_from_before_is_not() {
        let at: jiff::Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        let of = |highest, refused| {
            let mut state = ConfigState::new(at);
            (state.highest, state.refused) = (highest, refused);
            state
        };
        assert!(!is_news(&of(3, 0), 7, 0) && !is_news(&of(3, 2), 7, 2));
        assert!(is_news(&of(3, 3), 7, 2), "a key that the gateway does not know");
        assert!(is_news(&of(3, 1), 7, 2), "it has started anew");
        assert!(!is_news(&of(3, 0), 7, 2), "and has not refused any");
        assert!(is_news(&of(9, 2), 7, 2), "another was pushed");
        assert!(
            !is_news(&of(7, 3), 7, 2),
            "it has seen this one, and says soon what becomes of it"
        );
        let mut tried = of(7, 2);
        tried.last = Some(ConfigOutcome::new(7, ConfigStep::OnTrial, at, &[]));
        assert!(is_news(&tried, 7, 2));
    }

    #[test]
    fn a_value_is_what_toml_would_make_of_it() {
        for (text, is) in [
            ("60", Json::from(60)),
            ("1.5", 1.5.into()),
            ("true", true.into()),
            ("[\"06:00+20\"]", serde_json::json!(["06:00+20"])),
            ("mqtts://host:8883", "mqtts://host:8883".into()),
            ("1\nother = 2", "1\nother = 2".into()),
        ] {
            assert_eq!(value(text), Some(is), "{text}");
        }
        for bad in ["{ a = 1 }", "2026-12-01", "[2026-12-01]", "nan", "1e400", "-1e400"] {
            assert_eq!(value(bad), None, "{bad}");
        }
        for secret in ["mqtts://u:p@host:8883", "[\"a\", \"mqtt://u@h\"]"] {
            assert!(value(secret).is_some_and(|value| has_secret(&value)), "{secret}");
        }
        for open in ["mqtts://host:8883", "a@b", "60"] {
            assert!(value(open).is_some_and(|value| !has_secret(&value)), "{open}");
        }
    }
}
