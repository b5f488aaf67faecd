//! Follows the machine's clock: readings held for it are let go once it is good, and the log says what they wait for.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::spool::SpoolHandle;
use crate::support::timekeeper::Refusal;
use crate::support::{Base, Clock};
use crate::wire::{BootId, Timebase};

/// How often the machine's clock is read, and so how soon a step of it is noticed.
const CLOCK_PERIOD: Duration = Duration::from_secs(5);

/// What has been done about the clock. Pure.
#[derive(Debug, Default)]
struct ClockWatch {
    /// Whether the spool knows a good time of this boot.
    told: bool,
    /// Whether the log has said that readings wait.
    waits_said: bool,
    /// When the refusal began that the log has told.
    refused_since: Option<Duration>,
}

/// What a look at the clock leads to.
#[derive(Debug, Default, PartialEq)]
struct Steps {
    /// Readings that are held get their true times and may be sent.
    let_go: bool,
    /// The log says that the time is known now and that it was not before.
    say_good: bool,
    /// The log says that readings wait for the clock.
    say_waits: bool,
    /// A refusal that the log has not told yet.
    say_refused: Option<Refusal>,
}

impl ClockWatch {
    /// What follows where the clock is `provisional` or good, and this many batches are held. It goes by the state, not
    /// by its change: the clock may be good from the start, and batches of this boot be held from an earlier run; and a
    /// disk that could not be written may have kept some.
    fn look(&mut self, provisional: bool, held: u64, refusal: Option<Refusal>) -> Steps {
        let mut steps = Steps::default();
        if provisional {
            steps.say_waits = !std::mem::replace(&mut self.waits_said, true);
        } else {
            steps.let_go = !std::mem::replace(&mut self.told, true) || held > 0;
            steps.say_good = std::mem::take(&mut self.waits_said);
        }
        steps.say_refused = refusal.filter(|refusal| self.refused_since != Some(refusal.since));
        self.refused_since = refusal.map(|refusal| refusal.since);
        steps
    }
}

/// Follows the machine's clock until `stop`; readings wait for it during `hold_min` minutes of connection.
pub(super) async fn follow_clock(
    clock: Clock,
    hold_min: u16,
    spool: SpoolHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut watch = ClockWatch::default();
    let status = spool.status();
    let mut ticks = tokio::time::interval(CLOCK_PERIOD);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        clock.update().await;
        let base = clock.base();
        let held = status.borrow().spool.held;
        let steps = watch.look(base.provisional, held, clock.refusal());
        if let Some(refusal) = steps.say_refused {
            tracing::warn!(%refusal, "the machine's clock is not trusted");
        }
        if steps.say_waits {
            tracing::warn!(
                held,
                hold_min,
                "the clock is not set: readings wait in the spool until a time service has set it, for hold_min minutes \
                 of connection at most, and are then sent as suspect; run systemd-timesyncd or chrony, or set \
                 clock.trust = \"always\" where a battery or GPS keeps the clock right"
            );
        }
        if steps.say_good {
            tracing::info!(now = %clock.now(), held, "the time is known to be right");
        }
        if steps.let_go {
            let good = timebase(base);
            spool.tell_spool(move |spool, _| spool.correct_held(good));
        }
    }
}

