//! Which addresses a message over HTTP may go to.
//!
//! Whoever may write a URL into a setting, or answer for its name, must not make the hub talk to machines that only it
//! can reach: the office's own network, the cloud's page of credentials. So a name is resolved here, each address is
//! judged, and the connection goes to the addresses that were judged and to no other: a name that means another
//! address a moment later (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use reqwest::Url;

use crate::core::Network;
use crate::locales::{Text, core as common, notify as words};

/// Addresses of a name that are looked at: servers of the largest services give about 16. Engineering judgement.
const ADDRESSES_MAX: usize = 16;

/// Longest URL, bytes: those of the robots have about 150.
const URL_MAX: usize = 1024;

/// Why an address is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Own,
    Local,
    Metadata,
    Group,
    Reserved,
}

impl Kind {
    /// Why nothing goes to this address of its kind, and what to do where it is meant.
    fn closed(self, address: IpAddr) -> Text {
        let what = match self {
            Self::Own => words::of_this_machine(),
            Self::Local => words::of_a_private_network(),
            Self::Metadata => return words::metadata_is_closed(address.to_string()),
            Self::Group => words::of_many_machines(),
            Self::Reserved => words::of_no_machine(),
        };
        words::address_is_closed(address.to_string(), what)
    }
}

/// The networks that are not the internet's, by the registries of IANA (RFC 6890), the most particular first. The
/// metadata addresses are those of AWS, Azure, Google and Oracle (169.254.169.254), Azure's agent, Alibaba and AWS over
/// IPv6.
static CLOSED: LazyLock<Vec<(Network, Kind)>> = LazyLock::new(|| {
    let table = [
        ("169.254.169.254", Kind::Metadata),
        ("168.63.129.16", Kind::Metadata),
        ("100.100.100.200", Kind::Metadata),
        ("fd00:ec2::254", Kind::Metadata),
        ("0.0.0.0/8", Kind::Own),
        ("127.0.0.0/8", Kind::Own),
        ("::/127", Kind::Own),
        ("10.0.0.0/8", Kind::Local),
        ("100.64.0.0/10", Kind::Local),
        ("169.254.0.0/16", Kind::Local),
        ("172.16.0.0/12", Kind::Local),
        ("192.168.0.0/16", Kind::Local),
        ("fc00::/7", Kind::Local),
        ("fe80::/10", Kind::Local),
        ("fec0::/10", Kind::Local),
        ("224.0.0.0/4", Kind::Group),
        ("ff00::/8", Kind::Group),
        ("192.0.0.0/24", Kind::Reserved),
        ("192.0.2.0/24", Kind::Reserved),
        ("192.88.99.0/24", Kind::Reserved),
        ("3fff::/20", Kind::Reserved),
        ("5f00::/16", Kind::Reserved),
        ("198.18.0.0/15", Kind::Reserved),
        ("198.51.100.0/24", Kind::Reserved),
        ("203.0.113.0/24", Kind::Reserved),
        ("240.0.0.0/4", Kind::Reserved),
        ("64:ff9b:1::/48", Kind::Reserved),
        ("100::/64", Kind::Reserved),
        ("2001::/23", Kind::Reserved),
        ("2001:db8::/32", Kind::Reserved),
        ("::/96", Kind::Reserved),
    ];
    let network =
        |text: &str| -> Network { text.parse().expect("each row of the table is a network") };
    table.map(|(text, kind)| (network(text), kind)).into()
});

/// The address of IPv4 that `address` stands for where a gateway of the network translates it: NAT64 (RFC 6052), 6to4
/// (RFC 3056), and the old form without a prefix (RFC 4291, 2.5.5.1).
fn translated(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address.to_canonical() else { return address.to_canonical() };
    let low = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, a, b] | [0, 0, 0, 0, 0xffff, 0, a, b] => low(a, b).into(),
        [0x2002, a, b, ..] => low(a, b).into(),
        [0, 0, 0, 0, 0, 0, a, b] if a != 0 => low(a, b).into(),
        _ => v6.into(),
    }
}

/// Whether a message may go to `address`: one of the internet's, or one of a network in `allow`.
///
/// # Errors
/// What kind of address it is.
pub(super) fn check_address(address: IpAddr, allow: &[Network]) -> Result<(), Text> {
    let meant = translated(address);
    let found = CLOSED.iter().find(|(network, _)| network.contains(meant));
    // A private network may have such a page in it, which nobody means who allows the network.
    let named = |network: &Network| network.is_single() && network.contains(address);
    let allowed = match found {
        Some((_, Kind::Metadata)) => allow.iter().any(named),
        _ => is_allowed(address, allow),
    };
    match found {
        Some((_, kind)) if !allowed => Err(kind.closed(address)),
        _ => Ok(()),
    }
}

fn is_allowed(address: IpAddr, allow: &[Network]) -> bool {
    allow.iter().any(|network| network.contains(address))
}

/// The URL that stands in a setting or in a file, without looking a name up.
///
/// # Errors
/// What is wrong with it; the URL itself is not repeated.
pub(super) fn parse(text: &str, allow: &[Network]) -> Result<Url, Text> {
    if text.len() > URL_MAX {
        return Err(words::url_too_long(URL_MAX));
    }
    let url = Url::parse(text).map_err(|_| words::no_url())?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(words::no_url());
    };
    let plain = url.scheme() == "http" && !allow.is_empty();
    if url.scheme() != "https" && !plain {
        return Err(words::url_is_plain());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(words::url_with_password());
    }
    if let Some(address) = literal(&url) {
        check_way(&url, address, allow)?;
    } else if is_localhost(host) {
        // That this name means this machine, nobody need be asked.
        check_way(&url, Ipv4Addr::LOCALHOST.into(), allow)?;
    }
    Ok(url)
}

