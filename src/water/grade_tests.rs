//! Tests of the grades: the published numbers, hysteresis, bad rules.

use proptest::prelude::*;

use super::*;

fn rule(set: &str, id: &str) -> GradeRule {
    let rules = GradeRules::embedded(set).unwrap().rules;
    rules.into_iter().find(|rule| rule.id == id).unwrap()
}

fn numbers(rule: &GradeRule, values: &[f64]) -> Vec<u8> {
    values.iter().map(|v| rule.grade(*v).into()).collect()
}

#[test]
fn the_published_bands_hold_to_the_number() {
    let rain = rule("lucheng", "lucheng-rain-30");
    assert_eq!(numbers(&rain, &[-39.9, -40.0, -60.0, -80.0, -95.0, -95.1]), [0, 1, 2, 3, 3, 4]);
    let rainless = rule("lucheng", "lucheng-rainless");
    assert_eq!(numbers(&rainless, &[29.0, 30.0, 40.0, 50.0, 69.0, 70.0]), [0, 1, 2, 3, 3, 4]);
    let summer = rule("national-2006", "national-rainless-summer");
    assert_eq!(numbers(&summer, &[15.0, 16.0, 25.0, 26.0, 36.0, 46.0]), [0, 1, 1, 2, 3, 4]);
    let soil = rule("gbt20481", "gbt20481-soil");
    assert_eq!(numbers(&soil, &[60.1, 60.0, 50.0, 40.0, 30.0]), [0, 1, 2, 3, 4]);
    for set in ["lucheng", "national-2006", "sl424", "gbt20481"] {
        for rule in GradeRules::embedded(set).unwrap().rules {
            assert!(rule.confidence > 0.0 && !rule.source.is_empty(), "{}", rule.id);
            let english = rule.source.text().to_string();
            assert!(english.chars().all(|c| c < '\u{3000}'), "{english}");
            assert_ne!(rule.source.text().within(Lang::Chinese), english);
        }
    }
}

#[test]
fn a_grade_takes_hold_at_once_and_eases_after_days_on_end() {
    let rules = GradeRules::embedded("gbt20481").unwrap();
    let mut grader = Grader::new(&rules, |_| true);
    let mut day = |soil: f64| {
        let graded = grader.day(8, &BTreeMap::from([(Index::SoilMoisture, soil.into())]));
        u8::from(graded.reasons[0].grade)
    };
    let found: Vec<u8> =
        [70.0, 45.0, 51.0, 51.0, 51.0, 55.0, 55.0, 49.0, 55.0, 55.0, 55.0, 63.0, 63.0, 63.0]
            .into_iter()
            .map(&mut day)
            .collect();
    assert_eq!(found, [0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 0]);
}

#[test]
fn missing_data_keep_a_grade_for_the_days_that_end_it_and_then_it_is_unknown() {
    let rules = GradeRules::embedded("gbt20481").unwrap();
    let mut grader = Grader::new(&rules, |_| true);
    let nothing = grader.day(8, &BTreeMap::new());
    assert_eq!((nothing.grade, nothing.reasons), (None, vec![]), "nothing held, nothing known");
    grader.day(8, &BTreeMap::from([(Index::SoilMoisture, 25.0.into())]));
    for _ in 0..3 {
        let silent = grader.day(8, &BTreeMap::new()).reasons;
        assert_eq!((silent[0].grade, silent[0].value), (Grade::Extreme, None));
        assert!(silent[0].held);
    }
    for _ in 0..36 {
        let silent = grader.day(8, &BTreeMap::new());
        assert_eq!((silent.grade, silent.at_least, silent.reasons), (None, false, vec![]));
        assert!(silent.missing.iter().any(|missing| missing.index == Index::SoilMoisture));
    }
    let again = grader.day(8, &BTreeMap::from([(Index::SoilMoisture, 55.0.into())])).reasons;
    assert_eq!((again[0].grade, again[0].held), (Grade::Light, false), "as the value says");

    let rules = GradeRules::embedded("lucheng").unwrap();
    let mut grader = Grader::new(&rules, |_| true);
    let mut rainless = |value, or_more| {
        let most = if or_more { f64::INFINITY } else { value };
        let measure = Measure { value, most };
        grader.day(8, &BTreeMap::from([(Index::RainlessDays, measure)])).reasons[0].grade
    };
    assert_eq!(rainless(55.0, false), Grade::Severe);
    // A day of the gauges was lost: from now on the count is a minimum.
    for days in 1..=3 {
        assert_eq!(rainless(f64::from(days), true), Grade::Severe, "{days} or more");
    }
    // Had it rained on the lost day, the drought would be over now: only the least is left.
    let least = [(4, Grade::None), (29, Grade::None), (30, Grade::Light), (50, Grade::Severe)];
    for (days, grade) in least {
        assert_eq!(rainless(f64::from(days), true), grade, "{days} or more");
    }
    assert_eq!(rainless(70.0, true), Grade::Extreme, "at least as bad");
    assert_eq!(rainless(0.0, false), Grade::Extreme);
    assert_eq!(rainless(1.0, false), Grade::Extreme);
    assert_eq!(rainless(2.0, false), Grade::None, "rain for three days");
}

#[test]
fn a_grade_that_is_only_held_says_so() {
    let rules = GradeRules::embedded("gbt20481").unwrap();
    let mut grader = Grader::new(&rules, |_| true);
    let mut day = |soil: f64| {
        let graded = grader.day(8, &BTreeMap::from([(Index::SoilMoisture, soil.into())]));
        let reason = &graded.reasons[0];
        (u8::from(reason.grade), reason.held, reason.clear_days)
    };
    assert_eq!(day(45.0), (2, false, 3));
    assert_eq!(day(90.0), (2, true, 3));
    assert_eq!(day(49.0), (2, false, 3), "back in its band");
    assert_eq!([day(90.0), day(90.0), day(90.0)], [(2, true, 3), (2, true, 3), (0, false, 3)]);
}

