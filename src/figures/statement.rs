//! A statement: everything that a report prints. An issued report freezes its statement.

use jiff::civil::Date;
use serde::Serialize;

use super::catalogue::FigureId;
use super::earlier::{Comparison, Earlier};
use super::figure::Figure;
use super::plausibility::{Caveat, Findings};
use super::rows::Rows;
use crate::account::{Entry, EntryCode, PumpAccount, Quantity, SourceAccount, Total, TownshipDay};
use crate::core::Period;
use crate::locales::{Text, figures as words};
use crate::water::Township;

/// The figures of a period with everything that stands beside them in a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    pub period: Period,
    /// All figures of the catalogue, in its order.
    pub figures: Vec<Figure>,
    pub findings: Findings,
    /// What the figures do not have in them: each is a finding too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<Caveat>,
    pub comparisons: Vec<Comparison>,
    /// The figures of earlier periods that figures of this one are made from.
    pub earlier: Vec<Earlier>,
    /// The ledger by village.
    pub villages: Vec<VillageTotals>,
    pub totals: Totals,
    pub sources: Vec<SourceAccount>,
    pub pumps: Vec<PumpAccount>,
    pub days: Vec<TownshipDay>,
    /// The rows of the ledger that count for the period.
    pub entries: Vec<Entry>,
    /// Rows that wait for a second person; no figure has them.
    pub pending: Vec<Entry>,
}

impl Statement {
    pub fn figure(&self, id: FigureId) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    pub fn number(&self, id: FigureId) -> Option<f64> {
        self.figure(id)?.number()
    }

    /// The figure `id` of the earlier period that ended on `end`, where a figure of this period is made from it.
    pub fn earlier_figure(&self, id: FigureId, end: Date) -> Option<&Figure> {
        let then = self.earlier.iter().find(|then| then.period.to == end)?;
        then.figures.iter().find(|figure| figure.id == id)
    }
}

/// The ledger's sums of a village.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VillageTotals {
    pub name: Text,
    pub persons: u32,
    pub sown_area_mu: f64,
    /// What the rows of each code come to, in the order of [`VillageTotals::CODES`]; `None` where the ledger has no
    /// row.
    pub sums: Vec<Option<f64>>,
}

impl VillageTotals {
    /// The codes that are summed by village.
    pub const CODES: &'static [EntryCode] = &[
        EntryCode::AreaAffected,
        EntryCode::AreaDamaged,
        EntryCode::AreaFailed,
        EntryCode::EquipmentDeclared,
        EntryCode::Gasoline,
        EntryCode::Diesel,
        EntryCode::WaterWork,
        EntryCode::WaterWorkGroups,
        EntryCode::WaterWorkPersons,
    ];
}

/// Sums over villages and pumps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Over all villages; a code without a row in any of them stays absent.
    pub villages: VillageTotals,
    pub energy_kwh: Total,
    pub volume_m3: Total,
    pub run_hours: Total,
}

impl Totals {
    pub fn of(villages: &[VillageTotals], pumps: &[PumpAccount]) -> Totals {
        let over = |quantity: fn(&PumpAccount) -> &Quantity| {
            Total::of(pumps.iter().map(|pump| (pump.name.as_str(), quantity(pump))))
        };
        let sum = |index: usize| {
            let sums = villages.iter().filter_map(|village| *village.sums.get(index)?);
            sums.reduce(|a, b| a + b)
        };
        Totals {
            villages: VillageTotals {
                name: words::whole(),
                persons: villages.iter().map(|village| village.persons).sum(),
                sown_area_mu: villages.iter().map(|village| village.sown_area_mu).sum(),
                sums: (0..VillageTotals::CODES.len()).map(sum).collect(),
            },
            energy_kwh: over(|pump| &pump.energy_kwh),
            volume_m3: over(|pump| &pump.volume_m3),
            run_hours: over(|pump| &pump.run_hours),
        }
    }
}

pub(super) fn villages(rows: Rows<'_>, township: &Township) -> Vec<VillageTotals> {
    let of = |village: &crate::water::Village| {
        let here = |entry: &Entry| entry.village.as_ref() == Some(&village.id);
        let sum = |code: &EntryCode| match code {
            EntryCode::WaterWork => rows.works(here).map(|works| works.span().value),
            EntryCode::WaterWorkGroups | EntryCode::WaterWorkPersons => {
                rows.served(*code, here).map(|served| served.span.value)
            }
            _ => rows.span(*code, here).map(|span| span.value),
        };
        VillageTotals {
            name: Text::verbatim(&village.name),
            persons: village.persons,
            sown_area_mu: village.sown_area_mu,
            sums: VillageTotals::CODES.iter().map(sum).collect(),
        }
    };
    township.villages.iter().map(of).collect()
}
