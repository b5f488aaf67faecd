//! What is there in the end, and what must not be.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::chain::{Chain, now_ms};
use super::machine::{Machine, UNITS};
use super::plan::Part;
use super::verdict::Verdict;
use crate::context::{Context, GATEWAY, hanqing, looked_for, outcome};

/// Longest wait for the first reading after the last fault. A gateway that found no broker ten times in a row waits up
/// to five minutes before it looks again.
const JOINS_MAX: Duration = Duration::from_secs(600);

/// Longest wait for all others after that. A batch that the broker has forgotten is sent again after a minute at most.
const CATCHES_UP_MAX: Duration = Duration::from_secs(150);

/// The same with a server that has just come back, which the hub tries again after a minute at most and then copies
/// from; and with a gateway that another of its name has thrown off the broker, which waits minutes until it comes
/// again.
const CATCHES_UP_LATE_MAX: Duration = Duration::from_secs(300);

/// Batches that may wait at any moment of a gateway that polls on: the newest, and one that has just been acknowledged.
const ON_THEIR_WAY_MAX: u64 = 2;

/// The same where a server has to have them on its disk first, which takes it up to 15 s.
const ON_THEIR_WAY_TO_SERVER_MAX: u64 = 40;

/// Time between two comparisons of store and ledger.
const COMPARE_EVERY: Duration = Duration::from_millis(500);

/// What a run came to.
pub struct Outcome {
    pub verdict: Verdict,
    /// Polls that the store holds without a value.
    missing: usize,
    /// Numbers of batches that the hub misses of former lives of the spool.
    former_gaps: u64,
    /// How long it took after the last fault.
    settled: Duration,
    problems: Vec<String>,
}

impl Outcome {
    pub fn report(&self) -> String {
        let verdict = &self.verdict;
        format!(
            "{} given, {} held, {} cut off with the gateway, {} gone with a replaced spool, {} lost, {} twice, \
             {} never given, {} out of order, {} polls without a value, {} gaps in former lives; settled after {:.1?}",
            verdict.given,
            verdict.held,
            verdict.cut_off.len(),
            verdict.replaced.len(),
            verdict.lost.len(),
            verdict.doubles.len(),
            verdict.invented.len(),
            verdict.disordered.len(),
            self.missing,
            self.former_gaps,
            self.settled
        )
    }
}

