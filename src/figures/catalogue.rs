//! The catalogue of figures. `docs/figures.md` is its page for readers; a test holds the two together.

use super::Class;
use super::phrase::{Hedge, PrintUnit};

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
    /// The passage of the report or the state's form that it belongs to.
    pub form: &'static str,
}

macro_rules! figures {
    ($($name:ident: $id:literal, $zh:literal, $en:literal, $unit:literal, $class:ident, $print:expr,
        $formula:literal, $source:literal, $form:literal;)*) => {
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
                    formula: $formula, source: $source, form: $form,
                },)* }
            }

            /// The figure with this id.
            pub fn from_id(id: &str) -> Option<FigureId> {
                Self::ALL.iter().copied().find(|figure| figure.spec().id == id)
            }
        }
    };
}

use Hedge::{About, Exact, Over};

figures! {
    OnsetMonth: "onset_month", "旱情开始月份", "month in which the drought began", "月", Derived, None,
        "month of the first day of the drought event as the clerk confirmed it; without it, of the first of 3 days on end on which a pond, reservoir or channel stood at or below its warning level",
        "ledger drought_event; level", "抗旱救灾";
    VillagesAffected: "villages_affected", "受旱行政村数", "villages hit", "个", Entered, Some((Exact, PrintUnit::AdministrativeVillage)),
        "number of different villages entered as hit; the villages of sources at or below their warning level are given as a hint",
        "ledger village_affected; level", "抗旱救灾";
    ChannelsDry: "channels_dry", "断流河沟条数", "channels without flow", "条", Measured, None,
        "number of channels whose level stayed at or below cease-to-flow for at least 24 h on end",
        "level", "抗旱救灾; 农业旱情动态统计表 河道断流";
    PondsDry: "ponds_dry", "干涸塘堰座数", "ponds dry", "座", Measured, None,
        "number of ponds whose level stayed at most 5 cm above the bottom for at least 24 h on end",
        "level", "抗旱救灾";
    AreaAffected: "area_affected", "农作物受灾面积", "crop area affected", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 10 % or more",
        "ledger area_affected", "抗旱救灾; 农业旱灾和抗旱效益 受灾面积";
    AreaDamaged: "area_damaged", "农作物成灾面积", "crop area damaged", "亩", Entered, Some((About, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 30 % or more",
        "ledger area_damaged", "农业旱灾和抗旱效益 成灾面积";
    AreaFailed: "area_failed", "农作物绝收面积", "total crop failure", "亩", Entered, Some((Over, PrintUnit::Mu)),
        "sum of the areas entered with a yield cut of 80 % or more",
        "ledger area_failed", "抗旱救灾; 农业旱灾和抗旱效益 绝收面积";
    EquipmentDeployed: "equipment_deployed", "投入抗旱设备", "drought equipment deployed", "台", Derived, Some((Exact, PrintUnit::Set)),
        "sets whose pump drew more than 0.1 kWh or ran in the period, each once wherever it moved, plus sets declared without a meter",
        "energy_total, run_hours, run_state, power; asset of the pump; ledger equipment_declared", "抗旱救灾; 抗旱情况统计表 机动抗旱设备";
    ElectricityUsed: "electricity_used", "抗旱用电量", "electricity used", "kWh", Measured, Some((About, PrintUnit::Du)),
        "sum over all pumps of what the register of their billed meter grew by, by the counter engine and the replacements in the ledger, plus electricity declared without a meter",
        "energy_total; ledger electricity_declared, meter_replaced, meter_installed", "抗旱救灾; 抗旱情况统计表 抗旱用电";
    GasolineUsed: "gasoline_used", "抗旱用汽油", "gasoline used", "L", Entered, Some((About, PrintUnit::Litre)),
        "sum of the fuel slips", "ledger gasoline", "抗旱救灾; 抗旱情况统计表 抗旱用油";
    FundsInvested: "funds_invested", "投入抗旱资金", "money put in", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of central, provincial, county and collective money and of what the people raised; project money for drinking water is not in it",
        "ledger funds_central, funds_province, funds_county, funds_collective, funds_raised", "抗旱救灾; 抗旱情况统计表 投入抗旱资金";
    AreaRescued: "area_rescued", "挽救农作物面积", "crop area rescued", "亩", Derived, Some((Over, PrintUnit::Mu)),
        "area affected minus area of total failure",
        "figures area_affected, area_failed", "抗旱救灾";
    LossAverted: "loss_averted", "挽回经济损失", "loss averted", "元", Derived, Some((Over, PrintUnit::Yuan)),
        "sum over crops of (area affected - area failed) x yield x price x (loss rate without relief - loss rate with relief) / 100",
        "figures by crop; crop table of the township; ledger loss_rate_without_relief, loss_rate_with_relief", "抗旱救灾; 农业旱灾和抗旱效益 抗旱减灾效益";
    InspectionMonth: "inspection_month", "农饮工程隐患大排查月份", "month of the hazard inspection", "月", Entered, None,
        "month of the first inspection of drinking-water works in the year", "ledger hazard_inspection", "安全饮水";
    WaterProjectFunds: "water_project_funds", "饮水工程项目资金", "drinking-water project money", "元", Entered, Some((Exact, PrintUnit::Yuan)),
        "sum of the project money of the year; drought-relief money is not in it", "ledger water_project_funds", "安全饮水";
    WaterWorksBuilt: "water_works_built", "新建饮水工程", "drinking-water works built", "个", Entered, Some((Exact, PrintUnit::Piece)),
        "number of different works entered as built in the year", "ledger water_work", "安全饮水";
    VillagesServed: "villages_served", "饮水工程受益村", "villages served", "个", Derived, Some((Exact, PrintUnit::Village)),
        "number of different villages of the works built in the year", "ledger water_work", "安全饮水";
    GroupsServed: "groups_served", "饮水工程受益组", "villagers' groups served", "个", Derived, Some((Exact, PrintUnit::Group)),
        "sum over the works of the groups that they serve", "ledger water_work_groups", "安全饮水";
    PeopleServed: "people_served", "饮水工程受益人数", "persons served", "人", Derived, Some((Exact, PrintUnit::Person)),
        "sum over the works of the persons that they serve", "ledger water_work_persons", "安全饮水";
    DrinkingDifficulty: "drinking_difficulty", "因旱饮水困难", "persons short of drinking water", "人次", Attested, Some((Exact, PrintUnit::PersonTime)),
        "what the ledger states; a zero holds only where every drinking-water tank has data for at least 95 % of the hours and none ran dry",
        "ledger drinking_difficulty; level of the tanks", "安全饮水; 农业旱情动态统计表 因旱人畜饮水困难";
    PumpHours: "pump_hours", "抗旱机泵运行时间", "pump running hours", "h", Measured, Some((About, PrintUnit::Hour)),
        "sum over all pumps: growth of the running-hours register; else mean of the run state x hours; else hours with a power above 20 % of the rated power; else energy / rated power",
        "run_hours, run_state, power or energy_total; pump plate", "附表";
    WaterPumped: "water_pumped", "提水量", "water pumped", "m3", Measured, Some((About, PrintUnit::CubicMetre)),
        "sum over all pumps: growth of the water meter; else mean flow x hours; else hours x rated flow x frequency / 50; else energy x efficiency / (0.002725 x head)",
        "volume_total, flow, frequency or energy_total; pump plate; level of its source", "附表";
    StorageTotal: "storage_total", "塘库蓄水总量", "water stored", "m3", Measured, Some((About, PrintUnit::CubicMetre)),
        "sum over ponds and reservoirs of the storage at the last level of the period, by the storage curve",
        "level; storage curve", "农业旱情动态统计表 水利工程蓄水";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_read_back() {
        for figure in FigureId::ALL {
            assert_eq!(FigureId::from_id(figure.spec().id), Some(*figure));
        }
        assert_eq!(FigureId::ALL.len(), 23);
    }

    /// A row of the table of figures, as `docs/figures.md` has to have it.
    fn row(figure: &FigureSpec) -> String {
        let class = format!("{:?}", figure.class).to_lowercase();
        let printed = match figure.print {
            Some((hedge, unit)) => format!("{hedge:?}, {}", unit.text()),
            None => "words".into(),
        };
        format!(
            "| `{}` | {} | {} | {} | {class} | {printed} | {} | {} | {} |",
            figure.id,
            figure.name_zh,
            figure.name_en,
            figure.unit,
            figure.formula,
            figure.source,
            figure.form
        )
    }

    #[test]
    fn the_page_lists_exactly_the_catalogue() {
        let page = include_str!("../../docs/figures.md");
        let listed: Vec<&str> = page.lines().filter(|l| l.starts_with("| `")).collect();
        let expected: Vec<String> = FigureId::ALL.iter().map(|f| row(f.spec())).collect();
        assert_eq!(
            listed,
            expected,
            "docs/figures.md; rows expected:\n{}",
            expected.join("\n")
        );
    }
}
