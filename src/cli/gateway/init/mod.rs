//! `hanqing init edge`

mod answers;
mod ask;
mod file;

pub use file::NO_BROKER_YET;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgMatches, Args, FromArgMatches};

use self::answers::{Answers, Device, Field, Line, LineKind};
use self::ask::Questions;
use super::line::parity;
use super::{ports, service};
use crate::cli::check;
use crate::cli::init::dialogue::{Dialogue, as_typed, is_at_terminal, said};
use crate::cli::init::grouped::grouped;
use crate::cli::init::place;
use crate::cli::usage::{ConfigurationProblems, EXIT_USAGE, bail_usage};
use crate::config::{self, Profiles};
use crate::core::GatewayId;
use crate::locales::{Text, setup as words};
use crate::modbus::Parity;
use crate::support::{Clock, Trust, files};

/// The name of a spool beside its configuration.
const SPOOL: &str = "spool.db";

/// The arguments of `hanqing init edge`.
#[derive(Args)]
pub struct Edge {
    #[arg(short, long, value_name = "FILE", default_value = service::CONFIG)]
    out: PathBuf,
    #[arg(long, value_name = "NAME")]
    gateway: Option<String>,
    #[arg(long, value_name = "URL")]
    broker: Option<String>,
    #[arg(long, requires = "broker")]
    allow_plaintext: bool,
    #[arg(long, value_name = "HOST:PORT", group = "line")]
    tcp: Option<String>,
    #[arg(long, value_name = "HOST:PORT", group = "line")]
    rtu_tcp: Option<String>,
    #[arg(long, value_name = "PORT", group = "line")]
    serial: Option<String>,
    #[arg(long, value_name = "BITS", default_value = "9600", conflicts_with_all = ["tcp", "rtu_tcp"])]
    baud: String,
    #[arg(long, value_parser = parity, conflicts_with_all = ["tcp", "rtu_tcp"])]
    parity: Option<Parity>,
    #[command(flatten)]
    devices: Devices,
    #[arg(long, value_name = "FILE")]
    spool: Option<PathBuf>,
    #[arg(long)]
    trust_clock: bool,
    #[arg(long)]
    yes: bool,
    #[arg(long)]
    force: bool,
}

/// The options of devices, as clap knows them. With several devices each belongs to the `--unit` before it.
#[derive(Args)]
#[allow(dead_code, reason = "they are read where they stand among the others")]
struct DeviceOptions {
    #[arg(long, value_name = "1-247")]
    unit: Vec<String>,
    #[arg(long, value_name = "ID")]
    profile: Vec<String>,
    #[arg(long, value_name = "ID")]
    station: Vec<String>,
    #[arg(long, value_name = "M", allow_hyphen_values = true)]
    offset: Vec<String>,
}

/// The devices that the options give; one at least.
struct Devices(Vec<Device>);

