//! What is open, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::key::{Key, Subject};
use super::kind::Kind;
use super::letter::Letter;
use super::rules::Rules;
use super::telling::Storm;
use super::{Acknowledged, Alarm, Cleared, Condition, Now, Seen};
use crate::locales::Text;

/// How long something has to be silent or unreachable after the end of what explained it: a gateway that comes back
/// first sends what it has kept. Engineering judgement.
const AFTER_CAUSE: SignedDuration = SignedDuration::from_mins(10);

/// What a look has changed. The alarms are to be kept as they are here, and the letters with them, in one transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Each alarm that is new or has changed, whole.
    pub changed: Vec<Alarm>,
    pub letters: Vec<Letter>,
}

/// Decides what is raised, cleared and told. What it knows after a restart follows from the alarms of the book alone;
/// only holds begin anew.
#[derive(Debug)]
pub struct Watch {
    pub(super) rules: Rules,
    /// Keys whose condition is on, or that have an alarm.
    pub(super) points: HashMap<Key, Point>,
    /// Alarms that are open, whose end is untold, or that a letter has told of lately; by id.
    pub(super) held: BTreeMap<i64, Held>,
    pub(super) changed: BTreeSet<i64>,
    last_id: i64,
    /// Number of this look, and when the last one was.
    looks: u64,
    last_look: Option<SignedDuration>,
    /// When alarms were raised, within the window of a storm.
    pub(super) raises: VecDeque<SignedDuration>,
    pub(super) storm: Storm,
    /// What is silent because of what, at this look.
    pub(super) explained: HashMap<Subject, Explained>,
}

/// A key whose condition is on, or that has an alarm.
#[derive(Debug)]
pub(super) struct Point {
    on: bool,
    /// How long it has been so, as far as it was known.
    held: SignedDuration,
    /// How long it has to be on.
    needs: SignedDuration,
    /// When it was last known.
    known: Option<SignedDuration>,
    /// At which look it was last watched.
    seen: u64,
    /// Its alarm: open, or ended and the end is untold.
    pub(super) alarm: Option<i64>,
    pub(super) open: bool,
    /// An alarm of before, whose end is untold, while a new one is open.
    pub(super) earlier: Option<i64>,
}

/// An alarm, and when it was told by the time that the program has run.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) alarm: Alarm,
    pub(super) told: Option<SignedDuration>,
    pub(super) clear_told: Option<SignedDuration>,
}

impl Held {
    pub(super) fn raise_untold(&self) -> bool {
        self.alarm.is_open() && self.told.is_none()
    }

    pub(super) fn end_untold(&self) -> bool {
        !self.alarm.is_open() && self.told.is_some() && self.clear_told.is_none()
    }
}

/// What is silent because of a cause.
#[derive(Debug, Default)]
pub(super) struct Explained {
    pub(super) count: usize,
    pub(super) first: Vec<Text>,
}

/// What may explain others at this look, and whether its alarm is open.
#[derive(Default)]
struct Causes {
    roots: Vec<(Subject, bool)>,
    others: HashMap<Subject, bool>,
}

impl Causes {
    fn add(&mut self, key: &Key, open: bool) {
        match key.kind {
            Kind::IntakeStopped => self.roots.push((key.subject.clone(), open)),
            _ => {
                self.others.insert(key.subject.clone(), open);
            }
        }
    }

    /// What explains `seen`, the farthest of all, and whether its alarm is open.
    fn of(&self, seen: &Seen) -> Option<(Subject, bool)> {
        if !seen.key.kind.follows() {
            return None;
        }
        let root = self.roots.iter().find(|(_, open)| *open).or(self.roots.first());
        if root.is_some() || self.others.is_empty() {
            return root.cloned();
        }
        let behind =
            seen.behind.iter().flat_map(|own| std::iter::once(own.clone()).chain(own.carriers()));
        let chain: Vec<Subject> = match seen.key.kind {
            Kind::StationSilent => behind.collect(),
            _ => seen.key.subject.carriers(),
        };
        let mut farthest = chain.into_iter().rev();
        farthest.find_map(|subject| self.others.get(&subject).map(|open| (subject.clone(), *open)))
    }
}

