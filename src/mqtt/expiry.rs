//! When certificates end: without a new one in time there is no connection.

use jiff::{SignedDuration, Timestamp};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};

use crate::locales::{Text, mqtt as words};
use crate::support::certificate::end_of;

/// Time before its end from which on a certificate is told. Let's Encrypt has certificates of 90 days renewed 30 days
/// before they end (its FAQ), and a gateway in the field may have to be visited for a new one.
const TOLD_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whose a certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The office's authority, of `mqtt.ca_file`.
    Authority,
    /// This client's, of `mqtt.cert_file`.
    Own,
    /// What the broker has shown at the last connection.
    Broker,
    /// What the server has shown that readings are stored on, at the last connection.
    Server,
}

impl Whose {
    /// Label in the metrics.
    pub fn id(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Own => "own",
            Self::Broker => "broker",
            Self::Server => "server",
        }
    }

    /// What it is called.
    pub fn name(self) -> Text {
        match self {
            Self::Authority => words::certificate_of_the_authority(),
            Self::Own => words::certificate_of_our_own(),
            Self::Broker => words::certificate_of_the_broker(),
            Self::Server => words::certificate_of_the_server(),
        }
    }
}

/// When a certificate ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateEnd {
    pub whose: Whose,
    pub at: Timestamp,
}

impl CertificateEnd {
    /// Seconds from `now` to its end, negative after it.
    pub fn seconds_left(&self, now: Timestamp) -> f64 {
        self.at.duration_since(now).as_secs_f64()
    }

    /// What is to be said of it at `now`, if it ends soon or has ended.
    pub fn warning(&self, now: Timestamp) -> Option<Text> {
        let left = self.at.duration_since(now);
        if left > TOLD_BEFORE {
            return None;
        }
        let (name, at) = (self.whose.name(), Text::verbatim(self.at));
        if left <= SignedDuration::ZERO {
            return Some(words::certificate_has_ended(name, at));
        }
        let left = match left.as_hours() / 24 {
            0 => words::less_than_a_day(),
            1 => words::one_day(),
            days => words::some_days(days),
        };
        Some(words::certificate_ends(name, at, left))
    }
}

/// What is to be said at `now` of `certificates`.
pub fn warnings(certificates: &[CertificateEnd], now: Timestamp) -> Vec<Text> {
    certificates.iter().filter_map(|end| end.warning(now)).collect()
}

/// When the first of these certificates ends.
pub(super) fn first_end<'a>(
    verifier: &WebPkiServerVerifier,
    certificates: impl IntoIterator<Item = &'a CertificateDer<'a>>,
) -> Option<Timestamp> {
    certificates.into_iter().filter_map(|certificate| end_of(verifier, certificate)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn a_certificate_is_told_from_thirty_days_before_its_end() {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let ends = CertificateEnd { whose: Whose::Own, at };
        let before = |days: i64| ends.at - SignedDuration::from_hours(24 * days);
        assert_eq!(ends.warning(before(31)), None);
        let said = |now| ends.warning(now).unwrap();
        let month = said(before(30)).to_string();
        assert!(month.contains("2027-01-15T08:00:00Z") && month.contains("30 days"), "{month}");
        for (before, en, zh) in [
            (2 * 24, "ends in 2 days, at", "还有 2 天到期"),
            (2 * 24 - 1, "ends in 1 day, at", "还有 1 天到期"),
            (23, "ends in less than a day, at", "还有不到 1 天到期"),
        ] {
            let told = said(ends.at - SignedDuration::from_hours(before));
            assert!(told.to_string().contains(en), "{told}");
            assert!(told.within(Lang::Chinese).contains(zh), "{}", told.within(Lang::Chinese));
        }
        for whose in [Whose::Broker, Whose::Server] {
            let told = CertificateEnd { whose, at }.warning(before(1)).unwrap();
            assert!(told.to_string().contains("as of the last connection"), "{told}");
        }
        let over = said(ends.at);
        assert!(over.to_string().contains("ended at 2027-01-15"), "{over}");
        assert!(over.within(Lang::Chinese).contains("已于"), "{}", over.within(Lang::Chinese));
        assert_eq!(ends.seconds_left(before(1)), 86_400.0);
        assert_eq!(ends.seconds_left(before(-1)), -86_400.0);
        let other = CertificateEnd { at: Timestamp::MAX, ..ends };
        assert_eq!(warnings(&[other, ends], before(2)).len(), 1);
    }
}
