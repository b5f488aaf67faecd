//! The files of an enrolment: key, certificate, authority, and the part of the configuration that names them.
//!
//! Key and certificate get names that are new each time, and one rename decides: that of the part of the configuration
//! which names them. Before it all is as it was, after it all is new. The key that waits for its certificate is in a
//! file of its own, which is removed last of all. Whatever cuts an enrolment off, the same code goes on with the same
//! key.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::EnrolError;
use super::access::{Readers, SECRET, SHARED, create_folder, open_itself, read, write};
use super::key::Key;
use super::trust::Verified;
use crate::core::GatewayId;
use crate::locales::enrolment as words;
use crate::support::{files, sha256};
use crate::wire::Code;

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
    /// Files that were changed.
    pub changed: Vec<PathBuf>,
    /// Files that were as they should be already.
    pub kept: Vec<PathBuf>,
    /// The key and the certificate of before, which were removed.
    pub removed: Vec<PathBuf>,
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

    /// Key and certificate with this tag.
    fn pair(&self, gateway: &GatewayId, tag: &str) -> [PathBuf; 2] {
        ["key", "pem"].map(|end| self.folder.join(format!("{gateway}-{tag}.{end}")))
    }

    /// What the configuration is called: its parts are in a folder of its name.
    fn config_name(&self) -> String {
        let folder = files::folder_of(&self.overlay).file_name().unwrap_or_default();
        format!("{}.toml", folder.to_string_lossy())
    }

    fn authority_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Where the key waits. Before a gateway knows its name, there is one such file in the folder.
    fn waiting(&self, gateway: Option<&GatewayId>) -> PathBuf {
        self.folder.join(format!("{}.key.new", gateway.map_or("gateway", GatewayId::as_str)))
    }

    /// Refuses where there is a certificate already, be it one that was put here by hand. Not where the last step of
    /// this enrolment was cut off: then the configuration names the key that waits.
    pub(super) fn nothing_there(
        &self,
        gateway: Option<&GatewayId>,
        code: &Code,
        waiting: Option<&Waiting>,
    ) -> Result<(), EnrolError> {
        let there = |path: &Path| match path.symlink_metadata().is_ok() {
            true => Err(EnrolError::There(path.into())),
            false => Ok(()),
        };
        let authority = self.authority_file();
        if !holds_authority(&self.read(&authority)?, code) {
            there(&authority)?;
        }
        if let Some(gateway) = gateway {
            there(&self.folder.join(format!("{gateway}.key")))?;
            there(&self.folder.join(format!("{gateway}.pem")))?;
        }
        let [key, _] = named_by(&self.read(&self.overlay)?);
        if let (Some(key), Some(waiting)) = (key, waiting)
            && self.read(&key)? == waiting.key.pem().as_bytes()
        {
            return Ok(());
        }
        there(&self.overlay)
    }

    /// The key that waits, where an enrolment was cut off. It may have begun before the gateway knew its name.
    pub(super) fn waiting_key(
        &self,
        gateway: Option<&GatewayId>,
    ) -> Result<Option<Waiting>, EnrolError> {
        let named = gateway.map(|gateway| self.waiting(Some(gateway)));
        for path in named.into_iter().chain([self.waiting(None)]) {
            if let Some(key) = Key::read(&self.own(&path)?) {
                return Ok(Some(Waiting { key, path }));
            }
        }
        Ok(None)
    }

    /// A key that is made now and waits from now on.
    pub(super) fn make_key(&self, gateway: Option<&GatewayId>) -> Result<Waiting, EnrolError> {
        let path = self.waiting(gateway);
        let failed = |why| EnrolError::Files { path: path.clone(), why };
        let key = Key::make().map_err(EnrolError::Key)?;
        create_folder(&self.folder, Readers::here().group()).map_err(failed)?;
        write(&path, key.pem().as_bytes(), SECRET, None).map_err(failed)?;
        Ok(Waiting { key, path })
    }

    /// What is in a file that nobody else can have written or read; nothing where there is none.
    fn own(&self, path: &Path) -> Result<String, EnrolError> {
        let failed = |why| EnrolError::Files { path: path.into(), why };
        let file = match open_itself(path) {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(String::new()),
            Err(_) if path.is_symlink() => return Err(EnrolError::Foreign(path.into())),
            Err(why) => return Err(failed(why)),
        };
        let (found, readers) = (file.metadata().map_err(failed)?, Readers::here());
        if !found.is_file() || !readers.are_all(&found) {
            return Err(EnrolError::Foreign(path.into()));
        }
        let bytes = read(file).map_err(failed)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What is in a file; nothing where there is none.
    fn read(&self, path: &Path) -> Result<Vec<u8>, EnrolError> {
        match File::open(path).and_then(read) {
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|why| EnrolError::Files { path: path.into(), why }),
        }
    }

    /// Puts everything in place; from one moment on all of it counts. Then what was named before is removed.
    pub(super) fn place(
        &self,
        verified: &Verified,
        code: &Code,
        waiting: &Waiting,
    ) -> Result<Placed, EnrolError> {
        let [key, certificate] = self.pair(&verified.gateway, &verified.tag);
        let readers = Readers::here();
        let mut placed = Placed {
            key,
            certificate,
            authority: self.authority_file(),
            overlay: self.overlay.clone(),
            changed: Vec::new(),
            kept: Vec::new(),
            removed: Vec::new(),
            for_group: readers.group().is_some(),
        };
        let failed = |path: &Path, why| EnrolError::Files { path: path.into(), why };
        let overlay = overlay(&verified.broker_url, &self.config_name(), &placed)
            .map_err(|why| failed(&placed.overlay, why))?;
        let before = self.read(&self.overlay)?;
        let part = files::folder_of(&self.overlay);
        for folder in [files::folder_of(part), part] {
            create_folder(folder, readers.group())
                .and_then(|()| readers.let_in(folder))
                .map_err(|why| failed(folder, why))?;
        }
        let private = waiting.key.pem();
        let mode = if placed.for_group { SHARED } else { SECRET };
        // They have these names already where this enrolment was cut off here before.
        for (path, new, mode, group) in [
            (&placed.key, private.as_str(), mode, readers.group()),
            (&placed.certificate, &verified.certificate, PUBLIC, None),
        ] {
            if path.symlink_metadata().is_ok() && self.read(path)? != new.as_bytes() {
                return Err(EnrolError::There(path.clone()));
            }
            write(path, new.as_bytes(), mode, group).map_err(|why| failed(path, why))?;
        }
        let known = self.read(&placed.authority)?;
        match holds_authority(&known, code) {
            true => placed.kept.push(placed.authority.clone()),
            false => {
                let both = with_authority(&known, &verified.authority);
                write(&placed.authority, &both, PUBLIC, None)
                    .map_err(|why| failed(&placed.authority, why))?;
                if !known.is_empty() {
                    placed.changed.push(placed.authority.clone());
                }
            }
        }
        write(&placed.overlay, overlay.as_bytes(), PUBLIC, None)
            .map_err(|why| failed(&placed.overlay, why))?;
        if !before.is_empty() {
            placed.changed.push(placed.overlay.clone());
        }
        self.clean_up(&before, waiting, &mut placed)?;
        Ok(placed)
    }

    /// Removes the pair that the configuration of `before` names, where an enrolment has made it, and the waiting key.
    fn clean_up(
        &self,
        before: &[u8],
        waiting: &Waiting,
        placed: &mut Placed,
    ) -> Result<(), EnrolError> {
        let new = [placed.key.clone(), placed.certificate.clone()];
        let old = named_by(before).into_iter().flatten();
        for old in old.filter(|old| self.is_ours(old) && !new.contains(old)) {
            match fs::remove_file(&old) {
                Ok(()) => placed.removed.push(old),
                Err(why) if why.kind() == ErrorKind::NotFound => {}
                Err(why) => return Err(EnrolError::Files { path: old, why }),
            }
        }
        let failed = |why| EnrolError::Files { path: waiting.path.clone(), why };
        fs::remove_file(&waiting.path).map_err(failed)?;
        files::sync_dir(&self.folder).map_err(failed)
    }

    /// Whether a file bears a name as enrolments give it: in our folder, with a tag.
    fn is_ours(&self, path: &Path) -> bool {
        let ends_right = path.extension().is_some_and(|end| end == "key" || end == "pem");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let tag = stem.rsplit_once('-').map_or("", |(_, tag)| tag);
        let is_tag = tag.len() == 8 && tag.bytes().all(|digit| digit.is_ascii_hexdigit());
        path.parent() == Some(&self.folder) && ends_right && is_tag
    }
}

