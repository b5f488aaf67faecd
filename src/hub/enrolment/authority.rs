//! The office's authority: what its files hold, and what it signs.

use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PublicKey, PublicKeyData, SanType, SerialNumber, date_time_ymd,
};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, ServerName, UnixTime,
};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, Error, InconsistentKeys, RootCertStore};

use crate::core::{GatewayId, Problem};
use crate::hub::EnrollSettings;
use crate::locales::{Text, enrolment as words, foreign};
use crate::mqtt::is_authority;
use crate::support::certificate::{end_of_verified, start_of_verified};
use crate::support::{Clock, hex, sha256};
use crate::wire::ENROLMENT_NAME;

/// The largest file that is read, bytes: a certificate has some 1,000.
const FILE_MAX: u64 = 64 * 1024;

/// How long before it is signed a certificate is valid: the clocks of gateways and brokers may be slow.
const BACK: SignedDuration = SignedDuration::from_hours(24);

/// How long the certificate is valid that the hub itself shows: it makes another before.
pub(super) const SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Bytes of a serial number: as many as `make-certificates` takes.
const SERIAL_BYTES: usize = 16;

/// Bytes of a point of P-256: a 4, and two coordinates (SEC 1, 2.3.3).
const POINT_BYTES: usize = 65;

/// The settings that name the files.
const CERTIFICATE: &str = "enroll.authority_file";
const KEY: &str = "enroll.authority_key_file";

/// The authority, with its key.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
    begins: Timestamp,
    ends: Timestamp,
}

impl std::fmt::Debug for Authority {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("ends", &self.ends).finish_non_exhaustive()
    }
}

/// What the authority has signed for a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// PEM.
    pub certificate: String,
    /// Hexadecimal.
    pub serial: String,
    pub ends: Timestamp,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// By the hub's own clock.
    #[error("{}", words::authority_begins(begins.to_string(), now.to_string()))]
    NotYet { begins: Timestamp, now: Timestamp },
    #[error("{}", words::authority_ended(.0.to_string()))]
    Ended(Timestamp),
    #[error("{}", crate::locales::users::no_random_numbers())]
    Random,
    #[error("{}", words::cannot_sign(foreign::said(.0)))]
    Sign(#[from] rcgen::Error),
    #[error("{}", words::cannot_sign(foreign::said(.0)))]
    Tls(#[from] rustls::Error),
}

impl Authority {
    /// The authority of these settings, where it has not ended by this machine's clock. A clock that is slow after the
    /// start will be set; until then nothing is signed.
    ///
    /// # Errors
    /// As of [`open`](Self::open); its certificate has ended.
    pub fn of_now(settings: &EnrollSettings) -> Result<Self, Problem> {
        let found = Self::open(&settings.authority_file, &settings.authority_key_file)?;
        if found.ends > Clock::system().now() {
            return Ok(found);
        }
        let (file, rule) =
            (&settings.authority_file, words::authority_ended(found.ends.to_string()));
        Err(Problem::new(CERTIFICATE, file.display(), rule, words::new_authority()))
    }

    /// Reads the certificate and the private key, both PEM.
    ///
    /// # Errors
    /// A file cannot be read or holds something else, the two do not belong together, the certificate is of no
    /// authority, or nobody takes what it signs.
    pub fn open(certificate_path: &Path, key_path: &Path) -> Result<Self, Problem> {
        let of_certificate =
            |rule, hint| Problem::new(CERTIFICATE, certificate_path.display(), rule, hint);
        let of_key = |rule, hint| Problem::new(KEY, key_path.display(), rule, hint);
        let text = read(CERTIFICATE, certificate_path)?;
        let no_certificate = || of_certificate(words::no_certificate(), words::authority_form());
        let certificate = CertificateDer::from_pem_slice(&text).map_err(|_| no_certificate())?;
        let pem = first_certificate(&text).ok_or_else(no_certificate)?;
        let key = read(KEY, key_path)?;
        let private = PrivateKeyDer::from_pem_slice(&key)
            .map_err(|_| of_key(words::no_private_key(), words::key_form(key_path)))?;
        let pair = KeyPair::try_from(&private)
            .map_err(|_| of_key(words::key_unusable(), words::key_form(key_path)))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        match CertifiedKey::from_der(vec![certificate.clone()], private, &provider) {
            Ok(_) => {}
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                return Err(of_key(
                    words::key_of_another(certificate_path),
                    words::made_together(),
                ));
            }
            Err(_) => return Err(of_key(words::key_unusable(), words::key_form(key_path))),
        }
        let issuer = Issuer::from_ca_cert_der(&certificate, pair).map_err(|_| no_certificate())?;
        let may_sign = issuer.key_usages().is_empty()
            || issuer.key_usages().contains(&KeyUsagePurpose::KeyCertSign);
        let bounds = start_of_verified(&certificate).zip(end_of_verified(&certificate));
        let bounds = bounds.filter(|_| may_sign && is_authority(&certificate));
        let no_authority = || of_certificate(words::no_authority(), words::authority_form());
        let (begins, ends) = bounds.ok_or_else(no_authority)?;
        let found = Self { issuer, certificate, pem, begins, ends };
        found.try_out().map_err(|why| {
            of_certificate(words::authority_unfit(why), words::authority_plainly())
        })?;
        Ok(found)
    }

    /// Signs what is thrown away, and looks whether gateways would take it.
    fn try_out(&self) -> Result<(), Text> {
        let (key, _) = self.sign_own(self.begins).map_err(|error| foreign::said(&error))?;
        let unfit = |error: Error| foreign::said(error);
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).map_err(unfit)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build().map_err(foreign::said)?;
        let name = ServerName::try_from(ENROLMENT_NAME).map_err(foreign::said)?;
        let second = u64::try_from(self.begins.as_second()).unwrap_or_default();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(second));
        let (own, above) = key.cert.split_first().ok_or_else(words::no_certificate)?;
        verifier.verify_server_cert(own, above, &name, &[], at).map_err(unfit)?;
        Ok(())
    }

    /// Whether it may sign now.
    ///
    /// # Errors
    /// Its certificate has not begun or has ended.
    pub fn may_sign(&self, now: Timestamp) -> Result<(), SignError> {
        match () {
            () if now < self.begins => Err(SignError::NotYet { begins: self.begins, now }),
            () if now >= self.ends => Err(SignError::Ended(self.ends)),
            () => Ok(()),
        }
    }

    /// Whether whoever answers shows a certificate of this authority, with the authority's own as codes name it.
    ///
    /// # Errors
    /// TLS did not come about for another reason.
    pub fn is_shown_by(&self, stream: &mut TcpStream) -> io::Result<bool> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(ENROLMENT_NAME).map_err(io::Error::other)?;
        let mut client = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        while client.is_handshaking() {
            match client.complete_io(stream) {
                Ok((0, 0)) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) => {
                    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
                    return match inner {
                        Some(Error::InvalidCertificate(_)) => Ok(false),
                        _ => Err(error),
                    };
                }
            }
        }
        Ok(client.peer_certificates().is_some_and(|shown| shown.contains(&self.certificate)))
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The SHA-256 of its certificate.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.certificate)
    }

    /// When its certificate ends, and with it all that it has signed.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// Signs that the key belongs to `gateway`, for so many days, as `make-certificates` does.
    ///
    /// # Errors
    /// The authority's certificate has not begun or has ended, or the key cannot sign.
    pub fn sign_gateway(
        &self,
        gateway: &GatewayId,
        key: &RequestedKey,
        days: u32,
        now: Timestamp,
    ) -> Result<Signed, SignError> {
        let lasts = SignedDuration::from_hours(24 * i64::from(days));
        let (mut params, serial, ends) = self.params(gateway.as_str(), lasts, now)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key.0, &self.issuer)?.pem();
        Ok(Signed { certificate, serial, ends })
    }

    /// Signs a key that is made now, for what the hub shows to gateways that ask it. Returns it with its end.
    pub(super) fn sign_own(&self, now: Timestamp) -> Result<(CertifiedKey, Timestamp), SignError> {
        let (mut params, _, ends) = self.params(ENROLMENT_NAME, SHOWN, now)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.subject_alt_names = vec![SanType::DnsName(ENROLMENT_NAME.try_into()?)];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        // The authority's own goes with it: who asks knows its digest only.
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok((CertifiedKey::from_der(chain, private, &provider)?, ends))
    }

    /// What all certificates have in common, with the serial number and the end of this one. None outlives the
    /// authority's.
    fn params(
        &self,
        name: &str,
        lasts: SignedDuration,
        now: Timestamp,
    ) -> Result<(CertificateParams, String, Timestamp), SignError> {
        self.may_sign(now)?;
        let mut serial = [0; SERIAL_BYTES];
        SystemRandom::new().fill(&mut serial).map_err(|_| SignError::Random)?;
        // Positive, and as long for all.
        serial[0] = serial[0] & 0x0f | 0x40;
        let ends = now.checked_add(lasts).unwrap_or(self.ends).min(self.ends);
        let date = |at: Timestamp| {
            let second = u64::try_from(at.as_second()).unwrap_or_default();
            date_time_ymd(1970, 1, 1) + Duration::from_secs(second)
        };
        let mut params = CertificateParams::default();
        params.not_before = date(now.checked_sub(BACK).unwrap_or(now));
        params.not_after = date(ends);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        Ok((params, hex(&serial), ends))
    }
}

