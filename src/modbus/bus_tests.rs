//! Buses with mocked devices on a stepped clock; the requests are compared as transcripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::super::mock_bus::{Behaviour, MockBus, Recorded};
use super::*;
use crate::core::{Outcome, Parameter};
use crate::device::{Function, Request, Run};
use crate::modbus::{AdHocRequest, Quirk, QuirkKind, QuirkStore, ReadResult};
use crate::support::Clock;
use crate::support::clock::Driver;

/// Six registers of which the third is not used, and one far off: two requests where a gap of a hundred is too much.
const PROFILE: &str = r#"
id = "meter"
name = "a meter"
source = "made up"
verified_by = "nobody"
confidence = 0.1
point = [
  { parameter = "flow", function = 3, address = 0, type = "u16", unit = "m3/h" },
  { parameter = "level", function = 3, address = 1, type = "u16", unit = "m" },
  { parameter = "power", function = 3, address = 3, type = "u16", unit = "kW" },
  { parameter = "voltage", function = 3, address = 4, type = "u32", unit = "V" },
  { parameter = "frequency", function = 3, address = 300, type = "u16", unit = "Hz" },
]
"#;

struct Fixture {
    bus: Bus,
    clock: Clock,
    driver: Arc<Driver>,
    recorded: Arc<Mutex<Vec<Recorded>>>,
    mode: watch::Sender<Mode>,
    stats: BusStats,
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

fn settings(units: u8, lines: &str) -> BusSettings {
    let mut text = format!("name = 'pumps'\ntcp = 'mock:502'\n{lines}\n");
    for unit in 1..=units {
        let _ =
            write!(text, "[[device]]\nunit = {unit}\nprofile = 'meter'\nstation = 'pump-{unit}'\n");
    }
    toml::from_str(&text).unwrap()
}

impl Fixture {
    fn new(
        settings: &BusSettings,
        quirks: &Path,
        behave: impl FnMut(u8, Run, Duration) -> Behaviour + Send + 'static,
    ) -> Self {
        let (clock, driver) = Clock::stepped(at(0));
        let driver = Arc::new(driver);
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let mock = MockBus {
            clock: clock.clone(),
            driver: driver.clone(),
            behave: Box::new(behave),
            recorded: recorded.clone(),
            silence: Duration::MAX,
            ended: None,
        };
        let (mode, changes) = watch::channel(Mode::Normal);
        let profile = crate::device::parse(PROFILE).unwrap();
        let profiles = BTreeMap::from([("meter".to_owned(), profile)]);
        let context = BusContext {
            clock: clock.clone(),
            mode: changes,
            quirks: Arc::new(QuirkStore::open(quirks.into(), "gw-1")),
            profiles: &profiles,
            random: || 1.0,
        };
        let bus = Bus::with_link(Link::mock(mock), settings, &context).unwrap();
        Self { bus, clock, driver, recorded, mode, stats: BusStats::default() }
    }

    async fn poll(&mut self) -> Vec<Reading> {
        self.driver.advance_to(self.bus.next_due().unwrap());
        self.bus.poll_next(&self.stats).await
    }

    /// All polls that begin before the clock has run for `seconds`.
    async fn run(&mut self, seconds: u64) -> Vec<Reading> {
        let mut readings = Vec::new();
        let end = self.clock.now() + (Duration::from_secs(seconds) - self.clock.uptime());
        while self.bus.next_due().unwrap() < end {
            readings.extend(self.poll().await);
        }
        self.driver.advance_to(end);
        readings
    }

    /// The requests since the last call.
    fn requests(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.recorded.lock().unwrap())
    }

    fn transcript(&self) -> String {
        let lines = self.requests().into_iter().map(|request| request.line() + "\n");
        lines.collect()
    }
}

fn values(readings: &[Reading]) -> Vec<(Parameter, Result<f64, Reason>)> {
    let value = |reading: &Reading| match reading.outcome {
        Outcome::Value(value) => Ok(value),
        Outcome::Missing(reason) => Err(reason),
    };
    let all = readings.iter();
    all.map(|r| (r.series.parameter, value(r))).collect()
}

fn nowhere() -> std::path::PathBuf {
    "/nowhere/learned.toml".into()
}

/// All values of a device whose registers hold their own addresses.
fn all_values() -> Vec<(Parameter, Result<f64, Reason>)> {
    vec![
        (Parameter::Flow, Ok(0.0)),
        (Parameter::Level, Ok(1.0)),
        (Parameter::Power, Ok(3.0)),
        (Parameter::Voltage, Ok(f64::from(4 << 16 | 5))),
        (Parameter::Frequency, Ok(300.0)),
    ]
}

