//! One connection: a client and the task that polls its event loop. Both end with the connection.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, StateError, SubAck,
    SubscribeReasonCode, TlsConfiguration, Transport, mqttbytes,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{MqttError, MqttSettings, tls};
use crate::wire::MESSAGE_SIZE_MAX;

/// Events that wait for their reader. Larger than any window in flight, so that the event loop is never held up by it.
const EVENTS_MAX: usize = 1024;

/// Requests that wait for the event loop: acknowledgements of a whole window and what is published with them.
pub(super) const REQUESTS_MAX: usize = 2048;

/// What a packet may have beyond the payload: topic and headers.
const OVERHEAD_MAX: usize = 1024;

/// The largest packet that is taken in. Larger than any message of ours, so that a foreign one can be set aside with a reason;
/// what is larger still ends the connection ([`MqttError::Oversized`]).
const INCOMING_MAX: usize = 4 * 1024 * 1024;

/// The longest wait for the broker's first answer.
const CONNECT_MAX: Duration = Duration::from_secs(15);

/// Why a connection is gone.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    /// What happened.
    Problem(String),
    /// The broker sent a packet of this many bytes.
    Oversized(usize),
}

impl From<ConnectionError> for Lost {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::MqttState(StateError::Deserialization(
                mqttbytes::Error::PayloadSizeLimitExceeded(bytes),
            )) => Self::Oversized(bytes),
            other => Self::Problem(other.to_string()),
        }
    }
}

/// The longest wait for the broker to end the connection after a goodbye. On a dead line it never does, and the daemon has to
/// end all the same.
const GOODBYE_MAX: Duration = Duration::from_secs(3);

/// One connection to the broker.
pub(super) struct Session {
    pub client: AsyncClient,
    events: mpsc::Receiver<Result<Event, Lost>>,
    task: JoinHandle<()>,
    broker: String,
    /// Whether the broker kept this client's session.
    pub session_present: bool,
}

/// Options for the broker of `settings`, as `client_id`.
pub(super) fn options(settings: &MqttSettings, client_id: &str) -> Result<MqttOptions, MqttError> {
    let endpoint = settings
        .endpoint()
        .map_err(|e| MqttError::Settings(format!("mqtt.url {:?}: {e}", settings.url)))?;
    let mut options = MqttOptions::new(client_id, &endpoint.host, endpoint.port);
    options.set_keep_alive(Duration::from_secs(settings.keep_alive_s.max(5).into()));
    options.set_max_packet_size(INCOMING_MAX, MESSAGE_SIZE_MAX + OVERHEAD_MAX);
    options.set_request_channel_capacity(REQUESTS_MAX);
    if endpoint.tls {
        let ca_file = settings.ca_file.as_deref().ok_or_else(|| {
            MqttError::Settings(
                "mqtts needs mqtt.ca_file, the authority that signed the broker's certificate"
                    .into(),
            )
        })?;
        options.set_transport(Transport::Tls(TlsConfiguration::Rustls(
            tls::client_config(ca_file)?,
        )));
    } else if !endpoint.is_loopback() && !settings.allow_plaintext {
        return Err(MqttError::Settings(format!(
            "{} is not encrypted and leaves this machine; use mqtts, or set mqtt.allow_plaintext = true",
            settings.url
        )));
    }
    if let Some(user) = &settings.user {
        let password = match &settings.password_file {
            Some(path) => std::fs::read_to_string(path).map_err(|e| MqttError::File {
                path: path.clone(),
                problem: e.to_string(),
            })?,
            None => String::new(),
        };
        options.set_credentials(user, password.trim_end_matches(['\r', '\n']));
    }
    Ok(options)
}

impl Session {
    /// Connects, and waits until the broker has taken the connection.
    pub async fn connect(options: MqttOptions) -> Result<Self, MqttError> {
        let (host, port) = options.broker_address();
        let broker = format!("{host}:{port}");
        let (client, mut event_loop) = AsyncClient::new(options, REQUESTS_MAX);
        // Else a small message waits until the broker's system has confirmed the one before it, up to 40 ms.
        event_loop.network_options.set_tcp_nodelay(true);
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let task = tokio::spawn(poll(event_loop, sender));
        let mut session = Self {
            client,
            events,
            task,
            broker,
            session_present: false,
        };
        let first = tokio::time::timeout(CONNECT_MAX, session.next()).await;
        let problem = match first {
            Ok(Ok(Event::Incoming(rumqttc::Packet::ConnAck(ack)))) => {
                session.session_present = ack.session_present;
                return Ok(session);
            }
            Ok(Ok(other)) => Lost::Problem(format!("unexpected {other:?}")),
            Ok(Err(problem)) => problem,
            Err(_) => Lost::Problem(format!("no answer within {} s", CONNECT_MAX.as_secs())),
        };
        Err(session.lost(problem))
    }

    /// The next event; the text of what went wrong once the connection is gone. Cancel safe.
    pub async fn next(&mut self) -> Result<Event, Lost> {
        self.events
            .recv()
            .await
            .unwrap_or_else(|| Err(Lost::Problem("the connection is closed".into())))
    }

    /// The next event, if one is there.
    #[cfg(feature = "hub")]
    pub fn try_next(&mut self) -> Option<Result<Event, Lost>> {
        self.events.try_recv().ok()
    }

    /// The error of a connection that is gone.
    pub fn lost(&self, lost: Lost) -> MqttError {
        let broker = self.broker.clone();
        match lost {
            Lost::Problem(problem) => MqttError::Connection { broker, problem },
            Lost::Oversized(bytes) => MqttError::Oversized { broker, bytes },
        }
    }

    /// Says goodbye, and waits a little until the connection has ended.
    pub async fn close(mut self) {
        if self.client.try_disconnect().is_ok() {
            let ended = async { while self.next().await.is_ok() {} };
            let _hung = tokio::time::timeout(GOODBYE_MAX, ended).await.is_err();
        }
    }

    /// The error of a request that the client did not take.
    pub fn refused(&self, error: rumqttc::ClientError) -> MqttError {
        self.lost(Lost::Problem(error.to_string()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is wrong where the broker has not granted a subscription: nothing else would ever tell.
pub(super) fn refused(answer: &SubAck) -> Option<Lost> {
    let refused = answer.return_codes.contains(&SubscribeReasonCode::Failure);
    refused.then(|| {
        Lost::Problem("the broker refuses the subscription; look at its access list".into())
    })
}

async fn poll(mut event_loop: EventLoop, events: mpsc::Sender<Result<Event, Lost>>) {
    loop {
        let event = event_loop.poll().await.map_err(Lost::from);
        let ended = event.is_err();
        if events.send(event).await.is_err() || ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A broker that takes the connection and is never heard of again.
    #[tokio::test]
    async fn a_goodbye_to_a_dead_line_ends() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let broker = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 512];
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
            std::future::pending::<()>().await;
            drop(stream);
        });
        let settings = MqttSettings::at(format!("mqtt://127.0.0.1:{port}"));
        let session = Session::connect(options(&settings, "gw").unwrap())
            .await
            .unwrap();
        let closed = tokio::time::timeout(GOODBYE_MAX * 3, session.close()).await;
        assert!(closed.is_ok(), "the goodbye hangs");
        broker.abort();
    }
}
