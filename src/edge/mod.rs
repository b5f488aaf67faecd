//! The gateway daemon: polls buses, tests readings, spools them and delivers them to the broker.

mod birth;
mod checks;
mod clock_watch;
pub mod control;
mod delivery;
mod edge_watch;
pub mod enrolment;
mod metrics;
mod polling;
pub mod pushed;
mod report;
mod settings;
mod views;
mod watchdog;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use delivery::{BROKER_MESSAGE_MAX, BrokerRefusal, DeliveryStatus, SetAside, WaitsFor, Window};
pub use edge_watch::{EdgeWatch, RefusedReload};
pub use settings::{
    ClockSettings, Confirm, EdgeSettings, MetricsSettings, SpoolSettings, UplinkSettings,
};
pub use views::{ViewSettings, ViewStatus, ViewWatch, format_problems};

use self::checks::Checks;
use self::control::{ControlBus, ControlSocket, DeviceStatus, StatusSource};
use self::delivery::Deliverer;
use self::pushed::{Proof, PushedStatus, RemoteLink};
use self::views::ViewTask;
use crate::device::Profile;
use crate::interop::out::View;
use crate::locales::{Argument, Text, edge as words, views as own};
use crate::modbus::{
    Bus, BusContext, BusSettings, BusStats, DtuListener, Mode, QuirkStore, dtu_listeners,
};
use crate::spool::{Spool, SpoolError, SpoolHandle};
use crate::support::{Clock, Supervisor, random};
use crate::wire::{Birth, BootId};

/// How long the spool may take to write what is left when the gateway stops.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// A gateway that is ready to run: its configuration is valid and its spool open.
pub struct Edge {
    settings: EdgeSettings,
    buses: Vec<Bus>,
    checks: Checks,
    dtu_listeners: Vec<DtuListener>,
    deliverer: Deliverer,
    views: Vec<ViewTask>,
    spool: SpoolHandle,
    stats: Arc<BusStats>,
    clock: Clock,
    mode: watch::Sender<Mode>,
    refused: watch::Sender<Option<RefusedReload>>,
    pushed: watch::Sender<Option<PushedStatus>>,
    proof: Option<watch::Sender<Proof>>,
    control: Option<ControlSocket>,
}

impl Edge {
    /// Opens the spool of `settings`. Fails if it cannot be written or belongs to another gateway.
    pub fn spool(settings: &EdgeSettings, now: Timestamp) -> Result<Spool, SpoolError> {
        Spool::open(&settings.spool.path, &settings.gateway, settings.spool.limits(), now)
    }

    /// Builds a gateway. Broker and devices may be unreachable. Fails if a profile is unknown or the spool unreadable.
    pub fn open(
        settings: EdgeSettings,
        profiles: &BTreeMap<String, Profile>,
        mut spool: Spool,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let mode = if settings.drought { Mode::Drought } else { Mode::Normal };
        let (mode, mode_changes) = watch::channel(mode);
        let context = BusContext {
            clock: clock.clone(),
            mode: mode_changes,
            quirks: Arc::new(QuirkStore::open(settings.quirks_path(), settings.gateway.as_str())),
            profiles,
            random: random::unit,
        };
        let (dtu_listeners, mut dtu_slots) = dtu_listeners(&settings.buses);
        let bus = |bus: &BusSettings| {
            Bus::new(bus, &context, dtu_slots.remove(&bus.name))
                .map_err(|error| anyhow::Error::msg(words::bus_wrong(&bus.name, error)))
        };
        let buses = settings.buses.iter().map(bus).collect::<anyhow::Result<_>>()?;
        spool.stop_holding(BootId(clock.base().boot), false)?;
        spool.keep_plain(!settings.compresses());
        spool.set_views(settings.views.iter().map(ViewSettings::bound).collect())?;
        let traffic = spool.traffic()?;
        let spool = SpoolHandle::start(spool, clock.clone()).context(words::no_spool_thread())?;
        let birth = birth::birth(&settings, profiles);
        let views = view_tasks(&settings, &birth, &spool, &clock)?;
        let deliverer = Deliverer::new(&settings, birth, spool.clone(), traffic, clock.clone());
        let checks = Checks::new(&settings, profiles);
        Ok(Self {
            settings,
            buses,
            checks,
            dtu_listeners,
            deliverer,
            views,
            spool,
            stats: Arc::default(),
            clock,
            mode,
            refused: watch::Sender::default(),
            pushed: watch::Sender::default(),
            proof: None,
            control: None,
        })
    }

    /// Answers a technician's commands at `socket` while it runs.
    pub fn answer_at(&mut self, socket: ControlSocket) {
        self.control = Some(socket);
    }

    /// Hands on what the office pushes. On trial, what it reads and what the hub acknowledges count from now on.
    pub fn hears(&mut self, link: RemoteLink) {
        if let Some(proof) = &link.proof {
            let spool = self.spool.status().borrow().spool;
            proof.send_modify(|proof| proof.begin(spool.epoch, spool.last_seq));
        }
        self.proof.clone_from(&link.proof);
        self.deliverer.hears(link);
    }

