//! Tests of the drought day by day: what is not known is not called normal, and what fails for a day ends nothing.

use super::*;
use crate::account::test_kit::{MemoryCells, counter_hour, gauge_hour};
use crate::core::{Calendar, HourCell};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

const TOWNSHIP: &str = r#"
    name = "t"
    [climate]
    rain_mm = [155, 155, 155, 155, 155, 155, 155, 155, 155, 155, 155, 155]
    rainless_mm = 3.0
    source = "test"
    confidence = 1.0
    [demand]
    litres_per_person_day = 60
    source = "test"
    confidence = 1.0
    [[station]]
    id = "res"
    name = "水库"
    kind = "reservoir"
    village = "v"
    dead_m = 100.0
    normal_m = 110.0
    serves_persons = 1000
    curve = [[100.0, 0.0], [110.0, 10000.0]]
    threshold = [{ months = [7, 8, 9], quantity = "level", warn = 104.0, guard = 102.0, source = "test", confidence = 1.0 }]
    [[station]]
    id = "tank"
    name = "水池"
    kind = "tank"
    village = "v"
    bottom_m = 0.0
    dead_m = 0.0
    serves_persons = 1000
    curve = [[0.0, 0.0], [2.0, 120.0]]
    [[station]]
    id = "rain"
    name = "雨量站"
    kind = "rain_gauge"
    village = "v"
"#;

const FROM: Date = date(2022, 8, 1);
const TO: Date = date(2022, 9, 30);

type ByDay<'a> = &'a dyn Fn(i64) -> Option<f64>;

/// The drought over two months in `township`, from rain and levels of reservoir and tank by the days since 1 August.
fn observed(
    township: &Township,
    rain: ByDay<'_>,
    reservoir: ByDay<'_>,
    tank: ByDay<'_>,
) -> Drought {
    let calendar = Calendar::new(TimeZone::UTC, 0);
    // Two months more than the indices look back on, for the status.
    let lead = LEAD_DAYS + 62;
    let first = FROM.saturating_sub(lead.days());
    let series = |value: ByDay<'_>, hour: fn(Timestamp, f64) -> HourCell| -> Vec<HourCell> {
        let days = (0..lead + 61).map(|i| (first.saturating_add(i.days()), i - lead));
        let hours = days.filter_map(|(day, since)| {
            Some(hour(calendar.start_of(day) + 12.hours(), value(since)?))
        });
        hours.collect()
    };
    let hours = BTreeMap::from([
        ("rain/rainfall_total".to_owned(), series(rain, counter_hour)),
        ("res/level".to_owned(), series(reservoir, gauge_hour)),
        ("tank/level".to_owned(), series(tank, gauge_hour)),
    ]);
    let rules = GradeRules::embedded("lucheng").unwrap();
    let period = Period { from: FROM, to: TO };
    let basis = Basis { township, calendar: &calendar, entries: &[], period };
    drought(&basis, &rules, &mut MemoryCells { calendar: &calendar, hours: &hours }).unwrap()
}

fn of(rain: impl Fn(i64) -> Option<f64>, level: impl Fn(i64) -> Option<f64>) -> Drought {
    observed(&toml::from_str(TOWNSHIP).unwrap(), &rain, &level, &|_| None)
}

fn on(drought: &Drought, month: i8, day: i8) -> &DroughtDay {
    let asked = date(2022, month, day);
    drought.days.iter().find(|d| d.day == asked).unwrap()
}

