//! The state's drought forms: which figure stands in which field, in which unit, and which field is the sum of which.
//!
//! The fields are those of `docs/domain.md` §1.1 to §1.4: the field lists of a production system of the present
//! editions, with the definitions of 水旱灾害统计报表制度 (办旱一〔2011〕19号). A form has a number only where that edition
//! has a form of its name and grades; the numbers of later editions are not known and are left to the office.

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
    /// Its number (表号); empty where it is not known.
    pub number: [&'static str; 2],
    /// Who made the form (制定机关).
    pub made_by: [&'static str; 2],
    /// The edition whose fields it has.
    pub edition: [&'static str; 2],
    /// Whether it states how things are on a day, and not what came to pass in a period.
    pub of_a_day: bool,
    /// Whether its fields count since the year began.
    pub of_a_year: bool,
    pub source: &'static str,
    pub rows: &'static [FormRow],
    /// Fields of the form that no figure gives.
    pub by_hand: &'static [ByHand],
}

impl Form {
    pub fn name(&self) -> Text {
        Text::both(self.name_zh, self.name_en)
    }

    pub fn authority(&self) -> Text {
        both(self.authority)
    }

    pub fn number(&self) -> Text {
        both(self.number)
    }

    pub fn made_by(&self) -> Text {
        both(self.made_by)
    }

    pub fn edition(&self) -> Text {
        both(self.edition)
    }

    /// The columns of its grid, from left to right.
    pub fn columns(&self) -> Vec<FormColumn> {
        let mut columns = Vec::new();
        for (place, row) in self.rows.iter().enumerate() {
            let before = self.by_hand.iter().filter(|field| field.before == row.figure);
            columns.extend(before.map(|field| FormColumn {
                heads: heads(field.label_zh, field.label_en),
                unit: unit_name(field.form_unit),
                decimals: field.decimals,
                sum_of: field.sum_of,
                row: None,
            }));
            columns.push(FormColumn {
                heads: heads(row.label_zh, row.label_en),
                unit: row.form_unit_name(),
                decimals: row.decimals,
                sum_of: row.sum_of,
                row: Some((place, row)),
            });
        }
        columns
    }

    /// The figures that no form has a field for.
    pub fn other_items() -> impl Iterator<Item = FigureId> {
        let rows = || FORMS.iter().flat_map(|form| form.rows);
        let held = move |figure: FigureId| rows().any(|row| row.figure == figure);
        FigureId::ALL.iter().copied().filter(move |figure| !held(*figure))
    }

    /// The part of the figure of `row` that the form neither has a field for nor counts in a total.
    pub fn outside(&self, row: &FormRow) -> Option<FigureId> {
        let (_, part) = OUTSIDE.iter().find(|(whole, _)| *whole == row.figure)?;
        let held = self.rows.iter().any(|row| row.figure == *part);
        (!held).then_some(*part)
    }

    /// Whether `row` counts since the drought or the year began, and not in the period of the report alone.
    pub fn counts_so_far(&self, row: &FormRow) -> bool {
        self.of_a_year || SO_FAR.iter().any(|words| row.label_zh.contains(words))
    }
}

/// A column of a form's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct FormColumn {
    /// From the top level down.
    pub heads: Vec<Text>,
    /// The unit of the form as people read it.
    pub unit: Text,
    pub decimals: u8,
    /// The figures of the fields that it is the sum of.
    pub sum_of: &'static [FigureId],
    /// The field and its place among the form's rows; none where no figure gives it.
    pub row: Option<(usize, &'static FormRow)>,
}

fn both([zh, en]: [&'static str; 2]) -> Text {
    Text::both(zh, en)
}

/// Words of a field that counts since the drought began.
const SO_FAR: [&str; 2] = ["累计", "本季作物最大"];

/// What stands between the levels of a field's heads, in Chinese and in English.
const LEVELS: [&str; 2] = [" ", ": "];

/// The heads above a field, from the top level down.
fn heads(zh: &'static str, en: &'static str) -> Vec<Text> {
    let [blank, colon] = LEVELS;
    zh.split(blank).zip(en.split(colon)).map(|(zh, en)| Text::both(zh, en)).collect()
}

/// A field of a form: a column of its grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormRow {
    /// The heads above it, from the top level down, with a blank between them.
    pub label_zh: &'static str,
    /// The same in English, with a colon between them.
    pub label_en: &'static str,
    pub figure: FigureId,
    /// Unit of the township and of the figure.
    pub unit: &'static str,
    /// Unit of the form at county and above.
    pub form_unit: &'static str,
    /// How many of the figure's units make one of the form's.
    pub per_form_unit: f64,
    /// Decimals that the form prints.
    pub decimals: u8,
    /// The figures of the form's fields that it is the sum of; none where it is no sum.
    pub sum_of: &'static [FigureId],
}

/// A figure, and a part of it that a form may have no field for: its total does not have the part, either. By
/// `docs/domain.md` §1.1 and §1.4: the older grades know no moderate drought, and no form money of the collectives.
const OUTSIDE: [(FigureId, FigureId); 2] = [
    (FigureId::AreaInDrought, FigureId::DroughtModerate),
    (FigureId::FundsInvested, FigureId::FundsCollective),
];

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
        match self.form_unit {
            // The figures have the symbol, the forms the word.
            "t" => Text::both("吨", "t"),
            "万m3" => Text::both("万m³", "10,000 m³"),
            unit if unit == self.unit => self.unit_name(),
            unit => unit_name(unit),
        }
    }

    pub fn in_form_unit(&self, value: f64) -> f64 {
        value / self.per_form_unit
    }
}

