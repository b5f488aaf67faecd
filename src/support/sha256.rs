//! The SHA-256 of bytes, by the hash that TLS brings in any case.

use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let suite = TLS13_AES_128_GCM_SHA256.tls13().expect("it is named as one of TLS 1.3");
    let mut digest = [0; 32];
    digest.copy_from_slice(suite.common.hash_provider.hash(bytes).as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::hex;

    #[test]
    fn it_is_that_of_the_standard() {
        // FIPS 180-4, of "abc" and of nothing.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!([hex(&sha256(b"abc")), hex(&sha256(b""))], [abc, empty]);
    }
}
