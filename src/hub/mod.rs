//! The office side: intake, store, page and report put together.

mod alarm_settings;
mod alarms;
mod api;
mod arrivals;
mod broker;
mod calendar;
mod cells;
mod charts;
mod clocks;
mod complaints;
mod copies;
#[cfg(feature = "influx")]
mod copying;
mod corrections;
mod desk;
mod drought;
mod enrolment;
mod gateway_deeds;
mod gateway_rows;
mod health;
mod inbox;
mod ingest;
mod issue_draft;
mod issuing;
mod known_names;
mod ledger_desk;
mod letters_out;
pub mod message;
mod metrics;
mod morning;
mod outage;
mod overview;
mod own_clock;
mod plate_limits;
mod portion;
mod publishers;
mod pumps;
mod push_settings;
mod report;
mod reports;
mod resends;
mod retention;
mod retry;
mod settings;
mod state;
mod station;
mod things;
pub mod times;
mod troubles;
mod upkeep;
mod uploads;
mod watch_quarantine;
mod watchdog;
mod workplace;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use crate::report::{Block, check_blocks};
pub use alarm_settings::{AlarmSettings, FastRates, QuietHours, TimeOfDay};
pub use alarms::{book_path as alarm_book_path, send_letter};
pub use calendar::calendar;
pub use cells::StoreCells;
pub use drought::{drought, grade_rules};
pub use enrolment::{Authority, RequestedKey, SignError, Signed, is_of_office, own_names};
pub use gateway_deeds::{DeedDone, GatewayOffice, NotDone};
pub use issue_draft::{Draft, Meanwhile};
pub use issuing::{Against, NotAccepted, Standing, accept_refusal, reason_refusal};
pub use known_names::KnownNames;
pub use morning::Mornings;
pub use overview::{OverviewSource, Overviews};
pub use plate_limits::PlateLimits;
pub use publishers::{PublishedSeries, PublisherSettings};
pub use push_settings::PushSettings;
use report::drought_event_by;
pub use report::{Report, drought_event, report, statement};
pub use retention::retained_from;
pub use retry::{Retried, quarantine_problem, retry};
pub use settings::{
    BrokerSettings, EnrollSettings, HubSettings, LedgerSettings, ReportSettings, StoreSettings,
    WebSettings,
};
pub use state::HubState;

use crate::core::{Calendar, GatewayId, StationId};
use crate::ledger::Ledger;
use crate::locales::{Argument, Lang, for_programs, foreign, hub as words};
#[cfg(feature = "influx")]
use crate::store::server::copy::Copier;
#[cfg(feature = "influx")]
use crate::store::server::{Server, ServerSettings};
use crate::store::{Lock, Owners, Place, Quarantine, Sqlite, Store, StoreError, StoreHandle};
use crate::support::{Clock, Supervisor};
use crate::users::{Account, Users};
use crate::water::Township;
use crate::web;

/// Gateways that are remembered at most, each where that is done: five times as many as one hub has been tried with.
/// Engineering judgement.
const REMEMBERED_MAX: usize = 5000;

/// A hub that is ready to run: its files are open and its page's address is bound.
pub struct Hub {
    settings: HubSettings,
    store: StoreHandle,
    /// Where the store's file is.
    place: Place,
    office: Option<Office>,
    /// How fast registers can grow whose gateway does not say.
    limits: plate_limits::PlateLimits,
    listener: TcpListener,
    tls: Option<web::Tls>,
    state: Arc<HubState>,
    clock: Clock,
    simulated: bool,
    /// Keeps a restore from replacing the files of a running hub.
    _lock: Lock,
}

/// The workplace: what a hub has that does more than ingest.
struct Office {
    overviews: Overviews,
    mornings: Mornings,
    overview: watch::Sender<Arc<web::Overview>>,
    township: Arc<Township>,
    users: Users,
    alarms: alarms::Alarms,
    enrolment: Option<enrolment::Enrolment>,
    calendar: Calendar,
    #[cfg(feature = "influx")]
    copying: Option<(Copier, Sqlite)>,
}

