//! Page, morning, drought and report say the same of every source and pump, for each day: of random townships,
//! through a real store.

use std::path::Path;
use std::sync::Arc;

use hanqing::account::{ChangeKind, Entry, EntryCode, Morning, SourceAccount, SourceState};
use hanqing::core::{
    Correction, CorrectionKind, Flag, Outcome, Parameter, Period, Reading, Reason, Series,
    StationId,
};
use hanqing::figures::{FigureId, Statement};
use hanqing::hub::{
    self, HubSettings, HubState, LedgerSettings, Mornings, OverviewSource, Overviews,
    StoreSettings, WebSettings,
};
use hanqing::ledger::{Ledger, Persons};
use hanqing::store::{Sqlite, Store};
use hanqing::support::Clock;
use hanqing::water::Township;
use hanqing::web::{Overview, SourceRow};
use hanqing::wire::{Batch, Epoch};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many townships are tried.
const TOWNSHIPS: u64 = 200;
/// Days with data before those that are looked at: more than the status looks back on.
const LEAD_DAYS: i64 = 66;
/// Days at whose end everybody is asked.
const ASKED_DAYS: i64 = 3;
/// Days before them on which the page is refreshed already, so that it remembers.
const REFRESHED_DAYS: i64 = 4;
/// Days of readings in one commit before that.
const COMMITTED_DAYS: i64 = 20;
/// Hours between two polls: few readings, and several hours of each day.
const POLL_H: i64 = 7;

/// What a test of agreement asks.
pub struct Office {
    pub settings: HubSettings,
    pub township: Arc<Township>,
}

impl Office {
    pub fn new(dir: &Path, township: Township) -> Office {
        let settings = HubSettings {
            lang: None,
            mqtt: toml::from_str("url = \"mqtt://127.0.0.1:1883\"").unwrap(),
            client_id: "agreement".into(),
            share: None,
            store: StoreSettings::at(dir.join("store.db")),
            ledger: LedgerSettings::at(dir.join("ledger.db")),
            persons: Persons::default(),
            web: WebSettings::default(),
            township: "township.toml".into(),
            report_templates: None,
            issued: "issued".into(),
            plausibility: None,
            drought_grades: None,
            report: hub::ReportSettings::default(),
            wording: Vec::new(),
            broker: None,
            enroll: None,
            push: None,
            publishers: Vec::new(),
            alarm: hanqing::hub::AlarmSettings::default(),
        };
        Office { settings, township: Arc::new(township) }
    }

    pub fn page(&self, clock: Clock) -> Overviews {
        Overviews::new(OverviewSource {
            township: self.township.clone(),
            calendar: hub::calendar(&self.township).unwrap(),
            store: Sqlite::open_reader(&self.settings.store.path).unwrap(),
            ledger: Ledger::open(&self.settings.ledger.path).unwrap(),
            two_person: false,
            clock,
            simulated: false,
            taken: Arc::new(HubState::default()),
        })
        .unwrap()
    }

    pub fn mornings(&self, clock: Clock) -> Mornings {
        Mornings::new(self.settings.clone(), self.township.clone(), clock, false).unwrap()
    }

    pub fn statement(&self, period: Period) -> Statement {
        let now = Timestamp::UNIX_EPOCH;
        hub::statement(&self.settings, &self.township, Some(period), now).unwrap()
    }

    /// Holds the drought of `period` against `statement`, which is of the same days.
    pub fn drought_agrees(&self, statement: &Statement) {
        let (period, now) = (statement.period, Timestamp::UNIX_EPOCH);
        let drought = hub::drought(&self.settings, &self.township, period, now).unwrap();
        let mut seen = 0;
        for day in &drought.days {
            for state in &day.sources {
                let source = source(statement, &state.id);
                assert!(same(state, source, day.day), "{}: {state:?}", day.day);
                seen += 1;
            }
        }
        assert_eq!(seen, statement.sources.iter().map(|s| s.days.len()).sum::<usize>());
    }
}

fn source<'a>(statement: &'a Statement, id: &StationId) -> &'a SourceAccount {
    statement.sources.iter().find(|source| &source.station == id).unwrap()
}

