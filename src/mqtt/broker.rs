//! A broker inside this process, for the demo and for offices without one. It keeps nothing on disk: after a restart
//! the gateways send again from their spools. It speaks MQTT 3.1.1.
//!
//! Its router, a thread of its own, can be made to panic by what clients send, and then the broker goes on to accept
//! connections that nobody serves (docs/decisions/0018). Whoever starts a broker therefore waits for its end, too.

use std::collections::HashMap;
use std::net::SocketAddr;

use rumqttd::local::LinkRx;
use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::locales::mqtt as words;
use crate::support::random;
use crate::wire::MESSAGE_SIZE_MAX;

/// Gateways and hubs that may be connected; a township has tens.
const CONNECTIONS_MAX: usize = 1000;

/// What tells that the broker has ended.
pub struct BrokerEnd {
    /// A connection inside the process. It ends with the router, which holds its other half.
    router: LinkRx,
    /// Is dropped with the thread that waits for those that accept connections.
    listeners: oneshot::Receiver<()>,
}

impl BrokerEnd {
    /// Waits until `stop`.
    ///
    /// # Errors
    /// A thread of the broker has ended or panicked.
    pub async fn ended(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let router = async { while self.router.next().await.is_ok() {} };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = router => {}
            _ = self.listeners => {}
        }
        Err(anyhow::Error::msg(words::broker_ended()))
    }
}

/// Starts a broker that listens on `listen`, in threads of its own. It runs until the process ends, or until what
/// [`BrokerEnd::ended`] waits for.
///
/// # Errors
/// The address cannot be listened on, or the broker does not start.
pub fn start(listen: SocketAddr) -> std::io::Result<BrokerEnd> {
    // The broker reports an address in use only in its log, so test it here.
    drop(std::net::TcpListener::bind(listen)?);
    let server = ServerSettings {
        name: "hanqing".into(),
        listen,
        tls: None,
        next_connection_delay_ms: 1,
        connections: ConnectionSettings {
            connection_timeout_ms: 10_000,
            max_payload_size: MESSAGE_SIZE_MAX + 1024,
            max_inflight_count: 200,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        },
    };
    let config = Config {
        id: 0,
        router: RouterConfig {
            max_connections: CONNECTIONS_MAX,
            max_outgoing_packet_count: 200,
            max_segment_size: 16 * 1024 * 1024,
            max_segment_count: 8,
            custom_segment: None,
            initialized_filters: None,
            shared_subscriptions_strategy: Default::default(),
        },
        v4: Some(HashMap::from([("hanqing".into(), server)])),
        v5: None,
        ws: None,
        cluster: None,
        console: None,
        bridge: None,
        prometheus: None,
        metrics: None,
    };
    let mut broker = Broker::new(config);
    // A client that connects under the same id would end this link: nobody can guess the id.
    let watch =
        format!("hanqing-watch-{:x}{:x}", random::unit().to_bits(), random::unit().to_bits());
    let (_, router) = broker.link(&watch).map_err(std::io::Error::other)?;
    let (listening, listeners) = oneshot::channel::<()>();
    std::thread::Builder::new().name("broker".into()).spawn(move || {
        let _listening = listening;
        if let Err(error) = broker.start() {
            tracing::error!(%error, "the broker in this process cannot listen");
        }
    })?;
    Ok(BrokerEnd { router, listeners })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::intake::Intake;
    use crate::mqtt::{MqttSettings, Version, VersionMemory};
    use std::net::Ipv4Addr;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    fn start_anywhere() -> (SocketAddr, BrokerEnd) {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let listen = listener.local_addr().unwrap();
        drop(listener);
        (listen, start(listen).unwrap())
    }

    async fn connect(broker: SocketAddr) -> TcpStream {
        loop {
            match TcpStream::connect(broker).await {
                Ok(stream) => return stream,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    async fn ask(stream: &mut TcpStream, packet: &[u8], answer: usize) {
        stream.write_all(packet).await.unwrap();
        let mut answered = vec![0; answer];
        stream.read_exact(&mut answered).await.unwrap();
    }

    /// Three packets and a connection that ends make the router panic: a shared subscription of a session that is kept,
    /// and a message to itself that is never confirmed.
    #[tokio::test]
    async fn the_end_of_the_router_is_noticed() {
        let (address, end) = start_anywhere();
        let mut client = connect(address).await;
        ask(&mut client, b"\x10\x0d\0\x04MQTT\x04\0\0\x1e\0\x01k", 4).await;
        ask(&mut client, b"\x82\x0f\0\x01\0\x0a$share/g/a\x01", 5).await;
        // Its confirmation and the message itself.
        ask(&mut client, b"\x32\x06\0\x01a\0\x02x", 4 + 8).await;
        drop(client);
        let ended =
            tokio::time::timeout(Duration::from_secs(20), end.ended(CancellationToken::new()))
                .await;
        let error = ended.expect("the broker goes on").unwrap_err().to_string();
        assert!(error.contains("broker in this process"), "{error}");
    }

    #[tokio::test]
    async fn a_broker_that_serves_does_not_end() {
        let (address, end) = start_anywhere();
        let end = tokio::spawn(end.ended(CancellationToken::new()));
        for _ in 0..3 {
            let mut client = connect(address).await;
            ask(&mut client, b"\x10\x0d\0\x04MQTT\x04\x02\0\x1e\0\x01k", 4).await;
            ask(&mut client, b"\x32\x06\0\x01a\0\x02x", 4).await;
        }
        assert!(!end.is_finished());
        end.abort();
    }

    #[tokio::test]
    async fn a_client_that_would_rather_speak_mqtt_5_is_served() {
        let (address, end) = start_anywhere();
        drop(connect(address).await);
        let settings = MqttSettings::at(format!("mqtt://{address}"));
        let versions = &mut VersionMemory::default();
        let intake = Intake::connect(&settings, "hub", None, false, versions).await.unwrap();
        assert_eq!(intake.protocol(), Version::V3);
        drop(end);
    }
}
