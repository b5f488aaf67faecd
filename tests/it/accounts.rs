//! The accounts of pumps against a simulation, by the way that their readings really go: register, counter engine,
//! hours, days. The truth of each quantity has to lie within its bounds, by whichever series it was made from.

use std::collections::BTreeMap;
use std::convert::Infallible;

use hanqing::account::{
    Basis, Cells, Entry, EntryCode, PumpAccount, Quantity, Segment, SegmentKind,
};
use hanqing::core::{Calendar, DayCell, HourCell, Period, Rollup, Series, hour_start_ms};
use hanqing::counter;
use hanqing::locales::Lang;
use hanqing::water::Township;
use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const TOWNSHIP: &str = r#"
name = "试验"
[[village]]
id = "dong"
name = "东门村"
persons = 1000
groups = 10
sown_area_mu = 3000.0
[[station]]
id = "pond-1"
name = "大塘"
kind = "pond"
village = "dong"
bottom_m = 96.0
normal_m = 100.0
[[station]]
id = "pump-1"
name = "一号泵站"
kind = "pump"
village = "dong"
[station.pump]
source = "pond-1"
rated_power_kw = 10.0
rated_flow_m3h = 122.0
rated_head_m = 15.0
irrigates_mu = 200.0
meter = [{ station = "pump-1", billing = false }, { station = "meter-1", billing = true }]
"#;

const RATED_KW: f64 = 10.0;
const RATED_M3H: f64 = 122.0;
const HEAD_M: f64 = 15.0;
/// Hours before and after the period that are simulated.
const AROUND_H: i64 = 30;
/// What the registers' steps of 0.1, read at both ends of each of some segments, come to.
const STEPS: f64 = 1.0;

struct Dice(ChaCha8Rng);

impl Dice {
    fn share(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }
    fn hits(&mut self, chance: f64) -> bool {
        self.share() < chance
    }
    fn below(&mut self, count: usize) -> usize {
        ((self.share() * count as f64) as usize).min(count - 1)
    }
}

/// A series on its way into hours.
struct Folding {
    engine: Option<(counter::State, counter::Spec)>,
    cells: BTreeMap<Timestamp, HourCell>,
}

impl Folding {
    fn gauge() -> Folding {
        Folding { engine: None, cells: BTreeMap::new() }
    }

    /// A register; `rate` is what its gateway says of it.
    fn register(rate: Option<f64>) -> Folding {
        let spec = counter::Spec { modulus: Some(100_000.0), max_rate_per_hour: rate };
        Folding { engine: Some((counter::State::default(), spec)), ..Folding::gauge() }
    }

