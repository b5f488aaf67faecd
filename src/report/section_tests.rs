//! Tests of the blocks of the section: what each says, in both languages.

use jiff::civil::date;

use super::tests::{drought, period, statement};
use super::{Block, Choice, section};
use crate::account::Method;
use crate::figures::{
    Claim, Class, Figure, FigureId, FigureInput, Hedge, Origin, SIGNIFICANT, Statement, Value,
    Verdict, phrase, phrase_en,
};
use crate::locales::{Lang, Text, figures as words, report as shares};
use crate::water::Township;

/// What an office knows of a drought: id and value. Months are numbers.
const KNOWN: [(&str, f64); 53] = [
    ("rain_total", 41.3),
    ("rain_anomaly", -78.4),
    ("rainless_days", 46.0),
    ("storage_total", 86_100.0),
    ("storage_of_plan", 38.2),
    ("storage_anomaly", -40.3),
    ("onset_month", 8.0),
    ("villages_affected", 7.0),
    ("channels_dry", 3.0),
    ("ponds_dry", 9.0),
    ("reservoirs_dry", 2.0),
    ("wells_short", 12.0),
    ("area_in_drought", 3_120.0),
    ("drought_light", 1_810.0),
    ("drought_moderate", 700.0),
    ("drought_severe", 490.0),
    ("drought_extreme", 120.0),
    ("paddy_short", 260.0),
    ("dryland_short", 150.0),
    ("area_affected", 2_201.0),
    ("area_damaged", 803.0),
    ("area_failed", 123.0),
    ("persons_affected", 4_310.0),
    ("households_affected", 1_120.0),
    ("grain_lost", 312.0),
    ("cash_crops_lost", 860_000.0),
    ("direct_loss", 1_528_100.0),
    ("response_level", 4.0),
    ("persons_engaged", 640.0),
    ("wells_engaged", 14.0),
    ("water_trucks", 3.0),
    ("person_times_engaged", 12_340.0),
    ("pump_stations_engaged", 44.0),
    ("equipment_deployed", 65.0),
    ("electricity_used", 35_012.3),
    ("gasoline_used", 15_000.0),
    ("diesel_used", 2_130.0),
    ("funds_invested", 550_000.0),
    ("wells_drilled", 3.0),
    ("wells_repaired", 5.0),
    ("canals_cleared", 4_600.0),
    ("pipes_laid", 2_350.0),
    ("works_repaired", 8.0),
    ("water_pumped", 411_383.0),
    ("area_irrigated_times", 5_140.0),
    ("area_irrigated", 2_415.0),
    ("area_replanted", 160.0),
    ("area_rescued", 2_077.0),
    ("loss_averted", 12_462_000.0),
    ("water_carried", 260.0),
    ("water_truck_trips", 52.0),
    ("persons_relieved", 300.0),
    ("livestock_relieved", 21.0),
];
/// People and livestock that were short of drinking water.
const SHORT: [(&str, f64); 6] = [
    ("persons_short_total", 300.0),
    ("livestock_short_total", 21.0),
    ("persons_short", 40.0),
    ("livestock_short", 2.0),
    ("small_livestock_short", 15.0),
    ("persons_relieved_now", 260.0),
];
/// The works for drinking water.
const BUILT: [(&str, f64); 6] = [
    ("inspection_month", 4.0),
    ("water_project_funds", 540_000.0),
    ("water_works_built", 6.0),
    ("villages_served", 4.0),
    ("groups_served", 15.0),
    ("people_served", 1_900.0),
];

/// The words of a figure that are not number and unit.
fn own_words(id: FigureId) -> Option<Text> {
    let month = |zh: &str, en: &str| Text::both(zh.to_owned(), en.to_owned());
    Some(match id {
        FigureId::OnsetMonth => words::since_month(month("8", "August 2022")),
        FigureId::InspectionMonth => words::in_month(month("4", "April 2022")),
        FigureId::ChannelsDry => words::some_channels_dry(),
        FigureId::PondsDry => words::some_ponds_dry(),
        FigureId::ResponseLevel => words::response("Ⅳ"),
        FigureId::RainAnomaly => shares::rain_less(78),
        FigureId::StorageAnomaly => shares::storage_less(40),
        FigureId::StorageOfPlan => shares::of_plan(38),
        FigureId::DrinkingDifficulty => words::nobody_short(words::throughout()),
        _ => return None,
    })
}

