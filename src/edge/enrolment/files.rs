//! The files of an enrolment: key, certificate, authority, and the part of the configuration that names them.
//!
//! The key that waits for its certificate is in a file of its own, which takes the key's name last of all. Whatever
//! cuts an enrolment off, the same code goes on with the same key.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::EnrolError;
use super::key::Key;
use super::trust::Verified;
use crate::core::GatewayId;
use crate::locales::enrolment as words;
use crate::support::certificate::digest;
use crate::support::files;
use crate::wire::{Code, EnrolAnswer};

/// The group of the daemon, which the packages make.
const GROUP: &str = "hanqing";

/// The largest of our files that is read, bytes.
const FILE_MAX: u64 = 64 * 1024;

/// Of what everybody may read: certificates, and where they are.
const PUBLIC: u32 = 0o644;

/// Where the files are.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    folder: PathBuf,
    overlay: PathBuf,
}

/// What was put in place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub key: PathBuf,
    pub certificate: PathBuf,
    pub authority: PathBuf,
    pub overlay: PathBuf,
    /// Files that others have taken the place of.
    pub replaced: Vec<PathBuf>,
    /// Whether the daemon's group may read the key; else only who has enrolled.
    pub for_group: bool,
}

/// A key that waits for its certificate, and where it is kept.
pub(super) struct Waiting {
    pub key: Key,
    path: PathBuf,
}

impl Places {
    /// Beside the configuration `config`, which may not be there yet, or in `folder`.
    ///
    /// # Errors
    /// There is no directory to start from.
    pub fn of(config: &Path, folder: Option<&Path>) -> io::Result<Self> {
        let config = std::path::absolute(config)?;
        let beside = files::folder_of(&config);
        let folder = match folder {
            Some(folder) => std::path::absolute(folder)?,
            None => beside.to_owned(),
        };
        let part = beside.join("conf.d").join(config.file_stem().unwrap_or_default());
        Ok(Self { folder, overlay: part.join("enrolled.toml") })
    }

    fn key_file(&self, gateway: &GatewayId) -> PathBuf {
        self.folder.join(format!("{gateway}.key"))
    }

    fn certificate_file(&self, gateway: &GatewayId) -> PathBuf {
        self.folder.join(format!("{gateway}.pem"))
    }

    fn authority_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Where the key waits. Before a gateway knows its name, there is one such file in the folder.
    fn waiting(&self, gateway: Option<&GatewayId>) -> PathBuf {
        self.folder.join(format!("{}.key.new", gateway.map_or("gateway", GatewayId::as_str)))
    }

    /// Refuses where a file would be replaced that no enrolment which was cut off has left.
    pub(super) fn nothing_there(
        &self,
        gateway: Option<&GatewayId>,
        code: &Code,
    ) -> Result<(), EnrolError> {
        let there = |path: PathBuf| match path.symlink_metadata().is_ok() {
            true => Err(EnrolError::There(path)),
            false => Ok(()),
        };
        let authority = self.authority_file();
        if authority.symlink_metadata().is_ok() {
            let read = CertificateDer::from_pem_slice(&self.read(&authority)?);
            if !read.is_ok_and(|known| code.means(&digest(&known))) {
                return Err(EnrolError::There(authority));
            }
        }
        if let Some(gateway) = gateway {
            there(self.key_file(gateway))?;
        }
        if self.waiting(gateway).exists() || self.waiting(None).exists() {
            return Ok(());
        }
        if let Some(gateway) = gateway {
            there(self.certificate_file(gateway))?;
        }
        there(self.overlay.clone())
    }

    /// The key that waits, or one that is made now and waits from now on.
    pub(super) fn key(&self, gateway: Option<&GatewayId>) -> Result<Waiting, EnrolError> {
        let path = self.waiting(gateway);
        let failed = |source| EnrolError::Files { path: path.clone(), source };
        if path.exists() {
            let text = String::from_utf8_lossy(&self.read(&path)?).into_owned();
            if let Some(key) = Key::read(&text) {
                return Ok(Waiting { key, path });
            }
        }
        let key = Key::make().map_err(EnrolError::Key)?;
        files::create_dir_all(&self.folder).map_err(failed)?;
        write(&path, key.pem().as_bytes(), 0o600, None).map_err(failed)?;
        Ok(Waiting { key, path })
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, EnrolError> {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(FILE_MAX).read_to_end(&mut bytes));
        read.map_err(|source| EnrolError::Files { path: path.into(), source })?;
        Ok(bytes)
    }

