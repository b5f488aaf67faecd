//! That a person accepts a finding of the plausibility check.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A finding accepted with a reason. It holds for the very numbers that it was accepted for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Id of the rule.
    pub rule: String,
    /// Rule, place and numbers of the finding.
    pub fingerprint: String,
    /// First day of the report's period.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why the figures are right all the same.
    pub reason: String,
    /// Who says so.
    pub accepted_by: String,
    /// When.
    pub accepted_at: Timestamp,
}
