//! The annex as an Excel file: real numbers and dates, and formulas where a total is a sum, so that a reader can follow it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Workbook, Worksheet, XlsxError,
};

use super::filters::{self, FigureView};
use super::render::{ReportError, zone};
use crate::figures::{FORMS, Figure, Form, Statement, Value, VillageTotals};
use crate::water::Township;

/// What stands for a number that is not there.
const NONE: &str = "无数据";
/// The sheet of figures, which the forms refer to.
const FIGURES: &str = "指标";
/// Column of the value on it.
const VALUE_COLUMN: u16 = 2;
/// Row of the heads on each sheet, below title and dates.
const HEAD: u32 = 2;

/// Formats that the sheets share.
struct Formats {
    title: Format,
    head: Format,
    number: Format,
    whole: Format,
    percent: Format,
    date: Format,
    text: Format,
    total: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = Format::new()
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: cell
                .clone()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0xDDEBF7))
                .set_text_wrap(),
            number: cell.clone().set_num_format("#,##0.##"),
            whole: cell.clone().set_num_format("0"),
            percent: cell.clone().set_num_format("0.0%"),
            date: cell.clone().set_num_format("yyyy-mm-dd"),
            total: cell.clone().set_bold().set_num_format("#,##0.##"),
            text: cell.set_text_wrap(),
        }
    }
}

/// One cell of a table.
enum Cell<'a> {
    Text(&'a str),
    Own(String),
    Number(f64),
    Percent(f64),
    Whole(i64),
    Day(Date),
    None,
}

impl Cell<'_> {
    fn number(value: Option<f64>) -> Self {
        value.map_or(Cell::None, Cell::Number)
    }

    fn percent(value: Option<f64>) -> Self {
        value.map_or(Cell::None, Cell::Percent)
    }
}

fn date(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| number.unsigned_abs();
    ExcelDateTime::from_ymd(
        day.year().unsigned_abs(),
        part(day.month()),
        part(day.day()),
    )
}

/// A sheet with title, dates and a frozen row of heads.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    row: u32,
}

