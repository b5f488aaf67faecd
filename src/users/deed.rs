//! What the record of deeds tells of.

use serde::{Serialize, Serializer};

use crate::locales::{Text, users as words};

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    SignedIn,
    /// A wrong password, or a person whom nobody knows.
    SignInFailed,
    SignedOut,
    PasswordChosen,
    /// A one-time link to choose a password with.
    LinkMade,
    /// All sessions of a person.
    SessionsEnded,
    NoteMade,
    Corrected,
    CorrectionWithdrawn,
    /// Rows of a file that was handed in on the page.
    LedgerImported,
    StationPinned,
    StationReleased,
    GatewayRevoked,
    GatewayReinstated,
    /// A one-time code with which a gateway gets its certificate.
    GatewayInvited,
    /// A gateway has used it.
    GatewayEnrolled,
    AlarmAcknowledged,
    /// A letter was sent by hand to try the way.
    AlarmTested,
    /// A row of the ledger, by the form.
    RowEntered,
    RowCorrected,
    RowsReviewed,
    /// A finding of the report was explained.
    FindingAccepted,
    ReportIssued,
    /// A token of a program.
    TokenMade,
    TokenRevoked,
    /// What this program does not know: somebody else has written into the file.
    Unknown,
}

impl Deed {
    /// All that this program records.
    pub const ALL: [Self; 25] = [
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::PasswordChosen,
        Self::LinkMade,
        Self::SessionsEnded,
        Self::NoteMade,
        Self::Corrected,
        Self::CorrectionWithdrawn,
        Self::LedgerImported,
        Self::StationPinned,
        Self::StationReleased,
        Self::GatewayRevoked,
        Self::GatewayReinstated,
        Self::GatewayInvited,
        Self::GatewayEnrolled,
        Self::AlarmAcknowledged,
        Self::AlarmTested,
        Self::RowEntered,
        Self::RowCorrected,
        Self::RowsReviewed,
        Self::FindingAccepted,
        Self::ReportIssued,
        Self::TokenMade,
        Self::TokenRevoked,
    ];

    /// The word that the file and programs have for it.
    pub fn id(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::PasswordChosen => "password_chosen",
            Self::LinkMade => "link_made",
            Self::SessionsEnded => "sessions_ended",
            Self::NoteMade => "note_made",
            Self::Corrected => "corrected",
            Self::CorrectionWithdrawn => "correction_withdrawn",
            Self::LedgerImported => "ledger_imported",
            Self::StationPinned => "station_pinned",
            Self::StationReleased => "station_released",
            Self::GatewayRevoked => "gateway_revoked",
            Self::GatewayReinstated => "gateway_reinstated",
            Self::GatewayInvited => "gateway_invited",
            Self::GatewayEnrolled => "gateway_enrolled",
            Self::AlarmAcknowledged => "alarm_acknowledged",
            Self::AlarmTested => "alarm_tested",
            Self::RowEntered => "row_entered",
            Self::RowCorrected => "row_corrected",
            Self::RowsReviewed => "rows_reviewed",
            Self::FindingAccepted => "finding_accepted",
            Self::ReportIssued => "report_issued",
            Self::TokenMade => "token_made",
            Self::TokenRevoked => "token_revoked",
            Self::Unknown => "unknown",
        }
    }

    /// The deed of this id; [`Deed::Unknown`] where it is none.
    pub fn from_id(id: &str) -> Self {
        Self::ALL.into_iter().find(|deed| deed.id() == id).unwrap_or(Self::Unknown)
    }

    pub fn name(self) -> Text {
        match self {
            Self::SignedIn => words::signed_in(),
            Self::SignInFailed => words::sign_in_failed(),
            Self::SignedOut => words::signed_out(),
            Self::PasswordChosen => words::password_chosen(),
            Self::LinkMade => words::link_made(),
            Self::SessionsEnded => words::sessions_ended(),
            Self::NoteMade => words::note_made(),
            Self::Corrected => words::corrected(),
            Self::CorrectionWithdrawn => words::correction_withdrawn(),
            Self::LedgerImported => words::ledger_imported(),
            Self::StationPinned => words::station_pinned(),
            Self::StationReleased => words::station_released(),
            Self::GatewayRevoked => words::gateway_revoked(),
            Self::GatewayReinstated => words::gateway_reinstated(),
            Self::GatewayInvited => words::gateway_invited(),
            Self::GatewayEnrolled => words::gateway_enrolled(),
            Self::AlarmAcknowledged => words::alarm_acknowledged(),
            Self::AlarmTested => words::alarm_tested(),
            Self::RowEntered => words::row_entered(),
            Self::RowCorrected => words::row_corrected(),
            Self::RowsReviewed => words::rows_reviewed(),
            Self::FindingAccepted => words::finding_accepted(),
            Self::ReportIssued => words::report_issued(),
            Self::TokenMade => words::token_made(),
            Self::TokenRevoked => words::token_revoked(),
            Self::Unknown => words::deed_unknown(),
        }
    }
}

impl Serialize for Deed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_deed_has_an_id_and_a_name_of_its_own() {
        let ids: BTreeSet<&str> = Deed::ALL.iter().map(|deed| deed.id()).collect();
        let names: BTreeSet<String> = Deed::ALL.iter().map(|deed| deed.name().into()).collect();
        assert_eq!((ids.len(), names.len()), (25, 25));
        assert!(Deed::ALL.iter().all(|deed| Deed::from_id(deed.id()) == *deed));
        assert_eq!(Deed::from_id("made_up"), Deed::Unknown);
    }
}
