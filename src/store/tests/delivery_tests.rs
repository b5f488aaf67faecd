//! Hours and days do not depend on how readings are delivered.

use proptest::prelude::*;

use super::*;

/// What happens to a register between two polls, and the result of the poll.
#[derive(Debug, Clone, Copy)]
struct Poll {
    minutes: i64,
    growth: f64,
    event: u8,
    outcome: u8,
}

fn polls() -> impl Strategy<Value = Vec<Poll>> {
    let minutes = prop_oneof![4 => Just(20i64), 3 => Just(60), 1 => 61i64..400];
    let growth = prop_oneof![2 => Just(0.0), 5 => 0.0f64..30.0, 1 => 0.0f64..200.0];
    let poll = (minutes, growth, 0u8..40, 0u8..12)
        .prop_map(|(minutes, growth, event, outcome)| Poll { minutes, growth, event, outcome });
    prop::collection::vec(poll, 1..60)
}

/// The readings of a register that rolls over at 1000, is reset and shows glitches.
fn register(name: &str, polls: &[Poll]) -> Vec<Reading> {
    let (mut minute, mut shown) = (0, 900.0);
    let reading = |poll: &Poll| {
        minute += poll.minutes;
        shown = f64::rem_euclid(shown + poll.growth, 1000.0);
        if poll.event == 0 {
            shown = 0.0;
        }
        let value = match poll.event {
            1 => 0.0,
            2 => -0.0,
            3 => shown * 3.0 + 500.0,
            _ => shown,
        };
        match poll.outcome {
            0 => missing(name, minute, Reason::Timeout),
            1 => flagged(name, minute, value, Flag::Suspect),
            2 => flagged(name, minute, value, Flag::Fail),
            _ => good(name, minute, value),
        }
    };
    polls.iter().map(reading).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However readings are cut into batches, and however often and in whatever order these arrive, every stored hour
    /// equals the one computed from its readings, and the one after a delivery in order.
    #[test]
    fn hours_do_not_depend_on_the_delivery(
        energy in polls(),
        level in polls(),
        lengths in prop::collection::vec(1usize..8, 1..20),
        order in prop::collection::vec(any::<prop::sample::Index>(), 20),
        together in prop::collection::vec(1usize..4, 20),
        born_after in 0usize..10,
        clock in prop::collection::vec(-600i64..6000, 40),
        bound in prop::sample::select(vec![1usize, 3, 2000]),
    ) {
        let names = ["pump-1/energy_total", "pump-1/power"];
        let mut readings = register(names[0], &energy);
        readings.extend(register(names[1], &level));
        readings.sort_by_key(|r| r.observed_at);
        let mut batches = Vec::new();
        let mut rest = readings.as_slice();
        for length in lengths.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*length).min(rest.len()));
            batches.push(batch(batches.len() as u64 + 1, now.to_vec()));
            rest = later;
        }
        let birth = born(names[0], Some(1000.0), Some(60.0));

        let in_order = File::new();
        let mut expected = in_order.open();
        expected.birth(&gateway("gw-1"), &birth, at(0)).unwrap();
        expected.commit(&batches, at(0)).unwrap();

        // Some at random and repeatedly; then all that have not arrived yet, the last first.
        let file = File::new();
        let mut store = file.open();
        // What a commit may not fold is folded later, and comes to the same.
        store.fold_max = bound;
        let mut sent: Vec<Batch> = order.iter().map(|i| i.get(&batches).clone()).collect();
        sent.truncate(batches.len() * 2);
        sent.extend(batches.iter().rev().cloned());
        let mut sizes = together.iter().cycle();
        let mut clock = clock.iter();
        let mut rest = sent.as_slice();
        let mut commits = 0;
        while !rest.is_empty() {
            if commits == born_after {
                store.birth(&gateway("gw-1"), &birth, at(0)).unwrap();
            }
            let (now, later) = rest.split_at(sizes.next().copied().unwrap_or(1).min(rest.len()));
            // The hub's clock advances, stops or steps back, so that hot rows are demoted at any point.
            store.commit(now, at(clock.next().copied().unwrap_or(0))).unwrap();
            if commits % 3 == 1 {
                store.work_on().unwrap();
            }
            if commits % 5 == 4 {
                // What was sealed too early comes back.
                store.take_back(None, at(clock.next().copied().unwrap_or(0))).unwrap();
            }
            rest = later;
            commits += 1;
        }
        store.birth(&gateway("gw-1"), &birth, at(0)).unwrap();
        store.settle().unwrap();
        prop_assert_eq!(store.pending().unwrap(), 0);
        prop_assert_eq!(folding_tests::cells(&store), folding_tests::cells(&expected));

        for name in names {
            let cells = all_hours(&store, name);
            let days = all_days(&store, name);
            prop_assert_eq!(&(cells.clone(), days.clone()), &recompute(&store, &series(name)));
            prop_assert_eq!(&cells, &all_hours(&expected, name));
            prop_assert_eq!(&days, &all_days(&expected, name));
            prop_assert_eq!(store.latest(&series(name)).unwrap(), expected.latest(&series(name)).unwrap());
            prop_assert_eq!(all_readings(&store, name), all_readings(&expected, name));
        }
        prop_assert_eq!(store.count().unwrap(), readings.len() as u64);
        prop_assert_eq!(ranges(&store, "gw-1", 7), vec![(1, batches.len() as u64)]);
    }
}
