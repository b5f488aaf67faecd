//! `hanqing quarantine`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::store_file;
use crate::cli::config_args::OfficeConfig;
use crate::cli::table::{Table, left, right};
use crate::cli::usage::bail_usage;
use crate::core::GatewayId;
use crate::hub::message::{self, Content};
use crate::hub::{self, HubSettings, KnownNames, Retried};
use crate::locales::{Lang, Text, moment, office as words};
use crate::store::{Lock, Owners, Quarantine, QuarantinedMessage, Sqlite};
use crate::support::Clock;
use crate::water::Township;

/// The arguments of `hanqing quarantine`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    List {
        #[arg(long, value_name = "NAME")]
        gateway: Option<GatewayId>,
        #[arg(long)]
        json: bool,
    },
    Show {
        id: i64,
    },
    Retry {
        #[command(flatten)]
        which: Which,
    },
    Drop {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        yes: bool,
    },
}

/// Which messages.
#[derive(Args)]
#[group(multiple = false)]
struct Which {
    ids: Vec<i64>,
    #[arg(long, value_name = "NAME")]
    gateway: Option<GatewayId>,
    #[arg(long)]
    all: bool,
}

/// Lists, shows, retries or gives up.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    carry_out(&arguments.command, &settings, &township)
}

fn carry_out(
    command: &Command,
    settings: &HubSettings,
    township: &Township,
) -> anyhow::Result<ExitCode> {
    store_file::must_exist(&settings.store.path)?;
    let _lock = Lock::shared(&settings.store.path)?;
    let mut quarantine = Quarantine::open(&settings.store.path)?;
    let mut owners = hub::owners(settings, township)?;
    let (calendar, now) = (hub::calendar(township)?, Clock::system().now());
    let zone = calendar.zone();
    if let Some(gateway) = command.gateway()
        && quarantine.list(Some(gateway))?.is_empty()
    {
        let store = Sqlite::open_reader(&settings.store.path)?;
        let names = KnownNames::of(&store, &owners, &quarantine, township)?;
        names.gateway(gateway).map_err(anyhow::Error::msg)?;
    }
    match command {
        Command::List { gateway, json } => {
            let messages = quarantine.list(gateway.as_ref())?;
            if *json {
                messages.iter().for_each(print_json);
            } else if messages.is_empty() {
                say!("{}", nothing_there(gateway.as_ref()));
            } else {
                let problems = problems(&quarantine, &mut owners, &messages)?;
                show!("{}", table(&messages, &problems, now, zone));
            }
        }
        Command::Show { id } => {
            let (message, payload) = quarantine.get(*id)?.ok_or_else(|| unknown(*id))?;
            let problem = hub::quarantine_problem(&message, &payload, &mut owners)?;
            let problem = Lang::current().pick(problem, Text::verbatim(&message.problem));
            show!("{}", table(&[message], &[problem], now, zone));
            show(&payload);
        }
        Command::Retry { which } => {
            let Some(ids) = which.ids(&quarantine)? else { bail_usage!(words::retry_what()) };
            if ids.is_empty() {
                say!("{}", nothing_there(which.gateway.as_ref()));
                return Ok(ExitCode::SUCCESS);
            }
            let mut store = hub::open_store(settings, township)?;
            let clock = Clock::system();
            let (mut taken, mut left, mut written) = (0, 0, Vec::new());
            for id in ids {
                let retried =
                    hub::retry(&mut quarantine, store.as_mut(), &mut owners, id, clock.now())?;
                match retried {
                    None if which.ids.is_empty() => {}
                    None => return Err(unknown(id)),
                    Some(Retried::Stored) => taken += 1,
                    Some(Retried::Written) => written.push(id),
                    Some(Retried::Rejected(problem)) => {
                        left += 1;
                        say!("{}", words::message(id, problem));
                    }
                }
            }
            if !written.is_empty() {
                store.wait_until_durable()?;
                quarantine.remove_all(&written)?;
                taken += written.len();
            }
            say!("{}", words::retried(taken, left));
            if left > 0 {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Drop { which, yes } => {
            let Some(ids) = which.ids(&quarantine)? else { bail_usage!(words::drop_what()) };
            if ids.is_empty() {
                say!("{}", nothing_there(which.gateway.as_ref()));
                return Ok(ExitCode::SUCCESS);
            }
            let named = !which.ids.is_empty();
            let loss = loss(&quarantine, &ids, named)?;
            let Loss { messages, readings, .. } = loss;
            if !yes && which.needs_yes(&loss) {
                bail_usage!(words::drop_needs_yes(messages, readings));
            }
            quarantine.remove_all(&ids)?;
            say!("{}", words::dropped(messages, readings));
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Command {
    /// The gateway whose messages are meant, where one is named.
    fn gateway(&self) -> Option<&GatewayId> {
        match self {
            Self::List { gateway, .. } => gateway.as_ref(),
            Self::Retry { which } | Self::Drop { which, .. } => which.gateway.as_ref(),
            Self::Show { .. } => None,
        }
    }
}

/// That there is nothing to be listed, retried or given up.
fn nothing_there(gateway: Option<&GatewayId>) -> Text {
    gateway.map_or_else(words::no_messages, |gateway| words::no_messages_of(gateway.as_str()))
}

impl Which {
    /// Whether giving them up has to be confirmed: readings that nobody has named one by one would be lost.
    fn needs_yes(&self, loss: &Loss) -> bool {
        loss.any_waits && self.ids.is_empty()
    }

    /// Their numbers, the oldest first, in the order of arrival; `None` where nothing was said.
    fn ids(&self, quarantine: &Quarantine) -> anyhow::Result<Option<Vec<i64>>> {
        if self.all || self.gateway.is_some() {
            let messages = quarantine.list(self.gateway.as_ref())?;
            return Ok(Some(messages.iter().rev().map(|message| message.id).collect()));
        }
        Ok((!self.ids.is_empty()).then(|| self.ids.clone()))
    }
}

fn unknown(id: i64) -> anyhow::Error {
    anyhow::Error::msg(words::no_such_message(id))
}

/// What is given up with some messages.
#[derive(Debug, Default, PartialEq)]
struct Loss {
    messages: usize,
    /// Whether any of them waits to be stored.
    any_waits: bool,
    /// Readings in them, as far as they can be read.
    readings: usize,
}

/// What these messages hold. One that is not there is an error where it was `named`; the hub may have removed it since
/// it was listed.
fn loss(quarantine: &Quarantine, ids: &[i64], named: bool) -> anyhow::Result<Loss> {
    let mut loss = Loss::default();
    for id in ids {
        let Some((message, payload)) = quarantine.get(*id)? else {
            if named {
                return Err(unknown(*id));
            }
            continue;
        };
        loss.messages += 1;
        loss.any_waits |= message.has_readings;
        if let Ok((Content::Batches(batches), _)) = message::read_known(&message.topic, &payload) {
            loss.readings += batches.iter().map(|batch| batch.readings.len()).sum::<usize>();
        }
    }
    Ok(loss)
}

fn print_json(message: &QuarantinedMessage) {
    let QuarantinedMessage { id, received_at, topic, gateway, problem, has_readings, size } =
        message;
    let object = json!({
        "id": id, "received_at": received_at, "topic": topic, "gateway": gateway, "problem": problem,
        "kept": has_readings, "bytes": size,
    });
    say!("{object}");
}

/// Why each of `messages` is there: in English as it is kept, in Chinese as the content shows it.
fn problems(
    quarantine: &Quarantine,
    owners: &mut Owners,
    messages: &[QuarantinedMessage],
) -> anyhow::Result<Vec<Text>> {
    let mut problems = Vec::new();
    for message in messages {
        let payload = match Lang::current() {
            Lang::English => None,
            Lang::Chinese => quarantine.get(message.id)?.map(|(_, payload)| payload),
        };
        problems.push(match payload {
            Some(payload) => hub::quarantine_problem(message, &payload, owners)?,
            None => Text::verbatim(&message.problem),
        });
    }
    Ok(problems)
}

fn table(
    messages: &[QuarantinedMessage],
    problems: &[Text],
    now: Timestamp,
    zone: &TimeZone,
) -> Table {
    let mut table = Table::new([
        right(words::head_number()),
        left(words::head_received()),
        left(words::head_topic()),
        right(words::head_bytes()),
        left(words::head_fate()),
        left(words::head_problem()),
    ]);
    for (message, problem) in messages.iter().zip(problems) {
        let QuarantinedMessage { id, received_at, topic, size, has_readings, .. } = message;
        let fate = if *has_readings { words::waits() } else { Text::default() };
        table.row([
            id.to_string(),
            moment(*received_at, now, zone).into(),
            topic.clone(),
            size.to_string(),
            fate.into(),
            problem.to_string(),
        ]);
    }
    table
}

fn show(payload: &[u8]) {
    // Packed readings are shown unpacked.
    let plain = crate::wire::packed::decompress(payload).unwrap_or(payload.into());
    match std::str::from_utf8(&plain) {
        Ok(text) => say!("{}", text.escape_debug().to_string().replace("\\\"", "\"")),
        Err(_) => {
            for line in plain.chunks(32) {
                let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                say!("{}", hex.join(" "));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::Layout;
    use crate::cli::usage::UsageError;
    use crate::core::Reading;
    use crate::locales::within;
    use crate::store::Refused;
    use crate::wire::{Batch, Epoch};

    fn refused(seq: u64) -> Refused {
        let at = "2026-11-26T00:00:00Z".parse().unwrap();
        let reading = Reading::good("pond-1/level".parse().unwrap(), at, 1.5);
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings: vec![reading.clone(), reading],
        };
        Refused { batch, problem: Text::verbatim("ahead") }
    }

    #[test]
    fn what_would_be_given_up_is_counted_in_readings() {
        let dir = tempfile::tempdir().unwrap();
        let mut quarantine = Quarantine::open(&dir.path().join("store.db")).unwrap();
        let now = "2026-11-26T00:00:00Z".parse().unwrap();
        quarantine.add_refused(now, &[refused(1), refused(2)]).unwrap();
        let other = "gw-2".parse().unwrap();
        quarantine.add_unreadable(now, "hanqing/v1/gw-2/birth", Some(&other), "bad", b"{").unwrap();
        let which = |gateway| Which { ids: Vec::new(), gateway, all: false };
        assert_eq!(which(None).ids(&quarantine).unwrap(), None);
        let waits = Loss { messages: 1, any_waits: true, readings: 2 };
        assert!(which(Some("gw-1".parse().unwrap())).needs_yes(&waits));
        assert!(!Which { ids: vec![1], gateway: None, all: false }.needs_yes(&waits));
        let of_other = which(Some(other)).ids(&quarantine).unwrap().unwrap();
        assert!(!which(Some("gw-2".parse().unwrap())).needs_yes(&Loss::default()));
        let of = |ids: &[i64]| loss(&quarantine, ids, true);
        let none = Loss { messages: 1, any_waits: false, readings: 0 };
        assert_eq!(of(&of_other).unwrap(), none);
        let all = Which { ids: Vec::new(), gateway: None, all: true };
        let ids = all.ids(&quarantine).unwrap().unwrap();
        assert_eq!((ids.len(), ids.last()), (3, of_other.last()));
        assert_eq!(of(&ids).unwrap(), Loss { messages: 3, any_waits: true, readings: 4 });
        assert!(of(&[ids[2], 99]).is_err());
        assert_eq!(loss(&quarantine, &[ids[2], 99], false).unwrap(), none);
    }

    #[test]
    fn a_name_that_no_gateway_has_and_a_file_that_is_not_there_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let hub = format!(
            "township = \"t\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[store]\npath = {path:?}\n\
             [ledger]\npath = \"l\"\n"
        );
        let settings: HubSettings = toml::from_str(&hub).unwrap();
        let township: Township = toml::from_str("name = \"t\"").unwrap();
        let which = |gateway: &str| Which {
            ids: Vec::new(),
            gateway: Some(gateway.parse().unwrap()),
            all: false,
        };
        let list = |gateway: &str| Command::List { gateway: which(gateway).gateway, json: false };
        let dropping = |gateway, yes| Command::Drop { which: which(gateway), yes };
        let run = |command: Command| carry_out(&command, &settings, &township);
        let missing = run(list("gw-1")).unwrap_err().to_string();
        assert!(missing.contains(&path.display().to_string()), "{missing}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let mut quarantine = Quarantine::open(&path).unwrap();
        let now = "2026-11-26T00:00:00Z".parse().unwrap();
        quarantine.add_refused(now, &[refused(1)]).unwrap();
        for command in
            [list("gw-11"), dropping("gw-11", true), Command::Retry { which: which("gw-11") }]
        {
            let said = run(command).unwrap_err().to_string();
            assert_eq!(said, "there is no gateway gw-11; did you mean gw-1?");
        }
        run(list("gw-1")).unwrap();
        let unsure = run(dropping("gw-1", false)).unwrap_err();
        assert!(unsure.is::<UsageError>() && unsure.to_string().contains("in them: 2;"));
        assert_eq!(quarantine.list(None).unwrap().len(), 1);
        run(dropping("gw-1", true)).unwrap();
        assert_eq!(quarantine.list(None).unwrap(), []);
        let gateway = "gw-1".parse().unwrap();
        assert!(nothing_there(Some(&gateway)).to_string().contains("gw-1"));
        assert!(!nothing_there(None).to_string().contains("gw-1"));
    }

    #[test]
    fn a_message_is_listed_in_both_languages() {
        let message = QuarantinedMessage {
            id: 7,
            received_at: "2026-11-26T00:00:00Z".parse().unwrap(),
            topic: "hanqing/v1/gw-1/readings".into(),
            gateway: Some("gw-1".parse().unwrap()),
            problem: "ahead".into(),
            has_readings: true,
            size: 120,
        };
        let (now, zone) = (message.received_at, TimeZone::fixed(jiff::tz::offset(8)));
        let problems = [Text::both("超前", "ahead")];
        let shown = Lang::ALL.map(|lang| {
            let table = || table(std::slice::from_ref(&message), &problems, now, &zone);
            within(lang, || table().laid_out(Layout::Plain))
        });
        assert_eq!(
            shown,
            [
                "编号\t收到时间\t主题\t字节\t去向\t原因\n\
                 7\t11月26日 08:00\thanqing/v1/gw-1/readings\t120\t待入库\t超前\n",
                "number\treceived\ttopic\tbytes\tfate\treason\n\
                 7\t26 Nov 08:00\thanqing/v1/gw-1/readings\t120\tto be stored\tahead\n",
            ]
        );
    }
}
