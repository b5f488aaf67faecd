//! Who makes the requests of a bus: those of its polls and, between two of them, one on somebody's behalf.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::errand::Errand;
use super::learned::Learned;
use super::link::{Ask, Link, ReadError};
use super::schedule::Mode;
use super::settling::Settling;
use super::stats::{BusWatch, Counted, Unit};
use crate::device::Request;
use crate::support::Clock;

/// The line, and those who wait for it.
pub(super) struct Caller {
    line: Line,
    clock: Clock,
    errands: mpsc::Receiver<Errand>,
    habits: Habits,
    /// What silence units turned out to need.
    settling: Settling,
    learned: Arc<Learned>,
    watch: BusWatch,
    /// How long requests have been under way since [`Caller::take_busy`].
    busy: Duration,
}

/// How a bus is set to ask.
pub(super) struct Habits {
    /// How long an answer to an errand may take that does not say so.
    pub(super) timeout: Duration,
    /// The silence that units need before each request, where they need one.
    pub(super) gaps: Vec<(u8, Duration)>,
    /// How often a request that got no answer is made again.
    pub(super) retries: u32,
    /// What draws the jitter of probes, in `[0, 1)`.
    pub(super) chance: fn() -> f64,
}

/// What makes requests: the link, or in tests a play of devices.
pub(super) enum Line {
    Link(Box<Link>),
    #[cfg(test)]
    Play(super::play::Play),
}

impl Line {
    async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        match self {
            Self::Link(link) => link.read(ask).await,
            #[cfg(test)]
            Self::Play(play) => play.read(ask),
        }
    }

    /// For how long the line had been quiet when the last request began.
    fn quiet(&self) -> Duration {
        match self {
            Self::Link(link) => link.quiet(),
            #[cfg(test)]
            Self::Play(play) => play.quiet,
        }
    }
}

/// How a device is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Its place among the devices of the bus.
    pub(super) place: usize,
    pub(super) unit: u8,
    pub(super) timeout: Duration,
    pub(super) gap: Duration,
}

impl Caller {
    pub(super) fn new(
        line: Line,
        clock: Clock,
        errands: mpsc::Receiver<Errand>,
        habits: Habits,
        learned: Arc<Learned>,
        watch: BusWatch,
    ) -> Self {
        let gaps = learned.gaps(&watch.counted().name);
        Self {
            line,
            clock,
            errands,
            habits,
            settling: Settling::known(gaps),
            learned,
            watch,
            busy: Duration::ZERO,
        }
    }

    /// A number drawn from `[0, 1)`.
    pub(super) fn chance(&self) -> f64 {
        (self.habits.chance)()
    }

    /// Changes what is counted of the device at `place`.
    pub(super) fn unit(&self, place: usize, change: impl FnOnce(&mut Unit, Timestamp)) {
        let now = self.clock.now();
        if let Some(unit) = self.watch.counted().units.get_mut(place) {
            change(unit, now);
        }
    }

    /// Changes what is counted of the bus.
    pub(super) fn count(&self, change: impl FnOnce(&mut Counted)) {
        change(&mut self.watch.counted());
    }

    /// Where the bus can be watched from.
    pub(super) fn watch(&self) -> BusWatch {
        self.watch.clone()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Asks, and asks again where that may help. Serves at most one errand before.
    pub(super) async fn ask(
        &mut self,
        manner: Manner,
        request: Request,
    ) -> Result<Vec<u16>, ReadError> {
        self.asked(manner, request, self.habits.retries).await
    }

    /// Asks once: whoever is not there will not be for being asked twice.
    pub(super) async fn probe(
        &mut self,
        manner: Manner,
        request: Request,
    ) -> Result<Vec<u16>, ReadError> {
        self.asked(manner, request, 0).await
    }

    async fn asked(
        &mut self,
        manner: Manner,
        request: Request,
        retries: u32,
    ) -> Result<Vec<u16>, ReadError> {
        if let Ok(errand) = self.errands.try_recv() {
            self.serve(errand).await;
        }
        let mut left = retries;
        loop {
            let ask = Ask {
                unit: manner.unit,
                request,
                timeout: manner.timeout,
                gap: manner.gap.max(self.settling.gap(manner.unit)),
                mode: None,
            };
            let begun = self.clock.uptime();
            let outcome = self.line.read(&ask).await;
            let took = self.clock.uptime().saturating_sub(begun);
            self.busy += took;
            let counted = outcome.as_ref().map(drop);
            self.unit(manner.place, |unit, _| unit.asked(counted, took));
            self.settle(manner, counted);
            match outcome {
                Err(error) if left > 0 && error.worth_retrying() => left -= 1,
                outcome => return outcome,
            }
        }
    }

    /// Raises the silence before requests to a unit that evidently needs more.
    fn settle(&mut self, manner: Manner, outcome: Result<(), &ReadError>) {
        let quiet = self.line.quiet();
        let Some(gap) = self.settling.observed(manner.unit, quiet, outcome) else {
            return;
        };
        let name = self.watch.counted().name.clone();
        let (unit, gap_ms) = (manner.unit, gap.as_millis());
        tracing::warn!(
            bus = name,
            unit,
            gap_ms,
            "the unit answers only after so much silence: it is kept before each request to it from now on"
        );
        self.learned.set_gap(&name, manner.unit, gap);
        self.unit(manner.place, |unit, _| unit.gap = gap);
    }

    /// Sleeps until the clock shows `until`, has been set back, an errand has been served or the mode has changed.
    pub(super) async fn wait(&mut self, until: Timestamp, mode: &mut watch::Receiver<Mode>) {
        let changes = mode.has_changed().is_ok();
        let errand = tokio::select! {
            biased;
            () = self.clock.sleep_until(until) => None,
            errand = self.errands.recv() => errand,
            _ = mode.changed(), if changes => None,
        };
        if let Some(errand) = errand {
            self.serve(errand).await;
        }
    }

    /// Makes a request on somebody's behalf, unless nobody waits for it any more.
    async fn serve(&mut self, errand: Errand) {
        if errand.reply.is_closed() {
            return;
        }
        let gap = self.habits.gaps.iter().find(|(unit, _)| *unit == errand.unit);
        let ask = Ask {
            unit: errand.unit,
            request: errand.request,
            timeout: errand.timeout.unwrap_or(self.habits.timeout),
            gap: gap.map(|(_, gap)| *gap).unwrap_or_default().max(self.settling.gap(errand.unit)),
            mode: errand.mode,
        };
        let begun = self.clock.uptime();
        let outcome = self.line.read(&ask).await;
        self.busy += self.clock.uptime().saturating_sub(begun);
        let _nobody_waits = errand.reply.send(outcome).is_err();
    }

    /// How long requests have been under way since this was asked last.
    pub(super) fn take_busy(&mut self) -> Duration {
        std::mem::take(&mut self.busy)
    }
}
