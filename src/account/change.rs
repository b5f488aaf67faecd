//! What is different today from the end of yesterday, as far as data of both days carry it.

use std::cmp::Reverse;

use serde::Serialize;

use super::{DroughtDay, SourceState};
use crate::core::StationId;
use crate::water::{Climate, Grade, Station, Status, status};

/// Something that is not as it was at the end of yesterday.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The source or pump that it is about; `None` where it is about the township.
    pub station: Option<StationId>,
    /// Its name.
    pub name: Option<String>,
    #[serde(flatten)]
    pub kind: ChangeKind,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// The drought grade.
    Grade { before: Grade, now: Grade },
    /// A source's status is worse.
    Worse { before: Status, now: Status },
    /// A source's status is better.
    Better { before: Status, now: Status },
    /// A source's status is another one since the limits of the new month are others, and not by its water.
    NewLimits { before: Status, now: Status },
    /// A source that had data yesterday has none today, though by its own rhythm there should be some.
    Silent { before: Option<Status> },
    /// A source has data again.
    Back { now: Option<Status> },
    /// The level fell by more than on any day of the week before, m in a day.
    FallsFaster { m_per_day: f64 },
    /// The days of supply have fallen below a week.
    FewDays { days: u32 },
    /// A pump ran today that had not run yesterday.
    PumpStarted,
    /// It rained, mm, after so many rainless days.
    Rained { mm: f64, after_days: u32 },
}

/// Below so many days of supply a source is told. Engineering judgement, confidence 0.6: within a week water can be
/// brought and pumps moved.
const FEW_DAYS: u32 = 7;

/// So many rainless days make the rain after them worth telling. Engineering judgement, confidence 0.5.
const RAINLESS_DAYS_MIN: u32 = 5;

impl ChangeKind {
    /// Sorts the worst first.
    pub(super) fn order(&self) -> (u8, Reverse<u8>) {
        let status = |status: &Option<Status>| status.map_or(0, |status| status as u8);
        let (class, weight) = match self {
            Self::Grade { before, now } if now > before => (0, u8::from(*now)),
            Self::Worse { now, .. } => (1, *now as u8),
            Self::NewLimits { before, now } if now > before => (1, *now as u8),
            Self::FewDays { days } => {
                (2, u8::try_from(FEW_DAYS - FEW_DAYS.min(*days)).unwrap_or(0))
            }
            Self::Silent { before } => (3, status(before)),
            Self::FallsFaster { .. } => (4, 0),
            Self::PumpStarted => (5, 0),
            Self::Back { now } => (6, status(now)),
            Self::Grade { .. } => (7, 0),
            Self::Rained { .. } => (8, 0),
            Self::Better { .. } | Self::NewLimits { .. } => (9, 0),
        };
        (class, Reverse(weight))
    }
}

/// A change of the grade that holds whatever the rules say that lack data.
pub(super) fn of_grade(before: &DroughtDay, now: &DroughtDay) -> Option<ChangeKind> {
    let (then, grade) = (before.grade?, now.grade?);
    let worse = grade > then && !before.at_least;
    let better = grade < then && !now.at_least;
    (worse || better).then_some(ChangeKind::Grade { before: then, now: grade })
}

/// Rain of today after rainless days up to yesterday.
pub(super) fn of_rain(
    before: &DroughtDay,
    now: &DroughtDay,
    climate: Option<&Climate>,
) -> Option<ChangeKind> {
    let (after_days, _) = before.rainless?;
    let mm = now.rain_mm.filter(|mm| climate.is_some_and(|climate| *mm >= climate.rainless_mm))?;
    (after_days >= RAINLESS_DAYS_MIN).then_some(ChangeKind::Rained { mm, after_days })
}

/// What is different at a source that has a level of both days.
pub(super) fn of_source(before: &SourceState, now: &SourceState) -> Vec<ChangeKind> {
    let mut found = Vec::new();
    if let (Some(then), Some(status)) = (before.status, now.status) {
        if status > then {
            found.push(ChangeKind::Worse { before: then, now: status });
        } else if status < then {
            found.push(ChangeKind::Better { before: then, now: status });
        }
    }
    if let (Some(then), Some(days)) = (before.supply_days, now.supply_days)
        && days < FEW_DAYS
        && then >= FEW_DAYS
    {
        found.push(ChangeKind::FewDays { days });
    }
    found
}

