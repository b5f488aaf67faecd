//! From the overview to HTML: numbers become words in the language that is spoken, and the template engine escapes
//! every text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind, context};
use serde::Serialize;

use super::model::{GatewayRow, LostRow, Overview, SourceRow};
use crate::locales::{self, Lang, Text, full_moment, moment, moment_with_seconds, page as words};
use crate::water::{StationKind, Status};

/// A reading older than this is shown grey. Gateways poll every 5 minutes by default and may be late by a connection
/// window of an hour; at twice that nobody should take the level for today's. Engineering judgement.
const STALE_S: i64 = 2 * 3600;

/// The same in a simulation, whose hours pass in hundredths of a second: a reading takes simulated hours to reach the
/// page, and none of them is worth a warning.
const STALE_SIMULATED_S: i64 = 24 * 3600;

/// Less change than this is 平. Common level sensors resolve 1 cm (GB/T 11828): a slower change is lost in noise.
const STEADY_M_PER_DAY: f64 = 0.01;

/// Instructions that a rendering may take: enough for about a thousand sources, and a bound on a runaway template.
const FUEL: u64 = 5_000_000;

/// Size of the small chart, in SVG units.
const SPARK: (f64, f64) = (96.0, 24.0);

/// The compiled templates. They are part of the program and tested with it. Should one not compile, each rendering
/// reports it, and the hub goes on taking readings.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.set_fuel(Some(FUEL));
        environment.add_function("t", label);
        for (name, source) in SOURCES {
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    name,
                    "cannot compile a template of the page"
                );
            }
        }
        Self { environment }
    }

    pub(super) fn page(&self, overview: &Overview) -> Result<String, Error> {
        self.render("page", overview)
    }

    /// Only what changes from second to second.
    pub(super) fn fragment(&self, overview: &Overview) -> Result<String, Error> {
        self.render("fragment", overview)
    }

    fn render(&self, name: &str, overview: &Overview) -> Result<String, Error> {
        let view = View::of(overview);
        self.environment.get_template(name)?.render(context! { v => Serde(view) })
    }
}

const SOURCES: [(&str, &str); 2] =
    [("fragment", include_str!("fragment.html.j2")), ("page", include_str!("page.html.j2"))];

/// `t("name", n=3)` in a template: the label of that name. Without one the page does not render.
fn label(name: &str, arguments: Kwargs) -> Result<String, Error> {
    let mut values = Vec::new();
    for key in arguments.args() {
        values.push((key.to_owned(), arguments.peek::<Value>(key)?.to_string()));
    }
    let words = locales::label(&format!("page.{name}"), values);
    let unknown = || Error::new(ErrorKind::InvalidOperation, format!("unknown label {name}"));
    words.map(String::from).ok_or_else(unknown)
}

#[derive(Serialize)]
struct View {
    /// The language of all words, as the switch and its cookie name it.
    lang: Lang,
    /// The same as HTML names it.
    tag: &'static str,
    /// The language that the switch leads to.
    other: Lang,
    township: String,
    now: String,
    simulated: bool,
    tiles: Vec<Tile>,
    /// Sources without a status; their tile is shown only where there are any.
    unknown: usize,
    readings: String,
    energy: Option<String>,
    pumps_ran: u32,
    pumps_unit: Text,
    count: usize,
    villages: Vec<VillageView>,
    gateways: Vec<GatewayView>,
    problems: Vec<Text>,
    notes: Vec<Text>,
}

#[derive(Serialize)]
struct Tile {
    id: &'static str,
    name: Text,
    count: usize,
}

#[derive(Serialize)]
struct VillageView {
    name: String,
    count: Text,
    sources: Vec<SourceView>,
}

#[derive(Serialize)]
struct SourceView {
    id: String,
    name: String,
    kind: Text,
    status_id: &'static str,
    status: Text,
    level: Option<String>,
    storage: Option<String>,
    percent: Option<String>,
    share: Option<Text>,
    bar: Option<String>,
    trend_id: &'static str,
    trend: Text,
    trend_amount: Option<Text>,
    spark: Spark,
    age: Text,
    seen: String,
    stale: bool,
    note: Text,
}

