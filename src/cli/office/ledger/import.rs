//! `hanqing ledger import`

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::understood::Understood;
use crate::account::Entry;
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::Layout;
use crate::cli::usage::UsageError;
use crate::ledger::{self, Asked, EqualRows, ImportOutcome, Ledger, Persons, visible};
use crate::locales::{Text, office as words};
use crate::support::{Clock, files};

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
    yes: bool,
    #[arg(long)]
    details: bool,
    #[arg(long, value_name = "NAME")]
    sheet: Vec<String>,
    #[arg(long, value_name = "YEAR", value_parser = year)]
    year: Option<i16>,
    #[arg(long, value_name = "SPAN", value_parser = days)]
    days: Option<(Date, Date)>,
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[arg(long = "as", value_name = "WORD=MEANING", value_parser = meaning)]
    meanings: Vec<(String, String)>,
    #[arg(long, value_name = "HOW")]
    equal_rows: Option<Equal>,
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Equal {
    One,
    Each,
}

/// Parses `2022`. Which years can be, the file's rows tell.
fn year(text: &str) -> Result<i16, UsageError> {
    let year = text.parse().ok().filter(|year| (1000..=9999).contains(year));
    year.ok_or_else(|| UsageError(words::year_for_example()))
}

/// Parses `2022-08-01..2022-08-31`, or one day.
fn days(text: &str) -> Result<(Date, Date), UsageError> {
    let day = |text: &str| text.trim().parse::<Date>();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    match (day(from), day(to)) {
        (Ok(from), Ok(to)) if from <= to => Ok((from, to)),
        _ => Err(UsageError(words::days_for_example())),
    }
}

/// Parses `WORD=MEANING`.
fn meaning(text: &str) -> Result<(String, String), UsageError> {
    match text.split_once(['=', '＝']).map(|(word, meaning)| (word.trim(), meaning.trim())) {
        Some((word, meaning)) if !word.is_empty() && !meaning.is_empty() => {
            Ok((word.into(), meaning.into()))
        }
        _ => Err(UsageError(words::meaning_for_example())),
    }
}

impl Arguments {
    /// What the clerk says beside the file.
    fn asked(&self, persons: &Persons) -> anyhow::Result<Asked> {
        let document = self.document.as_ref();
        Ok(Asked {
            sheets: self.sheet.clone(),
            year: self.year,
            days: self.days,
            document: document.map(|text| super::enter::text("document", text)).transpose()?,
            by: self.by.as_ref().map(|name| persons.signature(name)).transpose()?,
            meanings: self.meanings.clone(),
            equal_rows: self.equal_rows.map(|equal| match equal {
                Equal::One => EqualRows::One,
                Equal::Each => EqualRows::Each,
            }),
        })
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let persons = &settings.persons;
    let asked = arguments.asked(persons)?;
    let file = &arguments.file;
    let bytes = files::read_regular(file, ledger::BYTES_MAX as u64);
    let bytes = bytes.with_context(|| words::cannot_read(file))?;
    let now = Clock::system().now();
    let understanding = ledger::understand(&bytes, &asked, &township, now);
    drop(bytes);
    let mut rows: Vec<Entry> = understanding.rows().map(|row| row.entry.clone()).collect();
    // Until something is entered, the ledger's file is not made.
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let mut planned = ledger.preview(&rows)?;
    if sign(&mut rows, &planned, persons) {
        planned = ledger.preview(&rows)?;
    }
    let alike = ledger.alike(&rows)?;
    drop(ledger);
    let understood = Understood {
        alike: &alike,
        understanding: &understanding,
        rows: &rows,
        planned: &planned,
        township: &township,
        whole: arguments.details,
    };
    let with_rows = !arguments.yes || arguments.dry_run || arguments.details;
    show!("{}", understood.text(Layout::of_stdout(), with_rows));
    let problems = understood.problems();
    let in_file = |said: Text| Text::chain([Text::verbatim(arguments.file.display()), said]);
    for problem in understood.cut(&problems, Text::verbatim) {
        complain!("{}", visible(&in_file(problem).to_string()));
    }
    let (new, there) = ImportOutcome::counts(&planned);
    let problems = problems.len();
    if arguments.dry_run {
        say!("{}", words::can_be_entered(new, there, problems));
        return Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if problems > 0 {
        complain!("{}", words::nothing_entered_problems(problems));
        return Ok(ExitCode::FAILURE);
    }
    if new > 0 && !arguments.yes && !consented(new)? {
        return Ok(ExitCode::FAILURE);
    }
    enter(&settings.ledger.path, &rows, settings.ledger.two_person)
}

/// Whether the clerk agrees that the new rows are entered; where nobody can be asked, says how to agree.
fn consented(new: usize) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        let said = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        complain!("{}", words::nothing_entered_unasked(new, with_yes(said)));
        return Ok(false);
    }
    show!("{}", words::enter_rows(new));
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().take(ANSWER_MAX).read_line(&mut answer)?;
    let agreed = matches!(answer.trim(), "y" | "Y" | "yes" | "是");
    if !agreed {
        say!("{}", words::nothing_entered());
    }
    Ok(agreed)
}

