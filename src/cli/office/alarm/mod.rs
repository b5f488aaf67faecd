//! `hanqing alarm`: what is open, that somebody has taken note of it, and whether a channel works.
//!
//! Works beside a running hub, which sees within seconds what was acknowledged.

mod list;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::alarm::{Acknowledged, Letter};
use crate::alarm_book::{Acknowledgement, AlarmsFile, TestPlace};
use crate::cli::config_args::OfficeConfig;
use crate::cli::runtime::block_on_two_threads;
use crate::cli::usage::bail_usage;
use crate::core::{Calendar, did_you_mean, is_unseen};
use crate::hub::{self, HubSettings};
use crate::locales::{Text, moment, office_alarm as words};
use crate::notify::ChannelKind;
use crate::support::Clock;

/// The longest note, characters, as on the page.
const NOTE_MAX: usize = 300;

/// The arguments of `hanqing alarm`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    List(list::ListArguments),
    Ack {
        id: i64,
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    Test {
        channel: String,
    },
}

/// The configuration, and the time.
struct Office {
    settings: HubSettings,
    calendar: Calendar,
    now: Timestamp,
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    let (calendar, now) = (hub::calendar(&township)?, Clock::system().now());
    let office = Office { settings, calendar, now };
    match &arguments.command {
        Command::List(arguments) => list::list(&office, arguments)?,
        Command::Ack { id, by, note } => {
            return office.acknowledge(*id, by, note.as_deref().unwrap_or_default());
        }
        Command::Test { channel } => return office.test(channel),
    }
    Ok(ExitCode::SUCCESS)
}

impl Office {
    /// The book of alarms. A command does not make it: whoever gave a wrong path would be told that all is well.
    fn book(&self) -> anyhow::Result<AlarmsFile> {
        let path = hub::alarm_book_path(&self.settings);
        if !path.try_exists().unwrap_or(true) {
            return Err(anyhow::Error::msg(words::no_book(&path)));
        }
        Ok(AlarmsFile::open(&path)?)
    }

    fn acknowledge(&self, id: i64, by: &str, note: &str) -> anyhow::Result<ExitCode> {
        let by = self.settings.persons.signature(by)?;
        let note = note.trim();
        if note.chars().nth(NOTE_MAX).is_some() || note.chars().any(is_unseen) {
            bail_usage!(words::note_wrong(NOTE_MAX));
        }
        let acknowledged = Acknowledged { by, at: self.now, note: note.into() };
        match self.book()?.acknowledge(id, &acknowledged)? {
            Acknowledgement::Done => say!("{}", words::acknowledged(id)),
            Acknowledgement::Already(before) => {
                let at = moment(before.at, self.now, self.calendar.zone());
                say!("{}", words::acknowledged_before(id, before.by, at));
            }
            Acknowledgement::NotOpen => {
                complain!("{}", words::not_open(id));
                return Ok(ExitCode::FAILURE);
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn test(&self, name: &str) -> anyhow::Result<ExitCode> {
        let channels = &self.settings.alarm.channels;
        let Some(channel) = channels.iter().find(|channel| channel.name == name) else {
            let names = channels.iter().map(|channel| channel.name.as_str());
            let hint = did_you_mean(name, names.clone());
            let all = || match channels.is_empty() {
                true => words::no_channels(),
                false => words::these_channels(Text::list(names)),
            };
            bail_usage!(words::no_such_channel(name, hint.unwrap_or_else(all)));
        };
        let letter = Letter::test(&words::by_command().to_string(), self.now, self.calendar.zone());
        // The broker lets a name in once: the hub has the connection.
        let by_hub = channel.kind == ChannelKind::Mqtt;
        // Where no hub has run there is no book, and nothing to note a test in.
        let there = hub::alarm_book_path(&self.settings).try_exists().unwrap_or(true);
        let mut book = if by_hub || there { Some(self.book()?) } else { None };
        let place = match &mut book {
            Some(book) => book.begin_test(&letter, name, by_hub)?,
            None => TestPlace::Begun,
        };
        let refused = match place {
            TestPlace::Begun => None,
            TestPlace::Waits => Some(words::test_waits(name)),
            TestPlace::In(seconds) => Some(words::test_too_soon(name, seconds)),
        };
        if let Some(why) = refused {
            complain!("{why}");
            return Ok(ExitCode::FAILURE);
        }
        if by_hub {
            say!("{}", words::handed_to_hub(name));
            return Ok(ExitCode::SUCCESS);
        }
        let sent = block_on_two_threads(async {
            Ok(hub::send_letter(&self.settings, channel, &letter).await)
        });
        let sent = sent.context(words::cannot_send())?;
        let failed = sent.as_ref().err().map(|error| &error.why);
        let noted =
            book.map(|mut book| book.end_test(&letter, name, Clock::system().now(), failed));
        if let Some(Err(error)) = noted {
            complain!("{}", Text::chain([words::test_not_noted(), error.in_words()]));
        }
        match sent {
            Ok(()) => {
                match channel.kind.gives_receipts() {
                    true => say!("{}", words::arrived(name)),
                    false => say!("{}", words::sent_out(name)),
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => {
                complain!("{}", Text::chain([words::not_arrived(name), error.why]));
                Ok(ExitCode::FAILURE)
            }
        }
    }
}
