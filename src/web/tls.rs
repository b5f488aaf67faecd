//! The page over TLS: its certificate and key, where they are files, read anew when the files change, so that a
//! certificate is renewed while the hub runs.

use std::convert::Infallible;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};

use crate::core::Problem;
use crate::locales::{Lang, Text, for_programs, foreign, mqtt as words, page_people};
use crate::support::{files, lock};

/// How often the files are looked at: soon enough for whoever copies new ones to see the result in the log.
const CHECK_EVERY: Duration = Duration::from_secs(15);

/// The largest file that is read, bytes. A chain of certificates has some 10 KiB.
const FILE_MAX: u64 = 1024 * 1024;

/// The settings that name the files.
const CERTIFICATE: &str = "web.certificate_file";
const KEY: &str = "web.key_file";

/// The certificate of the page, and its key.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    /// The files that it was read from.
    files: Option<Followed>,
}

/// Files that are followed.
#[derive(Clone)]
struct Followed {
    current: Arc<Current>,
    certificate: PathBuf,
    key: PathBuf,
}

impl Tls {
    /// Reads the chain of certificates and the private key, both PEM.
    ///
    /// # Errors
    /// A file cannot be read, is no PEM, or the two do not belong together.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, Problem> {
        let files = Files::read(certificate, key)?;
        let certified = files.certified()?;
        let current = Current { files: Mutex::new(files), certified: Mutex::new(certified) };
        let current = Arc::new(current);
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                let rule = words::key_unusable(foreign::said(error));
                problem(CERTIFICATE, certificate, rule, words::report_it())
            })?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        let files = Some(Followed { current, certificate, key });
        Ok(Self { config: Arc::new(config), files })
    }

    /// With certificates that whoever has made `config` looks after.
    pub fn with(config: ServerConfig) -> Self {
        Self { config: Arc::new(config), files: None }
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Looks for new files, for ever. Files that cannot be used are told of once, and those in use stay.
    pub(super) async fn follow(&self) -> Infallible {
        match &self.files {
            Some(files) => files.follow().await,
            None => std::future::pending().await,
        }
    }
}

impl Followed {
    async fn follow(&self) -> Infallible {
        let mut told = String::new();
        loop {
            tokio::time::sleep(CHECK_EVERY).await;
            let files = self.clone();
            let read = tokio::task::spawn_blocking(move || files.renew()).await;
            match read {
                Ok(Ok(false)) => told.clear(),
                Ok(Ok(true)) => tracing::info!("the page uses its new certificate"),
                Ok(Err(problem)) => {
                    let problem = for_programs(Lang::English, || problem.to_string());
                    if told != problem {
                        tracing::error!(problem, "the page keeps its old certificate");
                    }
                    told = problem;
                }
                Err(error) => tracing::error!(%error, "cannot look for a new certificate"),
            }
        }
    }

    /// Whether there were new files.
    fn renew(&self) -> Result<bool, Problem> {
        let files = Files::read(&self.certificate, &self.key)?;
        if *lock(&self.current.files) == files {
            return Ok(false);
        }
        *lock(&self.current.certified) = files.certified()?;
        *lock(&self.current.files) = files;
        Ok(true)
    }
}

/// What new connections are shown.
struct Current {
    files: Mutex<Files>,
    certified: Mutex<Arc<CertifiedKey>>,
}

impl std::fmt::Debug for Current {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(lock(&self.certified).clone())
    }
}

/// The files as they were read.
#[derive(PartialEq)]
struct Files {
    certificate: (PathBuf, Vec<u8>),
    key: (PathBuf, Vec<u8>),
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, Problem> {
        Ok(Self {
            certificate: (certificate.to_owned(), read(CERTIFICATE, certificate)?),
            key: (key.to_owned(), read(KEY, key)?),
        })
    }

    fn certified(&self) -> Result<Arc<CertifiedKey>, Problem> {
        let (path, pem) = &self.certificate;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let hint = words::certificate_form();
        let chain = chain.map_err(|error| not_pem(CERTIFICATE, path, &error, hint.clone()))?;
        if chain.is_empty() {
            return Err(problem(CERTIFICATE, path, words::no_certificate_in_file(), hint));
        }
        let (key_path, pem) = &self.key;
        let key = private_key(key_path, pem)?;
        CertifiedKey::from_der(chain, key, &provider()).map(Arc::new).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                let rule = page_people::key_of_another(path.display().to_string());
                problem(KEY, key_path, rule, words::copy_both())
            }
            other => {
                let rule = words::key_unusable(foreign::said(other));
                problem(KEY, key_path, rule, words::keys_that_work())
            }
        })
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = files::open_regular(path)
        .and_then(|opened| opened.take(FILE_MAX + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => {
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => words::correct_the_path(),
                std::io::ErrorKind::PermissionDenied => words::let_it_be_read(),
                _ => words::give_readable_file(),
            };
            Err(problem(setting, path, words::file_unreadable(foreign::io(&error)), hint))
        }
        Ok(0) => Err(problem(setting, path, words::file_empty(), words::copy_it_again())),
        Ok(length) if length as u64 > FILE_MAX => {
            Err(problem(setting, path, words::file_above_1_mib(), words::give_pem()))
        }
        Ok(_) => Ok(bytes),
    }
}

fn private_key(path: &Path, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, Problem> {
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    if has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") {
        let rule = words::key_with_passphrase();
        return Err(problem(KEY, path, rule, words::remove_passphrase()));
    }
    PrivateKeyDer::from_pem_slice(bytes).map_err(|error| match error {
        pem::Error::NoItemsFound => problem(KEY, path, words::no_key_in_file(), words::key_form()),
        other => not_pem(KEY, path, &other, words::key_form()),
    })
}

fn not_pem(setting: &str, path: &Path, error: &pem::Error, hint: Text) -> Problem {
    let rule = match error {
        pem::Error::MissingSectionEnd { .. } => words::cut_off(),
        // The error's text quotes a line, which may be of a private key.
        pem::Error::IllegalSectionStart { .. } => words::not_pem(),
        pem::Error::Base64Decode(_) => words::not_pem_since(words::base64_wrong()),
        other => words::not_pem_since(foreign::said(other)),
    };
    problem(setting, path, rule, hint)
}

fn problem(setting: &str, path: &Path, rule: Text, hint: Text) -> Problem {
    Problem::new(setting, path.display(), rule, hint)
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
