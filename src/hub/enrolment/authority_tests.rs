//! The authority's files are checked as a whole, and what it signs is for one key and one name.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, PKCS_ECDSA_P384_SHA384};
use rustls::RootCertStore;
use rustls::pki_types::UnixTime;
use rustls::server::WebPkiClientVerifier;

use super::super::test_kit::{authority, csr, files, now, pair, request};
use super::*;
use crate::mqtt::common_name;
use crate::support::certificate::end_of_verified as end_of;

fn told(folder: &Path, certificate: &str, key: &str) -> String {
    let (certificate, key) = files(folder, &(certificate.into(), key.into()));
    match Authority::open(&certificate, &key) {
        Ok(_) => "good".into(),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn each_fault_of_the_files_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (certificate, key) = pair(2036);
    let (_, other_key) = pair(2036);
    let leaf = include_str!("../../mqtt/tls_tests/gw-test.pem");
    let leaf_key = include_str!("../../mqtt/tls_tests/gw-test.key");
    let wide = "x".repeat(FILE_MAX as usize + 1);
    for (certificate, key, says) in [
        (certificate.as_str(), key.as_str(), "good"),
        (&certificate, &other_key, "does not belong to enroll.authority_file"),
        (&certificate, &certificate, "authority_key_file"),
        (&certificate, "", "holds no private key"),
        (
            &certificate,
            "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
            "openssl pkcs8",
        ),
        ("", &key, "holds no certificate"),
        (leaf, leaf_key, "is no certificate of an authority"),
        (&wide, &key, "larger than 64 KiB"),
        // OU=a, OU=b: what is signed has one of them only, and another issuer is said than there is.
        (
            include_str!("authority_tests/name-part-twice.pem"),
            include_str!("authority_tests/name-part-twice.key"),
            "nobody takes what it signs",
        ),
    ] {
        let told = told(folder, certificate, key);
        assert!(told.contains(says), "{says}: {told}");
        assert!(!told.contains("BEGIN"), "{told}");
    }
    fs::write(folder.join("ca.pem"), certificate).unwrap();
    fs::remove_file(folder.join("ca.key")).unwrap();
    let missing = Authority::open(&folder.join("ca.pem"), &folder.join("ca.key")).unwrap_err();
    assert!(missing.to_string().contains("chown root:hanqing"), "{missing}");
}

#[test]
fn one_that_has_ended_is_told_and_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (authority_file, authority_key_file) = files(folder.path(), &pair(2030));
    let authority = Authority::open(&authority_file, &authority_key_file).unwrap();
    let after: Timestamp = "2031-01-01T00:00:00Z".parse().unwrap();
    let key = RequestedKey::read(&csr().1).unwrap();
    let gateway = "gw-a".parse().unwrap();
    assert!(matches!(authority.sign_gateway(&gateway, &key, 1, after), Err(SignError::Ended(_))));
    // Nothing outlives it.
    let signed = authority.sign_gateway(&gateway, &key, 3650, now()).unwrap();
    assert_eq!(signed.ends, authority.ends());
}

/// Whether a broker that trusts the authority takes the certificate at that time.
fn taken(authority: &Authority, certificate: &CertificateDer<'_>, at: Timestamp) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at.as_second() as u64));
    verifier.build().unwrap().verify_client_cert(certificate, &[], at).is_ok()
}

#[test]
fn a_gateways_certificate_is_for_its_name_and_key_and_for_clients() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path());
    let (pair, csr) = csr();
    let key = RequestedKey::read(&csr).unwrap();
    let signed = authority.sign_gateway(&"gw-a".parse().unwrap(), &key, 30, now()).unwrap();
    let again = authority.sign_gateway(&"gw-a".parse().unwrap(), &key, 30, now()).unwrap();
    assert_ne!(signed.serial, again.serial);
    assert_eq!((signed.serial.len(), &signed.serial[..1]), (32, "4"));
    let certificate = CertificateDer::from_pem_slice(signed.certificate.as_bytes()).unwrap();
    assert_eq!(common_name(&certificate).as_deref(), Some("gw-a"));
    assert!(!is_authority(&certificate));
    assert_eq!(end_of(&certificate), Some(signed.ends));
    let days = |days: i64| now().checked_add(SignedDuration::from_hours(24 * days)).unwrap();
    assert_eq!(signed.ends, days(30));
    for (at, right) in [(days(-2), false), (days(0), true), (days(29), true), (days(31), false)] {
        assert_eq!(taken(&authority, &certificate, at), right, "{at}");
    }
    let provider = rustls::crypto::ring::default_provider();
    let private = PrivateKeyDer::Pkcs8(pair.serialize_der().into());
    CertifiedKey::from_der(vec![certificate.clone()], private, &provider).unwrap();
    let other = super::super::test_kit::authority(tempfile::tempdir().unwrap().path());
    assert!(!taken(&other, &certificate, now()));
}

#[test]
fn only_the_key_of_a_request_counts() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path());
    // It asks for another name, for all names, and to be an authority.
    let mut params = CertificateParams::new(vec![ENROLMENT_NAME.into()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "hanqing-hub");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let (_, greedy) = request(&PKCS_ECDSA_P256_SHA256, &params);
    let key = RequestedKey::read(&greedy.pem().unwrap()).unwrap();
    let signed = authority.sign_gateway(&"gw-a".parse().unwrap(), &key, 30, now()).unwrap();
    let certificate = CertificateDer::from_pem_slice(signed.certificate.as_bytes()).unwrap();
    assert_eq!(common_name(&certificate).as_deref(), Some("gw-a"));
    let holds = |word: &str| certificate.windows(word.len()).any(|found| found == word.as_bytes());
    assert!(!holds("hanqing-hub") && !holds(ENROLMENT_NAME) && !is_authority(&certificate));
}

#[test]
fn a_request_that_is_not_signed_with_its_own_key_is_none() {
    let (_, csr) = csr();
    let der = rustls::pki_types::CertificateSigningRequestDer::from_pem_slice(csr.as_bytes());
    let der = der.unwrap().to_vec();
    let read = |der: Vec<u8>| {
        CertificateSigningRequestParams::from_der(&der.into()).map(|read| read.public_key)
    };
    assert!(read(der.clone()).is_ok());
    // The last byte is of the signature, and in the middle is the key.
    for at in [der.len() - 1, der.len() / 2] {
        let mut forged = der.clone();
        forged[at] ^= 1;
        assert!(read(forged).is_err(), "{at}");
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let (_, other_kind) = request(&PKCS_ECDSA_P384_SHA384, &params);
    for none in ["", "x", &other_kind.pem().unwrap(), &csr[..csr.len() / 2]] {
        assert!(RequestedKey::read(none).is_none(), "{none}");
    }
}

#[test]
fn only_keys_of_the_one_curve_are_signed_whatever_the_hash_of_the_request() {
    // Made by `openssl req -new -sha256 -newkey ec -pkeyopt ec_paramgen_curve:…`.
    assert!(RequestedKey::read(include_str!("authority_tests/p256.csr")).is_some());
    for other in [
        include_str!("authority_tests/p384-sha256.csr"),
        include_str!("authority_tests/secp256k1.csr"),
    ] {
        assert!(RequestedKey::read(other).is_none(), "{other}");
    }
}
