//! Who is taken for the hub, and what is taken from it.
//!
//! A gateway that enrols has no authority yet: the code says by its digest which one it is. The hub shows it in its
//! chain, and everything below it is verified as TLS always does.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::key::Key;
use crate::core::GatewayId;
use crate::locales::{Text, enrolment as words, foreign};
use crate::mqtt::{MqttSettings, common_name, is_authority};
use crate::support::{hex, sha256};
use crate::wire::{Code, EnrolAnswer, is_reserved};

/// Takes a server for the hub whose chain ends in the authority of the code.
#[derive(Debug)]
struct OfTheCode {
    code: Code,
    provider: Arc<CryptoProvider>,
}

/// What TLS is spoken with to the hub of `code`.
pub(super) fn config(code: &Code) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = OfTheCode { code: code.clone(), provider: provider.clone() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl ServerCertVerifier for OfTheCode {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let stranger = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let authority = intermediates.iter().find(|shown| self.code.means(&sha256(shown)));
        let authority = authority.ok_or_else(stranger)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone());
        let verifier = verifier.build().map_err(|_| stranger())?;
        let verify = |at| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at)
        };
        // Dates are looked at before the signature: whoever shows an old certificate of his own has said nothing of
        // the clock.
        verify(now).map_err(|error| match bound(&error) {
            Some(valid) if verify(valid).is_err() => stranger(),
            _ => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// When a certificate is valid again that is not valid by this machine's clock.
fn bound(error: &Error) -> Option<UnixTime> {
    match error {
        Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }) => {
            Some(*not_before)
        }
        Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            Some(*not_after)
        }
        _ => None,
    }
}

/// An answer that was verified: what is written is this, and nothing else of it.
#[derive(Debug)]
pub(super) struct Verified {
    pub gateway: GatewayId,
    /// PEM.
    pub certificate: String,
    /// PEM.
    pub authority: String,
    pub broker_url: String,
    /// What tells this certificate from others of the gateway: eight hexadecimal digits.
    pub tag: String,
}

/// Verifies that the certificate is for this gateway and its key, that the authority of the code has signed it for a
/// client and it is valid now, and that the broker is one that is spoken to by certificate.
pub(super) fn verified(
    answer: &EnrolAnswer,
    key: &Key,
    code: &Code,
    now: Timestamp,
) -> Result<Verified, Text> {
    let read = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes());
    let certificate = read(&answer.certificate).map_err(|_| words::no_certificate())?;
    let authority = read(&answer.authority).map_err(|_| words::no_certificate())?;
    if !code.means(&sha256(&authority)) || !is_authority(&authority) {
        return Err(words::authority_of_another());
    }
    match common_name(&certificate) {
        Some(name) if name == answer.gateway.as_str() => {}
        Some(name) => return Err(words::certificate_of_another(name.escape_debug().to_string())),
        None => return Err(words::certificate_of_nobody()),
    }
    if is_reserved(&answer.gateway) {
        return Err(words::reserved_name(answer.gateway.as_str()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    for_client(&certificate, &authority, provider.clone(), now)
        .map_err(|error| words::certificate_unfit(foreign::said(error)))?;
    let private = PrivateKeyDer::from_pem_slice(key.pem().as_bytes());
    let private = private.map_err(foreign::said)?;
    CertifiedKey::from_der(vec![certificate.clone()], private, &provider)
        .map_err(|_| words::certificate_of_another_key())?;
    match MqttSettings::at(&answer.broker_url).endpoint() {
        Ok(endpoint) if endpoint.tls => {}
        _ => return Err(words::no_such_broker(answer.broker_url.escape_debug().to_string())),
    }
    let digest = sha256(&certificate);
    Ok(Verified {
        gateway: answer.gateway.clone(),
        tag: hex(&digest[..4]),
        certificate: pem(&certificate),
        authority: pem(&authority),
        broker_url: answer.broker_url.clone(),
    })
}

/// Whether a server that trusts the authority takes this client's certificate at that time.
fn for_client(
    certificate: &CertificateDer<'_>,
    authority: &CertificateDer<'_>,
    provider: Arc<CryptoProvider>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let verifier = verifier.map_err(|error| Error::General(error.to_string()))?;
    let second = u64::try_from(now.as_second()).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(second));
    verifier.verify_client_cert(certificate, &[], now).map(|_| ())
}

/// A certificate as PEM (RFC 7468): base 64 in lines of 64 letters.
fn pem(certificate: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    // 48 bytes fill a line.
    for line in certificate.chunks(48) {
        for three in line.chunks(3) {
            let bits = (0..3).fold(0, |bits, index| {
                bits << 8 | u32::from(three.get(index).copied().unwrap_or_default())
            });
            for letter in 0..4 {
                let value = (bits >> (18 - 6 * letter) & 63) as usize;
                text.push(if letter > three.len() { '=' } else { char::from(LETTERS[value]) });
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_written_as_others_write_it() {
        let original = include_str!("../../mqtt/tls_tests/gw-test.pem");
        let der = CertificateDer::from_pem_slice(original.as_bytes()).unwrap();
        assert_eq!(pem(&der), original);
        for length in 0..100 {
            let bytes: Vec<u8> = (0..length).collect();
            let back = CertificateDer::from_pem_slice(pem(&bytes).as_bytes()).unwrap();
            assert_eq!(*back, bytes[..]);
        }
    }
}
