//! What a value, a text and a day of a row may be.

use jiff::civil::Date;

use crate::account::{Counting, EntryCode, PumpAccount};
use crate::core::{Period, Series, is_unseen, nearest};
use crate::locales::{Argument, Text, cells, ledger as words};
use crate::water::{Station, StationKind, Township};

/// The first year that rows may be of. Engineering judgement: no township enters older rows, and a year before it is a
/// slip of the keys.
const FIRST_YEAR: i16 = 2000;

/// Longest text of a row, in characters: as in a cell of a file.
const TEXT_MAX: usize = 500;

/// Largest value of all. Engineering judgement, confidence 0.8: the last reading of a meter is far below a million
/// millions, and nothing else that a township counts comes near it.
pub(super) const VALUE_MAX: f64 = 1e12;

/// Least value that is not 0. Engineering judgement: no slip, scale or meter writes a millionth of a unit.
const VALUE_MIN: f64 = 1e-6;

/// Grades of the emergency response: I to IV (国家防汛抗旱应急预案, 2022, part 4); 0 says that it ended.
const GRADE_MAX: f64 = 4.0;

/// Of an item of each unit, the most that a row in that unit can have: beyond it the number is wrong whoever entered
/// it, below it a finding may still doubt it. The figures of the whole country are those of the drought of early 2009,
/// when 1.26 million wells, 23,100 pump stations, 1.82 million sets and 280,000 lorries were in use and 14 million
/// persons at work for 144 million mu. The others are engineering judgement, far above what a township can have.
const MOST: [(EntryCode, f64); 27] = [
    // A share.
    (EntryCode::LossRateWith, 100.0),
    (EntryCode::ResponseLevel, GRADE_MAX),
    // What happened once is one row; the others in 个 are villagers' groups.
    (EntryCode::DroughtEvent, 1.0),
    (EntryCode::WaterWorkGroups, 1e4),
    // As many as in the whole country.
    (EntryCode::EquipmentDeclared, 1e6),
    (EntryCode::WellsShort, 1e6),
    (EntryCode::WaterTrucks, 2.8e5),
    (EntryCode::PumpStationsUnmonitored, 2.31e4),
    (EntryCode::PondsDryUnmonitored, 1e5),
    (EntryCode::ChannelsDryUnmonitored, 1e5),
    // No township has as many inhabitants, or animals, as worked in the whole country.
    (EntryCode::PersonsShort, 1e7),
    (EntryCode::HouseholdsAffected, 1e7),
    (EntryCode::LivestockShort, 1e7),
    (EntryCode::SmallLivestockShort, 1e7),
    // Each person and lorry on each of some hundred days.
    (EntryCode::DrinkingDifficulty, 1e9),
    (EntryCode::WaterTruckTrips, 2.8e7),
    // 66,700 km², more than any township covers, and than all that was irrigated in the country in 2009.
    (EntryCode::AreaSown, 1e8),
    (EntryCode::AreaIrrigatedTimesUnmonitored, 1.44e8),
    // The country's loss in the drought of 2022 was 51 thousand million yuan.
    (EntryCode::FundsRaised, 1e11),
    // A tenth of what the Three Gorges power station gives in a year, and less than half of its power, kW.
    (EntryCode::ElectricityDeclared, 1e10),
    (EntryCode::InstalledPowerUnmonitored, 1e7),
    // More than twice what the Three Gorges reservoir holds, 39 thousand million m³.
    (EntryCode::WaterCarried, 1e11),
    (EntryCode::Gasoline, 1e9),
    (EntryCode::OilByMass, 1e7),
    // A thousand sets, each hour of eleven years.
    (EntryCode::EngineHours, 1e8),
    // More than twice around the earth.
    (EntryCode::CanalsCleared, 1e8),
    // The most rain of twelve months that was ever measured is 26,470 mm (WMO, Cherrapunji, 1860 to 1861).
    (EntryCode::RainReported, 27_000.0),
];

/// Meters that a message names. Engineering judgement: a line is read.
const METERS_NAMED: usize = 6;

