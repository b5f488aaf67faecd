//! Which registers a device refuses or answers wrongly, and when they are tried again. Pure.
//!
//! Registers that a point needs are requested alone, at pauses that double up to an hour: a device that refuses them
//! for a while, such as an inverter at night, is soon read again. Registers that no point needs, and those refused or
//! answered wrongly together, are tried once a day with the requests of a poll. So a hole outlasts its cause by a day
//! at most. That a device answers rightly again is shown by a check of its blocks, not by an answer.

use std::time::Duration;

use super::quirks::{Quirk, QuirkKind};
use crate::device::{Run, Terms};

/// The first and the longest pause before needed registers are tried again. Engineering judgement: an hour of one value
/// may be lost, and a request an hour costs a bus nothing.
const NEEDED_FIRST: Duration = Duration::from_secs(60);
const NEEDED_MOST: Duration = Duration::from_secs(3600);

/// The pause before others are tried again. Engineering judgement: new firmware may answer; a new search costs little.
const OTHERS: Duration = Duration::from_secs(86_400);

/// The refusals of one device. Times are those of a clock that nobody sets.
#[derive(Debug, Default)]
pub(super) struct Refusals(Vec<Known>);

#[derive(Debug)]
struct Known {
    quirk: Quirk,
    /// Whether a point needs one of its registers; then it is requested alone.
    needed: bool,
    pause: Duration,
    try_at: Duration,
    /// Whether requests may touch it, to see if it is still refused.
    on_trial: bool,
}

impl Refusals {
    /// Starts with known quirks. Needed registers are tried at once.
    pub(super) fn new(quirks: Vec<Quirk>, needed: impl Fn(&Run) -> bool) -> Self {
        let known = |quirk: Quirk| {
            let needed = quirk.kind == QuirkKind::Hole && needed(&quirk.run);
            Known {
                quirk,
                needed,
                pause: NEEDED_FIRST,
                try_at: if needed { Duration::ZERO } else { OTHERS },
                on_trial: false,
            }
        };
        Self(quirks.into_iter().map(known).collect())
    }

    /// All quirks, including those on trial.
    pub(super) fn quirks(&self) -> Vec<Quirk> {
        self.0.iter().map(|known| known.quirk).collect()
    }

    /// `base` with the quirks that are not on trial.
    pub(super) fn terms(&self, base: &Terms) -> Terms {
        let mut terms = base.clone();
        for known in self.0.iter().filter(|known| !known.on_trial) {
            match known.quirk.kind {
                QuirkKind::Hole => terms.holes.push(known.quirk.run),
                QuirkKind::Seam => terms.seams.push(known.quirk.run),
                QuirkKind::Single => terms.wrong.push(known.quirk.run),
            }
        }
        terms
    }

    /// Whether the device is known to answer blocks wrongly, and they are not on trial.
    pub(super) fn answers_blocks_wrongly(&self) -> bool {
        self.0.iter().any(|known| known.quirk.kind == QuirkKind::Single && !known.on_trial)
    }

    /// Whether the device is known to answer blocks wrongly, and its blocks are tried again now.
    pub(super) fn on_trial(&self) -> bool {
        self.0.iter().any(|known| known.quirk.kind == QuirkKind::Single && known.on_trial)
    }

    /// The blocks that were tried again prove nothing: they are not read until the next trial.
    pub(super) fn end_trial(&mut self, now: Duration) {
        for known in self.0.iter_mut().filter(|known| known.quirk.kind == QuirkKind::Single) {
            known.on_trial = false;
            known.try_at = now + OTHERS;
        }
    }

    /// The device was seen to answer these registers rightly in one request: removes what that disproves.
    pub(super) fn answered_rightly(&mut self, block: &Run) -> Vec<Quirk> {
        let disproved = |known: &mut Known| {
            known.quirk.kind == QuirkKind::Single && block.holds(&known.quirk.run)
        };
        self.0.extract_if(.., disproved).map(|known| known.quirk).collect()
    }

    /// Puts on trial what is not needed and due to be tried. Returns whether the plans change.
    pub(super) fn start_trials(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for known in &mut self.0 {
            if !known.needed && !known.on_trial && known.try_at <= now {
                known.on_trial = true;
                changed = true;
            }
        }
        changed
    }

    /// Whether `part` touches a hole and may be requested alone now.
    pub(super) fn may_retry(&self, part: &Run, now: Duration) -> bool {
        let mut touched = self.touched(part).peekable();
        touched.peek().is_some() && touched.all(|known| known.try_at <= now)
    }

    /// `part` was requested alone and is still refused.
    pub(super) fn still_refused(&mut self, part: &Run, now: Duration) {
        for known in &mut self.0 {
            if known.quirk.kind == QuirkKind::Hole && known.quirk.run.touches(part) {
                known.try_at = now + known.pause;
                known.pause = (known.pause * 2).min(NEEDED_MOST);
            }
        }
    }

    /// Records a quirk. Returns whether it is new.
    pub(super) fn record(&mut self, quirk: Quirk, needed: bool, now: Duration) -> bool {
        let pause = if needed { NEEDED_FIRST } else { OTHERS };
        if let Some(known) = self.0.iter_mut().find(|known| known.quirk == quirk) {
            known.on_trial = false;
            known.try_at = now + pause;
            return false;
        }
        self.0.push(Known {
            quirk,
            needed,
            pause: (pause * 2).min(NEEDED_MOST),
            try_at: now + pause,
            on_trial: false,
        });
        true
    }

