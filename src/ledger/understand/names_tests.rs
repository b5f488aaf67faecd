//! Names of items, villages and crops as offices write them.

use proptest::prelude::*;

use super::*;
use crate::account::EntryCode as Code;
use crate::figures::FigureId;

const ZH: Lang = Lang::Chinese;

fn township() -> Township {
    let text = include_str!("../../../config/township.toml");
    toml::from_str(text).unwrap()
}

/// The township with these villages only, ids v0, v1 …
fn with_villages(names: &[&str]) -> Township {
    let mut township = township();
    let pattern = township.villages[0].clone();
    township.villages = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let mut village = pattern.clone();
            village.id = format!("v{number}").parse().unwrap();
            village.name = (*name).into();
            village
        })
        .collect();
    township
}

/// The township with these crops only, ids c0, c1 …
fn with_crops(names: &[&str]) -> Township {
    let mut township = township();
    let pattern = township.crops[0].clone();
    township.crops = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let mut crop = pattern.clone();
            crop.id = format!("c{number}").parse().unwrap();
            crop.name = (*name).into();
            crop
        })
        .collect();
    township
}

/// Rule and way out in Chinese.
fn asked_in_chinese<T: std::fmt::Debug>(named: Named<T>, text: &str) -> String {
    match named {
        Named::Asked(rule, hint) => format!("{}；{}", rule.within(ZH), hint.within(ZH)),
        taken => panic!("{text} was taken: {taken:?}"),
    }
}

#[test]
fn an_item_is_its_name_or_id_but_for_blanks_brackets_and_numbering() {
    for (text, code) in [
        ("汽油", Code::Gasoline),
        ("gasoline", Code::Gasoline),
        ("汽\n油", Code::Gasoline),
        (" 汽 油 ", Code::Gasoline),
        ("受灾面积（亩）", Code::AreaAffected),
        ("受灾面积(万亩)", Code::AreaAffected),
        ("1.受灾面积", Code::AreaAffected),
        ("（一）受灾面积", Code::AreaAffected),
        ("一、受灾面积", Code::AreaAffected),
        ("其中：绝收面积", Code::AreaFailed),
        ("2、其中：绝收面积（亩）", Code::AreaFailed),
        ("因旱饮水困难人口(当前)", Code::PersonsShort),
        ("因旱饮水困难人口 （当前）", Code::PersonsShort),
        ("因旱饮水困难", Code::DrinkingDifficulty),
        ("干枯（特旱）面积", Code::DroughtExtreme),
        ("抗旱用油（按吨）", Code::OilByMass),
        ("Area affected", Code::AreaAffected),
        ("受灾人口", Code::PersonsAffected),
    ] {
        assert_eq!(item(text), Named::Exactly(code), "{text}");
    }
    for code in Code::ALL {
        let name = code.name();
        for text in [
            code.id().to_owned(),
            name.within(ZH),
            name.to_string(),
            format!(" {} ", name.within(ZH)),
        ] {
            assert_eq!(item(&text), Named::Exactly(*code), "{text}");
        }
    }
}

#[test]
fn an_offices_other_name_of_an_item_is_near() {
    for (text, code) in [
        ("抗旱用汽油", Code::Gasoline),
        ("抗旱用汽油（升）", Code::Gasoline),
        ("抗旱用柴油", Code::Diesel),
        ("群众自筹资金（万元）", Code::FundsRaised),
        ("群众投劳资金", Code::FundsRaised),
        ("中央资金", Code::FundsCentral),
        ("省级资金", Code::FundsProvince),
        ("市县资金", Code::FundsCounty),
        ("村集体投入", Code::FundsCollective),
        ("受灾", Code::AreaAffected),
        ("农作物成灾面积", Code::AreaDamaged),
        ("绝收", Code::AreaFailed),
        ("轻旱", Code::DroughtLight),
        ("干枯面积", Code::DroughtExtreme),
        ("投入劳力", Code::PersonsEngaged),
        ("抗旱人数", Code::PersonsEngaged),
        ("机电井", Code::WellsEngaged),
        ("送水车", Code::WaterTrucks),
        ("应急响应", Code::ResponseLevel),
        ("渠道清淤", Code::CanalsCleared),
        ("打井", Code::WellsDrilled),
        ("受灾户", Code::HouseholdsAffected),
    ] {
        assert_eq!(item(text), Named::Near(code), "{text}");
    }
}

