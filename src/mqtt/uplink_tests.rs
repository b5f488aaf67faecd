//! The connection of a gateway: what a broker takes, refuses and leaves without an answer.

use super::*;
use crate::mqtt::Protocol;
use crate::mqtt::test_broker::{self, FakeBroker, Peer};
use crate::wire::{Epoch, RangeSet};

/// A connection, with birth and status sent and not yet confirmed.
async fn connect(protocol: Protocol, accepted: &[u8]) -> (Uplink, Peer) {
    let (broker, settings) = FakeBroker::start(protocol).await;
    let gateway: GatewayId = "gw-1".parse().unwrap();
    let birth = Birth::new("1.0", "c".into(), Vec::new());
    let versions = &mut VersionMemory::default();
    let online = Status::new(GatewayState::Online, Timestamp::UNIX_EPOCH);
    let listens = Listens { acknowledged: true, pushed: false };
    let connecting = Uplink::connect(&settings, &gateway, &birth, listens, &online, versions);
    let (uplink, (peer, _)) = tokio::join!(connecting, broker.accept_with(accepted));
    (uplink.unwrap(), peer)
}

/// Answers to the next message on `channel` with this reason code.
async fn answer(peer: &mut Peer, channel: &str, reason: u8) {
    let (packet, topic) = peer.published().await.unwrap();
    assert_eq!(topic, format!("hanqing/v1/gw-1/{channel}"));
    peer.send(&test_broker::confirmed(packet, reason)).await;
}

async fn refused(uplink: &mut Uplink) -> Refused {
    let event = uplink.next().await;
    let UplinkEvent::Refused(refused) = event else { panic!("{event:?}") };
    refused
}

#[tokio::test]
async fn what_the_broker_refuses_is_told_and_no_longer_in_flight() {
    let (mut uplink, mut peer) = connect(Protocol::V5, test_broker::ACCEPTED_5).await;
    assert_eq!((uplink.protocol(), uplink.message_max()), (Version::V5, None));
    answer(&mut peer, "birth", 0x87).await;
    let birth = refused(&mut uplink).await;
    assert!(birth.batches.is_empty() && !birth.too_large);
    let said = uplink.doubt().unwrap().to_string();
    assert!(said.contains("not let gw-1 write hanqing/v1/gw-1/birth"), "{said}");
    answer(&mut peer, "status", 0x97).await;
    let said = refused(&mut uplink).await.reason.to_string();
    assert!(said.contains("a quota is exceeded"), "{said}");
    assert!(uplink.is_idle());

    for (reason, words) in
        [(0x87, "not let gw-1 write hanqing/v1/gw-1/readings"), (0x83, "a rule of its own")]
    {
        uplink.publish(vec![3, 4], true, b"abc".to_vec()).unwrap();
        answer(&mut peer, "readings", reason).await;
        let readings = refused(&mut uplink).await;
        assert_eq!((readings.batches, readings.backlog, readings.bytes), (vec![3, 4], true, 3));
        let said = readings.reason.to_string();
        assert!(said.contains(words), "{said}");
        assert_eq!(uplink.doubt().unwrap().to_string(), said);
        assert!(uplink.is_idle());
    }
}

#[tokio::test]
async fn a_report_that_is_refused_holds_nothing_up_and_is_not_sent_again() {
    let (mut uplink, mut peer) = connect(Protocol::V5, test_broker::ACCEPTED_5).await;
    answer(&mut peer, "birth", 0).await;
    answer(&mut peer, "status", 0).await;
    for (reason, awaited) in [(0, "taken"), (0x87, "refused")] {
        uplink.report(awaited.into()).unwrap();
        // A second one waits for the answer to the first.
        uplink.report(b"too soon".to_vec()).unwrap();
        assert!(uplink.awaits_report());
        answer(&mut peer, "report", reason).await;
        uplink.publish(vec![1], false, b"abc".to_vec()).unwrap();
        answer(&mut peer, "readings", 0).await;
        let event = uplink.next().await;
        assert!(matches!(&event, UplinkEvent::Confirmed(c) if c.batches == [1]), "{event:?}");
        assert!(uplink.is_idle() && !uplink.awaits_report() && uplink.doubt().is_none());
    }
    uplink.report(b"never".to_vec()).unwrap();
    assert!(!uplink.awaits_report());
}

