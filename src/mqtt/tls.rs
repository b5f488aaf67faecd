//! TLS to the broker. Its certificate is always verified against the office's authority; ours is shown if we have one.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, InconsistentKeys, RootCertStore};

use super::certificates::{PemFile, TlsFiles};
use super::expiry::{CertificateEnd, Whose};
use super::shown::Shown;
use super::{MqttSettings, subject, tls_words};
use crate::core::Problem;
use crate::locales::{Text, foreign, mqtt as words};
use crate::support::certificate::end_of;

/// Checks the TLS files that `settings` name, if the URL asks for TLS. The error is the first file that cannot be used.
pub fn check_files(settings: &MqttSettings) -> Result<(), Problem> {
    match settings.endpoint() {
        Ok(endpoint) if endpoint.tls => client_config(&TlsFiles::read(settings)?).map(|_| ()),
        _ => Ok(()),
    }
}

/// A client configuration that trusts only the authorities in `files`, and what notes the broker's certificate.
pub(super) fn client_config(files: &TlsFiles) -> Result<(Arc<ClientConfig>, Arc<Shown>), Problem> {
    let shown = Arc::new(Shown::new(verifier(&files.ca)?));
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| files.ca.problem(tls_words::error(&e), words::report_it()))?
        .dangerous()
        .with_custom_certificate_verifier(shown.clone());
    let config = match &files.own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    key.problem(words::key_of_another(&certificate.path), words::copy_both())
                }
                rustls::Error::InvalidCertificate(error) => {
                    let rule = words::holds_bad_certificate(tls_words::certificate(&error));
                    certificate.problem(rule, words::reissue())
                }
                other => {
                    let rule = words::key_unusable(tls_words::error(&other));
                    key.problem(rule, words::keys_that_work())
                }
            })?,
    };
    Ok((Arc::new(config), shown))
}

/// When the certificates in the files of `settings` end. None where there is no TLS, or where a file cannot be used.
pub fn certificate_ends(settings: &MqttSettings) -> Vec<CertificateEnd> {
    match settings.endpoint() {
        Ok(endpoint) if endpoint.tls => {
            TlsFiles::read(settings).map(|files| ends(&files)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// When the certificates in `files` end. An authority's file may hold the old and the new one while one takes over: it
/// ends with the last. A chain of our own ends with its first.
pub(super) fn ends(files: &TlsFiles) -> Vec<CertificateEnd> {
    let Ok(verifier) = verifier(&files.ca) else { return Vec::new() };
    let of = |file: &PemFile| -> Vec<Timestamp> {
        let certificates = certificates(file).unwrap_or_default();
        certificates.iter().filter_map(|certificate| end_of(&verifier, certificate)).collect()
    };
    let authority = of(&files.ca).into_iter().max();
    let own = files.own.as_ref().and_then(|(certificate, _)| of(certificate).into_iter().min());
    let both = [(Whose::Authority, authority), (Whose::Own, own)];
    both.into_iter().filter_map(|(whose, at)| Some(CertificateEnd { whose, at: at? })).collect()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Verifies servers' certificates against the authorities in `file`.
fn verifier(file: &PemFile) -> Result<Arc<WebPkiServerVerifier>, Problem> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|e| {
            let rule = words::holds_bad_certificate(tls_words::error(&e));
            file.problem(rule, words::reissue_authority())
        })?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|e| file.problem(foreign::said(e), words::report_it()))
}

/// The name in this client's certificate, if it has one.
pub(super) fn own_name(files: &TlsFiles) -> Option<String> {
    let (certificate, _) = files.own.as_ref()?;
    let first = CertificateDer::from_pem_slice(&certificate.pem).ok()?;
    subject::common_name(&first)
}

fn certificates(file: &PemFile) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&file.pem).collect();
    let hint = words::certificate_form();
    match found {
        Err(error) => Err(not_pem(file, &error, hint)),
        Ok(none) if none.is_empty() => Err(file.problem(words::no_certificate_in_file(), hint)),
        Ok(some) => Ok(some),
    }
}

fn private_key(file: &PemFile) -> Result<PrivateKeyDer<'static>, Problem> {
    let has = |text: &[u8]| file.pem.windows(text.len()).any(|window| window == text);
    if has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") {
        return Err(file.problem(words::key_with_passphrase(), words::remove_passphrase()));
    }
    let hint = words::key_form();
    PrivateKeyDer::from_pem_slice(&file.pem).map_err(|error| match error {
        pem::Error::NoItemsFound => file.problem(words::no_key_in_file(), hint),
        other => not_pem(file, &other, hint),
    })
}

