//! The state's drought forms: which figure stands in which field, in which unit.
//!
//! Field lists: `docs/domain.md` §1.1 to §1.4. The forms have names and no numbers here, since the numbers of the
//! present edition are not known for certain.

use super::catalogue::FigureId;
use crate::account::unit_name;
use crate::locales::Text;

/// A form of the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    pub name_zh: &'static str,
    /// Short enough for the name of an Excel sheet.
    pub name_en: &'static str,
    /// Whom it is reported to, in Chinese and in English.
    pub authority: [&'static str; 2],
    pub source: &'static str,
    pub rows: &'static [FormRow],
}

impl Form {
    pub fn name(&self) -> Text {
        Text::both(self.name_zh, self.name_en)
    }

    pub fn authority(&self) -> Text {
        let [zh, en] = self.authority;
        Text::both(zh, en)
    }
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormRow {
    pub label_zh: &'static str,
    pub label_en: &'static str,
    pub figure: FigureId,
    /// Unit of the township and of the figure.
    pub unit: &'static str,
    /// Unit of the form at county and above.
    pub form_unit: &'static str,
    /// How many of the figure's units make one of the form's.
    pub per_form_unit: f64,
}

impl FormRow {
    pub fn label(&self) -> Text {
        Text::both(self.label_zh, self.label_en)
    }

    /// The unit of the township as people read it.
    pub fn unit_name(&self) -> Text {
        self.figure.spec().unit_name()
    }

    /// The unit of the form as people read it.
    pub fn form_unit_name(&self) -> Text {
        if self.unit == self.form_unit { self.unit_name() } else { unit_name(self.form_unit) }
    }

