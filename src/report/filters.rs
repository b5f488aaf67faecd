//! Formats for the templates and documents. They compute nothing.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error};
use serde::Deserialize;

use crate::account::{Entry, Method, Segment, SegmentKind};
use crate::figures::{Class, Figure, FigureInput, Finding, Value as Number};

/// Text in place of a missing number.
const NONE: &str = "无数据";
/// Text of a cell that does not apply.
const DASH: &str = "—";

/// The parts of a figure that a filter reads.
#[derive(Deserialize)]
pub(super) struct FigureView {
    value: serde_json::Value,
    unit: String,
    bounds: Option<[f64; 2]>,
    flagged_share: Option<f64>,
    inputs: Vec<InputView>,
    notes: Vec<String>,
}

impl FigureView {
    pub fn of(figure: &Figure) -> Self {
        let method = |input: &FigureInput| InputView { method: input.method };
        Self {
            value: match figure.value {
                Number::Number(value) => value.into(),
                Number::Day(day) => day.to_string().into(),
                Number::Absent => serde_json::Value::Null,
            },
            unit: figure.unit.into(),
            bounds: figure.bounds,
            flagged_share: figure.flagged_share,
            inputs: figure.inputs.iter().map(method).collect(),
            notes: figure.notes.clone(),
        }
    }
}

#[derive(Deserialize)]
struct InputView {
    method: Method,
}

pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("number", number);
    environment.add_filter("plain", |value: Option<f64>| value.map(number));
    environment.add_filter("percent", percent);
    environment.add_filter("change", change);
    environment.add_filter("class_zh", class_zh);
    environment.add_filter("method_zh", |method: Serde<Method>| method.name_zh());
    environment.add_filter("value_unit", |figure: Serde<FigureView>| value_unit(&figure));
    environment.add_filter("remarks", |figure: Serde<FigureView>| remarks(&figure));
    environment.add_filter("cell", cell);
}

/// A number with at most two decimals.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A share in percent with one decimal, rounded down so that 100 % means all; a dash without a share.
pub(super) fn percent(share: Option<f64>) -> String {
    match share {
        Some(share) => format!("{}%", number((share * 1000.0).floor() / 10.0)),
        None => DASH.into(),
    }
}

/// A change in percent with its sign; a dash without a change.
pub(super) fn change(percent: Option<f64>) -> String {
    match percent {
        Some(percent) => format!("{percent:+.1}%"),
        None => DASH.into(),
    }
}

/// The Chinese name of a class by its id in JSON.
fn class_zh(class: &str) -> String {
    match class {
        "measured" => class_name(Class::Measured),
        "derived" => class_name(Class::Derived),
        "entered" => class_name(Class::Entered),
        "attested" => class_name(Class::Attested),
        other => other,
    }
    .into()
}

pub(super) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Measured => "实测",
        Class::Derived => "推算",
        Class::Entered => "填报",
        Class::Attested => "证实",
    }
}

/// What a ledger row corrects and why.
pub(super) fn correction(entry: &Entry) -> Option<String> {
    entry.supersedes.map(|row| format!("更正第{row}条：{}", entry.reason))
}

pub(super) fn pending(entry: &Entry) -> String {
    let (code, value) = (entry.code, number(entry.value));
    let unit = code.unit();
    format!("第{}条 {} {value} {unit}（{}录入）", entry.id, code.name_zh(), entry.entered_by)
}

/// Who accepted a finding, when and why, or that nobody has.
pub(super) fn acceptance(finding: &Finding) -> String {
    match &finding.accepted {
        Some(a) => {
            let day = a.accepted_at.strftime("%Y-%m-%d");
            format!("{}于{day}认可：{}", a.accepted_by, a.reason)
        }
        None => "未认可".into(),
    }
}

/// An event of a meter, such as a gap or a replacement.
pub(super) fn segment(segment: &Segment) -> String {
    let kind = match segment.kind {
        SegmentKind::Gap => "无数据",
        SegmentKind::Reset => "清零或换表",
        SegmentKind::Rollover => "翻转已接续",
        SegmentKind::Glitch => "跳变已剔除",
        SegmentKind::MeterReplaced => "换表已登记",
    };
    let days = if segment.from == segment.to {
        segment.from.to_string()
    } else {
        format!("{}至{}", segment.from, segment.to)
    };
    let between = match segment.most {
        Some(most) if most > segment.least => {
            format!("，{}至{}", number(segment.least), number(most))
        }
        Some(_) => format!("，{}", number(segment.least)),
        None => format!("，至少{}", number(segment.least)),
    };
    let note = &segment.note;
    format!("{days} {}{kind}{between}；{note}", segment.series)
}

/// The value with its unit; a month as year and month.
pub(super) fn value_unit(figure: &FigureView) -> String {
    match &figure.value {
        serde_json::Value::Number(value) => {
            let value = value.as_f64().map(number).unwrap_or_default();
            format!("{value} {}", figure.unit)
        }
        serde_json::Value::String(day) => match day.rsplit_once('-') {
            Some((month, _)) => month.into(),
            None => day.clone(),
        },
        _ => NONE.into(),
    }
}

/// The remarks about a figure: inputs by method, bounds, share of suspect readings, notes.
pub(super) fn remarks(figure: &FigureView) -> Vec<String> {
    let mut methods: Vec<(Method, usize)> = Vec::new();
    for input in &figure.inputs {
        match methods.iter_mut().find(|(method, _)| *method == input.method) {
            Some((_, count)) => *count += 1,
            None => methods.push((input.method, 1)),
        }
    }
    let mut remarks: Vec<String> = methods
        .iter()
        .map(|(method, count)| format!("{}（{count}项）", method.name_zh()))
        .collect();
    if let Some([least, most]) = figure.bounds.filter(|[least, most]| least != most) {
        remarks.push(format!("真实值在{}至{}之间", number(least), number(most)));
    }
    if let Some(share) = figure.flagged_share.filter(|share| *share > 0.0) {
        remarks.push(format!("存疑读数占{:.2}%", share * 100.0));
    }
    remarks.extend(figure.notes.iter().cloned());
    remarks
}

/// Text escaped for a cell of a Markdown table.
fn cell(text: Value) -> Result<String, Error> {
    let text = text.to_string();
    Ok(text.replace('|', "\\|").replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_and_never_rounded_up_to_all() {
        assert_eq!(number(35_000.0), "35000");
        assert_eq!(number(35_000.126), "35000.13");
        assert_eq!(number(-0.001), "0");
        assert_eq!(percent(Some(1.0)), "100%");
        assert_eq!(percent(Some(0.99999)), "99.9%");
        assert_eq!(percent(None), "—");
    }
}
