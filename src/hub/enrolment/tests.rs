//! Who gets a certificate, and what everybody else is told.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::test_kit::{authority, csr, files, lasting_pair, now};
use super::*;
use crate::mqtt::common_name;
use crate::store::Sqlite;
use crate::support::clock::Driver;
use crate::users::{Deed, UsersFile};
use crate::wire::Secret;

struct Office {
    folder: tempfile::TempDir,
    desk: Desk,
    driver: Driver,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    drop(Sqlite::open(&path("store.db")).unwrap());
    let (clock, driver) = Clock::stepped(now());
    let settings = EnrollSettings {
        listen: "127.0.0.1:0".parse().unwrap(),
        host: None,
        authority_file: path("ca.pem"),
        authority_key_file: path("ca.key"),
        broker_url: "mqtts://broker.test".into(),
        days: 30,
    };
    let desk = Desk {
        settings,
        authority: Arc::new(authority(folder.path())),
        own_names: vec!["Our-Hub".into()],
        users: Users::open(&path("users.db"), Vec::new(), clock.clone()).unwrap(),
        store: path("store.db"),
        clock,
        refused: Mutex::default(),
    };
    Office { folder, desk, driver }
}

impl Office {
    fn file(&self) -> UsersFile {
        UsersFile::open(&self.folder.path().join("users.db")).unwrap()
    }

    fn invite(&self, gateway: &str, secret: [u8; 10]) {
        let until = now().checked_add(SignedDuration::from_hours(24)).unwrap();
        self.file().invite(gateway, &secret, until, now()).unwrap();
    }

    async fn ask(&self, gateway: Option<&str>, secret: [u8; 10], csr: &str) -> EnrolAnswered {
        self.ask_from("192.0.2.7", gateway, secret, csr).await
    }

    async fn ask_from(
        &self,
        from: &str,
        gateway: Option<&str>,
        secret: [u8; 10],
        csr: &str,
    ) -> EnrolAnswered {
        let gateway = gateway.map(|name| name.parse().unwrap());
        let body = EnrolRequest::new(gateway, Secret::new(secret), csr.into()).to_bytes();
        let from: IpAddr = from.parse().unwrap();
        self.desk.answer(EnrolAsked { body, from }).await
    }

    async fn refused(&self, gateway: Option<&str>, secret: [u8; 10], csr: &str) -> Refused {
        self.ask(gateway, secret, csr).await.unwrap_err().refused
    }
}

fn name_in(answer: &EnrolAnswer) -> String {
    let certificate = CertificateDer::from_pem_slice(answer.certificate.as_bytes()).unwrap();
    common_name(&certificate).unwrap()
}

const SECRET: [u8; 10] = *b"0123456789";

#[tokio::test]
async fn a_gateway_gets_its_certificate_once_and_the_same_again_for_its_key() {
    let office = office();
    office.invite("gw-a", SECRET);
    let (_key, own): (KeyPair, String) = csr();
    let (_other_key, other) = csr();
    let first = office.ask(Some("gw-a"), SECRET, &own).await.unwrap();
    assert_eq!((first.gateway.as_str(), name_in(&first).as_str()), ("gw-a", "gw-a"));
    assert_eq!(first.broker_url, "mqtts://broker.test");
    assert_eq!(first.authority, office.desk.authority.pem());
    assert_eq!(office.ask(None, SECRET, &own).await.unwrap(), first);
    assert_eq!(office.refused(None, SECRET, &other).await, Refused::Used);
    let rows = office.file().audit(None, 10).unwrap();
    let deeds: Vec<Deed> = rows.iter().map(|row| row.deed).collect();
    assert_eq!(deeds, [Deed::GatewayEnrolled, Deed::GatewayInvited]);
    assert!(rows[0].detail.starts_with("gw-a 4"), "{}", rows[0].detail);
}

#[tokio::test]
async fn whoever_does_not_know_the_code_learns_nothing() {
    let office = office();
    let (_key, own) = csr();
    office.invite("gw-a", SECRET);
    for gateway in [None, Some("gw-a"), Some("gw-nobody")] {
        let refusal = office.ask(gateway, [7; 10], &own).await.unwrap_err();
        assert_eq!(refusal, EnrolRefusal::new(Refused::Unknown));
    }
    // Whoever knows it is told what helps; the code stays good.
    let refusal = office.ask(Some("gw-b"), SECRET, &own).await.unwrap_err();
    assert_eq!(refusal, EnrolRefusal::for_other("gw-a".parse().unwrap()));
    assert_eq!(office.refused(Some("gw-a"), SECRET, "no request").await, Refused::Request);
    assert!(office.ask(Some("gw-a"), SECRET, &own).await.is_ok());
    let noise = EnrolAsked { body: b"{}".to_vec(), from: "192.0.2.7".parse().unwrap() };
    assert_eq!(office.desk.answer(noise).await.unwrap_err().refused, Refused::Request);
}

