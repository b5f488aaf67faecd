//! `hanqing ledger import`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::print::line;
use crate::account::EntryCode;
use crate::cli::config_args::ConfigArgs;
use crate::core::Problem;
use crate::ledger::{self, Import, ImportOutcome, Ledger};
use crate::support::Clock;
use crate::water::Township;

/// Longest answer to the question, bytes: one word.
const ANSWER_MAX: u64 = 64;

/// Import the rows of an Excel or CSV file
///
/// Rows with problems are reported and left out. Rows that are already in the ledger are skipped.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only show what would be entered
    #[arg(long)]
    dry_run: bool,
    /// Enter nothing if any row has a problem
    #[arg(long)]
    all_or_nothing: bool,
    /// Do not ask for confirmation; without a terminal nothing is asked either
    #[arg(long)]
    yes: bool,
    /// Sheet of the workbook; by default the first with the ledger's columns
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The file: .xlsx, or CSV in UTF-8
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let file = &arguments.file;
    let bytes = read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let now = Clock::system().now();
    let mut import = ledger::import(&bytes, arguments.sheet.as_deref(), &township, now);
    // A dry run must not create the ledger's file.
    let path = &settings.ledger.path;
    let mut ledger = if arguments.dry_run && !path.exists() {
        Ledger::open(Path::new(":memory:"))?
    } else {
        Ledger::open(path)?
    };
    let planned = ledger.preview(&import.rows)?;
    let in_file = import.problems.len();
    add_refused(&planned, &mut import);
    for problem in &import.problems {
        eprintln!("{}: {problem}", file.display());
    }
    for conversion in &import.conversions {
        say!("{}: {conversion}", file.display());
    }
    let problems = import.problems.len();
    let asks = std::io::stdin().is_terminal() && !arguments.yes && !arguments.dry_run;
    if arguments.dry_run || asks {
        show(&import, &planned, &township);
    }
    let done = if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let (new, there) = count(&planned);
    if arguments.dry_run {
        say!(
            "{new} rows can be entered, {there} already there, {problems} problems; nothing entered"
        );
        return Ok(done);
    }
    if problems > 0 && !arguments.all_or_nothing {
        say!("rows with problems are left out");
    }
    let refused = arguments.all_or_nothing && problems > 0;
    if refused || (asks && new > 0 && !confirmed(new)?) {
        say!("nothing entered");
        return Ok(ExitCode::FAILURE);
    }
    let outcomes = ledger.import(&import.rows)?;
    let (new, there) = count(&outcomes);
    // Counted again: another clerk may have entered rows since the preview.
    let problems = in_file + outcomes.len() - new - there;
    say!("{new} rows entered, {there} already there, {problems} problems");
    if settings.ledger.two_person && new > 0 {
        say!("they count once another person has reviewed them: hanqing ledger review");
    }
    Ok(done)
}

/// Reads the file, but only one byte more than the limit of one that is too large.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(ledger::BYTES_MAX).unwrap_or(u64::MAX);
    std::fs::File::open(file)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Adds the rows that the ledger refuses to the problems of the file.
fn add_refused(planned: &[ImportOutcome], import: &mut Import) {
    for (outcome, number) in planned.iter().zip(&import.numbers) {
        if let ImportOutcome::Refused(error) = outcome {
            let path = format!("row {number}");
            import.problems.push(Problem::new(path, "", error.to_string(), ""));
        }
    }
}

/// How many rows are new, and how many are already there.
fn count(outcomes: &[ImportOutcome]) -> (usize, usize) {
    let of = |is: fn(&ImportOutcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    (
        of(|outcome| matches!(outcome, ImportOutcome::Added(_))),
        of(|outcome| matches!(outcome, ImportOutcome::AlreadyThere(_))),
    )
}

/// Prints each row with its outcome, and the sums of the new rows by code.
fn show(import: &Import, planned: &[ImportOutcome], township: &Township) {
    let mut sums: BTreeMap<EntryCode, (usize, f64)> = BTreeMap::new();
    for ((entry, number), outcome) in import.rows.iter().zip(&import.numbers).zip(planned) {
        let state = match outcome {
            ImportOutcome::Added(_) => "新".to_owned(),
            ImportOutcome::AlreadyThere(id) => format!("已有（第{id}条）"),
            ImportOutcome::Refused(_) => "不入账".to_owned(),
        };
        say!("{}", line(&format!("{number}  {state}"), entry, township));
        if let ImportOutcome::Added(_) = outcome {
            let sum = sums.entry(entry.code).or_default();
            sum.0 += 1;
            sum.1 += entry.value;
        }
    }
    for (code, (count, sum)) in sums {
        // The last digits of a binary sum of decimals are noise.
        let sum = (sum * 1e6).round() / 1e6;
        let (name, unit) = (code.name_zh(), code.unit());
        say!("  {name}：新{count}笔，合计 {sum} {unit}");
    }
}

fn confirmed(new: usize) -> anyhow::Result<bool> {
    show!("enter {new} rows? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
