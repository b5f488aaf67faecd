//! A row of the ledger 台账, as people enter it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::unit_name;
use crate::core::{CropId, VillageId};
use crate::locales::{Text, account as words};

/// How the rows of a code count beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counting {
    /// Each row is an amount of its own 逐笔: they are added up.
    Running,
    /// A row is what a survey found up to its last day 截至调查日: of each village, crop and work the latest counts.
    Survey,
    /// A row is how many there were 期间最大: of each village the greatest counts.
    Greatest,
    /// A row is what holds on its days 实时: at the end of a period the latest of each village, crop and work; of a
    /// greatest day those of that day.
    State,
    /// A row names something that happened: each counts once. One whose value is 0 says that it did not happen.
    Named,
    /// A rate, a grade, or a register's reading: never added up.
    Given,
}

impl Counting {
    /// As the manuals call it.
    pub fn name(self) -> Text {
        match self {
            Self::Running => words::counts_running(),
            Self::Survey => words::counts_survey(),
            Self::Greatest => words::counts_greatest(),
            Self::State => words::counts_state(),
            Self::Named => words::counts_named(),
            Self::Given => words::counts_given(),
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $id:literal, $zh:literal, $en:literal, $unit:literal,
        $counting:ident;)*) => {
        /// The statement that an entry makes. Each code has one unit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EntryCode { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl EntryCode {
            /// All codes.
            pub const ALL: &'static [EntryCode] = &[$(EntryCode::$name,)*];
            /// Id in CSV and tables.
            pub fn id(self) -> &'static str { match self { $(EntryCode::$name => $id,)* } }
            pub fn name(self) -> Text { match self { $(EntryCode::$name => Text::both($zh, $en),)* } }
            /// How the rows of the code count.
            pub fn counting(self) -> Counting {
                match self { $(EntryCode::$name => Counting::$counting,)* }
            }
            /// Unit in CSV and tables.
            pub fn unit(self) -> &'static str { match self { $(EntryCode::$name => $unit,)* } }
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|c| c.id() == id) }

            /// The code of that name, in either language.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($zh | $en => Some(EntryCode::$name),)* _ => None }
            }
        }
    };
}

