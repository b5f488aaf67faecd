//! Which printed figures the rows that wait for a review would change.

use super::filters::number;
use crate::figures::{Figure, FigureId, Statement, Value};
use crate::locales::{Argument, Text, issued as words};

/// A figure that waiting rows would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    pub figure: FigureId,
    /// Value and wording without the rows.
    pub now: Text,
    /// Value and wording once the rows are reviewed.
    pub then: Text,
    /// The rows that do it; all that wait where none of them is an input of it, as when one takes another's place.
    pub rows: Vec<i64>,
}

/// The figures of `statement` that differ in `reviewed`, in which the rows that wait are in force.
pub fn awaited(statement: &Statement, reviewed: &Statement) -> Vec<Awaited> {
    let waiting: Vec<i64> = statement.pending.iter().map(|entry| entry.id).collect();
    let mut found = Vec::new();
    for then in &reviewed.figures {
        let Some(now) = statement.figure(then.id).filter(|now| !says_the_same(now, then)) else {
            continue;
        };
        let behind = reviewed.rows_of(then.id);
        let own: Vec<i64> = waiting.iter().copied().filter(|row| behind.contains(row)).collect();
        let rows = if own.is_empty() { waiting.clone() } else { own };
        found.push(Awaited { figure: then.id, now: said(now), then: said(then), rows });
    }
    found
}

fn says_the_same(one: &Figure, other: &Figure) -> bool {
    one.value == other.value && one.words == other.words
}

/// Value and wording.
pub fn said(figure: &Figure) -> Text {
    let value = match figure.value {
        Value::Number(value) => words::number_unit(number(value), figure.unit_name()),
        Value::Day(day) => Text::verbatim(day),
        Value::Absent => return words::no_data(),
    };
    match &figure.words {
        Some(phrase) => words::issued_phrase(value, Argument::from(phrase)),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{figures, period, statement};
    use super::*;
    use crate::account::Method;
    use crate::figures::{FigureInput, Origin};

    /// A statement in which `figures` are said, made of `row`.
    fn with(said: &[(&str, f64, &str)], row: i64) -> Statement {
        let mut figures = figures(said);
        for figure in &mut figures {
            figure.inputs = vec![FigureInput {
                from: Origin::Ledger(row),
                value: None,
                method: Method::Entered,
                note: Text::default(),
                coverage: None,
            }];
        }
        statement(&figures)
    }

    #[test]
    fn a_row_that_changes_a_figure_is_named_with_it() {
        let now = with(&[("area_failed", 123.0, "120余亩")], 1);
        let then = with(&[("area_failed", 923.0, "920余亩")], 7);
        let mut waiting = now;
        waiting.pending = [7, 9].map(entry).into();
        let found = awaited(&waiting, &then);
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!((one.figure.id(), one.rows.as_slice()), ("area_failed", &[7][..]));
        let sentences = [&one.now, &one.then].map(ToString::to_string);
        assert!(sentences[0].starts_with("123 mu") && sentences[1].starts_with("923 mu"));
        assert_eq!(awaited(&waiting, &waiting), []);
    }

    fn entry(id: i64) -> crate::account::Entry {
        crate::account::Entry {
            id,
            code: crate::account::EntryCode::AreaFailed,
            value: 800.0,
            from: period().from,
            to: period().to,
            village: None,
            crop: None,
            work: None,
            document: "调查表".into(),
            entered_by: "黄某".into(),
            entered_at: jiff::Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        }
    }
}
