//! What the readings of gateways say of this machine's clock. Pure.
//!
//! A reading cannot be newer than its gateway's clock, and where it comes at once it is as new. So the newest of each
//! gateway in the last hour says at least what its clock shows, measured by this machine's uptime, which no step of its
//! clock changes. A backlog beside it says nothing. Where gateways agree that it is later than this machine believes,
//! their readings are no readings of the future; a single one that is ahead of all others, and of this machine, is
//! wrong itself. Of one gateway and one hub nobody can tell which is wrong. Where one gateway agrees with this machine,
//! others may not overrule it, however many they are: their readings wait until a person has looked.
//!
//! That is all that gateways decide. What this machine books, it books by its own clock: when something came, from when
//! on a gateway is revoked, what is sealed or let go of.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::REMEMBERED_MAX;
use super::outage::instant;
use super::times::{AHEAD_MAX, is_believable};
use crate::core::GatewayId;
use crate::locales::{Text, hub as words};
use crate::store::Refused;
use crate::wire::Batch;

/// How long readings count that came. Engineering judgement: two polls of a slow gateway.
const COUNTS: Duration = Duration::from_secs(3600);

/// How far apart the clocks of gateways may be that agree: one that is set by a time service is off by seconds, one
/// that is not drifts by minutes in some months (50 ppm), and readings of slow polls come minutes late. Engineering
/// judgement.
const AGREE_MS: i64 = 15 * 60_000;

/// Gateways that may overrule this machine's clock: one alone may be wrong itself.
const AGREE_MIN: usize = 2;

/// How long a gateway must have been heard before it says that this machine is ahead, since it may send a backlog
/// first, or before all of few say that it is behind, since others may follow. Engineering judgement: new readings go
/// at once, so they come within seconds.
const SETTLED: Duration = Duration::from_secs(30);

/// How often the log says so. Engineering judgement.
const SAY_AGAIN: Duration = Duration::from_secs(3600);

/// What came of one gateway.
#[derive(Debug, Clone, Copy)]
struct Heard {
    /// Time of its newest reading less the uptime at which that came, ms.
    zero_ms: i64,
    /// When that came, when the first and when the last of its readings did, by the uptime.
    at: Duration,
    first: Duration,
    last: Duration,
}

/// Readings of a gateway in the quarantine that were refused since they were ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Time of the furthest less the uptime at which it came, ms.
    zero_ms: i64,
    /// When the first were refused.
    pub since: Timestamp,
    /// The last message of the quarantine that was looked at again.
    pub after: i64,
}

/// What gateways say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// So many agree that it is later than this machine's clock shows, and how late.
    Behind { gateways: usize, present: Timestamp },
    /// The same, but so many others agree with this machine's clock.
    Disputed { gateways: usize, others: usize, present: Timestamp },
    /// So many are ahead of this machine's clock, and no other agrees with it, nor they with each other.
    Contradicted { gateways: usize },
    /// The newest readings of so many, of all that are heard, are of more than a day before what this machine's clock
    /// shows; the newest of them.
    Ahead { gateways: usize, of: usize, present: Timestamp },
}

/// What has come of gateways, of a bounded number.
#[derive(Debug, Default)]
pub struct OwnClock {
    heard: BTreeMap<GatewayId, Heard>,
    held: BTreeMap<GatewayId, Held>,
    logged: Option<Duration>,
}

