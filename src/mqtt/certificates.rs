//! The TLS files, and a watch for new ones: certificates are renewed while a gateway runs.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

use super::{MqttSettings, tls};
use crate::core::Problem;
use crate::locales::{Text, foreign, mqtt as words};
use crate::support::files;

/// How often the files are checked: soon enough for whoever copies new ones to see the result in the log. Checking
/// small, cached files costs nothing.
const CHECK_EVERY: Duration = Duration::from_secs(15);

/// The largest file that is read. All public authorities of a Debian machine together have 0.2 MiB.
const FILE_MAX: u64 = 1024 * 1024;

/// A file as it was read, and the setting that names it. No `Debug`: it may be a private key.
#[derive(Clone, PartialEq)]
pub(super) struct PemFile {
    pub setting: &'static str,
    pub path: PathBuf,
    pub pem: Vec<u8>,
}

impl PemFile {
    fn read(setting: &'static str, path: &Path) -> Result<Self, Problem> {
        let mut file = Self { setting, path: path.into(), pem: Vec::new() };
        let read = files::open_regular(path)
            .and_then(|opened| opened.take(FILE_MAX + 1).read_to_end(&mut file.pem));
        match read {
            Err(error) => Err(unreadable(setting, path, &error)),
            Ok(0) => Err(file.problem(words::file_empty(), words::copy_it_again())),
            Ok(length) if length as u64 > FILE_MAX => {
                Err(file.problem(words::file_above_1_mib(), words::give_pem()))
            }
            Ok(_) => Ok(file),
        }
    }

    pub fn problem(&self, rule: Text, hint: Text) -> Problem {
        Problem::new(self.setting, self.path.display(), rule, hint)
    }
}

pub(super) fn unreadable(setting: &str, path: &Path, error: &std::io::Error) -> Problem {
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => words::correct_the_path(),
        std::io::ErrorKind::PermissionDenied => words::let_it_be_read(),
        _ => words::give_readable_file(),
    };
    Problem::new(setting, path.display(), words::file_unreadable(foreign::io(error)), hint)
}

/// All files of a TLS connection.
#[derive(Clone, PartialEq)]
pub(super) struct TlsFiles {
    pub ca: PemFile,
    /// Certificate and private key of this client, if it has any.
    pub own: Option<(PemFile, PemFile)>,
}

impl TlsFiles {
    pub fn read(settings: &MqttSettings) -> Result<Self, Problem> {
        let ca = settings.ca_file.as_deref().ok_or_else(|| {
            Problem::new("mqtt.ca_file", "", words::required_by_mqtts(), words::give_authority())
        })?;
        let ca = PemFile::read("mqtt.ca_file", ca)?;
        let own = match (&settings.cert_file, &settings.key_file) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((
                PemFile::read("mqtt.cert_file", certificate)?,
                PemFile::read("mqtt.key_file", key)?,
            )),
            (Some(_), None) => return Err(half("mqtt.key_file", "cert_file")),
            (None, Some(_)) => return Err(half("mqtt.cert_file", "key_file")),
        };
        Ok(Self { ca, own })
    }
}

/// Certificate or key is missing.
pub(super) fn half(missing: &str, other: &str) -> Problem {
    Problem::new(missing, "", words::required_with(other), words::both_or_neither())
}

/// What a check of the files came to.
#[derive(Debug, PartialEq)]
enum Check {
    Unchanged,
    New,
    /// New files that cannot be used. Reported once.
    Unusable(Problem),
}

/// The files that a connection uses, and the last ones that it could not use.
pub(super) struct Watch {
    settings: MqttSettings,
    in_use: TlsFiles,
    rejected: Option<Result<TlsFiles, Problem>>,
    /// Why the files of now are not used.
    pub unusable: Option<Problem>,
    ticks: Interval,
}

