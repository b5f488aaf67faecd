//! Files that must outlive a power cut and lie on a disk in main memory, as `/var` is on OpenWrt.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::statfs;

use crate::locales::{Text, config as words};

/// The file systems that keep everything in main memory: their numbers (statfs(2)) and names; and the name of an
/// overlay that writes to one of them.
const IN_MEMORY: [(u32, &str, &str); 2] =
    [(0x0102_1994, "tmpfs", "overlay/tmpfs"), (0x8584_58f6, "ramfs", "overlay/ramfs")];

/// The number of an overlay: files that are only read, and above them a folder for what is written.
const OVERLAY: u32 = 0x794c_7630;

/// The name of the file system with this number, where it keeps its files in memory.
fn in_memory(number: u32) -> Option<&'static str> {
    IN_MEMORY.iter().find(|(known, ..)| *known == number).map(|(_, name, _)| *name)
}

/// The name of the overlay on which `place` lies, where the folder that it writes to is in memory; `None` also where
/// that folder cannot be seen from here, as in a container.
fn overlay_in_memory(place: &Path) -> Option<&'static str> {
    let mounts = std::fs::read("/proc/self/mountinfo").ok()?;
    let upper = upper_of(&mounts, &place.canonicalize().ok()?)?;
    let number = statfs(&upper).ok()?.f_type as u32;
    IN_MEMORY.iter().find(|(known, ..)| *known == number).map(|(.., name)| *name)
}

/// The folder for what is written to the overlay that holds `place`, of a list of mounts (proc_pid_mountinfo(5)).
fn upper_of(mounts: &[u8], place: &Path) -> Option<PathBuf> {
    let mut nearest: Option<(PathBuf, Option<PathBuf>)> = None;
    for line in mounts.split(|byte| *byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        // Of optional fields there is any number; a hyphen ends them.
        let rest = fields.iter().skip(6).skip_while(|field| **field != b"-").skip(1);
        let rest: Vec<&[u8]> = rest.copied().collect();
        let (Some(point), [kind, _, options]) = (fields.get(4), rest.as_slice()) else { continue };
        let point = unescaped(point);
        // Of two mounts in one place the later one covers the earlier.
        let covers = |(known, _): &(PathBuf, _)| point.starts_with(known);
        if place.starts_with(&point) && nearest.as_ref().is_none_or(covers) {
            let mut options = options.split(|byte| *byte == b',');
            let upper = options.find_map(|option| option.strip_prefix(b"upperdir="));
            nearest = Some((point, upper.filter(|_| *kind == b"overlay").map(unescaped)));
        }
    }
    nearest?.1
}

/// A path of the list of mounts, in which a space is `\040`.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut path = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let digits = after.get(..3).filter(|_| *first == b'\\');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                path.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                path.push(*first);
                rest = after;
            }
        }
    }
    OsString::from_vec(path).into()
}

/// The name of the file system in memory on which `path` lies, or will lie; `None` where it is on a disk, or where that
/// cannot be told.
fn lies_in_memory(path: &Path) -> Option<&'static str> {
    // A relative path may have no parent that is named.
    let here = path.is_relative().then_some(Path::new("."));
    for place in path.ancestors().filter(|place| !place.as_os_str().is_empty()).chain(here) {
        match statfs(place) {
            // The field is signed and as wide as a register; the number has 32 bits.
            Ok(found) if found.f_type as u32 == OVERLAY => return overlay_in_memory(place),
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
    fn an_overlay_writes_to_its_upper_folder() {
        let mounts = b"21 1 0:20 / / rw,relatime - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/work\n\
            24 21 0:22 / /media/root-rw rw shared:2 master:1 - tmpfs tmpfs-root rw\n\
            25 21 179:2 / /var/lib/on\\040disk rw - ext4 /dev/mmcblk0p3 rw\n\
            26 21 0:30 / /over rw - overlay o rw,lowerdir=/a,upperdir=/with\\040space,workdir=/b\n\
            27 26 0:31 / /over/read ro - overlay o ro,lowerdir=/a:/c\n\
            28 21 0:32 / /twice rw - overlay o rw,upperdir=/first\n\
            29 28 0:33 / /twice rw - overlay o rw,upperdir=/second\n\
            30 broken\n\n";
        for (place, upper) in [
            ("/", Some("/media/root-rw/overlay")),
            ("/var/lib/hanqing", Some("/media/root-rw/overlay")),
            ("/overt", Some("/media/root-rw/overlay")),
            ("/var/lib/on disk/spool.db", None),
            ("/media/root-rw/x", None),
            ("/over/x", Some("/with space")),
            ("/over/read/x", None),
            ("/twice/x", Some("/second")),
        ] {
            assert_eq!(upper_of(mounts, Path::new(place)), upper.map(PathBuf::from), "{place}");
        }
        assert_eq!(upper_of(b"", Path::new("/")), None);
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