    /// A reading, or a poll without a value.
    fn take(&mut self, at: Timestamp, value: Option<f64>) {
        let hour_at = Timestamp::from_millisecond(hour_start_ms(at.as_millisecond())).unwrap();
        let counter = self.engine.is_some().then_some(0.0);
        let cell = self.cells.entry(hour_at).or_insert(HourCell {
            hour_at,
            rollup: Rollup { increment: counter, increment_max: counter, ..Rollup::default() },
        });
        let Some(value) = value else {
            cell.missing += 1;
            return;
        };
        let sum = cell.mean.unwrap_or(0.0) * f64::from(cell.counted) + value;
        cell.counted += 1;
        cell.mean = Some(sum / f64::from(cell.counted));
        cell.min = Some(cell.min.map_or(value, |min| min.min(value)));
        cell.max = Some(cell.max.map_or(value, |max| max.max(value)));
        cell.last = Some(value);
        if let Some((state, spec)) = &mut self.engine {
            let step = state.feed(spec, at, value);
            cell.increment = cell.increment.map(|all| all + step.increment);
            cell.increment_max = cell.increment_max.map(|all| all + step.increment_max);
            cell.rollovers += step.rollovers;
            cell.resets += step.resets;
            cell.glitches += step.glitches;
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Truth {
    kwh: f64,
    m3: f64,
    hours: f64,
}

impl Truth {
    /// Adds what runs for `hours` at this power and flow; `ran_h` of them it ran.
    fn add(&mut self, hours: f64, power: f64, flow: f64, ran_h: f64) {
        self.kwh += power * hours;
        self.m3 += flow * hours;
        self.hours += ran_h;
    }
}

/// A pump at one poll.
struct Moment {
    speed: f64,
    flow: f64,
    power: f64,
    drop_m: f64,
    /// The energy meter shows a wrong value.
    glitch: bool,
}

impl Moment {
    /// What the instrument `name` shows beside the registers.
    fn shown(&self, name: &str, registers: &Truth) -> Option<f64> {
        match name {
            "meter-1/energy_total" if self.glitch => Some(99_999.9 - 400.0),
            "meter-1/energy_total" => step(registers.kwh % 100_000.0),
            "pump-1/volume_total" => step(registers.m3),
            "pump-1/run_hours" => step(registers.hours),
            "pump-1/flow" => Some(self.flow),
            "pump-1/frequency" => Some(50.0 * self.speed),
            "pump-1/run_state" => Some(if self.speed > 0.0 { 1.0 } else { 0.0 }),
            "pump-1/power" => Some(self.power),
            "pond-1/level" => Some(100.0 - self.drop_m),
            other => panic!("no instrument {other}"),
        }
    }
}

struct World {
    account: PumpAccount,
    truth: Truth,
    replaced: bool,
    wrong: bool,
}

/// The hours of the simulated series, by their names.
struct Simulated<'a> {
    calendar: &'a Calendar,
    hours: BTreeMap<String, Vec<HourCell>>,
}

impl Cells for Simulated<'_> {
    type Error = Infallible;

    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, Infallible> {
        let (from, to) = self.calendar.bounds(period);
        let hours = self.hours.get(&series.to_string()).into_iter().flatten();
        Ok(hours.filter(|cell| from <= cell.hour_at && cell.hour_at < to).cloned().collect())
    }

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, Infallible> {
        Ok(DayCell::fold(&self.hours(series, period)?, self.calendar))
    }
}

fn step(value: f64) -> Option<f64> {
    Some((value * 10.0).floor() / 10.0)
}

/// The energy meter, and one instrument each that tells of water and of running hours, or none.
fn instruments(dice: &mut Dice) -> BTreeMap<&'static str, Folding> {
    let mut series: BTreeMap<&str, Folding> = BTreeMap::new();
    let rate = [Some(1.5), Some(6.0), Some(1.5), None][dice.below(4)];
    series.insert("meter-1/energy_total", Folding::register(rate.map(|rate| RATED_KW * rate)));
    let water =
        ["pump-1/volume_total", "pump-1/flow", "pump-1/frequency", "pond-1/level"][dice.below(4)];
    let runs = ["pump-1/run_hours", "pump-1/run_state", "pump-1/power", ""][dice.below(4)];
    for name in [water, runs].into_iter().filter(|name| !name.is_empty()) {
        let folding = match name {
            "pump-1/volume_total" => Folding::register(Some(RATED_M3H * 1.5)),
            "pump-1/run_hours" => Folding::register(Some(1.0)),
            _ => Folding::gauge(),
        };
        series.insert(name, folding);
    }
    series
}

/// Up to two spans without data, from hour to hour: polls without an answer, or no polls at all. One may lie over an
/// end of the period.
fn gaps(dice: &mut Dice, all_h: i64) -> Vec<(i64, i64, bool)> {
    (0..dice.below(3))
        .map(|_| {
            let begin = dice.below(all_h as usize) as i64;
            let most = if dice.hits(0.2) { all_h as usize } else { 40 };
            (begin, begin + dice.below(most) as i64, dice.hits(0.5))
        })
        .collect()
}

