//! The steps in which a gateway writes its state, and what a power cut leaves of them.

use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};

use super::kit::Office;

/// Both steps of a trial come well before that.
const WAITED_MAX: Duration = Duration::from_secs(110);

/// Steps that wait to be looked at. Nobody writes as many in one trial.
const WAITING_MAX: usize = 1000;

/// Sees each step as it is made.
pub struct Steps {
    folder: PathBuf,
    /// Whether it has given the file its name.
    made: Receiver<bool>,
    /// What the file held, oldest first.
    versions: Vec<Vec<u8>>,
    /// Whether the last step seen was that of the name.
    named: bool,
}

impl Steps {
    /// Of one write: the new file is there, has its contents, has its name, and is closed.
    pub const OF_A_WRITE: u32 = 4;

    /// Those that are made from now on.
    pub fn of(office: &Office) -> Self {
        let folder = office.context.path("spool.pushed");
        let watch = init(CreateFlags::CLOEXEC).unwrap();
        let kinds = WatchFlags::CREATE
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO;
        add_watch(&watch, &folder, kinds).unwrap();
        let (make, made) = sync_channel(WAITING_MAX);
        // It ends with the first step that nobody looks at any more.
        std::thread::spawn(move || {
            let mut room = [MaybeUninit::uninit(); 4096];
            let mut reader = Reader::new(watch, &mut room);
            while let Ok(event) = reader.next() {
                if make.send(event.events().contains(ReadFlags::MOVED_TO)).is_err() {
                    break;
                }
            }
        });
        let mut steps = Self { folder, made, versions: Vec::new(), named: false };
        steps.note();
        steps
    }

    fn note(&mut self) {
        self.versions.extend(std::fs::read(self.folder.join("state.json")).ok());
    }

    /// Waits until `count` have been made, or no more come.
    pub fn wait(&mut self, count: u32) {
        let until = Instant::now() + WAITED_MAX;
        for _ in 0..count {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(named) = self.made.recv_timeout(left) else { break };
            self.named = named;
            if named {
                self.note();
            }
        }
    }

    /// Leaves what a power cut does: of a file without its name any part, and a new name perhaps not.
    pub fn lose(self, draw: &mut ChaCha8Rng) {
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "new") {
                let file = std::fs::File::options().write(true).open(&path).unwrap();
                let whole = file.metadata().unwrap().len();
                file.set_len(draw.random_range(0..=whole)).unwrap();
            }
        }
        let [.., before, _] = &self.versions[..] else { return };
        if self.named && draw.random_bool(0.5) {
            std::fs::write(self.folder.join("state.json"), before).unwrap();
        }
    }
}
