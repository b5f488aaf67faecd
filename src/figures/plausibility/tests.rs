//! Tests of the rules: the report of 2022, the slips of a clerk, what is absent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;

use super::values::Place;
use super::*;

fn period() -> Period {
    Period { from: date(2022, 8, 1), to: date(2022, 11, 15) }
}

fn township(values: &[(&'static str, f64)]) -> Vec<Place> {
    vec![Place {
        scope: Scope::Township,
        id: "township".into(),
        name: Text::verbatim("全乡"),
        values: values.iter().copied().collect(),
    }]
}

fn found(values: &[(&'static str, f64)]) -> Vec<String> {
    let rules = Rules::embedded().unwrap();
    let findings = check(&rules, &township(values), &[], period());
    findings.found.into_iter().map(|f| f.rule).collect()
}

/// The figures of the report of 2022.
const YEAR_2022: &[(&str, f64)] = &[
    ("area_affected", 2200.0),
    ("area_failed", 123.0),
    ("area_rescued", 2077.0),
    ("loss_averted", 12_462_000.0),
    ("funds_invested", 550_000.0),
    ("water_project_funds", 540_000.0),
    ("people_served", 1900.0),
    ("gasoline_used", 15_000.0),
    ("mobile_sets_engaged", 21.0),
    ("water_pumped", 320_000.0),
    ("event_days", 107.0),
    ("sown_area", 6514.37),
    ("persons", 9058.0),
    ("groups", 84.0),
    ("groups_served", 15.0),
    ("crop_value_max", 9000.0),
    ("high_value_share", 0.9),
];

/// The figures of 2022 with one of them changed.
fn with(name: &'static str, value: f64) -> Vec<(&'static str, f64)> {
    let others = YEAR_2022.iter().copied().filter(|(n, _)| *n != name);
    others.chain([(name, value)]).collect()
}

#[test]
fn the_report_of_2022_breaks_no_rule() {
    assert_eq!(found(YEAR_2022), Vec::<String>::new());
}

#[test]
fn each_slip_of_a_clerk_is_found() {
    for (name, value, rule) in [
        ("area_failed", 2300.0, "failed-within-affected"),
        ("area_affected", 7000.0, "affected-within-sown"),
        ("area_rescued", 2000.0, "rescued-is-affected-less-failed"),
        ("funds_invested", 55.0, "money-per-mu"),
        ("funds_invested", 5.5e9, "money-per-mu"),
        ("water_project_funds", 54.0, "project-money-per-person"),
        ("funds_invested", 540_000.0, "two-sums-of-money"),
        ("loss_averted", 62_000_000.0, "yuan-per-mu-within-crop-value"),
        ("high_value_share", 0.0, "yuan-per-mu-needs-dear-crops"),
        ("gasoline_used", 15_000_000.0, "fuel-per-set-and-day"),
        ("water_pumped", 3_200.0, "water-per-mu"),
        ("people_served", 19_000.0, "people-within-population"),
        ("groups_served", 95.0, "groups-within-township"),
        ("area_damaged", 6600.0, "damaged-within-sown"),
        ("persons_short", 19_000.0, "difficulty-within-population"),
        ("electricity_coverage", 0.5, "meters-silent"),
        ("storage_coverage", 0.5, "levels-silent"),
    ] {
        let found = found(&with(name, value));
        assert!(found.iter().any(|r| r == rule), "{name} = {value}: {found:?}");
    }
}

#[test]
fn two_sums_of_nothing_are_no_mistake() {
    let mut values = with("funds_invested", 0.0);
    values.retain(|(name, _)| *name != "water_project_funds");
    values.push(("water_project_funds", 0.0));
    let found = found(&values);
    assert!(!found.contains(&"two-sums-of-money".to_owned()), "{found:?}");
}

#[test]
fn what_is_absent_is_not_checked_and_said() {
    let rules = Rules::embedded().unwrap();
    let findings = check(&rules, &township(&[("area_failed", 5.0)]), &[], period());
    assert_eq!((findings.found.len(), findings.checked), (0, 0));
    assert_eq!(findings.unchecked.len(), rules.iter().count());
    let zero = [("loss_averted", 5.0), ("area_rescued", 0.0), ("crop_value_max", 1.0)];
    assert_eq!(found(&zero), Vec::<String>::new(), "a share of nothing is nothing");
}

#[test]
fn a_pumps_energy_is_held_against_its_lift() {
    let rules = Rules::embedded().unwrap();
    let pump = |energy, volume| Place {
        scope: Scope::Pump,
        id: "p".into(),
        name: Text::verbatim("一号泵站"),
        values: BTreeMap::from([
            ("energy", energy),
            ("volume", volume),
            ("head", 20.0),
            ("power", 10.0),
            ("event_days", 107.0),
        ]),
    };
    let found = |pump| check(&rules, &[pump], &[], period()).found;
    assert_eq!(found(pump(1090.0, 10_000.0)), vec![]);
    let tenfold = found(pump(10_900.0, 10_000.0));
    assert_eq!(tenfold[0].rule, "energy-against-lift");
    let sentence = tenfold[0].sentence().within(Lang::Chinese);
    for part in ["一号泵站", "现为1.09", "应在0.064至0.363之间", "扬程 20"] {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    let english = tenfold[0].sentence().to_string();
    assert!(
        english.contains("It is 1.09, should be 0.064 to 0.363 (electricity 10900"),
        "{english}"
    );
    assert_eq!(found(pump(1e6, 1e7))[0].rule, "energy-within-rated");
}

#[test]
fn an_acceptance_holds_for_the_very_numbers() {
    let rules = Rules::embedded().unwrap();
    let places = |funds| township(&with("funds_invested", funds));
    let first = check(&rules, &places(55.0), &[], period());
    let finding = &first.found[0];
    let acceptance = Acceptance {
        rule: finding.rule.clone(),
        fingerprint: finding.fingerprint.clone(),
        from: period().from,
        to: period().to,
        reason: "只用了55元".into(),
        accepted_by: "刘某".into(),
        accepted_at: Timestamp::UNIX_EPOCH,
    };
    let accepted = std::slice::from_ref(&acceptance);
    let again = check(&rules, &places(55.0), accepted, period());
    assert_eq!(again.found[0].accepted.as_ref(), Some(&acceptance));
    let other = check(&rules, &places(56.0), accepted, period());
    assert_eq!(other.found[0].accepted, None);
}

/// Also one that was accepted before contradictions of arithmetic were told apart.
#[test]
fn a_contradiction_of_arithmetic_cannot_be_accepted() {
    let rules = Rules::embedded().unwrap();
    let places = township(&with("area_failed", 3123.0));
    let first = check(&rules, &places, &[], period());
    let finding = first.found.iter().find(|f| f.rule == "failed-within-affected").unwrap();
    assert!(finding.arithmetic);
    let acceptance = Acceptance {
        rule: finding.rule.clone(),
        fingerprint: finding.fingerprint.clone(),
        from: period().from,
        to: period().to,
        reason: "调查表就是这样写的".into(),
        accepted_by: "刘某".into(),
        accepted_at: Timestamp::UNIX_EPOCH,
    };
    let again = check(&rules, &places, &[acceptance], period());
    let open: Vec<&str> = again.open().map(|f| f.rule.as_str()).collect();
    assert!(open.contains(&"failed-within-affected"), "{open:?}");
}

#[test]
fn a_copy_of_older_rules_keeps_its_contradictions() {
    let text = include_str!("../../../config/rules/plausibility.toml");
    let older = text.replace("arithmetic = true\n", "");
    assert_ne!(older, text);
    assert_eq!(Rules::parse(&older), Rules::embedded());
}

/// What is only implausible can be right, and is accepted with a reason.
#[test]
fn only_errors_are_contradictions_of_arithmetic() {
    for rule in Rules::embedded().unwrap().iter().filter(|rule| rule.arithmetic) {
        assert_eq!(rule.severity, Severity::Error, "{}", rule.id);
    }
}

#[test]
fn a_wrong_rule_is_named() {
    let problems = Rules::parse(
        r#"
        [[rule]]
        id = "a"
        scope = "township"
        text = "t"
        value = "area_failt / 2"
        severity = "error"
        look = "l"
        source = "s"
        confidence = 1.0
        [[rule]]
        id = "a"
        scope = "village"
        text = "t"
        value = "area_failed +"
        at_most = "1"
        severity = "hint"
        look = "l"
        source = ""
        confidence = 1.0
        "#,
    )
    .unwrap_err();
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for part in ["area_failt is unknown", "no bound", "already", "rule[1].value", "rule[1].source"]
    {
        assert!(text.iter().any(|t| t.contains(part)), "{part}: {text:?}");
    }
    assert!(Rules::parse("[[rule]]\nid = 3").is_err());
}

#[test]
fn every_rule_speaks_both_languages() {
    for rule in Rules::embedded().unwrap().iter() {
        for text in [&rule.text, &rule.look, &rule.source].map(|text| text.text()) {
            assert!(!text.to_string().chars().any(is_chinese), "{}: {text}", rule.id);
        }
        for text in [&rule.text, &rule.look].map(|text| text.text().within(Lang::Chinese)) {
            assert!(text.chars().any(is_chinese), "{}: {text}", rule.id);
        }
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{3000}'..='\u{9fff}').contains(&c)
}

#[test]
fn a_rule_of_one_language_is_named() {
    let problems = Rules::parse(
        r#"
        [[rule]]
        id = "a"
        scope = "township"
        text = "t"
        value = "area_failed"
        at_most = "1"
        severity = "hint"
        look.zh = "台账"
        source = "s"
        confidence = 1.0
        "#,
    )
    .unwrap_err();
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), 1, "{text:?}");
    assert!(text[0].starts_with("rule[0].look.en: is missing"), "{text:?}");
}
