//! Proposes when a drought began and ended, from its days. The clerk confirms it in the ledger.

use jiff::civil::Date;
use serde::Serialize;

/// Days on end in drought that begin an event. Engineering judgement, confidence 0.5: as for the warning of one source.
pub const BEGIN_DAYS: usize = 3;
/// Days on end without drought that end it. Engineering judgement, confidence 0.5: a week's shower ends no drought.
pub const END_DAYS: usize = 10;

/// A proposed drought event 抗旱期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ProposedEvent {
    /// First day that is known to be in drought.
    pub from: Date,
    /// It may have begun before `from`: the day before is not known, or was not looked at.
    pub or_earlier: bool,
    /// Last day that is known to be in drought.
    pub last: Date,
    /// The same once an end is seen; `None` while none is.
    pub to: Option<Date>,
    /// It may have gone on after `last`: the day after is not known, or was not looked at.
    pub or_later: bool,
}

/// The events in `days`, which are consecutive. Each day says whether the township was in drought; `None` is unknown,
/// and neither begins nor ends an event.
pub fn propose(days: &[(Date, Option<bool>)]) -> Vec<ProposedEvent> {
    let mut events: Vec<ProposedEvent> = Vec::new();
    let (mut dry, mut wet) = (0usize, 0usize);
    // First day of the run of drought with whether it may have begun before; the same of its last day.
    let (mut first, mut last) = (None, None);
    let mut before = None;
    for (day, drought) in days {
        let open = events.last_mut().filter(|event| event.to.is_none());
        match drought {
            None => last = last.map(|(day, or_later)| (day, or_later || wet == 0)),
            Some(true) => {
                wet = 0;
                dry += 1;
                let begun = first.filter(|_| dry > 1).unwrap_or((*day, before.is_none()));
                (first, last) = (Some(begun), Some((*day, false)));
                if dry >= BEGIN_DAYS && open.is_none() {
                    let ((from, or_earlier), last) = (begun, *day);
                    let (to, or_later) = (None, false);
                    events.push(ProposedEvent { from, or_earlier, last, to, or_later });
                }
            }
            Some(false) => {
                (dry, first) = (0, None);
                wet += 1;
                if wet >= END_DAYS
                    && let (Some(event), Some((day, or_later))) = (open, last)
                {
                    (event.last, event.to, event.or_later) = (day, Some(day), or_later);
                }
            }
        }
        before = *drought;
    }
    let open = events.last_mut().filter(|event| event.to.is_none());
    if let (Some(event), Some((day, or_later))) = (open, last) {
        let ends_the_list = days.last().is_some_and(|(end, _)| *end == day);
        (event.last, event.or_later) = (day, or_later || ends_the_list);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    fn proposed(marks: &str) -> Vec<ProposedEvent> {
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
        propose(&days)
    }

    fn events(marks: &str) -> Vec<(String, Option<String>)> {
        let text = |day: Date| day.strftime("%m-%d").to_string();
        proposed(marks).into_iter().map(|event| (text(event.from), event.to.map(text))).collect()
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
        assert_eq!(events("xxx.....?????....."), [("08-01".into(), Some("08-03".into()))]);
        assert_eq!(events("xxx.....?????...."), [("08-01".into(), None)]);
    }

    #[test]
    fn an_end_beside_a_day_without_data_is_not_certain() {
        let certain = |marks| proposed(marks).pop().map(|event| (event.or_earlier, event.or_later));
        assert_eq!(certain(".xxx.........."), Some((false, false)));
        assert_eq!(certain("?xxx?.........."), Some((true, true)));
        let first = certain("xxx.?..........");
        assert_eq!(first, Some((true, false)), "the days before are not known");
        assert_eq!(certain(".xxx?..?........"), Some((false, true)));
        assert_eq!(certain(".xx?x.........."), Some((false, false)));
        assert_eq!(certain(".xxx??"), Some((false, true)), "no end is seen");
        assert_eq!(certain("xxx"), Some((true, true)), "neither end was looked beyond");
        assert_eq!(certain(".xxx...."), Some((false, false)));
        let last = |marks| proposed(marks).pop().map(|event| event.last);
        assert_eq!(last(".xxx?.x??"), Some(date(2022, 8, 7)));
        assert_eq!(last(".xxx?.x..........."), Some(date(2022, 8, 7)));
    }
}
