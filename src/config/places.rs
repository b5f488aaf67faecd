//! Where the files of a gateway or a hub will lie: whether whoever checks the configuration could keep them there.
//!
//! What is looked at is the state of this machine, so only `hanqing check` does it: a daemon finds out by itself.

use std::fs::Metadata;
#[cfg(feature = "edge")]
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

#[cfg(feature = "edge")]
use rustix::fs::statvfs;
use rustix::fs::{Access, access, statfs};

use crate::core::{Problem, Problems};
#[cfg(feature = "edge")]
use crate::locales::spool as spool_words;
use crate::locales::{Text, check as words, config, core};

/// Where the packaged services make folders themselves when they start, `hanqing` and `hanqing-…`, for the user that
/// they run as (`StateDirectory` and `RuntimeDirectory` in deploy/systemd): on the machine where the configuration is
/// written they may be missing.
const OF_SERVICES: [&str; 2] = ["/var/lib", "/run"];

/// File systems of the kernel, in which a file that is made is kept nowhere: proc, sysfs, cgroup2 (statfs(2)).
const OF_KERNEL: [u32; 3] = [0x9fa0, 0x6265_6572, 0x6367_7270];

/// What is said of the places: problems with the key paths of their settings, and warnings.
pub(super) type Said = (Vec<Problem>, Vec<Text>);

/// Where a gateway's spool and socket will lie.
#[cfg(feature = "edge")]
pub(super) fn of_gateway(settings: &crate::edge::EdgeSettings) -> Said {
    let mut places = Places::default();
    let spool = &settings.spool;
    places.file("spool.path", &spool.path);
    if spool.is_of_others() {
        let (rule, hint) = (spool_words::is_no_spool(), spool_words::name_new_file());
        places.add("spool.path", &spool.path, rule, hint);
    }
    places.space(spool);
    if let Some(socket) = &settings.socket {
        places.socket("socket", socket);
    }
    for (index, bus) in settings.buses.iter().enumerate() {
        if let Some(serial) = &bus.serial {
            places.port(&format!("bus[{index}].serial.port"), &serial.port);
        }
    }
    places.said()
}

/// Where a hub's store, ledger and users will lie.
#[cfg(feature = "hub")]
pub(super) fn of_hub(settings: &crate::hub::HubSettings) -> Said {
    let mut places = Places::default();
    places.file("store.path", &settings.store.path);
    places.file("ledger.path", &settings.ledger.path);
    if !settings.web.users.as_os_str().is_empty() {
        places.file("web.users", &settings.web.users);
    }
    if !settings.township.is_file() {
        places.warnings.push(words::township_missing(&settings.township));
    }
    places.said()
}

#[derive(Default)]
struct Places {
    found: Problems,
    warnings: Vec<Text>,
    /// Folders of which something was said: once is enough.
    seen: Vec<PathBuf>,
}

impl Places {
    fn said(self) -> Said {
        (self.found.into_list(), self.warnings)
    }

    /// A file that is read and written, and made where it is missing.
    fn file(&mut self, key: &str, path: &Path) {
        let Ok(about) = path.metadata() else { return self.folder(key, path) };
        if about.is_dir() {
            self.add(key, path, words::is_a_folder(), config::give_lasting_file());
        } else if !about.is_file() {
            self.add(key, path, core::no_regular_file(), config::give_lasting_file());
        } else if access(path, Access::READ_OK | Access::WRITE_OK).is_err() {
            match of_service(path) {
                Some(folder) => self.of_service(key, &folder),
                None => self.add(key, path, words::file_not_writable(), words::as_its_owner()),
            }
        } else {
            self.folder(key, path);
            self.owner(key, path, &about);
        }
    }

    /// A socket, which is made anew.
    #[cfg(feature = "edge")]
    fn socket(&mut self, key: &str, path: &Path) {
        match path.symlink_metadata() {
            Ok(about) if !about.file_type().is_socket() => {
                self.add(key, path, words::no_socket(), config::give_socket_file());
            }
            _ => self.folder(key, path),
        }
    }

    /// The folder in which `path` is made.
    fn folder(&mut self, key: &str, path: &Path) {
        let folder = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return,
        };
        if self.seen.iter().any(|seen| seen == folder) {
            return;
        }
        let usable = access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
        if let Some(folder) = of_service(path).filter(|_| !usable) {
            return self.of_service(key, &folder);
        }
        let lasting = config::give_lasting_file;
        let (rule, hint) = match (folder.metadata(), no_folder_on_the_way(folder)) {
            (_, Some(file)) => (words::no_folder(file), lasting()),
            (Err(_), None) => (words::folder_missing(folder), words::make_folder(folder)),
            (Ok(_), None) if of_kernel(folder) => (words::no_disk(folder), lasting()),
            (Ok(_), None) if usable => return,
            (Ok(_), None) => (words::folder_not_writable(folder), words::let_user_write()),
        };
        self.seen.push(folder.into());
        self.add(key, path, rule, hint);
    }

    /// A warning where a service could not write a file that root has left behind in the service's folder.
    fn owner(&mut self, key: &str, path: &Path, about: &Metadata) {
        let Some(folder) = of_service(path) else { return };
        let owner = folder.metadata().map(|about| about.uid());
        if about.uid() == 0 && owner.is_ok_and(|owner| owner != 0) {
            self.warnings.push(words::file_of_root(key, path, &folder));
        }
    }

    /// A port, which is a character device; one that is not there may be plugged in later.
    #[cfg(feature = "edge")]
    fn port(&mut self, key: &str, path: &Path) {
        if path.metadata().is_ok_and(|about| !about.file_type().is_char_device()) {
            self.add(key, path, words::no_port(), config::list_ports());
        }
    }

    /// Whether the disk of `spool` can hold what it may grow to, and leave what it is to leave.
    #[cfg(feature = "edge")]
    fn space(&mut self, spool: &crate::edge::SpoolSettings) {
        let folder = spool.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let Ok(system) = statvfs(folder.unwrap_or(Path::new("."))) else { return };
        let mib = |blocks: u64| blocks.saturating_mul(system.f_frsize) >> 20;
        let (whole, free) = (mib(system.f_blocks), mib(system.f_bavail));
        let (least, most) = (u64::from(spool.free_min_mb), u64::from(spool.size_max_mb));
        // A file system without blocks has no size that it would tell.
        if whole == 0 {
            return;
        }
        if least >= whole {
            let (rule, hint) = (words::more_than_disk(whole), words::less_than_disk(free));
            self.found.add("spool.free_min_mb", least, rule, hint);
        } else if free < least {
            self.warnings.push(words::less_free(least, free));
        }
        if most > whole {
            self.warnings.push(words::spool_beyond_disk(most, whole));
        }
    }

    fn of_service(&mut self, key: &str, folder: &Path) {
        if !self.seen.iter().any(|seen| seen == folder) {
            self.seen.push(folder.into());
            self.warnings.push(words::folder_of_service(key, folder));
        }
    }

    fn add(&mut self, key: &str, path: &Path, rule: Text, hint: Text) {
        self.found.add(key, path.display(), rule, hint);
    }
}

