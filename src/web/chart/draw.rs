//! A chart as SVG.

use std::fmt::Write;

use super::plot::{LANES_MAX, Plot, SIZE};
use super::series::{self, COLUMNS, Placed, runs};
use super::svg::{Path, escaped, number};
use super::value_axis::{VALUE_MAX, ValueAxis};
use super::{Chart, Drawn, Key, Limit, hover, time_axis};
use crate::core::ChartPoint;
use crate::locales::{Text, moment, page_station as words};
use crate::web::format::day_at;

/// A limit is shown where it lies within this many heights of the values, so that they do not become a flat line.
/// Engineering judgement.
const LIMIT_NEAR: f64 = 2.0;

/// The same where the values hardly change, in the unit of the chart: limits of small ponds lie a metre apart.
const LIMIT_NEAR_LEAST: f64 = 1.0;

/// Words of limits that are nearer than this stand on each other, in units of the box: a line of 16 pixels where the
/// box is 240 high, as on a phone.
const WORDS_APART: f64 = 67.0;

/// The shortest line of a limit that has room for words, in units of the box: a third of a phone's width.
const WORDS_LONG: f64 = 330.0;

/// Spans of all lanes together at most: more cannot be told apart, and each costs a dozen bytes.
const SPANS_MAX: usize = 600;

/// A chart's curves in place.
pub(super) struct Curves {
    pub plot: Plot,
    pub line: Vec<Vec<Placed>>,
    raw: Vec<Vec<Placed>>,
    last_year: Vec<Vec<Placed>>,
    usual: Vec<Vec<Placed>>,
}

/// Draws `chart` in the language that is spoken.
pub fn draw(chart: &Chart<'_>) -> Drawn {
    let curves = Curves::of(chart);
    let brief = brief(chart);
    let [from, to] = [chart.span.0, chart.span.1].map(|at| moment(at, chart.now, chart.zone));
    let summary = words::in_span(&chart.name, from, to, &brief).to_string();
    let heading = match &chart.second {
        Some(second) => words::name_and_name(&chart.name, &second.name),
        None => chart.name.clone(),
    };
    Drawn {
        id: chart.id.clone(),
        title: chart.title.to_string(),
        heading: heading.to_string(),
        brief: brief.to_string(),
        unit: chart.unit.to_string(),
        second: chart.second.as_ref().map_or_else(String::new, |second| {
            words::with_unit(&second.name, &second.unit).to_string()
        }),
        svg: markup(chart, &curves, &summary),
        summary,
        legend: legend(chart, &curves),
        points: hover::points(chart, &curves),
        empty: curves.line.is_empty() && chart.bars.is_empty() && chart.raw.is_empty(),
    }
}

impl Curves {
    fn of(chart: &Chart<'_>) -> Self {
        let lines = [chart.line, chart.raw, chart.last_year, chart.usual];
        let inside = |point: &&ChartPoint| chart.span.0 <= point.from && point.from < chart.span.1;
        let points = || lines.into_iter().flatten().filter(inside);
        let values = || points().flat_map(|point| [point.min, point.max]);
        let amounts = chart.bars.iter().flat_map(|bar| [0.0, bar.amount]);
        let near = near(values().filter(|value| value.is_finite()), &chart.limits);
        let values = values().chain(amounts).chain(near.iter().map(|limit| limit.value));
        let axis = ValueAxis::of(values, chart.least_span);
        let plot = Plot::new(chart.span, axis, !chart.rain.is_empty(), chart.lanes.len());
        let [line, raw, last_year, usual] = lines.map(|points| runs(points, &plot));
        Self { plot, line, raw, last_year, usual }
    }
}

