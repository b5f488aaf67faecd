//! One connection to a broker: a client, and the task that polls its event loop. Both end with the connection.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, Packet, StateError, SubAck,
    SubscribeReasonCode, TlsConfiguration, Transport, mqttbytes,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::certificates::{TlsFiles, Watch, unreadable};
use super::problem::{self, Attempt};
use super::{MqttError, MqttSettings, tls};
use crate::locales::{Text, mqtt as words};
use crate::wire::MESSAGE_SIZE_MAX;

/// Events that may wait for their reader: more than any window in flight, so that it never holds up the event loop.
const EVENTS_MAX: usize = 1024;

/// Requests that may wait for the event loop: confirmations of a whole window, and what is published with them.
pub(super) const REQUESTS_MAX: usize = 2048;

/// Bytes of a packet beyond the payload: topic and headers.
const OVERHEAD_MAX: usize = 1024;

/// The largest packet that is accepted. Larger than any message of ours, so that a foreign one can be quarantined with
/// a reason. A larger one ends the connection ([`MqttError::Oversized`]).
const INCOMING_MAX: usize = 4 * 1024 * 1024;

/// The longest wait for the broker's first answer. TLS takes four round trips, of 2 s each over a weak mobile network.
const CONNECT_MAX: Duration = Duration::from_secs(15);

/// Why a connection has ended.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    Problem(Text),
    /// The broker sent a packet of this many bytes.
    Oversized(usize),
}

impl Lost {
    /// The event loop failed before or after the broker has `answered`.
    fn new(error: &ConnectionError, attempt: &Attempt, answered: bool) -> Self {
        match error {
            ConnectionError::MqttState(StateError::Deserialization(
                mqttbytes::Error::PayloadSizeLimitExceeded(bytes),
            )) => Self::Oversized(*bytes),
            other if answered => Self::Problem(problem::after_answer(other)),
            other => Self::Problem(problem::before_answer(other, attempt)),
        }
    }
}

/// The longest wait for the broker to close after our disconnect: on a dead line it never does, and we have to stop.
const DISCONNECT_MAX: Duration = Duration::from_secs(3);

/// One connection to the broker.
pub(super) struct Session {
    pub client: AsyncClient,
    events: mpsc::Receiver<Result<Event, Lost>>,
    task: JoinHandle<()>,
    broker: String,
    /// Watches the certificates, if TLS is used.
    watch: Option<Watch>,
    /// Whether we have disconnected because there are new certificates.
    renewing: bool,
    /// The certificate is that of another client.
    #[cfg_attr(not(feature = "edge"), allow(dead_code, reason = "a gateway's status says it"))]
    other_name: Option<Text>,
}

/// The client's options, and what else a connection has to know.
#[derive(Clone)]
pub(super) struct Options {
    pub mqtt: MqttOptions,
    attempt: Attempt,
    /// The files that were read for TLS.
    tls: Option<TlsFiles>,
    other_name: Option<Text>,
}

/// Options to connect to the broker of `settings` as `client_id`, with a certificate for `own_name`. Files are read
/// each time.
pub(super) fn options(
    settings: &MqttSettings,
    client_id: &str,
    own_name: &str,
) -> Result<Options, MqttError> {
    let endpoint = settings
        .endpoint()
        .map_err(|e| words::url_problem(format_args!("{:?}", settings.url), e))
        .map_err(MqttError::Settings)?;
    let mut mqtt = MqttOptions::new(client_id, &endpoint.host, endpoint.port);
    mqtt.set_keep_alive(Duration::from_secs(settings.keep_alive_s.max(5).into()));
    mqtt.set_max_packet_size(INCOMING_MAX, MESSAGE_SIZE_MAX + OVERHEAD_MAX);
    mqtt.set_request_channel_capacity(REQUESTS_MAX);
    let (mut files, mut other_name) = (None, None);
    if endpoint.tls {
        let read = TlsFiles::read(settings).map_err(MqttError::File)?;
        let config = tls::client_config(&read).map_err(MqttError::File)?;
        mqtt.set_transport(Transport::Tls(TlsConfiguration::Rustls(config)));
        // Many brokers do not look at the name in a certificate, so another one is not an error.
        if settings.user.is_none()
            && let Some(name) = tls::own_name(&read)
            && name != own_name
        {
            let doubt = words::certificate_of_another(name, own_name);
            tracing::warn!("{doubt}");
            other_name = Some(doubt);
        }
        files = Some(read);
    } else if !endpoint.is_loopback() && !settings.allow_plaintext {
        return Err(MqttError::Settings(words::leaves_unencrypted(&settings.url)));
    }
    if let Some(user) = &settings.user {
        let password = match &settings.password_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| MqttError::File(unreadable("mqtt.password_file", path, &e)))?,
            None => String::new(),
        };
        mqtt.set_credentials(user, password.trim_end_matches(['\r', '\n']));
    }
    let attempt = Attempt {
        settings: settings.clone(),
        endpoint,
        client_id: client_id.into(),
        timeout_s: CONNECT_MAX.as_secs(),
    };
    Ok(Options { mqtt, attempt, tls: files, other_name })
}