fn figure(id: FigureId, value: f64, class: Class) -> Figure {
    let said = own_words(id).or_else(|| {
        let (hedge, unit) = id.spec().print?;
        let hedges = [hedge, Hedge::Exact];
        let say = |hedge: Hedge| {
            let zh = phrase(value, hedge, unit, SIGNIFICANT)?;
            Some(Text::both(zh, phrase_en(value, hedge, unit, SIGNIFICANT)?))
        };
        hedges.into_iter().find_map(say)
    });
    let is_month = id.spec().unit == "月";
    let value = match is_month {
        true => Value::Day(date(2022, value as i8, 1)),
        false => Value::Number(value),
    };
    Figure {
        value,
        class,
        claim: Claim { verdict: Verdict::Proved, grounds: Vec::new() },
        phrase: said.as_ref().map(|said| said.within(Lang::Chinese)),
        phrase_en: said.as_ref().map(|said| said.within(Lang::English)),
        words: said,
        ..Figure::absent(id, period(), "test")
    }
}

/// All figures; those that are `known` have a value.
fn figures(known: &[(&str, f64)], class: Class) -> Vec<Figure> {
    let of = |id: &FigureId| match known.iter().find(|(name, _)| *name == id.id()) {
        Some((_, value)) => figure(*id, *value, class),
        None => Figure::absent(*id, period(), "test"),
    };
    for (name, _) in known {
        assert!(FigureId::from_id(name).is_some(), "{name}");
    }
    FigureId::ALL.iter().map(of).collect()
}

/// The paragraphs in Chinese and in English, of a period that is the drought.
fn said(blocks: &[&str], figures: &[Figure]) -> [Vec<String>; 2] {
    let of_all =
        Statement { entries: vec![drought(period().from, period().to)], ..statement(figures) };
    said_of(blocks, &of_all)
}

fn said_of(blocks: &[&str], statement: &Statement) -> [Vec<String>; 2] {
    let blocks: Vec<String> = blocks.iter().map(|block| (*block).to_owned()).collect();
    let choice =
        Choice { templates: None, blocks: (!blocks.is_empty()).then_some(blocks.as_slice()) };
    let township: Township = toml::from_str("name = \"清源镇\"").unwrap();
    let at = "2022-11-16T01:30:00Z".parse().unwrap();
    Lang::ALL.map(|lang| section(choice, &township, statement, at, lang).unwrap())
}

fn everything() -> Vec<(&'static str, f64)> {
    [&KNOWN[..], &SHORT, &BUILT].concat()
}