/// `kind` as it is where the limits of `station` may be others: in months `then` and `today`, with the level that it
/// had at the end of yesterday.
pub(super) fn by_limits(
    station: &Station,
    level_m: f64,
    [then, today]: [i8; 2],
    kind: ChangeKind,
) -> ChangeKind {
    let (ChangeKind::Worse { before, now } | ChangeKind::Better { before, now }) = kind else {
        return kind;
    };
    let is_so = then != today && status(station, level_m, today, Some(before)) == Some(now);
    if is_so { ChangeKind::NewLimits { before, now } } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Text;
    use crate::water::{StationKind, Township};
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    const STATUSES: [Option<Status>; 6] = [
        None,
        Some(Status::Normal),
        Some(Status::Low),
        Some(Status::Warn),
        Some(Status::Guard),
        Some(Status::Dry),
    ];

    fn state(status: Option<Status>, supply_days: Option<u32>) -> SourceState {
        SourceState {
            id: "pond-1".parse().unwrap(),
            name: "甲".into(),
            kind: StationKind::Pond,
            status,
            level_m: 1.0,
            balance: None,
            supply_days,
            supply: Text::default(),
            anomaly: None,
            rank: None,
        }
    }

    fn day(day: Date, grade: Option<Grade>, at_least: bool) -> DroughtDay {
        DroughtDay {
            day,
            grade,
            at_least,
            reasons: Vec::new(),
            missing: Vec::new(),
            rain_mm: Some(0.0),
            rainless: Some((9, false)),
            sources: Vec::new(),
            causes: Vec::new(),
        }
    }

    #[test]
    fn a_grade_changes_only_where_no_missing_data_could_have_hidden_it() {
        let change = |before: (Option<Grade>, bool), now: (Option<Grade>, bool)| {
            let before = day(date(2022, 8, 1), before.0, before.1);
            of_grade(&before, &day(date(2022, 8, 2), now.0, now.1))
        };
        let (light, severe) = (Some(Grade::Light), Some(Grade::Severe));
        let grade = |before: Option<Grade>, now: Option<Grade>| {
            Some(ChangeKind::Grade { before: before?, now: now? })
        };
        assert_eq!(change((light, false), (severe, true)), grade(light, severe));
        assert_eq!(change((light, true), (severe, false)), None, "it may have been so before");
        assert_eq!(change((severe, true), (light, false)), grade(severe, light));
        assert_eq!(change((severe, false), (light, true)), None, "it may be so still");
        assert_eq!(change((None, false), (severe, false)), None);
        assert_eq!(change((light, false), (light, false)), None);
    }

    #[test]
    fn what_only_the_limits_of_a_new_month_change_is_no_better_water() {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 90.0
            threshold = [
                { months = [9], quantity = "level", warn = 104.0, guard = 101.0, source = "t", confidence = 1.0 },
                { months = [10], quantity = "level", warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 },
            ]"#;
        let pond = toml::from_str::<Township>(text).unwrap().stations.remove(0);
        let better = || ChangeKind::Better { before: Status::Warn, now: Status::Normal };
        let worse = || ChangeKind::Worse { before: Status::Normal, now: Status::Warn };
        let in_october = |level_m, kind| by_limits(&pond, level_m, [9, 10], kind);
        let limits = ChangeKind::NewLimits { before: Status::Warn, now: Status::Normal };
        assert_eq!(in_october(103.0, better()), limits);
        assert_eq!(in_october(101.5, better()), better(), "it has risen");
        assert_eq!(by_limits(&pond, 103.0, [10, 10], better()), better());
        let limits = ChangeKind::NewLimits { before: Status::Normal, now: Status::Warn };
        assert_eq!(by_limits(&pond, 103.0, [10, 9], worse()), limits);
        assert!(limits.order() < better().order() && limits.order() == worse().order());
        assert_eq!(in_october(103.0, ChangeKind::PumpStarted), ChangeKind::PumpStarted);
    }

    #[test]
    fn rain_is_told_after_days_without() {
        let text =
            "rain_mm = [9,9,9,9,9,9,9,9,9,9,9,9]\nrainless_mm = 3\nsource = \"t\"\nconfidence = 1";
        let climate: Climate = toml::from_str(text).unwrap();
        let before = day(date(2022, 8, 1), None, false);
        let mut now = day(date(2022, 8, 2), None, false);
        assert_eq!(of_rain(&before, &now, Some(&climate)), None);
        now.rain_mm = Some(12.0);
        let rained = ChangeKind::Rained { mm: 12.0, after_days: 9 };
        assert_eq!(of_rain(&before, &now, Some(&climate)), Some(rained));
        assert_eq!(of_rain(&before, &now, None), None);
        now.rain_mm = None;
        assert_eq!(of_rain(&before, &now, Some(&climate)), None);
    }

    #[test]
    fn the_worst_comes_first() {
        let better = ChangeKind::Better { before: Status::Dry, now: Status::Normal };
        let worse = |now| ChangeKind::Worse { before: Status::Normal, now };
        let (light, severe) = (Grade::Light, Grade::Severe);
        let sorted = [
            ChangeKind::Grade { before: light, now: severe },
            worse(Status::Dry),
            worse(Status::Low),
            ChangeKind::FewDays { days: 1 },
            ChangeKind::FewDays { days: 6 },
            ChangeKind::Silent { before: None },
            ChangeKind::FallsFaster { m_per_day: 0.2 },
            ChangeKind::PumpStarted,
            ChangeKind::Back { now: None },
            ChangeKind::Grade { before: severe, now: light },
            ChangeKind::Rained { mm: 9.0, after_days: 9 },
            better,
        ];
        assert!(sorted.is_sorted_by_key(ChangeKind::order), "{sorted:?}");
    }

    proptest! {
        #[test]
        fn a_source_that_stays_as_it_was_has_not_changed(status in 0usize..6, days in proptest::option::of(0u32..20)) {
            let state = state(STATUSES[status], days);
            prop_assert_eq!(of_source(&state, &state), []);
        }

        #[test]
        fn a_change_goes_the_way_of_the_statuses(a in 0usize..6, b in 0usize..6, x in proptest::option::of(0u32..20), y in proptest::option::of(0u32..20)) {
            let (before, now) = (state(STATUSES[a], x), state(STATUSES[b], y));
            for change in of_source(&before, &now) {
                match change {
                    ChangeKind::Worse { before: then, now: status } => {
                        prop_assert!((Some(then), Some(status)) == (before.status, now.status) && status > then);
                    }
                    ChangeKind::Better { before: then, now: status } => {
                        prop_assert!((Some(then), Some(status)) == (before.status, now.status) && status < then);
                    }
                    ChangeKind::FewDays { days } => prop_assert!(Some(days) == y && y < x),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
        }
    }
}