    /// Switches between normal and drought intervals while it runs.
    pub fn mode(&self) -> watch::Sender<Mode> {
        self.mode.clone()
    }

    pub fn watch(&self) -> EdgeWatch {
        EdgeWatch {
            buses: self.stats.clone(),
            spool: self.spool.status(),
            delivery: self.deliverer.status(),
            views: self.views.iter().map(ViewTask::watch).collect(),
            refused: self.refused.clone(),
            pushed: self.pushed.clone(),
            lines: self.buses.iter().map(|bus| (bus.name().to_owned(), bus.watch())).collect(),
            clock: self.clock.clone(),
        }
    }

    /// How many buses it polls: as many tasks sleep on its clock between polls.
    pub fn bus_count(&self) -> usize {
        self.buses.len()
    }

    /// Polls and delivers until `stop`. Fails if the spool cannot be written or the broker's settings are impossible.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut supervisor = Supervisor::new(stop.clone());
        let source = Arc::new(self.status_source());
        if let Some(metrics) = self.settings.metrics {
            let page = metrics::serve_at(metrics.listen, source.clone(), stop.clone());
            supervisor.spawn(words::task_metrics(), page);
        }
        if let Some(socket) = self.control {
            let serving = control::serve(source.clone(), socket, stop.clone());
            supervisor.spawn(words::task_control(), serving);
        }
        let reports = watch::Sender::default();
        let mut deliverer = self.deliverer;
        deliverer.report(reports.subscribe());
        let config = deliverer.config();
        supervisor.spawn(words::task_delivery(), deliverer.run(stop.clone()));
        for view in self.views {
            supervisor.spawn(own::task_view(view.name()), view.run(stop.clone()));
        }
        let reporting = report::make_reports(source, config, reports, stop.clone());
        supervisor.spawn(words::task_reports(), reporting);
        let watched = self.buses.iter().map(|bus| (bus.watch(), silent_max(bus))).collect();
        let (spool, clock) = (self.spool.clone(), self.clock.clone());
        let keeps_old = self.refused.borrow().is_some();
        let feeding = watchdog::feed(watched, spool, clock, keeps_old, stop.clone());
        supervisor.spawn(words::task_watchdog(), feeding);
        let (clock, hold_min) = (self.clock.clone(), self.settings.clock.hold_min);
        let following =
            clock_watch::follow_clock(clock, hold_min, self.spool.clone(), stop.clone());
        supervisor.spawn(words::task_clock(), following);
        for listener in self.dtu_listeners {
            let name = words::task_terminals(Argument::of(listener.address()));
            supervisor.spawn(name, listener.serve(stop.clone()));
        }
        for (bus, checks) in self.buses.into_iter().zip(self.checks.shared()) {
            let name = words::task_bus(bus.name());
            let (spool, clock, stats) =
                (self.spool.clone(), self.clock.clone(), self.stats.clone());
            let told = polling::Told { stats, proof: self.proof.clone() };
            supervisor.spawn(name, polling::poll(bus, checks, spool, clock, told, stop.clone()));
        }
        let ended = supervisor.run().await;
        if tokio::time::timeout(CLOSE_MAX, self.spool.close()).await.is_err() {
            tracing::error!("the disk does not answer; readings not written yet are lost");
        }
        ended
    }

    fn status_source(&self) -> StatusSource {
        StatusSource {
            gateway: self.settings.gateway.clone(),
            spool_size_max: self.settings.spool.limits().size_max,
            hold_min: self.settings.clock.hold_min,
            clock: self.clock.clone(),
            watch: self.watch(),
            mode: self.mode.clone(),
            buses: self
                .settings
                .buses
                .iter()
                .zip(&self.buses)
                .map(|(settings, bus)| control_bus(settings, bus))
                .collect(),
        }
    }
}

/// A task for each view, in the order of the configuration and of the spool.
fn view_tasks(
    settings: &EdgeSettings,
    birth: &Birth,
    spool: &SpoolHandle,
    clock: &Clock,
) -> anyhow::Result<Vec<ViewTask>> {
    let task = |(index, view): (usize, &ViewSettings)| {
        let format = View::new(&view.format, &settings.gateway, birth).map_err(|problems| {
            let problems = Text::list(problems.iter().map(Argument::of));
            anyhow::Error::msg(own::view_wrong(&view.name, problems))
        })?;
        let shared = (spool.clone(), clock.clone());
        Ok(ViewTask::new(index, view, &settings.gateway, &settings.mqtt, format, shared))
    };
    settings.views.iter().enumerate().map(task).collect()
}

fn silent_max(bus: &Bus) -> Duration {
    watchdog::silent_max(bus.longest_interval())
}

fn control_bus(settings: &BusSettings, bus: &Bus) -> ControlBus {
    let device = |device: &crate::modbus::DeviceSettings| DeviceStatus {
        unit: device.unit,
        profile: device.profile.clone(),
        station: device.station.clone(),
    };
    ControlBus {
        name: settings.name.clone(),
        line: settings.line(),
        devices: settings.devices.iter().map(device).collect(),
        watch: bus.watch(),
        silent_max: silent_max(bus),
        serial: settings.serial.is_some(),
        requests: bus.request_sender(),
    }
}