#[derive(Serialize, Default)]
struct Spark {
    /// One list of points for each run of days with data.
    lines: Vec<String>,
    /// The last day with data, as a dot.
    dot: Option<[String; 2]>,
    /// The chart in words, for readers who cannot see it.
    label: Text,
}

#[derive(Serialize)]
struct GatewayView {
    id: String,
    online: bool,
    seen: Text,
    epoch: String,
    committed_to: String,
    gaps: Option<Text>,
    clock_unset: bool,
    lost: Vec<Text>,
    notes: Vec<Text>,
}

/// The statuses of the tiles: the worst last, and none.
const STATUSES: [Option<Status>; 6] = [
    Some(Status::Normal),
    Some(Status::Low),
    Some(Status::Warn),
    Some(Status::Guard),
    Some(Status::Dry),
    None,
];

/// A status as its tile names it, of all kinds of sources.
fn tile_name(status: Option<Status>) -> Text {
    match status {
        None => words::no_status(),
        Some(Status::Dry) => words::dry_or_no_flow(),
        Some(status) => status.name(StationKind::Pond),
    }
}

/// Id of a status in style sheets.
fn status_id(status: Option<Status>) -> &'static str {
    status.map_or("none", Status::id)
}

impl View {
    fn of(overview: &Overview) -> Self {
        let zone = &overview.zone;
        let (lang, totals) = (Lang::current(), &overview.totals);
        let count = |status| overview.sources.iter().filter(|row| row.status == status).count();
        let tiles = STATUSES.map(|status| Tile {
            id: status_id(status),
            name: tile_name(status),
            count: count(status),
        });
        Self {
            lang,
            tag: lang.tag(),
            other: match lang {
                Lang::Chinese => Lang::English,
                Lang::English => Lang::Chinese,
            },
            township: overview.township.clone(),
            now: full_moment(overview.now, zone).to_string(),
            simulated: overview.simulated,
            unknown: count(None),
            tiles: tiles.into(),
            readings: grouped(totals.readings),
            energy: totals
                .energy_kwh
                .filter(|x| x.is_finite())
                .map(|kwh| grouped(kwh.round().max(0.0) as u64)),
            pumps_ran: totals.pumps_ran,
            pumps_unit: if totals.pumps_ran == 1 { words::one_pump() } else { words::pumps() },
            count: overview.sources.len(),
            villages: villages(overview),
            gateways: overview
                .gateways
                .iter()
                .map(|row| GatewayView::of(row, overview.now, zone))
                .collect(),
            problems: overview.problems.clone(),
            notes: overview.notes.clone(),
        }
    }
}

fn villages(overview: &Overview) -> Vec<VillageView> {
    let mut villages: Vec<VillageView> = Vec::new();
    for row in &overview.sources {
        let source = SourceView::of(row, overview);
        match villages.iter_mut().find(|v| v.name == row.village) {
            Some(village) => village.sources.push(source),
            None => villages.push(VillageView {
                name: row.village.clone(),
                count: Text::default(),
                sources: vec![source],
            }),
        }
    }
    for village in &mut villages {
        village.count = match village.sources.len() {
            1 => words::one_source(),
            n => words::sources(n),
        };
    }
    villages
}

impl SourceView {
    fn of(row: &SourceRow, overview: &Overview) -> Self {
        let (now, zone) = (overview.now, &overview.zone);
        let stale_s = if overview.simulated { STALE_SIMULATED_S } else { STALE_S };
        let stale = row.age_s.is_none_or(|age| age > stale_s);
        let (trend_id, trend) = match row.trend_m_per_day {
            None => ("none", Text::verbatim("—")),
            Some(rate) if rate >= STEADY_M_PER_DAY => ("rise", words::rising()),
            Some(rate) if rate <= -STEADY_M_PER_DAY => ("fall", words::falling()),
            Some(_) => ("steady", words::steady()),
        };
        let share = row.share_of_normal.filter(|share| share.is_finite());
        let percent = share.map(|share| format!("{:.0}", share * 100.0));
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            kind: row.kind.name(),
            status_id: status_id(row.status),
            status: row.status.map_or_else(words::no_status, |status| status.name(row.kind)),
            level: row.level_m.map(|level| format!("{level:.2}")),
            storage: row.storage_m3.map(|volume| grouped(volume.round().max(0.0) as u64)),
            share: percent.as_ref().map(words::share_of_normal),
            percent,
            bar: share.map(|share| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0)),
            trend_id,
            trend,
            trend_amount: row
                .trend_m_per_day
                .filter(|rate| rate.abs() >= STEADY_M_PER_DAY)
                .map(|rate| words::per_day(format!("{:.0}", rate.abs() * 100.0))),
            spark: spark(&row.spark),
            age: match row.observed_at {
                None => words::no_data_yet(),
                Some(at) if stale => words::no_data_since(moment(at, now, zone)),
                Some(_) => age(row.age_s.unwrap_or(0)),
            },
            seen: row.observed_at.map(|at| full_moment(at, zone).into()).unwrap_or_default(),
            stale,
            note: row.note.clone(),
        }
    }
}

