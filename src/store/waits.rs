//! Whether the store's thread waits for a server. Each wait has a time limit of its own, some of minutes, so that a
//! thread which is in one, or has been in another meanwhile, does not hang.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Counts the begins and ends of waits: it is odd during one.
#[derive(Debug, Clone, Default)]
pub struct Waits(Arc<AtomicU32>);

impl Waits {
    /// Waits by `work`.
    #[cfg(any(test, feature = "influx"))]
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.fetch_add(1, Relaxed);
        let done = work();
        self.0.fetch_add(1, Relaxed);
        done
    }

    /// Whether there is a wait, or has been one since `seen`, which is the last look.
    pub fn go_on(&self, seen: &mut u32) -> bool {
        let now = self.0.load(Relaxed);
        let moved = std::mem::replace(seen, now) != now;
        moved || now % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_goes_on_while_it_lasts_and_is_seen_once_after_it() {
        let (waits, mut seen) = (Waits::default(), 0);
        assert!(!waits.go_on(&mut seen));
        waits.during(|| {
            assert!(waits.go_on(&mut seen) && waits.go_on(&mut seen));
        });
        assert!(waits.go_on(&mut seen), "it has ended since");
        assert!(!waits.go_on(&mut seen));
        waits.clone().during(|| ());
        assert!(waits.go_on(&mut seen) && !waits.go_on(&mut seen));
    }
}
