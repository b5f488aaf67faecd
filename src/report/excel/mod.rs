//! The annex as an Excel file: real numbers and dates, and formulas for totals, so that a reader can check them.

mod sheet;

use jiff::Timestamp;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{Chart, ChartType, DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::filters::{self, FigureView};
use super::render::{ReportError, zone};
use crate::account::{Entry, PumpAccount, SourceAccount, TownshipDay};
use crate::figures::{
    Comparison, FORMS, Figure, FigureInput, Finding, Form, Statement, Totals, Value, VillageTotals,
};
use crate::water::Township;
use sheet::{Cell, Column, Formats, HEAD, Sheet, column, range};

/// The sheet of figures, which the forms refer to.
const FIGURES: &str = "指标";
/// The column of the value on that sheet.
const VALUE_COLUMN: u16 = 2;

pub(super) fn write(
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
) -> Result<Vec<u8>, ReportError> {
    let issued = issued_at.to_zoned_datetime(zone(township)?).strftime("%Y-%m-%d %H:%M");
    let (name, period) = (&township.name, statement.period);
    let about = format!("{name}  统计期 {} 至 {}  出具 {issued}", period.from, period.to);
    let annex =
        Annex { book: Workbook::new(), formats: Formats::new(), statement, township, about };
    annex.write(issued_at).map_err(ReportError::Excel)
}

struct Annex<'a> {
    book: Workbook,
    formats: Formats,
    statement: &'a Statement,
    township: &'a Township,
    /// Township, period and time of issue, below the title of each sheet.
    about: String,
}

