//! Simulated devices, asked over real connections.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio_modbus::client::{Reader, tcp};
use tokio_modbus::{ExceptionCode, Slave};
use tokio_util::sync::CancellationToken;

use super::world_tests::{id, scenario, township, world};
use super::*;
use crate::core::{Flag, GatewayId, Parameter, Reason};
use crate::device::{self, Function, Point, Profile};
use crate::modbus::{Bus, BusContext, BusSettings, BusStats, DeviceSettings, Mode, QuirkStore};
use crate::support::Clock;
use crate::support::clock::Driver;

const GATEWAYS: [&str; 7] = [
    include_str!("../../config/examples/2022/gateways/dongmen.toml"),
    include_str!("../../config/examples/2022/gateways/xianping.toml"),
    include_str!("../../config/examples/2022/gateways/qiaokeng.toml"),
    include_str!("../../config/examples/2022/gateways/lifang.toml"),
    include_str!("../../config/examples/2022/gateways/huangshui.toml"),
    include_str!("../../config/examples/2022/gateways/tangbei.toml"),
    include_str!("../../config/examples/2022/gateways/lingxia.toml"),
];

/// The part of a gateway's configuration that the simulator needs.
#[derive(Deserialize)]
struct Gateway {
    gateway: GatewayId,
    bus: Vec<BusSettings>,
}

fn gateways() -> Vec<(GatewayId, Vec<BusSettings>)> {
    let read = |text| toml::from_str::<Gateway>(text).unwrap();
    GATEWAYS.iter().map(|text| read(text)).map(|g| (g.gateway, g.bus)).collect()
}

fn profiles() -> BTreeMap<String, Profile> {
    let shipped = device::shipped().iter();
    shipped.map(|(id, text)| ((*id).to_owned(), device::parse(text).unwrap())).collect()
}

struct Rig {
    world: Arc<Mutex<World>>,
    clock: Clock,
    driver: Driver,
    simulator: Simulator,
    stop: CancellationToken,
}

async fn rig(at: &str) -> Rig {
    let mut world = world(scenario().seed);
    world.advance_to(at.parse().unwrap());
    let world = Arc::new(Mutex::new(world));
    let stop = CancellationToken::new();
    let (clock, driver) = Clock::stepped(at.parse().unwrap());
    let simulator = Simulator::start(world.clone(), &gateways(), &profiles(), &clock, stop.clone())
        .await
        .unwrap();
    Rig { world, clock, driver, simulator, stop }
}

impl Rig {
    /// Every device with the address of its bus and its profile.
    fn devices(&self) -> Vec<(SocketAddr, DeviceSettings, Profile)> {
        let shipped = profiles();
        let mut all = Vec::new();
        for ((gateway, buses), (served, addresses)) in
            gateways().iter().zip(self.simulator.addresses())
        {
            assert_eq!(gateway, served);
            for (bus, address) in buses.iter().zip(addresses) {
                for device in &bus.devices {
                    let profile = &shipped[&device.profile];
                    all.push((*address, device.clone(), profile.clone()));
                }
            }
        }
        all
    }

    /// The device that observes `parameter` at `station`, its bus's address and the point.
    fn find(&self, station: &str, parameter: Parameter) -> (DeviceSettings, SocketAddr, Point) {
        let of_station = self.devices().into_iter().filter(|(_, d, _)| d.station == id(station));
        let mut points = of_station.flat_map(|(address, device, profile)| {
            let points = profile.points.into_iter();
            points.map(move |point| (device.clone(), address, point))
        });
        points.find(|(_, _, point)| point.parameter == parameter).unwrap()
    }
}

impl Rig {
    /// Address of the first bus of the gateway with this number.
    fn address(&self, gateway: usize) -> SocketAddr {
        self.simulator.addresses()[gateway].1[0]
    }

