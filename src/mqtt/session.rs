//! One connection to a broker: a client, and the task that polls its event loop. Both end with the connection.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::certificates::{TlsFiles, Watch, unreadable};
use super::client::{self, Client, ClientOptions, EventLoop, NotTaken, PollError, SessionEvent};
use super::expiry::{CertificateEnd, Whose};
use super::problem::{self, Attempt};
use super::protocol::{Version, VersionMemory};
use super::shown::Shown;
use super::{MqttError, MqttSettings, tls};
use crate::locales::{Text, mqtt as words};
use crate::wire::{Channel, Topic};

/// The longest wait for the broker's first answer. TLS takes four round trips, of 2 s each over a weak mobile network.
const CONNECT_MAX: Duration = Duration::from_secs(15);

/// How topics of our own begin.
const NAMESPACE: &str = "hanqing/";

/// Why a connection has ended.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    Problem(Text),
    /// The broker closed the connection, which it had accepted, without saying why.
    Closed,
    /// The broker sent a packet of this many bytes.
    Oversized(usize),
    /// The broker does not take a packet as large as one that was sent.
    TooLarge(Text),
    /// The broker did not accept the connection, and may speak the other version of MQTT.
    OtherVersion(Text),
    /// The broker did not answer in time, while connecting.
    TimedOut(Text),
}

impl Lost {
    /// The event loop failed before or after the broker has `answered`.
    fn new(error: &PollError, attempt: &Attempt, answered: bool) -> Self {
        use super::failure::Failure;
        let failure = error.failure();
        match &failure {
            Failure::Oversized(bytes) => Self::Oversized(*bytes),
            // mosquitto refuses a message above its message_size_limit by a PUBACK with this code.
            Failure::TooLarge(_) | Failure::Disconnected(0x95) | Failure::UnknownCode(0x95) => {
                Self::TooLarge(problem::after_answer(&failure, attempt))
            }
            Failure::Closed if answered => Self::Closed,
            _ if answered => Self::Problem(problem::after_answer(&failure, attempt)),
            _ => {
                let problem = problem::before_answer(&failure, attempt);
                match &failure {
                    Failure::TimedOut => Self::TimedOut(problem),
                    failure if failure.may_speak_other_version() => Self::OtherVersion(problem),
                    _ => Self::Problem(problem),
                }
            }
        }
    }
}

/// The longest wait for the broker to close after our disconnect: on a dead line it never does, and we have to stop.
const DISCONNECT_MAX: Duration = Duration::from_secs(3);

/// One connection to the broker.
pub(super) struct Session {
    pub client: Client,
    /// The largest packet that the broker takes, where it says so.
    pub packet_max: Option<usize>,
    events: mpsc::Receiver<Result<SessionEvent, Lost>>,
    task: JoinHandle<()>,
    attempt: Attempt,
    /// The filters of subscriptions that the broker has not answered, in the order of its answers.
    filters: VecDeque<Vec<String>>,
    /// Filters of other programs' topics that the broker refuses, and why.
    #[cfg(feature = "hub")]
    refused_others: Vec<(String, Text)>,
    /// Watches the certificates, if TLS is used.
    watch: Option<Watch>,
    /// When the certificates of the files end.
    ends: Vec<CertificateEnd>,
    /// The certificate that the broker has shown.
    shown: Option<Arc<Shown>>,
    /// Whether we have disconnected because there are new certificates, or our owner is to.
    renewing: bool,
    parts: bool,
    /// The certificate is that of another client.
    #[cfg_attr(not(feature = "edge"), allow(dead_code, reason = "a gateway's status says it"))]
    other_name: Option<Text>,
}

