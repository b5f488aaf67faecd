//! From the broker into the store. An acknowledgement goes back only for what is committed.
//!
//! The broker keeps nothing for the hub, and takes each message for delivered when the hub has it: what the hub cannot
//! hold it drops, and the gateway, which gets no acknowledgement, sends it again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::inbox::{Inbox, Queued, Sender};
use super::letters_out::LetterOut;
use super::plate_limits::PlateLimits;
use super::portion::Portion;
use super::publishers::{Incoming, PublisherSettings, Publishers, Ways};
use super::writer::{Answers, Writer};
use super::{HubState, REMEMBERED_MAX};
use crate::locales::Lang;
use crate::mqtt::intake::{Intake, Message};
use crate::mqtt::{MqttError, MqttSettings, Reconnect};
use crate::store::StoreHandle;
use crate::support::{Backoff, Clock, Stopwatch};
use crate::wire::{Channel, MESSAGE_SIZE_MAX, Status, Topic};

/// Waits between connections.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(60) };

/// The shortest time from one commit to the next, unless a whole portion waits: a gateway that sends without a pause
/// must not make the disk do so.
/// Engineering judgement: fifty writes a second, while a window in flight is acknowledged without a noticeable wait.
const COMMITS_APART: Duration = Duration::from_millis(20);

/// Messages that are put into the inbox between two steps, if so many have arrived.
const ARRIVED_MAX: usize = 256;

/// Connections that end with a message that is too large, in a row, before the hub does without births, statuses and
/// publishers: the broker would send a retained one again each time. Engineering judgement.
const OVERSIZED_MAX: u32 = 3;

/// When births and statuses that were left out are asked for again: somebody may have cleared the one that was too
/// large, or nobody sends it any more. If not, it costs two connections. Engineering judgement.
pub(super) const BIRTHS_AGAIN: Duration = Duration::from_secs(600);

/// By then a retained message that is too large has ended the connection. Engineering judgement: it comes at once.
const BIRTHS_COME: Duration = Duration::from_secs(10);

/// A status is no larger, bytes: ours has 250. Engineering judgement.
const STATUS_MAX: usize = 1024;

/// How the hub subscribes at the broker.
pub struct Subscription {
    pub settings: MqttSettings,
    pub client_id: String,
    /// The group of hubs that share messages.
    pub share: Option<String>,
    /// Other programs whose readings are taken.
    pub publishers: Vec<PublisherSettings>,
    /// The store's file: what has come of them before.
    pub store_file: PathBuf,
    /// How fast registers can grow whose gateway does not say.
    pub limits: PlateLimits,
    /// With simulated time, the clock may show any time.
    pub simulated: bool,
}

/// Commits what gateways send, until `stop`.
///
/// # Errors
/// The settings cannot describe a broker, a file that they name cannot be used at the start, or the store's thread is
/// gone. An unreachable broker or a store that cannot write for now is no error: nothing is acknowledged meanwhile.
pub async fn ingest(
    from: Subscription,
    store: StoreHandle,
    clock: Clock,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let Subscription { settings, client_id, share, publishers, store_file, limits, simulated } =
        from;
    let note = |connected| state.note_broker(connected, share.is_some(), clock.moment());
    note(false);
    let mut publishers = Publishers::new(&publishers, &client_id).with_store(&store_file);
    state.begin_publishers(&publishers);
    publishers.go_on(&store).await;
    let mut next = Portion::default();
    publishers.births().for_each(|birth| next.introduce(birth));
    let mut reconnect = Reconnect::new(&client_id, RETRY);
    let mut reception = Reception {
        inbox: Inbox::default(),
        publishers,
        next,
        writer: Writer::new(&store, &clock, &state, &stop, simulated).with_limits(limits),
        since: Stopwatch::start(),
    };
    let mut oversized = 0;
    loop {
        reconnect.begin();
        let without = oversized >= OVERSIZED_MAX;
        let connecting =
            Intake::connect(&settings, &client_id, share.as_deref(), without, reconnect.versions());
        let connected = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = connecting => connected,
        };
        let error = match connected {
            Ok(mut intake) => {
                reconnect.connected();
                // What a program has retained may be too large as well.
                let others = if without { Vec::new() } else { reception.publishers.topics() };
                // A connection that has ended shows it by its next event.
                let _ended = intake.subscribe_to_others(&others);
                tracing::info!(protocol = intake.protocol().number(), "connected to the broker");
                note(true);
                state.note_publishers_awaited(clock.moment());
                if without {
                    state.note_without_births(true);
                    let until = clock.now().saturating_add(BIRTHS_AGAIN);
                    let until = until.unwrap_or(Timestamp::MAX);
                    tracing::warn!(%until, "without births, statuses, reports and publishers: a message was too large");
                }
                state.note_certificates(intake.certificates());
                match reception.run(&mut intake, &mut reconnect, without).await? {
                    None => {
                        intake.close().await;
                        return Ok(());
                    }
                    Some(lost) => lost,
                }
            }
            Err(error) => error,
        };
        note(false);
        oversized = next_oversized(oversized, &error);
        let Some((problem, wait)) = reconnect.after(error)? else { continue };
        state.note_broker_problem(&problem);
        if reconnect.is_to_be_logged() {
            tracing::warn!(error = %problem, wait_s = wait.as_secs_f32(), "not connected to the broker");
        }
        if !Reconnect::wait(wait, &stop).await {
            return Ok(());
        }
    }
}