impl Hub {
    /// Opens the files and binds the page's address. Broker and server need not be reachable yet.
    ///
    /// # Errors
    /// A file cannot be opened, the zone is unknown, the server cannot be used, or the address is taken.
    pub async fn open(
        settings: HubSettings,
        township: Township,
        clock: Clock,
        simulated: bool,
    ) -> anyhow::Result<Self> {
        let calendar = calendar(&township)?;
        let lock = Lock::hub(&settings.store.path)?;
        let mut file = Sqlite::open(&settings.store.path)?;
        file.set_calendar(&calendar)?;
        let owners = owners(&settings, &township)?;
        let reader = file.reader()?;
        let ledger = Ledger::open(&settings.ledger.path)?;
        let (listener, tls) = (listen(&settings).await?, tls(&settings)?);
        let state = Arc::new(HubState::default());
        let limits = plate_limits::PlateLimits::of(&township);
        let township = Arc::new(township);
        let mornings = Mornings::new(settings.clone(), township.clone(), clock.clone(), simulated)?;
        let users = open_users(&settings, &clock, simulated)?;
        let enrolment = enrolment::Enrolment::open(&settings, &users, &clock).await?;
        let alarms = alarms::Alarms::open(alarms::AlarmSource {
            settings: settings.clone(),
            township: township.clone(),
            calendar: calendar.clone(),
            clock: clock.clone(),
            simulated,
            state: state.clone(),
        })
        .await?;
        let overviews = Overviews::new(OverviewSource {
            township: township.clone(),
            calendar: calendar.clone(),
            store: reader,
            ledger,
            two_person: settings.ledger.two_person,
            clock: clock.clone(),
            simulated,
            taken: state.clone(),
        })?;
        #[cfg(feature = "influx")]
        let mut copying = None;
        #[cfg(feature = "influx")]
        let store: Box<dyn Store> = match &settings.store.server {
            None => Box::new(file),
            Some(server) => {
                copying = Some((Copier::new(server, owners.declared().clone())?, file));
                let server = open_server(server, &settings.client_id).await?;
                server.check_readable()?;
                state.watch_server(server.certificates());
                Box::new(server)
            }
        };
        #[cfg(not(feature = "influx"))]
        let store: Box<dyn Store> = Box::new(file);
        let quarantine = Quarantine::open(&settings.store.path)?;
        let place = quarantine.place().clone();
        let store = StoreHandle::start(store, quarantine, owners).with_context(words::no_thread)?;
        let office = Office {
            overviews,
            mornings,
            overview: watch::Sender::new(Arc::default()),
            township,
            users,
            alarms,
            enrolment,
            calendar,
            #[cfg(feature = "influx")]
            copying,
        };
        Ok(Self {
            settings,
            store,
            place,
            office: Some(office),
            limits,
            listener,
            tls,
            state,
            clock,
            simulated,
            _lock: lock,
        })
    }

    /// Opens a hub that only ingests, beside others: without page, report and ledger. Readings go to the server; its
    /// file holds only the quarantine.
    ///
    /// # Errors
    /// The settings name no server, it cannot be used, a file cannot be opened, or the address is taken.
    #[cfg(feature = "influx")]
    pub async fn ingester(settings: HubSettings, clock: Clock) -> anyhow::Result<Self> {
        let server = settings.store.server.as_ref();
        let server = server.with_context(words::ingester_without_server)?;
        let lock = Lock::hub(&settings.store.path)?;
        let quarantine = Quarantine::open(&settings.store.path)?;
        // It has no township: a station belongs to the gateway that is heard of it first.
        let owners = Owners::open(&settings.store.path, BTreeMap::new())?;
        let (listener, tls) = (listen(&settings).await?, tls(&settings)?);
        let server = open_server(server, &settings.client_id).await?;
        let state = Arc::new(HubState::default());
        state.watch_server(server.certificates());
        let place = quarantine.place().clone();
        let store = StoreHandle::start(Box::new(server), quarantine, owners)
            .with_context(words::no_thread)?;
        Ok(Self {
            settings,
            store,
            place,
            office: None,
            limits: plate_limits::PlateLimits::default(),
            listener,
            tls,
            state,
            clock,
            simulated: false,
            _lock: lock,
        })
    }

    pub fn state(&self) -> Arc<HubState> {
        self.state.clone()
    }

    /// What its page shows; `None` for a hub that only ingests.
    pub fn overview(&self) -> Option<watch::Receiver<Arc<web::Overview>>> {
        self.office.as_ref().map(|office| office.overview.subscribe())
    }

