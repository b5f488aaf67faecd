//! Who is taken for the hub, and what is taken from it.
//!
//! A gateway that enrols has no authority yet: the code says by its digest which one it is. The hub shows it in its
//! chain, and everything below it is verified as TLS always does.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::key::Key;
use crate::locales::{Text, enrolment as words, foreign};
use crate::mqtt::{MqttSettings, common_name};
use crate::support::certificate::{digest, is_authority};
use crate::wire::{Code, EnrolAnswer};

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
        let authority = intermediates.iter().find(|shown| self.code.means(&digest(shown)));
        let authority = authority.ok_or_else(stranger)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|_| stranger())?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
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

/// An answer that was verified.
#[derive(Debug)]
pub(super) struct Verified(());

/// Verifies that the certificate is for this gateway and its key, that the authority is that of the code, and that the
/// broker is one that is spoken to by certificate.
pub(super) fn verified(answer: &EnrolAnswer, key: &Key, code: &Code) -> Result<Verified, Text> {
    let read = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes());
    let certificate = read(&answer.certificate).map_err(|_| words::no_certificate())?;
    let authority = read(&answer.authority).map_err(|_| words::no_certificate())?;
    if !code.means(&digest(&authority)) || !is_authority(&authority) {
        return Err(words::authority_of_another());
    }
    match common_name(&certificate) {
        Some(name) if name == answer.gateway.as_str() => {}
        name => return Err(words::certificate_of_another(name.unwrap_or_default())),
    }
    let private = PrivateKeyDer::from_pem_slice(key.pem().as_bytes());
    let private = private.map_err(foreign::said)?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(vec![certificate], private, &provider)
        .map_err(|_| words::certificate_of_another_key())?;
    match MqttSettings::at(&answer.broker_url).endpoint() {
        Ok(endpoint) if endpoint.tls => Ok(Verified(())),
        _ => Err(words::no_such_broker(answer.broker_url.escape_debug().to_string())),
    }
}
