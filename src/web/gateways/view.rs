//! The gateways in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::report::{self, Bus, Devices};
use super::{GatewayRow, LostRow, PublisherRow};
use crate::locales::{Text, moment, page_gateways as words, publisher as publisher_words};
use crate::web::Overview;
use crate::web::format::{age, is_stale};

/// The page.
#[derive(Serialize)]
pub(super) struct Page {
    pub gateways: Vec<Gateway>,
    pub well: usize,
    pub unwell: usize,
    /// Devices that do not answer.
    pub devices_unwell: usize,
    /// What is to be noted beside single gateways.
    pub notes: Vec<Text>,
    /// What a deed has just come to.
    pub done: Option<Text>,
    /// The latest time from which a gateway may be revoked, as the browser's field has it.
    pub latest: String,
    /// The stations that may be pinned, as a help for typing.
    pub stations: Vec<String>,
}

/// A gateway.
#[derive(Serialize)]
pub(super) struct Gateway {
    pub id: String,
    #[serde(skip)]
    how: State,
    /// Id of its state in style sheets.
    pub state: &'static str,
    pub state_words: Text,
    /// What is wrong with it in one line, or that nothing is.
    pub verdict: Text,
    /// Whether something is wrong with it.
    pub troubled: bool,
    /// When it was heard last; empty where it never was.
    pub heard: Text,
    /// Whether an administrator has revoked it.
    pub revoked: bool,
    pub facts: Vec<Fact>,
    pub notes: Vec<Text>,
    pub losses: Vec<Text>,
    pub declared: Vec<String>,
    pub pinned: Vec<String>,
    pub buses: Vec<Bus>,
    /// The buses and devices in one line.
    pub devices: Text,
    /// Whether all of them are fine.
    pub devices_fine: bool,
    /// When it said what is shown of its buses, or that it says nothing.
    pub said: Text,
}

/// Something that is known of a gateway.
#[derive(Serialize)]
pub(super) struct Fact {
    pub name: Text,
    pub value: Text,
    /// What there is to note; empty where there is nothing.
    pub note: Text,
    /// Whether somebody should do something.
    pub warns: bool,
}

impl Fact {
    pub fn new(name: Text, value: Text) -> Self {
        Self { name, value, note: Text::default(), warns: false }
    }

    pub fn noted(self, note: Text) -> Self {
        Self { note, ..self }
    }
}

/// The time at which things are shown.
#[derive(Clone, Copy)]
pub(super) struct Now<'a> {
    pub time: Timestamp,
    pub zone: &'a TimeZone,
    pub simulated: bool,
}

impl Now<'_> {
    pub fn moment(&self, at: Timestamp) -> Text {
        moment(at, self.time, self.zone)
    }
}

/// The page of `overview`.
pub(super) fn page(overview: &Overview, done: Option<Text>) -> Page {
    let now = Now { time: overview.now, zone: &overview.zone, simulated: overview.simulated };
    let mut gateways: Vec<Gateway> =
        overview.gateways.iter().map(|row| gateway(row, now)).collect();
    gateways.sort_by_key(|gateway| gateway.how.place(gateway.troubled));
    let well = gateways.iter().filter(|gateway| gateway.how == State::Online).count();
    let devices = gateways.iter().flat_map(|gateway| &gateway.buses).flat_map(|bus| &bus.devices);
    let local = overview.zone.to_datetime(overview.now);
    Page {
        well,
        unwell: gateways.len() - well,
        devices_unwell: devices.filter(|device| device.is_silent()).count(),
        notes: overview.notes.clone(),
        done,
        latest: local.strftime("%Y-%m-%dT%H:%M").to_string(),
        stations: overview.sources.iter().map(|source| source.id.to_string()).collect(),
        gateways,
    }
}

fn gateway(row: &GatewayRow, now: Now<'_>) -> Gateway {
    let how = State::of(row, now);
    let (state, state_words) = how.said(row.publisher.is_some());
    let heard = match row.last_seen {
        None => Text::default(),
        Some(at) => words::last_heard(now.moment(at), age(now.time.duration_since(at).as_secs())),
    };
    let mut facts = own_facts(row);
    let said_nothing = match &row.publisher {
        Some(_) => publisher_words::no_acks(),
        None => words::said_nothing(),
    };
    let (mut buses, mut said) = (Vec::new(), said_nothing);
    if let Some(report) = &row.report {
        facts.extend(report::facts(report, now));
        buses = report::buses(report, how.is_connected(), now);
        said = words::said_at(now.moment(report.at));
    }
    let seen = Devices::of(&buses);
    let revoked = row.revoked_since.map(|since| words::revoked_since(now.moment(since)));
    let troubles = troubles(row, (how, revoked), &facts, &seen);
    Gateway {
        id: row.id.clone(),
        how,
        state,
        state_words,
        troubled: !troubles.is_empty(),
        verdict: if troubles.is_empty() { words::all_well() } else { Text::clauses(troubles) },
        heard,
        revoked: row.revoked_since.is_some(),
        facts,
        notes: row.notes.clone(),
        losses: row.lost.iter().map(|lost| loss(lost, now)).collect(),
        declared: row.declared.iter().map(ToString::to_string).collect(),
        pinned: row.pinned.iter().map(ToString::to_string).collect(),
        devices: match row.report.as_ref().filter(|_| !how.is_connected()) {
            Some(report) => seen.last_said(now.moment(report.at)),
            None => seen.words(),
        },
        devices_fine: seen.are_fine(),
        buses,
        said,
    }
}

