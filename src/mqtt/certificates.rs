//! The files of TLS, and the watch over them: certificates are renewed while a gateway runs.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

use super::{MqttSettings, tls};
use crate::core::Problem;

/// Time between two looks at the files: whoever has copied new ones sees in the log at once what came of it. They are small and
/// in the system's memory, so that to look costs nothing.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// The largest file that is read. All public authorities of a Debian machine together are 0.2 MiB.
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
        let read = std::fs::File::open(path)
            .and_then(|opened| opened.take(FILE_MAX + 1).read_to_end(&mut file.pem));
        match read {
            Err(error) => Err(unreadable(setting, path, &error)),
            Ok(0) => Err(file.problem(
                "is empty",
                "copy it again; a copy that was cut off leaves an empty file",
            )),
            Ok(length) if length as u64 > FILE_MAX => Err(file.problem(
                "is larger than 1 MiB",
                "give a file of certificates or a key in PEM form",
            )),
            Ok(_) => Ok(file),
        }
    }

    /// Something that is wrong with it.
    pub fn problem(&self, rule: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem::new(self.setting, self.path.display(), rule, hint)
    }
}

/// A file that cannot be read.
pub(super) fn unreadable(setting: &str, path: &Path, error: &std::io::Error) -> Problem {
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => "correct the path, or copy the file there",
        std::io::ErrorKind::PermissionDenied => {
            "let the user that runs this read it: chgrp hanqing and chmod 640"
        }
        _ => "give a file that can be read",
    };
    Problem::new(setting, path.display(), format!("cannot be read: {error}"), hint)
}

/// All files of a connection with TLS.
#[derive(Clone, PartialEq)]
pub(super) struct TlsFiles {
    /// The authorities that are trusted.
    pub ca: PemFile,
    /// Certificate and private key of this client, where it has any.
    pub own: Option<(PemFile, PemFile)>,
}

impl TlsFiles {
    /// Reads them, as `settings` name them.
    pub fn read(settings: &MqttSettings) -> Result<Self, Problem> {
        let ca = settings.ca_file.as_deref().ok_or_else(|| {
            Problem::new(
                "mqtt.ca_file",
                "",
                "is required by mqtts",
                "give the certificate of the authority that signed the broker's, PEM",
            )
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

/// One of certificate and key without the other.
pub(super) fn half(missing: &str, other: &str) -> Problem {
    Problem::new(
        missing,
        "",
        format!("is required with {other}"),
        "a client has a certificate and its private key, or neither",
    )
}

/// What a look at the files came to.
#[derive(Debug, PartialEq)]
enum Look {
    /// Nothing to do: they are as they were, or as they were when they were found not to be usable.
    Nothing,
    /// Others, and they can be used.
    New,
    /// Others, and they cannot be used. Said once.
    Unusable(Problem),
}

/// The files that a connection uses, and those last seen that it could not use.
pub(super) struct Watch {
    settings: MqttSettings,
    in_use: TlsFiles,
    rejected: Option<Result<TlsFiles, Problem>>,
    ticks: Interval,
}

impl Watch {
    /// Watches the files of `settings`, of which `in_use` have been read.
    pub fn new(settings: MqttSettings, in_use: TlsFiles) -> Self {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        Self { settings, in_use, rejected: None, ticks }
    }

    /// Waits until there are other files that can be used. Cancel safe.
    pub async fn renewed(&mut self) {
        loop {
            self.ticks.tick().await;
            match self.judge(TlsFiles::read(&self.settings)) {
                Look::Nothing => {}
                Look::New => return,
                Look::Unusable(problem) => {
                    tracing::warn!(%problem, "new certificates cannot be used; the connection stays as it is");
                }
            }
        }
    }

    /// The contents are compared, not times or lengths: a file that was copied with its old time is found, one that was only
    /// touched disturbs nobody.
    fn judge(&mut self, found: Result<TlsFiles, Problem>) -> Look {
        if found.as_ref().is_ok_and(|files| *files == self.in_use) {
            self.rejected = None;
            return Look::Nothing;
        }
        if self.rejected.as_ref() == Some(&found) {
            return Look::Nothing;
        }
        let problem = match &found {
            Ok(files) => match tls::client_config(files) {
                Ok(_) => return Look::New,
                Err(problem) => problem,
            },
            Err(problem) => problem.clone(),
        };
        self.rejected = Some(found);
        Look::Unusable(problem)
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
    async fn new_files_are_taken_bad_ones_are_told_once() {
        let settings = MqttSettings::at("mqtts://localhost");
        let mut watch = Watch::new(settings.clone(), files(KEY));
        assert_eq!(watch.judge(Ok(files(KEY))), Look::Nothing);
        // The key of another certificate, as while one file of two has been copied.
        let Look::Unusable(problem) = watch.judge(Ok(files(OTHER_KEY))) else {
            panic!("a key that does not belong to its certificate is taken");
        };
        assert_eq!(problem.path, "mqtt.key_file");
        assert_eq!(watch.judge(Ok(files(OTHER_KEY))), Look::Nothing);
        // Another problem is another report.
        let gone = || Err(Problem::new("mqtt.key_file", "x.pem", "gone", ""));
        assert!(matches!(watch.judge(gone()), Look::Unusable(_)));
        assert_eq!(watch.judge(gone()), Look::Nothing);
        // Back to what is in use, and wrong once more.
        assert_eq!(watch.judge(Ok(files(KEY))), Look::Nothing);
        assert!(matches!(watch.judge(gone()), Look::Unusable(_)));
        let mut watch = Watch::new(settings, files(OTHER_KEY));
        assert_eq!(watch.judge(Ok(files(KEY))), Look::New);
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
        settings.cert_file = Some(path.clone());
        assert!(told(&settings).unwrap().contains("mqtt.key_file: is required"));
        settings.key_file = settings.cert_file.take();
        assert!(told(&settings).unwrap().contains("mqtt.cert_file: is required"));
    }
}
