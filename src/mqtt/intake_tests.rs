//! The connection of a hub, with a broker that does what a real one seldom does.

use super::*;
use crate::mqtt::Protocol;
use crate::mqtt::test_broker::{self, FakeBroker};
use crate::wire::{Epoch, RangeSet};

async fn connect(settings: &MqttSettings, share: Option<&str>) -> Intake {
    let versions = &mut VersionMemory::default();
    Intake::connect(settings, "hub", share, false, versions).await.unwrap()
}

/// Whether a connection that gets this answer to its SUBSCRIBE ends, and what the error says.
async fn answered(protocol: Protocol, accepted: &'static [u8], answer: &'static [u8]) -> String {
    let (broker, settings) = FakeBroker::start(protocol).await;
    let broker = tokio::spawn(async move {
        let (mut peer, _) = broker.accept_with(accepted).await;
        peer.packet().await.unwrap();
        peer.send(answer).await;
        peer.until_closed().await;
    });
    let mut intake = connect(&settings, Some("g")).await;
    let error = intake.next().await.err().unwrap().to_string();
    drop(intake);
    broker.await.unwrap();
    error
}

#[tokio::test]
async fn a_refused_subscription_is_reported_with_its_filter() {
    let v3 = |answer| answered(Protocol::V3, test_broker::ACCEPTED_3, answer);
    let v5 = |answer| answered(Protocol::V5, test_broker::ACCEPTED_5, answer);
    let error = v3(&[0x90, 5, 0, 1, 0x80, 1, 1]).await;
    assert!(error.contains("the subscription to $share/g/hanqing/v1/+/readings"), "{error}");
    let error = v3(&[0x90, 5, 0, 1, 1, 1, 0x80]).await;
    assert!(error.contains("the subscription to hanqing/v1/+/status"), "{error}");
    // What MQTT 5 answers, from a broker of 3.1.1.
    let error = v3(&[0x90, 5, 0, 1, 0x8F, 1, 1]).await;
    assert!(error.contains("(0x8F) that MQTT 3.1.1 does not know"), "{error}");
    let error = v5(&[0x90, 6, 0, 1, 0, 1, 0x87, 1]).await;
    assert!(error.contains("not let hub read hanqing/v1/+/birth"), "{error}");
    let error = v5(&[0x90, 6, 0, 1, 0, 0x8F, 1, 1]).await;
    assert!(error.contains("does not accept such a filter"), "{error}");
    let error = v5(&[0x90, 6, 0, 1, 0, 0x9E, 1, 1]).await;
    assert!(error.contains("does not support shared subscriptions"), "{error}");
    let error = v5(&[0x90, 6, 0, 1, 0, 0xEE, 1, 1]).await;
    assert!(error.contains("(0xEE) that MQTT 5 does not know"), "{error}");
}

#[tokio::test]
async fn one_subscription_asks_for_all_and_without_retained_for_readings_only() {
    let (broker, settings) = FakeBroker::start(Protocol::V3).await;
    for (without_retained, filters) in [
        (
            false,
            &[
                "hanqing/v1/+/readings",
                "hanqing/v1/+/birth",
                "hanqing/v1/+/status",
                "hanqing/v1/+/report",
            ][..],
        ),
        (true, &["hanqing/v1/+/readings"][..]),
    ] {
        let versions = &mut VersionMemory::default();
        let connecting = Intake::connect(&settings, "hub", None, without_retained, versions);
        let (intake, (mut peer, _)) =
            tokio::join!(connecting, broker.accept_with(test_broker::ACCEPTED_3));
        let asked = peer.packet().await.unwrap();
        let mut expected = vec![0x82, 0, 0, 1];
        for filter in filters {
            expected.extend((filter.len() as u16).to_be_bytes());
            expected.extend(filter.as_bytes());
            expected.push(1);
        }
        assert_eq!(asked, expected);
        drop(intake.unwrap());
    }
}

#[tokio::test]
async fn what_is_retained_can_be_asked_for_later() {
    let (broker, settings) = FakeBroker::start(Protocol::V3).await;
    let versions = &mut VersionMemory::default();
    let connecting = Intake::connect(&settings, "hub", None, true, versions);
    let (intake, (mut peer, _)) =
        tokio::join!(connecting, broker.accept_with(test_broker::ACCEPTED_3));
    let mut intake = intake.unwrap();
    peer.packet().await.unwrap();
    intake.ask_for_retained().unwrap();
    let asked = peer.packet().await.unwrap();
    let text = String::from_utf8_lossy(&asked).into_owned();
    assert!(asked[0] == 0x82 && text.contains("hanqing/v1/+/birth"), "{text}");
    assert!(text.contains("hanqing/v1/+/status") && !text.contains("readings"), "{text}");
}

