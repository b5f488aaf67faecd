//! Tests of the page's certificate.

use super::*;

/// Of a throw-away authority, for `gw-test`, valid from 2026 to 2126.
const PEM: &[u8] = include_bytes!("../mqtt/tls_tests/gw-test.pem");
const ITS_KEY: &[u8] = include_bytes!("../mqtt/tls_tests/gw-test.key");
const OTHER_KEY: &[u8] = include_bytes!("../mqtt/tls_tests/other.key");

fn files(certificate: &[u8], key: &[u8]) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["page.pem", "page.key"].map(|name| folder.path().join(name));
    std::fs::write(&one, certificate).unwrap();
    std::fs::write(&two, key).unwrap();
    (folder, one, two)
}

fn told(certificate: &[u8], key: &[u8]) -> String {
    let (_folder, certificate, key) = files(certificate, key);
    let problem = Tls::open(&certificate, &key).map(|_| ()).unwrap_err();
    for_programs(Lang::English, || problem.to_string())
}

#[test]
fn what_cannot_be_used_is_said_with_the_setting_and_never_the_key() {
    for (certificate, key, setting, words) in [
        (&b""[..], ITS_KEY, CERTIFICATE, "is empty"),
        (b"no certificate", ITS_KEY, CERTIFICATE, "holds no certificate"),
        (PEM, b"", KEY, "is empty"),
        (PEM, b"no key", KEY, "holds no private key"),
        (PEM, b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", KEY, "passphrase"),
        (PEM, &ITS_KEY[..ITS_KEY.len() / 2], KEY, "is cut off"),
        (PEM, OTHER_KEY, KEY, "does not belong to"),
    ] {
        let said = told(certificate, key);
        assert!(said.starts_with(setting) && said.contains(words), "{said}");
    }
    let nowhere = Path::new("/nowhere/page.pem");
    let problem = Tls::open(nowhere, nowhere).map(|_| ()).unwrap_err();
    assert!(
        problem.to_string().starts_with("web.certificate_file = /nowhere/page.pem"),
        "{problem}"
    );
}

#[test]
fn new_files_are_used_and_wrong_ones_leave_the_old() {
    let (_folder, certificate, key) = files(PEM, ITS_KEY);
    let tls = Tls::open(&certificate, &key).unwrap().files.unwrap();
    let shown = || lock(&tls.current.certified).clone();
    let first = shown();
    assert!(!tls.renew().unwrap());
    std::fs::write(&key, OTHER_KEY).unwrap();
    assert!(tls.renew().is_err());
    assert!(Arc::ptr_eq(&first, &shown()));
    let mut longer = PEM.to_vec();
    longer.extend_from_slice(PEM);
    std::fs::write(&key, ITS_KEY).unwrap();
    std::fs::write(&certificate, longer).unwrap();
    assert!(tls.renew().unwrap());
    assert_eq!(shown().cert.len(), 2);
    assert!(!format!("{tls:?}", tls = tls.current).contains("BEGIN"));
}
