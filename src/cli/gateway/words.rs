//! Chinese words that several commands print.

use crate::modbus::Mode;

/// The name of a polling mode.
pub fn mode_zh(mode: Mode) -> &'static str {
    match mode {
        Mode::Normal => "平时模式",
        Mode::Drought => "旱情模式",
    }
}

/// A duration in its two largest units.
pub fn duration_zh(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} 秒"),
        (0, 0, _) => format!("{minutes} 分 {} 秒", seconds % 60),
        (0, _, _) => format!("{hours} 小时 {minutes} 分"),
        _ => format!("{days} 天 {hours} 小时"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [
            (0, "0 秒"),
            (59, "59 秒"),
            (250, "4 分 10 秒"),
            (7260, "2 小时 1 分"),
            (90_000, "1 天 1 小时"),
        ] {
            assert_eq!(duration_zh(seconds), text);
        }
    }
}