#[tokio::test]
async fn a_refused_register_that_no_point_needs_survives_a_restart_and_is_tried_again_after_a_day()
{
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let settings = settings(1, "interval_s = 300");
    let refuses = |register: u16, until_s: u64| {
        move |_, run: Run, now: Duration| {
            if (run.first..=run.last).contains(&register) && now.as_secs() < until_s {
                Behaviour::Refuses(2, 10)
            } else {
                Behaviour::Returns(20)
            }
        }
    };
    let mut fixture = Fixture::new(&settings, &file, refuses(2, u64::MAX));
    let mut text = String::new();
    for poll in ["first poll", "second poll"] {
        assert_eq!(values(&fixture.poll().await), all_values());
        let _ = writeln!(text, "{poll}\n{}", fixture.transcript());
    }
    let holes = fixture.bus.watch().report().units[0].holes.clone();
    assert_eq!(holes, [(Function::Holding, 2, 2)]);
    // Two days, after which it answers again.
    let mut fixture = Fixture::new(&settings, &file, refuses(2, 100_000));
    fixture.poll().await;
    let _ = writeln!(text, "first poll after a restart\n{}", fixture.transcript());
    fixture.run(86_400).await;
    fixture.requests();
    for day in ["after a day", "the poll after it"] {
        assert_eq!(values(&fixture.poll().await), all_values());
        let _ = writeln!(text, "{day}\n{}", fixture.transcript());
    }
    fixture.run(2 * 86_400 + 1000).await;
    fixture.requests();
    assert_eq!(values(&fixture.poll().await), all_values());
    let _ = writeln!(text, "healed\n{}", fixture.transcript());
    assert_eq!(fixture.bus.watch().report().units[0].holes, []);
    assert!(QuirkStore::open(file, "gw-1").quirks("pumps", 1).is_empty());
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_refused_value_is_missing_in_each_poll_and_costs_the_others_nothing() {
    let settings = settings(1, "interval_s = 30");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, run, now| {
        if run.first <= 3 && run.last >= 3 && now.as_secs() < 400 {
            Behaviour::Refuses(2, 10)
        } else {
            Behaviour::Returns(20)
        }
    });
    let mut expected = all_values();
    expected[2].1 = Err(Reason::Exception);
    for _ in 0..4 {
        assert_eq!(values(&fixture.poll().await), expected);
    }
    let text = fixture.transcript();
    assert_eq!(values(&fixture.run(420).await)[..5], expected);
    fixture.requests();
    assert_eq!(values(&fixture.poll().await), all_values());
    let healed = fixture.transcript();
    fixture.poll().await;
    let after = fixture.transcript();
    insta::assert_snapshot!(format!("{text}\nhealed\n{healed}\nafter it\n{after}"));
}

#[tokio::test]
async fn a_device_that_answers_less_than_its_profile_says_is_read_in_smaller_requests() {
    let settings = settings(1, "interval_s = 300");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, run, _| {
        if run.last - run.first >= 4 { Behaviour::Refuses(3, 10) } else { Behaviour::Returns(20) }
    });
    for _ in 0..2 {
        assert_eq!(values(&fixture.poll().await), all_values());
    }
    let seams = fixture.bus.watch().report().units[0].seams.clone();
    assert_eq!(seams, [(Function::Holding, 1, 3)]);
    insta::assert_snapshot!(fixture.transcript());
}

#[tokio::test]
async fn a_device_that_refuses_everything_has_no_quirks() {
    let settings = settings(1, "interval_s = 10\nretries = 0");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, now| {
        if now.as_secs() < 299 { Behaviour::Refuses(2, 10) } else { Behaviour::Returns(20) }
    });
    let readings = fixture.run(300).await;
    assert!(readings.iter().all(|r| r.outcome == Outcome::Missing(Reason::Exception)));
    // Thirty polls of two requests, and three times the six requests that split one of them.
    assert_eq!(fixture.requests().len(), 30 * 2 + 3 * 6);
    assert_eq!(values(&fixture.poll().await), all_values());
    assert_eq!(fixture.requests().len(), 2);
    assert_eq!(fixture.bus.watch().report().units[0].state, HealthState::Online);
}

