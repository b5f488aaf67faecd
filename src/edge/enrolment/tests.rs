//! A gateway against hubs that are right, that lie, and that are none.

mod placing_tests;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::support::sha256;
use crate::wire::{ENROLMENT_MAX, ENROLMENT_NAME, Secret};

const BROKER: &str = "mqtts://broker.test:8883";

/// An office's authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named("authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).unwrap();
        let (der, pem) = (certificate.der().clone(), certificate.pem());
        Self { issuer: Issuer::new(params, key), certificate: der, pem }
    }

    fn code(&self) -> Code {
        Code::new(Secret::new([3; 10]), &sha256(&self.certificate))
    }

    /// A server of this authority: its chain and key.
    fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Server {
        let key = KeyPair::generate().unwrap();
        let mut params = named("hub");
        params.subject_alt_names = vec![SanType::DnsName(ENROLMENT_NAME.try_into().unwrap())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Server { chain: vec![certificate.der().clone(), self.certificate.clone()], key }
    }

    /// The certificate of a gateway with this key, PEM.
    fn gateway(&self, name: &str, key: &impl PublicKeyData) -> String {
        named(name).signed_by(key, &self.issuer).unwrap().pem()
    }
}

struct Server {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

/// What a hub says to a question.
type Says = Box<dyn Fn(EnrolRequest) -> Vec<u8> + Send + Sync>;

fn http(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Serves one question after the other, and hands on how each connection was heard: its question, or nothing.
async fn hub(server: Server, says: Says) -> (HubAddress, mpsc::Receiver<Option<EnrolRequest>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let key = PrivateKeyDer::Pkcs8(server.key.serialize_der().into());
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(server.chain, key)
            .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (heard, hears) = mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let question = async {
                let mut stream = acceptor.accept(stream).await.ok()?;
                let mut bytes = Vec::new();
                loop {
                    let read = stream.read_buf(&mut bytes).await.ok()?;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
                    match body.map(|body| EnrolRequest::from_bytes(body.as_bytes())) {
                        Some(Ok(question)) => return Some((stream, question)),
                        _ if read == 0 => return None,
                        _ => {}
                    }
                }
            };
            let heard_now = match question.await {
                Some((mut stream, question)) => {
                    let _gone = stream.write_all(&says(question.clone())).await;
                    let _gone = stream.shutdown().await;
                    Some(question)
                }
                None => None,
            };
            let _over = heard.send(heard_now).await;
        }
    });
    (address, hears)
}

struct Gateway {
    folder: tempfile::TempDir,
}

impl Gateway {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn enrolment(&self, hub: &HubAddress, code: Code, name: Option<&str>) -> Enrolment {
        let places = Places::of(&self.path("edge.toml"), None).unwrap();
        let gateway = name.map(|name| name.parse().unwrap());
        Enrolment { hub: hub.clone(), code, gateway, places, renew: false }
    }

    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => found.push(name_of(&path)),
                }
            }
        }
        found.sort();
        found
    }

    /// The path that the configuration names.
    fn named(&self, setting: &str) -> PathBuf {
        let overlay = fs::read_to_string(self.path("conf.d/edge/enrolled.toml")).unwrap();
        let table: toml::Table = overlay.parse().unwrap();
        table["mqtt"][setting].as_str().unwrap().into()
    }

    /// What is in the folder is what an enrolment leaves: the pair that is named, and no other.
    fn assert_enrolled(&self) {
        let [key, certificate] = ["key_file", "cert_file"].map(|name| name_of(&self.named(name)));
        assert_eq!(self.files(), ["ca.pem", "enrolled.toml", &key, &certificate]);
        let tag = key.strip_prefix("gw-a-").unwrap().strip_suffix(".key").unwrap();
        assert_eq!((tag.len(), certificate), (8, format!("gw-a-{tag}.pem")));
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().into()
}

/// The key that waits at the gateway, as the fake hub learns it: it cannot read requests.
fn key_at(path: &Path) -> KeyPair {
    KeyPair::from_pem(&fs::read_to_string(path).unwrap()).unwrap()
}

fn answer(authority: &Authority, name: &str, key: &KeyPair) -> EnrolAnswer {
    let certificate = authority.gateway(name, key);
    let broker = BROKER.to_owned();
    EnrolAnswer::new(name.parse().unwrap(), certificate, authority.pem.clone(), broker)
}

