//! Compares what gateways say of their clocks with the hub's own. Pure.
//!
//! A gateway whose configuration says that its clock is right (`clock.trust = "always"`) flags nothing itself, however
//! far off it is. Readings alone do not show it: those of a backlog are old, too. Its status says what its clock shows.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use super::REMEMBERED_MAX;
use crate::core::{Flag, GatewayId, Reason};
use crate::locales::{Text, core as general, hub as words};
use crate::support::Moment;
use crate::wire::{Batch, CLOCKS_APART_MAX, GatewayState, ShownTime, Status};

/// How long what a gateway has said of its clock counts against the hub's: it is said every hour, so two may be missed.
const RECENT: Duration = Duration::from_secs(3 * 3600);

/// How often the log says of one gateway that its clock differs, whatever it sends. Engineering judgement.
const SAY_AGAIN: Duration = Duration::from_secs(3600);

/// Gateways whose clocks differ the same way from which on it may be the hub's that is wrong: one alone is more likely
/// wrong itself. Engineering judgement.
const SUSPECT_MIN: usize = 2;

/// What one gateway has said, and when that came.
#[derive(Debug, Clone, Copy)]
struct Said {
    shown: ShownTime,
    heard: Moment,
}

impl Said {
    /// The gateway's time less the hub's at `now`: its clock has gone on since as the hub's uptime has, so that a step
    /// of the hub's clock shows at once.
    fn ahead(&self, now: Moment) -> SignedDuration {
        let since = SignedDuration::try_from(now.since(self.heard)).unwrap_or(SignedDuration::MAX);
        self.shown.at.duration_since(now.time).saturating_add(since)
    }

    /// The same when it was said.
    fn ahead_then(&self) -> SignedDuration {
        self.ahead(self.heard)
    }

    fn differs(&self, now: Moment) -> bool {
        is_far(self.ahead(now))
    }

    fn text(&self, now: Moment) -> Text {
        let ahead = self.ahead(now);
        let (by, service) = (apart(ahead), self.shown.service);
        match ahead.is_negative() {
            true if service => words::set_clock_behind(by),
            true => words::clock_behind(by),
            false if service => words::set_clock_ahead(by),
            false => words::clock_ahead(by),
        }
    }
}

/// What gateways have said of their clocks, of a bounded number.
#[derive(Debug, Default)]
pub struct Clocks {
    said: BTreeMap<GatewayId, Said>,
    /// When the log last said of each that its clock differs, by the uptime; kept whatever it says afterwards.
    logged: BTreeMap<GatewayId, Duration>,
}

impl Clocks {
    /// Notes a status that the gateway has sent just now, not one that the broker had kept. Returns what the log has to
    /// say of it.
    pub fn note(&mut self, gateway: &GatewayId, status: &Status, now: Moment) -> Option<Text> {
        if status.state == GatewayState::Offline {
            return None;
        }
        let Some(shown) = status.shown else {
            self.said.remove(gateway);
            return None;
        };
        if self.said.len() >= REMEMBERED_MAX && !self.said.contains_key(gateway) {
            return None;
        }
        let said = Said { shown, heard: now };
        self.said.insert(gateway.clone(), said);
        (said.differs(now) && self.is_logged(gateway, now.up)).then(|| said.text(now))
    }

    /// Whether the log says something of the gateway at the uptime `now`, which is noted then.
    fn is_logged(&mut self, gateway: &GatewayId, now: Duration) -> bool {
        if self.logged.len() >= REMEMBERED_MAX && !self.logged.contains_key(gateway) {
            self.logged.retain(|_, at| now.saturating_sub(*at) < SAY_AGAIN);
        }
        let logged = self.logged.get(gateway);
        let due = match logged {
            Some(at) => now.saturating_sub(*at) >= SAY_AGAIN,
            None => self.logged.len() < REMEMBERED_MAX,
        };
        if due {
            self.logged.insert(gateway.clone(), now);
        }
        due
    }

    /// How many gateways' clocks differ from this machine's in the same direction, where that suggests that this one is
    /// wrong: most of those that have said something.
    pub fn own_suspected(&self, now: Moment) -> Option<usize> {
        let recent = |said: &&Said| now.since(said.heard) <= RECENT;
        let (mut all, mut ahead, mut behind) = (0, 0, 0);
        for said in self.said.values().filter(recent) {
            all += 1;
            match (said.differs(now), said.ahead(now).is_negative()) {
                (true, true) => behind += 1,
                (true, false) => ahead += 1,
                (false, _) => {}
            }
        }
        let most = ahead.max(behind);
        (most >= SUSPECT_MIN && 2 * most > all).then_some(most)
    }

