//! From the overview to HTML: numbers become words, and the template engine escapes every text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use super::model::{GatewayRow, LostRow, Overview, SourceRow};
use crate::water::Status;

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

#[derive(Debug, thiserror::Error)]
#[error("cannot render the page of water sources")]
pub(super) struct PageError {
    source: minijinja::Error,
}

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
        for (name, source) in
            [("fragment", include_str!("fragment.html.j2")), ("page", include_str!("page.html.j2"))]
        {
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

    pub(super) fn page(&self, overview: &Overview) -> Result<String, PageError> {
        self.render("page", overview)
    }

    /// Only what changes from second to second.
    pub(super) fn fragment(&self, overview: &Overview) -> Result<String, PageError> {
        self.render("fragment", overview)
    }

    fn render(&self, name: &str, overview: &Overview) -> Result<String, PageError> {
        let view = View::of(overview);
        self.environment
            .get_template(name)
            .and_then(|template| template.render(context! { v => Serde(view) }))
            .map_err(|source| PageError { source })
    }
}

#[derive(Serialize)]
struct View {
    township: String,
    now: String,
    simulated: bool,
    tiles: Vec<Tile>,
    /// Sources without a status; their tile is shown only where there are any.
    unknown: usize,
    readings: String,
    energy: Option<String>,
    pumps_ran: u32,
    count: usize,
    villages: Vec<VillageView>,
    gateways: Vec<GatewayView>,
}

#[derive(Serialize)]
struct Tile {
    id: &'static str,
    name: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct VillageView {
    name: String,
    sources: Vec<SourceView>,
}

#[derive(Serialize)]
struct SourceView {
    id: String,
    name: String,
    kind: &'static str,
    status_id: &'static str,
    status: &'static str,
    level: Option<String>,
    storage: Option<String>,
    percent: Option<String>,
    bar: Option<String>,
    trend_id: &'static str,
    trend: &'static str,
    trend_amount: Option<String>,
    spark: Spark,
    age: String,
    seen: String,
    stale: bool,
    note: String,
}

#[derive(Serialize, Default)]
struct Spark {
    /// One list of points for each run of days with data.
    lines: Vec<String>,
    /// The last day with data, as a dot.
    dot: Option<[String; 2]>,
    /// The chart in words, for readers who cannot see it.
    label: String,
}

#[derive(Serialize)]
struct GatewayView {
    id: String,
    online: bool,
    seen: String,
    epoch: String,
    committed_to: String,
    gaps: Vec<String>,
    clock_unset: bool,
    lost: Vec<String>,
}

/// The statuses with the words of their tiles, the worst last, and none.
const STATUSES: [(Option<Status>, &str); 6] = [
    (Some(Status::Normal), "正常"),
    (Some(Status::Low), "偏低"),
    (Some(Status::Warn), "旱警"),
    (Some(Status::Guard), "旱保"),
    (Some(Status::Dry), "干涸断流"),
    (None, NO_STATUS),
];

const NO_STATUS: &str = "无数据";

/// Id of a status in style sheets.
fn status_id(status: Option<Status>) -> &'static str {
    status.map_or("none", Status::id)
}

impl View {
    fn of(overview: &Overview) -> Self {
        let zone = &overview.zone;
        let count = |status| overview.sources.iter().filter(|row| row.status == status).count();
        let mut villages: Vec<VillageView> = Vec::new();
        for row in &overview.sources {
            let source = SourceView::of(row, overview);
            match villages.iter_mut().find(|v| v.name == row.village) {
                Some(village) => village.sources.push(source),
                None => {
                    villages.push(VillageView { name: row.village.clone(), sources: vec![source] });
                }
            }
        }
        let tiles = STATUSES.map(|(status, name)| Tile {
            id: status_id(status),
            name,
            count: count(status),
        });
        Self {
            township: overview.township.clone(),
            now: instant(overview.now, zone, "%Y-%m-%d %H:%M:%S %:z"),
            simulated: overview.simulated,
            unknown: count(None),
            tiles: tiles.into(),
            readings: grouped(overview.totals.readings),
            energy: overview
                .totals
                .energy_kwh
                .filter(|x| x.is_finite())
                .map(|kwh| grouped(kwh.round().max(0.0) as u64)),
            pumps_ran: overview.totals.pumps_ran,
            count: overview.sources.len(),
            villages,
            gateways: overview.gateways.iter().map(|row| GatewayView::of(row, zone)).collect(),
        }
    }
}