/// A pump through some days, and the account of it.
fn world(seed: u64) -> World {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
    let calendar = Calendar::new(TimeZone::fixed(Offset::from_hours(8).unwrap()), 0);
    let from = date(2022, 8, 1);
    let to = from.checked_add((dice.below(6) as i64 + 2).days()).unwrap();
    let period = Period { from, to };
    let (start, end) = calendar.bounds(period);
    let hours = end.duration_since(start).as_hours();
    let poll_min = [10, 20, 30, 60][dice.below(4)];
    let drop_m = dice.share() * 4.0;
    let efficiency = 0.85 + 0.3 * dice.share();

    let mut series = instruments(&mut dice);
    let all_h = hours + 2 * AROUND_H;
    let gaps = gaps(&mut dice, all_h);
    let silent = |hour: i64| gaps.iter().find(|(a, b, _)| *a <= hour && hour < *b);
    // At most one of these, where polls around it are answered.
    let odd_h = AROUND_H + 30 + dice.below((hours - 40) as usize) as i64;
    let clear = (odd_h - 28..odd_h + 8).all(|hour| silent(hour).is_none());
    let odd = if clear { dice.below(6) } else { 5 };
    let mut entries = Vec::new();
    let (mut replaced, mut wrong) = (false, false);

    let mut registers = Truth {
        kwh: 20_000.0 + 30_000.0 * dice.share(),
        m3: 40_000.0 + 40_000.0 * dice.share(),
        hours: 4_000.0,
    };
    if odd == 4 || dice.hits(0.2) {
        registers.kwh = 99_990.0;
    }
    // A meter and its box draw something alone; some pumps never run.
    let idle_kw = [0.0, 0.02 * dice.share()][dice.below(2)];
    let stands = dice.hits(0.3);
    let holes = if dice.hits(0.3) { 0.05 } else { 0.0 };
    let mut truth = Truth::default();
    let began = start - AROUND_H.hours();
    let mut running = false;
    for hour in 0..all_h {
        if dice.hits(0.2) {
            running = !running;
        }
        let in_period = hour - AROUND_H;
        let speed = match running && !stands {
            true => 0.6 + 0.4 * dice.share(),
            false => 0.0,
        };
        let flow = RATED_M3H * speed * HEAD_M / (HEAD_M + drop_m);
        let hole = dice.hits(holes);
        let power = idle_kw + RATED_KW * speed / efficiency;
        for minute in (0..60).step_by(poll_min) {
            let at = began + hour.hours() + (minute as i64).minutes();
            let answered = match silent(hour) {
                Some((_, _, true)) => continue,
                Some(_) => false,
                None => !hole,
            };
            if [0, 1, 4].contains(&odd) && hour == odd_h && minute == 0 {
                let above = (registers.kwh + 300.0 * dice.share()) % 100_000.0;
                let new = match odd {
                    1 => [0.0, 80.0, above, 90_000.0 * dice.share()][dice.below(4)],
                    _ => 0.0,
                };
                if odd == 1 {
                    let day = calendar.day_of(at);
                    wrong = dice.hits(0.3);
                    replaced = true;
                    let last = registers.kwh % 100_000.0 + if wrong { 3_000.0 } else { 0.0 };
                    entries.push(entry(EntryCode::MeterReplaced, last, day, 1));
                    entries.push(entry(EntryCode::MeterInstalled, new, day, 2));
                }
                registers.kwh = new;
            }
            let glitch = odd == 2 && hour == odd_h && minute == 0;
            let moment = Moment { speed, flow, power, drop_m, glitch };
            for (name, folding) in &mut series {
                let value = moment.shown(name, &registers);
                folding.take(at, value.filter(|_| answered));
            }
            let share = poll_min as f64 / 60.0;
            let ran_h = if speed > 0.0 { share } else { 0.0 };
            registers.add(share, power, flow, ran_h);
            if (0..hours).contains(&in_period) {
                truth.add(share, power, flow, ran_h);
            }
        }
        // Without polls the pump goes on.
        if silent(hour).is_some_and(|(_, _, unpolled)| *unpolled) {
            let ran_h = if speed > 0.0 { 1.0 } else { 0.0 };
            registers.add(1.0, power, flow, ran_h);
            if (0..hours).contains(&in_period) {
                truth.add(1.0, power, flow, ran_h);
            }
        }
    }

    let account = account(&series, &calendar, &entries, period);
    World { account, truth, replaced, wrong }
}

