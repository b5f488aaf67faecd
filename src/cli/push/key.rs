//! `hanqing push key`: the office's key, with which it signs what it pushes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::usage::bail_usage;
use crate::locales::{foreign, pushed as words};
use crate::support::files::{self, folder_of, with_suffix};
use crate::support::signature::Signer;

/// Permissions of the private key: it is its owner's alone.
const PRIVATE: u32 = 0o600;

/// Permissions of the public key: no secret, and carried to gateways.
const PUBLIC: u32 = 0o644;

/// The arguments of `hanqing push key`.
#[derive(Args)]
pub struct Arguments {
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes a key. One that is there is never overwritten: gateways may believe it.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let out = &arguments.out;
    let public = with_suffix(out, ".pub");
    for path in [out, &public] {
        if path.symlink_metadata().is_ok() {
            bail_usage!(words::key_exists(path));
        }
    }
    let made = Signer::generate();
    let (signer, pem) = made.map_err(|_| anyhow::Error::msg(words::cannot_make_key()))?;
    let line = format!("{}\n", signer.public());
    write(out, PRIVATE, &pem).and_then(|()| write(&public, PUBLIC, &line))?;
    say!("{}", words::key_made(out, &public));
    say!("");
    say!("  {}", signer.public());
    say!("");
    say!("{}", words::key_to_gateways());
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, mode: u32, text: &str) -> anyhow::Result<()> {
    let written = files::write_as(mode, path, |file| file.write_all(text.as_bytes()));
    let written = written.and_then(|()| files::sync_dir(folder_of(path)));
    written.map_err(|error| anyhow::Error::msg(words::cannot_write(path, foreign::io(&error))))
}
