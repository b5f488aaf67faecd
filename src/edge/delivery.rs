//! From the spool to the broker, until the hub has committed it, or where it is told so, the broker taken it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::settings::Confirm;
use crate::core::GatewayId;
use crate::mqtt::uplink::{Uplink, UplinkEvent};
use crate::mqtt::{MqttError, MqttSettings};
use crate::spool::SpoolHandle;
use crate::support::{Backoff, Clock, Stopwatch, chance};
use crate::wire::{Birth, RangeSet};

/// Waits between connections: at once after a hiccup, five minutes where the broker stays away.
const RECONNECT: Backoff = Backoff {
    first: Duration::from_secs(1),
    most: Duration::from_secs(300),
};

/// A connection that has lived this long was a good one: the next failure is the first again. Shorter ones are a broker
/// that kicks us out, and must not be stormed.
const GOOD_LIFE: Duration = Duration::from_secs(60);

/// A batch that the broker has taken and the hub not acknowledged for at least this long, and at most twice, is sent again:
/// all such while the hub answers; the oldest alone, to see whether it does, while it is silent.
const RESEND_AFTER: Duration = Duration::from_secs(30);

/// Batches that may wait for the hub's acknowledgement; more stay in the spool until some are released.
const UNCONFIRMED_MAX: usize = 256;

/// Delivers what is in the spool, and what comes, until `stop`.
///
/// # Errors
/// The spool fails, the settings cannot describe a broker, or a file that they name cannot be used at the start. A broker that
/// is away is no error.
pub async fn deliver(
    settings: MqttSettings,
    confirm: Confirm,
    gateway: GatewayId,
    birth: Birth,
    spool: SpoolHandle,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut failures = 0;
    let mut begun = false;
    loop {
        let life = Stopwatch::start();
        let acknowledged = confirm == Confirm::Hub;
        let connecting = Uplink::connect(&settings, &gateway, &birth, acknowledged, clock.now());
        let ended = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = connecting => match connected {
                Ok(uplink) => {
                    tracing::info!(%gateway, "connected to the broker");
                    let delivery = Delivery {
                        uplink,
                        confirm,
                        spool: spool.clone(),
                        next_after: 0,
                        unconfirmed: Unconfirmed::default(),
                    };
                    delivery.run(&stop).await?
                }
                Err(error) if error.is_final(begun) => return Err(error.into()),
                Err(error) => Ended::Lost(error),
            },
        };
        begun = true;
        let Ended::Lost(error) = ended else {
            return Ok(());
        };
        if let MqttError::Renewed { .. } = error {
            tracing::info!(%gateway, "{error}");
            failures = 0;
            continue;
        }
        failures = if life.elapsed() >= GOOD_LIFE {
            1
        } else {
            failures + 1
        };
        let wait = RECONNECT.wait(failures, chance::unit());
        tracing::warn!(%gateway, %error, wait_s = wait.as_secs_f32(), "no broker; readings stay in the spool");
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

enum Ended {
    Stopped,
    Lost(MqttError),
}

/// Acknowledgements of batches sent later that may come before that of an earlier one: a broker keeps the order, but several
/// hubs may share its work. After so many the earlier one is lost: the broker took it when no hub had yet subscribed.
const OVERTAKEN_MAX: u8 = 3;

/// A batch on its way.
#[derive(Clone, Copy, PartialEq)]
struct OnItsWay {
    place: Place,
    /// The how many-th that was sent.
    order: u64,
    /// Acknowledgements of later ones that have come since the broker took it.
    overtaken: u8,
}

/// Where a batch on its way is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// With us or on the line.
    Sent,
    /// With the broker, in the current or the last period of [`RESEND_AFTER`].
    Taken { periods: u8 },
}

/// Batches sent over this connection that the hub has not acknowledged.
#[derive(Default)]
struct Unconfirmed {
    batches: BTreeMap<u64, OnItsWay>,
    /// Batches sent so far.
    order: u64,
    /// Whether the hub has acknowledged anything in the current period.
    answered: bool,
}