/// Each block with what it says in Chinese and in English.
const BLOCKS: &[(&str, &str, &str)] = &[
    (
        "rain",
        "抗旱救灾方面，2022年8月1日至2022年11月15日，降雨约41毫米，比多年同期偏少约78%，最长连续无雨46天。",
        "From 2022-08-01 to 2022-11-15: rain: about 41 mm; rain compared: about 78 % less than usual; \
             longest time without rain: 46 days.",
    ),
    (
        "storage",
        "抗旱救灾方面，截至2022年11月15日，监测的塘库共蓄水约8.6万立方米，占计划蓄水量的约38%，比往年同期少约40%。",
        "By 2022-11-15: stored in the ponds and reservoirs with data: about 86,000 m³; share of the water that was \
             planned to be stored: about 38 %; storage compared: about 40 % less than in earlier years.",
    ),
    (
        "drought",
        "抗旱救灾方面，8月份以来，我镇7个行政村先后受旱，部分河沟断水，部分塘堰干涸，监测的水库干涸2座，\
             机电井出水不足的有12眼。",
        "Since August 2022: 7 administrative villages hit; some channels ceased to flow; some ponds ran dry; dry among \
             the reservoirs with data: 2 reservoirs; with too little water: 12 wells.",
    ),
    (
        "areas",
        "抗旱救灾方面，截至2022年11月15日，作物受旱约3100亩，其中轻旱约1800亩、中旱约700亩、重旱约490亩、干枯约120亩，\
             水田缺水约260亩，旱地缺墒约150亩。",
        "By 2022-11-15: crops in drought on about 3,100 mu; drought by grade: light on about 1,800 mu, moderate on about \
             700 mu, severe on about 490 mu, withered on about 120 mu; paddies short of water: about 260 mu; dry land short \
             of soil moisture: about 150 mu.",
    ),
    (
        "damage",
        "抗旱救灾方面，8月份以来，农作物受灾约2200亩，成灾约800亩，绝收120余亩。",
        "Since August 2022: crops affected on about 2,200 mu; crops damaged on about 800 mu; crops failed on just over 120 \
             mu.",
    ),
    (
        "losses",
        "抗旱救灾方面，受灾人口约4300人，受灾农户1120户，粮食因旱损失约310吨，经济作物因旱损失86万元，直接经济损失152.81万元。",
        "Persons affected: about 4,300 persons; households affected: 1,120 households; grain lost: about 310 tonnes; loss \
             of other crops: 860,000 yuan; direct economic loss: 1,528,100 yuan.",
    ),
    ("response", "抗旱救灾方面，面对旱情，启动抗旱Ⅳ级应急响应。", "Drought response of grade Ⅳ."),
    (
        "people",
        "抗旱救灾方面，面对旱情，单日最多投入抗旱人员640人，累计投入抗旱约1.2万人次。",
        "At work on the day with most: 640 persons; persons at work, each day counted: about 12,000 person-times.",
    ),
    (
        "machines",
        "抗旱救灾方面，面对旱情，单日最多投入机电井14眼、运水车3辆，投入抗旱泵站44处。",
        "At work on the day with most: 14 wells, 3 trucks; pumping: 44 sites.",
    ),
    (
        "equipment",
        "抗旱救灾方面，面对旱情，全镇上下抢抓时机引水提水、保苗保收，投入抗旱设备65台，抗旱用电约3.5万度，耗用汽油约1.5万升，\
             耗用柴油约2100升，投入抗旱资金55万元。",
        "Equipment deployed: 65 sets; electricity used: about 35,000 kWh; gasoline used: about 15,000 litres; diesel used: \
             about 2,100 litres; money put in: 550,000 yuan.",
    ),
    (
        "works",
        "抗旱救灾方面，新打机井3眼，维修机井5眼，清淤疏通渠道约4600米，铺设管道约2400米，维修水利设施8处。",
        "Drilled: 3 wells; repaired: 5 wells; canals cleared: about 4,600 m; pipes laid: about 2,400 m; water works \
             repaired: 8 sites.",
    ),
    (
        "irrigation",
        "抗旱救灾方面，抗旱提水约41万立方米，折合浇灌农田约5100亩次，投用机泵可灌面积约2400亩，改种补种约160亩。",
        "Water pumped: about 410,000 m³; enough to irrigate about 5,100 mu-passes; area that the pumps in use can irrigate: \
             about 2,400 mu; replanted: about 160 mu.",
    ),
    (
        "saved",
        "抗旱救灾方面，经多方施救，挽救农作物2000余亩，挽回经济损失1200余万元。",
        "Crops rescued on just over 2,000 mu; loss averted: just over 12,000,000 yuan.",
    ),
    (
        "drinking",
        "安全饮水方面，先后有约300人、大牲畜21头因旱饮水困难，截至2022年11月15日因旱饮水困难的有约40人、大牲畜2头、小牲畜15只。",
        "Short of drinking water in all: about 300 persons, cattle: 21 head; short of it by 2022-11-15: about 40 persons, \
             cattle: 2 head, 15 small animals.",
    ),
    (
        "relief",
        "安全饮水方面，拉水送水约260立方米，出动送水车52车次，累计解决约300人、大牲畜21头的饮水困难，\
             截至2022年11月15日临时解决约260人的饮水困难。",
        "Water carried: about 260 m³; journeys of water trucks: 52 trips; relieved in all: about 300 persons, cattle: 21 \
             head; relieved for the time being, by 2022-11-15: about 260 persons.",
    ),
    (
        "water_works",
        "安全饮水方面，4月份对农村饮水工程的隐患进行了全面排查，争取饮水工程项目资金54万元，新建饮水工程6个，\
             解决4个村15个组的饮水问题，受益群众1900人。",
        "Drinking-water works inspected in April 2022; project money: 540,000 yuan; built: 6 works; serving 1,900 persons \
             in 4 villages and 15 villagers' groups.",
    ),
];

