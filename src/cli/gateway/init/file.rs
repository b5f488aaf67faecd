//! The text of a gateway's first configuration, with comments for whoever changes it.

use toml::Value;

use super::answers::{Answers, Device, Line, LineKind};
use crate::cli::init::toml_text::{comment, decimal, number, quoted, set};
use crate::config::Profiles;
use crate::core::Parameter;
use crate::device::{Measures, Profile};
use crate::locales::{Lang, setup as words};
use crate::mqtt::MqttSettings;

/// The broker of a gateway that has none yet: nothing leaves this machine, and readings wait in the spool.
pub const NO_BROKER_YET: &str = "mqtt://127.0.0.1:1883";

/// What the configuration of these answers says. Where one is not given yet, something valid stands for it.
pub fn text(answers: &Answers, profiles: &Profiles) -> String {
    let gateway = answers.gateway.as_deref().unwrap_or("gw");
    let mut text = String::new();
    comment(&mut text, words::file_head(gateway, &answers.out));
    text.push('\n');
    comment(&mut text, words::file_gateway());
    set(&mut text, "gateway", gateway);
    comment(&mut text, words::file_lang());
    set(&mut text, "lang", &Lang::current().to_string());
    text.push_str("\n[mqtt]\n");
    broker(&mut text, answers);
    text.push_str("\n[spool]\n");
    comment(&mut text, words::file_spool());
    set(&mut text, "path", &answers.spool.to_string_lossy());
    text.push_str("\n[clock]\n");
    comment(&mut text, words::file_clock());
    text.push_str(match answers.trust_clock {
        true => "trust = \"always\"\n\n",
        false => "# trust = \"kernel\"\n\n",
    });
    comment(&mut text, words::file_bus());
    text.push_str("[[bus]]\nname = \"bus-1\"\n");
    match &answers.line {
        Some(given) => line(&mut text, given),
        None => set(&mut text, "tcp", "127.0.0.1:502"),
    }
    comment(&mut text, words::file_interval());
    text.push_str("interval_s = 300\n");
    for answer in &answers.devices {
        text.push('\n');
        device(&mut text, answer, profiles);
    }
    text
}

/// How the broker is reached, or that this is not known yet.
fn broker(text: &mut String, answers: &Answers) {
    let files = answers.certificates();
    let keys = ["ca_file", "cert_file", "key_file"];
    let lines = |url: &str| {
        let files = keys.iter().zip(&files);
        let files = files.map(|(key, file)| format!("{key} = {}", quoted(&file.to_string_lossy())));
        std::iter::once(format!("url = {}", quoted(url))).chain(files).collect::<Vec<_>>()
    };
    match &answers.broker {
        Some(url) if !waits_for_certificates(answers) => {
            let lines = lines(url);
            let tls = is_encrypted(url);
            let own = files.iter().skip(1).all(|file| file.is_file());
            comment(text, words::file_broker());
            for (place, line) in lines.iter().enumerate() {
                match place {
                    0 => {}
                    _ if !tls => continue,
                    1 => {}
                    _ if own => {}
                    _ => text.push_str("# "),
                }
                text.push_str(&format!("{line}\n"));
            }
            if answers.allow_plaintext && !tls {
                comment(text, words::file_plaintext());
                text.push_str("allow_plaintext = true\n");
            }
        }
        later => {
            comment(
                text,
                match answers.enrolled() {
                    true => words::file_enrolled(),
                    false => words::file_no_broker_yet(),
                },
            );
            set(text, "url", NO_BROKER_YET);
            comment(text, words::file_broker_by_hand());
            let url = later.as_deref().unwrap_or("mqtts://mqtt.example.org:8883");
            for line in lines(url) {
                text.push_str(&format!("# {line}\n"));
            }
        }
    }
}

fn is_encrypted(url: &str) -> bool {
    MqttSettings::at(url).endpoint().is_ok_and(|endpoint| endpoint.tls)
}

