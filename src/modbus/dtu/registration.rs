//! Whose registration the first bytes of a connection are. Pure.
//!
//! Heartbeats may come before it. Behind it may come line ends and heartbeats, or nothing: `dtu-77` is not `dtu-7`. Of
//! several that fit, the longest is meant.

/// What identifies one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// Empty for the only terminal of an address, which need not identify itself.
    pub(super) registration: Vec<u8>,
    /// Empty where it sends none.
    pub(super) heartbeat: Vec<u8>,
}

/// What the bytes sent so far are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// The registration of the terminal of this index, with its end.
    Known(usize),
    /// The registration of the terminal of this index, if nothing follows soon.
    IfQuiet(usize),
    /// The beginning of something expected.
    Incomplete,
    Unknown,
}

/// What `sent` is, of the terminals `expected`.
pub(super) fn identify(expected: &[&Identity], sent: &[u8]) -> Match {
    let mut best: Option<(usize, usize, Rest)> = None;
    let mut incomplete = false;
    for start in starts(expected, sent) {
        let left = sent.get(start..).unwrap_or_default();
        for (index, identity) in expected.iter().enumerate() {
            let begun = |word: &[u8]| word.len() > left.len() && word.starts_with(left);
            incomplete |= begun(&identity.registration) || begun(&identity.heartbeat);
            let Some(after) = left.strip_prefix(identity.registration.as_slice()) else {
                continue;
            };
            let length = identity.registration.len();
            let rest = if length == 0 { Rest::Ended } else { rest(after, &identity.heartbeat) };
            if rest != Rest::Other && best.is_none_or(|(longest, ..)| length > longest) {
                best = Some((length, index, rest));
            }
        }
    }
    match best {
        Some((0, index, _)) => Match::Known(index),
        Some((_, index, Rest::Ended)) if !incomplete => Match::Known(index),
        Some((_, index, Rest::Ended | Rest::Nothing)) => Match::IfQuiet(index),
        Some(_) => Match::Incomplete,
        None if incomplete => Match::Incomplete,
        None => Match::Unknown,
    }
}

/// What follows a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    /// Line ends and whole heartbeats, and perhaps the beginning of another heartbeat.
    Ended,
    /// The beginning of a heartbeat.
    Begun,
    Other,
}

fn rest(mut after: &[u8], heartbeat: &[u8]) -> Rest {
    let mut ended = false;
    loop {
        after = match after {
            [] if ended => return Rest::Ended,
            [] => return Rest::Nothing,
            _ if !heartbeat.is_empty() && after.starts_with(heartbeat) => {
                after.get(heartbeat.len()..).unwrap_or_default()
            }
            _ if heartbeat.starts_with(after) && ended => return Rest::Ended,
            _ if heartbeat.starts_with(after) => return Rest::Begun,
            [b'\r' | b'\n', more @ ..] => more,
            _ => return Rest::Other,
        };
        ended = true;
    }
}

