//! The counter engine, by examples and by random registers with a known truth.

use super::*;
use proptest::prelude::*;

const SPEC: Spec = Spec { modulus: Some(10_000.0), max_rate_per_hour: Some(60.0) };

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_660_000_000 + minutes * 60).unwrap()
}

fn sum(steps: &[Step]) -> Step {
    steps.iter().fold(Step::default(), |a, b| Step {
        increment: a.increment + b.increment,
        increment_max: a.increment_max + b.increment_max,
        rollovers: a.rollovers + b.rollovers,
        resets: a.resets + b.resets,
        glitches: a.glitches + b.glitches,
    })
}

fn hourly(spec: &Spec, raws: &[f64]) -> (State, Step) {
    let mut state = State::default();
    let steps: Vec<Step> = raws
        .iter()
        .enumerate()
        .map(|(hour, raw)| state.feed(spec, at(60 * hour as i64), *raw))
        .collect();
    (state, sum(&steps))
}

fn step(increment: f64, increment_max: f64, rollovers: u32, resets: u32, glitches: u32) -> Step {
    Step { increment, increment_max, rollovers, resets, glitches }
}

#[test]
fn normal_growth_counts_and_standing_still_does_not() {
    let (state, total) = hourly(&SPEC, &[100.0, 150.0, 150.0, 160.0]);
    assert_eq!(total, step(60.0, 60.0, 0, 0, 0));
    assert_eq!(state.pending(), 0);
}

#[test]
fn a_gap_counts_whole() {
    let mut state = State::default();
    state.feed(&SPEC, at(0), 100.0);
    assert_eq!(state.feed(&SPEC, at(60 * 24), 1300.0), step(1200.0, 1200.0, 0, 0, 0));
}

#[test]
fn a_rollover_counts_through_the_modulus() {
    let (_, total) = hourly(&SPEC, &[9950.0, 9990.0, 30.0, 80.0]);
    assert_eq!(total, step(130.0, 130.0, 1, 0, 0));
    let unrated = Spec { max_rate_per_hour: None, ..SPEC };
    assert_eq!(hourly(&unrated, &[9990.0, 30.0]).1.rollovers, 1);
}

#[test]
fn glitches_are_dropped_and_counted() {
    let (_, total) = hourly(&SPEC, &[5000.0, 0.0, 5040.0, 9999.0, 5080.0]);
    assert_eq!(total, step(80.0, 80.0, 0, 0, 2));
}

#[test]
fn a_reset_counts_from_its_first_reading_once_two_more_confirm_it() {
    let (state, total) = hourly(&SPEC, &[5000.0, 20.0]);
    assert_eq!((state.pending(), total), (1, Step::default()));
    let (state, total) = hourly(&SPEC, &[5000.0, 20.0, 40.0, 60.0]);
    // At most: three hours at 60 with the margin of 1.2, and the register's rounding.
    assert_eq!(state.pending(), 0);
    assert_eq!(total.resets, 1);
    assert_eq!(total.increment, 40.0);
    assert!((total.increment_max - 216.0).abs() < 0.01);
}

#[test]
fn a_replacement_counts_its_growth_and_not_its_jump() {
    for other in [4000.0, 7000.0] {
        let raws = [5000.0, other, other + 10.0, other + 20.0, other + 30.0];
        let (_, total) = hourly(&SPEC, &raws);
        assert_eq!((total.increment, total.resets), (30.0, 1));
        assert!(total.increment_max > 200.0);
    }
}

#[test]
fn without_a_rate_only_a_fall_is_suspicious() {
    let spec = Spec::default();
    let (_, total) = hourly(&spec, &[5.0, 5000.0, 20.0, 40.0, 60.0]);
    assert_eq!(total, step(4995.0 + 40.0, 4995.0 + 60.0, 0, 1, 0));
}

#[test]
fn a_register_with_coarse_steps_has_no_glitches() {
    let spec = Spec { modulus: None, max_rate_per_hour: Some(1.0) };
    let mut state = State::default();
    let steps: Vec<Step> = (0..=600)
        .map(|minute| state.feed(&spec, at(minute), f64::from(minute as u32 / 60)))
        .collect();
    assert_eq!(sum(&steps), step(10.0, 10.0, 0, 0, 0));
}

#[test]
fn a_new_register_may_pass_the_old_one_by_whole_steps() {
    // Two an hour, shown in steps of one: from 11 to 14 in 70 minutes is growth of the register that fell to 11.
    let spec = Spec { modulus: None, max_rate_per_hour: Some(1.95) };
    let mut state = State::default();
    let raws = [(0, 13.0), (125, 13.0), (288, 11.0), (358, 14.0)];
    let steps = raws.map(|(minutes, raw)| state.feed(&spec, at(minutes), raw));
    assert_eq!(steps[3].increment, 1.0);
    assert!(steps[3].increment_max > 5.0, "{:?}", steps[3]);
}

