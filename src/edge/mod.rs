//! The gateway daemon: buses, spool and uplink put together.

mod alive;
mod checks;
mod delivery;
pub mod desk;
mod metrics;
mod settings;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use delivery::{DeliveryStatus, WaitsFor, Window};
pub use settings::{
    ClockSettings, Confirm, EdgeSettings, MetricsSettings, SpoolSettings, UplinkSettings,
};

use self::checks::{BusChecks, Checks};
use self::delivery::Deliverer;
use self::desk::{Desk, DeskBus, DeviceStatus, Place};
use crate::core::{Flag, Reading};
use crate::device::Profile;
use crate::modbus::{self, Bus, BusContext, BusSettings, BusStats, Learned, Mode, Reception};
use crate::spool::{Spool, SpoolError, SpoolHandle, SpoolStatus};
use crate::support::{Base, Clock, Supervisor};
use crate::wire::{Birth, BirthSeries, BootId, CounterSpec, Timebase};

/// A gateway that is ready to run: its configuration is valid and its spool open.
pub struct Edge {
    settings: EdgeSettings,
    buses: Vec<Bus>,
    checks: Checks,
    receptions: Vec<Reception>,
    deliverer: Deliverer,
    spool: SpoolHandle,
    stats: Arc<BusStats>,
    clock: Clock,
    mode: watch::Sender<Mode>,
    place: Option<Place>,
}

/// What a running gateway tells of itself.
#[derive(Clone)]
pub struct EdgeWatch {
    /// The buses, together.
    pub buses: Arc<BusStats>,
    /// The spool.
    pub spool: watch::Receiver<SpoolStatus>,
    /// Delivery.
    pub delivery: watch::Receiver<DeliveryStatus>,
}

impl EdgeWatch {
    /// Readings made since the start, missing ones included.
    pub fn polled(&self) -> u64 {
        self.buses.readings.load(Relaxed)
    }

    /// What the spool holds.
    pub fn spooled(&self) -> SpoolStatus {
        *self.spool.borrow()
    }
}

impl Edge {
    /// Opens the spool of `settings`.
    ///
    /// # Errors
    /// It cannot be opened or written, or belongs to another gateway.
    pub fn spool(settings: &EdgeSettings, now: Timestamp) -> Result<Spool, SpoolError> {
        Spool::open(&settings.spool.path, &settings.gateway, settings.spool.limits(), now)
    }

    /// Puts a gateway together. Broker and devices may be away; they are states, not conditions.
    ///
    /// # Errors
    /// A profile is unknown, or the spool cannot be read.
    pub fn open(
        settings: EdgeSettings,
        profiles: &BTreeMap<String, Profile>,
        mut spool: Spool,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let mode = if settings.drought { Mode::Drought } else { Mode::Normal };
        let (mode, changes) = watch::channel(mode);
        let context = BusContext {
            clock: clock.clone(),
            mode: changes,
            learned: Arc::new(Learned::open(settings.learned_path(), settings.gateway.as_str())),
        };
        let (receptions, mut desks) = modbus::receptions(&settings.buses);
        let bus = |bus: &BusSettings| {
            Bus::new(bus, profiles, &context, desks.remove(&bus.name))
                .map_err(|error| anyhow::anyhow!("bus {}: {error}", bus.name))
        };
        let buses = settings.buses.iter().map(bus);
        let buses = buses.collect::<anyhow::Result<_>>()?;
        spool.stop_holding(BootId(clock.base().boot), false)?;
        let traffic = spool.traffic()?;
        let spool = SpoolHandle::start(spool, clock.clone()).context("no thread for the spool")?;
        let birth = birth(&settings, profiles);
        let deliverer = Deliverer::new(&settings, birth, spool.clone(), traffic, clock.clone());
        let checks = Checks::new(&settings, profiles);
        Ok(Self {
            settings,
            buses,
            checks,
            receptions,
            deliverer,
            spool,
            stats: Arc::default(),
            clock,
            mode,
            place: None,
        })
    }

    /// Answers a technician's commands at `place` while it runs.
    pub fn answer_at(&mut self, place: Place) {
        self.place = Some(place);
    }

    /// Switches between usual and drought intervals while it runs.
    pub fn mode(&self) -> watch::Sender<Mode> {
        self.mode.clone()
    }

    /// What can be watched while it runs.
    pub fn watch(&self) -> EdgeWatch {
        EdgeWatch {
            buses: self.stats.clone(),
            spool: self.spool.status(),
            delivery: self.deliverer.status(),
        }
    }

    /// How many buses it polls: as many tasks sleep on its clock between polls.
    pub fn bus_count(&self) -> usize {
        self.buses.len()
    }

