//! Which figure a number in an office's own sentence states: by its unit and by words in its clause.

use crate::figures::FigureId;

/// How an office's sentence states a figure.
struct Row {
    figure: FigureId,
    /// One of them stands in the clause; none is needed where there are none.
    words: &'static [&'static str],
    /// None of them stands in the clause.
    without: &'static [&'static str],
    /// Behind the number; empty where an office leaves the unit out.
    units: &'static [&'static str],
}

const fn row(
    figure: FigureId,
    words: &'static [&'static str],
    without: &'static [&'static str],
    units: &'static [&'static str],
) -> Row {
    Row { figure, words, without, units }
}

const TABLE: [Row; 16] = [
    row(FigureId::OnsetMonth, &["以来"], &[], &["月份", "月"]),
    row(FigureId::VillagesAffected, &[], &[], &["个行政村"]),
    row(FigureId::AreaAffected, &["受灾"], &["绝收", "成灾"], &["亩"]),
    row(FigureId::AreaFailed, &["绝收"], &[], &["亩"]),
    row(FigureId::EquipmentDeployed, &["设备"], &[], &["台套", "台"]),
    row(FigureId::ElectricityUsed, &["用电"], &[], &["千瓦时", "度"]),
    row(FigureId::GasolineUsed, &["汽油"], &[], &["升"]),
    row(FigureId::FundsInvested, &["资金"], &["项目", "争取", "上级"], &["元"]),
    row(FigureId::AreaRescued, &["挽救"], &[], &["亩"]),
    row(FigureId::LossAverted, &["挽回"], &[], &["元", ""]),
    row(FigureId::InspectionMonth, &["排查"], &[], &["月份", "月"]),
    row(FigureId::WaterProjectFunds, &["项目资金"], &[], &["元"]),
    row(FigureId::WaterWorksBuilt, &["新建", "工程"], &[], &["个", "处"]),
    row(FigureId::VillagesServed, &["解决", "受益"], &[], &["个村", "村"]),
    row(FigureId::GroupsServed, &[], &[], &["个组", "组"]),
    row(FigureId::PeopleServed, &["受益"], &[], &["人"]),
];
/// All units that stand behind numbers here, the longer ones first, so that 人次 is not taken for 人.
pub(super) const UNITS: [&str; 21] = [
    "个行政村",
    "千瓦时",
    "个村",
    "个组",
    "亩次",
    "人次",
    "台套",
    "台次",
    "月份",
    "亩",
    "度",
    "升",
    "元",
    "台",
    "个",
    "处",
    "村",
    "组",
    "人",
    "月",
    "",
];

/// The figures that a number with this unit in this clause may state.
pub(super) fn figures(clause: &str, unit: &str) -> Vec<FigureId> {
    let has = |words: &[&str]| words.iter().any(|word| clause.contains(word));
    let states = |row: &&Row| {
        row.units.contains(&unit) && (row.words.is_empty() || has(row.words)) && !has(row.without)
    };
    TABLE.iter().filter(states).map(|row| row.figure).collect()
}

/// Words of statements that have no number and may be out of date all the same.
const STATEMENTS: [&str; 9] =
    ["干涸", "断流", "断水", "未有", "未出现", "没有出现", "无一", "受灾严重", "普遍"];

/// Whether a clause without a number states something that a figure may contradict.
pub(super) fn is_statement(clause: &str) -> bool {
    STATEMENTS.iter().any(|word| clause.contains(word))
}
