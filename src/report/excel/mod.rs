//! The annex as an Excel file: real numbers and dates, and formulas where a total is a sum, so that a reader can follow it.

mod sheet;

use jiff::Timestamp;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{
    Chart, ChartType, DocProperties, ExcelDateTime, Formula, Workbook, XlsxError,
};

use super::filters::{self, FigureView};
use super::render::{ReportError, zone};
use crate::figures::{FORMS, Figure, Form, Quantity, Statement, Value, VillageTotals};
use crate::water::Township;
use sheet::{Cell, Formats, HEAD, Sheet};

/// The sheet of figures, which the forms refer to.
const FIGURES: &str = "指标";
/// Column of the value on it.
const VALUE_COLUMN: u16 = 2;

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
    accounts(&mut book, &formats, statement, about)?;
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
        let bound = |i: usize| match figure.bounds {
            Some(bounds) => Cell::number(bounds.get(i).copied()),
            None => Cell::Text("—"),
        };
        sheet.row(&[
            Cell::Text(figure.name_zh),
            Cell::Text(figure.id.id()),
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
                Cell::Own(input.from.to_string()),
                Cell::number(input.value),
                Cell::Text(figure.unit),
                Cell::Text(input.method.name_zh()),
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
    let mut totals = vec![None; heads.len()];
    for village in &statement.villages {
        let mut cells = vec![
            Cell::Text(&village.name),
            Cell::Number(f64::from(village.persons)),
            Cell::Number(village.sown_area_mu),
        ];
        cells.extend(village.sums.iter().map(|sum| Cell::number(*sum)));
        for (total, cell) in totals.iter_mut().zip(&cells) {
            if let Cell::Number(value) = cell {
                *total = Some(total.unwrap_or(0.0) + value);
            }
        }
        sheet.row(&cells)?;
    }
    let sums = (0..).zip(totals).skip(1);
    let sums: Vec<(u16, f64)> = sums.filter_map(|(c, total)| Some((c, total?))).collect();
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
            source.dry_h.map_or(Cell::Text("—"), |h| Cell::Number(f64::from(h))),
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
    let heads = [("日期", 12.0), ("用电（kWh）", 14.0), ("蓄水总量（m3）", 16.0)];
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
        chart.add_series().set_categories(("逐日", HEAD + 1, 0, last, 0)).set_values((
            "逐日",
            HEAD + 1,
            column,
            last,
            column,
        ));
        chart.title().set_name(title);
        chart.legend().set_hidden();
        sheet.sheet.insert_chart(row, 4, &chart)?;
    }
    let energy = statement.days.iter().filter_map(|d| d.energy_kwh).sum();
    sheet.sums("合计", &[(1, energy)])
}

/// What each pump came to, and what befell its instruments.
fn accounts(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let heads = [
        ("泵站", 16.0),
        ("编号", 22.0),
        ("用电（kWh）", 12.0),
        ("下限", 12.0),
        ("上限", 12.0),
        ("水量（m3）", 12.0),
        ("下限", 12.0),
        ("上限", 12.0),
        ("水量方法", 20.0),
        ("运行（h）", 12.0),
        ("运行方法", 20.0),
        ("用电覆盖率", 10.0),
        ("经过", 70.0),
    ];
    let mut sheet = Sheet::new(book, formats, "水泵", about, &heads)?;
    let bound = |quantity: &Quantity, i: usize| {
        Cell::number(quantity.bounds.and_then(|b| b.get(i).copied()))
    };
    let (mut energy, mut volume, mut hours) = (0.0, 0.0, 0.0);
    for pump in &statement.pumps {
        let (e, v, h) = (&pump.energy_kwh, &pump.volume_m3, &pump.run_hours);
        energy += e.value.unwrap_or(0.0);
        volume += v.value.unwrap_or(0.0);
        hours += h.value.unwrap_or(0.0);
        let befell: Vec<String> = pump.segments.iter().map(filters::segment).collect();
        sheet.row(&[
            Cell::Text(&pump.name),
            Cell::Text(pump.station.as_str()),
            Cell::number(e.value),
            bound(e, 0),
            bound(e, 1),
            Cell::number(v.value),
            bound(v, 0),
            bound(v, 1),
            Cell::Text(v.method.name_zh()),
            Cell::number(h.value),
            Cell::Text(h.method.name_zh()),
            Cell::Percent(e.coverage.share()),
            Cell::Own(befell.join("；")),
        ])?;
    }
    sheet.sums("合计", &[(2, energy), (5, volume), (9, hours)])
}

fn pumps(
    book: &mut Workbook,
    formats: &Formats,
    statement: &Statement,
    about: &str,
) -> Result<(), XlsxError> {
    let mut heads = vec![("日期", 12.0)];
    heads.extend(statement.pumps.iter().map(|pump| (pump.name.as_str(), 11.0)));
    heads.push(("合计", 12.0));
    let about = format!("{about}  各泵站逐日用电（kWh）；空格为无数据");
    let mut sheet = Sheet::new(book, formats, "水泵逐日", &about, &heads)?;
    let width = u16::try_from(statement.pumps.len()).unwrap_or(u16::MAX).min(16_000);
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
        let corrected = entry
            .supersedes
            .map_or(String::new(), |row| format!("更正第{row}条：{}", entry.reason));
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
        sheet.row(&[
            Cell::Text(finding.severity.name_zh()),
            Cell::Text(&finding.rule),
            Cell::Own(finding.sentence()),
            Cell::Text(&finding.look),
            Cell::Text(&finding.source),
            Cell::Own(filters::acceptance(finding)),
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
            sheet.sheet.write_formula_with_format(at, 5, formula, &formats.percent)?;
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
        let row = sheet.row;
        let position = statement.figures.iter().position(|f| f.id == field.figure);
        let number = statement.number(field.figure);
        sheet.row(&[
            Cell::Text(field.label),
            Cell::None,
            Cell::Text(field.unit),
            Cell::None,
            Cell::Text(field.form_unit),
            Cell::Text(field.figure.id()),
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
            sheet.sheet.write_formula_with_format(row, 3, formula, &exact)?;
        }
    }
    Ok(())
}