impl Unconfirmed {
    fn sent(&mut self, seq: u64) {
        self.order += 1;
        let batch = OnItsWay {
            place: Place::Sent,
            order: self.order,
            overtaken: 0,
        };
        self.batches.insert(seq, batch);
    }

    fn taken(&mut self, seq: u64) {
        if let Some(batch) = self.batches.get_mut(&seq) {
            batch.place = Place::Taken { periods: 0 };
        }
    }

    /// The hub has committed these. Forgets what has been overtaken too often and has to be sent again, and says from which
    /// number on.
    fn committed(&mut self, committed: &RangeSet) -> Option<u64> {
        self.answered = true;
        let mut last = 0;
        self.batches.retain(|seq, batch| {
            let done = committed.contains(*seq);
            if done {
                last = last.max(batch.order);
            }
            !done
        });
        let mut oldest = None;
        self.batches.retain(|seq, batch| {
            if batch.place != Place::Sent && batch.order < last {
                batch.overtaken += 1;
            }
            let lost = batch.overtaken >= OVERTAKEN_MAX;
            if lost {
                oldest = oldest.or(Some(*seq));
            }
            !lost
        });
        oldest
    }

    /// A period has passed. Forgets what has to be sent again, and says from which number on.
    ///
    /// A hub that says nothing is away, and the broker keeps for it what it has taken: to send all of it again each period
    /// would use up a metered link and the broker's queue. One batch is enough to see whether the hub, or a broker that has
    /// forgotten everything, is there.
    fn age(&mut self) -> Option<u64> {
        let answered = std::mem::take(&mut self.answered);
        let mut oldest = None;
        self.batches.retain(|seq, batch| match batch.place {
            Place::Sent => true,
            Place::Taken { periods: 0 } => {
                batch.place = Place::Taken { periods: 1 };
                true
            }
            Place::Taken { .. } => {
                let stays = oldest.is_some() && !answered;
                oldest = oldest.or(Some(*seq));
                stays
            }
        });
        oldest
    }
}

/// Delivery over one connection.
struct Delivery {
    uplink: Uplink,
    confirm: Confirm,
    spool: SpoolHandle,
    /// Batches up to this number have been sent over this connection.
    next_after: u64,
    /// Sent over this connection, not yet acknowledged by the hub.
    unconfirmed: Unconfirmed,
}

impl Delivery {
    async fn run(mut self, stop: &CancellationToken) -> anyhow::Result<Ended> {
        let mut stats = self.spool.stats();
        let mut resend = tokio::time::interval(RESEND_AFTER);
        resend.reset();
        loop {
            let last_seq = stats.borrow_and_update().last_seq;
            if let Some(lost) = self.fill(last_seq).await? {
                return Ok(Ended::Lost(lost));
            }
            tokio::select! {
                () = stop.cancelled() => {
                    self.uplink.close().await;
                    return Ok(Ended::Stopped);
                }
                event = self.uplink.next() => match event {
                    UplinkEvent::Lost(error) => return Ok(Ended::Lost(error)),
                    UplinkEvent::Malformed(problem) => tracing::warn!(problem, "no acknowledgement; left alone"),
                    UplinkEvent::Taken(seq) => self.taken(seq),
                    UplinkEvent::Committed(ack) => {
                        if ack.epoch == self.spool.epoch() {
                            let lost = self.unconfirmed.committed(&ack.committed);
                            self.send_again(lost);
                        }
                        self.spool.release(ack.epoch, &ack.committed);
                    }
                },
                changed = stats.changed() => changed?,
                _ = resend.tick() => {
                    let lost = self.unconfirmed.age();
                    self.send_again(lost);
                }
            }
        }
    }

