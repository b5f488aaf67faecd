//! What gateways have sent that was not taken as it came, by gateway: for page, metrics and health.

use std::collections::BTreeMap;
use std::time::Duration;

use super::REMEMBERED_MAX;
use super::inbox::Sender;
use crate::locales::{Text, hub as words};
use crate::wire::{PROBLEM_MAX, cut};

/// How long what was put into quarantine is told, unless somebody takes it out before. Engineering judgement: somebody
/// looks at the page once a day.
const SET_ASIDE_TOLD: Duration = Duration::from_secs(24 * 3600);

/// How long a dropped message is told. Engineering judgement: its gateway sends it again within a quarter of an hour.
const DROPPED_TOLD: Duration = Duration::from_secs(15 * 60);

/// How long it may take until the quarantine is known to hold what was put there: it is looked at each ten seconds.
const LOOKED_AT: Duration = Duration::from_secs(20);

/// Something that happened so and so often since the hub's start, and when, by the uptime, and why it did the last
/// time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    pub count: u64,
    pub why: Text,
    last: Duration,
}

impl Tally {
    fn add(&mut self, count: u64, why: &Text, now: Duration) {
        self.count += count;
        self.why = cut(why.clone(), PROBLEM_MAX);
        self.last = now;
    }

    fn said(&self, now: Now, words: fn(u64, &Text) -> Text) -> Option<Text> {
        (self.count > 0 && now.is_told(self.last)).then(|| words(self.count, &self.why))
    }
}

/// When something is told, and whether the quarantine holds anything of the gateway.
#[derive(Debug, Clone, Copy)]
struct Now {
    at: Duration,
    holds: bool,
}

impl Now {
    /// Whether what was put into quarantine at `last` is told: as long as it is there, for a day.
    fn is_told(self, last: Duration) -> bool {
        let age = self.at.saturating_sub(last);
        age <= LOOKED_AT || (self.holds && age <= SET_ASIDE_TOLD)
    }
}

/// What is amiss with one gateway.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trouble {
    /// Messages that could not be read.
    pub unreadable: Tally,
    /// Readings that were put into quarantine.
    pub refused: Tally,
    /// Births of which something was put into quarantine.
    pub births: Tally,
    /// Messages that were dropped, since more waited than a gateway may have waiting.
    pub dropped: u64,
    dropped_at: Duration,
    /// Messages with parameters that this version does not know.
    unknown: Tally,
    /// Why the server does not take what it sends, as long as that lasts.
    left: Option<Text>,
    /// Its part of the quarantine has no room, as long as that lasts.
    full: bool,
}

impl Trouble {
    /// What is to be said of it, the worst first.
    fn notes(&self, now: Now) -> Vec<Text> {
        let mut notes = Vec::new();
        notes.extend(self.full.then(words::quarantine_is_full));
        notes.extend(self.left.as_ref().map(words::server_refuses));
        notes.extend(self.refused.said(now, |n, why| words::readings_refused(n, why)));
        notes.extend(self.births.said(now, |n, why| words::births_refused(n, why)));
        notes.extend(self.unknown.said(now, |_, what| what.clone()));
        notes.extend(self.unreadable.said(now, |n, why| words::messages_unreadable(n, why)));
        let drops = self.dropped > 0 && now.at.saturating_sub(self.dropped_at) <= DROPPED_TOLD;
        notes.extend(drops.then(|| words::messages_dropped(self.dropped)));
        notes
    }

    fn weight(&self) -> u64 {
        let lasting = u64::from(self.full) + u64::from(self.left.is_some());
        lasting + self.unreadable.count + self.refused.count + self.births.count + self.dropped
    }
}

/// The troubles of all gateways, bounded in number: those of more are counted together.
#[derive(Debug, Default)]
pub struct Troubles(BTreeMap<Sender, Trouble>);

impl Troubles {
    fn of(&mut self, sender: &Sender) -> &mut Trouble {
        let known = self.0.contains_key(sender) || self.0.len() < REMEMBERED_MAX;
        self.0.entry(if known { sender.clone() } else { None }).or_default()
    }

    pub fn note_unreadable(&mut self, sender: &Sender, why: &Text, now: Duration) {
        self.of(sender).unreadable.add(1, why, now);
    }

    pub fn note_refused(&mut self, sender: &Sender, readings: u64, why: &Text, now: Duration) {
        self.of(sender).refused.add(readings, why, now);
    }

    pub fn note_birth(&mut self, sender: &Sender, why: &Text, now: Duration) {
        self.of(sender).births.add(1, why, now);
    }

    pub fn note_dropped(&mut self, sender: &Sender, now: Duration) {
        let trouble = self.of(sender);
        (trouble.dropped, trouble.dropped_at) = (trouble.dropped + 1, now);
    }

    pub fn note_unknown(&mut self, sender: &Sender, unknown: &Text, now: Duration) {
        self.of(sender).unknown.add(1, unknown, now);
    }

