//! Numbers, ages and states in words, as several pages show them.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::account::{Rank, Total};
pub(super) use crate::locales::day;
use crate::locales::{self, Text, moment, page as words};
use crate::water::{StationKind, Status};

/// A reading older than this is shown grey. Gateways poll every 5 minutes by default and may be late by a connection
/// window of an hour; at twice that nobody should take the level for today's. Engineering judgement.
const STALE_S: i64 = 2 * 3600;

/// The same in a simulation, whose hours pass in hundredths of a second: a reading takes simulated hours to reach the
/// page, and none of them is worth a warning.
const STALE_SIMULATED_S: i64 = 24 * 3600;

/// Less change than this is 平. Common level sensors resolve 1 cm (GB/T 11828): a slower change is lost in noise.
pub(super) const STEADY_M_PER_DAY: f64 = 0.01;

/// Whether a reading is too old to be taken for the state of now; of no reading it is.
pub(super) fn is_stale(age_s: Option<i64>, simulated: bool) -> bool {
    let limit = if simulated { STALE_SIMULATED_S } else { STALE_S };
    age_s.is_none_or(|age| age > limit)
}

/// How long ago, in the largest unit that fits.
pub(super) fn age(seconds: i64) -> Text {
    match seconds {
        ..60 => words::seconds_ago(seconds.max(0)),
        60..3600 => words::minutes_ago(seconds / 60),
        _ => words::hours_ago(seconds / 3600),
    }
}

/// How long ago, in steps that change seldom: for a page that many follow.
pub(super) fn rough_age(seconds: i64) -> Text {
    match seconds {
        ..600 => words::within_ten_minutes(),
        600..3600 => words::minutes_ago(seconds / 600 * 10),
        _ => words::hours_ago(seconds / 3600),
    }
}

/// A whole number with a narrow no-break space between groups of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A quantity that is not negative, rounded to a whole number; empty where it is not finite.
pub(super) fn whole(quantity: f64) -> String {
    match quantity.is_finite() {
        true => grouped(quantity.round().max(0.0) as u64),
        false => String::new(),
    }
}

/// A level or a difference of levels, m, to the centimetre.
pub(super) fn metres(level: f64) -> String {
    format!("{level:.2}")
}

/// A sum over pumps: its value, and where its bounds say more, what they say.
pub(super) fn total(total: &Total) -> (Text, Text) {
    let [least, most] = total.bounds;
    let open = !most.is_finite();
    let [least_words, most_words] = [least, most].map(whole);
    let Some(value) = total.value.filter(|value| value.is_finite()) else {
        let bounds = if open { words::no_status() } else { words::at_most(most_words) };
        return (Text::verbatim("—"), bounds);
    };
    let value = whole(value);
    match (least_words == value, most_words == value) {
        // Of pumps of which nothing is known, nothing but that it is not negative is certain.
        (_, false) if open && least_words == "0" => (words::not_known(), Text::default()),
        (_, false) if open => (words::at_least(least_words), Text::default()),
        (true, true) => (Text::verbatim(value), Text::default()),
        (true, false) if value == "0" => (words::at_most(most_words), Text::default()),
        (true, false) => (Text::verbatim(value), words::at_most(most_words)),
        (false, true) => (Text::verbatim(value), words::at_least(least_words)),
        (false, false) if least_words == "0" => (Text::verbatim(value), words::at_most(most_words)),
        (false, false) => (Text::verbatim(value), words::between(least_words, most_words)),
    }
}

/// A span from the one instant to before the other: its days where it is whole days, else to the minute.
pub(super) fn span(from: Timestamp, to: Timestamp, now: Timestamp, zone: &TimeZone) -> Text {
    let [start, end] = [from, to].map(|at| zone.to_datetime(at));
    if from < to && start.time() == Time::midnight() && end.time() == Time::midnight() {
        let (first, last) = (start.date(), end.date().saturating_sub(1.day()));
        let this_year = zone.to_datetime(now).year();
        let named = |date: Date| match [first, last].iter().all(|d| d.year() == this_year) {
            true => day(date),
            false => locales::full_day(date),
        };
        return if first == last { named(first) } else { words::span(named(first), named(last)) };
    }
    words::span(moment(from, now, zone), moment(to, now, zone))
}

/// The day on which a span begins that is whole days long: of what is made of days, no hour is known.
pub(super) fn day_at(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Text {
    let [date, today] = [at, now].map(|at| zone.to_datetime(at).date());
    if date.year() == today.year() { day(date) } else { locales::full_day(date) }
}

/// Text as a path or the value of a query has it (RFC 3986 §2.1).
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Id of a status in style sheets.
pub(super) fn status_id(status: Option<Status>) -> &'static str {
    status.map_or("none", Status::id)
}

/// Name of a source's status; without one it is not known: a source without data, without thresholds, or whose level is
/// not believed.
pub(super) fn status_name(status: Option<Status>, kind: StationKind) -> Text {
    status.map_or_else(words::not_known, |status| status.name(kind))
}

