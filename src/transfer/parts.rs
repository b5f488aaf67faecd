//! An export that may be interrupted: parts in a directory beside the file that it will be.
//!
//! A part is written, brought to the disk and only then noted in the journal; what the journal does not note does not exist. When
//! all are there they are put together in the same directory, and the whole is renamed to its name: under that name there is
//! nothing, or all of it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::core::Series;
use crate::support::files;

/// The journal's name in the directory.
const JOURNAL: &str = "journal.jsonl";
/// Name of what the parts are put together in.
const WHOLE: &str = "whole";

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Readings in all parts so far.
    pub readings: u64,
    /// The last of them: its series.
    pub series: Series,
    /// Its time, ms since 1970.
    pub at_ms: i64,
}

/// The directory of parts.
pub struct Parts {
    directory: PathBuf,
    /// Locked as long as it is open: another export to the same file has to wait for another day.
    journal: File,
    count: usize,
    mark: Option<Mark>,
}

impl Parts {
    /// Begins to write `out`, or goes on where `resume` asks for it and there is something of the same `plan`.
    ///
    /// # Errors
    /// `out` is there, another export writes it, or what is there is of another plan.
    pub fn open(out: &Path, plan: &str, resume: bool) -> anyhow::Result<Self> {
        anyhow::ensure!(!out.exists(), "{} is there already; give another name", out.display());
        let directory = files::with_suffix(out, ".parts");
        let cannot =
            || format!("cannot make {}; give a directory that can be written", directory.display());
        let path = directory.join(JOURNAL);
        if directory.exists() {
            anyhow::ensure!(
                path.is_file() || fs::read_dir(&directory).with_context(cannot)?.next().is_none(),
                "{} is there and not of an export; move it away or give another name",
                directory.display()
            );
        } else {
            fs::create_dir(&directory).with_context(cannot)?;
        }
        let journal = File::options()
            .create(true)
            .append(true)
            .read(true)
            .open(&path)
            .with_context(cannot)?;
        anyhow::ensure!(
            journal.try_lock().is_ok(),
            "another export writes {}; wait for it or give another name",
            out.display()
        );
        let mut parts = Self { directory, journal, count: 0, mark: None };
        if resume {
            parts.go_on(&path, plan)?;
        }
        if parts.count == 0 {
            parts.begin(plan)?;
        }
        Ok(parts)
    }

    fn begin(&mut self, plan: &str) -> anyhow::Result<()> {
        self.journal.set_len(0)?;
        self.note(plan)
    }

    fn go_on(&mut self, path: &Path, plan: &str) -> anyhow::Result<()> {
        let text = fs::read_to_string(path)?;
        // A line without an end was being written when the export was interrupted.
        let mut whole = 0;
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let noted = line.trim_end();
            if whole == 0 {
                anyhow::ensure!(
                    noted == plan,
                    "{} is of an export of something else: {noted}; repeat that one, or leave --resume out to begin anew",
                    self.directory.display()
                );
            } else {
                let mark = serde_json::from_str(noted);
                self.mark = Some(mark.with_context(|| {
                    format!("{} is damaged; leave --resume out to begin anew", path.display())
                })?);
                self.count += 1;
            }
            whole += line.len();
        }
        self.journal.set_len(whole as u64)?;
        Ok(())
    }

    /// How far it is; `None` where nothing is written.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// Adds a part: on the disk when this returns.
    ///
    /// # Errors
    /// The disk takes no more. What was added before stays.
    pub fn add(
        &mut self,
        mark: Mark,
        write: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let path = self.path(self.count);
        files::write(&path, write).with_context(|| format!("cannot write {}", path.display()))?;
        files::sync_dir(&self.directory)?;
        self.note(&serde_json::to_string(&mark)?)?;
        self.count += 1;
        self.mark = Some(mark);
        Ok(())
    }

    fn note(&mut self, line: &str) -> anyhow::Result<()> {
        self.journal.write_all(format!("{line}\n").as_bytes())?;
        Ok(self.journal.sync_all()?)
    }

    /// Puts the parts together by `join`, and gives the whole its name.
    ///
    /// # Errors
    /// The disk takes no more, or `out` has come up meanwhile. The parts stay.
    pub fn finish(
        self,
        out: &Path,
        join: impl FnOnce(
            &mut BufWriter<File>,
            &mut dyn Iterator<Item = anyhow::Result<File>>,
        ) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let whole = self.directory.join(WHOLE);
        let mut parts = (0..self.count).map(|number| {
            let path = self.path(number);
            File::open(&path).with_context(|| format!("cannot open {}", path.display()))
        });
        files::write(&whole, |file| join(file, &mut parts))
            .with_context(|| format!("cannot write {}", whole.display()))?;
        anyhow::ensure!(
            !out.exists(),
            "{} has come up meanwhile; move it away and repeat with --resume",
            out.display()
        );
        files::rename(&whole, out).with_context(|| format!("cannot write {}", out.display()))?;
        fs::remove_dir_all(&self.directory).with_context(|| {
            format!("cannot remove {}; it is not needed any more", self.directory.display())
        })
    }

    fn path(&self, number: usize) -> PathBuf {
        self.directory.join(format!("part-{number:06}"))
    }
}
