//! What a person of the office may do in its workplace.

use serde::{Deserialize, Serialize};

use crate::locales::{Text, core as words};

/// The role of a person. Each may also do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 查看: reads every page.
    Viewer,
    /// 录入: writes notes beside readings.
    Recorder,
    /// 复核: takes readings out of the figures, or shifts them, with a reason.
    Reviewer,
    /// 管理: persons and gateways.
    Administrator,
}

impl Role {
    /// All roles, from the one that may do least.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Recorder, Self::Reviewer, Self::Administrator];

    pub fn name(self) -> Text {
        match self {
            Self::Viewer => words::role_viewer(),
            Self::Recorder => words::role_recorder(),
            Self::Reviewer => words::role_reviewer(),
            Self::Administrator => words::role_administrator(),
        }
    }
}
