//! The catalogue of figures. `docs/figures.md` is its page for readers; a test holds the two together.

use std::fmt;

use serde::{Serialize, Serializer};

use super::figure::Class;
use super::phrase::{Hedge, PrintUnit as Unit};
use crate::account::unit_name;
use crate::locales::Text;
use Hedge::{About, Exact, Over};

/// The properties of a figure, however it is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureSpec {
    /// Id in JSON, templates and `hanqing explain`.
    pub id: &'static str,
    pub name_zh: &'static str,
    pub name_en: &'static str,
    /// Unit of the value; `月` for a month.
    pub unit: &'static str,
    pub class: Class,
    /// Hedge and unit that it is printed with by default. `None` where the words are not number and unit.
    pub print: Option<(Hedge, Unit)>,
    /// How it is worked out, in Chinese and in English.
    pub formula: [&'static str; 2],
    pub source: &'static str,
    /// The passage of the report that it belongs to; empty where it stands in the state's forms only.
    pub passage: &'static str,
}

const LATEST: [&str; 2] = [
    "各村、各作物取期间最后一条记录，相加；合计与分项并列时取较大的一方；末日早于期末超过10天的，不能说到期末仍是这样",
    "of each village and crop the latest row of the period, added up; of a whole beside its parts the greater; one that ended \
     more than 10 days before the period is not known to hold at its end",
];
const RUNNING: [&str; 2] = [
    "期间各条记录逐笔相加；超出统计期的一条按天数计入",
    "the rows of the period added up; of a row that reaches beyond the period the share of its days",
];
const PEAK: [&str; 2] = [
    "同一天各处之和的最大值，只加当天在所述日期内的记录；一直保持到下一次填报时可能更大",
    "the greatest sum of one day, of the rows whose days that day is one of; where each held until the next it may have been more",
];
const SURVEYED: [&str; 2] = [
    "各村、各作物取期间最后一次调查的数，相加；重复的调查不相加，合计与分项并列时取较大的一方",
    "of each village and crop the latest survey of the period, added up; repeated surveys are not added, and of a whole \
     beside its parts the greater counts",
];

macro_rules! figure_ids {
    ($($name:ident: $id:literal, $zh:literal, $en:literal, $unit:literal, $class:ident, $print:expr,
        $formula:expr, $source:literal, $passage:literal, $recipe:expr;)*) => {
        /// A figure of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FigureId { $(#[doc = $en] $name,)* }

        impl FigureId {
            /// All figures, in the order of the report.
            pub const ALL: &'static [FigureId] = &[$(FigureId::$name,)*];

            pub fn spec(self) -> &'static FigureSpec {
                match self { $(FigureId::$name => &FigureSpec {
                    id: $id, name_zh: $zh, name_en: $en, unit: $unit, class: Class::$class, print: $print,
                    formula: $formula, source: $source, passage: $passage,
                },)* }
            }
        }
    };
}

