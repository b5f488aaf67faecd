//! The name under which a program asks for a page: what stands in `Host` (RFC 9110 §7.2). Pure.
//!
//! A page of another site can make a browser send requests here under a name of its own (DNS rebinding), but not under
//! an address, nor as `localhost`.

use std::net::{IpAddr, Ipv6Addr};

/// The name before the port, an IPv6 address without its brackets; `None` where `written` is no name and port.
pub fn name_of(written: &str) -> Option<&str> {
    let (name, port) = match written.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']')?;
            name.parse::<Ipv6Addr>().ok()?;
            (name, port.strip_prefix(':').or(port.is_empty().then_some(""))?)
        }
        None => written.split_once(':').unwrap_or((written, "")),
    };
    let is_port = port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    (is_port && !name.is_empty()).then_some(name)
}

/// Whether `name` means this machine and nobody else can give it that name: `localhost`, a loopback address, or one of
/// `own`, the addresses where it listens and where a connection has reached it.
pub fn is_this_machine(name: &str, own: &[IpAddr]) -> bool {
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let Ok(address) = name.parse::<IpAddr>().map(|address| address.to_canonical()) else {
        return false;
    };
    let is_own = own.iter().any(|own| own.to_canonical() == address);
    address.is_loopback() || (is_own && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_before_its_port() {
        for (written, name) in [
            ("localhost", Some("localhost")),
            ("localhost:", Some("localhost")),
            ("gw.lan:9464", Some("gw.lan")),
            ("127.0.0.1:9464", Some("127.0.0.1")),
            ("[::1]", Some("::1")),
            ("[::1]:9464", Some("::1")),
            ("", None),
            (":9464", None),
            ("::1", None),
            ("[::1", None),
            ("[::1]9464", None),
            ("[gw.lan]:9464", None),
            ("127.0.0.1:9464@evil.example", None),
            ("localhost:123456", None),
            ("localhost:x", None),
            ("localhost:-1", None),
        ] {
            assert_eq!(name_of(written), name, "{written:?}");
        }
    }

    #[test]
    fn this_machine_has_no_name_that_others_give() {
        let own = ["0.0.0.0", "192.168.1.2", "::ffff:10.0.0.5"].map(|own| own.parse().unwrap());
        for name in
            ["localhost", "LocalHost", "127.0.0.1", "127.8.9.1", "::1", "192.168.1.2", "10.0.0.5"]
        {
            assert!(is_this_machine(name, &own), "{name}");
        }
        for name in [
            "",
            "localhost.",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0.0.0.0",
            "::",
            "192.168.1.3",
            "evil.example",
        ] {
            assert!(!is_this_machine(name, &own), "{name}");
        }
    }
}
