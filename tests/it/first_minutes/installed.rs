//! Where a package has been: the configuration is in /etc/hanqing, and the service has a user of its own. For these
//! tests, which need root, a folder takes the place of /etc for the program alone.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use crate::context::{Context, hanqing, outcome};
use crate::first_minutes::doctor::says;

/// User and group of the service.
const USER: u32 = 4242;
const GROUP: u32 = 4343;

/// Runs the program where the folder `etc` of the test is /etc.
fn installed(context: &Context, arguments: &[&str]) -> (Option<i32>, String) {
    let own = hanqing();
    let mut command = Command::new("unshare");
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["--mount", "sh", "-c", "mount --bind \"$1\" /etc && shift && exec \"$@\"", "sh"]);
    command.arg(context.path("etc")).arg(own.get_program()).args(["--lang", "en"]);
    let (code, printed, told) = outcome(command.args(arguments));
    (code, printed + &told)
}

/// Whether this user may lay one folder over another.
fn may_mount() -> bool {
    let mut command = Command::new("unshare");
    outcome(command.args(["--mount", "mount", "--bind", "/tmp", "/mnt"])).0 == Some(0)
}

/// The groups of this machine, with these members in the group of serial ports.
fn groups(context: &Context, members: &str) {
    let text = format!("root:x:0:\ndialout:x:20:{members}\nhanqing:x:{GROUP}:\n");
    context.write("etc/group", &text);
}

