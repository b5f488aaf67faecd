//! Buses on which devices do as they are told, on a stepped clock; what was asked is kept as transcripts.

use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;

use tokio::sync::oneshot;

use super::super::play::{Asked, Deed, Play};
use super::*;
use crate::core::{Outcome, Parameter};
use crate::device::{Function, Request, Run};
use crate::modbus::{Errand, LessonKind, ReadError};
use crate::support::clock::Driver;

/// Ten registers apart from the third, and one far off: two requests where a gap of a hundred is too much.
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

struct Stage {
    bus: Bus,
    clock: Clock,
    driver: Arc<Driver>,
    asked: Arc<Mutex<Vec<Asked>>>,
    mode: watch::Sender<Mode>,
    stats: BusStats,
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

/// A bus with `units`, and these lines of settings.
fn settings(units: u8, lines: &str) -> BusSettings {
    let mut text = format!("name = 'pumps'\ntcp = 'stage:502'\n{lines}\n");
    for unit in 1..=units {
        let _ =
            write!(text, "[[device]]\nunit = {unit}\nprofile = 'meter'\nstation = 'pump-{unit}'\n");
    }
    toml::from_str(&text).unwrap()
}

impl Stage {
    fn new(
        settings: &BusSettings,
        learned: &Path,
        script: impl FnMut(u8, Run, Duration) -> Deed + Send + 'static,
    ) -> Self {
        let (clock, driver) = Clock::stepped(at(0));
        let driver = Arc::new(driver);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let play = Play {
            clock: clock.clone(),
            driver: driver.clone(),
            script: Box::new(script),
            asked: asked.clone(),
            quiet: Duration::MAX,
            ended: None,
        };
        let (mode, changes) = watch::channel(Mode::Normal);
        let context = BusContext {
            clock: clock.clone(),
            mode: changes,
            learned: Arc::new(Learned::open(learned.into(), "gw-1")),
        };
        let profile = crate::device::parse(PROFILE).unwrap();
        let profiles = BTreeMap::from([("meter".to_owned(), profile)]);
        let bus = Bus::on(Line::Play(play), settings, &profiles, &context, || 1.0).unwrap();
        Self { bus, clock, driver, asked, mode, stats: BusStats::default() }
    }

    /// The next poll, when it is due.
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

