//! An empty ledger to fill in: items, units, villages, crops and persons are chosen from lists. What comes back is read
//! by the importer as it is.

use rust_xlsxwriter::{
    ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, DataValidationRule,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use super::columns::COLUMNS;
use super::export::SHEET;
use super::persons::Persons;
use super::value::refused_value;
use crate::account::{Counting, EntryCode};
use crate::locales::{Lang, Text, ledger as words};
use crate::water::Township;

/// Rows with lists to choose from. Engineering judgement: a township enters some hundreds a year.
const ROWS: u32 = 1_000;

/// The columns that a clerk fills in: the first of [`COLUMNS`], up to the enterer, and remarks behind them.
const FILLED: usize = 10;

/// A4, as the format counts papers.
const A4: u8 = 9;

/// Columns of the list of items.
const COLUMNS_OF_ITEMS: u16 = 8;

/// Characters of a line over all columns of the list of items, and the height of a line in points. Engineering
/// judgement: 94 Chinese characters are as wide as the columns.
const CHARACTERS_OF_LINE: usize = 80;
const LINE_HEIGHT: f64 = 15.0;

/// Columns of the sheet of rows.
const ITEM: u16 = 0;
const VALUE: u16 = 1;
const UNIT: u16 = 2;
const FROM: u16 = 3;
const TO: u16 = 4;
const VILLAGE: u16 = 5;
const CROP: u16 = 6;
const DOCUMENT: u16 = 8;
const PERSON: u16 = 9;
const REMARK: u16 = 10;

/// Paints a cell that is still to be filled in.
const LIGHT_YELLOW: u32 = 0x00FF_F2CC;

/// The workbook for `township`, whose office lists `persons`, in the language that is spoken. Its heads are Chinese, as
/// offices need them.
pub fn template(township: &Township, persons: &Persons) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let lists = Lists::of(township, persons);
    rows(book.add_worksheet(), &lists)?;
    explanations(book.add_worksheet())?;
    lists.write(book.add_worksheet())?;
    book.save_to_buffer()
}

/// What is chosen from: a column each, on a sheet of its own, since a list within a cell is short in Excel.
struct Lists {
    name: String,
    items: Vec<String>,
    /// The unit of each item.
    units: Vec<String>,
    villages: Vec<String>,
    crops: Vec<String>,
    persons: Vec<String>,
}

impl Lists {
    fn of(township: &Township, persons: &Persons) -> Self {
        let villages = township.villages.iter().map(|v| (v.id.as_str(), v.name.as_str()));
        let crops = township.crops.iter().map(|c| (c.id.as_str(), c.name.as_str()));
        Self {
            name: words::template_lists().to_string(),
            items: EntryCode::ALL.iter().map(|code| code.name().to_string()).collect(),
            units: EntryCode::ALL.iter().map(|code| code.unit().to_owned()).collect(),
            villages: std::iter::once(words::template_whole().to_string())
                .chain(names(villages.collect()))
                .collect(),
            crops: names(crops.collect()),
            persons: persons.iter().map(|person| person.full_name()).collect(),
        }
    }

