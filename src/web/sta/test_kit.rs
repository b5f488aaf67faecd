//! What the tests of the view need: a small township with its readings, and a hub that answers of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::facts::{Extent, ObservationsAsked, Observed, Order, Things, ThingsAnswer, ThingsAsked};
use crate::core::{Flag, Parameter, Reading, Reason, Series};
use crate::water::{Station, Township};
use crate::web::workplace::Ask;

/// Readings of each series, a minute apart.
pub const READINGS: usize = 5;

/// When the first of them was made.
pub fn first() -> Timestamp {
    "2022-08-01T00:00:00Z".parse().unwrap()
}

/// A pond with a place, and a pump without.
pub fn township() -> Township {
    let text = r#"
        name = "示例乡"
        [[village]]
        id = "dongmen"
        name = "东门村"
        persons = 1
        groups = 1
        sown_area_mu = 1.0
        [[station]]
        id = "pond-1"
        name = "门口塘"
        kind = "pond"
        village = "dongmen"
        place = { longitude = 114.9, latitude = 25.8 }
        [[station]]
        id = "pump-1"
        name = "东门'一'号"
        kind = "pump"
        village = "dongmen"
    "#;
    toml::from_str(text).unwrap()
}

/// What is known of it: three series, a sensor of the pond, and a series of a station that is not in the township.
pub fn things() -> Things {
    let names = ["pump-1/power", "pond-1/level", "pump-1/energy_total", "stray/level"];
    let series = names.map(|name| name.parse().unwrap());
    let profile = ("pond-1".parse().unwrap(), vec!["radar-level".to_owned()]);
    let two = ("pump-1".parse().unwrap(), vec!["a".to_owned(), "b".to_owned()]);
    Things::new(Arc::new(township()), series.into(), &BTreeMap::from([profile, two]))
}

/// So many stations, each with a level.
pub fn many(stations: usize) -> Things {
    let mut township = township();
    let pump = township.stations[1].clone();
    let id = |number: usize| format!("w-{number}").parse().unwrap();
    township.stations =
        (0..stations).map(|number| Station { id: id(number), ..pump.clone() }).collect();
    let series = (0..stations).map(|number| format!("w-{number}/level").parse().unwrap());
    Things::new(Arc::new(township), series.collect(), &BTreeMap::new())
}

/// The readings of a series with what they count as: 0 to 4, of which number 1 is missing, 2 is said to be shifted by
/// 10, and 3 has failed.
pub fn readings(series: &Series) -> Vec<(Reading, Option<f64>)> {
    let reading = |number: usize| {
        let at = first() + jiff::SignedDuration::from_mins(number as i64);
        let good = Reading::good(series.clone(), at, number as f64);
        match number {
            1 => (Reading::missing(series.clone(), at, Reason::Timeout, vec![]), None),
            2 => (good, Some(12.0)),
            3 => (Reading { flag: Flag::Fail, reason: Some(Reason::Spike), ..good }, None),
            number => (good, Some(number as f64)),
        }
    };
    (0..READINGS).map(reading).collect()
}

fn observed(asked: &ObservationsAsked) -> Observed {
    let mut rows = Vec::new();
    for part in &asked.parts {
        let span = part.from..part.to;
        let wanted = |row: &(Reading, Option<f64>)| {
            span.contains(&row.0.observed_at)
                && part.wanted.as_ref().is_none_or(|wanted| wanted(&row.0, row.1))
        };
        rows.extend(readings(&part.series).into_iter().filter(wanted));
    }
    let count = asked.count.then_some(rows.len() as u64);
    let key = |(reading, _): &(Reading, Option<f64>)| match asked.order {
        Order::BySeries => (Timestamp::MIN, reading.series.clone(), reading.observed_at),
        _ => (reading.observed_at, reading.series.clone(), Timestamp::MIN),
    };
    rows.sort_by_key(key);
    if asked.order == Order::NewestFirst {
        rows.reverse();
    }
    let before = asked.after.as_ref().and_then(|(series, at)| {
        rows.iter().position(|(reading, _)| (&reading.series, reading.observed_at) == (series, *at))
    });
    rows.drain(..before.map_or(0, |before| before + 1));
    rows.drain(..asked.skip.min(rows.len()));
    let more = rows.len() > asked.most;
    rows.truncate(asked.most);
    Observed { rows, more, count, cost: 1 }
}

/// A hub that answers of [`things`] and [`readings`].
pub fn canned_things() -> Ask<ThingsAsked, ThingsAnswer> {
    let known = Arc::new(things());
    Ask::new(move |asked| {
        let answer = match asked {
            ThingsAsked::Known => ThingsAnswer::Known(known.clone()),
            ThingsAsked::Extents(series) => {
                let last = first() + jiff::SignedDuration::from_mins(READINGS as i64 - 1);
                let ahead_at = Some(last + jiff::SignedDuration::from_hours(8));
                let extent = |series: &Series| Extent {
                    span: Some((first(), last)),
                    ahead_at: ahead_at.filter(|_| series.parameter == Parameter::Power),
                };
                ThingsAnswer::Extents(series.iter().map(extent).collect())
            }
            ThingsAsked::Observations(asked) => ThingsAnswer::Observations(observed(&asked)),
        };
        async move { Ok(answer) }
    })
}
