//! A broker inside this process, for the demo and for offices without one. It keeps nothing on disk: after a restart
//! the gateways send again from their spools.

use std::collections::HashMap;
use std::net::SocketAddr;

use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};

use crate::wire::MESSAGE_SIZE_MAX;

/// Gateways and hubs that may be connected; a township has tens.
const CONNECTIONS_MAX: usize = 1000;

/// Starts a broker that listens on `listen`, in threads of its own. It runs until the process ends.
pub fn start(listen: SocketAddr) -> std::io::Result<()> {
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
    std::thread::Builder::new().name("broker".into()).spawn(move || {
        if let Err(error) = broker.start() {
            tracing::error!(%error, "the broker in this process ended");
        }
    })?;
    Ok(())
}
