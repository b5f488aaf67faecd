//! The certificate that the hub shows to gateways that ask it: signed by the authority, in memory, and anew before it
//! ends.

use std::fmt;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::authority::{Authority, SHOWN, SignError};
use crate::locales::{Lang, for_programs};
use crate::support::{Clock, lock};

/// How long before its end another is made.
const BEFORE: SignedDuration = SignedDuration::from_hours(10 * 24);

/// The certificate of now.
pub(super) struct Shown {
    authority: Arc<Authority>,
    clock: Clock,
    /// `None` while the clock is before the authority's beginning.
    current: Mutex<Option<(Arc<CertifiedKey>, Timestamp)>>,
}

impl Shown {
    /// # Errors
    /// The authority cannot sign. A clock that is not set yet is no reason to stop the hub: until then it shows
    /// nothing.
    pub fn new(authority: Arc<Authority>, clock: Clock) -> Result<Self, SignError> {
        let current = match authority.sign_own(clock.now()) {
            Ok((key, ends)) => Some((Arc::new(key), ends)),
            Err(error @ SignError::NotYet { .. }) => {
                log(&error);
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Self { authority, clock, current: Mutex::new(current) })
    }

    /// What TLS is spoken with.
    ///
    /// # Errors
    /// TLS cannot be set up at all.
    pub fn config(self) -> Result<ServerConfig, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn at(&self, now: Timestamp) -> Option<Arc<CertifiedKey>> {
        let mut current = lock(&self.current);
        let is_good = current.as_ref().is_some_and(|(_, ends)| {
            let left = ends.duration_since(now);
            // Too much is left where the clock was ahead when it was made: its beginning is then still to come.
            (left >= BEFORE || *ends >= self.authority.ends()) && left <= SHOWN
        });
        if !is_good {
            match self.authority.sign_own(now) {
                Ok((key, ends)) => *current = Some((Arc::new(key), ends)),
                Err(error) => log(&error),
            }
        }
        current.as_ref().map(|(key, _)| key.clone())
    }
}

fn log(error: &SignError) {
    let error = for_programs(Lang::English, || error.to_string());
    tracing::error!(error, "no new certificate to show to gateways that enrol");
}

impl fmt::Debug for Shown {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.at(self.clock.now())
    }
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
