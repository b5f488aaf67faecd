//! From places in a profile to the cells of the table that it was made of.

use std::collections::BTreeSet;

use super::row;
use super::vocabulary::Column;
use crate::core::Problem;
use crate::locales::config as words;

/// Where the points of a profile stand in its table.
#[derive(Default)]
pub(super) struct Places {
    pub(super) header: csv::StringRecord,
    /// What each column holds, from left to right.
    pub(super) columns: Vec<Option<Column>>,
    /// The row of each point, and the name of its value in the example.
    pub(super) rows: Vec<(usize, String)>,
}

impl Places {
    /// The problems of a profile by their cells. What a value twice makes of the example is left out.
    pub(super) fn name(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        let mut seen = BTreeSet::new();
        let names = self.rows.iter().map(|(_, name)| name);
        let twice: BTreeSet<&String> = names.filter(|name| !seen.insert(*name)).collect();
        problems.retain(|problem| {
            let name = problem.path.strip_prefix("example.expect.");
            name.is_none_or(|name| !twice.contains(&name.to_owned()))
        });
        for problem in &mut problems {
            if let Some(place) = self.place(&problem.path) {
                problem.path = place;
            }
        }
        problems
    }

    /// The cell of the value at `path` in the profile; `None` where it is in no cell.
    fn place(&self, path: &str) -> Option<String> {
        if let Some(name) = path.strip_prefix("example.expect.") {
            let (row, _) = self.rows.iter().find(|(_, known)| known == name)?;
            return Some(self.cell(*row, Some(Column::ExampleValue), name));
        }
        let of_block = path.strip_prefix("example.block[");
        let (rest, block) = match of_block {
            Some(rest) => (rest, true),
            None => (path.strip_prefix("point[")?, false),
        };
        let (index, rest) = rest.split_once(']')?;
        let (row, _) = self.rows.get(index.parse::<usize>().ok()?)?;
        let key = rest.trim_start_matches('.');
        let column = if block { Some(Column::ExampleWords) } else { column(key) };
        Some(self.cell(*row, column, key))
    }

    fn cell(&self, row: usize, column: Option<Column>, key: &str) -> String {
        let index = column.and_then(|c| self.columns.iter().position(|known| *known == Some(c)));
        let place = match index {
            Some(index) => row::place(row, index, self.header.get(index).unwrap_or_default()),
            None => words::row_part(row, key),
        };
        place.into()
    }
}

/// The column of a key of a point.
fn column(key: &str) -> Option<Column> {
    Some(match key {
        "parameter" => Column::Parameter,
        "channel" => Column::Channel,
        "function" => Column::Function,
        "address" => Column::Address,
        "type" => Column::Type,
        "order" => Column::Order,
        "scale" => Column::Scale,
        "offset" => Column::Offset,
        "unit" => Column::Unit,
        "invalid" => Column::Invalid,
        "valid_range" => Column::Least,
        "counter.modulus" => Column::Modulus,
        "counter" | "counter.max_rate_per_hour" => Column::RatePerHour,
        _ => return None,
    })
}