impl Session {
    /// Connects, and waits until the broker has accepted the connection.
    pub async fn connect(options: Options) -> Result<Self, MqttError> {
        let Options { mqtt, attempt, tls, other_name } = options;
        let (host, port) = (&attempt.endpoint.host, attempt.endpoint.port);
        // An IPv6 address stands in brackets before a port.
        let broker =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let (client, mut event_loop) = AsyncClient::new(mqtt, REQUESTS_MAX);
        // Otherwise a small message waits, for up to 40 ms, until the broker's system has confirmed the one before it.
        event_loop.network_options.set_tcp_nodelay(true);
        let connect_max_s = CONNECT_MAX.as_secs();
        event_loop.network_options.set_connection_timeout(connect_max_s);
        let watch = tls.map(|files| Watch::new(attempt.settings.clone(), files));
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let task = tokio::spawn(poll(event_loop, sender, attempt));
        let mut session = Self { client, events, task, broker, watch, renewing: false, other_name };
        let first = tokio::time::timeout(CONNECT_MAX, session.event()).await;
        let problem = match first {
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => return Ok(session),
            Ok(Ok(other)) => Lost::Problem(words::unexpected(format_args!("{other:?}"))),
            Ok(Err(problem)) => problem,
            Err(_) => Lost::Problem(words::timed_out(connect_max_s)),
        };
        Err(session.lost(problem))
    }

    /// The next event, or why the connection has ended. Ends the connection if there are new certificates: the next one
    /// is made with them. Cancel safe.
    pub async fn next(&mut self) -> Result<Event, Lost> {
        if let Some(watch) = &mut self.watch
            && !self.renewing
        {
            tokio::select! {
                event = self.events.recv() => return event.unwrap_or_else(|| Err(ended())),
                () = watch.renewed() => {}
            }
            self.renewing = true;
            self.disconnect().await;
            return Err(ended());
        }
        self.event().await
    }

    async fn event(&mut self) -> Result<Event, Lost> {
        self.events.recv().await.unwrap_or_else(|| Err(ended()))
    }

    /// The next event, if one has arrived.
    #[cfg(feature = "hub")]
    pub fn try_next(&mut self) -> Option<Result<Event, Lost>> {
        self.events.try_recv().ok()
    }

    /// What is doubtful about the certificates, although there is a connection.
    #[cfg(feature = "edge")]
    pub fn doubt(&self) -> Option<Text> {
        let unusable = self.watch.as_ref().and_then(|watch| watch.unusable.clone());
        let unusable = unusable.map(|problem| MqttError::File(problem).text());
        unusable.map(words::new_certificates_unusable).or_else(|| self.other_name.clone())
    }

    pub fn lost(&self, lost: Lost) -> MqttError {
        let broker = self.broker.clone();
        match lost {
            _ if self.renewing => MqttError::Renewed { broker },
            Lost::Problem(problem) => MqttError::Connection { broker, problem },
            Lost::Oversized(bytes) => MqttError::Oversized { broker, bytes },
        }
    }

    /// Disconnects, and waits a little until the broker has closed the connection.
    pub async fn close(mut self) {
        self.disconnect().await;
    }

    async fn disconnect(&mut self) {
        if self.client.try_disconnect().is_ok() {
            let ended = async { while self.event().await.is_ok() {} };
            let _hung = tokio::time::timeout(DISCONNECT_MAX, ended).await.is_err();
        }
    }

    /// The error of a refused request: the client refuses all once the connection has ended; the last event says why.
    pub fn refused(&mut self) -> MqttError {
        while let Ok(event) = self.events.try_recv() {
            if let Err(problem) = event {
                return self.lost(problem);
            }
        }
        self.lost(ended())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The problem if the broker has refused a subscription: nothing else would ever show it.
pub(super) fn refused(answer: &SubAck) -> Option<Lost> {
    let refused = answer.return_codes.contains(&SubscribeReasonCode::Failure);
    refused.then(|| Lost::Problem(words::subscription_refused()))
}

fn ended() -> Lost {
    Lost::Problem(words::closed())
}

async fn poll(
    mut event_loop: EventLoop,
    events: mpsc::Sender<Result<Event, Lost>>,
    attempt: Attempt,
) {
    let mut answered = false;
    loop {
        let event = event_loop.poll().await;
        answered |= matches!(event, Ok(Event::Incoming(Packet::ConnAck(_))));
        let ended = event.is_err();
        let event = event.map_err(|error| Lost::new(&error, &attempt, answered));
        if events.send(event).await.is_err() || ended {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn a_silent_broker_is_given_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = MqttSettings::at(format!("mqtt://127.0.0.1:{port}"));
        let connected = Session::connect(options(&settings, "gw", "gw").unwrap()).await;
        let error = connected.err().unwrap().to_string();
        let expected = format!("no connection to 127.0.0.1:{port}: no answer within 15 s");
        assert!(error.starts_with(&expected), "{error}");
    }

    /// A broker that accepts the connection and then falls silent.
    #[tokio::test]
    async fn a_disconnect_on_a_dead_line_ends() {
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
        let session = Session::connect(options(&settings, "gw", "gw").unwrap()).await.unwrap();
        let closed = tokio::time::timeout(DISCONNECT_MAX * 3, session.close()).await;
        assert!(closed.is_ok(), "the disconnect hangs");
        broker.abort();
    }
}
