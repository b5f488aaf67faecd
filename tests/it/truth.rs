//! The example's chain in one process, every measured figure held against what the simulator knows to have happened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hanqing::account::Method;
use hanqing::config::example;
use hanqing::core::{Flag, HourCell, Outcome, Parameter, Period, Reason, Series, StationId};
use hanqing::demo::{Example, Finished, Options, run};
use hanqing::device::{PointType, Profile};
use hanqing::figures::{Figure, FigureId, Origin, Value, Verdict};
use hanqing::hub;
use hanqing::ledger::Ledger;
use hanqing::locales::{Lang, within};
use hanqing::report::explain;
use hanqing::store::{Sqlite, Store};
use hanqing::support::Clock;
use hanqing::water::{Grade, StationKind, Township};
use hanqing::wire::{Batch, Epoch};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use crate::agreement::{Office, page_agrees, pumps_agree};
use crate::context::repository;

/// Water by energy and head is off by how the mean level of a day differs from that at which its pump ran: at most so
/// much of the truth, in the example.
const BY_HEAD_SHARE: f64 = 0.03;

/// Water by a drive's frequency is too much where the source has fallen and the lift with it has grown, and an hourly
/// look at the drive sees a short run as none or as an hour: at most so much of the truth, in the example.
const BY_FREQUENCY_SHARE: f64 = 0.12;

/// By how many hours a dry spell may differ from the truth: a level sensor shows centimetres, and a falling pond takes
/// some hours from one to the next.
const DRY_HOURS: u32 = 6;

/// Hours in which the pump without an answer was silent.
const SILENT_H: f64 = 24.0;

fn options(seed: Option<u64>, out: &Path) -> Options {
    Options { days_per_second: 0.0, seed, port: 0, out: out.into() }
}

fn figure<'a>(finished: &'a Finished, id: &str) -> &'a Figure {
    let found = finished.report.statement.figures.iter().find(|f| f.id.id() == id);
    found.unwrap_or_else(|| panic!("no figure {id}"))
}

fn number(finished: &Finished, id: &str) -> f64 {
    match figure(finished, id).value {
        Value::Number(number) => number,
        ref other => panic!("{id} is {other:?}"),
    }
}

/// What the figure says of a series: its contribution and how it was made.
fn inputs(figure: &Figure) -> BTreeMap<Series, (Option<f64>, Method)> {
    let series = figure.inputs.iter().filter_map(|input| match &input.from {
        Origin::Series(series) => Some((series.clone(), (input.value, input.method))),
        _ => None,
    });
    series.collect()
}

/// The step of each counter's register around the values it shows, in the parameter's unit.
fn resolutions(example: &Example, store: &Sqlite) -> BTreeMap<Series, f64> {
    let mut steps = BTreeMap::new();
    for device in example.gateways.iter().flat_map(|g| &g.buses).flat_map(|b| &b.devices) {
        let profile: &Profile = &example.profiles[&device.profile];
        for point in profile.points.iter().filter(|p| p.counter.is_some()) {
            let series = Series::new(device.station.clone(), point.parameter);
            let factor = point.unit.factor_to(point.parameter.spec().unit).unwrap();
            let scale = device.adjust.get(&point.parameter).map_or(1.0, |a| a.scale);
            let step = match point.point_type {
                PointType::F32 => {
                    let cells = store.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap();
                    let top = cells.iter().filter_map(|c| c.max).fold(0.0, f64::max);
                    top * f64::from(f32::EPSILON)
                }
                PointType::F64 => 1e-9,
                _ => point.scale * factor * scale,
            };
            steps.insert(series, step);
        }
    }
    steps
}

fn grown(cells: &[HourCell]) -> (f64, f64) {
    let least = cells.iter().filter_map(|c| c.increment).sum();
    let most = cells.iter().filter_map(|c| c.increment_max).sum();
    (least, most)
}

fn id(name: &str) -> StationId {
    name.parse().unwrap()
}

