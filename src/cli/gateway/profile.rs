//! `hanqing profile`

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::table::Table;
use crate::cli::usage::{EXIT_USAGE, bail_usage};
use crate::config::{self, Base, Head};
use crate::device;

/// List the device profiles, or make one from a table of registers.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the shipped profiles and those of a directory that replace or extend them
    List {
        /// Directory with your own profiles, as in devices_dir
        #[arg(long, value_name = "DIR")]
        devices_dir: Option<PathBuf>,
    },
    /// Make a profile from a table that a spreadsheet saved as CSV UTF-8; nothing is written while the table has
    /// problems
    Import(Import),
}

#[derive(Args)]
struct Import {
    /// The table, CSV in UTF-8
    file: PathBuf,
    /// Id of the profile, as used in `profile = `
    #[arg(long)]
    id: String,
    /// Maker and model of the device
    #[arg(long)]
    name: String,
    /// Source of the register map: the manual and its edition
    #[arg(long)]
    source: String,
    /// Who has verified it on a real device
    #[arg(long, default_value = "Nobody yet on a real device.")]
    verified_by: String,
    /// Confidence in the map: 0.9 for a maker's manual, 0.5 for a guess
    #[arg(long, default_value_t = 0.5)]
    confidence: f64,
    /// How the table numbers registers: 0 as on the wire, 1 from one, 40001 with the leading digit of the register
    /// table
    #[arg(long, value_parser = PossibleValuesParser::new(["0", "1", "40001"]).map(base))]
    base: Base,
    /// The file to write, devices/ID.toml; without it the profile is printed
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn base(name: String) -> Base {
    match name.as_str() {
        "0" => Base::Wire,
        "1" => Base::One,
        _ => Base::Modicon,
    }
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
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) }
}

fn import(import: Import) -> anyhow::Result<ExitCode> {
    let file = import.file.display();
    let stem = import.out.as_deref().and_then(Path::file_stem);
    if stem.is_some_and(|stem| stem != import.id.as_str()) {
        bail_usage!("the file must be named after the profile: give --out …/{}.toml", import.id);
    }
    let text = std::fs::read(&import.file).with_context(|| format!("cannot read {file}"))?;
    let head = Head {
        id: import.id,
        name: import.name,
        source: import.source,
        verified_by: import.verified_by,
        confidence: import.confidence,
    };
    let profile = match config::profile_of_table(&text, &head, import.base) {
        Ok(profile) => profile,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{file}: {problem}");
            }
            return Ok(ExitCode::from(EXIT_USAGE));
        }
    };
    let Some(out) = import.out else {
        show!("{profile}");
        return Ok(ExitCode::SUCCESS);
    };
    let path = out.display();
    let created = OpenOptions::new().write(true).create_new(true).open(&out);
    let mut created = created
        .with_context(|| format!("cannot create {path} (an existing file is never overwritten)"))?;
    created.write_all(profile.as_bytes()).with_context(|| format!("cannot write {path}"))?;
    say!("{path} 已写入；用 hanqing check {path} 检查，用 hanqing read 与设备显示对照");
    Ok(ExitCode::SUCCESS)
}
