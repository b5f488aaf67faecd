//! One connection: a client and the task that polls its event loop. Both end with the connection.

use std::ops::{Deref, DerefMut};
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

/// The longest wait for the broker's first answer: TLS takes four exchanges of packets, at 2 s each over a weak mobile network.
const CONNECT_MAX: Duration = Duration::from_secs(15);

/// Why a connection is gone.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    /// What happened.
    Problem(String),
    /// The broker sent a packet of this many bytes.
    Oversized(usize),
}

impl Lost {
    /// Of an event loop's error, before or after the broker has taken the connection.
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

/// The longest wait for the broker to end the connection after a goodbye. On a dead line it never does, and the daemon has to
/// end all the same.
const GOODBYE_MAX: Duration = Duration::from_secs(3);

/// One connection to the broker.
pub(super) struct Session {
    pub client: AsyncClient,
    events: mpsc::Receiver<Result<Event, Lost>>,
    task: JoinHandle<()>,
    broker: String,
    /// The certificates in use, where there are any.
    watch: Option<Watch>,
    /// The goodbye has been said because there are new certificates.
    renewing: bool,
    /// Whether the broker kept this client's session.
    pub session_present: bool,
}

/// The client's options, and with them what a connection has to know beyond them.
#[derive(Clone)]
pub(super) struct Options {
    mqtt: MqttOptions,
    attempt: Attempt,
    /// Where TLS is used: the files that were read for it, and the settings that name them.
    tls: Option<(MqttSettings, TlsFiles)>,
}

impl Deref for Options {
    type Target = MqttOptions;

    fn deref(&self) -> &MqttOptions {
        &self.mqtt
    }
}

impl DerefMut for Options {
    fn deref_mut(&mut self) -> &mut MqttOptions {
        &mut self.mqtt
    }
}

impl Options {
    /// Says so where the certificate is not that of `own_name` and nothing else says who this is. Many brokers go by other
    /// things, and so it is no error.
    pub fn warn_of_anothers_certificate(&self, own_name: &str) {
        let Some((MqttSettings { user: None, .. }, files)) = &self.tls else {
            return;
        };
        if let Some(name) = tls::own_name(files)
            && name != own_name
        {
            tracing::warn!(
                "mqtt.cert_file is the certificate of {name}, and this is {own_name}: a broker that goes by certificates lets \
                 it write and read as {name} alone, and drops the rest without a word; copy the certificate of {own_name}"
            );
        }
    }
}

/// Options for the broker of `settings`, as `client_id`. Files are read anew each time.
pub(super) fn options(settings: &MqttSettings, client_id: &str) -> Result<Options, MqttError> {
    let endpoint = settings
        .endpoint()
        .map_err(|e| MqttError::Settings(format!("mqtt.url {:?}: {e}", settings.url)))?;
    let mut mqtt = MqttOptions::new(client_id, &endpoint.host, endpoint.port);
    mqtt.set_keep_alive(Duration::from_secs(settings.keep_alive_s.max(5).into()));
    mqtt.set_max_packet_size(INCOMING_MAX, MESSAGE_SIZE_MAX + OVERHEAD_MAX);
    mqtt.set_request_channel_capacity(REQUESTS_MAX);
    let mut files = None;
    if endpoint.tls {
        let read = TlsFiles::read(settings).map_err(MqttError::File)?;
        let config = tls::client_config(&read).map_err(MqttError::File)?;
        mqtt.set_transport(Transport::Tls(TlsConfiguration::Rustls(config)));
        files = Some((settings.clone(), read));
    } else if !endpoint.is_loopback() && !settings.allow_plaintext {
        return Err(MqttError::Settings(format!(
            "{} is not encrypted and leaves this machine; use mqtts, or set mqtt.allow_plaintext = true",
            settings.url
        )));
    }
    if let Some(user) = &settings.user {
        let password = match &settings.password_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| MqttError::File(unreadable("mqtt.password_file", path, &e)))?,
            None => String::new(),
        };
        mqtt.set_credentials(user, password.trim_end_matches(['\r', '\n']));
    }
    let attempt = problem::attempt(settings, &endpoint, client_id, CONNECT_MAX.as_secs());
    Ok(Options { mqtt, attempt, tls: files })
}