fn near(measured: f64, truth: f64, tolerance: f64, what: &str) {
    assert!(
        (measured - truth).abs() <= tolerance,
        "{what}: measured {measured}, in truth {truth}, allowed {tolerance}"
    );
}

async fn end(finished: Finished) {
    let stop = CancellationToken::new();
    stop.cancel();
    finished.serve(&stop).await.unwrap();
}

/// Electricity: the total and each pump, through roll-over, reset and silence.
fn electricity(finished: &Finished, plan: &Example, store: &Sqlite) {
    let figure = figure(finished, "electricity_used");
    let steps = resolutions(plan, store);
    let truth = &finished.truth.pumps;
    let inputs = inputs(figure);
    assert_eq!(inputs.len(), truth.len(), "every pump has a meter");
    let (mut resets, mut rollovers, mut tolerance, mut sum) = (vec![], vec![], 0.0, 0.0);
    for (series, (value, _)) in &inputs {
        let cells = store.hours(series, Timestamp::MIN, Timestamp::MAX).unwrap();
        let (least, most) = grown(&cells);
        let (step, kwh) = (steps[series], truth[&series.station].energy_kwh);
        let name = series.station.as_str();
        near(value.unwrap(), least, 1e-9, name);
        if cells.iter().any(|c| c.resets > 0) {
            assert!(
                least <= kwh + step && kwh <= most + step,
                "{name}: {kwh} not in {least}..{most}"
            );
            resets.push(name);
        } else {
            near(least, kwh, step, name);
            near(most, least, 1e-9, name);
        }
        rollovers.extend(cells.iter().any(|c| c.rollovers > 0).then_some(name));
        assert!(cells.iter().all(|c| c.glitches == 0), "{name} had glitches");
        tolerance += step;
        sum += least;
    }
    assert_eq!(resets, ["pump-lifang-1"]);
    assert_eq!(rollovers, ["pump-qiaokeng-2"]);
    let (value, [least, most]) = (number(finished, "electricity_used"), figure.bounds.unwrap());
    near(value, sum, 1e-6, "the sum of the least");
    let kwh = finished.truth.energy_kwh();
    assert!(least <= kwh + tolerance && kwh <= most + tolerance, "{kwh} not in {least}..{most}");
    // What the roll-over, the replaced meter and the hour after the last readings leave open is too little to matter.
    assert_eq!(figure.claim.verdict, Verdict::Proved, "{least}..{most}");
}

/// Water, hours and equipment: each pump by itself.
fn pumps(finished: &Finished, plan: &Example, store: &Sqlite) {
    let steps = resolutions(plan, store);
    let truth = &finished.truth.pumps;
    let mut metered = 0;
    let water = inputs(figure(finished, "water_pumped"));
    assert_eq!(water.len(), truth.len());
    for (series, (value, method)) in &water {
        let (name, m3) = (series.station.as_str(), truth[&series.station].water_m3);
        if series.parameter == Parameter::VolumeTotal {
            near(value.unwrap(), m3, steps[series], name);
            metered += 1;
        } else {
            let share = value.unwrap() / m3 - 1.0;
            let most = match *method {
                Method::EnergyAndHead => BY_HEAD_SHARE,
                Method::FrequencyOfDrive => BY_FREQUENCY_SHARE,
                other => panic!("{name}: {other:?}"),
            };
            assert!(share.abs() < most, "{name} by {method:?}: {share}");
        }
    }
    assert!(metered >= 10, "{metered} water meters");

    let hours = inputs(figure(finished, "pump_hours"));
    assert_eq!(hours.len(), truth.len());
    for (series, (value, _)) in &hours {
        let (name, h) = (series.station.as_str(), truth[&series.station].hours_run);
        // A poll an hour sees a pump run as often as it does, to half an hour; the silent one is not seen at all for a
        // day.
        let unseen = if name == "pump-tangbei-2" { SILENT_H } else { 0.0 };
        let value = value.unwrap();
        assert!(h - unseen - 0.51 <= value && value <= h + 0.51, "{name}: {value} h, in truth {h}");
    }

    let ran = truth.values().filter(|p| p.hours_run > 0.0).count() as f64;
    let csv = String::from_utf8(plan.ledger.clone()).unwrap();
    let declared = csv.lines().filter_map(|line| line.strip_prefix("equipment_declared,"));
    let declared: f64 =
        declared.map(|rest| rest.split(',').next().unwrap().parse::<f64>().unwrap()).sum();
    assert_eq!(number(finished, "equipment_deployed"), ran + declared);
    assert_eq!((ran, declared), (44.0, 21.0));
}