#[tokio::test]
async fn a_request_that_is_never_answered_costs_the_others_one_poll() {
    let settings = settings(1, "interval_s = 10\nretries = 0");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, run, _| {
        if run.first == 0 { Behaviour::Silent } else { Behaviour::Returns(20) }
    });
    let first = fixture.poll().await;
    assert!(first.iter().all(|r| r.outcome == Outcome::Missing(Reason::Timeout)));
    for _ in 0..20 {
        let readings = values(&fixture.poll().await);
        assert_eq!(readings[4], (Parameter::Frequency, Ok(300.0)));
        assert_eq!(readings[0], (Parameter::Flow, Err(Reason::Timeout)));
    }
    assert_eq!(fixture.bus.watch().report().units[0].state, HealthState::Online);
}

#[tokio::test]
async fn a_device_goes_offline_is_probed_and_read_whole_as_soon_as_it_answers() {
    let settings = settings(2, "interval_s = 1\ntimeout_ms = 100\nretries = 0");
    let mut fixture = Fixture::new(&settings, &nowhere(), |unit, _, now| {
        let dead = (5..45).contains(&now.as_secs());
        if unit == 2 && dead { Behaviour::Silent } else { Behaviour::Returns(20) }
    });
    let readings = fixture.run(90).await;
    let of = |unit: u8| {
        let station = format!("pump-{unit}");
        let own = readings.iter().filter(move |r| r.series.station.as_str() == station);
        own.filter(|r| r.series.parameter == Parameter::Flow)
    };
    assert_eq!((of(1).count(), of(2).count()), (90, 90));
    assert!(of(1).all(|r| r.value() == Some(0.0)));
    let silent = of(2).filter(|r| r.outcome == Outcome::Missing(Reason::Timeout));
    assert_eq!(silent.count(), 53 - 5);
    let asked = fixture.requests().into_iter().filter(|asked| asked.unit == 2);
    let around = asked.filter(|asked| (4..56).contains(&asked.at.as_second()));
    let lines: String = around.map(|asked| asked.line() + "\n").collect();
    let report = fixture.bus.watch().report();
    assert_eq!(report.units[1].state, HealthState::Online);
    assert_eq!(report.units[1].last_error, None, "that of the last poll, if it had any");
    insta::assert_snapshot!(lines);
}

/// Ten units polled without a pause, some of them dead: how much longer the others' round takes over two hours.
#[tokio::test]
async fn dead_units_slow_the_others_by_a_tenth_at_most() {
    for (dead, share_max) in [(1u8, 0.01), (3, 0.02), (9, 0.1)] {
        let settings = settings(10, "interval_s = 0\nretries = 0");
        let mut fixture = Fixture::new(&settings, &nowhere(), move |unit, _, _| {
            if unit > 10 - dead { Behaviour::Silent } else { Behaviour::Returns(60) }
        });
        // Until the pauses between probes are longest.
        fixture.run(1200).await;
        fixture.requests();
        fixture.run(1200 + 7200).await;
        let asked = fixture.requests();
        let (living, dead): (Vec<_>, Vec<_>) = asked.iter().partition(|a| a.outcome.is_ok());
        let time = |asked: &[&Recorded]| asked.iter().map(|a| a.took).sum::<Duration>();
        let (living, dead) = (time(&living), time(&dead));
        assert!(!dead.is_zero());
        let slowed = dead.as_secs_f64() / living.as_secs_f64();
        assert!(slowed <= share_max, "{dead:?} for {living:?}");
        let all = living + dead;
        assert!(all >= Duration::from_secs(7190), "the bus stood still: {all:?}");
    }
}

/// A hundred dead units with long timeouts: each is probed more rarely, and together they keep to their share.
#[tokio::test]
async fn the_probes_of_many_dead_units_keep_to_their_share_and_reach_each_of_them() {
    let settings = settings(101, "interval_s = 1\ntimeout_ms = 1500");
    let mut fixture = Fixture::new(&settings, &nowhere(), |unit, _, _| {
        if unit > 1 { Behaviour::Silent } else { Behaviour::Returns(20) }
    });
    fixture.run(4000).await;
    fixture.requests();
    fixture.run(4000 + 7200).await;
    let asked = fixture.requests();
    let probes: Vec<&Recorded> = asked.iter().filter(|a| a.unit > 1).collect();
    let time: Duration = probes.iter().map(|a| a.took).sum();
    assert!(time <= Duration::from_secs(720 + 2), "{time:?}");
    let units: std::collections::BTreeSet<u8> = probes.iter().map(|a| a.unit).collect();
    assert_eq!(units.len(), 100);
    let report = fixture.bus.watch().report();
    assert!(report.units.iter().skip(1).all(|unit| unit.state == HealthState::Never));
}

