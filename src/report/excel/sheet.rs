//! A sheet of the annex: title, dates, a frozen row of heads, and rows of typed cells.

use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

use super::super::filters;
use super::wrap::height;
use crate::locales::{Lang, Text, report as words};

/// Row of the heads on each sheet, below title and dates.
pub const HEAD: u32 = 2;
/// Longest name of a sheet, in characters.
const NAME_MAX: usize = 31;
/// How much wider bold text is.
const BOLD: f64 = 1.1;

/// A column of a table: its head, its width in characters, and the cell for a row.
pub struct Column<R> {
    pub head: fn() -> Text,
    width: f64,
    english: f64,
    pub cell: fn(&R) -> Cell<'_>,
}

/// A column whose cells `cell` makes.
pub const fn column<R>(head: fn() -> Text, width: f64, cell: fn(&R) -> Cell<'_>) -> Column<R> {
    wider(head, width, width, cell)
}

/// A column of another width in English.
pub const fn wider<R>(
    head: fn() -> Text,
    width: f64,
    english: f64,
    cell: fn(&R) -> Cell<'_>,
) -> Column<R> {
    Column { head, width, english, cell }
}

impl<R> Column<R> {
    /// The width in the language that is spoken here.
    pub fn width(&self) -> f64 {
        Lang::current().pick(self.width, self.english)
    }
}

/// The format of numbers with so many decimals, whether they are whole or not: no point is left without digits.
pub const fn number_format(decimals: u8) -> &'static str {
    match decimals {
        0 => "#,##0",
        1 => "#,##0.0",
        2 => "#,##0.00",
        3 => "#,##0.000",
        _ => "#,##0.0000",
    }
}

/// The cell formats of a workbook.
pub struct Formats {
    title: Format,
    head: Format,
    number: Format,
    decimal: Format,
    /// By the number of decimals.
    fixed: [Format; 5],
    whole: Format,
    percent: Format,
    date: Format,
    text: Format,
    total: Format,
    decimal_total: Format,
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
            number: cell.clone().set_num_format(number_format(0)),
            decimal: cell.clone().set_num_format(number_format(2)),
            fixed: [0, 1, 2, 3, 4].map(|n| cell.clone().set_num_format(number_format(n))),
            whole: cell.clone().set_num_format("0"),
            percent: cell.clone().set_num_format("0.0%"),
            date: cell.clone().set_num_format("yyyy-mm-dd"),
            total: cell.clone().set_bold().set_num_format(number_format(0)),
            decimal_total: cell.clone().set_bold().set_num_format(number_format(2)),
            text: cell.set_text_wrap(),
        }
    }
}

/// The content of one cell. In a formula `{row}` stands for the number of its own row; the result is for readers that
/// do not calculate.
pub enum Cell<'a> {
    Text(&'a str),
    Words(Text),
    Number(f64),
    Share(f64),
    Whole(i64),
    Day(Date),
    Total(String, f64),
    ShareFormula(String, f64),
    /// The number of another cell.
    Reference(String, f64),
    /// A number in the unit of a form, with the decimals that the form prints.
    Converted {
        formula: String,
        result: f64,
        decimals: u8,
    },
    Missing,
    /// Nothing, not even a border.
    Blank,
}

impl<'a> Cell<'a> {
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Cell::Missing, Cell::Number)
    }

    /// A coverage, rounded down as the other documents print it: 100 % means all.
    pub fn coverage(share: f64) -> Self {
        Cell::Share(filters::permille(share) / 1000.0)
    }

    pub fn or_dash<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Cell::Text("—"), cell)
    }
}

fn date(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| number.unsigned_abs();
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), part(day.month()), part(day.day()))
}

/// A sheet while its rows are written.
pub struct Sheet<'a> {
    pub sheet: &'a mut Worksheet,
    formats: &'a Formats,
    /// Widths of the columns, in characters.
    widths: Vec<f64>,
    /// The next row, from 0.
    pub row: u32,
}