codes! {
    /// First and last day of the response, confirmed by the clerk; the value is 1.
    DroughtEvent: "drought_event", "抗旱期", "drought event", "次", Named;
    /// A village that the drought hit; one row per village, the value is 1.
    VillageAffected: "village_affected", "受旱行政村", "village hit", "个", Named;
    /// Sown area with a yield cut of 10 % or more 受灾, by village and crop.
    AreaAffected: "area_affected", "受灾面积", "area affected", "亩", Survey;
    /// Sown area with a yield cut of 30 % or more 成灾.
    AreaDamaged: "area_damaged", "成灾面积", "area damaged", "亩", Survey;
    /// Sown area with a yield cut of 80 % or more 绝收.
    AreaFailed: "area_failed", "绝收面积", "area failed", "亩", Survey;
    /// Share of a crop's value that would have been lost without relief, %.
    LossRateWithout: "loss_rate_without_relief", "不抗旱损失率", "loss rate without relief", "%", Given;
    /// Share of a crop's value lost with relief, %.
    LossRateWith: "loss_rate_with_relief", "抗旱后损失率", "loss rate with relief", "%", Given;
    /// Sets of equipment without a meter.
    EquipmentDeclared: "equipment_declared", "未装表抗旱设备", "equipment without a meter", "台", Greatest;
    /// Electricity of pumps without a meter.
    ElectricityDeclared: "electricity_declared", "未装表用电", "electricity without a meter", "kWh", Running;
    Gasoline: "gasoline", "汽油", "gasoline", "L", Running;
    FundsCentral: "funds_central", "中央拨款", "money from the central state", "元", Running;
    FundsProvince: "funds_province", "省级财政拨款", "money from the province", "元", Running;
    FundsCounty: "funds_county", "地县级财政拨款", "money from prefecture and county", "元", Running;
    /// From the township and its villages' collectives 乡村集体.
    FundsCollective: "funds_collective", "乡村集体投入", "money from township and village collectives", "元", Running;
    FundsRaised: "funds_raised", "群众自筹", "money raised by the people", "元", Running;
    /// An inspection of drinking-water works; its month is what counts, the value is 1.
    HazardInspection: "hazard_inspection", "农饮工程隐患大排查", "inspection of drinking-water works", "次", Named;
    /// Project money for drinking water: not drought-relief money.
    WaterProjectFunds: "water_project_funds", "饮水工程项目资金", "drinking-water project money", "元", Running;
    /// A drinking-water work built; one row per work, the value is 1, `work` names it.
    WaterWork: "water_work", "新建饮水工程", "drinking-water work built", "个", Named;
    /// Villagers' groups that a work serves; `work` names it.
    WaterWorkGroups: "water_work_groups", "饮水工程受益组", "villagers' groups that a work serves", "个", Survey;
    /// Persons that a work serves; `work` names it.
    WaterWorkPersons: "water_work_persons", "饮水工程受益人数", "persons that a work serves", "人", Survey;
    /// Persons short of drinking water because of the drought, over the event; 0 attests that there were none.
    DrinkingDifficulty: "drinking_difficulty", "因旱饮水困难", "persons short of drinking water", "人次", Running;
    Diesel: "diesel", "柴油", "diesel", "L", Running;
    /// Running hours of the gasoline and diesel engines of sets without a meter, by their log books.
    EngineHours: "engine_hours", "油机运行时间", "engine hours", "h", Running;
    /// Crops standing in the field 在田作物, on a day.
    AreaStanding: "area_standing", "在田作物面积", "standing crops", "亩", State;
    /// Standing crops in light drought 轻旱, on a day.
    DroughtLight: "drought_light", "轻旱面积", "area in light drought", "亩", State;
    DroughtModerate: "drought_moderate", "中旱面积", "area in moderate drought", "亩", State;
    DroughtSevere: "drought_severe", "重旱面积", "area in severe drought", "亩", State;
    /// Withered, or in extreme drought: 干枯 of the older form, 特旱 of the newer.
    DroughtExtreme: "drought_extreme", "干枯（特旱）面积", "area withered or in extreme drought", "亩", State;
    /// Crops that were in drought at some time of the season, each field once.
    AreaInDroughtTotal: "area_in_drought_total", "作物累计受旱面积", "crop area in drought so far", "亩", Survey;
    /// Paddies without water to transplant in time 水田缺水, on a day.
    PaddyShort: "paddy_short", "水田缺水面积", "paddies short of water", "亩", State;
    /// Dry land too dry to sow in time 旱地缺墒, on a day.
    DrylandShort: "dryland_short", "旱地缺墒面积", "dry land short of soil moisture", "亩", State;
    /// The part of the area in drought without means of irrigation, on a day.
    AreaWithoutMeans: "area_without_means", "无抗旱条件面积", "area without means of irrigation", "亩", State;
    /// Pasture hurt by the lack of rain, on a day.
    PastureAffected: "pasture_affected", "牧区受旱面积", "pasture in drought", "亩", State;
    /// Persons short of drinking water for the time being, on a day.
    PersonsShort: "persons_short", "因旱饮水困难人口（当前）", "persons short of drinking water now", "人", State;
    /// Cattle, horses, donkeys, mules and camels short of water, on a day.
    LivestockShort: "livestock_short", "因旱饮水困难大牲畜（当前）", "cattle and the like short of water now", "头", State;
    /// Sheep, pigs and the like short of water, on a day.
    SmallLivestockShort: "small_livestock_short", "因旱饮水困难小牲畜（当前）", "sheep, pigs and the like short of water now", "只", State;
    /// Persons whose shortage was ended, for good or for the time being, in the days of the row.
    PersonsRelieved: "persons_relieved", "解决饮水困难人口", "persons relieved of the shortage", "人", Running;
    LivestockRelieved: "livestock_relieved", "解决饮水困难大牲畜", "cattle and the like relieved", "头", Running;
    /// Wells with insufficient yield, on a day.
    WellsShort: "wells_short", "机电井出水不足", "wells with insufficient yield", "眼", State;
    /// Grade of the emergency response, 1 to 4, on a day; 0 where it ended.
    ResponseLevel: "response_level", "抗旱应急响应级别", "grade of the emergency response", "级", Given;
    /// Persons at work on drought relief, on a day.
    PersonsEngaged: "persons_engaged", "投入抗旱人数", "persons at work on relief", "人", State;
    /// Wells in use for relief, on a day.
    WellsEngaged: "wells_engaged", "投入抗旱机电井", "wells in use", "眼", State;
    /// Lorries that carried water, on a day.
    WaterTrucks: "water_trucks", "机动运水车辆", "water trucks", "辆", State;
    /// Water carried to people by truck.
    WaterCarried: "water_carried", "拉水送水量", "water carried by truck", "m3", Running;
    /// Area sown this season 本季作物实际播种面积.
    AreaSown: "area_sown", "本季实际播种面积", "area sown this season", "亩", State;
    /// Grain harvested in the year.
    GrainOutput: "grain_output", "粮食总产量", "grain harvested", "t", Survey;
    GrainLost: "grain_lost", "粮食因旱损失", "grain lost to the drought", "t", Survey;
    CashCropsLost: "cash_crops_lost", "经济作物因旱损失", "value of other crops lost", "元", Survey;
    /// Direct economic loss, of every kind.
    DirectLoss: "direct_loss", "直接经济损失", "direct economic loss", "元", Survey;
    /// The part of the loss in farming, forestry, livestock and fishery.
    DirectLossFarming: "direct_loss_farming", "农林牧渔业直接经济损失", "direct loss in farming, forestry, livestock and fishery", "元", Survey;
    /// Persons in need of livelihood relief, on a day 实时值.
    PersonsInNeed: "persons_in_need", "因旱需生活救助人口（实时）", "persons in need of relief now", "人", State;
    /// Persons who came to need livelihood relief, in the days of the row 累计值.
    PersonsCameInNeed: "persons_came_in_need", "因旱需生活救助人口（新增）", "persons who came to need relief", "人", Running;
    /// Persons in need of drinking water from others, on a day 实时值.
    PersonsInNeedOfWater: "persons_in_need_of_water", "因旱饮水困难需救助人口（实时）", "persons in need of drinking water now", "人", State;
    /// Persons who came to need drinking water, in the days of the row 累计值.
    PersonsCameInNeedOfWater: "persons_came_in_need_of_water", "因旱饮水困难需救助人口（新增）", "persons who came to need drinking water", "人", Running;
    GrasslandAffected: "grassland_affected", "草场受灾面积", "grassland affected", "亩", Survey;
    ForestAffected: "forest_affected", "林地受灾面积", "forest affected", "亩", Survey;
    /// Pump stations in use that no meter watches.
    PumpStationsUnmonitored: "pump_stations_unmonitored", "未监测抗旱泵站", "pump stations in use, not monitored", "处", Greatest;
    /// Rated power of the pumps in use that no meter watches.
    InstalledPowerUnmonitored: "installed_power_unmonitored", "未监测装机容量", "installed power in use, not monitored", "kW", Greatest;
    /// Water of pumps that no meter watches.
    WaterPumpedUnmonitored: "water_pumped_unmonitored", "未监测提水量", "water pumped, not monitored", "m3", Running;
    PumpHoursUnmonitored: "pump_hours_unmonitored", "未监测机泵运行时间", "pump running hours, not monitored", "h", Running;
    /// Land irrigated by pumps that no meter watches, each field once.
    AreaIrrigatedUnmonitored: "area_irrigated_unmonitored", "未监测抗旱浇灌面积", "area irrigated, not monitored", "亩", Survey;
    AreaIrrigatedTimesUnmonitored: "area_irrigated_times_unmonitored", "未监测抗旱浇灌亩次", "area irrigated, each pass counted, not monitored", "亩次", Running;
    /// Channels without flow that no station watches.
    ChannelsDryUnmonitored: "channels_dry_unmonitored", "未监测断流河沟", "channels without flow, not monitored", "条", Greatest;
    PondsDryUnmonitored: "ponds_dry_unmonitored", "未监测干涸塘堰", "ponds dry, not monitored", "座", Greatest;
    ReservoirsDryUnmonitored: "reservoirs_dry_unmonitored", "未监测干涸水库", "reservoirs dry, not monitored", "座", Greatest;
    /// Water in ponds and reservoirs that no station watches, on a day, where the row does not tell their class.
    StorageUnmonitored: "storage_unmonitored", "未监测塘库蓄水量", "water stored, not monitored", "m3", State;
    StorageLargeUnmonitored: "storage_large_unmonitored", "未监测大型水库蓄水量", "water in large reservoirs, not monitored", "m3", State;
    StorageMediumUnmonitored: "storage_medium_unmonitored", "未监测中型水库蓄水量", "water in medium reservoirs, not monitored", "m3", State;
    StorageSmallUnmonitored: "storage_small_unmonitored", "未监测小型水库蓄水量", "water in small reservoirs, not monitored", "m3", State;
    StoragePondsUnmonitored: "storage_ponds_unmonitored", "未监测塘堰蓄水量", "water in ponds, not monitored", "m3", State;
    /// What all ponds and reservoirs store on that day in the mean of many years.
    StorageUsual: "storage_usual", "多年同期蓄水量", "water usually stored on that day", "m3", State;
    /// What all ponds and reservoirs were to store on that day.
    StoragePlanned: "storage_planned", "计划蓄水量", "water planned to be stored", "m3", State;
    /// Fuel whose mass alone is known: neither gasoline nor diesel in litres.
    OilByMass: "oil_by_mass", "抗旱用油（按吨）", "fuel known by mass only", "t", Running;
    /// Persons at work on drought relief, each day of each person counted.
    PersonTimesEngaged: "person_times_engaged", "投入抗旱人次", "person-times at work on relief", "人次", Running;
    /// Trips of lorries that carried water.
    WaterTruckTrips: "water_truck_trips", "送水车次", "trips of water trucks", "车次", Running;
    WellsDrilled: "wells_drilled", "新打机井", "wells drilled", "眼", Running;
    WellsRepaired: "wells_repaired", "维修机井", "wells repaired", "眼", Running;
    CanalsCleared: "canals_cleared", "清淤疏通渠道", "canals cleared", "m", Running;
    PipesLaid: "pipes_laid", "铺设管道", "pipes laid", "m", Running;
    WorksRepaired: "works_repaired", "维修水利设施", "water works repaired", "处", Running;
    /// Land that was sown or planted anew, or with another crop, because of the drought.
    AreaReplanted: "area_replanted", "改种补种面积", "area replanted", "亩", Survey;
    /// Days on end without rain that lasted up to the row's last day; never added up.
    RainlessDays: "rainless_days", "连续无雨日数", "days on end without rain", "天", Given;
    /// Rain of the row's days, as the meteorological office gives it.
    RainReported: "rain_reported", "降雨量（气象部门）", "rain as the meteorological office gives it", "mm", Given;
    /// Rain of the row's days in the mean of many years.
    RainUsual: "rain_usual", "多年同期降雨量", "usual rain of these days", "mm", Given;
    /// Persons hurt by the drought 受灾, up to the row's last day.
    PersonsAffected: "persons_affected", "受灾人口", "persons affected", "人", Survey;
    /// Persons hurt by the drought for the time being, on a day 实时值.
    PersonsAffectedNow: "persons_affected_now", "受灾人口（当前）", "persons affected now", "人", State;
    HouseholdsAffected: "households_affected", "受灾户数", "households affected", "户", Survey;
    /// Persons who came to be short of drinking water, in the days of the row 累计值.
    PersonsCameShort: "persons_came_short", "因旱饮水困难人口（新增）", "persons who came to be short of drinking water", "人", Running;
    LivestockCameShort: "livestock_came_short", "因旱饮水困难大牲畜（新增）", "cattle and the like that came to be short of water", "头", Running;
    /// Persons whose shortage is bridged for the time being, on a day.
    PersonsRelievedNow: "persons_relieved_now", "临时解决饮水困难人口（当前）", "persons relieved for the time being", "人", State;
    /// Grain saved on land whose affected area and loss rates are not in the ledger.
    GrainSavedUnrated: "grain_saved_unrated", "未测算挽回粮食", "grain saved, not worked out", "t", Survey;
    GrainSavedValueUnrated: "grain_saved_value_unrated", "未测算挽回粮食价值", "value of grain saved, not worked out", "元", Survey;
    CashCropsSavedUnrated: "cash_crops_saved_unrated", "未测算挽回经济作物", "value of other crops saved, not worked out", "元", Survey;
    LossAvertedUnrated: "loss_averted_unrated", "未测算挽回经济损失", "loss averted, not worked out", "元", Survey;
    /// Final reading of a meter that was removed, in the unit of the series that `work` names as `station/parameter`.
    MeterReplaced: "meter_replaced", "换表旧表止码", "last reading of the old meter", "示数", Given;
    /// First reading of the meter installed in its place on the same day, of the same series.
    MeterInstalled: "meter_installed", "换表新表起码", "first reading of the new meter", "示数", Given;
}

