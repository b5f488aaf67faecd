//! The rows of the ledger that a figure or a finding rests on: whoever entered them does not judge it.

use std::collections::BTreeSet;

use super::catalogue::FigureId;
use super::figure::Origin;
use super::plausibility::Finding;
use super::statement::Statement;
use crate::account::EntryCode;
use crate::core::CropId;

impl Statement {
    /// The rows behind the figure `id`, also by way of other figures of the period.
    pub fn rows_of(&self, id: FigureId) -> BTreeSet<i64> {
        let mut rows = BTreeSet::new();
        let (mut seen, mut next) = (Vec::new(), vec![id]);
        while let Some(id) = next.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            for input in self.figure(id).into_iter().flat_map(|figure| &figure.inputs) {
                match &input.from {
                    Origin::Ledger(row) => {
                        rows.insert(*row);
                    }
                    Origin::Figure(other, None) => next.push(*other),
                    Origin::Crop(crop) => rows.extend(self.rows_of_crop(crop.as_ref())),
                    Origin::Figure(_, Some(_)) | Origin::Series(_) => {}
                }
            }
        }
        rows
    }

    /// The rows that say what a crop lost.
    pub fn rows_of_crop<'a>(&'a self, crop: Option<&'a CropId>) -> impl Iterator<Item = i64> + 'a {
        let of_losses = |code| {
            use EntryCode::{AreaAffected, AreaFailed, LossRateWith, LossRateWithout};
            matches!(code, AreaAffected | AreaFailed | LossRateWith | LossRateWithout)
        };
        let rows = self.entries.iter().filter(move |entry| entry.crop.as_ref() == crop);
        rows.filter(move |entry| of_losses(entry.code)).map(|entry| entry.id)
    }

    /// The rows behind the numbers of `finding`: those of its figures, of the whole township where it is about a
    /// village or a crop, and those that it names itself.
    pub fn rows_behind(&self, finding: &Finding) -> BTreeSet<i64> {
        finding.from.keys().flat_map(|name| self.rows_named(name)).collect()
    }

    /// The rows behind a number of a finding, by its name.
    fn rows_named(&self, name: &str) -> BTreeSet<i64> {
        if let Some(row) = name.strip_prefix("ledger:").and_then(|row| row.parse().ok()) {
            return BTreeSet::from([row]);
        }
        // Shares and prices that are weighed by the areas affected.
        let of_areas = matches!(name, "high_value_share" | "crop_value_max");
        match FigureId::from_id(if of_areas { "area_affected" } else { name }) {
            Some(figure) => self.rows_of(figure),
            None => BTreeSet::new(),
        }
    }
}