/// A field of a form that no figure gives: the sum of other fields, or blank for the office to fill in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByHand {
    pub label_zh: &'static str,
    pub label_en: &'static str,
    pub form_unit: &'static str,
    pub decimals: u8,
    /// The figure whose field it stands before.
    pub before: FigureId,
    /// The figures of the fields that it is the sum of; none where it is blank.
    pub sum_of: &'static [FigureId],
}

/// The unit of the township, the unit of the form, how many of the first make one of the second, and decimals.
///
/// The editions at hand do not say how many decimals. Engineering judgement: four where one person, head or set is
/// 0.0001 of the form's unit, two for hectares, tonnes and money, none for counts.
type Units = (&'static str, &'static str, f64, u8);

const LAND: Units = ("亩", "千公顷", 15_000.0, 4);
const LAND_HA: Units = ("亩", "公顷", 15.0, 2);
const PASSES: Units = ("亩次", "千公顷次", 15_000.0, 4);
const PASSES_HA: Units = ("亩次", "公顷次", 15.0, 2);
const PERSONS: Units = ("人", "万人", 10_000.0, 4);
const PERSON: Units = ("人", "人", 1.0, 0);
const CATTLE: Units = ("头", "万头", 10_000.0, 4);
const HEAD: Units = ("头", "头", 1.0, 0);
const SMALL_HEAD: Units = ("只", "只", 1.0, 0);
const MONEY: Units = ("元", "万元", 10_000.0, 2);
const TONNE: Units = ("t", "t", 1.0, 2);
const WATER: Units = ("m3", "万m3", 10_000.0, 2);
const PERCENT: Units = ("%", "%", 1.0, 1);
const CHANNELS: Units = ("条", "条", 1.0, 0);
const SEATS: Units = ("座", "座", 1.0, 0);
const WELLS: Units = ("眼", "眼", 1.0, 0);
const WELLS_10K: Units = ("眼", "万眼", 10_000.0, 4);
const PLACES: Units = ("处", "处", 1.0, 0);
const SETS: Units = ("台", "台", 1.0, 0);
const SETS_10K: Units = ("台", "万台套", 10_000.0, 4);
const TRUCKS: Units = ("辆", "辆", 1.0, 0);
const POWER: Units = ("kW", "万千瓦", 10_000.0, 4);
const ENERGY: Units = ("kWh", "万度", 10_000.0, 4);
const GRADE: Units = ("级", "级", 1.0, 0);

