//! The whole chain on loopback, through the drought of 2022.
//!
//! Everything here is what runs in the field and in the office, but for two things: the devices are simulated, and the clock
//! is moved by this module, one hour at a time, whenever all buses have finished their poll.

mod progress;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::core::GatewayId;
use crate::device::Profile;
use crate::edge::{Edge, EdgeSettings, EdgeWatch};
use crate::hub::{self, Hub, HubSettings, LedgerSettings, Report, StoreSettings, WebSettings};
use crate::ledger::{self, ImportOutcome, Ledger};
use crate::modbus::BusSettings;
use crate::mqtt::{MqttSettings, broker};
use crate::sim::{Scenario, Simulator, Truth, World};
use crate::store::{GatewayRow, Sqlite};
use crate::support::clock::Driver;
use crate::support::{Clock, Stopwatch, Supervisor};
use crate::water::Township;

/// How long the last readings may take from the field into the store once the clock stands still. They take milliseconds; a
/// chain that needs this long is broken.
const DRAIN_MAX: Duration = Duration::from_secs(60);

/// The example that the demo runs.
pub struct Example {
    /// The township.
    pub township: Township,
    /// Its file, as text: a copy goes beside the data, so that `hanqing report` can be run on them.
    pub township_text: String,
    /// Weather, demand and faults.
    pub scenario: Scenario,
    /// The gateways.
    pub gateways: Vec<EdgeSettings>,
    /// The device profiles.
    pub profiles: BTreeMap<String, Profile>,
    /// The clerk's ledger, CSV.
    pub ledger: Vec<u8>,
}

/// What the user asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Simulated days in a second; 0 for as fast as the machine goes.
    pub days_per_second: f64,
    /// Seed of the weather; the scenario's own where absent.
    pub seed: Option<u64>,
    /// Port of the page; 0 for any that is free.
    pub port: u16,
    /// Directory for data and documents.
    pub out: PathBuf,
}

/// A run that has come to its end, with its page still served.
pub struct Finished {
    /// What really happened.
    pub truth: Truth,
    /// The report.
    pub report: Report,
    /// The hub's settings.
    pub settings: HubSettings,
    /// Readings that the gateways made.
    pub polled: u64,
    /// Readings in the store.
    pub committed: u64,
    /// Gateways, with what is missing of each.
    pub gateways: Vec<GatewayRow>,
    /// Where the page is served.
    pub page: SocketAddr,
    /// Where the data lie.
    pub data: PathBuf,
    /// How long it took.
    pub took: Duration,
    running: Running,
}

impl Finished {
    /// Serves on until `stop` is cancelled, then ends everything.
    ///
    /// # Errors
    /// Something ended that should not have.
    pub async fn serve(self, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut running = self.running;
        tokio::select! {
            ended = &mut running.tasks => ended?,
            () = stop.cancelled() => running.end().await,
        }
    }
}

struct Running {
    stop: CancellationToken,
    tasks: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Running {
    async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.tasks.await?
    }
}

/// Runs the example from the first day of its event to the last, and writes the report.
///
/// # Errors
/// Anything that keeps the chain from running to its end.
pub async fn run(example: Example, options: &Options) -> anyhow::Result<Finished> {
    let took = Stopwatch::start();
    let Example { township, township_text, scenario, gateways, profiles, ledger } = example;
    let calendar = hub::calendar(&township)?;
    let period = scenario.event;
    let (start, end) = calendar.bounds(period);
    let stop = CancellationToken::new();

    let mut world =
        World::new(&township, &scenario, options.seed.unwrap_or(scenario.seed), &calendar)?;
    world.advance_to(start);
    let world = Arc::new(Mutex::new(world));
    let named: Vec<(GatewayId, Vec<BusSettings>)> =
        gateways.iter().map(|g| (g.gateway.clone(), g.buses.clone())).collect();
    let known: Vec<Profile> = profiles.values().cloned().collect();
    let simulator = Simulator::start(world.clone(), &named, &known, stop.clone()).await?;

    let data = options.out.join("data");
    clear(&data).with_context(|| format!("cannot make {} ready", data.display()))?;
    let settings = hub_settings(options.port, free_port()?);
    std::fs::write(data.join("township.toml"), township_text)?;
    std::fs::write(data.join("hub.toml"), toml::to_string(&settings)?)?;
    enter(&data, &ledger, &township, start)?;
    let broker = settings.mqtt.endpoint().map_err(anyhow::Error::msg)?;
    broker::start((Ipv4Addr::LOCALHOST, broker.port).into()).context("cannot start the broker")?;

    let (clock, driver) = Clock::stepped(start);
    let mut absolute = settings.clone();
    absolute.store.path = data.join("store.db");
    absolute.ledger.path = data.join("ledger.db");
    let hub =
        Hub::open(absolute.clone(), township.clone(), clock.clone(), true).await.context("hub")?;
    let page = hub.page_address()?;
    let (taken, overview) = (hub.state(), hub.overview().context("the hub has no page")?);

    let mut supervisor = Supervisor::new(stop.clone());
    let mut watches = Vec::new();
    let mut buses = 0;
    for (mut edge, (_, addresses)) in gateways.into_iter().zip(simulator.addresses()) {
        for (bus, address) in edge.buses.iter_mut().zip(addresses) {
            bus.tcp = Some(address.to_string());
        }
        edge.mqtt = settings.mqtt.clone();
        edge.spool.path = data.join(format!("spool-{}.db", edge.gateway));
        let name = edge.gateway.to_string();
        let spool = Edge::spool(&edge, clock.now()).with_context(|| format!("gateway {name}"))?;
        let edge = Edge::open(edge, &profiles, spool, clock.clone())
            .with_context(|| format!("gateway {name}"))?;
        watches.push(edge.watch());
        buses += edge.bus_count();
        supervisor.spawn(format!("gateway {name}"), edge.run(stop.child_token()));
    }
    supervisor.spawn("hub", hub.run(stop.child_token()));
    let mut tasks = tokio::spawn(supervisor.run());

    let mut progress =
        progress::Progress::new(calendar.clone(), period, page, watches.clone(), taken, overview);
    let chain = Chain {
        world: &world,
        driver: &driver,
        buses,
        start,
        end,
        days_per_second: options.days_per_second,
    };
    tokio::select! {
        ended = &mut tasks => {
            ended??;
            bail!("the chain stopped before its end");
        }
        () = chain.drive(&mut progress) => {}
    }
    let drained = tokio::time::timeout(DRAIN_MAX, drained(&watches));
    drained.await.context("the last readings did not reach the store")??;
    progress.finish(clock.now());

    let truth = world.lock().unwrap_or_else(PoisonError::into_inner).truth().clone();
    let reader = Sqlite::open_reader(&absolute.store.path)?;
    let committed = reader.count()?;
    let report = hub::report(&absolute, &township, Some(period), end, &options.out)?;
    Ok(Finished {
        truth,
        report,
        settings: absolute,
        polled: watches.iter().map(EdgeWatch::polled).sum(),
        committed,
        gateways: reader.gateways()?,
        page,
        data,
        took: took.elapsed(),
        running: Running { stop, tasks },
    })
}

