//! Names of items that are asked: what stations and meters measure, what is worked out, and what may be several codes.

use crate::account::EntryCode as Code;

/// Names, without blanks and brackets, of what stations and meters give, with the code of the part that none of them
/// has.
pub(super) const MEASURED: &[(&[&str], Code)] = &[
    (
        &[
            "投入抗旱设备",
            "投入设备",
            "抗旱设备",
            "设备",
            "设备台数",
            "投入抗旱机械",
            "投入抗旱设备台数",
            "水泵",
            "投入水泵",
        ],
        Code::EquipmentDeclared,
    ),
    (
        &["抗旱用电量", "抗旱用电", "用电量", "用电", "电量", "抗旱电量", "用电度数"],
        Code::ElectricityDeclared,
    ),
    (
        &[
            "投入抗旱泵站",
            "抗旱泵站",
            "泵站",
            "投入泵站",
            "抽水站",
            "投入抽水站",
            "泵站处数",
            "投入抗旱泵站处数",
        ],
        Code::PumpStationsUnmonitored,
    ),
    (
        &["投入抗旱装机容量", "抗旱装机容量", "装机容量", "装机", "投入装机容量", "装机功率"],
        Code::InstalledPowerUnmonitored,
    ),
    (
        &["提水量", "抗旱提水量", "抽水量", "抗旱抽水量", "提水", "抽水"],
        Code::WaterPumpedUnmonitored,
    ),
    (
        &["抗旱机泵运行时间", "机泵运行时间", "水泵运行时间", "机泵运行小时", "抗旱机泵运行小时"],
        Code::PumpHoursUnmonitored,
    ),
    (
        &["抗旱浇灌面积", "浇灌面积", "灌溉面积", "抗旱灌溉面积", "浇灌"],
        Code::AreaIrrigatedUnmonitored,
    ),
    (
        &["抗旱浇灌亩次", "浇灌亩次", "灌溉亩次", "抗旱灌溉亩次"],
        Code::AreaIrrigatedTimesUnmonitored,
    ),
    (
        &[
            "断流",
            "断流河沟",
            "断流河沟条数",
            "河沟断流",
            "断流河流",
            "断流河道",
            "河道断流",
            "河流断流",
            "断流河沟数",
            "断流河流条数",
        ],
        Code::ChannelsDryUnmonitored,
    ),
    (
        &[
            "干涸塘堰",
            "干涸塘堰座数",
            "塘堰干涸",
            "干涸山塘",
            "山塘干涸",
            "干涸山塘座数",
            "干涸塘坝",
            "塘坝干涸",
        ],
        Code::PondsDryUnmonitored,
    ),
    (&["干涸水库", "干涸水库座数", "水库干涸"], Code::ReservoirsDryUnmonitored),
    (
        &["蓄水量", "蓄水总量", "塘库蓄水量", "塘库蓄水总量", "总蓄水量", "水利工程蓄水量", "蓄水"],
        Code::StorageUnmonitored,
    ),
    (&["大型水库蓄水量"], Code::StorageLargeUnmonitored),
    (&["中型水库蓄水量"], Code::StorageMediumUnmonitored),
    (&["小型水库蓄水量"], Code::StorageSmallUnmonitored),
    (&["塘堰蓄水量", "山塘蓄水量", "塘坝蓄水量"], Code::StoragePondsUnmonitored),
];