impl GatewayView {
    fn of(row: &GatewayRow, now: Timestamp, zone: &TimeZone) -> Self {
        let seen = row.last_seen.map(|at| moment_with_seconds(at, now, zone));
        Self {
            id: row.id.clone(),
            online: row.online,
            seen: seen.unwrap_or_else(words::never),
            epoch: row.epoch.clone(),
            committed_to: grouped(row.committed_to),
            gaps: gaps(row),
            clock_unset: row.clock_unset,
            lost: row.lost.iter().map(|lost| lost_words(lost, now, zone)).collect(),
            notes: row.notes.clone(),
        }
    }
}

/// The missing batches of a gateway; `None` where none is missing.
fn gaps(row: &GatewayRow) -> Option<Text> {
    if row.gaps.is_empty() && row.more_gaps == 0 {
        return None;
    }
    let named = Text::list(&row.gaps);
    Some(if row.more_gaps == 0 { named } else { words::and_more(named, grouped(row.more_gaps)) })
}

fn lost_words(lost: &LostRow, now: Timestamp, zone: &TimeZone) -> Text {
    let readings = match lost.readings {
        None => words::readings_unknown(),
        Some(1) => words::one_reading(),
        Some(n) => words::readings(grouped(n)),
    };
    let [from, to] = [lost.from, lost.to].map(|at| moment(at, now, zone));
    words::lost(from, to, readings, &lost.why)
}

/// How long ago, in the largest unit that fits.
fn age(seconds: i64) -> Text {
    match seconds {
        ..60 => words::seconds_ago(seconds.max(0)),
        60..3600 => words::minutes_ago(seconds / 60),
        _ => words::hours_ago(seconds / 3600),
    }
}

/// A whole number with a thin space between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// The small chart: a line for each run of days with data, a gap where there is none.
fn spark(levels: &[Option<f64>]) -> Spark {
    let levels: Vec<_> = levels.iter().map(|level| level.filter(|x| x.is_finite())).collect();
    let known = || levels.iter().flatten().copied();
    let (Some(low), Some(high)) = (known().reduce(f64::min), known().reduce(f64::max)) else {
        return Spark { label: words::no_status(), ..Spark::default() };
    };
    // A still source is a line in the middle, not noise blown up to the full height.
    let span = (high - low).max(2.0 * STEADY_M_PER_DAY);
    let middle = (high + low) / 2.0;
    let (width, height) = SPARK;
    let step = (width - 4.0) / (levels.len().max(2) - 1) as f64;
    let place = |index: usize, level: f64| {
        let y = height / 2.0 - (level - middle) / span * (height - 6.0);
        [format!("{:.1}", 2.0 + index as f64 * step), format!("{y:.1}")]
    };
    let mut lines: Vec<String> = Vec::new();
    let mut dot = None;
    let mut before = false;
    for (index, level) in levels.iter().enumerate() {
        if let Some(level) = level {
            let [x, y] = place(index, *level);
            match lines.last_mut().filter(|_| before) {
                Some(line) => line.push_str(&format!(" {x},{y}")),
                None => lines.push(format!("{x},{y}")),
            }
            dot = Some([x, y]);
        }
        before = level.is_some();
    }
    let [low, high] = [low, high].map(|level| format!("{level:.2}"));
    Spark { lines, dot, label: words::levels_of_days(levels.len(), low, high) }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
