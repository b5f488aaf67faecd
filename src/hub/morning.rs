//! The morning's page beside the state of each source: worked out in the background, since it reads months.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cells::StoreCells;
use super::report::statement_of;
use super::{HubSettings, calendar, drought, drought_event_by, logged};
use crate::account::{self, Morning, MorningBasis, SourceState};
use crate::core::{Calendar, HOUR_MS, StationId};
use crate::figures::Severity;
use crate::ledger::Ledger;
use crate::locales::{Text, foreign, hub as words};
use crate::store::Sqlite;
use crate::support::{Clock, Stopwatch};
use crate::water::Township;

/// How often is looked whether it has to be made anew.
const LOOK: Duration = Duration::from_secs(1);

/// It is made anew at least so often, in real time: late readings and corrections change what was. Engineering
/// judgement.
const AT_LEAST: Duration = Duration::from_secs(600);

/// Its making takes a twentieth of a core at most, as that of all that the page shows.
const PAUSE_FACTOR: u32 = 20;

/// After a failure it is tried again no sooner: most of them last until somebody corrects a file.
const RETRY: Duration = Duration::from_secs(60);

/// What was worked out last.
#[derive(Debug, Clone, Default)]
pub(super) struct Worked {
    pub morning: Option<Arc<Morning>>,
    /// The last that is known of each source, by its id.
    pub states: Arc<HashMap<StationId, SourceState>>,
    /// Open findings of the check of figures: errors, and others; `None` where the ledger names no event.
    pub findings: Option<[u32; 2]>,
    /// Why some of it is as it was before.
    pub failed: Option<Text>,
}

/// Makes mornings of a township, from readers of its own.
pub struct Mornings {
    settings: HubSettings,
    township: Arc<Township>,
    calendar: Calendar,
    store: Sqlite,
    ledger: Ledger,
    clock: Clock,
    simulated: bool,
    last: Option<Last>,
}

/// What the last one was made at.
struct Last {
    stamp: Stamp,
    failed: bool,
    ended: Stopwatch,
    /// How long to wait until the next.
    pause: Duration,
}

/// What makes a new morning.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stamp {
    day: Date,
    /// The hour since 1970; none in a simulation, whose hours pass in hundredths of a second.
    hour: Option<i64>,
    /// The ledger's version.
    ledger: Option<i64>,
    /// Corrections that were entered and withdrawn, as far as hours are folded with them.
    corrections: Option<(i64, i64)>,
}

impl Mornings {
    /// # Errors
    /// The zone is unknown, or a file cannot be opened.
    pub fn new(
        settings: HubSettings,
        township: Arc<Township>,
        clock: Clock,
        simulated: bool,
    ) -> anyhow::Result<Self> {
        let calendar = calendar(&township)?;
        let store = Sqlite::open_reader(&settings.store.path)?;
        let ledger = Ledger::open(&settings.ledger.path)?;
        Ok(Self { settings, township, calendar, store, ledger, clock, simulated, last: None })
    }

    /// The morning as it is now.
    ///
    /// # Errors
    /// A file cannot be read; the rules of the grades are wrong.
    pub fn make(&mut self) -> anyhow::Result<Morning> {
        let rules = drought::rules(&self.settings, &self.township)?;
        let entries = self.ledger.rows_in_force(self.settings.ledger.two_person)?.in_force;
        let now = self.clock.now();
        let basis = MorningBasis {
            township: &self.township,
            calendar: &self.calendar,
            entries: &entries,
            rules: &rules,
            now,
            event: drought_event_by(&entries, self.calendar.day_of(now)),
        };
        let mut cells = StoreCells { store: &self.store, calendar: &self.calendar };
        Ok(account::morning(&basis, &mut cells)?)
    }

    /// The findings that nobody has accepted, over the drought event of the ledger: errors, and others.
    ///
    /// # Errors
    /// A file cannot be read; a rule of plausibility is wrong.
    pub fn findings(&self) -> anyhow::Result<Option<[u32; 2]>> {
        let entries = self.ledger.rows_in_force(self.settings.ledger.two_person)?.in_force;
        let today = self.calendar.day_of(self.clock.now());
        let Some(event) = drought_event_by(&entries, today) else {
            return Ok(None);
        };
        let open = || Ok(Sqlite::open_reader(&self.settings.store.path)?);
        let statement = statement_of(&self.settings, &self.township, Some(event), open)?;
        let [mut errors, mut others] = [0, 0];
        for finding in statement.findings.open() {
            match finding.severity {
                Severity::Error => errors += 1,
                Severity::Warning | Severity::Hint => others += 1,
            }
        }
        Ok(Some([errors, others]))
    }

