//! `hanqing gateway list`

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Office;
use crate::cli::table::{Table, left, right};
use crate::core::{GatewayId, StationId};
use crate::interop::incoming::Format;
use crate::locales::{Lang, Text, enrolment, for_programs, moment, office as words, publisher};
use crate::store::{GatewayRow, Pin, Quarantine, Revocation};
use crate::users::{Invitation, UsersFile};

/// A gateway as it is listed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Gateway {
    pub gateway: GatewayId,
    /// As it or its last will said; `None` where neither has yet.
    pub online: Option<bool>,
    pub heard_at: Option<Timestamp>,
    /// Stations that the township's file gives to it.
    pub declared: Vec<StationId>,
    pub pinned: Vec<Pinned>,
    /// Readings that do not count, since it is revoked.
    pub rejected: u64,
    /// Messages in the quarantine, whether they can be read or not.
    pub quarantined: u64,
    pub revoked_since: Option<Timestamp>,
    /// The last code that was made for it.
    pub invitation: Option<Invitation>,
    /// The format of another program's messages, where it is one: nothing is acknowledged to it.
    pub publisher: Option<Format>,
}

/// A station that is pinned.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Pinned {
    pub station: StationId,
    pub since: Timestamp,
}

pub(super) fn list(office: &Office, json: bool) -> anyhow::Result<()> {
    let gateways = gateways(office)?;
    if json {
        for gateway in &gateways {
            say!("{}", for_programs(Lang::English, || serde_json::to_string(gateway))?);
        }
        return Ok(());
    }
    if gateways.is_empty() {
        say!("{}", words::no_gateways());
        return Ok(());
    }
    let zone = office.calendar.zone();
    show!("{}", table(&gateways, office.now, zone));
    if gateways.iter().any(|gateway| !gateway.declared.is_empty() || !gateway.pinned.is_empty()) {
        say!("");
        show!("{}", stations(&gateways, office.now, zone));
    }
    if gateways.iter().any(|gateway| gateway.invitation.is_some()) {
        say!("");
        show!("{}", invitations(&gateways, office.now, zone));
    }
    Ok(())
}

/// All gateways that the office knows, by name.
fn gateways(office: &Office) -> anyhow::Result<Vec<Gateway>> {
    let (store, owners) = (office.reader()?, &office.owners);
    let mut found: BTreeMap<GatewayId, Gateway> = BTreeMap::new();
    for GatewayRow { gateway, online, heard_at, .. } in store.gateways()? {
        let row = of(&mut found, &gateway);
        (row.online, row.heard_at) = (online, heard_at);
    }
    for (station, gateway) in owners.declared() {
        of(&mut found, gateway).declared.push(station.clone());
    }
    for Pin { station, gateway, since } in owners.pins()? {
        if !owners.declared().contains_key(&station) {
            of(&mut found, &gateway).pinned.push(Pinned { station, since });
        }
    }
    for Revocation { gateway, since, .. } in owners.revocations()? {
        let rejected = store.rejected(&gateway)?.iter().map(|rejected| rejected.rows).sum();
        let row = of(&mut found, &gateway);
        (row.revoked_since, row.rejected) = (Some(since), rejected);
    }
    for share in Quarantine::open_reader(&office.settings.store.path)?.shares()? {
        if let Some(gateway) = &share.gateway {
            of(&mut found, gateway).quarantined = share.rows + share.unreadable;
        }
    }
    for publisher in &office.settings.publishers {
        of(&mut found, &publisher.gateway).publisher = Some(publisher.format);
    }
    let users = office.settings.users_file();
    if office.settings.enroll.is_some() && users.exists() {
        for invitation in UsersFile::open(&users)?.invitations()? {
            if let Ok(gateway) = invitation.gateway.parse() {
                of(&mut found, &gateway).invitation = Some(invitation);
            }
        }
    }
    Ok(found.into_values().collect())
}

fn of<'a>(found: &'a mut BTreeMap<GatewayId, Gateway>, gateway: &GatewayId) -> &'a mut Gateway {
    found.entry(gateway.clone()).or_insert_with(|| Gateway {
        gateway: gateway.clone(),
        online: None,
        heard_at: None,
        declared: Vec::new(),
        pinned: Vec::new(),
        rejected: 0,
        quarantined: 0,
        revoked_since: None,
        invitation: None,
        publisher: None,
    })
}

pub(super) fn table(gateways: &[Gateway], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_gateway()),
        left(words::head_online()),
        left(words::head_heard()),
        right(words::head_stations()),
        right(words::head_rejected()),
        right(words::head_quarantined()),
        left(words::head_revoked()),
    ]);
    let time = |at: Option<Timestamp>| at.map(|at| moment(at, now, zone).into());
    for gateway in gateways {
        let online = match (gateway.publisher, gateway.online) {
            (Some(format), _) => publisher::published_without_acks(format.id()),
            (None, Some(true)) => words::online(),
            (None, Some(false)) => words::offline(),
            (None, None) => Text::verbatim("—"),
        };
        let some = |count: u64| if count > 0 { count.to_string() } else { String::new() };
        table.row([
            gateway.gateway.to_string(),
            online.into(),
            time(gateway.heard_at).unwrap_or_else(|| "—".into()),
            (gateway.declared.len() + gateway.pinned.len()).to_string(),
            some(gateway.rejected),
            some(gateway.quarantined),
            time(gateway.revoked_since).unwrap_or_default(),
        ]);
    }
    table
}

/// The stations with the gateway that each belongs to, and how that came about.
pub(super) fn stations(gateways: &[Gateway], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_station()),
        left(words::head_gateway()),
        left(words::head_by()),
    ]);
    let mut rows: Vec<(&StationId, &GatewayId, Text)> = Vec::new();
    for gateway in gateways {
        let declared = gateway.declared.iter();
        rows.extend(declared.map(|station| (station, &gateway.gateway, words::by_declaration())));
        let pinned = gateway.pinned.iter();
        let pinned = pinned.map(|pin| (&pin.station, words::by_pin(moment(pin.since, now, zone))));
        rows.extend(pinned.map(|(station, how)| (station, &gateway.gateway, how)));
    }
    rows.sort_by_key(|(station, ..)| (*station).clone());
    for (station, gateway, how) in rows {
        table.row([station.to_string(), gateway.to_string(), how.into()]);
    }
    table
}

/// The codes that were made for gateways, and what became of them.
pub(super) fn invitations(gateways: &[Gateway], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_gateway()),
        left(enrolment::head_invited()),
        left(enrolment::head_from()),
    ]);
    for invitation in gateways.iter().filter_map(|gateway| gateway.invitation.as_ref()) {
        let fate = match invitation.used_at {
            Some(at) => enrolment::enrolled_at(moment(at, now, zone)),
            None if invitation.is_open(now) => {
                enrolment::open_until(moment(invitation.until, now, zone))
            }
            None => enrolment::out_of_date(),
        };
        let from = invitation.used_from.clone().unwrap_or_default();
        table.row([invitation.gateway.clone(), fate.into(), from]);
    }
    table
}
