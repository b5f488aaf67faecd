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
    context.write("etc/group", &format!("root:x:0:\ndialout:x:20:\nhanqing:x:{GROUP}:\n"));
    context.write("etc/hosts", "127.0.0.1 localhost\n");
    std::fs::set_permissions(context.path(""), PermissionsExt::from_mode(0o755)).unwrap();
    context
}

/// Makes the configuration as a person does after the installation; the devices are behind a serial port.
fn init(context: &Context) -> (Option<i32>, String) {
    let port = context.write("ttyUSB0", "no port");
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
    // The unit gives it the group of serial ports on Debian, but no other.
    assert!(!printed.contains("usermod"), "{printed}");
    give(&port, 0, 0, 0o660);
    let (_, printed) = doctor();
    says(&printed, "bus bus-1:", "wrong", &["usermod -aG root hanqing"]);
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
    says(&printed, "disk", "wrong", &["spool.db", "chown -R hanqing:hanqing"]);
}
