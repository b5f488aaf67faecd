//! The look: what is seen goes to the watch, and what it changes into the book, each second and whenever readings have
//! come.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::field::{Field, FieldView, Way};
use super::levels::LevelRules;
use super::own::{self, Own, Space};
use super::rereading::{self, Read};
use super::state::Troubles;
use super::stations::{StationView, Stations};
use super::subjects::Register;
use super::{Shared, sending};
use crate::alarm::{Alarm, Condition, Key, Kind, Now, Outcome, Seen, Subject, Watch};
use crate::core::{GatewayId, StationId};
use crate::hub::logged;
use crate::locales::{Text, foreign, page_alarms as words};
use crate::support::{Moment, Stopwatch};
use crate::web::Overview;

/// How often it is looked where nothing has come: holds, letters that were put off and the hub itself need it.
const TICK: Duration = Duration::from_secs(1);

/// The least between two looks, and how many times as long as the last one took, up to what leaves a letter two seconds
/// from its reading, which the inbox may hold for one: looks take a fortieth of a core. Engineering judgement.
const APART: Duration = Duration::from_millis(50);
const APART_FACTOR: u32 = 40;
const APART_MAX: Duration = Duration::from_millis(750);

/// How often gateways are looked at, all stations for what grows old, the disk, and the page's certificate.
/// Engineering judgement: what is silent has been so for minutes, a disk does not fill up within one.
const FIELD_EVERY: Duration = Duration::from_secs(5);
const ALL_EVERY: Duration = Duration::from_secs(60);
const DISK_EVERY: Duration = Duration::from_secs(30);
const CERTIFICATE_EVERY: Duration = Duration::from_secs(3600);

/// By then the connections of the hub have shown their certificates. Engineering judgement: a server is written to with
/// the first readings.
const SHOWN_WITHIN: Duration = Duration::from_secs(600);

/// Portions of stations that may wait to be taken in: reading waits then.
const READ_WAIT: usize = 2;

/// Looks until `stop`.
pub(super) async fn run(
    shared: Arc<Shared>,
    overview: watch::Receiver<Arc<Overview>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let register = Arc::new(Register::new(shared.source.township.clone()));
    let all = Arc::new(Notify::new());
    let (found, mut stored) = mpsc::channel(READ_WAIT);
    let path = shared.source.settings.store.path.clone();
    let rereading = rereading::run(path, register.clone(), all.clone(), found, stop.clone());
    let mut looking = Looking::new(shared, register, overview, all).await?;
    let looks = async {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let state = &looking.shared.source.state;
            tokio::select! {
                () = stop.cancelled() => return anyhow::Ok(()),
                () = state.arrived.wait() => {}
                () = looking.shared.noted.notified() => {}
                Some(read) = stored.recv() => looking.take_stored(read),
                _ = ticks.tick() => {}
            }
            let took = Stopwatch::start();
            looking.look().await?;
            let pause = (took.elapsed() * APART_FACTOR).clamp(APART, APART_MAX);
            tokio::select! {
                () = stop.cancelled() => return anyhow::Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
        }
    };
    tokio::try_join!(looks, rereading)?;
    Ok(())
}

/// When something was done last.
#[derive(Default)]
struct Last(Option<Stopwatch>);

impl Last {
    /// Whether it is to be done again, which is then noted.
    fn is_due(&mut self, every: Duration) -> bool {
        let due = self.0.as_ref().is_none_or(|last| last.elapsed() >= every);
        if due {
            self.0 = Some(Stopwatch::start());
        }
        due
    }
}

/// What is seen and remembered from look to look.
struct Looking {
    shared: Arc<Shared>,
    register: Arc<Register>,
    overview: watch::Receiver<Arc<Overview>>,
    /// Asks for all stations to be read from the store.
    all: Arc<Notify>,
    watch: Watch,
    stations: Stations,
    field: Field,
    ways: BTreeMap<StationId, Way>,
    /// What was seen of each station, as far as it matters: what is on, or was.
    of_stations: Vec<Vec<Seen>>,
    of_field: Vec<Seen>,
    of_hub: Vec<Seen>,
    /// The keys that the watch has to go on with.
    given: HashSet<Key>,
    /// Since when what is sent arrives, by the uptime.
    open_since: Option<Duration>,
    /// Since when the broker is away, by the uptime.
    away_since: Option<Duration>,
    own: Own,
    /// Why the store could not be read the last time.
    unread: Option<Text>,
    looked_field: Last,
    looked_all: Last,
    looked_disk: Last,
    looked_certificate: Last,
}