    /// The first bus of the gateway with this number, polled at `address` on the rig's clock.
    fn bus(&self, gateway: usize, address: SocketAddr, timeout_ms: u64) -> Bus {
        let mut settings = gateways().remove(gateway).1.remove(0);
        settings.tcp = Some(address.to_string());
        settings.timeout_ms = timeout_ms;
        let nowhere = tempfile::tempdir().unwrap().path().join("learned");
        let context = BusContext {
            clock: self.clock.clone(),
            mode: watch::channel(Mode::Normal).1,
            quirks: Arc::new(QuirkStore::open(nowhere, "gw")),
            profiles: &profiles(),
            random: || 0.0,
        };
        Bus::new(&settings, &context, None).unwrap()
    }
}

/// Passes one connection on to `to`; no answer comes back before `begin`.
async fn relay(listener: TcpListener, to: SocketAddr, begin: oneshot::Receiver<()>) {
    let (near, _) = listener.accept().await.unwrap();
    let (mut near_read, mut near_write) = near.into_split();
    let (mut far_read, mut far_write) = TcpStream::connect(to).await.unwrap().into_split();
    let answers = async {
        begin.await.unwrap();
        tokio::io::copy(&mut far_read, &mut near_write).await
    };
    let _closed = tokio::join!(tokio::io::copy(&mut near_read, &mut far_write), answers);
}

/// The answer comes long after the timeout by the machine's own clock: the poll waits and has all of its readings.
#[tokio::test]
async fn a_slow_machine_loses_no_poll() {
    let rig = rig("2022-08-20T03:00:00Z").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut bus = rig.bus(0, listener.local_addr().unwrap(), 10);
    let (begin, begins) = oneshot::channel();
    tokio::spawn(relay(listener, rig.address(0), begins));
    let stats = BusStats::default();
    let mut poll = Box::pin(bus.poll_next(&stats));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut poll).await;
    assert!(early.is_err(), "the poll has ended without its answers: {early:?}");
    begin.send(()).unwrap();
    let readings = poll.await;
    assert!(readings.len() > 20, "{}", readings.len());
    let bad = readings.iter().find(|reading| reading.flag != Flag::Good);
    assert_eq!(bad, None);
}

/// The timeout of the silent unit is an hour: it passes at once, for nobody else has anything left to do.
#[tokio::test]
async fn a_silent_unit_times_out_without_real_time() {
    let rig = rig("2022-09-03T20:00:00Z").await;
    let mut bus = rig.bus(5, rig.address(5), 3_600_000);
    let stats = BusStats::default();
    let polled = async {
        tokio::select! {
            readings = bus.poll_next(&stats) => readings,
            () = rig.driver.all_asleep() => panic!("the clock would move during a poll"),
        }
    };
    let readings = tokio::time::timeout(Duration::from_secs(30), polled).await.unwrap();
    let (silent, others): (Vec<_>, Vec<_>) =
        readings.iter().partition(|r| r.series.station == id("pump-tangbei-2"));
    assert!(silent.len() > 2 && others.len() > 10, "{readings:?}");
    assert!(silent.iter().all(|r| r.reason == Some(Reason::Timeout)), "{silent:?}");
    assert!(others.iter().all(|r| r.flag == Flag::Good), "{others:?}");
}

async fn read(
    address: SocketAddr,
    unit: u8,
    function: Function,
    from: u16,
    count: u16,
) -> Result<Vec<u16>, ExceptionCode> {
    let mut client = tcp::connect_slave(address, Slave(unit)).await.unwrap();
    match function {
        Function::Holding => client.read_holding_registers(from, count).await.unwrap(),
        Function::Input => client.read_input_registers(from, count).await.unwrap(),
        Function::Coils | Function::DiscreteInputs => {
            panic!("no profile of the example reads bits")
        }
    }
}

/// The registers of `point`, by part.
async fn read_point(address: SocketAddr, unit: u8, point: &Point) -> Vec<Vec<u16>> {
    let mut parts = Vec::new();
    for part in point.parts() {
        let words = read(address, unit, part.function, part.address, part.count).await;
        parts.push(words.unwrap());
    }
    parts
}