#[test]
fn a_dry_summer_is_graded_by_rain_and_proposed_as_an_event() {
    let rain = |since| Some(if since < 0 { 5.0 } else { 0.0 });
    let found = of(rain, |_| Some(110.0));
    assert_eq!(found.days.len(), 61);
    assert_eq!(on(&found, 8, 1).grade, Some(Grade::None));
    // Twenty of thirty days without rain: -66.7 %.
    let later = on(&found, 8, 21);
    assert_eq!(later.grade, Some(Grade::Moderate));
    assert_eq!(later.reasons[0].rule, "lucheng-rain-30");
    assert_eq!(on(&found, 9, 30).grade, Some(Grade::Extreme));
    let event = found.events[0];
    assert_eq!((event.from, event.to), (date(2022, 8, 13), None));
    assert_eq!((event.last, event.or_later), (date(2022, 9, 30), true), "the last day asked for");
    assert_eq!(on(&found, 8, 1).causes, []);
    let index = Index::RainAnomaly30;
    let rain = DroughtCause::Rule { rule: "lucheng-rain-30".into(), index };
    assert_eq!(on(&found, 8, 13).causes, [rain]);
}

#[test]
fn what_no_rule_can_be_applied_to_is_not_called_normal() {
    let nothing = of(|_| None, |_| None);
    assert!(nothing.days.iter().all(|day| day.grade.is_none()));
    assert_eq!(nothing.events, []);
    let lacking = |lang| nothing.lacking.iter().map(|l| l.within(lang)).collect::<Vec<_>>();
    assert!(lacking(Lang::Chinese).contains(&"没有雨量数据".to_owned()));
    assert!(lacking(Lang::English).contains(&"there are no rain data".to_owned()));
}

#[test]
fn a_day_without_rain_data_ends_no_drought() {
    let rain = |gap: i64| {
        move |since: i64| match since {
            _ if since == gap => None,
            ..0 => Some(5.0),
            _ => Some(0.0),
        }
    };
    for (gap, month, day) in [(40, 9, 10), (45, 9, 15), (60, 9, 30)] {
        let found = of(rain(gap), |_| Some(110.0));
        let whole = of(rain(-500), |_| Some(110.0));
        for later in found.days.iter().filter(|d| d.day >= date(2022, month, day)) {
            let expected = whole.days.iter().find(|d| d.day == later.day).unwrap();
            assert_eq!(later.grade, expected.grade, "{gap}: {}", later.day);
        }
        assert_eq!(found.events.len(), 1, "{gap}");
        assert_eq!(found.events[0].to, None, "{gap}");
    }
}

#[test]
fn a_grade_is_not_carried_through_weeks_without_data() {
    // A dry July; from 1 August on nothing arrives.
    let rain = |since: i64| (since < 0).then_some(if since < -31 { 5.0 } else { 0.0 });
    let found = of(rain, |since| (since < 0).then_some(110.0));
    assert!(on(&found, 8, 2).grade > Some(Grade::None), "{:?}", on(&found, 8, 2));
    for day in found.days.iter().filter(|day| day.day >= date(2022, 8, 8)) {
        assert_eq!((day.grade, day.at_least), (None, false), "{}", day.day);
    }
    let event = found.events[0];
    assert!(event.or_earlier && event.or_later && event.last < date(2022, 8, 8), "{event:?}");
}

#[test]
fn the_balance_of_a_source_is_its_own_fall_and_of_a_tank_its_people() {
    // 10 cm a day are 100 m3; at 105.0 m there are 5000.
    let found = of(|_| Some(5.0), |since| Some(109.0 - since.max(0) as f64 * 0.1));
    let state = &on(&found, 9, 10).sources[0];
    assert_eq!(state.balance.unwrap().share.map(|s| (s * 100.0).round()), Some(50.0));
    assert!((49..=50).contains(&state.supply_days.unwrap()), "{state:?}");
    assert_eq!(state.status, Some(Status::Normal));
    let share = on(&found, 9, 10).reasons.iter().find(|r| r.index == Index::StorageShare);
    assert_eq!(share.unwrap().grade, Grade::Moderate, "50 % of the reservoirs");
    // 1000 persons draw 60 m3: 83 days of 5000 m3 are no reason for a grade.
    let supply = on(&found, 9, 10).reasons.iter().find(|r| r.index == Index::SupplyDays);
    assert_eq!(supply.unwrap().value, Some(83.0));

    let township = toml::from_str(TOWNSHIP).unwrap();
    let seen = observed(&township, &|_| None, &|_| None, &|_| Some(2.0));
    let tank = &on(&seen, 8, 1).sources[0];
    assert_eq!(tank.supply_days, Some(2));
    assert_eq!(tank.supply.within(Lang::Chinese), "2天（不补水时每天60.0 m3）");
    assert_eq!(tank.supply.to_string(), "days of supply: 2 (60.0 m3 a day if not refilled)");
}