const fn row(
    label_zh: &'static str,
    label_en: &'static str,
    figure: FigureId,
    (unit, form_unit, per_form_unit, decimals): Units,
    sum_of: &'static [FigureId],
) -> FormRow {
    FormRow { label_zh, label_en, figure, unit, form_unit, per_form_unit, decimals, sum_of }
}

/// The fields of a form, one a line; of a sum `=` and its parts.
macro_rules! rows {
    ($($zh:literal, $en:literal, $figure:ident, $units:ident $(= $($part:ident)+)?;)*) => {
        &[$(row($zh, $en, FigureId::$figure, $units, &[$($(FigureId::$part),+)?])),*]
    };
}

const WATER_AUTHORITY: [&str; 2] = ["水行政主管部门", "water authority"];
const HEADQUARTERS: [&str; 2] =
    ["国家防汛抗旱总指挥部", "State Flood Control and Drought Relief Headquarters"];
const MINISTRY: [&str; 2] = ["水利部", "Ministry of Water Resources"];
const EDITION_2011: [&str; 2] =
    ["《水旱灾害统计报表制度》（办旱一〔2011〕19号）", "the flood and drought statistics of 2011"];
const EDITION_NOW: [&str; 2] =
    ["《水旱灾害防御统计调查制度》", "the statistical survey of flood and drought defence"];