impl Point {
    fn new(on: bool, needs: SignedDuration) -> Self {
        let held = SignedDuration::ZERO;
        Self { on, held, needs, known: None, seen: 0, alarm: None, open: false, earlier: None }
    }

    /// Takes what is seen of it; `last` is when the look before was. Returns whether anything is known.
    fn step(
        &mut self,
        condition: Condition,
        now: SignedDuration,
        last: Option<SignedDuration>,
    ) -> bool {
        let on = match condition {
            Condition::On => true,
            Condition::Off => false,
            Condition::Between => self.on,
            Condition::Unknown => {
                self.known = None;
                return false;
            }
        };
        if on != self.on {
            (self.on, self.held) = (on, SignedDuration::ZERO);
        } else if let Some(known) = self.known.filter(|known| Some(*known) == last) {
            self.held = self.held.saturating_add(now.saturating_sub(known));
        }
        self.known = Some(now);
        true
    }
}

impl Watch {
    /// Goes on with the `alarms` of the book: all that are open, whose end is still to be told, or that something
    /// happened to in the last hours. `last_id` is the highest id that the book has given.
    pub fn resume(rules: Rules, mut alarms: Vec<Alarm>, last_id: i64, now: Now) -> Self {
        alarms.sort_by_key(|alarm| alarm.id);
        let mut watch = Self {
            storm: Storm::resume(&rules, &alarms, now),
            raises: raises(&alarms).map(|at| up_of(at, now)).collect(),
            rules,
            points: HashMap::new(),
            held: BTreeMap::new(),
            changed: BTreeSet::new(),
            last_id: alarms.last().map_or(last_id, |alarm| alarm.id.max(last_id)),
            looks: 0,
            last_look: None,
            explained: HashMap::new(),
        };
        watch.raises.make_contiguous().sort_unstable();
        for alarm in alarms {
            watch.take_over(alarm, now);
        }
        watch
    }

    fn take_over(&mut self, alarm: Alarm, now: Now) {
        let up = |at: Timestamp| up_of(at, now);
        let held = Held {
            told: alarm.told.as_ref().map(|told| up(told.at)),
            clear_told: alarm.clear_told.as_ref().map(|told| up(told.at)),
            alarm,
        };
        let (id, open) = (held.alarm.id, held.alarm.is_open());
        if open || held.end_untold() {
            let needs = self.rules.hold(held.alarm.key.kind);
            let new = || Point::new(open, needs);
            let point = self.points.entry(held.alarm.key.clone()).or_insert_with(new);
            match (point.open, point.alarm) {
                // Two that are open can only come of a book that somebody has put together: the later one goes on.
                (true, Some(older)) => {
                    if let Some(older) = self.held.get_mut(&older) {
                        let said = older.alarm.said.clone();
                        older.alarm.cleared = Some(Cleared { at: now.time, said, removed: true });
                        self.changed.insert(older.alarm.id);
                    }
                }
                (_, older) => point.earlier = older,
            }
            (point.on, point.open, point.alarm) = (open, open, Some(id));
        }
        self.held.insert(id, held);
    }

    /// Takes what is seen now, of every watched key: an open alarm whose key is not among them is cleared as removed.
    /// What nothing is known of has to be there as `Unknown`, also right after a start.
    pub fn look(&mut self, seen: &[Seen], now: Now, zone: &TimeZone) -> Outcome {
        self.looks += 1;
        let begin = now.up.saturating_sub(self.rules.storm_window);
        while self.raises.front().is_some_and(|raised| *raised <= begin) {
            self.raises.pop_front();
        }
        let (on, causes) = self.take(seen, now);
        self.raise(seen, &on, &causes, now);
        self.clear_unwatched(now.time);
        let letters = self.tell(now, zone);
        let changed = std::mem::take(&mut self.changed);
        let changed = changed.iter().filter_map(|id| self.held.get(id));
        let changed = changed.map(|held| held.alarm.clone()).collect();
        self.forget(now.up);
        self.last_look = Some(now.up);
        Outcome { changed, letters }
    }