#[test]
fn rounding_old_and_odd_readings_change_nothing() {
    let mut state = State::default();
    state.feed(&SPEC, at(10), 5000.0);
    assert_eq!(state.feed(&SPEC, at(10), 5010.0), Step::default());
    assert_eq!(state.feed(&SPEC, at(5), 5010.0), Step::default());
    assert_eq!(state.feed(&SPEC, at(20), f64::NAN), Step::default());
    assert_eq!(state.feed(&SPEC, at(30), 4999.9998), Step::default());
    assert_eq!(state.pending(), 0);
    assert_eq!(state.feed(&SPEC, at(40), 5001.0).increment, 1.0);
}

/// What happens to the register or the reading.
#[derive(Debug, Clone)]
enum Event {
    Read,
    Glitch(bool),
    Reset,
}

/// One reading: minutes since the last, share of the rate, and the event.
fn reading() -> impl Strategy<Value = (i64, f64, Event)> {
    let event = prop_oneof![
        20 => Just(Event::Read),
        2 => any::<bool>().prop_map(Event::Glitch),
        1 => Just(Event::Reset),
    ];
    let minutes = prop_oneof![8 => 1i64..90, 1 => 90i64..600];
    (minutes, 0.0..=1.0f64, event)
}

/// Readings of a register that rolls over at 10,000, each with its time and the true growth.
fn simulate(start: f64, events: &[(i64, f64, Event)]) -> Vec<(Timestamp, f64, f64)> {
    let (mut minutes, mut truth, mut register) = (0, 0.0, start);
    let mut glitches = 0;
    let mut readings = vec![(at(0), register, truth)];
    for (passed, share, event) in events {
        minutes += passed;
        let grown = 60.0 * share * (*passed as f64) / 60.0;
        truth += grown;
        register += grown;
        if register >= 10_000.0 {
            register -= 10_000.0;
        }
        // Glitches and resets happen only in the middle of the range, where they differ from growth.
        let middle = (2500.0..9000.0).contains(&register);
        // More glitches in a row look like a reset, as the module says.
        let may_glitch = middle && glitches < CONFIRMATIONS;
        glitches = if matches!(event, Event::Glitch(_)) { glitches + 1 } else { 0 };
        let raw = match event {
            Event::Glitch(high) if may_glitch => {
                if *high && register < 6000.0 {
                    9400.0
                } else {
                    0.0
                }
            }
            Event::Reset if middle => {
                // Half of what grew in this interval was counted after the reset.
                register = grown / 2.0;
                register
            }
            _ => register,
        };
        readings.push((at(minutes), raw, truth));
    }
    readings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_truth_lies_between_the_two_totals(
        start in 0.0..10_000.0f64,
        events in prop::collection::vec(reading(), 1..200),
    ) {
        let readings = simulate(start, &events);
        let mut state = State::default();
        let (mut least, mut most) = (0.0, 0.0);
        let mut settled = 0.0;
        for (at, raw, truth) in &readings {
            let step = state.feed(&SPEC, *at, *raw);
            prop_assert!(0.0 <= step.increment && step.increment <= step.increment_max);
            least += step.increment;
            most += step.increment_max;
            prop_assert!(state.pending() <= CONFIRMATIONS);
            prop_assert!(least <= truth + 0.01, "{least} counted of {truth}");
            if state.pending() == 0 {
                settled = *truth;
                prop_assert!(*truth <= most + 0.01, "{truth} true, at most {most}");
            }
        }
        prop_assert!(settled <= most + 0.01);
    }

    #[test]
    fn a_fold_resumed_anywhere_gives_the_same(
        start in 0.0..10_000.0f64,
        events in prop::collection::vec(reading(), 1..60),
        split in any::<prop::sample::Index>(),
    ) {
        let readings = simulate(start, &events);
        let split = split.index(readings.len());
        let (mut whole, mut resumed) = (State::default(), State::default());
        for (index, (at, raw, _)) in readings.iter().enumerate() {
            if index == split {
                let json = serde_json::to_string(&resumed).unwrap();
                resumed = serde_json::from_str(&json).unwrap();
            }
            let step = whole.feed(&SPEC, *at, *raw);
            prop_assert_eq!(step, resumed.feed(&SPEC, *at, *raw));
        }
        prop_assert_eq!(whole, resumed);
    }
}
