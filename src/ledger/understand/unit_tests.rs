//! Units as offices write them, and what they are converted to.

use super::*;
use crate::account::EntryCode as Code;
use crate::figures::FigureId;

fn value(amount: f64, written: &str, code: Code) -> f64 {
    let found = convert(amount, written, code)
        .unwrap_or_else(|fault| panic!("{written} of {code:?}: {fault:?}"));
    found.value
}

#[test]
fn units_of_offices_are_converted() {
    for (amount, written, code, expected) in [
        (1.2, "万元", Code::FundsRaised, 12_000.0),
        (100.0, "千元", Code::FundsRaised, 100_000.0),
        (1.0, "亿元", Code::FundsRaised, 1e8),
        (48.0, "圆", Code::FundsRaised, 48.0),
        (48.0, "yuan", Code::FundsRaised, 48.0),
        (15.0, "千公顷", Code::AreaAffected, 225_000.0),
        (1.0, "万公顷", Code::AreaAffected, 150_000.0),
        (48.0, "ha", Code::AreaAffected, 720.0),
        (48.0, "hm2", Code::AreaAffected, 720.0),
        (48.0, "hm²", Code::AreaAffected, 720.0),
        (1.0, "平方公里", Code::AreaAffected, 1500.0),
        (1.0, "km²", Code::AreaAffected, 1500.0),
        (3.5, "万亩", Code::AreaAffected, 35_000.0),
        (3.0, "mu", Code::AreaAffected, 3.0),
        (48.0, "万度", Code::ElectricityDeclared, 480_000.0),
        (48.0, "千瓦·时", Code::ElectricityDeclared, 48.0),
        (48.0, "千瓦时", Code::ElectricityDeclared, 48.0),
        (48.0, "万千瓦时", Code::ElectricityDeclared, 480_000.0),
        (48.0, "kW·h", Code::ElectricityDeclared, 48.0),
        (48.0, "KWH", Code::ElectricityDeclared, 48.0),
        (48.0, "万kWh", Code::ElectricityDeclared, 480_000.0),
        (48.0, "MWh", Code::ElectricityDeclared, 48_000.0),
        (1.0, "吨", Code::Gasoline, 1351.351351),
        (5.33, "吨", Code::Diesel, 6345.238095),
        (84.0, "公斤", Code::Diesel, 100.0),
        (2.0, "万升", Code::Diesel, 20_000.0),
        (300.0, "吨", Code::WaterCarried, 300.0),
        (300.0, "万m³", Code::WaterCarried, 3_000_000.0),
        (300.0, "方", Code::WaterCarried, 300.0),
        (3.0, "千方", Code::WaterCarried, 3000.0),
        (1.0349, "亿立方米", Code::WaterPumpedUnmonitored, 103_490_000.0),
        (1.1, "万吨", Code::GrainLost, 11_000.0),
        (500.0, "公斤", Code::GrainLost, 0.5),
        (500.0, "斤", Code::GrainLost, 0.25),
        (0.38, "万头", Code::LivestockShort, 3800.0),
        (38.0, "头（匹）", Code::LivestockShort, 38.0),
        (2.0, "万只", Code::SmallLivestockShort, 20_000.0),
        (3.31, "万人", Code::PersonsRelieved, 33_100.0),
        (2.0, "万人次", Code::DrinkingDifficulty, 20_000.0),
    ] {
        assert_eq!(value(amount, written, code), expected, "{amount} {written} of {code:?}");
        assert!(is_unit(written), "{written}");
    }
}

#[test]
fn counts_lengths_and_hours_of_offices_are_converted() {
    for (amount, written, code, expected) in [
        (691.0, "口", Code::WellsEngaged, 691.0),
        (691.0, "眼", Code::WellsEngaged, 691.0),
        (178.0, "台", Code::WaterTrucks, 178.0),
        (700.0, "台次", Code::WaterTruckTrips, 700.0),
        (7.0, "台（套）", Code::EquipmentDeclared, 7.0),
        (7.0, "台(套)", Code::EquipmentDeclared, 7.0),
        (7.0, "台/套", Code::EquipmentDeclared, 7.0),
        (7.0, "套", Code::EquipmentDeclared, 7.0),
        (7.0, "sets", Code::EquipmentDeclared, 7.0),
        (0.1841, "万台套", Code::EquipmentDeclared, 1841.0),
        (5.0, "台时", Code::EngineHours, 5.0),
        (5.0, "小时", Code::EngineHours, 5.0),
        (12.0, "公里", Code::CanalsCleared, 12_000.0),
        (12.0, "千米", Code::CanalsCleared, 12_000.0),
        (12.0, "厘米", Code::RainReported, 120.0),
        (12.0, "mm", Code::RainReported, 12.0),
        (12.0, "日", Code::RainlessDays, 12.0),
        (12.0, "户", Code::HouseholdsAffected, 12.0),
        (10.0, "马力", Code::InstalledPowerUnmonitored, 7.355),
        (10.0, "千瓦", Code::InstalledPowerUnmonitored, 10.0),
        (10.0, "万千瓦", Code::InstalledPowerUnmonitored, 100_000.0),
        (3.0, "万亩次", Code::AreaIrrigatedTimesUnmonitored, 30_000.0),
        (3.0, "口", Code::PondsDryUnmonitored, 3.0),
        (86.0, "％", Code::LossRateWith, 86.0),
        (8.0, "处", Code::WaterWork, 8.0),
        (1.0, "villages", Code::VillageAffected, 1.0),
    ] {
        assert_eq!(value(amount, written, code), expected, "{amount} {written} of {code:?}");
        assert!(is_unit(written), "{written}");
    }
}

