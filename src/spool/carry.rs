//! What is carried out by hand: the batches of a spool, read beside the gateway that fills it.

use std::path::Path;

use super::schema::read_only;
use super::{SpoolError, SpooledBatch};

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// The gateway.
    pub gateway: String,
    /// Batches handed on.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// Batches left there, because their time is not yet known: they would get another time later.
    pub held: u64,
    /// Where a spoilt file could not be read any further.
    pub broken: Option<String>,
}

/// Hands the batches of the spool at `path` to `take`, oldest first: those that the hub does not have, or `all` that are there. A
/// file that was set aside as spoilt is read as far as it can be.
///
/// # Errors
/// There is no spool, or `take` fails.
pub fn carry(
    path: &Path,
    all: bool,
    mut take: impl FnMut(SpooledBatch) -> std::io::Result<()>,
) -> anyhow::Result<Carried> {
    let (connection, gateway) = read_only(path)?;
    let held = connection.query_row("SELECT count(*) FROM held", [], |row| row.get(0)).unwrap_or(0);
    let mut carried = Carried { gateway, batches: 0, readings: 0, held, broken: None };
    let mut statement = connection
        .prepare(
            "SELECT seq, readings, payload FROM batch
             WHERE seq NOT IN (SELECT seq FROM held)
               AND (?1 OR NOT EXISTS (SELECT 1 FROM released WHERE seq BETWEEN first AND last))
             ORDER BY seq",
        )
        .map_err(SpoolError::from)?;
    let mut rows = statement.query([all]).map_err(SpoolError::from)?;
    loop {
        let batch = match rows.next() {
            Ok(Some(row)) => row.get(0).and_then(|seq| {
                Ok(SpooledBatch { seq, readings: row.get(1)?, message: row.get(2)? })
            }),
            Ok(None) => break,
            Err(error) => Err(error),
        };
        match batch {
            Ok(batch) => {
                carried.batches += 1;
                carried.readings += batch.readings;
                take(batch)?;
            }
            Err(error) => {
                carried.broken = Some(error.to_string());
                break;
            }
        }
    }
    Ok(carried)
}
