//! When to connect again after a connection has ended, the same for gateway and hub.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{MqttError, VersionMemory};
use crate::locales::{Text, mqtt as words};
use crate::support::{Backoff, Stopwatch, random};

/// A connection that lasted this long was a good one, as is one over which something was delivered: the next failure
/// counts as the first again. Others come from a broker that rejects us, and must not turn into a storm. Engineering
/// judgement.
const GOOD_LIFE: Duration = Duration::from_secs(60);

/// Connections over which nothing was delivered and that end sooner than this, twice in a row, are ended by the broker:
/// another client has connected with our id, or the broker has banned it. A broker that says why is believed; of one
/// that does not, as always under MQTT 3.1.1, this is guessed. Engineering judgement.
const KICKED_WITHIN: Duration = Duration::from_secs(5);

/// The longest wait as a part of the time for which there has been no connection: a broker that was away for a minute
/// is found again within half a minute more. Engineering judgement: after ten minutes the back-off of a gateway, five
/// minutes, is the shorter one.
const WAIT_PART: u32 = 2;

/// The history of a client's connections.
pub struct Reconnect {
    client_id: String,
    backoff: Backoff,
    attempt: Stopwatch,
    /// Whether this attempt got a connection.
    connected: bool,
    /// Whether something was delivered over it.
    progressed: bool,
    versions: VersionMemory,
    /// Whether an attempt has ended before: a file that cannot be used is a mistake only the first time.
    tried: bool,
    failures: u32,
    /// Since the first of these failures.
    outage: Option<Stopwatch>,
    kicked: u32,
}

impl Reconnect {
    /// For the client `client_id`, which waits by `backoff` after a failure.
    pub fn new(client_id: &str, backoff: Backoff) -> Self {
        Self {
            client_id: client_id.into(),
            backoff,
            attempt: Stopwatch::start(),
            connected: false,
            progressed: false,
            versions: VersionMemory::default(),
            tried: false,
            failures: 0,
            outage: None,
            kicked: 0,
        }
    }

    pub fn begin(&mut self) {
        (self.attempt, self.connected, self.progressed) = (Stopwatch::start(), false, false);
    }

    /// What the broker was found to speak, for the attempt.
    pub fn versions(&mut self) -> &mut VersionMemory {
        &mut self.versions
    }

    pub fn connected(&mut self) {
        (self.connected, self.tried) = (true, true);
    }

    /// Something was delivered over the connection: a batch was acknowledged.
    pub fn progressed(&mut self) {
        self.progressed = true;
    }

    /// The attempt, or its connection, ended with `error`. Returns the problem to report and how long to wait before
    /// the next attempt; `None` if the next one should follow at once, with the new certificates.
    ///
    /// # Errors
    /// `error`, if no further attempt helps.
    pub fn after(&mut self, error: MqttError) -> Result<Option<(Text, Duration)>, MqttError> {
        if error.is_final(std::mem::replace(&mut self.tried, true)) {
            return Err(error);
        }
        if let MqttError::Renewed { .. } = error {
            tracing::info!("{error}");
            (self.failures, self.outage) = (0, None);
            return Ok(None);
        }
        let lived = self.attempt.elapsed();
        let good = lived >= GOOD_LIFE || self.progressed;
        self.failures = if good { 1 } else { self.failures + 1 };
        self.outage = self.outage.take().filter(|_| !good);
        let untold = matches!(error, MqttError::Closed { .. });
        let kicked = self.connected && untold && !self.progressed && lived < KICKED_WITHIN;
        self.kicked = if kicked { self.kicked + 1 } else { 0 };
        let mut problem = error.text();
        if self.kicked >= 2 {
            let within_s = KICKED_WITHIN.as_secs();
            let kicked = words::kicked(self.kicked, within_s, &self.client_id);
            problem = Text::clauses([problem, kicked]);
        }
        Ok(Some((problem, self.next_wait(random::unit()))))
    }

    /// The wait before the next attempt, for a `random` number in `[0, 1)`.
    fn next_wait(&mut self, random: f64) -> Duration {
        let outage = self.outage.get_or_insert_with(Stopwatch::start).elapsed();
        let most = (outage / WAIT_PART).max(self.backoff.first);
        self.backoff.wait(self.failures, most, random)
    }