    /// What was asked since this was called last.
    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn transcript(&self) -> String {
        let lines = self.asked().into_iter().map(|asked| asked.line() + "\n");
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
async fn a_refused_register_that_nobody_wants_is_found_kept_over_a_restart_and_tried_again_after_a_day()
 {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let settings = settings(1, "interval_s = 300");
    let refuses = |register: u16, until_s: u64| {
        move |_, run: Run, now: Duration| {
            if (run.first..=run.last).contains(&register) && now.as_secs() < until_s {
                Deed::Refuses(2, 10)
            } else {
                Deed::Gives(20)
            }
        }
    };
    let mut stage = Stage::new(&settings, &file, refuses(2, u64::MAX));
    let mut text = String::new();
    for poll in ["first poll", "second poll"] {
        assert_eq!(values(&stage.poll().await), all_values());
        let _ = writeln!(text, "{poll}\n{}", stage.transcript());
    }
    let holes = stage.bus.watch().report().units[0].holes.clone();
    assert_eq!(holes, [(Function::Holding, 2, 2)]);
    // Two days in which it heals.
    let mut stage = Stage::new(&settings, &file, refuses(2, 100_000));
    stage.poll().await;
    let _ = writeln!(text, "first poll after a restart\n{}", stage.transcript());
    stage.run(86_400).await;
    stage.asked();
    for day in ["after a day", "the poll after it"] {
        assert_eq!(values(&stage.poll().await), all_values());
        let _ = writeln!(text, "{day}\n{}", stage.transcript());
    }
    stage.run(2 * 86_400 + 1000).await;
    stage.asked();
    assert_eq!(values(&stage.poll().await), all_values());
    let _ = writeln!(text, "healed\n{}", stage.transcript());
    assert_eq!(stage.bus.watch().report().units[0].holes, []);
    assert!(Learned::open(file, "gw-1").of("pumps", 1).is_empty());
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_refused_value_is_missing_in_each_poll_and_costs_the_others_nothing() {
    let settings = settings(1, "interval_s = 30");
    let mut stage = Stage::new(&settings, &nowhere(), |_, run, now| {
        if run.first <= 3 && run.last >= 3 && now.as_secs() < 400 {
            Deed::Refuses(2, 10)
        } else {
            Deed::Gives(20)
        }
    });
    let mut expected = all_values();
    expected[2].1 = Err(Reason::Exception);
    for _ in 0..4 {
        assert_eq!(values(&stage.poll().await), expected);
    }
    let text = stage.transcript();
    assert_eq!(values(&stage.run(420).await)[..5], expected);
    stage.asked();
    assert_eq!(values(&stage.poll().await), all_values());
    let healed = stage.transcript();
    stage.poll().await;
    let after = stage.transcript();
    insta::assert_snapshot!(format!("{text}\nhealed\n{healed}\nafter it\n{after}"));
}

#[tokio::test]
async fn a_device_that_answers_less_than_its_profile_says_is_read_in_smaller_requests() {
    let settings = settings(1, "interval_s = 300");
    let mut stage = Stage::new(&settings, &nowhere(), |_, run, _| {
        if run.last - run.first >= 4 { Deed::Refuses(3, 10) } else { Deed::Gives(20) }
    });
    for _ in 0..2 {
        assert_eq!(values(&stage.poll().await), all_values());
    }
    let seams = stage.bus.watch().report().units[0].seams.clone();
    assert_eq!(seams, [(Function::Holding, 1, 3)]);
    insta::assert_snapshot!(stage.transcript());
}

#[tokio::test]
async fn a_device_that_refuses_everything_teaches_nothing() {
    let settings = settings(1, "interval_s = 10\nretries = 0");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, now| {
        if now.as_secs() < 299 { Deed::Refuses(2, 10) } else { Deed::Gives(20) }
    });
    let readings = stage.run(300).await;
    assert!(readings.iter().all(|r| r.outcome == Outcome::Missing(Reason::Exception)));
    // Thirty polls of two requests, and three times what it takes to take one of them apart.
    assert_eq!(stage.asked().len(), 30 * 2 + 3 * 6);
    assert_eq!(values(&stage.poll().await), all_values());
    assert_eq!(stage.asked().len(), 2);
    assert_eq!(stage.bus.watch().report().units[0].state, State::Online);
}

#[tokio::test]
async fn a_request_that_is_never_answered_costs_the_others_one_poll() {
    let settings = settings(1, "interval_s = 10\nretries = 0");
    let mut stage = Stage::new(&settings, &nowhere(), |_, run, _| {
        if run.first == 0 { Deed::Silent } else { Deed::Gives(20) }
    });
    let first = stage.poll().await;
    assert!(first.iter().all(|r| r.outcome == Outcome::Missing(Reason::Timeout)));
    for _ in 0..20 {
        let readings = values(&stage.poll().await);
        assert_eq!(readings[4], (Parameter::Frequency, Ok(300.0)));
        assert_eq!(readings[0], (Parameter::Flow, Err(Reason::Timeout)));
    }
    assert_eq!(stage.bus.watch().report().units[0].state, State::Online);
}

#[tokio::test]
async fn a_device_goes_offline_is_probed_and_read_whole_as_soon_as_it_answers() {
    let settings = settings(2, "interval_s = 1\ntimeout_ms = 100\nretries = 0");
    let mut stage = Stage::new(&settings, &nowhere(), |unit, _, now| {
        let dead = (5..45).contains(&now.as_secs());
        if unit == 2 && dead { Deed::Silent } else { Deed::Gives(20) }
    });
    let readings = stage.run(90).await;
    let of = |unit: u8| {
        let station = format!("pump-{unit}");
        let own = readings.iter().filter(move |r| r.series.station.as_str() == station);
        own.filter(|r| r.series.parameter == Parameter::Flow)
    };
    assert_eq!((of(1).count(), of(2).count()), (90, 90));
    assert!(of(1).all(|r| r.value() == Some(0.0)));
    let silent = of(2).filter(|r| r.outcome == Outcome::Missing(Reason::Timeout));
    assert_eq!(silent.count(), 53 - 5);
    let asked = stage.asked().into_iter().filter(|asked| asked.unit == 2);
    let around = asked.filter(|asked| (4..56).contains(&asked.at.as_second()));
    let lines: String = around.map(|asked| asked.line() + "\n").collect();
    let report = stage.bus.watch().report();
    assert_eq!(report.units[1].state, State::Online);
    insta::assert_snapshot!(lines);
}

/// Ten units polled without a pause, of which some are dead: how much longer the cycle of the living takes over two hours.
#[tokio::test]
async fn dead_units_slow_the_living_by_a_tenth_at_most() {
    for (dead, share_max) in [(1u8, 0.01), (3, 0.02), (9, 0.1)] {
        let settings = settings(10, "interval_s = 0\nretries = 0");
        let mut stage = Stage::new(&settings, &nowhere(), move |unit, _, _| {
            if unit > 10 - dead { Deed::Silent } else { Deed::Gives(60) }
        });
        // Until all steps of the back-off have been gone through.
        stage.run(1200).await;
        stage.asked();
        stage.run(1200 + 7200).await;
        let asked = stage.asked();
        let (living, dead): (Vec<_>, Vec<_>) = asked.iter().partition(|a| a.outcome.is_ok());
        let time = |asked: &[&Asked]| asked.iter().map(|a| a.took).sum::<Duration>();
        let (living, dead) = (time(&living), time(&dead));
        assert!(!dead.is_zero());
        let slowed = dead.as_secs_f64() / living.as_secs_f64();
        assert!(slowed <= share_max, "{dead:?} for {living:?}");
        let all = living + dead;
        assert!(all >= Duration::from_secs(7190), "the bus stood still: {all:?}");
    }
}

/// A hundred dead units with long timeouts: each is probed less often, and together they keep to their share.
#[tokio::test]
async fn the_probes_of_many_dead_units_keep_to_their_share_and_reach_each_of_them() {
    let settings = settings(101, "interval_s = 1\ntimeout_ms = 1500");
    let mut stage =
        Stage::new(
            &settings,
            &nowhere(),
            |unit, _, _| {
                if unit > 1 { Deed::Silent } else { Deed::Gives(20) }
            },
        );
    stage.run(4000).await;
    stage.asked();
    stage.run(4000 + 7200).await;
    let asked = stage.asked();
    let probes: Vec<&Asked> = asked.iter().filter(|a| a.unit > 1).collect();
    let time: Duration = probes.iter().map(|a| a.took).sum();
    assert!(time <= Duration::from_secs(720 + 2), "{time:?}");
    let units: std::collections::BTreeSet<u8> = probes.iter().map(|a| a.unit).collect();
    assert_eq!(units.len(), 100);
    let report = stage.bus.watch().report();
    assert!(report.units.iter().skip(1).all(|unit| unit.state == State::Offline));
}

#[tokio::test]
async fn a_bus_that_cannot_be_reached_is_tried_once_for_all_its_devices() {
    let settings = settings(5, "interval_s = 1\nretries = 3");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, now| {
        if now.as_secs() < 60 { Deed::Unreachable(3) } else { Deed::Gives(20) }
    });
    let readings = stage.run(60).await;
    assert_eq!(readings.len(), 60 * 5 * 5);
    assert!(readings.iter().all(|r| r.outcome == Outcome::Missing(Reason::Unreachable)));
    assert_eq!(stage.bus.watch().report().line, State::Offline);
    let text = stage.transcript();
    // The next try finds it, and with it all devices.
    stage.run(100).await;
    let asked = stage.asked();
    let first: Vec<u8> = asked.iter().take(10).map(|a| a.unit).collect();
    assert_eq!(first, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    let report = stage.bus.watch().report();
    assert!(report.line == State::Online && report.units.iter().all(|u| u.state == State::Online));
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_bus_without_a_pause_rests_when_nobody_answers() {
    let settings = settings(3, "interval_s = 0\nretries = 0");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, _| Deed::Unreachable(0));
    let readings = stage.run(600).await;
    assert_eq!(readings.len(), 600 * 3 * 5);
    assert!(stage.asked().len() < 30);
    // One answers: the others' readings still come once a second, however many polls that one gets.
    let mut stage =
        Stage::new(
            &settings,
            &nowhere(),
            |unit, _, _| {
                if unit > 1 { Deed::Silent } else { Deed::Gives(1) }
            },
        );
    stage.run(1000).await;
    let readings = stage.run(1100).await;
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
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, _| Deed::Gives(20));
    stage.run(61).await;
    stage.mode.send_replace(Mode::Drought);
    stage.run(85).await;
    stage.mode.send_replace(Mode::Normal);
    stage.run(130).await;
    insta::assert_snapshot!(stage.transcript());
}

/// A unit that takes no request within 30 ms of other traffic. Two units, so that one's traffic lies before the other's request.
#[tokio::test]
async fn a_unit_that_needs_more_silence_gets_it_and_keeps_it_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let settings = settings(2, "interval_s = 10\nretries = 1");
    let slow = |ended: Arc<Mutex<Duration>>| {
        move |unit, _, now: Duration| {
            let mut ended = ended.lock().unwrap();
            let hurried = unit == 2 && now.saturating_sub(*ended) < Duration::from_millis(30);
            let (took, deed) = if hurried { (1000, Deed::Silent) } else { (20, Deed::Gives(20)) };
            *ended = now + Duration::from_millis(took);
            deed
        }
    };
    let mut stage = Stage::new(&settings, &file, slow(Arc::default()));
    stage.run(60).await;
    assert_eq!(stage.bus.watch().report().units[1].gap_ms, Some(40));
    stage.asked();
    let readings = stage.run(120).await;
    assert!(readings.iter().all(|reading| reading.value().is_some()));
    assert!(stage.asked().iter().all(|asked| asked.outcome.is_ok()));
    let mut stage = Stage::new(&settings, &file, slow(Arc::default()));
    let readings = stage.run(60).await;
    assert!(readings.iter().all(|reading| reading.value().is_some()));
    let report = stage.bus.watch().report();
    assert_eq!((report.units[0].gap_ms, report.units[1].gap_ms), (None, Some(40)));
    assert!(report.units[1].failures.is_empty());
}

fn errand(address: u16) -> (Errand, oneshot::Receiver<Result<Vec<u16>, ReadError>>) {
    let (reply, answer) = oneshot::channel();
    let request = Request { function: Function::Input, address, count: 2 };
    let errand = Errand { unit: 9, request, timeout: None, mode: None, reply };
    (errand, answer)
}

#[tokio::test]
async fn errands_are_served_between_two_requests_and_between_polls() {
    let settings = settings(2, "interval_s = 10\nretries = 0");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, _| Deed::Gives(20));
    let desk = stage.bus.desk();
    let mut answers = Vec::new();
    for address in [70, 71, 72] {
        let (errand, answer) = errand(address);
        desk.try_send(errand).unwrap();
        answers.push(answer);
    }
    // Nobody waits for this one any more.
    desk.try_send(errand(73).0).unwrap();
    stage.poll().await;
    for (answer, address) in answers.into_iter().zip(70..) {
        assert_eq!(answer.await.unwrap(), Ok(vec![address, address + 1]));
    }
    // While the bus waits for its next tick.
    let (waiting, answer) = errand(80);
    let driver = stage.driver.clone();
    let driven = async {
        driver.settled().await;
        desk.send(waiting).await.unwrap();
        answer.await.unwrap().unwrap();
        driver.settled().await;
        driver.advance_to(at(10_000));
    };
    let (readings, ()) = tokio::join!(stage.bus.poll_next(&stage.stats), driven);
    assert_eq!(readings.len(), 10);
    insta::assert_snapshot!(stage.transcript());
}

