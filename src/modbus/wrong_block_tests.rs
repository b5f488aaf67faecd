//! Devices that answer blocks wrongly, or values only in parts, on a stepped clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::mock_bus::{Behaviour, MockBus, Recorded};
use super::{Bus, BusContext, BusSettings, BusStats, Link, Mode, Quirk, QuirkKind, QuirkStore};
use crate::core::{Outcome, Parameter, Reason};
use crate::device::{Function, Run};
use crate::support::Clock;
use crate::support::clock::Driver;

/// A level, a total of two registers behind an unused one, and a flow: one block of five.
const PROFILE: &str = r#"
id = "meter"
name = "a meter"
source = "made up"
verified_by = "nobody"
confidence = 0.1
point = [
  { parameter = "level", function = 3, address = 0, type = "u16", unit = "cm" },
  { parameter = "energy_total", function = 3, address = 2, type = "u32", unit = "kWh", counter = { max_rate_per_hour = 9 } },
  { parameter = "flow", function = 3, address = 4, type = "u16", unit = "m3/h" },
  { parameter = "power", function = 3, address = 300, type = "u16", unit = "kW" },
  { parameter = "voltage", function = 3, address = 301, type = "u16", unit = "V" },
]
"#;

const HELD: [u16; 5] = [123, 9, 0, 50_000, 77];

/// What a meter holds that has these registers from 0 on, and 3 kW and 230 V.
fn held(low: [u16; 5], address: u16) -> u16 {
    match address {
        300 => 3,
        301 => 230,
        address => low.get(usize::from(address)).copied().unwrap_or_default(),
    }
}

fn words(low: [u16; 5], run: &Run) -> Vec<u16> {
    (run.first..=run.last).map(|address| held(low, address)).collect()
}

/// Of each answer the registers from the `from`th on are zero.
fn zeros_from(from: usize, mut words: Vec<u16>) -> Behaviour {
    words.iter_mut().skip(from).for_each(|word| *word = 0);
    Behaviour::Words(words, 10)
}

struct Field {
    bus: Bus,
    driver: Arc<Driver>,
    clock: Clock,
    recorded: Arc<Mutex<Vec<Recorded>>>,
    stats: BusStats,
}

type Values = BTreeMap<&'static str, Result<f64, Reason>>;

impl Field {
    fn new(
        lines: &str,
        file: &Path,
        mut behave: impl FnMut(Run, Duration) -> Behaviour + Send + 'static,
    ) -> Self {
        let text = format!(
            "name = 'pumps'\ntcp = 'mock:502'\ninterval_s = 60\nretries = 0\n[[device]]\n\
             unit = 1\nprofile = 'meter'\nstation = 'pump-1'\n{lines}\n"
        );
        let settings: BusSettings = toml::from_str(&text).unwrap();
        let (clock, driver) = Clock::stepped(Timestamp::from_millisecond(0).unwrap());
        let (driver, recorded) = (Arc::new(driver), Arc::new(Mutex::new(Vec::new())));
        let mock = MockBus {
            clock: clock.clone(),
            driver: driver.clone(),
            behave: Box::new(move |_, run, now| behave(run, now)),
            recorded: recorded.clone(),
            silence: Duration::MAX,
            ended: None,
        };
        let profile = crate::device::parse(PROFILE).unwrap();
        let context = BusContext {
            clock: clock.clone(),
            mode: watch::channel(Mode::Normal).1,
            quirks: Arc::new(QuirkStore::open(file.into(), "gw-1")),
            profiles: &BTreeMap::from([("meter".to_owned(), profile)]),
            random: || 1.0,
        };
        let bus = Bus::with_link(Link::mock(mock), &settings, &context).unwrap();
        Self { bus, driver, clock, recorded, stats: BusStats::default() }
    }

    /// The values of the next poll, and its requests: first register and count.
    async fn poll(&mut self) -> (Values, Vec<(u16, u16)>) {
        self.driver.advance_to(self.bus.next_due().unwrap());
        let readings = self.bus.poll_next(&self.stats).await;
        let values = readings.iter().map(|reading| {
            let value = match reading.outcome {
                Outcome::Value(value) => Ok(value),
                Outcome::Missing(reason) => Err(reason),
            };
            (reading.series.parameter.id(), value)
        });
        let values = values.collect();
        let recorded = std::mem::take(&mut *self.recorded.lock().unwrap());
        let asked = recorded.iter().map(|r| (r.request.address, r.request.count));
        (values, asked.collect())
    }

