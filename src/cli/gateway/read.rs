//! `hanqing read`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::line::{Line, LineArguments, RequestOptions, Setup};
use super::numbers::{hex, number};
use crate::cli::runtime::block_on;
use crate::cli::table::{Head, Table, left, right};
use crate::cli::usage::bail_usage;
use crate::cli::values::within;
use crate::core::{Flag, ParameterSpec, Reason, Series};
use crate::device::{self, DecodeError, Planned, Point, Profile, Request};
use crate::edge::control::Failure;
use crate::locales::{Argument, Text, foreign_toml, gateway as words};
use crate::modbus::{BusSettings, DeviceSettings, measure, terms, value_range};
use crate::quality::{Verdict, gross_range};

/// The arguments of `hanqing read`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "1-247", value_parser = within::<u8>(1..=247))]
    unit: Option<u8>,
    #[arg(long, value_name = "ID", conflicts_with = "config")]
    profile: Option<String>,
}

/// Reads and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut setup = arguments.line.setup_one_mode()?;
    if !setup.configured {
        let device = ad_hoc(arguments, &setup)?;
        for bus in &mut setup.buses {
            bus.devices = vec![device.clone()];
        }
    }
    if let Some(unit) = arguments.unit {
        for bus in &mut setup.buses {
            bus.devices.retain(|device| device.unit == unit);
        }
        setup.buses.retain(|bus| !bus.devices.is_empty());
        if setup.buses.is_empty() {
            bail_usage!(words::no_unit(unit));
        }
    }
    block_on(async {
        let mut table = Table::new(heads());
        let mut complete = true;
        for bus in &setup.buses {
            let mut line = setup.open(bus).await?;
            for device in &bus.devices {
                let Some(profile) = setup.profiles.get(&device.profile) else {
                    bail_usage!(words::no_profile(&device.profile));
                };
                complete &= read_device(&mut line, bus, device, profile, &mut table).await?;
            }
        }
        show!("{table}");
        Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn heads() -> [Head; 11] {
    [
        left(words::head_station()),
        right(words::head_unit()),
        left(words::head_parameter()),
        right(words::head_value()),
        left(words::head_measure()),
        left(words::head_quality()),
        left(words::head_remark()),
        left(words::head_raw()),
        right(words::head_function()),
        right(words::head_address()),
        right(words::head_ms()),
    ]
}

/// The device to read when there is no configuration.
fn ad_hoc(arguments: &Arguments, setup: &Setup) -> anyhow::Result<DeviceSettings> {
    let (Some(unit), Some(profile)) = (arguments.unit, &arguments.profile) else {
        bail_usage!(words::unit_and_profile_needed());
    };
    if !setup.profiles.contains_key(profile) {
        bail_usage!(words::unknown_profile(profile, Text::list(setup.profiles.keys())));
    }
    // Parsed, so that the defaults are those of a configuration.
    let text = format!("unit = {unit}\nprofile = {profile:?}\nstation = \"ad-hoc\"");
    let wrong = |error| anyhow::Error::msg(foreign_toml::error(&error, &text));
    toml::from_str(&text).map_err(wrong)
}

/// Registers of one part of a point, or why there are none, and how long the request took, ms.
pub(super) type PartRead = (Result<Vec<u16>, Failure>, f64);

/// Reads a device, adds its rows, and returns whether every point has a value.
async fn read_device(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
    table: &mut Table,
) -> anyhow::Result<bool> {
    let (points, series): (Vec<&Point>, Vec<Series>) = device.observes(profile).unzip();
    let planned = device::plan(&points, &terms(bus, device, profile));
    let parts = read_parts(line, bus, device, &planned).await?;
    let mut failures = parts.values().filter_map(|(words, _)| words.as_ref().err());
    if let Some(failure) = failures.find(|failure| failure.exception.is_none()) {
        complain!("{}", words::unit_failed(device.unit, &failure.text));
    }
    let mut complete = true;
    for (index, (point, series)) in points.iter().zip(&series).enumerate() {
        let read: Vec<&PartRead> =
            parts.range((index, 0)..(index + 1, 0)).map(|(_, part)| part).collect();
        let registers: Vec<&[u16]> =
            read.iter().filter_map(|(words, _)| words.as_deref().ok()).collect();
        let failure = read.iter().find_map(|(words, _)| words.as_ref().err());
        let adjust = device.adjust.get(&point.parameter).copied().unwrap_or_default();
        let value = match failure {
            Some(failure) => Err(failure.reason),
            None => measure(point, &adjust, &registers),
        };
        complete &= value.is_ok();
        let verdict = match value {
            Ok(value) => gross_range(value, value_range(point, &adjust), None),
            Err(reason) => Verdict::of(Flag::Missing, reason),
        };
        let spec = point.parameter.spec();
        let raw: Vec<String> = registers.iter().map(|words| hex(words)).collect();
        let ms: f64 = read.iter().map(|(_, ms)| ms).fold(0.0, |a, b| a.max(*b));
        table.row([
            series.station.to_string(),
            device.unit.to_string(),
            named(spec),
            value.map_or("—".into(), number),
            spec.unit.to_string(),
            verdict.flag.name().into(),
            explanation(verdict.reason, failure, device::decode(point, &registers).err()).into(),
            raw.join(" | "),
            u8::from(point.function).to_string(),
            point.address.to_string(),
            format!("{ms:.0}"),
        ]);
    }
    Ok(complete)
}

/// A parameter by its name and its id, which in English may be the same.
pub(super) fn named(spec: &ParameterSpec) -> String {
    let name = spec.name().to_string();
    if name == spec.id { name } else { format!("{name} {}", spec.id) }
}

/// Makes the planned requests. A block that the device refuses is read point by point, so that one missing register
/// does not hide the others. After a timeout the remaining requests are skipped.
pub(super) async fn read_parts(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    planned: &[Planned],
) -> anyhow::Result<BTreeMap<(usize, usize), PartRead>> {
    let mut parts = BTreeMap::new();
    let mut silent: Option<Failure> = None;
    for block in planned {
        let (answer, ms) = match &silent {
            Some(failure) => (Err(failure.clone()), 0.0),
            None => request_with_retries(line, bus, device, block.request).await?,
        };
        if let Err(failure) = &answer
            && matches!(failure.reason, Reason::Timeout | Reason::Unreachable)
        {
            silent = Some(failure.clone());
        }
        let refused = answer.as_ref().err().is_some_and(|f| f.exception.is_some());
        for slot in &block.slots {
            let part = if refused && block.slots.len() > 1 {
                let request = Request {
                    address: block.request.address + u16::try_from(slot.offset)?,
                    count: u16::try_from(slot.count)?,
                    ..block.request
                };
                request_with_retries(line, bus, device, request).await?
            } else {
                let words = answer.clone().map(|words| {
                    let words = slot.words(&words);
                    words.unwrap_or_default().to_vec()
                });
                (words, ms)
            };
            parts.insert((slot.point, slot.part), part);
        }
    }
    Ok(parts)
}

/// Reads once, and again after a failure as often as the bus settings allow.
async fn request_with_retries(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    request: Request,
) -> anyhow::Result<PartRead> {
    let options = RequestOptions {
        timeout: device.timeout_ms.map(Duration::from_millis),
        gap: Duration::try_from_secs_f64(device.gap_ms.unwrap_or(0.0) / 1000.0).unwrap_or_default(),
        mode: None,
    };
    let mut left = bus.retries;
    loop {
        let response = line.read(device.unit, request, options).await?;
        match response.outcome {
            Err(failure) if failure.exception.is_none() && left > 0 => left -= 1,
            outcome => return Ok((outcome, response.ms)),
        }
    }
}

fn explanation(
    reason: Option<Reason>,
    failure: Option<&Failure>,
    fault: Option<DecodeError>,
) -> Text {
    let name = reason.map(Reason::name).unwrap_or_default();
    match (failure, fault) {
        (Some(failure), _) => match failure.exception {
            Some(code) => words::with_code(name, code),
            None => name,
        },
        (None, Some(fault)) => words::with_detail(name, Argument::of(fault)),
        (None, None) => name,
    }
}