fn not_pem(file: &PemFile, error: &pem::Error, hint: Text) -> Problem {
    let rule = match error {
        pem::Error::MissingSectionEnd { .. } => words::cut_off(),
        // The error's text quotes a line, which may be of a private key.
        pem::Error::IllegalSectionStart { .. } => words::not_pem(),
        pem::Error::Base64Decode(_) => words::not_pem_since(words::base64_wrong()),
        other => words::not_pem_since(foreign::said(other)),
    };
    file.problem(rule, hint)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Of a throw-away authority: `openssl ecparam -name prime256v1`, valid from 2026 to 2126.
    pub const CA: &[u8] = include_bytes!("tls_tests/ca.pem");
    /// Signed by it, for `gw-test`.
    pub const CERTIFICATE: &[u8] = include_bytes!("tls_tests/gw-test.pem");
    pub const KEY: &[u8] = include_bytes!("tls_tests/gw-test.key");
    pub const OTHER_KEY: &[u8] = include_bytes!("tls_tests/other.key");

    /// What a client with this authority, certificate and key is told.
    fn told(ca: &[u8], own: Option<(&[u8], &[u8])>) -> String {
        let file = |setting, name: &str, pem: &[u8]| PemFile {
            setting,
            path: name.into(),
            pem: pem.into(),
        };
        let files = TlsFiles {
            ca: file("mqtt.ca_file", "ca.pem", ca),
            own: own.map(|(certificate, key)| {
                (
                    file("mqtt.cert_file", "gw.pem", certificate),
                    file("mqtt.key_file", "gw.key", key),
                )
            }),
        };
        client_config(&files).map_or_else(|problem| problem.to_string(), |_| "good".into())
    }

    #[test]
    fn good_files_are_accepted() {
        assert_eq!(told(CA, None), "good");
        assert_eq!(told(CA, Some((CERTIFICATE, KEY))), "good");
        // The first certificate is the client's own: a chain in the wrong order is found here, not at the broker.
        let wrong_order = [CA, CERTIFICATE].concat();
        let right_order = [CERTIFICATE, CA].concat();
        assert_eq!(told(CA, Some((&right_order, KEY))), "good");
        assert!(told(CA, Some((&wrong_order, KEY))).contains("does not belong"));
    }

    #[test]
    fn each_fault_of_a_file_is_named_with_the_way_out() {
        let cut = &CERTIFICATE[..CERTIFICATE.len() / 2];
        let der = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
        let garbled = String::from_utf8_lossy(CERTIFICATE).replace("MII", "M!!");
        let encrypted =
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let cases: [(String, &str); 9] = [
            (
                told(KEY, None),
                "mqtt.ca_file = ca.pem: holds no certificate in PEM form; give a file",
            ),
            (
                told(&der, None),
                "mqtt.ca_file = ca.pem: holds no certificate in PEM form; give a file",
            ),
            (told(cut, None), "mqtt.ca_file = ca.pem: is cut off"),
            (told(garbled.as_bytes(), None), "mqtt.ca_file = ca.pem: is not PEM: base64"),
            (told(CA, Some((KEY, KEY))), "mqtt.cert_file = gw.pem: holds no certificate"),
            (
                told(CA, Some((CERTIFICATE, CERTIFICATE))),
                "mqtt.key_file = gw.key: holds no private key",
            ),
            (
                told(CA, Some((CERTIFICATE, OTHER_KEY))),
                "mqtt.key_file = gw.key: does not belong to mqtt.cert_file gw.pem; copy",
            ),
            (
                told(CA, Some((CERTIFICATE, encrypted))),
                "mqtt.key_file = gw.key: is protected by a passphrase",
            ),
            (
                told(CA, Some((CERTIFICATE, &KEY[..KEY.len() / 2]))),
                "mqtt.key_file = gw.key: is cut off",
            ),
        ];
        for (told, expected) in cases {
            assert!(told.starts_with(expected), "{told:?} and not {expected:?}");
        }
    }

    /// An authority that ends before the other, and when `openssl x509 -enddate` says that each ends.
    const OLD_CA: &[u8] = include_bytes!("tls_tests/old-ca.pem");
    const ENDS: i64 = 4_949_264_071;
    const OLD_ENDS: i64 = 1_827_501_082;

    #[test]
    fn a_certificate_ends_when_openssl_says() {
        let told = |ca: &[u8], own: Option<&[u8]>| {
            let file =
                |setting, pem: &[u8]| PemFile { setting, path: "x.pem".into(), pem: pem.into() };
            let own = own.map(|pem| (file("mqtt.cert_file", pem), file("mqtt.key_file", KEY)));
            let ends = ends(&TlsFiles { ca: file("mqtt.ca_file", ca), own });
            ends.iter().map(|end| (end.whose, end.at.as_second())).collect::<Vec<_>>()
        };
        assert_eq!(told(CA, None), [(Whose::Authority, ENDS)]);
        assert_eq!(told(CA, Some(CERTIFICATE)), [(Whose::Authority, ENDS), (Whose::Own, ENDS)]);
        // Of two authorities the last counts, of a chain the first.
        let both = [OLD_CA, CA].concat();
        let chain = [CERTIFICATE, OLD_CA].concat();
        assert_eq!(told(OLD_CA, None), [(Whose::Authority, OLD_ENDS)]);
        assert_eq!(told(&both, Some(&chain)), [(Whose::Authority, ENDS), (Whose::Own, OLD_ENDS)]);
        // What cannot be used is told elsewhere.
        assert_eq!(told(KEY, None), []);
        for url in ["mqtt://localhost", "mqtts://localhost"] {
            assert_eq!(certificate_ends(&MqttSettings::at(url)), []);
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        // A dash too few makes the line an illegal start, which the error of the library quotes.
        let broken = String::from_utf8_lossy(KEY)
            .replace("-----BEGIN PRIVATE KEY-----", "-----BEGIN SECRET");
        let told = told(CA, Some((CERTIFICATE, broken.as_bytes())));
        assert!(
            told.contains("mqtt.key_file") && !told.contains("SECRET") && !told.contains("83, 69"),
            "{told}"
        );
    }
}
