//! What the hub shows is renewed before it ends, and after a wrong clock was set right.

use std::sync::Arc;

use jiff::SignedDuration;

use super::super::test_kit::{authority, now};
use super::*;

#[test]
fn it_is_made_anew_before_it_ends_and_where_the_clock_was_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Arc::new(authority(folder.path()));
    let (key, ends) = authority.sign_own(now()).unwrap();
    assert_eq!(key.cert.len(), 2);
    let current = Mutex::new(Some((Arc::new(key), ends)));
    let shown = Shown { authority, clock: Clock::system(), current };
    let at = |days: i64| {
        let at = now().checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        shown.at(at).unwrap().cert[0].clone()
    };
    let first = at(0);
    assert_eq!(at(19), first);
    let second = at(21);
    assert_ne!(second, first);
    assert_eq!(at(22), second);
    // The clock was ahead: what is shown then is not valid yet.
    assert_ne!(at(0), second);
}

#[test]
fn a_clock_before_the_authority_shows_nothing_until_it_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Arc::new(authority(folder.path()));
    let (clock, driver) = Clock::stepped("1970-01-02T00:00:00Z".parse().unwrap());
    let shown = Shown::new(authority, clock.clone()).unwrap();
    assert!(shown.at(clock.now()).is_none());
    driver.advance_to(now());
    assert!(shown.at(clock.now()).is_some());
}