#[tokio::test]
async fn a_bus_that_cannot_be_reached_is_tried_once_for_all_its_devices() {
    let settings = settings(5, "interval_s = 1\nretries = 3");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, now| {
        if now.as_secs() < 60 { Behaviour::Unreachable(3) } else { Behaviour::Returns(20) }
    });
    let readings = fixture.run(60).await;
    assert_eq!(readings.len(), 60 * 5 * 5);
    assert!(readings.iter().all(|r| r.outcome == Outcome::Missing(Reason::Unreachable)));
    let report = fixture.bus.watch().report();
    assert_eq!(report.line, HealthState::Unreachable);
    // Each device has lost all polls, whichever of them was the one to be asked.
    for unit in &report.units {
        let said = (unit.state, unit.polls, unit.success());
        assert_eq!(said, (HealthState::Unreachable, 0, Some(0.0)));
        assert_eq!(unit.failures, BTreeMap::from([(Reason::Unreachable, 60)]));
    }
    let text = fixture.transcript();
    // The next probe reaches it, and with it all devices.
    fixture.run(100).await;
    let asked = fixture.requests();
    let first: Vec<u8> = asked.iter().take(10).map(|a| a.unit).collect();
    assert_eq!(first, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    let report = fixture.bus.watch().report();
    assert!(
        report.line == HealthState::Online
            && report.units.iter().all(|u| u.state == HealthState::Online)
    );
    insta::assert_snapshot!(text);
}

/// At 300 s, with a device that answers, one that never does and one that is asked each hour only: what is shown after
/// each poll, while the line breaks after 600 s and is back after 2400 s.
#[tokio::test]
async fn a_broken_line_is_told_within_two_intervals_with_all_its_devices() {
    use HealthState::{Never, New, Online, Suspect, Unreachable};
    let lines = "interval_s = 300\nretries = 0\nhealth = { failures = 9, after_s = 3000 }";
    let mut settings = settings(3, lines);
    let hourly = [
        Parameter::Flow,
        Parameter::Level,
        Parameter::Power,
        Parameter::Voltage,
        Parameter::Frequency,
    ];
    settings.devices[2].intervals_s.extend(hourly.map(|parameter| (parameter, 3600)));
    let mut fixture = Fixture::new(&settings, &nowhere(), |unit, _, now| {
        match (600..2400).contains(&now.as_secs()) {
            true => Behaviour::Unreachable(3),
            false if unit == 2 => Behaviour::Silent,
            false => Behaviour::Returns(20),
        }
    });
    let states = |fixture: &Fixture| {
        let report = fixture.bus.watch().report();
        let units = report.units.iter().map(|unit| unit.state);
        (report.line, units.collect::<Vec<_>>())
    };
    assert_eq!(states(&fixture), (New, vec![New; 3]));
    let mut shown = Vec::new();
    for _ in 0..10 {
        fixture.poll().await;
        shown.push(states(&fixture));
    }
    let well = (Online, vec![Online, Never, Online]);
    let broken = (Unreachable, vec![Unreachable; 3]);
    let mut expected = vec![well; 2];
    expected.push((Suspect, vec![Suspect, Never, Suspect]));
    expected.extend(vec![broken; 5]);
    // The third has not been asked since.
    expected.extend(vec![(Online, vec![Online, Never, Suspect]); 2]);
    assert_eq!(shown, expected);
    let report = fixture.bus.watch().report();
    assert_eq!(report.problem, None);
    let back = [report.since].into_iter().chain(report.units.iter().map(|unit| unit.since));
    assert!(back.flatten().filter(|since| *since >= at(2_400_000)).count() == 4, "{report:?}");
    assert_eq!(report.units[1].answered_at, None);
}

#[tokio::test]
async fn what_is_wrong_with_a_line_is_told_with_what_to_do_from_its_first_failure_on() {
    let settings = settings(1, "interval_s = 1");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Unreachable(0));
    fixture.poll().await;
    let report = fixture.bus.watch().report();
    assert_eq!((report.line, report.units[0].state), (HealthState::Suspect, HealthState::New));
    let problem = report.problem.unwrap().to_string();
    assert!(problem.starts_with("cannot connect to mock: closed; see that"), "{problem}");
}

