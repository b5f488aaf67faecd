//! Files that must outlive a power cut and lie on a disk in main memory, as `/var` is on OpenWrt.

use std::io::ErrorKind;
use std::path::Path;

use rustix::fs::statfs;

use crate::locales::{Text, config as words};

/// The file systems that keep everything in main memory: their numbers (statfs(2)) and names.
const IN_MEMORY: [(u32, &str); 2] = [(0x0102_1994, "tmpfs"), (0x8584_58f6, "ramfs")];

/// The name of the file system with this number, where it keeps its files in memory.
fn in_memory(number: u32) -> Option<&'static str> {
    IN_MEMORY.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The name of the file system in memory on which `path` lies, or will lie; `None` where it is on a disk, or where that
/// cannot be told.
fn lies_in_memory(path: &Path) -> Option<&'static str> {
    // A relative path may have no parent that is named.
    let here = path.is_relative().then_some(Path::new("."));
    for place in path.ancestors().filter(|place| !place.as_os_str().is_empty()).chain(here) {
        match statfs(place) {
            // The field is signed and as wide as a register; the number has 32 bits.
            Ok(found) => return in_memory(found.f_type as u32),
            Err(error) => {
                let kind = std::io::Error::from(error).kind();
                if !matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory) {
                    return None;
                }
            }
        }
    }
    None
}

fn warning(key: &str, path: &Path, loses: fn(&str, &Path, &str) -> Text) -> Option<Text> {
    lies_in_memory(path).map(|system| loses(key, path, system))
}

/// What is said of a gateway's spool on a disk in memory.
#[cfg(feature = "edge")]
pub fn gateway_files_in_memory(settings: &crate::edge::EdgeSettings) -> Vec<Text> {
    let loses = |key: &str, path: &Path, system: &str| words::spool_in_memory(key, path, system);
    warning("spool.path", &settings.spool.path, loses).into_iter().collect()
}

/// The same of a hub's store, ledger and users.
#[cfg(feature = "hub")]
pub fn hub_files_in_memory(settings: &crate::hub::HubSettings) -> Vec<Text> {
    let loses = |key: &str, path: &Path, system: &str| words::file_in_memory(key, path, system);
    let users = settings.users_file();
    let files = [
        ("store.path", settings.store.path.as_path()),
        ("ledger.path", settings.ledger.path.as_path()),
        ("web.users", users.as_path()),
    ];
    files.into_iter().filter_map(|(key, path)| warning(key, path, loses)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn only_file_systems_in_memory_are_told() {
        // ext4, btrfs, overlayfs, ubifs, f2fs, vfat, NFS (statfs(2)).
        for number in [0xef53, 0x9123_683e, 0x794c_7630, 0x2405_1905, 0xf2f5_2010, 0x4d44, 0x6969] {
            assert_eq!(in_memory(number), None, "{number:x}");
        }
        assert_eq!(in_memory(0x0102_1994), Some("tmpfs"));
        // As a 32-bit machine has it: below zero.
        assert_eq!(in_memory(-2_054_924_042_i32 as u32), Some("ramfs"));
    }

    #[test]
    fn a_file_lies_where_its_nearest_folder_does() {
        // Linux keeps shared memory there, and everywhere in a tmpfs.
        let memory = tempfile::tempdir_in("/dev/shm").unwrap();
        let place = memory.path().join("not/yet/there/spool.db");
        assert_eq!(lies_in_memory(&place), Some("tmpfs"));
        assert_eq!(lies_in_memory(Path::new("/proc/none/spool.db")), None, "no disk at all");
        // The sources lie on a disk.
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(lies_in_memory(&here.join("none/spool.db")), None);
        assert_eq!(lies_in_memory(Path::new("none-at-all/spool.db")), None);
        let file = memory.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(lies_in_memory(&file.join("spool.db")), Some("tmpfs"), "a file, not a folder");
        let link = memory.path().join("disk");
        std::os::unix::fs::symlink(here, &link).unwrap();
        assert_eq!(lies_in_memory(&link.join("spool.db")), None, "a link leads to a disk");
    }

    #[test]
    fn what_is_said_names_key_path_and_a_way_out() {
        let memory = tempfile::tempdir_in("/dev/shm").unwrap();
        let path = memory.path().join("spool.db");
        let said = warning("spool.path", &path, |k, p, s| words::spool_in_memory(k, p, s));
        let of_hub = warning("store.path", &path, |k, p, s| words::file_in_memory(k, p, s));
        for lang in Lang::ALL {
            let said = said.as_ref().unwrap().within(lang);
            assert!(said.contains("spool.path") && said.contains("OpenWrt"), "{said}");
            assert!(said.contains("tmpfs") && said.contains(&path.display().to_string()), "{said}");
            let of_hub = of_hub.as_ref().unwrap().within(lang);
            assert!(of_hub.contains("store.path") && of_hub.contains("tmpfs"), "{of_hub}");
        }
    }
}
