//! The connection of a view: what its broker takes, refuses and leaves without an answer.

use super::*;
use crate::mqtt::Protocol;
use crate::mqtt::test_broker::{self, FakeBroker, Peer};

/// Bits of CONNECT's flags (MQTT 5, 3.1.2.3): a last will, and that it is retained.
const WILL: u8 = 0x04;
const WILL_RETAIN: u8 = 0x20;

fn connect(settings: &MqttSettings, will: Option<Will>) -> ViewConnect<'_> {
    let (client_id, own_name) = ("hanqing-gw-1-view-county", "gw-1");
    let subscriptions = vec!["spBv1.0/+/NCMD/#".to_owned()];
    ViewConnect { settings, client_id, own_name, will, subscriptions }
}

/// A connection, and the broker's end of it.
async fn connected(accepted: &[u8]) -> (ViewLink, Peer) {
    let (broker, settings) = FakeBroker::start(Protocol::V5).await;
    let mut versions = VersionMemory::default();
    let connecting = ViewLink::connect(connect(&settings, None), &mut versions);
    let (link, (peer, _)) = tokio::join!(connecting, broker.accept_with(accepted));
    (link.unwrap(), peer)
}

fn publish(link: &mut ViewLink, number: u64, bytes: usize) -> Result<(), MqttError> {
    link.publish(number, format!("county/{number}"), vec![b'x'; bytes], false)
}

/// Answers to the next message with this reason code. Returns its topic.
async fn answer(peer: &mut Peer, reason: u8) -> String {
    let (packet, topic) = peer.published().await.unwrap();
    peer.send(&test_broker::confirmed(packet, reason)).await;
    topic
}

#[tokio::test]
async fn a_last_will_is_retained_only_where_it_is_to_be() {
    for retain in [false, true] {
        let (broker, settings) = FakeBroker::start(Protocol::V5).await;
        let will = Will { topic: "t".into(), payload: b"gone".to_vec(), retain };
        let mut versions = VersionMemory::default();
        let connecting = ViewLink::connect(connect(&settings, Some(will)), &mut versions);
        let accepting = async {
            let mut peer = broker.accept().await;
            let flags = peer.packet().await.unwrap()[9];
            peer.send(test_broker::ACCEPTED_5).await;
            (peer, flags)
        };
        let (link, (mut peer, flags)) = tokio::join!(connecting, accepting);
        assert_eq!((flags & WILL, flags & WILL_RETAIN != 0), (WILL, retain));
        // It subscribes before anything is published.
        let mut link = link.unwrap();
        publish(&mut link, 1, 1).unwrap();
        assert_eq!(peer.packet().await.unwrap()[0], 0x82);
        assert_eq!(answer(&mut peer, 0).await, "county/1");
    }
}

#[tokio::test]
async fn each_message_is_confirmed_by_its_number_and_no_more_are_in_flight_than_may_be() {
    let (mut link, mut peer) = connected(test_broker::ACCEPTED_5).await;
    let window = link.free();
    for number in 1..=window as u64 {
        publish(&mut link, number, 3).unwrap();
    }
    assert_eq!(link.free(), 0);
    for number in 1..=3 {
        // That nobody listens is the broker's word, too.
        answer(&mut peer, if number == 2 { 0x10 } else { 0 }).await;
        let event = link.next().await;
        assert!(matches!(event, ViewEvent::Confirmed(n) if n == number), "{event:?}");
    }
    assert_eq!(link.free(), 3);
    peer.send(&test_broker::message("spBv1.0/g/NCMD/gw-1", b"again", false, true)).await;
    let event = link.next().await;
    let ViewEvent::Message(message) = event else { panic!("{event:?}") };
    assert_eq!((message.topic(), message.payload()), ("spBv1.0/g/NCMD/gw-1", &b"again"[..]));
}

