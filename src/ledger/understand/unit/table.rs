//! The units that offices write, as they are without blanks, brackets, dots and capital letters.

use crate::account::EntryCode;
use crate::figures::{DIESEL_KG_PER_LITRE, GASOLINE_KG_PER_LITRE};

/// For each unit of the ledger what else is written for it, and the factor from there to the ledger's unit. 1 公顷 is
/// 15 亩 and 1 平方公里 1500 亩; 1 斤 is half a kilogram.
pub(super) const UNITS: &[(&str, &[(&str, f64)])] = &[
    (
        "元",
        &[
            ("元", 1.0),
            ("圆", 1.0),
            ("块", 1.0),
            ("块钱", 1.0),
            ("元整", 1.0),
            ("元人民币", 1.0),
            ("人民币元", 1.0),
            ("人民币", 1.0),
            ("¥", 1.0),
            ("rmb", 1.0),
            ("cny", 1.0),
        ],
    ),
    (
        "亩",
        &[
            ("亩", 1.0),
            ("市亩", 1.0),
            ("公顷", 15.0),
            ("ha", 15.0),
            ("hm2", 15.0),
            ("平方公里", 1500.0),
            ("平方千米", 1500.0),
            ("km2", 1500.0),
            ("平方米", 0.0015),
            ("平米", 0.0015),
            ("m2", 0.0015),
        ],
    ),
    ("亩次", &[("亩次", 1.0), ("公顷次", 15.0), ("ha次", 15.0), ("hm2次", 15.0)]),
    (
        "kWh",
        &[
            ("度", 1.0),
            ("kwh", 1.0),
            ("千瓦时", 1.0),
            ("千瓦小时", 1.0),
            ("度电", 1.0),
            ("kw时", 1.0),
            ("兆瓦时", 1000.0),
            ("mwh", 1000.0),
        ],
    ),
    ("L", &[("升", 1.0), ("l", 1.0), ("公升", 1.0), ("立方米", 1000.0), ("m3", 1000.0)]),
    (
        "m3",
        &[
            ("立方米", 1.0),
            ("m3", 1.0),
            ("立方", 1.0),
            ("方", 1.0),
            ("方水", 1.0),
            ("升", 0.001),
            ("l", 0.001),
        ],
    ),
    (
        "h",
        &[
            ("小时", 1.0),
            ("h", 1.0),
            ("个小时", 1.0),
            ("钟头", 1.0),
            ("台时", 1.0),
            ("hour", 1.0),
            ("hours", 1.0),
        ],
    ),
    (
        "t",
        &[
            ("吨", 1.0),
            ("t", 1.0),
            ("公吨", 1.0),
            ("公斤", 0.001),
            ("千克", 0.001),
            ("kg", 0.001),
            ("斤", 0.0005),
            ("市斤", 0.0005),
        ],
    ),
    ("人", &[("人", 1.0), ("名", 1.0), ("位", 1.0), ("口人", 1.0)]),
    ("人次", &[("人次", 1.0)]),
    ("户", &[("户", 1.0), ("户家庭", 1.0)]),
    ("头", &[("头", 1.0), ("匹", 1.0), ("头匹", 1.0), ("头只", 1.0)]),
    ("只", &[("只", 1.0), ("头", 1.0), ("头只", 1.0), ("只头", 1.0)]),
    ("眼", &[("眼", 1.0), ("口", 1.0), ("个", 1.0), ("眼井", 1.0), ("口井", 1.0)]),
    ("处", &[("处", 1.0), ("个", 1.0), ("座", 1.0)]),
    ("座", &[("座", 1.0), ("个", 1.0), ("口", 1.0), ("处", 1.0)]),
    ("条", &[("条", 1.0)]),
    ("个", &[("个", 1.0), ("处", 1.0)]),
    ("台", &[("台", 1.0), ("套", 1.0), ("台套", 1.0), ("部", 1.0)]),
    ("辆", &[("辆", 1.0), ("台", 1.0), ("部", 1.0), ("辆车", 1.0), ("台车", 1.0)]),
    (
        "车次",
        &[("车次", 1.0), ("台次", 1.0), ("辆次", 1.0), ("趟", 1.0), ("趟次", 1.0), ("次", 1.0)],
    ),
    ("次", &[("次", 1.0), ("场", 1.0), ("场次", 1.0)]),
    ("级", &[("级", 1.0), ("级响应", 1.0)]),
    ("%", &[("%", 1.0), ("percent", 1.0), ("成", 10.0), ("‰", 0.1)]),
    ("天", &[("天", 1.0), ("日", 1.0), ("d", 1.0), ("days", 1.0)]),
    ("mm", &[("毫米", 1.0), ("mm", 1.0), ("厘米", 10.0), ("公分", 10.0), ("cm", 10.0)]),
    (
        "m",
        &[
            ("米", 1.0),
            ("m", 1.0),
            ("公尺", 1.0),
            ("延米", 1.0),
            ("延长米", 1.0),
            ("公里", 1000.0),
            ("千米", 1000.0),
            ("km", 1000.0),
        ],
    ),
    // A metric horsepower, as Chinese engines have it on their plates: 735.5 W.
    (
        "kW",
        &[
            ("千瓦", 1.0),
            ("kw", 1.0),
            ("瓩", 1.0),
            ("兆瓦", 1000.0),
            ("mw", 1000.0),
            ("瓦", 0.001),
            ("马力", 0.7355),
        ],
    ),
];

