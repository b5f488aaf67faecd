//! TLS to the broker: its certificate is verified against the office's own authority, always.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::MqttError;

/// A client configuration that trusts the authorities in `ca_file`, and nobody else.
///
/// # Errors
/// The file cannot be read, holds no certificate, or one that cannot be used.
pub fn client_config(ca_file: &Path) -> Result<Arc<ClientConfig>, MqttError> {
    let bad = |problem: String| MqttError::File {
        path: ca_file.into(),
        problem,
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(ca_file).map_err(|e| bad(e.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| bad(e.to_string()))?;
        roots.add(certificate).map_err(|e| bad(e.to_string()))?;
    }
    if roots.is_empty() {
        return Err(bad("holds no certificate in PEM form".into()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| bad(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = client_config(file.path()).unwrap_err().to_string();
        assert!(
            error.contains("no certificate") && error.contains(file.path().to_str().unwrap()),
            "{error}"
        );
        assert!(client_config(Path::new("/nowhere/ca.pem")).is_err());
    }
}
