//! What an administrator does to gateways and their stations, by the command line or on the page: the rules, and the
//! work in the store's file beside a hub that runs.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::Mutex;

use super::known_names::{KnownNames, hint};
use super::{HubSettings, calendar, owners};
use crate::core::{Calendar, GatewayId, StationId};
use crate::locales::{Text, moment, office as words};
use crate::store::{Owners, Pin, Quarantine, Sqlite, StoreError};
use crate::support::Clock;
use crate::water::Township;
use crate::web::{Ask, GatewayDeed, GatewayDeedKind};

/// Rows that are rejected or taken back in one transaction: a running hub waits a tenth of a second for it.
/// Engineering judgement.
const ROWS_PER_PORTION: u32 = 2000;

/// The first day from which a gateway may be revoked: none is older, and an earlier one was mistyped. Engineering
/// judgement.
const SINCE_MIN: Date = jiff::civil::date(2000, 1, 1);

/// The hub's files as these deeds use them.
pub struct GatewayOffice {
    pub settings: HubSettings,
    pub township: Township,
    pub calendar: Calendar,
    pub owners: Owners,
    pub now: Timestamp,
}

/// What a deed came to.
#[derive(Debug, Clone, PartialEq)]
pub struct DeedDone {
    pub said: Text,
    /// What may show that it was a mistake.
    pub doubt: Option<Text>,
    /// What is to be done beside it.
    pub next: Option<Text>,
}

/// Why a deed is not done.
#[derive(Debug)]
pub enum NotDone {
    /// What was asked for breaks a rule.
    Rule(Text),
    /// There is nothing of that name.
    Nothing(Text),
    /// A file cannot be read or written.
    Failed(anyhow::Error),
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<anyhow::Error> for NotDone {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl GatewayOffice {
    /// Opens the files that `settings` name.
    ///
    /// # Errors
    /// One of them cannot be opened; the township's zone is unknown.
    pub fn open(settings: HubSettings, township: Township, now: Timestamp) -> anyhow::Result<Self> {
        let owners = owners(&settings, &township)?;
        let calendar = calendar(&township)?;
        Ok(Self { settings, township, calendar, owners, now })
    }

    /// Reads the store.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn reader(&self) -> Result<Sqlite, StoreError> {
        Sqlite::open_reader(&self.settings.store.path)
    }

    /// The gateways and stations that there are.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn names(&self) -> anyhow::Result<KnownNames> {
        let quarantine = Quarantine::open_reader(&self.settings.store.path)?;
        KnownNames::of(&self.reader()?, &self.owners, &quarantine, &self.township)
    }

    /// Refuses where the township's file settles whose the station is.
    fn not_declared(&self, station: &StationId) -> Result<(), NotDone> {
        let Some(owner) = self.owners.declared().get(station) else { return Ok(()) };
        let file = &self.settings.township;
        Err(NotDone::Rule(words::declared_in(station.as_str(), owner.as_str(), file)))
    }

    /// Gives `station` to `gateway`, from whomever it was before.
    ///
    /// # Errors
    /// The township's file gives it to a gateway; there is no such station; a file cannot be read or written.
    pub fn pin_station(
        &mut self,
        station: &StationId,
        gateway: &GatewayId,
    ) -> Result<DeedDone, NotDone> {
        self.not_declared(station)?;
        let names = self.names()?;
        names.station(station).map_err(NotDone::Nothing)?;
        // The successor of a gateway may get its stations before it is heard.
        let doubt = names.gateway(gateway).err().map(words::not_heard_yet);
        let before = self.owners.pin_of(station)?;
        self.owners.pin(station, gateway, self.now)?;
        let (station, to) = (station.as_str(), gateway.as_str());
        let said = match before {
            Some(Pin { gateway: before, since, .. }) if before != *gateway => {
                let since = moment(since, self.now, self.calendar.zone());
                words::moved(station, before.as_str(), since, to)
            }
            _ => words::pinned(station, to),
        };
        Ok(DeedDone { said, doubt, next: self.quarantined(gateway)? })
    }

    /// Releases `station`: it belongs to the gateway that sends readings of it next.
    ///
    /// # Errors
    /// The township's file gives it to a gateway; it is not pinned; a file cannot be read or written.
    pub fn release_station(&mut self, station: &StationId) -> Result<DeedDone, NotDone> {
        self.not_declared(station)?;
        if !self.owners.release(station)? {
            let pins = self.owners.pins()?;
            let hint = hint(station.as_str(), pins.iter().map(|pin| pin.station.as_str()));
            return Err(NotDone::Nothing(words::not_pinned(station.as_str(), hint)));
        }
        Ok(DeedDone { said: words::released(station.as_str()), doubt: None, next: None })
    }

