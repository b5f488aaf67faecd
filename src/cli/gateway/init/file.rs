//! The text of a gateway's first configuration, with comments for whoever changes it, and how it gets its place.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use toml::Value;

use super::answers::{Answers, Device, Line, LineKind};
use crate::config::Profiles;
use crate::core::Parameter;
use crate::device::{Measures, Profile};
use crate::locales::{Lang, Text, setup as words};
use crate::mqtt::MqttSettings;
use crate::support::accounts::{SERVICE, group_id, is_root};
use crate::support::{files, random};

/// The broker of a gateway that has none yet: nothing leaves this machine, and readings wait in the spool.
pub const NO_BROKER_YET: &str = "mqtt://127.0.0.1:1883";

/// Most copies of earlier files that are kept beside a new one. Engineering judgement: nobody makes it anew so often.
const COPIES_MAX: u32 = 1000;

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
    text.push_str("# trust = \"kernel\"\n\n");
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

/// Adds `words` as lines of comment.
fn comment(text: &mut String, words: Text) {
    for line in words.to_string().lines() {
        text.push_str(&format!("# {line}\n").replace(" \n", "\n"));
    }
}

/// Adds `key = "value"`.
fn set(text: &mut String, key: &str, value: &str) {
    text.push_str(&format!("{key} = {}\n", quoted(value)));
}

/// `value` as a string of TOML on one line, so that it does not leave a comment either.
fn quoted(value: &str) -> String {
    let mut quoted = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A number as it is, anything else as a text, whose type the check then objects to.
fn number(answer: &str) -> String {
    answer.parse::<i64>().map_or_else(|_| quoted(answer), |number| number.to_string())
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
    set(text, "station", device.station.as_deref().unwrap_or("station"));
    if let Some(profile) = profile {
        what_can_be_added(text, profile);
    }
}

/// As comments: that fewer parameters may be read, and that a level wants the elevation of its sensor.
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
    let level = profile.points.iter().find(|point| point.parameter == Parameter::Level);
    match level.map(|point| point.measures) {
        Some(Some(Measures::Distance)) => {
            comment(text, words::file_distance());
            text.push_str("# adjust.level = { scale = -1.0, offset = 212.20 }\n");
        }
        Some(None) => {
            comment(text, words::file_level());
            text.push_str("# adjust.level = { offset = 216.90 }\n");
        }
        None => {}
    }
}

/// Writes the file at `path`, for its owner and for the service's group. What is there stays, or is kept beside it
/// with `force`; returns the name of what is kept.
pub fn write(path: &Path, text: &str, force: bool) -> io::Result<Option<PathBuf>> {
    let folder = files::folder_of(path);
    files::create_dir_all(folder)?;
    let new = folder.join(format!(".hanqing-{:016x}.new", random::bits()));
    files::write(&new, |file| file.write_all(text.as_bytes()))?;
    let placed = place(&new, path, force);
    if placed.is_err() {
        // The error that matters is the first one.
        let _removed = fs::remove_file(&new);
    }
    let kept = placed?;
    files::sync_dir(folder)?;
    Ok(kept)
}

fn place(new: &Path, path: &Path, force: bool) -> io::Result<Option<PathBuf>> {
    fs::set_permissions(new, Permissions::from_mode(files::MODE))?;
    if is_root()
        && let Some(group) = group_id(Path::new("/"), SERVICE)
    {
        chown(new, None, Some(group))?;
    }
    if force && fs::symlink_metadata(path).is_ok() {
        let kept = keep(path)?;
        fs::rename(new, path)?;
        return Ok(Some(kept));
    }
    // A link fails where there is a file by now; a rename would replace it.
    fs::hard_link(new, path)?;
    fs::remove_file(new)?;
    Ok(None)
}

/// Gives the file at `path` a second name beside it that nothing has: `.old`, or `.old.2` and so on.
fn keep(path: &Path) -> io::Result<PathBuf> {
    let names = (1..=COPIES_MAX).map(|number| match number {
        1 => files::with_suffix(path, ".old"),
        number => files::with_suffix(path, &format!(".old.{number}")),
    });
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for name in names {
        match fs::hard_link(path, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
