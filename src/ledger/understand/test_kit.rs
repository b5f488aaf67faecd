//! Files made by hand, for tests of their understanding.

use jiff::Timestamp;

use super::sheets::of_book;
use super::understanding::{Asked, Understanding};
use crate::ledger::book::{Book, Cell, Merged, Row, Sheet, Shown};
use crate::water::Township;

pub(super) fn township() -> Township {
    let villages = [("dongmen", "东门村"), ("xianping", "仙坪村"), ("qiaokeng", "乔坑村")]
        .map(|(id, name)| serde_json::json!({"id": id, "name": name, "persons": 1, "groups": 1, "sown_area_mu": 900.0}));
    let crops = [("rice", "水稻"), ("maize", "玉米")].map(|(id, name)| {
        serde_json::json!({"id": id, "name": name, "sown_area_mu": 1000.0, "yield_kg_per_mu": 450.0,
            "price_yuan_per_kg": 2.8, "source": "test", "confidence": 0.5})
    });
    serde_json::from_value(
        serde_json::json!({"name": "清源乡", "village": villages, "crop": crops}),
    )
    .unwrap()
}

pub(super) fn now() -> Timestamp {
    "2022-12-01T00:00:00Z".parse().unwrap()
}

/// A sheet of lines whose cells are parted by `|`; what is a number is one.
pub(super) fn sheet(name: &str, text: &str) -> Sheet {
    let cell = |text: &str| match text.trim() {
        "" => Cell::Empty,
        text => text.parse().map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number),
    };
    let rows = (1..).zip(text.lines()).map(|(number, line)| Row {
        number,
        hidden: false,
        struck: false,
        cells: line.split('|').map(cell).collect(),
    });
    let rows = rows.filter(|row| row.cells.iter().any(|cell| *cell != Cell::Empty)).collect();
    Sheet { name: name.into(), rows, ..Sheet::default() }
}

/// First and last rows, first and last columns.
type Area = ((usize, usize), (usize, usize));

pub(super) fn merged(mut sheet: Sheet, areas: &[Area]) -> Sheet {
    sheet.merged =
        areas.iter().map(|(rows, columns)| Merged { rows: *rows, columns: *columns }).collect();
    sheet
}

/// Puts `cell` into row `number`, column `column` from 0.
pub(super) fn put(sheet: &mut Sheet, number: usize, column: usize, cell: Cell) {
    let row = sheet.rows.iter_mut().find(|row| row.number == number).unwrap();
    row.cells.resize(row.cells.len().max(column + 1), Cell::Empty);
    row.cells[column] = cell;
}

pub(super) fn shown(value: f64, stored: f64, unit: &str, text: &str) -> Cell {
    Cell::Shown(Box::new(Shown { value, stored, unit: unit.into(), text: text.into() }))
}

pub(super) fn of_sheets(sheets: Vec<Sheet>, asked: &Asked) -> Understanding {
    of_book(&Book { sheets, lettered: true }, asked, &township(), now())
}

pub(super) fn of(text: &str) -> Understanding {
    of_sheets(vec![sheet("台账", text)], &Asked::default())
}

/// The rows as `row item value village crop from to document person`.
pub(super) fn rows(read: &Understanding) -> Vec<String> {
    let rows = read.rows().map(|row| {
        let e = &row.entry;
        let village = e.village.as_ref().map_or("-", |id| id.as_str());
        let crop = e.crop.as_ref().map_or("-", |id| id.as_str());
        let column = row.column.as_deref().unwrap_or("");
        format!(
            "{column}{} {} {} {village} {crop} {} {} {} {}",
            row.number,
            e.code.id(),
            e.value,
            e.from,
            e.to,
            e.document,
            e.entered_by
        )
    });
    rows.collect()
}

pub(super) fn problems(read: &Understanding) -> Vec<String> {
    read.all_problems().map(ToString::to_string).collect()
}

/// The rows, where there is no problem.
#[track_caller]
pub(super) fn taken(read: &Understanding) -> Vec<String> {
    assert_eq!(problems(read), [""; 0]);
    rows(read)
}

/// The only problem.
#[track_caller]
pub(super) fn problem(read: &Understanding) -> String {
    let problems = problems(read);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

/// Numbers of the rows that were left out, with the reasons.
pub(super) fn left(read: &Understanding) -> Vec<(usize, String)> {
    let sheets = read.sheets.iter().flat_map(|sheet| &sheet.left_out);
    sheets.map(|left| (left.number, left.why.to_string())).collect()
}
