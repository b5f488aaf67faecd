//! What a certificate says: the common name of its subject, which mosquitto can use as the user name
//! (use_identity_as_username), and whether it may sign others.

/// The X.509 tags on the way there (X.690, 8.1.2; RFC 5280, 4.1).
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;
const BOOLEAN: u8 = 0x01;
const OCTETS: u8 = 0x04;

/// `id-at-commonName`, 2.5.4.3 (RFC 5280, appendix A.1).
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// `id-ce-basicConstraints`, 2.5.29.19 (RFC 5280, 4.2.1.9).
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];

/// The common name of the subject of a DER certificate; `None` if it has none in UTF-8 or ASCII.
pub fn common_name(certificate: &[u8]) -> Option<String> {
    let (mut names, _) = element(from_subject(certificate)?, SEQUENCE)?;
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

/// Whether a DER certificate is one of an authority: its basic constraints say so.
#[cfg(any(feature = "edge", feature = "hub"))]
pub fn is_authority(certificate: &[u8]) -> bool {
    basic_constraints(certificate).is_some_and(|ca| ca)
}

#[cfg(any(feature = "edge", feature = "hub"))]
fn basic_constraints(certificate: &[u8]) -> Option<bool> {
    let mut rest = from_subject(certificate)?;
    while *rest.first()? != EXTENSIONS {
        rest = any(rest)?.2;
    }
    let (all, _) = element(rest, EXTENSIONS)?;
    let (mut all, _) = element(all, SEQUENCE)?;
    while !all.is_empty() {
        let (extension, others) = element(all, SEQUENCE)?;
        all = others;
        let (id, mut value) = element(extension, OBJECT_ID)?;
        if id == BASIC_CONSTRAINTS {
            // Whether it is critical.
            if value.first() == Some(&BOOLEAN) {
                value = any(value)?.2;
            }
            let (value, _) = element(element(value, OCTETS)?.0, SEQUENCE)?;
            return Some(element(value, BOOLEAN)?.0 == [0xFF]);
        }
    }
    None
}

/// The fields of a certificate from its subject on.
fn from_subject(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    // Serial number, algorithm, issuer, validity.
    for _ in 0..4 {
        rest = any(rest)?.2;
    }
    Some(rest)
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

    #[cfg(any(feature = "edge", feature = "hub"))]
    #[test]
    fn an_authority_is_one_and_a_gateway_is_none() {
        let [authority, gateway] =
            [CA, CERTIFICATE].map(|pem| CertificateDer::from_pem_slice(pem).unwrap());
        assert!(is_authority(&authority) && !is_authority(&gateway) && !is_authority(b"nothing"));
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(
            mut der in Just(CertificateDer::from_pem_slice(CERTIFICATE).unwrap().to_vec()),
            at in 0_usize..400, byte: u8, length in 0_usize..600,
        ) {
            der[at] = byte;
            der.truncate(length);
            let _ = common_name(&der);
            #[cfg(any(feature = "edge", feature = "hub"))]
            let _ = is_authority(&der);
        }
    }
}
