//! `hanqing read`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::apart::{Known, WrongBlock};
use super::line::{LineArguments, Setup};
use super::readings::{PointReading, heads};
use super::requests::{Line, RequestOptions};
use super::texts::TextReading;
use super::wire::Frame;
use crate::cli::json;
use crate::cli::runtime::{block_on, stop_signal};
use crate::cli::table::Table;
use crate::cli::usage::{ConfigurationProblems, bail_usage};
use crate::cli::values::within;
use crate::config;
use crate::core::{ParameterSpec, Reason, nearest, toml_text};
use crate::device::{self, InParts, Planned, Point, Profile, Request};
use crate::edge::control::Failure;
use crate::locales::{Text, commissioning, foreign, foreign_toml, gateway as words};
use crate::modbus::{BusSettings, DeviceSettings, Given, terms};
use crate::support::Clock;

/// The arguments of `hanqing read`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    line: LineArguments,
    #[arg(long, value_name = "1-247", value_parser = within::<u8>(1..=247))]
    unit: Option<u8>,
    #[arg(long, value_name = "ID", conflicts_with = "config")]
    profile: Option<String>,
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    devices_dir: Option<PathBuf>,
    #[arg(long, value_name = "SECONDS", value_parser = within::<u64>(1..=86_400))]
    every: Option<u64>,
    #[arg(long, value_name = "COUNT", requires = "every", value_parser = within::<u64>(1..))]
    times: Option<u64>,
}

/// What one round brought.
#[derive(Default)]
struct Round {
    readings: Vec<PointReading>,
    texts: Vec<TextReading>,
    frames: Option<Vec<Frame>>,
    wrong_blocks: Vec<WrongBlock>,
    /// What the technician is told besides.
    hints: Vec<Text>,
    /// Whether a bus could not be read at all.
    incomplete: bool,
}

impl Round {
    /// Tells it on standard error, and keeps it for the document.
    fn tell(&mut self, hint: Text) {
        complain!("{hint}");
        self.hints.push(hint);
    }

    /// Tells why a bus could not be read.
    fn failed(&mut self, error: &anyhow::Error) {
        let why = foreign::chain(error);
        complain!("hanqing: {why}");
        self.hints.push(why);
    }
}

#[derive(Serialize)]
struct Document<R> {
    format: u32,
    at: Timestamp,
    complete: bool,
    readings: Vec<R>,
    /// What the devices say of themselves, in the first document that has their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<TextReading>,
    /// Of devices whose values were read one by one for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wrong_blocks: Vec<WrongBlock>,
    /// What the technician is told besides.
    hints: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Vec<Frame>>,
}

/// Reads and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let done = read_and_print(arguments);
    // Of rounds each has a line of its own, and what ends them is no round.
    if arguments.line.json && arguments.every.is_none() { json::or_error(done) } else { done }
}

