//! What needs a person in time, and stops nothing today: certificates that end, and a log of the store that grows.

use jiff::{SignedDuration, Timestamp};

use crate::locales::{Lang, Text, hub as words};
use crate::mqtt::{CertificateEnd, certificate_warnings};

/// Size of the store's write-ahead log from which on it is told. It is folded back into the file at 16 MiB; after a
/// burst it is cut to 64 MiB. A check or a backup of the file, which reads it as it is at one instant, keeps the log of
/// some minutes: about 100 bytes a reading, so that two million come to this. Engineering judgement.
const LOG_TOLD_FROM: u64 = 256 << 20;

/// How often the log has that the store's log grows, and that a certificate ends. Engineering judgement: it takes days
/// to get another certificate.
const LOG_EVERY: SignedDuration = SignedDuration::from_hours(1);
const CERTIFICATES_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What was seen last.
#[derive(Debug, Default)]
pub struct Upkeep {
    /// Bytes of the store's log; `None` where there is none.
    log: Option<u64>,
    /// Of the last connection.
    certificates: Vec<CertificateEnd>,
    said: Said,
}

/// When something was last written to the log.
#[derive(Debug, Default)]
struct Said {
    log: Option<Timestamp>,
    certificates: Option<Timestamp>,
}

impl Upkeep {
    pub fn note_log(&mut self, bytes: Option<u64>) {
        self.log = bytes;
    }

    pub fn note_certificates(&mut self, certificates: Vec<CertificateEnd>) {
        self.certificates = certificates;
    }

    /// Bytes of the store's log, where there is one.
    pub fn log(&self) -> Option<u64> {
        self.log
    }

    pub fn certificates(&self) -> &[CertificateEnd] {
        &self.certificates
    }

    /// That the log of the store grows.
    pub fn log_grows(&self) -> Option<Text> {
        let bytes = self.log.filter(|bytes| *bytes >= LOG_TOLD_FROM)?;
        Some(words::log_grows(bytes >> 20))
    }

    /// The certificates that end soon.
    pub fn warnings(&self, now: Timestamp) -> Vec<Text> {
        certificate_warnings(&self.certificates, now)
    }

    /// What the log is to have at `now`, once in a while as long as it lasts.
    pub fn due(&mut self, now: Timestamp) -> Vec<String> {
        let is_due = |said: Option<Timestamp>, every: SignedDuration| {
            said.is_none_or(|said| now.duration_since(said).abs() >= every)
        };
        let mut due = Vec::new();
        if is_due(self.said.log, LOG_EVERY)
            && let Some(problem) = self.log_grows()
        {
            self.said.log = Some(now);
            due.push(problem);
        }
        let warnings = self.warnings(now);
        if is_due(self.said.certificates, CERTIFICATES_EVERY) && !warnings.is_empty() {
            self.said.certificates = Some(now);
            due.extend(warnings);
        }
        due.iter().map(|problem| problem.within(Lang::English)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mqtt::Whose;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 3600 * hours).unwrap()
    }

    #[test]
    fn a_log_that_grows_is_told_and_said_once_an_hour() {
        let mut upkeep = Upkeep::default();
        assert_eq!(upkeep.log_grows(), None);
        upkeep.note_log(Some(LOG_TOLD_FROM - 1));
        assert_eq!((upkeep.log_grows(), upkeep.due(at(0))), (None, Vec::new()));
        upkeep.note_log(Some(300 << 20));
        let said = upkeep.log_grows().unwrap();
        assert!(said.to_string().contains("300 MiB"), "{said}");
        assert!(said.within(Lang::Chinese).contains("300 MiB"));
        let hours = (0..48).flat_map(|half| upkeep.due(at(0) + Duration::from_secs(1800 * half)));
        assert_eq!(hours.count(), 24);
        upkeep.note_log(Some(1 << 20));
        assert_eq!((upkeep.log_grows(), upkeep.due(at(99))), (None, Vec::new()));
    }

    #[test]
    fn a_certificate_that_ends_is_a_warning_said_once_a_day() {
        let mut upkeep = Upkeep::default();
        upkeep.note_certificates(vec![
            CertificateEnd { whose: Whose::Own, at: at(24 * 29) },
            CertificateEnd { whose: Whose::Authority, at: at(24 * 400) },
        ]);
        let warnings = upkeep.warnings(at(0));
        assert!(matches!(&warnings[..], [one] if one.to_string().contains("29 days")));
        let said: Vec<String> = (0..48).flat_map(|hour| upkeep.due(at(hour))).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        upkeep.note_certificates(Vec::new());
        assert_eq!((upkeep.warnings(at(0)), upkeep.due(at(99))), (Vec::new(), Vec::new()));
    }
}
