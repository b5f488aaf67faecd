//! Stores the quirks of devices across restarts: registers that they refuse, registers that they refuse together or
//! answer wrongly together, and the silence that they need before a request. One small file per gateway, written whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::device::{Function, Run};
use crate::locales::{Text, foreign, foreign_toml, modbus as words};
use crate::support::{files, lock};

/// Version of the file. A file of another version is quarantined: its content costs a few requests to find again.
const FORMAT: u32 = 1;

/// Most quirks stored for one device, the latest ones. A device that refuses registers in so many places is polled with
/// the wrong profile, and the file stays small. Engineering judgement.
const QUIRKS_MAX: usize = 256;

/// The kinds of [`Quirk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuirkKind {
    /// The device refuses to read these registers.
    Hole,
    /// It reads the first and the last of these, but not both at once: they are too many, or two tables meet there.
    Seam,
    /// It answers these in one request with zeros where registers that are read alone have values: each part of its
    /// points is read alone.
    Single,
}

/// Registers that a device treats unlike its profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quirk {
    pub kind: QuirkKind,
    pub run: Run,
}

/// The quirks of all devices of a gateway.
#[derive(Debug)]
pub struct QuirkStore {
    path: PathBuf,
    file: Mutex<QuirkFile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuirkFile {
    format: u32,
    gateway: String,
    #[serde(rename = "gap", default)]
    gaps: Vec<GapEntry>,
    /// Named as files of earlier versions name them.
    #[serde(rename = "lesson", default)]
    quirks: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapEntry {
    bus: String,
    unit: u8,
    gap_ms: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    bus: String,
    unit: u8,
    kind: QuirkKind,
    function: Function,
    first: u16,
    last: u16,
}

impl Entry {
    fn is_of(&self, bus: &str, unit: u8) -> bool {
        self.bus == bus && self.unit == unit
    }
}

impl QuirkStore {
    /// Reads the quirks of `gateway` from `path`. An unreadable file, or another gateway's, is renamed and reported.
    pub fn open(path: PathBuf, gateway: &str) -> Self {
        let file = match read(&path, gateway) {
            Ok(file) => file,
            Err(problem) => {
                let quarantine = files::with_suffix(&path, ".set-aside");
                let outcome = match files::rename(&path, &quarantine) {
                    Ok(()) => words::file_renamed(&quarantine),
                    Err(error) => words::file_not_renamed(foreign::io(&error)),
                };
                let file = path.display();
                tracing::warn!(%file, %problem, %outcome, "cannot use the file of device quirks; they are found again");
                QuirkFile::new(gateway)
            }
        };
        Self { path, file: Mutex::new(file) }
    }

    /// The quirks of `unit` on `bus`, oldest first.
    pub fn quirks(&self, bus: &str, unit: u8) -> Vec<Quirk> {
        let file = lock(&self.file);
        let own = file.quirks.iter().filter(|entry| entry.is_of(bus, unit));
        let quirk = |entry: &Entry| Quirk {
            kind: entry.kind,
            run: Run { function: entry.function, first: entry.first, last: entry.last },
        };
        own.map(quirk).collect()
    }

    /// The silence that units of `bus` have turned out to need before a request.
    pub fn gaps(&self, bus: &str) -> Vec<(u8, Duration)> {
        let file = lock(&self.file);
        let own = file.gaps.iter().filter(|entry| entry.bus == bus);
        own.map(|entry| (entry.unit, Duration::from_millis(entry.gap_ms.into()))).collect()
    }

    /// Replaces the quirks of `unit` on `bus`, on disk too. A write error is only logged: a restart then loses them.
    pub fn set(&self, bus: &str, unit: u8, quirks: &[Quirk]) {
        let mut file = lock(&self.file);
        file.quirks.retain(|entry| !entry.is_of(bus, unit));
        let latest = quirks.len().saturating_sub(QUIRKS_MAX);
        file.quirks.extend(quirks.iter().skip(latest).map(|quirk| Entry {
            bus: bus.into(),
            unit,
            kind: quirk.kind,
            function: quirk.run.function,
            first: quirk.run.first,
            last: quirk.run.last,
        }));
        self.save(&file);
    }

    /// Sets the silence that `unit` on `bus` needs before a request, on the disk too, as [`QuirkStore::set`] does.
    pub fn set_gap(&self, bus: &str, unit: u8, gap: Duration) {
        let mut file = lock(&self.file);
        file.gaps.retain(|entry| entry.bus != bus || entry.unit != unit);
        file.gaps.push(GapEntry {
            bus: bus.into(),
            unit,
            gap_ms: u32::try_from(gap.as_millis()).unwrap_or(u32::MAX),
        });
        self.save(&file);
    }

    fn save(&self, file: &QuirkFile) {
        if let Err(error) = write(&self.path, file) {
            let file = self.path.display();
            tracing::warn!(%file, %error, "cannot write the file of device quirks; a restart loses them");
        }
    }
}

impl QuirkFile {
    fn new(gateway: &str) -> Self {
        Self { format: FORMAT, gateway: gateway.into(), gaps: Vec::new(), quirks: Vec::new() }
    }
}

fn read(path: &Path, gateway: &str) -> Result<QuirkFile, Text> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(QuirkFile::new(gateway));
        }
        Err(error) => return Err(foreign::io(&error)),
    };
    let file: QuirkFile =
        toml::from_str(&text).map_err(|error| foreign_toml::error(&error, &text))?;
    if file.format != FORMAT {
        return Err(words::quirk_format(file.format, FORMAT));
    }
    if file.gateway != gateway {
        return Err(words::quirks_of_other_gateway(file.gateway, gateway));
    }
    match file.quirks.iter().find(|entry| entry.first > entry.last) {
        Some(entry) => Err(words::quirk_backwards(format_args!("{entry:?}"))),
        None => Ok(file),
    }
}