#[test]
fn each_block_says_what_is_known_of_it_and_nothing_else() {
    let derived = figures(&everything(), Class::Derived);
    for (block, zh, en) in BLOCKS.iter().copied() {
        assert_eq!(said(&[block], &derived), [[zh], [en]], "{block}");
    }
    assert_eq!(Block::ALL.len(), 16, "each block has its text here");
}

#[test]
fn the_whole_section_has_the_order_of_offices_and_drinking_water_by_itself() {
    let [zh, en] = said(&[], &figures(&everything(), Class::Derived));
    let [relief, water] = &zh[..] else { panic!("{zh:?}") };
    let order = [
        "降雨",
        "塘库共蓄水",
        "行政村先后受旱",
        "作物受旱",
        "农作物受灾",
        "受灾人口",
        "面对旱情，启动",
        "投入抗旱设备",
        "新打机井",
        "抗旱提水",
        "经多方施救",
    ];
    let at: Vec<Option<usize>> = order.iter().map(|words| relief.find(words)).collect();
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{at:?}: {relief}");
    assert_eq!(relief.matches("面对旱情").count(), 1);
    assert_eq!(relief.matches("8月份以来").count(), 1);
    let order = ["先后有约300人", "拉水送水", "全面排查"].map(|words| water.find(words));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{water}");
    assert_eq!(en.len(), 5, "{en:?}");
}

#[test]
fn a_block_of_which_nothing_is_known_says_nothing() {
    assert_eq!(said(&[], &figures(&[], Class::Derived)), [Vec::<String>::new(), Vec::new()]);
    let zeros: Vec<(&str, f64)> =
        ["wells_engaged", "persons_short", "drought_light", "wells_drilled"]
            .map(|id| (id, 0.0))
            .into();
    assert_eq!(
        said(&[], &figures(&zeros, Class::Entered)),
        [Vec::<String>::new(), Vec::new()],
        "what did not happen is no sentence"
    );
    for block in Block::ALL {
        let others: Vec<&str> =
            Block::ALL.iter().filter(|other| *other != block).map(|other| other.id()).collect();
        let [without, _] = said(&others, &figures(&everything(), Class::Derived));
        let [alone, _] = said(&[block.id()], &figures(&everything(), Class::Derived));
        assert_ne!(without, alone, "{}", block.id());
        assert!(!without.is_empty());
    }
}

#[test]
fn what_people_entered_is_irrigated_and_what_pumps_could_do_is_not() {
    let known = [("area_irrigated_times", 5_140.0), ("area_irrigated", 2_415.0)];
    let [zh, en] = said(&[], &figures(&known, Class::Entered));
    assert_eq!(zh, ["抗旱救灾方面，浇灌农田约5100亩次，浇灌面积约2400亩。"]);
    assert_eq!(en, ["Irrigated: about 5,100 mu-passes; area irrigated: about 2,400 mu."]);
}