impl<'a> Sheet<'a> {
    fn new(
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
        sheet
            .set_landscape()
            .set_paper_size(9)
            .set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(HEAD, HEAD)?;
        Ok(Self {
            sheet,
            formats,
            row: HEAD + 1,
        })
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.cell(self.row, column, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        let f = self.formats;
        match cell {
            Cell::Text(text) => self.sheet.write_with_format(row, column, *text, &f.text)?,
            Cell::Own(text) => self.sheet.write_with_format(row, column, text, &f.text)?,
            Cell::Number(value) => self
                .sheet
                .write_with_format(row, column, *value, &f.number)?,
            Cell::Percent(value) => self
                .sheet
                .write_with_format(row, column, *value, &f.percent)?,
            Cell::Whole(value) => self
                .sheet
                .write_with_format(row, column, *value, &f.whole)?,
            Cell::Day(day) => self
                .sheet
                .write_with_format(row, column, date(*day)?, &f.date)?,
            Cell::None => self.sheet.write_with_format(row, column, NONE, &f.text)?,
        };
        Ok(())
    }

    /// A formula with the result that it has, for readers that do not calculate.
    fn formula(
        &mut self,
        row: u32,
        column: u16,
        text: String,
        result: f64,
    ) -> Result<(), XlsxError> {
        let formula = Formula::new(text).set_result(result.to_string());
        self.sheet
            .write_formula_with_format(row, column, formula, &self.formats.total)?;
        Ok(())
    }

    /// The sums of `columns` below their rows.
    fn sums(&mut self, label: &str, columns: &[(u16, f64)]) -> Result<(), XlsxError> {
        let row = self.row;
        self.sheet
            .write_with_format(row, 0, label, &self.formats.total)?;
        if row == HEAD + 1 {
            return Ok(());
        }
        for (column, result) in columns {
            let (from, to) = (
                row_col_to_cell(HEAD + 1, *column),
                row_col_to_cell(row - 1, *column),
            );
            self.formula(row, *column, format!("=SUM({from}:{to})"), *result)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// Writes the Excel file of `statement`.
///
/// # Errors
/// The zone is unknown, or the library cannot write the file.
pub(super) fn write(
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
) -> Result<Vec<u8>, ReportError> {
    let zone = zone(township)?;
    let issued = issued_at.to_zoned_datetime(zone);
    let about = format!(
        "{}  统计期 {} 至 {}  出具 {}",
        township.name,
        statement.period.from,
        statement.period.to,
        issued.strftime("%Y-%m-%d %H:%M")
    );
    workbook(statement, township, &about, issued_at).map_err(ReportError::Excel)
}

fn workbook(
    statement: &Statement,
    township: &Township,
    about: &str,
    issued_at: Timestamp,
) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_timestamp(issued_at.as_second())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    figures(&mut book, &formats, statement, about)?;
    inputs(&mut book, &formats, statement, about)?;
    villages(&mut book, &formats, statement, about)?;
    sources(&mut book, &formats, statement, about)?;
    days(&mut book, &formats, statement, about)?;
    pumps(&mut book, &formats, statement, about)?;
    ledger(&mut book, &formats, statement, township, about)?;
    findings(&mut book, &formats, statement, about)?;
    comparisons(&mut book, &formats, statement, about)?;
    for form in FORMS {
        form_sheet(&mut book, &formats, statement, form, about)?;
    }
    book.save_to_buffer()
}

fn figures(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("指标", 24.0),
        ("编号", 22.0),
        ("数值", 14.0),
        ("单位", 8.0),
        ("成文", 20.0),
        ("类别", 8.0),
        ("覆盖率", 9.0),
        ("存疑占比", 9.0),
        ("下限", 12.0),
        ("上限", 12.0),
        ("方法与说明", 60.0),
        ("算法", 60.0),
    ];
    let mut sheet = Sheet::new(book, formats, FIGURES, about, &heads)?;
    for figure in &statement.figures {
        let bound = |i: usize| Cell::number(figure.bounds.and_then(|b| b.get(i).copied()));
        sheet.row(&[
            Cell::Text(figure.name_zh),
            Cell::Text(figure.id),
            value(figure),
            Cell::Text(figure.unit),
            figure.phrase.as_deref().map_or(Cell::Text("—"), Cell::Text),
            Cell::Text(filters::class_name(figure.class)),
            Cell::percent(figure.coverage),
            Cell::percent(figure.flagged_share),
            bound(0),
            bound(1),
            Cell::Own(filters::remarks(&FigureView::of(figure)).join("；")),
            Cell::Text(figure.formula),
        ])?;
    }
    Ok(())
}

fn value(figure: &Figure) -> Cell<'static> {
    match figure.value {
        Value::Number(value) => Cell::Number(value),
        Value::Day(day) => Cell::Day(day),
        Value::Absent => Cell::None,
    }
}

fn inputs(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("指标", 24.0),
        ("来源", 34.0),
        ("数值", 14.0),
        ("单位", 8.0),
        ("方法", 24.0),
        ("覆盖率", 9.0),
        ("说明", 70.0),
    ];
    let mut sheet = Sheet::new(book, formats, "来源", about, &heads)?;
    for figure in &statement.figures {
        for input in &figure.inputs {
            sheet.row(&[
                Cell::Text(figure.name_zh),
                Cell::Text(&input.from),
                Cell::number(input.value),
                Cell::Text(figure.unit),
                Cell::Own(filters::method_zh(input.method)),
                Cell::percent(input.coverage),
                Cell::Text(&input.note),
            ])?;
        }
    }
    Ok(())
}

fn villages(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let mut heads = vec![("村", 14.0), ("人口", 10.0), ("播种面积（亩）", 14.0)];
    let names: Vec<String> = VillageTotals::CODES
        .iter()
        .map(|code| format!("{}（{}）", code.name_zh(), code.unit()))
        .collect();
    heads.extend(names.iter().map(|name| (name.as_str(), 14.0)));
    let mut sheet = Sheet::new(book, formats, "按村", about, &heads)?;
    let mut totals = vec![0.0; heads.len()];
    for village in &statement.villages {
        let mut cells = vec![
            Cell::Text(&village.name),
            Cell::Number(f64::from(village.persons)),
            Cell::Number(village.sown_area_mu),
        ];
        cells.extend(village.sums.iter().map(|sum| Cell::number(*sum)));
        for (total, cell) in totals.iter_mut().zip(&cells) {
            if let Cell::Number(value) = cell {
                *total += value;
            }
        }
        sheet.row(&cells)?;
    }
    let sums: Vec<(u16, f64)> = (0..).zip(totals).skip(1).collect();
    sheet.sums("合计", &sums)
}

