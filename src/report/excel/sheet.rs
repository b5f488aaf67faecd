//! A sheet with title, dates and a frozen row of heads.

use jiff::civil::Date;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

/// What stands for a number that is not there.
const NONE: &str = "无数据";
/// Row of the heads on each sheet, below title and dates.
pub const HEAD: u32 = 2;

/// Formats that the sheets share.
pub struct Formats {
    pub title: Format,
    pub head: Format,
    pub number: Format,
    pub decimal: Format,
    pub whole: Format,
    pub percent: Format,
    pub date: Format,
    pub text: Format,
    pub total: Format,
    pub decimal_total: Format,
}

impl Formats {
    pub fn new() -> Self {
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: cell
                .clone()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xDDEBF7))
                .set_text_wrap(),
            number: cell.clone().set_num_format("#,##0"),
            decimal: cell.clone().set_num_format("#,##0.00"),
            whole: cell.clone().set_num_format("0"),
            percent: cell.clone().set_num_format("0.0%"),
            date: cell.clone().set_num_format("yyyy-mm-dd"),
            total: cell.clone().set_bold().set_num_format("#,##0"),
            decimal_total: cell.clone().set_bold().set_num_format("#,##0.00"),
            text: cell.set_text_wrap(),
        }
    }
}

/// One cell of a table.
pub enum Cell<'a> {
    Text(&'a str),
    Own(String),
    Number(f64),
    Percent(f64),
    Whole(i64),
    Day(Date),
    None,
}

impl Cell<'_> {
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Cell::None, Cell::Number)
    }

    pub fn percent(value: Option<f64>) -> Self {
        value.map_or(Cell::Text("—"), Cell::Percent)
    }
}

fn date(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| number.unsigned_abs();
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), part(day.month()), part(day.day()))
}

/// A sheet with title, dates and a frozen row of heads.
pub struct Sheet<'a> {
    /// The library's sheet.
    pub sheet: &'a mut Worksheet,
    formats: &'a Formats,
    /// The next row.
    pub row: u32,
}

impl<'a> Sheet<'a> {
    pub fn new(
        book: &'a mut Workbook,
        formats: &'a Formats,
        name: &str,
        about: &str,
        heads: &[(&str, f64)],
    ) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        sheet.write_with_format(0, 0, name, &formats.title)?;
        sheet.write(1, 0, about)?;
        for (column, (head, width)) in (0..).zip(heads) {
            sheet.write_with_format(HEAD, column, *head, &formats.head)?;
            sheet.set_column_width(column, *width)?;
        }
        sheet.set_freeze_panes(HEAD + 1, 1)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(HEAD, HEAD)?;
        Ok(Self { sheet, formats, row: HEAD + 1 })
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.cell(self.row, column, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    pub fn cell(&mut self, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        let f = self.formats;
        match cell {
            Cell::Text(text) => self.sheet.write_with_format(row, column, *text, &f.text)?,
            Cell::Own(text) => self.sheet.write_with_format(row, column, text, &f.text)?,
            Cell::Number(value) => {
                let format = if value.fract() == 0.0 { &f.number } else { &f.decimal };
                self.sheet.write_with_format(row, column, *value, format)?
            }
            Cell::Percent(value) => {
                self.sheet.write_with_format(row, column, *value, &f.percent)?
            }
            Cell::Whole(value) => self.sheet.write_with_format(row, column, *value, &f.whole)?,
            Cell::Day(day) => self.sheet.write_with_format(row, column, date(*day)?, &f.date)?,
            Cell::None => self.sheet.write_with_format(row, column, NONE, &f.text)?,
        };
        Ok(())
    }

    /// A formula with the result that it has, for readers that do not calculate.
    pub fn formula(
        &mut self,
        row: u32,
        column: u16,
        text: String,
        result: f64,
    ) -> Result<(), XlsxError> {
        let formula = Formula::new(text).set_result(result.to_string());
        let format =
            if result.fract() == 0.0 { &self.formats.total } else { &self.formats.decimal_total };
        self.sheet.write_formula_with_format(row, column, formula, format)?;
        Ok(())
    }

    /// The sums of `columns` below their rows.
    pub fn sums(&mut self, label: &str, columns: &[(u16, f64)]) -> Result<(), XlsxError> {
        let row = self.row;
        self.sheet.write_with_format(row, 0, label, &self.formats.total)?;
        if row == HEAD + 1 {
            return Ok(());
        }
        for (column, result) in columns {
            let (from, to) =
                (row_col_to_cell(HEAD + 1, *column), row_col_to_cell(row - 1, *column));
            self.formula(row, *column, format!("=SUM({from}:{to})"), *result)?;
        }
        self.row += 1;
        Ok(())
    }
}
