//! `hanqing profile`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::cli::table::{Table, left, right};
use crate::cli::usage::{EXIT_USAGE, bail_usage};
use crate::config::{self, Base, Head};
use crate::core::Problem;
use crate::device;
use crate::locales::{Text, commissioning, gateway as words};
use crate::support::files;

/// The arguments of `hanqing profile`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List {
        #[arg(long, value_name = "DIR")]
        devices_dir: Option<PathBuf>,
    },
    Show {
        id: String,
        #[arg(long, value_name = "DIR")]
        devices_dir: Option<PathBuf>,
    },
    Import(Import),
}

#[derive(Args)]
struct Import {
    file: PathBuf,
    #[arg(long)]
    id: String,
    #[arg(long)]
    name: String,
    #[arg(long)]
    source: String,
    #[arg(long, default_value = "Nobody yet on a real device.", hide_default_value = true)]
    verified_by: String,
    #[arg(long, default_value_t = 0.5)]
    confidence: f64,
    #[arg(long, value_parser = PossibleValuesParser::new(["0", "1", "40001"]).map(base))]
    base: Base,
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
        Command::Show { id, devices_dir } => show(&id, devices_dir.as_deref()),
        Command::Import(import) => self::import(import),
    }
}

fn list(devices_dir: Option<PathBuf>) -> ExitCode {
    let (profiles, problems) = config::profiles(devices_dir.as_deref());
    for problem in &problems {
        complain!("{problem}");
    }
    let shipped: BTreeSet<&str> = device::shipped().iter().map(|(id, _)| *id).collect();
    let own = devices_dir.map(|_| config::profiles(None).0);
    let mut table = Table::new([
        left(words::head_profile()),
        left(words::head_name()),
        left(words::head_parameters()),
        right(words::head_confidence()),
        left(words::head_from()),
    ]);
    for (id, profile) in &profiles {
        let parameters: BTreeSet<String> =
            profile.points.iter().map(|p| p.parameter.spec().name().into()).collect();
        let replaced = own.as_ref().is_some_and(|own| own.get(id) != Some(profile));
        let from = match (shipped.contains(id.as_str()), replaced) {
            (true, false) => words::profile_shipped(),
            (true, true) => words::profile_replaces(),
            (false, _) => words::profile_own(),
        };
        table.row([
            id.clone(),
            profile.title().into(),
            Text::list(parameters).into(),
            profile.confidence.to_string(),
            from.into(),
        ]);
    }
    show!("{table}");
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) }
}

fn show(id: &str, folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let own = folder.map(|folder| folder.join(format!("{id}.toml"))).filter(|file| file.exists());
    if let Some(file) = own {
        let text = files::read_regular(&file, config::TABLE_BYTES_MAX as u64);
        let text = text.with_context(|| words::cannot_read(&file))?;
        show!("{}", String::from_utf8_lossy(&text));
        return Ok(ExitCode::SUCCESS);
    }
    match device::shipped().iter().find(|(shipped, _)| *shipped == id) {
        Some((_, text)) => show!("{text}"),
        None => bail_usage!(commissioning::no_such_profile(id)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The table in a file as text: that of a workbook's first sheet, where this program can read one.
fn text_of(bytes: Vec<u8>) -> Result<Vec<u8>, Vec<Problem>> {
    #[cfg(feature = "hub")]
    if config::is_workbook(&bytes) {
        let text = crate::ledger::text_of_workbook(&bytes);
        return text.map(String::into_bytes).map_err(|problem| vec![problem]);
    }
    Ok(bytes)
}

fn import(import: Import) -> anyhow::Result<ExitCode> {
    let file = &import.file;
    let stem = import.out.as_deref().and_then(Path::file_stem);
    if stem.is_some_and(|stem| stem != import.id.as_str()) {
        bail_usage!(words::file_named_after_profile(import.id));
    }
    let text = files::read_regular(file, config::TABLE_BYTES_MAX as u64);
    let text = text.with_context(|| words::cannot_read(file))?;
    let head = Head {
        id: import.id,
        name: import.name,
        source: import.source,
        verified_by: import.verified_by,
        confidence: import.confidence,
    };
    let table = text_of(text);
    let profile = table.and_then(|text| config::profile_of_table(&text, &head, import.base));
    let profile = match profile {
        Ok(profile) => profile,
        Err(problems) => {
            for problem in &problems {
                complain!(
                    "{}",
                    Text::chain([Text::verbatim(file.display()), Text::verbatim(problem)])
                );
            }
            return Ok(ExitCode::from(EXIT_USAGE));
        }
    };
    let Some(out) = import.out else {
        show!("{profile}");
        return Ok(ExitCode::SUCCESS);
    };
    let mut created =
        files::create_new(&out).with_context(|| words::cannot_create_existing(&out))?;
    created.write_all(profile.as_bytes()).with_context(|| words::cannot_write(&out))?;
    say!("{}", words::profile_written(&out));
    Ok(ExitCode::SUCCESS)
}
