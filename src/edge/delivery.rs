//! From the spool to the broker, until the hub has committed it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

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

/// A batch that the broker has taken and the hub not acknowledged for at least this long, and at most twice, is sent again.
const RESEND_AFTER: Duration = Duration::from_secs(30);

/// Batches that may wait for the hub's acknowledgement; more stay in the spool until some are released.
const UNCONFIRMED_MAX: usize = 256;

/// Delivers what is in the spool, and what comes, until `stop`.
///
/// # Errors
/// The spool fails, or the settings cannot describe a broker. A broker that is away is no error.
pub async fn deliver(
    settings: MqttSettings,
    gateway: GatewayId,
    birth: Birth,
    spool: SpoolHandle,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut failures = 0;
    loop {
        let life = Stopwatch::start();
        let connecting = Uplink::connect(&settings, &gateway, &birth, clock.now());
        let ended = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = connecting => match connected {
                Ok(uplink) => {
                    tracing::info!(%gateway, "connected to the broker");
                    Delivery { uplink, spool: spool.clone(), next_after: 0, unconfirmed: BTreeMap::new(), passed_over: BTreeSet::new() }.run(&stop).await?
                }
                Err(error @ (MqttError::Settings(_) | MqttError::File { .. })) => return Err(error.into()),
                Err(error) => Ended::Lost(error),
            },
        };
        let Ended::Lost(error) = ended else {
            return Ok(());
        };
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

/// Where a batch on its way is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// With us or on the line.
    Sent,
    /// With the broker, in the current or the last period of [`RESEND_AFTER`].
    Taken { periods: u8 },
}

/// Delivery over one connection.
struct Delivery {
    uplink: Uplink,
    spool: SpoolHandle,
    /// Batches up to this number have been sent over this connection.
    next_after: u64,
    /// Sent over this connection, not yet acknowledged by the hub.
    unconfirmed: BTreeMap<u64, Place>,
    /// Of those, the ones sent again because the hub had passed them over.
    passed_over: BTreeSet<u64>,
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
                    UplinkEvent::Taken(seq) => {
                        if let Some(place) = self.unconfirmed.get_mut(&seq) {
                            *place = Place::Taken { periods: 0 };
                        }
                    }
                    UplinkEvent::Committed(ack) => {
                        if ack.epoch == self.spool.epoch() {
                            self.confirm(&ack.committed);
                        }
                        self.spool.release(ack.epoch, ack.committed).await?;
                    }
                },
                changed = stats.changed() => changed?,
                _ = resend.tick() => self.age(),
            }
        }
    }

    /// Sends what the window allows. Returns the error of a connection that is lost.
    async fn fill(&mut self, last_seq: u64) -> anyhow::Result<Option<MqttError>> {
        loop {
            let room = self
                .uplink
                .free()
                .min(UNCONFIRMED_MAX.saturating_sub(self.unconfirmed.len()));
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
                if self.unconfirmed.contains_key(&seq) {
                    continue;
                }
                if let Err(error) = self.uplink.publish(seq, payload) {
                    return Ok(Some(error));
                }
                self.unconfirmed.insert(seq, Place::Sent);
            }
        }
    }

    /// Notes what the hub has committed. A batch that the broker took, and that the hub has passed over, never reached it: the
    /// hub was not yet listening, or the broker lost it. It is sent again at once, but only once for this reason.
    fn confirm(&mut self, committed: &RangeSet) {
        self.unconfirmed.retain(|seq, _| !committed.contains(*seq));
        self.passed_over.retain(|seq| !committed.contains(*seq));
        let last = committed.last().unwrap_or(0);
        let passed: Vec<u64> = self
            .unconfirmed
            .range(..last)
            .filter(|(seq, place)| {
                matches!(place, Place::Taken { .. }) && !self.passed_over.contains(seq)
            })
            .map(|(seq, _)| *seq)
            .collect();
        for seq in passed {
            self.unconfirmed.remove(&seq);
            self.passed_over.insert(seq);
            self.next_after = self.next_after.min(seq - 1);
        }
    }

    /// Forgets what the broker took long ago without a word from the hub, so that it is sent again.
    fn age(&mut self) {
        let mut oldest = None;
        self.unconfirmed.retain(|seq, place| match place {
            Place::Sent => true,
            Place::Taken { periods: 0 } => {
                *place = Place::Taken { periods: 1 };
                true
            }
            Place::Taken { .. } => {
                oldest = oldest.or(Some(*seq));
                false
            }
        });
        if let Some(oldest) = oldest {
            tracing::info!(from = oldest, "the hub has not acknowledged; sending again");
            self.next_after = self.next_after.min(oldest - 1);
        }
    }
}
