//! A disk in memory for SQLite. Its power can fail at any write; unsynced ones are then lost, kept or torn at random.
//! Several connections of one process may have a file open, with SQLite's locks and its index of the write-ahead log.

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlite_vfs::wip::WalIndexLock;
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenOptions, Vfs, wip};

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A disk, known to SQLite by its name.
pub struct Disk {
    pub name: String,
    content: Arc<Mutex<Content>>,
}

/// The next fault, and when it comes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// The power fails: nothing works any more.
    Power,
    /// The process is killed: nothing works any more, and what it wrote is there, though it may not be synchronised.
    Kill,
    /// One operation fails, as on a full or failing disk.
    Once(ErrorKind),
    /// The disk is full, until somebody makes room.
    Full,
}

#[derive(Default)]
struct Content {
    files: HashMap<String, File>,
    /// Writes and synchronisations until the next fault.
    until: Option<(u64, Fault)>,
    dead: bool,
    /// Whether it is the process that is dead, and the power is on.
    killed: bool,
    full: bool,
    /// Most bytes that all files together may have.
    holds: Option<usize>,
    /// Handles and locks of each file.
    locks: HashMap<String, HashMap<u64, LockKind>>,
    /// The shared indexes of the logs.
    indexes: HashMap<String, LogIndex>,
}

/// What connections share of a file's write-ahead log.
#[derive(Default)]
struct LogIndex {
    regions: HashMap<u32, Box<Region>>,
    /// Who holds which lock.
    locks: HashMap<(u8, u64), WalIndexLock>,
}

type Region = [u8; 32768];

#[derive(Default, Clone)]
struct File {
    durable: Vec<u8>,
    /// As reads see it.
    now: Vec<u8>,
    /// Changes since it was last synchronised.
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    /// Where the file ends at the earliest after it.
    fn end(&self) -> usize {
        match self {
            Self::Write(at, written) => at + written.len(),
            Self::Length(length) => *length,
        }
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, written) => {
                if bytes.len() < at + written.len() {
                    bytes.resize(at + written.len(), 0);
                }
                bytes[*at..at + written.len()].copy_from_slice(written);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}

impl Disk {
    /// A new one, known to SQLite by its name.
    pub fn attach() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("faulty-{}", MADE.fetch_add(1, Relaxed));
        let content = Arc::new(Mutex::new(Content::default()));
        sqlite_vfs::register(&name, Layer(content.clone()), false).unwrap();
        Self { name, content }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    /// The power fails at the `count`th write or synchronisation from now on.
    pub fn power_fails_after(&self, count: u64) {
        self.content().until = Some((count, Fault::Power));
    }

    /// The `count`th write or synchronisation from now on fails, and no other.
    pub fn one_fails_after(&self, count: u64, full: bool) {
        let kind = if full { ErrorKind::WriteZero } else { ErrorKind::Other };
        self.content().until = Some((count, Fault::Once(kind)));
    }

    /// The process is killed at the `count`th write or synchronisation from now on.
    pub fn process_dies_after(&self, count: u64) {
        self.content().until = Some((count, Fault::Kill));
    }

    /// The disk is full from the `count`th write or synchronisation from now on.
    pub fn is_full_after(&self, count: u64) {
        self.content().until = Some((count, Fault::Full));
    }

    /// From now on there is room for `more` bytes beyond what is there. What is there can be overwritten.
    pub fn holds_only(&self, more: usize) {
        let mut content = self.content();
        content.holds = Some(content.size() + more);
    }

    /// Nothing fails any more: there is room again.
    pub fn mend(&self) {
        let mut content = self.content();
        (content.full, content.until, content.holds) = (false, None, None);
    }

    /// Whether there is no power, or no process.
    pub fn is_dead(&self) -> bool {
        self.content().dead
    }

    /// Starts the machine or the process again, which has no file open any more. Where the power failed or was on,
    /// `seed` decides what is left of unsynchronised changes.
    pub fn restart(&self, seed: u64) {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut content = self.content();
        let killed = std::mem::take(&mut content.killed);
        content.dead = false;
        content.full = false;
        content.until = None;
        content.locks.clear();
        content.indexes.clear();
        if killed {
            return;
        }
        let mut names: Vec<_> = content.files.keys().cloned().collect();
        names.sort();
        for name in names {
            let Some(file) = content.files.get_mut(&name) else {
                continue;
            };
            for change in std::mem::take(&mut file.pending) {
                tear(change, &mut file.durable, &mut chance);
            }
            file.now = file.durable.clone();
        }
    }
}

/// SQLite knows a disk until the process ends: what is on it goes before.
impl Drop for Disk {
    fn drop(&mut self) {
        let mut content = self.content();
        content.files.clear();
        content.indexes.clear();
    }
}

/// Applies the part of a change that has reached the disk.
fn tear(change: Change, durable: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    match change {
        Change::Length(_) => {
            if chance.random_bool(0.5) {
                change.apply(durable);
            }
        }
        Change::Write(at, bytes) => {
            // All, nothing or some of it.
            let kept = [0.0, 0.5, 1.0][chance.random_range(0..3)];
            let mut from = at;
            while from < at + bytes.len() {
                let to = ((from / SECTOR + 1) * SECTOR).min(at + bytes.len());
                if chance.random_bool(kept) {
                    Change::Write(from, bytes[from - at..to - at].to_vec()).apply(durable);
                }
                from = to;
            }
        }
    }
}

impl Content {
    fn size(&self) -> usize {
        self.files.values().map(|file| file.now.len()).sum()
    }

