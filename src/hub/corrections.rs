//! Corrections that somebody enters or withdraws on a page, while the hub runs.
//!
//! They go into the file over a connection of their own, as those of a command beside a running hub do (`hanqing
//! gateway revoke`, `hanqing correction add`): so it is the same where the store is the file and where the file is
//! the copy of a server. Hours are folded in portions, between which commits go on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::logged;
use crate::core::Correction;
use crate::locales::{Text, store as words};
use crate::store::{Sqlite, StoreError};
use crate::support::{Clock, Stopwatch};
use crate::web::{CorrectionAsked, Done, Withdraw};

/// Hours that are folded in one transaction: a commit waits a tenth of a second for it. Engineering judgement.
const HOURS_PER_PORTION: u32 = 1_000;

/// How long an answer waits for hours to be folded, so that the page that comes next shows what has changed; the rest
/// is folded after it, and the page says so. Engineering judgement.
const FOLD_BEFORE_ANSWER: Duration = Duration::from_millis(700);

/// Enters and withdraws corrections.
#[derive(Clone)]
pub struct Corrections(Arc<Source>);

struct Source {
    path: PathBuf,
    clock: Clock,
    stop: CancellationToken,
    /// One at a time, to the end of its folding.
    turn: Arc<Mutex<()>>,
}

impl Corrections {
    /// Corrections of the store at `path`, until `stop`.
    pub fn new(path: PathBuf, clock: Clock, stop: CancellationToken) -> Self {
        Self(Arc::new(Source { path, clock, stop, turn: Arc::default() }))
    }

    /// Enters a correction.
    ///
    /// # Errors
    /// The file cannot be written; nothing was entered.
    pub async fn correct(self, asked: CorrectionAsked) -> anyhow::Result<Done> {
        let CorrectionAsked { series, from, to, kind, reason, by } = asked;
        let at = self.0.clock.now();
        let correction =
            Correction { id: 0, series, from, to, kind, reason, by, at, withdrawn: None };
        self.change(move |store| store.correct(&correction)).await
    }

    /// Withdraws a correction.
    ///
    /// # Errors
    /// The file cannot be written; the correction is in force.
    pub async fn withdraw(self, asked: Withdraw) -> anyhow::Result<Done> {
        let Withdraw { station, id, reason, by } = asked;
        let at = self.0.clock.now();
        let end = move |store: &mut Sqlite| {
            // On the page of another station there is no such correction: the record of deeds would name that one.
            if store.correction(id)?.is_some_and(|found| found.series.station != station) {
                return Ok(Err(words::correction_unknown(id)));
            }
            Ok(store.withdraw(id, &by, &reason, at)?.map(|()| id))
        };
        self.change(end).await
    }

    async fn change(
        self,
        change: impl FnOnce(&mut Sqlite) -> Result<Result<i64, Text>, StoreError> + Send + 'static,
    ) -> anyhow::Result<Done> {
        let turn = self.0.turn.clone().lock_owned().await;
        let source = self.0.clone();
        let (answer, answered) = tokio::sync::oneshot::channel();
        let work = move || {
            let _turn = turn;
            let mut store = match Sqlite::open(&source.path) {
                Ok(store) => store,
                Err(error) => return drop(answer.send(Err(error))),
            };
            let changed = change(&mut store);
            let is_done = matches!(changed, Ok(Ok(_)));
            let more = is_done && fold(&mut store, Some(FOLD_BEFORE_ANSWER), &source.stop);
            drop(answer.send(changed));
            if more {
                fold(&mut store, None, &source.stop);
            }
        };
        // Nobody waits for its end: what is left is noted in the file, and is folded by whoever writes to it next.
        tokio::task::spawn_blocking(work);
        Ok(match answered.await?? {
            Ok(number) => Done::As(number),
            Err(problem) => Done::Refused(problem),
        })
    }
}

/// Folds hours, for at most about so long. Returns whether more are left. What fails is tried again by the store.
fn fold(store: &mut Sqlite, within: Option<Duration>, stop: &CancellationToken) -> bool {
    let began = Stopwatch::start();
    while !stop.is_cancelled() {
        match store.fold_pending(HOURS_PER_PORTION) {
            Ok(false) => return false,
            Ok(true) if within.is_some_and(|within| began.elapsed() >= within) => return true,
            Ok(true) => {}
            Err(error) => {
                let error = logged(&error.into());
                tracing::warn!(error, "hours of a correction cannot be folded for now");
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{CorrectionKind, Reading, Series};
    use crate::store::Store;
    use crate::wire::{Batch, Epoch};
    use jiff::Timestamp;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_659_312_000 + 3600 * hour).unwrap()
    }

    #[tokio::test]
    async fn a_correction_is_entered_beside_the_writer_and_its_hours_follow() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let mut store = Sqlite::open(&path).unwrap();
        let series: Series = "pond-1/level".parse().unwrap();
        let readings = (0..24).map(|h| Reading::good(series.clone(), at(h), 98.0)).collect();
        let gateway = "gw-1".parse().unwrap();
        let batch = Batch { gateway, epoch: Epoch(7), seq: 1, clock: None, loss: None, readings };
        store.commit(&[batch], at(24)).unwrap();
        let stop = CancellationToken::new();
        let corrections = Corrections::new(path, Clock::system(), stop);
        let asked = CorrectionAsked {
            series: series.clone(),
            from: at(3),
            to: at(5),
            kind: CorrectionKind::Shift { by: 0.5 },
            reason: "水尺基面 0.5 m".into(),
            by: "水利站 陈".into(),
        };
        let done = corrections.clone().correct(asked.clone()).await.unwrap();
        assert_eq!(done, Done::As(1));
        let means = |store: &Sqlite| -> Vec<f64> {
            let hours = store.hours(&series, at(0), at(24)).unwrap();
            hours.iter().filter_map(|hour| hour.mean).collect()
        };
        assert_eq!(means(&store)[2..6], [98.0, 98.5, 98.5, 98.0]);
        let again = corrections.clone().correct(asked).await.unwrap();
        assert!(matches!(again, Done::Refused(_)), "{again:?}");
        let withdraw = |station: &str| Withdraw {
            station: station.parse().unwrap(),
            id: 1,
            reason: "登错".into(),
            by: "水利站 李".into(),
        };
        let elsewhere = corrections.clone().withdraw(withdraw("pond-2")).await.unwrap();
        assert!(matches!(elsewhere, Done::Refused(_)), "{elsewhere:?}");
        assert_eq!(means(&store)[2..6], [98.0, 98.5, 98.5, 98.0]);
        assert_eq!(corrections.withdraw(withdraw("pond-1")).await.unwrap(), Done::As(1));
        assert_eq!(means(&store), [98.0; 24]);
        assert_eq!(store.pending().unwrap(), 0);
    }
}
