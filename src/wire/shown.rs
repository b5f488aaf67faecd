//! What a gateway's clock shows, so that the hub can compare it with its own.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::BootId;

/// How far the clocks of a gateway and its hub may be apart until both say so and readings are doubted. A battery clock
/// that nobody sets drifts less in a year (50 ppm are 26 minutes), a message takes seconds; one that runs in local time
/// instead of UTC is whole hours off, eight in China. Figures are made of hours. Engineering judgement.
pub const CLOCKS_APART_MAX: SignedDuration = SignedDuration::from_hours(1);

/// A gateway's clock when a message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTime {
    pub at: Timestamp,
    /// The boot of the machine, as in a batch's clock.
    pub boot: BootId,
    /// When the machine was switched on, as this clock shows it: milliseconds since 1970.
    pub zero: i64,
    /// Whether a time service has set it; otherwise only the configuration says that it is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub service: bool,
}
