//! Addresses at which whoever reaches them is served without a password, or without encryption.

use std::net::SocketAddr;

use crate::core::Problems;
use crate::locales::Text;

/// Checks that only this machine reaches `listen`, or that others are expected to. `rule` says what lies open.
pub(super) fn check(
    listen: SocketAddr,
    allow_remote: bool,
    rule: Text,
    hint: Text,
    found: &mut Problems,
) {
    let local = listen.ip().to_canonical().is_loopback();
    found.ensure(allow_remote || local, "listen", listen, rule, hint);
}

/// The page without a password: a gateway's metrics.
#[cfg(any(feature = "edge", test))]
pub(super) fn check_page(listen: SocketAddr, allow_remote: bool, hint: Text, found: &mut Problems) {
    let rule = crate::locales::config::open_to_others();
    check(listen, allow_remote, rule, hint, found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_served_unless_others_are_expected() {
        let refused = |listen: &str, allow_remote| {
            let listen = listen.parse().unwrap();
            let found = Problems::of(|found| {
                check_page(listen, allow_remote, Text::default(), found);
            });
            found.len() == 1
        };
        for local in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
            assert!(!refused(local, false), "{local}");
        }
        for remote in
            ["0.0.0.0:8080", "192.168.1.2:8080", "[::]:8080", "[fe80::1]:80", "[::ffff:10.0.0.1]:1"]
        {
            assert!(refused(remote, false), "{remote}");
            assert!(!refused(remote, true), "{remote}");
        }
    }
}
