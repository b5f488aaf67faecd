//! What a device refuses, and when it is asked again whether it still does. Pure.
//!
//! Registers that are wanted are asked for alone, at pauses that double up to an hour: a device that refuses them for a while,
//! such as an inverter at night, is read again soon. Registers that nobody wants, and those refused together, are tried with
//! the requests of a poll once a day. A hole that heals stays for no longer than that.

use std::time::Duration;

use super::learned::{Lesson, LessonKind};
use crate::device::{Run, Terms};

/// The pauses before wanted registers are asked for again: the first, and the longest. Engineering judgement: an hour of one
/// value may be lost, and a request an hour costs no bus anything.
const WANTED_FIRST: Duration = Duration::from_secs(60);
const WANTED_MOST: Duration = Duration::from_secs(3600);

/// How long others are left alone. Engineering judgement: they heal with a new firmware, and cost a handful of requests to find.
const OTHERS: Duration = Duration::from_secs(86_400);

/// The refusals of one device. Times are those of a clock that nobody sets.
#[derive(Debug, Default)]
pub(super) struct Refusals(Vec<Known>);

#[derive(Debug)]
struct Known {
    lesson: Lesson,
    /// Whether a point needs a register of it; then it is asked for alone.
    wanted: bool,
    pause: Duration,
    try_at: Duration,
    /// Whether requests may touch it again, to see whether it is still refused.
    on_trial: bool,
}

impl Refusals {
    /// What is known at the start. Wanted registers are asked for at once.
    pub(super) fn new(lessons: Vec<Lesson>, wanted: impl Fn(&Run) -> bool) -> Self {
        let known = |lesson: Lesson| {
            let wanted = lesson.kind == LessonKind::Hole && wanted(&lesson.run);
            Known {
                lesson,
                wanted,
                pause: WANTED_FIRST,
                try_at: if wanted { Duration::ZERO } else { OTHERS },
                on_trial: false,
            }
        };
        Self(lessons.into_iter().map(known).collect())
    }

    /// All that is known, what is on trial included.
    pub(super) fn lessons(&self) -> Vec<Lesson> {
        self.0.iter().map(|known| known.lesson).collect()
    }

    /// `base` with what has been learned.
    pub(super) fn terms(&self, base: &Terms) -> Terms {
        let mut terms = base.clone();
        for known in self.0.iter().filter(|known| !known.on_trial) {
            match known.lesson.kind {
                LessonKind::Hole => terms.holes.push(known.lesson.run),
                LessonKind::Seam => terms.seams.push(known.lesson.run),
            }
        }
        terms
    }

    /// Puts on trial what has been left alone for long enough. Says whether the plan changes by that.
    pub(super) fn try_others(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for known in &mut self.0 {
            if !known.wanted && !known.on_trial && known.try_at <= now {
                known.on_trial = true;
                changed = true;
            }
        }
        changed
    }

    /// Whether `part`, which touches a hole, may be asked for alone.
    pub(super) fn may_try(&self, part: &Run, now: Duration) -> bool {
        let mut touched = self.touched(part).peekable();
        touched.peek().is_some() && touched.all(|known| known.try_at <= now)
    }

    /// `part` was asked for alone and is still refused.
    pub(super) fn still_refused(&mut self, part: &Run, now: Duration) {
        for known in &mut self.0 {
            if known.lesson.kind == LessonKind::Hole && known.lesson.run.touches(part) {
                known.try_at = now + known.pause;
                known.pause = (known.pause * 2).min(WANTED_MOST);
            }
        }
    }

    /// The device has taught `lesson`. Says whether that is news.
    pub(super) fn learn(&mut self, lesson: Lesson, wanted: bool, now: Duration) -> bool {
        let pause = if wanted { WANTED_FIRST } else { OTHERS };
        if let Some(known) = self.0.iter_mut().find(|known| known.lesson == lesson) {
            known.on_trial = false;
            known.try_at = now + pause;
            return false;
        }
        self.0.push(Known {
            lesson,
            wanted,
            pause: (pause * 2).min(WANTED_MOST),
            try_at: now + pause,
            on_trial: false,
        });
        true
    }

