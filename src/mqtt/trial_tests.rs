//! A trial of a broker, with brokers that take it and brokers that do not.

use super::*;
use crate::mqtt::Protocol;
use crate::mqtt::test_broker::{self, FakeBroker};

async fn tried(
    answers: (&'static [u8], &'static [u8]),
) -> Result<(Version, Option<CertificateEnd>), MqttError> {
    let (broker, settings) = FakeBroker::start(Protocol::V3).await;
    let (accepted, subscribed) = answers;
    let serving = tokio::spawn(async move {
        let (mut peer, _) = broker.accept_with(accepted).await;
        let mut published = false;
        while let Some(packet) = peer.packet().await {
            published |= packet[0] >> 4 == 3;
            if packet[0] >> 4 == 8 {
                peer.send(&test_broker::message("a/b", b"retained", true, false)).await;
                peer.send(subscribed).await;
            }
        }
        published
    });
    let filters = vec!["hanqing/v1/+/readings".to_owned()];
    let tried = try_broker(&settings, "hub-check", "hub", filters).await;
    assert!(!serving.await.unwrap(), "a trial publishes nothing");
    tried
}

#[tokio::test]
async fn a_trial_ends_with_the_answer_to_the_subscription() {
    let tried_3 = tried((test_broker::ACCEPTED_3, &[0x90, 3, 0, 1, 1])).await.unwrap();
    assert_eq!(tried_3, (Version::V3, None));
    let refused = tried((test_broker::ACCEPTED_3, &[0x90, 3, 0, 1, 0x80])).await.unwrap_err();
    assert!(refused.to_string().contains("hanqing/v1/+/readings"), "{refused}");
    // Not authorised.
    let refused = tried((&[0x20, 2, 0, 5], &[])).await.unwrap_err();
    assert!(matches!(refused, MqttError::Connection { .. }), "{refused}");
}
