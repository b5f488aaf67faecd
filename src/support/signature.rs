//! Ed25519 signatures (RFC 8032), by the ring that TLS brings in any case.

use std::fmt;

use ring::signature::{ED25519, UnparsedPublicKey};

use super::hex::{hex, unhex};
use super::sha256::sha256;

/// What the text of a public key begins with: the algorithm.
const PREFIX: &str = "ed25519:";

/// Bytes of a public key (RFC 8032, 5.1.5).
const KEY_BYTES: usize = 32;

/// Bytes of a signature (RFC 8032, 5.1.6).
pub const SIGNATURE_BYTES: usize = 64;

/// Bytes of the digest that name a key where people read it: 32 bits tell apart what an office has.
const ID_BYTES: usize = 4;

/// Whose signatures are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; KEY_BYTES]);

impl PublicKey {
    /// Reads the text that [`fmt::Display`] writes; `None` where it is no key.
    pub fn parse(text: &str) -> Option<Self> {
        unhex(text.strip_prefix(PREFIX)?).map(Self)
    }

    /// Whether the private key of this one has signed `message`.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }

    /// A short name of it: the beginning of its digest.
    pub fn id(&self) -> String {
        hex(sha256(&self.0).get(..ID_BYTES).unwrap_or_default())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", hex(&self.0))
    }
}

#[cfg(feature = "hub")]
pub use signer::{NoKey, Signer};

#[cfg(feature = "hub")]
mod signer {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::pki_types::pem::PemObject;

    use super::{PublicKey, SIGNATURE_BYTES};

    /// Letters of a line of PEM (RFC 7468, 2).
    const LINE: usize = 64;

    /// What was given is no private key of this kind, or none could be made.
    #[derive(Debug)]
    pub struct NoKey;

    /// A private key, which signs.
    pub struct Signer(Ed25519KeyPair);

    impl Signer {
        /// A new key, and its text: PKCS #8 in PEM.
        pub fn generate() -> Result<(Self, String), NoKey> {
            let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| NoKey)?;
            let text = STANDARD.encode(made.as_ref());
            let lines = text.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
            let body: String = lines.map(|line| format!("{line}\n")).collect();
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n");
            Ok((Self::from_pem(&pem)?, pem))
        }

        /// The key in `pem`, made here or by openssl.
        pub fn from_pem(pem: &str) -> Result<Self, NoKey> {
            let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| NoKey)?;
            let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
            key.map(Self).map_err(|_| NoKey)
        }

        /// The signature of `message`.
        pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
            let mut bytes = [0; SIGNATURE_BYTES];
            bytes.copy_from_slice(self.0.sign(message).as_ref());
            bytes
        }

        /// Its public key.
        pub fn public(&self) -> PublicKey {
            let mut bytes = [0; super::KEY_BYTES];
            bytes.copy_from_slice(self.0.public_key().as_ref());
            PublicKey(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2: public key, message, signature.
    const KEY: &str = "ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNED: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                          085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    #[test]
    fn it_is_that_of_the_standard() {
        let key = PublicKey::parse(KEY).unwrap();
        let signature: [u8; SIGNATURE_BYTES] = unhex(SIGNED).unwrap();
        assert!(key.has_signed(&[0x72], &signature));
        assert!(!key.has_signed(&[0x73], &signature) && !key.has_signed(&[0x72], &[]));
        assert_eq!((key.to_string().as_str(), key.id().len()), (KEY, 8));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in ["", "ed25519:", "ed25519:00", &KEY[8..], &KEY.replace('3', "g")] {
            assert_eq!(PublicKey::parse(bad), None, "{bad}");
        }
    }

    #[cfg(feature = "hub")]
    #[test]
    fn what_a_new_key_signs_its_public_key_believes() {
        let (signer, pem) = Signer::generate().unwrap();
        let again = Signer::from_pem(&pem).unwrap();
        assert_eq!(again.public(), signer.public());
        let signature = again.sign(b"message");
        assert!(signer.public().has_signed(b"message", &signature));
        let (other, _) = Signer::generate().unwrap();
        assert!(!other.public().has_signed(b"message", &signature));
        assert!(Signer::from_pem("").is_err() && Signer::from_pem(&pem[..80]).is_err());
        // As openssl genpkey -algorithm ed25519 writes one, without the public key.
        let openssl = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5yb2W/GMQWWmi3uGDsD9Q9rfS0YxPJ5l7T7\n-----END PRIVATE KEY-----\n";
        let _any = Signer::from_pem(openssl).unwrap();
    }
}
