//! What a gateway's first configuration is made of, and what the configuration's own check says of each part.

use std::path::{Path, PathBuf};

use super::file;
use crate::config::{self, Profiles};
use crate::core::Problem;
use crate::locales::{Text, setup as words};
use crate::modbus::Parity;
use crate::mqtt::MqttSettings;

/// One part of the configuration that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Gateway,
    Broker,
    Line,
    Baud,
    Unit,
    Profile,
    Station,
    /// The elevation of the sensor of a level.
    Offset,
    Spool,
}

impl Field {
    /// Those that an option gives, in the order of the questions.
    pub const ALL: [Self; 9] = [
        Self::Gateway,
        Self::Broker,
        Self::Line,
        Self::Baud,
        Self::Unit,
        Self::Profile,
        Self::Station,
        Self::Offset,
        Self::Spool,
    ];

    /// The ends of the keys that it fills.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Gateway => &["gateway"],
            Self::Broker => &["mqtt.url"],
            Self::Line => &["].tcp", "].rtu_tcp", "].serial.port"],
            Self::Baud => &["].serial.baud"],
            Self::Unit => &["].unit"],
            Self::Profile => &["].profile"],
            Self::Station => &["].station"],
            Self::Offset => &["].adjust", ".adjust.level", ".adjust.level.offset"],
            Self::Spool => &["spool.path"],
        }
    }
}

/// How the devices are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Tcp,
    RtuTcp,
    Serial,
}

/// The line of the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    /// Host and port, or the serial port.
    pub at: String,
    pub baud: String,
    pub parity: Parity,
}

/// A device on the bus.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    pub unit: Option<String>,
    pub profile: Option<String>,
    pub station: Option<String>,
    /// Elevation of the sensor of its level, m. Empty where it is not known yet.
    pub offset: Option<String>,
}

/// The answers so far, as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The file that is to be written.
    pub out: PathBuf,
    pub gateway: Option<String>,
    /// Without one, `hanqing enroll` will set it.
    pub broker: Option<String>,
    pub allow_plaintext: bool,
    pub line: Option<Line>,
    /// One at least.
    pub devices: Vec<Device>,
    pub spool: PathBuf,
    /// Whether the machine's clock counts as right from the start.
    pub trust_clock: bool,
}

/// What is wrong with `offset`, of a device with this profile, which perhaps has no level that it could correct.
fn of_offset(problem: Problem, offset: &str, profile: &str) -> Problem {
    match problem.value.is_empty() {
        true => {
            Problem::new(problem.path, offset, words::no_level_to_correct(profile), Text::default())
        }
        false => problem,
    }
}

impl Answers {
    /// What the check of the configuration objects to in the last answer for `field`.
    pub fn problems(&self, field: Field, profiles: &Profiles) -> Vec<Problem> {
        let found = self.checked(field, profiles);
        let typed = match field {
            Field::Unit => self.devices.last().and_then(|device| device.unit.clone()),
            Field::Baud => self.line.as_ref().map(|line| line.baud.clone()),
            _ => None,
        };
        match typed {
            // What no file could hold gets the rule that holds: that of zero, which neither may be.
            Some(typed) if !found.is_empty() && typed.parse::<u8>().is_err() => {
                let mut zero = self.clone();
                zero.set(field, "0");
                let ruled = zero.checked(field, profiles).into_iter();
                ruled.map(|problem| Problem { value: typed.clone(), ..problem }).collect()
            }
            _ => match self.devices.last() {
                Some(Device { offset: Some(offset), profile: Some(profile), .. })
                    if field == Field::Offset =>
                {
                    found.into_iter().map(|problem| of_offset(problem, offset, profile)).collect()
                }
                _ => found,
            },
        }
    }

    fn checked(&self, field: Field, profiles: &Profiles) -> Vec<Problem> {
        let found = config::check_draft(&self.out, &file::text(self, profiles), true);
        let own = |problem: &Problem| field.keys().iter().any(|key| problem.path.ends_with(key));
        // The devices before have been checked.
        let last = format!("device[{}]", self.devices.len().saturating_sub(1));
        let of_last =
            |problem: &Problem| !problem.path.contains("device[") || problem.path.contains(&last);
        found.into_iter().map(|found| found.problem).filter(|p| own(p) && of_last(p)).collect()
    }