fn same(state: &SourceState, source: &SourceAccount, day: Date) -> bool {
    source.on(day).is_some_and(|day| {
        (day.level_m, day.status, day.balance) == (state.level_m, state.status, state.balance)
    })
}

/// Holds the rows of the page, asked at the end of `day`, against the report: where a source has a level on the day.
pub fn page_agrees(page: &Overview, statement: &Statement, day: Date) {
    for SourceRow { id, level_m, storage_m3, status, .. } in &page.sources {
        let Some(reported) = source(statement, id).on(day) else { continue };
        let expected = (Some(reported.level_m), reported.storage_m3(), reported.status);
        assert_eq!((*level_m, *storage_m3, *status), expected, "{id} on {day}");
    }
}

/// Holds the page's pumps against the report's.
pub fn pumps_agree(page: &Overview, statement: &Statement) {
    let measured = statement.totals.energy_kwh.value;
    let (shown, ran) = (page.totals.energy_kwh, page.totals.pumps_ran);
    assert_eq!(shown.is_some(), measured.is_some());
    let off = shown.unwrap_or(0.0) - measured.unwrap_or(0.0);
    assert!(off.abs() < 1e-6, "{shown:?} kWh on the page, {measured:?} measured");
    let reported = statement.pumps.iter().filter(|pump| pump.ran == Some(true)).count();
    assert_eq!(ran as usize, reported, "pumps that ran");
    let figure = statement.number(FigureId::ElectricityUsed);
    let declared: f64 = statement
        .entries
        .iter()
        .filter(|entry| entry.code == EntryCode::ElectricityDeclared)
        .map(|entry| entry.value)
        .sum();
    assert!(figure.is_none_or(|kwh| (kwh - declared - shown.unwrap_or(0.0)).abs() < 1e-6));
}

/// Holds the morning, asked at the end of `day`, against the report, which begins before it: states, storage, pumps,
/// and what has changed since the day before.
pub fn morning_agrees(morning: &Morning, statement: &Statement, township: &Township, day: Date) {
    let before = day.yesterday().unwrap();
    let mut stored = None;
    for station in township.stations.iter().filter(|station| station.kind.is_source()) {
        let reported = source(statement, &station.id);
        let on = reported.on(day).or_else(|| reported.on(before));
        let state = morning.states().find(|state| state.id == station.id);
        assert_eq!(state.map(|s| (s.level_m, s.status)), on.map(|d| (d.level_m, d.status)));
        if station.kind.stores()
            && let Some(storage_m3) = on.and_then(|day| day.storage_m3())
        {
            stored = Some(stored.unwrap_or(0.0) + storage_m3);
        }
    }
    let off = morning.stored.now_m3.unwrap_or(-1.0) - stored.unwrap_or(-1.0);
    assert!(off.abs() < 1e-6, "{:?} stored, {stored:?} reported", morning.stored);
    for change in &morning.changes {
        let about = change.station.as_ref();
        let sources = about.and_then(|id| statement.sources.iter().find(|s| &s.station == id));
        let status = |day| sources.and_then(|source| source.on(day)).and_then(|day| day.status);
        let (then, now) = (status(before), status(day));
        let right = match &change.kind {
            ChangeKind::Worse { before, now: status } => {
                (Some(*before), Some(*status)) == (then, now) && now > then
            }
            ChangeKind::Better { before, now: status } => {
                (Some(*before), Some(*status)) == (then, now) && now < then
            }
            ChangeKind::NewLimits { before: was, now: status } => {
                (Some(*was), Some(*status)) == (then, now) && before.month() != day.month()
            }
            ChangeKind::Silent { .. } => sources.is_some_and(|s| s.on(day).is_none()),
            ChangeKind::Back { .. } => sources.is_some_and(|s| s.on(before).is_none()),
            _ => true,
        };
        assert!(right, "{change:?} on {day}: {then:?}, {now:?}");
    }
    let (period, pumped) = morning.event.as_ref().unwrap();
    assert_eq!(*period, statement.period);
    let (event, reported) = (pumped.energy_kwh.value, statement.totals.energy_kwh.value);
    assert_eq!(event.is_some(), reported.is_some());
    assert!((event.unwrap_or(0.0) - reported.unwrap_or(0.0)).abs() < 1e-6);
    let ran = |ran| statement.pumps.iter().filter(|pump| pump.ran == ran).count() as u32;
    assert_eq!((pumped.ran, pumped.open), (ran(Some(true)), ran(None)));
}