/// Dry ponds and channels: each source by itself.
fn dry(finished: &Finished, township: &Township) {
    for (name, kind) in [("ponds_dry", StationKind::Pond), ("channels_dry", StationKind::Channel)] {
        let inputs = inputs(figure(finished, name));
        let stations: Vec<_> = township.stations.iter().filter(|s| s.kind == kind).collect();
        assert_eq!(inputs.len(), stations.len());
        let mut dry = 0.0;
        for station in stations {
            let series = Series::new(station.id.clone(), Parameter::Level);
            let truth = finished.truth.sources[&station.id];
            let Some(said) = inputs[&series].0 else {
                // About a day on the bottom: readings an hour apart do not tell.
                let about_a_day = truth.dry_hours >= 24 - DRY_HOURS && truth.dry_days <= 1;
                assert!(about_a_day, "{}: {truth:?}", station.id);
                continue;
            };
            let what = format!("{}: {said}, in truth {truth:?}", station.id);
            assert!(said == 1.0 || truth.dry_days == 0, "{what}");
            assert!(said == 0.0 || truth.dry_hours >= 24 - DRY_HOURS, "{what}");
            let sources = &finished.report.statement.sources;
            let account = sources.iter().find(|source| source.station == station.id).unwrap();
            assert_eq!(account.doubted, None, "{what}");
            if let Some(spell) = account.dry.spell() {
                assert!(spell.hours <= truth.dry_hours + DRY_HOURS, "{what}, {spell:?}");
                let day = spell.longest_h + DRY_HOURS >= truth.dry_days * 24
                    || spell.hours > spell.longest_h;
                assert!(day, "{what}, {spell:?}");
            }
            dry += said;
        }
        assert_eq!(number(finished, name), dry);
        assert!(dry > 0.0, "{name}");
    }
}

/// Every series has a good reading in each hour but those of the scenario's faults: no hour is lost to a slow machine.
fn hours(plan: &Example, store: &Sqlite) {
    let hours = u32::try_from(plan.scenario.event.days() * 24).unwrap();
    let devices = plan.gateways.iter().flat_map(|g| &g.buses).flat_map(|b| &b.devices);
    for device in devices {
        for (_, series) in device.observes(&plan.profiles[&device.profile]) {
            let missing = match series.to_string().as_str() {
                "reservoir-huangshui-1/level" => 48,
                name if name.starts_with("pump-tangbei-2/") => 24,
                _ => 0,
            };
            let cells = store.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap();
            let good = cells.iter().filter(|cell| cell.counted > 0).count();
            let lost: u32 = cells.iter().map(|cell| cell.missing).sum();
            let good = u32::try_from(good).unwrap();
            assert_eq!((good, lost), (hours - missing, missing), "{series}");
        }
    }
}

/// What did not answer, and what answered with its sign for "no value".
fn gaps(finished: &Finished, store: &Sqlite) {
    let silent = format!("pump-tangbei-2/{}", Parameter::EnergyTotal);
    let inputs = &figure(finished, "electricity_used").inputs;
    for input in inputs {
        let expected = if input.from.to_string() == silent { 1.0 - 24.0 / 2568.0 } else { 1.0 };
        near(input.coverage.unwrap(), expected, 1e-12, &input.from.to_string());
    }
    let series = Series::new(id("reservoir-huangshui-1"), Parameter::Level);
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, to) = (instant("2022-10-10T16:00:00Z"), instant("2022-10-12T16:00:00Z"));
    let readings = store.readings(&series, from, to).unwrap();
    assert_eq!(readings.len(), 48);
    for reading in readings {
        assert_eq!(reading.outcome, Outcome::Missing(Reason::Sentinel));
        assert_eq!(reading.flag, Flag::Missing);
        assert!(!reading.raw.is_empty(), "the registers are kept");
    }
    let cells = store.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap();
    assert_eq!(cells.iter().map(|c| c.missing).sum::<u32>(), 48);

    assert_eq!(finished.polled, finished.committed);
    let sevenths: Vec<_> =
        finished.gateways.iter().map(|g| (g.gaps(), g.delivered.len())).collect();
    assert_eq!(sevenths, vec![(vec![], 1); 7]);
}

