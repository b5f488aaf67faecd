//! What was understood of a file, for whoever confirms it.

use super::print::{add, table};
use crate::account::Entry;
use crate::cli::table::{Layout, Table, left, right};
use crate::core::Problem;
use crate::ledger::{ImportOutcome, Layout as Laid, RowRead, SheetRead, Understanding, visible};
use crate::locales::{Text, ledger as rules, office as words, understanding as files};
use crate::water::Township;

/// How many of a long list are shown. Engineering judgement: what is read before a question is answered.
const SHOWN: usize = 20;

/// What was understood, with what the ledger makes of it.
pub(super) struct Understood<'a> {
    pub understanding: &'a Understanding,
    /// The rows of all sheets as they would be entered.
    pub rows: &'a [Entry],
    /// What the ledger would do with each of `rows`.
    pub planned: &'a [ImportOutcome],
    /// Which of `rows` differ only in their value from a row of the ledger.
    pub alike: &'a [(usize, i64)],
    pub township: &'a Township,
    /// Whether long lists are shown whole.
    pub whole: bool,
}

impl Understood<'_> {
    /// All of it for a reader of that kind; `with_rows` with a table of the rows.
    pub fn text(&self, layout: Layout, with_rows: bool) -> String {
        let mut text = String::new();
        let mut before = 0;
        for sheet in &self.understanding.sheets {
            let rows = before..before + sheet.rows.len();
            before = rows.end;
            let entries = self.rows.get(rows.clone()).unwrap_or_default();
            let planned = self.planned.get(rows).unwrap_or_default();
            self.sheet(&mut text, sheet, layout);
            let (new, there) = ImportOutcome::counts(planned);
            line(&mut text, "  ", &words::rows_taken(entries.len(), new, there));
            if with_rows && !entries.is_empty() {
                text += &self.table(sheet, entries, planned).laid_out(layout);
                let left = sheet.rows.len().saturating_sub(self.most());
                if left > 0 {
                    line(&mut text, "    ", &words::and_more(left));
                }
            }
        }
        let files: Vec<&RowRead> = self.understanding.rows().collect();
        self.list(&mut text, &words::alike_rows(), self.alike, |(at, id)| {
            words::alike_row(files.get(*at).map_or_else(Text::default, |row| place(row)), *id)
        });
        self.sums(&mut text);
        let not_read = &self.understanding.not_read;
        let why = |(name, why): &(String, Text)| words::named_because(name, why);
        self.list(&mut text, &words::sheets_not_read(), not_read, why);
        text
    }

    /// Everything that is wrong, with what the ledger refuses.
    pub fn problems(&self) -> Vec<Problem> {
        let sheets = &self.understanding.sheets;
        let rows = sheets.iter().flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet, row)));
        let refused = rows.zip(self.planned).filter_map(|((sheet, row), outcome)| {
            let ImportOutcome::Refused(error) = outcome else { return None };
            let place = match &sheet.name {
                Some(name) if sheets.len() > 1 => files::in_sheet(name, place(row)),
                _ => place(row),
            };
            Some(Problem::new(place, "", Text::verbatim(error), Text::default()))
        });
        self.understanding.all_problems().cloned().chain(refused).collect()
    }

    /// The first elements of a list, in words, and how many more there are.
    pub fn cut<'t, T>(
        &self,
        list: &'t [T],
        said: impl Fn(&'t T) -> Text,
    ) -> impl Iterator<Item = Text> {
        let more = list.len().saturating_sub(self.most());
        let more = (more > 0).then(|| words::and_more(more));
        list.iter().take(self.most()).map(said).chain(more)
    }

    fn most(&self) -> usize {
        if self.whole { usize::MAX } else { SHOWN }
    }

    /// Adds a list under its title, where there is anything in it.
    fn list<T>(&self, text: &mut String, title: &Text, list: &[T], said: impl Fn(&T) -> Text) {
        if list.is_empty() {
            return;
        }
        line(text, "  ", title);
        for said in self.cut(list, said) {
            line(text, "    ", &said);
        }
    }

    /// The table itself, its columns, and what was read beside and otherwise than it is written.
    fn sheet(&self, text: &mut String, sheet: &SheetRead, layout: Layout) {
        let laid = match sheet.layout {
            Laid::List => words::laid_as_list(),
            Laid::Matrix => words::laid_as_matrix(),
            Laid::MatrixOfItems => words::laid_as_matrix_of_items(),
        };
        let head = Text::list(sheet.head.iter().copied());
        let title = match &sheet.name {
            Some(name) => words::sheet_read(name, laid, head),
            None => words::text_read(laid, head),
        };
        line(text, "", &title);
        let mut columns = Table::new([
            left(words::head_column()),
            left(words::head_of_file()),
            left(words::head_meaning()),
        ]);
        for column in sheet.columns.iter().take(self.most()) {
            let meaning = column.meaning.clone().unwrap_or_else(words::column_left_out);
            columns.row([
                column.place.clone(),
                visible(&column.head).into_owned(),
                visible(&meaning.to_string()).into_owned(),
            ]);
        }
        *text += &columns.laid_out(layout);
        let more = sheet.columns.len().saturating_sub(self.most());
        if more > 0 {
            line(text, "    ", &words::and_more(more));
        }
        self.list(text, &words::gathered(), &sheet.gathered, Text::clone);
        let otherwise: Vec<(usize, &Text)> = sheet.otherwise().collect();
        self.list(text, &words::read_otherwise(), &otherwise, |(_, said)| (*said).clone());
        self.list(text, &words::rows_left_out(), &sheet.left_out, |left| {
            words::left_out_because(left.number, &left.text, &left.why)
        });
    }

    /// The rows with their outcomes.
    fn table(&self, sheet: &SheetRead, entries: &[Entry], planned: &[ImportOutcome]) -> Table {
        let mut table = table([right(words::head_row_of_file()), left(words::head_outcome())]);
        let rows = sheet.rows.iter().zip(entries).zip(planned);
        for ((row, entry), outcome) in rows.take(self.most()) {
            let state = match outcome {
                ImportOutcome::Added(_) => words::row_new(),
                ImportOutcome::AlreadyThere(id) => words::row_there(*id),
                ImportOutcome::Refused(_) => words::row_refused(),
            };
            // The number of a column would run together with that of the row.
            let number = match &row.column {
                Some(column) if sheet.name.is_none() => {
                    words::row_and_column(row.number, column).to_string()
                }
                column => format!("{}{}", column.as_deref().unwrap_or_default(), row.number),
            };
            add(&mut table, [number, state.into()], entry, false, self.township);
        }
        table
    }

    /// The sums of the new rows by code.
    fn sums(&self, text: &mut String) {
        for (code, (count, sum)) in ImportOutcome::sums_of_new(self.rows, self.planned) {
            line(text, "", &words::sum_of_new(code.name(), count, sum, code.unit_name()));
        }
    }
}

/// Where a row of the ledger stands in its sheet.
fn place(row: &RowRead) -> Text {
    match &row.column {
        Some(column) => words::row_and_column(row.number, column),
        None => rules::place_row(row.number),
    }
}

fn line(text: &mut String, before: &str, said: &Text) {
    *text += before;
    *text += &visible(&said.to_string());
    text.push('\n');
}

#[cfg(test)]
#[path = "understood_tests.rs"]
mod tests;
