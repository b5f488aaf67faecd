//! Words that several commands print.

use crate::locales::{Text, core as general, gateway as words};
use crate::modbus::Mode;

/// The name of a polling mode.
pub fn mode(mode: Mode) -> Text {
    match mode {
        Mode::Normal => words::normal_mode(),
        Mode::Drought => words::drought_mode(),
    }
}

/// A duration in its two largest units.
pub fn duration(seconds: u64) -> Text {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => general::seconds(seconds),
        (0, 0, _) => general::minutes_seconds(minutes, seconds % 60),
        (0, _, _) => general::hours_minutes(hours, minutes),
        _ => general::days_hours(days, hours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, zh, en) in [
            (0, "0 秒", "0 s"),
            (59, "59 秒", "59 s"),
            (250, "4 分 10 秒", "4 min 10 s"),
            (7260, "2 小时 1 分", "2 h 1 min"),
            (90_000, "1 天 1 小时", "1 d 1 h"),
        ] {
            let said = duration(seconds);
            assert_eq!((said.within(Lang::Chinese), said.to_string()), (zh.into(), en.into()));
        }
    }
}
