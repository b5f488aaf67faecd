//! What certificates say: from when to when they are valid.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore};

use super::lock;

/// When a certificate ends: rustls says it when it is asked about the end of time. `None` where it is read no further:
/// a certificate of version 1, or one without an end.
pub fn end_of(
    verifier: &WebPkiServerVerifier,
    certificate: &CertificateDer<'_>,
) -> Option<Timestamp> {
    let never = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let anybody = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    match verifier.verify_server_cert(certificate, &[], &anybody, &[], never) {
        Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
            not_after,
            ..
        })) => Timestamp::from_second(not_after.as_secs().try_into().ok()?).ok(),
        _ => None,
    }
}

/// When a certificate ends that was verified elsewhere. What it is verified against does not matter to its end.
pub fn end_of_verified(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).ok()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    end_of(verifier.build().ok()?.as_ref(), certificate)
}

/// From when a certificate is valid that was verified elsewhere. `None` as for its end.
#[cfg(feature = "hub")]
pub fn start_of_verified(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).ok()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let anybody = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let first = UnixTime::since_unix_epoch(Duration::ZERO);
    match verifier.build().ok()?.verify_server_cert(certificate, &[], &anybody, &[], first) {
        Err(rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext {
            not_before,
            ..
        })) => Timestamp::from_second(not_before.as_secs().try_into().ok()?).ok(),
        _ => None,
    }
}

/// A certificate that was shown.
#[derive(Debug)]
struct Shown {
    certificate: CertificateDer<'static>,
    ends: Option<Timestamp>,
}

/// The certificates that were shown last, one at each place. Copies are of the same.
#[derive(Debug, Clone, Default)]
pub struct ShownCertificates(Arc<Mutex<BTreeMap<String, Shown>>>);

impl ShownCertificates {
    /// Notes a certificate, in DER, that was verified and that whoever is at `place` has shown. There are few places.
    pub fn note(&self, place: &str, certificate: &[u8]) {
        let mut all = lock(&self.0);
        if all.get(place).is_some_and(|known| *known.certificate == *certificate) {
            return;
        }
        let certificate = CertificateDer::from(certificate.to_vec());
        let ends = end_of_verified(&certificate);
        all.insert(place.into(), Shown { certificate, ends });
    }

    /// When the first of them ends.
    pub fn ends(&self) -> Option<Timestamp> {
        lock(&self.0).values().filter_map(|shown| shown.ends).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    #[cfg(feature = "hub")]
    #[test]
    fn a_certificate_begins_when_openssl_says() {
        let authority = CertificateDer::from_pem_slice(include_bytes!("../mqtt/tls_tests/ca.pem"));
        assert_eq!(
            start_of_verified(&authority.unwrap()).map(Timestamp::as_second),
            Some(1_795_664_071)
        );
        assert_eq!(start_of_verified(&CertificateDer::from(b"nothing".to_vec())), None);
    }

    #[test]
    fn the_first_end_of_what_was_shown_last_counts() {
        // Of a throw-away authority, and when openssl says that each ends.
        let [late, early] = [
            include_bytes!("../mqtt/tls_tests/gw-test.pem").as_slice(),
            include_bytes!("../mqtt/tls_tests/old-ca.pem"),
        ]
        .map(|pem| CertificateDer::from_pem_slice(pem).unwrap());
        let (late_ends, early_ends) = (4_949_264_071, 1_827_501_082);
        let shown = ShownCertificates::default();
        let ends = || shown.ends().map(Timestamp::as_second);
        assert_eq!(ends(), None);
        shown.note("writes:443", &early);
        assert_eq!(ends(), Some(early_ends));
        shown.note("reads:443", &late);
        assert_eq!(ends(), Some(early_ends));
        // It was replaced.
        shown.clone().note("writes:443", &late);
        assert_eq!(ends(), Some(late_ends));
        shown.note("writes:443", b"what nobody can read");
        shown.note("reads:443", b"");
        assert_eq!(ends(), None);
    }
}
