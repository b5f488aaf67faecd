//! The state on the disk: one file, replaced whole at each step, so that nothing is ever half done.
//!
//! Only the gateway that runs writes it. What a person asks for beside it, [`Asked`], is a file of its own that the
//! gateway takes when it starts or reloads.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::locales::{Text, foreign, pushed as words};
use crate::support::files::{self, create_dir_all, folder_of, read_regular, with_suffix};

/// The largest file, bytes: six configurations, each of at most 32 KiB, and twenty problems. Engineering judgement.
const FILE_MAX: u64 = 512 * 1024;

/// Permissions of what a person asks for: it holds numbers only, and where root writes it the service has to read it.
const ASKED_MODE: u32 = 0o644;

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error("{}", words::file_unreadable(path, foreign::io(source)))]
    Io { path: PathBuf, source: io::Error },
    /// It is no state, or one of another version.
    #[error("{}", words::file_damaged(path, problem))]
    Damaged { path: PathBuf, problem: Text },
}

/// A state that could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::state_too_large(.0, FILE_MAX))]
struct TooLarge(usize);

/// What somebody at the gateway asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What was in force when it was asked for.
    pub number: Option<u64>,
    /// What is to be in force instead, of those that are kept; none for the gateway's own file alone.
    pub to: Option<u64>,
    /// Where the state is damaged: believe nothing made before this number.
    pub anew: u64,
}

/// The folder of the state.
#[derive(Debug, Clone)]
pub struct Book {
    folder: PathBuf,
    /// Writes until one fails, for tests: before (`false`) or after the file has its new contents.
    #[cfg(test)]
    pub fault: std::rc::Rc<std::cell::Cell<Option<(u32, bool)>>>,
}

impl Book {
    /// That of a gateway whose spool is `spool`: beside it.
    pub fn beside(spool: &Path) -> Self {
        Self {
            folder: spool.with_extension("pushed"),
            #[cfg(test)]
            fault: std::rc::Rc::default(),
        }
    }

    /// Whether anything was ever pushed.
    pub fn exists(&self) -> bool {
        self.file().exists()
    }

    fn file(&self) -> PathBuf {
        self.folder.join("state.json")
    }

    fn asked_file(&self) -> PathBuf {
        self.folder.join("drop.json")
    }

    /// The state; the first one where there is no file.
    pub fn read(&self) -> Result<State, BookError> {
        let path = self.file();
        let Some(state) = read_json::<State>(&path)? else { return Ok(State::default()) };
        if state.is_sound() {
            return Ok(state);
        }
        Err(BookError::Damaged { path, problem: words::other_version() })
    }

    /// Replaces the state. Once this returns, it outlasts a power cut.
    pub fn write(&self, state: &State) -> Result<(), BookError> {
        let path = self.file();
        let write = || {
            create_dir_all(&self.folder)?;
            self.fails(false)?;
            let bytes = serde_json::to_vec(state).map_err(io::Error::other)?;
            // What could not be read again is not written: what is there stays.
            if bytes.len() as u64 > FILE_MAX {
                return Err(io::Error::other(TooLarge(bytes.len())));
            }
            files::replace(&path, &bytes)?;
            self.fails(true)
        };
        write().map_err(|source| BookError::Io { path: path.clone(), source })
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "in tests it may fail")]
    fn fails(&self, _after: bool) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn fails(&self, after: bool) -> io::Result<()> {
        match self.fault.get() {
            Some((0, when)) if when == after => Err(io::Error::other("cut")),
            Some((left, when)) if when == after => {
                self.fault.set(Some((left - 1, when)));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Removes what a write has left that a kill or a power cut interrupted.
    pub fn sweep(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            if name.starts_with(b".hanqing-") && name.ends_with(b".new") {
                let _not_now = std::fs::remove_file(&path);
            }
        }
    }

    /// Puts a damaged file aside, under a name that says when.
    pub fn put_aside(&self, at: Timestamp) -> Result<(), BookError> {
        let path = self.file();
        let away = with_suffix(&path, &format!(".damaged-{}", at.as_millisecond()));
        let moved = files::quarantine(&path, &away);
        moved.map(|_| ()).map_err(|source| BookError::Io { path, source })
    }

    /// Asks the gateway for something.
    pub fn ask(&self, asked: Asked) -> Result<(), BookError> {
        let path = self.asked_file();
        let write = || {
            create_dir_all(&self.folder)?;
            let bytes = serde_json::to_vec(&asked).map_err(io::Error::other)?;
            files::write_as(ASKED_MODE, &path, |file| file.write_all(&bytes))?;
            files::sync_dir(folder_of(&path))
        };
        write().map_err(|source| BookError::Io { path: path.clone(), source })
    }

    /// What is asked for.
    pub fn asked(&self) -> Result<Option<Asked>, BookError> {
        read_json(&self.asked_file())
    }

    /// It is done.
    pub fn done(&self) -> Result<(), BookError> {
        let path = self.asked_file();
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(BookError::Io { path, source })
            }
            _ => Ok(()),
        }
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, BookError> {
    let damaged = |problem| BookError::Damaged { path: path.to_owned(), problem };
    let bytes = match read_regular(path, FILE_MAX) {
        Ok(bytes) if bytes.len() as u64 > FILE_MAX => {
            return Err(damaged(words::file_too_large(FILE_MAX)));
        }
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BookError::Io { path: path.to_owned(), source }),
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| damaged(Text::verbatim(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_reads_back_and_a_damaged_one_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::beside(&folder.path().join("spool.db"));
        assert!(!book.exists());
        assert_eq!(book.read().unwrap(), State::default());
        book.write(&State::anew(7)).unwrap();
        assert_eq!(book.read().unwrap(), State::anew(7));
        let path = folder.path().join("spool.pushed/state.json");
        for bad in ["", "{", "{}", "\u{0}", r#"{"v":2}"#, &" ".repeat(600_000)] {
            std::fs::write(&path, bad).unwrap();
            let said = book.read().unwrap_err().to_string();
            assert!(said.contains("state.json"), "{said}");
        }
        book.put_aside(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(book.read().unwrap(), State::default());
        assert!(folder.path().join("spool.pushed/state.json.damaged-0").exists());
    }

    #[test]
    fn what_a_cut_has_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::beside(&folder.path().join("spool.db"));
        book.sweep();
        book.write(&State::anew(7)).unwrap();
        book.ask(Asked { number: None, to: None, anew: 9 }).unwrap();
        std::fs::write(folder.path().join("spool.pushed/.hanqing-1.new"), "{\"v\":1,").unwrap();
        book.sweep();
        let entries = std::fs::read_dir(folder.path().join("spool.pushed")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["drop.json", "state.json"]);
    }

    #[test]
    fn a_state_that_could_not_be_read_again_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::beside(&folder.path().join("spool.db"));
        book.write(&State::anew(7)).unwrap();
        let mut state = State::anew(8);
        state.digest = "x".repeat(600_000);
        let said = book.write(&state).unwrap_err().to_string();
        assert!(said.contains("600") && said.contains("524288"), "{said}");
        assert_eq!(book.read().unwrap(), State::anew(7));
    }

    #[test]
    fn what_is_asked_for_waits_until_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::beside(&folder.path().join("spool.db"));
        assert_eq!(book.asked().unwrap(), None);
        let asked = Asked { number: Some(3), to: None, anew: 9 };
        book.ask(asked).unwrap();
        assert_eq!(book.asked().unwrap(), Some(asked));
        book.done().unwrap();
        book.done().unwrap();
        assert_eq!(book.asked().unwrap(), None);
    }
}