#[test]
fn without_the_towns_climate_nothing_is_said_of_rain() {
    let mut township: Township = toml::from_str(TOWNSHIP).unwrap();
    township.climate = None;
    let seen = observed(&township, &|_| Some(0.0), &|_| None, &|_| None);
    assert!(seen.days.iter().all(|day| day.rainless.is_none() && day.grade.is_none()));
    assert!(seen.lacking.iter().any(|l| l.to_string().contains("climate")));
}

#[test]
fn a_dry_source_lasts_no_day_and_grades_nothing_where_it_serves_nobody() {
    let mut township: Township = toml::from_str(TOWNSHIP).unwrap();
    let dry = |township: &Township| observed(township, &|_| Some(5.0), &|_| Some(100.0), &|_| None);
    let graded = |drought: &Drought| {
        on(drought, 9, 10).reasons.iter().any(|reason| reason.index == Index::SupplyDays)
    };
    let seen = dry(&township);
    let source = &on(&seen, 9, 10).sources[0];
    assert_eq!(source.supply_days, Some(0));
    assert_eq!(source.supply.within(Lang::Chinese), "0天（按近7日蓄水变化）");
    assert!(graded(&seen));
    township.stations.iter_mut().for_each(|station| station.serves_persons = None);
    assert!(!graded(&dry(&township)));
}

#[test]
fn a_day_whose_rain_is_not_yet_known_is_not_called_normal() {
    // The gauge begins on 1 August, and the reservoir is full.
    let found = of(|since| (since >= 0).then_some(5.0), |_| Some(110.0));
    let early = on(&found, 8, 20);
    assert_eq!((early.grade, early.at_least), (None, false));
    let missing: Vec<&str> = early.missing.iter().map(|missing| missing.rule.as_str()).collect();
    assert_eq!(missing, ["lucheng-rain-30"]);
    let took_part = |index| early.reasons.iter().any(|reason| reason.index == index);
    assert!(took_part(Index::StorageShare) && took_part(Index::SupplyDays));
    let later = on(&found, 9, 1);
    assert_eq!((later.grade, later.missing.len()), (Some(Grade::None), 0));
    assert_eq!((found.events.len(), found.lacking.len()), (0, 0));
}

#[test]
fn a_grade_is_a_least_where_a_rule_lacks_data() {
    // Half of the useful capacity, and no rain data in August.
    let found = of(|since| (since >= 31).then_some(5.0), |_| Some(105.0));
    let day = on(&found, 8, 20);
    assert_eq!((day.grade, day.at_least), (Some(Grade::Moderate), true));
    let missing: Vec<Index> = day.missing.iter().map(|missing| missing.index).collect();
    assert_eq!(missing, [Index::RainAnomaly30, Index::RainlessDays]);
    let last = on(&found, 9, 30);
    assert_eq!((last.grade, last.at_least), (Some(Grade::Moderate), false), "all is known");
}

#[test]
fn a_reservoir_without_a_level_leaves_the_storage_share_unknown() {
    let mut township: Township = toml::from_str(TOWNSHIP).unwrap();
    let mut second = township.stations[0].clone();
    second.id = "res-2".parse().unwrap();
    township.stations.push(second);
    let seen = observed(&township, &|_| Some(5.0), &|_| Some(101.0), &|_| None);
    let day = on(&seen, 8, 20);
    assert!(day.reasons.iter().all(|reason| reason.index != Index::StorageShare));
    assert!(day.missing.iter().any(|missing| missing.index == Index::StorageShare));
}