    /// All polls until `uptime_s`; none of their values may be of `wrong`.
    async fn run_until(&mut self, uptime_s: u64, right: &Values) {
        while self.clock.uptime() < Duration::from_secs(uptime_s) {
            let at = self.clock.uptime();
            assert_eq!(self.poll().await.0, *right, "{at:?}");
        }
    }

    fn singles(&self) -> Vec<(Function, u16, u16)> {
        self.bus.watch().report().units[0].singles.clone()
    }
}

fn right_of(low: [u16; 5]) -> Values {
    let energy = f64::from(low[2]) * 65_536.0 + f64::from(low[3]);
    let of = |parameter: Parameter, value| (parameter.id(), Ok(value));
    BTreeMap::from([
        of(Parameter::Level, f64::from(low[0]) / 100.0),
        of(Parameter::EnergyTotal, energy),
        of(Parameter::Flow, f64::from(low[4])),
        of(Parameter::Power, 3.0),
        of(Parameter::Voltage, 230.0),
    ])
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    (dir, file)
}

const EACH_ALONE: [(u16, u16); 7] = [(0, 1), (2, 1), (3, 1), (2, 1), (4, 1), (300, 1), (301, 1)];

#[tokio::test]
async fn zeros_behind_the_first_register_are_found_at_first_contact_and_never_stored() {
    let (_dir, file) = file();
    let lies = |until_s: u64| {
        move |run: Run, now: Duration| {
            let words = words(HELD, &run);
            let from = if now.as_secs() < until_s { 1 } else { usize::MAX };
            zeros_from(from, words)
        }
    };
    let right = right_of(HELD);
    let mut field = Field::new("", &file, lies(u64::MAX));
    assert_eq!(field.poll().await.0, right);
    let singles = [(Function::Holding, 0, 4), (Function::Holding, 2, 3)];
    assert_eq!(field.singles(), singles);
    assert_eq!(field.poll().await, (right.clone(), EACH_ALONE.to_vec()));
    // Known after a restart, and tried again after a day, without a wrong value.
    let mut field = Field::new("", &file, lies(2 * 86_400 + 1000));
    assert_eq!(field.poll().await, (right.clone(), EACH_ALONE.to_vec()));
    field.run_until(86_400 - 60, &right).await;
    let (values, asked) = field.poll().await;
    assert_eq!(values, right);
    assert!(asked.contains(&(0, 5)), "{asked:?}");
    assert_eq!(field.poll().await, (right.clone(), EACH_ALONE.to_vec()));
    // New firmware.
    field.run_until(3 * 86_400 + 600, &right).await;
    assert_eq!(field.singles(), []);
    assert_eq!(field.poll().await, (right, vec![(0, 5), (300, 2)]));
    assert!(QuirkStore::open(file, "gw-1").quirks("pumps", 1).is_empty());
}

#[tokio::test]
async fn a_value_of_two_registers_is_read_whole_where_the_device_answers_so_many() {
    let (_dir, file) = file();
    let mut field = Field::new("", &file, |run, _| {
        let few = run.last - run.first < 2;
        zeros_from(if few { usize::MAX } else { 0 }, words(HELD, &run))
    });
    assert_eq!(field.poll().await.0, right_of(HELD));
    let alone = vec![(0, 1), (2, 2), (4, 1), (300, 1), (301, 1)];
    assert_eq!(field.poll().await, (right_of(HELD), alone));
    assert_eq!(field.singles(), [(Function::Holding, 0, 4)]);
}

#[tokio::test]
async fn true_zeros_cost_three_requests_at_first_contact_and_a_few_a_day_later() {
    let (_dir, file) = file();
    let still = [123, 0, 0, 0, 0];
    let mut field = Field::new("", &file, move |run, _| Behaviour::Words(words(still, &run), 10));
    let (values, asked) = field.poll().await;
    assert_eq!(values, right_of(still));
    assert_eq!(asked, [(0, 5), (2, 1), (3, 1), (4, 1), (300, 2)]);
    let mut checks = 0;
    while field.clock.uptime() < Duration::from_secs(86_400) {
        checks += usize::from(field.poll().await.1.len() > 2);
    }
    assert_eq!((checks, field.singles().len()), (7, 0));
}