/// The rows of the catalogue, handed to a macro: [`FigureId`] is made from them here, and the function of each figure
/// in `recipe`. A figure without a recipe does not compile.
macro_rules! catalogue {
    ($make:ident) => { $make! {
        OnsetMonth: "onset_month", "旱情开始月份", "month in which the drought began", "月", Derived, None,
            ["取台账确认的抗旱期首日所在月份，须与传感器相符；台账没有时，取塘堰、水库或河沟首次连续 3 天处于旱警及以下的首日所在月份",
             "month of the first day of the drought event as the clerk confirmed it, where the sensors do not contradict \
              it; without it, of the first of 3 days on end on which a pond, reservoir or channel stood at or below its \
              warning level"],
            "ledger drought_event; level", "抗旱救灾", Own(sources::onset_month);
        VillagesAffected: "villages_affected", "受旱行政村数", "villages hit", "个",
            Entered, Some((Exact, Unit::AdministrativeVillage)),
            ["台账填报的受旱行政村去重计数，数值为 0 的不计；水源处于旱警及以下的村作为提示列出",
             "number of different villages entered as hit, without those whose row is 0; the villages of sources at or below \
              their warning level are given as a hint"],
            "ledger village_affected; level", "抗旱救灾", Own(sources::villages_affected);
        ChannelsDry: "channels_dry", "断流河沟条数", "channels without flow", "条", Measured, None,
            ["水位连续至少 24 小时不高于断流水位的河沟条数；缺数不超过 6 小时不断开，水位可疑的时段不计；加上填报的未监测断流河沟",
             "number of channels whose level stayed at or below cease-to-flow for at least 24 h on end; a gap of up to \
              6 h ends no spell, and levels that the geometry contradicts do not count; \
              plus the channels without flow entered that are not monitored"],
            "level; ledger channels_dry_unmonitored", "抗旱救灾", Own(sources::channels_dry);
        PondsDry: "ponds_dry", "干涸塘堰座数", "ponds dry", "座", Measured, None,
            ["水位连续至少 24 小时高出塘底不超过 5 厘米的塘堰座数；缺数不超过 6 小时不断开，水位可疑的时段不计；加上填报的未监测干涸塘堰",
             "number of ponds whose level stayed at most 5 cm above the bottom for at least 24 h on end; a gap of up to \
              6 h ends no spell, and levels that the geometry contradicts do not count; \
              plus the dry ponds entered that are not monitored"],
            "level; ledger ponds_dry_unmonitored", "抗旱救灾", Own(sources::ponds_dry);
        AreaAffected: "area_affected", "农作物受灾面积", "crop area affected", "亩", Entered, Some((About, Unit::Mu)),
            ["减产一成及以上的面积：各村、各作物取期间最后一次调查的数，相加",
             "area with a yield cut of 10 % or more: of each village and crop the latest survey of the period, added up"],
            "ledger area_affected", "抗旱救灾", Own(|facts| areas::surveyed(facts, Code::AreaAffected));
        AreaDamaged: "area_damaged", "农作物成灾面积", "crop area damaged", "亩", Entered, Some((About, Unit::Mu)),
            ["减产三成及以上的面积：各村、各作物取期间最后一次调查的数，相加",
             "area with a yield cut of 30 % or more: of each village and crop the latest survey of the period, added up"],
            "ledger area_damaged", "附表", Own(|facts| areas::surveyed(facts, Code::AreaDamaged));
        AreaFailed: "area_failed", "农作物绝收面积", "total crop failure", "亩", Entered, Some((Over, Unit::Mu)),
            ["减产八成及以上的面积：各村、各作物取期间最后一次调查的数，相加",
             "area with a yield cut of 80 % or more: of each village and crop the latest survey of the period, added up"],
            "ledger area_failed", "抗旱救灾", Own(|facts| areas::surveyed(facts, Code::AreaFailed));
        EquipmentDeployed: "equipment_deployed", "投入抗旱设备", "drought equipment deployed", "台",
            Derived, Some((Exact, Unit::Set)),
            ["期间运行过的水泵台数（功率达额定的 20 % 以上、有运行记录，或用电超出电表自身耗电），移动设备只计一次，加上各村填报的未装表设备最大的一次",
             "sets whose pump ran in the period (20 % of the rated power or more, a record of running, or more electricity than \
              the meter itself draws), each once wherever it moved, plus of each village the greatest number of sets declared \
              without a meter"],
            "energy_total, run_hours, run_state, power; asset of the pump; ledger equipment_declared", "抗旱救灾",
            Own(pumps::equipment_deployed);
        ElectricityUsed: "electricity_used", "抗旱用电量", "electricity used", "kWh", Measured, Some((About, Unit::Du)),
            ["各泵站计费电表示数增量之和（计数器算法，结合台账的换表记录），加上填报的未装表用电",
             "sum over all pumps of what the register of their billed meter grew by, by the counter engine and the \
              replacements in the ledger, plus electricity declared without a meter"],
            "energy_total; ledger electricity_declared, meter_replaced, meter_installed", "抗旱救灾",
            Own(pumps::electricity_used);
        GasolineUsed: "gasoline_used", "抗旱用汽油", "gasoline used", "L", Entered, Some((About, Unit::Litre)),
            ["加油票之和",
             "sum of the fuel slips"], "ledger gasoline", "抗旱救灾", Rows(&[Code::Gasoline]);
        FundsInvested: "funds_invested", "投入抗旱资金", "money put in", "元", Entered, Some((Exact, Unit::Yuan)),
            ["中央、省级、地县级、乡村集体投入与群众自筹之和，不含饮水工程项目资金",
             "sum of central, provincial, county and collective money and of what the people raised; project money for \
              drinking water is not in it"],
            "ledger funds_central, funds_province, funds_county, funds_collective, funds_raised", "抗旱救灾",
            Rows(&[
                Code::FundsCentral, Code::FundsProvince, Code::FundsCounty, Code::FundsCollective, Code::FundsRaised
            ]);
        AreaRescued: "area_rescued", "挽救农作物面积", "crop area rescued", "亩", Derived, Some((Over, Unit::Mu)),
            ["受灾面积减绝收面积；期间有抗旱投入（水泵运行、设备、油电、资金、人员）的记录时才成文",
             "area affected minus area of total failure; said only where relief is shown in the period: a pump that ran, \
              equipment, fuel, electricity, money or people"],
            "figures area_affected, area_failed", "抗旱救灾", After(areas::rescued);
        LossAverted: "loss_averted", "挽回经济损失", "loss averted", "元", Derived, Some((Over, Unit::Yuan)),
            ["各作物（受灾面积 − 绝收面积）× 亩产 × 单价 ×（不抗旱损失率 − 抗旱后损失率）÷ 100 之和，加上填报的未测算部分",
             "sum over crops of (area affected - area failed) x yield x price x (loss rate without relief - loss rate \
              with relief) / 100, plus what is entered and not worked out"],
            "figures by crop; crop table of the township; ledger loss_rate_without_relief, loss_rate_with_relief, loss_averted_unrated", "抗旱救灾",
            After(saved::loss_averted);
        InspectionMonth: "inspection_month", "农饮工程隐患大排查月份", "month of the hazard inspection", "月", Entered, None,
            ["本年首次农饮工程隐患排查的月份",
             "month of the first inspection of drinking-water works in the year"],
            "ledger hazard_inspection", "安全饮水", Own(entered::inspection_month);
        WaterProjectFunds: "water_project_funds", "饮水工程项目资金", "drinking-water project money", "元",
            Entered, Some((Exact, Unit::Yuan)),
            ["本年到统计期末的项目资金之和，不含抗旱资金",
             "sum of the project money of the year up to the end of the period; drought-relief money is not in it"],
            "ledger water_project_funds", "安全饮水", Rows(&[Code::WaterProjectFunds]);
        WaterWorksBuilt: "water_works_built", "新建饮水工程", "drinking-water works built", "个",
            Entered, Some((Exact, Unit::Piece)),
            ["本年到统计期末建成的饮水工程：同名的取最后一条，数值是个数，0 不计",
             "works built in the year up to the end of the period: of one name the latest row; its value is their number, \
              and 0 does not count"], "ledger water_work", "安全饮水", Own(entered::built);
        VillagesServed: "villages_served", "饮水工程受益村", "villages served", "个", Derived, Some((Exact, Unit::Village)),
            ["本年新建工程受益村去重计数",
             "number of different villages of the works built in the year"],
            "ledger water_work", "安全饮水", Own(entered::villages_served);
        GroupsServed: "groups_served", "饮水工程受益组", "villagers' groups served", "个", Derived, Some((Exact, Unit::Group)),
            ["各建成工程取最后一条受益组数，相加；没有登记为建成的不计",
             "of each work that was built the latest number of groups that it serves, added up"],
            "ledger water_work_groups", "安全饮水", Own(|facts| entered::served(facts, Code::WaterWorkGroups));
        PeopleServed: "people_served", "饮水工程受益人数", "persons served", "人", Derived, Some((Exact, Unit::Person)),
            ["各建成工程取最后一条受益人数，相加；没有登记为建成的不计",
             "of each work that was built the latest number of persons that it serves, added up"],
            "ledger water_work_persons", "安全饮水", Own(|facts| entered::served(facts, Code::WaterWorkPersons));
        DrinkingDifficulty: "drinking_difficulty", "因旱饮水困难", "persons short of drinking water", "人次",
            Attested, Some((Exact, Unit::PersonTime)),
            ["以台账陈述为准；只有陈述覆盖整个统计期（旱情在统计期内时，覆盖整个旱情期间）、没有相反的记录、各饮水水源始终见到高于取水口（未见的连续不到 4 小时）时，零才成立，且只就其供水人口而言",
             "what the ledger states; a zero holds only where it covers the period, or the drought within it, no row contradicts it and every \
              source that serves people was seen above its intake, unseen for less than 4 h on end; it is said of the \
              people whom they serve"],
            "ledger drinking_difficulty; level of the sources that serve people", "安全饮水",
            Own(drinking::drinking_difficulty);
        PumpHours: "pump_hours", "抗旱机泵运行时间", "pump running hours", "h", Measured, Some((About, Unit::Hour)),
            ["各泵站之和：计时表增量；否则运行状态均值 × 小时；否则功率高于额定 20% 的小时数；否则用电 ÷ 额定功率；加上填报的未监测运行时间",
             "sum over all pumps: growth of the running-hours register; else mean of the run state x hours; else hours \
              with a power above 20 % of the rated power; else energy / rated power; plus the hours entered that are not monitored"],
            "run_hours, run_state, power or energy_total; pump plate; ledger pump_hours_unmonitored", "",
            Own(pumps::pump_hours);
        WaterPumped: "water_pumped", "提水量", "water pumped", "m3", Measured, Some((About, Unit::CubicMetre)),
            ["各泵站之和：水表增量；否则平均流量 × 小时；否则小时 × 额定流量 × 频率 ÷ 50；否则用电 × 效率 ÷（0.002725 × 扬程）；加上填报的未监测提水量",
             "sum over all pumps: growth of the water meter; else mean flow x hours; else hours x rated flow x \
              frequency / 50; else energy x efficiency / (0.002725 x head); plus the water entered that is not monitored"],
            "volume_total, flow, frequency or energy_total; pump plate; level of its source; ledger water_pumped_unmonitored", "附表",
            Own(pumps::water_pumped);
        StorageTotal: "storage_total", "塘库蓄水总量", "water stored", "m3", Measured, Some((About, Unit::CubicMetre)),
            ["各塘堰、水库按期末最后水位查水位库容曲线的蓄水量之和，加上填报的未监测塘库蓄水量",
             "sum over ponds and reservoirs of the storage at the last level of the period, by the storage curve, \
              plus what is entered of those that are not monitored"],
            "level; storage curve; ledger storage_unmonitored, storage_large_unmonitored, storage_medium_unmonitored, \
             storage_small_unmonitored, storage_ponds_unmonitored", "附表", Own(storage::total);
        AreaStanding: "area_standing", "在田作物面积", "standing crops", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger area_standing", "", Rows(&[Code::AreaStanding]);
        DroughtLight: "drought_light", "轻旱面积", "area in light drought", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger drought_light", "抗旱救灾", Rows(&[Code::DroughtLight]);
        DroughtModerate: "drought_moderate", "中旱面积", "area in moderate drought", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger drought_moderate", "抗旱救灾", Rows(&[Code::DroughtModerate]);
        DroughtSevere: "drought_severe", "重旱面积", "area in severe drought", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger drought_severe", "抗旱救灾", Rows(&[Code::DroughtSevere]);
        DroughtExtreme: "drought_extreme", "干枯（特旱）面积", "area withered or in extreme drought", "亩",
            Entered, Some((About, Unit::Mu)),
            LATEST, "ledger drought_extreme", "抗旱救灾", Rows(&[Code::DroughtExtreme]);
        AreaInDrought: "area_in_drought", "作物受旱面积", "crop area in drought", "亩", Derived, Some((About, Unit::Mu)),
            ["轻旱 + 中旱 + 重旱 + 干枯（特旱），各处须是同一天的数；各次调查都只有轻旱、重旱、干枯而没有中旱的，按三级表计；灌溉有保证的面积不计入",
             "light + moderate + severe + withered or extreme, of each place those of one day; where every survey has light, \
              severe and withered areas and none a moderate one, the form is one of three grades; area whose irrigation is \
              assured is in none of them"],
            "figures drought_light, drought_moderate, drought_severe, drought_extreme", "抗旱救灾", After(areas::in_drought);
        AreaInDroughtTotal: "area_in_drought_total", "作物累计受旱面积", "crop area in drought so far", "亩",
            Entered, Some((About, Unit::Mu)),
            SURVEYED, "ledger area_in_drought_total", "", Rows(&[Code::AreaInDroughtTotal]);
        PaddyShort: "paddy_short", "水田缺水面积", "paddies short of water", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger paddy_short", "抗旱救灾", Rows(&[Code::PaddyShort]);
        DrylandShort: "dryland_short", "旱地缺墒面积", "dry land short of soil moisture", "亩",
            Entered, Some((About, Unit::Mu)),
            LATEST, "ledger dryland_short", "抗旱救灾", Rows(&[Code::DrylandShort]);
        WaitingShort: "waiting_short", "待播耕地缺水缺墒面积", "land waiting to be sown, short of water", "亩",
            Derived, Some((About, Unit::Mu)),
            ["水田缺水面积 + 旱地缺墒面积",
             "paddies short of water + dry land short of soil moisture"],
            "figures paddy_short, dryland_short", "", Total(&[Id::PaddyShort, Id::DrylandShort]);
        AreaWithoutMeans: "area_without_means", "无抗旱条件面积", "area without means of irrigation", "亩",
            Entered, Some((About, Unit::Mu)),
            LATEST, "ledger area_without_means", "", Rows(&[Code::AreaWithoutMeans]);
        PastureAffected: "pasture_affected", "牧区受旱面积", "pasture in drought", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger pasture_affected", "", Rows(&[Code::PastureAffected]);
        PersonsShort: "persons_short", "因旱饮水困难人口（当前）", "persons short of drinking water at the end", "人",
            Entered, Some((About, Unit::Person)),
            LATEST, "ledger persons_short, persons_relieved, persons_came_short", "安全饮水",
            Own(|facts| short_now(facts, Code::PersonsShort, &[Code::PersonsRelieved, Code::PersonsCameShort]));
        LivestockShort: "livestock_short", "因旱饮水困难大牲畜（当前）", "cattle and the like short of water at the end", "头",
            Entered, Some((Exact, Unit::Head)),
            LATEST, "ledger livestock_short, livestock_relieved, livestock_came_short", "安全饮水",
            Own(|facts| short_now(facts, Code::LivestockShort, &[Code::LivestockRelieved, Code::LivestockCameShort]));
        SmallLivestockShort: "small_livestock_short", "因旱饮水困难小牲畜（当前）",
            "sheep, pigs and the like short of water at the end", "只",
            Entered, Some((Exact, Unit::SmallHead)),
            LATEST, "ledger small_livestock_short", "安全饮水", Rows(&[Code::SmallLivestockShort]);
        StorageAnomaly: "storage_anomaly", "蓄水量比往年同期增减", "water stored against earlier years", "%", Derived, None,
            ["（期末蓄水量 − 有数据的往年同日均值）÷ 该均值 × 100；没有往年数据时与填报的多年同期蓄水量比较，两者都是全乡镇的才成文",
             "(storage at the end - mean of the same day of the earlier years that have data) / that mean x 100; \
              without data of earlier years against the usual storage that is entered, said where both are those of the whole township"],
            "figure storage_total of this and earlier years; ledger storage_usual", "抗旱救灾", After(storage::anomaly);
        ReservoirsDry: "reservoirs_dry", "干涸水库座数", "reservoirs dry", "座", Measured, Some((Exact, Unit::Seat)),
            ["水位连续至少 24 小时高出库底不超过 5 厘米的水库座数；缺数不超过 6 小时不断开，水位可疑的时段不计；加上填报的未监测干涸水库",
             "number of reservoirs whose level stayed at most 5 cm above the bottom for at least 24 h on end; a gap of up \
              to 6 h ends no spell, and levels that the geometry contradicts do not count; \
              plus the dry reservoirs entered that are not monitored"],
            "level; ledger reservoirs_dry_unmonitored", "抗旱救灾", Own(sources::reservoirs_dry);
        WellsShort: "wells_short", "机电井出水不足", "wells with insufficient yield", "眼", Entered, Some((Exact, Unit::Eye)),
            LATEST, "ledger wells_short", "抗旱救灾", Rows(&[Code::WellsShort]);
        ResponseLevel: "response_level", "抗旱应急响应级别", "grade of the emergency response", "级", Entered, None,
            ["期间最高的级别（Ⅰ级最高）；0 表示终止",
             "the highest grade of the period, of which I is the highest; 0 says that the response ended"], "ledger response_level", "抗旱救灾", Own(entered::response_level);
        AreaSown: "area_sown", "本季实际播种面积", "area sown this season", "亩", Entered, Some((About, Unit::Mu)),
            LATEST, "ledger area_sown", "", Rows(&[Code::AreaSown]);
        AreaInDroughtPeak: "area_in_drought_peak", "本季最大受旱面积", "greatest area in drought this season", "亩",
            Derived, Some((About, Unit::Mu)),
            ["同一天各处受旱面积之和的最大值，只加当天在所述日期内的记录；一直保持到下一次填报时可能更大",
             "the greatest sum of one day, of the rows whose days that day is one of; where each held until the next it may have been more"],
            "ledger drought_light, drought_moderate, drought_severe, drought_extreme", "", Own(areas::in_drought_peak);
        PersonsEngaged: "persons_engaged", "投入抗旱人数", "persons at work on relief", "人",
            Entered, Some((Exact, Unit::Person)),
            PEAK,
            "ledger persons_engaged", "抗旱救灾", Peak(&[Code::PersonsEngaged]);
        WellsEngaged: "wells_engaged", "投入抗旱机电井", "wells in use", "眼", Entered, Some((Exact, Unit::Eye)),
            PEAK,
            "ledger wells_engaged", "抗旱救灾", Peak(&[Code::WellsEngaged]);
        PumpStationsEngaged: "pump_stations_engaged", "投入抗旱泵站", "pump stations in use", "处",
            Derived, Some((Exact, Unit::Place)),
            ["期间运行过的泵站处数：功率达额定的 20 % 以上、有运行记录，或用电超出电表自身耗电；加上填报的未监测泵站",
             "pump stations that ran in the period: 20 % of the rated power or more, a record of running, or more electricity \
              than the meter itself draws; plus the stations entered that are not monitored"],
            "energy_total, run_hours, run_state, power; ledger pump_stations_unmonitored", "抗旱救灾", Own(pumps::stations_engaged);
        MobileSetsEngaged: "mobile_sets_engaged", "投入机动抗旱设备", "mobile pump sets in use", "台",
            Entered, Some((Exact, Unit::Set)),
            ["各村取期间填报的未装表设备台数最大的一次，相加",
             "of each village the greatest number of sets declared without a meter in the period, added up"],
            "ledger equipment_declared", "", Rows(&[Code::EquipmentDeclared]);
        WaterTrucks: "water_trucks", "机动运水车辆", "water trucks", "辆", Entered, Some((Exact, Unit::Vehicle)),
            PEAK, "ledger water_trucks", "抗旱救灾", Peak(&[Code::WaterTrucks]);
        FundsCentral: "funds_central", "中央拨款", "money from the central state", "元", Entered, Some((Exact, Unit::Yuan)),
            RUNNING, "ledger funds_central", "", Rows(&[Code::FundsCentral]);
        FundsProvince: "funds_province", "省级财政拨款", "money from the province", "元", Entered, Some((Exact, Unit::Yuan)),
            RUNNING, "ledger funds_province", "", Rows(&[Code::FundsProvince]);
        FundsCounty: "funds_county", "地县级财政拨款", "money from prefecture and county", "元",
            Entered, Some((Exact, Unit::Yuan)),
            RUNNING, "ledger funds_county", "", Rows(&[Code::FundsCounty]);
        FundsCollective: "funds_collective", "乡村集体投入", "money from township and village collectives", "元",
            Entered, Some((Exact, Unit::Yuan)),
            RUNNING, "ledger funds_collective", "", Rows(&[Code::FundsCollective]);
        FundsRaised: "funds_raised", "群众自筹资金", "money raised by the people", "元", Entered, Some((Exact, Unit::Yuan)),
            RUNNING, "ledger funds_raised", "", Rows(&[Code::FundsRaised]);
        FundsPublic: "funds_public", "各级财政拨款", "money from all levels of the state", "元",
            Derived, Some((Exact, Unit::Yuan)),
            ["中央 + 省级 + 地县级拨款",
             "central + provincial + county money"],
            "figures funds_central, funds_province, funds_county", "",
            Total(&[Id::FundsCentral, Id::FundsProvince, Id::FundsCounty]);
        AreaIrrigated: "area_irrigated", "抗旱浇灌面积", "area irrigated", "亩", Derived, Some((About, Unit::Mu)),
            ["运行过的水泵可灌面积之和，每台计一次，加上填报的未监测浇灌面积",
             "sum of the areas that the pumps which ran can irrigate, each once, plus the area entered that is not \
              monitored"],
            "energy_total, power; pump table irrigates_mu; ledger area_irrigated_unmonitored", "抗旱救灾",
            Own(pumps::area_irrigated);
        AreaIrrigatedTimes: "area_irrigated_times", "抗旱浇灌亩次", "area irrigated, each pass counted", "亩次",
            Derived, Some((About, Unit::MuTimes)),
            ["提水量 × 渠系水利用系数 ÷ 每亩次灌水定额；有填报的未监测亩次时，监测的提水量折算后与之相加",
             "water pumped x canal efficiency / water of one pass; where passes are entered of what is not monitored, those \
              of the water that is monitored plus these"],
            "figure water_pumped; township irrigation.canal_efficiency, irrigation.pass_m3_per_mu; ledger area_irrigated_times_unmonitored", "抗旱救灾",
            After(pumps::area_irrigated_times);
        PersonsRelieved: "persons_relieved", "解决饮水困难人口", "persons relieved of the shortage", "人",
            Entered, Some((About, Unit::Person)),
            RUNNING, "ledger persons_relieved", "安全饮水", Rows(&[Code::PersonsRelieved]);
        LivestockRelieved: "livestock_relieved", "解决饮水困难大牲畜", "cattle and the like relieved", "头",
            Entered, Some((Exact, Unit::Head)),
            RUNNING, "ledger livestock_relieved", "安全饮水", Rows(&[Code::LivestockRelieved]);
        InstalledPower: "installed_power", "投入抗旱装机容量", "installed power in use", "kW",
            Derived, Some((About, Unit::Kilowatt)),
            ["运行过的水泵额定功率之和，加上填报的未监测装机容量",
             "sum of the rated power of the pumps that ran, plus the power entered that is not monitored"],
            "energy_total, power; pump plate; ledger installed_power_unmonitored", "", Own(pumps::installed_power);
        DieselUsed: "diesel_used", "抗旱用柴油", "diesel used", "L", Entered, Some((About, Unit::Litre)),
            ["加油票之和",
             "sum of the fuel slips"], "ledger diesel", "附表", Rows(&[Code::Diesel]);
        OilUsed: "oil_used", "抗旱用油", "fuel used, by mass", "t", Derived, Some((About, Unit::Tonne)),
            ["（汽油 × 0.74 + 柴油 × 0.84）÷ 1000；每升重量汽油在 0.72 到 0.775 千克、柴油在 0.81 到 0.845 千克之间；加上按吨填报的油料",
             "(gasoline x 0.74 + diesel x 0.84) / 1000; gasoline 0.72 to 0.775, \
              diesel 0.81 to 0.845 kg per litre; plus the fuel entered by mass"],
            "figures gasoline_used, diesel_used; ledger oil_by_mass", "", After(entered::oil_used);
        EngineHours: "engine_hours", "油机运行时间", "engine hours", "h", Entered, Some((Exact, Unit::Hour)),
            ["未装表油机运行记录之和",
             "sum of the log books of sets without a meter"], "ledger engine_hours", "", Rows(&[Code::EngineHours]);
        WaterCarried: "water_carried", "拉水送水量", "water carried by truck", "m3",
            Entered, Some((About, Unit::CubicMetre)),
            RUNNING, "ledger water_carried", "附表", Rows(&[Code::WaterCarried]);
        SownGrain: "sown_grain", "粮食作物播种面积", "area sown with grain", "亩", Entered, Some((About, Unit::Mu)),
            ["粮食作物播种面积之和",
             "sum of the sown areas of the crops of kind grain"],
            "crop table of the township", "", Own(|facts| areas::sown(facts, CropKind::Grain));
        SownCash: "sown_cash", "经济作物播种面积", "area sown with other crops", "亩", Entered, Some((About, Unit::Mu)),
            ["经济作物播种面积之和",
             "sum of the sown areas of the crops of kind cash"],
            "crop table of the township", "", Own(|facts| areas::sown(facts, CropKind::Cash));
        AffectedGrain: "affected_grain", "粮食作物受灾面积", "grain area affected", "亩", Derived, Some((About, Unit::Mu)),
            ["粮食作物的受灾面积",
             "area affected of the crops of kind grain"],
            "ledger area_affected; crop table", "",
            After(|facts, drafts| areas::of_grain(facts, drafts, Id::AreaAffected, Code::AreaAffected));
        DamagedGrain: "damaged_grain", "粮食作物成灾面积", "grain area damaged", "亩", Derived, Some((About, Unit::Mu)),
            ["粮食作物的成灾面积",
             "area damaged of the crops of kind grain"],
            "ledger area_damaged; crop table", "",
            After(|facts, drafts| areas::of_grain(facts, drafts, Id::AreaDamaged, Code::AreaDamaged));
        FailedGrain: "failed_grain", "粮食作物绝收面积", "grain area failed", "亩", Derived, Some((About, Unit::Mu)),
            ["粮食作物的绝收面积",
             "area failed of the crops of kind grain"],
            "ledger area_failed; crop table", "",
            After(|facts, drafts| areas::of_grain(facts, drafts, Id::AreaFailed, Code::AreaFailed));
        GrainOutput: "grain_output", "粮食总产量", "grain harvested", "t", Entered, Some((About, Unit::Tonne)),
            SURVEYED, "ledger grain_output", "", Rows(&[Code::GrainOutput]);
        GrainLost: "grain_lost", "粮食因旱损失", "grain lost to the drought", "t", Entered, Some((About, Unit::Tonne)),
            SURVEYED, "ledger grain_lost", "抗旱救灾", Rows(&[Code::GrainLost]);
        CashCropsLost: "cash_crops_lost", "经济作物因旱损失", "value of other crops lost", "元",
            Entered, Some((Exact, Unit::Yuan)),
            SURVEYED, "ledger cash_crops_lost", "抗旱救灾", Rows(&[Code::CashCropsLost]);
        GrainSaved: "grain_saved", "挽回粮食损失", "grain saved", "t", Derived, Some((About, Unit::Tonne)),
            ["各粮食作物（受灾面积 − 绝收面积）× 亩产 ×（不抗旱损失率 − 抗旱后损失率）÷ 100 ÷ 1000 之和，加上填报的未测算部分",
             "sum over the crops of kind grain of (area affected - area failed) x yield x (loss rate without relief - \
              loss rate with relief) / 100 / 1000, plus what is entered and not worked out"],
            "figures by crop; crop table; ledger loss rates, grain_saved_unrated", "", After(saved::grain_saved);
        GrainSavedValue: "grain_saved_value", "挽回粮食损失价值", "value of the grain saved", "元",
            Derived, Some((About, Unit::Yuan)),
            ["各粮食作物挽回的产量 × 单价之和，加上填报的未测算部分",
             "grain saved of each crop x its price, plus what is entered and not worked out"],
            "as grain_saved; ledger grain_saved_value_unrated", "",
            After(saved::grain_saved_value);
        CashCropsSaved: "cash_crops_saved", "挽回经济作物损失", "value of other crops saved", "元",
            Derived, Some((About, Unit::Yuan)),
            ["算法同挽回经济损失，只计经济作物，加上填报的未测算部分",
             "as loss averted, of the crops of kind cash, plus what is entered and not worked out"],
            "figures by crop; crop table; ledger loss rates, cash_crops_saved_unrated", "", After(saved::cash_crops_saved);
        PersonsInNeed: "persons_in_need", "因旱需生活救助人口（实时）", "persons in need of relief at the end", "人",
            Entered, Some((About, Unit::Person)),
            LATEST, "ledger persons_in_need", "", Rows(&[Code::PersonsInNeed]);
        PersonsInNeedTotal: "persons_in_need_total", "因旱需生活救助人口（累计）", "persons who came to need relief", "人",
            Entered, Some((About, Unit::Person)),
            RUNNING, "ledger persons_came_in_need", "", Rows(&[Code::PersonsCameInNeed]);
        PersonsInNeedOfWater: "persons_in_need_of_water", "因旱饮水困难需救助人口（实时）",
            "persons in need of drinking water at the end", "人",
            Entered, Some((About, Unit::Person)),
            LATEST, "ledger persons_in_need_of_water", "", Rows(&[Code::PersonsInNeedOfWater]);
        PersonsInNeedOfWaterTotal: "persons_in_need_of_water_total", "因旱饮水困难需救助人口（累计）",
            "persons who came to need drinking water", "人",
            Entered, Some((About, Unit::Person)),
            RUNNING, "ledger persons_came_in_need_of_water", "", Rows(&[Code::PersonsCameInNeedOfWater]);
        GrasslandAffected: "grassland_affected", "草场受灾面积", "grassland affected", "亩", Entered, Some((About, Unit::Mu)),
            SURVEYED, "ledger grassland_affected", "", Rows(&[Code::GrasslandAffected]);
        ForestAffected: "forest_affected", "林地受灾面积", "forest affected", "亩", Entered, Some((About, Unit::Mu)),
            SURVEYED, "ledger forest_affected", "", Rows(&[Code::ForestAffected]);
        DirectLoss: "direct_loss", "直接经济损失", "direct economic loss", "元", Entered, Some((Exact, Unit::Yuan)),
            SURVEYED, "ledger direct_loss", "抗旱救灾", Rows(&[Code::DirectLoss]);
        DirectLossFarming: "direct_loss_farming", "农林牧渔业直接经济损失",
            "direct loss in farming, forestry, livestock and fishery", "元",
            Entered, Some((Exact, Unit::Yuan)),
            SURVEYED, "ledger direct_loss_farming", "", Rows(&[Code::DirectLossFarming]);
        StorageLarge: "storage_large", "大型水库蓄水量", "water stored in large reservoirs", "m3",
            Measured, Some((About, Unit::CubicMetre)),
            ["总库容 1 亿立方米及以上的水库按期末水位查得的蓄水量，加上填报的未监测大型水库蓄水量",
             "storage at the end by the levels of the reservoirs with a capacity of 10^8 m3 or more, plus what is entered of those \
              that are not monitored"],
            "level; storage curve; ledger storage_large_unmonitored", "",
            Own(|facts| storage::of_class(facts, SizeClass::Large));
        StorageMedium: "storage_medium", "中型水库蓄水量", "water stored in medium reservoirs", "m3",
            Measured, Some((About, Unit::CubicMetre)),
            ["总库容 1000 万至 1 亿立方米的水库按期末水位查得的蓄水量，加上填报的未监测中型水库蓄水量",
             "storage at the end by the levels of the reservoirs with a capacity of 10^7 to 10^8 m3, plus what is entered of those \
              that are not monitored"],
            "level; storage curve; ledger storage_medium_unmonitored", "",
            Own(|facts| storage::of_class(facts, SizeClass::Medium));
        StorageSmall: "storage_small", "小型水库蓄水量", "water stored in small reservoirs", "m3",
            Measured, Some((About, Unit::CubicMetre)),
            ["总库容 10 万至 1000 万立方米的水库按期末水位查得的蓄水量，加上填报的未监测小型水库蓄水量",
             "storage at the end by the levels of the reservoirs with a capacity of 10^5 to 10^7 m3, plus what is entered of those \
              that are not monitored"],
            "level; storage curve; ledger storage_small_unmonitored", "",
            Own(|facts| storage::of_class(facts, SizeClass::Small));
        StoragePonds: "storage_ponds", "塘堰蓄水量", "water stored in ponds", "m3", Measured, Some((About, Unit::CubicMetre)),
            ["塘堰和总库容不足 10 万立方米的水库按期末水位查得的蓄水量，加上填报的未监测塘堰蓄水量",
             "storage at the end by the levels of ponds and of reservoirs with a capacity below 10^5 m3, plus what is entered of \
              those that are not monitored"],
            "level; storage curve; ledger storage_ponds_unmonitored", "",
            Own(|facts| storage::of_class(facts, SizeClass::Pond));
        StorageOfPlan: "storage_of_plan", "蓄水量占计划", "water stored of what was planned", "%", Derived, None,
            ["期末蓄水量 ÷ 填报的计划蓄水量 × 100；两者都是全乡镇的才成文",
             "storage at the end / storage planned as entered x 100; said where both are those of the whole township"],
            "figure storage_total; ledger storage_planned", "抗旱救灾", After(storage::of_plan);
        PersonTimesEngaged: "person_times_engaged", "投入抗旱人次", "person-times at work on relief", "人次",
            Entered, Some((About, Unit::PersonTime)),
            RUNNING, "ledger person_times_engaged", "抗旱救灾", Rows(&[Code::PersonTimesEngaged]);
        PersonsEngagedNow: "persons_engaged_now", "投入抗旱人数（当前）", "persons at work on relief at the end", "人",
            Entered, Some((Exact, Unit::Person)),
            LATEST, "ledger persons_engaged", "", Rows(&[Code::PersonsEngaged]);
        WaterTruckTrips: "water_truck_trips", "送水车次", "trips of water trucks", "车次", Entered, Some((Exact, Unit::Trip)),
            RUNNING, "ledger water_truck_trips", "安全饮水", Rows(&[Code::WaterTruckTrips]);
        WellsDrilled: "wells_drilled", "新打机井", "wells drilled", "眼", Entered, Some((Exact, Unit::Eye)),
            RUNNING, "ledger wells_drilled", "抗旱救灾", Rows(&[Code::WellsDrilled]);
        WellsRepaired: "wells_repaired", "维修机井", "wells repaired", "眼", Entered, Some((Exact, Unit::Eye)),
            RUNNING, "ledger wells_repaired", "抗旱救灾", Rows(&[Code::WellsRepaired]);
        CanalsCleared: "canals_cleared", "清淤疏通渠道", "canals cleared", "m", Entered, Some((About, Unit::Metre)),
            RUNNING, "ledger canals_cleared", "抗旱救灾", Rows(&[Code::CanalsCleared]);
        PipesLaid: "pipes_laid", "铺设管道", "pipes laid", "m", Entered, Some((About, Unit::Metre)),
            RUNNING, "ledger pipes_laid", "抗旱救灾", Rows(&[Code::PipesLaid]);
        WorksRepaired: "works_repaired", "维修水利设施", "water works repaired", "处", Entered, Some((Exact, Unit::Place)),
            RUNNING, "ledger works_repaired", "抗旱救灾", Rows(&[Code::WorksRepaired]);
        AreaReplanted: "area_replanted", "改种补种面积", "area replanted", "亩", Entered, Some((About, Unit::Mu)),
            SURVEYED, "ledger area_replanted", "抗旱救灾", Rows(&[Code::AreaReplanted]);
        RainlessDays: "rainless_days", "连续无雨日数", "days on end without rain", "天", Measured, Some((Exact, Unit::Day)),
            ["期间各雨量站面平均日雨量连续小于无雨界限（乡镇配置 climate.rainless_mm）的最长天数；没有雨量站数据时取填报中在期间内最长的一次",
             "longest run of days of the period with an areal mean of the rain gauges below the limit of the township's file \
              (climate.rainless_mm); without data of gauges the longest that is entered, as far as its days lie in the period"],
            "rainfall_total; township climate.rainless_mm; ledger rainless_days", "抗旱救灾", Own(rain::rainless_days);
        RainTotal: "rain_total", "降雨量", "rain", "mm", Measured, Some((About, Unit::Millimetre)),
            ["期间各雨量站面平均日雨量之和；没有雨量站数据时取填报的气象部门降雨量",
             "sum of the areal means of the rain gauges over the days of the period; without data of gauges the rain that the \
              meteorological office gives, as entered"],
            "rainfall_total; ledger rain_reported", "抗旱救灾", Own(rain::rain_total);
        RainAnomaly: "rain_anomaly", "降雨量比多年同期增减", "rain against the usual", "%", Derived, None,
            ["（降雨量 − 多年同期降雨量）÷ 多年同期降雨量 × 100；多年同期取填报值，其次取乡镇配置的常年降水，再次取往年同日均值",
             "(rain - usual rain) / usual rain x 100; the usual rain is what is entered, else the climate of the township's file, \
              else the mean of the same days of earlier years"],
            "figure rain_total of this and earlier years; ledger rain_usual; township climate.rain_mm", "抗旱救灾",
            After(rain::rain_anomaly);
        PersonsAffected: "persons_affected", "受灾人口", "persons affected", "人", Entered, Some((About, Unit::Person)),
            SURVEYED, "ledger persons_affected", "抗旱救灾", Rows(&[Code::PersonsAffected]);
        PersonsAffectedNow: "persons_affected_now", "受灾人口（当前）", "persons affected at the end", "人",
            Entered, Some((About, Unit::Person)),
            LATEST, "ledger persons_affected_now", "", Rows(&[Code::PersonsAffectedNow]);
        HouseholdsAffected: "households_affected", "受灾户数", "households affected", "户",
            Entered, Some((Exact, Unit::Household)),
            SURVEYED, "ledger households_affected", "抗旱救灾", Rows(&[Code::HouseholdsAffected]);
        PersonsShortTotal: "persons_short_total", "因旱饮水困难人口（累计）",
            "persons who came to be short of drinking water", "人",
            Entered, Some((About, Unit::Person)),
            RUNNING, "ledger persons_came_short", "安全饮水", Rows(&[Code::PersonsCameShort]);
        LivestockShortTotal: "livestock_short_total", "因旱饮水困难大牲畜（累计）",
            "cattle and the like that came to be short of water", "头",
            Entered, Some((Exact, Unit::Head)),
            RUNNING, "ledger livestock_came_short", "安全饮水", Rows(&[Code::LivestockCameShort]);
        PersonsRelievedNow: "persons_relieved_now", "临时解决饮水困难人口（当前）",
            "persons relieved for the time being, at the end", "人",
            Entered, Some((About, Unit::Person)),
            LATEST, "ledger persons_relieved_now", "安全饮水", Rows(&[Code::PersonsRelievedNow]);
    } };
}
pub(super) use catalogue;