#[test]
fn each_code_takes_its_own_unit_in_either_language() {
    for code in Code::ALL {
        let name = code.unit_name();
        for written in [code.unit(), &name.within(Lang::Chinese), &name.within(Lang::English)] {
            let found = convert(3.25, written, *code);
            assert_eq!(found, Ok(Converted { value: 3.25, said: None }), "{written} of {code:?}");
            assert!(is_unit(written), "{written}");
        }
    }
}

#[test]
fn a_count_of_something_else_is_told_from_an_unknown_unit() {
    use UnitFault::{Missing, Other, OtherCount};
    for (written, code, fault) in [
        ("台次", Code::WaterTrucks, OtherCount),
        ("万人次", Code::PersonsEngaged, OtherCount),
        ("人", Code::DrinkingDifficulty, OtherCount),
        ("亩次", Code::AreaIrrigatedUnmonitored, OtherCount),
        ("台时", Code::EquipmentDeclared, OtherCount),
        ("户", Code::PersonsAffected, OtherCount),
        ("", Code::Gasoline, Missing),
        ("  ", Code::Gasoline, Missing),
        ("桶", Code::Gasoline, Other),
        ("担", Code::GrainLost, Other),
        ("度", Code::Gasoline, Other),
        ("升", Code::OilByMass, Other),
        ("分", Code::AreaAffected, Other),
        ("亩", Code::FundsRaised, Other),
        ("万", Code::FundsRaised, Other),
        ("m3/h", Code::WaterCarried, Other),
    ] {
        assert_eq!(
            convert(1.0, written, code).map(|found| found.value),
            Err(fault),
            "{written} of {code:?}"
        );
    }
    assert_eq!(convert(f64::MAX, "万元", Code::FundsRaised), Err(Other));
}

#[test]
fn a_fault_names_the_units_and_the_code_of_the_other_count() {
    let zh = |fault: UnitFault, written, code| {
        let (rule, hint) = fault.rule_and_hint(written, code);
        format!("{}；{}", rule.within(Lang::Chinese), hint.within(Lang::Chinese))
    };
    let said = zh(UnitFault::OtherCount, "万人次", Code::PersonsEngaged);
    assert!(said.contains("“投入抗旱人次”"), "{said}");
    let said = zh(UnitFault::Other, "桶", Code::Gasoline);
    assert!(said.contains("升") && said.contains("吨"), "{said}");
    let said = zh(UnitFault::Missing, "", Code::Gasoline);
    assert!(said.contains("核对数值"), "{said}");
}

#[test]
fn what_changes_the_number_is_said() {
    let said = |amount, written, code| {
        let found: Converted = convert(amount, written, code).unwrap();
        found.said.map(|text| text.within(Lang::Chinese))
    };
    assert_eq!(said(1.2, "万元", Code::FundsRaised).as_deref(), Some("1.2 万元 = 12000 元"));
    let density = "1 吨 = 1351.351351 L（每升 0.74 千克）";
    assert_eq!(said(1.0, "吨", Code::Gasoline).as_deref(), Some(density));
    assert_eq!(
        said(3.0, "吨", Code::WaterCarried).as_deref(),
        Some("3 吨 = 3 m3（每立方米水重 1 吨）")
    );
    assert_eq!(said(48.0, "度", Code::ElectricityDeclared), None);
    assert_eq!(said(0.1, "m3", Code::WaterCarried), None);
}

#[test]
fn fuel_has_the_density_of_the_figure_of_all_fuel() {
    let formula = FigureId::OilUsed.spec().formula().within(Lang::Chinese);
    for (fuel, density) in FUELS {
        let term = format!("{} × {density}", fuel.name().within(Lang::Chinese));
        assert!(formula.contains(&term), "{term} in {formula}");
    }
}

#[test]
fn words_that_are_no_unit_are_none() {
    for word in ["", "水稻", "项目", "备注", "万", "东门村", "合计", "2022", "桶"] {
        assert!(!is_unit(word), "{word}");
    }
    for word in ["单位：亩", "（万元）", "台次", "m³", "万m3", "公顷", "Kwh", "‰"] {
        assert!(is_unit(word), "{word}");
    }
}
