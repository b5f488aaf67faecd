//! The line that a technician's command asks: through the gateway that runs on it, or opened by the command itself.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::{UsageError, load};
use crate::config::{self, Profiles};
use crate::device::Request;
use crate::edge::desk::{Answer, Ask, Client, Failure, ReadAsk};
use crate::modbus::{Ask as LinkAsk, BusSettings, Link, Parity, SerialMode, SerialSettings};
use crate::support::Stopwatch;

/// Speeds of a serial line, bits per second: from the slowest modems of telemetry to what RS-485 drivers bear. Engineering
/// judgement.
const BAUDS: RangeInclusive<i64> = 300..=4_000_000;

/// Which line.
#[derive(Args)]
pub struct LineArguments {
    #[command(flatten)]
    which: Which,
    /// Overrides a setting of the configuration
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
    /// One bus of the configuration
    #[arg(long, value_name = "NAME", requires = "config")]
    bus: Option<String>,
    /// Of a serial port: bits per second, otherwise 9600; a scan takes several, such as 9600,19200
    #[arg(long, value_name = "BITS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(BAUDS))]
    pub baud: Vec<u32>,
    /// Of a serial port: none, even or odd, otherwise none; a scan takes several
    #[arg(long, value_delimiter = ',', value_parser = parity)]
    pub parity: Vec<Parity>,
    /// Of a serial port: stop bits
    #[arg(long, value_name = "1|2", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    stop_bits: u8,
    /// How long an answer may take; otherwise as the configuration says, or 1000
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(10..=60_000))]
    timeout_ms: Option<u64>,
}

/// Exactly one of them.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The gateway's configuration; where that gateway runs, it is asked to read
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A Modbus TCP device or serial server
    #[arg(long, value_name = "HOST:PORT", value_parser = endpoint)]
    tcp: Option<String>,
    /// A serial server that passes RTU frames on
    #[arg(long, value_name = "HOST:PORT", value_parser = endpoint)]
    rtu_tcp: Option<String>,
    /// A serial port, such as /dev/serial/by-id/usb-...; see `hanqing ports`
    #[arg(long, value_name = "PORT")]
    serial: Option<PathBuf>,
}

fn endpoint(text: &str) -> Result<String, String> {
    config::edge::endpoint(text)
        .map(|()| text.to_owned())
        .map_err(|rule| format!("{rule}, such as 192.168.1.10:502"))
}

/// Reads a parity as it is called in the configuration, or by its first letter.
fn parity(text: &str) -> Result<Parity, String> {
    match text.to_ascii_lowercase().as_str() {
        "none" | "n" => Ok(Parity::None),
        "even" | "e" => Ok(Parity::Even),
        "odd" | "o" => Ok(Parity::Odd),
        _ => Err("none, even or odd".into()),
    }
}

/// Lines as they were chosen.
pub struct Setup {
    /// Buses: of a configuration those that are meant, otherwise one, without devices.
    pub buses: Vec<BusSettings>,
    /// Device profiles.
    pub profiles: Profiles,
    /// Whether the buses are those of a configuration.
    pub configured: bool,
    socket: Option<PathBuf>,
}

impl LineArguments {
    /// The lines that are meant, with one speed and parity. What is wrong with a configuration is printed.
    ///
    /// # Errors
    /// As [`Self::setup`], or several speeds or parities are given.
    pub fn plain_setup(&self) -> anyhow::Result<Setup> {
        if self.baud.len() > 1 || self.parity.len() > 1 {
            let what = "one --baud and one --parity, please: only a scan tries several";
            return Err(UsageError(what.into()).into());
        }
        self.setup()
    }