fn sources(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("测站", 16.0),
        ("编号", 22.0),
        ("类型", 8.0),
        ("村", 12.0),
        ("覆盖率", 9.0),
        ("期末水位（m）", 12.0),
        ("期末蓄水（m3）", 14.0),
        ("旱警（m）", 10.0),
        ("旱保（m）", 10.0),
        ("旱警始于", 12.0),
        ("干涸或断流（h）", 14.0),
    ];
    let mut sheet = Sheet::new(book, formats, "水源", about, &heads)?;
    for source in &statement.sources {
        let last = source.days.last();
        sheet.row(&[
            Cell::Text(&source.name),
            Cell::Text(&source.id),
            Cell::Text(source.kind.name_zh()),
            Cell::Text(&source.village),
            Cell::Percent(source.coverage),
            Cell::number(last.map(|d| d.level_m)),
            Cell::number(last.and_then(|d| d.storage_m3)),
            source.warn_m.map_or(Cell::Text("—"), Cell::Number),
            source.guard_m.map_or(Cell::Text("—"), Cell::Number),
            source.warn_from.map_or(Cell::Text("—"), Cell::Day),
            source
                .dry_h
                .map_or(Cell::Text("—"), |h| Cell::Number(f64::from(h))),
        ])?;
    }
    Ok(())
}

fn days(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("日期", 12.0),
        ("用电（kWh）", 14.0),
        ("蓄水总量（m3）", 16.0),
    ];
    let mut sheet = Sheet::new(book, formats, "逐日", about, &heads)?;
    for day in &statement.days {
        sheet.row(&[
            Cell::Day(day.day),
            Cell::number(day.energy_kwh),
            Cell::number(day.storage_m3),
        ])?;
    }
    let last = sheet.row - 1;
    for (column, kind, title, row) in [
        (1, ChartType::Column, "逐日抗旱用电（kWh）", 2),
        (2, ChartType::Line, "塘库蓄水总量（m3）", 20),
    ] {
        let mut chart = Chart::new(kind);
        chart
            .add_series()
            .set_categories(("逐日", HEAD + 1, 0, last, 0))
            .set_values(("逐日", HEAD + 1, column, last, column));
        chart.title().set_name(title);
        chart.legend().set_hidden();
        sheet.sheet.insert_chart(row, 4, &chart)?;
    }
    let energy = statement.days.iter().filter_map(|d| d.energy_kwh).sum();
    sheet.sums("合计", &[(1, energy)])
}

fn pumps(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let mut heads = vec![("日期", 12.0)];
    heads.extend(
        statement
            .pumps
            .iter()
            .map(|pump| (pump.name.as_str(), 11.0)),
    );
    heads.push(("合计", 12.0));
    let about = format!("{about}  各泵站逐日用电（kWh）；空格为无数据");
    let mut sheet = Sheet::new(book, formats, "水泵逐日", &about, &heads)?;
    let width = u16::try_from(statement.pumps.len())
        .unwrap_or(u16::MAX)
        .min(16_000);
    let mut at = vec![0; statement.pumps.len()];
    let mut totals = vec![0.0; statement.pumps.len() + 1];
    for day in &statement.days {
        let row = sheet.row;
        sheet.cell(row, 0, &Cell::Day(day.day))?;
        let mut sum = 0.0;
        for (column, pump) in (1..=width).zip(&statement.pumps) {
            let index = usize::from(column) - 1;
            let Some((_, kwh)) = pump.days.get(at[index]).filter(|d| d.0 == day.day) else {
                continue;
            };
            at[index] += 1;
            totals[index] += kwh;
            sum += kwh;
            sheet.cell(row, column, &Cell::Number(*kwh))?;
        }
        if width > 0 {
            let (from, to) = (row_col_to_cell(row, 1), row_col_to_cell(row, width));
            sheet.formula(row, width + 1, format!("=SUM({from}:{to})"), sum)?;
        }
        totals[usize::from(width)] += sum;
        sheet.row += 1;
    }
    let sums: Vec<(u16, f64)> = (1..).zip(totals).collect();
    sheet.sums("合计", &sums)
}