/// A change of level, cm a day, with an arrow, and its id in style sheets.
pub(super) fn trend(m_per_day: Option<f64>) -> (&'static str, String) {
    match m_per_day.filter(|rate| rate.is_finite()) {
        None => ("none", "—".to_owned()),
        Some(rate) if rate >= STEADY_M_PER_DAY => ("rise", format!("↑{:.0}", rate * 100.0)),
        Some(rate) if rate <= -STEADY_M_PER_DAY => ("fall", format!("↓{:.0}", -rate * 100.0)),
        Some(_) => ("steady", "→".to_owned()),
    }
}

/// The classes of the USGS for a gauge's rank in its own record (WaterWatch): below 10 much below normal, below 25
/// below normal, to 75 normal, to 90 above, beyond much above.
pub(super) fn rank(rank: &Rank) -> Text {
    match rank.percentile {
        ..10.0 => words::rank_much_below(),
        10.0..25.0 => words::rank_below(),
        25.0..=75.0 => words::rank_usual(),
        75.0..=90.0 => words::rank_above(),
        _ => words::rank_much_above(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    /// `text` in Chinese and in English.
    fn both(text: &Text) -> [String; 2] {
        Lang::ALL.map(|lang| text.within(lang))
    }

    #[test]
    fn words_for_numbers() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(12), "12");
        assert_eq!(whole(-0.4), "0");
        assert_eq!(whole(f64::NAN), "");
        assert_eq!(both(&age(-3)), ["0 秒前", "0 s ago"]);
        assert_eq!(both(&age(59)), ["59 秒前", "59 s ago"]);
        assert_eq!(both(&age(3599)), ["59 分钟前", "59 min ago"]);
        assert_eq!(both(&age(7200)), ["2 小时前", "2 h ago"]);
        assert_eq!(both(&rough_age(30)), ["10 分钟内", "within 10 min"]);
        assert_eq!(rough_age(601), rough_age(1199));
    }

    #[test]
    fn a_trend_within_the_sensor_resolution_is_steady() {
        assert_eq!(trend(Some(-0.05)), ("fall", "↓5".into()));
        assert_eq!(trend(Some(0.02)), ("rise", "↑2".into()));
        assert_eq!(trend(Some(0.004)), ("steady", "→".into()));
        assert_eq!(trend(Some(f64::NAN)), ("none", "—".into()));
        assert_eq!(trend(None), ("none", "—".into()));
    }

    #[test]
    fn a_sum_says_what_its_bounds_leave_open() {
        let sum = |value, bounds| {
            let (value, bounds) = total(&Total { value, bounds, missing: Vec::new() });
            (value.within(Lang::English), bounds.within(Lang::English))
        };
        assert_eq!(sum(Some(12.2), [12.1, 12.4]), ("12".into(), String::new()));
        assert_eq!(sum(Some(12.2), [10.0, 20.0]), ("12".into(), "between 10 and 20".into()));
        assert_eq!(sum(Some(12.2), [10.0, f64::INFINITY]), ("at least 10".into(), String::new()));
        assert_eq!(sum(None, [0.0, f64::INFINITY]), ("—".into(), "no data".into()));
        assert_eq!(sum(None, [0.0, 300.0]), ("—".into(), "at most 300".into()));
        assert_eq!(sum(Some(0.0), [0.0, 300.0]), ("at most 300".into(), String::new()));
        assert_eq!(sum(Some(0.0), [0.0, 0.2]), ("0".into(), String::new()));
        assert_eq!(sum(Some(0.0), [0.0, f64::INFINITY]), ("not known".into(), String::new()));
        assert_eq!(sum(Some(12.0), [12.0, 20.0]), ("12".into(), "at most 20".into()));
        assert_eq!(sum(Some(12.0), [9.0, 12.0]), ("12".into(), "at least 9".into()));
        assert_eq!(sum(Some(12.0), [0.0, 20.0]), ("12".into(), "at most 20".into()));
    }

    #[test]
    fn a_span_of_whole_days_is_said_by_its_days() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2022-09-01T00:00:00Z");
        let said = |from: &str, to: &str| both(&span(at(from), at(to), now, &zone));
        assert_eq!(
            said("2022-07-31T16:00:00Z", "2022-08-31T16:00:00Z"),
            ["8月1日 至 8月31日", "1 Aug to 31 Aug"]
        );
        assert_eq!(said("2022-07-31T16:00:00Z", "2022-08-01T16:00:00Z"), ["8月1日", "1 Aug"]);
        assert_eq!(
            said("2021-12-30T16:00:00Z", "2022-01-01T16:00:00Z"),
            ["2021年12月31日 至 2022年1月1日", "31 Dec 2021 to 1 Jan 2022"]
        );
        assert_eq!(
            said("2022-07-31T16:00:00Z", "2022-08-01T03:05:09Z"),
            ["8月1日 00:00 至 8月1日 11:05", "1 Aug 00:00 to 1 Aug 11:05"]
        );
    }

    #[test]
    fn a_rank_has_the_words_of_its_class() {
        let of = |percentile| rank(&Rank { percentile, years: 6, days: 60, higher: 1 });
        assert_eq!(of(9.9), words::rank_much_below());
        assert_eq!(of(10.0), words::rank_below());
        assert_eq!(of(25.0), words::rank_usual());
        assert_eq!(of(75.1), words::rank_above());
        assert_eq!(of(90.1), words::rank_much_above());
    }
}
