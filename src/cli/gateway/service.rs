//! The gateway's service on this machine: which system starts it, and by which command.

use std::path::{Path, PathBuf};

use crate::support::accounts::SERVICE;

/// Where a gateway's package keeps the configuration.
pub const CONFIG: &str = "/etc/hanqing/edge.toml";

/// The unit of the package.
const UNIT: &str = "hanqing-edge.service";

/// What starts services here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    Systemd,
    /// OpenWrt.
    Procd,
    /// None that is known, or one that has no service of a gateway.
    None,
}

impl Manager {
    /// That of the system under `root`, if it has the gateway's service.
    pub fn of(root: &Path) -> Self {
        let has = |path: &str| root.join(path).exists();
        let unit = ["etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
        if has("run/systemd/system") && unit.iter().any(|folder| has(&format!("{folder}/{UNIT}"))) {
            Self::Systemd
        } else if has("sbin/procd") && has("etc/init.d/hanqing-edge") {
            Self::Procd
        } else {
            Self::None
        }
    }

    /// Whether it starts the gateway with the machine; `None` where that cannot be told.
    pub fn starts_with_machine(self, root: &Path) -> Option<bool> {
        match self {
            Self::Systemd => {
                let wants = root.join("etc/systemd/system/multi-user.target.wants");
                Some(wants.join(UNIT).symlink_metadata().is_ok())
            }
            Self::Procd => Some(option(root, "enabled").as_deref() == Some("1")),
            Self::None => None,
        }
    }
}

/// The value of an option of OpenWrt's settings for the gateway.
fn option(root: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(root.join("etc/config/hanqing")).ok()?;
    let value = text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("option")?.trim_start().strip_prefix(name)?;
        rest.starts_with(char::is_whitespace).then(|| rest.trim().trim_matches(['\'', '"']))
    });
    value.map(str::to_owned)
}

/// Where a gateway of the system under `root` keeps its spool unless it is told. On OpenWrt `/var` is in main memory.
pub fn usual_spool(root: &Path) -> &'static str {
    match root.join("sbin/procd").exists() {
        true => "/srv/hanqing/spool.db",
        false => "/var/lib/hanqing/spool.db",
    }
}

/// What the service of the system under `root` sets over the configuration.
pub fn settings(root: &Path) -> Vec<(String, String)> {
    let spool = match Manager::of(root) {
        Manager::Procd => option(root, "spool").filter(|path| !path.is_empty()),
        _ => None,
    };
    spool.map(|path| ("spool.path".to_owned(), path)).into_iter().collect()
}

/// The command that starts a gateway of the configuration `file`, and lets it start with the machine.
pub fn start_command(file: &Path) -> String {
    let manager =
        if file == Path::new(CONFIG) { Manager::of(Path::new("/")) } else { Manager::None };
    match manager {
        Manager::Systemd => "systemctl enable --now hanqing-edge".into(),
        Manager::Procd => {
            let commands = [
                format!("uci set {SERVICE}.edge.enabled=1"),
                format!("uci commit {SERVICE}"),
                format!("service {SERVICE}-edge start"),
            ];
            commands.join("; ")
        }
        Manager::None => format!("hanqing edge -c {}", file.display()),
    }
}

/// Whether a process of the system under `root` is a gateway of the configuration `file`, be it only starting.
pub fn has_process(root: &Path, file: &Path) -> bool {
    let Ok(processes) = std::fs::read_dir(root.join("proc")) else { return false };
    let Ok(file) = std::path::absolute(file) else { return false };
    let is_gateway = |process: &Path| -> Option<bool> {
        let text = std::fs::read(process.join("cmdline")).ok()?;
        let words: Vec<&str> = text
            .split(|byte| *byte == 0)
            .filter_map(|word| std::str::from_utf8(word).ok())
            .collect();
        let program = Path::new(words.first()?).file_name() == Some(SERVICE.as_ref());
        if !program || !words.contains(&"edge") {
            return Some(false);
        }
        let of = words.iter().position(|word| matches!(*word, "-c" | "--config"));
        let config = of.and_then(|place| words.get(place + 1)).map_or(CONFIG, |word| *word);
        // A relative one is of the folder that the process runs in, which other users do not see.
        let config = match Path::new(config).is_absolute() {
            true => PathBuf::from(config),
            false => std::fs::read_link(process.join("cwd")).ok()?.join(config),
        };
        Some(is_same(&config, &file))
    };
    processes.flatten().any(|process| is_gateway(&process.path()) == Some(true))
}