#[tokio::test]
async fn readings_for_which_nobody_listens_are_taken_and_doubted() {
    let (mut uplink, mut peer) = connect(Protocol::V5, test_broker::ACCEPTED_5).await;
    answer(&mut peer, "birth", 0).await;
    answer(&mut peer, "status", 0x10).await;
    for (reason, doubted) in [(0x10, true), (0, false), (0x87, true), (0, false)] {
        uplink.publish(vec![1], false, b"abc".to_vec()).unwrap();
        answer(&mut peer, "readings", reason).await;
        match uplink.next().await {
            UplinkEvent::Confirmed(confirmed) => assert_eq!(confirmed.batches, [1]),
            UplinkEvent::Refused(refused) => assert_eq!((reason, refused.batches), (0x87, vec![1])),
            other => panic!("{other:?}"),
        }
        let doubt = uplink.doubt();
        assert_eq!(doubt.is_some(), doubted, "{reason:#x}: {doubt:?}");
        if reason == 0x10 {
            assert!(doubt.unwrap().to_string().contains("nobody who listens"));
        }
    }
}

#[tokio::test]
async fn a_message_larger_than_the_broker_takes_is_not_sent() {
    let accepted = test_broker::accepted_with_packet_max(600);
    let (mut uplink, mut peer) = connect(Protocol::V5, &accepted).await;
    let most = uplink.message_max().unwrap();
    // The packet: type and three bytes at most of length, the topic with its length, packet id, no properties.
    assert_eq!(most, 600 - "hanqing/v1/gw-1/readings".len() - 10);
    uplink.publish(vec![1], false, vec![b'x'; most + 1]).unwrap();
    let large = refused(&mut uplink).await;
    assert_eq!((large.batches, large.too_large, large.bytes), (vec![1], true, most + 1));
    answer(&mut peer, "birth", 0).await;
    answer(&mut peer, "status", 0).await;
    uplink.publish(vec![2], false, vec![b'x'; most]).unwrap();
    answer(&mut peer, "readings", 0).await;
    let event = uplink.next().await;
    assert!(matches!(&event, UplinkEvent::Confirmed(c) if c.batches == [2]), "{event:?}");
}

#[tokio::test]
async fn a_broker_that_ends_the_connection_over_a_large_packet_says_so() {
    // A DISCONNECT, and a PUBACK with the same code, which the standard does not have there.
    for answer in [&[0xE0, 2, 0x95, 0][..], &[0x40, 3, 0, 3, 0x95]] {
        let (mut uplink, mut peer) = connect(Protocol::V5, test_broker::ACCEPTED_5).await;
        uplink.publish(vec![1], false, vec![b'x'; 100]).unwrap();
        peer.published().await.unwrap();
        peer.send(answer).await;
        let event = uplink.next().await;
        let UplinkEvent::Lost(MqttError::TooLarge { problem, .. }) = event else {
            panic!("{event:?}")
        };
        assert!(problem.to_string().contains("max_packet_size"), "{problem}");
    }
}

#[tokio::test]
async fn under_3_1_1_a_message_can_only_be_taken() {
    let (mut uplink, mut peer) = connect(Protocol::V3, test_broker::ACCEPTED_3).await;
    assert_eq!((uplink.protocol(), uplink.message_max()), (Version::V3, None));
    for _ in ["birth", "status"] {
        let (packet, _) = peer.published().await.unwrap();
        peer.send(&[0x40, 2, 0, packet as u8]).await;
    }
    uplink.publish(vec![1], false, b"abc".to_vec()).unwrap();
    let (packet, _) = peer.published().await.unwrap();
    peer.send(&[0x40, 2, 0, packet as u8]).await;
    let event = uplink.next().await;
    assert!(matches!(&event, UplinkEvent::Confirmed(c) if c.batches == [1]), "{event:?}");
}

#[tokio::test]
async fn a_retained_acknowledgement_is_nobodys() {
    let (mut uplink, mut peer) = connect(Protocol::V5, test_broker::ACCEPTED_5).await;
    let (committed, at) = (RangeSet::default(), None);
    let ack = |n| {
        let committed = committed.clone();
        Ack { epoch: Epoch(n), committed, whole: true, start: true, at }
    };
    let topic = "hanqing/v1/gw-1/ack";
    peer.send(&test_broker::message(topic, &ack(1).to_bytes(), true, true)).await;
    peer.send(&test_broker::message(topic, &ack(2).to_bytes(), false, true)).await;
    let event = uplink.next().await;
    assert!(matches!(&event, UplinkEvent::Committed(a) if a.epoch == Epoch(2)), "{event:?}");
}