    /// Where browsers find its page.
    ///
    /// # Errors
    /// The system does not say which port it has given.
    pub fn page_url(&self) -> std::io::Result<String> {
        let bound = self.page_address()?;
        let web = &self.settings.web;
        // Port 0 asks for any that is free.
        Ok(WebSettings { listen: bound, ..web.clone() }.url())
    }

    /// Where its page is served.
    pub fn page_address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// The persons who sign in; `None` for a hub that only ingests.
    pub fn users(&self) -> Option<&Users> {
        self.office.as_ref().map(|office| &office.users)
    }

    /// Where administrators without a password choose one, where nobody could let them in: each with her link, good
    /// once.
    ///
    /// # Errors
    /// The file of the persons cannot be written.
    pub fn first_links(
        &self,
    ) -> impl Future<Output = anyhow::Result<Vec<(Account, String)>>> + Send + use<> {
        let (users, url) = (self.users().cloned(), self.page_url());
        async move {
            let Some(users) = users else { return Ok(Vec::new()) };
            let url = url?;
            let links = users.first_links().await?.into_iter();
            Ok(links.map(|(account, link)| (account, format!("{url}/first/{link}"))).collect())
        }
    }

    /// Ingests and serves until `stop`; the error is that of the first task that fails.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { settings, store, place, office, limits, listener, tls, .. } = self;
        let (state, clock, simulated, _lock) = (self.state, self.clock, self.simulated, self._lock);
        let mut supervisor = Supervisor::new(stop.clone());
        let township = office.as_ref().map(Office::shown);
        let operation = workplace::operation(&settings, &state, township, &clock);
        let router = match office {
            None => web::ingester(operation, workplace::access(&settings, None)),
            Some(office) => {
                let access = workplace::access(&settings, Some(office.users.clone()));
                let source = workplace::WorkplaceSource {
                    settings: settings.clone(),
                    township: office.township.clone(),
                    calendar: office.calendar.clone(),
                    clock: clock.clone(),
                    simulated,
                    users: office.users.clone(),
                    alarms: office.alarms.desk(),
                };
                let workplace = source.workplace(office.overview.subscribe(), stop.clone());
                office.run_beside(&settings, &state, &clock, &mut supervisor, &stop)?;
                web::office(workplace, operation, access)
            }
        };
        let watching = watch_quarantine::run(place, state.clone(), clock.clone(), stop.clone());
        supervisor.spawn(words::task_quarantine(), watching);
        let serving = web::serve(listener, router, tls, stop.clone());
        supervisor.spawn(words::task_page(), async move { Ok(serving.await?) });
        if !simulated {
            let keeps_old = state.keeps_old_configuration();
            let feeding = watchdog::feed(store.clone(), keeps_old, stop.clone());
            supervisor.spawn(words::task_watchdog(), feeding);
        }
        let subscription = ingest::Subscription {
            settings: settings.mqtt,
            client_id: settings.client_id,
            share: settings.share,
            publishers: settings.publishers,
            store_file: settings.store.path,
            limits,
            simulated,
        };
        let ingest = ingest::ingest(subscription, store, clock, state, stop);
        supervisor.spawn(words::task_ingest(), ingest);
        supervisor.run().await
    }
}

impl Office {
    /// What its metrics show.
    fn shown(&self) -> metrics::TownshipShown {
        metrics::TownshipShown {
            township: self.township.clone(),
            calendar: self.calendar.clone(),
            overview: self.overview.subscribe(),
        }
    }

    /// Starts what runs beside intake and pages.
    fn run_beside(
        self,
        settings: &HubSettings,
        state: &Arc<HubState>,
        clock: &Clock,
        supervisor: &mut Supervisor,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let overview = self.overview.subscribe();
        let refreshing =
            overview::refresh(self.overviews, self.mornings, self.overview, stop.clone());
        supervisor.spawn(words::task_overview(), refreshing);
        let looking = self.alarms.run(overview, stop.clone());
        supervisor.spawn(words::task_alarms(), looking);
        if let Some(enrolment) = self.enrolment {
            supervisor.spawn(words::task_enrolment(), enrolment.run(stop.clone()));
        }
        let path = settings.store.path.clone();
        let verifying = verify(path.clone(), state.clone(), stop.clone());
        supervisor.spawn(words::task_verification(), verifying);
        if let Some(months) = settings.store.keep_raw_months {
            let keeping = retention::run(path, months, self.calendar, clock.clone(), stop.clone());
            supervisor.spawn(words::task_retention(), keeping);
        }
        #[cfg(feature = "influx")]
        if let Some((copier, copy)) = self.copying {
            state.note_copy(copy.copied_to()?, clock.moment());
            let following =
                copying::follow(copier, copy, clock.clone(), state.clone(), stop.clone());
            supervisor.spawn(words::task_copy(), following);
        }
        Ok(())
    }
}