#[tokio::test]
async fn a_message_that_is_refused_or_too_large_ends_the_connection() {
    let (mut link, mut peer) = connected(test_broker::ACCEPTED_5).await;
    publish(&mut link, 1, 3).unwrap();
    answer(&mut peer, 0x87).await;
    let event = link.next().await;
    let ViewEvent::Lost(MqttError::Connection { problem, .. }) = event else { panic!("{event:?}") };
    assert!(problem.to_string().contains("not let gw-1 write county/1"), "{problem}");

    let accepted = test_broker::accepted_with_packet_max(200);
    let (mut link, mut peer) = connected(&accepted).await;
    let most = 200 - "county/1".len() - PUBLISH_OVERHEAD;
    let error = publish(&mut link, 1, most + 1).unwrap_err();
    assert!(matches!(error, MqttError::TooLarge { .. }), "{error}");
    publish(&mut link, 2, most).unwrap();
    assert_eq!(answer(&mut peer, 0).await, "county/2");
}

#[tokio::test]
async fn without_the_right_to_read_its_topics_a_view_sends_all_the_same() {
    let (mut link, mut peer) = connected(test_broker::ACCEPTED_5).await;
    let subscription = peer.packet().await.unwrap();
    assert_eq!(subscription[0], 0x82);
    // SUBACK with the code for a client without the right.
    peer.send(&[0x90, 4, subscription[2], subscription[3], 0, 0x87]).await;
    publish(&mut link, 1, 3).unwrap();
    answer(&mut peer, 0).await;
    let event = link.next().await;
    assert!(matches!(event, ViewEvent::Confirmed(1)), "{event:?}");
}

#[tokio::test]
async fn what_was_not_subscribed_to_can_be_later() {
    let (broker, settings) = FakeBroker::start(Protocol::V3).await;
    let connect = ViewConnect { subscriptions: Vec::new(), ..connect(&settings, None) };
    let mut versions = VersionMemory::default();
    let (link, (mut peer, _)) = tokio::join!(
        ViewLink::connect(connect, &mut versions),
        broker.accept_with(test_broker::ACCEPTED_3)
    );
    let mut link = link.unwrap();
    publish(&mut link, 1, 3).unwrap();
    peer.published().await.unwrap();
    link.subscribe(vec!["spBv1.0/+/NCMD/#".to_owned()]);
    assert_eq!(peer.packet().await.unwrap()[0], 0x82);
}

#[tokio::test]
async fn the_farewell_to_a_broker_that_does_not_answer_is_short() {
    let (mut link, mut peer) = connected(test_broker::ACCEPTED_5).await;
    publish(&mut link, 1, 3).unwrap();
    assert_eq!(peer.published().await.unwrap().1, "county/1");
    tokio::time::pause();
    let last = vec![("county/gone".to_owned(), b"offline".to_vec(), true)];
    let closed = tokio::time::timeout(FAREWELL_MAX * 2, link.close(last)).await;
    assert!(closed.is_ok(), "it waits for the broker");
    // It has said it all the same.
    assert_eq!(peer.published().await.unwrap().1, "county/gone");
    assert_eq!(peer.packet().await.unwrap()[0], 0xE0);
    assert_eq!(peer.packet().await, None);
}

#[tokio::test]
async fn a_broker_that_confirms_nothing_is_left() {
    let (mut link, mut peer) = connected(test_broker::ACCEPTED_5).await;
    publish(&mut link, 1, 3).unwrap();
    peer.published().await.unwrap();
    tokio::time::pause();
    // It answers whether it is there, and nothing else.
    let pings = async {
        while let Some(packet) = peer.packet().await {
            if packet[0] == 0xC0 {
                peer.send(&[0xD0, 0]).await;
            }
        }
    };
    let event = tokio::select! {
        event = link.next() => event,
        () = pings => panic!("closed"),
    };
    let ViewEvent::Lost(error) = event else { panic!("{event:?}") };
    assert!(error.to_string().contains("has been confirmed for 30 s"), "{error}");
}