/// The documents of the example, as docs/examples/2022 has them. `HANQING_BLESS=1` writes them anew.
fn documents(finished: &Finished, township: &Township) {
    let tree = explain(&finished.report.statement, township, FigureId::ElectricityUsed).unwrap();
    let tree = within(Lang::Chinese, || tree.lines(3)).join("\n") + "\n";
    let documents = finished.report.documents.files();
    // The whole statement says nothing that the others do not.
    let shown = documents.iter().filter(|(name, _)| *name != "statement.json");
    let explained = ("explain-electricity_used.txt", tree.as_bytes());
    for (name, made) in shown.copied().chain([explained]) {
        let path = repository("docs/examples/2022").join(name);
        if std::env::var_os("HANQING_BLESS").is_some() {
            std::fs::write(&path, made).unwrap();
        }
        let held = std::fs::read(&path).unwrap_or_default();
        assert!(
            held == made,
            "docs/examples/2022/{name} is not what is made: HANQING_BLESS=1 tests/run --test it truth"
        );
    }
}

/// The drought that the days propose is the one that the clerk entered, as far as its rain can tell: thirty days of it
/// are needed.
fn proposed(finished: &Finished, township: &Township) {
    let period = finished.report.statement.period;
    let end = hub::calendar(township).unwrap().bounds(period).1;
    let drought = hub::drought(&finished.settings, township, period, end).unwrap();
    // In this township only tanks serve people.
    let lacking = drought.lacking.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(lacking.len() == 1 && lacking[0].contains("lucheng-supply"), "{lacking:?}");
    let [event] = drought.events.as_slice() else {
        panic!("one event, not {:?}", drought.events);
    };
    assert!(event.from < date(2022, 9, 3), "{event:?}");
    let worst = drought.days.iter().filter_map(|day| day.grade).max();
    assert_eq!(worst, Some(Grade::Extreme));
    let last = drought.days.iter().rfind(|day| !day.sources.is_empty());
    let sources = &last.unwrap().sources;
    let stored: f64 = sources
        .iter()
        .filter(|s| matches!(s.kind, StationKind::Pond | StationKind::Reservoir))
        .filter_map(|s| Some(s.balance?.storage_m3))
        .sum();
    let total = number(finished, "storage_total");
    assert!((stored - total).abs() < 1.0, "{stored} m3 by source, {total} in all");
    assert!(sources.iter().any(|s| s.supply_days.is_some()));
}