impl Args for Devices {
    fn augment_args(command: clap::Command) -> clap::Command {
        DeviceOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        DeviceOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for Devices {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let groups = grouped(matches, "unit", &["profile", "station", "offset"]);
        let mut devices: Vec<Device> = groups
            .into_iter()
            .map(|mut group| Device {
                unit: group.remove("unit"),
                profile: group.remove("profile"),
                station: group.remove("station"),
                offset: group.remove("offset"),
            })
            .collect();
        if devices.is_empty() {
            devices.push(Device::default());
        }
        Ok(Self(devices))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Edge {
    fn answers(&self) -> Answers {
        let line = |kind, at: &Option<String>| {
            let (baud, parity) = (self.baud.clone(), self.parity.unwrap_or_default());
            at.clone().map(|at| Line { kind, at, baud, parity })
        };
        let line = line(LineKind::Tcp, &self.tcp)
            .or_else(|| line(LineKind::RtuTcp, &self.rtu_tcp))
            .or_else(|| line(LineKind::Serial, &self.serial));
        Answers {
            out: self.out.clone(),
            gateway: self.gateway.clone(),
            broker: self.broker.clone(),
            allow_plaintext: self.allow_plaintext,
            line,
            devices: self.devices.0.clone(),
            spool: self.spool.clone().unwrap_or_else(|| usual_spool(&self.out)),
            trust_clock: self.trust_clock,
        }
    }

    /// The option that gives `field`.
    fn option(&self, field: Field) -> Text {
        let option = match field {
            Field::Gateway => "--gateway",
            Field::Broker => "--broker",
            Field::Line if self.rtu_tcp.is_some() => "--rtu-tcp",
            Field::Line if self.serial.is_some() => "--serial",
            Field::Line if self.tcp.is_some() => "--tcp",
            Field::Line => return words::one_of_the_lines(),
            Field::Baud => "--baud",
            Field::Unit => "--unit",
            Field::Profile => "--profile",
            Field::Station => "--station",
            Field::Offset => "--offset",
            Field::Spool => "--spool",
        };
        Text::verbatim(format_args!("`{option}`"))
    }
}

/// Where the spool lies unless it is told: beside the configuration, but for that of a package where its service keeps
/// it.
fn usual_spool(out: &Path) -> PathBuf {
    let installed = out == Path::new(service::CONFIG);
    if installed { service::usual_spool(Path::new("/")).into() } else { SPOOL.into() }
}

/// Writes a gateway's configuration.
///
/// # Errors
/// It would not pass the check, nobody answers, or it cannot be written.
pub fn run(edge: &Edge) -> anyhow::Result<ExitCode> {
    let out = &edge.out;
    if !edge.force && std::fs::symlink_metadata(out).is_ok() {
        bail_usage!(words::is_there_already(out));
    }
    let (profiles, _) = config::profiles(None);
    let ports = found_ports();
    let suggested = suggested_name();
    let mut answers = edge.answers();
    if edge.yes {
        answers.gateway = answers.gateway.or_else(|| suggested.clone());
        if let (None, [(port, _)]) = (&answers.line, ports.as_slice()) {
            answers.set(Field::Line, port);
        }
    }
    let asks = is_at_terminal() && !edge.yes;
    if !accepted(edge, &answers, &profiles, asks) {
        return Ok(ExitCode::from(EXIT_USAGE));
    }
    let text = if asks {
        let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout());
        let dialogue = Dialogue { input: &mut input, output: &mut output };
        let mut questions = Questions { dialogue, profiles: &profiles, ports: &ports };
        questions.ask(&mut answers, suggested.as_deref())?;
        let text = file::text(&answers, &profiles);
        checked(out, &text)?;
        if !questions.dialogue.confirm(out, &text)? {
            say!("{}", words::nothing_written());
            return Ok(ExitCode::FAILURE);
        }
        text
    } else {
        let text = file::text(&answers, &profiles);
        checked(out, &text)?;
        text
    };
    place::write_and_say(out, &text, edge.force)?;
    place::make_folder_of(&files::folder_of(out).join(&answers.spool))?;
    let code = check::run(&check::Arguments::of(&[out]))?;
    if !answers.trust_clock && Clock::validated(Trust::Kernel, None).base().provisional {
        say!("{}", words::trust_clock_option());
    }
    say!("");
    what_follows(&answers);
    Ok(code)
}

/// Whether what the options give is right, and everything is given unless somebody can be asked. Else names all of it.
fn accepted(edge: &Edge, answers: &Answers, profiles: &Profiles, asks: bool) -> bool {
    let mut wrong: Vec<Text> = Vec::new();
    let mut lacking: Vec<Field> = Vec::new();
    let last = answers.devices.len();
    for answers in answers.by_device() {
        let missing = answers.missing();
        for field in Field::ALL.into_iter().filter(|field| !missing.contains(field)) {
            for problem in answers.problems(field, profiles) {
                let option = edge.option(field);
                wrong.push(words::option_is_wrong(
                    option,
                    as_typed(&problem.value),
                    said(&problem),
                ));
            }
        }
        // Only what the last device lacks is asked for.
        if !asks || answers.devices.len() < last {
            lacking.extend(missing);
        }
    }
    let mut told: Vec<String> = Vec::new();
    for said in wrong.iter().map(ToString::to_string) {
        // What is wrong with the line is wrong for each device.
        if !told.contains(&said) {
            complain!("{said}");
            told.push(said);
        }
    }
    let lacking: Vec<Field> =
        Field::ALL.into_iter().filter(|field| lacking.contains(field)).collect();
    if !lacking.is_empty() {
        let options = Text::list(lacking.iter().map(|field| edge.option(*field)));
        complain!("{}", words::options_missing(options));
    }
    told.is_empty() && lacking.is_empty()
}

/// Refuses a text that would not pass the check in its place, with the parts in conf.d and with the environment.
fn checked(out: &Path, text: &str) -> anyhow::Result<()> {
    let problems = config::check_draft(out, text, false);
    if problems.is_empty() {
        return Ok(());
    }
    complain!("{}", words::would_not_pass(out));
    Err(ConfigurationProblems(problems).into())
}

/// The serial ports by the names that survive unplugging, each with what is behind it.
fn found_ports() -> Vec<(String, String)> {
    let ports = ports::ports(Path::new("/")).into_iter().map(|port| {
        let name = port.by_id.as_ref().unwrap_or(&port.device).display().to_string();
        let users = (!port.users.is_empty()).then(|| words::used_by(Text::list(&port.users)));
        let about = [port.product, port.driver, users.map(String::from).unwrap_or_default()];
        (name, about.join(" ").trim().to_owned())
    });
    ports.collect()
}

/// The name of this machine, where it is named as a gateway.
fn suggested_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    (name.starts_with("gw-") && name.parse::<GatewayId>().is_ok()).then(|| name.to_owned())
}

/// Prints the commands that come next.
fn what_follows(answers: &Answers) {
    let config = match answers.out == Path::new(service::CONFIG) {
        true => String::new(),
        false => format!(" -c {}", answers.out.display()),
    };
    let waits = file::waits_for_certificates(answers) && !answers.enrolled();
    if waits {
        match &answers.broker {
            Some(url) => say!("{}", words::broker_waits(url)),
            None => say!("{}", words::no_broker_yet()),
        }
    }
    say!("{}", words::next());
    if waits {
        say!("  {}", words::enroll_command(&config));
    }
    say!("  hanqing doctor{config}");
    say!("  {}", service::start_command(&answers.out));
}