/// Whether one of the certificates in a file is that of the code's authority.
fn holds_authority(file: &[u8], code: &Code) -> bool {
    CertificateDer::pem_slice_iter(file).flatten().any(|known| code.means(&sha256(&known)))
}

/// The file of authorities with one more: while a new one takes over, both are in it. What holds none is replaced.
fn with_authority(known: &[u8], new: &str) -> Vec<u8> {
    let has_one = CertificateDer::pem_slice_iter(known).next().is_some_and(|first| first.is_ok());
    let mut both = if has_one { known.to_vec() } else { Vec::new() };
    if both.last().is_some_and(|last| *last != b'\n') {
        both.push(b'\n');
    }
    both.extend(new.as_bytes());
    both
}

/// The key and the certificate that a part of the configuration names.
fn named_by(overlay: &[u8]) -> [Option<PathBuf>; 2] {
    let table: Option<toml::Table> =
        str::from_utf8(overlay).ok().and_then(|text| text.parse().ok());
    let path = |key| Some(table.as_ref()?.get("mqtt")?.get(key)?.as_str()?.into());
    [path("key_file"), path("cert_file")]
}

/// The part of the configuration.
fn overlay(url: &str, config: &str, placed: &Placed) -> io::Result<String> {
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
    Ok(format!("# {}\n{text}", words::about_overlay(config)))
}
