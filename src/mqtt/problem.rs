//! Why a broker cannot be reached, in words: what was found, where, which rule it breaks, and the way out.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use jiff::Timestamp;
use rumqttc::{ConnectReturnCode, ConnectionError, StateError, TlsError, mqttbytes};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as Alert, CertificateError as Certificate};

use super::MqttSettings;

/// How a broker was to be reached.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub host: String,
    pub port: u16,
    pub tls: bool,
    pub client_id: String,
    pub user: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub cert_file: Option<PathBuf>,
    /// How long the first answer may take, s.
    pub timeout_s: u64,
}

impl Attempt {
    /// Who is meant, for a sentence on logging in.
    fn user(&self) -> String {
        match (&self.user, &self.cert_file) {
            (Some(user), _) => format!("mqtt.user {user:?}"),
            (None, Some(certificate)) => format!("mqtt.cert_file {}", certificate.display()),
            (None, None) => "a client without mqtt.user".into(),
        }
    }

    fn ca_file(&self) -> String {
        let file = self.ca_file.as_deref().unwrap_or("".as_ref());
        format!("mqtt.ca_file {}", file.display())
    }
}

/// What went wrong before the broker had taken the connection.
pub(super) fn before_answer(error: &ConnectionError, attempt: &Attempt) -> String {
    if let Some(error) = rustls_error(error) {
        return of_tls(error, attempt);
    }
    let Attempt { host, port, .. } = attempt;
    match error {
        ConnectionError::ConnectionRefused(code) => refused(*code, attempt),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => {
            timed_out(attempt.timeout_s)
        }
        ConnectionError::Tls(TlsError::DNSName(_)) => format!(
            "{host} is no name that a certificate can hold; write a host name or an address in mqtt.url"
        ),
        ConnectionError::Tls(TlsError::Io(error)) if ended(error.kind()) => format!(
            "it ended the connection when TLS was to begin, as a broker does that speaks none on port {port}; \
             correct the port in mqtt.url (mqtts is 8883 in most), or let the broker listen with TLS there"
        ),
        ConnectionError::Io(error) | ConnectionError::Tls(TlsError::Io(error)) => {
            of_network(error, attempt)
        }
        ConnectionError::MqttState(StateError::Io(error))
        | ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::Io(error)))
            if !ended(error.kind()) =>
        {
            of_network(error, attempt)
        }
        ConnectionError::MqttState(
            StateError::Io(_)
            | StateError::ConnectionAborted
            | StateError::Deserialization(mqttbytes::Error::Io(_)),
        ) => closed(attempt),
        ConnectionError::MqttState(StateError::Deserialization(_)) if !attempt.tls => format!(
            "its answer is no MQTT; perhaps it speaks TLS on port {port}: then write mqtts in mqtt.url"
        ),
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            format!("its answer is no MQTT ({error}); is {host}:{port} a broker?")
        }
        other => other.to_string(),
    }
}

/// What went wrong with a connection that the broker had taken.
pub(super) fn after_answer(error: &ConnectionError) -> String {
    match error {
        ConnectionError::MqttState(StateError::ConnectionAborted) => {
            "the broker ended the connection".into()
        }
        ConnectionError::MqttState(StateError::AwaitPingResp) => {
            "the broker no longer answers; the line is dead, or it is".into()
        }
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(mqttbytes::Error::Io(error)),
        )
        | ConnectionError::Io(error) => format!("the connection broke: {error}"),
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            format!("what it sent is no MQTT ({error})")
        }
        other => other.to_string(),
    }
}

/// No answer in time.
pub(super) fn timed_out(timeout_s: u64) -> String {
    format!(
        "no answer within {timeout_s} s; is this machine's network up, is the broker running, \
         and does no firewall swallow what goes there?"
    )
}

/// Whether the other side has ended the connection.
fn ended(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// The error of TLS within, wherever it was met: a broker that refuses our certificate says so only after TLS 1.3 has begun.
fn rustls_error(error: &ConnectionError) -> Option<&rustls::Error> {
    let inner = match error {
        ConnectionError::Tls(TlsError::TLS(error)) => return Some(error),
        ConnectionError::Tls(TlsError::Io(error))
        | ConnectionError::Io(error)
        | ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(mqttbytes::Error::Io(error)),
        ) => error,
        _ => return None,
    };
    inner.get_ref()?.downcast_ref()
}

