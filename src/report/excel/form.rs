//! A state form as a sheet that can be signed and handed to the county: title, grid, lines for the signatures.

use jiff::civil::Date;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError};

use super::columns::{Content, GridColumn, columns};
use super::fields::reported;
use super::grid::{bands, head_cells, levels};
use super::sheet::{name, number_format, range};
use super::wrap::height;
use crate::figures::{Form, Statement};
use crate::locales::{Lang, Text, forms as words};
use crate::report::filters::long_day;

/// Fonts by their names in Latin letters: 黑体 for the title, 宋体 for the rest.
const TITLE_FONT: &str = "SimHei";
const FONT: &str = "SimSun";

/// Widths of the column of the area and of a field, characters.
const AREA: f64 = 11.0;
const FIELD: [f64; 2] = [8.0, 11.0];
/// In the fonts of the forms narrow Latin letters are as wide as all others: so much less of a text has room.
const LATIN: f64 = 0.8;
/// Heights of the title, the lines beside the grid and the row of numbers, points.
const TITLE_HEIGHT: u16 = 30;
const LINE_HEIGHT: u16 = 18;
const NUMBERS_HEIGHT: u16 = 28;
/// Columns of the block with the form's number and authority.
const BLOCK: u16 = 5;
/// A4, and its margins in inches.
const PAPER: u8 = 9;
const MARGIN: f64 = 0.5;

/// What all forms of an annex have in common.
pub struct Reported<'a> {
    pub township: &'a str,
    pub statement: &'a Statement,
    /// The day on which the annex is made.
    pub on: Date,
}

/// The cell formats of a form.
struct Formats {
    title: Format,
    line: Format,
    middle: Format,
    head: Format,
    note: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = Format::new().set_font_name(FONT).set_font_size(10);
        let line = plain.clone().set_align(FormatAlign::VerticalCenter);
        let title = Format::new().set_font_name(TITLE_FONT).set_font_size(18);
        Self {
            title: title.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter),
            middle: line.clone().set_align(FormatAlign::Center),
            head: cell(FormatAlign::Center).set_text_wrap(),
            note: plain.set_align(FormatAlign::Top).set_text_wrap(),
            line,
        }
    }
}

fn cell(align: FormatAlign) -> Format {
    let format = Format::new().set_font_name(FONT).set_font_size(10);
    let format = format.set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    format.set_align(align)
}

/// Adds the sheet of `form`, which is the form of this number in the list.
pub fn write(
    book: &mut Workbook,
    (number, form): (usize, &Form),
    reported: &Reported<'_>,
) -> Result<(), XlsxError> {
    let (columns, notes) = columns(form, reported.statement);
    let heads: Vec<Vec<Text>> = columns.iter().map(|column| column.heads.clone()).collect();
    let bands = bands(&heads);
    let widest = bands.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
    let sheet = book.add_worksheet();
    sheet.set_name(name(&form.name().to_string()))?;
    let mut page = Page {
        sheet,
        formats: Formats::new(),
        last: u16::try_from(widest).unwrap_or(u16::MAX - 1),
        row: 0,
    };
    page.set_up()?;
    page.title(form, reported)?;
    // Where each column's number stands: the parts of a sum may be in another band.
    let mut places = vec![(0, 0); columns.len()];
    let mut row = page.row;
    for band in &bands {
        let shown = heads.get(band.clone()).unwrap_or_default();
        row += u32::try_from(levels(shown)).unwrap_or(0) + 2;
        for (place, column) in places.iter_mut().skip(band.start).take(band.len()).zip(1..) {
            *place = (row - 1, column);
        }
    }
    for band in bands {
        let shown = heads.get(band.clone()).unwrap_or_default();
        let top = page.row;
        page.heads(shown)?;
        let all = columns.iter().zip(&places);
        page.numbers(number, reported.township, all.skip(band.start).take(band.len()), &places)?;
        page.rest(top, band.len())?;
    }
    page.signatures(reported.on)?;
    page.notes(form, notes)?;
    let (last_row, last) = (page.row.saturating_sub(1), page.last);
    page.sheet.set_print_area(0, 0, last_row, last)?;
    Ok(())
}

/// A form while it is written.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    formats: Formats,
    /// The last column of the widest band.
    last: u16,
    row: u32,
}

