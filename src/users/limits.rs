//! How often a password may be tried. Pure.
//!
//! After some failures one after the other, an account waits, and so does an address: a second, then twice as long
//! each time, up to a quarter of an hour. Meanwhile also the right password is refused, so that nobody learns whether
//! it was. Whoever is signed in stays so, and a one-time link is taken all the same: a stranger who fails on purpose
//! can keep a person from signing in by password for as long as he goes on, but not from her work.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::token::sha256;
use crate::support::Backoff;

/// The wait, from the first one that is too many. At its longest there are a hundred guesses a day, as many as NIST SP
/// 800-63B (5.2.2) allows in a row at all.
const WAIT: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(900) };

/// Failures of an account, and of an address, without a wait: a typing error or three; an office behind one address.
/// Engineering judgement.
const FREE_OF_ACCOUNT: u32 = 5;
const FREE_OF_ADDRESS: u32 = 20;

/// Failures are forgotten when there was none for so long. Engineering judgement.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// Addresses, and persons whom nobody knows, that are remembered; the oldest give way. Some 200 bytes each.
const REMEMBERED_MAX: usize = 2048;

/// Whose password is tried.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// The id of a person of the configuration.
    Known(String),
    /// SHA-256 of what was written instead. It waits as a person does: nobody learns who there is.
    Stranger([u8; 32]),
}

impl Who {
    pub(super) fn stranger(written: &str) -> Self {
        Self::Stranger(sha256(written.as_bytes()))
    }
}

/// Failures one after the other. Times are counted from any one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Failures {
    count: u32,
    last: Duration,
    /// Nothing is tried before.
    until: Duration,
}

#[derive(Debug)]
struct Table<K> {
    rows: HashMap<K, Failures>,
    free: u32,
}

impl<K: Eq + Hash + Clone> Table<K> {
    fn new(free: u32) -> Self {
        Self { rows: HashMap::new(), free }
    }

    fn wait(&self, key: &K, up: Duration) -> Option<Duration> {
        let left = self.rows.get(key)?.until.saturating_sub(up);
        (left > Duration::ZERO).then_some(left)
    }

    fn until(&self, count: u32, last: Duration) -> Duration {
        match count.checked_sub(self.free) {
            Some(beyond) => last + WAIT.ceiling(beyond + 1),
            None => last,
        }
    }

    fn fail(&mut self, key: &K, up: Duration) -> Failures {
        self.rows.retain(|_, row| up.saturating_sub(row.last) < FORGOTTEN);
        if self.rows.len() >= REMEMBERED_MAX && !self.rows.contains_key(key) {
            let oldest = self.rows.iter().min_by_key(|(_, row)| row.last);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.rows.remove(&oldest);
            }
        }
        let count = self.rows.get(key).map_or(0, |row| row.count).saturating_add(1);
        let failures = Failures { count, last: up, until: self.until(count, up) };
        self.rows.insert(key.clone(), failures);
        failures
    }

    /// Takes one failure back.
    fn forgive(&mut self, key: &K) {
        let Some(&row) = self.rows.get(key) else { return };
        match row.count.saturating_sub(1) {
            0 => _ = self.rows.remove(key),
            count => {
                let until = self.until(count, row.last);
                self.rows.insert(key.clone(), Failures { count, until, ..row });
            }
        }
    }
}

/// What has failed lately.
#[derive(Debug)]
pub(super) struct Limits {
    people: Table<String>,
    strangers: Table<[u8; 32]>,
    addresses: Table<IpAddr>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            people: Table::new(FREE_OF_ACCOUNT),
            strangers: Table::new(FREE_OF_ACCOUNT),
            addresses: Table::new(FREE_OF_ADDRESS),
        }
    }

    /// How long `who`, or whoever is at the address `from`, has to wait before a password is tried.
    pub(super) fn wait(&self, who: &Who, from: Option<IpAddr>, up: Duration) -> Option<Duration> {
        let own = match who {
            Who::Known(id) => self.people.wait(id, up),
            Who::Stranger(hash) => self.strangers.wait(hash, up),
        };
        let address = from.and_then(|from| self.addresses.wait(&network_of(from), up));
        own.max(address)
    }

    /// Counts an attempt as a failure before it is tried, so that many at once are no way around the limit. An error
    /// where it may not be tried yet: how long that takes.
    pub(super) fn attempt(
        &mut self,
        who: &Who,
        from: Option<IpAddr>,
        up: Duration,
    ) -> Result<(), Duration> {
        if let Some(wait) = self.wait(who, from, up) {
            return Err(wait);
        }
        match who {
            Who::Known(id) => self.people.fail(id, up),
            Who::Stranger(hash) => self.strangers.fail(hash, up),
        };
        if let Some(from) = from {
            self.addresses.fail(&network_of(from), up);
        }
        Ok(())
    }

    /// The attempt was right: the person's failures are forgotten, and the address has one less. Its others stay, or
    /// whoever has one password could guess those of others for ever.
    pub(super) fn succeed(&mut self, id: &str, from: Option<IpAddr>) {
        self.clear(id);
        if let Some(from) = from {
            self.addresses.forgive(&network_of(from));
        }
    }

    /// As [`attempt`](Self::attempt), of whoever is at the address `from` and names nobody.
    pub(super) fn attempt_from(
        &mut self,
        from: Option<IpAddr>,
        up: Duration,
    ) -> Result<(), Duration> {
        let Some(network) = from.map(network_of) else { return Ok(()) };
        if let Some(wait) = self.addresses.wait(&network, up) {
            return Err(wait);
        }
        self.addresses.fail(&network, up);
        Ok(())
    }

    /// That attempt was right.
    pub(super) fn succeed_from(&mut self, from: Option<IpAddr>) {
        if let Some(from) = from {
            self.addresses.forgive(&network_of(from));
        }
    }

    /// Forgets the failures of a person.
    pub(super) fn clear(&mut self, id: &str) {
        self.people.rows.remove(id);
    }

    /// How many attempts of a person have failed, and for how long she has to wait.
    pub(super) fn of(&self, id: &str, up: Duration) -> Option<(u32, Duration)> {
        let row = self.people.rows.get(id)?;
        Some((row.count, row.until.saturating_sub(up)))
    }

    /// The persons with failures.
    pub(super) fn persons(&self) -> Vec<String> {
        self.people.rows.keys().cloned().collect()
    }

    /// Takes over what was known of a person before the program started.
    pub(super) fn restore(&mut self, id: &str, count: u32, wait: Duration, up: Duration) {
        let until = up + wait.min(WAIT.most);
        self.people.rows.insert(id.into(), Failures { count, last: up, until });
    }
}

/// What counts as one address: of IPv6 a /64, of which a subscriber has all.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