#[test]
fn parts_without_their_whole_name_what_they_are_parts_of() {
    for (known, expected) in [
        (
            &[("rain_anomaly", -78.0)][..],
            "2022年8月1日至2022年11月15日，降雨量比多年同期偏少约78%。",
        ),
        (&[("storage_anomaly", -40.0)], "截至2022年11月15日，塘库蓄水量比往年同期少约40%。"),
        (&[("storage_of_plan", 38.0)], "截至2022年11月15日，塘库蓄水量占计划蓄水量的约38%。"),
        (&[("drought_severe", 490.0)], "截至2022年11月15日，作物重旱约490亩。"),
        (&[("area_damaged", 803.0)], "农作物成灾约800亩。"),
        (
            &[("onset_month", 8.0), ("area_in_drought", 3_120.0), ("area_failed", 123.0)],
            "截至2022年11月15日，作物受旱约3100亩。8月份以来，农作物绝收120余亩。",
        ),
        (&[("livestock_short", 2.0)], "截至2022年11月15日因旱饮水困难的有大牲畜2头。"),
    ] {
        let [zh, _] = said(&[], &figures(known, Class::Entered));
        let [paragraph] = &zh[..] else { panic!("{zh:?}") };
        let (_, text) = paragraph.split_once("方面，").unwrap();
        assert_eq!(text, expected);
    }
}

#[test]
fn that_nobody_was_short_stands_at_the_end_of_the_drinking_water() {
    let known = [&BUILT[..], &[("drinking_difficulty", 0.0)]].concat();
    let figures = figures(&known, Class::Entered);
    let [zh, _] = said(&["drinking", "water_works"], &figures);
    assert!(zh[0].ends_with("受益群众1900人，整个旱情期间未有一人次出现饮水困难情况。"), "{zh:?}");
    let [zh, _] = said(&["water_works"], &figures);
    assert!(zh[0].ends_with("受益群众1900人。"), "{zh:?}");
}

#[test]
fn a_part_of_the_drought_does_not_say_so_far() {
    let known = [
        ("persons_engaged", 90.0),
        ("person_times_engaged", 900.0),
        ("persons_short_total", 100.0),
        ("persons_relieved", 100.0),
    ];
    let figures = figures(&known, Class::Entered);
    for entries in [vec![drought(date(2022, 7, 20), date(2022, 12, 1))], Vec::new()] {
        let part = Statement { entries, ..statement(&figures) };
        let [zh, en] = said_of(&[], &part);
        assert_eq!(
            zh,
            [
                "抗旱救灾方面，面对旱情，期间单日最多投入抗旱人员90人，期间投入抗旱约900人次。",
                "安全饮水方面，期间新增约100人因旱饮水困难。期间解决约100人的饮水困难。",
            ]
        );
        assert!(!en.join(" ").contains("in all"), "{en:?}");
    }
    let [zh, _] = said(&[], &figures);
    assert!(zh.join("").contains("累计投入抗旱") && zh.join("").contains("累计解决"), "{zh:?}");
}

#[test]
fn what_is_measured_and_what_is_entered_are_told_apart() {
    let input = |from: &str, value: f64| FigureInput {
        from: match from {
            "ledger" => Origin::Ledger(7),
            series => Origin::Series(series.parse().unwrap()),
        },
        value: Some(value),
        method: Method::Ran,
        note: Text::default(),
        coverage: None,
    };
    let (pump, still) = (input("pump-1/energy_total", 15.0), input("pump-1/energy_total", 0.0));
    let row = input("ledger", 400.0);
    for (inputs, expected) in [
        (vec![pump.clone()], "投用机泵可灌面积约2400亩"),
        (vec![pump, row.clone()], "投用机泵可灌与填报浇灌面积合计约2400亩"),
        (vec![still, row], "浇灌面积约2400亩"),
    ] {
        let mut all = figures(&[("area_irrigated", 2_415.0)], Class::Mixed);
        let figure = all.iter_mut().find(|f| f.id == FigureId::AreaIrrigated).unwrap();
        figure.inputs = inputs;
        let [zh, _] = said(&[], &all);
        assert_eq!(zh, [format!("抗旱救灾方面，{expected}。")]);
    }
}