#[test]
fn what_is_measured_is_asked_with_the_code_of_the_unmonitored_part() {
    for (text, name) in [
        ("投入设备", "未装表抗旱设备"),
        ("投入设备（台）", "未装表抗旱设备"),
        ("抗旱用电量", "未装表用电"),
        ("抗旱泵站", "未监测抗旱泵站"),
        ("浇灌面积", "未监测抗旱浇灌面积"),
        ("断流", "未监测断流河沟"),
        ("干涸水库", "未监测干涸水库"),
        ("山塘干涸", "未监测干涸塘堰"),
        ("蓄水量", "未监测塘库蓄水量"),
        ("提水量", "未监测提水量"),
        ("装机容量", "未监测装机容量"),
    ] {
        let said = asked_in_chinese(item(text), text);
        assert!(said.contains(&format!("--as '{text}={name}'")), "{said}");
    }
}

#[test]
fn what_may_be_several_items_is_asked_with_all_of_them() {
    for (text, names) in [
        (
            "因旱饮水困难人口",
            &["因旱饮水困难人口（当前）", "因旱饮水困难（", "因旱饮水困难人口（新增）"][..],
        ),
        ("受旱面积", &["受灾面积", "轻旱面积", "干枯（特旱）面积"]),
        ("抗旱用油", &["汽油", "柴油", "抗旱用油（按吨）"]),
        ("大牲畜", &["因旱饮水困难大牲畜（当前）", "解决饮水困难大牲畜"]),
        ("临时解决饮水困难人口", &["临时解决饮水困难人口（当前）", "解决饮水困难人口"]),
        ("投入抗旱资金", &["中央拨款", "群众自筹", "--as '投入抗旱资金=-'"]),
        ("挽回经济损失", &["绝收面积", "未测算挽回经济损失", "=-'"]),
    ] {
        let said = asked_in_chinese(item(text), text);
        for name in names {
            assert!(said.contains(name), "{name} in {said}");
        }
    }
}

#[test]
fn a_mistyped_item_is_asked_and_never_taken() {
    for (text, near) in [
        ("受災面积", "受灾面积"),
        ("gasolin", "汽油"),
        ("绝手面积", "绝收面积"),
        ("汽油费", "汽油"),
    ] {
        let said = asked_in_chinese(item(text), text);
        assert!(said.contains("不是台账的项目") && said.contains(near), "{said}");
    }
    for text in ["", "备注", "合计", "序号", "东门村"] {
        asked_in_chinese(item(text), text);
    }
}

