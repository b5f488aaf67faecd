//! The level at which a source is dry.

use super::{Station, StationKind};

/// How far above its bottom a pond, reservoir, well or tank still counts as dry, m. `docs/domain.md` §3.1 (level <=
/// bottom + 5 cm; the last centimetres are mud). Engineering judgement, confidence 0.7.
pub const DRY_MARGIN_M: f64 = 0.05;

/// The level (m) at or below which `station` is dry: a channel's cease-to-flow level, else [`DRY_MARGIN_M`] above the
/// bottom. `None` where the station is no source or its bottom is not known.
pub fn dry_level_m(station: &Station) -> Option<f64> {
    let bottom = station.bottom_m?;
    match station.kind {
        StationKind::Channel => Some(bottom),
        kind if kind.is_source() => Some(bottom + DRY_MARGIN_M),
        _ => None,
    }
}
