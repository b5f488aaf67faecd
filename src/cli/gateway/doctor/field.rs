//! The field: each bus, and of each device on it one point, read as the gateway would.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access};
use tokio::time::timeout;

use super::finding::{Finding, Mark, Report};
use super::machine::service_user;
use super::{Gateway, Patient};
use crate::cli::gateway::apart::Known;
use crate::cli::gateway::numbers::of_point;
use crate::cli::gateway::ports;
use crate::cli::gateway::read::named;
use crate::cli::gateway::requests::Line;
use crate::core::Reason;
use crate::device::{self, Profile};
use crate::edge::control::{Client, Failure};
use crate::locales::{Text, foreign, gateway as line_words, setup as words};
use crate::modbus::{BusSettings, DeviceSettings, measure, terms};
use crate::support::Stopwatch;
use crate::support::accounts::{READ, WRITE, group_name};

/// How long a device may take, repetitions included: ten answers of the usual second. Engineering judgement.
const DEVICE_MAX: Duration = Duration::from_secs(10);

/// Reads a point of each device. Once a line cannot be opened, the rest of its devices is not asked.
pub async fn examine(patient: &Patient, gateway: &Gateway, report: &mut Report) {
    let (settings, _) = &patient.loaded;
    for bus in &settings.buses {
        if let Some(closed) = closed_to_service(patient, bus, gateway) {
            report.tell(closed);
        }
        let mut line = match open(patient, bus, gateway).await {
            Ok(line) => line,
            Err(finding) => {
                report.tell(finding);
                continue;
            }
        };
        for (place, device) in bus.devices.iter().enumerate() {
            let (finding, after) = examine_device(patient, &mut line, bus, device).await;
            report.tell(finding);
            let left = bus.devices.len() - place - 1;
            match after {
                After::Go => {}
                // A late answer must not be taken for that of the next device.
                After::Reopen if left > 0 => match open(patient, bus, gateway).await {
                    Ok(fresh) => line = fresh,
                    Err(finding) => {
                        report.tell(finding);
                        break;
                    }
                },
                After::Stop if left > 0 => {
                    let said = words::devices_not_asked(left);
                    report.tell(Finding::doubtful(words::bus(&bus.name), said));
                    break;
                }
                After::Reopen | After::Stop => {}
            }
        }
    }
}

/// What becomes of the line after a device.
enum After {
    Go,
    Reopen,
    /// It cannot be used.
    Stop,
}

/// The line of a bus: of the gateway, where it runs.
async fn open(patient: &Patient, bus: &BusSettings, gateway: &Gateway) -> Result<Line, Finding> {
    let subject = || words::bus(&bus.name);
    match gateway {
        Gateway::Unasked(_) => Err(Finding::doubtful(subject(), words::line_unasked())),
        Gateway::Stopped if bus.dtu.is_some() => {
            let said = line_words::terminal_needs_gateway(bus.line());
            Err(Finding::doubtful(subject(), said))
        }
        Gateway::Stopped => Ok(Line::direct(bus)),
        Gateway::Runs(_) => {
            let socket = patient.loaded.0.socket_path();
            match Client::connect(&socket).await {
                Ok(Some(client)) => Ok(Line::Gateway(Box::new(client), bus.name.clone())),
                Ok(None) => {
                    let said = line_words::no_gateway_runs(&patient.file, &socket);
                    Err(Finding::wrong(subject(), said))
                }
                Err(error) => Err(Finding::wrong(subject(), Text::verbatim(error))),
            }
        }
    }
}

/// What was found of a device, and what becomes of its line.
async fn examine_device(
    patient: &Patient,
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
) -> (Finding, After) {
    let subject = words::device(&bus.name, device.unit, device.station.as_str());
    let profile = patient.loaded.1.get(&device.profile);
    let took = Stopwatch::start();
    let read = match profile {
        Some(profile) => timeout(DEVICE_MAX, read_point(line, bus, device, profile)).await,
        None => {
            return (Finding::wrong(subject, line_words::no_profile(&device.profile)), After::Go);
        }
    };
    match read {
        Ok(Ok(Read::Value(said))) => {
            let ms = took.elapsed().as_millis().to_string();
            (Finding::right(subject, words::read_in(said, ms)), After::Go)
        }
        Ok(Ok(Read::Nothing)) => (Finding::doubtful(subject, words::reads_nothing()), After::Go),
        Ok(Ok(Read::NoValue(parameter, reason))) => {
            let said = words::answers_without_value(parameter, reason.name());
            (Finding::doubtful(subject, said), After::Go)
        }
        Ok(Ok(Read::Failed(failure))) => {
            let way_out = way_out(patient, bus, device, &failure);
            let after = match failure.reason {
                Reason::Unreachable => After::Stop,
                _ => After::Go,
            };
            let said = Text::clauses([failure.text, way_out]);
            (Finding::wrong(subject, said), after)
        }
        Ok(Err(error)) => (Finding::wrong(subject, foreign::chain(&error)), After::Stop),
        Err(_) => (Finding::wrong(subject, words::no_turn(DEVICE_MAX.as_secs())), After::Reopen),
    }
}

