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

/// From so many connections in a row on that ended so soon, delivery does not count in their favour: two clients with
/// one id throw each other out at each connection, and deliver a little over each. Engineering judgement: a line that
/// breaks does not do so five times within seconds.
const THROWN_OUT_FROM: u32 = 5;

/// Once that is so, the wait grows, so that two such clients do not spend a metered line on it; it grows up to this. A
/// connection is over sooner than the other's wait, and counts as thrown out, too, if it lasts less than [`GOOD_LIFE`].
/// Engineering judgement.
const THROWN_OUT_WAIT_MAX: Duration = Duration::from_secs(60);

/// How often that is logged at most.
const THROWN_OUT_SAID_EVERY: Duration = Duration::from_secs(60);

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
    /// Connections in a row that ended too soon, whatever was delivered over them.
    thrown_out: u32,
    /// The time since the log was told of it.
    said: Option<Stopwatch>,
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
            thrown_out: 0,
            said: None,
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
            (self.failures, self.outage, self.thrown_out) = (0, None, 0);
            return Ok(None);
        }
        let lived = self.attempt.elapsed();
        let good = lived >= GOOD_LIFE || self.progressed;
        self.failures = if good { 1 } else { self.failures + 1 };
        self.outage = self.outage.take().filter(|_| !good);
        let untold = matches!(error, MqttError::Closed { .. });
        let kicked = self.connected && untold && !self.progressed && lived < KICKED_WITHIN;
        self.kicked = if kicked { self.kicked + 1 } else { 0 };
        let soon = if self.is_thrown_out() { GOOD_LIFE } else { KICKED_WITHIN };
        let ended = matches!(error, MqttError::Closed { .. } | MqttError::Connection { .. });
        if self.connected {
            self.thrown_out = if ended && lived < soon { self.thrown_out + 1 } else { 0 };
        }
        let mut problem = error.text();
        let kicked = if self.is_thrown_out() && self.connected && untold {
            Some((self.thrown_out, soon))
        } else {
            (self.kicked >= 2).then_some((self.kicked, KICKED_WITHIN))
        };
        if let Some((times, within)) = kicked {
            let kicked = words::kicked(times, within.as_secs(), &self.client_id);
            problem = Text::clauses([problem, kicked]);
        }
        Ok(Some((problem, self.next_wait(random::unit()))))
    }

    fn is_thrown_out(&self) -> bool {
        self.thrown_out >= THROWN_OUT_FROM
    }

    /// Whether the log is to have what [`Reconnect::after`] has returned: what goes on and on is said once a minute.
    pub fn is_to_be_logged(&mut self) -> bool {
        let again = self.said.as_ref().is_none_or(|said| said.elapsed() >= THROWN_OUT_SAID_EVERY);
        if !self.is_thrown_out() || again {
            self.said = self.is_thrown_out().then(Stopwatch::start);
            return true;
        }
        false
    }

    /// The wait before the next attempt, for a `random` number in `[0, 1)`.
    fn next_wait(&mut self, random: f64) -> Duration {
        let outage = self.outage.get_or_insert_with(Stopwatch::start).elapsed();
        let most = (outage / WAIT_PART).max(self.backoff.first);
        let wait = self.backoff.wait(self.failures, most, random);
        let Some(more) = self.thrown_out.checked_sub(THROWN_OUT_FROM) else { return wait };
        wait.max(self.backoff.wait(more.saturating_add(2), THROWN_OUT_WAIT_MAX, random))
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
        for _ in 1..THROWN_OUT_FROM {
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

    /// As two clients with one id do to each other.
    #[tokio::test(start_paused = true)]
    async fn connections_that_end_at_once_again_and_again_are_told_and_grow_rare() {
        let mut reconnect = Reconnect::new("hanqing-hub", BACKOFF);
        let (mut told, mut waits, mut lines) = (0, Vec::new(), 0);
        for _ in 0..12 {
            reconnect.begin();
            reconnect.connected();
            tokio::time::advance(Duration::from_millis(500)).await;
            reconnect.progressed();
            let (problem, _) = reconnect.after(broken()).unwrap().unwrap();
            let problem = problem.to_string();
            told += u32::from(problem.contains("another client uses the id hanqing-hub"));
            lines += u32::from(reconnect.is_to_be_logged());
            waits.push(reconnect.next_wait(1.0).as_secs());
        }
        assert_eq!(told, 8);
        assert_eq!(lines, 5, "the four before, and one of these");
        assert_eq!(waits, [1, 1, 1, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        // The other one waits longer, too, before it throws this one out.
        let lasts = |reconnect: &mut Reconnect| {
            reconnect.begin();
            reconnect.connected();
            reconnect.progressed();
        };
        lasts(&mut reconnect);
        tokio::time::advance(Duration::from_secs(40)).await;
        let (problem, _) = reconnect.after(broken()).unwrap().unwrap();
        assert!(problem.to_string().contains("within 60 s: another client"), "{problem}");
        assert!(!reconnect.is_to_be_logged());
        // No connection in between changes nothing.
        reconnect.begin();
        reconnect.after(broken()).unwrap();
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(reconnect.is_thrown_out() && reconnect.is_to_be_logged());
        lasts(&mut reconnect);
        tokio::time::advance(GOOD_LIFE).await;
        let (problem, _) = reconnect.after(broken()).unwrap().unwrap();
        assert!(!problem.to_string().contains("another client"), "{problem}");
        assert!(reconnect.is_to_be_logged());
        assert_eq!(reconnect.next_wait(1.0), BACKOFF.first);
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
