//! The state's drought forms: which figure stands in which field, in which unit.
//!
//! Field lists: `docs/domain.md` §1.1 to §1.4. The forms have names and no numbers here, since the numbers of the
//! present edition are not known for certain.

use serde::Serialize;

use super::catalogue::FigureId;

/// A form of the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    pub name_zh: &'static str,
    pub authority: &'static str,
    pub source: &'static str,
    pub rows: &'static [FormRow],
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FormRow {
    pub label: &'static str,
    #[serde(skip)]
    pub figure: FigureId,
    /// Unit of the township and of the figure.
    pub unit: &'static str,
    /// Unit of the form at county and above.
    pub form_unit: &'static str,
    /// How many of the figure's units make one of the form's.
    pub per_form_unit: f64,
}

impl FormRow {
    pub fn in_form_unit(&self, value: f64) -> f64 {
        value / self.per_form_unit
    }
}

const fn row(
    label: &'static str,
    figure: FigureId,
    (unit, form_unit, per_form_unit): (&'static str, &'static str, f64),
) -> FormRow {
    FormRow { label, figure, unit, form_unit, per_form_unit }
}

/// All forms.
pub const FORMS: &[Form] = &[
    Form {
        name_zh: "农业旱情动态统计表",
        authority: "水行政主管部门",
        source: "domain.md §1.1; field list of a production system (certain), units from memory 0.85",
        rows: &[
            row("在田作物面积", FigureId::AreaStanding, ("亩", "千公顷", 15_000.0)),
            row("作物受旱面积 合计", FigureId::AreaInDrought, ("亩", "千公顷", 15_000.0)),
            row("其中 轻旱", FigureId::DroughtLight, ("亩", "千公顷", 15_000.0)),
            row("其中 重旱", FigureId::DroughtSevere, ("亩", "千公顷", 15_000.0)),
            row("其中 干枯", FigureId::DroughtExtreme, ("亩", "千公顷", 15_000.0)),
            row("水田缺水", FigureId::PaddyShort, ("亩", "千公顷", 15_000.0)),
            row("旱地缺墒", FigureId::DrylandShort, ("亩", "千公顷", 15_000.0)),
            row("其中 无抗旱条件面积", FigureId::AreaWithoutMeans, ("亩", "千公顷", 15_000.0)),
            row("牧区受旱面积", FigureId::PastureAffected, ("亩", "千公顷", 15_000.0)),
            row("因旱饮水困难 人口", FigureId::PersonsShort, ("人", "万人", 10_000.0)),
            row("因旱饮水困难 大牲畜", FigureId::LivestockShort, ("头", "万头", 10_000.0)),
            row("水利工程蓄水 总量", FigureId::StorageTotal, ("m3", "万m3", 10_000.0)),
            row("水利工程蓄水 比多年同期增减", FigureId::StorageAnomaly, ("%", "%", 1.0)),
            row("河道断流", FigureId::ChannelsDry, ("条", "条", 1.0)),
            row("水库干涸", FigureId::ReservoirsDry, ("座", "座", 1.0)),
            row("机电井出水不足", FigureId::WellsShort, ("眼", "眼", 1.0)),
        ],
    },
    Form {
        name_zh: "农业抗旱情况统计表",
        authority: "水行政主管部门",
        source: "domain.md §1.2; the newer form with four grades of drought",
        rows: &[
            row("响应级别", FigureId::ResponseLevel, ("级", "级", 1.0)),
            row("本季作物实际播种面积", FigureId::AreaSown, ("亩", "千公顷", 15_000.0)),
            row("本季作物最大受旱面积", FigureId::AreaInDroughtPeak, ("亩", "千公顷", 15_000.0)),
            row("作物受旱面积 合计", FigureId::AreaInDrought, ("亩", "千公顷", 15_000.0)),
            row("其中 轻旱", FigureId::DroughtLight, ("亩", "千公顷", 15_000.0)),
            row("其中 中旱", FigureId::DroughtModerate, ("亩", "千公顷", 15_000.0)),
            row("其中 重旱", FigureId::DroughtSevere, ("亩", "千公顷", 15_000.0)),
            row("其中 特旱", FigureId::DroughtExtreme, ("亩", "千公顷", 15_000.0)),
            row("待播耕地缺水缺墒 合计", FigureId::WaitingShort, ("亩", "千公顷", 15_000.0)),
            row("其中 水田缺水", FigureId::PaddyShort, ("亩", "千公顷", 15_000.0)),
            row("其中 旱地缺墒", FigureId::DrylandShort, ("亩", "千公顷", 15_000.0)),
            row("牧区草场受旱面积", FigureId::PastureAffected, ("亩", "千公顷", 15_000.0)),
            row("因旱饮水困难 人口", FigureId::PersonsShort, ("人", "万人", 10_000.0)),
            row("因旱饮水困难 大牲畜", FigureId::LivestockShort, ("头", "万头", 10_000.0)),
            row("投入抗旱人数", FigureId::PersonsEngaged, ("人", "万人", 10_000.0)),
            row("投入机电井", FigureId::WellsEngaged, ("眼", "眼", 1.0)),
            row("投入泵站", FigureId::PumpStationsEngaged, ("处", "处", 1.0)),
            row("投入机动抗旱设备", FigureId::MobileSetsEngaged, ("台", "台", 1.0)),
            row("投入机动运水车辆", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row("累计投入抗旱资金 合计", FigureId::FundsInvested, ("元", "万元", 10_000.0)),
            row("其中 各级财政拨款", FigureId::FundsPublic, ("元", "万元", 10_000.0)),
            row("其中 群众自筹", FigureId::FundsRaised, ("元", "万元", 10_000.0)),
            row("累计完成抗旱浇灌面积", FigureId::AreaIrrigated, ("亩", "千公顷", 15_000.0)),
            row(
                "累计完成抗旱浇灌面积（次）",
                FigureId::AreaIrrigatedTimes,
                ("亩次", "千公顷次", 15_000.0),
            ),
            row("累计解决饮水困难 人口", FigureId::PersonsRelieved, ("人", "万人", 10_000.0)),
            row("累计解决饮水困难 大牲畜", FigureId::LivestockRelieved, ("头", "万头", 10_000.0)),
        ],
    },
    Form {
        name_zh: "抗旱情况统计表",
        authority: "水行政主管部门",
        source: "domain.md §1.3; field list certain, units from memory 0.9",
        rows: &[
            row("投入抗旱人数", FigureId::PersonsEngaged, ("人", "万人", 10_000.0)),
            row("投入机电井", FigureId::WellsEngaged, ("眼", "万眼", 10_000.0)),
            row("投入泵站", FigureId::PumpStationsEngaged, ("处", "处", 1.0)),
            row("投入机动抗旱设备", FigureId::MobileSetsEngaged, ("台", "万台套", 10_000.0)),
            row("装机容量", FigureId::InstalledPower, ("kW", "万千瓦", 10_000.0)),
            row("投入机动运水车辆", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row("投入抗旱资金 合计", FigureId::FundsInvested, ("元", "万元", 10_000.0)),
            row("其中 中央拨款", FigureId::FundsCentral, ("元", "万元", 10_000.0)),
            row("其中 省级财政拨款", FigureId::FundsProvince, ("元", "万元", 10_000.0)),
            row("其中 地县级财政拨款", FigureId::FundsCounty, ("元", "万元", 10_000.0)),
            row("其中 乡村集体投入", FigureId::FundsCollective, ("元", "万元", 10_000.0)),
            row("其中 群众自筹", FigureId::FundsRaised, ("元", "万元", 10_000.0)),
            row("抗旱用电", FigureId::ElectricityUsed, ("kWh", "万度", 10_000.0)),
            row("抗旱用油", FigureId::OilUsed, ("t", "t", 1.0)),
            row("抗旱浇灌面积", FigureId::AreaIrrigated, ("亩", "千公顷", 15_000.0)),
            row("抗旱浇灌面积（次）", FigureId::AreaIrrigatedTimes, ("亩次", "千公顷次", 15_000.0)),
            row("临时解决饮水困难 人口", FigureId::PersonsRelieved, ("人", "万人", 10_000.0)),
            row("临时解决饮水困难 大牲畜", FigureId::LivestockRelieved, ("头", "万头", 10_000.0)),
        ],
    },
    Form {
        name_zh: "农业旱灾和抗旱效益统计表",
        authority: "水行政主管部门",
        source: "domain.md §1.4; the yearly form",
        rows: &[
            row("播种面积 粮食作物", FigureId::SownGrain, ("亩", "公顷", 15.0)),
            row("播种面积 经济作物", FigureId::SownCash, ("亩", "公顷", 15.0)),
            row("作物受灾面积", FigureId::AreaAffected, ("亩", "公顷", 15.0)),
            row("其中 成灾面积", FigureId::AreaDamaged, ("亩", "公顷", 15.0)),
            row("其中 绝收面积", FigureId::AreaFailed, ("亩", "公顷", 15.0)),
            row("粮食总产量", FigureId::GrainOutput, ("t", "t", 1.0)),
            row("粮食因旱损失", FigureId::GrainLost, ("t", "t", 1.0)),
            row("经济作物因旱损失", FigureId::CashCropsLost, ("元", "万元", 10_000.0)),
            row("累计因旱饮水困难 人次", FigureId::DrinkingDifficulty, ("人次", "人次", 1.0)),
            row("累计解决饮水困难 人口", FigureId::PersonsRelieved, ("人", "万人", 10_000.0)),
            row("投入抗旱人数", FigureId::PersonsEngaged, ("人", "万人", 10_000.0)),
            row("投入机电井", FigureId::WellsEngaged, ("眼", "眼", 1.0)),
            row("投入泵站", FigureId::PumpStationsEngaged, ("处", "处", 1.0)),
            row("投入机动抗旱设备", FigureId::MobileSetsEngaged, ("台", "台", 1.0)),
            row("投入机动运水车辆", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row("累计投入抗旱资金 合计", FigureId::FundsInvested, ("元", "万元", 10_000.0)),
            row("其中 中央拨款", FigureId::FundsCentral, ("元", "万元", 10_000.0)),
            row("其中 各级财政拨款", FigureId::FundsPublic, ("元", "万元", 10_000.0)),
            row("累计抗旱浇灌面积", FigureId::AreaIrrigated, ("亩", "公顷", 15.0)),
            row("累计抗旱浇灌面积（次）", FigureId::AreaIrrigatedTimes, ("亩次", "公顷次", 15.0)),
            row("挽回粮食损失", FigureId::GrainSaved, ("t", "t", 1.0)),
            row("挽回粮食损失 价值", FigureId::GrainSavedValue, ("元", "万元", 10_000.0)),
            row("挽回经济作物损失", FigureId::CashCropsSaved, ("元", "万元", 10_000.0)),
        ],
    },
    Form {
        name_zh: "自然灾害情况统计表（干旱部分）",
        authority: "应急管理部门",
        source: "domain.md §1.4; the statistical unit is the township; fields of production systems",
        rows: &[
            row("因旱需生活救助人口 累计值", FigureId::PersonsInNeedTotal, ("人", "人", 1.0)),
            row("因旱需生活救助人口 实时值", FigureId::PersonsInNeed, ("人", "人", 1.0)),
            row(
                "其中 因旱饮水困难需救助人口 累计值",
                FigureId::PersonsInNeedOfWaterTotal,
                ("人", "人", 1.0),
            ),
            row(
                "其中 因旱饮水困难需救助人口 实时值",
                FigureId::PersonsInNeedOfWater,
                ("人", "人", 1.0),
            ),
            row("农作物受灾面积", FigureId::AreaAffected, ("亩", "公顷", 15.0)),
            row("其中 粮食作物受灾面积", FigureId::AffectedGrain, ("亩", "公顷", 15.0)),
            row("农作物成灾面积", FigureId::AreaDamaged, ("亩", "公顷", 15.0)),
            row("其中 粮食作物成灾面积", FigureId::DamagedGrain, ("亩", "公顷", 15.0)),
            row("农作物绝收面积", FigureId::AreaFailed, ("亩", "公顷", 15.0)),
            row("其中 粮食作物绝收面积", FigureId::FailedGrain, ("亩", "公顷", 15.0)),
            row("草场受灾面积", FigureId::GrasslandAffected, ("亩", "公顷", 15.0)),
            row("林地受灾面积", FigureId::ForestAffected, ("亩", "公顷", 15.0)),
            row("因旱饮水困难大牲畜", FigureId::LivestockShort, ("头", "头", 1.0)),
            row("因旱饮水困难小牲畜", FigureId::SmallLivestockShort, ("只", "只", 1.0)),
            row("直接经济损失", FigureId::DirectLoss, ("元", "万元", 10_000.0)),
            row("其中 农林牧渔业", FigureId::DirectLossFarming, ("元", "万元", 10_000.0)),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_figures() {
        for form in FORMS {
            for row in form.rows {
                assert_eq!(row.unit, row.figure.spec().unit, "{} {}", form.name_zh, row.label);
                assert!(row.per_form_unit >= 1.0);
                assert_eq!(row.unit == row.form_unit, row.per_form_unit == 1.0);
            }
        }
    }

    #[test]
    fn every_figure_stands_in_the_report_or_in_a_form() {
        for figure in FigureId::ALL {
            let held = FORMS.iter().flat_map(|f| f.rows).any(|row| row.figure == *figure);
            assert!(held || !figure.spec().passage.is_empty(), "{figure:?}");
        }
    }
}
