//! The annex as an Excel file: real numbers and dates, and formulas for totals, so that a reader can check them.

mod columns;
mod fields;
mod form;
#[cfg(test)]
mod form_tests;
mod grid;
mod sheet;
mod wrap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_xlsxwriter::{Chart, ChartType, DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::filters::{self, FigureView};
use super::render::{ReportError, zone};
use super::spoken::spoken;
use crate::account::{Entry, PumpAccount, SourceAccount, TownshipDay};
use crate::figures::{
    Comparison, FORMS, Figure, FigureInput, Finding, Form, Statement, Totals, Value, VillageTotals,
};
use crate::locales::{Text, forms, report as words};
use crate::water::Township;
use form::Reported;
use sheet::{Cell, Column, Formats, HEAD, Sheet, column, name, range, wider};

/// Writes the annex in the language that is spoken here.
pub(super) fn write(
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
) -> Result<Vec<u8>, ReportError> {
    let at = issued_at.to_zoned_datetime(zone(township)?);
    let (issued, on) = (at.strftime("%Y-%m-%d %H:%M"), at.date());
    let period = statement.period;
    let (from, to) = (period.from.to_string(), period.to.to_string());
    let about = words::about(&township.name, from, to, issued.to_string());
    let annex =
        Annex { book: Workbook::new(), formats: Formats::new(), statement, township, about, on };
    annex.write(issued_at).map_err(ReportError::Excel)
}

struct Annex<'a> {
    book: Workbook,
    formats: Formats,
    statement: &'a Statement,
    township: &'a Township,
    /// Township, period and time of issue, below the title of each sheet.
    about: Text,
    /// The day on which it is made.
    on: Date,
}