    /// Puts everything in place, the key last. Files that are replaced stay as `.old` until all are.
    pub(super) fn place(
        &self,
        answer: &EnrolAnswer,
        _verified: &Verified,
        waiting: &Waiting,
    ) -> Result<Placed, EnrolError> {
        let gateway = &answer.gateway;
        let mut placed = Placed {
            key: self.key_file(gateway),
            certificate: self.certificate_file(gateway),
            authority: self.authority_file(),
            overlay: self.overlay.clone(),
            replaced: Vec::new(),
            for_group: false,
        };
        let overlay = overlay(&answer.broker_url, &placed)
            .map_err(|source| EnrolError::Files { path: placed.overlay.clone(), source })?;
        let key = waiting.key.pem();
        let contents = [
            (&placed.certificate, answer.certificate.as_str()),
            (&placed.authority, &answer.authority),
            (&placed.overlay, &overlay),
            (&placed.key, &key),
        ];
        for (path, new) in contents {
            if path.exists() && self.read(path)? != new.as_bytes() {
                let kept = fs::metadata(path).map(|found| found.permissions().mode() & 0o777);
                let old = files::with_suffix(path, ".old");
                let kept = kept.and_then(|mode| write(&old, &fs::read(path)?, mode, None));
                kept.map_err(|source| EnrolError::Files { path: old, source })?;
                placed.replaced.push(path.clone());
            }
        }
        let failed = |path: &Path, source| EnrolError::Files { path: path.into(), source };
        let part = files::folder_of(&placed.overlay);
        files::create_dir_all(part).map_err(|source| failed(part, source))?;
        for (path, new) in contents.into_iter().take(3) {
            write(path, new.as_bytes(), PUBLIC, None).map_err(|source| failed(path, source))?;
        }
        let group = group_id();
        let for_group = match group {
            Some(group) => write(&waiting.path, key.as_bytes(), 0o640, Some(group)),
            None => Err(ErrorKind::NotFound.into()),
        };
        // Who is not root gives nothing to another group.
        match for_group {
            Ok(()) => placed.for_group = true,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {}
            Err(source) => return Err(failed(&waiting.path, source)),
        }
        files::rename(&waiting.path, &placed.key).map_err(|source| failed(&placed.key, source))?;
        for path in &placed.replaced {
            let old = files::with_suffix(path, ".old");
            fs::remove_file(&old).map_err(|source| failed(&old, source))?;
        }
        Ok(placed)
    }
}

/// Writes a file with these permissions, for that group, from its first byte on.
fn write(path: &Path, contents: &[u8], mode: u32, group: Option<u32>) -> io::Result<()> {
    files::write(path, |file| {
        fchown_to(file.get_ref(), group)?;
        file.get_ref().set_permissions(Permissions::from_mode(mode))?;
        file.write_all(contents)
    })?;
    files::sync_dir(files::folder_of(path))
}

fn fchown_to(file: &File, group: Option<u32>) -> io::Result<()> {
    match group {
        Some(group) => fchown(file, None, Some(group)),
        None => Ok(()),
    }
}

/// The number of the daemon's group, where this machine has it.
fn group_id() -> Option<u32> {
    let groups = fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(GROUP)).then(|| fields.nth(1)?.parse().ok())?
    })
}

/// The part of the configuration.
fn overlay(url: &str, placed: &Placed) -> io::Result<String> {
    let mut mqtt = toml::Table::new();
    mqtt.insert("url".into(), url.into());
    for (key, path) in [
        ("ca_file", &placed.authority),
        ("cert_file", &placed.certificate),
        ("key_file", &placed.key),
    ] {
        let path = path.to_str().ok_or(ErrorKind::InvalidInput)?;
        mqtt.insert(key.into(), path.into());
    }
    let table = toml::Table::from_iter([("mqtt".to_owned(), mqtt.into())]);
    let text = toml::to_string(&table).map_err(io::Error::other)?;
    Ok(format!("# {}\n{text}", words::about_overlay()))
}