    /// Counts an operation that changes the disk.
    fn changes(&mut self) -> Result<(), Error> {
        self.works()?;
        if self.full {
            return Err(ErrorKind::WriteZero.into());
        }
        let Some((left, fault)) = &mut self.until else {
            return Ok(());
        };
        *left = left.saturating_sub(1);
        if *left > 0 {
            return Ok(());
        }
        let fault = *fault;
        self.until = None;
        match fault {
            Fault::Power | Fault::Kill => {
                (self.dead, self.killed) = (true, fault == Fault::Kill);
                self.works()
            }
            Fault::Once(kind) => Err(kind.into()),
            Fault::Full => {
                self.full = true;
                Err(ErrorKind::WriteZero.into())
            }
        }
    }

    fn works(&self) -> Result<(), Error> {
        if self.dead { Err(Error::other("no power")) } else { Ok(()) }
    }
}

struct Layer(Arc<Mutex<Content>>);

impl Vfs for Layer {
    type Handle = Handle;

    fn open(&self, db: &str, opts: OpenOptions) -> Result<Handle, Error> {
        let mut content = self.0.lock().unwrap();
        content.works()?;
        if !content.files.contains_key(db) {
            if matches!(opts.access, OpenAccess::Read | OpenAccess::Write) {
                return Err(ErrorKind::NotFound.into());
            }
            content.files.insert(db.into(), File::default());
        }
        Ok(Handle { content: self.0.clone(), name: db.into(), id: next_id() })
    }

    fn delete(&self, db: &str) -> Result<(), Error> {
        let mut content = self.0.lock().unwrap();
        // Deleting fails only without power: a full disk can delete, and SQLite relies on it.
        if matches!(content.until, Some((_, Fault::Power | Fault::Kill))) {
            content.changes()?;
        }
        content.works()?;
        content.files.remove(db);
        Ok(())
    }

    fn exists(&self, db: &str) -> Result<bool, Error> {
        Ok(self.0.lock().unwrap().files.contains_key(db))
    }

    fn temporary_name(&self) -> String {
        format!("temporary-{}", next_id())
    }

    fn random(&self, buffer: &mut [i8]) {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        buffer.iter_mut().for_each(|byte| *byte = chance.next_u32() as i8);
    }

    fn sleep(&self, duration: Duration) -> Duration {
        duration
    }
}

/// A number that nothing else has.
fn next_id() -> u64 {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    GIVEN.fetch_add(1, Relaxed)
}

/// A file as one connection has it open.
struct Handle {
    content: Arc<Mutex<Content>>,
    name: String,
    id: u64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(locks) = self.content.lock().unwrap().locks.get_mut(&self.name) {
            locks.remove(&self.id);
        }
    }
}

impl Handle {
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Content, &str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        work(&mut self.content.lock().unwrap(), &self.name)
    }

    fn change(&self, change: Change) -> Result<(), Error> {
        self.with(|content, name| {
            content.changes()?;
            let (size, holds) = (content.size(), content.holds);
            let file = content.files.get_mut(name).ok_or(ErrorKind::NotFound)?;
            let more = change.end().saturating_sub(file.now.len());
            if more > 0 && holds.is_some_and(|most| size + more > most) {
                return Err(ErrorKind::WriteZero.into());
            }
            change.apply(&mut file.now);
            file.pending.push(change);
            Ok(())
        })
    }
}

impl DatabaseHandle for Handle {
    type WalIndex = Index;

    fn size(&self) -> Result<u64, Error> {
        self.with(|content, name| {
            Ok(content.files.get(name).map_or(0, |file| file.now.len() as u64))
        })
    }

    fn read_exact_at(&mut self, buf: &mut [u8], offset: u64) -> Result<(), Error> {
        self.with(|content, name| {
            content.works()?;
            let file = content.files.get(name).ok_or(ErrorKind::NotFound)?;
            let from = (offset as usize).min(file.now.len());
            let found = &file.now[from..(from + buf.len()).min(file.now.len())];
            buf[..found.len()].copy_from_slice(found);
            buf[found.len()..].fill(0);
            if found.len() < buf.len() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
        })
    }

