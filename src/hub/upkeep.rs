//! What needs a person in time, and stops nothing today: certificates that end, and a log of the store that grows.

use std::time::Duration;

use jiff::Timestamp;

use super::outage::instant;
use crate::locales::{Lang, Text, hub as words};
use crate::mqtt::{CertificateEnd, Whose, certificate_warnings};
use crate::support::{Moment, ShownCertificates};

/// Size of the store's write-ahead log from which on it is told. It is folded back into the file at 16 MiB; after a
/// burst it is cut to 64 MiB. A check or a backup of the file, which reads it as it is at one instant, keeps the log of
/// some minutes: about 100 bytes a reading, so that two million come to this. Engineering judgement.
const LOG_TOLD_FROM: u64 = 256 << 20;

/// Problems of a configuration that are named; the log has all of them. Engineering judgement: a person mends these and
/// tries again.
const PROBLEMS_MAX: usize = 5;

/// How often the log has that the store's log grows, and that a certificate ends. Engineering judgement: it takes days
/// to get another certificate.
const LOG_EVERY: Duration = Duration::from_secs(3600);
const CERTIFICATES_EVERY: Duration = Duration::from_secs(24 * 3600);

/// What was seen last.
#[derive(Debug, Default)]
pub struct Upkeep {
    /// Bytes of the store's log; `None` where there is none.
    log: Option<u64>,
    /// Of the last connection to the broker.
    certificates: Vec<CertificateEnd>,
    /// What the server shows that readings are stored on.
    server: ShownCertificates,
    /// What was wrong with a configuration that was to replace the hub's.
    not_taken: Option<Text>,
    said: Said,
}

/// When something was last written to the log, by the uptime.
#[derive(Debug, Default)]
struct Said {
    log: Option<Duration>,
    certificates: Option<Duration>,
}

impl Upkeep {
    pub fn note_log(&mut self, bytes: Option<u64>) {
        self.log = bytes;
    }

    pub fn note_certificates(&mut self, certificates: Vec<CertificateEnd>) {
        self.certificates = certificates;
    }

    /// Notes that a configuration was not taken at `at`, and what is wrong with it.
    pub fn note_not_taken(&mut self, at: Timestamp, problems: Vec<Text>) {
        let more = problems.len().saturating_sub(PROBLEMS_MAX);
        let more = (more > 0).then(|| words::more_problems(more));
        let named = problems.into_iter().take(PROBLEMS_MAX).chain(more);
        self.not_taken = Some(words::configuration_not_taken(instant(at), Text::clauses(named)));
    }

    /// That the configuration is not the one that was to be.
    pub fn not_taken(&self) -> Option<Text> {
        self.not_taken.clone()
    }

    /// Bytes of the store's log, where there is one.
    pub fn log(&self) -> Option<u64> {
        self.log
    }

    /// Takes note of what a server shows from now on.
    #[cfg(any(test, feature = "influx"))]
    pub fn watch_server(&mut self, shown: ShownCertificates) {
        self.server = shown;
    }

    /// When certificates end: those of the broker's last connection, and of the server's.
    pub fn certificates(&self) -> Vec<CertificateEnd> {
        let server = self.server.ends().map(|at| CertificateEnd { whose: Whose::Server, at });
        self.certificates.iter().copied().chain(server).collect()
    }

    /// That the log of the store grows.
    pub fn log_grows(&self) -> Option<Text> {
        let bytes = self.log.filter(|bytes| *bytes >= LOG_TOLD_FROM)?;
        Some(words::log_grows(bytes >> 20))
    }

    /// The certificates that end soon.
    pub fn warnings(&self, now: Timestamp) -> Vec<Text> {
        certificate_warnings(&self.certificates(), now)
    }

    /// What the log is to have at `now`, once in a while as long as it lasts.
    pub fn due(&mut self, now: Moment) -> Vec<String> {
        let is_due = |said: Option<Duration>, every: Duration| {
            said.is_none_or(|said| now.up.saturating_sub(said) >= every)
        };
        let mut due = Vec::new();
        if is_due(self.said.log, LOG_EVERY)
            && let Some(problem) = self.log_grows()
        {
            self.said.log = Some(now.up);
            due.push(problem);
        }
        let warnings = self.warnings(now.time);
        if is_due(self.said.certificates, CERTIFICATES_EVERY) && !warnings.is_empty() {
            self.said.certificates = Some(now.up);
            due.extend(warnings);
        }
        due.iter().map(|problem| problem.within(Lang::English)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 3600 * hours).unwrap()
    }

    fn moment(minutes: u64) -> Moment {
        let up = Duration::from_secs(60 * minutes);
        Moment { up, time: at(0) + up }
    }

    #[test]
    fn a_log_that_grows_is_told_and_said_once_an_hour() {
        let mut upkeep = Upkeep::default();
        assert_eq!(upkeep.log_grows(), None);
        upkeep.note_log(Some(LOG_TOLD_FROM - 1));
        assert_eq!((upkeep.log_grows(), upkeep.due(moment(0))), (None, Vec::new()));
        upkeep.note_log(Some(300 << 20));
        let said = upkeep.log_grows().unwrap();
        assert!(said.to_string().contains("300 MiB"), "{said}");
        assert!(said.within(Lang::Chinese).contains("300 MiB"));
        let hours = (0..48).flat_map(|half| upkeep.due(moment(30 * half)));
        assert_eq!(hours.count(), 24);
        upkeep.note_log(Some(1 << 20));
        assert_eq!((upkeep.log_grows(), upkeep.due(moment(99 * 60))), (None, Vec::new()));
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
        let said: Vec<String> = (0..48).flat_map(|hour| upkeep.due(moment(60 * hour))).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        upkeep.note_certificates(Vec::new());
        assert_eq!((upkeep.warnings(at(0)), upkeep.due(moment(99 * 60))), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_configuration_that_was_not_taken_is_told_with_its_first_problems() {
        let mut upkeep = Upkeep::default();
        assert_eq!(upkeep.not_taken(), None);
        let problem = |n| Text::verbatim(format!("hub.toml:{n}:1: wrong"));
        upkeep.note_not_taken(at(0), (1..=8).map(problem).collect());
        let said = upkeep.not_taken().unwrap();
        for (lang, more) in [(Lang::Chinese, "另有 3 处"), (Lang::English, "3 more")] {
            let said = said.within(lang);
            assert!(said.contains("hub.toml:5:1") && said.contains(more), "{said}");
            assert!(!said.contains("hub.toml:6:1") && said.contains("systemctl reload"), "{said}");
        }
        upkeep.note_not_taken(at(1), vec![problem(9)]);
        let said = upkeep.not_taken().unwrap().to_string();
        assert!(said.contains("hub.toml:9:1") && !said.contains("more"), "{said}");
    }

    #[test]
    fn the_certificate_of_a_server_is_told_as_its_own() {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject;

        // Ends at 1827501082, as openssl says.
        let pem = include_bytes!("../mqtt/tls_tests/old-ca.pem");
        let shown = ShownCertificates::default();
        let mut upkeep = Upkeep::default();
        upkeep.watch_server(shown.clone());
        assert_eq!(upkeep.certificates(), []);
        shown.note("https://server", &CertificateDer::from_pem_slice(pem).unwrap());
        let ends = Timestamp::from_second(1_827_501_082).unwrap();
        assert_eq!(upkeep.certificates(), [CertificateEnd { whose: Whose::Server, at: ends }]);
        let said = upkeep.warnings(ends - Duration::from_secs(3600)).remove(0).to_string();
        assert!(said.contains("store.server") && said.contains("less than a day"), "{said}");
    }
}