/// The client's options, and what else a connection has to know.
#[derive(Clone)]
pub(super) struct Options {
    pub client: ClientOptions,
    /// Events that may wait for their reader. While so many wait, nothing is read from the network, and no ping is
    /// sent: the reader has to be prompt.
    pub events: usize,
    /// Whether its owner has last words: where there are new certificates, the disconnect is left to it.
    pub parts: bool,
    attempt: Attempt,
    /// The files that were read for TLS, and what notes the broker's certificate.
    tls: Option<(TlsFiles, Arc<Shown>)>,
    other_name: Option<Text>,
}

/// Messages that a client may have in flight at once unless it says otherwise. Engineering judgement.
const IN_FLIGHT: u16 = 100;

/// Requests that may wait for the event loop: what one commit of a hub acknowledges, or a gateway's window. Each is
/// below 44 kB, and most have less than 1 kB. Engineering judgement.
const REQUESTS_MAX: usize = 1024;

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
    let mut client = ClientOptions {
        client_id: client_id.into(),
        host: endpoint.host.clone(),
        port: endpoint.port,
        keep_alive: Duration::from_secs(settings.keep_alive_s.max(5).into()),
        timeout_s: CONNECT_MAX.as_secs(),
        tls: None,
        credentials: None,
        will: None,
        in_flight: IN_FLIGHT,
        requests: REQUESTS_MAX,
    };
    let (mut files, mut other_name) = (None, None);
    if endpoint.tls {
        let read = TlsFiles::read(settings).map_err(MqttError::File)?;
        let (config, shown) = tls::client_config(&read).map_err(MqttError::File)?;
        client.tls = Some(config);
        // Many brokers do not look at the name in a certificate, so another one is not an error.
        if settings.user.is_none()
            && let Some(name) = tls::own_name(&read)
            && name != own_name
        {
            let doubt = words::certificate_of_another(name, own_name);
            tracing::warn!("{doubt}");
            other_name = Some(doubt);
        }
        files = Some((read, shown));
    } else if !endpoint.is_loopback() && !settings.allow_plaintext {
        return Err(MqttError::Settings(words::leaves_unencrypted(&settings.url)));
    }
    if let Some(user) = &settings.user {
        let password = match &settings.password_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| MqttError::File(unreadable("mqtt.password_file", path, &e)))?,
            None => String::new(),
        };
        let password = password.trim_end_matches(['\r', '\n']);
        client.credentials = Some((user.clone(), password.into()));
    }
    let attempt = Attempt {
        settings: settings.clone(),
        endpoint,
        client_id: client_id.into(),
        own_name: own_name.into(),
        timeout_s: CONNECT_MAX.as_secs(),
        version: Version::V5,
        accepted_before: false,
    };
    Ok(Options { client, events: 1, parts: false, attempt, tls: files, other_name })
}

impl Session {
    /// Connects, and waits until the broker has accepted the connection. Where the settings leave it open, the version
    /// is the one that `versions` remembers, and the other one if the broker does not speak that.
    pub async fn connect(
        mut options: Options,
        versions: &mut VersionMemory,
    ) -> Result<Self, MqttError> {
        options.attempt.accepted_before = versions.has_accepted();
        let (first, other) = versions.order(options.attempt.settings.protocol);
        let attempt = &options.attempt;
        let (version, lost) = match (Self::connect_as(first, options.clone()).await, other) {
            (Ok(session), _) => {
                versions.accepted(first);
                return Ok(session);
            }
            (Err(Lost::OtherVersion(problem)), Some(other)) => {
                tracing::debug!(%problem, "no connection with MQTT {first}; trying MQTT {other}");
                match Self::connect_as(other, options.clone()).await {
                    Ok(session) => {
                        tracing::info!("the broker speaks MQTT {other} and not {first}");
                        versions.accepted(other);
                        return Ok(session);
                    }
                    // It speaks neither: what it says to the older one, which all brokers know, tells more.
                    Err(Lost::OtherVersion(_)) if other == Version::V5 => {
                        (first, Lost::OtherVersion(problem))
                    }
                    Err(lost) => (other, lost),
                }
            }
            (Err(lost), _) => (first, lost),
        };
        match lost {
            Lost::TimedOut(_) if other.is_some() => versions.silent(version),
            _ => versions.failed(),
        }
        Err(attempt.error(lost))
    }