/// A township of random stations.
fn township(random: &mut ChaCha8Rng) -> Township {
    let mut text = format!(
        "name = \"试验乡\"\nday_start_hour = {}\n[[village]]\nid = \"v\"\nname = \"村\"\npersons = 100\ngroups = 1\nsown_area_mu = 10.0\n\
         [demand]\nlitres_per_person_day = 60\nsource = \"t\"\nconfidence = 1.0\n",
        [0, 8, 20][random.random_range(0..3)]
    );
    let station = |id: &str, kind: &str| {
        format!("[[station]]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"{kind}\"\nvillage = \"v\"\n")
    };
    for kind in ["pond", "reservoir", "channel", "tank", "well"] {
        for number in 0..random.random_range(0..3) {
            text += &station(&format!("{kind}-{number}"), kind);
            for (key, level) in [("bottom_m", 99.0), ("dead_m", 99.5), ("normal_m", 102.0)] {
                if random.random_bool(0.8) {
                    text += &format!("{key} = {level}\n");
                }
            }
            let curve = random.random_bool(0.7);
            if curve {
                text += "curve = [[99.0, 0.0], [100.0, 500.0], [103.0, 9000.0]]\n";
            }
            text += "serves_persons = 50\n";
            if random.random_bool(0.9) {
                let (quantity, limits) = match curve && random.random_bool(0.3) {
                    true => ("storage", [1500.0, 500.0, 300.0]),
                    false => ("level", [100.6, 100.2, 99.8]),
                };
                let [low, warn, guard] = limits;
                text += &format!(
                    "[[station.threshold]]\nmonths = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]\nquantity = \"{quantity}\"\n\
                     low = {low}\nwarn = {warn}\nguard = {guard}\nsource = \"t\"\nconfidence = 1.0\n"
                );
            }
        }
    }
    for number in 0..random.random_range(0..4) {
        let id = format!("pump-{number}");
        text += &station(&id, "pump");
        let plate = "source = \"pond-0\"\nrated_power_kw = 10.0\nrated_flow_m3h = 100.0\nrated_head_m = 15.0\nirrigates_mu = 20.0\n";
        text += &format!("[station.pump]\n{plate}");
        if random.random_bool(0.5) {
            let own = random.random_bool(0.5);
            text += &format!(
                "meter = [{{ station = \"{id}\", billing = {own} }}, {{ station = \"{id}-ee\", billing = {} }}]\n",
                !own
            );
        }
    }
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A series with what it shows at each poll.
struct Shown {
    series: Series,
    value: f64,
    /// The polls in which nothing answers.
    silent: std::ops::Range<i64>,
}

impl Shown {
    fn poll(&mut self, number: i64, at: Timestamp, random: &mut ChaCha8Rng) -> Option<Reading> {
        match self.series.parameter {
            // Around the thresholds, in the steps of a sensor.
            Parameter::Level => {
                let step = f64::from(random.random_range(-6..=6)) / 100.0;
                self.value = ((self.value + step).clamp(99.0, 102.0) * 100.0).round() / 100.0;
            }
            Parameter::RunState => self.value = f64::from(random.random_range(0..2)),
            Parameter::Power => self.value = random.random_range(0.0..9.0),
            _ if random.random_bool(0.01) => self.value = random.random_range(0.0..5.0),
            _ if random.random_bool(0.4) => self.value += random.random_range(0.0..30.0),
            _ => {}
        }
        let good = Reading::good(self.series.clone(), at, self.value);
        let silent = self.silent.contains(&number);
        match random.random_range(0..20) {
            0 => None,
            _ if silent => Some(Reading {
                outcome: Outcome::Missing(Reason::Timeout),
                flag: Flag::Missing,
                reason: Some(Reason::Timeout),
                ..good
            }),
            1 => Some(Reading { flag: Flag::Suspect, reason: Some(Reason::Spike), ..good }),
            2 => Some(Reading { flag: Flag::Fail, reason: Some(Reason::Spike), ..good }),
            _ => Some(good),
        }
    }
}

fn all_series(township: &Township, random: &mut ChaCha8Rng) -> Vec<Shown> {
    let mut all = Vec::new();
    let polls = (LEAD_DAYS + ASKED_DAYS) * 24 / POLL_H;
    for station in &township.stations {
        let mut add = |id: &str, parameter, value| {
            let from = random.random_range(0..polls);
            let silent = from..from + random.random_range(0..30);
            all.push(Shown { series: Series::new(id.parse().unwrap(), parameter), value, silent });
        };
        let id = station.id.as_str();
        let Some(plate) = &station.pump else {
            add(id, Parameter::Level, 100.3);
            continue;
        };
        for meter in &plate.meters {
            add(meter.station.as_str(), Parameter::EnergyTotal, 5000.0);
        }
        let others = [
            (Parameter::EnergyTotal, plate.meters.is_empty() && random.random_bool(0.7)),
            (Parameter::RunHours, random.random_bool(0.3)),
            (Parameter::RunState, random.random_bool(0.3)),
            (Parameter::Power, random.random_bool(0.3)),
        ];
        for (parameter, there) in others {
            if there {
                let from = random.random_range(0..polls);
                let silent = from..from + random.random_range(0..30);
                let series = Series::new(station.id.clone(), parameter);
                all.push(Shown { series, value: 10.0, silent });
            }
        }
    }
    all
}

fn row(code: EntryCode, value: f64, (from, to): (Date, Date), work: Option<String>) -> Entry {
    Entry {
        id: 0,
        code,
        value,
        from,
        to,
        village: None,
        crop: None,
        work,
        document: "记录".into(),
        entered_by: "张三".into(),
        entered_at: Timestamp::UNIX_EPOCH,
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

/// Corrects some hours before `end` of a series, or withdraws what was corrected before.
fn correct(store: &mut Sqlite, shown: &[Shown], end: Timestamp, random: &mut ChaCha8Rng) {
    let Some(one) = shown.get(random.random_range(0..shown.len().max(1))) else { return };
    let from = end - random.random_range(1..500i64).hours();
    let is_gauge = one.series.parameter == Parameter::Level;
    let kind = match random.random_bool(0.5) {
        // Upwards: no bottom contradicts it.
        true if is_gauge => CorrectionKind::Shift { by: random.random_range(0.01..0.5) },
        _ => CorrectionKind::Wrong,
    };
    let correction = Correction {
        id: 0,
        series: one.series.clone(),
        from,
        to: from + random.random_range(1..60i64).hours(),
        kind,
        reason: "核对".into(),
        by: "水利站 陈".into(),
        at: end,
        withdrawn: None,
    };
    // Of a series that has not come yet nothing can be said.
    let _refused = store.correct(&correction).unwrap();
    let all = store.corrections(None, Timestamp::MIN, Timestamp::MAX).unwrap();
    if let Some(old) = all.first().filter(|old| old.withdrawn.is_none())
        && random.random_bool(0.2)
    {
        store.withdraw(old.id, "水利站 李", "看错", end).unwrap().unwrap();
    }
    store.settle().unwrap();
}

/// A replacement of a meter, which fits or does not: all have to count it alike.
fn replacement(meter: &str, day: Date, random: &mut ChaCha8Rng) -> Vec<Entry> {
    let value = random.random_range(0.0..6000.0f64).round();
    let rows = [(EntryCode::MeterReplaced, value), (EntryCode::MeterInstalled, 0.0)];
    rows.map(|(code, value)| row(code, value, (day, day), Some(meter.to_owned()))).to_vec()
}

/// One township: its readings are committed day by day, some of them late, and everybody is asked at the end of each
/// of the last days.
fn agree(seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let dir = tempfile::tempdir().unwrap();
    let office = Office::new(dir.path(), township(&mut random));
    let calendar = hub::calendar(&office.township).unwrap();
    let mut shown = all_series(&office.township, &mut random);
    let first = date(2022, random.random_range(1..=9), random.random_range(1..=28));
    let day = |number: i64| first.saturating_add(number.days());
    let last = day(LEAD_DAYS + ASKED_DAYS - 1);

    let mut ledger = Ledger::open(&office.settings.ledger.path).unwrap();
    let event = (day(LEAD_DAYS - 20), last);
    ledger.append(&[row(EntryCode::DroughtEvent, 1.0, event, None)]).unwrap();
    let meters: Vec<String> = shown
        .iter()
        .filter(|s| s.series.parameter == Parameter::EnergyTotal)
        .map(|s| s.series.to_string())
        .collect();
    let mut store = Sqlite::open(&office.settings.store.path).unwrap();
    // Where the days of the file are others, they are folded from hours.
    if random.random_bool(0.8) {
        store.set_calendar(&calendar).unwrap();
    }
    let (clock, driver) = Clock::stepped(calendar.start_of(first));
    let mut mornings = office.mornings(clock.clone());
    let mut page = office.page(clock);
    let (mut seq, mut poll) = (0, 0);
    let (mut readings, mut late): (Vec<Reading>, Vec<Reading>) = Default::default();
    let mut at = calendar.start_of(first);
    for number in 0..LEAD_DAYS + ASKED_DAYS {
        let (_, end) = calendar.bounds(Period { from: day(number), to: day(number) });
        if random.random_bool(0.2) {
            readings.append(&mut late);
        }
        while at < end {
            for series in &mut shown {
                readings.extend(series.poll(poll, at, &mut random));
            }
            poll += 1;
            at += POLL_H.hours();
        }
        let refreshed = number >= LEAD_DAYS - REFRESHED_DAYS;
        if random.random_bool(if refreshed { 0.2 } else { 0.05 }) {
            late.append(&mut readings);
        }
        if random.random_bool(0.05)
            && let Some(meter) = meters.first()
        {
            ledger.append(&replacement(meter, day(number), &mut random)).unwrap();
        }
        if !refreshed && number % COMMITTED_DAYS != 0 {
            continue;
        }
        seq += 1;
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings: std::mem::take(&mut readings),
        };
        store.commit(&[batch], end).unwrap();
        if random.random_bool(0.3) {
            correct(&mut store, &shown, end, &mut random);
        }
        if !refreshed {
            continue;
        }
        driver.advance_to(end - 1.second());
        let overview = page.make().unwrap();
        if number >= LEAD_DAYS {
            let so_far = office.statement(Period { from: event.0, to: day(number) });
            page_agrees(&overview, &so_far, day(number));
            pumps_agree(&overview, &so_far);
            office.drought_agrees(&so_far);
            let morning = mornings.make().unwrap();
            morning_agrees(&morning, &so_far, &office.township, day(number));
        }
    }
    // What is said of a day does not depend on the window that somebody asks for.
    let whole = office.statement(Period { from: first, to: last });
    let (begins_at, ends_at) = calendar.bounds(whole.period);
    for correction in store.corrections(None, begins_at, ends_at).unwrap() {
        let said = format!("readings-corrected:correction:{}", correction.id);
        let is_said = whole.findings.found.iter().any(|finding| finding.fingerprint == said);
        assert_eq!(is_said, correction.withdrawn.is_none(), "{correction:?}");
    }
    office.drought_agrees(&whole);
    let part = office.statement(Period { from: day(LEAD_DAYS - 5), to: last });
    for source_ in &part.sources {
        for day in &source_.days {
            assert_eq!(source(&whole, &source_.station).on(day.day), Some(day), "{}", source_.name);
        }
    }
}

#[test]
fn page_drought_and_report_agree_on_random_townships() {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                for seed in (0..TOWNSHIPS).filter(|seed| seed % workers == worker) {
                    let told = std::panic::catch_unwind(|| agree(seed));
                    assert!(told.is_ok(), "seed {seed}");
                }
            });
        }
    });
}