/// Days on end without rain: no crops are grown where it does not rain for so long. Engineering judgement.
const RAINLESS_MAX: f64 = 1_000.0;

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

/// The most that a row of `code` can have.
fn most(code: EntryCode) -> f64 {
    match code {
        EntryCode::RainlessDays => RAINLESS_MAX,
        EntryCode::MeterReplaced | EntryCode::MeterInstalled => VALUE_MAX,
        _ => MOST
            .iter()
            .find(|(of, _)| of.unit() == code.unit())
            .map_or(VALUE_MAX, |(_, most)| *most),
    }
}

/// Why a row cannot be.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFault {
    /// The column or field, as the ledger calls it.
    pub field: &'static str,
    pub rule: Text,
    /// The way out.
    pub hint: Text,
}

impl RowFault {
    fn of_value(rule: Text, hint: Text) -> Self {
        Self { field: "value", rule, hint }
    }

    /// Rule and way out.
    pub fn text(&self) -> Text {
        Text::clauses([self.rule.clone(), self.hint.clone()])
    }
}

/// Why `value` cannot be one of `code`; `None` where it can.
pub fn refused_value(code: EntryCode, value: f64) -> Option<RowFault> {
    let (name, unit) = (code.name(), code.unit_name());
    let fault = |rule| Some(RowFault::of_value(rule, words::check_number()));
    if !(value.is_finite() && value >= 0.0) {
        return fault(words::finite_not_negative());
    }
    if code.counting() == Counting::Named {
        let once = value == 0.0 || value == 1.0;
        let fault = || RowFault::of_value(words::one_or_none(name), words::one_row_each());
        return (!once).then(fault);
    }
    if code == EntryCode::ResponseLevel {
        let grade = value.fract() == 0.0 && value <= GRADE_MAX;
        let fault =
            || RowFault::of_value(words::grade_one_to_four(name), words::zero_where_ended());
        return (!grade).then(fault);
    }
    let most = most(code);
    if value > most && code.unit() == EntryCode::LossRateWith.unit() {
        return fault(words::share_too_large());
    }
    if value > most {
        let rule = words::more_than_can_be(name, most, unit);
        return Some(RowFault::of_value(rule, words::check_point_and_unit()));
    }
    if value > 0.0 && value < VALUE_MIN {
        let rule = words::less_than_can_be(VALUE_MIN);
        return Some(RowFault::of_value(rule, words::check_point_and_unit()));
    }
    match is_counted(code) && value.fract() != 0.0 {
        true => fault(words::whole_number(name, unit)),
        false => None,
    }
}

/// Whether rows of `code` may be of days to come: money that is granted or planned, works that are planned by the year,
/// plans, means of many years, and rates of loss, which are estimates.
fn may_be_planned(code: EntryCode) -> bool {
    match code {
        EntryCode::FundsCentral
        | EntryCode::FundsProvince
        | EntryCode::FundsCounty
        | EntryCode::FundsCollective
        | EntryCode::FundsRaised
        | EntryCode::StoragePlanned
        | EntryCode::StorageUsual
        | EntryCode::RainUsual
        | EntryCode::LossRateWithout
        | EntryCode::LossRateWith => true,
        // An inspection has been made, or it is none.
        code => code.is_by_year() && code != EntryCode::HazardInspection,
    }
}

