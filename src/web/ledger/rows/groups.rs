//! The items of the ledger by what they are about, as somebody looks for one.

use serde::Serialize;

use crate::account::EntryCode::{self, *};
use crate::locales::{Text, page_rows as words};

/// Items that are about one thing.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub name: Text,
    /// Id, name and unit of each.
    pub items: Vec<(&'static str, Text, Text)>,
}

/// The groups in the order in which a township's work meets them.
fn all() -> [(Text, &'static [EntryCode]); 9] {
    [
        (
            words::group_event(),
            &[DroughtEvent, ResponseLevel, RainlessDays, RainReported, RainUsual],
        ),
        (words::group_crops(), CROPS),
        (words::group_water(), DRINKING),
        (words::group_people(), PEOPLE),
        (words::group_relief(), RELIEF),
        (words::group_money(), MONEY),
        (words::group_works(), WORKS),
        (words::group_unmonitored(), UNMONITORED),
        (words::group_meters(), &[MeterReplaced, MeterInstalled]),
    ]
}

const CROPS: &[EntryCode] = &[
    VillageAffected,
    AreaAffected,
    AreaDamaged,
    AreaFailed,
    AreaInDroughtTotal,
    AreaStanding,
    AreaSown,
    DroughtLight,
    DroughtModerate,
    DroughtSevere,
    DroughtExtreme,
    PaddyShort,
    DrylandShort,
    AreaWithoutMeans,
    AreaReplanted,
    PastureAffected,
    GrasslandAffected,
    ForestAffected,
    LossRateWithout,
    LossRateWith,
    GrainOutput,
    GrainLost,
    CashCropsLost,
    DirectLoss,
    DirectLossFarming,
    GrainSavedUnrated,
    GrainSavedValueUnrated,
    CashCropsSavedUnrated,
    LossAvertedUnrated,
];

const DRINKING: &[EntryCode] = &[
    DrinkingDifficulty,
    PersonsShort,
    PersonsCameShort,
    PersonsRelieved,
    PersonsRelievedNow,
    LivestockShort,
    LivestockCameShort,
    SmallLivestockShort,
    LivestockRelieved,
    WaterTrucks,
    WaterTruckTrips,
    WaterCarried,
    WellsShort,
];

const PEOPLE: &[EntryCode] = &[
    PersonsAffected,
    PersonsAffectedNow,
    HouseholdsAffected,
    PersonsInNeed,
    PersonsCameInNeed,
    PersonsInNeedOfWater,
    PersonsCameInNeedOfWater,
];

const RELIEF: &[EntryCode] = &[
    PersonsEngaged,
    PersonTimesEngaged,
    EquipmentDeclared,
    ElectricityDeclared,
    Gasoline,
    Diesel,
    OilByMass,
    EngineHours,
    WellsEngaged,
];

const MONEY: &[EntryCode] =
    &[FundsCentral, FundsProvince, FundsCounty, FundsCollective, FundsRaised, WaterProjectFunds];

const WORKS: &[EntryCode] = &[
    WaterWork,
    WaterWorkGroups,
    WaterWorkPersons,
    HazardInspection,
    WellsDrilled,
    WellsRepaired,
    CanalsCleared,
    PipesLaid,
    WorksRepaired,
];

const UNMONITORED: &[EntryCode] = &[
    PumpStationsUnmonitored,
    InstalledPowerUnmonitored,
    WaterPumpedUnmonitored,
    PumpHoursUnmonitored,
    AreaIrrigatedUnmonitored,
    AreaIrrigatedTimesUnmonitored,
    ChannelsDryUnmonitored,
    PondsDryUnmonitored,
    ReservoirsDryUnmonitored,
    StorageUnmonitored,
    StorageLargeUnmonitored,
    StorageMediumUnmonitored,
    StorageSmallUnmonitored,
    StoragePondsUnmonitored,
    StorageUsual,
    StoragePlanned,
];

pub(super) fn groups() -> Vec<Group> {
    let item = |code: &EntryCode| (code.id(), code.name(), code.unit_name());
    let group = |(name, items): (Text, &[EntryCode])| Group {
        name,
        items: items.iter().map(item).collect(),
    };
    all().into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_in_one_group() {
        let mut grouped: Vec<EntryCode> =
            all().into_iter().flat_map(|(_, items)| items.iter().copied()).collect();
        grouped.sort();
        let mut known = EntryCode::ALL.to_vec();
        known.sort();
        assert_eq!(grouped, known);
    }
}
