//! Why a broker cannot be reached, in words: what was found, and the way out.

use std::io::{self, ErrorKind};

use jiff::Timestamp;
use rumqttc::{ConnectReturnCode, ConnectionError, StateError, TlsError, mqttbytes};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as Alert, CertificateError as Certificate};

use super::{Endpoint, MqttSettings};

/// What was tried.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub settings: MqttSettings,
    pub endpoint: Endpoint,
    pub client_id: String,
    /// Seconds that the first answer may take.
    pub timeout_s: u64,
}

impl Attempt {
    /// How this client identified itself.
    fn user(&self) -> String {
        match (&self.settings.user, &self.settings.cert_file) {
            (Some(user), _) => format!("mqtt.user {user:?}"),
            (None, Some(certificate)) => format!("mqtt.cert_file {}", certificate.display()),
            (None, None) => "a client without mqtt.user".into(),
        }
    }

    fn ca_file(&self) -> String {
        let file = self.settings.ca_file.as_deref().unwrap_or("".as_ref());
        format!("mqtt.ca_file {}", file.display())
    }
}

/// What went wrong before the broker accepted the connection.
pub(super) fn before_answer(error: &ConnectionError, attempt: &Attempt) -> String {
    use mqttbytes::Error::Io;
    if let Some(error) = rustls_error(error) {
        return tls_problem(error, attempt);
    }
    let Endpoint { host, port, .. } = &attempt.endpoint;
    match error {
        ConnectionError::ConnectionRefused(code) => refused(*code, attempt),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => {
            timed_out(attempt.timeout_s)
        }
        ConnectionError::Tls(TlsError::DNSName(_)) => format!(
            "a certificate cannot be for {host:?}; write a host name or an address in mqtt.url"
        ),
        ConnectionError::Tls(TlsError::Io(error)) if closed(error) => format!(
            "it closed the connection when TLS began: it probably speaks none on port {port}; \
             correct the port in mqtt.url (mqtts usually has 8883), or switch TLS on at the broker"
        ),
        ConnectionError::Io(error) | ConnectionError::Tls(TlsError::Io(error)) => {
            network_problem(error, attempt)
        }
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(Io(error)),
        ) if !closed(error) => network_problem(error, attempt),
        ConnectionError::MqttState(
            StateError::Io(_) | StateError::ConnectionAborted | StateError::Deserialization(Io(_)),
        ) => closed_before_answer(attempt),
        ConnectionError::MqttState(StateError::Deserialization(_)) if !attempt.endpoint.tls => {
            format!(
                "its answer is not MQTT; perhaps it speaks TLS on port {port}: then write mqtts in mqtt.url"
            )
        }
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            format!("its answer is not MQTT ({error}); is {host}:{port} a broker?")
        }
        other => other.to_string(),
    }
}

/// What went wrong with a connection that the broker had accepted.
pub(super) fn after_answer(error: &ConnectionError) -> String {
    use mqttbytes::Error::Io;
    match error {
        ConnectionError::MqttState(StateError::ConnectionAborted) => {
            "the broker closed the connection".into()
        }
        ConnectionError::MqttState(StateError::AwaitPingResp) => {
            "the broker no longer answers; either it or the line is down".into()
        }
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(Io(error)),
        )
        | ConnectionError::Io(error) => format!("the connection broke: {error}"),
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            format!("it sent something that is not MQTT ({error})")
        }
        other => other.to_string(),
    }
}

pub(super) fn timed_out(timeout_s: u64) -> String {
    format!(
        "no answer within {timeout_s} s; check that this machine has a network, that the broker is running, \
         and that no firewall drops the connection"
    )
}

fn closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// The TLS error inside `error`. With TLS 1.3, a broker refuses our certificate late, in an error of MQTT.
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

fn network_problem(error: &io::Error, attempt: &Attempt) -> String {
    let Endpoint { host, port, .. } = &attempt.endpoint;
    match error.kind() {
        ErrorKind::ConnectionRefused => format!(
            "nothing listens on port {port} there; start the broker, or correct the port in mqtt.url"
        ),
        ErrorKind::TimedOut => timed_out(attempt.timeout_s),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => format!(
            "{host} is unreachable ({error}); check this machine's network, and the host in mqtt.url"
        ),
        // The standard library has no kind for this, but this text on every system with getaddrinfo.
        _ if error.to_string().starts_with("failed to lookup address") => format!(
            "the name {host} cannot be looked up ({error}); correct mqtt.url, or check that this machine's name server answers"
        ),
        _ => format!("the connection broke: {error}"),
    }
}

fn closed_before_answer(attempt: &Attempt) -> String {
    match (attempt.endpoint.tls, &attempt.settings.cert_file) {
        (false, _) => format!(
            "it closed the connection without an answer; perhaps it speaks TLS on port {}: then write mqtts in mqtt.url",
            attempt.endpoint.port
        ),
        (true, None) => "it closed the connection after TLS had begun and gave no reason; perhaps it wants a certificate: \
                         give mqtt.cert_file and mqtt.key_file"
            .into(),
        (true, Some(file)) => format!(
            "it closed the connection after TLS had begun and gave no reason; perhaps it does not accept mqtt.cert_file {}: \
             see the broker's log",
            file.display()
        ),
    }
}

