//! Days and times that a workbook stores as numbers.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan as _};

use super::{Cell, Fault};

const DAY_MS: f64 = 86_400_000.0;

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// 1 is 1900-01-01. For the sake of Lotus 1-2-3 there is a 60, the 1900-02-29, that was no day.
    #[default]
    Since1900,
    /// 0 is 1904-01-01.
    Since1904,
}

/// The day `serial`, with its time if `time`, as a cell shows it.
pub(super) fn cell(serial: f64, epoch: Epoch, time: bool) -> Cell {
    // A number below 1 is a time without a day.
    let moment = if (1.0..3_000_000.0).contains(&serial) { moment(serial, epoch) } else { None };
    match moment {
        None => Cell::Fault(Fault::NoDate(serial.to_string())),
        Some(moment) if time && moment.time() != Time::midnight() => Cell::Moment(moment),
        Some(moment) => Cell::Day(moment.date()),
    }
}

/// The month of a day of which only that is shown.
pub(super) fn month(day: Cell) -> Cell {
    match day {
        Cell::Day(day) => Cell::Month(day.first_of_month()),
        Cell::Moment(moment) => Cell::Month(moment.date().first_of_month()),
        other => other,
    }
}

fn moment(serial: f64, epoch: Epoch) -> Option<DateTime> {
    let whole = serial.trunc();
    // Excel keeps times to the millisecond.
    let ms = ((serial - whole) * DAY_MS).round() as i64;
    let (first, days) = match epoch {
        Epoch::Since1904 => (Date::constant(1904, 1, 1), whole as i64),
        Epoch::Since1900 if whole == 60.0 => return None,
        Epoch::Since1900 if whole < 60.0 => (Date::constant(1899, 12, 31), whole as i64),
        Epoch::Since1900 => (Date::constant(1899, 12, 30), whole as i64),
    };
    let span: Span = days.days().try_milliseconds(ms).ok()?;
    first.to_datetime(Time::midnight()).checked_add(span).ok()
}

/// A day or a moment in the form of ISO 8601, as .ods and strict .xlsx store it.
pub(super) fn iso(text: &str, time: bool) -> Cell {
    let text = text.trim().trim_end_matches('Z');
    if let Ok(moment) = text.parse::<DateTime>()
        && text.contains('T')
        && time
        && moment.time() != Time::midnight()
    {
        return Cell::Moment(moment);
    }
    match text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(DateTime::date)) {
        Ok(day) if day.year() >= 0 => Cell::Day(day),
        _ => Cell::Fault(Fault::NoDate(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_counted_from_the_epoch_of_the_workbook() {
        let day = |serial, epoch| cell(serial, epoch, true);
        assert_eq!(day(44788.0, Epoch::Since1900), Cell::Day(date(2022, 8, 15)));
        assert_eq!(day(44788.0 - 1462.0, Epoch::Since1904), Cell::Day(date(2022, 8, 15)));
        assert_eq!(day(1.0, Epoch::Since1900), Cell::Day(date(1900, 1, 1)));
        assert_eq!(day(59.0, Epoch::Since1900), Cell::Day(date(1900, 2, 28)));
        assert_eq!(day(61.0, Epoch::Since1900), Cell::Day(date(1900, 3, 1)));
        for none in [60.0, 60.5, 0.5, -3.0, 2_958_466.0, f64::NAN, 1e300] {
            assert_eq!(
                day(none, Epoch::Since1900),
                Cell::Fault(Fault::NoDate(none.to_string())),
                "{none}"
            );
        }
    }

    #[test]
    fn a_time_is_kept_where_the_format_shows_it() {
        let moment = date(2022, 8, 15).at(14, 30, 0, 0);
        assert_eq!(cell(44_788.604_166_666_664, Epoch::Since1900, true), Cell::Moment(moment));
        assert_eq!(cell(44788.6, Epoch::Since1900, false), Cell::Day(date(2022, 8, 15)));
        assert_eq!(iso("2022-08-15T14:30:00", true), Cell::Moment(moment));
        assert_eq!(iso("2022-08-15T00:00:00", true), Cell::Day(date(2022, 8, 15)));
        assert_eq!(iso("2022-08-15", true), Cell::Day(date(2022, 8, 15)));
        assert_eq!(iso("2022-13-15", true), Cell::Fault(Fault::NoDate("2022-13-15".into())));
    }
}