/// Page, `hanqing drought` and report say the same of each source for each day, and of the pumps.
fn agreement(finished: &Finished, township: &Township) {
    let statement = &finished.report.statement;
    let calendar = hub::calendar(township).unwrap();
    let end_of = |day| calendar.bounds(Period { from: day, to: day }).1 - 1.second();
    let office =
        Office { settings: finished.settings.clone(), township: Arc::new(township.clone()) };
    office.drought_agrees(statement);
    let (clock, _driver) = Clock::stepped(end_of(statement.period.to));
    pumps_agree(&office.page(clock).make().unwrap(), statement);

    // The levels once more, day by day, into another store that a page follows.
    let dir = tempfile::tempdir().unwrap();
    let held = Sqlite::open_reader(&finished.settings.store.path).unwrap();
    let other = Office::new(dir.path(), township.clone());
    let mut store = Sqlite::open(&other.settings.store.path).unwrap();
    store.set_calendar(&calendar).unwrap();
    Ledger::open(&other.settings.ledger.path).unwrap();
    let (clock, driver) = Clock::stepped(end_of(statement.period.from));
    let mut page = other.page(clock);
    for (seq, day) in (1..).zip(&statement.days) {
        let (from, to) = calendar.bounds(Period { from: day.day, to: day.day });
        let sources = township.stations.iter().filter(|station| station.kind.is_source());
        let levels = sources.flat_map(|station| {
            held.readings(&Series::new(station.id.clone(), Parameter::Level), from, to).unwrap()
        });
        let batch = Batch {
            gateway: "gw-again".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings: levels.collect(),
        };
        store.commit(&[batch], to).unwrap();
        driver.advance_to(end_of(day.day));
        page_agrees(&page.make().unwrap(), statement, day.day);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_measured_figures_are_the_truth() {
    let dir = tempfile::tempdir().unwrap();
    let plan = example(None).unwrap();
    let finished = run(example(None).unwrap(), &options(None, dir.path())).await.unwrap();
    let store = Sqlite::open_reader(&finished.data.join("store.db")).unwrap();
    electricity(&finished, &plan, &store);
    pumps(&finished, &plan, &store);
    dry(&finished, &plan.township);
    hours(&plan, &store);
    gaps(&finished, &store);
    let section = &finished.report.documents.markdown;
    for phrase in [
        "8月份以来",
        "7个行政村",
        "约2200亩",
        "120余亩",
        "65台",
        "约3.5万度",
        "约1.5万升",
        "55万元",
        "2000余亩",
        "1200余万元",
        "54万元",
        "6个",
        "4个村15个组",
        "1900人",
    ] {
        assert!(section.contains(phrase), "no {phrase:?} in\n{section}");
    }
    // A meter is replaced without a row of the ledger, and the values of the example are the program's own guesses.
    let found = &finished.report.statement.findings.found;
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(
        rules,
        [
            "meter-reset",
            "crops-to-replace",
            "thresholds-to-replace",
            "demand-to-replace",
            "irrigation-to-replace",
            "climate-to-replace"
        ]
    );
    documents(&finished, &plan.township);
    proposed(&finished, &plan.township);
    agreement(&finished, &plan.township);
    end(finished).await;
}

/// Five days of September in which every unit answers, with the seed given and the ledger edited.
async fn short(seed: u64, out: &Path, edit: impl FnOnce(String) -> String) -> Finished {
    let mut example = example(None).unwrap();
    example.scenario.event =
        Period { from: jiff::civil::date(2022, 9, 5), to: jiff::civil::date(2022, 9, 9) };
    let ledger = edit(String::from_utf8(example.ledger).unwrap());
    example.ledger = ledger.into_bytes();
    run(example, &options(Some(seed), out)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_seed_or_another_ledger_makes_other_figures() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = short(2022, dir.path(), |ledger| ledger).await;
    let other = short(7, second.path(), |ledger| {
        let works = "water_work,1,个,2022-06-28";
        assert!(ledger.contains("gasoline,650,L,2022-09-05") && ledger.contains(works));
        let ledger = ledger.replace("gasoline,650,L,2022-09-05", "gasoline,1650,L,2022-09-05");
        let kept = ledger.lines().filter(|line| !line.starts_with(works));
        kept.map(|line| format!("{line}\n")).collect()
    })
    .await;
    for finished in [&one, &other] {
        near(
            number(finished, "electricity_used"),
            finished.truth.energy_kwh(),
            0.05,
            "electricity",
        );
        assert_eq!(finished.polled, finished.committed);
    }
    let both = |id| (number(&one, id), number(&other, id));
    let (first, second) = both("electricity_used");
    assert!((first - second).abs() > 1.0, "{first} and {second} kWh");
    assert_eq!(both("gasoline_used"), (2170.0, 3170.0));
    assert_eq!(both("water_works_built"), (6.0, 5.0));
    for finished in [one, other] {
        end(finished).await;
    }
}