impl Annex<'_> {
    fn write(mut self, issued_at: Timestamp) -> Result<Vec<u8>, XlsxError> {
        let created = ExcelDateTime::from_timestamp(issued_at.as_second())?;
        self.book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let statement = self.statement;
        self.table(words::sheet_figures(), None, &FIGURE_COLUMNS, &statement.figures)?;
        self.inputs()?;
        self.villages()?;
        self.table(words::sheet_sources(), None, &SOURCE_COLUMNS, &statement.sources)?;
        self.days()?;
        self.pumps()?;
        self.pump_days()?;
        self.ledger()?;
        self.findings()?;
        self.table(words::sheet_comparisons(), None, &COMPARISON_COLUMNS, &statement.comparisons)?;
        self.forms()?;
        self.book.save_to_buffer()
    }

    /// Adds an empty sheet; `note` follows the dates.
    fn sheet(
        &mut self,
        title: Text,
        note: Option<Text>,
        heads: impl Iterator<Item = (String, f64)>,
    ) -> Result<Sheet<'_>, XlsxError> {
        let about = format!("{}{}", self.about, note.unwrap_or_default());
        Sheet::new(&mut self.book, &self.formats, &title.to_string(), &about, heads)
    }

    /// Adds a sheet with a row for each of `rows`.
    fn table<'r, R: 'r>(
        &mut self,
        title: Text,
        note: Option<Text>,
        columns: &[Column<R>],
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<Sheet<'_>, XlsxError> {
        let heads = columns.iter().map(|column| ((column.head)().into(), column.width()));
        let mut sheet = self.sheet(title, note, heads)?;
        for row in rows {
            sheet.row(columns.iter().map(|column| (column.cell)(row)))?;
        }
        Ok(sheet)
    }

    fn inputs(&mut self) -> Result<(), XlsxError> {
        type Row<'a> = (&'a Figure, &'a FigureInput);
        let columns = [
            column(words::figure, 24.0, |(figure, _): &Row<'_>| Cell::Words(figure.name())),
            column(words::input, 34.0, |(_, input)| Cell::Words(Text::verbatim(&input.from))),
            column(words::value, 14.0, |(_, input)| Cell::number(input.value)),
            wider(words::unit, 8.0, 16.0, |(figure, _)| Cell::Words(figure.unit_name())),
            wider(words::method, 24.0, 30.0, |(_, input)| Cell::Words(input.method.name())),
            column(words::coverage, 9.0, |(_, input)| {
                Cell::or_dash(input.coverage, Cell::coverage)
            }),
            column(words::note, 70.0, |(_, input)| Cell::Words(input.note.clone())),
        ];
        let of = |figure| move |input| (figure, input);
        let rows =
            self.statement.figures.iter().flat_map(|figure| figure.inputs.iter().map(of(figure)));
        self.table(words::sheet_inputs(), None, &columns, &rows.collect::<Vec<Row<'_>>>())?;
        Ok(())
    }

    fn villages(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let codes = VillageTotals::CODES.iter();
        let sums = codes.map(|code| (words::with_unit(code.name(), code.unit_name()), 14.0));
        let heads =
            [(words::village(), 14.0), (words::persons(), 10.0), (words::sown_area(), 14.0)];
        let heads = heads.into_iter().chain(sums).map(|(head, width)| (head.into(), width));
        let mut sheet = self.sheet(words::sheet_villages(), None, heads)?;
        let numbers = |village: &VillageTotals| {
            let known = [Some(f64::from(village.persons)), Some(village.sown_area_mu)].into_iter();
            known.chain(village.sums.iter().copied()).collect::<Vec<Option<f64>>>()
        };
        for village in &statement.villages {
            let numbers = numbers(village).into_iter().map(Cell::number);
            sheet.row([Cell::Words(village.name.clone())].into_iter().chain(numbers))?;
        }
        let totals = numbers(&statement.totals.villages);
        sheet.totals(&(1..).zip(totals).collect::<Vec<_>>())
    }

    fn days(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let columns = [
            column(words::day, 12.0, |day: &TownshipDay| Cell::Day(day.day)),
            column(words::electricity_kwh, 14.0, |day| Cell::number(day.energy_kwh)),
            column(words::stored_m3, 16.0, |day| Cell::number(day.storage_m3)),
        ];
        let mut sheet = self.table(words::sheet_days(), None, &columns, &statement.days)?;
        let name = name(&words::sheet_days().to_string());
        let last = sheet.row - 1;
        for (column, kind, title, row) in [
            (1, ChartType::Column, words::chart_electricity_kwh(), 2),
            (2, ChartType::Line, words::chart_storage_m3(), 20),
        ] {
            let mut chart = Chart::new(kind);
            let series = chart.add_series();
            series.set_categories((name.as_str(), HEAD + 1, 0, last, 0));
            series.set_values((name.as_str(), HEAD + 1, column, last, column));
            chart.title().set_name(&title.to_string());
            chart.legend().set_hidden();
            sheet.sheet.insert_chart(row, 4, &chart)?;
        }
        sheet.totals(&[(1, statement.totals.energy_kwh.value)])
    }

    fn pumps(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let mut sheet = self.table(words::sheet_pumps(), None, &PUMP_COLUMNS, &statement.pumps)?;
        let Totals { energy_kwh, volume_m3, run_hours, .. } = &statement.totals;
        let named = [
            (words::electricity(), energy_kwh),
            (words::water(), volume_m3),
            (words::running(), run_hours),
        ];
        let incomplete = named.into_iter().filter(|(_, total)| !total.missing.is_empty());
        let missing: Vec<Text> = incomplete
            .map(|(name, total)| words::total_lacks(name, Text::list(&total.missing)))
            .collect();
        if !missing.is_empty() {
            sheet.note(12, Text::clauses(missing))?;
        }
        sheet.totals(&[(2, energy_kwh.value), (5, volume_m3.value), (9, run_hours.value)])
    }

    fn pump_days(&mut self) -> Result<(), XlsxError> {
        let statement = self.statement;
        let names = statement.pumps.iter().map(|pump| (pump.name.clone(), 11.0));
        let (day, total) = ((words::day().into(), 12.0), (words::total().into(), 12.0));
        let heads = [day].into_iter().chain(names).chain([total]);
        let note = Some(words::about_pump_days());
        let mut sheet = self.sheet(words::sheet_pump_days(), note, heads)?;
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
            column(words::row_number, 8.0, |(entry, _): &Row<'_>| Cell::Whole(entry.id)),
            column(words::item, 20.0, |(entry, _)| Cell::Words(entry.code.name())),
            column(words::value, 14.0, |(entry, _)| Cell::Number(entry.value)),
            wider(words::unit, 8.0, 16.0, |(entry, _)| Cell::Words(entry.code.unit_name())),
            column(words::from, 12.0, |(entry, _)| Cell::Day(entry.from)),
            column(words::to, 12.0, |(entry, _)| Cell::Day(entry.to)),
            column(words::village, 12.0, |(entry, township)| {
                Cell::Text(entry.village.as_ref().map_or("", |id| township.village_name(id)))
            }),
            column(words::crop, 14.0, |(entry, township)| {
                Cell::Text(entry.crop.as_ref().map_or("", |id| township.crop_name(id)))
            }),
            column(words::work, 20.0, |(entry, _)| Cell::Text(entry.work.as_deref().unwrap_or(""))),
            column(words::document, 34.0, |(entry, _)| Cell::Text(&entry.document)),
            column(words::entered_by, 16.0, |(entry, _)| Cell::Text(&entry.entered_by)),
            column(words::entered_at, 24.0, |(entry, township)| {
                Cell::Words(Text::verbatim(filters::minute(entry.entered_at, township)))
            }),
            column(words::correction_head, 30.0, |(entry, _)| {
                Cell::Words(filters::correction(entry).unwrap_or_default())
            }),
        ];
        let township = self.township;
        let rows: Vec<Row<'_>> =
            self.statement.entries.iter().map(|entry| (entry, township)).collect();
        let sheet = self.table(words::sheet_ledger(), None, &columns, &rows)?;
        let last = sheet.row.saturating_sub(1).max(HEAD + 1);
        sheet.sheet.autofilter(HEAD, 0, last, 12)?;
        Ok(())
    }

    fn findings(&mut self) -> Result<(), XlsxError> {
        type Row<'a> = (&'a Finding, &'a Township);
        let columns = [
            column(words::severity, 8.0, |(finding, _): &Row<'_>| {
                Cell::Words(finding.severity.name())
            }),
            column(words::rule, 28.0, |(finding, _)| Cell::Text(&finding.rule)),
            column(words::finding, 70.0, |(finding, _)| Cell::Words(finding.sentence())),
            column(words::where_to_check, 40.0, |(finding, _)| Cell::Words(finding.look.clone())),
            column(words::rule_source, 40.0, |(finding, _)| Cell::Words(finding.source.clone())),
            column(words::acceptance, 40.0, |(finding, township)| {
                Cell::Words(filters::acceptance(finding, township))
            }),
        ];
        let findings = &self.statement.findings;
        let note = words::about_findings(findings.checked, Text::list(&findings.unchecked));
        let rows: Vec<Row<'_>> =
            findings.found.iter().map(|finding| (finding, self.township)).collect();
        self.table(words::sheet_findings(), Some(note), &columns, &rows)?;
        Ok(())
    }

    /// The forms as they are handed in, the items that no form has, and what ties both to the figures.
    fn forms(&mut self) -> Result<(), XlsxError> {
        let (statement, township) = (self.statement, &self.township.name);
        let reported = Reported { township, statement, on: self.on };
        for form in FORMS.iter().enumerate() {
            form::write(&mut self.book, form, &reported)?;
        }
        let note = Some(forms::about_other_items());
        let mut sheet = self.sheet(forms::sheet_other_items(), note, fields::other_heads())?;
        fields::other_rows(&mut sheet, statement, Form::other_items())?;
        let note = Some(forms::about_fields());
        let mut sheet = self.sheet(forms::sheet_fields(), note, fields::heads())?;
        fields::rows(&mut sheet, statement)
    }
}