/// The next poll was due in ten days by a clock that has since been set back; then it is set forward by years.
#[tokio::test]
async fn polls_go_on_by_the_clock_as_it_is_when_it_is_set() {
    let settings = settings(1, "interval_s = 300");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, _| Deed::Gives(0));
    stage.driver.step_to(at(864_000_000));
    stage.poll().await;
    let driver = stage.driver.clone();
    let driven = async {
        driver.settled().await;
        driver.step_to(at(10_000));
        driver.settled().await;
        driver.advance_to(at(300_000));
    };
    let (readings, ()) = tokio::join!(stage.bus.poll_next(&stage.stats), driven);
    assert_eq!(readings[0].observed_at, at(300_000));
    let driven = async {
        driver.settled().await;
        driver.step_to(at(1_659_283_205_000));
    };
    let (readings, ()) = tokio::join!(stage.bus.poll_next(&stage.stats), driven);
    assert_eq!(readings[0].observed_at, at(1_659_283_205_000));
    assert_eq!(stage.bus.next_due(), Some(at(1_659_283_500_000)));
    assert_eq!(stage.stats.missed_ticks.load(Relaxed), 0);
    assert_eq!(stage.stats.readings.load(Relaxed), 15);
}

#[tokio::test]
async fn a_poll_that_lasts_too_long_is_counted_by_the_ticks_it_missed() {
    let settings = settings(2, "interval_s = 1");
    let mut stage = Stage::new(&settings, &nowhere(), |_, _, _| Deed::Gives(600));
    stage.run(60).await;
    // Each takes 2.4 s, and begins when the one before has ended: a tick has passed meanwhile.
    let report = stage.bus.watch().report();
    assert_eq!((report.polls, report.missed_ticks), (26, 60 - 25));
    assert_eq!(stage.stats.polls.load(Relaxed), report.polls);
    assert_eq!(stage.stats.missed_ticks.load(Relaxed), report.missed_ticks);
    assert!(report.busy > 0.75, "{report:?}");
    assert_eq!(report.units[0].answer_ms, Some([600.0, 600.0]));
}

#[test]
fn lessons_of_other_kinds_are_told_apart_in_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("learned.toml");
    let learned = Learned::open(file.clone(), "gw-1");
    let run = |first, last| Run { function: Function::Input, first, last };
    let lesson = |kind, run| super::super::Lesson { kind, run };
    let lessons = [lesson(LessonKind::Hole, run(1, 2)), lesson(LessonKind::Seam, run(3, 9))];
    learned.set("pumps", 1, &lessons);
    let stage = Stage::new(&settings(1, ""), &file, |_, _, _| Deed::Gives(1));
    let report = stage.bus.watch().report();
    assert_eq!(report.units[0].holes, [(Function::Input, 1, 2)]);
    assert_eq!(report.units[0].seams, [(Function::Input, 3, 9)]);
}
