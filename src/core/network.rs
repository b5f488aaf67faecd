//! A range of addresses, as a configuration names it.

use ::core::fmt;
use ::core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ::core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::locales::{Text, core as words};

/// A network in CIDR notation (RFC 4632), such as `10.0.0.0/8`; an address alone is a network of one. An address of
/// IPv4 that is written as one of IPv6 (`::ffff:10.0.0.1`) is one of IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    /// With no bit beyond the prefix.
    first: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.text())]
pub enum NetworkError {
    Unreadable,
    /// It is an address inside this network.
    BitsBeyond(Network),
}

impl NetworkError {
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable => words::no_network(),
            Self::BitsBeyond(network) => words::address_in_network(network.to_string()),
        }
    }
}

impl Network {
    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.prefix) == self.first
    }

    /// Whether it is wider than the largest private networks, 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). No office
    /// has such a one: with some of them, 0.0.0.0/1 and 128.0.0.0/1, a list would be open to all.
    pub fn is_too_wide(&self) -> bool {
        self.prefix < if self.first.is_ipv4() { 8 } else { 7 }
    }

    /// Whether it is a single address.
    pub fn is_single(&self) -> bool {
        self.prefix == if self.first.is_ipv4() { 32 } else { 128 }
    }
}

/// `address` with the bits beyond `prefix` cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - prefix.min(128)).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Unreadable)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().map_err(|_| NetworkError::Unreadable)?
            }
            Some(_) => return Err(NetworkError::Unreadable),
        };
        if prefix > most {
            return Err(NetworkError::Unreadable);
        }
        let (address, prefix) = match address.to_canonical() {
            v4 @ IpAddr::V4(_) if address.is_ipv6() && prefix >= 96 => (v4, prefix - 96),
            _ => (address, prefix),
        };
        let network = Self { first: masked(address, prefix), prefix };
        if network.first == address { Ok(network) } else { Err(NetworkError::BitsBeyond(network)) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_other() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.168.1.0/24", "192.168.1.1", "192.168.2.1"),
            ("192.168.1.128/25", "192.168.1.128", "192.168.1.127"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::/0", "2001:db8::1", "203.0.113.9"),
            ("fd00::/8", "fdff::1", "fe80::1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
        ] {
            assert!(contains(network, inside), "{network} {inside}");
            assert!(!contains(network, outside), "{network} {outside}");
        }
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"), "as a socket of both kinds shows it");
        assert!(!contains("::ffff:10.0.0.0/104", "::ffff:11.0.0.1"));
    }

    #[test]
    fn what_is_wider_than_any_private_network_is_too_wide() {
        for (network, too_wide) in [
            ("0.0.0.0/0", true),
            ("0.0.0.0/1", true),
            ("128.0.0.0/1", true),
            ("10.0.0.0/7", true),
            ("10.0.0.0/8", false),
            ("::/0", true),
            ("8000::/1", true),
            ("fc00::/6", true),
            ("fc00::/7", false),
            ("::ffff:0:0/96", true),
            ("::ffff:0:0/97", true),
            ("192.0.2.7", false),
        ] {
            assert_eq!(network.parse::<Network>().unwrap().is_too_wide(), too_wide, "{network}");
        }
        for (network, single) in
            [("192.0.2.7", true), ("192.0.2.0/31", false), ("::1", true), ("::/127", false)]
        {
            assert_eq!(network.parse::<Network>().unwrap().is_single(), single, "{network}");
        }
    }

    #[test]
    fn a_text_that_is_no_network_is_refused() {
        for text in
            ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/+8", "hub.lan/8", "/8"]
        {
            assert_eq!(text.parse::<Network>(), Err(NetworkError::Unreadable), "{text}");
        }
        let error = "192.168.1.5/24".parse::<Network>().unwrap_err();
        assert!(error.text().to_string().contains("192.168.1.0/24"), "{error}");
    }

    #[test]
    fn a_network_reads_back_as_it_is_written() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "192.0.2.7/32"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        let mapped: Network = "::ffff:10.0.0.0/104".parse().unwrap();
        assert_eq!(mapped.to_string(), "10.0.0.0/8");
    }
}