const FIGURE_COLUMNS: [Column<Figure>; 13] = [
    column(words::figure, 24.0, |figure| Cell::Words(figure.name())),
    column(words::id, 22.0, |figure| Cell::Text(figure.id.id())),
    column(words::value, 14.0, |figure| match figure.value {
        Value::Number(value) => Cell::Number(value),
        Value::Day(day) => Cell::Day(day),
        Value::Absent => Cell::Missing,
    }),
    wider(words::unit, 8.0, 16.0, |figure| Cell::Words(figure.unit_name())),
    column(words::in_words, 20.0, |figure| Cell::or_dash(spoken(figure).cloned(), Cell::Words)),
    wider(words::verdict, 12.0, 24.0, |figure| match figure.value {
        Value::Absent => Cell::Text(filters::DASH),
        Value::Number(_) | Value::Day(_) => Cell::Words(figure.claim.verdict.name()),
    }),
    wider(words::class, 8.0, 10.0, |figure| Cell::Words(figure.class.name())),
    column(words::coverage, 9.0, |figure| Cell::or_dash(figure.coverage, Cell::coverage)),
    column(words::suspect, 9.0, |figure| Cell::or_dash(figure.flagged_share, Cell::Share)),
    column(words::least, 12.0, |figure| {
        Cell::or_dash(figure.bounds, |[least, _]| Cell::Number(least))
    }),
    column(words::most, 12.0, |figure| {
        Cell::or_dash(figure.bounds, |[_, most]| Cell::Number(most))
    }),
    column(words::methods_and_notes, 60.0, |figure| {
        Cell::Words(Text::clauses(filters::remarks(&FigureView::of(figure))))
    }),
    column(words::formula, 60.0, |figure| Cell::Words(figure.formula.clone())),
];

