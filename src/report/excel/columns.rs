//! The columns of a state form with what stands in them: a reference, a sum, or nothing.

use crate::figures::{Figure, FigureId, Form, FormRow, Origin, Statement, Verdict};
use crate::locales::{Text, forms as words};
use crate::report::filters::{self, long_day};
use crate::report::since;

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
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Blank => None,
            Self::Field { value, .. } | Self::Sum { value, .. } => Some(*value),
        }
    }
}

/// The value of a figure, where it is proved.
pub fn proved(statement: &Statement, figure: FigureId) -> Option<f64> {
    let figure = statement.figure(figure)?;
    figure.number().filter(|_| figure.claim.verdict == Verdict::Proved)
}

/// A field of a form, filled from a statement.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    pub form: &'a Form,
    pub row: &'a FormRow,
    pub statement: &'a Statement,
}

impl Field<'_> {
    /// The value to report, in the unit of the figure; none where it is not proved, or where the field counts since a
    /// day before the period.
    pub fn reported(&self) -> Option<f64> {
        self.in_period().filter(|_| self.due().is_none())
    }

    /// The value of the period without the part that the form does not have, where it is proved.
    fn in_period(&self) -> Option<f64> {
        let value = proved(self.statement, self.row.figure)?;
        match self.outside() {
            Some((part, _)) => Some(value - proved(self.statement, part)?),
            None => Some(value),
        }
    }

    /// The part of the figure that the form does not have, where there is any of it.
    pub fn outside(&self) -> Option<(FigureId, f64)> {
        let part = self.form.outside(self.row)?;
        let value = self.statement.number(part).filter(|value| *value > 0.0)?;
        Some((part, value))
    }

    /// What its figure comes to without the part that the form does not have, in the unit of the form.
    fn number(&self) -> Option<f64> {
        let outside = self.outside().map_or(0.0, |(_, value)| value);
        Some(self.row.in_form_unit(self.statement.number(self.row.figure)? - outside))
    }

    /// The day from which the report would have to begin for this field.
    fn due(&self) -> Option<jiff::civil::Date> {
        let due = since::due(self.statement, self.form.of_a_year)?;
        let inputs = &self.statement.figure(self.row.figure)?.inputs;
        // The township's table of crops is that of the year.
        let of_table = inputs.iter().all(|input| matches!(input.from, Origin::Crop(_)));
        let counts = self.form.counts_so_far(self.row) && (inputs.is_empty() || !of_table);
        counts.then_some(due)
    }

    /// `value` as the form prints it, with its unit.
    fn shown(&self, value: f64) -> Text {
        let value = format!("{value:.0$}", usize::from(self.row.decimals));
        words::form_value(value, self.row.form_unit_name())
    }

    /// The value of the period, which is not that of a field that counts since an earlier day.
    fn of_period(&self) -> Option<Text> {
        self.due()?;
        let value = self.in_period()?;
        Some(words::of_period(self.row.label(), self.shown(self.row.in_form_unit(value))))
    }

    /// Why it is blank, or what a reader has to know of its number.
    pub fn remark(&self) -> Option<Text> {
        let figure = self.statement.figure(self.row.figure)?;
        let known = self.in_period();
        if let (Some(due), Some(value)) = (self.due(), known) {
            let (due, to) = (long_day(due), long_day(self.statement.period.to));
            let value = self.shown(self.row.in_form_unit(value));
            return Some(words::counts_from(value, due, to));
        }
        let outside = self.outside().filter(|_| known.is_some()).map(|(part, value)| {
            words::outside(part.spec().name(), self.shown(self.row.in_form_unit(value)))
        });
        let notes: Vec<Text> = outside.into_iter().chain(remark(figure)).collect();
        (!notes.is_empty()).then(|| Text::clauses(notes))
    }
}

/// Why a figure has no number, or what a reader has to know of it.
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
        let value = row.in_form_unit(Field { form, row, statement }.reported()?);
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
            Some((place, row)) => total(Field { form, row, statement }, place, &parts),
            None if parts.complete => (parts.content(), None),
            None => (Content::Blank, None),
        };
        rounded |= matches!(content, Content::Sum { .. }) && parts.is_rounded(field.decimals);
        notes.extend(note);
        if let Some(column) = columns.get_mut(at) {
            column.content = content;
        }
    }
    notes.extend(rounded.then(words::rounded));
    let all = form.rows.iter().map(|row| Field { form, row, statement });
    let mut known = about(form, statement, &all.collect::<Vec<_>>(), &columns);
    known.append(&mut notes);
    (columns, known)
}

/// What has to be said of the numbers of `form` besides its totals.
fn about(
    form: &Form,
    statement: &Statement,
    fields: &[Field<'_>],
    columns: &[GridColumn],
) -> Vec<Text> {
    let mut notes = Vec::new();
    if columns.iter().any(|column| column.content == Content::Blank) {
        notes.push(words::blanks());
    }
    let so_far = fields.iter().any(|field| form.counts_so_far(field.row));
    let due = since::due(statement, form.of_a_year).filter(|_| so_far);
    if let Some(due) = due {
        let (from, to) = (long_day(statement.period.from), long_day(statement.period.to));
        notes.push(words::begins_later(from, long_day(due), to));
        let values: Vec<Text> = fields.iter().filter_map(Field::of_period).collect();
        notes.extend((!values.is_empty()).then(|| words::values_of_period(Text::list(values))));
    } else if so_far && since::began(statement).is_none() && !form.of_a_year {
        notes.push(words::no_drought_named(long_day(statement.period.from)));
    }
    let mut outside = fields.iter().filter(|field| field.reported().is_some());
    let outside = outside.find_map(|field| Some((field, field.outside()?)));
    notes.extend(outside.map(|(field, (part, value))| {
        let value = field.shown(field.row.in_form_unit(value));
        words::outside_of(field.row.label(), part.spec().name(), value)
    }));
    // No figure has the livestock relieved at the end of the period.
    let relieved = |field: &&Field<'_>| {
        field.row.figure == FigureId::LivestockRelieved && !form.counts_so_far(field.row)
    };
    let relieved = fields.iter().find(relieved).filter(|field| field.reported().is_some());
    notes.extend(relieved.map(|field| words::relieved_in_period(field.row.label())));
    notes
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

/// What stands in the field of a total, which is the form's field of this `place`. Where the figure is more than the
/// parts, its own number stands there and a note says so; where the figure is not proved, the form's own parts are
/// added up if all of them are known.
fn total(field: Field<'_>, place: usize, parts: &Parts) -> (Content, Option<Text>) {
    if field.due().is_some() {
        return (Content::Blank, None);
    }
    let number = field.number();
    let equal = number.is_none_or(|number| parts.comes_to(number));
    match number.filter(|_| field.reported().is_some()) {
        Some(_) if equal => (parts.content(), None),
        Some(value) => {
            let (name, sum) = (field.row.label(), parts.sum());
            let say = if value < sum { words::less_than_parts } else { words::more_than_parts };
            let note = match parts.values.is_empty() {
                true => None,
                false => Some(say(name, field.shown(value), field.shown(sum))),
            };
            (Content::Field { field: place, value }, note)
        }
        None if parts.complete && equal => {
            let why = field.remark().unwrap_or_default();
            (parts.content(), Some(words::only_parts(field.row.label(), why)))
        }
        None if parts.values.is_empty() => (Content::Blank, None),
        None => (Content::Blank, Some(words::parts_unknown(field.row.label()))),
    }
}