/// The line is down at first; unit 1 hangs up from then on, unit 2 is silent before it does.
#[tokio::test]
async fn a_device_that_is_only_probed_has_the_reason_of_its_last_failure() {
    let settings = settings(2, "interval_s = 1\nretries = 0\ntimeout_ms = 100");
    let mut fixture = Fixture::new(&settings, &nowhere(), |unit, _, now| match now.as_secs() {
        0..30 => Behaviour::Unreachable(1),
        30..200 if unit == 2 => Behaviour::Silent,
        _ => Behaviour::Breaks(1),
    });
    fixture.run(100).await;
    let readings = [fixture.run(200).await, fixture.run(2000).await, fixture.run(2100).await];
    let reasons = readings.map(|readings| {
        ["pump-1", "pump-2"].map(|station| {
            let own = readings.iter().filter(|r| r.series.station.as_str() == station);
            let mut reasons: Vec<Outcome> = own.map(|r| r.outcome).collect();
            reasons.dedup();
            reasons
        })
    });
    let (timeout, broken) =
        (Outcome::Missing(Reason::Timeout), Outcome::Missing(Reason::Transport));
    assert_eq!(reasons[0], [vec![broken], vec![timeout]]);
    assert_eq!(reasons[1], [vec![broken], vec![timeout, broken]]);
    assert_eq!(reasons[2], [vec![broken], vec![broken]]);
}

#[tokio::test]
async fn a_bus_without_a_pause_rests_when_nobody_answers() {
    let settings = settings(3, "interval_s = 0\nretries = 0");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Unreachable(0));
    let readings = fixture.run(600).await;
    assert_eq!(readings.len(), 600 * 3 * 5);
    assert!(
        fixture.requests().len() < 50,
        "a server that refuses at once is asked every 15 to 30 s"
    );
    // One unit answers: missing readings of the others still come once a second, however often that one is polled.
    let mut fixture = Fixture::new(&settings, &nowhere(), |unit, _, _| {
        if unit > 1 { Behaviour::Silent } else { Behaviour::Returns(1) }
    });
    fixture.run(1000).await;
    let readings = fixture.run(1100).await;
    let (given, missing): (Vec<_>, Vec<_>) = readings.iter().partition(|r| r.value().is_some());
    assert!(given.len() > 200_000, "{}", given.len());
    assert!((900..=1000).contains(&missing.len()), "{}", missing.len());
}

#[tokio::test]
async fn each_parameter_has_its_interval_and_what_falls_due_together_is_read_together() {
    let mut settings = settings(1, "interval_s = 60\ndrought_interval_s = 20");
    let device = &mut settings.devices[0];
    device.intervals_s.insert(Parameter::Level, 20);
    device.drought_intervals_s.insert(Parameter::Level, 10);
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Returns(20));
    fixture.run(61).await;
    fixture.mode.send_replace(Mode::Drought);
    fixture.run(85).await;
    fixture.mode.send_replace(Mode::Normal);
    fixture.run(130).await;
    insta::assert_snapshot!(fixture.transcript());
}

/// A unit that takes no request within 30 ms of other traffic; another unit's traffic comes just before its request.
#[tokio::test]
async fn a_unit_that_needs_more_silence_gets_it_and_keeps_it_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let settings = settings(2, "interval_s = 10\nretries = 1");
    let slow = |ended: Arc<Mutex<Duration>>| {
        move |unit, _, now: Duration| {
            let mut ended = ended.lock().unwrap();
            let too_soon = unit == 2 && now.saturating_sub(*ended) < Duration::from_millis(30);
            let (took, behaviour) =
                if too_soon { (1000, Behaviour::Silent) } else { (20, Behaviour::Returns(20)) };
            *ended = now + Duration::from_millis(took);
            behaviour
        }
    };
    let mut fixture = Fixture::new(&settings, &file, slow(Arc::default()));
    fixture.run(60).await;
    assert_eq!(fixture.bus.watch().report().units[1].gap_ms, Some(40));
    fixture.requests();
    let readings = fixture.run(120).await;
    assert!(readings.iter().all(|reading| reading.value().is_some()));
    assert!(fixture.requests().iter().all(|asked| asked.outcome.is_ok()));
    let mut fixture = Fixture::new(&settings, &file, slow(Arc::default()));
    let readings = fixture.run(60).await;
    assert!(readings.iter().all(|reading| reading.value().is_some()));
    let report = fixture.bus.watch().report();
    assert_eq!((report.units[0].gap_ms, report.units[1].gap_ms), (None, Some(40)));
    assert!(report.units[1].failures.is_empty());
}

