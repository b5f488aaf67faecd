//! Users and groups of this machine, as its files tell of them (passwd(5), group(5)), and what a user may open.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The user and the group of the services, which the packages make.
pub const SERVICE: &str = "hanqing";

/// What is asked of a path's permissions: a bit of each of the three triples.
pub const READ: u32 = 0o4;
/// To write a file, or to make files in a directory.
pub const WRITE: u32 = 0o2;
/// To go through a directory.
const ENTER: u32 = 0o1;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    uid: u32,
    gids: Vec<u32>,
}

impl Account {
    /// The user of this name in the system under `root`.
    pub fn of(root: &Path, name: &str) -> Option<Self> {
        let users = fs::read_to_string(root.join("etc/passwd")).ok()?;
        let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let own = fields.into_iter().find(|fields| fields.first() == Some(&name))?;
        let id = |place: usize| own.get(place)?.parse::<u32>().ok();
        let groups = fs::read_to_string(root.join("etc/group")).unwrap_or_default();
        let mut gids = vec![id(3)?];
        for line in groups.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [_, _, gid, members] = fields.as_slice()
                && members.split(',').any(|member| member == name)
            {
                gids.extend(gid.parse::<u32>());
            }
        }
        Some(Self { name: name.into(), uid: id(2)?, gids })
    }

    /// Its number.
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The number of its own group.
    pub fn gid(&self) -> Option<u32> {
        self.gids.first().copied()
    }

    /// What keeps this user from `path` with these rights: `path` itself, or the first directory before it. `None`
    /// where nothing does, or where this process cannot see.
    pub fn kept_from(&self, path: &Path, rights: u32) -> Option<PathBuf> {
        let path = path.canonicalize().ok()?;
        let mut before: Vec<&Path> = path.ancestors().skip(1).collect();
        before.reverse();
        let closed = |path: &Path, rights| {
            fs::metadata(path).is_ok_and(|found| self.rights(&found) & rights != rights)
        };
        if let Some(folder) = before.into_iter().find(|folder| closed(folder, ENTER)) {
            return Some(folder.into());
        }
        let enter = if path.is_dir() { ENTER } else { 0 };
        closed(&path, rights | enter).then_some(path)
    }

    fn rights(&self, found: &Metadata) -> u32 {
        let mode = found.mode();
        match () {
            () if self.uid == 0 => READ | WRITE | ENTER,
            () if found.uid() == self.uid => mode >> 6 & 0o7,
            () if self.gids.contains(&found.gid()) => mode >> 3 & 0o7,
            () => mode & 0o7,
        }
    }
}

/// The number of the group `name` in the system under `root`.
pub fn group_id(root: &Path, name: &str) -> Option<u32> {
    group(root, |fields| fields.first() == Some(&name))?.1
}

/// The name of the group with this number; the number where it has none.
pub fn group_name(root: &Path, gid: u32) -> String {
    let number = gid.to_string();
    let known = group(root, |fields| fields.get(2) == Some(&number.as_str()));
    known.map_or(number, |(name, _)| name)
}

fn group(root: &Path, is_it: impl Fn(&[&str]) -> bool) -> Option<(String, Option<u32>)> {
    let groups = fs::read_to_string(root.join("etc/group")).ok()?;
    groups.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let name = (*fields.first()?).to_owned();
        is_it(&fields).then(|| (name, fields.get(2).and_then(|gid| gid.parse().ok())))
    })
}

/// Whether this process may do everything.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn system() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("etc")).unwrap();
        let own = fs::metadata(root.path()).unwrap();
        let passwd = format!(
            "root:x:0:0::/root:/bin/sh\nbroken\nhanqing:x:4242:4343::/nonexistent:/usr/sbin/nologin\nme:x:{}:{}::/:/bin/sh\n",
            own.uid(),
            own.gid()
        );
        fs::write(root.path().join("etc/passwd"), passwd).unwrap();
        let group = format!(
            "root:x:0:\ndialout:x:20:pi,hanqing\nhanqing:x:4343:\nmine:x:{}:hanqing\nodd:x\n",
            own.gid()
        );
        fs::write(root.path().join("etc/group"), group).unwrap();
        root
    }

    #[test]
    fn users_and_groups_are_read_from_their_files() {
        let root = system();
        let hanqing = Account::of(root.path(), SERVICE).unwrap();
        assert_eq!((hanqing.uid, &hanqing.gids[..2]), (4242, &[4343, 20][..]));
        assert_eq!(Account::of(root.path(), "nobody-here"), None);
        assert_eq!(Account::of(root.path(), "broken"), None);
        assert_eq!(group_id(root.path(), "dialout"), Some(20));
        assert_eq!((group_id(root.path(), "odd"), group_id(root.path(), "none")), (None, None));
        assert_eq!(group_name(root.path(), 20), "dialout");
        assert_eq!(group_name(root.path(), 77), "77");
        assert_eq!(Account::of(&root.path().join("none"), SERVICE), None);
    }

    #[test]
    fn the_first_thing_that_keeps_a_user_out_is_named() {
        let root = system();
        let stranger = Account { name: "x".into(), uid: 4242, gids: vec![4343] };
        let folder = root.path().join("etc/keys");
        fs::create_dir(&folder).unwrap();
        let file = folder.join("gw.key");
        fs::write(&file, "key").unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(root.path(), 0o700);
        let kept = stranger.kept_from(&file, READ);
        assert_eq!(kept, Some(root.path().canonicalize().unwrap()));
        set(root.path(), 0o755);
        for (folder_mode, file_mode, rights, kept) in [
            (0o755, 0o644, READ, None),
            (0o755, 0o640, READ, Some(&file)),
            (0o755, 0o644, WRITE, Some(&file)),
            (0o750, 0o644, READ, Some(&folder)),
            (0o711, 0o644, READ, None),
        ] {
            set(&folder, folder_mode);
            set(&file, file_mode);
            let kept = kept.map(|path| path.canonicalize().unwrap());
            assert_eq!(stranger.kept_from(&file, rights), kept, "{folder_mode:o} {file_mode:o}");
        }
        // As a member of its group, and as its owner.
        set(&file, 0o640);
        let own = fs::metadata(&file).unwrap();
        let mut member = stranger.clone();
        member.gids.push(own.gid());
        assert_eq!(member.kept_from(&file, READ), None);
        let owner = Account { uid: own.uid(), ..stranger.clone() };
        assert_eq!(owner.kept_from(&file, READ | WRITE), None);
        set(&folder, 0o733);
        assert_eq!(stranger.kept_from(&folder, WRITE), None);
        assert_eq!(stranger.kept_from(&folder, READ), Some(folder.canonicalize().unwrap()));
        assert_eq!(stranger.kept_from(&folder.join("none"), READ), None);
    }
}
