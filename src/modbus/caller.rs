//! Who makes the requests of a bus: those of its polls and, between two of them, one on somebody's behalf.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::errand::Errand;
use super::link::{Ask, Link, ReadError};
use super::schedule::Mode;
use super::stats::{BusWatch, Counted, Unit};
use crate::device::Request;
use crate::support::Clock;

/// The line, and those who wait for it.
pub(super) struct Caller {
    line: Line,
    clock: Clock,
    errands: mpsc::Receiver<Errand>,
    habits: Habits,
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
        watch: BusWatch,
    ) -> Self {
        Self {
            line,
            clock,
            errands,
            habits,
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
        let ask = Ask {
            unit: manner.unit,
            request,
            timeout: manner.timeout,
            gap: manner.gap,
            mode: None,
        };
        let mut left = retries;
        loop {
            let begun = self.clock.uptime();
            let outcome = self.line.read(&ask).await;
            let took = self.clock.uptime().saturating_sub(begun);
            self.busy += took;
            let counted = outcome.as_ref().map(drop);
            self.unit(manner.place, |unit, _| unit.asked(counted, took));
            match outcome {
                Err(error) if left > 0 && error.worth_retrying() => left -= 1,
                outcome => return outcome,
            }
        }
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
        let gap = self
            .habits
            .gaps
            .iter()
            .find(|(unit, _)| *unit == errand.unit);
        let ask = Ask {
            unit: errand.unit,
            request: errand.request,
            timeout: errand.timeout.unwrap_or(self.habits.timeout),
            gap: gap.map(|(_, gap)| *gap).unwrap_or_default(),
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
