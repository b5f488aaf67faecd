//! What devices have taught, kept across restarts: registers that they refuse, registers that they refuse together, and the
//! silence that they need before a request. One small file for a gateway, written whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::device::{Function, Run};
use crate::support::files;

/// Version of the file. Another one is set aside: what it says costs a few requests to learn again.
const FORMAT: u32 = 1;

/// Most lessons that are kept of one device; of more, the latest. A device that refuses something at so many places is
/// described by another device's profile, and the file stays small. Engineering judgement.
const LESSONS_MAX: usize = 256;

/// What was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LessonKind {
    /// The device refuses to read these registers.
    Hole,
    /// It reads the first and the last of these, but not both in one request: more than it answers, or the border of two tables.
    Seam,
}

/// Something that a device has taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lesson {
    /// What.
    pub kind: LessonKind,
    /// Of which registers.
    pub run: Run,
}

/// The lessons of a gateway.
#[derive(Debug)]
pub struct Learned {
    path: PathBuf,
    book: Mutex<Book>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    format: u32,
    /// Whose lessons they are.
    gateway: String,
    #[serde(default)]
    gap: Vec<GapEntry>,
    #[serde(default)]
    lesson: Vec<Entry>,
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
    kind: LessonKind,
    function: Function,
    first: u16,
    last: u16,
}

impl Entry {
    fn is_of(&self, bus: &str, unit: u8) -> bool {
        self.bus == bus && self.unit == unit
    }
}

impl Learned {
    /// What `path` holds of `gateway`. A file that does not read, or is another gateway's, is set aside beside it and reported;
    /// then nothing is known yet.
    pub fn open(path: PathBuf, gateway: &str) -> Self {
        let book = match read(&path, gateway) {
            Ok(book) => book,
            Err(problem) => {
                let aside = files::with_suffix(&path, ".set-aside");
                let moved = files::rename(&path, &aside);
                let outcome = match moved {
                    Ok(()) => format!("set aside as {}", aside.display()),
                    Err(error) => format!("cannot be set aside: {error}"),
                };
                tracing::warn!(file = %path.display(), problem, outcome, "what devices refuse is learned anew");
                Book::new(gateway)
            }
        };
        Self { path, book: Mutex::new(book) }
    }

    /// The lessons of `unit` on `bus`, in the order in which they were learned.
    pub fn of(&self, bus: &str, unit: u8) -> Vec<Lesson> {
        let book = self.book();
        let own = book.lesson.iter().filter(|entry| entry.is_of(bus, unit));
        let lesson = |entry: &Entry| Lesson {
            kind: entry.kind,
            run: Run { function: entry.function, first: entry.first, last: entry.last },
        };
        own.map(lesson).collect()
    }

    /// The silences that units of `bus` turned out to need before a request.
    pub fn gaps(&self, bus: &str) -> Vec<(u8, Duration)> {
        let book = self.book();
        let own = book.gap.iter().filter(|entry| entry.bus == bus);
        own.map(|entry| (entry.unit, Duration::from_millis(entry.gap_ms.into()))).collect()
    }

    /// From now on `lessons` are those of `unit` on `bus`, on the disk too. A disk that does not take them costs the lessons with
    /// the next restart: that is reported, and the gateway goes on.
    pub fn set(&self, bus: &str, unit: u8, lessons: &[Lesson]) {
        let mut book = self.book();
        book.lesson.retain(|entry| !entry.is_of(bus, unit));
        let latest = lessons.len().saturating_sub(LESSONS_MAX);
        book.lesson.extend(lessons.iter().skip(latest).map(|lesson| Entry {
            bus: bus.into(),
            unit,
            kind: lesson.kind,
            function: lesson.run.function,
            first: lesson.run.first,
            last: lesson.run.last,
        }));
        self.keep(&book);
    }

    /// From now on `unit` on `bus` needs this silence before a request, on the disk too as with [`Learned::set`].
    pub fn set_gap(&self, bus: &str, unit: u8, gap: Duration) {
        let mut book = self.book();
        book.gap.retain(|entry| entry.bus != bus || entry.unit != unit);
        book.gap.push(GapEntry {
            bus: bus.into(),
            unit,
            gap_ms: u32::try_from(gap.as_millis()).unwrap_or(u32::MAX),
        });
        self.keep(&book);
    }