impl Session {
    /// Connects, and waits until the broker has taken the connection.
    pub async fn connect(options: Options) -> Result<Self, MqttError> {
        let Options { mqtt, attempt, tls } = options;
        let broker = format!("{}:{}", attempt.host, attempt.port);
        let (client, mut event_loop) = AsyncClient::new(mqtt, REQUESTS_MAX);
        // Else a small message waits until the broker's system has confirmed the one before it, up to 40 ms.
        event_loop.network_options.set_tcp_nodelay(true);
        let connect_max_s = CONNECT_MAX.as_secs();
        event_loop.network_options.set_connection_timeout(connect_max_s);
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let task = tokio::spawn(poll(event_loop, sender, attempt));
        let mut session = Self {
            client,
            events,
            task,
            broker,
            watch: tls.map(|(settings, files)| Watch::new(settings, files)),
            renewing: false,
            session_present: false,
        };
        let first = tokio::time::timeout(CONNECT_MAX, session.event()).await;
        let problem = match first {
            Ok(Ok(Event::Incoming(Packet::ConnAck(ack)))) => {
                session.session_present = ack.session_present;
                return Ok(session);
            }
            Ok(Ok(other)) => Lost::Problem(format!("unexpected {other:?}")),
            Ok(Err(problem)) => problem,
            Err(_) => Lost::Problem(problem::timed_out(connect_max_s)),
        };
        Err(session.lost(problem))
    }

    /// The next event; what went wrong once the connection is gone. Where there are new certificates, says goodbye, and the
    /// connection is gone: the next one is made with them. Cancel safe.
    pub async fn next(&mut self) -> Result<Event, Lost> {
        if let Some(watch) = &mut self.watch
            && !self.renewing
        {
            tokio::select! {
                event = self.events.recv() => return event.unwrap_or_else(|| Err(ended())),
                () = watch.renewed() => {}
            }
            self.renewing = true;
            self.goodbye().await;
            return Err(ended());
        }
        self.event().await
    }

    async fn event(&mut self) -> Result<Event, Lost> {
        self.events.recv().await.unwrap_or_else(|| Err(ended()))
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
            _ if self.renewing => MqttError::Renewed { broker },
            Lost::Problem(problem) => MqttError::Connection { broker, problem },
            Lost::Oversized(bytes) => MqttError::Oversized { broker, bytes },
        }
    }

    /// Says goodbye, and waits a little until the connection has ended.
    pub async fn close(mut self) {
        self.goodbye().await;
    }

    async fn goodbye(&mut self) {
        if self.client.try_disconnect().is_ok() {
            let ended = async { while self.event().await.is_ok() {} };
            let _hung = tokio::time::timeout(GOODBYE_MAX, ended).await.is_err();
        }
    }

    /// The error of a request that the client did not take. It takes none when the connection is gone, and what came last says
    /// why that is.
    pub fn refused(&mut self, error: rumqttc::ClientError) -> MqttError {
        while let Ok(event) = self.events.try_recv() {
            if let Err(problem) = event {
                return self.lost(problem);
            }
        }
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

fn ended() -> Lost {
    Lost::Problem("the connection is closed".into())
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
    async fn a_broker_that_says_nothing_is_given_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = MqttSettings::at(format!("mqtt://127.0.0.1:{port}"));
        let connected = Session::connect(options(&settings, "gw").unwrap()).await;
        let error = connected.err().unwrap().to_string();
        let expected = format!("no connection to 127.0.0.1:{port}: no answer within 15 s");
        assert!(error.starts_with(&expected), "{error}");
    }

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
        let session = Session::connect(options(&settings, "gw").unwrap()).await.unwrap();
        let closed = tokio::time::timeout(GOODBYE_MAX * 3, session.close()).await;
        assert!(closed.is_ok(), "the goodbye hangs");
        broker.abort();
    }
}