    fn write_all_at(&mut self, buf: &[u8], offset: u64) -> Result<(), Error> {
        self.change(Change::Write(offset as usize, buf.to_vec()))
    }

    fn sync(&mut self, _data_only: bool) -> Result<(), Error> {
        self.with(|content, name| {
            content.changes()?;
            if let Some(file) = content.files.get_mut(name) {
                file.durable = file.now.clone();
                file.pending.clear();
            }
            Ok(())
        })
    }

    fn set_len(&mut self, size: u64) -> Result<(), Error> {
        self.change(Change::Length(size as usize))
    }

    fn lock(&mut self, lock: LockKind) -> Result<bool, Error> {
        let id = self.id;
        self.with(|content, name| {
            let locks = content.locks.entry(name.into()).or_default();
            let others = || locks.iter().filter(|(other, _)| **other != id).map(|(_, lock)| *lock);
            let is_free = match lock {
                LockKind::None => true,
                LockKind::Shared => others().all(|other| rank(other) < rank(LockKind::Pending)),
                LockKind::Reserved | LockKind::Pending => {
                    others().all(|other| rank(other) < rank(LockKind::Reserved))
                }
                LockKind::Exclusive => others().all(|other| other == LockKind::None),
            };
            if is_free {
                locks.insert(id, lock);
            }
            Ok(is_free)
        })
    }

    fn reserved(&mut self) -> Result<bool, Error> {
        self.with(|content, name| {
            let locks = content.locks.get(name);
            let reserved = |lock: &LockKind| rank(*lock) >= rank(LockKind::Reserved);
            Ok(locks.is_some_and(|locks| locks.values().any(reserved)))
        })
    }

    fn current_lock(&self) -> Result<LockKind, Error> {
        self.with(|content, name| {
            let lock = content.locks.get(name).and_then(|locks| locks.get(&self.id));
            Ok(lock.copied().unwrap_or(LockKind::None))
        })
    }

    fn wal_index(&self, _readonly: bool) -> Result<Index, Error> {
        Ok(Index { content: self.content.clone(), name: self.name.clone(), id: self.id })
    }
}

/// The higher, the fewer others may have the file.
fn rank(lock: LockKind) -> u8 {
    match lock {
        LockKind::None => 0,
        LockKind::Shared => 1,
        LockKind::Reserved => 2,
        LockKind::Pending => 3,
        LockKind::Exclusive => 4,
    }
}

/// The index of a write-ahead log as one connection has it: a copy, fetched and handed back at the locks.
struct Index {
    content: Arc<Mutex<Content>>,
    name: String,
    id: u64,
}

impl Index {
    fn with<T>(&self, work: impl FnOnce(&mut LogIndex) -> T) -> T {
        work(self.content.lock().unwrap().indexes.entry(self.name.clone()).or_default())
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.with(|index| index.locks.retain(|(_, id), _| *id != self.id));
    }
}

impl wip::WalIndex for Index {
    fn map(&mut self, region: u32) -> Result<Region, Error> {
        Ok(self.with(|index| **index.regions.entry(region).or_insert_with(|| Box::new([0; 32768]))))
    }

    fn lock(&mut self, places: Range<u8>, lock: WalIndexLock) -> Result<bool, Error> {
        let id = self.id;
        Ok(self.with(|index| {
            let others = |place: u8| {
                let locks = index.locks.iter();
                locks.filter(move |((at, by), _)| *at == place && *by != id).map(|(_, lock)| *lock)
            };
            let is_free = places.clone().all(|place| match lock {
                WalIndexLock::None => true,
                WalIndexLock::Shared => others(place).all(|lock| lock == WalIndexLock::Shared),
                WalIndexLock::Exclusive => others(place).next().is_none(),
            });
            for place in places.filter(|_| is_free) {
                match lock {
                    WalIndexLock::None => index.locks.remove(&(place, id)),
                    _ => index.locks.insert((place, id), lock),
                };
            }
            is_free
        }))
    }

    fn delete(self) -> Result<(), Error> {
        self.with(|index| index.regions.clear());
        Ok(())
    }

    fn pull(&mut self, region: u32, data: &mut Region) -> Result<(), Error> {
        self.with(|index| {
            if let Some(shared) = index.regions.get(&region) {
                data.copy_from_slice(&**shared);
            }
        });
        Ok(())
    }

    fn push(&mut self, region: u32, data: &Region) -> Result<(), Error> {
        self.with(|index| index.regions.insert(region, Box::new(*data)));
        Ok(())
    }
}