/// The clock as readings and the hub are told of it.
pub(super) fn timebase(base: Base) -> Timebase {
    Timebase { boot: BootId(base.boot), zero: base.zero_ms, provisional: base.provisional }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Flag, Reading};
    use crate::spool::{Limits, Spool};
    use crate::support::Trust;
    use crate::support::kernel_clock::KernelClock;
    use crate::support::timekeeper::Timekeeper;
    use jiff::Timestamp;

    /// 2027-01-15T08:00:00Z, s.
    const START: i64 = 1_800_000_000;
    const BOOT: BootId = BootId(7);

    /// A gateway's clock and spool, and what the watch does with them, without tasks.
    struct Gateway {
        path: std::path::PathBuf,
        keeper: Timekeeper,
        watch: ClockWatch,
        spool: Spool,
    }

    /// What the machine shows `up` seconds after it was switched on; its clock is an hour late until it is set.
    fn machine(up: u64, set: bool) -> KernelClock {
        let late = if set { 0 } else { 3600 };
        KernelClock {
            wall: Timestamp::from_second(START + up as i64 - late).unwrap(),
            up: Duration::from_secs(up),
            synchronised: set,
            forbidden: false,
        }
    }

    fn open(path: &std::path::Path) -> Spool {
        let limits = Limits { size_max: 1 << 20, free_min: 0 };
        let gateway = "gw-1".parse().unwrap();
        let mut spool =
            Spool::open(path, &gateway, limits, Timestamp::from_second(START).unwrap()).unwrap();
        spool.stop_holding(BOOT, false).unwrap();
        spool
    }

    impl Gateway {
        fn start(path: &std::path::Path, trust: Trust, kernel: KernelClock) -> Self {
            let spool = open(path);
            let keeper = Timekeeper::new(trust, spool.known_time().unwrap(), kernel);
            Self { path: path.into(), keeper, watch: ClockWatch::default(), spool }
        }

        /// The process ends and another begins.
        fn again(self, trust: Trust, kernel: KernelClock) -> Self {
            let path = self.path.clone();
            drop(self.spool);
            Self::start(&path, trust, kernel)
        }

        fn base(&self) -> Timebase {
            let provisional = !self.keeper.good();
            Timebase { boot: BOOT, zero: self.keeper.zero_ms(), provisional }
        }

        /// A poll at this uptime.
        fn poll(&mut self, up: u64) {
            let at = self.keeper.at(Duration::from_secs(up));
            let reading = Reading::good("pond-1/level".parse().unwrap(), at, 1.0);
            self.spool.append(vec![reading], self.base()).unwrap();
        }

        fn look(&mut self, kernel: KernelClock) -> Steps {
            self.keeper.update(kernel);
            let held = self.spool.stats().held;
            let steps = self.watch.look(!self.keeper.good(), held, self.keeper.refusal());
            if steps.let_go {
                self.spool.correct_held(self.base()).unwrap();
            }
            steps
        }

        /// Uptimes of the readings that may be sent, by the true clock. All of them are good.
        fn sent(&mut self) -> Vec<i64> {
            let batches = self.spool.batches(0, u64::MAX, 1000).unwrap();
            let read = batches
                .iter()
                .flat_map(|batch| crate::wire::packed::unpack(&batch.message).unwrap().into_iter());
            let readings: Vec<Reading> = read.flat_map(|batch| batch.readings).collect();
            assert!(readings.iter().all(|r| r.flag == Flag::Good && r.reason.is_none()));
            readings.iter().map(|reading| reading.observed_at.as_second() - START).collect()
        }
    }

    /// A gateway that has polled twice before its clock was set.
    fn held(dir: &tempfile::TempDir) -> Gateway {
        let mut gateway =
            Gateway::start(&dir.path().join("spool.db"), Trust::Kernel, machine(20, false));
        let steps = gateway.look(machine(20, false));
        assert_eq!(steps, Steps { say_waits: true, ..Steps::default() });
        gateway.poll(21);
        gateway.poll(22);
        assert_eq!(gateway.look(machine(25, false)), Steps::default(), "said once");
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![], 2));
        gateway
    }

    #[test]
    fn held_readings_go_once_the_service_sets_the_clock_while_it_runs() {
        let dir = tempfile::tempdir().unwrap();
        let mut gateway = held(&dir);
        let steps = gateway.look(machine(30, true));
        assert_eq!(steps, Steps { let_go: true, say_good: true, ..Steps::default() });
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![21, 22], 0));
        assert_eq!(gateway.look(machine(35, true)), Steps::default());
    }

    #[test]
    fn held_readings_go_where_the_service_set_the_clock_while_the_gateway_was_down() {
        let dir = tempfile::tempdir().unwrap();
        let mut gateway = held(&dir).again(Trust::Kernel, machine(40, true));
        assert_eq!(gateway.spool.stats().held, 2);
        let steps = gateway.look(machine(40, true));
        assert_eq!(steps, Steps { let_go: true, ..Steps::default() });
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![21, 22], 0));
    }

    #[test]
    fn held_readings_go_where_the_new_configuration_trusts_the_clock() {
        let dir = tempfile::tempdir().unwrap();
        // The machine's clock is as late as before, but now somebody says that it is right.
        let mut gateway = held(&dir).again(Trust::Always, machine(40, false));
        assert!(gateway.look(machine(40, false)).let_go);
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![21 - 3600, 22 - 3600], 0));
    }

    #[test]
    fn held_readings_go_after_a_restart_without_a_clock_and_one_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut gateway = held(&dir).again(Trust::Kernel, machine(40, false));
        assert!(gateway.look(machine(40, false)).say_waits);
        gateway.poll(41);
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![], 3));
        let mut gateway = gateway.again(Trust::Kernel, machine(50, true));
        gateway.poll(51);
        assert_eq!(gateway.sent(), [51], "before the first look");
        assert!(gateway.look(machine(55, true)).let_go);
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![21, 22, 41, 51], 0));
    }

    #[test]
    fn held_readings_go_once_a_time_that_was_refused_has_lasted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.db");
        let mut gateway = Gateway::start(&path, Trust::Kernel, machine(10, true));
        gateway.look(machine(10, true));
        gateway.poll(11);
        // The service sets a time an hour before the last good one.
        let late = |up| KernelClock { synchronised: true, ..machine(up, false) };
        let mut gateway = gateway.again(Trust::Kernel, late(20));
        let steps = gateway.look(late(20));
        assert!(steps.say_waits && steps.say_refused.is_some() && !steps.let_go);
        gateway.poll(21);
        assert_eq!(gateway.look(late(25)), Steps::default());
        assert_eq!(gateway.spool.stats().held, 1);
        let steps = gateway.look(late(20 + 3600));
        assert!(steps.let_go && steps.say_good && steps.say_refused.is_none());
        assert_eq!((gateway.sent(), gateway.spool.stats().held), (vec![11, 21 - 3600], 0));
    }

    #[test]
    fn what_a_disk_kept_is_let_go_at_the_next_look() {
        let mut watch = ClockWatch::default();
        assert!(!watch.look(true, 3, None).let_go);
        assert!(watch.look(false, 3, None).let_go);
        // The disk was full: two are still held.
        assert!(watch.look(false, 2, None).let_go);
        assert!(!watch.look(false, 0, None).let_go);
    }

    #[test]
    fn a_clock_that_is_good_from_the_start_is_not_talked_about() {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.look(false, 0, None), Steps { let_go: true, ..Steps::default() });
        assert_eq!(watch.look(false, 0, None), Steps::default());
    }
}
