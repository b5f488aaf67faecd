//! Which connections wait for their other end, and since when: the first of them makes room when all places are taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::support::lock;

/// The connections that wait, in the order in which they began to.
#[derive(Default)]
pub(super) struct Places(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next: u64,
    all: BTreeMap<u64, CancellationToken>,
}

impl Places {
    /// A place for a new connection, which waits.
    pub fn seat(self: &Arc<Self>) -> Arc<Seat> {
        let (places, leave) = (self.clone(), CancellationToken::new());
        let seat = Seat { places, leave, state: Mutex::default() };
        seat.stall();
        Arc::new(seat)
    }

    /// Asks the connection that has waited longest to leave; none where all are busy.
    pub fn make_room(&self) {
        let first = lock(&self.0).all.pop_first();
        if let Some((_, leave)) = first {
            leave.cancel();
        }
    }
}

/// The place of a connection.
pub(super) struct Seat {
    places: Arc<Places>,
    leave: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A request is under way.
    busy: bool,
    /// Its number among those that wait.
    waits_as: Option<u64>,
}

impl Seat {
    /// It works on a request until what is returned is dropped.
    pub fn busy(self: &Arc<Self>) -> Busy {
        lock(&self.state).busy = true;
        self.go_on();
        Busy(self.clone())
    }

    /// Returns when it has to make room.
    pub async fn leave(&self) {
        self.leave.cancelled().await;
    }

    /// It waits for the other end: for a request, for more of one, or until more of an answer is taken.
    pub fn stall(&self) {
        let mut state = lock(&self.state);
        if state.waits_as.is_none() {
            let mut waiting = lock(&self.places.0);
            let number = waiting.next;
            waiting.next += 1;
            waiting.all.insert(number, self.leave.clone());
            state.waits_as = Some(number);
        }
    }

    /// The other end has done its part, if a request is under way.
    pub fn go_on(&self) {
        let mut state = lock(&self.state);
        if state.busy {
            self.forget(&mut state);
        }
    }

    fn forget(&self, state: &mut State) {
        if let Some(number) = state.waits_as.take() {
            lock(&self.places.0).all.remove(&number);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.forget(&mut lock(&self.state));
    }
}

/// A connection that works on a request.
pub(super) struct Busy(Arc<Seat>);

impl Drop for Busy {
    fn drop(&mut self) {
        lock(&self.0.state).busy = false;
        self.0.stall();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(seat: &Seat) -> bool {
        seat.leave.is_cancelled()
    }

    #[test]
    fn the_first_that_waits_makes_room_and_no_busy_one() {
        let places = Arc::<Places>::default();
        let [one, two, three] = [0; 3].map(|_| places.seat());
        let works = one.busy();
        places.make_room();
        assert!(leaves(&two) && !leaves(&one) && !leaves(&three));
        // It waits anew: behind the third.
        drop(works);
        places.make_room();
        assert!(leaves(&three) && !leaves(&one));
        places.make_room();
        assert!(leaves(&one));
        places.make_room();
    }

    #[test]
    fn half_a_request_waits_as_well() {
        let places = Arc::<Places>::default();
        let [slow, quick] = [0; 2].map(|_| places.seat());
        let [_one, _two] = [slow.busy(), quick.busy()];
        slow.stall();
        quick.stall();
        quick.go_on();
        places.make_room();
        places.make_room();
        assert!(leaves(&slow) && !leaves(&quick));
        // Whoever waits for a request goes on with it only once it is there.
        let idle = places.seat();
        idle.go_on();
        places.make_room();
        assert!(leaves(&idle));
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let places = Arc::<Places>::default();
        let stays = places.seat();
        drop(places.seat());
        drop(places.seat().busy());
        assert_eq!(lock(&places.0).all.len(), 1);
        drop(stays);
        assert_eq!(lock(&places.0).all.len(), 0);
    }
}