    /// The registers `read` were read in one request: removes the quirks that this disproves, and returns them.
    pub(super) fn disprove(&mut self, read: &Run) -> Vec<Quirk> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let disproved = |known: &mut Known| match known.quirk.kind {
            QuirkKind::Hole => known.quirk.run.touches(read),
            QuirkKind::Seam => read.holds(&known.quirk.run),
            QuirkKind::Single => false,
        };
        let removed = self.0.extract_if(.., disproved);
        removed.map(|known| known.quirk).collect()
    }

    fn touched(&self, part: &Run) -> impl Iterator<Item = &Known> {
        let holes = self.0.iter().filter(|known| known.quirk.kind == QuirkKind::Hole);
        holes.filter(|known| known.quirk.run.touches(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Costs, Function};

    fn run(first: u16, last: u16) -> Run {
        Run { function: Function::Holding, first, last }
    }

    fn hole(first: u16, last: u16) -> Quirk {
        Quirk { kind: QuirkKind::Hole, run: run(first, last) }
    }

    fn holes(refusals: &Refusals) -> Vec<Run> {
        let base = Terms {
            registers_max: 125,
            holes: Vec::new(),
            seams: Vec::new(),
            wrong: Vec::new(),
            in_parts: false,
            costs: Costs { request_us: 1.0, register_us: 1.0 },
        };
        refusals.terms(&base).holes
    }

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn needed_registers_are_tried_at_pauses_that_double_up_to_an_hour() {
        let mut refusals = Refusals::default();
        assert!(refusals.record(hole(4, 5), true, Duration::ZERO));
        let part = run(5, 6);
        let (mut now, mut tries) = (0, Vec::new());
        while now < 20_000 {
            now += 1;
            if refusals.may_retry(&part, Duration::from_secs(now)) {
                tries.push(now);
                refusals.still_refused(&part, Duration::from_secs(now));
            }
        }
        assert_eq!(tries, [60, 180, 420, 900, 1860, 3780, 7380, 10_980, 14_580, 18_180]);
        assert_eq!(holes(&refusals), [run(4, 5)]);
        assert_eq!(refusals.disprove(&part), [hole(4, 5)]);
        assert!(refusals.quirks().is_empty() && !refusals.may_retry(&part, DAY));
    }

    #[test]
    fn after_a_restart_needed_registers_are_tried_at_once_and_others_after_a_day() {
        let quirks = vec![hole(4, 5), hole(9, 9)];
        let mut refusals = Refusals::new(quirks.clone(), |run| run.first == 4);
        assert!(refusals.may_retry(&run(4, 4), Duration::ZERO));
        assert!(!refusals.start_trials(DAY - Duration::from_secs(1)));
        assert_eq!(holes(&refusals), [run(4, 5), run(9, 9)]);
        assert!(refusals.start_trials(DAY));
        assert_eq!(holes(&refusals), [run(4, 5)]);
        assert!(!refusals.start_trials(DAY * 2));
        assert_eq!(refusals.quirks(), quirks);
        // Still refused: nothing new, and the next trial is a day later.
        assert!(!refusals.record(hole(9, 9), false, DAY));
        assert!(!refusals.start_trials(DAY * 2 - Duration::from_secs(1)));
        assert!(refusals.start_trials(DAY * 2));
        assert_eq!(refusals.disprove(&run(0, 3)), []);
        assert_eq!(refusals.disprove(&run(0, 20)), quirks);
    }

    #[test]
    fn blocks_that_are_answered_wrongly_are_tried_again_each_day_until_a_check_clears_them() {
        let single = Quirk { kind: QuirkKind::Single, run: run(4, 9) };
        let mut refusals = Refusals::new(vec![single], |_| true);
        assert!(!refusals.may_retry(&run(4, 9), DAY) && !refusals.on_trial());
        assert!(!refusals.start_trials(DAY - Duration::from_secs(1)));
        assert!(refusals.start_trials(DAY) && refusals.on_trial());
        assert_eq!(refusals.disprove(&run(0, 20)), [], "an answer proves nothing");
        refusals.end_trial(DAY);
        assert!(!refusals.on_trial() && !refusals.start_trials(DAY + DAY / 2));
        assert!(refusals.start_trials(DAY * 2));
        assert_eq!(refusals.answered_rightly(&run(5, 20)), []);
        assert_eq!(refusals.answered_rightly(&run(4, 9)), [single]);
        assert!(refusals.quirks().is_empty());
    }

    #[test]
    fn a_seam_is_disproved_only_by_a_request_that_holds_it() {
        let seam = Quirk { kind: QuirkKind::Seam, run: run(4, 9) };
        let mut refusals = Refusals::new(vec![seam], |_| true);
        assert_eq!(refusals.disprove(&run(5, 20)), []);
        assert!(!refusals.may_retry(&run(4, 9), DAY));
        assert_eq!(refusals.disprove(&run(4, 9)), [seam]);
    }
}
