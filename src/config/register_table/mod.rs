//! A device profile from a table of registers, as technicians keep them in a spreadsheet. Pure: text in, profile or problems out.
//!
//! Every problem is named at once, by row and column as the spreadsheet shows them. Nothing is guessed: how the table counts
//! addresses has to be said, and a word that is not known is a problem.

mod row;
mod words;

use toml::{Table, Value};

use self::row::{Row, name, place};
use self::words::{COLUMNS, Column};
use crate::core::Problem;
use crate::device::{self, Profile};
use crate::support::nearest;

/// Most rows of a table. Engineering judgement: a device has some hundreds of registers.
const ROWS_MAX: usize = 5_000;

/// Most bytes of a table: `ROWS_MAX` rows of 200 bytes.
const BYTES_MAX: usize = ROWS_MAX * 200;

/// How a table counts addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// As on the wire, from 0.
    Wire,
    /// From 1: register 1 is address 0.
    One,
    /// With the table's digit before it: 40001 is the first holding register, 30001 the first input register, 10001 the first
    /// discrete input, 00001 the first coil.
    Modicon,
}

/// What a profile says of itself beside its points.
#[derive(Debug, Clone)]
pub struct Head {
    /// Id of the profile.
    pub id: String,
    /// What the device is.
    pub name: String,
    /// Where the map comes from.
    pub source: String,
    /// Who has seen it work.
    pub verified_by: String,
    /// How sure the map is, 0 to 1.
    pub confidence: f64,
}

/// The text of the profile that the table `text` makes; UTF-8, with commas, semicolons or tabs between the cells.
///
/// # Errors
/// Everything that is wrong with the table, or with the profile that it makes.
pub fn profile_of_table(text: &[u8], head: &Head, base: Base) -> Result<String, Vec<Problem>> {
    let file = |value: &dyn std::fmt::Display, rule: &str, hint: &str| {
        vec![Problem::new("file", value, rule, hint)]
    };
    if text.len() > BYTES_MAX {
        return Err(file(
            &text.len(),
            "a register table has at most 1000000 bytes",
            "is it the right file?",
        ));
    }
    let Ok(text) = std::str::from_utf8(text) else {
        let hint = "save it in Excel as “CSV UTF-8 (逗号分隔)”, not as GBK/ANSI";
        return Err(file(&"", "a register table is UTF-8 text", hint));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separators = [b'\t', b';', b','];
    let separator = separators.into_iter().find(|s| first.contains(char::from(*s)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            return Err(file(&"", &error.to_string(), "check the quotes in the first row"));
        }
    };
    let columns = columns(&header)?;
    let mut problems = Vec::new();
    let (mut points, mut rows) = (Vec::new(), Vec::new());
    let mut blocks = Vec::new();
    let mut expect = Table::new();
    for (index, record) in reader.records().enumerate() {
        // A quoted cell may span lines, so the record is counted, not its line.
        let number = index + 2;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::new(
                    format!("row {number}"),
                    "",
                    error.to_string(),
                    "check its quotes",
                ));
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        if index >= ROWS_MAX {
            problems.push(Problem::new(
                format!("row {number}"),
                "",
                "a register table has at most 5000 rows",
                "split it",
            ));
            break;
        }
        let mut row = Row {
            number,
            header: &header,
            columns: &columns,
            record: &record,
            problems: &mut problems,
        };
        if let Some(point) = row.point(base) {
            row.example(&point, &mut blocks, &mut expect);
            points.push(point);
            rows.push(number);
        }
    }
    if points.is_empty() && problems.is_empty() {
        problems.push(Problem::new(
            "file",
            "",
            "the table has no rows",
            "below the headings, write one row for each value",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    write(head, points, blocks, expect).map_err(|mut problems| {
        for problem in &mut problems {
            in_rows(problem, &rows);
        }
        problems
    })
}

/// Names the row of a point in the place of the point.
fn in_rows(problem: &mut Problem, rows: &[usize]) {
    let of_point = problem.path.strip_prefix("point[").and_then(|rest| rest.split_once(']'));
    let Some((index, rest)) = of_point else {
        return;
    };
    let row = index.parse().ok().and_then(|index: usize| rows.get(index));
    if let Some(row) = row {
        problem.path = format!("row {row}, {}", rest.trim_start_matches('.'));
    }
}

/// The profile's text, once it has been read back and checked.
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
    let faulty =
        |error: String| vec![Problem::new("file", "", error, "this build is faulty: report it")];
    let parts: Result<Vec<String>, _> = parts.iter().map(toml::to_string).collect();
    let text = parts.map_err(|e| faulty(e.to_string()))?.join("\n");
    let read: Profile = device::parse(&text).map_err(|e| faulty(e.to_string()))?;
    let problems = device::check(&read);
    if problems.is_empty() { Ok(text) } else { Err(problems) }
}

/// Which column stands where.
fn columns(header: &csv::StringRecord) -> Result<Vec<Option<Column>>, Vec<Problem>> {
    let known = || COLUMNS.iter().flat_map(|(_, names)| names.iter().copied());
    let mut problems = Vec::new();
    let mut columns: Vec<Option<Column>> = Vec::new();
    for (index, heading) in header.iter().enumerate() {
        let column = words::column(heading);
        let place = place(1, index, "");
        if column.is_none() && !heading.is_empty() {
            let hint = match nearest(&words::plain(heading), known()) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    let first = COLUMNS.iter().filter_map(|(_, names)| names.first().copied());
                    format!("known are {}", first.collect::<Vec<_>>().join(", "))
                }
            };
            problems.push(Problem::new(place, heading, "is no column of a register table", hint));
        } else if column.is_some() && columns.contains(&column) {
            problems.push(Problem::new(
                place,
                heading,
                "each column stands once",
                "remove one of the two",
            ));
        }
        columns.push(column);
    }
    for required in [Column::Parameter, Column::Address, Column::Type, Column::Unit] {
        if !columns.contains(&Some(required)) {
            let rule = format!("the column {} is missing", name(required));
            problems.push(Problem::new("row 1", "", rule, "add it to the headings"));
        }
    }
    if problems.is_empty() { Ok(columns) } else { Err(problems) }
}

#[cfg(test)]
mod tests;