/// Whether two paths lead to the same file, which need not be there.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|o| o == one))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_service_is_found_where_a_package_lays_it() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let make = |path: &str| fs::create_dir_all(root.join(path)).unwrap();
        assert_eq!(Manager::of(root), Manager::None);
        for path in ["run/systemd/system", "lib/systemd/system", "sbin", "etc/init.d", "etc/config"]
        {
            make(path);
        }
        assert_eq!(Manager::of(root), Manager::None);
        assert_eq!(usual_spool(root), "/var/lib/hanqing/spool.db");
        fs::write(root.join("sbin/procd"), "").unwrap();
        fs::write(root.join("etc/init.d/hanqing-edge"), "").unwrap();
        assert_eq!(Manager::of(root), Manager::Procd);
        assert_eq!(usual_spool(root), "/srv/hanqing/spool.db");
        assert_eq!(Manager::Procd.starts_with_machine(root), Some(false));
        let shipped = include_str!("../../../deploy/openwrt/files/etc/config/hanqing");
        fs::write(root.join("etc/config/hanqing"), shipped).unwrap();
        assert_eq!(Manager::Procd.starts_with_machine(root), Some(false));
        let spool = ("spool.path".to_owned(), usual_spool(root).to_owned());
        assert_eq!(settings(root), [spool], "as the package sets it");
        let enabled = shipped.replace("option enabled '0'", "option enabled '1'");
        fs::write(root.join("etc/config/hanqing"), enabled).unwrap();
        assert_eq!(Manager::Procd.starts_with_machine(root), Some(true));
        fs::write(root.join("lib/systemd/system").join(UNIT), "").unwrap();
        assert_eq!(Manager::of(root), Manager::Systemd);
        assert_eq!(Manager::Systemd.starts_with_machine(root), Some(false));
        make("etc/systemd/system/multi-user.target.wants");
        let wanted = root.join("etc/systemd/system/multi-user.target.wants").join(UNIT);
        symlink("/lib/systemd/system/hanqing-edge.service", wanted).unwrap();
        assert_eq!(Manager::Systemd.starts_with_machine(root), Some(true));
        assert_eq!(Manager::None.starts_with_machine(root), None);
    }

    #[test]
    fn a_gateway_that_only_starts_is_found_among_the_processes() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert!(!has_process(root, Path::new(CONFIG)));
        fs::create_dir_all(root.join("proc/17")).unwrap();
        for (command, other, own) in [
            ("/usr/bin/hanqing\0edge\0-c\0/etc/hanqing/edge.toml\0", false, true),
            ("hanqing\0edge\0", false, true),
            ("hanqing\0edge\0--config\0/tmp/edge.toml\0", true, false),
            ("hanqing\0doctor\0", false, false),
            ("vi\0edge\0-c\0/etc/hanqing/edge.toml\0", false, false),
            ("", false, false),
        ] {
            fs::write(root.join("proc/17/cmdline"), command).unwrap();
            assert_eq!(has_process(root, Path::new(CONFIG)), own, "{command}");
            assert_eq!(has_process(root, Path::new("/tmp/edge.toml")), other, "{command}");
        }
    }

    #[test]
    fn a_relative_file_is_that_of_the_folder_which_the_process_runs_in() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        for folder in ["proc/17", "a", "b"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("proc/17/cmdline"), "hanqing\0edge\0-c\0edge.toml\0").unwrap();
        assert!(!has_process(root, &root.join("a/edge.toml")), "nobody knows where it runs");
        symlink(root.join("a"), root.join("proc/17/cwd")).unwrap();
        assert!(has_process(root, &root.join("a/edge.toml")));
        assert!(!has_process(root, &root.join("b/edge.toml")));
        assert!(!has_process(root, Path::new("edge.toml")));
        fs::write(root.join("a/edge.toml"), "").unwrap();
        symlink(root.join("a/edge.toml"), root.join("b/edge.toml")).unwrap();
        assert!(has_process(root, &root.join("b/edge.toml")));
    }
}