impl Looking {
    async fn new(
        shared: Arc<Shared>,
        register: Arc<Register>,
        overview: watch::Receiver<Arc<Overview>>,
        all: Arc<Notify>,
    ) -> anyhow::Result<Self> {
        let resumed = shared.book.resumed().await?;
        let now = now_of(shared.source.clock.moment());
        let rules = shared.source.settings.alarm.rules();
        let watch = Watch::resume(rules, resumed.alarms, resumed.last_id, now);
        let given = watch.open().map(|alarm| alarm.key.clone()).collect();
        Ok(Self {
            stations: Stations::new(&register),
            of_stations: vec![Vec::new(); register.stations().len()],
            shared,
            register,
            overview,
            all,
            watch,
            field: Field::default(),
            ways: BTreeMap::new(),
            of_field: Vec::new(),
            of_hub: Vec::new(),
            given,
            open_since: None,
            away_since: None,
            own: Own::default(),
            unread: None,
            looked_field: Last::default(),
            looked_all: Last::default(),
            looked_disk: Last::default(),
            looked_certificate: Last::default(),
        })
    }

    /// Takes in what was read from the store.
    fn take_stored(&mut self, read: Read) {
        match read {
            Ok(read) => {
                self.unread = None;
                let now = self.shared.source.clock.moment();
                let places: BTreeSet<usize> = read.iter().map(|(place, _)| *place).collect();
                for (place, stored) in read {
                    self.stations.read(&self.register, place, stored, now);
                }
                self.see_stations(places, now);
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                if self.unread.is_none() {
                    tracing::warn!(error = logged(&error), "alarms cannot read the store");
                }
                self.unread = Some(words::not_looked(foreign::chain(&error)));
            }
        }
    }

    async fn look(&mut self) -> anyhow::Result<()> {
        let now = self.shared.source.clock.moment();
        self.see(now);
        let seen = self.seen();
        let zone = self.shared.source.calendar.zone().clone();
        for (id, acknowledged) in self.shared.book.acknowledged().await? {
            self.watch.acknowledge(id, &acknowledged);
        }
        let Outcome { changed, letters } = self.watch.look(&seen, now_of(now), &zone);
        let on = |seen: &&Seen| matches!(seen.condition, Condition::On | Condition::Between);
        let kept = seen.iter().filter(on).map(|seen| seen.key.clone());
        self.given = kept.chain(self.watch.open().map(|alarm| alarm.key.clone())).collect();
        let channels = &self.shared.source.settings.alarm.channels;
        let told = !letters.is_empty();
        let letters = letters.into_iter().map(|letter| {
            let takers = sending::takers(channels, &letter);
            (letter, takers)
        });
        // Also where nothing is new: it says whether the file can be written. The book keeps what cannot be.
        let failing = self.shared.book.write(changed, letters.collect()).await.is_err();
        if told {
            self.shared.to_send.notify_one();
        }
        let of_book = self.shared.book.troubles().into_iter().map(|trouble| trouble.text).collect();
        let troubles = Troubles { of_book, failing, unread: self.unread.clone() };
        self.shared.source.state.alarms.note(self.watch.open(), troubles);
        Ok(())
    }

    /// Looks at what has come, and at what is due.
    fn see(&mut self, now: Moment) {
        let source = &self.shared.source;
        let (state, simulated) = (source.state.clone(), source.simulated);
        (self.open_since, self.away_since) = match state.broker_connected() {
            true => (Some(self.open_since.unwrap_or(now.up)), None),
            false => (None, Some(self.away_since.unwrap_or(now.up))),
        };
        self.own.away = self.away_since.map(|since| now.up.saturating_sub(since));
        let taken = state.arrived.take();
        if taken.all {
            self.all.notify_one();
        }
        let mut places = self.stations.take(&self.register, taken, now);
        if self.looked_disk.is_due(DISK_EVERY) {
            self.own.space = Space::of(&source.settings.store.path);
        }
        if self.looked_certificate.is_due(CERTIFICATE_EVERY) {
            let file = source.settings.web.certificate_file.as_ref();
            self.own.page_ends = own::page_certificate_ends(file);
        }
        self.of_hub = own::seen(&state, now, self.own);
        // Hours of a simulation pass within a second.
        if simulated || self.looked_field.is_due(FIELD_EVERY) {
            self.see_field(now);
        }
        if simulated || self.looked_all.is_due(ALL_EVERY) {
            places = (0..self.register.stations().len()).collect();
        }
        self.see_stations(places, now);
    }

