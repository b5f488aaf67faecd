//! What an alarm may be about.

use jiff::SignedDuration;

use crate::locales::{Text, alarm as words};

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The level is below 旱警.
    BelowWarning,
    /// The level is below 旱保.
    BelowAssured,
    /// 干涸、断流.
    Dry,
    /// The level falls fast.
    FallingFast,
    /// The level rises fast.
    RisingFast,
    /// The level is above 汛限.
    AboveFlood,
    /// A pump runs without water in front of it.
    DryRun,
    /// A pump runs, and nothing flows.
    RunsWithoutFlow,
    /// No readings of a station.
    StationSilent,
    /// No device of a bus answers.
    BusUnreachable,
    /// A device does not answer.
    DeviceUnreachable,
    /// Nothing is heard of a gateway.
    GatewaySilent,
    /// A certificate ends soon, or has ended.
    CertificateEnds,
    /// The disk has no room left.
    DiskFull,
    /// The hub takes in no readings: the broker is away, or the intake stands still.
    IntakeStopped,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::BelowWarning,
        Self::BelowAssured,
        Self::Dry,
        Self::FallingFast,
        Self::RisingFast,
        Self::AboveFlood,
        Self::DryRun,
        Self::RunsWithoutFlow,
        Self::StationSilent,
        Self::BusUnreachable,
        Self::DeviceUnreachable,
        Self::GatewaySilent,
        Self::CertificateEnds,
        Self::DiskFull,
        Self::IntakeStopped,
    ];

    /// As files, programs and the book name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::BelowWarning => "below-warning",
            Self::BelowAssured => "below-assured",
            Self::Dry => "dry",
            Self::FallingFast => "falling-fast",
            Self::RisingFast => "rising-fast",
            Self::AboveFlood => "above-flood",
            Self::DryRun => "dry-run",
            Self::RunsWithoutFlow => "runs-without-flow",
            Self::StationSilent => "station-silent",
            Self::BusUnreachable => "bus-unreachable",
            Self::DeviceUnreachable => "device-unreachable",
            Self::GatewaySilent => "gateway-silent",
            Self::CertificateEnds => "certificate-ends",
            Self::DiskFull => "disk-full",
            Self::IntakeStopped => "intake-stopped",
        }
    }

    /// The kind of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// As people name it.
    pub fn name(self) -> Text {
        match self {
            Self::BelowWarning => words::below_warning(),
            Self::BelowAssured => words::below_assured(),
            Self::Dry => words::dry(),
            Self::FallingFast => words::falling_fast(),
            Self::RisingFast => words::rising_fast(),
            Self::AboveFlood => words::above_flood(),
            Self::DryRun => words::dry_run(),
            Self::RunsWithoutFlow => words::runs_without_flow(),
            Self::StationSilent => words::station_silent(),
            Self::BusUnreachable => words::bus_unreachable(),
            Self::DeviceUnreachable => words::device_unreachable(),
            Self::GatewaySilent => words::gateway_silent(),
            Self::CertificateEnds => words::certificate_ends(),
            Self::DiskFull => words::disk_full(),
            Self::IntakeStopped => words::intake_stopped(),
        }
    }

    /// Whether somebody has to act within the hour, also at night: people or pumps suffer, or nothing rings any more.
    /// Engineering judgement. A fast fall or rise is mostly a pump or a gate; what it leads to rings.
    pub fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::BelowAssured
                | Self::Dry
                | Self::AboveFlood
                | Self::DryRun
                | Self::DiskFull
                | Self::IntakeStopped
        )
    }

    /// How grave it is. Of one subject, what is graver than all that was told is told at once. Engineering judgement.
    pub fn gravity(self) -> u8 {
        match self {
            Self::StationSilent | Self::DeviceUnreachable => 1,
            Self::FallingFast
            | Self::RisingFast
            | Self::RunsWithoutFlow
            | Self::BusUnreachable
            | Self::CertificateEnds => 2,
            Self::BelowWarning | Self::GatewaySilent => 3,
            Self::BelowAssured | Self::DiskFull => 4,
            Self::Dry | Self::AboveFlood | Self::DryRun | Self::IntakeStopped => 5,
        }
    }

    /// How long its condition has to last before it is raised, and to be over before it is cleared, where the office
    /// says nothing else. Engineering judgement: a level moves with wind and waves for minutes, a pump that runs dry is
    /// spoilt within minutes, a device may miss a few polls; what is silent has been so for the limit of whoever sees
    /// it. A cause holds less long than what follows from it.
    pub fn hold(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Self::BelowWarning | Self::BelowAssured | Self::Dry | Self::AboveFlood => 10,
            Self::RunsWithoutFlow | Self::BusUnreachable | Self::DeviceUnreachable => 5,
            Self::StationSilent | Self::GatewaySilent => 2,
            Self::DryRun | Self::DiskFull | Self::IntakeStopped => 1,
            Self::FallingFast | Self::RisingFast | Self::CertificateEnds => 0,
        })
    }

    /// Of one subject, the kinds that this one implies: who is told that it is dry need not be told that it is low.
    pub fn implies(self) -> &'static [Self] {
        match self {
            Self::Dry => &[Self::BelowAssured, Self::BelowWarning],
            Self::BelowAssured => &[Self::BelowWarning],
            _ => &[],
        }
    }

    /// Of one subject, the kinds that imply this one, the gravest first.
    pub(super) fn implied_by(self) -> &'static [Self] {
        match self {
            Self::BelowWarning => &[Self::Dry, Self::BelowAssured],
            Self::BelowAssured => &[Self::Dry],
            _ => &[],
        }
    }

    /// Whether it may be the mere consequence of something open that it is behind.
    pub(super) fn follows(self) -> bool {
        matches!(
            self,
            Self::StationSilent
                | Self::DeviceUnreachable
                | Self::BusUnreachable
                | Self::GatewaySilent
        )
    }

    /// Whether others may follow from it.
    pub(super) fn is_cause(self) -> bool {
        matches!(
            self,
            Self::DeviceUnreachable
                | Self::BusUnreachable
                | Self::GatewaySilent
                | Self::IntakeStopped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_what_is_implied_is_less_grave() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_id(kind.id()), Some(kind));
            assert!(kind.implies().iter().all(|implied| implied.gravity() < kind.gravity()));
            for other in Kind::ALL {
                assert_eq!(kind.implies().contains(&other), other.implied_by().contains(&kind));
            }
        }
        assert_eq!(Kind::from_id("wet"), None);
    }
}
