//! The whole chain on loopback, through the drought of 2022.
//!
//! All of it is what runs in the field and in the office, with two exceptions: the devices are simulated, and this
//! module moves the clock, one hour at a time, whenever all buses have finished their polls.

mod bell;
mod passwords;
mod progress;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use self::bell::Bell;
use self::progress::Progress;
use crate::core::GatewayId;
use crate::device::Profile;
use crate::edge::{Edge, EdgeSettings, EdgeWatch};
use crate::hub::{
    self, AlarmSettings, Hub, HubSettings, LedgerSettings, Report, StoreSettings, WebSettings,
};
use crate::ledger::{self, Asked, ImportOutcome, Ledger, Persons};
use crate::locales::{Lang, demo as words};
use crate::modbus::BusSettings;
use crate::mqtt::{MqttSettings, broker};
use crate::sim::{Scenario, Simulator, Truth, World};
use crate::store::{GatewayRow, Sqlite};
use crate::support::clock::Driver;
use crate::support::{Clock, Stopwatch, Supervisor, files, lock};
use crate::water::Township;

/// How long the next batch may take into the store once the clock stands still, before the chain counts as broken. It
/// takes milliseconds; a minute allows for a loaded machine.
const STALL_MAX: Duration = Duration::from_secs(60);

/// The example that the demo runs.
pub struct Example {
    pub township: Township,
    /// The township's file. A copy goes beside the data, so that `hanqing report` can be run on them.
    pub township_text: String,
    pub scenario: Scenario,
    pub gateways: Vec<EdgeSettings>,
    /// Device profiles by id.
    pub profiles: BTreeMap<String, Profile>,
    /// Who works in the office.
    pub persons: Persons,
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

/// A finished run, with its page still served.
pub struct Finished {
    pub truth: Truth,
    pub report: Report,
    /// The hub's settings, with absolute paths.
    pub settings: HubSettings,
    /// Readings that the gateways made.
    pub polled: u64,
    pub committed: u64,
    /// Every gateway, with what the store lacks of it.
    pub gateways: Vec<GatewayRow>,
    pub page: SocketAddr,
    pub data: PathBuf,
    /// Real time that the run took.
    pub took: Duration,
    running: Running,
}

impl Finished {
    /// Serves the page until `stop` is cancelled, then ends all tasks.
    ///
    /// # Errors
    /// A task ended that should have gone on.
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
/// Whatever keeps the chain from running to its end.
pub async fn run(example: Example, options: &Options) -> anyhow::Result<Finished> {
    let took = Stopwatch::start();
    let calendar = hub::calendar(&example.township)?;
    let period = example.scenario.event;
    let (start, end) = calendar.bounds(period);
    let stop = CancellationToken::new();
    let (clock, driver) = Clock::stepped(start);

    let data = options.out.join("data");
    clear(&data).with_context(|| words::directory_not_ready(&data))?;
    // The clerk's ledger is of a drought that is over, whatever day the demonstration's clock shows.
    let entered = end.max(Clock::system().now());
    let mut settings = prepare(&data, &example, options.port, entered)?;
    settings.store.path = data.join("store.db");
    settings.ledger.path = data.join("ledger.db");
    settings.web.users = data.join("users.db");
    // Only as long as the demo runs: in the file that it leaves, nothing rings.
    let bell = Bell::hang().await.context(words::no_free_port())?;
    settings.alarm = bell.settings()?;
    let Example { township, scenario, gateways, profiles, .. } = example;

    let mut world =
        World::new(&township, &scenario, options.seed.unwrap_or(scenario.seed), &calendar)?;
    world.advance_to(start);
    let world = Arc::new(Mutex::new(world));
    let buses: Vec<(GatewayId, Vec<BusSettings>)> =
        gateways.iter().map(|g| (g.gateway.clone(), g.buses.clone())).collect();
    let simulator =
        Simulator::start(world.clone(), &buses, &profiles, &clock, stop.clone()).await?;

    let broker = settings.mqtt.endpoint().map_err(anyhow::Error::msg)?;
    let broker = broker::start((Ipv4Addr::LOCALHOST, broker.port).into());
    let broker = broker.context(words::broker_not_started())?;
    let hub = Hub::open(settings.clone(), township.clone(), clock.clone(), true).await;
    let hub = hub.context(words::hub())?;
    let page = hub.page_address()?;
    let users = hub.users().context(words::hub_without_page())?;
    let passwords = passwords::give(users).await?;
    let (received, overview) = (hub.state(), hub.overview().context(words::hub_without_page())?);

    let mut supervisor = Supervisor::new(stop.clone());
    let mut watches = Vec::new();
    for (mut gateway, (_, addresses)) in gateways.into_iter().zip(simulator.addresses()) {
        for (bus, address) in gateway.buses.iter_mut().zip(addresses) {
            bus.tcp = Some(address.to_string());
        }
        gateway.mqtt = settings.mqtt.clone();
        gateway.spool.path = data.join(format!("spool-{}.db", gateway.gateway));
        let name = format!("gateway {}", gateway.gateway);
        let said = words::gateway(gateway.gateway.as_str());
        let edge = open(gateway, &profiles, &clock).context(said)?;
        watches.push(edge.watch());
        supervisor.spawn(name, edge.run(stop.child_token()));
    }
    let mut progress =
        Progress::new(calendar.clone(), period, page, watches.clone(), received, overview);
    supervisor.spawn("broker", broker.ended(stop.child_token()));
    supervisor.spawn("bell", bell.run(progress.lines(), stop.child_token()));
    supervisor.spawn("hub", hub.run(stop.child_token()));
    let mut tasks = tokio::spawn(supervisor.run());

    progress.show_persons(&passwords);
    let days_per_second = options.days_per_second;
    let chain = Chain { world: &world, driver: &driver, start, end, days_per_second };
    let through = async {
        chain.drive(&mut progress).await;
        drained(&watches).await
    };
    let went = tokio::select! {
        ended = &mut tasks => {
            ended??;
            return Err(anyhow::Error::msg(words::stopped_early()));
        }
        went = through => went,
    };
    if let Err(error) = went {
        // Where a task has failed, its error is the cause.
        stop.cancel();
        tasks.await??;
        return Err(error);
    }
    progress.finish(clock.now());

    let truth = lock(&world).truth().clone();
    let reader = Sqlite::open_reader(&settings.store.path)?;
    let report = hub::report(&settings, &township, Some(period), end, Lang::Chinese, &options.out)?;
    Ok(Finished {
        truth,
        report,
        settings,
        polled: watches.iter().map(EdgeWatch::polled).sum(),
        committed: reader.count()?,
        gateways: reader.gateways()?,
        page,
        data,
        took: took.elapsed(),
        running: Running { stop, tasks },
    })
}

/// Writes the files that `hanqing report` reads and the clerk's ledger, and returns the hub's settings.
fn prepare(
    data: &Path,
    example: &Example,
    page: u16,
    at: Timestamp,
) -> anyhow::Result<HubSettings> {
    let settings = hub_settings(page, free_port()?, example.persons.clone());
    files::replace(&data.join("township.toml"), example.township_text.as_bytes())?;
    files::replace(&data.join("hub.toml"), toml::to_string(&settings)?.as_bytes())?;
    import_ledger(data, &example.ledger, &example.township, at)?;
    Ok(settings)
}

fn open(
    settings: EdgeSettings,
    profiles: &BTreeMap<String, Profile>,
    clock: &Clock,
) -> anyhow::Result<Edge> {
    let spool = Edge::spool(&settings, clock.now())?;
    Edge::open(settings, profiles, spool, clock.clone())
}

/// Moves the simulated world and the clock together.
struct Chain<'a> {
    world: &'a Mutex<World>,
    driver: &'a Driver,
    start: Timestamp,
    end: Timestamp,
    days_per_second: f64,
}

impl Chain<'_> {
    /// Drives from the start to the last full hour before the end.
    async fn drive(&self, progress: &mut Progress) {
        let hour = SignedDuration::from_hours(1);
        let pace = Stopwatch::start();
        let mut now = self.start;
        loop {
            self.driver.all_asleep().await;
            progress.show(now);
            let next = now + hour;
            if next >= self.end {
                return;
            }
            now = next;
            self.wait(&pace, now).await;
            lock(self.world).advance_to(now);
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
        let mut spool = watch.spool.clone();
        loop {
            let left = watch.spooled().spool.batches;
            if left == 0 {
                break;
            }
            let fewer = spool.wait_for(|keeper| keeper.spool.batches < left);
            let fewer = tokio::time::timeout(STALL_MAX, fewer).await;
            fewer.context(words::last_readings_missing())??;
        }
    }
    Ok(())
}

/// A port of this machine that is free now.
fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = listener.context(words::no_free_port())?;
    Ok(listener.local_addr()?.port())
}

