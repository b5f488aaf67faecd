//! The axis of time: hours, days, months and years of the township's zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use crate::locales::page_station as words;

/// Marks of an axis at most.
const MARKS: i64 = 9;

/// A mark: an instant, and its words.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMark {
    pub at: Timestamp,
    pub words: String,
}

/// Distances of marks, with their length in hours.
#[derive(Debug, Clone, Copy)]
enum Step {
    Hours(i32),
    Days(i32),
    Months(i32),
}

const STEPS: [(Step, i64); 17] = [
    (Step::Hours(1), 1),
    (Step::Hours(2), 2),
    (Step::Hours(3), 3),
    (Step::Hours(6), 6),
    (Step::Hours(12), 12),
    (Step::Days(1), 24),
    (Step::Days(2), 48),
    (Step::Days(4), 96),
    (Step::Days(7), 168),
    (Step::Days(14), 336),
    (Step::Months(1), 730),
    (Step::Months(2), 1461),
    (Step::Months(3), 2191),
    (Step::Months(6), 4383),
    (Step::Months(12), 8766),
    (Step::Months(60), 43_830),
    (Step::Months(600), 438_300),
];

/// The marks of a span, in the language that is spoken.
pub fn marks(span: (Timestamp, Timestamp), zone: &TimeZone) -> Vec<TimeMark> {
    let hours = span.1.duration_since(span.0).as_hours().max(1);
    let fits = |(_, length): &(Step, i64)| hours / length < MARKS;
    let step = STEPS.iter().find(|step| fits(step)).map_or(Step::Months(12_000), |step| step.0);
    let forms = Forms::of_the_language();
    let mut found = Vec::new();
    let mut next = step.before(zone.to_datetime(span.0));
    // Two more than fit: the first may lie before the span, and a change of the clock adds one.
    for _ in 0..MARKS + 2 {
        if let Ok(zoned) = next.to_zoned_datetime(zone.clone()) {
            let at = zoned.timestamp();
            if at >= span.1 {
                break;
            }
            if at >= span.0 {
                found.push(TimeMark { at, words: forms.words(step, next) });
            }
        }
        let Ok(after) = next.checked_add(step.span()) else { break };
        next = after;
    }
    found
}

impl Step {
    /// The last mark that is not after `at`.
    fn before(self, at: DateTime) -> DateTime {
        let (day, midnight) = (at.date(), Time::midnight());
        match self {
            Self::Hours(n) => {
                let hour = i32::from(at.hour()) / n * n;
                day.to_datetime(Time::midnight()).saturating_add(i64::from(hour).hours())
            }
            Self::Days(n) => {
                let number = Date::ZERO.duration_until(day).as_hours() / 24;
                let over = number.rem_euclid(i64::from(n));
                day.saturating_sub(over.days()).to_datetime(midnight)
            }
            Self::Months(n) => {
                let number = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
                let over = number.rem_euclid(n);
                day.first_of_month().saturating_sub(i64::from(over).months()).to_datetime(midnight)
            }
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Hours(n) => i64::from(n).hours(),
            Self::Days(n) => i64::from(n).days(),
            Self::Months(n) => i64::from(n).months(),
        }
    }
}

/// How the language writes days, months and years.
struct Forms {
    day: String,
    month: String,
    year: String,
}

impl Forms {
    fn of_the_language() -> Self {
        Self {
            day: words::form_of_day().into(),
            month: words::form_of_month().into(),
            year: words::form_of_year().into(),
        }
    }

    fn words(&self, step: Step, at: DateTime) -> String {
        let form = match step {
            Step::Hours(_) if at.hour() != 0 => "%H:%M",
            Step::Hours(_) | Step::Days(_) => &self.day,
            Step::Months(_) if at.month() == 1 => &self.year,
            Step::Months(_) => &self.month,
        };
        // An office may have a form of its own that is none.
        jiff::fmt::strtime::format(form, at).unwrap_or_else(|_| at.date().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    fn labels(from: &str, to: &str, lang: Lang) -> Vec<String> {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let span = (from.parse().unwrap(), to.parse().unwrap());
        within(lang, || marks(span, &zone).into_iter().map(|mark| mark.words).collect())
    }

    #[test]
    fn a_day_has_hours_a_month_days_and_a_year_months() {
        let day = labels("2022-08-01T02:00:00Z", "2022-08-02T02:00:00Z", Lang::English);
        assert_eq!(day, ["12:00", "15:00", "18:00", "21:00", "2 Aug", "03:00", "06:00", "09:00"]);
        let month = labels("2022-08-01T00:00:00Z", "2022-08-31T00:00:00Z", Lang::Chinese);
        assert!(month.len() >= 6 && month.iter().all(|label| label.contains("月")), "{month:?}");
        let year = labels("2021-11-01T00:00:00Z", "2022-11-01T00:00:00Z", Lang::English);
        assert_eq!(year, ["2022", "Mar", "May", "Jul", "Sep", "Nov"]);
        let year = labels("2021-11-01T00:00:00Z", "2022-11-01T00:00:00Z", Lang::Chinese);
        assert_eq!(year, ["2022年", "3月", "5月", "7月", "9月", "11月"]);
    }

    #[test]
    fn a_span_of_any_length_has_few_marks() {
        for to in ["2022-08-01T00:00:01Z", "2023-08-01T00:00:00Z", "2999-08-01T00:00:00Z"] {
            let found = labels("2022-08-01T00:00:00Z", to, Lang::English);
            assert!(found.len() <= 11, "{found:?}");
        }
        assert!(labels("2022-08-01T00:00:00Z", "2022-08-01T00:00:00Z", Lang::English).is_empty());
    }

    #[test]
    fn the_clock_may_change_within() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let span =
            ("2022-10-29T00:00:00Z".parse().unwrap(), "2022-11-02T00:00:00Z".parse().unwrap());
        let found = marks(span, &zone);
        assert!(found.is_sorted_by_key(|mark| mark.at) && found.len() >= 4, "{found:?}");
    }
}