/// Names that may mean several codes.
pub(super) const AMBIGUOUS: &[(&[&str], &[Code])] = &[
    (
        &[
            "因旱饮水困难人口",
            "因旱饮水困难人数",
            "饮水困难人口",
            "饮水困难人数",
            "饮水困难",
            "缺水人口",
        ],
        &[Code::PersonsShort, Code::PersonsCameShort, Code::DrinkingDifficulty],
    ),
    (
        &[
            "大牲畜",
            "饮水困难大牲畜",
            "因旱饮水困难大牲畜",
            "饮水困难牲畜",
            "因旱饮水困难牲畜",
            "牲畜",
        ],
        &[Code::LivestockShort, Code::LivestockCameShort, Code::LivestockRelieved],
    ),
    (
        &["因旱需生活救助人口", "需生活救助人口", "需救助人口"],
        &[Code::PersonsInNeed, Code::PersonsCameInNeed],
    ),
    (
        &["因旱饮水困难需救助人口", "饮水困难需救助人口"],
        &[Code::PersonsInNeedOfWater, Code::PersonsCameInNeedOfWater],
    ),
    (
        &["受旱", "受旱面积", "旱情面积", "农作物受旱面积", "作物受旱", "受旱亩数"],
        &[
            Code::AreaAffected,
            Code::DroughtLight,
            Code::DroughtModerate,
            Code::DroughtSevere,
            Code::DroughtExtreme,
        ],
    ),
    (
        &["临时解决饮水困难人口", "临时解决人口饮水困难", "临时解决人饮困难"],
        &[Code::PersonsRelievedNow, Code::PersonsRelieved],
    ),
    (&["干涸"], &[Code::PondsDryUnmonitored, Code::ReservoirsDryUnmonitored]),
    (
        &["抗旱用油", "用油", "用油量", "抗旱用油量", "燃油", "油料", "油"],
        &[Code::Gasoline, Code::Diesel, Code::OilByMass],
    ),
    (&["损失率"], &[Code::LossRateWithout, Code::LossRateWith]),
    (
        &["财政拨款", "上级拨款", "上级资金", "财政资金"],
        &[Code::FundsCentral, Code::FundsProvince, Code::FundsCounty],
    ),
    (
        &["机井", "机井眼数"],
        &[Code::WellsEngaged, Code::WellsShort, Code::WellsDrilled, Code::WellsRepaired],
    ),
    (&["损失"], &[Code::DirectLoss, Code::GrainLost, Code::CashCropsLost]),
];

/// Names of what is worked out from other items, with those that are entered for it.
pub(super) const WORKED_OUT: &[(&[&str], &[Code])] = &[
    (
        &[
            "投入抗旱资金",
            "抗旱资金",
            "投入资金",
            "资金",
            "投入抗旱资金合计",
            "资金合计",
            "资金投入",
        ],
        &[
            Code::FundsCentral,
            Code::FundsProvince,
            Code::FundsCounty,
            Code::FundsCollective,
            Code::FundsRaised,
        ],
    ),
    (&["各级财政拨款"], &[Code::FundsCentral, Code::FundsProvince, Code::FundsCounty]),
    (
        &["作物受旱面积", "本季最大受旱面积"],
        &[Code::DroughtLight, Code::DroughtModerate, Code::DroughtSevere, Code::DroughtExtreme],
    ),
    (&["待播耕地缺水缺墒面积", "待播耕地缺水面积"], &[Code::PaddyShort, Code::DrylandShort]),
    (&["挽救农作物面积", "挽救面积", "挽救农作物"], &[Code::AreaAffected, Code::AreaFailed]),
    (
        &["挽回经济损失", "挽回损失", "减少经济损失"],
        &[
            Code::AreaAffected,
            Code::AreaFailed,
            Code::LossRateWithout,
            Code::LossRateWith,
            Code::LossAvertedUnrated,
        ],
    ),
    (
        &["挽回粮食损失", "挽回粮食"],
        &[
            Code::AreaAffected,
            Code::AreaFailed,
            Code::LossRateWithout,
            Code::LossRateWith,
            Code::GrainSavedUnrated,
        ],
    ),
    (
        &["挽回粮食损失价值", "挽回粮食价值"],
        &[
            Code::AreaAffected,
            Code::AreaFailed,
            Code::LossRateWithout,
            Code::LossRateWith,
            Code::GrainSavedValueUnrated,
        ],
    ),
    (
        &["挽回经济作物损失", "挽回经济作物"],
        &[
            Code::AreaAffected,
            Code::AreaFailed,
            Code::LossRateWithout,
            Code::LossRateWith,
            Code::CashCropsSavedUnrated,
        ],
    ),
    (&["蓄水量占计划"], &[Code::StoragePlanned]),
    (&["蓄水量比往年同期增减"], &[Code::StorageUsual]),
    (&["降雨量比多年同期增减", "降雨量距平"], &[Code::RainReported, Code::RainUsual]),
    (&["粮食作物受灾面积"], &[Code::AreaAffected]),
    (&["粮食作物成灾面积"], &[Code::AreaDamaged]),
    (&["粮食作物绝收面积"], &[Code::AreaFailed]),
    (&["饮水工程受益村", "受益村"], &[Code::WaterWork]),
    (&["农饮工程隐患大排查月份"], &[Code::HazardInspection]),
    (&["旱情开始月份"], &[Code::DroughtEvent]),
    (&["粮食作物播种面积", "经济作物播种面积"], &[]),
];
