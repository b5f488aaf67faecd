//! What the hub is told about the gateway's clock, and when it is told again. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::support::Base;
use crate::wire::{BootId, CLOCKS_APART_MAX, ClockState, GatewayState, ShownTime, Status};

/// How often it is told although nothing has changed: the hub's clock may be set, too. 250 bytes an hour are 6 KB a
/// day. Engineering judgement.
const SAY_EVERY: Duration = Duration::from_secs(3600);

/// A hub that has just come is told at once, since what the broker had kept says nothing of now, but not sooner than
/// this after the last time: nobody can tell whether it heard that, and hubs that come again and again must not cause a
/// storm. Engineering judgement: 250 bytes each time.
const SAY_APART: Duration = Duration::from_secs(5);

/// A step of the clock by more than this is told at once, ms. Engineering judgement: far below what is a fault.
const STEP_MS: u64 = 60_000;

/// What the hub was told last, and when by the time of this run of the gateway.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockSaid {
    base: Base,
    at: Duration,
    hub_came: bool,
}

impl ClockSaid {
    pub fn new(base: Base, at: Duration) -> Self {
        Self { base, at, hub_came: false }
    }

    /// A hub says that it has come.
    pub fn hub_came(&mut self) {
        self.hub_came = true;
    }

    /// How long until a hub that has come is to be told; `None` where none waits.
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        let since = now.saturating_sub(self.at);
        self.hub_came.then(|| SAY_APART.saturating_sub(since))
    }

    /// Whether the hub has to be told of the clock that has this base now.
    pub fn is_due(&self, base: Base, now: Duration) -> bool {
        let said = self.base;
        self.wait(now) == Some(Duration::ZERO)
            || (base.provisional, base.by_service) != (said.provisional, said.by_service)
            || base.zero_ms.abs_diff(said.zero_ms) > STEP_MS
            || now.saturating_sub(self.at) >= SAY_EVERY
    }
}

/// The status of a gateway that is online since `now`.
pub(super) fn online(base: Base, now: Timestamp) -> Status {
    let online = Status::new(GatewayState::Online, now);
    online.with_clock(state(base)).with_shown(shown(base, now))
}

pub(super) fn state(base: Base) -> ClockState {
    if base.provisional { ClockState::Provisional } else { ClockState::Good }
}

/// What the clock shows; `None` where it is not even known to be right, and for one that is not the machine's:
/// simulated time passes while a message is on its way.
pub(super) fn shown(base: Base, now: Timestamp) -> Option<ShownTime> {
    let shown = ShownTime {
        at: now,
        boot: BootId(base.boot),
        zero: base.zero_ms,
        service: base.by_service,
    };
    (!base.provisional && is_machines(base)).then_some(shown)
}

fn is_machines(base: Base) -> bool {
    base.boot != 0
}

/// By how many seconds `time`, of the clock with this base, is ahead of what the hub's clock showed, where they are too
/// far apart.
pub(super) fn ahead_of(hub: Option<Timestamp>, base: Base, time: Timestamp) -> Option<i64> {
    let ahead = time.duration_since(hub.filter(|_| is_machines(base))?);
    (ahead.abs() > CLOCKS_APART_MAX).then_some(ahead.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Base = Base { boot: 7, zero_ms: 1_000, provisional: false, by_service: false };
    const SIMULATED: Base = Base { boot: 0, ..BASE };

    #[test]
    fn the_clock_is_told_when_it_changes_when_a_hub_comes_and_every_hour() {
        let s = Duration::from_secs;
        let mut said = ClockSaid::new(BASE, s(100));
        assert!(!said.is_due(BASE, s(3_699)) && said.is_due(BASE, s(3_700)));
        let slewed = Base { zero_ms: 61_000, ..BASE };
        let stepped = Base { zero_ms: -59_001, ..BASE };
        let set = Base { by_service: true, ..BASE };
        let lost = Base { provisional: true, ..BASE };
        let due = [slewed, stepped, set, lost].map(|base| said.is_due(base, s(105)));
        assert_eq!(due, [false, true, true, true]);
        assert_eq!(said.wait(s(104)), None);
        // Just after it was said, perhaps before the hub was there.
        said.hub_came();
        assert_eq!((said.is_due(BASE, s(104)), said.wait(s(104))), (false, Some(s(1))));
        assert!(said.is_due(BASE, s(105)));
        let mut said = ClockSaid::new(BASE, s(105));
        assert!(!said.is_due(BASE, s(200)));
        said.hub_came();
        assert!(said.is_due(BASE, s(200)), "at once");
    }

    #[test]
    fn hubs_that_come_without_end_are_told_each_five_seconds() {
        let mut said = ClockSaid::new(BASE, Duration::ZERO);
        let told = (0..60_000).filter(|n| {
            let now = Duration::from_millis(*n);
            said.hub_came();
            let due = said.is_due(BASE, now);
            if due {
                said = ClockSaid::new(BASE, now);
            }
            due
        });
        assert_eq!(told.count(), 11);
    }

    #[test]
    fn the_hubs_clock_is_compared_from_an_hour_on() {
        let hub = Timestamp::from_second(1_800_000_000).unwrap();
        for (ahead, said) in [(0, None), (3600, None), (3601, Some(3601)), (-9000, Some(-9000))] {
            let time = Timestamp::from_second(1_800_000_000 + ahead).unwrap();
            assert_eq!(ahead_of(Some(hub), BASE, time), said);
            assert_eq!(ahead_of(Some(hub), SIMULATED, time), None);
        }
        assert_eq!(ahead_of(None, BASE, hub), None, "a hub of an earlier version");
    }

    #[test]
    fn a_clock_that_is_not_set_shows_nothing() {
        let base = Base { provisional: true, ..BASE };
        let status = online(base, Timestamp::UNIX_EPOCH);
        assert_eq!((status.clock, status.shown), (Some(ClockState::Provisional), None));
        assert_eq!(online(SIMULATED, Timestamp::UNIX_EPOCH).shown, None);
        let status = online(BASE, Timestamp::UNIX_EPOCH);
        let shown = status.shown.unwrap();
        assert_eq!((shown.at, shown.boot, shown.zero), (Timestamp::UNIX_EPOCH, BootId(7), 1_000));
    }
}
