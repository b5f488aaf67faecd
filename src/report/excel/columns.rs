//! The columns of a state form with what stands in them: a reference, a sum, or nothing.

use crate::figures::{Figure, FigureId, Form, FormRow, Statement, Verdict};
use crate::locales::{Text, forms as words};
use crate::report::filters;

/// Differences of this share of a total come from the arithmetic of floating point only.
const EQUAL: f64 = 1e-9;

/// A column of a form.
pub struct GridColumn {
    /// From the top level down.
    pub heads: Vec<Text>,
    pub unit: Text,
    pub decimals: u8,
    pub content: Content,
}

/// What stands below the heads of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Blank,
    /// The value to report of the form's field of this number.
    Field {
        field: usize,
        value: f64,
    },
    /// The sum of the columns with these numbers.
    Sum {
        columns: Vec<usize>,
        value: f64,
    },
}

impl Content {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Blank => None,
            Self::Field { value, .. } | Self::Sum { value, .. } => Some(*value),
        }
    }
}

/// The value of a field in the unit of its figure, where it is proved.
pub fn proved(statement: &Statement, figure: FigureId) -> Option<f64> {
    let figure = statement.figure(figure)?;
    figure.number().filter(|_| figure.claim.verdict == Verdict::Proved)
}

/// Why a field is blank, or what a reader has to know of its number.
pub fn remark(figure: &Figure) -> Option<Text> {
    match figure.number() {
        Some(_) => filters::form_note(figure),
        None if figure.notes.is_empty() => Some(crate::locales::report::no_data()),
        None => {
            let notes: Vec<String> = figure.notes.iter().map(Text::to_string).collect();
            Some(Text::verbatim(filters::clauses(&notes)))
        }
    }
}

/// The columns of `form` from left to right, and what has to be said of its numbers.
pub fn columns(form: &Form, statement: &Statement) -> (Vec<GridColumn>, Vec<Text>) {
    let fields = form.columns();
    let alone = |row: Option<(usize, &FormRow)>| {
        let (field, row) = row?;
        let value = row.in_form_unit(proved(statement, row.figure)?);
        Some(Content::Field { field, value })
    };
    let contents = fields.iter().map(|field| alone(field.row).unwrap_or(Content::Blank));
    let mut columns: Vec<GridColumn> = fields
        .iter()
        .zip(contents)
        .map(|(field, content)| GridColumn {
            heads: field.heads.clone(),
            unit: field.unit.clone(),
            decimals: field.decimals,
            content,
        })
        .collect();
    let (mut notes, mut rounded) = (Vec::new(), false);
    for (at, field) in fields.iter().enumerate().filter(|(_, field)| !field.sum_of.is_empty()) {
        let is_part = |row: Option<(usize, &FormRow)>| {
            row.is_some_and(|(_, row)| field.sum_of.contains(&row.figure))
        };
        let places = fields.iter().enumerate().filter(|(_, part)| is_part(part.row));
        let parts = Parts::of(&columns, places.map(|(place, _)| place).collect());
        let (content, note) = match field.row {
            Some((place, row)) => total(row, place, &parts, statement),
            None if parts.complete => (parts.content(), None),
            None => (Content::Blank, None),
        };
        rounded |= matches!(content, Content::Sum { .. }) && parts.is_rounded(field.decimals);
        notes.extend(note);
        if let Some(column) = columns.get_mut(at) {
            column.content = content;
        }
    }
    if columns.iter().any(|column| column.content == Content::Blank) {
        notes.insert(0, words::blanks());
    }
    notes.extend(rounded.then(words::rounded));
    (columns, notes)
}

/// The parts of a total.
struct Parts {
    columns: Vec<usize>,
    values: Vec<f64>,
    /// Whether each part has a number.
    complete: bool,
}

impl Parts {
    fn of(all: &[GridColumn], columns: Vec<usize>) -> Self {
        let value = |column: &usize| all.get(*column).and_then(|column| column.content.value());
        let values: Vec<f64> = columns.iter().filter_map(value).collect();
        Self { complete: values.len() == columns.len(), columns, values }
    }

    fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    fn content(&self) -> Content {
        Content::Sum { columns: self.columns.clone(), value: self.sum() }
    }

    fn comes_to(&self, total: f64) -> bool {
        let sum = self.sum();
        !self.values.is_empty() && (sum - total).abs() <= EQUAL * sum.abs().max(total.abs())
    }

    /// Whether the printed parts do not come to the printed sum.
    fn is_rounded(&self, decimals: u8) -> bool {
        let scale = 10f64.powi(i32::from(decimals));
        let shown = |value: f64| (value * scale).round();
        shown(self.sum()) != self.values.iter().map(|value| shown(*value)).sum::<f64>()
    }
}

/// What stands in the field of a total. Where the figure is more than the parts, its own number stands there and a note
/// says so; where the figure is not proved, the form's own parts are added up if all of them are known.
fn total(
    row: &FormRow,
    field: usize,
    parts: &Parts,
    statement: &Statement,
) -> (Content, Option<Text>) {
    let number = statement.number(row.figure).map(|value| row.in_form_unit(value));
    let equal = number.is_none_or(|number| parts.comes_to(number));
    let proved = number.filter(|_| proved(statement, row.figure).is_some());
    match proved {
        Some(_) if equal => (parts.content(), None),
        Some(value) => {
            let shown = |value: f64| format!("{value:.0$}", usize::from(row.decimals));
            let (name, unit, sum) = (row.label(), row.form_unit_name(), parts.sum());
            let say = if value < sum { words::less_than_parts } else { words::more_than_parts };
            let note = match parts.values.is_empty() {
                true => None,
                false => Some(say(name, shown(value), shown(sum), unit)),
            };
            (Content::Field { field, value }, note)
        }
        None if parts.complete && equal => {
            let why = statement.figure(row.figure).and_then(remark).unwrap_or_default();
            (parts.content(), Some(words::only_parts(row.label(), why)))
        }
        None if parts.values.is_empty() => (Content::Blank, None),
        None => (Content::Blank, Some(words::parts_unknown(row.label()))),
    }
}