    /// Fills `field`; those of a device are of the last one.
    pub fn set(&mut self, field: Field, answer: &str) {
        let given = Some(answer.to_owned());
        let device = self.devices.last_mut();
        match (field, device) {
            (Field::Gateway, _) => self.gateway = given,
            (Field::Broker, _) => self.broker = given.filter(|url| !url.is_empty()),
            (Field::Spool, _) => self.spool = answer.into(),
            (Field::Line, _) => self.line = Some(line(answer)),
            (Field::Baud, _) => {
                if let Some(line) = &mut self.line {
                    line.baud = answer.into();
                }
            }
            (Field::Unit, Some(device)) => device.unit = given,
            (Field::Profile, Some(device)) => device.profile = given,
            (Field::Station, Some(device)) => device.station = given,
            (Field::Offset, Some(device)) => device.offset = given,
            (Field::Unit | Field::Profile | Field::Station | Field::Offset, None) => {}
        }
    }

    /// These with the first devices only, for each number of them: each device is once the last one.
    pub fn by_device(&self) -> impl Iterator<Item = Self> {
        (1..=self.devices.len()).map(|count| {
            let devices = self.devices.iter().take(count).cloned().collect();
            Self { devices, ..self.clone() }
        })
    }

    /// The parts that have to be given and are not; of the devices those of the last one.
    pub fn missing(&self) -> Vec<Field> {
        let device = self.devices.last();
        let of = |value: fn(&Device) -> &Option<String>| device.is_some_and(|d| value(d).is_some());
        let given = [
            (Field::Gateway, self.gateway.is_some()),
            (Field::Line, self.line.is_some()),
            (Field::Unit, of(|device| &device.unit)),
            (Field::Profile, of(|device| &device.profile)),
            (Field::Station, of(|device| &device.station)),
        ];
        given.into_iter().filter(|(_, given)| !given).map(|(field, _)| field).collect()
    }

    /// Whether what goes to the broker is not encrypted.
    pub fn is_plain(&self) -> bool {
        let url = self.broker.clone().unwrap_or_default();
        MqttSettings::at(url).endpoint().is_ok_and(|endpoint| !endpoint.tls)
    }

    /// Whether `hanqing enroll` has set the broker already, beside the file.
    pub fn enrolled(&self) -> bool {
        let folder = self.out.parent().unwrap_or(Path::new("")).join("conf.d");
        let part = folder.join(self.out.file_stem().unwrap_or_default());
        part.join("enrolled.toml").is_file()
    }

    /// The files of a certificate that lie where they are kept: beside the configuration, named after the gateway.
    pub fn certificates(&self) -> [PathBuf; 3] {
        let folder = self.out.parent().unwrap_or(Path::new(""));
        let name = self.gateway.as_deref().unwrap_or_default();
        ["ca.pem".to_owned(), format!("{name}.pem"), format!("{name}.key")]
            .map(|file| folder.join(file))
    }
}

/// A line as it is typed: a path is a serial port, `rtu:` before an endpoint means RTU frames, else it is Modbus TCP.
fn line(typed: &str) -> Line {
    let (kind, at) = match typed.strip_prefix("rtu:") {
        Some(rest) => (LineKind::RtuTcp, rest.trim_start()),
        None if typed.starts_with('/') => (LineKind::Serial, typed),
        None => (LineKind::Tcp, typed),
    };
    Line { kind, at: at.into(), baud: "9600".into(), parity: Parity::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_by_how_it_is_typed() {
        for (typed, kind, at) in [
            ("/dev/ttyUSB0", LineKind::Serial, "/dev/ttyUSB0"),
            ("rtu: 10.0.0.3:26", LineKind::RtuTcp, "10.0.0.3:26"),
            ("plc:502", LineKind::Tcp, "plc:502"),
        ] {
            let line = line(typed);
            assert_eq!((line.kind, line.at.as_str()), (kind, at));
        }
    }
}
