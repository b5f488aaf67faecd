//! Comparison with earlier years.

use serde::Serialize;

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::Draft;
use super::figure::{Figure, FigureInput, Origin};
use crate::account::Method;
use crate::core::Period;
use crate::locales::Text;

/// The figures of an earlier year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Earlier {
    /// 上年同期, or the drought of a year, such as 2019年抗旱期.
    pub label: Text,
    pub period: Period,
    /// The same days of the year, not those of another drought.
    pub same_days: bool,
    pub figures: Vec<Figure>,
}

/// A figure beside its earlier value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    pub figure: FigureId,
    pub name_zh: &'static str,
    pub unit: &'static str,
    pub label: Text,
    pub earlier: f64,
    pub now: f64,
    /// `None` where the earlier value was 0.
    pub change_percent: Option<f64>,
}

impl Comparison {
    pub fn name(&self) -> Text {
        self.figure.spec().name()
    }

    /// The unit as people read it.
    pub fn unit_name(&self) -> Text {
        self.figure.spec().unit_name()
    }
}

/// The figures of `earlier` that are inputs of `figures`: each can be followed to its own inputs.
pub(super) fn referred(figures: &[Figure], earlier: &[Earlier]) -> Vec<Earlier> {
    let is_input = |figure: &Figure, end| {
        let origin = Origin::Figure(figure.id, Some(end));
        figures.iter().flat_map(|f| &f.inputs).any(|input| input.from == origin)
    };
    let used = earlier.iter().filter_map(|then| {
        let figures: Vec<Figure> =
            then.figures.iter().filter(|f| is_input(f, then.period.to)).cloned().collect();
        let Earlier { label, period, same_days, .. } = then;
        let (period, same_days) = (*period, *same_days);
        (!figures.is_empty()).then(|| Earlier { label: label.clone(), period, same_days, figures })
    });
    used.collect()
}

/// How many earlier years have the figure `id` for the same days, and its mean; each is an input of `draft`. A year
/// that cannot be compared is left out, with what `why_not` says of it.
pub(super) fn mean_of_same_days(
    earlier: &[Earlier],
    id: FigureId,
    draft: &mut Draft,
    why_not: impl Fn(&Figure, &Text) -> Option<Text>,
) -> Option<(usize, Span)> {
    let (mut years, mut sum) = (0usize, Span::default());
    for then in earlier.iter().filter(|then| then.same_days) {
        let figure = then.figures.iter().find(|figure| figure.id == id);
        let Some((figure, value)) = figure.and_then(|figure| Some((figure, figure.number()?)))
        else {
            continue;
        };
        if let Some(why) = why_not(figure, &then.label) {
            draft.note(why);
            continue;
        }
        draft.input(FigureInput {
            from: Origin::Figure(id, Some(then.period.to)),
            value: Some(value),
            method: Method::Figure,
            note: then.label.clone(),
            coverage: None,
        });
        let [least, most] = figure.bounds.unwrap_or([value; 2]);
        years += 1;
        sum = sum.plus(Span { value, least, most });
    }
    (years > 0).then(|| (years, sum.per(years as f64)))
}

/// Each figure that has a value now and had one earlier, in the order of `figures`.
pub fn comparisons(figures: &[Figure], earlier: &[Earlier]) -> Vec<Comparison> {
    let mut found = Vec::new();
    for figure in figures {
        let Some(now) = figure.number() else { continue };
        // The township's table of crops is the same every year.
        let from_table = figure.inputs.iter().all(|input| matches!(input.from, Origin::Crop(_)));
        if from_table && !figure.inputs.is_empty() {
            continue;
        }
        for then in earlier {
            let before = then.figures.iter().find(|f| f.id == figure.id);
            let Some(before) = before.and_then(Figure::number) else {
                continue;
            };
            found.push(Comparison {
                figure: figure.id,
                name_zh: figure.name_zh,
                unit: figure.unit,
                label: then.label.clone(),
                earlier: before,
                now,
                change_percent: (before != 0.0).then(|| (now - before) / before * 100.0),
            });
        }
    }
    found
}