/// How many connections in a row have ended with a message that is too large. After one without retained messages has
/// ended, one is tried with them.
fn next_oversized(oversized: u32, error: &MqttError) -> u32 {
    match error {
        MqttError::Oversized { .. } => oversized + 1,
        MqttError::Renewed { .. } => oversized,
        _ if oversized >= OVERSIZED_MAX => OVERSIZED_MAX - 1,
        _ => 0,
    }
}

/// Whether births are received over a connection.
struct Births {
    /// When they were asked for.
    asked: Option<Duration>,
    /// When they are asked for where they were not.
    due: Duration,
}

impl Births {
    /// Of a connection that is made at `now`, `without` them or with them.
    fn new(without: bool, now: Duration) -> Self {
        Self { asked: (!without).then_some(now), due: now + BIRTHS_AGAIN }
    }

    /// Whether they are to be asked for at `now`, which is done then.
    fn are_due(&mut self, now: Duration) -> bool {
        let due = self.asked.is_none() && now >= self.due;
        if due {
            self.asked = Some(now);
        }
        due
    }

    /// Whether they come, as far as is known at `now`: the connection has outlived what the broker retains.
    fn come(&self, now: Duration) -> bool {
        self.asked.is_some_and(|asked| now.saturating_sub(asked) >= BIRTHS_COME)
    }
}

struct Reception<'a> {
    inbox: Inbox,
    publishers: Publishers,
    /// What has been read and not been stored.
    next: Portion,
    writer: Writer<'a>,
    since: Stopwatch,
}

