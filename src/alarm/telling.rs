//! What is told of the alarms, and when.
//!
//! What people have been told is compared with what is: whatever differs is told as soon as its subject may be spoken
//! of. So nothing has to be remembered that an alarm does not say itself.

use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::key::{Key, Subject};
use super::kind::Kind;
use super::letter::{AlarmSaid, Letter, NAMED_MAX, Occasion};
use super::rules::Rules;
use super::watch::{Watch, up_of};
use super::{Alarm, Now, Told};

/// Most letters within a minute, but for storms and escalations; what comes then is gathered. Robots of WeCom and
/// DingTalk take twenty messages a minute (their documentation), and others may use the same. Engineering judgement.
const LETTERS_A_MINUTE: usize = 5;

/// A storm that has begun goes on while a quarter of the alarms are raised that make one. Engineering judgement.
const GOES_ON_FROM: usize = 4;

/// So many alarms at once that they are told together.
#[derive(Debug, Default)]
pub(super) struct Storm {
    running: bool,
    /// When a letter of a storm was last sent.
    told: Option<SignedDuration>,
    /// Whether its letters of the last hour have told of something urgent.
    urgent: bool,
    /// When the end of an alarm of a storm was last told.
    over_told: Option<SignedDuration>,
    /// When other letters were made within the last minute.
    letters: VecDeque<SignedDuration>,
    /// When something was last escalated.
    escalated: Option<SignedDuration>,
}

impl Storm {
    /// What follows from the alarms of the book.
    pub(super) fn resume(rules: &Rules, alarms: &[Alarm], now: Now) -> Self {
        let told = alarms.iter().filter_map(|alarm| Some((alarm, alarm.told.as_ref()?)));
        let told = told.filter(|(_, told)| is_of_storm(told));
        let last = told.clone().map(|(_, told)| up_of(told.at, now)).max();
        let lately = |at| now.up.saturating_sub(at) < rules.repeat;
        let mut urgent = told.filter(|(_, told)| lately(up_of(told.at, now)));
        let over = alarms.iter().filter(|alarm| alarm.told.as_ref().is_some_and(is_of_storm));
        let over = over.filter_map(|alarm| alarm.clear_told.as_ref());
        let escalated = alarms.iter().filter_map(|alarm| alarm.escalated_at);
        Self {
            // Without alarms raised of late it ends at the first look.
            running: last.is_some_and(lately),
            told: last,
            urgent: urgent.any(|(alarm, _)| alarm.key.kind.is_urgent()),
            over_told: over.map(|told| up_of(told.at, now)).max(),
            letters: VecDeque::new(),
            escalated: escalated.map(|at| up_of(at, now)).max(),
        }
    }
}

impl Storm {
    /// Whether a storm may have a letter now, of something urgent at least.
    fn may_tell(&self, rules: &Rules, now: SignedDuration) -> bool {
        let since = self.told.map(|told| now.saturating_sub(told));
        !self.urgent || since.is_none_or(|since| since >= rules.storm_window.min(rules.repeat))
    }
}

/// Whether it was told in the letter of a storm.
fn is_of_storm(told: &Told) -> bool {
    told.letter.strip_prefix(Occasion::Storm.id()).is_some_and(|rest| rest.starts_with('-'))
}

/// Of a subject: when it was last told of, and how grave what people believe to be open is.
#[derive(Default)]
struct Heard {
    last: Option<SignedDuration>,
    gravity: u8,
}

/// Ids of alarms that may be told now.
#[derive(Default)]
struct ToTell {
    raised: Vec<i64>,
    /// Ended, but for those of storms.
    ended: Vec<i64>,
    /// Ended, of storms.
    of_storm: Vec<i64>,
}

