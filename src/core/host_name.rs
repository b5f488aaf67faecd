//! Names and addresses of machines as people type them, and the full-width characters of their keyboards among them.

use ::core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::locales::{Text, core as words};

/// A name has at most this many characters, and each of its parts [`LABEL_MAX`] (RFC 1035, 2.3.4).
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// The character of ASCII that `c` was meant to be, where it is the full-width form of a sign, a digit or a letter, or
/// the space between words that a web page or an input method leaves behind.
pub fn half_width(c: char) -> Option<char> {
    /// From the full-width forms to ASCII (Unicode, block FF00).
    const SHIFT: u32 = 0xFEE0;
    match c {
        '“' | '”' | '„' | '＂' => Some('"'),
        '‘' | '’' | '＇' => Some('\''),
        '\u{3000}' | '\u{a0}' => Some(' '),
        '【' | '〔' => Some('['),
        '】' | '〕' => Some(']'),
        '。' | '｡' => Some('.'),
        '、' => Some(','),
        '–' | '—' | '−' => Some('-'),
        '！'..='～' => char::from_u32(u32::from(c) - SHIFT),
        _ => None,
    }
}

/// What to say of the first full-width character of `text`, which is to be plain ASCII.
pub fn full_width_in(text: &str) -> Option<Text> {
    let (found, half) = text.chars().find_map(|c| half_width(c).map(|half| (c, half)))?;
    Some(match half {
        ' ' => words::space_inside(),
        '-' => words::other_dash(found),
        half => words::full_width_inside(found, half),
    })
}

/// Whether `host` can be the name or the address (without brackets) of one machine.
///
/// # Errors
/// The rule that it breaks.
pub fn check_host(host: &str) -> Result<(), Text> {
    if let Some(rule) = full_width_in(host) {
        return Err(rule);
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return of_one_machine(address);
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    if let Some(other) = host.chars().find(|c| !allowed(c)) {
        return Err(words::host_character(other.escape_debug().to_string()));
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let labels = || name.split('.');
    if name.len() > NAME_MAX || !labels().all(|label| (1..=LABEL_MAX).contains(&label.len())) {
        return Err(words::no_host_name());
    }
    // A name whose last part is a number is taken for an address (WHATWG URL, 3.5).
    match labels().next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        true => Err(words::no_ipv4()),
        false => Ok(()),
    }
}

/// Nobody is reached at the addresses that stand for all of a machine's own, or for many machines.
fn of_one_machine(address: IpAddr) -> Result<(), Text> {
    let address = address.to_canonical();
    let of_many = address.is_unspecified()
        || address.is_multicast()
        || address == IpAddr::V4(Ipv4Addr::BROADCAST);
    if of_many { Err(words::of_no_machine()) } else { Ok(()) }
}

/// Checks the address between the brackets of `[fe80::1]:502`.
///
/// # Errors
/// The rule that it breaks.
pub fn check_bracketed(address: &str) -> Result<(), Text> {
    let parsed = address.parse::<Ipv6Addr>().map_err(|_| words::no_ipv6())?;
    of_one_machine(parsed.into())
}

/// A name or an address (without brackets) in one way of writing: this machine has several names, and an address
/// several forms. Other names are not looked up.
pub fn same_host(host: &str) -> String {
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        // What `localhost` stands for. Other loopback addresses may have servers of their own.
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST)) => "localhost".into(),
        Ok(address) => address.to_string(),
        Err(_) => host.trim_end_matches('.').to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_has_one_name() {
        for same in ["127.0.0.1", "::1", "localhost", "LOCALHOST.", "::ffff:127.0.0.1"] {
            assert_eq!(same_host(same), "localhost", "{same}");
        }
        for other in ["127.0.0.2", "10.0.0.1", "local", "localhost.example", "fe80::1%eth0"] {
            assert_ne!(same_host(other), "localhost", "{other}");
        }
        assert_eq!(same_host("::ffff:10.0.0.1"), same_host("10.0.0.1"));
        assert_eq!(same_host("PLC."), same_host("plc"));
    }

    #[test]
    fn what_cannot_be_a_machine_is_told() {
        for good in
            ["192.168.1.10", "plc", "plc_2.example.org", "PLC.", "fe80::1", "10.plc", "3com.cn"]
        {
            assert_eq!(check_host(good), Ok(()), "{good}");
        }
        for (bad, rule) in [
            ("192.168.1.300", words::no_ipv4()),
            ("192.168.1", words::no_ipv4()),
            ("127.1", words::no_ipv4()),
            ("192.168.001.010", words::no_ipv4()),
            ("192.168.1.10.5", words::no_ipv4()),
            ("3232235777", words::no_ipv4()),
            ("0.0.0.0", words::of_no_machine()),
            ("255.255.255.255", words::of_no_machine()),
            ("224.0.0.1", words::of_no_machine()),
            ("::", words::of_no_machine()),
            ("192,168,1,10", words::host_character(",")),
            ("192。168。1。10", words::full_width_inside("。", ".")),
            ("１92.168.1.10", words::full_width_inside("１", "1")),
            ("gw–1", words::other_dash("–")),
            ("水塔", words::host_character("水")),
            ("a b", words::host_character(" ")),
            ("a..b", words::no_host_name()),
            ("a..", words::no_host_name()),
            ("", words::no_host_name()),
        ] {
            assert_eq!(check_host(bad), Err(rule), "{bad}");
        }
        assert!(check_bracketed("::1").is_ok());
        assert!(check_bracketed("::").is_err() && check_bracketed("1.2.3.4").is_err());
    }
}
