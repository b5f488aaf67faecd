//! Each failure is described in words and comes with a way out.

use rumqttc::{ConnectReturnCode, ConnectionError, StateError, TlsError, mqttbytes};
use rustls::pki_types::ServerName;

use super::*;
use crate::locales::Lang;

fn attempt() -> Attempt {
    let settings = MqttSettings {
        ca_file: Some("/etc/hanqing/ca.pem".into()),
        ..MqttSettings::at("mqtts://broker.example.org:8883")
    };
    let endpoint = settings.endpoint().unwrap();
    Attempt {
        settings,
        endpoint,
        client_id: "hanqing-gw-test".into(),
        own_name: "gw-test".into(),
        timeout_s: 15,
        version: Version::V3,
        accepted_before: false,
    }
}

fn with_certificate() -> Attempt {
    let cert_file = Some("/etc/hanqing/gw.pem".into());
    let settings = MqttSettings { cert_file, ..attempt().settings };
    Attempt { settings, ..attempt() }
}

fn plain() -> Attempt {
    let endpoint = MqttSettings::at("mqtt://broker.example.org:1883").endpoint().unwrap();
    Attempt { endpoint, ..attempt() }
}

/// A failure while TLS begins, as rumqttc hands it on.
fn tls(error: rustls::Error) -> ConnectionError {
    ConnectionError::Tls(TlsError::Io(io::Error::new(ErrorKind::InvalidData, error)))
}

fn certificate(error: Certificate) -> ConnectionError {
    tls(rustls::Error::InvalidCertificate(error))
}

fn network(kind: ErrorKind) -> ConnectionError {
    ConnectionError::Io(kind.into())
}

fn at(time: &str) -> UnixTime {
    let time: Timestamp = time.parse().unwrap();
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(time.as_second().try_into().unwrap()))
}

/// Checks that the description of each error holds these words: what, where, the way out.
fn says(attempt: &Attempt, cases: &[(ConnectionError, &[&str])]) {
    for (error, words) in cases {
        let told = before_answer(&error.into(), attempt);
        let chinese = told.within(Lang::Chinese);
        let told = told.to_string();
        for word in *words {
            assert!(told.contains(word), "{word:?} in {told:?}");
        }
        assert!(!told.ends_with('.'), "{told:?}");
        assert!(chinese.contains(['；', '：']) && !chinese.contains(';'), "{chinese:?}");
    }
}

#[test]
fn the_brokers_certificate() {
    let name = ServerName::try_from("broker.example.org").unwrap();
    let presented = |names: &[&str]| {
        certificate(Certificate::NotValidForNameContext {
            expected: name.clone(),
            presented: names.iter().map(|name| (*name).into()).collect(),
        })
    };
    says(
        &attempt(),
        &[
            (
                certificate(Certificate::UnknownIssuer),
                &[
                    "not signed by an authority in mqtt.ca_file /etc/hanqing/ca.pem",
                    "; copy the authority's",
                ],
            ),
            (
                presented(&["DnsName(\"localhost\")", "IpAddress(127.0.0.1)"]),
                &[
                    "is for localhost, 127.0.0.1",
                    "mqtt.url asks for broker.example.org",
                    "; write one of its names",
                ],
            ),
            (presented(&[]), &["no name at all", "broker.example.org", "reissued"]),
            (
                certificate(Certificate::ExpiredContext {
                    time: at("2026-11-26T04:00:00Z"),
                    not_after: at("2026-11-01T00:00:00Z"),
                }),
                &[
                    "expired at 2026-11-01T00:00:00Z",
                    "this machine's clock says 2026-11-26T04:00:00Z",
                    "; renew",
                    "set the clock",
                ],
            ),
            (
                certificate(Certificate::NotValidYetContext {
                    time: at("1970-01-01T00:01:00Z"),
                    not_before: at("2026-11-01T00:00:00Z"),
                }),
                &[
                    "valid from 2026-11-01T00:00:00Z",
                    "this machine's clock says 1970-01-01T00:01:00Z",
                    "; set the clock",
                ],
            ),
            (certificate(Certificate::InvalidPurpose), &["not for servers", "reissued"]),
            (certificate(Certificate::BadEncoding), &["cannot be used", "reissued"]),
            (certificate(Certificate::Revoked), &["cannot be used (it has been revoked)"]),
            (
                tls(rustls::Error::PeerIncompatible(
                    rustls::PeerIncompatible::NoCipherSuitesInCommon,
                )),
                &["no cipher in common", "; upgrade the broker"],
            ),
            (tls(rustls::Error::DecryptError), &["TLS failed: what it sent cannot be decrypted"]),
        ],
    );
}

