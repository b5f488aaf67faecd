//! `hanqing ports`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::cli::json;
use crate::cli::table::{Cell, Table, Tone, left};
use crate::locales::{Text, commissioning, gateway as words};

/// The arguments of `hanqing ports`.
#[derive(Args)]
pub struct Arguments {
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    format: u32,
    ports: Vec<Port>,
}

/// A serial port of this machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Port {
    /// The current name, such as `/dev/ttyUSB0`.
    pub device: PathBuf,
    /// The stable name for a configuration.
    pub by_id: Option<PathBuf>,
    /// What the USB device calls itself; empty if it is not USB.
    pub product: String,
    pub driver: String,
    /// Programs that have it open, with their process ids.
    pub users: Vec<String>,
}

/// Lists the ports.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let ports = ports(Path::new("/"));
    if arguments.json {
        json::print(&Document { format: json::FORMAT, ports })?;
        return Ok(ExitCode::SUCCESS);
    }
    if ports.is_empty() {
        say!("{}", words::no_ports());
        return Ok(ExitCode::SUCCESS);
    }
    show!("{}", table(&ports));
    say!("\n{}", words::about_ports());
    for port in ports.iter().filter(|port| !port.users.is_empty()) {
        say!("{}", commissioning::port_holder(&port.device, Text::list(&port.users)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Who has the serial port `asked` open, which may be a link to it; `None` where nobody has, or this user cannot see
/// it.
pub(super) fn holders(asked: &Path) -> Option<Text> {
    let device = asked.canonicalize().ok()?;
    let users = users(Path::new("/"));
    let users = users.get(device.to_str()?).filter(|users| !users.is_empty())?;
    Some(commissioning::port_holder(asked, Text::list(users)))
}

fn table(ports: &[Port]) -> Table {
    let mut table = Table::new([
        left(words::head_port()),
        left(words::head_fixed_name()),
        left(words::head_product()),
        left(words::head_driver()),
        left(words::head_in_use_by()),
    ]);
    for port in ports {
        let by_id = port.by_id.as_ref();
        let users = port.users.join(", ");
        table.toned_row([
            port.device.display().to_string().into(),
            by_id.map_or("—".into(), |path| path.display().to_string()).into(),
            port.product.clone().into(),
            port.driver.clone().into(),
            if users.is_empty() { users.into() } else { Cell::toned(users, Tone::Warn) },
        ]);
    }
    table
}

/// The ports of the system under `root`, without those whose files cannot be read.
pub(super) fn ports(root: &Path) -> Vec<Port> {
    let names = by_id(root);
    let users = users(root);
    let mut ports: Vec<Port> = entries(&root.join("sys/class/tty"))
        .into_iter()
        .filter_map(|tty| {
            let name = tty.file_name()?.to_str()?.to_owned();
            // Consoles and pseudo terminals have no device behind them; a UART that does not exist has type 0.
            let behind = tty.join("device").canonicalize().ok()?;
            if text(&tty.join("type")).as_deref() == Some("0") && !name.contains("USB") {
                return None;
            }
            Some(Port {
                device: Path::new("/dev").join(&name),
                by_id: names.get(&name).cloned(),
                product: product(root, &behind),
                driver: driver(&behind),
                users: users.get(&format!("/dev/{name}")).cloned().unwrap_or_default(),
            })
        })
        .collect();
    ports.sort_by(|a, b| a.device.cmp(&b.device));
    ports
}

/// Stable names by device: `ttyUSB0` to `/dev/serial/by-id/usb-...`.
fn by_id(root: &Path) -> BTreeMap<String, PathBuf> {
    let links = entries(&root.join("dev/serial/by-id")).into_iter();
    links
        .filter_map(|link| {
            let target = link.read_link().ok()?;
            let device = target.file_name()?.to_str()?.to_owned();
            let name = link.file_name()?;
            Some((device, Path::new("/dev/serial/by-id").join(name)))
        })
        .collect()
}

/// The driver of the device `behind` a port. Newer kernels put a port and a controller in front of a UART; the drivers
/// of those two say nothing.
fn driver(behind: &Path) -> String {
    let drivers = behind.ancestors().filter_map(|folder| {
        let driver = folder.join("driver").canonicalize().ok()?;
        Some(driver.file_name()?.to_string_lossy().into_owned())
    });
    let mut telling = drivers.filter(|name| !matches!(name.as_str(), "port" | "ctrl"));
    telling.next().unwrap_or_default()
}

/// What the USB device around `behind` calls itself; maker, product and serial number are two or three levels up.
fn product(root: &Path, behind: &Path) -> String {
    let devices = root.join("sys");
    let usb = behind
        .ancestors()
        .take_while(|folder| folder.starts_with(&devices) || root == Path::new("/"))
        .find(|folder| folder.join("idVendor").exists());
    let Some(usb) = usb else {
        return String::new();
    };
    let said: Vec<String> = ["manufacturer", "product", "serial"]
        .iter()
        .filter_map(|file| text(&usb.join(file)))
        .collect();
    match said.is_empty() {
        false => said.join(" "),
        true => ["idVendor", "idProduct"]
            .map(|file| text(&usb.join(file)).unwrap_or_default())
            .join(":"),
    }
}

/// Programs by the device that they have open, as far as this user may see them.
pub(super) fn users(root: &Path) -> BTreeMap<String, Vec<String>> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for process in entries(&root.join("proc")) {
        let id = process.file_name().unwrap_or_default().to_string_lossy();
        if !id.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        let mut open: Vec<String> = entries(&process.join("fd"))
            .iter()
            .filter_map(|link| link.read_link().ok())
            .filter(|target| target.starts_with("/dev"))
            .filter_map(|target| Some(target.to_str()?.to_owned()))
            .collect();
        open.sort();
        open.dedup();
        for device in open {
            let program = text(&process.join("comm")).unwrap_or_default();
            let all = users.entry(device).or_default();
            all.push(format!("{program} ({id})"));
        }
    }
    users
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn text(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::Layout;
    use crate::locales::{Lang, within};
    use std::os::unix::fs::symlink;

    /// A system with an FTDI adapter held by a gateway, an adapter without a name, a UART, a UART that does not exist,
    /// and a console.
    fn system() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let make = |path: &str| std::fs::create_dir_all(root.join(path)).unwrap();
        let write = |path: &str, text: &str| std::fs::write(root.join(path), text).unwrap();
        let link = |target: &str, path: &str| symlink(target, root.join(path)).unwrap();
        for path in [
            "sys/devices/usb1/1-1/1-1:1.0/ttyUSB0",
            "sys/devices/usb1/1-2/1-2:1.0/ttyUSB1",
            "sys/devices/serial8250",
            "sys/drivers/ftdi_sio",
            "sys/drivers/ch341-uart",
            "sys/drivers/serial8250",
            "sys/class/tty/ttyUSB0",
            "sys/class/tty/ttyUSB1",
            "sys/class/tty/ttyS0",
            "sys/class/tty/ttyS1",
            "sys/class/tty/tty0",
            "dev/serial/by-id",
            "proc/812/fd",
            "proc/self/fd",
        ] {
            make(path);
        }
        let usb = "sys/devices/usb1";
        write(&format!("{usb}/1-1/idVendor"), "0403\n");
        write(&format!("{usb}/1-1/manufacturer"), "FTDI\n");
        write(&format!("{usb}/1-1/product"), "FT232R USB UART\n");
        write(&format!("{usb}/1-1/serial"), "A50285BI\n");
        write(&format!("{usb}/1-2/idVendor"), "1a86\n");
        write(&format!("{usb}/1-2/idProduct"), "7523\n");
        let up = "../../../..";
        link(&format!("{up}/../drivers/ftdi_sio"), &format!("{usb}/1-1/1-1:1.0/ttyUSB0/driver"));
        link(&format!("{up}/../drivers/ch341-uart"), &format!("{usb}/1-2/1-2:1.0/ttyUSB1/driver"));
        link("../../drivers/serial8250", "sys/devices/serial8250/driver");
        for (tty, behind) in [
            ("ttyUSB0", "usb1/1-1/1-1:1.0/ttyUSB0"),
            ("ttyUSB1", "usb1/1-2/1-2:1.0/ttyUSB1"),
            ("ttyS0", "serial8250"),
            ("ttyS1", "serial8250"),
        ] {
            link(&format!("../../../devices/{behind}"), &format!("sys/class/tty/{tty}/device"));
        }
        write("sys/class/tty/ttyS0/type", "4\n");
        write("sys/class/tty/ttyS1/type", "0\n");
        link("../../ttyUSB0", "dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0");
        write("proc/812/comm", "hanqing\n");
        link("/dev/ttyUSB0", "proc/812/fd/7");
        link("/dev/ttyUSB0", "proc/812/fd/8");
        link("/dev/null", "proc/812/fd/0");
        folder
    }

    #[test]
    fn ports_are_listed_with_what_is_known_about_them() {
        let system = system();
        let table = table(&ports(system.path()));
        let terminal = Layout::Terminal(160);
        insta::assert_snapshot!(within(Lang::Chinese, || table.laid_out(terminal)));
        let en = table.laid_out(terminal);
        let head = en.lines().next().unwrap_or_default();
        for word in ["port ", "fixed name", "product", "driver", "in use by"] {
            assert!(head.contains(word), "{word} in {head}");
        }
    }

    #[test]
    fn a_machine_without_ports_has_none() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(ports(empty.path()), Vec::new());
    }
}