impl Watch {
    /// Makes the letters that go out now, and notes them with their alarms.
    pub(super) fn tell(&mut self, now: Now, zone: &TimeZone) -> Vec<Letter> {
        let quiet =
            self.rules.quiet.is_some_and(|quiet| quiet.holds(zone.to_datetime(now.time).time()));
        let was_running = self.storm.running;
        let from = self.rules.storm_from.max(1);
        let goes_on = if was_running { from.div_ceil(GOES_ON_FROM) } else { from };
        self.storm.running = self.raises.len() >= goes_on;
        let mut letters = Vec::new();
        let waits = self.storm.running && !self.storm.may_tell(&self.rules, now.up);
        let mut all = self.held.values();
        if !waits && all.any(|held| held.raise_untold() || held.end_untold()) {
            let to_tell = self.differing(now.up, quiet);
            match self.storm.running {
                true => letters.extend(self.tell_in_storm(&to_tell, now, zone)),
                false => self.tell_as_usual(&to_tell, was_running, now, zone, &mut letters),
            }
        }
        letters.extend(self.escalate(now, zone));
        letters
    }

    /// What differs from what was told and may be told now.
    fn differing(&mut self, now: SignedDuration, quiet: bool) -> ToTell {
        let mut heard: HashMap<&Subject, Heard> = HashMap::new();
        for held in self.held.values().filter(|held| held.told.is_some()) {
            let of = heard.entry(&held.alarm.key.subject).or_default();
            of.last = of.last.max(held.told).max(held.clear_told);
            if held.clear_told.is_none() {
                of.gravity = of.gravity.max(held.alarm.key.kind.gravity());
            }
        }
        let (mut to_tell, mut covered) = (ToTell::default(), Vec::new());
        for (id, held) in &self.held {
            let key = &held.alarm.key;
            let of = heard.get(&key.subject);
            let last = of.and_then(|heard| heard.last);
            let rested = last.is_none_or(|last| now.saturating_sub(last) >= self.rules.repeat);
            if held.raise_untold() {
                let graver = key.kind.gravity() > of.map_or(0, |heard| heard.gravity);
                match self.covering(key) {
                    Some(cover) => covered.push((*id, cover)),
                    None if quiet && !key.kind.is_urgent() => {}
                    None if rested || graver => to_tell.raised.push(*id),
                    None => {}
                }
            } else if held.end_untold()
                && !quiet
                && !self.points.get(key).is_some_and(|point| point.open)
            {
                match held.alarm.told.as_ref().is_some_and(is_of_storm) {
                    true => to_tell.of_storm.push(*id),
                    false if rested => to_tell.ended.push(*id),
                    false => {}
                }
            }
        }
        for (id, cover) in covered {
            self.tell_with(id, cover);
        }
        to_tell
    }

    /// Whoever was told of the alarm `cover` knows of `id` as well, which it implies.
    fn tell_with(&mut self, id: i64, cover: i64) {
        let told = self.held.get(&cover).map(|cover| (cover.alarm.told.clone(), cover.told));
        if let Some((Some(told), Some(up))) = told {
            self.raise_told(id, &told, up);
        }
    }

    /// In a storm: one letter at its begin, one when something urgent comes that had none before or after a while, and
    /// one an hour.
    fn tell_in_storm(&mut self, to_tell: &ToTell, now: Now, zone: &TimeZone) -> Option<Letter> {
        let since = self.storm.told.map(|told| now.up.saturating_sub(told));
        let hour = since.is_none_or(|since| since >= self.rules.repeat);
        let is_urgent =
            |id: &i64| self.held.get(id).is_some_and(|held| held.alarm.key.kind.is_urgent());
        let urgent = to_tell.raised.iter().any(is_urgent);
        let again = since.is_none_or(|since| since >= self.rules.storm_window);
        if !(hour || urgent && (again || !self.storm.urgent)) {
            return None;
        }
        let ended: Vec<i64> = match hour && since.is_some() {
            true => to_tell.ended.iter().chain(&to_tell.of_storm).copied().collect(),
            false => Vec::new(),
        };
        let occasion =
            if to_tell.raised.is_empty() { Occasion::StormOver } else { Occasion::Storm };
        let letter = self.letter(occasion, &to_tell.raised, &ended, now, zone)?;
        self.storm.urgent = urgent || (self.storm.urgent && !hour);
        self.storm.told = Some(now.up);
        Some(letter)
    }

