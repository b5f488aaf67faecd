//! `hanqing gateway`: which gateways the office knows, and which station belongs to which.

pub(super) mod known;
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
use crate::core::{Calendar, GatewayId, StationId};
use crate::hub::{self, HubSettings};
use crate::locales::{moment, office as words};
use crate::store::{Lock, Owners, Pin, Quarantine, Sqlite, StoreError};
use crate::support::Clock;
use crate::water::Township;
use known::Known;

/// Rows that are rejected or taken back in one transaction: a running hub waits a tenth of a second for it.
/// Engineering judgement.
const ROWS_PER_PORTION: u32 = 2000;

/// The first day that `--since` may name: no gateway is older, and an earlier one was mistyped. Engineering judgement.
const SINCE_MIN: Date = jiff::civil::date(2000, 1, 1);

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
}

/// The hub's files as these commands use them.
struct Office {
    settings: HubSettings,
    township: Township,
    calendar: Calendar,
    owners: Owners,
    now: Timestamp,
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    store_file::must_exist(&settings.store.path)?;
    let _lock = Lock::shared(&settings.store.path)?;
    let owners = hub::owners(&settings, &township)?;
    let (calendar, now) = (hub::calendar(&township)?, Clock::system().now());
    let mut office = Office { settings, township, calendar, owners, now };
    match &arguments.command {
        Command::List { json } => list::list(&office, *json)?,
        Command::Pin { station, gateway } => office.pin(station, gateway)?,
        Command::Release { station } => office.release(station)?,
        Command::Revoke { name, since } => office.revoke(name, since)?,
        Command::Reinstate { name } => office.reinstate(name)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Office {
    fn reader(&self) -> Result<Sqlite, StoreError> {
        Sqlite::open_reader(&self.settings.store.path)
    }

    fn known(&self) -> anyhow::Result<Known> {
        let quarantine = Quarantine::open_reader(&self.settings.store.path)?;
        Known::of(&self.reader()?, &self.owners, &quarantine, &self.township)
    }

    /// An error where the township's file settles whose the station is.
    fn not_declared(&self, station: &StationId) -> anyhow::Result<()> {
        if let Some(owner) = self.owners.declared().get(station) {
            let file = &self.settings.township;
            bail_usage!(words::declared_in(station.as_str(), owner.as_str(), file));
        }
        Ok(())
    }

    fn pin(&mut self, station: &StationId, gateway: &GatewayId) -> anyhow::Result<()> {
        self.not_declared(station)?;
        let known = self.known()?;
        known.station(station)?;
        // The successor of a gateway may get its stations before it is heard.
        if let Err(unheard) = known.gateway(gateway) {
            complain!("{}", words::not_heard_yet(unheard.to_string()));
        }
        let before = self.owners.pin_of(station)?;
        self.owners.pin(station, gateway, self.now)?;
        let (station, to) = (station.as_str(), gateway.as_str());
        match before {
            Some(Pin { gateway: before, since, .. }) if before != *gateway => {
                let since = moment(since, self.now, self.calendar.zone());
                say!("{}", words::moved(station, before.as_str(), since, to));
            }
            _ => say!("{}", words::pinned(station, to)),
        }
        self.point_to_quarantine(gateway)
    }

    fn release(&mut self, station: &StationId) -> anyhow::Result<()> {
        self.not_declared(station)?;
        if !self.owners.release(station)? {
            let pins = self.owners.pins()?;
            let pinned = pins.iter().map(|pin| pin.station.as_str());
            let hint = known::hint(station.as_str(), pinned);
            return Err(anyhow::Error::msg(words::not_pinned(station.as_str(), hint)));
        }
        say!("{}", words::released(station.as_str()));
        Ok(())
    }

    fn revoke(&mut self, gateway: &GatewayId, since: &str) -> anyhow::Result<()> {
        let since = instant(since, &self.calendar)?;
        let zone = self.calendar.zone();
        if since > self.now {
            bail_usage!(words::since_ahead(moment(since, self.now, zone)));
        }
        let day = zone.to_datetime(since).date();
        if day < SINCE_MIN {
            bail_usage!(words::since_early(day.to_string(), SINCE_MIN.to_string()));
        }
        self.known()?.gateway(gateway)?;
        let before = self.owners.revocations()?.into_iter().find(|r| r.gateway == *gateway);
        if let Some(before) = before.filter(|before| since > before.since) {
            let before = moment(before.since, self.now, self.calendar.zone());
            bail_usage!(words::revoked_before(gateway.as_str(), before));
        }
        // First, so that nothing more of it comes in while its rows are rejected.
        self.owners.revoke(gateway, since, self.now)?;
        let mut store = Sqlite::open(&self.settings.store.path)?;
        let now = self.now;
        let rows = in_portions(|| {
            let done = store.reject(gateway, since, now, ROWS_PER_PORTION)?;
            Ok((done.rows, done.finished))
        })?;
        let since = moment(since, now, self.calendar.zone());
        say!("{}", words::revoked(gateway.as_str(), since, rows));
        fold(&mut store)
    }

    fn reinstate(&mut self, gateway: &GatewayId) -> anyhow::Result<()> {
        let revoked = self.owners.revocations()?;
        if !revoked.iter().any(|revoked| revoked.gateway == *gateway) {
            let names = revoked.iter().map(|revoked| revoked.gateway.as_str());
            let hint = known::hint(gateway.as_str(), names);
            return Err(anyhow::Error::msg(words::not_revoked(gateway.as_str(), hint)));
        }
        let mut store = Sqlite::open(&self.settings.store.path)?;
        let rows = in_portions(|| {
            let done = store.reinstate(gateway, ROWS_PER_PORTION)?;
            Ok((done.rows, done.finished))
        })?;
        // Last: cut off before, it stays revoked, and the command is repeated.
        self.owners.reinstate(gateway)?;
        say!("{}", words::reinstated(gateway.as_str(), rows));
        fold(&mut store)?;
        self.point_to_quarantine(gateway)
    }

    /// Says where messages of `gateway` wait that may be stored now.
    fn point_to_quarantine(&self, gateway: &GatewayId) -> anyhow::Result<()> {
        let quarantine = Quarantine::open_reader(&self.settings.store.path)?;
        let waiting = quarantine.list(Some(gateway))?.len();
        if waiting > 0 {
            say!("{}", words::retry_quarantined(waiting, gateway.as_str()));
        }
        Ok(())
    }
}

/// Repeats `portion`, which returns how many rows it has changed and whether it was the last, and adds the rows up.
fn in_portions(
    mut portion: impl FnMut() -> Result<(u64, bool), StoreError>,
) -> Result<u64, StoreError> {
    let progress = Progress::readings(None);
    let mut rows = 0;
    loop {
        let (more, finished) = portion()?;
        rows += more;
        progress.at(rows);
        if finished {
            return Ok(rows);
        }
    }
}

/// Folds the hours that have changed, as a running hub does too.
fn fold(store: &mut Sqlite) -> anyhow::Result<()> {
    while store.fold_pending(ROWS_PER_PORTION)? {}
    Ok(())
}

/// An instant as a person writes it: a day, a local time, or one with its zone.
fn instant(text: &str, calendar: &Calendar) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    // A day is also a local time, its midnight; but a township's day may begin later.
    if !text.contains(':')
        && let Ok(day) = text.parse::<Date>()
    {
        return Ok(calendar.start_of(day));
    }
    let local = text.parse::<DateTime>().ok();
    let at = local.and_then(|local| calendar.zone().to_timestamp(local).ok());
    at.ok_or_else(|| UsageError(words::since_wrong(text)).into())
}