    fn stamp(&self) -> Stamp {
        let now: Timestamp = self.clock.now();
        Stamp {
            day: self.calendar.day_of(now),
            hour: (!self.simulated).then(|| now.as_millisecond().div_euclid(HOUR_MS)),
            ledger: self.ledger.version().ok(),
            corrections: self.corrections(),
        }
    }

    /// The corrections that were made. While hours are still to be folded with them, those of before: a morning of
    /// half of them would stay.
    fn corrections(&self) -> Option<(i64, i64)> {
        let before = self.last.as_ref().and_then(|last| last.stamp.corrections);
        let made = self.store.corrections_made().ok();
        let is_folded = made == before || self.store.pending().is_ok_and(|pending| pending == 0);
        if is_folded || before.is_none() { made } else { before }
    }

    /// What is worked out now, where it is time; what fails stays as it was `before`.
    fn make_if_due(&mut self, before: &Worked) -> Option<Worked> {
        let stamp = self.stamp();
        if !is_due(self.last.as_ref(), stamp) {
            return None;
        }
        let making = Stopwatch::start();
        let morning = self.make();
        // The check of figures reads all periods that it compares: not again where only time has passed.
        let same = self.last.as_ref().is_some_and(|last| last.stamp == stamp && !last.failed);
        let findings = if same { Ok(before.findings) } else { self.findings() };
        let took = making.elapsed() * PAUSE_FACTOR;
        let mut worked = Worked { failed: None, ..before.clone() };
        let failed = |error: anyhow::Error, what: &str, words: fn(Text) -> Text| {
            tracing::error!(error = logged(&error), what, "cannot make the morning's page");
            Some(words(foreign::chain(&error)))
        };
        match findings {
            Ok(findings) => worked.findings = findings,
            Err(error) => {
                worked.failed = failed(error, "findings", words::findings_not_made);
            }
        }
        match morning {
            Ok(morning) => {
                let states = morning.states().map(|state| (state.id.clone(), state.clone()));
                worked.states = Arc::new(states.collect());
                worked.morning = Some(Arc::new(morning));
            }
            Err(error) => {
                worked.failed = failed(error, "morning", words::morning_not_made);
            }
        }
        let failed = worked.failed.is_some();
        let pause = if failed { took.max(RETRY) } else { took };
        self.last = Some(Last { stamp, failed, ended: Stopwatch::start(), pause });
        Some(worked)
    }
}

fn is_due(last: Option<&Last>, stamp: Stamp) -> bool {
    let Some(last) = last else { return true };
    let rest = last.ended.elapsed();
    rest >= last.pause && (last.failed || last.stamp != stamp || rest >= AT_LEAST)
}

/// Keeps `worked` fresh until `stop`. It fails only if the thread that works it out panics.
pub(super) async fn follow(
    mut mornings: Mornings,
    worked: watch::Sender<Arc<Worked>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let before = worked.borrow().clone();
        let making = tokio::task::spawn_blocking(move || {
            let made = mornings.make_if_due(&before);
            (mornings, made)
        });
        let (returned, made) = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            ended = making => ended?,
        };
        mornings = returned;
        if let Some(made) = made {
            worked.send_replace(Arc::new(made));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[tokio::test(start_paused = true)]
    async fn it_is_made_anew_where_something_has_changed_and_after_its_pause() {
        let stamp = |hour, ledger| Stamp {
            day: date(2022, 8, 1),
            hour,
            ledger: Some(ledger),
            corrections: Some((0, 0)),
        };
        let last = |failed, pause| Last {
            stamp: stamp(Some(8), 1),
            failed,
            ended: Stopwatch::start(),
            pause: Duration::from_secs(pause),
        };
        let (calm, failed) = (last(false, 20), last(true, 60));
        assert!(is_due(None, stamp(Some(8), 1)));
        let corrected = Stamp { corrections: Some((1, 0)), ..stamp(Some(8), 1) };
        assert!(!is_due(Some(&calm), corrected), "not before its pause");
        for (after_s, due) in [(0, [false; 4]), (30, [false, true, true, false])] {
            tokio::time::advance(Duration::from_secs(after_s)).await;
            let found = [
                is_due(Some(&calm), stamp(Some(8), 1)),
                is_due(Some(&calm), stamp(Some(9), 1)),
                is_due(Some(&calm), stamp(Some(8), 2)),
                is_due(Some(&failed), stamp(Some(8), 1)),
            ];
            assert_eq!(found, due, "after {after_s} s");
        }
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(is_due(Some(&calm), corrected));
        assert!(is_due(Some(&failed), stamp(Some(8), 1)));
        assert!(!is_due(Some(&calm), stamp(Some(8), 1)));
        tokio::time::advance(AT_LEAST).await;
        assert!(is_due(Some(&calm), stamp(Some(8), 1)));
    }
}
