//! The promises, one by one.

use hanqing::core::{Calendar, Flag, Period, Reading, Reason, Series};
use hanqing::store::Sqlite;
use hanqing::wire::{ClockState, CounterSpec, GatewayState, LossCause, LossRecord, Status};
use jiff::SignedDuration;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::{Tested, at};

pub fn a_batch_that_comes_twice_counts_once(mut tested: Tested) {
    let readings =
        vec![tested.good("pond/level", 0, 98.5), tested.good("pump/energy_total", 0, 10.0)];
    let one = tested.batch(1, readings.clone());
    assert_eq!(tested.commit(std::slice::from_ref(&one)), [(1, 1)]);
    let hours = tested.hours("pond/level");
    assert_eq!(tested.commit(&[one.clone(), one]), [(1, 1)]);
    assert_eq!(tested.readings("pond/level"), readings[..1]);
    assert_eq!(tested.hours("pond/level"), hours);
    assert_eq!(tested.read().count().unwrap(), 2);
    assert_eq!(tested.delivered(), (vec![(1, 1)], vec![]));
    let names: Vec<Series> = tested.read().series().unwrap();
    assert_eq!(names, ["pond/level", "pump/energy_total"].map(|name| tested.series(name)));
}

pub fn late_and_replayed_readings_find_their_place(mut tested: Tested) {
    let hourly = |tested: &Tested, hours: &mut dyn Iterator<Item = i64>| -> Vec<Reading> {
        hours.map(|h| tested.good("pump/energy_total", 60 * h, 10.0 * h as f64)).collect()
    };
    let early = hourly(&tested, &mut (0..10));
    let middle = hourly(&tested, &mut (10..20));
    let late = hourly(&tested, &mut (20..30));
    tested.commit(&[tested.batch(1, early)]);
    tested.commit(&[tested.batch(3, late)]);
    let before = tested.hours("pump/energy_total");
    assert_eq!((before.len(), before[10].increment), (20, Some(110.0)));
    assert_eq!(tested.delivered().1, [(2, 2)]);
    let replayed = [tested.batch(2, middle.clone()), tested.batch(2, middle)];
    tested.commit(&replayed);
    let hours = tested.hours("pump/energy_total");
    assert_eq!(hours.len(), 30);
    assert!(hours[1..].iter().all(|hour| hour.increment == Some(10.0)));
    assert_eq!(tested.delivered(), (vec![(1, 3)], vec![]));
}

pub fn a_value_takes_the_place_of_what_is_missing(mut tested: Tested) {
    let missing = |tested: &Tested, minutes| {
        Reading::missing(tested.series("pond/level"), at(minutes), Reason::Timeout, vec![])
    };
    let first = vec![missing(&tested, 0), tested.good("pond/level", 1, 1.5)];
    let then = vec![tested.good("pond/level", 0, 2.5), missing(&tested, 1)];
    tested.commit(&[tested.batch(1, first)]);
    tested.read();
    tested.commit(&[tested.batch(2, then)]);
    let wanted = [tested.good("pond/level", 0, 2.5), tested.good("pond/level", 1, 1.5)];
    assert_eq!(tested.readings("pond/level"), wanted);
    let hours = tested.hours("pond/level");
    assert_eq!((hours[0].counted, hours[0].missing), (2, 0));
}

