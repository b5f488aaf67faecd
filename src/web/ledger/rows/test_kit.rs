//! A hub's answers for the tests of pages: a ledger with one row, 7, which others can be entered beside.

use std::sync::{Arc, Mutex};

use super::{
    Checked, Effect, FieldFault, FigureChange, FormFacts, ItemFacts, Overtaken, Queue, QueueRow,
    RowDeed, RowForm, RowHistory, RowLine, RowList, RowState, RowsAnswer, RowsAsked, Saved,
};
use crate::locales::Text;
use crate::support::lock;
use crate::web::workplace::Ask;

/// What the hub is asked is noted in `asked`, as far as it changes something.
pub fn rows_for_tests(asked: Arc<Mutex<Vec<String>>>) -> Ask<RowsAsked, RowsAnswer> {
    Ask::new(move |what: RowsAsked| {
        let (note, answer) = answered(what);
        if let Some(note) = note {
            lock(&asked).push(note);
        }
        async move { Ok(answer) }
    })
}

fn answered(asked: RowsAsked) -> (Option<String>, RowsAnswer) {
    match asked {
        RowsAsked::List(filter) => {
            let rows = vec![row(7)];
            let list =
                RowList { rows, in_all: 51, page: filter.page, pages: 2, ..RowList::default() };
            (None, RowsAnswer::List(Box::new(list)))
        }
        RowsAsked::Row(7) => {
            let figures = Some(vec![(Text::verbatim("gasoline"), Text::verbatim("760 <b>L</b>"))]);
            let history =
                RowHistory { id: 7, rows: vec![row(7)], last: 7, figures, ..RowHistory::default() };
            (None, RowsAnswer::Row(Box::new(history)))
        }
        // Its correction waits: it counts until that is reviewed.
        RowsAsked::Row(3) => {
            let rows = vec![
                RowLine { superseded_by: Some(4), ..row(3) },
                RowLine { state: Some(RowState::Waits), supersedes: Some(3), ..row(4) },
            ];
            let history = RowHistory { id: 3, rows, last: 4, ..RowHistory::default() };
            (None, RowsAnswer::Row(Box::new(history)))
        }
        RowsAsked::Form { deed: RowDeed::Correct(6) | RowDeed::Withdraw(6), .. } => {
            (None, overtaken("水利站 李某"))
        }
        RowsAsked::Form { deed, form } => (None, RowsAnswer::Form(Box::new(facts(deed, form)))),
        RowsAsked::Check { deed, form, .. } if form.value.is_empty() => {
            let words = Text::verbatim("no <number>");
            let faults = vec![FieldFault { field: "value", words }];
            (None, RowsAnswer::Form(Box::new(FormFacts { faults, ..facts(deed, form) })))
        }
        RowsAsked::Check { deed: RowDeed::Correct(6), .. } => (None, overtaken("水利站 李某")),
        RowsAsked::Check { deed: RowDeed::Correct(5), by, .. } => (None, overtaken(&by.name)),
        RowsAsked::Check { form, .. } => (None, RowsAnswer::Checked(Box::new(checked(form)))),
        RowsAsked::Save { by, deed, digest, .. } if digest == "d1" => {
            let saved = Saved { id: 8, detail: "汽油 760 L".into() };
            (Some(format!("{deed:?} by {}", by.name)), RowsAnswer::Saved(saved))
        }
        RowsAsked::Save { form, .. } => {
            let changed = Checked { changed: true, ..checked(form) };
            (None, RowsAnswer::Checked(Box::new(changed)))
        }
        RowsAsked::Queue(by) => {
            let own = by.as_ref().is_some_and(|by| by.id == "administrator");
            let waiting = QueueRow {
                row: row(7),
                may: by.is_some() && !own,
                why: own.then(|| Text::verbatim("your own")),
                ..QueueRow::default()
            };
            let queue = Queue {
                two_person: true,
                rows: vec![waiting],
                in_all: 1,
                reviewers: Text::verbatim("水利站 <李>"),
                ..Queue::default()
            };
            (None, RowsAnswer::Queue(Box::new(queue)))
        }
        RowsAsked::Review { by, rows } => {
            // Somebody was faster with one of them.
            let now = rows.iter().copied().filter(|row| *row != 9).collect();
            (Some(format!("review {rows:?} by {}", by.name)), RowsAnswer::Reviewed(now))
        }
        RowsAsked::Row(_) => (None, RowsAnswer::NoRow),
    }
}

fn row(id: i64) -> RowLine {
    RowLine {
        id,
        item: Text::verbatim("gasoline"),
        value: "760".into(),
        unit: Text::verbatim("L"),
        from: "2022-08-05".into(),
        to: "2022-08-05".into(),
        document: "加油票 <17>".into(),
        entered_by: "财政所 黄某".into(),
        state: Some(RowState::Counts),
        ..RowLine::default()
    }
}

fn facts(deed: RowDeed, form: RowForm) -> FormFacts {
    let known = deed != RowDeed::Enter || form.item == "gasoline";
    let item = ItemFacts {
        id: "gasoline",
        name: Text::verbatim("gasoline"),
        units: vec![("L".into(), Text::verbatim("L"))],
        village: Some(false),
        ..ItemFacts::default()
    };
    let near =
        if form.item.is_empty() { vec![] } else { vec![("diesel", Text::verbatim("diesel"))] };
    FormFacts { item: known.then_some(item), near, old: Some(row(7)), form, ..FormFacts::default() }
}

fn checked(form: RowForm) -> Checked {
    let figures = vec![FigureChange {
        name: Text::verbatim("fuel"),
        before: Text::verbatim("1 t"),
        after: Text::verbatim("2 <t>"),
    }];
    let effect = Effect { figures, ..Effect::default() };
    Checked {
        row: row(0),
        old: Some(row(7)),
        effect,
        digest: "d1".into(),
        form,
        ..Checked::default()
    }
}

fn overtaken(by: &str) -> RowsAnswer {
    let new = RowLine { entered_by: by.into(), ..row(7) };
    RowsAnswer::Overtaken(Box::new(Overtaken { old: row(6), new, last: 7 }))
}