    pub fn in_form_unit(&self, value: f64) -> f64 {
        value / self.per_form_unit
    }
}

/// The unit of the township, the unit of the form, and how many of the first make one of the second.
type Units = (&'static str, &'static str, f64);

const LAND: Units = ("亩", "千公顷", 15_000.0);
const LAND_HA: Units = ("亩", "公顷", 15.0);
const PERSONS: Units = ("人", "万人", 10_000.0);
const MONEY: Units = ("元", "万元", 10_000.0);
const CATTLE: Units = ("头", "万头", 10_000.0);
const PASSES: Units = ("亩次", "千公顷次", 15_000.0);
const PASSES_HA: Units = ("亩次", "公顷次", 15.0);

const fn row(
    label_zh: &'static str,
    label_en: &'static str,
    figure: FigureId,
    (unit, form_unit, per_form_unit): Units,
) -> FormRow {
    FormRow { label_zh, label_en, figure, unit, form_unit, per_form_unit }
}

/// All forms.
pub const FORMS: &[Form] = &[
    Form {
        name_zh: "农业旱情动态统计表",
        name_en: "Agricultural drought status",
        authority: ["水行政主管部门", "water authority"],
        source: "domain.md §1.1; field list of a production system (certain), units from memory 0.85",
        rows: &[
            row("在田作物面积", "standing crops", FigureId::AreaStanding, LAND),
            row("作物受旱面积 合计", "crop area in drought, total", FigureId::AreaInDrought, LAND),
            row("其中 轻旱", "of which light", FigureId::DroughtLight, LAND),
            row("其中 重旱", "of which severe", FigureId::DroughtSevere, LAND),
            row("其中 干枯", "of which withered", FigureId::DroughtExtreme, LAND),
            row("水田缺水", "paddies short of water", FigureId::PaddyShort, LAND),
            row("旱地缺墒", "dry land short of soil moisture", FigureId::DrylandShort, LAND),
            row(
                "其中 无抗旱条件面积",
                "of which without means of irrigation",
                FigureId::AreaWithoutMeans,
                LAND,
            ),
            row("牧区受旱面积", "pasture in drought", FigureId::PastureAffected, LAND),
            row(
                "因旱饮水困难 人口",
                "short of drinking water: persons",
                FigureId::PersonsShort,
                PERSONS,
            ),
            row(
                "因旱饮水困难 大牲畜",
                "short of drinking water: cattle and the like",
                FigureId::LivestockShort,
                CATTLE,
            ),
            row(
                "水利工程蓄水 总量",
                "water stored by hydraulic works, total",
                FigureId::StorageTotal,
                ("m3", "万m3", 10_000.0),
            ),
            row(
                "水利工程蓄水 比多年同期增减",
                "water stored by hydraulic works, against earlier years",
                FigureId::StorageAnomaly,
                ("%", "%", 1.0),
            ),
            row("河道断流", "channels without flow", FigureId::ChannelsDry, ("条", "条", 1.0)),
            row("水库干涸", "reservoirs dry", FigureId::ReservoirsDry, ("座", "座", 1.0)),
            row(
                "机电井出水不足",
                "wells with insufficient yield",
                FigureId::WellsShort,
                ("眼", "眼", 1.0),
            ),
        ],
    },
    Form {
        name_zh: "农业抗旱情况统计表",
        name_en: "Agricultural drought relief",
        authority: ["水行政主管部门", "water authority"],
        source: "domain.md §1.2; the newer form with four grades of drought",
        rows: &[
            row("响应级别", "grade of the response", FigureId::ResponseLevel, ("级", "级", 1.0)),
            row("本季作物实际播种面积", "area sown this season", FigureId::AreaSown, LAND),
            row(
                "本季作物最大受旱面积",
                "greatest area in drought this season",
                FigureId::AreaInDroughtPeak,
                LAND,
            ),
            row("作物受旱面积 合计", "crop area in drought, total", FigureId::AreaInDrought, LAND),
            row("其中 轻旱", "of which light", FigureId::DroughtLight, LAND),
            row("其中 中旱", "of which moderate", FigureId::DroughtModerate, LAND),
            row("其中 重旱", "of which severe", FigureId::DroughtSevere, LAND),
            row("其中 特旱", "of which extreme", FigureId::DroughtExtreme, LAND),
            row(
                "待播耕地缺水缺墒 合计",
                "land waiting to be sown, short of water, total",
                FigureId::WaitingShort,
                LAND,
            ),
            row("其中 水田缺水", "of which paddies short of water", FigureId::PaddyShort, LAND),
            row(
                "其中 旱地缺墒",
                "of which dry land short of soil moisture",
                FigureId::DrylandShort,
                LAND,
            ),
            row(
                "牧区草场受旱面积",
                "pasture grassland in drought",
                FigureId::PastureAffected,
                LAND,
            ),
            row(
                "因旱饮水困难 人口",
                "short of drinking water: persons",
                FigureId::PersonsShort,
                PERSONS,
            ),
            row(
                "因旱饮水困难 大牲畜",
                "short of drinking water: cattle and the like",
                FigureId::LivestockShort,
                CATTLE,
            ),
            row("投入抗旱人数", "persons at work on relief", FigureId::PersonsEngaged, PERSONS),
            row("投入机电井", "wells in use", FigureId::WellsEngaged, ("眼", "眼", 1.0)),
            row(
                "投入泵站",
                "pump stations in use",
                FigureId::PumpStationsEngaged,
                ("处", "处", 1.0),
            ),
            row(
                "投入机动抗旱设备",
                "mobile pump sets in use",
                FigureId::MobileSetsEngaged,
                ("台", "台", 1.0),
            ),
            row("投入机动运水车辆", "water trucks", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row(
                "累计投入抗旱资金 合计",
                "money put in so far, total",
                FigureId::FundsInvested,
                MONEY,
            ),
            row(
                "其中 各级财政拨款",
                "of which from all levels of the state",
                FigureId::FundsPublic,
                MONEY,
            ),
            row("其中 群众自筹", "of which raised by the people", FigureId::FundsRaised, MONEY),
            row("累计完成抗旱浇灌面积", "area irrigated so far", FigureId::AreaIrrigated, LAND),
            row(
                "累计完成抗旱浇灌面积（次）",
                "area irrigated so far, each pass counted",
                FigureId::AreaIrrigatedTimes,
                PASSES,
            ),
            row(
                "累计解决饮水困难 人口",
                "relieved of the shortage so far: persons",
                FigureId::PersonsRelieved,
                PERSONS,
            ),
            row(
                "累计解决饮水困难 大牲畜",
                "relieved of the shortage so far: cattle and the like",
                FigureId::LivestockRelieved,
                CATTLE,
            ),
        ],
    },
    Form {
        name_zh: "抗旱情况统计表",
        name_en: "Drought relief",
        authority: ["水行政主管部门", "water authority"],
        source: "domain.md §1.3; field list certain, units from memory 0.9",
        rows: &[
            row("投入抗旱人数", "persons at work on relief", FigureId::PersonsEngaged, PERSONS),
            row("投入机电井", "wells in use", FigureId::WellsEngaged, ("眼", "万眼", 10_000.0)),
            row(
                "投入泵站",
                "pump stations in use",
                FigureId::PumpStationsEngaged,
                ("处", "处", 1.0),
            ),
            row(
                "投入机动抗旱设备",
                "mobile pump sets in use",
                FigureId::MobileSetsEngaged,
                ("台", "万台套", 10_000.0),
            ),
            row(
                "装机容量",
                "installed power",
                FigureId::InstalledPower,
                ("kW", "万千瓦", 10_000.0),
            ),
            row("投入机动运水车辆", "water trucks", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row("投入抗旱资金 合计", "money put in, total", FigureId::FundsInvested, MONEY),
            row("其中 中央拨款", "of which from the central state", FigureId::FundsCentral, MONEY),
            row("其中 省级财政拨款", "of which from the province", FigureId::FundsProvince, MONEY),
            row(
                "其中 地县级财政拨款",
                "of which from prefecture and county",
                FigureId::FundsCounty,
                MONEY,
            ),
            row("其中 乡村集体投入", "of which from collectives", FigureId::FundsCollective, MONEY),
            row("其中 群众自筹", "of which raised by the people", FigureId::FundsRaised, MONEY),
            row(
                "抗旱用电",
                "electricity used",
                FigureId::ElectricityUsed,
                ("kWh", "万度", 10_000.0),
            ),
            row("抗旱用油", "fuel used", FigureId::OilUsed, ("t", "t", 1.0)),
            row("抗旱浇灌面积", "area irrigated", FigureId::AreaIrrigated, LAND),
            row(
                "抗旱浇灌面积（次）",
                "area irrigated, each pass counted",
                FigureId::AreaIrrigatedTimes,
                PASSES,
            ),
            row(
                "临时解决饮水困难 人口",
                "relieved for the time being: persons",
                FigureId::PersonsRelieved,
                PERSONS,
            ),
            row(
                "临时解决饮水困难 大牲畜",
                "relieved for the time being: cattle and the like",
                FigureId::LivestockRelieved,
                CATTLE,
            ),
        ],
    },
    Form {
        name_zh: "农业旱灾和抗旱效益统计表",
        name_en: "Drought loss and relief benefit",
        authority: ["水行政主管部门", "water authority"],
        source: "domain.md §1.4; the yearly form",
        rows: &[
            row("播种面积 粮食作物", "area sown: grain", FigureId::SownGrain, LAND_HA),
            row("播种面积 经济作物", "area sown: other crops", FigureId::SownCash, LAND_HA),
            row("作物受灾面积", "crop area affected", FigureId::AreaAffected, LAND_HA),
            row("其中 成灾面积", "of which damaged", FigureId::AreaDamaged, LAND_HA),
            row("其中 绝收面积", "of which failed", FigureId::AreaFailed, LAND_HA),
            row("粮食总产量", "grain harvested", FigureId::GrainOutput, ("t", "t", 1.0)),
            row("粮食因旱损失", "grain lost to the drought", FigureId::GrainLost, ("t", "t", 1.0)),
            row("经济作物因旱损失", "value of other crops lost", FigureId::CashCropsLost, MONEY),
            row(
                "累计因旱饮水困难 人次",
                "short of drinking water so far: cases",
                FigureId::DrinkingDifficulty,
                ("人次", "人次", 1.0),
            ),
            row(
                "累计解决饮水困难 人口",
                "relieved of the shortage so far: persons",
                FigureId::PersonsRelieved,
                PERSONS,
            ),
            row("投入抗旱人数", "persons at work on relief", FigureId::PersonsEngaged, PERSONS),
            row("投入机电井", "wells in use", FigureId::WellsEngaged, ("眼", "眼", 1.0)),
            row(
                "投入泵站",
                "pump stations in use",
                FigureId::PumpStationsEngaged,
                ("处", "处", 1.0),
            ),
            row(
                "投入机动抗旱设备",
                "mobile pump sets in use",
                FigureId::MobileSetsEngaged,
                ("台", "台", 1.0),
            ),
            row("投入机动运水车辆", "water trucks", FigureId::WaterTrucks, ("辆", "辆", 1.0)),
            row(
                "累计投入抗旱资金 合计",
                "money put in so far, total",
                FigureId::FundsInvested,
                MONEY,
            ),
            row("其中 中央拨款", "of which from the central state", FigureId::FundsCentral, MONEY),
            row(
                "其中 各级财政拨款",
                "of which from all levels of the state",
                FigureId::FundsPublic,
                MONEY,
            ),
            row("累计抗旱浇灌面积", "area irrigated so far", FigureId::AreaIrrigated, LAND_HA),
            row(
                "累计抗旱浇灌面积（次）",
                "area irrigated so far, each pass counted",
                FigureId::AreaIrrigatedTimes,
                PASSES_HA,
            ),
            row("挽回粮食损失", "grain saved", FigureId::GrainSaved, ("t", "t", 1.0)),
            row("挽回粮食损失 价值", "grain saved: value", FigureId::GrainSavedValue, MONEY),
            row("挽回经济作物损失", "value of other crops saved", FigureId::CashCropsSaved, MONEY),
        ],
    },
    Form {
        name_zh: "自然灾害情况统计表（干旱部分）",
        name_en: "Natural disasters (drought)",
        authority: ["应急管理部门", "emergency management authority"],
        source: "domain.md §1.4; the statistical unit is the township; fields of production systems",
        rows: &[
            row(
                "因旱需生活救助人口 累计值",
                "persons in need of relief, so far",
                FigureId::PersonsInNeedTotal,
                ("人", "人", 1.0),
            ),
            row(
                "因旱需生活救助人口 实时值",
                "persons in need of relief, now",
                FigureId::PersonsInNeed,
                ("人", "人", 1.0),
            ),
            row(
                "其中 因旱饮水困难需救助人口 累计值",
                "of which for want of drinking water, so far",
                FigureId::PersonsInNeedOfWaterTotal,
                ("人", "人", 1.0),
            ),
            row(
                "其中 因旱饮水困难需救助人口 实时值",
                "of which for want of drinking water, now",
                FigureId::PersonsInNeedOfWater,
                ("人", "人", 1.0),
            ),
            row("农作物受灾面积", "crop area affected", FigureId::AreaAffected, LAND_HA),
            row("其中 粮食作物受灾面积", "of which grain", FigureId::AffectedGrain, LAND_HA),
            row("农作物成灾面积", "crop area damaged", FigureId::AreaDamaged, LAND_HA),
            row("其中 粮食作物成灾面积", "of which grain", FigureId::DamagedGrain, LAND_HA),
            row("农作物绝收面积", "crop area failed", FigureId::AreaFailed, LAND_HA),
            row("其中 粮食作物绝收面积", "of which grain", FigureId::FailedGrain, LAND_HA),
            row("草场受灾面积", "grassland affected", FigureId::GrasslandAffected, LAND_HA),
            row("林地受灾面积", "forest affected", FigureId::ForestAffected, LAND_HA),
            row(
                "因旱饮水困难大牲畜",
                "cattle and the like short of water",
                FigureId::LivestockShort,
                ("头", "头", 1.0),
            ),
            row(
                "因旱饮水困难小牲畜",
                "sheep, pigs and the like short of water",
                FigureId::SmallLivestockShort,
                ("只", "只", 1.0),
            ),
            row("直接经济损失", "direct economic loss", FigureId::DirectLoss, MONEY),
            row(
                "其中 农林牧渔业",
                "of which farming, forestry, livestock, fishery",
                FigureId::DirectLossFarming,
                MONEY,
            ),
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
                assert_eq!(row.unit, row.figure.spec().unit, "{} {}", form.name_zh, row.label_zh);
                assert!(row.per_form_unit >= 1.0);
                assert_eq!(row.unit == row.form_unit, row.per_form_unit == 1.0);
            }
        }
    }

    #[test]
    fn a_name_may_be_that_of_a_sheet() {
        for form in FORMS {
            assert!(form.name_en.len() <= 31, "{}", form.name_en);
            assert!(
                !form.name_en.contains(['[', ']', ':', '*', '?', '/', '\\']),
                "{}",
                form.name_en
            );
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
