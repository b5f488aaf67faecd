//! A strip of days: how many hours of each a pump ran.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;

use crate::core::Period;
use crate::locales::{Text, page_pumps as words};
use crate::web::format::day as day_words;

/// Width of a column, in which a stroke of its own width stands in the middle.
const WIDTH: i64 = 4;

/// Height: a unit an hour.
const HEIGHT: u32 = 24;

/// Columns at most: more are narrower than a pixel. Of more days, a column stands for several.
const COLUMNS_MAX: i64 = 122;

/// A strip, as paths of SVG.
#[derive(Serialize)]
pub(super) struct Strip {
    pub width: i64,
    pub height: u32,
    /// A stroke for each column with a day on which it ran, as high as the most hours of one.
    pub ran: String,
    /// The same for each column without data.
    pub gaps: String,
    /// The same in words.
    pub label: Text,
}

/// The strip of `period` with these hours by day; `None` where nothing tells when it ran.
pub(super) fn strip(period: Period, hours_by_day: &[(Date, u32)]) -> Option<Strip> {
    if hours_by_day.is_empty() {
        return None;
    }
    let days = period.days().max(1);
    let each = (days + COLUMNS_MAX - 1) / COLUMNS_MAX;
    let columns = (days + each - 1) / each;
    let mut hours: Vec<Option<u32>> = vec![None; usize::try_from(columns).unwrap_or(0)];
    let mut known = 0;
    for (day, ran) in hours_by_day.iter().filter(|(day, _)| period.contains(*day)) {
        let index = (Period { from: period.from, to: *day }.days() - 1) / each;
        if let Some(most) = usize::try_from(index).ok().and_then(|index| hours.get_mut(index)) {
            *most = Some(most.unwrap_or(0).max(*ran));
            known += 1;
        }
    }
    let (mut ran, mut gaps) = (String::new(), String::new());
    let mut x = WIDTH / 2;
    for hours in hours {
        // Writing into a text does not fail.
        let _ = match hours {
            Some(0) => Ok(()),
            Some(hours) => write!(ran, "M{x} {HEIGHT}v-{}", hours.min(HEIGHT)),
            None => write!(gaps, "M{x} 0v{HEIGHT}"),
        };
        x += WIDTH;
    }
    let label = label(hours_by_day, days - known);
    Some(Strip { width: columns * WIDTH, height: HEIGHT, ran, gaps, label })
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
        assert_eq!(strip.ran, "M2 24v-12M14 24v-24");
        assert_eq!(strip.gaps, "M10 0v24");
        let said = strip.label.within(Lang::English);
        assert!(said.contains("ran on 2 days") && said.contains("days without data: 1"), "{said}");
    }

    #[test]
    fn without_data_there_is_no_strip_and_a_long_one_is_bounded() {
        let day = date(2022, 8, 1);
        let period = Period { from: day, to: date(2023, 7, 31) };
        assert!(strip(period, &[]).is_none());
        let long =
            strip(period, &[(day, 1), (date(2022, 8, 3), 7), (date(2022, 8, 4), 5)]).unwrap();
        assert_eq!((long.width, long.ran.as_str()), (COLUMNS_MAX * WIDTH, "M2 24v-7M6 24v-5"));
        let idle = strip(Period { from: day, to: day }, &[(day, 0)]).unwrap();
        assert!(idle.label.within(Lang::English).contains("not seen to run"));
    }
}
