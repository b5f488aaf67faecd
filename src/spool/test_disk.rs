//! A disk in memory for SQLite. Its power can fail at any write; unsynced ones are then lost, kept or torn at random.

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
    /// One operation fails, as on a full or failing disk.
    Once(ErrorKind),
}

struct Content {
    files: HashMap<String, File>,
    /// Writes and synchronisations until the next fault.
    until: Option<(u64, Fault)>,
    dead: bool,
}

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
    pub fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("faulty-{}", MADE.fetch_add(1, Relaxed));
        let content =
            Arc::new(Mutex::new(Content { files: HashMap::new(), until: None, dead: false }));
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

    pub fn is_dead(&self) -> bool {
        self.content().dead
    }

    /// Switches off and on again. `seed` decides what is left of unsynchronised changes.
    pub fn restart(&self, seed: u64) {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut content = self.content();
        content.dead = false;
        content.until = None;
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
    /// Counts an operation that changes the disk.
    fn changes(&mut self) -> Result<(), Error> {
        self.works()?;
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
            Fault::Power => {
                self.dead = true;
                self.works()
            }
            Fault::Once(kind) => Err(kind.into()),
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
        Ok(Handle { content: self.0.clone(), name: db.into(), lock: LockKind::None })
    }

    fn delete(&self, db: &str) -> Result<(), Error> {
        let mut content = self.0.lock().unwrap();
        // Deleting fails only without power: a full disk can delete, and SQLite relies on it.
        if matches!(content.until, Some((_, Fault::Power))) {
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
        "temporary".into()
    }

    fn random(&self, buffer: &mut [i8]) {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        buffer.iter_mut().for_each(|byte| *byte = chance.next_u32() as i8);
    }

    fn sleep(&self, duration: Duration) -> Duration {
        duration
    }
}

struct Handle {
    content: Arc<Mutex<Content>>,
    name: String,
    lock: LockKind,
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
            let file = content.files.get_mut(name).ok_or(ErrorKind::NotFound)?;
            change.apply(&mut file.now);
            file.pending.push(change);
            Ok(())
        })
    }
}

impl DatabaseHandle for Handle {
    type WalIndex = NoIndex;

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
        self.lock = lock;
        Ok(true)
    }

    fn reserved(&mut self) -> Result<bool, Error> {
        Ok(false)
    }

    fn current_lock(&self) -> Result<LockKind, Error> {
        Ok(self.lock)
    }

    fn wal_index(&self, _readonly: bool) -> Result<NoIndex, Error> {
        Ok(NoIndex)
    }
}

/// A single user needs no shared index of the log.
struct NoIndex;

impl wip::WalIndex for NoIndex {
    fn map(&mut self, _region: u32) -> Result<[u8; 32768], Error> {
        Err(ErrorKind::Unsupported.into())
    }

    fn lock(&mut self, _locks: Range<u8>, _lock: WalIndexLock) -> Result<bool, Error> {
        Ok(true)
    }

    fn delete(self) -> Result<(), Error> {
        Ok(())
    }
}
