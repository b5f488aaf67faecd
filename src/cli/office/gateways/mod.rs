//! `hanqing gateway`: which gateways the office knows, and which station belongs to which.

mod invite;
mod list;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::progress::Progress;
use super::store_file;
use crate::cli::config_args::OfficeConfig;
use crate::cli::usage::{UsageError, bail_usage};
use crate::cli::values::within;
use crate::core::{Calendar, GatewayId, StationId};
use crate::hub::{DeedDone, GatewayOffice as Office, NotDone};
use crate::locales::office as words;
use crate::store::Lock;
use crate::support::Clock;
use crate::users::INVITED_MAX;

/// The arguments of `hanqing gateway`.
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
        #[arg(long)]
        json: bool,
    },
    Pin {
        station: StationId,
        gateway: GatewayId,
    },
    Release {
        station: StationId,
    },
    Revoke {
        name: GatewayId,
        #[arg(long, value_name = "TIME")]
        since: String,
    },
    Reinstate {
        name: GatewayId,
    },
    Invite {
        name: GatewayId,
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = within::<u32>(1..=INVITED_MAX.as_hours() as u32))]
        hours: u32,
        #[arg(long)]
        revoked: bool,
    },
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    store_file::must_exist(&settings.store.path)?;
    let _lock = Lock::shared(&settings.store.path)?;
    let mut office = Office::open(settings, township, Clock::system().now())?;
    match &arguments.command {
        Command::List { json } => list::list(&office, *json)?,
        Command::Pin { station, gateway } => office.pin(station, gateway)?,
        Command::Release { station } => office.release(station)?,
        Command::Revoke { name, since } => office.revoke(name, since)?,
        Command::Reinstate { name } => office.reinstate(name)?,
        Command::Invite { name, hours, revoked } => {
            invite::invite(&office, &arguments.config.file.config, name, *hours, *revoked)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Office {
    fn pin(&mut self, station: &StationId, gateway: &GatewayId) -> anyhow::Result<()> {
        say_done(self.pin_station(station, gateway))
    }

    fn release(&mut self, station: &StationId) -> anyhow::Result<()> {
        say_done(self.release_station(station))
    }

    fn revoke(&mut self, gateway: &GatewayId, since: &str) -> anyhow::Result<()> {
        let since = instant(since, &self.calendar)?;
        let progress = Progress::readings(None);
        let done = self.revoke_gateway(gateway, since, |rows| progress.at(rows));
        drop(progress);
        say_done(done)
    }

    fn reinstate(&mut self, gateway: &GatewayId) -> anyhow::Result<()> {
        let progress = Progress::readings(None);
        let done = self.reinstate_gateway(gateway, |rows| progress.at(rows));
        drop(progress);
        say_done(done)
    }
}

/// Says what a deed came to, or why it is not done.
fn say_done(done: Result<DeedDone, NotDone>) -> anyhow::Result<()> {
    let DeedDone { said, doubt, next } = match done {
        Ok(done) => done,
        Err(NotDone::Rule(why)) => bail_usage!(why),
        Err(NotDone::Nothing(why)) => return Err(anyhow::Error::msg(why)),
        Err(NotDone::Failed(error)) => return Err(error),
    };
    if let Some(doubt) = doubt {
        complain!("{doubt}");
    }
    say!("{said}");
    if let Some(next) = next {
        say!("{next}");
    }
    Ok(())
}

/// As [`read_instant`], of `--since`.
fn instant(text: &str, calendar: &Calendar) -> anyhow::Result<Timestamp> {
    read_instant(text, calendar).ok_or_else(|| UsageError(words::since_wrong(text)).into())
}

/// An instant as a person writes it: a day, a local time, or one with its zone.
pub(super) fn read_instant(text: &str, calendar: &Calendar) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    // A day is also a local time, its midnight; but a township's day may begin later.
    if !text.contains(':')
        && let Ok(day) = text.parse::<Date>()
    {
        return Some(calendar.start_of(day));
    }
    let local = text.parse::<DateTime>().ok();
    local.and_then(|local| calendar.zone().to_timestamp(local).ok())
}