    fn see_field(&mut self, now: Moment) {
        let overview = self.overview.borrow().clone();
        let source = &self.shared.source;
        let silent = source.state.silent(now);
        let view = FieldView {
            gateways: &overview.gateways,
            open_since: self.open_since,
            silent: &silent,
            register: &self.register,
            zone: source.calendar.zone(),
            now,
        };
        self.of_field = self.field.look(&view);
        self.ways = self.field.ways(&overview.gateways);
    }

    fn see_stations(&mut self, places: BTreeSet<usize>, now: Moment) {
        let source = &self.shared.source;
        let rules = LevelRules {
            calendar: &source.calendar,
            fast_m_per_hour: source.settings.alarm.fast.as_ref().map(|fast| fast.m_per_hour),
            simulated: source.simulated,
        };
        let view = StationView {
            register: &self.register,
            rules,
            ways: &self.ways,
            open_since: self.open_since,
            now,
        };
        for place in places {
            let mut seen = self.stations.seen(place, &view);
            seen.retain(|seen| matters(seen, &self.given));
            if let Some(of) = self.of_stations.get_mut(place) {
                *of = seen;
            }
        }
    }

    /// What the watch is given: what is on, and what it has to go on with. An open alarm of which nothing is seen is
    /// there as unknown, unless its subject is gone.
    fn seen(&self) -> Vec<Seen> {
        let field = self.of_field.iter().filter(|seen| matters(seen, &self.given));
        let hub = self.of_hub.iter().filter(|seen| matters(seen, &self.given));
        let all = self.of_stations.iter().flatten().chain(field).chain(hub);
        let mut all: Vec<Seen> = all.cloned().collect();
        let keys: HashSet<&Key> = all.iter().map(|seen| &seen.key).collect();
        let lacking = self.watch.open().filter(|alarm| !keys.contains(&alarm.key));
        let lacking: Vec<Seen> =
            lacking.filter(|alarm| self.is_there(&alarm.key)).map(unknown).collect();
        all.extend(lacking);
        all
    }

    /// Whether connections have had time to show their certificates.
    fn is_settled(&self) -> bool {
        let up = self.shared.source.clock.uptime();
        self.open_since.is_some_and(|since| up.saturating_sub(since) > SHOWN_WITHIN)
    }

    /// Whether what an alarm is of is still watched, as far as is known.
    fn is_there(&self, key: &Key) -> bool {
        let overview = self.overview.borrow();
        let row = |id: &GatewayId| {
            overview
                .gateways
                .iter()
                .find(|row| row.id == id.as_str() && row.revoked_since.is_none())
        };
        // Before the first overview nobody knows of any gateway.
        let unmade = overview.now == Timestamp::UNIX_EPOCH;
        let rapid = matches!(key.kind, Kind::FallingFast | Kind::RisingFast);
        match &key.subject {
            Subject::Station(_) if rapid && self.shared.source.settings.alarm.fast.is_none() => {
                false
            }
            Subject::Station(station) => self.register.station(station).is_some(),
            Subject::Gateway(gateway) => unmade || row(gateway).is_some(),
            Subject::Bus { gateway, .. } | Subject::Device { gateway, .. } => {
                let report = row(gateway).map(|row| row.report.as_ref());
                // A gateway that has said nothing since the hub's start may have it; so may one that leaves some out.
                unmade
                    || report.is_some_and(|report| {
                        report.is_none_or(|said| said.buses_left_out + said.devices_left_out > 0)
                    })
            }
            Subject::Hub(_) => key.kind != Kind::CertificateEnds || !self.is_settled(),
        }
    }
}

/// Whether the watch is to be given it.
fn matters(seen: &Seen, given: &HashSet<Key>) -> bool {
    matches!(seen.condition, Condition::On | Condition::Between) || given.contains(&seen.key)
}

/// An open alarm of which nothing is known now.
fn unknown(alarm: &Alarm) -> Seen {
    Seen {
        key: alarm.key.clone(),
        condition: Condition::Unknown,
        value: alarm.value,
        limit: alarm.limit,
        name: alarm.name.clone(),
        said: alarm.said.clone(),
        behind: None,
    }
}

fn now_of(moment: Moment) -> Now {
    let up = SignedDuration::try_from(moment.up).unwrap_or(SignedDuration::MAX);
    Now { up, time: moment.time }
}

#[cfg(test)]
#[path = "looking_tests.rs"]
mod tests;