impl Chain {
    /// What the hub misses of former lives of the spool, in batches; or what is wrong with what it has noted: it misses
    /// something of the present life, or there are more lives than there can be.
    fn batches(&self) -> Result<u64, String> {
        let epoch = self.context.spool().epoch;
        let gateways = self.context.store().gateways().unwrap();
        let gateway = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY);
        let Some(gateway) = gateway else { return Err("the hub does not know the gateway".into()) };
        let (now, former): (Vec<_>, Vec<_>) =
            gateway.gaps().into_iter().partition(|(of, _, _)| *of == epoch);
        let is_right = now.is_empty()
            && gateway.delivered.contains_key(&epoch)
            && gateway.delivered.len() <= self.lives as usize
            && (self.lives > 1 || former.is_empty());
        match is_right {
            true => Ok(former.iter().map(|(_, first, last)| last - first + 1).sum()),
            false => Err(format!("now {epoch:?}, {} lives: {gateway:?}", self.lives)),
        }
    }

    /// Whether the gateway says that no more waits than may be on its way.
    pub fn waiting(&self) -> Result<(), String> {
        let most = if self.has_server() { ON_THEIR_WAY_TO_SERVER_MAX } else { ON_THEIR_WAY_MAX };
        let config = self.context.path("edge.toml");
        let (_, said, problem) = outcome(hanqing().arg("status").arg("-c").arg(config));
        let count = said.split_once("Waiting for the office: batches ").map(|(_, rest)| rest);
        let count = count.and_then(|rest| rest.split_once(',')?.0.parse::<u64>().ok());
        match count {
            Some(count) if count <= most => Ok(()),
            _ => Err(format!("{said}{problem}")),
        }
    }

    /// Waits until something arrives from each unit that it gave after `due_ms`.
    pub fn joins(&mut self, due_ms: i64) -> Result<(), String> {
        joins(&mut self.first, &self.context, due_ms)
    }

    pub fn verdict(&mut self, due_ms: i64) -> Verdict {
        self.first.verdict(&self.context, due_ms)
    }

    /// Waits until what is given from now on arrives, and with it all that was given before, and the hub misses
    /// nothing.
    pub fn settle(&mut self) -> Outcome {
        let begun = Instant::now();
        if self.second.is_some() {
            // Ends its wait for the broker, off which the other has thrown it.
            self.stop(Part::Edge);
            self.launch(Part::Edge);
        }
        let due_ms = now_ms();
        let most = match self.has_server() || self.lives > 1 {
            true => CATCHES_UP_LATE_MAX,
            false => CATCHES_UP_MAX,
        };
        let joined = self.joins(due_ms);
        let arrived = looked_for(most, COMPARE_EVERY, || match self.verdict(due_ms).complete() {
            true => self.batches().and_then(|gaps| self.waiting().map(|()| gaps)),
            false => Err("something is lost".into()),
        });
        let verdict = self.verdict(due_ms);
        let (missing, hours) = self.hours();
        let former_gaps = *arrived.as_ref().unwrap_or(&0);
        let mut problems: Vec<String> =
            [joined.err(), arrived.err(), hours.err()].into_iter().flatten().collect();
        let verdict = match self.settle_second() {
            Some((second, problem)) => {
                problems.extend(problem);
                verdict.and(second)
            }
            None => verdict,
        };
        Outcome { verdict, missing, former_gaps, settled: begun.elapsed(), problems }
    }

    /// Lets the second gateway send what it has, alone, and judges that. The first then goes on.
    fn settle_second(&mut self) -> Option<(Verdict, Option<String>)> {
        if self.second.as_ref().is_none_or(|second| second.kills.is_empty()) {
            return None;
        }
        self.stop(Part::Edge);
        self.launch(Part::Second);
        let due_ms = now_ms();
        let second = self.second.as_mut()?;
        let arrived = joins(second, &self.context, due_ms).and_then(|()| {
            looked_for(CATCHES_UP_LATE_MAX, COMPARE_EVERY, || {
                match second.verdict(&self.context, due_ms).complete() {
                    true => Ok(()),
                    false => Err("something of the second gateway is lost".into()),
                }
            })
        });
        let verdict = second.verdict(&self.context, due_ms);
        self.stop(Part::Second);
        self.launch(Part::Edge);
        Some((verdict, arrived.err()))
    }

    /// Polls without a value, and whether the hours count what there is.
    fn hours(&self) -> (usize, Result<(), String>) {
        let store = self.context.store();
        let mut missing = 0;
        for unit in 1..=UNITS {
            let series = self.first.series(unit).parse().unwrap();
            let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
            // Hours first: more may be committed between the two.
            let hours = store.hours(&series, from, to).unwrap();
            let counted: usize = hours.iter().map(|hour| hour.counted as usize).sum();
            let readings = store.readings(&series, from, to).unwrap();
            let values = readings.iter().filter(|r| r.value().is_some()).count();
            missing += readings.len() - values;
            if !(counted..=counted + 5).contains(&values) {
                let problem = format!("{series}: {counted} in the hours, {values} readings");
                return (missing, Err(problem));
            }
        }
        (missing, Ok(()))
    }

    /// Everything that must not be.
    pub fn problems(&mut self, outcome: Outcome) -> Vec<String> {
        let Outcome { verdict, mut problems, .. } = outcome;
        if !verdict.complete() || !verdict.sound() {
            problems.push(format!("{verdict:?}"));
        }
        self.look_at_processes();
        problems.append(&mut self.wrong);
        let logs = ["edge", "hub", "second"].map(|daemon| (daemon, self.context.log(daemon)));
        let panicked = logs.iter().filter(|(_, log)| log.contains("panicked"));
        problems.extend(panicked.map(|(daemon, _)| format!("{daemon} panicked")));
        let set_aside = self.context.quarantine();
        problems.extend(set_aside.iter().map(|row| format!("set aside: {row:?}")));
        problems
    }
}

fn joins(machine: &mut Machine, context: &Context, due_ms: i64) -> Result<(), String> {
    looked_for(JOINS_MAX, COMPARE_EVERY, || match machine.has_joined(context, due_ms) {
        true => Ok(()),
        false => Err("nothing new arrives".into()),
    })
}