impl Reception<'_> {
    /// Runs until `stop` (`None`) or the connection is lost (its error). What waits is stored over the next one.
    async fn run(
        &mut self,
        intake: &mut Intake,
        reconnect: &mut Reconnect,
        without_births: bool,
    ) -> anyhow::Result<Option<MqttError>> {
        let mut committed = Duration::ZERO;
        let mut births = Births::new(without_births, self.since.elapsed());
        let (mut dropped, stop) = (0, self.writer.stop);
        let others = self.publishers.topics();
        loop {
            match self.receive(intake, committed + COMMITS_APART).await {
                Some(Ok(())) => {}
                Some(Err(lost)) => return Ok(Some(lost)),
                // What has come is still stored and acknowledged, as much as one portion takes; the rest comes again.
                None => {
                    self.put_arrived(intake);
                    self.inbox.admit(Duration::MAX);
                }
            }
            if births.are_due(self.since.elapsed())
                && let Err(lost) =
                    intake.ask_for_retained().and_then(|()| intake.subscribe_to_others(&others))
            {
                return Ok(Some(lost));
            }
            if let Err(lost) = self.serve_publishers(intake) {
                return Ok(Some(lost));
            }
            if births.come(self.since.elapsed()) {
                self.writer.state.note_without_births(false);
            }
            self.inbox.admit(self.since.elapsed());
            while self.next.take(&mut self.inbox) {
                // Reading takes milliseconds a message: what comes meanwhile must not pile up before the inbox.
                self.put_arrived(intake);
            }
            let Some((answers, lost)) = self.store(intake).await? else { return Ok(None) };
            committed = self.since.elapsed();
            // The gateways get their answers over the next connection, once they or the hub have introduced themselves.
            if let Some(lost) = lost {
                return Ok(Some(lost));
            }
            let answered = !answers.acks.is_empty();
            if let Err(lost) = answer(intake, answers) {
                return Ok(Some(lost));
            }
            if answered {
                reconnect.progressed();
            }
            let all_dropped = intake.dropped_acks();
            self.writer.state.note_acks(all_dropped - dropped, intake.refused_acks());
            dropped = all_dropped;
            if stop.is_cancelled() {
                return Ok(None);
            }
        }
    }

    /// Receives until a portion is due, not before `earliest`; `None` where `stop` came first.
    async fn receive(
        &mut self,
        intake: &mut Intake,
        earliest: Duration,
    ) -> Option<Result<(), MqttError>> {
        loop {
            let now = self.since.elapsed();
            let ready = (!self.next.is_empty()).then_some(Duration::ZERO);
            let due = ready.or_else(|| self.inbox.due(now));
            let due = due.into_iter().chain(self.writer.confirm_due()).min();
            let due = due.map(|due| due.max(earliest.saturating_sub(now)));
            if due == Some(Duration::ZERO) || self.next.is_full() {
                break;
            }
            let message = tokio::select! {
                () = self.writer.stop.cancelled() => return None,
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => continue,
                letter = self.writer.state.letters_out.next() => {
                    let LetterOut { topic, payload, done } = letter;
                    match intake.publish(topic, payload, done) {
                        Ok(()) => continue,
                        Err(lost) => return Some(Err(lost)),
                    }
                }
                message = intake.next() => message,
            };
            match message {
                Ok(message) => self.put(&message),
                Err(lost) => return Some(Err(lost)),
            }
            if let Err(lost) = self.serve_publishers(intake) {
                return Some(Err(lost));
            }
        }
        self.put_arrived(intake);
        Some(Ok(()))
    }

    /// Puts in what has arrived.
    fn put_arrived(&mut self, intake: &mut Intake) {
        for _ in 0..ARRIVED_MAX {
            let Some(message) = intake.try_next() else { break };
            self.put(&message);
        }
    }

    fn put(&mut self, message: &Message) {
        let Self { inbox, publishers, next, writer, since } = self;
        let mut ways = Ways { inbox, next, state: writer.state };
        for sender in put(publishers, &mut ways, message, (since.elapsed(), writer.clock)) {
            writer.state.note_dropped(&sender, writer.clock.moment());
            writer.complain_of_flood(&sender, 1);
        }
    }

    /// Sends other programs what is for them, and notes which of their topics the broker lets the hub have.
    fn serve_publishers(&mut self, intake: &mut Intake) -> Result<(), MqttError> {
        for (topic, payload) in self.publishers.take_requests() {
            // Nobody waits for the broker's answer: what is not answered is asked again.
            let (done, _) = oneshot::channel();
            intake.publish(topic, payload, done)?;
        }
        self.publishers.note_subscribed(intake.refused_others(), self.writer.state);
        Ok(())
    }

    /// Stores what has been read, while it receives what comes meanwhile and reads of it what is due. Returns the
    /// answers, and the error that the connection has ended with, if it has; `None` where `stop` came first.
    async fn store(
        &mut self,
        intake: &mut Intake,
    ) -> anyhow::Result<Option<(Answers, Option<MqttError>)>> {
        let mut portion = std::mem::take(&mut self.next);
        for report in portion.reports.drain(..) {
            let bytes = report.to_bytes(false).len();
            self.writer.state.note_report(report.gateway.clone(), report, bytes);
        }
        let Self { inbox, publishers, next, writer, since } = self;
        let (state, clock) = (writer.state, writer.clock);
        let (mut lost, mut dropped) = (None, BTreeMap::new());
        let written = {
            let writing = writer.write(portion);
            tokio::pin!(writing);
            loop {
                let now = since.elapsed();
                let due = !next.is_full() && inbox.due(now) == Some(Duration::ZERO);
                tokio::select! {
                    written = &mut writing => break written?,
                    () = std::future::ready(()), if due => {
                        inbox.admit(now);
                        next.take(inbox);
                    }
                    message = intake.next(), if lost.is_none() => match message {
                        Ok(message) => {
                            let mut ways = Ways { inbox: &mut *inbox, next: &mut *next, state };
                            for sender in put(publishers, &mut ways, &message, (since.elapsed(), clock)) {
                                state.note_dropped(&sender, clock.moment());
                                // A store that cannot be written may take hours.
                                let named = if dropped.len() < REMEMBERED_MAX { sender } else { None };
                                *dropped.entry(named).or_insert(0) += 1;
                            }
                        }
                        Err(error) => lost = Some(error),
                    },
                }
            }
        };
        for (sender, count) in dropped {
            writer.complain_of_flood(&sender, count);
        }
        Ok(written.map(|answers| (answers, lost)))
    }
}

