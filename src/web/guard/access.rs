//! Who may reach the pages, and how, as the office's configuration says it.

use std::net::SocketAddr;

use crate::core::Network;
use crate::locales::Lang;
use crate::users::Users;

/// Who may reach the pages.
#[derive(Clone)]
pub struct Access {
    /// Names or addresses, without port, under which browsers ask for the pages, besides localhost and the address of
    /// the connection: `web.hosts`, and the host of `web.public_url`.
    pub hosts: Vec<String>,
    /// Networks whose machines read without signing in.
    pub open_to: Vec<Network>,
    /// Machines whose `X-Forwarded-For` is believed.
    pub proxies: Vec<Network>,
    /// Browsers reach `hosts` over https: by TLS here, or by a proxy (`web.public_url` begins with https).
    pub tls: bool,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// The language of those who ask for none that is spoken here.
    pub lang: Lang,
    /// Who may sign in; `None` for a hub that only ingests.
    pub users: Option<Users>,
}
