//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use super::access::Access;
use super::peer::Peer;
use crate::core::Network;

/// Headers by which a proxy tells that it stands between.
const FORWARDING: [&str; 7] = [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-real-ip",
    "forwarded",
    "via",
];

/// Most addresses of a list that are looked at, from the right: a chain of a dozen proxies.
const LOOKED_AT: usize = 12;

/// Whether somebody stands between, by what the request says.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDING.iter().any(|name| headers.contains_key(*name))
}

/// The address that a request comes from: the peer's, or behind a trusted proxy the right-most one that is not a
/// proxy's. `None` where a proxy that is not trusted stands between, or what a trusted one says cannot be read.
pub(super) fn address(headers: &HeaderMap, peer: Peer, access: &Access) -> Option<IpAddr> {
    let of_peer = peer.address.ip().to_canonical();
    if !is_forwarded(headers) {
        return Some(of_peer);
    }
    if !trusts(&access.proxies, of_peer) {
        return None;
    }
    // What stands further left, however long or odd, the browser itself may have written.
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let items = lines.into_iter().rev().flat_map(|line| line.as_bytes().rsplit(|b| *b == b','));
    for item in items.skip_while(|item| item.trim_ascii().is_empty()).take(LOOKED_AT) {
        let address = parsed(str::from_utf8(item.trim_ascii()).ok()?)?;
        if !trusts(&access.proxies, address) {
            return Some(address);
        }
    }
    None
}

/// The address that answers for what a request does, where `known` is the one that it comes from. Of somebody who only
/// says that he is a proxy it is his own: nobody is without a limit, or without a name in the record, by a header. A
/// proxy on this machine that nobody has named stands for all who come through it; for none of them it counts.
pub(super) fn answers_for(known: Option<IpAddr>, peer: Peer, access: &Access) -> Option<IpAddr> {
    let of_peer = peer.address.ip().to_canonical();
    let stands_for_others = trusts(&access.proxies, of_peer) || of_peer.is_loopback();
    known.or_else(|| (!stands_for_others).then_some(of_peer))
}

fn trusts(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// An address, which may have a port behind it.
fn parsed(item: &str) -> Option<IpAddr> {
    let with_port = || item.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = item.strip_prefix('[').and_then(|item| item.strip_suffix(']'));
    let plain = in_brackets.unwrap_or(item).parse().ok();
    plain.or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// Whether machines there read without signing in.
pub(super) fn reads(address: Option<IpAddr>, access: &Access) -> bool {
    address.is_some_and(|address| trusts(&access.open_to, address))
}