/// The limits that are near enough to the values to be shown.
fn near(values: impl Iterator<Item = f64>, limits: &[Limit]) -> Vec<&Limit> {
    let bounds = values.fold(None, |bounds: Option<(f64, f64)>, value| {
        let (low, high) = bounds.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    let limits = limits.iter().filter(|limit| limit.value.is_finite());
    let Some((low, high)) = bounds else { return limits.collect() };
    let far = ((high - low) * LIMIT_NEAR).max(LIMIT_NEAR_LEAST);
    limits.filter(|limit| (low - far..=high + far).contains(&limit.value)).collect()
}

fn markup(chart: &Chart<'_>, curves: &Curves, summary: &str) -> String {
    let id = escaped(&chart.id);
    let mut out = format!(
        "<svg class=\"chart-plot\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\" \
         xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-text\">{}</desc>",
        escaped(&chart.title.to_string()),
        escaped(summary)
    );
    out.push_str(&hatching(chart, &curves.plot, &id));
    out.push_str(&boxed(chart, curves));
    out.push_str(&value_labels(chart, &curves.plot));
    out.push_str(&time_labels(chart, &curves.plot));
    out.push_str(&limit_labels(chart, &curves.plot));
    out.push_str(&lane_labels(chart, &curves.plot));
    out.push_str("</svg>");
    out
}

/// What is stretched: everything without words.
fn boxed(chart: &Chart<'_>, curves: &Curves) -> String {
    let plot = &curves.plot;
    let size = number(SIZE);
    let mut out = format!(
        "<svg class=\"chart-box\" width=\"100%\" height=\"100%\" viewBox=\"0 0 {size} {size}\" \
         preserveAspectRatio=\"none\">"
    );
    out.push_str(&grid(chart, plot).element("c-grid"));
    out.push_str(&series::envelope(&curves.usual, plot).element("c-usual"));
    out.push_str(&bars(chart, plot).element("c-bars"));
    out.push_str(&rain(chart, plot).element("c-rain"));
    out.push_str(&series::line(&curves.last_year, plot).element("c-last-year"));
    for limit in shown_limits(chart, plot) {
        let mut path = Path::default();
        let (left, right) = (plot.x(limit.span.0), plot.x(limit.span.1));
        path.stroke(left, plot.y(limit.value), right - left);
        out.push_str(&path.element(&format!("c-limit {}", limit.class)));
    }
    out.push_str(&series::line(&curves.raw, plot).element("c-raw"));
    out.push_str(&series::envelope(&curves.line, plot).element("c-envelope"));
    out.push_str(&series::line(&curves.line, plot).element("c-line"));
    let doubtful = series::doubtful(&curves.line, plot);
    out.push_str(&doubtful.element("c-doubt"));
    out.push_str(&doubtful.element("c-doubt-core"));
    out.push_str(&lanes(chart, plot));
    out.push_str("</svg>");
    out
}

fn grid(chart: &Chart<'_>, plot: &Plot) -> Path {
    let mut path = Path::default();
    for tick in plot.values.ticks() {
        path.stroke(0.0, plot.y(tick), SIZE);
    }
    if plot.rain > 0.0 {
        path.stroke(0.0, plot.rain, SIZE);
    }
    for mark in time_axis::marks(chart.span, chart.zone) {
        path.start(plot.x(mark.at), 0.0);
        path.to(plot.x(mark.at), plot.bottom);
    }
    path
}

/// The limits that lie on the axis.
fn shown_limits<'a>(chart: &'a Chart<'_>, plot: &'a Plot) -> impl Iterator<Item = &'a Limit> {
    let axis = plot.values;
    chart.limits.iter().filter(move |limit| (axis.low..=axis.high).contains(&limit.value))
}

fn bars(chart: &Chart<'_>, plot: &Plot) -> Path {
    let mut path = Path::default();
    for bar in series::bars(&chart.bars, plot) {
        let (left, right, top) = (plot.x(bar.from), plot.x(bar.to), plot.y(bar.amount));
        path.area(left, top, narrower(right - left), plot.bottom - top);
    }
    path
}

/// Narrowest bar, in units of the box: a third of a pixel on a phone, which the stroke around it makes visible.
const BAR_LEAST: f64 = 1.0;

/// A bar leaves a tenth of its place free, so that neighbours can be told apart.
fn narrower(width: f64) -> f64 {
    (width * 0.9).max(BAR_LEAST)
}

fn rain(chart: &Chart<'_>, plot: &Plot) -> Path {
    let mut path = Path::default();
    let axis = rain_axis(chart);
    for bar in series::bars(&chart.rain, plot) {
        let (left, right) = (plot.x(bar.from), plot.x(bar.to));
        path.area(left, 0.0, narrower(right - left), axis.share(bar.amount) * plot.rain);
    }
    path
}

