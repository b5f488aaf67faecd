//! What the hub knows of its publishers, for page, interface and log.

use std::collections::BTreeMap;

use crate::core::GatewayId;
use crate::interop::incoming::{Format, Names};
use crate::locales::{Text, publisher as words};
use crate::web::PublisherRow;

/// All publishers.
#[derive(Debug, Default)]
pub struct PublishersSeen(BTreeMap<GatewayId, Seen>);

/// What is known of one, since the hub's start.
#[derive(Debug)]
struct Seen {
    format: Format,
    noted: Noted,
    /// Why the broker does not let the hub have its messages.
    refused: Option<Text>,
}

/// What has come of messages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Noted {
    pub messages: u64,
    /// Values that have become readings.
    pub readings: u64,
    /// Values, or parts of messages, that were refused where they came in.
    pub refused: u64,
    /// Values that no series takes.
    pub unmapped: Names,
    /// Breaks of the numbers of Sparkplug messages, and values of unknown alias.
    pub breaks: u64,
    pub unknown_aliases: u64,
}

impl Noted {
    fn merge(&mut self, more: Self) {
        self.messages += more.messages;
        self.readings += more.readings;
        self.refused += more.refused;
        self.unmapped.merge(more.unmapped);
        self.breaks += more.breaks;
        self.unknown_aliases += more.unknown_aliases;
    }
}

impl PublishersSeen {
    /// Begins with those of the configuration.
    pub(in crate::hub) fn begin(&mut self, publishers: impl Iterator<Item = (GatewayId, Format)>) {
        self.0 = publishers
            .map(|(gateway, format)| {
                (gateway, Seen { format, noted: Noted::default(), refused: None })
            })
            .collect();
    }

    /// Whether the gateway is a publisher.
    pub fn has(&self, gateway: &GatewayId) -> bool {
        self.0.contains_key(gateway)
    }

    /// Calls `call` with each.
    pub(in crate::hub) fn each(&self, call: impl FnMut(&GatewayId)) {
        self.0.keys().for_each(call);
    }

    pub(in crate::hub) fn note(&mut self, gateway: &GatewayId, noted: Noted) {
        if let Some(seen) = self.0.get_mut(gateway) {
            seen.noted.merge(noted);
        }
    }

    /// What has come of the messages of each.
    pub(in crate::hub) fn noted(&self) -> Vec<(GatewayId, Noted)> {
        self.0.iter().map(|(gateway, seen)| (gateway.clone(), seen.noted.clone())).collect()
    }

    /// Notes why the broker refuses a subscription; `None` where it does not.
    pub(in crate::hub) fn note_refused(&mut self, gateway: &GatewayId, refused: Option<Text>) {
        if let Some(seen) = self.0.get_mut(gateway) {
            seen.refused = refused;
        }
    }

    /// What is amiss with each.
    pub fn notes(&self) -> impl Iterator<Item = (&GatewayId, Text)> {
        self.0.iter().flat_map(|(gateway, seen)| {
            let refused = seen.refused.clone().map(words::subscription_refused);
            let Noted { breaks, unknown_aliases: aliases, .. } = seen.noted;
            let breaks = (breaks > 0).then(|| words::numbers_lost(breaks));
            let aliases = (aliases > 0).then(|| words::aliases_unknown(aliases));
            let notes = refused.into_iter().chain(breaks).chain(aliases);
            notes.map(move |note| (gateway, note))
        })
    }

    /// What the page shows of each.
    pub fn rows(&self) -> impl Iterator<Item = (GatewayId, PublisherRow)> {
        self.0.iter().map(|(gateway, seen)| {
            let row = PublisherRow {
                format: seen.format.id().into(),
                unmapped: seen.noted.unmapped.count,
                names: seen.noted.unmapped.first.clone(),
            };
            (gateway.clone(), row)
        })
    }
}
