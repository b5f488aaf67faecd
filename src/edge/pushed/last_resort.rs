//! What ends a program that hangs on trial: no task of its own would.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// The stack of a thread that only waits, bytes: the least that systems allow, and some.
const STACK: usize = 64 * 1024;

/// Does something after a time, unless it is dropped before. It has a thread of its own.
#[derive(Debug)]
pub struct LastResort {
    _until_dropped: SyncSender<()>,
}

impl LastResort {
    /// `act` is done in `most`, by the clock that nobody sets.
    ///
    /// # Errors
    /// The system has no room for a thread.
    pub fn after(most: Duration, act: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (until_dropped, dropped) = sync_channel(0);
        let waits = move || {
            if dropped.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
                act();
            }
        };
        thread::Builder::new().name("last-resort".into()).stack_size(STACK).spawn(waits)?;
        Ok(Self { _until_dropped: until_dropped })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn it_acts_when_its_time_is_over_and_not_once_it_is_dropped() {
        let (acted, acts) = sync_channel(1);
        let told = acted.clone();
        let resort = LastResort::after(Duration::ZERO, move || told.send(1).unwrap()).unwrap();
        assert_eq!(acts.recv(), Ok(1));
        drop(resort);
        let resort = LastResort::after(Duration::MAX, move || acted.send(2).unwrap()).unwrap();
        drop(resort);
        // Its thread ends without a word, and with it the last sender.
        assert!(acts.recv().is_err());
    }
}