impl<'a> Sheet<'a> {
    /// Adds a sheet with `title` above its table; its own name is the title as far as Excel allows.
    pub fn new(
        book: &'a mut Workbook,
        formats: &'a Formats,
        title: &str,
        about: &str,
        heads: impl Iterator<Item = (String, f64)>,
    ) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name(title))?;
        sheet.write_with_format(0, 0, title, &formats.title)?;
        sheet.write(1, 0, filters::without_backticks(about))?;
        let (mut widths, mut tallest) = (Vec::new(), None);
        for (column, (head, width)) in (0..).zip(heads) {
            tallest = tallest.max(height(&head, width / BOLD));
            sheet.write_with_format(HEAD, column, head, &formats.head)?;
            sheet.set_column_width(column, width)?;
            widths.push(width);
        }
        if let Some(points) = tallest {
            sheet.set_row_height(HEAD, points)?;
        }
        sheet.set_freeze_panes(HEAD + 1, 1)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(HEAD, HEAD)?;
        Ok(Self { sheet, formats, widths, row: HEAD + 1 })
    }

    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> Result<(), XlsxError> {
        let mut tallest = None;
        for (column, cell) in (0..).zip(cells) {
            tallest = tallest.max(self.cell(column, &cell)?);
        }
        self.set_height(tallest)?;
        self.row += 1;
        Ok(())
    }

    fn set_height(&mut self, points: Option<u16>) -> Result<(), XlsxError> {
        if let Some(points) = points {
            self.sheet.set_row_height(self.row, points)?;
        }
        Ok(())
    }

    /// Writes `cell` and returns the height that its text needs.
    fn cell(&mut self, column: u16, cell: &Cell<'_>) -> Result<Option<u16>, XlsxError> {
        let (f, row) = (self.formats, self.row);
        let whole = |value: &f64| value.fract() == 0.0;
        match cell {
            Cell::Text(text) => return self.text(column, text),
            Cell::Words(text) => return self.text(column, &text.to_string()),
            Cell::Missing => return self.text(column, &words::no_data().to_string()),
            Cell::Number(value) if !value.is_finite() => {
                return self.text(column, &words::unbounded().to_string());
            }
            Cell::Number(value) => {
                let format = if whole(value) { &f.number } else { &f.decimal };
                self.sheet.write_with_format(row, column, *value, format)?
            }
            Cell::Share(value) => self.sheet.write_with_format(row, column, *value, &f.percent)?,
            Cell::Whole(value) => self.sheet.write_with_format(row, column, *value, &f.whole)?,
            Cell::Day(day) => self.sheet.write_with_format(row, column, date(*day)?, &f.date)?,
            Cell::Total(formula, result) => {
                let format = if whole(result) { &f.total } else { &f.decimal_total };
                self.formula(column, formula, *result, format)?
            }
            Cell::ShareFormula(formula, result) => {
                self.formula(column, formula, *result, &f.percent)?
            }
            Cell::Reference(formula, result) => {
                let format = if whole(result) { &f.number } else { &f.decimal };
                self.formula(column, formula, *result, format)?
            }
            Cell::Converted { formula, result, decimals } => {
                let format = f.fixed.get(usize::from(*decimals)).unwrap_or(&f.decimal);
                self.formula(column, formula, *result, format)?
            }
            Cell::Blank => self.sheet,
        };
        Ok(None)
    }

    fn text(&mut self, column: u16, text: &str) -> Result<Option<u16>, XlsxError> {
        let text = filters::without_backticks(text);
        let width = self.widths.get(usize::from(column));
        let points = width.and_then(|width| height(&text, *width));
        self.sheet.write_with_format(self.row, column, text, &self.formats.text)?;
        Ok(points)
    }

    fn formula(
        &mut self,
        column: u16,
        text: &str,
        result: f64,
        format: &Format,
    ) -> Result<&mut Worksheet, XlsxError> {
        let text = text.replace("{row}", &(self.row + 1).to_string());
        let formula = Formula::new(text).set_result(result.to_string());
        self.sheet.write_formula_with_format(self.row, column, formula, format)
    }

    /// Writes `text` into a column of the next row.
    pub fn note(&mut self, column: u16, text: Text) -> Result<(), XlsxError> {
        let points = self.cell(column, &Cell::Words(text))?;
        self.set_height(points)
    }

    /// Writes the totals of `columns`, each with its number and its result, below the rows.
    pub fn totals(&mut self, columns: &[(u16, Option<f64>)]) -> Result<(), XlsxError> {
        let name = words::total().to_string();
        self.sheet.write_with_format(self.row, 0, name, &self.formats.total)?;
        if self.row == HEAD + 1 {
            return Ok(());
        }
        for (column, result) in columns {
            if let Some(result) = result {
                let formula =
                    format!("=SUM({})", range((HEAD + 1, *column), (self.row - 1, *column)));
                self.cell(*column, &Cell::Total(formula, *result))?;
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// The name of the sheet with this title: Excel takes 31 characters, and not all of them.
pub fn name(title: &str) -> String {
    let allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let name: String = title.chars().filter(allowed).take(NAME_MAX).collect();
    name.trim_end().to_owned()
}

/// The name of a range of cells, each given by row and column from 0.
pub fn range((top, left): (u32, u16), (bottom, right): (u32, u16)) -> String {
    use rust_xlsxwriter::utility::row_col_to_cell;
    format!("{}:{}", row_col_to_cell(top, left), row_col_to_cell(bottom, right))
}