#[test]
fn each_figure_of_the_report_is_an_item_or_is_asked_with_a_way_out() {
    let unknown: Vec<_> = FigureId::ALL
        .iter()
        .map(|figure| figure.spec().name_zh)
        .filter(|name| match item(name) {
            Named::Asked(rule, _) => rule == ledger::not_a_code(),
            _ => false,
        })
        .collect();
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn no_name_stands_in_two_tables_or_twice_in_one() {
    let mut seen = std::collections::BTreeSet::new();
    let names = ALIASES.iter().chain(MEASURED).map(|(names, _)| *names);
    let names = names.chain(AMBIGUOUS.iter().chain(WORKED_OUT).map(|(names, _)| *names));
    for name in names.flatten() {
        assert_eq!(plain(name), **name, "{name} as it is looked up");
        assert!(seen.insert(*name), "{name} stands there twice");
        assert!(!matches!(item(name), Named::Exactly(_)), "{name} is the name of a code");
    }
}

#[test]
fn a_village_is_found_by_what_offices_call_it() {
    let township = township();
    let dongmen: VillageId = "dongmen".parse().unwrap();
    for text in ["东门村", "dongmen", " 东门村 ", "东 门 村", "东门村\u{3000}"] {
        assert_eq!(village(text, &township), Named::Exactly(dongmen.clone()), "{text}");
    }
    for text in [
        "东门",
        "东门村委会",
        "东门村村委会",
        "东门村民委员会",
        "东门行政村",
        "东门社区",
        "清源乡东门村",
        "清源乡 东门",
    ] {
        assert_eq!(village(text, &township), Named::Near(dongmen.clone()), "{text}");
    }
}

#[test]
fn a_village_that_is_not_clear_is_asked() {
    let township = township();
    for (text, said) in [
        ("李方村", "“李坊村”"),
        ("东门村一组", "是村民小组，不是行政村；是不是“东门村”？"),
        ("第三小组", "写它所在的行政村"),
        ("东门村、仙坪村", "每个村写一行"),
        ("东门、仙坪", "每个村写一行"),
        ("城关", "有：dongmen 东门村"),
        ("村", "本乡镇没有这个村"),
        ("清源镇东门村", "本乡镇没有这个村"),
        ("", "本乡镇没有这个村"),
    ] {
        let asked = asked_in_chinese(village(text, &township), text);
        assert!(asked.contains(said), "{text}: {asked}");
    }
    let twice = with_villages(&["东门村", "东门社区", "仙坪村"]);
    let asked = asked_in_chinese(village("东门", &twice), "东门");
    assert_eq!(asked, "v0 和 v1 同名；写其中一个的编号");
    assert_eq!(village("东门社区", &twice), Named::Exactly("v1".parse().unwrap()));
    let same = with_villages(&["东门村", "东门村"]);
    asked_in_chinese(village("东门村", &same), "东门村");
    let names: Vec<String> = (0..25).map(|number| format!("甲{number}庄")).collect();
    let many = with_villages(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let asked = asked_in_chinese(village("完全不同的地方", &many), "完全不同的地方");
    assert!(
        asked.contains("共 25 个") && asked.contains("v9 甲9庄") && !asked.contains("甲10庄"),
        "{asked}"
    );
}

#[test]
fn the_whole_township_is_no_village() {
    let township = township();
    for text in ["全乡", "全镇", "本乡", "清源乡", "清源乡人民政府", " 全 乡 ", "乡本级"]
    {
        assert!(is_township(text, &township), "{text}");
    }
    for text in ["东门村", "清源乡东门村", "", "合计", "全村"] {
        assert!(!is_township(text, &township), "{text}");
    }
}

#[test]
fn a_crop_is_found_by_what_offices_call_it() {
    let township = township();
    let near = |id: &str| Named::Near(id.parse::<CropId>().unwrap());
    let exactly = |id: &str| Named::Exactly(id.parse::<CropId>().unwrap());
    for (text, named) in [
        ("水稻", exactly("rice")),
        ("rice", exactly("rice")),
        ("水 稻", exactly("rice")),
        ("晚稻", near("rice")),
        ("早稻", near("rice")),
        ("一季稻", near("rice")),
        ("稻谷", near("rice")),
        ("制种", near("seed-rice")),
        ("水稻制种", near("seed-rice")),
        ("苗木", near("seedlings")),
        ("槟榔", near("taro")),
    ] {
        assert_eq!(crop(text, &township), named, "{text}");
    }
    let with_seasons = with_crops(&["早稻", "晚稻", "杂交水稻制种", "苞谷"]);
    assert_eq!(crop("晚稻", &with_seasons), exactly("c1"));
    assert_eq!(crop("玉米", &with_seasons), near("c3"));
    for text in ["水稻", "稻谷", "中稻"] {
        asked_in_chinese(crop(text, &with_seasons), text);
    }
}

#[test]
fn a_crop_that_is_not_clear_is_asked() {
    let township = township();
    for (text, said) in [
        ("白连", "“白莲”"),
        ("杂交水稻", "本乡镇没有"),
        ("制种水稻", "本乡镇没有"),
        ("玉米", "本乡镇没有"),
        ("作物", "本乡镇没有"),
        ("莲", "本乡镇没有"),
        ("", "本乡镇没有"),
    ] {
        let asked = asked_in_chinese(crop(text, &township), text);
        assert!(asked.contains(said), "{text}: {asked}");
    }
    let two = with_crops(&["大棚蔬菜", "露地蔬菜"]);
    let asked = asked_in_chinese(crop("蔬菜", &two), "蔬菜");
    assert_eq!(asked, "不止一个符合；写明是哪一个：大棚蔬菜、露地蔬菜");
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), office in "[东门村委会组社区清源乡 一二、()（）0-9.=']{0,12}") {
        let township = township();
        for text in [&text, &office] {
            let _ = (item(text), village(text, &township), crop(text, &township), is_township(text, &township));
        }
    }
}
