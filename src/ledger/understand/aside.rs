//! Rows that are no entries: the head once more, totals; and characters that no row may have.

use super::body::Body;
use super::column::{Column, Meaning};
use super::lookup::Word;
use super::plain::{is_blank, line, squash, unseen};
use super::totals::{Check, Part, Total, compare};
use super::understanding::Layout;
use super::{levels, value, words};
use crate::ledger::book::{Cell, Row};
use crate::locales::{ledger as places, understanding as says};

/// Most characters of a cell. Engineering judgement: the name of a paper or a reason has some dozens.
const CHARACTERS_MAX: usize = 500;

impl<'a> Body<'_, 'a> {
    /// Characters that are not seen, and texts that are too long.
    pub fn check_characters(&mut self, row: &Row) {
        for (index, cell) in row.cells.iter().enumerate() {
            let text = match cell {
                Cell::Text(text) => text.as_str(),
                Cell::Shown(shown) => shown.text.as_str(),
                _ => continue,
            };
            let trouble = if let Some(c) = unseen(text) {
                let code = format!("U+{:04X}", u32::from(c));
                Some((says::unseen_character(code), says::type_it_again()))
            } else if text.len() > CHARACTERS_MAX && text.chars().count() > CHARACTERS_MAX {
                Some((places::too_many_characters(CHARACTERS_MAX), places::shorten()))
            } else {
                None
            };
            if let Some((rule, hint)) = trouble {
                let place = self.grid.place(row.number, index, self.name(index));
                self.found.add(place, text, rule, hint);
            }
        }
    }

    /// Of a text file, whether the row has as many fields as its head: a comma in 3,450 parts it in two.
    pub fn check_fields(&mut self, row: &'a Row) {
        let sheet = self.grid.sheet;
        let heads = sheet.rows.get(self.head.rows.clone()).unwrap_or_default();
        let heads = heads.iter().filter_map(|head| sheet.fields_of(head.number)).max();
        let (Some(heads), Some(fields)) = (heads, sheet.fields_of(row.number)) else { return };
        let parted = fields > heads && (row.cells.len() > heads || has_parted_number(row));
        // A value that was pushed into the remarks.
        let pushed = fields == heads && has_parted_number(row) && self.ends_in_remarks(row);
        let hint = if parted || pushed {
            places::quote_commas()
        } else if self.head.columns.iter().any(|c| c.index >= fields && is_needed(&c.meaning)) {
            places::write_all_fields()
        } else {
            return;
        };
        let place = places::place_row(row.number);
        self.found.add(place, "", places::other_fields(fields, heads), hint);
    }

    /// Whether the last of a row is a number in a column that is left out.
    fn ends_in_remarks(&self, row: &'a Row) -> bool {
        let last = self.head.columns.iter().rev().find(|c| !is_blank(self.grid.own(row, c.index)));
        last.is_some_and(|c| {
            c.meaning == Meaning::Aside && value::amount(self.grid.own(row, c.index)).is_ok()
        })
    }

    pub fn is_head_again(&self, row: &'a Row, filled: usize) -> bool {
        let heads = self.grid.sheet.rows.get(self.head.rows.clone()).unwrap_or_default();
        filled >= 2
            && heads.iter().any(|head| {
                row.cells.iter().enumerate().all(|(index, cell)| {
                    is_blank(cell)
                        || squash(&line(cell)) == squash(&line(self.grid.own(head, index)))
                })
            })
    }

    /// The word that makes the row a total.
    pub fn total_word(&mut self, row: &'a Row) -> Option<String> {
        let first = row.cells.iter().position(|cell| !is_blank(cell));
        for column in &self.head.columns {
            let id = match column.meaning {
                Meaning::Role(id) => id,
                _ if Some(column.index) == first => "",
                _ => continue,
            };
            let text = line(self.grid.own(row, column.index));
            let total = match id {
                "value" | "unit" => false,
                "document" | "entered_by" | "work" | "from" | "to" => words::is_total_alone(&text),
                _ => words::is_total(&text),
            };
            if total {
                return Some(text.into_owned());
            }
        }
        // The township beside its villages is their sum.
        let label = self.head.role("village").filter(|_| self.villages)?;
        let text = line(self.grid.own(row, label.index)).into_owned();
        let township = self.lookup.village(&text) == Word::Found { value: None, said: false };
        (self.head.layout == Layout::Matrix && !text.is_empty() && township).then_some(text)
    }

    pub fn total(&mut self, row: &'a Row, word: &str) {
        if self.lookup.leaves(word) {
            return self.leave(row, says::left_as_said(word));
        }
        let left = self.left_out.len();
        self.leave(row, says::total_unchecked());
        let item = self.head.role("code").map(|c| line(self.grid.own(row, c.index)).into_owned());
        let code =
            item.filter(|item| !item.is_empty()).and_then(|item| self.lookup.item(&item).found());
        let unit = self.head.role("unit").map(|c| line(self.grid.own(row, c.index)).into_owned());
        let unit = unit.filter(|unit| !unit.is_empty());
        for column in self.values.clone() {
            let Ok(amount) = value::amount(self.grid.own(row, column.index)) else { continue };
            let own = Some(amount.unit.clone()).filter(|unit| !unit.is_empty());
            let unit = own.or_else(|| unit.clone()).or_else(|| column.unit.clone());
            let place = self.grid.place(row.number, column.index, says::total_of(word));
            let word = word.to_owned();
            self.totals
                .total(column.index, Total { amount, unit, code, place, word, left, before: 0 });
            if let Some(left) = self.left_out.get_mut(left) {
                left.why = says::total_checked();
            }
        }
    }

    /// Checks the columns of sums of a row.
    pub fn check_sums(&mut self, row: &'a Row, parts: &[Part]) {
        for column in &self.head.columns {
            let Meaning::Total(code) = column.meaning else { continue };
            let hidden = self.grid.sheet.hidden_columns.contains(&column.index);
            let Some(amount) =
                value::amount(self.grid.own(row, column.index)).ok().filter(|_| !hidden)
            else {
                continue;
            };
            let own = Some(amount.unit.clone()).filter(|unit| !unit.is_empty());
            let unit = own.or_else(|| column.unit.clone());
            let of_item: Vec<Part> = parts
                .iter()
                .copied()
                .filter(|part| code.is_none_or(|code| part.code == code))
                .collect();
            if let Check::Differs(sum) = compare(&of_item, amount.clone(), unit) {
                let place = self.grid.place(row.number, column.index, self.name(column.index));
                let rule = says::total_differs(amount.value, sum);
                let among = |other: &&Column| {
                    matches!(other.meaning, Meaning::Item(own, _) if code.is_none_or(|code| code == own))
                        && levels::is_among(&other.head)
                };
                // What is named behind 其中 is a part, and its sum is less.
                let hint = match self.values.iter().any(among) {
                    true => says::among_not_all(),
                    false => says::check_total(&column.head),
                };
                self.found.add(place, amount.text(), rule, hint);
            }
        }
    }
}

/// Whether two neighbours are a number that its comma parted: 3 and 450.
fn has_parted_number(row: &Row) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    row.cells.windows(2).any(|pair| {
        let [one, two] = pair else { return false };
        let (one, two) = (line(one), line(two));
        let three = two.get(..3).is_some_and(digits);
        let ends = !two.get(3..4).is_some_and(digits);
        digits(&one) && one.len() <= 3 && three && ends
    })
}

/// Whether a line that is too short for this column may be one whose fields have moved.
fn is_needed(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Role(id) => {
            !matches!(*id, "row" | "entered_at" | "reason" | "supersedes" | "withdrawn")
        }
        Meaning::Item(..) | Meaning::Village(_) => true,
        _ => false,
    }
}
