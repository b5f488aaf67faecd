//! What was understood of a file, as the page shows it.

use super::judged::Judged;
use crate::account::{Entry, EntryCode};
use crate::ledger::{ImportOutcome, Layout, SheetRead, visible};
use crate::locales::{Text, office, page_ledger as words};
use crate::water::Township;
use crate::web::{ColumnShown, ItemSum, ProblemShown, RowShown, SheetShown, WaitingFile};

/// How many of a long list are shown: what somebody reads through before she confirms. Engineering judgement.
const SHOWN: usize = 200;

/// Sheets that are shown, each with its lists. Engineering judgement: a year of months twice.
const SHEETS: usize = 24;

/// Letters of a text that are shown. Engineering judgement: a long name of a paper.
const LETTERS: usize = 200;

/// A text of the file, as far as it is shown.
fn cut(text: &str) -> String {
    let mut letters = text.chars();
    let mut shown: String = letters.by_ref().take(LETTERS).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    visible(&shown).into_owned()
}

/// All of it but the file's name and ticket.
pub(super) fn shown(judged: &Judged, township: &Township) -> WaitingFile {
    let (new, there) = judged.counts();
    let mut before = 0;
    let mut sheets = Vec::new();
    for sheet in &judged.understanding.sheets {
        let rows = before..before + sheet.rows.len();
        before = rows.end;
        let entries = judged.rows.get(rows.clone()).unwrap_or_default();
        let planned = judged.planned.get(rows).unwrap_or_default();
        if sheets.len() < SHEETS {
            sheets.push(sheet_shown(sheet, entries, planned, township));
        }
    }
    let problem = |problem: &crate::core::Problem| ProblemShown {
        place: cut(&problem.path),
        value: cut(&problem.value),
        rule: problem.rule.clone(),
        hint: problem.hint.clone(),
    };
    let others = judged.others.iter().take(SHOWN).map(|name| cut(name));
    let not_read = judged.understanding.not_read.iter().take(SHOWN);
    WaitingFile {
        sheets,
        not_read: not_read.map(|(name, why)| (cut(name), why.clone())).collect(),
        problems: judged.problems().take(SHOWN).map(problem).collect(),
        problems_in_all: judged.problems().count(),
        new,
        there,
        sums: sums(judged),
        others: (judged.others_rows > 0).then(|| Text::list(others)),
        others_rows: judged.others_rows,
        ..WaitingFile::default()
    }
}

fn sheet_shown(
    sheet: &SheetRead,
    entries: &[Entry],
    planned: &[ImportOutcome],
    township: &Township,
) -> SheetShown {
    let column = |column: &crate::ledger::ColumnRead| ColumnShown {
        place: column.place.clone(),
        head: cut(&column.head),
        meaning: column.meaning.clone(),
    };
    let otherwise = || sheet.otherwise().map(|(row, said)| words::at_row(row, said));
    let left = |left: &crate::ledger::LeftOut| (left.number, cut(&left.text), left.why.clone());
    let rows = sheet.rows.iter().zip(entries).zip(planned).take(SHOWN);
    SheetShown {
        name: sheet.name.as_ref().map(|name| cut(name)),
        layout: match sheet.layout {
            Layout::List => words::as_list(),
            Layout::Matrix => words::as_matrix(),
            Layout::MatrixOfItems => words::as_matrix_of_items(),
        },
        head: Text::list(sheet.head.iter().copied()),
        columns: sheet.columns.iter().take(SHOWN).map(column).collect(),
        columns_in_all: sheet.columns.len(),
        gathered: sheet.gathered.iter().take(SHOWN).cloned().collect(),
        rows: rows
            .map(|((read, entry), outcome)| {
                // The number of a column would run together with that of the row.
                let place = match &read.column {
                    Some(column) if sheet.name.is_none() => {
                        office::row_and_column(read.number, column).to_string()
                    }
                    column => format!("{}{}", column.as_deref().unwrap_or_default(), read.number),
                };
                row_shown(place, entry, outcome, township)
            })
            .collect(),
        rows_in_all: sheet.rows.len(),
        otherwise: otherwise().take(SHOWN).collect(),
        otherwise_in_all: otherwise().count(),
        left_out: sheet.left_out.iter().take(SHOWN).map(left).collect(),
        left_out_in_all: sheet.left_out.len(),
    }
}

fn row_shown(
    place: String,
    entry: &Entry,
    outcome: &ImportOutcome,
    township: &Township,
) -> RowShown {
    let village = entry.village.as_ref().map(|id| {
        let known = township.villages.iter().find(|village| village.id == *id);
        known.map_or_else(|| id.to_string(), |village| village.name.clone())
    });
    let crop = entry.crop.as_ref().map(|id| {
        let known = township.crops.iter().find(|crop| crop.id == *id);
        known.map_or_else(|| id.to_string(), |crop| crop.name.clone())
    });
    let work = entry.work.as_deref().map(cut);
    RowShown {
        place,
        item: entry.code.name(),
        value: entry.value.to_string(),
        unit: entry.code.unit_name(),
        from: entry.from.to_string(),
        to: entry.to.to_string(),
        of: village.into_iter().chain(crop).chain(work).collect(),
        document: cut(&entry.document),
        there: match outcome {
            ImportOutcome::AlreadyThere(id) => Some(*id),
            ImportOutcome::Added(_) | ImportOutcome::Refused(_) => None,
        },
    }
}

/// The sums of the new rows by code.
fn sums(judged: &Judged) -> Vec<ItemSum> {
    let sums = ImportOutcome::sums_of_new(&judged.rows, &judged.planned);
    let shown = |(code, (rows, sum)): (EntryCode, (usize, f64))| ItemSum {
        item: code.name(),
        rows,
        sum: sum.to_string(),
        unit: code.unit_name(),
    };
    sums.into_iter().map(shown).collect()
}