/// What of a row cannot be on the day `today` of the office, besides its value: what was seen or done did not begin on
/// a day to come, a drought event is of no more days than a report shows, and the meter that was replaced is one of the
/// township. `None` where all of it can.
///
/// A last day to come is no fault: a row of a month or a year may be entered before that is over, and a drought event
/// while it lasts.
pub fn refused_row(
    code: EntryCode,
    days: Period,
    work: Option<&str>,
    (township, today): (&Township, Date),
) -> Option<RowFault> {
    if days.from > today && !may_be_planned(code) {
        let [from, today] = [days.from, today].map(Argument::of);
        let rule = words::day_to_come(from, today, code.name());
        return Some(RowFault { field: "from", rule, hint: words::wait_for_the_day() });
    }
    let length = days.days();
    if code == EntryCode::DroughtEvent && length > Period::DAYS_MAX {
        let rule = words::event_too_long(length, Period::DAYS_MAX);
        return Some(RowFault { field: "to", rule, hint: words::check_the_years() });
    }
    if !matches!(code, EntryCode::MeterReplaced | EntryCode::MeterInstalled) {
        return None;
    }
    let meters: Vec<String> = meters(township).map(|(_, series)| series.to_string()).collect();
    if work.is_some_and(|work| meters.iter().any(|meter| meter == work)) {
        return None;
    }
    let rule = match work {
        Some(work) => words::no_such_meter(work),
        None => words::no_meter_named(),
    };
    let near = work.and_then(|work| nearest(work, meters.iter().map(String::as_str)));
    let hint = match (near, meters.is_empty()) {
        (Some(near), _) => words::did_you_mean(near),
        (None, true) => words::no_meters(),
        (None, false) => words::meters_are(Text::list(meters.into_iter().take(METERS_NAMED))),
    };
    Some(RowFault { field: "work", rule, hint })
}

