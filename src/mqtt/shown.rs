//! Notes when the certificate ends that a broker shows. All verifying is that of rustls.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::expiry::first_end;
use crate::support::lock;

/// Verifies as rustls does, and notes when the first certificate of the chain ends that it has found good.
#[derive(Debug)]
pub(super) struct Shown {
    verifier: Arc<WebPkiServerVerifier>,
    ends: Mutex<Option<Timestamp>>,
}

impl Shown {
    pub fn new(verifier: Arc<WebPkiServerVerifier>) -> Self {
        Self { verifier, ends: Mutex::default() }
    }

    /// When the certificate that the broker showed last ends.
    pub fn ends(&self) -> Option<Timestamp> {
        *lock(&self.ends)
    }
}

impl ServerCertVerifier for Shown {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verifier = &self.verifier;
        let verified = verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let chain = std::iter::once(end_entity).chain(intermediates);
        *lock(&self.ends) = first_end(verifier, chain);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
