//! What a value, a text and a day of a row may be.

use jiff::civil::Date;

use crate::account::EntryCode;
use crate::core::is_unseen;
use crate::locales::{Text, cells, ledger as words};

/// The first year that rows may be of. Engineering judgement: no township enters older rows, and a year before it is a
/// slip of the keys.
const FIRST_YEAR: i16 = 2000;

/// Longest text of a row, in characters: as in a cell of a file.
const TEXT_MAX: usize = 500;

/// Largest value. Engineering judgement, confidence 0.8: what a township counts, be it money in yuan, is far below a
/// million millions, and so is the last reading of a meter.
pub(super) const VALUE_MAX: f64 = 1e12;

/// Largest share, %.
const SHARE_MAX: f64 = 100.0;

/// Codes in whose units only whole numbers are counted: persons, sets, wells, villages and the like.
const COUNTED: [EntryCode; 16] = [
    EntryCode::DroughtEvent,
    EntryCode::VillageAffected,
    EntryCode::EquipmentDeclared,
    EntryCode::DrinkingDifficulty,
    EntryCode::WaterWorkPersons,
    EntryCode::LivestockShort,
    EntryCode::SmallLivestockShort,
    EntryCode::WellsShort,
    EntryCode::WaterTrucks,
    EntryCode::ResponseLevel,
    EntryCode::PumpStationsUnmonitored,
    EntryCode::PondsDryUnmonitored,
    EntryCode::ChannelsDryUnmonitored,
    EntryCode::WaterTruckTrips,
    EntryCode::HouseholdsAffected,
    EntryCode::RainlessDays,
];

/// Why `value` cannot be one of `code`; `None` where it can.
pub fn refused_value(code: EntryCode, value: f64) -> Option<Text> {
    let (name, unit) = (code.name(), code.unit_name());
    if !(value.is_finite() && value >= 0.0) {
        return Some(words::finite_not_negative());
    }
    if value > VALUE_MAX {
        return Some(words::value_too_large(VALUE_MAX));
    }
    if code.unit() == EntryCode::LossRateWith.unit() && value > SHARE_MAX {
        return Some(words::share_too_large());
    }
    (is_counted(code) && value.fract() != 0.0).then(|| words::whole_number(name, unit))
}

/// Whether values of `code` are whole numbers.
pub(super) fn is_counted(code: EntryCode) -> bool {
    COUNTED.iter().any(|counted| counted.unit() == code.unit())
}

/// The years that rows may be of in the year `now` of the office: up to the next one, for money that is granted ahead.
/// Engineering judgement.
pub(super) fn years(now: i16) -> (i16, i16) {
    (FIRST_YEAR, now.saturating_add(1))
}

/// Why no row can be of `day` in the year `now` of the office; `None` where one can.
pub fn refused_day(day: Date, now: i16) -> Option<Text> {
    let (least, most) = years(now);
    let year = day.year();
    (!(least..=most).contains(&year)).then(|| cells::year_cannot_be(year, least, most))
}

/// Why `text` cannot stand in a row; `None` where it can.
pub fn refused_text(text: &str) -> Option<Text> {
    if text.chars().count() > TEXT_MAX {
        return Some(words::too_many_characters(TEXT_MAX));
    }
    text.chars().any(is_unseen).then(words::has_unseen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_shares_at_most_a_hundred_and_nothing_is_negative_or_beyond_measure() {
        for (code, value, fine) in [
            (EntryCode::Gasoline, 0.5, true),
            (EntryCode::Gasoline, -5.0, false),
            (EntryCode::Gasoline, f64::NAN, false),
            (EntryCode::FundsRaised, 1e12, true),
            (EntryCode::FundsRaised, 1e20, false),
            (EntryCode::LossRateWith, 100.0, true),
            (EntryCode::LossRateWith, 100.5, false),
            (EntryCode::EquipmentDeclared, 44.0, true),
            (EntryCode::EquipmentDeclared, 44.5, false),
            (EntryCode::PersonsEngaged, 0.5, false),
            (EntryCode::WellsDrilled, 1.5, false),
            (EntryCode::AreaSown, 30.5, true),
            (EntryCode::WaterWorkGroups, 1.5, false),
            (EntryCode::CanalsCleared, 30.5, true),
        ] {
            assert_eq!(refused_value(code, value).is_none(), fine, "{} {value}", code.id());
        }
    }

    #[test]
    fn what_cannot_be_seen_and_what_is_too_long_is_no_text_of_a_row() {
        assert_eq!(refused_text("加油票 17 号"), None);
        assert!(refused_text("票\u{1b}[2J").is_some());
        assert!(refused_text("\u{202e}票").is_some());
        assert_eq!(refused_text(&"票".repeat(TEXT_MAX)), None);
        assert!(refused_text(&"票".repeat(TEXT_MAX + 1)).is_some());
    }
}