/// Opens the file of those who sign in. They live by real time, also where the township is simulated.
fn open_users(settings: &HubSettings, clock: &Clock, simulated: bool) -> anyhow::Result<Users> {
    let clock = if simulated { Clock::system() } else { clock.clone() };
    Ok(Users::open(&settings.users_file(), settings.accounts(), clock)?)
}

/// The page's certificate, where it has one.
fn tls(settings: &HubSettings) -> anyhow::Result<Option<web::Tls>> {
    let files = settings.web.certificate_file.as_ref().zip(settings.web.key_file.as_ref());
    let opened = files.map(|(certificate, key)| web::Tls::open(certificate, key)).transpose();
    opened.map_err(|problem| anyhow::anyhow!("{problem}"))
}

async fn listen(settings: &HubSettings) -> anyhow::Result<TcpListener> {
    let listen = settings.web.listen;
    let bound = TcpListener::bind(listen).await;
    bound.map_err(|error| {
        anyhow::Error::msg(words::page_address(Argument::of(listen), foreign::io(&error)))
    })
}

/// An error as the log has it.
fn logged(error: &anyhow::Error) -> String {
    for_programs(Lang::English, || format!("{error:#}"))
}

/// Notes and logs that the store cannot be used any more, and returns why. The hub ends then, and is started anew.
fn ending(error: StoreError, state: &HubState) -> anyhow::Error {
    let error = anyhow::Error::from(error);
    state.note_damage(logged(&error));
    tracing::error!(error = logged(&error), "the hub ends");
    error
}

/// Opens the store of the settings for a command beside the hub: the file, or the server.
pub fn open_store(settings: &HubSettings, township: &Township) -> anyhow::Result<Box<dyn Store>> {
    #[cfg(feature = "influx")]
    if let Some(server) = &settings.store.server {
        let hub = format!("{}-by-hand", settings.client_id);
        return Ok(Box::new(Server::open(server, &hub)?));
    }
    let mut store = Sqlite::open(&settings.store.path)?;
    store.set_calendar(&calendar(township)?)?;
    Ok(Box::new(store))
}

/// Opens the owners of stations in the store's file, beside those that the township's file declares.
pub fn owners(settings: &HubSettings, township: &Township) -> Result<Owners, StoreError> {
    Owners::open(&settings.store.path, declared(township))
}

/// The gateways that the township's file declares, by station.
fn declared(township: &Township) -> BTreeMap<StationId, GatewayId> {
    let stations = township.stations.iter();
    stations.filter_map(|s| Some((s.id.clone(), s.gateway.clone()?))).collect()
}

/// Opens the server on a thread that may block.
#[cfg(feature = "influx")]
async fn open_server(settings: &ServerSettings, hub: &str) -> anyhow::Result<Server> {
    let (settings, hub) = (settings.clone(), hub.to_owned());
    Ok(tokio::task::spawn_blocking(move || Server::open(&settings, &hub)).await??)
}

/// Verifies the store's file once, beside everything else: a hub must not wait for it.
async fn verify(
    path: PathBuf,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let opened = tokio::task::spawn_blocking(move || Sqlite::open_reader(&path)).await?;
    let found = match opened {
        Err(error) => Err(error),
        Ok(store) => {
            let interrupt = store.interrupter();
            let verifying = tokio::task::spawn_blocking(move || store.verify());
            tokio::select! {
                found = verifying => found?,
                // Of a large file it takes minutes, for which neither an end nor a reload waits.
                () = stop.cancelled() => {
                    interrupt();
                    return Ok(());
                }
            }
        }
    };
    if let Err(error) = found {
        tracing::error!(%error, "verification of the store failed");
        state.note_damage(for_programs(Lang::English, || error.to_string()));
    }
    stop.cancelled().await;
    Ok(())
}