/// Grade and whether it is a least, of the rules of GB/T 20481 that `can_have` a value, on one day.
fn on_a_day(measures: &[(Index, Measure)], can_have: fn(Index) -> bool) -> (Option<Grade>, bool) {
    let rules = GradeRules::embedded("gbt20481").unwrap();
    let graded = Grader::new(&rules, can_have).day(8, &measures.iter().copied().collect());
    (graded.grade, graded.at_least)
}

#[test]
fn normal_is_said_only_where_every_rule_has_a_value() {
    let rain = |percent: f64| (Index::RainAnomaly30, Measure::from(percent));
    let soil = |percent: f64| (Index::SoilMoisture, Measure::from(percent));
    assert_eq!(on_a_day(&[rain(0.0), soil(90.0)], |_| true), (Some(Grade::None), false));
    assert_eq!(on_a_day(&[soil(90.0)], |_| true), (None, false), "rain is not known");
    assert_eq!(on_a_day(&[soil(55.0)], |_| true), (Some(Grade::Light), true), "or worse");
    assert_eq!(on_a_day(&[soil(20.0)], |_| true), (Some(Grade::Extreme), false), "none is worse");
    let without_rain = |index| index != Index::RainAnomaly30;
    assert_eq!(on_a_day(&[soil(90.0)], without_rain), (Some(Grade::None), false));
    assert_eq!(on_a_day(&[], |_| false), (None, false), "no rule holds");
}

#[test]
fn a_grade_kept_without_data_does_not_prove_normal() {
    let rules = GradeRules::embedded("gbt20481").unwrap();
    let mut grader = Grader::new(&rules, |_| true);
    let both = |soil: f64| {
        [(Index::RainAnomaly30, Measure::from(0.0)), (Index::SoilMoisture, soil.into())].into()
    };
    assert_eq!(grader.day(8, &both(45.0)).grade, Some(Grade::Moderate));
    let kept = grader.day(8, &BTreeMap::from([(Index::RainAnomaly30, 0.0.into())]));
    assert_eq!((kept.grade, kept.at_least), (Some(Grade::Moderate), true));
    let missing = Missing { rule: "gbt20481-soil".into(), index: Index::SoilMoisture };
    assert_eq!(kept.missing, [missing]);
    assert_eq!((kept.reasons[0].value, kept.reasons[1].value), (None, Some(0.0)));
}

#[test]
fn a_count_that_may_be_higher_is_normal_only_where_its_most_is() {
    let rules = GradeRules::embedded("lucheng").unwrap();
    let rainless = |value, most| {
        let measures = BTreeMap::from([(Index::RainlessDays, Measure { value, most })]);
        let graded = Grader::new(&rules, |index| index == Index::RainlessDays).day(8, &measures);
        (graded.grade, graded.at_least)
    };
    assert_eq!(rainless(5.0, 29.0), (Some(Grade::None), false));
    assert_eq!(rainless(5.0, 30.0), (None, false));
    assert_eq!(rainless(5.0, f64::INFINITY), (None, false));
    assert_eq!(rainless(30.0, 41.0), (Some(Grade::Light), true));
    assert_eq!(rainless(70.0, f64::INFINITY), (Some(Grade::Extreme), false));
}

#[test]
fn bad_rules_are_named() {
    let text = r#"
        [[rule]]
        set = "a"
        id = "x"
        index = "rainless_days"
        months = [13]
        bands = [{ grade = 2, at_least = 30 }, { grade = 1, at_least = 40 }, { grade = 3 }]
        margin = -1
        clear_days = 3
        source = " "
        confidence = 2
    "#;
    let problems: Vec<String> =
        GradeRules::parse(text, "b").unwrap_err().iter().map(ToString::to_string).collect();
    for part in ["months", "bands[2]", "do not worsen", "margin", "source", "the sets are a"] {
        assert!(problems.iter().any(|p| p.contains(part)), "{part}: {problems:?}");
    }
    assert!(GradeRules::parse("[[rule]]\ngrade = 9", "a").is_err());
}

proptest! {
    /// Drier is never graded better, and a grade moves only when the index does.
    #[test]
    fn worse_values_are_never_graded_better(a in -100.0f64..120.0, b in -100.0f64..120.0) {
        for set in ["lucheng", "national-2006", "sl424", "gbt20481"] {
            for rule in GradeRules::embedded(set).unwrap().rules {
                let (low, high) = if a < b { (a, b) } else { (b, a) };
                let (worse, better) = if rule.bands[0].falls() { (low, high) } else { (high, low) };
                prop_assert!(rule.grade(worse) >= rule.grade(better), "{}", rule.id);
                prop_assert!(rule.eased(worse) >= rule.grade(worse), "{}", rule.id);
            }
        }
    }

    /// An index that shakes by less than the margin does not make a grade flap.
    #[test]
    fn a_shaking_index_does_not_flap(at in 25.0f64..65.0, shakes in proptest::collection::vec(-0.9f64..0.9, 2..60)) {
        let rules = GradeRules::embedded("gbt20481").unwrap();
        let mut grader = Grader::new(&rules, |_| true);
        let grades: Vec<Grade> = shakes.iter().map(|shake| grader.day(8, &BTreeMap::from([(Index::SoilMoisture, (at + shake).into())])).reasons[0].grade).collect();
        let changes = grades.windows(2).filter(|pair| pair[1] < pair[0]).count();
        prop_assert_eq!(changes, 0);
    }
}
