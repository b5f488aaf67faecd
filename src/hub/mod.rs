//! The office side: intake, store, page and report put together.

mod ingest;
mod overview;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use ingest::IngestStats;
pub use overview::Overviews;
pub use settings::{BrokerSettings, FileSettings, HubSettings, WebSettings};

use crate::core::{Calendar, DayCell, Period};
use crate::figures::{self, Entry, EntryCode, Figure, Inputs};
use crate::ledger::Ledger;
use crate::report;
use crate::store::{Lock, Quarantine, Sqlite, StoreHandle, keeper};
use crate::support::{Clock, Supervisor};
use crate::water::Township;
use crate::web;

/// The calendar of a township.
///
/// # Errors
/// The zone is unknown.
pub fn calendar(township: &Township) -> anyhow::Result<Calendar> {
    let zone =
        TimeZone::get(&township.zone).with_context(|| format!("zone {:?}", township.zone))?;
    Ok(Calendar::new(zone, township.day_start_hour))
}

/// The drought event that the ledger names: the last one where there are several.
pub fn drought_event(entries: &[Entry]) -> Option<Period> {
    let event = entries
        .iter()
        .filter(|e| e.code == EntryCode::DroughtEvent)
        .max_by_key(|e| e.from)?;
    Some(Period {
        from: event.from,
        to: event.to,
    })
}

/// A hub that is ready to run: its files are open and its page's address is its own.
pub struct Hub {
    settings: HubSettings,
    store: StoreHandle,
    overviews: overview::Overviews,
    overview: watch::Sender<Arc<web::Overview>>,
    listener: TcpListener,
    stats: Arc<IngestStats>,
    clock: Clock,
    /// As long as a hub is there, nothing replaces its files.
    _lock: Lock,
}

impl Hub {
    /// Opens the files and binds the page's address. The broker may be away.
    ///
    /// # Errors
    /// A file cannot be opened, the zone is unknown, or the address is taken.
    pub async fn open(
        settings: HubSettings,
        township: Township,
        clock: Clock,
        simulated: bool,
    ) -> anyhow::Result<Self> {
        let calendar = calendar(&township)?;
        let lock = Lock::shared(&settings.store.path)?;
        let mut store = Sqlite::open(&settings.store.path)?;
        store.keep_days_by(&calendar)?;
        let reader = store.reader()?;
        let ledger = Ledger::open(&settings.ledger.path)?;
        let listen = settings.web.listen;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot serve the page on {listen}; set web.listen (the demo: --port) to another address"))?;
        let stats = Arc::new(IngestStats::default());
        let overviews = overview::Overviews::new(
            Arc::new(township),
            calendar,
            reader,
            clock.clone(),
            simulated,
            ledger,
            stats.clone(),
        )?;
        let quarantine = Quarantine::open(&settings.store.path)?;
        let store =
            keeper::start(Box::new(store), quarantine).context("no thread for the store")?;
        let overview = watch::Sender::new(Arc::default());
        Ok(Self {
            settings,
            store,
            overviews,
            overview,
            listener,
            stats,
            clock,
            _lock: lock,
        })
    }

    /// What it has taken in.
    pub fn stats(&self) -> Arc<IngestStats> {
        self.stats.clone()
    }

    /// What its page shows.
    pub fn overview(&self) -> watch::Receiver<Arc<web::Overview>> {
        self.overview.subscribe()
    }

    /// Where its page is served.
    ///
    /// # Errors
    /// The operating system does not tell.
    pub fn page_address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes in, shows and serves until `stop`.
    ///
    /// # Errors
    /// The first thing that ends a hub.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut supervisor = Supervisor::new(stop.clone());
        let page = web::router(self.overview.subscribe());
        let serving = web::serve(self.listener, page, stop.clone());
        supervisor.spawn("page", async move { Ok(serving.await?) });
        supervisor.spawn(
            "overview",
            overview::refresh(self.overviews, self.overview, stop.clone()),
        );
        let (settings, store) = (self.settings, self.store);
        let taking = ingest::ingest(
            settings.mqtt,
            settings.client_id,
            store,
            self.clock,
            self.stats,
            stop,
        );
        supervisor.spawn("ingest", taking);
        supervisor.run().await
    }
}

/// A report and what it was made from.
pub struct Report {
    /// The figures.
    pub figures: Vec<Figure>,
    /// The documents.
    pub documents: report::Documents,
    /// Where they were written.
    pub files: Vec<PathBuf>,
}

/// Works out the figures of `period` from the hub's files and writes the documents into `out`.
///
/// # Errors
/// A file cannot be read or written, or a template is wrong.
pub fn report(
    settings: &HubSettings,
    township: &Township,
    period: Option<Period>,
    issued_at: Timestamp,
    out: &Path,
) -> anyhow::Result<Report> {
    let calendar = calendar(township)?;
    let entries = Ledger::open(&settings.ledger.path)?.current()?;
    let period = period.or_else(|| drought_event(&entries)).context(
        "no period: give --from and --to, or enter the drought event (drought_event) in the ledger",
    )?;
    let store = Sqlite::open_reader(&settings.store.path)?;
    let (from, to) = calendar.bounds(period);
    let inputs = Inputs {
        township,
        entries: &entries,
        calendar: &calendar,
        period,
        code_version: env!("CARGO_PKG_VERSION"),
    };
    let figures = figures::compute(
        &inputs,
        &mut |series| store.hours(series, from, to),
        &mut |series| {
            if *store.calendar() == calendar {
                return store.days(series, period);
            }
            // The township's days begin at another hour since, and the hub has not been started again.
            let hours = store.hours(series, from, to)?;
            let days =
                hours.chunk_by(|a, b| calendar.day_of(a.hour_at) == calendar.day_of(b.hour_at));
            Ok(days
                .map(|day| DayCell::of(calendar.day_of(day[0].hour_at), day))
                .collect())
        },
    )?;
    let templates = settings.report_templates.as_deref();
    let documents = report::render(templates, township, &figures, period, issued_at)?;
    let files = report::write(&documents, out)?.into();
    Ok(Report {
        figures,
        documents,
        files,
    })
}