    /// What is to be said at `now` of each gateway whose clock differs.
    pub fn notes(&self, now: Moment) -> impl Iterator<Item = (&GatewayId, Text)> {
        let differs = self.said.iter().filter(move |(_, said)| said.differs(now));
        differs.map(move |(gateway, said)| (gateway, said.text(now)))
    }

    /// Flags good readings that were timed by a clock that differs. Where a time service has set the gateway's clock
    /// and it differs, that is no sign against the gateway; nor where it has only come to differ since it was heard:
    /// then this machine's clock has been set, or the machine has slept.
    pub fn doubt(&self, batch: &mut Batch, now: Moment) {
        let Some(said) = self.said.get(&batch.gateway) else { return };
        if said.differs(now) && said.shown.service {
            return;
        }
        // In the same boot the difference of that very clock is known, whatever it has been set to since.
        let set_ms = match batch.clock {
            Some(clock) if clock.boot == said.shown.boot => {
                clock.zero.saturating_sub(said.shown.zero)
            }
            _ => 0,
        };
        let set = SignedDuration::from_millis(set_ms);
        let mut differences = [said.ahead_then(), said.ahead(now)].into_iter();
        if !differences.all(|ahead| is_far(ahead.saturating_add(set))) {
            return;
        }
        for reading in batch.readings.iter_mut().filter(|reading| reading.flag == Flag::Good) {
            reading.flag = Flag::Suspect;
            reading.reason = Some(Reason::Clock);
        }
    }
}

/// Whether a difference between two clocks is told.
fn is_far(ahead: SignedDuration) -> bool {
    ahead.abs() > CLOCKS_APART_MAX
}

