//! What pages follow while they stand open: a stream of server-sent events that says when what readers see has changed.
//!
//! An event carries only a number; the page then fetches its live part, which is rendered once for all. While nothing
//! changes nobody is told anything, and while nobody follows nothing is worked out.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::guard::AsViewer;
use super::model::Overview;
use super::morning;
use super::shares::{Most, Share, Shares};
use super::state::Web;
use crate::support::lock;

/// Pages that may follow at once: twice what a township's offices have. Each holds a connection. Engineering judgement.
const STREAMS_MAX: usize = 400;

/// Of them, those of one visitor, so that nobody takes them all: a person's tabs, and an office that reads from one
/// address without signing in. Engineering judgement.
const OF_ONE: Most = Most { of_person: 50, of_address: 250 };

/// How often a stream that has nothing to say says so: proxies close connections that are silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The version after which there is no other: the hub stops.
const LAST: u64 = u64::MAX;

/// nginx passes the events on at once.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// The routes of what is live.
pub(super) fn routes() -> Router<Web> {
    let live = Arc::new(Live::default());
    let shares = Shares::new(OF_ONE);
    let follow = move |AsViewer(visitor): AsViewer, State(web): State<Web>| {
        let (live, share) = (live.clone(), shares.take(&visitor));
        async move { events(&live, web.workplace.overview, share) }
    };
    Router::new().route("/live", get(follow))
}

/// The stream, where there is room for it: in the visitor's `share`, and in all.
fn events(
    live: &Arc<Live>,
    overview: watch::Receiver<Arc<Overview>>,
    share: Option<Share>,
) -> Response {
    let place = share.and_then(|share| Some((live.follow(overview)?, share)));
    let Some(place) = place else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let events = stream::unfold(place, |(mut followed, share)| async move {
        let version = followed.next().await?;
        let event = Event::default().data(version.to_string());
        Some((Ok::<_, Infallible>(event), (followed, share)))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    ([UNBUFFERED], events).into_response()
}

/// Who follows, and what they are told.
struct Live {
    version: watch::Sender<u64>,
    /// Whether a task compares what is seen.
    watched: Mutex<bool>,
    room: Arc<Semaphore>,
}

impl Default for Live {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(STREAMS_MAX));
        Self { version: watch::Sender::new(0), watched: Mutex::new(false), room }
    }
}

/// A place among those who follow.
struct Followed {
    versions: watch::Receiver<u64>,
    /// Whether the version that holds was told: the first event comes at once.
    begun: bool,
    _place: OwnedSemaphorePermit,
}

impl Followed {
    /// The next version; `None` where there will be none.
    async fn next(&mut self) -> Option<u64> {
        if self.begun {
            self.versions.changed().await.ok()?;
        }
        self.begun = true;
        Some(*self.versions.borrow_and_update()).filter(|version| *version != LAST)
    }
}

impl Live {
    /// Follows `overview`; `None` where too many do.
    fn follow(self: &Arc<Self>, overview: watch::Receiver<Arc<Overview>>) -> Option<Followed> {
        let place = self.room.clone().try_acquire_owned().ok()?;
        let versions = self.version.subscribe();
        let mut watched = lock(&self.watched);
        if !*watched {
            *watched = true;
            tokio::spawn(Watch { live: self.clone(), counts: true }.run(overview));
        }
        Some(Followed { versions, begun: false, _place: place })
    }
}

/// The task that compares what is seen, as long as somebody follows.
struct Watch {
    live: Arc<Live>,
    /// Whether it is the task that `watched` speaks of.
    counts: bool,
}

impl Watch {
    async fn run(mut self, mut overview: watch::Receiver<Arc<Overview>>) {
        let mut before = None;
        loop {
            let newest = overview.borrow_and_update().clone();
            let seen = morning::seen(&newest);
            drop(newest);
            if before.is_some_and(|before| before != seen) {
                self.live.version.send_modify(|version| *version += 1);
            }
            before = Some(seen);
            if overview.changed().await.is_err() {
                self.live.version.send_replace(LAST);
                return;
            }
            let mut watched = lock(&self.live.watched);
            if self.live.version.receiver_count() == 0 {
                *watched = false;
                self.counts = false;
                return;
            }
        }
    }
}

impl Drop for Watch {
    /// The next who follows begins anew, however this task ended.
    fn drop(&mut self) {
        if self.counts {
            *lock(&self.live.watched) = false;
        }
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
