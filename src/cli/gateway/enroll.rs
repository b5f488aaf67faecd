//! `hanqing enroll`: the gateway gets its certificate from the hub with a one-time code.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::runtime::block_on;
use crate::cli::usage::{ConfigurationProblems, UsageError, bail_usage};
use crate::cli::values::read;
use crate::config;
use crate::core::GatewayId;
use crate::edge::enrolment::{EnrolError, Enrolled, Enrolment, HubAddress, Places};
use crate::locales::{Text, enrolment as words};
use crate::support::Clock;
use crate::wire::Code;

/// The configuration of a gateway that is installed.
const CONFIG: &str = "/etc/hanqing/edge.toml";

/// The longest line that is read for a code, bytes: one in full-width letters has some 130.
const LINE_MAX: u64 = 512;

/// The arguments of `hanqing enroll`.
#[derive(Args)]
pub struct Arguments {
    #[arg(long, value_name = "HOST", value_parser = read::<HubAddress>)]
    hub: HubAddress,
    #[arg(short, long, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    #[arg(long, value_name = "NAME")]
    gateway: Option<GatewayId>,
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[arg(long)]
    renew: bool,
}

/// Asks for the code, then the hub, and says what was written.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let gateway = name(arguments)?;
    let code = code(gateway.as_ref())?;
    let places = Places::of(&arguments.config, arguments.dir.as_deref())?;
    let (hub, renew) = (arguments.hub.clone(), arguments.renew);
    let enrolment = Enrolment { hub, code, gateway, places, renew };
    let done = block_on(async { Ok(enrolment.run(&Clock::system()).await) })?;
    let enrolled = match done {
        Ok(enrolled) => enrolled,
        Err(EnrolError::There(path)) => bail_usage!(words::there_already(&path)),
        Err(error) => return Err(error.into()),
    };
    tell(&enrolled);
    if !arguments.config.exists() {
        say!("{}", words::make_configuration(enrolled.gateway.as_str(), &arguments.config));
        return Ok(ExitCode::SUCCESS);
    }
    // With what was written now it has to be one that runs.
    config::load_edge(&arguments.config, &[]).map_err(ConfigurationProblems)?;
    say!("{}", words::start_or_reload());
    Ok(ExitCode::SUCCESS)
}

/// The gateway's name, where its configuration or the caller knows it.
fn name(arguments: &Arguments) -> anyhow::Result<Option<GatewayId>> {
    let file: &Path = &arguments.config;
    if !file.exists() {
        return Ok(arguments.gateway.clone());
    }
    match (config::gateway_name(file), &arguments.gateway) {
        (Some(own), Some(given)) if own != *given => {
            bail_usage!(words::two_names(file, own.as_str(), given.as_str()))
        }
        (None, None) => bail_usage!(words::no_gateway_in(file)),
        (own, given) => Ok(own.or_else(|| given.clone())),
    }
}

/// The code from the terminal, or from the first line of standard input. Never from an argument: those are seen by
/// every user of the machine, and kept in the shell's history.
fn code(gateway: Option<&GatewayId>) -> anyhow::Result<Code> {
    let mut input = io::stdin().lock();
    let asks = io::stdin().is_terminal();
    loop {
        if asks {
            let question = match gateway {
                Some(gateway) => words::type_the_code(gateway.as_str()),
                None => words::type_a_code(),
            };
            let mut terminal = io::stderr();
            let _closed = write!(terminal, "{question}").and_then(|()| terminal.flush());
        }
        let mut line = Vec::new();
        (&mut input).take(LINE_MAX).read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            return Err(UsageError(words::no_code()).into());
        }
        match line.parse::<Code>() {
            Ok(code) => return Ok(code),
            // A typing error is typed anew.
            Err(why) if asks => complain!("{why}"),
            Err(why) => return Err(UsageError(why).into()),
        }
    }
}

fn tell(enrolled: &Enrolled) {
    let Enrolled { gateway, broker_url, placed } = enrolled;
    say!("{}", words::enrolled(gateway.as_str(), broker_url));
    for path in [&placed.key, &placed.certificate, &placed.authority, &placed.overlay] {
        let said: Text = match () {
            () if placed.kept.contains(path) => words::kept(path),
            () if placed.changed.contains(path) => words::changed(path),
            () => words::written(path),
        };
        say!("{said}");
    }
    for path in &placed.removed {
        say!("{}", words::removed(path));
    }
    if !placed.for_group {
        say!("{}", words::key_is_yours(&placed.key));
    }
}