/// A difference in its two largest units.
fn apart(ahead: SignedDuration) -> Text {
    let minutes = ahead.abs().as_mins();
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    match days {
        0 => general::hours_minutes(hours, minutes % 60),
        _ => general::days_hours(days, hours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::hub::HubState;
    use crate::locales::Lang;
    use crate::wire::{BootId, Epoch, Timebase};
    use jiff::Timestamp;

    const BOOT: BootId = BootId(7);
    const YEAR: i64 = 366 * 86_400;

    fn time() -> Timestamp {
        "2026-11-26T00:00:00Z".parse().unwrap()
    }

    fn now() -> Moment {
        later(0, 0)
    }

    /// So many seconds later, where the hub's clock has been set forward by `step` seconds meanwhile.
    fn later(seconds: u64, step: i64) -> Moment {
        let up = Duration::from_secs(10_000 + seconds);
        let passed = SignedDuration::from_secs(i64::try_from(seconds).unwrap() + step);
        Moment { up, time: time() + passed }
    }

    fn id(name: &str) -> GatewayId {
        name.parse().unwrap()
    }

    /// The status of a gateway that is `ahead` seconds ahead and was switched on 1000 s ago.
    fn status(ahead: i64, service: bool) -> Status {
        let at = time() + SignedDuration::from_secs(ahead);
        let zero = at.as_millisecond() - 1_000_000;
        let shown = ShownTime { at, boot: BOOT, zero, service };
        Status::new(GatewayState::Online, at).with_shown(Some(shown))
    }

    fn clocks(said: &[(&str, i64)]) -> Clocks {
        let mut clocks = Clocks::default();
        for (name, ahead) in said {
            clocks.note(&id(name), &status(*ahead, false), now());
        }
        clocks
    }

    /// Whether a good reading is doubted that was made by a clock of this boot, so many seconds ahead.
    fn is_doubted(clocks: &Clocks, boot: BootId, ahead: i64) -> bool {
        doubts(
            |batches| batches.iter_mut().for_each(|batch| clocks.doubt(batch, now())),
            boot,
            ahead,
        )
    }

    fn doubts(doubt: impl FnOnce(&mut [Batch]), boot: BootId, ahead: i64) -> bool {
        let zero = time().as_millisecond() - 1_000_000 + 1000 * ahead;
        let read = |flag, reason| {
            let series = "pond-1/level".parse().unwrap();
            Reading { flag, reason, ..Reading::good(series, time(), 1.0) }
        };
        let range = read(Flag::Suspect, Some(Reason::OutOfRange));
        let mut batch = Batch {
            gateway: id("gw-1"),
            epoch: Epoch(1),
            seq: 1,
            clock: Some(Timebase { boot, zero, provisional: false }),
            loss: None,
            readings: vec![read(Flag::Good, None), range.clone()],
        };
        doubt(std::slice::from_mut(&mut batch));
        assert_eq!(batch.readings[1], range, "what was doubted already keeps its reason");
        let first = &batch.readings[0];
        assert_eq!(first.value(), Some(1.0));
        assert_eq!(first.flag == Flag::Suspect, first.reason == Some(Reason::Clock));
        first.flag == Flag::Suspect
    }

    #[test]
    fn a_clock_a_year_behind_is_told_and_its_readings_are_doubted() {
        let gateway = id("gw-1");
        let mut clocks = Clocks::default();
        let told = clocks.note(&gateway, &status(-YEAR, false), now()).unwrap();
        assert!(told.to_string().contains("366 d 0 h behind"), "{told}");
        assert!(told.within(Lang::Chinese).contains("366 天 0 小时"), "{told}");
        assert_eq!(clocks.notes(now()).collect::<Vec<_>>(), [(&gateway, told)]);
        // Another boot: nothing is known of its clock but that of today.
        assert!(is_doubted(&clocks, BOOT, -YEAR) && is_doubted(&clocks, BootId(8), 0));
        assert!(!is_doubted(&clocks, BOOT, 0), "of before it was set wrong");
        // Said once an hour, however often it comes.
        assert_eq!(clocks.note(&gateway, &status(-YEAR, false), now()), None);
        // Set right: what comes now is good, what was read before is not.
        assert_eq!(clocks.note(&gateway, &status(-5, true), now()), None);
        assert_eq!(clocks.notes(now()).count(), 0);
        assert!(!is_doubted(&clocks, BOOT, 0) && is_doubted(&clocks, BOOT, -YEAR));
        assert!(!is_doubted(&clocks, BootId(8), -YEAR), "nobody knows");
    }

    #[test]
    fn an_hour_is_told_from_beyond_it_in_both_directions() {
        for (ahead, differs) in [(3600, false), (-3600, false), (3601, true), (-3601, true)] {
            let clocks = clocks(&[("gw-1", ahead)]);
            assert_eq!(clocks.notes(now()).count(), usize::from(differs), "{ahead}");
            assert_eq!(is_doubted(&clocks, BOOT, ahead), differs, "{ahead}");
        }
    }

    #[test]
    fn a_gateway_that_says_nothing_of_its_clock_is_not_judged() {
        let gateway = id("gw-1");
        let mut clocks = clocks(&[("gw-1", -YEAR)]);
        // It left: what it said still holds for what it sent.
        let will = Status::new(GatewayState::Offline, time());
        assert_eq!(clocks.note(&gateway, &will, now()), None);
        assert!(is_doubted(&clocks, BOOT, -YEAR));
        // Its clock is no longer known to be right: it flags its readings itself.
        clocks.note(&gateway, &Status::new(GatewayState::Online, time()), now());
        assert!(!is_doubted(&clocks, BOOT, -YEAR) && clocks.notes(now()).count() == 0);
    }

    #[test]
    fn a_clock_that_a_time_service_has_set_is_told_and_its_readings_are_not_doubted() {
        let mut clocks = Clocks::default();
        let told = clocks.note(&id("gw-1"), &status(8 * 3600, true), now()).unwrap();
        assert!(told.to_string().contains("this machine's clock first"), "{told}");
        assert!(!is_doubted(&clocks, BOOT, 8 * 3600));
    }

    #[test]
    fn where_most_differ_the_same_way_it_is_this_machine() {
        let suspected = |said: &[(&str, i64)]| clocks(said).own_suspected(now());
        assert_eq!(suspected(&[("gw-1", 9000)]), None);
        assert_eq!(suspected(&[("gw-1", 9000), ("gw-2", 9000)]), Some(2));
        assert_eq!(suspected(&[("gw-1", 9000), ("gw-2", -9000)]), None);
        let two_of_four = [("gw-1", 9000), ("gw-2", 9000), ("gw-3", 0), ("gw-4", 0)];
        assert_eq!(suspected(&two_of_four), None);
        assert_eq!(suspected(&two_of_four[..3]), Some(2));
        let late = later(RECENT.as_secs() + 1, 0);
        assert_eq!(clocks(&two_of_four[..3]).own_suspected(late), None);
    }

    #[test]
    fn what_is_said_changes_at_once_when_this_machines_clock_is_set() {
        // Three hours ahead; a second later set right.
        let behind = clocks(&[("gw-1", -10_800), ("gw-2", -10_800)]);
        assert_eq!((behind.own_suspected(now()), behind.notes(now()).count()), (Some(2), 2));
        let right = later(1, -10_800);
        assert_eq!((behind.own_suspected(right), behind.notes(right).count()), (None, 0));
        let doubted = |clocks: &Clocks, at: Moment, ahead| {
            let doubt = |batches: &mut [Batch]| clocks.doubt(&mut batches[0], at);
            doubts(doubt, BOOT, ahead)
        };
        assert!(doubted(&behind, now(), -10_800) && !doubted(&behind, right, -10_800));
        // Right at first, and set back by three hours: nobody has heard the gateways since.
        let fine = clocks(&[("gw-1", 0), ("gw-2", 0)]);
        assert_eq!((fine.own_suspected(later(1, 0)), fine.notes(later(1, 0)).count()), (None, 0));
        let back = later(1, -10_800);
        assert_eq!((fine.own_suspected(back), fine.notes(back).count()), (Some(2), 2));
        assert!(!doubted(&fine, back, 0));
        // A year behind is wrong by both.
        let wrong = clocks(&[("gw-1", -YEAR)]);
        assert!(doubted(&wrong, back, -YEAR) && doubted(&wrong, later(7200, 0), -YEAR));
    }

    #[test]
    fn the_log_has_a_line_an_hour_whatever_a_gateway_says_by_turns() {
        let (gateway, mut clocks) = (id("gw-evil"), Clocks::default());
        let silent = Status::new(GatewayState::Online, time());
        let mut lines = |from: u64| {
            let told = (0..3000).map(|n| {
                let at = later(from + n, 0);
                let said = [status(-YEAR, false), silent.clone(), status(YEAR, false)];
                said.iter().filter(|status| clocks.note(&gateway, status, at).is_some()).count()
            });
            told.sum::<usize>()
        };
        assert_eq!([lines(0), lines(600), lines(3600)], [1, 0, 1]);
        // Gateways without number are bounded, in memory and in lines.
        let mut clocks = Clocks::default();
        let names = (0..REMEMBERED_MAX + 300).map(|n| id(&format!("gw-{n}")));
        let lines = names.filter(|name| {
            let line = clocks.note(name, &status(-YEAR, false), now());
            clocks.note(name, &silent, now());
            line.is_some()
        });
        assert_eq!(lines.count(), REMEMBERED_MAX);
        assert!(clocks.note(&id("gw-x"), &status(-YEAR, false), later(3600, 0)).is_some());
    }

    #[test]
    fn nothing_is_doubted_while_this_machines_own_clock_is_suspected() {
        let state = HubState::default();
        let note = |name: &str, ahead| state.note_clock(&id(name), &status(ahead, false), now());
        let doubted = || doubts(|batches| state.doubt_clocks(batches, now()), BOOT, 9000);
        assert!(note("gw-1", 9000).is_some() && note("gw-2", 9000).is_some());
        assert!(!doubted());
        let warned = |state: &HubState| {
            let warnings = state.health(now()).warnings;
            let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
            (said.iter().any(|said| said.contains("own clock may be wrong")), said.len())
        };
        assert_eq!(warned(&state), (true, 3), "itself and both gateways");
        note("gw-3", 0);
        note("gw-4", 0);
        assert!(doubted());
        assert_eq!(warned(&state), (false, 2));
    }

    #[test]
    fn numbers_that_no_clock_has_do_no_harm() {
        for (at, zero) in [(Timestamp::MAX, i64::MIN), (Timestamp::MIN, i64::MAX)] {
            let shown = ShownTime { at, boot: BOOT, zero, service: false };
            let mut clocks = Clocks::default();
            let status = Status::new(GatewayState::Online, at).with_shown(Some(shown));
            assert!(clocks.note(&id("gw-1"), &status, now()).is_some());
            assert!(is_doubted(&clocks, BOOT, 0));
        }
        let mut clocks = Clocks::default();
        for n in 0..REMEMBERED_MAX + 3 {
            clocks.note(&id(&format!("gw-{n}")), &status(0, false), now());
        }
        assert_eq!(clocks.said.len(), REMEMBERED_MAX);
    }
}
