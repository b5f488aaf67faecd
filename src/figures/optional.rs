//! Figures that a section speaks of where an office enters them, and that nobody misses where it does not.

use super::catalogue::FigureId as Id;

impl Id {
    /// Whether the annex leaves it out where it has no value: most offices enter only some of these.
    pub fn is_optional(self) -> bool {
        matches!(
            self,
            Id::RainTotal
                | Id::RainAnomaly
                | Id::RainlessDays
                | Id::StorageOfPlan
                | Id::StorageAnomaly
                | Id::ReservoirsDry
                | Id::WellsShort
                | Id::DroughtLight
                | Id::DroughtModerate
                | Id::DroughtSevere
                | Id::DroughtExtreme
                | Id::AreaInDrought
                | Id::PaddyShort
                | Id::DrylandShort
                | Id::PersonsAffected
                | Id::HouseholdsAffected
                | Id::GrainLost
                | Id::CashCropsLost
                | Id::DirectLoss
                | Id::ResponseLevel
                | Id::PersonsEngaged
                | Id::WellsEngaged
                | Id::WaterTrucks
                | Id::PersonTimesEngaged
                | Id::PumpStationsEngaged
                | Id::WellsDrilled
                | Id::WellsRepaired
                | Id::CanalsCleared
                | Id::PipesLaid
                | Id::WorksRepaired
                | Id::AreaIrrigatedTimes
                | Id::AreaIrrigated
                | Id::AreaReplanted
                | Id::PersonsShortTotal
                | Id::LivestockShortTotal
                | Id::PersonsShort
                | Id::LivestockShort
                | Id::SmallLivestockShort
                | Id::PersonsRelieved
                | Id::LivestockRelieved
                | Id::PersonsRelievedNow
                | Id::WaterTruckTrips
        )
    }
}
