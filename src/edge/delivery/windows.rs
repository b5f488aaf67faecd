//! When a gateway connects: solar sites switch their modem on for a few minutes a day. Pure.

use std::str::FromStr;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};

use crate::locales::{Text, edge as words};

/// A stretch of each day or hour, local time: `06:00+20` is 20 minutes from six, `*:30+5` five from every half past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    /// `None` means every hour.
    hour: Option<i8>,
    minute: i8,
    minutes: u16,
}

/// A window is open for at most a day; one that opens every hour, for at most an hour.
const MINUTES_MAX: u16 = 24 * 60;

impl FromStr for Window {
    type Err = Text;
    fn from_str(text: &str) -> Result<Self, Text> {
        let wrong = |rule: Text| words::not_a_window(text, rule);
        let parts = text.split_once('+').ok_or_else(|| wrong(words::window_form()));
        let (begin, minutes) = parts?;
        let parts = begin.split_once(':').ok_or_else(|| wrong(words::window_begin()));
        let (hour, minute) = parts?;
        let number = |text: &str, below: i8| {
            let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|n| digits && *n < below)
        };
        let hour = match hour {
            "*" => None,
            hour => Some(number(hour, 24).ok_or_else(|| wrong(words::window_hour()))?),
        };
        let minute = number(minute, 60).ok_or_else(|| wrong(words::window_minute()))?;
        let most = if hour.is_some() { MINUTES_MAX } else { 60 };
        let minutes: Option<u16> = minutes.parse().ok().filter(|m| (1..=most).contains(m));
        let minutes = minutes.ok_or_else(|| wrong(words::window_length(most)))?;
        Ok(Self { hour, minute, minutes })
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.hour {
            Some(hour) => write!(f, "{hour:02}:{:02}+{}", self.minute, self.minutes),
            None => write!(f, "*:{:02}+{}", self.minute, self.minutes),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = Text;
    fn try_from(text: String) -> Result<Self, Text> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        window.to_string()
    }
}

/// Whether a gateway should be connected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Schedule {
    /// Yes, until then.
    Open(Timestamp),
    /// No, until then.
    Closed(Timestamp),
}

/// What `windows` say at `now`. Without any, a gateway is always connected.
pub(super) fn schedule(windows: &[Window], now: &ZonedDateTime) -> Schedule {
    if windows.is_empty() {
        return Schedule::Open(Timestamp::MAX);
    }
    let at = now.timestamp();
    let mut open: Option<Timestamp> = None;
    let mut next: Option<Timestamp> = None;
    for window in windows {
        let length = SignedDuration::from_mins(window.minutes.into());
        for begin in begins(*window, now) {
            let end = begin.saturating_add(length).unwrap_or(Timestamp::MAX);
            if begin <= at && at < end {
                open = open.max(Some(end));
            } else if begin > at {
                next = Some(next.map_or(begin, |next| next.min(begin)));
            }
        }
    }
    match open {
        Some(until) => Schedule::Open(until),
        // No window begins until tomorrow only where the calendar itself ends. Look again later.
        None => Schedule::Closed(next.unwrap_or(at + SignedDuration::from_hours(1))),
    }
}

/// When a window begins yesterday (it may still be open), today and tomorrow.
fn begins(window: Window, now: &ZonedDateTime) -> impl Iterator<Item = Timestamp> {
    let hours = match window.hour {
        Some(hour) => hour..=hour,
        None => 0..=23,
    };
    (-1..=1).flat_map(move |day: i64| {
        let date = now.date().saturating_add(day.days());
        let zone = now.time_zone().clone();
        hours.clone().filter_map(move |hour| {
            let time = Time::new(hour, window.minute, 0, 0).ok()?;
            Some(zone.to_zoned_datetime(date.to_datetime(time)).ok()?.timestamp())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn at(text: &str) -> ZonedDateTime {
        format!("{text}[Asia/Shanghai]").parse().unwrap()
    }

    fn windows(texts: &[&str]) -> Vec<Window> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn opens_and_closes_by_local_time() {
        let windows = windows(&["06:00+20", "23:50+30", "18:00+1"]);
        let open = |until: &str| Schedule::Open(at(until).timestamp());
        let closed = |until: &str| Schedule::Closed(at(until).timestamp());
        for (now, expected) in [
            ("2026-07-01T05:59:59", closed("2026-07-01T06:00")),
            ("2026-07-01T06:00", open("2026-07-01T06:20")),
            ("2026-07-01T06:20", closed("2026-07-01T18:00")),
            ("2026-07-01T18:01", closed("2026-07-01T23:50")),
            ("2026-07-02T00:19", open("2026-07-02T00:20")),
            ("2026-07-02T00:20", closed("2026-07-02T06:00")),
        ] {
            assert_eq!(schedule(&windows, &at(now)), expected, "{now}");
        }
        assert_eq!(schedule(&[], &at("2026-07-01T00:00")), Schedule::Open(Timestamp::MAX));
    }

    #[test]
    fn an_hourly_window_opens_each_hour() {
        let windows = windows(&["*:30+5"]);
        assert_eq!(
            schedule(&windows, &at("2026-07-01T23:40")),
            Schedule::Closed(at("2026-07-02T00:30").timestamp())
        );
        assert_eq!(
            schedule(&windows, &at("2026-07-01T12:34")),
            Schedule::Open(at("2026-07-01T12:35").timestamp())
        );
    }

    #[test]
    fn a_wrong_window_is_refused_with_the_rule() {
        for (bad, says, zh) in [
            ("", "begin + minutes", "起点+分钟数"),
            ("6+20", "hour:minute", "时:分"),
            ("24:00+20", "0 to 23", "0 到 23"),
            ("06:60+20", "0 to 59", "0 到 59"),
            ("06:00+0", "1 to 1440", "1 到 1440"),
            ("*:00+61", "1 to 60", "1 到 60"),
            ("+6:00+5", "hour:minute", "时:分"),
        ] {
            let error = bad.parse::<Window>().unwrap_err();
            assert!(error.to_string().contains(says), "{bad}: {error}");
            let error = error.within(Lang::Chinese);
            assert!(error.contains(zh), "{bad}: {error}");
        }
        assert_eq!("6:05+20".parse::<Window>().unwrap().to_string(), "06:05+20");
    }
}
