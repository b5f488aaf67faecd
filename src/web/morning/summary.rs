//! The township in a few lines: drought grade and why, rain, storage, people, pumps, and what works and what does not.

use jiff::civil::Date;
use serde::Serialize;

use super::changes::grade_id;
use crate::account::{DroughtDay, Morning, Pumped, Rain, RainWindow, Stored};
use crate::core::Period;
use crate::locales::{Text, full_day, page, page_morning as words};
use crate::water::Reason;
use crate::web::format::{day, grouped, total, whole};
use crate::web::model::Overview;

/// The drought grade and why it is that.
#[derive(Serialize)]
pub(super) struct GradeView {
    id: &'static str,
    words: Text,
    /// Whose grade it is, where it is not that of the day of the page.
    of_day: Option<Text>,
    /// The first of the reasons in short, as it decides the grade.
    first: Option<Text>,
    reasons: Vec<ReasonView>,
    /// What the grade does not have in it.
    lacks: Vec<Text>,
}

#[derive(Serialize)]
struct ReasonView {
    id: &'static str,
    grade: Text,
    what: Text,
    source: Text,
}

/// A number with what it is, and what a reader has to know beside it.
#[derive(Serialize)]
pub(super) struct Tile {
    id: &'static str,
    name: Text,
    value: Text,
    unit: &'static str,
    notes: Vec<Text>,
    /// Nothing that calls for anybody: it steps back.
    calm: bool,
}

impl Tile {
    fn new(name: Text, value: Text, unit: &'static str, notes: Vec<Text>) -> Self {
        let calm = ["—", "0", "0.0"].iter().any(|calm| value == Text::verbatim(calm));
        Self { id: "", name, value, unit, notes, calm }
    }
}

/// Something that works or does not.
#[derive(Serialize)]
pub(super) struct State {
    id: &'static str,
    words: Text,
    link: &'static str,
}

impl GradeView {
    pub(super) fn of(morning: &Morning) -> Self {
        let Some(today) = &morning.today else {
            return Self {
                id: "none",
                words: page::not_known(),
                of_day: None,
                first: None,
                reasons: Vec::new(),
                lacks: morning.lacking.clone(),
            };
        };
        let mut lacks: Vec<Text> = Vec::new();
        for missing in &today.missing {
            let lack = words::no_value_of(missing.index.name());
            if !lacks.contains(&lack) {
                lacks.push(lack);
            }
        }
        lacks.extend(morning.lacking.iter().cloned());
        Self {
            id: today.grade.map_or("none", grade_id),
            words: grade_words(today),
            of_day: (today.day != morning.day).then(|| words::as_of(day(today.day))),
            first: deciding(today).map(|reason| ReasonView::of(reason).what),
            reasons: today.reasons.iter().map(ReasonView::of).collect(),
            lacks,
        }
    }
}

/// The reason whose grade is that of the day.
fn deciding(today: &DroughtDay) -> Option<&Reason> {
    today.reasons.iter().find(|reason| Some(reason.grade) == today.grade)
}

fn grade_words(today: &DroughtDay) -> Text {
    match today.grade {
        None => page::not_known(),
        Some(grade) if today.at_least => words::grade_at_least(grade.name()),
        Some(grade) => grade.name(),
    }
}

impl ReasonView {
    fn of(reason: &Reason) -> Self {
        let value = match reason.value {
            None => words::without_value(),
            Some(value) if reason.or_more => page::at_least(format!("{value:.0}")),
            Some(value) => Text::verbatim(format_args!("{value:.0}")),
        };
        let what = Text::chain([reason.index.name(), value]);
        Self {
            id: grade_id(reason.grade),
            grade: reason.grade.name(),
            what: if reason.held { words::held(what, reason.clear_days) } else { what },
            source: words::rule_from(&reason.source, format!("{:.1}", reason.confidence)),
        }
    }
}

/// Storage, rain and pumps, as tiles.
pub(super) fn tiles(overview: &Overview) -> Vec<Tile> {
    let mut tiles = Vec::new();
    if let Some(morning) = overview.morning.as_deref() {
        tiles.push(stored(&morning.stored));
        tiles.extend(rain(&morning.rain));
    }
    tiles.push(running(overview));
    if let Some(morning) = overview.morning.as_deref() {
        tiles.extend(pumped(words::yesterday(), &morning.yesterday));
        if let Some((period, all)) = &morning.event {
            tiles.extend(pumped(of_event(*period, morning.day), all));
        }
    }
    tiles
}

/// The days of the drought event: since when, or until when where it is over; with their years where those are others.
fn of_event(event: Period, today: Date) -> Text {
    let dated = |of: Date| if of.year() == today.year() { day(of) } else { full_day(of) };
    match event.to < today {
        true => words::over_event(dated(event.from), dated(event.to)),
        false => words::since_event(dated(event.from)),
    }
}

fn dash() -> Text {
    Text::verbatim("—")
}

/// The tile of a rainless spell and of the rain of a day, a week and a month.
fn rain(rain: &Rain) -> Vec<Tile> {
    let dry = rain.rainless.map(|(days, more)| {
        let days = grouped(days.into());
        if more { page::at_least(days) } else { Text::verbatim(days) }
    });
    let millimetres = |mm: Option<f64>| {
        mm.filter(|mm| mm.is_finite())
            .map_or_else(dash, |mm| Text::verbatim(format_args!("{mm:.1}")))
    };
    let window = |name: Text, window: &RainWindow| {
        let usual = window.usual_mm.filter(|mm| mm.is_finite());
        let usual = usual.map(|mm| words::usual_rain(format!("{mm:.0}")));
        let without = (window.days_without > 0).then(|| words::days_without(window.days_without));
        let notes = usual.into_iter().chain(without).collect();
        Tile::new(name, millimetres(window.mm), "mm", notes)
    };
    vec![
        Tile::new(words::rainless_days(), dry.unwrap_or_else(dash), "", Vec::new()),
        Tile::new(words::rain_of_day(), millimetres(rain.hours_24_mm), "mm", Vec::new()),
        window(words::rain_of_days(7), &rain.days_7),
        window(words::rain_of_days(30), &rain.days_30),
    ]
}