    async fn connect_as(version: Version, options: Options) -> Result<Self, Lost> {
        let Options { client, events, parts, mut attempt, tls, other_name } = options;
        attempt.version = version;
        let ends = tls.as_ref().map_or_else(Vec::new, |(files, _)| tls::ends(files));
        let shown = tls.as_ref().map(|(_, shown)| shown.clone());
        let watch = tls.map(|(files, _)| Watch::new(attempt.settings.clone(), files));
        let (client, event_loop) = client::open(version, client);
        let (sender, events) = mpsc::channel(events);
        let task = tokio::spawn(poll(event_loop, sender, attempt.clone()));
        let mut session = Self {
            client,
            packet_max: None,
            events,
            task,
            attempt,
            filters: VecDeque::new(),
            #[cfg(feature = "hub")]
            refused_others: Vec::new(),
            watch,
            ends,
            shown,
            renewing: false,
            parts,
            other_name,
        };
        match tokio::time::timeout(CONNECT_MAX, session.event()).await {
            Ok(Ok(SessionEvent::Connected { packet_max })) => {
                session.packet_max = packet_max;
                Ok(session)
            }
            Ok(Ok(other)) => Err(Lost::Problem(words::unexpected(format_args!("{other:?}")))),
            Ok(Err(lost)) => Err(lost),
            Err(_) => Err(Lost::TimedOut(words::timed_out(CONNECT_MAX.as_secs()))),
        }
    }

    /// Subscribes to all filters at once: a broker that answers a filter with a code of its own then fails only this
    /// subscription, and before anything else has begun.
    pub fn subscribe(&mut self, filters: Vec<String>) -> Result<(), NotTaken> {
        self.client.try_subscribe(&filters)?;
        self.filters.push_back(filters);
        Ok(())
    }

    /// The next event, or why the connection has ended. Ends the connection if there are new certificates, or leaves
    /// that to an owner with last words: the next one is made with them. Cancel safe.
    pub async fn next(&mut self) -> Result<SessionEvent, Lost> {
        if let Some(watch) = &mut self.watch
            && !self.renewing
        {
            tokio::select! {
                event = self.events.recv() => return self.checked(event),
                () = watch.renewed() => {}
            }
            self.renewing = true;
            if !self.parts {
                self.disconnect(DISCONNECT_MAX).await;
            }
            return Err(ended());
        }
        self.event().await
    }

    async fn event(&mut self) -> Result<SessionEvent, Lost> {
        let event = self.events.recv().await;
        self.checked(event)
    }

    /// The next event, if one has arrived.
    pub fn try_next(&mut self) -> Option<Result<SessionEvent, Lost>> {
        let event = self.events.try_recv().ok()?;
        Some(self.checked(Some(event)))
    }

    /// Filters of other programs' topics that the broker refuses, and why.
    #[cfg(feature = "hub")]
    pub fn refused_others(&self) -> &[(String, Text)] {
        &self.refused_others
    }