fn ledger(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    township: &Township,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("行号", 8.0),
        ("项目", 20.0),
        ("数值", 14.0),
        ("单位", 8.0),
        ("起", 12.0),
        ("止", 12.0),
        ("村", 12.0),
        ("作物", 14.0),
        ("工程", 20.0),
        ("依据", 34.0),
        ("登记人", 16.0),
        ("登记时间", 18.0),
        ("更正", 30.0),
    ];
    let mut sheet = Sheet::new(book, formats, "台账", about, &heads)?;
    for entry in &statement.entries {
        let village = entry.village.as_ref();
        let village = village.map(|id| township.village(id).map_or(id.as_str(), |v| &v.name));
        let crop = entry.crop.as_ref().map(|id| {
            let crop = township.crops.iter().find(|c| &c.id == id);
            crop.map_or(id.as_str(), |c| &c.name)
        });
        let at = entry.entered_at.strftime("%Y-%m-%dT%H:%MZ").to_string();
        let corrected = entry.supersedes.map_or(String::new(), |row| {
            format!("更正第{row}条：{}", entry.reason)
        });
        sheet.row(&[
            Cell::Whole(entry.id),
            Cell::Text(entry.code.name_zh()),
            Cell::Number(entry.value),
            Cell::Text(entry.code.unit()),
            Cell::Day(entry.from),
            Cell::Day(entry.to),
            Cell::Text(village.unwrap_or("")),
            Cell::Text(crop.unwrap_or("")),
            Cell::Text(entry.work.as_deref().unwrap_or("")),
            Cell::Text(&entry.document),
            Cell::Text(&entry.entered_by),
            Cell::Own(at),
            Cell::Own(corrected),
        ])?;
    }
    let last = sheet.row.saturating_sub(1).max(HEAD + 1);
    sheet.sheet.autofilter(HEAD, 0, last, 12)?;
    Ok(())
}

fn findings(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("程度", 8.0),
        ("规则", 28.0),
        ("问题", 70.0),
        ("到哪里核对", 40.0),
        ("规则出处", 40.0),
        ("认可", 40.0),
    ];
    let unchecked = statement.findings.unchecked.join("、");
    let about = format!(
        "{about}  共核对{}项；缺数据未能核对的规则：{unchecked}",
        statement.findings.checked
    );
    let mut sheet = Sheet::new(book, formats, "核对", &about, &heads)?;
    for finding in &statement.findings.found {
        let accepted = finding.accepted.as_ref().map_or("未认可".to_owned(), |a| {
            format!("{}认可：{}", a.accepted_by, a.reason)
        });
        sheet.row(&[
            Cell::Text(finding.severity.name_zh()),
            Cell::Text(&finding.rule),
            Cell::Own(finding.sentence()),
            Cell::Text(&finding.look),
            Cell::Text(&finding.source),
            Cell::Own(accepted),
        ])?;
    }
    Ok(())
}

fn comparisons(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("指标", 24.0),
        ("比较对象", 16.0),
        ("当时", 14.0),
        ("本次", 14.0),
        ("单位", 8.0),
        ("增减", 10.0),
    ];
    let mut sheet = Sheet::new(book, formats, "与往年比较", about, &heads)?;
    for row in &statement.comparisons {
        let at = sheet.row;
        sheet.row(&[
            Cell::Text(row.name_zh),
            Cell::Text(&row.label),
            Cell::Number(row.earlier),
            Cell::Number(row.now),
            Cell::Text(row.unit),
            Cell::percent(row.change_percent.map(|p| p / 100.0)),
        ])?;
        if let Some(change) = row.change_percent {
            let (then, now) = (row_col_to_cell(at, 2), row_col_to_cell(at, 3));
            let formula = Formula::new(format!("=({now}-{then})/{then}"))
                .set_result((change / 100.0).to_string());
            sheet
                .sheet
                .write_formula_with_format(at, 5, formula, &formats.percent)?;
        }
    }
    Ok(())
}

fn form_sheet(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    form: &Form,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("栏目", 36.0),
        ("乡镇数值", 14.0),
        ("单位", 8.0),
        ("上报数值", 14.0),
        ("上报单位", 10.0),
        ("指标", 24.0),
    ];
    let about = format!("{about}  报{}", form.authority);
    let mut sheet = Sheet::new(book, formats, form.name_zh, &about, &heads)?;
    for field in form.rows {
        let spec = field.figure.spec();
        let row = sheet.row;
        let position = statement.figures.iter().position(|f| f.id == spec.id);
        let number = statement.number(spec.id);
        sheet.row(&[
            Cell::Text(field.label),
            Cell::None,
            Cell::Text(field.unit),
            Cell::None,
            Cell::Text(field.form_unit),
            Cell::Text(spec.id),
        ])?;
        if let (Some(position), Some(value)) = (position, number) {
            let figure_row = HEAD + 1 + u32::try_from(position).unwrap_or(0);
            let cell = row_col_to_cell(figure_row, VALUE_COLUMN);
            sheet.formula(row, 1, format!("='{FIGURES}'!{cell}"), value)?;
            let here = row_col_to_cell(row, 1);
            let formula = format!("={here}/{}", field.per_form_unit);
            let result = value / field.per_form_unit;
            let formula = Formula::new(formula).set_result(result.to_string());
            let exact = formats.number.clone().set_num_format("#,##0.######");
            sheet
                .sheet
                .write_formula_with_format(row, 3, formula, &exact)?;
        }
    }
    Ok(())
}
