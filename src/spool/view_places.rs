//! How far the views of a spool are.

/// A view, and how much may wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewBound {
    pub name: String,
    /// Most readings that wait, beside those of the newest batch; of more, the oldest are passed over.
    pub backlog_max: u64,
}

/// How far a view has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ViewPlace {
    /// Of the batches up to this number, it has every one or has lost it.
    pub cursor: u64,
    /// Readings in the file in batches after that.
    pub backlog: u64,
    /// Readings that it has lost since it was first configured.
    pub lost: u64,
    /// The number of its last connection.
    pub sessions: u64,
}

impl ViewPlace {
    /// Of the batches after the place, some with `before` readings have made room for one with `after` readings, of
    /// which the view has not had `new`.
    pub(super) fn thinned(&mut self, before: u64, after: u64, new: u64) {
        self.backlog = self.backlog.saturating_sub(before) + after;
        self.lost += before.saturating_sub(new);
    }

    /// Of the batches after the place, some with `before` readings have made room for others with `after` readings.
    pub(super) fn replaced(&mut self, before: u64, after: u64) {
        self.backlog = self.backlog.saturating_sub(before) + after;
        self.lost += before.saturating_sub(after);
    }
}

/// The views of a spool, and what the file does not know of them yet.
#[derive(Debug, Default)]
pub(super) struct Views {
    pub bounds: Vec<ViewBound>,
    pub places: Vec<ViewPlace>,
    /// Whether the file has the table, with these views and no others.
    pub laid: bool,
    /// Whether the file lacks some of it.
    pub unsaved: bool,
    /// Whether the next append is to save the places.
    due: bool,
}

impl Views {
    /// Takes over new places.
    pub fn set(&mut self, places: Vec<ViewPlace>) {
        self.unsaved |= self.moves_to(&places);
        self.places = places;
    }

    /// Whether the file would have to know of these `places`, after the present ones.
    fn moves_to(&self, places: &[ViewPlace]) -> bool {
        let moved =
            |(old, new): (&ViewPlace, &ViewPlace)| (old.cursor, old.lost) != (new.cursor, new.lost);
        self.places.iter().zip(places).any(moved)
    }

    /// The next append saves the places, if the file does not have them.
    pub fn save_with_next(&mut self) {
        self.due = self.unsaved;
    }

    /// Whether an append saves `places` along with what it writes: because it is time, which may wait while the disk is
    /// `full`; because the file does not know yet that there are views, and what is appended would never be theirs; or
    /// because it has `reclaimed` space: what is deleted has to be counted where it was deleted, and so has what was
    /// passed over before.
    pub fn are_saved_with(&self, places: &[ViewPlace], reclaimed: bool, full: bool) -> bool {
        let moved = self.unsaved || self.moves_to(places);
        self.due && !full || moved && (reclaimed || !self.laid)
    }

    /// The readings of batch `seq` cannot be read any more.
    pub fn lose_batch(&mut self, seq: u64, readings: u64) {
        for place in self.places.iter_mut().filter(|place| place.cursor < seq) {
            place.replaced(readings, 0);
            self.unsaved = true;
        }
    }

    pub fn saved(&mut self) {
        (self.laid, self.unsaved, self.due) = (true, false, false);
    }

    /// For a new file that has nothing of what was in the old one.
    pub fn in_new_file(mut self) -> Self {
        for place in &mut self.places {
            let lost = place.lost + place.backlog;
            *place = ViewPlace { cursor: 0, backlog: 0, lost, ..*place };
        }
        (self.laid, self.unsaved) = (false, true);
        self
    }
}
