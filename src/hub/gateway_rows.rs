//! The gateways as the page shows them: what the store has of each, whose stations are, and what each says of itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::inbox::Sender;
use super::state::NAMED_MAX;
use super::{HubState, declared, health, times};
use crate::core::{GatewayId, Series, StationId};
use crate::locales::{Text, hub as words};
use crate::store::{self, Pin, Revocation, Sqlite, StoreError};
use crate::support::{Moment, Stopwatch};
use crate::water::Township;
use crate::web::{GatewayRow, LostRow};
use crate::wire::ClockState;

/// Records of loss of a gateway that the page shows.
const LOST_SHOWN: usize = 5;

/// Ranges of missing batches of a gateway that the page shows.
const GAPS_SHOWN: usize = 20;

/// Stations that the page names where the township's file does not have them, and pinned ones of a gateway.
const STATIONS_SHOWN: usize = 10;
const PINNED_SHOWN: usize = 200;

/// Reading what gateways have made takes less than this in any installation that is not attacked: then it is read for
/// each overview. Where it takes longer, it takes a twentieth of a core at most. Engineering judgement.
const QUICK: Duration = Duration::from_millis(50);
const PAUSE_FACTOR: u32 = 20;

/// What gateways have made, as of the last look.
#[derive(Default)]
pub(super) struct Known {
    gateways: Vec<GatewayRow>,
    /// Stations with readings that the township's file does not have.
    unregistered: Option<Text>,
    read: Option<Stopwatch>,
    /// How long to wait until it is read again.
    pause: Duration,
}

impl Known {
    /// The rows of gateways with what is amiss with them, and what is amiss beside them.
    pub fn rows(
        &mut self,
        store: &Sqlite,
        township: &Township,
        taken: &HubState,
        now: Moment,
    ) -> Result<(Vec<GatewayRow>, Vec<Text>), StoreError> {
        self.refresh(store, township, taken, now.time)?;
        let mut of = taken.notes(now);
        let (mut publishers, silent) = (taken.publishers(), taken.silent(now));
        let mut rows = self.gateways.clone();
        for row in &mut rows {
            let Ok(id) = row.id.parse::<GatewayId>() else { continue };
            row.report = taken.report_of(&id);
            let born = taken.born(&id);
            let said = row.report.as_ref();
            let said = said.map(|said| (said.version.clone(), said.config.clone()));
            (row.version, row.config) = born.or(said).unzip();
            row.notes = of.remove(&Some(id.clone())).unwrap_or_default();
            if let Some(publisher) = publishers.remove(&id) {
                // Nobody says of it whether it is connected: it is while its readings come.
                let heard = row.last_seen.is_some() && taken.broker_connected();
                row.online = heard && !silent.contains_key(&id);
                row.publisher = Some(publisher);
                (row.version, row.config) = (None, None);
            }
        }
        let replaced = taken.replaced();
        let mut notes = taken.warnings(now);
        notes.extend(self.unregistered.clone());
        notes.extend((replaced > 0).then(|| words::values_replaced(replaced)));
        let more = of.len().saturating_sub(NAMED_MAX);
        let line = |(sender, notes): (Sender, Vec<Text>)| {
            Text::chain([health::name(&sender), Text::clauses(notes)])
        };
        notes.extend(of.into_iter().take(NAMED_MAX).map(line));
        notes.extend((more > 0).then(|| words::more_gateways(more)));
        Ok((rows, notes))
    }

    /// Reads again what gateways have made, unless that took long the last time: it may be as large as they like.
    fn refresh(
        &mut self,
        store: &Sqlite,
        township: &Township,
        taken: &HubState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.read.as_ref().is_some_and(|read| read.elapsed() < self.pause) {
            return Ok(());
        }
        let reading = Stopwatch::start();
        let mut known = BTreeMap::new();
        for row in store.gateways()? {
            // The newest few: the table is for people.
            let lost = store.newest_lost(&row.gateway, LOST_SHOWN)?.into_iter().map(|record| {
                let (from, to, why) = (record.loss.from, record.loss.to, record.loss.why.name());
                LostRow { from, to, readings: record.loss.lost, why }
            });
            let shown = GatewayRow { lost: lost.collect(), ..gateway(&row, now) };
            known.insert(row.gateway, shown);
        }
        for gateway in taken.publishers().keys() {
            row_of(&mut known, gateway);
        }
        let declared = declared(township);
        add_owned(&mut known, &declared, store.pins()?);
        for Revocation { gateway, since, .. } in store.revocations()? {
            row_of(&mut known, &gateway).revoked_since = Some(since);
        }
        self.gateways = known.into_values().collect();
        self.unregistered = unregistered(&store.series()?, township);
        taken.note_unregistered(self.unregistered.clone());
        let took = reading.elapsed();
        self.pause = if took < QUICK { Duration::ZERO } else { took * PAUSE_FACTOR };
        self.read = Some(Stopwatch::start());
        Ok(())
    }
}

/// Adds to the rows whose stations are; a gateway that has not been heard yet gets a row only where the township's file
/// declares it.
fn add_owned(
    known: &mut BTreeMap<GatewayId, GatewayRow>,
    declared: &BTreeMap<StationId, GatewayId>,
    pins: Vec<Pin>,
) {
    for (station, gateway) in declared {
        row_of(known, gateway).declared.push(station.clone());
    }
    for Pin { station, gateway, .. } in pins {
        if declared.contains_key(&station) {
            continue;
        }
        let pinned = &mut row_of(known, &gateway).pinned;
        if pinned.len() < PINNED_SHOWN {
            pinned.push(station);
        }
    }
}