    /// Waits before the next attempt. `false` if `stop` came first.
    pub async fn wait(wait: Duration, stop: &CancellationToken) -> bool {
        stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Problem;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_secs(1), most: Duration::from_secs(300) };

    fn broken() -> MqttError {
        MqttError::Closed { broker: "b:1883".into() }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_final_at_the_first_attempt_only() {
        let [rule, hint] = ["is empty", "copy it again"].map(Text::verbatim);
        let file =
            || MqttError::File(Problem::new("mqtt.ca_file", "x", rule.clone(), hint.clone()));
        let mut reconnect = Reconnect::new("hub", BACKOFF);
        assert!(reconnect.after(file()).is_err());
        assert!(reconnect.after(file()).unwrap().is_some());
        assert!(reconnect.after(MqttError::Settings(Text::verbatim("no host"))).is_err());
    }

    #[test]
    fn waits_grow_until_there_are_new_certificates() {
        let mut reconnect = Reconnect::new("hub", BACKOFF);
        for failures in 1..=9 {
            reconnect.begin();
            assert!(reconnect.after(broken()).unwrap().unwrap().1 <= BACKOFF.ceiling(failures));
            assert_eq!(reconnect.failures, failures);
        }
        let renewed = MqttError::Renewed { broker: "b:1883".into() };
        assert!(reconnect.after(renewed).unwrap().is_none());
        assert_eq!(reconnect.failures, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_bounded_by_the_time_without_a_connection() {
        let mut reconnect = Reconnect::new("hanqing-gw-1", BACKOFF);
        let mut seen = Vec::new();
        for _ in 0..12 {
            reconnect.begin();
            reconnect.after(broken()).unwrap();
            seen.push(reconnect.next_wait(1.0).as_secs());
            tokio::time::advance(Duration::from_secs(20)).await;
        }
        // By failures alone, the eighth would be 128 s.
        assert_eq!(seen[..8], [1, 2, 4, 8, 16, 32, 60, 70]);
        tokio::time::advance(Duration::from_secs(3600)).await;
        reconnect.begin();
        reconnect.after(broken()).unwrap();
        assert_eq!(reconnect.next_wait(1.0), BACKOFF.most);
        reconnect.begin();
        reconnect.connected();
        reconnect.progressed();
        reconnect.after(broken()).unwrap();
        assert_eq!(reconnect.next_wait(1.0), BACKOFF.first);
    }

    #[test]
    fn a_client_that_is_thrown_out_twice_is_told_why() {
        let mut reconnect = Reconnect::new("hanqing-gw-1", BACKOFF);
        for told in [false, true] {
            reconnect.begin();
            reconnect.connected();
            let problem = reconnect.after(broken()).unwrap().unwrap().0.to_string();
            assert_eq!(
                problem.contains("another client uses the id hanqing-gw-1"),
                told,
                "{problem}"
            );
        }
    }

    #[test]
    fn a_connection_that_delivers_is_no_failure_however_short() {
        let mut reconnect = Reconnect::new("hanqing-gw-1", BACKOFF);
        for _ in 0..9 {
            reconnect.begin();
            reconnect.connected();
            reconnect.progressed();
            let (problem, wait) = reconnect.after(broken()).unwrap().unwrap();
            assert!(wait <= BACKOFF.first);
            assert!(!problem.to_string().contains("another client"), "{problem}");
        }
        // Progress counts for its own connection only.
        reconnect.begin();
        reconnect.connected();
        reconnect.after(broken()).unwrap();
        assert_eq!(reconnect.failures, 2);
    }

    #[test]
    fn nothing_is_guessed_where_the_broker_says_why() {
        let mut reconnect = Reconnect::new("hanqing-gw-1", BACKOFF);
        for _ in 0..3 {
            reconnect.begin();
            reconnect.connected();
            let told = Text::verbatim("the broker is shutting down");
            let told = MqttError::Connection { broker: "b:1883".into(), problem: told };
            let problem = reconnect.after(told).unwrap().unwrap().0.to_string();
            assert!(!problem.contains("another client"), "{problem}");
        }
    }
}