impl OwnClock {
    /// Notes batches that have come at the uptime `up`.
    pub fn note<'a>(&mut self, batches: impl IntoIterator<Item = &'a Batch>, up: Duration) {
        for batch in batches {
            let knows_the_time = batch.clock.is_none_or(|clock| !clock.provisional);
            let times = batch.readings.iter().map(|reading| reading.observed_at);
            let newest = times.filter(|at| is_believable(*at)).max().filter(|_| knows_the_time);
            if let Some(newest) = newest {
                self.note_newest(&batch.gateway, newest, up);
            }
        }
    }

    fn note_newest(&mut self, gateway: &GatewayId, newest: Timestamp, up: Duration) {
        let zero_ms = zero_ms(newest, up);
        let new = Heard { zero_ms, at: up, first: up, last: up };
        match self.heard.get_mut(gateway) {
            Some(heard) if up.saturating_sub(heard.last) <= COUNTS => {
                heard.last = up;
                if zero_ms >= heard.zero_ms || up.saturating_sub(heard.at) > COUNTS {
                    (heard.zero_ms, heard.at) = (zero_ms, up);
                }
            }
            Some(heard) => *heard = new,
            None => {
                if self.heard.len() >= REMEMBERED_MAX {
                    self.heard.retain(|_, heard| up.saturating_sub(heard.last) <= COUNTS);
                }
                if self.heard.len() < REMEMBERED_MAX {
                    self.heard.insert(gateway.clone(), new);
                }
            }
        }
    }

    /// The time at `now` by which it is judged whether readings are ahead: what this machine's clock shows, or what
    /// gateways agree on where that is later.
    pub fn latest(&self, now: Timestamp, up: Duration) -> Timestamp {
        match self.behind(now, up) {
            Some(Verdict::Behind { present, .. }) => present,
            _ => now,
        }
    }

    fn recent(&self, up: Duration) -> impl Iterator<Item = &Heard> {
        self.heard.values().filter(move |heard| up.saturating_sub(heard.last) <= COUNTS)
    }

    /// Whether most of the gateways that are heard agree that it is later, and whether others contradict.
    fn behind(&self, now: Timestamp, up: Duration) -> Option<Verdict> {
        let mut zeros: Vec<i64> = self.recent(up).map(|heard| heard.zero_ms).collect();
        let (all, own_ms, most_ms) = (zeros.len(), zero_ms(now, up), as_ms(AHEAD_MAX));
        let agrees = |zero: &&i64| zero.saturating_sub(own_ms).saturating_abs() <= most_ms;
        let others = zeros.iter().filter(agrees).count();
        zeros.retain(|zero| *zero > own_ms.saturating_add(most_ms));
        zeros.sort_unstable();
        let agreeing = |(place, zero): (usize, &i64)| {
            let end = zeros.partition_point(|other| *other <= zero.saturating_add(AGREE_MS));
            (end - place, *zero)
        };
        let (gateways, zero) = zeros.iter().enumerate().map(agreeing).max()?;
        if gateways < AGREE_MIN || 2 * gateways <= all {
            return None;
        }
        let present = at(zero, up)?;
        Some(match others {
            0 => Verdict::Behind { gateways, present },
            _ => Verdict::Disputed { gateways, others, present },
        })
    }

    /// Whether every gateway that is heard is ahead: nobody can tell who is wrong.
    fn contradicted(&self, now: Timestamp, up: Duration) -> Option<Verdict> {
        let ahead_ms = zero_ms(now, up).saturating_add(as_ms(AHEAD_MAX));
        let gateways = self.recent(up).filter(|heard| heard.zero_ms > ahead_ms).count();
        let settled = self.recent(up).any(|heard| up.saturating_sub(heard.first) >= SETTLED);
        let all = gateways > 0 && gateways == self.recent(up).count();
        (all && settled).then_some(Verdict::Contradicted { gateways })
    }

    /// Whether most of the gateways that are heard say that it is earlier.
    fn ahead(&self, now: Timestamp, up: Duration) -> Option<Verdict> {
        let settled: Vec<&Heard> =
            self.recent(up).filter(|heard| up.saturating_sub(heard.first) >= SETTLED).collect();
        let behind_ms = zero_ms(now, up).saturating_sub(as_ms(AHEAD_MAX));
        let zeros = settled.iter().map(|heard| heard.zero_ms).filter(|zero| *zero < behind_ms);
        let (gateways, of) = (zeros.clone().count(), settled.len());
        if 2 * gateways <= of {
            return None;
        }
        Some(Verdict::Ahead { gateways, of, present: at(zeros.max()?, up)? })
    }

    /// What is to be said of this machine's clock at `now`, and whether it is time for the log to say it.
    pub fn problem(&mut self, now: Timestamp, up: Duration) -> (Option<Text>, bool) {
        let verdict = self
            .behind(now, up)
            .or_else(|| self.contradicted(now, up))
            .or_else(|| self.ahead(now, up));
        let said = verdict.map(|verdict| match verdict {
            Verdict::Behind { gateways, present } => {
                words::own_clock_is_behind(gateways, instant(present))
            }
            Verdict::Disputed { gateways, others, present } => {
                words::own_clock_is_disputed(gateways, instant(present), others)
            }
            Verdict::Contradicted { gateways } => words::own_clock_behind(gateways),
            Verdict::Ahead { gateways, of, present } => {
                words::own_clock_is_ahead(gateways, of, instant(present))
            }
        });
        let due = self.logged.is_none_or(|at| up.saturating_sub(at) >= SAY_AGAIN);
        if said.is_some() && due {
            self.logged = Some(up);
        }
        let due = due && said.is_some();
        (said, due)
    }

    /// Notes readings that were refused at `now`, of which some were ahead of the `latest` time.
    pub fn note_refused(
        &mut self,
        refused: &[Refused],
        (now, latest): (Timestamp, Timestamp),
        up: Duration,
    ) {
        for Refused { batch, .. } in refused {
            let times = batch.readings.iter().map(|reading| reading.observed_at);
            let ahead = times.filter(|at| at.duration_since(latest) > AHEAD_MAX).max();
            let Some(zero_ms) = ahead.map(|at| zero_ms(at, up)) else { continue };
            if self.held.len() >= REMEMBERED_MAX && !self.held.contains_key(&batch.gateway) {
                continue;
            }
            let new = Held { zero_ms, since: now, after: 0 };
            let held = self.held.entry(batch.gateway.clone()).or_insert(new);
            held.zero_ms = held.zero_ms.max(zero_ms);
        }
    }

    /// A gateway whose readings would not have been refused, had it been known then what is known at `now`: other
    /// gateways agree with it, or this machine's clock has been set forward. That time goes by changes nothing.
    pub fn releasable(&self, now: Timestamp, up: Duration) -> Option<(GatewayId, Held)> {
        let most_ms = zero_ms(self.latest(now, up), up).saturating_add(as_ms(AHEAD_MAX));
        let mut held = self.held.iter();
        let (gateway, held) = held.find(|(_, held)| held.zero_ms <= most_ms)?;
        Some((gateway.clone(), *held))
    }

    /// Notes up to which message of the quarantine a gateway's were looked at again; `None` where that was all.
    pub fn note_released(&mut self, gateway: &GatewayId, last: Option<i64>) {
        match (last, self.held.get_mut(gateway)) {
            (Some(last), Some(held)) => held.after = last,
            _ => {
                self.held.remove(gateway);
            }
        }
    }
}

/// A time less the uptime, ms.
fn zero_ms(at: Timestamp, up: Duration) -> i64 {
    at.as_millisecond().saturating_sub(i64::try_from(up.as_millis()).unwrap_or(i64::MAX))
}

/// The time whose difference to the uptime is this.
fn at(zero_ms: i64, up: Duration) -> Option<Timestamp> {
    let up_ms = i64::try_from(up.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(zero_ms.saturating_add(up_ms)).ok()
}

fn as_ms(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "own_clock_tests.rs"]
mod tests;
