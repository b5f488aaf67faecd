//! The simulated field devices: one Modbus TCP server for each bus, which answers from the poller's own profiles.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::server::{self, Answer, Exception, Request};
use super::world::MAINS_HZ;
use super::{SimError, World};
use crate::core::{GatewayId, Parameter, StationId};
use crate::device::{self, Function, Part, Point, Profile};
use crate::locales::{Text, demo as words};
use crate::modbus::{Adjust, BusSettings, DeviceSettings};
use crate::support::{Clock, lock};

/// The devices of all gateways, each bus on a port of 127.0.0.1.
pub struct Simulator {
    addresses: Vec<(GatewayId, Vec<SocketAddr>)>,
    servers: JoinSet<()>,
}

impl Simulator {
    /// Opens a port for each bus of each gateway and answers on it until `stop` is cancelled.
    ///
    /// The devices show the world at its present instant; the owner of the clock advances it. A silent unit tells
    /// `clock`, on which the poller waits, that no answer will come.
    ///
    /// # Errors
    /// [`SimError::Device`] where a device has no profile, the unit id of another or a factor of zero;
    /// [`SimError::Listen`] where no port is free.
    pub async fn start(
        world: Arc<Mutex<World>>,
        gateways: &[(GatewayId, Vec<BusSettings>)],
        profiles: &BTreeMap<String, Profile>,
        clock: &Clock,
        stop: CancellationToken,
    ) -> Result<Self, SimError> {
        let mut addresses = Vec::new();
        let mut servers = JoinSet::new();
        for (gateway, buses) in gateways {
            let mut ports = Vec::new();
            for settings in buses {
                let bus = SimulatedBus::new(world.clone(), settings, profiles, clock.clone())?;
                let listener =
                    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SimError::Listen)?;
                ports.push(listener.local_addr().map_err(SimError::Listen)?);
                servers.spawn(server::serve(listener, Arc::new(bus), stop.clone()));
            }
            addresses.push((gateway.clone(), ports));
        }
        Ok(Self { addresses, servers })
    }

    /// The address of each bus, in the order of the gateways and of their buses.
    pub fn addresses(&self) -> &[(GatewayId, Vec<SocketAddr>)] {
        &self.addresses
    }

    /// Waits until all servers have ended, once `stop` is cancelled.
    pub async fn stopped(mut self) {
        while self.servers.join_next().await.is_some() {}
    }
}

pub(super) struct SimulatedBus {
    world: Arc<Mutex<World>>,
    clock: Clock,
    units: BTreeMap<u8, SimulatedDevice>,
}

/// A profile at a station.
struct SimulatedDevice {
    station: StationId,
    profile: Profile,
    settings: DeviceSettings,
}

impl SimulatedBus {
    fn new(
        world: Arc<Mutex<World>>,
        settings: &BusSettings,
        profiles: &BTreeMap<String, Profile>,
        clock: Clock,
    ) -> Result<Self, SimError> {
        let mut units = BTreeMap::new();
        for device in &settings.devices {
            let wrong = |problem: Text| SimError::Device {
                bus: settings.name.clone(),
                unit: device.unit,
                problem,
            };
            let profile = profiles
                .get(&device.profile)
                .ok_or_else(|| wrong(words::no_profile(format_args!("{:?}", device.profile))))?;
            if let Some((parameter, _)) = device.adjust.iter().find(|(_, a)| a.scale == 0.0) {
                return Err(wrong(words::zero_scale(parameter.id())));
            }
            let simulated = SimulatedDevice {
                station: device.station.clone(),
                profile: profile.clone(),
                settings: device.clone(),
            };
            if units.insert(device.unit, simulated).is_some() {
                return Err(wrong(words::unit_twice()));
            }
        }
        Ok(Self { world, clock, units })
    }

    pub(super) fn answer(&self, request: Request, registers_max: u16) -> Answer {
        let Some(device) = self.units.get(&request.unit) else {
            return Answer::Exception(Exception::NoTarget);
        };
        let world = self.world();
        if world.silent(&device.station) {
            self.clock.no_answer();
            return Answer::Silence;
        }
        let most = device.profile.registers_max.min(registers_max);
        if request.count == 0 || request.count > most {
            return Answer::Exception(Exception::Value);
        }
        match device.registers(&world, request) {
            Some(words) => Answer::Words(words),
            None => Answer::Exception(Exception::Address),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves the world whole: a step changes plain numbers only.
        lock(&self.world)
    }
}

impl SimulatedDevice {
    /// The requested registers; `None` where some lie before the device's first point or after its last. Registers
    /// between its points hold zero, as in most devices.
    fn registers(&self, world: &World, request: Request) -> Option<Vec<u16>> {
        let function = Function::try_from(request.function).ok()?;
        let parts = || {
            let all = self.profile.points.iter().flat_map(Point::parts);
            all.filter(|part| part.function == function)
        };
        let first = parts().map(|part| u32::from(part.address)).min()?;
        let after = parts().map(end).max()?;
        let from = u32::from(request.address);
        let to = from + u32::from(request.count);
        if from < first || to > after {
            return None;
        }
        let mut words = vec![0; usize::from(request.count)];
        let touched = |part: &Part| {
            part.function == function && u32::from(part.address) < to && end(*part) > from
        };
        for point in &self.profile.points {
            let parts = point.parts();
            if !parts.iter().any(touched) {
                continue;
            }
            for (part, held) in parts.into_iter().zip(self.point(world, point)) {
                if !touched(&part) {
                    continue;
                }
                for (address, word) in (u32::from(part.address)..).zip(held) {
                    let place = address.checked_sub(from).and_then(|i| usize::try_from(i).ok());
                    if let Some(slot) = place.and_then(|i| words.get_mut(i)) {
                        *slot = word;
                    }
                }
            }
        }
        Some(words)
    }

    /// The value that this device shows: the frequency of a drive is its output, that of an energy meter the mains.
    fn shown(&self, world: &World, parameter: Parameter) -> Option<f64> {
        let meter = || self.profile.points.iter().any(|p| p.parameter == Parameter::EnergyTotal);
        if parameter == Parameter::Frequency && meter() {
            return Some(MAINS_HZ);
        }
        world.shown(&self.station, parameter)
    }

    /// The registers of `point` now, by part; none where the station has no such instrument.
    fn point(&self, world: &World, point: &Point) -> Vec<Vec<u16>> {
        if world.invalid(&self.station, point.parameter)
            && let Some(words) = device::encode_invalid(point)
        {
            return words;
        }
        let Some(value) = self.shown(world, point.parameter) else {
            return Vec::new();
        };
        let Adjust { scale, offset } =
            self.settings.adjust.get(&point.parameter).copied().unwrap_or_default();
        let unadjusted = (value - offset) / scale;
        device::encode(point, rolled_over(point, unadjusted))
    }
}

/// The address after the last register of `part`.
fn end(part: Part) -> u32 {
    u32::from(part.address) + u32::from(part.count)
}

/// A register's value within its modulus; both in the parameter's canonical unit.
fn rolled_over(point: &Point, value: f64) -> f64 {
    let modulus = point.counter.and_then(|c| c.modulus);
    let factor = point.unit.factor_to(point.parameter.spec().unit);
    match (modulus, factor) {
        (Some(modulus), Some(factor)) if modulus * factor > 0.0 => {
            value.rem_euclid(modulus * factor)
        }
        _ => value,
    }
}