impl EntryCode {
    /// The unit as people read it.
    pub fn unit_name(self) -> Text {
        match self {
            Self::DroughtEvent => words::unit_events(),
            Self::HazardInspection => words::unit_inspections(),
            Self::VillageAffected => words::unit_villages(),
            Self::WaterWork => words::unit_works(),
            Self::WorksRepaired => words::unit_works_repaired(),
            Self::ReservoirsDryUnmonitored => words::unit_reservoirs(),
            Self::WaterWorkGroups => words::unit_groups(),
            Self::MeterReplaced | Self::MeterInstalled => words::unit_register(),
            _ => unit_name(self.unit()),
        }
    }

    /// Whether rows count for the calendar years of a period, up to its end: drinking-water works are planned and built
    /// by the year.
    pub fn is_by_year(self) -> bool {
        matches!(
            self,
            Self::HazardInspection
                | Self::WaterProjectFunds
                | Self::WaterWork
                | Self::WaterWorkGroups
                | Self::WaterWorkPersons
        )
    }
}

/// One row of the ledger. Rows are never changed: a correction is a row that supersedes another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Row number in the ledger, from 1; 0 before it is entered.
    pub id: i64,
    pub code: EntryCode,
    /// The number, in the code's unit; finite, not negative.
    pub value: f64,
    pub from: Date,
    /// The same as `from` in a row of one day.
    pub to: Date,
    pub village: Option<VillageId>,
    pub crop: Option<CropId>,
    /// The drinking-water work; in a row of a meter, its series.
    pub work: Option<String>,
    /// The evidence on paper: slip, survey sheet, notice of funds.
    pub document: String,
    pub entered_by: String,
    pub entered_at: Timestamp,
    /// Why a correction was made; empty in other rows.
    pub reason: String,
    /// The row that this one corrects.
    pub supersedes: Option<i64>,
    /// The second person who reviewed it; never the one who entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    /// The row takes back the one that it supersedes 作废: neither counts. It has what that one had.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}
