//! What is seen of the hub itself: its faults, its disk, and the certificates that end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::subjects::{of_gateway, of_hub};
use crate::alarm::{Condition, Kind, Seen};
use crate::core::GatewayId;
use crate::hub::HubState;
use crate::hub::health::Fault;
use crate::locales::{Text, page_alarms as words};
use crate::support::certificate::end_of_verified;
use crate::support::{Moment, files, lock};

/// How long before its end a certificate rings; the page tells it from 30 days before (`mqtt::expiry`). Engineering
/// judgement: two weeks are enough to get another and to travel to a gateway with it.
const CERTIFICATE_BEFORE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The part of the store's disk, and the bytes, below either of which it is full. Engineering judgement: ext4 keeps 5 %
/// from all but root, and 200 MB are a day of some thousand series with the store's log and one backup of the ledger.
const FREE_SHARE: f64 = 0.05;
const FREE_BYTES: f64 = 200e6;

/// It is no longer full with this much more than either. Engineering judgement: a log that is cut ends nothing.
const FREE_CLEAR: f64 = 1.25;

/// The largest certificate file that is read, bytes.
const FILE_MAX: u64 = 1024 * 1024;

/// How long the broker is away before it counts, beside the time for which an alarm holds; the page tells it after two
/// minutes. Engineering judgement: a hub that starts needs some seconds to connect.
const AWAY_MIN: Duration = Duration::from_secs(10);

/// The faults that stop readings or what gateways are told; the others are told of on the page.
const FAULTS: [Fault; 8] = [
    Fault::Broker,
    Fault::Store,
    Fault::Readings,
    Fault::Births,
    Fault::Acknowledgements,
    Fault::Copy,
    Fault::Log,
    Fault::Damage,
];

/// Space of the disk that holds the store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Space {
    /// Bytes that this program may still write.
    pub free: f64,
    pub size: f64,
}

impl Space {
    /// Of the file system of the store at `path`; `None` where the system does not say.
    pub fn of(path: &Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let system = rustix::fs::statvfs(folder.unwrap_or(Path::new("."))).ok()?;
        let block = system.f_frsize as f64;
        Some(Self { free: system.f_bavail as f64 * block, size: system.f_blocks as f64 * block })
    }

    fn condition(self) -> Condition {
        let full = |share: f64, bytes: f64| self.free < self.size * share || self.free < bytes;
        if full(FREE_SHARE, FREE_BYTES) {
            Condition::On
        } else if full(FREE_SHARE * FREE_CLEAR, FREE_BYTES * FREE_CLEAR) {
            Condition::Between
        } else {
            Condition::Off
        }
    }

    fn seen(self) -> Seen {
        let percent = if self.size > 0.0 { self.free / self.size * 100.0 } else { 0.0 };
        Seen {
            value: Some(self.free),
            limit: Some(FREE_BYTES.max(self.size * FREE_SHARE)),
            said: words::disk_left(format!("{:.0}", self.free / 1e6), format!("{percent:.1}")),
            ..of_hub(Kind::DiskFull, "disk", words::disk_of_the_hub(), self.condition())
        }
    }
}

/// When the page's certificate ends, where it has one that can be read.
pub(super) fn page_certificate_ends(file: Option<&PathBuf>) -> Option<Timestamp> {
    let bytes = files::read_regular(file?, FILE_MAX).ok()?;
    end_of_verified(&CertificateDer::from_pem_slice(&bytes).ok()?)
}

/// What was looked up of the hub.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Own {
    /// How long the broker has been away; `None` while it is connected.
    pub away: Option<Duration>,
    pub space: Option<Space>,
    /// When the page's certificate ends.
    pub page_ends: Option<Timestamp>,
}

/// What is seen of the hub at `now`: its faults, its disk, its certificates and that of its page.
pub(super) fn seen(state: &HubState, now: Moment, own: Own) -> Vec<Seen> {
    let Own { away, space, page_ends } = own;
    let faults = state.faults(now);
    let fault = |fault: Fault| {
        let said = faults.iter().find(|(found, _)| *found == fault).map(|(_, said)| said.clone());
        let away = away.filter(|_| fault == Fault::Broker);
        let condition = match (&said, away) {
            (Some(_), _) => Condition::On,
            (None, Some(away)) if away >= AWAY_MIN => Condition::On,
            (None, Some(_)) => Condition::Between,
            (None, None) => Condition::Off,
        };
        let said = said.or(away.map(|_| words::broker_away())).unwrap_or_default();
        Seen { said, ..of_hub(Kind::IntakeStopped, fault.name(), words::hub(), condition) }
    };
    let mut all: Vec<Seen> = FAULTS.map(fault).into();
    all.extend(space.map(Space::seen));
    let ends = lock(&state.upkeep).certificates();
    let ends = ends.iter().map(|end| (end.whose.id(), end.whose.name(), end.at));
    let page = page_ends.map(|at| ("page", words::certificate_of_the_page(), at));
    all.extend(ends.chain(page).map(|(what, name, at)| {
        let of = of_hub(Kind::CertificateEnds, what, name, condition_of(at, now.time));
        Seen { said: certificate_said(at, now.time), ..of }
    }));
    all
}