    pub fn note_left(&mut self, sender: &Sender, why: &Text) {
        self.of(sender).left = Some(cut(why.clone(), PROBLEM_MAX));
    }

    pub fn note_full(&mut self, sender: &Sender) {
        self.of(sender).full = true;
    }

    /// Everything that the gateway sent in this commit is stored.
    pub fn note_stored(&mut self, sender: &Sender) {
        if let Some(trouble) = self.0.get_mut(sender) {
            (trouble.left, trouble.full) = (None, false);
        }
    }

    /// What is to be said of each gateway at the uptime `now`, where the quarantine holds something of those for which
    /// `holds`.
    pub fn notes(
        &self,
        now: Duration,
        holds: impl Fn(&Sender) -> bool,
    ) -> BTreeMap<Sender, Vec<Text>> {
        let notes = self.0.iter().map(|(sender, trouble)| {
            let now = Now { at: now, holds: holds(sender) };
            (sender.clone(), trouble.notes(now))
        });
        notes.filter(|(_, notes)| !notes.is_empty()).collect()
    }

    /// How many messages of `sender` were dropped.
    pub fn dropped(&self, sender: &Sender) -> u64 {
        self.0.get(sender).map_or(0, |trouble| trouble.dropped)
    }

    /// The `most` gateways with most of it, by name.
    pub fn worst(&self, most: usize) -> Vec<(Sender, Trouble)> {
        let mut all: Vec<_> = self.0.iter().filter(|(_, trouble)| trouble.weight() > 0).collect();
        all.sort_by_key(|(_, trouble)| std::cmp::Reverse(trouble.weight()));
        all.truncate(most);
        all.sort_by_key(|(sender, _)| *sender);
        all.into_iter().map(|(sender, trouble)| (sender.clone(), trouble.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Duration {
        Duration::from_secs(s.try_into().unwrap())
    }

    fn gateway(name: &str) -> Sender {
        Some(name.parse().unwrap())
    }

    #[test]
    fn each_gateway_has_its_own_notes() {
        let (evil, late) = (gateway("gw-evil"), gateway("gw-late"));
        let mut troubles = Troubles::default();
        let why = Text::both("别人的", "another's");
        troubles.note_refused(&evil, 3, &why, at(0));
        troubles.note_refused(&evil, 4, &why, at(0));
        troubles.note_birth(&evil, &why, at(0));
        troubles.note_unreadable(&evil, &why, at(0));
        troubles.note_dropped(&evil, at(0));
        troubles.note_unknown(&late, &why, at(0));
        let notes = troubles.notes(at(1), |_| true);
        let said: Vec<String> = notes[&evil].iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4);
        assert!(said[0].contains('7') && said[0].contains("another's"), "{said:?}");
        assert_eq!(notes[&late], std::slice::from_ref(&why));
        // What lasts is said as long as it lasts.
        troubles.note_full(&late);
        troubles.note_left(&late, &why);
        assert_eq!(troubles.notes(at(1), |_| true)[&late].len(), 3);
        troubles.note_stored(&late);
        assert_eq!(troubles.notes(at(1), |_| true)[&late].len(), 1);
    }

    #[test]
    fn what_was_set_aside_is_told_for_a_day_or_until_it_is_taken_out() {
        let (evil, why) = (gateway("gw-evil"), Text::verbatim("another's"));
        let mut troubles = Troubles::default();
        troubles.note_refused(&evil, 3, &why, at(0));
        troubles.note_dropped(&evil, at(0));
        let told = |troubles: &Troubles, s, holds| {
            troubles.notes(at(s), |_| holds).get(&evil).map_or(0, Vec::len)
        };
        // Nobody has looked yet.
        assert_eq!(told(&troubles, 20, false), 2);
        assert_eq!((told(&troubles, 21, false), told(&troubles, 21, true)), (1, 2));
        assert_eq!((told(&troubles, 900, true), told(&troubles, 901, true)), (2, 1));
        assert_eq!((told(&troubles, 86_400, true), told(&troubles, 86_401, true)), (1, 0));
        // The count goes on.
        troubles.note_refused(&evil, 1, &why, at(90_000));
        let said = troubles.notes(at(90_000), |_| true)[&evil][0].to_string();
        assert!(said.contains('4'), "{said}");
    }

    #[test]
    fn gateways_are_bounded_in_number_and_the_worst_are_named() {
        let mut troubles = Troubles::default();
        let names = (0..REMEMBERED_MAX + 300).map(|n| gateway(&format!("gw-{n}")));
        for (n, name) in names.enumerate() {
            troubles.note_refused(&name, n as u64, &Text::verbatim("x".repeat(1000)), at(0));
        }
        assert_eq!(troubles.0.len(), REMEMBERED_MAX + 1);
        let worst = troubles.worst(50);
        assert_eq!(worst.len(), 50);
        assert_eq!(worst[0].0, None, "the three hundred that are counted together");
        assert!(
            worst.iter().all(|(_, trouble)| trouble.refused.why.to_string().len() <= PROBLEM_MAX)
        );
    }
}
