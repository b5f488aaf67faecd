//! What certificates say: when they end, whether one may sign others, and the digest that tells one from all others.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore, SupportedCipherSuite};

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

/// The SHA-256 of a certificate, by the hash that TLS has in any case.
pub fn digest(certificate: &CertificateDer<'_>) -> [u8; 32] {
    let mut digest = [0; 32];
    if let SupportedCipherSuite::Tls13(suite) =
        rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256
    {
        digest.copy_from_slice(suite.common.hash_provider.hash(certificate).as_ref());
    }
    digest
}

/// Whether a certificate may sign others: rustls takes no such one for that of a server, and says so.
pub fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    let mut roots = RootCertStore::empty();
    if roots.add(certificate.clone()).is_err() {
        return false;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let (Ok(verifier), Some(end)) = (verifier, end_of_verified(certificate)) else { return false };
    let Ok(last) = u64::try_from(end.as_second()) else { return false };
    let anybody = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let last = UnixTime::since_unix_epoch(Duration::from_secs(last));
    match verifier.verify_server_cert(certificate, &[], &anybody, &[], last) {
        Err(rustls::Error::InvalidCertificate(CertificateError::Other(error))) => {
            error.0.to_string() == "CaUsedAsEndEntity"
        }
        _ => false,
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

    use crate::support::hex;

    #[test]
    fn an_authority_is_one_and_a_gateway_is_none() {
        let [authority, gateway] = [
            include_bytes!("../mqtt/tls_tests/ca.pem").as_slice(),
            include_bytes!("../mqtt/tls_tests/gw-test.pem"),
        ]
        .map(|pem| CertificateDer::from_pem_slice(pem).unwrap());
        assert!(is_authority(&authority) && !is_authority(&gateway));
        assert!(!is_authority(&CertificateDer::from(b"nothing".to_vec())));
    }

    #[test]
    fn a_digest_is_that_of_openssl() {
        let authority =
            CertificateDer::from_pem_slice(include_bytes!("../mqtt/tls_tests/ca.pem")).unwrap();
        assert_eq!(hex(&digest(&authority)), "20291417633984b63c731668de7cf578f7fc3da578a4c3c7c88d54a5117b3a47");
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
