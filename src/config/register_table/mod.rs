//! Makes a device profile from a table of registers, as technicians keep them in a spreadsheet. Pure: text in, profile
//! or problems out.
//!
//! Every problem is named at once, by row and column as the spreadsheet shows them. Nothing is guessed: the way the
//! table counts addresses has to be given, and an unknown word is a problem.

mod notation;
mod places;
mod row;
mod vocabulary;

use toml::{Table, Value};

use self::places::Places;
use self::row::Row;
use self::vocabulary::{COLUMNS, Column};
use crate::core::{Problem, Problems, RowNumbers, nearest};
use crate::device::{self, Profile};
use crate::locales::{Text, config as words, foreign, register_table as own};

/// Most rows of a table. Engineering judgement: a device has some hundreds of registers.
const ROWS_MAX: usize = 5_000;

/// Most bytes of a table: `ROWS_MAX` rows of 200 bytes.
pub const BYTES_MAX: usize = ROWS_MAX * 200;

/// How workbooks begin: an archive, or a container of Excel 97.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0]];

/// What `typed` may mean as a parameter, a unit, a type or a byte order of a profile, in the words that tables have.
pub(super) fn other_words(typed: &str) -> Vec<&'static str> {
    let parameter = vocabulary::parameter(typed).map(crate::core::Parameter::id);
    let unit = vocabulary::unit(typed).map(crate::core::Unit::symbol);
    let others = [vocabulary::point_type(typed), vocabulary::order(typed)];
    [parameter, unit].into_iter().chain(others).flatten().collect()
}

/// Whether `bytes` are a workbook, and not text.
pub fn is_workbook(bytes: &[u8]) -> bool {
    WORKBOOKS.iter().any(|begin| bytes.starts_with(begin))
}

/// How a table counts addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// From 0, as on the wire.
    Wire,
    /// From 1: register 1 is address 0.
    One,
    /// With the digit of its kind before it: 40001 or 400001 is the first holding register, 30001 the first input
    /// register, 10001 the first discrete input, 00001 the first coil.
    Modicon,
}

/// The parts of a profile that are not in the table.
#[derive(Debug, Clone)]
pub struct Head {
    pub id: String,
    /// Maker and type of the device, for people.
    pub name: String,
    pub source: String,
    /// Who has seen it work.
    pub verified_by: String,
    /// How sure the map is, 0 to 1.
    pub confidence: f64,
}

/// What the rows of a table make: points, and the registers and values of the example.
#[derive(Default)]
struct Points {
    points: Vec<Table>,
    places: Places,
    blocks: Vec<Value>,
    expect: Table,
}

/// The profile, as TOML, of a table of registers; UTF-8, with commas, semicolons or tabs between the cells.
///
/// # Errors
/// Everything that is wrong with the table, or with the profile that it makes.
pub fn profile_of_table(text: &[u8], head: &Head, base: Base) -> Result<String, Vec<Problem>> {
    let mut found = Problems::default();
    let table = read_points(text, base, &mut found).unwrap_or_default();
    let Points { points, places, blocks, expect } = found.result(table)?;
    write(head, points, blocks, expect).map_err(|problems| places.name(problems))
}

