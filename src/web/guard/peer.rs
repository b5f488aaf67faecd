//! The two ends of a connection.

use std::net::SocketAddr;

/// What is known of a connection before its first request; an extension of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Peer {
    /// The other end.
    pub address: SocketAddr,
    /// This end.
    pub local: SocketAddr,
    /// The connection is encrypted by this program.
    pub tls: bool,
}