/// The first certificate of a file as it stands there, without what people write around it.
fn first_certificate(text: &[u8]) -> Option<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(text);
    let from = text.find("-----BEGIN CERTIFICATE-----")?;
    let to = from + text[from..].find(END)? + END.len();
    Some(format!("{}\n", &text[from..to]))
}

/// The key for which a gateway asks for a certificate. It has proved that it holds the private half.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestedKey(PublicKey);

impl RequestedKey {
    /// Reads it out of a request (PKCS #10, PEM), and verifies the request's signature. Whatever else it asks for does
    /// not count. `None` where it is none, or of another kind of key than gateways make.
    pub fn read(csr: &str) -> Option<Self> {
        let der = CertificateSigningRequestDer::from_pem_slice(csr.as_bytes()).ok()?;
        let key = CertificateSigningRequestParams::from_der(&der).ok()?.public_key;
        // The algorithm is that of the signature, which may be made with a key of another curve: what is signed has to
        // be what the request has, a point of P-256 that is not compressed.
        let right = key.algorithm() == &PKCS_ECDSA_P256_SHA256;
        let is_point = key.der_bytes().len() == POINT_BYTES && key.der_bytes().first() == Some(&4);
        let info = key.subject_public_key_info();
        let is_asked = der.windows(info.len()).any(|found| found == info);
        (right && is_point && is_asked).then_some(Self(key))
    }

    /// What tells it from others.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.subject_public_key_info()
    }
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, Problem> {
    let problem = |rule: Text, hint| Problem::new(setting, path.display(), rule, hint);
    let unreadable =
        |error| problem(words::file_unreadable(foreign::io(&error)), words::let_hub_read(path));
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_MAX {
        return Err(problem(words::file_too_large(FILE_MAX / 1024), words::authority_form()));
    }
    fs::read(path).map_err(unreadable)
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