fn read_and_print(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let setup = setup(arguments)?;
    block_on(async {
        // Without rounds Ctrl-C ends the program as it ends any other.
        let stop = match arguments.every {
            Some(_) => stop_signal()?,
            None => CancellationToken::new(),
        };
        let mut ticks = tokio::time::interval(Duration::from_secs(arguments.every.unwrap_or(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let rounds = arguments.times.or(arguments.every.is_none().then_some(1));
        let (mut lines, mut known) = (Vec::new(), Known::default());
        let (mut done, mut complete) = (0, false);
        while rounds.is_none_or(|rounds| done < rounds) {
            let round = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                round = async {
                    ticks.tick().await;
                    read_round(&setup, &mut lines, &mut known).await
                } => round?,
            };
            complete = !round.incomplete && round.readings.iter().all(PointReading::has_value);
            print(arguments, round, complete)?;
            done += 1;
            if crate::cli::output_is_closed() {
                break;
            }
        }
        Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

/// The lines and the devices on them that are read.
fn setup(arguments: &Arguments) -> anyhow::Result<Setup> {
    let mut setup = arguments.line.setup_one_mode()?;
    if !setup.configured {
        let device = ad_hoc(arguments, &mut setup)?;
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
    Ok(setup)
}

/// The device to read when there is no configuration; its profile is added to those of `setup`.
fn ad_hoc(arguments: &Arguments, setup: &mut Setup) -> anyhow::Result<DeviceSettings> {
    let (Some(unit), Some(named)) = (arguments.unit, &arguments.profile) else {
        bail_usage!(words::unit_and_profile_needed());
    };
    let mut id = named.clone();
    if let Some(file) = profile_file(named, arguments.devices_dir.as_deref()) {
        let profile = config::profile_file(&file).map_err(ConfigurationProblems)?;
        id.clone_from(&profile.id);
        setup.profiles.insert(id.clone(), profile);
    }
    if !setup.profiles.contains_key(&id) {
        if let Some(meant) = nearest(named, setup.profiles.keys().map(String::as_str)) {
            bail_usage!(commissioning::profile_meant(named, meant));
        }
        let known = Text::list(setup.profiles.keys());
        bail_usage!(match &arguments.devices_dir {
            Some(folder) => commissioning::unknown_profile_in(folder, named, known),
            None => words::unknown_profile(named, known),
        });
    }
    // Parsed, so that the defaults are those of a configuration.
    let text = format!("unit = {unit}\nprofile = {id:?}\nstation = \"ad-hoc\"");
    let wrong = |error| anyhow::Error::msg(foreign_toml::error(&error, &text));
    toml_text::parse(&text).map_err(wrong)
}

/// The file of a profile that is named by its path, or that a directory of own profiles has under its id.
fn profile_file(named: &str, folder: Option<&Path>) -> Option<PathBuf> {
    if named.ends_with(".toml") || named.contains('/') {
        return Some(named.into());
    }
    folder.map(|folder| folder.join(format!("{named}.toml"))).filter(|file| file.exists())
}

/// Reads all devices once. `lines` holds the lines, one for each bus, from one round to the next.
async fn read_round(
    setup: &Setup,
    lines: &mut Vec<Option<Line>>,
    known: &mut Known,
) -> anyhow::Result<Round> {
    let mut round = Round::default();
    lines.resize_with(setup.buses.len(), || None);
    let mut failed = None;
    for (bus, kept) in setup.buses.iter().zip(lines.iter_mut()) {
        // What one bus refuses takes nothing from the others.
        if let Err(error) = read_bus(setup, bus, kept, known, &mut round).await {
            match failed {
                None => failed = Some(error),
                Some(_) => round.failed(&error),
            }
        }
    }
    round.wrong_blocks.clone_from(&known.wrong);
    match failed {
        Some(error) if round.readings.is_empty() => return Err(error),
        Some(error) => round.failed(&error),
        None => return Ok(round),
    }
    round.incomplete = true;
    Ok(round)
}

/// Reads the devices of `bus` over the line that was `kept`, or opens one. A gateway serves few commands at a time, and
/// hangs up on one that asks nothing for a minute: the conversation with it ends with its bus.
async fn read_bus(
    setup: &Setup,
    bus: &BusSettings,
    kept: &mut Option<Line>,
    known: &mut Known,
    round: &mut Round,
) -> anyhow::Result<()> {
    let mut line = match kept.take() {
        Some(line) => line,
        None => setup.open(bus).await?,
    };
    for device in &bus.devices {
        let Some(profile) = setup.profiles.get(&device.profile) else {
            bail_usage!(words::no_profile(&device.profile));
        };
        let readings = read_device(&mut line, bus, device, profile, known, round).await?;
        let answers = readings.iter().any(PointReading::answered);
        round.readings.extend(readings);
        if known.asks_texts(bus, device, answers) {
            round.texts.extend(read_texts(&mut line, bus, device, profile).await?);
        }
    }
    if let Some(frames) = line.frames() {
        round.frames.get_or_insert_default().extend(frames);
    }
    *kept = Some(line).filter(|line| matches!(line, Line::Direct(_)));
    Ok(())
}

fn print(arguments: &Arguments, round: Round, complete: bool) -> anyhow::Result<()> {
    let at = Clock::system().now();
    round.texts.iter().for_each(TextReading::warn);
    if arguments.line.json {
        let document = Document {
            format: json::FORMAT,
            at,
            complete,
            readings: round.readings.iter().map(PointReading::document).collect(),
            texts: round.texts,
            wrong_blocks: round.wrong_blocks,
            hints: round.hints.iter().map(ToString::to_string).collect(),
            frames: round.frames,
        };
        return match arguments.every {
            Some(_) => json::print_line(&document),
            None => json::print(&document),
        };
    }
    if arguments.every.is_some() {
        let all = round.readings.len();
        let missing = round.readings.iter().filter(|reading| !reading.has_value()).count();
        let at =
            at.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %:z");
        say!("{}", commissioning::round(at.to_string(), all - missing, all));
    }
    let mut table = Table::new(heads());
    for reading in &round.readings {
        table.toned_row(reading.row());
    }
    show!("{table}");
    round.texts.iter().for_each(TextReading::print);
    if arguments.every.is_some() {
        say!("");
    }
    Ok(())
}

/// Registers of one part of a point, or why there are none, and how long the request took, ms.
pub(super) type PartRead = (Result<Vec<u16>, Failure>, f64);

/// Reads the points of a device, and tells `round` what the technician should know besides.
async fn read_device(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
    known: &mut Known,
    round: &mut Round,
) -> anyhow::Result<Vec<PointReading>> {
    let gives: Vec<Given<'_>> = device.gives(profile).collect();
    let points: Vec<&Point> = gives.iter().map(|given| given.point).collect();
    let planned = device::plan(&points, &terms(bus, device, profile));
    let (parts, wrong) = known.read(line, bus, device, &planned).await?;
    let mut failures = parts.values().filter_map(|(words, _)| words.as_ref().err());
    if let Some(failure) = failures.find(|failure| failure.exception.is_none()) {
        round.tell(match failure.reason {
            // Nobody has said yet which unit it is about.
            Reason::Unreachable | Reason::Undecodable => {
                words::unit_failed(device.unit, &failure.text)
            }
            _ => failure.text.clone(),
        });
        let other = match planned.first() {
            Some(planned) => line.other_framing(device.unit, planned.request, failure).await,
            None => None,
        };
        if let Some(hint) = other.or_else(|| line.perhaps_held(device.unit, failure)) {
            round.tell(hint);
        }
    }
    if let Some(block) = wrong {
        let WrongBlock { function, address, .. } = block;
        round.tell(commissioning::blocks_wrong(device.unit, function, address));
        round.tell(commissioning::read_alone());
    }
    let reading = |(index, given): (usize, Given<'_>)| {
        let own: Vec<&PartRead> =
            parts.range((index, 0)..(index + 1, 0)).map(|(_, part)| part).collect();
        PointReading::new(bus, device, given, &own)
    };
    Ok(gives.into_iter().enumerate().map(reading).collect())
}

/// Reads what `device` says of itself.
async fn read_texts(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    profile: &Profile,
) -> anyhow::Result<Vec<TextReading>> {
    let mut readings = Vec::new();
    for text in &profile.texts {
        let (answer, _) = request_with_retries(line, bus, device, text.request()).await?;
        let read = match answer {
            Ok(registers) => text.decode(&registers).map_err(|why| why.to_string()),
            Err(failure) => Err(failure.text.to_string()),
        };
        readings.push(TextReading::new(bus, device, text, read));
    }
    Ok(readings)
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
            None => match block.in_parts_of {
                Some(most) => read_in_parts(line, bus, device, block.request, most).await?,
                None => request_with_retries(line, bus, device, block.request).await?,
            },
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

pub(super) fn options(device: &DeviceSettings) -> RequestOptions {
    RequestOptions {
        timeout: device.timeout_ms.map(Duration::from_millis),
        gap: Duration::try_from_secs_f64(device.gap_ms.unwrap_or(0.0) / 1000.0).unwrap_or_default(),
        mode: None,
    }
}

/// Reads one value by several requests of at most `most` registers.
pub(super) async fn read_in_parts(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    request: Request,
    most: u16,
) -> anyhow::Result<PartRead> {
    let mut parts = InParts::new(request, most);
    let mut all_ms = 0.0;
    while let Some(part) = parts.next() {
        let (answer, ms) = request_with_retries(line, bus, device, part).await?;
        all_ms += ms;
        match answer {
            Ok(words) => parts.answered(words),
            Err(failure) => return Ok((Err(failure), all_ms)),
        }
    }
    Ok((parts.words().ok_or_else(Failure::restless), all_ms))
}

/// The silence that a gateway gets which may have answered with an exception because it was asked too soon, as when it
/// is polled.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads once, and again after a failure as often as the bus settings allow; after an exception that may mean hurry
/// (busy, no path, no answer) once more, later.
pub(super) async fn request_with_retries(
    line: &mut Line,
    bus: &BusSettings,
    device: &DeviceSettings,
    request: Request,
) -> anyhow::Result<PartRead> {
    let mut options = options(device);
    let mut left = bus.retries;
    loop {
        let response = line.read(device.unit, request, options).await?;
        match response.outcome {
            Err(failure) if failure.exception.is_none() && left > 0 => left -= 1,
            Err(Failure { exception: Some(6 | 10 | 11), .. })
                if left > 0 && options.gap < PATIENCE =>
            {
                left -= 1;
                options.gap = PATIENCE;
            }
            outcome => return Ok((outcome, response.ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_named_by_its_id_or_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("own.toml"), "").unwrap();
        let own = Some(folder.path().join("own.toml"));
        assert_eq!(profile_file("own", Some(folder.path())), own);
        assert_eq!(profile_file("sdm630", Some(folder.path())), None);
        assert_eq!(profile_file("own", None), None);
        assert_eq!(profile_file("own.toml", None), Some("own.toml".into()));
        assert_eq!(profile_file("d/own", None), Some("d/own".into()));
    }
}