#[tokio::test]
async fn a_device_that_stood_still_at_first_contact_is_found_when_it_runs() {
    let (_dir, file) = file();
    let still = [123, 0, 0, 0, 0];
    let mut field = Field::new("", &file, move |run, now| {
        let low = if now.as_secs() < 3590 { still } else { HELD };
        zeros_from(if run.first < 300 { 1 } else { usize::MAX }, words(low, &run))
    });
    field.run_until(3600 - 60, &right_of(still)).await;
    assert_eq!(field.singles(), []);
    assert_eq!(field.poll().await.0, right_of(HELD));
    assert_eq!(field.singles().len(), 2);
}

#[tokio::test]
async fn what_was_believed_before_a_wrong_block_was_found_is_read_again() {
    let (_dir, file) = file();
    // The samples of the first block are refused when they are first read alone, so that nothing speaks against it.
    let mut refused = 0;
    let mut field = Field::new("", &file, move |run, _| match (run.first, run.last) {
        (3, 3) | (4, 4) if refused < 2 => {
            refused += 1;
            Behaviour::Refuses(2, 10)
        }
        (2, 3) => Behaviour::Words(words(HELD, &run), 10),
        _ => zeros_from(1, words(HELD, &run)),
    });
    let (values, _) = field.poll().await;
    assert_eq!(values, right_of(HELD));
}

#[tokio::test]
async fn a_value_that_rises_between_two_reads_is_no_proof() {
    let (_dir, file) = file();
    let mut asked = 0;
    let mut field = Field::new("", &file, move |run, _| {
        asked += 1;
        let low = if asked == 1 { [123, 0, 0, 0, 0] } else { HELD };
        Behaviour::Words(words(low, &run), 10)
    });
    assert_eq!(field.poll().await.0, right_of(HELD), "those read last");
    assert_eq!(field.singles(), []);
    assert_eq!(field.poll().await.0, right_of(HELD));
    assert_eq!(field.poll().await.1, [(0, 5), (300, 2)]);
}

#[tokio::test]
async fn a_device_that_refuses_half_a_value_is_read_as_before() {
    let (_dir, file) = file();
    let mut field = Field::new("", &file, |run, _| match (run.first, run.last) {
        (2, 2) | (3, 3) => Behaviour::Refuses(2, 10),
        _ => Behaviour::Words(words(HELD, &run), 10),
    });
    for _ in 0..3 {
        assert_eq!(field.poll().await.0, right_of(HELD));
    }
    let unit = field.bus.watch().report().units[0].clone();
    assert!(unit.singles.is_empty() && unit.holes.is_empty() && unit.seams.is_empty(), "{unit:?}");
    assert!(unit.failures.is_empty() && unit.last_error.is_none(), "{unit:?}");
}

#[tokio::test]
async fn a_device_that_was_away_for_long_is_checked_again() {
    let (_dir, file) = file();
    let mut field = Field::new("", &file, |run, now| match now.as_secs() {
        0..1000 => Behaviour::Words(words(HELD, &run), 10),
        1000..6000 => Behaviour::Silent,
        _ => zeros_from(1, words(HELD, &run)),
    });
    field.run_until(900, &right_of(HELD)).await;
    while field.clock.uptime() < Duration::from_secs(9000) {
        for (parameter, value) in field.poll().await.0 {
            assert!(value.is_err() || value == right_of(HELD)[parameter], "{parameter} {value:?}");
        }
    }
    assert!(!field.singles().is_empty());
    assert_eq!(field.poll().await.0, right_of(HELD));
}