/// The broker refused the client (MQTT 3.1.1, 3.2.2.3).
fn refused(code: ConnectReturnCode, attempt: &Attempt) -> String {
    let user = attempt.user();
    let by_certificate = attempt.settings.user.is_none() && attempt.settings.cert_file.is_some();
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized
            if by_certificate =>
        {
            format!(
                "it refuses {user}; let the broker identify clients by certificate (mosquitto: require_certificate true and \
                 use_identity_as_username true), or give mqtt.user and mqtt.password_file"
            )
        }
        ConnectReturnCode::BadUserNamePassword => format!(
            "it refuses {user}: wrong user or password; correct mqtt.user and the content of mqtt.password_file"
        ),
        ConnectReturnCode::NotAuthorized => format!(
            "it refuses {user}: not authorised; mosquitto says so of a wrong password, too: correct mqtt.user and \
             mqtt.password_file, or allow this client at the broker"
        ),
        ConnectReturnCode::BadClientId => format!(
            "it refuses the client id {:?}; allow it at the broker, or change the name of the gateway or the hub's client_id",
            attempt.client_id
        ),
        ConnectReturnCode::ServiceUnavailable => {
            "it refuses new connections (server unavailable); if that lasts, see the broker's log"
                .into()
        }
        ConnectReturnCode::RefusedProtocolVersion => {
            "it does not speak MQTT 3.1.1; allow that version at the broker's listener".into()
        }
        other => format!("it refuses the connection: {other:?}"),
    }
}

fn tls_problem(error: &rustls::Error, attempt: &Attempt) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate_problem(error, attempt),
        rustls::Error::AlertReceived(alert) => alert_problem(*alert, attempt),
        rustls::Error::InvalidMessage(_) => format!(
            "its answer is not TLS ({error}); correct the port in mqtt.url (mqtts usually has 8883), or switch TLS on at the \
             broker on port {}",
            attempt.endpoint.port
        ),
        rustls::Error::PeerIncompatible(_) => format!(
            "its version of TLS is too old ({error}); upgrade the broker to one with TLS 1.2 or 1.3"
        ),
        other => format!("TLS failed: {other}"),
    }
}

/// What is wrong with the broker's certificate.
fn certificate_problem(error: &Certificate, attempt: &Attempt) -> String {
    let host = &attempt.endpoint.host;
    match error {
        Certificate::UnknownIssuer | Certificate::BadSignature => format!(
            "its certificate was not signed by an authority in {}; copy the authority's certificate from the broker's machine; \
             if that changes nothing, somebody may be intercepting the connection",
            attempt.ca_file()
        ),
        Certificate::NotValidForNameContext { presented, .. } if presented.is_empty() => format!(
            "its certificate holds no name at all (subjectAltName), but mqtt.url asks for {host}; have the broker's certificate \
             reissued for this name"
        ),
        Certificate::NotValidForNameContext { presented, .. } => format!(
            "its certificate is for {}, and mqtt.url asks for {host}; write one of its names in mqtt.url, or have the broker's \
             certificate reissued for this one",
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        Certificate::NotValidForName => format!(
            "its certificate is not for {host}, which mqtt.url asks for; have the broker's certificate reissued for this name"
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
            "its certificate is valid from {} on, and this machine's clock says {}; set the clock, which is usually what is \
             wrong (timedatectl shows it)",
            instant(*not_before),
            instant(*time)
        ),
        Certificate::NotValidYet => {
            "its certificate is not valid yet; set this machine's clock, which is usually what is wrong".into()
        }
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            "its certificate is not for servers (extendedKeyUsage serverAuth); have the broker's certificate reissued".into()
        }
        Certificate::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            "it uses the certificate of an authority as its own; install one on the broker that the authority has signed".into()
        }
        Certificate::Other(error) if error.to_string().contains("UnsupportedCertVersion") => {
            "its certificate is of X.509 version 1; have it reissued with extensions, as version 3".into()
        }
        other => format!("its certificate cannot be used ({other}); have it reissued"),
    }
}

/// What the broker says about our certificate while TLS begins. Libraries use alerts differently; this follows OpenSSL.
fn alert_problem(alert: Alert, attempt: &Attempt) -> String {
    let Some(file) = attempt.settings.cert_file.as_ref().map(|file| file.display()) else {
        return match alert {
            Alert::CertificateRequired | Alert::HandshakeFailure | Alert::NoCertificate => format!(
                "it wants a certificate of its clients, and none is configured ({alert:?}); give mqtt.cert_file and mqtt.key_file"
            ),
            other => other_alert(other, attempt),
        };
    };
    match alert {
        Alert::CertificateExpired => format!(
            "it says that mqtt.cert_file {file} has expired; have it renewed (openssl x509 -enddate -noout -in shows its end), \
             or set the broker's clock if it is wrong"
        ),
        Alert::UnknownCA => format!(
            "it does not know the authority that signed mqtt.cert_file {file}; take a certificate from the authority that is \
             cafile in the broker's configuration"
        ),
        Alert::CertificateRevoked => {
            format!("it says that mqtt.cert_file {file} has been revoked; have a new one issued")
        }
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateRequired
        | Alert::AccessDenied
        | Alert::DecryptError => format!(
            "it refuses mqtt.cert_file {file} ({alert:?}), which may not be valid yet by the broker's clock, or not be for \
             clients; see the broker's log"
        ),
        other => other_alert(other, attempt),
    }
}

fn other_alert(alert: Alert, attempt: &Attempt) -> String {
    match alert {
        Alert::ProtocolVersion | Alert::InsufficientSecurity => {
            "it does not speak TLS 1.2 or 1.3; upgrade the broker".into()
        }
        Alert::UnrecognisedName => format!(
            "it does not answer to the name {}; write one of the broker's names in mqtt.url",
            attempt.endpoint.host
        ),
        other => format!("it refuses TLS ({other:?}); see the broker's log"),
    }
}

/// A certificate's name without what rustls puts around it, as in `DnsName("localhost")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

/// A time of a certificate, to the second.
fn instant(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok());
    time.map_or_else(|| "a time beyond all calendars".into(), |time| time.to_string())
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
