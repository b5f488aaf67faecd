//! A strip of days: how many hours of each a pump ran.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;

use crate::core::Period;
use crate::locales::{Text, page_pumps as words};
use crate::web::format::day as day_words;

/// Width of a day, and of its column.
const DAY_WIDTH: i64 = 4;
const COLUMN_WIDTH: i64 = 3;

/// Height: a unit an hour.
const HEIGHT: u32 = 24;

/// Days that are drawn at most: more are narrower than a pixel.
const DAYS_MAX: i64 = 400;

/// A strip, as paths of SVG.
#[derive(Serialize)]
pub(super) struct Strip {
    pub width: i64,
    pub height: u32,
    /// A column for each day on which it ran.
    pub ran: String,
    /// The days without data.
    pub gaps: String,
    /// The same in words.
    pub label: Text,
}

/// The strip of `period` with these hours by day; `None` where nothing tells when it ran.
pub(super) fn strip(period: Period, hours_by_day: &[(Date, u32)]) -> Option<Strip> {
    if hours_by_day.is_empty() {
        return None;
    }
    let days = period.days().clamp(1, DAYS_MAX);
    let (mut ran, mut gaps, mut missing) = (String::new(), String::new(), 0);
    let mut given = hours_by_day.iter().peekable();
    let mut day = period.from;
    for index in 0..days {
        while given.next_if(|(earlier, _)| *earlier < day).is_some() {}
        let x = index * DAY_WIDTH;
        match given.next_if(|(same, _)| *same == day) {
            Some((_, 0)) => {}
            Some((_, hours)) => {
                let height = (*hours).min(HEIGHT);
                // Writing into a text does not fail.
                let _ = write!(ran, "M{x} {HEIGHT}v-{height}h{COLUMN_WIDTH}v{height}z");
            }
            None => {
                missing += 1;
                let _ = write!(gaps, "M{x} 0h{DAY_WIDTH}v{HEIGHT}h-{DAY_WIDTH}z");
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    let label = label(hours_by_day, missing);
    Some(Strip { width: days * DAY_WIDTH, height: HEIGHT, ran, gaps, label })
}

fn label(hours_by_day: &[(Date, u32)], missing: i64) -> Text {
    let running = || hours_by_day.iter().filter(|(_, hours)| *hours > 0);
    let ran = match running().max_by_key(|(_, hours)| *hours) {
        None => words::strip_idle(),
        Some((on, most)) => {
            let hours: u32 = running().map(|(_, hours)| *hours).sum();
            words::strip(running().count(), hours, *most, day_words(*on))
        }
    };
    let gaps = (missing > 0).then(|| words::strip_gaps(missing));
    Text::clauses(std::iter::once(ran).chain(gaps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use jiff::civil::date;

    #[test]
    fn each_day_has_its_column_its_gap_or_nothing() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 4) };
        let hours = [(date(2022, 8, 1), 12), (date(2022, 8, 2), 0), (date(2022, 8, 4), 99)];
        let strip = strip(period, &hours).unwrap();
        assert_eq!((strip.width, strip.height), (16, 24));
        assert_eq!(strip.ran, "M0 24v-12h3v12zM12 24v-24h3v24z");
        assert_eq!(strip.gaps, "M8 0h4v24h-4z");
        let said = strip.label.within(Lang::English);
        assert!(said.contains("ran on 2 days") && said.contains("days without data: 1"), "{said}");
    }

    #[test]
    fn without_data_there_is_no_strip_and_a_long_one_is_bounded() {
        let day = date(2022, 8, 1);
        let period = Period { from: day, to: date(2029, 8, 1) };
        assert!(strip(period, &[]).is_none());
        let long = strip(period, &[(day, 1)]).unwrap();
        assert_eq!(long.width, DAYS_MAX * DAY_WIDTH);
        let idle = strip(Period { from: day, to: day }, &[(day, 0)]).unwrap();
        assert!(idle.label.within(Lang::English).contains("not seen to run"));
    }
}