    /// The broker has taken a batch.
    fn taken(&mut self, seq: u64) {
        match self.confirm {
            Confirm::Hub => self.unconfirmed.taken(seq),
            Confirm::Broker => {
                self.unconfirmed.batches.remove(&seq);
                let taken = [(seq, seq)].into_iter().collect();
                self.spool.release(self.spool.epoch(), &taken);
            }
        }
    }

    /// Sends what the window allows. Returns the error of a connection that is lost.
    async fn fill(&mut self, last_seq: u64) -> anyhow::Result<Option<MqttError>> {
        loop {
            let room = self
                .uplink
                .free()
                .min(UNCONFIRMED_MAX.saturating_sub(self.unconfirmed.batches.len()));
            if room == 0 || self.next_after >= last_seq {
                return Ok(None);
            }
            let batches = self.spool.batches(self.next_after, room as u32).await?;
            if batches.is_empty() {
                // All up to the last is released or on its way.
                self.next_after = last_seq;
            }
            for (seq, payload) in batches {
                self.next_after = seq;
                if self.unconfirmed.batches.contains_key(&seq) {
                    continue;
                }
                if let Err(error) = self.uplink.publish(seq, payload) {
                    return Ok(Some(error));
                }
                self.unconfirmed.sent(seq);
            }
        }
    }

    /// Begins again at `oldest`: all from there on that are not on their way are sent.
    fn send_again(&mut self, oldest: Option<u64>) {
        if let Some(oldest) = oldest {
            tracing::info!(from = oldest, "the hub has not acknowledged; sending again");
            self.next_after = self.next_after.min(oldest - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_their_way(count: u64) -> Unconfirmed {
        let mut unconfirmed = Unconfirmed::default();
        for seq in 1..=count {
            unconfirmed.sent(seq);
            unconfirmed.taken(seq);
        }
        unconfirmed
    }

    fn range(first: u64, last: u64) -> RangeSet {
        [(first, last)].into_iter().collect()
    }

    #[test]
    fn a_hub_that_is_away_is_asked_with_one_batch_at_a_time() {
        let mut unconfirmed = on_their_way(200);
        assert_eq!(unconfirmed.age(), None);
        let mut asked = Vec::new();
        for _ in 0..10 {
            let seq = unconfirmed.age().unwrap();
            assert_eq!(unconfirmed.batches.len(), 199);
            unconfirmed.sent(seq);
            unconfirmed.taken(seq);
            asked.push(seq);
        }
        // What has just been sent again is not the one to be sent next.
        assert_eq!(asked, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
        // It is back and has committed one: now all others go.
        assert_eq!(unconfirmed.committed(&range(1, 1)), None);
        unconfirmed.age();
        unconfirmed.committed(&range(1, 1));
        unconfirmed.age();
        assert!(unconfirmed.batches.is_empty());
    }

    #[test]
    fn a_batch_that_later_ones_overtake_is_sent_again_at_once() {
        let mut unconfirmed = on_their_way(5);
        assert_eq!(unconfirmed.committed(&range(2, 2)), None);
        assert_eq!(unconfirmed.committed(&range(2, 3)), None);
        // An acknowledgement that comes twice overtakes nothing.
        assert_eq!(unconfirmed.committed(&range(2, 3)), None);
        assert_eq!(unconfirmed.committed(&range(2, 4)), Some(1));
        unconfirmed.sent(1);
        unconfirmed.taken(1);
        // 5 was sent before 1 was sent again.
        assert_eq!(unconfirmed.committed(&range(2, 5)), None);
        assert_eq!(unconfirmed.committed(&range(1, 5)), None);
        assert!(unconfirmed.batches.is_empty());
    }

    #[test]
    fn what_the_broker_has_not_taken_waits_for_the_line() {
        let mut unconfirmed = on_their_way(1);
        unconfirmed.sent(2);
        assert_eq!((unconfirmed.age(), unconfirmed.age()), (None, Some(1)));
        assert_eq!((unconfirmed.age(), unconfirmed.batches.len()), (None, 1));
    }
}