/// The axis of rain, from 0; of little rain it is long enough not to look like much.
fn rain_axis(chart: &Chart<'_>) -> ValueAxis {
    let amounts = chart.rain.iter().map(|bar| bar.amount.max(0.0));
    ValueAxis::of(amounts.chain([0.0]), 10.0)
}

fn lanes(chart: &Chart<'_>, plot: &Plot) -> String {
    let lanes = chart.lanes.iter().take(LANES_MAX);
    let mut apart = 0.5;
    let placed = |apart| lanes.clone().map(|lane| series::spans(lane.spans, plot, apart)).collect();
    let mut all: Vec<Vec<(f64, f64)>> = placed(apart);
    while all.iter().map(Vec::len).sum::<usize>() > SPANS_MAX && apart < SIZE {
        apart *= 2.0;
        all = placed(apart);
    }
    let mut out = String::new();
    for (number, spans) in all.iter().enumerate() {
        let mut ground = Path::default();
        ground.stroke(0.0, plot.lane(number), SIZE);
        out.push_str(&ground.element("c-lane"));
        let mut path = Path::default();
        for (from, to) in spans {
            path.stroke(*from, plot.lane(number), to - from);
        }
        out.push_str(&path.element("c-run"));
    }
    out
}

/// A place as a share of the size.
fn percent(place: f64) -> String {
    format!("{}%", number(place / SIZE * 100.0))
}

fn text(out: &mut String, class: &str, place: [&str; 2], shift: [&str; 2], words: &str) {
    let ([x, y], [dx, dy]) = (place, shift);
    write!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" dx=\"{dx}\" dy=\"{dy}\">{}</text>",
        escaped(words)
    )
    .expect("writing into a String does not fail");
}

fn value_labels(chart: &Chart<'_>, plot: &Plot) -> String {
    let mut out = String::new();
    for tick in plot.values.ticks() {
        let y = percent(plot.y(tick));
        text(&mut out, "c-value", ["0", &y], ["-6", "4"], &plot.values.label(tick));
        let second = chart.second.as_ref().and_then(|second| (second.at)(tick));
        if let Some(words) = second {
            text(&mut out, "c-second", ["100%", &y], ["6", "4"], &words);
        }
    }
    if plot.rain > 0.0 {
        let axis = rain_axis(chart);
        let words = words::rain_to(axis.label(axis.high)).to_string();
        text(&mut out, "c-rain-words", ["0", &percent(plot.rain)], ["4", "-4"], &words);
    }
    out
}

fn time_labels(chart: &Chart<'_>, plot: &Plot) -> String {
    let mut out = String::new();
    for (number, mark) in time_axis::marks(chart.span, chart.zone).into_iter().enumerate() {
        // On a phone there is room for every other one.
        let class = if number % 2 == 0 { "c-time" } else { "c-time wide" };
        text(&mut out, class, [&percent(plot.x(mark.at)), "100%"], ["0", "18"], &mark.words);
    }
    out
}

/// The words of limits stand above the ends of their lines, and below where the words of the one above are too near.
/// A line that is too short for them has none.
fn limit_labels(chart: &Chart<'_>, plot: &Plot) -> String {
    let long = |limit: &&Limit| plot.x(limit.span.1) - plot.x(limit.span.0) >= WORDS_LONG;
    let mut limits: Vec<(f64, f64, &Limit)> = shown_limits(chart, plot)
        .filter(long)
        .map(|limit| (plot.x(limit.span.1), plot.y(limit.value), limit))
        .collect();
    limits.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut out = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (x, y, limit) in limits {
        let near = before.is_some_and(|(end, above)| end >= x && y - above < WORDS_APART);
        let dy = if near { "13" } else { "-4" };
        // Below its line, the words end that much further down.
        before = Some((x, if near { y + WORDS_APART } else { y }));
        let class = format!("c-limit-words {}", limit.class);
        let place = [percent(x), percent(y)];
        text(&mut out, &class, [&place[0], &place[1]], ["-4", dy], &limit.words.to_string());
    }
    out
}

/// The numbers of the lanes; the legend says whose they are. One alone needs none.
fn lane_labels(chart: &Chart<'_>, plot: &Plot) -> String {
    let mut out = String::new();
    if chart.lanes.len() < 2 {
        return out;
    }
    for number in 0..chart.lanes.len().min(LANES_MAX) {
        let y = percent(plot.lane(number));
        text(&mut out, "c-value", ["0", &y], ["-6", "4"], &(number + 1).to_string());
    }
    out
}

