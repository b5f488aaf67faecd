//! Settings of alarms, `[alarm]` in the office's configuration file.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::alarm::{Kind, Quiet, Rules};
use crate::locales::{Lang, Text, config_alarm as words};
use crate::notify::ChannelSettings;

/// What rings, when, and by which channels. What is left out is as `alarm` has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmSettings {
    /// Ids of the kinds that do not ring.
    #[serde(default)]
    pub off: Vec<String>,
    /// Minutes for which a condition has to last before it rings, by the id of its kind.
    #[serde(default)]
    pub hold_minutes: BTreeMap<String, u32>,
    /// Hours of the night in which only urgent alarms go out.
    #[serde(default)]
    pub quiet: Option<QuietHours>,
    /// Minutes after which an urgent alarm that nobody has acknowledged goes out once more, by the channels with
    /// `escalation`, or by all where there is none; 0 for never.
    #[serde(default)]
    pub escalate_minutes: Option<u32>,
    /// How many alarms raised within minutes are told in one letter.
    #[serde(default)]
    pub storm_from: Option<usize>,
    /// What a rapid fall or rise is; without it, none rings.
    #[serde(default)]
    pub fast: Option<FastRates>,
    /// The language of what goes out; that of the hub where it is left out.
    #[serde(default)]
    pub lang: Option<Lang>,
    #[serde(rename = "channel", default)]
    pub channels: Vec<ChannelSettings>,
}

impl AlarmSettings {
    /// The rules by which alarms are raised and told.
    pub fn rules(&self) -> Rules {
        let minutes = |minutes: u32| SignedDuration::from_mins(minutes.into());
        let usual = Rules::default();
        let hold = |(id, held): (&String, &u32)| Some((Kind::from_id(id)?, minutes(*held)));
        Rules {
            off: self.off.iter().filter_map(|id| Kind::from_id(id)).collect(),
            holds: self.hold_minutes.iter().filter_map(hold).collect(),
            quiet: self.quiet.map(|q| Quiet { from: q.from.time(), to: q.to.time() }),
            storm_from: self.storm_from.unwrap_or(usual.storm_from),
            escalate_after: match self.escalate_minutes {
                None => usual.escalate_after,
                Some(0) => None,
                Some(after) => Some(minutes(after)),
            },
            ..usual
        }
    }
}

/// Hours in which only urgent alarms go out. They may begin before midnight and end after it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// A time of day, `22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    /// It as a time of the local calendar.
    pub fn time(self) -> Time {
        self.0
    }
}

/// A text that is no time of day.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::no_time_of_day())]
pub struct NoTimeOfDay;

impl TryFrom<String> for TimeOfDay {
    type Error = NoTimeOfDay;

    fn try_from(text: String) -> Result<Self, NoTimeOfDay> {
        let digits = |part: &str, most| {
            let right = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<i8>().ok().filter(|number| right && *number <= most)
        };
        let (hour, minute) = text.split_once(':').ok_or(NoTimeOfDay)?;
        let minute = digits(minute, 59).filter(|_| minute.len() == 2);
        let (hour, minute) = digits(hour, 23).zip(minute).ok_or(NoTimeOfDay)?;
        Time::new(hour, minute, 0, 0).map(Self).map_err(|_| NoTimeOfDay)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// What a rapid fall or rise is, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FastRates {
    /// Metres an hour.
    pub m_per_hour: f64,
    /// Where the number comes from.
    pub source: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_one_of_the_clock() {
        for (text, time) in [("22:00", "22:00"), ("0:00", "00:00"), ("7:05", "07:05")] {
            assert_eq!(TimeOfDay::try_from(text.to_owned()).unwrap().to_string(), time);
        }
        for wrong in
            ["25:00", "24:00", "22:60", "22", "22:0", "22:00:00", "-1:00", "10 pm", "２２:00", ""]
        {
            let error = TimeOfDay::try_from(wrong.to_owned()).unwrap_err();
            assert!(error.to_string().contains("22:00"), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_the_file_says_takes_the_place_of_what_is_usual() {
        let read = |text: &str| toml::from_str::<AlarmSettings>(text).unwrap().rules();
        assert_eq!(read(""), Rules::default());
        let rules = read(
            "off = ['rising-fast']\nhold_minutes = { below-warning = 45 }\nescalate_minutes = 0\nstorm_from = 8\n\
             quiet = { from = '22:00', to = '06:30' }",
        );
        assert!(rules.off.contains(&Kind::RisingFast) && rules.off.len() == 1);
        assert_eq!(rules.hold(Kind::BelowWarning), SignedDuration::from_mins(45));
        assert_eq!(rules.hold(Kind::Dry), Kind::Dry.hold());
        assert_eq!((rules.escalate_after, rules.storm_from), (None, 8));
        assert!(rules.quiet.unwrap().holds(Time::constant(6, 29, 0, 0)));
    }
}
