//! How a value was made.

use serde::{Deserialize, Serialize};

/// How one value of a figure or of a pump's account was made. Its names in JSON are those of the frozen reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// Growth of a register, by the counter engine.
    #[serde(rename = "counter difference")]
    CounterDifference,
    #[serde(rename = "run state x hours")]
    RunState,
    #[serde(rename = "power above 20 % of rated")]
    PowerAboveShare,
    #[serde(rename = "energy / rated")]
    EnergyByRated,
    #[serde(rename = "flow x hours")]
    FlowIntegral,
    #[serde(rename = "hours x rated x f/50")]
    FrequencyOfDrive,
    #[serde(rename = "energy and head")]
    EnergyAndHead,
    #[serde(rename = "ran in the period")]
    Ran,
    #[serde(rename = "dry for 24 h")]
    DryForADay,
    #[serde(rename = "storage curve")]
    StorageCurve,
    #[serde(rename = "status")]
    Status,
    /// A series that bears out what a person stated.
    #[serde(rename = "evidence")]
    Evidence,
    /// A row of the ledger, or of the township's file.
    #[serde(rename = "entered")]
    Entered,
    #[serde(rename = "figure")]
    Figure,
    #[serde(rename = "affected - failed, by crop")]
    RescuedByCrop,
    #[serde(rename = "area x yield x price x rate averted")]
    WorthOfRescue,
    #[serde(rename = "no data")]
    NoData,
}

impl Method {
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::CounterDifference => "表计差值",
            Self::RunState => "运行状态的小时数",
            Self::PowerAboveShare => "功率高于额定20%的小时数",
            Self::EnergyByRated => "电量按额定功率折算",
            Self::FlowIntegral => "流量积分",
            Self::FrequencyOfDrive => "额定流量按频率折算",
            Self::EnergyAndHead => "电量按扬程折算",
            Self::Ran => "期间运行",
            Self::DryForADay => "连续24小时干涸",
            Self::StorageCurve => "水位库容曲线",
            Self::Status => "旱限水位",
            Self::Evidence => "数据佐证",
            Self::Entered => "台账填报",
            Self::Figure => "引用指标",
            Self::RescuedByCrop => "分作物受灾减绝收",
            Self::WorthOfRescue => "面积×亩产×单价×减损率",
            Self::NoData => "无数据",
        }
    }
}
