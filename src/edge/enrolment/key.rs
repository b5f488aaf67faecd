//! The gateway's private key, and the request that proves that it has it.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::core::GatewayId;
use crate::locales::{Text, foreign};

/// A key pair of the curve P-256, as `make-certificates` makes it.
pub(super) struct Key(KeyPair);

impl Key {
    pub fn make() -> Result<Self, Text> {
        KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map(Self).map_err(foreign::said)
    }

    /// Reads one back; `None` where it is none of ours.
    pub fn read(pem: &str) -> Option<Self> {
        KeyPair::from_pem_and_sign_algo(pem, &PKCS_ECDSA_P256_SHA256).ok().map(Self)
    }

    /// PKCS #8, PEM.
    pub fn pem(&self) -> String {
        self.0.serialize_pem()
    }

    /// A request for a certificate: PKCS #10, PEM.
    pub fn request(&self, gateway: Option<&GatewayId>) -> Result<String, Text> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        if let Some(gateway) = gateway {
            params.distinguished_name.push(DnType::CommonName, gateway.as_str());
        }
        let request = params.serialize_request(&self.0).map_err(foreign::said)?;
        request.pem().map_err(foreign::said)
    }
}