/// The meters of the township's pumps, each with its pump.
pub fn meters(township: &Township) -> impl Iterator<Item = (&Station, Series)> {
    let pumps = township.stations.iter().filter(|station| station.kind == StationKind::Pump);
    pumps.flat_map(|pump| PumpAccount::registers(pump).into_iter().map(move |meter| (pump, meter)))
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::locales::Lang;

    #[test]
    fn counts_are_whole_shares_at_most_a_hundred_and_nothing_is_negative_or_beyond_measure() {
        for (code, value, fine) in [
            (EntryCode::Gasoline, 0.5, true),
            (EntryCode::Gasoline, -5.0, false),
            (EntryCode::Gasoline, f64::NAN, false),
            (EntryCode::FundsRaised, 1e9, true),
            (EntryCode::FundsRaised, 1e12, false),
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
    fn what_no_township_can_have_is_no_value_and_what_is_only_much_is_one() {
        for (code, value, fine) in [
            (EntryCode::ResponseLevel, 4.0, true),
            (EntryCode::ResponseLevel, 0.0, true),
            (EntryCode::ResponseLevel, 9.0, false),
            (EntryCode::ResponseLevel, 1.5, false),
            (EntryCode::DroughtEvent, 1.0, true),
            (EntryCode::DroughtEvent, 0.0, true),
            (EntryCode::DroughtEvent, 5.0, false),
            (EntryCode::HazardInspection, 7.0, false),
            (EntryCode::VillageAffected, 12.0, false),
            (EntryCode::WaterWork, 0.5, false),
            (EntryCode::PersonsShort, 90_000.0, true),
            (EntryCode::PersonsShort, 1e8, false),
            (EntryCode::LivestockShort, 2e7, false),
            (EntryCode::AreaAffected, 2e8, false),
            (EntryCode::AreaAffected, 1e-300, false),
            (EntryCode::AreaAffected, 0.001, true),
            (EntryCode::RainlessDays, 90.0, true),
            (EntryCode::RainlessDays, 1001.0, false),
            (EntryCode::RainReported, 1_640.5, true),
            (EntryCode::RainReported, 30_000.0, false),
            (EntryCode::WaterTrucks, 1e6, false),
            (EntryCode::MeterReplaced, 99_999_999.9, true),
            (EntryCode::MeterInstalled, f64::INFINITY, false),
        ] {
            let refused = refused_value(code, value);
            assert_eq!(refused.is_none(), fine, "{} {value}: {refused:?}", code.id());
        }
    }

    #[test]
    fn the_documentation_has_each_bound() {
        let page = include_str!("../../docs/ledger-files.md");
        let own = [(EntryCode::RainlessDays, RAINLESS_MAX), (EntryCode::MeterReplaced, VALUE_MAX)];
        for (code, most) in MOST.iter().chain(&own) {
            let line = format!("\n| {} | {most} |", code.unit());
            assert!(page.contains(&line), "docs/ledger-files.md: {line}");
        }
        assert!(page.contains(&format!("at least {VALUE_MIN}.")), "{VALUE_MIN}");
    }

    #[test]
    fn each_unit_of_the_ledger_has_a_most() {
        for code in EntryCode::ALL {
            let most = most(*code);
            let known = MOST.iter().any(|(of, _)| of.unit() == code.unit());
            let own =
                [EntryCode::RainlessDays, EntryCode::MeterReplaced, EntryCode::MeterInstalled];
            assert!(known || own.contains(code), "{}: {}", code.id(), code.unit());
            assert!(refused_value(*code, most * 2.0 + 1.0).is_some(), "{}", code.id());
        }
        let units: BTreeSet<&str> = MOST.iter().map(|(code, _)| code.unit()).collect();
        assert_eq!(units.len(), MOST.len(), "each unit once");
    }

    #[test]
    fn a_meter_is_one_of_the_township_and_a_drought_no_longer_than_a_report() {
        let township: Township =
            toml::from_str(include_str!("../../config/township.toml")).unwrap();
        let (_, meter) = meters(&township).next().unwrap();
        let meter = meter.to_string();
        let day = jiff::civil::date(2022, 8, 1);
        let of = |code, to, work: Option<&str>| {
            let known = (&township, day);
            refused_row(code, Period { from: day, to }, work, known).map(|fault| fault.field)
        };
        assert_eq!(of(EntryCode::MeterReplaced, day, Some(&meter)), None);
        for none in [Some("pump-99/energy"), Some("上坑"), Some(""), None] {
            assert_eq!(of(EntryCode::MeterReplaced, day, none), Some("work"), "{none:?}");
            assert_eq!(of(EntryCode::MeterInstalled, day, none), Some("work"), "{none:?}");
        }
        // From 2022-08-01, day 1100 is 2025-08-04.
        assert_eq!(of(EntryCode::DroughtEvent, jiff::civil::date(2025, 8, 4), None), None);
        assert_eq!(of(EntryCode::DroughtEvent, jiff::civil::date(2025, 8, 5), None), Some("to"));
        assert_eq!(of(EntryCode::Gasoline, jiff::civil::date(2025, 8, 5), None), None);
    }

    #[test]
    fn what_was_seen_or_done_is_of_no_day_to_come_and_what_is_planned_may_be() {
        let township: Township =
            toml::from_str(include_str!("../../config/township.toml")).unwrap();
        let today = jiff::civil::date(2022, 8, 15);
        let of = |code, from, to| {
            refused_row(code, Period { from, to }, None, (&township, today))
                .map(|fault| fault.field)
        };
        let [tomorrow, later] = [16, 31].map(|day| jiff::civil::date(2022, 8, day));
        for code in [
            EntryCode::AreaAffected,
            EntryCode::PersonsShort,
            EntryCode::Gasoline,
            EntryCode::DroughtEvent,
            EntryCode::HazardInspection,
            EntryCode::DrinkingDifficulty,
        ] {
            assert_eq!(of(code, tomorrow, tomorrow), Some("from"), "{}", code.id());
            assert_eq!(of(code, today, later), None, "{}", code.id());
        }
        for code in [
            EntryCode::FundsProvince,
            EntryCode::WaterProjectFunds,
            EntryCode::WaterWork,
            EntryCode::StoragePlanned,
            EntryCode::RainUsual,
            EntryCode::LossRateWithout,
        ] {
            assert_eq!(of(code, tomorrow, later), None, "{}", code.id());
        }
        let days = Period { from: tomorrow, to: later };
        let fault = refused_row(EntryCode::Gasoline, days, None, (&township, today)).unwrap();
        let said = [&fault.rule, &fault.hint].map(|text| text.within(Lang::English));
        assert_eq!(
            said[0],
            "2022-08-16 is still to come (today is 2022-08-15), and gasoline is of what has been"
        );
        assert_eq!(said[1], "check the day, or enter the row once it has come");
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