const SOURCE_COLUMNS: [Column<SourceAccount>; 11] = [
    column(words::station, 16.0, |source| Cell::Text(&source.name)),
    column(words::id, 22.0, |source| Cell::Text(source.station.as_str())),
    wider(words::kind, 8.0, 20.0, |source| Cell::Words(source.kind.name())),
    column(words::village, 12.0, |source| Cell::Text(&source.village)),
    column(words::coverage, 9.0, |source| Cell::coverage(source.coverage.share())),
    column(words::last_level, 12.0, |source| Cell::number(source.days.last().map(|d| d.level_m))),
    column(words::last_storage, 14.0, |source| {
        Cell::number(source.days.last().and_then(|d| d.storage_m3()))
    }),
    column(words::warn_m, 10.0, |source| Cell::or_dash(source.warn_m, Cell::Number)),
    column(words::guard_m, 10.0, |source| Cell::or_dash(source.guard_m, Cell::Number)),
    column(words::warn_from, 12.0, |source| Cell::or_dash(source.warn_from, Cell::Day)),
    column(words::dry_h, 14.0, |source| {
        Cell::or_dash(source.dry.spell(), |spell| Cell::Number(f64::from(spell.hours)))
    }),
];

const PUMP_COLUMNS: [Column<PumpAccount>; 13] = [
    column(words::pump, 16.0, |pump| Cell::Text(&pump.name)),
    column(words::id, 22.0, |pump| Cell::Text(pump.station.as_str())),
    column(words::electricity_kwh, 12.0, |pump| Cell::number(pump.energy_kwh.value)),
    column(words::least, 12.0, |pump| Cell::Number(pump.energy_kwh.bounds[0])),
    column(words::most, 12.0, |pump| Cell::Number(pump.energy_kwh.bounds[1])),
    column(words::water_m3, 12.0, |pump| Cell::number(pump.volume_m3.value)),
    column(words::least, 12.0, |pump| Cell::Number(pump.volume_m3.bounds[0])),
    column(words::most, 12.0, |pump| Cell::Number(pump.volume_m3.bounds[1])),
    wider(words::water_method, 20.0, 30.0, |pump| Cell::Words(pump.volume_m3.method.name())),
    column(words::hours_h, 12.0, |pump| Cell::number(pump.run_hours.value)),
    wider(words::hours_method, 20.0, 30.0, |pump| Cell::Words(pump.run_hours.method.name())),
    column(words::electricity_coverage, 10.0, |pump| {
        Cell::coverage(pump.energy_kwh.coverage.share())
    }),
    column(words::events, 70.0, |pump| {
        Cell::Words(Text::clauses(pump.segments.iter().map(filters::segment)))
    }),
];

const COMPARISON_COLUMNS: [Column<Comparison>; 6] = [
    column(words::figure, 24.0, |row| Cell::Words(row.name())),
    column(words::compared_with, 16.0, |row| Cell::Words(row.label.clone())),
    column(words::then, 14.0, |row| Cell::Number(row.earlier)),
    column(words::now, 14.0, |row| Cell::Number(row.now)),
    wider(words::unit, 8.0, 16.0, |row| Cell::Words(row.unit_name())),
    column(words::change, 10.0, |row| {
        Cell::or_dash(row.change_percent, |percent| {
            Cell::ShareFormula("=(D{row}-C{row})/C{row}".into(), percent / 100.0)
        })
    }),
];