    /// The lines that are meant. What is wrong with a configuration is printed.
    ///
    /// # Errors
    /// The configuration cannot be used, or has no bus of this name.
    pub fn setup(&self) -> anyhow::Result<Setup> {
        let mut setup = match &self.which.config {
            Some(file) => self.configured(file)?,
            None => self.ad_hoc()?,
        };
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

    /// How long an answer may take, where the call says so.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }

    fn configured(&self, file: &Path) -> anyhow::Result<Setup> {
        let Some((settings, profiles)) = load(config::load_edge(file, &self.set)) else {
            let what = format!("{} cannot be used as it is", file.display());
            return Err(UsageError(what).into());
        };
        let socket = Some(settings.socket_path());
        let names: Vec<String> = settings.buses.iter().map(|bus| bus.name.clone()).collect();
        let mut buses = settings.buses;
        buses.retain(|bus| self.bus.as_ref().is_none_or(|name| *name == bus.name));
        if buses.is_empty() {
            let what = format!(
                "no bus {:?} in {}; it has {}",
                self.bus.as_deref().unwrap_or_default(),
                file.display(),
                names.join(", ")
            );
            return Err(UsageError(what).into());
        }
        Ok(Setup { buses, profiles, configured: true, socket })
    }

    fn ad_hoc(&self) -> anyhow::Result<Setup> {
        // What a configuration leaves out has its defaults here too.
        let mut bus: BusSettings = toml::from_str("name = \"line\"")?;
        bus.tcp = self.which.tcp.clone();
        bus.rtu_tcp = self.which.rtu_tcp.clone();
        bus.serial = self.which.serial.clone().map(|port| SerialSettings {
            port,
            baud: self.baud.first().copied().unwrap_or(9600),
            parity: self.parity.first().copied().unwrap_or_default(),
            stop_bits: self.stop_bits,
            rts: false,
        });
        bus.name = bus.line();
        let (profiles, _) = config::profiles(None);
        Ok(Setup { buses: vec![bus], profiles, configured: false, socket: None })
    }
}

impl Setup {
    /// The one bus that is meant.
    ///
    /// # Errors
    /// The configuration has several buses.
    pub fn one_bus(&self) -> anyhow::Result<&BusSettings> {
        match self.buses.as_slice() {
            [bus] => Ok(bus),
            several => {
                let names: Vec<&str> = several.iter().map(|bus| bus.name.as_str()).collect();
                let what = format!("which bus? give --bus with one of {}", names.join(", "));
                Err(UsageError(what).into())
            }
        }
    }

    /// The line of `bus`: through the gateway that runs on this configuration, and says so; otherwise one of its own.
    ///
    /// # Errors
    /// A gateway runs, but cannot be asked; or this kind of line cannot be opened.
    pub async fn open(&self, bus: &BusSettings) -> anyhow::Result<Line> {
        if let Some(socket) = &self.socket
            && let Some(client) = Client::connect(socket).await?
        {
            eprintln!(
                "{}：经由运行中的网关 {}（{}）",
                bus.name,
                client.status().gateway,
                socket.display()
            );
            return Ok(Line { way: Way::Gateway(Box::new(client), bus.name.clone()) });
        }
        Ok(Line { way: Way::Own(own(bus)?, Duration::from_millis(bus.timeout_ms)) })
    }
}

/// A line that the command opens itself.
fn own(bus: &BusSettings) -> anyhow::Result<Link> {
    anyhow::ensure!(
        bus.dtu.is_none(),
        "{}: a terminal dials the running gateway; start it, and ask through it",
        bus.line()
    );
    Ok(Link::new(bus, None))
}

/// A line that can be asked.
pub struct Line {
    way: Way,
}

/// How a request is made, where it is not as its line has it.
#[derive(Clone, Copy, Default)]
pub struct Manner {
    /// How long the answer may take.
    pub timeout: Option<Duration>,
    /// Silence that the unit needs before the request; a gateway knows it itself.
    pub gap: Duration,
    /// Another speed and frame, on a serial line.
    pub mode: Option<SerialMode>,
}

enum Way {
    /// Through a running gateway, on its bus of this name.
    Gateway(Box<Client>, String),
    /// A line of the command's own, and how long it waits for an answer.
    Own(Link, Duration),
}

/// What a read came to.
pub struct Got {
    /// Registers, or why there are none.
    pub outcome: Result<Vec<u16>, Failure>,
    /// How long it took, ms; through a gateway with the wait for its turn.
    pub ms: f64,
}

impl Line {
    /// Reads once.
    ///
    /// # Errors
    /// The running gateway cannot be asked any more, or refuses.
    pub async fn read(
        &mut self,
        unit: u8,
        request: Request,
        manner: Manner,
    ) -> anyhow::Result<Got> {
        let Manner { timeout, gap, mode } = manner;
        match &mut self.way {
            Way::Gateway(client, bus) => {
                let ask = Ask::Read(ReadAsk {
                    bus: bus.clone(),
                    unit,
                    function: request.function,
                    address: request.address,
                    count: request.count,
                    timeout_ms: timeout.map(|t| u64::try_from(t.as_millis()).unwrap_or(u64::MAX)),
                    mode,
                });
                match client.ask(ask).await? {
                    Answer::Words { words, ms } => Ok(Got { outcome: Ok(words), ms }),
                    Answer::Failed { failure, ms } => Ok(Got { outcome: Err(failure), ms }),
                    other => anyhow::bail!("the running gateway's answer does not fit: {other:?}"),
                }
            }
            Way::Own(link, own) => {
                let took = Stopwatch::start();
                let ask = LinkAsk { unit, request, timeout: timeout.unwrap_or(*own), gap, mode };
                let outcome = link.read(&ask).await;
                Ok(Got {
                    outcome: outcome.map_err(Failure::from),
                    ms: took.elapsed().as_secs_f64() * 1000.0,
                })
            }
        }
    }
}

/// Runs a command's work on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
