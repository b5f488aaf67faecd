//! From the overview to what the page shows.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::asked::{Asked, By};
use super::changes::Changes;
use super::map::{Map, map};
use super::rows::{Choice, Group, STATUSES, choices, count, groups, unfilled, worst_first};
use super::summary::{GradeView, State, Tile, drinking, states, tiles};
use crate::core::StationId;
use crate::locales::{Text, full_moment, moment, page_morning as words};
use crate::water::{StationKind, Status};
use crate::web::alarms::state_of;
use crate::web::format::{status_id, status_name};
use crate::web::gateways::LostRow;
use crate::web::model::Overview;
use crate::wire::GatewayReport;

/// How long grade, changes and sums are good for without a word: they are worked out anew each hour.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(90);

/// Open alarms that stand at the head of the page; all of them are a click away. Engineering judgement: they must not
/// push down what the page is for.
const ALARMS_MAX: usize = 5;

/// What is live of the page.
#[derive(Serialize)]
pub(super) struct View {
    now: Text,
    now_in_full: Text,
    /// For when grade, changes and sums were worked out, where that is longer ago than they are good for.
    worked_out: Option<Text>,
    problems: Vec<Text>,
    /// The gravest alarms that are open, and how many more are.
    alarms: Vec<AlarmLine>,
    more_alarms: usize,
    notes: Vec<Text>,
    grade: Option<GradeView>,
    drinking: Option<Tile>,
    tiles: Vec<Tile>,
    states: Vec<State>,
    /// `None` before they are worked out for the first time.
    changes: Option<Changes>,
    statuses: Vec<StatusCount>,
    /// Sources of the township, and those that are shown.
    all: usize,
    count: Text,
    filtered: bool,
    tabs: Vec<Tab>,
    by: &'static str,
    villages: Vec<Choice>,
    kinds: Vec<Choice>,
    groups: Vec<Group>,
    /// Columns of the table that no row fills, from 1.
    unfilled: Vec<usize>,
    map: Option<Map>,
}

/// An alarm that is open.
#[derive(Serialize)]
struct AlarmLine {
    state: &'static str,
    kind: Text,
    name: Text,
    /// The station that it is of, where it is of one.
    station: Option<String>,
    said: Text,
    since: Text,
    acknowledged: bool,
}

/// How many sources have a status, with a link to those.
#[derive(Serialize)]
struct StatusCount {
    id: &'static str,
    name: Text,
    count: usize,
    chosen: bool,
    /// Shows only these; where it does already, all again.
    link: String,
}

/// A way to arrange the sources.
#[derive(Serialize)]
struct Tab {
    name: Text,
    link: String,
    here: bool,
}

impl View {
    pub(super) fn of(overview: &Overview, asked: &Asked) -> Self {
        let rows = worst_first(overview, asked);
        let [villages, kinds] = choices(overview, asked);
        let morning = overview.morning.as_deref();
        Self {
            now: moment(overview.now, overview.now, &overview.zone),
            now_in_full: full_moment(overview.now, &overview.zone),
            worked_out: morning
                .filter(|morning| overview.now.duration_since(morning.at) >= GOOD_FOR)
                .map(|morning| words::worked_out(moment(morning.at, overview.now, &overview.zone))),
            problems: overview.problems.clone(),
            alarms: alarms(overview),
            more_alarms: overview.alarms.open.len().saturating_sub(ALARMS_MAX),
            notes: overview.notes.clone(),
            grade: morning.map(GradeView::of),
            drinking: morning.map(drinking),
            tiles: tiles(overview),
            states: states(overview),
            changes: morning.map(|morning| Changes::of(morning, overview)),
            statuses: statuses(overview, asked),
            all: overview.sources.len(),
            count: count(rows.len()),
            filtered: asked.filters(),
            tabs: tabs(asked),
            by: asked.by.id(),
            villages,
            kinds,
            groups: groups(overview, asked, &rows),
            unfilled: unfilled(&rows),
            map: map(&rows),
        }
    }
}

fn alarms(overview: &Overview) -> Vec<AlarmLine> {
    let open = overview.alarms.open.iter().take(ALARMS_MAX);
    let line = open.map(|alarm| AlarmLine {
        state: state_of(alarm.kind),
        kind: alarm.kind.name(),
        name: alarm.name.clone(),
        station: alarm.station.as_ref().map(ToString::to_string),
        said: alarm.said.clone(),
        since: moment(alarm.raised_at, overview.now, &overview.zone),
        acknowledged: alarm.acknowledged,
    });
    line.collect()
}

fn statuses(overview: &Overview, asked: &Asked) -> Vec<StatusCount> {
    let of = |status| {
        let id = status_id(status);
        let chosen = asked.status == id;
        let filter = if chosen { String::new() } else { id.to_owned() };
        StatusCount {
            id,
            name: match status {
                Some(Status::Dry) => words::dry_or_no_flow(),
                status => status_name(status, StationKind::Pond),
            },
            count: overview.sources.iter().filter(|row| row.status == status).count(),
            chosen,
            link: Asked { status: filter, ..asked.clone() }.address(false),
        }
    };
    STATUSES.map(of).into()
}

fn tabs(asked: &Asked) -> Vec<Tab> {
    let tab = |by: By| Tab {
        name: match by {
            By::Status => words::by_status(),
            By::Village => words::by_village(),
            By::Kind => words::by_kind(),
        },
        link: Asked { by, ..asked.clone() }.address(false),
        here: asked.by == by,
    };
    By::ALL.map(tab).into()
}

/// What readers see of an overview, apart from the moment of it: if it is the same, nobody has to be told.
#[derive(Serialize)]
pub(super) struct Seen<'a> {
    view: View,
    gateways: Vec<GatewaySeen<'a>>,
}

/// What readers see of a gateway, without the counters that every message moves.
#[derive(Serialize)]
struct GatewaySeen<'a> {
    id: &'a str,
    online: bool,
    gaps: &'a [String],
    more_gaps: u64,
    clock_unset: bool,
    lost: &'a [LostRow],
    revoked_since: Option<Timestamp>,
    declared: &'a [StationId],
    pinned: &'a [StationId],
    notes: &'a [Text],
    /// Its status of itself, which comes every few minutes.
    report: Option<&'a GatewayReport>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(overview: &'a Overview) -> Self {
        let mut view = View::of(overview, &Asked::default());
        (view.now, view.now_in_full) = Default::default();
        let gateways = overview.gateways.iter().map(|row| GatewaySeen {
            id: &row.id,
            online: row.online,
            gaps: &row.gaps,
            more_gaps: row.more_gaps,
            clock_unset: row.clock_unset,
            lost: &row.lost,
            revoked_since: row.revoked_since,
            declared: &row.declared,
            pinned: &row.pinned,
            notes: &row.notes,
            report: row.report.as_ref(),
        });
        Self { view, gateways: gateways.collect() }
    }
}