    /// A request for `read` brought its registers: forgets what that disproves, and returns it.
    pub(super) fn disproved(&mut self, read: &Run) -> Vec<Lesson> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let wrong = |known: &mut Known| match known.lesson.kind {
            LessonKind::Hole => known.lesson.run.touches(read),
            LessonKind::Seam => read.holds(&known.lesson.run),
        };
        let healed = self.0.extract_if(.., wrong);
        healed.map(|known| known.lesson).collect()
    }

    fn touched(&self, part: &Run) -> impl Iterator<Item = &Known> {
        let holes = self.0.iter().filter(|known| known.lesson.kind == LessonKind::Hole);
        holes.filter(|known| known.lesson.run.touches(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Costs, Function};

    fn run(first: u16, last: u16) -> Run {
        Run { function: Function::Holding, first, last }
    }

    fn hole(first: u16, last: u16) -> Lesson {
        Lesson { kind: LessonKind::Hole, run: run(first, last) }
    }

    fn holes(refusals: &Refusals) -> Vec<Run> {
        let base = Terms {
            registers_max: 125,
            holes: Vec::new(),
            seams: Vec::new(),
            costs: Costs { request_us: 1.0, register_us: 1.0 },
        };
        refusals.terms(&base).holes
    }

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn wanted_registers_are_tried_at_pauses_that_double_up_to_an_hour() {
        let mut refusals = Refusals::default();
        assert!(refusals.learn(hole(4, 5), true, Duration::ZERO));
        let part = run(5, 6);
        let (mut now, mut tries) = (0, Vec::new());
        while now < 20_000 {
            now += 1;
            if refusals.may_try(&part, Duration::from_secs(now)) {
                tries.push(now);
                refusals.still_refused(&part, Duration::from_secs(now));
            }
        }
        assert_eq!(tries, [60, 180, 420, 900, 1860, 3780, 7380, 10_980, 14_580, 18_180]);
        assert_eq!(holes(&refusals), [run(4, 5)]);
        assert_eq!(refusals.disproved(&part), [hole(4, 5)]);
        assert!(refusals.lessons().is_empty() && !refusals.may_try(&part, DAY));
    }

    #[test]
    fn after_a_restart_wanted_registers_are_asked_for_at_once_and_others_left_for_a_day() {
        let lessons = vec![hole(4, 5), hole(9, 9)];
        let mut refusals = Refusals::new(lessons.clone(), |run| run.first == 4);
        assert!(refusals.may_try(&run(4, 4), Duration::ZERO));
        assert!(!refusals.try_others(DAY - Duration::from_secs(1)));
        assert_eq!(holes(&refusals), [run(4, 5), run(9, 9)]);
        assert!(refusals.try_others(DAY));
        assert_eq!(holes(&refusals), [run(4, 5)]);
        assert!(!refusals.try_others(DAY * 2));
        assert_eq!(refusals.lessons(), lessons);
        // Still refused: no news, and left alone for another day.
        assert!(!refusals.learn(hole(9, 9), false, DAY));
        assert!(!refusals.try_others(DAY * 2 - Duration::from_secs(1)));
        assert!(refusals.try_others(DAY * 2));
        assert_eq!(refusals.disproved(&run(0, 3)), []);
        assert_eq!(refusals.disproved(&run(0, 20)), lessons);
    }

    #[test]
    fn a_seam_is_disproved_only_by_a_request_that_holds_it() {
        let seam = Lesson { kind: LessonKind::Seam, run: run(4, 9) };
        let mut refusals = Refusals::new(vec![seam], |_| true);
        assert_eq!(refusals.disproved(&run(5, 20)), []);
        assert!(!refusals.may_try(&run(4, 9), DAY));
        assert_eq!(refusals.disproved(&run(4, 9)), [seam]);
    }
}
