//! Ledger rows from a CSV file, as a clerk's spreadsheet saves it. Pure: text in, rows and problems out.
//!
//! Every problem is named at once; rows without one go on, the others are left out.

use jiff::Timestamp;
use jiff::civil::Date;

use super::NewEntry;
use super::nearest::nearest;
use crate::core::Problem;
use crate::figures::EntryCode;
use crate::water::Township;

/// Columns, in the order in which the documentation names them.
pub const COLUMNS: [&str; 13] = [
    "code",
    "value",
    "unit",
    "from",
    "to",
    "village",
    "crop",
    "work",
    "document",
    "entered_by",
    "entered_at",
    "reason",
    "supersedes",
];

/// Columns that may be left out: nothing is lost, or the importer knows a value for them.
const OPTIONAL: [&str; 6] = [
    "village",
    "crop",
    "work",
    "entered_at",
    "reason",
    "supersedes",
];

/// Most rows of one file. A township's ledger of a year has some hundreds; this many are a wrong file, and they would
/// hold up the office's machine.
pub const ROWS_MAX: usize = 100_000;

/// Most bytes of one file: `ROWS_MAX` rows of the length that a full row of the example has, about 300 bytes.
pub const BYTES_MAX: usize = ROWS_MAX * 300;

/// Most problems that are listed. Engineering judgement: whoever has more looks for one cause, not for rows.
pub const PROBLEMS_MAX: usize = 1_000;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The rows without a problem, in the file's order.
    pub rows: Vec<NewEntry>,
    /// Everything that is wrong, in the file's order. Rows are counted as a spreadsheet shows them: the header is row 1.
    pub problems: Vec<Problem>,
}

/// Reads `text` (UTF-8, with or without a byte-order mark) as ledger rows of `township`. Rows without `entered_at` get
/// `imported_at`; days of `entered_at` without an offset are not accepted, since they name no instant.
pub fn parse(text: &[u8], township: &Township, imported_at: Timestamp) -> Import {
    let mut import = Import::default();
    if text.len() > BYTES_MAX {
        let rule = format!("a ledger file has at most {BYTES_MAX} bytes");
        import.problems.push(Problem::new(
            "file",
            text.len(),
            rule,
            "split it, or check that it is the right file",
        ));
        return import;
    }
    let Ok(text) = std::str::from_utf8(text) else {
        let hint = "save it as “CSV UTF-8”, not as GBK/ANSI";
        import.problems.push(Problem::new(
            "file",
            "",
            "a ledger file is UTF-8 text",
            hint,
        ));
        return import;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            import.problems.push(Problem::new(
                "row 1",
                "",
                error.to_string(),
                "check the quotes in the first line",
            ));
            return import;
        }
    };
    check_header(&header, &mut import.problems);
    if !import.problems.is_empty() {
        return import;
    }
    for (index, record) in reader.records().enumerate() {
        // A quoted field may span lines, so the record is counted, not its line.
        let number = index + 2;
        if index >= ROWS_MAX {
            let rule = format!("a ledger file has at most {ROWS_MAX} rows");
            import.problems.push(Problem::new(
                format!("row {number}"),
                "",
                rule,
                "split the file",
            ));
            break;
        }
        match record {
            Ok(record) if record.iter().all(str::is_empty) => continue,
            Ok(record) => {
                let mut row = RowReader {
                    number,
                    header: &header,
                    record: &record,
                    problems: Vec::new(),
                };
                match row.entry(township, imported_at) {
                    Some(entry) if row.problems.is_empty() => import.rows.push(entry),
                    _ => import.problems.append(&mut row.problems),
                }
            }
            Err(error) => {
                let path = format!("row {number}");
                import.problems.push(Problem::new(
                    path,
                    "",
                    error.to_string(),
                    "check the quotes and commas of this row",
                ));
            }
        }
        if import.problems.len() >= PROBLEMS_MAX {
            let rule =
                format!("at most {PROBLEMS_MAX} problems are listed, what follows was not read");
            import.problems.push(Problem::new(
                format!("row {number}"),
                "",
                rule,
                "mend these and import again",
            ));
            break;
        }
    }
    import
}