/// The account of the pump by what its instruments showed.
fn account(
    series: &BTreeMap<&'static str, Folding>,
    calendar: &Calendar,
    entries: &[Entry],
    period: Period,
) -> PumpAccount {
    let township: Township = toml::from_str(TOWNSHIP).unwrap();
    let hours = series.iter().map(|(name, folding)| {
        ((*name).to_owned(), folding.cells.values().cloned().collect::<Vec<_>>())
    });
    let mut cells = Simulated { calendar, hours: hours.collect() };
    let basis = Basis { township: &township, calendar, entries, period };
    PumpAccount::of(&basis, &township.stations[1], &mut cells).unwrap()
}

fn entry(code: EntryCode, value: f64, day: Date, id: i64) -> Entry {
    Entry {
        id,
        code,
        value: (value * 10.0).floor() / 10.0,
        from: day,
        to: day,
        village: None,
        crop: None,
        work: Some("meter-1/energy_total".into()),
        document: "换表单".into(),
        entered_by: "张三".into(),
        entered_at: Timestamp::UNIX_EPOCH,
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

fn holds(quantity: &Quantity, truth: f64) -> Result<(), String> {
    let [least, most] = quantity.bounds;
    let within = |value| least <= value + 1e-9 && value <= most + 1e-9;
    let ordered = least <= most && quantity.value.is_none_or(within);
    if ordered && least <= truth + STEPS && truth <= most + STEPS {
        return Ok(());
    }
    Err(format!("{truth} in truth, of {quantity:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_truth_lies_within_the_bounds_of_each_quantity(seed in any::<u64>()) {
        within_bounds(seed)?;
    }
}

/// Pumps that stood while their meter was replaced by one that showed somewhat more, by rows that it contradicts.
#[test]
fn a_meter_that_shows_more_after_a_replacement_that_is_not_used_proves_no_run() {
    for seed in [13995784686320963937, 6768709263942525368, 9116223651374757962] {
        within_bounds(seed).unwrap();
    }
}

/// Holds the account of a simulated pump against the truth.
fn within_bounds(seed: u64) -> Result<(), TestCaseError> {
    let World { account, truth, replaced, wrong } = world(seed);
    for (quantity, truth) in [
        (&account.energy_kwh, truth.kwh),
        (&account.volume_m3, truth.m3),
        (&account.run_hours, truth.hours),
    ] {
        let told = holds(quantity, truth);
        prop_assert!(told.is_ok(), "{} {:#?}", told.unwrap_err(), account.segments);
    }
    prop_assert_eq!(account.energy_kwh.series.to_string(), "meter-1/energy_total");
    let by_day: f64 = account.days.iter().map(|(_, kwh)| kwh).sum();
    let value = account.energy_kwh.value.unwrap_or(0.0);
    prop_assert!((by_day - value).abs() < 1e-6, "{by_day} by day, {value} in all");
    if let Some(ran) = account.ran {
        prop_assert_eq!(ran, truth.hours > 0.0, "{:#?}", account);
    }
    if replaced {
        let refused = account.energy_kwh.note.within(Lang::Chinese).contains("换表未采用");
        prop_assert_eq!(refused, wrong, "{:?}", account.energy_kwh);
        let told = |s: &&Segment| s.kind == SegmentKind::MeterReplaced;
        let found = account.segments.iter().filter(told).count();
        prop_assert_eq!(found, usize::from(!wrong), "{:#?}", account);
    }
    Ok(())
}
