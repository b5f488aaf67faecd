//! `hanqing ledger import`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::print::{add, table};
use crate::account::{Entry, EntryCode};
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{left, right};
use crate::core::Problem;
use crate::ledger::{self, Import, ImportOutcome, Ledger, Persons};
use crate::locales::{Text, ledger as rules, office as words};
use crate::support::Clock;
use crate::water::Township;

/// Longest answer to the question, bytes: one word.
const ANSWER_MAX: u64 = 64;

/// The arguments of `hanqing ledger import`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long)]
    dry_run: bool,
    #[arg(long)]
    all_or_nothing: bool,
    #[arg(long)]
    yes: bool,
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let file = &arguments.file;
    let bytes = read(file).with_context(|| words::cannot_read(file))?;
    let now = Clock::system().now();
    let mut import = ledger::import(&bytes, arguments.sheet.as_deref(), &township, now);
    // A dry run must not create the ledger's file.
    let open = if arguments.dry_run { Ledger::open_to_read } else { Ledger::open };
    let mut ledger = open(&settings.ledger.path)?;
    let planned = ledger.preview(&import.rows)?;
    sign(&mut import.rows, &planned, &settings.persons);
    let planned = ledger.preview(&import.rows)?;
    let problems_of_file = import.problems.len();
    add_refused(&planned, &mut import);
    let in_file = |said: Text| Text::chain([Text::verbatim(file.display()), said]);
    for problem in &import.problems {
        complain!("{}", in_file(Text::verbatim(problem)));
    }
    for conversion in &import.conversions {
        say!("{}", in_file(conversion.clone()));
    }
    let problems = import.problems.len();
    let asks = std::io::stdin().is_terminal() && !arguments.yes && !arguments.dry_run;
    if arguments.dry_run || asks {
        show(&import, &planned, &township);
    }
    let done = if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let (new, there) = count(&planned);
    if arguments.dry_run {
        say!("{}", words::can_be_entered(new, there, problems));
        return Ok(done);
    }
    if problems > 0 && !arguments.all_or_nothing {
        say!("{}", words::problems_left_out());
    }
    let refused = arguments.all_or_nothing && problems > 0;
    if refused || (asks && new > 0 && !confirmed(new)?) {
        say!("{}", words::nothing_entered());
        return Ok(ExitCode::FAILURE);
    }
    let outcomes = ledger.import(&import.rows)?;
    let (new, there) = count(&outcomes);
    // Counted again: another clerk may have entered rows since the preview.
    let problems = problems_of_file + outcomes.len() - new - there;
    say!("{}", words::rows_entered(new, there, problems));
    if settings.ledger.two_person && new > 0 {
        say!("{}", words::count_once_reviewed());
    }
    Ok(done)
}

/// Writes the enterer of each new row as the ledger keeps the name of whom of `persons` it means; a text that means
/// nobody of them stays, and its rows wait until she is listed.
fn sign(rows: &mut [Entry], planned: &[ImportOutcome], persons: &Persons) {
    for (row, outcome) in rows.iter_mut().zip(planned) {
        if let (ImportOutcome::Added(_), Ok(name)) = (outcome, persons.signature(&row.entered_by)) {
            row.entered_by = name;
        }
    }
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
            let rule = Text::verbatim(error);
            import.problems.push(Problem::new(
                rules::place_row(*number),
                "",
                rule,
                Text::default(),
            ));
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

/// Prints a table of the rows with their outcomes, and the sums of the new rows by code.
fn show(import: &Import, planned: &[ImportOutcome], township: &Township) {
    let mut sums: BTreeMap<EntryCode, (usize, f64)> = BTreeMap::new();
    let mut table = table([right(words::head_row_of_file()), left(words::head_outcome())]);
    for ((entry, number), outcome) in import.rows.iter().zip(&import.numbers).zip(planned) {
        let state = match outcome {
            ImportOutcome::Added(_) => words::row_new(),
            ImportOutcome::AlreadyThere(id) => words::row_there(*id),
            ImportOutcome::Refused(_) => words::row_refused(),
        };
        add(&mut table, [number.to_string(), state.into()], entry, false, township);
        if let ImportOutcome::Added(_) = outcome {
            let sum = sums.entry(entry.code).or_default();
            sum.0 += 1;
            sum.1 += entry.value;
        }
    }
    show!("{table}");
    for (code, (count, sum)) in sums {
        // The last digits of a binary sum of decimals are noise.
        let sum = (sum * 1e6).round() / 1e6;
        say!("{}", words::sum_of_new(code.name(), count, sum, code.unit_name()));
    }
}

fn confirmed(new: usize) -> anyhow::Result<bool> {
    show!("{}", words::enter_rows(new));
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}
