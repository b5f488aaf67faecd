//! A file that is written in parts, so that an interrupted export can be resumed.
//!
//! Parts are collected in a directory beside the file. Each is written and synced before the journal lists it; a part
//! that the journal does not list does not exist. In the end the parts are joined in the same directory and the result
//! is renamed: under its name the file is whole or not there.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::core::Series;
use crate::locales::{foreign, transfer as words};
use crate::support::files;

const JOURNAL: &str = "journal.jsonl";
/// The file in which the parts are joined.
const WHOLE: &str = "whole";

/// How far an export has come: the readings in all parts, and series and time of the last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub readings: u64,
    pub series: Series,
    pub at_ms: i64,
}

/// The directory of parts.
pub struct Parts {
    directory: PathBuf,
    /// Locked while it is open: only one export writes a file.
    journal: File,
    count: usize,
    mark: Option<Mark>,
}

impl Parts {
    /// Begins to write `out`. With `resume`, continues with the parts of an interrupted export of the same `plan`.
    ///
    /// # Errors
    /// `out` exists, another export writes it, or the parts are of another plan.
    pub fn open(out: &Path, plan: &str, resume: bool) -> anyhow::Result<Self> {
        anyhow::ensure!(!out.exists(), words::exists_already(out));
        let directory = files::with_suffix(out, ".parts");
        let cannot =
            |error| anyhow::Error::msg(words::cannot_create_here(&directory, foreign::io(&error)));
        let path = directory.join(JOURNAL);
        if directory.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            anyhow::ensure!(
                path.is_file() || fs::read_dir(&directory).map_err(cannot)?.next().is_none(),
                words::not_of_an_export(&directory)
            );
        } else {
            fs::create_dir(&directory).map_err(cannot)?;
        }
        // A link in its place would have another file cut short.
        let journal = File::options()
            .create(true)
            .append(true)
            .read(true)
            .mode(files::MODE)
            .custom_flags(OFlags::NOFOLLOW.bits() as i32)
            .open(&path)
            .map_err(cannot)?;
        anyhow::ensure!(journal.try_lock().is_ok(), words::another_export(out));
        let mut parts = Self { directory, journal, count: 0, mark: None };
        if resume {
            parts.resume(&path, plan)?;
        }
        if parts.count == 0 {
            parts.journal.set_len(0)?;
            parts.add_line(plan)?;
        }
        Ok(parts)
    }

    fn resume(&mut self, path: &Path, plan: &str) -> anyhow::Result<()> {
        let text = fs::read_to_string(path)?;
        // A line without an end was being written when the export was interrupted.
        let mut whole = 0;
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let noted = line.trim_end();
            if whole == 0 {
                anyhow::ensure!(noted == plan, words::of_another_export(&self.directory, noted));
            } else {
                let mark = serde_json::from_str(noted);
                let damaged = |_| anyhow::Error::msg(words::parts_damaged(path));
                self.mark = Some(mark.map_err(damaged)?);
                self.count += 1;
            }
            whole += line.len();
        }
        self.journal.set_len(whole as u64)?;
        Ok(())
    }

    /// `None` if there is no part yet.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// Adds a part. It is durable when this returns.
    pub fn add(
        &mut self,
        mark: Mark,
        write: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let path = self.path(self.count);
        files::write(&path, write).with_context(|| words::cannot_write(&path))?;
        files::sync_dir(&self.directory)?;
        self.add_line(&serde_json::to_string(&mark)?)?;
        self.count += 1;
        self.mark = Some(mark);
        Ok(())
    }

    fn add_line(&mut self, line: &str) -> anyhow::Result<()> {
        self.journal.write_all(format!("{line}\n").as_bytes())?;
        Ok(self.journal.sync_all()?)
    }

    /// Joins the parts with `join`, and gives the file its name. If that fails, the parts stay.
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
            File::open(&path).with_context(|| words::cannot_open(&path))
        });
        files::write(&whole, |file| join(file, &mut parts))
            .with_context(|| words::cannot_write(&whole))?;
        anyhow::ensure!(!out.exists(), words::appeared(out));
        files::rename(&whole, out).with_context(|| words::cannot_write(out))?;
        fs::remove_dir_all(&self.directory).with_context(|| words::cannot_remove(&self.directory))
    }

    fn path(&self, number: usize) -> PathBuf {
        self.directory.join(format!("part-{number:06}"))
    }
}