/// Moves world and clock together.
struct Chain<'a> {
    world: &'a Mutex<World>,
    driver: &'a Driver,
    buses: usize,
    start: Timestamp,
    end: Timestamp,
    days_per_second: f64,
}

impl Chain<'_> {
    /// Drives from the start to the last full hour before the end.
    async fn drive(&self, progress: &mut progress::Progress) {
        let hour = SignedDuration::from_hours(1);
        let pace = Stopwatch::start();
        let mut now = self.start;
        loop {
            self.driver.settled(self.buses).await;
            progress.show(now);
            let next = now + hour;
            if next >= self.end {
                return;
            }
            now = next;
            self.wait(&pace, now).await;
            self.world.lock().unwrap_or_else(PoisonError::into_inner).advance_to(now);
            self.driver.advance_to(now);
        }
    }

    /// Waits until it is time for `now` at the pace asked for.
    async fn wait(&self, pace: &Stopwatch, now: Timestamp) {
        if self.days_per_second > 0.0 {
            let days = now.duration_since(self.start).as_secs_f64() / 86_400.0;
            let due = Duration::from_secs_f64(days / self.days_per_second);
            tokio::time::sleep(due.saturating_sub(pace.elapsed())).await;
        }
    }
}

/// Waits until every batch of every gateway has been committed and released.
async fn drained(watches: &[EdgeWatch]) -> anyhow::Result<()> {
    for watch in watches {
        watch.spool.clone().wait_for(|keeper| keeper.spool.batches == 0).await?;
    }
    Ok(())
}

/// A port of this machine that nobody uses now.
fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Makes the directory, without what an earlier run left in it.
fn clear(data: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(data)?;
    for entry in std::fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.contains(".db"));
        if ours {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The hub's settings, with paths relative to the directory of the data, as they are written there.
fn hub_settings(page: u16, broker: u16) -> HubSettings {
    HubSettings {
        mqtt: MqttSettings::at(format!("mqtt://127.0.0.1:{broker}")),
        client_id: "hanqing-hub".into(),
        store: StoreSettings::at("store.db".into()),
        ledger: LedgerSettings::at("ledger.db".into()),
        web: WebSettings { listen: (Ipv4Addr::LOCALHOST, page).into() },
        township: "township.toml".into(),
        report_templates: None,
        share: None,
        issued: "issued".into(),
        plausibility: None,
        drought_grades: None,
        wording: Vec::new(),
        broker: None,
    }
}

/// Enters the clerk's ledger.
fn enter(data: &Path, csv: &[u8], township: &Township, at: Timestamp) -> anyhow::Result<()> {
    let import = ledger::import(csv, None, township, at);
    let problems: Vec<String> = import.problems.iter().map(ToString::to_string).collect();
    ensure!(problems.is_empty(), "the example's ledger is wrong:\n{}", problems.join("\n"));
    for outcome in Ledger::open(&data.join("ledger.db"))?.import(&import.rows)? {
        if let ImportOutcome::Refused(error) = outcome {
            bail!("the example's ledger is wrong: {error}");
        }
    }
    Ok(())
}
