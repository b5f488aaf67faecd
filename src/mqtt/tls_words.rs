//! What rustls says, in the reader's language. What no user meets stays in the words of rustls, marked as such.

use rustls::{AlertDescription as Alert, CertificateError as Certificate, Error, PeerIncompatible};

use crate::locales::{Text, foreign, mqtt as words};

/// What went wrong with TLS.
pub(super) fn error(error: &Error) -> Text {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(kind) => words::refuses_tls(alert(*kind)),
        Error::PeerIncompatible(why) => incompatible(why),
        Error::PeerMisbehaved(how) => words::tls_misbehaved(format_args!("{how:?}")),
        Error::InvalidMessage(_) => words::tls_message_invalid(),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            words::tls_message_unexpected()
        }
        Error::NoCertificatesPresented => words::tls_no_certificate(),
        Error::DecryptError => words::tls_undecryptable(),
        Error::PeerSentOversizedRecord => words::tls_oversized(),
        Error::General(said) if said.contains("private key") => words::key_unknown(),
        other => foreign::said(other),
    }
}

/// What the broker's TLS lacks.
pub(super) fn incompatible(why: &PeerIncompatible) -> Text {
    match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => words::tls_too_old(),
        _ => words::tls_nothing_in_common(),
    }
}

/// What is wrong with a certificate.
pub(super) fn certificate(error: &Certificate) -> Text {
    match error {
        Certificate::BadEncoding => words::cert_unreadable(),
        Certificate::Expired | Certificate::ExpiredContext { .. } => words::cert_expired(),
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => words::cert_not_yet(),
        Certificate::Revoked => words::cert_revoked(),
        Certificate::UnknownRevocationStatus
        | Certificate::ExpiredRevocationList
        | Certificate::ExpiredRevocationListContext { .. } => words::cert_perhaps_revoked(),
        Certificate::UnhandledCriticalExtension => words::cert_extension(),
        Certificate::UnknownIssuer => words::cert_of_unknown_authority(),
        Certificate::BadSignature => words::cert_signature(),
        Certificate::UnsupportedSignatureAlgorithmContext { .. }
        | Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            words::cert_algorithm()
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            words::cert_of_another()
        }
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            words::cert_purpose()
        }
        Certificate::Other(error) if error.to_string().contains("UnsupportedCertVersion") => {
            words::cert_version_1()
        }
        other => foreign::said(other),
    }
}

/// Why the broker refuses TLS, as the standard names it. In English that is the name which its log has.
pub(super) fn alert(kind: Alert) -> Text {
    match kind {
        Alert::CloseNotify | Alert::UserCanceled => words::alert_ended(format_args!("{kind:?}")),
        Alert::UnexpectedMessage => words::alert_unexpected_message(),
        Alert::BadRecordMac | Alert::DecryptionFailed => {
            words::alert_damaged(format_args!("{kind:?}"))
        }
        Alert::RecordOverflow => words::alert_overflow(),
        Alert::HandshakeFailure => words::alert_handshake(),
        Alert::NoCertificate | Alert::CertificateRequired => {
            words::alert_wants_certificate(format_args!("{kind:?}"))
        }
        Alert::BadCertificate => words::alert_bad_certificate(),
        Alert::UnsupportedCertificate => words::alert_unsupported_certificate(),
        Alert::CertificateRevoked => words::alert_revoked(),
        Alert::CertificateExpired => words::alert_expired(),
        Alert::CertificateUnknown => words::alert_certificate_unknown(),
        Alert::UnknownCA => words::alert_unknown_authority(),
        Alert::AccessDenied => words::alert_denied(),
        Alert::IllegalParameter | Alert::DecodeError | Alert::MissingExtension => {
            words::alert_illegal(format_args!("{kind:?}"))
        }
        Alert::DecryptError => words::alert_signature(),
        Alert::ProtocolVersion => words::alert_version(),
        Alert::InsufficientSecurity => words::alert_insecure(),
        Alert::InternalError => words::alert_internal(),
        Alert::UnrecognisedName => words::alert_name(),
        Alert::NoApplicationProtocol => words::alert_no_protocol(),
        other => foreign::said(format_args!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn an_alert_keeps_its_name_in_english_and_has_chinese_words() {
        for code in 0..=u8::MAX {
            let kind = Alert::from(code);
            let said = alert(kind);
            assert_eq!(said.to_string(), format!("{kind:?}"));
            let chinese = said.within(Lang::Chinese);
            let plain = chinese.split('`').step_by(2).collect::<String>().replace("TLS", "");
            let own = !plain.contains(|c: char| c.is_ascii_alphabetic());
            assert!(own || chinese.starts_with("系统原文：“"), "{chinese}");
        }
        assert_eq!(alert(Alert::AccessDenied).within(Lang::Chinese), "不准访问");
    }

    #[test]
    fn errors_have_words_in_both_languages() {
        let misbehaved = rustls::PeerMisbehaved::TooMuchEarlyDataReceived;
        for (what, zh, en) in [
            (Error::InvalidCertificate(Certificate::Revoked), "已被吊销", "it has been revoked"),
            (
                Error::InvalidCertificate(Certificate::BadSignature),
                "签名不对",
                "its signature is wrong",
            ),
            (
                Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
                "没有共同的加密方式",
                "no cipher in common",
            ),
            (
                Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
                "TLS 版本太旧",
                "too old",
            ),
            (
                Error::PeerMisbehaved(misbehaved),
                "没有按 TLS 的规定应答（`TooMuchEarlyDataReceived`）",
                "breaks the rules of TLS (TooMuchEarlyDataReceived)",
            ),
            (
                Error::General("failed to parse private key as RSA, ECDSA, or EdDSA".into()),
                "读不出 `RSA`、`EC` 或 `Ed25519` 私钥",
                "no private key of RSA, EC or Ed25519 in it",
            ),
            (
                Error::FailedToGetRandomBytes,
                "系统原文：“failed to get random bytes”",
                "failed to get random bytes",
            ),
        ] {
            let said = error(&what);
            assert!(said.to_string().contains(en), "{said}");
            assert!(said.within(Lang::Chinese).contains(zh), "{}", said.within(Lang::Chinese));
        }
    }
}