#[test]
fn alerts_about_our_certificate() {
    let alert = |alert| tls(rustls::Error::AlertReceived(alert));
    // With TLS 1.3 the refusal comes in place of the first answer of MQTT.
    let late = |alert| {
        let error = io::Error::new(ErrorKind::InvalidData, rustls::Error::AlertReceived(alert));
        ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::Io(error)))
    };
    let wants: &[&str] = &["wants a certificate", "; give mqtt.cert_file and mqtt.key_file"];
    says(
        &attempt(),
        &[
            (late(Alert::CertificateRequired), wants),
            (alert(Alert::HandshakeFailure), wants),
            (alert(Alert::ProtocolVersion), &["TLS 1.2 or 1.3", "; upgrade"]),
            (alert(Alert::InternalError), &["refuses TLS (InternalError)", "broker's log"]),
        ],
    );
    let ours = "mqtt.cert_file /etc/hanqing/gw.pem";
    says(
        &with_certificate(),
        &[
            (
                late(Alert::UnknownCA),
                &[ours, "does not know the authority", "; take a certificate"],
            ),
            (late(Alert::CertificateExpired), &[ours, "has expired", "openssl x509 -enddate"]),
            (late(Alert::CertificateRevoked), &[ours, "revoked", "have a new one issued"]),
            (late(Alert::BadCertificate), &[ours, "refuses", "(BadCertificate)", "broker's log"]),
            (
                ConnectionError::MqttState(StateError::ConnectionAborted),
                &["gave no reason", ours, "broker's log"],
            ),
        ],
    );
    says(
        &attempt(),
        &[(
            ConnectionError::MqttState(StateError::Io(ErrorKind::ConnectionReset.into())),
            &["gave no reason", "give mqtt.cert_file"],
        )],
    );
}

#[test]
fn tls_on_one_side_only() {
    let no_tls: &[&str] = &["TLS", "port 8883", "; correct the port in mqtt.url"];
    says(
        &attempt(),
        &[
            (ConnectionError::Tls(TlsError::Io(ErrorKind::UnexpectedEof.into())), no_tls),
            (
                tls(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)),
                no_tls,
            ),
        ],
    );
    let speaks_tls: &[&str] = &["TLS on port 1883", "write mqtts in mqtt.url"];
    says(
        &plain(),
        &[
            (ConnectionError::MqttState(StateError::ConnectionAborted), speaks_tls),
            (
                ConnectionError::MqttState(StateError::Deserialization(
                    mqttbytes::Error::MalformedPacket,
                )),
                speaks_tls,
            ),
            (
                ConnectionError::NotConnAck(rumqttc::Packet::PingResp),
                &["its answer is not MQTT (PingResp)", "a broker?"],
            ),
        ],
    );
}

#[test]
fn nothing_is_guessed_of_a_broker_that_has_accepted_a_connection() {
    for attempt in [plain(), attempt(), with_certificate()] {
        let known = Attempt { accepted_before: true, ..attempt };
        let closed = ConnectionError::MqttState(StateError::ConnectionAborted);
        let told = before_answer(&(&closed).into(), &known).to_string();
        assert!(told.contains("may be restarting") && !told.contains("mqtt."), "{told}");
    }
}

#[test]
fn an_unreachable_broker() {
    let unknown =
        io::Error::other("failed to lookup address information: Name or service not known");
    says(
        &attempt(),
        &[
            (
                network(ErrorKind::ConnectionRefused),
                &["nothing listens on port 8883", "; start the broker"],
            ),
            (
                network(ErrorKind::HostUnreachable),
                &["broker.example.org is unreachable", "check this machine's network"],
            ),
            (network(ErrorKind::TimedOut), &["no answer within 15 s", "firewall"]),
            (ConnectionError::NetworkTimeout, &["no answer within 15 s", "firewall"]),
            (
                ConnectionError::Io(unknown),
                &["the name broker.example.org cannot be looked up", "; correct mqtt.url"],
            ),
        ],
    );
}

#[test]
fn refusals_of_mqtt() {
    let refused = ConnectionError::ConnectionRefused;
    let settings = MqttSettings { user: Some("gw-test".into()), ..attempt().settings };
    let by_password = Attempt { settings, ..attempt() };
    says(
        &by_password,
        &[
            (
                refused(ConnectReturnCode::BadUserNamePassword),
                &["mqtt.user \"gw-test\"", "wrong user or password", "; correct mqtt.user"],
            ),
            (
                refused(ConnectReturnCode::NotAuthorized),
                &["mqtt.user \"gw-test\"", "not authorised", "mqtt.password_file"],
            ),
            (
                refused(ConnectReturnCode::BadClientId),
                &["\"hanqing-gw-test\"", "; allow it at the broker"],
            ),
            (refused(ConnectReturnCode::ServiceUnavailable), &["refuses new connections"]),
            (refused(ConnectReturnCode::RefusedProtocolVersion), &["MQTT 3.1.1"]),
        ],
    );
    says(
        &with_certificate(),
        &[(
            refused(ConnectReturnCode::NotAuthorized),
            &[
                "mqtt.cert_file /etc/hanqing/gw.pem",
                "; let the broker identify clients by certificate",
            ],
        )],
    );
    says(
        &attempt(),
        &[(refused(ConnectReturnCode::NotAuthorized), &["a client without mqtt.user"])],
    );
}
