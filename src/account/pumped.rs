//! What all pumps did together over some days.

use serde::Serialize;

use super::{Basis, Cells, PumpAccount, Total};
use crate::water::StationKind;

/// What all pumps did over some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pumped {
    pub energy_kwh: Total,
    pub volume_m3: Total,
    pub run_hours: Total,
    /// Pumps that ran.
    pub ran: u32,
    /// Pumps of which it is open whether they ran.
    pub open: u32,
    pub pumps: u32,
}

impl Pumped {
    pub fn of(pumps: &[PumpAccount]) -> Pumped {
        let count = |ran| pumps.iter().filter(|pump| pump.ran == ran).count();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Pumped {
            energy_kwh: Total::of(pumps.iter().map(|pump| (pump.name.as_str(), &pump.energy_kwh))),
            volume_m3: Total::of(pumps.iter().map(|pump| (pump.name.as_str(), &pump.volume_m3))),
            run_hours: Total::of(pumps.iter().map(|pump| (pump.name.as_str(), &pump.run_hours))),
            ran: number(count(Some(true))),
            open: number(count(None)),
            pumps: number(pumps.len()),
        }
    }
}

/// The accounts of all pumps over the period of `basis`, in the township's order.
pub(super) fn pumps<C: Cells>(
    basis: &Basis<'_>,
    cells: &mut C,
) -> Result<Vec<PumpAccount>, C::Error> {
    let stations = basis.township.stations.iter();
    let pumps = stations.filter(|station| station.kind == StationKind::Pump);
    pumps.map(|station| PumpAccount::of(basis, station, cells)).collect()
}
