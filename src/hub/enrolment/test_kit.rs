//! An authority for tests, made as `make-certificates` makes one.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequest, DistinguishedName, DnType,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm, date_time_ymd,
};

use super::Authority;

/// What time it is in these tests.
pub fn now() -> Timestamp {
    "2026-11-30T08:00:00Z".parse().unwrap()
}

/// Certificate and key of an authority that ends with the year.
pub fn pair(until_year: i32) -> (String, String) {
    pair_since((2026, 11, 29), until_year)
}

/// Of an authority that is valid now, whatever the clock of this machine says.
pub fn lasting_pair() -> (String, String) {
    pair_since((2000, 1, 1), 2900)
}

fn pair_since(begins: (i32, u8, u8), until_year: i32) -> (String, String) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "hanqing authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(begins.0, begins.1, begins.2);
    params.not_after = date_time_ymd(until_year, 12, 31);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// The files of an authority.
pub fn files(folder: &Path, (certificate, key): &(String, String)) -> (PathBuf, PathBuf) {
    let paths = (folder.join("ca.pem"), folder.join("ca.key"));
    fs::write(&paths.0, certificate).unwrap();
    fs::write(&paths.1, key).unwrap();
    paths
}

/// An authority that ends in 2036.
pub fn authority(folder: &Path) -> Authority {
    let (certificate, key) = files(folder, &pair(2036));
    Authority::open(&certificate, &key).unwrap()
}

/// A key of a gateway, and its request.
pub fn request(
    kind: &'static SignatureAlgorithm,
    params: &CertificateParams,
) -> (KeyPair, CertificateSigningRequest) {
    let key = KeyPair::generate_for(kind).unwrap();
    let request = params.serialize_request(&key).unwrap();
    (key, request)
}

/// The request of a gateway as it makes it.
pub fn csr() -> (KeyPair, String) {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let (key, request) = request(&PKCS_ECDSA_P256_SHA256, &params);
    (key, request.pem().unwrap())
}