    fn columns(&self) -> [(Text, &[String]); 5] {
        [
            (words::template_items(), &self.items),
            (words::template_units(), &self.units),
            (words::template_villages(), &self.villages),
            (words::template_crops(), &self.crops),
            (words::template_persons(), &self.persons),
        ]
    }

    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(&self.name)?;
        let head = Format::new().set_bold();
        for (column, (title, list)) in (0..).zip(self.columns()) {
            sheet.set_column_width(column, 30.0)?;
            sheet.write_with_format(0, column, title.to_string(), &head)?;
            for (row, name) in (1..).zip(list) {
                sheet.write(row, column, name)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        as_wide_as_paper(sheet)
    }

    /// The cells of the list in the column with this letter.
    fn range(&self, letter: char, list: &[String]) -> String {
        format!("'{}'!${letter}$2:${letter}${}", self.name, list.len() + 1)
    }
}

/// The name of each of them, and the id where several have the name.
fn names(all: Vec<(&str, &str)>) -> Vec<String> {
    let once = |name: &str| all.iter().filter(|(_, other)| *other == name).count() == 1;
    all.iter().map(|(id, name)| (*if once(name) { name } else { id }).to_owned()).collect()
}

/// The sheet to fill in.
fn rows(sheet: &mut Worksheet, lists: &Lists) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    // A slip's number keeps its zeros.
    let text = Format::new().set_num_format("@");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (number, column) in (0..).zip(COLUMNS.iter().take(FILLED)) {
        sheet.set_column_width(number, column.width)?;
        sheet.write_with_format(0, number, column.names[0], &head)?;
        match number {
            VALUE => {}
            FROM | TO => _ = sheet.set_column_format(number, &day)?,
            _ => _ = sheet.set_column_format(number, &text)?,
        }
    }
    sheet.set_column_width(REMARK, 24.0)?;
    sheet.set_column_format(REMARK, &text)?;
    let remark = words::column_remark().within(Lang::Chinese);
    sheet.write_with_format(0, REMARK, remark, &head)?;
    choices(sheet, lists)?;
    let lacking = Format::new().set_background_color(LIGHT_YELLOW);
    for (number, letter) in
        [(VALUE, 'B'), (UNIT, 'C'), (FROM, 'D'), (TO, 'E'), (DOCUMENT, 'I'), (PERSON, 'J')]
    {
        let rule = format!("=AND($A2<>\"\",${letter}2=\"\")");
        let lacks = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(&lacking);
        sheet.add_conditional_format(1, number, ROWS, number, &lacks)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    as_wide_as_paper(sheet)
}

/// Prints all columns on one A4 page, across, with the heads on each page.
fn as_wide_as_paper(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// What may be typed into each column, and what can be chosen there.
fn choices(sheet: &mut Worksheet, lists: &Lists) -> Result<(), XlsxError> {
    let chosen =
        |range: String| DataValidation::new().allow_list_formula(Formula::new(format!("={range}")));
    let items = lists.range('A', &lists.items);
    let units = lists.range('B', &lists.units);
    // The list of units has one element: that of the item in the row. Others can be typed, and are converted.
    let unit = format!("INDEX({units},MATCH($A2,{items},0))");
    let item = chosen(items).set_error_message(words::template_choose_item().to_string())?;
    let unit = chosen(unit)
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_message(words::template_other_unit().to_string())?;
    let value = DataValidation::new()
        .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
        .set_error_message(words::template_number().to_string())?;
    let first = ExcelDateTime::from_ymd(1949, 10, 1)?;
    let day = DataValidation::new()
        .allow_date(DataValidationRule::GreaterThanOrEqualTo(first))
        .set_error_message(words::template_day().to_string())?;
    for (number, allowed) in
        [(ITEM, &item), (UNIT, &unit), (VALUE, &value), (FROM, &day), (TO, &day)]
    {
        sheet.add_data_validation(1, number, ROWS, number, allowed)?;
    }
    for (number, letter, list) in
        [(VILLAGE, 'C', &lists.villages), (CROP, 'D', &lists.crops), (PERSON, 'E', &lists.persons)]
    {
        if !list.is_empty() {
            let listed = chosen(lists.range(letter, list))
                .set_error_message(words::template_choose().to_string())?;
            sheet.add_data_validation(1, number, ROWS, number, &listed)?;
        }
    }
    Ok(())
}

/// The sheet that explains how to fill in, and each item.
fn explanations(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(words::template_explanations().to_string())?;
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let told = [
        words::template_how(),
        words::template_how_unit(),
        words::template_how_days(),
        words::template_how_lists(),
        words::template_how_import(),
    ];
    let mut row = 0;
    for told in told {
        let told = told.to_string();
        let lines = told.chars().count().div_ceil(CHARACTERS_OF_LINE);
        sheet.merge_range(row, 0, row, COLUMNS_OF_ITEMS - 1, &told, &wrapped)?;
        sheet.set_row_height(row, LINE_HEIGHT * lines as f64)?;
        row += 1;
    }
    row += 1;
    let heads = [
        (words::template_name(), 38.0),
        (words::template_id(), 30.0),
        (words::template_unit(), 8.0),
        (words::template_counting(), 40.0),
        (words::template_village(), 10.0),
        (words::template_crop(), 10.0),
        (words::template_work(), 10.0),
        (words::template_example(), 34.0),
    ];
    for (column, (head, width)) in (0..).zip(heads) {
        sheet.set_column_width(column, width)?;
        sheet.write_with_format(row, column, head.to_string(), &bold)?;
    }
    for code in EntryCode::ALL {
        row += 1;
        let [village, crop, work] = wanted(*code).map(Wanted::text);
        let cells = [
            code.name(),
            Text::verbatim(code.id()),
            Text::verbatim(code.unit()),
            code.counting().name(),
            village,
            crop,
            work,
            words::template_for_example(example(*code), code.unit()),
        ];
        for (column, cell) in (0..).zip(cells) {
            sheet.write_with_format(row, column, cell.to_string(), &wrapped)?;
        }
    }
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Whether a column is filled in for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Always,
    MayBe,
    Never,
}

impl Wanted {
    fn text(self) -> Text {
        match self {
            Self::Always => words::template_always(),
            Self::MayBe => words::template_may_be(),
            Self::Never => words::template_never(),
        }
    }
}

/// Whether village, crop and work are wanted for `code`.
pub fn wanted(code: EntryCode) -> [Wanted; 3] {
    use Wanted::{Always, MayBe, Never};
    match code {
        EntryCode::AreaAffected | EntryCode::AreaDamaged | EntryCode::AreaFailed => {
            [Always, Always, Never]
        }
        EntryCode::LossRateWithout | EntryCode::LossRateWith => [Never, Always, Never],
        EntryCode::VillageAffected => [Always, Never, Never],
        EntryCode::WaterWork | EntryCode::WaterWorkGroups | EntryCode::WaterWorkPersons => {
            [Always, Never, Always]
        }
        EntryCode::MeterReplaced | EntryCode::MeterInstalled => [Never, Never, Always],
        EntryCode::DroughtEvent | EntryCode::ResponseLevel => [Never, Never, Never],
        _ if code.unit() == EntryCode::AreaSown.unit() => [MayBe, MayBe, Never],
        _ => [MayBe, Never, Never],
    }
}

/// A value that an item may have.
fn example(code: EntryCode) -> f64 {
    let measured = 35.5;
    match code.counting() {
        _ if code == EntryCode::ResponseLevel => 3.0,
        Counting::Named => 1.0,
        _ if refused_value(code, measured).is_none() => measured,
        _ => 12.0,
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