/// Reads the rows; `None` where the file as a whole cannot be read.
fn read_points(text: &[u8], base: Base, found: &mut Problems) -> Option<Points> {
    if text.len() > BYTES_MAX {
        let rule = words::table_bytes(BYTES_MAX);
        found.add(words::the_file(), text.len(), rule, words::is_it_right_file());
        return None;
    }
    if is_workbook(text) {
        let rule = own::table_is_workbook();
        found.add(words::the_file(), "", rule, own::needs_whole_program());
        return None;
    }
    let Ok(text) = std::str::from_utf8(text) else {
        found.add(words::the_file(), "", words::table_is_text(), words::save_as_utf8());
        return None;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [b'\t', b';', b','].into_iter().find(|s| first.contains(char::from(*s)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            let rule = words::not_csv(foreign::csv(&error));
            found.add(words::the_file(), "", rule, words::check_quotes_of_first_row());
            return None;
        }
    };
    let mut numbers = RowNumbers::new(text);
    numbers.next(header.position().map(csv::Position::byte));
    if header.iter().all(str::is_empty) {
        found.add(words::the_file(), "", own::no_table(), own::first_sheet());
        return None;
    }
    let columns = columns(&header, base, found)?;
    let mut table = Points::default();
    table.places.header = header.clone();
    table.places.columns.clone_from(&columns);
    for (index, record) in reader.records().enumerate() {
        let begin = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let number = numbers.next(begin.map(csv::Position::byte));
        let row = words::row(number);
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                found.add(row, "", words::not_csv(foreign::csv(&error)), words::check_quotes());
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        if let Some((at, cell)) =
            record.iter().enumerate().skip(header.len()).find(|(_, cell)| !cell.is_empty())
        {
            let place = row::place(number, at, "");
            found.add(place, cell, own::beyond_headings(), own::quote_commas());
            continue;
        }
        if index >= ROWS_MAX {
            found.add(row, "", words::table_rows(ROWS_MAX), words::split_it());
            break;
        }
        let mut row = Row { number, header: &header, columns: &columns, record: &record, found };
        if let Some(point) = row.point(base) {
            let name = row.example(&point, &mut table.blocks, &mut table.expect);
            table.places.rows.push((number, name.unwrap_or_default()));
            table.points.push(point);
        }
    }
    if table.points.is_empty() && found.list().is_empty() {
        found.add(words::the_file(), "", words::no_rows(), words::write_rows());
    }
    Some(table)
}

/// The profile's text, read back and checked.
fn write(
    head: &Head,
    points: Vec<Table>,
    blocks: Vec<Value>,
    expect: Table,
) -> Result<String, Vec<Problem>> {
    let mut about = Table::new();
    for (key, text) in [
        ("id", &head.id),
        ("name", &head.name),
        ("source", &head.source),
        ("verified_by", &head.verified_by),
    ] {
        about.insert(key.into(), text.as_str().into());
    }
    about.insert("confidence".into(), head.confidence.into());
    let mut example = Table::new();
    example.insert("source".into(), head.source.as_str().into());
    example.insert("block".into(), Value::Array(blocks));
    example.insert("expect".into(), Value::Table(expect));
    let points = points.into_iter().map(Value::Table).collect();
    let parts = [
        about,
        Table::from_iter([("point".to_owned(), Value::Array(points))]),
        Table::from_iter([("example".to_owned(), Value::Table(example))]),
    ];
    let faulty = |error: String| {
        let rule = Text::verbatim(error);
        vec![Problem::new(words::the_file(), "", rule, words::faulty_build())]
    };
    let parts: Result<Vec<String>, _> = parts.iter().map(toml::to_string).collect();
    let text = parts.map_err(|e| faulty(e.to_string()))?.join("\n");
    let read: Profile = device::parse(&text).map_err(|e| faulty(e.to_string()))?;
    let mut found = Problems::default();
    device::check(&read, &mut found);
    found.result(text)
}

/// The columns, from left to right; `None` where a heading is wrong.
fn columns(
    header: &csv::StringRecord,
    base: Base,
    found: &mut Problems,
) -> Option<Vec<Option<Column>>> {
    let title: Vec<&str> = header.iter().filter(|cell| !cell.is_empty()).collect();
    if !title.is_empty() && title.iter().all(|heading| vocabulary::column(heading).is_none()) {
        found.add(words::row(1), title.join(" "), own::no_heading(), own::headings_first());
        return None;
    }
    let known = || COLUMNS.iter().flat_map(|(_, names)| names.iter().copied());
    let mut columns: Vec<Option<Column>> = Vec::new();
    for (index, heading) in header.iter().enumerate() {
        let column = vocabulary::column(heading);
        let place = row::place(1, index, "");
        if column.is_none() && !heading.is_empty() {
            let hint = match nearest(&vocabulary::plain(heading), known()) {
                Some(near) => words::near_heading(near),
                None => {
                    let names = COLUMNS.iter().map(|(column, _)| row::name(*column));
                    words::known_headings(Text::list(names))
                }
            };
            found.add(place, heading, words::not_a_column(), hint);
        } else if column.is_some() && columns.contains(&column) {
            found.add(place, heading, words::column_stands_once(), words::remove_one_of_two());
        }
        columns.push(column);
    }
    for required in [Column::Parameter, Column::Address, Column::Type, Column::Unit] {
        let rule = words::column_missing(row::name(required));
        let given = columns.contains(&Some(required));
        found.ensure(given, words::row(1), "", rule, words::add_to_headings());
    }
    // The numbers of manuals say it themselves.
    if base != Base::Modicon && !columns.contains(&Some(Column::Function)) {
        let rule = words::column_missing(row::name(Column::Function));
        found.add(words::row(1), "", rule, words::add_to_headings());
    }
    for required in [Column::ExampleWords, Column::ExampleValue] {
        let rule = words::column_missing(row::name(required));
        let given = columns.contains(&Some(required));
        found.ensure(given, words::row(1), "", rule, words::words_and_value());
    }
    found.list().is_empty().then_some(columns)
}

#[cfg(test)]
mod tests;