impl SourceView {
    fn of(row: &SourceRow, overview: &Overview) -> Self {
        let (now, zone) = (overview.now, &overview.zone);
        let stale_s = if overview.simulated { STALE_SIMULATED_S } else { STALE_S };
        let stale = row.age_s.is_none_or(|age| age > stale_s);
        let (trend_id, trend) = match row.trend_m_per_day {
            None => ("none", "—"),
            Some(rate) if rate >= STEADY_M_PER_DAY => ("rise", "↑ 涨"),
            Some(rate) if rate <= -STEADY_M_PER_DAY => ("fall", "↓ 落"),
            Some(_) => ("steady", "→ 平"),
        };
        let share = row.share_of_normal.filter(|share| share.is_finite());
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            kind: row.kind.name_zh(),
            status_id: status_id(row.status),
            status: row.status.map_or(NO_STATUS, |status| status.name_zh(row.kind)),
            level: row.level_m.map(|level| format!("{level:.2}")),
            storage: row.storage_m3.map(|volume| grouped(volume.round().max(0.0) as u64)),
            percent: share.map(|share| format!("{:.0}", share * 100.0)),
            bar: share.map(|share| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0)),
            trend_id,
            trend,
            trend_amount: row
                .trend_m_per_day
                .filter(|rate| rate.abs() >= STEADY_M_PER_DAY)
                .map(|rate| format!("{:.0} cm/天", rate.abs() * 100.0)),
            spark: spark(&row.spark),
            age: match row.observed_at {
                None => "尚无数据".into(),
                Some(at) if stale => format!("自 {} 起无数据", short(at, now, zone)),
                Some(_) => age(row.age_s.unwrap_or(0)),
            },
            seen: row
                .observed_at
                .map(|at| instant(at, zone, "%Y-%m-%d %H:%M:%S %:z"))
                .unwrap_or_default(),
            stale,
            note: row.note.clone(),
        }
    }
}

impl GatewayView {
    fn of(row: &GatewayRow, zone: &TimeZone) -> Self {
        Self {
            id: row.id.clone(),
            online: row.online,
            seen: row
                .last_seen
                .map(|at| instant(at, zone, "%Y-%m-%d %H:%M:%S"))
                .unwrap_or_else(|| "从未".into()),
            epoch: row.epoch.clone(),
            committed_to: grouped(row.committed_to),
            gaps: row.gaps.clone(),
            clock_unset: row.clock_unset,
            lost: row.lost.iter().map(|lost| lost_words(lost, zone)).collect(),
        }
    }
}

fn lost_words(lost: &LostRow, zone: &TimeZone) -> String {
    let from = instant(lost.from, zone, "%Y-%m-%d %H:%M");
    let to = instant(lost.to, zone, "%Y-%m-%d %H:%M");
    let readings = lost
        .readings
        .map_or("数量不明".into(), |readings| format!("{} 个读数", grouped(readings)));
    format!("{from} 至 {to} {readings}（{}）", lost.why)
}

fn instant(at: Timestamp, zone: &TimeZone, form: &str) -> String {
    at.to_zoned_datetime(zone.clone()).strftime(form).to_string()
}

/// An instant without its year, where that is the year of `now`.
fn short(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let this_year =
        at.to_zoned_datetime(zone.clone()).year() == now.to_zoned_datetime(zone.clone()).year();
    instant(at, zone, if this_year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" })
}

/// How long ago, in the largest unit that fits.
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} 秒前", seconds.max(0)),
        60..3600 => format!("{} 分钟前", seconds / 60),
        _ => format!("{} 小时前", seconds / 3600),
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
        return Spark { label: "无数据".into(), ..Spark::default() };
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
    Spark { lines, dot, label: format!("{} 天水位，{low:.2} 至 {high:.2} 米", levels.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::StationKind;

    fn row() -> SourceRow {
        SourceRow {
            id: "pond-1".parse().unwrap(),
            name: String::new(),
            kind: StationKind::Pond,
            village: String::new(),
            level_m: None,
            storage_m3: None,
            share_of_normal: None,
            status: None,
            trend_m_per_day: None,
            observed_at: None,
            age_s: None,
            note: String::new(),
            spark: Vec::new(),
        }
    }

    #[test]
    fn words_for_numbers() {
        assert_eq!(grouped(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(grouped(12), "12");
        assert_eq!(age(-3), "0 秒前");
        assert_eq!(age(59), "59 秒前");
        assert_eq!(age(3599), "59 分钟前");
        assert_eq!(age(7200), "2 小时前");
    }

    #[test]
    fn the_chart_breaks_where_data_is_missing() {
        let chart = spark(&[Some(1.0), Some(0.9), None, Some(0.5), Some(f64::NAN)]);
        assert_eq!(chart.lines.len(), 2);
        assert_eq!(chart.dot.unwrap()[0], "71.0");
        assert_eq!(spark(&[None, None]).lines.len(), 0);
        assert_eq!(spark(&[Some(3.0)]).lines, ["2.0,12.0"]);
    }

    #[test]
    fn a_thousand_sources_render_within_the_fuel() {
        let row = SourceRow { level_m: Some(1.0), spark: vec![Some(1.0); 107], ..row() };
        let overview = Overview {
            sources: (0..1000)
                .map(|i| SourceRow { village: format!("{}", i / 10), ..row.clone() })
                .collect(),
            ..Overview::default()
        };
        let page = Templates::new().page(&overview).unwrap();
        assert_eq!(page.matches("class=\"source ").count(), 1000);
    }

    #[test]
    fn a_trend_within_the_sensor_resolution_is_steady() {
        let trend = |rate| {
            let row = SourceRow { trend_m_per_day: rate, ..row() };
            SourceView::of(&row, &Overview::default()).trend
        };
        assert_eq!(trend(Some(-0.05)), "↓ 落");
        assert_eq!(trend(Some(0.02)), "↑ 涨");
        assert_eq!(trend(Some(0.004)), "→ 平");
        assert_eq!(trend(None), "—");
    }
}