    fn keep(&self, book: &Book) {
        if let Err(error) = write(&self.path, book) {
            tracing::warn!(file = %self.path.display(), %error, "what devices have taught is not kept across a restart");
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing in here panics half-way through a change.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn new(gateway: &str) -> Self {
        Self { format: FORMAT, gateway: gateway.into(), gap: Vec::new(), lesson: Vec::new() }
    }
}

fn read(path: &Path, gateway: &str) -> Result<Book, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Book::new(gateway)),
        Err(error) => return Err(error.to_string()),
    };
    let book: Book = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    if book.format != FORMAT {
        return Err(format!("has format {}, not {FORMAT}", book.format));
    }
    if book.gateway != gateway {
        return Err(format!("is of gateway {}, not {gateway}", book.gateway));
    }
    match book.lesson.iter().find(|entry| entry.first > entry.last) {
        Some(entry) => Err(format!("a lesson ends before it begins: {entry:?}")),
        None => Ok(book),
    }
}

fn write(path: &Path, book: &Book) -> io::Result<()> {
    let head = "# What devices refuse to read, learned by the gateway. It may be deleted while the gateway stands.\n";
    let text = toml::to_string(book).map_err(io::Error::other)?;
    files::replace(path, (head.to_owned() + &text).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(kind: LessonKind, first: u16, last: u16) -> Lesson {
        Lesson { kind, run: Run { function: Function::Holding, first, last } }
    }

    #[test]
    fn lessons_outlive_a_restart_and_are_kept_by_bus_and_unit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.learned.toml");
        let learned = Learned::open(path.clone(), "gw-1");
        let (hole, seam) = (lesson(LessonKind::Hole, 12, 13), lesson(LessonKind::Seam, 4, 9));
        assert!(learned.of("pumps", 3).is_empty() && !path.exists());
        learned.set("pumps", 3, &[hole, seam]);
        learned.set("ponds", 3, &[seam]);
        learned.set("pumps", 4, &[hole]);
        learned.set("pumps", 4, &[]);
        let ms = Duration::from_millis;
        learned.set_gap("pumps", 3, ms(20));
        learned.set_gap("pumps", 7, ms(250));
        learned.set_gap("pumps", 3, ms(40));
        for known in [learned, Learned::open(path.clone(), "gw-1")] {
            assert_eq!(known.of("pumps", 3), [hole, seam]);
            assert_eq!(known.of("ponds", 3), [seam]);
            assert_eq!(known.gaps("pumps"), [(7, ms(250)), (3, ms(40))]);
            assert!(known.gaps("ponds").is_empty());
            assert!(known.of("pumps", 4).is_empty() && known.of("pumps", 1).is_empty());
        }
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }

    #[test]
    fn a_file_that_is_broken_or_not_ours_is_set_aside_and_not_lost() {
        let right = "format = 1\ngateway = 'gw-1'\n[[lesson]]\nbus = 'b'\nunit = 1\nkind = 'hole'\nfunction = 3\nfirst = 5\nlast = 5\n";
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
        assert_eq!(Learned::open(path.clone(), "gw-1").of("b", 1).len(), 1);
        for text in broken {
            fs::write(&path, &text).unwrap();
            let learned = Learned::open(path.clone(), "gw-1");
            assert!(learned.of("b", 1).is_empty() && !path.exists(), "{text}");
            let aside = dir.path().join("s.learned.toml.set-aside");
            assert_eq!(fs::read_to_string(aside).unwrap(), text);
            learned.set("b", 1, &[lesson(LessonKind::Hole, 1, 1)]);
            assert_eq!(Learned::open(path.clone(), "gw-1").of("b", 1).len(), 1);
        }
    }

    #[test]
    fn of_too_many_lessons_the_latest_are_kept_and_a_full_disk_ends_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let learned = Learned::open(dir.path().join("nowhere/l.toml"), "gw-1");
        let many: Vec<Lesson> = (0..300).map(|n| lesson(LessonKind::Hole, n, n)).collect();
        learned.set("b", 1, &many);
        assert_eq!(learned.of("b", 1), many[44..]);
    }
}
