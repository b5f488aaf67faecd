//! One connection in either version of MQTT, with brokers that have one, the other or neither.

use super::*;
use crate::mqtt::Protocol;
use crate::mqtt::test_broker::{self, FakeBroker, Peer};

async fn connect(
    settings: &MqttSettings,
    versions: &mut VersionMemory,
) -> Result<Session, MqttError> {
    Session::connect(options(settings, "gw", "gw").unwrap(), versions).await
}

#[tokio::test(start_paused = true)]
async fn a_silent_broker_is_given_up() {
    let (_broker, settings) = FakeBroker::start(Protocol::Auto).await;
    let error = connect(&settings, &mut VersionMemory::default()).await.err().unwrap().to_string();
    let port = settings.endpoint().unwrap().port;
    let expected = format!("no connection to 127.0.0.1:{port}: no answer within 15 s");
    assert!(error.starts_with(&expected), "{error}");
}

/// A broker that accepts the connection and then falls silent.
#[tokio::test]
async fn a_disconnect_on_a_dead_line_ends() {
    for (protocol, accepted) in
        [(Protocol::V3, test_broker::ACCEPTED_3), (Protocol::V5, test_broker::ACCEPTED_5)]
    {
        let (broker, settings) = FakeBroker::start(protocol).await;
        let versions = &mut VersionMemory::default();
        let (session, _dead) =
            tokio::join!(connect(&settings, versions), broker.accept_with(accepted));
        let closed = tokio::time::timeout(DISCONNECT_MAX * 3, session.unwrap().close()).await;
        assert!(closed.is_ok(), "the disconnect hangs");
    }
}

/// Connects once, to a broker that answers as listed, connection by connection, and then closes those that it has
/// refused. Returns the outcome and the protocol levels that it was asked for.
async fn negotiate(
    settings: &MqttSettings,
    broker: &FakeBroker,
    versions: &mut VersionMemory,
    answers: &[&[u8]],
) -> (Result<Version, String>, Vec<u8>) {
    let serving = async {
        let (mut levels, mut kept): (Vec<u8>, Option<Peer>) = (Vec::new(), None);
        for answer in answers {
            drop(kept.take());
            let (peer, level) = broker.accept_with(answer).await;
            levels.push(level);
            kept = Some(peer)
                .filter(|_| [test_broker::ACCEPTED_3, test_broker::ACCEPTED_5].contains(answer));
        }
        (levels, kept)
    };
    let (session, (levels, _kept)) = tokio::join!(connect(settings, versions), serving);
    let outcome = session.map(|session| session.version()).map_err(|error| error.to_string());
    (outcome, levels)
}

/// CONNACK of MQTT 3.1.1: unacceptable protocol version; bad user name or password.
const NOT_THIS_VERSION: &[u8] = &[0x20, 2, 0, 1];
const WRONG_PASSWORD_3: &[u8] = &[0x20, 2, 0, 4];
/// CONNACK of MQTT 5: unsupported protocol version; bad user name or password.
const NOT_THIS_VERSION_5: &[u8] = &[0x20, 3, 0, 0x84, 0];
const WRONG_PASSWORD_5: &[u8] = &[0x20, 3, 0, 0x86, 0];

#[tokio::test]
async fn a_broker_without_mqtt_5_is_asked_for_it_once() {
    let http: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    for refusal in [NOT_THIS_VERSION, NOT_THIS_VERSION_5, b"", http] {
        let (broker, settings) = FakeBroker::start(Protocol::Auto).await;
        let versions = &mut VersionMemory::default();
        let answers: &[&[u8]] = &[refusal, test_broker::ACCEPTED_3];
        let first = negotiate(&settings, &broker, versions, answers).await;
        assert_eq!(first, (Ok(Version::V3), vec![5, 4]));
        let next = negotiate(&settings, &broker, versions, &[test_broker::ACCEPTED_3]).await;
        assert_eq!(next, (Ok(Version::V3), vec![4]));
        // Upgraded, and 3.1.1 switched off.
        let upgraded: &[&[u8]] = &[NOT_THIS_VERSION, test_broker::ACCEPTED_5];
        let upgraded = negotiate(&settings, &broker, versions, upgraded).await;
        assert_eq!(upgraded, (Ok(Version::V5), vec![4, 5]));
    }
}