/// Where in `sent` a registration may begin: at once, and behind heartbeats and line ends.
fn starts(expected: &[&Identity], sent: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut next = 0;
    while let Some(start) = starts.get(next).copied() {
        next += 1;
        let left = sent.get(start..).unwrap_or_default();
        let heartbeats = expected.iter().map(|identity| identity.heartbeat.as_slice());
        for skipped in heartbeats.chain([b"\r".as_slice(), b"\n"]) {
            let after = start + skipped.len();
            if !skipped.is_empty() && left.starts_with(skipped) && !starts.contains(&after) {
                starts.push(after);
            }
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn identity(registration: &[u8], heartbeat: &[u8]) -> Identity {
        Identity { registration: registration.into(), heartbeat: heartbeat.into() }
    }

    fn of(identities: &[Identity], sent: &[u8]) -> Match {
        identify(&identities.iter().collect::<Vec<_>>(), sent)
    }

    #[test]
    fn a_registration_is_whole_and_the_longest_wins() {
        let only = [identity(b"dtu-7", b"PING")];
        for (sent, is) in [
            (&b""[..], Match::Incomplete),
            (b"dtu", Match::Incomplete),
            (b"dtu-7", Match::IfQuiet(0)),
            (b"dtu-77", Match::Unknown),
            (b"dtu-7\r\n", Match::Known(0)),
            (b"dtu-7\r\nPI", Match::Known(0)),
            (b"dtu-7\r\nhello", Match::Unknown),
            (b"dtu-7PI", Match::Incomplete),
            (b"dtu-7PING", Match::Known(0)),
            (b"dtu-7PINGPING\n", Match::Known(0)),
            (b"PINGdtu-7", Match::IfQuiet(0)),
            (b"PINGPI", Match::Incomplete),
            (b"PING\r\ndtu-7", Match::IfQuiet(0)),
            (b"PINGdtu-9", Match::Unknown),
            (b"xdtu-7", Match::Unknown),
        ] {
            assert_eq!(of(&only, sent), is, "{}", sent.escape_ascii());
        }
        let both = [identity(b"dtu-7", b""), identity(b"dtu-77", b"")];
        assert_eq!(of(&both, b"dtu-7"), Match::IfQuiet(0));
        assert_eq!(of(&both, b"dtu-77"), Match::IfQuiet(1));
        assert_eq!(of(&both, b"dtu-7\n"), Match::Known(0));
        assert_eq!(of(&both, b"dtu-77\n"), Match::Known(1));
        assert_eq!(of(&both, b"dtu-777"), Match::Unknown);
    }

    #[test]
    fn a_heartbeat_that_registrations_begin_with_does_not_hide_them() {
        let all = [identity(b"dtu-1", b"dtu"), identity(&[0, 1, 2], &[0])];
        assert_eq!(of(&all, b"dtudtu-1"), Match::IfQuiet(0));
        assert_eq!(of(&all, b"dtu-1dtu"), Match::Known(0));
        assert_eq!(of(&all, &[0, 0, 1, 2, 0]), Match::Known(1));
        assert_eq!(of(&all, &[0, 1, 2]), Match::IfQuiet(1));
        // The end of a line as a part of a registration.
        let lines = [identity(b"a", b""), identity(b"a\r\nb", b"")];
        assert_eq!(of(&lines, b"a\r\n"), Match::IfQuiet(0));
        assert_eq!(of(&lines, b"a\r\nb"), Match::IfQuiet(1));
        assert_eq!(of(&[identity(b"", b"")], b"whatever"), Match::Known(0));
    }

    proptest! {
        #[test]
        fn whoever_is_identified_has_sent_its_registration_and_nothing_strange(
            words in prop::collection::vec("[ab]{1,3}", 1..4),
            heartbeat in "[bc]{0,2}",
            sent in "[abc\r\n]{0,8}",
        ) {
            let all: Vec<Identity> =
                words.iter().map(|word| identity(word.as_bytes(), heartbeat.as_bytes())).collect();
            if let Match::Known(index) | Match::IfQuiet(index) = of(&all, sent.as_bytes()) {
                let word = &words[index];
                let clean = |text: &str| {
                    let text = text.replace(['\r', '\n'], "");
                    // Whole heartbeats, and at the end the beginning of one.
                    (0..=text.len()).any(|at| {
                        let (whole, begun) = text.split_at(at);
                        heartbeat.starts_with(begun)
                            && (whole.is_empty()
                                || !heartbeat.is_empty()
                                    && whole == heartbeat.repeat(whole.len() / heartbeat.len()))
                    })
                };
                let found = sent.match_indices(word.as_str()).any(|(at, _)| {
                    clean(&sent[..at]) && clean(&sent[at + word.len()..])
                });
                prop_assert!(found, "{sent:?} is not {word}");
            }
        }
    }
}