/// Compares the clock of a gateway that has just sent its status with this machine's. It does so when the status comes:
/// the inbox may keep it for hours. What the broker had kept says nothing about now.
fn note_clock(state: &HubState, message: &Message, clock: &Clock) {
    let payload = message.payload();
    if message.retained() || payload.len() > STATUS_MAX {
        return;
    }
    let Ok(Topic { gateway, channel: Channel::Status }) = message.topic().parse() else { return };
    let Ok(status) = Status::from_bytes(payload) else { return };
    if let Some(problem) = state.note_clock(&gateway, &status, clock.moment()) {
        let problem = problem.within(Lang::English);
        tracing::warn!(%gateway, problem, "a gateway's clock differs from this machine's");
    }
}

/// Puts a message into the inbox, copied: what the client gives out keeps all that was read with it in memory. Of a
/// foreign one that is larger than any of ours, as much as shows that it is. What other programs publish is read first.
fn put(
    publishers: &mut Publishers,
    ways: &mut Ways<'_>,
    message: &Message,
    (now, clock): (Duration, &Clock),
) -> Vec<Sender> {
    note_clock(ways.state, message, clock);
    if let Some(dropped) = publishers.put(&Incoming::of(message), ways, (now, clock.moment())) {
        return dropped;
    }
    let payload = message.payload();
    let payload = payload.get(..=MESSAGE_SIZE_MAX).unwrap_or(payload);
    let queued = Queued { topic: message.topic().into(), payload: payload.to_vec() };
    ways.inbox.push(queued, now)
}

/// Hands the answers to the connection, short ones first. One that it cannot send is dropped, and keeps no other from
/// being sent: its gateway sends again, and is answered anew.
fn answer(intake: &mut Intake, mut answers: Answers) -> Result<(), MqttError> {
    answers.acks.sort_by_key(|(_, ack)| ack.committed.ranges());
    answers.acks.iter().try_for_each(|(gateway, ack)| intake.acknowledge(gateway, ack))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Text;

    #[test]
    fn births_that_were_left_out_are_asked_for_again_and_come_if_the_connection_lives() {
        let seconds = Duration::from_secs;
        let mut births = Births::new(true, seconds(5));
        assert!(!births.are_due(seconds(604)) && !births.come(seconds(604)));
        assert!(births.are_due(seconds(605)) && !births.are_due(seconds(606)));
        assert!(!births.come(seconds(614)) && births.come(seconds(615)));
        let mut births = Births::new(false, seconds(5));
        assert!(!births.come(seconds(14)) && births.come(seconds(15)));
        assert!(!births.are_due(seconds(9000)));
    }

    #[test]
    fn a_retained_message_that_is_too_large_is_done_without_after_three_attempts() {
        let too_large = MqttError::Oversized { broker: "b".into(), bytes: 5_000_000 };
        let lost = MqttError::Connection { broker: "b".into(), problem: Text::default() };
        let renewed = MqttError::Renewed { broker: "b".into() };
        let after = |errors: &[&MqttError]| {
            errors.iter().fold(0, |count, error| next_oversized(count, error))
        };
        assert!(after(&[&too_large, &too_large]) < OVERSIZED_MAX);
        assert!(after(&[&too_large, &too_large, &too_large]) >= OVERSIZED_MAX);
        assert!(after(&[&too_large, &lost, &too_large, &too_large]) < OVERSIZED_MAX);
        assert!(after(&[&too_large, &too_large, &too_large, &renewed]) >= OVERSIZED_MAX);
        // The next connection looks whether it is gone; if it is not, one attempt is enough.
        assert!(after(&[&too_large, &too_large, &too_large, &lost]) < OVERSIZED_MAX);
        assert!(after(&[&too_large, &too_large, &too_large, &lost, &too_large]) >= OVERSIZED_MAX);
    }
}