#[tokio::test]
async fn another_refusal_is_no_matter_of_the_version() {
    let (broker, settings) = FakeBroker::start(Protocol::Auto).await;
    let versions = &mut VersionMemory::default();
    let (error, levels) = negotiate(&settings, &broker, versions, &[WRONG_PASSWORD_5]).await;
    assert!(error.unwrap_err().contains("wrong user or password"));
    assert_eq!(levels, [5]);
}

#[tokio::test]
async fn where_both_fail_the_error_that_helps_is_told() {
    let (broker, settings) = FakeBroker::start(Protocol::Auto).await;
    for (answers, words) in [
        (&[NOT_THIS_VERSION, WRONG_PASSWORD_3][..], "wrong user or password"),
        (&[b"", b""], "closed the connection without an answer"),
        (&[NOT_THIS_VERSION_5, NOT_THIS_VERSION], "does not speak MQTT 3.1.1"),
    ] {
        let versions = &mut VersionMemory::default();
        let (error, levels) = negotiate(&settings, &broker, versions, answers).await;
        let error = error.unwrap_err();
        assert!(error.contains(words), "{error}");
        assert_eq!(levels, [5, 4]);
    }
}

#[tokio::test]
async fn a_version_that_is_set_is_the_only_one_tried() {
    for (protocol, answer, level, words) in [
        (Protocol::V5, NOT_THIS_VERSION_5, 5, "does not speak MQTT 5; set mqtt.protocol"),
        (Protocol::V5, NOT_THIS_VERSION, 5, "or it does not speak MQTT 5"),
        (Protocol::V3, NOT_THIS_VERSION, 4, "does not speak MQTT 3.1.1"),
    ] {
        let (broker, settings) = FakeBroker::start(protocol).await;
        let versions = &mut VersionMemory::default();
        let (error, levels) = negotiate(&settings, &broker, versions, &[answer]).await;
        let error = error.unwrap_err();
        assert!(error.contains(words), "{error}");
        assert_eq!(levels, [level]);
    }
}

/// A broker that takes any version for 3.1.1: its answer is too short for MQTT 5, which the library takes for one that
/// has not come in full.
#[tokio::test(start_paused = true)]
async fn after_silence_the_next_attempt_is_with_the_other_version() {
    let (broker, settings) = FakeBroker::start(Protocol::Auto).await;
    let versions = &mut VersionMemory::default();
    let answers: &[&[u8]] = &[test_broker::ACCEPTED_3];
    let (error, levels) = negotiate(&settings, &broker, versions, answers).await;
    assert!(error.unwrap_err().contains("no answer within 15 s"));
    assert_eq!(levels, [5]);
    let next = negotiate(&settings, &broker, versions, answers).await;
    assert_eq!(next, (Ok(Version::V3), vec![4]));
}

#[tokio::test]
async fn mqtt_5_tells_the_broker_how_large_a_packet_may_be_and_leaves_nothing_behind() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let connecting = async { connect(&settings, &mut VersionMemory::default()).await };
    let asked = async {
        let mut peer = broker.accept().await;
        let asked = peer.packet().await.unwrap();
        peer.send(&test_broker::accepted_with_packet_max(1000)).await;
        (asked, peer)
    };
    let (session, (asked, _peer)) = tokio::join!(connecting, asked);
    assert_eq!(session.unwrap().packet_max, Some(1000));
    // Level, flags with Clean Start alone, keep alive of 30 s, and one property: Maximum Packet Size.
    let [a, b, c, d] = (client::PACKET_MAX as u32).to_be_bytes();
    assert_eq!(asked[8..18], [5, 2, 0, 30, 5, 0x27, a, b, c, d]);
}