pub fn readings_come_back_as_they_were(mut tested: Tested) {
    let values = [
        0.0,
        1e-9,
        -273.15,
        98.113,
        f64::from(36.6f32),
        0.1 + 0.2,
        123_456_789.012_345,
        999_999_999_999.9,
        1e12,
        -1e300,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    let mut readings: Vec<Reading> =
        (0..).zip(values).map(|(minute, value)| tested.good("pond/level", minute, value)).collect();
    let flags = [Flag::NotEvaluated, Flag::Suspect, Flag::Fail];
    for (minute, reason) in (100..).zip(Reason::ALL) {
        let raw: Vec<u16> = (0..minute % 9).map(|n| (n * 7919) as u16 ^ 0x8000).collect();
        let series = tested.series("pond/level");
        readings.push(match minute % 4 {
            3 => Reading::missing(series, at(minute), *reason, raw),
            n => Reading {
                flag: flags[n as usize],
                reason: Some(*reason),
                raw: raw.into(),
                ..Reading::good(series, at(minute), minute as f64 / 3.0)
            },
        });
    }
    // A flag may come without a reason, and a time has milliseconds.
    readings.push(Reading {
        flag: Flag::NotEvaluated,
        observed_at: at(200) + SignedDuration::from_millis(7),
        ..tested.good("pond/level", 200, 4.0)
    });
    tested.commit(&[tested.batch(1, readings.clone())]);
    let found = tested.readings("pond/level");
    assert_eq!(found, readings);
    let bits = |readings: &[Reading]| -> Vec<_> {
        readings.iter().map(|reading| reading.value().map(f64::to_bits)).collect()
    };
    assert_eq!(bits(&found), bits(&readings));
    let (from, to) = (at(3), at(9));
    let series = tested.series("pond/level");
    assert_eq!(tested.read().readings(&series, from, to).unwrap(), readings[3..9]);
}

pub fn a_counter_rolls_over_whenever_it_is_described(mut tested: Tested) {
    let spec = CounterSpec { modulus: Some(10_000.0), max_rate_per_hour: Some(60.0) };
    let values = [9_970.0, 9_990.0, 5.0, 15.0, 30.0];
    for (name, first) in [("before/energy_total", true), ("after/energy_total", false)] {
        let readings = (0..).zip(values).map(|(h, v)| tested.good(name, 60 * h, v)).collect();
        let seq = if first { 1 } else { 2 };
        if first {
            tested.birth(name, Some(spec));
        }
        tested.commit(&[tested.batch(seq, readings)]);
        if !first {
            tested.read();
            tested.birth(name, Some(spec));
        }
        let series = tested.series(name);
        assert_eq!(tested.read().grown(&series, None).unwrap(), Some(60.0), "{name}");
        let hours = tested.hours(name);
        assert_eq!(hours.iter().map(|hour| hour.rollovers).sum::<u32>(), 1);
    }
    // Described anew, without a modulus: the fall is a reset now.
    tested
        .birth("after/energy_total", Some(CounterSpec { modulus: None, max_rate_per_hour: None }));
    let hours = tested.hours("after/energy_total");
    assert_eq!(hours.iter().map(|hour| (hour.rollovers, hour.resets)).max(), Some((0, 1)));
}

pub fn windows_follow_zone_and_hydrological_day(mut tested: Tested) {
    let readings = (0..72).map(|h| tested.good("pond/level", 60 * h, h as f64)).collect();
    tested.commit(&[tested.batch(1, readings)]);
    let series = tested.series("pond/level");
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 2) };
    // 2022-08-01T00:00Z is eight in the morning there.
    for (start, lasts) in [(0, [15.0, 39.0]), (8, [23.0, 47.0])] {
        drop(tested.read());
        let path = match &tested.copied {
            None => tested.context.path("store.db"),
            Some(copied) => copied.path.clone(),
        };
        let mut store = Sqlite::open(&path).unwrap();
        let calendar = Calendar::new(zone.clone(), start);
        store.set_calendar(&calendar).unwrap();
        let days = store.days(&series, period).unwrap();
        let found: Vec<Option<f64>> = days.iter().map(|day| day.last).collect();
        assert_eq!(found, lasts.map(Some));
        let (from, to) = calendar.bounds(period);
        let hours = store.hours(&series, from, to).unwrap();
        let counted: u32 = days.iter().map(|day| day.counted).sum();
        assert_eq!(hours.iter().map(|hour| hour.counted).sum::<u32>(), counted);
    }
}

pub fn the_latest_and_the_latest_that_counts(mut tested: Tested) {
    let series = tested.series("pond/level");
    assert_eq!(tested.read().latest(&series).unwrap(), None);
    let good = tested.good("pond/level", 10, 3.25);
    let failed = Reading {
        flag: Flag::Fail,
        reason: Some(Reason::Spike),
        ..tested.good("pond/level", 20, 99.0)
    };
    let missing = Reading::missing(series.clone(), at(30), Reason::Crc, vec![1, 2]);
    tested.commit(&[tested.batch(1, vec![missing.clone(), good.clone()])]);
    tested.commit(&[tested.batch(2, vec![failed])]);
    let latest = tested.read().latest(&series).unwrap().unwrap();
    assert_eq!((latest.last, latest.counted), (missing, Some(good)));
}

pub fn gaps_and_what_is_lost_have_names(mut tested: Tested) {
    let lost =
        LossRecord { first: 5, lost: Some(70), from: at(0), to: at(60), why: LossCause::Thinned };
    let unknown = LossRecord { first: 9, lost: None, why: LossCause::Damaged, ..lost };
    let mut thinned = tested.batch(7, vec![tested.good("pond/level", 0, 1.0)]);
    thinned.loss = Some(lost);
    let mut spoilt = tested.batch(9, vec![]);
    spoilt.loss = Some(unknown);
    tested.commit(&[tested.batch(2, vec![]), thinned, spoilt]);
    assert_eq!(tested.delivered(), (vec![(2, 2), (5, 7), (9, 9)], vec![(1, 1), (3, 4), (8, 8)]));
    let rows = tested.read().lost().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.seq, row.loss)).collect();
    assert_eq!(told, [(7, lost), (9, unknown)]);
}

pub fn what_a_gateway_says_of_itself(mut tested: Tested) {
    tested.commit(&[tested.batch(1, vec![])]);
    let heard = tested.now;
    let gateway = tested.gateway(1);
    for (state, clock) in [
        (GatewayState::Online, Some(ClockState::Provisional)),
        (GatewayState::Offline, None),
        (GatewayState::Online, Some(ClockState::Good)),
    ] {
        tested.now += SignedDuration::from_mins(1);
        let mut status = Status::new(state, tested.now);
        status.clock = clock;
        tested.store.status(&gateway, &status, tested.now).unwrap();
        let rows = tested.read().gateways().unwrap();
        let row = rows.iter().find(|row| row.gateway == gateway).unwrap();
        assert_eq!(row.online, Some(state == GatewayState::Online));
        assert_eq!((row.since, row.heard_at), (Some(tested.now), Some(heard)));
        // A goodbye says nothing of the clock.
        assert_eq!(row.clock, Some(clock.unwrap_or(ClockState::Provisional)));
    }
}
