//! How a value was made.

use serde::{Deserialize, Serialize};

use crate::locales::{Text, account as words};

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
    /// A row of the ledger.
    #[serde(rename = "entered")]
    Entered,
    /// A table of the township's file.
    #[serde(rename = "township file")]
    TownshipFile,
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
    pub fn name(self) -> Text {
        match self {
            Self::CounterDifference => words::by_counter_difference(),
            Self::RunState => words::by_run_state(),
            Self::PowerAboveShare => words::by_power_above_share(),
            Self::EnergyByRated => words::by_energy_by_rated(),
            Self::FlowIntegral => words::by_flow_integral(),
            Self::FrequencyOfDrive => words::by_frequency_of_drive(),
            Self::EnergyAndHead => words::by_energy_and_head(),
            Self::Ran => words::by_ran(),
            Self::DryForADay => words::by_dry_for_a_day(),
            Self::StorageCurve => words::by_storage_curve(),
            Self::Status => words::by_status(),
            Self::Evidence => words::by_evidence(),
            Self::Entered => words::by_entered(),
            Self::TownshipFile => words::by_township_file(),
            Self::Figure => words::by_figure(),
            Self::RescuedByCrop => words::by_rescued_by_crop(),
            Self::WorthOfRescue => words::by_worth_of_rescue(),
            Self::NoData => words::by_no_data(),
        }
    }
}