    /// Revokes `gateway`: nothing of it is taken in any more, and its readings since then do not count. `progress` is
    /// told how many they are so far.
    ///
    /// # Errors
    /// The time is ahead, too early, or later than that of a revocation before; there is no such gateway; a file
    /// cannot be read or written.
    pub fn revoke_gateway(
        &mut self,
        gateway: &GatewayId,
        since: Timestamp,
        progress: impl FnMut(u64),
    ) -> Result<DeedDone, NotDone> {
        let (now, zone) = (self.now, self.calendar.zone().clone());
        if since > now {
            return Err(NotDone::Rule(words::since_ahead(moment(since, now, &zone))));
        }
        let day = zone.to_datetime(since).date();
        if day < SINCE_MIN {
            let early = words::since_early(day.to_string(), SINCE_MIN.to_string());
            return Err(NotDone::Rule(early));
        }
        self.names()?.gateway(gateway).map_err(NotDone::Nothing)?;
        let before = self.owners.revocations()?.into_iter().find(|r| r.gateway == *gateway);
        if let Some(before) = before.filter(|before| since > before.since) {
            let before = moment(before.since, now, &zone);
            return Err(NotDone::Rule(words::revoked_before(gateway.as_str(), before)));
        }
        // First, so that nothing more of it comes in while its rows are rejected.
        self.owners.revoke(gateway, since, now)?;
        let mut store = Sqlite::open(&self.settings.store.path)?;
        let portion = || {
            let done = store.reject(gateway, since, now, ROWS_PER_PORTION)?;
            Ok((done.rows, done.finished))
        };
        let rows = in_portions(portion, progress)?;
        fold(&mut store)?;
        let said = words::revoked(gateway.as_str(), moment(since, now, &zone), rows);
        Ok(DeedDone { said, doubt: None, next: None })
    }

    /// Takes the revocation of `gateway` back: its readings count again.
    ///
    /// # Errors
    /// It is not revoked; a file cannot be read or written.
    pub fn reinstate_gateway(
        &mut self,
        gateway: &GatewayId,
        progress: impl FnMut(u64),
    ) -> Result<DeedDone, NotDone> {
        let revoked = self.owners.revocations()?;
        if !revoked.iter().any(|revoked| revoked.gateway == *gateway) {
            let names = revoked.iter().map(|revoked| revoked.gateway.as_str());
            let hint = hint(gateway.as_str(), names);
            return Err(NotDone::Nothing(words::not_revoked(gateway.as_str(), hint)));
        }
        let mut store = Sqlite::open(&self.settings.store.path)?;
        let portion = || {
            let done = store.reinstate(gateway, ROWS_PER_PORTION)?;
            Ok((done.rows, done.finished))
        };
        let rows = in_portions(portion, progress)?;
        // Last: cut off before, it stays revoked, and the deed is repeated.
        self.owners.reinstate(gateway)?;
        fold(&mut store)?;
        let said = words::reinstated(gateway.as_str(), rows);
        Ok(DeedDone { said, doubt: None, next: self.quarantined(gateway)? })
    }

    /// Where messages of `gateway` wait that may be stored now.
    fn quarantined(&self, gateway: &GatewayId) -> Result<Option<Text>, NotDone> {
        let quarantine = Quarantine::open_reader(&self.settings.store.path)?;
        let waiting = quarantine.list(Some(gateway))?.len();
        Ok((waiting > 0).then(|| words::retry_quarantined(waiting, gateway.as_str())))
    }

    fn carry_out(&mut self, deed: &GatewayDeed) -> Result<DeedDone, NotDone> {
        let gateway = &deed.gateway;
        match &deed.kind {
            GatewayDeedKind::Pin(station) => self.pin_station(station, gateway),
            GatewayDeedKind::Release(station) => self.release_station(station),
            GatewayDeedKind::Revoke { since, .. } => self.revoke_gateway(gateway, *since, |_| {}),
            GatewayDeedKind::Reinstate => self.reinstate_gateway(gateway, |_| {}),
        }
    }
}

/// Repeats `portion`, which returns how many rows it has changed and whether it was the last, and adds the rows up.
fn in_portions(
    mut portion: impl FnMut() -> Result<(u64, bool), StoreError>,
    mut progress: impl FnMut(u64),
) -> Result<u64, StoreError> {
    let mut rows = 0;
    loop {
        let (more, finished) = portion()?;
        rows += more;
        progress(rows);
        if finished {
            return Ok(rows);
        }
    }
}

/// Folds the hours that have changed, as a running hub does too.
fn fold(store: &mut Sqlite) -> Result<(), StoreError> {
    while store.fold_pending(ROWS_PER_PORTION)? {}
    Ok(())
}

/// What the page asks for: one deed at a time, on a thread that may block. What it came to is said in words; so is why
/// it is not done.
pub(super) fn deeds(
    settings: HubSettings,
    township: Arc<Township>,
    clock: Clock,
) -> Ask<GatewayDeed, Result<Text, Text>> {
    let one = Arc::new(Mutex::new(()));
    Ask::new(move |deed: GatewayDeed| {
        let (settings, township) = (settings.clone(), township.clone());
        let (now, one) = (clock.now(), one.clone());
        async move {
            let _one = one.lock().await;
            let work = move || {
                let mut office = GatewayOffice::open(settings, (*township).clone(), now)?;
                match office.carry_out(&deed) {
                    Ok(DeedDone { said, doubt, next }) => {
                        Ok(Ok(Text::clauses([Some(said), doubt, next].into_iter().flatten())))
                    }
                    Err(NotDone::Rule(why) | NotDone::Nothing(why)) => Ok(Err(why)),
                    Err(NotDone::Failed(error)) => Err(error),
                }
            };
            tokio::task::spawn_blocking(work).await?
        }
    })
}

#[cfg(test)]
#[path = "gateway_deeds_tests.rs"]
mod tests;