/// Makes the directory, and removes the databases of an earlier run.
fn clear(data: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(data)?;
    for entry in std::fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.contains(".db")) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The hub's settings, with paths relative to the directory of the data, where they are written.
fn hub_settings(page: u16, broker: u16, persons: Persons) -> HubSettings {
    HubSettings {
        lang: None,
        mqtt: MqttSettings::at(format!("mqtt://127.0.0.1:{broker}")),
        client_id: "hanqing-hub".into(),
        store: StoreSettings::at("store.db".into()),
        ledger: LedgerSettings::at("ledger.db".into()),
        persons,
        web: WebSettings {
            listen: (Ipv4Addr::LOCALHOST, page).into(),
            // Whoever looks at the demo reads without signing in.
            open_to: "127.0.0.0/8".parse().into_iter().collect(),
            ..WebSettings::default()
        },
        township: "township.toml".into(),
        report_templates: None,
        share: None,
        issued: "issued".into(),
        plausibility: None,
        drought_grades: None,
        report: hub::ReportSettings::default(),
        wording: Vec::new(),
        broker: None,
        enroll: None,
        push: None,
        publishers: Vec::new(),
        alarm: AlarmSettings::default(),
    }
}

fn import_ledger(
    data: &Path,
    csv: &[u8],
    township: &Township,
    at: Timestamp,
) -> anyhow::Result<()> {
    let read = ledger::understand(csv, &Asked::default(), township, at);
    let problems: Vec<String> = read.all_problems().map(ToString::to_string).collect();
    if !problems.is_empty() {
        return Err(anyhow::Error::msg(words::ledger_wrong(problems.join("\n"))));
    }
    let rows: Vec<_> = read.rows().map(|row| row.entry.clone()).collect();
    for outcome in Ledger::open(&data.join("ledger.db"))?.import(&rows)? {
        if let ImportOutcome::Refused(error) = outcome {
            return Err(anyhow::Error::msg(words::ledger_refused(error.to_string())));
        }
    }
    Ok(())
}