#[tokio::test]
async fn a_device_of_one_register_a_request_gives_wide_values_in_parts_and_never_torn() {
    let (_dir, file) = file();
    let lines = "registers_max = 1\nin_parts = true";
    let mut asked = 0_u32;
    // A total that carries between any two requests.
    let mut field = Field::new(lines, &file, move |run, _| {
        if run.first != run.last {
            return Behaviour::Refuses(3, 10);
        }
        asked += u32::from((2..=3).contains(&run.first));
        let total = 0xffff + asked / 5;
        let low = [123, 9, (total >> 16) as u16, total as u16, 77];
        Behaviour::Words(words(low, &run), 10)
    });
    let mut last = 0.0;
    for _ in 0..200 {
        let (values, asked) = field.poll().await;
        assert!(asked.iter().all(|(_, count)| *count == 1) && asked.len() <= 11, "{asked:?}");
        if let Ok(total) = values["energy_total"] {
            assert!((last..last + 3.0).contains(&total) || last == 0.0, "{last} {total}");
            last = total;
        }
    }
    assert!(last > 65_600.0, "{last}");
}

#[tokio::test]
async fn a_value_whose_parts_never_rest_is_missing() {
    let (_dir, file) = file();
    let mut asked = 0_u16;
    let mut field = Field::new("registers_max = 1\nin_parts = true", &file, move |run, _| {
        asked += 1;
        Behaviour::Words(words([123, 9, asked, asked, 77], &run), 10)
    });
    let (values, asked) = field.poll().await;
    assert_eq!(values["energy_total"], Err(Reason::Undecodable));
    assert_eq!((values["level"], values["flow"]), (Ok(1.23), Ok(77.0)));
    assert_eq!(asked.iter().filter(|(at, _)| (2..=3).contains(at)).count(), 7);
}

/// Whatever a device makes zero in an answer of several registers, no zero is stored for a register that has none.
#[tokio::test]
async fn no_zero_is_stored_of_a_device_that_lies_from_some_register_on() {
    let low = [123, 9, 1, 50_000, 77];
    for (right, whole) in (0..6_usize).flat_map(|right| (1..6_u16).map(move |whole| (right, whole)))
    {
        let (_dir, file) = file();
        let mut field = Field::new("", &file, move |run, _| {
            let honest = run.last - run.first < whole;
            zeros_from(if honest { usize::MAX } else { right }, words(low, &run))
        });
        for poll in 0..3 {
            let seen = field.poll().await.0;
            assert_eq!(seen, right_of(low), "right {right}, whole {whole}, poll {poll}");
        }
    }
}

/// Whatever a device makes of an answer of several registers: none of it is stored once a block was found to be wrong.
#[tokio::test]
async fn wide_values_of_a_device_that_answers_blocks_wrongly_are_read_register_by_register() {
    type Lie = fn(&mut Vec<u16>, &Run);
    let low = [123, 0, 16_712, 0, 77];
    let all_zero: Lie = |words, _| words.fill(0);
    let shifted: Lie = |words, run| *words = self::words([0, 16_712, 0, 77, 0], run);
    let shifted_back: Lie = |words, _| {
        words.rotate_right(1);
        words[0] = 0;
    };
    for (number, lie) in [all_zero, shifted, shifted_back].into_iter().enumerate() {
        let (_dir, file) = file();
        let mut field = Field::new("", &file, move |run, _| {
            let mut words = words(low, &run);
            if words.len() > 1 && run.first < 300 {
                lie(&mut words, &run);
            }
            Behaviour::Words(words, 10)
        });
        for poll in 0..3 {
            assert_eq!(field.poll().await.0, right_of(low), "lie {number}, poll {poll}");
        }
        assert!(!field.singles().is_empty());
    }
}

#[test]
fn a_file_of_before_and_one_with_a_wrong_block_are_read() {
    let (_dir, file) = file();
    let old = "format = 1\ngateway = 'gw-1'\n[[lesson]]\nbus = 'b'\nunit = 1\nkind = 'seam'\n\
        function = 3\nfirst = 5\nlast = 9\n";
    std::fs::write(&file, old).unwrap();
    assert_eq!(QuirkStore::open(file.clone(), "gw-1").quirks("b", 1)[0].kind, QuirkKind::Seam);
    std::fs::write(&file, old.replace("seam", "single")).unwrap();
    let run = Run { function: Function::Holding, first: 5, last: 9 };
    let single = Quirk { kind: QuirkKind::Single, run };
    assert_eq!(QuirkStore::open(file, "gw-1").quirks("b", 1), [single]);
}
