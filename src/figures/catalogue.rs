//! The catalogue of figures. `docs/figures.md` is its page for readers; a test holds the two together.

use std::fmt;

use serde::{Serialize, Serializer};

use super::phrase::{Hedge, PrintUnit};
use super::{Class, EntryCode};

/// What holds of a figure wherever it is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureSpec {
    /// Id in JSON, templates and `hanqing explain`.
    pub id: &'static str,
    /// Name in Chinese.
    pub name_zh: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// Unit of the value; `月` for a month.
    pub unit: &'static str,
    /// How it comes to be.
    pub class: Class,
    /// How it is printed by default: hedge and unit. `None` where the words are not number and unit.
    pub print: Option<(Hedge, PrintUnit)>,
    /// The formula in words.
    pub formula: &'static str,
    /// What it is made from.
    pub source: &'static str,
    /// The passage of the report that it belongs to; empty where it stands in the state's forms only.
    pub passage: &'static str,
    /// How it is made.
    pub recipe: Recipe,
}

/// How a figure is made of the ledger's rows and of other figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recipe {
    /// By a function of its own.
    Own,
    /// Sum of the rows of the period: a running total 累计值.
    Sum(&'static [EntryCode]),
    /// What holds at the end of the period 实时值: of each village, crop and work the latest row, added up.
    State(&'static [EntryCode]),
    /// The greatest that the state came to on any day of the period.
    Peak(&'static [EntryCode]),
    /// Sum of other figures; those that are absent are named.
    Total(&'static [FigureId]),
}

macro_rules! figures {
    ($($name:ident: $id:literal, $zh:literal, $en:literal, $unit:literal, $class:ident, $print:expr,
        $formula:literal, $source:literal, $passage:literal, $recipe:expr;)*) => {
        /// A figure of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FigureId { $(#[doc = $en] $name,)* }

        impl FigureId {
            /// All figures, in the order of the report.
            pub const ALL: &'static [FigureId] = &[$(FigureId::$name,)*];

            /// What holds of this figure.
            pub fn spec(self) -> &'static FigureSpec {
                match self { $(FigureId::$name => &FigureSpec {
                    id: $id, name_zh: $zh, name_en: $en, unit: $unit, class: Class::$class, print: $print,
                    formula: $formula, source: $source, passage: $passage, recipe: $recipe,
                },)* }
            }

            /// Its id in JSON, templates and on the command line.
            pub fn id(self) -> &'static str {
                self.spec().id
            }

            /// The figure with this id.
            pub fn from_id(id: &str) -> Option<FigureId> {
                Self::ALL.iter().copied().find(|figure| figure.spec().id == id)
            }
        }
    };
}

impl fmt::Display for FigureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for FigureId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

use EntryCode as Code;
use Hedge::{About, Exact, Over};
use Recipe::{Own, Peak, State, Sum, Total};

figures! {
    OnsetMonth: "onset_month", "旱情开始月份", "month in which the drought began", "月", Derived, None,
        "month of the first day of the drought event as the clerk confirmed it; without it, of the first of 3 days on end on which a pond, reservoir or channel stood at or below its warning level",
        "ledger drought_event; level", "抗旱救灾", Own;
    VillagesAffected: "villages_affected", "受旱行政村数", "villages hit", "个", Entered, Some((Exact, PrintUnit::AdministrativeVillage)),
        "number of different villages entered as hit; the villages of sources at or below their warning level are given as a hint",
        "ledger village_affected; level", "抗旱救灾", Own;
    ChannelsDry: "channels_dry", "断流河沟条数", "channels without flow", "条", Measured, None,
        "number of channels whose level stayed at or below cease-to-flow for at least 24 h on end",
        "level", "抗旱救灾", Own;
    PondsDry: "ponds_dry", "干涸塘堰座数", "ponds dry", "座", Measured, None,
        "number of ponds whose level stayed at most 5 cm above the bottom for at least 24 h on end",
        "level", "抗旱救灾", Own;
    AreaAffected: "area_affected", "农作物受灾面积", "crop area affected", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 10 % or more",
        "ledger area_affected", "抗旱救灾", Own;
    AreaDamaged: "area_damaged", "农作物成灾面积", "crop area damaged", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 30 % or more",
        "ledger area_damaged", "附表", Own;
    AreaFailed: "area_failed", "农作物绝收面积", "total crop failure", "亩", Entered, Some((Over, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 80 % or more",
        "ledger area_failed", "抗旱救灾", Own;
    EquipmentDeployed: "equipment_deployed", "投入抗旱设备", "drought equipment deployed", "台", Derived, Some((Exact, PrintUnit::Set)),
        "sets whose pump drew more than 0.1 kWh or ran in the period, each once wherever it moved, plus sets declared without a meter",
        "energy_total, run_hours, run_state, power; asset of the pump; ledger equipment_declared", "抗旱救灾", Own;
    ElectricityUsed: "electricity_used", "抗旱用电量", "electricity used", "kWh", Measured, Some((About, PrintUnit::Du)),
        "sum over all pumps of what the register of their billed meter grew by, by the counter engine and the replacements in the ledger, plus electricity declared without a meter",
        "energy_total; ledger electricity_declared, meter_replaced, meter_installed", "抗旱救灾", Own;
    GasolineUsed: "gasoline_used", "抗旱用汽油", "gasoline used", "L", Entered, Some((About, PrintUnit::Litre)),
        "sum of the fuel slips", "ledger gasoline", "抗旱救灾", Sum(&[Code::Gasoline]);
    FundsInvested: "funds_invested", "投入抗旱资金", "money put in", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of central, provincial, county and collective money and of what the people raised; project money for drinking water is not in it",
        "ledger funds_central, funds_province, funds_county, funds_collective, funds_raised", "抗旱救灾", Sum(&[Code::FundsCentral, Code::FundsProvince, Code::FundsCounty, Code::FundsCollective, Code::FundsRaised]);
    AreaRescued: "area_rescued", "挽救农作物面积", "crop area rescued", "亩", Derived, Some((Over, PrintUnit::Mu)),
        "area affected minus area of total failure",
        "figures area_affected, area_failed", "抗旱救灾", Own;
    LossAverted: "loss_averted", "挽回经济损失", "loss averted", "元", Derived, Some((Over, PrintUnit::Yuan)),
        "sum over crops of (area affected - area failed) x yield x price x (loss rate without relief - loss rate with relief) / 100",
        "figures by crop; crop table of the township; ledger loss_rate_without_relief, loss_rate_with_relief", "抗旱救灾", Own;
    InspectionMonth: "inspection_month", "农饮工程隐患大排查月份", "month of the hazard inspection", "月", Entered, None,
        "month of the first inspection of drinking-water works in the year", "ledger hazard_inspection", "安全饮水", Own;
    WaterProjectFunds: "water_project_funds", "饮水工程项目资金", "drinking-water project money", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the project money of the year; drought-relief money is not in it", "ledger water_project_funds", "安全饮水", Sum(&[Code::WaterProjectFunds]);
    WaterWorksBuilt: "water_works_built", "新建饮水工程", "drinking-water works built", "个", Entered, Some((Exact, PrintUnit::Piece)),
        "number of different works entered as built in the year", "ledger water_work", "安全饮水", Own;
    VillagesServed: "villages_served", "饮水工程受益村", "villages served", "个", Derived, Some((Exact, PrintUnit::Village)),
        "number of different villages of the works built in the year", "ledger water_work", "安全饮水", Own;
    GroupsServed: "groups_served", "饮水工程受益组", "villagers' groups served", "个", Derived, Some((Exact, PrintUnit::Group)),
        "sum over the works of the groups that they serve", "ledger water_work_groups", "安全饮水", Own;
    PeopleServed: "people_served", "饮水工程受益人数", "persons served", "人", Derived, Some((Exact, PrintUnit::Person)),
        "sum over the works of the persons that they serve", "ledger water_work_persons", "安全饮水", Own;
    DrinkingDifficulty: "drinking_difficulty", "因旱饮水困难", "persons short of drinking water", "人次", Attested, Some((Exact, PrintUnit::PersonTime)),
        "what the ledger states; a zero holds only where every drinking-water tank has data for at least 95 % of the hours and none ran dry",
        "ledger drinking_difficulty; level of the tanks", "安全饮水", Own;
    PumpHours: "pump_hours", "抗旱机泵运行时间", "pump running hours", "h", Measured, Some((About, PrintUnit::Hour)),
        "sum over all pumps: growth of the running-hours register; else mean of the run state x hours; else hours with a power above 20 % of the rated power; else energy / rated power",
        "run_hours, run_state, power or energy_total; pump plate", "附表", Own;
    WaterPumped: "water_pumped", "提水量", "water pumped", "m3", Measured, Some((About, PrintUnit::CubicMetre)),
        "sum over all pumps: growth of the water meter; else mean flow x hours; else hours x rated flow x frequency / 50; else energy x efficiency / (0.002725 x head)",
        "volume_total, flow, frequency or energy_total; pump plate; level of its source", "附表", Own;
    StorageTotal: "storage_total", "塘库蓄水总量", "water stored", "m3", Measured, Some((About, PrintUnit::CubicMetre)),
        "sum over ponds and reservoirs of the storage at the last level of the period, by the storage curve",
        "level; storage curve", "附表", Own;
    AreaStanding: "area_standing", "在田作物面积", "standing crops", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger area_standing", "", State(&[Code::AreaStanding]);
    DroughtLight: "drought_light", "轻旱面积", "area in light drought", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger drought_light", "", State(&[Code::DroughtLight]);
    DroughtModerate: "drought_moderate", "中旱面积", "area in moderate drought", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger drought_moderate", "", State(&[Code::DroughtModerate]);
    DroughtSevere: "drought_severe", "重旱面积", "area in severe drought", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger drought_severe", "", State(&[Code::DroughtSevere]);
    DroughtExtreme: "drought_extreme", "干枯（特旱）面积", "area withered or in extreme drought", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger drought_extreme", "", State(&[Code::DroughtExtreme]);
    AreaInDrought: "area_in_drought", "作物受旱面积", "crop area in drought", "亩", Derived, Some((About, PrintUnit::Mu)),
        "light + moderate + severe + withered or extreme; area whose irrigation is assured is in none of them",
        "figures drought_light, drought_moderate, drought_severe, drought_extreme", "", Total(&[FigureId::DroughtLight, FigureId::DroughtModerate, FigureId::DroughtSevere, FigureId::DroughtExtreme]);
    PaddyShort: "paddy_short", "水田缺水面积", "paddies short of water", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger paddy_short", "", State(&[Code::PaddyShort]);
    DrylandShort: "dryland_short", "旱地缺墒面积", "dry land short of soil moisture", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger dryland_short", "", State(&[Code::DrylandShort]);
    WaitingShort: "waiting_short", "待播耕地缺水缺墒面积", "land waiting to be sown, short of water", "亩", Derived, Some((About, PrintUnit::Mu)),
        "paddies short of water + dry land short of soil moisture",
        "figures paddy_short, dryland_short", "", Total(&[FigureId::PaddyShort, FigureId::DrylandShort]);
    AreaWithoutMeans: "area_without_means", "无抗旱条件面积", "area without means of irrigation", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger area_without_means", "", State(&[Code::AreaWithoutMeans]);
    PastureAffected: "pasture_affected", "牧区受旱面积", "pasture in drought", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger pasture_affected", "", State(&[Code::PastureAffected]);
    PersonsShort: "persons_short", "因旱饮水困难人口（当前）", "persons short of drinking water at the end", "人", Entered, Some((About, PrintUnit::Person)),
        "of each village and crop the latest row of the period, added up",
        "ledger persons_short", "", State(&[Code::PersonsShort]);
    LivestockShort: "livestock_short", "因旱饮水困难大牲畜（当前）", "cattle and the like short of water at the end", "头", Entered, Some((Exact, PrintUnit::Head)),
        "of each village and crop the latest row of the period, added up",
        "ledger livestock_short", "", State(&[Code::LivestockShort]);
    SmallLivestockShort: "small_livestock_short", "因旱饮水困难小牲畜（当前）", "sheep, pigs and the like short of water at the end", "只", Entered, Some((Exact, PrintUnit::SmallHead)),
        "of each village and crop the latest row of the period, added up",
        "ledger small_livestock_short", "", State(&[Code::SmallLivestockShort]);
    StorageAnomaly: "storage_anomaly", "蓄水量比往年同期增减", "water stored against earlier years", "%", Derived, None,
        "(storage at the end - mean of the same day of the earlier years that have data) / that mean x 100",
        "figure storage_total of this and earlier years", "", Own;
    ReservoirsDry: "reservoirs_dry", "干涸水库座数", "reservoirs dry", "座", Measured, Some((Exact, PrintUnit::Seat)),
        "number of reservoirs whose level stayed at most 5 cm above the bottom for at least 24 h on end",
        "level", "", Own;
    WellsShort: "wells_short", "机电井出水不足", "wells of too little yield", "眼", Entered, Some((Exact, PrintUnit::Eye)),
        "of each village and crop the latest row of the period, added up",
        "ledger wells_short", "", State(&[Code::WellsShort]);
    ResponseLevel: "response_level", "抗旱应急响应级别", "grade of the emergency response", "级", Entered, None,
        "the latest row of the period",
        "ledger response_level", "", Own;
    AreaSown: "area_sown", "本季实际播种面积", "area sown this season", "亩", Entered, Some((About, PrintUnit::Mu)),
        "of each village and crop the latest row of the period, added up",
        "ledger area_sown", "", State(&[Code::AreaSown]);
    AreaInDroughtPeak: "area_in_drought_peak", "本季最大受旱面积", "greatest area in drought this season", "亩", Derived, Some((About, PrintUnit::Mu)),
        "the greatest that the area in drought came to on a day with an entry",
        "ledger drought_light, drought_moderate, drought_severe, drought_extreme", "", Peak(&[Code::DroughtLight, Code::DroughtModerate, Code::DroughtSevere, Code::DroughtExtreme]);
    PersonsEngaged: "persons_engaged", "投入抗旱人数", "persons at work on relief", "人", Entered, Some((Exact, PrintUnit::Person)),
        "the greatest number at work on a day with an entry",
        "ledger persons_engaged", "", Peak(&[Code::PersonsEngaged]);
    WellsEngaged: "wells_engaged", "投入抗旱机电井", "wells in use", "眼", Entered, Some((Exact, PrintUnit::Eye)),
        "the greatest number in use on a day with an entry",
        "ledger wells_engaged", "", Peak(&[Code::WellsEngaged]);
    PumpStationsEngaged: "pump_stations_engaged", "投入抗旱泵站", "pump stations in use", "处", Derived, Some((Exact, PrintUnit::Place)),
        "pump stations that drew more than 0.1 kWh or ran in the period",
        "energy_total, run_hours, run_state, power", "", Own;
    MobileSetsEngaged: "mobile_sets_engaged", "投入机动抗旱设备", "mobile sets in use", "台", Entered, Some((Exact, PrintUnit::Set)),
        "sum of the sets declared without a meter",
        "ledger equipment_declared", "", Sum(&[Code::EquipmentDeclared]);
    WaterTrucks: "water_trucks", "机动运水车辆", "lorries that carried water", "辆", Entered, Some((Exact, PrintUnit::Vehicle)),
        "the greatest number in use on a day with an entry",
        "ledger water_trucks", "", Peak(&[Code::WaterTrucks]);
    FundsCentral: "funds_central", "中央拨款", "money from the central state", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger funds_central", "", Sum(&[Code::FundsCentral]);
    FundsProvince: "funds_province", "省级财政拨款", "money from the province", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger funds_province", "", Sum(&[Code::FundsProvince]);
    FundsCounty: "funds_county", "地县级财政拨款", "money from prefecture and county", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger funds_county", "", Sum(&[Code::FundsCounty]);
    FundsCollective: "funds_collective", "乡村集体投入", "money from township and village collectives", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger funds_collective", "", Sum(&[Code::FundsCollective]);
    FundsRaised: "funds_raised", "群众自筹资金", "money raised by the people", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger funds_raised", "", Sum(&[Code::FundsRaised]);
    FundsPublic: "funds_public", "各级财政拨款", "money from all levels of the state", "元", Derived, Some((Exact, PrintUnit::Yuan)),
        "central + provincial + county money",
        "figures funds_central, funds_province, funds_county", "", Total(&[FigureId::FundsCentral, FigureId::FundsProvince, FigureId::FundsCounty]);
    AreaIrrigated: "area_irrigated", "抗旱浇灌面积", "area irrigated", "亩", Derived, Some((About, PrintUnit::Mu)),
        "sum of the areas that the pumps which ran can irrigate, each once",
        "energy_total, power; pump table irrigates_mu", "", Own;
    AreaIrrigatedTimes: "area_irrigated_times", "抗旱浇灌亩次", "area irrigated, each pass counted", "亩次", Derived, Some((About, PrintUnit::MuTimes)),
        "water pumped x canal efficiency / water of one pass",
        "figure water_pumped; township irrigation.canal_efficiency, irrigation.pass_m3_per_mu", "", Own;
    PersonsRelieved: "persons_relieved", "解决饮水困难人口", "persons relieved of the shortage", "人", Entered, Some((About, PrintUnit::Person)),
        "sum of the rows of the period",
        "ledger persons_relieved", "", Sum(&[Code::PersonsRelieved]);
    LivestockRelieved: "livestock_relieved", "解决饮水困难大牲畜", "cattle and the like relieved", "头", Entered, Some((Exact, PrintUnit::Head)),
        "sum of the rows of the period",
        "ledger livestock_relieved", "", Sum(&[Code::LivestockRelieved]);
    InstalledPower: "installed_power", "投入抗旱装机容量", "installed power in use", "kW", Derived, Some((About, PrintUnit::Kilowatt)),
        "sum of the rated power of the pumps that ran",
        "energy_total, power; pump plate", "", Own;
    DieselUsed: "diesel_used", "抗旱用柴油", "diesel used", "L", Entered, Some((About, PrintUnit::Litre)),
        "sum of the fuel slips",
        "ledger diesel", "附表", Sum(&[Code::Diesel]);
    OilUsed: "oil_used", "抗旱用油", "fuel used, by mass", "t", Derived, Some((About, PrintUnit::Tonne)),
        "(gasoline x 0.74 + diesel x 0.84) / 1000; kg per litre lie between 0.72 and 0.775, 0.81 and 0.845",
        "figures gasoline_used, diesel_used", "", Own;
    EngineHours: "engine_hours", "油机运行时间", "engine hours", "h", Entered, Some((Exact, PrintUnit::Hour)),
        "sum of the log books of sets without a meter",
        "ledger engine_hours", "附表", Sum(&[Code::EngineHours]);
    WaterCarried: "water_carried", "拉水送水量", "water carried by lorry", "m3", Entered, Some((About, PrintUnit::CubicMetre)),
        "sum of the rows of the period",
        "ledger water_carried", "附表", Sum(&[Code::WaterCarried]);
    SownGrain: "sown_grain", "粮食作物播种面积", "area sown with grain", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the sown areas of the crops of kind grain",
        "crop table of the township", "", Own;
    SownCash: "sown_cash", "经济作物播种面积", "area sown with other crops", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the sown areas of the crops of kind cash",
        "crop table of the township", "", Own;
    AffectedGrain: "affected_grain", "粮食作物受灾面积", "grain area affected", "亩", Derived, Some((About, PrintUnit::Mu)),
        "area affected of the crops of kind grain",
        "ledger area_affected; crop table", "", Own;
    DamagedGrain: "damaged_grain", "粮食作物成灾面积", "grain area damaged", "亩", Derived, Some((About, PrintUnit::Mu)),
        "area damaged of the crops of kind grain",
        "ledger area_damaged; crop table", "", Own;
    FailedGrain: "failed_grain", "粮食作物绝收面积", "grain area failed", "亩", Derived, Some((About, PrintUnit::Mu)),
        "area failed of the crops of kind grain",
        "ledger area_failed; crop table", "", Own;
    GrainOutput: "grain_output", "粮食总产量", "grain harvested", "t", Entered, Some((About, PrintUnit::Tonne)),
        "sum of the rows of the period",
        "ledger grain_output", "", Sum(&[Code::GrainOutput]);
    GrainLost: "grain_lost", "粮食因旱损失", "grain lost to the drought", "t", Entered, Some((About, PrintUnit::Tonne)),
        "sum of the rows of the period",
        "ledger grain_lost", "", Sum(&[Code::GrainLost]);
    CashCropsLost: "cash_crops_lost", "经济作物因旱损失", "value of other crops lost", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger cash_crops_lost", "", Sum(&[Code::CashCropsLost]);
    GrainSaved: "grain_saved", "挽回粮食损失", "grain saved", "t", Derived, Some((About, PrintUnit::Tonne)),
        "sum over the crops of kind grain of (area affected - area failed) x yield x (loss rate without relief - loss rate with relief) / 100 / 1000",
        "figures by crop; crop table; ledger loss rates", "", Own;
    GrainSavedValue: "grain_saved_value", "挽回粮食损失价值", "value of the grain saved", "元", Derived, Some((About, PrintUnit::Yuan)),
        "grain saved of each crop x its price",
        "as grain_saved", "", Own;
    CashCropsSaved: "cash_crops_saved", "挽回经济作物损失", "value of other crops saved", "元", Derived, Some((About, PrintUnit::Yuan)),
        "as loss averted, of the crops of kind cash",
        "figures by crop; crop table; ledger loss rates", "", Own;
    PersonsInNeed: "persons_in_need", "因旱需生活救助人口（实时）", "persons in need of relief at the end", "人", Entered, Some((About, PrintUnit::Person)),
        "of each village and crop the latest row of the period, added up",
        "ledger persons_in_need", "", State(&[Code::PersonsInNeed]);
    PersonsInNeedTotal: "persons_in_need_total", "因旱需生活救助人口（累计）", "persons who came to need relief", "人", Entered, Some((About, PrintUnit::Person)),
        "sum of the rows of the period",
        "ledger persons_came_in_need", "", Sum(&[Code::PersonsCameInNeed]);
    PersonsInNeedOfWater: "persons_in_need_of_water", "因旱饮水困难需救助人口（实时）", "persons in need of drinking water at the end", "人", Entered, Some((About, PrintUnit::Person)),
        "of each village and crop the latest row of the period, added up",
        "ledger persons_in_need_of_water", "", State(&[Code::PersonsInNeedOfWater]);
    PersonsInNeedOfWaterTotal: "persons_in_need_of_water_total", "因旱饮水困难需救助人口（累计）", "persons who came to need drinking water", "人", Entered, Some((About, PrintUnit::Person)),
        "sum of the rows of the period",
        "ledger persons_came_in_need_of_water", "", Sum(&[Code::PersonsCameInNeedOfWater]);
    GrasslandAffected: "grassland_affected", "草场受灾面积", "grassland affected", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the rows of the period",
        "ledger grassland_affected", "", Sum(&[Code::GrasslandAffected]);
    ForestAffected: "forest_affected", "林地受灾面积", "forest affected", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the rows of the period",
        "ledger forest_affected", "", Sum(&[Code::ForestAffected]);
    DirectLoss: "direct_loss", "直接经济损失", "direct economic loss", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger direct_loss", "", Sum(&[Code::DirectLoss]);
    DirectLossFarming: "direct_loss_farming", "农林牧渔业直接经济损失", "direct loss in farming, forestry, livestock and fishery", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the rows of the period",
        "ledger direct_loss_farming", "", Sum(&[Code::DirectLossFarming]);
}

#[cfg(test)]
mod tests {
    use super::super::{FORMS, Form};
    use super::*;

    #[test]
    fn ids_are_unique_and_read_back() {
        for figure in FigureId::ALL {
            assert_eq!(FigureId::from_id(figure.spec().id), Some(*figure));
        }
        assert_eq!(FigureId::ALL.len(), 82);
    }

    /// The page, as `docs/figures.md` has to have it between its marks.
    fn tables() -> String {
        let mut text = String::from(
            "| id | 名称 | name | unit | form unit | class | printed as | made by | formula | source | belongs to |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        for figure in FigureId::ALL {
            let spec = figure.spec();
            let rows = FORMS.iter().flat_map(|form| form.rows);
            let mut form_units: Vec<&str> =
                rows.filter(|row| row.figure == *figure).map(|row| row.form_unit).collect();
            let held = |form: &&Form| form.rows.iter().any(|row| row.figure == *figure);
            let forms = FORMS.iter().filter(held).map(|form| form.name_zh);
            let belongs: Vec<&str> =
                [spec.passage].into_iter().chain(forms).filter(|text| !text.is_empty()).collect();
            form_units.sort_unstable();
            form_units.dedup();
            let printed = match spec.print {
                Some((hedge, unit)) => format!("{hedge:?}, {}", unit.text()),
                None => "words".into(),
            };
            let class = format!("{:?}", spec.class).to_lowercase();
            let made = match spec.recipe {
                Recipe::Own => "own rule",
                Recipe::Sum(_) => "running total",
                Recipe::State(_) => "state at the end",
                Recipe::Peak(_) => "greatest state",
                Recipe::Total(_) => "sum of figures",
            };
            text += &format!(
                "| `{}` | {} | {} | {} | {} | {class} | {printed} | {made} | {} | {} | {} |\n",
                spec.id,
                spec.name_zh,
                spec.name_en,
                spec.unit,
                form_units.join(", "),
                spec.formula,
                spec.source,
                belongs.join("; ")
            );
        }
        for form in FORMS {
            text += &format!(
                "\n### {}（{}）\n\nFields: {}.\n\n| field | figure | township | form |\n|---|---|---|---|\n",
                form.name_zh, form.authority, form.source
            );
            for row in form.rows {
                let id = row.figure.spec().id;
                text += &format!("| {} | `{id}` | {} | {} |\n", row.label, row.unit, row.form_unit);
            }
        }
        text
    }

    #[test]
    fn the_page_is_made_of_the_catalogue() {
        const PATH: &str = "docs/figures.md";
        let page = include_str!("../../docs/figures.md");
        let (before, rest) = page.split_once("<!-- catalogue -->\n").unwrap();
        let (held, after) = rest.split_once("<!-- end -->\n").unwrap();
        let made = tables();
        if std::env::var_os("HANQING_BLESS").is_some() {
            let whole = format!("{before}<!-- catalogue -->\n{made}<!-- end -->\n{after}");
            std::fs::write(PATH, whole).unwrap();
        } else {
            assert!(
                held == made,
                "{PATH} is not what the catalogue makes: HANQING_BLESS=1 cargo test --lib catalogue"
            );
        }
    }
}