fn ad_hoc(address: u16) -> (AdHocRequest, oneshot::Receiver<ReadResult>) {
    let (reply, answer) = oneshot::channel();
    let request = Request { function: Function::Input, address, count: 2 };
    let ad_hoc = AdHocRequest { unit: 9, request, timeout: None, mode: None, reply };
    (ad_hoc, answer)
}

#[tokio::test]
async fn ad_hoc_requests_are_served_between_two_requests_and_between_polls() {
    let settings = settings(2, "interval_s = 10\nretries = 0");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Returns(20));
    let sender = fixture.bus.request_sender();
    let mut answers = Vec::new();
    for address in [70, 71, 72] {
        let (ad_hoc, answer) = ad_hoc(address);
        sender.try_send(ad_hoc).unwrap();
        answers.push(answer);
    }
    // Nobody waits for this answer any more.
    sender.try_send(ad_hoc(73).0).unwrap();
    fixture.poll().await;
    for (answer, address) in answers.into_iter().zip(70..) {
        assert_eq!(answer.await.unwrap(), Ok(vec![address, address + 1]));
    }
    // While the bus waits for its next tick.
    let (waiting, answer) = ad_hoc(80);
    let driver = fixture.driver.clone();
    let driven = async {
        driver.all_asleep().await;
        sender.send(waiting).await.unwrap();
        answer.await.unwrap().unwrap();
        driver.all_asleep().await;
        driver.advance_to(at(10_000));
    };
    let (readings, ()) = tokio::join!(fixture.bus.poll_next(&fixture.stats), driven);
    assert_eq!(readings.len(), 10);
    insta::assert_snapshot!(fixture.transcript());
}

/// The next poll was due in ten days by a clock that is then set back, and later forward by years.
#[tokio::test]
async fn polls_go_on_by_the_clock_as_it_is_when_it_is_set() {
    let settings = settings(1, "interval_s = 300");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Returns(0));
    fixture.driver.step_to(at(864_000_000));
    fixture.poll().await;
    let driver = fixture.driver.clone();
    let driven = async {
        driver.all_asleep().await;
        driver.step_to(at(10_000));
        driver.all_asleep().await;
        driver.advance_to(at(300_000));
    };
    let (readings, ()) = tokio::join!(fixture.bus.poll_next(&fixture.stats), driven);
    assert_eq!(readings[0].observed_at, at(300_000));
    let driven = async {
        driver.all_asleep().await;
        driver.step_to(at(1_659_283_205_000));
    };
    let (readings, ()) = tokio::join!(fixture.bus.poll_next(&fixture.stats), driven);
    assert_eq!(readings[0].observed_at, at(1_659_283_205_000));
    assert_eq!(fixture.bus.next_due(), Some(at(1_659_283_500_000)));
    assert_eq!(fixture.stats.counts().missed_ticks, 0);
    assert_eq!(fixture.stats.counts().readings, 15);
}

#[tokio::test]
async fn a_poll_that_lasts_too_long_is_counted_by_the_ticks_it_missed() {
    let settings = settings(2, "interval_s = 1");
    let mut fixture = Fixture::new(&settings, &nowhere(), |_, _, _| Behaviour::Returns(600));
    fixture.run(60).await;
    // Each takes 2.4 s and begins when the previous one has ended: a tick has passed meanwhile.
    let report = fixture.bus.watch().report();
    assert_eq!((report.polls, report.missed_ticks), (26, 60 - 25));
    assert_eq!(fixture.stats.counts().polls, report.polls);
    assert_eq!(fixture.stats.counts().missed_ticks, report.missed_ticks);
    assert!(report.busy > 0.75, "{report:?}");
    assert_eq!(report.units[0].answer_ms, Some([600.0, 600.0]));
}

#[test]
fn a_report_lists_quirks_by_kind() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let store = QuirkStore::open(file.clone(), "gw-1");
    let run = |first, last| Run { function: Function::Input, first, last };
    let quirk = |kind, run| Quirk { kind, run };
    let quirks = [quirk(QuirkKind::Hole, run(1, 2)), quirk(QuirkKind::Seam, run(3, 9))];
    store.set("pumps", 1, &quirks);
    let fixture = Fixture::new(&settings(1, ""), &file, |_, _, _| Behaviour::Returns(1));
    let report = fixture.bus.watch().report();
    assert_eq!(report.units[0].holes, [(Function::Input, 1, 2)]);
    assert_eq!(report.units[0].seams, [(Function::Input, 3, 9)]);
}
