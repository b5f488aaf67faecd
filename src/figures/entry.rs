//! A ledger entry 台账: what people enter.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::core::{CropId, VillageId};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $id:literal, $zh:literal, $unit:literal;)*) => {
        /// What an entry states. Each code has one unit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EntryCode { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl EntryCode {
            /// All codes.
            pub const ALL: &'static [EntryCode] = &[$(EntryCode::$name,)*];
            /// Id in CSV and tables.
            pub fn id(self) -> &'static str { match self { $(EntryCode::$name => $id,)* } }
            /// Name in Chinese.
            pub fn name_zh(self) -> &'static str { match self { $(EntryCode::$name => $zh,)* } }
            /// The unit that its value is in.
            pub fn unit(self) -> &'static str { match self { $(EntryCode::$name => $unit,)* } }
            /// The code with this id.
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|c| c.id() == id) }
        }
    };
}

codes! {
    /// First and last day of the response, confirmed by the clerk; the value is 1.
    DroughtEvent: "drought_event", "抗旱期", "次";
    /// A village that the drought hit; one row per village, the value is 1.
    VillageAffected: "village_affected", "受旱行政村", "个";
    /// Sown area with a yield cut of 10 % or more 受灾, by village and crop.
    AreaAffected: "area_affected", "受灾面积", "亩";
    /// Of it 30 % or more 成灾.
    AreaDamaged: "area_damaged", "成灾面积", "亩";
    /// Of it 80 % or more 绝收.
    AreaFailed: "area_failed", "绝收面积", "亩";
    /// Share of a crop's value that would have been lost without relief, %.
    LossRateWithout: "loss_rate_without_relief", "不抗旱损失率", "%";
    /// Share of it lost with relief, %.
    LossRateWith: "loss_rate_with_relief", "抗旱后损失率", "%";
    /// Sets of equipment without a meter.
    EquipmentDeclared: "equipment_declared", "未装表抗旱设备", "台";
    /// Electricity of pumps without a meter.
    ElectricityDeclared: "electricity_declared", "未装表用电", "kWh";
    /// Gasoline, by slip.
    Gasoline: "gasoline", "汽油", "L";
    /// Money from the central state 中央拨款.
    FundsCentral: "funds_central", "中央拨款", "元";
    /// From the province 省级财政拨款.
    FundsProvince: "funds_province", "省级财政拨款", "元";
    /// From prefecture and county 地县级财政拨款.
    FundsCounty: "funds_county", "地县级财政拨款", "元";
    /// From the township and its villages' collectives 乡村集体.
    FundsCollective: "funds_collective", "乡村集体投入", "元";
    /// Raised by the people 群众自筹.
    FundsRaised: "funds_raised", "群众自筹", "元";
    /// An inspection of drinking-water works; its month is what counts, the value is 1.
    HazardInspection: "hazard_inspection", "农饮工程隐患大排查", "次";
    /// Project money for drinking water: not drought-relief money.
    WaterProjectFunds: "water_project_funds", "饮水工程项目资金", "元";
    /// A drinking-water work built; one row per work, the value is 1, `work` names it.
    WaterWork: "water_work", "新建饮水工程", "个";
    /// Villagers' groups that a work serves; `work` names it.
    WaterWorkGroups: "water_work_groups", "饮水工程受益组", "个";
    /// Persons that a work serves; `work` names it.
    WaterWorkPersons: "water_work_persons", "饮水工程受益人数", "人";
    /// Persons without enough drinking water because of the drought, over the event; 0 attests that there were none.
    DrinkingDifficulty: "drinking_difficulty", "因旱饮水困难", "人次";
    /// A meter was taken away: its final reading, in the unit of the series that `work` names as `station/parameter`.
    MeterReplaced: "meter_replaced", "换表旧表止码", "示数";
    /// A meter was put in its place on the same day: its first reading, of the same series.
    MeterInstalled: "meter_installed", "换表新表起码", "示数";
}

/// One row of the ledger. Rows are never changed: a correction is a row that supersedes another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Row number in the ledger, from 1.
    pub id: i64,
    /// What it states.
    pub code: EntryCode,
    /// The number, in the code's unit.
    pub value: f64,
    /// First day that it speaks of.
    pub from: Date,
    /// Last day; the same as `from` where it speaks of one day.
    pub to: Date,
    /// The village, where it speaks of one.
    pub village: Option<VillageId>,
    /// The crop, where it speaks of one.
    pub crop: Option<CropId>,
    /// The drinking-water work, where it speaks of one; of a meter's replacement, the series.
    pub work: Option<String>,
    /// The paper behind it: slip, survey sheet, notice of funds.
    pub document: String,
    /// Who entered it.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// Why, of a correction.
    pub reason: String,
    /// The row that it replaces.
    pub supersedes: Option<i64>,
}