/// The address that the host of `url` is, where it is no name. Whatever forms of an address there are, `0x7f.1` among
/// them, the URL has made one of it.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether a message may go to `address` by the scheme of `url`: without encryption only where the settings say so.
fn check_way(url: &Url, address: IpAddr, allow: &[Network]) -> Result<(), Text> {
    check_address(address, allow)?;
    let encrypted = url.scheme() == "https";
    if encrypted || is_allowed(address, allow) { Ok(()) } else { Err(words::url_is_plain()) }
}

/// The addresses to connect to: those of the name that may be used.
///
/// # Errors
/// The name is not known, or none of its addresses may be used.
pub(super) async fn resolve(url: &Url, allow: &[Network]) -> Result<Vec<SocketAddr>, Text> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((host, port)).await;
    let found = found.map_err(|_| common::io_name_unknown(host))?;
    let addresses: Vec<SocketAddr> = found.take(ADDRESSES_MAX).collect();
    judged(url, &addresses, allow)
}

fn judged(url: &Url, addresses: &[SocketAddr], allow: &[Network]) -> Result<Vec<SocketAddr>, Text> {
    let mut refused = None;
    let mut open = Vec::new();
    for address in addresses {
        match check_way(url, address.ip(), allow) {
            Ok(()) => open.push(*address),
            Err(rule) => refused = refused.or(Some(rule)),
        }
    }
    match refused {
        _ if !open.is_empty() => Ok(open),
        Some(rule) => Err(rule),
        None => Err(common::io_name_unknown(url.host_str().unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn who_allows_the_network_of_a_metadata_address_is_told_to_name_it() {
        let address: IpAddr = "169.254.169.254".parse().unwrap();
        let told = check_address(address, &networks(&["169.254.0.0/16"])).unwrap_err().to_string();
        assert!(told.contains("169.254.169.254") && told.contains("the address itself"), "{told}");
        assert_eq!(check_address(address, &networks(&["169.254.169.254/32"])), Ok(()));
    }

    #[test]
    fn only_addresses_of_the_internet_are_open() {
        for closed in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "168.63.129.16",
            "100.100.100.200",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "fd00:ec2::254",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            let address: IpAddr = closed.parse().unwrap();
            let refused = check_address(address, &[]).unwrap_err().to_string();
            assert!(refused.contains(&address.to_string()), "{closed}: {refused}");
        }
        for open in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2400:3200::1", "64:ff9b::808:808"] {
            assert_eq!(check_address(open.parse().unwrap(), &[]), Ok(()), "{open}");
        }
    }

    #[test]
    fn what_the_settings_allow_is_open_and_nothing_beside_it() {
        let allow = networks(&["10.1.2.0/24"]);
        for (address, open) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.1.3.3", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(check_address(address.parse().unwrap(), &allow).is_ok(), open, "{address}");
        }
        let private = networks(&["100.64.0.0/10", "fc00::/7", "64:ff9b::/96"]);
        for (address, open) in [
            ("100.64.0.1", true),
            ("fd12::1", true),
            ("100.100.100.200", false),
            ("fd00:ec2::254", false),
            ("64:ff9b::a9fe:a9fe", false),
        ] {
            let found = check_address(address.parse().unwrap(), &private);
            assert_eq!(found.is_ok(), open, "{address}");
        }
        let named = networks(&["100.100.100.200"]);
        assert_eq!(check_address("100.100.100.200".parse().unwrap(), &named), Ok(()));
    }

    #[test]
    fn a_url_that_leads_home_is_caught_before_anything_is_sent() {
        for url in [
            "https://localhost/x",
            "https://LOCALHOST.:8443/",
            "https://a.localhost/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://10.0.0.7/hook",
            "https://169.254.169.254/latest/meta-data",
            "http://example.com/",
            "http://8.8.8.8/",
            "ftp://example.com/",
            "https://user:s3cret@example.com/",
            "https:///",
            "example.com/hook",
            "",
        ] {
            let said = parse(url, &[]).unwrap_err().to_string();
            assert!(!said.contains("s3cret"), "{said}");
        }
        let long = format!("https://example.com/{}", "x".repeat(URL_MAX));
        assert!(parse(&long, &[]).is_err());
        for url in
            ["https://example.com/hook?key=1", "https://8.8.8.8:8443/", "https://中国.example/"]
        {
            assert!(parse(url, &[]).is_ok(), "{url}");
        }
        let allow = networks(&["127.0.0.0/8"]);
        for url in ["http://127.0.0.1:1/", "http://localhost:1/", "https://localhost/"] {
            assert!(parse(url, &allow).is_ok(), "{url}");
        }
        assert!(parse("http://8.8.8.8/", &allow).is_err(), "unencrypted, and not what was allowed");
    }

    #[test]
    fn a_name_leads_only_to_its_addresses_that_are_open() {
        let url = Url::parse("https://hooks.example/").unwrap();
        let at = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let mixed = judged(&url, &at(&["127.0.0.1:443", "8.8.8.8:443"]), &[]);
        assert_eq!(mixed, Ok(at(&["8.8.8.8:443"])), "a name that was bent here and there");
        let home = judged(&url, &at(&["127.0.0.1:443", "[::1]:443"]), &[]).unwrap_err();
        assert!(home.to_string().contains("127.0.0.1"), "{home}");
        assert!(judged(&url, &[], &[]).is_err());
        let plain = Url::parse("http://hooks.example/").unwrap();
        let allow = networks(&["10.0.0.0/8"]);
        let found = judged(&plain, &at(&["8.8.8.8:80", "10.0.0.1:80"]), &allow);
        assert_eq!(found, Ok(at(&["10.0.0.1:80"])));
        assert!(judged(&plain, &at(&["8.8.8.8:80"]), &allow).is_err());
    }
}