    /// Polls and delivers until `stop`.
    ///
    /// # Errors
    /// The first thing that ends a gateway: the spool cannot be written, the broker's settings are impossible.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut supervisor = Supervisor::new(stop.clone());
        let watch = self.watch();
        let desk = Arc::new(Desk {
            gateway: self.settings.gateway.clone(),
            spool_size_max: self.settings.spool.limits().size_max,
            clock: self.clock.clone(),
            watch,
            mode: self.mode.clone(),
            buses: self
                .settings
                .buses
                .iter()
                .zip(&self.buses)
                .map(|(settings, bus)| desk_bus(settings, bus))
                .collect(),
        });
        if let Some(metrics) = self.settings.metrics {
            let page = metrics::page(metrics.listen, desk.clone(), stop.clone());
            supervisor.spawn("metrics", page);
        }
        if let Some(place) = self.place {
            supervisor.spawn("desk", desk.serve(place, stop.clone()));
        }
        supervisor.spawn("delivery", self.deliverer.run(stop.clone()));
        let watched = self.buses.iter().map(|bus| (bus.watch(), silent_max(bus)));
        let watched = watched.collect();
        supervisor.spawn(
            "watchdog",
            alive::feed(watched, self.spool.clone(), self.clock.clone(), stop.clone()),
        );
        supervisor
            .spawn("clock", watch_clock(self.clock.clone(), self.spool.clone(), stop.clone()));
        for reception in self.receptions {
            let name = format!("terminals at {}", reception.listen());
            supervisor.spawn(name, reception.serve(stop.clone()));
        }
        let checks = self.checks.shared();
        for (bus, checks) in self.buses.into_iter().zip(checks) {
            let name = format!("bus {}", bus.name());
            let polling = poll(
                bus,
                checks,
                self.spool.clone(),
                self.clock.clone(),
                self.stats.clone(),
                stop.clone(),
            );
            supervisor.spawn(name, polling);
        }
        let ran = supervisor.run().await;
        if tokio::time::timeout(CLOSE_MAX, self.spool.close()).await.is_err() {
            tracing::error!("the disk does not answer; what it has not taken is lost");
        }
        ran
    }
}

/// How long a poll that is being made when the gateway is asked to end may still take: what it has read is not thrown away, but a
/// dead line is not waited for.
const LAST_POLL_MAX: Duration = Duration::from_secs(5);

/// How long the spool may take to write what is left at the end.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// How often the machine's clock is looked at: a step of it is noticed so soon.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(5);

/// Looks after the clock: readings that were made before it was known to be right get their true times when it is.
async fn watch_clock(
    clock: Clock,
    spool: SpoolHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut told = None;
    let mut look = tokio::time::interval(LOOK_AT_CLOCK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = look.tick() => {}
        }
        if clock.look().await {
            tracing::info!(now = %clock.now(), "the clock is known to be right");
            spool.correct_held(timebase(clock.base()));
        }
        let refusal = clock.refusal();
        if let Some(refusal) =
            refusal.filter(|refusal| told.is_none_or(|told| told != refusal.since))
        {
            tracing::warn!(%refusal, "the machine's clock is not believed");
        }
        told = refusal.map(|refusal| refusal.since);
    }
}

fn timebase(base: Base) -> Timebase {
    Timebase { boot: BootId(base.boot), zero: base.zero_ms, provisional: base.provisional }
}

/// Polls one bus until `stop`. Each poll is one commit: what it read is in the spool before the bus sleeps, and where the next
/// poll is due already, before that one ends.
async fn poll(
    mut bus: Bus,
    checks: BusChecks,
    spool: SpoolHandle,
    clock: Clock,
    stats: Arc<BusStats>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut storing = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = bus.due() => {}
        }
        let too_long = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_POLL_MAX).await;
        };
        let mut readings = tokio::select! {
            () = too_long => break,
            polled = bus.poll_due(&stats) => polled,
        };
        // By which all of them were read: it does not change during a poll, and nobody has had a turn since.
        let by = timebase(clock.base());
        if let Some(stored) = storing.take() {
            stored.await?;
        }
        if !readings.is_empty() {
            checks.judge(&mut readings);
            readings.iter_mut().for_each(drop_raw);
            let stored = spool.append(readings, by);
            if bus.next_due().is_none_or(|due| due > clock.now()) {
                stored.await?;
            } else {
                storing = Some(stored);
            }
        }
    }
    if let Some(stored) = storing {
        stored.await?;
    }
    Ok(())
}

/// The registers of a good reading say nothing more than its value.
fn drop_raw(reading: &mut Reading) {
    if reading.flag == Flag::Good {
        reading.raw = Vec::new();
    }
}

/// How long `bus` may go without a poll.
fn silent_max(bus: &Bus) -> Duration {
    alive::silent_max(bus.longest_interval())
}

/// What the desk has to know of a bus.
fn desk_bus(settings: &BusSettings, bus: &Bus) -> DeskBus {
    DeskBus {
        name: settings.name.clone(),
        line: settings.line(),
        devices: settings
            .devices
            .iter()
            .map(|device| DeviceStatus {
                unit: device.unit,
                profile: device.profile.clone(),
                station: device.station.clone(),
            })
            .collect(),
        watch: bus.watch(),
        silent_max: silent_max(bus),
        serial: settings.serial.is_some(),
        desk: bus.desk(),
    }
}

/// What the gateway says of itself when it connects.
fn birth(settings: &EdgeSettings, profiles: &BTreeMap<String, Profile>) -> Birth {
    let mut series = Vec::new();
    for bus in &settings.buses {
        for device in &bus.devices {
            let profile = profiles.get(&device.profile);
            for (point, observed) in profile.iter().flat_map(|p| device.observes(p)) {
                let parameter = point.parameter;
                let unit = parameter.spec().unit;
                let factor = point.unit.factor_to(unit).unwrap_or(1.0)
                    * device.adjust.get(&parameter).map_or(1.0, |adjust| adjust.scale);
                series.push(BirthSeries {
                    series: observed,
                    unit,
                    // Polled without a pause, at least so often: the hub counts by it how many readings to expect.
                    interval_s: device.rhythm(bus, parameter).normal_s.max(1),
                    counter: point.counter.map(|counter| CounterSpec {
                        modulus: counter.modulus.map(|modulus| modulus * factor),
                        max_rate_per_hour: Some(counter.max_rate_per_hour * factor),
                    }),
                });
            }
        }
    }
    // Tells whether two births are of the same configuration; not a signature.
    let mut hasher = DefaultHasher::new();
    format!("{settings:?}").hash(&mut hasher);
    Birth::new(env!("CARGO_PKG_VERSION"), format!("{:016x}", hasher.finish()), series)
}