/// Whether the broker cannot be used before this gateway has the office's certificate.
pub fn waits_for_certificates(answers: &Answers) -> bool {
    let [authority, ..] = answers.certificates();
    let given = answers.broker.as_deref();
    given.is_none_or(|url| is_encrypted(url) && !authority.is_file())
}

fn line(text: &mut String, line: &Line) {
    match line.kind {
        LineKind::Tcp => set(text, "tcp", &line.at),
        LineKind::RtuTcp => set(text, "rtu_tcp", &line.at),
        LineKind::Serial => {
            let parity = Value::try_from(line.parity).map(|parity| parity.to_string());
            text.push_str(&format!(
                "serial = {{ port = {}, baud = {}, parity = {} }}\n",
                quoted(&line.at),
                number(&line.baud),
                parity.unwrap_or_default()
            ));
        }
    }
}

fn device(text: &mut String, device: &Device, profiles: &Profiles) {
    let first = profiles.keys().next().map_or("", String::as_str);
    let id = device.profile.as_deref().unwrap_or(first);
    let profile = profiles.get(id);
    if let Some(profile) = profile {
        comment(text, profile.title());
    }
    text.push_str("[[bus.device]]\n");
    text.push_str(&format!("unit = {}\n", number(device.unit.as_deref().unwrap_or("1"))));
    set(text, "profile", id);
    let station = device.station.as_deref().unwrap_or("station");
    set(text, "station", station);
    if let Some(profile) = profile {
        channels(text, station, profile);
        what_can_be_added(text, profile);
        sensor(text, device, profile);
    }
}

/// Of a device whose points all belong to channels, the station at the first, and as a comment that there are others.
fn channels(text: &mut String, station: &str, profile: &Profile) {
    let channels: Option<Vec<&str>> =
        profile.points.iter().map(|point| point.channel.as_deref()).collect();
    let Some([first, others @ ..]) = channels.as_deref() else { return };
    comment(text, words::file_channels());
    text.push_str(&format!("channels.{} = {}\n", quoted(first), quoted(station)));
    let mut named = vec![*first];
    for channel in others {
        if !named.contains(channel) {
            named.push(channel);
            text.push_str(&format!("# channels.{} = \"…\"\n", quoted(channel)));
        }
    }
}

/// As a comment: that fewer parameters may be read.
fn what_can_be_added(text: &mut String, profile: &Profile) {
    let mut parameters: Vec<Value> = Vec::new();
    for point in &profile.points {
        let id = Value::from(point.parameter.id());
        if !parameters.contains(&id) {
            parameters.push(id);
        }
    }
    comment(text, words::file_parameters());
    text.push_str(&format!("# parameters = {}\n", Value::Array(parameters)));
}

/// How a level comes of what a sensor measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensor {
    /// It measures the water above itself.
    Submerged,
    /// It measures the distance down to the water.
    Above,
}

impl Sensor {
    /// That of a profile whose level wants the elevation of the sensor.
    pub fn of(profile: &Profile) -> Option<Self> {
        let level = profile.points.iter().find(|point| point.parameter == Parameter::Level)?;
        Some(match level.measures {
            Some(Measures::Distance) => Self::Above,
            None => Self::Submerged,
        })
    }
}

/// The elevation of the sensor; as a comment where it is not given.
fn sensor(text: &mut String, device: &Device, profile: &Profile) {
    let sensor = Sensor::of(profile);
    let (words, scale, example) = match sensor {
        Some(Sensor::Above) => (words::file_distance(), "scale = -1.0, ", "212.20"),
        Some(Sensor::Submerged) => (words::file_level(), "", "216.90"),
        // What is given all the same is left to the check.
        None if device.offset.is_some() => (words::file_level(), "", ""),
        None => return,
    };
    comment(text, words);
    let given = device.offset.as_deref().filter(|offset| !offset.is_empty());
    text.push_str(&match given {
        Some(offset) => format!("adjust.level = {{ {scale}offset = {} }}\n", decimal(offset)),
        None => format!("# adjust.level = {{ {scale}offset = {example} }}\n"),
    });
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
