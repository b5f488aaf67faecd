//! The provenance of a figure as a tree: stations, days, meter events, and ledger rows.

use serde::Serialize;

use super::filters::{self, FigureView, number, percent};
use crate::account::{Entry, PumpAccount};
use crate::core::Series;
use crate::figures::{Figure, FigureId, FigureInput, Origin, Statement};
use crate::water::Township;

/// Most levels of figures below figures: the deepest chain of the catalogue has three.
const DEPTH_MAX: usize = 8;

/// A node of the tree: a statement in words, and the inputs behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Explanation>,
}

fn leaf(text: impl Into<String>) -> Explanation {
    Explanation { text: text.into(), from: Vec::new() }
}

/// The tree of the figure `id`, with the names of `township`; `None` if the statement does not have it.
pub fn explain(statement: &Statement, township: &Township, id: FigureId) -> Option<Explanation> {
    let figure = statement.figure(id)?;
    let tree = Tree { statement, township };
    Some(tree.of_figure(figure, 0))
}

struct Tree<'a> {
    statement: &'a Statement,
    township: &'a Township,
}

impl Tree<'_> {
    fn of_figure(&self, figure: &Figure, depth: usize) -> Explanation {
        let view = FigureView::of(figure);
        let words = figure.phrase.as_ref();
        let words = words.map_or(String::new(), |words| format!("，成文“{words}”"));
        let mut from = vec![leaf(format!("算法：{}", figure.formula))];
        if let Some([least, most]) = figure.bounds.filter(|[least, most]| least != most) {
            from.push(leaf(format!("真实值在{}至{}之间", number(least), number(most))));
        }
        if figure.coverage.is_some() {
            from.push(leaf(format!("数据覆盖率 {}", percent(figure.coverage))));
        }
        from.extend(figure.notes.iter().map(|note| leaf(format!("说明：{note}"))));
        let inputs = figure.inputs.iter();
        from.extend(inputs.map(|input| self.of_input(figure, input, depth)));
        let text = format!(
            "{}（{}）{}{words}，{}",
            figure.name_zh,
            figure.id,
            filters::value_unit(&view),
            filters::class_name(figure.class)
        );
        Explanation { text, from }
    }

    fn of_input(&self, figure: &Figure, input: &FigureInput, depth: usize) -> Explanation {
        let value = input
            .value
            .map_or("无数据".into(), |value| format!("{} {}", number(value), figure.unit));
        let method = input.method.name_zh();
        let coverage = match input.coverage {
            Some(share) => format!("，覆盖{}", percent(Some(share))),
            None => String::new(),
        };
        let note = if input.note.is_empty() { String::new() } else { format!("；{}", input.note) };
        let text = format!("{}：{value}（{method}{coverage}）{note}", input.from);
        let from = match &input.from {
            Origin::Figure(id, end) if depth < DEPTH_MAX => {
                let other = match end {
                    Some(end) => self.statement.earlier_figure(*id, *end),
                    None => self.statement.figure(*id),
                };
                other.map(|other| self.of_figure(other, depth + 1)).into_iter().collect()
            }
            Origin::Ledger(row) => self.of_row(*row),
            // The statement knows the series of its own period only.
            Origin::Series(series) if figure.period == self.statement.period => {
                self.of_series(series)
            }
            Origin::Figure(..) | Origin::Series(_) | Origin::Crop(_) => Vec::new(),
        };
        Explanation { text, from }
    }

    fn of_row(&self, row: i64) -> Vec<Explanation> {
        let found = self.statement.entries.iter().find(|e| e.id == row);
        let Some(entry) = found else {
            return Vec::new();
        };
        let Entry { code, from, to, .. } = entry;
        let days = if from == to { from.to_string() } else { format!("{from}至{to}") };
        let village = entry.village.as_ref().map(|id| self.township.village_name(id));
        let crop = entry.crop.as_ref().map(|id| self.township.crop_name(id));
        let parts = [village, crop, entry.work.as_deref()].into_iter().flatten();
        let place: String = parts.map(|part| format!("，{part}")).collect();
        let at = entry.entered_at.strftime("%Y-%m-%dT%H:%MZ");
        let (name, value, unit) = (code.name_zh(), number(entry.value), code.unit());
        let mut rows = vec![
            leaf(format!("{name} {value} {unit}，{days}{place}")),
            leaf(format!("依据：{}；{}于{at}录入", entry.document, entry.entered_by)),
        ];
        if let Some(correction) = filters::correction(entry) {
            rows.push(leaf(correction));
        }
        rows
    }

    /// The events and days of a pump's meter, or the name of a source.
    fn of_series(&self, series: &Series) -> Vec<Explanation> {
        let read = |pump: &&PumpAccount| {
            let quantities = [&pump.energy_kwh, &pump.volume_m3, &pump.run_hours];
            quantities.iter().any(|quantity| quantity.series == *series)
                || pump.station == series.station
        };
        if let Some(pump) = self.statement.pumps.iter().find(read) {
            let mut from =
                vec![leaf(format!("{}，{}", pump.name, self.township.village_name(&pump.village)))];
            let events = pump.segments.iter().filter(|s| s.series == *series);
            from.extend(events.map(|segment| leaf(filters::segment(segment))));
            if pump.energy_kwh.series == *series {
                from.extend(days(pump));
            }
            return from;
        }
        let found = self.statement.sources.iter().find(|s| s.station == series.station);
        found.map_or(Vec::new(), |source| {
            let kind = source.kind.name_zh();
            vec![leaf(format!("{}，{kind}，{}", source.name, source.village))]
        })
    }
}

fn days(pump: &PumpAccount) -> Option<Explanation> {
    let drew = pump.days.iter().filter(|(_, kwh)| *kwh > 0.0);
    let from: Vec<Explanation> =
        drew.map(|(day, kwh)| leaf(format!("{day} {} kWh", number(*kwh)))).collect();
    (!from.is_empty()).then(|| Explanation { text: format!("{}天用电", from.len()), from })
}

impl Explanation {
    /// The tree as lines of text, to `depth` levels below the root.
    pub fn lines(&self, depth: usize) -> Vec<String> {
        let mut lines = vec![self.text.clone()];
        self.push_children("", depth, &mut lines);
        lines
    }

    fn push_children(&self, indent: &str, depth: usize, lines: &mut Vec<String>) {
        if depth == 0 {
            return;
        }
        for (index, node) in self.from.iter().enumerate() {
            let last = index + 1 == self.from.len();
            let (branch, further) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            lines.push(format!("{indent}{branch}{}", node.text));
            node.push_children(&format!("{indent}{further}"), depth - 1, lines);
        }
    }
}