impl Page<'_> {
    fn set_up(&mut self) -> Result<(), XlsxError> {
        self.sheet.set_column_width(0, AREA)?;
        let [zh, en] = FIELD;
        let width = Lang::current().pick(zh, en);
        self.sheet.set_column_range_width(1, self.last, width)?;
        self.sheet.set_landscape().set_paper_size(PAPER).set_print_fit_to_pages(1, 1);
        self.sheet.set_print_center_horizontally(true).set_screen_gridlines(false);
        self.sheet.set_margins(MARGIN, MARGIN, MARGIN, MARGIN, 0.3, 0.3);
        Ok(())
    }

    /// Writes `text` over the columns `from` to `to` of the row.
    fn over(
        &mut self,
        (from, to): (u16, u16),
        text: &Text,
        format: &Format,
    ) -> Result<(), XlsxError> {
        self.merged((self.row, from), (self.row, to), &text.to_string(), format)
    }

    fn merged(
        &mut self,
        (top, left): (u32, u16),
        (bottom, right): (u32, u16),
        text: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        if (top, left) == (bottom, right) {
            self.sheet.write_with_format(top, left, text, format)?;
        } else {
            self.sheet.merge_range(top, left, bottom, right, text, format)?;
        }
        Ok(())
    }

    /// Ends the row, which is so many points high.
    fn end_row(&mut self, points: u16) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, points)?;
        self.row += 1;
        Ok(())
    }

    /// The title, the form's number and authority on the right, the office and the days above the grid.
    fn title(&mut self, form: &Form, reported: &Reported<'_>) -> Result<(), XlsxError> {
        let Formats { title, line, middle, .. } = &self.formats;
        let (title, line, middle) = (title.clone(), line.clone(), middle.clone());
        self.over((0, self.last), &form.name(), &title)?;
        self.end_row(TITLE_HEIGHT)?;
        let block = self.last.saturating_sub(BLOCK - 1);
        let number = words::table_number(form.number());
        for text in [number, words::made_by(form.made_by()), words::approval()] {
            self.over((block, self.last), &text, &line)?;
            self.end_row(LINE_HEIGHT)?;
        }
        let period = reported.statement.period;
        let days = match form.of_a_day {
            true => words::as_of(long_day(period.to)),
            false => words::period(long_day(period.from), long_day(period.to)),
        };
        self.over((0, BLOCK - 1), &words::reporting_unit(reported.township), &line)?;
        self.over((BLOCK, block - 1), &days, &middle)?;
        self.over((block, self.last), &words::valid_until(), &line)?;
        self.end_row(LINE_HEIGHT)
    }

    /// The heads of a band.
    fn heads(&mut self, heads: &[Vec<Text>]) -> Result<(), XlsxError> {
        let format = self.formats.head.clone();
        let rows = u32::try_from(levels(heads)).unwrap_or(0);
        let (top, place) = (self.row, |level: usize| u32::try_from(level).unwrap_or(0));
        let last = (top + rows).saturating_sub(1);
        self.merged((top, 0), (last, 0), &words::area().to_string(), &format)?;
        let mut heights = vec![LINE_HEIGHT; levels(heads)];
        for cell in head_cells(heads) {
            let columns = cell.columns.start + 1..cell.columns.end + 1;
            let [left, right] =
                [columns.start, columns.end - 1].map(|c| u16::try_from(c).unwrap_or(u16::MAX));
            let ends =
                ((top + place(cell.levels.start), left), (top + place(cell.levels.end) - 1, right));
            let text = cell.text.to_string();
            self.merged(ends.0, ends.1, &text, &format)?;
            // A head over several levels finds room in the lowest.
            let above = u16::try_from(cell.levels.len() - 1).unwrap_or(0) * LINE_HEIGHT;
            let points = height(&text, room(cell.columns.len())).unwrap_or(0);
            if let Some(lowest) = heights.get_mut(cell.levels.end - 1) {
                *lowest = (*lowest).max(points.saturating_sub(above) + 4);
            }
        }
        for points in heights {
            self.end_row(points)?;
        }
        Ok(())
    }

    /// The units and the numbers of a band.
    fn numbers<'c>(
        &mut self,
        form: usize,
        township: &str,
        columns: impl Iterator<Item = (&'c GridColumn, &'c (u32, u16))>,
        places: &[(u32, u16)],
    ) -> Result<(), XlsxError> {
        let head = self.formats.head.clone();
        let row = self.row + 1;
        self.sheet.write_with_format(self.row, 0, words::unit_of_count().to_string(), &head)?;
        self.sheet.write_with_format(row, 0, township, &head)?;
        let mut unit_height = LINE_HEIGHT;
        for (column, (_, place)) in columns {
            let unit = column.unit.to_string();
            self.sheet.write_with_format(self.row, *place, &unit, &head)?;
            // A Chinese unit has room on its line.
            let points = Lang::current().pick(None, height(&unit, room(1)));
            unit_height = unit_height.max(points.unwrap_or(0));
            let format = cell(FormatAlign::Center).set_num_format(number_format(column.decimals));
            let formula = match &column.content {
                Content::Blank => {
                    self.sheet.write_blank(row, *place, &format)?;
                    continue;
                }
                Content::Field { field, value } => {
                    Formula::new(format!("={}", reported(form, *field)))
                        .set_result(value.to_string())
                }
                Content::Sum { columns, value } => {
                    let parts = columns.iter().filter_map(|column| places.get(*column));
                    let parts: Vec<(u32, u16)> = parts.copied().collect();
                    Formula::new(format!("=SUM({})", cells(&parts))).set_result(value.to_string())
                }
            };
            self.sheet.write_formula_with_format(row, *place, formula, &format)?;
        }
        self.end_row(unit_height)?;
        self.end_row(NUMBERS_HEIGHT)
    }

    /// Closes the grid behind a band of so many columns, which begins in the row `top` and is narrower than the widest.
    fn rest(&mut self, top: u32, columns: usize) -> Result<(), XlsxError> {
        let first = u16::try_from(columns + 1).unwrap_or(u16::MAX);
        if first > self.last {
            return Ok(());
        }
        let format = self.formats.head.clone();
        self.merged((top, first), (self.row.saturating_sub(1), self.last), "", &format)
    }

    /// The line for those who sign, with the day of issue.
    fn signatures(&mut self, on: Date) -> Result<(), XlsxError> {
        let line = self.formats.line.clone();
        let all = [
            words::head_of_unit(),
            words::head_of_statistics(),
            words::filled_in_by(),
            words::telephone(),
            words::reported_on(long_day(on)),
        ];
        let columns = u32::from(self.last) + 1;
        for (text, n) in all.into_iter().zip(0u32..) {
            let edge = |n: u32| u16::try_from(columns * n / 5).unwrap_or(u16::MAX);
            self.over((edge(n), edge(n + 1).saturating_sub(1)), &text, &line)?;
        }
        self.end_row(NUMBERS_HEIGHT)
    }

    fn notes(&mut self, form: &Form, notes: Vec<Text>) -> Result<(), XlsxError> {
        let format = self.formats.note.clone();
        let [zh, en] = FIELD;
        let width = AREA + f64::from(self.last) * Lang::current().pick(zh, en);
        let edition = words::notes(form.edition(), form.authority());
        for text in [edition].into_iter().chain(notes) {
            self.over((0, self.last), &text, &format)?;
            self.end_row(height(&text.to_string(), width).unwrap_or(LINE_HEIGHT))?;
        }
        Ok(())
    }
}

/// How much text a line of a head over so many columns has room for.
fn room(columns: usize) -> f64 {
    let lang = Lang::current();
    let [zh, en] = FIELD;
    (lang.pick(zh, en) * columns as f64 - 1.0) * lang.pick(1.0, LATIN)
}

/// Cells of a sum: a range where they stand side by side, else one by one.
fn cells(places: &[(u32, u16)]) -> String {
    let side_by_side = places.windows(2).all(|pair| match pair {
        [(row, column), (next_row, next)] => row == next_row && column + 1 == *next,
        _ => false,
    });
    match places {
        [first, .., last] if side_by_side => range(*first, *last),
        _ => {
            let names: Vec<String> =
                places.iter().map(|(row, column)| row_col_to_cell(*row, *column)).collect();
            names.join(",")
        }
    }
}