fn of_network(error: &io::Error, attempt: &Attempt) -> String {
    let Attempt { host, port, .. } = attempt;
    match error.kind() {
        ErrorKind::ConnectionRefused => format!(
            "nothing listens on port {port} there; start the broker, or correct the port in mqtt.url"
        ),
        ErrorKind::TimedOut => timed_out(attempt.timeout_s),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => format!(
            "there is no way to {host} ({error}); is this machine's network up, and mqtt.url right?"
        ),
        // The standard library has no kind for it, and this text on every system with getaddrinfo.
        _ if error.to_string().starts_with("failed to lookup address") => format!(
            "the name {host} cannot be looked up ({error}); correct mqtt.url, or see whether this machine has a name server that answers"
        ),
        _ => format!("the connection broke: {error}"),
    }
}

/// The connection was ended before the first answer.
fn closed(attempt: &Attempt) -> String {
    let port = attempt.port;
    match (attempt.tls, &attempt.cert_file) {
        (false, _) => format!(
            "it ended the connection before it answered; perhaps it speaks TLS on port {port}: then write mqtts in mqtt.url"
        ),
        (true, None) => {
            "it ended the connection after TLS had begun and gave no reason; perhaps it wants a certificate: \
             give mqtt.cert_file and mqtt.key_file"
                .into()
        }
        (true, Some(file)) => format!(
            "it ended the connection after TLS had begun and gave no reason; perhaps it does not accept mqtt.cert_file {}: \
             the broker's log says",
            file.display()
        ),
    }
}

/// The broker's answer to who we are (MQTT 3.1.1, 3.2.2.3).
fn refused(code: ConnectReturnCode, attempt: &Attempt) -> String {
    let user = attempt.user();
    let by_certificate = attempt.user.is_none() && attempt.cert_file.is_some();
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized
            if by_certificate =>
        {
            format!(
                "it refuses {user}; let the broker go by certificates (mosquitto: require_certificate and \
                 use_identity_as_username true), or give mqtt.user and mqtt.password_file"
            )
        }
        ConnectReturnCode::BadUserNamePassword => format!(
            "it refuses {user}: wrong user or password; correct mqtt.user and the content of mqtt.password_file"
        ),
        ConnectReturnCode::NotAuthorized => format!(
            "it refuses {user}: not authorised; mosquitto says so of a wrong password, too: correct mqtt.user and \
             mqtt.password_file, or let the broker take this client"
        ),
        ConnectReturnCode::BadClientId => format!(
            "it refuses the client id {:?}; let the broker take it, or correct the name of the gateway or the hub's client_id",
            attempt.client_id
        ),
        ConnectReturnCode::ServiceUnavailable => {
            "it takes nobody at the moment; look at the broker's log if that lasts".into()
        }
        ConnectReturnCode::RefusedProtocolVersion => {
            "it does not speak MQTT 3.1.1; let the broker's listener take it".into()
        }
        other => format!("it refuses the connection: {other:?}"),
    }
}

fn of_tls(error: &rustls::Error, attempt: &Attempt) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => of_its_certificate(error, attempt),
        rustls::Error::AlertReceived(alert) => of_alert(*alert, attempt),
        rustls::Error::InvalidMessage(_) => format!(
            "its answer is no TLS ({error}); correct the port in mqtt.url (mqtts is 8883 in most), or let the broker listen \
             with TLS on port {}",
            attempt.port
        ),
        rustls::Error::PeerIncompatible(_) => {
            format!(
                "it speaks a TLS that is too old ({error}); TLS 1.2 or 1.3 is needed: renew the broker"
            )
        }
        other => format!("TLS failed: {other}"),
    }
}