    /// Takes over that somebody has acknowledged an alarm; what it implies of the same subject is acknowledged as well.
    pub fn acknowledge(&mut self, id: i64, acknowledged: &Acknowledged) {
        let Some(key) = self.held.get(&id).map(|held| held.alarm.key.clone()) else { return };
        let implied =
            key.kind.implies().iter().filter_map(|kind| self.open_id(*kind, &key.subject));
        for id in implied.chain([id]).collect::<Vec<_>>() {
            if let Some(held) = self.held.get_mut(&id) {
                held.alarm.acknowledged.get_or_insert_with(|| acknowledged.clone());
            }
        }
    }

    /// All alarms that are open, the oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Alarm> {
        self.held.values().map(|held| &held.alarm).filter(|alarm| alarm.is_open())
    }

    /// The open alarm of that kind and subject.
    pub(super) fn open_id(&self, kind: Kind, subject: &Subject) -> Option<i64> {
        let point = self.points.get(&Key { kind, subject: subject.clone() })?;
        point.alarm.filter(|_| point.open)
    }

    /// The gravest open alarm of the subject that implies one of this kind.
    pub(super) fn covering(&self, key: &Key) -> Option<i64> {
        key.kind.implied_by().iter().find_map(|kind| self.open_id(*kind, &key.subject))
    }

    /// Follows each condition and clears what is over. Returns what is on and has no open alarm, with whether it may be
    /// raised, and what may explain it.
    fn take(&mut self, seen: &[Seen], now: Now) -> (Vec<(usize, bool)>, Causes) {
        let (mut on, mut over, mut causes) = (Vec::new(), Vec::new(), Causes::default());
        for (index, one) in seen.iter().enumerate() {
            let kind = one.key.kind;
            if self.rules.off.contains(&kind) {
                continue;
            }
            let hold = self.rules.hold(kind);
            let point = match self.points.get_mut(&one.key) {
                Some(point) => point,
                None if one.condition == Condition::On => {
                    self.points.entry(one.key.clone()).or_insert_with(|| Point::new(true, hold))
                }
                None => continue,
            };
            point.seen = self.looks;
            let known = point.step(one.condition, now.up, self.last_look);
            if kind.is_cause() && (point.open || (point.on && known)) {
                causes.add(&one.key, point.open);
            }
            match (point.open, point.on) {
                (false, true) => {
                    // What has come back beyond the first threshold may be over soon: nothing begins with that.
                    let is_on = one.condition == Condition::On;
                    on.push((index, is_on && known && point.held >= point.needs));
                }
                (true, false) if known && point.held >= hold => over.push(index),
                // A letter says what rings: the newest reading beyond the first threshold, with the limit of that time.
                (true, true) if one.condition == Condition::On => {
                    let held = point.alarm.and_then(|id| self.held.get_mut(&id));
                    if let Some(held) = held.filter(|held| held.told.is_none()) {
                        held.alarm.said = one.said.clone();
                        (held.alarm.value, held.alarm.limit) = (one.value, one.limit);
                    }
                }
                _ => {}
            }
        }
        for one in over.into_iter().filter_map(|index| seen.get(index)) {
            self.clear(&one.key, Cleared { at: now.time, said: one.said.clone(), removed: false });
        }
        (on, causes)
    }

    /// Raises what is on for long enough and follows from nothing else, the gravest first.
    fn raise(&mut self, seen: &[Seen], on: &[(usize, bool)], causes: &Causes, now: Now) {
        self.explained.clear();
        let mut ready = Vec::new();
        for (index, is_ready) in on {
            let Some(one) = seen.get(*index) else { continue };
            let Some((cause, open)) = causes.of(one) else {
                ready.extend(is_ready.then_some(one));
                continue;
            };
            let explained = self.explained.entry(cause).or_default();
            explained.count += 1;
            if explained.first.len() < super::text::FIRST_MAX {
                explained.first.push(one.name.clone());
            }
            if let Some(point) = self.points.get_mut(&one.key).filter(|_| open) {
                point.held = SignedDuration::ZERO;
                point.needs = self.rules.hold(one.key.kind).max(AFTER_CAUSE);
            }
        }
        ready.sort_by_key(|one| std::cmp::Reverse(one.key.kind.gravity()));
        for one in ready {
            self.raise_one(one, now);
        }
    }

    fn raise_one(&mut self, one: &Seen, now: Now) {
        if self.covering(&one.key).is_none() {
            self.raises.push_back(now.up);
        }
        let lately = |told: SignedDuration| now.up.saturating_sub(told) < self.rules.repeat;
        let Some(point) = self.points.get_mut(&one.key) else { return };
        (point.open, point.needs) = (true, self.rules.hold(one.key.kind));
        let before = point.alarm.and_then(|id| self.held.get_mut(&id));
        // Nobody has been told that it was over: it goes on.
        if let Some(held) = before.filter(|held| held.told.is_some_and(lately)) {
            held.alarm.cleared = None;
            self.changed.insert(held.alarm.id);
            return;
        }
        self.last_id = self.last_id.saturating_add(1).max(now.time.as_second());
        (point.earlier, point.alarm) = (point.alarm, Some(self.last_id));
        let alarm = Alarm {
            id: self.last_id,
            key: one.key.clone(),
            name: one.name.clone(),
            said: one.said.clone(),
            value: one.value,
            limit: one.limit,
            raised_at: now.time,
            told: None,
            acknowledged: None,
            escalated_at: None,
            cleared: None,
            clear_told: None,
        };
        self.held.insert(alarm.id, Held { alarm, told: None, clear_told: None });
        self.changed.insert(self.last_id);
    }

    fn clear(&mut self, key: &Key, cleared: Cleared) {
        let Some(point) = self.points.get_mut(key).filter(|point| point.open) else { return };
        (point.open, point.on) = (false, false);
        let Some(held) = point.alarm.and_then(|id| self.held.get_mut(&id)) else { return };
        held.alarm.cleared = Some(cleared);
        self.changed.insert(held.alarm.id);
        if held.told.is_none() {
            point.alarm = point.earlier.take();
        }
    }

    /// Clears what nobody watches any longer, and forgets keys of which there is nothing to know.
    fn clear_unwatched(&mut self, at: Timestamp) {
        let looks = self.looks;
        let unwatched = self.points.iter().filter(|(_, point)| point.open && point.seen != looks);
        for key in unwatched.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            let said = self.open_id(key.kind, &key.subject).and_then(|id| self.held.get(&id));
            let said = said.map(|held| held.alarm.said.clone()).unwrap_or_default();
            self.clear(&key, Cleared { at, said, removed: true });
        }
        self.points.retain(|_, point| (point.on && point.seen == looks) || point.alarm.is_some());
    }

    /// Lets go of alarms that ended and of which no letter has told lately.
    fn forget(&mut self, now: SignedDuration) {
        let repeat = self.rules.repeat;
        let lately = |told: Option<SignedDuration>| {
            told.is_some_and(|told| now.saturating_sub(told) < repeat)
        };
        self.held.retain(|_, held| {
            held.alarm.is_open()
                || held.end_untold()
                || lately(held.told)
                || lately(held.clear_told)
        });
    }
}

/// When alarms were raised that a storm counts: those that no other of their subject implied then.
fn raises(alarms: &[Alarm]) -> impl Iterator<Item = Timestamp> {
    let mut of: HashMap<&Subject, Vec<&Alarm>> = HashMap::new();
    for alarm in alarms {
        of.entry(&alarm.key.subject).or_default().push(alarm);
    }
    alarms.iter().filter_map(move |alarm| {
        // Of what is raised at one look, the gravest is the first.
        let covers = |other: &&Alarm| {
            alarm.key.kind.implied_by().contains(&other.key.kind)
                && other.id < alarm.id
                && other.cleared_at().is_none_or(|at| at > alarm.raised_at)
        };
        let covered = of.get(&alarm.key.subject).is_some_and(|all| all.iter().any(covers));
        (!covered).then_some(alarm.raised_at)
    })
}

/// When that was by the time that the program has run. What the clock shows as still to come was just now: the clock
/// has been set back.
pub(super) fn up_of(at: Timestamp, now: Now) -> SignedDuration {
    now.up.saturating_sub(now.time.duration_since(at).max(SignedDuration::ZERO))
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
