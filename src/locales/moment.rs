//! Times as people write them: 11月29日 08:00, and in English 29 Nov 08:00. Programs get RFC 3339 instead.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Text;

/// The minute of `at` in `zone`, with its year where that is not the year of `now`.
///
/// ```
/// use hanqing::locales::{Lang, moment};
/// use jiff::tz::TimeZone;
///
/// let at = "2022-11-29T08:00:05Z".parse()?;
/// assert_eq!(moment(at, at, &TimeZone::UTC).to_string(), "29 Nov 08:00");
/// assert_eq!(moment(at, at, &TimeZone::UTC).within(Lang::Chinese), "11月29日 08:00");
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Text {
    written(at, zone, other_year(at, now, zone), "%H:%M")
}

/// The second of `at`, as [`moment`] writes a minute.
pub fn moment_with_seconds(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Text {
    written(at, zone, other_year(at, now, zone), "%H:%M:%S")
}

/// The second of `at`, as [`moment`] writes a minute, and how far `zone` is from UTC.
pub fn moment_with_offset(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Text {
    written(at, zone, other_year(at, now, zone), "%H:%M:%S %:z")
}

/// The second of `at` with its year, and how far `zone` is from UTC.
pub fn full_moment(at: Timestamp, zone: &TimeZone) -> Text {
    written(at, zone, true, "%H:%M:%S %:z")
}

/// A day without its year: 11月29日, 29 Nov.
pub fn day(day: Date) -> Text {
    let [zh, en] = WITHOUT_YEAR.map(|written| day.strftime(written).to_string());
    Text::both(zh, en)
}

/// A day with its year.
pub fn full_day(day: Date) -> Text {
    let [zh, en] = WITH_YEAR.map(|written| day.strftime(written).to_string());
    Text::both(zh, en)
}

const WITHOUT_YEAR: [&str; 2] = ["%-m月%-d日", "%-d %b"];
const WITH_YEAR: [&str; 2] = ["%Y年%-m月%-d日", "%-d %b %Y"];

fn other_year(at: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
    let year = |at: Timestamp| zone.to_datetime(at).year();
    year(at) != year(now)
}

fn written(at: Timestamp, zone: &TimeZone, with_year: bool, time: &str) -> Text {
    let day = match with_year {
        true => WITH_YEAR,
        false => WITHOUT_YEAR,
    };
    let at = at.to_zoned_datetime(zone.clone());
    let [zh, en] = day.map(|day| at.strftime(&format!("{day} {time}")).to_string());
    Text::both(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn a_time_is_written_as_the_language_does() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at: Timestamp = "2026-11-29T00:00:07Z".parse().unwrap();
        let later: Timestamp = "2027-01-02T00:00:00Z".parse().unwrap();
        for (text, zh, en) in [
            (moment(at, at, &zone), "11月29日 08:00", "29 Nov 08:00"),
            (moment(at, later, &zone), "2026年11月29日 08:00", "29 Nov 2026 08:00"),
            (moment_with_seconds(at, at, &zone), "11月29日 08:00:07", "29 Nov 08:00:07"),
            (
                moment_with_seconds(at, later, &zone),
                "2026年11月29日 08:00:07",
                "29 Nov 2026 08:00:07",
            ),
            (
                full_moment(at, &zone),
                "2026年11月29日 08:00:07 +08:00",
                "29 Nov 2026 08:00:07 +08:00",
            ),
        ] {
            assert_eq!(Lang::ALL.map(|lang| text.within(lang)), [zh, en]);
        }
    }

    #[test]
    fn the_year_is_that_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at: Timestamp = "2026-12-31T16:00:00Z".parse().unwrap();
        let now: Timestamp = "2027-06-01T00:00:00Z".parse().unwrap();
        assert_eq!(moment(at, now, &zone).to_string(), "1 Jan 00:00");
    }
}
