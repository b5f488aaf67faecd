//! The serial or TCP line for a technician's command: through the running gateway, or opened by the command itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::requests::Line;
use crate::cli::config_args::{ConfigArgs, setting};
use crate::cli::usage::bail_usage;
use crate::cli::values::{speed, within};
use crate::config::{self, Profiles};
use crate::core::toml_text;
use crate::edge::control::Client;
use crate::locales::{Text, commissioning, gateway as words};
use crate::modbus::{BusSettings, Parity, SerialSettings};

/// The options that select a line.
#[derive(Args)]
pub struct LineArguments {
    #[command(flatten)]
    source: LineSource,
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    #[arg(long, value_name = "NAME", requires = "config")]
    bus: Option<String>,
    #[arg(long, value_name = "BITS", value_delimiter = ',', value_parser = speed)]
    pub baud: Vec<u32>,
    #[arg(long, value_delimiter = ',', value_parser = parity)]
    pub parity: Vec<Parity>,
    #[arg(long, value_name = "1|2", default_value_t = 1, value_parser = within::<u8>(1..=2))]
    stop_bits: u8,
    #[arg(long, value_name = "MS", value_parser = within::<u64>(10..=60_000))]
    timeout_ms: Option<u64>,
    #[arg(long)]
    bytes: bool,
    #[arg(long)]
    pub json: bool,
}

/// Exactly one of these options is given.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct LineSource {
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long, value_name = "HOST:PORT", value_parser = endpoint)]
    tcp: Option<String>,
    #[arg(long, value_name = "HOST:PORT", value_parser = endpoint)]
    rtu_tcp: Option<String>,
    #[arg(long, value_name = "PORT")]
    serial: Option<PathBuf>,
}

fn endpoint(text: &str) -> Result<String, String> {
    config::endpoint(text)
        .map(|()| text.to_owned())
        .map_err(|rule| words::endpoint_example(rule).into())
}

/// Parses a parity by its name in the configuration, or by the first letter.
pub(super) fn parity(text: &str) -> Result<Parity, String> {
    match text.to_ascii_lowercase().as_str() {
        "none" | "n" => Ok(Parity::None),
        "even" | "e" => Ok(Parity::Even),
        "odd" | "o" => Ok(Parity::Odd),
        _ => Err(words::parities().into()),
    }
}

/// The selected buses with what is needed to read from them.
pub struct Setup {
    /// The selected buses of the configuration; without a configuration one bus, without devices.
    pub buses: Vec<BusSettings>,
    pub profiles: Profiles,
    /// Whether the buses come from a configuration.
    pub configured: bool,
    /// Whether every frame is shown.
    bytes: bool,
    /// Whether a document is printed, and nothing else.
    pub json: bool,
    socket: Option<PathBuf>,
}

impl LineArguments {
    /// The selected lines; several speeds or parities are refused.
    pub fn setup_one_mode(&self) -> anyhow::Result<Setup> {
        if self.baud.len() > 1 || self.parity.len() > 1 {
            bail_usage!(words::one_speed_only());
        }
        let setup = self.setup()?;
        if let (false, Some(bus)) =
            (self.baud.is_empty() && self.parity.is_empty(), setup.buses.first())
        {
            if setup.configured {
                bail_usage!(commissioning::speed_of_configuration());
            }
            if bus.serial.is_none() {
                bail_usage!(words::no_serial_port(bus.line()));
            }
        }
        Ok(setup)
    }

    /// The selected lines; `baud` and `parity` may list several to scan.
    pub fn setup(&self) -> anyhow::Result<Setup> {
        let mut setup = match &self.source.config {
            Some(file) => self.configured(file)?,
            None => self.ad_hoc()?,
        };
        (setup.bytes, setup.json) = (self.bytes, self.json);
        if let Some(timeout_ms) = self.timeout_ms {
            for bus in &mut setup.buses {
                bus.timeout_ms = timeout_ms;
                for device in &mut bus.devices {
                    device.timeout_ms = None;
                }
            }
        }
        Ok(setup)
    }

    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }

    fn configured(&self, file: &Path) -> anyhow::Result<Setup> {
        let config = ConfigArgs { config: file.into(), set: self.set.clone() };
        let (settings, profiles) = config.load_edge()?;
        let socket = Some(settings.socket_path());
        let names: Vec<String> = settings.buses.iter().map(|bus| bus.name.clone()).collect();
        let mut buses = settings.buses;
        buses.retain(|bus| self.bus.as_ref().is_none_or(|name| *name == bus.name));
        if buses.is_empty() {
            let asked = self.bus.as_deref().unwrap_or_default();
            bail_usage!(words::no_such_bus(asked, file, Text::list(&names)));
        }
        Ok(Setup { buses, profiles, configured: true, bytes: false, json: false, socket })
    }

    fn ad_hoc(&self) -> anyhow::Result<Setup> {
        // Parsed, so that the defaults are those of a configuration.
        let mut bus: BusSettings = toml_text::parse("name = \"line\"")?;
        bus.tcp = self.source.tcp.clone();
        bus.rtu_tcp = self.source.rtu_tcp.clone();
        bus.serial = self.source.serial.clone().map(|port| SerialSettings {
            port,
            baud: self.baud.first().copied().unwrap_or(9600),
            parity: self.parity.first().copied().unwrap_or_default(),
            stop_bits: self.stop_bits,
            rts: false,
        });
        bus.name = bus.line();
        let (profiles, _) = config::profiles(None);
        Ok(Setup {
            buses: vec![bus],
            profiles,
            configured: false,
            bytes: false,
            json: false,
            socket: None,
        })
    }
}

impl Setup {
    /// The only bus; if there are several, the error asks for --bus.
    pub fn one_bus(&self) -> anyhow::Result<&BusSettings> {
        match self.buses.as_slice() {
            [bus] => Ok(bus),
            several => {
                let names: Vec<&str> = several.iter().map(|bus| bus.name.as_str()).collect();
                bail_usage!(words::several_buses(Text::list(names)))
            }
        }
    }

    /// Opens the line of `bus`: through the gateway if it is running on this configuration, which is said on standard
    /// error, otherwise directly.
    pub async fn open(&self, bus: &BusSettings) -> anyhow::Result<Line> {
        if let Some(socket) = &self.socket
            && let Some(client) = Client::connect(socket).await?
        {
            let gateway = client.status().gateway.as_str();
            complain!("{}", words::through_gateway(&bus.name, gateway, socket));
            if self.bytes {
                complain!("{}", commissioning::bytes_unseen());
            }
            return Ok(Line::Gateway(Box::new(client), bus.name.clone()));
        }
        anyhow::ensure!(bus.dtu.is_none(), words::terminal_needs_gateway(bus.line()));
        Ok(if self.bytes { Line::direct_shown(bus, self.json) } else { Line::direct(bus) })
    }
}
