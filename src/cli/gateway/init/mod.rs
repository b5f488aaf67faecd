//! `hanqing init`

mod answers;
mod ask;
mod file;

pub use file::NO_BROKER_YET;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use self::answers::{Answers, Device, Field, Line, LineKind};
use self::ask::{Dialogue, said};
use super::line::parity;
use super::{ports, service};
use crate::cli::check;
use crate::cli::usage::{ConfigurationProblems, EXIT_USAGE, bail_usage};
use crate::config::{self, Profiles};
use crate::core::GatewayId;
use crate::locales::{Text, setup as words};
use crate::modbus::Parity;

/// The arguments of `hanqing init`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Edge(Box<Edge>),
}

#[derive(Args)]
struct Edge {
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
    #[arg(long, value_name = "BITS", default_value = "9600")]
    baud: String,
    #[arg(long, value_parser = parity)]
    parity: Option<Parity>,
    #[arg(long, value_name = "1-247")]
    unit: Option<String>,
    #[arg(long, value_name = "ID")]
    profile: Option<String>,
    #[arg(long, value_name = "ID")]
    station: Option<String>,
    #[arg(long, value_name = "FILE", default_value = service::usual_spool(Path::new("/")))]
    spool: PathBuf,
    #[arg(long)]
    yes: bool,
    #[arg(long)]
    force: bool,
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
            devices: vec![Device {
                unit: self.unit.clone(),
                profile: self.profile.clone(),
                station: self.station.clone(),
            }],
            spool: self.spool.clone(),
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
            Field::Spool => "--spool",
        };
        Text::verbatim(format_args!("`{option}`"))
    }
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Edge(edge) => init_edge(&edge),
    }
}

fn init_edge(edge: &Edge) -> anyhow::Result<ExitCode> {
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
    let asks = io::stdin().is_terminal() && io::stdout().is_terminal() && !edge.yes;
    if !accepted(edge, &answers, &profiles, asks) {
        return Ok(ExitCode::from(EXIT_USAGE));
    }
    let text = if asks {
        let (mut input, mut output) = (io::stdin().lock(), io::stdout());
        let (input, output, profiles) = (&mut input, &mut output, &profiles);
        let mut dialogue = Dialogue { input, output, profiles, ports: &ports };
        dialogue.ask(&mut answers, suggested.as_deref())?;
        let text = file::text(&answers, profiles);
        checked(out, &text)?;
        if !dialogue.confirm(&answers, &text)? {
            say!("{}", words::nothing_written());
            return Ok(ExitCode::FAILURE);
        }
        text
    } else {
        let text = file::text(&answers, &profiles);
        checked(out, &text)?;
        text
    };
    let kept = file::write(out, &text, edge.force);
    let kept = kept.map_err(|error| {
        let said = match error.kind() {
            io::ErrorKind::PermissionDenied => words::cannot_be_placed(out),
            _ => words::cannot_be_written(out),
        };
        anyhow::Error::new(error).context(said)
    })?;
    say!("{}", words::written(out));
    if let Some(kept) = kept {
        say!("{}", words::kept(&kept));
    }
    let code = check::run(&check::Arguments::of(out));
    say!("");
    what_follows(&answers);
    Ok(code)
}

/// Whether what the options give is right, and everything is given unless somebody can be asked. Else names all of it.
fn accepted(edge: &Edge, answers: &Answers, profiles: &Profiles, asks: bool) -> bool {
    let mut accepted = true;
    let missing = answers.missing();
    for field in Field::ALL.into_iter().filter(|field| !missing.contains(field)) {
        for problem in answers.problems(field, profiles) {
            let option = edge.option(field);
            complain!("{}", words::option_is_wrong(option, &problem.value, said(&problem)));
            accepted = false;
        }
    }
    if !asks && !missing.is_empty() {
        let options = Text::list(missing.into_iter().map(|field| edge.option(field)));
        complain!("{}", words::options_missing(options));
        accepted = false;
    }
    accepted
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
