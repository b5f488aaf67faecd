//! The ledger as a table: what an office works on in Excel, and what the importer reads again.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use super::import::{BESIDE, columns_of_export};
use crate::figures::Entry;
use crate::water::Township;

/// Widths of the columns of [`columns_of_export`], in characters.
const WIDTHS: [f64; 13] =
    [22.0, 12.0, 8.0, 12.0, 12.0, 12.0, 14.0, 22.0, 34.0, 16.0, 24.0, 24.0, 10.0];

/// A row as an export has it, in the order of the columns.
struct Row<'a> {
    entry: &'a Entry,
    village: &'a str,
    crop: &'a str,
    superseded_by: Option<i64>,
}

/// The row that supersedes each row that is superseded.
type Superseded = BTreeMap<i64, i64>;

fn superseded(all: &[Entry]) -> Superseded {
    let pairs = all.iter().filter_map(|e| Some((e.supersedes?, e.id)));
    pairs.collect()
}

fn row<'a>(entry: &'a Entry, superseded: &Superseded, township: &'a Township) -> Row<'a> {
    let village = entry.village.as_ref();
    let crop = entry.crop.as_ref();
    Row {
        entry,
        village: village.map_or("", |id| township.village(id).map_or(id.as_str(), |v| &v.name)),
        crop: crop.map_or("", |id| {
            let known = township.crops.iter().find(|c| &c.id == id);
            known.map_or(id.as_str(), |c| &c.name)
        }),
        superseded_by: superseded.get(&entry.id).copied(),
    }
}

impl Row<'_> {
    /// The cells of the columns, as text.
    fn cells(&self) -> [String; 13] {
        let entry = self.entry;
        [
            entry.code.name_zh().into(),
            entry.value.to_string(),
            entry.code.unit().into(),
            entry.from.to_string(),
            entry.to.to_string(),
            self.village.into(),
            self.crop.into(),
            entry.work.clone().unwrap_or_default(),
            entry.document.clone(),
            entry.entered_by.clone(),
            entry.entered_at.to_string(),
            entry.reason.clone(),
            entry.supersedes.map_or(String::new(), |row| row.to_string()),
        ]
    }

    /// The cells beside them, which an import passes over.
    fn beside(&self) -> [String; 3] {
        [
            self.entry.id.to_string(),
            self.entry.reviewed_by.clone().unwrap_or_default(),
            self.superseded_by.map_or(String::new(), |row| row.to_string()),
        ]
    }
}

/// `entries` as CSV with the ids of the columns; `all` are the rows among which one may supersede another.
///
/// # Errors
/// The library cannot write it.
pub fn to_csv(entries: &[Entry], all: &[Entry], township: &Township) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = columns_of_export().map(|(id, _)| id);
    writer.write_record(heads.chain(BESIDE.iter().map(|(id, _)| *id)))?;
    let superseded = superseded(all);
    for entry in entries {
        let row = row(entry, &superseded, township);
        let mut cells = row.cells();
        // A program's table has ids, not names.
        cells[0] = entry.code.id().into();
        cells[5] = entry.village.as_ref().map_or(String::new(), ToString::to_string);
        cells[6] = entry.crop.as_ref().map_or(String::new(), ToString::to_string);
        writer.write_record(cells.iter().chain(&row.beside()))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `entries` as an Excel workbook with Chinese heads, real numbers and real dates.
///
/// # Errors
/// The library cannot write it.
pub fn to_workbook(
    entries: &[Entry],
    all: &[Entry],
    township: &Township,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("台账")?;
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let zone = TimeZone::get(&township.zone).unwrap_or(TimeZone::UTC);
    let superseded = superseded(all);
    let heads = columns_of_export().map(|(_, zh)| zh).chain(BESIDE.iter().map(|(_, zh)| *zh));
    for (column, name) in (0..).zip(heads) {
        sheet.write_with_format(0, column, name, &head)?;
        let width = WIDTHS.get(usize::from(column)).copied().unwrap_or(12.0);
        sheet.set_column_width(column, width)?;
    }
    for (number, entry) in (1..).zip(entries) {
        let row = row(entry, &superseded, township);
        for (column, text) in (0..).zip(row.cells().iter().chain(&row.beside())) {
            let moment = match column {
                3 => moment(entry.from.into()).map(|moment| (moment, &day)),
                4 => moment(entry.to.into()).map(|moment| (moment, &day)),
                10 => local(entry.entered_at, &zone).and_then(moment).map(|moment| (moment, &time)),
                _ => None,
            };
            match (column, moment, text.parse::<f64>()) {
                (_, Some((moment, format)), _) => {
                    sheet.write_with_format(number, column, &moment, format)?;
                }
                (1 | 12 | 13 | 15, _, Ok(value)) => {
                    sheet.write(number, column, value)?;
                }
                _ if text.is_empty() => {}
                _ => {
                    sheet.write(number, column, text)?;
                }
            }
        }
    }
    let last = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, 15)?;
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

/// The time of the office's clock at `at`; `None` where that clock shows it twice, so that it would not read back.
fn local(at: jiff::Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let shown = at.to_zoned_datetime(zone.clone()).datetime();
    let back = zone.to_ambiguous_zoned_datetime(shown).unambiguous();
    back.is_ok().then_some(shown)
}

/// As Excel has it; `None` before 1900, which it has not: such a day stands as text.
fn moment(at: DateTime) -> Option<ExcelDateTime> {
    let part = |number: i8| number.unsigned_abs();
    let year = u16::try_from(at.year()).ok().filter(|year| *year >= 1900)?;
    let day = ExcelDateTime::from_ymd(year, part(at.month()), part(at.day())).ok()?;
    let milli = at.millisecond().unsigned_abs();
    day.and_hms_milli(part(at.hour()).into(), part(at.minute()), part(at.second()), milli).ok()
}