fn check_header(header: &csv::StringRecord, problems: &mut Vec<Problem>) {
    for (index, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name) {
            let hint = match nearest(name, COLUMNS.into_iter()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the columns are {}", COLUMNS.join(",")),
            };
            problems.push(Problem::new(
                "row 1",
                name,
                "this is no column of the ledger",
                hint,
            ));
        } else if header.iter().take(index).any(|before| before == name) {
            problems.push(Problem::new(
                "row 1",
                name,
                "each column stands once",
                "remove one of the two",
            ));
        }
    }
    for column in COLUMNS
        .into_iter()
        .filter(|column| !OPTIONAL.contains(column))
    {
        if !header.iter().any(|name| name == column) {
            let hint = format!("add the column {column} to the first line");
            problems.push(Problem::new(
                "row 1",
                "",
                format!("the column {column} is missing"),
                hint,
            ));
        }
    }
}

/// One row while it is read: it gathers problems as it goes, so that each is named at once.
struct RowReader<'a> {
    number: usize,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
    problems: Vec<Problem>,
}

impl<'a> RowReader<'a> {
    fn text(&self, column: &str) -> &'a str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|i| self.record.get(i)).unwrap_or("")
    }

    fn problem(&mut self, column: &str, rule: impl Into<String>, hint: impl Into<String>) {
        let path = format!("row {}, {column}", self.number);
        let value: String = self.text(column).chars().take(80).collect();
        self.problems.push(Problem::new(path, value, rule, hint));
    }

    /// The row, or `None` where a problem leaves a hole in it.
    fn entry(&mut self, township: &Township, imported_at: Timestamp) -> Option<NewEntry> {
        if self.record.len() != self.header.len() {
            let rule = format!(
                "the row has {} fields, the header {}",
                self.record.len(),
                self.header.len()
            );
            let path = format!("row {}", self.number);
            let hint = "put fields that hold a comma into double quotes";
            self.problems.push(Problem::new(path, "", rule, hint));
            return None;
        }
        let code = self.code();
        let value = self.value(code);
        if let Some(code) = code {
            self.check_unit(code);
        }
        let from = self.day("from");
        let to = self.day("to");
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.problem(
                "to",
                format!("the last day is before the first, {from}"),
                "swap from and to, or mend the year",
            );
        }
        let villages = || {
            township
                .villages
                .iter()
                .map(|v| (v.id.as_str(), v.name.as_str()))
        };
        let crops = || {
            township
                .crops
                .iter()
                .map(|c| (c.id.as_str(), c.name.as_str()))
        };
        let village = self
            .one_of("village", villages)
            .and_then(|id| id.parse().ok());
        let crop = self.one_of("crop", crops).and_then(|id| id.parse().ok());
        let document = self.required(
            "document",
            "name the paper behind the number: slip, survey sheet, notice",
        );
        let entered_by = self.required("entered_by", "name who answers for the number");
        let entered_at = self.entered_at(imported_at);
        let supersedes = self.supersedes();
        if supersedes.is_some() && self.text("reason").is_empty() {
            self.problem(
                "reason",
                "a correction says why",
                "write why the row is replaced",
            );
        }
        let work = Some(self.text("work")).filter(|text| !text.is_empty());
        Some(NewEntry {
            code: code?,
            value: value?,
            from: from?,
            to: to?,
            village,
            crop,
            work: work.map(str::to_owned),
            document: document?,
            entered_by: entered_by?,
            entered_at: entered_at?,
            reason: self.text("reason").to_owned(),
            supersedes,
        })
    }

    fn code(&mut self) -> Option<EntryCode> {
        let text = self.text("code");
        let code = EntryCode::from_id(text);
        if code.is_none() {
            let by_name = EntryCode::ALL
                .iter()
                .find(|c| c.name_zh() == text)
                .map(|c| c.id());
            let hint =
                match by_name.or_else(|| nearest(text, EntryCode::ALL.iter().map(|c| c.id()))) {
                    Some(near) => format!("did you mean {near}?"),
                    None => {
                        let all: Vec<_> = EntryCode::ALL.iter().map(|c| c.id()).collect();
                        format!("the codes are {}", all.join(", "))
                    }
                };
            self.problem("code", "this is no code of the ledger", hint);
        }
        code
    }

    fn value(&mut self, code: Option<EntryCode>) -> Option<f64> {
        let text = self.text("value");
        let value = match text.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => value,
            Ok(_) => {
                self.problem(
                    "value",
                    "a value is finite and not negative",
                    "a decrease is a correction: use supersedes",
                );
                return None;
            }
            Err(_) if text.is_empty() => {
                self.problem(
                    "value",
                    "the value is missing",
                    "write 0 only where 0 was found; else leave the row out",
                );
                return None;
            }
            Err(_) => {
                self.problem(
                    "value",
                    "this is no number",
                    "digits and a point only, no unit and no thousands separator",
                );
                return None;
            }
        };
        if code.is_some_and(|code| code.unit() == "%") && value > 100.0 {
            self.problem("value", "a share is at most 100 %", "check the number");
        }
        Some(value)
    }

    fn check_unit(&mut self, code: EntryCode) {
        let (text, unit) = (self.text("unit"), code.unit());
        if text == unit {
            return;
        }
        let hint = match (text, unit) {
            ("万元", "元") => "multiply the value by 10000 and write 元".to_owned(),
            ("", _) => format!("write {unit}, after checking that the value is in it"),
            _ => format!("convert the value and write {unit}"),
        };
        self.problem(
            "unit",
            format!("{} ({}) is in {unit}", code.id(), code.name_zh()),
            hint,
        );
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        // Exactly this form: jiff would also read a longer text and drop its time of day.
        let day = text
            .parse::<Date>()
            .ok()
            .filter(|day| day.to_string() == text);
        if day.is_none() {
            self.problem(
                column,
                "a day is written YYYY-MM-DD",
                "for example 2022-08-01; format the cells as text",
            );
        }
        day
    }

    /// The id in `column`, which may be empty, checked against the ids and names of the township.
    fn one_of<'t, I: Iterator<Item = (&'t str, &'t str)>>(
        &mut self,
        column: &str,
        known: impl Fn() -> I,
    ) -> Option<&'a str> {
        let text = self.text(column);
        if text.is_empty() || known().any(|(id, _)| id == text) {
            return Some(text).filter(|text| !text.is_empty());
        }
        let by_name = known().find(|(_, name)| *name == text).map(|(id, _)| id);
        let hint = match by_name.or_else(|| nearest(text, known().map(|(id, _)| id))) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "the ids are {}",
                known().map(|(id, _)| id).collect::<Vec<_>>().join(", ")
            ),
        };
        self.problem(column, format!("the township has no such {column}"), hint);
        None
    }

    fn required(&mut self, column: &str, hint: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.problem(column, format!("{column} is missing"), hint);
            return None;
        }
        Some(text.to_owned())
    }

    fn entered_at(&mut self, imported_at: Timestamp) -> Option<Timestamp> {
        let text = self.text("entered_at");
        if text.is_empty() {
            return Some(imported_at);
        }
        let at = text.parse().ok();
        if at.is_none() {
            let hint =
                "for example 2022-08-05T18:00:00+08:00; leave it empty for the time of the import";
            self.problem(
                "entered_at",
                "an instant has a date, a time and an offset",
                hint,
            );
        }
        at
    }

    fn supersedes(&mut self) -> Option<i64> {
        let text = self.text("supersedes");
        if text.is_empty() {
            return None;
        }
        let row = text.parse().ok().filter(|row| *row > 0);
        if row.is_none() {
            self.problem(
                "supersedes",
                "this is no row number of the ledger",
                "write the number of the row to replace",
            );
        }
        row
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