catalogue!(figure_ids);

impl FigureSpec {
    pub fn name(&self) -> Text {
        Text::both(self.name_zh, self.name_en)
    }

    pub fn formula(&self) -> Text {
        let [zh, en] = self.formula;
        Text::both(zh, en)
    }

    /// The unit as people read it: of a count, what is counted.
    pub fn unit_name(&self) -> Text {
        match self.print {
            _ if self.unit.is_ascii() => Text::verbatim(self.unit),
            None => unit_name(self.unit),
            Some((_, unit)) => Text::both(self.unit, unit.english()),
        }
    }
}

impl FigureId {
    pub fn id(self) -> &'static str {
        self.spec().id
    }

    pub fn from_id(id: &str) -> Option<FigureId> {
        Self::ALL.iter().copied().find(|figure| figure.id() == id)
    }

    /// Whether sensors may say it, though it is worked out.
    pub(super) fn is_by_sensors(self) -> bool {
        use FigureId as Id;
        matches!(
            self,
            Id::OnsetMonth
                | Id::EquipmentDeployed
                | Id::PumpStationsEngaged
                | Id::AreaIrrigated
                | Id::InstalledPower
        )
    }

    /// Whether what sensors say of it and what people enter of the rest are added up.
    pub(super) fn is_by_sensors_in_part(self) -> bool {
        self.is_by_sensors() && self != Self::OnsetMonth
    }

    /// Whether rows of the ledger may stand for all of it, though it is otherwise worked out.
    pub(super) fn has_entered_part(self) -> bool {
        use FigureId as Id;
        matches!(
            self,
            Id::AreaIrrigatedTimes
                | Id::OilUsed
                | Id::GrainSaved
                | Id::GrainSavedValue
                | Id::CashCropsSaved
                | Id::LossAverted
        )
    }
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