impl Annex<'_> {
    fn write(mut self, issued_at: Timestamp) -> Result<Vec<u8>, XlsxError> {
        let created = ExcelDateTime::from_timestamp(issued_at.as_second())?;
        self.book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let statement = self.statement;
        self.table(FIGURES, "", &FIGURE_COLUMNS, &statement.figures)?;
        self.inputs()?;
        self.villages()?;
        self.table("水源", "", &SOURCE_COLUMNS, &statement.sources)?;
        self.days()?;
        self.pumps()?;
        self.pump_days()?;
        self.ledger()?;
        self.findings()?;
        self.table("与往年比较", "", &COMPARISON_COLUMNS, &statement.comparisons)?;
        for form in FORMS {
            self.form(form)?;
        }
        self.book.save_to_buffer()
    }

    /// Adds an empty sheet; `note` follows the dates.
    fn sheet<'h>(
        &mut self,
        name: &str,
        note: &str,
        heads: impl Iterator<Item = (&'h str, f64)>,
    ) -> Result<Sheet<'_>, XlsxError> {
        let about = format!("{}{note}", self.about);
        Sheet::new(&mut self.book, &self.formats, name, &about, heads)
    }

    /// Adds a sheet with a row for each of `rows`.
    fn table<'r, R: 'r>(
        &mut self,
        name: &str,
        note: &str,
        columns: &[Column<R>],
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<Sheet<'_>, XlsxError> {
        let mut sheet = self.sheet(name, note, columns.iter().map(|c| (c.head, c.width)))?;
        for row in rows {
            sheet.row(columns.iter().map(|column| (column.cell)(row)))?;
        }
        Ok(sheet)
    }

    fn inputs(&mut self) -> Result<(), XlsxError> {
        type Row<'a> = (&'a Figure, &'a FigureInput);
        let columns = [
            column("指标", 24.0, |(figure, _): &Row<'_>| Cell::Text(figure.name_zh)),
            column("来源", 34.0, |(_, input)| Cell::Own(input.from.to_string())),
            column("数值", 14.0, |(_, input)| Cell::number(input.value)),
            column("单位", 8.0, |(figure, _)| Cell::Text(figure.unit)),
            column("方法", 24.0, |(_, input)| Cell::Text(input.method.name_zh())),
            column("覆盖率", 9.0, |(_, input)| Cell::or_dash(input.coverage, Cell::Share)),
            column("说明", 70.0, |(_, input)| Cell::Text(&input.note)),
        ];
        let of = |figure| move |input| (figure, input);
        let rows =
            self.statement.figures.iter().flat_map(|figure| figure.inputs.iter().map(of(figure)));
        self.table("来源", "", &columns, &rows.collect::<Vec<Row<'_>>>())?;
        Ok(())
    }

    fn villages(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let codes = VillageTotals::CODES.iter();
        let names: Vec<String> =
            codes.map(|code| format!("{}（{}）", code.name_zh(), code.unit())).collect();
        let heads = [("村", 14.0), ("人口", 10.0), ("播种面积（亩）", 14.0)].into_iter();
        let heads = heads.chain(names.iter().map(|name| (name.as_str(), 14.0)));
        let mut sheet = self.sheet("按村", "", heads)?;
        let numbers = |village: &VillageTotals| {
            let known = [Some(f64::from(village.persons)), Some(village.sown_area_mu)].into_iter();
            known.chain(village.sums.iter().copied()).collect::<Vec<Option<f64>>>()
        };
        for village in &statement.villages {
            let numbers = numbers(village).into_iter().map(Cell::number);
            sheet.row([Cell::Text(&village.name)].into_iter().chain(numbers))?;
        }
        let totals = numbers(&statement.totals.villages);
        sheet.totals(&(1..).zip(totals).collect::<Vec<_>>())
    }

    fn days(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let columns = [
            column("日期", 12.0, |day: &TownshipDay| Cell::Day(day.day)),
            column("用电（kWh）", 14.0, |day| Cell::number(day.energy_kwh)),
            column("蓄水总量（m3）", 16.0, |day| Cell::number(day.storage_m3)),
        ];
        let mut sheet = self.table("逐日", "", &columns, &statement.days)?;
        let last = sheet.row - 1;
        for (column, kind, title, row) in [
            (1, ChartType::Column, "逐日抗旱用电（kWh）", 2),
            (2, ChartType::Line, "塘库蓄水总量（m3）", 20),
        ] {
            let mut chart = Chart::new(kind);
            let series = chart.add_series();
            series.set_categories(("逐日", HEAD + 1, 0, last, 0));
            series.set_values(("逐日", HEAD + 1, column, last, column));
            chart.title().set_name(title);
            chart.legend().set_hidden();
            sheet.sheet.insert_chart(row, 4, &chart)?;
        }
        sheet.totals(&[(1, statement.totals.energy_kwh.value)])
    }

    fn pumps(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let mut sheet = self.table("水泵", "", &PUMP_COLUMNS, &statement.pumps)?;
        let Totals { energy_kwh, volume_m3, run_hours, .. } = &statement.totals;
        let named = [("用电", energy_kwh), ("水量", volume_m3), ("运行", run_hours)];
        let incomplete = named.iter().filter(|(_, total)| !total.missing.is_empty());
        let missing: Vec<String> = incomplete
            .map(|(name, total)| format!("{name}合计不含{}（无数据）", total.missing.join("、")))
            .collect();
        sheet.note(12, &missing.join("；"))?;
        sheet.totals(&[(2, energy_kwh.value), (5, volume_m3.value), (9, run_hours.value)])
    }

    fn pump_days(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let names = statement.pumps.iter().map(|pump| (pump.name.as_str(), 11.0));
        let heads = [("日期", 12.0)].into_iter().chain(names).chain([("合计", 12.0)]);
        let mut sheet = self.sheet("水泵逐日", "  各泵站逐日用电（kWh）；空格为无数据", heads)?;
        let width = u16::try_from(statement.pumps.len()).unwrap_or(u16::MAX).min(16_000);
        let shown = &statement.pumps[..usize::from(width)];
        for day in &statement.days {
            let mut cells = vec![Cell::Day(day.day)];
            for pump in shown {
                let found = pump.days.binary_search_by_key(&day.day, |(day, _)| *day);
                let kwh = found.ok().and_then(|at| pump.days.get(at)).map(|(_, kwh)| *kwh);
                cells.push(kwh.map_or(Cell::Blank, Cell::Number));
            }
            if let Some(kwh) = day.energy_kwh {
                let pumps = range((sheet.row, 1), (sheet.row, width));
                cells.push(Cell::Total(format!("=SUM({pumps})"), kwh));
            }
            sheet.row(cells)?;
        }
        let totals = shown.iter().map(|pump| pump.energy_kwh.value);
        let totals = totals.chain([statement.totals.energy_kwh.value]);
        sheet.totals(&(1..).zip(totals).collect::<Vec<_>>())
    }

    fn ledger(&mut self) -> Result<(), XlsxError> {
        type Row<'a> = (&'a Entry, &'a Township);
        let columns = [
            column("行号", 8.0, |(entry, _): &Row<'_>| Cell::Whole(entry.id)),
            column("项目", 20.0, |(entry, _)| Cell::Text(entry.code.name_zh())),
            column("数值", 14.0, |(entry, _)| Cell::Number(entry.value)),
            column("单位", 8.0, |(entry, _)| Cell::Text(entry.code.unit())),
            column("起", 12.0, |(entry, _)| Cell::Day(entry.from)),
            column("止", 12.0, |(entry, _)| Cell::Day(entry.to)),
            column("村", 12.0, |(entry, township)| {
                Cell::Text(entry.village.as_ref().map_or("", |id| township.village_name(id)))
            }),
            column("作物", 14.0, |(entry, township)| {
                Cell::Text(entry.crop.as_ref().map_or("", |id| township.crop_name(id)))
            }),
            column("工程", 20.0, |(entry, _)| Cell::Text(entry.work.as_deref().unwrap_or(""))),
            column("依据", 34.0, |(entry, _)| Cell::Text(&entry.document)),
            column("登记人", 16.0, |(entry, _)| Cell::Text(&entry.entered_by)),
            column("登记时间", 18.0, |(entry, _)| {
                Cell::Own(entry.entered_at.strftime("%Y-%m-%dT%H:%MZ").to_string())
            }),
            column("更正", 30.0, |(entry, _)| {
                Cell::Own(filters::correction(entry).unwrap_or_default())
            }),
        ];
        let township = self.township;
        let rows: Vec<Row<'_>> =
            self.statement.entries.iter().map(|entry| (entry, township)).collect();
        let sheet = self.table("台账", "", &columns, &rows)?;
        let last = sheet.row.saturating_sub(1).max(HEAD + 1);
        sheet.sheet.autofilter(HEAD, 0, last, 12)?;
        Ok(())
    }

    fn findings(&mut self) -> Result<(), XlsxError> {
        let columns = [
            column("程度", 8.0, |finding: &Finding| Cell::Text(finding.severity.name_zh())),
            column("规则", 28.0, |finding| Cell::Text(&finding.rule)),
            column("问题", 70.0, |finding| Cell::Own(finding.sentence())),
            column("到哪里核对", 40.0, |finding| Cell::Text(&finding.look)),
            column("规则出处", 40.0, |finding| Cell::Text(&finding.source)),
            column("认可", 40.0, |finding| Cell::Own(filters::acceptance(finding))),
        ];
        let findings = &self.statement.findings;
        let (checked, unchecked) = (findings.checked, findings.unchecked.join("、"));
        let note = format!("  共核对{checked}项；缺数据未能核对的规则：{unchecked}");
        self.table("核对", &note, &columns, &findings.found)?;
        Ok(())
    }

    /// A form of an authority. Its numbers are formulas: they refer to the sheet of figures and convert the unit.
    fn form(&mut self, form: &Form) -> Result<(), XlsxError> {
        let statement = self.statement;
        let heads = [
            ("栏目", 36.0),
            ("乡镇数值", 14.0),
            ("单位", 8.0),
            ("上报数值", 14.0),
            ("上报单位", 10.0),
            ("指标", 24.0),
        ];
        let mut sheet =
            self.sheet(form.name_zh, &format!("  报{}", form.authority), heads.into_iter())?;
        for field in form.rows {
            let position = statement.figures.iter().position(|f| f.id == field.figure);
            let position = position.expect("a statement holds every figure of the catalogue");
            let row =
                HEAD + 1 + u32::try_from(position).expect("a sheet has room for the catalogue");
            let source = row_col_to_cell(row, VALUE_COLUMN);
            let value = statement.number(field.figure);
            let total = |value| Cell::Total(format!("='{FIGURES}'!{source}"), value);
            let reported = |value| {
                let formula = format!("=B{{row}}/{}", field.per_form_unit);
                Cell::ExactFormula(formula, field.in_form_unit(value))
            };
            sheet.row([
                Cell::Text(field.label),
                value.map_or(Cell::Missing, total),
                Cell::Text(field.unit),
                value.map_or(Cell::Missing, reported),
                Cell::Text(field.form_unit),
                Cell::Text(field.figure.id()),
            ])?;
        }
        Ok(())
    }
}

const FIGURE_COLUMNS: [Column<Figure>; 12] = [
    column("指标", 24.0, |figure| Cell::Text(figure.name_zh)),
    column("编号", 22.0, |figure| Cell::Text(figure.id.id())),
    column("数值", 14.0, |figure| match figure.value {
        Value::Number(value) => Cell::Number(value),
        Value::Day(day) => Cell::Day(day),
        Value::Absent => Cell::Missing,
    }),
    column("单位", 8.0, |figure| Cell::Text(figure.unit)),
    column("成文", 20.0, |figure| Cell::or_dash(figure.phrase.as_deref(), Cell::Text)),
    column("类别", 8.0, |figure| Cell::Text(filters::class_name(figure.class))),
    column("覆盖率", 9.0, |figure| Cell::or_dash(figure.coverage, Cell::Share)),
    column("存疑占比", 9.0, |figure| Cell::or_dash(figure.flagged_share, Cell::Share)),
    column("下限", 12.0, |figure| Cell::or_dash(figure.bounds, |[least, _]| Cell::Number(least))),
    column("上限", 12.0, |figure| Cell::or_dash(figure.bounds, |[_, most]| Cell::Number(most))),
    column("方法与说明", 60.0, |figure| {
        Cell::Own(filters::remarks(&FigureView::of(figure)).join("；"))
    }),
    column("算法", 60.0, |figure| Cell::Text(figure.formula)),
];

const SOURCE_COLUMNS: [Column<SourceAccount>; 11] = [
    column("测站", 16.0, |source| Cell::Text(&source.name)),
    column("编号", 22.0, |source| Cell::Text(source.station.as_str())),
    column("类型", 8.0, |source| Cell::Text(source.kind.name_zh())),
    column("村", 12.0, |source| Cell::Text(&source.village)),
    column("覆盖率", 9.0, |source| Cell::Share(source.coverage.share())),
    column("期末水位（m）", 12.0, |source| {
        Cell::number(source.days.last().map(|d| d.level_m))
    }),
    column("期末蓄水（m3）", 14.0, |source| {
        Cell::number(source.days.last().and_then(|d| d.storage_m3()))
    }),
    column("旱警（m）", 10.0, |source| Cell::or_dash(source.warn_m, Cell::Number)),
    column("旱保（m）", 10.0, |source| Cell::or_dash(source.guard_m, Cell::Number)),
    column("旱警始于", 12.0, |source| Cell::or_dash(source.warn_from, Cell::Day)),
    column("干涸或断流（h）", 14.0, |source| {
        Cell::or_dash(source.dry, |spell| Cell::Number(f64::from(spell.hours)))
    }),
];

const PUMP_COLUMNS: [Column<PumpAccount>; 13] = [
    column("泵站", 16.0, |pump| Cell::Text(&pump.name)),
    column("编号", 22.0, |pump| Cell::Text(pump.station.as_str())),
    column("用电（kWh）", 12.0, |pump| Cell::number(pump.energy_kwh.value)),
    column("下限", 12.0, |pump| Cell::number(pump.energy_kwh.bounds.map(|[least, _]| least))),
    column("上限", 12.0, |pump| Cell::number(pump.energy_kwh.bounds.map(|[_, most]| most))),
    column("水量（m3）", 12.0, |pump| Cell::number(pump.volume_m3.value)),
    column("下限", 12.0, |pump| Cell::number(pump.volume_m3.bounds.map(|[least, _]| least))),
    column("上限", 12.0, |pump| Cell::number(pump.volume_m3.bounds.map(|[_, most]| most))),
    column("水量方法", 20.0, |pump| Cell::Text(pump.volume_m3.method.name_zh())),
    column("运行（h）", 12.0, |pump| Cell::number(pump.run_hours.value)),
    column("运行方法", 20.0, |pump| Cell::Text(pump.run_hours.method.name_zh())),
    column("用电覆盖率", 10.0, |pump| Cell::Share(pump.energy_kwh.coverage.share())),
    column("经过", 70.0, |pump| {
        Cell::Own(pump.segments.iter().map(filters::segment).collect::<Vec<_>>().join("；"))
    }),
];

const COMPARISON_COLUMNS: [Column<Comparison>; 6] = [
    column("指标", 24.0, |row| Cell::Text(row.name_zh)),
    column("比较对象", 16.0, |row| Cell::Text(&row.label)),
    column("当时", 14.0, |row| Cell::Number(row.earlier)),
    column("本次", 14.0, |row| Cell::Number(row.now)),
    column("单位", 8.0, |row| Cell::Text(row.unit)),
    column("增减", 10.0, |row| {
        Cell::or_dash(row.change_percent, |percent| {
            Cell::ShareFormula("=(D{row}-C{row})/C{row}".into(), percent / 100.0)
        })
    }),
];