fn give(path: &Path, user: u32, group: u32, mode: u32) {
    chown(path, Some(user), Some(group)).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// The folder that stands for /etc, with the service's user, and one for its spool.
fn system() -> Context {
    let context = Context::new();
    for folder in ["etc", "etc/hanqing", "spool"] {
        std::fs::create_dir(context.path(folder)).unwrap();
    }
    let user =
        format!("root:x:0:0::/root:/bin/sh\nhanqing:x:{USER}:{GROUP}::/nonexistent:/bin/false\n");
    context.write("etc/passwd", &user);
    groups(&context, "");
    context.write("etc/hosts", "127.0.0.1 localhost\n");
    std::fs::set_permissions(context.path(""), PermissionsExt::from_mode(0o755)).unwrap();
    context
}

/// Makes the configuration as a person does after the installation; the devices are behind a serial port.
fn init(context: &Context) -> (Option<i32>, String) {
    let port = context.path("ttyUSB0");
    // A device file, as a serial port is one, of numbers that are a machine's /dev/null.
    let made = outcome(Command::new("mknod").arg(&port).args(["c", "1", "3"]));
    assert_eq!(made.0, Some(0), "{}", made.2);
    let (port, spool) = (port.display().to_string(), context.path("spool/spool.db"));
    let spool = spool.display().to_string();
    let words = "init edge --gateway gw-1 --unit 1 --profile qdy30 --station pond-1 --serial";
    let words = words.split(' ').chain([port.as_str(), "--spool", spool.as_str()]);
    installed(context, &words.collect::<Vec<_>>())
}

#[test]
fn the_file_belongs_to_the_services_group_and_no_command_needs_its_name() {
    if !may_mount() {
        return;
    }
    let context = system();
    let (code, printed) = init(&context);
    assert_eq!(code, Some(0), "{printed}");
    let file = context.path("etc/hanqing/edge.toml").metadata().unwrap();
    assert_eq!((file.uid(), file.gid(), file.mode() & 0o7777), (0, GROUP, 0o640));
    assert!(printed.contains("\n  hanqing doctor\n"), "{printed}");
    assert!(printed.contains("\n  hanqing enroll --hub HUB\n"), "{printed}");
}

#[test]
fn what_the_services_user_may_not_open_is_named_with_the_command() {
    if !may_mount() {
        return;
    }
    let context = system();
    let (code, printed) = init(&context);
    assert_eq!(code, Some(0), "{printed}");
    let [file, folder, port] =
        ["etc/hanqing/edge.toml", "spool", "ttyUSB0"].map(|p| context.path(p));
    let doctor = || installed(&context, &["doctor"]);
    // Everything is root's at first, as whoever copies files by hand leaves them.
    give(&file, 0, 0, 0o600);
    give(&port, 0, 20, 0o660);
    let (code, printed) = doctor();
    assert_eq!(code, Some(1), "{printed}");
    let closed = "/etc/hanqing/edge.toml; chown root:hanqing /etc/hanqing/edge.toml && chmod 640";
    assert!(printed.contains(closed), "{printed}");
    says(&printed, "disk", "wrong", &["runs as hanqing", "chown -R hanqing:hanqing"]);
    // The user is no member of the group of serial ports yet, which the package would have made it.
    says(&printed, "bus bus-1:", "wrong", &["usermod -aG dialout hanqing"]);
    groups(&context, "hanqing");
    let (_, printed) = doctor();
    assert!(!printed.contains("usermod"), "{printed}");
    // A directory before the file is closed.
    give(&file, 0, GROUP, 0o640);
    give(&context.path("etc/hanqing"), 0, 0, 0o750);
    let (_, printed) = doctor();
    assert!(printed.contains("since /etc/hanqing is closed"), "{printed}");
    give(&context.path("etc/hanqing"), 0, 0, 0o755);
    give(&folder, USER, GROUP, 0o750);
    give(&port, 0, 20, 0o660);
    let (_, printed) = doctor();
    assert!(!printed.contains("hanqing, who"), "{printed}");
    says(&printed, "disk", "ok", &["free"]);
    // A spool that root has made, by running the gateway by hand.
    context.write("spool/spool.db", "");
    give(&context.path("spool/spool.db"), 0, 0, 0o640);
    let (_, printed) = doctor();
    let all = format!("chown -R hanqing:hanqing {}", folder.canonicalize().unwrap().display());
    says(&printed, "disk", "wrong", &["spool.db", &all]);
    assert!(!printed.contains(&format!("{all}/")), "{printed}");
    give(&context.path("spool/spool.db"), USER, GROUP, 0o640);
    for beside in ["spool.db-wal", "spool.db-shm", "spool.db-reserve", "spool.sock.lock"] {
        says(&doctor().1, "disk", "ok", &["free"]);
        let file = context.write(&format!("spool/{beside}"), "");
        give(&file, 0, 0, 0o640);
        let (_, printed) = doctor();
        says(&printed, "disk", "wrong", &[beside, &all]);
        give(&file, USER, GROUP, 0o640);
    }
}

#[test]
fn parts_of_the_configuration_that_the_services_user_may_not_read_are_named() {
    if !may_mount() {
        return;
    }
    let context = system();
    let (code, printed) = init(&context);
    assert_eq!(code, Some(0), "{printed}");
    let folder = context.path("etc/hanqing/conf.d/edge");
    std::fs::create_dir_all(&folder).unwrap();
    let part = context.write("etc/hanqing/conf.d/edge/own.toml", "lang = \"en\"\n");
    give(&context.path("etc/hanqing/conf.d"), 0, 0, 0o755);
    let doctor = || installed(&context, &["doctor"]).1;
    give(&folder, 0, GROUP, 0o750);
    give(&part, 0, GROUP, 0o640);
    let printed = doctor();
    assert!(!printed.contains("conf.d"), "{printed}");
    give(&part, 0, 0, 0o600);
    let printed = doctor();
    let file = "/etc/hanqing/conf.d/edge/own.toml";
    let way_out = format!("chown root:hanqing {file} && chmod 640 {file}");
    assert!(printed.contains(&way_out), "{printed}");
    give(&part, 0, GROUP, 0o640);
    give(&folder, 0, 0, 0o700);
    let printed = doctor();
    let folder = "/etc/hanqing/conf.d/edge";
    let way_out = format!("chown root:hanqing {folder} && chmod 750 {folder}");
    assert!(printed.contains(&way_out), "{printed}");
}

#[test]
fn a_full_disk_is_not_taken_for_a_lack_of_rights() {
    if !may_mount() {
        return;
    }
    let context = Context::new();
    let own = hanqing();
    let mut command = Command::new("unshare");
    let fill = "mount -t tmpfs -o size=64k none \"$1\" && cd \"$1\" && shift || exit 9\n\
                cat /dev/zero >fill 2>&1\nexec \"$@\"";
    command.args(["--mount", "sh", "-c", fill, "sh"]).arg(context.path(""));
    command.arg(own.get_program()).args(["--lang", "en", "init", "edge", "--out", "edge.toml"]);
    let given = "--gateway gw-1 --unit 1 --profile qdy30 --station pond-1 --tcp 10.0.0.3:502";
    let (code, printed, told) = outcome(command.args(given.split(' ')));
    assert_eq!(code, Some(1), "{printed}{told}");
    assert!(told.contains("cannot write edge.toml") && told.contains("full"), "{told}");
    assert!(!told.contains("root"), "{told}");
}
