//! `hanqing ledger import`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::{line, office};
use crate::core::Problem;
use crate::figures::EntryCode;
use crate::ledger::{self, Import, Ledger, Placed};
use crate::support::Clock;
use crate::water::Township;

/// Most bytes of an answer: a word.
const ANSWER_MAX: u64 = 64;

/// Enter the rows of an Excel or CSV file; rows with a problem are named and left out, rows already there are skipped
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Only show what would be entered
    #[arg(long)]
    dry_run: bool,
    /// Enter nothing where any row has a problem
    #[arg(long)]
    all_or_nothing: bool,
    /// Do not ask; without a terminal nothing is asked either
    #[arg(long)]
    yes: bool,
    /// Sheet of the workbook; without it the first that has the ledger's columns
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The file: .xlsx, or CSV in UTF-8
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = office(&arguments.config) else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
    let file = &arguments.file;
    let bytes = read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let now = Clock::system().now();
    let mut import = ledger::import(&bytes, arguments.sheet.as_deref(), &township, now);
    // Looked at only, a ledger that is not there yet is not made.
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
    for turned in &import.turned {
        say!("{}: {turned}", file.display());
    }
    let problems = import.problems.len();
    let asks = std::io::stdin().is_terminal() && !arguments.yes && !arguments.dry_run;
    if arguments.dry_run || asks {
        show(&import, &planned, &township);
    }
    let done = match problems {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    };
    let (new, there) = count(&planned);
    if arguments.dry_run {
        say!(
            "{new} rows can be entered, {there} already there, {problems} problems; nothing entered"
        );
        return Ok(done);
    }
    if problems > 0 && !arguments.all_or_nothing {
        say!("rows with a problem are left out");
    }
    let refused = arguments.all_or_nothing && problems > 0;
    if refused || (asks && new > 0 && !agreed(new)?) {
        say!("nothing entered");
        return Ok(ExitCode::FAILURE);
    }
    let placed = ledger.import(&import.rows)?;
    let (new, there) = count(&placed);
    // Somebody may have entered something since the rows were looked at.
    let problems = in_file + placed.len() - new - there;
    say!("{new} rows entered, {there} already there, {problems} problems");
    if settings.ledger.two_person && new > 0 {
        say!("they count once somebody else has looked them over: hanqing ledger review");
    }
    Ok(done)
}

/// The file, but no more of one that is too large than it takes to see that.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(ledger::BYTES_MAX).unwrap_or(u64::MAX);
    std::fs::File::open(file)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Adds what the ledger does not take to the problems of the file.
fn add_refused(planned: &[Placed], import: &mut Import) {
    for (placed, number) in planned.iter().zip(&import.numbers) {
        if let Placed::Refused(error) = placed {
            let path = format!("row {number}");
            import.problems.push(Problem::new(path, "", error.to_string(), ""));
        }
    }
}

/// How many rows are new, and how many are there already.
fn count(placed: &[Placed]) -> (usize, usize) {
    let of = |is: fn(&Placed) -> bool| placed.iter().filter(|placed| is(placed)).count();
    (
        of(|placed| matches!(placed, Placed::Added(_))),
        of(|placed| matches!(placed, Placed::There(_))),
    )
}

/// The rows with what becomes of them, and what the new ones add up to by code.
fn show(import: &Import, planned: &[Placed], township: &Township) {
    let mut sums: BTreeMap<EntryCode, (usize, f64)> = BTreeMap::new();
    for ((entry, number), placed) in import.rows.iter().zip(&import.numbers).zip(planned) {
        let state = match placed {
            Placed::Added(_) => "新".to_owned(),
            Placed::There(id) => format!("已有（第{id}条）"),
            Placed::Refused(_) => "不入账".to_owned(),
        };
        let head = format!("{number}  {state}");
        say!("{}", line(&head, entry, township));
        if let Placed::Added(_) = placed {
            let sum = sums.entry(entry.code).or_default();
            sum.0 += 1;
            sum.1 += entry.value;
        }
    }
    for (code, (count, sum)) in sums {
        // Sums of decimals are off in their last digits.
        let sum = (sum * 1e6).round() / 1e6;
        let (name, unit) = (code.name_zh(), code.unit());
        say!("  {name}：新{count}笔，合计 {sum} {unit}");
    }
}

fn agreed(new: usize) -> anyhow::Result<bool> {
    show!("enter {new} rows? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