/// `part` as a share of `of`, %; `None` where there is none.
fn percent(part: f64, of: f64) -> Option<String> {
    let share = part / of * 100.0;
    (of > 0.0 && share.is_finite()).then(|| format!("{share:.0}"))
}

fn stored(stored: &Stored) -> Tile {
    let mut notes = Vec::new();
    if let (Some(now), Some(normal)) = (stored.now_m3, stored.normal_m3) {
        notes.extend(percent(now, normal).map(words::of_normal));
    }
    if let Some((usual, now, years)) = stored.usual {
        notes.extend(percent(now, usual).map(|share| words::of_usual(share, years)));
    }
    if let Some((last_year, now)) = stored.last_year {
        notes.extend(percent(now, last_year).map(words::of_last_year));
    }
    if stored.counted < stored.of {
        notes.push(words::counted(stored.counted, stored.of));
    }
    let value = stored.now_m3.map_or_else(dash, |m3| Text::verbatim(whole(m3)));
    Tile::new(words::stored(), value, "m³", notes)
}

/// The people behind drinking sources that are low.
pub(super) fn drinking(morning: &Morning) -> Tile {
    let drinking = &morning.drinking;
    let mut notes = vec![words::of_persons(grouped(drinking.persons.into()))];
    if drinking.sources_low > 0 {
        notes.push(words::low_sources(drinking.sources_low));
    }
    if drinking.sources_unknown > 0 {
        notes.push(words::persons_unknown(
            grouped(drinking.persons_unknown.into()),
            drinking.sources_unknown,
        ));
    }
    let low = counted(drinking.persons_low, drinking.persons_unknown);
    let id = if drinking.persons_low > 0 { "guard" } else { "" };
    Tile { id, ..Tile::new(words::persons_low(), low, "", notes) }
}

fn running(overview: &Overview) -> Tile {
    let totals = &overview.totals;
    let unknown = totals.pumps_unknown;
    let notes = (unknown > 0).then(|| words::pumps_unknown(unknown)).into_iter().collect();
    Tile::new(words::pumps_running(), counted(totals.pumps_running, unknown), "", notes)
}

/// A number of which `unknown` more may be: none that is known of is not zero.
fn counted(known: u32, unknown: u32) -> Text {
    match (known, unknown) {
        (known, 0) => Text::verbatim(grouped(known.into())),
        (0, _) => Text::verbatim("—"),
        (known, _) => page::at_least(grouped(known.into())),
    }
}

/// The tiles of electricity and of water over `when`.
fn pumped(when: Text, pumped: &Pumped) -> [Tile; 2] {
    let ran = match pumped.open {
        0 => words::pumps_ran(pumped.ran, pumped.pumps),
        open => words::pumps_ran_open(pumped.ran, pumped.pumps, open),
    };
    let tile = |name: Text, unit, sum, note: Option<Text>| {
        let (value, bounds) = total(sum);
        let missing = (!sum.missing.is_empty()).then(|| words::missing(sum.missing.len()));
        // Of what has no value, only a bound says more than the pumps without data do.
        let says_more = sum.value.is_some() || sum.bounds[1].is_finite();
        let bounds = (says_more && !bounds.is_empty()).then_some(bounds);
        let is_number = sum.value.is_some() && value != page::not_known();
        let unit = if is_number { unit } else { "" };
        let notes = bounds.into_iter().chain(missing).chain(note).collect();
        Tile::new(name, value, unit, notes)
    };
    [
        tile(words::electricity(&when), "kWh", &pumped.energy_kwh, Some(ran)),
        tile(words::water_lifted(&when), "m³", &pumped.volume_m3, None),
    ]
}

/// Findings, gateways, broker and server, the troubles first.
pub(super) fn states(overview: &Overview) -> Vec<State> {
    let silent = overview.gateways.iter().filter(|row| !row.online).count();
    let all = overview.gateways.len();
    let mut states = vec![
        match silent {
            0 if all == 0 => State { id: "none", words: words::no_gateways(), link: "/gateways" },
            0 => State { id: "normal", words: words::gateways_online(all), link: "/gateways" },
            n => State { id: "guard", words: words::gateways_silent(n, all), link: "/gateways" },
        },
        match overview.broker {
            true => State { id: "normal", words: words::broker_connected(), link: "" },
            false => State { id: "guard", words: words::broker_lost(), link: "" },
        },
    ];
    if let Some(age) = overview.copy_age_s {
        let words = words::copy_age(crate::web::format::rough_age(age));
        states.push(State {
            id: if age < COPY_LATE_S { "normal" } else { "warn" },
            words,
            link: "",
        });
    }
    if let Some([errors, others]) = overview.findings {
        let id = match (errors, others) {
            (0, 0) => "normal",
            (0, _) => "low",
            _ => "warn",
        };
        let words = match (errors, others) {
            (0, 0) => words::no_findings(),
            (errors, others) => words::findings(errors, others),
        };
        states.push(State { id, words, link: "/report/drought-relief.html" });
    }
    states
}

/// A copy of a server's readings that is older is late: when the hub's own health says so, too.
const COPY_LATE_S: i64 = 300;
