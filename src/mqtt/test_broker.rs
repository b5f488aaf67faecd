//! A broker for tests that says what the test has it say, byte for byte.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{MqttSettings, Protocol};

/// CONNACK that accepts, of MQTT 3.1.1 and 5.
pub(super) const ACCEPTED_3: &[u8] = &[0x20, 2, 0, 0];
pub(super) const ACCEPTED_5: &[u8] = &[0x20, 3, 0, 0, 0];

/// CONNACK of MQTT 5 that accepts, with this Maximum Packet Size.
pub(super) fn accepted_with_packet_max(bytes: u32) -> Vec<u8> {
    let [a, b, c, d] = bytes.to_be_bytes();
    vec![0x20, 8, 0, 0, 5, 0x27, a, b, c, d]
}

/// PUBACK of MQTT 5.
pub(super) fn confirmed(packet: u16, reason: u8) -> Vec<u8> {
    let [high, low] = packet.to_be_bytes();
    vec![0x40, 3, high, low, reason]
}

/// PUBLISH with QoS 0, of MQTT 5 or 3.1.1.
pub(super) fn message(topic: &str, payload: &[u8], retained: bool, v5: bool) -> Vec<u8> {
    let mut body = (topic.len() as u16).to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(v5.then_some(0));
    body.extend(payload);
    let mut packet = vec![0x30 | u8::from(retained)];
    let mut left = body.len();
    loop {
        let low = (left & 0x7F) as u8;
        left >>= 7;
        packet.push(if left > 0 { low | 0x80 } else { low });
        if left == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

pub(super) struct FakeBroker {
    listener: TcpListener,
}

impl FakeBroker {
    /// A broker, and the settings of a client that speaks `protocol` with it.
    pub async fn start(protocol: Protocol) -> (Self, MqttSettings) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings =
            MqttSettings { protocol, ..MqttSettings::at(format!("mqtt://127.0.0.1:{port}")) };
        (Self { listener }, settings)
    }

    /// The next client.
    pub async fn accept(&self) -> Peer {
        Peer(self.listener.accept().await.unwrap().0)
    }

    /// The next client, whose CONNECT is answered so. Returns its protocol level (4 or 5), too.
    pub async fn accept_with(&self, answer: &[u8]) -> (Peer, u8) {
        let mut peer = self.accept().await;
        let connect = peer.packet().await.unwrap();
        assert_eq!((connect[0], &connect[2..8]), (0x10, &b"\0\x04MQTT"[..]));
        peer.send(answer).await;
        (peer, connect[8])
    }
}

/// A client's connection as the broker sees it.
pub(super) struct Peer(TcpStream);

impl Peer {
    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next packet: its first byte, one byte in place of its length, and the rest. `None` at the end.
    pub async fn packet(&mut self) -> Option<Vec<u8>> {
        let first = self.0.read_u8().await.ok()?;
        let (mut length, mut shift) = (0, 0);
        loop {
            let byte = self.0.read_u8().await.ok()?;
            length |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut packet = vec![0; length];
        self.0.read_exact(&mut packet).await.ok()?;
        packet.splice(0..0, [first, 0]);
        Some(packet)
    }

    /// The packet id of the next PUBLISH, and its topic. Passes over other packets.
    pub async fn published(&mut self) -> Option<(u16, String)> {
        loop {
            let packet = self.packet().await?;
            if packet[0] >> 4 != 3 {
                continue;
            }
            let length = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
            let topic = String::from_utf8(packet[4..4 + length].to_vec()).unwrap();
            return Some((u16::from_be_bytes([packet[4 + length], packet[5 + length]]), topic));
        }
    }

    /// Waits until the client has closed.
    #[cfg(feature = "hub")]
    pub async fn until_closed(mut self) {
        while self.packet().await.is_some() {}
    }
}