/// The command that was typed, with `--yes`, as a shell reads it.
fn with_yes(said: impl Iterator<Item = String>) -> String {
    let mut words = vec!["hanqing".to_owned()];
    let mut added = false;
    for word in said.skip(1) {
        let is_import = word == "import" && !added;
        words.push(quoted(&word));
        if is_import {
            words.push("--yes".into());
            added = true;
        }
    }
    visible(&words.join(" ")).into_owned()
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Enters those of `rows` that the ledger does not have, all or none.
fn enter(path: &Path, rows: &[Entry], two_person: bool) -> anyhow::Result<ExitCode> {
    let outcomes = Ledger::open(path)?.import(rows)?;
    // Another clerk may have corrected a row since it was looked at.
    if let Some(ImportOutcome::Refused(error)) =
        outcomes.iter().find(|outcome| matches!(outcome, ImportOutcome::Refused(_)))
    {
        complain!("{error}");
        complain!("{}", words::nothing_entered());
        return Ok(ExitCode::FAILURE);
    }
    let (new, there) = ImportOutcome::counts(&outcomes);
    say!("{}", words::rows_entered(new, there));
    if two_person && new > 0 {
        say!("{}", words::count_once_reviewed());
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the enterer of each new row as the ledger keeps the name of whom of `persons` it means; a text that means
/// nobody of them stays, and its rows wait until she is listed. Returns whether a name was changed.
fn sign(rows: &mut [Entry], planned: &[ImportOutcome], persons: &Persons) -> bool {
    let mut changed = false;
    for (row, outcome) in rows.iter_mut().zip(planned) {
        if let (ImportOutcome::Added(_), Ok(name)) = (outcome, persons.signature(&row.entered_by))
            && name != row.entered_by
        {
            row.entered_by = name;
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_one_or_a_span() {
        let august = (date(2022, 8, 1), date(2022, 8, 31));
        assert_eq!(days("2022-08-01..2022-08-31").unwrap(), august);
        assert_eq!(days("2022-08-01").unwrap(), (date(2022, 8, 1), date(2022, 8, 1)));
        for wrong in ["2022-08-31..2022-08-01", "8月", "2022-02-30", ""] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_word_has_its_meaning_behind_an_equals_sign() {
        let both = ("投入设备".to_owned(), "未装表抗旱设备".to_owned());
        assert_eq!(meaning("投入设备=未装表抗旱设备").unwrap(), both);
        assert_eq!(meaning("投入设备 ＝ 未装表抗旱设备").unwrap(), both);
        for wrong in ["投入设备", "=汽油", "备注="] {
            assert!(meaning(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_to_repeat_can_be_pasted_into_a_shell() {
        let said = ["/usr/bin/hanqing", "ledger", "import", "-c", "hub.toml", "8月 台账's.xlsx"];
        assert_eq!(
            with_yes(said.iter().map(|word| (*word).to_owned())),
            r"hanqing ledger import --yes -c hub.toml '8月 台账'\''s.xlsx'"
        );
    }
}