    fn tell_as_usual(
        &mut self,
        to_tell: &ToTell,
        after_storm: bool,
        now: Now,
        zone: &TimeZone,
        letters: &mut Vec<Letter>,
    ) {
        let since = |at: Option<SignedDuration>| at.map(|at| now.up.saturating_sub(at));
        let rested = |at| since(at).is_none_or(|since| since >= self.rules.repeat);
        let is_storm = after_storm || to_tell.raised.len() >= self.rules.storm_from.max(1);
        let over = !self
            .held
            .values()
            .any(|held| held.alarm.is_open() && held.alarm.told.as_ref().is_some_and(is_of_storm));
        if over || (rested(self.storm.told) && rested(self.storm.over_told)) {
            let letter = self.letter(Occasion::StormOver, &[], &to_tell.of_storm, now, zone);
            self.storm.over_told = letter.as_ref().map(|_| now.up).or(self.storm.over_told);
            letters.extend(letter);
        }
        if is_storm && !to_tell.raised.is_empty() {
            letters.extend(self.letter(Occasion::Storm, &to_tell.raised, &[], now, zone));
            self.storm.told = Some(now.up);
            return;
        }
        let minute = now.up.saturating_sub(SignedDuration::from_mins(1));
        self.storm.letters.retain(|made| *made > minute);
        if self.storm.letters.len() >= LETTERS_A_MINUTE {
            return;
        }
        let occasion = if to_tell.raised.is_empty() { Occasion::Cleared } else { Occasion::Raised };
        let letter = self.letter(occasion, &to_tell.raised, &to_tell.ended, now, zone);
        self.storm.letters.extend(letter.as_ref().map(|_| now.up));
        letters.extend(letter);
    }

    /// Tells once more what is urgent and nobody has acknowledged. Letters of it are at least a storm's window apart.
    fn escalate(&mut self, now: Now, zone: &TimeZone) -> Option<Letter> {
        let after = self.rules.escalate_after?;
        if self
            .storm
            .escalated
            .is_some_and(|last| now.up.saturating_sub(last) < self.rules.storm_window)
        {
            return None;
        }
        let due = self.held.iter().filter(|(_, held)| {
            let alarm = &held.alarm;
            let waits =
                alarm.is_open() && alarm.acknowledged.is_none() && alarm.escalated_at.is_none();
            let told = held.told.is_some_and(|told| now.up.saturating_sub(told) >= after);
            waits && told && alarm.key.kind.is_urgent() && self.covering(&alarm.key).is_none()
        });
        let due: Vec<i64> = due.map(|(id, _)| *id).collect();
        let first = due.first()?;
        let letter = self.draft(Occasion::Escalated, *first, &due, &[], now, zone);
        for id in due {
            if let Some(held) = self.held.get_mut(&id) {
                held.alarm.escalated_at = Some(now.time);
                self.changed.insert(id);
            }
        }
        self.storm.escalated = Some(now.up);
        Some(letter)
    }

    /// A letter that tells of these alarms, which are told with it; `None` where there are none.
    fn letter(
        &mut self,
        occasion: Occasion,
        raised: &[i64],
        ended: &[i64],
        now: Now,
        zone: &TimeZone,
    ) -> Option<Letter> {
        let first = raised.iter().min().or(ended.iter().min())?;
        let letter = self.draft(occasion, *first, raised, ended, now, zone);
        let told = Told { at: now.time, letter: letter.id.clone() };
        for id in raised {
            let Some(key) = self.held.get(id).map(|held| held.alarm.key.clone()) else { continue };
            self.raise_told(*id, &told, now.up);
            for kind in key.kind.implies() {
                if let Some(implied) = self.open_id(*kind, &key.subject) {
                    self.tell_with(implied, *id);
                }
            }
        }
        for id in ended {
            self.end_told(*id, &told, now.up);
            let key = self.held.get(id).map(|held| held.alarm.key.clone());
            if let Some(point) = key.and_then(|key| self.points.get_mut(&key)) {
                point.alarm = point.alarm.filter(|alarm| alarm != id);
            }
        }
        Some(letter)
    }