fn write(path: &Path, content: &QuirkFile) -> io::Result<()> {
    let text = toml::to_string(content).map_err(io::Error::other)?;
    files::replace(path, format!("# {}\n{text}", words::quirk_file_head()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quirk(kind: QuirkKind, first: u16, last: u16) -> Quirk {
        Quirk { kind, run: Run { function: Function::Holding, first, last } }
    }

    #[test]
    fn quirks_survive_a_restart_and_belong_to_a_bus_and_unit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.learned.toml");
        let store = QuirkStore::open(path.clone(), "gw-1");
        let (hole, seam) = (quirk(QuirkKind::Hole, 12, 13), quirk(QuirkKind::Seam, 4, 9));
        assert!(store.quirks("pumps", 3).is_empty() && !path.exists());
        let single = quirk(QuirkKind::Single, 0, 9);
        store.set("pumps", 3, &[hole, seam, single]);
        store.set("ponds", 3, &[seam]);
        store.set("pumps", 4, &[hole]);
        store.set("pumps", 4, &[]);
        let ms = Duration::from_millis;
        store.set_gap("pumps", 3, ms(20));
        store.set_gap("pumps", 7, ms(250));
        store.set_gap("pumps", 3, ms(40));
        for known in [store, QuirkStore::open(path, "gw-1")] {
            assert_eq!(known.quirks("pumps", 3), [hole, seam, single]);
            assert_eq!(known.quirks("ponds", 3), [seam]);
            assert_eq!(known.gaps("pumps"), [(7, ms(250)), (3, ms(40))]);
            assert!(known.gaps("ponds").is_empty());
            assert!(known.quirks("pumps", 4).is_empty() && known.quirks("pumps", 1).is_empty());
        }
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }

    #[test]
    fn a_file_that_is_broken_or_not_ours_is_renamed_and_not_lost() {
        let right = "format = 1\ngateway = 'gw-1'\n[[lesson]]\nbus = 'b'\nunit = 1\n\
            kind = 'hole'\nfunction = 3\nfirst = 5\nlast = 5\n";
        let broken = [
            "format = 1\ngateway = 'gw".to_owned(),
            String::new(),
            right.replace("format = 1", "format = 2"),
            right.replace("gw-1", "gw-2"),
            right.replace("function = 3", "function = 6"),
            right.replace("first = 5", "first = 6"),
            format!("{right}colour = 3\n"),
        ];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.learned.toml");
        fs::write(&path, right).unwrap();
        assert_eq!(QuirkStore::open(path.clone(), "gw-1").quirks("b", 1).len(), 1);
        for text in broken {
            fs::write(&path, &text).unwrap();
            let store = QuirkStore::open(path.clone(), "gw-1");
            assert!(store.quirks("b", 1).is_empty() && !path.exists(), "{text}");
            let aside = dir.path().join("s.learned.toml.set-aside");
            assert_eq!(fs::read_to_string(aside).unwrap(), text);
            store.set("b", 1, &[quirk(QuirkKind::Hole, 1, 1)]);
            assert_eq!(QuirkStore::open(path.clone(), "gw-1").quirks("b", 1).len(), 1);
        }
    }

    #[test]
    fn of_too_many_quirks_the_latest_are_stored_and_a_disk_error_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let store = QuirkStore::open(dir.path().join("nowhere/l.toml"), "gw-1");
        let many: Vec<Quirk> = (0..300).map(|n| quirk(QuirkKind::Hole, n, n)).collect();
        store.set("b", 1, &many);
        assert_eq!(store.quirks("b", 1), many[44..]);
    }
}