/// The folder of a packaged service in which `path` lies.
fn of_service(path: &Path) -> Option<PathBuf> {
    let ours = |folder: &&Path| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let above = folder.parent().and_then(|parent| parent.to_str()).unwrap_or_default();
        (name == "hanqing" || name.starts_with("hanqing-")) && OF_SERVICES.contains(&above)
    };
    path.ancestors().skip(1).find(ours).map(PathBuf::from)
}

/// The file on the way to `folder`, where there is one: below it no folder can be made.
fn no_folder_on_the_way(folder: &Path) -> Option<&Path> {
    let there = folder.ancestors().find(|place| place.symlink_metadata().is_ok())?;
    let about = there.metadata();
    about.is_ok_and(|about| !about.is_dir()).then_some(there)
}

fn of_kernel(folder: &Path) -> bool {
    // The field is signed and as wide as a register; the number has 32 bits.
    statfs(folder).is_ok_and(|found| OF_KERNEL.contains(&(found.f_type as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &Path) -> (Vec<String>, usize) {
        let mut places = Places::default();
        places.file("spool.path", path);
        let (problems, warnings) = places.said();
        (problems.iter().map(ToString::to_string).collect(), warnings.len())
    }

    #[test]
    fn a_place_where_no_file_can_be_kept_is_told_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let said = |path: &Path| said(path).0.join("; ");
        assert_eq!(said(&at("spool.db")), "");
        assert!(said(&at("none/spool.db")).contains("does not exist; make it: mkdir -p"));
        std::fs::write(at("file"), "x").unwrap();
        assert_eq!(said(&at("file")), "");
        assert!(said(&at("file/spool.db")).contains("file is no directory"));
        assert!(said(&at("file/deeper/spool.db")).contains("file is no directory"));
        assert!(said(folder.path()).contains("is a directory, not a file"));
        assert!(said(Path::new("/dev/null")).contains("no regular file"));
        assert!(said(Path::new("/proc/spool.db")).contains("belongs to the kernel"));
        let pipe = at("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert!(said(&pipe).contains("no regular file"));
    }

    #[cfg(feature = "edge")]
    #[test]
    fn a_port_is_a_character_device() {
        for (path, problems) in
            [("/dev", 1), ("/etc/passwd", 1), ("/dev/null", 0), ("/dev/none/ttyUSB7", 0)]
        {
            let mut places = Places::default();
            places.port("bus[0].serial.port", Path::new(path));
            assert_eq!(places.said().0.len(), problems, "{path}");
        }
    }

    #[cfg(feature = "edge")]
    #[test]
    fn a_spool_has_to_fit_its_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.db");
        let said = |free_min_mb: u32, size_max_mb: u32| {
            let mut places = Places::default();
            let path = path.clone();
            places.space(&crate::edge::SpoolSettings { path, size_max_mb, free_min_mb });
            let (problems, warnings) = places.said();
            (problems.len(), warnings.len())
        };
        assert_eq!(said(1, 1), (0, 0));
        assert_eq!(said(u32::MAX, 1), (1, 0));
        assert_eq!(said(1, u32::MAX), (0, 1));
        let system = statvfs(folder.path()).unwrap();
        let free = (system.f_bavail * system.f_frsize) >> 20;
        let whole = (system.f_blocks * system.f_frsize) >> 20;
        if let (Ok(between), true) = (u32::try_from(whole - 1), whole - 1 > free) {
            assert_eq!(said(between, 1), (0, 1));
        }
    }

    #[test]
    fn the_folder_of_a_service_that_is_not_there_is_a_warning() {
        if !Path::new("/var/lib/hanqing").exists() {
            assert_eq!(said(Path::new("/var/lib/hanqing/spool.db")), (Vec::new(), 1));
        }
    }

    #[test]
    fn a_socket_takes_no_file_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.sock");
        std::fs::write(&file, "x").unwrap();
        for (path, problems) in [(file, 1), (folder.path().join("edge.sock"), 0)] {
            let mut places = Places::default();
            places.socket("socket", &path);
            assert_eq!(places.said().0.len(), problems);
        }
    }
}
