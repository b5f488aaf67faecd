//! A server with TLS: when its certificate ends is known from its answers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{settings, some};
use crate::store::Store;
use crate::store::server::{Server, ServerSettings, try_server};
use crate::store::tests::{at, batch};

/// Of a throw-away authority, valid for a hundred years.
const CA: &[u8] = include_bytes!("tls/ca.pem");
/// Signed by it for `localhost`, and when `openssl x509 -enddate` says that it ends.
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const KEY: &[u8] = include_bytes!("tls/server.key");
const ENDS: i64 = 4_940_930_395;
/// As `openssl req -x509` makes it for `localhost`: it is an authority.
const SELF_SIGNED: &[u8] = include_bytes!("tls/self-signed.pem");

/// The head of the next request, whose body is read, too; `None` at the end.
fn request(stream: &mut impl BufRead) -> Option<String> {
    let (mut head, mut length) = (String::new(), 0);
    while stream.read_line(&mut head).ok()? > 0 {
        let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
        if let Some(bytes) = line.strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        if line.is_empty() {
            stream.read_exact(&mut vec![0; length]).ok()?;
            return Some(head);
        }
    }
    None
}

/// What InfluxDB with a bucket answers.
fn answer(asked: &str) -> String {
    if asked.starts_with("POST ") {
        return "HTTP/1.1 204 No Content\r\n\r\n".into();
    }
    let body = r#"{"links":{"self":"/"},"buckets":[{"id":"1","name":"hanqing","orgID":"2","retentionRules":[]}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// A server that answers like it, and shows `certificate`. Returns its port.
fn start(certificate: &[u8]) -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut tls = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
            std::thread::spawn(move || {
                while let Some(asked) = request(&mut tls) {
                    // The client may be gone.
                    if tls.get_mut().write_all(answer(&asked).as_bytes()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

fn settings_of(port: u16, authority: &[u8], folder: &tempfile::TempDir) -> ServerSettings {
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    ServerSettings { ca_file: Some(file), ..settings(&format!("https://localhost:{port}")) }
}

#[test]
fn the_end_of_a_servers_certificate_is_known_from_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_of(start(CERTIFICATE), CA, &folder);
    let (_, ends) = try_server(&settings).unwrap();
    assert_eq!(ends.map(Timestamp::as_second), Some(ENDS));
    let mut server = Server::open(&settings, "hub-1").unwrap();
    let shown = server.certificates();
    server.commit(&[batch(1, some(3))], at(20)).unwrap();
    assert_eq!(shown.ends().map(Timestamp::as_second), Some(ENDS));
}

#[test]
fn an_authority_that_is_shown_as_a_server_is_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_of(start(SELF_SIGNED), SELF_SIGNED, &folder);
    let error = try_server(&settings).unwrap_err().to_string();
    assert!(error.contains("the certificate of an authority as its own"), "{error}");
}
