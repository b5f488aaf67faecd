//! Formats for the templates and documents. They compute nothing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind};
use serde::Deserialize;

use super::spoken::spoken;
use crate::account::{Entry, Method, Segment, SegmentKind};
use crate::figures::{
    Class, Figure, FigureInput, Finding, Value as Number, Verdict, open_by_bounds,
};
use crate::locales::{Lang, Text, label, report as words};
use crate::water::Township;

/// Text of a cell that does not apply.
pub(super) const DASH: &str = "—";

/// The parts of a figure that a filter reads.
#[derive(Deserialize)]
pub(super) struct FigureView {
    name: String,
    value: serde_json::Value,
    unit_name: String,
    words: Option<String>,
    claim: ClaimView,
    bounds: Option<[f64; 2]>,
    flagged_share: Option<f64>,
    inputs: Vec<InputView>,
    notes: Vec<String>,
}

impl FigureView {
    pub fn of(figure: &Figure) -> Self {
        Self {
            name: figure.name().into(),
            value: match figure.value {
                Number::Number(value) => value.into(),
                Number::Day(day) => day.to_string().into(),
                Number::Absent => serde_json::Value::Null,
            },
            unit_name: figure.unit_name().into(),
            words: spoken(figure).map(ToString::to_string),
            claim: ClaimView {
                verdict: figure.claim.verdict,
                grounds: figure.claim.grounds.iter().map(ToString::to_string).collect(),
            },
            bounds: figure.bounds,
            flagged_share: figure.flagged_share,
            inputs: figure.inputs.iter().map(InputView::of).collect(),
            notes: figure.notes.iter().map(ToString::to_string).collect(),
        }
    }

    fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// Whether the evidence does not carry the words of a figure that has a value.
    fn is_unproved(&self) -> bool {
        !self.is_absent() && self.claim.verdict != Verdict::Proved
    }

    /// Least and most, where they differ.
    fn open_bounds(&self) -> Option<[f64; 2]> {
        self.bounds.filter(|[least, most]| least != most)
    }
}

#[derive(Deserialize)]
struct ClaimView {
    verdict: Verdict,
    #[serde(default)]
    grounds: Vec<String>,
}

#[derive(Deserialize)]
struct InputView {
    from: String,
    value: Option<f64>,
    method: Method,
    note: String,
    coverage: Option<f64>,
}

impl InputView {
    fn of(input: &FigureInput) -> Self {
        Self {
            from: input.from.to_string(),
            value: input.value,
            method: input.method,
            note: input.note.to_string(),
            coverage: input.coverage,
        }
    }
}

/// Everything that a template may call. What it gives is in the language of the document.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("number", number);
    environment.add_filter("plain", |value: Option<f64>| value.map(number));
    environment.add_filter("percent", percent);
    environment.add_filter("change", change);
    environment.add_filter("class", class);
    environment.add_filter("inputs_count", |inputs: Vec<Value>| {
        words::inputs_count(inputs.len()).to_string()
    });
    environment.add_filter("value_unit", |figure: Serde<FigureView>| value_unit(&figure));
    environment.add_filter("said", |figure: Serde<FigureView>| said(&figure));
    environment.add_filter("unproved", |figure: Serde<FigureView>| unproved(&figure));
    environment.add_filter("capital", capital);
    environment.add_filter("remarks", |figure: Serde<FigureView>| remarks(&figure));
    environment.add_filter("clauses", |parts: Vec<String>| clauses(&parts));
    environment.add_filter("input", |input: Serde<InputView>| input_line(&input));
    environment.add_filter("cell", cell);
    // The names that an office's own templates may still have.
    environment.add_filter("class_zh", class);
    environment.add_filter("method_zh", |method: Serde<Method>| method.name().to_string());
    environment.add_function("words", in_words);
}

/// The message `report.name` with its placeholders filled.
fn in_words(name: &str, arguments: Kwargs) -> Result<String, Error> {
    let names: Vec<String> = arguments.args().map(str::to_owned).collect();
    let mut values = Vec::new();
    for name in names {
        let value: Value = arguments.get(&name)?;
        values.push((name, value.to_string()));
    }
    let name = format!("report.{name}");
    let text = label(&name, values);
    let text = text.ok_or_else(|| Error::new(ErrorKind::UndefinedError, name))?;
    Ok(text.to_string())
}

/// A number with at most two decimals.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A share in thousandths, rounded down so that 100 % means all.
pub(super) fn permille(share: f64) -> f64 {
    (share * 1000.0).floor()
}

