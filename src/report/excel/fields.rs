//! The sheet that ties each field of the forms to its figure: id, value, units, and why it is blank.

use rust_xlsxwriter::XlsxError;
use rust_xlsxwriter::utility::row_col_to_cell;

use super::columns::{Field, proved, remark};
use super::sheet::{Cell, HEAD, Sheet, name};
use crate::figures::{FORMS, FigureId, FormRow, Statement, Value};
use crate::locales::{Lang, Text, forms as words, report};
use crate::report::filters::long_month;

/// The column of the value on the sheet of figures.
const VALUE_COLUMN: u16 = 2;
/// The column of the value to report on this sheet.
const REPORTED_COLUMN: u16 = 7;

/// Heads with their widths.
pub fn heads() -> impl Iterator<Item = (String, f64)> {
    let lang = Lang::current();
    let heads = [
        (words::form(), 26.0),
        (report::field(), 34.0),
        (report::figure(), 24.0),
        (report::id(), 24.0),
        (report::township_value(), 14.0),
        (report::unit(), lang.pick(8.0, 16.0)),
        (words::factor(), 9.0),
        (report::reported_value(), 14.0),
        (report::reported_unit(), lang.pick(10.0, 18.0)),
        (report::note(), 60.0),
    ];
    heads.into_iter().map(|(head, width)| (head.into(), width))
}

/// The cell with the value to report of field `field` of form `form`, as a formula refers to it.
pub fn reported(form: usize, field: usize) -> String {
    let before: usize = FORMS.iter().take(form).map(|form| form.rows.len()).sum();
    let row = HEAD + 1 + number(before + field);
    let sheet = name(&words::sheet_fields().to_string());
    format!("'{sheet}'!{}", row_col_to_cell(row, REPORTED_COLUMN))
}

/// A row of a sheet. There are fewer fields and figures than rows.
fn number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// The formula of the value of `figure` on the sheet of figures.
fn source(statement: &Statement, figure: FigureId) -> Option<String> {
    let at = statement.figures.iter().position(|f| f.id == figure)?;
    let sheet = name(&report::sheet_figures().to_string());
    Some(format!("='{sheet}'!{}", row_col_to_cell(HEAD + 1 + number(at), VALUE_COLUMN)))
}

/// The value of `figure` as a reference to the sheet of figures; nothing where it is not proved.
fn value(statement: &Statement, figure: FigureId) -> Cell<'static> {
    match (proved(statement, figure), source(statement, figure)) {
        (Some(value), Some(formula)) => Cell::Reference(formula, value),
        _ => Cell::Text(""),
    }
}

/// The value of a field, without the part of its figure that the form does not have.
fn of_field(field: Field<'_>) -> Cell<'static> {
    let statement = field.statement;
    let outside = field.outside().and_then(|(part, _)| source(statement, part));
    match (field.reported(), source(statement, field.row.figure), outside) {
        (Some(value), Some(whole), Some(part)) => {
            Cell::Reference(format!("{whole}-{}", part.trim_start_matches('=')), value)
        }
        (Some(value), Some(whole), None) => Cell::Reference(whole, value),
        _ => Cell::Text(""),
    }
}

/// Writes a row for each field of each form, in their order.
pub fn rows(sheet: &mut Sheet<'_>, statement: &Statement) -> Result<(), XlsxError> {
    for form in FORMS {
        for row in form.rows {
            let FormRow { figure, per_form_unit, decimals, .. } = *row;
            let field = Field { form, row, statement };
            let reported = field.reported().map(|value| Cell::Converted {
                formula: "=E{row}/G{row}".into(),
                result: row.in_form_unit(value),
                decimals,
            });
            sheet.row([
                Cell::Words(form.name()),
                Cell::Words(row.label()),
                Cell::Words(figure.spec().name()),
                Cell::Text(figure.id()),
                of_field(field),
                Cell::Words(row.unit_name()),
                Cell::Number(per_form_unit),
                reported.unwrap_or(Cell::Text("")),
                Cell::Words(row.form_unit_name()),
                Cell::Words(field.remark().unwrap_or_default()),
            ])?;
        }
    }
    Ok(())
}

/// Heads of the sheet of other items, with their widths.
pub fn other_heads() -> impl Iterator<Item = (String, f64)> {
    let heads: [(Text, f64); 5] = [
        (report::item(), 34.0),
        (report::id(), 24.0),
        (report::value(), 14.0),
        (report::unit(), Lang::current().pick(8.0, 16.0)),
        (report::note(), 80.0),
    ];
    heads.into_iter().map(|(head, width)| (head.into(), width))
}

/// Writes a row for each of `items` that has a value.
pub fn other_rows(
    sheet: &mut Sheet<'_>,
    statement: &Statement,
    items: impl Iterator<Item = FigureId>,
) -> Result<(), XlsxError> {
    for figure in items.filter_map(|id| statement.figure(id)) {
        let shown = match figure.value {
            Value::Absent => continue,
            Value::Day(day) => Cell::Words(Text::verbatim(long_month(day))),
            Value::Number(_) => value(statement, figure.id),
        };
        sheet.row([
            Cell::Words(figure.name()),
            Cell::Text(figure.id.id()),
            shown,
            Cell::Words(figure.unit_name()),
            Cell::Words(remark(figure).unwrap_or_default()),
        ])?;
    }
    Ok(())
}