/// A hub that gives `gw-a` its certificate, with changes to the answer.
fn gives(
    authority: &Arc<Authority>,
    waiting: PathBuf,
    change: impl Fn(EnrolAnswer) -> EnrolAnswer + Send + Sync + 'static,
) -> Says {
    let authority = authority.clone();
    Box::new(move |_| {
        let answer = answer(&authority, "gw-a", &key_at(&waiting));
        http("200 OK", &change(answer).to_bytes())
    })
}

#[tokio::test]
async fn key_certificate_authority_and_configuration_are_put_in_place() {
    let (authority, gateway) = (Arc::new(Authority::new()), Gateway::new());
    for (name, waiting) in [(Some("gw-a"), "gw-a.key.new"), (None, "gateway.key.new")] {
        let gateway = Gateway::new();
        let says = gives(&authority, gateway.path(waiting), |answer| answer);
        let (address, mut hears) = hub(authority.server(|_| {}), says).await;
        let done = gateway.enrolment(&address, authority.code(), name).run(&Clock::system()).await;
        let done = done.unwrap();
        assert_eq!((done.gateway.as_str(), done.broker_url.as_str()), ("gw-a", BROKER));
        assert_eq!((done.placed.changed.len(), done.placed.removed.len()), (0, 0));
        let asked = hears.recv().await.unwrap().unwrap();
        assert_eq!(asked.gateway.as_ref().map(|name| name.as_str()), name);
        gateway.assert_enrolled();
        let overlay = fs::read_to_string(gateway.path("conf.d/edge/enrolled.toml")).unwrap();
        assert!(overlay.contains("settings of edge.toml"), "{overlay}");
        let table: toml::Table = overlay.parse().unwrap();
        assert_eq!(table["mqtt"]["url"].as_str(), Some(BROKER));
        assert!([0o600, 0o640].contains(&mode(&gateway.named("key_file"))));
        for folder in ["conf.d", "conf.d/edge"] {
            let mode = mode(&gateway.path(folder));
            assert!([0o755, 0o750].contains(&mode), "{mode:o}");
        }
    }
    assert_eq!(gateway.files(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_is_not_the_hub_of_the_code_is_told_nothing() {
    let (authority, other) = (Arc::new(Authority::new()), Authority::new());
    // It shows the right authority, which has not signed it.
    let mut forged = other.server(|_| {});
    forged.chain[1] = authority.certificate.clone();
    let mut both = other.server(|_| {});
    both.chain.push(authority.certificate.clone());
    // Those of the same authority that a thief may have: a broker's, a gateway's, and one that signs itself.
    let broker = authority.server(|params| {
        params.subject_alt_names = vec![SanType::DnsName("broker.test".try_into().unwrap())];
    });
    let client = authority.server(|params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let mut alone = authority.server(|_| {});
    alone.chain.truncate(1);
    for server in [other.server(|_| {}), forged, both, broker, client, alone] {
        let gateway = Gateway::new();
        let says = gives(&authority, gateway.path("gw-a.key.new"), |answer| answer);
        let (address, mut hears) = hub(server, says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Stranger(_)), "{error:?}");
        assert_eq!(hears.recv().await.unwrap(), None);
        assert_eq!(gateway.files(), ["gw-a.key.new"]);
    }
}

#[tokio::test]
async fn a_wrong_clock_is_told_with_the_way_out_and_strangers_say_nothing_of_it() {
    let (authority, other) = (Arc::new(Authority::new()), Authority::new());
    for years in [(2900, 2901), (1980, 1981)] {
        let gateway = Gateway::new();
        let server = authority.server(|params| {
            params.not_before = date_time_ymd(years.0, 1, 1);
            params.not_after = date_time_ymd(years.1, 1, 1);
        });
        let (address, mut hears) = hub(server, Box::new(|_| Vec::new())).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        let EnrolError::Clock { bound, .. } = error else { panic!("{error:?}") };
        let expected =
            if years.0 == 2900 { "2900-01-01T00:00:00Z" } else { "1981-01-01T00:00:00Z" };
        assert_eq!(bound.to_string(), expected);
        assert!(error.to_string().contains("See which is wrong"), "{error}");
        assert_eq!(hears.recv().await.unwrap(), None);
        // The authority's certificate is public: anybody shows it above one of his own with such dates.
        let mut forged = other.server(|params| {
            params.not_before = date_time_ymd(years.0, 1, 1);
            params.not_after = date_time_ymd(years.1, 1, 1);
        });
        forged.chain[1] = authority.certificate.clone();
        let (address, _hears) = hub(forged, Box::new(|_| Vec::new())).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Stranger(_)), "{error:?}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_not_written() {
    let (authority, other) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    type Change = Box<dyn Fn(EnrolAnswer) -> EnrolAnswer + Send + Sync>;
    type Making = Box<dyn Fn(PathBuf) -> Change>;
    let replaced = {
        let authority = authority.clone();
        move |name: &'static str, key: Option<KeyPair>, waiting: PathBuf| -> Change {
            let authority = authority.clone();
            Box::new(move |mut answer| {
                let own = key_at(&waiting);
                answer.certificate = authority.gateway(name, key.as_ref().unwrap_or(&own));
                answer
            })
        }
    };
    let changes: Vec<(&str, Making)> = vec![
        ("does not belong to the key", {
            let replaced = replaced.clone();
            Box::new(move |waiting| replaced("gw-a", Some(KeyPair::generate().unwrap()), waiting))
        }),
        ("is for gw-b", Box::new(move |waiting| replaced("gw-b", None, waiting))),
        ("not that of the code", {
            let pem = other.pem.clone();
            Box::new(move |_| {
                let pem = pem.clone();
                Box::new(move |mut answer| {
                    answer.authority = pem.clone();
                    answer
                })
            })
        }),
        (
            "is no mqtts",
            Box::new(|_| {
                Box::new(|mut answer| {
                    answer.broker_url = "mqtt://broker.test".into();
                    answer
                })
            }),
        ),
        (
            "holds no certificate",
            Box::new(|_| {
                Box::new(|mut answer| {
                    answer.certificate = "x".into();
                    answer
                })
            }),
        ),
        (
            "is for gw-b",
            Box::new(|_| {
                Box::new(|mut answer| {
                    answer.gateway = "gw-b".parse().unwrap();
                    answer
                })
            }),
        ),
    ];
    for (says_why, change) in changes {
        let gateway = Gateway::new();
        let waiting = gateway.path("gw-a.key.new");
        let says = gives(&authority, waiting.clone(), change(waiting));
        let (address, _hears) = hub(authority.server(|_| {}), says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Unusable(_)), "{error:?}");
        assert!(error.to_string().contains(says_why), "{error}");
        assert_eq!(gateway.files(), ["gw-a.key.new"]);
    }
}

#[tokio::test]
async fn a_certificate_that_a_broker_would_not_take_is_not_written() {
    let (authority, other) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    let [mut ended, mut server, mut nameless] = [(); 3].map(|()| named("gw-a"));
    ended.not_after = date_time_ymd(1981, 1, 1);
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    nameless.distinguished_name = DistinguishedName::new();
    for (says_why, signer, params) in [
        // Another authority of the same name has signed it.
        ("not one of the authority's for a gateway", other, named("gw-a")),
        ("not valid now", authority.clone(), ended),
        ("for a gateway", authority.clone(), server),
        ("has no name", authority.clone(), nameless),
    ] {
        let gateway = Gateway::new();
        let waiting = gateway.path("gw-a.key.new");
        let says = gives(&authority, waiting.clone(), move |mut answer| {
            answer.certificate = params.signed_by(&key_at(&waiting), &signer.issuer).unwrap().pem();
            answer
        });
        let (address, _hears) = hub(authority.server(|_| {}), says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Unusable(_)), "{error:?}");
        assert!(error.to_string().contains(says_why), "{error}");
        assert_eq!(gateway.files(), ["gw-a.key.new"]);
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let authority = Arc::new(Authority::new());
    // Also where the gateway has got its name in between.
    for (first, waits) in [(Some("gw-a"), "gw-a.key.new"), (None, "gateway.key.new")] {
        let gateway = Gateway::new();
        let waiting = gateway.path(waits);
        // It hears the question and says nothing.
        let (address, mut hears) = hub(authority.server(|_| {}), Box::new(|_| Vec::new())).await;
        let enrolment = gateway.enrolment(&address, authority.code(), first);
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Unanswered(..)), "{error:?}");
        assert!(error.to_string().contains("run the same command again"), "{error}");
        assert!(hears.recv().await.unwrap().is_some());
        assert_eq!(mode(&waiting), 0o600);
        let kept = fs::read(&waiting).unwrap();
        let says = gives(&authority, waiting, |answer| answer);
        let (address, _hears) = hub(authority.server(|_| {}), says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        enrolment.run(&Clock::system()).await.unwrap();
        assert_eq!(fs::read(gateway.named("key_file")).unwrap(), kept);
        gateway.assert_enrolled();
    }
}