/// What is wrong with the broker's certificate.
fn of_its_certificate(error: &Certificate, attempt: &Attempt) -> String {
    let Attempt { host, .. } = attempt;
    match error {
        Certificate::UnknownIssuer | Certificate::BadSignature => format!(
            "its certificate was not signed by an authority in {}; copy the authority's certificate from the broker's machine, \
             or somebody is in between",
            attempt.ca_file()
        ),
        Certificate::NotValidForNameContext { presented, .. } if presented.is_empty() => format!(
            "its certificate holds no name at all (subjectAltName), and so not {host} of mqtt.url; have the broker's certificate \
             made anew with this name"
        ),
        Certificate::NotValidForNameContext { presented, .. } => format!(
            "its certificate is for {}, and mqtt.url asks for {host}; write one of its names in mqtt.url, or have the broker's \
             certificate made anew with this one",
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        Certificate::NotValidForName => format!(
            "its certificate is not for {host}, which mqtt.url asks for; have the broker's certificate made anew with this name"
        ),
        Certificate::ExpiredContext { time, not_after } => format!(
            "its certificate expired at {}, and this machine's clock says {}; renew the broker's certificate, or set the clock \
             if it is wrong",
            instant(*not_after),
            instant(*time)
        ),
        Certificate::Expired => {
            "its certificate has expired; renew it, or set this machine's clock if it is wrong".into()
        }
        Certificate::NotValidYetContext { time, not_before } => format!(
            "its certificate is valid from {} on, and this machine's clock says {}; set the clock: it is wrong in most cases \
             (timedatectl shows it)",
            instant(*not_before),
            instant(*time)
        ),
        Certificate::NotValidYet => {
            "its certificate is not valid yet; set this machine's clock: it is wrong in most cases".into()
        }
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            "its certificate is not one for servers (extendedKeyUsage serverAuth); have the broker's certificate made anew".into()
        }
        Certificate::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            "it shows the certificate of an authority as its own; give the broker one that the authority has signed".into()
        }
        Certificate::Other(error) if error.to_string().contains("UnsupportedCertVersion") => {
            "its certificate is of X.509 version 1; have it made anew with extensions, of version 3".into()
        }
        other => format!("its certificate cannot be used ({other}); have it made anew"),
    }
}

/// What the broker says of us while TLS begins. Which words a broker's library chooses for what is in its own hands: OpenSSL's
/// are meant.
fn of_alert(alert: Alert, attempt: &Attempt) -> String {
    let file = attempt.cert_file.as_ref().map(|file| file.display());
    let Some(file) = file else {
        return match alert {
            Alert::CertificateRequired | Alert::HandshakeFailure | Alert::NoCertificate => format!(
                "it wants a certificate of its clients and there is none ({}); give mqtt.cert_file and mqtt.key_file",
                name(alert)
            ),
            other => of_other_alert(other, attempt),
        };
    };
    match alert {
        Alert::CertificateExpired => format!(
            "it says that mqtt.cert_file {file} has expired; have it renewed (openssl x509 -enddate -noout -in shows its end), \
             or set the broker's clock if it is wrong"
        ),
        Alert::UnknownCA => format!(
            "it does not know the authority that signed mqtt.cert_file {file}; take a certificate of the authority that is cafile \
             in the broker's configuration"
        ),
        Alert::CertificateRevoked => {
            format!("it says that mqtt.cert_file {file} has been revoked; have a new one made")
        }
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateRequired
        | Alert::AccessDenied
        | Alert::DecryptError => format!(
            "it refuses mqtt.cert_file {file} ({}); it may not be valid yet by the broker's clock, or not be made for clients: \
             the broker's log says",
            name(alert)
        ),
        other => of_other_alert(other, attempt),
    }
}

fn of_other_alert(alert: Alert, attempt: &Attempt) -> String {
    match alert {
        Alert::ProtocolVersion | Alert::InsufficientSecurity => {
            "it does not speak TLS 1.2 or 1.3; renew the broker".into()
        }
        Alert::UnrecognisedName => format!(
            "it does not answer to the name {}; write a name of the broker in mqtt.url",
            attempt.host
        ),
        other => format!("it refuses TLS ({}); the broker's log says why", name(other)),
    }
}

/// An alert as the RFCs call it, in Rust's spelling.
fn name(alert: Alert) -> String {
    format!("{alert:?}")
}

/// A name of a certificate without what rustls writes around it, as in `DnsName("localhost")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

/// A time of a certificate, to the second.
fn instant(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| "a time beyond all calendars".into(), |time| time.to_string())
}

/// The attempt that `settings` describe.
pub(super) fn attempt(
    settings: &MqttSettings,
    endpoint: &super::Endpoint,
    client_id: &str,
    timeout_s: u64,
) -> Attempt {
    Attempt {
        host: endpoint.host.clone(),
        port: endpoint.port,
        tls: endpoint.tls,
        client_id: client_id.into(),
        user: settings.user.clone(),
        ca_file: settings.ca_file.clone(),
        cert_file: settings.cert_file.clone(),
        timeout_s,
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