/// What a read of one point came to.
enum Read {
    Value(Text),
    NoValue(String, Reason),
    Failed(Failure),
    /// The configuration lets nothing be read.
    Nothing,
}

async fn read_point(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
) -> anyhow::Result<Read> {
    let Some((point, _)) = device.observes(profile).next() else { return Ok(Read::Nothing) };
    let planned = device::plan(&[point], &terms(bus, device, profile));
    let (parts, _) = Known::default().read(line, bus, device, &planned).await?;
    if let Some(failure) = parts.values().find_map(|(words, _)| words.as_ref().err()) {
        return Ok(Read::Failed(failure.clone()));
    }
    let registers: Vec<&[u16]> =
        parts.values().filter_map(|(words, _)| words.as_deref().ok()).collect();
    let adjust = device.adjust.get(&point.parameter).copied().unwrap_or_default();
    let spec = point.parameter.spec();
    Ok(match measure(point, &adjust, &registers) {
        Ok(value) => {
            let shown = of_point(point, &registers, value);
            Read::Value(words::value(named(spec), shown, spec.unit.to_string()))
        }
        Err(reason) => Read::NoValue(named(spec), reason),
    })
}

/// What helps against a failure.
fn way_out(
    patient: &Patient,
    bus: &BusSettings,
    device: &DeviceSettings,
    failure: &Failure,
) -> Text {
    let file = patient.file.display().to_string();
    match failure.reason {
        Reason::Unreachable => match &bus.serial {
            Some(serial) => port_way_out(&serial.port),
            None => words::check_endpoint(),
        },
        Reason::Exception => words::check_profile(&file, device.unit, &device.profile),
        Reason::Timeout if bus.serial.is_none() && bus.rtu_tcp.is_none() && bus.dtu.is_none() => {
            words::check_unit(&file, &bus.name)
        }
        _ => words::check_wires(&file, &bus.name),
    }
}

/// Why a serial port cannot be opened, and what to do.
fn port_way_out(port: &Path) -> Text {
    let root = Path::new("/");
    let found = match std::fs::metadata(port) {
        Ok(found) => found,
        Err(_) => {
            let there =
                ports::ports(root).into_iter().map(|port| port.by_id.unwrap_or(port.device));
            let there: Vec<PathBuf> = there.collect();
            return match there.is_empty() {
                true => line_words::no_ports(),
                false => words::other_ports(Text::list(&there)),
            };
        }
    };
    if access(port, Access::READ_OK | Access::WRITE_OK).is_err() {
        return words::join_group(group_name(root, found.gid()));
    }
    match users_of(port) {
        users if users.is_empty() => words::stop_other_program(),
        users => words::stop_programs(Text::list(users)),
    }
}

/// The programs that have a port open, as far as this user sees them.
fn users_of(port: &Path) -> Vec<String> {
    let Ok(device) = port.canonicalize() else { return Vec::new() };
    let mut users = ports::users(Path::new("/"));
    device.to_str().and_then(|device| users.remove(device)).unwrap_or_default()
}

/// That the service may not open the port of this bus, though root may.
fn closed_to_service(patient: &Patient, bus: &BusSettings, gateway: &Gateway) -> Option<Finding> {
    let port = &bus.serial.as_ref()?.port;
    if !matches!(gateway, Gateway::Stopped) {
        return None;
    }
    let root = Path::new("/");
    let user = service_user(patient)?;
    let closed = user.kept_from(port, READ | WRITE)?;
    let group = group_name(root, std::fs::metadata(&closed).ok()?.gid());
    let said = words::port_closed_to_service(port, &user.name, group);
    Some(Finding { mark: Mark::Wrong, subject: words::bus(&bus.name), found: said })
}
