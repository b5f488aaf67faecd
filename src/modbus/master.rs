//! The Modbus master of a bus. It makes the requests of the polls and, between two of them, one on somebody's behalf.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::context::BusContext;
use super::error::{ReadError, ReadResult};
use super::gap_tuner::GapTuner;
use super::link::Link;
use super::numbering::Numbering;
use super::quirks::QuirkStore;
use super::request::{AdHocRequest, ReadRequest};
use super::schedule::Mode;
use super::settings::BusSettings;
use super::stats::{BusCounters, BusWatch, UnitCounters};
use crate::device::Request;
use crate::locales::Text;
use crate::support::Clock;

/// Owns the line of a bus.
pub(super) struct BusMaster {
    link: Link,
    clock: Clock,
    ad_hoc: mpsc::Receiver<AdHocRequest>,
    /// For ad-hoc requests that have none of their own.
    timeout: Duration,
    /// The silence that units need before each request, as configured.
    gaps: Vec<(u8, Duration)>,
    retries: u32,
    random: fn() -> f64,
    gap_tuner: GapTuner,
    quirks: Arc<QuirkStore>,
    watch: BusWatch,
    /// The time that requests have taken since [`BusMaster::take_busy`].
    busy: Duration,
    /// Why the line could not be opened last.
    unreachable: Option<Text>,
}

/// How a device is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestOptions {
    /// Index among the devices of the bus.
    pub(super) index: usize,
    pub(super) unit: u8,
    pub(super) timeout: Duration,
    pub(super) gap: Duration,
}

impl BusMaster {
    pub(super) fn new(
        link: Link,
        settings: &BusSettings,
        context: &BusContext<'_>,
        ad_hoc: mpsc::Receiver<AdHocRequest>,
        watch: BusWatch,
    ) -> Self {
        Self {
            link,
            clock: context.clock.member(),
            ad_hoc,
            timeout: Duration::from_millis(settings.timeout_ms),
            gaps: settings.devices.iter().map(|d| (d.unit, d.gap())).collect(),
            retries: settings.retries,
            random: context.random,
            gap_tuner: GapTuner::with_known(context.quirks.gaps(&settings.name)),
            quirks: context.quirks.clone(),
            watch,
            busy: Duration::ZERO,
            unreachable: None,
        }
    }

    /// A random number in `[0, 1)`.
    pub(super) fn random(&self) -> f64 {
        (self.random)()
    }

    pub(super) fn count_unit(
        &self,
        index: usize,
        change: impl FnOnce(&mut UnitCounters, Timestamp),
    ) {
        let now = self.clock.now();
        if let Some(unit) = self.watch.counters().units.get_mut(index) {
            change(unit, now);
        }
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut BusCounters)) {
        change(&mut self.watch.counters());
    }

    pub(super) fn watch(&self) -> BusWatch {
        self.watch.clone()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Which transaction numbers the answers carry, where not those of the requests.
    pub(super) fn numbering(&self) -> Option<Numbering> {
        self.link.numbering()
    }

    /// Reads, and retries where that may help. Serves at most one ad-hoc request first.
    pub(super) async fn read(&mut self, options: RequestOptions, request: Request) -> ReadResult {
        self.read_with_retries(options, request, self.retries, true).await
    }

    /// Reads without a retry: a device that is absent does not answer the second time either.
    pub(super) async fn read_once(
        &mut self,
        options: RequestOptions,
        request: Request,
    ) -> ReadResult {
        self.read_with_retries(options, request, 0, true).await
    }

    /// Reads once what the device may rightly refuse: then that is no failure of it.
    pub(super) async fn try_read(
        &mut self,
        options: RequestOptions,
        request: Request,
    ) -> ReadResult {
        self.read_with_retries(options, request, 0, false).await
    }

    async fn read_with_retries(
        &mut self,
        options: RequestOptions,
        request: Request,
        mut retries: u32,
        counts_refusals: bool,
    ) -> ReadResult {
        if let Ok(ad_hoc) = self.ad_hoc.try_recv() {
            self.serve(ad_hoc).await;
        }
        let RequestOptions { index, unit, timeout, gap } = options;
        loop {
            let gap = gap.max(self.gap_tuner.gap(unit));
            let begun = self.clock.uptime();
            let outcome =
                self.link.read(&ReadRequest { unit, request, timeout, gap, mode: None }).await;
            let took = self.clock.uptime().saturating_sub(begun);
            self.busy += took;
            let success = outcome.as_ref().map(drop);
            if counts_refusals || success.err().is_none_or(|error| !error.refused()) {
                self.count_unit(index, |unit, _| unit.record(success, took));
            }
            self.tune_gap(options, success);
            if let Err(error @ ReadError::Unreachable { .. }) = &outcome {
                self.unreachable = Some(error.text());
            }
            match outcome {
                Err(error) if retries > 0 && self.worth_retrying(unit, &error) => retries -= 1,
                outcome => return outcome,
            }
        }
    }

    /// Whether another request may help now: also after a longer silence, where that has not been tried in vain.
    fn worth_retrying(&self, unit: u8, error: &ReadError) -> bool {
        let hurried = error.may_mean_hurry() && self.gap_tuner.tries_silence(unit);
        error.worth_retrying() || hurried
    }

    /// Raises the silence before requests to a unit that evidently needs more.
    fn tune_gap(&mut self, options: RequestOptions, outcome: Result<(), &ReadError>) {
        let unit = options.unit;
        let Some(gap) = self.gap_tuner.observe(unit, self.link.silence(), outcome) else {
            return;
        };
        let bus = self.watch.counters().report.name.clone();
        tracing::warn!(
            bus,
            unit,
            gap_ms = gap.as_millis(),
            "the unit answers only after this much silence; it is kept before each request to the unit from now on"
        );
        self.quirks.set_gap(&bus, unit, gap);
        self.count_unit(options.index, |unit, _| unit.set_gap(gap));
    }

    /// Sleeps until the clock shows `until`, is set back, an ad-hoc request has been served or the mode changes.
    pub(super) async fn wait(&mut self, until: Timestamp, mode: &mut watch::Receiver<Mode>) {
        let mode_can_change = mode.has_changed().is_ok();
        let ad_hoc = tokio::select! {
            biased;
            () = self.clock.sleep_until(until) => None,
            ad_hoc = self.ad_hoc.recv() => ad_hoc,
            _ = mode.changed(), if mode_can_change => None,
        };
        if let Some(ad_hoc) = ad_hoc {
            self.serve(ad_hoc).await;
        }
    }

    /// Makes an ad-hoc request, unless nobody waits for its answer any more.
    async fn serve(&mut self, ad_hoc: AdHocRequest) {
        let AdHocRequest { unit, request, timeout, mode, reply } = ad_hoc;
        if reply.is_closed() {
            return;
        }
        let gap =
            self.gaps.iter().find(|(id, _)| *id == unit).map(|(_, gap)| *gap).unwrap_or_default();
        let gap = gap.max(self.gap_tuner.gap(unit));
        let timeout = timeout.unwrap_or(self.timeout);
        let begun = self.clock.uptime();
        let outcome = self.link.read(&ReadRequest { unit, request, timeout, gap, mode }).await;
        self.busy += self.clock.uptime().saturating_sub(begun);
        let _nobody_waits = reply.send(outcome).is_err();
    }

    /// Why the line could not be opened the last time that it could not.
    pub(super) fn unreachable(&self) -> Option<&Text> {
        self.unreachable.as_ref()
    }

    /// The time that requests have taken since the last call.
    pub(super) fn take_busy(&mut self) -> Duration {
        std::mem::take(&mut self.busy)
    }
}
