//! Whether the bounds of the figures hold the truth.

use hanqing::figures::{FigureId, Statement};

use super::judge::Case;
use super::kind::Kind;
use super::truth::Count;

/// What the sum of some rounded numbers may be off by.
const ROUNDING: f64 = 1e-6;

/// A figure whose bounds do not hold the truth.
#[derive(Debug, Clone)]
pub struct Broken {
    pub figure: &'static str,
    pub told: String,
}

/// The figures whose truth is known: of each that is there, whether its bounds hold it.
pub fn judged(case: &Case, statement: &Statement) -> Vec<(&'static str, Option<Broken>)> {
    let mut judged = Vec::new();
    for (id, [low, high]) in known(case) {
        let Some(figure) = statement.figure(id) else { continue };
        let Some(value) = figure.number() else { continue };
        let [least, most] = figure.bounds.unwrap_or([value; 2]);
        let error = ROUNDING * (1.0 + high.abs());
        let ordered = least <= value + error && value <= most + error;
        let holds = least <= high + error && low <= most + error;
        let told = format!("{value} in {least} to {most}; in truth {low} to {high}");
        let broken = (!ordered || !holds).then(|| Broken { figure: id.id(), told });
        judged.push((id.id(), broken));
    }
    judged
}

/// The truth of figures, from at least to at most, without those that rest on what is wrong unseen.
fn known(case: &Case) -> Vec<(FigureId, [f64; 2])> {
    use FigureId as Id;
    let (world, rows, facts) = (&case.world, &case.rows, &case.facts);
    let (truth, works) = (&rows.truth, &rows.truth.works);
    let one = |value: f64| [value; 2];
    let dry = |count: Count| [count.least.min(count.strict) as f64, count.most as f64];
    let groups: f64 = works.iter().map(|work| work.groups).sum();
    let persons: f64 = works.iter().map(|work| work.persons).sum();
    let pieces: f64 = works.iter().map(|work| work.pieces).sum();
    let pumps_lie = world.pumps.iter().any(|pump| case.seen.liars.contains(&pump.id));
    let of = [
        (Id::PondsDry, Kind::PondsDry, dry(facts.ponds)),
        (Id::ChannelsDry, Kind::ChannelsDry, dry(facts.channels)),
        (Id::ReservoirsDry, Kind::ReservoirsDry, dry(facts.reservoirs)),
        (Id::ElectricityUsed, Kind::Electricity, facts.electricity(world, rows)),
        (Id::EquipmentDeployed, Kind::Equipment, facts.sets(world, rows)),
        (Id::VillagesAffected, Kind::Villages, one(truth.villages)),
        (Id::AreaAffected, Kind::Affected, one(truth.affected)),
        (Id::AreaFailed, Kind::Failed, one(truth.failed)),
        (Id::GasolineUsed, Kind::Gasoline, one(truth.gasoline)),
        (Id::FundsInvested, Kind::Funds, one(truth.funds)),
        (Id::WaterProjectFunds, Kind::ProjectFunds, one(truth.project_funds)),
        (Id::WaterWorksBuilt, Kind::Works, one(pieces)),
        (Id::GroupsServed, Kind::Served, one(groups)),
        (Id::PeopleServed, Kind::People, one(persons)),
    ];
    let mut known: Vec<(FigureId, [f64; 2])> = of
        .into_iter()
        .filter(|(_, kind, _)| !case.rests_on_a_liar(*kind))
        .map(|(id, _, truth)| (id, truth))
        .collect();
    if !pumps_lie {
        known.push((Id::PumpStationsEngaged, facts.stations(world)));
        known.push((Id::PumpHours, facts.hours(world)));
    }
    known
}
