//! The calendar by which a township counts its days.

use anyhow::Context;
use jiff::tz::TimeZone;

use crate::core::Calendar;
use crate::locales::hub as words;
use crate::water::Township;

/// The calendar of a township; an error where its zone is unknown.
pub fn calendar(township: &Township) -> anyhow::Result<Calendar> {
    let zone = TimeZone::get(&township.zone).ok();
    let zone = zone.with_context(|| words::zone_unknown(format!("{:?}", township.zone)))?;
    Ok(Calendar::new(zone, township.day_start_hour))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, foreign, within};

    #[test]
    fn an_unknown_zone_is_named() {
        let township: Township = toml::from_str("name = \"t\"\nzone = \"Asia/Nowhere\"").unwrap();
        let error = calendar(&township).unwrap_err();
        let [zh, en] = Lang::ALL.map(|lang| within(lang, || foreign::chain(&error).to_string()));
        assert_eq!(zh, "时区 \"Asia/Nowhere\"：没有这个时区");
        assert_eq!(en, "zone \"Asia/Nowhere\": there is no such time zone");
    }
}