    fn raise_told(&mut self, id: i64, told: &Told, up: SignedDuration) {
        let Some(held) = self.held.get_mut(&id).filter(|held| held.told.is_none()) else { return };
        (held.alarm.told, held.told) = (Some(told.clone()), Some(up));
        let point = self.points.get_mut(&held.alarm.key);
        self.changed.insert(id);
        // Whoever hears that it has begun again need not hear that it was over.
        if let Some(earlier) = point.and_then(|point| point.earlier.take()) {
            self.end_told(earlier, told, up);
        }
    }

    fn end_told(&mut self, id: i64, told: &Told, up: SignedDuration) {
        if let Some(held) = self.held.get_mut(&id) {
            (held.alarm.clear_told, held.clear_told) = (Some(told.clone()), Some(up));
            self.changed.insert(id);
        }
    }

    fn draft(
        &self,
        occasion: Occasion,
        first: i64,
        raised: &[i64],
        ended: &[i64],
        now: Now,
        zone: &TimeZone,
    ) -> Letter {
        let alarm = |id: &i64| self.held.get(id).map(|held| &held.alarm);
        let mut raised: Vec<&Alarm> = raised.iter().filter_map(alarm).collect();
        let mut ended: Vec<&Alarm> = ended.iter().filter_map(alarm).collect();
        // Of several that one implies, it alone is named.
        let implied = ended.iter().flat_map(|alarm| {
            let of = |kind: &Kind| Key { kind: *kind, subject: alarm.key.subject.clone() };
            alarm.key.kind.implies().iter().map(of).collect::<Vec<_>>()
        });
        let implied: BTreeSet<Key> = implied.collect();
        ended.retain(|alarm| !implied.contains(&alarm.key));
        for alarms in [&mut raised, &mut ended] {
            alarms.sort_by_key(|alarm| (std::cmp::Reverse(alarm.key.kind.gravity()), alarm.id));
        }
        // The gravest is named first, since the title has it; then the end of what is urgent does not stand behind ten
        // others: whom it has called waits for it.
        let mut others: Vec<&Alarm> = raised.iter().skip(1).chain(&ended).copied().collect();
        others.sort_by_key(|alarm| !alarm.key.kind.is_urgent());
        let named = raised.first().copied().into_iter().chain(others).take(NAMED_MAX);
        let members =
            self.held.values().filter(|held| held.alarm.told.as_ref().is_some_and(is_of_storm));
        Letter {
            id: format!("{}-{first}", occasion.id()),
            at: now.time,
            local: zone.to_datetime(now.time),
            occasion,
            urgent: raised.iter().any(|alarm| alarm.key.kind.is_urgent()),
            alarms: named.map(|alarm| self.said(alarm, zone)).collect(),
            raised: raised.len(),
            cleared: ended.len(),
            open: match occasion {
                Occasion::StormOver => members.filter(|held| held.alarm.is_open()).count(),
                _ => 0,
            },
            by: String::new(),
        }
    }

    fn said(&self, alarm: &Alarm, zone: &TimeZone) -> AlarmSaid {
        let (key, cleared) = (&alarm.key, alarm.cleared.as_ref());
        let explained = self.explained.get(&key.subject).filter(|_| key.kind.is_cause());
        let mut still = key.kind.implies().iter().copied();
        let still = still.find(|kind| self.open_id(*kind, &key.subject).is_some());
        AlarmSaid {
            id: alarm.id,
            kind: key.kind,
            subject: key.subject.clone(),
            name: alarm.name.clone(),
            said: cleared.map_or(&alarm.said, |cleared| &cleared.said).clone(),
            value: alarm.value,
            limit: alarm.limit,
            raised_at: alarm.raised_at,
            raised_local: zone.to_datetime(alarm.raised_at),
            cleared_at: alarm.cleared_at(),
            cleared_local: alarm.cleared_at().map(|at| zone.to_datetime(at)),
            removed: cleared.is_some_and(|cleared| cleared.removed),
            still: still.filter(|_| cleared.is_some()),
            explains: explained.map_or(0, |explained| explained.count),
            first: explained.map(|explained| explained.first.clone()).unwrap_or_default(),
        }
    }
}
