//! What the log says of gateways that send what cannot be taken: one line a gateway and minute, with a count.

use std::collections::BTreeMap;
use std::time::Duration;

use super::REMEMBERED_MAX;
use super::inbox::Sender;

/// The shortest time between two lines of one gateway.
const PAUSE: Duration = Duration::from_secs(60);

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Of this gateway; `None` where none can be told.
    pub sender: Sender,
    /// How often it happened since the last line.
    pub count: u64,
    /// The first problem of these.
    pub problem: String,
}

/// Decides when a line is written. Times are counted from any one instant.
#[derive(Debug, Default)]
pub struct Complaints {
    of: BTreeMap<Sender, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    said: Duration,
    count: u64,
    problem: String,
}

impl Complaints {
    /// Counts `count` events of `sender`. The line to be written now, if its last one is a minute old.
    pub fn note(
        &mut self,
        sender: &Sender,
        count: u64,
        problem: &str,
        now: Duration,
    ) -> Option<Complaint> {
        let known = self.of.contains_key(sender) || self.of.len() < REMEMBERED_MAX;
        let sender = if known { sender.clone() } else { None };
        let Some(waiting) = self.of.get_mut(&sender) else {
            let waiting = Waiting { said: now, count: 0, problem: String::new() };
            self.of.insert(sender.clone(), waiting);
            return Some(Complaint { sender, count, problem: problem.into() });
        };
        if waiting.count == 0 {
            waiting.problem = problem.into();
        }
        waiting.count += count;
        waiting.line(sender, now)
    }

    /// The lines whose minute is over at `now`. Call it now and then, so that the last count is told, too.
    pub fn due(&mut self, now: Duration) -> Vec<Complaint> {
        let lines = self
            .of
            .iter_mut()
            .filter_map(|(sender, waiting)| waiting.line(sender.clone(), now))
            .collect();
        self.of.retain(|_, waiting| now.saturating_sub(waiting.said) < PAUSE);
        lines
    }
}

impl Waiting {
    fn line(&mut self, sender: Sender, now: Duration) -> Option<Complaint> {
        if self.count == 0 || now.saturating_sub(self.said) < PAUSE {
            return None;
        }
        self.said = now;
        let count = std::mem::take(&mut self.count);
        Some(Complaint { sender, count, problem: std::mem::take(&mut self.problem) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_gateway_has_one_line_a_minute_and_its_count_is_whole() {
        let mut complaints = Complaints::default();
        let evil: Sender = Some("gw-evil".parse().unwrap());
        let other: Sender = Some("gw-other".parse().unwrap());
        let (mut lines, mut told) = (0, 0);
        for n in 0..600_000u32 {
            let now = SECOND * (n / 1000);
            if let Some(line) = complaints.note(&evil, 1, &format!("problem {n}"), now) {
                assert_eq!(
                    line.problem,
                    format!("problem {told}"),
                    "the first problem that was not told"
                );
                (lines, told) = (lines + 1, told + line.count);
            }
        }
        assert_eq!(lines, 10);
        // Another one is heard at once.
        let line = complaints.note(&other, 3, "none of its business", SECOND * 599).unwrap();
        assert_eq!((line.sender, line.count), (other, 3));
        // The rest is told when its minute is over, and once.
        assert_eq!(complaints.due(SECOND * 599), []);
        let rest = complaints.due(SECOND * 700);
        assert_eq!(rest.iter().map(|line| line.count).sum::<u64>(), 600_000 - told);
        assert_eq!(complaints.due(SECOND * 800), []);
        assert!(complaints.of.is_empty());
    }

    #[test]
    fn gateways_are_bounded_in_number() {
        let mut complaints = Complaints::default();
        let lines = (0..REMEMBERED_MAX + 500).filter(|n| {
            let sender = Some(format!("gw-{n}").parse().unwrap());
            complaints.note(&sender, 1, "x", SECOND).is_some()
        });
        assert_eq!(lines.count(), REMEMBERED_MAX + 1);
        assert_eq!(complaints.of.len(), REMEMBERED_MAX + 1);
    }
}
