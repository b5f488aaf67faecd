//! The office side: intake, store, page and report put together.

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
mod documents;
mod drought;
mod health;
mod inbox;
mod ingest;
pub mod message;
mod metrics;
mod outage;
mod overview;
mod own_clock;
mod plate_limits;
mod portion;
mod report;
mod resends;
mod retention;
mod retry;
mod settings;
mod state;
pub mod times;
mod troubles;
mod upkeep;
mod watch_quarantine;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use calendar::calendar;
pub use cells::StoreCells;
pub use drought::{drought, grade_rules};
pub use overview::{OverviewSource, Overviews};
pub use plate_limits::PlateLimits;
pub use report::{Report, drought_event, report, statement};
pub use retention::retained_from;
pub use retry::{Retried, quarantine_problem, retry};
pub use settings::{BrokerSettings, HubSettings, LedgerSettings, StoreSettings, WebSettings};
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
    state: Arc<HubState>,
    clock: Clock,
    simulated: bool,
    /// Keeps a restore from replacing the files of a running hub.
    _lock: Lock,
}

/// Page, charts and documents: what a hub has that does more than ingest.
struct Office {
    overviews: Overviews,
    overview: watch::Sender<Arc<web::Overview>>,
    documents: documents::DocumentMaker,
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
        let listener = listen(&settings).await?;
        let state = Arc::new(HubState::default());
        let limits = plate_limits::PlateLimits::of(&township);
        let township = Arc::new(township);
        let documents =
            documents::DocumentMaker::new(settings.clone(), township.clone(), clock.clone());
        let overviews = Overviews::new(OverviewSource {
            township,
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
            overview: watch::Sender::new(Arc::default()),
            documents,
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
        let listener = listen(&settings).await?;
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

    /// Where its page is served.
    pub fn page_address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Ingests and serves until `stop`; the error is that of the first task that fails.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { settings, store, place, office, limits, listener, .. } = self;
        let (state, clock, simulated, _lock) = (self.state, self.clock, self.simulated, self._lock);
        let mut supervisor = Supervisor::new(stop.clone());
        let mut router = operation(&settings, &state, &clock);
        if let Some(office) = office {
            let charts = charts::Charts::new(settings.store.path.clone());
            let draw = move |series, span, points| charts.clone().draw(series, span, points);
            let documents = office.documents;
            let make = move |name, lang| documents.clone().make(name, lang);
            router = router
                .merge(web::pages(office.overview.subscribe()))
                .merge(web::charts(draw))
                .merge(web::documents(make));
            supervisor.spawn(
                words::task_overview(),
                overview::refresh(office.overviews, office.overview, stop.clone()),
            );
            let path = settings.store.path.clone();
            supervisor.spawn(
                words::task_verification(),
                verify(path.clone(), state.clone(), stop.clone()),
            );
            if let Some(months) = settings.store.keep_raw_months {
                let keeping =
                    retention::run(path, months, office.calendar, clock.clone(), stop.clone());
                supervisor.spawn(words::task_retention(), keeping);
            }
            #[cfg(feature = "influx")]
            if let Some((copier, copy)) = office.copying {
                state.note_copy(copy.copied_to()?, clock.moment());
                let following =
                    copying::follow(copier, copy, clock.clone(), state.clone(), stop.clone());
                supervisor.spawn(words::task_copy(), following);
            }
        }
        let watching = watch_quarantine::run(place, state.clone(), clock.clone(), stop.clone());
        supervisor.spawn(words::task_quarantine(), watching);
        let lang = settings.lang.unwrap_or(Lang::Chinese);
        let serving = web::serve(listener, web::secured(router, lang), stop.clone());
        supervisor.spawn(words::task_page(), async move { Ok(serving.await?) });
        let subscription = ingest::Subscription {
            settings: settings.mqtt,
            client_id: settings.client_id,
            share: settings.share,
            limits,
            simulated,
        };
        let ingest = ingest::ingest(subscription, store, clock, state, stop);
        supervisor.spawn(words::task_ingest(), ingest);
        supervisor.run().await
    }
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

fn operation(settings: &HubSettings, state: &Arc<HubState>, clock: &Clock) -> web::Router {
    let (of_metrics, of_health) = (state.clone(), state.clone());
    let (at_metrics, at_health) = (clock.clone(), clock.clone());
    let store = settings.store.path.clone();
    web::operation(
        move || {
            let (state, store) = (of_metrics.clone(), store.clone());
            let now = at_metrics.moment();
            metrics::encode(metrics::Scrape { state, store, now }).ok()
        },
        move || of_health.health(at_health.moment()),
    )
}

/// Verifies the store's file once, beside everything else: a hub must not wait for it.
async fn verify(
    path: PathBuf,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let found = tokio::task::spawn_blocking(move || Sqlite::open_reader(&path)?.verify()).await?;
    if let Err(error) = found {
        tracing::error!(%error, "verification of the store failed");
        state.note_damage(for_programs(Lang::English, || error.to_string()));
    }
    stop.cancelled().await;
    Ok(())
}