/// What is seen of a gateway's own certificate, which ends at `at`.
pub(super) fn certificate_of_gateway(gateway: &GatewayId, at: Timestamp, now: Timestamp) -> Seen {
    let of = of_gateway(Kind::CertificateEnds, gateway, condition_of(at, now));
    Seen { said: certificate_said(at, now), ..of }
}

fn condition_of(ends_at: Timestamp, now: Timestamp) -> Condition {
    match ends_at.duration_since(now) <= CERTIFICATE_BEFORE {
        true => Condition::On,
        false => Condition::Off,
    }
}

/// The day of its end only: how many days are left changes each day, and says nothing that the date does not.
fn certificate_said(at: Timestamp, now: Timestamp) -> Text {
    let date = at.strftime("%Y-%m-%d").to_string();
    if at <= now { words::certificate_ended(date) } else { words::certificate_ends_on(date) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Subject;
    use crate::mqtt::{CertificateEnd, Whose};

    fn space(free: f64, size: f64) -> Condition {
        Space { free, size }.condition()
    }

    #[test]
    fn a_disk_is_full_by_its_share_or_by_its_bytes() {
        assert_eq!(space(4.9e9, 100e9), Condition::On);
        assert_eq!(space(6e9, 100e9), Condition::Between);
        assert_eq!(space(6.3e9, 100e9), Condition::Off);
        assert_eq!(space(199e6, 1e9), Condition::On, "a fifth of a small disk, and little");
        assert_eq!(space(240e6, 1e9), Condition::Between);
        assert_eq!(space(260e6, 1e9), Condition::Off);
        let folder = tempfile::tempdir().unwrap();
        let found = Space::of(&folder.path().join("store.db")).unwrap();
        assert!(found.size > 0.0 && found.free <= found.size);
        assert_eq!(Space::of(Path::new("/nowhere/at/all/store.db")), None);
    }

    #[test]
    fn faults_and_certificates_are_seen_each_by_its_name() {
        let state = HubState::default();
        let time: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let now = Moment { up: Duration::from_secs(10), time };
        state.note_damage("page 7".into());
        let ends = |days: i64| time + SignedDuration::from_hours(24 * days);
        state.note_certificates(vec![
            CertificateEnd { whose: Whose::Own, at: ends(14) },
            CertificateEnd { whose: Whose::Broker, at: ends(15) },
        ]);
        let all = seen(&state, now, Own { page_ends: Some(ends(-1)), ..Own::default() });
        let on: Vec<String> = all
            .iter()
            .filter(|seen| seen.condition == Condition::On)
            .map(|seen| seen.key.to_string())
            .collect();
        let expected =
            ["intake-stopped hub/damage", "certificate-ends hub/own", "certificate-ends hub/page"];
        assert_eq!(on, expected);
        let page = all.iter().find(|seen| seen.key.subject == Subject::Hub("page".into())).unwrap();
        assert!(page.said.to_string().contains("2026-11-25"), "{}", page.said);
        let broker = |away_s: Option<u64>| {
            let away = away_s.map(Duration::from_secs);
            seen(&HubState::default(), now, Own { away, ..Own::default() })[0].condition
        };
        assert_eq!(broker(None), Condition::Off);
        assert_eq!(broker(Some(9)), Condition::Between, "it may just be starting");
        assert_eq!(broker(Some(10)), Condition::On);
        let gateway = "gw-1".parse().unwrap();
        assert_eq!(certificate_of_gateway(&gateway, ends(20), time).condition, Condition::Off);
    }

    #[test]
    fn the_page_s_certificate_ends_when_openssl_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.pem");
        std::fs::write(&file, include_bytes!("../../mqtt/tls_tests/old-ca.pem")).unwrap();
        let ends = Timestamp::from_second(1_827_501_082).unwrap();
        assert_eq!(page_certificate_ends(Some(&file)), Some(ends));
        std::fs::write(&file, "no certificate").unwrap();
        assert_eq!(page_certificate_ends(Some(&file)), None);
        assert_eq!(page_certificate_ends(None), None);
    }
}
