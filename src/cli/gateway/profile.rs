//! `hanqing profile`

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::UsageError;
use super::table::Table;
use crate::config::{self, Base, Head};
use crate::device;

/// Device profiles: lists them, or makes one from a table of registers.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the profiles: the shipped ones, and those of a directory over them
    List {
        /// Directory of profiles of your own, as devices_dir names it
        #[arg(long, value_name = "DIR")]
        devices_dir: Option<PathBuf>,
    },
    /// Make a profile from a table as a spreadsheet saves it (CSV UTF-8); nothing is written while it has a problem
    Import(Import),
}

#[derive(Args)]
struct Import {
    /// The table
    file: PathBuf,
    /// Id of the profile, the name that `profile = ` gives
    #[arg(long)]
    id: String,
    /// What the device is: maker and model
    #[arg(long)]
    name: String,
    /// Where the map comes from: the manual, with its edition
    #[arg(long)]
    source: String,
    /// Who has seen it work on a real device
    #[arg(long, default_value = "Nobody yet on a real device.")]
    verified_by: String,
    /// How sure the map is: 0.9 is a maker's manual, 0.5 a guess
    #[arg(long, default_value_t = 0.5)]
    confidence: f64,
    /// How the table counts addresses: 0 as on the wire, 1 from one, 40001 with the digit of the table
    #[arg(long, value_enum)]
    base: BaseName,
    /// The file to write, devices/ID.toml; without it the profile is printed
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum BaseName {
    #[value(name = "0")]
    Wire,
    #[value(name = "1")]
    One,
    #[value(name = "40001")]
    Modicon,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List { devices_dir } => Ok(list(devices_dir)),
        Command::Import(import) => self::import(import),
    }
}

fn list(devices_dir: Option<PathBuf>) -> ExitCode {
    let (profiles, problems) = config::profiles(devices_dir.as_deref());
    for problem in &problems {
        eprintln!("{problem}");
    }
    let shipped: BTreeSet<&str> = device::shipped().iter().map(|(id, _)| *id).collect();
    let own = devices_dir.map(|_| config::profiles(None).0);
    let mut table = Table::new(&["型号", "名称", "参数", ">可信度", "来自"]);
    for (id, profile) in &profiles {
        let parameters: BTreeSet<&str> =
            profile.points.iter().map(|p| p.parameter.spec().name_zh).collect();
        let replaced = own.as_ref().is_some_and(|own| own.get(id) != Some(profile));
        let from = match (shipped.contains(id.as_str()), replaced) {
            (true, false) => "随程序",
            (true, true) => "自备，替代随程序的",
            (false, _) => "自备",
        };
        table.row([
            id.clone(),
            profile.name.clone(),
            parameters.into_iter().collect::<Vec<_>>().join("、"),
            profile.confidence.to_string(),
            from.into(),
        ]);
    }
    show!("{table}");
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(super::CONFIGURATION) }
}

fn import(import: Import) -> anyhow::Result<ExitCode> {
    let file = import.file.display();
    let stem = import.out.as_deref().and_then(Path::file_stem);
    if stem.is_some_and(|stem| stem != import.id.as_str()) {
        let what = format!("a profile lies in a file of its name: --out …/{}.toml", import.id);
        return Err(UsageError(what).into());
    }
    let text = std::fs::read(&import.file).with_context(|| format!("cannot read {file}"))?;
    let head = Head {
        id: import.id,
        name: import.name,
        source: import.source,
        verified_by: import.verified_by,
        confidence: import.confidence,
    };
    let base = match import.base {
        BaseName::Wire => Base::Wire,
        BaseName::One => Base::One,
        BaseName::Modicon => Base::Modicon,
    };
    let profile = match config::profile_of_table(&text, &head, base) {
        Ok(profile) => profile,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{file}: {problem}");
            }
            return Ok(ExitCode::from(super::CONFIGURATION));
        }
    };
    let Some(out) = import.out else {
        show!("{profile}");
        return Ok(ExitCode::SUCCESS);
    };
    let mut created =
        OpenOptions::new().write(true).create_new(true).open(&out).with_context(|| {
            format!("cannot create {} (a file that is there is never overwritten)", out.display())
        })?;
    created
        .write_all(profile.as_bytes())
        .with_context(|| format!("cannot write {}", out.display()))?;
    say!(
        "{} 已写入；用 hanqing check {} 检查，用 hanqing read 与设备显示对照",
        out.display(),
        out.display()
    );
    Ok(ExitCode::SUCCESS)
}
