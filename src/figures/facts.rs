//! The facts that figures are made from.

use jiff::Timestamp;

use super::Earlier;
use super::rows::Rows;
use crate::account::{Basis, PumpAccount, Rainfall, SourceAccount};
use crate::water::{StationKind, Township};

/// The inputs of the functions that make figures.
pub(super) struct Facts<'a> {
    pub basis: Basis<'a>,
    pub rows: Rows<'a>,
    pub sources: &'a [SourceAccount],
    pub pumps: &'a [PumpAccount],
    pub rain: &'a Rainfall,
    pub earlier: &'a [Earlier],
}

impl<'a> Facts<'a> {
    pub fn township(&self) -> &'a Township {
        self.basis.township
    }

    pub fn sources_of(&self, kind: StationKind) -> impl Iterator<Item = &'a SourceAccount> {
        self.sources.iter().filter(move |source| source.kind == kind)
    }

    /// `at` as the office's clock shows it.
    pub fn local(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.basis.calendar.zone().clone());
        local.strftime("%Y-%m-%d %H:%M").to_string()
    }
}
