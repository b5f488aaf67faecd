//! Reads the batches of a spool while its gateway writes to it, to carry them to the office by hand.

use std::path::Path;

use super::queue::SpooledBatch;
use super::schema::{SpoolError, note_handed, open_read_only};
use crate::locales::{Text, foreign};

/// What an export came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    pub gateway: String,
    pub batches: u64,
    pub readings: u64,
    /// Batches left out because their time is not known yet: they will get another time later.
    pub held: u64,
    /// The highest number among the batches; 0 without any.
    pub last: u64,
    /// Why a damaged file could not be read any further.
    pub broken: Option<Text>,
}

/// Hands the batches of the spool at `path` to `sink`, oldest first: those that the hub does not have, or `all` that
/// are there. A damaged file is read as far as possible. Call [`handed_over`] once they are safe where they went.
pub fn export(
    path: &Path,
    all: bool,
    mut sink: impl FnMut(SpooledBatch) -> std::io::Result<()>,
) -> anyhow::Result<Exported> {
    let (connection, gateway) = open_read_only(path)?;
    // Only a number to report: a file too damaged for it may still give its batches.
    let held = connection.query_row("SELECT count(*) FROM held", [], |row| row.get(0)).unwrap_or(0);
    let mut exported = Exported { gateway, batches: 0, readings: 0, held, last: 0, broken: None };
    let mut statement = connection
        .prepare(
            "SELECT seq, readings, payload FROM batch
             WHERE seq NOT IN (SELECT seq FROM held)
               AND (?1 OR NOT EXISTS (SELECT 1 FROM released WHERE seq BETWEEN first AND last))
             ORDER BY seq",
        )
        .map_err(SpoolError::from)?;
    let rows = statement
        .query_map([all], |row| {
            Ok(SpooledBatch { seq: row.get(0)?, readings: row.get(1)?, message: row.get(2)? })
        })
        .map_err(SpoolError::from)?;
    for batch in rows {
        match batch {
            Ok(batch) => {
                exported.batches += 1;
                exported.readings += batch.readings;
                exported.last = exported.last.max(batch.seq);
                sink(batch)?;
            }
            Err(error) => {
                exported.broken = Some(foreign::sqlite(&error));
                break;
            }
        }
    }
    Ok(exported)
}

/// Notes in the spool at `path` that the batches of `exported` have been handed over, so that an acknowledgement of
/// the hub that takes them in releases them. A file that cannot be written stays as it is, and a damaged one is not
/// touched: its gateway then sends them, too, and the hub counts them once.
pub fn handed_over(path: &Path, exported: &Exported) {
    if exported.broken.is_none() && exported.last > 0 {
        let _not_noted = note_handed(path, exported.last).is_err();
    }
}