/// What a unit may have before it, the longer ones first. Units that begin with one themselves, such as 千瓦时, are
/// looked for as they are before.
pub(super) const MULTIPLES: &[(&str, f64)] = &[
    ("千万", 1e7),
    ("百万", 1e6),
    ("十万", 1e5),
    ("万亿", 1e12),
    ("十亿", 1e9),
    ("亿", 1e8),
    ("万", 1e4),
    ("千", 1e3),
    ("百", 1e2),
];

/// Units of mass in kilograms. They are units of volume by density.
pub(super) const MASSES: &[(&str, f64)] = &[
    ("吨", 1000.0),
    ("t", 1000.0),
    ("公吨", 1000.0),
    ("公斤", 1.0),
    ("千克", 1.0),
    ("kg", 1.0),
    ("斤", 0.5),
    ("市斤", 0.5),
];

/// Fuels with the kilograms in a litre, as the figure of all fuel by mass has them.
pub(super) const FUELS: &[(EntryCode, f64)] =
    &[(EntryCode::Gasoline, GASOLINE_KG_PER_LITRE), (EntryCode::Diesel, DIESEL_KG_PER_LITRE)];

/// The unit of codes that say how much water: a cubic metre of it has a tonne.
pub(super) const WATER_BY_MASS: &str = "m3";

/// For each unit of the ledger the units that count something else, though they sound alike: times instead of things,
/// things instead of times.
pub(super) const COUNTS_OF_OTHERS: &[(&str, &[&str])] = &[
    ("人", &["人次", "人天", "人日", "人工", "工日", "个工", "户", "户次", "口"]),
    ("人次", &["人", "名", "位", "口人", "口", "户"]),
    ("户", &["人", "户次", "人次", "口"]),
    ("辆", &["辆次", "台次", "车次", "趟", "趟次", "次"]),
    ("车次", &["辆", "台", "部", "辆车", "台车"]),
    ("台", &["台次", "台时", "台班", "套次", "台套次"]),
    ("亩", &["亩次", "公顷次"]),
    ("亩次", &["亩", "公顷", "ha", "hm2"]),
    ("头", &["头次"]),
    ("只", &["只次"]),
    ("眼", &["眼次", "井次"]),
    ("处", &["处次"]),
    ("个", &["个次", "处次"]),
    ("天", &["天次"]),
];

/// Codes with a unit that counts something else, and the code that has that.
pub(super) const OTHER_COUNTS: &[(EntryCode, &[&str], EntryCode)] = &[
    (EntryCode::PersonsEngaged, &["人次", "工日", "人工", "个工"], EntryCode::PersonTimesEngaged),
    (EntryCode::PersonTimesEngaged, &["人", "名", "位", "口人"], EntryCode::PersonsEngaged),
    (
        EntryCode::WaterTrucks,
        &["辆次", "台次", "车次", "趟", "趟次", "次"],
        EntryCode::WaterTruckTrips,
    ),
    (EntryCode::WaterTruckTrips, &["辆", "台", "部", "辆车", "台车"], EntryCode::WaterTrucks),
    (EntryCode::PersonsAffected, &["户"], EntryCode::HouseholdsAffected),
    (EntryCode::HouseholdsAffected, &["人"], EntryCode::PersonsAffected),
    (EntryCode::DrinkingDifficulty, &["人", "名", "位", "口人"], EntryCode::PersonsShort),
    (EntryCode::PersonsShort, &["人次"], EntryCode::DrinkingDifficulty),
    (
        EntryCode::AreaIrrigatedUnmonitored,
        &["亩次", "公顷次"],
        EntryCode::AreaIrrigatedTimesUnmonitored,
    ),
    (
        EntryCode::AreaIrrigatedTimesUnmonitored,
        &["亩", "公顷", "ha", "hm2"],
        EntryCode::AreaIrrigatedUnmonitored,
    ),
];