    /// A subscription that the broker refuses is a lost connection: nothing else would ever show it.
    fn checked(&mut self, event: Option<Result<SessionEvent, Lost>>) -> Result<SessionEvent, Lost> {
        let event = event.unwrap_or_else(|| Err(ended()))?;
        let SessionEvent::Subscribed(codes) = &event else {
            return Ok(event);
        };
        let filters = self.filters.pop_front().unwrap_or_default();
        #[cfg(feature = "hub")]
        self.refused_others.retain(|(refused, _)| !filters.contains(refused));
        let refused = codes.iter().zip(filters).find_map(|(code, filter)| {
            let filter = &filter;
            let problem = problem::subscription_refused(filter, (*code)?, &self.attempt);
            // A broker that was set up for an earlier version does not know this topic. Nothing else needs it.
            if *filter == Channel::Report.filter() {
                tracing::warn!(%problem, "without what gateways say of their devices");
                return None;
            }
            if !is_own(filter) {
                tracing::warn!(%problem, "without what another program publishes");
                #[cfg(feature = "hub")]
                self.refused_others.push((filter.clone(), problem));
                return None;
            }
            let config = filter.parse().is_ok_and(|topic: Topic| topic.channel == Channel::Config);
            if config {
                tracing::warn!(%problem, "without configurations that the office pushes");
                return None;
            }
            Some(problem)
        });
        refused.map_or(Ok(event), |problem| Err(Lost::Problem(problem)))
    }

    /// The version of MQTT that is spoken.
    pub fn version(&self) -> Version {
        self.attempt.version
    }

    /// Whether the connection is to end because there are new certificates.
    #[cfg(feature = "edge")]
    pub fn renews(&self) -> bool {
        self.renewing
    }

    /// What was tried, for the words of a refusal.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// The largest payload that can be sent on `topic`: what the broker says that it takes, or any message of ours.
    #[cfg(feature = "hub")]
    pub fn payload_max(&self, topic: &str) -> usize {
        let packet_max = self.packet_max.unwrap_or(client::PACKET_MAX).min(client::PACKET_MAX);
        packet_max.saturating_sub(topic.len() + client::PUBLISH_OVERHEAD)
    }

    /// Whether the connection has ended. Its last events may still be waiting.
    #[cfg(feature = "hub")]
    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// When the certificates of this connection end: those of the files, and what the broker has shown.
    pub fn certificates(&self) -> Vec<CertificateEnd> {
        let shown = self.shown.as_ref().and_then(|shown| shown.ends());
        let shown = shown.map(|at| CertificateEnd { whose: Whose::Broker, at });
        self.ends.iter().copied().chain(shown).collect()
    }

    /// What is doubtful about the certificates, although there is a connection.
    #[cfg(feature = "edge")]
    pub fn doubt(&self) -> Option<Text> {
        let unusable = self.watch.as_ref().and_then(|watch| watch.unusable.clone());
        let unusable = unusable.map(|problem| MqttError::File(problem).text());
        unusable.map(words::new_certificates_unusable).or_else(|| self.other_name.clone())
    }

    pub fn lost(&self, lost: Lost) -> MqttError {
        if self.renewing {
            return MqttError::Renewed { broker: self.attempt.broker() };
        }
        self.attempt.error(lost)
    }

    /// Disconnects, and waits a little until the broker has closed the connection.
    pub async fn close(self) {
        self.close_within(DISCONNECT_MAX).await;
    }

    /// As [`Self::close`], and waits for `most` at most.
    pub async fn close_within(mut self, most: Duration) {
        self.disconnect(most).await;
    }

    async fn disconnect(&mut self, most: Duration) {
        if self.client.try_disconnect().is_ok() {
            let ended = async { while self.event().await.is_ok() {} };
            let _hung = tokio::time::timeout(most, ended).await.is_err();
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

fn ended() -> Lost {
    Lost::Problem(words::closed())
}

async fn poll(
    mut event_loop: EventLoop,
    events: mpsc::Sender<Result<SessionEvent, Lost>>,
    attempt: Attempt,
) {
    let mut answered = false;
    loop {
        let event = event_loop.poll().await;
        answered |= matches!(event, Ok(SessionEvent::Connected { .. }));
        let ended = event.is_err();
        let event = event.map_err(|error| Lost::new(&error, &attempt, answered));
        if events.send(event).await.is_err() || ended {
            return;
        }
    }
}

/// Whether a filter is of topics of our own.
fn is_own(filter: &str) -> bool {
    filter.starts_with(NAMESPACE) || filter.starts_with("$share/")
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