#[tokio::test]
async fn a_refused_topic_of_another_program_is_told_and_the_connection_goes_on() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let (mut intake, (mut peer, _)) =
        tokio::join!(connect(&settings, None), broker.accept_with(test_broker::ACCEPTED_5));
    intake.subscribe_to_others(&[]).unwrap();
    intake.subscribe_to_others(&["telegraf/#".into(), "influx/+".into()]).unwrap();
    let packets = [peer.packet().await.unwrap(), peer.packet().await.unwrap()];
    assert!(String::from_utf8_lossy(&packets[1]).contains("telegraf/#"), "{packets:?}");
    peer.send(&[0x90, 7, 0, 1, 0, 1, 1, 1, 1]).await;
    peer.send(&[0x90, 5, 0, 2, 0, 0x87, 1]).await;
    peer.send(&[0x30, 7, 0, 3, b'a', b'/', b'b', 0, b'x']).await;
    let message = intake.next().await.unwrap();
    assert_eq!((message.topic(), message.payload()), ("a/b", &b"x"[..]));
    let [(topic, problem)] = intake.refused_others() else {
        panic!("{:?}", intake.refused_others())
    };
    assert_eq!(topic, "telegraf/#");
    assert!(problem.to_string().contains("not let hub read telegraf/#"), "{problem}");
}

#[tokio::test]
async fn one_gateways_acknowledgement_that_is_taken_says_nothing_of_anothers() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let (mut intake, (mut peer, _)) =
        tokio::join!(connect(&settings, None), broker.accept_with(test_broker::ACCEPTED_5));
    for (gateway, reason, told) in [
        ("gw-1", 0x87, "gw-1: "),
        ("gw-2", 0, "gw-1: "),
        ("gw-3", 0x87, "gw-1, gw-3: "),
        ("gw-1", 0, "gw-3: "),
    ] {
        intake.acknowledge(&gateway.parse().unwrap(), &ack(1)).unwrap();
        let (packet, _) = peer.published().await.unwrap();
        peer.send(&test_broker::confirmed(packet, reason)).await;
        peer.send(&test_broker::message("hanqing/v1/gw-1/readings", b"{}", false, true)).await;
        intake.next().await.unwrap();
        let said = intake.refused_acks().unwrap().to_string();
        assert!(said.starts_with(told), "{gateway}: {said}");
    }
}

#[tokio::test]
async fn messages_come_with_topic_payload_and_whether_they_were_retained() {
    for (protocol, accepted) in
        [(Protocol::V3, test_broker::ACCEPTED_3), (Protocol::V5, test_broker::ACCEPTED_5)]
    {
        let (broker, settings) = FakeBroker::start(protocol).await;
        let (mut intake, (mut peer, _)) =
            tokio::join!(connect(&settings, None), broker.accept_with(accepted));
        for retained in [true, false] {
            let v5 = protocol == Protocol::V5;
            peer.send(&test_broker::message("hanqing/v1/gw-1/birth", b"{}", retained, v5)).await;
            let message = intake.next().await.unwrap();
            assert_eq!(message.topic(), "hanqing/v1/gw-1/birth");
            assert_eq!((message.payload(), message.retained()), (&b"{}"[..], retained));
        }
    }
}

fn ack(ranges: u64) -> Ack {
    let committed: RangeSet = (0..ranges).map(|n| (2 * n, 2 * n)).collect();
    Ack { epoch: Epoch(7), committed, whole: true, start: false, at: None }
}

