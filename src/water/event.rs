//! Proposes when a drought began and ended, from its days. The clerk confirms it in the ledger.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// Days on end in drought that begin an event. Engineering judgement, confidence 0.5: as for the warning of one source.
pub const BEGIN_DAYS: usize = 3;
/// Days on end without drought that end it. Engineering judgement, confidence 0.5: a week's shower ends no drought.
pub const END_DAYS: usize = 10;

/// A proposed drought event 抗旱期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProposedEvent {
    pub from: Date,
    /// Last day in drought; `None` while the event goes on.
    pub to: Option<Date>,
}

/// The events in `days`. Each day says whether the township was in drought; `None` is unknown, and neither begins nor
/// ends an event.
pub fn propose(days: &[(Date, Option<bool>)]) -> Vec<ProposedEvent> {
    let mut events: Vec<ProposedEvent> = Vec::new();
    let (mut dry, mut wet) = (0usize, 0usize);
    let mut first = None;
    for (day, drought) in days {
        let Some(drought) = drought else { continue };
        let open = events.last().is_some_and(|event| event.to.is_none());
        if *drought {
            wet = 0;
            dry += 1;
            first = first.filter(|_| dry > 1).or(Some(*day));
            if dry >= BEGIN_DAYS && !open {
                let from = first.unwrap_or(*day);
                events.push(ProposedEvent { from, to: None });
            }
        } else {
            dry = 0;
            first = None;
            wet += 1;
            if wet >= END_DAYS
                && open
                && let Some(event) = events.last_mut()
            {
                let back = i64::try_from(wet).unwrap_or(i64::MAX);
                event.to = day.checked_sub(back.days()).ok();
            }
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn events(marks: &str) -> Vec<(String, Option<String>)> {
        let start = date(2022, 8, 1);
        let days: Vec<_> = marks
            .chars()
            .enumerate()
            .map(|(i, mark)| {
                let drought = match mark {
                    'x' => Some(true),
                    '.' => Some(false),
                    _ => None,
                };
                (start + (i as i64).days(), drought)
            })
            .collect();
        let text = |day: Date| day.strftime("%m-%d").to_string();
        propose(&days).into_iter().map(|event| (text(event.from), event.to.map(text))).collect()
    }

    #[test]
    fn three_days_begin_and_ten_end() {
        assert_eq!(events(".xx.xxx..xx.........."), [("08-05".into(), Some("08-11".into()))]);
        assert_eq!(events(".xxx......."), [("08-02".into(), None)]);
        assert_eq!(events("xx.xx.xx."), []);
        let two = events("xxx..........xxxx");
        assert_eq!(two, [("08-01".into(), Some("08-03".into())), ("08-14".into(), None)]);
    }

    #[test]
    fn days_without_data_neither_begin_nor_end() {
        assert_eq!(events("x?x?x"), [("08-01".into(), None)]);
        assert_eq!(
            events("xxx.....?????....."),
            [("08-01".into(), None)]
                .map(|(f, _): (String, Option<String>)| (f, Some("08-08".into())))
        );
    }
}
