//! The office's authority: what its files hold, and what it signs.

use std::fs;
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
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};

use crate::core::{GatewayId, Problem};
use crate::hub::EnrollSettings;
use crate::locales::{Text, enrolment as words, foreign};
use crate::support::certificate::{digest, end_of_verified, is_authority};
use crate::support::{Clock, hex};
use crate::wire::ENROLMENT_NAME;

/// The largest file that is read, bytes: a certificate has some 1,000.
const FILE_MAX: u64 = 64 * 1024;

/// How long before it is signed a certificate is valid: the clocks of gateways and brokers may be slow.
const BACK: SignedDuration = SignedDuration::from_hours(24);

/// How long the certificate is valid that the hub itself shows: it makes another before.
pub(super) const SHOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Bytes of a serial number: as many as `make-certificates` takes.
const SERIAL_BYTES: usize = 16;

/// The settings that name the files.
const CERTIFICATE: &str = "enroll.authority_file";
const KEY: &str = "enroll.authority_key_file";

/// The authority, with its key.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
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
    /// The authority of these settings, where it can sign now, by this machine's clock.
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
    /// A file cannot be read or holds something else, the two do not belong together, or the certificate is of no
    /// authority.
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
        let ends = end_of_verified(&certificate).filter(|_| may_sign && is_authority(&certificate));
        let no_authority = || of_certificate(words::no_authority(), words::authority_form());
        let ends = ends.ok_or_else(no_authority)?;
        Ok(Self { issuer, certificate, pem, ends })
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The SHA-256 of its certificate.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.certificate)
    }

    /// When its certificate ends, and with it all that it has signed.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// Signs that the key belongs to `gateway`, for so many days, as `make-certificates` does.
    ///
    /// # Errors
    /// The authority's certificate has ended, or the key cannot sign.
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
        if now >= self.ends {
            return Err(SignError::Ended(self.ends));
        }
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
        let request = CertificateSigningRequestParams::from_pem(csr).ok()?;
        let right = request.public_key.algorithm() == &PKCS_ECDSA_P256_SHA256;
        right.then_some(Self(request.public_key))
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
