//! Views: the readings of the spool also at other people's brokers, in their systems' formats.
//!
//! Each view is a task with a connection of its own, and with a place of its own in the spool, which moves on when its
//! broker has confirmed. It only reads: what the office's delivery has promised does not depend on any view. What was
//! just appended comes from memory, the same for all; the rest is read from the file.

mod connection;
mod hearing;
mod progress;
mod settings;
mod status;
mod task;
mod topics;

use std::collections::BTreeMap;

pub use self::settings::ViewSettings;
pub use self::status::{ViewStatus, ViewWatch};
pub(super) use self::task::ViewTask;
use super::{EdgeSettings, birth};
use crate::core::Problem;
use crate::device::Profile;
use crate::interop::out::View;

/// What is wrong with the formats of the views of `settings`, by themselves or because two write to one topic: the
/// number of the view, and paths within its `format`.
pub fn format_problems(
    settings: &EdgeSettings,
    profiles: &BTreeMap<String, Profile>,
) -> Vec<(usize, Problem)> {
    let birth = birth::birth(settings, profiles);
    let mut found = Vec::new();
    for (index, view) in settings.views.iter().enumerate() {
        if let Err(problems) = View::new(&view.format, &settings.gateway, &birth) {
            found.extend(problems.into_iter().map(|problem| (index, problem)));
        }
    }
    found.extend(topics::shared(settings, &birth));
    found
}