/// A share in percent with one decimal, rounded down; a dash without a share.
pub(super) fn percent(share: Option<f64>) -> String {
    match share {
        Some(share) => format!("{}%", number(permille(share) / 10.0)),
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

/// 2022年8月1日, and in English 2022-08-01.
pub(super) fn long_day(day: Date) -> String {
    words::long_day(day.year(), two_digits(day.month()), two_digits(day.day())).to_string()
}

/// 2022年8月, and in English 2022-08.
pub(super) fn long_month(day: Date) -> String {
    words::long_month(day.year(), two_digits(day.month())).to_string()
}

fn two_digits(number: i8) -> String {
    match Lang::current() {
        Lang::Chinese => number.to_string(),
        Lang::English => format!("{number:02}"),
    }
}

/// A text as documents print it. On a terminal, backticks set names of files and settings apart.
pub(super) fn without_backticks(text: &str) -> String {
    text.replace('`', "")
}

/// One day, or the first and the last.
pub(super) fn days(from: Date, to: Date) -> Text {
    if from == to { Text::verbatim(from) } else { words::days(from.to_string(), to.to_string()) }
}

/// Parts of one cell or line, each once.
pub(super) fn clauses(parts: &[String]) -> String {
    Text::clauses(once(parts.to_vec())).into()
}

/// `parts` without those that stand before already.
fn once(parts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    parts.into_iter().filter(|part| seen.insert(part.clone())).collect()
}

/// The name of a class by its id in JSON.
fn class(class: &str) -> String {
    match class {
        "measured" => Class::Measured.name().into(),
        "mixed" => Class::Mixed.name().into(),
        "derived" => Class::Derived.name().into(),
        "entered" => Class::Entered.name().into(),
        "attested" => Class::Attested.name().into(),
        other => other.into(),
    }
}

/// What a ledger row corrects and why.
pub(super) fn correction(entry: &Entry) -> Option<Text> {
    entry.supersedes.map(|row| words::correction(row, &entry.reason))
}

pub(super) fn pending(entry: &Entry) -> String {
    let value = words::number_unit(number(entry.value), entry.code.unit_name());
    let (name, by) = (entry.code.name(), &entry.entered_by);
    match (entry.withdrawn, entry.supersedes) {
        (true, Some(old)) => words::pending_withdrawal(entry.id, old, name, value, by).into(),
        _ => words::pending_row(entry.id, name, value, by).into(),
    }
}

/// `at` in the zone of `township`; in UTC where it has none, which a document refuses first.
fn local(at: Timestamp, township: &Township) -> ZonedDateTime {
    at.to_zoned_datetime(TimeZone::get(&township.zone).unwrap_or(TimeZone::UTC))
}

/// The minute of `at` in the township, and how far its time is from UTC: 2022-08-05 18:00 +08:00.
pub(super) fn minute(at: Timestamp, township: &Township) -> String {
    local(at, township).strftime("%Y-%m-%d %H:%M %:z").to_string()
}

/// Who accepted a finding, on which day of the township and why, or that nobody has.
pub(super) fn acceptance(finding: &Finding, township: &Township) -> Text {
    match &finding.accepted {
        Some(a) => {
            let day = local(a.accepted_at, township).date().to_string();
            words::accepted_by(&a.accepted_by, day, &a.reason)
        }
        None => words::not_accepted(),
    }
}

/// An event of a meter, such as a gap or a replacement.
pub(super) fn segment(segment: &Segment) -> Text {
    let kind = match segment.kind {
        SegmentKind::Gap => words::gap(),
        SegmentKind::Reset => words::reset(),
        SegmentKind::Rollover => words::rollover(),
        SegmentKind::Glitch => words::glitch(),
        SegmentKind::MeterReplaced => words::meter_replaced(),
    };
    let days = days(segment.from, segment.to);
    let register = segment.series.parameter.spec().name();
    let (note, least) = (&segment.note, number(segment.least));
    match segment.most {
        Some(most) if most > segment.least => {
            words::segment_between(days, register, kind, least, number(most), note)
        }
        Some(_) => words::segment_exactly(days, register, kind, least, note),
        None => words::segment_at_least(days, register, kind, least, note),
    }
}

/// The value of a figure with its unit, in both languages.
pub fn figure_value(figure: &Figure) -> Text {
    match figure.value {
        Number::Number(value) => words::number_unit(number(value), figure.unit_name()),
        Number::Day(day) => Text::verbatim(month(&day.to_string())),
        Number::Absent => words::no_data(),
    }
}

/// The month of a day: 2022-08.
fn month(day: &str) -> &str {
    day.rsplit_once('-').map_or(day, |(month, _)| month)
}

/// The value with its unit, and its bounds where they leave the words open; a month as year and month.
pub(super) fn value_unit(figure: &FigureView) -> String {
    let value = match &figure.value {
        serde_json::Value::Number(value) => value.as_f64().unwrap_or_default(),
        serde_json::Value::String(day) => return month(day).into(),
        _ => return words::no_data().into(),
    };
    let value = words::number_unit(number(value), &figure.unit_name);
    let shown = figure.open_bounds().filter(|_| figure.is_unproved());
    match shown {
        Some([least, most]) if most.is_finite() => {
            words::value_between(value, number(least), number(most)).into()
        }
        Some([least, _]) => words::value_at_least(value, number(least)).into(),
        None => value.into(),
    }
}

/// The words of the report; where there are none, a dash, with the verdict on those that are withheld.
pub(super) fn said(figure: &FigureView) -> String {
    match &figure.words {
        Some(words) => words.clone(),
        None if figure.is_unproved() => words::withheld(figure.claim.verdict.name()).into(),
        None => DASH.into(),
    }
}

/// What the list of figures that are not proved, or only in part, says of this one.
pub(super) fn unproved(figure: &FigureView) -> String {
    let ClaimView { verdict, grounds } = &figure.claim;
    let (name, verdict, why) = (&figure.name, verdict.name(), clauses(grounds));
    match &figure.words {
        Some(said) => words::known_figure(name, said, verdict, why).into(),
        None => words::unproved_figure(name, verdict, why).into(),
    }
}

/// Whether a block of the section speaks of it, always or where an office enters it.
pub(super) fn is_in_section(figure: &Figure) -> bool {
    figure.narrative || figure.optional
}

/// The line of that list for a figure of a statement, if it belongs there.
pub(super) fn unproved_line(figure: &Figure) -> Option<String> {
    let view = FigureView::of(figure);
    (is_in_section(figure) && view.is_unproved()).then(|| unproved(&view))
}

/// Between which values the truth lies, unless the grounds of the verdict say it already.
fn bounds(figure: &FigureView) -> Option<Text> {
    let [least, most] = figure.open_bounds()?;
    let ground = open_by_bounds([least, most]).to_string();
    let said = figure.claim.grounds.contains(&ground);
    let bounds = match most.is_finite() {
        true => words::true_between(number(least), number(most)),
        false => words::true_at_least(number(least)),
    };
    (!said).then_some(bounds)
}

/// What a form says beside a number: the bounds of the true value, and of one that is not proved the verdict and why.
pub(super) fn form_note(figure: &Figure) -> Option<Text> {
    let view = FigureView::of(figure);
    let bounds = bounds(&view);
    if !view.is_unproved() {
        return bounds;
    }
    let ClaimView { verdict, grounds } = &view.claim;
    let why = bounds.map(String::from).into_iter().chain(grounds.clone());
    let why = clauses(&why.collect::<Vec<String>>());
    Some(words::grounds(verdict.name(), why))
}

/// `text` with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).collect()
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
        .map(|(method, count)| words::method_count(method.name(), *count).into())
        .collect();
    let ClaimView { verdict, grounds } = &figure.claim;
    remarks.extend(bounds(figure).map(String::from));
    if let Some(share) = figure.flagged_share.filter(|share| *share > 0.0) {
        remarks.push(words::suspect_share(format!("{:.2}", share * 100.0)).into());
    }
    // Where there is no value, the grounds are the reasons why.
    let is_ground = |note: &String| figure.is_unproved() && grounds.contains(note);
    remarks.extend(figure.notes.iter().map(|note| match is_ground(note) {
        true => words::grounds(verdict.name(), note).into(),
        false => note.clone(),
    }));
    once(remarks)
}

/// Where an input comes from, with its value, its method and its note.
fn input_line(input: &InputView) -> String {
    let InputView { from, value, method, note, coverage } = input;
    let head = match value {
        Some(value) => words::input_value(from, number(*value)),
        None => Text::verbatim(from),
    };
    let method = match coverage {
        Some(share) => words::method_coverage(method.name(), percent(Some(*share))),
        None => method.name(),
    };
    words::input_line(head, method, note).to_string().trim_end().to_owned()
}

/// Text escaped for a cell of a Markdown table.
fn cell(text: Value) -> Result<String, Error> {
    let text = text.to_string();
    Ok(text.replace('|', "\\|").replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::within;

    #[test]
    fn numbers_are_formatted_and_never_rounded_up_to_all() {
        assert_eq!(number(35_000.0), "35000");
        assert_eq!(number(35_000.126), "35000.13");
        assert_eq!(number(-0.001), "0");
        assert_eq!(percent(Some(1.0)), "100%");
        assert_eq!(percent(Some(0.99999)), "99.9%");
        assert_eq!(percent(None), "—");
    }

    #[test]
    fn a_time_is_that_of_the_township() {
        let township = serde_json::json!({"name": "测试", "zone": "Asia/Shanghai"});
        let township: Township = serde_json::from_value(township).unwrap();
        let at: Timestamp = "2022-11-15T17:47:00Z".parse().unwrap();
        assert_eq!(minute(at, &township), "2022-11-16 01:47 +08:00");
        assert_eq!(local(at, &township).date(), jiff::civil::date(2022, 11, 16));
    }

    #[test]
    fn days_and_months_are_written_as_each_language_writes_them() {
        let day = jiff::civil::date(2022, 8, 1);
        assert_eq!((long_day(day), long_month(day)), ("2022-08-01".into(), "2022-08".into()));
        within(Lang::Chinese, || {
            assert_eq!(
                (long_day(day), long_month(day)),
                ("2022年8月1日".into(), "2022年8月".into())
            );
        });
    }
}