impl Watch {
    /// Watches the files of `settings`, which were read as `in_use`.
    pub fn new(settings: MqttSettings, in_use: TlsFiles) -> Self {
        let mut ticks = tokio::time::interval(CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        Self { settings, in_use, rejected: None, unusable: None, ticks }
    }

    /// Waits until there are new files that can be used. Cancel safe.
    pub async fn renewed(&mut self) {
        loop {
            self.ticks.tick().await;
            match self.check(TlsFiles::read(&self.settings)) {
                Check::Unchanged => {}
                Check::New => return,
                Check::Unusable(problem) => {
                    tracing::warn!(%problem, "new certificates cannot be used; the connection stays as it is");
                }
            }
        }
    }

    /// Compares contents, not times or lengths: notices a file copied with its old time, but not one merely touched.
    fn check(&mut self, found: Result<TlsFiles, Problem>) -> Check {
        if found.as_ref().is_ok_and(|files| *files == self.in_use) {
            (self.rejected, self.unusable) = (None, None);
            return Check::Unchanged;
        }
        if self.rejected.as_ref() == Some(&found) {
            return Check::Unchanged;
        }
        let problem = match &found {
            Ok(files) => match tls::client_config(files) {
                Ok(_) => return Check::New,
                Err(problem) => problem,
            },
            Err(problem) => problem.clone(),
        };
        (self.rejected, self.unusable) = (Some(found), Some(problem.clone()));
        Check::Unusable(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::tls::tests::{CA, CERTIFICATE, KEY, OTHER_KEY};

    fn files(key: &[u8]) -> TlsFiles {
        let file = |setting, pem: &[u8]| PemFile { setting, path: "x.pem".into(), pem: pem.into() };
        TlsFiles {
            ca: file("mqtt.ca_file", CA),
            own: Some((file("mqtt.cert_file", CERTIFICATE), file("mqtt.key_file", key))),
        }
    }

    #[tokio::test]
    async fn new_files_are_used_and_bad_ones_reported_once() {
        let settings = MqttSettings::at("mqtts://localhost");
        let mut watch = Watch::new(settings.clone(), files(KEY));
        assert_eq!(watch.check(Ok(files(KEY))), Check::Unchanged);
        // The key of another certificate, as while one file of two has been copied.
        let Check::Unusable(problem) = watch.check(Ok(files(OTHER_KEY))) else {
            panic!("a key that does not belong to its certificate is taken");
        };
        assert_eq!(problem.path, "mqtt.key_file");
        assert_eq!(watch.check(Ok(files(OTHER_KEY))), Check::Unchanged);
        // Another problem is another report.
        let gone =
            || Err(Problem::new("mqtt.key_file", "x.pem", Text::verbatim("gone"), Text::default()));
        assert!(matches!(watch.check(gone()), Check::Unusable(_)));
        assert_eq!(watch.check(gone()), Check::Unchanged);
        // Back to what is in use, and wrong once more.
        assert_eq!(watch.check(Ok(files(KEY))), Check::Unchanged);
        assert!(matches!(watch.check(gone()), Check::Unusable(_)));
        let mut watch = Watch::new(settings, files(OTHER_KEY));
        assert_eq!(watch.check(Ok(files(KEY))), Check::New);
    }

    #[test]
    fn files_that_cannot_be_read_are_named_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = MqttSettings::at("mqtts://localhost");
        let told = |settings: &MqttSettings| TlsFiles::read(settings).err().map(|p| p.to_string());
        assert!(told(&settings).unwrap().contains("mqtt.ca_file: is required"));
        let path = folder.path().join("ca.pem");
        settings.ca_file = Some(path.clone());
        let missing = told(&settings).unwrap();
        assert!(
            missing.starts_with(&format!("mqtt.ca_file = {}: cannot be read", path.display())),
            "{missing}"
        );
        assert!(missing.ends_with("copy the file there"), "{missing}");
        std::fs::write(&path, "").unwrap();
        assert!(told(&settings).unwrap().contains("is empty"));
        std::fs::write(&path, vec![b'x'; FILE_MAX as usize + 1]).unwrap();
        assert!(told(&settings).unwrap().contains("larger than"));
        std::fs::write(&path, CA).unwrap();
        assert_eq!(told(&settings), None);
        settings.cert_file = Some(path);
        assert!(told(&settings).unwrap().contains("mqtt.key_file: is required"));
        settings.key_file = settings.cert_file.take();
        assert!(told(&settings).unwrap().contains("mqtt.cert_file: is required"));
    }
}