/// The spans of corrections, hatched; no more than there are columns.
fn hatching(chart: &Chart<'_>, plot: &Plot, id: &str) -> String {
    let spans = series::spans(&chart.corrected, plot, SIZE / COLUMNS);
    if spans.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<defs><pattern id=\"{id}-hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
         <path class=\"c-hatch\" d=\"M0 8L8 0\"/></pattern></defs>"
    );
    for (from, to) in spans {
        let width = percent((to - from).max(SIZE / COLUMNS));
        write!(
            out,
            "<rect x=\"{}\" y=\"0\" width=\"{width}\" height=\"100%\" fill=\"url(#{id}-hatch)\"/>",
            percent(from)
        )
        .expect("writing into a String does not fail");
    }
    out
}

/// What the chart shows, in words: the lowest, the highest and the last value; of amounts their sum and the most.
fn brief(chart: &Chart<'_>) -> Text {
    let time = |at| match chart.by_days {
        true => day_at(at, chart.now, chart.zone),
        false => moment(at, chart.now, chart.zone),
    };
    let value = |value: f64| format!("{value:.*}", chart.decimals);
    let inside = |at| chart.span.0 <= at && at < chart.span.1;
    if chart.line.is_empty() && !chart.bars.is_empty() {
        let bars = chart.bars.iter().filter(|bar| bar.amount.is_finite() && inside(bar.from));
        let (sum, most) = bars.fold((0.0, 0.0f64), |(sum, most), bar| {
            (sum + bar.amount.clamp(-VALUE_MAX, VALUE_MAX), most.max(bar.amount))
        });
        return words::amounts(value(sum), value(most), &chart.unit);
    }
    let finite = |p: &&ChartPoint| p.min.is_finite() && p.max.is_finite();
    let points = || chart.line.iter().filter(finite).filter(|point| inside(point.from));
    let low = points().min_by(|a, b| a.min.total_cmp(&b.min));
    let high = points().max_by(|a, b| a.max.total_cmp(&b.max));
    let last = points().max_by_key(|point| point.from).filter(|point| point.mean.is_finite());
    match (low, high, last) {
        (Some(low), Some(high), Some(last)) => {
            let at = |value_of: f64, at| words::value_at(value(value_of), &chart.unit, time(at));
            let ends = [at(low.min, low.from), at(high.max, high.from), at(last.mean, last.from)];
            let [low, high, last] = ends;
            words::values(low, high, last)
        }
        _ => words::no_values(),
    }
}

fn legend(chart: &Chart<'_>, curves: &Curves) -> Vec<Key> {
    let plot = &curves.plot;
    let mut keys = Vec::new();
    let mut add = |there: bool, class: &str, words: Text| {
        if there {
            keys.push(Key { class: class.into(), words: words.into() });
        }
    };
    let named = |name: &Text| words::with_unit(name, &chart.unit);
    add(!curves.line.is_empty(), "k-line", named(&chart.name));
    let envelope = !series::envelope(&curves.line, plot).is_empty();
    add(envelope, "k-envelope", words::lowest_to_highest());
    add(!chart.bars.is_empty(), "k-bars", named(&chart.name));
    add(!curves.raw.is_empty(), "k-raw", words::as_it_came());
    add(!curves.last_year.is_empty(), "k-last-year", words::last_year());
    add(!curves.usual.is_empty(), "k-usual", words::usual_band());
    add(!chart.rain.is_empty(), "k-rain", words::rain_of_township());
    add(!series::doubtful(&curves.line, plot).is_empty(), "k-doubt", words::doubtful());
    add(!chart.corrected.is_empty(), "k-hatch", words::corrected());
    for (number, lane) in (1u32..).zip(chart.lanes.iter().take(LANES_MAX)) {
        let alone = chart.lanes.len() < 2;
        let words = if alone { words::it_ran(lane.name) } else { words::ran(number, lane.name) };
        add(true, "k-run", words);
    }
    let more = chart.lanes.len().saturating_sub(LANES_MAX);
    add(more > 0, "k-run", words::more_pumps(more));
    keys
}
