//! Reads the common name of a certificate's subject: mosquitto can use it as the user name (use_identity_as_username).

/// The X.509 tags on the way to the name (X.690, 8.1.2; RFC 5280, 4.1).
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const VERSION: u8 = 0xA0;

/// `id-at-commonName`, 2.5.4.3 (RFC 5280, appendix A.1).
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The common name of the subject of a DER certificate; `None` if it has none in UTF-8 or ASCII.
pub fn common_name(certificate: &[u8]) -> Option<String> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    // Serial number, algorithm, issuer, validity.
    for _ in 0..4 {
        rest = any(rest)?.2;
    }
    let (mut names, _) = element(rest, SEQUENCE)?;
    while !names.is_empty() {
        let (name, others) = element(names, SET)?;
        names = others;
        let (attribute, _) = element(name, SEQUENCE)?;
        let (id, value) = element(attribute, OBJECT_ID)?;
        if id == COMMON_NAME {
            let (_, value, _) = any(value)?;
            return String::from_utf8(value.into()).ok();
        }
    }
    None
}

/// The content of the first element, if it has this tag, and the rest.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first element, and the rest. X.509 has no tags above 30 and no lengths over four bytes.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, der) = der.split_first()?;
    let (first, der) = der.split_first()?;
    let (length, der) = match usize::from(*first) {
        short @ 0..=0x7F => (short, der),
        long @ 0x81..=0x84 => {
            let (bytes, der) = der.split_at_checked(long - 0x80)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), der)
        }
        _ => return None,
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;
    use crate::mqtt::tls::tests::{CA, CERTIFICATE};

    #[test]
    fn the_name_is_the_subjects_and_not_the_issuers() {
        let name = |pem| common_name(&CertificateDer::from_pem_slice(pem).unwrap());
        assert_eq!(name(CERTIFICATE).as_deref(), Some("gw-test"));
        assert_eq!(name(CA).as_deref(), Some("hanqing test authority"));
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(
            mut der in Just(CertificateDer::from_pem_slice(CERTIFICATE).unwrap().to_vec()),
            at in 0_usize..120, byte: u8, length in 0_usize..400,
        ) {
            der[at] = byte;
            der.truncate(length);
            let _ = common_name(&der);
        }
    }
}