/// What is wrong with a gateway, the worst first.
fn troubles(
    row: &GatewayRow,
    (how, revoked): (State, Option<Text>),
    facts: &[Fact],
    devices: &Devices,
) -> Vec<Text> {
    let own = match how {
        State::Revoked => revoked,
        State::Unheard => Some(words::not_heard_yet()),
        State::Offline => Some(words::is_offline()),
        State::Silent if row.publisher.is_some() => Some(publisher_words::is_silent()),
        State::Silent => Some(words::is_silent()),
        State::Online => None,
    };
    let warnings = facts.iter().filter(|fact| fact.warns).map(|fact| {
        let what = if fact.note.is_empty() { &fact.value } else { &fact.note };
        Text::chain([fact.name.clone(), what.clone()])
    });
    let notes = (!row.notes.is_empty()).then(|| words::notes(row.notes.len()));
    own.into_iter().chain(devices.troubles()).chain(warnings).chain(notes).collect()
}

/// How a gateway is, as the hub sees it.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Revoked,
    Unheard,
    Offline,
    Silent,
    Online,
}

impl State {
    fn of(row: &GatewayRow, now: Now<'_>) -> Self {
        let age_s = row.last_seen.map(|at| now.time.duration_since(at).as_secs());
        match age_s {
            _ if row.revoked_since.is_some() => Self::Revoked,
            None => Self::Unheard,
            // Nobody says of it whether it is connected: it is while its readings come as often as they are to.
            Some(_) if row.publisher.is_some() && row.online => Self::Online,
            Some(_) if row.publisher.is_some() => Self::Silent,
            Some(_) if !row.online => Self::Offline,
            Some(_) if is_stale(age_s, now.simulated) => Self::Silent,
            Some(_) => Self::Online,
        }
    }

    /// Id of a style, and words; of a program that only publishes, nobody knows whether it is connected.
    fn said(self, publishes: bool) -> (&'static str, Text) {
        match self {
            Self::Silent if publishes => ("warn", publisher_words::silent()),
            Self::Online if publishes => ("normal", publisher_words::publishes()),
            Self::Revoked => ("alert", words::revoked()),
            Self::Unheard => ("none", words::never_heard()),
            Self::Offline => ("guard", words::offline()),
            Self::Silent => ("warn", words::silent()),
            Self::Online => ("normal", words::online()),
        }
    }

    /// Whether it is connected to the broker, so that what it has said holds now.
    fn is_connected(self) -> bool {
        matches!(self, Self::Silent | Self::Online)
    }

    /// Its place on the page: who has trouble first.
    fn place(self, troubled: bool) -> u8 {
        match self {
            Self::Offline => 0,
            Self::Silent => 1,
            Self::Online if troubled => 2,
            Self::Unheard => 3,
            Self::Revoked => 4,
            Self::Online => 5,
        }
    }
}

/// What the hub knows of it without its own word.
fn own_facts(row: &GatewayRow) -> Vec<Fact> {
    if let Some(publisher) = &row.publisher {
        return facts_of_publisher(publisher);
    }
    let mut facts = Vec::new();
    let version = row.version.iter().map(|version| (words::version(), version));
    let config = row.config.iter().map(|config| (words::config(), config));
    facts.extend(version.chain(config).map(|(name, said)| Fact::new(name, Text::verbatim(said))));
    let clock = if row.clock_unset { words::clock_provisional() } else { words::clock_good() };
    if row.last_seen.is_some() {
        facts.push(Fact { warns: row.clock_unset, ..Fact::new(words::clock(), clock) });
    }
    if row.committed_to > 0 {
        facts.push(Fact::new(words::committed(), words::committed_to(row.committed_to)));
    }
    if !row.gaps.is_empty() {
        let more = (row.more_gaps > 0).then(|| words::more_gaps(row.more_gaps));
        let ranges = row.gaps.iter().map(Text::verbatim).chain(more);
        facts.push(Fact { warns: true, ..Fact::new(words::gaps(), Text::list(ranges)) });
    }
    facts
}

/// What is known of another program: neither its clock nor how much it has sent.
fn facts_of_publisher(publisher: &PublisherRow) -> Vec<Fact> {
    let PublisherRow { format, unmapped, names } = publisher;
    let kind = Fact::new(publisher_words::kind(), publisher_words::kind_is(format));
    let unmapped = (*unmapped > 0).then(|| {
        let said = publisher_words::unmapped(*unmapped, Text::list(names.iter()));
        Fact::new(publisher_words::not_taken(), said)
    });
    std::iter::once(kind).chain(unmapped).collect()
}

fn loss(lost: &LostRow, now: Now<'_>) -> Text {
    let readings = lost.readings.map_or_else(words::number_unknown, Text::verbatim);
    words::lost(now.moment(lost.from), now.moment(lost.to), readings, lost.why.clone())
}