#[tokio::test]
async fn a_name_of_the_office_is_not_taken() {
    let authority = Arc::new(Authority::new());
    for name in ["hanqing-hub", "ca", "broker"] {
        let gateway = Gateway::new();
        let waiting = gateway.path("gateway.key.new");
        let signing = authority.clone();
        let says: Says = Box::new(move |_| {
            http("200 OK", &answer(&signing, name, &key_at(&waiting)).to_bytes())
        });
        let (address, _hears) = hub(authority.server(|_| {}), says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), None);
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(error, EnrolError::Unusable(_)), "{error:?}");
        assert_eq!(gateway.files(), ["gateway.key.new"]);
    }
}

#[tokio::test]
async fn each_refusal_is_told_in_words_and_answers_of_others_are_none() {
    let authority = Arc::new(Authority::new());
    let refusal = |refused| http("403 Forbidden", &EnrolRefusal::new(refused).to_bytes());
    let long = "x".repeat(ENROLMENT_MAX + 1);
    for (bytes, says) in [
        (refusal(Refused::Unknown), "no such code"),
        (refusal(Refused::Expired), "too old"),
        (refusal(Refused::Used), "another key"),
        (refusal(Refused::Revoked), "was revoked"),
        (refusal(Refused::Unable), "its log"),
        (refusal(Refused::Reserved), "another name"),
        (
            http("403 Forbidden", &EnrolRefusal::for_other("gw-b".parse().unwrap()).to_bytes()),
            "correct its name",
        ),
        (http("404 Not Found", b"<html>"), "HTTP 404"),
        (http("200 OK", b"<html>"), "cannot be read"),
        (http("200 OK", long.as_bytes()), "no answer of a hub"),
        (b"SSH-2.0-x\r\n".to_vec(), "did not arrive"),
    ] {
        let gateway = Gateway::new();
        let (address, _hears) =
            hub(authority.server(|_| {}), Box::new(move |_| bytes.clone())).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_says_nothing_is_not_waited_for() {
    let (authority, gateway) = (Authority::new(), Gateway::new());
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: HubAddress = silent.local_addr().unwrap().to_string().parse().unwrap();
    let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
    let error = enrolment.run(&Clock::system()).await.unwrap_err();
    assert!(error.to_string().contains("longer than 30 s"), "{error}");
}

#[test]
fn an_answer_is_taken_when_it_is_whole_and_not_before() {
    let whole = b"HTTP/1.1 410 Gone\r\nDate: x\r\nCONTENT-length:  3 \r\n\r\nabc".as_slice();
    for length in 0..whole.len() {
        assert_eq!(asking::complete(&whole[..length]), Ok(None), "{length}");
    }
    assert_eq!(asking::complete(whole), Ok(Some((410, b"abc".to_vec()))));
    for none in [
        "HTTP/2 200\r\ncontent-length: 1\r\n\r\n1",
        "HTTP/1.1 2\r\ncontent-length: 1\r\n\r\n1",
        "HTTP/1.1 200 OK\r\n\r\n1",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n1",
        "HTTP/1.1 200 OK\r\ncontent-length: 16385\r\n\r\n1",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "\r\n\r\n",
    ] {
        assert!(asking::complete(none.as_bytes()).is_err(), "{none}");
    }
    assert!(asking::complete(&[b'x'; 8 * 1024 + 1]).is_err());
}

#[test]
fn a_hub_is_a_name_or_an_address_with_a_port_or_none() {
    for (written, address) in [
        ("hub.example.org", "hub.example.org:8884"),
        ("hub:1", "hub:1"),
        ("192.0.2.7", "192.0.2.7:8884"),
        ("::1", "[::1]:8884"),
        ("[::1]", "[::1]:8884"),
        ("[::1]:9", "[::1]:9"),
    ] {
        assert_eq!(written.parse::<HubAddress>().unwrap().to_string(), address);
    }
    for wrong in
        ["", ":1", "hub:", "hub:0", "hub:70000", "https://hub", "hub/x", "[hub]:1", "[::1", "a b"]
    {
        assert!(wrong.parse::<HubAddress>().is_err(), "{wrong}");
    }
}