/// All forms.
pub const FORMS: &[Form] = &[
    Form {
        name_zh: "农业旱情动态统计表",
        name_en: "Agricultural drought status",
        authority: WATER_AUTHORITY,
        number: ["表5", "5"],
        made_by: HEADQUARTERS,
        edition: EDITION_2011,
        of_a_day: true,
        of_a_year: false,
        source: "domain.md §1.1; field list of a production system (certain), units from memory 0.85",
        rows: rows! {
            "在田作物面积", "standing crops", AreaStanding, LAND;
            "作物受旱面积 合计", "crop area in drought: total", AreaInDrought, LAND = DroughtLight DroughtSevere DroughtExtreme;
            "作物受旱面积 轻旱", "crop area in drought: light", DroughtLight, LAND;
            "作物受旱面积 重旱", "crop area in drought: severe", DroughtSevere, LAND;
            "作物受旱面积 干枯", "crop area in drought: withered", DroughtExtreme, LAND;
            "缺水缺墒面积 水田缺水", "area short of water: paddies", PaddyShort, LAND;
            "缺水缺墒面积 旱地缺墒", "area short of water: dry land short of soil moisture", DrylandShort, LAND;
            "其中无抗旱条件面积", "of which without means of irrigation", AreaWithoutMeans, LAND;
            "牧区受旱面积", "pasture in drought", PastureAffected, LAND;
            "因旱人畜饮水困难 人口", "short of drinking water: persons", PersonsShort, PERSONS;
            "因旱人畜饮水困难 大牲畜", "short of drinking water: cattle and the like", LivestockShort, CATTLE;
            "水利工程蓄水情况 蓄水总量", "water stored by hydraulic works: total", StorageTotal, WATER;
            "水利工程蓄水情况 比多年同期增减", "water stored by hydraulic works: against earlier years", StorageAnomaly, PERCENT;
            "河道断流", "channels without flow", ChannelsDry, CHANNELS;
            "水库干涸", "reservoirs dry", ReservoirsDry, SEATS;
            "机电井出水不足", "wells with insufficient yield", WellsShort, WELLS;
        },
        by_hand: &[],
    },
    Form {
        name_zh: "农业抗旱情况统计表",
        name_en: "Agricultural drought relief",
        authority: WATER_AUTHORITY,
        number: ["", ""],
        made_by: MINISTRY,
        edition: EDITION_NOW,
        of_a_day: false,
        of_a_year: false,
        source: "domain.md §1.2; the newer form with four grades of drought",
        rows: rows! {
            "响应级别", "grade of the response", ResponseLevel, GRADE;
            "本季作物实际播种面积", "area sown this season", AreaSown, LAND;
            "本季作物最大受旱面积", "greatest area in drought this season", AreaInDroughtPeak, LAND;
            "作物受旱面积 合计", "crop area in drought: total", AreaInDrought, LAND
                = DroughtLight DroughtModerate DroughtSevere DroughtExtreme;
            "作物受旱面积 轻旱", "crop area in drought: light", DroughtLight, LAND;
            "作物受旱面积 中旱", "crop area in drought: moderate", DroughtModerate, LAND;
            "作物受旱面积 重旱", "crop area in drought: severe", DroughtSevere, LAND;
            "作物受旱面积 特旱", "crop area in drought: extreme", DroughtExtreme, LAND;
            "待播耕地缺水缺墒面积 合计", "land waiting to be sown, short of water: total", WaitingShort, LAND = PaddyShort DrylandShort;
            "待播耕地缺水缺墒面积 水田缺水", "land waiting to be sown, short of water: paddies", PaddyShort, LAND;
            "待播耕地缺水缺墒面积 旱地缺墒", "land waiting to be sown, short of water: dry land", DrylandShort, LAND;
            "牧区草场受旱面积", "pasture grassland in drought", PastureAffected, LAND;
            "因旱人畜饮水困难 人口", "short of drinking water: persons", PersonsShort, PERSONS;
            "因旱人畜饮水困难 大牲畜", "short of drinking water: cattle and the like", LivestockShort, CATTLE;
            "统计时段投入抗旱人数", "persons at work on relief", PersonsEngaged, PERSONS;
            "统计时段投入抗旱设施 机电井", "works in use: wells", WellsEngaged, WELLS;
            "统计时段投入抗旱设施 泵站", "works in use: pump stations", PumpStationsEngaged, PLACES;
            "统计时段投入抗旱设施 机动抗旱设备", "works in use: mobile pump sets", MobileSetsEngaged, SETS;
            "统计时段投入抗旱设施 机动运水车辆", "works in use: water trucks", WaterTrucks, TRUCKS;
            "累计投入抗旱资金 合计", "money put in so far: total", FundsInvested, MONEY = FundsPublic FundsRaised;
            "累计投入抗旱资金 各级财政拨款", "money put in so far: from all levels of the state", FundsPublic, MONEY;
            "累计投入抗旱资金 群众自筹", "money put in so far: raised by the people", FundsRaised, MONEY;
            "累计完成抗旱浇灌面积 面积", "irrigated so far: area", AreaIrrigated, LAND;
            "累计完成抗旱浇灌面积 面积次", "irrigated so far: each pass counted", AreaIrrigatedTimes, PASSES;
            "累计解决因旱人畜饮水困难 人口", "relieved of the shortage so far: persons", PersonsRelieved, PERSONS;
            "累计解决因旱人畜饮水困难 大牲畜", "relieved of the shortage so far: cattle and the like", LivestockRelieved, CATTLE;
        },
        by_hand: &[],
    },
    Form {
        name_zh: "抗旱情况统计表",
        name_en: "Drought relief",
        authority: WATER_AUTHORITY,
        number: ["", ""],
        made_by: MINISTRY,
        edition: EDITION_NOW,
        of_a_day: false,
        of_a_year: false,
        source: "domain.md §1.3; field list certain, units from memory 0.9",
        rows: rows! {
            "投入抗旱人数", "persons at work on relief", PersonsEngaged, PERSONS;
            "投入抗旱设施 机电井", "works in use: wells", WellsEngaged, WELLS_10K;
            "投入抗旱设施 泵站", "works in use: pump stations", PumpStationsEngaged, PLACES;
            "投入抗旱设施 机动抗旱设备", "works in use: mobile pump sets", MobileSetsEngaged, SETS_10K;
            "投入抗旱设施 装机容量", "works in use: installed power", InstalledPower, POWER;
            "投入抗旱设施 机动运水车辆", "works in use: water trucks", WaterTrucks, TRUCKS;
            "投入抗旱资金 合计", "money put in: total", FundsInvested, MONEY = FundsCentral FundsProvince FundsCounty FundsRaised;
            "投入抗旱资金 中央拨款", "money put in: from the central state", FundsCentral, MONEY;
            "投入抗旱资金 省级财政拨款", "money put in: from the province", FundsProvince, MONEY;
            "投入抗旱资金 地县级财政拨款", "money put in: from prefecture and county", FundsCounty, MONEY;
            "投入抗旱资金 群众自筹", "money put in: raised by the people", FundsRaised, MONEY;
            "抗旱用电", "electricity used", ElectricityUsed, ENERGY;
            "抗旱用油", "fuel used", OilUsed, TONNE;
            "抗旱浇灌面积 面积", "irrigated: area", AreaIrrigated, LAND;
            "抗旱浇灌面积 面积次", "irrigated: each pass counted", AreaIrrigatedTimes, PASSES;
            "临时解决人畜饮水困难 人口", "relieved for the time being: persons", PersonsRelievedNow, PERSONS;
            "临时解决人畜饮水困难 大牲畜", "relieved for the time being: cattle and the like", LivestockRelieved, CATTLE;
        },
        by_hand: &[],
    },
    Form {
        name_zh: "农业旱灾和抗旱效益统计表",
        name_en: "Drought loss and relief benefit",
        authority: WATER_AUTHORITY,
        number: ["表7", "7"],
        made_by: HEADQUARTERS,
        edition: EDITION_2011,
        of_a_day: false,
        of_a_year: true,
        source: "domain.md §1.4; the yearly form",
        rows: rows! {
            "本年度累计播种面积 粮食作物", "area sown this year: grain", SownGrain, LAND_HA;
            "本年度累计播种面积 经济作物", "area sown this year: other crops", SownCash, LAND_HA;
            "作物累计受旱面积", "crop area in drought this year", AreaInDroughtTotal, LAND_HA;
            "作物累计受灾面积 合计", "crop area affected: total", AreaAffected, LAND_HA;
            "作物累计受灾面积 其中成灾", "crop area affected: of which damaged", AreaDamaged, LAND_HA;
            "作物累计受灾面积 其中绝收", "crop area affected: of which failed", AreaFailed, LAND_HA;
            "本年度粮食总产量", "grain harvested", GrainOutput, TONNE;
            "本年度粮食因旱损失", "grain lost to the drought", GrainLost, TONNE;
            "本年度经济作物因旱损失", "value of other crops lost", CashCropsLost, MONEY;
            "累计因旱人畜饮水困难 人口", "short of drinking water so far: persons", PersonsShortTotal, PERSONS;
            "累计因旱人畜饮水困难 大牲畜", "short of drinking water so far: cattle and the like", LivestockShortTotal, CATTLE;
            "累计解决因旱人畜饮水困难 人口", "relieved of the shortage so far: persons", PersonsRelieved, PERSONS;
            "累计解决因旱人畜饮水困难 大牲畜", "relieved of the shortage so far: cattle and the like", LivestockRelieved, CATTLE;
            "本年度投入抗旱人数", "persons at work on relief", PersonsEngaged, PERSONS;
            "本年度投入抗旱设施 机电井", "works in use: wells", WellsEngaged, WELLS;
            "本年度投入抗旱设施 泵站", "works in use: pump stations", PumpStationsEngaged, PLACES;
            "本年度投入抗旱设施 机动抗旱设备", "works in use: mobile pump sets", MobileSetsEngaged, SETS;
            "本年度投入抗旱设施 机动运水车辆", "works in use: water trucks", WaterTrucks, TRUCKS;
            "累计投入抗旱资金 合计", "money put in so far: total", FundsInvested, MONEY;
            "累计投入抗旱资金 中央拨款", "money put in so far: from the central state", FundsCentral, MONEY;
            "累计投入抗旱资金 各级财政拨款", "money put in so far: from all levels of the state", FundsPublic, MONEY;
            "累计完成抗旱浇灌面积 面积", "irrigated so far: area", AreaIrrigated, LAND_HA;
            "累计完成抗旱浇灌面积 面积次", "irrigated so far: each pass counted", AreaIrrigatedTimes, PASSES_HA;
            "全年抗旱减灾效益 挽回粮食损失", "benefit of the relief: grain saved", GrainSaved, TONNE;
            "全年抗旱减灾效益 挽回粮食损失价值", "benefit of the relief: value of the grain saved", GrainSavedValue, MONEY;
            "全年抗旱减灾效益 挽回经济作物损失", "benefit of the relief: value of other crops saved", CashCropsSaved, MONEY;
        },
        by_hand: &[ByHand {
            label_zh: "本年度累计播种面积 合计",
            label_en: "area sown this year: total",
            form_unit: "公顷",
            decimals: 2,
            before: FigureId::SownGrain,
            sum_of: &[FigureId::SownGrain, FigureId::SownCash],
        }],
    },
    Form {
        name_zh: "自然灾害情况统计表（干旱部分）",
        name_en: "Natural disasters (drought)",
        authority: ["应急管理部门", "emergency management authority"],
        number: ["", ""],
        made_by: ["应急管理部", "Ministry of Emergency Management"],
        edition: [
            "《自然灾害情况统计调查制度》（应急〔2020〕19号）中与干旱有关的部分",
            "the statistical survey of natural disasters of 2020, as far as it concerns drought",
        ],
        of_a_day: false,
        of_a_year: false,
        source: "domain.md §1.4; the statistical unit is the township; fields of production systems",
        rows: rows! {
            "受灾人口", "persons affected", PersonsAffected, PERSON;
            "因旱需生活救助人口 累计值", "persons in need of relief: so far", PersonsInNeedTotal, PERSON;
            "因旱需生活救助人口 实时值", "persons in need of relief: now", PersonsInNeed, PERSON;
            "其中因旱饮水困难需救助人口 累计值", "of which for want of drinking water: so far", PersonsInNeedOfWaterTotal, PERSON;
            "其中因旱饮水困难需救助人口 实时值", "of which for want of drinking water: now", PersonsInNeedOfWater, PERSON;
            "农作物受灾面积 合计", "crop area affected: total", AreaAffected, LAND_HA;
            "农作物受灾面积 其中粮食作物", "crop area affected: of which grain", AffectedGrain, LAND_HA;
            "农作物成灾面积 合计", "crop area damaged: total", AreaDamaged, LAND_HA;
            "农作物成灾面积 其中粮食作物", "crop area damaged: of which grain", DamagedGrain, LAND_HA;
            "农作物绝收面积 合计", "crop area failed: total", AreaFailed, LAND_HA;
            "农作物绝收面积 其中粮食作物", "crop area failed: of which grain", FailedGrain, LAND_HA;
            "草场受灾面积", "grassland affected", GrasslandAffected, LAND_HA;
            "林地受灾面积", "forest affected", ForestAffected, LAND_HA;
            "因旱饮水困难牲畜 大牲畜", "livestock short of water: cattle and the like", LivestockShort, HEAD;
            "因旱饮水困难牲畜 小牲畜", "livestock short of water: sheep, pigs and the like", SmallLivestockShort, SMALL_HEAD;
            "直接经济损失 合计", "direct economic loss: total", DirectLoss, MONEY;
            "直接经济损失 其中农林牧渔业", "direct economic loss: of which farming, forestry, livestock, fishery", DirectLossFarming, MONEY;
        },
        by_hand: &[],
    },
];

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