#[tokio::test]
async fn an_acknowledgement_that_is_too_large_goes_in_parts_and_the_connection_lives() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let accepted = test_broker::accepted_with_packet_max(250);
    let (mut intake, (mut peer, _)) =
        tokio::join!(connect(&settings, None), broker.accept_with(&accepted));
    let gateway = "gw-1".parse().unwrap();
    let parts = ack(40).parts(intake.session.payload_max("hanqing/v1/gw-1/ack")).len();
    // Fewer than the events that may wait: nobody reads them meanwhile.
    assert!((10..EVENTS_MAX).contains(&parts), "{parts}");
    intake.acknowledge(&gateway, &ack(40)).unwrap();
    for _ in 0..parts {
        assert_eq!(peer.published().await.unwrap().1, "hanqing/v1/gw-1/ack");
    }
    peer.send(&test_broker::message("hanqing/v1/gw-1/readings", b"{}", false, true)).await;
    assert_eq!(intake.next().await.unwrap().payload(), b"{}");
    assert_eq!(intake.dropped_acks(), 0);
}

#[tokio::test]
async fn acknowledgements_that_nobody_takes_are_dropped_and_not_kept_without_end() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let (mut intake, (peer, _)) =
        tokio::join!(connect(&settings, None), broker.accept_with(test_broker::ACCEPTED_5));
    let gateway = "gw-1".parse().unwrap();
    // The event loop, on this same thread, does not run meanwhile.
    for _ in 0..5_000 {
        intake.acknowledge(&gateway, &ack(1)).unwrap();
    }
    assert!((3_900..5_000).contains(&intake.dropped_acks()), "{}", intake.dropped_acks());
    drop(intake);
    peer.until_closed().await;
}

#[tokio::test]
async fn refused_acknowledgements_are_visible_until_one_is_taken() {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let (mut intake, (mut peer, _)) =
        tokio::join!(connect(&settings, None), broker.accept_with(test_broker::ACCEPTED_5));
    let gateway = "gw-1".parse().unwrap();
    for (reason, told) in [(0x87, true), (0x10, false), (0x97, true), (0, false)] {
        intake.acknowledge(&gateway, &ack(1)).unwrap();
        let (packet, _) = peer.published().await.unwrap();
        peer.send(&test_broker::confirmed(packet, reason)).await;
        peer.send(&test_broker::message("hanqing/v1/gw-1/readings", b"{}", false, true)).await;
        intake.next().await.unwrap();
        assert_eq!(intake.refused_acks().is_some(), told, "{reason:#x}");
        if reason == 0x87 {
            let said = intake.refused_acks().unwrap().to_string();
            assert!(said.contains("not let hub write hanqing/v1/+/ack"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_server_that_ends_the_connection_says_why() {
    for (answer, words) in [
        (&[0xE0, 2, 0x8E, 0][..], "another client has connected with the id hub"),
        (&[0xE0, 2, 0x8B, 0], "shutting down"),
        (&[0xE0, 2, 0x98, 0], "administrator"),
        (&[0xE0, 2, 0x97, 0], "a quota is exceeded"),
        (&[0xE0, 2, 0xC3, 0], "code (0xC3) that MQTT 5 does not know"),
        (&[0xE0, 0], "the broker closed the connection"),
        // The library does not read a reason without properties.
        (&[0xE0, 1, 0x8E], "the broker closed the connection"),
    ] {
        let (broker, settings) = FakeBroker::start(Protocol::V5).await;
        let (mut intake, (mut peer, _)) =
            tokio::join!(connect(&settings, None), broker.accept_with(test_broker::ACCEPTED_5));
        peer.send(answer).await;
        drop(peer);
        let error = intake.next().await.err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// The head is enough: the rest is not waited for.
#[tokio::test]
async fn a_packet_beyond_the_bound_ends_the_connection_before_it_is_read() {
    for (protocol, accepted, most) in [
        (Protocol::V3, test_broker::ACCEPTED_3, 1024 * 1024),
        (Protocol::V5, test_broker::ACCEPTED_5, 263_168),
    ] {
        let (broker, settings) = FakeBroker::start(protocol).await;
        let (mut intake, (mut peer, _)) =
            tokio::join!(connect(&settings, None), broker.accept_with(accepted));
        let topic = "hanqing/v1/gw-1/birth";
        let v5 = protocol == Protocol::V5;
        let body = most - topic.len() - 2 - usize::from(v5);
        peer.send(&test_broker::message(topic, &vec![b'x'; body], true, v5)).await;
        assert_eq!(intake.next().await.unwrap().payload().len(), body);
        let head = &test_broker::message(topic, &vec![b'x'; body + 1], true, v5)[..100];
        peer.send(head).await;
        let error = intake.next().await.err().unwrap();
        let MqttError::Oversized { bytes, .. } = error else { panic!("{error}") };
        assert_eq!(bytes, most + 1);
    }
}