fn row_of<'a>(
    known: &'a mut BTreeMap<GatewayId, GatewayRow>,
    gateway: &GatewayId,
) -> &'a mut GatewayRow {
    let new = || GatewayRow { id: gateway.to_string(), ..GatewayRow::default() };
    known.entry(gateway.clone()).or_insert_with(new)
}

/// The stations of `series` that are not in the township's file; `None` where all are.
fn unregistered(series: &[Series], township: &Township) -> Option<Text> {
    let registered: HashSet<&StationId> =
        township.stations.iter().map(|station| &station.id).collect();
    let stations = series.iter().map(|series| &series.station);
    let unknown: BTreeSet<&StationId> =
        stations.filter(|station| !registered.contains(station)).collect();
    let named = unknown.iter().take(STATIONS_SHOWN).map(ToString::to_string);
    (!unknown.is_empty()).then(|| words::stations_unknown(unknown.len(), Text::list(named)))
}

fn gateway(row: &store::GatewayRow, now: Timestamp) -> GatewayRow {
    // The current epoch: where a spool was replaced, the one with the highest batch number.
    let newest = row.delivered.iter().max_by_key(|(_, set)| set.last());
    let gaps = row.gaps();
    let shown = gaps.iter().take(GAPS_SHOWN).map(|(_, first, last)| format!("{first}–{last}"));
    let since = row.since.filter(|since| times::is_possible(*since)).map(|since| since.min(now));
    GatewayRow {
        id: row.gateway.to_string(),
        online: row.online.unwrap_or(false),
        said_so: row.online.is_some(),
        last_seen: row.heard_at.max(since),
        epoch: newest.map_or(String::new(), |(epoch, _)| epoch.to_string()),
        committed_to: newest
            .and_then(|(_, set)| {
                set.iter().next().filter(|(first, _)| *first == 1).map(|(_, last)| last)
            })
            .unwrap_or(0),
        gaps: shown.collect(),
        more_gaps: gaps.len().saturating_sub(GAPS_SHOWN) as u64,
        clock_unset: row.clock == Some(ClockState::Provisional),
        ..GatewayRow::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Epoch, RangeSet};

    #[test]
    fn a_gateway_with_holes_without_end_has_a_row_of_bounded_length() {
        let now: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let holes: RangeSet = (0..1000).map(|n| (2 * n + 1, 2 * n + 1)).collect();
        let row = store::GatewayRow {
            gateway: "gw-evil".parse().unwrap(),
            online: Some(true),
            since: Some("9999-12-30T00:00:00Z".parse().unwrap()),
            clock: None,
            heard_at: None,
            delivered: (0..16).map(|epoch| (Epoch(epoch), holes.clone())).collect(),
        };
        let shown = gateway(&row, now);
        assert_eq!((shown.gaps.len(), shown.more_gaps), (GAPS_SHOWN, 16 * 999 - 20));
        assert_eq!((shown.last_seen, shown.committed_to), (Some(now), 1));
        let never = store::GatewayRow { since: Some(Timestamp::UNIX_EPOCH), ..row };
        assert_eq!(gateway(&never, now).last_seen, None);
    }

    #[test]
    fn a_declared_gateway_has_a_row_before_it_is_heard_and_a_declaration_goes_before_a_pin() {
        let station = |name: &str| name.parse::<StationId>().unwrap();
        let pin = |name, gateway: &str| Pin {
            station: station(name),
            gateway: gateway.parse().unwrap(),
            since: Timestamp::UNIX_EPOCH,
        };
        let declared = BTreeMap::from([(station("pond-1"), "gw-a".parse().unwrap())]);
        let mut known = BTreeMap::new();
        add_owned(&mut known, &declared, vec![pin("pond-1", "gw-b"), pin("pond-2", "gw-b")]);
        let rows: Vec<_> =
            known.into_values().map(|row| (row.id, row.declared, row.pinned)).collect();
        assert_eq!(
            rows,
            [
                ("gw-a".to_owned(), vec![station("pond-1")], vec![]),
                ("gw-b".to_owned(), vec![], vec![station("pond-2")]),
            ]
        );
    }

    #[test]
    fn stations_that_nobody_registered_are_named() {
        let township: Township = toml::from_str(
            r#"
            name = "t"
            [[village]]
            id = "v"
            name = "v"
            persons = 1
            groups = 1
            sown_area_mu = 1.0
            [[station]]
            id = "pond-1"
            name = "p"
            kind = "pond"
            village = "v"
            "#,
        )
        .unwrap();
        let series = |text: &str| text.parse::<Series>().unwrap();
        assert_eq!(unregistered(&[series("pond-1/level")], &township), None);
        let many: Vec<Series> = (1..500).map(|n| series(&format!("pond-{n}/level"))).collect();
        let said = unregistered(&many, &township).unwrap().to_string();
        assert!(said.contains("not in township.toml: 498 (pond-10, pond-100"), "{said}");
        assert!(said.len() < 250, "{said}");
    }
}