#[test]
fn a_rule_that_can_never_take_part_is_named_and_does_not_hide_normal() {
    let mut township: Township = toml::from_str(TOWNSHIP).unwrap();
    township.stations[0].serves_persons = None;
    let seen = observed(&township, &|_| Some(5.0), &|_| Some(110.0), &|_| None);
    assert!(seen.days.iter().all(|day| day.grade == Some(Grade::None)));
    let [supply] = seen.lacking.as_slice() else { panic!("{:?}", seen.lacking) };
    let said = supply.to_string();
    for part in ["lucheng-supply", "serves_persons", "township.toml"] {
        assert!(said.contains(part), "{said}");
    }
    township.stations[0].dead_m = None;
    let seen = observed(&township, &|_| Some(5.0), &|_| Some(110.0), &|_| None);
    let said: Vec<String> = seen.lacking.iter().map(|l| l.within(Lang::Chinese)).collect();
    assert!(said.iter().any(|l| l.contains("中水库缺 `curve`")), "{said:?}");
    township.stations.clear();
    township.climate = None;
    township.demand = None;
    let seen = observed(&township, &|_| None, &|_| None, &|_| None);
    assert_eq!(seen.lacking.len(), 4, "{:?}", seen.lacking);
    assert!(seen.days.iter().all(|day| day.grade.is_none() && day.missing.is_empty()));
}

#[test]
fn a_day_whose_grade_is_not_known_is_none_without_drought() {
    // The gauge begins on 1 August, and the reservoir is full.
    let found = of(|since| (since >= 0).then_some(5.0), |_| Some(110.0));
    let early = on(&found, 8, 20);
    assert_eq!(in_drought(early), None);
    let unruled = DroughtDay { reasons: vec![], missing: vec![], ..early.clone() };
    assert_eq!(in_drought(&unruled), Some(false), "the sources alone say it");
    assert_eq!(in_drought(on(&found, 9, 1)), Some(false));
    let low = of(|since| (since >= 0).then_some(5.0), |_| Some(103.0));
    assert_eq!(in_drought(on(&low, 8, 20)), Some(true));
    let named = DroughtCause::Source { id: "res".parse().unwrap(), name: "水库".into() };
    assert_eq!(on(&low, 8, 20).causes.first(), Some(&named));
}

#[test]
fn a_level_is_ranked_where_five_earlier_years_have_levels() {
    let township: Township = toml::from_str(TOWNSHIP).unwrap();
    let calendar = Calendar::new(TimeZone::UTC, 0);
    let ranked = |years: i16| {
        let days = (2022 - years..2022).flat_map(|year| {
            date(year, 7, 1).series(1.day()).take_while(move |day| *day <= date(year, 10, 31))
        });
        let noon = |day: Date| calendar.start_of(day) + 12.hours();
        let mut levels: Vec<HourCell> = days.map(|day| gauge_hour(noon(day), 108.0)).collect();
        levels.push(gauge_hour(noon(TO), 104.0));
        let hours = BTreeMap::from([("res/level".to_owned(), levels)]);
        let rules = GradeRules::embedded("lucheng").unwrap();
        let period = Period { from: FROM, to: TO };
        let basis = Basis { township: &township, calendar: &calendar, entries: &[], period };
        let mut cells = MemoryCells { calendar: &calendar, hours: &hours };
        let found = drought(&basis, &rules, &mut cells).unwrap();
        on(&found, 9, 30).sources[0].clone()
    };
    let source = ranked(6);
    let rank = source.rank.unwrap();
    assert_eq!((rank.years, rank.days, rank.higher), (6, 90, 90));
    assert_eq!(source.anomaly, Some((-50.0, 6)), "storage of 4000 against 8000 m3");
    let fewer = ranked(4);
    assert_eq!((fewer.rank, fewer.anomaly), (None, Some((-50.0, 4))));
}