#[tokio::test]
async fn who_guesses_has_to_wait_and_nobody_else() {
    let office = office();
    let (_key, own) = csr();
    office.invite("gw-a", SECRET);
    let mut refusals = Vec::new();
    for guess in 0..30 {
        refusals.push(office.ask(None, [guess; 10], &own).await.unwrap_err());
    }
    let waits = refusals.iter().filter(|refusal| refusal.refused == Refused::TooOften);
    assert_eq!(waits.clone().count(), 10);
    assert!(waits.clone().all(|refusal| refusal.wait_s.is_some_and(|wait| wait > 0)));
    // From there also the right one waits.
    assert_eq!(office.refused(None, SECRET, &own).await, Refused::TooOften);
    let elsewhere = office.ask_from("192.0.2.8", None, SECRET, &own).await;
    assert!(elsewhere.is_ok(), "{elsewhere:?}");
}

#[tokio::test]
async fn a_gateway_that_was_revoked_since_gets_none() {
    let office = office();
    let (_key, own) = csr();
    let gateway = "gw-a".parse().unwrap();
    let revoke = |at: Timestamp| {
        let store = office.folder.path().join("store.db");
        let mut owners = Owners::open(&store, std::collections::BTreeMap::new()).unwrap();
        owners.revoke(&gateway, at, at).unwrap();
    };
    office.invite("gw-a", SECRET);
    revoke(now());
    assert_eq!(office.refused(None, SECRET, &own).await, Refused::Revoked);
    // Whoever invites one that is revoked has been asked.
    let store = office.folder.path().join("store.db");
    Owners::open(&store, std::collections::BTreeMap::new()).unwrap().reinstate(&gateway).unwrap();
    revoke(now().checked_sub(SignedDuration::from_hours(1)).unwrap());
    assert!(office.ask(None, SECRET, &own).await.is_ok());
}

#[tokio::test]
async fn a_code_ends() {
    let office = office();
    let (_key, own) = csr();
    office.invite("gw-a", SECRET);
    office.driver.advance_to(now().checked_add(SignedDuration::from_hours(24)).unwrap());
    assert_eq!(office.refused(None, SECRET, &own).await, Refused::Expired);
}

#[tokio::test]
async fn a_name_of_the_office_is_signed_for_nobody() {
    let office = office();
    let (_key, own) = csr();
    for (index, name) in ["hanqing-hub", "ca", "broker", "our-hub"].into_iter().enumerate() {
        let secret = [index as u8 + 1; 10];
        office.invite(name, secret);
        assert_eq!(office.refused(None, secret, &own).await, Refused::Reserved, "{name}");
    }
    assert!(!is_of_office("gw-a", &office.desk.own_names));
}

#[test]
fn the_names_of_the_hub_are_its_identity_user_and_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("hub.pem");
    std::fs::write(&certificate, include_bytes!("../../mqtt/tls_tests/gw-test.pem")).unwrap();
    let text = format!(
        "township = \"t\"\nclient_id = \"a\"\n[mqtt]\nurl = \"mqtts://b\"\nuser = \"u\"\ncert_file = {certificate:?}\n\
         [store]\npath = \"s\"\n[ledger]\npath = \"l\"\n"
    );
    assert_eq!(own_names(&toml::from_str(&text).unwrap()), ["a", "u", "gw-test"]);
}

#[tokio::test]
async fn nothing_is_signed_before_the_authority_begins() {
    let office = office();
    let (_key, own) = csr();
    let slow: Timestamp = "1970-01-02T00:00:00Z".parse().unwrap();
    let key = RequestedKey::read(&own).unwrap();
    let error = office.desk.authority.sign_gateway(&"gw-a".parse().unwrap(), &key, 30, slow);
    let said = error.unwrap_err().to_string();
    assert!(said.contains("begins at 2026-11-29") && said.contains("1970-01-02"), "{said}");
}

/// One connection to a server that shows what `authority` signs; whether `looks` finds its own there.
fn finds(shows: Authority, looks: &Authority) -> bool {
    let clock = Clock::system();
    let config = Arc::new(shown::Shown::new(Arc::new(shows), clock).unwrap().config().unwrap());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut tls = rustls::ServerConnection::new(config).unwrap();
        while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
    });
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let found = looks.is_shown_by(&mut stream).unwrap();
    drop(stream);
    server.join().unwrap();
    found
}

#[test]
fn a_hub_that_still_has_another_authority_is_noticed() {
    let [one, other] = [(); 2].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path(), &lasting_pair());
        move || {
            let _kept = &folder;
            Authority::open(&files.0, &files.1).unwrap()
        }
    });
    assert!(finds(one(), &one()));
    assert!(!finds(other(), &one()));
}