fn decoded(point: &Point, parts: &[Vec<u16>]) -> f64 {
    let words: Vec<&[u16]> = parts.iter().map(Vec::as_slice).collect();
    device::decode(point, &words).unwrap()
}

/// What the world shows of the point at this device.
fn shown(rig: &Rig, device: &DeviceSettings, point: &Point) -> Option<f64> {
    if point.parameter == Parameter::Frequency && device.profile != "md380" {
        return Some(50.0);
    }
    rig.world.lock().unwrap().shown(&device.station, point.parameter)
}

#[tokio::test]
async fn every_device_of_the_example_reads_as_the_world_is() {
    let rig = rig("2022-08-20T03:00:00Z").await;
    let mut compared = 0;
    for later in ["2022-08-20T03:00:00Z", "2022-10-08T08:00:00Z", "2022-11-15T16:00:00Z"] {
        rig.world.lock().unwrap().advance_to(later.parse().unwrap());
        for (address, device, profile) in rig.devices() {
            for point in &profile.points {
                let Some(shown) = shown(&rig, &device, point) else {
                    continue;
                };
                let parts = read_point(address, device.unit, point).await;
                let measured = decoded(point, &parts);
                let unit = point.unit.factor_to(point.parameter.spec().unit).unwrap();
                let name = format!("{} {} on {later}", device.station, point.parameter);
                let [low, high] = point.valid_range.unwrap_or([0.0, 1.0]);
                assert!((low..=high).contains(&(measured / unit)), "{name}: {measured}");
                let adjust = device.adjust.get(&point.parameter).copied().unwrap_or_default();
                let value = measured * adjust.scale + adjust.offset;
                let modulus = point.counter.and_then(|c| c.modulus).unwrap_or(f64::INFINITY) * unit;
                let expected = if shown >= modulus { shown - modulus } else { shown };
                let exponent = point.exponent.as_ref().and_then(|register| register.range);
                let step = point.scale * 10f64.powf(exponent.map_or(0.0, |[low, _]| low.max(-3.0)));
                let tolerance = (step * unit * adjust.scale).abs() + shown.abs() * 1e-6;
                assert!((value - expected).abs() <= tolerance, "{name}: {value}, not {expected}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 3 * 150, "{compared}");
    rig.stop.cancel();
    rig.simulator.stopped().await;
}

#[tokio::test]
async fn a_register_rolls_over_at_its_modulus() {
    let rig = rig("2022-11-15T16:00:00Z").await;
    let (settings, address, point) = rig.find("pump-qiaokeng-2", Parameter::EnergyTotal);
    let parts = read_point(address, settings.unit, &point).await;
    let value = decoded(&point, &parts);
    let shown = rig.world.lock().unwrap().shown(&settings.station, point.parameter).unwrap();
    assert!(shown > 10_000.0 && (value - (shown - 10_000.0)).abs() < 0.01, "{value}, {shown}");
}

#[tokio::test]
async fn a_sensor_without_a_value_says_so_on_the_wire() {
    let rig = rig("2022-10-11T00:00:00Z").await;
    let (settings, address, point) = rig.find("reservoir-huangshui-1", Parameter::Level);
    let parts = read_point(address, settings.unit, &point).await;
    assert_eq!(Some(parts), device::encode_invalid(&point));
}

#[tokio::test]
async fn a_silent_unit_keeps_the_line_open_for_the_others() {
    let rig = rig("2022-09-03T20:00:00Z").await;
    let (silent, address, point) = rig.find("pump-tangbei-2", Parameter::EnergyTotal);
    let (speaking, same, other) = rig.find("pump-tangbei-1", Parameter::EnergyTotal);
    assert_eq!(address, same);
    let mut stream = TcpStream::connect(address).await.unwrap();
    for (transaction, unit, point) in [(1, silent.unit, &point), (2, speaking.unit, &other)] {
        let [a0, a1] = point.address.to_be_bytes();
        let count = point.point_type.registers().to_be_bytes()[1];
        let request = [0, transaction, 0, 0, 0, 6, unit, point.function.into(), a0, a1, 0, count];
        stream.write_all(&request).await.unwrap();
    }
    let mut header = [0; 7];
    stream.read_exact(&mut header).await.unwrap();
    assert_eq!(
        (header[1], header[6]),
        (2, speaking.unit),
        "the first answer is to the second request"
    );
}

#[tokio::test]
async fn what_a_device_does_not_have_it_refuses() {
    let rig = rig("2022-08-20T03:00:00Z").await;
    let (settings, address, point) = rig.find("pump-dongmen-1", Parameter::EnergyTotal);
    let profile = &profiles()[&settings.profile];
    let of_function = || profile.points.iter().filter(|p| p.function == point.function);
    let after = of_function().map(|p| p.address + p.point_type.registers()).max().unwrap();
    let first = of_function().map(|p| p.address).min().unwrap();
    let ask = async |unit, from, count| read(address, unit, point.function, from, count).await;
    assert!(ask(settings.unit, after - 1, 1).await.is_ok());
    assert_eq!(ask(settings.unit, after, 1).await, Err(ExceptionCode::IllegalDataAddress));
    assert_eq!(ask(settings.unit, first, 126).await, Err(ExceptionCode::IllegalDataValue));
    assert_eq!(ask(247, first, 1).await, Err(ExceptionCode::GatewayTargetDevice));
    let gap = (first..after).find(|a| {
        of_function().all(|p| *a < p.address || *a >= p.address + p.point_type.registers())
    });
    assert_eq!(ask(settings.unit, gap.unwrap(), 1).await, Ok(vec![0]), "a gap reads as zero");
}

#[test]
fn the_example_gateways_fit_township_and_profiles() {
    let (township, profiles) = (township(), profiles());
    let mut series = BTreeSet::new();
    let mut metered = BTreeSet::new();
    let mut flow_meters = BTreeMap::new();
    for (gateway, buses) in gateways() {
        assert!(!buses.is_empty(), "{gateway}");
        for bus in buses {
            let mut units = BTreeSet::new();
            for device in bus.devices {
                let name = format!("{gateway} {} unit {}", bus.name, device.unit);
                assert!((1..=247).contains(&device.unit) && units.insert(device.unit), "{name}");
                assert!(township.station(&device.station).is_some(), "{name}: {}", device.station);
                let profile = profiles
                    .get(&device.profile)
                    .unwrap_or_else(|| panic!("{name}: {}", device.profile));
                let has: Vec<Parameter> = profile.points.iter().map(|p| p.parameter).collect();
                let wanted = if device.parameters.is_empty() {
                    has.clone()
                } else {
                    device.parameters.clone()
                };
                for parameter in &wanted {
                    assert!(has.contains(parameter), "{name}: {} has no {parameter}", profile.id);
                    assert!(
                        series.insert((device.station.clone(), *parameter)),
                        "{name}: {parameter} twice"
                    );
                    if *parameter == Parameter::EnergyTotal {
                        metered.insert(device.station.clone());
                    }
                    if *parameter == Parameter::VolumeTotal {
                        flow_meters.insert(device.station.clone(), profile.id.clone());
                    }
                }
                assert!(device.adjust.keys().all(|p| wanted.contains(p)), "{name}");
            }
        }
    }
    assert!(series.len() >= 150, "{} series", series.len());
    assert!(metered.len() >= 40, "{} metered pumps", metered.len());
    assert_eq!(flow_meters.len(), 12);
    let levels = series.iter().filter(|(_, p)| *p == Parameter::Level).count();
    assert_eq!(levels, township.stations.iter().filter(|s| s.kind.is_source()).count());
}

#[test]
fn the_gateway_to_start_from_fits_the_township() {
    let start: Gateway = toml::from_str(include_str!("../../config/edge.toml")).unwrap();
    let (township, profiles) = (township(), profiles());
    for device in start.bus.iter().flat_map(|b| &b.devices) {
        assert!(township.station(&device.station).is_some());
        let profile = &profiles[&device.profile];
        assert!(device.parameters.iter().all(|p| profile.points.iter().any(|x| x.parameter == *p)));
    }
}
